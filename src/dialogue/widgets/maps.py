"""Maps of the course: its lessons, its objectives, three ways through it."""

from __future__ import annotations

from typing import Any

from dialogue.course.catalogue import Lesson, Route, duration, lessons
from dialogue.course.catalogue import routes as routes_of_course
from dialogue.page.html import START, Html, as_twin, element, joined, listed, table
from dialogue.widgets.base import Notice
from dialogue.widgets.panels import Panel, my_progress


def _link(lesson: Lesson, words: str) -> str:
    """*words* that lead to the lesson, once it is written."""
    return element("a", words, href=f"{lesson.stem}.ipynb") if lesson.written else words


class _CourseMap:
    """The list of lessons, as a table that links to those that are written."""

    def _rows(self) -> list[Lesson]:
        return [lesson for lesson in lessons() if lesson.number != "00"]

    def _repr_html_(self) -> str:
        rows = [
            element(
                "tr",
                element("th", lesson.number, scope="row"),
                element("td", _link(lesson, lesson.title), **START),
                element("td", f"{lesson.minutes} min"),
                element("td", "ready" if lesson.written else "planned"),
            )
            for lesson in self._rows()
        ]
        return table("The lessons of the course", rows, ("No.", "Lesson", "Time", "State"), **START)

    def __repr__(self) -> str:
        return "\n".join(
            f"{lesson.number}  {lesson.title} ({lesson.minutes} min, "
            f"{'ready' if lesson.written else 'planned'})"
            for lesson in self._rows()
        )


def objective_map() -> tuple[Html, str]:
    """Every lesson with its objectives, as HTML and as lines: the same for everybody."""
    parts, lines = [], []
    for lesson in lessons():
        if lesson.number == "00":
            continue
        state = "" if lesson.written else " (planned)"
        title = element("strong", lesson.number, " ", _link(lesson, lesson.title))
        parts.append(element("p", title, state))
        lines.append(f"{lesson.number}  {lesson.title}{state}")
        if lesson.objectives:
            told = ((element("strong", n), " ", words) for n, words in lesson.objectives.items())
            parts.append(listed(*(joined(*each) for each in told)))
            lines += [f"    {label} {words}" for label, words in lesson.objectives.items()]
    return joined(*parts), "\n".join(lines)


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
    panel.twin_html = as_twin(html)
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
        rows = []
        for route in self.routes:
            links = (_link(lesson, lesson.number) for lesson in route.lessons)
            cells = [
                element("th", route.name, scope="row", **START),
                element("td", joined(*links, apart=" "), **START),
                element("td", duration(route.minutes)),
                element("td", _unwritten(route), **START),
            ]
            rows.append(element("tr", *cells[: 4 if self._planned else 3]))
        heads = ("Route", "Pages", "Time", "Still planned")[: 4 if self._planned else 3]
        return table("Three ways through the course", rows, heads, **START)

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
