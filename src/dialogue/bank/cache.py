"""The bank that the course asks from: its own under the instructor's overlay, kept while no file
changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from dialogue.bank import overlay as overlays
from dialogue.bank import pictures
from dialogue.bank.files import MOST_BYTES, Bank, files, read_files
from dialogue.course import catalogue
from dialogue.course import files as course_files


def read(
    paths: Iterable[str | Path] = (), *, keep_nodes: bool = True, overlay: bool = True
) -> Bank:
    """Read banks and report every fault of every file in one go.

    With no *paths* the course's own bank is read, with the instructor's overlay over it
    unless *overlay* is False.  Nothing is raised for a bad file: the faults are in the
    result, sorted by file and line.  Without *keep_nodes* the bank takes a third of the
    memory, and no advice can be given on it.
    """
    paths = list(paths)
    bank = read_files(paths, keep_nodes=keep_nodes)
    return bank if paths or not overlay else overlays.laid(bank)[0]


_ID = re.compile(rb"""\bid['"]?\s*:\s*['"]?\Z""")
Stamps = tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=1)
def _course_bank(_stamps: Stamps) -> Bank:
    return read(keep_nodes=False)


@lru_cache(maxsize=8)
def _part(_stamps: Stamps, paths: tuple[Path, ...]) -> Bank:
    return read(paths, keep_nodes=False)


def course_bank() -> Bank:
    """The course's own bank under the overlay, read again only when a file has changed.

    The tables count too: a key may be computed from one.
    """
    return _course_bank(_stamps())


def _stamps() -> Stamps:
    stamps = overlays.stamps()
    tables = (
        path for folder in ("data", "seeds") for path in (catalogue.root() / folder).glob("*.*")
    )
    stamps += map(course_files.stamp, (*files(), *sorted(tables)))
    stamps += pictures.stamps(catalogue.root() / "exercises")
    return tuple(stamps)


def holding(ids: Iterable[str]) -> Bank:
    """A bank that says of the questions *ids* what :func:`course_bank` says.

    A lesson asks from one file or two.  Those alone are read, in half the time and less memory,
    unless more is needed: an overlay lies over the course, an id (or a former one) stands in no
    file or in two, or a file has a fault.
    """
    stamps, names = _stamps(), list(ids)
    if _course_bank.cache_info().currsize or overlays.stamps():
        return _course_bank(stamps)
    try:
        texts = {path: course_files.read_bytes(path, most=MOST_BYTES) for path in files()}
    except course_files.FileFault:
        return _course_bank(stamps)
    homes = [[path for path in texts if _holds(texts[path], name)] for name in names]
    if all(len(paths) == 1 for paths in homes):
        found = _part(stamps, tuple(sorted({path for paths in homes for path in paths})))
        asked = [found.questions[name] for name in names if name in found.questions]
        former = [old.encode() for question in asked for old in question.was]
        if (
            len(asked) == len(names)
            and not found.faults
            and all(sum(text.count(old) for text in texts.values()) == 1 for old in former)
        ):
            return found
    return _course_bank(stamps)


def ready(lesson: str) -> None:
    """Read ahead what the questions of *lesson* (the stem of its notebook) are looked up in."""
    own = [path for path in files() if path.stem == lesson]
    if own and not overlays.stamps():
        _part(_stamps(), tuple(own))
    else:
        course_bank()


def _holds(text: bytes, name: str) -> bool:
    sought = re.compile(re.escape(name.encode("utf-8", "surrogatepass")) + rb"(?![\w-])")
    places = (match.start() for match in sought.finditer(text))
    return any(_ID.search(text[max(0, at - 40) : at]) for at in places)
