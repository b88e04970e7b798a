"""Where it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    caption,
    tips,
)
from dialogue.course.tables import load

if TYPE_CHECKING:
    pass


def places() -> Picture:
    """The places that the course names, on an outline of Iraq."""
    import altair as alt
    import pandas as pd

    table = load("places")
    table = table[table["country"] == "Iraq"].dropna(subset="latitude")
    outline = load("outline")
    dots = pd.DataFrame(
        {
            "name": table["name"],
            "arabic": table["arabic"].fillna(""),
            "longitude": table["longitude"].astype(float),
            "latitude": table["latitude"].astype(float),
            "kind": table["kind"],
        }
    )
    # Places within some 20 km share one label: the marks would hide one another.
    dots["label"] = ""
    placed: list[tuple[float, float]] = []
    for i, row in dots.iterrows():
        near = any(
            abs(row["longitude"] - x) < 1.0 and abs(row["latitude"] - y) < 0.22 for x, y in placed
        )
        if not near and len(row["name"]) <= 20:
            dots.loc[i, "label"] = row["name"]
            placed.append((row["longitude"], row["latitude"]))
    across = alt.X(
        "longitude:Q", title="Degrees east", scale=alt.Scale(domain=[38.5, 49], nice=False)
    )
    up = alt.Y("latitude:Q", title="Degrees north", scale=alt.Scale(domain=[29, 37.6], nice=False))
    border = (
        alt.Chart(outline[["longitude", "latitude", "step"]])
        .mark_line(color=SERIES[4], strokeWidth=1.5)
        .encode(x=across, y=up, order=alt.Order("step:Q"))
    )
    marks = (
        alt.Chart(dots)
        .mark_point(filled=True, size=90, opacity=1, color=SERIES[0])
        .encode(x=across, y=up, tooltip=tips("name", "arabic", "kind"))
    )
    names = marks.mark_text(align="left", dx=8, fontSize=13, color=INK).encode(text="label:N")
    return Picture(
        (border + marks + names).properties(width=470, height=450),
        f"{len(dots)} places that the course names, as dots on an outline of Iraq, "
        f"{int((dots['label'] != '').sum())} of them labelled; the others lie close by, most of "
        "them in and around Baghdad. The table has them all.",
        dots[["name", "arabic", "kind", "latitude", "longitude"]].rename(
            columns={
                "name": "Place",
                "arabic": "Arabic",
                "kind": "Kind",
                "latitude": "North",
                "longitude": "East",
            }
        ),
        caption(table, outline, note="For orientation; no statement about borders."),
        "Places that the course names",
    )
