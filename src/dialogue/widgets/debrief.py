"""The debrief of a negotiation in sentences, and what its picture shows."""

from __future__ import annotations

from typing import Any

from dialogue.course import bargaining, leads, looking_back, negotiation, voice
from dialogue.course.bargaining import Game
from dialogue.course.looking_back import Debrief, Moment
from dialogue.course.negotiation import AUGUST, OTHER, SIDES
from dialogue.course.voice import say
from dialogue.page.words import NEGOTIATION as WORDS


def _points(number: int) -> str:
    return say("point" if number == 1 else "points", n=number)


def _texts(number: int) -> str:
    return say("one_text" if number == 1 else "texts", n=number)


def home_words(text: str, side: str) -> str:
    """What one home does with a text, in a few words."""
    home = negotiation.home_test(text, side)
    if side == "iraq":
        key = "seats_pass" if home.passes else "seats_fall"
        return say(key, have=home.seats, needed=home.needed)
    if home.passes:
        return say("home_passes")
    return say("home_falls", issues=say("and").join(voice.ISSUES[n - 1] for n in home.breaks))


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
        whole = not any(seen.left.values())
        return say("stands_whole" if whole else "stands", gain=_points(bargaining.gain(game)))
    if game.text:
        return say("fell", why=_why_it_falls(game))
    if not seen.possible:
        return say("left_rightly")
    return say("left_wrongly", texts=_texts(seen.possible))


def _why_it_falls(game: Game) -> str:
    reasons = []
    for lead, whose in ((game.me, "mine"), (game.them, "theirs")):
        if lead.worth(game.text) < lead.walk_away:
            reasons.append(say(f"fell_walk_{whose}"))
        if not negotiation.model().carried[lead.side][game.text]:
            reasons.append(say(f"fell_home_{whose}", home=home_words(game.text, lead.side)))
    return say("and").join(reasons)


def _facts(game: Game, seen: Debrief) -> str:
    me, you = game.side, OTHER[game.side]
    if seen.points is None:
        return say("facts_none", points=_points(game.me.walk_away), theirs=game.them.walk_away)
    homes = "; ".join(
        say("home_of", side=SIDES[s], home=home_words(game.text, s)) for s in (me, you)
    )
    return say(
        "facts", points=_points(seen.points[me]), walk=game.me.walk_away, homes=homes,
        theirs=seen.points[you], their_walk=game.them.walk_away,
    )  # fmt: skip


def _left(game: Game, seen: Debrief) -> str:
    me, you = game.side, OTHER[game.side]
    if not seen.possible:
        return say("nothing_possible")
    if not seen.better:
        return say("nothing_left")
    mine, theirs = game.me.worth(seen.better), game.them.worth(seen.better)
    if not seen.stands:
        return say(
            "left_fair", texts=_texts(seen.possible), mine=mine, theirs=theirs,
            text=voice.sentence(seen.better),
        )  # fmt: skip
    changes = "; ".join(
        say(
            "left_change", issue=voice.ISSUES[n - 1], new=voice.option(n, seen.better[n - 1]),
            old=voice.option(n, game.text[n - 1]),
        )
        for n in seen.issues
    )  # fmt: skip
    return say(
        "left_more", mine=_points(seen.left[me]), theirs=_points(seen.left[you]),
        changes=changes, my_points=mine, their_points=theirs,
    )  # fmt: skip


def _moment(moment: Moment) -> str:
    when = say("in_round", n=moment.round) if moment.round else say("at_start")
    return say(f"moment_{moment.kind}", when=when, cost=_points(moment.cost), n=moment.round)


def _next(game: Game, seen: Debrief) -> str:
    if not seen.possible and not game.text:
        return say("next_known")
    if seen.moment.kind == "goodwill" or game.strikes > 1:
        return say("next_goodwill")
    if seen.moment.kind in ("falls", "hurried"):
        return say(f"next_{seen.moment.kind}")
    if not game.told:
        return say("next_ask")
    if seen.moment.kind == "repeated":
        return say("next_repeated")
    if seen.moment.kind in ("left", "silent", "passed"):
        return say("next_passed")
    if seen.stands and seen.left[game.side] <= looking_back.TRIFLE:
        return say("next_well")
    mine = sorted(leads.ISSUES, key=lambda i: game.me.weights[i] - game.them.weights[i])
    give, take = mine[0], mine[-1]
    if give == take or game.them.ranking()[0] == game.me.ranking()[0]:
        return say("next_option")
    return say("next_trade", give=voice.ISSUES[give], take=voice.ISSUES[take])


def _them(game: Game) -> str:
    them = game.them
    order = ", ".join(f"{voice.ISSUES[i]} ({them.weights[i]})" for i in them.ranking())
    extra = f" {WORDS['historical']}" if them.historical else ""
    words = say(
        "sat_opposite", title=them.title, temper=game.temper, order=order, walk=them.walk_away
    )
    return words + extra


def _august() -> str:
    m = negotiation.model()
    home = negotiation.home_test(AUGUST, "iraq")
    return say(
        "in_august", text=voice.sentence(AUGUST), us=m.score["us"][AUGUST],
        iraq=m.score["iraq"][AUGUST], have=home.seats, needed=home.needed,
    )  # fmt: skip


def deal(game: Game) -> str:
    """The text of the deal in lines of words, or "" without one."""
    if not game.text:
        return ""
    lines = [
        say("deal_line", n=n, title=title, option=option)
        for n, (title, _, option) in enumerate(negotiation.words(game.text), 1)
    ]
    return "\n".join([say("deal_head"), *lines])


def line(game: Game) -> str:
    """A finished game in one line, for the list of games."""
    chair = say("chair", side=SIDES[game.side], seed=game.seed, title=game.me.title)
    if bargaining.stands(game):
        return say("line_stands", chair=chair, gain=_points(bargaining.gain(game)))
    if game.text:
        return say("line_fell", chair=chair)
    right = not leads.standing(game.me, game.them)
    return say("line_rightly" if right else "line_left", chair=chair)


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
    all_texts = f"{len(negotiation.texts()):,}"
    words = [
        say("picture_counts", all=all_texts, stand=len(allowed), edge=len(best)),
        say("picture_mine", path=_path(mine)) if mine else say("picture_silent"),
        say("picture_theirs", path=_path(theirs)),
    ]
    if game.text:
        us, iraq = at(game.text)
        words.append(say("picture_deal", us=us, iraq=iraq))

    def row(what: str, text: str) -> list[str]:
        us, iraq = (home_words(text, side) for side in SIDES)
        us_side, iraq_side = SIDES.values()
        homes = say("homes_of", us_side=us_side, us=us, iraq_side=iraq_side, iraq=iraq)
        return [what, voice.sentence(text), *map(str, at(text)), homes]

    rows = [row(say("row_opening"), game.opening)]
    for turn in game.turns:
        if turn.move.text:
            rows.append(row(say("row_mine", n=turn.round), turn.move.text))
        if turn.result == "countered":
            rows.append(row(say("row_theirs", n=turn.round), turn.offer))
    if game.text:
        rows.append(row(say("row_deal"), game.text))
    rows.append(row(say("row_august"), AUGUST))
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
    return "; ".join(say("path_step", n=n, us=us, iraq=iraq) for n, us, iraq in steps)


def _offered(game: Game, n: int) -> str:
    """The offer of the turn *n*, from 1: how it differs from one's last, or from their text."""
    past, text = game.turns[: n - 1], game.turns[n - 1].move.text
    earlier = [turn.move.text for turn in past if turn.move.text]
    before = earlier[-1] if earlier else past[-1].offer if past else game.opening
    changes = "; ".join(
        say("log_change", issue=voice.ISSUES[i], option=voice.option(i + 1, text[i]))
        for i in leads.ISSUES
        if text[i] != before[i]
    )
    if not changes:
        return say("log_offer_same") if earlier else say("log_accept")
    return say("log_offer_changed" if earlier else "log_offer_first", changes=changes)


def log(game: Game) -> list[str]:
    """The talks in sentences, one a move and one for its answer."""
    found = [say("log_opened", said=voice.reply(game, 0))]
    for n, turn in enumerate(game.turns, 1):
        kind = turn.move.kind
        mine = _offered(game, n) if kind == "offer" else say(f"log_{kind}")
        if kind in ("offer", "why"):
            mine = say("log_round", n=turn.round, mine=mine)
        found.append(say("log_line", mine=mine, said=voice.reply(game, n)))
    return found
