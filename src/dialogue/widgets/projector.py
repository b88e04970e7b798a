"""The text that a class agreed, on the wall: ``projector("CBCDCB")``.

Points are those of the historical setting, or of the leads that a seed draws for two people as the
class kit does.  All of them are invented for teaching.
"""

from __future__ import annotations

from dialogue.course import bargaining, leads, negotiation
from dialogue.course.negotiation import SIDES, TableError
from dialogue.course.voice import named
from dialogue.learner.games import SEEDS
from dialogue.page.html import START, element, joined, listed, row, table
from dialogue.page.words import NEGOTIATION as WORDS
from dialogue.widgets.base import Notice


class Agreed(Notice):
    """A text that a class agreed, with both home tests, for the projector."""

    def __init__(self, text: str, seed: int | None = None) -> None:
        self.text = text
        if seed is None:
            at_table = {side: leads.historical(side) for side in SIDES}
        else:
            at_table = bargaining.for_two(seed)[0]
        home = {side: negotiation.home_test(text, side) for side in SIDES}
        verdict = {True: "✓ passes", False: "✗ fails"}
        self.results = [
            f"Points of {named(side)}{f' (“{lead.title}”)' if seed else ''}: {lead.worth(text)} "
            f"(walk-away {lead.walk_away}): {verdict[lead.worth(text) >= lead.walk_away]}"
            for side, lead in at_table.items()
        ]
        self.results += [
            f"Home test of {named(side)}: {verdict[home[side].passes]} ({home[side].words})"
            for side in SIDES
        ]
        self.roll: list[list[str]] = []
        total = 0
        for name, seats, holds in home["iraq"].support:
            total += seats if holds else 0
            mark = f"✓ +{seats}" if holds else f"✗ 0 of {seats}"
            self.roll.append([name, mark, str(total)])
        lines = [
            f"The text agreed: {text}",
            *(f"{n}{letter} {title}: {option}" for n, (title, letter, option) in enumerate(
                negotiation.words(text), 1)),
            *self.results,
            *(f"  {name}: {mark}; running total {total}" for name, mark, total in self.roll),
            WORDS["invented"],
        ]  # fmt: skip
        super().__init__(lines)

    def _repr_html_(self) -> str:
        options = (
            row(f"{n}. {title}", f"{letter}: {option}", **START)
            for n, (title, letter, option) in enumerate(negotiation.words(self.text), 1)
        )
        needed = negotiation.model().majority
        parliament = f"Iraq’s parliament of the game; {needed} seats are needed"
        roll = (row(*each, **START) for each in self.roll)
        return joined(
            table(f"The text agreed: {self.text}", options, **START),
            listed(*(element("strong", line) for line in self.results)),
            table(parliament, roll, ("Bloc", "Seats", "So far"), **START),
            element("p", element("em", WORDS["invented"])),
        )


def projector(text: str, seed: int | None = None) -> Notice:
    """Show the text that a class agreed, such as ``projector("CBCDCB")``, and run both home
    tests on it, bloc by bloc.  *seed* is that of the class kit, where it was written with one.
    A text or a seed that does not exist shows a message instead."""
    if seed is not None and (type(seed) is not int or seed not in SEEDS):
        return Notice([f"The seed cannot be {repr(seed)[:40]}. {WORDS['again_bad']}"])
    try:
        return Agreed(negotiation.as_text(text), seed)
    except (ValueError, TableError) as error:
        return Notice([str(error)])
