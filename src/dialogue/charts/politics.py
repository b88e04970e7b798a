"""Polls and parliament: what a rank or a trend depends on."""

from __future__ import annotations

from ..tables import load
from .look import INK, SERIES, Picture, caption

MAJORITY = 165


def polls() -> Picture:
    """Iran's rating in 2017 and in June 2020, with the three rival baselines kept apart."""
    import altair as alt
    import pandas as pd

    table = load("polls")
    wanted = {
        "iran-partner-article": "The article: reliable partner",
        "iran-positive-voa": "VOA: positive attitude",
        "iran-favourable-winep": "Washington Institute: favourable",
    }
    table = table[table["series"].isin(wanted)]
    shown = pd.DataFrame(
        {
            "series": table["series"].map(wanted),
            "year": table["year"].astype(str),
            "percent": table["percent"].astype(float),
        }
    )
    order = list(wanted.values())
    rows = alt.Y("series:N", title=None, sort=order, axis=alt.Axis(labelLimit=0))
    across = alt.X("percent:Q", title="Per cent of those asked", scale=alt.Scale(domain=[0, 100]))
    bars = (
        alt.Chart(shown)
        .mark_rule(strokeWidth=3, opacity=0.6, color=SERIES[2])
        .encode(y=rows, x=alt.X("min(percent):Q"), x2=alt.X2("max(percent):Q"))
    )
    years = sorted(set(shown["year"]))
    ends = (
        alt.Chart(shown)
        .mark_point(filled=True, size=170, opacity=1)
        .encode(
            y=rows,
            x=across,
            color=alt.Color(
                "year:N", title="Year", scale=alt.Scale(domain=years, range=list(SERIES[:2]))
            ),
            shape=alt.Shape(
                "year:N", title="Year", scale=alt.Scale(domain=years, range=["circle", "square"])
            ),
            tooltip=["series", "year", "percent"],
        )
    )
    pairs = shown.pivot(index="series", columns="year", values="percent").loc[order]
    told = "; ".join(
        f"{name}, {row.iloc[0]:g} to {row.iloc[1]:g} per cent" for name, row in pairs.iterrows()
    )
    return Picture(
        (bars + ends).properties(width=420, height=150),
        f"Three accounts of how Iraqis rated Iran in {years[0]} and in June {years[1]}, one line "
        f"each: {told}. They end almost together and begin far apart, because they ask "
        "different questions.",
        pairs.reset_index().rename(columns={"series": "Account"}),
        caption(table, note="Different questions: do not join the lines into one trend."),
        "How Iraqis rated Iran, by account",
    )


def parliament(iraqiyyun: int = 41) -> Picture:
    """All seats of the parliament of 2018, and Iraqiyyun at a number of seats of your choice.

    Raises ``ValueError`` when *iraqiyyun* is not a number of seats that parliament has.
    """
    import altair as alt
    import pandas as pd

    table = load("parliament")
    table = table[(table["election"] == 2018) & (table["count"] == "recount")]
    total = int(table["seats"].sum())
    if not 0 < iraqiyyun <= total:
        raise ValueError(f"Iraqiyyun cannot have {iraqiyyun} seats: choose 1 to {total}.")
    bloc = "Iraqiyyun (as claimed)"
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
            for row in shown.itertuples()
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
        .encode(x=alt.X("seats:Q"), y=rows, text="seats:Q")
    )
    rank = int(lists.loc[lists["list"] == bloc, "rank"].iloc[0])
    ordinal = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}
    place = ordinal.get(rank, f"number {rank}")
    leader = next(row for row in lists.itertuples() if row.list != bloc)
    return Picture(
        dots + numbers,
        f"The {total} seats of Iraq's parliament after the recount of 2018, one mark each, by list. "
        f"{leader.list} has most, with {leader.seats}. Iraqiyyun, set to {iraqiyyun} members from "
        f"among them, would be {place} in size. A majority needs {MAJORITY}.",
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


OUTCOMES = ("yes", "mixed", "no", "unresolved", "not-scorable")


def forecasts() -> Picture:
    """The article's forecasts by what became of them."""
    import altair as alt
    import pandas as pd

    table = load("forecasts")
    shown = pd.DataFrame(
        {
            "id": table["forecast_id"],
            "paragraph": table["paragraph"],
            "outcome": table["outcome"].astype(str),
            "statement": table["statement"],
        }
    )
    shown["place"] = shown.groupby("outcome").cumcount() + 1
    marks = ["circle", "diamond", "square", "triangle-up", "cross"]
    figure = (
        alt.Chart(shown)
        .mark_point(filled=True, size=190, opacity=1)
        .encode(
            x=alt.X("place:Q", title="Number of forecasts", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("outcome:N", title=None, sort=list(OUTCOMES)),
            color=alt.Color(
                "outcome:N",
                legend=None,
                scale=alt.Scale(domain=list(OUTCOMES), range=list(SERIES[:5])),
            ),
            shape=alt.Shape(
                "outcome:N", legend=None, scale=alt.Scale(domain=list(OUTCOMES), range=marks)
            ),
            tooltip=["id", "paragraph", "statement", "outcome"],
        )
        .properties(width=460, height=220)
    )
    counts = shown["outcome"].value_counts()
    told = ", ".join(f"{o.replace('-', ' ')} {counts.get(o, 0)}" for o in OUTCOMES)
    return Picture(
        figure,
        f"{len(shown)} forecasts of the article in five rows by what became of them, as of "
        f"{table['as_of'].max()}: {told}. One mark is one forecast; marks differ in shape as well "
        "as in colour.",
        shown[["id", "paragraph", "outcome", "statement"]].rename(
            columns={
                "id": "No.",
                "paragraph": "From",
                "outcome": "Outcome",
                "statement": "Forecast, in our words",
            }
        ),
        caption(table, note="Resolved by rules written down for each."),
        "The article's forecasts and what became of them",
    )
