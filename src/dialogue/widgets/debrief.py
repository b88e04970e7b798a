"""The debrief of a negotiation in sentences, and what its picture shows."""

from __future__ import annotations

from typing import Any

from dialogue.course import bargaining, leads, looking_back, negotiation, voice
from dialogue.course.bargaining import Game
from dialogue.course.looking_back import Debrief, Moment
from dialogue.course.negotiation import AUGUST, OTHER, SIDES
from dialogue.page.words import NEGOTIATION as WORDS


def _points(number: int) -> str:
    return "1 point" if number == 1 else f"{number} points"


def _texts(number: int) -> str:
    return "1 text" if number == 1 else f"{number} texts"


def home_words(text: str, side: str) -> str:
    """What one home does with a text, in a few words."""
    home = negotiation.home_test(text, side)
    if side == "iraq":
        return f"{'passes' if home.passes else 'falls'} with {home.seats} of {home.needed} seats"
    return "passes" if home.passes else f"falls on {' and '.join(_issues(home.breaks))}"


def _issues(numbers: tuple[int, ...]) -> list[str]:
    return [voice.ISSUES[n - 1] for n in numbers]


def shown(game: Game) -> dict[str, Any]:
    """The debrief of a finished game, part by part."""
    seen = looking_back.debrief(game)
    return {
        "headline": headline(game, seen),
        "facts": _facts(game, seen),
        "left": _left(game, seen),
        "moment": _moment(seen.moment),
        "next": _next(game, seen),
        "them": _them(game),
        "august": _august(),
        "deal": deal(game),
    }


def headline(game: Game, seen: Debrief) -> str:
    """The result in one sentence."""
    if seen.stands:
        gained = _points(bargaining.gain(game))
        if not any(seen.left.values()):
            return f"A deal that stands, {gained} above your walk-away, and nothing was wasted."
        return f"A deal that stands, {gained} above your walk-away."
    if game.text:
        return f"Signed, and then it fell: {_why_it_falls(game)}."
    if not seen.possible:
        return "You walked away, and you were right: no text could have stood between you two."
    return f"No deal, although {_texts(seen.possible)} would have stood."


def _why_it_falls(game: Game) -> str:
    reasons = []
    for lead, whose in ((game.me, "your"), (game.them, "their")):
        if lead.worth(game.text) < lead.walk_away:
            reasons.append(f"it lies below {whose} walk-away")
        if not negotiation.model().carried[lead.side][game.text]:
            reasons.append(f"at {whose} home it {home_words(game.text, lead.side)}")
    return " and ".join(reasons)


def _facts(game: Game, seen: Debrief) -> str:
    me, you = game.side, OTHER[game.side]
    if seen.points is None:
        return (
            f"Without a deal you have your walk-away of {_points(game.me.walk_away)}, and they "
            f"have theirs of {game.them.walk_away}."
        )
    homes = "; ".join(f"{SIDES[s]}: {home_words(game.text, s)}" for s in (me, you))
    worth = (
        f"{_points(seen.points[me])} for you (walk-away {game.me.walk_away}), "
        f"{seen.points[you]} for them (walk-away {game.them.walk_away})."
    )
    return f"{worth} At home: {homes}."


def _left(game: Game, seen: Debrief) -> str:
    me, you = game.side, OTHER[game.side]
    if not seen.possible:
        return (
            "Nothing. Of all texts none reaches both walk-aways and passes at both homes. To see "
            "that and to leave is a skill."
        )
    if not seen.better:
        return "Nothing: whoever had got more would have taken it from the other."
    if not seen.stands:
        return (
            f"{_texts(seen.possible)} would have stood. A fair one would have brought you "
            f"{game.me.worth(seen.better)} points and them {game.them.worth(seen.better)}: "
            f"{voice.sentence(seen.better)}."
        )
    changes = "; ".join(
        f"{voice.ISSUES[n - 1]}, {voice.quoted(n, seen.better[n - 1])} instead of "
        f"{voice.quoted(n, game.text[n - 1])}"
        for n in seen.issues
    )
    return (
        f"Up to {_points(seen.left[me])} for you at no cost to them, or up to "
        f"{_points(seen.left[you])} for them at no cost to you. One change that hurts nobody: "
        f"{changes}. Then you would have {game.me.worth(seen.better)} and they "
        f"{game.them.worth(seen.better)}."
    )


def _moment(moment: Moment) -> str:
    when, cost = f"Round {moment.round}: ", f"about {_points(moment.cost)}"
    return {
        "falls": f"Signing. A text that does not stand brings nothing; {cost} could still be had.",
        "left": f"Leaving. At that moment a text with {_points(moment.cost)} above your "
        "walk-away could still have been signed.",
        "passed": f"{when if moment.round else 'At the start: '}you let their offer go by that "
        f"was worth {_points(moment.cost)} more to you than what you have now, and it stood.",
        "goodwill": f"{when}an offer that would have fallen at their home, or lay far below what "
        f"they need. Lost goodwill cost you {cost} in all.",
        "repeated": f"{when}you offered what you had offered before. Rounds without anything new "
        f"cost you {cost}.",
        "early": f"{when}you agreed with {cost} still to be found, at no cost to them.",
        "silent": "You made no offer, so they had no reason to move.",
        "unasked": "No single move. But you never asked why, so every offer was a guess.",
        "none": "No move stands out: nothing that you did cost you much.",
    }[moment.kind]


def _next(game: Game, seen: Debrief) -> str:
    if not seen.possible and not game.text:
        return "Ask yourself in which round you could have known it, and from which answer."
    if seen.moment.kind == "goodwill" or game.strikes > 1:
        return (
            "Before each offer read the line about their home, and open with a text that they "
            "could defend: good for you, and not absurd for them."
        )
    if seen.moment.kind == "falls":
        return "Before you sign read the last two rows of the table: your total and both homes."
    if not game.told:
        return "Ask why in the first round. The answer names what is dear to them and what is not."
    if seen.moment.kind == "repeated":
        return "When a text is refused change two issues at once: one for them, one for you."
    if seen.moment.kind in ("left", "silent", "passed"):
        return (
            "Keep a list of what their offers were worth to you, and do not wait for more than "
            "the rounds that are left can bring."
        )
    ranking = game.them.ranking()
    mine = sorted(leads.ISSUES, key=lambda i: game.me.weights[i] - game.them.weights[i])
    give, take = mine[0], mine[-1]
    if give == take or ranking[0] == game.me.ranking()[0]:
        return "Look for the issue on which an option is nearly as good for them, and ask for it."
    return (
        f"Trade across issues: give on {voice.ISSUES[give]}, which weighed more for them than for "
        f"you, and take on {voice.ISSUES[take]}."
    )


def _them(game: Game) -> str:
    them = game.them
    order = ", ".join(f"{voice.ISSUES[i]} ({them.weights[i]})" for i in them.ranking())
    extra = f" {WORDS['historical']}" if them.historical else ""
    return (
        f"“{them.title}”, in a temper called {game.temper}. What its best option was worth to it "
        f"on each issue: {order}. Walk-away: {them.walk_away}.{extra}"
    )


def _august() -> str:
    m = negotiation.model()
    home = negotiation.home_test(AUGUST, "iraq")
    return (
        f"In August 2020 a statement was signed which the course codes, roughly, as this text: "
        f"{voice.sentence(AUGUST)}. At the points of the historical setting it would bring "
        f"{m.score['us'][AUGUST]} to the United States and {m.score['iraq'][AUGUST]} to Iraq, and "
        f"{home.seats} of {home.needed} seats. That is a question for the discussion and no "
        "finding: nobody voted on the statement, a real delegation has more than six issues and "
        "no points, and both the points and the blocs' rules are invented."
    )


def deal(game: Game) -> str:
    """The text of the deal in lines of words, or "" without one."""
    if not game.text:
        return ""
    lines = [f"{n}. {title}: {option}" for n, (title, _, option) in enumerate(
        negotiation.words(game.text), 1)]  # fmt: skip
    return "\n".join(["Agreed in the game of lesson 12 (invented for teaching):", *lines])


def line(game: Game) -> str:
    """A finished game in one line, for the list of games."""
    chair = f"{SIDES[game.side]}, seed {game.seed}, “{game.me.title}”"
    if bargaining.stands(game):
        return f"{chair}: a deal that stands, {_points(bargaining.gain(game))} above the walk-away."
    if game.text:
        return f"{chair}: signed, and it fell."
    right = not leads.standing(game.me, game.them)
    return f"{chair}: no deal{', rightly' if right else ''}."


# --- the picture -----------------------------------------------------------------------------


def picture(game: Game) -> dict[str, Any]:
    """The scatter: every pair of points once, by the best text that has it."""
    score = {game.side: game.me.scores, OTHER[game.side]: game.them.scores}
    allowed = set(leads.standing(game.me, game.them))
    best = sorted(leads.frontier(game.me, game.them), key=lambda t: (score["us"][t], t))
    places: dict[tuple[int, int], int] = {}
    for text in negotiation.texts():
        place = score["us"][text], score["iraq"][text]
        places[place] = max(places.get(place, 0), (text in allowed) + (text in set(best)))

    def at(text: str) -> list[int]:
        return [score["us"][text], score["iraq"][text]]

    mine = [[t.round, *at(t.move.text)] for t in game.turns if t.move.text]
    theirs, on_table = [[0, *at(game.opening)]], game.opening
    for turn in game.turns:
        if turn.offer != on_table and turn.result == "countered":
            theirs.append([turn.round, *at(turn.offer)])
            on_table = turn.offer
    words = [
        f"{len(negotiation.texts()):,} texts; {len(allowed)} stand, {len(best)} of those lie on "
        "the upper right edge, where more for one is less for the other.",
        f"Your offers: {_path(mine)}." if mine else "You made no offer.",
        f"Their offers: {_path(theirs)}.",
    ]
    if game.text:
        words.append("Signed: {} for the United States, {} for Iraq.".format(*at(game.text)))

    def row(what: str, text: str) -> list[str]:
        homes = "; ".join(f"{SIDES[side]} {home_words(text, side)}" for side in SIDES)
        return [what, voice.sentence(text), *map(str, at(text)), homes]

    rows = [row("Their opening", game.opening)]
    for turn in game.turns:
        if turn.move.text:
            rows.append(row(f"Your offer, round {turn.round}", turn.move.text))
        if turn.result == "countered":
            rows.append(row(f"Their offer, round {turn.round}", turn.offer))
    if game.text:
        rows.append(row("Signed", game.text))
    rows.append(row("August 2020, coded roughly", AUGUST))
    walk = {game.side: game.me.walk_away, OTHER[game.side]: game.them.walk_away}
    return {
        "dots": [[us, iraq, kind] for (us, iraq), kind in sorted(places.items())],
        "frontier": [at(text) for text in best],
        "mine": mine,
        "theirs": theirs,
        "deal": at(game.text) if game.text else None,
        "august": at(AUGUST),
        "walk": [walk["us"], walk["iraq"]],
        "words": " ".join(words),
        "rows": rows,
    }


def _path(steps: list[list[int]]) -> str:
    return "; ".join(f"round {n}: {us} and {iraq}" for n, us, iraq in steps)


def log(game: Game) -> list[str]:
    """The talks in sentences, one a move and one for its answer."""
    found = [f"They opened. “{voice.reply(game, 0)}”"]
    for n, turn in enumerate(game.turns, 1):
        said = voice.reply(game, n)
        mine = {
            "offer": f"You offered {voice.sentence(turn.move.text)}." if turn.move.text else "",
            "why": "You asked why.",
            "accept": "You accepted their offer.",
            "walk": "You walked away.",
        }[turn.move.kind]
        when = f"Round {turn.round}. " if turn.move.kind in ("offer", "why") else ""
        found.append(f"{when}{mine} They: {said}")
    return found
