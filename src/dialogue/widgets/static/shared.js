// What every view needs: nodes, words, days, links, tables, keys, and the way to the kernel.
// Put before the other scripts of a view (scripts.py says which); nothing is imported.
//
// Text is set as text and every node is built by name, so question text cannot run.

// --- nodes ---------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";

function grown(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Make an element: `make("p", { class: "x" }, "text", otherNode)`. */
const make = (tag, attributes = {}, ...children) => grown(document.createElement(tag), attributes, children);

/** Make a node of a drawing. */
const draw = (tag, attributes = {}, ...children) => grown(document.createElementNS(SVG, tag), attributes, children);

/** Set words only where they differ: a live region is not announced again for nothing. */
const setText = (node, words) => { if (node.textContent !== words) node.textContent = words; };

// Ids must differ between all views of a page, and every view may load its own copy of this
// script: a counter would start again in each.
const newId = () => `d-${Math.random().toString(36).slice(2, 10)}`;

const heading = (words, level, id = null) => make("div", { class: "dq-title", role: "heading", "aria-level": level, dir: "auto", id }, words);

/** A table with a caption.  *named*: the first cell of a row is its heading.  *box*: the class of
    a region around it that scrolls and can be reached by keyboard. */
function dataTable(caption, columns, rows, { named = true, box = "dq-scroll", style = "dq-table" } = {}) {
  const line = (cells) => make("tr", {}, ...cells.map((cell, i) => (named && !i
    ? make("th", { scope: "row", dir: "auto" }, cell) : make("td", { dir: "auto" }, cell))));
  const table = make("table", { class: style }, make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...rows.map(line)));
  return box ? make("div", { class: box, role: "region", tabindex: 0, "aria-label": caption }, table) : table;
}

/** A menu with its choice over it, in as many lines as it needs: a browser's own is one line, and
    cuts it.  *shown* copies the choice after the menu was set by a script. */
function wrappingMenu(menu) {
  const words = make("span", { "aria-hidden": "true", dir: "auto" });
  const shown = () => setText(words, menu.selectedOptions[0]?.textContent ?? "");
  menu.addEventListener("change", shown);
  shown();
  const node = make("span", { class: "dq-menu" });
  menu.replaceWith(node); // where it stands in the page already
  node.append(menu, words);
  return { menu, shown, node };
}

// --- words ---------------------------------------------------------------------------------

/** A sentence of the table of words, with its gaps filled: `say(strings, "score", { got: 2 })`. */
function say(strings, key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** A sentence with nodes in it: `fill(strings, "in", { lesson: node })`. */
function fill(strings, key, values) {
  return (strings[key] ?? key).split(/(\{\w+\})/).flatMap((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (!name) return part ? [part] : [];
    const value = values[name] ?? "";
    return Array.isArray(value) ? value : [value];
  });
}

const locale = (language) => (language === "en" ? "en-GB" : language);

/** The day of a moment, in words. */
function day(iso, language) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso ?? "";
  return date.toLocaleDateString(locale(language), { day: "numeric", month: "long", year: "numeric" });
}

/** Whether a time of the record lies more than a day ahead: its clock was wrong, or this one is. */
function ahead(iso) {
  return Date.parse(iso) > Date.now() + 86_400_000;
}

/** A day such as 2026-12-20 in words.  It is the learner's own day: no time zone may shift it. */
function calendarDay(iso, language, weekday = false) {
  const [year, month, date] = iso.split("-").map(Number);
  const own = new Date(2000, 0, 1);
  own.setFullYear(year, month - 1, date);
  const name = weekday ? { weekday: "long" } : { year: "numeric" };
  return own.toLocaleDateString(locale(language), { ...name, day: "numeric", month: "long" });
}

// --- links ---------------------------------------------------------------------------------

/** A link that opens beside the page, or plain words where there is no address. */
function link(address, words) {
  return address
    ? make("a", { href: address, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, words)
    : make("bdi", {}, words);
}

/** A lesson opens inside JupyterLab, beside the page, and in the reading edition; elsewhere its
    name is plain words. */
function lessonLink(file, words) {
  if (file && globalThis.Dialogue) return make("a", { href: file.replace(/\.ipynb$/, ".html"), dir: "auto" }, words);
  const here = /\/tree\/(.*\/)?[^/]+\.ipynb$/.exec(decodeURIComponent(window.location.pathname));
  if (!file || !here) return make("bdi", {}, words);
  return make("a", {
    href: file, dir: "auto",
    "data-commandlinker-command": "docmanager:open",
    "data-commandlinker-args": JSON.stringify({ path: `${here[1] ?? ""}${file}` }),
  }, words);
}

// --- keys ----------------------------------------------------------------------------------

// JupyterLab takes plain keys for its own commands ("a" adds a cell, "x" cuts this one, arrows leave
// it) unless a text field has the focus; a menu, a slider or a checkbox is none. So *root* keeps
// them. Combinations with Ctrl, Meta or Alt (save, copy) and Shift+Enter (run) go on to the
// notebook, and Escape leaves *root* for its cell, from where the arrow keys move through the page.
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) root.closest(".jp-Cell")?.focus();
    if (event.key === "Enter" && event.shiftKey) event.preventDefault(); // no button on the way
  });
  for (const kind of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(kind, (event) => {
      const runs = event.key === "Enter" && event.shiftKey;
      const passes = event.ctrlKey || event.metaKey || event.altKey || runs || event.key === "Escape";
      if (!passes) event.stopPropagation();
    });
  }
}

// Once for a box, however often its views are drawn.
function keepKeysOnce(root) {
  if (root.dataset.keys) return;
  root.dataset.keys = "kept";
  keepKeys(root);
}

// The box around a view takes the view in a moment after it is made: *act* gets the box then.
// Returns what ends the waiting.
function whenInside(el, selector, act) {
  let waiting = null;
  const look = () => {
    const box = el.closest(selector);
    if (box) act(box);
    else waiting = setTimeout(look, 50);
  };
  look();
  return () => clearTimeout(waiting);
}

// --- the way to the kernel -------------------------------------------------------------------

// After this the page says that it waits.  A live kernel answers in milliseconds.
const PATIENCE = 1500;

/** Requests to the kernel, and what a page can know of them.  A request is answered; or it
    waits, because a cell runs, the kernel was stopped, the network is slow: nobody can tell which;
    or it is lost, because the kernel ended or was never there.  A page must claim no more than that.
    Of a request that is held, the kernel is asked first whether it listens, and until it says so the
    request stays here: so it can be cancelled, and then it is never carried out.  It leaves all the
    same when the page goes out of sight, which may be its end, or when the next of its name comes.
    *ended* is called when the kernel is known to have ended. */
function courier(model, ended = () => {}) {
  const open = new Map(); // name of a request to what is known of it
  const kernel = model.widget_manager?.kernel; // in JupyterLab; elsewhere a page only waits
  let gone = false;
  const answered = (name) => { clearTimeout(open.get(name)?.timer); open.delete(name); };
  const leave = (one) => {
    if (one.left) return;
    one.left = true;
    try { model.send(one.message); } catch { one.none(); }
  };
  const changed = (_, status) => {
    // A kernel that was started again knows nothing of this view: its cell must be run again.
    // "starting" is all that is heard of it where another window has started it.
    if (!["dead", "restarting", "autorestarting", "terminating", "starting"].includes(status)) return;
    gone = true;
    for (const [name, { lost, left }] of [...open]) { answered(name); lost(left); }
    ended();
  };
  // Any model that hangs on a kernel (base.py answers); one that lives in the page listens always.
  const asks = Boolean(model.widget_manager);
  const listens = (message) => {
    if (message?.event !== "listens") return;
    for (const one of [...open.values()]) if (one.asked === message.name) leave(one);
  };
  const hidden = () => {
    if (document.visibilityState !== "hidden") return;
    for (const one of [...open.values()]) {
      if (one.left) continue;
      leave(one);
      if (one.late) one.waits(false);
    }
  };
  const moved = () => { for (const one of [...open.values()]) if (one.late) one.waits(!one.left); };
  kernel?.statusChanged?.connect(changed);
  kernel?.connectionStatusChanged?.connect(moved);
  document.addEventListener("visibilitychange", hidden);
  if (asks) model.on("msg:custom", listens);
  return {
    /** Send *message*; *held*: until the kernel listens, it can be cancelled.  *waits* is called when
        no answer has come for a while, with true as long as the request can be cancelled; *lost*
        when none can come any more, with true if it had left, so that it may have been done. */
    ask(name, message, { waits = () => {}, lost = () => {}, held = false }) {
      const earlier = open.get(name);
      if (earlier) leave(earlier);
      answered(name);
      const none = () => { answered(name); lost(false); };
      if (gone || kernel?.status === "dead") return none();
      const one = { message, lost, waits, none, earlier, left: false, late: false };
      one.timer = setTimeout(() => { one.late = true; waits(!one.left); }, PATIENCE);
      open.set(name, one);
      if (!held || !asks) leave(one);
      else {
        one.asked = newId();
        try { model.send({ event: "listens", name: one.asked }); } catch { none(); }
      }
      return undefined;
    },
    /** Whether the request *name* could be taken back: it has not left, and never will.
        The one before it, if it has no answer yet, is waited for again. */
    cancel(name) {
      const one = open.get(name);
      if (!one || one.left) return false;
      answered(name);
      if (one.earlier) open.set(name, Object.assign(one.earlier, { late: true }));
      return true;
    },
    answered,
    waits: (name) => open.has(name),
    /** Whether the way to the server is known to be broken. */
    away: () => (kernel?.connectionStatus ?? "connected") !== "connected",
    stop() {
      kernel?.statusChanged?.disconnect(changed);
      kernel?.connectionStatusChanged?.disconnect(moved);
      document.removeEventListener("visibilitychange", hidden);
      if (asks) model.off("msg:custom", listens);
      for (const [name, one] of [...open]) { leave(one); answered(name); }
    },
  };
}
