"""Who is tied to whom, and along which ties an order could pass."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dialogue.charts.handling import (
    Control,
    Scene,
    Steps,
    how_many,
    listed,
    meeting_day,
)
from dialogue.charts.look import (
    INK,
    SERIES,
    Picture,
    caption,
    in_words,
    tips,
)
from dialogue.course.faults import nearest
from dialogue.course.tables import in_order, load, row_of, rows_of

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

    import altair as alt
    import pandas as pd

    people, ties = load("actors").set_index("actor_id"), load("ties")
    if nature:
        ties = ties[ties["nature"] == nature]
    if without:
        ties = ties[ties["tie_id"] != without]
    names = people["name"].str.split(" (", regex=False).str[0]
    if around is None:
        here, ring, spots = ties, list(in_order(people, "actors", "side", "kind", "name").index), {}
    elif around in people.index:
        here = ties[(ties["from_actor_id"] == around) | (ties["to_actor_id"] == around)]
        ends = {*here["from_actor_id"], *here["to_actor_id"]} - {around}
        ring, spots = sorted(ends), {around: (0.0, 0.0)}
    else:
        near = nearest(around, people.index, 3, 0.3) or ["pmf"]
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
                "nature": tie.nature,
                "tie": f"{names[tie.from_actor_id]}: {tie.kind.replace('-', ' ')} "
                f"{names[tie.to_actor_id]}",
            }
            for tie in rows_of(here)
        ],
        # Named, because an actor may have no tie of the kind that is asked for.
        columns=["x", "y", "x2", "y2", "nature", "tie"],
    )
    nodes = pd.DataFrame(
        [
            {"x": x, "y": y, "name": names[actor], "role": people["role"][actor]}
            for actor, (x, y) in spots.items()
        ]
    )
    across = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-2.1, 2.1]))
    up = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-1.15, 1.15]))
    natures = ["formal", "reported"]
    edges = (
        alt.Chart(lines)
        .mark_rule(strokeWidth=2 if around else 1.3)
        .encode(
            x=across,
            y=up,
            x2=alt.X2("x2:Q"),
            y2=alt.Y2("y2:Q"),
            color=alt.Color(
                "nature:N", title="Tie", scale=alt.Scale(domain=natures, range=list(SERIES[:2]))
            ),
            strokeDash=alt.StrokeDash(
                "nature:N", title="Tie", scale=alt.Scale(domain=natures, range=[[1, 0], [6, 5]])
            ),
            tooltip=tips("nature:N", "tie:N"),  # there may be no row to tell it by
        )
    )
    dots = (
        alt.Chart(nodes)
        .mark_point(filled=True, size=110, opacity=1, color=SERIES[4])
        .encode(x=across, y=up, tooltip=tips("name", "role"))
    )
    labels = []
    for rows, on_right in ((nodes[nodes["x"] >= 0], True), (nodes[nodes["x"] < 0], False)):
        labels.append(
            alt.Chart(rows)
            .mark_text(
                align="left" if on_right else "right",
                dx=9 if on_right else -9,
                fontSize=12,
                color=INK,
            )
            .encode(x=across, y=up, text=alt.Text("name:N"))
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


# --- handled ----------------------------------------------------------------------------------
# Along which ties an order can pass: from the first actor to the second, or the other way.
_DOWN, _UP = {"heads", "commands"}, {"part-of", "reports-to"}
# An alliance that somebody reports may carry influence both ways; it is no chain of command.
_BOTH = {"allied-with"}
_LONGEST = 6


def paths(ties: Any, start: str, goal: str) -> list[tuple[list[str], bool]]:
    """Every way from *start* to *goal* without a loop, of at most six ties, shortest first;
    and whether all its ties are formal."""
    steps: dict[str, list[tuple[str, bool]]] = {}
    for tie in rows_of(ties):
        formal = tie.nature == "formal"
        ends = tie.from_actor_id, tie.to_actor_id
        if tie.kind in _DOWN | _BOTH:
            steps.setdefault(ends[0], []).append((ends[1], formal))
        if tie.kind in _UP | _BOTH:
            steps.setdefault(ends[1], []).append((ends[0], formal))
    found: dict[tuple[str, ...], bool] = {}

    def walk(path: tuple[str, ...], formal: bool) -> None:
        if path[-1] == goal:
            found[path] = found.get(path, False) or formal
        elif len(path) <= _LONGEST:
            for onward, solid in steps.get(path[-1], []):
                if onward not in path:
                    walk((*path, onward), formal and solid)

    walk((start,), True)
    return [(list(path), found[path]) for path in sorted(found, key=lambda p: (len(p), p))]


def _carries(ties: Any, day: str) -> Any:
    """The ties that can carry an order or influence and held on *day*."""
    kinds = ties["kind"].isin(_DOWN | _UP | _BOTH)
    begun = ties["since"].isna() | (ties["since"].fillna("") <= day)
    lasting = ties["until"].isna() | (ties["until"] >= day)
    return ties[kinds & begun & lasting]


def explore_actors(wishes: Mapping[str, Any]) -> Steps:
    """The network and its list: kinds of tie, one actor, and what happens when a tie goes."""
    people = load("actors").set_index("actor_id")
    names = people["name"].str.split(" (", regex=False).str[0]
    ties = load("ties")
    by_name = tuple(sorted((name, actor) for actor, name in names.items()))
    kinds = (
        ("formal and reported", "all"),
        ("formal only", "formal"),
        ("reported only", "reported"),
    )
    nature = yield Control("nature", "Kind of tie", "menu", kinds, "all")
    everybody = (("all actors", "all"), *by_name)
    around = yield Control("around", "Ties of", "menu", everybody, "all")
    views = (("network and list", "network"), ("list only", "list"))
    view = yield Control("view", "Show", "menu", views, "network")
    day = meeting_day()
    kept = ties if nature == "all" else ties[ties["nature"] == nature]
    links = _carries(kept, day)
    first = "mustafa-al-kadhimi"
    above = yield Control("path_from", "Command from", "menu", by_name, first)
    others = tuple(option for option in by_name if option[1] != above)
    default = "kataib-hezbollah" if above != "kataib-hezbollah" else first
    below = yield Control("path_to", "Command to", "menu", others, default)

    def tie_name(tie: Any) -> str:
        kind = tie.kind.replace("-", " ")
        return f"{names[tie.from_actor_id]}: {kind} {names[tie.to_actor_id]} ({tie.nature})"

    removable = (("none", ""), *((tie_name(tie), tie.tie_id) for tie in rows_of(links)))
    removed = yield Control("remove", "Remove this tie", "menu", removable, "")

    before = paths(links, above, below)
    left = paths(links[links["tie_id"] != removed], above, below)
    ends = f"from {names[above]} to {names[below]}"
    formal = [path for path, solid in left if solid]
    leaning = [path for path, solid in left if not solid]

    def ways(paths: list[list[str]]) -> str:
        shown = "; ".join(" → ".join(names[a] for a in path) for path in paths[:3])
        return f"{shown}{f'; and {len(paths) - 3} more' if len(paths) > 3 else ''}"

    words = [_degrees(kept[kept["tie_id"] != removed], names, around, nature)]
    if removed:
        tie = row_of(links.set_index("tie_id"), removed)
        gone = len(before) - len(left)
        change = (
            f"{gone} of {how_many(len(before), 'path')} {ends} {'is' if gone == 1 else 'are'} gone"
            if gone
            else f"no path {ends} changes"
        )
        words.append(f"Without the tie “{tie_name(tie)}” {change}.")
    if nature == "reported":
        words.append("Formal ties are out of view, and with them every path of command.")
        if not leaning:
            words.append(f"No path {ends} rests on reported ties alone.")
    elif formal:
        words.append(
            f"On paper {how_many(len(formal), 'path')} of command {ends} "
            f"{'holds' if len(formal) == 1 else 'hold'} on {in_words(day)}: {ways(formal)}."
        )
    else:
        words.append(f"On paper no path of command {ends} holds on {in_words(day)}.")
    if leaning:
        words.append(
            f"{how_many(len(leaning), 'path')} of influence {'leans' if len(leaning) == 1 else 'lean'} "
            f"on at least one reported tie, which is somebody's report and no order: "
            f"{ways(leaning)}."
        )
    degrees = _degree_table(kept[kept["tie_id"] != removed], names, around)
    if nature != "all":  # a nought would say that there is none, and it is only out of view
        degrees = degrees[["Actor", "Role", nature.capitalize()]]
    return Scene(
        actors(
            around=None if around == "all" else around,
            nature=None if nature == "all" else nature,
            without=removed or None,
        ),
        " ".join(words),
        (("The actors, their roles and their ties", degrees),),
        list_only=view == "list",
    )


def _degree_table(ties: Any, names: Any, around: str) -> pd.DataFrame:
    import pandas as pd

    if around != "all":
        ties = ties[(ties["from_actor_id"] == around) | (ties["to_actor_id"] == around)]
    ends = pd.concat(
        [
            ties[["from_actor_id", "nature"]].rename(columns={"from_actor_id": "actor"}),
            ties[["to_actor_id", "nature"]].rename(columns={"to_actor_id": "actor"}),
        ]
    )
    rows, roles = [], load("actors").set_index("actor_id")["role"]
    # The ring shows whoever has no tie as well.
    everybody = list(roles.index) if around == "all" else []
    for actor in dict.fromkeys([*ends["actor"], *everybody]):
        own = ends.loc[ends["actor"] == actor, "nature"]
        formal, reported = int((own == "formal").sum()), int((own == "reported").sum())
        counted = {"Formal": formal, "Reported": reported, "All": len(own)}
        rows.append({"Actor": names[actor], "Role": roles[actor]} | counted)
    table = pd.DataFrame(rows, columns=["Actor", "Role", "Formal", "Reported", "All"])
    return table.sort_values(["All", "Actor"], ascending=[False, True]).reset_index(drop=True)


def _degrees(ties: Any, names: Any, around: str, nature: str) -> str:
    table = _degree_table(ties, names, around).set_index("Actor")
    kinds = ("Formal", "Reported") if nature == "all" else (nature.capitalize(),)
    if around != "all":
        name = names[around]
        own = table.loc[name] if name in table.index else dict.fromkeys(kinds, 0)
        return f"{name}: {', '.join(f'{kind.lower()} ties {own[kind]}' for kind in kinds)}."
    parts = []
    for kind in kinds:
        most = int(table[kind].max()) if len(table) else 0
        if most:
            who = listed(list(table.index[table[kind] == most]))
            parts.append(f"most {kind.lower()} ties: {who}, with {most}")
    return f"{how_many(len(ties), 'tie')} in view; {'; '.join(parts)}."
