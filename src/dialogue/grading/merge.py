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
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from dialogue import bank
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.grading import claims
from dialogue.grading.marking import authored
from dialogue.learner import handin, progress
from dialogue.questions import Essay, Forecast, Question, grade
from dialogue.questions.kinds.essay import written
from dialogue.questions.typed import NotANumber, chance

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
    # Why another file, or this one, may be somebody else's: nothing is credited until looked at.
    doubts: list[str] = field(default_factory=list)

    @property
    def credited(self) -> bool:
        """Does this learner count in statistics and earn marks before anybody has looked?"""
        return not (self.edited or self.doubts)


@dataclass(slots=True)
class ClassResults:
    """The class: learners, items and what was chosen.

    ``scores`` is an array of learners by items, 0 to 1 and NaN without an answer, of the first
    checks of all learners whose files were neither changed nor disputed.  ``choices[i]`` counts what was
    chosen at item i, ``sure[i]`` what was chosen with the highest certainty and was wrong;
    ``asked_sure[i]`` how many said how sure they were.  ``seconds[i]`` lists the time from the
    event before, ``chances[i]`` the first forecast (per cent) of each learner at a forecast.  ``left_out`` are files that could not be read, ``absent`` who is in the roster
    and handed in nothing.
    """

    questions: list[Question]
    learners: list[Learner] = field(default_factory=list)
    scores: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    choices: list[Counter[str]] = field(default_factory=list)
    sure: list[Counter[str]] = field(default_factory=list)
    asked_sure: list[int] = field(default_factory=list)
    seconds: list[list[float]] = field(default_factory=list)
    chances: list[list[float]] = field(default_factory=list)
    other_version: list[int] = field(default_factory=list)
    unknown_items: int = 0
    banks: Counter[str] = field(default_factory=Counter)
    own_bank: str = ""
    left_out: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    # Was a class list given, so that one can know who is absent?
    roster: bool = False
    # What learners wrote and chose to hand in: name, item, the last text.
    texts: list[tuple[str, str, str]] = field(default_factory=list)


def documents(folder: str | os.PathLike[str]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The files of a class: ``*.json`` in *folder* and in zips there, in order of their names.

    Canvas and Moodle let a teacher download what was handed in as one zip.
    """
    top = Path(os.path.expanduser(folder))
    if not top.exists():
        raise FileFault(folder, "there is no such folder", "check its name")
    if not top.is_dir():
        raise FileFault(folder, "this is not a folder", "name the folder with the files")
    for path in sorted(top.rglob("*")):
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.relative_to(top).parts)
        if hidden or path.is_dir():
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
                if name.startswith("__MACOSX") or PurePosixPath(name).name.startswith("."):
                    continue
                if name.lower().endswith(".json"):
                    yield f"{path}/{name}", partial(members.__getitem__, name)
                else:
                    yield f"{path}/{name}", partial(_refuse, _other(f"{path}/{name}"))
            if len(members) > _MOST_MEMBERS:
                rest = len(members) - _MOST_MEMBERS
                told = f"{rest} more member{'s were' if rest > 1 else ' was'} not read"
                yield str(path), partial(_refuse, FileFault(path, told, "split this zip file"))
        else:
            yield str(path), partial(_refuse, _other(path))


def _other(path: str | os.PathLike[str]) -> FileFault:
    remedy = "ask for the .json file that 'dialogue hand-in' wrote, if this is a learner's"
    return FileFault(path, "this was not read: a hand-in ends in .json", remedy)


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
    found.chances = [[] for _ in range(every)]
    marks = _Marks()
    papers: list[claims.Paper] = []
    handed: dict[str, handin.HandIn] = {}
    for name, content in documents(folder):
        try:
            paper = handin.read_bytes(content(), name)
        except FileFault as fault:
            found.left_out.append(str(fault))
            continue
        handed[name] = paper
        papers.append(claims.Paper(name, paper.identity, paper.learner, paper.answers, paper.sound))
        step(len(papers))
    if not papers:
        seen = f" ({len(found.left_out)} others)" if found.left_out else ""
        remedy = found.left_out[0] if found.left_out else "put the learners' .json files in it"
        raise FileFault(folder, f"no learner's file is here{seen}", remedy)
    for claim in claims.claims(papers):
        own = [handed[paper.file] for paper in claim.papers]
        learner = Learner(own[0].class_code, own[0].learner, claim.papers[0].name)
        learner.remarks += claim.remarks
        learner.doubts += claim.doubts
        if ahead := progress.ahead(claim.answers):
            learner.remarks.append(f"a clock that ran ahead has dated {claims.some(ahead)}")
        if changed := [paper.name for paper in claim.papers if not paper.sound]:
            learner.edited = True
            learner.remarks.append(
                f"the file was changed after it was written: {', '.join(changed)}"
            )
        if unreadable := sum(paper.unreadable for paper in own):
            learner.remarks.append(f"{unreadable} answers could not be read")
        found.learners.append(learner)
        strange = _take(found, learner, claim.answers, index, marks)
        # Questions that a teacher or a learner has added make another bank, but no other version.
        other = next((paper.bank for paper in own if paper.bank != found.own_bank), "")
        if other and strange:
            learner.remarks.append("answered another version of the course")
        found.banks[other if other and strange else found.own_bank] += 1
    credited = [learner for learner in found.learners if learner.credited]
    found.scores = np.full((len(credited), every), np.nan)
    for row, learner in enumerate(credited):
        for item, score in learner.first.items():
            found.scores[row, item] = score
    return found


def _take(
    found: ClassResults,
    learner: Learner,
    answers: tuple[progress.Attempt, ...],
    index: dict[str, int],
    marks: _Marks,
) -> int:
    """Add the answers to their learner and, who is credited, to the counts.

    Returns how many are to other versions of the teacher's questions.
    """
    strange = 0
    before: float | None = None
    rows: list[tuple[int, progress.Attempt, str, float, float | None]] = []
    # Of a test without comments the last answer before its end counts as the first.
    ended: set[str] = set()
    tests: dict[int, int] = {}  # item -> its row
    forecasts: dict[int, float] = {}  # item -> the first chance
    essays: dict[str, str] = {}  # item -> the last text
    for attempt in answers:
        now = _time(attempt.at)
        pause, before = (now - before if now and before else None), now
        if attempt.event == "reveal":
            ended.add(attempt.item)
        if attempt.event == Essay.event and (words := written(attempt.response).strip()):
            essays[attempt.item] = words
        if attempt.event != "check":
            continue
        item = index.get(attempt.item)
        if item is None:
            found.unknown_items += 1
            continue
        question = found.questions[item]
        given = attempt if attempt.version in question.versions else authored(question, attempt)
        if given is None:
            found.other_version[item] += 1
            strange += 1
            continue
        attempt = given
        if isinstance(question, Forecast):  # scored in lesson 11 and never graded
            with suppress(NotANumber, TypeError):
                forecasts.setdefault(item, chance(attempt.response))
        if not question.marked:
            continue
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
    found.texts += [(learner.name, name, words) for name, words in essays.items()]
    if learner.credited:
        for item, likely in forecasts.items():
            found.chances[item].append(likely)
    for item, attempt, verdict, score, pause in rows:
        learner.answers += 1
        learner.last[item] = score
        learner.best[item] = max(score, learner.best.get(item, 0.0))
        if item in learner.first:
            continue
        learner.first[item] = score
        if not learner.credited:
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
    return strange


def _time(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
