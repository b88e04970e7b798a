"""Polls and parliament: what a rank or a trend depends on."""

from __future__ import annotations

from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    caption,
)
from dialogue.course.tables import load

MAJORITY = 165


# Two-sided 95 per cent of the normal distribution.
Z95 = 1.96


def margin_of_error(percent: float, n: int) -> float:
    """Half the width of the 95 per cent interval of a percentage, in percentage points.

    1.96 times the square root of p(1 - p)/n, with p = *percent*/100 and *n* people: the normal
    approximation for a simple random sample from a large population (W. G. Cochran, Sampling
    Techniques, third edition, 1977, chapter 3).  It knows nothing of weights, clusters, refusals
    or wording, all of which make the true uncertainty larger.  Raises ``ValueError`` when *n* is
    below 1 or *percent* outside 0 to 100.
    """
    if n < 1 or not 0 <= percent <= 100:
        raise ValueError(f"No margin of error for {percent} per cent of {n} people.")
    share = percent / 100
    return 100 * Z95 * (share * (1 - share) / n) ** 0.5


def polls(n: int | None = None, poll: str | None = None, baseline: str | None = None) -> Picture:
    """Iran's rating in 2017 and in June 2020, with the three rival baselines kept apart.

    With *n* every percentage has a bar for its margin of error, as if that many people had been
    drawn at random; *poll* (``PL01``) adds that figure in a line of its own; *baseline* (a series
    of the table) leaves out the other two accounts.  Raises ``KeyError`` when there is no such
    poll or series.
    """
    import altair as alt
    import pandas as pd

    table = load("polls")
    wanted = {
        "iran-partner-article": "The article: reliable partner",
        "iran-positive-voa": "VOA: positive attitude",
        "iran-favourable-winep": "Washington Institute: favourable",
    }
    if poll is not None and poll not in set(table["poll_id"]):
        raise KeyError(f"There is no poll {poll!r}. Try: {', '.join(table['poll_id'][:3])}.")
    if baseline is not None:
        wanted = {baseline: wanted[baseline]}
    single = table[table["poll_id"] == poll]
    table = table[table["series"].isin(wanted)]
    shown = pd.DataFrame(
        {
            "series": table["series"].map(wanted),
            "year": table["year"].astype(str),
            "percent": table["percent"].astype(float),
        }
    )
    order = list(wanted.values())
    apart = shown
    if poll is not None:
        row = single.iloc[0]
        name = f"{poll}: {row['measure'].replace('-', ' ')}, {row['subject']}"
        one = {"series": name, "year": str(row["year"]), "percent": float(row["percent"])}
        apart = pd.concat([pd.DataFrame([one]), shown], ignore_index=True)
        order = [name, *order]
    rows = alt.Y("series:N", title=None, sort=order, axis=alt.Axis(labelLimit=0))
    across = alt.X("percent:Q", title="Per cent of those asked", scale=alt.Scale(domain=[0, 100]))
    bars = (
        alt.Chart(shown)
        .mark_rule(strokeWidth=3, opacity=0.6, color=SERIES[2])
        .encode(y=rows, x=alt.X("min(percent):Q"), x2=alt.X2("max(percent):Q"))
    )
    # The years of the three accounts first, so that they look the same beside any poll.
    years = sorted(set(shown["year"]))
    years += [year for year in dict.fromkeys(apart["year"]) if year not in years]
    marks = ["circle", "square", "diamond"]
    ends = (
        alt.Chart(apart)
        .mark_point(filled=True, size=170, opacity=1)
        .encode(
            y=rows,
            x=across,
            color=alt.Color(
                "year:N",
                title="Year",
                scale=alt.Scale(domain=years, range=list(SERIES[: len(years)])),
            ),
            shape=alt.Shape(
                "year:N", title="Year", scale=alt.Scale(domain=years, range=marks[: len(years)])
            ),
            tooltip=["series", "year", "percent"],
        )
    )
    figure = bars + ends
    extra = ""
    if n is not None:
        error = apart["percent"].map(lambda percent: margin_of_error(percent, n))
        around = apart.assign(low=apart["percent"] - error, high=apart["percent"] + error)
        figure += (
            alt.Chart(around)
            .mark_errorbar(ticks={"size": 14, "color": INK}, color=INK)
            .encode(y=rows, x=alt.X("low:Q", title="Per cent of those asked"), x2="high:Q")
        )
        extra = (
            f" A thin bar on each mark shows the margin of error that {n:,} people drawn at random "
            "would give."
        )
    if poll is not None:
        extra += f" In a line of its own: {name}, {one['percent']:g} per cent."
    pairs = shown.pivot(index="series", columns="year", values="percent")
    pairs = pairs.loc[[name for name in order if name in pairs.index]]
    first, last = pairs.columns[0], pairs.columns[-1]
    told = "; ".join(
        f"{name}, {row.iloc[0]:g} to {row.iloc[1]:g} per cent" for name, row in pairs.iterrows()
    )
    return Picture(
        figure.properties(
            width=420, height=150 if poll is None and baseline is None else 40 * len(order)
        ),
        (
            f"Three accounts of how Iraqis rated Iran in {first} and in June {last}, one line "
            f"each: {told}. They end almost together and begin far apart, because they ask "
            f"different questions.{extra}"
            if baseline is None
            else f"One account of how Iraqis rated Iran in {first} and in June {last}: "
            f"{told}.{extra}"
        ),
        pairs.reset_index().rename(columns={"series": "Account"}),
        caption(table, note="Different questions: do not join the lines into one trend."),
        "How Iraqis rated Iran, by account",
    )


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
        line = alt.Chart(pd.DataFrame({"seats": [MAJORITY]})).encode(x="seats:Q")
        lengths = (
            alt.Chart(strip)
            .mark_bar(stroke=INK, strokeWidth=1, height=22)
            .encode(
                y=alt.Y("row:N", title=None, sort=[bloc, together], axis=alt.Axis(labelLimit=0)),
                x=alt.X(
                    "from:Q",
                    title=f"Seats of {total}; the line is a majority, {MAJORITY}",
                    scale=alt.Scale(domain=[0, total], nice=False),
                ),
                x2="to:Q",
                color=alt.Color(
                    "who:N",
                    legend=None,
                    scale=alt.Scale(domain=["list", "Iraqiyyun"], range=list(SERIES[:2])),
                ),
                tooltip=["name", "from", "to"],
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
    leader = next(row for row in lists.itertuples() if row.list != bloc)
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
