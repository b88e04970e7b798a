"""A few words, typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dialogue.page import text
from dialogue.page.words import STRINGS
from dialogue.questions import named, shape
from dialogue.questions.model import Blank, Comment, Form, Outcome, Part, Question
from dialogue.questions.reading import Reader, Values
from dialogue.questions.shape import Shape
from dialogue.questions.typed import fold, misspellings

SPELLINGS = ("exact", "forgiving")
_ACCEPTED = {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong text that people really write, and the comment that explains it."""

    text: str
    say: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Short(Question):
    """A few words.  Response: text.  ``forgiving`` also forgives a slip of the keyboard."""

    accept: tuple[str, ...]
    wrong: tuple[Slip, ...] = ()
    forgiving: bool = False

    rank: ClassVar[int] = 6
    about: ClassVar[str] = "a few words"
    schema: ClassVar[Shape] = {
        "accept": {
            "description": "Every answer that is right. "
            "Capitals, accents, articles and apostrophes do not matter.",
            "anyOf": [_ACCEPTED, {"type": "array", "minItems": 1, "items": _ACCEPTED}],
        },
        "wrong": shape.entries(
            1,
            shape.entry(
                "text say",
                text=shape.text("A wrong answer that people really write.", need=True),
                say=shape.text("What it means, and what to re-read.", need=True),
            ),
        ),
        "spelling": shape.one_of(
            SPELLINGS, "forgiving also accepts a slip of the keyboard; exact unless said."
        ),
    }
    needed: ClassVar[tuple[str, ...]] = ("accept",)
    secret: ClassVar[tuple[str, ...]] = ("accept", "wrong")
    how: ClassVar[str] = 'A word or a few between quotation marks, such as: answer = "a word"'
    form: ClassVar[Form] = Form(
        3,
        "wrong",
        {"text": "wrong answer|that people write", "say": "comment"},
        {"accept": "right answers|with semicolons between them"},
    )
    skeleton: ClassVar[str] = """\
    accept: [""]   # right answers; the first is the usual spelling
    spelling: forgiving   # or exact
    wrong:   # wrong answers that people really write
      - text: ""
        say: ""
"""

    # --- grading

    def graded(self, response: Any) -> Outcome:
        given = fold(response) if isinstance(response, str) else ""
        if not given:
            return Outcome("unanswered")
        accept = [fold(words) for words in self.accept]
        wrong = [fold(slip.text) for slip in self.wrong]
        if given in accept:
            return Outcome("right", 1.0)
        if given in wrong:
            say = self.wrong[wrong.index(given)].say
            return Outcome("wrong", 0.0, (Comment(say, None, False),))
        if self.forgiving:
            best = min(misspellings(given, accept), default=None)
            slip = min(misspellings(given, wrong), default=None)
            if best and (not slip or best[0] < slip[0]):
                return Outcome("right", 1.0, (Comment(self.accept[best[1]], None, True),))
            if slip:
                return Outcome("wrong", 0.0, (Comment(self.wrong[slip[1]].say, None, False),))
        return Outcome("wrong", 0.0)

    def response(self, value: Any) -> Any:
        value = named.single(value)
        if not isinstance(value, str):
            raise named.Unusable(STRINGS["value_text"])
        return value

    def chosen(self, response: Any) -> list[str]:
        return [" ".join(str(response).split())[:60]]

    def responses(self) -> tuple[list[Any], list[Any]]:
        return list(self.accept), [slip.text for slip in self.wrong]

    # --- a bank

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        before = len(reader.faults)
        accept = []
        if "accept" not in values:
            reader.fault(line, "a short item has no 'accept'", "add 'accept: [the answer]'")
        for words, at in reader.texts(values, "accept"):
            if not fold(words):
                message = f"the accepted answer {words!r} holds no letter and no digit"
                reader.fault(at, message, "write the answer, or take it out")
            accept.append(words)
        if len(reader.faults) == before and not accept:
            remedy = "write 'accept: [the answer]'"
            reader.fault(values["accept"].line, "'accept' is an empty list", remedy)
        sound = len(reader.faults) == before
        forgiving = reader.choice(values, "spelling", SPELLINGS) == "forgiving"
        key = cls(id="", ask="", accept=tuple(accept))
        seen: dict[str, int] = {}
        wrong = []
        for node, fields in reader.some(
            values, "wrong", line, cls.schema["wrong"], "a wrong answer"
        ):
            words = reader.text(fields, "text", need="a wrong answer", line=node.line)
            say = reader.text(fields, "say", need="a wrong answer", line=node.line)
            wrong.append(Slip(words, say))
            folded = fold(words)
            if not folded:
                if words:
                    message = f"the wrong answer {words!r} holds no letter and no digit"
                    reader.fault(node.line, message, "take it out: nothing is compared by signs")
            elif sound and key.graded(words).verdict == "right":
                reader.fault(
                    node.line,
                    f"the wrong answer {words!r} counts as right",
                    "take it out here, or out of 'accept'",
                )
            elif folded in seen:
                message = f"{words!r} is compared like the wrong answer in line {seen[folded]}"
                reader.fault(node.line, message, "take one of the two out")
            seen.setdefault(folded, node.line)
        return cls(**common, accept=tuple(accept), wrong=tuple(wrong), forgiving=forgiving)

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        return cls(**common, accept=())

    def own_fields(self) -> dict[str, Any]:
        return {
            "accept": list(self.accept),
            "wrong": [{"text": slip.text, "say": slip.say} for slip in self.wrong],
            "spelling": "forgiving" if self.forgiving else "",
        }

    @classmethod
    def from_form(cls, typed: Mapping[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
        accept = [part.strip() for part in typed["accept"].split(";") if part.strip()]
        return {"wrong": rows, "accept": accept, "spelling": "forgiving"}

    # --- what is shown

    def parts(self) -> Iterator[Part]:
        for words in self.accept:
            yield Part("accepted answer", words, right=True)
        for slip in self.wrong:
            yield Part("known slip", slip.text, slip.say, False)

    def blank(self) -> Blank:
        return Blank("your_answer", wide=True)

    def key(self) -> list[str]:
        return list(self.accept[:1])

    def solution(self) -> list[str]:
        return list(self.accept)

    def content(self) -> dict[str, Any]:
        return {
            "accept": list(self.accept),
            "wrong": [{"text": s.text, "say": text.inline(s.say)} for s in self.wrong],
            "forgiving": self.forgiving,
        }

    def unkept(self) -> list[str]:
        return ["a slip of the keyboard counts as wrong"] if self.forgiving else []

    # --- the learner's copy

    def bare(self) -> dict[str, Any]:
        return {"accept": (), "wrong": (), "forgiving": False}

    def typed_answer(self) -> Any:
        return self.accept[0]
