// A set of questions: its score, what is known of each answer, and the way to the kernel.
//
// Grading happens in Python; `grade` does the same at once in the page, so that a verdict never
// waits for a kernel that runs a cell.  Saving does wait, and the page says so.

const PANELS = {}; // what a view may be asked for: the quiz, and what panels/*.js add

function quiz(model, root) {
  const content = model.get("content"), strings = model.get("strings");
  const uid = newId();
  // A forecast, a guess and a vote are not graded: they add nothing to what can be had.
  const total = content.items.reduce((sum, item) => sum + (item.marked && !item.keyless ? item.points : 0), 0);
  const certain = content.items.some((item) => item.confidence && item.marked);
  const score = make("p", { class: "dq-score" });
  const kernel = courier(model);
  const sequences = new Map(); // item to the number of the last message about it
  const backs = new Map(); // item to what takes its waiting request back
  const views = new Map();
  let sequence = 0;
  let seen = {};

  root.setAttribute("role", "group");
  if (content.title) {
    root.setAttribute("aria-labelledby", uid);
    root.append(make("div", { class: "dq-head" }, heading(content.title, 3, uid), content.items.length > 1 && total ? score : null));
  } else {
    root.setAttribute("aria-label", strings.question.split("{")[0].trim());
  }

  function tally() {
    const got = [...views.values()].reduce((sum, view) => sum + view.score(), 0);
    score.textContent = say(strings, "score", { got: short(got), total: short(total) });
    if (certain) {
      const marks = [...views.values()].reduce((sum, view) => sum + view.certain(), 0);
      score.textContent += ` · ${say(strings, "marks", { got: signed(marks) })}`;
    }
  }

  function send(event, item, response = null, confidence = null) {
    const name = item.id;
    if (event === "cancel") { backs.get(name)?.(); return; }
    const seq = ++sequence;
    const message = { event, item: name, response, confidence, seq };
    if (event === "hint") { // nothing is said about it, whether it is noted or not
      try { model.send(message); } catch { /* the hint is read all the same */ }
      return;
    }
    const before = seen[name] ?? {}, earlier = sequences.get(name);
    const draw = (news, fresh = false) => {
      seen = { ...seen, [name]: news };
      views.get(name).show(news, false, fresh);
      tally();
    };
    // The page acts at once; the kernel grades by the same rules, and saves.
    const open = { note: "", saved: false, waiting: false, held: false, cancelled: false };
    if (event === "check") {
      const found = grade(item, response, confidence);
      const tries = (before.tries ?? 0) + (found.verdict === "unanswered" ? 0 : 1);
      draw({ ...before, ...open, response, confidence, outcome: found, tries, edited: false }, true);
      if (found.verdict === "unanswered") return;
    } else draw(event === "reset" ? { ...open, tries: 0 } : { ...before, ...open, revealed: true });
    sequences.set(name, seq);
    backs.set(name, () => {
      if (!kernel.cancel(name)) return;
      sequences.set(name, earlier);
      // What the kernel has said meanwhile of an earlier request, or what was known before.
      const said = model.get("state")[name];
      const done = said && said.seq === earlier;
      if (done) kernel.answered(name);
      const news = { ...(done ? said : before), waiting: kernel.waits(name), away: kernel.away(), held: false, cancelled: true };
      seen = { ...seen, [name]: news };
      views.get(name).show(news, event === "reset");
      tally();
    });
    kernel.ask(name, message, {
      held: true,
      waits: (held) => draw({ ...seen[name], waiting: true, held, away: kernel.away() }),
      lost: (left) => draw({ ...seen[name], waiting: false, held: false, note: say(strings, left ? "unconfirmed" : "no_kernel") }),
    });
  }

  content.items.forEach((item, i) => {
    const view = question(item, i + 1, content.items.length, strings, send);
    views.set(item.id, view);
    root.append(view.form);
  });

  let heard = {}; // what the kernel said last, by item: only its news is drawn

  function refresh(restored) {
    const state = model.get("state");
    for (const item of content.items) {
      const now = state[item.id];
      if (!restored && JSON.stringify(now) === JSON.stringify(heard[item.id])) continue;
      // A reply to an earlier answer than the last one: the last one's is on its way.
      if (!restored && kernel.waits(item.id) && now?.seq !== sequences.get(item.id)) continue;
      kernel.answered(item.id);
      // Who stands around the view, such as the page's outline, may count anew.
      if (!restored && now?.saved) root.dispatchEvent(new CustomEvent("dialogue:saved", { bubbles: true, composed: true }));
      // What was said of an answer that was not given never went to the kernel, and stays.
      const { outcome, response } = seen[item.id] ?? {};
      const next = !restored && outcome?.verdict === "unanswered" ? { ...now, outcome, response } : now;
      seen = { ...seen, [item.id]: next };
      views.get(item.id).show(next, restored);
    }
    heard = state;
    tally();
  }
  refresh(true);
  const changed = () => refresh(false);
  model.on("change:state", changed);
  return () => { model.off("change:state", changed); kernel.stop(); };
}

PANELS.quiz = quiz;
