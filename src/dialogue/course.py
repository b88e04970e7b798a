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


def objective_map() -> tuple[str, str]:
    """Every lesson with its objectives, as HTML and as lines: the same for everybody."""
    parts, lines = [], []
    for lesson in lessons():
        if lesson.number == "00":
            continue
        title = escape(lesson.title)
        title = f'<a href="{lesson.stem}.ipynb">{title}</a>' if lesson.written else title
        state = "" if lesson.written else " (planned)"
        parts.append(f"<p><strong>{lesson.number} {title}</strong>{state}</p>")
        lines.append(f"{lesson.number}  {lesson.title}{state}")
        if lesson.objectives:
            rows = (
                f"<li><strong>{label}</strong> {escape(words)}</li>"
                for label, words in lesson.objectives.items()
            )
            parts.append(f"<ul>{''.join(rows)}</ul>")
            lines += [f"    {label} {words}" for label, words in lesson.objectives.items()]
    return "".join(parts), "\n".join(lines)


def course_map(by: str = "lesson") -> Any:
    """Show the lessons: written ones as links, the others as planned.

    ``course_map(by="objective")`` shows what each lesson is for.  Run in a live page, it says
    for each objective whether you have not tried it yet, or it is shaky or solid: the same
    panel as :func:`dialogue.my_progress`.  What is saved with the page is the plain list,
    which is the same for everybody.  Another *by* shows a message.
    """
    if by == "lesson":
        return _CourseMap()
    from .quiz import Notice

    if by != "objective":
        return Notice([f'The map cannot be drawn by {by!r}: write "lesson" or "objective".'])
    from .panels import Panel, my_progress
    from .text import TWIN

    panel = my_progress()
    assert isinstance(panel, Panel)  # only a day that cannot be read gives a message
    html, lines = objective_map()
    digest = panel.twin_text.splitlines()[-1]
    panel.twin_html = f"{TWIN}{html}</div>"
    panel.twin_text = f"{lines}\n{digest}"
    return panel


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


class _Routes:
    """The routes as a table whose minutes are added up from the lessons."""

    def __init__(self) -> None:
        known = {lesson.number: lesson for lesson in lessons()}
        self.routes = tuple(
            Route(name, tuple(known[n] for n in ("00", *numbers) if n in known))
            for name, numbers in ROUTES.items()
        )

    def _repr_html_(self) -> str:
        start = 'style="text-align:start"'
        rows = []
        for route in self.routes:
            links = [
                f'<a href="{lesson.stem}.ipynb">{lesson.number}</a>'
                if lesson.written
                else lesson.number
                for lesson in route.lessons
            ]
            rows.append(
                f'<tr><th scope="row" {start}>{route.name}</th><td {start}>{" ".join(links)}</td>'
                f"<td>{duration(route.minutes)}</td><td {start}>{_unwritten(route)}</td></tr>"
            )
        heads = ("Route", "Pages", "Time", "Still planned")
        head = "".join(f'<th scope="col" {start}>{h}</th>' for h in heads)
        return (
            f"<table><caption {start}>Three ways through the course</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )

    def __repr__(self) -> str:
        return "\n".join(
            f"{route.name}: {' '.join(lesson.number for lesson in route.lessons)} "
            f"({duration(route.minutes)}; still planned: {_unwritten(route)})"
            for route in self.routes
        )


def _unwritten(route: Route) -> str:
    return " ".join(lesson.number for lesson in route.planned) or "none"


def routes() -> _Routes:
    """Show three ways through the course, with the minutes that their lessons state."""
    return _Routes()
