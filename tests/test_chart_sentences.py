"""What is said under a chart is what its table says: each number counted anew from the table.

Snapshots would pass a wrong sentence that was wrong from the start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from dialogue import chart
from dialogue.charts import CHARTS, Picture


@cache
def picture(name: str) -> Picture:
    return chart(name)


def counts(column: Any) -> dict[str, int]:
    return {str(value): int(n) for value, n in column.astype(str).value_counts().items()}


def shown(number: float) -> str:
    return f"{number:g}"


def actors(table: Any) -> Iterator[str]:
    yield f"formal ties {sum(table['Nature'] == 'formal')},"
    yield f"reported ties {sum(table['Nature'] == 'reported')},"


def article(table: Any) -> Iterator[str]:
    about = counts(table["About security"])
    yield f"{len(table)} paragraphs"
    yield f"marks {about['yes']} of {about['yes'] + about['no']} paragraphs"
    kinds = re.findall(
        r"(?:claim|opinion|forecast|recommendation|reported|form) (\d+)", said("article")
    )
    assert len(kinds) == 6
    assert sum(map(int, kinds)) == table["Statements"].sum()


def commitments(table: Any) -> Iterator[str]:
    yield f"{len(table)} lines of the first round"
    yield f"in {('no', 'one', 'two', 'three', 'four', 'five')[table['Domain'].nunique()]} columns"
    rungs = counts(table["Rung"])
    told = re.findall(
        r"(dated and measurable|pledges|intends|affirms|discusses) (\d+)", said("commitments")
    )
    assert {rung: int(n) for rung, n in told if n != "0"} == rungs
    assert len(told) == 5
    (row,) = table[table["Rung"] == "pledges"].itertuples()
    yield f"The 1 on the rung “pledges” is by {row.Party}, in {row.Domain}."


def forecasts(table: Any) -> Iterator[str]:
    yield f"{len(table)} forecasts of the article"
    for outcome, count in counts(table["Outcome"]).items():
        yield f"{outcome.replace('-', ' ')} {count}"


def ledger(table: Any) -> Iterator[str]:
    rows = [int(row.removeprefix("F")) for row in table["Row"]]
    yield f"A ledger of {len(set(rows))} rows, F{min(rows)} to F{max(rows)}, with {len(table)} statements"
    yield f"{table.loc[table['Outcome'] != 'not opened', 'Row'].nunique()} rows are open"


def oil(table: Any) -> Iterator[str]:
    income, price = "Income, billion US dollars", "Brent, US dollars a barrel"
    by = table.set_index("Month")
    yield f"Two panels for {table['Month'].min()} to {table['Month'].max()}"
    low, high, cheap = by[income].idxmin(), by[income].idxmax(), by[price].idxmin()
    yield f"lowest in {low} at {shown(by.loc[low, income])} billion"
    yield f"highest in {high} at {shown(by.loc[high, income])}."
    yield f"lowest in {cheap} at {shown(by.loc[cheap, price])} dollars"
    yield f"back at {shown(by[price].dropna().iloc[-1])} at the end"


def options(table: Any) -> Iterator[str]:
    for seat in dict.fromkeys(table["Seen from"]):
        own = table[table["Seen from"] == seat]
        assert own["Weighted mean"].nunique() == 1
        yield f"{seat}, all four tie"


def parliament(table: Any) -> Iterator[str]:
    by = table.set_index("List")["Seats"]
    (own,) = (name for name in by.index if name.startswith("Iraqiyyun"))
    total, seats = by.drop(own).sum(), by.drop([own, "All others"])
    yield f"The {total} seats"
    yield f"{seats.idxmax()} has most, with {seats.max()}."
    place = ("first", "second", "third", "fourth", "fifth")[int((seats > by[own]).sum())]
    yield f"set to {by[own]} members from among them, would be {place} in size"
    yield f"A majority needs {total // 2 + 1}."


def places(table: Any) -> Iterator[str]:
    yield f"{len(table)} places that the course names"
    drawn = set(re.findall(r">([^<]+)</text>", picture("places").svg()))
    yield f"{len(drawn & set(table['Place']))} of them labelled"


def polls(table: Any) -> Iterator[str]:
    for _, row in table.iterrows():
        account, *years = row.tolist()
        yield f"{account}, {years[0]:g} to {years[1]:g} per cent"


def raid(table: Any) -> Iterator[str]:
    yield f"{table['Account'].nunique()} accounts of the raid"
    yield f"against {table['Point'].nunique()} points"
    apart = table.loc[table["Compared"].isin(["differs", "both"]), "Point"]
    yield f"Accounts differ on {apart.nunique()} points: {', '.join(dict.fromkeys(table.loc[table['Point'].isin(apart), 'Point']))}."


def timeline(table: Any) -> Iterator[str]:
    yield f"{len(table)} events"
    for strand, count in counts(table["Strand"]).items():
        yield f"{strand} {count}"


def troops(table: Any) -> Iterator[str]:
    soldiers = table[table["What"] == "reported as present"]
    size = soldiers["Soldiers"].str.replace(",", "").str.extract(r"(\d+)")[0].astype(int)
    told = re.search(r"highest in (\S+) at (.+?), at the end (.+?) in (\S+)\. ", said("troops"))
    assert told
    most = soldiers[(soldiers["From"] == told[1]) & (soldiers["Soldiers"] == told[2])]
    assert len(most) == 1
    # Of two counts of one month the line follows the better one: at most a thousand apart.
    assert size[most.index[0]] >= size.max() - 1000
    yield f"at the end {soldiers['Soldiers'].iloc[-1]} in {soldiers['From'].iloc[-1]}"
    periods = list(table.loc[table["Soldiers"] == "", "What"])
    yield "; ".join(f"{n} {period}" for n, period in enumerate(periods, 1))


def two_level(table: Any) -> Iterator[str]:
    yield f"grids of {len(table)} texts"
    for who in list(table.columns[2:6]):
        yield f"{who} {sum(table[who] == 'accepts')}"
    yield f"by all four {sum(table['All four'] == 'yes')}"


def waivers(table: Any) -> Iterator[str]:
    yield f"{len(table)} waivers"
    yield f"{table['Granted'].min()[:4]} to {table['Granted'].max()[:4]}"
    days = table["Days"].dropna()
    yield f"from {days.min():g} to {days.max():g} days"
    during = table[table["Granted"].between("2020-01-01", "2021-01-31")]
    yield f"it went {', '.join(f'{n:g}' for n in during['Days'])}."
    last = table.iloc[-1]
    yield f"of {last['Granted'][:7]}, ran out on {last['Until']}"


TOLD: dict[str, Callable[[Any], Iterator[str]]] = {
    "actors": actors,
    "article": article,
    "commitments": commitments,
    "forecasts": forecasts,
    "ledger": ledger,
    "oil": oil,
    "options": options,
    "parliament": parliament,
    "places": places,
    "polls": polls,
    "raid": raid,
    "timeline": timeline,
    "troops": troops,
    "two-level": two_level,
    "waivers": waivers,
}


def said(name: str) -> str:
    return picture(name).description


def test_no_chart_is_left_out() -> None:
    assert set(TOLD) == set(CHARTS)


@pytest.mark.parametrize("name", TOLD)
def test_the_words_under_a_chart_agree_with_its_table(name: str) -> None:
    phrases = list(TOLD[name](picture(name).table))
    assert phrases
    for phrase in phrases:
        assert phrase in said(name), said(name)
