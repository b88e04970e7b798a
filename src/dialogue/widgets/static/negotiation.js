// The negotiation view: a table of six rows, four buttons, what they say, and a debrief.  Python
// plays and judges (negotiation.py); here it is shown.

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

function dealBox(text, strings, id) {
  const field = make("textarea", { id, readonly: true, rows: text.split("\n").length, class: "dn-deal-words" });
  field.value = text;
  const said = make("span", { role: "status", "aria-live": "polite" });
  const copy = make("button", { type: "button" }, say(strings, "copy"));
  copy.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(text);
      setText(said, say(strings, "copied"));
    } catch { setText(said, say(strings, "copy_by_hand")); }
  });
  return [make("label", { for: id, class: "dn-title" }, say(strings, "deal")), field, make("div", { class: "dn-actions" }, copy, said)];
}

function lookBack(state, strings, id) {
  const keys = ["key_fails", "key_passes", "key_efficient", "key_you", "key_they", "key_deal", "key_august", "key_walk"];
  const seen = state.debrief;
  const part = (key, name = key) => make("p", { dir: "auto" }, make("strong", {}, `${say(strings, name)} `), seen[key]);
  return [
    make("div", { class: "dn-title dn-heading", role: "heading", "aria-level": 4, tabindex: -1, id }, say(strings, "debrief")),
    make("p", { class: "dn-headline", dir: "auto" }, seen.headline),
    make("p", { dir: "auto" }, seen.facts),
    part("left"), part("moment"), part("next"), part("them"),
    make("p", { class: "dn-title" }, say(strings, "picture")),
    scatter(state.picture, strings),
    make("ul", { class: "dn-quiet" }, ...keys.map((key) => make("li", {}, say(strings, key)))),
    make("p", { dir: "auto" }, state.picture.words),
    make("details", {}, make("summary", {}, say(strings, "path")),
      dataTable(say(strings, "path"), ["col_what", "col_text", "col_us", "col_iraq", "col_home"].map((key) => say(strings, key)), state.picture.rows, TABLE)),
    part("august"),
    ...(seen.deal ? dealBox(seen.deal, strings, `${id}-deal`) : []),
    make("p", { class: "dn-title" }, say(strings, "history")),
    make("ul", {}, ...state.history.map((line) => make("li", { dir: "auto" }, line))),
    make("p", { class: "dn-quiet", dir: "auto" }, state.kept),
  ];
}

// --- the view ------------------------------------------------------------------------------

const hidden = (words) => make("span", { class: "dn-hidden" }, words);

function render({ model, el }) {
  const content = model.get("content"), strings = model.get("strings"), uid = newId();
  const words = (key, values) => say(strings, key, values);
  const root = make("section", { class: "dn", "aria-label": content.title });
  keepKeys(root);

  const rounds = make("span", { class: "dn-rounds" });
  const brief = make("p", { class: "dn-brief", dir: "auto" });
  const theirBrief = make("p", { class: "dn-brief", dir: "auto" });
  const note = make("p", { class: "dn-note", role: "alert", dir: "auto" });

  // --- the table: a row an issue
  // On a narrow page the heads of the columns are out of sight, so the numbers bring their own.
  const counted = (key) => make("td", { class: "dn-count", "data-label": words(key) });
  const rows = content.issues.map((issue, i) => {
    const menu = make("select", { id: `${uid}-${i}`, "aria-label": words("your_option", { title: issue.title }) });
    const cells = { they: make("td", { dir: "auto" }), sign: make("td", { class: "dn-sign" }), yours: counted("col_yours"), theirs: counted("col_theirs") };
    const row = make("tr", {}, make("th", { scope: "row", dir: "auto" }, issue.title), make("td", {}, menu), cells.sign, cells.they, cells.yours, cells.theirs);
    return { issue, menu, cells, row };
  });
  const total = make("th", { scope: "row", colspan: 4, dir: "auto" });
  const totals = { yours: counted("col_yours"), theirs: counted("col_theirs") };
  const homes = { yours: make("td", { dir: "auto" }), theirs: make("td", { dir: "auto", colspan: 4 }) };
  const head = (key, attributes = {}) => make("th", { scope: "col", ...attributes }, words(key));
  const table = make("table", { class: "dn-table" }, make("caption", { class: "dn-hidden" }, words("table")),
    make("thead", {}, make("tr", {}, head("col_issue", { class: "dn-wide-1" }), head("col_you", { class: "dn-wide-2" }), make("td", {}), head("col_they"),
      make("th", { scope: "col", class: "dn-count" }, hidden(`${words("col_points")}: `), words("col_yours")),
      make("th", { scope: "col", class: "dn-count" }, hidden(`${words("col_points")}: `), words("col_theirs")))),
    make("tbody", {}, ...rows.map(({ row }) => row),
      make("tr", { class: "dn-sum" }, total, totals.yours, totals.theirs),
      make("tr", {}, make("th", { scope: "row" }, words("home_row")), homes.yours, homes.theirs)));
  const draft = make("p", { class: "dn-hidden", role: "status", "aria-live": "polite", dir: "auto" });

  // --- what one can do, and what they say, side by side
  const buttons = Object.fromEntries(["offer", "why", "accept", "walk"].map((kind) =>
    [kind, make("button", { type: "button", class: kind === "offer" ? "dn-main" : null, "data-do": kind }, words(kind))]));
  const takeOver = make("button", { type: "button", class: "dn-small" }, words("take_over"));
  const takePackage = make("button", { type: "button", class: "dn-small" }, words("take_package"));
  const question = make("span", {});
  const yes = make("button", { type: "button", "data-do": "yes" }, words("yes"));
  const no = make("button", { type: "button", "data-do": "no" }, words("no"));
  const sure = make("div", { class: "dn-actions", role: "group", hidden: true }, question, yes, no);
  const actions = make("div", { class: "dn-actions" }, ...Object.values(buttons), takeOver, takePackage);
  // Here from the beginning and only its text changes, so that it is announced once.
  const reply = make("p", { class: "dn-reply", role: "status", "aria-live": "polite", dir: "auto" });
  const told = make("ul", {});
  const log = make("ol", { class: "dn-log", tabindex: 0, "aria-label": words("log") });
  const left = make("div", {}, table, draft, actions, sure, note);
  const right = make("div", { class: "dn-side" }, make("p", { class: "dn-title" }, words("they_say")), reply,
    make("p", { class: "dn-title" }, words("told")), told, make("p", { class: "dn-title" }, words("log")), log);
  const desk = make("div", { class: "dn-desk" }, left, right);

  const after = make("div", { class: "dn-after" });
  const seed = make("input", { id: `${uid}-seed`, type: "text", inputmode: "numeric", autocomplete: "off" });
  const again = make("button", { type: "button", "data-do": "again" }, words("again_do"));
  const anew = make("details", {}, make("summary", {}, words("again")), make("p", { class: "dn-quiet" }, words("again_how")),
    make("div", { class: "dn-actions" }, make("label", { for: `${uid}-seed` }, words("seed")), seed, again));

  root.append(
    make("div", { class: "dn-top" }, make("span", { class: "dn-title", role: "heading", "aria-level": 3 }, content.title), rounds),
    brief, theirBrief, desk, after,
    make("details", {}, make("summary", {}, words("rules")), make("ul", {}, ...content.rules.map((rule) => make("li", { dir: "auto" }, rule)))), anew,
    make("p", { class: "dn-quiet" }, words("invented")));
  el.append(root);

  // Replies to other views of the same game have another name.
  const kernel = courier(model);
  let count = 0, asked = "", moved = "", looked = "", ends = "", was = null, seeded = null;
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
  const current = () => rows.map(({ menu }) => menu.value).join("");
  const setMenus = (text) => rows.forEach(({ menu }, i) => { menu.value = text[i]; });
  // A move that waits for the kernel will be made: another one must wait for its answer.
  const off = (button) => button.getAttribute("aria-disabled") === "true" || kernel.waits("move");
  const closeSure = () => { sure.hidden = true; ends = ""; };

  /** The numbers and signs of the table, as the menus stand. */
  const compare = () => {
    const { lead, offer } = model.get("state");
    const text = current();
    let sum = 0;
    rows.forEach(({ issue, cells }, i) => {
      const theirs = offer.text[i], differs = theirs !== text[i];
      sum += lead.points[i][text[i]];
      setText(cells.they, Object.fromEntries(issue.options)[theirs]);
      setText(cells.yours, String(lead.points[i][text[i]]));
      setText(cells.theirs, String(lead.points[i][theirs]));
      cells.sign.replaceChildren(make("span", { "aria-hidden": "true" }, differs ? "≠" : "="), hidden(words(differs ? "differs" : "same")));
      cells.sign.classList.toggle("dn-differs", differs);
    });
    const enough = (points) => `${points} ${points >= lead.walk ? "✓" : "✗"}`;
    setText(total, words("total", lead));
    setText(totals.yours, enough(sum));
    setText(totals.theirs, enough(offer.points));
  };
  const homeWords = (worth) => words("homes", { ...worth, mark: worth.passes[0] ? "✓" : "✗", their_mark: worth.passes[1] ? "✓" : "✗" });

  const look = () => { compare(); send({ event: "look", text: current() }); };
  for (const { menu } of rows) menu.addEventListener("change", look);
  takeOver.addEventListener("click", () => { if (!off(takeOver)) { setMenus(model.get("state").offer.text); look(); } });
  takePackage.addEventListener("click", () => { if (!off(takePackage)) { setMenus(model.get("state").package); look(); } });
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

  const deal = (lead) => {
    // Another seed is another lead: other points in the menus, another brief.
    brief.replaceChildren(make("strong", {}, words("brief", lead)), ` ${lead.brief} `, make("strong", {}, words("walk_away", lead)),
      lead.historical ? ` ${words("historical")}` : ` ${words("invented_short")}`);
    theirBrief.replaceChildren(make("strong", {}, words("their_brief")), ` ${lead.their_brief}`);
    rows.forEach(({ issue, menu }, i) => menu.replaceChildren(...issue.options.map(([letter, option]) =>
      make("option", { value: letter }, words("option", { words: option, points: lead.points[i][letter] })))));
  };

  const show = () => {
    const state = model.get("state"), first = was === null;
    const all = content.rounds, done = state.used >= all;
    if (state.seq === looked) kernel.answered("look");
    if (state.seq === moved) kernel.answered("move");
    setText(rounds, state.over ? words("rounds_over", { n: state.used, total: all })
      : done ? words("rounds_done", { total: all }) : words("rounds", { n: state.used + 1, total: all }));
    // A look at another text changes nothing here, so an earlier reply is not announced again.
    setText(reply, state.reply);
    setText(note, state.note || (state.restored ? words("restored") : ""));
    const key = JSON.stringify([state.seed, state.log]);
    const fresh = first || (key !== was && state.log.length === 1);
    if (seeded !== state.seed) { deal(state.lead); seeded = state.seed; setMenus(state.draft.text); }
    if (key !== was) {
      told.replaceChildren(...(state.told.length ? state.told : [words("told_none")]).map((line) => make("li", { dir: "auto" }, line)));
      log.replaceChildren(...state.log.map((line) => make("li", { dir: "auto" }, line)));
      after.replaceChildren(...(state.over ? lookBack(state, strings, `${uid}-after`) : []));
      if (fresh) { setMenus(state.draft.text); seed.value = String(state.seed); }
    }
    compare();
    setText(homes.theirs, homeWords(state.offer));
    if (state.draft.text === current()) {
      setText(homes.yours, homeWords(state.draft));
      setText(draft, `${words("col_yours")}: ${state.draft.points}. ${homeWords(state.draft)}`);
    }
    takePackage.hidden = !state.package;
    desk.classList.toggle("dn-over", state.over);
    for (const node of [table, actions, draft]) node.hidden = state.over;
    for (const button of [buttons.offer, buttons.why]) button.setAttribute("aria-disabled", String(done));
    if (key !== was) log.scrollTop = log.scrollHeight;
    if (state.over) {
      closeSure();
      // The button that ended the game is gone: the focus goes to the debrief, not to nowhere.
      if (!first && key !== was && state.seq === asked) after.querySelector(".dn-heading")?.focus();
    } else if (!first && key !== was && state.seq === asked && fresh) rows[0].menu.focus();
    was = key;
  };
  model.on("change:state", show);
  show();
  return () => { kernel.stop(); model.off("change:state", show); };
}

export default { render };
