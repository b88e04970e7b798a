// A text of one's own: kept, then read by its writer against a rubric and model answers.

const written = (response) => {
  const given = response && typeof response === "object" && !Array.isArray(response) ? response.text : response;
  return typeof given === "string" ? given : "";
};

// What is typed and not saved outlives its view: when a kernel has ended, its cell is run again,
// and draws the box anew.  It lives as long as the page.
const drafts = (globalThis.dialogueDrafts ??= new Map());

KINDS.essay = {
  grade: (item, response) => outcome(tidied(written(response)) ? "kept" : "unanswered"),

  control(item, strings, uid) {
    const counted = make("p", { class: "dq-instruction", id: `${uid}-count` });
    const box = make("textarea", { id: uid, class: "dq-essay", rows: 10, maxlength: 20000, dir: "auto", "aria-describedby": `${uid}-count` });
    const asked = item.least === item.most ? String(item.least) : `${item.least}–${item.most}`;
    const rows = item.rubric.map((row, at) => {
      const inputs = row.levels.map((_, i) => make("input", { type: "radio", name: `${uid}-${at}`, value: i }));
      const node = make("fieldset", { class: "dq-criterion" }, make("legend", {}, ...growInline(row.name)),
        ...inputs.map((input, i) => make("label", { class: "dq-option" }, input,
          make("span", { class: "dq-letter" }, String(row.levels.length - 1 - i)), make("span", { class: "dq-text", dir: "auto" }, ...growInline(row.levels[i])))));
      return { inputs, node, read: () => { const i = inputs.findIndex((input) => input.checked); return i < 0 ? null : i; } };
    });
    const sum = make("p", { class: "dq-instruction", role: "status", "aria-live": "polite" });
    const most = item.rubric.reduce((all, row) => all + row.levels.length - 1, 0);
    const rubric = make("div", { class: "dq-rubric", hidden: true }, make("p", { class: "dq-after-title" }, say(strings, "rubric")), ...rows.map((row) => row.node), sum);
    const count = () => {
      const n = (box.value.match(/\S+/g) ?? []).length;
      counted.textContent = say(strings, "words_counted", { n, asked });
    };
    const tally = () => {
      const levels = rows.map((row) => row.read());
      const left = levels.filter((level) => level === null).length;
      const got = levels.reduce((all, level, at) => all + (level === null ? 0 : item.rubric[at].levels.length - 1 - level), 0);
      sum.textContent = left ? say(strings, "rubric_left", { n: left }) : say(strings, "rubric_sum", { got, most });
    };
    const typed = (text) => { box.value = drafts.get(item.id) ?? text; count(); };
    typed("");
    box.addEventListener("input", () => { drafts.set(item.id, box.value); count(); control.changed?.(); });
    rubric.addEventListener("change", () => { tally(); control.again?.(); });
    const control = {
      node: [make("div", { class: "dq-field dq-writing" }, make("label", { for: uid }, say(strings, "your_text")), box, counted), rows.length ? rubric : null],
      instruction: "",
      /** Whether the text is another one than that of *response*, which was kept. */
      differs: (response) => tidied(box.value) !== tidied(written(response)),
      saved(response) { if (!control.differs(response)) drafts.delete(item.id); },
      read: () => ({ text: box.value, rubric: rows.map((row) => row.read()) }),
      write(response) {
        typed(written(response));
        rows.forEach((row, at) => row.inputs.forEach((input, i) => { input.checked = response?.rubric?.[at] === i; }));
        tally();
      },
      mark(found) { rubric.hidden = !found; tally(); },
      name: () => "",
    };
    return control;
  },

  does: "write_do",
  keeps: "written",
  reveals: "models_do",

  /** The model answers, once asked for. */
  shows: (item, strings) => item.models.flatMap((model) => [
    make("p", { class: "dq-after-title", dir: "auto" }, ...growInline(model.title)),
    make("blockquote", { dir: "auto" }, ...grow(model.text)), ...grow(model.marks)]),
};
