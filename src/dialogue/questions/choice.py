"""What the kinds with options share: single, multiple, evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dialogue.page import text
from dialogue.page.words import STRINGS
from dialogue.questions import named, shape
from dialogue.questions.model import (
    Comment,
    Form,
    Group,
    Outcome,
    Part,
    Question,
    full,
    letter,
    placed,
)
from dialogue.questions.reading import Reader, Values
from dialogue.questions.shape import Shape
from dialogue.questions.typed import index


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a single or multiple question.  ``say`` is the comment on choosing it."""

    text: str
    say: str = ""
    right: bool = False


def options(about: str, **name: Shape) -> Shape:
    """The list of options in a bank; *name* is the field that holds an option's text."""
    say = (
        "Why somebody picks it and what to re-read; at most 40 words. Compulsory on a wrong option."
    )
    each = shape.entry(*name, **name, say=shape.text(say), right=shape.yes())
    is_right = {"right": {"enum": [true for true in shape.YES_OR_NO if true in (True, *shape.YES)]}}
    each |= {
        "if": {"properties": is_right, "required": ["right"]},
        "then": {},
        "else": {"required": ["say"], "properties": {"say": {"minLength": 1}}},
    }
    return {"options": shape.entries(2, each, about)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Question):
    """A question with options."""

    options: tuple[Option, ...]

    field: ClassVar[str] = "text"  # that holds the text of an option
    role: ClassVar[str] = "option"
    thing: ClassVar[str] = "the option"
    needed: ClassVar[tuple[str, ...]] = ("options",)
    shuffled: ClassVar[tuple[str, str] | None] = ("options", "text")
    form: ClassVar[Form] = Form(5, "options", {"text": "text", "say": "comment", "right": "right"})

    # --- grading

    def of_one(self, response: Any) -> Outcome:
        """What the choice of one option earns."""
        chosen = index(response, len(self.options))
        if chosen is None:
            return Outcome("unanswered")
        option = self.options[chosen]
        comments = (Comment(option.say, chosen, option.right),)
        return Outcome("right", 1.0, comments) if option.right else Outcome("wrong", 0.0, comments)

    def response(self, value: Any) -> Any:
        return named.place(named.single(value), [option.text for option in self.options])

    def reasons(self) -> tuple[Comment, ...]:
        return tuple(Comment(option.say, i) for i, option in enumerate(self.options))

    def chosen(self, response: Any) -> list[str]:
        return [self.options[int(response)].text]

    def responses(self) -> tuple[list[Any], list[Any]]:
        right = self.right()
        return list(right), [i for i in range(len(self.options)) if i not in right]

    def right(self) -> list[int]:
        """The indices of the options that are right."""
        return [i for i, option in enumerate(self.options) if option.right]

    # --- a bank

    @classmethod
    def read_options(
        cls, reader: Reader, values: Values, line: int
    ) -> tuple[tuple[Option, ...], int | None]:
        """The options, and how many are right: None where a slip keeps that from being known."""
        found: list[Option] = []
        lines: dict[str, int] = {}
        known_faults = len(reader.faults)
        allowed = cls.schema["options"]
        nodes = list(reader.entries(values, "options", line, allowed, "an option"))
        sure = len(reader.faults) == known_faults
        for node, fields in nodes:
            right = reader.yes(fields, "right")
            sure = sure and right is not None
            option = Option(
                reader.text(fields, cls.field, need="an option", line=node.line),
                reader.text(fields, "say"),
                bool(right),
            )
            if right is False and not option.say:
                reader.fault(
                    node.line,
                    f"the wrong option {option.text!r} has no comment",
                    "add 'say:' that tells why someone would pick it and what to re-read",
                )
            reader.once(lines, option.text, node.line, cls.thing)
            found.append(option)
        return tuple(found), sum(option.right for option in found) if sure else None

    @staticmethod
    def one_right(reader: Reader, right: int | None, line: int, other: str = "") -> None:
        """Name the fault when not exactly one option is right."""
        if right == 0:
            reader.fault(line, "no option is marked right", "add 'right: yes' to the right one")
        elif right is not None and right > 1:
            remedy = f"keep one 'right: yes'{other}"
            reader.fault(line, f"{right} options are marked right", remedy)

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        found = reader.bare(values, "options", line, cls.field)
        return cls(**common, options=tuple(Option(words) for (words,) in found))

    def own_fields(self) -> dict[str, Any]:
        return {
            "options": [
                full(**{self.field: o.text, "right": "yes" if o.right else "", "say": o.say})
                for o in self.options
            ]
        }

    def bare_fields(self) -> dict[str, Any]:
        return {"options": [{self.field: option.text} for option in self.options]}

    # --- what is shown

    def parts(self) -> Iterator[Part]:
        for option in self.options:
            yield Part(self.role, option.text, option.say, None if self.vote else option.right)

    def shown(self, *, mixed: bool = True) -> list[Group]:
        return [Group(self.role, [option.text for option in self.options])]

    def note(self) -> str:
        if not self.vote:
            return ""
        return " · ".join(f"{letter(i)} {option.text}" for i, option in enumerate(self.options))

    def solution(self) -> list[str]:
        if self.vote:
            return [STRINGS["vote_no_key"]]
        return [f"{letter(i)} {self.options[i].text}" for i in self.right()]

    def content(self) -> dict[str, Any]:
        return {
            "options": [
                {"text": text.inline(o.text), "say": text.inline(o.say), "right": o.right}
                for o in self.options
            ]
        }

    # --- the learner's copy

    def movable(self) -> list[str]:
        return [option.text for option in self.options]

    def bare(self) -> dict[str, Any]:
        return {"options": tuple(Option(self.options[i].text) for i in self.copy_order())}

    def authored(self, response: Any) -> Any:
        return placed(response, self.copy_order())

    def letters(self) -> range:
        return range(len(self.options))

    def typed_answer(self) -> Any:
        return next(self.right_letters())

    def right_letters(self) -> Iterator[str]:
        """The letters of what is right in the learner's copy."""
        return (letter(i) for i, o in enumerate(self.copy_order()) if self.options[o].right)
