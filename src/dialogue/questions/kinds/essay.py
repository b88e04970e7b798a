"""A text of one's own: kept, and read by its writer against a rubric and model answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dialogue.page import text
from dialogue.questions import named, shape
from dialogue.questions.model import Blank, Form, Instead, Outcome, Part, Question, full
from dialogue.questions.reading import Reader, Values
from dialogue.questions.shape import Shape
from dialogue.questions.typed import tidied

_WORDS = re.compile(r"(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?")
# Room on paper: so many words stand on a line.
_ON_A_LINE = 12


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the rubric: what is looked at, and its levels in words, the best first."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """An answer to compare with, and what it would get by the rubric."""

    title: str
    text: str
    marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Essay(Question):
    """A text of one's own.  Response: the text, or a mapping of ``text`` and ``rubric`` (for each
    criterion the place of the level that its writer has ticked, or None)."""

    words: str = ""
    rubric: tuple[Criterion, ...] = ()
    models: tuple[Model, ...] = ()

    rank: ClassVar[int] = 10
    about: ClassVar[str] = "a text of one's own"
    schema: ClassVar[Shape] = {
        "words": shape.text('How many words, such as "150-250".', pattern=f"^{_WORDS.pattern}$"),
        "rubric": shape.entries(
            1,
            shape.entry(
                "criterion levels",
                criterion=shape.text("What is looked at.", need=True),
                levels=shape.texts("The levels in words, the best first; the last counts 0."),
            ),
            "What a learner ticks after writing.",
        ),
        "models": shape.entries(
            1,
            shape.entry(
                "title text",
                title=shape.text("What it is, such as: strong.", need=True),
                text=shape.text("The answer.", need=True),
                marks=shape.text("What it gets by the rubric, and why."),
            ),
            "Answers to compare with, shown after writing.",
        ),
    }
    needed: ClassVar[tuple[str, ...]] = ("words",)
    secret: ClassVar[tuple[str, ...]] = ("models",)
    scored: ClassVar[bool] = False  # no machine marks a text
    event: ClassVar[str] = "write"  # older versions of the course pass over it
    remarked: ClassVar[str] = "Model answers:"
    form: ClassVar[Form] = Form(
        3,
        "models",
        {"title": "model answer|such as: strong", "text": "text", "marks": "its marks"},
        {"words": "words|such as 150-250"},
    )
    skeleton: ClassVar[str] = """\
    words: "150-250"
    rubric:   # what a learner ticks after writing
      - criterion: Claim
        levels: [precise and arguable, clear, implied, none]   # the best first
    models:   # answers to compare with, shown after writing
      - title: ""
        text: ""
        marks: ""   # what it gets by the rubric, and why
"""

    @property
    def length(self) -> tuple[int, int]:
        """The fewest and the most words asked for; the same twice where one number is named."""
        found = _WORDS.fullmatch(self.words.strip())
        least = int(found[1]) if found else 0
        return least, int(found[2] or least) if found else 0

    @property
    def most(self) -> int:
        """The most that the rubric gives."""
        return sum(len(row.levels) - 1 for row in self.rubric)

    # --- grading

    def graded(self, response: Any) -> Outcome:
        return Outcome("kept") if tidied(written(response)) else Outcome("unanswered")

    def response(self, value: Any) -> Any:
        return named.one(value)

    def ticked(self, response: Any) -> list[int | None]:
        """The level that the writer ticked for each criterion."""
        given = response.get("rubric") if isinstance(response, Mapping) else None
        given = given if isinstance(given, list) else []
        found: list[int | None] = []
        for at, row in enumerate(self.rubric):
            level = given[at] if at < len(given) else None
            known = type(level) is int and 0 <= level < len(row.levels)
            found.append(level if known else None)
        return found

    # --- a bank

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        words = reader.text(values, "words", need="an essay", line=line)
        if words and not _WORDS.fullmatch(words.strip()):
            remedy = 'write it as "150-250"'
            reader.fault(values["words"].line, f"'words' is {words!r}", remedy)
        rubric, models = [], []
        for node, fields in reader.some(
            values, "rubric", line, cls.schema["rubric"], "a criterion"
        ):
            name = reader.text(fields, "criterion", need="a criterion", line=node.line)
            levels = tuple(words for words, _line in reader.texts(fields, "levels"))
            if len(levels) < 2:
                reader.fault(node.line, f"{name!r} has fewer than two levels", "name the levels")
            rubric.append(Criterion(name, levels))
        for node, fields in reader.some(
            values, "models", line, cls.schema["models"], "a model answer"
        ):
            models.append(
                Model(
                    reader.text(fields, "title", need="a model answer", line=node.line),
                    reader.text(fields, "text", need="a model answer", line=node.line),
                    reader.text(fields, "marks"),
                )
            )
        return cls(**common, words=words, rubric=tuple(rubric), models=tuple(models))

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        return cls.read(reader, values, common, line)

    def own_fields(self) -> dict[str, Any]:
        models = [full(title=m.title, text=m.text, marks=m.marks) for m in self.models]
        return self.bare_fields() | full(models=models)

    def bare_fields(self) -> dict[str, Any]:
        rubric = [{"criterion": row.name, "levels": list(row.levels)} for row in self.rubric]
        return full(words=self.words, rubric=rubric)

    # --- what is shown

    def parts(self) -> Iterator[Part]:
        for row in self.rubric:
            yield Part("criterion", row.name, key=" / ".join(row.levels))
        for model in self.models:
            yield Part("model answer", model.title, model.text)
            if model.marks:
                yield Part("model answer", model.title, model.marks)

    def blank(self) -> Blank | None:
        return Blank("your_answer", wide=True, lines=-(-self.length[1] // _ON_A_LINE) or 1)

    def key(self) -> list[str]:
        return []

    def solution(self) -> list[str]:
        return [f"{row.name}: {' / '.join(row.levels)}" for row in self.rubric]

    def note(self) -> str:
        return f"({self.words} words)"

    def content(self) -> dict[str, Any]:
        least, most = self.length
        return {
            "least": least,
            "most": most,
            "rubric": [
                {"name": text.inline(row.name), "levels": [text.inline(x) for x in row.levels]}
                for row in self.rubric
            ],
            "models": [
                {
                    "title": text.inline(model.title),
                    "text": text.tree(model.text),
                    "marks": text.tree(model.marks),
                }
                for model in self.models
            ],
        }

    def unkept(self) -> list[str]:
        return ["the rows of the rubric are left out"] if self.rubric else []

    def instead(self) -> Instead:
        return Instead(None, "asked as an essay, which its writer does not hold against the rubric")

    # --- the learner's copy

    def bare(self) -> dict[str, Any]:
        return {"models": ()}

    def typed_answer(self) -> Any:
        raise TypeError("nothing is right about an essay")


def written(response: Any) -> str:
    """The text of a response."""
    given = response.get("text") if isinstance(response, Mapping) else response
    return given if isinstance(given, str) else ""
