"""A course on another text in the same frame: begun by one command, changed by its own README."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dialogue import bank, load
from dialogue.cli import main
from dialogue.course import catalogue, files, place, sources
from dialogue.learner import progress

# Digests, in our own words, of a public text: two opening sentences and eight points.
CHARTER = (
    "The heads of government of two states have met at sea and name principles they share.",
    "They rest their hope for a better world on these principles.",
    "Neither country seeks land.",
    "No land is to change hands against the freely given wish of those who live there.",
    "Every people may choose its own government; self-rule is to be given back where it was taken.",
    "All states, large or small, winners or losers, are to have access to trade and materials.",
    "Nations are to work together on labour, growth and social security.",
    "After the war all people are to live within safe borders, free from fear and want.",
    "The seas are to be open to everybody.",
    "Whoever threatens to attack is to be disarmed, until a lasting system of security stands.",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founding") / "a charter"
    before = dict(os.environ)
    assert main(["new", "course", str(folder), "--title", "The Charter of 1941"]) == 0
    assert dict(os.environ) == before
    return folder


@pytest.fixture
def charter(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The new course on the Atlantic Charter, by the steps of its README."""
    copy = tmp_path / "course"
    shutil.copytree(made, copy)
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    monkeypatch.setenv("DIALOGUE_OVERLAY", "")
    file = copy / "seeds/paragraphs.csv"
    with file.open(encoding="utf-8", newline="") as text:
        header = next(csv.reader(text))
    with file.open("w", encoding="utf-8", newline="") as text:
        rows = csv.DictWriter(text, header, lineterminator="\n")
        rows.writeheader()
        for number, digest in enumerate(CHARTER, 1):
            section = "opening" if number < 3 else "points"
            rows.writerow(
                {"paragraph": f"P{number}", "kind": "body", "section": section, "digest": digest}
            )
    return copy


def test_it_has_one_article_ten_paragraphs_one_lesson_and_one_table(made: Path) -> None:
    assert sorted(p.name for p in (made / "data").iterdir()) == ["datapackage.json", "meetings.csv"]
    assert [p.stem for p in made.glob("notebooks/0[1-9]-*.ipynb")] == ["01-what-a-count-can-show"]
    assert len((made / "seeds/paragraphs.csv").read_text("utf-8").splitlines()) == 11
    readme = (made / "README.md").read_text("utf-8")
    assert "| 01 | [What a count can show](notebooks/01-what-a-count-can-show.ipynb) | ready |" in (
        readme
    )
    # Two screens, and nothing of the subject of the course that it was made with.
    assert len(readme.splitlines()) < 50
    for file in made.rglob("*"):
        if file.is_file() and file.name != "datapackage.json":
            text = file.read_text("utf-8")
            assert "Baghdad" not in text, file
            assert "Kadhimi" not in text, file


def test_another_text_makes_another_course(
    charter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["check"]) == 0, capsys.readouterr().out
    assert [one.number for one in catalogue.lessons()] == ["01"]
    assert sources.paragraphs()["P9"]["digest"] == "The seas are to be open to everybody."
    assert bank.course_bank().questions["01-count-in-person"].answer == 2
    assert list(load("meetings")["format"]) == ["video", "in person", "in person", "in writing"]
    assert place.title() == "The Charter of 1941"
    # Its answers lie apart from those of other courses on this computer.
    monkeypatch.delenv("DIALOGUE_RECORD_DIR", raising=False)
    assert progress.folder().name == "the-charter-of-1941"
    # A second lesson begins in it as in any course, and a third number is free.
    assert main(["new", "lesson", "Who was not at the table"]) == 0
    assert [one.number for one in catalogue.lessons()] == ["01", "02"]
    assert main(["check"]) == 1  # a new lesson has not been run yet
    said = capsys.readouterr().out
    assert "run: dialogue tidy" in said
    assert said.count("not in its one form") == 1


@pytest.mark.slow
def test_whoever_stands_in_a_course_means_that_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DIALOGUE_COURSE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert place.root() == Path(__file__).parents[1]
    assert main(["new", "course", "pact", "--title", "The Pact"]) == 0
    monkeypatch.chdir(tmp_path / "pact" / "notebooks")
    assert place.root() == tmp_path / "pact"
    capsys.readouterr()
    assert main(["check"]) == 0
    assert "in 1 file and" in capsys.readouterr().out
    monkeypatch.setenv("DIALOGUE_COURSE", str(tmp_path / "other"))
    assert place.root() == tmp_path / "other"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="the new course is checked by make")
def test_its_make_test_is_green(charter: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["make", "test"],
        cwd=charter,
        env={**os.environ, "PATH": path},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "01-what-a-count-can-show … unchanged" in done.stderr


@pytest.mark.parametrize(
    ("title", "fault"),
    [
        ("…", "letters of the Latin alphabet"),
        ("A $1", "no quotation marks"),
        ("x" * 100_000, "at most 80"),
    ],
)
def test_a_title_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], title: str, fault: str
) -> None:
    assert main(["new", "course", str(tmp_path / "x"), "--title", title]) == 1
    error = capsys.readouterr().err
    assert fault in error
    assert error.count("\n") == 1  # and no word of a course that is being written
    assert len(error) < 400
    assert not (tmp_path / "x").exists()


def test_a_folder_that_holds_something_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["new", "course", str(tmp_path)]) == 1
    assert "not an empty folder" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("there", [False, True], ids=["new", "empty"])
@pytest.mark.parametrize("last", ["README.md", "meetings.csv", "01-what-a-count-can-show.yaml"])
def test_a_course_that_cannot_be_finished_is_taken_away_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, last: str
) -> None:
    def full(file: Path, content: str, *, force: bool = False) -> Path:
        if Path(file).name == last:
            raise files.FileFault(file, "this cannot be written", "choose another place")
        return write(file, content, force=force)

    write = files.write
    monkeypatch.setattr(files, "write", full)
    target = tmp_path / "charter"
    if there:
        target.mkdir()
    assert main(["new", "course", str(target)]) == 1
    assert list(tmp_path.rglob("*")) == ([target] if there else [])


def test_its_pages_are_written_too(charter: Path, tmp_path: Path) -> None:
    assert main(["site", str(tmp_path / "site"), "--still"]) == 0
    page = (tmp_path / "site/01-what-a-count-can-show.html").read_text("utf-8")
    assert "What does one row of the table stand for?" in page
    assert not list((tmp_path / "site").rglob("negotiation.js"))


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        ("name = ", "this is no TOML"),
        ('name = "../../x"\ntitle = "T"', "cannot be that of a folder"),
        ('name = "x"', "there is no title"),
        (None, "the course has no card"),
    ],
)
def test_a_card_that_cannot_be_used_is_named(
    charter: Path, capsys: pytest.CaptureFixture[str], card: str | None, fault: str
) -> None:
    file = charter / "seeds/course.toml"
    file.unlink()
    if card is not None:
        file.write_text(card, encoding="utf-8")
    assert main(["check"]) == 1
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "course.toml" in one]
    assert fault in line
    assert place.name() == ("x" if card == 'name = "x"' else "dialogue-course")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
@pytest.mark.parametrize("name", ["seeds/course.toml", "data/meetings.csv"])
def test_a_fifo_is_told_and_not_waited_for(charter: Path, name: str) -> None:
    file = charter / name
    file.unlink()
    os.mkfifo(file)
    command = [sys.executable, "-m", "dialogue.cli", "check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 1
    assert Path(name).name in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
