"""The negotiation of lesson 12: six issues, 1,728 texts, two leads, two home tests.

Everything here is a game.  The points and the rules of the home tests are **invented for
teaching**; they are no estimate of what either government wanted in August 2020.  They are
read from ``data/negotiation_payoffs.csv`` and ``data/negotiation_support.csv``.

A *text* is six letters, one option an issue, such as ``"BBABCB"``.  A *side* is ``"us"`` or
``"iraq"``.  A lead's points are the sum over the six issues.  A text *passes* when it reaches
both walk-aways and both home tests, and it is *efficient* when it passes and no other passing
text is better for one lead without being worse for the other (Pareto).

Points here are the base points, those of the historical setting.  Who sits at the table in a
game is in :mod:`dialogue.course.leads`, how it is played in :mod:`dialogue.course.bargaining`.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialogue.course import catalogue, files, tables

if TYPE_CHECKING:
    import pandas as pd

SIDES = {"us": "United States", "iraq": "Iraq"}
OTHER = {"us": "iraq", "iraq": "us"}
ROUNDS = 8
# A rough coding of the statement of August 2020, for the debrief: a question, not a finding.
AUGUST = "BBABCB"
PAYOFFS, SUPPORT = "data/negotiation_payoffs.csv", "data/negotiation_support.csv"
PROFILES = "data/negotiation_profiles.csv"
REMEDY = "restore the file from the course"
# Changes whenever the opponent would play a recorded game differently.
RULES = 4


class TableError(Exception):
    """A table of the game cannot be used.  One line: file, line, fault, remedy."""


# --- the tables ------------------------------------------------------------------------------

# One term: an issue and the options allowed; all terms of one alternative must hold.
Condition = tuple[tuple[tuple[int, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue: its options in words, and the points of each for the two leads."""

    number: int
    title: str
    options: dict[str, str]
    points: dict[str, dict[str, int]]  # side, then option

    def weight(self, side: str) -> int:
        """How much the issue matters to *side*: its best option less its worst, in points."""
        own = self.points[side].values()
        return max(own) - min(own)

    def first_choice(self, side: str) -> str:
        """The option with the most points for *side*."""
        own = self.points[side]
        return max(own, key=lambda option: own[option])


@dataclass(frozen=True, slots=True)
class Bloc:
    """A bloc in Iraq's parliament: its seats, and the rule by which it supports a text."""

    name: str
    seats: int
    rule: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Model:
    """The whole game, worked out once: see :func:`model`."""

    issues: tuple[Issue, ...]
    walk_away: dict[str, int]
    us_rule: str
    us_condition: Condition
    iraq_rule: str
    majority: int
    blocs: tuple[Bloc, ...]
    score: dict[str, dict[str, int]]  # side, then text
    seats: dict[str, int]
    carried: dict[str, dict[str, bool]]  # side, then text: does it pass at home?
    digest: str


def model() -> Model:
    """The game as the tables have it now.  Raises :class:`TableError`."""
    root = catalogue.root()
    stamps = []
    for name in (PAYOFFS, SUPPORT, PROFILES):
        try:
            stamps.append(tables.stamp(root / name))
        except OSError as error:
            raise TableError(f"{name}: cannot be read ({error.strerror}); {REMEDY}") from error
    return _read(root, tuple(stamps))


@lru_cache(maxsize=8)
def _read(root: Path, _stamps: tuple[tables.Stamp, ...]) -> Model:
    issues = _issues(root)
    walk_away: dict[str, int] = {}
    home: dict[str, dict[str, str]] = {}
    majority, blocs = 0, []
    side_of = {name: side for side, name in SIDES.items()}
    for line, row in table_rows(root, SUPPORT, ("test", "party", "bloc", "value", "rule")):
        where = f"{SUPPORT}:{line}"
        if row["party"] not in side_of:
            raise TableError(f"{where}: party is {row['party']!r}, not a side; {REMEDY}")
        side, test = side_of[row["party"]], row["test"]
        if test == "walk-away":
            walk_away[side] = table_number(where, row, "value")
        elif test == "home-test":
            home[side] = row
            majority = table_number(where, row, "value") if side == "iraq" else majority
        elif test == "bloc":
            condition = _condition(where, row.get("condition", ""), issues)
            blocs.append(
                Bloc(row["bloc"], table_number(where, row, "value"), row["rule"], condition)
            )
        else:
            raise TableError(f"{where}: test {test!r} is not known; {REMEDY}")
    if set(walk_away) != set(SIDES) or set(home) != set(SIDES) or not blocs:
        raise TableError(f"{SUPPORT}:1: a walk-away, a home test or a bloc is missing; {REMEDY}")
    us_condition = _condition(SUPPORT, home["us"].get("condition", ""), issues)
    every = ["".join(letters) for letters in product(*(issue.options for issue in issues))]
    score = {
        side: {
            text: sum(i.points[side][option] for i, option in zip(issues, text, strict=True))
            for text in every
        }
        for side in SIDES
    }
    seats = {text: sum(b.seats for b in blocs if _holds(b.condition, text)) for text in every}
    carried = {
        "us": {text: _holds(us_condition, text) for text in every},
        "iraq": {text: seats[text] >= majority for text in every},
    }
    content = [files.read_bytes(root / name) for name in (PAYOFFS, SUPPORT, PROFILES)]
    digest = hashlib.sha256(b"\n".join([b"%d" % RULES, *content])).hexdigest()[:12]
    rules = home["us"]["rule"], home["iraq"]["rule"]
    return Model(
        issues, walk_away, rules[0], us_condition, rules[1], majority, tuple(blocs),
        score, seats, carried, digest,
    )  # fmt: skip


def table_rows(root: Path, name: str, needed: Iterable[str]) -> Iterator[tuple[int, tables.Row]]:
    """The rows of a table of the game with their lines.  Raises :class:`TableError`."""
    try:
        sheet = tables.sheet(root / name)
    except OSError as error:
        raise TableError(f"{name}: cannot be read ({error.strerror}); {REMEDY}") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{name}: is not UTF-8 text; {REMEDY}") from error
    except csv.Error as error:
        raise TableError(f"{name}: {error}; {REMEDY}") from error
    for column in needed:
        if column not in sheet.header:
            raise TableError(f"{name}:1: the column {column} is missing; {REMEDY}")
    if sheet.ragged:
        raise TableError(f"{name}:{sheet.ragged[0]}: too many or too few cells; {REMEDY}")
    yield from zip(sheet.lines, sheet.rows, strict=True)


def table_number(where: str, row: dict[str, str], column: str) -> int:
    """A whole number from a row, or a :class:`TableError` that names the place."""
    if not re.fullmatch(r"[0-9]{1,4}", row[column]):
        raise TableError(f"{where}: {column} is {row[column]!r}, not a whole number; {REMEDY}")
    return int(row[column])


def _issues(root: Path) -> tuple[Issue, ...]:
    found: dict[int, Issue] = {}
    columns = ("issue", "issue_title", "option", "option_text", "points_us", "points_iraq")
    for line, row in table_rows(root, PAYOFFS, columns):
        where, option = f"{PAYOFFS}:{line}", row["option"]
        number = table_number(where, row, "issue")
        issue = found.setdefault(
            number, Issue(number, row["issue_title"], {}, {side: {} for side in SIDES})
        )
        if not re.fullmatch("[A-D]", option) or option in issue.options:
            raise TableError(f"{where}: option {option!r} is unknown or there twice; {REMEDY}")
        issue.options[option] = row["option_text"]
        for side in SIDES:
            issue.points[side][option] = table_number(where, row, f"points_{side}")
    if sorted(found) != [1, 2, 3, 4, 5, 6]:
        raise TableError(f"{PAYOFFS}:1: the issues are not 1 to 6; {REMEDY}")
    return tuple(found[number] for number in sorted(found))


def _condition(where: str, written: str, issues: tuple[Issue, ...]) -> Condition:
    if not re.fullmatch(r"[1-6][A-D]+( (\| )?[1-6][A-D]+)*", written):
        raise TableError(f"{where}: the condition {written!r} cannot be read; {REMEDY}")
    return tuple(
        tuple((int(term[0]) - 1, term[1:]) for term in alternative.split())
        for alternative in written.split(" | ")
    )


def _holds(condition: Condition, text: str) -> bool:
    return any(all(text[i] in allowed for i, allowed in terms) for terms in condition)


# --- texts, points, home tests ---------------------------------------------------------------


def texts() -> tuple[str, ...]:
    """All 1,728 texts, in the order of the alphabet."""
    return tuple(model().seats)


def game_texts() -> pd.DataFrame:
    """All 1,728 texts of the negotiation game as a table, one row a text.

    ``text`` has a letter for each of the six issues (``BBABCB``; what the letters mean is in
    ``load("negotiation_payoffs")``), ``us`` and ``iraq`` are the points of the two leads,
    ``us_home`` and ``iraq_home`` whether the text passes at home, and ``seats`` is how many of
    parliament's seats support it.  All of it is invented for teaching.
    """
    import pandas as pd

    m = model()
    return pd.DataFrame(
        {
            "text": list(m.seats),
            "us": list(m.score["us"].values()),
            "iraq": list(m.score["iraq"].values()),
            "us_home": list(m.carried["us"].values()),
            "iraq_home": list(m.carried["iraq"].values()),
            "seats": list(m.seats.values()),
        }
    )


def as_side(side: Any) -> str:
    """``"us"`` or ``"iraq"`` for what a person may write; raises ``ValueError`` otherwise."""
    names = {"us": "us", "usa": "us", "unitedstates": "us", "america": "us", "iraq": "iraq"}
    folded = re.sub(r"[\s._-]", "", side).lower() if isinstance(side, str) else ""
    if folded not in names:
        raise ValueError(f'There is no side {side!r}. Choose "iraq" or "us".')
    return names[folded]


def as_text(text: Any) -> str:
    """Six letters for what a person may write, such as ``"b b a b c b"``.

    Raises ``ValueError`` with one line that says which issue has no such option.
    """
    letters = re.sub(r"[\s,;-]", "", text).upper() if isinstance(text, str) else ""
    m = model()
    if letters in m.seats:
        return letters
    if len(letters) == len(m.issues):
        for letter, issue in zip(letters, m.issues, strict=True):
            if letter not in issue.options:
                known = ", ".join(issue.options)
                raise ValueError(
                    f"Issue {issue.number} ({issue.title}) has no option {letter!r}: use {known}."
                )
    raise ValueError(
        f"{str(text)[:40]!r} is not a text: write six letters, one for each issue, such as BBABCB."
    )


def points(text: str, side: str) -> int:
    """The points of *text* for the lead of *side*, 0 to 100 (invented for teaching).

    Raises ``ValueError`` for a text or a side that does not exist.
    """
    return model().score[as_side(side)][as_text(text)]


def walk_away(side: str) -> int:
    """The points below which the lead of *side* signs nothing."""
    return model().walk_away[as_side(side)]


def words(text: str) -> list[tuple[str, str, str]]:
    """A text in words: the issue's title, the option's letter and the option, six times."""
    letters = as_text(text)
    return [
        (i.title, letter, i.options[letter])
        for i, letter in zip(model().issues, letters, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Home:
    """What one home audience does with a text.

    For Iraq *seats* are the seats in support, of 329, *needed* how many it takes, and *support*
    every bloc with its seats and whether it supports the text.  For the United States these
    are None, None and empty, and *breaks* holds the numbers of the issues that fail.
    """

    side: str
    passes: bool
    seats: int | None = None
    needed: int | None = None
    support: tuple[tuple[str, int, bool], ...] = ()
    breaks: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """The result in one line, without points."""
        if self.side == "iraq":
            verdict = "passes" if self.passes else "fails"
            return f"{verdict} at home: {self.seats} seats, {self.needed} needed"
        if self.passes:
            return "passes at home"
        issues = " and ".join(str(number) for number in self.breaks)
        return f"fails at home, because of issue {issues}"


def home_test(text: str, side: str) -> Home:
    """Run the home test of *side* on *text*.  (A game device: the real statement had no vote.)"""
    m, letters, own = model(), as_text(text), as_side(side)
    if own == "iraq":
        support = tuple((b.name, b.seats, _holds(b.condition, letters)) for b in m.blocs)
        return Home(own, m.carried[own][letters], m.seats[letters], m.majority, support)
    broken = {
        i + 1 for terms in m.us_condition for i, allowed in terms if letters[i] not in allowed
    }
    passed = m.carried[own][letters]
    return Home(own, passed, breaks=() if passed else tuple(sorted(broken)))


def reaches_walk_aways(text: str) -> bool:
    """Do both leads get at least their walk-away?"""
    m, letters = model(), as_text(text)
    return all(m.score[side][letters] >= m.walk_away[side] for side in SIDES)


def passes(text: str) -> bool:
    """Does *text* reach both walk-aways and pass both home tests?"""
    m, letters = model(), as_text(text)
    return reaches_walk_aways(letters) and all(m.carried[side][letters] for side in SIDES)


def passing() -> tuple[str, ...]:
    """Every text that passes (203 with the course's tables)."""
    m = model()
    return tuple(
        text
        for text in m.seats
        if all(m.score[s][text] >= m.walk_away[s] and m.carried[s][text] for s in SIDES)
    )


def efficient() -> tuple[str, ...]:
    """The efficient texts among those that pass, by rising points of the United States."""
    return _efficient(model().digest)


@lru_cache(maxsize=8)
def _efficient(_digest: str) -> tuple[str, ...]:
    m, candidates = model(), passing()
    us, iraq = m.score["us"], m.score["iraq"]
    best = [
        text
        for text in candidates
        if not any(
            us[other] >= us[text]
            and iraq[other] >= iraq[text]
            and (us[other] > us[text] or iraq[other] > iraq[text])
            for other in candidates
        )
    ]
    return tuple(sorted(best, key=lambda text: (us[text], text)))
