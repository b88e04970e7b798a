"""The pre-test and the post-test, and what was gained between them.

``take_test("pre")`` shows the questions of ``exercises/pre-test.yaml`` without a verdict, a
hint or a comment: an answer is kept and may be changed.  Neither the page nor the saved
notebook holds the keys.  ``my_test_result("pre")`` then ends the test and tells the result.
The last answer to each question before the end counts; what is kept later does not.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dialogue import bank
from dialogue.course import catalogue, cited
from dialogue.learner import progress
from dialogue.page.html import as_twin, element
from dialogue.page.words import ASSESSMENT as WORDS
from dialogue.page.words import QUIZ
from dialogue.questions import Outcome, Question, grade
from dialogue.widgets import scripts
from dialogue.widgets.base import Notice, View
from dialogue.widgets.quiz import Quiz, shown
from dialogue.widgets.saving import record

TESTS = {"pre": "Pre-test", "post": "Post-test"}

# --- the gain ----------------------------------------------------------------------------


def _share(scores: float | Sequence[float], name: str) -> float:
    values = (
        [scores] if isinstance(scores, str) or not isinstance(scores, Sequence) else list(scores)
    )
    if not values:
        raise ValueError(f"{name} is empty: give at least one score.")
    for value in values:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= 1:  # not a number (NaN) fails this, too
            raise ValueError(
                f"{name} holds {value!r}: a score is a share from 0 to 1, such as 0.6 for 60 per cent."
            )
    return math.fsum(values) / len(values)


def gain(pre: float | Sequence[float], post: float | Sequence[float]) -> float:
    """The normalised gain: the part of what could still be gained that was gained.

    ``(post - pre) / (1 - pre)``, where *pre* and *post* are shares from 0 to 1: of one
    learner, or one share a learner of a class.  Of a class the means are taken first, as in
    the source, so that the result is that of the class and not a mean of gains.  1: all that
    was missing was learnt; 0: nothing; below 0: the second score is lower.

    Raises ``ValueError`` with one sentence when a score is no share from 0 to 1, when a list
    is empty, when the lists are of different learners by their length, or when *pre* is 1:
    there was nothing left to gain.

    Source: R. R. Hake, "Interactive-engagement versus traditional methods", American Journal
    of Physics 66 (1998), 64-74.
    """
    before, after = _share(pre, "pre"), _share(post, "post")
    lengths = [len(x) if isinstance(x, Sequence) else 0 for x in (pre, post)]
    if lengths[0] != lengths[1]:
        raise ValueError(
            f"pre has {lengths[0] or 'one'} and post {lengths[1] or 'one'} score(s): "
            "give both for the same learners."
        )
    if before == 1:
        raise ValueError("pre is 1: nothing was left to gain, so the gain has no value.")
    return (after - before) / (1 - before)


# --- the questions, without their keys -----------------------------------------------------


def questions_of(test: str) -> list[Question]:
    """The questions of a test ("pre" or "post"), in the order of its file."""
    every = bank.course_bank().questions
    return [question for name, question in every.items() if name.startswith(f"{test}-")]


def without_key(question: Question) -> Question:
    """*question* as the page may have it: what is asked, and no key, hint or comment."""
    bare: dict[str, Any] = {"hint": "", "explain": "", "sources": (), "keyless": True}
    # In the author's order: a learner's answer is kept by the places of the options.
    return replace(question, **bare, **replace(question, shuffle=False).bare())


class Sheet(Quiz):
    """A test as it is taken: answers are kept and nothing is said about them."""

    def __init__(self, questions: Sequence[Question], title: str) -> None:
        self._full = {question.id: question for question in questions}
        super().__init__([without_key(question) for question in questions], title)
        self.strings = {
            **QUIZ,
            "graded": "",
            "kept": WORDS["kept"],
        }
        # What the reading copy leaves out, the keys above all, still changes its text.
        versions = "".join(question.version for question in questions)
        self.twin_text += f"\n(keys {hashlib.sha256(versions.encode()).hexdigest()[:12]})"

    def _restore(self) -> dict[str, Any]:
        state = {}
        for name, tries in progress.latest(set(self._full)).items():
            kept = [t for t in _current(self._full[name], tries) if t.event in ("check", "reset")]
            if kept and kept[-1].event == "check":
                state[name] = {
                    "response": kept[-1].response,
                    "confidence": None,
                    "outcome": shown(Outcome("kept")),
                    "tries": len(kept),
                    "revealed": False,
                    "at": kept[-1].at,
                }
        return state

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        """A message from the view.  The record gets the true verdict, the page does not."""
        item = message.get("item") if isinstance(message, dict) else None
        if not isinstance(item, str) or item not in self._full:
            return
        question, event = self._full[item], message.get("event")
        known = dict(self.state.get(item, {}))
        if event == "check":
            response = message.get("response")
            outcome = grade(question, response)
            answered = outcome.verdict != "unanswered"
            told = Outcome("kept") if answered else outcome
            known |= {"response": response, "confidence": None, "note": "", "outcome": shown(told)}
            if answered:
                known["tries"] = known.get("tries", 0) + 1
                known |= record(question, "check", response, outcome)
        elif event == "reset":
            known = {"tries": 0, **record(question, "reset")}
            known.pop("at", None)
        else:
            return
        known["seq"] = message.get("seq")
        self.state = {**self.state, item: known}


def _current(question: Question, tries: Sequence[progress.Attempt]) -> list[progress.Attempt]:
    return [attempt for attempt in tries if attempt.version in question.versions]


# --- the result ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """One test in the learner's record.

    ``answers`` has, for each question, the outcome that counts, or None without an answer;
    ``ended`` says whether the result was asked for already.
    """

    questions: tuple[Question, ...]
    answers: tuple[Outcome | None, ...]
    ended: bool

    @property
    def points(self) -> float:
        """The sum of the scores, each from 0 to 1."""
        return math.fsum(outcome.score for outcome in self.answers if outcome)

    @property
    def share(self) -> float:
        """The points as a share of all questions, from 0 to 1."""
        return self.points / len(self.questions)


def result(test: str) -> Result:
    """How a test stands in the learner's record: the last answers before its end."""
    questions = questions_of(test)
    tries = progress.latest({question.id for question in questions})
    answers: list[Outcome | None] = []
    ended = False
    for question in questions:
        given = None
        for attempt in _current(question, tries.get(question.id, ())):
            if attempt.event == "reveal":
                ended = True
                break
            if attempt.event == "check":
                given = grade(question, attempt.response)
            elif attempt.event == "reset":
                given = None
        answers.append(given if given and given.verdict != "unanswered" else None)
    return Result(tuple(questions), tuple(answers), ended)


class ResultPanel(View):
    """A button that ends a test and tells its result.  Nothing of it stays in the notebook."""

    _esm = scripts.script("assessment")
    _css = scripts.style("assessment")

    def __init__(self, test: str) -> None:
        self.test = test
        title = f"{WORDS['title']}: {TESTS[test]}"
        self.twin_html = as_twin(
            element("p", element("strong", title)),
            element("p", WORDS["about"]),
            element("p", element("em", WORDS["live"])),
        )
        self.twin_text = f"{title}\n{WORDS['about']}"
        super().__init__(strings={**WORDS, "title": title})
        self.on_msg(self._received)

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        event = message.get("event") if isinstance(message, dict) else None
        if event in ("show", "end"):
            self.send({"event": "told", **self.told(end=event == "end")})

    def told(self, end: bool = False) -> dict[str, Any]:
        """What the panel says; *end* ends the test although questions are open."""
        found = result(self.test)
        missing = [str(n) for n, given in enumerate(found.answers, 1) if given is None]
        if missing and not (found.ended or end):
            line = WORDS["missing"].format(questions=", ".join(missing))
            return {"lines": [line], "rows": [], "open": True}
        notes = []
        if not found.ended:
            notes = [note for q in found.questions if (note := record(q, "reveal")["note"])]
        if any(question.keyless for question in found.questions):  # a copy without keys
            return {"lines": [*notes[:1], WORDS["kept_for_teacher"]], "rows": [], "open": False}
        lines = [
            WORDS["score"].format(
                test=TESTS[self.test],
                got=f"{found.points:g}",
                total=len(found.questions),
                share=round(100 * found.share),
            )
        ]
        if self.test == "post":
            lines.append(self._gain(found.share))
        rows = [
            {
                "number": str(n),
                "objective": question.objective,
                "answer": WORDS[given.verdict if given else "none"],
            }
            for n, (question, given) in enumerate(
                zip(found.questions, found.answers, strict=True), 1
            )
        ]
        return {"lines": [*lines, *notes[:1]], "rows": rows, "open": False}

    @staticmethod
    def _gain(share: float) -> str:
        before = result("pre")
        if not before.ended:
            return WORDS["no_pre"]
        if before.share == 1:
            return WORDS["gain_none"]
        part = f"{gain(before.share, share):.2f}".replace("-", "−")
        return WORDS["gain"].format(pre=round(100 * before.share), gain=part)


def _problem(test: Any) -> Notice | None:
    if test not in TESTS:
        return Notice([f'There is no test {test!r}: write "pre" or "post".'])
    if not questions_of(test):
        file = catalogue.root() / "exercises" / f"{test}-test.yaml"
        faults = [str(fault) for fault in bank.course_bank().faults if file.stem in fault.file]
        return Notice([f"The {TESTS[test].lower()} has no questions in {file.name}.", *faults])
    return None


def take_test(test: str) -> Sheet | Notice:
    """Show a test to be taken: ``take_test("pre")`` or ``take_test("post")``.

    Answers are kept and may be changed; no verdict, hint or comment is shown.
    """
    if problem := _problem(test):
        return problem
    questions = questions_of(test)
    for question in questions:
        cited.use(question.sources)
    return Sheet(questions, TESTS[test])


def my_test_result(test: str) -> ResultPanel | Notice:
    """Show the button that ends a test and tells its result, and after both the gain."""
    return _problem(test) or ResultPanel(test)
