"""Tables, Canvas packages and Anki decks: whole there, whole back, and safe to open."""

from __future__ import annotations

import csv
import html
import io
import re
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from test_exchange import course, hostile

from dialogue import bank
from dialogue.bank import writing
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.exchange import (
    anki,
    qti12,
    sheet,
    workbook,
)
from dialogue.grading import gradebook, variants
from dialogue.questions import Option, Question, Single

__all__ = ["course"]  # the fixture: every question of the course and of the sample bank

FORMS = {"csv": sheet, "xlsx": workbook}


def back(form: str, questions: list[Question], tmp_path: Path) -> dict[str, Question]:
    data, _ = FORMS[form].write(questions, "A title")
    items, losses = FORMS[form].read(data, f"there.{form}")
    assert losses == []
    file = tmp_path / "back.yaml"
    file.write_text(writing.bank_text(items, "back", "back"), encoding="utf-8")
    read = bank.read([file])
    assert [str(fault) for fault in read.faults] == []
    return dict(read.questions)


def comparable(question: Question) -> dict[str, Any]:
    """What an author typed; a key that was worked out of a table comes back as its number."""
    return {**writing.fields(question), "status": "", "answer_from": ""}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_may_come_from_any_system(end: str, tmp_path: Path) -> None:
    items, _ = sheet.read(f"Question,A,B,Correct{end}q,a,b,A{end}".encode(), "x.csv")
    assert [item["ask"] for item in items] == ["q"]
    roster = tmp_path / "roster.csv"
    roster.write_bytes(f"Name,Section{end}Ann,1{end}Ben,2{end}".encode())
    assert [row["Name"] for row in gradebook.read_roster(roster).rows] == ["Ann", "Ben"]
    assert variants.read_roster(roster) == ["Ann", "Ben"]


# --- tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_simple_kinds_go_there_and_back(
    form: str, course: list[Question], tmp_path: Path
) -> None:
    simple = [q for q in course if q.kind in sheet.KINDS]
    assert len(simple) > 150
    found = back(form, simple, tmp_path)
    assert list(found) == [q.id for q in simple]
    for question in simple:
        assert comparable(found[question.id]) == comparable(question)


@pytest.mark.parametrize("form", FORMS)
def test_other_kinds_are_left_out_and_named(form: str, course: list[Question]) -> None:
    other = [q for q in course if q.kind not in sheet.KINDS]
    _, losses = FORMS[form].write(other, "A title")
    assert {loss.item for loss in losses} == {q.id for q in other}
    assert all("left out" in loss.what for loss in losses)


@pytest.mark.parametrize("form", FORMS)
def test_hostile_strings_come_back_as_words(form: str, tmp_path: Path) -> None:
    simple = [q for q in hostile() if q.kind in ("single", "multiple", "short")]
    data, losses = FORMS[form].write(simple, "A title")
    items, _ = FORMS[form].read(data, f"there.{form}")
    named = {loss.item for loss in losses}
    by_id = {item["id"]: item for item in items}
    assert len(by_id) == len(simple)
    for question in simple:
        came = by_id[question.id]
        first = came["options"][0]["text"] if "options" in came else came["accept"][0]
        had = question.options[0].text if "options" in came else question.accept[0]
        assert first == had or question.id in named, (question.id, had, first)


def test_no_cell_of_a_table_is_a_formula() -> None:
    data, _ = sheet.write(hostile()[:400], "A title")
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
        for cell in row:
            assert not re.match(r"[=+\-@\t\r]", cell) or re.fullmatch(r"[+-]?[\d.]+", cell), cell


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    data, _ = workbook.write(hostile()[:400], "A title")
    members = files.zipfile.ZipFile(io.BytesIO(data))
    sheets = [name for name in members.namelist() if name.startswith("xl/worksheets/")]
    assert sheets
    for name in sheets:
        assert b"<f>" not in members.read(name)


def test_a_german_excel_is_understood(course: list[Question], tmp_path: Path) -> None:
    """Semicolons, a byte-order mark, empty rows at the end, other line ends."""
    simple = [q for q in course if q.kind == "single"][:5]
    data, _ = sheet.write(simple, "A title")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(
        rows + [[""] * len(rows[0])] * 3
    )
    items, losses = sheet.read(("\ufeff" + out.getvalue()).encode("utf-8"), "excel.csv")
    assert losses == []
    assert [item["id"] for item in items] == [q.id for q in simple]


ROW = "id,kind,ask,key,option 1,comment 1,option 2,comment 2\n"
BAD = {
    "empty": (sheet, b"", "empty"),
    "no table": (sheet, b"\x00\x01\x02\xff\xfe", ""),
    "latin": (sheet, ROW.encode() + "x,single,\xe9,1,a,,b,c\n".encode("latin-1"), "UTF-8"),
    "no key column": (sheet, b"id,kind,ask\nx,single,y\n", "key"),
    "no such kind": (sheet, (ROW + "x,singel,y,1,a,,b,c\n").encode(), "single"),
    "no such option": (sheet, (ROW + "x,single,y,9,a,,b,c\n").encode(), "key"),
    "twice": (sheet, (ROW + "x,single,y,1,a,,b,c\n" * 2).encode(), "x"),
    "no workbook": (workbook, b"PK\x03\x04 truncated", ""),
    "not a zip": (workbook, b"id,kind\n", ""),
    "nothing": (workbook, b"", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    form, data, says = BAD[name]
    try:
        items, losses = form.read(data, "bad.table")
    except FileFault as fault:
        said = str(fault)
        assert said.startswith("bad.table")
    else:  # the row is left out, and the report says so
        said = " ".join(str(loss) for loss in losses)
        if not losses:  # or 'dialogue check' names it
            file = tmp_path / "bank.yaml"
            file.write_text(writing.bank_text(items, "t", "t"), encoding="utf-8")
            said = " ".join(str(fault) for fault in bank.read([file]).faults)
    assert said
    assert says in said
    assert "Traceback" not in said
    assert "\n" not in said


# --- Canvas ----------------------------------------------------------------------------------

# What may stand in each element that is used, in its order, after the binding of IMS QTI ASI
# 1.2.1 (2003).  An own short form of it: the specification's files have no licence that lets
# them be copied here.  The whole export was valid against the DTD of that version, too.
VARS = "(not|and|or|unanswered|other|varequal|varlte|vargte)"
CONTENT = {
    "questestinterop": "(assessment|(section|item)+)",
    "assessment": "(qtimetadata)*(section)+",
    "qtimetadata": "(qtimetadatafield)+",
    "qtimetadatafield": "(fieldlabel)(fieldentry)",
    "section": "(qtimetadata)*(item|section)*",
    "item": "(itemmetadata)?(presentation)?(resprocessing)*(itemfeedback)*",
    "itemmetadata": "(qtimetadata)*",
    "presentation": "(material|response_lid|response_str)+",
    "material": "(mattext)+",
    "response_lid": "(material)?(render_choice)",
    "response_str": "(material)?(render_fib|render_choice)",
    "render_choice": "(material|response_label)*",
    "render_fib": "(material|response_label)*",
    "response_label": "(material)*",
    "resprocessing": "(outcomes)(respcondition)+",
    "outcomes": "(decvar)+",
    "respcondition": "(conditionvar)(setvar)*(displayfeedback)*",
    "conditionvar": f"{VARS}+",
    "and": f"{VARS}+",
    "or": f"{VARS}+",
    "not": VARS,
    "itemfeedback": "(flow_mat|material)+",
    "flow_mat": "(flow_mat|material)+",
}
TEXT = {
    "fieldlabel", "fieldentry", "mattext", "decvar", "other", "setvar", "displayfeedback",
    "varequal", "varlte", "vargte",
}  # fmt: skip
NEEDED = {
    "assessment": {"ident"}, "section": {"ident"}, "item": {"ident"},
    "response_lid": {"ident"}, "response_str": {"ident"},
    "response_label": {"ident"}, "itemfeedback": {"ident"}, "varequal": {"respident"},
    "vargte": {"respident"}, "varlte": {"respident"}, "displayfeedback": {"linkrefid"},
}  # fmt: skip


def problems(root: ElementTree.Element) -> list[str]:
    """Where a tree departs from the content models above."""
    found = []
    for node in root.iter():
        space, _, name = node.tag[1:].partition("}")
        if space != qti12.NAMESPACE:
            found.append(f"{name}: in {space}")
        children = "".join(f"<{child.tag.partition('}')[2]}>" for child in node)
        if name in TEXT:
            if children:
                found.append(f"{name}: {children} in a text")
        elif name not in CONTENT:
            found.append(f"{name}: not known")
        else:
            model = re.sub(r"([a-z_]+)", r"<\1>", CONTENT[name])
            if not re.fullmatch(model, children):
                found.append(f"{name}: {children}")
            if (node.text or "").strip():
                found.append(f"{name}: text {node.text!r}")
        if missing := NEEDED.get(name, set()) - set(node.attrib):
            found.append(f"{name}: without {missing}")
    return found


def package(data: bytes) -> tuple[ElementTree.Element, ElementTree.Element, list[str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as members:
        names = members.namelist()
        test = next(
            n for n in names if n.endswith(".xml") and "_meta" not in n and "manifest" not in n
        )
        return (
            ElementTree.fromstring(members.read("imsmanifest.xml")),
            ElementTree.fromstring(members.read(test)),
            names,
        )


@pytest.mark.parametrize("which", ["the course", "hostile strings"])
def test_a_canvas_package_keeps_to_the_content_models(which: str, course: list[Question]) -> None:
    questions = course if which == "the course" else hostile()
    data, _ = qti12.write(questions, 'A "title" & <more>')
    manifest, test, names = package(data)
    assert problems(test) == []
    assert len(list(test.iter(f"{{{qti12.NAMESPACE}}}item"))) == len(questions)
    # Each file is named in the manifest, and no name leads out of the package.
    listed = {n.get("href") for n in manifest.iter() if n.tag.endswith("}file")}
    assert listed | {"imsmanifest.xml"} == set(names)
    assert not [name for name in names if name.startswith("/") or ".." in name]


def test_canvas_is_told_of_attempts_and_of_the_order_of_options() -> None:
    def settings(*questions: Question) -> tuple[dict[str, str], list[str]]:
        data, losses = qti12.write(questions, "A title")
        with zipfile.ZipFile(io.BytesIO(data)) as members:
            name = next(n for n in members.namelist() if n.endswith("assessment_meta.xml"))
            root = ElementTree.fromstring(members.read(name))
        assert {each.tag.partition("}")[0] for each in root.iter()} == {f"{{{qti12._CANVAS}"}
        told = {each.tag.partition("}")[2]: each.text or "" for each in root}
        return told, [loss.what for loss in losses if loss.item == "the quiz"]

    options = (Option("a", "", True), Option("b", "no"))
    one = Single(id="one", ask="?", options=options, points=2)
    told, said = settings(one, replace(one, id="two", use="guess"))
    assert (told["allowed_attempts"], told["shuffle_answers"]) == ("-1", "true")
    assert (told["points_possible"], said) == ("2", [])
    told, said = settings(one, replace(one, id="fixed", shuffle=False))
    assert told["shuffle_answers"] == "false"
    assert said == ["no options are shuffled, because those of fixed keep their order"]
    told, _ = settings(replace(one, use="graded"))
    assert told["allowed_attempts"] == "1"


def test_the_check_of_content_models_can_fail(course: list[Question]) -> None:
    data, _ = qti12.write(course[:3], "A title")
    _, test, _ = package(data)
    assert problems(test) == []
    item = next(test.iter(f"{{{qti12.NAMESPACE}}}item"))
    item.insert(0, item[-1])  # the feedback before the question
    assert problems(test)


def test_each_link_of_a_package_has_its_end(course: list[Question]) -> None:
    """Feedback that a condition shows exists, and answers that are compared are there."""
    data, _ = qti12.write(course, "A title")
    _, test, _ = package(data)
    tag = f"{{{qti12.NAMESPACE}}}"
    for item in test.iter(f"{tag}item"):
        shown = {n.get("linkrefid") for n in item.iter(f"{tag}displayfeedback")}
        there = {n.get("ident") for n in item.iter(f"{tag}itemfeedback")}
        assert shown == there, item.get("title")
        labels = {n.get("ident") for n in item.iter(f"{tag}response_label")}
        if item.find(f".//{tag}render_choice") is not None:
            compared = {n.text for n in item.iter(f"{tag}varequal")}
            assert compared <= labels, item.get("title")


def test_no_comment_on_an_option_is_lost_in_canvas(course: list[Question]) -> None:
    chosen = [q for q in course if q.kind in ("single", "multiple")]
    data, _ = qti12.write(chosen, "A title")
    _, test, _ = package(data)
    words = {
        item.get("ident"): " ".join(
            html.unescape(re.sub(r"<[^>]+>", " ", t)) for t in item.itertext()
        )
        for item in test.iter(f"{{{qti12.NAMESPACE}}}item")
    }
    whole = re.sub(r"\W+", " ", " ".join(words.values()))
    for question in chosen:
        for option in question.options:
            said = re.sub(r"\W+", " ", option.say.replace("*", "").replace("`", "")).strip()
            assert said in whole, (question.id, option.say)


# --- Anki ------------------------------------------------------------------------------------


def notes(data: bytes, tmp_path: Path) -> list[tuple[str, list[str], str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as members:
        name = next(n for n in members.namelist() if n.startswith("collection.anki2"))
        (tmp_path / "c").write_bytes(members.read(name))
    with sqlite3.connect(tmp_path / "c") as found:
        rows = found.execute("select guid, flds, tags from notes order by id").fetchall()
        cards = found.execute("select count(*) from cards").fetchone()[0]
    assert cards == len(rows)
    return [(guid, fields.split("\x1f"), tags) for guid, fields, tags in rows]


def test_a_deck_has_a_card_for_each_question_and_the_key_behind(
    course: list[Question], tmp_path: Path
) -> None:
    data, _ = anki.write(course, "A title")
    found = notes(data, tmp_path)
    assert len(found) == len(course)
    for question, (_, fields, _) in zip(course, found, strict=True):
        if question.kind == "single" and not question.vote:
            key = next(option for option in question.options if option.right)
            assert any(anki._html(key.say) in field for field in fields[1:]), question.id
            front = next(field for field in fields if anki._html(question.ask, block=True) in field)
            assert anki._html(key.say) not in front  # the question does not tell


def test_a_newer_deck_meets_the_same_notes(course: list[Question], tmp_path: Path) -> None:
    first = notes(anki.write(course[:20], "A title")[0], tmp_path)
    (tmp_path / "c").unlink()
    again = notes(anki.write(course[5:20], "A title")[0], tmp_path)
    assert [guid for guid, _, _ in again] == [guid for guid, _, _ in first[5:]]


def test_hostile_strings_are_words_on_a_card(tmp_path: Path) -> None:
    data, _ = anki.write(hostile(), "A <title>")
    for _, fields, tags in notes(data, tmp_path):
        assert not re.search(
            r"<(?!/?(p|ul|ol|li|em|strong|code|br|div|span|b|table|tr|td|th)\b)\w", " ".join(fields)
        )
        assert not re.search(r"\son\w+\s*=\s*[\"']", re.sub(r">[^<]*<", "><", "".join(fields)))
        assert "\n" not in tags
