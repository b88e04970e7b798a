"""The learner's JupyterLab never writes to the course, and loses nothing of theirs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tornado import web

from conftest import done, files_of
from dialogue.lab.personal import PersonalContents

LESSON = "notebooks/05-round-one.ipynb"


def notebook(**texts: str) -> dict[str, Any]:
    cells = [
        {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}
        for name, text in texts.items()
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PersonalContents:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))  # where signatures are kept
    course = tmp_path / "course"
    (course / "notebooks").mkdir(parents=True)
    (course / LESSON).write_text(json.dumps(notebook(a="A", b="B", c="C")), encoding="utf-8")
    return PersonalContents(root_dir=str(course))


def opened(contents: PersonalContents, path: str = LESSON) -> dict[str, str]:
    """The cells of a notebook as JupyterLab gets them."""
    cells = done(contents.get(path))["content"]["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


def save(contents: PersonalContents, content: dict[str, Any], path: str = LESSON) -> dict[str, Any]:
    return done(contents.save({"type": "notebook", "format": "json", "content": content}, path))


def test_an_edit_goes_to_a_copy_and_the_course_stays(contents: PersonalContents) -> None:
    before = files_of(Path(contents.root_dir))
    save(contents, notebook(a="A", b="mine", c="C", d="added"))
    save(contents, notebook(a="A", b="mine again", c="C", d="added"))
    assert opened(contents) == {"a": "A", "b": "mine again", "c": "C", "d": "added"}
    assert files_of(Path(contents.root_dir)) == before


def test_running_and_saving_alone_makes_no_copy(contents: PersonalContents) -> None:
    content = done(contents.get(LESSON))["content"]
    content["cells"].append(  # an output is no edit; a cell would be one
        content["cells"].pop()
    )
    model = save(contents, content)
    assert model["path"] == LESSON
    assert not contents.copies.folder.exists()


def test_the_course_changes_and_the_copy_follows(contents: PersonalContents) -> None:
    save(contents, notebook(a="A", b="mine", c="C"))
    file = Path(contents.root_dir) / LESSON
    file.write_text(json.dumps(notebook(a="new", b="B", c="C", d="D")), encoding="utf-8")
    assert opened(contents) == {"a": "new", "b": "mine", "c": "C", "d": "D"}
    assert save(contents, notebook(a="new", b="mine 2", c="C", d="D"))["path"] == LESSON
    assert opened(contents)["b"] == "mine 2"


def test_a_lesson_that_is_open_is_not_renewed_under_the_reader(
    contents: PersonalContents, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(contents, notebook(a="A", b="mine", c="C"))
    file = Path(contents.root_dir) / LESSON
    file.write_text(json.dumps(notebook(a="new", b="B", c="C")), encoding="utf-8")

    async def held(_name: str) -> bool:
        return True

    monkeypatch.setattr(contents, "_held", held)
    assert opened(contents)["a"] == "A"
    monkeypatch.undo()


def test_a_notebook_of_ones_own_lies_in_ones_own_folder(contents: PersonalContents) -> None:
    own = "notebooks/13-my-notes.ipynb"
    before = files_of(Path(contents.root_dir))
    save(contents, notebook(n="N"), own)
    assert opened(contents, own) == {"n": "N"}
    assert files_of(Path(contents.root_dir)) == before
    listed = {entry["name"] for entry in done(contents.get("notebooks"))["content"]}
    assert listed == {"05-round-one.ipynb", "13-my-notes.ipynb"}
    done(contents.rename_file(own, "notebooks/notes.ipynb"))
    assert opened(contents, "notebooks/notes.ipynb") == {"n": "N"}
    done(contents.delete_file("notebooks/notes.ipynb"))
    assert len(done(contents.get("notebooks"))["content"]) == 1


def test_a_duplicate_of_a_lesson_is_ones_own(contents: PersonalContents) -> None:
    before = files_of(Path(contents.root_dir))
    model = done(contents.copy(LESSON))
    assert model["path"] == "notebooks/05-round-one-Copy1.ipynb"
    assert opened(contents, model["path"]) == {"a": "A", "b": "B", "c": "C"}
    assert files_of(Path(contents.root_dir)) == before


def test_deleting_a_lesson_gives_back_the_courses(contents: PersonalContents) -> None:
    with pytest.raises(web.HTTPError) as refused:
        done(contents.delete_file(LESSON))
    assert refused.value.status_code == 403
    save(contents, notebook(a="mine", b="B", c="C"))
    done(contents.delete_file(LESSON))
    assert opened(contents)["a"] == "A"
    (aside,) = (contents.copies.folder / "aside").iterdir()
    assert "mine" in aside.read_text("utf-8")
    with pytest.raises(web.HTTPError):
        done(contents.rename_file(LESSON, "notebooks/x.ipynb"))


def test_a_checkpoint_restores_the_copy_and_not_the_course(contents: PersonalContents) -> None:
    before = files_of(Path(contents.root_dir))
    save(contents, notebook(a="mine", b="B", c="C"))
    done(contents.create_checkpoint(LESSON))
    save(contents, notebook(a="spoilt", b="B", c="C"))
    done(contents.restore_checkpoint("checkpoint", LESSON))
    assert opened(contents)["a"] == "mine"
    assert files_of(Path(contents.root_dir)) == before


def test_a_course_that_may_not_be_written_can_be_worked_in(contents: PersonalContents) -> None:
    course = Path(contents.root_dir)
    for path in (course / LESSON, course / "notebooks"):
        os.chmod(path, 0o555 if path.is_dir() else 0o444)
    try:
        assert done(contents.get(LESSON))["writable"]
        save(contents, notebook(a="mine", b="B", c="C"))
        assert opened(contents)["a"] == "mine"
    finally:
        os.chmod(course / "notebooks", 0o755)


def test_a_trusted_copy_stays_trusted_when_the_course_is(contents: PersonalContents) -> None:
    file = Path(contents.root_dir) / LESSON

    def code(text: str) -> dict[str, Any]:
        cell = {
            "cell_type": "code", "id": "a", "metadata": {}, "source": text, "execution_count": 1,
            "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"text/html": text}}],
        }  # fmt: skip
        return {**notebook(), "cells": [cell]}

    def trusted() -> bool:
        return done(contents.get(LESSON))["content"]["cells"][0]["metadata"]["trusted"]

    file.write_text(json.dumps(code("A")), encoding="utf-8")
    assert not trusted()
    done(contents.trust_notebook(LESSON))
    content = done(contents.get(LESSON))["content"]
    content["cells"][0]["source"] = "mine"
    save(contents, content)
    assert trusted()
    changed = code("A")
    changed["cells"].append({"cell_type": "markdown", "id": "z", "metadata": {}, "source": "Z"})
    file.write_text(json.dumps(changed), encoding="utf-8")
    assert not trusted()  # nobody has vouched for the course's new file
    assert opened(contents) == {"a": "mine", "z": "Z"}


# --- two windows of one lesson -------------------------------------------------------------


def window(contents: PersonalContents) -> dict[str, Any]:
    """What a browser window gets when it opens the lesson, and sends back when it saves."""
    return done(contents.get(LESSON))["content"]


def write(content: dict[str, Any], cell: str, text: str) -> None:
    next(one for one in content["cells"] if one["id"] == cell)["source"] = text


def test_two_windows_lose_nothing_of_each_other(contents: PersonalContents) -> None:
    one, two = window(contents), window(contents)
    write(one, "a", "one's")
    assert "dialogue" not in save(contents, one)
    write(two, "b", "two's")
    assert "Another window" in save(contents, two)["dialogue"]
    both = {"a": "one's", "b": "two's", "c": "C"}
    assert opened(contents) == both
    # Each goes on with what it shows, and its older cells do not come back over newer ones.
    write(one, "c", "one's too")
    assert "Another window" in save(contents, one)["dialogue"]
    write(two, "b", "two's, later")
    save(contents, two)
    assert opened(contents) == {**both, "b": "two's, later", "c": "one's too"}
    text = contents.copies.copy(LESSON).read_text("utf-8")
    assert "dialogue_reading" not in text


def test_a_cell_changed_in_two_windows_is_there_twice_with_a_word(
    contents: PersonalContents,
) -> None:
    one, two = window(contents), window(contents)
    for content, text in ((one, "first"), (two, "second"), (one, "third"), (two, "fourth")):
        write(content, "b", text)
        save(contents, content)
    cells = done(contents.get(LESSON))["content"]["cells"]
    texts = [cell["source"] for cell in cells]
    assert texts[:2] == ["A", "fourth"]
    assert "in two windows" in texts[2]
    assert {"first", "second", "third"} <= set(texts[3:])
    assert len({cell["id"] for cell in cells}) == len(cells)


def test_a_window_alone_is_told_nothing_and_may_undo_and_delete(
    contents: PersonalContents,
) -> None:
    one = window(contents)
    write(one, "a", "mine")
    save(contents, one)
    write(one, "a", "A")
    del one["cells"][1]
    assert "dialogue" not in save(contents, one)
    assert opened(contents) == {"a": "A", "c": "C"}


def test_a_window_from_before_a_restart_puts_the_newer_copy_aside(
    contents: PersonalContents,
) -> None:
    old = window(contents)
    restarted = PersonalContents(root_dir=contents.root_dir)
    one = window(restarted)
    write(one, "a", "newer")
    save(restarted, one)
    write(old, "b", "older")
    told = save(restarted, old)["dialogue"]
    (aside,) = (restarted.copies.folder / "aside").iterdir()
    assert str(aside) in told
    assert "newer" in aside.read_text("utf-8")
    assert opened(restarted) == {"a": "A", "b": "older", "c": "C"}


# --- what ends a save ------------------------------------------------------------------------

# A file may grow to so many bytes: then the system ends the process in the middle of writing,
# or, where that signal is ignored, answers as a full disk does.
_SAVE = """
import asyncio, json, resource, signal, sys
from dialogue.lab.personal import PersonalContents
contents = PersonalContents(root_dir=sys.argv[1])
path = "notebooks/05-round-one.ipynb"
content = asyncio.run(contents.get(path))["content"]
content["cells"][0]["source"] = "much " * 200_000
model = {"type": "notebook", "format": "json", "content": content}
signal.signal(signal.SIGXFSZ, getattr(signal, sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
try:
    asyncio.run(contents.save(model, path))
except Exception as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file")
@pytest.mark.parametrize(("how", "end"), [("SIG_DFL", True), ("SIG_IGN", False)])
def test_a_save_that_is_cut_off_leaves_the_copy_as_it_was(
    contents: PersonalContents, how: str, end: bool
) -> None:
    save(contents, notebook(a="A", b="mine", c="C"))
    before = contents.copies.copy(LESSON).read_bytes()
    command = [sys.executable, "-c", _SAVE, contents.root_dir, how]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8")
    if end:
        assert ended.returncode == -signal.SIGXFSZ
    else:
        assert "Not saved: this cannot be written" in ended.stdout
        assert "still on this page" in ended.stdout
    assert contents.copies.copy(LESSON).read_bytes() == before
    assert opened(contents) == {"a": "A", "b": "mine", "c": "C"}
    assert not list(contents.copies.folder.rglob(".~*"))


def test_a_new_wheel_brings_its_lessons_to_the_learners_copy(
    contents: PersonalContents, tmp_path: Path
) -> None:
    save(contents, notebook(a="A", b="mine", c="C", n="N"))
    newer = tmp_path / "site-packages-of-the-newer"
    (newer / "notebooks").mkdir(parents=True)
    (newer / LESSON).write_text(json.dumps(notebook(a="new", b="B", d="D")), encoding="utf-8")
    assert opened(PersonalContents(root_dir=str(newer))) == {
        "a": "new", "b": "mine", "n": "N", "d": "D"
    }  # fmt: skip
