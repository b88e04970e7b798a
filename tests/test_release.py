"""The learner's copy asks graded questions, keeps the answers, and holds no key to them."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import struct
import tarfile
import time
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from grading import ITEMS
from test_grading import VECTORS, Grader, in_python, in_the_page

from conftest import ROOT, Lab, Page, copy_course, wait_until
from dialogue import bank
from dialogue.cli import main
from dialogue.course import catalogue, files
from dialogue.course.files import FileFault
from dialogue.grading import marking, release, search
from dialogue.questions import Match, Question, grade
from dialogue.questions.model import drawn_order
from dialogue.widgets import quiz, supplements, twin

__all__ = ["in_the_page"]  # the fixture: the page's own script in a browser

# --- a small course whose every key is a word that stands nowhere else -------------------

# One item of each kind.  What begins with QZ must not leave the instructor's side.
BANK = """\
# QZremark: the key of can-single is the second one
quiz: canaries
title: "A test"
items:
- id: can-single
  type: single
  ask: "Which one is it?"
  hint: "QZhint1 é — <b>"
  options:
    - {text: "the first", say: "QZsay1 “quoted” & 'more'"}
    - {text: "the second", right: yes, say: "QZsay2"}
    - {text: "the third", say: "QZsay3"}
  explain: "QZexplain1"
- id: can-multiple
  type: multiple
  ask: "Which ones?"
  options:
    - {text: "one", right: yes}
    - {text: "two", say: "QZsay4"}
    - {text: "three", right: yes}
  explain: "QZexplain2"
- id: can-numeric
  type: numeric
  ask: "How many?"
  unit: "things"
  answer: 918273.645
  tolerance: 0.4375
  near:
    - {value: 192837.465, say: "QZnear"}
- id: can-column
  type: numeric
  ask: "Which numbers?"
  answer: [564738.291, 647382.915]
- id: can-order
  type: order
  ask: "In which order?"
  order:
    - {text: "alpha", date: "1871-03-18"}
    - {text: "beta", date: "1872-04-19"}
    - {text: "gamma", date: "1873-05-20"}
  mistakes:
    - {if: "beta before alpha", say: "QZmistake"}
- id: can-match
  type: match
  ask: "What belongs together?"
  pairs:
    - {left: "cat", right: "mouse", say: "QZpair1", wrong: [{right: "bone", say: "QZconfused"}]}
    - {left: "dog", right: "bone", say: "QZpair2"}
  extra_right:
    - {text: "cheese", say: "QZextra"}
- id: can-short
  type: short
  ask: "Who?"
  accept: [QZaccepted, QZother]
  wrong:
    - {text: QZslip, say: "QZslipped"}
- id: can-classify
  type: classify
  ask: "What is what?"
  labels: [fact, forecast]
  statements:
    - {text: "It was so.", label: fact, if_forecast: "QZif1"}
    - {text: "It will be so.", label: forecast, if_fact: "QZif2"}
- id: can-evidence
  type: evidence
  ask: "Where does it say so?"
  para: [P7]
  options:
    - {para: P5, say: "QZsay5"}
    - {para: P7, right: yes}
- id: can-forecast
  type: forecast
  confidence: probability
  ask: "Will it happen?"
  resolves: "2020-07-31"
  happened: yes
  reference:
    - {who: "QZwho", chance: 37}
  bands:
    - {from: 0, to: 100, say: "QZband"}
- id: can-open
  type: single
  ask: "And this one, which is not graded?"
  options:
    - {text: "yes", right: yes, say: "open comment that stays"}
    - {text: "no", say: "open comment on no"}
"""
IDS = re.findall(r"^- id: (\S+)", BANK, re.MULTILINE)
GRADED = [name for name in IDS if name != "can-open"]
CANARIES = [
    *re.findall(r"QZ\w+", BANK),
    *("918273.645", "0.4375", "192837.465", "564738.291", "647382.915"),
    *("1871-03-18", "1872-04-19", "1873-05-20"),
]


def notebook(*asked: str) -> str:
    """A lesson that asks, with outputs as they are saved, and an answer folded beside."""
    fold = "Some text.\n\n<details><summary>Solution</summary>\n\nQZfolded\n\n</details>"
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Canaries\n\nText."},
        {"cell_type": "markdown", "id": "objectives", "metadata": {}, "source": "- **05-1** Ask."},
        {
            "cell_type": "code",
            "id": "setup",
            "metadata": {},
            "execution_count": 1,
            "outputs": [],
            "source": "from dialogue import ask",
        },
    ]
    whole = bank.read([catalogue.root() / "exercises" / "canaries.yaml"])
    for name in asked:
        view = quiz.Quiz([whole.questions[name]])
        data = {"text/html": view.twin_html, "text/plain": view.twin_text}
        data["application/vnd.jupyter.widget-view+json"] = {"model_id": "QZwidget"}
        output = {"output_type": "display_data", "metadata": {}, "data": data}
        cells.append(
            {
                "cell_type": "code",
                "id": f"ask-{name}",
                "metadata": {},
                "execution_count": 2,
                "outputs": [output],
                "source": f'ask("{name}")',
            }
        )
    cells.append({"cell_type": "markdown", "id": "solution", "metadata": {}, "source": fold})
    computed = 'answer = None\nask("can-numeric", answer)'
    stored = {"name": "stdout", "output_type": "stream", "text": "QZprinted 918273.645"}
    cells.append(
        {
            "cell_type": "code",
            "id": "computed",
            "metadata": {},
            "execution_count": 3,
            "outputs": [stored],
            "source": computed,
        }
    )
    state = {"state": {"QZmodel": {"content": BANK}}, "version_major": 2, "version_minor": 0}
    mime = "application/vnd.jupyter.widget-state+json"
    metadata = {"widgets": {mime: state}, "kernelspec": {"name": "python3", "display_name": "P"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lesson and one bank, as untidy as a working copy is."""
    folder = copy_course(tmp_path / "course")
    for path in [*folder.glob("exercises/*.yaml"), *folder.glob("notebooks/*.ipynb")]:
        path.unlink()
    (folder / "exercises" / "canaries.yaml").write_text(BANK, encoding="utf-8")
    monkeypatch.setenv("DIALOGUE_COURSE", str(folder))
    (folder / "notebooks" / "05-canaries.ipynb").write_text(notebook(*IDS), encoding="utf-8")
    (folder / "notebooks" / "teaching-notes" / "05.md").write_text("QZnotes", encoding="utf-8")
    for name in ("exercises/.canaries.yaml.swp", "exercises/canaries.yaml~", "data/QZ.bak"):
        (folder / name).write_text("QZleft", encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("QZgit", encoding="utf-8")
    return folder


# --- every byte ----------------------------------------------------------------------------


def forms(text: str) -> set[bytes]:
    """*text* as it may stand in a file: escaped, encoded, packed into base64."""
    told = {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    told |= {json.dumps(one)[1:-1] for one in list(told)}
    told |= {html.escape(text), html.escape(text, quote=False), urllib.parse.quote(text)}
    told |= {"".join(f"&#{ord(c)};" for c in text), "".join(f"&#x{ord(c):x};" for c in text)}
    told |= {"".join(f"\\u{ord(c):04x}" for c in text), text.replace("'", "''"), repr(text)[1:-1]}
    told |= {text.encode().hex(), text[::-1]}
    found = {one.encode(code) for one in told for code in ("utf-8", "utf-16-le", "utf-16-be")}
    raw = text.encode()
    for before in range(
        3 * (len(raw) > 7)
    ):  # what stands in front decides how base64 cuts the text
        packed = base64.b64encode(b"\0" * before + raw)
        first, last = (0, 2, 3)[before], len(packed) - 4 * bool((before + len(raw)) % 3)
        found |= {packed[first:last], packed[first:last].translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def layers(data: bytes) -> list[bytes]:
    """*data*, and whatever is packed into it."""
    found = [data]
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                found += [name.encode(), *layers(archive.read(name))]
    if data[:2] == b"\x1f\x8b":
        found += layers(gzip.decompress(data))
    for blob in re.findall(rb"[A-Za-z0-9+/]{24,}={0,2}", data):
        whole = blob.rstrip(b"=")
        whole = whole[: len(whole) - (len(whole) % 4 == 1)]
        decoded = base64.b64decode(whole + b"=" * (-len(whole) % 4))
        if decoded[:2] in (b"PK", b"\x1f\x8b"):
            found += layers(decoded)
    return found


def found_in(folder: Path, texts: list[str]) -> list[tuple[str, str]]:
    """Which of *texts* stand in which file: names, and every byte in every form."""
    wanted = {text: forms(text) for text in dict.fromkeys(texts)}
    found = []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        parts = [name.encode()]
        if path.is_file():
            parts += layers(path.read_bytes())
        for text, ways in wanted.items():
            if any(way in part for part in parts for way in ways):
                found.append((name, text))
    return found


def packed(text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", text * 20)
    return file.getvalue()


@pytest.mark.parametrize(
    "way",
    [
        str.encode,
        lambda text: json.dumps({"a": f"vor {text}"}).encode(),
        lambda text: json.dumps(json.dumps([text])).encode(),
        lambda text: html.escape(f"x {text}").encode(),
        lambda text: text.encode("utf-16"),
        lambda text: base64.b64encode(f"a{text}bc".encode()),
        lambda text: base64.b64encode(f"ab{text}".encode()),
        lambda text: base64.urlsafe_b64encode(f"abc{text}d".encode()),
        packed,
        lambda text: base64.b64encode(packed(text)),
        lambda text: gzip.compress(text.encode()),
        lambda text: urllib.parse.quote(text).encode(),
    ],
)
def test_the_search_sees_through_every_wrapping(tmp_path: Path, way: Any) -> None:
    secret = "QZsay1 “quoted” & 'more' né"
    (tmp_path / "file").write_bytes(b"before" + b"\n" * 3)
    assert found_in(tmp_path, [secret]) == []
    (tmp_path / "file").write_bytes(way(secret))
    assert found_in(tmp_path, [secret]) == [("file", secret)]


def test_no_byte_of_the_copy_tells_a_key(course: Path, tmp_path: Path) -> None:
    """Files, names, outputs, metadata, widget state, page source and twins."""
    everything = [*CANARIES, "QZfolded", "QZwidget", "QZmodel", "QZprinted", "QZnotes", "QZleft"]
    assert {text for _, text in found_in(course, everything)} >= set(everything)
    done = release.release(tmp_path / "copy", GRADED)
    assert set(done.items) == set(GRADED)
    assert done.run == ("05-canaries",)
    assert found_in(tmp_path / "copy", everything) == []
    assert not list((tmp_path / "copy").rglob(".*"))  # no history, nothing that an editor left
    assert not list((tmp_path / "copy").rglob("teaching-notes"))


def test_the_copy_still_asks_and_explains_what_is_not_graded(course: Path, tmp_path: Path) -> None:
    release.release(tmp_path / "copy", GRADED)
    text = (tmp_path / "copy/notebooks/05-canaries.ipynb").read_text(encoding="utf-8")
    cells = {cell["id"]: cell for cell in json.loads(text)["cells"]}
    assert "open comment that stays" in str(cells["ask-can-open"]["outputs"])
    shown = "".join(cells["ask-can-single"]["outputs"][0]["data"]["text/html"])
    for words in ("Which one is it?", "the first", "the second", "the third", "Your teacher marks"):
        assert words in shown
    assert "<details>" not in shown
    assert "Some text." in str(cells["solution"]["source"])
    copy = bank.read([tmp_path / "copy/exercises/canaries.yaml"])
    assert copy.faults == []
    assert list(copy.questions) == IDS
    whole = bank.course_bank().questions
    for name in GRADED:
        assert copy.questions[name] == release.without_key(whole[name]), name
    assert copy.questions["can-open"] == whole["can-open"]


# Each change makes another key or another comment, and shows the same on the page.
OTHER_KEYS = [
    ('the second", right: yes, say: "QZsay2"', 'the second", say: "QZsay2"'),
    ('the third", say: "QZsay3"', 'the third", right: yes, say: "QZother3"'),
    ('"one", right: yes', '"one", say: "no"'),
    ("918273.645", "5"),
    ("[564738.291, 647382.915]", "[1, 2, 3, 4]"),
    ('left: "cat", right: "mouse"', 'left: "cat", right: "cheese"'),
    ('text: "cheese"', 'text: "mouse"'),
    ("accept: [QZaccepted, QZother]", "accept: [else]"),
    ('It was so.", label: fact, if_forecast', 'It was so.", label: forecast, if_fact'),
    ('{para: P5, say: "QZsay5"}', "{para: P5, right: yes}"),
    ("{para: P7, right: yes}", '{para: P7, say: "no"}'),
    ("para: [P7]", "para: [P5]"),
    ("happened: yes", "happened: no"),
    ('alpha", date: "1871-03-18"', 'ALPHA", date: "1871-03-18"'),
    ('gamma", date: "1873-05-20"', 'alpha", date: "1873-05-20"'),
    ('ALPHA"', 'gamma"'),
    ('if: "beta before alpha"', 'if: "alpha before gamma"'),
    ("QZhint1", "another hint"),
]


@pytest.mark.slow
def test_two_courses_that_differ_in_their_keys_only_give_the_same_bytes(
    course: Path, tmp_path: Path
) -> None:
    """So neither a version nor an order nor a length lets anybody guess a key and compare."""
    release.release(tmp_path / "one", GRADED)
    other = BANK
    for old, new in OTHER_KEYS:
        assert other.count(old) == 1, old
        other = other.replace(old, new)
    path = course / "exercises" / "canaries.yaml"
    before = bank.course_bank().questions
    path.write_text(other, encoding="utf-8")
    after = bank.read([path])
    assert after.faults == []
    unlike = {name for name in GRADED if before[name].version != after.questions[name].version}
    assert unlike == set(GRADED)  # every one has another key or comment
    release.release(tmp_path / "two", GRADED)

    def content(folder: Path) -> dict[str, bytes]:
        files_in = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files_in}

    one, two = content(tmp_path / "one"), content(tmp_path / "two")
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


@pytest.mark.parametrize("name", sorted(ITEMS))
def test_a_keyless_item_is_shown_and_its_answer_kept(name: str, own_record: Path) -> None:
    bare = release.without_key(ITEMS[name])
    shown = json.dumps([quiz.content(bare), twin.as_html([bare], ""), twin.as_text([bare], "")])
    for secret in release.secrets(ITEMS[name]):
        if len(secret.text) > 2:
            assert json.dumps(secret.text)[1:-1] not in shown, secret
    assert twin.key(bare) == []
    response = {"single": 1, "evidence": 1, "multiple": [0], "short": "x", "forecast": "40"}.get(
        bare.kind, "12"
    )
    if bare.kind in ("order", "match"):
        parts = bare.events if bare.kind == "order" else bare.pairs  # type: ignore[attr-defined]
        response = list(range(len(parts)))
    if bare.kind == "classify":
        response = [bare.labels[0]] * len(bare.statements)  # type: ignore[attr-defined]
    if bare.kind == "cloze":
        response = ["x"] * len(bare.gaps)  # type: ignore[attr-defined]
    sure = 2 if bare.confidence else None
    outcome = grade(bare, response, sure)
    assert (outcome.verdict, outcome.score, outcome.comments, outcome.mark) == ("kept", 0, (), None)
    assert grade(bare, None, sure).verdict == "unanswered"
    assert grade(bare, "", sure).verdict == "unanswered"
    view = quiz.Quiz([bare])
    view._received(
        view, {"event": "check", "item": bare.id, "response": response, "confidence": sure}, []
    )
    assert view.state[bare.id]["outcome"]["verdict"] == "kept"
    assert view.state[bare.id]["saved"]
    again = quiz.Quiz([bare]).state[bare.id]
    assert again["response"] == response
    assert again["outcome"]["comments"] == []


def test_a_reply_in_the_copy_is_graded_as_the_author_means_it() -> None:
    """Whoever knows the answer finds it in whatever order it is shown."""
    from dialogue.widgets.computed import response_from

    for question in ITEMS.values():
        bare = release.without_key(question)
        words: Any = {
            "single": lambda q: next((o.text for o in q.options if o.right), q.options[0].text),
            "evidence": lambda q: next(o.text for o in q.options if o.right),
            "multiple": lambda q: [o.text for o in q.options if o.right],
            "order": lambda q: [e.text for e in q.events],
            "match": lambda q: {p.left: p.right for p in q.pairs},
            "classify": lambda q: {s.text: s.label for s in q.statements},
            "short": lambda q: q.accept[0],
            "numeric": lambda q: list(q.values) or q.answer,
            "forecast": lambda q: 40,
            "essay": lambda q: "A text.",
            "cloze": lambda q: [gap.key for gap in q.gaps],
        }[question.kind](question)
        response = question.authored(response_from(bare, words))
        plain = replace(question, confidence=False)
        found = grade(plain, response).verdict
        assert found == "right" if question.marked else found in ("logged", "kept"), question.id


def test_the_page_keeps_what_python_keeps(in_the_page: Grader) -> None:
    cases = []
    for vector in VECTORS:
        bare = release.without_key(ITEMS[vector["item"]])
        cases.append((bare, vector["response"], vector.get("confidence")))
    found = in_the_page(cases)
    assert {one["verdict"] for one in found} == {"kept", "unanswered"}
    for case, got in zip(cases, found, strict=True):
        assert got == in_python(*case), case


def test_whatever_a_record_holds_is_read_without_a_traceback() -> None:
    hostile: list[Any] = [None, True, -1, 99, 1.5, "x", [], [None], [[1]], {"a": 1}, [99, "a"], 1e9]
    for question in ITEMS.values():
        for response in hostile:
            found = grade(replace(question, confidence=False), question.authored(response))
            kept = ("kept",) if question.kind == "essay" else ()  # a text is kept as it is
            assert found.verdict in ("right", "partly", "wrong", "logged", "unanswered", *kept)


def test_the_order_in_the_copy_comes_from_the_words_and_is_the_same_everywhere() -> None:
    texts = ["alpha", "beta", "gamma", "delta"]
    order = drawn_order("05-x", texts)
    # Written down: another process, platform or Python must draw the same.
    assert [texts[i] for i in order] == DRAWN
    turned = drawn_order("05-x", texts[::-1])
    assert [texts[::-1][i] for i in turned] == DRAWN
    kept = replace(ITEMS["multiple"], shuffle=False)
    assert kept.copy_order() == [0, 1, 2, 3]


DRAWN = ["beta", "gamma", "delta", "alpha"]


# --- what a copy may not hold --------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("text: the first", "text: the first\n    say: told", "unknown field 'say'"),
        ("text: the first", "text: the first\n    right: 'yes'", "unknown field 'right'"),
        ("unit: things", "unit: things\n  answer: 12", "'answer' gives away"),
        ("unit: things", "unit: things\n  tolerance: 1", "'tolerance' gives away"),
        ("ask: Who?", "ask: Who?\n  accept: [x]", "'accept' gives away"),
        ("ask: Who?", "ask: Who?\n  hint: x", "'hint' gives away"),
        ("ask: Who?", "ask: Who?\n  explain: x", "'explain' gives away"),
        ("left: cat", "left: cat\n    right: mouse", "unknown field 'right'"),
        ("text: It was so.", "text: It was so.\n    label: fact", "unknown field 'label'"),
        ("text: alpha", "text: alpha\n    date: '2020'", "unknown field 'date'"),
        ("resolves: '2020-07-31'", "resolves: '2020-07-31'\n  happened: 'yes'", "'happened' gives"),
    ],
)
def test_a_key_in_a_copy_is_a_fault(
    course: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    folder = tmp_path / "banks"
    release._write_banks(folder, GRADED)
    path = folder / "canaries.yaml"
    text = path.read_text(encoding="utf-8")
    assert bank.read([path]).faults == []
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    faults = [str(fault) for fault in bank.read([path]).faults]
    assert any(says in fault for fault in faults), faults


def test_outside_a_copy_an_item_without_a_key_stays_a_fault(course: Path, tmp_path: Path) -> None:
    folder = tmp_path / "banks"
    release._write_banks(folder, GRADED)
    path = folder / "canaries.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("released: 'yes'\n", ""), encoding="utf-8")
    faulty = {fault.item for fault in bank.read([path]).faults}
    # A forecast that is open, and an order without dates, are items like any other.
    assert faulty == set(GRADED) - {"can-forecast", "can-order"}


# --- refusals ------------------------------------------------------------------------------


def refused(*arguments: Any, **options: Any) -> str:
    with pytest.raises(FileFault) as caught:
        release.release(*arguments, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert "; " in text
    return text


def test_a_comment_that_stands_elsewhere_stops_the_release(course: Path, tmp_path: Path) -> None:
    told = "Because nobody counted the boats on that day."
    path = course / "exercises" / "canaries.yaml"
    path.write_text(BANK.replace("QZsay2", told), encoding="utf-8")
    place = course / "seeds" / "README.md"
    place.write_text(
        f"Note: because <em>nobody</em> counted\nthe boats on that day. {place}", encoding="utf-8"
    )
    said = refused(tmp_path / "copy", GRADED)
    assert "comment of can-single can be read here" in said
    assert "seeds/README.md:2: " in said
    assert not (tmp_path / "copy").exists()


def test_every_place_of_a_comment_is_named_at_once(course: Path, tmp_path: Path) -> None:
    told = "Because nobody counted the boats on that day."
    path = course / "exercises" / "canaries.yaml"
    path.write_text(BANK.replace("QZsay2", told), encoding="utf-8")
    (course / "seeds" / "README.md").write_text(f"# Seeds\n\n{told}\n", encoding="utf-8")
    card = course / "seeds" / "course.toml"
    card.write_text(f"{card.read_text(encoding='utf-8')}# {told}\n", encoding="utf-8")
    said = refused(tmp_path / "copy", GRADED)
    assert "seeds/README.md:3: the comment of can-single" in said
    assert "the same holds in seeds/course.toml:" in said


def remark(kind: bytes, text: bytes) -> bytes:
    """A picture with a remark of its editor."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), (kind, text), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def taped(text: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:xz") as archive:
        entry = tarfile.TarInfo("inside.txt")
        entry.size = len(data := text.encode())
        archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


TOLD = "Because nobody counted the café’s “boats” on that day."


def textwrapped(data: bytes, width: int) -> list[bytes]:
    return [data[at : at + width] for at in range(0, len(data), width)]


def remarked(remark: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a", "b")
        archive.comment = remark
    return held.getvalue()


WAYS: dict[str, Any] = {
    # Where a comment of a graded item may lie hidden from whoever only looks at pages.
    "a remark of HTML": lambda told: f"<!-- {told} -->".encode(),
    "an attribute": lambda told: f'<img alt="{told}">'.encode(),
    "entities": lambda told: "".join(f"&#{ord(c)};" for c in told).encode(),
    "escapes": lambda told: json.dumps({"a": told}).encode(),
    "escapes within escapes": lambda told: json.dumps({"a": json.dumps(told)}).encode(),
    "percent": lambda told: urllib.parse.quote(told).encode(),
    "base64": lambda told: base64.b64encode(f"so: {told}".encode()),
    "utf-16": lambda told: told.encode("utf-16"),
    "a zip file": packed,
    "a zip file as base64": lambda told: base64.b64encode(packed(told)),
    "gzip": lambda told: gzip.compress(told.encode()),
    "another look": lambda told: told.upper().replace(" ", "\n  ").encode(),
    "a form's percent": lambda told: urllib.parse.quote_plus(urllib.parse.quote(told)).encode(),
    "escapes of Python": lambda told: told.encode("unicode_escape"),
    "long escapes": lambda told: "".join(f"\\U{ord(c):08x}" for c in told).encode(),
    "escapes of JavaScript": lambda told: "".join(f"\\u{{{ord(c):x}}}" for c in told).encode(),
    "bytes of Python": lambda told: repr(told.encode()).encode(),
    "entities twice": lambda told: html.escape(html.escape(f"<{told}>")).encode(),
    "the lines of a remark": lambda told: ("# " + told.replace(" ", "\n# ")).encode(),
    "lines in a notebook": lambda told: json.dumps(
        {"a": "# " + told.replace(" ", "\n# ")}
    ).encode(),
    "two strings": lambda told: f"'{told[:20]}'\n    '{told[20:]}'".encode(),
    "tags within words": lambda told: f"<b>{'</b><b>'.join(told)}</b>".encode(),
    "colours": lambda told: json.dumps("\x1b[31m" + told.replace(" ", "\x1b[0m ")).encode(),
    "other quotation marks": lambda told: told.translate(str.maketrans("’“”", '\'""')).encode(),
    "letters in two parts": lambda told: unicodedata.normalize("NFD", told).encode(),
    "what is not seen": lambda told: "\u200b".join(told).encode(),
    "soft hyphens": lambda told: "\u00ad".join(told).encode(),
    "Windows": lambda told: told.encode("cp1252"),
    "utf-32": lambda told: told.encode("utf-32"),
    "lines of base64": lambda told: base64.encodebytes(f"{told} {told}".encode()),
    "base64 in lines that are indented": lambda told: (
        b"a: |\n"
        + b"".join(
            b"  " + line + b"\n" for line in textwrapped(base64.b64encode(told.encode() * 2), 64)
        )
        + b"b: Another word\n"
    ),
    "base64 in whole lines before a word": lambda told: (
        b"\n".join(textwrapped(base64.b64encode(f"{told:<96}".encode()), 64)) + b"\nword"
    ),
    "packed without a name": lambda told: base64.b64encode(zlib.compress(told.encode())),
    "a remark on a zip file": lambda told: remarked(told.encode()),
    "base64 in a notebook": lambda told: json.dumps(
        {"image/png": base64.encodebytes(f"{told} {told}".encode()).decode()}
    ).encode(),
    "utf-16 as base64": lambda told: base64.b64encode(told.encode("utf-16")),
    "a picture's remark": lambda told: remark(b"tEXt", b"Comment\0" + told.encode()),
    "a packed remark": lambda told: remark(b"zTXt", b"A\0\0" + zlib.compress(told.encode())),
    "a picture as base64": lambda told: base64.b64encode(
        remark(b"iTXt", b"A\0\1\0\0\0" + zlib.compress(told.encode()))
    ),
    "a tape": taped,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_comment_is_found_under_every_wrapping(way: Any) -> None:
    assert search.letters(TOLD) in search.searchable(way(TOLD))
    assert search.letters(TOLD) not in search.searchable(way("Something else that nobody hides."))


@pytest.mark.parametrize(
    "piece",
    [
        "\\",
        "<",
        "&",
        "%25",
        "A" * 40 + "\n",
        "A" * 40 + " ",
        "\\x41",
        "A",
        "[",
        "\\\\u0041",
        "&amp;",
    ],
)
def test_a_search_takes_no_longer_than_the_text(piece: str) -> None:
    started = time.process_time()
    search.searchable((piece * 10**6)[: 10**6].encode())
    assert time.process_time() - started < 5


def test_a_comment_is_found_without_its_picture() -> None:
    item = replace(
        bank.course_bank().questions["05-permanent-bases"],
        explain="Nobody counted the boats. ![Seven boats on a wide river](pictures/a.png)",
    )
    words = [text for text, secret in release._long_secrets([item]) if secret.what == "explanation"]
    assert words[1:] == ["nobodycountedtheboats", "sevenboatsonawideriver"]


def test_a_wrapped_comment_stops_the_release(course: Path, tmp_path: Path) -> None:
    path = course / "exercises" / "canaries.yaml"
    path.write_text(BANK.replace("QZsay2", "Because nobody counted it on that day."), "utf-8")
    table = course / "data" / "note.json"
    inside = base64.b64encode(packed("Because nobody counted it on that day.")).decode()
    table.write_text(json.dumps({"attached": inside}), encoding="utf-8")
    assert "data/note.json" in refused(tmp_path / "copy", GRADED)


def test_remarks_of_authors_do_not_travel(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a bank without a graded item, in a lesson, in a supplement: short ones too."""
    other = "# QZone: it is the second\nquiz: x\nitems:  # QZtwo\n"
    (item,) = [part for part in BANK.split("- id: ")[1:] if part.startswith("can-open")]
    other += f"- id: {item.replace('can-open', 'x-open')}"
    (course / "exercises" / "other.yaml").write_text(other, encoding="utf-8")
    path = course / "notebooks" / "05-canaries.ipynb"
    text = path.read_text(encoding="utf-8").replace("Some text.", "Some <!-- QZthree -->text.")
    path.write_text(text, encoding="utf-8")
    assert main(["release", str(tmp_path / "copy"), "--graded", *GRADED]) == 0
    assert found_in(tmp_path / "copy", ["QZone", "QZtwo", "QZthree"]) == []
    assert bank.read([tmp_path / "copy/exercises/other.yaml"]).faults == []
    # These items are the course's own, which anybody has.
    told = capsys.readouterr().err
    assert f"{len(GRADED)} of the graded questions are the course's own" in told


def test_what_cannot_be_released_is_named_and_nothing_is_left(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "copy"
    assert "no item is marked" in refused(target)
    assert "no lesson, objective" in refused(target, ["can-nothing"])
    target.mkdir()
    (target / "mine.txt").write_text("mine", encoding="utf-8")
    assert "add --force" in refused(target, GRADED)
    assert (target / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert "holds the course itself" in refused(course, GRADED, force=True)
    assert "holds the course itself" in refused(tmp_path, GRADED, force=True)
    assert "part of the course" in refused(course / "data" / "copy", GRADED)
    assert "no folder" in refused(tmp_path / "no" / "copy", GRADED)
    assert main(["release", str(target), "--graded", *GRADED]) == 1
    assert "add --force" in capsys.readouterr().err
    path = course / "exercises" / "canaries.yaml"
    path.write_text(BANK.replace("the second", "the first"), encoding="utf-8")
    assert "stands twice" in refused(tmp_path / "other", GRADED)
    path.write_text(BANK, encoding="utf-8")
    (course / "notebooks" / "05-canaries.ipynb").write_text("{", encoding="utf-8")
    assert "not a notebook" in refused(tmp_path / "other", GRADED)
    assert not (tmp_path / "other").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy", "course"]


def test_a_notebook_that_fails_without_its_key_stops_the_release(
    course: Path, tmp_path: Path
) -> None:
    path = course / "notebooks" / "05-canaries.ipynb"
    path.write_text(notebook("can-single").replace("answer = None", "1 / 0"), encoding="utf-8")
    said = refused(tmp_path / "copy", GRADED)
    assert "could not be run without the keys" in said
    assert "ZeroDivisionError" in said
    assert not (tmp_path / "copy").exists()


@pytest.mark.slow
def test_items_marked_in_the_bank_need_no_option(course: Path, tmp_path: Path) -> None:
    path = course / "exercises" / "canaries.yaml"
    path.write_text(BANK.replace("type: short", "type: short\n  use: graded"), encoding="utf-8")
    assert release.release(tmp_path / "copy").items == ("can-short",)
    assert found_in(tmp_path / "copy", ["QZaccepted", "QZother", "QZslip", "QZslipped"]) == []
    assert release.release(tmp_path / "copy", ["can-match"], force=True).items == (
        "can-match",
        "can-short",
    )


@pytest.mark.slow
def test_a_word_that_the_course_teaches_is_told_and_stays(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "seeds" / "README.md").write_text("Here QZaccepted is explained.", encoding="utf-8")
    assert main(["release", str(tmp_path / "copy"), "--graded", *GRADED]) == 0
    told = capsys.readouterr().err
    assert "can-short: the course says 'QZaccepted' elsewhere too, in seeds/README.md" in told
    assert "QZother" not in told


def test_what_the_instructor_added_is_released_without_its_keys(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An overlay adds a graded item, replaces one of the course and hides another."""
    over = tmp_path / "over"
    (over / "exercises").mkdir(parents=True)
    (over / "supplements").mkdir()
    mine = BANK.replace("canaries", "05-canaries").replace("can-open", "own-open")
    mine = mine.replace("QZ", "QY").replace("can-short", "own-short")
    own = [f"- id: {part}" for part in mine.split("- id: ")[1:]]
    kept = [part for part in own if part.startswith(("- id: own-", "- id: can-single"))]
    text = "quiz: 05-canaries\nitems:\n" + "".join(kept)
    (over / "exercises" / "05-canaries.yaml").write_text(text, encoding="utf-8")
    version = bank.course_bank().questions["can-single"].version
    settings = f"hide: [can-match]\nreplaces:\n  can-single: {version}\n"
    (over / "overlay.yaml").write_text(settings, encoding="utf-8")
    (over / "supplements" / "05-canaries.md").write_text("Words of your teacher.", encoding="utf-8")
    shown = notebook("can-single", "can-open")
    (course / "notebooks" / "05-canaries.ipynb").write_text(shown, encoding="utf-8")
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(over))
    assert bank.course_bank().faults == []
    done = release.release(tmp_path / "copy", ["can-single", "own-short"])
    assert done.items == ("can-single", "own-short")
    secret = ["QZsay1", "QZsay2", "QZhint1", "QYsay1", "QYsay2", "QYaccepted", "QYslip", version]
    assert found_in(tmp_path / "copy", secret) == []
    with release._course_at(tmp_path / "copy"):
        copy = bank.course_bank()
        words, added = supplements.parts("05")  # what `supplement("05")` shows the learner
        assert "Words of your teacher." in repr(words)
        assert set(added.questions) == {"own-short", "own-open"}
        assert "Your teacher marks this question." in added.twin_html
    whole = bank.course_bank()
    assert copy.faults == []
    assert set(copy.questions) == set(whole.questions) != set(IDS)
    assert copy.questions["own-short"] == release.without_key(whole.questions["own-short"])
    assert copy.questions["can-single"] == release.without_key(whole.questions["can-single"])
    assert "DIALOGUE_OVERLAY" in (tmp_path / "copy/Makefile").read_text(encoding="utf-8")
    assert "DIALOGUE_OVERLAY" in (tmp_path / "copy/README.md").read_text(encoding="utf-8")


# --- the learner's page ----------------------------------------------------------------------


@pytest.fixture
def copy_in_the_lab(course: Path, tmp_path: Path) -> Iterator[Lab]:
    first = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (course / "notebooks" / "00-start-here.ipynb").write_text(
        json.dumps(first), encoding="utf-8"
    )  # the way in
    release.release(tmp_path / "copy", GRADED)
    server = Lab(tmp_path / "copy", tmp_path / "handed")
    yield server
    server.stop()


@pytest.mark.slow
def test_the_page_of_a_learner_tells_no_key_and_keeps_the_answers(
    browser: Any, copy_in_the_lab: Lab, tmp_path: Path
) -> None:
    """Whatever the server sends to the page, and the page itself, as a learner could save it."""
    page = Page(browser, copy_in_the_lab, "05-canaries")
    sent: list[bytes] = []

    def listen(socket: Any) -> None:
        socket.on(
            "framereceived",
            lambda data: sent.append(data if isinstance(data, bytes) else data.encode()),
        )

    page.page.on("websocket", listen)
    page.open()
    page.run_all()
    single = page.question("can-single")
    assert "Your teacher marks this question." in single.inner_text()
    assert single.get_by_role("button").all_inner_texts()[0] == "Keep my answer"
    single.get_by_label("the second").check()
    single.get_by_role("button", name="Keep my answer").click()
    wait_until(lambda: "Saved on this computer" in single.inner_text(), "the answer is saved")
    assert "Your answer is kept" in single.inner_text()
    buttons = [b.inner_text() for b in single.get_by_role("button").all() if b.is_visible()]
    assert buttons == ["Keep my answer", "Start again"]
    ordered = page.question("can-order")
    ordered.get_by_role("button", name=re.compile("^Move down")).first.click()
    ordered.get_by_role("button", name="Keep my answer").click()
    wait_until(lambda: "Saved on this computer" in ordered.inner_text(), "the order is saved")
    open_item = page.question("can-open")
    open_item.get_by_label("yes").check()
    open_item.get_by_role("button", name="Check").click()
    wait_until(lambda: "open comment that stays" in open_item.inner_text(), "it is graded")
    source = page.page.evaluate("document.documentElement.outerHTML")
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen/page.html").write_text(source, encoding="utf-8")
    (tmp_path / "seen/frames").write_bytes(b"\n".join(sent))
    assert b"open comment that stays" in b"".join(sent)  # the frames hold what a quiz is told
    assert found_in(tmp_path / "seen", CANARIES) == []
    assert page.errors == []
    page.close()
    (record,) = marking.read_records([tmp_path / "handed/answers.jsonl"])
    rows = {row.item: row for row in marking.mark([record], release.graded_items(GRADED))}
    assert rows["can-single"].mark == 1
    assert rows["can-order"].mark is not None
    assert rows["can-short"].note == "not answered"


# --- the course itself ---------------------------------------------------------------------


@pytest.mark.slow  # the whole way of one lesson; its parts are held below
def test_a_lesson_of_the_course_is_released_without_its_keys(tmp_path: Path) -> None:
    """Comments, hints and explanations of a whole lesson, searched in every byte."""
    done = release.release(tmp_path / "copy", ["05"])
    whole = bank.course_bank()
    lesson = [q for q in whole.questions.values() if q.id.startswith("05-")]
    assert {q.id for q in lesson} <= set(done.items)
    rest = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("data", "seeds")
        for path in (ROOT / folder).glob("*.*")
    )
    told = [s.text for q in lesson for s in release.secrets(q) if len(s.text) >= 20]
    assert len(told) > 60
    assert not [text for text in told if text in rest]
    assert found_in(tmp_path / "copy", told) == []
    # Model answers and worked solutions of a lesson that is graded as a whole.
    text = (tmp_path / "copy/notebooks/05-round-one.ipynb").read_text(encoding="utf-8")
    essay = whole.questions["05-write"]
    assert essay.models
    assert not any(model.title in text for model in essay.models)
    assert "worked solution" not in text
    assert all(row.name in text for row in essay.rubric)  # the rubric is for the learner
    other = (tmp_path / "copy/notebooks/02-two-agreements.ipynb").read_text(encoding="utf-8")
    assert "worked solution" in other
    copy = bank.read([tmp_path / "copy" / "exercises"])
    assert copy.faults == []
    left = {q for q, (file, _) in whole.places.items() if Path(file).name != "sample-bank.yaml"}
    assert set(copy.questions) == left
    assert isinstance(next(q for q in copy.questions.values()), Question)
    assert not [q for q in copy.questions.values() if isinstance(q, Match) and "" in q.rights]


def test_the_copy_has_what_make_lab_needs(course: Path, tmp_path: Path) -> None:
    release.release(tmp_path / "copy", ["can-short"])
    copy = tmp_path / "copy"
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        assert (copy / name).read_bytes() == (ROOT / name).read_bytes()
    named = re.findall(
        r'(?:readme = |license-files = \[)"([^"]+)"',
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
    )
    assert all((copy / name).is_file() for name in named)
    code = {p.relative_to(ROOT / "src") for p in (ROOT / "src/dialogue").rglob("*.*")}
    kinds = (".py", ".js", ".css", ".json", ".md", ".j2", ".woff2")
    wanted = {p for p in code if p.suffix in kinds}  # templates too: a page is made of them
    assert {p.relative_to(copy / "src") for p in (copy / "src").rglob("*.*")} == wanted
    assert "1 question that your teacher marks" in files.read_text(copy / "README.md")
    # What a teacher alone may see, role cards with their secrets among it, is not in the copy.
    assert not [p for p in copy.rglob("*") if {"teaching-notes", "class-kit"} & set(p.parts)]
