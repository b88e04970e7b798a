// The result of the pre-test or post-test: asked for with a button, told by the kernel, kept
// nowhere in the page's state.

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
  const kernel = courier(model);
  const ask = (event) => {
    const say = (key) => () => status.replaceChildren(make("p", {}, strings[key]));
    kernel.ask("result", { event }, { waits: say("waiting"), lost: say("no_kernel") });
  };
  show.addEventListener("click", () => ask("show"));
  end.addEventListener("click", () => ask("end"));
  const told = (message) => {
    if (message?.event !== "told") return;
    kernel.answered("result");
    status.replaceChildren(...message.lines.map((line) => make("p", { dir: "auto" }, line)));
    const columns = ["col_question", "col_objective", "col_answer"].map((key) => strings[key]);
    const rows = message.rows.map((row) => [row.number, row.objective, row.answer]);
    details.replaceChildren(...(rows.length ? [dataTable(strings.caption, columns, rows)] : []));
    if (!message.open && !end.hidden) show.focus(); // the pressed button goes away
    end.hidden = !message.open;
  };
  model.on("msg:custom", told);
  root.append(
    make("div", { class: "dq-head" }, heading(strings.title, 3, uid)),
    make("p", { class: "dq-instruction" }, strings.about),
    make("div", { class: "dq-actions" }, show, end), status, details);
  el.append(root);
  return () => { kernel.stop(); model.off("msg:custom", told); };
}

export default { render };
