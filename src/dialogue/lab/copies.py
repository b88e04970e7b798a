"""The learner's own copies of the course's notebooks, and how they are brought up to date.

The course's files are never changed by learning.  What somebody edits goes to a copy in their
data folder, beside the course's version that it was made from (the *base*).  When the course
changes, the copy is renewed cell by cell: cells have ids for good, so it is known which ones the
learner touched.  Those stay; where both sides changed a cell, both are shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from dialogue.course import files, overlaid

Cell = Mapping[str, Any]

# Stands above the learner's version of a cell that the course has changed as well.
BOTH = (
    "*The course has changed the cell above since you changed it. Below is your version, as you "
    "left it. Keep what you need of it, and delete the rest.*"
)
# The same where the two sides are two windows of one learner.
WINDOWS = (
    "*You changed the cell above in two windows. Below is what the other window has. Keep what "
    "you need of it, and delete the rest.*"
)


def source(cell: Cell) -> str:
    """The text of a cell; in a file it may stand as a list of lines."""
    return "".join(cell["source"])


def _core(cell: Cell | None) -> Any:
    """What makes a cell the learner's: its kind and its text.  Outputs come and go by running."""
    return None if cell is None else (cell["cell_type"], source(cell), cell.get("attachments"))


def by_id(cells: Iterable[Cell]) -> dict[str, Cell]:
    """Cells by id; one without an id (a notebook older than 2021) is left out."""
    return {cell["id"]: cell for cell in cells if cell.get("id")}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a learner did to a notebook: ``changed``, ``added`` or ``deleted`` a cell.

    *before* and *after* are its texts, empty where there is none.
    """

    kind: str
    cell: str
    before: str = ""
    after: str = ""


def changes(base: Sequence[Cell], mine: Sequence[Cell]) -> list[Change]:
    """What *mine* has that *base* has not, in the order of the notebook, deleted cells last."""
    old, own = by_id(base), by_id(mine)
    found = []
    for cell in mine:
        before = old.get(cell.get("id", ""))
        if before is None:
            found.append(Change("added", cell.get("id", ""), "", source(cell)))
        elif _core(before) != _core(cell):
            found.append(Change("changed", cell["id"], source(before), source(cell)))
    gone = [Change("deleted", name, source(cell)) for name, cell in old.items() if name not in own]
    return found + gone


def moved(base: Sequence[Cell], mine: Sequence[Cell]) -> bool:
    """Do the cells that both have stand in another order?"""
    old, own = list(by_id(base)), list(by_id(mine))
    return [name for name in old if name in own] != [name for name in own if name in old]


@dataclass(frozen=True, slots=True)
class Merged:
    """A copy brought up to date, and the ids of the cells that both sides had changed."""

    cells: tuple[Cell, ...]
    both: tuple[str, ...]


def merge(
    base: Sequence[Cell], course: Sequence[Cell], mine: Sequence[Cell], why: str = BOTH
) -> Merged:
    """*mine* brought up to *course*, both made from *base*.

    A cell that the learner did not touch becomes the course's.  A cell that the course did not
    touch stays as the learner has it, also when it was deleted or moved.  Where both changed a
    cell, the course's stands first and the learner's follows under the word *why*; a cell that
    the learner deleted and the course changed comes back.
    """
    old, new, own = by_id(base), by_id(course), by_id(mine)
    both: list[str] = []
    taken = {*old, *new, *own}

    def free(name: str) -> str:  # an earlier "yours" may stand there still
        names = chain([name], (f"{name}-{number}" for number in count(2)))
        found = next(one for one in names if one not in taken)
        taken.add(found)
        return found

    def kept(name: str) -> list[Cell]:
        before, theirs, ours = (_core(cells.get(name)) for cells in (old, new, own))
        if ours in (theirs, before):
            return [new[name]] if name in new else []
        if theirs == before:
            return [own[name]] if name in own else []
        if name not in new or name not in own:  # changed on one side, gone on the other
            return [new.get(name) or own[name]]
        both.append(name)
        word, yours = (free(f"{name[:50]}-{role}") for role in ("both", "yours"))
        note = {"cell_type": "markdown", "id": word, "metadata": {}, "source": why}
        return [new[name], note, {**own[name], "id": yours}]

    cells: list[Cell] = []
    for name in _order(list(old), list(new), list(own)):
        cells.extend(kept(name))
    return Merged(tuple(cells), tuple(both))


def _order(old: list[str], new: list[str], own: list[str]) -> list[str]:
    """All ids in one order: the learner's if they moved cells, else the course's."""
    known = set(old)
    was_moved = [n for n in old if n in own] != [n for n in own if n in known]
    first, second = (own, new) if was_moved else (new, own)
    order = list(first)
    present = set(order)
    before = ""
    for name in second:  # each cell that only the second has, behind its neighbour there
        if name not in present:
            order.insert(order.index(before) + 1 if before else 0, name)
            present.add(name)
        before = name
    return order


def same(one: Sequence[Cell], other: Sequence[Cell]) -> bool:
    """Do both hold the same cells, whatever running them has left below?"""
    return [(c.get("id"), _core(c)) for c in one] == [(c.get("id"), _core(c)) for c in other]


@dataclass(frozen=True, slots=True)
class Copies:
    """Where the copies of one learner lie: *folder*, and the course's folder *course*.

    A name is a path below the course's folder with ``/``, such as
    ``notebooks/05-round-one.ipynb``.
    """

    folder: Path
    course: Path

    def copy(self, name: str) -> Path:
        """The learner's file for *name* (it may not exist)."""
        return self.folder / name

    def base(self, name: str) -> Path:
        """The course's file as it was when the copy was made, or last renewed."""
        return self.folder / "base" / name

    def original(self, name: str) -> Path:
        """The course's own file for *name*, or an instructor's beside the course; for a learner's
        own notebook it does not exist."""
        own = self.course / name
        added = overlaid.folder()
        return added / name if added and not own.exists() and (added / name).is_file() else own

    def names(self) -> list[str]:
        """Every notebook of the course that this learner has a copy of."""
        found = (self.folder / "notebooks").glob("*.ipynb")
        names = (f"notebooks/{path.name}" for path in sorted(found))
        return [name for name in names if self.original(name).is_file()]

    def make(self, name: str) -> None:
        """Make the copy of *name*, unless there is one.  Raises :class:`files.FileFault`."""
        if self.copy(name).exists():
            return
        text = self.original(name).read_bytes()
        for target in (self.base(name), self.copy(name)):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.write(target, text, force=True)

    def stale(self, name: str) -> bool:
        """Has the course changed since the copy was made or last renewed?"""
        try:
            return self.base(name).read_bytes() != self.original(name).read_bytes()
        except OSError:  # no base: an earlier version kept none, or somebody took it away
            return False

    def renew(self, name: str) -> tuple[dict[str, Any], Merged] | None:
        """Bring the copy of *name* up to the course, and return the notebook and what was merged.

        The copy as it was is put aside first.  None when there is nothing to do, and when one of
        the three files cannot be read as a notebook: then all of them stay as they are.
        """
        if not self.copy(name).is_file() or not self.stale(name):
            return None
        try:
            texts = [self.base(name), self.original(name), self.copy(name)]
            base, course, mine = (json.loads(path.read_text("utf-8")) for path in texts)
            merged = merge(base["cells"], course["cells"], mine["cells"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        self.put_aside(name, "before-update")
        notebook = {**course, "cells": [dict(cell) for cell in merged.cells]}
        text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
        files.write(self.copy(name), text, force=True)
        # Last: were the course to die before this, the merge would only be made once more.
        files.write(self.base(name), self.original(name).read_bytes(), force=True)
        return notebook, merged

    def put_aside(self, name: str, why: str) -> Path:
        """Keep the copy as it is now under another name; returns where."""
        stamp = f"{datetime.now():%Y-%m-%d-%H%M%S}"
        target = self.folder / "aside" / f"{Path(name).stem}-{why}-{stamp}.ipynb"
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return files.write(target, self.copy(name).read_bytes(), force=True)

    def fresh(self, name: str) -> Path | None:
        """Back to the course's version; returns where the learner's was put aside, if any."""
        if not self.copy(name).is_file():
            return None
        kept = self.put_aside(name, "yours")
        self.copy(name).unlink()
        self.base(name).unlink(missing_ok=True)
        return kept

    def changes(self, name: str) -> list[Change]:
        """What the learner has changed in *name*; nothing where there is no copy.

        Raises ``ValueError`` when the copy cannot be read as a notebook.
        """
        if not self.copy(name).is_file():
            return []
        try:
            base = json.loads(self.base(name).read_text("utf-8"))["cells"]
            mine = json.loads(self.copy(name).read_text("utf-8"))["cells"]
            return changes(base, mine)
        except (OSError, KeyError, TypeError) as error:
            raise ValueError(str(error)) from error
