// Two learners at one table: the leads and the home tests of bargaining.js, and moves in turn.
//
// A game is its seed and its moves.  Each side may offer or ask eight times; whoever's turn it is
// may also accept the other's last offer or walk away.  Asked why, a lead's answer is worked out
// from its points and so is true; nobody has to invent one.

const TOLD_HERE = ["weights", "second", "option", "home"]; // a person signs what a person wants

export function tableForTwo(data) {
  const rules = bargaining(data), { words, other, texts } = rules;

  function start(seed) {
    const roll = chance(`${data.salt} ${seed} both`);
    const lead = Object.fromEntries(rules.sides.map((side) => [side, rules.leads[roll.choice(data.leads[side].map(({ id }) => id).sort())]]));
    return { seed, lead, first: roll.choice(rules.sides), turns: [], outcome: "open", text: "" };
  }

  const mover = (game) => (game.turns.length % 2 ? other[game.first] : game.first);
  const offers = (game, side) => game.turns.filter((turn) => turn.side === side && turn.text).map((turn) => turn.text);
  const offerOf = (game, side) => offers(game, side).pop() ?? "";
  const told = (game, side) => game.turns.filter((turn) => turn.side === side && turn.told).map((turn) => turn.told);
  /** Offers and questions that *side* has made. */
  const used = (game, side) => game.turns.filter((turn) => turn.side === side).length;
  const answer = (game, side) => {
    const them = game.lead[other[side]], known = told(game, side).map(({ kind }) => kind);
    for (const kind of TOLD_HERE) {
      const found = known.includes(kind) ? null : rules.truths[kind]({ them });
      // What its home is asked about: the asker's last offer, or the other's own.
      if (found) return { ...found, about: offerOf(game, side) || offerOf(game, other[side]) || data.august };
    }
    return null;
  };

  function step(game, { kind, text = "" }) {
    if (game.outcome !== "open") throw new CannotBe(words("over"));
    const side = mover(game), theirs = offerOf(game, other[side]);
    const turn = (rest) => ({ ...game, turns: [...game.turns, { side, kind, text: "", told: null, ...rest }] });
    if (kind === "walk") return { ...turn({}), outcome: "left" };
    if (kind === "accept") {
      if (!theirs) throw new CannotBe(words("pair_no_offer"));
      return { ...turn({}), outcome: "signed", text: theirs };
    }
    if (used(game, side) >= data.rounds) throw new CannotBe(words("no_rounds"));
    if (kind === "why") {
      const one = answer(game, side);
      if (!one) throw new CannotBe(words("pair_all_told"));
      return turn({ told: one });
    }
    if (!rules.isText(text)) throw new CannotBe(words("pair_no_text"));
    return turn({ text });
  }

  function again(seed, moves) {
    let game = start(seed);
    for (const move of moves) game = step(game, move);
    return game;
  }

  // --- what was said
  const spoken = (game, { side, told: one }) => {
    const teller = other[side];
    const lineOf = (situation) => chance(`${game.seed} both ${side} ${situation}`)
      .choice(data.lines.filter(([kind, who]) => kind === situation && ["any", teller].includes(who)).map((row) => row[3]));
    const answer = rules.filled(lineOf(one.kind), rules.tellingGaps(one, one.about, teller));
    // For what weighs a lead has its reasons.
    return one.kind === "weights" || one.kind === "second" ? `${answer} ${lineOf(rules.issues[one.issue - 1].because)}` : answer;
  };
  /** A turn in a sentence, as *side* reads it. */
  const said = (game, turn, side) => {
    let key = `${turn.side === side ? "log" : "pair_they"}_${turn.kind}`, changes = "";
    if (turn.text) {
      // Against one's own last offer, or else against what the other side had laid down.
      const before = game.turns.slice(0, game.turns.indexOf(turn)).filter((one) => one.text), own = before.filter((one) => one.side === turn.side);
      const basis = (own.length ? own : before).pop()?.text;
      if (basis) {
        changes = rules.changed(basis, turn.text);
        key += changes ? (own.length ? "_changed" : "_first") : "_same";
      }
    }
    const line = words(key, { text: turn.text && rules.sentence(turn.text), changes });
    return turn.told ? `${line} ${words(turn.side === side ? "pair_heard" : "pair_told", { said: spoken(game, turn) })}` : line;
  };
  const log = (game, side) => game.turns.map((turn, n) => words("log_round", { n: Math.floor(n / 2) + 1, mine: said(game, turn, side) }));
  const learnt = (game, side) => rules.learntOf(told(game, side));

  // --- looking back, for both at once
  const named = (side) => data.named[side];
  const above = (game, side) => game.lead[side].worth(game.text) - game.lead[side].walk;
  const gains = (make) => Object.fromEntries(rules.sides.map((side) => [side, make(side)]));
  function headline(game, seen) {
    const { text, lead } = game;
    if (seen.stands) return words(seen.left.us || seen.left.iraq ? "pair_stands" : "pair_stands_whole", gains((side) => rules.points(above(game, side))));
    if (!text) return seen.possible ? words("pair_left", { texts: rules.manyTexts(seen.possible) }) : words("pair_left_rightly");
    const why = rules.sides.flatMap((side) => [
      ...(above(game, side) < 0 ? [words("pair_fell_walk", { side: named(side) })] : []),
      ...(rules.carried(side, text) ? [] : [words("pair_fell_home", { side: named(side), home: rules.homeWords(text, side) })]),
    ]);
    return words("fell", { why: why.join(words("and")) });
  }
  function leftOver(game, seen) {
    if (!seen.possible) return words("nothing_possible");
    if (!seen.better) return words("nothing_left");
    const then = { us_points: game.lead.us.worth(seen.better), iraq_points: game.lead.iraq.worth(seen.better) };
    if (!seen.stands) return words("pair_fair", { texts: rules.manyTexts(seen.possible), ...then, text: rules.sentence(seen.better) });
    return words("pair_more", { ...gains((side) => rules.points(seen.left[side])), ...then, changes: rules.changesOf(seen, game.text) });
  }
  /** The offer that was let go by and would have brought most to whoever let it go. */
  function moment(game, seen) {
    let worst = null;
    game.turns.forEach((turn, n) => {
      const side = other[turn.side], answered = game.turns[n + 1];
      if (!turn.text || !answered || answered.kind === "accept" || !seen.allowed.includes(turn.text)) return;
      const have = seen.stands ? game.lead[side].worth(game.text) : game.lead[side].walk;
      const cost = game.lead[side].worth(turn.text) - have;
      if (cost > (worst?.cost ?? 0)) worst = { side, cost, n };
    });
    return worst ? words("pair_moment", { n: Math.floor(worst.n / 2) + 1, side: named(worst.side), cost: rules.points(worst.cost) }) : words("pair_moment_none");
  }
  function nextTime(game, seen) {
    if (!seen.possible && !game.text) return words("next_known");
    if (rules.sides.some((side) => !told(game, side).length)) return words("pair_next_ask");
    const { us, iraq } = game.lead;
    const order = us.weights.map((weight, i) => [weight - iraq.weights[i], i]).sort(([a], [b]) => a - b);
    const [[low, give], [high, take]] = [order[0], order[order.length - 1]];
    if (low >= 0 || high <= 0) return words("next_option");
    return words("pair_next_trade", { iraq_issue: rules.issues[give].name, us_issue: rules.issues[take].name });
  }
  const opposite = (game) => rules.sides.map((side) => {
    const { title, weights, ranking, walk, historical } = game.lead[side];
    const order = ranking.map((i) => `${rules.issues[i].name} (${weights[i]})`).join(", ");
    return words("pair_lead", { side: data.sides[side], title, order, walk }) + (historical ? ` ${words("historical")}` : "");
  }).join(" ");
  function debrief(game) {
    const seen = rules.remains(game.lead, game.text);
    const both = gains((side) => game.text && rules.points(game.lead[side].worth(game.text)));
    const walk = gains((side) => game.lead[side].walk);
    return {
      headline: headline(game, seen),
      facts: words(game.text ? "pair_facts" : "pair_facts_none", {
        ...both, us_walk: walk.us, iraq_walk: walk.iraq, ...(game.text ? { us_home: rules.homeWords(game.text, "us"), iraq_home: rules.homeWords(game.text, "iraq") } : {}),
      }),
      left: leftOver(game, seen), moment: moment(game, seen), next: nextTime(game, seen), them: opposite(game), august: rules.august(), deal: rules.deal(game),
    };
  }
  function picture(game) {
    const { at, counts, ...drawn } = rules.scene(game.lead, game.text);
    const steps = gains((side) => game.turns.map((turn, n) => [turn, Math.floor(n / 2) + 1]).filter(([turn]) => turn.side === side && turn.text).map(([turn, n]) => [n, ...at(turn.text)]));
    const said = [counts, ...rules.sides.map((side) => words("pair_path", { side: named(side), path: rules.stepsOf(steps[side]) || words("pair_none") }))];
    const rows = game.turns.map((turn, n) => [turn, Math.floor(n / 2) + 1]).filter(([turn]) => turn.text)
      .map(([turn, n]) => rules.pictureRow(at, words("pair_row", { side: named(turn.side), n }), turn.text));
    if (game.text) {
      const [us, iraq] = at(game.text);
      said.push(words("picture_deal", { us, iraq }));
      rows.push(rules.pictureRow(at, words("row_deal"), game.text));
    }
    rows.push(rules.pictureRow(at, words("row_august"), data.august));
    return { ...drawn, mine: steps.us, theirs: steps.iraq, words: said.join(" "), rows };
  }

  // --- codes: eight signs carry a move, the game that it belongs to, and two signs of check
  const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's: no I, L, O or U to mistake
  const KINDS = ["offer", "why", "accept", "walk"];
  const twice = (value) => ((value << 1) ^ (value & 16 ? 0x25 : 0)) & 31; // in the field of 32
  const check = (digits) => digits.reduce(([sum, weighted], digit) => [sum ^ digit, twice(weighted ^ digit)], [0, 0]);
  /** What both computers know of a game before its next move, in 17 bits. */
  const mark = (game, count = game.turns.length) => chance(JSON.stringify([data.version, game.seed, game.turns.slice(0, count).map(({ kind, text }) => [kind, text])])).below(131072);

  function codeOf(game, { kind, text = "" }) {
    const move = KINDS.indexOf(kind) * 2048 + (kind === "offer" ? texts.indexOf(text) : 0);
    const digits = [0, 5, 10].map((shift) => (mark(game) >> shift) & 31);
    digits.push(((mark(game) >> 15) & 3) | ((move & 7) << 2), (move >> 3) & 31, (move >> 8) & 31);
    digits.push(...check(digits));
    const signs = digits.map((digit) => SIGNS[digit]).join("");
    return `${signs.slice(0, 4)}-${signs.slice(4)}`;
  }

  /** The move of a code that fits *game* now.  Throws words for a code that does not. */
  function moveOf(game, typed) {
    const signs = typed.toUpperCase().replace(/[\s\p{Pd}]/gu, "").replace(/O/g, "0").replace(/[IL]/g, "1");
    if (signs.length !== 8) throw new CannotBe(words("code_length", { n: signs.length }));
    const digits = [...signs].map((sign) => SIGNS.indexOf(sign));
    const strange = digits.indexOf(-1);
    if (strange >= 0) throw new CannotBe(words("code_sign", { sign: signs[strange] }));
    if (check(digits.slice(0, 6)).some((digit, i) => digit !== digits[6 + i])) throw new CannotBe(words("code_typed"));
    const found = digits[0] | (digits[1] << 5) | (digits[2] << 10) | ((digits[3] & 3) << 15);
    const move = (digits[3] >> 2) | (digits[4] << 3) | (digits[5] << 8);
    if (found !== mark(game)) {
      const before = game.turns.findIndex((_, n) => mark(game, n) === found);
      throw new CannotBe(words(before >= 0 ? "code_old" : "code_other"));
    }
    const kind = KINDS[move >> 11], text = kind === "offer" ? texts[move & 2047] ?? "" : "";
    step(game, { kind, text }); // what this game does not allow is refused here
    return { kind, text };
  }

  return { rules, start, step, again, mover, used, offerOf, learnt, log, said, answer, debrief, picture, codeOf, moveOf };
}
