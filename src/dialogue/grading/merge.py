"""A class made of many files: who handed in, what is odd, and the answers side by side.

A learner's *first* check of an item is what item statistics are made of: later ones were
given after the comments.  Every answer is graded again with the instructor's own bank; the
verdict in a file is never believed.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np

from dialogue import bank
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.grading.marking import authored
from dialogue.learner import handin, progress
from dialogue.questions import Question, grade

# Longer pauses than this many seconds are taken for a break and not for thinking.
LONGEST_THOUGHT = 600.0
SURE = 3
_MOST_MEMBERS = 20_000


@dataclass(slots=True)
class Learner:
    """One learner of the class.  ``remarks`` says what a teacher should look at."""

    class_code: str
    name: str
    file: str
    answers: int = 0
    first: dict[int, float] = field(default_factory=dict)  # item -> score of the first check
    last: dict[int, float] = field(default_factory=dict)
    best: dict[int, float] = field(default_factory=dict)
    wrong_and_sure: int = 0
    edited: bool = False
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ClassResults:
    """The class: learners, items and what was chosen.

    ``scores`` is an array of learners by items, 0 to 1 and NaN without an answer, of the first
    checks of all learners whose files were not changed.  ``choices[i]`` counts what was
    chosen at item i, ``sure[i]`` what was chosen with the highest certainty and was wrong;
    ``asked_sure[i]`` how many said how sure they were.  ``seconds[i]`` lists the time from the
    event before.  ``left_out`` are files that could not be read.
    """

    questions: list[Question]
    learners: list[Learner] = field(default_factory=list)
    scores: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    choices: list[Counter[str]] = field(default_factory=list)
    sure: list[Counter[str]] = field(default_factory=list)
    asked_sure: list[int] = field(default_factory=list)
    seconds: list[list[float]] = field(default_factory=list)
    other_version: list[int] = field(default_factory=list)
    unknown_items: int = 0
    banks: Counter[str] = field(default_factory=Counter)
    own_bank: str = ""
    left_out: list[str] = field(default_factory=list)


def documents(folder: str | os.PathLike[str]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The files of a class: ``*.json`` in *folder* and in zips there, in order of their names.

    Canvas and Moodle let a teacher download what was handed in as one zip.
    """
    top = Path(folder).expanduser()
    if not top.exists():
        raise FileFault(folder, "there is no such folder", "check its name")
    if not top.is_dir():
        raise FileFault(folder, "this is not a folder", "name the folder with the files")
    for path in sorted(top.rglob("*")):
        if path.name.startswith((".", "__MACOSX")) or not path.is_file():
            continue
        if path.suffix.lower() == ".json":
            yield str(path), partial(files.read_bytes, path)
        elif path.suffix.lower() == ".zip":
            try:
                members = files.read_zip(path)
            except FileFault as fault:
                yield str(path), partial(_refuse, fault)
                continue
            for name in sorted(members)[:_MOST_MEMBERS]:
                if name.lower().endswith(".json") and not name.startswith("__MACOSX"):
                    yield f"{path}/{name}", partial(members.__getitem__, name)


def _refuse(fault: FileFault) -> bytes:
    raise fault


def choice(question: Question, response: object) -> list[str]:
    """What a response chose, in the author's words, for counting: one entry a part.

    Of classify, match and order only the mistakes are named.  A response that fits no part of
    the question counts as nothing.
    """
    try:
        return question.chosen(response)
    except (TypeError, ValueError, IndexError, KeyError):
        return []


class _Marks:
    """Grades each different response to a question once: a class gives the same ones."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, int | None], tuple[str, float]] = {}

    def __call__(self, question: Question, attempt: progress.Attempt) -> tuple[str, float]:
        key = (question.id, json.dumps(attempt.response, sort_keys=True), attempt.confidence)
        if key not in self._known:
            outcome = grade(question, attempt.response, attempt.confidence)
            self._known[key] = outcome.verdict, outcome.score
        return self._known[key]


def merge(
    folder: str | os.PathLike[str],
    questions: list[Question],
    *,
    step: Callable[[int], None] = lambda count: None,
) -> ClassResults:
    """Read all files of a class.  *step* is told after each how many were read.

    Raises :class:`~dialogue.course.files.FileFault` when the folder is not there and when it holds no
    learner's file at all; a single bad file is named in ``left_out``.
    """
    found = ClassResults(questions, own_bank=handin.bank_hash(bank.course_bank().questions))
    index = {name: i for i, q in enumerate(questions) for name in (q.id, *q.was)}
    every = len(questions)
    found.choices = [Counter() for _ in range(every)]
    found.sure = [Counter() for _ in range(every)]
    found.asked_sure, found.other_version = [0] * every, [0] * every
    found.seconds = [[] for _ in range(every)]
    marks = _Marks()
    by_identity: dict[tuple[str, str], Learner] = {}
    owner: dict[str, int] = {}  # attempt -> the learner whose file had it first
    shared: dict[tuple[int, int], int] = {}
    read = 0
    for name, content in documents(folder):
        try:
            paper = handin.read_bytes(content(), name)
        except FileFault as fault:
            found.left_out.append(str(fault))
            continue
        read += 1
        step(read)
        learner = by_identity.get(paper.identity)
        if learner is None:
            learner = Learner(paper.class_code, paper.learner, Path(name).name)
            by_identity[paper.identity] = learner
            found.learners.append(learner)
            found.banks[paper.bank] += 1
            number = len(found.learners) - 1
        else:
            number = found.learners.index(learner)
            learner.remarks.append(f"handed in more than once, also {Path(name).name}")
        if paper.bank != found.own_bank:
            learner.remarks.append("answered another version of the course")
        if not paper.sound:
            learner.edited = True
            learner.remarks.append("the file was changed after it was written")
        if paper.unreadable:
            learner.remarks.append(f"{paper.unreadable} answers could not be read")
        _take(found, learner, number, paper.answers, index, marks, owner, shared)
    if not read:
        seen = f" ({len(found.left_out)} others)" if found.left_out else ""
        remedy = found.left_out[0] if found.left_out else "put the learners' .json files in it"
        raise FileFault(folder, f"no learner's file is here{seen}", remedy)
    for (number, first), count in shared.items():
        learner, other = found.learners[number], found.learners[first]
        learner.remarks.append(f"{count} answers are also in the file of {other.name}")
        other.remarks.append(f"{count} answers are also in the file of {learner.name}")
    sound = [learner for learner in found.learners if not learner.edited]
    found.scores = np.full((len(sound), every), np.nan)
    for row, learner in enumerate(sound):
        for item, score in learner.first.items():
            found.scores[row, item] = score
    return found


def _take(
    found: ClassResults,
    learner: Learner,
    number: int,
    answers: tuple[progress.Attempt, ...],
    index: dict[str, int],
    marks: _Marks,
    owner: dict[str, int],
    shared: dict[tuple[int, int], int],
) -> None:
    """Add the answers of one file to its learner and, when it is sound, to the counts."""
    before: float | None = None
    rows: list[tuple[int, progress.Attempt, str, float, float | None]] = []
    # Of a test without comments the last answer before its end counts as the first.
    ended: set[str] = set()
    tests: dict[int, int] = {}  # item -> its row
    for attempt in answers:
        now = _time(attempt.at)
        pause, before = (now - before if now and before else None), now
        if attempt.event == "reveal":
            ended.add(attempt.item)
        if attempt.event != "check":
            continue
        item = index.get(attempt.item)
        if item is None:
            found.unknown_items += 1
            continue
        if attempt.id:
            if attempt.id in owner:  # one answer counts once, for whoever handed it in first
                if owner[attempt.id] != number:
                    pair = number, owner[attempt.id]
                    shared[pair] = shared.get(pair, 0) + 1
                continue
            owner[attempt.id] = number
        question = found.questions[item]
        given = attempt if attempt.version in question.versions else authored(question, attempt)
        if given is None:
            found.other_version[item] += 1
            continue
        attempt = given
        if not question.marked:
            continue  # a forecast is scored in lesson 11 and never graded
        verdict, score = marks(question, attempt)
        if verdict == "unanswered":
            continue
        claimed = attempt.verdict if attempt.verdict != "kept" else ""
        if claimed and claimed != verdict and not learner.edited:
            learner.edited = True
            learner.remarks.append(f"the verdict on {question.id} does not fit its answer")
        row = (item, attempt, verdict, score, pause)
        if question.use == "graded" and attempt.item in ended:
            continue
        if question.use == "graded" and item in tests:
            rows[tests[item]] = row
            continue
        tests[item] = len(rows)
        rows.append(row)
    for item, attempt, verdict, score, pause in rows:
        learner.answers += 1
        learner.last[item] = score
        learner.best[item] = max(score, learner.best.get(item, 0.0))
        if item in learner.first:
            continue
        learner.first[item] = score
        if learner.edited:
            continue
        chosen = choice(found.questions[item], attempt.response)
        found.choices[item].update(chosen)
        if attempt.confidence is not None:
            found.asked_sure[item] += 1
            if attempt.confidence == SURE and verdict == "wrong":
                learner.wrong_and_sure += 1
                found.sure[item].update(chosen)
        if pause is not None and 0 <= pause <= LONGEST_THOUGHT:
            found.seconds[item].append(pause)


def _time(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
