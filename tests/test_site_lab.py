"""The lab edition: built once, then its lessons are run as a learner's browser runs them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from dialogue.course.files import FileFault
from dialogue.learner import games, log, progress
from dialogue.learner.progress import Attempt

LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
# As many as CI has time for: quizzes, a picture to handle, the negotiation.
FEW = ["02-two-agreements", "05-round-one", "12-negotiate-round-two"]
RUN = LESSONS if os.environ.get("DIALOGUE_EVERY_LESSON") else FEW


# --- one file a kernel --------------------------------------------------------------------


def kernel(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From here on as the kernel *name* in a browser."""
    monkeypatch.setattr(log, "BROWSER", True)
    monkeypatch.setattr(log, "_KERNEL", name)


def test_two_kernels_write_two_files_and_read_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        kernel(monkeypatch, "ab"[number % 2])
        monkeypatch.setattr(
            progress,
            "_now",
            lambda n=number: progress.datetime(2026, 1, 1, 0, n, tzinfo=progress.UTC),
        )
        progress.append(Attempt("05-x", "v", "check", response=number))
    assert {path.name for path in progress.folder().iterdir()} == {"answers-a.txt", "answers-b.txt"}
    assert [one.response for one in progress.latest({"05-x"})["05-x"]] == [0, 1, 2, 3, 4, 5]
    assert [one.response for one in progress.attempts()] == [0, 1, 2, 3, 4, 5]
    assert progress.erase() == 6
    assert list(progress.attempts()) == []


def test_a_game_goes_on_in_another_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel(monkeypatch, "b")
    games.append({"game": "g", "at": "2026-01-01T00:00:00", "number": 1})
    kernel(monkeypatch, "a")
    games.append({"game": "g", "at": "2026-01-01T00:01:00", "number": 2})
    assert [entry["number"] for entry in games._lines()] == [1, 2]


# --- the site -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab edition; without what it is made of the test is left out, or fails in CI."""
    try:
        if importlib.util.find_spec("jupyterlite_core") is None:
            raise FileFault("jupyterlite_core", "this is not installed", "run 'make site-lab'")
        if not shutil.which("node"):
            raise FileFault("node", "this is not installed", "install Node.js")
        from dialogue.site.lab import build

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DIALOGUE_CACHE_DIR", str(ROOT / "build" / "cache"))
            return build.build(tmp_path_factory.mktemp("site") / "lab", print)
    except FileFault as fault:
        if os.environ.get("DIALOGUE_REQUIRE_BROWSER"):
            pytest.fail(f"no lab edition: {fault}")
        pytest.skip(f"no lab edition: {fault}")


class Quiet(SimpleHTTPRequestHandler):
    """A plain web space."""

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class Lesson:
    """A page of the lab edition with one lesson."""

    def __init__(self, context: Any, address: str, name: str) -> None:
        self.page, self.name, self.address = context.new_page(), name, address
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{address}/lab/index.html?path=notebooks/{name}.ipynb")

    def ran(self) -> str:
        """How the first run of the lesson ended."""
        run = f"window.__dialogueDesk?.runs['notebooks/{self.name}.ipynb']"
        self.page.wait_for_function(f"typeof {run} === 'string'")
        return self.page.evaluate(run)

    def trouble(self) -> list[Any]:
        """Every error and every line on stderr in the notebook, as [cell, words]."""
        return self.page.evaluate(
            """() => {
              const cells = window.__dialogueDesk.tracker.currentWidget.content.model.cells;
              const found = [];
              for (let i = 0; i < cells.length; i++) {
                for (const one of cells.get(i).outputs?.toJSON() ?? []) {
                  if (one.output_type === "error") found.push([i, one.evalue]);
                  if (one.name === "stderr") found.push([i, one.text]);
                }
              }
              return found;
            }"""
        )

    def outside(self) -> list[str]:
        return [u for u in self.requests if not u.startswith((self.address, "data:", "blob:"))]


@pytest.mark.slow
@pytest.mark.parametrize("name", RUN)
def test_a_lesson_runs_from_the_top(browser: Any, address: str, name: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    lesson = Lesson(context, address, name)
    assert (lesson.ran(), lesson.trouble()) in [("ran", []), ("no lesson", [])]
    assert lesson.errors == []
    assert lesson.outside() == []
    context.close()
