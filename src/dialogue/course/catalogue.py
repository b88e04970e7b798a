"""Where the course lies, and which lessons it has, its own and those of an overlay.

The file name is the order and the first heading is the title: nothing is registered by
hand.  ``seeds/lessons.csv`` is only the plan; a lesson's own file wins once it exists.

A notebook whose name begins with two digits is a lesson when the plan or a bank in
``exercises/`` has its name, or when it has a cell ``objectives``; of two with one number
the former kind wins, and a copy never counts.  Every other notebook is somebody's own.  A
lesson that cannot be read keeps its place, and stops no other: :func:`faults` names it.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from dialogue.course import files, overlaid, place
from dialogue.course.faults import Fault, shown
from dialogue.course.files import FileFault
from dialogue.course.place import root
from dialogue.course.tables import Stamp, records

__all__ = [
    "Lesson",
    "Route",
    "duration",
    "faults",
    "lessons",
    "notebook_cells",
    "root",
    "routes",
]

# As file managers, editors and shared folders name what they copy: "x-Copy1", "x (2)",
# "x copy", "x (conflicted copy 2026-11-27)", "x_BACKUP_123".
_COPY = re.compile(r"(?i)(?<![a-z])(copy|kopie|copie|backup|conflict(ed)?)(?![a-z])|\(\d+\)")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_MINUTES = re.compile(r"\*\*Time\*\* (\d+) minutes")
_OBJECTIVE = re.compile(r"^- \*\*(\d\d-\d+)\*\* (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: written (there is a notebook) or planned (there is a row in the plan)."""

    stem: str
    title: str
    minutes: int
    written: bool
    objectives: dict[str, str]
    fault: FileFault | None = None  # why its notebook cannot be read
    folder: Path | None = None  # of its notebook, where that is not the course's

    @property
    def number(self) -> str:
        return self.stem[:2]

    @property
    def path(self) -> Path:
        return (self.folder or root() / "notebooks") / f"{self.stem}.ipynb"

    def called(self, name: str) -> bool:
        """Is this its name: that of its file, or its number, with or without the zero?"""
        return name in (self.stem, self.number) or bool(name and name.zfill(2) == self.number)

    @property
    def notes(self) -> Path:
        """Its teaching notes (they may not be there)."""
        return self.path.parent / "teaching-notes" / f"{self.stem}.md"

    def teaching(self) -> str:
        """The text of its teaching notes, nothing where there are none.

        Raises :class:`FileFault` for what stands in their place and cannot be read.
        """
        return files.read_text(self.notes) if os.path.lexists(self.notes) else ""


def is_copy(stem: str) -> bool:
    """Is this the name of a copy, which must never take the place of what it was made from?"""
    return bool(_COPY.search(stem))


def notebook_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook, each with its source joined to one string.

    Raises :class:`~dialogue.course.files.FileFault` for what is no notebook, with the line.
    """
    remedy = "take the file back from where it came, or move it out of this folder"
    try:
        notebook = json.loads(files.read_text(path))
        cells = notebook["cells"]
        return [
            {**cell, "cell_type": str(cell["cell_type"]), "source": "".join(cell["source"])}
            for cell in cells
        ]
    except json.JSONDecodeError as error:
        fault = f"this is no notebook ({error.msg})"
        raise FileFault(shown(path), fault, remedy, error.lineno) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise FileFault(shown(path), "this is no notebook", remedy, 1) from None


@lru_cache(maxsize=64)
def _read(path: Path, _stamp: Stamp) -> Lesson:
    """The lesson in a notebook, with what is wrong where it cannot be read."""
    try:
        cells = [cell for cell in notebook_cells(path) if cell["cell_type"] == "markdown"]
    except FileFault as fault:
        return Lesson(path.stem, path.stem, 0, True, {}, fault)
    text = "\n".join(cell["source"] for cell in cells)
    # The key points repeat the labels of the objectives; the objectives stand in one cell.
    objectives = "".join(cell["source"] for cell in cells if cell.get("id") == "objectives")
    title, minutes = _TITLE.search(text), _MINUTES.search(text)
    return Lesson(
        stem=path.stem,
        title=title[1].strip() if title else path.stem,
        minutes=int(minutes[1]) if minutes else 0,
        written=True,
        objectives=dict(_OBJECTIVE.findall(objectives)),
    )


def _plan() -> tuple[dict[str, Lesson], FileFault | None]:
    file = root() / "seeds" / "lessons.csv"
    try:
        planned = {
            row["lesson"]: Lesson(row["lesson"], row["title"], int(row["minutes"]), False, {})
            for row in records("lessons")
        }
        if not planned and os.path.exists(file):  # a header at the least stands in it
            raise ValueError
    except OSError as error:
        reason = f"the file cannot be read ({files.reason(error)})"
        return {}, FileFault(shown(file), reason, "check its name and rights")
    except (KeyError, TypeError, ValueError):
        fault = "this is no table of lesson, title and minutes"
        return {}, FileFault(shown(file), fault, "take the file back from the course", 1)
    return planned, None


def lessons() -> list[Lesson]:
    """All lessons in order: the notebooks that exist, then the plan for those that do not."""
    planned, _ = _plan()
    homes = [root(), *filter(None, [overlaid.folder()])]
    banks = {
        p.stem for home in homes for p in files.listed(home / "exercises", "[0-9][0-9]-*.y*ml")
    }
    known = {stem for stem in {*planned, *banks} if not is_copy(stem)}
    found: dict[str, Lesson] = {}
    for path in [p for home in homes for p in files.listed(home, "notebooks/[0-9][0-9]-*.ipynb")]:
        if path.stem in found or (path.stem not in known and is_copy(path.stem)):
            continue
        lesson = _read(path, files.stamp(path)[1:])
        if path.parents[1] != homes[0]:
            lesson = replace(lesson, folder=path.parent)
        if path.stem in known:
            if lesson.fault and path.stem in planned:
                plan = planned[path.stem]
                lesson = replace(lesson, title=plan.title, minutes=plan.minutes)
            found[path.stem] = lesson
        elif lesson.objectives:
            found[path.stem] = lesson
    taken = {stem[:2] for stem in found if stem in known}
    found = {s: one for s, one in found.items() if s in known or s[:2] not in taken}
    for stem, plan in planned.items():
        found.setdefault(stem, plan)
    return [found[stem] for stem in sorted(found)]


# Where the README says that the pages of `dialogue site` are published.
_PUBLISHED = re.compile(r"\[Read the course in your browser\]\((https://\S+/)\)")
_ROWS = re.compile(r"(?:^\| \d\d \| .+ \|\n)+", re.MULTILINE)


def listed(text: str) -> str:
    """The README *text* with its table of lessons as the files have them."""
    rows = []
    published = _PUBLISHED.search(text)
    for lesson in lessons():
        if lesson.number != "00" and not lesson.folder:
            path = f"notebooks/{lesson.stem}.ipynb"
            title = f"[{lesson.title}]({path})" if lesson.written else lesson.title
            state = "ready" if lesson.written else "planned"
            read = f"[read]({published[1]}{lesson.stem}.html)" if published else ""
            page = f" {read if lesson.written else ''} |" if published else ""
            rows.append(f"| {lesson.number} | {title} |{page} {state} |\n")
    return _ROWS.sub("".join(rows).replace("\\", r"\\"), text, count=1)


def faults() -> list[Fault]:
    """What is wrong with the plan and the notebooks, for whoever checks the course."""
    _, fault = _plan()
    found = [*([fault] if fault else []), *place.card_faults()]
    found += [lesson.fault for lesson in lessons() if lesson.fault]
    return [files.fault_of(one) for one in found]


# --- three ways through the course ---------------------------------------------------------


def routes() -> dict[str, tuple[str, ...]]:
    """The ways through the course by name, each as numbers of lessons (``seeds/routes.csv``).

    The word ``all`` stands for every lesson after the first page, which belongs to each of them.
    """
    every = tuple(lesson.number for lesson in lessons() if lesson.number != "00")
    found = {}
    try:
        rows = [(row["route"], row["lessons"]) for row in records("routes")]
    except (OSError, ValueError):  # told by the check; the lessons are open without a route too
        rows = []
    for route, said in rows:
        named = said.split()
        found[route] = every if named == ["all"] else tuple(named)
    return found


@dataclass(frozen=True, slots=True)
class Route:
    """One way through the course; ``minutes`` is the sum of what its lessons state."""

    name: str
    lessons: tuple[Lesson, ...]

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)

    @property
    def planned(self) -> tuple[Lesson, ...]:
        """The lessons that are not written yet; their minutes are those of the plan."""
        return tuple(lesson for lesson in self.lessons if not lesson.written)


def duration(minutes: int) -> str:
    """*minutes* as people say them: ``75`` is "1 h 15 min"."""
    hours, rest = divmod(minutes, 60)
    return " ".join(
        ([f"{hours} h"] if hours else []) + ([f"{rest} min"] if rest or not hours else [])
    )
