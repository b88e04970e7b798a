"""Notes that a learner takes beside a lesson, each beside one of its parts.

A note is a line of the record like any other (``event`` "note", the item is the lesson's stem, "#"
and the part's first cell): exported, imported and erased with the answers, and passed over by older
versions of the course.  The last line of a part is its note; an empty one takes it away.
"""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.course.catalogue import Lesson
from dialogue.learner import progress
from dialogue.learner.desk import sections
from dialogue.learner.progress import Attempt

EVENT = "note"
LONGEST = 20_000  # characters: ten pages


@dataclass(frozen=True, slots=True)
class Note:
    """What stands beside one part: its first cell, its heading, the text, the day (ISO 8601)."""

    cell: str
    part: str
    text: str
    day: str


def _item(lesson: Lesson, cell: str) -> str:
    return f"{lesson.stem}#{cell}"


def of(lesson: Lesson) -> list[Note]:
    """The notes of *lesson*, in the order of its parts; one whose part is gone comes last."""
    start = _item(lesson, "")
    known = {part.cell: part.title for part in sections(lesson)}
    names = {name for name in progress.names() if name.startswith(start)}
    found = []
    for name, tries in progress.latest(names).items():
        last = [one for one in tries if one.event == EVENT][-1:]
        if last and isinstance(last[0].response, str) and last[0].response.strip():
            cell = name.removeprefix(start)
            found.append(Note(cell, known.get(cell, ""), last[0].response, last[0].at[:10]))
    order = list(known)
    return sorted(found, key=lambda n: order.index(n.cell) if n.cell in known else len(order))


def keep(lesson: Lesson, cell: str, text: str) -> Attempt:
    """Write the note beside the part of *lesson* that begins with *cell*; empty takes it away.

    Raises ValueError for a part that the lesson does not have and for a text that is too long,
    and :class:`~dialogue.learner.progress.RecordError` when it cannot be written.
    """
    if cell not in {part.cell for part in sections(lesson)}:
        raise ValueError(f"{lesson.stem} has no part {cell!r}.")
    if len(text) > LONGEST:
        raise ValueError(
            f"A note holds at most {LONGEST:,} characters; this one has {len(text):,}."
        )
    return progress.append(Attempt(_item(lesson, cell), "", EVENT, text.strip()))
