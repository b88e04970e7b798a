"""Work is bounded: what a reader is given is read, or refused in one sentence, by what is in it.

No clock is asked.  Each input is of a kind that once took minutes; the budgets are counted,
and ``benchmarks/readers.py`` prints the times.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialogue import bank
from dialogue.bank import overlay, writing
from dialogue.classroom import beats, handout
from dialogue.course import anatomy, faults, table_checks
from dialogue.course.files import FileFault
from dialogue.exchange import (
    FORMATS,
    gift,
    incoming,
    jupyterquiz,
    moodle,
    qti_read,
    sheet,
    wording,
    workbook,
)
from dialogue.learner import progress

HEAD = "quiz: x\nitems:\n"


def check(tmp_path: Path, text: str) -> list[bank.Fault]:
    file = tmp_path / "b.yaml"
    file.write_text(text, encoding="utf-8")
    return bank.read([file]).faults


LABELS = ", ".join(f"l{n}" for n in range(1500))
ORDER = "".join(f"  - text: {name}\n" for name in "ABC")
BANKS = {
    "before": (
        f"{HEAD}- id: a\n  type: order\n  ask: q\n  order:\n{ORDER}  mistakes:\n"
        f'  - if: "{"x before " * 2000}y"\n    say: s\n',
        "more than 50 times 'before'",
    ),
    "labels": (
        f"{HEAD}- id: a\n  type: classify\n  ask: q\n  labels: [{LABELS}]\n",
        "more than 200 entries",
    ),
    "fields": (
        f"{HEAD}- id: a\n" + "".join(f"  f{n}: x\n" for n in range(500)),
        "more than 200 entries",
    ),
    "long text": (
        f'{HEAD}- id: a\n  type: short\n  ask: "{"*a_" * 10_000}"\n',
        "a text is longer than 20000 letters",
    ),
    "values": (
        HEAD + "- [a, b, c, d, e, f, g, h, i]\n" * 50_000,
        "more than 400000 values",
    ),
    "deep": ("[" * 1000, "nesting is too deep"),
}


@pytest.mark.sweep(3)
@pytest.mark.parametrize(("text", "says"), BANKS.values(), ids=BANKS)
def test_a_bank_beyond_any_measure_is_one_fault(text: str, says: str, tmp_path: Path) -> None:
    (fault,) = check(tmp_path, text)
    assert says in str(fault)
    assert len(str(fault)) < 1000


def test_a_bank_is_not_read_on_when_nobody_would_mend_it_in_one_go(tmp_path: Path) -> None:
    found = check(tmp_path, HEAD + "- id: '!'\n" * 5000)
    assert bank.MOST_FAULTS < len(found) < bank.MOST_FAULTS + 20
    assert any("the rest was not read" in fault.message for fault in found)


def test_a_file_larger_than_any_bank_is_refused(tmp_path: Path) -> None:
    (fault,) = check(tmp_path, "a" * (bank.MOST_BYTES + 1))
    assert "larger than 16 MB" in fault.message


def test_the_nearest_name_is_looked_for_among_few(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    real = difflib.get_close_matches

    def counted(name: str, names: list[str], **more: Any) -> list[str]:
        compared.append(len(names))
        return real(name, names, **more)

    monkeypatch.setattr(faults, "get_close_matches", counted)
    names = [f"name-{n}" for n in range(5000)] + ["x" * 500]
    assert faults.nearest("name-4999x", names, cutoff=0.9)
    assert compared == [400]
    assert faults.nearest("y" * 1000, names) == []
    assert faults.nearest("permanent-base", ["permanent-bases", "other"]) == ["permanent-bases"]


def test_names_are_compared_for_no_more_faults_than_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(overlay, "nearest", lambda name, _names: asked.append(name) or [])
    (tmp_path / "overlay.yaml").write_text(f"hide: [{LABELS}]", encoding="utf-8")
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(tmp_path))
    bank.read()
    assert 0 < len(asked) <= bank.MOST_FAULTS


def test_there_is_one_place_that_compares_names() -> None:
    source = Path(bank.__file__).parents[1]
    users = [p for p in source.rglob("*.py") if "difflib" in p.read_text(encoding="utf-8")]
    assert [p.name for p in users] == ["faults.py"]


class Asked(dict[str, int]):
    """Names that are taken, and how often anybody asked."""

    asked = 0

    def __contains__(self, name: object) -> bool:
        self.asked += 1
        return super().__contains__(name)


def test_a_free_id_is_found_without_asking_for_each() -> None:
    taken = Asked()
    for n in range(6000):
        name = writing.item_id("Who?", taken)
        assert name == ("who" if not n else f"who-{n + 1}")
        taken[name] = n
    assert taken.asked < 6000 * 30


GIFT = {
    "tags": "// " + "[tag:" * 20_000 + "\nWho? {=a ~b}\n",
    "less than": "Who " + "<a" * 20_000 + "? {=a ~b}\n\nWhen? {=a ~b}\n",
    "cells": "[html]Who " + "<td>" * 20_000 + "? {=a ~b}\n\nWhen? {=a ~b}\n",
    "options": "Who? {" + "~a#b\n" * 1000 + "=b}\n\nWhen? {=a ~b}\n",
    "categories": "$CATEGORY: x\n" * 20_000 + "When? {=a ~b}\n",
}


@pytest.mark.parametrize("text", GIFT.values(), ids=GIFT)
def test_a_question_beyond_any_measure_costs_only_itself(text: str) -> None:
    items, losses = gift.read(text.encode(), "x.gift")
    assert items[-1]["options"]
    assert all(len(str(item)) < 10_000 for item in items)
    if text is GIFT["options"]:
        assert any("more than 200 answers" in loss.what for loss in losses)


#: A megabyte each, of which most took minutes and some ended in a traceback.
SLOW: dict[str, tuple[str, str]] = {
    "a number of text2qti": ("text2qti", "1. q\n=  " + "1" * 1_000_000),
    "lines of text2qti": ("text2qti", "1. q\n" + "x\n" * 490_000 + "*a) a\nb) b\n"),
    "lines of Aiken": ("aiken", "Q\nA) a\nB) b\n" + "x\n" * 490_000 + "ANSWER: A\n"),
    "words to drag": (
        "moodle",
        "<quiz><question type='ddwtos'><questiontext><text>"
        + "[[1]] " * 150_000
        + "</text></questiontext><dragbox><text>a</text></dragbox></question></quiz>",
    ),
    "answers inside a text": ("gift", "a {=b} " * 140_000),
    "formulas": ("csv", "Question,A,B,Correct\n" + ('"' + "\\(" * 9000 + '",a,b,A\n') * 50),
    "one formula": ("text2qti", "1. " + "\\(" * 490_000 + "\n*a) x\nb) y\n"),
    "places of QTI": (
        "qti",
        "<assessmentItem><itemBody>" + "<textEntryInteraction/>" * 40_000 + "</itemBody>"
        "</assessmentItem>",
    ),
    "text that is formatted": (
        "jupyterquiz",
        json.dumps(
            {"cells": [{"cell_type": "code", "source": '"question"; f"' + "{x}" * 300_000 + '"'}]}
        ),
    ),
    "a comma a cell": ("csv", "," * 1_000_000),
    "a cell beyond what csv reads": ("csv", "Question,A,B,Correct\nq,a,b," + "A" * 1_000_000),
    "one field": ("csv", '"' * 1_000_000),
    "many questions": ("gift", "::t::q{=a ~b}\n\n" * 66_000),
    "many faults": ("gift", "{}\n\n" * 250_000),
    "a range that is a number too long": ("gift", "q {#1.." + "9" * 990_000 + "}"),
    "questions of jupyterquiz": ("jupyterquiz", "[" + "{}," * 330_000 + "{}]"),
    "choices in a text": (
        "moodle",
        "<quiz><question type='cloze'><questiontext><text>{1:MC:"
        + "~a#b" * 240_000
        + "}</text></questiontext></question></quiz>",
    ),
    "questions with many answers": ("gift", ("q{=a" + "~b" * 24 + "}\n\n") * 17_000),
    "columns that are left out": (
        "csv",
        "Question,"
        + ",".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        + ",Correct\n"
        + ("q" + ",a" * 26 + ",A\n") * 17_000,
    ),
}


@pytest.mark.sweep(5)
@pytest.mark.parametrize(("form", "text"), SLOW.values(), ids=SLOW)
def test_a_megabyte_of_anything_is_read_or_refused(form: str, text: str) -> None:
    with contextlib.suppress(FileFault):
        items, losses = FORMATS[form].read(text.encode(), "x")
        assert len(losses) < 21_000
        assert sum(len(item.get("options", ())) for item in items) <= 60_000


def test_a_quotation_mark_that_stays_open_is_named_in_a_long_table() -> None:
    text = 'Question,A,B,Correct\nq,a,b,A\n"q,a,b,A\n' + "q,a,b,A\n" * 30_000
    with pytest.raises(FileFault, match=r"x\.csv:3: a quotation mark opens here"):
        sheet.read(text.encode(), "x.csv")


def test_more_questions_than_a_file_may_hold_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "MOST_QUESTIONS", 50)
    items, losses = gift.read(b"Who? {=a ~b}\n\n" * 60, "x.gift")
    assert len(items) == 50
    assert "only the first 50 questions" in losses[-1].what


@pytest.mark.parametrize("read", [jupyterquiz.read, moodle.read], ids=["list", "choices"])
def test_what_is_left_out_by_its_number_is_not_read_before(
    read: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(wording.Wording, "__call__", lambda _self, words, *_a: asked.append(words))
    name = {jupyterquiz.read: "questions of jupyterquiz", moodle.read: "choices in a text"}[read]
    with pytest.raises(FileFault):
        read(SLOW[name][1].encode(), "x")
    assert len(asked) < 25_000


def test_a_half_line_at_the_end_of_a_record_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(tmp_path))
    (tmp_path / "answers.jsonl").write_text("{}", encoding="utf-8")
    read: list[bytes] = []
    monkeypatch.setattr(progress, "_parse", read.append)
    progress.latest({f"x-{n}" for n in range(50)})
    assert len(read) == 1


def table(rows: str) -> Callable[[], object]:
    return lambda: sheet.read(f"kind,ask,key,option 1,option 2\n{rows}".encode(), "x.csv")


def qti(rules: int, labels: int) -> bytes:
    label = (
        "<response_label ident='{0}'><material><mattext>{0}</mattext></material></response_label>"
    )
    test = "<respcondition><conditionvar><varequal respident='r'>1</varequal></conditionvar></respcondition>"
    return (
        "<questestinterop><item ident='x'><presentation><material><mattext>?</mattext></material>"
        "<response_lid ident='r'><render_choice>"
        + "".join(label.format(n) for n in range(labels))
        + f"</render_choice></response_lid></presentation><resprocessing>{test * rules}</resprocessing>"
        "</item></questestinterop>"
    ).encode()


def deep() -> bytes:
    inside = "<div>" * 2000 + "</div>" * 2000
    return f"<assessmentItem title='x'><itemBody>{inside}<choiceInteraction/></itemBody></assessmentItem>".encode()


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "rows": (table("single,a,1,b,c\n" * 20_001), "larger than 20000 rows"),
    "columns": (table("x," * 300 + "\n"), "or 250 columns"),
    "kinds": (table("sinngle,a,1,b,c\n" * 5000), "(and 499 more rows with faults)"),
    "conditions": (lambda: qti_read.read(qti(5000, 150), "x.xml"), "too many to be followed"),
    "elements": (lambda: qti_read.read(deep(), "x.xml"), "nested too deep"),
    "tags": (
        lambda: moodle.read(b"<quiz>" + b"<a/>" * 1_000_001 + b"</quiz>", "x.xml"),
        "more than 1000000 tags",
    ),
}


@pytest.mark.parametrize(("read", "says"), REFUSED.values(), ids=REFUSED)
def test_a_table_or_a_file_beyond_any_measure_is_refused(
    read: Callable[[], object], says: str
) -> None:
    with pytest.raises(FileFault) as caught:
        read()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_workbook_is_measured_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    body = "".join(f"<xf a='{n * 7919 % 10007}'/>" for n in range(5000)).encode()
    members["xl/styles.xml"] = members["xl/styles.xml"].replace(b"</styleSheet>", body)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)

    def opened(*_arguments: object, **_more: object) -> None:
        raise AssertionError

    monkeypatch.setattr(openpyxl, "load_workbook", opened)
    monkeypatch.setattr(workbook, "MOST_TAGS", 4000)
    with pytest.raises(FileFault, match="more than 4000 tags"):
        workbook.read(out.getvalue(), "x.xlsx")
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 10_000)
    with pytest.raises(FileFault, match=r"larger than \d+ kB"):
        workbook.read(out.getvalue(), "x.xlsx")


HALF = 500_000  # letters: where each beginning was looked at to the end, minutes

PROSE = {
    "tags": "<",
    "remarks": "<!--",
    "folds": "<details>",
    "folds with a heading": "<details><summary>a</summary>",
    "headings without a fold": "</summary>",
    "spaces": " ",
    "links": "](",
    "code": "` ",
}


@pytest.mark.parametrize("part", PROSE.values(), ids=PROSE)
def test_the_text_of_a_lesson_is_read_in_one_pass(part: str) -> None:
    text = "<details><summary>" + part * (HALF // len(part))
    begun = time.process_time()
    anatomy._words(text)
    list(table_checks.marked(text))
    beats.FOLD.sub("", text)
    anatomy.without_folds(text)
    assert time.process_time() - begun < 5


def test_a_fold_is_taken_out_whole() -> None:
    text = "a\n\n<details><summary>S <b>x</b></summary>\nin <i>it</i>\n</details>\nb <b>c</b>"
    assert anatomy._words(text) == 3
    assert beats.FOLD.findall(text) == [("S <b>x</b>", "\nin <i>it</i>\n")]
    assert anatomy.without_folds(text) == "a\nb <b>c</b>"
    inside = "a <details>one<details>two</details>three</details> b"
    assert anatomy.without_folds(inside) == "a b"


def test_a_table_of_more_columns_than_letters_has_a_height() -> None:
    assert handout._blocks("|" + "a|" * 5000) > 9
