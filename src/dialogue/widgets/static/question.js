// One question: what is asked, its buttons, and what is said about an answer.

/** How sure are you?  Three levels, and what each would pay or cost. */
function certainty(item, strings) {
  const group = newId();
  const inputs = [1, 2, 3].map((n) => make("input", { type: "radio", name: group, value: n }));
  return {
    node: make("fieldset", { class: "dq-sure" }, make("legend", {}, say(strings, "how_sure")),
      ...inputs.map((input, i) => make("label", { class: "dq-option" }, input, make("span", { class: "dq-text" }, say(strings, `sure_${i + 1}`))))),
    read: () => inputs.findIndex((input) => input.checked) + 1 || null,
    write(value) { inputs.forEach((input, i) => { input.checked = value === i + 1; }); },
  };
}

function question(item, n, total, strings, send) {
  const uid = newId();
  const kind = KINDS[item.kind];
  const control = kind.control(item, strings, uid);
  const sure = item.confidence && item.marked ? certainty(item, strings) : null;
  const meta = [
    total > 1 ? say(strings, "question", { n, total }) : "",
    item.para.length ? `${say(strings, "paragraphs")} ${item.para.join(", ")}` : "",
    item.contested ? say(strings, "contested") : "",
    item.as_of ? say(strings, "as_of", { date: item.as_of }) : "",
    item.resolves ? say(strings, "resolves", { date: day(item.resolves, item.language) }) : "",
    item.draft ? say(strings, "draft") : "",
    item.keyless ? say(strings, "graded") : "",
    item.guess ? say(strings, "guess_about") : "",
    item.vote && !item.keyless ? say(strings, "vote_about") : "",
  ].filter(Boolean);
  const does = say(strings, kind.does ? kind.does : item.keyless ? "keep" : item.guess ? "guess_do" : item.vote ? "vote_do" : "check");

  const checkButton = make("button", { type: "submit", class: "dq-main" }, does);
  const hintButton = make("button", { type: "button", "aria-expanded": "false", "aria-controls": `${uid}-hint` }, say(strings, "hint"));
  const revealButton = make("button", { type: "button" }, say(strings, kind.reveals ?? "reveal"));
  const resetButton = make("button", { type: "button" }, say(strings, "reset"));
  const hint = make("div", { class: "dq-hint", id: `${uid}-hint`, role: "status", "aria-live": "polite" });
  const status = make("div", { class: "dq-status", role: "status", "aria-live": "polite", "aria-atomic": "true" });
  const answered = make("div", { class: "dq-answered", role: "status", "aria-live": "polite" });
  const problem = make("div", { class: "dq-problem", role: "alert" });
  const cancelButton = make("button", { type: "button", hidden: true }, say(strings, "cancel"));
  const note = make("p", { class: "dq-note" });
  const after = make("div", { class: "dq-after" });

  const form = make("form", { class: "dq-item", novalidate: true, "data-item": item.id, lang: item.language },
    meta.length ? make("p", { class: "dq-meta" }, ...meta.map((m) => make("span", { dir: "auto" }, m))) : null,
    make("fieldset", { "aria-describedby": control.instruction ? `${uid}-how` : null },
      make("legend", {}, ...growInline(item.ask)),
      item.before?.length ? make("div", { class: "dq-before" }, make("strong", {}, say(strings, "before")), ...grow(item.before)) : null,
      control.instruction ? make("p", { class: "dq-instruction", id: `${uid}-how` }, control.instruction) : null,
      ...control.node),
    sure?.node ?? null,
    make("div", { class: "dq-actions" }, checkButton, item.hint.length ? hintButton : null, revealButton, resetButton),
    hint, status, answered, problem, cancelButton, note, after);

  let known = {};

  let finished = ""; // what stands in `after`

  function finish(revealed) {
    const logged = known.outcome?.verdict === "logged";
    const voted = item.vote && known.outcome?.verdict === "kept";
    const done = known.outcome?.verdict === "right" || (logged && !item.opens) || voted;
    // What was unfolded stays so when the kernel only confirms what is shown.
    const now = `${done} ${Boolean(revealed)}`;
    if (now === finished) return;
    finished = now;
    after.replaceChildren();
    if (!done && !revealed) return;
    if (revealed) {
      if (kind.shows) after.append(...kind.shows(item, strings));
      const key = make("p", { class: "dq-key" }, make("strong", {}, say(strings, "answer_is")), " ");
      item.key.forEach((part, i) => key.append(i ? "; " : "", make("span", { dir: "auto" }, ...growInline(part))));
      if (item.key.length) after.append(key);
    }
    if (item.explain.length) {
      after.append(make("p", { class: "dq-after-title" }, say(strings, "explanation")), ...grow(item.explain));
    }
    for (const [summary, rows] of kind.folded?.(item, strings) ?? []) {
      if (rows.length) {
        after.append(make("details", {}, make("summary", {}, say(strings, summary)),
          make("ul", {}, ...rows.map(([name, comment]) => make("li", { dir: "auto" }, make("strong", {}, ...name), " ", ...growInline(comment))))));
      }
    }
    if (item.sources.length) {
      const list = make("ul", {}, ...item.sources.map((s) => make("li", {}, link(s.address, s.text))));
      after.append(make("p", { class: "dq-after-title" }, say(strings, "sources")), list);
    }
  }

  function verdict(found, settled) {
    status.replaceChildren();
    status.dataset.verdict = found?.verdict ?? "";
    if (!found) return;
    if (found.verdict === "unanswered") {
      status.append(make("p", {}, say(strings, found.problem || `unanswered_${item.kind}`, { button: does })));
      return;
    }
    if (item.vote && !item.keyless) {
      status.append(make("p", {}, make("strong", { class: "dq-verdict" }, say(strings, "vote", { what: control.chosen() })), " ", say(strings, "vote_reasons")),
        make("ul", {}, ...found.comments.map((c) => make("li", { dir: "auto" }, make("strong", {}, `${control.name(c.about)}. `), ...growInline(c.say)))));
      return;
    }
    if (found.verdict === "kept") {
      // An answer that nobody has judged is kept when it is saved, and not before.
      const word = settled ? kind.keeps ?? "kept" : known.note ? "kept_not" : "";
      if (word) status.append(make("p", {}, make("strong", { class: "dq-verdict" }, say(strings, word))));
      return;
    }
    if (item.guess && !kind.told) {
      const spoken = found.comments.filter((c) => c.say.length);
      status.append(make("p", {}, make("strong", { class: "dq-verdict" }, say(strings, "guess")), " ", say(strings, "revealed")),
        spoken.length ? make("ul", {}, ...spoken.map((c) => make("li", { dir: "auto" }, ...growInline(c.say)))) : "");
      return;
    }
    if (found.verdict === "logged") {
      status.append(...kind.told(item, known.response, found, strings));
      return;
    }
    const words = [make("strong", { class: "dq-verdict" }, say(strings, found.verdict))];
    if (found.missing && found.verdict !== "right") words.push(" ", say(strings, `missing_${item.kind}`, { n: found.missing }));
    if (found.mark !== null && found.mark !== undefined) words.push(" ", say(strings, "mark", { mark: signed(found.mark) }));
    const spoken = found.comments.filter((c) => c.say.length);
    if (found.verdict === "wrong" && !spoken.length && strings[`wrong_${item.kind}`]) words.push(" ", say(strings, `wrong_${item.kind}`));
    if (kind.whole) {
      spoken.forEach((c) => words.push(" ", make("span", { dir: "auto" }, ...(kind.spoken?.(c, strings) ?? growInline(c.say)))));
    }
    status.append(make("p", {}, ...words));
    if (!kind.whole && spoken.length) {
      status.append(make("ul", {}, ...spoken.map((c) => make("li", { dir: "auto" },
        c.about === null ? null : make("strong", {}, `${control.name(c.about)}, ${say(strings, c.right ? "mark_right" : "mark_wrong")}. `), ...growInline(c.say)))));
    }
  }

  // What the live region says now: the kernel's reply to an answer that was graded here
  // confirms it, and must not announce it a second time.
  let announced = "";

  /** Draw what is known: from the record, from grading here, or from Python's reply. */
  function show(state, restored = false, fresh = false) {
    known = state ?? {};
    const found = known.outcome ?? null;
    if (restored && "response" in known) {
      control.write(known.response);
      sure?.write(known.confidence);
    }
    const graded = found && found.verdict !== "unanswered" ? found : null;
    // A guess is taken once, told, and marked as neither right nor wrong; nor is a vote.
    const taken = Boolean(item.guess && graded && !kind.told);
    const revealed = known.revealed || taken;
    control.mark(item.guess || item.vote ? null : graded, revealed);
    if (taken !== checkButton.hidden) {
      const inside = form.contains(document.activeElement);
      checkButton.hidden = hintButton.hidden = taken;
      form.querySelector("fieldset").disabled = taken;
      if (taken && inside) { status.tabIndex = -1; status.focus(); } // the pressed button goes away
    }
    const settled = known.saved ?? restored;
    if (known.saved) control.saved?.(known.response);
    const standing = found?.verdict === "kept" ? [settled, Boolean(known.note)] : [];
    const words = found ? JSON.stringify([found.verdict, found.missing, found.problem, found.mark, found.comments, ...standing]) : "";
    if (fresh || words !== announced) {
      verdict(found, settled);
      if (graded?.verdict === "right" && item.explain.length) status.append(make("p", {}, say(strings, "explained")));
    }
    announced = words;
    const told = known.cancelled ? say(strings, known.waiting ? "cancelled_last" : "cancelled") : known.revealed && !kind.shows && graded?.verdict !== "right" ? say(strings, "revealed") : "";
    setText(answered, told);
    // Waiting, saved, not saved: what is known, and nothing else.
    const trouble = known.note || (known.waiting ? say(strings, known.away ? "waiting_server" : "waiting") : "");
    problem.dataset.state = known.note ? "" : "waiting";
    setText(problem, trouble);
    const canCancel = Boolean(known.waiting && known.held);
    if (!canCancel && document.activeElement === cancelButton) checkButton.focus(); // it goes away
    cancelButton.hidden = !canCancel;
    revealButton.hidden = item.keyless || item.guess || item.vote || !(known.tries > 0) || known.revealed || ["right", "logged"].includes(found?.verdict);
    resetButton.hidden = taken || Boolean(kind.shows) || !(known.tries > 0); // a text is changed, never thrown away
    finish(revealed);
    note.textContent = trouble ? "" : (settled && control.differs?.(known.response) ? say(strings, "write_changed") : "")
      || (known.edited ? say(strings, "edited") : "")
      || (restored && known.at ? say(strings, ahead(known.at) ? "restored_ahead" : "restored", { date: day(known.at, item.language) }) : "")
      || (graded && known.saved && !known.cancelled ? say(strings, "saved") : "");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    send("check", item, control.read(), sure?.read() ?? null);
  });
  // What changes a text after it was kept is not kept yet; a tick below it is kept at once.
  control.changed = () => { if (known.tries > 0) note.textContent = say(strings, "write_changed"); };
  control.again = () => send("check", item, control.read(), null);
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
  cancelButton.addEventListener("click", () => { send("cancel", item); checkButton.focus(); });
  resetButton.addEventListener("click", () => {
    control.write(null);
    sure?.write(null);
    hintButton.setAttribute("aria-expanded", "false");
    hint.replaceChildren();
    send("reset", item);
    (form.querySelector("fieldset input, fieldset select, fieldset button") ?? checkButton).focus();
  });
  const counted = (found) => found && !["logged", "kept", "unanswered"].includes(found.verdict);
  return {
    form, show,
    score: () => (counted(known.outcome) ? known.outcome.score * item.points : 0),
    certain: () => (counted(known.outcome) ? known.outcome.mark ?? 0 : 0),
  };
}
