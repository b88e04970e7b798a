"""The chance that something happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dialogue.course.faults import nearest
from dialogue.page import text
from dialogue.page.numbers import exact
from dialogue.page.words import STRINGS
from dialogue.questions import named, shape
from dialogue.questions.model import Blank, Comment, Form, Outcome, Part, Question, full
from dialogue.questions.reading import Reader, Values
from dialogue.questions.shape import NO, YES, Shape
from dialogue.questions.typed import NotANumber, brier, chance, real_date, tidied

HAPPENED = ("yes", "no", "unknown")


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
class Forecast(Question):
    """The chance that something happens by ``resolves``.  Response: per cent, 0 to 100.

    ``happened`` is None while nobody knows; ``opens`` is the lesson that tells (empty: at once).
    ``base_rate`` says in words how often such a thing had happened before the question's day, from
    what was counted; it stands beside the question, before the answer.
    """

    resolves: str
    happened: bool | None = None
    reference: tuple[Reference, ...] = ()
    bands: tuple[Band, ...] = ()
    opens: str = ""
    base_rate: str = ""

    rank: ClassVar[int] = 9
    about: ClassVar[str] = "a probability"
    schema: ClassVar[Shape] = {
        "resolves": shape.text(
            'The day that settles it, such as "2020-07-31".', pattern=r"^\d{4}-\d{2}-\d{2}$"
        ),
        "happened": shape.one_of([*shape.YES_OR_NO, "unknown"], "unknown unless said."),
        "reference": shape.entries(
            1,
            shape.entry(
                "who chance",
                who=shape.text("Whose chance it is.", need=True),
                chance=shape.number("Per cent, 0 to 100."),
            ),
            "Chances to compare with.",
        ),
        "bands": shape.entries(
            1,
            shape.entry(
                "from to say",
                from_=shape.number("Per cent."),
                to=shape.number("Per cent."),
                say=shape.text("The comment on such a chance.", need=True),
            ),
            "Comments by chance; together they cover 0 to 100 without a hole.",
        ),
        "opens": shape.text(
            'The number of the lesson that tells, such as "11"; at once unless said.',
            need=True,
            pattern=r"^\d\d$",
        ),
        "base_rate": shape.text(
            "How often such a thing had happened before that day, and where it was counted; or "
            "that nobody has counted."
        ),
    }
    needed: ClassVar[tuple[str, ...]] = ("resolves",)
    secret: ClassVar[tuple[str, ...]] = ("happened", "bands", "reference")
    certainty: ClassVar[str] = "probability"
    scored: ClassVar[bool] = False  # told against what happened, and never graded
    form: ClassVar[Form] = Form(
        3,
        "bands",
        {"from": "from|per cent", "to": "to|per cent", "say": "comment"},
        {
            "resolves": "settled on|such as 2020-07-31",
            "happened": "happened|yes, no or unknown",
            "base_rate": "how often before|and where it was counted",
            "who": "other forecast|by whom",
            "chance": "its chance|per cent",
        },
    )
    skeleton: ClassVar[str] = """\
    resolves: ""   # the day on which it is settled, such as "2020-07-31"
    happened:    # yes, no or unknown
    confidence: probability
    base_rate: ""   # how often such a thing had happened before, and where it was counted
    reference:   # somebody else's chance in per cent, to compare with
      - who: ""
        chance:
    bands:   # comments on chances, 0 to 100 without a hole
      - from: 0
        to: 50
        say: ""
      - from: 50
        to: 100
        say: ""
"""

    # --- grading

    def graded(self, response: Any) -> Outcome:
        if response is None or (isinstance(response, str) and not tidied(response)):
            return Outcome("unanswered")
        try:
            value = chance(response)
        except NotANumber:
            return Outcome("unanswered", problem="not_a_chance")
        if self.happened is None or self.opens:
            return Outcome("logged")
        said = next((band.say for band in self.bands if value <= band.high), "")
        comments = (Comment(said),) if said else ()
        return Outcome("logged", brier(value / 100, self.happened), comments)

    def response(self, value: Any) -> Any:
        return named.one(value)

    # --- a bank

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        resolves = reader.text(values, "resolves", need="a forecast", line=line)
        if resolves and not (len(resolves) == 10 and real_date(resolves)):
            remedy = 'write the day as "2020-07-31"'
            reader.fault(values["resolves"].line, f"'resolves' is {resolves!r}", remedy)
        word = reader.text(values, "happened").lower() or "unknown"
        if word not in (*YES, *NO, "unknown"):
            remedy = f"write {', '.join(HAPPENED[:-1])} or {HAPPENED[-1]}"
            reader.fault(values["happened"].line, f"'happened' is {word!r}", remedy)
        opens = reader.text(values, "opens")
        if opens and opens not in reader.known.lessons:
            near = nearest(opens, sorted(reader.known.lessons), 2, 0.4)
            remedy = f"did you mean {' or '.join(near)}?" if near else "write its number, as in 11"
            reader.fault(values["opens"].line, f"unknown lesson {opens!r}", remedy)
        reference = []
        for node, fields in reader.some(
            values, "reference", line, cls.schema["reference"], "a reference"
        ):
            who = reader.text(fields, "who", need="a reference", line=node.line)
            likely = _percent(reader, fields, "chance", "a reference", node.line)
            if likely is not None:
                reference.append(Reference(who, likely))
        return cls(
            **common,
            resolves=resolves,
            happened=None if word == "unknown" else word in YES,
            reference=tuple(reference),
            bands=cls._read_bands(reader, values, line),
            opens=opens,
            base_rate=reader.text(values, "base_rate"),
        )

    @classmethod
    def _read_bands(cls, reader: Reader, values: Values, line: int) -> tuple[Band, ...]:
        before = len(reader.faults)
        found: list[tuple[Band, int]] = []
        for node, fields in reader.some(values, "bands", line, cls.schema["bands"], "a band"):
            low = _percent(reader, fields, "from", "a band", node.line)
            high = _percent(reader, fields, "to", "a band", node.line)
            say = reader.text(fields, "say", need="a band", line=node.line)
            if low is not None and high is not None:
                if low > high:
                    message = f"the band runs from {low:g} down to {high:g}"
                    reader.fault(node.line, message, "swap 'from' and 'to'")
                found.append((Band(low, high, say), node.line))
        if len(reader.faults) > before:  # a slip in one band would show as a hole
            return ()
        end, end_line = 0.0, 0
        for band, at in found:
            if not end_line and band.low > 0:
                reader.fault(at, f"the first band starts at {band.low:g}", "write 'from: 0'")
            elif end_line and band.low < end:
                message = (
                    f"the band from {band.low:g} overlaps the one before, which ends at {end:g}"
                )
                reader.fault(at, message, "let each band start where the one before ends")
            # 0 to 30 and 31 to 60 leave no hole: people give whole numbers.
            elif end_line and band.low > end + 1:
                message = f"no band covers {end:g} to {band.low:g}"
                reader.fault(at, message, "let each band start where the one before ends")
            end, end_line = max(end, band.high), at
        if found and end < 100:
            reader.fault(end_line, f"the last band ends at {end:g}", "write 'to: 100'")
        return tuple(band for band, _ in found)

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        resolves = reader.text(values, "resolves", need="a forecast", line=line)
        return cls(**common, resolves=resolves, base_rate=reader.text(values, "base_rate"))

    def own_fields(self) -> dict[str, Any]:
        return {
            "resolves": self.resolves,
            "happened": {None: "", True: "yes", False: "no"}[self.happened],
            "reference": [{"who": r.who, "chance": exact(r.chance)} for r in self.reference],
            "bands": [
                {"from": exact(band.low), "to": exact(band.high), "say": band.say}
                for band in self.bands
            ],
            "opens": self.opens,
            "base_rate": self.base_rate,
        }

    def bare_fields(self) -> dict[str, Any]:
        return {"resolves": self.resolves, "base_rate": self.base_rate}

    @classmethod
    def from_form(cls, typed: Mapping[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
        own: dict[str, Any] = {"bands": rows}
        own |= full(
            resolves=typed["resolves"], happened=typed["happened"], base_rate=typed["base_rate"]
        )
        if typed["who"]:
            own["reference"] = [{"who": typed["who"], "chance": typed["chance"]}]
        return own

    # --- what is shown

    def parts(self) -> Iterator[Part]:
        if self.base_rate:
            yield Part("base rate", self.base_rate)
        for band in self.bands:
            about = f"{exact(band.low)} to {exact(band.high)} per cent"
            yield Part("band", about, band.say)

    def blank(self) -> Blank:
        return Blank("your_chance", STRINGS["chance_how"])

    def key(self) -> list[str]:
        if self.opens:
            return [STRINGS["opens"].format(lesson=self.opens)]
        if self.happened is None:
            return [STRINGS["unresolved"].format(date=self.resolves)]
        return [STRINGS["happened" if self.happened else "happened_not"]]

    @property
    def told_later(self) -> bool:
        return bool(self.opens)

    def note(self) -> str:
        return f"(A chance in per cent, resolved on {self.resolves})"

    def unkept(self) -> list[str]:
        return ["the chances that others gave are left out"] if self.reference else []

    def solution(self) -> list[str]:
        return [*self.key(), *(f"{r.who}: {r.chance:g}%" for r in self.reference)]

    def content(self) -> dict[str, Any]:
        return {
            "resolves": self.resolves,
            "happened": self.happened,
            "opens": self.opens,
            "before": text.tree(self.base_rate),
            "reference": [{"who": r.who, "chance": r.chance} for r in self.reference],
            "bands": [{"high": b.high, "say": text.inline(b.say)} for b in self.bands],
        }

    # --- the learner's copy

    def bare(self) -> dict[str, Any]:
        return {"happened": None, "reference": (), "bands": (), "opens": ""}

    def typed_answer(self) -> Any:
        raise TypeError("nothing is right about a forecast")


def _percent(reader: Reader, values: Values, name: str, what: str, line: int) -> float | None:
    value = reader.number(values, name, None, what, line)
    if value is None:
        return None
    if not 0 <= value <= 100 or 0 < value < 1:
        message = f"{name!r} is {value:g}, which is no chance in per cent"
        reader.fault(values[name].line, message, "write a number from 0 to 100, such as 55")
        return None
    return value
