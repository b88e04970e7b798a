// The lab edition's part of JupyterLab.  In the built file it stands behind the record and the quiz
// of the reading edition (record.js, answers.js, and the quiz's view), in one function with them.
//
// What a Jupyter server does for the course on a computer is done here over the browser's drive: a
// lesson is saved without references to widgets that are gone, the desk learns where the learner
// stands, and the questions of a lesson can be answered before Python has come.
const NAME = "dialogue-lite"; // the same as "name" in package.json
const LESSON = /^notebooks\/(\d\d-[^/]+|what-now|review|glossary|pre-test|post-test|supplements|authoring)\.ipynb$/;
const VIEW = "application/vnd.jupyter.widget-view+json";
const TWIN = '<div class="dialogue-twin';
const FOLDER = "my-answers", PAGES = `${FOLDER}/answers.txt`, ASIDE = "my-copies";
const BASE = "dialogue-lab/base/"; // what the course had when a lesson was first changed, by path
const START = "notebooks/00-start-here.ipynb", LAST = "dialogue-lab/last";
const LOCK = "dialogue-record-", WRITING = "dialogue-lab-writing"; // as worker/dialogue_kernel.py has them

const joined = (text) => (Array.isArray(text) ? text.join("") : text ?? "");
const core = (cell) => [cell.cell_type, joined(cell.source)];
const cores = (notebook) => JSON.stringify(notebook.cells.map((cell) => [cell.id, ...core(cell)]));
// Not for secrets: it only tells one version of the course from another.
function mark(text) {
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
  return String(sum);
}

// --- answers given before Python has come ---------------------------------------------------------
// They lie in localStorage, which answers at once whether it has kept them, until the drive has them
// as lines of a file that kernels read.  What other files say is read once, into memory.
class Store {
  constructor() { this.before = new Map(); this.prefix = "dialogue-lab/"; this.after = () => {}; }
  get own() { return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix + LINES)).map((key) => key.slice(this.prefix.length)); }
  get length() { this.keys = [...this.before.keys(), ...this.own]; return this.keys.length; }
  key(i) { return this.keys[i]; }
  getItem(key) { return this.before.get(key) ?? localStorage.getItem(this.prefix + key); }
  setItem(key, line) { localStorage.setItem(this.prefix + key, line); this.after(); }
  removeItem(key) { this.before.delete(key); localStorage.removeItem(this.prefix + key); }
  read(lines) {
    this.before = new Map(lines.map((line, i) => [`${LINES}${String(i + 1).padStart(9, "0")}-`, line]));
  }
}

/** Several records as one, in the order in which things happened: as progress.py reads them. */
function together(texts) {
  let order = [];
  for (const text of texts) {
    const one = timed(order), other = timed(inOrder(entriesOf(text.split("\n")))), found = [];
    while (one.length || other.length) {
      const first = !other.length || (one.length && one[0][0] <= other[0][0]) ? one : other;
      found.push(first.shift()[1]);
    }
    const seen = new Set();
    order = found.filter(({ known }) => !seen.has(known) && seen.add(known));
  }
  return order.map(({ line }) => line);
}

/** See to it that there is something at *path*: saved to a new place, the drive adds a file of its own. */
async function made(contents, path, type) {
  try { await contents.get(path, { content: false }); return; } catch { /* not yet */ }
  const slash = path.lastIndexOf("/"), name = path.slice(slash + 1), dot = name.lastIndexOf(".");
  const fresh = await contents.newUntitled({ path: path.slice(0, Math.max(0, slash)), type, ext: dot > 0 ? name.slice(dot) : "" });
  await contents.rename(fresh.path, path);
}

async function keptFiles(contents) {
  try {
    const folder = await contents.get(FOLDER, { content: true });
    const files = folder.content.filter((one) => /^answers(-\w+)?\.txt$/.test(one.name));
    return await Promise.all(files.map(async ({ path, name }) => ({ path, name, text: (await contents.get(path, { content: true })).content ?? "" })));
  } catch { return []; } // no answer yet
}

/** Lines into the file of the pages, and files of kernels that are gone with them. */
async function settle(contents, store) {
  const held = (await navigator.locks.query()).held.map(({ name }) => name);
  await navigator.locks.request(WRITING, async () => {
    await made(contents, FOLDER, "directory"); // before any kernel: two that make it at once make two
    const files = await keptFiles(contents);
    const gone = files.filter(({ name }) => name !== "answers.txt" && !held.includes(LOCK + name.slice(8, -4)));
    const waiting = store.own;
    if (!waiting.length && !gone.length) return;
    const pages = files.find(({ name }) => name === "answers.txt")?.text ?? "";
    const lines = waiting.map((key) => store.getItem(key)).join("\n");
    const text = together([pages, lines, ...gone.map((one) => one.text)]).map((line) => `${line}\n`).join("");
    await made(contents, PAGES, "file");
    await contents.save(PAGES, { type: "file", format: "text", content: text });
    // Only now: whatever is interrupted before leaves a line twice, and a line counts once.
    for (const key of waiting) store.before.set(key, store.getItem(key));
    for (const key of waiting) localStorage.removeItem(store.prefix + key);
    for (const { path } of gone) await contents.delete(path);
  });
}

// --- lessons as they are saved and read -----------------------------------------------------------
function keepLessons(contents, drive, given, coming) {
  const { save, get } = contents;
  const stored = async (path) => (await (await drive.storage).getItem(path)) !== null;

  contents.get = async (path, options) => {
    if (LESSON.test(path)) await coming.catch(() => {}); // then the browser holds what there is now
    const model = await get.call(contents, path, options);
    if (LESSON.test(path) && model.type === "notebook" && model.content) {
      // The course's own, or the learner's copy that was saved from here.
      if (!(await stored(path)) || localStorage.getItem(BASE + path)) {
        for (const cell of model.content.cells) if (cell.cell_type === "code") cell.metadata.trusted = true;
      }
    }
    return model;
  };

  contents.save = async (path, options = {}) => {
    if (!LESSON.test(path) || options.type !== "notebook" || !options.content) return save.call(contents, path, options);
    const content = structuredClone(options.content);
    for (const cell of content.cells) {
      for (const { data } of cell.outputs ?? []) {
        // What a widget showed lives in its kernel; the readable twin beside it stays.
        if (data?.[VIEW] && joined(data["text/html"]).startsWith(TWIN)) delete data[VIEW];
      }
    }
    const course = await given(path);
    if (course && cores(course) === cores(content)) {
      // Nothing of the learner's own: the next version of the course is theirs at once.
      if (await stored(path)) await (await drive.storage).removeItem(path);
      localStorage.removeItem(BASE + path);
      return get.call(contents, path, { content: false });
    }
    if (course && !localStorage.getItem(BASE + path)) localStorage.setItem(BASE + path, mark(cores(course)));
    return save.call(contents, path, { ...options, content });
  };

  return {
    async changes(path) {
      const [course, mine] = [await given(path), await get.call(contents, path, { content: true })];
      const old = new Map(course.cells.map((cell) => [cell.id, cell])), own = new Set(mine.content.cells.map((cell) => cell.id));
      const found = [];
      for (const cell of mine.content.cells) {
        const before = old.get(cell.id);
        if (!before) found.push({ kind: "added", cell: cell.id, before: "", after: joined(cell.source) });
        else if (`${core(before)}` !== `${core(cell)}`) found.push({ kind: "changed", cell: cell.id, before: joined(before.source), after: joined(cell.source) });
      }
      for (const [id, cell] of old) if (!own.has(id)) found.push({ kind: "deleted", cell: id, before: joined(cell.source), after: "" });
      return found;
    },
    async fresh(path) {
      if (!(await stored(path))) return "";
      const mine = await get.call(contents, path, { content: true });
      const day = new Date().toISOString().slice(0, 16).replace(":", "-");
      const aside = `${ASIDE}/${path.split("/").at(-1).replace(".ipynb", "")} ${day}.ipynb`;
      await made(contents, ASIDE, "directory");
      await made(contents, aside, "notebook");
      await save.call(contents, aside, { type: "notebook", format: "json", content: mine.content });
      await (await drive.storage).removeItem(path);
      localStorage.removeItem(BASE + path);
      return aside;
    },
    /** Was the course's lesson changed since the learner changed theirs? */
    async behind(path) {
      const base = localStorage.getItem(BASE + path), course = await given(path);
      return Boolean(base && course && base !== mark(cores(course)) && (await stored(path)));
    },
  };
}

// --- what the desk asks ---------------------------------------------------------------------------
function answered(record, was) {
  const done = new Set();
  for (const [name, tries] of Object.entries(record.latest(was))) {
    for (const { event } of tries) {
      if (["check", "write"].includes(event)) done.add(name);
      else if (event === "reset") done.delete(name);
    }
  }
  return done;
}

const ready = {};
ready.course = new Promise((resolve) => { ready.begin = resolve; });
const inUse = new WeakSet(); // quizzes of the page with an answer begun

// The desk asks here in place of a server; and it lets a cell be whose quiz is being answered.
window.__dialogueServer = async (name, path) => {
  const { course, copies, refresh, record } = await ready.course;
  await refresh();
  const done = answered(record, course.was);
  const count = (items) => items.filter((one) => done.has(one)).length;
  switch (name) {
    case "desk":
      return {
        routes: course.routes, due: 0, edit: false,
        lessons: course.lessons.map(({ counted, sections, quiz, ...one }) => ({ ...one, asked: counted.length, answered: count(counted) })),
      };
    case "outline":
      return { sections: (course.lessons.find((one) => one.path === path)?.sections ?? []).map(({ cell, title, items }) => ({ cell, title, asked: items.length, answered: count(items) })) };
    case "digests": return course.digests;
    case "changes": return { changes: await copies.changes(path) };
    case "fresh": return { kept: await copies.fresh(path) };
    default: throw new Error(`${NAME}: ${name}`);
  }
};
window.__dialogueInUse = (cell) => {
  const box = cell.node.querySelector("[data-dialogue-live]");
  return Boolean(box && (box.contains(document.activeElement) || inUse.has(box)));
};

// --- a lesson's questions, from the moment its page stands ------------------------------------------
async function enliven(notebook, places, record) {
  for (const cell of notebook.content.widgets) {
    const data = places[cell.model.id];
    const twin = data && cell.node.querySelector(".jp-OutputArea .dialogue-twin");
    const { source } = cell.model.sharedModel;
    if (!twin || cell.node.querySelector("[data-dialogue-live]") || source !== data.source) continue;
    if (cell.model.sharedModel.getOutputs().some((one) => one.data?.[VIEW])) continue; // Python is here
    const box = document.createElement("div");
    box.dataset.dialogueLive = "";
    const model = quizModel(data.content, WORDS, record, Dialogue.views.quiz.grade);
    Dialogue.views.quiz.render({ model, el: box });
    for (const kind of ["input", "change"]) box.addEventListener(kind, () => inUse.add(box));
    model.on("change:state", () => inUse.delete(box));
    twin.before(box);
    twin.hidden = true;
  }
}

function say(notebook, Widget, text, ...buttons) {
  const node = document.createElement("div");
  node.className = "dd-Lost";
  node.setAttribute("role", "status");
  node.append(text, ...buttons);
  notebook.contentHeader.addWidget(new Widget({ node }));
}

// --- a browser that still holds files of another edition ---------------------------------------------
/** For some minutes a browser may give a page what it kept: course.json is asked for anew, tells the
 * edition, and what goes by the same name in every edition is then fetched anew, before a lesson opens. */
async function renewed(course, at) {
  const kept = "dialogue-lab/edition", { edition } = course;
  const loaded = JSON.parse(document.getElementById("jupyter-config-data").textContent).dialogueEdition;
  try {
    const before = localStorage.getItem(kept);
    if (edition === loaded && (before ?? edition) === edition) { localStorage.setItem(kept, edition); return course; }
    const files = ["jupyter-lite.json", "lab/jupyter-lite.json", "lab/index.html", "api/contents/all.json", "api/contents/notebooks/all.json", ...course.notebooks.map((one) => `files/${one}`)];
    await Promise.allSettled(files.map((name) => fetch(at(name), { cache: "reload" })));
    localStorage.setItem(kept, edition);
    if (edition !== loaded && sessionStorage.getItem(kept) !== edition) {
      sessionStorage.setItem(kept, edition); // once: whatever stands between may hold on to its own
      location.reload();
      await new Promise(() => {});
    }
  } catch { /* nothing can be kept here, or nothing fetched: then as it is */ }
  return course;
}

let scope;
async function shared(name) {
  const versions = scope[name], keys = Object.keys(versions);
  return (await versions[keys.find((key) => versions[key].loaded) ?? keys.at(-1)].get())();
}

async function plugins() {
  const [{ INotebookTracker }, { Widget }] = await Promise.all(["@jupyterlab/notebook", "@lumino/widgets"].map(shared));

  function activate(app, tracker) {
    document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
    const { contents, serverSettings } = app.serviceManager;
    const at = (name) => new URL(name, new URL(serverSettings.baseUrl, location.href)).href;
    const json = async (name, init) => (await fetch(at(name), init)).json();
    const coming = json("dialogue/course.json", { cache: "no-cache" }).then((course) => renewed(course, at));
    const known = new Map();
    const given = async (path) => {
      if (!(await coming).notebooks.includes(path)) return null;
      if (!known.has(path)) known.set(path, json(`files/${path}`, { cache: "no-cache" }).catch(() => null));
      return known.get(path);
    };
    // At once: a lesson may be opened before anything else is known.
    const copies = keepLessons(contents, contents.defaultDrive, given, coming);
    void begin(app, tracker, coming, copies, json);
  }

  async function begin(app, tracker, coming, copies, json) {
    const { contents } = app.serviceManager;
    const course = await coming;
    const store = new Store(), record = makeRecord(store);
    const refresh = async () => store.read(together((await keptFiles(contents)).map(({ text }) => text)));
    let writing = Promise.resolve();
    const write = () => { writing = writing.then(() => settle(contents, store)).catch((error) => console.error(NAME, error)); };
    store.after = () => setTimeout(write);
    ready.begin({ course, copies, record, refresh });
    write();

    const seen = new WeakSet();
    async function look() {
      const notebook = tracker.currentWidget;
      const lesson = notebook && course.lessons.find((one) => one.path === notebook.context.path);
      if (!lesson) return;
      // The address names a lesson only once: after a reload the learner is where they were.
      try { localStorage.setItem(LAST, lesson.path); } catch { /* then at the start */ }
      if (seen.has(notebook)) return;
      seen.add(notebook);
      await notebook.context.ready;
      if (!navigator.serviceWorker?.controller) {
        // Not waited for: it may take its ten seconds, and the questions need none of them.
        void registered().then((there) => there || say(notebook, Widget, "This browser keeps no files for this page (a private window, or an address without https). You can work through the lesson; answers to its questions may be lost when you close it."));
      }
      if (await copies.behind(lesson.path)) {
        say(notebook, Widget, "The course has a newer version of this lesson. Yours is kept as you left it; “Fresh copy” in the panel Course takes the new one and puts yours aside.");
      }
      const places = await json(lesson.quiz).catch(() => ({}));
      await writing;
      await refresh();
      await enliven(notebook, places, record);
      window.__dialogueLite.live.add(lesson.path);
    }
    window.__dialogueLite = { live: new Set(), record, settled: () => writing };
    tracker.currentChanged.connect(look);
    void look();
    await app.restored; // not awaited by the app: it waits for what it activates
    if (!tracker.size && !new URLSearchParams(location.search).has("path")) {
      await app.commands.execute("docmanager:open", { path: localStorage.getItem(LAST) ?? START });
      for (const one of [...app.shell.widgets("main")]) if (one.id.startsWith("launcher")) one.close();
    }
  }

  const registered = async () => {
    try { return Boolean(await Promise.race([navigator.serviceWorker.ready, new Promise((resolve) => { setTimeout(resolve, 10_000); })])); } catch { return false; }
  };

  return [{
    id: `${NAME}:plugin`,
    description: "The course without a server: record, copies and questions over the browser's drive.",
    autoStart: true,
    requires: [INotebookTracker],
    activate,
  }];
}

(window._JUPYTERLAB ??= {})[NAME] = {
  init: (sharedScope) => { scope = sharedScope; },
  get: async (module) => {
    if (module !== "./extension") throw new Error(`${NAME} has no ${module}`);
    const exports = { __esModule: true, default: await plugins() };
    return () => exports;
  },
};
