"""PDF by the browser's own print: what the screen shows is what comes out on paper."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dialogue.course import ending
from dialogue.course.files import FileFault

# What browsers that print are called; the tests and the benchmarks look for the same.
NAMES = (
    "chromium-headless-shell",  # without windows: it takes less of the processor
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
    "brave-browser",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
# Long enough for a slow machine; a page of ours prints in about a second.
SECONDS = 120
_SHORT = 50


def browser() -> str | None:
    """The path of a browser that can print (Chromium, Chrome, Edge), or None.

    ``DIALOGUE_BROWSER`` names another one; empty, it means none.
    """
    named = os.environ.get("DIALOGUE_BROWSER")
    if named is not None:
        return shutil.which(named) if named.strip() else None
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return next((place for place in _PLACES if Path(place).is_file()), None)


def pdf(page: Path, target: Path) -> None:
    """Print the HTML file *page* to *target*, as its style's ``@page`` says.

    Nothing is fetched: our pages hold all that they need.  Raises
    :class:`~dialogue.course.files.FileFault` when no browser is there or when it fails.
    """
    program = browser()
    if program is None:
        raise FileFault(target, "no browser that prints was found", "install Chromium or Chrome")
    with _profile() as profile:
        command = [
            program,
            "--headless",
            "--disable-gpu",
            # Letters as wide as the typeface says, in every browser and on every screen: what fits
            # on a sheet does not depend on either.
            "--font-render-hinting=none",
            "--no-first-run",
            "--disable-extensions",
            "--no-pdf-header-footer",
            f"--user-data-dir={profile}",
            f"--print-to-pdf={target.resolve()}",
            page.resolve().as_uri(),
        ]
        # Chromium's sandbox does not start for root, as in a container; the page is our own.
        if sys.platform == "linux" and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        try:
            status = _run(command, profile)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise FileFault(
                target, f"the browser did not print ({error})", "print the HTML"
            ) from None
    if status or not target.is_file() or not target.read_bytes().startswith(b"%PDF"):
        raise FileFault(target, "the browser made no PDF", "open the HTML file and print it")


@contextmanager
def _profile() -> Iterator[str]:
    """A folder of the browser's own.  One that was just ended may write there for a moment."""
    folder = tempfile.mkdtemp()
    try:
        yield folder
    finally:
        try:
            _clear(folder)
        except BaseException:  # who is told to end just now ends with nothing left, too
            _clear(folder)
            raise


def _clear(folder: str) -> None:
    for _ in range(30):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            break
        time.sleep(0.1)


def _run(command: list[str], profile: str) -> int:
    """The exit code of a browser, which ends with us: all its programs, and what they left."""
    nowhere = subprocess.DEVNULL
    # Its temporary files go with its folder, unless its sockets would have too long a name there.
    env = {**os.environ, "TMPDIR": profile} if len(profile) < _SHORT else None
    process: subprocess.Popen[bytes] | None = None
    try:
        with ending.undisturbed():
            process = subprocess.Popen(
                command, stdin=nowhere, stdout=nowhere, stderr=nowhere, env=env,
                start_new_session=True,
            )  # fmt: skip
        return process.wait(timeout=SECONDS)
    except BaseException:
        if process:
            process.terminate()  # so that it clears its own folders away
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            with suppress(OSError, AttributeError):  # no such group is left, or none on Windows
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
        raise


def pages(file: Path) -> int:
    """How many pages the PDF *file* has, as the browser writes it."""
    return file.read_bytes().count(b"/Type /Page\n") or file.read_bytes().count(b"/Type /Page ")
