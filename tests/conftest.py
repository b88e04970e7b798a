"""Shared fixtures: a copy of the course, a live JupyterLab on it, and a real browser."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from dialogue.classroom import printing

# Hypothesis' own for CI: no deadline, for a busy machine is no fault of the course, and the same
# examples on every machine.
settings.load_profile("ci")
PATIENCE = 120  # seconds; nothing is ever waited for that is not expected to come

ROOT = Path(__file__).parents[1]
COURSE_FOLDERS = ("notebooks", "data", "seeds", "exercises")


@pytest.fixture(autouse=True)
def own_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the record of whoever runs the tests."""
    folder = tmp_path / "record"
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(folder))
    monkeypatch.setenv("DIALOGUE_CACHE_DIR", str(tmp_path / "cache"))
    return folder


def copy_course(target: Path) -> Path:
    """A copy of the course's content that a test may change."""
    for name in COURSE_FOLDERS:
        ignore = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(ROOT / name, target / name, ignore=ignore)
    return target


# --- paper -----------------------------------------------------------------------------

# What the bundled files call themselves.  A page that asks for no other font breaks in the same
# place on every machine.
TYPEFACE = {
    *(f"NotoSans{script}-{weight}" for script in ("", "Arabic") for weight in ("Regular", "Bold")),
    *(f"NotoSans{signs}-Regular" for signs in ("Math", "Symbols2", "Mono")),
}


def fonts(file: Path) -> set[str]:
    """The names of the fonts in a PDF, as the browser writes it."""
    found = re.findall(rb"/BaseFont /(?:[A-Z]{6}\+)?([\w-]+)", file.read_bytes())
    return {name.decode() for name in found}


# --- browser ---------------------------------------------------------------------------


def find_browser() -> str | None:
    """A Chromium on this machine: a system one, or the one that `make browser` downloads."""
    for name in printing.NAMES:
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        bundled = playwright.chromium.executable_path
    return bundled if Path(bundled).exists() else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    left_out = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "no Chromium" in str(report.longrepr)
    ]
    if left_out:
        terminalreporter.write_line(
            f"LEFT OUT: {len(left_out)} browser tests (live JupyterLab, keyboard, accessibility), "
            "because there is no Chromium here. To add them: make browser"
        )


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where a Chromium is; without one the test is left out, or fails where it must not be."""
    path = find_browser()
    if path is None:
        if os.environ.get("DIALOGUE_REQUIRE_BROWSER"):
            pytest.fail("no Chromium, and DIALOGUE_REQUIRE_BROWSER is set: run make browser")
        pytest.skip("no Chromium on this machine (make browser adds one)")
    return path


@pytest.fixture(scope="session")
def browser(browser_path: str) -> Iterator[Any]:
    """A headless Chromium that can reach this machine and nothing else."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser_path,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--font-render-hinting=none",  # letters as wide as on paper: printing.py
                # Whatever asks for another host gets nothing, and the tests see the request.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        make = chromium.new_context

        def new_context(**options: Any) -> Any:
            context = make(**options)
            context.set_default_timeout(PATIENCE * 1000)
            return context

        chromium.new_context = new_context
        yield chromium
        chromium.close()


# --- JupyterLab ------------------------------------------------------------------------


class Lab:
    """A running ``dialogue lab`` on a copy of the course."""

    def __init__(self, course: Path, record: Path, *options: str) -> None:
        self.course, self.record = course, record
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dialogue.cli", "lab", "--no-browser", *options],
            env={
                **os.environ,
                "DIALOGUE_COURSE": str(course),
                "DIALOGUE_RECORD_DIR": str(record),
                "JUPYTERLAB_SETTINGS_DIR": str(course / "settings"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        address = None
        for line in self.process.stdout:
            address = re.search(r"(http://127\.0\.0\.1:\d+)/lab\S*\?token=(\w+)", line)
            if address:
                break
        assert address, "dialogue lab printed no address"
        self.base, self.token = address[1], address[2]

    def api(self, path: str, method: str = "GET", body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.base}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            answer = reply.read()
        return json.loads(answer) if answer else None

    def theme(self, name: str) -> None:
        """Choose JupyterLab's theme, as its Settings menu would."""
        setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
        self.api(setting, "PUT", {"raw": json.dumps({"theme": name})})

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()  # nothing, where it has ended


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for the browser tests of a session."""
    folder = tmp_path_factory.mktemp("lab")
    server = Lab(copy_course(folder / "course"), folder / "record", "--edit")
    yield server
    server.stop()


# A view waits a second or so for the kernel before it goes on alone, which is too short where
# other programs keep the processor: with this it waits as long as the tests do.  (A view's
# script comes as a blob; JupyterLab's own timers are left alone.)
PATIENT = """(() => {
    const real = window.setTimeout;
    window.patient = true;
    window.setTimeout = (act, delay, ...rest) => {
        const view = window.patient && delay >= 1000 && /\\bblob:/.test(new Error().stack);
        return real(act, view ? 100 * delay : delay, ...rest);
    };
})()"""


# What was pressed and where it went, for the report of a test that fails.
KEYS = """(() => {
    if (window.pressed) return;
    window.pressed = [];
    const note = (event) => {
        const { localName, type, value } = event.composedPath()[0];
        window.pressed.push([event.type, event.key, localName, type, value].filter(Boolean).join(' '));
        if (window.pressed.length > 60) window.pressed.shift();
    };
    for (const kind of ['keydown', 'focusin', 'change', 'submit']) window.addEventListener(kind, note, true);
})()"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Iterator[Any]:
    report = yield
    if report.failed and call.when == "call":
        for page in {p for p in item.funcargs.values() if isinstance(p, Page)}:
            report.sections.append(("the last keys", page.last_keys()))
    return report


class Page:
    """A JupyterLab page with one notebook, driven as a person would drive it."""

    def __init__(self, browser: Any, lab: Lab, notebook: str, **context: Any) -> None:
        self.lab, self.notebook = lab, notebook
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **context)
        self.context.add_init_script(PATIENT)
        self.context.add_init_script(KEYS)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self) -> Page:
        path = f"/lab/tree/notebooks/{self.notebook}.ipynb?reset&token={self.lab.token}"
        self.page.goto(self.lab.base + path)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.wait_for_kernel()
        return self

    def session(self) -> dict[str, Any] | None:
        path = f"notebooks/{self.notebook}.ipynb"
        return next((s for s in self.lab.api("api/sessions") if s["path"] == path), None)

    def wait_for_kernel(self) -> None:
        """Idle and connected, as the server sees it: JupyterLab's own lamp turns too early."""

        def ready() -> bool:
            session = self.session()
            kernel = session["kernel"] if session else {}
            return kernel.get("execution_state") == "idle" and kernel.get("connections", 0) > 0

        wait_until(ready, "the kernel is idle and connected")

    def menu(self, *names: str) -> None:
        self.page.get_by_role("menuitem", name=names[0], exact=True).first.click()
        for name in names[1:]:
            self.page.get_by_role("menuitem", name=re.compile(name)).first.click()

    def run_all(self) -> None:
        """Run every cell, from a clean page, and wait for the last one's execution number."""
        self.menu("Edit", "^Clear Outputs of All Cells")
        self.menu("Run", "^Run All Cells")
        prompts = self.page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt")
        seen: list[Any] = []

        def ran() -> bool:
            seen[:] = self.session()["kernel"]["execution_state"], prompts.all_inner_texts()
            return seen[0] == "idle" and bool(re.search(r"\[\d+\]", seen[1][-1]))

        wait_until(ran, lambda: f"the last cell has run; seen at the end: {seen}")

    def end_kernel(self) -> None:
        """Take the kernel away; the page is to find out in its usual time."""
        self.page.evaluate("window.patient = false")
        self.lab.api(f"api/sessions/{self.session()['id']}", "DELETE")

    def quiet(self) -> None:
        """Until the kernel has nothing left to do and what it has said is drawn."""

        def done() -> tuple[str, str]:
            kernel = self.session()["kernel"]
            return kernel["execution_state"], kernel["last_activity"]

        seen: list[tuple[str, str]] = [done()]
        wait_until(
            lambda: seen.append(done()) or seen[-1] == seen[-2] == ("idle", seen[-1][1]),
            "the kernel is silent",
        )
        self.drawn()

    def drawn(self) -> None:
        """Until the browser has laid out and drawn what it knows."""
        self.page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def save(self) -> None:
        """Save as a person does, and wait until the file is written and the page knows."""
        file = self.lab.course / "notebooks" / f"{self.notebook}.ipynb"
        before = file.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        wait_until(lambda: file.stat().st_mtime_ns != before, "the notebook is saved")
        wait_until(lambda: self.page.locator(".jp-mod-dirty").count() == 0, "the page knows it")

    def last_keys(self) -> str:
        try:
            return "\n".join(self.page.evaluate("window.pressed"))
        except Exception as error:  # the page may be what has failed
            return str(error)

    def outside_requests(self) -> list[str]:
        local = (self.lab.base, self.lab.base.replace("http", "ws"), "data:", "blob:")
        return [url for url in self.requests if not url.startswith(local)]

    def question(self, item: str) -> Any:
        return self.page.locator(f'form[data-item="{item}"]')

    def close(self) -> None:
        self.context.close()


def wait_until(
    condition: Callable[[], Any], what: str | Callable[[], str], seconds: float = PATIENCE
) -> Any:
    """Wait until *condition* holds; the failure says what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    told = what if isinstance(what, str) else what()
    raise AssertionError(f"waited {seconds} s in vain until {told}")


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below *folder* with its content: what a test compares before and after."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def done(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of *coroutine*, also after a browser test: while its browser is open, that
    leaves a loop behind that counts as running.  (Not in a thread: the database of trusted
    notebooks belongs to this one.)"""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return asyncio.run(coroutine)
    finally:
        asyncio._set_running_loop(running)
