"""The form writes what an author would have typed; the bank's reader judges it."""

from __future__ import annotations

import pytest

from dialogue import bank, overlay
from dialogue.form import Form, author
from dialogue.questions import KINDS

# What somebody types: single fields by name, then the rows.
TYPED = {
    "single": ({}, [("A", "", True), ("B", "why B"), ("C", "why C")]),
    "multiple": ({}, [("A", "", True), ("B", "why B"), ("C", "", True)]),
    "numeric": ({"answer": "12.5", "tolerance": "0.1", "unit": "per cent"}, [("1.25", "a slip")]),
    "order": (
        {"if": "B before A", "if_say": "why"},
        [("A", "2020-01"), ("B", "2020-02"), ("C", "")],
    ),
    "match": ({"extra": "Z", "extra_say": "why"}, [("a", "A", "why"), ("b", "B", "why")]),
    "short": ({"accept": "A; AA"}, [("B", "why B")]),
    "classify": ({"labels": "fact, own view"}, [("x", "fact", "why"), ("y", "own view", "why")]),
    "evidence": ({}, [("P6", "", True), ("P7", "why"), ("P8", "why")]),
    "forecast": (
        {"resolves": "2020-07-31", "happened": "yes", "who": "base rate", "chance": "30"},
        [("0", "50", "low"), ("50", "100", "high")],
    ),
}


@pytest.fixture
def form(tmp_path, monkeypatch):
    (tmp_path / "exercises").mkdir()
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(tmp_path))
    return author()


def fill(form: Form, kind: str) -> None:
    form.lesson.value = "05-round-one"
    form.kind.value = kind
    form.objective.value = "05-1"
    form.common["ask"].value = "Ask: what # is it?"
    form.common["hint"].value = "a hint"
    form.common["para"].value = "P6, P7"
    fields, rows = TYPED[kind]
    for name, value in fields.items():
        form.own[name].value = value
    for typed, row in zip(rows, form.rows, strict=False):
        for value, field in zip(typed, row.values(), strict=False):
            field.value = value


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_typed_is_saved_as_a_question(form, kind, tmp_path):
    fill(form, kind)
    form.check()
    assert "No faults." in form.said.value
    form.preview()
    assert len(form.shown.children) == 1
    form.save()
    assert "Saved as" in form.said.value
    found = bank.read([tmp_path / "exercises"])
    assert [str(fault) for fault in found.faults] == []
    question = found.questions[f"05-new-{kind}"]
    assert (question.kind, question.objective, question.para) == (kind, "05-1", ("P6", "P7"))
    assert question.ask == "Ask: what # is it?"
    assert question.status == "draft"
    if kind == "numeric":
        assert (question.answer, question.unit, question.near[0].value) == (12.5, "per cent", 1.25)
    if kind == "classify":
        assert dict(question.statements[1].comments) == {"fact": "why"}
    assert overlay.current().added == [question.id]


def test_several_questions_follow_one_another(form, tmp_path):
    for kind in KINDS:
        fill(form, kind)
        form.save()
    found = bank.read([tmp_path / "exercises"])
    assert found.faults == []
    assert len(found.questions) == len(KINDS)


def test_faults_are_named_and_nothing_is_saved(form, tmp_path):
    fill(form, "single")
    form.rows[1]["say"].value = ""
    form.save()
    assert "has no comment" in form.said.value
    assert list((tmp_path / "exercises").iterdir()) == []
    empty = author()
    empty.check()
    assert "the item has no &#x27;ask&#x27;" in empty.said.value


def test_an_id_is_given_once(form, tmp_path):
    for _ in range(2):
        fill(form, "single")
        form.common["id"].value = "05-mine"
        form.save()
    assert "05-mine is there already" in form.said.value
    assert len(bank.read([tmp_path / "exercises"]).questions) == 1


def test_hostile_text_stays_text(form):
    fill(form, "single")
    form.common["id"].value = "<img src=x onerror=alert(1)>"
    form.check()
    assert "<img" not in form.said.value


def test_the_objectives_are_those_of_the_lesson(form):
    form.lesson.value = "06-the-june-raid"
    assert next(name for _words, name in form.objective.options) == "06-1"
    assert form.common["id"].value.startswith("06-new-")
