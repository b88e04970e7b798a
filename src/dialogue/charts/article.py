"""The article as a strip: what each paragraph states, and what each of its statements is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dialogue.charts.handling import (
    Control,
    Scene,
    Steps,
    how_many,
    tick,
)
from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    tips,
)
from dialogue.course import sources
from dialogue.course.tables import kept, row_of, rows_of

if TYPE_CHECKING:
    import pandas as pd


# Kind of statement: the letter in its square, the word in the legend, the colour.
KINDS = {
    "claim": ("C", "claim", SERIES[0]),
    "opinion": ("O", "opinion", SERIES[1]),
    "forecast": ("F", "forecast", SERIES[2]),
    "recommendation": ("R", "recommendation", SERIES[3]),
    "commitment": ("U", "undertaking reported", SERIES[5]),
    "form": ("Q", "pull quote or form", SERIES[4]),
    "heading": ("H", "heading", SERIES[4]),
}
SECURITY_ROW = "About security"
# What makes a statement one about security: the course's digest of it names forces, those who
# fight them, or what either does.
_SECURITY = re.compile(
    r"\b(forces?|troops?|soldiers?|personnel|bases|militias?|IS|PMF|CTS|coalition|attacks?|raid|"
    r"drone|armed|murder(ed)?)\b"
)
SECURITY_RULE = (
    "A paragraph counts as about security when at least half of its statements, as this course "
    "digests them, name forces, militias, the Islamic State, or what they do (attacks, raids, "
    "bases); a pull quote counts as the paragraph that it repeats does; headings are not counted."
)
SOURCE = "ACW-2020-07"


def claims() -> pd.DataFrame:
    """The coded statements of ``seeds/claims.csv``, in order.

    Not by ``load``: what a claim was checked against is not what this picture rests on.
    """
    import pandas as pd

    return pd.DataFrame(list(sources.claims()))


@kept("claims", "paragraphs")
def strip() -> pd.DataFrame:
    """One row a paragraph: ``kind``, ``section``, ``repeats``, ``main`` (its commonest kind of
    statement; of several, the one that comes first), ``count`` (of statements) and
    ``security`` (``yes``, ``no``, or empty for a heading)."""
    import pandas as pd

    every = claims()
    rows: dict[str, dict[str, object]] = {}
    for name, row in sources.paragraphs().items():
        repeats = row["duplicate_of"]
        own = every[every["paragraph"] == (repeats or name)]
        kinds = [kind for kind in own["kind"] if kind != "form"]
        words = own.loc[own["kind"] != "form", "wording"]
        # On security: "IS" in capitals only, the other words in either case.
        about = [bool(_SECURITY.search(w) or _SECURITY.search(w.lower())) for w in words]
        rows[name] = {
            "paragraph": name,
            "kind": row["kind"],
            "section": row["section"],
            "repeats": repeats,
            "main": max(dict.fromkeys(kinds), key=kinds.count) if kinds else "",
            "count": int((every["paragraph"] == name).sum()),
            "security": ("yes" if 2 * sum(about) >= len(about) else "no") if about else "",
        }
    return pd.DataFrame(rows.values())


def article(quotes: bool = True, chosen: str | None = None) -> Picture:
    """The paragraphs in order, each a stack of lettered squares, one square a statement.

    Without *quotes* the pull quotes are left out; *chosen* (``"P9"``) frames one paragraph.
    """
    import altair as alt
    import pandas as pd

    table = strip()
    if not quotes:
        table = table[table["kind"] != "pull-quote"]
    order = list(table["paragraph"])
    every = claims()
    every = every[every["paragraph"].isin(order)]
    headings = table.loc[table["kind"] == "heading", "paragraph"]
    squares = pd.concat(
        [
            every[["paragraph", "kind"]],
            pd.DataFrame({"paragraph": headings, "kind": "heading"}),
        ]
    )
    squares["level"] = (squares.groupby("paragraph").cumcount() + 1).astype(str)
    squares["letter"] = squares["kind"].map(lambda kind: KINDS[kind][0])
    squares["what"] = squares["kind"].map(lambda kind: f"{KINDS[kind][0]} {KINDS[kind][1]}")
    levels = [str(n) for n in range(int(squares["level"].astype(int).max()), 0, -1)]
    rows = [*levels, SECURITY_ROW]
    names = [f"{letter} {name}" for letter, name, _ in KINDS.values()]
    colours = alt.Scale(domain=names, range=[colour for *_, colour in KINDS.values()])
    across = alt.X(
        "paragraph:N",
        title=None,
        sort=order,
        scale=alt.Scale(domain=order),
        axis=alt.Axis(labelAngle=-90),
    )
    up = alt.Y(
        "level:N",
        title=None,
        sort=rows,
        scale=alt.Scale(domain=rows),
        axis=alt.Axis(labelExpr=f"datum.label == '{SECURITY_ROW}' ? datum.label : ''", ticks=False),
    )
    boxes = (
        alt.Chart(squares)
        .mark_rect(fillOpacity=0.3, strokeWidth=1.5)
        .encode(
            x=across,
            y=up,
            color=alt.Color("what:N", title=None, scale=colours, legend=alt.Legend(columns=4)),
            stroke=alt.Stroke("what:N", legend=None, scale=colours),
            tooltip=tips("paragraph", "what"),
        )
    )
    letters = (
        alt.Chart(squares)
        .mark_text(fontSize=12, fontWeight="bold", color=INK)
        .encode(x=across, y=up, text=alt.Text("letter:N"))
    )
    marked = table.loc[table["security"] == "yes", ["paragraph"]].assign(level=SECURITY_ROW)
    about = (
        alt.Chart(marked)
        .mark_point(shape="diamond", filled=True, size=90, opacity=1, color=INK)
        .encode(x=across, y=up, tooltip=tips("paragraph"))
    )
    layers = [boxes, letters, about]
    if chosen in order:
        frame = pd.DataFrame([{"paragraph": chosen}])
        layers.append(
            alt.Chart(frame)
            .mark_rect(fillOpacity=0, stroke=INK, strokeWidth=2.5)
            .encode(x=alt.X("paragraph:N", sort=order, scale=alt.Scale(domain=order)))
        )
    counts = every["kind"].value_counts()
    told = ", ".join(
        f"{name} {counts[kind]}" for kind, (_, name, _) in KINDS.items() if kind in counts.index
    )
    yes, counted = share(quotes)
    left_out = "" if quotes else "Pull quotes are left out. "
    framed = f" {chosen} is framed." if chosen in order else ""
    twin = pd.DataFrame(
        {
            "Paragraph": table["paragraph"],
            "Part": [
                f"{row.kind.replace('-', ' ')}{f' of {row.repeats}' if row.repeats else ''}"
                for row in rows_of(table)
            ],
            "Section": table["section"].str.replace("-", " "),
            "Statements": table["count"],
            "Mostly": table["main"].map(lambda kind: KINDS[kind][1] if kind else "none coded"),
            "About security": table["security"].replace("", "not counted"),
        }
    )
    return Picture(
        alt.layer(*layers).properties(width=18 * len(order), height=20 * len(rows)),
        f"{len(order)} paragraphs of the article in order, each a stack of squares, one square a "
        f"statement with the letter of its kind: {told}. {left_out}A diamond below marks "
        f"{yes} of {counted} paragraphs as about security.{framed}",
        twin,
        f"{SECURITY_RULE} “Mostly” is the commonest kind of statement in a paragraph (of several, "
        "the first; for a pull quote, of the paragraph that it repeats). The kinds are this "
        f"course’s own coding. Source: {SOURCE}.",
        "The article's paragraphs and what they state",
    )


@kept("claims", "paragraphs")
def share(quotes: bool = True) -> tuple[int, int]:
    """How many paragraphs are about security, and of how many that are counted."""
    table = strip()
    counted = table[table["security"] != ""]
    if not quotes:
        counted = counted[counted["kind"] != "pull-quote"]
    return int((counted["security"] == "yes").sum()), len(counted)


# --- handled ----------------------------------------------------------------------------------


def explore_article(wishes: Mapping[str, Any]) -> Steps:
    """Choose a paragraph and read what it states; leave the pull quotes out."""

    table = strip().set_index("paragraph")
    no_quotes = yield tick("leave_out_quotes", "Leave out pull quotes", False)
    shown = table[table["kind"] != "pull-quote"] if no_quotes else table
    # Whoever reads a pull quote and leaves those out goes on with what it repeats.
    wish = str(wishes.get("paragraph", "")).upper()
    repeated = str(table.loc[wish, "repeats"]) if wish in table.index else ""
    default = repeated if repeated in shown.index else shown.index[0]
    options = tuple((name, name) for name in shown.index)
    name = yield Control("paragraph", "Paragraph", "slider", options, default)

    row = row_of(table, name)
    part = row["kind"].replace("-", " ") + (f" of {row['repeats']}" if row["repeats"] else "")
    own = claims()
    own = own[own["paragraph"] == name]
    if row["kind"] == "pull-quote":
        what = f"{row['repeats']} is mostly {KINDS[row['main']][1]}"
    elif row["main"]:
        what = f"{how_many(len(own), 'statement')}, mostly {KINDS[row['main']][1]}"
    else:
        what = "no statement is coded"
    digest = sources.paragraphs()[name]["digest"]
    (yes, every), (kept, fewer) = share(), share(quotes=False)
    before, after = 100 * yes / every, 100 * kept / fewer
    if no_quotes:
        change = (
            f"{how_many(round(abs(after - before)), 'point')} {'lower' if after < before else 'higher'} than"
            if round(after) != round(before)
            else "much the same as"
        )
        portion = (
            f"Without its {every - fewer} pull quotes the article has {kept} of {fewer} paragraphs "
            f"about security, {after:.0f} per cent: {change} with them."
        )
    else:
        portion = (
            f"Pull quotes counted, {yes} of {every} paragraphs are about security, "
            f"{before:.0f} per cent."
        )
    tables: tuple[tuple[str, pd.DataFrame], ...] = ()
    if len(own):
        stated = own[["claim_id", "kind", "hedge", "wording"]].assign(
            kind=own["kind"].map(lambda kind: KINDS[kind][1])
        )
        stated.columns = ["No.", "Kind", "Weakened by the article", "Statement, in our words"]
        tables = ((f"What {name} states", stated),)
    return Scene(
        article(quotes=not no_quotes, chosen=name),
        f"{name} ({part}; section {row['section'].replace('-', ' ')}; {what}). {digest} {portion}",
        tables,
    )
