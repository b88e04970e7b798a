"""A lesson of one's own, begun by one command: it passes, is listed, opens, and registers nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from conftest import ROOT, copy_course
from dialogue import bank
from dialogue.bank import advice, starting
from dialogue.cli import main
from dialogue.course import anatomy, catalogue, files, tidy
from dialogue.lab.copies import Copies


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIALOGUE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("DIALOGUE_OVERLAY", raising=False)
    copy = copy_course(tmp_path / "course")
    (copy / "README.md").write_text("# C\n\n| 01 | old | ready |\n\nEnd.\n", encoding="utf-8")
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    return copy


def faults(made: starting.Started) -> list[str]:
    whole = bank.read()
    found = [str(fault) for fault in (*whole.faults, *catalogue.faults())]
    found += [str(fault) for fault in anatomy.check(made.notebook, whole.questions)]
    said = advice.advise(whole, whole=True)
    return found + [str(one) for one in said if made.stem in one.file]


def test_a_new_lesson_passes_and_is_listed(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(catalogue.lessons())
    assert main(["new", "lesson", "The envoys"]) == 0
    assert "13-the-envoys.ipynb" in capsys.readouterr().out
    (made,) = [one for one in catalogue.lessons() if one.number == "13"]
    assert (made.title, len(catalogue.lessons())) == ("The envoys", before + 1)
    assert list(made.objectives) == ["13-1", "13-2"]
    assert made.notes.is_file()
    started = starting.Started(
        made.stem, made.path, course / f"exercises/{made.stem}.yaml", made.notes
    )
    assert faults(started) == []
    assert "| 13 | [The envoys](notebooks/13-the-envoys.ipynb) | ready |" in (
        course / "README.md"
    ).read_text("utf-8")
    assert made.number in catalogue.routes()["The full course"]


def test_it_runs_from_the_top_and_tidies_to_one_form(course: Path) -> None:
    made = starting.lesson("The envoys")
    assert tidy.tidy(made.notebook) is True
    cells = {c["id"]: c for c in json.loads(made.notebook.read_text("utf-8"))["cells"]}
    assert "svg" in json.dumps(cells["bars"]["outputs"])
    assert "How many rows" in json.dumps(cells["check-table"]["outputs"])
    assert faults(made) == []


def test_in_an_overlay_it_leaves_the_course_alone(course: Path, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in course.rglob("*") if p.is_file()}
    assert main(["overlay", "new", str(tmp_path / "mine")]) == 0
    assert main(["new", "lesson", "Wer sprach? ماذا", "--number", "40"]) == 0
    (made,) = [one for one in catalogue.lessons() if one.number == "40"]
    assert made.path == tmp_path / "mine/notebooks/40-wer-sprach.ipynb"
    assert "40-a-row" in bank.course_bank().questions
    assert bank.read().faults == []
    assert {p: p.read_bytes() for p in course.rglob("*") if p.is_file()} == before
    # A learner's JupyterLab finds it, and never writes to it.
    copies = Copies(tmp_path / "own", course)
    name = f"notebooks/{made.stem}.ipynb"
    assert copies.original(name) == made.path
    copies.make(name)
    assert copies.copy(name).read_bytes() == made.path.read_bytes()


def test_the_example_of_contributing_word_by_word(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Into the bank, a cell as JupyterLab makes it, tidy, check: nothing is left to say."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    example = re.search(r"```yaml\n(- id: .*?)```", text, re.DOTALL)
    assert example
    (course / "README.md").unlink()
    file = course / "exercises/05-round-one.yaml"
    with file.open("a", encoding="utf-8") as bank_file:
        bank_file.write(f"\n{example[1]}")
    lesson = course / "notebooks/05-round-one.ipynb"
    notebook = json.loads(lesson.read_text("utf-8"))
    cell = nbformat.v4.new_code_cell('ask("05-next-meeting")', id="1a2b3c4d")
    notebook["cells"].insert(12, cell)
    lesson.write_text(json.dumps(notebook), encoding="utf-8")
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "the id says nothing" in said
    assert "not in its one form" in said
    assert tidy.tidy(lesson) is True
    assert main(["check", "--advice"]) == 0
    assert "05-next-meeting" not in capsys.readouterr().out
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    assert cells[12]["id"] == "check-05-next-meeting"


def test_what_a_question_of_the_course_lacks_is_told_apart(course: Path) -> None:
    file = course / "exercises/05-round-one.yaml"
    text = file.read_text("utf-8")
    file.write_text(text + "\n- {id: 05-x, type: short, ask: Who?, accept: [a]}\n", "utf-8")
    said = [str(a) for a in advice.advise(bank.read(), whole=True) if a.rule == "of-the-course"]
    assert any("05-x" in one and "para, objective, level, hint, explain" in one for one in said)
    # The same in a bank that is nobody's lesson is nobody's business.
    file.write_text(text, "utf-8")
    own = course / "exercises/my-own.yaml"
    own.write_text("quiz: my\nitems:\n- {id: 05-x, type: short, ask: Who?, accept: [a]}\n", "utf-8")
    said = [str(a) for a in advice.advise(bank.read(), whole=True) if a.rule == "of-the-course"]
    assert not any("05-x" in one for one in said)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["The envoys", "--number", "05"], "05-round-one has it; take 13"),
        (["The envoys", "--number", "0"], "the first page's"),
        (["The envoys", "--number", "soon"], "no number from 1 to 99"),
        (["The envoys", "--number", "٣"], "no number from 1 to 99"),
        (["  "], "a title has 1 to 80 characters"),
        (['He said "no"'], "without quotation marks"),
    ],
)
def test_what_cannot_be_a_lesson_is_one_line_and_writes_nothing(
    course: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], fault: str
) -> None:
    before = sorted(course.rglob("*"))
    assert main(["new", "lesson", *arguments]) == 1
    error = capsys.readouterr().err
    assert fault in error
    assert error.count("\n") == 1
    assert sorted(course.rglob("*")) == before


def test_nothing_that_exists_is_written_over(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = course / "exercises/13-the-envoys.yaml"
    taken.write_text("mine", encoding="utf-8")
    assert main(["new", "lesson", "The envoys", "--number", "13"]) == 1
    assert "this exists already" in capsys.readouterr().err
    assert taken.read_text("utf-8") == "mine"
    assert not list(course.glob("notebooks/13-*"))


def test_a_lesson_that_cannot_be_finished_is_taken_away_again(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, content: str, *, force: bool = False) -> Path:
        if Path(file).suffix == ".md":
            raise files.FileFault(file, "this cannot be written", "choose another place")
        return write(file, content, force=force)

    write = files.write
    monkeypatch.setattr(files, "write", full)
    before = sorted(course.rglob("*"))
    assert main(["new", "lesson", "The envoys"]) == 1
    assert sorted(course.rglob("*")) == before
