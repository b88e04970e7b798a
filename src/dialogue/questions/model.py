"""What every kind of question shares, and what a kind has to say of itself.

A kind is one module of :mod:`dialogue.questions.kinds` with one class, a subclass of
:class:`Question`.  It must say how it is graded (``graded``), read from a bank (``schema``,
``needed`` and ``read``) and written there (``own_fields``).  Everything else has an answer here
that is good enough to begin with, made from ``parts`` and ``shown``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, ClassVar, Literal, NamedTuple

from dialogue.questions.reading import Reader, Values
from dialogue.questions.shape import Shape
from dialogue.questions.typed import index

Verdict = Literal["right", "partly", "wrong", "logged", "kept", "unanswered"]


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
    better, and for a guess, which is logged too, 0.  ``kept`` is a response that nothing here
    judges: to an item without a key, which the teacher marks, or to a contested vote.
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


# Roles of texts that tell the key and are never shown to choose from.
HIDDEN = frozenset({"answer", "accepted answer", "known slip", "date"})
# Roles of texts that a learner sees, as a group: what each text is led by on paper, on a card
# and in the readable twin is decided by its role and not by the kind of question.
SHOWN = ("option", "paragraph", "event", "statement", "left", "label", "right")


class Part(NamedTuple):
    """One text of a question with its key: for whatever only walks texts and comments.

    ``say`` is the comment on choosing it (on not finding it, for what belongs together).
    ``right`` is None where a text is neither right nor wrong by itself: ``key`` is then what
    belongs to it, and ``wrong`` the comments on choosing something else.
    """

    role: str
    text: str
    say: str = ""
    right: bool | None = None
    key: str = ""
    wrong: tuple[tuple[str, str], ...] = ()

    def remarks(self) -> Iterator[tuple[str, str]]:
        """Its comments: what each is about, and what is said."""
        if self.say:
            yield (f"{self.text} → {self.key}" if self.key else self.text), self.say
        for other, say in self.wrong:
            if say:
                yield f"{self.text} → {other}", say


class Group(NamedTuple):
    """Texts of one role, in the order in which a learner sees them."""

    role: str
    texts: list[str]


class Blank(NamedTuple):
    """A place to type: its name and what is said about it (of the interface's words), the unit
    behind it, and whether it takes a whole line."""

    name: str
    how: str = ""
    unit: str = ""
    wide: bool = False
    lines: int = 1  # to leave on paper


class Instead(NamedTuple):
    """What stands in for a question where a format is poorer: another question, or an essay
    (None) that somebody has to read; and what is lost by it."""

    question: Question | None
    loss: str


class Form(NamedTuple):
    """The rows of a form for authors: how many, of which field, and each column's name and
    label; and the single fields.  What stands behind "|" is shown in the empty field."""

    rows: int = 0
    field: str = ""
    columns: Mapping[str, str] = {}
    fields: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every kind has.  ``id`` is for ever: the learner's record is kept by it.

    ``was`` names ids that the question had before; ``confidence`` asks how sure the learner
    is; ``use`` is learn, lane (asked beside its cell or picture alone), guess (taken once, then
    told), vote (for a class; on what is contested without a verdict) or graded;
    ``core`` items come back in reviews by themselves and make a lesson done;
    ``shuffle`` allows variants with options in another order; ``keyless`` is a graded item of a
    learner's copy, which holds no key and no comment: see :mod:`dialogue.grading.release`.
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
    core: bool = False
    shuffle: bool = True
    was: tuple[str, ...] = ()
    keyless: bool = False

    # --- what a kind says of itself; a new one comes last in every list
    rank: ClassVar[int] = 100
    about: ClassVar[str] = ""  # in a few words, for a list of kinds
    schema: ClassVar[Shape] = {}  # its own fields in a bank
    needed: ClassVar[tuple[str, ...]] = ()  # those that are compulsory
    either: ClassVar[tuple[str, ...]] = ()  # one of these is
    secret: ClassVar[tuple[str, ...]] = ()  # those that a copy without the key must not hold
    certainty: ClassVar[str] = "ask"  # what an author writes after 'confidence:'
    scored: ClassVar[bool] = True  # does this kind earn points?
    event: ClassVar[str] = "check"  # what an answer is called in a learner's record
    remarked: ClassVar[str] = "Why others are chosen:"  # said above its comments on paper
    votable: ClassVar[bool] = False  # can a class vote on it where nothing is right?
    shuffled: ClassVar[tuple[str, str] | None] = None  # a list that variants reorder, by a field
    one_letter: ClassVar[bool] = False  # is one letter the whole answer?
    how: ClassVar[str] = ""  # how an answer is typed in code
    skeleton: ClassVar[str] = ""  # for an author to fill in
    form: ClassVar[Form] = Form()

    @property
    def kind(self) -> str:
        """The name an author types in ``type:``."""
        return type(self).__name__.lower()

    # --- what its use makes of it

    @property
    def guess(self) -> bool:
        """Is it asked before the reading: taken once, told, and never a mistake?"""
        return self.use == "guess"

    @property
    def vote(self) -> bool:
        """Is it a vote on what is contested, so that no answer is right?"""
        return self.contested and self.use == "vote" and self.votable

    @property
    def marked(self) -> bool:
        """Does it earn points?"""
        return self.scored and not (self.guess or self.vote)

    # --- versions

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
        for not_shown in ("by", "status", "language", "use", "core", "shuffle", "was"):
            content.pop(not_shown)
        # Fields that came later count only where they are used: a record stays good.
        for later in ("confidence", "values", "keyless", "any_one", "base_rate"):
            if not content.get(later):
                content.pop(later, None)
        for slip in content.get("near", ()):
            if slip.get("within") is None:
                slip.pop("within", None)
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:8]

    # --- grading

    def graded(self, response: Any) -> Outcome:
        """What *response* earns, by the key."""
        raise TypeError(f"no rule for grading a {type(self).__name__}")

    def kept(self, response: Any) -> Outcome:
        """Without a key: is it an answer at all?  The rules that would grade it say so."""
        return self.graded(response)

    def response(self, value: Any) -> Any:
        """A value that somebody's code has made, in the shape that grading takes.

        Raises :class:`~dialogue.questions.named.Unusable` for a value of another kind.
        """
        return value

    def reasons(self) -> tuple[Comment, ...]:
        """What a vote is told, whatever it was: what speaks for each answer and against it."""
        return ()

    def chosen(self, response: Any) -> list[str]:
        """What *response* chose, in the author's words, for counting: one entry a part.

        May raise what indexing raises for a response that does not fit.
        """
        return []

    def responses(self) -> tuple[list[Any], list[Any]]:
        """Responses that are right, and responses that depart from the key in one place."""
        return [], []

    # --- a bank

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        """The question that a bank's entry describes; what is wrong is named to *reader*."""
        raise NotImplementedError

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        """The same without its key, as a learner's copy holds it."""
        return cls(**common)

    def own_fields(self) -> dict[str, Any]:
        """What an author would type for the fields that only this kind has; what is empty may
        be there."""
        return {}

    def bare_fields(self) -> dict[str, Any]:
        """The same for a question without its key, in a learner's copy."""
        return {}

    @classmethod
    def from_form(cls, typed: Mapping[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
        """What an author would type, from what stands in the fields and rows of ``form``."""
        own: dict[str, Any] = {cls.form.field: rows} if cls.form.field else {}
        return own | {name: words for name, words in typed.items() if words}

    # --- what is shown

    def parts(self) -> Iterator[Part]:
        """Every text of its own, with comments and key, in the author's order."""
        yield from ()

    def shown(self, *, mixed: bool = True) -> list[Group]:
        """What there is to choose from, in the order in which a learner sees it; not *mixed*, in
        the order in which it is kept, which tells the key unless this is a learner's copy."""
        return []

    def blank(self) -> Blank | None:
        """The place to type in, for a kind whose answer is typed."""
        return None if self.shown() else Blank("your_answer", wide=True)

    def key(self) -> list[str]:
        """The right answer in words, one entry a part, as the author typed it (Markdown)."""
        return [part.text for part in self.parts() if part.right]

    def content(self) -> dict[str, Any]:
        """What the view in the page is told beside what every kind tells."""
        return {}

    def paragraphs(self) -> list[str]:
        """The paragraphs to name above the question: none where they are the answer."""
        return list(self.para)

    @property
    def variety(self) -> str:
        """The kind as formats tell it apart, where some can hold a part of a kind only."""
        return self.kind

    @property
    def told_later(self) -> bool:
        """Is the answer told by another lesson, so that nothing here may give it away?"""
        return False

    def note(self) -> str:
        """What a learner has to read beside the question where a field to type in says nothing."""
        return ""

    def solution(self) -> list[str]:
        """The key for somebody who marks by hand: with letters, spellings and margins."""
        return self.key()

    def unkept(self) -> list[str]:
        """What of its own no format but a bank has a place for."""
        return []

    def instead(self) -> Instead:
        """What stands in for it in a format that has no such kind."""
        return Instead(None, "asked as an essay, which is marked by hand")

    # --- the learner's copy: see dialogue.grading.release

    def bare(self) -> dict[str, Any]:
        """The fields that have to change so that no key is left."""
        return {}

    def movable(self) -> list[str]:
        """Texts whose order a learner's copy draws anew, unless the author fixed it."""
        return []

    def copy_order(self) -> list[int]:
        """For each place in the learner's copy, the index of the author's text there."""
        texts = self.movable()
        return drawn_order(self.id, texts) if self.shuffle else list(range(len(texts)))

    def authored(self, response: Any) -> Any:
        """A response to the learner's copy as one to this question, which has its key."""
        return response

    # --- answers in letters: see dialogue.grading.nbgrader

    def letters(self) -> Sequence[Any]:
        """What each letter stands for in a response; nothing for a kind that is not lettered."""
        return ()

    def typed_answer(self) -> Any:
        """What somebody would type who knows the answer: letters, a number or words."""
        raise TypeError(f"nothing is right about a {self.kind}")


# --- for kinds ---------------------------------------------------------------------------


def letter(index: int) -> str:
    """A, B, C … for an option, a right-hand side or an event."""
    return chr(ord("A") + index)


def menu_order(question: Question, count: int) -> list[int]:
    """An order of *count* entries that looks shuffled, is always the same for this question,
    and is not the order they are written in."""

    def key(index: int) -> str:
        return hashlib.sha256(f"{question.id} {index}".encode()).hexdigest()

    order = sorted(range(count), key=key)
    return order[1:] + order[:1] if order == list(range(count)) else order


def drawn_order(name: str, texts: Sequence[str]) -> list[int]:
    """An order of *texts* that is drawn from *name* and their words, not from where they stand.

    Returns the index of the text in each place.  Texts that are the same word for word stay
    in the order given.
    """

    def draw(index: int) -> str:
        return hashlib.sha256(f"{name}\0{texts[index]}".encode()).hexdigest()

    return sorted(range(len(texts)), key=draw)


def placed(value: Any, places: Sequence[int]) -> int | None:
    """The author's place of what stands in place *value* of a copy; None for anything else."""
    at = index(value, len(places))
    return None if at is None else places[at]


def listed(value: Any) -> bool:
    """Is it a list of answers, one a part?"""
    return isinstance(value, Sequence) and not isinstance(value, str)


def share(hits: int, count: int) -> Verdict:
    """The verdict on so many right parts."""
    return "right" if hits == count else "partly" if hits else "wrong"


def as_another(kind: type[Question], question: Question, **own: Any) -> Question:
    """A question of another *kind* with what every kind has of *question*, and its *own* fields."""
    common = {each.name: getattr(question, each.name) for each in fields(Question)}
    return kind(**common, **own)


def full(**typed: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in typed.items() if value not in ("", [], None)}


# --- for everybody -----------------------------------------------------------------------

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
    whatever can be read for the teacher, with score 0 and no comment; a vote keeps it too, and
    every answer's comment is told.  A guess is logged with its comments and judged by none.
    """
    unjudged = question.keyless or question.vote
    outcome = question.kept(response) if unjudged else question.graded(response)
    if outcome.verdict != "unanswered":
        if question.keyless:
            outcome = Outcome("kept")
        elif question.vote:
            outcome = Outcome("kept", comments=question.reasons())
        elif question.guess:
            told = tuple(replace(comment, right=None) for comment in outcome.comments)
            outcome = Outcome("logged", outcome.score if not question.scored else 0.0, told)
    certain = question.confidence and question.marked and outcome.verdict != "unanswered"
    if not certain:
        return outcome
    sure = index(confidence, 4)
    if not sure:
        return Outcome("unanswered", problem="no_confidence")
    if outcome.verdict == "kept":
        return outcome
    return replace(outcome, mark=certainty_mark(outcome.score, sure))


def parts(question: Question) -> Iterator[Part]:
    """Every text of *question* with comments and key: see :class:`Part`."""
    return question.parts()


def remarks(question: Question) -> list[tuple[str, str]]:
    """Comments that belong to one part of an answer: what it is about, and what is said."""
    return [remark for part in question.parts() for remark in part.remarks()]
