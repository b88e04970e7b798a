// A number, or several in order, within a tolerance.

/** Several numbers as a list, however they were typed. */
const listed = (response) => (typeof response === "string" ? tidied(response).split(/[; ]+/).filter(Boolean) : response);

function numbers(item, response) {
  const given = listed(response);
  if (!Array.isArray(given) || !given.length) return outcome("unanswered");
  const found = given.map((value) => number(value, item.unit));
  if (found.includes(null)) return outcome("unanswered", 0, [], 0, "not_a_number");
  if (found.length !== item.values.length) return outcome("unanswered", 0, [], 0, "other_length");
  const hits = found.filter((value, i) => within(value, item.values[i], item.tolerance)).length;
  if (hits === found.length) return outcome("right", 1);
  return outcome(hits ? "partly" : "wrong", hits / found.length, [], found.length - hits);
}

KINDS.numeric = {
  whole: true,

  grade(item, response) {
    if (item.values.length) return numbers(item, response);
    if (response === null || response === undefined) return outcome("unanswered");
    if (typeof response === "string" && !tidied(response)) return outcome("unanswered");
    const value = number(response, item.unit);
    if (value === null) return outcome("unanswered", 0, [], 0, "not_a_number");
    if (within(value, item.answer, item.tolerance)) return outcome("right", 1);
    const slip = item.near.find((n) => within(value, n.value, n.reach));
    return outcome("wrong", 0, slip ? [{ about: null, right: false, say: slip.say }] : []);
  },

  keep(item, response) {
    // A column without numbers is still a column.
    const found = listed(response);
    const values = Array.isArray(found) && found.length ? found.map(() => 0) : [0];
    return item.values.length ? { ...item, values } : item;
  },

  control(item, strings, uid) {
    const control = field(item, strings, uid, { label: say(strings, "your_answer"), unit: item.unit, mode: "decimal", wide: item.values.length > 0 });
    if (item.values.length) control.instruction = say(strings, "several_numbers");
    return control;
  },

  folded: (item) => slips(item.near),
};
