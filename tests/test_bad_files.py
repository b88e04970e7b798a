"""One bad file is one bad file: whatever lies beside the good ones, they go on working."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import copy_course
from dialogue import ask, bank
from dialogue.cli import main
from dialogue.course import catalogue, files
from dialogue.course.files import FileFault

LESSON = "05-round-one"
POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes with a name are of posix")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy_course(tmp_path / "course")))
    monkeypatch.setenv("DIALOGUE_OVERLAY", "")
    return tmp_path / "course"


def notebook(*cells: tuple[str, str]) -> str:
    made = [
        {"cell_type": "markdown", "id": name, "metadata": {}, "source": [text]}
        for name, text in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def conflict(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"cells": [', '"cells": [\n<<<<<<< ours\n=======\n>>>>>>> x', 1),
        encoding="utf-8",
    )


DAMAGE: dict[str, Callable[[Path], object]] = {
    "conflict": conflict,
    "empty": lambda path: path.write_bytes(b""),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "utf-16": lambda path: path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16")),
    "nested": lambda path: path.write_text('{"cells": ' + "[" * 100_000, encoding="utf-8"),
    "foreign": lambda path: path.write_text('{"worksheets": []}', encoding="utf-8"),
    "list": lambda path: path.write_text("[1, 2]", encoding="utf-8"),
    "no text": lambda path: path.write_text(
        '{"cells": [{"cell_type": "code", "source": 5}]}', encoding="utf-8"
    ),
    "folder": lambda path: (path.unlink(), path.mkdir()),
    "loop": lambda path: (path.unlink(), path.symlink_to(path)),
    "endless": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
    "pipe": lambda path: (path.unlink(), os.mkfifo(path)),
}


@pytest.mark.sweep(3)
@POSIX
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_an_unreadable_lesson_stops_no_other_and_is_named(
    damage: Callable[[Path], object], course: Path
) -> None:
    every = [(one.stem, one.title) for one in catalogue.lessons()]
    objectives = catalogue.lessons()[4].objectives
    damage(course / "notebooks" / f"{LESSON}.ipynb")
    found = catalogue.lessons()
    assert [(one.stem, one.title) for one in found] == every
    assert found[4].objectives == objectives
    (fault,) = catalogue.faults()
    assert fault.file.endswith(f"{LESSON}.ipynb")
    assert fault.line >= 1
    assert fault.remedy
    with pytest.raises(FileFault):
        catalogue.notebook_cells(course / "notebooks" / f"{LESSON}.ipynb")
    # Its bank is read as before, and so is every other question.
    assert bank.read().faults == []
    assert "no question" not in repr(ask("04-people"))
    assert "no question" not in repr(ask("05-permanent-bases"))


def test_the_check_names_the_line_of_a_conflict(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    conflict(course / "notebooks" / f"{LESSON}.ipynb")
    assert main(["check", "--no-advice"]) == 1
    said = capsys.readouterr()
    assert f"notebooks/{LESSON}.ipynb:3: " in said.out
    assert "two versions stand here" in said.out
    assert said.err.startswith("1 fault;")


OWN = {
    "13-my-notes": "",
    "13-mine": notebook(("a", "# My own page")),
    f"{LESSON}-Copy1": None,  # a copy of the lesson itself
    f"{LESSON} (2)": None,
    f"{LESSON} copy": None,
    f"{LESSON} (conflicted copy 2026-11-27)": None,
    "05-my-version": notebook(("title", "# Mine"), ("objectives", "- **05-1** Do it better.")),
}


@pytest.mark.parametrize("name", OWN)
def test_a_notebook_of_the_learners_own_is_no_lesson(name: str, course: Path) -> None:
    before = catalogue.lessons()
    target = course / "notebooks" / f"{name}.ipynb"
    content = OWN[name]
    if content is None:
        shutil.copy(course / "notebooks" / f"{LESSON}.ipynb", target)
    else:
        target.write_text(content, encoding="utf-8")
    assert catalogue.lessons() == before
    assert catalogue.faults() == []


def test_a_new_lesson_counts_when_it_has_objectives_or_a_bank(course: Path) -> None:
    before = len(catalogue.lessons())
    text = notebook(
        ("title", "# What came next\n\n**Time** 40 minutes"), ("objectives", "- **13-1** Tell it.")
    )
    (course / "notebooks/13-what-came-next.ipynb").write_text(text, encoding="utf-8")
    (lesson,) = catalogue.lessons()[before:]
    assert (lesson.title, lesson.minutes, lesson.number) == ("What came next", 40, "13")
    assert lesson.objectives == {"13-1": "Tell it."}
    (course / "notebooks/14-with-a-bank.ipynb").write_text(notebook(("x", "# Bank")), "utf-8")
    assert len(catalogue.lessons()) == before + 1
    (course / "exercises/14-with-a-bank.yaml").write_text("quiz: 14-with-a-bank\nitems:\n", "utf-8")
    assert [one.title for one in catalogue.lessons()[before:]] == ["What came next", "Bank"]


@pytest.mark.parametrize(
    "content", ["", "lesson\n05-round-one\n", "\0", "lesson,title,minutes\n05-x,X,long\n"]
)
def test_a_damaged_plan_hides_no_lesson(content: str, course: Path) -> None:
    stems = [lesson.stem for lesson in catalogue.lessons() if lesson.number != "00"]
    (course / "seeds/lessons.csv").write_text(content, encoding="utf-8")
    assert [lesson.stem for lesson in catalogue.lessons() if lesson.number != "00"] == stems
    assert len(catalogue.faults()) == 1


BANKS = {
    name: damage
    for name, damage in DAMAGE.items()
    if name not in ("no text", "list", "foreign", "cut off")
}


@pytest.mark.sweep(3)
@POSIX
@pytest.mark.parametrize("damage", BANKS.values(), ids=BANKS)
def test_an_unreadable_bank_stops_no_other_and_is_named(
    damage: Callable[[Path], object], course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = course / "exercises" / f"{LESSON}.yaml"
    if damage is conflict:
        target.write_text("<<<<<<< ours\n" + target.read_text(encoding="utf-8"), encoding="utf-8")
    else:
        damage(target)
    found = bank.course_bank()
    assert "04-people" in found.questions
    assert "05-permanent-bases" not in found.questions
    if damage is not DAMAGE["folder"]:
        assert {Path(fault.file).name for fault in found.faults} == {target.name}
        assert main(["check", str(course / "exercises")]) == 1
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err


def test_a_copied_bank_is_named_and_the_original_stays(course: Path) -> None:
    original = course / "exercises" / f"{LESSON}.yaml"
    for name in (f"{LESSON} (2)", f"{LESSON}-Copy1", "00-round-one copy"):
        shutil.copy(original, original.with_name(f"{name}.yaml"))
    found = bank.read()
    assert found.faults
    assert all("is already used in" in fault.message for fault in found.faults)
    assert Path(found.places["05-permanent-bases"][0]).name == original.name


@POSIX
def test_a_folder_of_banks_with_a_pipe_or_a_device_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "b"
    folder.mkdir()
    os.mkfifo(folder / "x.yaml")
    (folder / "z.yaml").symlink_to("/dev/zero")
    (folder / "gone.yaml").symlink_to(folder / "nothing")
    assert main(["check", str(folder)]) == 1
    said = capsys.readouterr().out
    assert said.count("this is not a plain file") == 2
    assert said.count("there is no such file") == 1


def test_the_settings_of_an_overlay_are_no_bank(
    course: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DIALOGUE_CONFIG_DIR", str(tmp_path / "config"))
    mine = tmp_path / "mine"
    assert main(["overlay", "new", str(mine)]) == 0
    (mine / "exercises/own.yaml").write_text(
        (course / f"exercises/{LESSON}.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    capsys.readouterr()
    assert main(["check", str(mine), "--no-advice"]) == 0
    assert "in 1 file, no faults" in capsys.readouterr().out


OVERLAYS: dict[str, Callable[[Path], object]] = {
    "settings": lambda mine: (mine / "overlay.yaml").write_bytes(b"\xff\xfe"),
    "settings that are a folder": lambda mine: (
        (mine / "overlay.yaml").unlink(),
        (mine / "overlay.yaml").mkdir(),
    ),
    "bank": lambda mine: (mine / "exercises/x.yaml").write_bytes(b"\0"),
    "gone": lambda mine: (mine / "exercises/x.yaml").symlink_to(mine / "nothing"),
}


@pytest.mark.sweep(3)
@POSIX
@pytest.mark.parametrize("damage", OVERLAYS.values(), ids=OVERLAYS)
def test_a_bad_overlay_leaves_the_course_as_it_is(
    damage: Callable[[Path], object], course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    (mine / "exercises").mkdir(parents=True)
    (mine / "supplements").mkdir()
    (mine / "overlay.yaml").write_text("name: mine\n", encoding="utf-8")
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(mine))
    damage(mine)
    found = bank.course_bank()
    assert "05-permanent-bases" in found.questions
    assert len(found.faults) == 1


CONFIGS = {
    "empty": b"",
    "binary": b"\xff\xfe",
    "deep": b"overlay = " + b"[" * 100_000,
    "broken": b"overlay = ",
    "number": b"overlay = 5\n",
}


@pytest.mark.parametrize("content", CONFIGS.values(), ids=CONFIGS)
def test_a_bad_configuration_is_one_sentence(
    content: bytes,
    course: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("DIALOGUE_OVERLAY")
    monkeypatch.setenv("DIALOGUE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "config.toml").write_bytes(content)
    assert "05-permanent-bases" in bank.course_bank().questions
    assert main(["overlay", "show"]) == int(bool(content))
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert bool(said) == bool(content)


# --- writing --------------------------------------------------------------------------------


def test_a_full_disk_leaves_the_old_bibliography(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "bib.json"
    target.write_text("precious", encoding="utf-8")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["bibliography", "--output", str(target), "--force"]) == 1
    assert "No space left" in capsys.readouterr().err
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir() if path.is_file()] == [
        "precious"
    ]


def test_half_a_character_leaves_the_old_file(tmp_path: Path) -> None:
    target = files.write(tmp_path / "x", "old")
    with pytest.raises(FileFault, match=r"half a character \(\\ud83d\)"):
        files.write(target, "new \ud83d", force=True)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir() if path.is_file()] == [
        "old"
    ]


def test_a_folder_that_cannot_be_filled_names_the_file_by_its_place(tmp_path: Path) -> None:
    with pytest.raises(FileFault) as caught, files.folder(tmp_path / "out") as folder:
        files.write(folder / "page.html", "\ud83d")
    assert str(caught.value).startswith(f"{tmp_path / 'out' / 'page.html'}: ")
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_past_the_one_function_that_is_atomic() -> None:
    """Others than ``tidy``: the record on a browser's drive, which is read back after each writing;
    the lab edition, whose folder is made beside its place and moved there whole; and the copy of a
    page's record in the memory of its worker, which ends with the page."""
    source = Path(files.__file__).parents[1]
    found = {
        f"{path.relative_to(source).as_posix()}: {line.strip()}"
        for path in source.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if ".write_text(" in line or ".write_bytes(" in line or '.open("w' in line
    }
    assert {line.split(":")[0] for line in found} <= {
        "course/tidy.py",
        "learner/log.py",
        "site/lab/build.py",
        "site/lab/worker/reading.py",
    }


# --- tables, their descriptions and the cards of course and article ---------------------------

TABLES = ("data/rounds.csv", *(f"seeds/{n}.csv" for n in ("glossary", "sources", "paragraphs")))
TABLES += ("seeds/routes.csv", "seeds/claims.csv", "seeds/lessons.csv")
PACKAGES = ("data/datapackage.json", "seeds/datapackage.json")
CARDS = ("seeds/article.yaml", "seeds/course.toml")


def header(path: Path) -> bytes:
    return path.read_bytes().splitlines(keepends=True)[0]


TABLE_DAMAGE: dict[str, tuple[tuple[str, ...], Callable[[Path], object]]] = {
    "no UTF-8": (TABLES + PACKAGES + CARDS, lambda path: path.write_bytes(b"\xff")),
    "zero byte": (TABLES, lambda path: path.write_bytes(path.read_bytes() + b"\0")),
    "empty": (TABLES + PACKAGES + CARDS, lambda path: path.write_bytes(b"")),
    "header only": (TABLES, lambda path: path.write_bytes(header(path))),
    "header twice": (TABLES, lambda path: path.write_bytes(header(path) + path.read_bytes())),
    "a column fewer": (
        TABLES,
        lambda path: path.write_text(
            "\n".join(line.rpartition(",")[0] for line in path.read_text("utf-8").splitlines()),
            encoding="utf-8",
        ),
    ),
    "a long cell": (TABLES, lambda path: path.write_bytes(header(path) + b'"' + b"x" * 200_000)),
    "cut off": (PACKAGES, lambda path: path.write_text("[1", encoding="utf-8")),
    "a list": (PACKAGES + CARDS, lambda path: path.write_text("[]", encoding="utf-8")),
    "a word": (PACKAGES, lambda path: path.write_text('"x"', encoding="utf-8")),
    "nested": (PACKAGES, lambda path: path.write_text("[" * 100_000, encoding="utf-8")),
    "long number": (PACKAGES, lambda path: path.write_text("9" * 6000, encoding="utf-8")),
    "numbers": (PACKAGES, lambda path: path.write_text('{"resources": [1]}', encoding="utf-8")),
}


@pytest.mark.sweep(3)
@pytest.mark.parametrize("damage", TABLE_DAMAGE)
def test_every_unusable_table_and_card_is_named_and_the_questions_are_checked(
    damage: str, course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course)
    monkeypatch.setenv("DIALOGUE_CACHE_DIR", str(course / "cache"))
    every, harm = TABLE_DAMAGE[damage]
    for name in every:
        harm(course / name)
    bad = course / "exercises" / "sample-bank.yaml"
    bad.write_text(bad.read_text("utf-8").replace("type: single", "type: none", 1), "utf-8")
    assert main(["check", "--no-advice"]) == 1
    said = capsys.readouterr().out.splitlines()
    for name in every:
        assert any(line.startswith(f"{name}:") for line in said), name
    assert any(line.startswith("exercises/sample-bank.yaml:") for line in said)


@pytest.mark.parametrize("table", ["sources", "paragraphs"])
@pytest.mark.parametrize("content", [b"\xff", b"", b"a,b\n1,2\n"])
def test_a_command_that_needs_a_table_names_it_or_goes_on(
    table: str, content: bytes, course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "seeds" / f"{table}.csv").write_bytes(content)
    for command in (["bibliography"], ["screen", "05", "--output", str(tmp_path / "wall.html")]):
        if main(command):
            (line,) = capsys.readouterr().err.splitlines()
            assert f"seeds/{table}.csv" in line


def merged(path: Path) -> None:
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    marks = [first, "<<<<<<< HEAD", rest[0], "=======", rest[0], ">>>>>>> theirs", *rest[1:]]
    path.write_text("\n".join(marks) + "\n", encoding="utf-8")


def test_a_table_that_a_merge_left_open_is_one_fault_and_is_not_used(
    course: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(course)
    merged(course / "seeds/sources.csv")
    target = tmp_path / "sources.json"
    assert main(["bibliography", "--output", str(target)]) == 1
    assert "seeds/sources.csv:2: two versions stand here" in capsys.readouterr().err
    assert not target.exists()
    assert main(["check", "--no-advice"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert any(line.startswith("seeds/sources.csv:2: two versions stand here") for line in said)
    # What nobody can weigh without the sources is not told row by row.
    assert all(line.startswith("seeds/sources.csv:") for line in said)


def test_another_table_without_a_row_is_not_an_empty_one(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "seeds/sources.csv").write_text("a,b\n", encoding="utf-8")
    assert main(["bibliography"]) == 1
    said = capsys.readouterr()
    assert "there is no column 'source_id'" in said.err
    assert said.out == ""


@pytest.mark.parametrize("text", ["<<<<<<< a", "=======\n>>>>>>> b", "Title\n=======\n", ""])
def test_marks_that_are_no_merge_are_text(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(f"Text\n{text}", encoding="utf-8")
    assert files.read_text(tmp_path / "x.md") == f"Text\n{text}"


@POSIX
def test_the_kit_waits_for_no_pipe(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = course / "data/negotiation_profiles.csv"
    table.unlink()
    os.mkfifo(table)
    assert main(["class-kit", str(tmp_path / "kit")]) == 1
    assert "negotiation_profiles.csv: this is not a plain file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "command"),
    [
        ("notebooks/teaching-notes/class-kit/events.yaml", "[" * 100_000, ["class-kit", "kit"]),
        ("seeds/course.toml", "a = " + "[" * 100_000, ["check", "--no-advice"]),
    ],
)
def test_what_is_nested_too_deep_is_named(
    name: str,
    text: str,
    command: list[str],
    course: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(course)
    (course / name).write_text(text, encoding="utf-8")
    assert main(command) == 1
    said = "".join(capsys.readouterr())
    assert Path(name).name in said
    assert "nested too deep" in said


@pytest.mark.sweep(2)
@POSIX
@pytest.mark.parametrize("damage", ["pipe", "loop", "folder", "utf-16", "empty"])
def test_teaching_notes_that_cannot_be_read_are_named_by_all_who_need_them(
    damage: str,
    course: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(course)
    notes = course / f"notebooks/teaching-notes/{LESSON}.md"
    DAMAGE[damage](notes)
    for command in ("slides", "handout"):
        assert main([command, "05", "--output", str(tmp_path / command)]) == 1
        assert notes.name in capsys.readouterr().err
    assert main(["check", "--no-advice"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"notebooks/teaching-notes/{LESSON}.md:1: ")
    assert "there are no teaching notes" not in line


@pytest.mark.parametrize(
    "command", [["export", "gift", "05", "--output"], ["screen", "05-1", "--output"]]
)
def test_a_question_whose_table_cannot_be_read_is_told_as_left_out(
    command: list[str], course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, str(tmp_path / "whole")]) == 0
    assert "left out" not in capsys.readouterr().err
    (course / "data/commitments.csv").write_bytes(b"")
    assert main([*command, str(tmp_path / "short")]) == 0
    said = capsys.readouterr().err
    assert "left out: " in said
    assert "05-guess-iraq-alone: the table 'commitments' cannot be read" in said
