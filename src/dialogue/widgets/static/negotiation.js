// The negotiation against the computer: four buttons below the table, and what they say beside it.
// Whoever plays and judges (widgets/negotiation.py, or local-game.js where no kernel is) sends all
// that is shown.

function render({ model, el }) {
  let end = gameView({ model, el });
  // Another chair is another view.
  const turned = () => {
    end();
    el.replaceChildren();
    end = gameView({ model, el });
    el.querySelector("select")?.focus();
  };
  model.on("change:content", turned);
  return () => { model.off("change:content", turned); end(); };
}

function gameView({ model, el }) {
  const content = model.get("content"), strings = model.get("strings"), uid = newId();
  const words = (key, values) => say(strings, key, values);
  const root = make("section", { class: "dn", "aria-label": content.title });
  keepKeys(root);

  const rounds = make("span", { class: "dn-rounds" });
  const brief = briefOf(words);
  const note = make("p", { class: "dn-note", role: "alert", dir: "auto" });
  const six = issueTable(content, words, uid, () => look());
  const { rows, homes } = six;
  const draft = make("p", { class: "dn-hidden", role: "status", "aria-live": "polite", dir: "auto" });

  // --- what one can do, and what they say, side by side
  const buttons = Object.fromEntries(["offer", "why", "accept", "walk"].map((kind) =>
    [kind, make("button", { type: "button", class: kind === "offer" ? "dn-main" : null, "data-do": kind }, words(kind))]));
  const takeOver = make("button", { type: "button", class: "dn-small", "data-do": "take" }, words("take_over"));
  const takePackage = make("button", { type: "button", class: "dn-small" }, words("take_package"));
  const actions = make("div", { class: "dn-actions" }, ...Object.values(buttons), takeOver, takePackage);
  const sure = sureBox(words, actions);
  // Here from the beginning and only its text changes, so that it is announced once.
  const reply = make("p", { class: "dn-reply", role: "status", "aria-live": "polite", dir: "auto" });
  const turn = make("p", { class: "dn-quiet dn-turn", dir: "auto" });
  const told = make("ul", {});
  const log = make("ol", { class: "dn-log", tabindex: 0, "aria-label": words("log") });
  const vote = ballot(words, content, {
    draft: () => six.current(), offer: () => model.get("state").offer.text,
    move: (message) => { if (!kernel.waits("move")) send(message); }, set: (text) => { six.set(text); look(); },
  });
  const cancel = make("button", { type: "button", class: "dn-small", "data-do": "cancel", hidden: true }, words("cancel"));
  const left = make("div", {}, six.table, draft, actions, sure.node, note, cancel);
  const right = make("div", { class: "dn-side" }, titled(words("they_say")), reply, turn, vote.node, titled(words("told")), told, titled(words("log")), log);
  const desk = make("div", { class: "dn-desk" }, left, right);

  const after = make("div", { class: "dn-after" });
  const seed = make("input", { id: `${uid}-seed`, type: "text", inputmode: "numeric", autocomplete: "off" });
  const again = make("button", { type: "button", "data-do": "again" }, words("again_do"));
  const chair = make("button", { type: "button", "data-do": "chair" }, words("again_chair", { side: content.sides[1] }));
  const others = Object.fromEntries(["seat", "codes", "class"].map((kind) => [kind, make("button", { type: "button", "data-do": kind }, words(`play_${kind}`))]));
  const anew = make("details", { class: "dn-anew" }, make("summary", {}, words("again")), make("p", { class: "dn-quiet" }, words("again_how")),
    make("div", { class: "dn-actions" }, make("label", { for: `${uid}-seed` }, words("seed")), seed, again, chair),
    make("p", { class: "dn-quiet" }, words("others_how")), make("div", { class: "dn-actions" }, ...Object.values(others)));

  const solo = [
    make("div", { class: "dn-top" }, make("span", { class: "dn-title", role: "heading", "aria-level": 3 }, content.title), rounds),
    ...brief.nodes, desk, after,
    make("details", {}, make("summary", {}, words("rules")), make("ul", {}, ...listed(content.rules))), anew,
    make("p", { class: "dn-quiet" }, words("invented")),
  ];
  root.append(...solo);
  el.append(root);

  // Replies to other views of the same game have another name.
  const kernel = courier(model);
  let count = 0, asked = "", moved = "", looked = "", was = null, seeded = null, pair = null, keeping = "";
  const name = () => { count += 1; return `${uid}-${count}`; };
  const send = (message) => {
    asked = name();
    const isLook = message.event === "look";
    if (isLook) looked = asked; else moved = asked;
    kernel.ask(isLook ? "look" : "move", { ...message, seq: asked }, {
      held: !isLook,
      waits: (held) => { setText(note, words(isLook ? "waiting_look" : "waiting")); if (!isLook) cancel.hidden = !held; },
      lost: () => { setText(note, words("no_kernel")); cancel.hidden = true; },
    });
  };
  cancel.addEventListener("click", () => {
    if (kernel.cancel("move")) setText(note, words("cancelled"));
    cancel.hidden = true;
    buttons.offer.focus();
  });
  // A move that waits for the kernel is made or cancelled: another one must wait for that.
  const off = (button) => button.getAttribute("aria-disabled") === "true" || kernel.waits("move");
  const compare = () => { const { lead, offer } = model.get("state"); six.compare(lead, offer); };
  const look = () => { compare(); send({ event: "look", text: six.current() }); };
  takeOver.addEventListener("click", () => { if (!off(takeOver)) { six.set(model.get("state").offer.text); look(); } });
  takePackage.addEventListener("click", () => { if (!off(takePackage)) { six.set(model.get("state").package); look(); } });
  buttons.offer.addEventListener("click", () => {
    if (off(buttons.offer)) return;
    sure.close();
    const { offer, lead } = model.get("state"), text = six.current();
    // To offer their own text is to sign it, which whoever has not moved a menu yet does not mean.
    if (text !== offer.text) send({ event: "offer", text });
    else sure.ask(words("sure_same", { bring: signing(words, offer, lead.walk, content.sides) }), buttons.offer, () => { if (!kernel.waits("move")) send({ event: "accept" }); });
  });
  buttons.why.addEventListener("click", () => { if (!off(buttons.why)) { sure.close(); send({ event: "why" }); } });
  for (const kind of ["accept", "walk"]) {
    buttons[kind].addEventListener("click", () => {
      if (off(buttons[kind])) return;
      const { offer, lead } = model.get("state");
      sure.ask(words(`sure_${kind}`, { bring: signing(words, offer, lead.walk, content.sides), walk: lead.walk }), buttons[kind], () => { if (!kernel.waits("move")) send({ event: kind }); });
    });
  }
  const begin = (other = false) => {
    const chosen = seedOf(seed.value);
    if (!chosen) { setText(note, words("again_bad")); seed.focus(); return; }
    if (kernel.waits("move")) return;
    anew.open = false;
    send({ event: "again", seed: chosen, ...(other ? { side: content.sides[1] } : {}) });
  };
  again.addEventListener("click", () => begin());
  chair.addEventListener("click", () => begin(true));
  seed.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey) begin(); });

  // --- with others
  const keep = (entry) => {
    keeping = name();
    kernel.ask("keep", { event: "together", entry, seq: keeping }, {
      waits: () => pair?.say(words("waiting_keep")), lost: () => pair?.say(words("no_kernel")),
    });
  };
  let wish = null;
  const together = (entry, focus) => {
    if (!model.get("data").version) {
      // Both columns come only when two play: against the computer they would tell too much.
      wish = [entry, focus];
      kernel.ask("data", { event: "data" }, { waits: () => setText(note, words("waiting_look")), lost: () => setText(note, words("no_kernel")) });
      return;
    }
    pair = pairView({ content, data: model.get("data"), strings, entry, keep, close });
    root.replaceChildren(pair.node);
    if (focus) pair.focus();
  };
  const came = () => { kernel.answered("data"); if (wish) { together(...wish); wish = null; } };
  model.on("change:data", came);
  const close = () => { pair = null; root.replaceChildren(...solo); anew.open = true; keep(null); others.seat.focus(); };
  for (const kind of ["seat", "codes"]) {
    others[kind].addEventListener("click", () => {
      const chosen = seedOf(seed.value);
      if (!chosen) { setText(note, words("again_bad")); seed.focus(); return; }
      together({ mode: kind, seed: chosen, side: "", moves: [] }, true);
    });
  }
  /** While a class votes, moves are lines of its ballot. */
  const byVote = () => { for (const button of Object.values(buttons)) button.hidden = vote.isOpen(); root.classList.toggle("dn-wall", vote.isOpen()); };
  others.class.addEventListener("click", () => { anew.open = false; vote.open(); byVote(); });
  vote.closed(byVote);

  const show = () => {
    const state = model.get("state"), first = was === null;
    const all = content.rounds, done = state.used >= all;
    if (state.seq === looked) kernel.answered("look");
    if (state.seq === moved) { kernel.answered("move"); cancel.hidden = true; }
    if (keeping && state.seq === keeping) { kernel.answered("keep"); pair?.say(state.note); return; }
    setText(rounds, state.over ? words("rounds_over", { n: state.used, total: all })
      : done ? words("rounds_done", { total: all }) : words("rounds", { n: state.used + 1, total: all }));
    // A look at another text changes nothing here, so an earlier reply is not announced again.
    setText(reply, state.reply);
    setText(note, state.note || (state.restored ? words("restored") : ""));
    setText(turn, words(done ? "turn_done" : state.used ? "turn" : "turn_first"));
    const key = JSON.stringify([state.seed, state.log]);
    const fresh = first || (key !== was && state.log.length === 1);
    if (seeded !== state.seed) { brief.show(state.lead); six.deal(state.lead.points); seeded = state.seed; six.set(state.draft.text); }
    if (key !== was) {
      told.replaceChildren(...listed(state.told.length ? state.told : [words("told_none")]));
      log.replaceChildren(...listed(state.log));
      after.replaceChildren(...(state.over ? lookBack(state, strings, `${uid}-after`) : []));
      if (fresh) six.set(state.draft.text);
      // After a game the next one is another; who wants the same once more types its seed.
      seed.value = String(state.over ? (state.seed % 999999) + 1 : state.seed);
      vote.cleared();
    }
    compare();
    setText(homes.theirs, atHomes(words, state.offer, content.sides));
    if (state.draft.text === six.current()) {
      setText(homes.yours, atHomes(words, state.draft, content.sides));
      setText(draft, `${words("label_yours")} ${state.draft.points}. ${atHomes(words, state.draft, content.sides)}`);
    }
    takePackage.hidden = !state.package;
    desk.classList.toggle("dn-over", state.over);
    for (const node of [six.table, actions, draft, turn]) node.hidden = state.over;
    vote.over(state.over, done);
    byVote();
    for (const button of [buttons.offer, buttons.why]) button.setAttribute("aria-disabled", String(done));
    if (key !== was) log.scrollTop = log.scrollHeight;
    if (state.over) {
      sure.close();
      // The button that ended the game is gone: the focus goes to the debrief, not to nowhere.
      if (!first && key !== was && state.seq === asked) after.querySelector(".dn-heading")?.focus();
    } else if (!first && key !== was && state.seq === asked && fresh) rows[0].menu.focus();
    // Where one column is too long for the window, the answer comes to whoever has asked for it.
    if (!first && !state.over && state.log.length > 1 && key !== was && state.seq === asked) reply.scrollIntoView({ block: "nearest" });
    was = key;
  };
  model.on("change:state", show);
  show();
  const begun = model.get("state").together;
  if (begun) together(begun, false);
  if (model.get("voting") === true) { vote.open(false); byVote(); }
  return () => { kernel.stop(); model.off("change:state", show); model.off("change:data", came); };
}

export default { render };
