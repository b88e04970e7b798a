"""Whole files of questions: read, and every fault of every file named in one go."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from dialogue.bank.fields import Reader
from dialogue.bank.items import item
from dialogue.bank.nodes import Node, Refused, compose, syntax_fault
from dialogue.course import catalogue, tables
from dialogue.course import files as course_files
from dialogue.course.faults import Fault, nearest, shown
from dialogue.questions import Question, shape
from dialogue.questions.reading import Known

# What a file has beside its items.
FILE: dict[str, shape.Shape] = {
    "quiz": shape.text("Any short name.", need=True),
    "title": shape.text(),
    "language": shape.text("Two letters, such as en or ar."),
    "released": shape.yes("Only in a learner's copy: 'dialogue release' writes it."),
    "items": shape.entries(1, {"type": "object"}),
}
# Room for 10,000 questions; a larger file is a mistake, or wants to be two.  And faults that
# anybody would mend in one go.
MOST_BYTES, MOST_FAULTS = 16 * 2**20, 500
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


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


class _Any(frozenset[str]):
    """The ids of a table that cannot be read: that is told once, and not at every question."""

    def __contains__(self, _id: object) -> bool:
        return True


def _ids(table: str, column: str) -> frozenset[str]:
    try:
        return frozenset(row[column] for row in tables.records(table)) or _Any()
    except (OSError, ValueError):
        return _Any()


def known() -> Known:
    """Read the ids that an item may name from ``seeds/`` and from the lessons."""
    lessons = catalogue.lessons()
    return Known(
        paragraphs=_ids("paragraphs", "paragraph"),
        objectives=frozenset(o for lesson in lessons for o in lesson.objectives),
        planned=frozenset(lesson.number for lesson in lessons if not lesson.objectives),
        sources=_ids("sources", "source_id"),
        lessons=frozenset(lesson.number for lesson in lessons),
    )


def _top(path: Path, bank: Bank, example: str) -> Node | None:
    """The content of one YAML file; None, and a fault, when it has none that can be read."""
    name = shown(path)
    try:
        text = _text(path)
        top = compose(text)
        if top is None or top.value == "":
            raise Refused(1, "the file is empty", f"start with {example}")
    except Refused as refused:
        bank.faults.append(Fault(name, refused.line, "", refused.message, refused.remedy))
        return None
    except yaml.YAMLError as error:
        bank.faults.append(syntax_fault(name, text, error))
        return None
    return top


def article_faults() -> list[Fault]:
    """What is wrong with the card of the course's text, ``seeds/article.yaml``."""
    path = catalogue.root() / "seeds" / "article.yaml"
    found = Bank()
    if (os.path.lexists(path) and (top := _top(path, found, "'title:'"))) and not isinstance(
        top.value, dict
    ):
        message = "this is not a list of 'name: value' lines"
        found.faults.append(Fault(shown(path), top.line, "", message, "see docs/new-course.md"))
    return found.faults


def _text(path: Path) -> str:
    try:
        raw = course_files.read_bytes(path, most=MOST_BYTES)
    except course_files.FileFault as fault:
        if fault.message == course_files.EMPTY:
            return ""
        raise Refused(1, fault.message, fault.remedy) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        remedy = "save it as UTF-8 in your editor"
        raise Refused(line, "the file is not UTF-8 text", remedy) from None


def top_of(path: Path, bank: Bank) -> tuple[Node | None, Reader]:
    """The content of a YAML file that is no bank, and what reads its fields and names faults."""
    return _top(path, bank, "'hide:'"), Reader(shown(path), known(), bank.faults)


def read_file(path: Path, ids: Known, bank: Bank) -> None:
    """Add the questions and the faults of one file to *bank*."""
    name = shown(path)
    top = _top(path, bank, "'quiz:', 'title:' and 'items:'")
    if top is None:
        return None
    reader = Reader(name, ids, bank.faults)
    reader.folder = path.parent
    values = reader.fields(top, tuple(FILE), "the file")
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
        question = item(reader, node)
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
        if question:
            bank.questions[question.id] = question
            if bank.keep_nodes or question.was:
                bank.nodes[question.id] = node
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
        if os.path.isdir(path):
            # overlay.yaml is no bank; of a copy's questions the original's come first.
            inside = (p for p in path.rglob("[!.]*") if p.suffix in (".yaml", ".yml"))
            banks = [p for p in inside if p.name != "overlay.yaml" and not os.path.isdir(p)]
            yield from sorted(banks, key=lambda p: (catalogue.is_copy(p.stem), p))
        else:
            yield path


def read_files(paths: Iterable[str | Path] = (), *, keep_nodes: bool = True) -> Bank:
    """The banks at *paths*, or the course's own, as they are: no overlay lies over them.

    Nothing is raised for a bad file: the faults are in the result, sorted by file and line.
    """
    bank, ids = Bank(keep_nodes=keep_nodes), known()
    for path in files(paths):
        read_file(path, ids, bank)
    former_ids(bank)
    bank.faults.sort(key=lambda fault: (fault.file, fault.line))
    return bank
