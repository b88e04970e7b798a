// The negotiation's rules for a page without a kernel.  They are those of course/chance.py,
// leads.py, bargaining.py, voice.py and looking_back.py and of widgets/debrief.py, function by
// function under the same names: tests/test_negotiation_page.py plays whole games in both and
// compares every move and every word.  Every fact comes with *data* (widgets/negotiation_data.py);
// none stands here.

/** Numbers that follow from words alone: FNV-1a, then mulberry32. */
export function chance(words) {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(words)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  const below = (count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let two = Math.imul(state ^ (state >>> 15), state | 1);
    two ^= two + Math.imul(two ^ (two >>> 7), two | 61);
    return Math.floor((((two ^ (two >>> 14)) >>> 0) * count) / 4294967296);
  };
  const shuffled = (things) => {
    const found = [...things];
    for (let last = found.length - 1; last > 0; last -= 1) {
      const other = below(last + 1);
      [found[last], found[other]] = [found[other], found[last]];
    }
    return found;
  };
  return { below, choice: (things) => things[below(things.length)], shuffled };
}

/** The order of two keys that are arrays, as tuples have it in Python. */
function inOrder(one, other) {
  for (let i = 0; i < one.length; i += 1) {
    if (one[i] < other[i]) return -1;
    if (one[i] > other[i]) return 1;
  }
  return 0;
}
const sortedBy = (things, key) => [...things].map((thing) => [key(thing), thing])
  .sort(([one], [other]) => inOrder(one, other)).map(([, thing]) => thing);
const largest = (things, key) => things.reduce((best, thing) => (best === undefined || inOrder(key(thing), key(best)) > 0 ? thing : best), undefined);
const most = (numbers, none) => (numbers.length ? Math.max(...numbers) : none);

/** A move that cannot be made, with words for the learner. */
class CannotBe extends Error {}

/** The game of *data*: functions that keep no state. */
export function bargaining(data) {
  const { limits, rounds, issues, homes, strings } = data;
  const words = (key, gaps) => say(strings, key, gaps);
  const upper = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
  const other = { us: "iraq", iraq: "us" }, sides = ["us", "iraq"];
  const numbers = issues.map((_, i) => i);
  const texts = issues.reduce((found, issue) => found.flatMap((text) => issue.options.map(([letter]) => text + letter)), [""]);
  const option = (i, letter) => issues[i].options.find(([one]) => one === letter)[1];
  const sentence = (text) => numbers.map((i) => `${issues[i].name}: ${option(i, text[i])}`).join("; ");

  // --- who must agree at home
  const holds = (condition, text) => condition.some((terms) => terms.every(([i, allowed]) => allowed.includes(text[i])));
  const seatsFor = new Map(texts.map((text) => [text, homes.iraq.blocs.reduce((sum, bloc) => sum + (holds(bloc.condition, text) ? bloc.seats : 0), 0)]));
  const carried = (side, text) => (side === "us" ? holds(homes.us.condition, text) : seatsFor.get(text) >= homes.iraq.needed);
  const homeWords = (text, side) => {
    const passes = carried(side, text);
    if (side === "iraq") return words(passes ? "seats_pass" : "seats_fall", { have: seatsFor.get(text), needed: homes.iraq.needed });
    if (passes) return words("home_passes");
    const broken = new Set(homes.us.condition.flat().filter(([i, allowed]) => !allowed.includes(text[i])).map(([i]) => i));
    return words("home_falls", { issues: [...broken].sort((a, b) => a - b).map((i) => issues[i].name).join(words("and")) });
  };
  const atHome = (text, side) => {
    if (side === "us") return carried("us", text) ? `${words("us_carries")} ${homes.us.rule}` : homes.us.rule;
    const missing = homes.iraq.blocs.filter((bloc) => !holds(bloc.condition, text));
    if (!missing.length) return words("all_blocs");
    const bloc = largest(missing, (one) => [one.seats, one.name]);
    return words("bloc_missing", { have: seatsFor.get(text), needed: homes.iraq.needed, bloc: bloc.name, seats: bloc.seats, asks: bloc.asks });
  };

  // --- who sits at the table
  const leads = Object.fromEntries(sides.flatMap((side) => data.leads[side]).map((row) => {
    const scores = new Map(texts.map((text) => [text, numbers.reduce((sum, i) => sum + row.points[i][text[i]], 0)]));
    const willing = sortedBy(texts.filter((text) => scores.get(text) >= row.walk && carried(row.side, text)), (text) => [-scores.get(text), text]);
    const lead = {
      ...row, willing, worth: (text) => scores.get(text),
      loss: (i, letter) => Math.max(...Object.values(row.points[i])) - row.points[i][letter],
      ranking: sortedBy(numbers, (i) => [-row.weights[i], i]),
    };
    return [row.id, lead];
  }));
  const standing = (one, two) => {
    const also = new Set(two.willing);
    return one.willing.filter((text) => also.has(text)).sort();
  };
  const frontier = (one, two) => {
    const found = standing(one, two).map((text) => [one.worth(text), two.worth(text), text]);
    return found.filter(([a, b]) => !found.some(([c, d]) => c >= a && d >= b && (c > a || d > b))).map(([, , text]) => text);
  };

  // --- a game so far
  const used = (game) => game.turns.filter(({ move, told }) => (move.kind === "offer" || move.kind === "why") && told?.kind !== "all-told").length;
  const offer = (game) => (game.turns.length ? game.turns[game.turns.length - 1].offer : game.opening);
  const offers = (game) => game.turns.filter(({ move }) => move.kind === "offer").map(({ move }) => move.text);
  const told = (game) => game.turns.map((turn) => turn.told).filter((one) => one && one.kind !== "all-told");
  const paced = (temper, clock) => (temper === "firm" ? clock * Math.sqrt(clock) : temper === "open" ? Math.sqrt(clock) * Math.sqrt(Math.sqrt(clock)) : clock);
  const wanted = ({ them, reserve, clock, temper, strikes }) => {
    const best = them.worth(them.willing[0]), floor = Math.min(best, them.walk + reserve);
    const fallen = (best - floor) * paced(temper, Math.min(1, clock));
    return Math.min(best, best - fallen + limits.strike * strikes);
  };

  function start(side, seed) {
    const roll = chance(`${data.salt} ${seed} ${side}`);
    const [me, them] = [side, other[side]].map((one) => leads[roll.choice(data.leads[one].map(({ id }) => id).sort())]);
    const temper = roll.choice([...data.tempers].sort()), reserve = 2 + roll.below(5);
    const best = them.worth(them.willing[0]);
    const opening = roll.choice(them.willing.filter((text) => them.worth(text) >= best - limits.opens_within));
    return { side, seed, me, them, temper, reserve, opening, turns: [], outcome: "open", text: "", clock: 0, strikes: 0 };
  }

  const after = (game, turn, clock, strike = 0) => ({
    ...game, turns: [...game.turns, turn], clock: game.clock + clock / rounds, strikes: game.strikes + strike,
  });

  function step(game, move) {
    if (game.outcome !== "open") throw new CannotBe(words("over"));
    const { kind } = move;
    if (kind === "accept" || kind === "walk") {
      const signed = kind === "accept";
      const turn = { round: used(game), move: { kind, text: "" }, result: signed ? "signed" : "left", offer: offer(game), told: null, hurt: 0 };
      return { ...after(game, turn, 0), outcome: signed ? "signed" : "left", text: signed ? offer(game) : "" };
    }
    if (used(game) >= rounds) throw new CannotBe(words("no_rounds"));
    if (kind === "why") {
      const one = answer(game), free = one.kind === "all-told";
      const turn = { round: used(game) + (free ? 0 : 1), move: { kind, text: "" }, result: "told", offer: offer(game), told: one, hurt: 0 };
      return after(game, turn, free ? 0 : limits.question);
    }
    return offered(game, move.text);
  }

  function offered(game, text) {
    const { them } = game, value = them.worth(text), on = offer(game);
    const turn = (result, next) => ({ round: used(game) + 1, move: { kind: "offer", text }, result, offer: next, told: null, hurt: hurts(them, text) });
    if (!carried(them.side, text)) return after(game, turn("unhomely", on), 0, 1);
    if (value < them.walk - limits.far) return after(game, turn("far", on), 0, 1);
    const again = offers(game).includes(text);
    const above = (value - them.walk) / Math.max(1, wanted(game) - them.walk);
    const clock = again ? limits.repeated : 0.5 + 0.5 * Math.min(1, Math.max(0, above));
    const moved = { ...game, clock: game.clock + clock / rounds };
    if (value >= Math.min(wanted(moved), them.worth(on))) {
      return { ...after(game, turn("accepted", text), clock), outcome: "signed", text };
    }
    const next = counter(moved, text);
    return after(game, turn(next !== on ? "countered" : again ? "repeated" : "held", next), clock);
  }

  const hurts = (them, text) => {
    const worst = largest(numbers, (i) => [them.loss(i, text[i]), them.weights[i], -i]);
    return them.loss(worst, text[worst]) ? worst + 1 : 0;
  };
  const apart = (one, two) => numbers.filter((i) => one[i] !== two[i]).length;

  function counter(game, text) {
    const { them } = game, before = offer(game), least = wanted(game);
    const caps = them.points.map((own, i) => Math.max(own[before[i]], own[text[i]]));
    const allowed = them.willing.filter((one) => them.worth(one) >= least && them.worth(one) >= them.worth(before) - limits.jump
      && numbers.every((i) => them.points[i][one[i]] <= caps[i]));
    return largest(allowed, (one) => [-apart(one, text), them.worth(one), one]) ?? before;
  }

  // --- asked why
  const TRUTHS = {
    weights: ({ them: { ranking } }) => ({ kind: "weights", issue: ranking[0] + 1, other: ranking[ranking.length - 1] + 1 }),
    second: ({ them: { ranking } }) => ({ kind: "second", issue: ranking[1] + 1, other: ranking[ranking.length - 2] + 1 }),
    package(game) {
      const { them } = game, least = wanted(game), on = offer(game), last = offers(game).pop();
      const open = them.willing.filter((text) => them.worth(text) >= least && apart(text, on) >= 2);
      const both = open.filter((text) => carried(game.side, text));
      const text = largest(both.length ? both : open, (one) => [last ? -apart(one, last) : apart(one, on), them.worth(one), one]);
      return text && { kind: "package", text };
    },
    option({ them }) {
      for (const i of them.ranking) {
        const own = them.points[i], first = largest(Object.keys(own), (letter) => [own[letter]]);
        const close = Object.keys(own).filter((letter) => letter !== first && own[first] - own[letter] <= limits.almost);
        if (close.length) return { kind: "option", issue: i + 1, option: largest(close, (letter) => [own[letter], letter]) };
      }
      return null;
    },
    home: () => ({ kind: "home" }),
  };
  const answer = (game) => {
    const known = told(game).map(({ kind }) => kind);
    for (const [kind, find] of Object.entries(TRUTHS)) {
      const found = known.includes(kind) ? null : find(game);
      if (found) return found;
    }
    return { kind: "all-told" };
  };

  // --- what they say
  const filled = (line, gaps) => line.replace(/\{(\w+)\}/g, (_, gap) => String(gaps[gap]));
  const said = (game, situation, before, gaps = {}) => {
    const known = data.lines.filter(([kind, who, how]) => kind === situation && ["any", other[game.side]].includes(who) && ["any", game.temper].includes(how));
    const found = chance(`${game.seed} ${game.side} ${situation}`).shuffled(known.map((row) => row[3]));
    return filled(found[before % found.length], gaps);
  };
  const situationOf = (turn) => (turn.told ? turn.told.kind : turn.result);
  const moved = (before, turn, them) => {
    const changes = numbers.filter((i) => before[i] !== turn.offer[i]).map((i) => {
      const was = before[i], now = turn.offer[i], given = turn.move.text[i], own = them.points[i];
      const key = given === now ? "moved_taken" : own[now] > own[was] ? "moved_back" : "moved_on";
      return words(key, { issue: issues[i].name, new: option(i, now), offered: option(i, given) });
    });
    return changes.length ? `${upper(changes.join("; "))}.` : "";
  };
  /** The gaps of a line in which *side* tells *one* thing; *text* is what its home is asked about. */
  const tellingGaps = (one, text, side) => {
    const gaps = {};
    if (one.issue) gaps.issue = issues[one.issue - 1].name;
    if (one.other) gaps.other = issues[one.other - 1].name;
    if (one.option) gaps.option = option(one.issue - 1, one.option);
    if (one.text) gaps.package = `${sentence(one.text)}.`;
    if (one.kind === "home") gaps.home = atHome(text, side);
    return gaps;
  };
  const gapsOf = (game, turn) => {
    if (turn.result === "unhomely") return { home: atHome(turn.move.text, other[game.side]) };
    if (!turn.told) return {};
    const earlier = game.turns.filter(({ round, move }) => round < turn.round && move.text).pop();
    return tellingGaps(turn.told, earlier ? earlier.move.text : turn.offer, game.them.side);
  };
  function reply(game, count = game.turns.length) {
    if (!count) return said(game, "opening", 0);
    const turn = game.turns[count - 1], past = game.turns.slice(0, count - 1), situation = situationOf(turn);
    const parts = [said(game, situation, past.filter((one) => situationOf(one) === situation).length, gapsOf(game, turn))];
    if (situation === "weights" || situation === "second") parts.push(said(game, issues[turn.told.issue - 1].because, 0));
    if (["countered", "held", "repeated", "unhomely", "far"].includes(situation)) {
      if (turn.hurt && situation !== "unhomely") {
        const i = turn.hurt - 1;
        parts.push(said(game, "hurt", past.filter((one) => one.hurt && one.result !== "unhomely").length, { issue: issues[i].name, option: option(i, turn.move.text[i]) }));
      }
      if (situation === "unhomely") {
        const falls = atHome(turn.move.text, other[game.side]);
        if (!parts[0].includes(falls)) parts.push(falls);
      }
      if (situation === "unhomely" || situation === "far") parts.push(words("costs_goodwill"));
      parts.push(moved(past.length ? past[past.length - 1].offer : game.opening, turn, game.them));
      if (turn.round >= rounds) parts.push(said(game, "last", 0));
    }
    return parts.filter(Boolean).join(" ");
  }
  const learntOf = (found) => found.map((one) => words(`learnt_${one.kind}`, {
    issue: one.issue && issues[one.issue - 1].name, other: one.other && issues[one.other - 1].name,
    option: one.option && option(one.issue - 1, one.option), text: one.text && sentence(one.text),
  }));
  const learnt = (game) => learntOf(told(game));
  /** How *text* differs from *before*, issue by issue. */
  const changed = (before, text) => numbers.filter((i) => text[i] !== before[i]).map((i) => words("log_change", { issue: issues[i].name, option: option(i, text[i]) })).join("; ");
  const offeredWords = (game, n) => {
    const past = game.turns.slice(0, n), { text } = game.turns[n].move, earlier = offers({ turns: past });
    const before = earlier.length ? earlier[earlier.length - 1] : past.length ? past[past.length - 1].offer : game.opening;
    const changes = changed(before, text);
    if (!changes) return words(earlier.length ? "log_offer_same" : "log_accept");
    return words(earlier.length ? "log_offer_changed" : "log_offer_first", { changes });
  };
  const log = (game) => [words("log_opened", { said: reply(game, 0) }), ...game.turns.map(({ move, round }, n) => {
    const own = move.kind === "offer" ? offeredWords(game, n) : words(`log_${move.kind}`);
    const mine = move.kind === "offer" || move.kind === "why" ? words("log_round", { n: round, mine: own }) : own;
    return words("log_line", { mine, said: reply(game, n + 1) });
  })];

  // --- looking back
  const stands = (game) => Boolean(game.text) && standing(game.me, game.them).includes(game.text);
  const gain = (game) => (stands(game) ? game.me.worth(game.text) - game.me.walk : 0);
  const points = (n) => words(n === 1 ? "point" : "points", { n });
  const manyTexts = (n) => words(n === 1 ? "one_text" : "texts", { n });
  const bySide = (game) => ({ [game.side]: game.me, [other[game.side]]: game.them });

  /** What a text, or none, has left on the table between two leads, keyed by side. */
  function remains(lead, text) {
    const allowed = standing(lead.us, lead.iraq), stood = allowed.includes(text);
    const score = (side, text) => lead[side].worth(text);
    const here = Object.fromEntries(sides.map((side) => [side, stood ? score(side, text) : lead[side].walk]));
    const gains = (one) => sides.map((side) => score(side, one) - here[side]).sort((a, b) => a - b);
    const left = Object.fromEntries(sides.map((side) => [side, Math.max(0, most(
      allowed.filter((one) => score(other[side], one) >= here[other[side]]).map((one) => score(side, one) - here[side]), 0))]));
    const better = largest(allowed.filter((one) => { const [low, high] = gains(one); return low >= 0 && high > 0; }), (one) => [...gains(one), one]) ?? "";
    const differs = better && text ? numbers.filter((i) => text[i] !== better[i]) : [];
    return { stands: stood, possible: allowed.length, allowed, left, better, issues: differs };
  }
  function lookBack(game) {
    const found = remains(bySide(game), game.text);
    return { ...found, moment: momentOf(game, found.left[game.side], found.allowed) };
  }
  const reachOf = (game, allowed) => {
    const enough = Math.min(wanted(game), game.them.worth(offer(game)));
    return most(allowed.filter((text) => game.them.worth(text) >= enough).map((text) => game.me.worth(text)), game.me.walk);
  };
  function momentOf(game, left, allowed) {
    const { me: { worth, walk } } = game, stood = stands(game), reach = reachOf(game, allowed);
    const have = stood ? worth(game.text) : walk, last = game.turns[game.turns.length - 1].round, found = [];
    const moment = (kind, round = 0, cost = 0) => ({ kind, round, cost });
    if (game.text && !stood) found.push(moment("falls", last, Math.max(1, reach - walk)));
    else if (game.outcome === "left" && reach > walk) found.push(moment("left", last, reach - walk));
    const before = [[0, game.opening], ...game.turns.slice(0, -1).map((turn) => [turn.round, turn.offer])];
    const good = before.filter(([, text]) => allowed.includes(text) && worth(text) > have).map(([n, text]) => [worth(text), -n, text]);
    if (good.length) { const [value, n] = largest(good, (one) => one); found.push(moment("passed", -n || 0, value - have)); }
    for (const [kind, results, lost] of [["goodwill", ["unhomely", "far"], limits.lost], ["repeated", ["repeated"], limits.lost - limits.repeated]]) {
      const turns = game.turns.filter((turn) => results.includes(turn.result) || (kind === "repeated" && turn.move.text
        && game.turns.some((one) => one.round < turn.round && one.move.text === turn.move.text)));
      if (!turns.length) continue;
      const strikes = kind === "goodwill" ? game.strikes : 0;
      const without = { ...game, clock: game.clock + (lost * turns.length) / rounds, strikes: game.strikes - strikes };
      found.push(moment(kind, turns[0].round, Math.max(0, reachOf(without, allowed) - reach)));
    }
    if (stood && used(game) < rounds && left > limits.trifle) found.push(moment("early", last, left));
    const worst = largest(found, (one) => [one.cost]) ?? moment("none");
    if (worst.cost) return worst;
    if (!offers(game).length && left && !game.text) return moment("silent");
    if (game.outcome === "left" && left && used(game) <= rounds - limits.early) return moment("hurried", rounds - used(game));
    return moment(!told(game).length && left ? "unasked" : "none");
  }

  const whyItFalls = (game) => [[game.me, "mine"], [game.them, "theirs"]].flatMap(([lead, whose]) => [
    ...(lead.worth(game.text) < lead.walk ? [words(`fell_walk_${whose}`)] : []),
    ...(carried(lead.side, game.text) ? [] : [words(`fell_home_${whose}`, { home: homeWords(game.text, lead.side) })]),
  ]).join(words("and"));
  const headline = (game, seen) => {
    if (seen.stands) return words(seen.left.us || seen.left.iraq ? "stands" : "stands_whole", { gain: points(gain(game)) });
    if (game.text) return words("fell", { why: whyItFalls(game) });
    return seen.possible ? words("left_wrongly", { texts: manyTexts(seen.possible) }) : words("left_rightly");
  };
  const facts = (game) => {
    const { me, them, text } = game;
    if (!text) return words("facts_none", { points: points(me.walk), theirs: them.walk });
    const both = [me.side, them.side].map((side) => words("home_of", { side: data.sides[side], home: homeWords(text, side) })).join("; ");
    return words("facts", { points: points(me.worth(text)), walk: me.walk, theirs: them.worth(text), their_walk: them.walk, homes: both });
  };
  const changesOf = (seen, text) => seen.issues.map((i) => words("left_change", { issue: issues[i].name, new: option(i, seen.better[i]), old: option(i, text[i]) })).join("; ");
  const leftOver = (game, seen) => {
    if (!seen.possible) return words("nothing_possible");
    if (!seen.better) return words("nothing_left");
    const mine = game.me.worth(seen.better), theirs = game.them.worth(seen.better);
    if (!seen.stands) return words("left_fair", { texts: manyTexts(seen.possible), mine, theirs, text: sentence(seen.better) });
    const changes = changesOf(seen, game.text);
    return words("left_more", { mine: points(seen.left[game.side]), theirs: points(seen.left[other[game.side]]), changes, my_points: mine, their_points: theirs });
  };
  const nextTime = (game, { possible, moment, stands: stood, left }) => {
    if (!possible && !game.text) return words("next_known");
    if (moment.kind === "goodwill" || game.strikes > 1) return words("next_goodwill");
    if (moment.kind === "falls" || moment.kind === "hurried") return words(`next_${moment.kind}`);
    if (!told(game).length) return words("next_ask");
    if (moment.kind === "repeated") return words("next_repeated");
    if (["left", "silent", "passed"].includes(moment.kind)) return words("next_passed");
    if (stood && left[game.side] <= limits.trifle) return words("next_well");
    const mine = sortedBy(numbers, (i) => [game.me.weights[i] - game.them.weights[i]]);
    const give = mine[0], take = mine[mine.length - 1];
    if (give === take || game.them.ranking[0] === game.me.ranking[0]) return words("next_option");
    return words("next_trade", { give: issues[give].name, take: issues[take].name });
  };
  const august = () => {
    const worth = Object.fromEntries(sides.map((side) => [side, Object.values(leads).find((lead) => lead.side === side && lead.historical).worth(data.august)]));
    return words("in_august", { text: sentence(data.august), ...worth, have: seatsFor.get(data.august), needed: homes.iraq.needed });
  };
  const deal = ({ text }) => (text ? [words("deal_head"), ...numbers.map((i) => words("deal_line", { n: i + 1, title: issues[i].title, option: option(i, text[i]) }))].join("\n") : "");
  function debrief(game) {
    const seen = lookBack(game), { moment } = seen, { them } = game;
    const when = moment.round ? words("in_round", { n: moment.round }) : words("at_start");
    const order = them.ranking.map((i) => `${issues[i].name} (${them.weights[i]})`).join(", ");
    return {
      headline: headline(game, seen), facts: facts(game), left: leftOver(game, seen),
      moment: words(`moment_${moment.kind}`, { when, cost: points(moment.cost), n: moment.round }),
      next: nextTime(game, seen),
      them: words("sat_opposite", { title: them.title, temper: game.temper, order, walk: them.walk }) + (them.historical ? ` ${words("historical")}` : ""),
      august: august(), deal: deal(game),
    };
  }
  const line = (game) => {
    const chair = words("chair", { side: data.sides[game.side], seed: game.seed, title: game.me.title });
    if (stands(game)) return words("line_stands", { chair, gain: points(gain(game)) });
    if (game.text) return words("line_fell", { chair });
    return words(standing(game.me, game.them).length ? "line_left" : "line_rightly", { chair });
  };

  /** The scatter between two leads: every pair of points once, by the best text that has it. */
  function scene(lead, text) {
    const at = (one) => sides.map((side) => lead[side].worth(one));
    const allowed = new Set(standing(lead.us, lead.iraq)), edge = sortedBy(frontier(lead.us, lead.iraq), (one) => [at(one)[0], one]), best = new Set(edge);
    const places = new Map();
    for (const one of texts) {
      const place = at(one), key = place.join(" ");
      places.set(key, [...place, Math.max(places.get(key)?.[2] ?? 0, allowed.has(one) + best.has(one))]);
    }
    return {
      dots: sortedBy(places.values(), (place) => place), frontier: edge.map(at),
      deal: text ? at(text) : null, august: at(data.august), walk: sides.map((side) => lead[side].walk),
      counts: words("picture_counts", { all: texts.length.toLocaleString("en"), stand: allowed.size, edge: edge.length }), at,
    };
  }
  const stepsOf = (found) => found.map(([n, us, iraq]) => words("path_step", { n, us, iraq })).join("; ");
  const pictureRow = (at, what, text) => [what, sentence(text), ...at(text).map(String),
    words("homes_of", { us_side: data.sides.us, us: homeWords(text, "us"), iraq_side: data.sides.iraq, iraq: homeWords(text, "iraq") })];

  function picture(game) {
    const { at, counts, ...drawn } = scene(bySide(game), game.text);
    const mine = game.turns.filter(({ move }) => move.text).map(({ round, move }) => [round, ...at(move.text)]);
    const theirs = [[0, ...at(game.opening)]];
    let on = game.opening;
    for (const turn of game.turns) {
      if (turn.offer !== on && turn.result === "countered") { theirs.push([turn.round, ...at(turn.offer)]); on = turn.offer; }
    }
    const said = [
      counts, mine.length ? words("picture_mine", { path: stepsOf(mine) }) : words("picture_silent"),
      words("picture_theirs", { path: stepsOf(theirs) }),
    ];
    if (game.text) { const [us, iraq] = at(game.text); said.push(words("picture_deal", { us, iraq })); }
    const row = (what, text) => pictureRow(at, what, text);
    const rows = [row(words("row_opening"), game.opening)];
    for (const turn of game.turns) {
      if (turn.move.text) rows.push(row(words("row_mine", { n: turn.round }), turn.move.text));
      if (turn.result === "countered") rows.push(row(words("row_theirs", { n: turn.round }), turn.offer));
    }
    if (game.text) rows.push(row(words("row_deal"), game.text));
    rows.push(row(words("row_august"), data.august));
    return { ...drawn, mine, theirs, words: said.join(" "), rows };
  }

  /** What a text is worth to a lead, and what both homes say of it. */
  const worthTo = (lead, text) => {
    const own = lead.side, theirs = other[own];
    return { text, points: lead.worth(text), own: homeWords(text, own), theirs: homeWords(text, theirs), passes: [carried(own, text), carried(theirs, text)] };
  };

  const worthOf = (game, text) => worthTo(game.me, text);
  const leadShown = (me, them) => ({ title: me.title, brief: me.brief, walk: me.walk, historical: me.historical, points: me.points, their_brief: them.public_brief });

  /** All that the view shows of a game, as widgets/negotiation.py sends it. */
  function shown(game, { draft = "", history = [], kept = "" } = {}) {
    const over = game.outcome !== "open", mine = offers(game), { me, them } = game;
    return {
      seed: game.seed, used: used(game), over,
      lead: leadShown(me, them),
      offer: worthOf(game, offer(game)), package: told(game).filter((one) => one.text).map((one) => one.text).pop() ?? "",
      reply: reply(game), told: learnt(game), log: log(game),
      draft: worthOf(game, draft || mine[mine.length - 1] || game.opening), note: "", restored: false,
      debrief: over ? debrief(game) : {}, picture: over ? picture(game) : {},
      history: over ? history : [], kept: over ? kept : "",
    };
  }

  return {
    texts, leads, sides, other, issues, words, carried, homeWords, option, sentence, standing, start, step, shown, line,
    isText: (text) => seatsFor.has(text), worthOf, worthTo, leadShown, filled, changed, tellingGaps, learntOf, remains, changesOf, scene, stepsOf, pictureRow,
    points, manyTexts, august, deal, truths: TRUTHS, lines: data.lines,
  };
}
