"""The bank that the course asks from: its own under the instructor's overlay, kept while no file
changes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from dialogue.bank import overlay as overlays
from dialogue.bank import pictures
from dialogue.bank.files import Bank, files, read_files
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


@lru_cache(maxsize=1)
def _course_bank(_stamps: tuple[tuple[str, int, int], ...]) -> Bank:
    return read(keep_nodes=False)


def course_bank() -> Bank:
    """The course's own bank under the overlay, read again only when a file has changed.

    The tables count too: a key may be computed from one.
    """
    stamps = overlays.stamps()
    tables = (
        path for folder in ("data", "seeds") for path in (catalogue.root() / folder).glob("*.*")
    )
    stamps += map(course_files.stamp, (*files(), *sorted(tables)))
    stamps += pictures.stamps(catalogue.root() / "exercises")
    return _course_bank(tuple(stamps))
