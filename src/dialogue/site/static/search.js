// Search over lessons, glossary and tables, in the page: MiniSearch (minisearch/LICENSE.txt) over
// one file of texts.  Names are folded as in the glossary, so that spellings meet.

const MOST = 40;

/** The words around the first place that fits, with what fits marked. */
function excerpt(text, terms) {
  const words = text.split(/(\s+)/);
  const fits = (word) => { const key = fold(word); return key !== "" && terms.some((term) => key.startsWith(term) || term === key); };
  const first = Math.max(0, words.findIndex(fits) - 16);
  const shown = words.slice(first, first + 60).flatMap((word) => (fits(word) ? [make("mark", {}, word)] : [word]));
  return [first ? "… " : "", ...shown, first + 60 < words.length ? " …" : ""];
}

async function begin() {
  const strings = Dialogue.words.site;
  const place = document.querySelector(".search");
  const status = make("p", { role: "status", "aria-live": "polite" });
  const list = make("ol", { class: "found" });
  const field = make("input", { type: "search", id: "find", autocomplete: "off", spellcheck: "false", dir: "auto" });
  const form = make("form", { role: "search" }, make("label", { for: "find" }, say(strings, "search_for")), field);
  form.addEventListener("submit", (event) => event.preventDefault());
  place.replaceChildren(form, status, list);

  const documents = (await Dialogue.need("search")).map(([title, where, href, text], id) => ({ id, title, where, href, text }));
  const engine = new MiniSearch({
    fields: ["title", "text", "where"],
    processTerm: (term) => fold(term) || null,
    searchOptions: { boost: { title: 3 }, prefix: true, fuzzy: (term) => (term.length > 5 ? 0.2 : false), combineWith: "AND" },
  });
  engine.addAll(documents);

  let timer;
  function look() {
    const wish = field.value.trim();
    const found = wish ? engine.search(wish) : [];
    list.replaceChildren(...found.slice(0, MOST).map(({ id, terms }) => {
      const { title, where, href, text } = documents[id];
      return make("li", {}, make("a", { href, dir: "auto" }, title), make("span", { class: "where" }, where),
        make("p", { dir: "auto" }, ...excerpt(text, terms)));
    }));
    clearTimeout(timer);
    // Told once typing rests, and found again from the address.
    timer = setTimeout(() => {
      setText(status, wish ? say(strings, found.length ? "search_found" : "search_none", { n: found.length, most: Math.min(found.length, MOST) }) : "");
      try { history.replaceState(null, "", wish ? `?q=${encodeURIComponent(wish)}` : location.pathname); } catch { /* from a disk */ }
    }, 400);
  }
  field.addEventListener("input", look);
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.focus();
  look();
  document.documentElement.dataset.searchable = "";
}
document.addEventListener("DOMContentLoaded", () => begin().catch(() => {
  document.querySelector(".search").append(make("p", { role: "alert" }, say(Dialogue.words.site, "not_loaded")));
}));
