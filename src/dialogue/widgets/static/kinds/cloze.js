// Blanks in a text: a field or a menu for each, in their order below it.

/** What was given for a blank: a number, folded words, or undefined for nothing. */
function given(gap, value) {
  if (gap.answer !== null) {
    if (value === null || value === undefined || (typeof value === "string" && !tidied(value))) return undefined;
    const found = number(value);
    return found !== null || typeof value === "string" ? found : undefined;
  }
  if (typeof value !== "string") return undefined;
  if (gap.choices.length) return gap.choices.includes(value) ? value : undefined;
  return fold(value) || undefined;
}

function fits(gap, found) {
  if (gap.answer !== null) return found !== null && within(found, gap.answer, gap.tolerance);
  return (gap.choices.length ? gap.accept : gap.accept.map(fold)).includes(found);
}

KINDS.cloze = {
  grade(item, response) {
    // Of more answers than blanks nobody can say which belongs where.
    if (!Array.isArray(response) || response.length > item.gaps.length) return outcome("unanswered");
    let hits = 0, open = 0;
    const comments = [];
    item.gaps.forEach((gap, about) => {
      const found = given(gap, response[about]);
      if (found === undefined) { open += 1; return; }
      const right = fits(gap, found);
      if (right) hits += 1;
      const slip = gap.answer === null && gap.wrong.find((s) => (gap.choices.length ? s.text : fold(s.text)) === found);
      comments.push({ about, right, say: right ? [] : (slip || gap).say });
    });
    const size = item.gaps.length;
    if (open === size) return outcome("unanswered");
    return outcome(hits === size ? "right" : hits ? "partly" : "wrong", hits / size, comments, open);
  },

  control(item, strings, uid) {
    const drawn = item.gaps.map((gap, i) => {
      const mark = make("span", { class: "dq-mark", id: `${uid}-${i}-mark` });
      const named = { id: `${uid}-${i}`, "aria-describedby": mark.id, dir: "auto" };
      const choice = gap.choices.length
        ? wrappingMenu(make("select", named, make("option", { value: "" }, say(strings, "choose_label")), ...gap.choices.map((text) => make("option", { value: text }, text))))
        : null;
      const control = choice?.menu ?? make("input", { ...named, type: "text", class: gap.answer === null ? "dq-words" : "dq-number", inputmode: gap.answer === null ? "text" : "decimal", autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
      const label = make("label", { class: "dq-text", for: named.id }, say(strings, "gap", { n: i + 1 }));
      return { control, mark, shown: choice?.shown, row: make("div", { class: "dq-statement dq-gap" }, label, choice?.node ?? control, mark) };
    });
    return {
      node: drawn.map((r) => r.row),
      instruction: say(strings, "gaps_how"),
      read: () => drawn.map((r) => (r.control.value === "" ? null : r.control.value)),
      write(response) {
        drawn.forEach((r, i) => {
          r.control.value = Array.isArray(response) && typeof response[i] !== "object" ? response[i] ?? "" : "";
          r.shown?.();
        });
      },
      mark(found, revealed) {
        drawn.forEach((r, i) => {
          const comment = found?.comments.find((c) => c.about === i);
          const state = comment ? (comment.right ? "right" : "wrong") : "";
          const gap = item.gaps[i];
          const key = gap.answer === null ? gap.accept[0] : gap.answer;
          setMark(strings, r.row, r.mark, state || (revealed ? "key" : ""), [
            state ? say(strings, `mark_${state}`) : "",
            revealed && state !== "right" && key !== undefined ? `${say(strings, "mark_key")}: ${key}` : "",
          ].filter(Boolean).join("; "));
        });
      },
      name: (i) => `(${i + 1})`,
    };
  },

  folded: (item) => slips(item.gaps.flatMap((gap) => gap.wrong)),
};
