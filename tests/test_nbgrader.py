"""The course for nbgrader, built, submitted, marked and exported by the real nbgrader."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

# nbgrader unpacks with it.  Before any test: setuptools puts its own distutils in place of Python's,
# and refuses to be imported where a test before has brought Python's in another way.
import setuptools  # noqa: F401
from grading import ITEMS
from test_release import BANK, CANARIES, GRADED, found_in, notebook

from conftest import ROOT, Lab, copy_course
from dialogue import bank
from dialogue.bank import selection
from dialogue.cli import main
from dialogue.grading import release
from dialogue.grading.nbgrader import (
    assignment,
    build,
    packed,
    score,
    unpacked,
)
from dialogue.questions import (
    Question,
    Short,
    Single,
)

WRITE = """\
## Write

Say who gave more.

| Criterion | 3 | 2 | 1 | 0 |
|---|---|---|---|---|
| **Claim** | precise | clear | implied | none |
| **Evidence** | two | one | unsourced | none |

**Task line**, one point on top: it fits.

<details><summary>A model answer</summary>

QZmodelanswer: Iraq.

</details>
"""
GRADABLE = [name for name in GRADED if name != "can-forecast"]
POINTS = {"can-multiple": 4.0}  # every other item has 1
TOTAL = len(GRADABLE) + 1 + 3 + 7  # the open item is asked too; the multiple has 3 more; writing


def nbgrader(folder: Path, *arguments: str) -> str:
    """The real command.  It calls alembic by name, so this environment's programs come first."""
    programs = str(Path(sys.executable).parent)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


@pytest.fixture(scope="module")
def marking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course for nbgrader, built from a bank whose keys stand nowhere else, and released."""
    root = tmp_path_factory.mktemp("nbgrader")
    content = copy_course(root / "course")
    for path in [*content.glob("exercises/*.yaml"), *content.glob("notebooks/*.ipynb")]:
        path.unlink()
    told = BANK.replace("canaries", "05-canaries").replace(
        "type: multiple", "type: multiple\n  points: 4"
    )
    (content / "exercises" / "05-canaries.yaml").write_text(told, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIALOGUE_COURSE", str(content))
        lesson = json.loads(notebook())
        cell = {"cell_type": "markdown", "id": "write", "metadata": {}, "source": WRITE}
        lesson["cells"].append(cell)
        path = content / "notebooks" / "05-canaries.ipynb"
        path.write_text(json.dumps(lesson), encoding="utf-8")
        assert main(["nbgrader", str(root / "marking")]) == 0
    nbgrader(root / "marking", "generate_assignment", "05-canaries")
    return root / "marking"


def hand_in(folder: Path, learner: str, answers: dict[str, str], writing: str = "") -> Path:
    """The released notebook with a learner's answers, as a download folder holds it."""
    released = folder / "release/05-canaries/05-canaries.ipynb"
    book = json.loads(released.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name.removeprefix("answer-") in answers:
            assert "answer = None" in "".join(cell["source"])
            cell["source"] = answers[name.removeprefix("answer-")]
        if name == "write" and writing:
            cell["source"] = writing
    archive = folder / "downloaded" / "05-canaries" / "archive"
    archive.mkdir(parents=True, exist_ok=True)
    name = f"{learner}_05-canaries.ipynb"  # one comes as Moodle names it
    if learner == "wrong":
        name = "wrong_1234_assignsubmission_file_05-canaries.ipynb"
    (archive / name).write_text(json.dumps(book), encoding="utf-8")
    return archive / name


def questions(folder: Path) -> dict[str, Any]:
    """The items that *folder* was built from, with their keys."""
    return bank.read([folder.parent / "course/exercises/05-canaries.yaml"]).questions


def wrong_answer(question: Question) -> Any:
    right = question.typed_answer()
    match question.kind:
        case "single" | "evidence":
            return next(letter for letter in "AB" if letter != right)
        case "multiple":
            return [letter for letter in "ABC" if letter not in right]
        case "numeric":
            return [1.5] * len(right) if isinstance(right, list) else 12
        case "short":
            return "somebody else"
        case "order":
            return right[::-1]
        case "match":
            return right[::-1]
        case _:
            return [{"A": "B", "B": "A"}[letter] for letter in right]


@pytest.mark.slow  # five calls of nbgrader
def test_right_wrong_and_empty_submissions_get_their_points(marking: Path) -> None:
    """The whole way: generate, collect, autograde, mark by hand, feedback, export."""
    assert (marking / "release/05-canaries/05-canaries.ipynb").is_file()
    names, items = [*GRADABLE, "can-open"], questions(marking)
    right = {name: f"answer = {items[name].typed_answer()!r}" for name in names}
    wrong = {name: f"answer = {wrong_answer(items[name])!r}" for name in names}
    hand_in(marking, "right", right, "Iraq gave more, by the verb.")
    hand_in(marking, "wrong", wrong, "I do not know.")
    hand_in(marking, "empty", {})
    letters = items["can-multiple"].typed_answer()
    partly = {"can-multiple": f"answer = {letters[:1]!r}", "can-single": "1 / 0"}
    # An answer that was deleted must not be found in the answer before it.
    before = items["can-open"].typed_answer()
    lucky = float(before == items["can-evidence"].typed_answer())
    partly |= {"can-evidence": f"answer = {before!r}", "can-open": "pass"}
    hand_in(marking, "partly", {**partly, "can-short": "answer = 'qzACCEPTED'"})
    nbgrader(marking, "zip_collect", "05-canaries")
    assert {p.name for p in (marking / "submitted").iterdir()} == {
        *("right", "wrong", "empty", "partly")
    }
    nbgrader(marking, "autograde", "05-canaries")

    from nbgrader.api import Gradebook, MissingEntry

    with closing(Gradebook(f"sqlite:///{marking}/gradebook.db")) as book:

        def grades(learner: str) -> dict[str, tuple[float, bool]]:
            submission = book.find_submission("05-canaries", learner)
            found = submission.notebooks[0].grades
            return {g.name: (g.score, g.needs_manual_grade) for g in found}

        full = {f"test-{name}": (POINTS.get(name, 1.0), False) for name in names}
        assert grades("right") == {**full, "write": (0.0, True)}
        nothing = dict.fromkeys(full, (0.0, False))
        assert grades("wrong") == {**nothing, "write": (0.0, True)}
        assert grades("empty") == {**nothing, "write": (0.0, False)}
        # A part of right earns its part; a cell that fails earns nothing and stops nobody.
        expected = {**nothing, "test-can-multiple": (2.0, False), "test-can-short": (1.0, False)}
        expected["test-can-evidence"] = (lucky, False)
        assert grades("partly") == {**expected, "write": (0.0, False)}
        with pytest.raises(MissingEntry):
            book.find_submission("05-canaries", "nobody")
        # The teacher marks the writing task by its rubric.
        grade = book.find_grade("write", "05-canaries", "05-canaries", "right")
        assert grade.max_score == 7.0
        grade.manual_score, grade.needs_manual_grade = 5.0, False
        book.db.commit()

    nbgrader(marking, "generate_feedback", "05-canaries")
    page = (marking / "feedback/wrong/05-canaries/05-canaries.html").read_text(encoding="utf-8")
    assert "QZslipped" in page  # hidden tests are shown once they are marked, comments among them
    assert "Not right yet." in page
    nbgrader(marking, "export")
    with (marking / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    scores = {name: float(row["score"]) for name, row in rows.items()}
    most = TOTAL - 7
    assert scores == {"right": most + 5.0, "wrong": 0.0, "empty": 0.0, "partly": 3.0 + lucky}
    assert {float(row["max_score"]) for row in rows.values()} == {float(TOTAL)}


def test_what_learners_get_holds_no_key(marking: Path) -> None:
    secret = [*CANARIES, "QZmodelanswer"]
    source = {text for _, text in found_in(marking / "source", secret)}
    assert source >= {"QZsay2", "QZaccepted", "QZmodelanswer", "918273.645"}
    assert found_in(marking / "release", secret) == []
    text = (marking / "release/05-canaries/05-canaries.ipynb").read_text(encoding="utf-8")
    assert "HIDDEN TESTS" not in text
    assert '\\"right\\"' not in text
    assert text.count("One letter between quotation marks") == 3
    for words in ("Which one is it?", "the first", "the third", "answer = None", "| **Claim**"):
        assert words in text
    assert "Will it happen?" not in text  # a forecast is scored and not graded


def test_the_answer_cells_of_the_source_are_right(marking: Path) -> None:
    book = json.loads((marking / "source/05-canaries/05-canaries.ipynb").read_text("utf-8"))
    kinds, items = {}, questions(marking)
    for cell in book["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution") and cell["cell_type"] == "code":
            scope: dict[str, Any] = {}
            exec("".join(cell["source"]), scope)
            name = marks["grade_id"].removeprefix("answer-")
            kinds[name] = score(packed(items[name]), scope["answer"], 3)
    assert set(kinds) == {*GRADABLE, "can-open"}
    assert set(kinds.values()) == {3.0}


@pytest.mark.parametrize("name", sorted(ITEMS))
def test_every_kind_survives_the_cell(name: str) -> None:
    question = replace(ITEMS[name], confidence=False)
    # The hint alone stays at home.
    assert unpacked(packed(question)) == replace(question, hint="")
    assert packed(question).isascii()
    for empty in (None, ..., "", [], {}):
        assert score(packed(question), empty, 2) == 0
    for hostile in (object(), float("nan"), [None, object()], 10**400, "\0", [[]], lambda: 1):
        assert 0 <= score(packed(question), hostile, 2) <= 2
    if question.marked:
        assert score(packed(question), question.typed_answer(), 2) == 2


HOSTILE = json.loads((ROOT / "tests/injections.json").read_text(encoding="utf-8"))


def test_no_text_of_an_author_breaks_out_of_its_cell() -> None:
    """Hostile texts, and nbgrader's own marks, in every field of an item."""
    marks = ["### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS\nleft = 1", "### END SOLUTION"]
    texts = [one if isinstance(one, str) else one["text"] for one in HOSTILE] + marks
    assert len(texts) > 100
    for number, text in enumerate(texts):
        base = ITEMS["single"]
        assert isinstance(base, Single)
        options = tuple(
            replace(o, text=f"{i} {text}", say=text) for i, o in enumerate(base.options)
        )
        hostile = replace(
            base, id=f"x-{number}", ask=text, explain=text, hint=text, options=options
        )
        short = Short(id=f"s-{number}", ask=text, accept=(f"{text} a",))
        for question in (hostile, short):
            book = assignment(text, [question])
            cells = {
                c["metadata"].get("nbgrader", {}).get("grade_id", ""): c for c in book["cells"]
            }
            for cell in book["cells"]:
                found = re.findall("(?:BEGIN|END) (?:HIDDEN|SOLUTION|MARK)[^\n]*", cell["source"])
                kind = cell["metadata"].get("nbgrader", {})
                if kind.get("grade"):
                    assert found == ["BEGIN HIDDEN TESTS", "END HIDDEN TESTS"]
                elif kind.get("solution"):
                    assert found == ["BEGIN SOLUTION", "END SOLUTION"]
                else:
                    assert found == []
                if cell["cell_type"] == "code":
                    compile(cell["source"], "cell", "exec")
            scope: dict[str, Any] = {}
            exec(cells[f"answer-{question.id}"]["source"], scope)
            assert score(packed(question), scope["answer"], 1) == 1, text


def test_what_cannot_be_built_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*arguments: str) -> str:
        assert main(["nbgrader", *arguments]) == 1
        text = capsys.readouterr().err.strip().splitlines()[-1]
        assert "; " in text
        return text

    target = tmp_path / "out"
    assert "no lesson, objective" in said(str(target), "05-nothing-like-it")
    assert "nothing to grade" in said(str(target), "05-third-round-forecast")
    assert not target.exists()
    target.mkdir()
    (target / "mine").write_text("mine", encoding="utf-8")
    assert "add --force" in said(str(target), "05")
    assert [p.name for p in target.iterdir()] == ["mine"]
    assert "it also holds mine" in said(str(target), "05-2", "--force")
    (target / "mine").rename(target / "README.md")
    assert main(["nbgrader", str(target), "05-2", "--force"]) == 0
    book = json.loads((target / "source/05-round-one/05-round-one.ipynb").read_text("utf-8"))
    ids = [cell["id"] for cell in book["cells"]]
    assert "write" not in ids  # not the whole lesson
    assert main(["nbgrader", str(tmp_path / "whole"), "05"]) == 0
    book = json.loads(
        (tmp_path / "whole/source/05-round-one/05-round-one.ipynb").read_text("utf-8")
    )
    write = next(cell for cell in book["cells"] if cell["id"] == "write")
    assert write["metadata"]["nbgrader"]["points"] == 13
    assert "05-third-round-forecast: a forecast" in capsys.readouterr().err


def test_every_question_of_the_course_is_right_by_its_own_key() -> None:
    whole = [q for q in release.sound_bank().questions.values() if q.marked]
    assert len(whole) > 150
    for question in whole:
        plain = replace(question, confidence=False)
        assert score(packed(plain), plain.typed_answer(), 1) == 1, question.id


def test_the_course_lab_leaves_nbgrader_out(lab: Lab) -> None:
    """Its menus would stand in every learner's way, and its server part is not there."""
    import urllib.request

    with urllib.request.urlopen(f"{lab.base}/lab?token={lab.token}", timeout=20) as reply:
        page = reply.read().decode()
    told = re.search(r'id="jupyter-config-data" type="application/json">(.*?)</script>', page, re.S)
    assert told is not None
    settings = json.loads(told[1])
    offered = {extension["name"] for extension in settings["federated_extensions"]}
    assert "@jupyter/nbgrader" not in offered
    assert {"dialogue-desk", "anywidget", "@jupyter-widgets/jupyterlab-manager"} == offered
    with pytest.raises(urllib.error.HTTPError, match="404"):
        lab.api("nbgrader_version")


def test_what_is_left_out_is_said_with_its_article(tmp_path: Path) -> None:
    done = build(tmp_path / "course", selection.select(["05"]))
    assert "05-write: an essay is not graded" in done.left_out
    assert not [line for line in done.left_out if re.search(r"\ba [aeio]", line)]
