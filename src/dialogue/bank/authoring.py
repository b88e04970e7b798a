"""Writing an exercise: a skeleton to fill in, an id, and its place in a bank."""

from __future__ import annotations

import re
from pathlib import Path

from dialogue import bank
from dialogue.bank import overlay
from dialogue.course import catalogue, files
from dialogue.course.files import FileFault
from dialogue.questions import KINDS


def find_lesson(name: str) -> catalogue.Lesson:
    """The lesson with this number or name; :class:`FileFault` with the nearest if none has it."""
    lessons = catalogue.lessons()
    for lesson in lessons:
        if lesson.called(name):
            return lesson
    known = ", ".join(lesson.number for lesson in lessons)
    raise FileFault(name, "there is no such lesson", f"choose one of {known}")


def skeleton(kind: str, item: str, lesson: catalogue.Lesson, objective: str) -> str:
    """One commented entry of a bank, as text.

    Raises :class:`FileFault` for an unknown kind or objective, for an id that is no id, and
    for an objective of a lesson whose notebook cannot be read.
    """
    if kind not in KINDS:
        raise FileFault(kind, "there is no such kind", f"choose one of {', '.join(KINDS)}")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", item):
        remedy = "write small letters, digits and hyphens, such as 05-next-meeting"
        raise FileFault(item, "this cannot be an id", remedy)
    if objective and lesson.fault:
        raise lesson.fault
    if objective and objective not in lesson.objectives:
        known = ", ".join(lesson.objectives) or "none yet"
        raise FileFault(
            objective, f"lesson {lesson.number} has no such objective", f"it has: {known}"
        )
    goal = lesson.objectives.get(objective, "")
    about = (
        f"   # {re.sub(r'[*`]', '', goal)}" if goal else "   # such as 05-2, or take the line out"
    )
    return f"""\
  - id: {item}   # for ever: learners' records are kept by it
    type: {kind}
    status: draft   # take this line out when it is ready
    objective: {objective}{about}
    level: understand   # or {", ".join(x for x in bank.LEVELS if x != "understand")}
    para: []   # paragraphs of the article, such as [P6]
    ask: ""   # the question: one sentence, no trap
{KINDS[kind].skeleton}    hint: ""   # where to look, without the answer
    explain: ""   # two sentences: why it is so
    sources: []   # ids from seeds/sources.csv, such as [STATE-2020-06-11-AR]
"""


def free_id(lesson: catalogue.Lesson, kind: str) -> str:
    """An id that no question has, such as ``05-new-single``."""
    taken = bank.course_bank().places
    stem = f"{lesson.number}-new-{kind}"
    numbers = ("", *(f"-{n}" for n in range(2, 1000)))
    return next(f"{stem}{n}" for n in numbers if f"{stem}{n}" not in taken)


def home(lesson: catalogue.Lesson) -> Path:
    """The bank that an instructor's own questions on *lesson* go to: the overlay's, if one is
    in use, else the course's.  Raises :class:`FileFault` when the overlay is not there: what
    was meant for it does not go into the course."""
    named = overlay.used()
    return (named or catalogue.root()) / "exercises" / f"{lesson.stem}.yaml"


def add(file: Path, entry: str, lesson: catalogue.Lesson) -> int:
    """Put *entry* at the end of a bank, which is made if it is not there; returns its line.

    Raises :class:`FileFault` when the file is no bank that can be added to.  Nothing that is
    in it changes.
    """
    with files.alone(file.parent):
        if file.exists():
            before = files.read_text(file)
            found = bank.read([file], keep_nodes=False)
            # An author may have several drafts open: only what makes adding impossible counts.
            broken = [fault for fault in found.faults if not fault.item]
            if broken:
                raise FileFault(file, broken[0].message, broken[0].remedy, broken[0].line)
            item = re.search(r"- id: (\S+)", entry)
            if item and (place := found.places.get(item[1])):
                raise FileFault(file, f"{item[1]} is there already", "choose another id", place[1])
            text = before if before.endswith("\n") else before + "\n"
        else:
            title = lesson.title.replace('"', "'")
            text = f'quiz: {lesson.stem}\ntitle: "{title}"\nitems:\n'
        own = re.search(r"^( *)- id:", text, re.MULTILINE)
        if own and len(own[1]) != 2:  # a bank with another indentation keeps it
            entry = "".join(own[1] + line[2:] for line in entry.splitlines(keepends=True))
        gap = "\n" if own else ""
        files.write(file, f"{text}{gap}{entry}", force=True)
    return (text + gap).count("\n") + 1
