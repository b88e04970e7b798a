// The quiz without a kernel: the page grades, keeps the record on this device, and tells who
// listens (dialogue:line) what was answered.
import view, { grade } from "./quiz.js";

const data = JSON.parse(document.getElementById("practice").textContent);
const lesson = document.querySelector('meta[name="dialogue-lesson"]').content;
const KEPT = `dialogue-practice:${lesson}`;
let lines = [];
try { lines = JSON.parse(localStorage.getItem(KEPT)) ?? []; } catch { /* a private window */ }
const items = new Map(data.content.items.map((item) => [item.id, item]));

const state = {};
function take(line) {
  const item = items.get(line.item);
  if (!item || line.version !== data.versions[line.item]) return;
  const before = state[line.item] ?? { tries: 0 };
  if (line.event === "reset") state[line.item] = { tries: 0 };
  else if (line.event === "reveal") state[line.item] = { ...before, revealed: true };
  else state[line.item] = { ...before, response: line.response, confidence: line.confidence, outcome: grade(item, line.response, line.confidence), tries: before.tries + 1, at: line.at };
}
lines.forEach(take);

const listeners = [];
const model = {
  get: (name) => (name === "state" ? model.state : data[name]),
  state: { ...state },
  on: (_, act) => listeners.push(act), off() {}, set() {}, save_changes() {},
  send(message) {
    if (message.event === "hint") return;
    const id = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
    const item = items.get(message.item);
    const found = message.event === "check" ? grade(item, message.response, message.confidence) : null;
    const line = {
      format: 2, id, item: message.item, version: data.versions[message.item], event: message.event, response: message.response,
      confidence: message.confidence, verdict: found?.verdict ?? "", score: found?.score ?? 0, at: new Date().toISOString(),
    };
    if (found?.verdict !== "unanswered") {
      lines.push(line);
      take(line);
    }
    let saved = true;
    try { localStorage.setItem(KEPT, JSON.stringify(lines.slice(-1000))); } catch { saved = false; }
    model.state = { ...model.state, [line.item]: { ...state[line.item], saved, seq: message.seq } };
    setTimeout(() => {
      listeners.forEach((act) => act());
      document.dispatchEvent(new CustomEvent("dialogue:line", { detail: line }));
    });
  },
};
view.render({ model, el: document.getElementById("quiz") });
document.documentElement.dataset.ready = "";
