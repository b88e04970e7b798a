"""The kinds of question, and how a response is graded.

Everything here is pure: no files, no widgets, no clock.  ``quiz.js`` grades by the same
rules where no kernel is there; ``tests/grading-vectors.json`` holds the two together.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from typing import Any, Literal

Verdict = Literal["right", "partly", "wrong", "logged", "kept", "unanswered"]


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


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to put in order.  Two with the same ``date`` may stand either way round."""

    text: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong order that people really make: *first* before *then* (indices of events)."""

    first: int
    then: int
    say: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things that belong together.  ``wrong`` comments on known confusions of *right*."""

    left: str
    right: str
    say: str = ""
    wrong: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Extra:
    """A right-hand side that is left over, and the comment on choosing it."""

    text: str
    say: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong text that people really write, and the comment that explains it."""

    text: str
    say: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Somebody else's chance (per cent) to compare a forecast with."""

    who: str
    chance: float


@dataclass(frozen=True, slots=True)
class Band:
    """A comment on chances from *low* to *high*, per cent."""

    low: float
    high: float
    say: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every kind has.  ``id`` is for ever: the learner's record is kept by it.

    ``was`` names ids that the question had before; ``confidence`` asks how sure the learner
    is; ``use`` is learn, lane (asked beside its cell or picture alone), vote or graded; ``shuffle`` allows variants with options in
    another order; ``keyless`` is a graded item of a learner's copy, which holds no key and
    no comment: see :mod:`dialogue.grading.release`.
    """

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
    confidence: bool = False
    use: str = "learn"
    shuffle: bool = True
    was: tuple[str, ...] = ()
    keyless: bool = False

    @property
    def version(self) -> str:
        """Eight hexadecimal digits that change when anything about the question changes."""
        return self._version(self.id)

    @property
    def versions(self) -> frozenset[str]:
        """The version under the present id and under each former one: renaming is no change."""
        return frozenset(self._version(name) for name in (self.id, *self.was))

    def _version(self, name: str) -> str:
        content = {"kind": self.kind, **asdict(self), "id": name}
        for not_shown in ("by", "status", "language", "use", "shuffle", "was"):
            content.pop(not_shown)
        # Fields that came later count only where they are used: a record stays good.
        for later in ("confidence", "values", "keyless"):
            if not content.get(later):
                content.pop(later, None)
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
    """A number within a tolerance.  Response: the text as typed, or a number.

    With ``values`` the answer is a column of numbers instead, all within the tolerance.
    Response: a list of numbers, or text with semicolons or spaces between them.
    """

    answer: float
    values: tuple[float, ...] = ()
    answer_text: str = ""  # as the author typed it, which is how it is shown
    tolerance: float = 0.0
    unit: str = ""
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify(Question):
    """Statements to sort under labels.  Response: one label, or None, for each statement."""

    labels: tuple[str, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Question):
    """Events in their right order.  Response: their indices, in the learner's order."""

    events: tuple[Event, ...]
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Question):
    """Pairs to put together.  Response: for each left an index into ``rights``, or None."""

    pairs: tuple[Pair, ...]
    extra: tuple[Extra, ...] = ()

    @property
    def rights(self) -> tuple[str, ...]:
        """Every right-hand side once: those of the pairs, then those left over."""
        # Without a key no pair has a right-hand side, and all of them are left over.
        texts = [pair.right for pair in self.pairs if pair.right]
        return tuple(dict.fromkeys([*texts, *(extra.text for extra in self.extra)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Short(Question):
    """A few words.  Response: text.  ``forgiving`` also forgives a slip of the keyboard."""

    accept: tuple[str, ...]
    wrong: tuple[Slip, ...] = ()
    forgiving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Question):
    """The paragraph that supports a claim best.  The text of an option is a paragraph's
    number.  Response: the index of an option."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast(Question):
    """The chance that something happens by ``resolves``.  Response: per cent, 0 to 100.

    ``happened`` is None while nobody knows; ``opens`` is the lesson that tells (empty: at once).
    """

    resolves: str
    happened: bool | None = None
    reference: tuple[Reference, ...] = ()
    bands: tuple[Band, ...] = ()
    opens: str = ""


KINDS: dict[str, type[Question]] = {
    kind.__name__.lower(): kind
    for kind in (
        *(Single, Multiple, Numeric, Order, Match),
        *(Short, Classify, Evidence, Forecast),
    )
}


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on one part of a response.  ``about`` is the index of an option, a statement,
    an event or a pair; None for a comment on the whole."""

    say: str
    about: int | None = None
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What grading found.

    ``score`` runs from 0 to 1; for a forecast that is logged it is the Brier score, lower is
    better.  ``kept`` is a response to an item without a key, which the teacher marks.
    ``missing`` counts what is still to do: right options not ticked, statements or
    pairs left open, pairs of events the wrong way round.  An unanswered response is no
    attempt; ``problem`` then says what could not be read.  ``mark`` is the mark that counts
    certainty, where it was asked.
    """

    verdict: Verdict
    score: float = 0.0
    comments: tuple[Comment, ...] = field(default=())
    missing: int = 0
    problem: str = ""
    mark: float | None = None


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


def _tidied(text: str) -> str:
    """One kind of digit and of space, none at the ends."""
    return re.sub(r"[\s\ufeff]+", " ", text.translate(_FOLD)).strip(" ")


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
    cleaned = _tidied(text)
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


# Gardner-Medwin's certainty-based marking, as Moodle has it ("Using certainty-based
# marking", docs.moodle.org): honest certainty pays best at every level.
CERTAINTY_RIGHT = {1: 1.0, 2: 2.0, 3: 3.0}
CERTAINTY_WRONG = {1: 0.0, 2: -2.0, 3: -6.0}


def certainty_mark(score: float, confidence: int) -> float:
    """The mark for *score* (0 to 1) given with *confidence* 1, 2 or 3.

    Right pays 1, 2 or 3, a part of right its share of that; wrong costs 0, 2 or 6.
    """
    if score > 0:
        return CERTAINTY_RIGHT[confidence] * score
    return CERTAINTY_WRONG[confidence]


def grade(question: Question, response: Any, confidence: int | None = None) -> Outcome:
    """Grade one response; *confidence* (1, 2, 3) where the question asks for it.

    Scores follow the course's scoring table: single, evidence, short and numeric 1 or 0;
    multiple ``max(0, (right ticked - wrong ticked) / right)``; classify and match the share
    of statements or pairs that are right; order the share of pairs of events in the right
    order; forecast the Brier score.  A response that is empty or cannot be read is
    ``unanswered``: it is not an attempt and costs nothing.  An item without a key keeps
    whatever can be read for the teacher, with score 0 and no comment.
    """
    match question:
        case Question(keyless=True):
            outcome = _keep(question, response)
        case Single() | Evidence():
            outcome = _grade_single(question, response)
        case Multiple():
            outcome = _grade_multiple(question, response)
        case Numeric():
            outcome = _grade_numeric(question, response)
        case Order():
            outcome = _grade_order(question, response)
        case Match():
            outcome = _grade_match(question, response)
        case Short():
            outcome = _grade_short(question, response)
        case Classify():
            outcome = _grade_classify(question, response)
        case Forecast():
            return _grade_forecast(question, response)
        case _:
            raise TypeError(f"no rule for grading a {type(question).__name__}")
    if not question.confidence or outcome.verdict == "unanswered":
        return outcome
    sure = _index(confidence, 4)
    if not sure:
        return Outcome("unanswered", problem="no_confidence")
    if outcome.verdict == "kept":
        return outcome
    return replace(outcome, mark=certainty_mark(outcome.score, sure))


def _keep(question: Question, response: Any) -> Outcome:
    """Is it an answer at all?  The same rules say so that would grade it with a key."""
    match question:
        case Multiple(options=options):
            given = response if isinstance(response, Sequence) else ()
            found = any(_index(each, len(options)) is not None for each in given)
            outcome = Outcome("kept" if found else "unanswered")
        case Numeric(values=values) if values:
            # How many numbers there are would be told by counting them.
            given = response
            if isinstance(response, str):
                given = [part for part in re.split("[; ]+", _tidied(response)) if part]
            count = len(given) if isinstance(given, Sequence) else 0
            outcome = _grade_numbers(replace(question, values=(0.0,) * count), given)
        case Forecast():
            outcome = _grade_forecast(question, response)
        case _:
            outcome = grade(replace(question, keyless=False, confidence=False), response)
    if outcome.verdict == "unanswered":
        return outcome
    return Outcome("kept")


def _index(value: Any, size: int) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_index = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < size
    return value if is_index else None


def _grade_single(question: Single | Evidence, response: Any) -> Outcome:
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
    if question.values:
        return _grade_numbers(question, response)
    if response is None or (isinstance(response, str) and not _tidied(response)):
        return Outcome("unanswered")
    try:
        value = number(response, question.unit)
    except NotANumber:
        return Outcome("unanswered", problem="not_a_number")
    if within(value, question.answer, question.tolerance):
        return Outcome("right", 1.0)
    for near in question.near:
        if within(value, near.value, _near_tolerance(near.value, question.tolerance)):
            return Outcome("wrong", 0.0, (Comment(near.say, None, False),))
    return Outcome("wrong", 0.0)


def _grade_numbers(question: Numeric, response: Any) -> Outcome:
    if isinstance(response, str):
        response = [part for part in re.split("[; ]+", _tidied(response)) if part]
    if not isinstance(response, Sequence) or not response:
        return Outcome("unanswered")
    try:
        found = [number(value, question.unit) for value in response]
    except NotANumber:
        return Outcome("unanswered", problem="not_a_number")
    if len(found) != len(question.values):
        return Outcome("unanswered", problem="other_length")
    hits = sum(
        within(value, target, question.tolerance)
        for value, target in zip(found, question.values, strict=True)
    )
    missing = len(found) - hits
    if not missing:
        return Outcome("right", 1.0)
    return Outcome("partly" if hits else "wrong", hits / len(found), missing=missing)


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


def _grade_order(question: Order, response: Any) -> Outcome:
    events = question.events
    if not isinstance(response, Sequence) or isinstance(response, str):
        return Outcome("unanswered")
    placed = [_index(r, len(events)) for r in response]
    if sorted(p for p in placed if p is not None) != list(range(len(events))):
        return Outcome("unanswered")
    if len(placed) != len(events):
        return Outcome("unanswered")
    order = [p for p in placed if p is not None]

    def same_day(one: int, other: int) -> bool:
        return events[one].date != "" and events[one].date == events[other].date

    pairs = list(combinations(order, 2))
    hits = sum(one < other or same_day(one, other) for one, other in pairs)
    comments = [
        Comment("", event, place == event or same_day(place, event))
        for place, event in enumerate(order)
    ]
    comments += [
        Comment(mistake.say, None, False)
        for mistake in question.mistakes
        if order.index(mistake.first) < order.index(mistake.then)
    ]
    missing = len(pairs) - hits
    verdict: Verdict = "right" if not missing else "partly" if hits else "wrong"
    return Outcome(verdict, hits / len(pairs), tuple(comments), missing)


def _grade_match(question: Match, response: Any) -> Outcome:
    if not isinstance(response, Sequence) or isinstance(response, str):
        return Outcome("unanswered")
    rights = question.rights
    chosen = [_index(r, len(rights)) for r in response]
    chosen = (chosen + [None] * len(question.pairs))[: len(question.pairs)]
    if all(c is None for c in chosen):
        return Outcome("unanswered")
    extra = {e.text: e.say for e in question.extra}
    comments, hits = [], 0
    for i, (pair, choice) in enumerate(zip(question.pairs, chosen, strict=True)):
        if choice is None:
            continue
        text = rights[choice]
        if text == pair.right:
            hits += 1
            comments.append(Comment("", i, True))
        else:
            say = dict(pair.wrong).get(text) or extra.get(text) or pair.say
            comments.append(Comment(say, i, False))
    score = hits / len(question.pairs)
    verdict: Verdict = "right" if score == 1 else "partly" if hits else "wrong"
    return Outcome(verdict, score, tuple(comments), chosen.count(None))


# What spelling may differ in without being wrong: accents and vowel signs, apostrophes of
# every make, full stops (S.F.A.), and the Arabic letters that are written in more than one way.
_QUOTES = dict.fromkeys(map(ord, ".'’‘ʼʿʾʻ`´\"“”„«»‹›\u0640"))
_LETTERS = str.maketrans({"ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ς": "σ", "ß": "ss"})
_ARTICLES = frozenset({"the", "a", "an", "al", "el"})


def fold(text: str) -> str:
    """Reduce *text* to what a short answer is compared by.

    Lower case, no accents, apostrophes, punctuation, spaces or articles (English, and
    Arabic in either script); Arabic letter variants and digits become one.
    """
    text = text.translate(_QUOTES)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    text = "".join(c for c in text if unicodedata.category(c) != "Mn")
    text = text.translate(_FOLD).translate(_LETTERS)
    text = "".join(c if unicodedata.category(c)[0] in "LN" else " " for c in text)
    words = text.split()
    words = [word for word in words if word not in _ARTICLES] or words
    return "".join(word[2:] if word.startswith("ال") and len(word) > 4 else word for word in words)


def edits(one: str, other: str, most: int) -> int:
    """How many letters differ between two texts: wrong, missing, too many, or two swapped.

    The optimal string alignment distance; above *most* it returns ``most + 1``.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row_before = row, before
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, row_before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = last
    return min(row[-1], most + 1)


def _slack(target: str) -> int:
    """How many wrong letters a text of this length may have: none in an abbreviation."""
    return 0 if len(target) < 5 else 1 if len(target) < 10 else 2


def _digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def _distances(given: str, targets: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(letters that differ, index) for each target that *given* may be a misspelling of."""
    for i, target in enumerate(targets):
        distance = edits(given, target, _slack(target))
        # 2003 is not a misspelling of 2008.
        if distance <= _slack(target) and _digits(given) == _digits(target):
            yield distance, i


def _grade_short(question: Short, response: Any) -> Outcome:
    given = fold(response) if isinstance(response, str) else ""
    if not given:
        return Outcome("unanswered")
    accept = [fold(text) for text in question.accept]
    wrong = [fold(slip.text) for slip in question.wrong]
    if given in accept:
        return Outcome("right", 1.0)
    if given in wrong:
        say = question.wrong[wrong.index(given)].say
        return Outcome("wrong", 0.0, (Comment(say, None, False),))
    if question.forgiving:
        best = min(_distances(given, accept), default=None)
        slip = min(_distances(given, wrong), default=None)
        if best and (not slip or best[0] < slip[0]):
            return Outcome("right", 1.0, (Comment(question.accept[best[1]], None, True),))
        if slip:
            return Outcome("wrong", 0.0, (Comment(question.wrong[slip[1]].say, None, False),))
    return Outcome("wrong", 0.0)


def chance(text: str | float) -> float:
    """Read a probability in per cent, 0 to 100.

    Raises :class:`NotANumber` outside that range, and for a number between 0 and 1 without
    a per-cent sign: 0.7 may mean 70 per cent or less than one.
    """
    value = number(text, "%")
    marked = isinstance(text, str) and _tidied(text).endswith("%")
    if not 0 <= value <= 100 or (0 < value < 1 and not marked):
        raise NotANumber(str(text))
    return value


def brier(probability: float, happened: bool) -> float:
    """The Brier score of one forecast: the squared distance from what happened (0 or 1).

    *probability* runs from 0 to 1; 0 is perfect, 1 the worst.  Source: Brier 1950, Monthly
    Weather Review 78, in the one-sided form that forecasting tournaments use.
    """
    return (probability - float(happened)) ** 2


def _grade_forecast(question: Forecast, response: Any) -> Outcome:
    if response is None or (isinstance(response, str) and not _tidied(response)):
        return Outcome("unanswered")
    try:
        value = chance(response)
    except NotANumber:
        return Outcome("unanswered", problem="not_a_chance")
    if question.happened is None or question.opens:
        return Outcome("logged")
    said = next((band.say for band in question.bands if value <= band.high), "")
    comments = (Comment(said),) if said else ()
    return Outcome("logged", brier(value / 100, question.happened), comments)
