"""The money behind the talks: oil income, and the waivers that kept the lights on."""

from __future__ import annotations

from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    caption,
    in_words,
)
from dialogue.course.tables import load


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
            "how": iraq["revenue_basis"]
            .map({"stated": "stated by a source", "computed": "computed"})
            .fillna("from memory, unsourced"),
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
                scale=alt.Scale(
                    domain=["stated by a source", "from memory, unsourced"], range=[1, 0.15]
                ),
            ),
            tooltip=["month", "income", "how"],
        )
        .properties(width=520, height=170)
    )
    line = (
        alt.Chart(world)
        .mark_line(point=alt.OverlayMarkDef(size=60, filled=True, color=SERIES[1]), color=SERIES[1])
        .encode(
            x=months,
            y=alt.Y("price:Q", title=["Brent crude,", "US dollars a barrel"]),
            tooltip=["month", "price"],
        )
        .properties(width=520, height=130)
    )
    own = ""
    if volume is not None and price_paid is not None:
        made = volume * price_paid / 1000
        rule = alt.Chart(pd.DataFrame({"made": [made]})).encode(y="made:Q")
        bars = alt.layer(
            bars,
            alt.Chart(income[income["month"] == month])
            .mark_bar(fillOpacity=0, stroke=INK, strokeWidth=3)
            .encode(x=months, y="income:Q"),
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
    low = income.loc[income["income"].idxmin()]
    high = income.loc[income["income"].idxmax()]
    deep = world.loc[world["price"].idxmin()]
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
        caption(iraq, price, note="Hollow bars rest on memory alone."),
        "Iraq's oil exports, income and price, by month",
    )


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
        tooltip=["granted", "days", "until", "administration"],
    )
    figure = stems + heads
    marked = ""
    if on:
        day = alt.Chart(pd.DataFrame({"date": [on]})).encode(x="date:T")
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
