"""That strict nbval would notice: each thing a learner sees is changed, and the run must fail.

Ten unchanged runs must pass, because a check that cries wolf is soon ignored.  (The script and
style of a view stand in no lesson: ``test_views.py`` pins them.)
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, copy_course

LESSON = "notebooks/05-round-one.ipynb"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The course with its package, its nbval hardening and its settings, free to be changed."""
    target = copy_course(tmp_path / "copy")
    shutil.copytree(ROOT / "src", target / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, target / name)
    return target


def nbval(course: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--numprocesses", "0", "-q", LESSON],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(course / "src"), "DIALOGUE_COURSE": str(course)},
        capture_output=True,
        encoding="utf-8",
    )


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(course: Path) -> None:
        path = course / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


BANK = "exercises/05-round-one.yaml"
CHANGES = {
    "a table's text": edit("data/commitments.csv", "Iraqi universities", "Iraqi schools"),
    "a table's coding": edit("data/commitments.csv", ",security,", ",political,"),
    "a chart's colour": edit("src/dialogue/charts/look.py", "#C85000", "#C85001"),
    "a chart's mark": edit("src/dialogue/charts/look.py", "triangle-up", "triangle-down"),
    "a chart's description": edit("src/dialogue/charts/commitments.py", "one mark each, in five", "a mark each, in five"),
    "a question": edit(BANK, "neither sought nor asked for", "neither wanted nor asked for"),
    "a comment": edit(BANK, "It is natural to hear a depa", "It says: " + "It is natural to hear a depa"),
    "an explanation": edit(BANK, "The line rules out permanence", "It rules out permanence"),
    "a key": edit(BANK, 'answer: 7\n', 'answer: 6\n'),
    "an interface word": edit("src/dialogue/page/words.py", '"hint": "Hint"', '"hint": "A hint"'),
    "a digest": edit("seeds/paragraphs.csv", "P8,body,round-one,,,\"The", "P8,body,round-one,,,\"This"),
    "a reference": edit("seeds/sources.csv", "REPUBLICWORLD-2020-06-12,US to", "REPUBLICWORLD-2020-06-12,U.S. to"),
}  # fmt: skip


# One for each place that a lesson is made from; CI tries the others.
QUICK = ("a table's text", "a chart's colour", "a question", "a digest")
PICKED = [w if w in QUICK else pytest.param(w, marks=pytest.mark.slow) for w in CHANGES]


@pytest.mark.sweep(2)
@pytest.mark.parametrize("what", PICKED)
def test_a_change_is_seen(copy: Path, what: str) -> None:
    CHANGES[what](copy)
    done = nbval(copy)
    assert done.returncode == 1, done.stdout[-3000:]
    assert " failed" in done.stdout


@pytest.mark.slow
def test_ten_unchanged_runs_pass(copy: Path) -> None:
    for _ in range(10):
        done = nbval(copy)
        assert done.returncode == 0, done.stdout[-3000:]
        assert " passed" in done.stdout


def cell_change(change: Callable[[dict], object]) -> Callable[[Path], None]:
    def apply(course: Path) -> None:
        path = course / LESSON
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cell = next(c for c in notebook["cells"] if c["id"] == "check-troops")
        change(cell)
        path.write_text(json.dumps(notebook), encoding="utf-8")

    return apply


VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}
UNCOMPARED = {
    "a cell that was not run": (
        cell_change(lambda c: c.update(execution_count=None, outputs=[])),
        "not executed",
    ),
    "a stored warning": (
        cell_change(
            lambda c: c["outputs"].append({"output_type": "stream", "name": "stderr", "text": "!"})
        ),
        "stored warnings",
    ),
    "a stored widget view": (
        cell_change(lambda c: c["outputs"][0]["data"].update(VIEW)),
        "a widget view",
    ),
}


@pytest.mark.parametrize("what", UNCOMPARED)
def test_what_nbval_would_not_compare_is_an_error(copy: Path, what: str) -> None:
    change, message = UNCOMPARED[what]
    change(copy)
    done = nbval(copy)
    assert done.returncode not in (0, 5), done.stdout[-2000:]
    assert message in done.stdout + done.stderr
