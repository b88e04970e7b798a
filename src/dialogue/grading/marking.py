"""Marking, on the instructor's side, what learners answered in their copy of the course.

A record that a learner exported holds responses and no verdict on graded items.  Here they
meet the full bank: each response is put back into the author's order and graded by
:func:`dialogue.questions.grade`.  A response to another version of a question is never
graded in silence; the row says so and has no mark.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from dialogue import bank
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.grading import claims, release
from dialogue.learner import handin, progress
from dialogue.learner.progress import Attempt
from dialogue.page import numbers
from dialogue.page.text import encodable
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

    ``doubt`` says why nothing is credited before somebody has looked, ``remark`` what else
    there is to look at.
    """

    learner: str
    attempts: tuple[Attempt, ...]
    unreadable: int = 0
    sound: bool = True
    doubt: str = ""
    remark: str = ""


def read_records(
    paths: Iterable[str | os.PathLike[str]], left_out: list[str] | None = None
) -> list[Record]:
    """The records in *paths*: what ``dialogue progress export`` wrote (.jsonl; the name of the
    file is the learner's), what ``hand_in`` wrote (.json; it holds the name), zips and folders.

    A file that is empty, too large or no record is named in *left_out*, and the others are
    read.  Raises :class:`FileFault` when there is no record at all, or without *left_out*.
    """
    named: list[str] = []
    papers: list[claims.Paper] = []
    records: dict[str, Record] = {}
    first: FileFault | None = None
    for path in paths:
        for name, content in _contents(Path(path)):
            try:
                data = content()
                handed = name.lower().endswith(".json")
                record = (
                    _handed_in(data, name)
                    if handed
                    else _record(encodable(Path(name).stem), data, name)
                )
            except FileFault as fault:
                if left_out is None:
                    raise
                first = first or fault
                named.append(str(fault))
                continue
            records[name] = record
            identity = (handin.folded(record.learner),)
            papers.append(
                claims.Paper(name, identity, record.learner, record.attempts, record.sound)
            )
    if first and not papers:
        raise first
    if left_out is not None:
        left_out += named
    found = []
    for claim in claims.claims(papers):
        own = [records[paper.file] for paper in claim.papers]
        remarks = list(claim.remarks)
        if ahead := progress.ahead(claim.answers):
            remarks.append(f"a clock that ran ahead has dated {claims.some(ahead)}")
        record = Record(
            own[0].learner,
            claim.answers,
            sum(one.unreadable for one in own),
            all(one.sound for one in own),
            "; ".join(dict.fromkeys(claim.doubts)),
            "; ".join(dict.fromkeys(remarks)),
        )
        found.append(record)
    return found


def _handed_in(data: bytes, file: str) -> Record:
    told = handin.read_bytes(data, file)
    return Record(told.learner, told.answers, told.unreadable, told.sound)


_ENDINGS = (".jsonl", ".json")
_NO_RECORD = "records end in .jsonl or .json"


def _contents(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The files at *path*, each to be read when its turn comes: one that is bad stops no other."""
    if path.is_dir():
        every = [p for p in sorted(path.rglob("*")) if not _hidden(p.relative_to(path).parts)]
        inside = [p for p in every if not p.is_dir()]
        if not inside:
            yield str(path), partial(_refuse, path, "no record is in this folder")
        for each in inside:
            if each.suffix.lower() in (*_ENDINGS, ".zip"):
                yield from _contents(each)
            else:
                yield str(each), partial(_refuse, each, "this was not read")
    elif path.suffix.lower() == ".zip":
        try:
            read = files.read_zip(path)
        except FileFault as fault:
            yield str(path), partial(_refuse, path, fault.message, fault.remedy)
            return
        members = [name for name in sorted(read) if not _hidden(PurePosixPath(name).parts)]
        if not members:
            yield str(path), partial(_refuse, path, "no record is in this zip file")
        for name in members:
            if name.lower().endswith(_ENDINGS):
                yield f"{path}/{name}", partial(read.__getitem__, name)
            else:
                yield f"{path}/{name}", partial(_refuse, path / name, "this was not read")
    else:
        yield str(path), partial(files.read_bytes, path)


def _hidden(parts: Iterable[str]) -> bool:
    """Is it what a computer keeps for itself?"""
    return any(part.startswith((".", "__MACOSX")) for part in parts)


def _refuse(path: Path, fault: str, remedy: str = _NO_RECORD) -> bytes:
    raise FileFault(path, fault, remedy)


def _record(learner: str, data: bytes, file: str) -> Record:
    # The course's own reader: one that is known twice counts once.
    lines = [line for line in data.split(b"\n") if line.strip()]
    bad = sum(progress._parse(line) is None for line in lines)
    found = progress.in_order(progress.entries(lines))
    if not found:
        remedy = "ask for a file that 'dialogue progress export' wrote"
        raise FileFault(file, "this is no record of answers", remedy)
    return Record(learner, tuple(entry.attempt for entry in found if entry.attempt), bad)


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
        told = "" if record.sound else "the file was changed after it was written"
        said = [text for text in (record.doubt, told, record.remark) if text]
        marked = [row._replace(note="; ".join(filter(None, (*said, row.note)))) for row in marked]
        if record.doubt:
            marked = [row._replace(mark=None) for row in marked]
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
