// Warm-up, review, progress, certainty and forecasts over the record in this browser: the same
// panels as in JupyterLab, with recall.js in the place of the kernel.  See widgets/panels.py.

const DAY_OF_EXAM = "us-iraq-dialogue/target";

/** Everything that the rules need: the rows of all questions, the attempts, how each stands. */
async function course() {
  const known = await need("questions");
  for (const row of known.rows) { row.lesson ??= ""; row.versions ??= []; }
  const tries = Dialogue.record.latest(Object.fromEntries(known.rows.map((row) => [row.id, row.was ?? []])));
  const now = today();
  return { known, tries, now, all: standings(known.rows, tries, now) };
}

const named = (known, number) => {
  const found = known.lessons.find((one) => one.number === number);
  return { number, title: found?.title ?? "", file: found ? `${found.stem}.ipynb` : "" };
};

/** The questions with these ids, each from the data of its lesson. */
async function itemsOf(known, ids) {
  const found = [];
  for (const id of ids) {
    const { lesson } = known.rows.find((row) => row.id === id);
    const data = await need(known.lessons.find((one) => one.number === lesson).stem);
    const places = Object.values(data).flatMap((place) => place.content?.items ?? []);
    const item = places.find((one) => one.id === id) ?? data[" more"]?.items.find((one) => one.id === id);
    if (item) found.push(item);
  }
  return found;
}

/** Today's order of the options: who remembers that the second was right shall not gain by it. */
function mixed(item, now) {
  if (!["single", "multiple"].includes(item.kind) || item.shuffle === false) return item;
  let seed = now;
  for (const sign of item.id) seed = Math.imul(seed ^ sign.codePointAt(0), 0x9e3779b1) >>> 0;
  const places = item.options.map((_, i) => i);
  for (let i = places.length - 1; i > 0; i -= 1) {
    seed = (Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    const j = seed % (i + 1);
    [places[i], places[j]] = [places[j], places[i]];
  }
  return { ...item, places };
}

async function fromMemory(content, ids, { known, now }) {
  const items = (await itemsOf(known, ids)).map((item) => mixed(item, now));
  const since = (attempt) => localDay(attempt.at) === now;
  return quizModel({ ...content, items }, Dialogue.words, Dialogue.record, Dialogue.views.quiz.grade, since);
}

MODELS["warm-up"] = async ({ number, title }) => {
  if (!Dialogue.record.lines().length) { // nothing was met yet: no need to load what was
    return quizModel({ panel: "warm_up", title, items: [] }, Dialogue.words, Dialogue.record, Dialogue.views.quiz.grade);
  }
  const found = await course();
  const ids = warmUpSet(found.known.rows, found.all, found.known.warm[number], found.now);
  return fromMemory({ panel: ids.length ? "quiz" : "warm_up", title }, ids, found);
};

/** The day up to which the learner wants to remember, as this browser keeps it. */
function target() {
  try {
    const iso = localStorage.getItem(DAY_OF_EXAM) ?? "";
    return /^\d{4}-\d\d-\d\d$/.test(iso) ? dayOf(iso) : null;
  } catch { return null; }
}

MODELS.review = async ({ title }, place) => {
  const found = await course();
  const aim = target(), { now } = found;
  const due = queue(found.all, now, aim);
  const plan = {
    days: due.days.map(([day, n]) => [isoDay(day), n]), done: due.done, waiting: due.waiting, most: MOST_A_DAY,
    ...(aim === null ? { aim: "aim_default" } : { aim: aim >= now ? "aim_day" : "aim_over", day: isoDay(aim) }),
  };
  place.before(...(place.previousElementSibling?.classList.contains("exam") ? [] : [examDay(place)]));
  return fromMemory({ panel: "review", title, plan }, due.today, found);
};

/** The field for the day of an exam, which sets the gaps. */
function examDay(place) {
  const strings = Dialogue.words.site;
  const aim = target();
  const field = make("input", { type: "date", id: newId(), value: aim === null ? "" : isoDay(aim) });
  field.addEventListener("change", () => {
    try {
      if (field.value) localStorage.setItem(DAY_OF_EXAM, field.value); else localStorage.removeItem(DAY_OF_EXAM);
    } catch { /* for this visit nothing is kept */ }
    mounting.delete(place);
    mount(place);
  });
  return make("p", { class: "exam" }, make("label", { for: field.id }, say(strings, "exam")), " ", field);
}

/** A panel that is asked each time it is drawn, as those of the kernel are. */
function panelModel(panel, shown) {
  const heard = new Set();
  const data = { content: { panel }, strings: Dialogue.words.quiz };
  return {
    get: (name) => data[name], set() {}, save_changes() {},
    on: (name, act) => { if (name === "msg:custom") heard.add(act); },
    off: (_, act) => { heard.delete(act); },
    send({ event }) {
      if (event === "show") shown().then((told) => heard.forEach((act) => act({ event: "shown", ...told })));
    },
  };
}

const asksOf = async (known, ids) => new Map((await itemsOf(known, ids)).map((item) => [item.id, lineOf(item.ask)]));
/** The words of a question for one line: a single paragraph without its block. */
const lineOf = (tree) => (tree.length === 1 && tree[0][0] === "p" ? tree[0].slice(1) : tree);

const SHOWN = {
  async progress() {
    const { known, all, now } = await course();
    const step = nextStep(all, known.lessons.map((one) => one.number), now, target());
    const found = objectives(all);
    const asks = await asksOf(known, step.question ? [step.question] : []);
    const numbers = [...new Set(found.map((one) => one.lesson))];
    return {
      step: {
        kind: step.kind, count: step.count ?? 0, objective: step.objective ?? "",
        lesson: step.lesson ? named(known, step.lesson) : null,
        question: asks.get(step.question) ?? [], day: step.day === undefined ? "" : isoDay(step.day),
      },
      lessons: numbers.map((number) => ({
        ...named(known, number),
        objectives: found.filter((one) => one.lesson === number).map((one) => ({
          ...one, words: known.lessons.find((lesson) => lesson.number === number)?.objectives[one.label] ?? [],
        })),
      })),
    };
  },
  async calibration() {
    const { known, tries, all } = await course();
    const mistakes = confidentMistakes(all);
    const asks = await asksOf(known, mistakes.map((one) => one.id));
    return {
      enough: ENOUGH, enough_forecasts: ENOUGH_FORECASTS, levels: certaintyLevels(all),
      forecasts: settledForecasts(givenForecasts(known.rows, tries, Dialogue.views.quiz.KINDS.forecast.chance)),
      mistakes: mistakes.map((one) => ({ question: asks.get(one.id) ?? [], lesson: named(known, all.get(one.id).row.lesson), day: isoDay(one.day) })),
    };
  },
  async my_forecasts() {
    const { known, tries } = await course();
    const given = givenForecasts(known.rows, tries, Dialogue.views.quiz.KINDS.forecast.chance);
    const asks = await asksOf(known, given.map((one) => one.id));
    return {
      forecasts: given.map((one) => ({
        question: asks.get(one.id) ?? [], chance: rounded(one.chance),
        came: one.happened === null ? "" : one.happened ? "happened" : "happened_not",
        opens: one.toldIn ? named(known, one.toldIn) : null,
        resolves: known.rows.find((row) => row.id === one.id).resolves,
      })),
    };
  },
};
MODELS.panel = async ({ panel }) => {
  await SHOWN[panel](); // what it needs is here before it is drawn, so that nothing moves
  return panelModel(panel, SHOWN[panel]);
};

Dialogue.rules = { ...Dialogue.rules, standings, dueDay, queue, warmUpSet, objectives, nextStep, certaintyLevels, confidentMistakes, givenForecasts, settledForecasts, dayOf, isoDay, answeredOnes };

/** How far each lesson is, beside its name on the first page. */
async function lessonsDone() {
  const rows = [...document.querySelectorAll("[data-lesson]")];
  if (!rows.length || !Dialogue.record.lines().length) return;
  const { known, tries, all, now } = await course();
  const done = answeredOnes(tries);
  for (const row of rows) {
    const lesson = known.lessons.find((one) => one.stem === row.dataset.lesson);
    const got = lesson?.counted.filter((id) => done.has(id)).length;
    if (!got) continue;
    const words = say(Dialogue.words.site, got === lesson.counted.length ? "lesson_done" : "lesson_begun", { n: got, total: lesson.counted.length });
    row.querySelector(".done").replaceChildren(words);
  }
  const due = queue(all, now, target());
  const place = document.querySelector(".due");
  if (place && due.today.length) place.replaceChildren(make("a", { href: "review.html" }, say(Dialogue.words.site, "due", { n: due.today.length })));
}
document.addEventListener("DOMContentLoaded", () => { lessonsDone().catch(() => { /* the list stands without it */ }); });
