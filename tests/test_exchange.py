"""Questions go out to other programs and come back; whatever is lost is said."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from dialogue import bank, cli
from dialogue.bank import writing
from dialogue.course.files import FileFault
from dialogue.exchange import FORMATS as FORMATS_ALL
from dialogue.exchange import (
    Loss,
    gift,
    incoming,
    jupyterquiz,
    moodle,
    sheet,
)
from dialogue.page import text
from dialogue.page.numbers import exact
from dialogue.questions import (
    Classify,
    Cloze,
    Essay,
    Event,
    Extra,
    Forecast,
    Match,
    Mistake,
    Multiple,
    Near,
    Numeric,
    Option,
    Order,
    Pair,
    Question,
    Short,
    Single,
    Slip,
    Statement,
    fold,
)

ROOT = Path(__file__).parents[1]
INJECTIONS = [
    each["text"]
    for each in json.loads((ROOT / "tests/injections.json").read_text(encoding="utf-8"))
]
FORMATS = {"gift": gift, "moodle": moodle}


@pytest.fixture(scope="module")
def course() -> list[Question]:
    """Every question of the course, and the sample bank, which has every kind."""
    own = bank.read(overlay=False).questions
    sample = bank.read([ROOT / "exercises/sample-bank.yaml"]).questions
    found = list((own | sample).values())
    assert {question.kind for question in found} == {
        *("single", "multiple", "numeric", "order", "match"),
        *("short", "classify", "evidence", "forecast", "essay", "cloze"),
    }
    return found


def hostile() -> list[Question]:
    """Each hostile string in every text field of a question of each kind."""
    found: list[Question] = []
    for place, raw in enumerate(INJECTIONS):
        bad = " ".join(raw.split()) or "-"
        common = {"ask": raw.strip() or "-", "explain": bad, "hint": bad}
        a, b = Option(bad, bad, True), Option(f"{bad} b", bad)
        for question in (
            Single(id=f"single-{place}", **common, options=(a, b)),
            Multiple(id=f"multiple-{place}", **common, options=(a, b, Option(f"c {bad}", bad))),
            Numeric(id=f"numeric-{place}", **common, answer=4, unit=bad, near=(Near(9, bad),)),
            Short(id=f"short-{place}", **common, accept=(bad,), wrong=(Slip(f"x {bad}", bad),)),
            Order(
                id=f"order-{place}",
                **common,
                events=(Event(bad), Event(f"2 {bad}"), Event(f"3 {bad}")),
                mistakes=(Mistake(1, 0, bad),),
            ),
            Match(
                id=f"match-{place}",
                **common,
                pairs=(Pair(bad, bad, bad), Pair(f"x {bad}", f"y {bad}", bad)),
                extra=(Extra(f"z {bad}", bad),),
            ),
            Classify(
                id=f"classify-{place}",
                **common,
                labels=("fact", "view"),
                statements=(
                    Statement(bad, "fact", (("view", bad),)),
                    Statement(f"x {bad}", "view", (("fact", bad),)),
                ),
            ),
            Forecast(id=f"forecast-{place}", **common, resolves="2030-01-01"),
        ):
            found.append(question)
    return found


# --- what an author would type -------------------------------------------------------------


def test_a_bank_written_from_questions_reads_back_as_the_same_questions(
    course: list[Question], tmp_path: Path
) -> None:
    file = tmp_path / "back.yaml"
    file.write_text(
        writing.bank_text([writing.fields(q) for q in course], 'A "title": #1', "back"),
        encoding="utf-8",
    )
    back = bank.read([file])
    assert back.faults == []
    assert back.questions == {question.id: question for question in course}


@pytest.mark.parametrize(
    "word", ["yes", "null", "- a", "a: b", "!x", "*x", "&x", " #", "2020", "~"]
)
def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path, word: str) -> None:
    question = Single(
        id="x", ask=f"{word}\nsecond: line", options=(Option(word, "", True), Option("b", word))
    )
    file = tmp_path / "back.yaml"
    file.write_text(
        writing.bank_text([writing.fields(question)], word, "x", language="ar"), encoding="utf-8"
    )
    back = bank.read([file])
    stripped = (Option(word.strip(), "", True), Option("b", word.strip()))
    wanted = replace(question, ask=question.ask.strip(), options=stripped, language="ar")
    assert (back.faults, back.questions) == ([], {"x": wanted})


@pytest.mark.parametrize("value", [0.1, -3.0, 1e-7, 123456789.125, 1e22, 1 / 3])
def test_numbers_are_written_so_that_a_bank_reads_the_same_number(value: float) -> None:
    assert re.fullmatch(r"-?\d+(\.\d+)?", exact(value))
    assert float(exact(value)) == value


def test_the_markup_survives_html_and_back(course: list[Question]) -> None:
    words = [each for question in course for each in (question.ask, question.explain)]
    for each in [*words, *INJECTIONS, "a *b* **c** `d`\n\n- one\n- *two*\n\n1. x\n2. y"]:
        back, lost = writing.from_html(writing.html(each, block=True))
        assert (shown(back), lost) == (shown(each), [])


def test_html_from_elsewhere_keeps_its_words_and_names_what_it_loses() -> None:
    page = '<h2>A</h2><p>b <b>c</b><br>d <img src="x" alt="map"></p><script>bad()</script>'
    words, lost = writing.from_html(page)
    assert words == "A\n\nb **c**  \nd [map]"
    assert lost == ["<h2>", "a picture", "<script>"]


def test_signs_that_would_become_markup_are_named() -> None:
    assert writing.from_html("<p>4 *5* 6</p>")[1] == [
        "signs such as * or -, which mark emphasis and lists here"
    ]
    assert writing.from_html("<p>4 * 5 - 6</p>")[1] == []


def test_marks_within_marks_without_end_are_read_in_good_time() -> None:
    words, _ = writing.from_html("<b>" * 50_000 + "x" + "</b>" * 50_000)
    assert "x" in words
    assert len(words) < 200


# --- there and back --------------------------------------------------------------------------


def shown(words: str) -> str:
    """Words as a reader sees them: two ways to type an emphasis are the same."""
    html = text.html(writing.clean(words).strip(), block=True)
    return " ".join(html.replace(' dir="auto"', "").split())


def alike(value: Any) -> Any:
    """An item with every text as it is shown."""
    if isinstance(value, dict):
        return {name: alike(each) for name, each in value.items()}
    if isinstance(value, list):
        return [alike(each) for each in value]
    return shown(value)


def kept(question: Question, form: str) -> dict[str, Any] | None:
    """What must come back, by the rules of the table in the readme; None for nothing."""
    item = writing.fields(question) | {"status": "draft"}
    for name in ("confidence", "by", "was", "spelling", "mistakes"):
        item.pop(name, None)
    if form == "gift":
        for name in ("hint", "points", "shuffle"):
            item.pop(name, None)
    match question:
        case Forecast() | Essay():
            return None
        case Cloze() if form == "gift":
            return None
        case Cloze():  # its answers stand in the text, each worth a point
            item.pop("points", None)
            item.pop("shuffle", None)
        case Single() if question.vote:
            return None
        case Numeric() if question.values:
            return None
        case Numeric() | Short() | Order() if not question.shuffle:
            item.pop("shuffle", None)
    match question:
        case Order():
            item["order"] = [{"text": event.text} for event in question.events]
        case Match():
            item["pairs"] = [
                {"left": p.left, "right": writing.plain(p.right)} for p in question.pairs
            ]
            if question.extra:
                item["extra_right"] = [{"text": writing.plain(e.text)} for e in question.extra]
        case Classify():
            item["labels"] = sorted(question.labels)
            item["statements"] = [{"text": s.text, "label": s.label} for s in question.statements]
        case Short():
            for entry in item.get("wrong", []):
                entry["text"] = " ".join(entry["text"].split())
    return item


# Which words in the report stand for a field that did not come back.
REPORTED = {
    "hint": "the hint is left out",
    "points": "the points",
    "shuffle": "the order of the answers is fixed",
    "confidence": "certainty",
    "by": "the author",
    "was": "former ids",
    "spelling": "a slip of the keyboard",
}


def through_another(data: bytes) -> bytes:
    """What another program makes of an export: what it does not know is gone."""
    data = re.sub(rb"(?m)^// dialogue .*\n", b"", data)
    return re.sub(rb"(?s)<dialogue>.*?</dialogue>", b"", data)


def there_and_back(questions: Iterable[Question], form: str) -> None:
    questions = list(questions)
    data, losses = FORMATS[form].write(questions, "Title with / and : and #")
    items, _ = FORMATS[form].read(through_another(data), f"x.{form}")
    for item in items:
        item.pop(writing.NOTE, None)
    back = {item["id"]: item for item in items}
    said: dict[str, list[str]] = {}
    for loss in losses:
        said.setdefault(loss.item, []).append(loss.what)
    for question in questions:
        report = said.get(question.id, [])
        wanted, found = kept(question, form), back.pop(question.id, None)
        own = writing.fields(question)
        if wanted is None:
            assert found is not None
            assert found["type"] == "essay"
            assert any("as an essay" in what for what in report), question.id
            continue
        assert found is not None, question.id
        for name, words in REPORTED.items():
            if name in own and name not in wanted:
                assert any(words in what for what in report), (question.id, name)
        if any("the unit stands in the text" in what for what in report):
            assert form == "gift"
            wanted["ask"] += f"\n\n({wanted.pop('unit')})"
        if any(writing.clean(each) != each for each in writing._strings(own)):
            assert any("control characters" in what for what in report)
        if isinstance(question, Match | Classify | Order):
            # Comments on parts of an answer are not lost: the general feedback holds them.
            whole = shown(found.pop("explain", ""))
            wanted.pop("explain", None)
            assert shown(question.explain).removesuffix("</p>") in whole
            for _about, say in writing.remarks(question):
                assert shown(say)[3:-4] in whole, (question.id, say)
            assert not writing.remarks(question) or any("comments on" in what for what in report)
        if isinstance(question, Classify):
            found["labels"] = sorted(found["labels"])
        assert alike(found) == alike(wanted), question.id
    assert back == {}


@pytest.mark.parametrize("form", FORMATS)
def test_the_whole_course_goes_there_and_back(course: list[Question], form: str) -> None:
    there_and_back(course, form)


@pytest.mark.parametrize("form", FORMATS)
def test_rare_fields_go_there_and_back(form: str) -> None:
    options = (Option("a", "", True), Option("b", "why"))
    full = Single(
        id="full",
        ask="?",
        options=options,
        points=2.5,
        shuffle=False,
        contested=True,
        as_of="2020-06",
        use="lane",
        by="A. Teacher",
        was=("old",),
        confidence=True,
        status="reviewed",
    )
    there_and_back([full, Short(id="s", ask="?", accept=("a*b", "ab"), shuffle=False)], form)


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_strings_go_there_and_back_as_words(form: str) -> None:
    # An arrow in a short answer is replaced and reported in GIFT: the next test.
    there_and_back(
        [
            q
            for q in hostile()
            if not (form == "gift" and q.kind == "short" and "->" in q.ask)
            and not (isinstance(q, Short) and not fold(q.accept[0]))  # which no bank holds
        ],
        form,
    )


def test_an_arrow_that_gift_would_take_for_matching_is_replaced_and_reported() -> None:
    data, losses = gift.write([Short(id="a", ask="?", accept=("x -> y",))], "")
    assert "x → y" in data.decode()
    assert Loss("a", "-> is written as →, because it would make a matching question") in losses


def test_moodle_xml_has_the_fields_that_moodle_reads() -> None:
    question = Multiple(
        id="m",
        ask="?",
        objective="05-2",
        level="apply",
        para=("P5",),
        hint="Think.",
        explain="So.",
        options=(*(Option(x, f"say {x}", True) for x in "abc"), Option("d", "say d")),
    )
    number = Numeric(id="n", ask="?", answer=2.5, tolerance=0.1, unit="km", near=(Near(25, "×"),))
    order = Order(id="o", ask="?", events=(Event("a"), Event("b"), Event("c")))
    match = Match(id="p", ask="?", pairs=(Pair("a", "1"), Pair("b", "2")), extra=(Extra("3"),))
    data, _ = moodle.write([question, number, order, match], "T")
    category, one, two, three, four = ElementTree.fromstring(data)
    assert category.findtext("category/text") == "$course$/top/T"
    assert [a.get("fraction") for a in one.findall("answer")] == ["33.33333"] * 3 + ["-33.33333"]
    assert [a.findtext("feedback/text") for a in one.findall("answer")][3] == "say d"
    assert one.findtext("idnumber") == "m"
    assert one.findtext("penalty") == "0.3333333"
    assert one.findtext("hint/text") == "Think."
    assert one.findtext("generalfeedback/text") == "<p>So.</p>"
    tags = [tag.findtext("text") for tag in one.findall("tags/tag")]
    assert tags == ["kind:multiple", "objective:05-2", "level:apply", "para:P5"]
    assert two.findtext("units/unit/unit_name") == "km"
    assert two.findtext("answer/tolerance") == "0.1"
    assert (two.findtext("unitgradingtype"), two.findtext("showunits")) == ("0", "0")
    assert three.get("type") == "ordering"
    assert [a.findtext("text") for a in three.findall("answer")] == ["a", "b", "c"]
    assert four.get("type") == "matching"
    assert [s.findtext("answer/text") for s in four.findall("subquestion")] == ["1", "2", "3"]
    assert [s.findtext("text") for s in four.findall("subquestion")] == ["a", "b", ""]


# --- a GIFT parser that is not ours ------------------------------------------------------------


@pytest.fixture(scope="module")
def parse() -> Any:
    """What gift-pegjs makes of a file.  Install it with: (cd tests/gift && npm ci)"""
    node = shutil.which("node")
    here = ROOT / "tests/gift"
    if node is None or not (here / "node_modules/gift-pegjs").is_dir():
        why = "no node" if node is None else "no gift-pegjs (cd tests/gift && npm ci adds it)"
        if os.environ.get("DIALOGUE_REQUIRE_BROWSER"):
            pytest.fail(f"{why}, and DIALOGUE_REQUIRE_BROWSER is set")
        pytest.skip(f"{why}: the GIFT parser is left out")

    def run(data: bytes) -> list[dict[str, Any]]:
        done = subprocess.run([node, "parse.js"], cwd=here, input=data, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return run


TYPES = {
    "single": "MC",
    "multiple": "MC",
    "evidence": "MC",
    "numeric": "Numerical",
    "short": "Short",
    "match": "Matching",
    "classify": "Matching",
    "order": "Matching",
    "forecast": "Essay",
    "essay": "Essay",
    "cloze": "Essay",
}


def same_html(words: str, wanted: str) -> bool:
    return shown(writing.from_html(words)[0]) == shown(wanted)


def unwaiting(words: str) -> str:
    """A right-hand side, where gift-pegjs 1.0.2 leaves its own marks for escaped signs."""
    return re.sub(r"&&(\d{3});", lambda mark: chr(int(mark[1])), words)


def check_parsed(questions: list[Question], parsed: list[dict[str, Any]]) -> None:
    parsed = [each for each in parsed if each["type"] != "Category"]
    assert [each["title"] for each in parsed] == [question.id for question in questions]
    for question, each in zip(questions, parsed, strict=True):
        column = isinstance(question, Numeric) and question.values
        essay = column or question.vote
        assert each["type"] == ("Essay" if essay else TYPES[question.kind]), question.id
        assert each["id"] == question.id
        assert each["tags"] == [
            *writing.tags(question),
            *each["tags"][len(writing.tags(question)) :],
        ]
        assert shown(question.ask).removesuffix("</p>") in shown(
            writing.from_html(each["stem"]["text"])[0]
        )
        if isinstance(question, Single | Multiple) and not question.vote:
            for option, choice in zip(question.options, each["choices"], strict=True):
                assert same_html(choice["text"]["text"], option.text), question.id
                assert same_html((choice["feedback"] or {"text": ""})["text"], option.say)
                if isinstance(question, Single):
                    assert choice["isCorrect"] == option.right
                else:
                    assert (choice["weight"] > 0) == option.right
        if isinstance(question, Match):
            rights = [unwaiting(pair["subanswer"]) for pair in each["matchPairs"]]
            wanted = [*(p.right for p in question.pairs), *(e.text for e in question.extra)]
            assert rights == [writing.plain(right) for right in wanted]
        if isinstance(question, Numeric) and not column:
            first = each["choices"][0]
            assert first["text"]["number"] == pytest.approx(question.answer, rel=1e-3)
            assert first["text"]["range"] == question.tolerance


def test_the_whole_course_survives_another_parser_of_gift(
    course: list[Question], parse: Any
) -> None:
    check_parsed(course, parse(gift.write(course, "Whole course")[0]))


def test_hostile_strings_survive_another_parser_of_gift(parse: Any) -> None:
    questions = hostile()
    check_parsed(questions, parse(gift.write(questions, "{=~#}")[0]))


# --- files from elsewhere ------------------------------------------------------------------------

GIFT = """\
// the kinds that the Moodle documentation shows
$CATEGORY: $course$/top/x

::Q1:: 1+1\\=2 {T#No.#Yes.}

Grant is {~buried =entombed#Yes ~living#No} in Grant's tomb.

::range:: Between? {#1..5}

::parts:: When? {#=1822:0 =%50%1822:2 ~#Read on.}

::capitals:: Match [html] them. {=Canada -> Ottawa =Italy -> Rome}

::who:: Who? {=no one =nobody =%0%Grant#He is entombed.}

::some:: Which? {~%50%a ~%50%b ~%-100%c#Never.####Two of them.}

Write something. {}

Only a heading.

::open:: no end {=a

::Q1:: The same name again? {=x ~y}
"""


def test_gift_from_elsewhere_becomes_drafts_and_says_what_it_lost() -> None:
    items, losses = gift.read(GIFT.encode(), "x.gift")
    by = {item["id"]: item for item in items}
    assert all(item["status"] == "draft" for item in items)
    assert by["q1"]["ask"] == "1+1=2"
    assert by["q1"]["options"] == [
        {"text": "True", "right": "yes", "say": "Yes."},
        {"text": "False", "say": "No."},
    ]
    assert by["grant-is-in-grant-s-tomb"]["ask"] == "Grant is _____ in Grant's tomb."
    assert (by["range"]["answer"], by["range"]["tolerance"]) == ("3", "2")
    assert by["parts"]["answer"] == "1822"
    assert by["capitals"]["pairs"][1] == {"left": "Italy", "right": "Rome"}
    assert by["who"]["accept"] == ["no one", "nobody"]
    assert by["who"]["wrong"] == [{"text": "Grant", "say": "He is entombed."}]
    assert [o.get("right") for o in by["some"]["options"]] == ["yes", "yes", None]
    assert by["some"]["explain"] == "Two of them."
    assert by["q1-2"]["ask"] == "The same name again?"
    said = "\n".join(map(str, losses))
    for words in (
        "parts: 1820 to 1824 was worth 50 %; here it is wrong",
        "the comment on every other number is left out: 'Read on.'",
        "write-something: an essay here says how many words",
        "Only a heading.: not taken over: a description",
        "line 22: not taken over: a brace is missing",
    ):
        assert words in said


XML = """<?xml version="1.0" encoding="UTF-8"?><quiz>
<question type="category"><category><text>x</text></category></question>
<question type="numerical"><name><text>Length</text></name>
 <questiontext format="html"><text><![CDATA[<p>How <i>long</i>?</p><img src="x.png">]]></text>
 <file name="x.png" encoding="base64">AAAA</file></questiontext>
 <answer fraction="100"><text>2.5</text><tolerance>0.1</tolerance></answer>
 <units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit>
 <unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units></question>
<question type="truefalse"><name><text>T</text></name><questiontext><text>So?</text></questiontext>
 <answer fraction="100"><text>true</text></answer>
 <answer fraction="0"><text>false</text><feedback><text>Why</text></feedback></answer></question>
<question type="shortanswer"><name><text>S</text></name><questiontext><text>Who?</text></questiontext>
 <usecase>1</usecase><answer fraction="100"><text>Mac*</text></answer></question>
<question type="cloze"><name><text>C</text></name><questiontext><text>{1:SA:=x}</text></questiontext>
</question>
<question type="ddwtos"><name><text>D</text></name></question>
</quiz>"""


def test_moodle_xml_from_elsewhere_becomes_drafts_and_says_what_it_lost() -> None:
    items, losses = moodle.read(XML.encode(), "x.xml")
    by = {item["id"]: item for item in items}
    assert by["length"]["ask"] == "How *long*?"
    assert (by["length"]["unit"], by["length"]["answer"]) == ("m", "2.5")
    assert by["t"]["options"][0] == {"text": "True", "right": "yes"}
    assert by["s"]["accept"] == ["Mac*"]
    assert (by["c"]["ask"], by["c"]["gaps"]) == ("[[1]]", [{"accept": ["x"]}])
    said = "\n".join(map(str, losses))
    for words in (
        "length: left out of the text: a picture: 'x.png' is not the png that its name says",
        "length: further units are left out: cm",
        "s: capitals count no more",
        "s: * stands for any words in 'Mac*'",
        "D: not taken over: what belongs into its blanks cannot be read",
    ):
        assert words in said


def test_jupyterquiz_becomes_drafts_and_says_what_it_lost() -> None:
    quiz = [
        {
            "question": "Pick",
            "type": "many_choice",
            "answers": [
                {"answer": "a", "correct": True, "feedback": "Yes."},
                {"code": "b()", "correct": True},
                {"answer": "c", "correct": False, "feedback": "No."},
            ],
        },
        {
            "question": "How many?",
            "type": "numeric",
            "precision": 2,
            "answers": [
                {"type": "range", "range": [2, 4], "correct": True},
                {"type": "value", "value": 8, "correct": False, "feedback": "Double."},
                {"type": "default", "feedback": "Count again."},
            ],
        },
        {"question": "Word", "type": "string", "answers": [{"answer": "x*", "correct": True}]},
        {"question": "?", "type": "drawing", "answers": []},
        {"question": "?", "type": "numeric", "answers": [{"value": "many", "correct": True}]},
    ]
    items, losses = jupyterquiz.read(json.dumps(quiz).encode(), "x.json")
    assert [item["type"] for item in items] == ["multiple", "numeric", "short"]
    assert items[0]["options"][1] == {"text": "`b()`", "right": "yes"}
    assert (items[1]["answer"], items[1]["tolerance"]) == ("3", "1")
    assert items[1]["near"] == [{"value": "8", "say": "Double.", "within": "0.05"}]
    assert items[2]["accept"] == ["x*"]
    said = "\n".join(map(str, losses))
    for words in (
        "the comment on every other number is left out: 'Count again.'",
        "2 significant digits count: kept as a tolerance",
        "4, the end of a range, counts as right too",
        "question 4: not taken over: the type 'drawing'",
        "question 5: not taken over: the number 'many' cannot be read",
    ):
        assert words in said


def test_nothing_is_invented_and_check_names_what_is_missing(tmp_path: Path) -> None:
    items, _ = gift.read(b"::a:: Which? {=x ~y ~z#Not this.}", "x.gift")
    file = tmp_path / "a.yaml"
    file.write_text(writing.bank_text(items, "A", "a"), encoding="utf-8")
    faults = [str(fault) for fault in bank.read([file]).faults]
    assert len(faults) == 1
    assert "the wrong option 'y' has no comment" in faults[0]


BOMB = "<!DOCTYPE q [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><quiz>&b;</quiz>"
OUTSIDE = "<!DOCTYPE q [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><quiz>&a;</quiz>"
BAD = {
    "gift binary": (gift, b"::a::\x00{=x}", "not a text file"),
    "gift UTF-16": (gift, "x {=a}".encode("utf-16"), "UTF-16"),
    "gift Latin-1": (gift, "Größe {=a}".encode("latin-1"), "not UTF-8"),
    "gift of nothing": (gift, b"// only a comment\n", "no question"),
    "gift of headings": (gift, b"A heading.", "no question"),
    "entity bomb": (moodle, BOMB.encode(), "document type or entities"),
    "outside entity": (moodle, OUTSIDE.encode(), "document type or entities"),
    "document type": (moodle, b"<!DOCTYPE quiz><quiz></quiz>", "document type or entities"),
    "cut off": (moodle, XML.encode()[:900], "not whole XML"),
    "other XML": (moodle, b"<rss></rss>", "not Moodle XML"),
    "empty quiz": (moodle, b"<quiz></quiz>", "no question"),
    "odd encoding": (moodle, b'<?xml version="1.0" encoding="nope"?><quiz/>', "XML"),
    "not JSON": (jupyterquiz, b"[{]", "not JSON"),
    "deep JSON": (jupyterquiz, b"[" * 100_000, "JSON"),
    "other JSON": (jupyterquiz, b'{"a": 1}', "no list of questions"),
    "empty list": (jupyterquiz, b"[]", "no question"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_in_one_sentence(name: str) -> None:
    module, data, words = BAD[name]
    with pytest.raises(FileFault) as caught:
        module.read(data, "bad.file")
    said = str(caught.value)
    assert words in said
    assert "bad.file" in said
    assert "\n" not in said


# --- the commands ----------------------------------------------------------------------------


def run(*arguments: str | Path) -> int:
    return cli.main([str(each) for each in arguments])


@pytest.mark.parametrize("form", [("gift", "a.gift"), ("moodle", "a.xml")])
def test_export_and_import_write_a_report_and_never_over_a_file(
    form: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, file_name = form
    file, target = tmp_path / file_name, tmp_path / "back.yaml"
    assert run("export", name, ROOT / "exercises/sample-bank.yaml", "--output", file) == 0
    report = (tmp_path / f"{file_name}.report.txt").read_text(encoding="utf-8")
    assert "26 of 26 questions written" in report
    assert "asked as matching: each statement with its label" in report
    assert "(each is named in" in capsys.readouterr().out
    before = file.read_bytes()
    assert run("export", name, "05", "--output", file) == 1
    assert "add --force" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert run("import", file, "--output", target) == 0
    said = capsys.readouterr().out
    assert "to mend" not in said
    report = (tmp_path / "back.yaml.report.txt").read_text(encoding="utf-8")
    assert report == f"26 questions taken over from {file_name}, as drafts.\n"
    found = bank.read([target])
    assert found.questions
    assert all(question.status == "draft" for question in found.questions.values())
    target.write_text("mine", encoding="utf-8")
    assert run("import", file, "--output", target) == 1
    assert target.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", [".", "/"])
def test_a_folder_is_no_file_to_export_to(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", "paper", "05", "--output", name) == 1
    assert capsys.readouterr().err == f"{name}: this is a folder; name a file in it\n"


def test_a_report_in_the_way_keeps_everything_from_being_written(tmp_path: Path) -> None:
    (tmp_path / "a.gift.report.txt").write_text("mine", encoding="utf-8")
    assert run("export", "gift", "05", "--output", tmp_path / "a.gift") == 1
    assert not (tmp_path / "a.gift").exists()
    assert (tmp_path / "a.gift.report.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("form", "name"),
    [("moodle", "a.gift"), ("gift", "a.xlsx"), ("qti", "a.XML"), ("csv", "a.apkg")],
)
def test_a_name_that_belongs_to_another_format_is_refused(
    form: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", form, "05", "--output", tmp_path / name) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"end it in {FORMATS_ALL[form].suffix}" in said
    assert list(tmp_path.iterdir()) == []


def test_a_name_of_no_format_is_the_authors_choice(tmp_path: Path) -> None:
    assert run("export", "gift", "05", "--output", tmp_path / "mine.backup") == 0
    assert "::05-" in (tmp_path / "mine.backup").read_text(encoding="utf-8")


def test_a_table_whose_name_ends_in_xlsx_is_a_workbook(tmp_path: Path) -> None:
    assert run("export", "csv", "05", "--output", tmp_path / "a.xlsx") == 0
    assert (tmp_path / "a.xlsx").read_bytes().startswith(b"PK")
    assert run("import", tmp_path / "a.xlsx", "--output", tmp_path / "a.yaml") == 0


def test_the_count_is_of_what_is_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bank_file = ROOT / "exercises/sample-bank.yaml"
    fits = sum(q.kind in sheet.KINDS for q in bank.read([bank_file]).questions.values())
    assert 0 < fits < 26
    assert run("export", "csv", bank_file, "--output", tmp_path / "a.csv") == 0
    assert f"a.csv: {fits} of 26 questions" in capsys.readouterr().out
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as rows:
        assert len(list(csv.DictReader(rows))) == fits
    assert f"{fits} of 26 questions written" in (tmp_path / "a.csv.report.txt").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("case", ["no such file", "no format", "no bank", "bad file"])
def test_the_import_says_in_one_line_what_is_wrong(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, target = tmp_path / "a.gift", tmp_path / "out.yaml"
    if case == "no format":
        file = tmp_path / "a.doc"
    if case != "no such file":
        file.write_text("::a:: ? {=x", encoding="utf-8")
    if case == "no bank":
        target = tmp_path / "out.txt"
    assert run("import", file, "--output", target) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(target.name if case == "no bank" else file.name) in said
    assert sorted(each.name for each in tmp_path.iterdir() if each != file) == []


def test_what_is_not_installed_is_named_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.xml"
    file.write_text(XML, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "defusedxml", None)
    assert run("import", file, "--output", tmp_path / "a.yaml") == 1
    said = capsys.readouterr().err
    assert "needs defusedxml" in said
    assert "make teach" in said
    assert said.count("\n") == 1


def test_an_id_of_somebody_else_becomes_one_that_a_bank_allows() -> None:
    found = [
        incoming.Parsed("x", "short", ask="?", ident=ident, answers=[incoming.Answer("a", 1)])
        for ident in ("../../etc/passwd", "Frage Ä", "سؤال", "ok-1", "ok-1")
    ]
    losses: list[Loss] = []
    items = incoming.items(found, losses)
    assert [i["id"] for i in items] == ["etc-passwd", "frage-a", "item", "ok-1", "ok-1-2"]
    assert len([loss for loss in losses if "its id" in loss.what]) == 4


@pytest.mark.parametrize("form", ["gift", "moodle"])
def test_a_bank_named_by_its_path_is_called_by_its_title(form: str, tmp_path: Path) -> None:
    bank_file = tmp_path / "old/papers/rivers.yaml"
    bank_file.parent.mkdir(parents=True)
    items = 'items:\n  - id: my-river\n    type: short\n    ask: "Which?"\n    accept: ["Tigris"]\n'
    for title, wanted in (("title: Two rivers\n", "Two rivers"), ("", "rivers")):
        bank_file.write_text(f"quiz: rivers\n{title}{items}", encoding="utf-8")
        out = tmp_path / f"{wanted}.{'gift' if form == 'gift' else 'xml'}"
        assert cli.main(["export", form, str(bank_file), "--output", str(out)]) == 0
        text = out.read_text(encoding="utf-8")
        assert f"$course$/top/{wanted}\n" in text.replace("</text>", "\n")
        assert str(tmp_path).replace("/", "//") not in text


def test_what_an_essay_and_a_forecast_lose_is_said_with_its_reason() -> None:
    known = bank.course_bank().questions
    essay = known["05-write"]
    forecast = next(q for q in known.values() if q.kind == "forecast" and q.reference)
    for name in ("gift", "moodle", "qti", "qti21"):
        _, losses = FORMATS_ALL[name].write([essay, forecast], "x")
        told = {(loss.item, loss.what) for loss in losses}
        assert (essay.id, "the rows of the rubric are left out") in told, name
        assert (forecast.id, "the chances that others gave are left out") in told, name
    _, losses = FORMATS_ALL["anki"].write([essay, forecast], "x")
    assert [loss.item for loss in losses if "Brier" in loss.what] == [forecast.id]
