// What to ask again and when, how far each objective is, how well certainty fits: the rules of
// learner/recall.py for a page without a kernel.  tests/recall-vectors.json holds the two to one
// result.  Everything here is pure: rows, attempts and today come in, plain values go out.
//
// A day is a number: days since 1 January 1970 in the learner's own calendar.

const FIRST = 3, FIRST_UNSURE = 2, GROWTH = 2.5, GROWTH_UNSURE = 1.5, AFTER_MISS = 0.25;
const LONGEST = 365, MOST_A_DAY = 12, WARM_UP = 3, ENOUGH = 20, ENOUGH_FORECASTS = 10, FEW = 5;

const dayNumber = (year, month, date) => Math.round(Date.UTC(year, month - 1, date) / 86_400_000);
const dayOf = (iso) => dayNumber(...iso.split("-").map(Number));
const isoDay = (day) => new Date(day * 86_400_000).toISOString().slice(0, 10);
function localDay(at) {
  const time = instant(at);
  if (time === null) return null;
  const own = new Date(time);
  return dayNumber(own.getFullYear(), own.getMonth() + 1, own.getDate());
}
const today = () => localDay(new Date().toISOString());

/** As Python rounds: a half goes to the even number. */
function rounded(value) {
  const low = Math.floor(value), rest = value - low;
  if (rest === 0.5) return low % 2 ? low + 1 : low;
  return rest > 0.5 ? low + 1 : low;
}

/** -1, 0 or 1: lists by their first difference, as Python compares tuples. */
function compared(one, other) {
  for (let i = 0; i < one.length; i += 1) {
    if (one[i] < other[i]) return -1;
    if (one[i] > other[i]) return 1;
  }
  return 0;
}
const least = (list, key) => list.reduce((best, one) => (best === null || compared(key(one), key(best)) < 0 ? one : best), null);

// --- how a question stands -------------------------------------------------------------------

function sitting(day, tries) {
  const checks = tries.filter((t) => t.event === "check" && !["unanswered", "kept"].includes(t.verdict));
  const found = tries.findIndex((t) => t.event === "reveal");
  const shown = found < 0 ? tries.length : found;
  if (!checks.length && found < 0) return null;
  const unaided = tries.slice(0, shown).some((t) => t.event === "check" && t.verdict === "right");
  const first = checks[0]?.verdict === "right";
  const right = Boolean(checks.length) && unaided && checks.at(-1).verdict === "right";
  const overconfident = checks.some((t) => t.verdict === "wrong" && (t.confidence ?? 0) >= 2);
  return {
    day, answered: checks.length > 0, first,
    shown: !checks.length || shown < tries.indexOf(checks[0]),
    right, certainty: checks[0]?.confidence ?? null, overconfident,
    recalled: first && right && !overconfident,
  };
}

/** The learner's day of each attempt, in the order written: see _days in Python. */
function daysOf(tries, now) {
  const found = tries.map((t) => localDay(t.at));
  let after = now;
  for (let i = found.length - 1; i >= 0; i -= 1) {
    const own = found[i];
    if (own !== null && own > now) found[i] = after;
    else if (own !== null) after = own;
  }
  let day = found.find((d) => d !== null) ?? now;
  return found.map((d, i) => {
    day = d !== null && i ? Math.max(day, d) : d ?? day;
    return day;
  });
}

function standing(row, tries, now) {
  const current = tries.filter((t) => row.versions.includes(t.version));
  const byDay = new Map();
  daysOf(current, now).forEach((day, i) => {
    if (!byDay.has(day)) byDay.set(day, []);
    byDay.get(day).push(current[i]);
  });
  const sittings = [...byDay].map(([day, own]) => sitting(day, own)).filter(Boolean);
  const edited = !sittings.length && tries.some((t) => t.event === "check" && !row.versions.includes(t.version));
  return stands(row, sittings, edited);
}

function stands(row, sittings, edited) {
  const answered = sittings.filter((s) => s.answered);
  let overconfident = false;
  for (const s of [...sittings].reverse()) {
    if (s.overconfident) { overconfident = true; break; }
    if (s.recalled) break;
  }
  return {
    row, sittings, edited, overconfident,
    tried: answered.length > 0,
    right: Boolean(sittings.at(-1)?.right),
    rightLater: answered.some((s) => s.right && s.day > answered[0].day),
  };
}
const before = (one, day) => stands(one.row, one.sittings.filter((s) => s.day < day), one.edited);

/** The questions that come back by themselves: those marked core, and all of a lesson without. */
function coreOf(rows) {
  const marking = new Set(rows.filter((row) => row.core).map((row) => row.lesson));
  return new Set(rows.filter((row) => row.core || !marking.has(row.lesson)).map((row) => row.id));
}

/** The standing of every question that may be asked again, by its id. */
function standings(rows, tries, now) {
  return new Map(rows.filter((row) => row.review).map((row) => [row.id, standing(row, tries[row.id] ?? [], now)]));
}
function coreStandings(all) {
  const ids = coreOf([...all.values()].map((one) => one.row));
  return [...all.values()].filter((one) => ids.has(one.row.id));
}

// --- when a question comes back ----------------------------------------------------------------

const gap = (aim) => 0.76 * Math.max(aim, 1) ** 0.62;

function dueDay(one, target, now) {
  if (!one.sittings.length) return one.edited ? now : null;
  const first = one.sittings[0].day;
  const most = target !== null && target >= now ? gap(target - first) : LONGEST;
  let days = 0, last = first, due = first;
  for (const s of one.sittings) {
    if (s.recalled) {
      if (s.day >= due) {
        const unsure = s.certainty === 1;
        const reached = days ? Math.max(days, s.day - last) : 0;
        days = Math.min(Math.max(reached * (unsure ? GROWTH_UNSURE : GROWTH), unsure ? FIRST_UNSURE : FIRST), LONGEST);
      }
      due = s.day + Math.max(1, rounded(Math.min(days, most)));
    } else {
      days *= AFTER_MISS;
      due = s.day + 1;
    }
    last = s.day;
  }
  return due;
}

function urgency(one, due) {
  const missed = one.sittings.length > 0 && !one.sittings.at(-1).recalled;
  return [one.overconfident ? 0 : missed ? 1 : 2, due, one.sittings.at(-1)?.certainty || 2, one.row.id];
}

/** The review queue of one day: what is due, what was done, and how many fall on the next days. */
function queue(all, now, target = null, ahead = 7) {
  const due = [];
  let done = 0;
  for (const one of coreStandings(all)) {
    const earlier = dueDay(before(one, now), target, now);
    if (one.sittings.at(-1)?.day === now && earlier !== null && earlier <= now) done += 1;
    const day = dueDay(one, target, now);
    if (day !== null && (target === null || target < now || day <= target)) due.push([day, one]);
  }
  const ready = due.filter(([day]) => day <= now).map(([day, one]) => [urgency(one, day), one.row.id])
    .sort(([a], [b]) => compared(a, b));
  const chosen = ready.slice(0, Math.max(0, MOST_A_DAY - done)).map(([, id]) => id);
  let over = ready.length - chosen.length;
  const waiting = over;
  const days = [[now, chosen.length]];
  for (let n = 1; n < ahead; n += 1) {
    const left = over + due.filter(([day]) => day === now + n).length;
    days.push([now + n, Math.min(left, MOST_A_DAY)]);
    over = Math.max(0, left - MOST_A_DAY);
  }
  return { today: chosen, done, waiting, days };
}

/** The three questions from earlier lessons to recall today: see warm_up_set in Python.  *warm*
    has the ids that this lesson may ask in their fixed order, and the three of a new learner. */
function warmUpSet(rows, all, warm, now) {
  const begun = new Set([...all.values()].filter((one) => one.tried).map((one) => one.row.lesson));
  const core = coreOf(rows), byId = new Map(rows.map((row) => [row.id, row]));
  let pool = [...warm.fixed, ...warm.pool.filter((id) => !warm.fixed.includes(id))]
    .filter((id) => begun.has(byId.get(id).lesson) && (all.get(id)?.sittings.length || core.has(id)));
  const place = new Map(pool.map((id, n) => [id, n]));
  const rank = (id) => {
    const n = place.get(id), one = all.get(id);
    if (!one?.sittings.length) return [3, -Infinity, 0, n];
    const earlier = before(one, now), last = one.sittings.at(-1);
    const missedToday = last.day === now && !last.recalled;
    if (earlier.overconfident || (last.day === now && last.overconfident)) return [0, -Infinity, 0, n];
    if (missedToday || (earlier.sittings.length && !earlier.sittings.at(-1).recalled)) return [1, -Infinity, 0, n];
    if (!earlier.sittings.length) return [3, -Infinity, 0, n];
    return [2, earlier.sittings.at(-1).day, earlier.sittings.at(-1).certainty || 2, n];
  };
  const ranks = new Map(pool.map((id) => [id, rank(id)]));
  const chosen = [];
  while (pool.length && chosen.length < WARM_UP) {
    const used = (id) => chosen.filter((other) => byId.get(other).lesson === byId.get(id).lesson).length;
    const open = pool.filter((id) => used(id) < 2);
    const best = least(open.length ? open : pool, (id) => [ranks.get(id)[0], used(id), ...ranks.get(id)]);
    chosen.push(best);
    pool = pool.filter((id) => id !== best);
  }
  return chosen;
}

// --- progress ------------------------------------------------------------------------------------

function objectives(all) {
  const members = new Map();
  for (const one of coreStandings(all)) {
    const label = one.row.objective;
    if (!label) continue;
    if (!members.has(label)) members.set(label, []);
    members.get(label).push(one);
  }
  return [...members.keys()].sort().map((label) => {
    const own = members.get(label);
    const tried = own.filter((one) => one.tried).length, right = own.filter((one) => one.right).length;
    const solid = right === own.length && own.some((one) => one.rightLater);
    const missed = own.some((one) => one.tried && !one.right);
    return { label, lesson: label.split("-")[0], questions: own.length, tried, right, state: solid ? "solid" : missed ? "shaky" : tried ? "begun" : "new" };
  });
}

function confidentMistakes(all) {
  return [...all.values()].filter((one) => one.overconfident)
    .map((one) => ({ id: one.row.id, day: Math.max(...one.sittings.filter((s) => s.overconfident).map((s) => s.day)) }))
    .sort((a, b) => compared([-a.day, a.id], [-b.day, b.id]));
}

/** The one thing to do next; *lessons* are the numbers of the written ones in order. */
function nextStep(all, lessons, now, target = null) {
  const due = queue(all, now, target);
  if (due.today.length) return { kind: "due", count: due.today.length };
  const [mistake] = confidentMistakes(all);
  if (mistake) return { kind: "sure", question: mistake.id, lesson: all.get(mistake.id).row.lesson };
  const weak = objectives(all).filter((o) => ["begun", "shaky"].includes(o.state) && o.right < o.questions);
  if (weak.length) {
    const weakest = least(weak, (o) => [o.right / o.questions, o.label]);
    return { kind: "objective", objective: weakest.label, lesson: weakest.lesson };
  }
  const begun = new Set([...all.values()].filter((one) => one.sittings.length).map((one) => one.row.lesson));
  const open = lessons.find((number) => number !== "00" && !begun.has(number));
  if (open) return { kind: "lesson", lesson: open };
  const coming = [...all.values()].map((one) => dueDay(one, target, now)).filter((day) => day !== null && day > now);
  if (due.waiting) coming.push(now + 1);
  return coming.length ? { kind: "rest", day: Math.min(...coming) } : { kind: "done" };
}

// --- certainty and forecasts -----------------------------------------------------------------------

const FITTING = [[1, 0, 2 / 3], [2, 2 / 3, 0.8], [3, 0.8, 1]];
const BANDS = [[0, 20], [20, 40], [40, 60], [60, 80], [80, 100]];

function certaintyLevels(all) {
  const given = [...all.values()].flatMap((one) => one.sittings).filter((s) => s.certainty && !s.shown);
  return FITTING.map(([n, low, high]) => {
    const own = given.filter((s) => s.certainty === n);
    const answers = own.length, right = own.filter((s) => s.first).length;
    const share = answers ? right / answers : null;
    const judgement = share === null || answers < FEW ? (answers ? "few" : "none") : share < low ? "over" : share > high ? "under" : "fits";
    return { n, answers, right, share, low, high, judgement };
  });
}

/** The first probability given to each forecast, and what came where that may be told. */
function givenForecasts(rows, tries, chance) {
  const begun = new Set(rows.filter((row) => !row.graded && (tries[row.id] ?? []).some((t) => t.event === "check")).map((row) => row.lesson));
  const found = [];
  for (const row of rows) {
    if (!row.forecast) continue;
    const hidden = Boolean(row.opens) && !begun.has(row.opens);
    for (const t of tries[row.id] ?? []) {
      if (t.event !== "check" || !row.versions.includes(t.version) || t.verdict !== "logged") continue;
      const said = chance(t.response);
      if (said === null) continue;
      found.push({ id: row.id, chance: said, happened: hidden ? null : row.happened ?? null, toldIn: hidden ? row.opens : "" });
      break;
    }
  }
  return found;
}

function settledForecasts(given) {
  const settled = given.filter((one) => one.happened !== null);
  const bands = BANDS.map(([low, high]) => {
    const inside = settled.filter(({ chance: p }) => (low <= p && p < high) || (p === 100 && high === 100));
    const mean = inside.length ? inside.reduce((sum, { chance: p }) => sum + p, 0) / inside.length : 0;
    return { low, high, forecasts: inside.length, happened: inside.filter((one) => one.happened).length, mean };
  });
  const scores = settled.map(({ chance: p, happened }) => (p / 100 - Number(happened)) ** 2);
  return { bands, count: settled.length, brier: scores.length ? scores.reduce((a, b) => a + b, 0) / scores.length : null };
}

/** The questions that have an answer, since they were last started again: see desk.answered. */
function answeredOnes(tries) {
  const found = new Set();
  for (const [id, own] of Object.entries(tries)) {
    for (const { event } of own) {
      if (event === "check" || event === "write") found.add(id);
      else if (event === "reset") found.delete(id);
    }
  }
  return found;
}
