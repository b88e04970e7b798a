// What the authoring form says.

function render({ model, el }) {
  // The live region stays and only its lines change: that is what a screen reader announces.
  const list = make("ul", { role: "status" });
  el.append(list);
  const show = () => list.replaceChildren(...model.get("lines").map((line) => make("li", {}, line)));
  show();
  model.on("change:lines", show);

  const stop = whenInside(el, ".dialogue-author", keepKeysOnce);
  return () => {
    stop();
    model.off("change:lines", show);
  };
}

export default { render };
