// What the authoring form says; keys.js, put before this, keeps the keys of its fields.

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

  const stop = whenInside(el, ".dialogue-author", keepKeysOnce);
  return () => {
    stop();
    model.off("change:lines", draw);
  };
}

export default { render };
