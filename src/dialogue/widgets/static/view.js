// The view of the quiz and of the panels: which one is asked for, inside a box that keeps its keys.

function render({ model, el }) {
  const root = make("section", { class: "dq" });
  keepKeys(root);
  el.append(root);
  return PANELS[model.get("content").panel](model, root);
}

export default { render };
