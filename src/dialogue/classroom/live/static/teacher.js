// The teacher's page: what the class does, as it happens, with the counts shut until they are wanted.

const here = document.getElementById("here"), line = document.getElementById("line"), said = document.getElementById("said");
const letter = (index) => String.fromCharCode(65 + index);
const percent = (n, all) => (all ? Math.round((100 * n) / all) : 0);
const sum = (counts) => counts.reduce((whole, n) => whole + n, 0);
let state = null, stream = null, counts = false, answered = 0;
const opened = new Set(), parts = new Map();

async function post(path, body) {
  try {
    const reply = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return { ok: reply.ok, ...await reply.json().catch(() => ({})) };
  } catch { return { ok: false, why: "no_answer" }; }
}
async function act(order) {
  const reply = await post("/api/teacher", order);
  said.textContent = reply.ok ? reply.words ?? "" : say(strings, reply.why ?? "no_answer");
  return reply;
}

// --- parts of the page: each is drawn anew only when what it shows has changed, and what has
// the focus keeps it ---
const columns = { left: make("div", { class: "column" }), right: make("div", { class: "column" }), wide: make("div", { class: "column wide" }) };
here.append(...Object.values(columns));
function part(name, title, slice, content, column = "left") {
  let box = parts.get(name);
  if (!box) {
    box = { node: make("section", { id: `part-${name}`, "aria-labelledby": `title-${name}` }, make("h2", { id: `title-${name}` }, title)), drawn: "", inside: make("div", {}) };
    box.node.append(box.inside);
    columns[column].append(box.node);
    parts.set(name, box);
  }
  const now = JSON.stringify(slice);
  if (now === box.drawn) return;
  const focused = box.inside.contains(document.activeElement) ? document.activeElement : null;
  if (focused?.matches("input, textarea, select")) { box.waits = true; return; } // typed at just now
  box.drawn = now;
  box.inside.replaceChildren(...content());
  if (focused?.id) document.getElementById(focused.id)?.focus();
}
document.addEventListener("focusout", () => setTimeout(draw, 0));

const button = (id, text, click, options = {}) => {
  const made = make("button", { type: "button", id, ...options }, text);
  made.addEventListener("click", click);
  return made;
};
const bar = (n, all, second) => {
  const fill = make("span", { class: second ? "second" : "first" });
  fill.style.inlineSize = `${percent(n, all)}%`;
  return make("span", { class: "track" }, fill);
};

function fold(id, summary, content) {
  const box = make("details", { open: opened.has(id) }, make("summary", { id: `fold-${id}` }, summary));
  if (opened.has(id)) box.append(...content());
  box.addEventListener("toggle", () => {
    if (box.open === opened.has(id)) return;
    if (box.open) opened.add(id); else opened.delete(id);
    draw();
  });
  return box;
}

// --- the parts ---
function drawDoor() {
  const alone = !state.addresses.length;
  const hints = alone ? [make("p", {}, strings.here_only)] : state.reached ? [] : [make("p", {}, make("strong", {}, strings.not_reached)), make("p", {}, strings.not_reached_hints)];
  const choose = make("select", { id: "address" }, ...state.addresses.map((one) => make("option", { value: one, selected: one === state.address }, one)));
  choose.addEventListener("change", () => { act({ do: "address", address: choose.value }); choose.blur(); });
  return [
    make("p", {}, make("strong", {}, state.link), ` · ${say(strings, "code_is", { code: state.code })}`), ...hints,
    ...(state.addresses.length > 1 ? [make("label", { class: "field" }, make("span", {}, strings.address), choose)] : []),
    make("div", { class: "buttons" }, button("show-join", strings.show_join, () => act({ do: "wall", what: "join" })), button("new-code", strings.new_code, () => act({ do: "code" }))),
    make("p", { class: "how" }, strings.new_code_how),
  ];
}
function drawPlan() {
  const minute = state.minute;
  const current = minute === null ? -1 : state.beats.findIndex((beat) => minute >= beat.start && minute < beat.end);
  const told = minute === null ? [] : [make("p", {}, current < 0 ? say(strings, "plan_over", { n: Math.floor(minute) })
    : say(strings, "plan_now", { n: Math.floor(minute), what: state.beats[current].what.split(/[.:]/)[0] }))];
  const list = make("ol", { class: "rows" }, ...state.beats.map((beat, i) => make("li", { class: i === current ? "now" : null, "aria-current": i === current ? "step" : null },
    make("div", { class: "row" }, make("span", { class: "time" }, `${beat.start}–${beat.end}`), make("div", { class: "grow" }, beat.what,
      beat.items.length ? make("div", { class: "row" }, make("span", { class: "small grow" }, state.devices ? say(strings, "at_beat", { n: beat.here, all: state.devices }) : ""),
        button(`beat-${i}`, strings.everybody, () => act({ do: "beat", item: beat.items[0] }))) : null)))));
  // Where half of the class has come to, by what it has answered.
  const at = state.beats.findLastIndex((beat) => beat.items.length && state.devices && beat.here * 2 >= state.devices);
  if (at >= 0) told.push(make("p", {}, say(strings, "plan_half", { n: state.beats[at].end })));
  return [...(state.beats.length ? [...told, list] : [make("p", {}, strings.plan_none)]),
    make("div", { class: "buttons" }, button("clock", minute === null ? strings.start_clock : strings.stop_clock, () => act({ do: "clock", on: minute === null })))];
}
function drawVote() {
  const vote = state.vote, running = vote && vote.stage !== "ended";
  const out = [make("p", { role: "status" }, make("strong", {}, strings[`stage_${running ? vote.stage : "ended"}`]))];
  if (running) {
    out.push(make("div", { class: "ask", dir: "auto" }, ...grow(vote.ask)));
    const shown = counts || ["shown", "told"].includes(vote.stage);
    out.push(make("ol", { class: "options" }, ...vote.options.map((option, i) => make("li", {}, make("b", {}, letter(i)), make("div", {}, make("span", { dir: "auto" }, ...growInline(option)),
      ...(shown ? vote.counts.map((round, which) => make("span", { class: "line" }, bar(round[i], sum(round), which),
        make("span", {}, say(strings, "vote_line", { which: which + 1, count: round[i], share: percent(round[i], sum(round)) })))) : []))))));
    out.push(make("p", {}, say(strings, "vote_cast", { first: sum(vote.counts[0]), second: sum(vote.counts[1]) }), " · ",
      button("counts", counts ? strings.counts_hide : strings.counts_show, () => { counts = !counts; draw(); }, { "aria-pressed": String(counts) })));
    const which = ["one", "talk"].includes(vote.stage) ? 1 : 2;
    out.push(make("fieldset", { class: "cards" }, make("legend", {}, `${strings.cards} (${which})`), ...vote.options.map((_, i) => {
      const field = make("input", { type: "number", min: 0, max: 999, inputmode: "numeric", id: `typed-${which}-${i}`, value: vote.typed[which - 1][i] || "" });
      const put = () => act({ do: "typed", poll: vote.number, round: which, option: i, count: Math.min(999, Math.max(0, Math.trunc(Number(field.value)) || 0)) });
      field.addEventListener("change", put);
      return make("label", {}, `${letter(i)} `, field);
    })), make("p", { class: "how" }, strings.cards_how));
    const end = vote.stage === "told" || (vote.stage === "shown" && vote.last);
    out.push(make("div", { class: "buttons" }, end ? null : button("step", strings[`step_${vote.stage}`], next, { class: "main" }), button("end", strings.step_end, () => act({ do: "end" }), { class: end ? "main" : null })));
    return out;
  }
  const list = make("select", { id: "vote-item" }, ...state.items.filter((item) => item.votable).map((item) => make("option", { value: item.id, selected: item.id === planned() }, `${item.id.slice(3)}: ${item.ask.slice(0, 80)}`)));
  const ask = make("input", { id: "vote-ask", maxlength: 400, dir: "auto" }), options = make("textarea", { id: "vote-options", rows: 4, dir: "auto" });
  out.push(make("label", { class: "field" }, make("span", {}, strings.vote_choose), list),
    make("div", { class: "buttons" }, button("vote-start", strings.vote_start, () => act({ do: "ask", item: list.value }), { class: "main" })),
    fold("typed", strings.vote_typed, () => [make("label", { class: "field" }, make("span", {}, strings.vote_ask), ask), make("label", { class: "field" }, make("span", {}, strings.vote_options), options),
      button("vote-typed", strings.vote_start, () => act({ do: "ask", ask: ask.value, options: options.value.split("\n") }))]));
  return out;
}
// The vote that the plan names: the first question of the row that says so.
const planned = () => state.beats.find((beat) => /vote/i.test(beat.what))?.items[0];

function drawQuestions() {
  return [make("ol", { class: "rows" }, ...state.items.filter((item) => item.answered || planItems().has(item.id)).map((item) => make("li", {},
    make("div", { class: "row" }, make("div", { class: "grow" }, fold(item.id, make("span", { dir: "auto" }, item.ask), () => [
      item.marked ? make("p", {}, say(strings, "first_right", { n: item.right })) : null,
      make("ul", { class: "rows" }, ...item.choices.map(([words, n, right]) => make("li", {}, make("span", { class: right ? "key" : null, dir: "auto" }, words, right ? ` ✓ ${strings.key_is}` : ""),
        make("span", { class: "line" }, bar(n, item.answered, true), make("span", {}, `${n} (${percent(n, item.answered)} %)`))))),
    ].filter(Boolean))), state.devices ? make("span", {}, say(strings, "answered_of", { n: item.answered, all: state.devices })) : null,
    button(`here-${item.id}`, strings.everybody, () => act({ do: "beat", item: item.id })),
    button(`wall-${item.id}`, strings.to_wall, () => act({ do: "wall", what: `item:${item.id}` })),
    item.votable ? button(`vote-${item.id}`, strings.ask_vote, () => act({ do: "ask", item: item.id })) : null))))];
}
const planItems = () => new Set(state.beats.flatMap((beat) => beat.items));
const askOf = (id) => state.items.find((item) => item.id === id)?.ask ?? id;

function drawLearners() {
  const stuck = state.learners.filter((one) => one.stuck.length), idle = state.learners.filter((one) => !one.answered);
  const named = (list, more) => (list.length ? make("ul", { class: "rows" }, ...list.map((one) => make("li", {}, make("bdi", {}, make("strong", {}, one.nickname)), more(one)))) : make("p", {}, strings.nobody));
  return [
    make("h3", {}, strings.stuck), named(stuck, (one) => make("div", { class: "small", dir: "auto" }, one.stuck.map(askOf).join(" · "))),
    make("h3", {}, strings.not_begun), idle.length ? make("p", {}, ...idle.flatMap((one, i) => [i ? ", " : "", make("bdi", {}, one.nickname)])) : make("p", {}, strings.nobody),
    fold("everybody", say(strings, state.devices === 1 ? "in_class_one" : "in_class", { n: state.devices }), () => [make("ul", { class: "rows" }, ...state.learners.map((one) => make("li", {}, make("div", { class: "row" },
      make("bdi", { class: "grow" }, one.nickname), make("span", {}, say(strings, "answers_n", { n: one.answered })),
      button(`send-${one.number}`, strings.send_out, () => act({ do: "remove", device: one.number })),
      make("a", { class: "button", href: `/export?device=${one.number}` }, strings.export_one),
      button(`delete-${one.number}`, strings.delete_data, () => { if (confirm(say(strings, "delete_sure", { name: one.nickname }))) act({ do: "forget", device: one.number }); })))))]),
  ];
}
function drawTomorrow() {
  const few = !state.items.some((item) => item.answered >= 3);
  const list = state.reteach.length ? [make("ol", {}, ...state.reteach.map((one) => make("li", {}, make("strong", { dir: "auto" }, one.ask),
    make("p", {}, say(strings, "tomorrow_right", { right: one.right, n: one.answered })),
    one.wrong ? make("p", { dir: "auto" }, say(strings, "tomorrow_wrong", { n: one.count, words: one.wrong })) : null,
    one.explain ? make("p", { class: "small", dir: "auto" }, one.explain) : null,
    one.para.length ? make("p", { class: "small" }, say(strings, "paragraphs", { para: one.para.join(", ") })) : null)))]
    : [make("p", {}, few ? strings.tomorrow_few : strings.tomorrow_good)];
  const goals = state.objectives.length ? [make("h3", {}, strings.objectives), make("ul", { class: "rows" }, ...state.objectives.map((one) => make("li", {}, make("strong", {}, one.id), " ", make("span", { dir: "auto" }, one.words),
    make("span", { class: "line" }, bar(Math.round(100 * one.mean), 100, true), make("span", {}, say(strings, "mean", { mean: Math.round(100 * one.mean), n: one.answers }))))))] : [];
  const strange = state.strange ? [make("p", {}, say(strings, "strange", { n: state.strange }))] : [];
  return [fold("tomorrow", strings.tomorrow, () => [...list, ...goals, ...strange]), make("h3", {}, strings.report), make("p", { class: "how" }, strings.report_how),
    make("div", { class: "buttons" }, button("report", strings.report_do, report))];
}
async function report() {
  said.textContent = strings.report_wait;
  await act({ do: "report" });
}
function next() {
  const vote = state?.vote;
  if (!vote || vote.stage === "ended") { said.textContent = strings.step_none; return; }
  const end = vote.stage === "told" || (vote.stage === "shown" && vote.last);
  act(end ? { do: "end" } : { do: "step", poll: vote.number, from: vote.stage });
}

function draw() {
  if (!state) return;
  const minute = state.minute === null ? "" : ` · ${say(strings, "minute", { n: Math.floor(state.minute) })}`;
  setText(line, `${say(strings, state.devices === 1 ? "in_class_one" : "in_class", { n: state.devices })} · ${say(strings, "code_is", { code: state.code })}${minute}`);
  const s = state, folds = [...opened].join();
  if (s.trouble) said.textContent = say(strings, "trouble", { why: s.trouble });
  part("vote", strings.vote, [s.vote, counts, opened.has("typed"), s.vote && s.vote.stage !== "ended" ? 0 : s.items.length], drawVote);
  part("plan", strings.plan, [s.beats, s.minute === null ? null : Math.floor(s.minute), s.devices], drawPlan, "right");
  part("learners", strings.learners, [s.learners, opened.has("everybody")], drawLearners);
  part("door", strings.wall_join, [s.link, s.code, s.addresses, s.address, s.reached], drawDoor);
  // Until somebody has come, how to come in stands first.
  const door = parts.get("door").node, first = columns.left.firstElementChild === door;
  if (first !== !s.devices) { if (first) columns.left.append(door); else columns.left.prepend(door); }
  part("questions", strings.questions, [s.items, s.devices, folds], drawQuestions, "wide");
  part("tomorrow", strings.tomorrow, [s.reteach, s.objectives, s.strange, opened.has("tomorrow")], drawTomorrow, "wide");
}
// The minute goes on between two answers.
setInterval(() => { if (state && state.minute !== null) { state.minute += (Date.now() - answered) / 60000; answered = Date.now(); draw(); } }, 5000);

function listen() {
  stream?.close();
  if (document.hidden) return;
  const own = stream = new EventSource("/events?as=teacher");
  own.onmessage = (event) => { const before = state?.trouble; state = JSON.parse(event.data); answered = Date.now(); if (before && !state.trouble) said.textContent = ""; if (said.textContent === strings.no_answer) said.textContent = ""; draw(); };
  own.addEventListener("out", () => { own.close(); said.textContent = strings.teacher_only; });
  own.addEventListener("closed", () => { own.close(); said.textContent = strings.class_closed; setTimeout(listen, 3000); });
  own.onerror = () => { own.close(); said.textContent = strings.no_answer; setTimeout(listen, 500 + Math.random() * 1000); };
}
document.addEventListener("visibilitychange", () => (document.hidden ? stream?.close() : listen()));
const keys = {
  n: next, c: () => { counts = !counts; draw(); }, j: () => act({ do: "wall", what: "join" }), v: () => act({ do: "wall", what: "vote" }),
  "?": () => { said.textContent = said.textContent ? "" : strings.teacher_keys; },
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.matches("input, textarea, select")) return;
  const act = keys[event.key.toLowerCase()];
  if (act && state) { event.preventDefault(); act(); }
});
document.getElementById("keys-open").addEventListener("click", keys["?"]);

// The key stands behind the # of the address, goes into a cookie that no script can read, and
// out of the address: it may be on the wall.
(async () => {
  const key = location.hash.slice(1);
  if (key) {
    history.replaceState(null, "", location.pathname);
    const reply = await post("/api/key", { key });
    if (!reply.ok) { said.textContent = say(strings, reply.why ?? "no_answer"); return; }
  }
  listen();
})();
