"""Where the course lies, and which lessons it has.

The file name is the order and the first heading is the title: nothing is registered by
hand.  ``seeds/lessons.csv`` is only the plan; a lesson's own file wins once it exists.
"""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_MINUTES = re.compile(r"\*\*Time\*\* (\d+) minutes")
_OBJECTIVE = re.compile(r"^- \*\*(\d\d-\d+)\*\* (.+)$", re.MULTILINE)


def root() -> Path:
    """The folder that holds ``notebooks/``, ``data/``, ``seeds/`` and ``exercises/``.

    The checkout when the package is used from one, else the copy inside the installed
    wheel.  ``DIALOGUE_COURSE`` points somewhere else (used for checking a copy).
    """
    if named := os.environ.get("DIALOGUE_COURSE"):
        return Path(named)
    here = Path(__file__).resolve()
    checkout = here.parents[2]
    return checkout if (checkout / "exercises").is_dir() else here.parent / "_course"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: written (there is a notebook) or planned (there is a row in the plan)."""

    stem: str
    title: str
    minutes: int
    written: bool
    objectives: dict[str, str]

    @property
    def number(self) -> str:
        return self.stem[:2]

    @property
    def path(self) -> Path:
        return root() / "notebooks" / f"{self.stem}.ipynb"


def notebook_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook, each with its source joined to one string."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


@lru_cache(maxsize=64)
def _read(path: Path, _stamp: float) -> Lesson:
    cells = [cell for cell in notebook_cells(path) if cell["cell_type"] == "markdown"]
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


def lessons() -> list[Lesson]:
    """All lessons in order: the notebooks that exist, then the plan for those that do not."""
    found = {
        path.stem: _read(path, path.stat().st_mtime)
        for path in sorted((root() / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    }
    with (root() / "seeds" / "lessons.csv").open(encoding="utf-8", newline="") as plan:
        for row in csv.DictReader(plan):
            if row["lesson"] not in found:
                planned = Lesson(row["lesson"], row["title"], int(row["minutes"]), False, {})
                found[row["lesson"]] = planned
    return [found[stem] for stem in sorted(found)]


class _CourseMap:
    """The list of lessons, as a table that links to those that are written."""

    def _rows(self) -> list[Lesson]:
        return [lesson for lesson in lessons() if lesson.number != "00"]

    def _repr_html_(self) -> str:
        rows = []
        for lesson in self._rows():
            title = escape(lesson.title)
            if lesson.written:
                title = f'<a href="{lesson.stem}.ipynb">{title}</a>'
            state = "ready" if lesson.written else "planned"
            cells = f'<th scope="row">{lesson.number}</th><td style="text-align:start">{title}</td>'
            rows.append(f"<tr>{cells}<td>{lesson.minutes} min</td><td>{state}</td></tr>")
        # JupyterLab aligns cells to the right, which is meant for numbers.
        start = 'style="text-align:start"'
        heads = ("No.", "Lesson", "Time", "State")
        head = "".join(f'<th scope="col" {start}>{h}</th>' for h in heads)
        return (
            f"<table><caption {start}>The lessons of the course</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )

    def __repr__(self) -> str:
        return "\n".join(
            f"{lesson.number}  {lesson.title} ({lesson.minutes} min, "
            f"{'ready' if lesson.written else 'planned'})"
            for lesson in self._rows()
        )


def course_map() -> _CourseMap:
    """Show the lessons: written ones as links, the others as planned."""
    return _CourseMap()
