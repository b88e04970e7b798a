// What the views of the negotiation have in common: the table of six rows, the question before a
// game ends, the debrief with its picture.

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

const SIGNS_OF_ONE = ["key_you", "key_they"], SIGNS_OF_TWO = ["key_us", "key_iraq"];

function lookBack(state, strings, id, signs = SIGNS_OF_ONE) {
  const keys = ["key_fails", "key_passes", "key_efficient", ...signs, "key_deal", "key_august", "key_walk"];
  const seen = state.debrief;
  const part = (key, name = key) => make("p", { dir: "auto" }, make("strong", {}, `${say(strings, name)} `), seen[key]);
  return [
    make("div", { class: "dn-title dn-heading", role: "heading", "aria-level": 4, tabindex: -1, id }, say(strings, "debrief")),
    make("p", { class: "dn-headline", dir: "auto" }, seen.headline),
    make("p", { dir: "auto" }, seen.facts),
    part("left"), part("moment"), part("next"), part("them"),
    make("p", { class: "dn-title" }, say(strings, "picture")),
    make("div", { class: "dn-scene" }, scatter(state.picture, strings),
      make("div", {}, make("ul", { class: "dn-quiet" }, ...keys.map((key) => make("li", {}, say(strings, key)))),
        make("p", { dir: "auto" }, state.picture.words))),
    make("details", {}, make("summary", {}, say(strings, "path")),
      dataTable(say(strings, "path"), ["col_what", "col_text", "col_us", "col_iraq", "col_home"].map((key) => say(strings, key)), state.picture.rows, TABLE)),
    part("august"),
    ...(seen.deal ? dealBox(seen.deal, strings, `${id}-deal`) : []),
    ...(state.history ? [make("p", { class: "dn-title" }, say(strings, "history")),
      make("ul", {}, ...state.history.map((line) => make("li", { dir: "auto" }, line)))] : []),
    ...(state.kept ? [make("p", { class: "dn-quiet", dir: "auto" }, state.kept)] : []),
  ];
}

// --- the table of six rows -----------------------------------------------------------------

const hidden = (words) => make("span", { class: "dn-hidden" }, words);

/** One's own text by menus, their offer beside it, and what both bring.  *changed* is called when
    a menu was moved. */
function issueTable(content, words, uid, changed) {
  // On a narrow page the heads of the columns are out of sight, so the numbers bring their own.
  const counted = (key) => make("td", { class: "dn-count", "data-label": words(`label_${key}`) });
  const rows = content.issues.map((issue, i) => {
    const { menu, shown, node } = wrappingMenu(make("select", { id: `${uid}-${i}`, "aria-label": words("your_option", { title: issue.title }) }));
    const cells = { they: make("td", { dir: "auto" }), sign: make("td", { class: "dn-sign" }), yours: counted("yours"), theirs: counted("theirs") };
    menu.addEventListener("change", changed);
    const row = make("tr", {}, make("th", { scope: "row", dir: "auto" }, issue.title), make("td", {}, node), cells.sign, cells.they, cells.yours, cells.theirs);
    return { issue, menu, shown, cells, row };
  });
  const total = make("th", { scope: "row", colspan: 4, dir: "auto" });
  const totals = { yours: counted("yours"), theirs: counted("theirs") };
  const home = (key, attributes = {}) => make("td", { dir: "auto", class: "dn-home", "data-label": words(`label_home_${key}`), ...attributes });
  const homes = { yours: home("yours"), theirs: home("theirs", { colspan: 4 }) };
  const head = (key, attributes = {}) => make("th", { scope: "col", ...attributes }, words(key));
  const table = make("table", { class: "dn-table" }, make("caption", { class: "dn-hidden" }, words("table")),
    make("thead", {},
      make("tr", {}, head("col_issue", { class: "dn-wide-1", rowspan: 2 }), head("col_you", { class: "dn-wide-2", rowspan: 2 }), make("td", { rowspan: 2 }), head("col_they", { rowspan: 2 }),
        make("th", { scope: "colgroup", colspan: 2, class: "dn-gives" }, words("col_points"))),
      make("tr", {}, head("col_yours", { class: "dn-count" }), head("col_theirs", { class: "dn-count" }))),
    make("tbody", {}, ...rows.map(({ row }) => row),
      make("tr", { class: "dn-sum" }, total, totals.yours, totals.theirs),
      make("tr", {}, make("th", { scope: "row" }, words("home_row")), homes.yours, homes.theirs)));
  const current = () => rows.map(({ menu }) => menu.value).join("");
  return {
    table, rows, homes, current,
    set: (text) => rows.forEach(({ menu }, i) => { menu.value = text[i]; }),
    /** Another lead has other points in its menus. */
    deal: (points) => rows.forEach(({ issue, menu }, i) => menu.replaceChildren(...issue.options.map(([letter, option]) =>
      make("option", { value: letter }, words("option", { words: option, points: points[i][letter] }))))),
    /** The numbers and signs, as the menus stand, beside *offer* (a text and its points, or null). */
    compare({ points, walk }, offer) {
      const text = current();
      let sum = 0;
      rows.forEach(({ issue, shown, cells }, i) => {
        const theirs = offer?.text[i], differs = offer && theirs !== text[i];
        sum += points[i][text[i]];
        shown();
        setText(cells.they, offer ? Object.fromEntries(issue.options)[theirs] : words("no_offer"));
        setText(cells.yours, String(points[i][text[i]]));
        setText(cells.theirs, offer ? String(points[i][theirs]) : "");
        cells.sign.replaceChildren(...(offer ? [make("span", { "aria-hidden": "true" }, differs ? "≠" : "="), hidden(words(differs ? "differs" : "same"))] : []));
        cells.sign.classList.toggle("dn-differs", Boolean(differs));
      });
      const enough = (number) => `${number} ${number >= walk ? "✓" : "✗"}`;
      setText(total, words("total", { walk }));
      setText(totals.yours, enough(sum));
      setText(totals.theirs, offer ? enough(offer.points) : "");
    },
  };
}

/** What both homes say; *sides* names one's own and theirs. */
const atHomes = (words, worth, [mine, theirs]) => words("homes", { ...worth, my_side: mine, their_side: theirs, mark: worth.passes[0] ? "✓" : "✗", their_mark: worth.passes[1] ? "✓" : "✗" });
/** What it would mean to sign *worth* (an offer with its points and homes), in a sentence. */
const signing = (words, worth, walk, sides) => words("would_bring", { points: worth.points, walk, homes: atHomes(words, worth, sides) });

/** Asks before what cannot be taken back, in the place of the buttons *instead*. */
function sureBox(words, instead) {
  let act = null, back = null;
  const question = make("span", {});
  const yes = make("button", { type: "button", "data-do": "yes" }, words("yes"));
  const no = make("button", { type: "button", "data-do": "no" }, words("no"));
  const node = make("div", { class: "dn-actions dn-sure", role: "group", hidden: true }, question, yes, no);
  const close = () => { if (!node.hidden) instead.hidden = false; node.hidden = true; act = null; };
  yes.addEventListener("click", () => { const done = act; close(); done?.(); });
  no.addEventListener("click", () => { close(); back?.focus(); });
  return {
    node, close,
    ask(sentence, button, then) {
      [act, back] = [then, button];
      setText(question, sentence);
      node.setAttribute("aria-label", sentence);
      node.hidden = false;
      instead.hidden = true;
      yes.focus();
    },
  };
}

/** Who one is, below which points one signs nothing, and what is known of the others. */
function briefOf(words) {
  const own = make("p", { class: "dn-brief", dir: "auto" }), theirs = make("p", { class: "dn-brief", dir: "auto" });
  return {
    nodes: [own, theirs],
    show(lead) {
      own.replaceChildren(make("strong", {}, words("brief", lead)), ` ${lead.brief} `, make("strong", {}, words("walk_away", lead)),
        ` ${words(lead.historical ? "historical" : "invented_short")}`);
      theirs.replaceChildren(make("strong", {}, words("their_brief")), ` ${lead.their_brief}`);
    },
  };
}

const listed = (lines) => lines.map((line) => make("li", { dir: "auto" }, line));
const titled = (words) => make("p", { class: "dn-title" }, words);

/** A seed as it was typed; null for what is none. */
const seedOf = (typed) => (/^[0-9]{1,6}$/.test(typed.trim()) && Number(typed) > 0 ? Number(typed) : null);
