"""From a blank file to a question that is seen: skeleton, watching check, preview."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue import bank
from dialogue.bank import authoring
from dialogue.classroom import paper, preview
from dialogue.cli import main
from dialogue.course import catalogue
from dialogue.course.files import FileFault
from dialogue.page.text import html
from dialogue.questions import KINDS

INJECTIONS = json.loads(Path(__file__).with_name("injections.json").read_text(encoding="utf-8"))
# What an author types into the empty places of a skeleton, kind by kind and in their order.
FILLED = {
    "single": ["Ask?", "A", "why A", "B", "C", "why C"],
    "multiple": ["Ask?", "A", "B", "why B", "C", "D", "why D"],
    "numeric": ["Ask?", "per cent", "slip"],
    "order": ["Ask?", "A", "2020-01", "B", "2020-02", "C", "2020-03", "B before A", "why"],
    "match": ["Ask?", "a", "A", "why", "b", "B", "why", "c", "C", "why", "D", "why"],
    "short": ["Ask?", "A", "B", "why B"],
    "classify": ["Ask?", "A", "why", "B", "why"],
    "evidence": ["Ask?", "why", "why"],
    "forecast": ["Ask?", "2020-07-31", "base rate", "low", "high"],
    "essay": ["Ask?", "strong", "a text", "its marks"],
    "cloze": ["Ask [[1]]?", "A", "why"],
}


@pytest.fixture(autouse=True)
def no_overlay(monkeypatch):
    monkeypatch.setenv("DIALOGUE_OVERLAY", "")


def filled(text, kind):
    """The skeleton as an author leaves it: each empty place holds something of its kind."""
    for words in [*FILLED[kind], "a hint", "an explanation"]:
        text = text.replace('""', f'"{words}"', 1)
    numbers = {"answer:": "12.5", "- value:": "1.25", "chance:": "30", "happened:": "yes"}
    paragraphs = iter(("P6", "P7", "P8"))
    lines = []
    for line in text.splitlines():
        name = line.split("#")[0].strip()
        if name in numbers:
            line = line.replace(name, f"{name} {numbers[name]}", 1)
        elif name in ("- para:", "para:"):
            line = line.replace("para:", f"para: {next(paragraphs)}", 1)
        lines.append(line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", KINDS)
def test_a_skeleton_filled_in_is_a_question_without_fault(tmp_path, kind, capsys):
    file = tmp_path / "mine.yaml"
    assert (
        main(["new", "exercise", "--kind", kind, "--objective", "05-2", "--output", str(file)]) == 0
    )
    said = capsys.readouterr().out
    # It is no lesson's bank, so the id alone would say nothing.
    assert f"dialogue preview {bank.shown(file)}\n" in said
    empty = bank.read([file])
    assert empty.faults  # the empty places are named
    assert {fault.item for fault in empty.faults} == {f"05-new-{kind}"}
    number = int(said.split("mine.yaml:")[1].split(":")[0])
    assert f"- id: 05-new-{kind}" in file.read_text(encoding="utf-8").splitlines()[number - 1]
    file.write_text(filled(file.read_text(encoding="utf-8"), kind), encoding="utf-8")
    done = bank.read([file])
    assert [str(fault) for fault in done.faults] == []
    question = done.questions[f"05-new-{kind}"]
    assert (question.kind, question.objective, question.status) == (kind, "05-2", "draft")
    assert main(["check", "--no-advice", str(file)]) == 0
    assert main(["preview", str(file), "--output", str(tmp_path / "p.html")]) == 0


def test_skeletons_follow_one_another_in_one_bank(tmp_path):
    file = tmp_path / "mine.yaml"
    for kind in KINDS:
        authoring.add(
            file,
            filled(authoring.skeleton(kind, f"a-{kind}", catalogue.lessons()[5], ""), kind).replace(
                "objective:    #", "# "
            ),
            catalogue.lessons()[5],
        )
    found = bank.read([file])
    assert [str(fault) for fault in found.faults] == []
    assert list(found.questions) == [f"a-{kind}" for kind in KINDS]


def test_nothing_in_a_bank_changes_when_a_skeleton_is_added(tmp_path):
    source = catalogue.root() / "exercises" / "05-round-one.yaml"
    file = tmp_path / "05-round-one.yaml"
    file.write_bytes(source.read_bytes())
    before = bank.read([file]).questions
    assert (
        main(["new", "exercise", "--kind", "single", "--lesson", "5", "--output", str(file)]) == 0
    )
    assert file.read_text(encoding="utf-8").startswith(
        source.read_text(encoding="utf-8").rstrip("\n")
    )
    assert bank.read([file]).questions == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--kind", "singel", "--lesson", "05"], "there is no such kind"),
        (["--kind", "single", "--lesson", "77"], "there is no such lesson"),
        (["--kind", "single", "--lesson", "05", "--objective", "06-1"], "no such objective"),
        (["--kind", "single", "--lesson", "05", "--id", "Bad Id"], "cannot be an id"),
        (["--kind", "single"], "--lesson: this was not given"),
        (["--lesson", "05"], "--kind: this was not given"),
    ],
)
def test_a_wrong_wish_is_one_sentence(tmp_path, words, says, capsys):
    file = tmp_path / "mine.yaml"
    assert main(["new", "exercise", *words, "--output", str(file)]) == 1
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not file.exists()


def test_an_objective_of_a_notebook_that_cannot_be_read_is_not_said_to_be_missing():
    fault = FileFault("05-round-one.ipynb", "the file is empty", "get it again")
    lesson = replace(authoring.find_lesson("05"), objectives={}, fault=fault)
    with pytest.raises(FileFault, match="the file is empty"):
        authoring.skeleton("single", "05-x", lesson, "05-2")
    assert "id: 05-x" in authoring.skeleton("single", "05-x", lesson, "")


@pytest.mark.parametrize(
    ("content", "says"), [("", "empty"), ("a: [", "YAML"), ("\0", "not a text")]
)
def test_a_file_that_is_no_bank_is_left_alone(tmp_path, content, says, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text(content, encoding="utf-8")
    assert (
        main(["new", "exercise", "--kind", "single", "--lesson", "05", "--output", str(file)]) == 1
    )
    assert says in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == content


def test_an_id_is_given_once(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    words = [
        "new",
        "exercise",
        "--kind",
        "short",
        "--lesson",
        "05",
        "--id",
        "a",
        "--output",
        str(file),
    ]
    assert main(words) == 0
    assert main(words) == 1
    assert "is there already" in capsys.readouterr().err


def test_new_exercises_go_to_the_overlay_in_use(tmp_path, monkeypatch, capsys):
    (tmp_path / "exercises").mkdir()
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(tmp_path))
    assert main(["new", "exercise", "--kind", "single", "--lesson", "05"]) == 0
    assert (tmp_path / "exercises" / "05-round-one.yaml").is_file()
    assert "dialogue preview 05-new-single\n" in capsys.readouterr().out


def test_what_is_not_given_is_asked():
    """At a real terminal: a wrong number is asked again, names are taken too."""
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminal in the standard library")
    import pty

    parent, child = pty.openpty()
    folder = Path(os.environ["DIALOGUE_RECORD_DIR"]).parent
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "dialogue.cli",
            "new",
            "exercise",
            "--output",
            str(folder / "m.yaml"),
        ],
        stdin=child,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    os.close(child)
    os.write(parent, b"99\nshort\n5\n2\n")
    output, _ = process.communicate(timeout=60)
    os.close(parent)
    assert process.returncode == 0, output
    assert f"Type a number from 1 to {len(KINDS)}" in output
    text = (folder / "m.yaml").read_text(encoding="utf-8")
    assert "id: 05-new-short" in text
    assert "objective: 05-2" in text


def test_check_watches(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("quiz: x\nitems: []\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "dialogue.cli", "check", "--watch", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        assert "has 0 of at least 1" in process.stdout.readline()
        process.stdout.readline()
        # What an editor does: it writes beside the file and puts the new one in its place.
        beside = tmp_path / "mine.tmp"
        beside.write_text("quiz: x\nitems:\n  - id: a\n    type: shrot\n", encoding="utf-8")
        beside.replace(file)
        lines = [process.stdout.readline() for _ in range(3)]
        assert any("mine.yaml:4: a: unknown type 'shrot'" in line for line in lines), lines
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


# --- preview ---------------------------------------------------------------------------


def test_preview_shows_what_is_without_fault_and_names_the_rest(tmp_path, capsys):
    file = tmp_path / "two.yaml"
    good = "  - id: good\n    type: short\n    ask: x\n    accept: [y]\n"
    file.write_text(
        f"quiz: x\nitems:\n{good}  - id: bad\n    type: short\n    ask: z\n", encoding="utf-8"
    )
    assert main(["preview", str(file), "--output", str(tmp_path / "p.html")]) == 0
    assert "two.yaml:7: bad" in capsys.readouterr().err
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "[good]" in page
    assert "[bad]" not in page


@pytest.mark.parametrize("name", ["05-permanent-base", "none.yaml", "77"])
def test_preview_of_nothing_is_one_sentence(tmp_path, name, capsys):
    assert main(["preview", name, "--output", str(tmp_path / "p.html")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "p.html").exists()


def test_preview_overwrites_nothing(tmp_path, capsys):
    file = tmp_path / "p.html"
    file.write_text("mine", encoding="utf-8")
    assert main(["preview", "05", "--output", str(file)]) == 1
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.fixture
def opened(browser, tmp_path):
    """A page of the browser on a file, which may ask for nothing from outside."""

    def open_page(html):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        page.goto(path.as_uri())
        page.wait_for_function("'ready' in document.documentElement.dataset")
        return page

    page = browser.new_context().new_page()
    outside, errors = [], []
    page.on(
        "request", lambda r: None if r.url.startswith(("file:", "blob:")) else outside.append(r.url)
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield open_page
    page.close()
    assert outside == []
    assert errors == []


def test_the_preview_is_alive(opened):
    questions = list(
        bank.read([catalogue.root() / "exercises" / "sample-bank.yaml"]).questions.values()
    )
    page = opened(preview.preview(questions, "Preview"))
    learner = page.locator("#learner .dq-item")
    assert learner.count() == page.locator("#mirrored .dq-item").count() == len(questions)
    first = learner.first
    right = next(i for i, o in enumerate(questions[0].options) if o.right)
    first.locator("input").nth(right).check()
    first.get_by_role("button", name="Check").click()
    assert "Right." in first.inner_text()
    assert (
        page.locator("#mirrored [data-quiz]").first.evaluate("e => getComputedStyle(e).direction")
        == "rtl"
    )
    assert (
        page.locator("#paper .item").count() == page.locator("#key .item").count() == len(questions)
    )


def test_a_preview_shows_hostile_text_as_typed(opened):
    from dialogue.questions import Option, Single

    questions = [
        Single(
            id=f"a{n}",
            ask=text,
            options=(Option(text, "", True), Option(f"b {text}", text)),
            hint=text,
            explain=text,
        )
        for n, text in enumerate(one["text"] for one in INJECTIONS)
    ]
    page = opened(preview.preview(questions, INJECTIONS[0]["text"]))
    assert page.locator("#learner .dq-item").count() == len(INJECTIONS)
    assert page.evaluate("window.__pwned") is None
    inside = "main :is(img, iframe, svg, object, embed, form[action], a[href]:not(nav a))"
    assert page.locator(inside).count() == 0
    assert page.locator("script").count() == 4  # two quizzes, the script and its start


# --- paper -----------------------------------------------------------------------------


def test_the_sheet_has_no_key_and_the_key_has_all():
    questions = list(bank.course_bank().questions.values())
    sheet, losses = paper.write(questions, "Test")
    sheet, key = sheet.decode(), paper.write_key(questions, "Test").decode()
    assert sheet.count('class="item"') == key.count('class="item key"') == len(questions)
    from dialogue.page import text

    for question in questions:
        for about, say in paper._comments(question):
            if say:
                assert text.html(say) not in sheet, (question.id, about)
                assert text.html(say) in key
        if question.hint:
            assert text.html(question.hint, block=True) not in sheet
        assert question.explain == "" or text.html(question.explain, block=True) in key
    assert {loss.item for loss in losses} <= {q.id for q in questions}


def test_the_order_on_paper_is_not_the_right_one():
    for question in bank.course_bank().questions.values():
        if question.kind == "order":
            sheet = paper.questions([question])
            places = [sheet.index(html(e.text)) for e in question.events]
            assert places != sorted(places)
