"""Marking, on the instructor's side, what learners answered in their copy of the course.

A record that a learner exported holds responses and no verdict on graded items.  Here they
meet the full bank: each response is put back into the author's order and graded by
:func:`dialogue.questions.grade`.  A response to another version of a question is never
graded in silence; the row says so and has no mark.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from dialogue import bank
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.grading import release
from dialogue.learner import handin, progress
from dialogue.learner.progress import Attempt
from dialogue.page import numbers
from dialogue.questions import Outcome, Question, grade

HEADER = ("learner", "item", "mark", "points", "verdict", "response", "at", "version", "note")


class Marked(NamedTuple):
    """One learner's answer to one graded item.

    ``mark`` is the score (0 to 1) times the item's points, and None where there is nothing to
    grade: no answer, another version, or a forecast, which is scored and not graded.
    """

    learner: str
    item: str
    mark: float | None
    points: float
    verdict: str
    response: str
    at: str
    version: str
    note: str


class Record(NamedTuple):
    """What a learner handed in: who, the attempts (oldest first), how many of them could not be
    read, and whether the file is as it was written (an export carries no seal: it counts as so).
    """

    learner: str
    attempts: tuple[Attempt, ...]
    unreadable: int = 0
    sound: bool = True


def read_records(paths: Iterable[str | os.PathLike[str]]) -> list[Record]:
    """The records in *paths*: what ``dialogue progress export`` wrote (.jsonl; the name of the
    file is the learner's), what ``hand_in`` wrote (.json; it holds the name), zips and folders.

    Raises :class:`FileFault` for a file that is empty, too large or no record, and when two
    files are of the same learner.
    """
    found: dict[str, Record] = {}
    for path in paths:
        for name, data in _contents(Path(path)):
            handed = name.endswith(".json")
            record = _handed_in(data, name) if handed else _record(Path(name).stem, data, name)
            if record.learner in found:
                fault = f"there are two records named {record.learner!r}"
                raise FileFault(name, fault, "keep one of them, or give a file another name")
            found[record.learner] = record
    return list(found.values())


def _handed_in(data: bytes, file: str) -> Record:
    told = handin.read_bytes(data, file)
    timed: list[tuple[float, Attempt]] = []
    for attempt in told.answers:
        timed.append((_when(attempt.at, timed), attempt))
    timed.sort(key=lambda pair: pair[0])
    return Record(told.learner, tuple(one for _, one in timed), told.unreadable, told.sound)


_ENDINGS = (".jsonl", ".json")
_NO_RECORD = "records end in .jsonl or .json"


def _contents(path: Path) -> Iterable[tuple[str, bytes]]:
    if path.is_dir():
        inside = sorted(p for p in path.rglob("[!.]*") if p.suffix in _ENDINGS)
        if not inside:
            raise FileFault(path, "no record is in this folder", _NO_RECORD)
        return [(str(each), files.read_bytes(each)) for each in inside]
    if path.suffix == ".zip":
        members = {n: data for n, data in files.read_zip(path).items() if n.endswith(_ENDINGS)}
        if not members:
            raise FileFault(path, "no record is in this zip file", _NO_RECORD)
        return [(f"{path}/{name}", data) for name, data in sorted(members.items())]
    return [(str(path), files.read_bytes(path))]


def _record(learner: str, data: bytes, file: str) -> Record:
    seen: set[str] = set()
    timed: list[tuple[float, Attempt]] = []
    bad = 0
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        # The course's own reader: one that is known twice counts once.
        parsed = progress._parse(line.strip())
        if parsed is None:
            bad += 1
        elif parsed[0] not in seen:
            seen.add(parsed[0])
            if attempt := parsed[1]:
                timed.append((_when(attempt.at, timed), attempt))
    if not seen:
        remedy = "ask for a file that 'dialogue progress export' wrote"
        raise FileFault(file, "this is no record of answers", remedy)
    timed.sort(key=lambda pair: pair[0])
    return Record(learner, tuple(attempt for _, attempt in timed), bad)


def _when(at: str, before: Sequence[tuple[float, Attempt]]) -> float:
    try:
        time = datetime.fromisoformat(at)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):  # without a time it stays behind the line before it
        return before[-1][0] if before else -math.inf


def outcome(question: Question, response: Any, confidence: int | None = None) -> Outcome:
    """A *response* given in the learner's copy, graded with the key."""
    return grade(question, question.authored(response), confidence)


@lru_cache(maxsize=4096)
def _copy_versions(question: Question) -> tuple[str, frozenset[str]]:
    """The version of *question* in the learner's copy, and that under each former id."""
    bare = release.without_key(question)
    return bare.version, bare.versions


def authored(question: Question, attempt: Attempt) -> Attempt | None:
    """*attempt* with its response in the author's order, whether it was given in the learner's
    copy or where the key was at hand.  None when it was given to another version."""
    if attempt.version in _copy_versions(question)[1]:
        response = question.authored(attempt.response)
        return replace(attempt, response=response)
    return attempt if attempt.version in question.versions else None


def settled(question: Question, attempt: Attempt) -> Outcome | None:
    """An *attempt* at *question*, graded with the key: given in the learner's copy or where the
    key was at hand.  None when it was given to another version."""
    given = authored(question, attempt)
    if given is None:
        return None
    # Code that answers says nothing about certainty, and certainty changes no mark here.
    return grade(replace(question, confidence=False), given.response)


def mark(
    records: Sequence[Record],
    questions: Sequence[Question],
    own: Mapping[str, Mapping[str, Question]] | None = None,
) -> list[Marked]:
    """Mark every record on every graded question, in that order.

    The last answer counts, and none after the learner chose *Start again*.  *own* gives the
    questions of a learner who had a variant: learner to id to question.
    """
    rows = []
    for record in records:
        variant = (own or {}).get(record.learner)
        asked = questions if variant is None else tuple(variant.values())
        marked = [_mark(record, question) for question in asked]
        if not record.sound:
            told = "the file was changed after it was written"
            marked = [
                row._replace(note="; ".join(filter(None, (told, row.note)))) for row in marked
            ]
        rows += marked
    return rows


def _mark(record: Record, question: Question) -> Marked:
    names = {question.id, *question.was}
    tries = [t for t in record.attempts if t.item in names and t.event in ("check", "reset")]
    blank = Marked(record.learner, question.id, None, question.points, "", "", "", "", "")
    if not tries:
        return blank._replace(note="not answered")
    last = tries[-1]
    if last.event == "reset":
        return blank._replace(at=last.at, note="started again and not answered since")
    said = json.dumps(last.response, ensure_ascii=False)
    row = blank._replace(response=said, at=last.at, version=last.version)
    found = settled(question, last)
    if found is None:
        own, _ = _copy_versions(question)
        return row._replace(note=f"answered another version; the copy's is {own}: mark it by hand")
    note = "answered where the key was at hand" if last.version in question.versions else ""
    if found.verdict == "unanswered":
        return row._replace(verdict=found.verdict, note="the response cannot be read")
    mark = None if found.verdict in ("logged", "kept") else found.score * question.points
    return row._replace(mark=mark, verdict=found.verdict, note=note)


def table(rows: Sequence[Marked]) -> str:
    """The rows as CSV, safe to open in a spreadsheet program."""

    def shown(value: Any) -> str:
        if value is None:
            return ""
        return numbers.plain(round(value, 4)) if isinstance(value, float) else value

    return files.csv_text(HEADER, [[shown(value) for value in row] for row in rows])


def own_questions(folder: str | os.PathLike[str]) -> dict[str, dict[str, Question]]:
    """The questions of each learner, from a folder that ``dialogue variants`` wrote.

    Raises :class:`FileFault` when there is none, or when a bank in it has a fault.
    """
    banks = sorted((Path(folder) / "keys").glob("*.yaml"))
    if not banks:
        raise FileFault(folder, "no variants are here", "name a folder of 'dialogue variants'")
    found = {}
    for path in banks:
        read = bank.read([path], keep_nodes=False)
        if read.faults:
            fault = read.faults[0]
            raise FileFault(fault.file, fault.message, fault.remedy, fault.line)
        found[path.stem] = read.questions
    return found
