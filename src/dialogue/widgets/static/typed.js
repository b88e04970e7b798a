// What people type, read the way Python reads it: `number` and `fold` as in dialogue.questions.

const FOLD = new Map([["٫", "."], ["٬", ","], ["٪", "%"], ["−", "-"], ["–", "-"], ["\u200e", ""], ["\u200f", ""], ["\u061c", ""]]);
for (const zero of [0x0660, 0x06f0]) {
  for (let i = 0; i < 10; i++) FOLD.set(String.fromCharCode(zero + i), String(i));
}

/** One kind of digit and of space, none at the ends. */
const tidied = (text) => Array.from(text, (c) => FOLD.get(c) ?? c).join("").replace(/[\s\x1c-\x1f\x85]+/g, " ").trim();

/** Read a number as people type it; null when it cannot be read without guessing. */
function number(text, unit = "") {
  if (typeof text === "number") return Number.isFinite(text) ? text : null;
  if (typeof text !== "string") return null;
  let cleaned = tidied(text);
  for (const ending of [unit, unit.replace(/s$/, ""), "%"]) {
    if (ending && cleaned.toLowerCase().endsWith(ending.toLowerCase())) {
      cleaned = cleaned.slice(0, -ending.length);
    }
  }
  cleaned = cleaned.replace(/[\s_]/g, "");
  if (/^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,2})?$/i.test(cleaned)) return Number(cleaned);
  if (/^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$/.test(cleaned)) return Number(cleaned.replaceAll(",", ""));
  if (/^[+-]?[0-9]+,[0-9]+$/.test(cleaned)) return Number(cleaned.replace(",", "."));
  return null;
}

function within(value, target, tolerance) {
  return Math.abs(value - target) <= tolerance + 1e-9 * Math.max(1, Math.abs(target));
}

const LETTERS = new Map([["ٱ", "ا"], ["ى", "ي"], ["ی", "ي"], ["ک", "ك"], ["ة", "ه"], ["ς", "σ"], ["ß", "ss"]]);
const ARTICLES = new Set(["the", "a", "an", "al", "el"]);

/** What a short answer is compared by: see questions.fold. */
function fold(text) {
  const plain = text.replace(/[.'’‘ʼʿʾʻ`´"“”„«»‹›\u0640]/g, "").normalize("NFKD").toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "");
  const letters = Array.from(plain, (c) => FOLD.get(c) ?? c).join("");
  const folded = Array.from(letters, (c) => LETTERS.get(c) ?? c).join("").replace(/[^\p{L}\p{N}]/gu, " ");
  const all = folded.split(" ").filter(Boolean);
  const words = all.filter((word) => !ARTICLES.has(word));
  return (words.length ? words : all).map((word) => (word.startsWith("ال") && Array.from(word).length > 4 ? word.slice(2) : word)).join("");
}

/** How many letters differ (wrong, missing, too many, two swapped); most + 1 when more. */
function edits(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before = [], row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i++) {
    const last = row, rowBefore = before;
    row = [i];
    for (let j = 1; j <= other.length; j++) {
      let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) cost = Math.min(cost, rowBefore[j - 2] + 1);
      row.push(cost);
    }
    if (Math.min(...row) > most) return most + 1;
    before = last;
  }
  return Math.min(row.at(-1), most + 1);
}

const digits = (text) => text.replace(/[^0-9]/g, "");

/** The target that `given` may be a misspelling of: { distance, i }, or null. */
function nearest(given, targets) {
  let best = null;
  targets.forEach((target, i) => {
    const length = Array.from(target).length;
    const slack = length < 5 ? 0 : length < 10 ? 1 : 2;
    const distance = edits(Array.from(given), Array.from(target), slack);
    if (distance <= slack && digits(given) === digits(target) && (!best || distance < best.distance)) best = { distance, i };
  });
  return best;
}
