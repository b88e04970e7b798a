"""Maps of the course: its lessons, its objectives, three ways through it."""

from __future__ import annotations

from html import escape
from typing import Any

from dialogue.course.catalogue import Lesson, Route, duration, lessons
from dialogue.course.catalogue import routes as routes_of_course
from dialogue.page.text import TWIN
from dialogue.widgets.base import Notice
from dialogue.widgets.panels import Panel, my_progress


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
    if by != "objective":
        return Notice([f'The map cannot be drawn by {by!r}: write "lesson" or "objective".'])

    panel = my_progress()
    assert isinstance(panel, Panel)  # only a day that cannot be read gives a message
    html, lines = objective_map()
    panel.twin_html = f"{TWIN}{html}</div>"
    panel.twin_text = lines
    return panel


class _Routes:
    """The routes as a table whose minutes are added up from the lessons."""

    def __init__(self) -> None:
        known = {lesson.number: lesson for lesson in lessons()}
        self.routes = tuple(
            Route(name, tuple(known[n] for n in ("00", *numbers) if n in known))
            for name, numbers in routes_of_course().items()
        )

    @property
    def _planned(self) -> bool:
        """Is any page still to be written?  Without one, the column would say nothing."""
        return any(route.planned for route in self.routes)

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
                f"<td>{duration(route.minutes)}</td>"
                + (f"<td {start}>{_unwritten(route)}</td></tr>" if self._planned else "</tr>")
            )
        heads = ("Route", "Pages", "Time", "Still planned")[: 4 if self._planned else 3]
        head = "".join(f'<th scope="col" {start}>{h}</th>' for h in heads)
        return (
            f"<table><caption {start}>Three ways through the course</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )

    def __repr__(self) -> str:
        return "\n".join(
            f"{route.name}: {' '.join(lesson.number for lesson in route.lessons)} "
            f"({duration(route.minutes)}"
            + (f"; still planned: {_unwritten(route)})" if self._planned else ")")
            for route in self.routes
        )


def _unwritten(route: Route) -> str:
    return " ".join(lesson.number for lesson in route.planned) or "none"


def routes() -> _Routes:
    """Show three ways through the course, with the minutes that their lessons state."""
    return _Routes()
