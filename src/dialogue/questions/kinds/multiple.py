"""Several right options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from dialogue.questions import named, shape
from dialogue.questions.choice import Choice, options
from dialogue.questions.model import Comment, Form, Outcome, Question, listed, placed
from dialogue.questions.reading import Reader, Values
from dialogue.questions.shape import Shape
from dialogue.questions.typed import index


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple(Choice):
    """Several right options.  Response: the indices of all that were ticked."""

    rank: ClassVar[int] = 2
    about: ClassVar[str] = "choose all that fit"
    schema: ClassVar[Shape] = options(
        "Several with 'right: yes'.", text=shape.text("The option.", need=True)
    )
    how: ClassVar[str] = 'Every letter that fits, such as: answer = ["A", "C"]'
    form: ClassVar[Form] = Choice.form._replace(rows=6)
    skeleton: ClassVar[str] = """\
    options:   # at least two with 'right: yes'
      - text: ""   # the key
        right: yes
      - text: ""   # a distractor: a mistake that somebody really makes
        say: ""   # why somebody picks it, and where to look again; at most 40 words
      - text: ""   # the key
        right: yes
      - text: ""   # a distractor: a mistake that somebody really makes
        say: ""   # why somebody picks it, and where to look again; at most 40 words
"""

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        found, right = cls.read_options(reader, values, line)
        if right == 0:
            reader.fault(line, "no option is marked right", "add 'right: yes' to each right one")
        elif right is not None and right == len(found):
            remedy = "add an option that is wrong, with its 'say:'"
            reader.fault(line, "every option is marked right", remedy)
        return cls(**common, options=found)

    def ticked(self, response: Any) -> list[int]:
        """The options that a response ticks, each once."""
        size = len(self.options)
        given = response if listed(response) else ()
        return sorted({i for i in (index(each, size) for each in given) if i is not None})

    def graded(self, response: Any) -> Outcome:
        ticked = self.ticked(response)
        if not ticked:
            return Outcome("unanswered")
        right = set(self.right())
        hits = len(right.intersection(ticked))
        missing = len(right) - hits
        score = max(0.0, (hits - (len(ticked) - hits)) / len(right))
        comments = tuple(Comment(self.options[i].say, i, i in right) for i in ticked)
        if missing == 0 and len(ticked) == len(right):
            return Outcome("right", 1.0, comments)
        return Outcome("partly" if hits else "wrong", score, comments, missing)

    def kept(self, response: Any) -> Outcome:
        return Outcome("kept" if self.ticked(response) else "unanswered")

    def response(self, value: Any) -> Any:
        texts = [option.text for option in self.options]
        return [
            named.place(each, texts) for each in (value if isinstance(value, list) else [value])
        ]

    def chosen(self, response: Any) -> list[str]:
        return [self.options[int(i)].text for i in response]

    def responses(self) -> tuple[list[Any], list[Any]]:
        key = set(self.right())
        others = [sorted(key ^ {i}) for i in range(len(self.options))]
        return [sorted(key)], [other for other in others if other]

    def authored(self, response: Any) -> Any:
        order = self.copy_order()
        return [placed(each, order) for each in response] if listed(response) else None

    def typed_answer(self) -> Any:
        return list(self.right_letters())
