// Code that a reader changes and runs: Python comes in a worker when it is asked for, from the
// files of the lab edition, and not before.

const { asset, drawn, handle, here, told } = Dialogue.own;
const strings = () => Dialogue.words.site;
const web = /^https?:$/.test(location.protocol); // a page from a disk may start no worker
let kept = false; // whether Python is on this device
const megabytes = (bytes) => Math.ceil(bytes / 1e6);
const STEP = 4; // megabytes between two announcements: a live region shall not talk without end

// --- the worker: one for the page ----------------------------------------------------------------

const python = { worker: null, edition: 0, ready: false, loaded: 0, size: 0, open: new Map(), number: 0 };

/** A first visit is kept on the device only when the service worker sees it. */
async function keeper() {
  const workers = navigator.serviceWorker;
  if (!workers || workers.controller || !await workers.getRegistration()) return;
  await Promise.race([
    new Promise((go) => { workers.addEventListener("controllerchange", go, { once: true }); }),
    new Promise((go) => { setTimeout(go, 2000); }),
  ]);
}

function heard({ data }) {
  if ("loaded" in data) python.loaded = data.loaded;
  else if (data.ready) {
    python.ready = true;
    document.querySelectorAll(".lane-mb").forEach((note) => { note.hidden = true; });
  } else {
    const { done, fail } = python.open.get(data.id) ?? {};
    python.open.delete(data.id);
    if (data.failed) fail?.(new Error(data.failed)); else done?.(data);
  }
  for (const { tell } of python.open.values()) tell();
}

/** End the worker: whoever waits is told *why*. */
function stop(why) {
  python.worker?.terminate();
  const waiting = [...python.open.values()];
  Object.assign(python, { worker: null, edition: python.edition + 1, ready: false, loaded: 0, open: new Map() });
  for (const { fail } of waiting) fail(new Error(why));
}

function started() {
  if (python.worker) return;
  python.worker = new Worker(`${here}python-worker.js`, { type: "module" });
  python.worker.addEventListener("message", heard);
  python.worker.addEventListener("error", (event) => { event.preventDefault?.(); stop("broken"); });
}

/** Have Python do something; *say_* is given the words of what it is at. */
async function order(act, rest, size, say_) {
  const edition = python.edition;
  await keeper();
  if (edition !== python.edition) throw new Error("stopped");
  started();
  python.size = Math.max(python.size, size);
  let last = -STEP;
  const tell = () => {
    if (python.ready) { say_(say(strings(), "python_runs")); return; }
    const total = megabytes(python.size);
    const now = Math.min(total, Math.floor(python.loaded / 1e6));
    if (now - last < STEP && now !== total) return;
    last = now;
    say_(say(strings(), now === total ? "python_starts" : "python_loads", { done: now, total }));
  };
  return new Promise((done, fail) => {
    python.number += 1;
    python.open.set(python.number, { done, fail, tell });
    python.worker.postMessage({ id: python.number, act, ...rest });
    tell();
  });
}

/** The row below what needs Python: what starts it, what ends it, and what it is at. */
function row(start, size, act) {
  const stopper = make("button", { type: "button", class: "lane-stop", hidden: true }, say(strings(), "python_stop"));
  const said = make("span", { class: "lane-said", role: "status" });
  let busy = false;
  stopper.addEventListener("click", () => stop("stopped"));
  const go = async () => {
    if (busy) return;
    busy = true;
    start.setAttribute("aria-disabled", "true");
    stopper.hidden = false;
    try {
      setText(said, await act((words) => setText(said, words)));
    } catch (error) {
      const known = `python_${error.message}` in strings();
      setText(said, say(strings(), known ? `python_${error.message}` : "python_failed"));
      if (!known) console.warn(error.message);
    } finally {
      busy = false;
      start.dataset.runs = Number(start.dataset.runs ?? 0) + 1;
      start.removeAttribute("aria-disabled");
      if (document.activeElement === stopper) start.focus();
      stopper.hidden = true;
    }
  };
  start.addEventListener("click", go);
  return { go, nodes: [stopper, said] };
}

/** A button whose words say what Python weighs, as long as it is not here. */
function starter(words, size, start = make("button", { type: "button", class: "lane-run" })) {
  const note = make("span", { class: "lane-mb", hidden: python.ready }, say(strings(), kept ? "python_kept" : "python_needs", { total: megabytes(size) }));
  start.replaceChildren(words, " ", note);
  return start;
}

// --- what comes of it ------------------------------------------------------------------------------

function table(node) {
  const name = node.querySelector("caption")?.textContent.trim() || strings().table;
  const box = make("div", { class: "scroll", role: "group", tabindex: 0, "aria-label": name });
  node.replaceWith(box);
  box.append(node);
  for (const head of node.querySelectorAll("th")) {
    if (!head.textContent.trim()) head.replaceWith(make("td")); // the corner heads nothing
  }
}

function markup(html) {
  const box = make("div", {});
  box.innerHTML = html; // reading.py has kept text, tables and pictures only
  box.querySelectorAll("table").forEach(table);
  return box;
}

function chart({ svg, vega }) {
  const figure = make("figure", {});
  figure.innerHTML = svg; // the course's own drawing
  drawn(figure, vega).catch(() => { /* the drawing says the same */ });
  return figure;
}

function panel({ panel: number, controls, outputs }) {
  const edition = python.edition;
  const given = make("div", { "aria-live": "polite" }, ...outputs.map(node));
  const places = Object.fromEntries(controls.map(({ key, value }) => [key, value]));
  let wanted = false, busy = false;
  const show = async () => {
    wanted = true;
    if (busy) return;
    busy = true;
    try {
      while (wanted) {
        wanted = false;
        if (edition !== python.edition) throw new Error("again");
        const news = await order("move", { panel: number, places: { ...places } }, 0, () => {});
        given.replaceChildren(...news.outputs.map(node));
      }
    } catch {
      given.replaceChildren(make("p", {}, say(strings(), "python_again")));
    } finally { busy = false; }
  };
  const handles = controls.map((control) => {
    const one = handle(control, (value) => { places[control.key] = Number(value); show(); });
    one.set(control);
    return one.node;
  });
  return make("div", { class: "lane-panel" }, ...handles, given);
}

function fault({ error, line, code, cell }) {
  const where = [
    cell ? say(strings(), "python_before") : line ? say(strings(), "python_line", { line }) : "",
    code ? make("code", {}, code) : null,
  ].filter(Boolean);
  return make("div", { class: "lane-fault" }, make("p", {}, make("strong", {}, error)), where.length ? make("p", {}, ...where.flatMap((one) => [one, " "])) : null);
}

function node(output) {
  if ("error" in output) return fault(output);
  if ("panel" in output) return panel(output);
  if ("vega" in output) return chart(output);
  if ("html" in output) return markup(output.html);
  return make("pre", { tabindex: 0, dir: "auto" }, output.text);
}

/** Keep what `ask` has written, as a click is kept; returns what is said of it. */
function kept_lines(lines) {
  const every = lines.map((line) => Dialogue.record.add(line)).filter(Boolean);
  every.forEach(({ entry, saved }) => told(entry, saved));
  if (!every.length) return null;
  const lost = every.some(({ saved }) => !saved);
  return make("p", { class: lost ? "lane-fault" : "lane-kept" }, say(strings(), lost ? `unsaved_${Dialogue.record.trouble}` : "saved"));
}

// --- cells -------------------------------------------------------------------------------------------

const changed = new Map(); // a cell to what was run there last

function lane(box) {
  const cell = box.dataset.lane, size = Number(box.dataset.bytes);
  const field = box.querySelector("textarea"), place = box.querySelector(".lane-row");
  const gave = document.querySelector(`[data-gave="${CSS.escape(cell)}"]`);
  const first = field.value, stored = [...gave.childNodes];
  const start = starter(say(strings(), "python_run"), size, place.querySelector("button"));
  const back = make("button", { type: "button", hidden: true }, say(strings(), "python_back"));
  const fit = () => {
    field.rows = Math.min(30, field.value.split("\n").length);
    back.hidden = field.value === first && gave.firstChild === stored[0];
  };
  const { go, nodes } = row(start, size, async (at) => {
    const source = field.value;
    const { cells } = await Dialogue.need(`code-${box.dataset.from}`);
    const sources = { ...cells, ...Object.fromEntries(changed), [cell]: source };
    const { outputs, lines } = await order("run", {
      cell, cells: JSON.stringify(Object.fromEntries(Object.keys(cells).map((one) => [one, sources[one]]))),
      lines: Dialogue.record.exported(),
    }, size, at);
    changed.set(cell, source);
    const saved = kept_lines(lines);
    gave.replaceChildren(...outputs.map(node), ...(saved ? [saved] : []));
    if (!gave.firstChild) gave.append(make("p", {}, say(strings(), "python_nothing")));
    fit();
    return say(strings(), outputs.some((one) => "error" in one) ? "python_fault" : "python_done");
  });
  back.addEventListener("click", () => {
    field.value = first;
    gave.replaceChildren(...stored);
    changed.delete(cell);
    fit();
    field.focus();
  });
  field.addEventListener("input", fit);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    go();
  });
  place.append(nodes[0], back, nodes[1]);
}

// --- pictures ------------------------------------------------------------------------------------------

/** The row that brings all controls of a picture; *show* is given its scenes, and how to have more. */
function picture({ picture: name, bytes: size }, values, show) {
  if (!web) return null;
  const start = starter(say(strings(), "python_controls"), size);
  const { nodes } = row(start, size, async (at) => {
    const { edition } = python;
    const ask = async (wishes, say_ = () => {}) => {
      if (edition !== python.edition) throw new Error("again");
      return (await order("scene", { picture: name, wishes }, size, say_)).scene;
    };
    show(await ask(values(), at), ask);
    return "";
  });
  return make("p", { class: "lane-row" }, start, ...nodes);
}

Dialogue.lanes = { picture };

// --- begin ---------------------------------------------------------------------------------------------

async function begin() {
  try { // what another visit has left
    const shelf = `dialogue-python ${new URL("..", here).href}`;
    if (web && await caches.has(shelf)) kept = (await (await caches.open(shelf)).keys()).some(({ url }) => url.includes("pyodide.asm.wasm"));
  } catch { /* a browser that keeps nothing */ }
  for (const box of document.querySelectorAll(".lane")) {
    if (web) lane(box);
    else box.querySelector(".lane-row").replaceChildren(say(strings(), "python_disk"));
  }
}
begin();
