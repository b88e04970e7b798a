"""Which accounts of one night agree, point by point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dialogue.charts.handling import (
    Control,
    Scene,
    Steps,
    how_many,
    listed,
)
from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    caption,
    tips,
)
from dialogue.course.tables import kept, load, rows_of

if TYPE_CHECKING:
    import pandas as pd


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
            tooltip=tips("account", "point", "state", "says"),
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
        f"differ on {len(disputed)} points: {', '.join(disputed)}."
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
                text=alt.Text("n:N"),
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


@kept("raid_accounts")
def _core_accounts() -> pd.DataFrame:
    table = load("raid_accounts")
    table = table[table["selection"] == "core"].reset_index(drop=True)
    return table.assign(
        group=table["value_group"],
        name=table["outlet"]
        .str.split(" (", regex=False)
        .str[0]
        .mask(table["account_id"] == "article", "The article"),
        point=table["point"],
        words=table["point"].str.replace("-", " "),
    )


@kept("raid_accounts")
def raid_support() -> pd.DataFrame:
    """How many of the six accounts give each content of each point, most first.

    One row a content: ``point``, ``group``, ``accounts`` (a number), ``names`` (which),
    ``voices`` (who vouches for it inside them) and ``says`` (its wording in the first account).
    """
    import pandas as pd

    table = _core_accounts()
    rows: list[dict[str, Any]] = []
    for (point, group), said in table.groupby(["words", "group"], sort=False):
        names = list(dict.fromkeys(said["name"]))
        rows.append(
            {
                "point": point,
                "group": group,
                "accounts": len(names),
                "names": names,
                "voices": list(dict.fromkeys(said["voice"])),
                "says": str(said["value"].iloc[0]),
            }
        )
    order = {point: n for n, point in enumerate(dict.fromkeys(table["words"]))}
    rows.sort(key=lambda row: (order[row["point"]], -row["accounts"]))
    return pd.DataFrame(rows)


@kept("raid_accounts")
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
            values = "; ".join(own["value"])
            rows.append({"account": account, "point": point, "state": state, "says": values})
    return pd.DataFrame(rows)


# --- handled ----------------------------------------------------------------------------------


def explore_raid(wishes: Mapping[str, Any]) -> Steps:
    """How many accounts must agree, and the narrowest sentence that so many support."""

    support = raid_support()
    accounts = list(dict.fromkeys(raid_cells()["account"]))
    total = len(accounts)
    stops = tuple((f"at least {n} of {total}", n) for n in range(1, total + 1))
    label = "How many accounts must agree?"
    need = yield Control("agree", label, "slider", stops, min(4, total))

    kept = support[support["accounts"] >= need]
    points = list(dict.fromkeys(support["point"]))
    said = {point: kept[kept["point"] == point] for point in points}

    def content(point: str) -> str:
        rows = list(rows_of(said[point]))
        parts = []
        for row in rows:
            words = "a group not named" if row.group == "not-named" else row.says
            remarks = [f"{row.accounts} of {total}"] if len(rows) > 1 else []
            if len(row.voices) == 1:
                remarks.append(f"on one voice: {row.voices[0]}")
            parts.append(f"{words} ({', '.join(remarks)})" if remarks else words)
        return " or ".join(parts)

    year = str(load("raid_accounts")["published"].min())[:4]
    who = f"the {content('unit')}" if len(said["unit"]) else "somebody"
    whom = f" against {content('group')}" if len(said["group"]) else ""
    more = [
        f"{point}: {content(point)}"
        for point in points
        if len(said[point]) and point not in {"unit", "group"}
    ]
    most = support.groupby("point", sort=False)["accounts"].max()
    out = [f"{point} ({most[point]})" for point in points if not len(said[point])]
    if len(kept):
        carried = f"In {year} {who} carried out a raid{whom}"
        words = (
            f"Each part of this has at least {how_many(need, 'account')} behind it: "
            f"“{'; '.join([carried, *more])}.”"
        )
        rivals = [point for point in points if len(said[point]) > 1]
        if rivals:
            words += f" Accounts differ on {listed(rivals)}."
        whole = set(accounts)
        for point in points:
            if len(said[point]):
                whole &= {name for names in said[point]["names"] for name in names}
        words += (
            f" {how_many(len(whole), 'account')} {'has' if len(whole) == 1 else 'have'} every part of it."
            if whole
            else " No account has every part of it."
        )
        if out:
            words += f" Left out, because fewer agree: {', '.join(out)}."
    else:
        top = int(most.max())
        words = (
            f"There is no sentence that {need} accounts support: the most that agree on any point "
            f"are {top}, on {listed(list(most.index[most == top]))}."
        )
    return Scene(raid(agree=need), words)
