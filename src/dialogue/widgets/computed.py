"""A value that the learner's own code has computed, graded like a typed answer.

``ask("03-longest-gap", days)`` ends a Write exercise.  Three outcomes: right, wrong with
the same comment that a typed answer gets, and not tried (the value is still ``None``).
What comes in is whatever a beginner's code made: a number of numpy, a column, a table with
one column, a list, a method whose brackets were forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dialogue.learner import progress
from dialogue.page import text
from dialogue.page.html import as_twin, element
from dialogue.page.words import STRINGS
from dialogue.questions import Outcome, Question, Short, grade
from dialogue.questions.named import Unusable
from dialogue.widgets.base import Notice
from dialogue.widgets.saving import record


def _plain(value: Any) -> Any:
    """*value* without pandas and numpy: numbers, text, lists and mappings.

    Duck-typed, so that nothing heavy is imported to grade a number.
    """
    if isinstance(value, str | bool | int | float | None.__class__):
        return value
    if isinstance(value, type) or (callable(value) and not hasattr(value, "tolist")):
        raise Unusable(STRINGS["value_function"])
    columns = getattr(value, "columns", None)
    if columns is not None and hasattr(value, "iloc"):  # a DataFrame
        if len(columns) != 1:
            raise Unusable(STRINGS["value_table"].format(n=len(columns), name=columns[0]))
        value = value.iloc[:, 0]
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if hasattr(value, "tolist"):  # a Series, an Index, an array, a number of numpy
        value = value.tolist()
        return [_plain(each) for each in value] if isinstance(value, list) else _plain(value)
    if isinstance(value, Sequence | set | frozenset):
        return [_plain(each) for each in value]
    try:
        return float(value)  # Decimal, Fraction
    except (TypeError, ValueError, OverflowError):
        return str(value)


def response_from(question: Question, value: Any) -> Any:
    """*value* in the shape that ``grade`` takes for this question.

    Raises :class:`ValueError`, with one line for the learner, for a value of another kind.
    """
    return question.response(_plain(value))


class Result(Notice):
    """What ``ask(id, value)`` shows: the verdict, the comment, and afterwards the explanation."""

    def __init__(self, question: Question, value: Any) -> None:
        self.question = question
        self.outcome: Outcome | None = None
        self.note = ""
        if value is None or value is Ellipsis:
            self.lines = [STRINGS["value_none"]]
            return
        try:
            response = response_from(question, value)
        except Unusable as unusable:
            self.lines = [str(unusable)]
            return
        except Exception:
            # Anything may come out of a beginner's code, such as a list that holds itself.
            self.lines = [STRINGS["value_unread"]]
            return
        # Code says nothing about certainty: an item that asks for it is graded without.
        self.outcome = grade(replace(question, confidence=False), response)
        self.lines = self._words(self.outcome, response)
        if self.outcome.verdict != "unanswered":
            self._record(response)

    def _words(self, outcome: Outcome, response: Any) -> list[str]:
        kind = self.question.kind
        if outcome.verdict == "unanswered":
            return [
                STRINGS["value_unread" if outcome.problem != "other_length" else "other_length"]
            ]
        first = STRINGS[outcome.verdict]
        if self.question.guess:
            first = STRINGS["guess"]
        elif self.question.vote:
            first = STRINGS["vote"].format(what=", ".join(self.question.chosen(response)))
        elif outcome.verdict == "logged":
            first = first.format(chance=f"{float(response):g}")
        if outcome.missing and outcome.verdict != "right" and f"missing_{kind}" in STRINGS:
            first += " " + STRINGS[f"missing_{kind}"].format(n=outcome.missing)
        said = [c.say for c in outcome.comments if c.say]
        if isinstance(self.question, Short) and outcome.verdict == "right":
            said = [STRINGS["usual_spelling"].format(text=say) for say in said]
        if outcome.verdict == "wrong" and not said and f"wrong_{kind}" in STRINGS:
            said = [STRINGS["value_try"]] if not self.question.hint else [self.question.hint]
        done = [self.question.explain] if outcome.verdict in ("right", "logged", "kept") else []
        return [first, *dict.fromkeys(said), *filter(None, done)]

    def _record(self, response: Any) -> None:
        """Record it, unless the cell was only run again: that is no new attempt."""
        name, version = self.question.id, self.question.version
        tries = [t for t in progress.latest({name}).get(name, []) if t.event == "check"]
        if tries and tries[-1].version == version and tries[-1].response == response:
            return
        self.note = record(self.question, "check", response, self.outcome)["note"]

    def __repr__(self) -> str:
        lines = [f"[{self.question.id} {self.question.version}]", *map(text.plain, self.lines)]
        return "\n".join(filter(None, [*lines, self.note]))

    def _repr_html_(self) -> str:
        mark = {"right": "✓ ", "wrong": "✗ ", "partly": "◐ "}
        sign = mark.get(self.outcome.verdict, "") if self.outcome else ""
        first, *rest = self.lines
        lead = element("p", sign, element("strong", text.html(first)), dir="auto")
        note = element("p", self.note) if self.note else ""
        return as_twin(lead, *(text.html(line, block=True) for line in rest), note)
