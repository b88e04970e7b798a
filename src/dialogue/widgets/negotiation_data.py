"""All that a page needs to play the negotiation without a kernel, as plain data.

The rules are in ``static/bargaining.js``, the facts are here: they are read from the same tables
as the kernel's, so that nothing of them is written twice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from dialogue.course import bargaining, leads, looking_back, negotiation, voice
from dialogue.course.negotiation import AUGUST, OTHER, ROUNDS, SIDES, Condition
from dialogue.page.words import NEGOTIATION, TALKS


def content(side: str) -> dict[str, Any]:
    """What the view of a game shows from beginning to end."""
    return {
        "title": NEGOTIATION["title"].format(side=voice.named(side)),
        "rules": rules(side),
        "rounds": ROUNDS,
        "sides": [SIDES[side], SIDES[OTHER[side]]],
        "issues": [
            {"title": issue.title, "options": list(issue.options.items())}
            for issue in negotiation.model().issues
        ],
    }


def rules(side: str) -> list[str]:
    """The rules for the lead of *side*, one sentence or two each."""
    m = negotiation.model()
    blocs = [f"{b.name}, {b.seats} seats: {voice.rule(b.condition)}." for b in m.blocs]
    return [
        "Washington, August 2020. A text settles six issues, one option each: "
        f"{len(m.seats):,} texts are possible. You lead for {voice.named(side)}; the other side is "
        "played by the computer, by a fixed rule. It is a game, and no government speaks here.",
        f"You have {ROUNDS} rounds. {NEGOTIATION['costs']} After the last round you may still "
        "accept the offer on the table or walk away. Walking away can be right: between some leads "
        "no text can stand.",
        "You see your own points only. What matters to the other side you learn from its brief, "
        "from its answers and by asking why: it tells the truth, something new each time.",
        "The other side moves by what your offer is worth to it, and not by how far you have "
        "come: an absurd opening followed by large steps gains nothing. A new, serious offer "
        "moves it most, a question nearly as much, a repeated offer little. An offer that would "
        "fall at its home, or lies far below what it needs, earns nothing and costs goodwill.",
        "A deal must pass at both homes, or it falls and nobody has anything from it. That is "
        f"a device of the game: the real statement was not put to a vote. {voice.home_rule('us')} "
        f"{voice.home_rule('iraq')}",
        *blocs,
    ]


def _terms(condition: Condition) -> list[Any]:
    return [[[issue, allowed] for issue, allowed in terms] for terms in condition]


def _lead(lead: leads.Lead) -> dict[str, Any]:
    return {
        "id": lead.id,
        "side": lead.side,
        "title": lead.title,
        "brief": lead.own_brief,
        "public_brief": lead.public_brief,
        "walk": lead.walk_away,
        "weights": list(lead.weights),
        "historical": lead.historical,
        "points": [dict(own) for own in lead.points],
    }


def data() -> dict[str, Any]:
    """The tables, the words and the numbers of the rules.  Raises :class:`TableError`.

    *version* names the tables and the rules: a game of another version is left alone.
    """
    return _data(negotiation.model().digest, voice.all_lines())


@lru_cache(maxsize=2)
def _data(version: str, lines: tuple[tuple[str, str, str, str], ...]) -> dict[str, Any]:
    m = negotiation.model()
    return {
        "version": version,
        "salt": bargaining.SALT,
        "rounds": ROUNDS,
        "tempers": list(bargaining.TEMPERS),
        "limits": {
            "opens_within": bargaining.OPENS_WITHIN,
            "jump": bargaining.JUMP,
            "strike": bargaining.STRIKE,
            "far": bargaining.FAR,
            "question": bargaining.QUESTION,
            "repeated": bargaining.REPEATED,
            "almost": bargaining.ALMOST,
            "lost": looking_back.LOST,
            "early": looking_back.EARLY,
            "trifle": looking_back.TRIFLE,
        },
        "sides": SIDES,
        "named": {side: voice.named(side) for side in SIDES},
        "issues": [
            {
                "title": issue.title,
                "name": name,
                "because": because,
                "options": list(issue.options.items()),
            }
            for issue, name, because in zip(m.issues, voice.ISSUES, voice.BECAUSE, strict=True)
        ],
        "leads": {side: [_lead(lead) for lead in leads.leads(side).values()] for side in SIDES},
        "homes": {
            "us": {"condition": _terms(m.us_condition), "rule": voice.home_rule("us")},
            "iraq": {
                "needed": m.majority,
                "blocs": [
                    {
                        "name": bloc.name,
                        "seats": bloc.seats,
                        "condition": _terms(bloc.condition),
                        "asks": voice.rule(bloc.condition),
                    }
                    for bloc in m.blocs
                ],
            },
        },
        "lines": [list(line) for line in lines],
        "august": AUGUST,
        "content": {side: content(side) for side in SIDES},
        "strings": {**NEGOTIATION, **TALKS},
    }
