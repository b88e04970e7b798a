"""The evidence: valid as Data Packages, and every key into the other package resolves."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frictionless import Package, Schema

from conftest import ROOT, copy_course
from dialogue import cite, dictionary, game_texts, load, option_marks, settled_forecasts
from dialogue.course import cache, cited, sources, table_checks, tables


def problems(course: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("DIALOGUE_COURSE", str(course))
    return [str(fault) for fault in table_checks.check()]


def rewrite(file: Path, change: Callable[[list[dict[str, str]]], object]) -> None:
    with file.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    change(rows)
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_the_evidence_is_valid() -> None:
    assert [str(fault) for fault in table_checks.check()] == []


def test_tables_are_checked_again_only_when_something_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = copy_course(tmp_path / "course")
    rewrite(course / "data/commitments.csv", lambda rows: rows[0].update(round="one"))
    runs: list[int] = []
    real = table_checks._check
    monkeypatch.setattr(table_checks, "_check", lambda: runs.append(1) or real())
    monkeypatch.setenv("DIALOGUE_CACHE_DIR", str(tmp_path / "cache"))
    first = problems(course, monkeypatch)
    monkeypatch.chdir(course)  # a fault names its file as seen from here
    again = problems(course, monkeypatch)
    assert [len(first), len(again), len(runs)] == [1, 1, 1]
    assert again[0].replace("\\", "/").startswith("data/commitments.csv:2: round: 'one' is not")
    rewrite(course / "data/commitments.csv", lambda rows: rows[0].update(round="1"))
    assert problems(course, monkeypatch) == []
    assert len(runs) == 2
    rewrite(course / "data/commitments.csv", lambda rows: rows[0].update(round="one"))
    assert problems(course, monkeypatch) == again  # a state to come back to
    assert len(runs) == 2


def test_a_second_check_needs_no_frictionless(tmp_path: Path) -> None:
    """It is most of what a check costs; `dialogue check` runs at each save of an author."""
    code = (
        "import sys\n"
        "from dialogue.course import table_checks\n"
        "assert table_checks.check() == []\n"
        "print('frictionless' in sys.modules, 'pandas' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
        ).stdout
        for _ in range(2)
    ]
    assert said[0].startswith("True")
    assert said[1] == "False False\n"


@pytest.mark.parametrize(
    "kept", [b"", b"[[", b"{}", b'[["x"]]', b"\xff\xfe", b"null", b"[" * 100_000, None]
)
def test_a_damaged_or_unwritable_cache_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bytes | None
) -> None:
    place = tmp_path / "cache"
    monkeypatch.setenv("DIALOGUE_CACHE_DIR", str(place))
    if kept is None:
        place.write_text("a file where the folder should be", encoding="utf-8")
    else:
        place.mkdir()
        (place / "tables.json").write_bytes(kept)
    monkeypatch.setattr(table_checks, "_check", list)
    assert table_checks.check() == []


def test_kept_faults_of_a_wrong_form_are_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALOGUE_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(table_checks, "_check", list)
    for wrong in (7, [7], [["x"]], [["x", 1, "", "m", "r", "more"]], {"a": 1}):
        cache.keep("tables", table_checks._digest(), wrong)
        assert table_checks.check() == []


BROKEN_CELLS = [
    ("data/commitments.csv", "strength", "pledge", "'pledge' is not in the vocabulary; did you mean 'pledges'?"),
    ("data/commitments.csv", "party", "", "the cell is empty"),
    ("data/commitments.csv", "round", "one", "'one' is not of the type integer; write a whole number"),
    ("data/commitments.csv", "commitment_id", "C02", "stands twice"),
    ("data/commitments.csv", "source_id", "STATE-2020-06-11-AR-X", "did you mean STATE-2020-06-11-AR"),
    ("data/commitments.csv", "paragraph", "P32x", "does not fit the pattern"),
    ("seeds/sources.csv", "date", "June 2020", "does not fit the pattern"),
    ("seeds/sources.csv", "kind", "rumour", "is not in the vocabulary; choose one of"),
    ("seeds/paragraphs.csv", "paragraph", "P2", "stands twice"),
    ("seeds/paragraphs.csv", "duplicate_of", "P33", "P33"),
]  # fmt: skip


@pytest.mark.sweep(4)
@pytest.mark.parametrize(("file", "column", "value", "words"), BROKEN_CELLS)
def test_a_broken_cell_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, column: str, value: str, words: str
) -> None:
    course = copy_course(tmp_path / "course")
    rewrite(course / file, lambda rows: rows[0].update({column: value}))
    found = problems(course, monkeypatch)
    assert any(words in line and file in line.replace("\\", "/") for line in found), found
    if "twice" not in words:
        assert any(re.search(rf"\.csv:2: {column}: ", line) for line in found), found


def test_all_faults_of_all_tables_come_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = copy_course(tmp_path / "course")
    rewrite(course / "data/commitments.csv", lambda rows: rows[3].update(strength="vows"))
    rewrite(course / "data/commitments.csv", lambda rows: rows[5].update(round="x"))
    rewrite(course / "seeds/sources.csv", lambda rows: rows[1].update(side="nobody"))
    found = problems(course, monkeypatch)
    assert len(found) == 3
    assert ["csv:5: strength" in found[0], "csv:7: round" in found[1]] == [True, True]


def damage(name: str) -> Callable[[Path], object]:
    table, package = "data/commitments.csv", "data/datapackage.json"

    def text(file: str, old: str, new: str) -> Callable[[Path], object]:
        def change(course: Path) -> None:
            source = (course / file).read_text(encoding="utf-8")
            assert old in source
            (course / file).write_text(source.replace(old, new, 1), encoding="utf-8")

        return change

    return {
        "missing table": lambda course: (course / table).unlink(),
        "wrong encoding": lambda course: (course / table).write_bytes(
            (course / table).read_text(encoding="utf-8").replace("Iraq", "Irâq").encode("latin-1")
        ),
        "extra column": lambda course: rewrite(
            course / table, lambda rows: [row.update(mood="good") for row in rows]
        ),
        "renamed column": text(table, "strength", "strenght"),
        "short row": text(table, ",1,both,framework,", ",1,"),
        "undescribed table": lambda course: (course / "data/more.csv").write_text(
            "a\n1\n", encoding="utf-8"
        ),
        "broken description": text(package, "{", "{,"),
        "no description": lambda course: (course / package).unlink(),
        "empty description": lambda course: (course / package).write_text("[]", encoding="utf-8"),
    }[name]


@pytest.mark.sweep(3)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing table", "the table is missing; restore the file"),
        ("wrong encoding", "not UTF-8 text; save it as CSV UTF-8"),
        ("extra column", "the column 'mood' is not described"),
        ("renamed column", "the column 'strenght' does not belong here; the columns are"),
        ("short row", "csv:2: the row has too few cells; count the commas"),
        ("undescribed table", "the table is not described"),
        ("broken description", "not valid JSON"),
        ("no description", "cannot be read"),
        ("empty description", "does not describe a Data Package"),
    ],
)
def test_a_damaged_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    course = copy_course(tmp_path / "course")
    damage(name)(course)
    found = problems(course, monkeypatch)
    assert any(words in line for line in found), found


def test_the_command_names_them_without_a_traceback(tmp_path: Path) -> None:
    course = copy_course(tmp_path / "course")
    rewrite(course / "data/commitments.csv", lambda rows: rows[0].update(round="one"))
    done = subprocess.run(
        [sys.executable, "-m", "dialogue.cli", "check"],
        env={**os.environ, "DIALOGUE_COURSE": str(course)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "commitments.csv:2: round: 'one' is not of the type integer" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("folder", ["seeds", "data"])
def test_a_plain_frictionless_accepts_each_package(folder: str) -> None:
    """Strangers use the standard tool, not ours."""
    assert Package(str(ROOT / folder / "datapackage.json")).validate().valid


def test_the_dictionary_explains_every_field() -> None:
    table = dictionary("commitments")
    assert list(table.index) == list(load("commitments").columns)
    assert table["meaning"].str.len().min() > 10
    assert "discusses" in table.loc["strength", "values"]
    with pytest.raises(KeyError, match="commitments"):
        dictionary("comitments")


def test_every_file_is_described_and_every_field_explained() -> None:
    for folder in ("seeds", "data"):
        descriptor = json.loads((ROOT / folder / "datapackage.json").read_text(encoding="utf-8"))
        described = {r["path"] for r in descriptor["resources"]}
        assert described == {p.name for p in (ROOT / folder).glob("*.csv")}
        for resource in descriptor["resources"]:
            assert resource["licenses"]
            assert "not" in resource["description"].lower()
            Schema.from_descriptor(resource["schema"])
            for field in resource["schema"]["fields"]:
                assert field["description"], (resource["name"], field["name"])


# --- what the lessons rest on ----------------------------------------------------------


def test_all_26_commitments_of_round_one() -> None:
    table = load("commitments")
    first = table[table["round"] == 1]
    assert list(first["commitment_id"]) == [f"C{n:02}" for n in range(1, 27)]
    # Source criticism, points 17 and 21: six lines on security, one undertaking of Iraq's own.
    assert (first["domain"] == "security").sum() == 6
    assert list(first.loc[first["party"] == "Iraq", "commitment_id"]) == ["C21"]


def test_all_32_paragraphs() -> None:
    table = load("paragraphs")
    assert list(table["paragraph"]) == [f"P{n}" for n in range(1, 33)]
    assert table["kind"].value_counts().to_dict() == {"body": 24, "pull-quote": 5, "heading": 3}
    copies = table.dropna(subset="duplicate_of").set_index("paragraph")["duplicate_of"].to_dict()
    assert copies == {"P7": "P8", "P11": "P10", "P18": "P17", "P23": "P22", "P29": "P30"}


@pytest.mark.parametrize("name", sorted(tables.resources()))
def test_load_and_plain_read_csv_give_the_same_values(name: str) -> None:
    typed = load(name)
    plain = pd.read_csv(tables.resources()[name]["file"])
    assert len(typed) == len(plain) > 0
    for column in plain:
        left, right = typed[column], plain[column]
        if str(left.dtype).startswith("datetime"):  # a date is read as one
            left = left.dt.strftime("%Y-%m-%d")
        if pd.api.types.is_numeric_dtype(right):
            assert pd.to_numeric(left).astype(float).equals(right.astype(float)), column
        else:
            assert list(left.dropna().astype(str)) == list(right.dropna().astype(str)), column


@pytest.mark.parametrize("name", sorted(tables.resources()))
def test_load_gives_what_pandas_documents(name: str) -> None:
    """Words are text, numbers are numbers, and a day is a day: nothing to cast away."""
    table = load(name)
    for field in tables.resources()[name]["schema"]["fields"]:
        column, kind = table[field["name"]], field["type"]
        if kind == "date":
            assert pd.api.types.is_datetime64_dtype(column), field["name"]
        elif kind in ("integer", "number", "year"):
            assert pd.api.types.is_numeric_dtype(column), field["name"]
        elif kind == "string":
            assert column.dtype == "str", field["name"]


# Of a pair, both are days or both are text: they are compared.
PAIRED = {("events", "date_end"), ("rounds", "date_end"), ("legal_basis", "start")}


@pytest.mark.parametrize("name", sorted(tables.resources()))
def test_what_holds_full_dates_is_a_date(name: str) -> None:
    for field in tables.resources()[name]["schema"]["fields"]:
        if field["type"] != "string" or (name, field["name"]) in PAIRED:
            continue
        cells = [row[field["name"]] for row in tables.records(name) if row[field["name"]]]
        full = [re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell) for cell in cells]
        assert not (cells and all(full)), f"{name}.{field['name']} is a date"


def test_the_order_of_words_is_documented_and_used() -> None:
    assert tables.categories("commitments", "strength")[::3] == ["discusses", "pledges"]
    told = dictionary("commitments")["values"]
    assert told["strength"] == "discusses < affirms < intends < pledges"
    assert told["party"] == "Iraq, United States, both"
    rungs = list(tables.in_order(load("commitments"), "commitments", "strength")["strength"])
    assert list(dict.fromkeys(rungs)) == tables.categories("commitments", "strength")


def test_a_table_is_read_once_and_again_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(course))
    before = tables.records("waivers")
    assert tables.records("waivers") is before
    mine = load("waivers")
    mine["status"] = "changed by a learner"
    assert "changed by a learner" not in set(load("waivers")["status"])
    rewrite(course / "data" / "waivers.csv", lambda rows: rows[0].update(note="new"))
    assert tables.records("waivers")[0]["note"] == "new"
    assert load("waivers")["note"].iloc[0] == "new"
    assert tables.records("no-such-table") == ()
    assert tables.by_key("no-such-table", "id") == {}


# Spreadsheets of other programs, and what a class handed in.
FOREIGN = ("exchange/sheet", "grading/gradebook", "grading/report", "grading/variants")


def test_there_is_one_reader_of_csv() -> None:
    """The course's own tables are read in one place; what others wrote has its own readers."""
    readers = {
        file.relative_to(ROOT / "src/dialogue").as_posix()
        for file in (ROOT / "src/dialogue").rglob("*.py")
        if re.search(r"csv\.(DictReader|reader)\(|read_csv\(", file.read_text(encoding="utf-8"))
    }
    foreign = {f"{name}.py" for name in FOREIGN}
    assert readers - foreign == {"course/tables.py"}


def test_load_is_typed() -> None:
    table = load("commitments")
    assert str(table["strength"].dtype) == "str"
    assert table["paragraph"].isna().any()
    assert str(table["round"].dtype) == "Int64"
    assert str(table["due"].dtype).startswith("datetime64")


def test_an_unknown_table_names_the_nearest() -> None:
    with pytest.raises(KeyError, match="commitments"):
        load("comitments")


def test_cite() -> None:
    shown = cite("STATE-2020-06-11-AR", "P6")
    assert "https://" in repr(shown)
    assert "<a href=" in shown._repr_html_()
    assert sources.paragraphs()["P6"]["digest"] in repr(shown)
    assert "STATE-2020-06-11-AR" in repr(cite("STATE-2020-06-11"))


def test_cite_of_a_lesson_names_what_its_text_names() -> None:
    ids = cite("01").ids
    assert "SHAFAQ-2023-08" in ids
    assert set(ids) <= set(sources.bibliography())
    assert cite("13").unknown == ["13"]


def test_the_tables_that_lessons_ask_for() -> None:
    every = game_texts().set_index("text")
    assert len(every) == 1728
    assert every.loc["BBABCB", ["us", "iraq", "seats"]].to_list() == [75, 68, 163]
    assert every.loc["BBABCB", ["us_home", "iraq_home"]].to_list() == [True, False]
    marks = option_marks("baghdad")
    assert marks.loc["2 Scheduled exit", "sovereignty"] == 5
    with pytest.raises(KeyError, match="baghdad"):
        option_marks("bagdad")
    told = settled_forecasts("11")
    assert set(told["happened"]) <= {"yes", "no", "unknown"}
    assert len(told) > 5
    assert settled_forecasts("99").empty


def test_cite_of_a_table_names_all_its_sources() -> None:
    table = load("commitments")
    assert set(cite(table).ids) == set(cited.table_sources(table))
    assert len(cite(table).ids) > 5


def test_only_web_addresses_become_links(monkeypatch: pytest.MonkeyPatch) -> None:
    row: dict[str, Any] = {
        **sources.bibliography()["ACW-2020-07"],
        "address": "javascript:alert(1)",
    }
    monkeypatch.setattr(sources, "bibliography", lambda: {"X": row})
    assert "javascript" not in cite("X")._repr_html_()


def test_the_bibliography_is_valid_csl_json(tmp_path: Path) -> None:
    file = tmp_path / "sources.json"
    command = [sys.executable, "-m", "dialogue.cli", "bibliography", "--output", str(file)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0
    entries = json.loads(file.read_text(encoding="utf-8"))
    assert len(entries) == len(load("sources"))
    for entry in entries:
        assert {"id", "type", "title"} <= set(entry)
        parts = entry.get("issued", {}).get("date-parts", [[2020]])[0]
        assert 1990 < parts[0] < 2030
    refused = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert refused.returncode == 1
    assert "--force" in refused.stderr


def test_a_bibliography_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dialogue.cli import main

    file = tmp_path / "sources.json"
    file.write_text("precious", encoding="utf-8")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert main(["bibliography", "--output", str(file), "--force"]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "precious"


# --- rules that no schema states, each seen to fail ------------------------------------------


def set_where(column: str, value: str, **where: str) -> Callable[[list[dict[str, str]]], object]:
    def change(rows: list[dict[str, str]]) -> None:
        row = next(r for r in rows if all(r[k] == v for k, v in where.items()))
        row[column] = value

    return change


RULES = {
    "events out of order": ("events", lambda rows: rows.append(rows.pop(0)), "stands after"),
    "event ends before it begins": (
        "events",
        lambda rows: rows[5].update(date_end="1999"),
        "is before date",
    ),
    "known before it happened": (
        "events",
        lambda rows: rows[5].update(known_on="1999-01-01"),
        "is before date",
    ),
    "seats that do not add up": (
        "parliament",
        set_where("seats", "55", list="Sairoon", count="recount"),
        "2018 recount adds up to 330, not 329",
    ),
    "waiver that ends on a wrong day": (
        "waivers",
        set_where("expires", "2018-12-21", waiver_id="W01"),
        "2018-11-05 plus 45 days is 2018-12-20, not 2018-12-21",
    ),
    "revenue that is no product": (
        "oil_revenue",
        lambda rows: rows[6].update(revenue_usd_billion="9.9", note=""),
        "billion, not 9.9",
    ),
    "gap in the legal basis": (
        "legal_basis",
        lambda rows: rows[1].update(start="2003-05-25"),
        "does not follow",
    ),
    "poll that ended before it began": (
        "polls",
        set_where("fieldwork_end", "2019-01-01", poll_id="PL03"),
        "is before fieldwork_start",
    ),
    "sure of one newsroom": (
        "ties",
        set_where("confidence", "high", tie_id="T23"),
        "'high' rests on SHAFAQ-2020-07-27: one newsroom",
    ),
    "sure of one newsroom twice": (
        "force_events",
        set_where("confidence", "high", force_event_id="E17"),
        "'high' rests on REUTERS-2020-03-13 and REUTERS-2020-03-14: one newsroom",
    ),
    "sure of a text seen in somebody's page": (
        "troop_levels",
        set_where("confidence", "high", level_id="T47"),
        "'high' rests on CRS-IF10404-2024: one newsroom",
    ),
}


@pytest.mark.sweep(2)
@pytest.mark.parametrize("name", RULES)
def test_a_broken_rule_of_the_evidence_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    table, change, words = RULES[name]
    course = copy_course(tmp_path / "course")
    rewrite(course / "data" / f"{table}.csv", change)
    found = problems(course, monkeypatch)
    assert any(words in line and f"{table}.csv:" in line for line in found), found


def test_a_house_is_one_newsroom_under_all_its_names() -> None:
    def houses(publisher: str) -> frozenset[str]:
        return table_checks.newsrooms({"publisher": publisher})

    assert houses("AFP") == houses("Agence France-Presse")
    assert houses("AFP and Reuters") & houses("Al-Hal Net, with AFP") == houses("AFP")
    assert houses("Rudaw in Sorani").isdisjoint(houses("Shafaq News, with Reuters"))
    assert not houses("unnamed agency"), "it may be any of the others"
    publishers = {row["publisher"] for row in tables.sheet(ROOT / "seeds/sources.csv").rows}
    assert table_checks._HOUSES.keys() <= publishers, "a name that no source has"


def test_every_claim_and_caution_is_registered() -> None:
    claims, paragraphs = load("claims"), load("paragraphs")
    body = set(paragraphs.loc[paragraphs["kind"] == "body", "paragraph"])
    assert body <= set(claims["paragraph"])
    registered = set(" ".join(claims["register"].dropna()).split())
    assert {f"X{n}" for n in range(1, 15)} <= registered
    assert {f"SC{n}" for n in range(1, 33)} <= registered
    # P5 credits the wrong agreement with the exit date; that must never read as sourced.
    assert (
        claims.loc[claims["register"].fillna("").str.contains(r"\bX1\b"), "status"]
        == "contradicted"
    ).any()


def test_the_negotiation_follows_from_its_table() -> None:
    """The counts that the curriculum publishes: 1,728 texts, 467 above both walk-aways."""
    from itertools import product

    points = load("negotiation_payoffs")
    assert len(points) == 21
    issues = [
        list(group[["points_us", "points_iraq"]].itertuples(index=False, name=None))
        for _, group in points.groupby("issue")
    ]
    texts = list(product(*issues))
    assert len(texts) == 1728
    above = sum(sum(us for us, _ in t) >= 60 and sum(iraq for _, iraq in t) >= 55 for t in texts)
    assert above == 467
