// What stands behind a quiz where no kernel is: the same as Quiz in widgets/quiz.py, over the
// record in this browser.

const ANSWERS = new Set(["check", "write"]);

/** What is known of each of *items* from the record: see Quiz._restore. */
function restored(items, record, grade, since = () => true) {
  const state = {};
  const tries = record.latest(Object.fromEntries(items.map((item) => [item.id, item.was])));
  for (const item of items) {
    const own = tries[item.id];
    if (!own) continue;
    let current = own.filter((one) => item.versions.includes(one.version));
    const fresh = current.findLastIndex((one) => one.event === "reset");
    if (fresh >= 0) current = current.slice(fresh + 1);
    const checks = current.filter((one) => one.event === item.event);
    if (checks.length) {
      const last = checks.at(item.guess ? 0 : -1); // a guess is taken once
      // A value from the learner's own code comes without certainty.
      const asked = last.confidence ? item : { ...item, confidence: false };
      if (!since(last)) continue;
      state[item.id] = {
        response: last.response, confidence: last.confidence,
        outcome: grade(asked, last.response, last.confidence),
        tries: checks.filter(since).length,
        revealed: current.some((one) => one.event === "reveal" && since(one)), at: last.at,
      };
    } else if (fresh < 0 && own.some((one) => one.event === item.event)) state[item.id] = { tries: 0, edited: true };
  }
  return state;
}

/** A model as anywidget's for a quiz: it grades, keeps a line, and answers at once. */
function quizModel(content, words, record, grade, since) {
  const items = Object.fromEntries(content.items.map((item) => [item.id, item]));
  const data = { content, strings: words.quiz, state: restored(content.items, record, grade, since) };
  const heard = new Set();

  function keep(item, event, rest = {}) {
    const { entry, saved } = record.append({ item: item.id, version: item.version, event, ...rest });
    told(entry, saved);
    return { at: entry.at, saved, note: saved ? "" : words.site[`unsaved_${record.trouble}`] };
  }

  function received({ event, item: name, response = null, confidence = null, seq }) {
    const item = items[name];
    if (!item) return;
    let known = { ...(data.state[name] ?? {}) };
    if (["check", "reset"].includes(event) && item.guess && known.tries) {
      // A guess is taken once: what stands is said again.
    } else if (event === "check") {
      const found = grade(item, response, confidence);
      known = { ...known, response, confidence, note: "", outcome: found };
      if (found.verdict !== "unanswered") {
        known.tries = (known.tries ?? 0) + 1;
        Object.assign(known, keep(item, item.event, { response, verdict: found.verdict, score: found.score, confidence }));
      }
    } else if (event === "reveal") Object.assign(known, { revealed: true }, keep(item, "reveal"));
    else if (event === "hint") { keep(item, "hint"); return; } else if (event === "reset") {
      known = { tries: 0, ...keep(item, "reset") };
      delete known.at;
    } else return;
    data.state = { ...data.state, [name]: { ...known, seq } };
    for (const one of heard) one();
  }

  return {
    get: (name) => data[name], set() {}, save_changes() {}, send: received,
    on: (name, act) => { if (name === "change:state") heard.add(act); },
    off: (name, act) => { heard.delete(act); },
  };
}

/** Tell the page of a line: class servers and the outline listen.  See docs/architecture.md. */
function told(entry, saved) {
  document.dispatchEvent(new CustomEvent("dialogue:line", { detail: { ...entry, saved } }));
}
