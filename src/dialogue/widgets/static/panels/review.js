// What is due today, to be answered from memory.

/** What is due today as a quiz, with the plan of the next days in words above it. */
function review(model, root) {
  const { plan } = model.get("content"), strings = model.get("strings");
  const stop = quiz(model, root);
  const [[, now], ...later] = plan.days;
  const language = document.documentElement.lang || "en";
  const parts = [say(strings, "due_today", { n: now })];
  later.forEach(([day, n], i) => {
    if (n) parts.push(say(strings, i ? "due_on" : "due_tomorrow", { n, day: calendarDay(day, language, true) }));
  });
  const nothing = !now && parts.length === 1;
  const aim = say(strings, plan.aim, { day: plan.day ? calendarDay(plan.day, language) : "" });
  const lines = [
    nothing && !plan.done ? say(strings, "due_none") : `${parts.join(", ")}.`,
    [plan.done ? say(strings, "due_done", { n: plan.done }) : "",
      plan.waiting ? say(strings, "due_most", { n: plan.waiting, most: plan.most }) : "",
      now ? say(strings, "due_again") : "", aim].filter(Boolean).join(" "),
  ];
  root.querySelector(".dq-head").after(...lines.map((line, i) => make("p", i ? { class: "dq-instruction", dir: "auto" } : { dir: "auto" }, line)));
  return stop;
}

/** A warm-up for somebody who has met nothing yet: one sentence stands in its place. */
function noWarmUp(model, root) {
  const stop = quiz(model, root);
  root.append(make("p", { dir: "auto" }, say(model.get("strings"), "warm_up_none")));
  return stop;
}

PANELS.review = review;
PANELS.warm_up = noWarmUp;
