"""The verb ladder: what was undertaken, by whom, in which domain, and how firmly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dialogue.charts.handling import (
    Control,
    Scene,
    Steps,
    how_many,
)
from dialogue.charts.look import (
    DOMAINS,
    INK,
    PARTIES,
    SERIES,
    Picture,
    caption,
)
from dialogue.course.tables import categories, dictionary, in_order, load, row_of, rows_of

if TYPE_CHECKING:
    pass


# A rung that no line of the first round reached: it stands on the ladder all the same.
TOP_RUNG = "dated and measurable"
YOURS = "your placing"


def commitments(
    party: str | None = None,
    domain: str | None = None,
    chosen: str | None = None,
    placed: str | None = None,
) -> Picture:
    """The undertakings of the first round, one mark each.

    *party* (``"Iraq"``) and *domain* (``"security"``) narrow the choice.  The *chosen* one
    (``"C17"``) is left off the ladder until a learner has *placed* it on a rung; then both
    that rung and the course's own coding are marked.
    """
    import altair as alt
    import pandas as pd

    table = load("commitments")
    table = table[table["round"] == 1]
    own_rungs = categories("commitments", "strength")
    rungs = [*own_rungs, TOP_RUNG]
    if party:
        table = table[table["party"] == party]
    if domain:
        table = table[table["domain"] == domain]
    open_question = table["commitment_id"].eq(chosen or "") & (placed is None)
    lines = in_order(
        table[~open_question], "commitments", "domain", "strength", "party", "commitment_id"
    )
    dots = pd.DataFrame(
        {
            "domain": lines["domain"].map(DOMAINS),
            "rung": lines["strength"],
            "party": lines["party"],
            "commitment": lines["commitment"],
            "id": lines["commitment_id"],
        }
    )
    if chosen and placed:
        own = dots[dots["id"] == chosen].assign(rung=placed, party=YOURS)
        dots = pd.concat([dots, own])
    dots["place"] = dots.groupby(["domain", "rung"]).cumcount() + 1
    looks = {**PARTIES, YOURS: (SERIES[5], "triangle-down")}
    parties = [p for p in looks if p in set(dots["party"])]
    widest = max(int(dots["place"].max()), 5) if len(dots) else 5
    mark = alt.Chart(dots).mark_point(filled=True, size=170, opacity=1)
    extra = {}
    if chosen:
        dots["which"] = dots["id"].eq(chosen).map({True: "chosen", False: "other"})
        sizes = alt.Scale(domain=["other", "chosen"], range=[120, 330])
        strokes = alt.Scale(domain=["other", "chosen"], range=["transparent", INK])
        extra = {
            "size": alt.Size("which:N", legend=None, scale=sizes),
            "stroke": alt.Stroke("which:N", legend=None, scale=strokes),
        }
        mark = alt.Chart(dots).mark_point(filled=True, opacity=1, strokeWidth=2)
    figure = mark.encode(
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
            scale=alt.Scale(domain=parties, range=[looks[p][0] for p in parties]),
        ),
        shape=alt.Shape(
            "party:N",
            title="Who speaks",
            scale=alt.Scale(domain=parties, range=[looks[p][1] for p in parties]),
        ),
        tooltip=[
            alt.Tooltip("id:N", title="No."),
            alt.Tooltip("party:N", title="Party"),
            alt.Tooltip("rung:N", title="Rung"),
            alt.Tooltip("commitment:N", title="Line"),
        ],
        **extra,
    ).properties(width=21 * widest, height=260)
    twin = pd.DataFrame(
        {
            "No.": table["commitment_id"],
            "Party": table["party"],
            "Domain": table["domain"].map(DOMAINS),
            "Rung": table["strength"].mask(open_question, "place it first"),
            "Line": table["commitment"],
            "In the article": table["paragraph"].fillna("not mentioned"),
        }
    )
    shown = table[~open_question]
    counts = shown["strength"].value_counts()
    by_rung = ", ".join(f"{rung} {counts.get(rung, 0)}" for rung in own_rungs[::-1])
    whole = dots["domain"].nunique() == len(DOMAINS)
    each = "one mark each, in five columns by domain" if whole else "one mark each, by domain"
    told = (
        f"{len(shown)} lines of the first round, {each} and on the rungs of the verb ladder. "
        f"From the top: {TOP_RUNG} 0, {by_rung}."
    )
    pledge = shown[shown["strength"] == "pledges"]
    if len(pledge):
        who = " and ".join(sorted(set(pledge["party"])))
        where = " and ".join(sorted({DOMAINS[d] for d in pledge["domain"]}))
        told += (
            f" The {len(pledge)} on the rung “pledges” {'is' if len(pledge) == 1 else 'are'} by "
            f"{who}, in {where}."
        )
    if chosen and placed:
        coded = str(table.loc[table["commitment_id"] == chosen, "strength"].iloc[0])
        told += (
            f" {chosen} is drawn larger and twice: by the course on “{coded}”, and as a triangle "
            f"that points down where you placed it, on “{placed}”."
        )
    elif chosen:
        told += f" {chosen} waits to be placed."
    return Picture(
        figure,
        told,
        twin,
        caption(table, note="Rungs are this course’s own coding."),
        "Lines of the first round and their rungs",
    )


# --- handled: the verb ladder -----------------------------------------------------------------


def explore_ladder(wishes: Mapping[str, Any]) -> Steps:
    """Place an undertaking on a rung and compare with the course's own coding."""

    table = load("commitments")
    table = table[table["round"] == 1]
    rungs = [*categories("commitments", "strength"), TOP_RUNG]
    speakers = (("all parties", "all"), *((p, p) for p in sorted(set(table["party"]))))
    party = yield Control("party", "Party", "menu", speakers, "all")
    if party != "all":
        table = table[table["party"] == party]
    present = set(table["domain"])
    issues = (("all issues", "all"), *((DOMAINS[d], d) for d in DOMAINS if d in present))
    domain = yield Control("issue", "Issue", "menu", issues, "all")
    if domain != "all":
        table = table[table["domain"] == domain]
    lines = tuple(
        (f"{row.commitment_id} {row.commitment}", row.commitment_id) for row in rows_of(table)
    )
    chosen = yield Control("commitment", "Undertaking", "menu", lines, lines[0][1])
    places = (("not placed yet", ""), *((rung, rung) for rung in rungs))
    placed = yield Control("rung", "Your rung", "menu", places, "")

    row = row_of(table.set_index("commitment_id"), chosen)
    own = row["strength"]
    speaker = {"both": "both parties"}.get(row["party"], row["party"])
    line = f"{chosen} ({speaker}; {DOMAINS[row['domain']]}): “{row['commitment']}.”"
    if placed:
        apart = rungs.index(placed) - rungs.index(own)
        if apart:
            far = how_many(abs(apart), "rung")
            verdict = (
                f"You placed it on “{placed}”, {far} {'above' if apart > 0 else 'below'} the "
                f"course's own coding, “{own}”"
            )
        else:
            verdict = f"You placed it on “{placed}”, as the course does"
        note = "" if row.isna()["note"] else f" The course's note: {row['note']}"
        words = (
            f"{line} {verdict}: {_rung_rule(own)}.{note} "
            "The coding is the course's own judgement and may be disputed."
        )
    else:
        words = f"{line} Choose the rung that its verb deserves; the course's coding then appears."
    return Scene(
        commitments(
            party=None if party == "all" else party,
            domain=None if domain == "all" else domain,
            chosen=chosen,
            placed=placed or None,
        ),
        words,
    )


def _rung_rule(rung: str) -> str:
    """What a rung means, from the data dictionary."""
    meaning = str(dictionary("commitments").loc["strength", "meaning"])
    found = re.search(rf"\b{re.escape(rung)}: ([^.]+)\.", meaning)
    return found[1] if found else rung
