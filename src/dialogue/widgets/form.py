"""A form for those who would rather not type YAML: the same question, the same bank.

The form knows no rules.  What is typed becomes the entry that an author would have typed, and
the bank's own reader names the faults.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from dialogue import bank
from dialogue.bank import authoring, writing
from dialogue.course import catalogue, files
from dialogue.course.files import FileFault
from dialogue.page.text import TWIN
from dialogue.questions import KINDS, Question

# "auto" leaves room for a widget's own margins, which "100%" does not.
_WIDE = {"layout": widgets.Layout(width="auto"), "style": {"description_width": "11em"}}
_HERE = Path(__file__).parent / "static"
_RIGHT = {"text": "text", "say": "comment", "right": "right"}

# Rows of a kind: how many, under which field, and the name of each column with its label.  What
# stands behind "|" is shown in the empty field: a label is cut off where it is too long.
_ROWS: dict[str, tuple[int, str, dict[str, str]]] = {
    "single": (5, "options", _RIGHT),
    "multiple": (6, "options", _RIGHT),
    "evidence": (
        5,
        "options",
        {"para": "paragraph|such as P6", "say": "comment", "right": "right"},
    ),
    "numeric": (
        2,
        "near",
        {"value": "wrong number|that a slip gives", "say": "comment|which slip"},
    ),
    "order": (6, "order", {"text": "event|earliest first", "date": "date|such as 2020-06-11"}),
    "match": (
        6,
        "pairs",
        {"left": "left", "right": "right", "say": "comment|for those who choose another"},
    ),
    "short": (3, "wrong", {"text": "wrong answer|that people write", "say": "comment"}),
    "classify": (
        6,
        "statements",
        {"text": "statement", "label": "label", "say": "comment|on any other label"},
    ),
    "forecast": (3, "bands", {"from": "from|per cent", "to": "to|per cent", "say": "comment"}),
}
# Single fields of a kind: name to label.
_FIELDS: dict[str, dict[str, str]] = {
    "numeric": {"answer": "right number", "tolerance": "tolerance", "unit": "unit"},
    "short": {"accept": "right answers|with semicolons between them"},
    "classify": {"labels": "labels|with commas between them"},
    "match": {"extra": "extra right|one that fits nothing", "extra_say": "comment|on choosing it"},
    "order": {"if": "wrong order|TEXT before TEXT", "if_say": "comment|on that order"},
    "forecast": {
        "resolves": "settled on|such as 2020-07-31",
        "happened": "happened|yes, no or unknown",
        "who": "other forecast|by whom",
        "chance": "its chance|per cent",
    },
}


class _Said(anywidget.AnyWidget):
    """What was found, as a live region, and the guard of the form's keys (keys.js says why)."""

    _esm = "".join((_HERE / name).read_text("utf-8") for name in ("keys.js", "form.js"))
    lines = traitlets.List(traitlets.Unicode()).tag(sync=True)


class Form:
    """The form in a notebook.  ``item()`` is what stands in it as a bank's entry."""

    def __init__(self) -> None:
        lessons = [
            lesson for lesson in catalogue.lessons() if lesson.written and lesson.number != "00"
        ]
        self.lessons = {lesson.stem: lesson for lesson in lessons}
        self.lesson = self._menu("Lesson", [(f"{x.number} {x.title}", x.stem) for x in lessons])
        self.kind = self._menu("Kind", list(KINDS))
        self.objective = self._menu("Objective", [("none", "")])
        self.level = self._menu("Level", list(bank.LEVELS), "understand")
        self.common = {
            "id": self._line("Id"),
            "ask": self._area("Question"),
            "hint": self._area("Hint"),
            "explain": self._area("Explanation"),
            "para": self._line("Paragraphs|such as P6, P7"),
            "sources": self._line("Source ids|with commas between them"),
        }
        self.confidence = widgets.Checkbox(description="ask how sure the learner is", indent=False)
        self.own: dict[str, Any] = {}
        self.rows: list[dict[str, Any]] = []
        # What was typed for one kind is there again when that kind is chosen again.
        self._typed: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
        self.middle = widgets.VBox()
        self.said = _Said()
        self.shown = widgets.VBox()
        buttons = [
            self._button("Check", self.check),
            self._button("Preview", self.preview),
            self._button("Save", self.save),
        ]
        self.lesson.observe(self._lesson_changed, "value")
        self.kind.observe(self._kind_changed, "value")
        self._lesson_changed()
        self._kind_changed()
        first = [self.lesson, self.objective, self.kind, self.level, self.common["id"]]
        last = [self.common[name] for name in ("hint", "explain", "para", "sources")]
        self.box = widgets.VBox(
            [
                *first,
                self.common["ask"],
                self.middle,
                *last,
                self.confidence,
                widgets.HBox(buttons),
                self.said,
                self.shown,
            ]
        )
        self.box.add_class("dialogue-author")

    # -- parts

    def _menu(self, label: str, options: list[Any], value: Any = None) -> widgets.Dropdown:
        menu = widgets.Dropdown(options=options, description=label, **_WIDE)
        if value is not None:
            menu.value = value
        return menu

    def _line(self, label: str) -> widgets.Text:
        label, _, inside = label.partition("|")
        return widgets.Text(description=label, placeholder=inside, continuous_update=False, **_WIDE)

    def _area(self, label: str) -> widgets.Textarea:
        return widgets.Textarea(description=label, rows=2, continuous_update=False, **_WIDE)

    def _button(self, label: str, act: Callable[[], None]) -> widgets.Button:
        button = widgets.Button(description=label)
        button.on_click(lambda _button: act())
        return button

    def _lesson_changed(self, _change: Any = None) -> None:
        lesson = self.lessons[self.lesson.value]
        self.objective.options = [
            *((f"{name} {words}", name) for name, words in lesson.objectives.items()),
            ("none", ""),
        ]
        self._fresh_id()

    def _kind_changed(self, _change: Any = None) -> None:
        kind = self.kind.value
        if kind not in self._typed:
            self._typed[kind] = self._fields_of(kind)
        self.own, self.rows = self._typed[kind]
        lines = [field for row in self.rows for field in row.values()]
        self.middle.children = [*self.own.values(), *lines]
        self._fresh_id()

    def _fields_of(self, kind: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Empty fields of a kind: the single ones, and its rows."""
        own = {name: self._line(label) for name, label in _FIELDS.get(kind, {}).items()}
        count, field, columns = _ROWS[kind]
        rows = []
        for number in range(1, count + 1):
            row: dict[str, Any] = {}
            for name, label in columns.items():
                if field == "options" and name == "right":
                    row[name] = widgets.Checkbox(description=f"{number}: right", indent=False)
                else:
                    row[name] = self._line(f"{number}: {label}")
            rows.append(row)
        return own, rows

    def _fresh_id(self) -> None:
        own = self.common["id"]
        if not own.value or "-new-" in own.value:
            own.value = authoring.free_id(self.lessons[self.lesson.value], self.kind.value)

    # -- what was typed

    def item(self) -> dict[str, Any]:
        """The entry as an author would type it; what was left empty is left out."""
        typed = {name: field.value.strip() for name, field in self.own.items()}
        common = {name: field.value.strip() for name, field in self.common.items()}
        kind = self.kind.value
        item: dict[str, Any] = {
            "id": common["id"],
            "type": kind,
            "status": "draft",
            "objective": self.objective.value,
            "level": self.level.value,
            "para": _several(common["para"], ","),
            "ask": common["ask"],
            **self._own_of(kind, typed),
            "hint": common["hint"],
            "explain": common["explain"],
            "sources": _several(common["sources"], ","),
        }
        if self.confidence.value:
            item["confidence"] = "probability" if kind == "forecast" else "ask"
        return {name: value for name, value in item.items() if value not in ("", [])}

    def _own_of(self, kind: str, typed: Mapping[str, str]) -> dict[str, Any]:
        name = _ROWS[kind][1]
        rows = []
        for fields in self.rows:
            row: dict[str, Any] = {
                key: field.value.strip()
                for key, field in fields.items()
                if isinstance(field.value, str)
            }
            row = {key: value for key, value in row.items() if value}
            if row and "right" in fields and fields["right"].value is True:
                row["right"] = "yes"
            if row:
                rows.append(row)
        own: dict[str, Any] = {name: rows}
        match kind:
            case "numeric":
                answer = typed["answer"]
                several = _several(answer, ";")
                own |= {"answer": several if len(several) > 1 else answer}
                own |= {key: typed[key] for key in ("tolerance", "unit") if typed[key]}
            case "short":
                own |= {"accept": _several(typed["accept"], ";"), "spelling": "forgiving"}
            case "classify":
                labels = _several(typed["labels"], ",")
                for row in rows:
                    say = row.pop("say", "")
                    others = [label for label in labels if label != row.get("label")]
                    row |= {writing.if_label(label): say for label in others if say}
                own = {"labels": labels, "statements": rows}
            case "match" if typed["extra"]:
                own["extra_right"] = [{"text": typed["extra"], "say": typed["extra_say"]}]
            case "order" if typed["if"]:
                own["mistakes"] = [{"if": typed["if"], "say": typed["if_say"]}]
            case "forecast":
                own |= {key: typed[key] for key in ("resolves", "happened") if typed[key]}
                if typed["who"]:
                    own["reference"] = [{"who": typed["who"], "chance": typed["chance"]}]
        return own

    # -- what is done with it

    def read(self) -> tuple[Question | None, list[str]]:
        """The question, or None, and what is wrong with it in the bank reader's words."""
        lesson = self.lessons[self.lesson.value]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "form.yaml"
            text = writing.bank_text([self.item()], lesson.title, lesson.stem)
            files.write(file, text)
            found = bank.read([file], keep_nodes=False)
        faults = [f"{fault.message}; {fault.remedy}" for fault in found.faults]
        return next(iter(found.questions.values()), None), faults

    def _say(self, lines: list[str]) -> None:
        self.said.lines = lines

    def check(self) -> None:
        """Name the faults, or say that there is none."""
        question, faults = self.read()
        self.shown.children = []
        self._say(faults or (["No faults."] if question else ["Nothing was typed yet."]))

    def preview(self) -> None:
        """Show the question as a learner meets it."""
        from dialogue.widgets.quiz import Quiz

        question, faults = self.read()
        self._say(faults or ["This is the question. What you answer here is kept as yours."])
        self.shown.children = [Quiz([question])] if question else []

    def save(self) -> None:
        """Add the question to the lesson's bank, in the overlay if one is in use."""
        question, faults = self.read()
        self.shown.children = []
        if question is None or faults:
            return self._say(faults or ["Nothing was typed yet."])
        lesson = self.lessons[self.lesson.value]
        file = authoring.home(lesson)
        try:
            taken = bank.course_bank().places.get(question.id)
            if taken:
                raise FileFault(taken[0], f"{question.id} is there already", "choose another id")
            line = authoring.add(file, _entry(self.item()), lesson)
        except FileFault as fault:
            return self._say([str(fault)])
        self._say(
            [
                f"Saved as {question.id} in {bank.shown(file)}:{line}, as a draft.",
                "Take out its line 'status: draft' when it is ready.",
            ]
        )
        # An empty form for the next question; lesson, objective, kind and level stay.
        for field in self.common.values():
            field.value = ""
        self.confidence.value = False
        self._typed.pop(self.kind.value)
        self._kind_changed()
        return None

    def __repr__(self) -> str:
        return "A form for a new question. Run this cell to use it."

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data = self.box._repr_mimebundle_(**kwargs)
        data, metadata = data if isinstance(data, tuple) else (data, {})
        html = f"{TWIN}<p>{escape(repr(self))}</p></div>"
        return {**data, "text/html": html, "text/plain": repr(self)}, metadata


def _several(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _entry(item: Mapping[str, Any]) -> str:
    """*item* as one entry of a bank, indented as :func:`authoring.add` expects."""
    text = writing.bank_text([item], "", "x")
    lines = text[text.index("items:\n") + len("items:\n") :].splitlines()
    depth = len(lines[0]) - len(lines[0].lstrip())
    return "".join(f"  {line[depth:]}\n" if line.strip() else "\n" for line in lines)


def author() -> Form:
    """A form that writes a question into the bank of a lesson, and needs no YAML."""
    return Form()
