"""How a game of lesson 12 is played: two leads, eight rounds, and the rule of the computer's lead.

The functions keep no state: a game is its side, its seed and the learner's moves, and
:func:`play` works everything else out again.  All of it is **invented for teaching**.

The rule of the computer's lead:

1. The seed draws both leads, its temper and how far above its walk-away it stops.  It opens
   with a text within six points of the best that its home carries.
2. What it wants falls from its best to its floor as its clock runs from 0 to 1: clock to the
   power 1.5 (firm, gives late), 1 (even) or 0.75 (open, gives early).
3. An offer moves the clock by the *level* of what it brings: half a round's worth at the
   walk-away, a whole one at what it wants now.  So nothing is gained by beginning low and
   climbing.  An offer made before moves it little.  A question moves it by eight tenths.
4. An offer that would fall at its home, or lies far below its walk-away, moves nothing and
   costs goodwill: it wants two points more from then on.
5. It signs an offer that its home carries and that reaches what it wants, or its own offer on
   the table.  Otherwise it makes a new offer, or stays: never below what it wants, on no issue
   better for itself than its last offer unless the learner has just offered that, and never
   more than fourteen points below its last offer.
6. Asked why, it tells one true thing after the other, the most useful first.

It knows nothing of the learner's points.  Time-dependent concession and the choice of the
nearest text follow Faratin, Sierra and Jennings (1998, 2002), in a much simpler form.

``widgets/static/bargaining.js`` plays by the same rules where there is no kernel; a test plays
whole games in both and compares them move by move.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from dialogue.course import leads, negotiation
from dialogue.course.chance import Chance
from dialogue.course.leads import ISSUES, Lead
from dialogue.course.negotiation import OTHER, ROUNDS, SIDES, as_side, as_text
from dialogue.page.words import TALKS

TEMPERS = ("firm", "even", "open")
# Which games the seeds draw.  Chosen so that the games which lesson and notes name are kept.
SALT = 1376292
OPENS_WITHIN, JUMP, STRIKE, FAR = 6, 14, 2, 12
QUESTION, REPEATED = 0.8, 0.3
# A second choice that costs the lead no more than this would do "almost as well".
ALMOST = 4


@dataclass(frozen=True, slots=True)
class Move:
    """What the learner does: ``offer`` (with a text), ``why``, ``accept`` or ``walk``."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A true answer to "why".  Issues are numbered from 1.

    *kind* is ``weights`` (*issue* matters most, *other* least), ``second`` (the next two),
    ``package`` (it would sign *text* now), ``option`` (on *issue*, *option* would do almost as
    well as its first choice), ``home`` (the audience at home that worries it) or ``all-told``.
    """

    kind: str
    issue: int = 0
    other: int = 0
    option: str = ""
    text: str = ""
    home: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One move of the learner and what came of it.

    *result* is ``accepted`` (the other side signs the learner's offer), ``countered`` (a new
    offer), ``held`` (it stays with its offer), ``repeated`` (it stays, because the learner's
    offer is an old one), ``unhomely`` and ``far`` (it stays, and goodwill is lost), ``told``,
    ``signed`` (the learner accepts) or ``left``.  *offer* is the other side's offer on the table
    afterwards, *hurt* the issue that costs it most in the learner's offer, 0 for none.
    """

    round: int
    move: Move
    result: str
    offer: str
    told: Answer | None = None
    hurt: int = 0


@dataclass(frozen=True, slots=True)
class Game:
    """A game so far.  *outcome* is ``open``, ``signed`` or ``left``; *text* is what was signed.

    *me* is the learner's lead, *them* the other side's.  *clock* and *strikes* are the other side's.
    """

    side: str
    seed: int
    me: Lead
    them: Lead
    temper: str
    reserve: int
    opening: str
    turns: tuple[Turn, ...] = ()
    outcome: str = "open"
    text: str = ""
    clock: float = field(default=0.0)
    strikes: int = 0

    @property
    def moves(self) -> tuple[Move, ...]:
        """The learner's moves so far."""
        return tuple(turn.move for turn in self.turns)

    @property
    def offers(self) -> tuple[str, ...]:
        """The learner's offers so far."""
        return tuple(move.text for move in self.moves if move.kind == "offer")

    @property
    def offer(self) -> str:
        """The other side's offer on the table."""
        return self.turns[-1].offer if self.turns else self.opening

    @property
    def used(self) -> int:
        """Rounds used up, 0 to 8: accepting, leaving and asking for nothing new use none."""
        return sum(takes_a_round(turn) for turn in self.turns)

    @property
    def told(self) -> tuple[Answer, ...]:
        """What the other side has answered to why."""
        return tuple(t.told for t in self.turns if t.told and t.told.kind != "all-told")

    @property
    def best(self) -> int:
        """The most points that the other side could get from a text that its home carries."""
        return self.them.scores[self.them.willing[0]]

    @property
    def wanted(self) -> float:
        """The points that the other side wants now; never below its walk-away."""
        floor = min(self.best, self.them.walk_away + self.reserve)
        fallen = (self.best - floor) * paced(self.temper, min(1.0, self.clock))
        return min(self.best, self.best - fallen + STRIKE * self.strikes)


def paced(temper: str, clock: float) -> float:
    """How much of its way down a temper has gone at *clock*, 0 to 1.

    By roots, which every machine rounds alike, and not by a power, which they do not.
    """
    match temper:
        case "firm":
            return clock * math.sqrt(clock)
        case "open":
            return math.sqrt(clock) * math.sqrt(math.sqrt(clock))
        case _:
            return clock


def takes_a_round(turn: Turn) -> bool:
    """Does this turn use a round?"""
    free = turn.told is not None and turn.told.kind == "all-told"
    return turn.move.kind in ("offer", "why") and not free


def start(side: str, seed: int = 1, own: str = "", theirs: str = "", temper: str = "") -> Game:
    """A new game in which the learner leads *side*: only the other side's opening is there.

    *own*, *theirs* (ids of leads) and *temper* may name what the seed would draw.  Raises
    ``ValueError`` for what does not exist.
    """
    mine = as_side(side)
    roll = Chance(f"{SALT} {seed} {mine}")
    drawn = [roll.choice(sorted(leads.leads(s))) for s in (mine, OTHER[mine])]
    own, theirs = own or drawn[0], theirs or drawn[1]
    drawn_temper, reserve = roll.choice(sorted(TEMPERS)), 2 + roll.below(5)
    temper = temper or drawn_temper
    me, them = leads.lead(own), leads.lead(theirs)
    if me.side != mine or them.side == mine:
        raise ValueError(f"{own} and {theirs} are not the leads of two sides.")
    if temper not in TEMPERS:
        raise ValueError(f"There is no temper {temper!r}. Choose {', '.join(TEMPERS)}.")
    best = them.scores[them.willing[0]]
    good = [text for text in them.willing if them.scores[text] >= best - OPENS_WITHIN]
    return Game(mine, seed, me, them, temper, reserve, roll.choice(good))


def for_two(seed: int) -> tuple[dict[str, Lead], str]:
    """The leads of a game between two people, by side, and the side that begins."""
    roll = Chance(f"{SALT} {seed} both")
    drawn = {side: leads.lead(roll.choice(sorted(leads.leads(side)))) for side in SIDES}
    return drawn, roll.choice(tuple(SIDES))


def step(game: Game, move: Move) -> Game:
    """*game* after *move*.  Raises ``ValueError``, with a line for the learner, for a move that
    cannot be made: after the end, an unknown text, a ninth offer or question."""
    if game.outcome != "open":
        raise ValueError(TALKS["over"])
    if move.kind in ("accept", "walk"):
        signed = move.kind == "accept"
        turn = Turn(game.used, Move(move.kind), "signed" if signed else "left", game.offer)
        after = _after(game, turn, 0.0)
        outcome, text = ("signed", game.offer) if signed else ("left", "")
        return replace(after, outcome=outcome, text=text)
    if move.kind not in ("offer", "why"):
        raise ValueError(f"There is no move {move.kind!r}: use offer, why, accept or walk.")
    if game.used >= ROUNDS:
        raise ValueError(TALKS["no_rounds"])
    if move.kind == "why":
        told = answer(game)
        free = told.kind == "all-told"
        turn = Turn(game.used + (not free), Move("why"), "told", game.offer, told)
        return _after(game, turn, 0.0 if free else QUESTION)
    return _offered(game, as_text(move.text))


def _after(game: Game, turn: Turn, clock: float, strike: int = 0) -> Game:
    return replace(
        game,
        turns=(*game.turns, turn),
        clock=game.clock + clock / ROUNDS,
        strikes=game.strikes + strike,
    )


def _offered(game: Game, text: str) -> Game:
    them, worth = game.them, game.them.scores
    value, now, move = worth[text], game.used + 1, Move("offer", text)
    hurt = hurts(them, text)
    if not negotiation.model().carried[them.side][text]:
        return _after(game, Turn(now, move, "unhomely", game.offer, hurt=hurt), 0.0, 1)
    if value < them.walk_away - FAR:
        return _after(game, Turn(now, move, "far", game.offer, hurt=hurt), 0.0, 1)
    again = text in game.offers
    above = (value - them.walk_away) / max(1.0, game.wanted - them.walk_away)
    clock = REPEATED if again else 0.5 + 0.5 * min(1.0, max(0.0, above))
    moved = replace(game, clock=game.clock + clock / ROUNDS)
    if value >= min(moved.wanted, worth[game.offer]):
        signed = _after(game, Turn(now, move, "accepted", text, hurt=hurt), clock)
        return replace(signed, outcome="signed", text=text)
    offer = counter(moved, text)
    result = "countered" if offer != game.offer else "repeated" if again else "held"
    return _after(game, Turn(now, move, result, offer, hurt=hurt), clock)


def hurts(them: Lead, text: str) -> int:
    """The issue (1 to 6) on which *text* costs a lead most against its best option; 0: none."""
    worst = max(ISSUES, key=lambda i: (them.loss(i, text[i]), them.weights[i], -i))
    return worst + 1 if them.loss(worst, text[worst]) else 0


def counter(game: Game, text: str) -> str:
    """The other side's next offer after the learner's *text*: nearest to it among those that
    rule 5 allows, among equals the best for itself; its last offer where it allows none."""
    them, worth = game.them, game.them.scores
    before, wanted = game.offer, game.wanted
    limits = [max(own[before[i]], own[text[i]]) for i, own in enumerate(them.points)]

    def allowed(other: str) -> bool:
        return (
            worth[other] >= wanted
            and worth[other] >= worth[before] - JUMP
            and all(them.points[i][other[i]] <= limits[i] for i in ISSUES)
        )

    def order(other: str) -> tuple[int, int, str]:
        same = sum(a == b for a, b in zip(other, text, strict=True))
        return same, worth[other], other

    return max(filter(allowed, game.them.willing), key=order, default=before)


# --- asked why -------------------------------------------------------------------------------


def answer(game: Game) -> Answer:
    """The next true thing that the other side tells, or that it has told everything."""
    known = {told.kind for told in game.told}
    for kind, find in _TRUTHS.items():
        if kind not in known and (found := find(game)):
            return found
    return Answer("all-told")


def truths(them: Lead) -> list[Answer]:
    """What is true of a lead whatever has been offered, in the order in which it is told."""
    ranking = them.ranking()
    found = [
        Answer("weights", ranking[0] + 1, ranking[-1] + 1),
        Answer("second", ranking[1] + 1, ranking[-2] + 1),
    ]
    # On the weightiest issue where this is true: an option almost as good as the first choice.
    for issue in ranking:
        own, first = them.points[issue], them.first_choice(issue)
        close = [o for o in own if o != first and 0 <= own[first] - own[o] <= ALMOST]
        if close:
            best = max(close, key=lambda o: (own[o], o))
            return [*found, Answer("option", issue + 1, option=best)]
    return found


def _always(kind: str) -> Callable[[Game], Answer | None]:
    return lambda game: next((one for one in truths(game.them) if one.kind == kind), None)


def _package(game: Game) -> Answer | None:
    """Another text that it would sign at once: nearest to the learner's last offer, or else
    furthest from its own offer."""
    worth = game.them.scores
    wanted = game.wanted
    last = game.offers[-1] if game.offers else ""

    def apart(one: str, other: str) -> int:
        return sum(a != b for a, b in zip(one, other, strict=True))

    open_to = [
        text for text in game.them.willing if worth[text] >= wanted and apart(text, game.offer) >= 2
    ]
    if not open_to:
        return None
    # One that falls at the asker's own home would help nobody, and that home's rule is known.
    carried = negotiation.model().carried[game.side]
    open_to = [text for text in open_to if carried[text]] or open_to

    def order(text: str) -> tuple[int, int, str]:
        near = -apart(text, last) if last else apart(text, game.offer)
        return near, worth[text], text

    return Answer("package", text=max(open_to, key=order))


def _home(game: Game) -> Answer:
    """Who at home stands against the learner's last offer; without one, against its own."""
    text = game.offers[-1] if game.offers else game.offer
    home = negotiation.home_test(text, game.them.side)
    if game.them.side == "us":
        return Answer("home", home="us")
    missing = [(seats, name) for name, seats, holds in home.support if not holds]
    return Answer("home", home=max(missing)[1] if missing else "all")


_TRUTHS: dict[str, Callable[[Game], Answer | None]] = {
    "weights": _always("weights"),
    "second": _always("second"),
    "package": _package,
    "option": _always("option"),
    "home": _home,
}


def play(
    side: str,
    seed: int = 1,
    learner: Iterable[Move] | Callable[[Game], Move] = (),
    **leads_and_temper: str,
) -> Game:
    """Play a game: *learner* gives the moves, or is asked for each with the game so far.

    A function is asked until the game is over.  Raises ``ValueError`` for a side, a lead or a
    move that cannot be.
    """
    game = start(side, seed, **leads_and_temper)
    if callable(learner):
        while game.outcome == "open":
            game = step(game, learner(game))
        return game
    for move in learner:
        game = step(game, move)
    return game


def stands(game: Game) -> bool:
    """Was a text signed that reaches both walk-aways and passes both home tests?"""
    return bool(game.text) and game.text in leads.standing(game.me, game.them)


def gain(game: Game) -> int:
    """The learner's points above the walk-away; 0 without a text that stands."""
    return game.me.scores[game.text] - game.me.walk_away if stands(game) else 0
