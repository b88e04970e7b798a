"""What is at stake: who must approve a text, what to prefer, and how forecasts fared.

The points and rules of the two-level game are the invented ones of lesson 12, from the tables
``negotiation_payoffs`` and ``negotiation_support``.  The example marks of the option grid are
invented too and stand here.  Neither says anything about what any side wanted in 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dialogue.charts.look import (
    INK,
    PARTIES,
    SERIES,
    Picture,
    caption,
)
from dialogue.course.tables import load

if TYPE_CHECKING:
    import pandas as pd

# --- 07: the two-level game ----------------------------------------------------------------

# The four tables at which a text must pass: party, and whether it is the home audience's.
TABLES = (
    ("US delegation", "United States", False),
    ("Iraqi delegation", "Iraq", False),
    ("US home audience", "United States", True),
    ("Iraqi home audience", "Iraq", True),
)
WITHDRAWAL, PLEDGE = 1, 3  # numbers of the issues that the two sliders set


class Verdict(NamedTuple):
    """What one of the four tables says of a text: a number, the number needed, yes or no.

    *value* and *need* are points for a delegation and seats for the Iraqi home audience; both
    are None for the American one, whose test has no number.  *blocs* are those that support the
    text, as ``(name, seats)``.
    """

    accepts: bool
    value: int | None = None
    need: int | None = None
    blocs: tuple[tuple[str, int], ...] = ()


def holds(condition: str, text: Mapping[int, str]) -> bool:
    """Whether *text* (an option letter for each issue) meets a condition of the rules.

    The form is that of ``negotiation_support``: alternatives parted by ``|``, in each of them
    terms that must all hold; ``1CD`` means option C or D on issue 1.
    """
    return any(
        all(text[int(term[0])] in term[1:] for term in alternative.split())
        for alternative in condition.split("|")
    )


def verdicts(text: Mapping[int, str], payoffs: Any, rules: Any) -> dict[str, Verdict]:
    """What each of the four tables says of *text*, by the names in :data:`TABLES`."""
    points = {"United States": 0, "Iraq": 0}
    for row in payoffs.itertuples():
        if text[row.issue] == row.option:
            points["United States"] += int(row.points_us)
            points["Iraq"] += int(row.points_iraq)
    need = rules.set_index("rule_id")["value"]
    blocs = tuple(
        (str(row.bloc), int(row.value))
        for row in rules[rules["test"] == "bloc"].itertuples()
        if holds(row.condition, text)
    )
    home = rules.set_index("rule_id").loc["home-us", "condition"]
    seats, majority = sum(n for _, n in blocs), int(need["home-iraq"])
    us, iraq = int(need["walk-away-us"]), int(need["walk-away-iraq"])
    return {
        "US delegation": Verdict(points["United States"] >= us, points["United States"], us),
        "Iraqi delegation": Verdict(points["Iraq"] >= iraq, points["Iraq"], iraq),
        "US home audience": Verdict(holds(home, text)),
        "Iraqi home audience": Verdict(seats >= majority, seats, majority, blocs),
    }


def two_level(text: str = "BBBBBB") -> Picture:
    """Which texts each delegation and each home audience would accept, in the invented game.

    *text* has one letter for each of the six issues, such as ``BBABCB``.  The picture varies the
    pace of withdrawal (issue 1) and the firmness of the pledge (issue 3) and keeps the other
    four.  Raises ``ValueError`` when a letter is not among the options of its issue.
    """
    import altair as alt
    import pandas as pd

    payoffs, rules = load("negotiation_payoffs"), load("negotiation_support")
    options = payoffs.groupby("issue")["option"].agg("".join)
    if len(text) != len(options) or any(
        c not in own for c, own in zip(text, options, strict=False)
    ):
        raise ValueError(
            f"{text!r} is no text of the game: give one letter for each issue, from "
            f"{', '.join(options)}."
        )
    chosen = dict(zip(options.index, text, strict=True))
    titles = payoffs.set_index(["issue", "option"])["option_text"]
    cells = []
    for pledge in options[PLEDGE]:
        for pace in options[WITHDRAWAL]:
            said = verdicts({**chosen, WITHDRAWAL: pace, PLEDGE: pledge}, payoffs, rules)
            cells.append(
                {"pace": pace, "pledge": pledge}
                | {name: verdict.accepts for name, verdict in said.items()}
                | {"all four": all(verdict.accepts for verdict in said.values())}
            )
    grid = pd.DataFrame(cells)
    here = pd.DataFrame([{"pace": chosen[WITHDRAWAL], "pledge": chosen[PLEDGE]}])
    across = alt.X("pace:O", title="Withdrawal, A to D", axis=alt.Axis(labelAngle=0))
    firmest_on_top = list(reversed(options[PLEDGE]))
    upward = alt.Y("pledge:O", title="Pledge, A to C", sort=firmest_on_top)

    def panel(name: str, colour: str, heading: str) -> alt.LayerChart:
        shown = grid.assign(accepts=grid[name].map({True: "accepts", False: "refuses"}))
        base = alt.Chart(shown).encode(x=across, y=upward)
        area = base.mark_rect(color=colour, stroke=colour, strokeWidth=1).encode(
            fillOpacity=alt.FillOpacity(
                "accepts:N",
                legend=None,
                scale=alt.Scale(domain=["accepts", "refuses"], range=[0.85, 0]),
            )
        )
        # A cross says no in shape as well, for whoever cannot tell a faint field from a full one.
        cross = (
            alt.Chart(shown[shown["accepts"] == "refuses"])
            .mark_text(text="×", fontSize=18, color=INK)
            .encode(x=across, y=upward)
        )
        spot = (
            alt.Chart(here)
            .mark_point(shape="circle", size=300, strokeWidth=3, color=INK, filled=False)
            .encode(x=across, y=upward)
        )
        return alt.layer(area, cross, spot).properties(
            width=150,
            height=105,
            title=alt.TitleParams(heading, color=INK, fontSize=14, fontWeight="normal"),
        )

    panels = [panel(name, PARTIES[party][0], name) for name, party, _ in TABLES]
    together = panel("all four", PARTIES["both"][0], "All four")
    figure = alt.vconcat(
        alt.hconcat(*panels[:2], spacing=24),
        alt.hconcat(*panels[2:], together, spacing=24),
        spacing=18,
    )
    counts = ", ".join(f"{name} {int(grid[name].sum())}" for name, _, _ in TABLES)
    rest = ", ".join(
        f"{issue}{chosen[issue]}" for issue in options.index if issue not in (WITHDRAWAL, PLEDGE)
    )
    table = grid.copy()
    table.insert(0, "Withdrawal", [titles[WITHDRAWAL, pace] for pace in grid["pace"]])
    table.insert(1, "Pledge", [titles[PLEDGE, pledge] for pledge in grid["pledge"]])
    table = table.drop(columns=["pace", "pledge"]).replace({True: "accepts", False: "refuses"})
    table["all four"] = table["all four"].replace({"accepts": "yes", "refuses": "no"})
    return Picture(
        figure,
        f"Five small grids of {len(grid)} texts, from slow to fast withdrawal and from a loose to "
        f"a firm pledge, with the other issues at {rest}. A full field is accepted, a cross "
        f"refused; a ring marks {WITHDRAWAL}{chosen[WITHDRAWAL]} with {PLEDGE}{chosen[PLEDGE]}. "
        f"Fields accepted: {counts}; by all four {int(grid['all four'].sum())}.",
        table.rename(columns={"all four": "All four"}),
        caption(
            payoffs,
            rules,
            note="Points and rules are invented for teaching; they show how such a game works and "
            "not what anybody wanted.",
        ),
        "Who accepts which text, in the invented game",
    )


# --- 10: the option grid -------------------------------------------------------------------

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
    """Four options weighed from five seats, one small panel a seat.

    *weights* are whole numbers by criterion (all equal if None), *grids* the marks by seat
    (all neutral if None); the panel of *seat* is outlined.
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
    panels = []
    for name in SEATS:
        own = shown[shown["seat"] == SEATS[name]]
        base = alt.Chart(own).encode(
            y=alt.Y(
                "option:N",
                title=None,
                axis=alt.Axis(labelLimit=0, labels=name in EDGE, ticks=False),
            )
        )
        across = alt.X("mean:Q", title=None, scale=alt.Scale(domain=[0, 6]))
        bars = base.mark_bar(stroke=INK).encode(
            x=across,
            color=alt.value(SERIES[0]),
            fillOpacity=alt.FillOpacity(
                "place:N",
                legend=None,
                scale=alt.Scale(
                    domain=["leads alone", "shares the lead", "behind"], range=[1, 0.5, 0.05]
                ),
            ),
        )
        # The leader has a star and a tie an equals sign, for whoever does not see the shade.
        sign = {"leads alone": "★", "shares the lead": "="}
        labels = own.assign(
            label=[
                f"{mean:.2f} {sign.get(place, '')}".strip()
                for mean, place in zip(own["mean"], own["place"], strict=True)
            ]
        )
        text = (
            alt.Chart(labels)
            .mark_text(align="left", dx=4, fontSize=13, color=INK)
            .encode(y=alt.Y("option:N", title=None), x=across, text="label:N")
        )
        heading = f"{SEATS[name]} (chosen)" if name == seat else SEATS[name]
        panels.append(
            alt.layer(bars, text).properties(
                width=150,
                height=110,
                title=alt.TitleParams(
                    heading,
                    color=INK,
                    fontSize=14,
                    fontWeight="bold" if name == seat else "normal",
                ),
            )
        )
    figure = alt.vconcat(
        alt.hconcat(*panels[:3], spacing=12), alt.hconcat(*panels[3:], spacing=12), spacing=14
    )
    told = "; ".join(
        f"{SEATS[name]}, {_lead(leaders(given, weights))}" for name, given in grids.items()
    )
    given_weights = ", ".join(f"{CRITERIA[name].lower()} {n}" for name, n in weights.items())
    return Picture(
        figure,
        f"Five small bar charts, one for each seat, of the weighted mean mark of four options, "
        f"with the weights {given_weights}. A star marks a lone leader, an equals sign a tie. "
        f"First: {told}.",
        shown.rename(
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


# Panels at the left edge carry the names of the options for their row.
EDGE = ("baghdad", "najaf-tahrir")


def _lead(first: tuple[str, ...]) -> str:
    """Who leads, in a few words."""
    if not first:
        return "nothing is weighed"
    if len(first) == 1:
        return f"option {first[0]}"
    if len(first) == len(OPTIONS):
        return "all four tie"
    return f"options {', '.join(first[:-1])} and {first[-1]} tie"


# --- 11: the ledger ------------------------------------------------------------------------

ROWS = tuple(f"F{number}" for number in range(1, 21))
CLOSED = "not opened"
# Advice is no forecast, so it is never scored, even where its rule gives yes or no.
UNSCORED_KINDS = ("advice", "conditional")


def ledger_rows() -> pd.DataFrame:
    """The statements of the forecasts F1 to F20, in that order; a row may have several.

    The table ``forecasts`` with one more column, ``score``: 1 for yes, 0 for no, missing where
    the outcome is mixed, unresolved or cannot be scored, or where the statement is advice.
    """
    import pandas as pd

    table = load("forecasts")
    table = table[table["ledger"].isin(ROWS)]
    place = table["ledger"].map({row: number for number, row in enumerate(ROWS)})
    table = table.assign(place=place).sort_values(["place", "forecast_id"], kind="stable")
    score = table["outcome"].astype(str).map({"yes": 1, "no": 0})
    return table.assign(
        score=score.mask(table["kind"].astype(str).isin(UNSCORED_KINDS), pd.NA)
    ).drop(columns="place")


def ledger(opened: int = 0) -> Picture:
    """The forecasts F1 to F20 with the first *opened* of them resolved and the rest closed.

    Raises ``ValueError`` when *opened* is not from 0 to 20.
    """
    import altair as alt
    import pandas as pd

    if not 0 <= opened <= len(ROWS):
        raise ValueError(f"{opened} rows cannot be open: choose 0 to {len(ROWS)}.")
    table = ledger_rows()
    open_rows = set(ROWS[:opened])
    is_open = table["ledger"].isin(open_rows)
    shown = pd.DataFrame(
        {
            "row": table["ledger"],
            "id": table["forecast_id"],
            "outcome": table["outcome"].astype(str).where(is_open, CLOSED).str.replace("-", " "),
        }
    )
    places = [CLOSED, "yes", "mixed", "no", "unresolved", "not scorable"]
    shapes = ["triangle-right", "circle", "diamond", "square", "triangle-up", "cross"]
    # Statements of one row with one outcome would cover each other.
    shown["shift"] = shown.groupby(["row", "outcome"]).cumcount() * 12
    base = alt.Chart(shown).encode(
        y=alt.Y("row:N", title=None, sort=list(ROWS), axis=alt.Axis(grid=True)),
        x=alt.X(
            "outcome:N",
            title=None,
            sort=places,
            scale=alt.Scale(domain=places),
            axis=alt.Axis(orient="top", labelAngle=0),
        ),
        tooltip=["row", "id", "outcome"],
    )
    points = base.mark_point(filled=True, size=130, opacity=1).encode(
        color=alt.Color(
            "outcome:N",
            legend=None,
            scale=alt.Scale(domain=places, range=[SERIES[4], *SERIES[:4], SERIES[5]]),
        ),
        shape=alt.Shape("outcome:N", legend=None, scale=alt.Scale(domain=places, range=shapes)),
        xOffset=alt.XOffset("shift:Q", scale=alt.Scale(domain=[-36, 60], range=[0, 96])),
    )
    counts = shown["outcome"].value_counts()
    told = ", ".join(f"{place} {counts.get(place, 0)}" for place in places[1:])
    read = pd.DataFrame(
        {
            "Row": table["ledger"],
            "No.": table["forecast_id"],
            "From": table["paragraph"],
            "Forecast, in our words": table["statement"],
            "Article's hedge": table["hedge"],
            "Rule": table["resolution_rule"],
            "Outcome": shown["outcome"].to_numpy(),
        }
    )
    return Picture(
        points.properties(width=576, height=440),
        f"A ledger of {len(ROWS)} rows, F1 to F{len(ROWS)}, with {len(table)} statements of the "
        f"article, one mark each. {opened} rows are open. "
        + (
            f"Of their {int(is_open.sum())} statements: {told}. "
            if opened
            else "Marks move from the first column into the one of their outcome when a row opens. "
        )
        + "Marks differ in shape as well as in colour.",
        read,
        caption(
            table,
            note="The rules were written by the course with the outcomes known. They are no record "
            "of 2020.",
        ),
        "The forecasts F1 to F20, with the rule of each",
    )
