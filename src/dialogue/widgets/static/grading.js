// Grading in the page: the same rules as dialogue.questions.grade, for a page where no kernel
// answers.  tests/grading-vectors.json holds the two together.

// A kind of question adds itself to this table in kinds/<kind>.js:
//   grade(item, response)         what it is worth, as `outcome`
//   control(item, strings, uid)   { node, instruction, read(), write(response), mark(outcome, revealed), name(i) }
//   folded(item, strings)         optional: what stands folded below, as [words, [[name nodes, comment]…]]…
//   whole                         its comment stands in the sentence of the verdict
//   spoken(comment, strings)      optional: the nodes of a comment, where they are not just the comment
//   told(item, response, outcome, strings)   of a kind without right or wrong: lines for a logged answer
//   reasons(item)                 optional, of a kind to vote on: the comments on all answers
//   does, keeps, reveals          optional: words for its button, for what is kept, for what is shown after
//   shows(item, strings)          optional: nodes shown in place of the right answer
//   keep(item, response)          optional: an item without a key, as one that can be graded
const KINDS = {};

function outcome(verdict, score = 0, comments = [], missing = 0, problem = "") {
  return { verdict, score, comments, missing, problem, mark: null };
}

const isIndex = (value, size) => Number.isInteger(value) && value >= 0 && value < size;

const CERTAINTY_RIGHT = { 1: 1, 2: 2, 3: 3 };
const CERTAINTY_WRONG = { 1: 0, 2: -2, 3: -6 };

/** Without a key every response that can be read is kept for the teacher: see questions._keep. */
function kept(item, response) {
  const kind = KINDS[item.kind];
  const found = kind.grade(kind.keep?.(item, response) ?? item, response);
  return found.verdict === "unanswered" ? found : outcome("kept");
}

/** Grade one response: the same verdict, score and comments as questions.grade in Python. */
export function grade(item, response, confidence = null) {
  const kind = KINDS[item.kind];
  const found = item.keyless || item.vote ? kept(item, response) : kind.grade(item, response);
  if (found.verdict === "unanswered") return found;
  if (item.vote && !item.keyless) return outcome("kept", 0, kind.reasons(item));
  if (item.guess && !item.keyless) return outcome("logged", kind.told ? found.score : 0, found.comments.map((c) => ({ ...c, right: null })));
  if (!item.confidence || !item.marked) return found;
  if (![1, 2, 3].includes(confidence)) return outcome("unanswered", 0, [], 0, "no_confidence");
  if (found.verdict === "kept") return found;
  found.mark = found.score > 0 ? CERTAINTY_RIGHT[confidence] * found.score : CERTAINTY_WRONG[confidence];
  return found;
}
