"""The pictures: readable in both themes, described, with a table, the same every time."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import subprocess
import sys
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from conftest import ROOT
from dialogue import chart, explore
from dialogue.charts import CHARTS, EXPLORABLES
from dialogue.charts.look import PARTIES, VEGA, Picture

# JupyterLab's own backgrounds, light and dark.
BACKGROUNDS = ("#FFFFFF", "#111111")


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours, 1 to 21."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [s for v in value.values() for s in strings(v)]
    if isinstance(value, list):
        return [s for v in value for s in strings(v)]
    return [value] if isinstance(value, str) else []


@cache
def drawn(name: str) -> tuple[Picture, dict[str, Any]]:
    """A picture and what is drawn of it: compiled once, looked at by many tests."""
    picture = chart(name)
    return picture, picture._drawing()


@pytest.mark.parametrize("party", PARTIES)
def test_a_partys_colour_is_seen_on_white_and_on_black(party: str) -> None:
    for background in BACKGROUNDS:
        assert contrast(PARTIES[party][0], background) >= 3


def test_parties_differ_in_mark_and_not_only_in_colour() -> None:
    assert len({mark for _, mark in PARTIES.values()}) == len(PARTIES)
    assert len({colour for colour, _ in PARTIES.values()}) == len(PARTIES)


@pytest.mark.parametrize("name", CHARTS)
def test_every_picture_has_words_a_table_and_a_caption(name: str) -> None:
    picture, drawing = drawn(name)
    assert len(picture.description.split()) >= 12
    assert len(picture.table) >= 3
    assert picture.caption
    assert drawing[VEGA]["description"] == picture.description
    assert picture.description in drawing["text/plain"]
    assert drawing["image/svg+xml"].startswith("<svg")
    html = picture._table_html()
    assert html.count("<tr>") == len(picture.table) + 1
    assert 'scope="col"' in html
    assert f"<caption>{escape(picture.title)}</caption>" in html


@pytest.mark.parametrize("name", CHARTS)
def test_a_screen_reader_meets_one_image_and_not_a_hundred_marks(name: str) -> None:
    picture, drawing = drawn(name)
    root = ElementTree.fromstring(drawing["image/svg+xml"])
    assert root.get("role") == "img"
    assert root.get("aria-label") == picture.description
    spoken, waiting = [], list(root)
    while waiting:
        node = waiting.pop()
        if node.get("aria-hidden") != "true":
            spoken += [node] if node.get("aria-label") or node.get("role") else []
            waiting += list(node)
    # Vega's own frame is the one thing inside that still has a role; it has no name.
    assert [node.get("role") for node in spoken] == ["graphics-object"]
    assert spoken[0].get("aria-label") is None


@pytest.mark.parametrize("name", CHARTS)
def test_every_mark_in_jupyterlabs_drawing_is_silent(name: str) -> None:
    def marks(value: Any) -> list[dict[str, Any]]:
        if isinstance(value, dict):
            return value.get("marks", []) + [m for v in value.values() for m in marks(v)]
        return [m for v in value for m in marks(v)] if isinstance(value, list) else []

    vega = drawn(name)[1][VEGA]
    assert vega["config"]["aria"] is False
    assert len(marks(vega)) >= 1
    assert all(mark["aria"] is False for mark in marks(vega))


@pytest.mark.parametrize("name", CHARTS)
def test_no_picture_asks_the_network(name: str) -> None:
    drawing = drawn(name)[1]
    outside = [
        s
        for s in strings({k: v for k, v in drawing[VEGA].items() if k != "$schema"})
        if re.match(r"(https?:)?//", s)
    ]
    assert outside == []
    assert "<image" not in drawing["image/svg+xml"]


@pytest.mark.parametrize("name", CHARTS)
def test_letters_are_large_enough_for_a_projector(name: str) -> None:
    svg = drawn(name)[1]["image/svg+xml"]
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)]
    assert sizes
    assert min(sizes) >= 12


@pytest.mark.slow
def test_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, json\n"
        "from dialogue.charts import CHARTS, chart\n"
        "for name in CHARTS:\n"
        "    drawing = json.dumps(chart(name)._drawing(), sort_keys=True)\n"
        "    print(name, hashlib.sha256(drawing.encode()).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={"PYTHONHASHSEED": "1", "TZ": "America/New_York"},
    ).stdout
    for name, said in zip(CHARTS, there.splitlines(), strict=True):
        drawing = json.dumps(drawn(name)[1], sort_keys=True)
        assert said == f"{name} {hashlib.sha256(drawing.encode()).hexdigest()}"


def test_an_unknown_picture_names_the_nearest() -> None:
    with pytest.raises(KeyError, match="commitments"):
        chart("comitment")


def test_numbers_are_written_as_jupyterlab_writes_them() -> None:
    assert not re.search(r"\d\.0[,}\]]", json.dumps(chart("commitments")._drawing()[VEGA]))


# --- pictures that can be turned -----------------------------------------------------------


def test_the_curtain_hides_what_was_known_later() -> None:
    before, after = chart("timeline", known_on="2020-07-15"), chart("timeline")
    assert len(before.table) < len(after.table)
    assert max(date[:7] for date in before.table["Date"]) <= "2020-07"
    assert "were known only later" in before.description


def test_a_rank_depends_on_one_uncertain_count() -> None:
    assert "would be fourth" in chart("parliament", iraqiyyun=41).description
    assert "would be second" in chart("parliament", iraqiyyun=50).description
    with pytest.raises(ValueError, match="choose 1 to 329"):
        chart("parliament", iraqiyyun=400)


def test_every_seat_is_drawn() -> None:
    figure = chart("parliament", iraqiyyun=41)._specification()
    seats = max((rows for rows in figure["datasets"].values()), key=len)
    assert len(seats) == 329 + 41


def test_the_ties_of_one_actor() -> None:
    every, own = chart("actors"), chart("actors", around="pmf")
    assert 0 < len(own.table) < len(every.table)
    assert own.table["Tie"].str.contains("Popular Mobilization Forces").all()
    with pytest.raises(KeyError, match="pmf"):
        chart("actors", around="pmff")


def test_different_measures_of_troops_are_not_joined_by_a_line() -> None:
    drawing = chart("troops")._specification()
    line = drawing["vconcat"][0]["layer"][0]
    measures = {row["measure"] for row in drawing["datasets"][line["data"]["name"]]}
    assert measures == {"reported as present", "no field force left"}


def test_the_number_of_soldiers_keeps_its_qualifier_in_words_and_table() -> None:
    picture = chart("troops")
    assert "fewer than 2,000" in set(picture.table["Soldiers"])
    assert "at the end about 2,000" in picture.description


def test_an_undertaking_that_waits_is_not_on_the_ladder() -> None:
    every, waits = chart("commitments"), chart("commitments", chosen="C17")
    drawn = [
        len({row["id"] for rows in picture._specification()["datasets"].values() for row in rows})
        for picture in (every, waits, chart("commitments", chosen="C17", placed="pledges"))
    ]
    assert drawn[1] == drawn[0] - 1
    assert drawn[2] == drawn[0]


def test_a_tie_that_is_left_out_is_neither_drawn_nor_listed() -> None:
    whole, less = chart("actors"), chart("actors", without="T31")
    gone = set(whole.table["Tie"]) - set(less.table["Tie"])
    assert gone == {"Popular Mobilization Forces: part of Iraqi Security Forces"}


# --- lessons 07 to 11 ----------------------------------------------------------------------


def test_what_a_picture_is_asked_to_mark_is_in_its_words_and_its_drawing() -> None:
    plain, marked = chart("oil"), chart("oil", volume=100, price_paid=20, month="2020-04")
    assert "2 billion" not in plain.description
    assert "100 million barrels at 20 dollars, 2.000 billion dollars" in marked.description
    assert "yours: 2.000" in marked.svg()
    assert marked.table.equals(plain.table)
    assert "11 June 2020" in chart("waivers", on="2020-06-11").description
    assert "11 June 2020" not in chart("waivers").description


def test_both_panels_of_oil_have_the_same_months() -> None:
    panels = chart("oil")._specification()["vconcat"]
    months = [panel["encoding"]["x"]["scale"]["domain"] for panel in panels]
    assert months[0] == months[1] == list(chart("oil").table["Month"])


def test_the_margin_of_error_is_drawn_around_each_figure() -> None:
    rows = chart("polls", n=400, poll="PL01")._specification()["datasets"].values()
    around = next(own for own in rows if "low" in own[0])
    assert len(around) == 7  # both ends of three accounts, and the poll
    for row in around:
        share = row["percent"] / 100
        margin = 196 * (share * (1 - share) / 400) ** 0.5
        assert row["high"] - row["percent"] == pytest.approx(margin)
        assert row["percent"] - row["low"] == pytest.approx(margin)
    with pytest.raises(KeyError, match="PL01"):
        chart("polls", poll="PL99")


def test_the_majority_line_and_the_lists_that_pass_it() -> None:
    picture = chart("parliament", iraqiyyun=44, majority=True)
    datasets = picture._specification()["datasets"].values()
    assert [{"seats": 165}] in datasets
    strip = next(rows for rows in datasets if "to" in rows[0])
    assert (strip[0]["from"], strip[0]["to"]) == (0, 44)
    assert [row["to"] - row["from"] for row in strip[1:]] == [54, 48, 42, 25]
    assert strip[-2]["to"] < 165 <= strip[-1]["to"]
    assert "165" in picture.description
    assert "as claimed" not in picture.svg()


def test_a_text_of_the_game_needs_a_letter_for_each_issue() -> None:
    assert len(chart("two-level", text="CCADCB").table) == 12
    for text in ("BBB", "BBBBBE", "BDBBBB"):
        with pytest.raises(ValueError, match="one letter for each issue"):
            chart("two-level", text=text)


def test_the_ledger_draws_every_statement_once_and_opens_in_order() -> None:
    for opened in (0, 7, 20):
        picture = chart("ledger", opened=opened)
        marks = next(iter(picture._specification()["datasets"].values()))
        assert len(marks) == len(picture.table)
        closed = {row["row"].split()[0] for row in marks if row["outcome"] == "not opened"}
        assert closed == {f"F{number}" for number in range(opened + 1, 21)}
    with pytest.raises(ValueError, match="choose 0 to 20"):
        chart("ledger", opened=21)


# --- the house -----------------------------------------------------------------------------

PACKAGE = ROOT / "src" / "dialogue"
TIDY_ROOMS = [*(PACKAGE / "charts").glob("*.py"), *(PACKAGE / "course").glob("*.py")]


@pytest.mark.parametrize("file", TIDY_ROOMS, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_modules_import_at_their_top_and_only_public_names(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    at_top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dialogue"):
            assert id(node) in at_top, f"{node.module} is imported inside a function"
            private = [alias.name for alias in node.names if alias.name.startswith("_")]
            assert private == [], f"{private} of {node.module}"


def test_each_explorable_stands_beside_its_picture() -> None:
    homes = {draw.__module__ for draw in CHARTS.values()}
    for name, explorable in EXPLORABLES.items():
        assert explorable.__module__ in homes, name
        assert explorable.__name__ == f"explore_{name.replace('-', '_')}"
        assert name in (explore.__doc__ or "")
