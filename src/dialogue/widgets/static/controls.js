// The controls that several kinds share, each { node, instruction, read, write, mark, name }.

const letter = (i) => String.fromCharCode(65 + i);
const signed = (value) => (value > 0 ? `+${short(value)}` : short(value).replace("-", "−"));
const short = (value) => String(Math.round(value * 100) / 100);

/** The verdict on one row: a line, a sign and a word, never a colour alone. */
function setMark(strings, row, mark, state, words = state ? say(strings, `mark_${state}`) : "") {
  row.dataset.state = state;
  mark.textContent = words;
}

/** The options in the order in which they are shown, which a review draws anew: their indices. */
const shownOptions = (item) => item.places ?? item.options.map((_, i) => i);
const optionLetter = (item, i) => letter(shownOptions(item).indexOf(i));

function choices(item, strings, uid, many) {
  const rows = item.options.map((option, i) => {
    const input = make("input", { type: many ? "checkbox" : "radio", name: uid, value: i });
    const mark = make("span", { class: "dq-mark" });
    const words = make("span", { class: "dq-text", dir: "auto" }, ...growInline(option.text));
    const key = make("span", { class: "dq-letter" }, optionLetter(item, i));
    const row = make("label", { class: "dq-option" }, input, key, words, mark);
    return { input, mark, row, below: null };
  });
  return {
    rows,
    node: shownOptions(item).map((i) => rows[i].row),
    instruction: say(strings, many ? "choose_many" : "choose_one"),
    read() {
      const ticked = rows.flatMap((r, i) => (r.input.checked ? [i] : []));
      return many ? ticked : ticked[0] ?? null;
    },
    write(response) {
      const ticked = many ? (Array.isArray(response) ? response : []) : [response];
      rows.forEach((r, i) => { r.input.checked = ticked.includes(i); });
    },
    mark(found, revealed) {
      rows.forEach((r, i) => {
        const comment = found?.comments.find((c) => c.about === i);
        const state = comment ? (comment.right ? "right" : "wrong") : revealed && item.options[i].right ? "key" : "";
        setMark(strings, r.row, r.mark, state);
      });
    },
    name: (i) => optionLetter(item, i),
    chosen: () => rows.flatMap((r, i) => (r.input.checked ? [optionLetter(item, i)] : [])).join(", "),
  };
}

function field(item, strings, uid, { label, unit, wide, mode }) {
  const input = make("input", {
    type: "text", inputmode: mode, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    id: uid, class: wide ? "dq-words" : "dq-number", dir: wide ? "auto" : null,
    "aria-describedby": unit ? `${uid}-unit` : null,
  });
  const row = make("div", { class: "dq-field" }, make("label", { for: uid }, label), input,
    unit ? make("span", { id: `${uid}-unit`, dir: "auto" }, unit) : null);
  return {
    input, row,
    node: [row],
    instruction: "",
    read: () => input.value,
    write(response) { input.value = Array.isArray(response) ? response.join("; ") : response ?? ""; },
    mark(found) {
      const state = found?.verdict === "right" ? "right" : found?.verdict === "wrong" || found?.verdict === "partly" ? "wrong" : "";
      input.setAttribute("aria-invalid", String(state === "wrong"));
      row.dataset.state = state;
    },
    name: () => "",
  };
}

/** Rows with a menu each: statements to label, or left sides to match. */
function menus(rows, strings, uid, { read, write, key }) {
  const drawn = rows.map((entry, i) => {
    const mark = make("span", { class: "dq-mark", id: `${uid}-${i}-mark` });
    const { menu, shown, node } = wrappingMenu(make("select", { id: `${uid}-${i}`, "aria-describedby": mark.id },
      make("option", { value: "" }, say(strings, "choose_label")),
      ...entry.menu.map(([value, text]) => make("option", { value }, text))));
    const words = make("label", { class: "dq-text", for: menu.id, dir: "auto" },
      make("span", { class: "dq-letter" }, `${i + 1}.`), " ", ...growInline(entry.text));
    return { menu, shown, mark, row: make("div", { class: "dq-statement" }, words, node, mark) };
  });
  return {
    node: drawn.map((r) => r.row),
    instruction: "",
    read: () => drawn.map((r) => (r.menu.value === "" ? null : read(r.menu.value))),
    write(response) {
      drawn.forEach((r, i) => {
        r.menu.value = Array.isArray(response) ? write(response[i]) : "";
        r.shown();
      });
    },
    mark(found, revealed) {
      drawn.forEach((r, i) => {
        const comment = found?.comments.find((c) => c.about === i);
        const state = comment ? (comment.right ? "right" : "wrong") : "";
        setMark(strings, r.row, r.mark, state || (revealed ? "key" : ""), [
          state ? say(strings, `mark_${state}`) : "",
          revealed && state !== "right" ? `${say(strings, "mark_key")}: ${key(i)}` : "",
        ].filter(Boolean).join("; "));
      });
    },
    name: (i) => `${i + 1}`,
  };
}

/** The comments on all options, folded away below the explanation. */
function options(item, strings, name = (_, i) => optionLetter(item, i)) {
  const judged = (right) => say(strings, right ? "mark_right" : "mark_wrong");
  if (item.vote) return []; // every comment is told with the vote
  return [["every_option", shownOptions(item).map((i) => {
    const o = item.options[i];
    return [[`${name(o, i)}, ${judged(o.right)}.`], o.say];
  })]];
}

/** The comments on answers that are often given. */
const slips = (list) => [["every_slip", list.filter((s) => s.say.length)
  .map((s) => [[make("bdi", {}, String(s.text ?? s.value)), "."], s.say])]];
