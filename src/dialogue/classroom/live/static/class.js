// The class on a learner's page: joining, the vote, and answers that are delivered once.
//
// It stands in a lesson's page as well as on the class's own; so it lives in a shadow root and
// leaves the page's names and styles alone. A page on a room's network has no secure context:
// no service worker, no randomUUID; ids come from getRandomValues, and what could not be
// sent waits in localStorage.

const KEPT = "dialogue-class", OUTBOX = "dialogue-class-outbox", SEEN = "dialogue-class-seen";
const MOST_WAITING = 2000, AT_ONCE = 20;

const read = (name, otherwise) => {
  try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; }
};
const keep = (name, value) => { try { localStorage.setItem(name, JSON.stringify(value)); return true; } catch { return false; } };
const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");
const letter = (index) => String.fromCharCode(65 + index);

let me = read(KEPT, null) ?? {};
if (!me.secret) { me = { secret: hex(16), nickname: "", code: "", class: "", send: true }; keep(KEPT, me); }
let state = null, online = false, closed = false, open = "", words = "";

// --- the way to the class --------------------------------------------------------------------

async function post(path, body) {
  try {
    const reply = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      signal: AbortSignal.timeout?.(15000),
    });
    let found = {};
    try { found = await reply.json(); } catch { /* a word is enough */ }
    return { status: reply.status, ...found };
  } catch { return { status: 0, why: "no_answer" }; }
}

let outbox = read(OUTBOX, []);
// Another page of the class may have sent or added something.
addEventListener("storage", (event) => {
  if (event.key === OUTBOX) { outbox = read(OUTBOX, []); drawBar(); }
  if (event.key === KEPT) { me = read(KEPT, me); draw(); }
});
function put(entry) {
  outbox = read(OUTBOX, outbox);
  if (entry.kind === "vote") outbox = outbox.filter((one) => one.kind !== "vote" || one.poll !== entry.poll || one.round !== entry.round);
  outbox.push({ ...entry, class: me.class });
  outbox = outbox.slice(-MOST_WAITING);
  keep(OUTBOX, outbox);
  drawBar();
  send(Math.random() * 300); // a class answers in one instant; its pages need not
}
function taken(gone) {
  outbox = read(OUTBOX, outbox).filter((one) => !gone(one));
  keep(OUTBOX, outbox);
}

let timer = 0, sending = false, pause = 0;
function send(wait = 0) {
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
}
async function flush() {
  if (sending || !me.class || !outbox.length) return;
  sending = true;
  let again = 0;
  try {
    taken((one) => one.class !== me.class); // meant for another class
    const votes = outbox.filter((one) => one.kind === "vote");
    const lines = outbox.filter((one) => one.kind === "answer").slice(0, AT_ONCE);
    let reply = { status: 200 };
    if (votes.length) {
      const one = votes[0];
      reply = await post("/api/vote", { poll: one.poll, round: one.round, choice: one.choice });
      const own = (other) => other.kind === "vote" && other.id === one.id;
      if (reply.status === 200) { taken(own); noteVote(one, "in"); }
      if (reply.status === 409 || reply.status === 400) { taken(own); noteVote(one, "late"); }
    } else if (lines.length) {
      reply = await post("/api/answers", { lines: lines.map((one) => one.line) });
      const done = new Set([...(reply.saved ?? []), ...(reply.refused ?? [])]);
      if (reply.status === 400 || reply.status === 413) lines.forEach((one) => done.add(one.line.id));
      taken((one) => one.kind === "answer" && done.has(one.line.id));
    }
    if (reply.status === 401 && !(await rejoin())) return;
    const lost = [0, 429, 500, 503].includes(reply.status);
    pause = lost ? Math.min(8000, (pause || 700) * 1.6) : 0;
    words = reply.status === 503 ? strings.not_saved : "";
    again = lost ? pause * (0.7 + 0.6 * Math.random()) : 1;
  } finally {
    sending = false;
    draw();
    if (outbox.length && again) send(again);
  }
}

async function join(code, nickname) {
  const reply = await post("/api/join", { code, nickname, secret: me.secret });
  if (reply.status !== 200) return reply;
  me = { ...read(KEPT, me), code, nickname: reply.nickname, class: reply.class, start: reply.start };
  keep(KEPT, me);
  closed = false;
  listen();
  send();
  return reply;
}
// A class folder that was begun anew does not know this device: its code decides.
async function rejoin() {
  const reply = me.code ? await join(me.code, me.nickname) : { status: 401 };
  if (reply.status === 200) return true;
  if ([401, 403, 409].includes(reply.status)) { out(); words = say(strings, reply.why === "sent_out" ? "sent_out" : "not_joined"); draw(); }
  return false;
}
function out() {
  me = { ...me, class: "", code: "" };
  keep(KEPT, me);
  state = null;
  stream?.close();
}

// --- what the class says -----------------------------------------------------------------------

let stream = null, back = 0;
function listen() {
  clearTimeout(back);
  stream?.close();
  if (!me.class || document.hidden) return; // a browser opens six connections in all
  const own = stream = new EventSource("/events");
  own.onopen = () => { online = true; closed = false; drawBar(); send(Math.random() * 1000); };
  own.onmessage = (event) => { state = JSON.parse(event.data); online = true; news(); };
  own.addEventListener("out", () => { own.close(); online = false; rejoin().then((ok) => { if (!ok && me.class) again(); }); });
  own.addEventListener("closed", () => { own.close(); online = false; closed = true; draw(); again(); });
  own.onerror = () => { own.close(); online = false; drawBar(); again(); };
}
// A browser gives up after a 503; and not all may come back in one instant.
function again() { clearTimeout(back); back = setTimeout(listen, 500 + Math.random() * (closed ? 4000 : 1000)); }
document.addEventListener("visibilitychange", () => { if (document.hidden) { clearTimeout(back); stream?.close(); } else listen(); });
addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

const votes = () => read(SEEN, {});
const voteOf = (poll, round) => votes()[`${me.class}/${poll}/${round}`];
function noteVote(one, how) {
  const kept = votes();
  kept[`${one.class ?? me.class}/${one.poll}/${one.round}`] = { choice: one.choice, how };
  keep(SEEN, Object.fromEntries(Object.entries(kept).slice(-60)));
}
function choose(choice) {
  const round = { one: 1, two: 2 }[state?.poll?.stage];
  if (!round) return;
  const one = { kind: "vote", poll: state.poll.number, round, choice, id: hex(8) };
  noteVote(one, "waits");
  put(one);
  draw();
}

let stage = "";
function news() {
  const poll = state.poll, now = poll ? `${poll.number}/${poll.stage}` : "";
  if (now !== stage) { open = poll ? "vote" : open === "vote" ? "" : open; stage = now; }
  const beat = state.beat?.n ? `${me.class}/${state.beat.n}` : "";
  if (beat && read("dialogue-class-beat", "") !== beat) {
    // The first state after joining is no order: whoever comes late reads from the beginning.
    if (read("dialogue-class-beat", "").startsWith(`${me.class}/`) || state.beat.n === 1) go(state.beat.item);
    keep("dialogue-class-beat", beat);
  }
  draw();
}

// --- the lesson's page ---------------------------------------------------------------------------

const lesson = document.querySelector('meta[name="dialogue-lesson"]')?.content ?? "";
const place = (item) => document.querySelector(`[data-item="${CSS.escape(item)}"]`) ?? document.getElementById(item);
let called = "", sought = "";
function go(item) {
  const typing = document.activeElement?.matches?.("textarea, input[type=text], input:not([type])");
  called = item;
  open = open === "vote" ? open : "call";
  if (!typing) seek(item);
}
/** Go to a question: at once, or when its place in the lesson has come to life. */
function seek(item) {
  const there = place(item);
  sought = there ? "" : item;
  if (there) arrive(there);
}
document.addEventListener("dialogue:mounted", () => { if (sought) seek(sought); });
addEventListener("wheel", () => { sought = ""; }, { passive: true });
addEventListener("touchmove", () => { sought = ""; }, { passive: true });
function arrive(there) {
  for (let fold = there.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
  there.scrollIntoView({ block: "start" });
  if (!there.hasAttribute("tabindex")) there.setAttribute("tabindex", "-1");
  there.focus({ preventScroll: true });
}

// What the class gets of a line of the record: the answer, and nothing that was judged here.
document.addEventListener("dialogue:line", (event) => {
  const line = event.detail;
  if (!me.class || me.send === false || line?.event !== "check" || typeof line.item !== "string") return;
  put({ kind: "answer", line: {
    id: typeof line.id === "string" && line.id ? line.id.slice(0, 80) : hex(16), item: line.item,
    version: line.version ?? "", response: line.response, confidence: line.confidence ?? null,
  } });
});

// --- what is seen ----------------------------------------------------------------------------------

const inline = document.getElementById("class-here");
const host = make("div", { id: "dialogue-class" });
const root = host.attachShadow({ mode: "open" });
const panel = make("section", { class: "panel", "aria-label": strings.class, hidden: true, tabindex: -1 });
const label = make("span", { class: "state", role: "status" });
const more = make("button", { type: "button", class: "more", "aria-expanded": "false" }, strings.class);
const bar = make("div", { class: "bar" }, more, label);
const box = make("div", { class: inline ? "box here" : "box" }, panel, bar);
root.append(make("link", { rel: "stylesheet", href: "/class.css" }), box);
(inline ?? document.body).append(host);
more.addEventListener("click", () => { open = open ? "" : state?.poll && me.class ? "vote" : "class"; draw(); if (open) panel.focus(); });
root.addEventListener("keydown", (event) => {
  event.stopPropagation(); // a lesson's own keys
  if (event.key === "Escape" && open) { open = ""; draw(); more.focus(); }
});

function drawBar() {
  const waiting = outbox.filter((one) => one.class === me.class).length;
  const said = !me.class ? strings.not_member
    : closed ? strings.class_closed
    : waiting && !online ? say(strings, waiting === 1 ? "waiting_one" : "waiting", { n: waiting })
    : !online ? strings.away
    : me.send === false ? strings.not_sending : strings.connected;
  setText(label, me.class ? `${me.nickname} · ${said}` : said);
  bar.hidden = Boolean(inline) && !me.class; // the page asks for the code already
  // The reading edition says that nothing is sent: here something is.
  const promise = document.querySelector("[data-promise]");
  if (promise && me.class) setText(promise, strings.what_goes);
  box.dataset.state = !me.class ? "out" : online ? "on" : "off";
}

let drawn = "";
function draw() {
  drawBar();
  if (inline && !open) open = !me.class ? "class" : state?.poll ? "vote" : "class";
  const now = JSON.stringify([open, me, state?.poll, called, words, closed, votes(), sure]);
  if (now === drawn) return;
  drawn = now;
  const focused = root.activeElement?.id;
  panel.hidden = !open;
  more.setAttribute("aria-expanded", String(Boolean(open)));
  if (open) {
    const content = open === "vote" && state?.poll ? drawVote(state.poll) : open === "call" ? drawCall() : me.class ? drawClass() : drawDoor();
    const close = inline ? [] : [make("button", { type: "button", class: "close", id: "close", "aria-label": strings.close }, "×")];
    panel.replaceChildren(make("div", { class: "inner" }, ...close, ...content, ...(words ? [make("p", { class: "words", role: "alert" }, words)] : [])));
    panel.querySelector("#close")?.addEventListener("click", () => { open = ""; draw(); more.focus(); });
    if (focused) root.getElementById(focused)?.focus();
  }
  if (!inline) document.body.style.paddingBlockEnd = `${bar.offsetHeight + 12}px`;
}

const button = (id, text, act, options = {}) => {
  const made = make("button", { type: "button", id, ...options }, text);
  made.addEventListener("click", act);
  return made;
};

let typed = null; // what stood in the fields when a code was refused
function drawDoor() {
  const code = make("input", { id: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 9, required: true, value: typed?.code ?? fromLink() });
  const name = make("input", { id: "name", autocomplete: "off", maxlength: 24, value: typed?.name ?? me.nickname ?? "", dir: "auto" });
  const form = make("form", { novalidate: true },
    make("label", { for: "code" }, strings.your_code), make("p", { class: "how", id: "code-how" }, strings.code_how), code,
    make("label", { for: "name" }, strings.nickname), make("p", { class: "how", id: "name-how" }, strings.nickname_how), name,
    make("button", { class: "main", id: "join" }, strings.join), make("p", { class: "how" }, strings.what_goes), privacyLink());
  code.setAttribute("aria-describedby", "code-how");
  name.setAttribute("aria-describedby", "name-how");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector("#join").disabled = true;
    typed = { code: code.value, name: name.value };
    const reply = await join(code.value.trim(), name.value);
    if (reply.status === 200) typed = null;
    words = reply.status === 200 ? "" : say(strings, reply.why ?? "no_answer");
    open = reply.status === 200 ? "class" : open;
    draw();
    const button = root.getElementById("join");
    if (button) button.disabled = false;
    if (reply.status !== 200) root.getElementById("code")?.select();
  });
  return [form];
}
// The code stands behind the # of the address: it is sent to nobody on the way.
const fromLink = () => (/^#[A-Za-z0-9-]{4,9}$/.test(location.hash) && inline ? location.hash.slice(1) : "");

const lessonLink = () => (me.start && !lesson ? [make("p", {}, make("a", { class: "main", id: "start", href: `/lesson/${me.start}` }, strings.to_lesson))] : []);
const privacyLink = () => make("p", { class: "how" }, make("a", { href: "/privacy", target: "_blank" }, strings.privacy));

let sure = false;
function drawClass() {
  const box = make("input", { type: "checkbox", id: "send" });
  box.checked = me.send !== false;
  box.addEventListener("change", () => { me = { ...me, send: box.checked }; keep(KEPT, me); draw(); });
  const leave = sure
    ? [make("p", {}, strings.leave_sure), button("leave-yes", strings.leave_yes, leaveClass), button("leave-no", strings.leave_no, () => { sure = false; draw(); })]
    : [button("leave", strings.leave, () => { sure = true; draw(); root.getElementById("leave-no").focus(); })];
  return [
    make("p", {}, ...fill(strings, "joined_as", { name: make("bdi", {}, make("strong", {}, me.nickname)) })), ...lessonLink(),
    make("p", { class: "how" }, strings.wait_here),
    make("p", {}, make("label", {}, box, " ", strings.send_answers)), make("p", { class: "how" }, strings.what_goes),
    privacyLink(), ...leave,
  ];
}
async function leaveClass() {
  const reply = await post("/api/forget", {});
  sure = false;
  if (reply.status === 200) { taken(() => true); out(); words = strings.left; } else words = say(strings, reply.why ?? "no_answer");
  draw();
}

function drawCall() {
  const parts = [make("p", {}, strings.everybody_here)];
  if (lesson && lesson === state?.lesson) parts.push(button("go", strings.go_there, () => { open = ""; draw(); seek(called); }, { class: "main" }));
  else if (me.start) parts.push(make("p", {}, make("a", { class: "main", id: "go", href: `/lesson/${me.start}#item=${called}` }, strings.go_there)));
  return parts;
}

function drawVote(poll) {
  const round = { one: 1, two: 2 }[poll.stage];
  const title = round ? strings[`vote_${round}`] : poll.stage === "talk" ? strings.vote : poll.stage === "shown" ? strings.vote_shown
    : poll.told.some((one) => one.right !== null) ? strings.vote_told : strings.vote_reasons;
  const mine = [1, 2].map((which) => voteOf(poll.number, which));
  const now = round ? mine[round - 1] : null;
  const parts = [make("p", { class: "title", role: "heading", "aria-level": 2 }, title),
    make("div", { class: "ask", dir: "auto", lang: poll.language || null }, ...grow(poll.ask))];
  const list = make("ol", { class: "options", lang: poll.language || null });
  poll.options.forEach((option, i) => {
    const text = make("span", { dir: "auto" }, ...growInline(option));
    if (round) {
      const chosen = now?.choice === i && now.how !== "late";
      const choice = make("button", { type: "button", id: `option-${i}`, class: "option", "aria-pressed": String(chosen) }, make("b", {}, letter(i)), text);
      choice.addEventListener("click", () => choose(i));
      list.append(make("li", {}, choice));
    } else {
      const told = poll.told?.[i];
      list.append(make("li", { class: told?.right ? "plain key" : "plain" }, make("b", {}, letter(i)), make("div", {}, text,
        told?.right ? make("strong", { class: "right" }, ` ✓ ${strings.key_is}`) : null,
        ...(poll.counts ? [bars(poll.counts, i)] : []),
        told?.say?.length ? make("p", { class: "say", dir: "auto" }, ...growInline(told.say)) : null)));
    }
  });
  if (poll.stage === "talk") parts.push(make("p", { class: "talk" }, strings.vote_talk));
  parts.push(list);
  if (round) {
    parts.push(make("p", { class: "how", role: "status" }, !now ? strings.vote_how
      : say(strings, { in: "vote_sent", waits: "vote_waits", late: "vote_late" }[now.how], { letter: letter(now.choice) })));
  } else if (poll.stage === "talk" && mine[0] && mine[0].how !== "late") {
    parts.push(make("p", { class: "how" }, say(strings, mine[0].how === "in" ? "vote_sent" : "vote_waits", { letter: letter(mine[0].choice) })));
  } else if (poll.stage !== "talk" && (mine[0] || mine[1])) {
    const name = (one) => (one && one.how !== "late" ? letter(one.choice) : strings.vote_none);
    parts.push(make("p", { class: "how" }, say(strings, "vote_mine", { first: name(mine[0]), second: name(mine[1]) })));
  }
  if (inline) parts.push(...lessonLink());
  else parts.push(make("p", {}, button("options", strings.about_class, () => { open = "class"; draw(); panel.focus(); })));
  return parts;
}
function bars(counts, option) {
  return make("span", { class: "bars" }, ...counts.map((round, which) => {
    const all = round.reduce((sum, n) => sum + n, 0), share = all ? Math.round((100 * round[option]) / all) : 0;
    const line = make("span", { class: which ? "second" : "first" });
    line.style.inlineSize = `${share}%`;
    return make("span", { class: "line" }, make("span", { class: "track" }, line), make("span", {}, say(strings, "vote_line", { which: which + 1, count: round[option], share })));
  }));
}

// Another code in the address than the one that was used: another class.
if (inline && me.class && fromLink() && fromLink() !== me.code) { me = { ...me, class: "" }; keep(KEPT, me); }
const wanted = /^#item=([\w-]+)$/.exec(location.hash)?.[1];
if (wanted) addEventListener("load", () => seek(wanted));
draw();
listen();
send(500);
