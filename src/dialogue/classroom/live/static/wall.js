// The projector: how to join, the vote, the answers to one question. It gets nothing that a
// learner may not see. Keys act for the teacher, whose window this is.

const here = document.getElementById("here"), said = document.getElementById("said"), clock = document.getElementById("clock");
const letter = (index) => String.fromCharCode(65 + index);
let state = null, drawn = "", stream = null;

async function act(order) {
  const reply = await fetch("/api/teacher", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) }).catch(() => null);
  const found = await reply?.json().catch(() => ({}));
  said.textContent = reply?.ok ? "" : say(strings, found?.why ?? "no_answer");
}
const bar = (share, second) => {
  const line = make("span", { class: second ? "second" : "first" });
  line.style.inlineSize = `${share}%`;
  return make("span", { class: "track" }, line);
};
const share = (n, all) => (all ? Math.round((100 * n) / all) : 0);
const sum = (counts) => counts.reduce((whole, n) => whole + n, 0);

function join() {
  const scan = make("img", { src: `/qr.svg?${state.code}&${encodeURIComponent(state.link)}`, alt: "" });
  const how = make("p", {}, strings.wall_scan);
  scan.addEventListener("error", () => { scan.remove(); how.remove(); }); // no QR code is made here
  return [make("div", { class: "join" }, make("div", {}, make("p", {}, strings.wall_open), make("p", { class: "link" }, state.link.replace(/\/$/, "")),
    make("p", {}, strings.wall_code), make("p", { class: "code" }, state.code), how,
    make("p", {}, say(strings, "wall_in", { n: state.devices }))), scan)];
}
function vote(poll) {
  if (!poll) return join();
  const told = poll.told;
  const list = make("ol", { class: "options", lang: poll.language || null }, ...poll.options.map((option, i) => make("li", { class: told?.[i].right ? "right" : null },
    make("b", {}, letter(i)), make("div", {}, make("span", { dir: "auto" }, ...growInline(option)),
      told?.[i].right ? make("strong", {}, ` ✓ ${strings.key_is}`) : null,
      ...(poll.counts ?? []).map((round, which) => make("span", { class: "line" }, bar(share(round[i], sum(round)), which),
        make("span", {}, say(strings, "vote_line", { which: which + 1, count: round[i], share: share(round[i], sum(round)) })))),
      told?.[i].say?.length ? make("p", { class: "say", dir: "auto" }, ...growInline(told[i].say)) : null))));
  const stage = { one: strings.vote_1, two: strings.vote_2, talk: strings.vote_talk, shown: strings.vote_shown }[poll.stage]
    ?? (told.some((one) => one.right !== null) ? strings.vote_told : strings.vote_reasons);
  return [make("p", { class: "stage", role: "status" }, stage), make("div", { class: "ask", dir: "auto", lang: poll.language || null }, ...grow(poll.ask)), list,
    ...(state.cast === undefined ? [] : [make("p", { class: "cast" }, say(strings, state.cast === 1 ? "wall_cast_one" : "wall_cast", { n: state.cast }))])];
}
function item(one) {
  const all = Math.max(1, one.answered);
  return [make("p", { class: "ask", dir: "auto" }, one.ask), make("p", {}, say(strings, "wall_answered", { n: one.answered })),
    make("ol", { class: "options" }, ...one.choices.map(([words, n], i) => make("li", {}, make("b", {}, letter(i)), make("div", {}, make("span", { dir: "auto" }, words),
      make("span", { class: "line" }, bar(share(n, all), true), make("span", {}, `${n} (${share(n, all)} %)`))))))];
}
function draw() {
  clock.textContent = state.minute === null ? "" : say(strings, "minute", { n: Math.floor(state.minute) });
  const what = [state.wall, state.wall === "join" ? [state.link, state.code, state.devices] : state.item ?? [state.poll, state.cast]];
  if (JSON.stringify(what) === drawn) return;
  drawn = JSON.stringify(what);
  here.replaceChildren(...(state.wall === "join" ? join() : state.wall === "vote" ? vote(state.poll) : state.item ? item(state.item) : []));
}
function listen() {
  stream?.close();
  if (document.hidden) return;
  const own = stream = new EventSource("/events?as=wall");
  own.onmessage = (event) => { state = JSON.parse(event.data); said.textContent = ""; draw(); };
  own.addEventListener("out", () => { own.close(); said.textContent = strings.teacher_only; });
  own.addEventListener("closed", () => { own.close(); said.textContent = strings.class_closed; setTimeout(listen, 3000); });
  own.onerror = () => { own.close(); said.textContent = strings.no_answer; setTimeout(listen, 500 + Math.random() * 1000); };
}
function next() {
  const poll = state?.poll;
  if (!poll) return;
  const end = poll.stage === "told" || (poll.stage === "shown" && state.last);
  act(end ? { do: "end" } : { do: "step", poll: poll.number, from: poll.stage });
}
const keys = {
  j: () => act({ do: "wall", what: "join" }), v: () => act({ do: "wall", what: "vote" }), b: () => act({ do: "wall", what: "nothing" }),
  n: next, ArrowRight: next, PageDown: next,
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen().catch(() => {})),
  "?": () => { said.textContent = said.textContent ? "" : strings.wall_keys; },
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (keys[name] && state) { event.preventDefault(); keys[name](); }
});
document.addEventListener("visibilitychange", () => (document.hidden ? stream?.close() : listen()));
listen();
