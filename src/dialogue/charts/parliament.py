"""The seats of parliament: what a rank depends on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dialogue.charts.handling import (
    Scene,
    Steps,
    listed,
    number_slider,
)
from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    caption,
    tips,
)
from dialogue.course.tables import load, rows_of

if TYPE_CHECKING:
    pass


MAJORITY = 165


def parliament(iraqiyyun: int = 41, majority: bool = False) -> Picture:
    """All seats of the parliament of 2018, and Iraqiyyun at a number of seats of your choice.

    With *majority* a second panel sets Iraqiyyun alone, and the largest lists laid end to end,
    against the line of a majority.  Raises ``ValueError`` when *iraqiyyun* is not a number of seats that parliament has.
    """
    import altair as alt
    import pandas as pd

    table = load("parliament")
    table = table[(table["election"] == 2018) & (table["count"] == "recount")]
    total = int(table["seats"].sum())
    if not 0 < iraqiyyun <= total:
        raise ValueError(f"Iraqiyyun cannot have {iraqiyyun} seats: choose 1 to {total}.")
    bloc = f"Iraqiyyun (set to {iraqiyyun})" if majority else "Iraqiyyun (as claimed)"
    named = table["kind"] == "list"
    lists = pd.DataFrame({"list": table["list"][named], "seats": table["seats"][named].astype(int)})
    lists = pd.concat([lists, pd.DataFrame([{"list": bloc, "seats": int(iraqiyyun)}])])
    lists = lists.sort_values(["seats", "list"], ascending=[False, True]).reset_index(drop=True)
    lists["rank"] = lists["seats"].rank(method="min", ascending=False).astype(int)
    top = lists.head(10)
    others = total - int(top.loc[top["list"] != bloc, "seats"].sum())
    rest = pd.DataFrame([{"list": "All others", "seats": others, "rank": pd.NA}])
    shown = pd.concat([top, rest], ignore_index=True)
    seats = pd.DataFrame(
        [
            {"list": row.list, "seat": n, "who": "Iraqiyyun" if row.list == bloc else "list"}
            for row in rows_of(shown)
            for n in range(1, row.seats + 1)
        ]
    )
    rows = alt.Y("list:N", title=None, sort=list(shown["list"]), axis=alt.Axis(labelLimit=0))
    across = alt.X(
        "seat:Q", title=f"Seats; all lists together have {total}", axis=alt.Axis(tickMinStep=10)
    )
    dots = (
        alt.Chart(seats)
        .mark_point(filled=True, size=26, opacity=1)
        .encode(
            x=across,
            y=rows,
            color=alt.Color(
                "who:N",
                legend=None,
                scale=alt.Scale(domain=["list", "Iraqiyyun"], range=list(SERIES[:2])),
            ),
            shape=alt.Shape(
                "who:N",
                legend=None,
                scale=alt.Scale(domain=["list", "Iraqiyyun"], range=["circle", "diamond"]),
            ),
        )
        .properties(width=440, height=270)
    )
    numbers = (
        alt.Chart(shown)
        .mark_text(align="left", dx=8, fontSize=14, color=INK)
        .encode(x=alt.X("seats:Q"), y=rows, text=alt.Text("seats:Q"))
    )
    figure = dots + numbers
    against = ""
    if majority:
        own = lists[lists["list"] != bloc]
        enough = int((own["seats"].cumsum() < MAJORITY).sum()) + 1
        largest = own.head(enough)
        together = f"The {enough} largest lists"
        upto = largest["seats"].cumsum()
        strip = pd.DataFrame(
            {
                "row": [bloc, *[together] * enough],
                "name": [bloc, *largest["list"]],
                "from": [0, *(upto - largest["seats"])],
                "to": [int(iraqiyyun), *upto],
                "who": ["Iraqiyyun", *["list"] * enough],
            }
        )
        line = alt.Chart(pd.DataFrame({"seats": [MAJORITY]})).encode(x=alt.X("seats:Q"))
        lengths = (
            alt.Chart(strip)
            .mark_bar(stroke=INK, strokeWidth=1, height=22)
            .encode(
                y=alt.Y("row:N", title=None, sort=[bloc, together], axis=alt.Axis(labelLimit=0)),
                x=alt.X(
                    "from:Q",
                    title=f"Seats of {total}; the line is a majority, {MAJORITY}",
                    scale=alt.Scale(domain=[0, total], nice=False),
                    axis=alt.Axis(values=list(range(0, total, 50))),
                ),
                x2=alt.X2("to:Q"),
                color=alt.Color(
                    "who:N",
                    legend=None,
                    scale=alt.Scale(domain=["list", "Iraqiyyun"], range=list(SERIES[:2])),
                ),
                tooltip=tips("name", "from", "to"),
            )
        )
        rule = line.mark_rule(color=INK, strokeWidth=2, strokeDash=[6, 4])
        figure = alt.vconcat(figure, (lengths + rule).properties(width=440, height=80), spacing=12)
        against = (
            f" Below, against a dashed line at {MAJORITY}: Iraqiyyun alone, and "
            f"{together[0].lower() + together[1:]} end to end, {int(upto.iloc[-1])} seats."
        )
    rank = int(lists.loc[lists["list"] == bloc, "rank"].iloc[0])
    ordinal = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
    place = ordinal.get(rank, f"number {rank}")
    leader = next(row for row in rows_of(lists) if row.list != bloc)
    return Picture(
        figure,
        f"The {total} seats of Iraq's parliament after the recount of 2018, one mark each, by list. "
        f"{leader.list} has most, with {leader.seats}. Iraqiyyun, set to {iraqiyyun} members from "
        f"among them, would be {place} in size. A majority needs {MAJORITY}.{against}",
        shown.fillna("")[["rank", "list", "seats"]].rename(
            columns={"rank": "Rank", "list": "List", "seats": "Seats"}
        ),
        caption(
            table,
            note="Iraqiyyun's members also stand in the lists that they were elected on: nobody "
            "has published who they were.",
        ),
        "Seats in Iraq's parliament after the recount of 2018",
    )


# --- handled ----------------------------------------------------------------------------------
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
CLAIMED = 41  # the article's count, P26; the table government_formation has it too


def explore_parliament(wishes: Mapping[str, Any]) -> Steps:
    """Iraqiyyun at one number of members or another: its rank, and how far it is from 165."""
    label = "Members of Iraqiyyun"
    members = yield number_slider("members", label, range(25, 61), CLAIMED, "members")
    table = load("parliament")
    table = table[(table["election"] == 2018) & (table["count"] == "recount")]
    lists = table[table["kind"] == "list"].sort_values(
        ["seats", "list"], ascending=[False, True], kind="stable"
    )
    seats = lists["seats"].astype(int)
    larger = lists[seats > members]
    level = list(lists["list"][seats == members])
    place = _PLACES[len(larger)]
    total = int(table["seats"].sum())
    words = f"With {members} members Iraqiyyun would be {place} in size"
    words += f", level with {listed(level)}. " if level else ". "
    if len(larger):
        above = [f"{row.list} {row.seats}" for row in rows_of(larger)]
        words += f"Larger by the seats of 2018: {listed(above)}. "
    else:
        words += "No list won more in 2018. "
    reached = seats.cumsum()
    enough = int((reached < MAJORITY).sum()) + 1
    words += (
        f"A majority is {MAJORITY} of {total}: Iraqiyyun alone would lack {MAJORITY - members}, and "
        f"it takes the {enough} largest lists of 2018 together ({int(reached.iloc[enough - 1])} "
        f"seats) to pass it. "
    )
    words += {
        CLAIMED: "The article counts 41, and Anadolu too; other reports say forty or nearly 50.",
    }.get(
        members,
        f"The number {members} is yours; the article counts {CLAIMED}, other reports "
        "forty or nearly 50.",
    )
    words += (
        " Its members sat for lists that are shown at full size, because nobody published who they "
        "were: joining takes seats from those."
    )
    return Scene(parliament(iraqiyyun=members, majority=True), words)
