// Keeps the course on the reader's device, so that a second visit needs no network.  Nothing but
// the course's own files is kept, and nothing is ever told to anybody.
//
// An edition has a store of its own.  What a page was opened with stays together: a newer edition
// waits until no page is open, or until the reader asks for it.

const KEPT = `dialogue ${self.registration.scope} `;
const STORE = KEPT + EDITION;
const within = (path) => new URL(path, self.registration.scope).href;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(
    FIRST.map((path) => new Request(within(path), { cache: "no-cache" })))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith(KEPT) && name !== STORE) await caches.delete(name);
    if (await caches.has(SHELF)) {
      const shelf = await caches.open(SHELF);
      const known = new Set(Object.keys(PYTHON).map(shelved));
      for (const { url } of await shelf.keys()) if (!known.has(url)) await shelf.delete(url);
    }
    await self.clients.claim();
  })());
});

// The rest comes file by file while a page is open; what was broken off goes on at the next visit.
let filling = null;
async function fill(tell) {
  const store = await caches.open(STORE);
  const here = new Set((await store.keys()).map((request) => request.url));
  const every = [...FIRST, ...REST];
  let done = every.filter((path) => here.has(within(path))).length;
  tell({ done, total: every.length });
  for (const path of REST) {
    if (here.has(within(path))) continue;
    const answer = await fetch(within(path), { cache: "no-cache" });
    if (!answer.ok) throw new Error(path);
    await store.put(within(path), answer);
    done += 1;
    tell({ done, total: every.length });
  }
}

self.addEventListener("message", (event) => {
  if (event.data === "now") self.skipWaiting();
  if (event.data !== "fill") return;
  const tell = async (message) => { for (const page of await self.clients.matchAll()) page.postMessage(message); };
  filling ??= fill(tell).catch(() => tell({ broken: true })).finally(() => { filling = null; });
  event.waitUntil(filling);
});

async function answered(request) {
  const store = await caches.open(STORE);
  const url = new URL(request.url);
  const path = url.origin + url.pathname + (url.pathname.endsWith("/") ? "index.html" : "");
  const kept = await store.match(path);
  if (kept) return kept;
  try {
    const fresh = await fetch(request);
    if (fresh.ok && KNOWN.has(path)) await store.put(path, fresh.clone()).catch(() => {}); // no room: not kept
    return fresh;
  } catch (error) {
    if (request.mode !== "navigate") throw error;
    return (await store.match(within("not-kept.html"))) ?? Response.error();
  }
}

// Python stays from one edition to the next: a file is known by its digest.
const SHELF = `dialogue-python ${self.registration.scope}`;
const shelved = (path) => within(`${path}?${PYTHON[path]}`);
async function python(path, event) {
  const shelf = await caches.open(SHELF);
  const kept = await shelf.match(shelved(path));
  if (kept) return kept;
  const fresh = await fetch(within(path), { cache: "no-cache" });
  if (fresh.ok) event.waitUntil(shelf.put(shelved(path), fresh.clone()).catch(() => {})); // no room: not kept
  return fresh;
}

const KNOWN = new Set([...FIRST, ...REST].map(within));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  const path = new URL(request.url).pathname.slice(new URL(self.registration.scope).pathname.length);
  if (path in PYTHON) event.respondWith(python(path, event));
  else if (!path.startsWith("lab/")) event.respondWith(answered(request)); // the lab has its own
});
