"""The kinds of question, and how a response is graded.

Everything here is pure: no files, no widgets, no clock.  ``quiz.js`` grades by the same
rules where no kernel is there; ``tests/grading-vectors.json`` holds the two together.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["right", "partly", "wrong", "unanswered"]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a single or multiple question.  ``say`` is the comment on choosing it."""

    text: str
    say: str = ""
    right: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """A wrong number that a known slip leads to, and the comment that names the slip."""

    value: float
    say: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement to classify: its label, and a comment for each wrong label."""

    text: str
    label: str
    comments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every kind has.  ``id`` is for ever: the learner's record is kept by it."""

    id: str
    ask: str
    para: tuple[str, ...] = ()
    objective: str = ""
    level: str = ""
    hint: str = ""
    explain: str = ""
    sources: tuple[str, ...] = ()
    points: float = 1.0
    contested: bool = False
    as_of: str = ""
    status: str = ""
    by: str = ""
    language: str = "en"

    @property
    def version(self) -> str:
        """Eight hexadecimal digits that change when anything about the question changes."""
        content = {"kind": self.kind, **asdict(self)}
        for not_shown in ("by", "status", "language"):
            content.pop(not_shown)
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:8]

    @property
    def kind(self) -> str:
        """The name an author types in ``type:``."""
        return type(self).__name__.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(Question):
    """One right option.  Response: its index (int, from 0)."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple(Question):
    """Several right options.  Response: the indices of all that were ticked."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric(Question):
    """A number within a tolerance.  Response: the text as typed, or a number."""

    answer: float
    answer_text: str = ""  # as the author typed it, which is how it is shown
    tolerance: float = 0.0
    unit: str = ""
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify(Question):
    """Statements to sort under labels.  Response: one label, or None, for each statement."""

    labels: tuple[str, ...]
    statements: tuple[Statement, ...]


KINDS: dict[str, type[Question]] = {
    kind.__name__.lower(): kind for kind in (Single, Multiple, Numeric, Classify)
}


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on one part of a response.  ``about`` is the option's or statement's index."""

    say: str
    about: int | None = None
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What grading found.  ``score`` runs from 0 to 1; an unanswered response is no attempt."""

    verdict: Verdict
    score: float = 0.0
    comments: tuple[Comment, ...] = field(default=())
    missing: int = 0


class NotANumber(ValueError):
    """The text is not a number that can be read without guessing."""


# Arabic-Indic and Persian digits, the two Arabic separators, and the minus signs that people paste.
_FOLD = str.maketrans(
    {chr(zero + i): str(i) for zero in (0x0660, 0x06F0) for i in range(10)}
    | {"٫": ".", "٬": ",", "٪": "%", "−": "-", "–": "-"}
    # Marks of direction come along when a number is copied from Arabic text.
    | {"\u200e": "", "\u200f": "", "\u061c": ""}
)
_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_COMMA_DECIMAL = re.compile(r"[+-]?[0-9]+,[0-9]+")


def number(text: str | float, unit: str = "") -> float:
    """Read a number as people type it.

    ``1,423``, ``1 423`` and ``1423`` are the same; ``1,5`` is one and a half; Arabic digits
    count; a trailing unit or per-cent sign is dropped.  Raises :class:`NotANumber` for the rest.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        try:
            value = float(text)
        except OverflowError:
            raise NotANumber(str(text)) from None
        if math.isfinite(value):
            return value
    if not isinstance(text, str):
        raise NotANumber(str(text))
    cleaned = text.translate(_FOLD).strip()
    for ending in (unit, "%"):
        if ending and cleaned.lower().endswith(ending.lower()):
            cleaned = cleaned[: -len(ending)]
    cleaned = re.sub(r"[\s_]", "", cleaned)
    if _PLAIN.fullmatch(cleaned):
        return float(cleaned)
    if _THOUSANDS.fullmatch(cleaned):
        return float(cleaned.replace(",", ""))
    if _COMMA_DECIMAL.fullmatch(cleaned):
        return float(cleaned.replace(",", "."))
    raise NotANumber(text)


def within(value: float, target: float, tolerance: float) -> bool:
    """Is *value* within *tolerance* of *target*, forgiving what binary fractions add?"""
    return abs(value - target) <= tolerance + 1e-9 * max(1.0, abs(target))


def grade(question: Question, response: Any) -> Outcome:
    """Grade one response.

    Scores follow the course's scoring table: single and numeric 1 or 0; multiple
    ``max(0, (right ticked - wrong ticked) / right)``; classify the share of statements
    under their label.  A response that is empty or cannot be read is ``unanswered``: it
    is not an attempt and costs nothing.
    """
    match question:
        case Single():
            return _grade_single(question, response)
        case Multiple():
            return _grade_multiple(question, response)
        case Numeric():
            return _grade_numeric(question, response)
        case Classify():
            return _grade_classify(question, response)
    raise TypeError(f"no rule for grading a {type(question).__name__}")


def _index(value: Any, size: int) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_index = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < size
    return value if is_index else None


def _grade_single(question: Single, response: Any) -> Outcome:
    chosen = _index(response, len(question.options))
    if chosen is None:
        return Outcome("unanswered")
    option = question.options[chosen]
    comment = Comment(option.say, chosen, option.right)
    return Outcome("right", 1.0, (comment,)) if option.right else Outcome("wrong", 0.0, (comment,))


def _grade_multiple(question: Multiple, response: Any) -> Outcome:
    if not isinstance(response, Sequence) or isinstance(response, str):
        return Outcome("unanswered")
    size = len(question.options)
    ticked = sorted({i for i in (_index(r, size) for r in response) if i is not None})
    if not ticked:
        return Outcome("unanswered")
    right = {i for i, option in enumerate(question.options) if option.right}
    hits = len(right.intersection(ticked))
    missing = len(right) - hits
    score = max(0.0, (hits - (len(ticked) - hits)) / len(right))
    comments = tuple(Comment(question.options[i].say, i, i in right) for i in ticked)
    if missing == 0 and len(ticked) == len(right):
        return Outcome("right", 1.0, comments)
    return Outcome("partly" if hits else "wrong", score, comments, missing)


def _grade_numeric(question: Numeric, response: Any) -> Outcome:
    if response is None or (isinstance(response, str) and not response.strip()):
        return Outcome("unanswered")
    try:
        value = number(response, question.unit)
    except NotANumber:
        return Outcome("unanswered", comments=(Comment("not-a-number"),))
    if within(value, question.answer, question.tolerance):
        return Outcome("right", 1.0)
    for near in question.near:
        if within(value, near.value, _near_tolerance(near.value, question.tolerance)):
            return Outcome("wrong", 0.0, (Comment(near.say, None, False),))
    return Outcome("wrong", 0.0)


def _near_tolerance(near: float, tolerance: float) -> float:
    """A slip is recognised although it was rounded: within 1 per cent of its value, or within
    the answer's own tolerance as long as that is no more than 5 per cent of it."""
    return max(0.01 * abs(near), min(tolerance, 0.05 * abs(near)))


def _grade_classify(question: Classify, response: Any) -> Outcome:
    if not isinstance(response, Sequence) or isinstance(response, str):
        return Outcome("unanswered")
    chosen = [
        label if isinstance(label, str) and label in question.labels else None for label in response
    ]
    chosen = (chosen + [None] * len(question.statements))[: len(question.statements)]
    if not any(chosen):
        return Outcome("unanswered")
    comments, hits = [], 0
    for i, (statement, label) in enumerate(zip(question.statements, chosen, strict=True)):
        if label == statement.label:
            hits += 1
            comments.append(Comment("", i, True))
        elif label is not None:
            comments.append(Comment(dict(statement.comments).get(label, ""), i, False))
    score = hits / len(question.statements)
    missing = chosen.count(None)
    verdict: Verdict = "right" if score == 1 else "partly" if hits else "wrong"
    return Outcome(verdict, score, tuple(comments), missing)
