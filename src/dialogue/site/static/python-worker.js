// Python in a worker of the page, from the files of the lab edition.  Put before it: PYODIDE (the
// folder of those files), LOCK (the digest of the list of packages), START (the packages that are loaded at once), NEEDS and READING (the
// source of needs.py and reading.py).
//
// What comes: { id, act, ... }; what goes: { id, ... } when it is done, and { loaded } on the way.

const folder = new URL(PYODIDE, self.location.href).href;
const ask = self.fetch.bind(self);
const QUIET = { messageCallback() {} };
let loaded = 0;

/** As fetch, and the page is told how much has come. */
self.fetch = async (...given) => {
  const answer = await ask(...given);
  if (!answer.ok || !answer.body || !answer.url.startsWith(folder)) return answer;
  const counted = answer.body.pipeThrough(new TransformStream({
    transform(piece, out) {
      loaded += piece.byteLength;
      self.postMessage({ loaded });
      out.enqueue(piece);
    },
  }));
  return new Response(counted, { status: answer.status, headers: answer.headers });
};

async function begin() {
  const { loadPyodide } = await import(`${folder}pyodide.mjs`);
  const python = await loadPyodide({
    indexURL: folder, lockFileURL: `${folder}pyodide-lock.json?v=${LOCK}`, packages: START,
    env: { DIALOGUE_RECORD_DIR: "/my-answers" },
  });
  python.FS.writeFile("dialogue_needs.py", NEEDS);
  python.FS.writeFile("dialogue_reading.py", READING);
  self.postMessage({ ready: true });
  return { python, reading: python.pyimport("dialogue_reading"), needed: python.pyimport("dialogue_needs").needed };
}

/** Fetch what *source* needs and is not here. */
async function fetched({ python, needed }, source) {
  const names = needed(source);
  const packages = names.toJs();
  names.destroy();
  if (packages.length) await python.loadPackage(packages, QUIET);
  await python.loadPackagesFromImports(source, QUIET).catch(() => {}); // the cell itself will say so
}

const acts = {
  async run(here, { cell, cells, lines }) {
    await fetched(here, here.reading.needs(cell, cells));
    return JSON.parse(here.reading.run(cell, cells, lines));
  },
  move: async (here, { panel, places }) => ({ outputs: JSON.parse(here.reading.moved(panel, here.python.toPy(places))) }),
  async scene(here, { picture, wishes }) {
    await fetched(here, "explore");
    return { scene: JSON.parse(here.reading.scene(picture, JSON.stringify(wishes))) };
  },
};

let started = null;
let line = Promise.resolve(); // one after the other
self.addEventListener("message", ({ data: { id, act, ...rest } }) => {
  line = line.then(async () => {
    try {
      started ??= begin();
      self.postMessage({ id, ...await acts[act](await started, rest) });
    } catch (error) {
      started = started && await started.then(() => started, () => null); // what did not load may load now
      self.postMessage({ id, failed: String(error?.message ?? error) });
    }
  });
});
