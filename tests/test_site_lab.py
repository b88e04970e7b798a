"""The lab edition: built once, then its lessons are run as a learner's browser runs them."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, wait_until
from dialogue.course.files import FileFault
from dialogue.learner import games, log, progress
from dialogue.learner.progress import Attempt
from dialogue.page.words import SITE

LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
# As many as CI has time for: quizzes, a picture to handle, the negotiation.
FEW = ["02-two-agreements", "05-round-one", "12-negotiate-round-two"]
RUN = LESSONS if os.environ.get("DIALOGUE_EVERY_LESSON") else FEW


# --- one file a kernel --------------------------------------------------------------------


def kernel(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From here on as the kernel *name* in a browser."""
    monkeypatch.setattr(log, "BROWSER", True)
    monkeypatch.setattr(log, "KERNEL", name)


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

    def python(self, code: str) -> None:
        """Run *code* in the kernel of this page."""
        self.page.evaluate(
            """async (code) => {
              const context = window.__dialogueDesk.tracker.currentWidget.sessionContext;
              const reply = await context.session.kernel.requestExecute({ code }).done;
              if (reply.content.status !== "ok") throw new Error(reply.content.evalue);
            }""",
            code,
        )

    def record(self) -> list[dict[str, Any]]:
        """The lines of every file of answers on the browser's drive."""
        texts = self.page.evaluate(
            """async () => {
              const { contents } = window.__dialogueDesk.app.serviceManager;
              const folder = await contents.get("my-answers", { content: true });
              const read = ({ path }) => contents.get(path, { content: true });
              return (await Promise.all(folder.content.map(read))).map((one) => one.content);
            }"""
        )
        return [json.loads(line) for text in texts for line in text.splitlines()]

    def saved(self) -> None:
        """Save as a person does, and wait until it is done."""
        self.page.evaluate("window.__dialogueDesk.tracker.currentWidget.context.save()")

    def on_the_drive(self) -> Any:
        """The copy of this lesson that the browser keeps, or nothing."""
        return self.page.evaluate(
            """async (path) => {
              const { defaultDrive } = window.__dialogueDesk.app.serviceManager.contents;
              return (await (await defaultDrive.storage).getItem(path))?.content ?? null;
            }""",
            f"notebooks/{self.name}.ipynb",
        )


@pytest.fixture
def visitor(browser: Any) -> Iterator[Any]:
    """A browser that has not been here before."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


def test_the_words_and_the_lock_of_both_halves_are_the_same() -> None:
    """The page looks for what the kernel writes: names that stand in Python and in the script."""
    folder = ROOT / "src/dialogue/site/lab"
    page = (folder / "extension/lite.js").read_text(encoding="utf-8")
    worker = (folder / "worker/dialogue_kernel.py").read_text(encoding="utf-8")
    assert 'LOCK = "dialogue-record-"' in page
    assert 'f"dialogue-record-{log.KERNEL}"' in worker
    assert 'FOLDER = "my-answers"' in page
    assert "/drive/my-answers" in (folder / "build.py").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in RUN if name not in FEW])
def test_a_lesson_runs_from_the_top(visitor: Any, address: str, name: str) -> None:
    lesson = Lesson(visitor, address, name)
    assert (lesson.ran(), lesson.trouble()) in [("ran", []), ("no lesson", [])]
    assert (lesson.errors, lesson.outside()) == ([], [])


@pytest.mark.slow
def test_a_question_is_answered_before_python_has_come(visitor: Any, address: str) -> None:
    lesson = Lesson(visitor, address, "05-round-one")
    item = "05-permanent-bases"
    question = lesson.page.locator(f'[data-dialogue-live] form[data-item="{item}"]')
    question.locator("input").first.check()
    question.get_by_role("button", name="Check").click()
    question.get_by_text("Saved in this browser").wait_for()
    assert lesson.page.evaluate("window.__dialogueDesk.runs") == {}
    lesson.page.evaluate("document.activeElement.blur()")  # else the cell stays as it is

    assert (lesson.ran(), lesson.trouble()) == ("ran", [])
    assert [line["item"] for line in lesson.record()] == [item]
    # The kernel has taken over, and knows.
    assert lesson.page.locator("[data-dialogue-live]").count() == 0
    known = lesson.page.locator(f'form[data-item="{item}"]')
    known.get_by_text("Your answer of").wait_for()
    assert (lesson.errors, lesson.outside()) == ([], [])

    lesson.page.reload()  # its address names no lesson any more
    question.get_by_text("Your answer of").wait_for()
    assert lesson.on_the_drive() is None  # nothing was changed: the next course is theirs at once


@pytest.mark.slow
def test_what_a_learner_changes_stays_and_can_be_read(visitor: Any, address: str) -> None:
    lesson = Lesson(visitor, address, "02-two-agreements")
    assert (lesson.ran(), lesson.trouble()) == ("ran", [])
    lesson.page.evaluate(
        """() => {
          const { cells } = window.__dialogueDesk.tracker.currentWidget.content.model;
          cells.get(0).sharedModel.setSource("# Mine");
        }"""
    )
    lesson.saved()
    copy = lesson.on_the_drive()
    assert copy["cells"][0]["source"] == "# Mine"
    shown = [output.get("data", {}) for cell in copy["cells"] for output in cell.get("outputs", ())]
    twins = [data for data in shown if "dialogue-twin" in "".join(data.get("text/html", ""))]
    assert twins
    assert not [data for data in twins if "application/vnd.jupyter.widget-view+json" in data]
    assert (lesson.errors, lesson.outside()) == ([], [])

    # The next course is another one: what was changed stays, and the page says so.
    lesson.page.evaluate(
        "localStorage.setItem('dialogue-lab/base/notebooks/02-two-agreements.ipynb', 'older')"
    )
    lesson.page.reload()
    lesson.page.get_by_role("heading", name="Mine").wait_for()
    lesson.page.get_by_text("The course has a newer version of this lesson").wait_for()
    kept = lesson.page.evaluate(
        "window.__dialogueServer('fresh', 'notebooks/02-two-agreements.ipynb')"
    )["kept"]
    assert kept.startswith("my-copies/02-two-agreements ")
    assert lesson.on_the_drive() is None


@pytest.mark.slow
def test_two_tabs_lose_no_answer(visitor: Any, address: str) -> None:
    """The drive reads and writes whole files: with one file for both, a third was lost."""
    tabs = []
    for name in ("12-negotiate-round-two", "00-start-here"):
        tabs.append(Lesson(visitor, address, name))  # one after the other: what is hidden waits
        assert (tabs[-1].ran(), tabs[-1].trouble()) == ("ran", [])
        tabs[-1].python("from dialogue.learner.progress import Attempt, append")
    many = 'for n in range(40): append(Attempt("x", "v", "check", response=n))'
    started = [
        tab.page.evaluate_handle(
            """(code) => {
              const context = window.__dialogueDesk.tracker.currentWidget.sessionContext;
              return { done: context.session.kernel.requestExecute({ code }).done };
            }""",
            many,
        )
        for tab in tabs
    ]
    for tab, begun in zip(tabs, started, strict=True):
        assert tab.page.evaluate("async ({ done }) => (await done).content.status", begun) == "ok"
    assert len(tabs[0].record()) == 80
    assert [tab.outside() for tab in tabs] == [[], []]
    # Both are gone: the next page puts their files into one.
    for tab in tabs:
        tab.page.close()
    after = Lesson(visitor, address, "00-start-here")
    after.page.wait_for_function("window.__dialogueLite?.live.size")
    after.page.evaluate("window.__dialogueLite.settled()")
    assert len(after.record()) == 80
    names = after.page.evaluate(
        """async () => (await window.__dialogueDesk.app.serviceManager.contents.get(
             "my-answers", { content: true })).content.map((one) => one.name)"""
    )
    assert names == ["answers.txt"]


@pytest.mark.slow
def test_a_browser_that_keeps_no_files_says_so(browser: Any, address: str) -> None:
    context = browser.new_context(service_workers="block")
    lesson = Lesson(context, address, "00-start-here")
    lesson.page.get_by_text("This browser keeps no files for this page").wait_for()
    context.close()


class Keeping(Quiet):
    """A web space that lets browsers keep everything for an hour."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()


@pytest.mark.slow
def test_what_a_browser_still_holds_of_an_older_course_is_not_shown(
    visitor: Any, site: Path, tmp_path: Path
) -> None:
    course = tmp_path / "lab"
    shutil.copytree(site, course)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Keeping, directory=str(course)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    first = Lesson(visitor, address, "00-start-here")
    first.page.wait_for_function("window.__dialogueLite?.live.size")
    first.page.close()
    edition = json.loads((course / "dialogue" / "course.json").read_bytes())["edition"]
    for name in ("dialogue/course.json", "jupyter-lite.json"):
        file = course / name
        file.write_text(file.read_text(encoding="utf-8").replace(edition, "f00d"), encoding="utf-8")
    lesson = course / "files" / "notebooks" / "00-start-here.ipynb"
    notebook = json.loads(lesson.read_bytes())
    notebook["cells"][0]["source"] = "# The next edition"
    lesson.write_text(json.dumps(notebook), encoding="utf-8")

    again = Lesson(visitor, address, "00-start-here")
    again.page.get_by_role("heading", name="The next edition").wait_for()
    loaded = (
        "JSON.parse(document.getElementById('jupyter-config-data').textContent).dialogueEdition"
    )
    assert again.page.evaluate(loaded) == "f00d"
    again.page.wait_for_function("window.__dialogueLite?.live.size")
    assert again.on_the_drive() is None
    server.shutdown()
    server.server_close()


# --- the reading edition beside it ----------------------------------------------------------


@pytest.fixture(scope="module")
def reading(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The reading edition with this lab edition in it, under a path."""
    from dialogue.site import build

    place = tmp_path_factory.mktemp("web")
    build.build(place / "course", moving_too=("ladder",), lab=site)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(place)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/course"
    server.shutdown()
    server.server_close()


class Lane:
    """Code in a page that a reader changes and runs."""

    def __init__(self, page: Any, cell: str) -> None:
        self.box = page.locator(f"[data-lane='{cell}']")
        self.gave = page.locator(f"[data-gave='{cell}']")
        self.said = self.box.get_by_role("status")
        if not self.box.is_visible():
            page.locator(f"#cell-{cell} > details > summary").click()

    def run(self, code: str = "") -> str:
        if code:
            self.box.get_by_role("textbox").fill(code)
        start = self.box.locator(".lane-run")
        runs = int(start.get_attribute("data-runs") or 0)
        self.box.get_by_role("textbox").press("Shift+Enter")
        self.box.locator(f"[data-runs='{runs + 1}']").wait_for()
        return str(self.said.inner_text())


@pytest.mark.slow
def test_code_of_a_lesson_runs_in_the_page(browser: Any, reading: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{reading}/05-round-one.html")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_function("navigator.serviceWorker.controller")
    assert not [url for url in requests if "/lab/" in url]  # nothing comes before it is asked for

    table = Lane(page, "tweak-weights")
    stored = table.gave.inner_text()
    button = table.box.get_by_role("button", name="Run")
    assert "(needs Python: 3" in button.inner_text()
    button.click()
    table.box.get_by_text("Python is loading: ").wait_for()
    table.box.get_by_role("button", name="Cancel").click()
    table.box.get_by_text(SITE["python_stopped"]).wait_for()
    assert table.gave.inner_text() == stored

    source = table.box.get_by_role("textbox").input_value()
    assert table.run() == SITE["python_done"]
    assert table.gave.inner_text() == stored  # as Python on a laptop has it
    assert table.run(source.replace("intends = 3", "intends = 30")) == SITE["python_done"]
    assert table.gave.locator("td").first.inner_text() != stored
    assert "30" not in stored
    assert table.run("rows = [1]\nprint('so far')\nrows[7]") == SITE["python_fault"]
    assert "so far" in table.gave.inner_text()
    said = table.gave.locator(".lane-fault").inner_text()
    assert said.startswith("IndexError: list index out of range")
    assert "line 3" in said
    table.box.get_by_role("button", name="As it was").click()
    assert table.gave.inner_text() == stored

    # A slider in another cell needs what a cell before it has made.
    slider = Lane(page, "slider-three")
    assert slider.run() == SITE["python_done"]
    first = slider.gave.locator("table").inner_text()
    slider.gave.get_by_role("slider").fill("1")
    page.wait_for_function(
        "(first) => document.querySelector(\"[data-gave='slider-three'] table\")?.innerText !== first",
        arg=first,
    )

    # A value of one's own is graded, and kept like a click.
    page.evaluate(
        "() => { window.told = []; document.addEventListener('dialogue:line', (e) => told.push(e.detail)); }"
    )
    write = Lane(page, "write-count")
    assert write.run() == SITE["python_done"]
    assert page.evaluate("told") == []  # nothing was tried yet
    code = write.box.get_by_role("textbox").input_value()
    assert write.run(code.replace("answer = None", "answer = 3")) == SITE["python_done"]
    assert SITE["saved"] in write.gave.inner_text()
    (line,) = page.evaluate("told")
    kept = [json.loads(one) for one in page.evaluate("Object.values(localStorage)")]
    assert [one["id"] for one in kept] == [line["id"]]
    assert (line["item"], line["event"], line["response"]) == (
        "05-write-outside-security",
        "check",
        3,
    )
    progress.import_from(_file(kept))
    assert next(progress.attempts()).item == line["item"]
    write.run()  # only run again: no new attempt
    assert len(page.evaluate("told")) == 1

    chart = Lane(page, "picture-ladder")
    assert chart.run() == SITE["python_done"]
    chart.gave.locator("[data-drawn] svg[role='img']").wait_for()

    # Once it has come, it needs no network.
    context.set_offline(True)
    page.goto(f"{reading}/05-round-one.html")
    page.wait_for_selector("html[data-ready]", state="attached")
    assert SITE["python_kept"] in table.box.inner_text()
    assert table.run() == SITE["python_done"]
    assert faults == []
    assert [url for url in requests if not url.startswith((reading, "data:", "blob:"))] == []
    context.close()


@pytest.mark.slow
def test_all_controls_of_a_picture_come_with_python(browser: Any, reading: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{reading}/05-round-one.html")
    page.wait_for_selector("html[data-ready]", state="attached")
    picture = page.locator(".dialogue-explore").filter(has=page.get_by_label("Your rung"))
    handled, said = picture.locator("input, select"), picture.locator(".dx-words")
    picture.scroll_into_view_if_needed()
    before = handled.count()
    more = picture.get_by_role("button", name=SITE["python_controls"])
    assert "(needs Python: 3" in more.inner_text()
    more.press("Enter")
    wait_until(lambda: handled.count() > before, "the other controls are there")
    assert not more.is_visible()
    wait_until(
        lambda: page.evaluate("document.activeElement.closest('.dialogue-explore') !== null"),
        "the focus is in the picture",
    )
    # What the page could not move alone moves what is told.
    menu = picture.get_by_label("Party", exact=True)
    first = said.inner_text()
    menu.focus()
    menu.press("ArrowDown")
    wait_until(lambda: said.inner_text() != first, "the words follow the control")
    assert faults == []
    context.close()


def _file(lines: list[dict[str, Any]]) -> Path:
    file = progress.folder().with_name("from-the-page.jsonl")
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


@pytest.mark.slow
def test_questions_do_not_wait_for_what_keeps_files(browser: Any, address: str) -> None:
    context = browser.new_context(service_workers="block")
    # The page gives the browser ten seconds for that: here they never end.
    context.add_init_script(
        "const later = window.setTimeout; window.setTimeout = "
        "(work, wait, ...rest) => (wait === 10_000 ? 0 : later(work, wait, ...rest));"
    )
    lesson = Lesson(context, address, "05-round-one")
    lesson.page.locator("[data-dialogue-live] form[data-item]").first.wait_for()
    context.close()
