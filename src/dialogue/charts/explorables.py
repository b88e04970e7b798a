"""Pictures that can be handled: what can be set, and the picture and words for every setting.

Each is a generator: it yields one :class:`Control` after another, is sent the value that holds
for it, and returns the :class:`Scene`.  What a control offers may so depend on those before it
(the undertakings of the chosen party, say).  No widget is known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from dialogue.charts import chart
from dialogue.charts.look import (
    DOMAINS,
    Picture,
    in_words,
    last_day,
)
from dialogue.course import sources
from dialogue.course.tables import dictionary, load

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Control:
    """One thing that a learner can set: a ``slider``, a ``menu`` or a ``tick`` (yes or no)."""

    key: str
    label: str
    kind: str
    options: tuple[tuple[str, Any], ...]
    default: Any

    @property
    def values(self) -> list[Any]:
        """Every value that can be set, in order."""
        return [value for _, value in self.options]

    def read(self, wish: Any) -> Any:
        """The value that *wish* means, be it a value or a label, in any letter case.

        Raises ``ValueError`` when it means none of them.
        """
        for label, value in self.options:
            if type(wish) is type(value) and wish == value:
                return value
            if str(wish).casefold() in {label.casefold(), str(value).casefold()}:
                return value
        raise ValueError(wish)


def tick(key: str, label: str, default: bool) -> Control:
    """A control that is on or off."""
    return Control(key, label, "tick", (("no", False), ("yes", True)), default)


@dataclass(frozen=True)
class Scene:
    """A picture with what is said under it, for one setting of the controls.

    *tables* are further tables, each with its caption, to stand after that of the picture.
    With *list_only* the tables take the picture's place.
    """

    picture: Picture
    words: str
    tables: tuple[tuple[str, pd.DataFrame], ...] = ()
    list_only: bool = False


@dataclass(frozen=True)
class State:
    """An explorable at one setting."""

    controls: tuple[Control, ...]
    settings: Mapping[str, Any]
    scene: Scene = field(repr=False)


Steps = Generator[Control, Any, Scene]


def stage(name: str, wishes: Mapping[str, Any]) -> State:
    """The explorable *name* with *wishes* where they can be had and its defaults elsewhere."""
    steps = EXPLORABLES[name](wishes)
    controls, settings = [], {}
    answer = None
    while True:
        try:
            control = steps.send(answer)
        except StopIteration as end:
            return State(tuple(controls), settings, end.value)
        try:
            answer = control.read(wishes[control.key])
        except (KeyError, ValueError):
            answer = control.default
        controls.append(control)
        settings[control.key] = answer


# --- helpers for words ---------------------------------------------------------------------


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def _listed(parts: list[str], last: str = "and") -> str:
    return (
        f" {last} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
    )


def _source(source_id: str) -> str:
    """A source in a few words: who published it, when, and its id for ``cite``."""
    row = sources.bibliography().get(source_id)
    return f"{row['publisher']}, {row['date'][:4] or 'no date'}" if row else source_id


def _is_day(text: Any) -> bool:
    try:
        date.fromisoformat(str(text))
    except ValueError:
        return False
    return len(str(text)) == 10


def _days(key: str, label: str, days: set[str], wish: Any, default: str) -> Control:
    """A slider over days on which something changes, and the day that is wished for."""
    first, last = min(days), max(days)
    if _is_day(wish) and first <= wish <= last:
        days = {*days, str(wish)}
    stops = tuple((in_words(day), day) for day in sorted(days))
    return Control(
        key, label, "slider", stops, default if default in {d for _, d in stops} else first
    )


# --- 01: the article as a strip ------------------------------------------------------------


def article(wishes: Mapping[str, Any]) -> Steps:
    """Choose a paragraph and read what it states; leave the pull quotes out."""
    from dialogue.charts.article import (
        KINDS,
        claims,
        share,
        strip,
    )

    table = strip().set_index("paragraph")
    no_quotes = yield tick("leave_out_quotes", "Leave out pull quotes", False)
    shown = table[table["kind"] != "pull-quote"] if no_quotes else table
    # Whoever reads a pull quote and leaves those out goes on with what it repeats.
    wish = str(wishes.get("paragraph", "")).upper()
    repeated = str(table.loc[wish, "repeats"]) if wish in table.index else ""
    default = repeated if repeated in shown.index else shown.index[0]
    options = tuple((name, name) for name in shown.index)
    name = yield Control("paragraph", "Paragraph", "slider", options, default)

    row = table.loc[name]
    part = row["kind"].replace("-", " ") + (f" of {row['repeats']}" if row["repeats"] else "")
    own = claims()
    own = own[own["paragraph"] == name]
    if row["kind"] == "pull-quote":
        what = f"{row['repeats']} is mostly {KINDS[row['main']][1]}"
    elif row["main"]:
        what = f"{_count(len(own), 'statement')}, mostly {KINDS[row['main']][1]}"
    else:
        what = "no statement is coded"
    digest = sources.paragraphs()[name]["digest"]
    (yes, every), (kept, fewer) = share(), share(quotes=False)
    before, after = 100 * yes / every, 100 * kept / fewer
    if no_quotes:
        change = (
            f"{abs(after - before):.0f} points {'lower' if after < before else 'higher'} than"
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
    tables = ()
    if len(own):
        stated = own[["claim_id", "kind", "hedge", "wording"]].assign(
            kind=own["kind"].map(lambda kind: KINDS[kind][1])
        )
        stated.columns = ["No.", "Kind", "Weakened by the article", "Statement, in our words"]
        tables = ((f"What {name} states", stated),)
    return Scene(
        chart("article", quotes=not no_quotes, chosen=name),
        f"{name} ({part}; section {row['section'].replace('-', ' ')}; {what}). {digest} {portion}",
        tables,
    )


# --- 02: troops and their legal basis ------------------------------------------------------

_STATED_BY = {
    "us-government": "the US government",
    "press": "the press",
    "research": "research",
}


def troops(wishes: Mapping[str, Any]) -> Steps:
    """A day: which number was the latest, of which kind, and the legal basis in force."""
    from dialogue.charts.history import MEASURES, QUALIFIERS, picture_ends

    levels = load("troop_levels")
    levels = levels[(levels["scope"] == "iraq") & levels["measure"].isin(list(MEASURES))]
    levels = levels.assign(day=levels["date"].map(last_day), kind=levels["measure"].astype(str))
    legal = load("legal_basis")
    legal = legal[legal["lane"] == "forces"].reset_index(drop=True)
    end = picture_ends()
    first, latest_start = int(legal["start"].min()[:4]), int(end[:4]) - 5
    years = tuple((str(year), year) for year in range(first, latest_start + 1))
    year = yield Control("start", "Start in", "menu", years, first)
    start = f"{year}-01-01"
    days = {d for d in [*levels["day"], *legal["start"]] if start <= d <= end}
    today = load("rounds").set_index("session_id").loc["R01", "date"]
    if today >= start:
        days.add(today)
    day = yield _days("date", "Date", days, wishes.get("date"), today)

    def told(row: Any) -> str:
        when = in_words(row.date)
        return (
            f"{QUALIFIERS[row.qualifier]}{row.troops:,} ({when}; said by "
            f"{_STATED_BY[row.stated_by]}; {_source(row.source_id)})"
        )

    past = levels[levels["day"] <= day]
    present = past[past["kind"] == "reported-presence"]
    latest = present[present["day"] == present["day"].max()]
    if len(latest):
        numbers = _listed([told(row) for row in latest.itertuples()], "or")
        said = f"the latest number of US soldiers reported as present in Iraq was {numbers}."
    else:
        said = "no number of US soldiers in Iraq was yet reported."
    others = past[(past["kind"] != "reported-presence")]
    if len(latest):
        others = others[others["day"] >= latest["day"].max()]
    apart = [f"{MEASURES[row.kind]}: {told(row)}" for row in others.itertuples()]
    if apart:
        said += f" Of another kind, so kept apart: {'; '.join(apart)}."
    force = legal[(legal["start"] <= day) & ~(legal["end"].fillna("9999") < day)]
    if len(force):
        basis = force.iloc[0]
        number = int(force.index[0]) + 1
        said += (
            f" Legal basis in force that day: no. {number}, {basis['name']} "
            f"({basis['document']}; {_source(basis['source_id'])})."
        )
    else:
        said += f" The ribbon of legal bases begins on {in_words(legal['start'].min())}."
    return Scene(chart("troops", start=start, on=day), f"On {in_words(day)} {said}")


# --- 03: the timeline and its curtain ------------------------------------------------------


def timeline(wishes: Mapping[str, Any]) -> Steps:
    """A day in a year of crises: what was known, and what the curtain hides."""
    from dialogue.charts.history import STRANDS, _drawn

    start, end = "2019-10-01", "2020-08-31"
    every = load("events")
    every = every[every["date"].map(_drawn).between(start, end)]
    every = every.assign(
        lane=every["strand"].astype(str),
        known=every["known_on"].map(last_day),
        happened=every["date"].map(last_day),
    )
    lanes = (("all strands", "all"), *((name, key) for key, name in STRANDS.items()))
    lane = yield Control("strand", "Strand", "menu", lanes, "all")
    curtain = yield tick("curtain", "Hide what was not yet known", True)
    days = {start, end, *(day for day in every["known"] if start <= day <= end)}
    meeting = load("rounds").set_index("session_id").loc["R01", "date"]
    day = yield _days("date", "Date", days, wishes.get("date"), meeting)

    table = every if lane == "all" else every[every["lane"] == lane]
    known = table[table["known"] <= day].sort_values(["known", "happened"], kind="stable")
    later = table[table["known"] > day].sort_values(["known", "happened"], kind="stable")
    over = int((later["happened"] <= day).sum())

    def one(row: Any) -> str:
        return f"“{row['title']}” ({in_words(row['date'])})"

    where = "the picture" if lane == "all" else f"the strand {STRANDS[lane]}"
    words = f"On {in_words(day)} {len(known)} of the {_count(len(table), 'event')} of {where} "
    words += "was known" if len(known) == 1 else "were known"
    words += f", the latest {one(known.iloc[-1])}. " if len(known) else ". "
    if not len(later):
        words += "Nothing is left to become known."
    elif curtain:
        words += f"The curtain hides {len(later)} that became known later"
        words += f", {over} of which had already happened." if over else "."
    else:
        words += f"With the curtain open the other {len(later)} are in view too; the next to "
        words += f"become known is {one(later.iloc[0])}."
    return Scene(
        chart(
            "timeline",
            known_on=day if curtain else "9999-12-31",
            start=start,
            end=end,
            on=day,
            strand=None if lane == "all" else lane,
        ),
        words,
    )


# --- 04: actors, ties, and paths of command ------------------------------------------------

# Along which ties an order can pass: from the first actor to the second, or the other way.
_DOWN, _UP = {"heads", "commands"}, {"part-of", "reports-to"}
# An alliance that somebody reports may carry influence both ways; it is no chain of command.
_BOTH = {"allied-with"}
_LONGEST = 6


def _paths(ties: Any, start: str, goal: str) -> list[tuple[list[str], bool]]:
    """Every way from *start* to *goal* without a loop, of at most six ties, shortest first;
    and whether all its ties are formal."""
    steps: dict[str, list[tuple[str, bool]]] = {}
    for tie in ties.itertuples():
        formal = str(tie.nature) == "formal"
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
    kinds = ties["kind"].astype(str).isin(_DOWN | _UP | _BOTH)
    begun = ties["since"].isna() | (ties["since"].fillna("") <= day)
    lasting = ties["until"].isna() | (ties["until"] >= day)
    return ties[kinds & begun & lasting]


def actors(wishes: Mapping[str, Any]) -> Steps:
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
    day = load("rounds").set_index("session_id").loc["R01", "date"]
    kept = ties if nature == "all" else ties[ties["nature"].astype(str) == nature]
    links = _carries(kept, day)
    first = "mustafa-al-kadhimi"
    above = yield Control("path_from", "Command from", "menu", by_name, first)
    others = tuple(option for option in by_name if option[1] != above)
    default = "kataib-hezbollah" if above != "kataib-hezbollah" else first
    below = yield Control("path_to", "Command to", "menu", others, default)

    def tie_name(tie: Any) -> str:
        kind = str(tie.kind).replace("-", " ")
        return f"{names[tie.from_actor_id]}: {kind} {names[tie.to_actor_id]} ({tie.nature})"

    removable = (("none", ""), *((tie_name(tie), tie.tie_id) for tie in links.itertuples()))
    removed = yield Control("remove", "Remove this tie", "menu", removable, "")

    before = _paths(links, above, below)
    left = _paths(links[links["tie_id"] != removed], above, below)
    ends = f"from {names[above]} to {names[below]}"
    formal = [path for path, solid in left if solid]
    leaning = [path for path, solid in left if not solid]

    def ways(paths: list[list[str]]) -> str:
        shown = "; ".join(" → ".join(names[a] for a in path) for path in paths[:3])
        return f"{shown}{f'; and {len(paths) - 3} more' if len(paths) > 3 else ''}"

    words = [_degrees(kept[kept["tie_id"] != removed], names, around, nature)]
    if removed:
        tie = links.set_index("tie_id").loc[removed]
        gone = len(before) - len(left)
        change = (
            f"{gone} of {_count(len(before), 'path')} {ends} {'is' if gone == 1 else 'are'} gone"
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
            f"On paper {_count(len(formal), 'path')} of command {ends} "
            f"{'holds' if len(formal) == 1 else 'hold'} on {in_words(day)}: {ways(formal)}."
        )
    else:
        words.append(f"On paper no path of command {ends} holds on {in_words(day)}.")
    if leaning:
        words.append(
            f"{_count(len(leaning), 'path')} of influence {'leans' if len(leaning) == 1 else 'lean'} "
            f"on at least one reported tie, which is somebody's report and no order: "
            f"{ways(leaning)}."
        )
    degrees = _degree_table(kept[kept["tie_id"] != removed], names, around)
    if nature != "all":  # a nought would say that there is none, and it is only out of view
        degrees = degrees[["Actor", nature.capitalize()]]
    return Scene(
        chart(
            "actors",
            around=None if around == "all" else around,
            nature=None if nature == "all" else nature,
            without=removed or None,
        ),
        " ".join(words),
        (("Ties counted by actor", degrees),),
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
    rows = []
    for actor in dict.fromkeys(ends["actor"]):
        own = ends.loc[ends["actor"] == actor, "nature"].astype(str)
        formal, reported = int((own == "formal").sum()), int((own == "reported").sum())
        rows.append(
            {"Actor": names[actor], "Formal": formal, "Reported": reported, "All": len(own)}
        )
    table = pd.DataFrame(rows, columns=["Actor", "Formal", "Reported", "All"])
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
            who = _listed(list(table.index[table[kind] == most]))
            parts.append(f"most {kind.lower()} ties: {who}, with {most}")
    return f"{_count(len(ties), 'tie')} in view; {'; '.join(parts)}."


# --- 05: the verb ladder -------------------------------------------------------------------


def ladder(wishes: Mapping[str, Any]) -> Steps:
    """Place an undertaking on a rung and compare with the course's own coding."""
    from dialogue.charts.commitments import TOP_RUNG

    table = load("commitments")
    table = table[table["round"] == 1]
    rungs = [*map(str, table["strength"].cat.categories), TOP_RUNG]
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
        (f"{row.commitment_id} {row.commitment}", row.commitment_id) for row in table.itertuples()
    )
    chosen = yield Control("commitment", "Undertaking", "menu", lines, lines[0][1])
    places = (("not placed yet", ""), *((rung, rung) for rung in rungs))
    placed = yield Control("rung", "Your rung", "menu", places, "")

    row = table.set_index("commitment_id").loc[chosen]
    own = str(row["strength"])
    speaker = {"both": "both parties"}.get(row["party"], row["party"])
    line = f"{chosen} ({speaker}; {DOMAINS[row['domain']]}): “{row['commitment']}.”"
    if placed:
        apart = rungs.index(placed) - rungs.index(own)
        if apart:
            far = _count(abs(apart), "rung")
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
        chart(
            "commitments",
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


# --- 06: the raid --------------------------------------------------------------------------


def raid(wishes: Mapping[str, Any]) -> Steps:
    """How many accounts must agree, and the narrowest sentence that so many support."""
    from dialogue.charts.people import raid_cells, raid_support

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
        rows = list(said[point].itertuples())
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
            f"Each part of this has at least {_count(need, 'account')} behind it: "
            f"“{'; '.join([carried, *more])}.”"
        )
        rivals = [point for point in points if len(said[point]) > 1]
        if rivals:
            words += f" Accounts differ on {_listed(rivals)}."
        whole = set(accounts)
        for point in points:
            if len(said[point]):
                whole &= {name for names in said[point]["names"] for name in names}
        words += (
            f" {_count(len(whole), 'account')} {'has' if len(whole) == 1 else 'have'} every part of it."
            if whole
            else " No account has every part of it."
        )
        if out:
            words += f" Left out, because fewer agree: {', '.join(out)}."
    else:
        top = int(most.max())
        words = (
            f"There is no sentence that {need} accounts support: the most that agree on any point "
            f"are {top}, on {_listed(list(most.index[most == top]))}."
        )
    return Scene(chart("raid", agree=need), words)


# --- 07 to 11: elsewhere -------------------------------------------------------------------


def _of_the_stakes(name: str) -> Callable[[Mapping[str, Any]], Steps]:
    """An explorable of ``explorables_stakes``, which is read when it is first wanted."""

    def steps(wishes: Mapping[str, Any]) -> Steps:
        from dialogue.charts import explorables_stakes

        scene: Scene = yield from getattr(explorables_stakes, name.replace("-", "_"))(wishes)
        return scene

    return steps


EXPLORABLES: dict[str, Callable[[Mapping[str, Any]], Steps]] = {
    "actors": actors,
    "article": article,
    "ladder": ladder,
    "ledger": _of_the_stakes("ledger"),
    "oil": _of_the_stakes("oil"),
    "options": _of_the_stakes("options"),
    "parliament": _of_the_stakes("parliament"),
    "polls": _of_the_stakes("polls"),
    "raid": raid,
    "timeline": timeline,
    "troops": troops,
    "two-level": _of_the_stakes("two-level"),
    "waivers": _of_the_stakes("waivers"),
}
