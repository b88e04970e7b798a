"""The learner's JupyterLab never writes to the course, and loses nothing of theirs."""

from __future__ import annotations

import json
import os
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
