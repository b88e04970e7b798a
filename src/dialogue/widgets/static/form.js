// The buttons of the authoring form, and what it says.

function render({ model, el }) {
  const strings = model.get("strings");
  // The live region stays and only its lines change: that is what a screen reader announces.
  const list = make("ul", { role: "status" });
  const button = (word) => make("button", { type: "button", class: "jupyter-widgets jupyter-button widget-button" }, strings[word]);
  const show = (lines) => list.replaceChildren(...lines.map((line) => make("li", {}, line)));

  // Waiting, done, not done: one request at a time, so that nothing is saved twice.
  const kernel = courier(model);
  let open = false;
  const cancel = button("cancel");
  const offer = (yes) => { cancel.style.display = yes ? "" : "none"; }; // over the style of its class
  const acts = ["check", "preview", "save"].map((event) => {
    const node = button(event);
    node.addEventListener("click", () => {
      if (open) return;
      pending(true);
      show([]); // what was said before is not said of this
      kernel.ask("form", { event }, {
        held: true,
        waits: (held) => { show([strings.waiting]); offer(held); },
        lost: (left) => settle([strings[left ? "unconfirmed" : "no_kernel"]]),
      });
    });
    return node;
  });
  function pending(now) {
    open = now;
    acts.forEach((node) => node.setAttribute("aria-disabled", String(now)));
  }
  function settle(lines) {
    pending(false);
    if (document.activeElement === cancel) acts[0].focus(); // it goes away
    offer(false);
    show(lines);
  }
  cancel.addEventListener("click", () => { if (kernel.cancel("form")) settle([strings.cancelled]); });
  const told = (message) => {
    if (message?.event !== "done") return;
    kernel.answered("form");
    settle(model.get("lines"));
  };
  model.on("msg:custom", told);
  offer(false);
  show(model.get("lines"));
  el.append(make("div", {}, ...acts), list, cancel);

  const stop = whenInside(el, ".dialogue-author", keepKeysOnce);
  return () => {
    stop();
    kernel.stop();
    model.off("msg:custom", told);
  };
}

export default { render };
