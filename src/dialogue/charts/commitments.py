"""The verb ladder: what was undertaken, by whom, in which domain, and how firmly."""

from __future__ import annotations

from ..tables import load
from .look import DOMAINS, PARTIES, Picture, caption


def commitments() -> Picture:
    """All undertakings of the first round, one mark each."""
    import altair as alt
    import pandas as pd

    table = load("commitments")
    table = table[table["round"] == 1]
    rungs = [*table["strength"].cat.categories, "dated and measurable"]
    dots = pd.DataFrame(
        {
            "domain": table["domain"].map(DOMAINS),
            "rung": table["strength"].astype(str),
            "party": table["party"],
            "commitment": table["commitment"],
            "id": table["commitment_id"],
        }
    ).sort_values(["domain", "rung", "party", "id"])
    dots["place"] = dots.groupby(["domain", "rung"]).cumcount() + 1
    parties = [p for p in PARTIES if p in set(dots["party"])]
    widest = int(dots["place"].max())
    figure = (
        alt.Chart(dots)
        .mark_point(filled=True, size=170, opacity=1)
        .encode(
            x=alt.X("place:Q", axis=None, scale=alt.Scale(domain=[0.4, widest + 0.6])),
            y=alt.Y(
                "rung:N",
                sort=rungs[::-1],
                scale=alt.Scale(domain=rungs[::-1]),
                axis=alt.Axis(title=None, grid=True, tickBand="center"),
            ),
            column=alt.Column(
                "domain:N",
                sort=list(DOMAINS.values()),
                # Long labels break at " and ": five columns fit beside an open file list.
                header=alt.Header(
                    title=None,
                    labelAnchor="start",
                    labelExpr="split(replace(datum.label, ' and ', ' and|'), '|')",
                ),
                spacing=10,
            ),
            color=alt.Color(
                "party:N",
                title="Who speaks",
                scale=alt.Scale(domain=parties, range=[PARTIES[p][0] for p in parties]),
            ),
            shape=alt.Shape(
                "party:N",
                title="Who speaks",
                scale=alt.Scale(domain=parties, range=[PARTIES[p][1] for p in parties]),
            ),
            tooltip=[
                alt.Tooltip("id:N", title="No."),
                alt.Tooltip("party:N", title="Party"),
                alt.Tooltip("rung:N", title="Rung"),
                alt.Tooltip("commitment:N", title="Line"),
            ],
        )
        .properties(width=21 * widest, height=260)
    )
    twin = pd.DataFrame(
        {
            "No.": table["commitment_id"],
            "Party": table["party"],
            "Domain": table["domain"].map(DOMAINS),
            "Rung": table["strength"].astype(str),
            "Line": table["commitment"],
            "In the article": table["paragraph"].fillna("not mentioned"),
        }
    )
    counts = table["strength"].value_counts()
    by_rung = ", ".join(f"{rung} {counts[rung]}" for rung in table["strength"].cat.categories[::-1])
    pledge = table[table["strength"] == "pledges"]
    who = " and ".join(sorted(set(pledge["party"])))
    where = " and ".join(sorted({DOMAINS[d] for d in pledge["domain"]}))
    return Picture(
        figure,
        f"{len(table)} lines of the first round, one mark each, in five columns by domain "
        f"and on the rungs of the verb ladder. From the top: dated and measurable 0, "
        f"{by_rung}. The {len(pledge)} on the rung “pledges” "
        f"{'is' if len(pledge) == 1 else 'are'} by {who}, in {where}.",
        twin,
        caption(table, note="Rungs are this course’s own coding."),
    )
