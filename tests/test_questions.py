"""Grading: the shared vectors in Python, and what no vector can hold."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from dialogue.questions import (
    Classify,
    Multiple,
    Near,
    NotANumber,
    Numeric,
    Option,
    Question,
    Single,
    Statement,
    grade,
    number,
)

VECTORS = json.loads((Path(__file__).parent / "grading-vectors.json").read_text(encoding="utf-8"))


def words(tree: list[str]) -> str:
    return "".join(tree)


def build(item: dict[str, Any]) -> Question:
    """A vector's item (in the view's shape) as a question."""
    common = {"id": "v", "ask": "?"}
    match item["kind"]:
        case "single" | "multiple":
            options = tuple(
                Option(words(o["text"]), words(o["say"]), o["right"]) for o in item["options"]
            )
            kind = Single if item["kind"] == "single" else Multiple
            return kind(**common, options=options)
        case "numeric":
            near = tuple(Near(n["value"], words(n["say"])) for n in item["near"])
            return Numeric(
                **common,
                answer=item["answer"],
                tolerance=item["tolerance"],
                unit=item["unit"],
                near=near,
            )
        case "classify":
            statements = tuple(
                Statement(
                    words(s["text"]),
                    s["label"],
                    tuple((label, words(say)) for label, say in s["comments"].items()),
                )
                for s in item["statements"]
            )
            return Classify(**common, labels=tuple(item["labels"]), statements=statements)
    raise AssertionError(item["kind"])


@pytest.mark.parametrize(
    "vector", VECTORS["vectors"], ids=lambda v: f"{v['item']}-{json.dumps(v['response'])}"
)
def test_vector(vector: dict[str, Any]) -> None:
    outcome = grade(build(VECTORS["items"][vector["item"]]), vector["response"])
    expect = vector["expect"]
    unread = any(c.say == "not-a-number" for c in outcome.comments)
    assert outcome.verdict == expect["verdict"]
    assert outcome.score == pytest.approx(expect["score"])
    assert outcome.missing == expect["missing"]
    assert unread == expect["unread"]
    if not unread:
        assert [c.about for c in outcome.comments] == expect["about"]
        assert [c.say for c in outcome.comments] == expect["say"]


def test_vectors_cover_every_kind_and_verdict() -> None:
    from dialogue.questions import KINDS

    kinds = {VECTORS["items"][v["item"]]["kind"] for v in VECTORS["vectors"]}
    assert kinds == set(KINDS)
    verdicts = {v["expect"]["verdict"] for v in VECTORS["vectors"]}
    assert verdicts == {"right", "partly", "wrong", "unanswered"}


def test_a_question_without_a_rule_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError, match="no rule"):
        grade(Question(id="x", ask="?"), 0)


@pytest.mark.parametrize("value", [True, "ten", "", "--1", "1..2"])
def test_what_is_no_number(value: Any) -> None:
    with pytest.raises(NotANumber):
        number(value)


def test_the_version_changes_with_the_words_and_the_key() -> None:
    base = Single(id="a", ask="?", options=(Option("x", "no"), Option("y", "", True)))
    other_key = dataclasses.replace(base, options=(Option("x", "no", True), Option("y", "")))
    other_words = dataclasses.replace(base, ask="??")
    other_author = dataclasses.replace(base, by="somebody")
    assert len({base.version, other_key.version, other_words.version}) == 3
    assert base.version == other_author.version
