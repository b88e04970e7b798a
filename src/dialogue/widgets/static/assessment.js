// The result of the pre-test or post-test: asked for with a button, told by the kernel, kept
// nowhere in the page's state.  Every node is built by name, text is set as text.

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const newId = () => `da-${Math.random().toString(36).slice(2, 10)}`;
const PATIENCE = 4000;

// JupyterLab runs its shortcuts for keys pressed anywhere inside a cell: keys stay here, and
// Shift+Enter and combinations with Ctrl, Meta or Alt go on to the notebook.
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.closest(".jp-Cell")?.focus();
    if (event.key === "Enter" && event.shiftKey) event.preventDefault();
  });
  for (const kind of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(kind, (event) => {
      const runs = event.key === "Enter" && event.shiftKey;
      const passes = event.ctrlKey || event.metaKey || event.altKey || runs || event.key === "Escape";
      if (!passes) event.stopPropagation();
    });
  }
}

function table(strings, rows) {
  const head = ["col_question", "col_objective", "col_answer"].map((key) => make("th", { scope: "col" }, strings[key]));
  return make("table", {}, make("caption", {}, strings.caption), make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, make("th", { scope: "row" }, row.number),
      make("td", {}, row.objective), make("td", {}, row.answer)))));
}

function render({ model, el }) {
  const strings = model.get("strings");
  const uid = newId();
  const root = make("div", { class: "dq", role: "group", "aria-labelledby": uid });
  keepKeys(root);
  const show = make("button", { type: "button", class: "dq-main" }, strings.show);
  const end = make("button", { type: "button" }, strings.end);
  const status = make("div", { class: "dq-status", role: "status", "aria-live": "polite" });
  const details = make("div", { class: "dq-after" });
  end.hidden = true;
  let timer;
  const ask = (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => status.replaceChildren(make("p", {}, strings.no_kernel)), PATIENCE);
    try { model.send({ event }); } catch { /* the timer says it */ }
  };
  show.addEventListener("click", () => ask("show"));
  end.addEventListener("click", () => ask("end"));
  const told = (message) => {
    if (message?.event !== "told") return;
    clearTimeout(timer);
    status.replaceChildren(...message.lines.map((line) => make("p", { dir: "auto" }, line)));
    details.replaceChildren(...(message.rows.length ? [table(strings, message.rows)] : []));
    if (!message.open && !end.hidden) show.focus(); // the pressed button goes away
    end.hidden = !message.open;
  };
  model.on("msg:custom", told);
  root.append(
    make("div", { class: "dq-head" }, make("div", { class: "dq-title", id: uid, role: "heading", "aria-level": "3" }, strings.title)),
    make("p", { class: "dq-instruction" }, strings.about),
    make("div", { class: "dq-actions" }, show, end), status, details);
  el.append(root);
  return () => { clearTimeout(timer); model.off("msg:custom", told); };
}

export default { render };
