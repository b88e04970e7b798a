"""Who must approve a text: two delegations, and two audiences at home.

The points and rules are the invented ones of lesson 12, from the tables ``negotiation_payoffs``
and ``negotiation_support``.  They say nothing about what any side wanted in 2020.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dialogue.charts.handling import (
    Control,
    Handle,
    Scene,
    Steps,
    listed,
)
from dialogue.charts.look import (
    INK,
    PARTIES,
    Picture,
    Together,
    caption,
)
from dialogue.course.tables import kept, load

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


# The four tables at which a text must pass: party, and whether it is the home audience's.
TABLES = (
    ("US delegation", "United States", False),
    ("Iraqi delegation", "Iraq", False),
    ("US home audience", "United States", True),
    ("Iraqi home audience", "Iraq", True),
)
WITHDRAWAL, PLEDGE = 1, 3  # numbers of the issues that the two sliders set


Rows = Sequence[Any]


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


@kept("negotiation_payoffs", "negotiation_support")
def _rows() -> tuple[Rows, Rows]:
    """The rows of both tables, which each step reads many times."""
    return tuple(load("negotiation_payoffs").itertuples()), tuple(
        load("negotiation_support").itertuples()
    )


def holds(condition: str, text: Mapping[int, str]) -> bool:
    """Whether *text* (an option letter for each issue) meets a condition of the rules.

    The form is that of ``negotiation_support``: alternatives parted by ``|``, in each of them
    terms that must all hold; ``1CD`` means option C or D on issue 1.
    """
    return any(
        all(text[int(term[0])] in term[1:] for term in alternative.split())
        for alternative in condition.split("|")
    )


def verdicts(text: Mapping[int, str], payoffs: Rows, rules: Rows) -> dict[str, Verdict]:
    """What each of the four tables says of *text*, by the names in :data:`TABLES`.

    *payoffs* and *rules* are the rows of their tables.
    """
    points = {"United States": 0, "Iraq": 0}
    for row in payoffs:
        if text[row.issue] == row.option:
            points["United States"] += int(row.points_us)
            points["Iraq"] += int(row.points_iraq)
    rule = {row.rule_id: row for row in rules}
    blocs = tuple(
        (row.bloc, int(row.value))
        for row in rule.values()
        if row.test == "bloc" and holds(row.condition, text)
    )
    home = rule["home-us"].condition
    seats, majority = sum(n for _, n in blocs), int(rule["home-iraq"].value)
    us, iraq = (int(rule[f"walk-away-{side}"].value) for side in ("us", "iraq"))
    return {
        "US delegation": Verdict(points["United States"] >= us, points["United States"], us),
        "Iraqi delegation": Verdict(points["Iraq"] >= iraq, points["Iraq"], iraq),
        "US home audience": Verdict(holds(home, text)),
        "Iraqi home audience": Verdict(seats >= majority, seats, majority, blocs),
    }


def two_level(text: str = "BBBBBB") -> Picture:
    """Which texts each delegation and each home audience would accept, in the invented game.

    *text* has one letter for each of the six issues, such as ``BBABCB``.  The picture varies the
    force ceiling (issue 1) and the text on protection (issue 3) and keeps the other four.  Raises ``ValueError`` when a letter is not among the options of its issue.
    """
    import altair as alt
    import pandas as pd

    payoffs, rules = load("negotiation_payoffs"), load("negotiation_support")
    scores, tests = _rows()
    options: dict[int, str] = {}
    for row in sorted(scores, key=lambda row: row.issue):
        options[row.issue] = options.get(row.issue, "") + row.option
    if len(text) != len(options) or any(
        c not in own for c, own in zip(text, options.values(), strict=False)
    ):
        raise ValueError(
            f"{text!r} is no text of the game: give one letter for each issue, from "
            f"{', '.join(options.values())}."
        )
    chosen = dict(zip(options, text, strict=True))
    titles = {(row.issue, row.option): row.option_text for row in scores}
    cells = []
    for pledge in options[PLEDGE]:
        for pace in options[WITHDRAWAL]:
            said = verdicts({**chosen, WITHDRAWAL: pace, PLEDGE: pledge}, scores, tests)
            cells.append(
                {"pace": pace, "pledge": pledge}
                | {name: verdict.accepts for name, verdict in said.items()}
                | {"all four": all(verdict.accepts for verdict in said.values())}
            )
    grid = pd.DataFrame(cells)
    here = pd.DataFrame([{"pace": chosen[WITHDRAWAL], "pledge": chosen[PLEDGE]}])
    across = alt.X("pace:O", title="Force ceiling, A to D", axis=alt.Axis(labelAngle=0))
    firmest_on_top = list(reversed(options[PLEDGE]))
    upward = alt.Y("pledge:O", title="Protection, A to C", sort=firmest_on_top)

    def panel(name: str, colour: str, heading: str) -> tuple[list[alt.Chart], dict[str, Any]]:
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
        title = {"text": heading, "color": INK, "fontSize": 14, "fontWeight": "normal"}
        return [area, cross, spot], {"width": 150, "height": 105, "title": title}

    panels = [panel(name, PARTIES[party][0], name) for name, party, _ in TABLES]
    together = panel("all four", PARTIES["both"][0], "All four")
    figure = Together([panels[:2], [*panels[2:], together]], between=24, below=18)
    counts = ", ".join(f"{name} {int(grid[name].sum())}" for name, _, _ in TABLES)
    said_of = {issue: f"“{titles[issue, letter]}”" for issue, letter in chosen.items()}
    rest = [text for issue, text in said_of.items() if issue not in (WITHDRAWAL, PLEDGE)]
    table = grid.copy()
    table.insert(0, "Force ceiling", [titles[WITHDRAWAL, pace] for pace in grid["pace"]])
    table.insert(1, "Protection", [titles[PLEDGE, pledge] for pledge in grid["pledge"]])
    table = table.drop(columns=["pace", "pledge"]).replace({True: "accepts", False: "refuses"})
    table["all four"] = table["all four"].replace({"accepts": "yes", "refuses": "no"})
    return Picture(
        figure,
        f"Five small grids of {len(grid)} texts, from the highest to the lowest force ceiling "
        f"and from a loose to a firm text on protection, with the other issues at {listed(rest)}. A full field is accepted, a cross "
        f"refused; a ring marks {said_of[WITHDRAWAL]} with {said_of[PLEDGE]}. "
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


# --- handled ----------------------------------------------------------------------------------
# Asked in this order: the two sliders first, then what may be traded for them.
_ISSUES: tuple[tuple[int, str, Handle], ...] = (
    (1, "withdrawal", "slider"),
    (3, "pledge", "slider"),
    (4, "waiver", "menu"),
    (5, "economy", "menu"),
    (2, "mission", "menu"),
    (6, "elections", "menu"),
)


def explore_two_level(wishes: Mapping[str, Any]) -> Steps:
    """Set a text and see which delegation and which home audience accepts it."""
    scores, tests = _rows()
    text: dict[int, str] = {}
    for issue, key, kind in _ISSUES:
        own = [row for row in scores if row.issue == issue]
        offered = tuple((f"{row.option}: {row.option_text}", row.option) for row in own)
        text[issue] = yield Control(key, own[0].issue_title, kind, offered, "B")
    letters = "".join(text[issue] for issue in sorted(text))
    said = verdicts(text, scores, tests)
    yes = [name for name, _, _ in TABLES if said[name].accepts]
    no = [name for name, _, _ in TABLES if not said[name].accepts]
    if not no:
        words = "All four accept this text: both delegations can sign it, and it passes at home."
    elif not yes:
        words = "Nobody accepts this text."
    else:
        words = f"{_sayers(yes)} accept{'s' if len(yes) == 1 else ''} this text; "
        words += f"{_sayers(no, lower=True)} refuse{'s' if len(no) == 1 else ''} it."
    signed = said["US delegation"].accepts and said["Iraqi delegation"].accepts
    if signed and no:
        words += " Both delegations would sign, and the text would then fail at home."
    points = [
        f"{name} {said[name].value} points of at least {said[name].need}"
        for name, _, home in TABLES
        if not home
    ]
    us, iraq = said["US home audience"], said["Iraqi home audience"]
    rule = next(str(row.rule) for row in tests if row.rule_id == "home-us")
    words += (
        f" {listed(points)}. The US home test is {'met' if us.accepts else 'failed'} (“{rule}”). "
        f"In Baghdad {iraq.value} of the {iraq.need} seats needed support it, by party list"
        + (f": {listed([f'{bloc} {seats}' for bloc, seats in iraq.blocs])}." if iraq.blocs else ".")
        + " Points and rules are invented for teaching, not findings."
    )
    return Scene(
        two_level(text=letters),
        words,
        (("The text that you set, at four tables", _four_tables(said)),),
    )


def _sayers(names: list[str], lower: bool = False) -> str:
    return f"{'the' if lower else 'The'} {listed(names)}"


def _four_tables(said: Mapping[str, Verdict]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, _, home in TABLES:
        own, unit = said[name], "seats" if home else "points"
        number = "rule" if own.value is None else f"{own.value} of {own.need} {unit}"
        rows.append(
            {"Who": name, "Number": number, "Verdict": "accepts" if own.accepts else "refuses"}
        )
    return pd.DataFrame(rows)
