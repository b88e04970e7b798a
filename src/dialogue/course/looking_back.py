"""The debrief of a finished game of lesson 12: what it was worth and what to try next.

All of it is about **invented** points.  It is worked out with both leads' columns, which no
player sees before the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dialogue.course import bargaining, leads, negotiation
from dialogue.course.bargaining import Game
from dialogue.course.negotiation import OTHER, ROUNDS, SIDES, Home

# A round that was lost would have moved the other side's clock by about so much.
LOST = 0.75
# Who leaves with so many rounds unused has not waited for the other side to move.
EARLY = 3
# So few points left on the table are no fault.
TRIFLE = 2


@dataclass(frozen=True, slots=True)
class Moment:
    """The move that cost the learner most.

    *kind* is ``falls`` (signed what does not stand), ``left`` (left what could be had),
    ``passed`` (let a better offer of theirs, *text*, go by), ``goodwill`` (an offer that cost
    goodwill), ``repeated``, ``early`` (signed while more could be had), ``silent`` (no offer
    was made), ``hurried`` (left with *round* rounds unused), ``unasked`` or ``none``.
    *cost* is in the learner's points, 0 where it has no number.
    """

    kind: str
    round: int = 0
    cost: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Debrief:
    """What a finished game was worth.  Points are keyed by side.

    *points* is None without a deal.  *possible* is how many texts stand between the two leads.
    *left* is, for each side, how many more points it could have had from a text that stands and
    costs the other nothing.  *better* is such a text, the fairest (largest smaller gain), or "";
    *issues* are those (1 to 6) on which it differs from what was signed.
    """

    outcome: str
    text: str
    points: dict[str, int] | None
    home: dict[str, Home]
    stands: bool
    possible: int
    left: dict[str, int]
    better: str
    issues: tuple[int, ...]
    moment: Moment


def _scores(game: Game) -> dict[str, dict[str, int]]:
    return {
        game.side: game.me.scores,
        OTHER[game.side]: game.them.scores,
    }


def debrief(game: Game) -> Debrief:
    """Look back at a finished game.  Raises ``ValueError`` while it is still open."""
    if game.outcome == "open":
        raise ValueError("The game is still open: accept, walk away or reach an agreement first.")
    score = _scores(game)
    walk = {game.side: game.me.walk_away, OTHER[game.side]: game.them.walk_away}
    allowed, stood = leads.standing(game.me, game.them), bargaining.stands(game)
    # Without a text that stands both are where they would be without any.
    here = {s: score[s][game.text] if stood else walk[s] for s in SIDES}

    def gains(text: str) -> list[int]:
        return sorted(score[s][text] - here[s] for s in SIDES)

    left = {
        s: max(
            (score[s][t] - here[s] for t in allowed if score[OTHER[s]][t] >= here[OTHER[s]]),
            default=0,
        )
        for s in SIDES
    }
    improving = [text for text in allowed if gains(text)[0] >= 0 and gains(text)[1] > 0]
    better = max(improving, key=lambda text: (gains(text), text), default="")
    differs = tuple(n for n, (a, b) in enumerate(zip(game.text, better, strict=False), 1) if a != b)
    return Debrief(
        outcome=game.outcome,
        text=game.text,
        points={s: score[s][game.text] for s in SIDES} if game.text else None,
        home={s: negotiation.home_test(game.text, s) for s in SIDES} if game.text else {},
        stands=stood,
        possible=len(allowed),
        left={s: max(0, gain) for s, gain in left.items()},
        better=better,
        issues=differs,
        moment=_moment(game, max(0, left[game.side])),
    )


def _reach(game: Game) -> int:
    """The most points that the learner could get at this moment from a text that stands."""
    own, theirs = game.me.scores, game.them.scores
    enough = min(game.wanted, theirs[game.offer])
    found = [own[t] for t in leads.standing(game.me, game.them) if theirs[t] >= enough]
    return max(found, default=game.me.walk_away)


def _moment(game: Game, left: int) -> Moment:
    allowed, own = set(leads.standing(game.me, game.them)), game.me.scores
    walk = game.me.walk_away
    have = own[game.text] if bargaining.stands(game) else walk
    reach = _reach(game)
    last = game.turns[-1].round
    found: list[Moment] = []
    if game.text and not bargaining.stands(game):
        found.append(Moment("falls", last, max(1, reach - walk)))
    elif game.outcome == "left" and reach > walk:
        found.append(Moment("left", last, reach - walk))
    # The offer of a turn could be accepted after it; the opening before the first.
    before = [(0, game.opening), *((turn.round, turn.offer) for turn in game.turns[:-1])]
    good = [(own[text], -n, text) for n, text in before if text in allowed and own[text] > have]
    if good:
        points, n, text = max(good)
        found.append(Moment("passed", -n, points - have, text))
    for kind, results, lost in (
        ("goodwill", ("unhomely", "far"), LOST),
        ("repeated", ("repeated",), LOST - bargaining.REPEATED),
    ):
        turns = [
            t for t in game.turns
            if t.result in results
            or (kind == "repeated" and t.move.text and t.move.text in _offers_before(game, t))
        ]  # fmt: skip
        if turns:
            strikes = game.strikes if kind == "goodwill" else 0
            clock = game.clock + lost * len(turns) / ROUNDS
            other = replace(game, clock=clock, strikes=game.strikes - strikes)
            found.append(Moment(kind, turns[0].round, max(0, _reach(other) - reach)))
    if bargaining.stands(game) and game.used < ROUNDS and left > TRIFLE:
        found.append(Moment("early", last, left))
    worst = max(found, key=lambda one: one.cost, default=Moment("none"))
    if worst.cost:
        return worst
    if not game.offers and left and not game.text:
        return Moment("silent")
    if game.outcome == "left" and left and game.used <= ROUNDS - EARLY:
        return Moment("hurried", ROUNDS - game.used)
    return Moment("unasked") if not game.told and left else Moment("none")


def _offers_before(game: Game, turn: bargaining.Turn) -> set[str]:
    return {t.move.text for t in game.turns if t.round < turn.round}
