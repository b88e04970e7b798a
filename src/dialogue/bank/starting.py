"""A lesson of one's own: notebook, bank and teaching notes that pass every check at once.

What is written is a real, small lesson on a table of meetings.  Its author changes it part by
part, and it stays a lesson all the while.  Nothing else has to be registered: the file name is the
order, and lists, routes and tests follow the files.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from dialogue.course import catalogue, files, overlaid, sources, tables, tidy
from dialogue.course.faults import shown
from dialogue.course.files import FileFault

_TEMPLATES = Path(__file__).parent / "templates"
LONGEST = 80
_CELL = re.compile(r"^%% (markdown|code) (\S+)$", re.MULTILINE)
# What the template needs of a table: a day, a way of meeting, a place, a source.
_COLUMNS = ("date", "format", "venue", "source_id")


@dataclass(frozen=True, slots=True)
class Started:
    """What was written: the lesson's stem and its three files."""

    stem: str
    notebook: Path
    bank: Path
    notes: Path

    @property
    def files(self) -> tuple[Path, Path, Path]:
        return self.notebook, self.bank, self.notes


def stem_of(title: str, number: str) -> str:
    """The file name of a lesson, such as ``13-the-envoys``: Latin letters, digits and hyphens."""
    words = re.findall(r"[a-z0-9]+", title.casefold().replace("’", "").replace("'", ""))
    return f"{number}-{'-'.join(words)[:40].strip('-') or 'lesson'}"


def next_number() -> str:
    """The number after that of the last lesson, such as ``13``.

    Raises :class:`~dialogue.course.files.FileFault` after 99.
    """
    last = max((int(lesson.number) for lesson in catalogue.lessons()), default=0)
    if last >= 99:
        raise FileFault("--number", "all numbers up to 99 are taken", "name a free one")
    return f"{last + 1:02}"


def home() -> Path:
    """Where lessons of one's own go: the overlay, if one is in use, else the course."""
    return overlaid.folder() or catalogue.root()


def lesson(title: str, number: str = "", folder: Path | None = None) -> Started:
    """Write the three files of a new lesson into *folder* (default: :func:`home`).

    Raises :class:`~dialogue.course.files.FileFault`, and writes nothing, for a title or number
    that cannot be used, when the number is taken, and when the course has no table for the
    template.
    """
    title = " ".join(title.split())
    if not title or len(title) > LONGEST or not title.isprintable() or set('"`$') & set(title):
        fault = f"a title has 1 to {LONGEST} characters, without quotation marks, ` and $"
        raise FileFault(f"the title {title!r}", fault, "choose another")
    if number and not re.fullmatch(r"[0-9]{1,2}", number):
        raise FileFault(f"the number {number!r}", "this is no number from 1 to 99", "such as 13")
    number = number.zfill(2) if number else next_number()
    if number == "00":
        raise FileFault("the number 00", "this is the first page's", "choose one from 01 to 99")
    if taken := [one for one in catalogue.lessons() if one.number == number and one.written]:
        raise FileFault(f"the number {number}", f"{taken[0].stem} has it", f"take {next_number()}")
    folder = folder or home()
    stem = stem_of(title, number)
    made = Started(
        stem,
        folder / "notebooks" / f"{stem}.ipynb",
        folder / "exercises" / f"{stem}.yaml",
        folder / "notebooks" / "teaching-notes" / f"{stem}.md",
    )
    for file in made.files:
        if file.exists():
            raise FileFault(shown(file), "this exists already", "choose another title or number")
    texts = _texts(title, number, stem)
    with files.undone(made.files):
        for file, text in zip(made.files, texts, strict=True):
            file.parent.mkdir(parents=True, exist_ok=True)
            files.write(file, text)
    if folder == catalogue.root():
        tidy.tidy_readme()
    return made


def _texts(title: str, number: str, stem: str) -> tuple[str, str, str]:
    table, source = _table()
    sides = {name: row.get("side", "") for name, row in sources.bibliography().items()}
    named = [one for row in tables.records(table) for one in row["source_id"].split(" ")]
    other = next((one for one in named if sides.get(one) != sides.get(source)), "")
    words = {
        "title": title,
        "number": number,
        "stem": stem,
        "table": table,
        "source": source,
        "other": f", {other}" if other else "",
        "as_of": sources.as_of() or "today",
        "para": next(iter(sources.paragraphs()), ""),
    }
    return (
        notebook(_template("lesson.cells").substitute(words)),
        _template("lesson.yaml").substitute(words),
        _template("lesson.md").substitute(words),
    )


def _table() -> tuple[str, str]:
    """A table that the template can be about, and one of its sources."""
    for name in ("rounds", *sorted(tables.resources())):
        if name not in tables.resources():
            continue
        rows = tables.records(name)
        if rows and set(_COLUMNS) <= set(rows[0]):
            return name, rows[0]["source_id"].split(" ")[0]
    raise FileFault(
        "data",
        f"no table has the columns {', '.join(_COLUMNS)}",
        "add one, or copy a lesson of the course and change it",
    )


@cache
def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text("utf-8"))


def notebook(cells: str) -> str:
    """The text of a notebook, as yet without outputs, from cells led by ``%% kind id``."""
    parts = _CELL.split(cells)[1:]
    made: list[dict[str, Any]] = []
    for kind, name, source in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell | {"source": source.strip("\n")})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return (
        json.dumps(
            {
                "cells": made,
                "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
                "nbformat": 4,
                "nbformat_minor": 5,
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n"
    )
