"""The evidence: valid as Data Packages, and every key into the other package resolves."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frictionless import Package, Schema

from conftest import ROOT, copy_course
from dialogue import cite, load, sources, tables


def packages(course: Path) -> dict[str, Package]:
    return {name: Package(str(course / name / "datapackage.json")) for name in ("seeds", "data")}


def problems(course: Path) -> list[str]:
    """What frictionless finds, keys between the two packages included.

    The standard has no key into another package, so a field names it as ``references``;
    here both packages are put into one and the keys become ordinary foreign keys.
    """
    found = []
    every = packages(course)
    for package in every.values():
        report = package.validate()
        found += [
            " ".join(map(str, row)) for row in report.flatten(["rowNumber", "fieldName", "message"])
        ]
        found += [error.message for error in report.errors]
    if found:
        return found
    keys = 0
    for package in every.values():
        for resource in package.resources:
            for field in resource.schema.to_descriptor()["fields"]:
                target = field.get("references")
                if not target:
                    continue
                keys += 1
                column = every[target["package"]].get_resource(target["resource"])
                values = {row[target["field"]] for row in column.read_rows()}
                found += [
                    f"{resource.path}:{number} {field['name']}: no {target['resource']} {value!r}"
                    for number, row in enumerate(resource.read_rows(), 2)
                    if (value := row[field["name"]]) is not None and value not in values
                ]
    assert keys > 0, "no key between the packages was checked"
    return found


def test_the_evidence_is_valid() -> None:
    assert problems(ROOT) == []


@pytest.mark.parametrize(
    ("file", "column", "value", "word"),
    [
        ("data/commitments.csv", "strength", "promises", "strength"),
        ("data/commitments.csv", "party", "", "party"),
        ("data/commitments.csv", "round", "one", "round"),
        ("data/commitments.csv", "commitment_id", "C02", "commitment_id"),
        ("data/commitments.csv", "source_id", "NOBODY-2020", "NOBODY-2020"),
        ("data/commitments.csv", "paragraph", "P32x", "paragraph"),
        ("seeds/sources.csv", "date", "June 2020", "date"),
        ("seeds/sources.csv", "kind", "rumour", "kind"),
        ("seeds/paragraphs.csv", "paragraph", "P2", "paragraph"),
        ("seeds/paragraphs.csv", "duplicate_of", "P33", "duplicate_of"),
    ],
)
def test_a_broken_row_is_seen(
    tmp_path: Path, file: str, column: str, value: str, word: str
) -> None:
    course = copy_course(tmp_path / "course")
    with (course / file).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[0][column] = value
    with (course / file).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found = problems(course)
    assert any(word in line for line in found), found


def test_a_missing_table_is_seen(tmp_path: Path) -> None:
    course = copy_course(tmp_path / "course")
    (course / "data" / "commitments.csv").unlink()
    assert any("commitments.csv" in line for line in problems(course))


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


def test_load_is_typed_and_agrees_with_plain_read_csv() -> None:
    typed, plain = load("commitments"), pd.read_csv(ROOT / "data" / "commitments.csv")
    assert len(typed) == len(plain)
    for column in plain:
        left = typed[column].astype(object).where(typed[column].notna(), None)
        right = plain[column].astype(object).where(plain[column].notna(), None)
        assert list(left) == list(right), column
    assert typed["strength"].cat.ordered
    assert typed["strength"].max() == "pledges"
    assert typed["paragraph"].isna().any()


def test_an_unknown_table_names_the_nearest() -> None:
    with pytest.raises(KeyError, match="commitments"):
        load("comitments")


def test_cite() -> None:
    shown = cite("STATE-2020-06-11-AR", "P6")
    assert "https://" in repr(shown)
    assert "<a href=" in shown._repr_html_()
    assert sources.paragraphs()["P6"]["digest"] in repr(shown)
    assert "STATE-2020-06-11-AR" in repr(cite("STATE-2020-06-11"))


def test_cite_of_a_table_names_all_its_sources() -> None:
    table = load("commitments")
    assert set(cite(table).ids) == set(tables.sources.table_sources(table))
    assert len(cite(table).ids) > 5


def test_only_web_addresses_become_links(monkeypatch: pytest.MonkeyPatch) -> None:
    row: dict[str, Any] = {
        **sources.bibliography()["ACW-2020-07"],
        "address": "javascript:alert(1)",
    }
    monkeypatch.setattr(sources, "bibliography", lambda: {"X": row})
    assert "javascript" not in cite("X")._repr_html_()
