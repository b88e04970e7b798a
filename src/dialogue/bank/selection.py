"""Which questions a command is about: a lesson, an objective, a question or a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from dialogue import bank
from dialogue.bank.files import Bank, top_of
from dialogue.course import catalogue
from dialogue.course.faults import Fault, nearest
from dialogue.course.files import FileFault
from dialogue.questions import Question

# The two tests share the lessons' objectives; whoever asks for an objective wants practice.
_TESTS = {"pre-test", "post-test"}
_OF_LESSON = re.compile(r"(?<=^\d\d)-\d+$")  # the number of an objective
_OBJECTIVE = re.compile(r"\d\d-\d+")


def select(names: Sequence[str], *, drafts: bool = False) -> list[Question]:
    """The questions that *names* stand for, each once, in the order of the course.

    A name is a lesson (``05``, ``5`` or ``05-round-one``), an objective (``05-2``), the id of a
    question, a former id, or the path of a bank.  An objective leaves out the pre-test and the
    post-test, which are named by their files or their items' ids.  No name at all is the whole course.  Drafts
    are left out unless *drafts* is given or the id itself is named.

    Raises :class:`~dialogue.course.files.FileFault` when a name stands for nothing, when a lesson
    has no question, and when a bank that is named has a fault.
    """
    whole = bank.course_bank()
    found: dict[str, Question] = {}
    if not names:
        found = {q.id: q for q in whole.questions.values() if drafts or q.status != "draft"}
        return list(found.values())
    for name in names:
        for question in _one(name, whole, drafts):
            found[question.id] = question
    return list(found.values())


def left_out(names: Sequence[str]) -> list[Fault]:
    """Why questions of the lessons in *names* (none: of the course) are not among the selected:
    one fault for each, such as a table that cannot be read."""
    whole = bank.course_bank()
    lessons = [
        lesson.stem
        for lesson in catalogue.lessons()
        if not names or any(lesson.called(_OF_LESSON.sub("", name)) for name in names)
    ]
    return list(
        {
            fault.item: fault
            for fault in reversed(whole.faults)
            if fault.item
            and fault.item not in whole.questions
            and (not names or Path(fault.file).stem in lessons)
        }.values()
    )[::-1]


def _one(name: str, whole: bank.Bank, drafts: bool) -> Iterable[Question]:
    if not name.strip():  # as a shell gives it for a variable that is not set
        raise FileFault(name, "this is no name", "such as 05, 05-2 or an id")
    if name in whole.questions:
        return [whole.questions[name]]
    if faults := [str(fault) for fault in whole.faults if fault.item == name]:
        raise FileFault(name, "this question has a fault in its file", faults[0])
    former = [question for question in whole.questions.values() if name in question.was]
    if former:
        return former
    if name.endswith((".yaml", ".yml")):
        return _file(Path(name), drafts)
    lessons = {lesson.stem: lesson for lesson in catalogue.lessons()}
    for stem, lesson in lessons.items():
        if lesson.called(name):
            # By its file, as the author keeps them: a lesson's bank has the lesson's name.
            chosen = [
                question
                for question in whole.questions.values()
                if Path(whole.places[question.id][0]).stem == stem
                and (drafts or question.status != "draft")
            ]
            if not chosen:
                raise FileFault(name, "this lesson has no questions", "name another lesson")
            return chosen
    if _OBJECTIVE.fullmatch(name):
        chosen = [
            question
            for question in whole.questions.values()
            if question.objective == name
            and (drafts or question.status != "draft")
            and Path(whole.places[question.id][0]).stem not in _TESTS
        ]
        if chosen:
            return chosen
    if whole.faults:  # it may be in a file that could not be read
        first = whole.faults[0]
        message = f"there is no {name!r} among the questions that can be read: {first.message}"
        raise FileFault(first.file, message, first.remedy, first.line)
    known = [*whole.questions, *lessons, *{q.objective for q in whole.questions.values()}]
    near = nearest(name, known, 3)
    remedy = f"the nearest: {', '.join(near)}" if near else "such as 05, 05-2 or an id"
    raise FileFault(name, "no lesson, objective, question or bank has this name", remedy)


def titles(names: Sequence[str]) -> list[str]:
    """What a reader calls each of *names*: a bank that was named by its path by its title, or else
    by its file's name; anything else as it was typed."""
    return [_title(Path(name)) if name.endswith((".yaml", ".yml")) else name for name in names]


def _title(path: Path) -> str:
    top, reader = top_of(path, Bank())
    values = top.value if top and isinstance(top.value, dict) else {}
    return reader.text(values, "title") or path.stem


def _file(path: Path, drafts: bool) -> Iterable[Question]:
    if not path.is_file():
        raise FileFault(path, "there is no such file", "check its name and folder")
    read = bank.read([path], keep_nodes=False)
    if read.faults:
        more = f" (and {len(read.faults) - 1} more)" if len(read.faults) > 1 else ""
        raise FileFault(
            read.faults[0].file,
            f"{read.faults[0].message}{more}",
            read.faults[0].remedy,
            read.faults[0].line,
        )
    return [q for q in read.questions.values() if drafts or q.status != "draft"]
