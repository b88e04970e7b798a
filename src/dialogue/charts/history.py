"""What happened when: five strands of events, and the troops with their legal basis."""

from __future__ import annotations

from datetime import UTC, datetime

from ..tables import load
from .look import INK, SERIES, Picture, caption

STRANDS = {
    "streets-and-society": "Streets and society",
    "government-and-law": "Government and law",
    "armed-clashes": "Armed clashes",
    "pandemic-and-economy": "Pandemic and economy",
    "dialogue-and-diplomacy": "Dialogue and diplomacy",
}
_MARKS = ("circle", "square", "triangle-up", "diamond", "cross")


def _last_day(date: str) -> str:
    """A date of stated precision as its last day: what is dated to a month is known at its end."""
    return {4: f"{date}-12-31", 7: f"{date}-31"}.get(len(date), date)


def _moment(date: str) -> int:
    """A day as Vega counts time: a text would be read in the time zone of the reader."""
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000)


def _drawn(date: str) -> str:
    """A date of stated precision as the day to draw it at: the middle of its month or year."""
    return {4: f"{date}-07-01", 7: f"{date}-15"}.get(len(date), date)


def timeline(
    known_on: str = "2026-12-31", start: str = "2019-10-01", end: str = "2020-08-31"
) -> Picture:
    """Events in five strands.  *known_on* is a curtain: what was known later stays hidden."""
    import altair as alt
    import pandas as pd

    table = load("events")
    table = table[table["date"].map(_drawn).between(start, end)]
    hidden = table["known_on"].map(_last_day) > known_on
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
    figure = (
        alt.Chart(dots)
        .mark_point(filled=True, size=130, opacity=0.85)
        .encode(
            x=alt.X(
                "date:T",
                title="Date",
                scale=alt.Scale(type="utc", domain=[_moment(start), _moment(end)]),
                axis=alt.Axis(format="%b %Y", labelAngle=-35),
            ),
            y=alt.Y("strand:N", title=None, sort=order, scale=alt.Scale(domain=order)),
            color=alt.Color(
                "strand:N", legend=None, scale=alt.Scale(domain=order, range=list(SERIES[:5]))
            ),
            shape=alt.Shape(
                "strand:N", legend=None, scale=alt.Scale(domain=order, range=list(_MARKS))
            ),
            tooltip=["when", "event", "strand"],
        )
        .properties(width=520, height=230)
    )
    counts = dots["strand"].value_counts()
    told = ", ".join(f"{strand} {counts.get(strand, 0)}" for strand in order)
    return Picture(
        figure,
        f"{len(dots)} events from {start} to {end} in five strands, one mark each: {told}. "
        f"The curtain stands at {known_on}: {int(hidden.sum())} more were known only later.",
        dots[["when", "strand", "event"]].rename(
            columns={"when": "Date", "strand": "Strand", "event": "Event"}
        ),
        caption(shown, note="What is dated to a month stands in its middle."),
    )


def troops(start: str = "2003-01-01") -> Picture:
    """US soldiers in Iraq as reported, with caps and announcements apart, over the legal basis.

    With *start* ``"2014-01-01"`` the later, smaller numbers fill the picture.
    """
    import altair as alt
    import pandas as pd

    table = load("troop_levels")
    table = table[table["scope"] == "iraq"]
    kinds = {
        "reported-presence": "reported as present",
        "authorised-cap": "cap authorised",
        "announced-ceiling": "cut announced",
        "field-force": "no field force left",
    }
    shown = pd.DataFrame(
        {
            "date": table["date"].map(_drawn),
            "when": table["date"],
            "troops": table["troops"].astype(float),
            "measure": table["measure"].astype(str).map(kinds),
            "by": table["stated_by"].astype(str),
        }
    ).dropna(subset="measure")
    shown = shown[shown["date"] >= start]
    last = "2026-01-31"
    years = alt.Scale(type="utc", domain=[_moment(start), _moment(last)])
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
                "measure:N", title="Number", scale=alt.Scale(domain=names, range=list(SERIES[:4]))
            ),
            shape=alt.Shape(
                "measure:N",
                title="Number",
                scale=alt.Scale(domain=names, range=["circle", "square", "diamond", "cross"]),
            ),
            tooltip=["when", "troops", "measure", "by"],
        )
    )
    legal = load("legal_basis")
    legal = legal[legal["lane"] == "forces"].reset_index(drop=True)
    periods = pd.DataFrame(
        {
            "start": legal["start"],
            "end": legal["end"].fillna(last),
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
            description="basis:N",  # by default a label with dates of the local time zone
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
    bases = "; ".join(f"{row.no} {row.basis}" for row in periods.itertuples())
    peak = reported.loc[reported["troops"].idxmax()]
    low = reported.iloc[-1]
    twin = pd.concat(
        [
            shown[["when", "troops", "measure", "by"]].rename(
                columns={"when": "From", "troops": "Soldiers", "measure": "What", "by": "Said by"}
            ),
            periods[["start", "basis"]].rename(columns={"start": "From", "basis": "What"}),
        ]
    ).sort_values("From", kind="stable")
    twin["Soldiers"] = twin["Soldiers"].map(lambda n: "" if pd.isna(n) else f"{n:,.0f}")
    return Picture(
        alt.vconcat(
            (line + marks).properties(width=520, height=230),
            (ribbon + numbers).properties(width=520, height=30),
            spacing=6,
        ),
        f"A stepped line of US soldiers reported in Iraq, with caps and announced cuts as marks of "
        f"their own: highest in {peak['when']} at {peak['troops']:,.0f}, at the end "
        f"{low['troops']:,.0f} in {low['when']}. Below, a ribbon of the legal basis: {bases}.",
        twin.fillna(""),
        caption(
            table,
            legal,
            note="Counting rules differ: compare marks of one kind only. "
            "The basis of the invasion is disputed.",
        ),
    )
