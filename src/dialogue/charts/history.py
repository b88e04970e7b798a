"""What happened when: five strands of events, and the troops with their legal basis."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dialogue.charts.look import (
    INK,
    QUIET,
    SERIES,
    Picture,
    caption,
    last_day,
)
from dialogue.course import sources
from dialogue.course.tables import load

STRANDS = {
    "streets-and-society": "Streets and society",
    "government-and-law": "Government and law",
    "armed-clashes": "Armed clashes",
    "pandemic-and-economy": "Pandemic and economy",
    "dialogue-and-diplomacy": "Dialogue and diplomacy",
}
_MARKS = ("circle", "square", "triangle-up", "diamond", "cross")


def _moment(date: str) -> int:
    """A day as Vega counts time: a text would be read in the time zone of the reader."""
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000)


def _drawn(date: str) -> str:
    """A date of stated precision as the day to draw it at: the middle of its month or year."""
    return {4: f"{date}-07-01", 7: f"{date}-15"}.get(len(date), date)


def timeline(
    known_on: str = "2026-12-31",
    start: str = "2019-10-01",
    end: str = "2020-08-31",
    on: str | None = None,
    strand: str | None = None,
) -> Picture:
    """Events in five strands.  *known_on* is a curtain: what was known later stays hidden.

    *on* draws a line at one day; *strand* (``"armed-clashes"``) keeps one lane.
    """
    import altair as alt
    import pandas as pd

    table = load("events")
    table = table[table["date"].map(_drawn).between(start, end)]
    if strand:
        table = table[table["strand"].astype(str) == strand]
    hidden = table["known_on"].map(last_day) > known_on
    shown = table[~hidden]
    dots = pd.DataFrame(
        {
            "date": shown["date"].map(_drawn),
            "when": shown["date"],
            "strand": shown["strand"].astype(str).map(STRANDS),
            "event": shown["title"],
        }
    )
    order = list(STRANDS.values())
    lanes = alt.Y("strand:N", title=None, sort=order, scale=alt.Scale(domain=order))
    years = alt.Scale(type="utc", domain=[_moment(start), _moment(end)])
    figure = (
        alt.Chart(dots)
        .mark_point(filled=True, size=130, opacity=0.85)
        .encode(
            x=alt.X(
                "date:T",
                title="Date",
                scale=years,
                axis=alt.Axis(format="%b %Y", labelAngle=-35),
            ),
            y=lanes,
            color=alt.Color(
                "strand:N", legend=None, scale=alt.Scale(domain=order, range=list(SERIES[:5]))
            ),
            shape=alt.Shape(
                "strand:N", legend=None, scale=alt.Scale(domain=order, range=list(_MARKS))
            ),
            tooltip=["when", "event", "strand"],
        )
    )
    if on:
        figure = alt.layer(*_curtain(on, known_on, end, years), figure)
    counts = dots["strand"].value_counts()
    told = ", ".join(f"{name} {counts.get(name, 0)}" for name in order)
    lane = f" in the strand {STRANDS[strand]}" if strand else " in five strands"
    told = f"{len(dots)} events from {start} to {end}{lane}, one mark each: {told}."
    if on:
        told += f" An upright line stands at {on}."
    if known_on < end or not on:
        told += (
            f" The curtain stands at {known_on}: {int(hidden.sum())} more were known only later."
        )
    return Picture(
        figure.properties(width=520, height=230),
        told,
        dots[["when", "strand", "event"]].rename(
            columns={"when": "Date", "strand": "Strand", "event": "Event"}
        ),
        caption(shown, note="What is dated to a month stands in its middle."),
        "Events by date and strand",
    )


def _curtain(on: str, known_on: str, end: str, years: Any) -> list[Any]:
    """The line at one day, and from there a grey field when the future is hidden."""
    import altair as alt
    import pandas as pd

    day = pd.DataFrame([{"day": _moment(on), "end": _moment(end), "words": "not yet known"}])
    line = (
        alt.Chart(day)
        .mark_rule(color=INK, strokeWidth=2, strokeDash=[2, 3])
        .encode(x=alt.X("day:T", scale=years))
    )
    if known_on >= end:
        return [line]
    field = (
        alt.Chart(day)
        .mark_rect(color=QUIET, opacity=0.25)
        .encode(x=alt.X("day:T", scale=years), x2="end:T")
    )
    return [field, line]


# The kinds of number that the picture keeps apart, in the words of its legend.
MEASURES = {
    "reported-presence": "reported as present",
    "authorised-cap": "cap authorised",
    "announced-ceiling": "cut announced",
    "field-force": "no field force left",
    "planned": "planned",
}
QUALIFIERS = {
    "exact": "",
    "about": "about ",
    "at-least": "at least ",
    "more-than": "more than ",
    "fewer-than": "fewer than ",
}
_TROOP_MARKS = ("circle", "square", "diamond", "cross", "triangle-up")
_TROOP_COLOURS = (*SERIES[:4], SERIES[5])


def picture_ends() -> str:
    """The day at which the pictures of the later years end."""
    return last_day(sources.as_of_month())


def troops(start: str = "2003-01-01", on: str | None = None) -> Picture:
    """US soldiers in Iraq as reported, with caps and plans apart, over the legal basis.

    With *start* ``"2014-01-01"`` the later, smaller numbers fill the picture; *on* draws a
    line at one day.
    """
    import altair as alt
    import pandas as pd

    end = picture_ends()
    table = load("troop_levels")
    table = table[(table["scope"] == "iraq") & (table["date"].map(_drawn) <= end)]
    kinds = MEASURES
    shown = pd.DataFrame(
        {
            "date": table["date"].map(_drawn),
            "when": table["date"],
            "troops": table["troops"].astype(float),
            "measure": table["measure"].astype(str).map(kinds),
            "by": table["stated_by"].astype(str).str.replace("-", " "),
            "told": [f"{QUALIFIERS[row.qualifier]}{row.troops:,}" for row in table.itertuples()],
        }
    ).dropna(subset="measure")
    shown = shown[shown["date"] >= start]
    years = alt.Scale(type="utc", domain=[_moment(start), _moment(end)])
    across = alt.X("date:T", title=None, scale=years)
    names = list(kinds.values())
    # Without the end of the field force in 2011 the step would say that 4,000 stayed for years.
    joined = shown["measure"].isin([names[0], names[3]])
    reported = shown[joined].sort_values("date").drop_duplicates("date")
    line = (
        alt.Chart(reported)
        .mark_line(interpolate="step-after", color=SERIES[0], opacity=0.6)
        .encode(x=across, y="troops:Q")
    )
    marks = (
        alt.Chart(shown)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x=across,
            y=alt.Y("troops:Q", title="US soldiers in Iraq"),
            color=alt.Color(
                "measure:N",
                title="Number",
                scale=alt.Scale(domain=names, range=_TROOP_COLOURS),
                legend=alt.Legend(columns=3),
            ),
            shape=alt.Shape(
                "measure:N",
                title="Number",
                scale=alt.Scale(domain=names, range=_TROOP_MARKS),
            ),
            tooltip=["when", "told", "measure", "by"],
        )
    )
    legal = load("legal_basis")
    legal = legal[legal["lane"] == "forces"].reset_index(drop=True)
    periods = pd.DataFrame(
        {
            "start": legal["start"],
            "end": legal["end"].fillna(end),
            "basis": legal["name"],
            "no": [str(n) for n in range(1, len(legal) + 1)],
            "shade": [n % 2 for n in range(len(legal))],
        }
    )
    periods = periods[periods["end"] > start].reset_index(drop=True)
    periods["start"] = periods["start"].where(periods["start"] > start, start)
    periods["first"] = periods["start"].map(_moment)
    periods["after"] = periods["end"].map(_moment)
    periods["middle"] = (periods["first"] + periods["after"]) // 2
    ribbon = (
        alt.Chart(periods)
        .mark_bar(height=24, stroke=SERIES[4])
        .encode(
            x=alt.X("first:T", title="Legal basis, by number", scale=years),
            x2="after:T",
            fillOpacity=alt.FillOpacity(
                "shade:O", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.1, 0.3])
            ),
            color=alt.value(SERIES[4]),
            tooltip=["no", "basis", "start", "end"],
        )
    )
    numbers = (
        alt.Chart(periods)
        .mark_text(fontSize=14, fontWeight="bold", color=INK)
        .encode(x=alt.X("middle:T", scale=years), text="no:N")
    )
    above, below = [line, marks], [ribbon, numbers]
    if on:
        day = pd.DataFrame([{"day": _moment(on)}])
        rule = (
            alt.Chart(day)
            .mark_rule(color=INK, strokeWidth=2, strokeDash=[2, 3])
            .encode(x=alt.X("day:T", scale=years))
        )
        above, below = [rule, *above], [*below, rule]
    bases = "; ".join(f"{row.no} {row.basis}" for row in periods.itertuples())
    peak = reported.loc[reported["troops"].idxmax()]
    low = reported.iloc[-1]
    twin = pd.concat(
        [
            shown[["when", "told", "measure", "by"]].rename(
                columns={"when": "From", "told": "Soldiers", "measure": "What", "by": "Said by"}
            ),
            periods[["start", "basis"]].rename(columns={"start": "From", "basis": "What"}),
        ]
    ).sort_values("From", kind="stable")
    return Picture(
        alt.vconcat(
            alt.layer(*above).properties(width=520, height=230),
            alt.layer(*below).properties(width=520, height=30),
            spacing=6,
        ),
        f"A stepped line of US soldiers reported in Iraq, with caps, announced cuts and plans as "
        f"marks of their own: highest in {peak['when']} at {peak['told']}, at the end "
        f"{low['told']} in {low['when']}. Below, a ribbon of the legal basis: {bases}."
        + (f" An upright line stands at {on}." if on else ""),
        twin.fillna(""),
        caption(
            table,
            legal,
            note="Counting rules differ: compare marks of one kind only. "
            "The basis of the invasion is disputed.",
        ),
        "US soldiers in Iraq, and the legal basis, by date",
    )
