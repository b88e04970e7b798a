// The quiz view: one ES module for all kinds of question, no build step, nothing loaded.
//
// Text arrives as a tree made by text.py and is built node by node: there is no innerHTML
// in this file, so question text cannot run.  Grading happens in Python; `grade` below does
// the same where no kernel answers, and tests/grading-vectors.json holds the two together.

// --- grading: the same rules as questions.grade -------------------------------------------

const FOLD = new Map([["٫", "."], ["٬", ","], ["٪", "%"], ["−", "-"], ["–", "-"], ["\u200e", ""], ["\u200f", ""], ["\u061c", ""]]);
for (const zero of [0x0660, 0x06f0]) {
  for (let i = 0; i < 10; i++) FOLD.set(String.fromCharCode(zero + i), String(i));
}

/** One kind of digit and of space, none at the ends. */
const tidied = (text) => Array.from(text, (c) => FOLD.get(c) ?? c).join("").replace(/[\s\x1c-\x1f\x85]+/g, " ").trim();

/** Read a number as people type it; null when it cannot be read without guessing. */
export function number(text, unit = "") {
  if (typeof text === "number") return Number.isFinite(text) ? text : null;
  if (typeof text !== "string") return null;
  let cleaned = tidied(text);
  for (const ending of [unit, "%"]) {
    if (ending && cleaned.toLowerCase().endsWith(ending.toLowerCase())) {
      cleaned = cleaned.slice(0, -ending.length);
    }
  }
  cleaned = cleaned.replace(/[\s_]/g, "");
  if (/^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,2})?$/i.test(cleaned)) return Number(cleaned);
  if (/^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$/.test(cleaned)) return Number(cleaned.replaceAll(",", ""));
  if (/^[+-]?[0-9]+,[0-9]+$/.test(cleaned)) return Number(cleaned.replace(",", "."));
  return null;
}

function within(value, target, tolerance) {
  return Math.abs(value - target) <= tolerance + 1e-9 * Math.max(1, Math.abs(target));
}

function outcome(verdict, score = 0, comments = [], missing = 0, problem = "") {
  return { verdict, score, comments, missing, problem, mark: null };
}

/** A probability in per cent, 0 to 100; null for 0.7, which may mean 70 or less than one. */
function chance(text) {
  const value = number(text, "%");
  const marked = typeof text === "string" && tidied(text).endsWith("%");
  return value === null || value < 0 || value > 100 || (value > 0 && value < 1 && !marked) ? null : value;
}

function numbers(item, response) {
  const given = typeof response === "string" ? tidied(response).split(/[; ]+/).filter(Boolean) : response;
  if (!Array.isArray(given) || !given.length) return outcome("unanswered");
  const found = given.map((value) => number(value, item.unit));
  if (found.includes(null)) return outcome("unanswered", 0, [], 0, "not_a_number");
  if (found.length !== item.values.length) return outcome("unanswered", 0, [], 0, "other_length");
  const hits = found.filter((value, i) => within(value, item.values[i], item.tolerance)).length;
  if (hits === found.length) return outcome("right", 1);
  return outcome(hits ? "partly" : "wrong", hits / found.length, [], found.length - hits);
}

const LETTERS = new Map([["ٱ", "ا"], ["ى", "ي"], ["ی", "ي"], ["ک", "ك"], ["ة", "ه"], ["ς", "σ"], ["ß", "ss"]]);
const ARTICLES = new Set(["the", "a", "an", "al", "el"]);

/** What a short answer is compared by: see questions.fold. */
export function fold(text) {
  const plain = text.replace(/[.'’‘ʼʿʾʻ`´"“”„«»‹›\u0640]/g, "").normalize("NFKD").toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "");
  const letters = Array.from(plain, (c) => FOLD.get(c) ?? c).join("");
  const folded = Array.from(letters, (c) => LETTERS.get(c) ?? c).join("").replace(/[^\p{L}\p{N}]/gu, " ");
  const all = folded.split(" ").filter(Boolean);
  const words = all.filter((word) => !ARTICLES.has(word));
  return (words.length ? words : all).map((word) => (word.startsWith("ال") && Array.from(word).length > 4 ? word.slice(2) : word)).join("");
}

/** How many letters differ (wrong, missing, too many, two swapped); most + 1 when more. */
function edits(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before = [], row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i++) {
    const last = row, rowBefore = before;
    row = [i];
    for (let j = 1; j <= other.length; j++) {
      let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) cost = Math.min(cost, rowBefore[j - 2] + 1);
      row.push(cost);
    }
    if (Math.min(...row) > most) return most + 1;
    before = last;
  }
  return Math.min(row.at(-1), most + 1);
}

const digits = (text) => text.replace(/[^0-9]/g, "");

/** The target that `given` may be a misspelling of: { distance, i }, or null. */
function nearest(given, targets) {
  let best = null;
  targets.forEach((target, i) => {
    const length = Array.from(target).length;
    const slack = length < 5 ? 0 : length < 10 ? 1 : 2;
    const distance = edits(Array.from(given), Array.from(target), slack);
    if (distance <= slack && digits(given) === digits(target) && (!best || distance < best.distance)) best = { distance, i };
  });
  return best;
}

const isIndex = (value, size) => Number.isInteger(value) && value >= 0 && value < size;

const GRADERS = {
  single(item, response) {
    if (!isIndex(response, item.options.length)) return outcome("unanswered");
    const { say, right } = item.options[response];
    return outcome(right ? "right" : "wrong", right ? 1 : 0, [{ about: response, right, say }]);
  },

  multiple(item, response) {
    if (!Array.isArray(response)) return outcome("unanswered");
    const size = item.options.length;
    const ticked = [...new Set(response.filter((i) => isIndex(i, size)))].sort((a, b) => a - b);
    if (!ticked.length) return outcome("unanswered");
    const all = item.options.filter((o) => o.right).length;
    const hits = ticked.filter((i) => item.options[i].right).length;
    const comments = ticked.map((i) => ({ about: i, right: item.options[i].right, say: item.options[i].say }));
    if (hits === all && ticked.length === all) return outcome("right", 1, comments);
    const score = Math.max(0, (hits - (ticked.length - hits)) / all);
    return outcome(hits ? "partly" : "wrong", score, comments, all - hits);
  },

  numeric(item, response) {
    if (item.values.length) return numbers(item, response);
    if (response === null || response === undefined) return outcome("unanswered");
    if (typeof response === "string" && !tidied(response)) return outcome("unanswered");
    const value = number(response, item.unit);
    if (value === null) return outcome("unanswered", 0, [], 0, "not_a_number");
    if (within(value, item.answer, item.tolerance)) return outcome("right", 1);
    const slip = item.near.find((n) => {
      const size = Math.abs(n.value);
      return within(value, n.value, Math.max(0.01 * size, Math.min(item.tolerance, 0.05 * size)));
    });
    return outcome("wrong", 0, slip ? [{ about: null, right: false, say: slip.say }] : []);
  },

  order(item, response) {
    const { events } = item;
    const whole = Array.isArray(response) && response.length === events.length
      && response.every((i) => isIndex(i, events.length)) && new Set(response).size === events.length;
    if (!whole) return outcome("unanswered");
    const sameDay = (a, b) => events[a].date !== "" && events[a].date === events[b].date;
    let hits = 0, all = 0;
    response.forEach((one, i) => response.slice(i + 1).forEach((other) => {
      all += 1;
      if (one < other || sameDay(one, other)) hits += 1;
    }));
    const comments = response.map((event, place) => ({ about: event, right: place === event || sameDay(place, event), say: [] }));
    for (const mistake of item.mistakes) {
      if (response.indexOf(mistake.first) < response.indexOf(mistake.then)) comments.push({ about: null, right: false, say: mistake.say });
    }
    return outcome(hits === all ? "right" : hits ? "partly" : "wrong", hits / all, comments, all - hits);
  },

  match(item, response) {
    if (!Array.isArray(response)) return outcome("unanswered");
    const { pairs, rights } = item;
    const chosen = pairs.map((_, i) => (isIndex(response[i], rights.length) ? response[i] : null));
    if (chosen.every((choice) => choice === null)) return outcome("unanswered");
    let hits = 0;
    const comments = [];
    pairs.forEach((pair, i) => {
      if (chosen[i] === null) return;
      const right = chosen[i] === pair.right;
      if (right) hits += 1;
      const known = pair.wrong.find((w) => w.right === chosen[i]);
      const extra = item.extra.find((e) => e.right === chosen[i] && e.say.length);
      comments.push({ about: i, right, say: right ? [] : (known ?? extra ?? pair).say });
    });
    const score = hits / pairs.length;
    const missing = chosen.filter((choice) => choice === null).length;
    return outcome(score === 1 ? "right" : hits ? "partly" : "wrong", score, comments, missing);
  },

  short(item, response) {
    const given = typeof response === "string" ? fold(response) : "";
    if (!given) return outcome("unanswered");
    const accept = item.accept.map(fold), wrong = item.wrong.map((slip) => fold(slip.text));
    if (accept.includes(given)) return outcome("right", 1);
    const slipped = (i) => outcome("wrong", 0, [{ about: null, right: false, say: item.wrong[i].say }]);
    if (wrong.includes(given)) return slipped(wrong.indexOf(given));
    if (item.forgiving) {
      const best = nearest(given, accept), slip = nearest(given, wrong);
      if (best && (!slip || best.distance < slip.distance)) {
        return outcome("right", 1, [{ about: null, right: true, say: [item.accept[best.i]] }]);
      }
      if (slip) return slipped(slip.i);
    }
    return outcome("wrong");
  },

  forecast(item, response) {
    if (response === null || response === undefined) return outcome("unanswered");
    if (typeof response === "string" && !tidied(response)) return outcome("unanswered");
    const value = chance(response);
    if (value === null) return outcome("unanswered", 0, [], 0, "not_a_chance");
    if (item.happened === null || item.opens) return outcome("logged");
    const band = item.bands.find((b) => value <= b.high);
    return outcome("logged", (value / 100 - Number(item.happened)) ** 2, band?.say.length ? [{ about: null, right: null, say: band.say }] : []);
  },

  classify(item, response) {
    if (!Array.isArray(response)) return outcome("unanswered");
    const chosen = item.statements.map((_, i) => (item.labels.includes(response[i]) ? response[i] : null));
    if (!chosen.some(Boolean)) return outcome("unanswered");
    let hits = 0;
    const comments = [];
    item.statements.forEach((statement, i) => {
      const right = chosen[i] === statement.label;
      if (right) hits += 1;
      if (chosen[i] !== null) {
        comments.push({ about: i, right, say: right ? [] : Object.hasOwn(statement.comments, chosen[i]) ? statement.comments[chosen[i]] : [] });
      }
    });
    const score = hits / item.statements.length;
    const missing = chosen.filter((label) => label === null).length;
    return outcome(score === 1 ? "right" : hits ? "partly" : "wrong", score, comments, missing);
  },
};

GRADERS.evidence = GRADERS.single;

const CERTAINTY_RIGHT = { 1: 1, 2: 2, 3: 3 };
const CERTAINTY_WRONG = { 1: 0, 2: -2, 3: -6 };

/** Without a key every response that can be read is kept for the teacher: see questions._keep. */
function kept(item, response, found) {
  if (item.kind === "numeric" && item.values.length) {
    const given = typeof response === "string" ? tidied(response).split(/[; ]+/).filter(Boolean) : response;
    found = numbers({ ...item, values: Array.isArray(given) ? given.map(() => 0) : [] }, given);
  }
  return found.verdict === "unanswered" ? found : outcome("kept");
}

/** Grade one response: the same verdict, score and comments as questions.grade in Python. */
export function grade(item, response, confidence = null) {
  let found = GRADERS[item.kind](item, response);
  if (item.keyless) found = kept(item, response, found);
  if (!item.confidence || item.kind === "forecast" || found.verdict === "unanswered") return found;
  if (![1, 2, 3].includes(confidence)) return outcome("unanswered", 0, [], 0, "no_confidence");
  if (found.verdict === "kept") return found;
  found.mark = found.score > 0 ? CERTAINTY_RIGHT[confidence] * found.score : CERTAINTY_WRONG[confidence];
  return found;
}

// --- building the page ---------------------------------------------------------------------

const TEXT_TAGS = new Set(["p", "ul", "ol", "li", "em", "strong", "code", "br"]);

/** Make an element: `make("p", { class: "x" }, "text", otherNode)`. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

/** Build a text tree.  Unknown tags become plain spans, so nothing can be smuggled in. */
function grow(nodes) {
  return (nodes ?? []).map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, ...children] = node;
    const known = TEXT_TAGS.has(tag);
    const block = known && ["p", "ul", "ol", "li"].includes(tag);
    return make(known ? tag : "span", block ? { dir: "auto" } : {}, ...grow(children));
  });
}

/** Legends and labels may hold no blocks: the same words with blocks as spans. */
function growInline(nodes) {
  return (nodes ?? []).map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, ...children] = node;
    const inline = ["em", "strong", "code", "br"].includes(tag);
    const attributes = inline ? {} : { class: `dq-as-${TEXT_TAGS.has(tag) ? tag : "p"}`, dir: "auto" };
    return make(inline ? tag : "span", attributes, ...growInline(children));
  });
}

function say(strings, key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

const letter = (i) => String.fromCharCode(65 + i);
const signed = (value) => (value > 0 ? `+${short(value)}` : short(value).replace("-", "−"));
const short = (value) => String(Math.round(value * 100) / 100);

function day(iso, language) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso ?? "";
  return date.toLocaleDateString(language === "en" ? "en-GB" : language, { day: "numeric", month: "long", year: "numeric" });
}

function link(address, words) {
  return address
    ? make("a", { href: address, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, words)
    : make("span", { dir: "auto" }, words);
}

// Ids must differ between all quizzes of a page, and every widget may load its own copy of
// this module: a counter would start again in each.
const newId = () => `dq-${Math.random().toString(36).slice(2, 10)}`;

// JupyterLab runs its notebook shortcuts for keys pressed anywhere inside a cell: `x` would cut
// the cell, ArrowDown would leave it.  Keys stay with the quiz; Shift+Enter (run) and
// combinations with Ctrl, Meta or Alt (save, copy) go on to the notebook, and Escape leaves the
// quiz for its cell, from where the arrow keys move through the page.
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.closest(".jp-Cell")?.focus();
    if (event.key === "Enter" && event.shiftKey) event.preventDefault(); // no Check on the way
  });
  for (const kind of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(kind, (event) => {
      const runs = event.key === "Enter" && event.shiftKey;
      const passes = event.ctrlKey || event.metaKey || event.altKey || runs || event.key === "Escape";
      if (!passes) event.stopPropagation();
    });
  }
}

// --- the controls of each kind: { node, read(), write(response), mark(outcome, revealed) } ---

/** The verdict on one row: a line, a sign and a word, never a colour alone. */
function setMark(strings, row, mark, state, words = state ? say(strings, `mark_${state}`) : "") {
  row.dataset.state = state;
  mark.textContent = words;
}

function choices(item, strings, uid, many) {
  const rows = item.options.map((option, i) => {
    const input = make("input", { type: many ? "checkbox" : "radio", name: uid, value: i });
    const mark = make("span", { class: "dq-mark" });
    const words = make("span", { class: "dq-text", dir: "auto" }, ...growInline(option.text));
    const key = make("span", { class: "dq-letter" }, letter(i));
    const row = make("label", { class: "dq-option" }, input, key, words, mark);
    return { input, mark, row, below: null };
  });
  return {
    rows,
    node: rows.map((r) => r.row),
    instruction: say(strings, many ? "choose_many" : "choose_one"),
    read() {
      const ticked = rows.flatMap((r, i) => (r.input.checked ? [i] : []));
      return many ? ticked : ticked[0] ?? null;
    },
    write(response) {
      const ticked = many ? (Array.isArray(response) ? response : []) : [response];
      rows.forEach((r, i) => { r.input.checked = ticked.includes(i); });
    },
    mark(found, revealed) {
      rows.forEach((r, i) => {
        const comment = found?.comments.find((c) => c.about === i);
        const state = comment ? (comment.right ? "right" : "wrong") : revealed && item.options[i].right ? "key" : "";
        setMark(strings, r.row, r.mark, state);
      });
    },
    name: (i) => letter(i),
  };
}

/** Pick a paragraph: its digest opens beside it, and the article itself is one click away. */
function passages(item, strings, uid) {
  const control = choices(item, strings, uid, false);
  const article = item.article ? make("p", {}, link(item.article, say(strings, "read_article"))) : null;
  control.instruction = say(strings, "choose_evidence");
  control.node = [...control.rows.flatMap((r, i) => [r.row,
    make("details", { class: "dq-digest" },
      make("summary", {}, say(strings, "digest_of", { what: item.options[i].text.join("") })),
      make("p", { dir: "auto" }, item.options[i].digest))]), article].filter(Boolean);
  return control;
}

function field(item, strings, uid, { label, unit, wide, mode }) {
  const input = make("input", {
    type: "text", inputmode: mode, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    id: uid, class: wide ? "dq-words" : "dq-number", dir: wide ? "auto" : null,
    "aria-describedby": unit ? `${uid}-unit` : null,
  });
  const row = make("div", { class: "dq-field" }, make("label", { for: uid }, label), input,
    unit ? make("span", { id: `${uid}-unit`, dir: "auto" }, unit) : null);
  return {
    input, row,
    node: [row],
    instruction: "",
    read: () => input.value,
    write(response) { input.value = Array.isArray(response) ? response.join("; ") : response ?? ""; },
    mark(found) {
      const state = found?.verdict === "right" ? "right" : found?.verdict === "wrong" || found?.verdict === "partly" ? "wrong" : "";
      input.setAttribute("aria-invalid", String(state === "wrong"));
      row.dataset.state = state;
    },
    name: () => "",
  };
}

function numberField(item, strings, uid) {
  const control = field(item, strings, uid, { label: say(strings, "your_answer"), unit: item.unit, mode: "decimal", wide: item.values.length > 0 });
  if (item.values.length) control.instruction = say(strings, "several_numbers");
  return control;
}

function words(item, strings, uid) {
  return { ...field(item, strings, uid, { label: say(strings, "your_answer"), wide: true, mode: "text" }), instruction: say(strings, "short_how") };
}

/** A probability: a field and a slider that say the same. */
function probability(item, strings, uid) {
  const control = field(item, strings, uid, { label: say(strings, "your_chance"), unit: "%", mode: "decimal" });
  const slider = make("input", { type: "range", min: 0, max: 100, step: 1, value: 50, "aria-label": say(strings, "slider"), class: "dq-slider" });
  const follow = () => { const value = chance(control.input.value); if (value !== null) slider.value = value; };
  control.input.addEventListener("input", follow);
  slider.addEventListener("input", () => { control.input.value = slider.value; });
  control.row.append(slider);
  control.instruction = say(strings, "chance_how");
  control.write = (response) => { control.input.value = response ?? ""; if (response === null || response === undefined) slider.value = 50; follow(); };
  control.mark = () => {};
  return control;
}

/** Put in order by moving: two buttons and a menu of places for each, and focus goes along. */
function orderer(item, strings, uid) {
  const total = item.events.length;
  const list = make("ol", { class: "dq-order" });
  const told = make("p", { class: "dq-told", role: "status", "aria-live": "polite" });
  let order = [...item.start], moved = false;
  const rows = item.events.map((event, i) => {
    const what = event.name;
    const mark = make("span", { class: "dq-mark", id: `${uid}-${i}-mark` });
    const up = make("button", { type: "button", "aria-label": say(strings, "up", { what }) }, "↑");
    const down = make("button", { type: "button", "aria-label": say(strings, "down", { what }) }, "↓");
    const place = make("select", { "aria-label": say(strings, "place_of", { what }), "aria-describedby": mark.id },
      ...item.events.map((_, n) => make("option", { value: n }, String(n + 1))));
    const row = make("li", { class: "dq-event", "data-event": i }, place, make("span", { class: "dq-text", dir: "auto" }, ...growInline(event.text)), up, down, mark);
    up.addEventListener("click", () => move(i, order.indexOf(i) - 1, up));
    down.addEventListener("click", () => move(i, order.indexOf(i) + 1, down));
    place.addEventListener("change", () => move(i, Number(place.value), place));
    return { row, mark, up, down, place };
  });
  function draw() {
    // Rows are moved one by one and only where they must: an element that stays keeps its focus.
    order.forEach((event, n) => {
      const { row, up, down, place } = rows[event];
      if (list.children[n] !== row) list.insertBefore(row, list.children[n] ?? null);
      place.value = String(n);
      up.setAttribute("aria-disabled", String(n === 0));
      down.setAttribute("aria-disabled", String(n === total - 1));
    });
  }
  function move(event, to, control) {
    if (to < 0 || to >= total) return;
    order = order.filter((other) => other !== event);
    order.splice(to, 0, event);
    moved = true;
    draw();
    control.focus();
    told.textContent = say(strings, "moved", { what: item.events[event].name, n: to + 1, total });
  }
  draw();
  return {
    node: [list, told],
    instruction: say(strings, "put_in_order"),
    read: () => (moved ? [...order] : null),
    write(response) {
      const whole = Array.isArray(response) && response.length === total && new Set(response).size === total && response.every((i) => isIndex(i, total));
      order = whole ? [...response] : [...item.start];
      moved = whole;
      told.textContent = "";
      draw();
    },
    mark(found) {
      rows.forEach((r, i) => {
        const comment = found?.comments.find((c) => c.about === i);
        setMark(strings, r.row, r.mark, comment ? (comment.right ? "right" : "wrong") : "", comment ? say(strings, comment.right ? "place_right" : "place_wrong") : "");
      });
    },
    name: () => "",
  };
}

/** Rows with a menu each: statements to label, or left sides to match. */
function menus(rows, strings, uid, { read, write, key }) {
  const drawn = rows.map((entry, i) => {
    const mark = make("span", { class: "dq-mark", id: `${uid}-${i}-mark` });
    const menu = make("select", { id: `${uid}-${i}`, "aria-describedby": mark.id },
      make("option", { value: "" }, say(strings, "choose_label")),
      ...entry.menu.map(([value, text]) => make("option", { value }, text)));
    const words = make("label", { class: "dq-text", for: menu.id, dir: "auto" },
      make("span", { class: "dq-letter" }, `${i + 1}.`), " ", ...growInline(entry.text));
    return { menu, mark, row: make("div", { class: "dq-statement" }, words, menu, mark) };
  });
  return {
    node: drawn.map((r) => r.row),
    instruction: "",
    read: () => drawn.map((r) => (r.menu.value === "" ? null : read(r.menu.value))),
    write(response) {
      drawn.forEach((r, i) => { r.menu.value = Array.isArray(response) ? write(response[i]) : ""; });
    },
    mark(found, revealed) {
      drawn.forEach((r, i) => {
        const comment = found?.comments.find((c) => c.about === i);
        const state = comment ? (comment.right ? "right" : "wrong") : "";
        setMark(strings, r.row, r.mark, state || (revealed ? "key" : ""), [
          state ? say(strings, `mark_${state}`) : "",
          revealed && state !== "right" ? `${say(strings, "mark_key")}: ${key(i)}` : "",
        ].filter(Boolean).join("; "));
      });
    },
    name: (i) => `${i + 1}`,
  };
}

function sorter(item, strings, uid) {
  const menu = item.labels.map((label) => [label, label]);
  return menus(item.statements.map((s) => ({ text: s.text, menu })), strings, uid, {
    read: (value) => value,
    write: (label) => label ?? "",
    key: (i) => item.statements[i].label,
  });
}

function matcher(item, strings, uid) {
  const menu = item.shown.map((right) => [String(right), item.rights[right]]);
  const control = menus(item.pairs.map((pair) => ({ text: pair.left, menu })), strings, uid, {
    read: Number,
    write: (right) => (isIndex(right, item.rights.length) ? String(right) : ""),
    key: (i) => item.rights[item.pairs[i].right],
  });
  control.instruction = say(strings, "match_each");
  return control;
}

const CONTROLS = {
  single: (item, strings, uid) => choices(item, strings, uid, false),
  multiple: (item, strings, uid) => choices(item, strings, uid, true),
  numeric: numberField,
  order: orderer,
  match: matcher,
  short: words,
  classify: sorter,
  evidence: passages,
  forecast: probability,
};

/** How sure are you?  Three levels, and what each would pay or cost. */
function certainty(item, strings) {
  const group = newId();
  const inputs = [1, 2, 3].map((n) => make("input", { type: "radio", name: group, value: n }));
  return {
    node: make("fieldset", { class: "dq-sure" }, make("legend", {}, say(strings, "how_sure")),
      ...inputs.map((input, i) => make("label", { class: "dq-option" }, input, make("span", { class: "dq-text" }, say(strings, `sure_${i + 1}`))))),
    read: () => inputs.findIndex((input) => input.checked) + 1 || null,
    write(value) { inputs.forEach((input, i) => { input.checked = value === i + 1; }); },
  };
}

// --- one question ---------------------------------------------------------------------------

function question(item, n, total, strings, send) {
  const uid = newId();
  const control = CONTROLS[item.kind](item, strings, uid);
  const sure = item.confidence && item.kind !== "forecast" ? certainty(item, strings) : null;
  const meta = [
    total > 1 ? say(strings, "question", { n, total }) : "",
    item.para.length ? `${say(strings, "paragraphs")} ${item.para.join(", ")}` : "",
    item.contested ? say(strings, "contested") : "",
    item.as_of ? say(strings, "as_of", { date: item.as_of }) : "",
    item.resolves ? say(strings, "resolves", { date: day(item.resolves, item.language) }) : "",
    item.draft ? say(strings, "draft") : "",
    item.keyless ? say(strings, "graded") : "",
  ].filter(Boolean);

  const checkButton = make("button", { type: "submit", class: "dq-main" }, say(strings, item.keyless ? "keep" : "check"));
  const hintButton = make("button", { type: "button", "aria-expanded": "false", "aria-controls": `${uid}-hint` }, say(strings, "hint"));
  const revealButton = make("button", { type: "button" }, say(strings, "reveal"));
  const resetButton = make("button", { type: "button" }, say(strings, "reset"));
  const hint = make("div", { class: "dq-hint", id: `${uid}-hint`, role: "status", "aria-live": "polite" });
  const status = make("div", { class: "dq-status", role: "status", "aria-live": "polite", "aria-atomic": "true" });
  const answered = make("div", { class: "dq-answered", role: "status", "aria-live": "polite" });
  const problem = make("div", { class: "dq-problem", role: "alert" });
  const note = make("p", { class: "dq-note" });
  const after = make("div", { class: "dq-after" });

  const form = make("form", { class: "dq-item", novalidate: true, "data-item": item.id, lang: item.language },
    meta.length ? make("p", { class: "dq-meta" }, ...meta.map((m) => make("span", { dir: "auto" }, m))) : null,
    make("fieldset", { "aria-describedby": control.instruction ? `${uid}-how` : null },
      make("legend", {}, ...growInline(item.ask)),
      control.instruction ? make("p", { class: "dq-instruction", id: `${uid}-how` }, control.instruction) : null,
      ...control.node),
    sure?.node ?? null,
    make("div", { class: "dq-actions" }, checkButton, item.hint.length ? hintButton : null, revealButton, resetButton),
    hint, status, answered, problem, note, after);

  let known = {};

  function finish(revealed) {
    after.replaceChildren();
    const logged = known.outcome?.verdict === "logged";
    const done = known.outcome?.verdict === "right" || (logged && !item.opens);
    if (!done && !revealed) return;
    if (revealed) {
      const key = make("p", { class: "dq-key" }, make("strong", {}, say(strings, "answer_is")), " ");
      item.key.forEach((part, i) => key.append(i ? "; " : "", make("span", { dir: "auto" }, ...growInline(part))));
      after.append(key);
    }
    if (item.explain.length) {
      after.append(make("p", { class: "dq-after-title" }, say(strings, "explanation")), ...grow(item.explain));
    }
    for (const [summary, rows] of folded()) {
      if (rows.length) {
        after.append(make("details", {}, make("summary", {}, say(strings, summary)),
          make("ul", {}, ...rows.map(([name, comment]) => make("li", { dir: "auto" }, make("strong", {}, ...name), " ", ...growInline(comment))))));
      }
    }
    if (item.sources.length) {
      const list = make("ul", {}, ...item.sources.map((s) => make("li", {}, link(s.address, s.text))));
      after.append(make("p", { class: "dq-after-title" }, say(strings, "sources")), list);
    }
  }

  function folded() {
    const judged = (right) => say(strings, right ? "mark_right" : "mark_wrong");
    const slips = (list) => list.filter((s) => s.say.length).map((s) => [[make("bdi", {}, String(s.text ?? s.value)), "."], s.say]);
    switch (item.kind) {
      case "single": case "multiple":
        return [["every_option", item.options.map((o, i) => [[`${letter(i)}, ${judged(o.right)}.`], o.say])]];
      case "evidence":
        return [["every_option", item.options.map((o) => [[`${o.text.join("")}, ${judged(o.right)}.`], o.say])]];
      case "match":
        return [["every_pair", item.pairs.map((p) => [[...growInline(p.left), ": ", make("bdi", {}, item.rights[p.right]), "."], p.say])]];
      case "short": return [["every_slip", slips(item.wrong)]];
      case "numeric": return [["every_slip", slips(item.near)]];
      default: return [];
    }
  }

  /** What a forecast is told: logged; and once it is known, the score and others' scores. */
  function scored(found) {
    const lines = [make("p", {}, make("strong", { class: "dq-verdict" }, say(strings, "logged", { chance: short(chance(known.response) ?? 0) })))];
    if (item.opens) return [...lines, make("p", {}, say(strings, "opens", { lesson: item.opens }))];
    const others = item.reference.map((r) => say(strings, item.happened === null ? "reference_open" : "reference",
      { who: r.who, chance: short(r.chance), score: short((r.chance / 100 - Number(item.happened)) ** 2) }));
    lines.push(make("p", {}, item.happened === null
      ? say(strings, "unresolved", { date: day(item.resolves, item.language) })
      : `${say(strings, item.happened ? "happened" : "happened_not")} ${say(strings, "brier", { score: short(found.score) })}`));
    found.comments.forEach((c) => lines.push(make("p", { dir: "auto" }, ...growInline(c.say))));
    if (others.length) lines.push(make("ul", {}, ...others.map((o) => make("li", { dir: "auto" }, o))));
    return lines;
  }

  function verdict(found) {
    status.replaceChildren();
    status.dataset.verdict = found?.verdict ?? "";
    if (!found) return;
    if (found.verdict === "unanswered") {
      status.append(make("p", {}, say(strings, found.problem || `unanswered_${item.kind}`)));
      return;
    }
    if (found.verdict === "kept") {
      status.append(make("p", {}, make("strong", { class: "dq-verdict" }, say(strings, "kept"))));
      return;
    }
    if (found.verdict === "logged") {
      status.append(...scored(found));
      return;
    }
    const words = [make("strong", { class: "dq-verdict" }, say(strings, found.verdict))];
    if (found.missing && found.verdict !== "right") words.push(" ", say(strings, `missing_${item.kind}`, { n: found.missing }));
    if (found.mark !== null && found.mark !== undefined) words.push(" ", say(strings, "mark", { mark: signed(found.mark) }));
    const spoken = found.comments.filter((c) => c.say.length);
    if (found.verdict === "wrong" && !spoken.length && strings[`wrong_${item.kind}`]) words.push(" ", say(strings, `wrong_${item.kind}`));
    const whole = ["single", "evidence", "numeric", "short"].includes(item.kind);
    if (whole) {
      spoken.forEach((c) => words.push(" ", make("span", { dir: "auto" }, ...(item.kind === "short" && c.right
        ? [say(strings, "usual_spelling", { text: c.say.join("") })] : growInline(c.say)))));
    }
    status.append(make("p", {}, ...words));
    if (!whole && spoken.length) {
      status.append(make("ul", {}, ...spoken.map((c) => make("li", { dir: "auto" },
        c.about === null ? null : make("strong", {}, `${control.name(c.about)}, ${say(strings, c.right ? "mark_right" : "mark_wrong")}. `), ...growInline(c.say)))));
    }
  }

  // What the live region says now: the kernel's reply to an answer that was graded here
  // confirms it, and must not announce it a second time.
  let announced = "";

  /** Draw what is known: from the record, from grading here, or from Python's reply. */
  function show(state, restored = false, fresh = false) {
    known = state ?? {};
    const found = known.outcome ?? null;
    if (restored && "response" in known) {
      control.write(known.response);
      sure?.write(known.confidence);
    }
    const graded = found && found.verdict !== "unanswered" ? found : null;
    control.mark(graded, known.revealed);
    const words = found ? JSON.stringify([found.verdict, found.missing, found.problem, found.mark, found.comments]) : "";
    if (fresh || words !== announced) {
      verdict(found);
      if (graded?.verdict === "right" && item.explain.length) status.append(make("p", {}, say(strings, "explained")));
    }
    announced = words;
    const told = known.revealed && graded?.verdict !== "right" ? say(strings, "revealed") : "";
    if (answered.textContent !== told) answered.textContent = told;
    const trouble = known.note ?? "";
    if (problem.textContent !== trouble) problem.textContent = trouble;
    revealButton.hidden = item.keyless || !(known.tries > 0) || known.revealed || ["right", "logged"].includes(found?.verdict);
    resetButton.hidden = !(known.tries > 0);
    finish(known.revealed);
    note.textContent = trouble ? "" : (known.edited ? say(strings, "edited") : "")
      || (restored && known.at ? say(strings, "restored", { date: day(known.at, item.language) }) : "")
      || (graded && known.saved ? say(strings, "saved") : "");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    send("check", item, control.read(), sure?.read() ?? null);
  });
  hintButton.addEventListener("click", () => {
    const open = hintButton.getAttribute("aria-expanded") === "true";
    hintButton.setAttribute("aria-expanded", String(!open));
    hint.replaceChildren(...(open ? [] : grow(item.hint)));
    if (!open) send("hint", item);
  });
  revealButton.addEventListener("click", () => {
    send("reveal", item);
    checkButton.focus(); // the pressed button goes away; focus must not
  });
  resetButton.addEventListener("click", () => {
    control.write(null);
    sure?.write(null);
    hintButton.setAttribute("aria-expanded", "false");
    hint.replaceChildren();
    send("reset", item);
    (form.querySelector("fieldset input, fieldset select, fieldset button") ?? checkButton).focus();
  });
  const counted = (found) => found && !["logged", "kept", "unanswered"].includes(found.verdict);
  return {
    form, show,
    score: () => (counted(known.outcome) ? known.outcome.score * item.points : 0),
    certain: () => (counted(known.outcome) ? known.outcome.mark ?? 0 : 0),
  };
}

// --- a set of questions ---------------------------------------------------------------------

// How long to wait for the kernel before grading here.  A live kernel answers in milliseconds;
// one that is busy or gone must not leave the learner without an answer.
const PATIENCE = 1500;

function quiz(model, root) {
  const content = model.get("content"), strings = model.get("strings");
  const uid = newId();
  // A forecast is scored but not graded: it adds nothing to what can be had.
  const total = content.items.reduce((sum, item) => sum + (item.kind === "forecast" || item.keyless ? 0 : item.points), 0);
  const certain = content.items.some((item) => item.confidence);
  const score = make("p", { class: "dq-score" });
  const pending = new Map(); // item to the timer that waits for the kernel
  const sequences = new Map(); // item to the number of the last message about it
  const views = new Map();
  let sequence = 0;
  let seen = {};

  root.setAttribute("role", "group");
  if (content.title) {
    root.setAttribute("aria-labelledby", uid);
    root.append(make("div", { class: "dq-head" }, make("div", { class: "dq-title", id: uid, dir: "auto", role: "heading", "aria-level": 3 }, content.title), content.items.length > 1 && total ? score : null));
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
    const seq = ++sequence;
    const name = item.id;
    if (event !== "hint") sequences.set(name, seq);
    const before = seen[name] ?? {};
    clearTimeout(pending.get(name));
    pending.delete(name);
    const draw = (state, fresh) => {
      seen = { ...seen, [name]: state };
      views.get(name).show(state, false, fresh);
      tally();
    };
    if (event === "check") {
      // The verdict does not wait for the kernel, which grades by the same rules and saves.
      const found = grade(item, response, confidence);
      const tries = (before.tries ?? 0) + (found.verdict === "unanswered" ? 0 : 1);
      draw({ ...before, response, confidence, outcome: found, tries, note: "", saved: false, edited: false }, true);
      if (found.verdict === "unanswered") return;
    }
    const alone = () => {
      pending.delete(name);
      if (event === "reset") draw({});
      else draw({ ...seen[name], revealed: before.revealed || event === "reveal", note: say(strings, "no_kernel") });
    };
    if (event !== "hint") pending.set(name, setTimeout(alone, PATIENCE));
    try {
      model.send({ event, item: name, response, confidence, seq });
    } catch {
      clearTimeout(pending.get(name));
      if (event !== "hint") alone();
    }
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
      if (!restored && pending.has(item.id) && now?.seq !== sequences.get(item.id)) continue;
      clearTimeout(pending.get(item.id));
      pending.delete(item.id);
      seen = { ...seen, [item.id]: now };
      views.get(item.id).show(now, restored);
    }
    heard = state;
    tally();
  }
  refresh(true);
  const changed = () => refresh(false);
  model.on("change:state", changed);
  return () => {
    model.off("change:state", changed);
    for (const timer of pending.values()) clearTimeout(timer);
  };
}

// --- the learner's record: where it is, how much is in it, erase ------------------------------

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
    make("div", { class: "dq-head" }, make("div", { class: "dq-title", id: uid, role: "heading", "aria-level": 3 }, say(strings, "erase_title"))),
    make("p", {}, say(strings, "erase_where"), " ", where), count,
    make("div", { class: "dq-actions" }, erase), sure, status);

  let timer;
  function refresh() {
    const state = model.get("state");
    where.textContent = state.path;
    count.textContent = say(strings, "erase_count", state);
  }
  erase.addEventListener("click", () => { sure.hidden = false; status.textContent = ""; no.focus(); });
  no.addEventListener("click", () => { sure.hidden = true; erase.focus(); });
  yes.addEventListener("click", () => {
    const gone = () => { status.textContent = say(strings, "erase_no_kernel"); };
    timer = setTimeout(gone, PATIENCE);
    try { model.send({ event: "erase" }); } catch { clearTimeout(timer); gone(); }
    sure.hidden = true;
    erase.focus();
  });
  const changed = () => {
    const state = model.get("state");
    refresh();
    if (!state.erased && !state.note) return;
    clearTimeout(timer);
    status.textContent = state.note || say(strings, "erase_done");
  };
  // Answers are given elsewhere on the page: count again whenever somebody comes by.
  const countAgain = () => { try { model.send({ event: "count" }); } catch { /* the old count stands */ } };
  root.addEventListener("pointerenter", countAgain);
  root.addEventListener("focusin", countAgain);
  refresh();
  model.on("change:state", changed);
  return () => { model.off("change:state", changed); clearTimeout(timer); };
}

// --- review, progress, calibration --------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";

/** Make a node of a drawing. */
function draw(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const percent = (share) => String(Math.round(share * 100));

/** A day such as 2026-12-20 in words.  It is the learner's own day: no time zone may shift it. */
function calendarDay(iso, language, weekday = false) {
  const [year, month, date] = iso.split("-").map(Number);
  const day = new Date(2000, 0, 1);
  day.setFullYear(year, month - 1, date);
  const name = weekday ? { weekday: "long" } : { year: "numeric" };
  return day.toLocaleDateString(language === "en" ? "en-GB" : language, { ...name, day: "numeric", month: "long" });
}

/** A sentence with nodes in it: `fill("In {lesson}.", { lesson: node })`. */
function fill(strings, key, values) {
  return (strings[key] ?? key).split(/(\{\w+\})/).flatMap((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (!name) return part ? [part] : [];
    const value = values[name] ?? "";
    return Array.isArray(value) ? value : [value];
  });
}

/** A lesson by name; in JupyterLab the name opens it. */
function lessonNode(lesson, strings) {
  const words = say(strings, lesson.title ? "lesson_named" : "lesson_bare", lesson);
  const here = /\/tree\/(.*\/)?[^/]+\.ipynb$/.exec(decodeURIComponent(window.location.pathname));
  if (!lesson.file || !here) return make("span", { dir: "auto" }, words);
  return make("a", {
    href: lesson.file, dir: "auto",
    "data-commandlinker-command": "docmanager:open",
    "data-commandlinker-args": JSON.stringify({ path: `${here[1] ?? ""}${lesson.file}` }),
  }, words);
}

const heading = (words, level, id = null) => make("div", { class: "dq-title", role: "heading", "aria-level": level, dir: "auto", id }, words);

function dataTable(caption, columns, rows) {
  const cells = ([first, ...others]) => make("tr", {}, make("th", { scope: "row", dir: "auto" }, first),
    ...others.map((cell) => make("td", { dir: "auto" }, cell)));
  return make("div", { class: "dq-scroll", role: "region", tabindex: 0, "aria-label": caption },
    make("table", { class: "dq-table" }, make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...rows.map(cells))));
}

/** What is due today as a quiz, with the plan of the next days in words above it. */
function review(model, root) {
  const { plan } = model.get("content"), strings = model.get("strings");
  const stop = quiz(model, root);
  const [[, now], ...later] = plan.days;
  const language = document.documentElement.lang || "en";
  const parts = [say(strings, "due_today", { n: now })];
  later.forEach(([day, n], i) => {
    if (n) parts.push(say(strings, i ? "due_on" : "due_tomorrow", { n, day: calendarDay(day, language, true) }));
  });
  const nothing = !now && parts.length === 1;
  const aim = say(strings, plan.aim, { day: plan.day ? calendarDay(plan.day, language) : "" });
  const lines = [
    nothing && !plan.done ? say(strings, "due_none") : `${parts.join(", ")}.`,
    [plan.done ? say(strings, "due_done", { n: plan.done }) : "",
      plan.waiting ? say(strings, "due_most", { n: plan.waiting, most: plan.most }) : "",
      now ? say(strings, "due_again") : "", aim].filter(Boolean).join(" "),
  ];
  root.querySelector(".dq-head").after(...lines.map((line, i) => make("p", i ? { class: "dq-instruction", dir: "auto" } : { dir: "auto" }, line)));
  return stop;
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
  let timer, asked = false, drawn = false;
  function ask() {
    const silent = () => {
      status.textContent = say(strings, "panel_silent");
      if (!drawn) body.replaceChildren();
    };
    clearTimeout(timer);
    timer = setTimeout(silent, PATIENCE);
    try { model.send({ event: "show" }); } catch { clearTimeout(timer); silent(); }
  }
  function answered(message) {
    if (message?.event !== "shown") return;
    clearTimeout(timer);
    body.replaceChildren(...paint(message, strings));
    drawn = true;
    status.textContent = asked ? say(strings, "panel_again_done") : "";
    asked = false;
  }
  again.addEventListener("click", () => { status.textContent = ""; asked = true; ask(); });
  model.on("msg:custom", answered);
  ask();
  return () => { model.off("msg:custom", answered); clearTimeout(timer); };
}

const STATE_SIGNS = { solid: "\u2713", shaky: "\u25d0", new: "\u25cb" };

function paintProgress({ step, lessons }, strings) {
  const language = document.documentElement.lang || "en";
  const values = {
    n: step.count,
    objective: step.objective,
    day: step.day ? calendarDay(step.day, language, true) : "",
    question: step.question.length ? [make("em", { dir: "auto" }, ...growInline(step.question))] : "",
    lesson: step.lesson ? lessonNode(step.lesson, strings) : "",
  };
  const counted = (objectives) => say(strings, "states_counted", Object.fromEntries(
    Object.keys(STATE_SIGNS).map((state) => [state, objectives.filter((o) => o.state === state).length])));
  const nodes = [make("p", { class: "dq-next", dir: "auto" }, make("strong", {}, say(strings, "step")), " ", ...fill(strings, `step_${step.kind}`, values))];
  if (!lessons.length) return [...nodes, make("p", {}, say(strings, "objectives_none"))];
  const all = lessons.flatMap((lesson) => lesson.objectives);
  const upper = (words) => words.charAt(0).toUpperCase() + words.slice(1);
  nodes.push(make("p", { dir: "auto" }, `${upper(counted(all))}.`), make("p", { class: "dq-instruction", dir: "auto" }, say(strings, "states_mean")));
  for (const lesson of lessons) {
    const name = say(strings, lesson.title ? "lesson_named" : "lesson_bare", lesson);
    const begun = lesson.objectives.some((o) => o.state !== "new");
    const of = (n, total) => say(strings, "n_of", { n, total });
    nodes.push(make("details", { open: begun, class: "dq-lesson" },
      make("summary", { dir: "auto" }, `${upper(name)}: ${counted(lesson.objectives)}`),
      dataTable(say(strings, "objectives_of", { lesson: name }),
        ["col_objective", "col_state", "col_tried", "col_right"].map((key) => say(strings, key)),
        lesson.objectives.map((o) => [
          make("span", { dir: "auto" }, make("strong", {}, o.label), " ", ...growInline(o.words)),
          make("span", {}, make("span", { "aria-hidden": "true" }, STATE_SIGNS[o.state]), "\u00a0", say(strings, `state_${o.state}`)),
          of(o.tried, o.questions), of(o.right, o.questions)]))));
  }
  return nodes;
}

const WIDE = 420, HIGH = 250, LEFT = 62, TOP = 22, FLOOR = 190, EDGE = 400;
const upTo = (share) => FLOOR - share * (FLOOR - TOP);

/** The frame of a picture: a scale of shares at the side, and its description. */
function frame(described, side, ...inside) {
  const marks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    draw("line", { x1: LEFT, x2: EDGE, y1: upTo(share), y2: upTo(share), class: "dq-grid" }),
    draw("text", { x: LEFT - 8, y: upTo(share) + 4, "text-anchor": "end" }, percent(share))]);
  // Its words and its table stand beside it, so that the picture is one thing with one name.
  return draw("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "dq-plot", role: "img", "aria-label": described },
    draw("text", { x: 16, y: (TOP + FLOOR) / 2, "text-anchor": "middle", transform: `rotate(-90 16 ${(TOP + FLOOR) / 2})` }, side),
    ...marks, ...inside);
}

function certaintyPart({ levels, enough }, strings) {
  const total = levels.reduce((sum, level) => sum + level.answers, 0);
  const counts = make("p", { class: "dq-instruction", dir: "auto" }, say(strings, "certainty_counts"));
  const title = heading(say(strings, "certainty_title"), 4);
  if (total < enough) {
    return [title, make("p", { dir: "auto" }, say(strings, "certainty_few", { n: total, enough, missing: enough - total })), counts];
  }
  const name = (level) => say(strings, `level_${level.n}`);
  const words = levels.map((level) => (level.answers
    ? `${say(strings, "level_given", { level: name(level), ...level, share: percent(level.share) })} ${say(strings, `judged_${level.judgement}`)}`
    : say(strings, "level_none", { level: name(level) })));
  const picture = say(strings, "certainty_picture");
  const step = (EDGE - LEFT) / levels.length;
  const inside = levels.flatMap((level, i) => {
    const x = LEFT + step * (i + 0.5);
    const box = draw("rect", { x: x - 34, y: upTo(level.high), width: 68, height: upTo(level.low) - upTo(level.high), class: "dq-pays" });
    const below = draw("text", { x, y: FLOOR + 20, "text-anchor": "middle" }, name(level));
    if (!level.answers) return [box, below];
    const y = upTo(level.share);
    return [box, below,
      draw("circle", { cx: x, cy: y, r: 6, class: "dq-point" }),
      draw("text", { x, y: FLOOR + 38, "text-anchor": "middle" }, say(strings, "n_of", { n: level.right, total: level.answers }))];
  });
  return [title,
    frame([picture, ...words].join(" "), say(strings, "axis_right"), ...inside),
    make("p", { class: "dq-instruction", dir: "auto" }, picture),
    make("ul", {}, ...words.map((line) => make("li", { dir: "auto" }, line))),
    dataTable(say(strings, "certainty_table"),
      ["col_certainty", "col_answers", "col_right", "col_share", "col_pays"].map((key) => say(strings, key)),
      levels.map((level) => [name(level), String(level.answers), String(level.right),
        level.answers ? say(strings, "per_cent", { n: percent(level.share) }) : "–",
        say(strings, "from_to", { low: percent(level.low), high: percent(level.high) })])),
    counts];
}

function forecastPart({ forecasts, enough }, strings) {
  const { count, brier, bands } = forecasts;
  const title = heading(say(strings, "forecast_title"), 4);
  const counts = make("p", { class: "dq-instruction", dir: "auto" }, say(strings, "forecast_counts"));
  const score = count ? make("p", { dir: "auto" }, say(strings, "forecast_brier", { score: short(brier) })) : null;
  if (count < enough) {
    return [title, make("p", { dir: "auto" }, say(strings, "forecast_few", { n: count, enough, missing: enough - count })), score, counts].filter(Boolean);
  }
  const given = bands.filter((band) => band.forecasts);
  const words = given.map((band) => say(strings, "band_given", { ...band, mean: Math.round(band.mean) }));
  const picture = say(strings, "forecast_picture");
  const along = (share) => LEFT + share * (EDGE - LEFT);
  const inside = [
    draw("line", { x1: LEFT, y1: FLOOR, x2: EDGE, y2: TOP, class: "dq-equal" }),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => draw("text", { x: along(share), y: FLOOR + 20, "text-anchor": "middle" }, percent(share))),
    draw("text", { x: along(0.5), y: FLOOR + 42, "text-anchor": "middle" }, say(strings, "axis_said")),
    ...given.map((band) => draw("circle", { cx: along(band.mean / 100), cy: upTo(band.happened / band.forecasts), r: 6, class: "dq-point" })),
  ];
  return [title,
    frame([picture, ...words].join(" "), say(strings, "axis_happened"), ...inside),
    make("p", { class: "dq-instruction", dir: "auto" }, picture), score,
    make("ul", {}, ...words.map((line) => make("li", { dir: "auto" }, line))),
    dataTable(say(strings, "forecast_table"),
      ["col_band", "col_forecasts", "col_mean", "col_happened"].map((key) => say(strings, key)),
      bands.map((band) => [say(strings, "from_to", band), String(band.forecasts),
        band.forecasts ? say(strings, "per_cent", { n: Math.round(band.mean) }) : "–", String(band.happened)])),
    counts];
}

function paintCalibration(data, strings) {
  const language = document.documentElement.lang || "en";
  const mistakes = data.mistakes.map((one) => make("li", { dir: "auto" }, ...growInline(one.question), " ",
    make("span", { class: "dq-instruction" }, ...fill(strings, "mistake_place", { day: calendarDay(one.day, language), lesson: lessonNode(one.lesson, strings) }))));
  return [...certaintyPart(data, strings), ...forecastPart(data, strings),
    heading(say(strings, "mistakes_title"), 4),
    make("p", { dir: "auto" }, say(strings, mistakes.length ? "mistakes_about" : "mistakes_none")),
    mistakes.length ? make("ul", {}, ...mistakes) : null].filter(Boolean);
}

const progress = (model, root) => fetched(model, root, paintProgress);
const calibration = (model, root) => fetched(model, root, paintCalibration);

const PANELS = { quiz, answers, review, progress, calibration };

function render({ model, el }) {
  const root = make("section", { class: "dq" });
  keepKeys(root);
  el.append(root);
  return PANELS[model.get("content").panel](model, root);
}

export default { render };
