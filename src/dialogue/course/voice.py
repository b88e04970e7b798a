"""What the computer's lead says in the negotiation of lesson 12, and texts in words.

The lines are in ``data/negotiation_lines.csv``.  They are written for a situation, a side and a
temper; which of them is said follows from the seed and from how often the situation has come,
so that no line comes twice before its others have come once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from dialogue.course import catalogue, leads, negotiation, tables
from dialogue.course.bargaining import Game, Turn
from dialogue.course.chance import Chance
from dialogue.course.negotiation import OTHER, REMEDY, ROUNDS, Condition, TableError
from dialogue.page.words import TALKS

LINES = "data/negotiation_lines.csv"
# The issues as they stand inside a sentence.
ISSUES = (
    "the force ceiling",
    "the words for the mission",
    "the protection of coalition personnel",
    "the next power waiver",
    "the economy",
    "elections and protesters",
)
GAPS = {
    "unhomely": {"home"},
    "hurt": {"issue", "option"},
    "weights": {"issue", "other"},
    "second": {"issue", "other"},
    "package": {"package"},
    "option": {"issue", "option"},
    "home": {"home"},
}
# Why an issue matters to a side, said after its name, in the order of the issues.
BECAUSE = (
    "because-ceiling", "because-mission", "because-protection", "because-waiver",
    "because-economy", "because-elections",
)  # fmt: skip
SITUATIONS = (
    "opening", "countered", "held", "repeated", "unhomely", "far", "hurt", "accepted", "signed",
    "left", "weights", "second", "package", "option", "home", "all-told", "last",
)  # fmt: skip


def lines(situation: str, side: str, temper: str) -> list[str]:
    """What can be said.  Raises :class:`TableError`."""
    found = [
        text
        for kind, who, how, text in all_lines()
        if kind == situation and who in ("any", side) and how in ("any", temper)
    ]
    if not found:
        raise TableError(f"{LINES}:1: no line for {situation}, {side}, {temper}; {REMEDY}")
    return found


def all_lines() -> tuple[tuple[str, str, str, str], ...]:
    """Every line with its situation, side and temper.  Raises :class:`TableError`."""
    root = catalogue.root()
    try:
        stamp = tables.stamp(root / LINES)
    except OSError as error:
        raise TableError(f"{LINES}: cannot be read ({error.strerror}); {REMEDY}") from error
    return _read(root, stamp)


@lru_cache(maxsize=8)
def _read(root: Path, _stamp: tables.Stamp) -> tuple[tuple[str, str, str, str], ...]:
    found = []
    needed = ("situation", "side", "temper", "text")
    for line, row in negotiation.table_rows(root, LINES, needed):
        unknown = set(re.findall(r"\{(\w+)\}", row["text"])) - GAPS.get(row["situation"], set())
        if row["situation"] not in (*SITUATIONS, *BECAUSE) or unknown:
            raise TableError(f"{LINES}:{line}: an unknown situation or gap; {REMEDY}")
        found.append((row["situation"], row["side"], row["temper"], row["text"]))
    return tuple(found)


def say(key: str, **gaps: object) -> str:
    """A sentence of the table of words with its gaps filled, as the page's script does it."""
    return _filled(TALKS[key], gaps)


def _filled(words: str, gaps: Mapping[str, object]) -> str:
    return re.sub(r"\{(\w+)\}", lambda gap: str(gaps[gap[1]]), words)


def named(side: str) -> str:
    """A side as it stands in a sentence."""
    return {"us": "the United States", "iraq": "Iraq"}[side]


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def option(issue: int, letter: str) -> str:
    """An option in words; the issue counts from 1."""
    return negotiation.model().issues[issue - 1].options[letter]


def quoted(issue: int, letter: str) -> str:
    """An option in words, as it stands in a sentence."""
    return f"“{option(issue, letter)}”"


def sentence(text: str) -> str:
    """A whole text in one line of words."""
    return "; ".join(f"{ISSUES[n - 1]}: {option(n, letter)}" for n, letter in enumerate(text, 1))


def rule(condition: Condition) -> str:
    """A rule of a home test in words, without letters."""
    return ", or ".join(
        " together with ".join(_term(issue, allowed) for issue, allowed in terms)
        for terms in condition
    )


def _term(issue: int, allowed: str) -> str:
    known = negotiation.model().issues[issue].options
    barred = [letter for letter in known if letter not in allowed]
    if len(barred) == 1:
        return f"anything but {quoted(issue + 1, barred[0])} on {ISSUES[issue]}"
    return " or ".join(quoted(issue + 1, letter) for letter in allowed)


def home_rule(side: str) -> str:
    """Who must agree at home, in one sentence."""
    m = negotiation.model()
    if side == "us":
        barred = [
            quoted(issue + 1, letter)
            for terms in m.us_condition
            for issue, allowed in terms
            for letter in m.issues[issue].options
            if letter not in allowed
        ]
        return f"Washington refuses {', '.join(barred[:-1])} and {barred[-1]}."
    return f"In Baghdad blocs with {m.majority} of the 329 seats must be for a text."


def at_home(text: str, side: str) -> str:
    """Why *text* falls at the home of *side*, or who is still against it, in its own words."""
    home = negotiation.home_test(text, side)
    if side == "us":
        return f"{say('us_carries')} {home_rule(side)}" if home.passes else home_rule(side)
    missing = [(seats, name) for name, seats, holds in home.support if not holds]
    if not missing:
        return say("all_blocs")
    seats, name = max(missing)
    bloc = next(b for b in negotiation.model().blocs if b.name == name)
    return say(
        "bloc_missing", have=home.seats, needed=home.needed, bloc=name, seats=seats,
        asks=rule(bloc.condition),
    )  # fmt: skip


def _said(game: Game, situation: str, before: int, **gaps: str) -> str:
    """The line for a situation that has come *before* times in this game."""
    known = lines(situation, OTHER[game.side], game.temper)
    found = Chance(f"{game.seed} {game.side} {situation}").shuffled(known)
    line = found[before % len(found)]
    return _filled(line, gaps)


def _situation(turn: Turn) -> str:
    return turn.told.kind if turn.told else turn.result


def moved(before: str, turn: Turn, them: leads.Lead) -> str:
    """What changed in the other side's text, issue by issue, and because of what."""
    changes = []
    for n, (old, new) in enumerate(zip(before, turn.offer, strict=True), 1):
        if old == new:
            continue
        offered, own = turn.move.text[n - 1], them.points[n - 1]
        taken, back = offered == new, own[new] > own[old]
        key = "moved_taken" if taken else "moved_back" if back else "moved_on"
        new_words, old_words = option(n, new), option(n, offered)
        changes.append(say(key, issue=ISSUES[n - 1], new=new_words, offered=old_words))
    return f"{_upper('; '.join(changes))}." if changes else ""


def reply(game: Game, count: int | None = None) -> str:
    """What the other side says after the first *count* turns (all of them), without points."""
    count = len(game.turns) if count is None else count
    if not count:
        return _said(game, "opening", 0)
    turn, past = game.turns[count - 1], game.turns[: count - 1]
    situation = _situation(turn)
    often = sum(_situation(one) == situation for one in past)
    parts = [_said(game, situation, often, **_gaps(game, turn))]
    if turn.told and turn.told.kind in ("weights", "second"):
        parts.append(_said(game, BECAUSE[turn.told.issue - 1], 0))
    if situation in ("countered", "held", "repeated", "unhomely", "far"):
        if turn.hurt and situation != "unhomely":
            hurt = sum(one.hurt > 0 and one.result != "unhomely" for one in past)
            name, letter = ISSUES[turn.hurt - 1], turn.move.text[turn.hurt - 1]
            parts.append(_said(game, "hurt", hurt, issue=name, option=option(turn.hurt, letter)))
        if situation == "unhomely":
            falls = at_home(turn.move.text, OTHER[game.side])
            parts += [falls] * (falls not in parts[0])
        if situation in ("unhomely", "far"):
            parts.append(say("costs_goodwill"))
        parts.append(moved(past[-1].offer if past else game.opening, turn, game.them))
        if turn.round >= ROUNDS:
            parts.append(_said(game, "last", 0))
    return " ".join(part for part in parts if part)


def _gaps(game: Game, turn: Turn) -> dict[str, str]:
    if turn.result == "unhomely":
        return {"home": at_home(turn.move.text, OTHER[game.side])}
    told = turn.told
    if told is None:
        return {}
    gaps = {}
    if told.issue:
        gaps["issue"] = ISSUES[told.issue - 1]
    if told.other:
        gaps["other"] = ISSUES[told.other - 1]
    if told.option:
        gaps["option"] = option(told.issue, told.option)
    if told.text:
        gaps["package"] = f"{sentence(told.text)}."
    if told.kind == "home":
        earlier = [one.move.text for one in game.turns if one.round < turn.round and one.move.text]
        gaps["home"] = at_home(earlier[-1] if earlier else turn.offer, game.them.side)
    return gaps


def learnt(game: Game) -> list[str]:
    """What the other side has told so far, a short line each."""
    return [
        say(
            f"learnt_{told.kind}",
            issue=ISSUES[told.issue - 1],
            other=ISSUES[told.other - 1],
            option=option(told.issue, told.option) if told.option else "",
            text=sentence(told.text),
        )
        for told in game.told
    ]
