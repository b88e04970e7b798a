"""What happened when: five strands of events, and the troops with their legal basis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dialogue.charts.handling import (
    Control,
    Scene,
    Steps,
    day_slider,
    how_many,
    in_short,
    listed,
    meeting_day,
    tick,
)
from dialogue.charts.look import (
    INK,
    QUIET,
    SERIES,
    Picture,
    caption,
    in_words,
    last_day,
    tips,
)
from dialogue.course import sources
from dialogue.course.tables import load, row_of, rows_of

if TYPE_CHECKING:
    pass


STRANDS = {
    "streets-and-society": "Streets and society",
    "government-and-law": "Government and law",
    "armed-clashes": "Armed clashes",
    "pandemic-and-economy": "Pandemic and economy",
    "dialogue-and-diplomacy": "Dialogue and diplomacy",
}
_MARKS = ("circle", "square", "triangle-up", "diamond", "cross")


def moment(date: str) -> int:
    """A day as Vega counts time: a text would be read in the time zone of the reader."""
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000)


def drawn_at(date: str) -> str:
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
    table = table[table["date"].map(drawn_at).between(start, end)]
    if strand:
        table = table[table["strand"] == strand]
    hidden = table["known_on"].map(last_day) > known_on
    shown = table[~hidden]
    dots = pd.DataFrame(
        {
            "date": shown["date"].map(drawn_at),
            "when": shown["date"],
            "strand": shown["strand"].map(STRANDS),
            "event": shown["title"],
        }
    )
    order = list(STRANDS.values())
    lanes = alt.Y("strand:N", title=None, sort=order, scale=alt.Scale(domain=order))
    years = alt.Scale(type="utc", domain=[moment(start), moment(end)])
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
            tooltip=tips("when", "event", "strand"),
        )
    )
    if on:
        figure = alt.layer(*_curtain(on, known_on, end, years), figure)
    counts = dots["strand"].value_counts()
    told = ", ".join(f"{name} {counts.get(name, 0)}" for name in order)
    lane = f" in the strand {STRANDS[strand]}" if strand else " in five strands"
    told = f"{how_many(len(dots), 'event')} from {start} to {end}{lane}, one mark each: {told}."
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

    day = pd.DataFrame([{"day": moment(on), "end": moment(end), "words": "not yet known"}])
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
        .encode(x=alt.X("day:T", scale=years), x2=alt.X2("end:T"))
    )
    return [field, line]


def explore_timeline(wishes: Mapping[str, Any]) -> Steps:
    """A day in a year of crises: what was known, and what the curtain hides."""

    start, end = "2019-10-01", "2020-08-31"
    every = load("events")
    every = every[every["date"].map(drawn_at).between(start, end)]
    every = every.assign(
        lane=every["strand"],
        known=every["known_on"].map(last_day),
        happened=every["date"].map(last_day),
    )
    lanes = (("all strands", "all"), *((name, key) for key, name in STRANDS.items()))
    lane = yield Control("strand", "Strand", "menu", lanes, "all")
    curtain = yield tick("curtain", "Hide what was not yet known", True)
    days = {start, end, *(day for day in every["known"] if start <= day <= end)}
    meeting = meeting_day()
    day = yield day_slider("date", "Date", days, wishes.get("date"), meeting)

    table = every if lane == "all" else every[every["lane"] == lane]
    known = table[table["known"] <= day].sort_values(["known", "happened"], kind="stable")
    later = table[table["known"] > day].sort_values(["known", "happened"], kind="stable")
    over = int((later["happened"] <= day).sum())

    def one(row: Any) -> str:
        return f"“{row['title']}” ({in_words(row['date'])})"

    where = "the picture" if lane == "all" else f"the strand {STRANDS[lane]}"
    words = f"On {in_words(day)} {len(known)} of the {how_many(len(table), 'event')} of {where} "
    words += "was known" if len(known) == 1 else "were known"
    words += f", the latest {one(known.iloc[-1])}. " if len(known) else ". "
    if not len(later):
        words += "Nothing is left to become known."
    elif curtain:
        words += f"The curtain hides {len(later)} that became known later"
        words += f", {over} of which had already happened." if over else "."
    else:
        words += f"With the curtain open the other {len(later)} are in view too; the next to "
        words += f"become known is {one(later.iloc[0])}."
    return Scene(
        timeline(
            known_on=day if curtain else "9999-12-31",
            start=start,
            end=end,
            on=day,
            strand=None if lane == "all" else lane,
        ),
        words,
    )


# --- soldiers, and the legal basis of their stay ----------------------------------------------
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
    table = table[(table["scope"] == "iraq") & (table["date"].map(drawn_at) <= end)]
    kinds = MEASURES
    shown = pd.DataFrame(
        {
            "date": table["date"].map(drawn_at),
            "when": table["date"],
            "troops": table["troops"].astype(float),
            "measure": table["measure"].map(kinds),
            "by": table["stated_by"].str.replace("-", " "),
            "told": [f"{QUALIFIERS[row.qualifier]}{row.troops:,}" for row in rows_of(table)],
        }
    ).dropna(subset="measure")
    shown = shown[shown["date"] >= start]
    years = alt.Scale(type="utc", domain=[moment(start), moment(end)])
    across = alt.X("date:T", title=None, scale=years)
    names = list(kinds.values())
    # Without the end of the field force in 2011 the step would say that 4,000 stayed for years.
    joined = shown["measure"].isin([names[0], names[3]])
    reported = shown[joined].sort_values("date").drop_duplicates("date")
    line = (
        alt.Chart(reported)
        .mark_line(interpolate="step-after", color=SERIES[0], opacity=0.6)
        .encode(x=across, y=alt.Y("troops:Q"))
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
            tooltip=tips("when", "told", "measure", "by"),
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
    periods["first"] = periods["start"].map(moment)
    periods["after"] = periods["end"].map(moment)
    periods["middle"] = (periods["first"] + periods["after"]) // 2
    ribbon = (
        alt.Chart(periods)
        .mark_bar(height=24, stroke=SERIES[4])
        .encode(
            x=alt.X("first:T", title="Legal basis, by number", scale=years),
            x2=alt.X2("after:T"),
            fillOpacity=alt.FillOpacity(
                "shade:O", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.1, 0.3])
            ),
            color=alt.value(SERIES[4]),
            tooltip=tips("no", "basis", "start", "end"),
        )
    )
    numbers = (
        alt.Chart(periods)
        .mark_text(fontSize=14, fontWeight="bold", color=INK)
        .encode(x=alt.X("middle:T", scale=years), text=alt.Text("no:N"))
    )
    above, below = [line, marks], [ribbon, numbers]
    if on:
        day = pd.DataFrame([{"day": moment(on)}])
        rule = (
            alt.Chart(day)
            .mark_rule(color=INK, strokeWidth=2, strokeDash=[2, 3])
            .encode(x=alt.X("day:T", scale=years))
        )
        above, below = [rule, *above], [*below, rule]
    bases = "; ".join(f"{row.no} {row.basis}" for row in rows_of(periods))
    peak = row_of(reported, reported["troops"].idxmax())
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


_STATED_BY = {
    "us-government": "the US government",
    "press": "the press",
    "research": "research",
}


def explore_troops(wishes: Mapping[str, Any]) -> Steps:
    """A day: which number was the latest, of which kind, and the legal basis in force."""

    levels = load("troop_levels")
    levels = levels[(levels["scope"] == "iraq") & levels["measure"].isin(list(MEASURES))]
    levels = levels.assign(day=levels["date"].map(last_day), kind=levels["measure"])
    legal = load("legal_basis")
    legal = legal[legal["lane"] == "forces"].reset_index(drop=True)
    end = picture_ends()
    first, latest_start = int(legal["start"].min()[:4]), int(end[:4]) - 5
    years = tuple((str(year), year) for year in range(first, latest_start + 1))
    year = yield Control("start", "Start in", "menu", years, first)
    start = f"{year}-01-01"
    days = {d for d in [*levels["day"], *legal["start"]] if start <= d <= end}
    today = meeting_day()
    if today >= start:
        days.add(today)
    day = yield day_slider("date", "Date", days, wishes.get("date"), today)

    def told(row: Any) -> str:
        when = in_words(row.date)
        return (
            f"{QUALIFIERS[row.qualifier]}{row.troops:,} ({when}; said by "
            f"{_STATED_BY[row.stated_by]}; {in_short(row.source_id)})"
        )

    past = levels[levels["day"] <= day]
    present = past[past["kind"] == "reported-presence"]
    latest = present[present["day"] == present["day"].max()]
    if len(latest):
        numbers = listed([told(row) for row in rows_of(latest)], "or")
        said = f"the latest number of US soldiers reported as present in Iraq was {numbers}."
    else:
        said = "no number of US soldiers in Iraq was yet reported."
    others = past[(past["kind"] != "reported-presence")]
    if len(latest):
        others = others[others["day"] >= latest["day"].max()]
    apart = [f"{MEASURES[row.kind]}: {told(row)}" for row in rows_of(others)]
    if apart:
        said += f" Of another kind, so kept apart: {'; '.join(apart)}."
    force = legal[(legal["start"] <= day) & ~(legal["end"].fillna("9999") < day)]
    if len(force):
        basis = force.iloc[0]
        number = int(force.index[0]) + 1
        said += (
            f" Legal basis in force that day: no. {number}, {basis['name']} "
            f"({basis['document']}; {in_short(basis['source_id'])})."
        )
    else:
        said += f" The ribbon of legal bases begins on {in_words(legal['start'].min())}."
    return Scene(troops(start=start, on=day), f"On {in_words(day)} {said}")
