// The learner's record in this browser: the same lines as learner/progress.py keeps on disk.
//
// A line a key: two tabs that write at once write different keys, so neither can lose what the
// other has written.  Keys carry a number, and order is the order of numbers.  Nothing is sent.

const LINES = "us-iraq-dialogue/line/";
const FORMAT = 2;
const A_LITTLE = 86_400_000; // a clock that is set back by less was put right by a little
const TOO_EARLY = Date.UTC(2020, 0, 1); // the course did not exist: an empty battery's today
const DEEPEST = 32;

/** JSON as Python's json.dumps writes it, so that a line looks alike wherever it was written. */
function dumps(value, sorted = false) {
  if (Array.isArray(value)) return `[${value.map((one) => dumps(one, sorted)).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value);
    if (sorted) names.sort();
    return `{${names.map((name) => `${dumps(name)}: ${dumps(value[name], sorted)}`).join(", ")}}`;
  }
  const text = JSON.stringify(value) ?? "null";
  return text.replace(/[\u007f-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const isText = (value) => typeof value === "string";

/** A response that can be written anywhere; null for what is nested deeper than any answer. */
function plain(value, depth = 0) {
  if (isText(value)) return value.toWellFormed ? value.toWellFormed() : value;
  if (value === null || typeof value !== "object") return value;
  if (depth === DEEPEST) throw new RangeError("deep");
  if (Array.isArray(value)) return value.map((one) => plain(one, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one, depth + 1)]));
}

/** The identity of a line and its attempt; null for a line that cannot be read.  The attempt
    alone is null for a line of a newer format that lacks what this one needs. */
function parsed(line) {
  let entry;
  try { entry = JSON.parse(line.replace(/^\uFEFF/, "")); } catch { return null; }
  if (entry === null || typeof entry !== "object" || Array.isArray(entry)) return null;
  const words = (value) => (isText(value) ? value : "");
  let known;
  try { known = words(entry.id) || dumps(entry, true); } catch { return null; }
  const { item, version, event } = entry;
  if (![item, version, event].every(isText)) {
    return Number.isInteger(entry.format) && entry.format > FORMAT ? { known, attempt: null } : null;
  }
  let response = entry.response ?? null;
  try { response = plain(response); } catch { response = null; }
  const confidence = [1, 2, 3].includes(entry.confidence) ? entry.confidence : null;
  const score = Number.isFinite(entry.score) ? entry.score : 0;
  return { known, attempt: { item, version, event, response, verdict: words(entry.verdict), score, at: words(entry.at), id: words(entry.id), confidence } };
}

const ISO = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** A time of a line in milliseconds; null where it is none. */
function instant(at) {
  if (!ISO.test(at)) return null;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(at.slice(10)) ? at : at.length > 10 ? `${at}Z` : `${at}T00:00Z`;
  const time = Date.parse(zoned.replace(" ", "T"));
  return Number.isNaN(time) ? null : time;
}

/** The same, null too where it is from before the course. */
function moment(at) {
  const time = instant(at);
  return time === null || time < TOO_EARLY ? null : time;
}

/** What can be read in *lines*, each once, in the order written. */
function entriesOf(lines) {
  const seen = new Set();
  const found = [];
  for (const line of lines) {
    const one = parsed(line);
    if (!one || seen.has(one.known)) continue;
    seen.add(one.known);
    found.push({ ...one, line: line.trim(), imported: line.startsWith(" ") });
  }
  return found;
}

function timed(found) {
  let before = -Infinity;
  const times = found.map(({ attempt }) => {
    const time = attempt ? moment(attempt.at) : null;
    before = time ?? before;
    return before;
  });
  for (let i = times.length - 2; i >= 0; i -= 1) times[i] = Math.min(times[i], times[i + 1]);
  return found.map((entry, i) => [times[i], entry]);
}

/** The order in which it happened: as written, and what was imported by its time. */
function inOrder(found) {
  let order = [];
  for (let i = 0; i < found.length;) {
    let end = i;
    while (end < found.length && found[end].imported === found[i].imported) end += 1;
    const batch = found.slice(i, end);
    if (found[i].imported && order.length) {
      const one = timed(order), other = timed(batch);
      order = [];
      while (one.length || other.length) {
        const first = !other.length || (one.length && one[0][0] <= other[0][0]) ? one : other;
        order.push(first.shift()[1]);
      }
    } else order = order.concat(batch);
    i = end;
  }
  return order;
}

/** A record over a *store* such as localStorage; what the store refuses stays in this page. */
function makeRecord(store, clock = () => Date.now()) {
  let unsaved = []; // lines that could not be kept: they are still here until the page is left
  let trouble = "";

  const keys = () => {
    const found = [];
    for (let i = 0; i < store.length; i += 1) {
      const key = store.key(i);
      if (key?.startsWith(LINES)) found.push(key);
    }
    return found.sort();
  };
  const kept = () => {
    try { return keys().map((key) => store.getItem(key) ?? ""); } catch { return []; }
  };
  const lines = () => [...kept(), ...unsaved];
  function put(line, n) {
    const key = `${LINES}${String(n).padStart(9, "0")}-${newMark()}`;
    store.setItem(key, line);
    return key;
  }
  const cause = (error) => (error?.name === "QuotaExceededError" ? "full" : "closed");
  const next = () => Number(keys().at(-1)?.slice(LINES.length, LINES.length + 9) ?? 0) + 1;

  const newMark = (bytes = 4) => [...crypto.getRandomValues(new Uint8Array(bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");

  /** Never before the time of the last line, unless that clock was ahead by more than a day. */
  function now() {
    const own = lines().filter((line) => !line.startsWith(" "));
    let last = null;
    for (let i = own.length - 1; i >= 0; i -= 1) {
      const attempt = parsed(own[i])?.attempt;
      if (attempt) { last = moment(attempt.at); break; }
    }
    const time = clock();
    if (time < TOO_EARLY) return last ?? TOO_EARLY;
    return last !== null && time < last && last <= time + A_LITTLE ? last : time;
  }

  /** Keep *line*; false where the store refuses, and the line is held in the page. */
  function keep(line) {
    try {
      let n = next();
      while (unsaved.length) { put(unsaved[0], n); unsaved.shift(); n += 1; }
      put(line, n);
      trouble = "";
      return true;
    } catch (error) {
      unsaved.push(line);
      trouble = cause(error);
      return false;
    }
  }

  const entries = () => {
    const found = entriesOf(lines());
    return found.some((entry) => entry.imported) ? inOrder(found) : found;
  };

  return {
    lines, entries,
    get trouble() { return trouble; },
    get unsaved() { return unsaved.length; },
    closed: Boolean(store.closed),

    /** Write one attempt; returns its entry as written, and whether the browser has kept it. */
    append({ item, version, event, response = null, verdict = "", score = 0, confidence = null }) {
      let given;
      try { given = plain(response); } catch { given = null; }
      const entry = {
        format: FORMAT, item, version, event, response: given, verdict,
        score: Math.round(score * 10_000) / 10_000,
        at: `${new Date(now()).toISOString().slice(0, 19)}+00:00`,
        id: newMark(16), confidence,
      };
      return { entry, saved: keep(dumps(entry)) };
    },

    /** Keep a line that Python has written in this page; its entry, and whether it is kept. */
    add(line) {
      return parsed(line)?.attempt ? { entry: JSON.parse(line), saved: keep(line.trim()) } : null;
    },

    /** The attempts at each of *items* (id to its former ids), oldest first. */
    latest(items) {
      const today = new Map(Object.keys(items).map((name) => [name, name]));
      for (const [name, former] of Object.entries(items)) {
        for (const old of former) if (!(old in items)) today.set(old, name);
      }
      const found = {};
      for (const { attempt } of entries()) {
        const name = attempt && today.get(attempt.item);
        if (name) (found[name] ??= []).push(attempt);
      }
      return found;
    },

    summary() {
      const last = new Map();
      for (const { attempt } of entries()) if (attempt?.event === "check") last.set(attempt.item, attempt);
      // A forecast, a guess or a vote is given, and neither right nor wrong.
      const all = [...last.values()], judged = all.filter(({ verdict }) => !["logged", "kept"].includes(verdict));
      return { questions: judged.length, given: all.length - judged.length, right: judged.filter(({ verdict }) => verdict === "right").length };
    },

    /** Every attempt once, as the text of a file that `dialogue progress import` reads. */
    exported: () => entries().map(({ line }) => `${line}\n`).join(""),

    /** Add what *text* holds and this record does not. */
    imported(text) {
      const own = new Set(entries().map(({ known }) => known));
      const fresh = new Map();
      let known = 0;
      const bad = [];
      text.split("\n").forEach((line, i) => {
        if (!line.trim()) return;
        const one = line.length > 16 * 2 ** 20 ? null : parsed(line);
        if (!one) bad.push(i + 1);
        else if (own.has(one.known) || fresh.has(one.known)) known += 1;
        else fresh.set(one.known, { ...one, line: line.trim(), imported: line.startsWith(" ") });
      });
      const batch = inOrder([...fresh.values()]);
      const before = kept().filter((line) => !line.startsWith(" ")).map((line) => parsed(line)?.attempt).filter(Boolean).at(-1);
      const last = before ? moment(before.at) : null;
      const older = last !== null && batch.some(({ attempt }) => attempt && (moment(attempt.at) ?? last) < last);
      // All of it or nothing: a store that is full to the brim could keep no answer any more.
      const put_in = [];
      try {
        let n = next();
        for (const { line } of batch) { put_in.push(put((older ? " " : "") + line, n)); n += 1; }
      } catch (error) {
        put_in.forEach((key) => store.removeItem(key));
        return { added: 0, known, unreadable: bad.length, first: bad[0] ?? 0, wanted: batch.length, refused: cause(error) };
      }
      return { added: batch.length, known, unreadable: bad.length, first: bad[0] ?? 0, refused: "", items: batch.flatMap(({ attempt }) => (attempt ? [attempt.item] : [])) };
    },

    /** Delete every line; returns how many attempts there were. */
    erase() {
      const count = entries().filter(({ attempt }) => attempt).length;
      try { keys().forEach((key) => store.removeItem(key)); } catch { /* nothing was kept */ }
      unsaved = [];
      return count;
    },
  };
}

/** The browser's own store, or one that refuses everything where it is switched off. */
function browserStore() {
  try {
    localStorage.getItem(LINES);
    return localStorage;
  } catch {
    return { closed: true, length: 0, key: () => null, getItem: () => null, removeItem() {}, setItem() { throw new Error("closed"); } };
  }
}
