"""What to prefer: four options, marked and weighed from five seats.

The example marks are invented for teaching and stand here.  They are nobody's view.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dialogue.charts.handling import (
    Control,
    Scene,
    Steps,
    listed,
    number_slider,
)
from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    tips,
)

if TYPE_CHECKING:
    import pandas as pd


OPTIONS = {
    "1": "Stay and set conditions",
    "2": "Scheduled exit",
    "3": "Economic reset first",
    "4": "Regional deal with Iran",
}
CRITERIA = {
    "security": "Security",
    "sovereignty": "Sovereignty",
    "economy": "Economy",
    "feasibility": "Feasibility",
}
SEATS = {
    "baghdad": "Baghdad",
    "washington": "Washington",
    "tehran": "Tehran",
    "najaf-tahrir": "Najaf and Tahrir",
    "erbil": "Erbil",
}
# Marks run from 1 (bad) to 5 (good); 3 is neither.
NEUTRAL, WEAK, STRONG = 3, 1, 5
# Invented for teaching, nobody's view: marks of options 1 to 4 on the criteria in their order.
# In every grid each option and each criterion has 1, 2, 4 and 5 once, so that all options tie
# while the weights are equal and only the weights decide.
EXAMPLE = {
    "baghdad": ((5, 1, 2, 4), (1, 5, 4, 2), (2, 4, 5, 1), (4, 2, 1, 5)),
    "washington": ((5, 1, 4, 2), (2, 4, 1, 5), (4, 2, 5, 1), (1, 5, 2, 4)),
    "tehran": ((2, 1, 4, 5), (5, 4, 1, 2), (1, 2, 5, 4), (4, 5, 2, 1)),
    "najaf-tahrir": ((2, 1, 4, 5), (4, 5, 2, 1), (1, 2, 5, 4), (5, 4, 1, 2)),
    "erbil": ((5, 1, 4, 2), (1, 5, 2, 4), (4, 2, 5, 1), (2, 4, 1, 5)),
}
Marks = Mapping[str, Mapping[str, int]]  # of an option, by criterion


def marks(seat: str, invented: bool) -> dict[str, dict[str, int]]:
    """The marks that a grid starts with: all neutral, or those of the invented example."""
    return {
        option: {
            criterion: EXAMPLE[seat][row][column] if invented else NEUTRAL
            for column, criterion in enumerate(CRITERIA)
        }
        for row, option in enumerate(OPTIONS)
    }


def option_marks(seat: str = "baghdad") -> pd.DataFrame:
    """The invented example marks of the four options as a table, seen from one seat.

    One row an option, one column a criterion; marks run from 1 (bad) to 5 (good).  *seat* is
    ``baghdad``, ``washington``, ``tehran``, ``najaf-tahrir`` or ``erbil``.  The marks are
    nobody's view.  Raises ``KeyError`` for another seat.
    """
    import pandas as pd

    if seat not in SEATS:
        raise KeyError(f"There is no seat {seat!r}. Try: {', '.join(SEATS)}.")
    table = pd.DataFrame(marks(seat, invented=True)).T
    table.index = pd.Index([f"{number} {name}" for number, name in OPTIONS.items()])
    return table


def totals(given: Marks, weights: Mapping[str, int]) -> dict[str, int]:
    """The weighted sum of each option: mark times weight, added over the criteria.

    The weighted mean is this over the sum of the weights.  The sums are whole numbers, so that
    a tie is exactly a tie.  The method is the additive value model (R. L. Keeney and H. Raiffa,
    Decisions with Multiple Objectives, 1976, chapter 3).
    """
    return {
        option: sum(weights[criterion] * mark for criterion, mark in own.items())
        for option, own in given.items()
    }


def leaders(given: Marks, weights: Mapping[str, int]) -> tuple[str, ...]:
    """The options with the highest total; all that share it, and none if nothing has weight."""
    if not any(weights.values()):
        return ()
    sums = totals(given, weights)
    return tuple(option for option, total in sums.items() if total == max(sums.values()))


def options(
    weights: Mapping[str, int] | None = None,
    grids: Mapping[str, Marks] | None = None,
    seat: str = "baghdad",
) -> Picture:
    """Four options weighed from one seat, and who leads from each of the five.

    *weights* are whole numbers by criterion (all equal if None), *grids* the marks by seat
    (all neutral if None); *seat* is the one that is drawn large.
    """
    import altair as alt
    import pandas as pd

    weights = weights or dict.fromkeys(CRITERIA, 5)
    grids = grids or {name: marks(name, invented=False) for name in SEATS}
    whole = sum(weights.values())
    rows: list[dict[str, Any]] = []
    for name, given in grids.items():
        sums, first = totals(given, weights), leaders(given, weights)
        for option, own in given.items():
            rows.append(
                {
                    "seat": SEATS[name],
                    "option": f"{option} {OPTIONS[option]}",
                    **{CRITERIA[criterion]: mark for criterion, mark in own.items()},
                    "mean": round(sums[option] / whole, 3) if whole else 0,
                    "place": (
                        "leads alone"
                        if first == (option,)
                        else "shares the lead"
                        if option in first
                        else "behind"
                    ),
                }
            )
    shown = pd.DataFrame(rows)
    sign = {"leads alone": "★", "shares the lead": "=", "behind": ""}
    shown["sign"] = shown["place"].map(sign)
    chosen = shown[shown["seat"] == SEATS[seat]].assign(worst=WEAK)
    chosen["label"] = (chosen["mean"].map("{:.2f}".format) + " " + chosen["sign"]).str.strip()
    base = alt.Chart(chosen).encode(y=alt.Y("option:N", title=None, axis=alt.Axis(labelLimit=0)))
    scale = alt.Scale(domain=[WEAK, STRONG + 0.4], nice=False)
    axis = alt.Axis(values=list(range(WEAK, STRONG + 1)), format="d")
    across = alt.X(
        "mean:Q", title="weighted mean, from 1 (bad) to 5 (good)", scale=scale, axis=axis
    )
    stems = base.mark_rule(strokeWidth=3, color=SERIES[0]).encode(x=across, x2="worst:Q")
    heads = base.mark_point(size=150, strokeWidth=2, color=SERIES[0], opacity=1).encode(
        x=across,
        # The leader is filled, and has a star or an equals sign for whoever does not see that.
        fill=alt.Fill(
            "place:N",
            legend=None,
            scale=alt.Scale(domain=list(sign), range=[SERIES[0], SERIES[0], "#fff"]),
        ),
        tooltip=tips("option", *CRITERIA.values(), "mean", "place"),
    )
    text = base.mark_text(align="left", dx=12, fontSize=14, color=INK).encode(
        x=across, text=alt.Text("label:N")
    )
    large = alt.layer(stems, heads, text).properties(
        width=360, height=150, title=f"Seen from {SEATS[seat]}"
    )
    order = [f"{name} (chosen)" if key == seat else name for key, name in SEATS.items()]
    each = shown.assign(
        row=[f"{name} (chosen)" if name == SEATS[seat] else name for name in shown["seat"]],
        number=shown["option"].str[0],
    )
    small = (
        alt.Chart(each)
        .mark_text(fontSize=18, color=INK)
        .encode(
            y=alt.Y("row:N", title=None, sort=order, axis=alt.Axis(labelLimit=0, grid=True)),
            x=alt.X("number:N", title="option", axis=alt.Axis(labelAngle=0, grid=True)),
            text=alt.Text("sign:N"),
        )
        .properties(
            width=360, height=140, title="Who leads from each seat (★ alone, = shares the lead)"
        )
    )
    figure = alt.vconcat(large, small, spacing=18)
    told = "; ".join(
        f"{SEATS[name]}, {_lead(leaders(given, weights))}" for name, given in grids.items()
    )
    given_weights = ", ".join(f"{CRITERIA[name].lower()} {n}" for name, n in weights.items())
    return Picture(
        figure,
        f"The weighted mean mark of four options, seen from {SEATS[seat]}, and who leads from each "
        f"of five seats, with the weights {given_weights}. A star marks a lone leader, an equals "
        f"sign a tie. "
        f"First: {told}.",
        shown.drop(columns="sign").rename(
            columns={
                "seat": "Seen from",
                "option": "Option",
                "mean": "Weighted mean",
                "place": "Place",
            }
        ),
        "Marks from 1 (bad) to 5 (good) are the reader's own or, where the example is filled in, "
        "invented for teaching. They are no finding about anybody's view.",
        "Four options, marked and weighed",
    )


def _lead(first: tuple[str, ...]) -> str:
    """Who leads, in a few words."""
    if not first:
        return "nothing is weighed"
    if len(first) == 1:
        return f"option {first[0]}"
    if len(first) == len(OPTIONS):
        return "all four tie"
    return f"options {', '.join(first[:-1])} and {first[-1]} tie"


# --- handled ----------------------------------------------------------------------------------
HEAVIEST = 10


class Change(NamedTuple):
    """One weight moved until others lead: criterion, its weight then, who leads then."""

    criterion: str
    weight: int
    lead: tuple[str, ...]


def nearest_changes(given: Marks, weights: Mapping[str, int]) -> list[Change]:
    """For each criterion the nearest weight, 0 to 10, at which others lead than now.

    A criterion that changes nothing within those bounds is left out.  Nearest first; of two as
    near, the higher weight.
    """
    now = leaders(given, weights)
    found = []
    for criterion in CRITERIA:
        here = weights[criterion]
        for weight in sorted(range(HEAVIEST + 1), key=lambda w: (abs(w - here), -w)):
            then = leaders(given, {**weights, criterion: weight})
            if then and then != now:
                found.append(Change(criterion, weight, then))
                break
    return sorted(found, key=lambda change: abs(change.weight - weights[change.criterion]))


_MARK = {WEAK: "1 bad", NEUTRAL: "3 neither", STRONG: "5 good"}


def explore_options(wishes: Mapping[str, Any]) -> Steps:
    """Weights and marks of the reader's own: which option leads, and how firmly."""
    seats = tuple((name, key) for key, name in SEATS.items())
    seat = yield Control("seat", "Seen from", "menu", seats, "baghdad")
    weights = {}
    for key, name in CRITERIA.items():
        label = f"Your weight for {name.lower()}"
        weights[key] = yield number_slider(key, label, range(HEAVIEST + 1), 5)
    starts = (("all marks neutral (3)", False), ("an example, invented for teaching", True))
    # A menu and not a tick, so that what is chosen says that it is invented.
    invented = yield Control("marks", "Marks to start from", "menu", starts, False)
    grids = {name: marks(name, invented) for name in SEATS}
    yours = []
    for option, name in OPTIONS.items():
        for key, criterion in CRITERIA.items():
            start = grids[seat][option][key]
            menu = ((f"{start} (given)", 0), *((_MARK.get(n, str(n)), n) for n in range(1, 6)))
            label, row = f"{option} {criterion.lower()}", f"{option} {name}: your marks"
            mark = yield Control(f"mark_{option}_{key}", label, "menu", menu, 0, row)
            if mark:
                grids[seat][option][key] = mark
                yours.append(option)
    yours = list(dict.fromkeys(yours))
    given = grids[seat]
    lead, sums, whole = leaders(given, weights), totals(given, weights), sum(weights.values())
    said = ", ".join(f"{CRITERIA[key].lower()} {weight}" for key, weight in weights.items())
    words = f"Seen from {SEATS[seat]}, with your weights {said}: "
    if not lead:
        words += "nothing has any weight, so nothing can be ranked. Give one criterion a weight."
    else:
        best = sums[lead[0]] / whole
        behind = sorted({total for total in sums.values() if total < sums[lead[0]]})
        if len(lead) == len(OPTIONS):
            words += f"all four options tie at {best:.2f} of {STRONG}; none is ahead. "
        elif len(lead) > 1:
            words += (
                f"options {listed(list(lead))} tie at {best:.2f} of {STRONG}; the next has "
                f"{behind[-1] / whole:.2f}. "
            )
        else:
            next_best = [key for key, total in sums.items() if total == behind[-1]]
            words += (
                f"option {lead[0]} ({OPTIONS[lead[0]]}) leads with {best:.2f} of {STRONG}; next "
                f"{'is option' if len(next_best) == 1 else 'are options'} {listed(next_best)} with "
                f"{behind[-1] / whole:.2f}. "
            )
        words += _sensitivity(given, weights)
    others = [f"{SEATS[n]}: {_who(leaders(grids[n], weights))}" for n in SEATS if n != seat]
    if lead:
        words += f" With the same weights, from {'; from '.join(others)}."
    origin = (
        f"Marks of your own stand for {listed(['option ' + key for key in yours])}, as seen from "
        f"{SEATS[seat]}; the other marks"
        if yours
        else "The marks"
    )
    words += (
        f" {origin} are invented for teaching and nobody's view."
        if invented
        else f" {origin} are all neutral, {NEUTRAL} of {STRONG}."
    )
    return Scene(
        options(weights=weights, grids=grids, seat=seat),
        words,
        (("How far one weight must move before others lead", _moves(given, weights)),),
    )


def _who(lead: tuple[str, ...]) -> str:
    if len(lead) == 1:
        return f"option {lead[0]}"
    return "all four tie" if len(lead) == len(OPTIONS) else f"options {listed(list(lead))} tie"


def _sensitivity(given: Marks, weights: Mapping[str, int]) -> str:
    changes = nearest_changes(given, weights)
    if not changes:
        return f"No single weight from 0 to {HEAVIEST} changes that."
    near = changes[0]
    here = weights[near.criterion]
    way = "rise" if near.weight > here else "fall"
    return (
        f"The smallest move of one weight that changes this: let {CRITERIA[near.criterion].lower()} "
        f"{way} from {here} to {near.weight}, then {_who(near.lead)}"
        f"{' leads' if len(near.lead) == 1 else ''}."
    )


def _moves(given: Marks, weights: Mapping[str, int]) -> pd.DataFrame:
    import pandas as pd

    changes = {change.criterion: change for change in nearest_changes(given, weights)}
    rows = []
    for key, name in CRITERIA.items():
        change = changes.get(key)
        rows.append(
            {
                "Criterion": name,
                "Weight now": weights[key],
                "Others lead at": change.weight if change else f"never from 0 to {HEAVIEST}",
                "Who leads then": _who(change.lead) if change else "no change",
            }
        )
    return pd.DataFrame(rows)
