// My answers: how many there are, and how they leave this browser or come into it.

const MOST_BYTES = 64 * 2 ** 20;

/** A file of the browser's downloads with *text* in it. */
function download(name, text, type = "application/x-ndjson") {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = make("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const dayStamp = () => { // the learner's own day
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
};

/** The whole of *file* as text, or the name of what is wrong with it. */
async function readFile(file) {
  if (file.size > MOST_BYTES) return { wrong: "load_large" };
  try { return { text: await file.text() }; } catch { return { wrong: "load_failed" }; }
}

function desk({ el }) {
  const strings = Dialogue.words.site, record = Dialogue.record;
  const uid = newId();
  const count = make("p", {});
  const loose = make("p", { class: "warning", role: "status" });
  const status = make("div", { class: "dq-status", role: "status", "aria-live": "polite" });
  const save = make("button", { type: "button", class: "dq-main" }, say(strings, "download"));
  const load = make("input", { type: "file", id: `${uid}-load`, accept: ".jsonl,.ndjson,.json,.txt", "aria-describedby": `${uid}-how` });
  const erase = make("button", { type: "button" }, say(strings, "erase"));
  const yes = make("button", { type: "button" }, say(strings, "erase_yes"));
  const no = make("button", { type: "button", class: "dq-main" }, say(strings, "erase_no"));
  const sure = make("div", { class: "dq-actions", hidden: true }, make("span", {}, say(strings, "erase_sure")), yes, no);
  const tell = (...lines) => status.replaceChildren(...lines.map((line) => make("p", { dir: "auto" }, line)));

  function refresh() {
    const { given, ...counted } = record.summary();
    const lines = record.lines().length;
    const told = [say(strings, "answers_count", counted), given ? say(strings, "answers_given", { given }) : ""];
    setText(count, lines ? told.join(" ").trim() : say(strings, "answers_none"));
    setText(loose, record.unsaved ? say(strings, "answers_unsaved", { n: record.unsaved }) : "");
    save.disabled = erase.disabled = !lines;
  }
  save.addEventListener("click", () => {
    const name = `answers-${dayStamp()}.jsonl`, text = record.exported();
    download(name, text);
    tell(say(strings, "downloaded", { n: text.split("\n").length - 1, file: name }));
  });
  load.addEventListener("change", async () => {
    const [file] = load.files;
    if (!file) return;
    const { text, wrong } = await readFile(file);
    load.value = "";
    if (wrong) { tell(say(strings, wrong)); return; }
    const done = record.imported(text);
    if (done.refused) { tell(say(strings, `load_${done.refused}`, { n: done.wanted })); return; }
    if (!done.added && !done.known) { tell(say(strings, "load_nothing")); return; }
    const lines = [say(strings, "loaded", done)];
    if (done.unreadable) lines.push(say(strings, "load_unreadable", done));
    const known = await need("questions").catch(() => null);
    const foreign = known ? done.items.filter((item) => !known.ids.includes(item)).length : 0;
    if (foreign) lines.push(say(strings, "load_foreign", { n: foreign }));
    tell(...lines);
    refresh();
    document.dispatchEvent(new CustomEvent("dialogue:record"));
  });
  erase.addEventListener("click", () => { sure.hidden = false; tell(); no.focus(); });
  no.addEventListener("click", () => { sure.hidden = true; erase.focus(); });
  yes.addEventListener("click", () => {
    const n = record.erase();
    sure.hidden = true;
    refresh();
    tell(say(strings, "erased", { n }));
    load.focus();
    document.dispatchEvent(new CustomEvent("dialogue:record"));
  });

  const root = make("section", { class: "dq", role: "group", "aria-label": say(strings, "answers") },
    make("p", {}, say(strings, record.closed ? "answers_closed" : "answers_where")), count, loose,
    make("div", { class: "dq-actions" }, save),
    make("p", {}, make("label", { for: load.id }, say(strings, "load")), " ", load),
    make("p", { class: "dq-instruction", id: `${uid}-how` }, say(strings, "load_how")),
    make("p", {}, say(strings, "carry")), make("pre", { tabindex: 0 }, make("code", { dir: "ltr" }, "dialogue progress import answers.jsonl")),
    make("div", { class: "dq-actions" }, erase), sure, status);
  el.append(root);
  refresh();
  for (const event of ["dialogue:line", "dialogue:record"]) document.addEventListener(event, refresh);
  addEventListener("storage", refresh); // another tab has answered
}

Dialogue.views.desk = { render: desk };
MODELS.desk = () => ({});
