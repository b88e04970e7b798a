"""A form for those who would rather not type YAML: the same question, the same bank.

The form knows no rules.  What is typed becomes the entry that an author would have typed, and
the bank's own reader names the faults.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import traitlets

from dialogue import bank
from dialogue.bank import authoring, pictures, writing
from dialogue.course import catalogue, files
from dialogue.course.files import FileFault
from dialogue.page.html import as_twin, element
from dialogue.page.words import FORM as WORDS
from dialogue.questions import KINDS, Question
from dialogue.widgets import scripts
from dialogue.widgets.base import Twinned, View
from dialogue.widgets.quiz import Quiz

# "auto" leaves room for a widget's own margins, which "100%" does not.
_WIDE = {"layout": widgets.Layout(width="auto"), "style": {"description_width": "11em"}}


class _Said(View):
    """The buttons, what came of them as a live region, and the guard of the form's keys
    (shared.js says why)."""

    _esm = scripts.script("form")
    lines = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, acts: Mapping[str, Callable[[], None]]) -> None:
        super().__init__(strings=WORDS)
        self._acts = acts
        self.on_msg(self._received)

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        event = message.get("event") if isinstance(message, dict) else None
        if isinstance(event, str) and event in self._acts:
            try:
                self._acts[event]()
            except FileFault as fault:
                self.lines = [str(fault)]
            except OSError as error:  # no room for the draft that is checked, for instance
                self.lines = [f"Not done: {files.reason(error)}."]
            self.send({"event": "done"})


class _Box(Twinned, widgets.VBox):
    """The whole form; its twin says how to use it."""

    twin_html = as_twin(element("p", WORDS["live"]))
    twin_text = WORDS["live"]


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
        self.said = _Said({"check": self.check, "preview": self.preview, "save": self.save})
        self.shown = widgets.VBox()
        self.lesson.observe(self._lesson_changed, "value")
        self.kind.observe(self._kind_changed, "value")
        self._lesson_changed()
        self._kind_changed()
        first = [self.lesson, self.objective, self.kind, self.level, self.common["id"]]
        last = [self.common[name] for name in ("hint", "explain", "para", "sources")]
        self.box = _Box(
            [
                *first,
                self.common["ask"],
                self.middle,
                *last,
                self.confidence,
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
        form = KINDS[kind].form
        own = {name: self._line(label) for name, label in form.fields.items()}
        rows = []
        for number in range(1, form.rows + 1):
            row: dict[str, Any] = {}
            for name, label in form.columns.items():
                if form.field == "options" and name == "right":
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
            **KINDS[kind].from_form(typed, self._rows()),
            "hint": common["hint"],
            "explain": common["explain"],
            "sources": _several(common["sources"], ","),
        }
        if self.confidence.value:
            item["confidence"] = KINDS[kind].certainty
        return {name: value for name, value in item.items() if value not in ("", [])}

    def _rows(self) -> list[dict[str, Any]]:
        """The rows in which something was typed."""
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
        return rows

    # -- what is done with it

    def read(self) -> tuple[Question | None, list[str]]:
        """The question, or None, and what is wrong with it in the bank reader's words."""
        lesson = self.lessons[self.lesson.value]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "form.yaml"
            # A picture that is named lies beside the bank that the question will go to.
            home = authoring.home(lesson).parent
            item, shown = pictures.beside(self.item(), Path(folder), home)
            pictures.write(shown)
            text = writing.bank_text([item], lesson.title, lesson.stem)
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
        return WORDS["live"]

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.box._repr_mimebundle_(**kwargs)


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
