"""A kind of question that the course does not have: one module, as an author of kinds writes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dialogue.questions import Outcome, Part, Question, shape
from dialogue.questions.model import Form, Group
from dialogue.questions.reading import Reader, Values
from dialogue.questions.typed import index


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(Question):
    """How far something holds.  Response: the index of a step."""

    steps: tuple[str, ...]
    answer: str = ""
    lesson_of_it: str = ""

    about: ClassVar[str] = "how far it holds"
    schema: ClassVar[shape.Shape] = {
        "steps": shape.texts("From least to most."),
        "answer": shape.text("The right step.", need=True),
        "because": shape.text("Why it is that one.", need=True),
    }
    needed: ClassVar[tuple[str, ...]] = ("steps", "answer")
    secret: ClassVar[tuple[str, ...]] = ("answer", "because")
    one_letter: ClassVar[bool] = True
    form: ClassVar[Form] = Form(fields={"steps": "steps", "answer": "answer", "because": "why"})
    skeleton: ClassVar[str] = '    steps: [little, much]\n    answer: ""\n    because: ""\n'

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        steps = tuple(words for words, _line in reader.texts(values, "steps"))
        answer = reader.text(values, "answer", need="a scale", line=line)
        if answer and answer not in steps:
            message = f"the answer {answer!r} is no step"
            reader.fault(values["answer"].line, message, "copy one of 'steps'")
        because = reader.text(values, "because", need="a scale", line=line)
        return cls(**common, steps=steps, answer=answer, lesson_of_it=because)

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        return cls(**common, steps=tuple(words for words, _ in reader.texts(values, "steps")))

    def own_fields(self) -> dict[str, Any]:
        return {"steps": list(self.steps), "answer": self.answer, "because": self.lesson_of_it}

    def bare_fields(self) -> dict[str, Any]:
        return {"steps": list(self.steps)}

    def graded(self, response: Any) -> Outcome:
        step = index(response, len(self.steps))
        if step is None:
            return Outcome("unanswered")
        right = self.steps[step] == self.answer
        return Outcome("right", 1.0) if right else Outcome("wrong")

    def parts(self) -> Iterator[Part]:
        for step in self.steps:
            right = step == self.answer
            yield Part("option", step, self.lesson_of_it if right else "", right)

    def shown(self, *, mixed: bool = True) -> list[Group]:
        return [Group("option", list(self.steps))]

    def content(self) -> dict[str, Any]:
        return {"steps": list(self.steps), "answer": self.answer}

    def bare(self) -> dict[str, Any]:
        return {"answer": "", "lesson_of_it": ""}

    def letters(self) -> range:
        return range(len(self.steps))

    def typed_answer(self) -> str:
        return chr(ord("A") + self.steps.index(self.answer))
