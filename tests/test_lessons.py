"""The anatomy of the lessons, and that each rule of it is seen to fail."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

import dialogue
from conftest import ROOT, copy_course
from dialogue import bank, cite
from dialogue.bank import advice
from dialogue.course import anatomy, catalogue, sources, tidy
from dialogue.course.files import FileFault
from dialogue.course.tables import records
from dialogue.widgets import maps

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSON = "05-round-one"


def test_there_are_lessons() -> None:
    assert ROOT / "notebooks" / "00-start-here.ipynb" in NOTEBOOKS
    assert ROOT / "notebooks" / f"{LESSON}.ipynb" in NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_anatomy(path: Path) -> None:
    assert [str(fault) for fault in anatomy.check(path, bank.course_bank().questions)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_file_is_in_canonical_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert tidy.written(json.loads(text)) == text, "run: dialogue tidy"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('{"cells": [\n', 2),
        ('{"cells": 1, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', 1),
        ('{"cells": [], "metadata": {}, "nbformat": "x", "nbformat_minor": 5}', 1),
        (
            '{"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": 5}],'
            ' "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
            1,
        ),
        ('{"cells": ' + "[" * 9000 + "]" * 9000 + "}", 1),
    ],
    ids=["cut off", "no cells", "no version", "no text", "deep"],
)
def test_what_is_no_notebook_is_not_run(content: str, line: int, tmp_path: Path) -> None:
    path = tmp_path / "mine.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FileFault, match="this is not a notebook") as told:
        tidy.tidy(path)
    assert told.value.line == line
    assert path.read_text(encoding="utf-8") == content


def test_a_second_tidy_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    path = copy / "notebooks" / f"{LESSON}.ipynb"
    before = kernels()
    assert tidy.tidy(path) is False
    assert kernels() <= before, "each notebook would leave its kernel until the command ends"


def kernels() -> set[int]:
    """The kernels that this process has running."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            if "ipykernel_launcher" in child.cmdline():
                found.add(child.pid)
    return found


# Whoever sends on the socket on which somebody waits may take the signal that the reply has come.
TAKEN = """
import sys, time, zmq
from pathlib import Path
from jupyter_client.session import Session
from dialogue.course import tidy
send = Session.send
def late(self, stream, message, *rest, **named):
    sent = send(self, stream, message, *rest, **named)
    if isinstance(message, dict) and message["msg_type"] == "comm_msg":
        time.sleep(0.5)  # the reply comes meanwhile
        zmq.Socket.shadow(stream.underlying).get(zmq.EVENTS)
        print("taken")
    return sent
Session.send = late
tidy.execute(Path(sys.argv[1]))
"""


def test_a_reply_whose_signal_was_taken_is_found(tmp_path: Path) -> None:
    """With a widget that shows outputs a lesson took two minutes longer, now and then."""
    code = 'from ipywidgets import interact\ninteract(lambda n: print("n", n), n=2);'
    path = tmp_path / "sliders.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), path)
    done = subprocess.run(
        [sys.executable, "-c", TAKEN, str(path)],
        capture_output=True,
        encoding="utf-8",
        timeout=100,  # the cell's own is 120
    )
    assert "taken" in done.stdout, done.stderr


def test_a_cell_that_fails_is_named_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dialogue.cli import main

    path = tmp_path / "broken.ipynb"
    cell = {
        "cell_type": "code",
        "id": "bad",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    notebook = {"cells": [{**cell, "source": "1 / 0"}], "metadata": {}, "nbformat": 4}
    path.write_text(json.dumps({**notebook, "nbformat_minor": 5}), encoding="utf-8")
    assert main(["tidy", str(path)]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("broken … failed")
    assert "could not be executed: ZeroDivisionError" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


# --- the one form ------------------------------------------------------------------------

# What other editors leave in a cell, in one of its outputs, and in the notebook.
CELL_MARKS = {
    "VS Code": {"vscode": {"languageId": "python"}},
    "outputs hidden": {"jupyter": {"outputs_hidden": False}},
    "Colab": {"id": "x1", "outputId": "y2", "colab": {"base_uri": "https://localhost:8080/"}},
    "papermill": {"papermill": {"duration": 0.1, "status": "completed"}, "tags": []},
    "ExecuteTime": {"ExecuteTime": {"start_time": "t"}},
    "scrolled": {"scrolled": True, "collapsed": False},
    "JupyterLab's timing": {"execution": {"iopub.status.idle": "t"}},
    "trust": {"trusted": True},
    "classic notebook": {"deletable": True, "editable": True},
}
NOTEBOOK_MARKS = {
    "VS Code": {"vscode": {"interpreter": {"hash": "0" * 64}}},
    "Colab": {"colab": {"provenance": []}, "accelerator": "GPU"},
    "papermill": {"papermill": {"parameters": {}}},
    "classic notebook": {"varInspector": {}, "toc": {}},
    "widgets": {"widgets": {"application/vnd.jupyter.widget-state+json": {}}},
    "an older format": {"orig_nbformat": 4},
}


def lesson() -> tuple[str, dict[str, Any]]:
    text = (ROOT / "notebooks" / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    return text, json.loads(text)


@pytest.mark.parametrize("editor", CELL_MARKS)
def test_marks_of_editors_in_cells_go(editor: str) -> None:
    text, notebook = lesson()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            mark = json.loads(json.dumps(CELL_MARKS[editor]))
            folded = {**mark.pop("jupyter", {}), **cell["metadata"].get("jupyter", {})}
            cell["metadata"].update(mark, **({"jupyter": folded} if folded else {}))
            for output in cell["outputs"]:
                if "metadata" in output:
                    output["metadata"]["text/html"] = dict(CELL_MARKS[editor])
                output["transient"] = {"display_id": "x"}
    assert tidy.written(notebook) == text


@pytest.mark.parametrize("editor", NOTEBOOK_MARKS)
def test_marks_of_editors_in_a_notebook_go(editor: str) -> None:
    text, notebook = lesson()
    notebook["metadata"].update(NOTEBOOK_MARKS[editor])
    assert tidy.written(notebook) == text


def test_what_a_lesson_needs_stays() -> None:
    _, notebook = lesson()
    kept = {
        "jupyter": {"source_hidden": True},
        "slideshow": {"slide_type": "skip"},
        "tags": ["more"],
    }
    notebook["cells"][2]["metadata"] = dict(kept)
    assert tidy.canonical(notebook)["cells"][2]["metadata"] == kept


def test_a_new_cell_is_named_after_what_is_in_it() -> None:
    made_up = [
        ("code", 'ask("05-next-meeting")', "check-05-next-meeting"),
        ("markdown", "Text.\n\n## Who speaks, and to whom?", "who-speaks-and-to-whom"),
        ("markdown", "No heading but some words here", "no-heading-but-some-words"),
        ("code", "# How this table was made\nload('x')", "how-this-table-was-made"),
        ("code", 'from dialogue import chart\nchart("oil")', "chart-oil"),
        ("code", 'ask("05-next-meeting")', "check-05-next-meeting-2"),
        ("markdown", "بغداد", "markdown-cell"),
        ("code", "1 + 1", "code-cell"),
    ]
    ids = ["0a1b2c3d", "7c9e6679-7425-40de-944b-e07fc1f90ae7", "", "x1YzAbC_de12"] * 2
    cells = [
        {"cell_type": kind, "id": i, "source": source}
        for i, (kind, source, _) in zip(ids, made_up, strict=True)
    ]
    tidy.name_cells(cells)
    assert [cell["id"] for cell in cells] == [name for *_, name in made_up]
    assert all(anatomy.telling(cell["id"]) for cell in cells)
    before = [cell["id"] for cell in cells]
    tidy.name_cells(cells)
    assert [cell["id"] for cell in cells] == before


def test_a_cell_that_was_copied_gets_a_name_of_its_own() -> None:
    cells = [{"cell_type": "code", "id": "talk", "source": 'ask("05-x")'} for _ in range(2)]
    tidy.name_cells(cells)
    assert [cell["id"] for cell in cells] == ["talk", "check-05-x"]


def test_the_promise_to_authors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """CONTRIBUTING's question in a cell that JupyterLab made: one `dialogue tidy`, no more."""
    from dialogue.cli import main

    copy = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    item = re.search(
        r"```yaml\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert item
    with (copy / "exercises" / f"{LESSON}.yaml").open("a", encoding="utf-8") as file:
        file.write("\n" + item[1])
    path = copy / "notebooks" / f"{LESSON}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    new = {
        "cell_type": "code",
        "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "metadata": {"trusted": True, "execution": {"iopub.status.idle": "t"}},
        "outputs": [],
        "execution_count": None,
        "source": ['ask("05-next-meeting")'],
    }
    notebook["cells"].insert(-6, new)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert main(["tidy", str(path)]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{LESSON} … rewritten\n")
    text = path.read_text(encoding="utf-8")
    assert '"id": "check-05-next-meeting"' in text
    assert tidy.written(json.loads(text)) == text
    known = bank.course_bank().questions
    assert "05-next-meeting" in known
    assert [f for f in anatomy.check(path, known) if "cells; " not in f.message] == []


def test_a_notebook_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dialogue.cli import main

    path = tmp_path / "full.ipynb"
    text = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    path.write_text(text, encoding="utf-8")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert main(["tidy", str(path)]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.glob(".part-*")) == []


@pytest.mark.parametrize("text", ["", "<<<<<<< HEAD\n{}", None])
def test_a_damaged_notebook_is_named_and_the_others_are_tidied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    from dialogue.cli import main

    bad, good = tmp_path / "bad.ipynb", tmp_path / "good.ipynb"
    if text is not None:
        bad.write_text(text, encoding="utf-8")
    good.write_text(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8"
    )
    assert main(["tidy", str(bad), str(good)]) == 1
    said = capsys.readouterr().err
    assert re.search(r"bad … failed\n.*bad\.ipynb.*; ", said)
    assert said.endswith("good … rewritten\n")


# --- each rule of the anatomy, broken ---------------------------------------------------

Cells = dict[str, dict[str, Any]]


def prose(cell: str, old: str, new: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        source = "".join(cells[cell]["source"])
        assert old in source, f"{old!r} is not in {cell}"
        cells[cell]["source"] = source.replace(old, new, 1)

    return change


def rename(cell: str, name: str) -> Callable[[Cells], None]:
    return lambda cells: cells[cell].update(id=name)


RULES = {
    "second title": (prose("talk", "## ", "# "), "only it, is of the first level"),
    "skipped level": (prose("warm-up", "## ", "#### "), "skips a level"),
    "no minutes": (prose("title", "**Time**", "Time"), "no line '**Time**"),
    "objective without key point": (prose("key-points", "**05-4**", "**05-5**"), "do not mirror"),
    "objective without items": (prose("objectives", "**05-1**", "**05-7**"), "05-7 has 0 items"),
    "unknown paragraph badge": (prose("troops", "[P6]", "[P60]"), "[P60] has no target"),
    "unknown source badge": (
        prose("troops", "[src:STATE-2020-06-11-AR]", "[src:NOBODY]"),
        "[src:NOBODY] has no target",
    ),
    "figure in a new paragraph": (
        prose("protection", "Silence is content too.", "There were 42 of them.\n\nSilence is"),
        "a figure or date without a badge",
    ),
    "image without words": (prose("talk", "1. **Vote**", "![](x.png) 1. **Vote**"), "without a text alternative"),
    "too many words": (prose("talk", "1. **Vote**", "word " * 1500), "words of prose"),
    "too many words in the core": (prose("talk", "1. **Vote**", "word " * 100), "words in the core"),
    "minutes not of the rule": (prose("title", "**Time** 4", "**Time** 6"), "by the rule of CONTRIBUTING"),
    "long cell": (prose("setup", "from", "# x\n" * 11 + "from"), "lines of code"),
    "missing beat": (rename("talk", "chat"), "the beats are"),
    "id without meaning": (rename("sides", "0a1b2c3d"), "name the cell"),
    "unknown question": (prose("check-gloss", '"05-text-or-gloss"', '"05-text-or-glos"'), "not in the bank"),
    "untitled folded cell": (prose("picture-ladder", "# How", "pass  # How"), "starts with a comment"),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_a_broken_rule_is_seen(tmp_path: Path, name: str) -> None:
    change, message = RULES[name]
    notebook = json.loads((ROOT / "notebooks" / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
    change({cell["id"]: cell for cell in notebook["cells"]})
    path = tmp_path / f"{LESSON}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    found = [str(fault) for fault in anatomy.check(path, bank.course_bank().questions)]
    assert any(message in fault for fault in found), found


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_an_objective_needs_two_items(count: int) -> None:
    """The lesson asks the same questions; *count* of them serve its first objective."""
    path = ROOT / "notebooks" / f"{LESSON}.ipynb"
    known = bank.course_bank().questions
    ids = [i for i in anatomy.asked(catalogue.notebook_cells(path)) if i.startswith("05-")]
    served = {i: replace(known[i], objective="05-2") for i in ids}
    served |= {i: replace(known[i], objective="05-1") for i in ids[:count]}
    found = [fault.message for fault in anatomy.check(path, {**known, **served})]
    few = f"05-1 has {count} items in the lesson; at least 2"
    assert (few in found) == (count < 2), found


# --- the house rules for the course's own questions -------------------------------------


def test_lesson_05_has_its_questions() -> None:
    items = [q for name, q in bank.course_bank().questions.items() if name.startswith("05-")]
    assert len(items) >= 14
    assert {q.kind for q in items} >= {"single", "multiple", "numeric"}
    for question in items:
        missing = [
            field
            for field in ("para", "objective", "level", "hint", "explain", "sources")
            if not getattr(question, field)
        ]
        assert not missing, (question.id, missing)


def test_the_courses_own_questions_leave_the_linter_nothing_to_say() -> None:
    """House rules that are advice to others are rules for us."""
    catalogue = bank.read()
    said = [str(a) for a in advice.advise(catalogue, whole=True) if a.rule not in UNFINISHED]
    assert len(catalogue.questions) > 40
    assert said == []


# What only a finished course can keep: a question for every paragraph and every objective.
UNFINISHED = {"no-item", "few-items", "confidence"}


def test_the_key_is_not_given_away_by_place_or_length() -> None:
    every = bank.course_bank().questions.values()
    singles = [q for q in every if q.kind == "single" and not q.vote]  # a vote has no key
    places = [[o.right for o in q.options].index(True) for q in singles]
    longest = [max(q.options, key=lambda o: len(o.text)).right for q in singles]
    assert len(singles) >= 10
    for place in set(places):
        assert places.count(place) <= 0.6 * len(places)
    assert len(set(places)) >= 3
    assert sum(longest) <= 0.6 * len(singles)


def test_numeric_keys_are_what_the_table_gives() -> None:
    from dialogue import load

    questions = bank.course_bank().questions
    table = load("commitments").query("round == 1")
    assert questions["05-guess-iraq-alone"].answer == (table["party"] == "Iraq").sum()
    weights = {"discusses": 1, "affirms": 2, "intends": 1, "pledges": 4}
    points = table["strength"].astype(str).map(weights)
    mean = points[table["domain"] == "security"].mean()
    assert questions["05-tweak-intends"].answer == pytest.approx(mean, abs=0.005)
    american = table[(table["party"] == "United States") & (table["domain"] != "security")]
    assert questions["05-write-outside-security"].answer == len(american)


# --- the map of the course ---------------------------------------------------------------


def test_the_map_follows_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    written = {lesson.stem: lesson.written for lesson in catalogue.lessons()}
    files = {path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb")}
    assert set(written) == files
    assert written[LESSON] is True
    own = "05  Round one: what was promised on 11 June 2020 (48 min, "
    assert own + "ready)" in repr(maps.course_map())
    objectives = next(lesson for lesson in catalogue.lessons() if lesson.stem == LESSON).objectives
    assert list(objectives) == ["05-1", "05-2", "05-3", "05-4"]
    assert objectives["05-1"].startswith("paraphrase")
    (copy / "notebooks" / f"{LESSON}.ipynb").unlink()
    assert own + "planned)" in repr(maps.course_map())
    source = (ROOT / "notebooks" / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    (copy / "notebooks" / "98-more.ipynb").write_text(source, encoding="utf-8")
    assert '<a href="98-more.ipynb">' in maps.course_map()._repr_html_()


# --- badges ------------------------------------------------------------------------------


def test_badges_become_readable_links_and_stay_so() -> None:
    typed = "It fell [P6] [src:CRS-R40011]. Then it rose [P5]: so they say."
    once = tidy.readable(typed, "#digest")
    assert once.splitlines()[0] == (
        "It fell ([P6])[¹][src:CRS-R40011]. Then it rose ([P5]): so they say."
    )
    assert '[P6]: #digest "Paragraph 6 of the article"' in once
    # Publisher, title and date on hover.
    assert re.search(
        r'\[src:CRS-R40011\]: https://.* "Congressional.*\(R40011\), 2011-01-21"', once
    )
    assert tidy.readable(once, "#digest") == once
    # As lessons had them before, and with a number of the lesson's own list.
    before = "It fell ([P6]; [Congressional Research Service, 2011][src:CRS-R40011])."
    found = tidy.readable(before, "#digest", {"CRS-R40011": 12})
    assert found.startswith("It fell ([P6])[¹²][src:CRS-R40011].")


def test_the_numbers_in_a_lesson_are_those_of_its_list() -> None:
    for path in NOTEBOOKS:
        cells = catalogue.notebook_cells(path)
        named = anatomy.named_sources(cells)
        text = "".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
        found = {
            (source, number.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")))
            for number, source in re.findall(r"\[([⁰¹²³⁴⁵⁶⁷⁸⁹]+)\]\[src:([^\]]+)\]", text)
        }
        assert found == {(source, str(n)) for n, source in enumerate(named, 1)}, path.name
        if path.stem[:2].isdigit() and path.stem[:2] != "00":
            assert cite(path.stem[:2]).ids == named


def test_a_badge_taken_out_takes_its_definition_with_it() -> None:
    once = tidy.readable("One [P6], two [P7].", "#digest")
    assert "P7" not in tidy.readable(once.replace(", two ([P7])", ""), "#digest")


# --- pages without JupyterLab --------------------------------------------------------------


def test_a_static_page_shows_pictures_and_questions() -> None:
    """nbconvert's HTML: the drawing as SVG, each question with its comments to open."""
    from nbconvert import HTMLExporter

    html, _ = HTMLExporter().from_filename(str(ROOT / "notebooks" / f"{LESSON}.ipynb"))
    assert "data:image/svg+xml;base64," in html, "no drawing"
    assert "lines of the first round" in html, "no words for the drawing"
    words = unescape(html)
    asked = anatomy.asked(catalogue.notebook_cells(ROOT / "notebooks" / f"{LESSON}.ipynb"))
    assert len(asked) > 14
    for item in asked:
        question = bank.course_bank().questions[item]
        assert question.ask.split("*")[0].split("`")[0][:40] in words, item
    assert html.count("<details>") > 3 * len(asked)


# --- what every written lesson brings beside its notebook -----------------------------------

WRITTEN = [lesson for lesson in catalogue.lessons() if lesson.written and lesson.number != "00"]
# The lessons of the course's own plan; one that an instructor adds may be smaller.
PLANNED = [one for one in WRITTEN if one.stem in {row["lesson"] for row in records("lessons")}]
NOTES = (
    "Minutes",
    "For 30 minutes",
    "The vote",
    "Typical misreadings",
    "People with ties to the events",
)


def own_items(lesson: catalogue.Lesson) -> list[Any]:
    course_bank = bank.course_bank()
    return [
        question
        for name, question in course_bank.questions.items()
        if Path(course_bank.places[name][0]).stem == lesson.stem
    ]


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.stem)
def test_a_lesson_has_teaching_notes(lesson: catalogue.Lesson) -> None:
    path = ROOT / "notebooks" / "teaching-notes" / f"{lesson.stem}.md"
    text = path.read_text(encoding="utf-8")
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert [name for name in NOTES if name not in headings] == []
    assert 300 <= len(text.split()) <= 900


def draft(lesson: catalogue.Lesson) -> anatomy.Draft:
    cells = catalogue.notebook_cells(lesson.path)
    return anatomy.Draft(lesson.path, cells, bank.course_bank().questions)


@pytest.mark.parametrize("lesson", PLANNED, ids=lambda lesson: lesson.stem)
def test_the_minutes_are_those_of_the_rule(lesson: catalogue.Lesson) -> None:
    """Under the title, in the teaching notes, and all of them 45 to 50."""
    one = draft(lesson)
    takes = sum(anatomy.minutes(one).values())
    assert abs(lesson.minutes - takes) <= anatomy.MARGIN
    assert anatomy.CORE[0] - 0.5 <= takes <= anatomy.CORE[1] + 0.5
    notes = ROOT / "notebooks" / "teaching-notes" / f"{lesson.stem}.md"
    assert anatomy.minutes_table(one) in notes.read_text(encoding="utf-8"), "run: dialogue tidy"


def test_what_is_more_takes_no_minutes() -> None:
    """A fold, a lane and a cell with the tag *more* are not counted; a guess and a cell are."""
    one = draft(next(lesson for lesson in PLANNED if lesson.stem == LESSON))
    before = anatomy.minutes(one)

    def words(cell: str, text: str, **metadata: Any) -> float:
        cells = [dict(c) for c in one.cells]
        chosen = next(c for c in cells if c["id"] == cell)
        chosen.update(source=chosen["source"] + text, metadata={**chosen["metadata"], **metadata})
        return sum(anatomy.minutes(replace(one, cells=cells)).values()) - sum(before.values())

    text = " word" * 160
    assert words("key-points", text) == pytest.approx(1)
    assert words("key-points", f"\n\n<details><summary>More</summary>{text}</details>") == 0
    assert words("tweak", text) == 0
    assert words("key-points", text, tags=["more"]) < 0
    assert words("table-voices", "", jupyter={"source_hidden": True}) == -anatomy.CELL
    assert words("check-commit", '\nask("05-next-meeting")') == 0  # nobody knows this question


def test_tidy_writes_the_minutes_into_the_notes() -> None:
    one = draft(next(lesson for lesson in PLANNED if lesson.stem == LESSON))
    old = "# Notes\n\n## Minutes\n\n| Beat | Minutes |\n|---|---|\n| x | 3 |\n\nAfter.\n"
    new = anatomy.with_minutes(old, one)
    assert new == f"# Notes\n\n## Minutes\n\n{anatomy.minutes_table(one)}\n\nAfter.\n"
    assert anatomy.with_minutes("# No table\n", one) == "# No table\n"


def test_the_answer_of_lesson_11_has_the_scores_of_its_table() -> None:
    from dialogue.charts.ledger import ledger_rows

    rows = ledger_rows().dropna(subset=["score"])
    hedge, score = rows["hedge"], rows["score"].astype(float)
    group = hedge.map(lambda _: "firm").mask(hedge.str.contains("likely|relatively"), "likely")
    group = group.mask(hedge.str.contains("may|potentially|possibly"), "may")
    wanted = [(score.mean() - score).pow(2).mean(), 0.25]
    for may in (0.5, 0.3):
        chances = group.map({"may": may, "likely": 0.75, "firm": 0.9})
        wanted.append((chances - score).pow(2).mean())
    cells = catalogue.notebook_cells(ROOT / "notebooks" / "11-what-happened-next.ipynb")
    told = next(cell["source"] for cell in cells if cell["id"] == "key-points")
    for value in wanted:
        assert f"{value:.3f}".rstrip("0") in told
    assert len(score) == 12


def test_what_was_typed_on_the_way_stands_in_its_lesson() -> None:
    """The page at the end lists code; each piece of it can be found where it is said to be."""
    cells = catalogue.notebook_cells(ROOT / "notebooks" / "what-now.ipynb")
    table = next(cell["source"] for cell in cells if cell["id"] == "typed")
    rows = re.findall(r"^\| (\d\d) (\|.*)\|$", table, re.MULTILINE)
    assert [number for number, _ in rows] == [lesson.number for lesson in PLANNED]
    for lesson, (_, row) in zip(PLANNED, rows, strict=True):
        code = "\n".join(
            cell["source"]
            for cell in catalogue.notebook_cells(lesson.path)
            if cell["cell_type"] == "code"
        )
        pieces = re.findall(r"`([^`]+)`", row)
        assert len(pieces) >= 3
        assert [piece for piece in pieces if piece not in code] == [], lesson.stem


@pytest.mark.parametrize("lesson", PLANNED, ids=lambda lesson: lesson.stem)
def test_the_opening_question_is_answered_after_the_learner(lesson: catalogue.Lesson) -> None:
    """The title asks, the key points ask again, and the answer stands in a fold."""
    cells = {cell["id"]: cell["source"] for cell in catalogue.notebook_cells(lesson.path)}
    assert re.search(r"\?.*\*", cells["title"]), "no question in the title's cell"
    _, question, answer = cells["key-points"].split("\n\n", 2)
    assert re.match(r"\*[^*]+\?\* Answer in ", question)
    assert answer.startswith("<details><summary>What a learner could answer</summary>")
    assert 50 <= len(answer.split("</details>")[0].split()) <= 135


@pytest.mark.parametrize("lesson", PLANNED, ids=lambda lesson: lesson.stem)
def test_a_chart_to_change_is_short(lesson: catalogue.Lesson) -> None:
    """Six lines and a comment; how it looks is the theme's (charts/look.py)."""
    drawn = [c for c in draft(lesson).code if "draw(" in c["source"] and "alt.Chart" in c["source"]]
    assert drawn
    for cell in drawn:
        lines = [one for one in cell["source"].splitlines() if not one.startswith("#")]
        assert len(lines) <= 6, cell["id"]
        assert not re.search(r"alt\.(Axis|Legend|Header|OverlayMarkDef)", cell["source"]), cell[
            "id"
        ]


def test_a_forecast_is_asked_before_its_outcome_is_told() -> None:
    """Lesson 02 draws the soldiers of later years and 08 tells of attacks: both are asked before."""
    known = bank.course_bank().questions
    where = {
        item: (lesson.number, cell["id"])
        for lesson in PLANNED
        for cell in draft(lesson).code
        for item in anatomy.asked([cell])
        if known[item].kind == "forecast"
    }
    assert where["02-cuts-forecast"] == ("02", "check-commit")
    assert where["05-attacks-forecast"] == ("05", "check-commit")
    late = {item: beat for item, (_, beat) in where.items() if beat != "check-commit"}
    # What these tell is told by nothing before them in their lessons.
    assert late == dict.fromkeys(
        ("01-round-two-place", "01-un-forecast", "06-trial-forecast"), "check-forecast"
    )


@pytest.mark.parametrize("lesson", PLANNED, ids=lambda lesson: lesson.stem)
def test_a_lesson_of_the_plan_is_no_sketch(lesson: catalogue.Lesson) -> None:
    """A lesson that somebody adds may have 15 cells; one of the course's own has 25 or more."""
    assert 25 <= len(catalogue.notebook_cells(lesson.path)) <= 41


@pytest.mark.parametrize("lesson", PLANNED, ids=lambda lesson: lesson.stem)
def test_a_lesson_asks_in_several_ways(lesson: catalogue.Lesson) -> None:
    items = [q for q in own_items(lesson) if q.kind != "essay"]
    assert 16 <= len(items) <= 24
    assert len({q.kind for q in items}) >= 5
    assert 2 <= sum(q.confidence for q in items) <= 3
    beyond = [q for q in items if q.level not in ("", "remember")]
    assert len(beyond) > len(items) / 2


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.stem)
def test_every_item_of_a_lesson_is_asked_in_it(lesson: catalogue.Lesson) -> None:
    notebook = json.loads((ROOT / "notebooks" / f"{lesson.stem}.ipynb").read_text(encoding="utf-8"))
    code = "".join("".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code")
    assert [q.id for q in items_of(lesson) if f'"{q.id}"' not in code] == []


def items_of(lesson: catalogue.Lesson) -> list[Any]:
    items = own_items(lesson)
    assert items, f"{lesson.stem} has no items"
    return items


def test_the_first_lessons_cover_their_paragraphs() -> None:
    """P1 to P12, P25 and P26: in the text of a lesson, and in an item of one."""
    wanted = [f"P{n}" for n in (*range(1, 13), 25, 26)]
    first = [lesson for lesson in WRITTEN if lesson.number <= "06"]
    asked = {para for lesson in first for q in items_of(lesson) for para in q.para}
    told = "".join(
        (ROOT / "notebooks" / f"{lesson.stem}.ipynb").read_text(encoding="utf-8")
        for lesson in first
    )
    # The pull quotes P7 and P11 repeat a paragraph; their items ask about the cut.
    assert [p for p in wanted if p not in asked] == []
    assert [p for p in wanted if f"[{p}]" not in told] == []


LESSONS = [path for path in NOTEBOOKS if path.stem[:2].isdigit() and path.stem[:2] != "00"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_the_as_of_date_is_the_one_of_the_tables(path: Path) -> None:
    """The title says it, and the last cell prints it from the data."""
    cells = catalogue.notebook_cells(path)
    assert f"**As of** {sources.as_of()}" in cells[0]["source"]
    printed = "".join(cells[-1]["outputs"][0]["data"]["text/plain"])
    assert f"What came later is told as of {sources.as_of()}." in printed


def test_the_start_page_has_the_as_of_date_of_the_tables() -> None:
    title = catalogue.notebook_cells(ROOT / "notebooks" / "00-start-here.ipynb")[0]["source"]
    assert f"**As of** {sources.as_of()}" in title


def test_the_as_of_date_follows_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    package = copy / "data/datapackage.json"
    text = package.read_text("utf-8")
    assert text.count(f'"as_of": "{sources.as_of_month()}"') == 1
    package.write_text(text.replace(sources.as_of_month(), "2027-11"), "utf-8")
    assert sources.as_of() == "November 2027"
    package.unlink()
    assert sources.as_of() == ""


def test_the_digests_of_the_lessons_cover_the_article() -> None:
    """Every paragraph is shown somewhere, and P12 to P32 in the lessons from 07 on."""

    def shown(paths: list[Path]) -> set[str]:
        found: set[str] = set()
        for path in paths:
            for cell in catalogue.notebook_cells(path):
                if cell["cell_type"] == "code" and "cite(" in cell["source"]:
                    found |= set(re.findall(r"\bP\d+\b", cell["source"]))
        return found

    assert shown(LESSONS) == set(sources.paragraphs())
    later = shown([path for path in LESSONS if path.stem >= "07"])
    assert {f"P{n}" for n in range(12, 33)} <= later


# --- what a notebook may import ------------------------------------------------------------


def imports(source: str) -> list[tuple[str, list[str]]]:
    """Module and names of each import of the course's package in a cell."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or "", [alias.name for alias in node.names]))
    return [one for one in found if one[0].split(".")[0] == "dialogue"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_imports_public_names_and_nothing_else(path: Path) -> None:
    code = [c["source"] for c in catalogue.notebook_cells(path) if c["cell_type"] == "code"]
    found = [one for source in code for one in imports(source)]
    if path.stem[:2].isdigit():
        assert found
    for module, names in found:
        assert module == "dialogue", (path.name, module)
        assert set(names) <= set(dialogue.__all__), (path.name, names)


def test_an_inside_import_is_seen() -> None:
    inside = "from dialogue.course.negotiation import points\nimport dialogue.bank as b\nimport re"
    assert [module for module, _ in imports(inside)] == [
        "dialogue.course.negotiation",
        "dialogue.bank",
    ]


def test_every_public_name_is_there_and_says_what_it_does() -> None:
    for name in dialogue.__all__:
        assert (getattr(dialogue, name).__doc__ or "").strip(), name


def test_no_lesson_casts_what_load_gives() -> None:
    casts = re.compile(r"astype\((str\)|\{[^}]*: str)|\.cat\.|Categorical")
    for path in NOTEBOOKS:
        for cell in catalogue.notebook_cells(path):
            assert not casts.search(cell["source"]), (path.name, cell["id"])
