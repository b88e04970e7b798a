// The learner's record: where it is, how much is in it, and a way to erase it.

function answers(model, root) {
  const strings = model.get("strings");
  const uid = newId();
  const count = make("p", {});
  const where = make("code", { dir: "ltr" });
  const status = make("p", { class: "dq-status", role: "status", "aria-live": "polite" });
  const erase = make("button", { type: "button" }, say(strings, "erase"));
  const yes = make("button", { type: "button" }, say(strings, "erase_yes"));
  const no = make("button", { type: "button", class: "dq-main" }, say(strings, "erase_no"));
  const sure = make("div", { class: "dq-actions", hidden: true }, make("span", {}, say(strings, "erase_sure")), yes, no);
  root.setAttribute("role", "group");
  root.setAttribute("aria-labelledby", uid);
  root.append(
    make("div", { class: "dq-head" }, heading(say(strings, "erase_title"), 3, uid)),
    make("p", {}, say(strings, "erase_where"), " ", where), count,
    make("div", { class: "dq-actions" }, erase), sure, status);

  const kernel = courier(model);
  let asked = ""; // the request of this view that is open: other views' answers are theirs
  function refresh() {
    const state = model.get("state");
    where.textContent = state.path;
    count.textContent = [say(strings, "erase_count", state), state.given ? say(strings, "answers_given", state) : ""].join(" ").trim();
  }
  const tell = (key) => setText(status, say(strings, key));
  erase.addEventListener("click", () => { sure.hidden = false; setText(status, ""); no.focus(); });
  no.addEventListener("click", () => { sure.hidden = true; erase.focus(); });
  // Erasing waits in no queue.  The kernel is asked first whether it is free, which changes
  // nothing; only on its answer the order is sent, which it refuses when it comes late.
  yes.addEventListener("click", () => {
    asked = newId();
    const none = () => { kernel.answered("erase"); asked = ""; tell("erase_no_kernel"); };
    tell("erase_asks");
    sure.hidden = true;
    erase.focus();
    kernel.ask("erase", { event: "ready", ask: asked }, { waits: none, lost: none });
  });
  const free = (message) => {
    if (message?.event !== "ready" || !asked || message.ask !== asked) return;
    kernel.ask("erase", { event: "erase", ask: asked }, {
      waits: () => tell("erase_unknown"),
      lost: (left) => { asked = ""; tell(left ? "erase_unknown" : "erase_no_kernel"); },
    });
  };
  const changed = () => {
    const state = model.get("state");
    refresh();
    if (!asked || state.ask !== asked) return;
    kernel.answered("erase");
    asked = "";
    setText(status, state.note || say(strings, state.erased ? "erase_done" : "erase_late"));
  };
  // Answers are given elsewhere on the page: count again whenever somebody comes by.
  const countAgain = () => { try { model.send({ event: "count" }); } catch { /* the old count stands */ } };
  root.addEventListener("pointerenter", countAgain);
  root.addEventListener("focusin", countAgain);
  refresh();
  model.on("change:state", changed);
  model.on("msg:custom", free);
  return () => { model.off("change:state", changed); model.off("msg:custom", free); kernel.stop(); };
}

PANELS.answers = answers;
