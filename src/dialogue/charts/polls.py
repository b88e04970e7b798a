"""Polls: how sure a percentage is, and what a trend depends on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dialogue.charts.handling import (
    Control,
    Scene,
    Steps,
    in_short,
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
from dialogue.course.tables import load, row_of

if TYPE_CHECKING:
    import pandas as pd


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
        name = f"{row['subject']}: {row['measure'].replace('-', ' ')}"
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
            tooltip=tips("series", "year", "percent"),
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
            .encode(y=rows, x=alt.X("low:Q", title="Per cent of those asked"), x2=alt.X2("high:Q"))
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


# --- handled ----------------------------------------------------------------------------------
_PEOPLE = (100, 250, 500, 750, 1000, 1338, 1500, 2000, 2500, 3000, 3500, 5000, 10000)
_ABOUT = {"exactly": "", "about": "about ", "at-least": "at least "}
_RIVALS = {
    "iran-partner-article": "the article (reliable partner)",
    "iran-positive-voa": "VOA (positive attitude)",
    "iran-favourable-winep": "the Washington Institute (favourable)",
}


def explore_polls(wishes: Mapping[str, Any]) -> Steps:
    """A poll and a number of people: the margin of error, the question, the rival baselines."""
    import pandas as pd

    table = load("polls").set_index("poll_id")
    menu = tuple(
        (
            f"{row['subject']}, {row['year']}: {row['measure'].replace('-', ' ')}, "
            f"{_ABOUT[row['qualifier']]}{row['percent']:g} per cent of {row['population']}",
            poll,
        )
        for poll, row in table.iterrows()
    )
    poll = yield Control("poll", "Poll", "menu", menu, "PL01")
    n = yield number_slider("n", "Your number of people asked", _PEOPLE, 1000, "people")
    rivals = (("all three, apart", "all"), *((name, key) for key, name in _RIVALS.items()))
    baseline = yield Control("baseline", "Account of Iran's rating", "menu", rivals, "all")

    row = row_of(table, poll)
    percent = float(row["percent"])
    error = margin_of_error(percent, n)
    low, high = max(0, percent - error), min(100, percent + error)
    known = row["n"]
    if pd.isna(known):
        asked = "The report does not say how many people were asked, so this number is yours"
    elif int(known) == n:
        asked = f"The report gives this number, {n:,}"
    else:
        asked = f"The report gives {int(known):,}; the {n:,} are yours"
    mode = {"not-stated": "the mode is not stated"}.get(row["mode"], f"by {row['mode']}")
    same = [
        f"{table.loc[other, 'percent']:g} per cent in {table.loc[other, 'year']}"
        for other in table.index[table["series"] == row["series"]]
        if other != poll
    ]
    words = (
        f"{_ABOUT[row['qualifier']].capitalize()}{percent:g} per cent of {row['population']} "
        f"({in_short(row['source_id'])}). The question, in our words: {row['question']} We have "
        f"not seen the full wording; {mode}. With {n:,} people drawn at random the margin of error "
        f"is {error:.1f} points either way: {low:.1f} to {high:.1f}. {asked}. "
        + (
            f"Compare it with {listed(same)}, because the question is the same."
            if same
            else "No other figure of the table has the same question."
        )
    )
    wanted = list(_RIVALS) if baseline == "all" else [baseline]
    falls = []
    for series in wanted:
        own = table[table["series"] == series].sort_values("year")
        start, end = float(own["percent"].iloc[0]), float(own["percent"].iloc[-1])
        falls.append(
            f"{_RIVALS[series]} has {start:g} to {end:g}: {start - end:g} points or "
            f"{(start - end) / start:.0%} of the start".replace("%", " per cent")
        )
    words += f" Iran's rating from 2017 to 2020: {'; '.join(falls)}."
    if baseline == "all":
        words += " These are three questions, so do not mix them."
    else:
        words += " Two other accounts begin elsewhere."
    words += " The margin covers chance alone, and not wording or mode."
    return Scene(
        polls(n=n, poll=poll, baseline=None if baseline == "all" else baseline),
        words,
        (
            (
                "Every figure with its question and the margin of error for your number",
                _asked(table, n),
            ),
        ),
    )


def _asked(table: pd.DataFrame, n: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "About": table["subject"],
            "Year": table["year"],
            "Per cent": [
                f"{_ABOUT[q]}{p:g}"
                for q, p in zip(table["qualifier"], table["percent"], strict=True)
            ],
            f"Margin if n = {n:,}, points": [
                f"{margin_of_error(float(p), n):.1f}" for p in table["percent"]
            ],
            "n as reported": ["not stated" if pd.isna(k) else f"{int(k):,}" for k in table["n"]],
            "Mode": table["mode"].str.replace("-", " "),
            "Of whom": table["population"],
            "Question, in our words": table["question"],
        }
    )
