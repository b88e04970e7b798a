"""The pictures that can be handled: from a moved control to the new picture, for each of them.

    .venv/bin/python benchmarks/pictures.py [--browser]

*Kernel* is what the kernel does when a control has moved: the state, the drawing as SVG, the tables.
It is processor time, so other work on the machine counts little.  With ``--browser`` the same step is
timed in the course's own JupyterLab, by the page's clock: from the key to the frame that shows it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dialogue.charts import EXPLORABLES, stage
from dialogue.course.catalogue import root
from dialogue.widgets.explorer import step

KEYS = 6
# From the key to the frame after the picture, its words or its tables have changed (ms).
_WATCH = """
([stage, ours]) => {
  const start = performance.now();
  window.step = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - window.pressed)));
    });
    observer.observe(stage, { childList: true, subtree: true, characterData: true });
  });
  ours.addEventListener("keydown", () => { window.pressed = performance.now(); }, { capture: true, once: true });
}
"""


def steps(name: str) -> list[float]:
    """Processor milliseconds of one step, for some values of every control."""
    found = []
    step(name, {})  # what is read and made once is no step
    for control in stage(name, {}).controls:
        values = control.values
        for value in dict.fromkeys([values[0], values[len(values) // 2], values[-1]]):
            start = time.process_time()
            step(name, {control.key: value})
            found.append(1000 * (time.process_time() - start))
    return found


@contextmanager
def lab(folder: Path) -> Iterator[str]:
    """The course's JupyterLab with a notebook that shows every picture; its address."""
    course = folder / "course"
    for name in ("notebooks", "data", "seeds", "exercises"):
        shutil.copytree(root() / name, course / name)
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [
        {**code, "id": name, "source": f"from dialogue import explore\nexplore({name!r})"}
        for name in EXPLORABLES
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    (course / "notebooks/pictures.ipynb").write_text(json.dumps(book), encoding="utf-8")
    own = {"DIALOGUE_COURSE": str(course), "DIALOGUE_RECORD_DIR": str(folder / "record")}
    server = subprocess.Popen(
        [sys.executable, "-m", "dialogue.cli", "lab", "--no-browser", "--edit"],
        env={**os.environ, **own, "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        lines = iter(server.stdout or ())
        found = next(
            m for m in (re.search(r"(http\S+)/lab\S+\?(token=\w+)", x) for x in lines) if m
        )
        yield f"{found[1]}/lab/tree/notebooks/pictures.ipynb?{found[2]}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def seen() -> dict[str, list[float]]:
    """Milliseconds of one step as the page sees it: the first control, moved by keys."""
    from browser import chromium

    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name, lab(Path(name)) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
        page.wait_for_function(
            "window.__dialogueDesk?.tracker.currentWidget?.sessionContext.session?.kernel?.status"
            " === 'idle'",
            timeout=120_000,
        )
        page.evaluate("window.__dialogueDesk.app.commands.execute('notebook:run-all-cells')")
        boxes = page.locator(".dialogue-explore")
        last = boxes.nth(len(EXPLORABLES) - 1).locator(".dx-words")
        last.wait_for(state="attached", timeout=300_000)
        for number, picture in enumerate(EXPLORABLES):
            box = boxes.nth(number)
            control = box.locator("[role=slider], select, input[type=checkbox]").first
            slider = control.get_attribute("role") == "slider"
            control.scroll_into_view_if_needed()
            control.focus()
            for turn in range(KEYS + 1):
                there = turn % 2 == 0
                arrows = ("ArrowRight", "ArrowLeft") if slider else ("ArrowDown", "ArrowUp")
                # At its last value a control cannot go on: from there the way is back.
                at_end = slider and control.get_attribute("aria-valuenow") == control.get_attribute(
                    "aria-valuemax"
                )
                key = arrows[0] if there and not at_end else arrows[1]
                if control.get_attribute("type") == "checkbox":
                    key = "Space"
                page.evaluate(
                    _WATCH, [box.locator(".dx-stage").element_handle(), control.element_handle()]
                )
                control.press(key)
                spent = page.evaluate(
                    "Promise.race([window.step, new Promise((no) => setTimeout(() => no(null), 8000))])"
                )
                if turn and spent is not None:  # the first is a warm-up
                    times.setdefault(picture, []).append(spent)
                page.wait_for_timeout(100)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--browser", action="store_true")
    page = seen() if parser.parse_args().browser else {}
    print(f"load {os.getloadavg()[0]:.0f}\n")
    print("| picture | steps | kernel, ms: median | worst | in the page, ms: median | worst |")
    print("|---|---|---|---|---|---|")
    for name in EXPLORABLES:
        times, own = steps(name), page.get(name, [])
        told = f"{statistics.median(own):.0f} | {max(own):.0f}" if own else " | "
        row = f"| {name} | {len(times)} | {statistics.median(times):.0f} | {max(times):.0f}"
        print(f"{row} | {told} |", flush=True)


if __name__ == "__main__":
    main()
