"""The form writes what an author would have typed; the bank's reader judges it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conftest import Lab, Page, wait_until
from dialogue import bank
from dialogue.bank import overlay
from dialogue.questions import KINDS
from dialogue.widgets.form import Form, author

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
    "essay": ({"words": "150-250"}, [("strong", "a text", "its marks"), ("weak", "no text")]),
    "cloze": ({}, [("A; AA", "why"), ("B", "")]),
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
    marks = " [[1]] [[2]]" if kind == "cloze" else ""
    form.common["ask"].value = f"Ask: what # is it?{marks}"
    form.common["hint"].value = "a hint"
    form.common["para"].value = "P6, P7"
    fields, rows = TYPED[kind]
    for name, value in fields.items():
        form.own[name].value = value
    for typed, row in zip(rows, form.rows, strict=False):
        for value, field in zip(typed, row.values(), strict=False):
            field.value = value


@pytest.mark.sweep(4)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_typed_is_saved_as_a_question(form, kind, tmp_path):
    fill(form, kind)
    form.check()
    assert "No faults." in "".join(form.said.lines)
    form.preview()
    assert len(form.shown.children) == 1
    form.save()
    assert "Saved as" in "".join(form.said.lines)
    found = bank.read([tmp_path / "exercises"])
    assert [str(fault) for fault in found.faults] == []
    question = found.questions[f"05-new-{kind}"]
    assert (question.kind, question.objective, question.para) == (kind, "05-1", ("P6", "P7"))
    assert question.ask == "Ask: what # is it?" + " [[1]] [[2]]" * (kind == "cloze")
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
    assert "has no comment" in "".join(form.said.lines)
    assert list((tmp_path / "exercises").iterdir()) == []
    empty = author()
    empty.check()
    assert "the item has no 'ask'" in "".join(empty.said.lines)


def test_another_kind_and_back_loses_nothing(form):
    fill(form, "single")
    before = form.item()
    form.kind.value = "order"
    form.kind.value = "single"
    assert form.item() == before
    assert before["options"][0]["text"] == "A"


def test_after_saving_the_form_is_empty_for_the_next(form, tmp_path):
    fill(form, "single")
    form.confidence.value = True
    form.save()
    item = form.item()
    assert item == {
        "id": "05-new-single-2",
        "type": "single",
        "status": "draft",
        "objective": "05-1",
        "level": "understand",
    }
    form.save()
    assert len(bank.read([tmp_path / "exercises"]).questions) == 1


def test_an_id_is_given_once(form, tmp_path):
    for _ in range(2):
        fill(form, "single")
        form.common["id"].value = "05-mine"
        form.save()
    assert "05-mine is there already" in "".join(form.said.lines)
    assert len(bank.read([tmp_path / "exercises"]).questions) == 1


def test_the_objectives_are_those_of_the_lesson(form):
    form.lesson.value = "06-the-june-raid"
    assert next(name for _words, name in form.objective.options) == "06-1"
    assert form.common["id"].value.startswith("06-new-")


@pytest.mark.slow
def test_a_question_is_written_by_keyboard(browser: Any, lab: Lab) -> None:
    """In JupyterLab, from the first field to the last button, without a mouse."""
    file = Path(lab.course) / "exercises" / "05-round-one.yaml"
    before = file.read_bytes()
    page = Page(browser, lab, "authoring").open()
    try:
        page.run_all()
        keys = page.page.keyboard
        page.page.locator(".jp-OutputArea select").first.focus()
        cells = page.page.locator(".jp-Cell").count()
        keys.type("bxdd")  # would add, cut and delete cells
        for _ in range(12):
            keys.press("ArrowUp")
        for _ in range(4):
            keys.press("ArrowDown")
        assert page.page.locator(".jp-Cell").count() == cells
        form = page.page.locator(".jp-OutputArea")

        def drawn(kind: str) -> None:
            """The kernel has answered: the fields of *kind* are there, and no others."""
            wanted = author()
            wanted.kind.value = kind
            own = [f.description for f in wanted.middle.children if hasattr(f, "placeholder")]
            labels = form.locator(".widget-text label")
            wait_until(
                lambda: labels.all_inner_texts() == ["Id", *own, "Paragraphs", "Source ids"],
                f"the fields of {kind} are drawn",
            )

        for _ in range(2):
            keys.press("Tab")
        for name in KINDS:
            drawn(name)
            # What does not fit its field would be cut off.
            misfits = form.evaluate(
                """form => [...form.querySelectorAll(
                    ".widget-text, .widget-textarea, .widget-dropdown")].filter(field => {
                    const label = field.querySelector("label");
                    const end = node => node.getBoundingClientRect().right;
                    return label.scrollWidth > label.clientWidth
                        || end(field) > end(field.parentElement);
                }).map(field => field.textContent.trim())"""
            )
            assert misfits == []
            keys.press("ArrowDown")
        for name in list(KINDS)[-2::-1]:
            keys.press("ArrowUp")
            drawn(name)
        for _ in range(2):
            keys.press("Shift+Tab")
        typed = [
            None,  # lesson, objective, kind and level
            None,
            None,
            None,
            None,  # the id stays
            "Who chaired?",
            *("A minister", "They came later; see P3.", ""),
            *("An under secretary <img src=x>", "", " "),
        ]
        for words in typed:
            keys.type(words or "")
            keys.press("Tab")

        def press(button: str) -> None:
            for _ in range(40):
                here = page.page.evaluate("document.activeElement.textContent.trim()")
                if here == button:
                    return keys.press("Space")
                keys.press("Tab")
            raise AssertionError(f"Tab never comes to {button}")

        said = form.get_by_role("status").last
        own = form.get_by_label("Id", exact=True)
        own.focus()
        keys.press("ControlOrMeta+A")
        keys.type("<img src=x>")
        press("Check")
        said.get_by_text("<img src=x>").first.wait_for()  # words, and no picture
        assert form.locator("img").count() == 0
        own.focus()
        keys.press("ControlOrMeta+A")
        keys.type("05-new-single")
        press("Check")
        said.get_by_text("No faults.").wait_for()
        press("Save")
        said.get_by_text("Saved as 05-new-single").wait_for()
        wait_until(lambda: file.read_bytes() != before, "the bank has the question")
        question = bank.read([file]).questions["05-new-single"]
        assert question.ask == "Who chaired?"
        assert [option.right for option in question.options] == [False, True]
        assert question.options[1].text == "An under secretary <img src=x>"
        assert page.errors == []
    finally:
        page.close()
        file.write_bytes(before)
