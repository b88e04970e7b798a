"""The plan of a lesson by the clock, as its teaching notes hold it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from dialogue.course import catalogue, files
from dialogue.course.files import FileFault

MINUTES = 50
_ROW = re.compile(r"^\|\s*(\d+)(?:\s*[–-]\s*(\d+))?\s*\|(.*?)\|(.*)\|\s*$", re.MULTILINE)
_LENGTH = re.compile(r"^\|\s*([^*|]+?)\s*\|\s*(\d+)(?: to \d+)?\s*\|\s*$", re.MULTILINE)
_ITEM = re.compile(r"`(\d\d-[a-z0-9-]+)`")
_EMPHASIS = re.compile(r"\*([^*]+)\*")


@dataclass(frozen=True, slots=True)
class Beat:
    """One row: from minute *start* to *end*, what happens, and the questions named there."""

    start: int
    end: int
    what: str
    items: tuple[str, ...] = ()


def of(lesson: catalogue.Lesson, known: Collection[str] = ()) -> list[Beat]:
    """The beats of *lesson*; none where its notes have no plan.

    A plan is the first table whose rows begin with minutes: ``0–5`` or the minute that a beat
    begins; or else the first that gives each beat its length.  Only *known* questions are kept.
    """
    file = lesson.notes
    try:
        text = files.read_text(file)
    except FileFault:
        return []
    found: list[Beat] = []
    for table in re.split(r"\n(?!\|)", text):
        rows = _ROW.findall(table)
        if not rows or [int(row[0]) for row in rows] != sorted(int(row[0]) for row in rows):
            continue
        ends = [*(int(row[0]) for row in rows[1:]), MINUTES]
        for (start, end, what, items), after in zip(rows, ends, strict=True):
            named = tuple(i for i in _ITEM.findall(items) if i in known)
            words = _EMPHASIS.sub(r"\1", what).strip()
            found.append(Beat(int(start), int(end or max(after, int(start))), words, named))
        return found
    for table in re.split(r"\n(?!\|)", text):
        now = 0
        for what, length in _LENGTH.findall(table):
            found.append(Beat(now, now + int(length), what))
            now += int(length)
        if found:
            break
    return found
