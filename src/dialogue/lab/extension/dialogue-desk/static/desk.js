// The learner's desk: the course's part of JupyterLab, one script.
// Without it every lesson still works by Run All.  It is a federated extension: JupyterLab finds
// `window._JUPYTERLAB[name]` and gives it the scope with its own modules.
(() => {
  const NAME = "dialogue-desk";
  const PAGE = /^notebooks\/(\d\d-[^/]+|what-now|review|glossary|supplements|(pre|post)-test)\.ipynb$/;
  const CONTROL = "input, select, textarea, button, summary, [contenteditable], [role=slider], [tabindex]";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const [PLACE, PANEL, ROUTE] = ["place", "panel", "route"].map((name) => `${NAME}:${name}`);
  let scope;

  // --- JupyterLab's modules: { name: { version: { get(): Promise<() => module>, loaded } } }
  const older = (a, b) => a.localeCompare(b, "en", { numeric: true });
  async function shared(name) {
    const versions = scope[name];
    if (!versions) throw new Error(`${NAME}: this JupyterLab shares no ${name}`);
    const keys = Object.keys(versions).sort(older);
    const key = keys.findLast((k) => versions[k].loaded) ?? keys.at(-1); // as for a singleton
    return (await versions[key].get())();
  }

  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) when(node, name.slice(2), value);
      else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  }
  const when = (node, ...rest) => node.addEventListener(...rest);
  const press = (onclick, more, ...children) => make("button", { type: "button", onclick, ...more }, ...children);
  // A button that is replaced between press and release is not clicked.
  function redraw(node, ...children) {
    const fresh = node.cloneNode(false);
    fresh.append(...children);
    if (!node.isEqualNode(fresh)) node.replaceChildren(...fresh.childNodes);
  }
  const kept = {
    // Private windows and full disks refuse: nothing is remembered.
    get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch {} },
  };
  const NARROW = matchMedia("(max-width: 999px)"); // no room for a panel
  const boxOf = (notebook) => notebook.outerNode ?? notebook.node;
  const topIn = (node, box) => node.getBoundingClientRect().top - box.getBoundingClientRect().top;
  function later(act, wait) {
    let timer = 0;
    return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
  }

  // --- the reader's place
  // The first cell that begins on the screen stays there, whatever grows or shrinks above it.
  // A scroll event may come after the page has changed and before we saw it, so what the reader
  // scrolls is counted; the browser's own anchoring would be counted as theirs.
  function keepPlace(notebook) {
    const box = boxOf(notebook);
    let mark, at, last;
    const choose = () => {
      const seen = notebook.widgets.map((w) => w.node).filter((n) => topIn(n, box) + n.offsetHeight > 1);
      mark = seen.find((n) => topIn(n, box) >= 0 && topIn(n, box) < box.clientHeight) ?? seen[0];
      at = mark ? topIn(mark, box) : 0;
      last = box.scrollTop;
    };
    const hold = () => {
      if (last < 1 && box.scrollTop < 1) return choose(); // at the top
      if (!mark?.isConnected || !mark.offsetHeight) return choose();
      at -= box.scrollTop - last; // a link or a jump whose scroll event is still to come
      last = box.scrollTop;
      box.scrollTop += topIn(mark, box) - at;
      last = box.scrollTop;
    };
    const scrolled = () => {
      if (Math.abs(box.scrollTop - last) < 1) return;
      hold();
      choose();
    };
    const sizes = new ResizeObserver(hold);
    notebook.widgets.forEach((w) => sizes.observe(w.node));
    when(box, "scroll", scrolled, { passive: true });
    box.style.overflowAnchor = "none";
    choose();
    return () => {
      sizes.disconnect();
      box.removeEventListener("scroll", scrolled);
      box.style.overflowAnchor = "";
    };
  }
  const cellIn = (notebook) => {
    const box = boxOf(notebook);
    return notebook.widgets.find((w) => topIn(w.node, box) + w.node.offsetHeight > 40);
  };
  function goTo(notebook, id) {
    const cell = notebook.widgets.find((w) => w.model.id === id);
    if (!cell) return;
    const box = boxOf(notebook);
    box.scrollTop += topIn(cell.node, box) - 8;
    cell.node.focus?.({ preventScroll: true });
  }

  // --- a lesson runs once, when somebody looks at it
  async function runOnce(panel, { CodeCell }) {
    const { context, content: notebook } = panel;
    await context.ready;
    if (!PAGE.test(context.path)) return "no lesson";
    const code = notebook.widgets.filter((w) => w.model.type === "code");
    if (!code.length || !code.every((w) => w.model.trusted)) return "not trusted";
    const release = keepPlace(notebook); // saved outputs are drawn late, too
    try {
      await panel.sessionContext.ready;
      const kernel = panel.sessionContext.session?.kernel;
      if (!kernel) return "no kernel";
      // The kernel says whether anything ran in it: a reload or a second tab starts nothing.
      const reply = await kernel.requestExecute({ code: "", silent: true, store_history: false }).done;
      const alive = code.some((w) => w.model.sharedModel.getOutputs().some((o) => o.data?.[VIEW]));
      if (reply.content.execution_count > 0 && alive) return "has run";
      // Neither runAll (makes the last cell active) nor runCells (scrolls to the active cell).
      // One by one: a cell the reader runs meanwhile need not wait for all.
      for (const cell of code) {
        if (cell.isDisposed || panel.sessionContext.session?.kernel !== kernel) return "stopped";
        // There a question may be answered before its kernel has come: it stays as it is.
        if (window.__dialogueInUse?.(cell)) continue;
        const done = await CodeCell.execute(cell, panel.sessionContext);
        if (done && done.content.status !== "ok") return "stopped at an error";
      }
      // No mark of unsaved changes, and the server knows the views after a reload.
      if (context.contentsModel?.writable) await context.save();
      return "ran";
    } finally {
      setTimeout(release, 3000); // widgets draw a moment after their cell
    }
  }

  // --- what the server knows
  function asker(app, { ServerConnection }, { URLExt }) {
    const settings = app.serviceManager.serverSettings;
    return async (name, path = "", init = {}) => {
      // The lab edition has no server: the page itself knows, see site/lab/extension.
      if (window.__dialogueServer) return window.__dialogueServer(name, path);
      const query = path ? `?path=${encodeURIComponent(path)}` : "";
      const url = URLExt.join(settings.baseUrl, "dialogue", name) + query;
      const answer = await ServerConnection.makeRequest(url, init, settings);
      if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? answer.statusText);
      return answer.json();
    };
  }
  // Without a server of ours the folder is the list.
  async function listing(app) {
    const folder = await app.serviceManager.contents.get("notebooks", { content: true });
    const lessons = folder.content.filter((f) => /^notebooks\/\d\d-/.test(f.path)).sort((a, b) => older(a.path, b.path));
    return {
      lessons: lessons.map((f) => ({
        path: f.path, number: f.name.slice(0, 2), asked: 0, answered: 0, minutes: 0,
        title: f.name.slice(3, -6).replaceAll("-", " "),
      })),
      routes: [], due: 0, edit: false,
    };
  }

  const STYLE = `
:is(.dd-Panel, .dd-Beats, .dd-Lost) { background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); font-size: var(--jp-ui-font-size1); }
.dd-Panel { overflow: auto; padding: 10px; line-height: 1.35; min-width: 220px; }
.dd-Panel h2 { font-size: 1em; margin: 14px 0 4px; }
.dd-Panel :is(p, ol) { margin: 4px 0; padding: 0; list-style: none; }
.jp-Notebook table.dataframe { table-layout: auto; width: max-content; max-width: 100%; overflow-wrap: anywhere; }
.jp-Notebook .dataframe :is(th, td) { text-align: start; padding: .5em .4em; }
.jp-Notebook .dataframe :is(td, tbody th) { min-width: 9.3ch; }
.jp-RenderedMarkdown { max-width: 54em; }
.jp-RenderedMarkdown details + p { margin-top: 1em; }
.jp-RenderedText pre { word-break: normal; }
.role-title-text text { fill: var(--jp-content-font-color1); }
.jp-RenderedVegaCommon5 svg { max-width: max(100%, 29rem); height: auto; }
.jp-Notebook { --jp-content-heading-line-height: 1.2; }
@media (max-width: 1000px) {
.jp-Notebook { --jp-cell-prompt-width: 32px; --jp-notebook-padding: 4px; }
.jp-Notebook :is(.jp-InputPrompt, .jp-OutputPrompt) { font-size: 9px; padding-inline: 0; }
}
.dialogue-twin .dialogue-picture { max-block-size: 60vh; background: #fff; }
:is(.dd-Panel, .dd-Tip, .dd-Lost, .dd-Said) button, .dd-Back { font: inherit; cursor: pointer; min-height: 28px; }
.dd-Panel button { color: inherit; }
.dd-Row { display: grid; grid-template-columns: 2.2em 1fr; gap: 0 6px; width: 100%; text-align: start; padding: 6px;
  border: 0; border-inline-start: 3px solid transparent; background: none; }
.dd-Row:is(:hover, [aria-current]) { background: var(--jp-layout-color2); }
.dd-Row[aria-current] { font-weight: 700; border-color: var(--jp-brand-color1); }
.dd-Row small { grid-column: 2; font-weight: 400; overflow-wrap: anywhere; }
.dd-Off { opacity: .65; }
.dd-Buttons { display: flex; flex-wrap: wrap; gap: 4px; margin-bottom: 8px; }
:is(.dd-Buttons button, .dd-Back, .dd-Tip, .dd-Notes textarea) { border: 1px solid var(--jp-border-color1); border-radius: 4px; }
.dd-Buttons button { background: var(--jp-layout-color1); padding: 4px 8px; }
.dd-Buttons button[aria-pressed=true] { background: var(--jp-layout-color3); font-weight: 700; }
.dd-Buttons button:disabled { opacity: .6; cursor: default; }
:is(.dd-Panel, .dd-Beats, .dd-Tip, .dd-Lost) :focus-visible, .dd-Back:focus-visible
  { outline: 3px solid var(--jp-brand-color1); outline-offset: 1px; }
.dd-Beats { display: flex; gap: 2px; align-items: center; padding: 4px 8px; min-height: 24px; max-height: 34px; overflow: hidden; }
.dd-Beat { flex: 1; min-width: 10px; height: 24px; border: 0; padding: 0; background: none; cursor: pointer; display: flex; align-items: center; }
.dd-Beat span { display: block; width: 100%; height: 6px; border-radius: 3px; background: var(--jp-layout-color3); overflow: hidden; }
.dd-Beat i { display: block; height: 100%; background: var(--jp-brand-color1); }
.dd-Beat[aria-current] span { outline: 2px solid var(--jp-ui-font-color1); }
.dd-Said { display: flex; align-items: center; min-width: 0; padding-inline-start: 8px; white-space: pre; }
.dd-Said button { color: var(--jp-content-link-color); background: none; border: 0; text-decoration: underline;
  overflow: hidden; text-overflow: ellipsis; }
.dd-Back { position: fixed; inset-inline-end: 28px; bottom: 40px; z-index: 20; padding: 8px 14px; min-height: 36px;
  background: var(--jp-brand-color1); color: var(--jp-ui-inverse-font-color1); }
.dd-Tip { position: fixed; z-index: 30; max-width: min(26em, calc(100vw - 24px)); padding: 8px 10px;
  background: var(--jp-layout-color1); color: var(--jp-content-font-color1);
  box-shadow: var(--jp-elevation-z6); font-size: var(--jp-content-font-size1); line-height: 1.4; }
.dd-Tip button { margin-top: 6px; }
.dd-Term { text-decoration: underline dotted; text-underline-offset: 3px; cursor: help; }
.dd-Lost { padding: 8px 12px; background: var(--jp-warn-color3); color: #1b1b1b; }
.dd-Lost button { margin-inline-start: 8px; }
.dd-Notes textarea { width: 100%; box-sizing: border-box; font: inherit; color: inherit; background: var(--jp-layout-color0); padding: 6px; margin: 4px 0; }
.dd-Changes pre { white-space: pre-wrap; margin: 2px 0 8px; padding: 6px; background: var(--jp-layout-color2); max-height: 12em; overflow: auto; }
.jp-Notebook :is(.jp-Placeholder-content, .jp-PlaceholderText) { min-width: 0; overflow: hidden; text-overflow: ellipsis; }
.dd-Projector { --jp-content-font-size1: 28px; --jp-code-font-size: 24px; --jp-cell-prompt-width: 12px; }
.dd-Projector :is(.jp-CodeCell > .jp-Cell-inputWrapper, .jp-Notebook :is(.jp-InputPrompt, .jp-OutputPrompt, .jp-Collapser), .jp-Toolbar)
  { display: none !important; }
.dd-Projector :is(.jp-RenderedHTMLCommon, .jp-OutputArea-output) { font-size: 28px; line-height: 1.35; }
.dd-Projector :is(.jp-RenderedVegaCommon5, .vega-embed) { zoom: 1.5; }
.dd-Projector .jp-Cell.dd-Hidden { display: none; }
`;

  let application, notebooks, cells, apputils, services, coreutils, lumino;

  function activate(app, tracker, shell, palette, restorer) {
    const ask = asker(app, services, coreutils);
    const ran = new WeakSet(); // notebooks that were run, or are not theirs
    const tests = (window.__dialogueDesk = { app, tracker, runs: {} });
    document.head.append(make("style", {}, STYLE));
    let course = { lessons: [], routes: [], due: 0, edit: true };
    let known = null; // digests by badge, asked for once
    const digests = async () => { known ??= await ask("digests").catch(() => ({})); };
    let tip = null, pinned = false; // the box behind a badge

    const current = () => tracker.currentWidget;
    const here = () => current()?.context.path ?? "";
    const open = (path) => {
      if (NARROW.matches) shell?.collapseLeft();
      return app.commands.execute("docmanager:open", { path });
    };
    const at = () => course.lessons.findIndex((one) => one.path === here());
    const run = (name) => app.commands.execute(`dialogue:${name}`);
    const projected = () => document.body.classList.contains("dd-Projector");

    // --- the panel beside the lesson
    const panel = new lumino.Widget({ node: make("nav", { class: "dd-Panel", "aria-label": "Course" }) });
    panel.id = "dialogue-desk-panel";
    panel.title.label = shell ? "" : "Course";
    panel.title.caption = "Course: lessons and progress";
    panel.title.iconClass = "jp-SideBar-tabIcon jp-ListIcon";
    app.shell.add(panel, "left", { rank: 50 });
    restorer?.add(panel, panel.id);
    const list = make("div"); // the note below it stays
    panel.node.append(list);

    const words = (one) => {
      if (!one.asked) return one.minutes ? `${one.minutes} min` : "";
      if (one.answered >= one.asked) return `✓ done: ${one.asked} of ${one.asked}`;
      return `${one.answered} of ${one.asked} answered · ${one.minutes} min`;
    };
    function drawPanel() {
      const place = kept.get(PLACE), route = kept.get(ROUTE) ?? "";
      const chosen = course.routes.find((one) => one.name === route);
      const index = at(), step = (to) => course.lessons[index + to];
      const button = (label, key, act, more) => press(act, { "data-key": key, ...more }, ...[label].flat());
      const page = (name) => () => open(`notebooks/${name}.ipynb`);
      const last = course.lessons.find((one) => one.path === place?.path);
      const focused = document.activeElement?.dataset?.key;
      redraw(list,
        make("div", { class: "dd-Buttons" },
          button("‹ Previous", "previous", () => open(step(-1).path), { disabled: index < 1 }),
          button("Next ›", "next", () => open(step(1).path), { disabled: index < 0 || !step(1) }),
          last && last.path !== here()
            ? button(`Continue: ${last.number} ${last.title}`, "continue", () => run("continue")) : ""),
        course.due ? make("p", {}, button(["↻", `${course.due} ${course.due === 1 ? "question is" : "questions are"} due for review`], "due", page("review"), { class: "dd-Row" })) : "",
        course.routes.length ? make("div", { class: "dd-Buttons", role: "group", "aria-label": "Route" },
          ...course.routes.map((one) => button(one.name, one.name, () => { kept.set(ROUTE, one.name === route ? "" : one.name); drawPanel(); },
            { "aria-pressed": String(one.name === route) }))) : "",
        make("h2", {}, "Lessons"),
        make("ol", {}, ...course.lessons.map((one) => {
          const off = chosen && one.number !== "00" && !chosen.lessons.includes(one.number);
          const row = [make("span", {}, one.number), make("span", {}, one.title), make("small", {}, words(one))];
          return make("li", {}, button(row, one.path, () => open(one.path),
            { class: `dd-Row${off ? " dd-Off" : ""}`, "aria-current": one.path === here() ? "page" : null }));
        })),
        make("h2", {}, "Also"),
        make("div", { class: "dd-Buttons" },
          button("Review", "review", page("review")),
          button("Glossary", "glossary", page("glossary")),
          course.added ? button("From your teacher", "added", page("supplements")) : "",
          button("Projector", "projector", () => run("projector"))),
        course.edit || index < 0 ? "" : make("div", {}, make("h2", {}, "Your copy of this lesson"),
          make("div", { class: "dd-Buttons" },
            button("What did I change?", "changes", showChanges),
            button("Fresh copy", "fresh", freshCopy))),
      );
      if (focused) list.querySelector(`[data-key="${window.CSS.escape(focused)}"]`)?.focus();
      drawNote();
    }

    // --- notes, each beside a part of the lesson
    const note = { path: "", cell: "", texts: {}, sent: Promise.resolve() };
    const field = make("textarea", { rows: 5, dir: "auto", maxlength: 20000, id: "dd-note" });
    const about = make("label", { for: "dd-note" }), told = make("p", { role: "status" }), others = make("ol");
    const desk = make("section", { class: "dd-Notes", hidden: true }, make("h2", {}, "My notes"), about, field, told, others);
    panel.node.append(desk);
    const part = (cell) => lines.get(current())?.outline.find((one) => one.cell === cell)?.title ?? "";
    // Words on their way, or not kept: they stay beside their part.
    const unkept = new Map();
    // The last words written are the last ones kept.
    const keepNote = () => {
      const { path, cell } = note, text = field.value, key = `${path}#${cell}`, one = unkept.get(key);
      const same = one?.waits ? one.text === text : (note.texts[cell] ?? "") === text.trim();
      if (same && !one?.waits) unkept.delete(key);
      if (!cell || same) return note.sent;
      const mine = { path, cell, text, waits: true };
      unkept.set(key, mine);
      told.textContent = "Waiting …";
      return (note.sent = note.sent.then(async () => {
        try {
          await ask("notes", path, { method: "POST", body: JSON.stringify({ cell, text }) });
          if (note.path === path) note.texts[cell] = text.trim();
          if (unkept.get(key) === mine) unkept.delete(key);
          if (note.path === path && note.cell === cell && field.value === text) told.textContent = "Saved with your answers.";
        } catch (error) {
          mine.waits = false;
          told.textContent = `Not saved: ${error.message} The words stay here; try again.`;
        }
        drawNote();
      }));
    };
    const pause = later(keepNote, 1500);
    when(field, "input", () => { told.textContent = "Not saved yet."; pause(); });
    when(field, "blur", keepNote);
    // A page that goes out of sight may never be seen again.
    when(document, "visibilitychange", keepNote);
    // Another window may have written since.
    when(field, "focus", async () => {
      const { path, cell, texts } = note, text = field.value, was = text.trim();
      const found = await ask("notes", path).catch(() => null);
      if (!found || note.texts !== texts || note.cell !== cell || field.value !== text || was !== (texts[cell] ?? "")) return; // not while one writes
      note.texts = found.notes;
      if ((found.notes[cell] ?? "") !== was) field.value = found.notes[cell] ?? "";
      drawNote();
    });
    function drawNote() {
      about.textContent = `Beside “${part(note.cell) || "this part"}”`;
      const own = [...unkept.values()].filter((one) => one.path === note.path).map((one) => [one.cell, `(not saved) ${one.text}`]);
      others.replaceChildren(...Object.entries({ ...note.texts, ...Object.fromEntries(own) }).filter(([, text]) => text).map(([cell, text]) => make("li", {},
        press(() => goTo(current().content, cell), { class: "dd-Row" },
          "✎", make("span", { dir: "auto" }, part(cell) || cell), make("small", { dir: "auto" }, text.slice(0, 80))))));
    }
    async function noteAt(path, cell) {
      if (path === note.path && cell === note.cell) return;
      if (document.activeElement === field && path === note.path) return; // not while one writes
      const before = keepNote(); // reads the field before it changes
      if (path !== note.path) {
        Object.assign(note, { path, texts: {}, cell: "" });
        field.value = "";
        await before;
        try { note.texts = (await ask("notes", path)).notes; desk.hidden = false; } catch { desk.hidden = true; }
        if (note.path !== path) return;
      }
      note.cell = cell;
      const mine = unkept.get(`${path}#${cell}`);
      field.value = mine?.text ?? note.texts[cell] ?? "";
      told.textContent = mine ? "Not saved yet." : "";
      drawNote();
    }

    const refresh = async () => {
      try { course = await ask("desk"); } catch { course = await listing(app).catch(() => course); }
      drawPanel();
      await drawBeats();
    };
    const soon = later(() => refresh(), 400);
    tests.refresh = refresh;
    when(document, "dialogue:saved", soon);
    when(document, "click", (event) => { if (event.target.closest?.(".jp-OutputArea")) setTimeout(soon, 1200); }, true);

    // --- the beats of a lesson, above it
    const lines = new WeakMap();
    async function drawBeats() {
      const notebook = current();
      if (!notebook || !PAGE.test(notebook.context.path) || notebook.isDisposed) return;
      let outline;
      try { outline = (await ask("outline", notebook.context.path)).sections; } catch { return; }
      if (notebook.isDisposed) return;
      let line = lines.get(notebook);
      if (!line) {
        line = new lumino.Widget({ node: make("nav", { class: "dd-Beats", "aria-label": "Parts of this lesson" }) });
        lines.set(notebook, line);
        notebook.contentHeader.addWidget(line);
        boxOf(notebook.content).addEventListener("scroll", later(() => mark(notebook), 120), { passive: true });
      }
      line.outline = outline;
      const lesson = course.lessons[at()], next = course.lessons[at() + 1];
      const done = lesson && lesson.asked > 0 && lesson.answered >= lesson.asked;
      redraw(line.node, ...outline.map((part) => {
        const share = part.asked ? part.answered / part.asked : 0;
        const label = part.asked ? `${part.title}: ${part.answered} of ${part.asked} answered` : part.title;
        const bar = make("span", {}, make("i", {}));
        bar.firstChild.style.width = `${Math.round(share * 100)}%`;
        return press(() => goTo(notebook.content, part.cell), { class: "dd-Beat", title: label, "aria-label": label, "data-cell": part.cell, "aria-current": part.cell === line.inside ? "step" : null }, bar);
      }), make("span", { class: "dd-Said", role: "status" }, done ? "✓ Lesson done. " : "",
        done && next ? press(() => open(next.path), {}, `Next: ${next.number} ${next.title}`) : ""));
      mark(notebook);
    }
    function mark(notebook, shown = null) {
      const line = lines.get(notebook);
      if (!line || notebook.isDisposed) return;
      const order = notebook.content.widgets.map((w) => w.model.id);
      const cell = cellIn(notebook.content);
      const place = order.indexOf(cell?.model.id);
      let inside = shown;
      for (const part of line.outline) if (!shown && order.indexOf(part.cell) <= place) inside = part.cell;
      line.inside = inside;
      for (const button of line.node.querySelectorAll(".dd-Beat")) button.ariaCurrent = button.dataset.cell === inside ? "step" : null;
      if (inside && notebook === current()) void noteAt(notebook.context.path, inside);
      void terms(notebook);
      // Where one stopped, not by opening.
      if (cell && boxOf(notebook.content).scrollTop > 200) kept.set(PLACE, { path: notebook.context.path, cell: cell.model.id });
    }

    function look() {
      const notebook = current();
      drawPanel();
      void refresh();
      if (!notebook || ran.has(notebook) || course.edit) return;
      watch(notebook);
      void runs(notebook);
    }
    async function runs(notebook) {
      ran.add(notebook);
      said.get(notebook)?.dispose();
      const { path } = notebook.context;
      delete tests.runs[path];
      tests.runs[path] = await runOnce(notebook, cells).catch(String);
      void refresh();
    }
    tracker.currentChanged.connect(look);
    void refresh().then(look);

    // --- what the reader must know, above the lesson, with the way on
    const said = new WeakMap();
    function say(notebook, text, label, act) {
      said.get(notebook)?.dispose();
      if (notebook.isDisposed) return;
      const box = new lumino.Widget({ node: make("div", { class: "dd-Lost", role: "status" }, text,
        press(() => { box.dispose(); void act(notebook); }, {}, label)) });
      said.set(notebook, box);
      notebook.contentHeader.addWidget(box);
      // Lumino makes room for a stated height, not for words as they wrap.
      new ResizeObserver(() => {
        box.node.style.minHeight = `${box.node.scrollHeight}px`;
        box.parent?.fit();
      }).observe(box.node);
    }
    function watch(notebook) {
      const session = notebook.sessionContext;
      const ended = () => rerun(notebook, "What runs this lesson has stopped. Your saved answers are kept; pictures and quizzes need a new run.");
      session.statusChanged.connect((_, status) => /dead|restarting/.test(status) && ended());
      // All that another server says.
      session.sessionChanged.connect((_, { newValue }) => newValue || ended());
    }
    // The server has put together what two windows have saved.
    app.serviceManager.contents.fileChanged.connect((_, { newValue }) => {
      const notebook = newValue?.dialogue && tracker.find((one) => one.context.path === newValue.path);
      if (notebook) say(notebook, newValue.dialogue, "Show it here", async ({ context }) => {
        await context.save();
        await context.revert();
      });
    });
    const rerun = (notebook, text) => say(notebook, text, "Run the lesson again", again);
    async function again(notebook) {
      const session = notebook.sessionContext;
      const gone = () => (session.session?.kernel?.status ?? "dead") === "dead";
      // Not restartKernel: without a kernel it does nothing.
      if (gone()) await session.shutdown().then(() => session.changeKernel({ name: "python3" })).catch(() => {});
      if (gone()) rerun(notebook, "This lesson cannot run. Is the course itself still running?");
      else await runs(notebook);
    }

    // --- panels: ours at first, then whatever the reader chose
    function showPanel() {
      const choice = NARROW.matches ? "" : kept.get(PANEL) ?? panel.id;
      if (choice) shell?.activateById(choice);
      else shell?.collapseLeft();
    }
    void shell?.restored.then(() => {
      showPanel();
      // An address /lab/tree/… first shows the file list.
      const once = () => { tracker.widgetAdded.disconnect(once); showPanel(); setTimeout(remember, 500); };
      tracker.widgetAdded.connect(once);
      setTimeout(() => { tracker.widgetAdded.disconnect(once); remember(); }, 10_000);
    });
    for (const room of [NARROW, matchMedia("(max-width: 699px)")]) when(room, "change", () => { if (room.matches) shell?.collapseLeft(); });
    let remembering = false;
    function remember() {
      if (remembering || !shell) return;
      remembering = true;
      shell.layoutModified.connect(() => {
        if (NARROW.matches || projected()) return;
        const shown = [...shell.widgets("left")].find((w) => w.isVisible);
        kept.set(PANEL, shown ? shown.id : "");
      });
    }

    // --- commands
    const add = (name, label, execute, keys, more) => {
      const command = `dialogue:${name}`;
      app.commands.addCommand(command, { label, execute, ...more });
      app.commands.addKeyBinding({ command, keys: [keys], selector: "body" });
      palette?.addItem({ command, category: "Course" });
    };
    const move = (by) => { const to = course.lessons[at() + by]; if (to && at() >= 0) return open(to.path); };
    add("next", "Next Lesson", () => move(1), "Alt PageDown");
    add("previous", "Previous Lesson", () => move(-1), "Alt PageUp");
    add("continue", "Continue Where I Stopped", async () => {
      const place = kept.get(PLACE);
      if (!place) return;
      const opened = await open(place.path);
      await opened?.context?.ready;
      setTimeout(() => goTo(current().content, place.cell), 150);
    }, "Alt Home");
    add("note", "Take a Note", () => {
      shell?.activateById(panel.id);
      field.scrollIntoView({ block: "nearest" });
      field.focus();
    }, "Alt N");

    // --- projector
    let beat = 0;
    function beats() {
      const parts = [];
      for (const w of current()?.content.widgets ?? []) {
        const heading = w.model.type === "markdown" && /^##? /m.test(w.model.sharedModel.source);
        if (heading || !parts.length) parts.push([]);
        parts.at(-1).push(w);
      }
      return parts;
    }
    function showBeat(to) {
      const parts = beats();
      beat = Math.max(0, Math.min(parts.length - 1, to));
      const on = projected();
      parts.forEach((part, i) => part.forEach((w) => w.node.classList.toggle("dd-Hidden", on && i !== beat)));
      if (!on || !current()) return;
      boxOf(current().content).scrollTop = 0;
      mark(current(), parts[beat][0].model.id);
    }
    add("projector", "Projector View", () => {
      const notebook = current()?.content;
      const on = !projected();
      const cell = notebook && cellIn(notebook);
      const start = Math.max(0, beats().findIndex((part) => part.includes(cell)));
      document.body.classList.toggle("dd-Projector", on);
      hide();
      showBeat(on ? start : beat);
      if (on) {
        shell?.collapseLeft();
        document.activeElement?.blur?.(); // keys now turn the parts
      } else {
        showPanel();
        if (notebook && beats()[beat]) goTo(notebook, beats()[beat][0].model.id);
      }
      window.dispatchEvent(new Event("resize"));
    }, "F8", { caption: "Large type, no code, one part at a time", isToggled: projected });
    when(window, "keydown", (event) => {
      if (!projected()) return;
      const control = event.composedPath()[0].closest?.("input, select, textarea, [role=slider], .jp-Editor");
      if (event.key === "Escape" && !control && !tip) run("projector");
      else if (control || event.ctrlKey || event.metaKey || event.altKey) return;
      else if (event.key === "PageDown" || event.key === "ArrowRight") showBeat(beat + 1);
      else if (event.key === "PageUp" || event.key === "ArrowLeft") showBeat(beat - 1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }, true);

    // --- badges: what stands behind them, and the way back
    const hide = () => { tip?.remove(); tip = null; pinned = false; };
    // Terms of the glossary, where a lesson has them first.
    const termed = new WeakMap();
    async function terms(notebook) {
      await digests();
      const names = Object.keys(known).filter((name) => name.startsWith("term:")).map((name) => name.slice(5));
      if (!names.length) return;
      const exact = names.sort((a, b) => b.length - a.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      const rule = new RegExp(`(?<![\\p{L}\\p{N}])(?:${exact.join("|")})(?![\\p{L}\\p{N}])`, "u");
      if (!termed.has(notebook)) termed.set(notebook, new Set());
      const told = termed.get(notebook);
      for (const part of notebook.content.node.querySelectorAll(".jp-RenderedMarkdown:not([data-terms])")) {
        if (!part.querySelector("p, li")) continue; // not drawn yet
        part.dataset.terms = "";
        const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const node = walker.currentNode, found = rule.exec(node.data);
          if (!found || !node.parentElement.closest("p, li") || node.parentElement.closest("a, code, .dd-Term")) continue;
          const meaning = known[`term:${found[0]}`], word = node.splitText(found.index);
          word.splitText(found[0].length);
          if (!told.has(meaning)) {
            const term = make("span", { class: "dd-Term", tabindex: 0, "data-title": meaning });
            word.replaceWith(term);
            term.append(word);
          }
          told.add(meaning);
          walker.currentNode = word; // go on behind it
        }
      }
    }
    const badge = (link) => /^\s*(P\d+)\s*$/.exec(link.textContent)?.[1] ?? "";
    async function show(link, pin) {
      if (pinned && !pin) return;
      await digests();
      const name = badge(link);
      const text = name ? known[name] : link.dataset.title;
      hide();
      if (!text) return;
      tip = make("div", { class: "dd-Tip", role: pin ? "dialog" : "tooltip", id: "dd-tip", "aria-label": name || "Source" },
        make("div", { dir: "auto" }, name ? `${name}. ${text}` : text));
      if (pin) {
        pinned = true;
        tip.append(press(() => { hide(); link.focus({ preventScroll: true }); }, {}, "Close"));
      }
      document.body.append(tip);
      const rect = link.getBoundingClientRect(), own = tip.getBoundingClientRect();
      tip.style.left = `${Math.max(8, Math.min(rect.left, innerWidth - own.width - 8))}px`;
      tip.style.top = `${rect.bottom + own.height + 8 < innerHeight ? rect.bottom + 4 : Math.max(8, rect.top - own.height - 4)}px`;
      if (pin) tip.querySelector("button").focus({ preventScroll: true });
      else link.setAttribute("aria-describedby", "dd-tip");
    }
    const linkOf = (event) => event.target.closest?.(".jp-RenderedMarkdown :is(a[title], [data-title])");
    const enter = (event) => {
      const link = linkOf(event);
      if (!link) return;
      // The browser's own box would lie over ours; the words stay with the link.
      if (link.title) { link.dataset.title = link.title; link.removeAttribute("title"); }
      void show(link, false);
    };
    const leave = (event) => { if (linkOf(event) && !pinned) { linkOf(event).removeAttribute("aria-describedby"); hide(); } };
    for (const [name, act] of [["mouseover", enter], ["focusin", enter], ["mouseout", leave], ["focusout", leave]]) when(document, name, act);
    when(document, "keydown", (event) => {
      if (event.key !== "Escape" || !tip) return;
      event.stopPropagation();
      tip.querySelector("button")?.click();
      hide();
    }, true);
    when(document, "scroll", hide, true);
    when(document, "mousedown", (event) => { if (pinned && !tip?.contains(event.target)) hide(); }, true);

    const places = [];
    const back = press(async () => {
      const place = places.pop();
      back.hidden = !places.length;
      if (!place) return;
      await open(place.path);
      const box = boxOf(current().content);
      const settle = () => {
        if (place.link.isConnected) box.scrollTop += place.link.getBoundingClientRect().top - place.at;
        else box.scrollTop = place.top;
      };
      settle();
      requestAnimationFrame(settle);
      place.link.focus({ preventScroll: true });
    }, { class: "dd-Back", hidden: true }, "↩ Back to where I was");
    document.body.append(back);
    when(document, "click", (event) => {
      const link = event.target.closest?.(".jp-Notebook a[href]");
      const notebook = current();
      if (!link || !notebook?.node.contains(link) || event.ctrlKey || event.metaKey || event.button) return;
      if (badge(link) && linkOf(event)) {
        event.preventDefault();
        event.stopPropagation();
        void show(link, true);
        return;
      }
      const href = link.getAttribute("href");
      if (/^[a-z]+:/i.test(href) && !href.startsWith(location.origin)) return;
      places.push({ path: notebook.context.path, top: boxOf(notebook.content).scrollTop, link, at: link.getBoundingClientRect().top });
      back.hidden = false;
    }, true);

    // --- one's own copy
    const dialog = (title, body, buttons) => apputils.showDialog({ title, body: new lumino.Widget({ node: body }), buttons });
    async function showChanges() {
      const path = here();
      await current()?.context.save();
      const { changes } = await ask("changes", path);
      const body = make("div", { class: "dd-Changes" }, ...(changes.length ? changes.flatMap((one) => [
        make("p", {}, make("strong", {}, `You ${one.kind} the cell “${one.cell}”`)),
        one.before ? make("div", {}, "The course has:", make("pre", { dir: "auto" }, one.before)) : "",
        one.after ? make("div", {}, "You have:", make("pre", { dir: "auto" }, one.after)) : "",
      ]) : [make("p", {}, "Nothing: this is the course’s lesson as it is.")]));
      await dialog("What I changed in this lesson", body, [apputils.Dialog.okButton({ label: "Close" })]);
    }
    async function freshCopy() {
      const path = here(), notebook = current();
      const body = make("p", {}, "You get the lesson as the course has it now. Your version is put aside in your data folder, and your answers stay.");
      const answer = await dialog("Take a fresh copy?", body, [apputils.Dialog.cancelButton(), apputils.Dialog.okButton({ label: "Fresh copy" })]);
      if (!answer.button.accept) return;
      await ask("fresh", path, { method: "POST", body: "{}" });
      await notebook.context.revert();
      await runs(notebook);
    }

    // --- keys
    // At window only to put the real guard on the output area: there the widget has had the key,
    // and the notebook, which would add or cut a cell, has not yet.
    const guarded = new WeakSet();
    const guard = (event) => {
      const control = event.composedPath()[0].closest?.(CONTROL);
      if (!control || control.matches(".jp-Cell, .jp-OutputArea, .jp-OutputArea-child, .jp-OutputArea-output")) return;
      const passes = event.ctrlKey || event.metaKey || event.altKey || (event.key === "Enter" && event.shiftKey);
      const escape = event.key === "Escape";
      if (escape && event.type === "keydown") event.currentTarget.closest(".jp-Cell")?.focus();
      if (escape || !passes) event.stopPropagation();
    };
    const kinds = ["keydown", "keypress", "keyup"];
    for (const kind of kinds) {
      when(window, kind, (event) => {
        const area = event.composedPath().findLast((n) => n.classList?.contains("jp-OutputArea"));
        if (!area || guarded.has(area)) return;
        guarded.add(area);
        for (const each of kinds) when(area, each, guard);
      }, true);
    }
  }

  async function plugins() {
    [application, notebooks, cells, apputils, services, coreutils, lumino] = await Promise.all([
      "@jupyterlab/application", "@jupyterlab/notebook", "@jupyterlab/cells", "@jupyterlab/apputils",
      "@jupyterlab/services", "@jupyterlab/coreutils", "@lumino/widgets",
    ].map(shared));

    return [{
      id: `${NAME}:plugin`,
      autoStart: true,
      requires: [notebooks.INotebookTracker],
      optional: [application.ILabShell, apputils.ICommandPalette, application.ILayoutRestorer],
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
})();
