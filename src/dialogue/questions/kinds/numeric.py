"""A number within a tolerance, or a column of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from dialogue.page import text
from dialogue.page.numbers import exact, plain, singular
from dialogue.page.words import STRINGS
from dialogue.questions import named, shape
from dialogue.questions.model import (
    Blank,
    Comment,
    Form,
    Instead,
    Outcome,
    Part,
    Question,
    full,
    listed,
    share,
)
from dialogue.questions.reading import Computed, Node, Reader, Values
from dialogue.questions.shape import Shape
from dialogue.questions.typed import (
    NotANumber,
    number,
    stands,
    tidied,
    within,
)

TAKES = ("value", "sum", "mean", "count", "min", "max", "column")
_SCALAR = {"type": ["string", "number", "boolean"]}
_COLUMN = {"type": "array", "minItems": 1, "items": shape.number()}
_ROUND = [
    {"type": "integer", "minimum": 0, "maximum": 10},
    {"type": "string", "pattern": r"^(\d|10)$"},
]
# A key from a table: read by dialogue.bank.computed.
FROM = shape.entry(
    "table",
    table=shape.text("A table of the course, such as parliament.", need=True),
    column=shape.text("The column with the number.", need=True),
    where={
        "type": "object",
        "additionalProperties": {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]},
        "description": "Column and text (or a list of texts) that a row must have.",
    },
    take=shape.one_of(TAKES, "value (the default) needs exactly one row; column gives a list."),
    divide_by=shape.number("Divide the number by this."),
    multiply_by=shape.number("Multiply the number by this."),
    round={"anyOf": _ROUND, "description": "Decimals."},
    vary=shape.text(
        "A column of 'where' whose value stands in 'ask': a variant may take another row by it.",
        need=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Near:
    """A wrong number that a known slip leads to, and the comment that names the slip."""

    value: float
    say: str
    within: float | None = None  # how far around it; None: by the usual rule


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

    rank: ClassVar[int] = 3
    about: ClassVar[str] = "a number"
    schema: ClassVar[Shape] = {
        "answer": {
            "description": "The right number, or a list for a column of numbers.",
            "anyOf": [*shape.number()["anyOf"], _COLUMN],
        },
        "answer_from": {
            **FROM,
            "description": "The key, computed from one of the course's tables.",
        },
        "tolerance": shape.number("How far off still counts as right; 0 unless said."),
        "unit": shape.text(),
        "near": shape.entries(
            1,
            shape.entry(
                "value say",
                value=shape.number("The wrong number."),
                say=shape.text("The slip that leads to it.", need=True),
                within=shape.number("How far around it; 1 per cent or so unless said."),
            ),
            "Wrong numbers that a known slip leads to.",
        ),
    }
    either: ClassVar[tuple[str, ...]] = ("answer", "answer_from")
    secret: ClassVar[tuple[str, ...]] = ("answer_from", "tolerance", "near")
    how: ClassVar[str] = "A number, such as: answer = 12.5"
    form: ClassVar[Form] = Form(
        2,
        "near",
        {"value": "wrong number|that a slip gives", "say": "comment|which slip"},
        {"answer": "right number", "tolerance": "tolerance", "unit": "unit"},
    )
    skeleton: ClassVar[str] = """\
    answer:    # the number, with a point as decimal sign, such as 12.5
    tolerance: 0   # how far off is still right
    unit: ""   # shown behind the field, such as per cent
    near:   # known slips; take the three lines out if there is none
      - value:    # a wrong number that a slip leads to
        say: ""   # which slip
"""

    # --- grading

    def graded(self, response: Any) -> Outcome:
        if self.values:
            return self._column(response)
        if response is None or (isinstance(response, str) and not tidied(response)):
            return Outcome("unanswered")
        try:
            value = number(response, self.unit)
        except NotANumber:
            return Outcome("unanswered", problem="not_a_number")
        if within(value, self.answer, self.tolerance):
            return Outcome("right", 1.0)
        for near in self.near:
            if within(value, near.value, self.reach(near)):
                return Outcome("wrong", 0.0, (Comment(near.say, None, False),))
        return Outcome("wrong", 0.0)

    def _column(self, response: Any) -> Outcome:
        given = _numbers_in(response)
        if not listed(given) or not given:
            return Outcome("unanswered")
        try:
            found = [number(value, self.unit) for value in given]
        except NotANumber:
            return Outcome("unanswered", problem="not_a_number")
        if len(found) != len(self.values):
            return Outcome("unanswered", problem="other_length")
        hits = sum(
            within(value, target, self.tolerance)
            for value, target in zip(found, self.values, strict=True)
        )
        missing = len(found) - hits
        return Outcome(share(hits, len(found)), hits / len(found), missing=missing)

    def kept(self, response: Any) -> Outcome:
        if not self.values:
            return self.graded(response)
        # How many numbers there are would be told by counting them.
        given = _numbers_in(response)
        count = len(given) if listed(given) else 0
        return replace(self, values=(0.0,) * count)._column(given)

    def reach(self, near: Near) -> float:
        """A slip is recognised although it was rounded: within 1 per cent of its value, or
        within the answer's own tolerance as long as that is no more than 5 per cent of it;
        unless its author says how far."""
        if near.within is not None:
            return near.within
        return max(0.01 * abs(near.value), min(self.tolerance, 0.05 * abs(near.value)))

    def response(self, value: Any) -> Any:
        return named.several(value) if self.values else named.one(value)

    def chosen(self, response: Any) -> list[str]:
        return [" ".join(str(response).split())[:60]]

    def responses(self) -> tuple[list[Any], list[Any]]:
        typed = [self.answer_text] if self.answer_text else []
        off = 2 * self.tolerance + max(1.0, *(abs(v) for v in (self.answer, *self.values)))
        if self.values:
            size = range(len(self.values))
            wrong = [[v + (i == j) * off for j, v in enumerate(self.values)] for i in size]
            return [list(self.values), *typed], wrong
        slips = [near.value for near in self.near]
        return [self.answer, *typed], [self.answer + off, self.answer - off, *slips]

    # --- a bank

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        before = len(reader.faults)
        tolerance = reader.number(values, "tolerance", 0.0, "a numeric item")
        if tolerance is not None and tolerance < 0:
            reader.fault(values["tolerance"].line, "'tolerance' is below zero", "write 0 or more")
            tolerance = None
        column = "answer" in values and isinstance(values["answer"].value, list)
        key: list[float] | None = None
        words = ""
        if column:
            key, words = _typed_column(reader, values["answer"])
        elif "answer" in values or "answer_from" not in values:
            single = reader.number(values, "answer", None, "a numeric item", line)
            if single is not None:
                key, words = [single], reader.text(values, "answer")
        if "answer_from" in values:
            typed, typed_column = key, column
            key, words, column = _from_table(reader, values, typed, typed_column, words, tolerance)
        near: list[Near] = []
        if column and "near" in values and len(reader.faults) == before:
            remedy = "take 'near' out; 'explain' is shown to everybody"
            reader.fault(values["near"].line, "a column of numbers has no 'near'", remedy)
        elif "near" in values and not column:
            near = cls._read_near(reader, values, line, key[0] if key else None, tolerance)
        return cls(
            **common,
            answer=0.0 if column or not key else key[0],
            values=tuple(key) if column and key else (),
            answer_text=words,
            tolerance=tolerance or 0.0,
            unit=reader.text(values, "unit"),
            near=tuple(near),
        )

    @classmethod
    def _read_near(
        cls,
        reader: Reader,
        values: Values,
        line: int,
        answer: float | None,
        tolerance: float | None,
    ) -> list[Near]:
        near = []
        for node, fields in reader.entries(
            values, "near", line, cls.schema["near"], "a near value"
        ):
            value = reader.number(fields, "value", None, "a near value", node.line)
            say = reader.text(fields, "say", need="a near value", line=node.line)
            reach = None
            if "within" in fields:
                reach = reader.number(fields, "within", None, "a near value")
                if reach is not None and reach < 0:
                    reader.fault(fields["within"].line, "'within' is below zero", "write 0 or more")
            if value is None or answer is None or tolerance is None:
                continue
            if within(value, answer, tolerance):
                reader.fault(
                    node.line,
                    f"the near value {value:g} lies within the tolerance, so it counts as right",
                    "move it away from the answer, or make the tolerance smaller",
                )
            near.append(Near(value, say, reach))
        return near

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        # An empty list stands for a column, of which not even the length is told.
        several = "answer" in values and values["answer"].value == []
        if not several:
            reader.given_away(values, "answer")
        unit = reader.text(values, "unit")
        return cls(**common, answer=0.0, values=(0.0,) * several, unit=unit)

    def own_fields(self) -> dict[str, Any]:
        key: Any = self.answer_text or exact(self.answer)
        if self.values:
            typed = self.answer_text.split("; ") if self.answer_text else []
            same = len(typed) == len(self.values)
            key = typed if same else [exact(value) for value in self.values]
        return {
            "answer": key,
            "tolerance": exact(self.tolerance) if self.tolerance else "",
            "unit": self.unit,
            "near": [
                full(
                    value=exact(n.value),
                    say=n.say,
                    within=None if n.within is None else exact(n.within),
                )
                for n in self.near
            ],
        }

    def bare_fields(self) -> dict[str, Any]:
        return full(unit=self.unit) | ({"answer": []} if self.values else {})

    @classmethod
    def from_form(cls, typed: Mapping[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
        several = [part.strip() for part in typed["answer"].split(";") if part.strip()]
        own = {"near": rows, "answer": several if len(several) > 1 else typed["answer"]}
        return own | {name: typed[name] for name in ("tolerance", "unit") if typed[name]}

    # --- what is shown

    def parts(self) -> Iterator[Part]:
        for words in self.answer_text.split("; "):
            yield Part("answer", words, right=True)
        for near in self.near:
            yield Part("known slip", exact(near.value), near.say, False)

    def blank(self) -> Blank:
        how = STRINGS["several_numbers"] if self.values else ""
        return Blank("your_answer", how, self.unit, wide=bool(self.values))

    def key(self) -> list[str]:
        words = self.answer_text or f"{self.answer:g}"
        unit = singular(self.unit) if words == "1" and self.language == "en" else self.unit
        return [f"{words} {unit}".rstrip()]

    @property
    def variety(self) -> str:
        return "column" if self.values else self.kind

    def note(self) -> str:
        unit = f"({self.unit})" if self.unit else ""
        return " ".join(filter(None, [self.blank().how, unit]))

    def solution(self) -> list[str]:
        margin = f" (± {exact(self.tolerance)})" if self.tolerance else ""
        return [f"{words}{margin}" for words in self.key()]

    def content(self) -> dict[str, Any]:
        return {
            "answer": self.answer,
            "values": list(self.values),
            "tolerance": self.tolerance,
            "unit": self.unit,
            "near": [
                {"value": n.value, "say": text.inline(n.say), "reach": self.reach(n)}
                for n in self.near
            ],
        }

    def instead(self) -> Instead:
        if not self.values:
            return Question.instead(self)
        loss = "a column of numbers is asked as an essay; its key stands in the feedback"
        return Instead(None, loss)

    # --- the learner's copy

    def bare(self) -> dict[str, Any]:
        several = (0.0,) if self.values else ()  # not even how many
        nothing = {"answer": 0.0, "answer_text": "", "tolerance": 0.0, "near": ()}
        return nothing | {"values": several}

    def typed_answer(self) -> Any:
        return list(self.values) or self.answer


def _numbers_in(response: Any) -> Any:
    """The numbers of a column, where they were typed as one text."""
    if not isinstance(response, str):
        return response
    return [part for part in re.split("[; ]+", tidied(response)) if part]


# --- a key as it is typed, and one from a table ------------------------------------------


def _typed_column(reader: Reader, node: Node) -> tuple[list[float] | None, str]:
    """A list of numbers, and the text that shows it."""
    nodes = node.value
    assert isinstance(nodes, list)
    if not nodes:
        reader.fault(node.line, "'answer' is an empty list", "write 'answer: [1, 2.5]'")
    found = [reader.number({"answer": one}, "answer", None, "the list") for one in nodes]
    numbers = [value for value in found if value is not None]
    if not nodes or len(numbers) < len(nodes):
        return None, ""
    return numbers, "; ".join(str(one.value).strip() for one in nodes)


def _from_table(
    reader: Reader,
    values: Values,
    typed: list[float] | None,
    typed_column: bool,
    words: str,
    tolerance: float | None,
) -> tuple[list[float] | None, str, bool]:
    """The key that 'answer_from' computes, how it is shown, and whether it is a column; no key
    where there is a fault.  A key that was *typed* as well has to agree with it."""
    node, before = values["answer_from"], len(reader.faults)
    computed = reader.computed(node)
    if computed is None:
        return None, words, typed_column
    if "vary" in node.value:
        _check_vary(reader, values)
    texts = [plain(value, computed.digits) for value in computed.numbers]
    if typed is not None and tolerance is not None:
        _agree(reader, values["answer"], typed, typed_column, computed, tolerance, texts)
    if tolerance is not None and len(reader.faults) == before:
        for value, shown in zip(computed.numbers, texts, strict=True):
            if not within(float(shown), value, tolerance):
                reader.fault(
                    node.line,
                    f"the computed answer is shown as {shown}, "
                    "and typing that would count as wrong",
                    "add 'round:' or a larger 'tolerance:'",
                )
                break
    return computed.numbers, "; ".join(texts), computed.column


def _check_vary(reader: Reader, values: Values) -> None:
    """'vary' names a column of 'where': a variant of the item may take another row by it."""
    fields = values["answer_from"].value
    assert isinstance(fields, dict)
    column, line = reader.text(fields, "vary"), fields["vary"].line
    where = fields["where"].value if "where" in fields else {}
    wanted = where.get(column) if isinstance(where, dict) else None
    if reader.text(fields, "take") not in ("", "value"):
        reader.fault(line, "'vary' needs one row", "take 'vary' out, or write 'take: value'")
    elif wanted is None or not isinstance(wanted.value, str):
        message = f"'vary' is {column!r}, which has no single value in 'where'"
        reader.fault(line, message, "name a column that 'where' has one value for")
    elif len(stands(wanted.value.strip(), reader.text(values, "ask"))) != 1:
        message = f"{wanted.value.strip()!r} does not stand in 'ask' exactly once"
        reader.fault(line, message, "write it there once, as in 'where'")


def _agree(
    reader: Reader,
    node: Node,
    typed: list[float],
    typed_column: bool,
    computed: Computed,
    tolerance: float,
    texts: list[str],
) -> None:
    remedy = "correct one of the two, or take 'answer' out"
    if typed_column != computed.column or len(typed) != len(computed.numbers):
        count = len(typed)
        there = len(computed.numbers)
        message = f"'answer' has {count} number{'s' * (count != 1)}, the table gives {there}"
        reader.fault(node.line, message, remedy)
        return
    for one, other, words in zip(typed, computed.numbers, texts, strict=True):
        if not within(one, other, tolerance):
            message = f"'answer' is {plain(one)}, but the table gives {words}"
            reader.fault(node.line, message, remedy)
            return
