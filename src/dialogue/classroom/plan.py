"""The plan of a lesson on one page, for whoever stands before the class tomorrow.

It is read from the teaching notes (their plan for 50 minutes, the vote, the misreadings) and the
lesson: what happens when, and what is asked, in words and with its answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from dialogue import bank
from dialogue.classroom import beats
from dialogue.course import catalogue, files
from dialogue.page import templates, text
from dialogue.questions import Question

_PLAN, _VOTE, _MISREADINGS = "A plan for 50 minutes", "The vote", "Typical misreadings"
_CARE = "People with ties to the events"
ID = re.compile(r"`(\d\d-[a-z0-9-]+)`")
_POINT = re.compile(r"\n(?=- )")


# Letters of an answer, words of a paragraph, and points of a list that a page has room for.
_LONGEST, _WORDS, _POINTS = 90, 60, 4


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the plan: from when to when, what happens, and what is asked in it."""

    minutes: str
    happens: str
    asks: tuple[tuple[str, str], ...]


def sections(notes: str) -> dict[str, str]:
    """The sections of teaching notes, by their headings."""
    found = re.split(r"^## (.+)$", notes, flags=re.M)
    return {found[n].strip(): found[n + 1].strip() for n in range(1, len(found) - 1, 2)}


def steps(section: str, known: Mapping[str, Question]) -> list[Step]:
    """The rows of the plan's table."""
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    found = []
    for row in rows:
        minutes, happens, items = ([one.strip() for one in row.strip("|").split("|")] + [""] * 3)[
            :3
        ]
        asks = tuple(
            (text.plain(known[name].ask), _answer(known[name]))
            for name in ID.findall(items)
            if name in known
        )
        found.append(Step(minutes, happens, asks))
    return found


def _answer(question: Question) -> str:
    """The key in a few words; empty where there is none, or where it is long."""
    if question.keyless or question.vote or question.use == "vote":
        return ""
    words = "; ".join(text.plain(one) for one in question.solution())
    return words if len(words) <= _LONGEST else ""


def page(lesson: catalogue.Lesson) -> Markup:
    """The plan as a page that prints on one sheet."""
    cells = catalogue.notebook_cells(lesson.path)
    told = sections(files.read_text(lesson.notes)) if lesson.notes.is_file() else {}
    section = told.get(_PLAN, "")
    after = section.rsplit("|", 1)[-1].strip() if "|" in section else section
    return templates.render(
        "classroom/plan.html",
        title=f"{lesson.number} · {lesson.title}: plan",
        lesson=lesson,
        opening=beats.opening(cells),
        steps=steps(section, bank.course_bank().questions),
        after=after,
        vote=beats.short(told.get(_VOTE, "").split("\n\n")[0], _WORDS),
        misreadings=_POINT.split(told.get(_MISREADINGS, ""))[:_POINTS],
        care=beats.short(told.get(_CARE, "").split("\n\n")[0], _WORDS * 2 // 3),
        script=templates.style("classroom/fit.js"),
    )
