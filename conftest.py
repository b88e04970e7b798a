"""Tests and notebooks alike: nobody's own settings are read, slow tests wait for CI, and nbval
is hardened.

What stock nbval would pass over is an error before any cell runs: it never compares a cell
without an execution count, skips pictures, and accepts stored stderr and widgets that nobody
could read.  See also ``dialogue tidy``.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dialogue.course.tidy import WIDGET_VIEW

# Set where everything must run: `make test-all`, and CI.
SLOW_TOO = bool(os.environ.get("DIALOGUE_SLOW"))
SLOW = pytest.StashKey[int]()
# Where Playwright keeps the Chromium that `make browser` downloads, seen from a home folder.
PLAYWRIGHT = {"darwin": "Library/Caches/ms-playwright", "win32": "AppData/Local/ms-playwright"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--file-times", action="store_true", help="name the ten slowest files")


def pytest_configure(config: pytest.Config) -> None:
    """A throw-away home: whoever runs the tests has settings, fonts and a record of their own."""
    config.addinivalue_line("markers", "slow: left out by `make test`, run by CI")
    config.addinivalue_line("markers", "sweep(n): the cases of one path; those after n are slow")
    browsers = Path.home() / PLAYWRIGHT.get(sys.platform, ".cache/ms-playwright")
    os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(browsers))
    own = tempfile.mkdtemp(prefix="dialogue-tests-")
    config.add_cleanup(lambda: shutil.rmtree(own, ignore_errors=True))
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        del os.environ[name]
    os.environ |= {
        **dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), own),
        "DIALOGUE_RECORD_DIR": f"{own}/record",
        "DIALOGUE_OVERLAY": "",
        "IPYTHONDIR": f"{own}/ipython",
        "JUPYTER_CONFIG_DIR": f"{own}/config",
        "JUPYTER_DATA_DIR": f"{own}/data",
    }


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each worker of xdist collects everything, so one of them is enough to tell."""
    node.config.stash[SLOW] = getattr(node, "workeroutput", {}).get("slow", 0)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["slow"] = session.config.stash.get(SLOW, 0)


@pytest.hookimpl(trylast=True)  # so that nothing comes between this and pytest's own last line
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.getoption("--file-times") or os.environ.get("CI"):
        seconds: Counter[str] = Counter()
        for report in (r for reports in terminalreporter.stats.values() for r in reports):
            seconds[report.nodeid.split("::")[0]] += getattr(report, "duration", 0)
        terminalreporter.section("the ten slowest files")
        for name, spent in seconds.most_common(10):
            terminalreporter.write_line(f"{spent:6.1f} s  {name}")
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.write_line(f"TRIED AGAIN after a failure: {report.nodeid}")
        terminalreporter.write_line(str(report.longrepr)[-2000:])
        for title, content in report.sections:
            terminalreporter.write_line(f"{title}:\n{content[-2000:]}")
    if left_out := config.stash.get(SLOW, 0):
        terminalreporter.write_line(
            f"LEFT OUT here, run in CI: {left_out} slow tests (make test-all)"
        )


def pytest_collectstart(collector: Any) -> None:
    if hasattr(collector, "skip_compare"):
        pictures = ("image/png", "image/jpeg")
        # What an SVG draws is decided by the Vega specification, which is compared; its own
        # text depends on the fonts of the machine as soon as a label is Arabic.
        kept = [mime for mime in collector.skip_compare if mime not in pictures]
        collector.skip_compare = (*kept, "image/svg+xml")


def _without_taken(compare: Any) -> Any:
    """What ``interact`` shows goes into its panel, which nbval does not know: it sees a second
    output.  The panel's twin holds the same, and that is compared."""

    def panel(output: Any) -> bool:
        plain = str(output.get("data", {}).get("text/plain", ""))
        return plain.startswith("interactive(children=")

    def compared(test: list[Any], *rest: Any, **named: Any) -> Any:
        return compare([o for o in test if panel(o)] or test, *rest, **named)

    return compared


def _longest_files_first(items: list[Any]) -> None:
    """A worker takes whole files.  One that drives a browser waits and works longest, however few
    tests it has, and taken last it would be waited for by all."""
    weight: Counter[Any] = Counter()
    for item in items:
        weight[item.path] += 30 if "browser" in getattr(item, "fixturenames", ()) else 1
    items.sort(key=lambda item: -weight[item.path])


def _waits_for_ci(items: list[Any]) -> list[Any]:
    """The tests marked slow, and of a sweep what comes after its first *n* cases."""
    seen: Counter[Any] = Counter()
    slow = []
    for item in items:
        sweep = item.get_closest_marker("sweep")
        if sweep:
            seen[item.path, item.originalname] += 1
        if item.get_closest_marker("slow") or (
            sweep and seen[item.path, item.originalname] > sweep.args[0]
        ):
            slow.append(item)
    return slow


def _second_try(items: list[Any]) -> None:
    """In CI a test that drives a browser may fail once.  Two whole runs failed as if one press of a
    key had been lost, each in another test; of 80,000 presses alone none was.  The summary names
    what was tried again, with its last keys, so that it is not hidden; elsewhere nothing is."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    slow = _waits_for_ci(items)
    if slow and not SLOW_TOO and not config.option.markexpr:
        config.stash[SLOW] = len(slow)
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]
    _longest_files_first(items)
    if os.environ.get("CI"):
        _second_try(items)
    faults = []
    for item in items:
        cell = getattr(item, "cell", None)
        if cell is None or not cell.source.strip():
            continue
        item.compare_outputs = _without_taken(item.compare_outputs)
        if cell.execution_count is None:
            faults.append(f"{item.nodeid}: not executed, so nbval would not compare it")
        for output in cell.outputs:
            if output.get("name") == "stderr":
                faults.append(f"{item.nodeid}: stored warnings or errors (stderr)")
            if output.get("output_type") == "error":
                faults.append(f"{item.nodeid}: a stored error")
            if WIDGET_VIEW in output.get("data", {}):
                faults.append(f"{item.nodeid}: a widget view; its twin is what is committed")
    if faults:
        raise pytest.UsageError("\n".join([*faults, "Run: dialogue tidy"]))
