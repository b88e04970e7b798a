"""What an instructor's overlay adds to lessons, shown in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dialogue import bank
from dialogue.bank import overlay
from dialogue.course import catalogue, files
from dialogue.course.files import FileFault
from dialogue.page import text
from dialogue.page.html import element, joined
from dialogue.widgets.base import Notice
from dialogue.widgets.quiz import Quiz


class _Text:
    """A supplement's text.  The author's small markup; everything else is shown as typed."""

    def __init__(self, heading: str, source: str) -> None:
        self.heading, self.source = heading, source

    def __repr__(self) -> str:
        return "\n\n".join(part for part in (self.heading, text.plain(self.source)) if part)

    def _repr_html_(self) -> str:
        paragraphs = [p for p in map(str.strip, self.source.split("\n\n")) if p]
        body = (element("p", text.html(words), dir="auto") for words in paragraphs)
        return joined(element("h3", self.heading), *body)


def parts(lesson: str = "") -> list[Any]:
    """The texts and quizzes of the overlay, lesson by lesson, of one *lesson* or of all.

    *lesson* is a number or a name, such as ``05`` or ``05-round-one``.
    """
    found = overlay.current()
    if found is None:
        return []
    whole = bank.course_bank()
    shown: list[Any] = []
    for one in catalogue.lessons():
        if lesson and lesson not in (one.stem, one.number):
            continue
        mine = [
            whole.questions[item]
            for item in found.added
            if item in whole.questions
            and Path(whole.places[item][0]).stem == one.stem
            and whole.questions[item].status != "draft"
        ]
        path = found.supplements.get(one.stem)
        if path:
            try:
                source = files.read_text(path)
            except FileFault as fault:
                source = f"{bank.shown(path)}: {fault.message}; {fault.remedy}."
            shown.append(_Text(f"{one.number} {one.title}", source))
        if mine:
            shown.append(Quiz(mine, "" if path else f"{one.number} {one.title}"))
    return shown


def shown_for(lesson: str) -> Any:
    """Display all but the last of the parts and return the last, as a cell's value."""
    known = {name for one in catalogue.lessons() for name in (one.stem, one.number)}
    if lesson and lesson not in known:
        return Notice([f"There is no lesson {lesson!r}. Name one by its number, such as '05'."])
    shown = parts(lesson)
    if not shown:
        return Notice(["Nothing was added to the course on this computer."])
    from IPython.display import display

    for part in shown[:-1]:
        display(part)
    return shown[-1]


def supplement(lesson: str = "") -> object:
    """Show what your teacher added to the course, or to one lesson (``"05"``).

    Text first, then the questions.  Without an overlay it says that nothing was added.
    """
    return shown_for(lesson)
