"""One right option of several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from dialogue.page.words import STRINGS
from dialogue.questions import shape
from dialogue.questions.choice import Choice, options
from dialogue.questions.model import Outcome, Question
from dialogue.questions.reading import Reader, Values
from dialogue.questions.shape import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(Choice):
    """One right option.  Response: its index (int, from 0).

    With ``any_one`` several are right, and any one of them is the whole answer.
    """

    any_one: bool = False

    rank: ClassVar[int] = 1
    about: ClassVar[str] = "choose one"
    schema: ClassVar[Shape] = {
        **options(
            "Exactly one with 'right: yes'; several with 'any_one: yes'; none in a contested vote.",
            text=shape.text("The option.", need=True),
        ),
        "any_one": shape.yes("yes: any one of several right options is enough."),
    }
    one_letter: ClassVar[bool] = True
    votable: ClassVar[bool] = True
    how: ClassVar[str] = 'One letter between quotation marks, such as: answer = "A"'
    skeleton: ClassVar[str] = """\
    options:   # three or four; exactly one with 'right: yes'
      - text: ""   # a distractor: a mistake that somebody really makes
        say: ""   # why somebody picks it, and where to look again; at most 40 words
      - text: ""   # the key
        right: yes
      - text: ""   # a distractor: a mistake that somebody really makes
        say: ""   # why somebody picks it, and where to look again; at most 40 words
"""

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        either = False
        vote = common["contested"] and common["use"] == "vote"
        found, right = cls.read_options(reader, values, line)
        if vote:  # nothing is right: what an older bank says of it counts no more
            found = tuple(replace(option, right=False) for option in found)
        else:
            either = reader.yes(values, "any_one") or False
            if either and right == 1:
                remedy = "mark another one right, or take 'any_one' out"
                reader.fault(
                    values["any_one"].line, "'any_one' needs several right options", remedy
                )
            elif not either or not right:
                other = ", or write 'type: multiple' (all of them) or 'any_one: yes' (any one)"
                cls.one_right(reader, right, line, other)
        return cls(**common, options=found, any_one=either)

    def own_fields(self) -> dict[str, Any]:
        return Choice.own_fields(self) | {"any_one": "yes" if self.any_one else ""}

    def bare(self) -> dict[str, Any]:
        return Choice.bare(self) | {"any_one": False}

    def solution(self) -> list[str]:
        found = Choice.solution(self)
        return [f" {STRINGS['or']} ".join(found)] if self.any_one else found

    def graded(self, response: Any) -> Outcome:
        return self.of_one(response)
