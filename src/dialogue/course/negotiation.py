"""The negotiation of lesson 12: six issues, 1,728 texts, two leads, two home tests.

Everything here is a game.  The points and the rules of the home tests are **invented for
teaching**; they are no estimate of what either government wanted in August 2020.  They are
read from ``data/negotiation_payoffs.csv`` and ``data/negotiation_support.csv``.

A *text* is six letters, one option an issue, such as ``"BBABCB"``.  A *side* is ``"us"`` or
``"iraq"``.  A lead's points are the sum over the six issues.  A text *passes* when it reaches
both walk-aways and both home tests, and it is *efficient* when it passes and no other passing
text is better for one lead without being worse for the other (Pareto).

The functions keep no state: a game is its side, its seed and the learner's moves, and
:func:`play` works everything else out again.
"""

from __future__ import annotations

import csv
import hashlib
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialogue.course import catalogue, tables

if TYPE_CHECKING:
    import pandas as pd

SIDES = {"us": "United States", "iraq": "Iraq"}
OTHER = {"us": "iraq", "iraq": "us"}
ROUNDS = 8
# A rough coding of the statement of August 2020, for the debrief: a question, not a finding.
AUGUST = "BBABCB"
PAYOFFS, SUPPORT = "data/negotiation_payoffs.csv", "data/negotiation_support.csv"
REMEDY = "restore the file from the course"
# Changes whenever the opponent would play a recorded game differently.
RULES = 1


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
    for name in (PAYOFFS, SUPPORT):
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
    for line, row in _rows(root, SUPPORT, ("test", "party", "bloc", "value", "rule")):
        where = f"{SUPPORT}:{line}"
        if row["party"] not in side_of:
            raise TableError(f"{where}: party is {row['party']!r}, not a side; {REMEDY}")
        side, test = side_of[row["party"]], row["test"]
        if test == "walk-away":
            walk_away[side] = _whole(where, row, "value")
        elif test == "home-test":
            home[side] = row
            majority = _whole(where, row, "value") if side == "iraq" else majority
        elif test == "bloc":
            condition = _condition(where, row.get("condition", ""), issues)
            blocs.append(Bloc(row["bloc"], _whole(where, row, "value"), row["rule"], condition))
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
    payoffs, support = ((root / name).read_bytes() for name in (PAYOFFS, SUPPORT))
    digest = hashlib.sha256(b"%d\n%s\n%s" % (RULES, payoffs, support)).hexdigest()[:12]
    rules = home["us"]["rule"], home["iraq"]["rule"]
    return Model(
        issues, walk_away, rules[0], us_condition, rules[1], majority, tuple(blocs),
        score, seats, carried, digest,
    )  # fmt: skip


def _rows(root: Path, name: str, needed: Iterable[str]) -> Iterator[tuple[int, tables.Row]]:
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


def _whole(where: str, row: dict[str, str], column: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", row[column]):
        raise TableError(f"{where}: {column} is {row[column]!r}, not a whole number; {REMEDY}")
    return int(row[column])


def _issues(root: Path) -> tuple[Issue, ...]:
    found: dict[int, Issue] = {}
    columns = ("issue", "issue_title", "option", "option_text", "points_us", "points_iraq")
    for line, row in _rows(root, PAYOFFS, columns):
        where, option = f"{PAYOFFS}:{line}", row["option"]
        number = _whole(where, row, "issue")
        issue = found.setdefault(
            number, Issue(number, row["issue_title"], {}, {side: {} for side in SIDES})
        )
        if not re.fullmatch("[A-D]", option) or option in issue.options:
            raise TableError(f"{where}: option {option!r} is unknown or there twice; {REMEDY}")
        issue.options[option] = row["option_text"]
        for side in SIDES:
            issue.points[side][option] = _whole(where, row, f"points_{side}")
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


# --- the other side --------------------------------------------------------------------------

# How the aspiration falls as the clock runs from 0 to 1: clock to this power.
STYLES = {"firm": 1.6, "even": 1.0, "open": 0.7}
# A concession of this many of the opponent's points in one round is met in full.
FULL_STEP = 8


@dataclass(frozen=True, slots=True)
class Move:
    """What the learner does: ``offer`` (with a text), ``why``, ``accept`` or ``walk``."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Interest:
    """A true answer to "why": issue *more* matters more than issue *less*, and on *more* the
    first choice is *choice*.  Issues are numbered from 1."""

    more: int
    less: int
    choice: str


@lru_cache(maxsize=8)
def _willing(side: str, _digest: str) -> tuple[str, ...]:
    """The texts that *side* may sign, at or above its walk-away and carried at home, the best
    first."""
    m = model()
    floor, own, home = m.walk_away[side], m.score[side], m.carried[side]
    kept = [text for text in m.seats if own[text] >= floor and home[text]]
    return tuple(sorted(kept, key=lambda text: (-own[text], text)))


@dataclass(frozen=True, slots=True)
class Opponent:
    """The other side's lead.  Made by :func:`opponent`, which states its rule."""

    seed: int
    side: str
    style: str
    reserve: int

    def _roll(self, *about: object) -> random.Random:
        return random.Random(f"{RULES} {self.seed} {self.side} {self.style} {about}")

    def _willing(self) -> tuple[str, ...]:
        return _willing(self.side, model().digest)

    def best(self) -> int:
        """The most points it could get from a text that its home audience carries."""
        own = model().score[self.side]
        return own[self._willing()[0]]

    def opening(self) -> str:
        """Its first offer: one of the texts within six points of its best."""
        own, best = model().score[self.side], self.best()
        return self._roll("opening").choice(
            [text for text in self._willing() if own[text] >= best - 6]
        )

    def clock(self, moves: Iterable[Move]) -> float:
        """How far it has come on its way from its best to its floor, 0 to 1."""
        own, offered, clock = model().score[self.side], None, 0.0
        for move in moves:
            gain = 0
            if move.kind == "offer":
                here = own[move.text]
                gain = 0 if offered is None else max(0, here - offered)
                offered = here if offered is None else max(here, offered)
            clock += (0.5 + 0.5 * min(1.0, gain / FULL_STEP)) / ROUNDS
        return min(1.0, clock)

    def aspiration(self, moves: Iterable[Move]) -> float:
        """The points that it wants at this moment; never below its walk-away."""
        best = self.best()
        floor = min(best, model().walk_away[self.side] + self.reserve)
        return best - (best - floor) * self.clock(moves) ** STYLES[self.style]

    def accepts(self, text: str, moves: Iterable[Move]) -> bool:
        """Would it sign *text* after *moves*?"""
        m = model()
        wanted = max(self.aspiration(moves), m.walk_away[self.side])
        return m.carried[self.side][text] and m.score[self.side][text] >= wanted

    def counter(self, moves: tuple[Move, ...]) -> str:
        """Its offer after *moves*: nearest to the learner's last among what it would sign."""
        own = model().score[self.side]
        offers = [move.text for move in moves if move.kind == "offer"]
        if not offers:
            return self.opening()
        wanted, last = self.aspiration(moves), offers[-1]
        open_to = [text for text in self._willing() if own[text] >= wanted]
        roll = self._roll("counter", len(moves))

        def order(text: str) -> tuple[int, int, float]:
            distance = sum(a != b for a, b in zip(text, last, strict=True))
            return distance, -own[text], roll.random()

        return min(open_to, key=order)

    def why(self, moves: tuple[Move, ...], offer: str, told: Iterable[Interest] = ()) -> Interest:
        """A true comparison of two issues that it has not told yet.

        Among the issues on which the learner's last offer and *offer* differ (all six when
        fewer than two do), the pair whose weights for this side lie furthest apart.
        """
        m = model()
        offers = [move.text for move in moves if move.kind == "offer"]
        last = offers[-1] if offers else offer
        disputed = [i for i, a, b in zip(m.issues, last, offer, strict=True) if a != b]
        known = {(one.more, one.less) for one in told}
        for among in (disputed, m.issues):
            pairs = [
                (a.weight(self.side) - b.weight(self.side), -a.number, -b.number, a, b)
                for a in among
                for b in among
                if a.weight(self.side) > b.weight(self.side) and (a.number, b.number) not in known
            ]
            if pairs:
                a, b = max(pairs, key=lambda pair: pair[:3])[3:]
                return Interest(a.number, b.number, a.first_choice(self.side))
        # Everything has been told: the first truth again.
        return next(iter(told))


def opponent(seed: int, side: str, style: str | None = None) -> Opponent:
    """The lead of *side* as the machine plays it, the same for the same arguments.

    *style* is ``firm``, ``even`` or ``open``; None lets *seed* choose.  Its rule:

    1. It opens with a text within six points of the best that its home audience carries.
    2. It has a clock from 0 to 1.  Each of the eight rounds moves the clock by at least half of
       an eighth.  A round in which the learner's offer gives it more than any earlier offer
       moves the clock further, and by a whole eighth from eight points on: who gives it
       something gets something, and who repeats an offer or nibbles waits.  The first offer
       and a question move it by half.
    3. Its aspiration falls from its best to its floor, by the clock to the power 1.6 (firm,
       gives late), 1 (even) or 0.7 (open, gives early).  The floor lies 2 to 8 points above
       its walk-away, by *seed*.
    4. It signs an offer that reaches its aspiration and that its home audience carries, and
       refuses every other.  Otherwise it offers, of all texts that reach its aspiration and
       are carried at its home, the one that differs from the learner's last offer on the
       fewest issues; among equals, the best for itself.
    5. Asked why, it says truthfully which of two issues matters more to it, without numbers,
       and keeps its offer.

    It knows nothing of the learner's points.  Raises ``ValueError`` for an unknown side or
    style.  Time-dependent concession and the choice of the nearest text follow Faratin,
    Sierra and Jennings (1998, 2002), in a much simpler form.
    """
    own = as_side(side)
    roll = random.Random(f"{RULES} {seed} {own}")
    chosen = roll.choice(sorted(STYLES))
    reserve = roll.randint(2, 8)
    if style is not None and style not in STYLES:
        raise ValueError(f"There is no style {style!r}. Choose {', '.join(STYLES)}.")
    return Opponent(seed, own, style or chosen, reserve)


# --- a game ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """One move of the learner and what came of it.

    *result* is ``accepted`` (the other side signs the learner's offer), ``countered``,
    ``unhomely`` (countered, because the offer fails at the other side's home), ``told`` (an
    answer to why), ``signed`` (the learner accepts) or ``left``.  *offer* is the other side's
    offer on the table afterwards.
    """

    round: int
    move: Move
    result: str
    offer: str
    told: Interest | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A game so far.  *outcome* is ``open``, ``signed`` or ``left``; *text* is what was signed."""

    side: str
    seed: int
    style: str
    opening: str
    turns: tuple[Turn, ...] = ()
    outcome: str = "open"
    text: str = ""

    @property
    def moves(self) -> tuple[Move, ...]:
        """The learner's moves so far."""
        return tuple(turn.move for turn in self.turns)

    @property
    def offer(self) -> str:
        """The other side's offer on the table."""
        return self.turns[-1].offer if self.turns else self.opening

    @property
    def used(self) -> int:
        """Rounds used up, 0 to 8: offers and questions count, accepting and leaving do not."""
        return sum(turn.move.kind in ("offer", "why") for turn in self.turns)

    @property
    def told(self) -> tuple[Interest, ...]:
        """What the other side has answered to why."""
        return tuple(turn.told for turn in self.turns if turn.told)


def start(side: str, seed: int = 1, style: str | None = None) -> Transcript:
    """A new game in which the learner leads *side*: only the other side's opening is there."""
    own = as_side(side)
    other = opponent(seed, OTHER[own], style)
    return Transcript(own, seed, other.style, other.opening())


def step(game: Transcript, move: Move) -> Transcript:
    """*game* after *move*.  Raises ``ValueError``, with a line for the learner, for a move that
    cannot be made: after the end, an unknown text, a ninth offer or question."""
    if game.outcome != "open":
        raise ValueError("This game is over. Start a new one.")
    if move.kind in ("accept", "walk"):
        signed = move.kind == "accept"
        turn = Turn(game.used, Move(move.kind), "signed" if signed else "left", game.offer)
        return _after(game, turn, "signed" if signed else "left", game.offer if signed else "")
    if move.kind not in ("offer", "why"):
        raise ValueError(f"There is no move {move.kind!r}: use offer, why, accept or walk.")
    if game.used >= ROUNDS:
        raise ValueError("The eight rounds are used up. Accept the last offer or walk away.")
    other = opponent(game.seed, OTHER[game.side], game.style)
    now = game.used + 1
    if move.kind == "why":
        answer = other.why(game.moves, game.offer, game.told)
        return _after(game, Turn(now, Move("why"), "told", game.offer, answer))
    made = Move("offer", as_text(move.text))
    moves = (*game.moves, made)
    if other.accepts(made.text, moves):
        return _after(game, Turn(now, made, "accepted", made.text), "signed", made.text)
    carried = model().carried[other.side][made.text]
    result = "countered" if carried else "unhomely"
    return _after(game, Turn(now, made, result, other.counter(moves)))


def _after(game: Transcript, turn: Turn, outcome: str = "open", text: str = "") -> Transcript:
    turns = (*game.turns, turn)
    return Transcript(game.side, game.seed, game.style, game.opening, turns, outcome, text)


def play(
    side: str,
    seed: int = 1,
    learner: Iterable[Move] | Callable[[Transcript], Move] = (),
    style: str | None = None,
) -> Transcript:
    """Play a game: *learner* gives the moves, or is asked for each with the game so far.

    A function is asked until the game is over (at most eight rounds and one last word).
    Raises ``ValueError`` for a side, a style or a move that cannot be.
    """
    game = start(side, seed, style)
    if callable(learner):
        while game.outcome == "open":
            game = step(game, learner(game))
        return game
    for move in learner:
        game = step(game, move)
    return game


# --- the debrief -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Debrief:
    """What a finished game was worth.  Points are keyed by side.

    *points* is None without a deal (then both leads have their walk-away).  *left* is, for each
    side, how many more points it could have had from a passing text that costs the other
    nothing: 0 and 0 means that the text is on the efficient frontier.  *better* is a passing
    text that is better for one and worse for neither, the fairest of them (largest smaller
    gain), or "".  *passed_over* is a better offer for the learner, passing at both homes, that
    the other side had on the table in the game, or "".  *untold* is what one more question
    would have told; *trade* is two issues: give on the first, take on the second.
    """

    outcome: str
    text: str
    points: dict[str, int] | None
    home: dict[str, Home]
    passes: bool
    left: dict[str, int]
    better: str
    passed_over: str
    asked: int
    untold: Interest
    trade: tuple[int, int]


def debrief(game: Transcript) -> Debrief:
    """Look back at a finished game.  Raises ``ValueError`` while it is still open."""
    if game.outcome == "open":
        raise ValueError("The game is still open: accept, walk away or reach an agreement first.")
    m, me, you = model(), game.side, OTHER[game.side]
    signed = game.outcome == "signed"
    here = {s: m.score[s][game.text] if signed else m.walk_away[s] for s in SIDES}
    allowed = passing()
    left = {
        s: max(
            [m.score[s][t] - here[s] for t in allowed if m.score[OTHER[s]][t] >= here[OTHER[s]]],
            default=0,
        )
        for s in SIDES
    }
    left = {s: max(0, gain) for s, gain in left.items()}

    def gains(text: str) -> list[int]:
        return sorted(m.score[s][text] - here[s] for s in SIDES)

    improving = [text for text in allowed if gains(text)[0] >= 0 and gains(text)[1] > 0]
    on_table = [game.opening, *(turn.offer for turn in game.turns)]
    good = [t for t in on_table if t in set(allowed) and (m.score[me][t] > here[me])]
    failed_home = signed and not m.carried[me][game.text]
    if failed_home:  # then any offer that passes would have been better
        good = [t for t in on_table if t in set(allowed)]
    other = opponent(game.seed, you, game.style)
    give = max(m.issues, key=lambda i: (i.weight(you) - i.weight(me), -i.number))
    take = max(m.issues, key=lambda i: (i.weight(me) - i.weight(you), -i.number))
    return Debrief(
        outcome=game.outcome,
        text=game.text,
        points=here if signed else None,
        home={s: home_test(game.text, s) for s in SIDES} if signed else {},
        passes=signed and passes(game.text),
        left=left,
        better=max(improving, key=lambda t: (gains(t), t), default=""),
        passed_over=max(good, key=lambda t: m.score[me][t], default=""),
        asked=len(game.told),
        untold=other.why(game.moves, game.offer, game.told),
        trade=(give.number, take.number),
    )
