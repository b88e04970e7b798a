// What the panels of progress and certainty share.

const percent = (share) => String(Math.round(share * 100));

/** A lesson by name; in JupyterLab the name opens it. */
function lessonNode(lesson, strings) {
  return lessonLink(lesson.file, say(strings, lesson.title ? "lesson_named" : "lesson_bare", lesson));
}

/** A panel whose content is fetched when it is drawn and never kept in the notebook. */
function fetched(model, root, paint) {
  const strings = model.get("strings");
  const uid = newId();
  const body = make("div", {}, make("p", {}, say(strings, "panel_wait")));
  const status = make("span", { role: "status", "aria-live": "polite" });
  const again = make("button", { type: "button" }, say(strings, "panel_again"));
  root.setAttribute("role", "group");
  root.setAttribute("aria-labelledby", uid);
  root.append(make("div", { class: "dq-head" }, heading(say(strings, model.get("content").panel), 3, uid)), body,
    make("div", { class: "dq-actions" }, again, status));
  const kernel = courier(model);
  let asked = false, drawn = false;
  function ask() {
    const silent = (key) => () => {
      setText(status, say(strings, key));
      if (!drawn) body.replaceChildren();
    };
    kernel.ask("show", { event: "show" }, { waits: silent("panel_waits"), lost: silent("panel_silent") });
  }
  function answered(message) {
    if (message?.event !== "shown") return;
    kernel.answered("show");
    body.replaceChildren(...paint(message, strings));
    drawn = true;
    status.textContent = asked ? say(strings, "panel_again_done") : "";
    asked = false;
  }
  again.addEventListener("click", () => { status.textContent = ""; asked = true; ask(); });
  model.on("msg:custom", answered);
  ask();
  return () => { model.off("msg:custom", answered); kernel.stop(); };
}
