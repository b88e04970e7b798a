"""The question bank: YAML in, questions out, and every fault named.

A bank is written by people with a text editor, so a fault says file, line, item, what is
wrong and what to do, and all faults come in one run.  Every value is read as text (``no``,
``1e3`` and ``2020-06-11`` stay what was typed) and only plain mappings, lists and text are
ever built: tags, anchors and aliases are refused.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml

from dialogue.course import catalogue
from dialogue.course import files as course_files
from dialogue.course.faults import Fault as Fault
from dialogue.course.faults import nearest as nearest
from dialogue.course.faults import printable as printable
from dialogue.course.faults import shown as shown
from dialogue.questions import (
    KINDS,
    Band,
    Classify,
    Event,
    Evidence,
    Extra,
    Forecast,
    Match,
    Mistake,
    Multiple,
    Near,
    Numeric,
    Option,
    Order,
    Pair,
    Question,
    Reference,
    Short,
    Single,
    Slip,
    Statement,
    fold,
    grade,
    within,
)

# Room for 10,000 questions; a larger file is a mistake, or wants to be two.
MOST_BYTES = 16 * 2**20
# Budgets beside the bytes: values in a file (the longest bank has 900), entries of one list
# or fields of one mapping within a question, letters of one text, and faults that anybody
# would mend in one go.
MOST_VALUES, MOST_ENTRIES, MOST_TEXT, MOST_FAULTS = 400_000, 200, 20_000, 500

# --- the format: one place says which fields there are; the JSON Schema is tested against it

FILE_FIELDS = ("quiz", "title", "language", "released", "items")
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
    "confidence",
    "use",
    "shuffle",
    "was",
)
KIND_FIELDS = {
    "single": ("options",),
    "multiple": ("options",),
    "numeric": ("answer", "answer_from", "tolerance", "unit", "near"),
    "order": ("order", "mistakes"),
    "match": ("pairs", "extra_right"),
    "short": ("accept", "wrong", "spelling"),
    "classify": ("labels", "statements"),
    "evidence": ("options",),
    "forecast": ("resolves", "happened", "reference", "bands", "opens"),
}
OPTION_FIELDS = ("text", "say", "right")
NEAR_FIELDS = ("value", "say")
STATEMENT_FIELDS = ("text", "label")  # and one if_<label> for each wrong label
EVENT_FIELDS = ("text", "date")
MISTAKE_FIELDS = ("if", "say")
PAIR_FIELDS = ("left", "right", "say", "wrong")
CONFUSION_FIELDS = ("right", "say")
SLIP_FIELDS = ("text", "say")  # of a wrong short answer, and of a right-hand side left over
EVIDENCE_FIELDS = ("para", "say", "right")
REFERENCE_FIELDS = ("who", "chance")
BAND_FIELDS = ("from", "to", "say")
FROM_FIELDS = ("table", "column", "where", "take", "divide_by", "multiply_by", "round", "vary")
TAKES = ("value", "sum", "mean", "count", "min", "max", "column")
LEVELS = ("remember", "understand", "apply", "analyse", "evaluate", "create")
STATUSES = ("draft", "reviewed")
USES = ("learn", "lane", "vote", "graded")
SPELLINGS = ("exact", "forgiving")
CONFIDENCES = dict.fromkeys(KIND_FIELDS, ("ask",)) | {"forecast": ("probability",)}
HAPPENED = ("yes", "no", "unknown")
YES = ("yes", "true", "نعم")
NO = ("no", "false", "لا")

_MOST_BEFORES = 50
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_AS_OF = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")


@dataclass(slots=True)
class Bank:
    """The questions of one or more files by id, where each came from, and all faults."""

    questions: dict[str, Question] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    # What each question was read from: advice finds the line of a field there.
    nodes: dict[str, Node] = field(default_factory=dict)
    keep_nodes: bool = True

    def nearest(self, name: str, count: int = 3) -> list[str]:
        """The ids most like *name*, the likeliest first."""
        return nearest(name, self.questions, count)


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
    values = 0

    def put(node: Node) -> None:
        if not stack:
            documents.append(node)
            return
        parent, waiting = stack[-1]
        if len(stack) > 2 and len(parent.value) > MOST_ENTRIES:
            message = f"more than {MOST_ENTRIES} entries are in the list or mapping here"
            raise _Refused(parent.line, message, "make several questions of it")
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
            values += 1
            if values > MOST_VALUES:
                message = f"the file holds more than {MOST_VALUES} values"
                raise _Refused(line, message, "make several banks of it")
            if len(event.value) > MOST_TEXT:
                message = f"a text is longer than {MOST_TEXT} letters"
                raise _Refused(line, message, "shorten it, or look for a quotation mark not closed")
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
    lessons: frozenset[str] = frozenset()  # numbers of all lessons


def _column(file: Path, name: str) -> frozenset[str]:
    if not file.is_file():
        return frozenset()
    with file.open(encoding="utf-8", newline="") as rows:
        return frozenset(row[name] for row in csv.DictReader(rows))


def known() -> Known:
    """Read the ids that an item may name from ``seeds/`` and from the lessons."""
    seeds = catalogue.root() / "seeds"
    lessons = catalogue.lessons()
    return Known(
        paragraphs=_column(seeds / "paragraphs.csv", "paragraph"),
        objectives=frozenset(o for lesson in lessons for o in lesson.objectives),
        planned=frozenset(lesson.number for lesson in lessons if not lesson.objectives),
        sources=_column(seeds / "sources.csv", "source_id"),
        lessons=frozenset(lesson.number for lesson in lessons),
    )


def _same(text: str) -> str:
    """Two texts that differ only in capitals and spaces are the same to a reader."""
    return " ".join(text.casefold().split())


def _real(text: str) -> bool:
    """Is it an ISO year, month or day that the calendar has?"""
    if not _AS_OF.fullmatch(text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


# --- a key that comes from a table -------------------------------------------------------


@lru_cache(maxsize=64)
def _rows(path: Path, _stamp: int) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restval="")
        rows = [{k: v for k, v in row.items() if k is not None} for row in reader]
        return tuple(reader.fieldnames or ()), rows


def stands(value: str, text: str) -> list[tuple[int, int]]:
    """Where *value* stands in *text* as words of its own: start and end of each place."""
    places = re.finditer(rf"(?<![\w-]){re.escape(value)}(?![\w-])", text)
    return [place.span() for place in places] if value else []


def decimal_text(value: float, digits: int | None = None) -> str:
    """*value* as people write it: *digits* decimals, else whole, else six significant digits."""
    if digits is not None:
        text = f"{value:.{digits}f}"
    elif value.is_integer() and abs(value) < 1e15:
        text = str(int(value))
    else:
        text = f"{Decimal(f'{value:.6g}'):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text[1:] if text.startswith("-") and not float(text) else text


class _Reader:
    """Reads one item and collects its faults instead of stopping at the first."""

    def __init__(self, file: str, known_ids: Known, faults: list[Fault]) -> None:
        self.file, self.known, self.faults = file, known_ids, faults
        self.item, self.language = "", "en"
        # A learner's copy: graded items in it have no key, and must not have one.
        self.released = False

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
        for name in list(values):
            if name in allowed or (prefix and name.startswith(prefix)):
                continue
            near = nearest(name, allowed, cutoff=0.5)
            remedy = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(allowed)}"
            self.fault(node.keys[name], f"unknown field {name!r} in {what}", remedy)
            self.mend(values, name, allowed)

    @staticmethod
    def mend(values: dict[str, Node], name: str, allowed: Sequence[str]) -> None:
        """Read a misspelt field as what it must mean, so that one slip gives one fault."""
        near = nearest(name, allowed, cutoff=0.7)
        if near and near[0] not in values:
            values[near[0]] = values[name]

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

    def entries(
        self,
        values: dict[str, Node],
        name: str,
        line: int,
        least: int,
        allowed: Sequence[str],
        what: str,
    ) -> Iterator[tuple[Node, dict[str, Node]]]:
        """The mappings of a list, each with its node; whatever else stands there is a fault."""
        for node in self.items(values, name, line, least):
            fields = self.fields(node, allowed, what)
            if fields is not None:
                yield node, fields

    def once(self, seen: dict[str, int], text: str, line: int, what: str) -> None:
        """Each *what* stands once; *seen* collects the lines."""
        same = _same(text)
        if same and same in seen:
            self.fault(
                line,
                f"{what} {text!r} stands twice (first in line {seen[same]})",
                "change one of the two",
            )
        seen.setdefault(same, line)

    def choice(self, values: dict[str, Node], name: str, allowed: Sequence[str]) -> str:
        value = self.text(values, name)
        if value and value not in allowed:
            near = nearest(value, allowed, cutoff=0.5)
            remedy = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(allowed)}"
            self.fault(values[name].line, f"{name!r} is {value!r}", remedy)
        return value

    def yes(self, values: dict[str, Node], name: str, default: bool = False) -> bool | None:
        """Yes or no (*default* when it is not given); None, with a fault, for anything else."""
        value = self.text(values, name).lower()
        if value and value not in YES + NO:
            self.fault(values[name].line, f"{name!r} is {value!r}", "write yes or no")
            return None
        return value in YES if value else default

    def number(
        self, values: dict[str, Node], name: str, default: float | None, what: str, line: int = 0
    ) -> float | None:
        if name not in values:
            if default is None:
                self.fault(line, f"{what} has no {name!r}", f"add '{name}: 12.5'")
            return default
        if not isinstance(values[name].value, str):
            self.fault(values[name].line, f"{name!r} is not a number", f"write '{name}: 12.5'")
            return None
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
        if "type" not in values:
            for name in nearest("type", values, cutoff=0.7):
                if name not in COMMON_FIELDS:
                    values["type"] = values[name]
                    self.fault(
                        node.keys[name],
                        f"unknown field {name!r} in an item",
                        "did you mean 'type'?",
                    )
                    del values[name]
        kind = self.text(values, "type", need="the item", line=node.line)
        if kind and kind not in KINDS:
            near = nearest(kind, KINDS)
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
            "confidence": self.choice(values, "confidence", CONFIDENCES[kind]) == "ask",
            "use": self.choice(values, "use", USES) or "learn",
            "shuffle": self.yes(values, "shuffle", default=True) is not False,
            "was": self._was(values),
        }
        if "points" in values and len(self.faults) == before and common["points"] <= 0:
            self.fault(values["points"].line, "'points' is not above zero", "write 1 or more")
        if common["as_of"] and not _real(common["as_of"]):
            self.fault(
                values["as_of"].line, f"'as_of' is {common['as_of']!r}", 'write it as "2026-01"'
            )
        build: Callable[..., Question] = getattr(self, f"_{kind}")
        if self.released and common["use"] == "graded":
            build = partial(self._keyless, kind)
        question = build(values, common, node.line)
        return (question, node.line) if len(self.faults) == before else None

    def _keyless(
        self, kind: str, values: dict[str, Node], common: dict[str, Any], line: int
    ) -> Question:
        """A graded item as ``dialogue release`` writes it: what is asked, and nothing more."""

        def each(name: str, *parts: str) -> list[tuple[str, ...]]:
            what = f"an entry of {name!r} without its key"
            return [
                tuple(self.text(fields, part, need=what, line=node.line) for part in parts)
                for node, fields in self.entries(values, name, line, 1, parts, what)
            ]

        shown = {"evidence": ("para",)}.get(kind, ("text",))
        secret = {"numeric": ("answer_from", "tolerance", "near"), "order": ("mistakes",)}
        secret |= {"short": ("accept", "wrong"), "forecast": ("happened", "bands", "reference")}
        for name in ("hint", "explain", "sources", *secret.get(kind, ())):
            if name in values:
                message = f"{name!r} gives away a graded item in a learner's copy"
                self.fault(values[name].line, message, "run 'dialogue release' again")
        common |= {"keyless": True}
        match kind:
            case "single" | "multiple" | "evidence":
                options = tuple(Option(text) for (text,) in each("options", *shown))
                return KINDS[kind](**common, options=options)
            case "numeric":
                # An empty list stands for a column, of which not even the length is told.
                several = "answer" in values and values["answer"].value == []
                if "answer" in values and not several:
                    message = "'answer' gives away a graded item in a learner's copy"
                    self.fault(values["answer"].line, message, "run 'dialogue release' again")
                unit = self.text(values, "unit")
                return Numeric(**common, answer=0.0, values=(0.0,) * several, unit=unit)
            case "order":
                return Order(
                    **common, events=tuple(Event(text) for (text,) in each("order", "text"))
                )
            case "match":
                pairs = tuple(Pair(left, "") for (left,) in each("pairs", "left"))
                extra = tuple(Extra(text) for (text,) in each("extra_right", "text"))
                return Match(**common, pairs=pairs, extra=extra)
            case "classify":
                labels = tuple(label for label, _ in self.texts(values, "labels"))
                statements = tuple(Statement(text, "") for (text,) in each("statements", "text"))
                return Classify(**common, labels=labels, statements=statements)
            case "forecast":
                resolves = self.text(values, "resolves", need="a forecast", line=line)
                return Forecast(**common, resolves=resolves)
        return Short(**common, accept=())

    def _ids(
        self, values: dict[str, Node], name: str, ids: frozenset[str], what: str
    ) -> tuple[str, ...]:
        found = self.texts(values, name)
        if name in values and values[name].value == "":
            self.fault(values[name].line, f"{name!r} is empty", f"name a {what}, or take it out")
            return ()
        for value, line in found:
            self.exists(value, line, ids, what)
        return tuple(value for value, _ in found)

    def exists(self, value: str, line: int, ids: frozenset[str], what: str) -> None:
        if value not in ids:
            near = nearest(value, sorted(ids), 2)
            remedy = f"did you mean {' or '.join(near)}?" if near else f"no {what} is like it"
            self.fault(line, f"unknown {what} {value!r}", remedy)

    def _objective(self, values: dict[str, Node]) -> str:
        value = self.text(values, "objective")
        planned = value[:2] in self.known.planned and re.fullmatch(r"\d\d-\d+", value)
        if value and value not in self.known.objectives and not planned:
            same = sorted(o for o in self.known.objectives if o[:2] == value[:2])
            near = same or nearest(value, sorted(self.known.objectives), 3, cutoff=0)
            remedy = f"choose one of {', '.join(near)}" if near else "no lesson has objectives yet"
            self.fault(values["objective"].line, f"unknown objective {value!r}", remedy)
        return value

    def _was(self, values: dict[str, Node]) -> tuple[str, ...]:
        found: dict[str, int] = {}
        for value, line in self.texts(values, "was"):
            if not _ID.fullmatch(value):
                self.fault(line, f"the former id {value!r} cannot be used", "write [05-old-id]")
            elif value == self.item:
                self.fault(line, f"{value!r} is the present id", "name only former ids")
            else:
                self.once(found, value, line, "the former id")
        return tuple(found)

    def _options(
        self, values: dict[str, Node], line: int, name: str = "text"
    ) -> tuple[tuple[Option, ...], int | None]:
        """The options, and how many are right: None where a slip keeps that from being known."""
        found: list[Option] = []
        lines: dict[str, int] = {}
        known_faults = len(self.faults)
        allowed = OPTION_FIELDS if name == "text" else EVIDENCE_FIELDS
        what = "the option" if name == "text" else "the paragraph"
        nodes = list(self.entries(values, "options", line, 2, allowed, "an option"))
        sure = len(self.faults) == known_faults
        for node, fields in nodes:
            right = self.yes(fields, "right")
            sure = sure and right is not None
            option = Option(
                self.text(fields, name, need="an option", line=node.line),
                self.text(fields, "say"),
                bool(right),
            )
            if right is False and not option.say:
                self.fault(
                    node.line,
                    f"the wrong option {option.text!r} has no comment",
                    "add 'say:' that tells why someone would pick it and what to re-read",
                )
            self.once(lines, option.text, node.line, what)
            found.append(option)
        return tuple(found), sum(option.right for option in found) if sure else None

    def _one_right(self, right: int | None, line: int, other: str) -> None:
        if right == 0:
            self.fault(line, "no option is marked right", "add 'right: yes' to the right one")
        elif right is not None and right > 1:
            remedy = f"keep one 'right: yes'{other}"
            self.fault(line, f"{right} options are marked right", remedy)

    def _single(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        options, right = self._options(values, line)
        self._one_right(right, line, ", or write 'type: multiple'")
        return Single(**common, options=options)

    def _multiple(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        options, right = self._options(values, line)
        if right == 0:
            self.fault(line, "no option is marked right", "add 'right: yes' to each right one")
        elif right is not None and right == len(options):
            self.fault(
                line, "every option is marked right", "add an option that is wrong, with its 'say:'"
            )
        return Multiple(**common, options=options)

    def _evidence(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        options, right = self._options(values, line, "para")
        node = values.get("options")
        for entry in node.value if node and isinstance(node.value, list) else []:
            if isinstance(entry.value, dict) and isinstance(entry.value.get("para"), Node):
                paragraph = entry.value["para"]
                if isinstance(paragraph.value, str) and paragraph.value.strip():
                    self.exists(
                        paragraph.value.strip(),
                        paragraph.line,
                        self.known.paragraphs,
                        "paragraph",
                    )
        self._one_right(right, line, "")
        return Evidence(**common, options=options)

    def _numeric(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        before = len(self.faults)
        tolerance = self.number(values, "tolerance", 0.0, "a numeric item")
        if tolerance is not None and tolerance < 0:
            self.fault(values["tolerance"].line, "'tolerance' is below zero", "write 0 or more")
            tolerance = None
        column = "answer" in values and isinstance(values["answer"].value, list)
        key: list[float] | None = None
        text = ""
        if column:
            key, text = self._numbers(values["answer"])
        elif "answer" in values or "answer_from" not in values:
            number = self.number(values, "answer", None, "a numeric item", line)
            if number is not None:
                key, text = [number], self.text(values, "answer")
        if "answer_from" in values:
            asked, typed, typed_column = len(self.faults), key, column
            computed = self._computed(values["answer_from"])
            key = None
            if computed is not None and "vary" in values["answer_from"].value:
                self._vary(values)
            if computed is not None:
                key, digits, column = computed
                texts = [decimal_text(number, digits) for number in key]
                text = "; ".join(texts)
                if typed is not None and tolerance is not None:
                    self._agree(values["answer"], typed, typed_column, key, column, tolerance, text)
                if tolerance is not None and len(self.faults) == asked:
                    for number, shown in zip(key, texts, strict=True):
                        if not within(float(shown), number, tolerance):
                            self.fault(
                                values["answer_from"].line,
                                f"the computed answer is shown as {shown}, "
                                "and typing that would count as wrong",
                                "add 'round:' or a larger 'tolerance:'",
                            )
                            break
        near = []
        if column and "near" in values and len(self.faults) == before:
            remedy = "take 'near' out; 'explain' is shown to everybody"
            self.fault(values["near"].line, "a column of numbers has no 'near'", remedy)
        elif "near" in values and not column:
            near = self._near(values, line, key[0] if key else None, tolerance)
        return Numeric(
            **common,
            answer=0.0 if column or not key else key[0],
            values=tuple(key) if column and key else (),
            answer_text=text,
            tolerance=tolerance or 0.0,
            unit=self.text(values, "unit"),
            near=tuple(near),
        )

    def _vary(self, values: dict[str, Node]) -> None:
        """'vary' names a column of 'where': a variant of the item may take another row by it."""
        fields = values["answer_from"].value
        assert isinstance(fields, dict)
        column, line = self.text(fields, "vary"), fields["vary"].line
        where = fields["where"].value if "where" in fields else {}
        wanted = where.get(column) if isinstance(where, dict) else None
        if self.text(fields, "take") not in ("", "value"):
            self.fault(line, "'vary' needs one row", "take 'vary' out, or write 'take: value'")
        elif wanted is None or not isinstance(wanted.value, str):
            message = f"'vary' is {column!r}, which has no single value in 'where'"
            self.fault(line, message, "name a column that 'where' has one value for")
        elif len(stands(wanted.value.strip(), self.text(values, "ask"))) != 1:
            message = f"{wanted.value.strip()!r} does not stand in 'ask' exactly once"
            self.fault(line, message, "write it there once, as in 'where'")

    def _numbers(self, node: Node) -> tuple[list[float] | None, str]:
        """A list of numbers, and the text that shows it."""
        nodes = node.value
        assert isinstance(nodes, list)
        if not nodes:
            self.fault(node.line, "'answer' is an empty list", "write 'answer: [1, 2.5]'")
        found = [self.number({"answer": one}, "answer", None, "the list") for one in nodes]
        numbers = [number for number in found if number is not None]
        if not nodes or len(numbers) < len(nodes):
            return None, ""
        return numbers, "; ".join(str(one.value).strip() for one in nodes)

    def _agree(
        self,
        node: Node,
        typed: list[float],
        typed_column: bool,
        key: list[float],
        column: bool,
        tolerance: float,
        text: str,
    ) -> None:
        remedy = "correct one of the two, or take 'answer' out"
        if typed_column != column or len(typed) != len(key):
            count = len(typed)
            message = f"'answer' has {count} number{'s' * (count != 1)}, the table gives {len(key)}"
            self.fault(node.line, message, remedy)
            return
        for one, other, words in zip(typed, key, text.split("; "), strict=True):
            if not within(one, other, tolerance):
                self.fault(
                    node.line,
                    f"'answer' is {decimal_text(one)}, but the table gives {words}",
                    remedy,
                )
                return

    def _near(
        self,
        values: dict[str, Node],
        line: int,
        answer: float | None,
        tolerance: float | None,
    ) -> list[Near]:
        near = []
        for node, fields in self.entries(values, "near", line, 1, NEAR_FIELDS, "a near value"):
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
        return near

    def _computed(self, node: Node) -> tuple[list[float], int | None, bool] | None:
        """The key that 'answer_from' computes, its decimals, and whether it is a column.

        Nothing of the bank is ever evaluated: rows are picked by comparing text, and the
        arithmetic is one of a fixed list.  None, with a fault, where it cannot be done.
        """
        before = len(self.faults)
        fields = self.fields(node, FROM_FIELDS, "'answer_from'")
        if fields is None:
            return None
        table = self._table(fields, node.line)
        take = self.choice(fields, "take", TAKES) or "value"
        divide = self.number(fields, "divide_by", 1.0, "'answer_from'")
        multiply = self.number(fields, "multiply_by", 1.0, "'answer_from'")
        digits = self.text(fields, "round")
        if divide == 0:
            self.fault(fields["divide_by"].line, "'divide_by' is zero", "write another number")
        if digits and not re.fullmatch(r"\d|10", digits):
            line = fields["round"].line
            self.fault(line, f"'round' is {digits!r}", "write the number of decimals, 0 to 10")
        if table is None or len(self.faults) > before:
            return None
        name, columns, rows = table
        column = self.text(fields, "column")
        if not column and take != "count":
            self.fault(node.line, "'answer_from' has no 'column'", f"choose {', '.join(columns)}")
            return None
        if column and not self._has(column, fields["column"].line, columns, name):
            return None
        picked = self._picked(fields, name, columns, rows)
        if picked is None:
            return None
        if take == "count":
            numbers = [float(sum(1 for _, row in picked if not column or row[column].strip()))]
        else:
            found = self._cells(fields, name, column, take, picked)
            if found is None:
                return None
            numbers = found
        scaled = [number / divide * multiply for number in numbers]
        if not all(map(math.isfinite, scaled)):
            self.fault(node.line, "the computed answer is too large", "check the factors")
            return None
        decimals = int(digits) if digits else None
        if decimals is not None:
            scaled = [round(number, decimals) + 0.0 for number in scaled]
        return scaled, decimals, take == "column"

    def _table(
        self, fields: dict[str, Node], line: int
    ) -> tuple[str, tuple[str, ...], list[dict[str, str]]] | None:
        from dialogue.course import tables  # not at the top: few banks need it

        name = self.text(fields, "table", need="'answer_from'", line=line)
        if not name:
            return None
        line = fields["table"].line
        try:
            resources = tables.resources()
            if name not in resources:
                near = nearest(name, resources, 2)
                every = f"the tables are {', '.join(sorted(resources))}"
                remedy = f"did you mean {' or '.join(near)}?" if near else every
                self.fault(line, f"unknown table {name!r}", remedy)
                return None
            file = resources[name]["file"]
            return name, *_rows(file, file.stat().st_mtime_ns)
        except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
            message = f"the table {name!r} cannot be read ({type(error).__name__})"
            self.fault(line, message, "see what 'dialogue check' says about the tables")
            return None

    def _has(self, column: str, line: int, columns: Sequence[str], table: str) -> bool:
        if column in columns:
            return True
        near = nearest(column, columns, cutoff=0.5)
        remedy = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(columns)}"
        self.fault(line, f"the table {table!r} has no column {column!r}", remedy)
        return False

    def _picked(
        self,
        fields: dict[str, Node],
        table: str,
        columns: Sequence[str],
        rows: list[dict[str, str]],
    ) -> list[tuple[int, dict[str, str]]] | None:
        """The rows that fit 'where', each with its number (2 is the first under the header)."""
        picked = list(enumerate(rows, 2))
        if "where" not in fields:
            return picked
        where = self.mapping(fields["where"], "'where'")
        if where is None:
            return None
        before = len(self.faults)
        for column in where:
            line = fields["where"].keys[column]
            wanted = self.texts(where, column)
            if not self._has(column, line, columns, table):
                continue
            cells = {row[column] for row in rows}
            for value, value_line in wanted:
                if value not in cells:
                    near = nearest(value, sorted(cells))
                    remedy = f"did you mean {near[0]!r}?" if near else "compare with the table"
                    message = f"no row of {table!r} has {column} {value!r}"
                    self.fault(value_line, message, remedy)
            allowed = {value for value, _ in wanted}
            picked = [(i, row) for i, row in picked if row[column] in allowed]
        return picked if len(self.faults) == before else None

    def _cells(
        self,
        fields: dict[str, Node],
        table: str,
        column: str,
        take: str,
        picked: list[tuple[int, dict[str, str]]],
    ) -> list[float] | None:
        line = fields["column"].line
        if not picked:
            where = fields["where"].line if "where" in fields else line
            self.fault(where, f"no row of {table!r} fits 'where'", "compare with the table")
            return None
        if take == "value" and len(picked) > 1:
            self.fault(
                fields["where"].line if "where" in fields else line,
                f"{len(picked)} rows of {table!r} fit, and one is needed",
                "narrow 'where', or write 'take: sum' or the like",
            )
            return None
        numbers = []
        for i, row in picked:
            cell = row[column].strip()
            if not _NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
                said = f"holds {cell!r}, not a number" if cell else "is empty"
                message = f"the cell {column!r} in line {i} of {table!r} {said}"
                self.fault(line, message, "choose another column, or leave such rows out")
                return None
            numbers.append(float(cell))
        match take:
            case "sum":
                return [math.fsum(numbers)]
            case "mean":
                return [math.fsum(numbers) / len(numbers)]
            case "min":
                return [min(numbers)]
            case "max":
                return [max(numbers)]
        return numbers

    def _order(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        before = len(self.faults)
        events: list[Event] = []
        seen: dict[str, int] = {}
        # The latest date so far, by its earliest day: 2020-03 may be before or after 2020-03-05.
        latest: str | None = ""
        for node, fields in self.entries(values, "order", line, 3, EVENT_FIELDS, "an event"):
            event = Event(
                self.text(fields, "text", need="an event", line=node.line),
                self.text(fields, "date"),
            )
            self.once(seen, event.text, node.line, "the event")
            if event.date and not _real(event.date):
                remedy = 'write it as "2020", "2020-06" or "2020-06-11"'
                self.fault(fields["date"].line, f"'date' is {event.date!r}", remedy)
            elif event.date and latest is not None:
                if latest and event.date[: len(latest)] < latest[: len(event.date)]:
                    self.fault(
                        fields["date"].line,
                        f"{event.date} stands after {latest}",
                        "list the events in their right order, earliest first",
                    )
                    latest = None  # the others would only repeat it
                else:
                    latest = max(latest, event.date)
            events.append(event)
        sound = len(self.faults) == before
        mistakes: list[Mistake] = []
        said: dict[tuple[int, int], int] = {}
        nodes = (
            self.entries(values, "mistakes", line, 1, MISTAKE_FIELDS, "a mistake")
            if "mistakes" in values
            else ()
        )
        for node, fields in nodes:
            rule = self.text(fields, "if", need="a mistake", line=node.line)
            say = self.text(fields, "say", need="a mistake", line=node.line)
            found = self._mistake(rule, fields["if"].line, events) if rule and sound else None
            if found is None:
                continue
            if found in said:
                message = f"the mistake {rule!r} stands twice (first in line {said[found]})"
                self.fault(node.line, message, "take one of the two out")
            said.setdefault(found, node.line)
            mistakes.append(Mistake(*found, say))
        return Order(**common, events=tuple(events), mistakes=tuple(mistakes))

    def _mistake(self, rule: str, line: int, events: list[Event]) -> tuple[int, int] | None:
        """What 'X before Y' means: the indices of the two events."""
        places = {_same(event.text): i for i, event in enumerate(events)}
        words = _same(rule)
        if words.count(" before ") > _MOST_BEFORES:
            self.fault(line, f"'if' has more than {_MOST_BEFORES} times 'before'", "shorten it")
            return None
        splits = [
            (words[: match.start()], words[match.end() :])
            for match in re.finditer(r" before (?=(.))", words)
        ]
        if not splits:
            remedy = "write 'if: \"one event before another\"'"
            self.fault(line, f"'if' is {rule!r}, without ' before '", remedy)
            return None
        found = [(places[x], places[y]) for x, y in splits if x in places and y in places]
        if not found:
            x, y = max(splits, key=lambda split: (split[0] in places) + (split[1] in places))
            unknown = [text for text in (x, y) if text not in places]
            names = " and ".join(map(repr, unknown))
            near = [events[places[name]].text for text in unknown for name in nearest(text, places)]
            meant = " and ".join(map(repr, near))
            remedy = f"did you mean {meant}?" if near else "copy the texts from 'order'"
            self.fault(line, f"'if' names {names}, which is not in 'order'", remedy)
            return None
        if len(set(found)) > 1:
            message = f"'if' can be read in {len(found)} ways"
            self.fault(line, message, "change the wording of an event")
            return None
        first, then = found[0]
        if first == then:
            self.fault(line, "'if' compares an event with itself", "name two different events")
        elif first < then:
            message = "this order is right, so it is no mistake"
            self.fault(line, message, "swap the two, or take the rule out")
        elif events[first].date and events[first].date == events[then].date:
            message = f"both events have the date {events[first].date}, so it is no mistake"
            self.fault(line, message, "take the rule out")
        else:
            return first, then
        return None

    def _match(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        before = len(self.faults)
        lefts: dict[str, int] = {}
        rights: dict[str, str] = {}  # as compared, as written
        pairs: list[Pair] = []
        wrong: list[tuple[int, list[tuple[str, str, int]]]] = []
        for node, fields in self.entries(values, "pairs", line, 2, PAIR_FIELDS, "a pair"):
            pair = Pair(
                self.text(fields, "left", need="a pair", line=node.line),
                self.text(fields, "right", need="a pair", line=node.line),
                self.text(fields, "say"),
            )
            if not pair.say:
                self.fault(
                    node.line,
                    f"the pair of {pair.left!r} has no comment",
                    "add 'say:' for those who choose something else",
                )
            self.once(lefts, pair.left, node.line, "the left-hand side")
            written = rights.setdefault(_same(pair.right), pair.right)
            if pair.right and written != pair.right:
                message = f"{pair.right!r} and {written!r} differ only in capitals or spaces"
                self.fault(fields["right"].line, message, "write both in the same way")
            confused = []
            nodes = (
                self.entries(fields, "wrong", node.line, 1, CONFUSION_FIELDS, "a confusion")
                if "wrong" in fields
                else ()
            )
            for other, its in nodes:
                right = self.text(its, "right", need="a confusion", line=other.line)
                say = self.text(its, "say", need="a confusion", line=other.line)
                confused.append((right, say, other.line))
            pairs.append(pair)
            wrong.append((len(pairs) - 1, confused))
        sound = len(self.faults) == before
        seen: dict[str, int] = {}
        extra = []
        nodes = (
            self.entries(values, "extra_right", line, 1, SLIP_FIELDS, "a side left over")
            if "extra_right" in values
            else ()
        )
        for node, fields in nodes:
            text = self.text(fields, "text", need="a side left over", line=node.line)
            say = self.text(fields, "say", need="a side left over", line=node.line)
            if text and _same(text) in rights:
                message = f"{text!r} is left over, but it is also the right-hand side of a pair"
                self.fault(node.line, message, "change one of the two")
            else:
                self.once(seen, text, node.line, "the side left over")
            extra.append(Extra(text, say))
        if sound and len(self.faults) == before:
            rights |= {_same(one.text): one.text for one in extra}
            if len(rights) < 2:
                remedy = "give the pairs different ones, or add 'extra_right:'"
                self.fault(line, "every pair has the same right-hand side", remedy)
                wrong = []
            for i, confused in wrong:
                pairs[i] = self._confusions(pairs[i], confused, rights)
        return Match(**common, pairs=tuple(pairs), extra=tuple(extra))

    def _confusions(
        self, pair: Pair, confused: list[tuple[str, str, int]], rights: dict[str, str]
    ) -> Pair:
        seen: dict[str, int] = {}
        found = []
        for right, say, line in confused:
            same = _same(right)
            if same not in rights:
                near = nearest(same, rights)
                known = "copy a right-hand side of another pair"
                remedy = f"did you mean {rights[near[0]]!r}?" if near else known
                self.fault(line, f"{right!r} is no right-hand side of this item", remedy)
            elif same == _same(pair.right):
                message = f"{right!r} is what belongs to {pair.left!r}, so it is not wrong"
                self.fault(line, message, "name the right-hand side of another pair")
            else:
                self.once(seen, right, line, "the confusion")
                found.append((rights[same], say))
        return Pair(pair.left, pair.right, pair.say, tuple(found))

    def _short(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        before = len(self.faults)
        accept = []
        if "accept" not in values:
            self.fault(line, "a short item has no 'accept'", "add 'accept: [the answer]'")
        for text, at in self.texts(values, "accept"):
            if not fold(text):
                message = f"the accepted answer {text!r} holds no letter and no digit"
                self.fault(at, message, "write the answer, or take it out")
            accept.append(text)
        if len(self.faults) == before and not accept:
            remedy = "write 'accept: [the answer]'"
            self.fault(values["accept"].line, "'accept' is an empty list", remedy)
        sound = len(self.faults) == before
        forgiving = self.choice(values, "spelling", SPELLINGS) == "forgiving"
        key = Short(id="", ask="", accept=tuple(accept))
        seen: dict[str, int] = {}
        wrong = []
        nodes = (
            self.entries(values, "wrong", line, 1, SLIP_FIELDS, "a wrong answer")
            if "wrong" in values
            else ()
        )
        for node, fields in nodes:
            text = self.text(fields, "text", need="a wrong answer", line=node.line)
            say = self.text(fields, "say", need="a wrong answer", line=node.line)
            wrong.append(Slip(text, say))
            folded = fold(text)
            if not folded:
                if text:
                    message = f"the wrong answer {text!r} holds no letter and no digit"
                    self.fault(node.line, message, "take it out: nothing is compared by signs")
            elif sound and grade(key, text).verdict == "right":
                self.fault(
                    node.line,
                    f"the wrong answer {text!r} counts as right",
                    "take it out here, or out of 'accept'",
                )
            elif folded in seen:
                message = f"{text!r} is compared like the wrong answer in line {seen[folded]}"
                self.fault(node.line, message, "take one of the two out")
            seen.setdefault(folded, node.line)
        return Short(**common, accept=tuple(accept), wrong=tuple(wrong), forgiving=forgiving)

    def _forecast(self, values: dict[str, Node], common: dict[str, Any], line: int) -> Question:
        resolves = self.text(values, "resolves", need="a forecast", line=line)
        if resolves and not (len(resolves) == 10 and _real(resolves)):
            remedy = 'write the day as "2020-07-31"'
            self.fault(values["resolves"].line, f"'resolves' is {resolves!r}", remedy)
        word = self.text(values, "happened").lower() or "unknown"
        if word not in (*YES, *NO, "unknown"):
            remedy = f"write {', '.join(HAPPENED[:-1])} or {HAPPENED[-1]}"
            self.fault(values["happened"].line, f"'happened' is {word!r}", remedy)
        opens = self.text(values, "opens")
        if opens and opens not in self.known.lessons:
            near = nearest(opens, sorted(self.known.lessons), 2)
            remedy = f"did you mean {' or '.join(near)}?" if near else "write its number, as in 11"
            self.fault(values["opens"].line, f"unknown lesson {opens!r}", remedy)
        reference = []
        nodes = (
            self.entries(values, "reference", line, 1, REFERENCE_FIELDS, "a reference")
            if "reference" in values
            else ()
        )
        for node, fields in nodes:
            who = self.text(fields, "who", need="a reference", line=node.line)
            chance = self._percent(fields, "chance", "a reference", node.line)
            if chance is not None:
                reference.append(Reference(who, chance))
        return Forecast(
            **common,
            resolves=resolves,
            happened=None if word == "unknown" else word in YES,
            reference=tuple(reference),
            bands=self._bands(values, line) if "bands" in values else (),
            opens=opens,
        )

    def _percent(self, values: dict[str, Node], name: str, what: str, line: int) -> float | None:
        value = self.number(values, name, None, what, line)
        if value is None:
            return None
        if not 0 <= value <= 100 or 0 < value < 1:
            message = f"{name!r} is {value:g}, which is no chance in per cent"
            self.fault(values[name].line, message, "write a number from 0 to 100, such as 55")
            return None
        return value

    def _bands(self, values: dict[str, Node], line: int) -> tuple[Band, ...]:
        before = len(self.faults)
        found: list[tuple[Band, int]] = []
        for node, fields in self.entries(values, "bands", line, 1, BAND_FIELDS, "a band"):
            low = self._percent(fields, "from", "a band", node.line)
            high = self._percent(fields, "to", "a band", node.line)
            say = self.text(fields, "say", need="a band", line=node.line)
            if low is not None and high is not None:
                if low > high:
                    message = f"the band runs from {low:g} down to {high:g}"
                    self.fault(node.line, message, "swap 'from' and 'to'")
                found.append((Band(low, high, say), node.line))
        if len(self.faults) > before:  # a slip in one band would show as a hole
            return ()
        end, end_line = 0.0, 0
        for band, at in found:
            if not end_line and band.low > 0:
                self.fault(at, f"the first band starts at {band.low:g}", "write 'from: 0'")
            elif end_line and band.low < end:
                message = (
                    f"the band from {band.low:g} overlaps the one before, which ends at {end:g}"
                )
                self.fault(at, message, "let each band start where the one before ends")
            # 0 to 30 and 31 to 60 leave no hole: people give whole numbers.
            elif end_line and band.low > end + 1:
                message = f"no band covers {end:g} to {band.low:g}"
                self.fault(at, message, "let each band start where the one before ends")
            end, end_line = max(end, band.high), at
        if found and end < 100:
            self.fault(end_line, f"the last band ends at {end:g}", "write 'to: 100'")
        return tuple(band for band, _ in found)

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
                near = nearest(label, labels)
                remedy = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(labels)}"
                self.fault(fields["label"].line, f"the label {label!r} is not in 'labels'", remedy)
            wrong = {"if_" + other.replace(" ", "_"): other for other in labels if other != label}
            for name in fields:
                if name.startswith("if_") and name not in wrong:
                    near = nearest(name, wrong)
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


def _top(path: Path, bank: Bank, example: str) -> Node | None:
    """The content of one YAML file; None, and a fault, when it has none that can be read."""
    name = shown(path)

    def whole(message: str, remedy: str, line: int = 1) -> None:
        bank.faults.append(Fault(name, line, "", message, remedy))

    try:
        raw = course_files.read_bytes(path, most=MOST_BYTES)
    except course_files.FileFault as fault:
        empty = fault.message == "the file is empty"
        return whole(fault.message, f"start with {example}" if empty else fault.remedy)
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
        return whole("the file is empty", f"start with {example}")
    return top


def top_of(path: Path, bank: Bank) -> tuple[Node | None, _Reader]:
    """The content of a YAML file that is no bank, and what reads its fields and names faults."""
    return _top(path, bank, "'hide:'"), _Reader(shown(path), known(), bank.faults)


def read_file(path: Path, ids: Known, bank: Bank) -> None:
    """Add the questions and the faults of one file to *bank*."""
    name = shown(path)
    top = _top(path, bank, "'quiz:', 'title:' and 'items:'")
    if top is None:
        return None
    reader = _Reader(name, ids, bank.faults)
    values = reader.fields(top, FILE_FIELDS, "the file")
    if values is None:
        return None
    reader.text(values, "quiz", need="the file", line=top.line)
    reader.text(values, "title")
    reader.language = reader.text(values, "language") or "en"
    reader.released = bool(reader.yes(values, "released"))
    if not _LANGUAGE.fullmatch(reader.language):
        remedy = "write two letters, such as en or ar"
        reader.fault(values["language"].line, f"'language' is {reader.language!r}", remedy)
    before = len(bank.faults)
    for node in reader.items(values, "items", top.line, 1):
        if len(bank.faults) - before > MOST_FAULTS:
            reader.item = ""
            reader.fault(node.line, "the rest was not read", "mend the faults before this line")
            break
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
            if bank.keep_nodes or read[0].was:
                bank.nodes[read[0].id] = node
    return None


def former_ids(bank: Bank) -> None:
    """A former id belongs to one question, and to none that still has it."""
    claimed: dict[str, str] = {}
    for name in list(bank.questions):
        for old in bank.questions[name].was:
            if old in bank.places:
                owner, verb = old, "is the id of"
            elif old in claimed:
                owner, verb = claimed[old], "is also claimed by"
            else:
                claimed[old] = name
                continue
            file, line = bank.places[owner]
            bank.faults.append(
                Fault(
                    bank.places[name][0],
                    bank.nodes[name].keys["was"],
                    name,
                    f"the former id {old!r} {verb} the question in {file}:{line}",
                    "keep it with the question that learners met under it",
                )
            )
            del bank.questions[name]
            break


def files(paths: Iterable[str | Path] = ()) -> Iterator[Path]:
    """The bank files among *paths* (folders are searched); the course's own when none is given."""
    for path in [Path(p) for p in paths] or [catalogue.root() / "exercises"]:
        if path.is_dir():
            # overlay.yaml is no bank; of a copy's questions the original's come first.
            inside = (p for p in path.rglob("[!.]*") if p.suffix in (".yaml", ".yml"))
            banks = [p for p in inside if p.name != "overlay.yaml" and not p.is_dir()]
            yield from sorted(banks, key=lambda p: (catalogue.is_copy(p.stem), p))
        else:
            yield path


def read(
    paths: Iterable[str | Path] = (), *, keep_nodes: bool = True, overlay: bool = True
) -> Bank:
    """Read banks and report every fault of every file in one go.

    With no *paths* the course's own bank is read, with the instructor's overlay over it
    unless *overlay* is False.  Nothing is raised for a bad file: the faults are in the
    result, sorted by file and line.  Without *keep_nodes* the bank takes a third of the
    memory, and no advice can be given on it.
    """
    paths = list(paths)
    bank, ids = Bank(keep_nodes=keep_nodes), known()
    for path in files(paths):
        read_file(path, ids, bank)
        _rows.cache_clear()  # the tables are kept for one file, not for the session
    former_ids(bank)
    bank.faults.sort(key=lambda fault: (fault.file, fault.line))
    if paths or not overlay:
        return bank
    from dialogue.bank.overlay import laid

    return laid(bank)[0]


@lru_cache(maxsize=1)
def _course_bank(_stamps: tuple[tuple[str, int, int], ...]) -> Bank:
    return read(keep_nodes=False)


def course_bank() -> Bank:
    """The course's own bank under the overlay, read again only when a file has changed.

    The tables count too: a key may be computed from one.
    """
    from dialogue.bank import overlay

    stamps = overlay.stamps()
    tables = (
        path for folder in ("data", "seeds") for path in (catalogue.root() / folder).glob("*.*")
    )
    stamps += map(course_files.stamp, (*files(), *sorted(tables)))
    return _course_bank(tuple(stamps))
