"""A kind has one home: a pretended one goes through the whole course, and so do the nine.

So does a format of another program.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from grading import ITEMS
from pretend_kind import Scale

from conftest import ROOT
from dialogue import bank, cli, exchange
from dialogue.bank import advice, authoring, schema, writing
from dialogue.classroom import paper
from dialogue.exchange import gift, moodle, qti12, qti21
from dialogue.grading import merge, nbgrader, release, variants
from dialogue.questions import KINDS, Option, Question, Single, grade, parts, remarks
from dialogue.questions.model import HIDDEN, SHOWN
from dialogue.widgets import computed, quiz, twin

ENTRY = """\
quiz: pretended
items:
- id: 05-scale
  type: scale
  ask: "How far does it hold?"
  steps: [little, half, much]
  answer: half
  because: "QZbecause it holds on Tuesdays and not on other days."
"""


@pytest.fixture(autouse=True)
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "scale", Scale)


@pytest.fixture
def scale(tmp_path: Path) -> Scale:
    found = read(tmp_path, ENTRY)
    assert [str(fault) for fault in found.faults] == []
    (question,) = found.questions.values()
    assert isinstance(question, Scale)
    return question


def read(folder: Path, text: str) -> bank.Bank:
    file = folder / "pretended.yaml"
    file.write_text(text, encoding="utf-8")
    return bank.read([file])


# --- a pretended kind ------------------------------------------------------------------------


def test_its_faults_are_named_like_others(tmp_path: Path) -> None:
    def said(old: str, new: str) -> str:
        return " ".join(map(str, read(tmp_path, ENTRY.replace(old, new)).faults))

    assert "the answer 'most' is no step; copy one of 'steps'" in said("half\n", "most\n")
    assert "unknown field 'becuase' in a scale item; did you mean 'because'?" in said(
        "because", "becuase"
    )
    assert "unknown type 'scael'; did you mean 'scale'?" in said("scale\n", "scael\n")


def test_it_is_written_as_it_was_read(tmp_path: Path, scale: Scale) -> None:
    text = writing.bank_text([writing.fields(scale)], "", "x")
    assert list(read(tmp_path, text).questions.values()) == [scale]


def test_it_is_graded(scale: Scale) -> None:
    assert [grade(scale, i).verdict for i in (0, 1, None)] == ["wrong", "right", "unanswered"]
    assert grade(replace(scale, confidence=True), 1, 3).mark == 3
    assert scale.version == replace(scale, was=("05-old",)).version
    assert scale.version != replace(scale, answer="much").version


def test_the_page_and_its_twin_show_it(scale: Scale) -> None:
    content = quiz.content(scale)
    assert content["kind"] == "scale"
    assert content["steps"] == ["little", "half", "much"]
    assert content["key"] == [["half"]]
    page, text = twin.as_html([scale], ""), twin.as_text([scale], "")
    assert "<strong>B.</strong> half" in page
    assert "QZbecause" in page
    assert text.splitlines()[-3:] == ["  A. little", "  B. half", "  C. much"]


def test_authors_get_a_skeleton_and_a_form(tmp_path: Path, monkeypatch: Any) -> None:
    from dialogue.widgets.form import Form

    monkeypatch.setenv("DIALOGUE_OVERLAY", "")
    lesson = authoring.find_lesson("05")
    assert Scale.skeleton in authoring.skeleton("scale", "05-x", lesson, "05-1")
    form = Form()
    form.kind.value = "scale"
    form.common["ask"].value = "How far?"
    for name, words in (("steps", "half"), ("answer", "half"), ("because", "So.")):
        form.own[name].value = words
    question, faults = form.read()
    assert faults == []
    assert isinstance(question, Scale)


def test_the_schema_knows_it() -> None:
    made = jsonschema.Draft202012Validator(schema.schema())
    item = {"id": "05-x", "type": "scale", "ask": "?", "steps": ["a", "b"], "answer": "a"}
    assert made.is_valid({"quiz": "x", "items": [item]})
    assert not made.is_valid({"quiz": "x", "items": [{**item, "options": []}]})
    assert not made.is_valid({"quiz": "x", "items": [{**item, "answer": ""}]})


def test_a_learners_copy_holds_no_key_of_it(tmp_path: Path, scale: Scale) -> None:
    bare = release.without_key(scale)
    assert "QZ" not in json.dumps([writing.fields(bare), quiz.content(bare)])
    assert "QZ" not in twin.as_html([bare], "") + paper.key([bare])
    assert grade(bare, 0).verdict == "kept"
    assert grade(bare, 7).verdict == "unanswered"
    assert {secret.text for secret in release.secrets(scale)} == {scale.lesson_of_it}
    fields = {"quiz": "x", "released": "yes", "items": [release.fields_without_key(scale)]}
    text = release.yaml_text(fields)
    assert list(read(tmp_path, text).questions.values()) == [bare]
    told = text.replace("steps:", "because: QZ\n  steps:")
    assert "'because' gives away a graded item" in str(read(tmp_path, told).faults[0])


def test_teachers_print_and_mark_it(scale: Scale) -> None:
    sheet, key = paper.questions([scale]), paper.key([scale])
    assert sheet.count('class="box"') == 3
    assert "QZ" not in sheet
    assert "half" in key
    cells = nbgrader.assignment("x", [scale])["cells"]
    assert "answer = 'B'" in cells[2]["source"]
    assert nbgrader.unpacked(nbgrader.packed(scale)) == scale
    assert nbgrader.score(nbgrader.packed(scale), "B", 2) == 2
    assert variants.check(scale) == ""
    assert merge.choice(scale, 1) == []
    assert computed.response_from(scale, 1) == 1


@pytest.mark.parametrize("name", exchange.writers())
def test_every_format_holds_it_or_names_what_is_lost(name: str, scale: Scale) -> None:
    """It stands beside a question of a common kind, which must not suffer by it."""
    single = Single(id="05-one", ask="?", options=(Option("a", right=True), Option("b", "no")))
    data, losses = exchange.FORMATS[name].write([single, scale], "Both")
    assert data
    said = [loss.what for loss in losses if loss.item == scale.id]
    if name not in ("anki", "paper"):  # which show what there is to choose from
        assert any("essay" in what or "left out: a row holds no scale" in what for what in said)
    if name in ("gift", "moodle"):
        assert b"05-one" in data
        shown = html.unescape(data.decode())
        assert "<p>half</p>" in shown, "whoever reads the essay has to know the key"


def test_no_advice_breaks_on_it(tmp_path: Path) -> None:
    rules = {one.rule for one in advice.advise(read(tmp_path, ENTRY))}
    assert "no-hint" in rules


# --- a pretended format ------------------------------------------------------------------------


def test_a_format_is_one_module_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    form = exchange.Format(
        "pretend",
        "pretend_format",
        ".prt",
        "a pretence",
        reads=False,
        key=True,
    )
    monkeypatch.setitem(exchange.FORMATS, "pretend", form)
    file = tmp_path / "five.prt"
    assert cli.main(["export", "pretend", "05", "--output", str(file)]) == 0
    assert "05-permanent-bases: " in file.read_text("utf-8")
    assert (tmp_path / "five-key.prt").read_text("utf-8")
    assert "05-permanent-bases: the answer" in (tmp_path / "five.prt.report.txt").read_text("utf-8")
    assert "as a pretence" in capsys.readouterr().out
    assert cli.main(["export", "gift", "05", "--output", str(tmp_path / "x.prt")]) == 1
    with pytest.raises(SystemExit):
        cli.main(["import", "--format", "pretend", str(file), "--output", "x.yaml"])


def test_the_formats_do_what_they_say() -> None:
    import importlib

    for form in exchange.FORMATS.values():
        module = importlib.import_module(form.module)
        assert callable(getattr(module, "write", None)) or not form.writes, form.name
        reader = importlib.import_module(form.reader or form.module)
        assert callable(getattr(reader, "read", None)) or not form.reads, form.name
        assert hasattr(module, "write_key") == form.key, form.name
        for _suffix, other in form.turns:
            assert other in exchange.FORMATS


# --- the nine ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind is not Scale])
def test_a_kind_says_all_of_itself(kind: type[Question]) -> None:
    assert kind.about
    assert set(kind.needed) | set(kind.either) | set(kind.secret) <= set(kind.schema)
    for field in (*kind.needed, *kind.either[:1]):
        assert f"    {field}:" in kind.skeleton
    assert kind.form.field in kind.schema
    assert kind.how or not kind.scored
    assert kind.rank < Question.rank
    if kind.shuffled:
        name, text = kind.shuffled
        assert text in kind.schema[name]["items"]["properties"]


@pytest.mark.parametrize("question", ITEMS.values(), ids=ITEMS)
def test_what_a_kind_tells_fits_together(question: Question) -> None:
    assert set(writing.fields(question)) <= {*bank.COMMON_FIELDS, *type(question).schema}
    roles = {role for role, _texts in question.shown()}
    assert roles <= set(SHOWN)
    assert bool(roles) != bool(question.blank()), "either to choose from or to type"
    told = {part.role for part in parts(question)}
    assert not roles & HIDDEN
    assert roles <= told | {"label", "right"}
    assert len(question.letters()) == 0 or question.how
    bare = release.without_key(question)
    assert remarks(bare) == []
    assert [part for part in bare.parts() if part.role in HIDDEN and part.text] == []
    mixed, kept = ({r: sorted(t) for r, t in question.shown(mixed=m)} for m in (True, False))
    assert mixed == kept


def test_the_items_of_these_tests_show_every_role() -> None:
    assert {role for q in ITEMS.values() for role, _texts in q.shown()} == set(SHOWN)


@pytest.mark.parametrize("table", [gift._ANSWERS, moodle._TYPES, qti12._ITEMS, qti21._ITEMS])
def test_each_format_asks_every_kind_somehow(table: dict[str, Any]) -> None:
    varieties = {question.variety for question in ITEMS.values()}
    assert set(table) <= varieties, "no syntax for what nobody asks"
    for question in ITEMS.values():
        lost: list[str] = []
        asked = exchange.held(question, table, lost)
        assert asked is None or asked.variety in table
        assert bool(lost) == (asked is not question)
        if asked is not None and asked is not question:
            assert asked.version != question.version
            assert asked.key()


def test_what_stands_in_for_evidence_does_not_name_the_paragraph() -> None:
    evidence = replace(ITEMS["evidence"], para=("P6",))
    single = evidence.instead().question
    assert isinstance(single, Single)
    assert single.para == ()
    assert [option.right for option in single.options] == [False, True, False]


# --- the rooms ---------------------------------------------------------------------------------


def test_questions_know_no_bank_and_no_view() -> None:
    folder = ROOT / "src/dialogue/questions"
    found = {
        name.split(".")[1]
        for file in folder.rglob("*.py")
        for name in re.findall(
            r"^\s*(?:from|import) (dialogue\.\w+)", file.read_text("utf-8"), re.M
        )
    }
    assert found == {"page", "course", "questions"}


def test_the_table_of_formats_costs_a_command_nothing() -> None:
    """Every command is built with it, and most need no question."""
    code = "import sys, dialogue.exchange; print([m for m in sys.modules if 'questions' in m])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
