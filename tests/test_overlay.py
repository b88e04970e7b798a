"""An instructor's folder over the course: by id, outside it, and checked with it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from conftest import ROOT
from dialogue import bank
from dialogue.bank import overlay
from dialogue.cli import main
from dialogue.course import files
from dialogue.learner import desk, progress
from dialogue.site import lessons
from dialogue.widgets import quiz

ITEM = "05-permanent-bases"
SUPPLEMENTS = ROOT / "notebooks/supplements.ipynb"
NEW = """quiz: 05-round-one
items:
  - id: my-own
    type: short
    ask: "Who chaired?"
    accept: ["Hale"]
"""
OTHER = NEW.replace("my-own", ITEM)
NEW_EXERCISE = "new exercise --kind single --lesson 05 --objective 05-2 --id 05-mine"


@pytest.fixture(autouse=True)
def apart(tmp_path, monkeypatch):
    """A configuration of its own; no overlay of the person who runs the tests."""
    monkeypatch.delenv("DIALOGUE_OVERLAY", raising=False)
    monkeypatch.setenv("DIALOGUE_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def over(tmp_path):
    """An overlay in use, made as an instructor makes one."""
    folder = tmp_path / "mine"
    assert main(["overlay", "new", str(folder)]) == 0
    return folder


def put(folder, text=NEW, name="05-round-one.yaml"):
    (folder / "exercises" / name).write_text(text, encoding="utf-8")


def faults(rest=()):
    return [str(fault) for fault in bank.read(rest).faults]


def test_without_an_overlay_the_course_is_as_it_is(capsys):
    assert overlay.where() is None
    assert overlay.stamps() == []
    assert bank.course_bank().questions == bank.read(overlay=False).questions
    assert main(["overlay"]) == 0
    assert "No overlay is in use" in capsys.readouterr().out


def test_a_new_overlay_is_empty_in_use_and_without_fault(over, capsys):
    assert sorted(os.listdir(over)) == ["exercises", "overlay.yaml", "supplements"]
    assert overlay.where()[0] == over
    assert bank.course_bank().questions == bank.read(overlay=False).questions
    assert faults() == []
    assert main(["overlay", "new", str(over)]) == 1
    assert "exists already" in capsys.readouterr().err


def test_a_draft_with_faults_stops_no_marking(over, tmp_path, capsys):
    """It is named, and what can be read is marked; a release, which must hide keys, refuses."""
    put(
        over,
        "quiz: 05-mine\nitems:\n  - id: 05-mine\n    type: single\n    ask: ''\n",
        "05-mine.yaml",
    )
    question = bank.read(overlay=False).questions["05-permanent-bases"]
    progress.append(progress.Attempt(question.id, question.version, "check", 0, "right", 1.0))
    assert main(["progress", "export", str(tmp_path / "anna.jsonl")]) == 0
    output = tmp_path / "marks.csv"
    command = ["mark", str(tmp_path / "anna.jsonl"), "--graded", question.id]
    assert main([*command, "--output", str(output)]) == 0
    assert "05-mine.yaml:5" in capsys.readouterr().err
    assert question.id in output.read_text(encoding="utf-8")
    assert main(["release", str(tmp_path / "copy"), "--graded", question.id]) == 1
    assert "there are no 'options'" in capsys.readouterr().err


def test_a_folder_that_cannot_be_named_is_not_left_behind(tmp_path, monkeypatch, capsys):
    """A full disk, or a configuration that nobody may write."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("DIALOGUE_CONFIG_DIR", str(tmp_path / "file" / "below"))
    monkeypatch.delenv("DIALOGUE_OVERLAY", raising=False)
    assert main(["overlay", "new", str(tmp_path / "mine")]) == 1
    assert "cannot be made" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_it_adds_replaces_and_hides_by_id(over):
    before = bank.read(overlay=False)
    put(over, NEW + OTHER.split("items:\n")[1])
    (over / "overlay.yaml").write_text(f"hide: [{_other()}]\n", encoding="utf-8")
    after = bank.course_bank()
    assert after.questions["my-own"].ask == "Who chaired?"
    assert after.questions[ITEM].kind == "short"
    assert before.questions[ITEM].kind != "short"
    assert _other() not in after.questions
    assert len(after.questions) == len(before.questions)
    found = overlay.current()
    assert (found.added, found.replaced, found.hidden) == (["my-own"], [ITEM], [_other()])
    assert quiz.find([ITEM])[0][0].kind == "short"


def _other():
    return next(name for name in bank.read(overlay=False).questions if name != ITEM)


def test_a_change_in_the_overlay_is_seen_at_once(over):
    assert "my-own" not in bank.course_bank().questions
    put(over)
    assert "my-own" in bank.course_bank().questions
    put(over, NEW.replace("chaired", "presided"))
    assert bank.course_bank().questions["my-own"].ask == "Who presided?"


def test_the_option_beats_the_variable_beats_the_configuration(over, tmp_path, monkeypatch, capsys):
    for name in ("variable", "option"):
        (tmp_path / name / "exercises").mkdir(parents=True)
        put(tmp_path / name, NEW.replace("my-own", f"by-{name}"))
    put(over, NEW.replace("my-own", "by-config"))
    assert overlay.current().added == ["by-config"]
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(tmp_path / "variable"))
    assert overlay.current().added == ["by-variable"]
    assert main(["--overlay", str(tmp_path / "option"), "overlay"]) == 0
    assert "adds: by-option" in capsys.readouterr().out
    monkeypatch.setenv("DIALOGUE_OVERLAY", "")
    assert overlay.current() is None


def test_show_names_drafts_and_what_is_left_out(over, capsys):
    put(over, NEW + "    status: draft\n  - id: broken\n    type: short\n    ask: x\n")
    capsys.readouterr()
    assert main(["overlay"]) == 0
    said = capsys.readouterr().out
    assert "It adds: my-own" in said
    assert "no lesson shows yet: my-own\n" in said
    assert "until its faults are mended: broken\n" in said
    put(over)
    assert main(["overlay"]) == 0
    said = capsys.readouterr().out
    assert "no lesson shows yet" not in said
    assert "faults are mended" not in said


def test_replace_copies_a_question_that_reads_back_the_same(over, capsys):
    assert main(["overlay", "replace", ITEM]) == 0
    copied = bank.read([over / "exercises"])
    assert copied.faults == []
    assert copied.questions[ITEM] == bank.read(overlay=False).questions[ITEM]
    assert faults() == []
    assert overlay.current().outdated == []
    capsys.readouterr()
    assert main(["overlay", "replace", ITEM]) == 1
    assert "it is there already" in capsys.readouterr().err
    assert main(["overlay", "replace", "05-permanent-base"]) == 1
    assert ITEM in capsys.readouterr().err


@pytest.mark.sweep(3)
@pytest.mark.parametrize("item", list(bank.read(overlay=False).questions)[::9])
def test_any_question_can_be_copied(over, item):
    assert main(["overlay", "replace", item]) == 0
    copied = bank.read([over / "exercises"])
    assert copied.faults == []
    assert copied.questions == {item: bank.read(overlay=False).questions[item]}


@pytest.mark.slow
def test_an_upgrade_that_changes_a_replaced_question_is_noticed(over, capsys):
    assert main(["overlay", "replace", ITEM]) == 0
    file = over / "overlay.yaml"
    version = bank.read(overlay=False).questions[ITEM].version
    file.write_text(file.read_text(encoding="utf-8").replace(version, "00000000"), encoding="utf-8")
    capsys.readouterr()
    assert main(["check", "--advice"]) == 0
    said = capsys.readouterr().out
    line = file.read_text(encoding="utf-8").splitlines().index(f'  {ITEM}: "00000000"') + 1
    assert f"overlay.yaml:{line}: {ITEM}: advice: the course's own question has changed" in said
    assert version in said  # and what to write


def test_hide_writes_what_a_person_would(over):
    two = list(bank.read(overlay=False).questions)[:2]
    assert all(main(["overlay", "hide", item]) == 0 for item in (*two, two[0]))
    assert overlay.current().hidden == two[::-1]
    assert faults() == []
    text = (over / "overlay.yaml").read_text(encoding="utf-8")
    assert text.count(two[0]) == 1
    assert text.startswith("# An overlay")  # comments stay


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "overlay.yaml",
            "hide: [05-permanent-base]\n",
            f"overlay.yaml:1: there is no question '05-permanent-base' to hide; did you mean '{ITEM}'?",
        ),
        ("overlay.yaml", "hide: x: y\n", "overlay.yaml:1: this is not valid YAML"),
        ("overlay.yaml", "hidden: []\n", "overlay.yaml:1: unknown field 'hidden'"),
        (
            "overlay.yaml",
            "replaces:\n  nothing: 12345678\n",
            "overlay.yaml:2: no bank here has 'nothing'",
        ),
        ("overlay.yaml", "", "overlay.yaml:1: the file is empty"),
        (
            "exercises/a.yaml",
            NEW.replace("short", "shorts"),
            "a.yaml:4: my-own: unknown type 'shorts'",
        ),
        (
            "supplements/05-round.md",
            "x",
            "05-round.md:1: no lesson has this name; did you mean 05-round-one.md?",
        ),
    ],
)
def test_a_fault_in_the_overlay_is_named_by_file_and_line(over, name, text, says):
    (over / name).write_text(text, encoding="utf-8")
    found = faults()
    assert any(says in fault for fault in found), found
    assert ITEM in bank.course_bank().questions  # the course goes on


def test_the_overlay_is_checked_with_the_course(over, capsys):
    put(over, NEW.replace("accept:", "was: [05-permanent-bases]\n    accept:"))
    assert main(["check"]) == 1
    assert (
        f"the former id '{ITEM}' is the id of the question in"
        in capsys.readouterr().err + "".join(faults())
    )


def test_what_is_added_with_an_objective_of_the_course_needs_no_place_in_its_lesson(over, capsys):
    entry = NEW.replace("my-own", "05-my-own").replace(
        "    type:", "    objective: 05-2\n    type:"
    )
    put(over, entry)
    assert main(["check"]) == 0, capsys.readouterr().out


def test_a_question_is_looked_for_in_a_bank_that_cannot_be_read(over, capsys):
    put(over, NEW + "  - id: [\n")
    assert main(["preview", "my-own", "--output", str(over / "p.html")]) == 1
    error = capsys.readouterr().err
    assert "05-round-one.yaml:" in error
    assert "no lesson, objective, question" not in error


def closed_to_us(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """As a folder of somebody else's that one may see and not enter; to root none is closed."""

    def unless_inside(real):
        def act(path=".", *args, **kwargs):
            if isinstance(path, str | Path) and str(path).startswith(f"{folder}{os.sep}"):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return real(path, *args, **kwargs)

        return act

    for name in ("stat", "scandir"):
        monkeypatch.setattr(os, name, unless_inside(getattr(os, name)))


def test_an_overlay_in_a_closed_folder_leaves_the_course_as_it_is(tmp_path, capsys, monkeypatch):
    """A teacher's home that was closed after learners had been told to use what lies in it."""
    home = tmp_path / "theirs"
    home.mkdir()
    assert main(["overlay", "new", str(home / "mine")]) == 0
    closed_to_us(monkeypatch, home)
    told = "names is not there, or may not be entered"
    assert main(["check"]) == 1
    assert told in capsys.readouterr().out
    assert main(["preview", "05-permanent-bases", "--output", str(tmp_path / "p")]) == 0
    for command in ("overlay hide 05-permanent-bases", NEW_EXERCISE):
        assert main(command.split()) == 1, "what is meant for it does not go into the course"
        assert told in capsys.readouterr().err


@pytest.mark.sweep(1)
@pytest.mark.parametrize("part", [".", "exercises", "supplements"])
def test_a_closed_folder_of_an_overlay_is_told(over, capsys, monkeypatch, part):
    """A search in it finds nothing, and says nothing."""
    put(over, NEW)
    closed_to_us(monkeypatch, over / part)
    assert main(["check"]) == 1
    name = (over / part).name
    assert f"{name}:1: this folder cannot be read" in capsys.readouterr().out


def test_an_overlay_that_is_gone_is_one_sentence(over, capsys, monkeypatch):
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(over / "nowhere"))
    assert main(["check"]) == 1
    assert "the overlay that DIALOGUE_OVERLAY names is not there" in capsys.readouterr().out
    assert ITEM in bank.course_bank().questions
    assert main(["overlay", "use", str(over / "nowhere")]) == 1


@pytest.mark.parametrize("text", ["overlay = [", "overlay = 3", "\udcff"])
def test_a_damaged_configuration_is_one_sentence(tmp_path, text, capsys):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_bytes(text.encode(errors="surrogateescape"))
    assert main(["overlay"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert ITEM in bank.course_bank().questions


def test_use_keeps_other_settings(over, tmp_path):
    file = overlay.config_file()
    file.write_text(file.read_text(encoding="utf-8") + "[other]\nkept = true\n", encoding="utf-8")
    assert main(["overlay", "none"]) == 0
    assert overlay.where() is None
    assert main(["overlay", "use", str(over)]) == 0
    assert overlay.where()[0] == over
    assert "kept = true" in file.read_text(encoding="utf-8")


def test_a_supplement_is_text_and_questions(over):
    import dialogue

    assert "Nothing was added" in repr(dialogue.supplement())
    assert not desk.overview(date(2026, 11, 27))["added"]
    assert "Nothing was added" in lessons.page(SUPPLEMENTS).main
    put(over)
    (over / "supplements" / "05-round-one.md").write_text(
        "Read *this*.\n\n<b>not</b> markup", encoding="utf-8"
    )
    from dialogue.widgets import supplements

    text, questions = supplements.parts("05")
    assert "<em>this</em>" in text._repr_html_()
    assert "&lt;b&gt;" in text._repr_html_()
    assert list(questions.questions) == ["my-own"]
    assert supplements.parts("06") == []
    # The list beside a lesson leads to it, and the reading edition has it as a page.
    assert desk.overview(date(2026, 11, 27))["added"]
    page = lessons.page(SUPPLEMENTS)
    assert "<em>this</em>" in page.main
    assert "&lt;b&gt;not" in page.main
    assert "Nothing was added" not in page.main
    (place,) = page.places.values()
    assert [item["id"] for item in place["content"]["items"]] == ["my-own"]
    assert "no lesson" in repr(dialogue.supplement("99"))


def test_two_that_copy_at_once_lose_nothing(over):
    """Each command reads what the other has written, or one of them waits."""
    items = [q.id for q in bank.read(overlay=False).questions.values() if q.id.startswith("05-")]
    items = items[:3]
    command = [sys.executable, "-m", "dialogue.cli", "overlay", "replace"]
    started = [subprocess.Popen([*command, item], stdout=subprocess.DEVNULL) for item in items]
    assert [one.wait(timeout=60) for one in started] == [0] * len(items)
    assert set(overlay.current().replaced) == set(items)
    assert faults() == []


def test_who_does_not_end_is_named(over, monkeypatch, capsys):
    monkeypatch.setattr(files, "_PATIENCE", 0.05)
    with files.alone(over):
        assert main(["overlay", "hide", ITEM]) == 1
    assert "another program is writing here; wait" in capsys.readouterr().err
    assert main(["overlay", "hide", ITEM]) == 0
