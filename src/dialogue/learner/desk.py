"""Where a learner stands in the course: lesson by lesson, and section by section within one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dialogue import bank
from dialogue.bank import overlay
from dialogue.course import anatomy, catalogue
from dialogue.course.catalogue import Lesson
from dialogue.learner import progress, recall
from dialogue.questions import Question

_SECTION = re.compile(r"^##? (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a lesson under one heading: its first cell, and the questions asked in it."""

    cell: str
    title: str
    items: list[str] = field(default_factory=list)


def sections(lesson: Lesson) -> list[Section]:
    """The sections of *lesson* in order: one for each heading of the first or second level."""
    found: list[Section] = []
    for cell in catalogue.notebook_cells(lesson.path):
        heading = _SECTION.search(cell["source"]) if cell["cell_type"] == "markdown" else None
        if heading or not found:
            title = heading[1].strip() if heading else lesson.title
            found.append(Section(cell.get("id", ""), title))
        found[-1].items.extend(anatomy.asked([cell]))
    return found


def _tries() -> dict[str, list[progress.Attempt]]:
    questions = bank.course_bank().questions
    was = {name: question.was for name, question in questions.items() if question.was}
    return progress.latest(set(questions), was)


def answered(tries: Mapping[str, list[progress.Attempt]]) -> set[str]:
    """The questions that have an answer, right or not, since they were last started again."""
    found = set()
    for name, attempts in tries.items():
        for attempt in attempts:
            if attempt.event in ("check", "write"):
                found.add(name)
            elif attempt.event == "reset":
                found.discard(name)
    return found


def counted(lesson: Lesson) -> list[Question]:
    """The questions of *lesson* that its progress counts: the core ones, with whose answers it
    is done; where none is marked, all but those of the optional lanes."""
    known = bank.course_bank().questions
    asked = dict.fromkeys(name for part in sections(lesson) for name in part.items)
    own = [known[name] for name in asked if name in known and known[name].use != "lane"]
    return [question for question in own if question.core] or own


def overview(today: date) -> dict[str, Any]:
    """Every lesson with how many of its questions are answered, the routes, and what is due.

    The shape is what the panel beside a lesson reads: ``lessons`` (``path``, ``number``,
    ``title``, ``minutes``, ``asked``, ``answered``), ``routes`` (``name``, ``lessons``,
    ``minutes``), ``due``, the number of reviews that wait today, and ``added``: does somebody's
    overlay add a question or a text to a lesson?
    """
    tries = _tries()
    done = answered(tries)
    lessons = [one for one in catalogue.lessons() if one.written]
    rows = []
    for one in lessons:
        items = [question.id for question in counted(one)]
        rows.append(
            {
                "path": f"notebooks/{one.path.name}",
                "number": one.number,
                "title": one.title,
                "minutes": one.minutes,
                "asked": len(items),
                "answered": sum(name in done for name in items),
            }
        )
    known = {one.number: one for one in lessons}
    routes = [
        {
            "name": name,
            "lessons": [number for number in numbers if number in known],
            "minutes": sum(known[number].minutes for number in numbers if number in known),
        }
        for name, numbers in catalogue.routes().items()
    ]
    standings = recall.standings(bank.course_bank().questions, tries, today)
    plan = recall.queue(standings, today)
    over, known_to_all = overlay.current(), bank.course_bank().questions
    mine = [known_to_all[name] for name in (over.added if over else ()) if name in known_to_all]
    return {
        "lessons": rows,
        "routes": routes,
        "due": len(plan.today) + plan.waiting,
        "added": any(q.status != "draft" for q in mine) or bool(over and over.supplements),
    }


def outline(lesson: Lesson) -> list[dict[str, Any]]:
    """The sections of *lesson*: ``cell``, ``title``, ``asked`` and ``answered``, in order."""
    done = answered(_tries())
    known = bank.course_bank().questions
    return [
        {
            "cell": part.cell,
            "title": part.title,
            "asked": len(items := [n for n in part.items if n in known]),
            "answered": sum(name in done for name in items),
        }
        for part in sections(lesson)
    ]
