"""The learner's negotiations, kept beside the answers in ``negotiations.jsonl``.

One line a move, only ever appended to, each in one write.  A game is worked out again from its
moves, so it goes on where it was after a kernel has died.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from dialogue.course import bargaining, files, negotiation
from dialogue.course.bargaining import Game, Move
from dialogue.course.negotiation import ROUNDS, SIDES
from dialogue.learner import log, progress

FORMAT = 1
SEEDS = range(1, 1_000_000)


def record_path() -> Path:
    """The file that moves are appended to, beside the answers (it may not exist yet)."""
    return log.own(progress.folder(), "negotiations")


def append(entry: dict[str, Any]) -> str:
    """Write one line; returns "" or what to tell the learner."""
    target = record_path()
    data = json.dumps({"format": FORMAT, **entry}).encode() + b"\n"
    try:
        log.append(target, data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return (
            f"This move could not be saved in {target} ({reason}). You can play on: it is tried again "
            "with your next move. If none follows, it is forgotten when the notebook is closed."
        )
    return ""


def _lines() -> Iterable[dict[str, Any]]:
    """The lines that can be read, in the order written; every other line is passed over."""
    paths = log.every(progress.folder(), "negotiations")
    found = [entry for path in paths for entry in _read(path)]
    # A game that another kernel goes on with begins in one file and continues in another.
    return sorted(found, key=lambda entry: str(entry.get("at"))) if len(paths) > 1 else found


def _read(path: Path) -> Iterable[dict[str, Any]]:
    try:
        with files.open_plain(path) as file:
            while line := file.readline(progress.LONGEST_LINE):
                try:
                    entry = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(entry, dict):
                    yield entry
    except OSError:  # not readable: every game starts fresh
        return


@dataclass(slots=True)
class _Kept:
    """A game as it stands in the record."""

    name: str
    side: str
    chair: str  # the side that its cell names, which the learner may have changed
    seed: int
    cell: int
    moves: dict[int, Move]

    def again(self) -> Game:
        """The game, as far as it can be played again."""
        game = bargaining.start(self.side, self.seed)
        for number in range(1, len(self.moves) + 1):
            try:
                game = bargaining.step(game, self.moves[number])
            except (KeyError, ValueError):
                break
        return game


def _kept() -> list[_Kept]:
    """The games of the record, in the order in which they were begun last.

    A game that was recorded with other tables or another rule is left alone: the other side
    would answer differently now.
    """
    digest = negotiation.model().digest
    found: dict[str, _Kept] = {}
    for entry in _lines():
        name, kind, number = entry.get("game"), entry.get("move"), entry.get("number")
        if not isinstance(name, str) or not isinstance(kind, str) or type(number) is not int:
            continue
        if kind == "start":
            side, seed, cell = entry.get("side"), entry.get("seed"), entry.get("cell")
            if entry.get("model") != digest or not isinstance(side, str) or side not in SIDES:
                continue
            if type(cell) is int and type(seed) is int and seed in SEEDS:
                old = found.pop(name, None)
                chair = entry.get("chair", side)
                found[name] = _Kept(name, side, chair, seed, cell, old.moves if old else {})
        elif name in found:
            # A move that two pages made at once counts as the first of them.
            text = entry.get("text")
            move = Move(kind, text if isinstance(text, str) else "")
            found[name].moves.setdefault(number, move)
    return list(found.values())


def last_game(side: str, cell: int) -> tuple[str, Game] | None:
    """The game begun last in a cell for this side and seed, with its name.

    *side* and *cell* are the side and the seed that the cell names; the learner may have begun a
    game with others.
    """
    here = [kept for kept in _kept() if (kept.chair, kept.cell) == (side, cell)]
    return (here[-1].name, here[-1].again()) if here else None


# Two sides may offer and ask eight times each; then somebody ends the game.
_MOST_MOVES = 2 * ROUNDS + 1
_KINDS = ("offer", "why", "accept", "walk")


def _plain_pair(entry: Any) -> dict[str, Any] | None:
    """A game of two learners as it may be kept: nothing but what its view reads again."""
    if not isinstance(entry, dict):
        return None
    mode, seed, side = entry.get("mode"), entry.get("seed"), entry.get("side")
    moves, version = entry.get("moves"), entry.get("version")
    if mode not in ("seat", "codes") or side not in ("", *SIDES) or not isinstance(version, str):
        return None
    if type(seed) is not int or seed not in SEEDS or not isinstance(moves, list):
        return None
    plain = []
    for move in moves[: _MOST_MOVES + 1]:
        kind, text = (
            (move.get("kind"), move.get("text", "")) if isinstance(move, dict) else ("", "")
        )
        if kind not in _KINDS or not isinstance(text, str) or len(text) > len("BBABCB"):
            return None
        plain.append({"kind": kind, "text": text})
    if len(plain) > _MOST_MOVES:
        return None
    return {"mode": mode, "seed": seed, "side": side, "moves": plain, "version": version[:40]}


def keep_together(side: str, cell: int, entry: Any) -> str:
    """Keep the game of two learners in a cell as it stands; None ends it.

    Returns "" or what to tell the learners.
    """
    pair = _plain_pair(entry)
    if entry is not None and pair is None:
        return ""
    return append({"move": "together", "side": side, "cell": cell, "pair": pair})


def together(side: str, cell: int) -> dict[str, Any] | None:
    """The game of two learners that a cell showed last; None where there is none."""
    found = None
    for entry in _lines():
        if entry.get("move") == "together" and (entry.get("side"), entry.get("cell")) == (
            side,
            cell,
        ):
            found = _plain_pair(entry.get("pair"))
    return found


def finished(most: int = 8) -> list[Game]:
    """The last finished games of either side, the newest first."""
    games = (kept.again() for kept in reversed(_kept()) if kept.moves)
    return list(islice((game for game in games if game.outcome != "open"), most))
