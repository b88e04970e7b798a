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
from dialogue.course import catalogue
from dialogue.page import templates, text
from dialogue.questions import Question

_PLAN, _VOTE, _MISREADINGS = "A plan for 50 minutes", "The vote", "Typical misreadings"
_CARE = "People with ties to the events"
ID = re.compile(r"`(\d\d-[a-z0-9-]+)`")
_POINT = re.compile(r"\n(?=- )")


# Letters of an answer and, at least, of a part of it, words of a paragraph, and points of a list
# that a page has room for.
_LONGEST, _SHORTEST, _WORDS, _POINTS = 100, 18, 55, 4


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
    """The key in a few words: of a long one each part begins, and its label or letter stays."""
    if question.keyless:
        return "Graded: its key stays apart."
    if question.vote or question.use == "vote":
        return "Nothing is right: reasons for each stand in the key."
    told = [text.plain(one) for one in question.solution()]
    if question.kind == "forecast":  # what happened; others' chances stand in the key
        return told[0]
    if question.kind in ("short", "essay"):  # spellings of one answer, and models of a text
        return told[0] if told else "A text of their own: models stand in the key."
    whole = "; ".join(told)
    if len(whole) <= _LONGEST:
        return whole
    room = max(_SHORTEST, _LONGEST // len(told))
    return "; ".join(_begun(one, room) for one in told)


def _begun(part: str, room: int) -> str:
    """The beginning of one part of a key, with its label: ``It ran for three …: security``."""
    said, label, rest = part.rpartition(": ")
    if not said:
        return _cut(rest, room)
    # Of two that belong together each begins; a label is short, and stays.
    return f"{_cut(said, room)}{label}{_cut(rest, room)}"


def _cut(words: str, room: int) -> str:
    if len(words) <= room:
        return words
    return words[: words.rfind(" ", 0, room)].rstrip(",;:.") + " …"


def page(lesson: catalogue.Lesson) -> Markup:
    """The plan as a page that prints on one sheet."""
    cells = catalogue.notebook_cells(lesson.path)
    told = sections(lesson.teaching())
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
