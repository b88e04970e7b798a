"""From answers to what people see of them: one learner's data, and the class with its marks.

The key is used here and goes nowhere: no view holds a right answer, and a learner's own view
holds no verdict, or somebody could try answers until one is right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dialogue import bank
from dialogue.classroom.campus.ledger import Told
from dialogue.classroom.live.tally import Tally
from dialogue.course import files
from dialogue.grading import marking
from dialogue.learner import handin
from dialogue.learner.progress import Attempt
from dialogue.page import text
from dialogue.questions import Question

Answers = Mapping[str, Sequence[Attempt]]
CLASS_CODE = "campus"


class Row(NamedTuple):
    """One question of the class page."""

    item: str
    ask: str
    answered: int
    right: int | None  # at the first check; None where nothing is right or wrong


def _questions() -> dict[str, Question]:
    return {q.id: q for q in bank.course_bank().questions.values() if q.event == "check"}


class Score(NamedTuple):
    """Points of one learner in one lesson, as an LMS is told."""

    given: float
    possible: float
    complete: bool


def _of_lesson(lesson: str) -> list[Question]:
    """What counts in *lesson*: its core questions, or all where no one is core."""
    every = [q for q in _questions().values() if q.id[:2] == lesson and q.marked]
    return [q for q in every if q.core] or every


def possible(lesson: str) -> float:
    """The points that can be had in *lesson* (``05``)."""
    return sum(q.points for q in _of_lesson(lesson))


def score(lesson: str, attempts: Sequence[Attempt]) -> Score | None:
    """The points of *attempts* in *lesson*, by the last answers; None when none was answered."""
    asked = _of_lesson(lesson)
    record = marking.Record("", tuple(_sound({q.id: q for q in asked}, attempts)))
    rows = marking.mark([record], asked)
    if not any(row.at for row in rows):
        return None
    given = sum(row.mark or 0.0 for row in rows)
    return Score(round(given, 4), possible(lesson), all(row.verdict for row in rows))


def own(learner: str, attempts: Sequence[Attempt], scores: Sequence[Told] = ()) -> str:
    """All that is kept of *learner*, as JSON."""
    lines = [
        {
            "item": one.item,
            "event": one.event,
            "response": one.response,
            "confidence": one.confidence,
            "came": one.at,
        }
        for one in attempts
    ]
    found: dict[str, Any] = {"learner": learner, "answers": lines}
    if scores:
        found["scores"] = [
            {"lesson": one.lesson, "score": one.score, "state": one.state, "why": one.said}
            for one in scores
        ]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def rows(answers: Answers) -> list[Row]:
    """The questions that were answered, in the order of the course."""
    known = _questions()
    names = {was: q for q in known.values() for was in (q.id, *q.was)}
    tally = Tally(known)
    for number, attempts in enumerate(answers.values()):
        for one in attempts:
            question = names.get(one.item)
            if question is None or one.event != "check":
                continue
            given = _authored(question, one)
            if given is not None:
                tally.add(number, question.id, question.version, given.response, one.confidence)
    return [
        Row(q.id, text.plain(q.ask), item.answered, item.right if q.marked else None)
        for q in known.values()
        if (item := tally.items.get(q.id)) and item.answered
    ]


def _authored(question: Question, attempt: Attempt) -> Attempt | None:
    """Whatever a learner's program has sent: what is no answer is none."""
    try:
        return marking.authored(question, attempt)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, RecursionError):
        return None


def marks(answers: Answers) -> str:
    """The marks of the class as CSV: a row for each learner and question that was answered."""
    known = _questions()
    sound = {learner: _sound(known, attempts) for learner, attempts in answers.items()}
    asked_for = {one.item for attempts in sound.values() for one in attempts}
    asked = [q for q in known.values() if asked_for & {q.id, *q.was}]
    records = [marking.Record(name, tuple(attempts)) for name, attempts in sorted(sound.items())]
    return marking.table(marking.mark(records, asked))


def _sound(known: Mapping[str, Question], attempts: Sequence[Attempt]) -> list[Attempt]:
    """Without answers that no page of the course can have sent: they would stop the marking."""
    names = {was: q for q in known.values() for was in (q.id, *q.was)}
    found = []
    for one in attempts:
        try:
            if one.event == "check" and one.item in names:
                marking.settled(names[one.item], one)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, RecursionError):
            continue
        found.append(one)
    return found


def hand_ins(answers: Answers) -> bytes:
    """The class as the files that learners hand in, zipped: unpacked, ``dialogue results``
    reads them."""
    version = handin.bank_hash(bank.course_bank().questions)
    members = {}
    for number, (learner, attempts) in enumerate(sorted(answers.items()), 1):
        name = re.sub(r"[^\w-]+", "-", learner).strip("-")[:30]
        document = handin.document(CLASS_CODE, learner[: handin.LONGEST_NAME], version, attempts)
        members[f"{number:03}-{name}.json"] = document.encode()
    return files.zip_bytes(members)


def view(answers: Answers) -> dict[str, Any]:
    """What the class page shows."""
    return {
        "rows": rows(answers),
        "learners": [(name, len(attempts)) for name, attempts in sorted(answers.items())],
    }
