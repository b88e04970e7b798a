"""Who is tied to whom, and which accounts of one night agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    caption,
)
from dialogue.course.faults import nearest
from dialogue.course.tables import load

if TYPE_CHECKING:
    import pandas as pd


def actors(
    around: str | None = None, nature: str | None = None, without: str | None = None
) -> Picture:
    """All actors in a ring with their ties; *around* one of them, such as ``"pmf"``, its own.

    Formal ties are solid lines, reported ones dashed; *nature* (``"formal"``) keeps one kind,
    *without* (``"T30"``) leaves one tie out.  Raises ``KeyError`` with the nearest names for an
    actor that is not in the table.
    """
    import math

    import altair as alt
    import pandas as pd

    people, ties = load("actors").set_index("actor_id"), load("ties")
    if nature:
        ties = ties[ties["nature"].astype(str) == nature]
    if without:
        ties = ties[ties["tie_id"] != without]
    names = people["name"].str.split(" (", regex=False).str[0]
    if around is None:
        here, ring, spots = ties, list(people.sort_values(["side", "kind", "name"]).index), {}
    elif around in people.index:
        here = ties[(ties["from_actor_id"] == around) | (ties["to_actor_id"] == around)]
        ends = {*here["from_actor_id"], *here["to_actor_id"]} - {around}
        ring, spots = sorted(ends), {around: (0.0, 0.0)}
    else:
        near = nearest(around, people.index, 3, cutoff=0.3) or ["pmf"]
        raise KeyError(f"There is no actor {around!r}. Try: {', '.join(near)}.")
    half = math.ceil(len(ring) / 2)
    for n, actor in enumerate(ring):
        if around:
            angle = 2 * math.pi * n / len(ring) + 0.6  # no line lies flat under a name
            x, y = math.cos(angle), math.sin(angle)
        else:  # evenly from top to bottom on either side, so that names do not overlap
            y = 1 - 2 * ((n % half) + 0.5) / half
            x = math.sqrt(1 - y * y) * (1 if n < half else -1)
        spots[actor] = (round(x, 4), round(y, 4))
    lines = pd.DataFrame(
        [
            {
                "x": spots[tie.from_actor_id][0],
                "y": spots[tie.from_actor_id][1],
                "x2": spots[tie.to_actor_id][0],
                "y2": spots[tie.to_actor_id][1],
                "nature": str(tie.nature),
                "tie": f"{names[tie.from_actor_id]}: {str(tie.kind).replace('-', ' ')} "
                f"{names[tie.to_actor_id]}",
            }
            for tie in here.itertuples()
        ],
        # Named, because an actor may have no tie of the kind that is asked for.
        columns=["x", "y", "x2", "y2", "nature", "tie"],
    )
    nodes = pd.DataFrame([{"x": x, "y": y, "name": names[a]} for a, (x, y) in spots.items()])
    across = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-2.1, 2.1]))
    up = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-1.15, 1.15]))
    natures = ["formal", "reported"]
    edges = (
        alt.Chart(lines)
        .mark_rule(strokeWidth=2 if around else 1.3)
        .encode(
            x=across,
            y=up,
            x2="x2:Q",
            y2="y2:Q",
            color=alt.Color(
                "nature:N", title="Tie", scale=alt.Scale(domain=natures, range=list(SERIES[:2]))
            ),
            strokeDash=alt.StrokeDash(
                "nature:N", title="Tie", scale=alt.Scale(domain=natures, range=[[1, 0], [6, 5]])
            ),
            tooltip=["nature", "tie"],
        )
    )
    dots = (
        alt.Chart(nodes)
        .mark_point(filled=True, size=110, opacity=1, color=SERIES[4])
        .encode(x=across, y=up, tooltip=["name"])
    )
    labels = []
    for side, align, shift in (("right", "left", 9), ("left", "right", -9)):
        rows = nodes[(nodes["x"] >= 0) if side == "right" else (nodes["x"] < 0)]
        labels.append(
            alt.Chart(rows)
            .mark_text(align=align, dx=shift, fontSize=12, color=INK)
            .encode(x=across, y=up, text="name:N")
        )
    counts = lines["nature"].value_counts()
    drawn = {"formal": "as solid lines", "reported": "dashed"}
    told = "; ".join(
        f"{kind} ties {counts.get(kind, 0)}, {how}"
        for kind, how in drawn.items()
        if nature in (None, kind)
    )
    told += ". The table lists each tie with who attributes it."
    who = f"{names[around]} in the middle, {len(ring)} others" if around else f"{len(ring)} actors"
    return Picture(
        alt.layer(edges, dots, *labels).properties(width=600, height=330 if around else 560),
        f"{who} in a ring: {told}",
        pd.DataFrame(
            {
                "Tie": lines["tie"],
                "Nature": lines["nature"],
                "What": here["description"].to_list(),
                "Attributed by": here["attributed_to"].fillna("").to_list(),
            }
        ),
        caption(here, note="A reported tie is somebody's report, not a finding of this course."),
        f"Ties of {names[around]}" if around else "Ties between the actors",
    )


STATES = ("as most", "both", "differs", "alone", "silent")


def raid(agree: int | None = None) -> Picture:
    """Six accounts of the June raid, point by point: which agree, which differ, which are silent.

    Under each point stands how many accounts say what most say; with *agree* (1 to 6) a tick
    marks the points on which at least so many do.
    """
    import altair as alt
    import pandas as pd

    cells, most = raid_cells(), raid_support()
    outlets = list(dict.fromkeys(cells["account"]))
    points = list(dict.fromkeys(cells["point"]))
    states = list(STATES)
    across = alt.X("point:N", title=None, sort=points, axis=alt.Axis(labelAngle=-40))
    figure = (
        alt.Chart(cells)
        .mark_point(filled=True, size=170, opacity=1)
        .encode(
            x=across,
            y=alt.Y("account:N", title=None, sort=outlets),
            color=alt.Color(
                "state:N",
                title="This account",
                scale=alt.Scale(domain=states, range=[SERIES[i] for i in (0, 2, 1, 3, 4)]),
            ),
            shape=alt.Shape(
                "state:N",
                title="This account",
                scale=alt.Scale(
                    domain=states, range=["circle", "square", "diamond", "triangle", "cross"]
                ),
            ),
            tooltip=["account", "point", "state", "says"],
        )
        .properties(width=29 * len(points), height=220)
    )
    disputed = [
        p for p in points if (cells[cells["point"] == p]["state"].isin(["differs", "both"])).any()
    ]
    told = (
        f"{len(outlets)} accounts of the raid of June 2020 against {len(points)} points. A circle "
        "says what most say, a diamond something else, a square both; a triangle speaks of it alone; a cross is "
        "silence. Accounts "
        f"part on {len(disputed)} points: {', '.join(disputed)}."
    )
    twin = cells[cells["state"] != "silent"].rename(
        columns={"account": "Account", "point": "Point", "state": "Compared", "says": "Says"}
    )
    if agree is not None:
        top = most.groupby("point", sort=False)["accounts"].max()
        tally = pd.DataFrame(
            {"point": top.index, "n": [f"{'✓' if n >= agree else ''}{n}" for n in top]}
        )
        tally["row"] = "Most that agree"
        numbers = (
            alt.Chart(tally)
            .mark_text(fontSize=14, fontWeight="bold", color=INK)
            .encode(
                x=alt.X("point:N", title=None, sort=points, axis=None),
                y=alt.Y("row:N", title=None),
                text="n:N",
            )
            .properties(width=29 * len(points), height=26)
        )
        figure = alt.vconcat(numbers, figure, spacing=4)
        ticked = [point for point in points if top[point] >= agree]
        told += (
            f" Above each point stands how many accounts agree; {len(ticked)} points with at least "
            f"{agree} carry a tick{': ' if ticked else ''}{', '.join(ticked)}."
        )
    return Picture(
        figure,
        told,
        twin,
        caption(
            _core_accounts(),
            note="Agreement is evidence, not proof: accounts may share one source.",
        ),
        "What each account says, point by point",
    )


def _core_accounts() -> pd.DataFrame:
    table = load("raid_accounts")
    table = table[table["selection"] == "core"].reset_index(drop=True)
    return table.assign(
        group=table["value_group"].astype(str),
        name=table["outlet"]
        .str.split(" (", regex=False)
        .str[0]
        .mask(table["account_id"] == "article", "The article"),
        point=table["point"].astype(str),
        words=table["point"].astype(str).str.replace("-", " "),
    )


def raid_support() -> pd.DataFrame:
    """How many of the six accounts give each content of each point, most first.

    One row a content: ``point``, ``group``, ``accounts`` (a number), ``names`` (which),
    ``voices`` (who vouches for it inside them) and ``says`` (its wording in the first account).
    """
    import pandas as pd

    table = _core_accounts()
    rows = []
    for (point, group), said in table.groupby(["words", "group"], sort=False):
        names = list(dict.fromkeys(said["name"]))
        rows.append(
            {
                "point": point,
                "group": group,
                "accounts": len(names),
                "names": names,
                "voices": list(dict.fromkeys(said["voice"].astype(str))),
                "says": str(said["value"].iloc[0]),
            }
        )
    order = {point: n for n, point in enumerate(dict.fromkeys(table["words"]))}
    rows.sort(key=lambda row: (order[row["point"]], -row["accounts"]))
    return pd.DataFrame(rows)


def raid_cells() -> pd.DataFrame:
    """The matrix: one row an account and point, with ``state`` (see ``STATES``) and ``says``."""
    import pandas as pd

    table = _core_accounts()
    rows = []
    for point, said in table.groupby("words", sort=False):
        votes = said.drop_duplicates(["account_id", "group"])["group"].value_counts()
        common = votes.index[0] if len(votes) and votes.iloc[0] > 1 else None
        for account in dict.fromkeys(table["name"]):
            own = said[said["name"] == account]
            if own.empty:
                state = "silent"
            elif said["account_id"].nunique() == 1:
                state = "alone"
            elif set(own["group"]) == {common}:
                state = "as most"
            elif common in set(own["group"]):
                state = "both"
            else:
                state = "differs"
            values = "; ".join(own["value"].astype(str))
            rows.append({"account": account, "point": point, "state": state, "says": values})
    return pd.DataFrame(rows)


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
            "kind": table["kind"].astype(str),
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
        .encode(x=across, y=up, order="step:Q")
    )
    marks = (
        alt.Chart(dots)
        .mark_point(filled=True, size=90, opacity=1, color=SERIES[0])
        .encode(x=across, y=up, tooltip=["name", "arabic", "kind"])
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
