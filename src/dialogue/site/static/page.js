// A page of the reading edition: its places come to life one by one as they come near.

const Dialogue = globalThis.Dialogue = {
  views: {}, words: {}, data: {}, record: makeRecord(browserStore()),
  /** A file of data puts what it holds here by its name: `fetch` does not work from a disk. */
  put(name, value) { Dialogue.data[name] = value; },
  need,
  rules: { makeRecord, entriesOf, inOrder }, // what is held to Python's by the tests
};

const here = document.currentScript.src.replace(/[^/]*$/, ""); // the folder of the scripts
const asked = new Map();

/** Load a script once; resolves when it has run. */
function asset(name) {
  if (!asked.has(name)) {
    asked.set(name, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${here}${name}.js`;
      script.addEventListener("load", resolve);
      script.addEventListener("error", () => { asked.delete(name); script.remove(); reject(new Error(name)); });
      document.head.append(script);
    }));
  }
  return asked.get(name);
}

/** Load a script of data once; resolves to what it has put under *name*. */
async function need(name) {
  if (!(name in Dialogue.data)) await asset(`data/${name}`);
  if (!(name in Dialogue.data)) throw new Error(name);
  return Dialogue.data[name];
}

const plainModel = (data) => ({ get: (name) => data[name], set() {}, save_changes() {}, send() {}, on() {}, off() {} });

// How each view gets its model; other scripts of the page add theirs.
const MODELS = {
  quiz: ({ content }) => quizModel(content, Dialogue.words, Dialogue.record, Dialogue.views.quiz.grade),
  glossary: ({ terms, title }) => plainModel({ terms, strings: { ...Dialogue.words.glossary, title } }),
};

// The games of lesson 12, beside the record; the rules and the tables come with the view.
const games = {
  key: (name) => `us-iraq-dialogue/game/${name}`,
  get(name) { return JSON.parse(localStorage.getItem(games.key(name))); },
  put(name, value) { localStorage.setItem(games.key(name), JSON.stringify(value)); },
};
MODELS["negotiation-page"] = async ({ side, seed }) => (
  Dialogue.views["negotiation-page"].localModel(await need("negotiation"), games, side, seed));

const SHOWN_BY = { "warm-up": "quiz", review: "quiz", panel: "quiz" };

/** Put the live view in the place of its readable twin; resolves when it stands, or cannot. */
const mounting = new WeakMap();
function mount(place) {
  if (!mounting.has(place)) mounting.set(place, mounted(place));
  return mounting.get(place);
}

async function mounted(place) {
  const inline = place.querySelector("script[type='application/json']");
  try {
    const data = inline ? JSON.parse(inline.textContent) : (await need(place.dataset.from))[place.dataset.place];
    const model = await MODELS[data.view](data, place);
    const box = document.createElement("div");
    await Dialogue.views[SHOWN_BY[data.view] ?? data.view].render({ model, el: box });
    place.replaceChildren(box);
    place.dataset.live = "yes";
    place.dispatchEvent(new CustomEvent("dialogue:mounted", { bubbles: true }));
  } catch (error) {
    // The twin stays and can be read; the next visit, or the button, tries again.
    mounting.delete(place);
    if (place.querySelector(".again")) return;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = Dialogue.words.site.again;
    const words = document.createElement("p");
    words.className = "again";
    words.setAttribute("role", "status");
    words.append(`${Dialogue.words.site.not_loaded} `, again);
    again.addEventListener("click", () => { words.remove(); mount(place); });
    place.prepend(words);
    console.error(error);
  }
}

function begin() {
  const places = [...document.querySelectorAll("[data-place]")];
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      mount(target);
    }
  }, { rootMargin: "150% 0px" });
  places.forEach((place) => near.observe(place));
  // What is far comes when there is nothing else to do, so that a jump meets no twin.
  const rest = async () => { for (const place of places) { await mount(place); await new Promise((go) => { setTimeout(go, 60); }); } };
  addEventListener("load", () => setTimeout(() => rest().then(() => { document.documentElement.dataset.ready = ""; }), 300));
}
document.addEventListener("DOMContentLoaded", begin);

// Where nothing can be kept, it is said before the first answer, and nothing else is promised.
if (Dialogue.record.closed) {
  document.addEventListener("DOMContentLoaded", () => {
    const told = document.createElement("p");
    told.className = "warning";
    told.setAttribute("role", "status");
    told.textContent = Dialogue.words.site.answers_closed;
    document.querySelector("main")?.prepend(told);
    document.querySelector("[data-promise]")?.replaceChildren(); // a class still says there what goes
  });
}

// A link to a term of the glossary opens it.
document.addEventListener("dialogue:mounted", ({ target }) => {
  const name = decodeURIComponent(location.hash).replace("#term-", "");
  const term = name && [...target.querySelectorAll("[data-term]")].find((node) => node.dataset.term === name);
  if (!term) return;
  term.firstChild.open = true;
  term.scrollIntoView();
  term.querySelector("summary").focus({ preventScroll: true });
});

// Light, dark, or as the system has it.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("footer .theme-place"); // its room is kept: nothing moves
  const root = document.documentElement;
  const order = ["", "light", "dark"];
  const button = make("button", { type: "button", class: "theme" });
  const show = () => setText(button, say(Dialogue.words.site, `theme_${root.dataset.theme || "system"}`));
  button.addEventListener("click", () => {
    const theme = order[(order.indexOf(root.dataset.theme ?? "") + 1) % order.length];
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    try { localStorage.setItem("us-iraq-dialogue/theme", theme); } catch { /* for this page alone, then */ }
    show();
  });
  show();
  box?.append(button);
});
