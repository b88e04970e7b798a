// The negotiation view: menus, four buttons and a debrief.  Python plays and judges
// (simulation.py); here it is shown.

const TABLE = { box: "dn-scroll", style: null };

// --- the picture of the debrief ------------------------------------------------------------

const WIDE = 560, HIGH = 470, LEFT = 52, FLOOR = 420, TOP = 14, EDGE = 548, MOST = 105;
const along = (us) => LEFT + (us / MOST) * (EDGE - LEFT);
const upTo = (iraq) => FLOOR - (iraq / MOST) * (FLOOR - TOP);
const path = (...points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("");

function numbered(steps, kind) {
  // Rounds that ended at one place share a mark, so that no number hides another.
  const places = new Map();
  for (const [n, us, iraq] of steps) {
    const key = `${us} ${iraq}`;
    places.set(key, [[...(places.get(key)?.[0] ?? []), n], us, iraq]);
  }
  return [...places.values()].flatMap(([rounds, us, iraq]) => {
    const x = along(us), y = upTo(iraq), mine = kind === "dn-mine";
    const outline = mine ? [[x, y - 7], [x + 7, y + 5], [x - 7, y + 5]] : [[x - 5, y - 5], [x + 5, y - 5], [x + 5, y + 5], [x - 5, y + 5]];
    return [draw("path", { d: `${path(...outline)}Z`, class: kind }),
      draw("text", { x: mine ? x - 9 : x + 8, y: y - 6, class: "dn-number", "text-anchor": mine ? "end" : "start" }, rounds.join(", "))];
  });
}

function scatter(picture, strings) {
  const parts = [];
  for (let value = 0; value <= 100; value += 20) {
    parts.push(draw("text", { x: along(value), y: FLOOR + 18, "text-anchor": "middle" }, String(value)),
      draw("text", { x: LEFT - 8, y: upTo(value) + 4, "text-anchor": "end" }, String(value)));
  }
  parts.push(draw("path", { d: path([LEFT, TOP], [LEFT, FLOOR], [EDGE, FLOOR]), class: "dn-axis", fill: "none" }),
    draw("text", { x: (LEFT + EDGE) / 2, y: FLOOR + 40, "text-anchor": "middle" }, say(strings, "axis_us")),
    draw("text", { x: 14, y: (TOP + FLOOR) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(TOP + FLOOR) / 2})` }, say(strings, "axis_iraq")));
  for (const [us, iraq, kind] of picture.dots) {
    if (kind < 2) parts.push(draw("circle", { cx: along(us), cy: upTo(iraq), r: kind ? 2.6 : 2.2, class: kind ? "dn-passes" : "dn-fails" }));
  }
  const [us, iraq] = picture.walk;
  parts.push(draw("line", { x1: along(us), x2: along(us), y1: TOP, y2: FLOOR, class: "dn-walk" }),
    draw("line", { x1: LEFT, x2: EDGE, y1: upTo(iraq), y2: upTo(iraq), class: "dn-walk" }),
    draw("path", { d: path(...picture.frontier.map(([a, b]) => [along(a), upTo(b)])), class: "dn-frontier" }));
  for (const [a, b] of picture.frontier) {
    const x = along(a), y = upTo(b);
    parts.push(draw("path", { d: `${path([x, y - 5], [x + 5, y], [x, y + 5], [x - 5, y])}Z`, class: "dn-efficient" }));
  }
  const [x, y] = [along(picture.august[0]), upTo(picture.august[1])];
  parts.push(draw("path", { d: `${path([x - 5, y - 5], [x + 5, y + 5])}${path([x - 5, y + 5], [x + 5, y - 5])}`, class: "dn-august" }));
  parts.push(...numbered(picture.theirs, "dn-theirs"), ...numbered(picture.mine, "dn-mine"));
  if (picture.deal) parts.push(draw("circle", { cx: along(picture.deal[0]), cy: upTo(picture.deal[1]), r: 12, class: "dn-deal" }));
  // Its words and its table stand beside it, so that the picture is one thing with one name.
  return draw("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "dn-plot", role: "img", "aria-label": `${say(strings, "picture")}. ${picture.words}` }, ...parts);
}

function lookBack(state, strings, id) {
  const keys = ["key_fails", "key_passes", "key_efficient", "key_you", "key_they", "key_deal", "key_august", "key_walk"];
  return [
    make("div", { class: "dn-title dn-heading", role: "heading", "aria-level": 4, tabindex: -1, id }, say(strings, "debrief")),
    make("ul", {}, ...state.debrief.map((line) => make("li", { dir: "auto" }, line))),
    make("p", { class: "dn-title" }, say(strings, "picture")),
    scatter(state.picture, strings),
    make("ul", { class: "dn-quiet" }, ...keys.map((key) => make("li", {}, say(strings, key)))),
    make("p", { dir: "auto" }, state.picture.words),
    make("details", {}, make("summary", {}, say(strings, "table")),
      dataTable(say(strings, "table"), ["col_what", "col_text", "col_us", "col_iraq", "col_home"].map((key) => say(strings, key)), state.picture.rows, TABLE)),
  ];
}

// --- the view ------------------------------------------------------------------------------

function render({ model, el }) {
  const content = model.get("content"), strings = model.get("strings"), uid = newId();
  const words = (key, values) => say(strings, key, values);
  const root = make("section", { class: "dn", "aria-label": content.title });
  keepKeys(root);

  const rounds = make("p", { class: "dn-title" });
  // Here from the beginning and only its text changes, so that it is announced once.
  const reply = make("p", { class: "dn-reply", role: "status", "aria-live": "polite", dir: "auto" });
  const note = make("p", { class: "dn-note", role: "alert", dir: "auto" });
  const offered = make("ol", {});
  const worth = make("p", { dir: "auto" });
  const takeOver = make("button", { type: "button" }, words("take_over"));
  const table_ = make("div", { class: "dn-box" }, make("p", { class: "dn-title" }, words("their_offer")), offered, worth, takeOver);

  const menus = content.issues.map((issue, i) => {
    const menu = make("select", { id: `${uid}-${i}`, "aria-describedby": `${uid}-draft` },
      ...issue.options.map(([letter, option, points]) => make("option", { value: letter }, words("option", { letter, words: option, points }))));
    return { menu, row: make("div", { class: "dn-field" }, make("label", { for: `${uid}-${i}` }, words("issue", { n: i + 1, title: issue.title })), menu) };
  });
  const draft = make("p", { id: `${uid}-draft`, role: "status", "aria-live": "polite", dir: "auto" });
  const buttons = Object.fromEntries(["offer", "why", "accept", "walk"].map((kind) =>
    [kind, make("button", { type: "button", class: kind === "offer" ? "dn-main" : null, "data-do": kind }, words(kind))]));
  const question = make("span", {});
  const yes = make("button", { type: "button", "data-do": "yes" }, words("yes"));
  const no = make("button", { type: "button", "data-do": "no" }, words("no"));
  const sure = make("div", { class: "dn-actions", role: "group", hidden: true }, question, yes, no);
  const actions = make("div", { class: "dn-actions" }, ...Object.values(buttons));
  const costs = make("p", { class: "dn-quiet" }, words("costs"));
  const desk = make("fieldset", {}, make("legend", {}, words("your_text")), ...menus.map((m) => m.row), draft, actions, sure, costs);

  const told = make("ul", {});
  const toldBox = make("div", { class: "dn-box" }, make("p", { class: "dn-title" }, words("told")), told);
  const log = make("div", {});
  const after = make("div", { class: "dn-after" });
  const seed = make("input", { id: `${uid}-seed`, type: "text", inputmode: "numeric", autocomplete: "off" });
  const again = make("button", { type: "button", "data-do": "again" }, words("again_do"));
  const anew = make("details", {}, make("summary", {}, words("again")), make("p", { class: "dn-quiet" }, words("again_how")),
    make("div", { class: "dn-actions" }, make("label", { for: `${uid}-seed` }, words("seed")), seed, again));

  root.append(
    make("div", { class: "dn-title", role: "heading", "aria-level": 3 }, content.title),
    make("p", {}, make("strong", {}, words("invented"))),
    make("details", {}, make("summary", {}, words("rules")), make("ul", {}, ...content.rules.map((rule) => make("li", { dir: "auto" }, rule)))),
    rounds, reply, note, table_, desk, toldBox, log, after, anew);
  el.append(root);

  // Replies to other views of the same game have another name.
  const kernel = courier(model);
  let count = 0, asked = "", moved = "", looked = "", ends = "", was = null;
  const send = (message) => {
    count += 1;
    asked = `${uid}-${count}`;
    const look = message.event === "look";
    if (look) looked = asked; else moved = asked;
    kernel.ask(look ? "look" : "move", { ...message, seq: asked }, {
      waits: () => setText(note, words(look ? "waiting_look" : "waiting")),
      lost: () => setText(note, words("no_kernel")),
    });
  };
  const current = () => menus.map((m) => m.menu.value).join("");
  const setMenus = (text) => menus.forEach((m, i) => { m.menu.value = text[i]; });
  // A move that waits for the kernel will be made: another one must wait for its answer.
  const off = (button) => button.getAttribute("aria-disabled") === "true" || kernel.waits("move");
  const closeSure = () => { sure.hidden = true; ends = ""; };

  for (const { menu } of menus) menu.addEventListener("change", () => send({ event: "look", text: current() }));
  takeOver.addEventListener("click", () => {
    if (off(takeOver)) return;
    setMenus(model.get("state").offer.text);
    send({ event: "look", text: current() });
  });
  buttons.offer.addEventListener("click", () => { if (!off(buttons.offer)) { closeSure(); send({ event: "offer", text: current() }); } });
  buttons.why.addEventListener("click", () => { if (!off(buttons.why)) { closeSure(); send({ event: "why" }); } });
  for (const kind of ["accept", "walk"]) {
    buttons[kind].addEventListener("click", () => {
      if (off(buttons[kind])) return;
      ends = kind;
      setText(question, words(`sure_${kind}`));
      sure.setAttribute("aria-label", words(`sure_${kind}`));
      sure.hidden = false;
      yes.focus();
    });
  }
  yes.addEventListener("click", () => { const event = ends; closeSure(); if (event && !kernel.waits("move")) send({ event }); });
  no.addEventListener("click", () => { const back = buttons[ends]; closeSure(); back?.focus(); });
  const begin = () => {
    const typed = seed.value.trim();
    if (!/^[0-9]{1,6}$/.test(typed) || Number(typed) < 1) { setText(note, words("again_bad")); seed.focus(); return; }
    if (kernel.waits("move")) return;
    anew.open = false;
    send({ event: "again", seed: Number(typed) });
  };
  again.addEventListener("click", begin);
  seed.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey) begin(); });

  const show = () => {
    const state = model.get("state"), first = was === null;
    const total = content.rounds, done = state.used >= total;
    if (state.seq === looked) kernel.answered("look");
    if (state.seq === moved) kernel.answered("move");
    setText(rounds, state.over ? words("rounds_over", { n: state.used, total })
      : done ? words("rounds_done", { total }) : words("rounds", { n: state.used + 1, total }));
    // A look at another text changes nothing here, so an earlier reply is not announced again.
    setText(reply, state.reply);
    setText(note, state.note || (state.restored ? words("restored") : ""));
    const key = JSON.stringify([state.seed, state.log]);
    if (key !== was) {
      offered.replaceChildren(...state.offer.words.map(([title, letter, option]) => make("li", { dir: "auto" }, `${title}: ${letter}, ${option}`)));
      setText(worth, words("their_offer_worth", state.offer));
      told.replaceChildren(...(state.told.length ? state.told : [words("told_none")]).map((line) => make("li", { dir: "auto" }, line)));
      log.replaceChildren(dataTable(words("log"), ["col_round", "col_move", "col_reply"].map((k) => words(k)), state.log, TABLE));
      after.replaceChildren(...(state.over ? lookBack(state, strings, `${uid}-after`) : []));
      const fresh = !state.log.slice(1).length || first;
      if (fresh) { setMenus(state.draft.text); seed.value = String(state.seed); }
    }
    if (state.draft.text === current()) setText(draft, words("draft_worth", state.draft));
    for (const node of [table_, desk]) node.hidden = state.over;
    for (const button of [buttons.offer, buttons.why]) button.setAttribute("aria-disabled", String(done));
    if (state.over) {
      closeSure();
      // The button that ended the game is gone: the focus goes to the debrief, not to nowhere.
      if (!first && key !== was && state.seq === asked) after.querySelector(".dn-heading")?.focus();
    } else if (!first && key !== was && state.seq === asked && !state.log.slice(1).length) menus[0].menu.focus();
    was = key;
  };
  model.on("change:state", show);
  show();
  return () => { kernel.stop(); model.off("change:state", show); };
}

export default { render };
