"""A learner's copy of a lesson, and how the course's changes reach it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.course.files import FileFault
from dialogue.lab import copies
from dialogue.lab.copies import BOTH, Copies, merge

NAME = "notebooks/05-round-one.ipynb"


def cells(**texts: str) -> list[dict[str, Any]]:
    return [
        {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}
        for name, text in texts.items()
    ]


BASE = cells(a="A", b="B", c="C", d="D")


def merged(course: list[dict[str, Any]], mine: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(cell["id"], copies.source(cell)) for cell in merge(BASE, course, mine).cells]


def plain(*pairs: str) -> list[tuple[str, str]]:
    return [tuple(pair.split("=")) for pair in pairs]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("course", "mine", "expected"),
    [
        # nobody, one, the other
        (BASE, BASE, plain("a=A", "b=B", "c=C", "d=D")),
        (BASE, cells(a="A", b="mine", c="C", d="D"), plain("a=A", "b=mine", "c=C", "d=D")),
        (cells(a="A", b="new", c="C", d="D"), BASE, plain("a=A", "b=new", "c=C", "d=D")),
        # both, in different cells; both the same
        (
            cells(a="new", b="B", c="C", d="D"),
            cells(a="A", b="mine", c="C", d="D"),
            plain("a=new", "b=mine", "c=C", "d=D"),
        ),
        (cells(a="x", b="B", c="C", d="D"), cells(a="x", b="B", c="C", d="D"),
         plain("a=x", "b=B", "c=C", "d=D")),
        # both, in one cell
        (
            cells(a="A", b="new", c="C", d="D"),
            cells(a="A", b="mine", c="C", d="D"),
            [("a", "A"), ("b", "new"), ("b-both", BOTH), ("b-yours", "mine"), ("c", "C"), ("d", "D")],
        ),
        # added by either, and by both behind the same cell
        (BASE, cells(a="A", n="N", b="B", c="C", d="D"), plain("a=A", "n=N", "b=B", "c=C", "d=D")),
        (cells(a="A", k="K", b="B", c="C", d="D"), BASE, plain("a=A", "k=K", "b=B", "c=C", "d=D")),
        (
            cells(a="A", k="K", b="B", c="C", d="D"),
            cells(a="A", n="N", b="B", c="C", d="D"),
            plain("a=A", "n=N", "k=K", "b=B", "c=C", "d=D"),
        ),
        (BASE, cells(n="N", a="A", b="B", c="C", d="D"), plain("n=N", "a=A", "b=B", "c=C", "d=D")),
        # deleted by either; deleted by one and changed by the other
        (BASE, cells(a="A", c="C", d="D"), plain("a=A", "c=C", "d=D")),
        (cells(a="A", c="C", d="D"), BASE, plain("a=A", "c=C", "d=D")),
        (cells(a="A", b="new", c="C", d="D"), cells(a="A", c="C", d="D"),
         plain("a=A", "b=new", "c=C", "d=D")),
        (cells(a="A", c="C", d="D"), cells(a="A", b="mine", c="C", d="D"),
         plain("a=A", "b=mine", "c=C", "d=D")),
        # moved by the learner, while the course adds; moved by the course
        (
            cells(a="A", b="B", k="K", c="C", d="D"),
            cells(d="D", a="A", b="B", c="C"),
            plain("d=D", "a=A", "b=B", "k=K", "c=C"),
        ),
        (cells(b="B", a="A", c="C", d="D"), cells(a="A", b="B", n="N", c="C", d="D"),
         plain("b=B", "n=N", "a=A", "c=C", "d=D")),
    ],
)  # fmt: skip
def test_a_copy_is_renewed_cell_by_cell(course: Any, mine: Any, expected: Any) -> None:
    assert merged(course, mine) == expected


def test_a_renewed_cell_brings_the_courses_outputs() -> None:
    course = [{**BASE[0], "outputs": ["new"]}, *BASE[1:]]
    mine = [{**BASE[0], "outputs": ["old"]}, *BASE[1:]]
    assert merge(BASE, course, mine).cells[0]["outputs"] == ["new"]


VERSIONS = st.fixed_dictionaries({}, optional={name: st.sampled_from("xyz") for name in "abcdef"})


@given(VERSIONS, VERSIONS, VERSIONS)
def test_nothing_that_a_learner_wrote_is_lost_and_no_id_is_there_twice(
    base: dict[str, str], course: dict[str, str], mine: dict[str, str]
) -> None:
    made = merge(cells(**base), cells(**course), cells(**mine)).cells
    texts = {(cell["id"].removesuffix("-yours"), copies.source(cell)) for cell in made}
    for name, text in mine.items():  # all but what they had not touched, and what was overruled
        if (base.get(name) != text and name in course) or name not in base:
            assert (name, text) in texts
    assert len({cell["id"] for cell in made}) == len(made)
    # The same merge once more, as after a server that was killed in it, says nothing new.
    again = merge(cells(**base), cells(**course), made).cells
    assert [(c["id"], c["source"]) for c in again] == [(c["id"], c["source"]) for c in made]


def notebook(content: list[dict[str, Any]]) -> str:
    return json.dumps({"cells": content, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def store(tmp_path: Path) -> Copies:
    (tmp_path / "course/notebooks").mkdir(parents=True)
    found = Copies(tmp_path / "mine", tmp_path / "course")
    found.original(NAME).write_text(notebook(BASE), encoding="utf-8")
    return found


def own(store: Copies, content: list[dict[str, Any]]) -> None:
    store.make(NAME)
    store.copy(NAME).write_text(notebook(content), encoding="utf-8")


def test_a_changed_course_reaches_the_copy_and_the_copy_before_is_kept(store: Copies) -> None:
    own(store, cells(a="A", b="mine", c="C", d="D"))
    assert store.renew(NAME) is None  # nothing has changed
    store.original(NAME).write_text(notebook(cells(a="new", b="B", c="C", d="D")), "utf-8")
    found = store.renew(NAME)
    assert found is not None
    assert [copies.source(c) for c in found[0]["cells"]] == ["new", "mine", "C", "D"]
    assert json.loads(store.copy(NAME).read_text("utf-8")) == found[0]
    (aside,) = (store.folder / "aside").iterdir()
    assert '"A"' in aside.read_text("utf-8")
    assert store.renew(NAME) is None
    assert [change.kind for change in store.changes(NAME)] == ["changed"]


@pytest.mark.parametrize("damage", ["", "<<<<<<< HEAD\n", "{}", "[1]", '{"cells": 3}'])
def test_a_damaged_course_file_leaves_the_copy_alone(store: Copies, damage: str) -> None:
    own(store, cells(a="mine", b="B", c="C", d="D"))
    before = store.copy(NAME).read_bytes()
    store.original(NAME).write_text(damage, encoding="utf-8")
    assert store.renew(NAME) is None
    assert store.copy(NAME).read_bytes() == before


def test_a_full_disk_keeps_copy_and_base(store: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    own(store, cells(a="mine", b="B", c="C", d="D"))
    store.original(NAME).write_text(notebook(cells(a="A", b="new", c="C", d="D")), "utf-8")
    before = store.copy(NAME).read_bytes(), store.base(NAME).read_bytes()

    def full(*_: Any, **__: Any) -> None:
        raise FileFault("x", "no space is left", "make room")

    monkeypatch.setattr(copies.files, "write", full)
    with pytest.raises(FileFault):
        store.renew(NAME)
    assert (store.copy(NAME).read_bytes(), store.base(NAME).read_bytes()) == before


def test_what_was_changed_is_told(store: Copies) -> None:
    assert store.changes(NAME) == []
    own(store, cells(a="mine", n="N", c="C", d="D"))
    found = [(c.kind, c.cell, c.before, c.after) for c in store.changes(NAME)]
    assert found == [
        ("changed", "a", "A", "mine"),
        ("added", "n", "", "N"),
        ("deleted", "b", "B", ""),
    ]


def test_a_fresh_copy_puts_the_learners_aside(store: Copies) -> None:
    assert store.fresh(NAME) is None
    own(store, cells(a="mine", b="B", c="C", d="D"))
    aside = store.fresh(NAME)
    assert aside is not None
    assert "mine" in aside.read_text("utf-8")
    assert not store.copy(NAME).exists()
    assert store.names() == []
