// The quiz view: one ES module for all kinds of question, no build step, nothing loaded.
//
// Text arrives as a tree made by text.py and is built node by node: there is no innerHTML
// in this file, so question text cannot run.  Grading happens in Python; `grade` below does
// the same where no kernel answers, and tests/grading-vectors.json holds the two together.

// --- grading: the same rules as questions.grade -------------------------------------------

const FOLD = new Map([["٫", "."], ["٬", ","], ["٪", "%"], ["−", "-"], ["–", "-"], ["\u200e", ""], ["\u200f", ""], ["\u061c", ""]]);
for (const zero of [0x0660, 0x06f0]) {
  for (let i = 0; i < 10; i++) FOLD.set(String.fromCharCode(zero + i), String(i));
}

/** Read a number as people type it; null when it cannot be read without guessing. */
export function number(text, unit = "") {
  if (typeof text === "number") return Number.isFinite(text) ? text : null;
  if (typeof text !== "string") return null;
  let cleaned = Array.from(text, (c) => FOLD.get(c) ?? c).join("").trim();
  for (const ending of [unit, "%"]) {
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

function outcome(verdict, score = 0, comments = [], missing = 0, unread = false) {
  return { verdict, score, comments, missing, unread };
}

const isIndex = (value, size) => Number.isInteger(value) && value >= 0 && value < size;

const GRADERS = {
  single(item, response) {
    if (!isIndex(response, item.options.length)) return outcome("unanswered");
    const { say, right } = item.options[response];
    return outcome(right ? "right" : "wrong", right ? 1 : 0, [{ about: response, right, say }]);
  },

  multiple(item, response) {
    if (!Array.isArray(response)) return outcome("unanswered");
    const size = item.options.length;
    const ticked = [...new Set(response.filter((i) => isIndex(i, size)))].sort((a, b) => a - b);
    if (!ticked.length) return outcome("unanswered");
    const all = item.options.filter((o) => o.right).length;
    const hits = ticked.filter((i) => item.options[i].right).length;
    const comments = ticked.map((i) => ({ about: i, right: item.options[i].right, say: item.options[i].say }));
    if (hits === all && ticked.length === all) return outcome("right", 1, comments);
    const score = Math.max(0, (hits - (ticked.length - hits)) / all);
    return outcome(hits ? "partly" : "wrong", score, comments, all - hits);
  },

  numeric(item, response) {
    if (response === null || response === undefined) return outcome("unanswered");
    if (typeof response === "string" && !response.trim()) return outcome("unanswered");
    const value = number(response, item.unit);
    if (value === null) return outcome("unanswered", 0, [], 0, true);
    if (within(value, item.answer, item.tolerance)) return outcome("right", 1);
    const slip = item.near.find((n) => {
      const size = Math.abs(n.value);
      return within(value, n.value, Math.max(0.01 * size, Math.min(item.tolerance, 0.05 * size)));
    });
    return outcome("wrong", 0, slip ? [{ about: null, right: false, say: slip.say }] : []);
  },

  classify(item, response) {
    if (!Array.isArray(response)) return outcome("unanswered");
    const chosen = item.statements.map((_, i) => (item.labels.includes(response[i]) ? response[i] : null));
    if (!chosen.some(Boolean)) return outcome("unanswered");
    let hits = 0;
    const comments = [];
    item.statements.forEach((statement, i) => {
      const right = chosen[i] === statement.label;
      if (right) hits += 1;
      if (chosen[i] !== null) {
        comments.push({ about: i, right, say: right ? [] : Object.hasOwn(statement.comments, chosen[i]) ? statement.comments[chosen[i]] : [] });
      }
    });
    const score = hits / item.statements.length;
    const missing = chosen.filter((label) => label === null).length;
    return outcome(score === 1 ? "right" : hits ? "partly" : "wrong", score, comments, missing);
  },
};

/** Grade one response: the same verdict, score and comments as questions.grade in Python. */
export function grade(item, response) {
  return GRADERS[item.kind](item, response);
}

// --- building the page ---------------------------------------------------------------------

const TEXT_TAGS = new Set(["p", "ul", "ol", "li", "em", "strong", "code", "br"]);

/** Make an element: `make("p", { class: "x" }, "text", otherNode)`. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

/** Build a text tree.  Unknown tags become plain spans, so nothing can be smuggled in. */
function grow(nodes) {
  return (nodes ?? []).map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, ...children] = node;
    const known = TEXT_TAGS.has(tag);
    const block = known && ["p", "ul", "ol", "li"].includes(tag);
    return make(known ? tag : "span", block ? { dir: "auto" } : {}, ...grow(children));
  });
}

/** Legends and labels may hold no blocks: the same words with blocks as spans. */
function growInline(nodes) {
  return (nodes ?? []).map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, ...children] = node;
    const inline = ["em", "strong", "code", "br"].includes(tag);
    const attributes = inline ? {} : { class: `dq-as-${TEXT_TAGS.has(tag) ? tag : "p"}`, dir: "auto" };
    return make(inline ? tag : "span", attributes, ...growInline(children));
  });
}

function say(strings, key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

const letter = (i) => String.fromCharCode(65 + i);
const short = (value) => String(Math.round(value * 100) / 100);

function day(iso, language) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso ?? "";
  return date.toLocaleDateString(language === "en" ? "en-GB" : language, { day: "numeric", month: "long", year: "numeric" });
}

function link(address, words) {
  return address
    ? make("a", { href: address, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, words)
    : make("span", { dir: "auto" }, words);
}

// Ids must differ between all quizzes of a page, and every widget may load its own copy of
// this module: a counter would start again in each.
const newId = () => `dq-${Math.random().toString(36).slice(2, 10)}`;

// JupyterLab runs its notebook shortcuts for keys pressed anywhere inside a cell: `x` would cut
// the cell, ArrowDown would leave it.  Keys stay with the quiz; Shift+Enter (run) and
// combinations with Ctrl, Meta or Alt (save, copy) go on to the notebook, and Escape leaves the
// quiz for its cell, from where the arrow keys move through the page.
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.closest(".jp-Cell")?.focus();
    if (event.key === "Enter" && event.shiftKey) event.preventDefault(); // no Check on the way
  });
  for (const kind of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(kind, (event) => {
      const runs = event.key === "Enter" && event.shiftKey;
      const passes = event.ctrlKey || event.metaKey || event.altKey || runs || event.key === "Escape";
      if (!passes) event.stopPropagation();
    });
  }
}

// --- the controls of each kind: { node, read(), write(response), mark(outcome, revealed) } ---

function choices(item, strings, uid, many) {
  const rows = item.options.map((option, i) => {
    const input = make("input", { type: many ? "checkbox" : "radio", name: uid, value: i });
    const mark = make("span", { class: "dq-mark" });
    const words = make("span", { class: "dq-text", dir: "auto" }, ...growInline(option.text));
    const key = make("span", { class: "dq-letter" }, letter(i));
    const row = make("label", { class: "dq-option" }, input, key, words, mark);
    return { input, mark, row };
  });
  return {
    node: rows.map((r) => r.row),
    instruction: say(strings, many ? "choose_many" : "choose_one"),
    read() {
      const ticked = rows.flatMap((r, i) => (r.input.checked ? [i] : []));
      return many ? ticked : ticked[0] ?? null;
    },
    write(response) {
      const ticked = many ? response ?? [] : [response];
      rows.forEach((r, i) => { r.input.checked = ticked.includes(i); });
    },
    mark(found, revealed) {
      rows.forEach((r, i) => {
        const comment = found?.comments.find((c) => c.about === i);
        const state = comment ? (comment.right ? "right" : "wrong") : revealed && item.options[i].right ? "key" : "";
        r.row.dataset.state = state;
        r.mark.textContent = state ? say(strings, `mark_${state}`) : "";
      });
    },
    name: (i) => letter(i),
    key: () => item.options.flatMap((o) => (o.right ? [make("span", { dir: "auto" }, ...growInline(o.text))] : [])),
  };
}

function numberField(item, strings, uid) {
  const input = make("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", id: uid, class: "dq-number",
    "aria-describedby": item.unit ? `${uid}-unit` : null,
  });
  const row = make("div", { class: "dq-numeric" },
    make("label", { for: uid }, say(strings, "your_answer")),
    input,
    item.unit ? make("span", { id: `${uid}-unit`, dir: "auto" }, item.unit) : null);
  return {
    node: [row],
    instruction: "",
    read: () => input.value,
    write(response) { input.value = response ?? ""; },
    mark(found) {
      input.setAttribute("aria-invalid", String(found?.verdict === "wrong"));
      row.dataset.state = found ? (found.verdict === "right" ? "right" : found.verdict === "wrong" ? "wrong" : "") : "";
    },
    name: () => "",
    key: () => [make("span", { dir: "auto" }, `${item.answer_text}${item.unit ? ` ${item.unit}` : ""}`)],
  };
}

function sorter(item, strings, uid) {
  const rows = item.statements.map((statement, i) => {
    const menu = make("select", { id: `${uid}-${i}` },
      make("option", { value: "" }, say(strings, "choose_label")),
      ...item.labels.map((label) => make("option", { value: label }, label)));
    const mark = make("span", { class: "dq-mark" });
    const words = make("label", { class: "dq-text", for: menu.id, dir: "auto" },
      make("span", { class: "dq-letter" }, `${i + 1}.`), " ", ...growInline(statement.text));
    return { menu, mark, row: make("div", { class: "dq-statement" }, words, menu, mark) };
  });
  return {
    node: rows.map((r) => r.row),
    instruction: "",
    read: () => rows.map((r) => r.menu.value || null),
    write(response) { rows.forEach((r, i) => { r.menu.value = response?.[i] ?? ""; }); },
    mark(found, revealed) {
      rows.forEach((r, i) => {
        const comment = found?.comments.find((c) => c.about === i);
        const state = comment ? (comment.right ? "right" : "wrong") : "";
        r.row.dataset.state = state || (revealed ? "key" : "");
        r.mark.textContent = [
          state ? say(strings, `mark_${state}`) : "",
          revealed && state !== "right" ? `${say(strings, "mark_key")}: ${item.statements[i].label}` : "",
        ].filter(Boolean).join("; ");
      });
    },
    name: (i) => `${i + 1}`,
    key: () => item.statements.map((s, i) => make("span", { dir: "auto" }, `${i + 1}: ${s.label}`)),
  };
}

const CONTROLS = {
  single: (item, strings, uid) => choices(item, strings, uid, false),
  multiple: (item, strings, uid) => choices(item, strings, uid, true),
  numeric: numberField,
  classify: sorter,
};

// --- one question ---------------------------------------------------------------------------

function question(item, n, total, strings, send) {
  const uid = newId();
  const control = CONTROLS[item.kind](item, strings, uid);
  const meta = [
    total > 1 ? say(strings, "question", { n, total }) : "",
    item.para.length ? `${say(strings, "paragraphs")} ${item.para.join(", ")}` : "",
    item.contested ? say(strings, "contested") : "",
    item.as_of ? say(strings, "as_of", { date: item.as_of }) : "",
    item.draft ? say(strings, "draft") : "",
  ].filter(Boolean);

  const checkButton = make("button", { type: "submit", class: "dq-main" }, say(strings, "check"));
  const hintButton = make("button", { type: "button", "aria-expanded": "false", "aria-controls": `${uid}-hint` }, say(strings, "hint"));
  const revealButton = make("button", { type: "button" }, say(strings, "reveal"));
  const resetButton = make("button", { type: "button" }, say(strings, "reset"));
  const hint = make("div", { class: "dq-hint", id: `${uid}-hint`, role: "status", "aria-live": "polite" });
  const status = make("div", { class: "dq-status", role: "status", "aria-live": "polite", "aria-atomic": "true" });
  const problem = make("div", { class: "dq-problem", role: "alert" });
  const note = make("p", { class: "dq-note" });
  const after = make("div", { class: "dq-after" });

  const form = make("form", { class: "dq-item", novalidate: true, "data-item": item.id, lang: item.language },
    meta.length ? make("p", { class: "dq-meta" }, ...meta.map((m) => make("span", { dir: "auto" }, m))) : null,
    make("fieldset", { "aria-describedby": control.instruction ? `${uid}-how` : null },
      make("legend", {}, ...growInline(item.ask)),
      control.instruction ? make("p", { class: "dq-instruction", id: `${uid}-how` }, control.instruction) : null,
      ...control.node),
    make("div", { class: "dq-actions" }, checkButton, item.hint.length ? hintButton : null, revealButton, resetButton),
    hint, status, problem, note, after);

  let known = {};

  function finish(revealed) {
    after.replaceChildren();
    const done = known.outcome?.verdict === "right";
    if (!done && !revealed) return;
    if (revealed) {
      const key = make("p", { class: "dq-key" }, make("strong", {}, say(strings, "answer_is")), " ");
      control.key().forEach((part, i) => key.append(i ? "; " : "", part));
      after.append(key);
    }
    if (item.explain.length) {
      after.append(make("p", { class: "dq-after-title" }, say(strings, "explanation")), ...grow(item.explain));
    }
    if (item.options) {
      after.append(make("details", {}, make("summary", {}, say(strings, "every_option")),
        make("ul", {}, ...item.options.map((o, i) => make("li", { dir: "auto" },
          make("strong", {}, `${letter(i)}, ${say(strings, o.right ? "mark_right" : "mark_wrong")}.`), " ", ...growInline(o.say))))));
    }
    if (item.sources.length) {
      const list = make("ul", {}, ...item.sources.map((s) => make("li", {}, link(s.address, s.text))));
      after.append(make("p", { class: "dq-after-title" }, say(strings, "sources")), list);
    }
  }

  function verdict(found) {
    status.replaceChildren();
    status.dataset.verdict = found?.verdict ?? "";
    if (!found) return;
    if (found.verdict === "unanswered") {
      status.append(make("p", {}, say(strings, found.unread ? "not_a_number" : `unanswered_${item.kind}`)));
      return;
    }
    const words = [make("strong", { class: "dq-verdict" }, say(strings, found.verdict))];
    if (found.missing && found.verdict !== "right") {
      words.push(" ", say(strings, item.kind === "multiple" ? "missing_multiple" : "missing_classify", { n: found.missing }));
    }
    const spoken = found.comments.filter((c) => c.say.length);
    if (item.kind === "numeric" && found.verdict === "wrong" && !spoken.length) words.push(" ", say(strings, "wrong_numeric"));
    if (item.kind === "single" || item.kind === "numeric") {
      spoken.forEach((c) => words.push(" ", make("span", { dir: "auto" }, ...growInline(c.say))));
      status.append(make("p", {}, ...words));
    } else {
      status.append(make("p", {}, ...words));
      if (spoken.length) {
        status.append(make("ul", {}, ...spoken.map((c) => make("li", { dir: "auto" },
          make("strong", {}, `${control.name(c.about)}, ${say(strings, c.right ? "mark_right" : "mark_wrong")}.`), " ", ...growInline(c.say)))));
      }
    }
  }

  /** Draw what is known: from the record, from Python's reply, or from grading here. */
  function show(state, restored = false) {
    known = state ?? {};
    const found = known.outcome ?? null;
    if (restored && "response" in known) control.write(known.response);
    const graded = found && found.verdict !== "unanswered" ? found : null;
    control.mark(graded, known.revealed);
    verdict(found);
    if (known.revealed && graded?.verdict !== "right") {
      status.append(make("p", {}, make("strong", {}, say(strings, "revealed"))));
    } else if (graded?.verdict === "right" && item.explain.length) {
      status.append(make("p", {}, say(strings, "explained")));
    }
    const trouble = known.note ?? "";
    if (problem.textContent !== trouble) problem.textContent = trouble;
    revealButton.hidden = !(known.tries > 0) || known.revealed || found?.verdict === "right";
    resetButton.hidden = !(known.tries > 0);
    finish(known.revealed);
    note.textContent = trouble ? "" : (known.edited ? say(strings, "edited") : "")
      || (restored && known.at ? say(strings, "restored", { date: day(known.at, item.language) }) : "")
      || (graded && known.saved ? say(strings, "saved") : "");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    send("check", item, control.read());
  });
  hintButton.addEventListener("click", () => {
    const open = hintButton.getAttribute("aria-expanded") === "true";
    hintButton.setAttribute("aria-expanded", String(!open));
    hint.replaceChildren(...(open ? [] : grow(item.hint)));
    if (!open) send("hint", item);
  });
  revealButton.addEventListener("click", () => {
    send("reveal", item);
    checkButton.focus(); // the pressed button goes away; focus must not
  });
  resetButton.addEventListener("click", () => {
    control.write(null);
    hintButton.setAttribute("aria-expanded", "false");
    hint.replaceChildren();
    send("reset", item);
    (form.querySelector("fieldset input, fieldset select") ?? checkButton).focus();
  });
  return { form, show, score: () => (known.outcome?.score ?? 0) * item.points };
}

// --- a set of questions ---------------------------------------------------------------------

// How long to wait for the kernel before grading here.  A live kernel answers in milliseconds;
// one that is busy or gone must not leave the learner without an answer.
const PATIENCE = 1500;

function quiz(model, root) {
  const content = model.get("content"), strings = model.get("strings");
  const uid = newId();
  const total = content.items.reduce((sum, item) => sum + item.points, 0);
  const score = make("p", { class: "dq-score" });
  const pending = new Map();
  const views = new Map();
  let sequence = 0;
  let seen = {};

  root.setAttribute("role", "group");
  if (content.title) {
    root.setAttribute("aria-labelledby", uid);
    root.append(make("div", { class: "dq-head" }, make("p", { class: "dq-title", id: uid, dir: "auto" }, content.title), content.items.length > 1 ? score : null));
  } else {
    root.setAttribute("aria-label", strings.question.split("{")[0].trim());
  }

  function tally() {
    const got = [...views.values()].reduce((sum, view) => sum + view.score(), 0);
    score.textContent = say(strings, "score", { got: short(got), total: short(total) });
  }

  function send(event, item, response = null) {
    const seq = ++sequence;
    const name = item.id;
    const before = seen[name] ?? {};
    const alone = () => {
      pending.delete(name);
      const state = { ...before, event, note: event === "check" || event === "reveal" ? say(strings, "no_kernel") : "" };
      if (event === "check") {
        state.response = response;
        state.outcome = grade(item, response);
        if (state.outcome.verdict === "unanswered") state.note = "";
        else state.tries = (before.tries ?? 0) + 1;
        state.saved = false;
      }
      if (event === "reveal") state.revealed = true;
      seen = { ...seen, [name]: event === "reset" ? {} : state };
      views.get(name).show(seen[name]);
      tally();
    };
    clearTimeout(pending.get(name)?.timer);
    pending.set(name, { seq, event, timer: setTimeout(alone, PATIENCE) });
    if (event === "hint") { clearTimeout(pending.get(name).timer); pending.delete(name); }
    try {
      model.send({ event, item: name, response, seq });
    } catch {
      clearTimeout(pending.get(name)?.timer);
      if (event !== "hint") alone();
    }
  }

  content.items.forEach((item, i) => {
    const view = question(item, i + 1, content.items.length, strings, send);
    views.set(item.id, view);
    root.append(view.form);
  });

  function refresh(restored) {
    const state = model.get("state");
    for (const item of content.items) {
      const now = state[item.id];
      if (!restored && JSON.stringify(now) === JSON.stringify(seen[item.id])) continue;
      clearTimeout(pending.get(item.id)?.timer);
      pending.delete(item.id);
      views.get(item.id).show(now, restored);
    }
    seen = state;
    tally();
  }
  refresh(true);
  const changed = () => refresh(false);
  model.on("change:state", changed);
  return () => {
    model.off("change:state", changed);
    for (const wait of pending.values()) clearTimeout(wait.timer);
  };
}

// --- the learner's record: where it is, how much is in it, erase ------------------------------

function answers(model, root) {
  const strings = model.get("strings");
  const uid = newId();
  const count = make("p", {});
  const where = make("code", { dir: "ltr" });
  const status = make("p", { class: "dq-status", role: "status", "aria-live": "polite" });
  const erase = make("button", { type: "button" }, say(strings, "erase"));
  const yes = make("button", { type: "button" }, say(strings, "erase_yes"));
  const no = make("button", { type: "button", class: "dq-main" }, say(strings, "erase_no"));
  const sure = make("div", { class: "dq-actions", hidden: true }, make("span", {}, say(strings, "erase_sure")), yes, no);
  root.setAttribute("role", "group");
  root.setAttribute("aria-labelledby", uid);
  root.append(
    make("div", { class: "dq-head" }, make("p", { class: "dq-title", id: uid }, say(strings, "erase_title"))),
    make("p", {}, say(strings, "erase_where"), " ", where), count,
    make("div", { class: "dq-actions" }, erase), sure, status);

  let timer;
  function refresh() {
    const state = model.get("state");
    where.textContent = state.path;
    count.textContent = say(strings, "erase_count", state);
  }
  erase.addEventListener("click", () => { sure.hidden = false; status.textContent = ""; no.focus(); });
  no.addEventListener("click", () => { sure.hidden = true; erase.focus(); });
  yes.addEventListener("click", () => {
    const gone = () => { status.textContent = say(strings, "erase_no_kernel"); };
    timer = setTimeout(gone, PATIENCE);
    try { model.send({ event: "erase" }); } catch { clearTimeout(timer); gone(); }
    sure.hidden = true;
    erase.focus();
  });
  const changed = () => {
    const state = model.get("state");
    refresh();
    if (!state.erased && !state.note) return;
    clearTimeout(timer);
    status.textContent = state.note || say(strings, "erase_done");
  };
  // Answers are given elsewhere on the page: count again whenever somebody comes by.
  const countAgain = () => { try { model.send({ event: "count" }); } catch { /* the old count stands */ } };
  root.addEventListener("pointerenter", countAgain);
  root.addEventListener("focusin", countAgain);
  refresh();
  model.on("change:state", changed);
  return () => { model.off("change:state", changed); clearTimeout(timer); };
}

const PANELS = { quiz, answers };

function render({ model, el }) {
  const root = make("section", { class: "dq" });
  keepKeys(root);
  el.append(root);
  return PANELS[model.get("content").panel](model, root);
}

export default { render };
