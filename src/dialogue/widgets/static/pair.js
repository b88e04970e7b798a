// Two learners at the negotiation: in turn at one computer, or at two by exchanging codes.

/** *entry*: `mode` ("seat" or "codes"), `seed`, `side` (of this computer, with codes) and `moves`.
    *keep* stores an entry, *close* goes back to the game against the computer. */
function pairView({ content, data, strings, entry, keep, close }) {
  const uid = newId(), words = (key, values) => say(strings, key, values);
  const table = tableForTwo(data), { rules } = table, codes = entry.mode === "codes";
  let own = entry.side; // whose lead this computer serves; at one computer it changes
  let game, shown = false; // at one computer nothing is shown before its player asks for it
  let reading = false; // who has asked reads the answer before the other takes the computer
  try { game = table.again(entry.seed, entry.moves); } catch { game = table.start(entry.seed); }

  const title = make("span", { class: "dn-title", role: "heading", "aria-level": 3, tabindex: -1 });
  const rounds = make("span", { class: "dn-rounds" });
  const brief = briefOf(words);
  const note = make("p", { class: "dn-note", role: "alert", dir: "auto" });
  const six = issueTable(content, words, uid, () => compare());
  const buttons = Object.fromEntries(["offer", "why", "accept", "walk"].map((kind) =>
    [kind, make("button", { type: "button", class: kind === "offer" ? "dn-main" : null, "data-do": kind }, words(kind))]));
  const takeOver = make("button", { type: "button", class: "dn-small", "data-do": "take" }, words("take_over"));
  const actions = make("div", { class: "dn-actions" }, ...Object.values(buttons), takeOver);
  const sure = sureBox(words, actions);
  const reply = make("p", { class: "dn-reply", role: "status", "aria-live": "polite", dir: "auto" });
  const told = make("ul", {}), log = make("ol", { class: "dn-log", tabindex: 0, "aria-label": words("log") });
  const cover = make("div", { class: "dn-cover" }), exchange = make("div", { class: "dn-exchange" }), after = make("div", { class: "dn-after" });
  const left = make("div", {}, six.table, actions, sure.node, exchange, note);
  const right = make("div", { class: "dn-side" }, titled(words("they_say")), reply, titled(words("told")), told, titled(words("log")), log);
  const desk = make("div", { class: "dn-desk" }, left, right);
  const ending = make("button", { type: "button", "data-do": "solo" }, words("pair_close"));
  const node = make("div", {}, make("div", { class: "dn-top" }, title, rounds), cover, ...brief.nodes, desk, after,
    make("details", {}, make("summary", {}, words("pair_rules")), make("ul", {}, ...listed(["pair_rule_turns", "pair_rule_why", codes ? "pair_rule_codes" : "pair_rule_seat", "pair_rule_homes"].map((key) => words(key)))),
      make("ul", {}, ...listed(content.rules.slice(4)))),
    make("div", { class: "dn-actions" }, ending), make("p", { class: "dn-quiet" }, words("invented")));
  // One click must not lose a game that two have played.
  ending.addEventListener("click", () => {
    if (game.outcome !== "open" || !game.turns.length) { close(); return; }
    desk.hidden = false;
    sure.ask(words("pair_sure_close"), ending, close);
  });

  const named = (side) => data.named[side];
  const other = (side) => rules.other[side];
  const sides = () => [data.sides[own], data.sides[other(own)]];
  const offer = () => { const text = table.offerOf(game, other(own)); return text ? rules.worthTo(game.lead[own], text) : null; };
  const compare = () => {
    const lead = game.lead[own];
    six.compare(lead, offer());
    setText(six.homes.yours, atHomes(words, rules.worthTo(lead, six.current()), sides()));
    setText(six.homes.theirs, offer() ? atHomes(words, offer(), sides()) : "");
  };
  const kept = () => keep({ mode: entry.mode, seed: game.seed, side: codes ? own : "", moves: game.turns.map(({ kind, text }) => ({ kind, text })), version: data.version });
  const trouble = (error) => {
    if (!(error instanceof CannotBe)) throw error;
    setText(note, error.message);
  };

  function makeMove(move) {
    let code = "";
    try {
      code = codes ? table.codeOf(game, move) : "";
      game = table.step(game, move);
    } catch (error) { trouble(error); return; }
    reading = !codes && move.kind === "why";
    shown = reading;
    setText(note, "");
    kept();
    show();
    if (game.outcome !== "open") after.querySelector(".dn-heading")?.focus();
    else (codes || reading ? exchange : cover).querySelector("input, button")?.focus();
  }
  function received(field) {
    try {
      game = table.step(game, table.moveOf(game, field.value));
    } catch (error) { trouble(error); field.focus(); return; }
    setText(note, "");
    kept();
    show();
    if (game.outcome !== "open") after.querySelector(".dn-heading")?.focus();
    else six.rows[0].menu.focus();
  }

  buttons.offer.addEventListener("click", () => {
    if (blocked(buttons.offer)) return;
    sure.close();
    const text = six.current(), theirs = offer();
    if (text === theirs?.text) sure.ask(words("sure_same", { bring: signing(words, theirs, game.lead[own].walk, sides()) }), buttons.offer, () => makeMove({ kind: "accept" }));
    else makeMove({ kind: "offer", text });
  });
  buttons.why.addEventListener("click", () => { if (!blocked(buttons.why)) makeMove({ kind: "why" }); });
  for (const kind of ["accept", "walk"]) {
    buttons[kind].addEventListener("click", () => {
      if (blocked(buttons[kind])) return;
      const { walk } = game.lead[own];
      sure.ask(words(`sure_${kind}`, { bring: offer() ? signing(words, offer(), walk, sides()) : "", walk }), buttons[kind], () => makeMove({ kind }));
    });
  }
  takeOver.addEventListener("click", () => { six.set(offer().text); compare(); });
  const blocked = (button) => button.getAttribute("aria-disabled") === "true";

  /** At one computer: the answer was read, and the other side takes its seat. */
  function handOver() {
    const button = make("button", { type: "button", class: "dn-main", "data-do": "hand" }, words("seat_hand", { side: named(other(own)) }));
    button.addEventListener("click", () => { reading = shown = false; show(); cover.querySelector("button")?.focus(); });
    exchange.replaceChildren(make("div", { class: "dn-actions" }, button));
  }

  /** The code of the last move, to hand over, and the field for theirs. */
  function exchanged(mine) {
    const last = game.turns.at(-1), parts = [];
    if (last?.side === own) {
      const before = table.again(game.seed, game.turns.slice(0, -1));
      const code = table.codeOf(before, last);
      parts.push(make("p", {}, `${words("code_give", { side: named(other(own)) })} `, make("output", { class: "dn-code", "aria-label": words("code_spelt", { code: [...code].join(" ") }) }, code)));
    }
    if (!mine && game.outcome === "open") {
      const field = make("input", { id: `${uid}-code`, type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", size: 12 });
      const enter = make("button", { type: "button", class: "dn-main", "data-do": "code" }, words("code_enter"));
      enter.addEventListener("click", () => received(field));
      field.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey) received(field); });
      parts.push(make("div", { class: "dn-actions" }, make("label", { for: field.id }, words("code_theirs", { side: named(other(own)) })), field, enter));
    }
    exchange.replaceChildren(...parts);
  }

  function show() {
    sure.close();
    const over = game.outcome !== "open", turn = over ? "" : table.mover(game);
    const side = codes || reading ? own : turn;
    const hide = !over && (codes ? !own : !shown);
    setText(rounds, over ? words("pair_over") : words("rounds", { n: Math.floor(game.turns.length / 2) + 1, total: data.rounds }));
    for (const part of [...brief.nodes, desk]) part.hidden = hide;
    cover.hidden = !hide;
    cover.replaceChildren();
    if (hide && codes) {
      setText(title, words("pair_title"));
      const choose = rules.sides.map((one) => {
        const button = make("button", { type: "button", "data-do": one }, words("pair_lead_for", { side: named(one) }));
        button.addEventListener("click", () => { own = one; kept(); show(); title.focus(); });
        return button;
      });
      cover.append(make("p", {}, words("code_begin", { seed: game.seed })), make("div", { class: "dn-actions" }, ...choose));
      return;
    }
    if (hide) {
      setText(title, words("pair_title"));
      const reveal = make("button", { type: "button", class: "dn-main", "data-do": "reveal" }, words("seat_show", { side: named(side) }));
      reveal.addEventListener("click", () => { shown = true; own = side; show(); title.focus(); });
      cover.append(make("p", { class: "dn-headline" }, words("seat_cover", { side: named(side), other: named(other(side)) })), reveal);
      return;
    }
    if (over) own ||= "us";
    setText(title, over ? words("pair_title") : words("title_pair", { side: named(own) }));
    const lead = game.lead[own], mine = turn === own, theirs = table.offerOf(game, other(own));
    brief.show(rules.leadShown(lead, game.lead[other(own)]));
    six.deal(lead.points);
    // To begin with: the best text for oneself that the other home would carry.
    six.set(table.offerOf(game, own) || theirs || lead.willing.find((text) => rules.carried(other(own), text)));
    compare();
    const newest = game.turns.at(-1);
    const last = newest?.told && newest.side === own ? newest : [...game.turns].reverse().find((one) => one.side !== own);
    setText(reply, mine || over || codes || reading ? (last ? table.said(game, last, own) : words(mine ? "pair_first" : "pair_second")) : "");
    told.replaceChildren(...listed(table.learnt(game, own).length ? table.learnt(game, own) : [words("told_none")]));
    log.replaceChildren(...listed(table.log(game, own)));
    const done = mine && table.used(game, own) >= data.rounds;
    for (const [kind, button] of Object.entries(buttons)) {
      button.setAttribute("aria-disabled", String(kind === "accept" ? !theirs : kind === "walk" ? false : done || (kind === "why" && !table.answer(game, own))));
    }
    takeOver.hidden = !theirs;
    actions.hidden = !mine;
    if (codes) exchanged(mine);
    else if (reading) handOver();
    else exchange.replaceChildren();
    desk.classList.toggle("dn-over", over);
    six.table.hidden = over;
    for (const part of brief.nodes) part.hidden = over;
    log.scrollTop = log.scrollHeight;
    after.replaceChildren(...(over ? lookBack({ debrief: table.debrief(game), picture: table.picture(game) }, strings, `${uid}-after`, SIGNS_OF_TWO) : []));
  }
  show();
  if (!codes && !entry.moves.length) kept();
  return { node, focus: () => (cover.querySelector("button") ?? title).focus(), say: (text) => setText(note, text) };
}
