// The glossary: a search field and one disclosure a term.  Everything is in the page: it works
// while the kernel is busy, and after it has gone.  Every node is built by name, text is set as
// text.

const auto = (words) => make("bdi", {}, words);
const arabic = (words) => make("bdi", { dir: "rtl", lang: "ar" }, words);

/** English prose whose Arabic runs say their language and direction. */
const ARABIC = /([\u0600-\u06ff]+(?: +[\u0600-\u06ff]+)*)/;
const prose = (words) => words.split(ARABIC).map((part, i) => (i % 2 ? arabic(part) : part));

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
      ? [strings.lessons, [make("ul", {}, ...term.lessons.map((one) => make("li", {}, `${one.number} `, lessonLink(one.file, one.title))))]]
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
    make("div", { class: "dq-head" }, heading(strings.title, 3, uid)));
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
