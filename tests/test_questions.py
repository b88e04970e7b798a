"""Grading: the shared vectors in Python, and what no vector can hold."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from grading import ITEMS, VECTORS

from dialogue.questions import (
    KINDS,
    NotANumber,
    Numeric,
    Option,
    Question,
    Single,
    brier,
    certainty_mark,
    edits,
    fold,
    grade,
    number,
)


@pytest.mark.parametrize(
    "vector", VECTORS, ids=lambda v: f"{v['item']}-{json.dumps(v['response'], ensure_ascii=False)}"
)
def test_vector(vector: dict[str, Any]) -> None:
    outcome = grade(ITEMS[vector["item"]], vector["response"], vector.get("confidence"))
    expect = vector["expect"]
    assert outcome.verdict == expect["verdict"]
    assert outcome.score == pytest.approx(expect["score"])
    assert outcome.missing == expect["missing"]
    assert outcome.problem == expect["problem"]
    assert outcome.mark == expect["mark"]
    assert [c.about for c in outcome.comments] == expect["about"]
    assert [c.say for c in outcome.comments] == expect["say"]


def test_vectors_cover_every_kind_and_verdict() -> None:
    assert {ITEMS[v["item"]].kind for v in VECTORS} == set(KINDS)
    assert {v["item"] for v in VECTORS} == set(ITEMS)
    verdicts = {v["expect"]["verdict"] for v in VECTORS}
    assert verdicts == {"right", "partly", "wrong", "logged", "kept", "unanswered"}


def test_certainty_pays_best_when_it_is_honest() -> None:
    """Which level pays most at which chance of being right: 1, then 2 from two thirds on,
    then 3 from 80 per cent on."""

    def best(chance: float) -> int:
        return max(
            (1, 2, 3),
            key=lambda c: chance * certainty_mark(1, c) + (1 - chance) * certainty_mark(0, c),
        )

    assert [best(p) for p in (0.5, 0.66, 0.67, 0.79, 0.81, 0.99)] == [1, 1, 2, 2, 3, 3]


def test_brier_by_hand() -> None:
    assert brier(0.7, False) == pytest.approx(0.49)
    assert brier(0.2, False) == pytest.approx(0.04)
    assert brier(0.7, True) == pytest.approx(0.09)


@pytest.mark.parametrize(
    ("one", "other", "most", "expect"),
    [("abc", "abc", 2, 0), ("abc", "acb", 2, 1), ("abc", "ab", 2, 1), ("abcd", "dcba", 2, 3)],
)
def test_edits(one: str, other: str, most: int, expect: int) -> None:
    assert edits(one, other, most) == expect


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Agnès Callamard", "agnes callamard"),
        ("Kata'ib", "Kataʾib"),
        ("al-Ghabban", "Ghabban"),
        ("the Council", "Council"),
        ("S.F.A.", "SFA"),
        ("أحمد", "احمد"),
        ("مصطفى", "مصطفي"),
        ("اتفاقية", "اتفاقيه"),
        ("الاتفاقية", "اتفاقية"),
        ("کتائب", "كتائب"),
        ("كـتائب", "كتائب"),
        ("٢٠٠٨", "2008"),
    ],
)
def test_spellings_that_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


def test_what_differs_stays_different() -> None:
    assert len({fold(t) for t in ("SFA", "SOFA", "2008", "2003", "كتائب", "كتاب")}) == 6


def test_a_question_without_a_rule_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError, match="no rule"):
        grade(Question(id="x", ask="?"), 0)


@pytest.mark.parametrize("value", [True, "ten", "", "--1", "1..2"])
def test_what_is_no_number(value: Any) -> None:
    with pytest.raises(NotANumber):
        number(value)


@pytest.mark.parametrize(
    ("answer", "unit", "told"),
    [
        (1, "steps", "1 step"),
        (1, "percentage points", "1 percentage point"),
        (1, "buses", "1 bus"),
        (1, "men", "1 man"),
        (1, "US dollars", "1 US dollar"),
        (1, "countries", "1 country"),
        (1, "billion US dollars", "1 billion US dollars"),
        (1, "of 26 lines", "1 of 26 lines"),
        (1, "per cent", "1 per cent"),
        (1, "", "1"),
        (2, "steps", "2 steps"),
        (1.5, "steps", "1.5 steps"),
    ],
)
def test_a_one_stands_before_its_unit_in_the_singular(answer: float, unit: str, told: str) -> None:
    assert Numeric(id="a", ask="?", answer=answer, unit=unit).key() == [told]


def test_a_unit_is_typed_in_the_singular_too() -> None:
    assert number("1 step", "steps") == number("1 steps", "steps") == 1


def test_the_version_changes_with_the_words_and_the_key() -> None:
    base = Single(id="a", ask="?", options=(Option("x", "no"), Option("y", "", True)))
    other_key = dataclasses.replace(base, options=(Option("x", "no", True), Option("y", "")))
    other_words = dataclasses.replace(base, ask="??")
    other_author = dataclasses.replace(base, by="somebody")
    assert len({base.version, other_key.version, other_words.version}) == 3
    assert base.version == other_author.version


def test_a_new_field_leaves_old_versions_alone() -> None:
    """A record is kept by version: this one stands in records since the first edition."""
    question = Single(id="a", ask="?", options=(Option("x", "no"), Option("y", "", True)))
    assert question.version == "9c1b9285"
    assert dataclasses.replace(question, confidence=True).version != question.version
    same = dataclasses.replace(question, use="vote", shuffle=False, was=("b",))
    assert same.version == question.version


def test_a_renamed_question_knows_the_version_of_its_former_name() -> None:
    old = Single(id="old", ask="?", options=(Option("x", "no"), Option("y", "", True)))
    new = dataclasses.replace(old, id="new", was=("old",))
    assert new.version != old.version
    assert old.version in new.versions
    assert old.version not in dataclasses.replace(new, ask="??").versions


# Records in the world are kept by these: a change here disowns what learners have answered.
PINNED = {
    "single": "8c1db894",
    "sure": "90f354f3",
    "multiple": "c2324e5f",
    "numeric": "921ad80a",
    "column": "4a025e6c",
    "classify": "204a8d9a",
    "order": "288d5b19",
    "match": "23ec659f",
    "short": "f7d956ab",
    "evidence": "f0e9db71",
    "forecast": "3cb50ef5",
    "essay": "465eb89a",
    "cloze": "9dfc7d77",
}


def test_a_question_of_each_kind_keeps_its_version() -> None:
    assert {ITEMS[name].kind for name in PINNED} == set(KINDS)
    assert {name: ITEMS[name].version for name in PINNED} == PINNED
