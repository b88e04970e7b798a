"""Who sits at the table in the negotiation of lesson 12: four leads a side, all invented.

A lead has a walk-away and six weights, from ``data/negotiation_profiles.csv``.  Its points for
an option are the base points of :mod:`dialogue.course.negotiation` times its weight for the
issue, divided by the base points of the issue's best option, rounded.  The lead of the
historical setting has the base points as they stand.

A text *stands* between two leads when it reaches both walk-aways and passes both home tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from dialogue.course import catalogue, negotiation, tables
from dialogue.course.negotiation import PROFILES, REMEDY, SIDES, TableError

ISSUES = range(6)


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead: what it says in public, what its own player knows, and its points."""

    id: str
    side: str
    title: str
    own_brief: str
    public_brief: str
    walk_away: int
    weights: tuple[int, ...]
    historical: bool
    points: tuple[dict[str, int], ...]  # an issue each, by option
    # The points of every text, and the texts that it may sign: at its walk-away or above and
    # carried at its home, the best for it first.
    scores: dict[str, int] = field(repr=False)
    willing: tuple[str, ...] = field(repr=False)

    def worth(self, text: str) -> int:
        """The points of a text of six letters for this lead."""
        return self.scores[text]

    def loss(self, issue: int, option: str) -> int:
        """How far *option* lies below the best one of an issue (0 to 5), in points."""
        return max(self.points[issue].values()) - self.points[issue][option]

    def first_choice(self, issue: int) -> str:
        """The option with the most points on an issue (0 to 5)."""
        return max(self.points[issue], key=lambda option: self.points[issue][option])

    def ranking(self) -> list[int]:
        """The issues (0 to 5) from the weightiest to the lightest."""
        return sorted(ISSUES, key=lambda issue: (-self.weights[issue], issue))


def leads(side: str | None = None) -> dict[str, Lead]:
    """Every lead by its id, or those of one side.  Raises :class:`TableError`."""
    negotiation.model()  # its faults first
    root = catalogue.root()
    try:
        stamp = tables.stamp(root / PROFILES)
    except OSError as error:
        raise TableError(f"{PROFILES}: cannot be read ({error.strerror}); {REMEDY}") from error
    found = _read(root, stamp, negotiation.model().digest)
    return {name: lead for name, lead in found.items() if side in (None, lead.side)}


@lru_cache(maxsize=8)
def _read(root: Path, _stamp: tables.Stamp, _digest: str) -> dict[str, Lead]:
    columns = (
        "profile_id",
        "party",
        "title",
        "own_brief",
        "public_brief",
        "walk_away",
        "historical",
    )
    side_of = {name: side for side, name in SIDES.items()}
    model = negotiation.model()
    found: dict[str, Lead] = {}
    wanted = (*columns, *(f"weight_{n + 1}" for n in ISSUES))
    for line, row in negotiation.table_rows(root, PROFILES, wanted):
        where = f"{PROFILES}:{line}"
        if row["party"] not in side_of:
            raise TableError(f"{where}: party is {row['party']!r}, not a side; {REMEDY}")
        name, side = row["profile_id"], side_of[row["party"]]
        if not re.fullmatch("[a-z][a-z-]*", name) or name in found:
            raise TableError(f"{where}: profile_id {name!r} is unfit or there twice; {REMEDY}")
        weights = tuple(negotiation.table_number(where, row, f"weight_{n + 1}") for n in ISSUES)
        own = tuple(
            _scaled(issue.points[side], weight)
            for issue, weight in zip(model.issues, weights, strict=True)
        )
        floor = negotiation.table_number(where, row, "walk_away")
        scores = {
            text: sum(points[option] for points, option in zip(own, text, strict=True))
            for text in model.seats
        }
        kept = [text for text in scores if scores[text] >= floor and model.carried[side][text]]
        willing = tuple(sorted(kept, key=lambda text: (-scores[text], text)))
        if not willing:
            raise TableError(f"{where}: no text reaches this walk-away; {REMEDY}")
        found[name] = Lead(
            name, side, row["title"], row["own_brief"], row["public_brief"], floor, weights,
            row["historical"] == "yes", own, scores, willing,
        )  # fmt: skip
    for side in SIDES:
        if sum(lead.historical for lead in found.values() if lead.side == side) != 1:
            raise TableError(f"{PROFILES}:1: {SIDES[side]} needs one historical lead; {REMEDY}")
    return found


def _scaled(base: dict[str, int], weight: int) -> dict[str, int]:
    best = max(base.values())
    return {option: round(points * weight / best) for option, points in base.items()}


def lead(name: str) -> Lead:
    """A lead by its id.  Raises ``ValueError`` for one that does not exist."""
    known = leads()
    if name not in known:
        raise ValueError(f"There is no lead {name!r}. Choose {', '.join(known)}.")
    return known[name]


def standing(one: Lead, other: Lead) -> tuple[str, ...]:
    """The texts that stand between two leads, in the order of the alphabet; may be none."""
    return tuple(sorted(set(one.willing) & set(other.willing)))


def frontier(one: Lead, other: Lead) -> tuple[str, ...]:
    """The texts that stand between two leads and that no other such text beats for both."""
    kept = best(standing(one, other), one.scores, other.scores)
    return tuple(sorted(kept, key=lambda text: (one.scores[text], text)))


def best(texts: Iterable[str], first: dict[str, int], second: dict[str, int]) -> Sequence[str]:
    """Those of *texts* than which no other is better for one and no worse for the other."""
    texts = tuple(texts)
    return [
        text
        for text in texts
        if not any(
            first[o] >= first[text]
            and second[o] >= second[text]
            and (first[o] > first[text] or second[o] > second[text])
            for o in texts
        )
    ]


def historical(side: str) -> Lead:
    """The lead of the setting called August 2020, with the base points."""
    return next(one for one in leads(side).values() if one.historical)
