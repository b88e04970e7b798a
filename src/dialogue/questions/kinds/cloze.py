"""Several blanks in one text: words or a number to type, or a menu to choose from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dialogue.page import text
from dialogue.page.numbers import exact
from dialogue.page.words import STRINGS
from dialogue.questions import named, shape
from dialogue.questions.kinds.numeric import Numeric
from dialogue.questions.kinds.short import Short, Slip
from dialogue.questions.model import (
    Blank,
    Comment,
    Form,
    Instead,
    Outcome,
    Part,
    Question,
    as_another,
    drawn_order,
    full,
    listed,
    share,
)
from dialogue.questions.reading import Node, Reader, Values
from dialogue.questions.shape import Shape
from dialogue.questions.typed import NotANumber, fold, number, tidied, within

MARK = re.compile(r"\[\[(\d{1,2})\]\]")
_ACCEPTED = {"type": "string", "minLength": 1}
_OPEN = object()  # nothing was typed


@dataclass(frozen=True, slots=True)
class Gap:
    """One blank.  ``say`` is the comment on whatever is not right and has none of its own.

    With a ``number`` (as the author typed it) a number is asked for; with ``choose`` a menu of
    what is accepted and what is wrong.  ``choices`` is that menu where no key is.
    """

    accept: tuple[str, ...] = ()
    wrong: tuple[Slip, ...] = ()
    say: str = ""
    choose: bool = False
    number: str = ""
    tolerance: float = 0.0
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What belongs there, as it is shown."""
        return self.number or (self.accept[0] if self.accept else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloze(Question):
    """Several blanks in ``ask``, where ``[[1]]`` marks the place of the first.

    Response: a list with what was typed or chosen for each, as text; None where nothing was.
    """

    gaps: tuple[Gap, ...]

    rank: ClassVar[int] = 11
    about: ClassVar[str] = "several blanks in a text"
    schema: ClassVar[Shape] = {
        "gaps": shape.entries(
            1,
            shape.entry(
                "",
                accept={
                    "description": "Every answer that is right; the first is shown.",
                    "anyOf": [_ACCEPTED, {"type": "array", "minItems": 1, "items": _ACCEPTED}],
                },
                wrong=shape.entries(
                    1,
                    shape.entry(
                        "text say",
                        text=shape.text("A wrong answer that people really give.", need=True),
                        say=shape.text("What it means, and what to re-read.", need=True),
                    ),
                ),
                choose=shape.yes("yes: a menu of what is accepted and what is wrong."),
                answer=shape.number("The number, where one is asked for."),
                tolerance=shape.number("How far off still counts as right; 0 unless said."),
                say=shape.text("The comment on anything else."),
                choices=shape.text("In a learner's copy: what the menu holds, one a line."),
            ),
            "One entry for each [[1]], [[2]] … in 'ask'.",
        ),
    }
    needed: ClassVar[tuple[str, ...]] = ("gaps",)
    how: ClassVar[str] = 'One entry for each blank, such as: answer = ["June", 12]'
    remarked: ClassVar[str] = "Why others are written:"
    form: ClassVar[Form] = Form(
        4,
        "gaps",
        {"accept": "right answers|with semicolons", "say": "comment|on anything else"},
    )
    skeleton: ClassVar[str] = """\
    gaps:   # one entry for each [[1]], [[2]] in the text of 'ask'
      - accept: [""]   # right answers; the first is the usual spelling
        say: ""   # shown when something else was written
"""

    # --- grading

    def graded(self, response: Any) -> Outcome:
        size = len(self.gaps)
        # Of more answers than blanks nobody can say which belongs where.
        if not listed(response) or len(response) > size:
            return Outcome("unanswered")
        given = list(response) + [None] * (size - len(response))
        comments, hits, still_open = [], 0, 0
        for i, (gap, value) in enumerate(zip(self.gaps, given, strict=True)):
            found = _read(gap, value)
            if found is _OPEN:
                still_open += 1
                continue
            right = _right(gap, found)
            hits += right
            comments.append(Comment("" if right else _comment(gap, found), i, right))
        if still_open == size:
            return Outcome("unanswered")
        return Outcome(share(hits, size), hits / size, tuple(comments), still_open)

    def response(self, value: Any) -> Any:
        several = value if isinstance(value, list) else [value]
        if len(several) != len(self.gaps):
            raise named.Unusable(STRINGS["value_list"])
        plain = [
            exact(each) if isinstance(each, int | float) and type(each) is not bool else each
            for each in several
        ]
        if not all(each is None or isinstance(each, str) for each in plain):
            raise named.Unusable(STRINGS["value_text"])
        return plain

    def chosen(self, response: Any) -> list[str]:
        found = []
        for i, (gap, value) in enumerate(zip(self.gaps, response, strict=False)):
            read = _read(gap, value)
            if read is not _OPEN and not _right(gap, read):
                found.append(f"({i + 1}) {' '.join(str(value).split())[:60]}")
        return found

    def responses(self) -> tuple[list[Any], list[Any]]:
        key = [gap.key for gap in self.gaps]
        others = [
            [*key[:i], other, *key[i + 1 :]]
            for i, gap in enumerate(self.gaps)
            for other in ([slip.text for slip in gap.wrong] or ["qqqq"])
        ]
        return [key], others

    # --- a bank

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        gaps = [
            _read_gap(reader, node, fields)
            for node, fields in reader.entries(values, "gaps", line, cls.schema["gaps"], "a blank")
        ]
        _check_marks(reader, values, common["ask"], len(gaps), line)
        return cls(**common, gaps=tuple(gaps))

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        found = []
        for _node, fields in reader.entries(
            values, "gaps", line, cls.schema["gaps"], "a blank without its key"
        ):
            reader.given_away(fields, *(name for name in fields if name != "choices"))
            choices = reader.text(fields, "choices").split("\n")
            found.append(Gap(choices=tuple(each for each in choices if each.strip())))
        return cls(**common, gaps=tuple(found))

    def own_fields(self) -> dict[str, Any]:
        return {
            "gaps": [
                full(
                    accept=list(gap.accept),
                    wrong=[{"text": slip.text, "say": slip.say} for slip in gap.wrong],
                    choose="yes" if gap.choose else "",
                    answer=gap.number,
                    tolerance=exact(gap.tolerance) if gap.tolerance else "",
                    say=gap.say,
                )
                for gap in self.gaps
            ]
        }

    def bare_fields(self) -> dict[str, Any]:
        return {"gaps": [{"choices": "\n".join(gap.choices)} for gap in self.gaps]}

    @classmethod
    def from_form(cls, typed: Mapping[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "gaps": [
                full(
                    accept=[p.strip() for p in str(row.get("accept", "")).split(";") if p.strip()],
                    say=row.get("say", ""),
                )
                for row in rows
            ]
        }

    # --- what is shown

    def menus(self) -> list[list[str]]:
        """What each blank's menu holds, in the order shown; nothing where it is typed."""
        found = []
        for i, gap in enumerate(self.gaps):
            texts = [*gap.accept, *(slip.text for slip in gap.wrong)] if gap.choose else []
            order = drawn_order(f"{self.id} {i}", texts)
            found.append(list(gap.choices) or [texts[j] for j in order])
        return found

    def parts(self) -> Iterator[Part]:
        for i, gap in enumerate(self.gaps, 1):
            if gap.number:
                yield Part("answer", gap.number, right=True)
            for words in gap.accept:
                yield Part("choice" if gap.choose else "accepted answer", words, right=True)
            for slip in gap.wrong:
                role = "choice" if gap.choose else "known slip"
                yield Part(role, slip.text, slip.say, False)
            if gap.say:
                yield Part("gap", f"({i})", gap.say, False)

    def blank(self) -> Blank:
        menus = [f"({i}) {' / '.join(menu)}" for i, menu in enumerate(self.menus(), 1) if menu]
        return Blank("your_answer", STRINGS["gaps_how"], "; ".join(menus), wide=True)

    def note(self) -> str:
        return self.blank().unit

    def key(self) -> list[str]:
        return [f"({i}) {gap.key}" for i, gap in enumerate(self.gaps, 1)]

    def solution(self) -> list[str]:
        return [
            f"({i}) {' / '.join(gap.accept) or gap.number}"
            + (f" (± {exact(gap.tolerance)})" if gap.tolerance else "")
            for i, gap in enumerate(self.gaps, 1)
        ]

    def content(self) -> dict[str, Any]:
        return {
            "gaps": [
                {
                    "accept": list(gap.accept),
                    "wrong": [{"text": s.text, "say": text.inline(s.say)} for s in gap.wrong],
                    "say": text.inline(gap.say),
                    "answer": float(gap.number) if gap.number else None,
                    "tolerance": gap.tolerance,
                    "choices": menu,
                }
                for gap, menu in zip(self.gaps, self.menus(), strict=True)
            ],
        }

    def instead(self) -> Instead:
        (gap, *more) = self.gaps
        if more or gap.choose:
            return Instead(None, "asked as an essay: its blanks are marked by hand")
        loss = "its one blank is asked as a question of its own"
        if gap.number:
            own = {"answer": float(gap.number), "answer_text": gap.number}
            return Instead(as_another(Numeric, self, **own, tolerance=gap.tolerance), loss)
        return Instead(as_another(Short, self, accept=gap.accept, wrong=gap.wrong), loss)

    # --- the learner's copy

    def bare(self) -> dict[str, Any]:
        return {"gaps": tuple(Gap(choices=tuple(menu)) for menu in self.menus())}

    def typed_answer(self) -> Any:
        return [gap.key for gap in self.gaps]


def _read(gap: Gap, value: Any) -> Any:
    """What was given for a blank: a number, folded words, or nothing."""
    if gap.number:
        if value is None or (isinstance(value, str) and not tidied(value)):
            return _OPEN
        try:
            return number(value)
        except NotANumber:
            return None if isinstance(value, str) else _OPEN
    if not isinstance(value, str):
        return _OPEN
    if gap.choose or gap.choices:
        return value if value in gap.choices or value in _menu(gap) else _OPEN
    return fold(value) or _OPEN


def _menu(gap: Gap) -> list[str]:
    return [*gap.accept, *(slip.text for slip in gap.wrong)]


def _right(gap: Gap, found: Any) -> bool:
    if gap.number:
        return found is not None and within(found, float(gap.number), gap.tolerance)
    if gap.choose:
        return found in gap.accept
    return found in [fold(words) for words in gap.accept]


def _comment(gap: Gap, found: Any) -> str:
    for slip in gap.wrong:
        if gap.number:
            break
        if found == (slip.text if gap.choose else fold(slip.text)):
            return slip.say
    return gap.say


def _read_gap(reader: Reader, node: Node, fields: Values) -> Gap:
    accept = tuple(words for words, _line in reader.texts(fields, "accept"))
    typed = reader.text(fields, "answer")
    if typed and reader.number(fields, "answer", None, "a blank", node.line) is None:
        typed = ""
    elif bool(accept) == bool(typed):
        message = "a blank has both 'accept' and 'answer'" if typed else "a blank has no answer"
        reader.fault(node.line, message, "write 'accept: [words]', or 'answer:' for a number")
    tolerance = reader.number(fields, "tolerance", 0.0, "a blank") or 0.0
    if tolerance < 0:
        reader.fault(fields["tolerance"].line, "'tolerance' is below zero", "write 0 or more")
    choose = reader.yes(fields, "choose") or False
    wrong = []
    shape_of_wrong = Cloze.schema["gaps"]["items"]["properties"]["wrong"]
    for other, its in reader.some(fields, "wrong", node.line, shape_of_wrong, "a wrong answer"):
        words = reader.text(its, "text", need="a wrong answer", line=other.line)
        say = reader.text(its, "say", need="a wrong answer", line=other.line)
        same = words in accept if choose else fold(words) in map(fold, accept)
        if words and same:
            message = f"the wrong answer {words!r} counts as right"
            reader.fault(other.line, message, "take it out here, or out of 'accept'")
        wrong.append(Slip(words, say))
    if choose and not wrong and accept:
        reader.fault(node.line, "a menu has nothing wrong in it", "add 'wrong:' with 'say:'")
    if not choose and any(not fold(words) for words in accept):
        message = "an accepted answer holds no letter and no digit"
        reader.fault(node.line, message, "write the answer, or take it out")
    say = reader.text(fields, "say")
    return Gap(accept, tuple(wrong), say, choose, typed, tolerance)


def _check_marks(reader: Reader, values: Values, ask: str, size: int, line: int) -> None:
    """Each blank has its place in the text, once."""
    found = [int(each) for each in MARK.findall(ask)]
    if "ask" in values and size and sorted(found) != list(range(1, size + 1)):
        wanted = ", ".join(f"[[{n}]]" for n in range(1, size + 1))
        message = f"the text of a cloze does not hold each of {wanted} once"
        reader.fault(values["ask"].line, message, "write the marks where the blanks are")
