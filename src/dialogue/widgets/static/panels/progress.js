// How far each objective is, and one suggested next step.

const STATE_SIGNS = { solid: "\u2713", begun: "\u25d4", shaky: "\u25d0", new: "\u25cb" };

function paintProgress({ step, lessons }, strings) {
  const language = document.documentElement.lang || "en";
  const values = {
    n: step.count,
    objective: step.objective,
    day: step.day ? calendarDay(step.day, language, true) : "",
    question: step.question.length ? [make("em", { dir: "auto" }, ...growInline(step.question))] : "",
    lesson: step.lesson ? lessonNode(step.lesson, strings) : "",
  };
  const counted = (objectives) => say(strings, "states_counted", Object.fromEntries(
    Object.keys(STATE_SIGNS).map((state) => [state, objectives.filter((o) => o.state === state).length])));
  const nodes = [make("p", { class: "dq-next", dir: "auto" }, make("strong", {}, say(strings, "step")), " ", ...fill(strings, `step_${step.kind}`, values))];
  if (!lessons.length) return [...nodes, make("p", {}, say(strings, "objectives_none"))];
  const all = lessons.flatMap((lesson) => lesson.objectives);
  const upper = (words) => words.charAt(0).toUpperCase() + words.slice(1);
  nodes.push(make("p", { dir: "auto" }, `${upper(counted(all))}.`), make("p", { class: "dq-instruction", dir: "auto" }, say(strings, "states_mean")));
  for (const lesson of lessons) {
    const name = say(strings, lesson.title ? "lesson_named" : "lesson_bare", lesson);
    const begun = lesson.objectives.some((o) => o.state !== "new");
    const of = (n, total) => say(strings, "n_of", { n, total });
    nodes.push(make("details", { open: begun, class: "dq-lesson" },
      make("summary", { dir: "auto" }, `${upper(name)}: ${counted(lesson.objectives)}`),
      dataTable(say(strings, "objectives_of", { lesson: name }),
        ["col_objective", "col_state", "col_tried", "col_right"].map((key) => say(strings, key)),
        lesson.objectives.map((o) => [
          make("span", { dir: "auto" }, make("strong", {}, o.label), " ", ...growInline(o.words)),
          make("span", {}, make("span", { "aria-hidden": "true" }, STATE_SIGNS[o.state]), "\u00a0", say(strings, `state_${o.state}`)),
          of(o.tried, o.questions), of(o.right, o.questions)]))));
  }
  return nodes;
}

PANELS.progress = (model, root) => fetched(model, root, paintProgress);
