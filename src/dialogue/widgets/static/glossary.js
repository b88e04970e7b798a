// The glossary: a search field and one disclosure a term.  Everything is in the page: it works
// while the kernel is busy, and after it has gone.  Every node is built by name, text is set as
// text.

const DROPPED = /[.'’‘ʼʿʾʻ`´"“”„«»‹›\u0640]/g;
const LETTERS = new Map([["ٱ", "ا"], ["ى", "ي"], ["ی", "ي"], ["ک", "ك"], ["ة", "ه"], ["ς", "σ"], ["ß", "ss"]]);
const ARTICLES = new Set(["the", "a", "an", "al", "el"]);
for (const zero of [0x0660, 0x06f0]) for (let i = 0; i < 10; i++) LETTERS.set(String.fromCharCode(zero + i), String(i));

/** What is compared: the same as questions.fold in Python, which has folded the terms. */
function fold(text) {
  const plain = text.replace(DROPPED, "").normalize("NFKD").toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "");
  const letters = Array.from(plain, (c) => LETTERS.get(c) ?? c).join("").replace(/[^\p{L}\p{N}]/gu, " ");
  const all = letters.split(" ").filter(Boolean);
  const words = all.filter((word) => !ARTICLES.has(word));
  return (words.length ? words : all)
    .map((word) => (word.startsWith("ال") && Array.from(word).length > 4 ? word.slice(2) : word)).join("");
}

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const say = (strings, key, values = {}) => strings[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
const newId = () => `dg-${Math.random().toString(36).slice(2, 10)}`;
const auto = (words) => make("bdi", {}, words);
const arabic = (words) => make("bdi", { dir: "rtl", lang: "ar" }, words);

/** English prose whose Arabic runs say their language and direction. */
const ARABIC = /([\u0600-\u06ff]+(?: +[\u0600-\u06ff]+)*)/;
const prose = (words) => words.split(ARABIC).map((part, i) => (i % 2 ? arabic(part) : part));

function link(address, words) {
  if (!address) return auto(words);
  return make("a", { href: address, dir: "auto", target: "_blank", rel: "noopener noreferrer" }, words);
}

/** A lesson opens inside JupyterLab, beside the page; elsewhere its title is plain words. */
function lesson(one) {
  const here = /\/tree\/(.*\/)?[^/]+\.ipynb$/.exec(decodeURIComponent(window.location.pathname));
  if (!one.file || !here) return auto(one.title);
  return make("a", {
    href: one.file, dir: "auto", "data-commandlinker-command": "docmanager:open",
    "data-commandlinker-args": JSON.stringify({ path: `${here[1] ?? ""}${one.file}` }),
  }, one.title);
}

// Letters that Latin spellings of one Arabic name exchange: the same as in glossary.py.
const ALIKE = [[/dh|z/g, "d"], [/th/g, "t"], [/kh|q|c/g, "k"], [/gh/g, "g"], [/sh/g, "s"], [/ph/g, "f"],
  [/[aeiouwy]|\Bh/g, ""], [/(.)\1+/g, "$1"]];
const sounds = (text) => text.split(/[\s/-]+/).map(fold).filter((word) => /^[a-z]{4,}$/.test(word))
  .map((word) => ALIKE.reduce((heard, [letters, letter]) => heard.replace(letters, letter), word))
  .filter((heard) => heard.length > 2);

/** How well a term fits, best first; Infinity where it does not: the same as rank in Python. */
function rank(term, wanted, heard) {
  if (!wanted || term.keys.includes(wanted)) return 0;
  if (term.keys.some((key) => key.startsWith(wanted))) return 1;
  if (term.keys.some((key) => key.includes(wanted))) return 2;
  if (heard.length && heard.every((word) => term.sounds.includes(word))) return 3;
  // The meaning counts only from three letters on.
  return Array.from(wanted).length > 2 && term.meaning.includes(wanted) ? 4 : Infinity;
}

function joined(nodes, between) {
  return nodes.flatMap((node, i) => (i ? [between, node] : [node]));
}

function entry(term, strings) {
  const rows = [
    [strings.arabic, term.arabic
      ? [arabic(term.arabic), ...(term.transliteration ? [" ", make("em", {}, auto(term.transliteration))] : [])]
      : [say(strings, "no_arabic")]],
    term.variants.length ? [strings.variants, joined(term.variants.map(auto), " · ")] : null,
    [strings.paragraphs, term.paragraphs.length ? [term.paragraphs.join(", ")] : [strings.no_paragraph]],
    term.lessons.length
      ? [strings.lessons, [make("ul", {}, ...term.lessons.map((one) => make("li", {}, `${one.number} `, lesson(one))))]]
      : null,
    [strings.sources, [make("ul", {}, ...term.sources.map((one) => make("li", {}, link(one.address, one.text))))]],
  ].filter(Boolean);
  const summary = make("summary", {}, make("strong", { dir: "auto" }, term.name),
    term.arabic ? arabic(term.arabic) : null);
  const body = make("div", { class: "dg-body" },
    make("p", { dir: "auto" }, ...prose(term.plain)),
    make("dl", {}, ...rows.flatMap(([name, nodes]) => [make("dt", {}, name), make("dd", {}, ...nodes)])),
    term.note ? make("p", { dir: "auto", class: "dq-instruction" }, ...prose(term.note)) : null);
  return make("li", { "data-term": term.id }, make("details", {}, summary, body));
}

// JupyterLab runs its shortcuts for keys pressed anywhere inside a cell: `x` would cut the cell.
// Keys stay here; Shift+Enter and combinations with Ctrl, Meta or Alt go on to the notebook.
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) root.closest(".jp-Cell")?.focus();
    if (event.key === "Enter" && event.shiftKey) event.preventDefault();
  });
  for (const kind of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(kind, (event) => {
      const runs = event.key === "Enter" && event.shiftKey;
      const passes = event.ctrlKey || event.metaKey || event.altKey || runs || event.key === "Escape";
      if (!passes) event.stopPropagation();
    });
  }
}

function render({ model, el }) {
  const strings = model.get("strings"), terms = model.get("terms");
  const uid = newId();
  const root = make("div", { class: "dq dialogue-glossary", role: "group", "aria-labelledby": uid });
  keepKeys(root);
  const field = make("input", { type: "search", id: `${uid}-find`, autocomplete: "off", spellcheck: "false", dir: "auto", "aria-describedby": `${uid}-how` });
  const count = make("p", { class: "dg-count", role: "status", "aria-live": "polite" });
  const list = make("ul", { class: "dg-list" });
  const items = terms.map((term) => [term, entry(term, strings)]);
  list.append(...items.map(([, node]) => node));

  // Told once typing rests: a count after each letter would only interrupt.
  let timer;
  function filter() {
    const wanted = fold(field.value), heard = sounds(field.value);
    const ranked = items.map(([term, node]) => [rank(term, wanted, heard), node]);
    for (const [place, node] of ranked) node.hidden = place === Infinity;
    const shown = ranked.filter(([, node]) => !node.hidden).length;
    // A stable sort: terms that fit alike stay in the order of the alphabet.
    list.append(...ranked.sort(([one], [other]) => (one > other) - (one < other)).map(([, node]) => node));
    clearTimeout(timer);
    timer = setTimeout(() => {
      count.textContent = say(strings, shown ? "count" : "none", { n: shown, total: items.length });
    }, 300);
  }
  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && field.value) {
      event.preventDefault(); // the first Escape empties the field, the next one leaves
      field.value = "";
      filter();
    }
    if (event.key === "Enter" && !event.shiftKey) {
      // Enter goes to the first term that fits and opens it.
      event.preventDefault();
      const first = [...list.children].find((node) => !node.hidden)?.firstChild;
      if (first) { first.open = true; first.firstChild.focus(); }
    }
  });

  root.append(
    make("div", { class: "dq-head" }, make("div", { class: "dq-title", id: uid, role: "heading", "aria-level": "3" }, strings.title)));
  if (items.length > 1) {
    root.append(
      make("div", { class: "dg-find" }, make("label", { for: field.id }, strings.find), field),
      make("p", { class: "dq-instruction", id: `${uid}-how` }, strings.how), count);
    count.textContent = say(strings, "count", { n: items.length, total: items.length });
  } else {
    items[0][1].firstChild.open = true;
  }
  root.append(list);
  el.append(root);
  return () => clearTimeout(timer);
}

export default { render };
