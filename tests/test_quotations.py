"""Every phrase that the course quotes stands in the register, counted, and is used where it says."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_data import problems, rewrite

from conftest import ROOT, copy_course
from dialogue import load
from dialogue.bank import read
from dialogue.course import catalogue, table_checks


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


REGISTER = rows(ROOT / "seeds/quotations.csv")


def texts() -> Iterator[tuple[str, str]]:
    """(place, text) of everything that learners read as prose."""
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in catalogue.notebook_cells(file):
            if cell["cell_type"] == "markdown":
                yield f"notebooks/{file.name}:{cell['id']}", cell["source"]
    bank = read()
    for name in bank.questions:
        file = Path(bank.places[name][0])
        source = "\n".join(strings(bank.nodes[name].value))
        yield f"exercises/{file.name}:{name}", source
    for row in rows(ROOT / "seeds/glossary.csv"):
        yield f"seeds/glossary.csv:{row['term_id']}", "\n".join(row.values())


def strings(value: object) -> Iterator[str]:
    """The texts inside a YAML node, wherever they stand."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from strings(getattr(inner, "value", inner))
        case list():
            for inner in value:
                yield from strings(getattr(inner, "value", inner))


def test_twelve_words_each_and_five_hundred_in_all() -> None:
    counts = [len(row["original"].split()) for row in REGISTER]
    assert [int(row["words"]) for row in REGISTER] == counts
    assert max(counts) <= table_checks.MOST_WORDS
    assert max(len(row["phrase"].split()) for row in REGISTER) <= table_checks.MOST_WORDS
    assert 0 < sum(counts) <= table_checks.MOST_QUOTED


def test_what_lessons_banks_and_glossary_quote_is_in_the_register() -> None:
    known = {
        table_checks.plain(row[key]): row for row in REGISTER for key in ("phrase", "original")
    }
    found = [(place, phrase) for place, text in texts() for phrase in table_checks.marked(text)]
    assert found  # lesson 05 quotes the statement
    missing = [one for one in found if table_checks.plain(one[1]) not in known]
    assert missing == []
    unnamed = [
        one for one in found if one[0] not in known[table_checks.plain(one[1])]["used"].split()
    ]
    assert unnamed == []


def test_every_place_of_the_register_holds_the_phrase() -> None:
    prose = dict(texts())
    tables = {
        f"data/{name}.csv:{next(iter(row.values()))}": [row[column] for column in columns]
        for name, columns in table_checks.QUOTED.items()
        for row in rows(ROOT / "data" / f"{name}.csv")
    }
    for row in REGISTER:
        for place in row["used"].split():
            if place in tables:
                assert row["original"] in tables[place], (row["quotation_id"], place)
            else:
                here = [table_checks.plain(phrase) for phrase in table_checks.marked(prose[place])]
                assert {table_checks.plain(row[k]) for k in ("phrase", "original")} & set(here), (
                    place
                )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He wrote of “a text that binds nobody” then.", ["a text that binds nobody"]),
        ("«إلزام الحكومة العراقية بإلغاء الطلب»", ["إلزام الحكومة العراقية بإلغاء الطلب"]),
        ("The word “about 5,000” is a word.", []),
        ("A title [here](x.html “a title of five words”) is none.", []),
        ("[1]: https://x.org “a title of five words”", []),
        ("`“code with four words”` is code.", []),
        ('What a learner may say: "the article is simply wrong".', []),
    ],
)
def test_what_counts_as_a_quotation(text: str, found: list[str]) -> None:
    assert table_checks.marked(text) == found


BROKEN = {
    "a wrong count": (
        "seeds/quotations.csv",
        lambda kept: kept[0].update(words="3"),
        "words, not 3; count the words of the original",
    ),
    "too many words": (
        "seeds/quotations.csv",
        lambda kept: kept.extend(
            {**kept[0], "quotation_id": f"Q{900 + n}", "original": f"{n} " + "w " * 11, "words": 12}
            for n in range(20)
        ),
        "more than 500; take a quotation out",
    ),
    "a phrase that nobody registered": (
        "data/voices.csv",
        lambda kept: next(r for r in kept if r["original"]).update(original="quite another phrase"),
        "seeds/quotations.csv does not have 'quite another phrase'",
    ),
    "a verb that was not seen": (
        "data/june_statement.csv",
        lambda kept: next(r for r in kept if r["english_read"] == "not seen").update(
            verb_english="recognized the challenges"
        ),
        "the phrase and the way in which it was read (not seen) do not agree",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_loose_quotation_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file, change, words = BROKEN[name]
    course = copy_course(tmp_path / "course")
    rewrite(course / file, change)
    found = problems(course, monkeypatch)
    assert any(words in line and file in line.replace("\\", "/") for line in found), found


# --- whose voices ----------------------------------------------------------------------------

IRAQI = ("iraqi", "kurdish")  # outlets of Iraq; the sources tell the two apart


def test_every_lesson_has_voices_and_iraqi_sources() -> None:
    """Four Iraqi sources for each lesson's voices, six for the raid; gaps are told."""
    sides = {row["source_id"]: row["side"] for row in rows(ROOT / "seeds/sources.csv")}
    cited: dict[str, set[str]] = {}
    speakers: dict[str, set[str]] = {}
    gaps: dict[str, int] = {}
    for row in rows(ROOT / "data/voices.csv"):
        for lesson in row["lesson"].split():
            if row["kind"] == "missing":
                gaps[lesson] = gaps.get(lesson, 0) + 1
                continue
            speakers.setdefault(lesson, set()).add(row["speaker"])
            for key in ("source_id", "second_source_id"):
                if sides.get(row[key]) in IRAQI:
                    cited.setdefault(lesson, set()).add(row[key])
    lessons = [f"{number:02}" for number in range(1, 13)]
    for lesson in lessons:
        assert len(cited[lesson]) >= (6 if lesson == "06" else 4), (lesson, cited[lesson])
        assert len(speakers[lesson]) >= 4, lesson
        assert gaps[lesson] >= 1, lesson


def test_a_hundred_sources_are_iraqi_or_kurdish_and_fifty_in_their_languages() -> None:
    table = rows(ROOT / "seeds/sources.csv")
    assert sum(row["side"] in IRAQI for row in table) >= 100
    assert sum(row["language"] in ("ar", "ku") for row in table) >= 50


def test_a_digest_enters_no_score() -> None:
    """A source without an address, or of later than the as-of month, settles no forecast."""
    sources = {row["source_id"]: row for row in rows(ROOT / "seeds/sources.csv")}
    for row in rows(ROOT / "data/forecasts.csv"):
        for key in ("source_id", "second_source_id"):
            source = sources.get(row[key])
            assert source is None or source["address"] or source["kind"] == "general", row


def test_what_is_later_than_the_as_of_month_says_so() -> None:
    package = json.loads((ROOT / "data/datapackage.json").read_text(encoding="utf-8"))
    for name, column in (("events", "date"), ("rounds", "date"), ("troop_levels", "date")):
        for row in rows(ROOT / "data" / f"{name}.csv"):
            if row[column][:7] > package["as_of"]:
                assert row["confidence"] in ("low", "medium"), row
                assert re.search(r"Later than the course's as-of month", row["note"]), row


# --- advice ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "via", "why"),
    [
        ("https://dinardetectives.com/x", "", "a site for speculation on the dinar"),
        ("https://googleweblight.com/sp?u=x", "", "a cached copy"),
        ("https://staging.peregraf.com/en/news/1", "", "a staging or editing host"),
        ("http://mezan.net/vb/showthread.php?t=6960", "", "a forum"),
        ("https://rudaw.net/english/middleeast/iraq/26062020-amp", "", "the page for telephones"),
        ("https://shafaq.com/amp/en/Iraq/x", "", "the page for telephones"),
        ("https://x.wordpress.com/1", "x.wordpress.com", "a blog that repeats others"),
        ("http://musingsoniraq.blogspot.com/2019/02/x.html", "", ""),
        ("https://mofa.gov.iq/2020/18242/", "", ""),
        ("https://www.example.org/campaign", "", ""),
        ("", "", ""),
    ],
)
def test_a_weak_address_is_known(address: str, via: str, why: str) -> None:
    assert table_checks.weakness({"address": address, "via": via}) == why


def test_the_check_advises_on_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = copy_course(tmp_path / "course")
    partisan = next(r["source_id"] for r in REGISTER_SOURCES if r["kind"] == "partisan")

    def rest_on_one(kept: list[dict[str, str]]) -> None:
        kept[0].update(source_id=partisan, second_source_id="")
        kept[1].update(source_id=partisan, second_source_id="AP-2020-01-03")

    rewrite(course / "data/events.csv", rest_on_one)
    monkeypatch.setenv("DIALOGUE_COURSE", str(course))
    told = [str(one) for one in table_checks.advise()]
    first = [line for line in told if "events.csv:2:" in line]
    assert len(first) == 1
    assert f"the row rests on {partisan} alone, a partisan source" in first[0]
    assert not [line for line in told if "events.csv:3:" in line]
    # A table of claims may hold partisan ones: there the row says who speaks.
    assert not [line for line in told if "voices.csv" in line or "raid_accounts" in line]
    assert any("weak-address" in line and "sources.csv" in line for line in told)


REGISTER_SOURCES = rows(ROOT / "seeds/sources.csv")


def test_the_tables_of_texts_can_be_loaded() -> None:
    decision, statement = load("decision_2020"), load("june_statement")
    oblige = decision[(decision["version"] == "adopted") & (decision["verb"] == "obliges")]
    assert list(oblige["governs"]) == ["cancelling the request for help"]
    assert decision.set_index("decision_id").loc["D01", "figure"] == 172
    assert list(statement["line"]) == list(range(1, 29))
    findings = {"would-will", "focus-forces", "committed-promised"}
    assert set(statement["finding"].dropna().astype(str)) == findings
    every = load("commitments")
    first = set(every.loc[every["round"] == 1, "commitment_id"])
    assert set(statement["commitment_id"].dropna()) == first
