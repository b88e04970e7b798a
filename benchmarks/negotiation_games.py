"""Games of lesson 12 by learners of different styles: what pays and what does not.

    python benchmarks/negotiation_games.py            # both sides, seeds 1 to 20
    python benchmarks/negotiation_games.py --log iraq trader 7

Prints one line a style: how often a text was signed, how often it stood at both homes, the
learner's mean points over the walk-away, the mean points left on the table, and the gain as a
ratio to the best style's.  Game points are invented for teaching; the numbers say how the game
behaves, and nothing about 2020.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable

from dialogue.course import negotiation
from dialogue.course.negotiation import (
    OTHER,
    SIDES,
    Move,
    Transcript,
)

Style = Callable[[Transcript], Move]


def _open_to(game: Transcript) -> list[str]:
    """Texts that the learner's own home carries, the best for the learner first."""
    m, me = negotiation.model(), game.side
    kept = [t for t in m.seats if m.carried[me][t] and m.score[me][t] >= m.walk_away[me]]
    return sorted(kept, key=lambda t: (-m.score[me][t], t))


def _end(game: Transcript) -> Move:
    """The last word: accept what reaches the walk-away and is carried at home, else leave."""
    m, me = negotiation.model(), game.side
    fits = m.score[me][game.offer] >= m.walk_away[me] and m.carried[me][game.offer]
    return Move("accept" if fits else "walk")


def _wanting(share: float) -> Style:
    """Offers of ever fewer own points, from the best down to *share* of the way to the floor."""

    def learner(game: Transcript) -> Move:
        m, me = negotiation.model(), game.side
        if game.used >= negotiation.ROUNDS:
            return _end(game)
        texts = _open_to(game)
        best, floor = m.score[me][texts[0]], m.walk_away[me]
        wanted = best - (best - floor) * share * game.used / (negotiation.ROUNDS - 1)
        if m.score[me][game.offer] >= wanted and m.carried[me][game.offer]:
            return Move("accept")
        fair = [t for t in texts if m.score[me][t] >= wanted]
        near = min(fair, key=lambda t: (sum(a != b for a, b in zip(t, game.offer, strict=True)), t))
        return Move("offer", near)

    return learner


def _trader(game: Transcript) -> Move:
    """Gives where it costs little: of the texts at its level, the best guess for both."""
    m, me = negotiation.model(), game.side
    if game.used >= negotiation.ROUNDS:
        return _end(game)
    texts = _open_to(game)
    best, floor = m.score[me][texts[0]], m.walk_away[me]
    wanted = best - (best - floor) * 0.75 * (game.used + 1) / negotiation.ROUNDS
    if m.score[me][game.offer] >= wanted and m.carried[me][game.offer]:
        return Move("accept")
    if game.used in (1, 3):
        return Move("why")
    fair = [t for t in texts if m.score[me][t] >= wanted]
    # It does not know the other's points; it counts the other's first choices by what was told.
    likes = {one.more: one.choice for one in game.told}

    def guess(text: str) -> tuple[int, int, str]:
        met = sum(text[issue - 1] == choice for issue, choice in likes.items())
        same = sum(a == b for a, b in zip(text, game.offer, strict=True))
        return met * 2 + same, m.score[me][text], text

    return Move("offer", max(fair, key=guess))


def _hard(game: Transcript) -> Move:
    """The best for itself, eight times."""
    if game.used >= negotiation.ROUNDS:
        return _end(game)
    return Move("offer", _open_to(game)[0])


def _middle(game: Transcript) -> Move:
    """The second option of everything, eight times."""
    return _end(game) if game.used >= negotiation.ROUNDS else Move("offer", "BBBBBB")


def _asker(game: Transcript) -> Move:
    """Only asks, then accepts what is there."""
    return _end(game) if game.used >= negotiation.ROUNDS else Move("why")


def _yes(game: Transcript) -> Move:
    """Accepts the opening."""
    return Move("accept")


def _random(game: Transcript) -> Move:
    """Any text at all, from the game's own seed."""
    if game.used >= negotiation.ROUNDS:
        return _end(game)
    roll = random.Random(f"{game.side} {game.seed} {game.used}")
    return Move("offer", roll.choice(negotiation.texts()))


STYLES: dict[str, Style] = {
    "hard": _hard,
    "slow": _wanting(0.5),
    "even": _wanting(0.8),
    "soft": _wanting(1.0),
    "trader": _trader,
    "always-middle": _middle,
    "random": _random,
    "only-asks": _asker,
    "yes-to-opening": _yes,
}


def log(side: str, style: str, seed: int) -> None:
    """Print one game, a line a move."""
    game = negotiation.play(side, seed, STYLES[style])
    m = negotiation.model()
    print(f"{side}, seed {seed}, other side {game.style}; opening {game.opening}")
    for turn in game.turns:
        own = f" ({m.score[side][turn.move.text]})" if turn.move.text else ""
        told = f"; told {turn.told.more} over {turn.told.less}" if turn.told else ""
        print(
            f"  {turn.round} {turn.move.kind} {turn.move.text}{own}: {turn.result}; "
            f"offer {turn.offer} ({m.score[side][turn.offer]}){told}"
        )
    look = negotiation.debrief(game)
    print(f"  {game.outcome} {game.text} {look.points} stands {look.passes} left {look.left}")
    print(f"  better {look.better}, passed over {look.passed_over}, trade {look.trade}")


def table(seeds: range) -> None:
    """Print the table of styles for both sides."""
    m = negotiation.model()
    for side in SIDES:
        lines = []
        for name, style in STYLES.items():
            looks = [negotiation.debrief(negotiation.play(side, s, style)) for s in seeds]
            signed = [look for look in looks if look.points]
            stood = [look for look in signed if look.passes]
            # A text that fails at a home is worth the walk-away, as no text is.
            gain = sum(look.points[side] - m.walk_away[side] for look in stood) / len(looks)
            other = sum(
                look.points[OTHER[side]] - m.walk_away[OTHER[side]] for look in stood
            ) / len(looks)
            left = sum(look.left[side] for look in stood) / max(1, len(stood))
            lines.append((gain, name, len(signed), len(stood), other, left, len(looks)))
        best = max(lines)[0]
        print(f"\nThe learner leads {SIDES[side]}; {len(seeds)} games a style")
        print("style            signed  stood  own gain  ratio  other's gain  left lying")
        for gain, name, signed, stood, other, left, games in sorted(lines, reverse=True):
            print(
                f"{name:15} {signed:3}/{games:<3} {stood:3}/{games:<3} {gain:7.1f} "
                f"{gain / best:7.2f} {other:10.1f} {left:12.1f}"
            )


def main() -> None:
    """Run from the command line; see the top of the file."""
    if len(sys.argv) == 5 and sys.argv[1] == "--log":
        log(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    elif len(sys.argv) == 1:
        table(range(1, 21))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
