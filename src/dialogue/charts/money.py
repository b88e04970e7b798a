"""The money behind the talks: oil income, and the waivers that kept the lights on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from dialogue.charts.handling import (
    Control,
    Scene,
    Steps,
    day_slider,
    how_many,
    in_short,
    meeting_day,
    number_slider,
)
from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    caption,
    in_words,
    last_day,
    tips,
)
from dialogue.course.tables import load, row_of, rows_of

if TYPE_CHECKING:
    import pandas as pd


def oil(
    volume: float | None = None, price_paid: float | None = None, month: str | None = None
) -> Picture:
    """Iraq's monthly oil income of 2020 above the world price of the same months.

    With *volume* (million barrels in a month) and *price_paid* (US dollars a barrel) a line
    marks the income that these two would make, beside the outlined bar of *month* (YYYY-MM).
    """
    import altair as alt
    import pandas as pd

    iraq = load("oil_revenue")
    iraq = iraq[iraq["measure"] == "month"]
    price = load("oil_price")
    price = price[price["date"].between(iraq["date"].min(), iraq["date"].max())]
    income = pd.DataFrame(
        {
            "month": iraq["date"],
            "income": iraq["revenue_usd_billion"].astype(float),
            "how": iraq["revenue_basis"].map(_BASIS),
        }
    )
    world = pd.DataFrame(
        {"month": price["date"], "price": price["price_usd_per_barrel"].astype(float)}
    )
    months = alt.X(
        "month:O",
        title="Month",
        scale=alt.Scale(domain=list(income["month"])),  # the same month in the same place
        axis=alt.Axis(labelAngle=-45),
    )
    bars = (
        alt.Chart(income)
        .mark_bar(stroke=SERIES[0], strokeWidth=1.5)
        .encode(
            x=months,
            y=alt.Y("income:Q", title=["Oil income,", "billion US dollars"]),
            color=alt.value(SERIES[0]),
            fillOpacity=alt.FillOpacity(
                "how:N",
                title="Figure",
                scale=alt.Scale(domain=[_BASIS["stated"], _BASIS["computed"]], range=[1, 0.15]),
            ),
            tooltip=tips("month", "income", "how"),
        )
        .properties(width=520, height=170)
    )
    line = (
        alt.Chart(world)
        .mark_line(point=alt.OverlayMarkDef(size=60, filled=True, color=SERIES[1]), color=SERIES[1])
        .encode(
            x=months,
            y=alt.Y("price:Q", title=["Brent crude,", "US dollars a barrel"]),
            tooltip=tips("month", "price"),
        )
        .properties(width=520, height=130)
    )
    own = ""
    if volume is not None and price_paid is not None:
        made = volume * price_paid / 1000
        rule = alt.Chart(pd.DataFrame({"made": [made]})).encode(y=alt.Y("made:Q"))
        bars = alt.layer(
            bars,
            alt.Chart(income[income["month"] == month])
            .mark_bar(fillOpacity=0, stroke=INK, strokeWidth=3)
            .encode(x=months, y=alt.Y("income:Q")),
            rule.mark_rule(color=INK, strokeWidth=2, strokeDash=[6, 4]),
            rule.mark_text(
                align="left", dx=6, fontSize=14, color=INK, text=f"yours: {made:.3f}"
            ).encode(x=alt.value(520)),
        ).properties(width=520, height=170)
        own = (
            f" A dashed line marks the income that you set: {volume:g} million barrels at "
            f"{price_paid:g} dollars, {made:.3f} billion dollars."
        )
        if month:
            own += f" The bar of {in_words(month)} has a thick outline."
    low = row_of(income, income["income"].idxmin())
    high = row_of(income, income["income"].idxmax())
    deep = row_of(world, world["price"].idxmin())
    table = income.merge(world, on="month", how="left").rename(
        columns={
            "month": "Month",
            "income": "Income, billion US dollars",
            "how": "Figure",
            "price": "Brent, US dollars a barrel",
        }
    )
    return Picture(
        alt.vconcat(bars, line, spacing=12),
        f"Two panels for {income['month'].min()} to {income['month'].max()}. Above, Iraq's income "
        f"from crude oil exports: lowest in {low['month']} at {low['income']:g} billion dollars, "
        f"highest in {high['month']} at {high['income']:g}. Below, the world price of Brent: "
        f"lowest in {deep['month']} at {deep['price']:g} dollars a barrel, and back at "
        f"{world['price'].iloc[-1]:g} at the end.{own}",
        table,
        caption(iraq, price, note="A hollow bar is volume times price, computed by the course."),
        "Iraq's oil exports, income and price, by month",
    )


_BASIS = {
    "stated": "stated by a source",
    "computed": "computed by the course",
    "recalled": "from memory, unsourced",
}


def explore_oil(wishes: Mapping[str, Any]) -> Steps:
    """Volume times price, in million and in billion, beside a month of the table."""
    table = load("oil_revenue")
    table = table[table["measure"] == "month"].set_index("date")
    months = tuple((in_words(month), month) for month in table.index)
    month = yield Control("month", "Month to compare with", "menu", months, "2020-04")
    row = row_of(table, month)
    volume = yield number_slider(
        "volume", "Your volume in a month", range(70, 111), 90, "million barrels"
    )
    price = yield number_slider("price", "Your price", range(10, 66), 40, "dollars a barrel")

    made = volume * price
    stated = float(row["revenue_usd_billion"])
    product = row["exports_million_barrels"] * row["price_usd_per_barrel"]
    ratio = made / 1000 / stated
    if abs(ratio - 1) < 0.005:
        beside = "Your figure is the same within half a per cent"
    elif ratio >= 2:
        beside = f"Your figure is {ratio:.1f} times as much"
    else:
        beside = f"Your figure is {abs(ratio - 1):.0%} {'more' if ratio > 1 else 'less'}".replace(
            "%", " per cent"
        )
    words = (
        f"Your sliders: {volume} million barrels times {price} dollars make {made:,} million "
        f"dollars, which is {made / 1000:.3f} billion. In {in_words(month)}: {row['exports_million_barrels']:g} "
        f"million barrels ({_BASIS[row['exports_basis']]}) times "
        f"{row['price_usd_per_barrel']:g} dollars ({_BASIS[row['price_basis']]}) make "
        f"{product:,.0f} million dollars; the table's revenue is {stated:g} billion "
        f"({_BASIS[row['revenue_basis']]}; {in_short(row['source_id'])}). {beside}."
    )
    return Scene(
        oil(volume=volume, price_paid=price, month=month),
        words,
        (("Volume times price, beside the revenue of the table", _products(table)),),
    )


def _products(table: pd.DataFrame) -> pd.DataFrame:
    """Every month: volume, price, their product in million dollars, and the table's revenue."""
    import pandas as pd

    product = table["exports_million_barrels"] * table["price_usd_per_barrel"]
    return pd.DataFrame(
        {
            "Month": table.index,
            "Million barrels": [f"{v:g}" for v in table["exports_million_barrels"]],
            "Dollars a barrel": [f"{v:g}" for v in table["price_usd_per_barrel"]],
            "Product, million dollars": [f"{v:,.0f}" for v in product],
            "Revenue, billion dollars": [f"{v:g}" for v in table["revenue_usd_billion"]],
            "Revenue is": [_BASIS[basis] for basis in table["revenue_basis"]],
        }
    )


# --- waivers ----------------------------------------------------------------------------------


def waivers(on: str | None = None) -> Picture:
    """The waiver dial: how many days each US sanctions waiver gave Iraq, 2018 to 2025.

    With *on* (a day, ``2020-06-11``) an upright line marks that day.
    """
    import altair as alt
    import pandas as pd

    table = load("waivers")
    shown = pd.DataFrame(
        {
            "date": table["granted"].where(
                table["granted"].str.len() == 10, table["granted"] + "-15"
            ),
            "granted": table["granted"],
            "days": table["length_days"].astype("float"),
            "until": table["expires"],
            "administration": table["administration"],
        }
    )
    known = shown.dropna(subset="days")
    admins = list(dict.fromkeys(known["administration"]))
    base = alt.Chart(
        known
    ).encode(
        x=alt.X(
            "date:T",
            title="Granted or announced",
            scale=alt.Scale(type="utc"),  # the same picture in every time zone
            axis=alt.Axis(format="%Y", tickCount="year"),
        ),
        y=alt.Y("days:Q", title="Length in days", scale=alt.Scale(domain=[0, 130])),
        color=alt.Color(
            "administration:N",
            title="Administration",
            scale=alt.Scale(domain=admins, range=list(SERIES[: len(admins)])),
        ),
    )
    stems = base.mark_rule(strokeWidth=2).encode(y2=alt.datum(0))
    heads = base.mark_point(filled=True, size=130, opacity=1).encode(
        shape=alt.Shape(
            "administration:N",
            title="Administration",
            scale=alt.Scale(domain=admins, range=["circle", "square", "diamond"][: len(admins)]),
        ),
        tooltip=tips("granted", "days", "until", "administration"),
    )
    figure = stems + heads
    marked = ""
    if on:
        day = alt.Chart(pd.DataFrame({"date": [on]})).encode(x=alt.X("date:T"))
        figure += day.mark_rule(color=INK, strokeWidth=2, strokeDash=[6, 4])
        marked = f" A dashed upright line marks {in_words(on)}."
    lengths = known["days"].astype(int)
    spring = ", ".join(
        str(d) for d in lengths[known["granted"].str.startswith(("2020", "2021-01"))]
    )
    return Picture(
        figure.properties(width=560, height=230),
        f"{len(shown)} waivers for Iraqi purchases of Iranian electricity and gas, "
        f"{shown['granted'].iloc[0][:4]} to {shown['granted'].iloc[-1][:4]}, one stem each where the length is known. Their "
        f"length runs from {lengths.min()} to {lengths.max()} days. From 2020 to January 2021 it "
        f"went {spring}. The last, of {shown['granted'].iloc[-1][:7]}, ran out on "
        f"{shown['until'].iloc[-1]} and was not renewed.{marked}",
        shown.drop(columns="date").rename(
            columns={
                "granted": "Granted",
                "days": "Days",
                "until": "Until",
                "administration": "Administration",
            }
        ),
        caption(table, note="Where only the month is known, the stem stands in its middle."),
        "US sanctions waivers for Iraq, by date",
    )


def _first_day(text: str) -> str:
    """A date of stated precision as the first day that it can mean."""
    return {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)


class Cover(NamedTuple):
    """Positions in the table ``waivers``: in force for certain, and perhaps, on one day."""

    certain: list[int]
    possible: list[int]


def covered(table: Any, day: str) -> Cover:
    """Which waivers hold on *day*.

    A waiver runs from ``runs_from``, or else from its grant, to its expiry.  Where one of these is
    known to the month only, the days in doubt count as possible and not as certain.
    """
    certain, possible = [], []
    for position, row in enumerate(rows_of(table)):
        start, end = row.start, row.expires
        if last_day(start) <= day <= _first_day(end):
            certain.append(position)
        elif _first_day(start) <= day <= last_day(end):
            possible.append(position)
    return Cover(certain, possible)


def dated_waivers() -> pd.DataFrame:
    """The table ``waivers`` with one more column, ``start``: the day or month it runs from."""
    table = load("waivers")
    runs = table["runs_from"].dt.strftime("%Y-%m-%d")
    return table.assign(start=runs.where(runs.notna(), table["granted"])).reset_index(drop=True)


NEAR = timedelta(days=30)


def explore_waivers(wishes: Mapping[str, Any]) -> Steps:
    """A day: the waiver in force, its length and stated reason, and the events around it."""
    import pandas as pd

    table = dated_waivers()
    rounds = load("rounds")
    meeting = meeting_day()
    first, last = _first_day(table["start"].iloc[0]), last_day(table["expires"].iloc[-1])
    after = (date.fromisoformat(last) + NEAR).isoformat()
    edges = {
        edge
        for text in [*table["start"], *table["expires"]]
        for edge in (_first_day(text), last_day(text))
    }
    edges |= {day for day in rounds["date"] if len(day) == 10 and first <= day <= after}
    day = yield day_slider("date", "Date", {*edges, after}, wishes.get("date"), meeting)
    cover = covered(table, day)

    def told(position: int) -> str:
        row = table.iloc[position]
        length = (
            "of a length that was not found"
            if pd.isna(row["length_days"])
            else f"for {int(row['length_days'])} days"
        )
        reason = (
            "no stated reason was seen, which does not prove that there was none"
            if pd.isna(row["stated_reason"])
            else f"reason: {row['stated_reason'].rstrip('.')}"
        )
        return (
            f"{_numbered(row['waiver_id'])} {length}, {row['granted_meaning']} {_when(row['granted'])}, from "
            f"{in_words(row['start'])} to {in_words(row['expires'])} ({reason}; "
            f"{in_short(row['source_id'])})"
        )

    when = in_words(day)
    if cover.certain:
        one = len(cover.certain) == 1
        words = f"On {when} {'one waiver was' if one else 'by the table these waivers were'} in "
        words += f"force: {'; '.join(map(told, cover.certain))}."
    else:
        words = f"On {when} the table has no waiver that was certainly in force."
    if cover.possible:
        words += " Perhaps in force, as the dates are known to the month: "
        words += f"{'; '.join(map(told, cover.possible))}."
    if not cover.certain and not cover.possible:
        before = [p for p in range(len(table)) if last_day(table["expires"][p]) < day]
        later = [p for p in range(len(table)) if _first_day(table["start"][p]) > day]
        ended = table.iloc[before[-1]]
        words += (
            f" Waiver {_numbered(ended['waiver_id'])} had run out ({in_words(ended['expires'])})"
        )
        if later:
            begun = table.iloc[later[0]]
            words += (
                f", and {_numbered(begun['waiver_id'])} began later ({in_words(begun['start'])})."
            )
            words += " The table is not complete: a gap in it does not prove a gap in the waivers."
        else:
            words += ", and by the table none followed."
    beside = _events_around(day)
    words += f" {how_many(len(beside), 'event')} of the course's tables lie"
    words += f"{'s' if len(beside) == 1 else ''} within {NEAR.days} days, before or after; "
    words += "that they stand close does not show a cause."
    tables = (
        (f"Events within {NEAR.days} days of {when}", beside),
        ("Waivers with start, length and stated reason", _waiver_table(table)),
    )
    return Scene(waivers(on=day), words, tables)


def _numbered(waiver_id: str) -> str:
    """A waiver as a reader counts it: no. 9 of the table below the picture."""
    return f"no. {int(waiver_id[1:])}"


def _when(text: str) -> str:
    return f"{'on' if len(text) == 10 else 'in'} {in_words(text)}"


def _events_around(day: str) -> pd.DataFrame:
    """Events known to the day, and rounds of talks, within thirty days of *day*."""
    import pandas as pd

    middle = date.fromisoformat(day)
    low, high = (middle - NEAR).isoformat(), (middle + NEAR).isoformat()
    events = load("events")
    events = events[(events["date"].str.len() == 10) & events["date"].between(low, high)]
    events = events.sort_values("date", kind="stable")
    return pd.DataFrame(
        {
            "Date": events["date"],
            "Event": events["title"],
            "Source": events["source_id"].map(in_short),
        }
    )


def _waiver_table(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "No.": table["waiver_id"].str[1:].astype(int),
            "From": table["start"],
            "Until": table["expires"],
            "Days": ["not found" if pd.isna(n) else int(n) for n in table["length_days"]],
            "Stated reason": table["stated_reason"].fillna("none seen"),
        }
    )
