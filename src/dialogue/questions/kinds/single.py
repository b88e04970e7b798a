"""One right option of several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from dialogue.questions import shape
from dialogue.questions.choice import Choice, options
from dialogue.questions.model import Outcome, Question
from dialogue.questions.reading import Reader, Values
from dialogue.questions.shape import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(Choice):
    """One right option.  Response: its index (int, from 0)."""

    rank: ClassVar[int] = 1
    about: ClassVar[str] = "choose one"
    schema: ClassVar[Shape] = options(
        "Exactly one with 'right: yes'; none in a contested vote.",
        text=shape.text("The option.", need=True),
    )
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
        vote = common["contested"] and common["use"] == "vote"
        found, right = cls.read_options(reader, values, line)
        if vote:  # nothing is right: what an older bank says of it counts no more
            found = tuple(replace(option, right=False) for option in found)
        else:
            cls.one_right(reader, right, line, ", or write 'type: multiple'")
        return cls(**common, options=found)

    def graded(self, response: Any) -> Outcome:
        return self.of_one(response)
