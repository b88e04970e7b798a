// A probability: a field and a slider that say the same; scored once the outcome is known.

/** A probability in per cent, 0 to 100; null for 0.7, which may mean 70 or less than one. */
function chance(text) {
  const value = number(text, "%");
  const marked = typeof text === "string" && tidied(text).endsWith("%");
  return value === null || value < 0 || value > 100 || (value > 0 && value < 1 && !marked) ? null : value;
}

KINDS.forecast = {
  chance,

  grade(item, response) {
    if (response === null || response === undefined) return outcome("unanswered");
    if (typeof response === "string" && !tidied(response)) return outcome("unanswered");
    const value = chance(response);
    if (value === null) return outcome("unanswered", 0, [], 0, "not_a_chance");
    if (item.happened === null || item.opens) return outcome("logged");
    const band = item.bands.find((b) => value <= b.high);
    return outcome("logged", (value / 100 - Number(item.happened)) ** 2, band?.say.length ? [{ about: null, right: null, say: band.say }] : []);
  },

  control(item, strings, uid) {
    const control = field(item, strings, uid, { label: say(strings, "your_chance"), unit: "%", mode: "decimal" });
    const slider = make("input", { type: "range", min: 0, max: 100, step: 1, value: 50, "aria-label": say(strings, "slider"), class: "dq-slider" });
    const follow = () => { const value = chance(control.input.value); if (value !== null) slider.value = value; };
    control.input.addEventListener("input", follow);
    slider.addEventListener("input", () => { control.input.value = slider.value; });
    control.row.append(slider);
    control.instruction = say(strings, "chance_how");
    control.write = (response) => { control.input.value = response ?? ""; if (response === null || response === undefined) slider.value = 50; follow(); };
    control.mark = () => {};
    return control;
  },

  /** What a forecast is told: logged; and once it is known, the score and others' scores. */
  told(item, response, found, strings) {
    const lines = [make("p", {}, make("strong", { class: "dq-verdict" }, say(strings, "logged", { chance: short(chance(response) ?? 0) })))];
    if (item.opens) return [...lines, make("p", {}, say(strings, "opens", { lesson: item.opens }))];
    const others = item.reference.map((r) => say(strings, item.happened === null ? "reference_open" : "reference",
      { who: r.who, chance: short(r.chance), score: short((r.chance / 100 - Number(item.happened)) ** 2) }));
    lines.push(make("p", {}, item.happened === null
      ? say(strings, "unresolved", { date: day(item.resolves, item.language) })
      : `${say(strings, item.happened ? "happened" : "happened_not")} ${say(strings, "brier", { score: short(found.score) })}`));
    found.comments.forEach((c) => lines.push(make("p", { dir: "auto" }, ...growInline(c.say))));
    if (others.length) lines.push(make("ul", {}, ...others.map((o) => make("li", { dir: "auto" }, o))));
    return lines;
  },
};
