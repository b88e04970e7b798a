"""Games of lesson 12 by learners of different strategies: what pays and what does not.

    python benchmarks/negotiation_games.py            # both chairs, seeds 1 to 300
    python benchmarks/negotiation_games.py 60         # fewer seeds

Prints one line a strategy: the learner's mean gain over the walk-away (a text that does not
stand gains nothing), how many games ended in a text that stands, and how often goodwill was
lost.  Points are invented for teaching: the numbers say how the game behaves, nothing of 2020.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from statistics import mean

from dialogue.course import bargaining, leads, negotiation
from dialogue.course.bargaining import Game, Move
from dialogue.course.negotiation import OTHER, ROUNDS, SIDES

Strategy = Callable[[Game], Move]
ISSUES = leads.ISSUES
# A player sees the order of the other's options from common sense, not what issues weigh.
SHAPE = {
    side: [
        {
            option: points / max(issue.points[side].values())
            for option, points in issue.points[side].items()
        }
        for issue in negotiation.model().issues
    ]
    for side in SIDES
}


_OPEN: dict[tuple[str, int], tuple[str, ...]] = {}


def open_to(own: leads.Lead) -> tuple[str, ...]:
    """Texts that the learner may sign and that both homes carry, the best for the learner first."""
    if (own.id, own.walk_away) not in _OPEN:
        carried = negotiation.model().carried[OTHER[own.side]]
        _OPEN[own.id, own.walk_away] = tuple(text for text in own.willing if carried[text])
    return _OPEN[own.id, own.walk_away]


@lru_cache(maxsize=2)
def _shapes(side: str) -> dict[str, tuple[float, ...]]:
    """For each text how good each of its options looks for *side*, 0 to 1."""
    return {text: tuple(SHAPE[side][i][text[i]] for i in ISSUES) for text in negotiation.texts()}


@lru_cache(maxsize=2)
def _looks(side: str) -> dict[str, float]:
    return {text: sum(shape) for text, shape in _shapes(side).items()}


def guess(game: Game, text: str, weights: tuple[float, ...] = ()) -> float:
    """How good a text looks for the other side."""
    side = OTHER[game.side]
    if not weights:
        return _looks(side)[text]
    return sum(w * x for w, x in zip(weights, _shapes(side)[text], strict=True))


def end(game: Game) -> Move:
    """The last word: accept what reaches the walk-away and is carried at both homes, else leave."""
    return Move("accept" if game.offer in open_to(game.me) else "walk")


def _wanted(game: Game, share: float, used: float) -> float:
    best = game.me.scores[open_to(game.me)[0]]
    return best - (best - game.me.walk_away) * share * used / ROUNDS


def trader(asks: tuple[int, ...], share: float = 0.7) -> Strategy:
    """Opens honestly, gives where the other seems to care more; asks in the rounds of *asks*."""

    def move(game: Game) -> Move:
        if game.used >= ROUNDS:
            return end(game)
        worth, fits = game.me.scores, open_to(game.me)
        wanted = _wanted(game, share, game.used + 1)
        if game.offer in fits and worth[game.offer] >= wanted:
            return Move("accept")
        if game.used in asks:
            return Move("why")
        weights = [1.0] * 6
        for told in game.told:
            if told.kind in ("weights", "second"):
                weights[told.issue - 1] *= 1.9
                weights[told.other - 1] *= 0.5
        fair = [text for text in fits if worth[text] >= wanted]
        fresh = [text for text in fair if text not in game.offers] or fair

        def order(text: str) -> tuple[float, int, str]:
            same = sum(a == b for a, b in zip(text, game.offer, strict=True))
            return guess(game, text, tuple(weights)) + 0.25 * same, worth[text], text

        return Move("offer", max(fresh, key=order))

    return move


def climb(game: Game) -> Move:
    """Opens with what is worst for the other, then comes up in even, large steps."""
    if game.used >= ROUNDS:
        return end(game)
    worth, fits = game.me.scores, open_to(game.me)
    wanted = _wanted(game, 0.7, game.used + 1)
    if game.used and game.offer in fits and worth[game.offer] >= wanted:
        return Move("accept")
    fair = [text for text in fits if worth[text] >= wanted]
    low = min(guess(game, text) for text in fits)
    high = max(guess(game, text) for text in fair)
    target = low + (high - low) * game.used / (ROUNDS - 1)
    return Move("offer", min(fair, key=lambda text: (abs(guess(game, text) - target), text)))


def middle(game: Game) -> Move:
    """Splits every issue between its own best text and their offer."""
    if game.used >= ROUNDS:
        return end(game)
    worth, fits = game.me.scores, open_to(game.me)
    half = [(ord(a) + ord(b)) / 2 for a, b in zip(fits[0], game.offer, strict=True)]

    def far(text: str) -> tuple[float, str]:
        return sum(abs(ord(a) - b) for a, b in zip(text, half, strict=True)), text

    text = min(fits, key=far)
    if game.offer in fits and worth[game.offer] >= worth[text]:
        return Move("accept")
    return Move("offer", text)


def even(share: float) -> Strategy:
    """Comes down step by step, always by the text that changes least in their offer."""

    def move(game: Game) -> Move:
        if game.used >= ROUNDS:
            return end(game)
        worth, fits = game.me.scores, open_to(game.me)
        wanted = _wanted(game, share, game.used * ROUNDS / (ROUNDS - 1))
        if game.offer in fits and worth[game.offer] >= wanted:
            return Move("accept")
        fair = [text for text in fits if worth[text] >= wanted]

        def near(text: str) -> tuple[int, str]:
            return sum(a != b for a, b in zip(text, game.offer, strict=True)), text

        return Move("offer", min(fair, key=near))

    return move


def stubborn(game: Game) -> Move:
    """The best for itself, eight times."""
    return end(game) if game.used >= ROUNDS else Move("offer", open_to(game.me)[0])


def quick(game: Game) -> Move:
    """Gives nearly everything in the first two offers."""
    if game.used >= 2:
        return end(game)
    worth = game.me.scores
    fair = [t for t in open_to(game.me) if worth[t] >= game.me.walk_away + 3] or open_to(game.me)
    return Move("offer", min(fair, key=lambda text: (-guess(game, text), text)))


def yes(game: Game) -> Move:
    """Takes the opening, or leaves."""
    return end(game)


def asker(game: Game) -> Move:
    """Only asks, and then takes what is there."""
    all_told = bool(game.turns) and game.turns[-1].told == bargaining.Answer("all-told")
    return end(game) if game.used >= ROUNDS or all_told else Move("why")


def anything(game: Game) -> Move:
    """Any text at all, from the game's own seed."""
    roll = random.Random(f"{game.side} {game.seed} {game.used}")
    return end(game) if game.used >= ROUNDS else Move("offer", roll.choice(negotiation.texts()))


def always(text: str) -> Strategy:
    """One text, eight times, then the last word."""
    return lambda game: end(game) if game.used >= ROUNDS else Move("offer", text)


STRATEGIES: dict[str, Strategy] = {
    "trades, asks twice": trader((0, 1)),
    "trades, asks once": trader((0,)),
    "trades, never asks": trader(()),
    "comes down evenly": even(0.8),
    "gives all away evenly": even(1.0),
    "climbs from an absurd opening": climb,
    "splits the middle": middle,
    "gives quickly": quick,
    "takes the opening": yes,
    "only asks": asker,
    "anything at all": anything,
    "stubborn": stubborn,
}


def results(side: str, strategy: Strategy, seeds: Iterable[int]) -> tuple[float, float, float]:
    """Mean gain, share of games with a text that stands, mean number of strikes."""
    games = [bargaining.play(side, seed, strategy) for seed in seeds]
    return (
        mean(bargaining.gain(game) for game in games),
        mean(bargaining.stands(game) for game in games),
        mean(game.strikes for game in games),
    )


def best_script(side: str, seeds: Iterable[int]) -> tuple[float, str]:
    """The one text that gains most when offered eight times in every game."""
    seeds = tuple(seeds)
    m = negotiation.model()
    both = [t for t in m.seats if m.carried["us"][t] and m.carried["iraq"][t]]
    # Only texts that some lead would sign can gain anything; a sample of seeds finds the best.
    few = seeds[:15]
    ranked = sorted(both, key=lambda text: -results(side, always(text), few)[0])[:3]
    return max((results(side, always(text), seeds)[0], text) for text in ranked)


def main(seeds: int) -> None:
    """Print the table for both chairs, in Markdown."""
    run = range(1, seeds + 1)
    print("| Strategy | Chair | Gain | Stands | Goodwill lost |")
    print("|---|---|---|---|---|")
    for side in SIDES:
        lines = [(*results(side, strategy, run), name) for name, strategy in STRATEGIES.items()]
        for gained, stood, strikes, name in sorted(lines, reverse=True):
            print(f"| {name} | {SIDES[side]} | {gained:.1f} | {stood:.0%} | {strikes:.1f} |")
        gained, text = best_script(side, run)
        print(f"| the best single text, {text}, always | {SIDES[side]} | {gained:.1f} | | |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
