// What the authoring form says, and the keys of its fields.

// JupyterLab takes plain keys for its own commands ("a" adds a cell, arrows leave this one) unless
// a text field has the focus; a menu or a checkbox is none. So the form keeps them. Shift+Enter
// and combinations with Ctrl, Meta or Alt go on to the notebook; Escape leaves for the cell.
function keepKeys(root) {
  for (const kind of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(kind, (event) => {
      const runs = event.key === "Enter" && event.shiftKey;
      const passes = event.ctrlKey || event.metaKey || event.altKey || runs;
      if (event.key === "Escape") {
        if (kind === "keydown") root.closest(".jp-Cell")?.focus();
      } else if (!passes) event.stopPropagation();
    });
  }
}

function render({ model, el }) {
  // The live region stays and only its lines change: that is what a screen reader announces.
  const list = document.createElement("ul");
  list.setAttribute("role", "status");
  el.append(list);
  const draw = () => {
    list.replaceChildren(
      ...model.get("lines").map((line) => {
        const entry = document.createElement("li");
        entry.textContent = line;
        return entry;
      }),
    );
  };
  draw();
  model.on("change:lines", draw);

  // The form is put around this part only after it was drawn.
  let looks = 0;
  const find = () => {
    const form = el.closest(".dialogue-author");
    if (form) keepKeys(form);
    else if (looks++ < 600) requestAnimationFrame(find);
  };
  find();
  return () => model.off("change:lines", draw);
}

export default { render };
