"""Statements to sort under labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dialogue.page import text
from dialogue.questions import named, shape
from dialogue.questions.kinds.match import Extra, Match, Pair
from dialogue.questions.model import (
    Comment,
    Form,
    Group,
    Instead,
    Outcome,
    Part,
    Question,
    as_another,
    full,
    letter,
    listed,
    share,
)
from dialogue.questions.reading import Node, Reader, Values, meant
from dialogue.questions.shape import Shape


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement to classify: its label, and a comment for each wrong label."""

    text: str
    label: str
    comments: tuple[tuple[str, str], ...] = ()


def if_label(label: str) -> str:
    """The field that holds the comment on choosing *label* wrongly."""
    return "if_" + label.replace(" ", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify(Question):
    """Statements to sort under labels.  Response: one label, or None, for each statement."""

    labels: tuple[str, ...]
    statements: tuple[Statement, ...]

    rank: ClassVar[int] = 7
    about: ClassVar[str] = "sort statements under labels"
    schema: ClassVar[Shape] = {
        "labels": {
            "type": "array",
            "minItems": 2,
            "uniqueItems": True,
            "items": {"type": "string"},
        },
        "statements": shape.entries(
            2,
            {
                **shape.entry(
                    "text label",
                    text=shape.text("The statement.", need=True),
                    label=shape.text("Its right label.", need=True),
                ),
                "patternProperties": {"^if_": shape.text("The comment for that wrong label.")},
            },
        ),
    }
    needed: ClassVar[tuple[str, ...]] = ("labels", "statements")
    shuffled: ClassVar[tuple[str, str] | None] = ("statements", "text")
    how: ClassVar[str] = 'A letter for each number, in turn, such as: answer = ["A", "B", "A"]'
    form: ClassVar[Form] = Form(
        6,
        "statements",
        {"text": "statement", "label": "label", "say": "comment|on any other label"},
        {"labels": "labels|with commas between them"},
    )
    skeleton: ClassVar[str] = """\
    labels: [fact, forecast]   # two to four
    statements:   # for each: its label, and a comment for every wrong label
      - text: ""
        label: fact
        if_forecast: ""
      - text: ""
        label: forecast
        if_fact: ""
"""

    # --- grading

    def graded(self, response: Any) -> Outcome:
        if not listed(response):
            return Outcome("unanswered")
        chosen = [
            label if isinstance(label, str) and label in self.labels else None for label in response
        ]
        chosen = (chosen + [None] * len(self.statements))[: len(self.statements)]
        if not any(chosen):
            return Outcome("unanswered")
        comments, hits = [], 0
        for i, (statement, label) in enumerate(zip(self.statements, chosen, strict=True)):
            if label == statement.label:
                hits += 1
                comments.append(Comment("", i, True))
            elif label is not None:
                comments.append(Comment(dict(statement.comments).get(label, ""), i, False))
        size = len(self.statements)
        return Outcome(share(hits, size), hits / size, tuple(comments), chosen.count(None))

    def response(self, value: Any) -> Any:
        given = named.by_name(value, [statement.text for statement in self.statements])
        labels = self.labels
        return [each if each is None else labels[named.place(each, labels)] for each in given]

    def chosen(self, response: Any) -> list[str]:
        return [
            f"{statement.text} → {given}"
            for statement, given in zip(self.statements, response, strict=False)
            if given in self.labels and given != statement.label
        ]

    def responses(self) -> tuple[list[Any], list[Any]]:
        key = [statement.label for statement in self.statements]
        return [key], [
            [*key[:i], label, *key[i + 1 :]]
            for i in range(len(key))
            for label in self.labels
            if label != key[i]
        ]

    # --- a bank

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        known_faults = len(reader.faults)
        labels = [value for value, _ in reader.texts(values, "labels")]
        if len(labels) < 2 and len(reader.faults) == known_faults:
            reader.fault(line, "there are fewer than two 'labels'", "write 'labels: [a, b]'")
        fields_of: dict[str, str] = {}
        for label in labels:
            name = if_label(label)
            if name in fields_of:
                message = f"the labels {fields_of[name]!r} and {label!r} are the same in {name!r}"
                reader.fault(values["labels"].line, message, "change one of the two")
            fields_of.setdefault(name, label)
        if len(reader.faults) > known_faults:  # each statement would only repeat it
            return cls(**common, labels=tuple(labels), statements=())
        said: dict[str, int] = {}
        found = []
        each = cls.schema["statements"]
        for node in reader.items(values, "statements", line, each["minItems"]):
            fields = reader.fields(node, shape.names(each), "a statement", prefix="if_")
            if fields is not None:
                found.append(_statement(reader, node, fields, labels, said))
        return cls(**common, labels=tuple(labels), statements=tuple(found))

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        labels = tuple(label for label, _ in reader.texts(values, "labels"))
        found = reader.bare(values, "statements", line, "text")
        statements = tuple(Statement(words, "") for (words,) in found)
        return cls(**common, labels=labels, statements=statements)

    def own_fields(self) -> dict[str, Any]:
        return {
            "labels": list(self.labels),
            "statements": [
                full(text=statement.text, label=statement.label)
                | {if_label(label): say for label, say in statement.comments if say}
                for statement in self.statements
            ],
        }

    def bare_fields(self) -> dict[str, Any]:
        statements = [{"text": statement.text} for statement in self.statements]
        return {"labels": list(self.labels), "statements": statements}

    @classmethod
    def from_form(cls, typed: Mapping[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
        labels = [part.strip() for part in typed["labels"].split(",") if part.strip()]
        for row in rows:
            say = row.pop("say", "")
            others = [label for label in labels if label != row.get("label")]
            row |= {if_label(label): say for label in others if say}
        return {"labels": labels, "statements": rows}

    # --- what is shown

    def parts(self) -> Iterator[Part]:
        for each in self.statements:
            yield Part("statement", each.text, key=each.label, wrong=each.comments)

    def shown(self, *, mixed: bool = True) -> list[Group]:
        statements = [statement.text for statement in self.statements]
        return [Group("label", list(self.labels)), Group("statement", statements)]

    def key(self) -> list[str]:
        return [f"{statement.text}: {statement.label}" for statement in self.statements]

    def content(self) -> dict[str, Any]:
        return {
            "labels": list(self.labels),
            "statements": [
                {
                    "text": text.inline(s.text),
                    "label": s.label,
                    "comments": {label: text.inline(say) for label, say in s.comments},
                }
                for s in self.statements
            ],
        }

    def instead(self) -> Instead:
        used = {statement.label for statement in self.statements}
        pairs = tuple(Pair(s.text, s.label, wrong=s.comments) for s in self.statements)
        extra = tuple(Extra(label) for label in self.labels if label not in used)
        match = as_another(Match, self, pairs=pairs, extra=extra)
        return Instead(match, "asked as matching: each statement with its label")

    # --- the learner's copy

    def movable(self) -> list[str]:
        return [statement.text for statement in self.statements]

    def bare(self) -> dict[str, Any]:
        order = self.copy_order()
        return {"statements": tuple(Statement(self.statements[i].text, "") for i in order)}

    def authored(self, response: Any) -> Any:
        if not listed(response):
            return None
        order = self.copy_order()
        given: list[Any] = [None] * len(order)
        for at, label in zip(order, response, strict=False):
            given[at] = label
        return given

    def letters(self) -> tuple[str, ...]:
        return self.labels

    def typed_answer(self) -> Any:
        labels = [self.statements[i].label for i in self.copy_order()]
        return [letter(self.labels.index(label)) for label in labels]


def _statement(
    reader: Reader, node: Node, fields: Values, labels: list[str], said: dict[str, int]
) -> Statement:
    words = reader.text(fields, "text", need="a statement", line=node.line)
    label = reader.text(fields, "label", need="a statement", line=node.line)
    if words and words in said:
        message = f"the statement {words!r} stands twice (first in line {said[words]})"
        reader.fault(node.line, message, "change one of the two")
    said.setdefault(words, node.line)
    if label and label not in labels:
        remedy = meant(label, labels, f"use one of {', '.join(labels)}")
        reader.fault(fields["label"].line, f"the label {label!r} is not in 'labels'", remedy)
    wrong = {if_label(other): other for other in labels if other != label}
    for name in fields:
        if name.startswith("if_") and name not in wrong:
            remedy = meant(name, wrong, "take it out")
            reader.fault(node.keys[name], f"{name!r} names no wrong label", remedy)
    for name, other in wrong.items():
        if name not in fields or fields[name].value == "":
            reader.fault(
                node.line,
                f"the statement {words!r} has no comment for the wrong label {other!r}",
                f"add '{name}: …'",
            )
    comments = tuple((other, reader.text(fields, name)) for name, other in wrong.items())
    return Statement(words, label, comments)
