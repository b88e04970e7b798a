"""A real JupyterLab in a headless Chromium: when can a learner answer, when is there feedback?

One JupyterLab serves all: it lives in our environment, and each quiz runs in a kernel of its
own environment.  Both clocks run inside the page.
"""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from environments import Bench, Place

from dialogue.classroom.printing import NAMES

OPTIONS = 40  # ten questions of four
CLICKS = 12

_OPEN = """
() => {
  const kernel = window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.status === "idle" && kernel.connectionStatus === "connected";
}
"""

# From the command "run" to the first option, and to all of them, in the layout (ms).
_RUN = """
([selector, count]) => new Promise((resolve, reject) => {
  const seen = (node) => { const box = node.getBoundingClientRect(); return box.width && box.height; };
  let first = null;
  const look = () => {
    const found = document.querySelectorAll(".jp-Notebook " + selector.replaceAll(", ", ", .jp-Notebook "));
    if (first === null && found.length && seen(found[0])) first = performance.now() - start;
    if (found.length >= count && seen(found[count - 1])) {
      done([first, performance.now() - start]);
    }
  };
  const observer = new MutationObserver(look);
  const done = (value) => { observer.disconnect(); clearInterval(timer); resolve(value); };
  const timer = setInterval(() => {
    look();
    if (performance.now() - start > 60000) { done(null); reject(new Error("no questions after 60 s")); }
  }, 50);
  observer.observe(document.body, { childList: true, subtree: true, attributes: true });
  const start = performance.now();
  window.jupyterapp.commands.execute("notebook:run-all-cells");
})
"""

# From a click to feedback that was not there before (ms).
_CLICK = """
([option, press, feedback, i]) => new Promise((resolve, reject) => {
  const scope = document.querySelector(".jp-Notebook");
  const words = () => scope.querySelector(feedback)?.textContent.trim() ?? "";
  const target = scope.querySelectorAll(option)[i];
  const go = (node) => {
    const before = words();
    const observer = new MutationObserver(() => {
      const now = words();
      if (!now || now === before) return;
      observer.disconnect();
      clearTimeout(timer);
      resolve(performance.now() - start);
    });
    const timer = setTimeout(() => { observer.disconnect(); reject(new Error("no feedback after 5 s")); }, 5000);
    observer.observe(scope, { childList: true, subtree: true, characterData: true });
    const start = performance.now();
    node.click();
  };
  if (!press) return go(target);
  target.click();
  setTimeout(() => go(scope.querySelector(press)), 150); // the choice may travel to the kernel first
})
"""


class NoBrowser(Exception):
    """The browser theme cannot run; the message says why."""


def _chromium() -> str | None:
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return None  # Playwright then takes its own, when there is one


@contextmanager
def lab(bench: Bench, ours: Place) -> Iterator[tuple[str, str, Path]]:
    """A JupyterLab of our environment: address, token and the folder of its notebooks."""
    work = bench.folder / "notebooks"
    work.mkdir(exist_ok=True)
    news = bench.folder / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    news.parent.mkdir(parents=True, exist_ok=True)
    news.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token, base = secrets.token_hex(16), f"http://127.0.0.1:{port}"
    with (bench.folder / "lab.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                str(ours.python),
                *("-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
                *(f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={work}"),
                *(f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"),
            ],
            env=bench.env(),
            stdout=log,
            stderr=log,
        )
    try:
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{base}/api?token={token}", timeout=5).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise NoBrowser("JupyterLab did not start; see lab.log (--keep)") from None
                time.sleep(0.1)
        yield base, token, work
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium that can reach this machine and nothing else."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise NoBrowser("Playwright is not here: make test installs it") from error
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=_chromium(),
                args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
            )
        except Error as error:
            raise NoBrowser("there is no Chromium here: make browser adds one") from error
        yield browser
        browser.close()


def _notebook(bench: Bench, place: Place, file: Path) -> None:
    peer = place.peer
    cell = {
        "cell_type": "code",
        "id": "quiz",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": f"{peer.load}\n{peer.show.replace('{file}', str(place.file))}",
    }
    spec = {"name": bench.page_kernel(peer), "display_name": peer.name, "language": "python"}
    book = {"cells": [cell], "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    file.write_text(json.dumps(book), encoding="utf-8")


def measure(
    bench: Bench,
    place: Place,
    browser: Any,
    server: tuple[str, str, Path],
    shot: Path | None = None,
) -> dict[str, Any]:
    """One fresh page and kernel: run the cell, then answer the first question several times."""
    base, token, work = server
    bench.forget_answers()
    name = bench.page_kernel(place.peer)
    _notebook(bench, place, work / f"{name}.ipynb")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    peer = place.peer
    try:
        page.goto(f"{base}/lab/tree/{name}.ipynb?reset&token={token}")
        page.wait_for_function(_OPEN, timeout=60_000)
        page.wait_for_timeout(500)  # what JupyterLab still does after it opened is not ours
        first, every = page.evaluate(_RUN, [peer.option, OPTIONS])
        page.wait_for_timeout(500)
        clicks = [
            page.evaluate(_CLICK, [peer.option, peer.press, peer.feedback, i % 3])
            for i in range(CLICKS)
        ]
        if shot:
            page.screenshot(path=shot)
    except Exception as error:
        page.screenshot(path=bench.folder / f"{name}-failed.png")
        raise RuntimeError(f"{str(error).splitlines()[0]} ({name}-failed.png)") from error
    finally:
        context.close()
        _end_sessions(base, token)
    return {"first_ms": first, "all_ms": every, "click_ms": clicks}


def _end_sessions(base: str, token: str) -> None:
    headers = {"Authorization": f"token {token}"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{base}/api/sessions", headers=headers)
    ) as reply:
        for session in json.load(reply):
            request = urllib.request.Request(
                f"{base}/api/sessions/{session['id']}", headers=headers, method="DELETE"
            )
            urllib.request.urlopen(request).close()
