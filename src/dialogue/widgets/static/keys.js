// Put before explorer.js and form.js, whose fields are widgets of ipywidgets.

// JupyterLab takes plain keys for its own commands ("a" adds a cell, "x" cuts this one, arrows leave
// it) unless a text field has the focus; a menu, a slider or a checkbox is none. So *root* keeps
// them. Combinations with Ctrl, Meta or Alt and Shift+Enter go on to the notebook, and Escape
// leaves *root* for its cell.
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


// The box around a view takes the view in a moment after it is made: *act* gets the box then.
// Returns what ends the waiting.
function whenInside(el, selector, act) {
  let waiting = null;
  const look = () => {
    const box = el.closest(selector);
    if (box) act(box);
    else waiting = setTimeout(look, 50);
  };
  look();
  return () => clearTimeout(waiting);
}

// Once for a box, however often its views are drawn.
function keepKeysOnce(root) {
  if (root.dataset.keys) return;
  root.dataset.keys = "kept";
  keepKeys(root);
}

