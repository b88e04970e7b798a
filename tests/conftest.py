"""Shared fixtures: a copy of the course, a live JupyterLab on it, and a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
COURSE_FOLDERS = ("notebooks", "data", "seeds", "exercises")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(autouse=True)
def own_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the record of whoever runs the tests."""
    folder = tmp_path / "record"
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(folder))
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
    for name in BROWSERS:
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
                # Whatever asks for another host gets nothing, and the tests see the request.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield chromium
        chromium.close()


# --- JupyterLab ------------------------------------------------------------------------


class Lab:
    """A running ``dialogue lab`` on a copy of the course."""

    def __init__(self, course: Path, record: Path) -> None:
        self.course, self.record = course, record
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dialogue.cli", "lab", "--no-browser"],
            env={
                **os.environ,
                "DIALOGUE_COURSE": str(course),
                "DIALOGUE_RECORD_DIR": str(record),
                "JUPYTERLAB_SETTINGS_DIR": str(course / "settings"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
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
        with urllib.request.urlopen(request, timeout=20) as reply:
            answer = reply.read()
        return json.loads(answer) if answer else None

    def theme(self, name: str) -> None:
        """Choose JupyterLab's theme, as its Settings menu would."""
        setting = "lab/api/settings/@jupyterlab/apputils-extension:themes"
        self.api(setting, "PUT", {"raw": json.dumps({"theme": name})})

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for the browser tests of a session."""
    folder = tmp_path_factory.mktemp("lab")
    server = Lab(copy_course(folder / "course"), folder / "record")
    yield server
    server.stop()


class Page:
    """A JupyterLab page with one notebook, driven as a person would drive it."""

    def __init__(self, browser: Any, lab: Lab, notebook: str, **context: Any) -> None:
        self.lab, self.notebook = lab, notebook
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **context)
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
        code = self.page.locator(".jp-Notebook .jp-CodeCell")
        wait_until(
            lambda: (
                self.session()["kernel"]["execution_state"] == "idle"
                and re.search(
                    r"\[\d+\]", code.last.locator(".jp-InputPrompt").first.inner_text(timeout=5000)
                )
            ),
            "the last cell has run",
            seconds=60,
        )

    def outside_requests(self) -> list[str]:
        local = (self.lab.base, self.lab.base.replace("http", "ws"), "data:", "blob:")
        return [url for url in self.requests if not url.startswith(local)]

    def question(self, item: str) -> Any:
        return self.page.locator(f'form[data-item="{item}"]')

    def close(self) -> None:
        self.context.close()


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """Wait until *condition* holds; the failure says what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain until {what}")
