"""The question bank: YAML in, questions out, and every fault named.

A bank is written by people with a text editor, so a fault says file, line, item, what is
wrong and what to do, and all faults come in one run.  Every value is read as text (``no``,
``1e3`` and ``2020-06-11`` stay what was typed) and only plain mappings, lists and text are
ever built: tags, anchors and aliases are refused.
"""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from . import course
from .questions import (
    KINDS,
    Classify,
    Multiple,
    Near,
    Numeric,
    Option,
    Question,
    Single,
    Statement,
    within,
)

# --- the format: one place says which fields there are; the JSON Schema is tested against it

FILE_FIELDS = ("quiz", "title", "language", "items")
COMMON_FIELDS = (
    "id",
    "type",
    "ask",
    "para",
    "objective",
    "level",
    "hint",
    "explain",
    "sources",
    "points",
    "contested",
    "as_of",
    "status",
    "by",
)
KIND_FIELDS = {
    "single": ("options",),
    "multiple": ("options",),
    "numeric": ("answer", "tolerance", "unit", "near"),
    "classify": ("labels", "statements"),
}
OPTION_FIELDS = ("text", "say", "right")
NEAR_FIELDS = ("value", "say")
STATEMENT_FIELDS = ("text", "label")  # and one if_<label> for each wrong label
LEVELS = ("remember", "understand", "apply", "analyse", "evaluate", "create")
STATUSES = ("draft", "reviewed")
YES = ("yes", "true", "نعم")
NO = ("no", "false", "لا")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_AS_OF = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a bank, and what to do about it."""

    file: str
    line: int
    item: str
    message: str
    remedy: str

    def __str__(self) -> str:
        item = f" {self.item}:" if self.item else ""
        line = f"{self.file}:{self.line}:{item} {self.message}; {self.remedy}"
        # A bank may hold anything; a terminal must not obey it.
        return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)


@dataclass(slots=True)
class Bank:
    """The questions of one or more files by id, where each came from, and all faults."""

    questions: dict[str, Question] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def nearest(self, name: str, count: int = 3) -> list[str]:
        """The ids most like *name*, the likeliest first."""
        return get_close_matches(name, self.questions, n=count, cutoff=0.4)


# --- YAML to nodes ---------------------------------------------------------------------


@dataclass(slots=True)
class Node:
    """A YAML node: ``value`` is text, a list of nodes, or a mapping of key to node."""

    value: str | list[Node] | dict[str, Node]
    line: int
    # Lines of the keys of a mapping, and keys that were given twice.
    keys: dict[str, int] = field(default_factory=dict)
    twice: list[tuple[str, int]] = field(default_factory=list)


class _Refused(Exception):
    def __init__(self, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.line, self.message, self.remedy = line, message, remedy


_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# Deeper than any bank needs; it keeps a hostile file from exhausting the stack.
_DEEPEST = 20


def _compose(text: str) -> Node | None:
    """Build nodes from YAML events; None for a file without content."""
    events = yaml.parse(text, Loader=_LOADER)
    documents: list[Node] = []
    # Each open collection: its node, and for a mapping the key that waits for its value.
    stack: list[tuple[Node, list[Node]]] = []

    def put(node: Node) -> None:
        if not stack:
            documents.append(node)
            return
        parent, waiting = stack[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif not waiting:
            if not isinstance(node.value, str):
                raise _Refused(node.line, "a key is not plain text", "write 'name: value'")
            waiting.append(node)
        else:
            key = waiting.pop()
            name = str(key.value)
            if name in parent.value:
                parent.twice.append((name, key.line))
            else:
                parent.value[name] = node
                parent.keys[name] = key.line

    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(line, f"the alias *{event.anchor} is not allowed", "write it out")
        if isinstance(event, yaml.DocumentStartEvent) and documents:
            raise _Refused(line, "a second YAML document starts here", "remove the --- line")
        if isinstance(event, yaml.NodeEvent):
            if event.anchor:
                raise _Refused(
                    line, f"the anchor &{event.anchor} is not allowed", "write the text out"
                )
            if event.tag:
                raise _Refused(
                    line,
                    f"the tag {event.tag} is not allowed",
                    "remove it, or put text that starts with ! inside double quotes",
                )
        if isinstance(event, yaml.ScalarEvent):
            put(Node(event.value, line))
        elif isinstance(event, yaml.CollectionStartEvent):
            node = Node([] if isinstance(event, yaml.SequenceStartEvent) else {}, line)
            if len(stack) == _DEEPEST:
                raise _Refused(line, "the nesting is too deep", "check the indentation")
            stack.append((node, []))
        elif isinstance(event, yaml.CollectionEndEvent):
            put(stack.pop()[0])
    return documents[0] if documents else None


def _syntax_fault(name: str, text: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    position = getattr(error, "position", None)  # a character that YAML does not allow
    found = mark.line if mark else text.count("\n", 0, position) if position else 0
    line = min(found + 1, max(1, len(text.splitlines())))
    remedy = (
        "check the indentation, and put text inside double quotes when it holds ': ' or ' #' "
        "or starts with a sign such as * & ! @ ` % [ {"
    )
    if "escape" in problem:
        remedy = "inside double quotes write \\\\ for one backslash, or use single quotes"
    if "character" in problem and "\t" in text.splitlines()[line - 1]:
        remedy = "replace the tab by spaces"
    return Fault(name, line, "", f"this is not valid YAML ({problem})", remedy)


# --- nodes to questions ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the course says exists: paragraphs, objectives, sources."""

    paragraphs: frozenset[str]
    objectives: frozenset[str]
    planned: frozenset[str]  # numbers of lessons without a notebook yet
    sources: frozenset[str]


def _column(file: Path, name: str) -> frozenset[str]:
    if not file.is_file():
        return frozenset()
    with file.open(encoding="utf-8", newline="") as rows:
        return frozenset(row[name] for row in csv.DictReader(rows))


def known() -> Known:
    """Read the ids that an item may name from ``seeds/`` and from the lessons."""
    seeds = course.root() / "seeds"
    lessons = course.lessons()
    return Known(
        paragraphs=_column(seeds / "paragraphs.csv", "paragraph"),
        objectives=frozenset(o for lesson in lessons for o in lesson.objectives),
        planned=frozenset(lesson.number for lesson in lessons if not lesson.objectives),
        sources=_column(seeds / "sources.csv", "source_id"),
    )


class _Reader:
    """Reads one item and collects its faults instead of stopping at the first."""

    def __init__(self, file: str, known_ids: Known, faults: list[Fault]) -> None:
        self.file, self.known, self.faults = file, known_ids, faults
        self.item, self.language = "", "en"

    def fault(self, line: int, message: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, line, self.item, message, remedy))

    # -- values

    def mapping(self, node: Node, what: str) -> dict[str, Node] | None:
        if isinstance(node.value, dict):
            for name, line in node.twice:
                self.fault(line, f"{name!r} is given twice", "keep one of the two")
            return node.value
        self.fault(node.line, f"{what} is not a list of 'name: value' lines", "see CONTRIBUTING.md")
        return None

    def fields(
        self, node: Node, allowed: Sequence[str], what: str, prefix: str = ""
    ) -> dict[str, Node] | None:
        """The fields of a mapping; unknown names are faults with the nearest known one."""
        values = self.mapping(node, what)
        if values is not None:
            self.unknown(node, values, allowed, what, prefix)
        return values

    def unknown(
        self,
        node: Node,
        values: dict[str, Node],
        allowed: Sequence[str],
        what: str,
        prefix: str = "",
    ) -> None:
        for name in values:
            if name in allowed or (prefix and name.startswith(prefix)):
                continue
            near = get_close_matches(name, allowed, n=1, cutoff=0.5)
            remedy = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(allowed)}"
            self.fault(node.keys[name], f"unknown field {name!r} in {what}", remedy)

    def text(self, values: dict[str, Node], name: str, *, need: str = "", line: int = 0) -> str:
        """A text value, stripped.  *need* names what lacks it when it is compulsory."""
        node = values.get(name)
        if node is None:
            if need:
                self.fault(line, f"{need} has no {name!r}", f"add a line '{name}: …'")
            return ""
        if not isinstance(node.value, str):
            self.fault(node.line, f"{name!r} is not plain text", f"write '{name}: \"…\"' on a line")
            return ""
        value = node.value.strip()
        if not value and need:
            self.fault(node.line, f"{name!r} is empty", "write the text, or take the line out")
        return value

    def texts(self, values: dict[str, Node], name: str) -> list[tuple[str, int]]:
        """A list of texts, each with its line.  One text alone counts as a list of one."""
        node = values.get(name)
        if node is None:
            return []
        nodes = node.value if isinstance(node.value, list) else [node]
        found = []
        for one in nodes:
            if isinstance(one.value, str):
                found.append((one.value.strip(), one.line))
            else:
                self.fault(one.line, f"{name!r} holds something that is not text", "write [a, b]")
        return found

    def items(self, values: dict[str, Node], name: str, line: int, least: int) -> list[Node]:
        node = values.get(name)
        if node is None:
            self.fault(line, f"there are no {name!r}", f"add '{name}:' and a list under it")
            return []
        if not isinstance(node.value, list):
            self.fault(node.line, f"{name!r} is not a list", "start each entry with '- '")
            return []
        if len(node.value) < least:
            self.fault(
                node.line, f"{name!r} has {len(node.value)} of at least {least} entries", "add more"
            )
        return node.value

    def choice(self, values: dict[str, Node], name: str, allowed: Sequence[str]) -> str:
        value = self.text(values, name)
        if value and value not in allowed:
            near = get_close_matches(value, allowed, n=1, cutoff=0.5)
            remedy = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(allowed)}"
            self.fault(values[name].line, f"{name!r} is {value!r}", remedy)
        return value

    def yes(self, values: dict[str, Node], name: str) -> bool | None:
        """Yes or no (no when it is not given); None, with a fault, for anything else."""
        value = self.text(values, name).lower()
        if value and value not in YES + NO:
            self.fault(values[name].line, f"{name!r} is {value!r}", "write yes or no")
            return None
        return value in YES

    def number(
        self, values: dict[str, Node], name: str, default: float | None, what: str, line: int = 0
    ) -> float | None:
        if name not in values:
            if default is None:
                self.fault(line, f"{what} has no {name!r}", f"add '{name}: 12.5'")
            return default
        value = self.text(values, name)
        if not _NUMBER.fullmatch(value):
            remedy = "write digits with a point for decimals, such as 1423 or 12.5"
            self.fault(values[name].line, f"{name!r} is {value!r}, not a number", remedy)
            return None
        if not math.isfinite(float(value)):
            self.fault(values[name].line, f"{name!r} is too large", "write a smaller number")
            return None
        return float(value)

    # -- items

    def question(self, node: Node) -> tuple[Question, int] | None:
        before = len(self.faults)
        values = node.value if isinstance(node.value, dict) else {}
        named = values.get("id")
        self.item = named.value.strip() if named and isinstance(named.value, str) else ""
        if self.mapping(node, "an item") is None:
            return None
        self.text(values, "id", need="an item", line=node.line)
        if self.item and not _ID.fullmatch(self.item):
            remedy = "use small letters, digits and hyphens, such as 05-permanent-bases"
            self.fault(values["id"].line, f"the id {self.item!r} cannot be used", remedy)
        kind = self.text(values, "type", need="the item", line=node.line)
        if kind and kind not in KINDS:
            near = get_close_matches(kind, KINDS, n=1, cutoff=0.4)
            remedy = f"did you mean {near[0]!r}?" if near else f"known types: {', '.join(KINDS)}"
            self.fault(values["type"].line, f"unknown type {kind!r}", remedy)
        own = KIND_FIELDS.get(kind)
        if own is None:  # without a type nobody can say which fields belong; a slip in 'type' shows
            known_fields = COMMON_FIELDS + tuple(
                f for fields in KIND_FIELDS.values() for f in fields
            )
            self.unknown(node, values, known_fields, "an item")
            return None
        self.unknown(node, values, COMMON_FIELDS + own, f"a {kind} item")
        common = {
            "id": self.item,
            "ask": self.text(values, "ask", need="the item", line=node.line),
            "para": self._ids(values, "para", self.known.paragraphs, "paragraph"),
            "objective": self._objective(values),
            "level": self.choice(values, "level", LEVELS),
            "hint": self.text(values, "hint"),
            "explain": self.text(values, "explain"),
            "sources": self._ids(values, "sources", self.known.sources, "source"),
            "points": self.number(values, "points", 1.0, "the item") or 0.0,
            "contested": bool(self.yes(values, "contested")),
            "as_of": self.text(values, "as_of"),
            "status": self.choice(values, "status", STATUSES),
            "by": self.text(values, "by"),
            "language": self.language,
        }
        if "points" in values and len(self.faults) == before and common["points"] <= 0:
            self.fault(values["points"].line, "'points' is not above zero", "write 1 or more")
        if common["as_of"] and not _AS_OF.fullmatch(common["as_of"]):
            self.fault(
                values["as_of"].line, f"'as_of' is {common['as_of']!r}", 'write it as "2026-01"'
            )
        build: Callable[..., Question] = getattr(self, f"_{kind}")
        question = build(values, common, node.line)
        return (question, node.line) if len(self.faults) == before else None

    def _ids(
        self, values: dict[str, Node], name: str, ids: frozenset[str], what: str
    ) -> tuple[str, ...]:
        found = self.texts(values, name)
        if name in values and values[name].value == "":
            self.fault(values[name].line, f"{name!r} is empty", f"name a {what}, or take it out")
            return ()
        for value, line in found:
            if value not in ids:
                near = get_close_matches(value, ids, n=2, cutoff=0.4)
                remedy = f"did you mean {' or '.join(near)}?" if near else f"no {what} is like it"
                self.fault(line, f"unknown {what} {value!r}", remedy)
        return tuple(value for value, _ in found)

    def _objective(self, values: dict[str, Node]) -> str:
        value = self.text(values, "objective")
        planned = value[:2] in self.known.planned and re.fullmatch(r"\d\d-\d+", value)
        if value and value not in self.known.objectives and not planned:
            same = sorted(o for o in self.known.objectives if o[:2] == value[:2])
            near = same or get_close_matches(value, sorted(self.known.objectives), n=3, cutoff=0)
            remedy = f"choose one of {', '.join(near)}" if near else "no lesson has objectives yet"
            self.fault(values["objective"].line, f"unknown objective {value!r}", remedy)
        return value

    def _options(self, values: dict[str, Node], line: int) -> tuple[Option, ...]:
        found: list[Option] = []
        lines: dict[str, int] = {}
        for node in self.items(values, "options", line, 2):
            fields = self.fields(node, OPTION_FIELDS, "an option")
            if fields is None:
                continue
            right = self.yes(fields, "right")
            option = Option(
                self.text(fields, "text", need="an option", line=node.line),
                self.text(fields, "say"),
                bool(right),
            )
            if right is False and not option.say:
                self.fault(
                    node.line,
                    f"the wrong option {option.text!r} has no comment",
                    "add 'say:' that tells why someone would pick it and what to re-read",
                )
            same = " ".join(option.text.lower().split())
            if same and same in lines:
                self.fault(
                    node.line,
                    f"the option {option.text!r} stands twice (first in line {lines[same]})",
                    "change one of the two",
                )
            lines.setdefault(same, node.line)
            found.append(option)
        return tuple(found)

    def _single(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        options = self._options(values, line)
        right = sum(option.right for option in options)
        if options and right == 0:
            self.fault(line, "no option is marked right", "add 'right: yes' to the right one")
        elif right > 1:
            self.fault(
                line,
                f"{right} options are marked right",
                "keep one 'right: yes', or write 'type: multiple'",
            )
        return Single(**common, options=options)

    def _multiple(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        options = self._options(values, line)
        right = sum(option.right for option in options)
        if options and right == 0:
            self.fault(line, "no option is marked right", "add 'right: yes' to each right one")
        elif options and right == len(options):
            self.fault(
                line, "every option is marked right", "add an option that is wrong, with its 'say:'"
            )
        return Multiple(**common, options=options)

    def _numeric(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        answer = self.number(values, "answer", None, "a numeric item", line)
        tolerance = self.number(values, "tolerance", 0.0, "a numeric item")
        if tolerance is not None and tolerance < 0:
            self.fault(values["tolerance"].line, "'tolerance' is below zero", "write 0 or more")
        near = []
        for node in self.items(values, "near", line, 1) if "near" in values else []:
            fields = self.fields(node, NEAR_FIELDS, "a near value")
            if fields is None:
                continue
            value = self.number(fields, "value", None, "a near value", node.line)
            say = self.text(fields, "say", need="a near value", line=node.line)
            if value is None or answer is None or tolerance is None:
                continue
            if within(value, answer, tolerance):
                self.fault(
                    node.line,
                    f"the near value {value:g} lies within the tolerance, so it counts as right",
                    "move it away from the answer, or make the tolerance smaller",
                )
            near.append(Near(value, say))
        return Numeric(
            **common,
            answer=answer or 0.0,
            answer_text=self.text(values, "answer") if answer is not None else "",
            tolerance=tolerance or 0.0,
            unit=self.text(values, "unit"),
            near=tuple(near),
        )

    def _classify(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        known_faults = len(self.faults)
        labels = [value for value, _ in self.texts(values, "labels")]
        if len(labels) < 2 and len(self.faults) == known_faults:
            self.fault(line, "there are fewer than two 'labels'", "write 'labels: [a, b]'")
        fields_of: dict[str, str] = {}
        for label in labels:
            name = "if_" + label.replace(" ", "_")
            if name in fields_of:
                message = f"the labels {fields_of[name]!r} and {label!r} are the same in {name!r}"
                self.fault(values["labels"].line, message, "change one of the two")
            fields_of.setdefault(name, label)
        if len(self.faults) > known_faults:  # each statement would only repeat it
            return Classify(**common, labels=tuple(labels), statements=())
        said: dict[str, int] = {}
        found = []
        for node in self.items(values, "statements", line, 2):
            fields = self.fields(node, STATEMENT_FIELDS, "a statement", prefix="if_")
            if fields is None:
                continue
            text = self.text(fields, "text", need="a statement", line=node.line)
            label = self.text(fields, "label", need="a statement", line=node.line)
            if text and text in said:
                message = f"the statement {text!r} stands twice (first in line {said[text]})"
                self.fault(node.line, message, "change one of the two")
            said.setdefault(text, node.line)
            if label and label not in labels:
                near = get_close_matches(label, labels, n=1, cutoff=0.4)
                remedy = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(labels)}"
                self.fault(fields["label"].line, f"the label {label!r} is not in 'labels'", remedy)
            wrong = {"if_" + other.replace(" ", "_"): other for other in labels if other != label}
            for name in fields:
                if name.startswith("if_") and name not in wrong:
                    near = get_close_matches(name, wrong, n=1, cutoff=0.4)
                    remedy = f"did you mean {near[0]!r}?" if near else "take it out"
                    self.fault(node.keys[name], f"{name!r} names no wrong label", remedy)
            for name, other in wrong.items():
                if name not in fields or fields[name].value == "":
                    self.fault(
                        node.line,
                        f"the statement {text!r} has no comment for the wrong label {other!r}",
                        f"add '{name}: …'",
                    )
            comments = tuple((other, self.text(fields, name)) for name, other in wrong.items())
            found.append(Statement(text, label, comments))
        return Classify(**common, labels=tuple(labels), statements=tuple(found))


# --- files -----------------------------------------------------------------------------


def shown(path: Path) -> str:
    """The path as the person at the keyboard would type it."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive on Windows
        return str(path)


def read_file(path: Path, ids: Known, bank: Bank) -> None:
    """Add the questions and the faults of one file to *bank*."""
    name = shown(path)

    def whole(message: str, remedy: str, line: int = 1) -> None:
        bank.faults.append(Fault(name, line, "", message, remedy))

    try:
        raw = path.read_bytes()
    except OSError as error:
        return whole(f"the file cannot be read ({error.strerror})", "check its name and rights")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return whole("the file is not UTF-8 text", "save it as UTF-8 in your editor", line)
    try:
        top = _compose(text)
    except _Refused as refused:
        return whole(refused.message, refused.remedy, refused.line)
    except yaml.YAMLError as error:
        bank.faults.append(_syntax_fault(name, text, error))
        return None
    if top is None or top.value == "":
        return whole("the file is empty", "start with 'quiz:', 'title:' and 'items:'")

    reader = _Reader(name, ids, bank.faults)
    values = reader.fields(top, FILE_FIELDS, "the file")
    if values is None:
        return None
    reader.text(values, "quiz", need="the file", line=top.line)
    reader.text(values, "title")
    reader.language = reader.text(values, "language") or "en"
    if not _LANGUAGE.fullmatch(reader.language):
        remedy = "write two letters, such as en or ar"
        reader.fault(values["language"].line, f"'language' is {reader.language!r}", remedy)
    for node in reader.items(values, "items", top.line, 1):
        read = reader.question(node)
        seen = bank.places.get(reader.item)
        if seen:
            reader.fault(
                node.line,
                f"the id {reader.item!r} is already used in {seen[0]}:{seen[1]}",
                "give one of the two another id",
            )
            continue
        if reader.item:
            bank.places[reader.item] = (name, node.line)
        if read:
            bank.questions[read[0].id] = read[0]
    return None


def files(paths: Iterable[str | Path] = ()) -> Iterator[Path]:
    """The bank files among *paths* (folders are searched); the course's own when none is given."""
    for path in [Path(p) for p in paths] or [course.root() / "exercises"]:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml"))
        else:
            yield path


def read(paths: Iterable[str | Path] = ()) -> Bank:
    """Read banks and report every fault of every file in one go.

    With no *paths* the course's own bank is read.  Nothing is raised for a bad file: the
    faults are in the result, sorted by file and line.
    """
    bank, ids = Bank(), known()
    for path in files(paths):
        read_file(path, ids, bank)
    bank.faults.sort(key=lambda fault: (fault.file, fault.line))
    return bank


@lru_cache(maxsize=2)
def _course_bank(_stamps: tuple[tuple[str, int, int], ...]) -> Bank:
    return read()


def course_bank() -> Bank:
    """The course's own bank, read again only when one of its files has changed."""
    stamps = []
    for path in files():
        stat = path.stat()
        stamps.append((str(path), stat.st_mtime_ns, stat.st_size))
    return _course_bank(tuple(stamps))
