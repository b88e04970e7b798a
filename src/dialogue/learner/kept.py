"""What a learner keeps of the course, as one page to read, print or hand in.

Writing, answers and scores stand by lesson, in words; nothing about a person is in it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from dialogue import bank
from dialogue.course import catalogue, files, place
from dialogue.course.files import FileFault
from dialogue.learner import notes, progress, recall
from dialogue.learner.notes import Note
from dialogue.learner.progress import Attempt
from dialogue.page import templates
from dialogue.page.words import KEPT
from dialogue.questions import Essay, Outcome, Question, grade
from dialogue.questions.kinds.essay import written


@dataclass(frozen=True, slots=True)
class Answer:
    """One question as it was answered last: what was said, and what came of it."""

    question: Question
    day: str
    said: tuple[str, ...]
    outcome: Outcome

    @property
    def word(self) -> str:
        """What came of it, in words."""
        if self.question.guess:
            return KEPT["guess"]
        if self.question.vote:
            return KEPT["vote"]
        return KEPT[self.outcome.verdict]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of one's own, and the levels that its writer ticked for it."""

    question: Question
    day: str
    text: str
    words: int
    ticked: tuple[tuple[str, str], ...]
    got: int
    most: int


@dataclass(frozen=True, slots=True)
class Part:
    """What was kept of one lesson."""

    title: str
    texts: tuple[Text, ...]
    answers: tuple[Answer, ...]
    notes: tuple[Note, ...] = ()

    @property
    def score(self) -> str:
        """The points of the last answers, of those that can be had for them."""
        marked = [a for a in self.answers if a.question.marked and not a.question.keyless]
        got = sum(a.outcome.score * a.question.points for a in marked)
        most = sum(a.question.points for a in marked)
        return KEPT["score"].format(got=f"{got:g}", most=f"{most:g}") if marked else ""


def _last(question: Question, tries: Sequence[Attempt]) -> Attempt | None:
    """The answer that stands: the last one to this version, of a guess the first."""
    own = [t for t in tries if t.version in question.versions]
    fresh = [place for place, t in enumerate(own, 1) if t.event == "reset"]
    given = [t for t in own[fresh[-1] if fresh else 0 :] if t.event == question.event]
    return given[0 if question.guess else -1] if given else None


def _said(question: Question, response: Any) -> tuple[str, ...]:
    try:
        chosen = question.chosen(response)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError):
        chosen = []
    if not chosen and isinstance(response, str | int | float):
        chosen = [f"{response:g}" if isinstance(response, float) else str(response)]
    return tuple(chosen)


def _text(question: Essay, last: Attempt) -> Text:
    levels = question.ticked(last.response)
    rows = [(row, at) for row, at in zip(question.rubric, levels, strict=True) if at is not None]
    said = written(last.response)
    return Text(
        question,
        last.at[:10],
        said,
        len(said.split()),
        tuple((row.name, row.levels[at]) for row, at in rows),
        sum(len(row.levels) - 1 - at for row, at in rows),
        question.most,
    )


def parts() -> list[Part]:
    """Every lesson in which something was answered, written or noted, in the order of the course."""
    questions = bank.course_bank().questions
    was = {name: question.was for name, question in questions.items() if question.was}
    tries = progress.latest(set(questions), was)
    texts: dict[str, list[Text]] = {}
    answers: dict[str, list[Answer]] = {}
    for name, question in questions.items():
        last = _last(question, tries.get(name, ()))
        if last is None:
            continue
        lesson = recall.lesson_of(question)
        if isinstance(question, Essay):
            texts.setdefault(lesson, []).append(_text(question, last))
            continue
        found = grade(replace(question, confidence=False), last.response)
        if found.verdict != "unanswered":
            answer = Answer(question, last.at[:10], _said(question, last.response), found)
            answers.setdefault(lesson, []).append(answer)
    lessons = [one for one in catalogue.lessons() if one.written]
    titles = {one.number: f"{one.number} · {one.title}" for one in catalogue.lessons()}
    beside = {one.number: own for one in lessons if (own := tuple(notes.of(one)))}
    return [
        Part(
            titles.get(lesson, KEPT["others"]),
            tuple(texts.get(lesson, ())),
            tuple(answers.get(lesson, ())),
            beside.get(lesson, ()),
        )
        for lesson in sorted(
            texts.keys() | answers.keys() | beside.keys(), key=lambda number: number or "99"
        )
    ]


def page(found: Sequence[Part]) -> Markup:
    """The page, which needs nothing from outside."""
    words = KEPT | {"about": KEPT["about"].format(course=place.title())}
    return templates.render("learner/kept.html", title=KEPT["title"], words=words, parts=found)


def write(file: str | os.PathLike[str], *, force: bool = False) -> int:
    """Write the page to *file* and return how many answers, texts and notes stand in it.

    Raises :class:`~dialogue.course.files.FileFault` when there is nothing yet, and when the
    file exists or cannot be written.
    """
    found = parts()
    if not found:
        raise FileFault(file, *progress.nothing())
    files.write(file, page(found), force=force)
    return sum(len(part.texts) + len(part.answers) + len(part.notes) for part in found)
