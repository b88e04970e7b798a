"""Who claims which answers: where two files tell of the same, nobody is believed unseen.

A file of answers is no proof of who worked, and its seal can be made by anybody.  What can
be seen is that two files claim the same learner, the same answers, or answers given at the
same seconds, or after the same numbers of seconds.  Which of them is the first cannot be seen; so
the teacher is told both names.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from dialogue.learner.progress import Attempt, Entry, in_order, moment_of
from dialogue.page.text import encodable

# So many answers of two learners at the same seconds are no chance, if they are half of all.
_NO_CHANCE = 3
# So many different waits between two answers that are alike, if they are three of four.
_NO_CHANCE_OF_WAITS = 5
# Waits that differ by a tenth, and by no more than so many seconds, are nearly the same.  Four are
# so by chance of some two in a class of thirty.
_NEARLY, _LEAST_NEAR = 10.0, 5
# Where somebody has nearly the same waits as more than so many others, a class was led through the
# lesson: what lies within so many seconds of another's is no remark then.
_LED, _TOGETHER = 3, 120.0
# With so many others each wait is compared: the work grows with the class, not with its square.
_MOST_COMPARED = 40


@dataclass(slots=True)
class Paper:
    """One file: whose it says it is (as names are compared), and the answers as written."""

    file: str
    identity: tuple[str, ...]
    learner: str
    answers: Sequence[Attempt]
    sound: bool = True
    name: str = field(default="", init=False)  # what the teacher is told, by :func:`claims`


@dataclass(slots=True)
class Claim:
    """One learner: the papers, the answers of all of them in order, each once.

    ``remarks`` says what a teacher should look at; ``doubts``, for which reasons nothing is
    credited until then.  Both name the files.
    """

    papers: list[Paper]
    answers: tuple[Attempt, ...] = ()
    remarks: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def _content(attempt: Attempt) -> str:
    return json.dumps(
        [attempt.item, attempt.version, attempt.event, attempt.response, attempt.at],
        sort_keys=True,
    )


def _known(attempt: Attempt) -> str:
    return attempt.id or _content(attempt)


def claims(papers: Sequence[Paper]) -> list[Claim]:
    """One claim a learner, in the order of the first file of each."""
    found: dict[tuple[str, ...], Claim] = {}
    _name(papers)
    for paper in papers:
        found.setdefault(paper.identity, Claim([])).papers.append(paper)
    for claim in found.values():
        _own(claim)
    every = list(found.values())
    _shared_times(every, _shared_answers(every))
    return every


def _name(papers: Sequence[Paper]) -> None:
    """Each paper's name: the file's own, with as many of its folders as tell it from others.

    A learning platform may put every learner's ``answers.json`` into a folder of its own.
    """
    alike: dict[str, list[Paper]] = {}
    for paper in papers:
        alike.setdefault(Path(paper.file).name, []).append(paper)
    for same in alike.values():
        paths = [Path(paper.file).parts for paper in same]
        depth = 1
        while len({path[-depth:] for path in paths}) < len({*paths}):
            depth += 1
        for paper, path in zip(same, paths, strict=True):
            paper.name = encodable(str(Path(*path[-depth:])))


def _own(claim: Claim) -> None:
    """Put the files of one learner together, and say where they do not fit each other."""
    # The fullest comes first: what else there is has its place in it by its time.
    papers = sorted(claim.papers, key=lambda paper: -len(paper.answers))
    contents: dict[str, str] = {}
    entries: list[Entry] = []
    for paper in papers:
        both = differ = 0
        for attempt in paper.answers:
            known, content = _known(attempt), _content(attempt)
            if known not in contents:
                contents[known] = content
                entries.append(Entry(known, attempt, b"", paper is not papers[0]))
            elif paper is not papers[0]:
                both += 1
                differ += contents[known] != content
        if paper is papers[0]:
            continue
        files = f"{papers[0].name} and {paper.name}"
        if differ:
            claim.doubts.append(f"{files} claim this learner, and {some(differ)} differ")
        elif not both:
            claim.doubts.append(f"{files} claim this learner and have no answer in common")
        elif not (paper.sound and papers[0].sound):
            claim.doubts.append(f"{files} claim this learner, and one was changed after writing")
        else:
            claim.remarks.append(f"handed in more than once: {files}")
    spelled = dict.fromkeys(paper.learner for paper in claim.papers)
    if len(spelled) > 1:
        claim.remarks.append(f"the name is spelled in {len(spelled)} ways: {', '.join(spelled)}")
    claim.answers = tuple(entry.attempt for entry in in_order(entries) if entry.attempt)


def _shared_answers(every: Sequence[Claim]) -> set[tuple[int, int]]:
    """Doubt who has answers of another; returns which two."""
    owner: dict[tuple[str, str], int] = {}
    shared: Counter[tuple[int, int]] = Counter()
    for number, claim in enumerate(every):
        for known in {(attempt.id, attempt.item) for attempt in claim.answers if attempt.id}:
            if (first := owner.setdefault(known, number)) != number:
                shared[first, number] += 1
    for (first, second), count in shared.items():
        _doubt(
            every[first], every[second], f"{some(count)} {'is' if count == 1 else 'are'} in both"
        )
    return set(shared)


def _shared_times(every: Sequence[Claim], told: set[tuple[int, int]]) -> None:
    """Answers to the same questions at the same seconds, whatever their ids; or, where all
    times were moved, with the same waits between them."""
    owner: dict[tuple[str, str], tuple[int, Attempt]] = {}
    # Counted are the seconds: what a program wrote all at once tells nothing.
    same: dict[tuple[int, int], set[str]] = {}
    alike: dict[tuple[int, int], set[str]] = {}
    checks = [[a for a in claim.answers if a.event == "check" and a.at] for claim in every]
    for number, answers in enumerate(checks):
        for attempt in answers:
            first, other = owner.setdefault((attempt.item, attempt.at), (number, attempt))
            if first != number and not (attempt.id and attempt.id == other.id):
                same.setdefault((first, number), set()).add(attempt.at)
                if attempt.response == other.response:
                    alike.setdefault((first, number), set()).add(attempt.at)
    moments = [len({attempt.at for attempt in answers}) for answers in checks]
    for (first, second), seconds in same.items():
        least = max(_NO_CHANCE, min(moments[first], moments[second]) / 2)
        equal = len(alike.get((first, second), ()))
        if equal >= least:
            _doubt(every[first], every[second], f"{some(equal)} are the same to the second")
            told.add((first, second))
        elif len(seconds) >= least:
            for mine, theirs in ((first, second), (second, first)):
                every[mine].remarks.append(
                    f"{some(len(seconds))} were given at the same seconds as in "
                    f"{every[theirs].papers[0].name}"
                )

    _shared_waits(every, checks, told)
    _near_waits(every, checks, told)


def _shared_waits(
    every: Sequence[Claim], checks: Sequence[Sequence[Attempt]], told: set[tuple[int, int]]
) -> None:
    owner: dict[str, tuple[int, str]] = {}
    shared: dict[tuple[int, int], set[float]] = {}
    waits = [set[float]() for _ in every]
    for number, answers in enumerate(checks):
        for one, other in pairwise(answers):
            before, after = moment_of(one.at), moment_of(other.at)
            if not before or not after or (wait := (after - before).total_seconds()) <= 0:
                continue
            waits[number].add(wait)
            known = json.dumps([one.item, one.response, other.item, other.response, wait])
            first, identity = owner.setdefault(known, (number, other.id))
            if first != number and (first, number) not in told and identity != other.id:
                shared.setdefault((first, number), set()).add(wait)
    for (first, second), alike in shared.items():
        least = max(_NO_CHANCE_OF_WAITS, min(len(waits[first]), len(waits[second])) * 3 / 4)
        if len(alike) >= least:
            why = f"{len(alike)} waits between the same answers are the same to the second"
            _doubt(every[first], every[second], why)
            told.add((first, second))


def _near_waits(
    every: Sequence[Claim], checks: Sequence[Sequence[Attempt]], told: set[tuple[int, int]]
) -> None:
    """Remark on waits between the same questions that are nearly the same, as in a copy whose
    every time was moved a little, whatever was answered."""
    places: dict[tuple[str, str, int], list[tuple[int, float, float]]] = {}
    near: dict[tuple[int, int], dict[int, float]] = {}  # how far apart, by the place of the wait
    waits = [set[int]() for _ in every]
    for number, answers in enumerate(checks):
        for one, other in pairwise(answers):
            before, after = moment_of(one.at), moment_of(other.at)
            if not before or not after or (wait := (after - before).total_seconds()) <= 0:
                continue
            place, start = int(wait // _NEARLY), before.timestamp()
            waits[number].add(place)
            for beside in (place - 1, place, place + 1):
                for first, theirs, began in places.get((one.item, other.item, beside), ()):
                    if first != number and abs(wait - theirs) <= min(_NEARLY, wait / 10):
                        near.setdefault((first, number), {})[place] = abs(start - began)
            at = places.setdefault((one.item, other.item, place), [])
            if len(at) < _MOST_COMPARED:
                at.append((number, wait, start))
    near = {
        pair: apart
        for pair, apart in near.items()
        if len(apart) >= max(_LEAST_NEAR, min(len(waits[number]) for number in pair) * 3 / 4)
    }
    led = max(Counter(number for pair in near for number in pair).values(), default=0) > _LED
    for pair, apart in near.items():
        if pair in told or (led and min(apart.values()) < _TOGETHER):
            continue
        for mine, theirs in (pair, pair[::-1]):
            every[mine].remarks.append(
                f"{len(apart)} waits between answers are nearly those in "
                f"{every[theirs].papers[0].name}"
            )


def _doubt(one: Claim, other: Claim, why: str) -> None:
    for mine, theirs in ((one, other), (other, one)):
        mine.doubts.append(
            f"{why}: {mine.papers[0].name} and {theirs.papers[0].name} ({theirs.papers[0].learner})"
        )


def some(count: int) -> str:
    """ "1 answer", "2 answers"."""
    return f"{count} answer{'' if count == 1 else 's'}"
