"""Where the course lies, and which lessons it has.

The file name is the order and the first heading is the title: nothing is registered by
hand.  ``seeds/lessons.csv`` is only the plan; a lesson's own file wins once it exists.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dialogue.course.place import root
from dialogue.course.tables import Stamp, records, stamp

__all__ = [
    "ROUTES",
    "Lesson",
    "Route",
    "duration",
    "lessons",
    "notebook_cells",
    "root",
]

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
def _read(path: Path, _stamp: Stamp) -> Lesson:
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
        path.stem: _read(path, stamp(path))
        for path in sorted((root() / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    }
    for row in records("lessons"):
        if row["lesson"] not in found:
            planned = Lesson(row["lesson"], row["title"], int(row["minutes"]), False, {})
            found[row["lesson"]] = planned
    return [found[stem] for stem in sorted(found)]


# --- three ways through the course ---------------------------------------------------------

# By number.  The first page belongs to each of them.
ROUTES = {
    "One lesson": ("05",),
    "Two weeks": ("01", "03", "05", "06", "09", "11"),
    "The full course": ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"),
}


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
