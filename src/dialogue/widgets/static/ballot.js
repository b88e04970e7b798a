// A class plays one side by vote: proposals, hands counted for each, and the move with the most.

const MOST_PROPOSALS = 4;

/** *game* tells the draft and their offer, takes a move, and sets the menus to a text. */
function ballot(words, content, game) {
  const uid = newId();
  let proposals = [], open = false, leaves = () => {}, done = false;
  const add = make("button", { type: "button", "data-do": "propose" }, words("vote_add"));
  const count = make("button", { type: "button", class: "dn-main", "data-do": "count" }, words("vote_count"));
  const stop = make("button", { type: "button", "data-do": "stop" }, words("vote_stop"));
  const said = make("p", { class: "dn-note", role: "status", "aria-live": "polite" });
  const list = make("div", { class: "dn-ballot" });
  const node = make("div", { class: "dn-vote", role: "group", "aria-label": words("vote"), hidden: true }, titled(words("vote")), make("p", { class: "dn-quiet" }, words("vote_how")), list,
    make("div", { class: "dn-actions" }, add, count, stop), said);

  /** A proposal in words: how it differs from what lies on the table. */
  const about = (text) => {
    const offer = game.offer();
    const changed = content.issues.flatMap((issue, i) => (text[i] === offer[i] ? [] : [Object.fromEntries(issue.options)[text[i]]]));
    return changed.join("; ") || words("vote_same");
  };
  const ways = () => [
    ...(done ? [] : proposals.map((text, i) => ({ name: words("vote_proposal", { letter: "ABCD"[i] }), about: about(text), text, move: text === game.offer() ? { event: "accept" } : { event: "offer", text } }))),
    ...(done ? [] : [{ name: words("why"), about: "", move: { event: "why" } }]),
    { name: words("accept"), about: "", move: { event: "accept" } }, { name: words("walk"), about: "", move: { event: "walk" } },
  ];
  const fields = () => [...list.querySelectorAll("input")];
  const draw = () => {
    const hands = Object.fromEntries(fields().map((field) => [field.dataset.way, field.value]));
    list.replaceChildren(...ways().map((way, i) => {
      const key = way.text ?? way.move.event, id = `${uid}-${i}`;
      const field = make("input", { id, type: "text", inputmode: "numeric", size: 3, "data-way": key, autocomplete: "off" });
      field.value = hands[key] ?? "";
      const label = make("label", { for: id }, make("strong", {}, way.name), way.about ? `: ${way.about}` : "");
      const see = way.text ? make("button", { type: "button", class: "dn-small" }, words("vote_see")) : null;
      see?.addEventListener("click", () => game.set(way.text));
      return make("div", { class: "dn-way" }, field, label, see);
    }));
    add.setAttribute("aria-disabled", String(done || proposals.length >= MOST_PROPOSALS));
  };
  add.addEventListener("click", () => {
    const text = game.draft();
    if (add.getAttribute("aria-disabled") === "true") return;
    if (proposals.includes(text)) { setText(said, words("vote_known")); return; }
    proposals.push(text);
    setText(said, "");
    draw();
  });
  count.addEventListener("click", () => {
    const hands = fields().map((field) => (field.value.trim() === "" ? 0 : /^\d{1,3}$/.test(field.value.trim()) ? Number(field.value) : NaN));
    if (hands.some(Number.isNaN) || !hands.some(Boolean)) { setText(said, words("vote_numbers")); fields()[Math.max(0, hands.findIndex(Number.isNaN))]?.focus(); return; }
    const best = Math.max(...hands), all = ways(), first = all.filter((_, i) => hands[i] === best);
    if (first.length > 1) { setText(said, words("vote_tie", { names: first.map((way) => way.name).join(words("and")), n: best })); return; }
    const result = words("vote_result", { list: all.map((way, i) => [way.name, hands[i]]).filter(([, n]) => n).map(([name, n]) => `${name}: ${n}`).join("; ") });
    game.move(first[0].move);
    setText(said, result);
  });
  stop.addEventListener("click", () => { open = false; node.hidden = true; leaves(); });
  return {
    node, isOpen: () => open,
    open(focus = true) { open = true; node.hidden = false; draw(); if (focus) add.focus(); },
    closed(act) { leaves = act; },
    /** A move was made: the next vote is about new proposals. */
    cleared() { proposals = []; list.replaceChildren(); if (open) draw(); },
    over(ended, used) { done = used; node.hidden = !open || ended; if (open && !ended) draw(); },
  };
}
