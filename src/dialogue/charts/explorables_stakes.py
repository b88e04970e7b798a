"""Pictures that can be handled for lessons 07 to 11; how one is built, ``explorables`` says.

Numbers come from the tables or from the reader's own sliders, and the words always say which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from dialogue.charts import chart
from dialogue.charts.explorables import (
    Control,
    Scene,
    Steps,
    _count,
    _days,
    _listed,
    _source,
    tick,
)
from dialogue.charts.look import in_words, last_day
from dialogue.charts.politics import MAJORITY, margin_of_error
from dialogue.charts.stakes import (
    CRITERIA,
    NEUTRAL,
    OPTIONS,
    ROWS,
    SEATS,
    STRONG,
    TABLES,
    WEAK,
    Marks,
    Verdict,
    leaders,
    ledger_rows,
    marks,
    totals,
    verdicts,
)
from dialogue.course.tables import load

if TYPE_CHECKING:
    import pandas as pd


def _numbers(key: str, label: str, stops: Any, default: Any, unit: str = "") -> Control:
    """A slider over numbers, each shown with its unit."""
    options = tuple((f"{n:,} {unit}".strip(), n) for n in stops)
    return Control(key, label, "slider", options, default)


# --- 07: the two-level game ----------------------------------------------------------------

# Asked in this order: the two sliders first, then what may be traded for them.
_ISSUES = (
    (1, "withdrawal", "How fast a withdrawal", "slider"),
    (3, "pledge", "How firm a security pledge", "slider"),
    (4, "waiver", "Next power waiver", "menu"),
    (5, "economy", "Economy", "menu"),
    (2, "mission", "Words for the mission", "menu"),
    (6, "elections", "Elections and protesters", "menu"),
)


def two_level(wishes: Mapping[str, Any]) -> Steps:
    """Set a text and see which delegation and which home audience accepts it."""
    payoffs, rules = load("negotiation_payoffs"), load("negotiation_support")
    text: dict[int, str] = {}
    for issue, key, label, kind in _ISSUES:
        own = payoffs[payoffs["issue"] == issue]
        offered = tuple(
            (f"{row.option}: {row.option_text}", row.option) for row in own.itertuples()
        )
        text[issue] = yield Control(key, label, kind, offered, "B")
    letters = "".join(text[issue] for issue in sorted(text))
    said = verdicts(text, payoffs, rules)
    yes = [name for name, _, _ in TABLES if said[name].accepts]
    no = [name for name, _, _ in TABLES if not said[name].accepts]
    if not no:
        words = "All four accept this text: both delegations can sign it, and it passes at home."
    elif not yes:
        words = "Nobody accepts this text."
    else:
        words = f"{_sayers(yes)} accept{'s' if len(yes) == 1 else ''} this text; "
        words += f"{_sayers(no, lower=True)} refuse{'s' if len(no) == 1 else ''} it."
    signed = said["US delegation"].accepts and said["Iraqi delegation"].accepts
    if signed and no:
        words += " Both delegations would sign, and the text would then fail at home."
    points = [
        f"{name} {said[name].value} points of at least {said[name].need}"
        for name, _, home in TABLES
        if not home
    ]
    us, iraq = said["US home audience"], said["Iraqi home audience"]
    rule = rules.set_index("rule_id").loc["home-us", "rule"]
    words += (
        f" {_listed(points)}. The US home test is {'met' if us.accepts else 'failed'} (“{rule}”). "
        f"In Baghdad {iraq.value} of the {iraq.need} seats needed support it"
        + (
            f": {_listed([f'{bloc} {seats}' for bloc, seats in iraq.blocs])}."
            if iraq.blocs
            else "."
        )
        + " Points and rules are invented for teaching, not findings."
    )
    return Scene(
        chart("two-level", text=letters),
        words,
        (("The text that you set, at four tables", _four_tables(said)),),
    )


def _sayers(names: list[str], lower: bool = False) -> str:
    return f"{'the' if lower else 'The'} {_listed(names)}"


def _four_tables(said: Mapping[str, Verdict]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, _, home in TABLES:
        own, unit = said[name], "seats" if home else "points"
        number = "rule" if own.value is None else f"{own.value} of {own.need} {unit}"
        rows.append(
            {"Who": name, "Number": number, "Verdict": "accepts" if own.accepts else "refuses"}
        )
    return pd.DataFrame(rows)


# --- 08: oil and waivers -------------------------------------------------------------------

_BASIS = {
    "stated": "stated by a source",
    "computed": "computed by the course",
    "recalled": "from memory, unsourced",
}


def oil(wishes: Mapping[str, Any]) -> Steps:
    """Volume times price, in million and in billion, beside a month of the table."""
    table = load("oil_revenue")
    table = table[table["measure"] == "month"].set_index("date")
    months = tuple((in_words(month), month) for month in table.index)
    month = yield Control("month", "Month to compare with", "menu", months, "2020-04")
    row = table.loc[month]
    volume = yield _numbers(
        "volume", "Your volume in a month", range(70, 111), 90, "million barrels"
    )
    price = yield _numbers("price", "Your price", range(10, 66), 40, "dollars a barrel")

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
        f"million barrels ({_BASIS[str(row['exports_basis'])]}) times "
        f"{row['price_usd_per_barrel']:g} dollars ({_BASIS[str(row['price_basis'])]}) make "
        f"{product:,.0f} million dollars; the table's revenue is {stated:g} billion "
        f"({_BASIS[str(row['revenue_basis'])]}; {_source(row['source_id'])}). {beside}."
    )
    return Scene(
        chart("oil", volume=volume, price_paid=price, month=month),
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
            "Revenue is": [_BASIS[str(basis)] for basis in table["revenue_basis"]],
        }
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
    for position, row in enumerate(table.itertuples()):
        start, end = str(row.start), str(row.expires)
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


def waivers(wishes: Mapping[str, Any]) -> Steps:
    """A day: the waiver in force, its length and stated reason, and the events around it."""
    import pandas as pd

    table = dated_waivers()
    rounds = load("rounds")
    meeting = rounds.set_index("session_id").loc["R01", "date"]
    first, last = _first_day(table["start"].iloc[0]), last_day(table["expires"].iloc[-1])
    after = (date.fromisoformat(last) + NEAR).isoformat()
    edges = {
        edge
        for text in [*table["start"], *table["expires"]]
        for edge in (_first_day(text), last_day(text))
    }
    edges |= {day for day in rounds["date"] if len(day) == 10 and first <= day <= after}
    day = yield _days("date", "Date", {*edges, after}, wishes.get("date"), meeting)
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
            f"{row['waiver_id']} {length}, {row['granted_meaning']} {_when(row['granted'])}, from "
            f"{in_words(row['start'])} to {in_words(row['expires'])} ({reason}; "
            f"{_source(row['source_id'])})"
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
        words += f" {ended['waiver_id']} had run out ({in_words(ended['expires'])})"
        if later:
            begun = table.iloc[later[0]]
            words += f", and {begun['waiver_id']} began later ({in_words(begun['start'])})."
            words += " The table is not complete: a gap in it does not prove a gap in the waivers."
        else:
            words += ", and by the table none followed."
    beside = _events_around(day)
    words += f" {_count(len(beside), 'event')} of the course's tables lie"
    words += f"{'s' if len(beside) == 1 else ''} within {NEAR.days} days, before or after; "
    words += "that they stand close does not show a cause."
    tables = (
        (f"Events within {NEAR.days} days of {when}", beside),
        ("Waivers with start, length and stated reason", _waiver_table(table)),
    )
    return Scene(chart("waivers", on=day), words, tables)


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
            "Source": events["source_id"],
        }
    )


def _waiver_table(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "No.": table["waiver_id"],
            "From": table["start"],
            "Until": table["expires"],
            "Days": ["not found" if pd.isna(n) else int(n) for n in table["length_days"]],
            "Stated reason": table["stated_reason"].fillna("none seen"),
        }
    )


# --- 09: polls and parliament --------------------------------------------------------------

_PEOPLE = (100, 250, 500, 750, 1000, 1338, 1500, 2000, 2500, 3000, 3500, 5000, 10000)
_ABOUT = {"exactly": "", "about": "about ", "at-least": "at least "}
_RIVALS = {
    "iran-partner-article": "the article, reliable partner",
    "iran-positive-voa": "VOA, positive attitude",
    "iran-favourable-winep": "the Washington Institute, favourable",
}


def polls(wishes: Mapping[str, Any]) -> Steps:
    """A poll and a number of people: the margin of error, the question, the rival baselines."""
    import pandas as pd

    table = load("polls").set_index("poll_id")
    menu = tuple(
        (
            f"{poll} {row['subject']}, {row['measure'].replace('-', ' ')}, {row['population']}, "
            f"{row['year']}: {_ABOUT[row['qualifier']]}{row['percent']:g} per cent",
            poll,
        )
        for poll, row in table.iterrows()
    )
    poll = yield Control("poll", "Poll", "menu", menu, "PL01")
    n = yield _numbers("n", "Your number of people asked", _PEOPLE, 1000, "people")
    rivals = (("all three, apart", "all"), *((name, key) for key, name in _RIVALS.items()))
    baseline = yield Control("baseline", "Account of Iran's rating", "menu", rivals, "all")

    row = table.loc[poll]
    percent = float(row["percent"])
    error = margin_of_error(percent, n)
    low, high = max(0, percent - error), min(100, percent + error)
    known = row["n"]
    if pd.isna(known):
        asked = "The report read does not give the number asked for this figure, so the n is yours"
    elif int(known) == n:
        asked = f"The report gives this number, {n:,}"
    else:
        asked = f"The report gives {int(known):,}; the {n:,} are yours"
    mode = {"not-stated": "the mode is not stated"}.get(row["mode"], f"by {row['mode']}")
    same = [
        f"{other} ({table.loc[other, 'year']}, {table.loc[other, 'percent']:g})"
        for other in table.index[table["series"] == row["series"]]
        if other != poll
    ]
    words = (
        f"{poll}: {_ABOUT[row['qualifier']]}{percent:g} per cent of {row['population']} "
        f"({_source(row['source_id'])}). With {n:,} people drawn at random the margin of error is "
        f"{error:.1f} points either way: {low:.1f} to {high:.1f}. {asked}. Asked, as reported: "
        f"“{row['question']}” (the full wording was not seen; {mode}). "
        + (
            f"May be compared with {_listed(same)}, of the same question."
            if same
            else "No other row of the table has the same question."
        )
    )
    wanted = list(_RIVALS) if baseline == "all" else [baseline]
    falls = []
    for series in wanted:
        own = table[table["series"] == series].sort_values("year")
        start, end = float(own["percent"].iloc[0]), float(own["percent"].iloc[-1])
        falls.append(
            f"{_RIVALS[series]}, {start:g} to {end:g}: {start - end:g} points or "
            f"{(start - end) / start:.0%} of the start".replace("%", " per cent")
        )
    words += f" Iran's rating from 2017 to 2020, by {'; by '.join(falls)}."
    if baseline == "all":
        words += " Three questions make three trends; none of them may borrow another's baseline."
    else:
        words += " Two other accounts begin elsewhere."
    words += " The margin knows chance alone, not wording or mode."
    return Scene(
        chart("polls", n=n, poll=poll, baseline=None if baseline == "all" else baseline),
        words,
        (
            (
                "Every figure with its question and the margin of error for your number",
                _asked(table, n),
            ),
        ),
    )


def _asked(table: pd.DataFrame, n: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "No.": table.index,
            "Year": table["year"],
            "Per cent": [
                f"{_ABOUT[q]}{p:g}"
                for q, p in zip(table["qualifier"], table["percent"], strict=True)
            ],
            f"Margin if n = {n:,}, points": [
                f"{margin_of_error(float(p), n):.1f}" for p in table["percent"]
            ],
            "n as reported": ["not stated" if pd.isna(k) else f"{int(k):,}" for k in table["n"]],
            "Mode": table["mode"].str.replace("-", " "),
            "Of whom": table["population"],
            "Question, in our words": table["question"],
        }
    )


_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
CLAIMED = 41  # the article's count, P26; the table government_formation has it too


def parliament(wishes: Mapping[str, Any]) -> Steps:
    """Iraqiyyun at one number of members or another: its rank, and how far it is from 165."""
    label = "Members of Iraqiyyun"
    members = yield _numbers("members", label, range(25, 61), CLAIMED, "members")
    table = load("parliament")
    table = table[(table["election"] == 2018) & (table["count"] == "recount")]
    lists = table[table["kind"] == "list"].sort_values(
        ["seats", "list"], ascending=[False, True], kind="stable"
    )
    seats = lists["seats"].astype(int)
    larger = lists[seats > members]
    level = list(lists["list"][seats == members])
    place = _PLACES[len(larger)]
    total = int(table["seats"].sum())
    words = f"With {members} members Iraqiyyun would be {place} in size"
    words += f", level with {_listed(level)}. " if level else ". "
    if len(larger):
        above = [f"{row.list} {row.seats}" for row in larger.itertuples()]
        words += f"Larger by the seats of 2018: {_listed(above)}. "
    else:
        words += "No list won more in 2018. "
    reached = seats.cumsum()
    enough = int((reached < MAJORITY).sum()) + 1
    words += (
        f"A majority is {MAJORITY} of {total}: Iraqiyyun alone would lack {MAJORITY - members}, and "
        f"it takes the {enough} largest lists of 2018 together ({int(reached.iloc[enough - 1])} "
        f"seats) to pass it. "
    )
    words += {
        CLAIMED: "The article counts 41, and Anadolu too; other reports say forty or nearly 50.",
    }.get(
        members,
        f"The number {members} is yours; the article counts {CLAIMED}, other reports "
        "forty or nearly 50.",
    )
    words += (
        " Its members sat for lists that are shown at full size, because nobody published who they "
        "were: joining takes seats from those."
    )
    return Scene(chart("parliament", iraqiyyun=members, majority=True), words)


# --- 10: the option grid -------------------------------------------------------------------

HEAVIEST = 10


class Change(NamedTuple):
    """One weight moved until others lead: criterion, its weight then, who leads then."""

    criterion: str
    weight: int
    lead: tuple[str, ...]


def nearest_changes(given: Marks, weights: Mapping[str, int]) -> list[Change]:
    """For each criterion the nearest weight, 0 to 10, at which others lead than now.

    A criterion that changes nothing within those bounds is left out.  Nearest first; of two as
    near, the higher weight.
    """
    now = leaders(given, weights)
    found = []
    for criterion in CRITERIA:
        here = weights[criterion]
        for weight in sorted(range(HEAVIEST + 1), key=lambda w: (abs(w - here), -w)):
            then = leaders(given, {**weights, criterion: weight})
            if then and then != now:
                found.append(Change(criterion, weight, then))
                break
    return sorted(found, key=lambda change: abs(change.weight - weights[change.criterion]))


def options(wishes: Mapping[str, Any]) -> Steps:
    """Weights and marks of the reader's own: which option leads, and how firmly."""
    seats = tuple((name, key) for key, name in SEATS.items())
    seat = yield Control("seat", "Seen from", "menu", seats, "baghdad")
    weights = {}
    for key, name in CRITERIA.items():
        label = f"Your weight for {name.lower()}"
        weights[key] = yield _numbers(key, label, range(HEAVIEST + 1), 5)
    starts = (("all marks neutral (3)", False), ("an example, invented for teaching", True))
    # A menu and not a tick, so that what is chosen says that it is invented.
    invented = yield Control("marks", "Marks to start from", "menu", starts, False)
    pairs = tuple(
        (f"strong on {CRITERIA[good].lower()}, weak on {CRITERIA[bad].lower()}", f"{good}/{bad}")
        for good in CRITERIA
        for bad in CRITERIA
        if good != bad
    )
    own = {}
    for key, name in OPTIONS.items():
        menu = (("no mark of yours", ""), *pairs)
        own[key] = yield Control(f"option_{key}", f"{key} {name}: your mark", "menu", menu, "")

    grids = {name: marks(name, invented) for name in SEATS}
    yours = [key for key, pair in own.items() if pair]
    for key in yours:
        good, bad = own[key].split("/")
        grids[seat][key] |= {good: STRONG, bad: WEAK}
    given = grids[seat]
    lead, sums, whole = leaders(given, weights), totals(given, weights), sum(weights.values())
    said = ", ".join(f"{CRITERIA[key].lower()} {weight}" for key, weight in weights.items())
    words = f"Seen from {SEATS[seat]}, with your weights {said}: "
    if not lead:
        words += "nothing has any weight, so nothing can be ranked. Give one criterion a weight."
    else:
        best = sums[lead[0]] / whole
        behind = sorted({total for total in sums.values() if total < sums[lead[0]]})
        if len(lead) == len(OPTIONS):
            words += f"all four options tie at {best:.2f} of {STRONG}; none is ahead. "
        elif len(lead) > 1:
            words += (
                f"options {_listed(list(lead))} tie at {best:.2f} of {STRONG}; the next has "
                f"{behind[-1] / whole:.2f}. "
            )
        else:
            next_best = [key for key, total in sums.items() if total == behind[-1]]
            words += (
                f"option {lead[0]} ({OPTIONS[lead[0]]}) leads with {best:.2f} of {STRONG}; next "
                f"{'is option' if len(next_best) == 1 else 'are options'} {_listed(next_best)} with "
                f"{behind[-1] / whole:.2f}. "
            )
        words += _sensitivity(given, weights)
    others = [f"{SEATS[n]}: {_who(leaders(grids[n], weights))}" for n in SEATS if n != seat]
    if lead:
        words += f" With the same weights, from {'; from '.join(others)}."
    origin = (
        f"Your own marks stand for {_listed(['option ' + key for key in yours])}, as seen from "
        f"{SEATS[seat]}; the other marks"
        if yours
        else "The marks"
    )
    words += (
        f" {origin} are invented for teaching and nobody's view."
        if invented
        else f" {origin} are all neutral, {NEUTRAL} of {STRONG}."
    )
    return Scene(
        chart("options", weights=weights, grids=grids, seat=seat),
        words,
        (("How far one weight must move before others lead", _moves(given, weights)),),
    )


def _who(lead: tuple[str, ...]) -> str:
    if len(lead) == 1:
        return f"option {lead[0]}"
    return "all four tie" if len(lead) == len(OPTIONS) else f"options {_listed(list(lead))} tie"


def _sensitivity(given: Marks, weights: Mapping[str, int]) -> str:
    changes = nearest_changes(given, weights)
    if not changes:
        return f"No single weight from 0 to {HEAVIEST} changes that."
    near = changes[0]
    here = weights[near.criterion]
    way = "rise" if near.weight > here else "fall"
    return (
        f"The smallest move of one weight that changes this: let {CRITERIA[near.criterion].lower()} "
        f"{way} from {here} to {near.weight}, then {_who(near.lead)}"
        f"{' leads' if len(near.lead) == 1 else ''}."
    )


def _moves(given: Marks, weights: Mapping[str, int]) -> pd.DataFrame:
    import pandas as pd

    changes = {change.criterion: change for change in nearest_changes(given, weights)}
    rows = []
    for key, name in CRITERIA.items():
        change = changes.get(key)
        rows.append(
            {
                "Criterion": name,
                "Weight now": weights[key],
                "Others lead at": change.weight if change else f"never from 0 to {HEAVIEST}",
                "Who leads then": _who(change.lead) if change else "no change",
            }
        )
    return pd.DataFrame(rows)


# --- 11: the ledger ------------------------------------------------------------------------

# Forecasts of earlier lessons that belong beside a row, though their wording differs.  A forecast
# with a row's number in its id, such as 09-f16-iraqiyyun, needs no entry.
BESIDE = {
    "01-round-two-place": "F3",
    "03-early-election": "F13",
    "04-forecast-conviction": "F1",
    "06-embassy-forecast": "F4",
    "06-trial-forecast": "F1",
}
_IN_ID = re.compile(r"-f([1-9]|1[0-9]|20)(?=-|$)")


class Logged(NamedTuple):
    """A chance (per cent) that the learner logged first for a forecast of the course.

    *row* is the ledger's row beside which it belongs, or "".  *happened* is None while nobody
    knows.
    """

    item: str
    ask: str
    row: str
    chance: float
    happened: bool | None


def own_forecasts() -> list[Logged]:
    """The learner's logged forecasts by id; empty where there is no record or none that can be
    read.  The first chance counts, because later ones may know the outcome."""
    from dialogue import bank
    from dialogue.learner import progress
    from dialogue.questions import Forecast, NotANumber, chance

    asked = {
        name: question
        for name, question in bank.course_bank().questions.items()
        if isinstance(question, Forecast) and question.status != "draft"
    }
    was = {name: question.was for name, question in asked.items() if question.was}
    found = []
    for name, tries in sorted(progress.latest(set(asked), was).items()):
        question = asked[name]
        for one in tries:
            if one.event != "check" or one.version not in question.versions:
                continue
            if one.verdict != "logged":
                continue
            try:
                value = chance(one.response)
            except NotANumber:  # a line that somebody edited
                continue
            number = _IN_ID.search(name)
            row = f"F{number[1]}" if number else BESIDE.get(name, "")
            found.append(Logged(name, question.ask, row, value, question.happened))
            break
    return found


def ledger(wishes: Mapping[str, Any]) -> Steps:
    """Open the forecasts F1 to F20 one after another, with the score of one chance for all."""
    stops = (
        ("none", 0),
        *((f"F1 to {row}" if row != "F1" else row, n) for n, row in enumerate(ROWS, 1)),
    )
    opened = yield Control("opened", "Rows opened", "slider", stops, 0)
    stops = tuple((f"{percent} per cent", percent) for percent in range(0, 101, 5))
    same = yield Control("chance", "Your one chance for every row", "slider", stops, 50)
    # Only a hand on the controls of a live picture sets all of them.  A picture begins without
    # the record, whatever a notebook asks for, so that its saved copy never holds anybody's own.
    live = {"opened", "chance", "mine"} <= set(wishes)
    own_tick = tick("mine", "Show the chances that I logged", False)
    if not live:
        own_tick = Control(own_tick.key, own_tick.label, "tick", (("no", False),), False)
    mine = yield own_tick

    table = ledger_rows()
    seen = table[table["ledger"].isin(ROWS[:opened])]
    words = f"{opened} of {len(ROWS)} rows {'is' if opened == 1 else 'are'} open."
    if opened:
        words += _row_told(table[table["ledger"] == ROWS[opened - 1]], ROWS[opened - 1])
        words += _total(seen, same)
    if opened < len(ROWS):
        following = ROWS[opened]
        asked = table[table["ledger"] == following]
        rules = [f"{row.statement} Rule: {row.resolution_rule}" for row in asked.itertuples()]
        words += f" Next is {following}: {' And: '.join(rules)} Commit yourself before you open it."
    else:
        words += " The ledger is open to its end."
    tables: tuple[tuple[str, Any], ...] = (("What the open rows show", _outcomes(seen)),)
    if mine:
        logged = own_forecasts()
        told, own = _own(logged, opened)
        words += told
        if len(own):
            tables = (*tables, ("The chances that you logged", own))
    return Scene(chart("ledger", opened=opened), words.strip(), tables)


_VERDICTS = {
    "yes": "yes",
    "no": "no",
    "mixed": "mixed, so contested: neither 0 nor 1 fits and it is not scored",
    "unresolved": "unresolved, because no public evidence was found",
    "not-scorable": "cannot be scored",
}


def _verdict(row: Any) -> str:
    """An outcome with what limits it."""
    said = _VERDICTS[str(row.outcome)]
    limits = []
    if str(row.outcome) in {"yes", "no"}:
        if str(row.kind) in {"advice", "conditional"}:
            limits.append(f"{row.kind}, so not scored")
        if str(row.scorable) == "partly":
            limits.append("by a stand-in or a judgement, which may be disputed")
    return f"{said} ({'; '.join(limits)})" if limits else said


def _row_told(rows: Any, name: str) -> str:
    parts = []
    for row in rows.itertuples():
        parts.append(
            f"{row.forecast_id} ({row.paragraph}; the article's hedge: {row.hedge}): "
            f"“{row.statement}” Outcome as of {in_words(row.as_of)}: {_verdict(row)}. {row.evidence}"
        )
    return f" {name} says: {' '.join(parts)} "


def _total(seen: Any, same: int) -> str:
    """The score of one chance for every statement that can be scored, and what is left out."""
    from dialogue.questions import brier

    scored = seen["score"].dropna()
    left = len(seen) - len(scored)
    if not len(scored):
        return f"None of the {_count(len(seen), 'statement')} opened can be scored."
    score = sum(brier(same / 100, bool(value)) for value in scored) / len(scored)
    share = float(scored.mean())
    verb = "is" if len(scored) == 1 else "are"
    words = (
        f"Of the {_count(len(seen), 'statement')} opened {len(scored)} {verb} scored, "
        f"{int(scored.sum())} of them yes; {left} cannot be. Your {same} per cent for each gives a "
        f"Brier score of {score:.3f} (0 is perfect)"
    )
    if same != 50:
        words += "; fifty-fifty for each gives 0.250"
    return words + (
        f". With hindsight the best single chance would have been {share:.0%}".replace(
            "%", " per cent"
        )
        + f", for {share * (1 - share):.3f}."
    )


def _outcomes(seen: Any) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "Row": seen["ledger"],
            "No.": seen["forecast_id"],
            "Outcome": [_verdict(row) for row in seen.itertuples()],
            "Settled": ["" if pd.isna(day) else in_words(day) for day in seen["outcome_date"]],
            "Counted as": ["not scored" if pd.isna(s) else int(s) for s in seen["score"]],
            "How sure": seen["confidence"].astype(str),
            "Evidence": seen["evidence"],
            "Source": seen["source_id"],
            "Note": seen["note"].fillna(""),
        }
    )


def _own(logged: list[Logged], opened: int) -> tuple[str, pd.DataFrame]:
    """The learner's own chances, each scored against its own question once its row is open.

    What belongs to no row is settled when the whole ledger is open.
    """
    import pandas as pd

    from dialogue.questions import brier

    rows, scores = [], []
    for one in logged:
        is_open = one.row in ROWS[:opened] if one.row else opened == len(ROWS)
        if not is_open:
            outcome, score = "not opened", ""
        elif one.happened is None:
            outcome, score = "not known", ""
        else:
            scores.append(brier(one.chance / 100, one.happened))
            outcome, score = "yes" if one.happened else "no", f"{scores[-1]:.3f}"
        rows.append(
            {
                "Beside": one.row or "no row",
                "Question that you answered": one.ask,
                "Your chance": f"{one.chance:g} per cent",
                "Outcome of that question": outcome,
                "Brier score": score,
            }
        )
    if not logged:
        return " Your record holds no forecast yet.", pd.DataFrame()
    words = f" You logged {_count(len(logged), 'chance')} in earlier lessons; "
    if scores:
        mean = sum(scores) / len(scores)
        words += (
            f"the one settled here has a Brier score of {mean:.3f}, by"
            if len(scores) == 1
            else f"the {len(scores)} settled here have a mean Brier score of {mean:.3f}, each by"
        )
        words += " the wording of its own question."
    else:
        words += "none of them is settled by the rows that are open."
    return words, pd.DataFrame(rows)
