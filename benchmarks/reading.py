"""The reading edition beside other pages, in one run.

    .venv/bin/python benchmarks/reading.py [--lesson 05-round-one] [--rounds 5] [--lesson-only]

First one lesson beside nbconvert's plain HTML of it; then ten questions, the same for all, in the
reading edition, in the lab edition, in a page that nbconvert makes of jupyterquiz, and in a page of
the same notebook by Jupyter Book (MyST-NB); the last two from an environment of their own.  All are
served from this machine, packed as web hosts pack them, to a fresh browser each time.
Measured: bytes that came before the first question could be answered, and until the page was
at rest; the time from navigation to the first question that can be answered, to the first paint,
and the script's own time; the layout shift; what was asked of other hosts.
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from environments import Bench
from nbconvert import HTMLExporter
from peers import TEN, jupyterquiz_json, our_yaml, questions
from playwright.sync_api import sync_playwright

from dialogue.course import catalogue
from dialogue.site import build

OURS = "form.dq-item fieldset input:not([disabled])"
JUPYTERQUIZ = "label.MCButton"
FIRST = """(option) => {
    window.shift = 0; window.busy = 0; window.first = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) shift += e.value; }))
        .observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((e) => { busy += e.duration; }))
        .observe({ type: "longtask", buffered: true });
    const look = () => {
        if (!window.first && document.querySelector(option)?.getClientRects().length) window.first = performance.now();
        else if (!window.first) requestAnimationFrame(look);
    };
    document.addEventListener("DOMContentLoaded", () => requestAnimationFrame(look));
}"""
TOLD = """() => ({ first: window.first, shift: window.shift, busy: window.busy,
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    bytes: [performance.getEntriesByType("navigation")[0], ...performance.getEntriesByType("resource")]
        .map((e) => [e.name, e.responseEnd, e.transferSize]) })"""


class _Packed(http.server.SimpleHTTPRequestHandler):
    """Serves as web hosts do: text packed."""

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in (".html", ".js", ".css", ".svg", ".txt"):
            data = gzip.compress(data, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def plain(lesson: str, target: Path) -> None:
    """The lesson as nbconvert writes it by itself."""
    notebook = nbformat.read(catalogue.root() / "notebooks" / f"{lesson}.ipynb", as_version=4)
    body, _ = HTMLExporter().from_notebook_node(notebook)
    target.write_text(body, encoding="utf-8")


def ten_of_ours(folder: Path) -> None:
    """A course of one lesson with the ten questions, and both editions of it."""
    command, course = [sys.executable, "-m", "dialogue.cli"], folder / "ten"
    env = {**os.environ, "DIALOGUE_COURSE": str(course)}
    run = partial(subprocess.run, env=env, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*command, "new", "course", str(course)], check=True, stdout=subprocess.DEVNULL)
    bank = next((course / "exercises").glob("01-*.yaml"))
    made = (
        our_yaml(questions(TEN)).replace("99-benchmark", bank.stem).replace("99-cells", "01-cells")
    )
    bank.write_text(made, encoding="utf-8")
    file = course / "notebooks" / f"{bank.stem}.ipynb"
    notebook = nbformat.read(file, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id in ("title", "setup")]
    notebook.cells += [
        nbformat.v4.new_code_cell(f'ask("01-cells-{n}")', id=f"check-01-cells-{n}")
        for n in range(TEN)
    ]
    nbformat.write(notebook, file)
    run([*command, "tidy", str(file)])
    run([*command, "site", str(folder / "ten-site")])
    run([*command, "site-lab", str(folder / "ten-lab")])


def ten_of_theirs(folder: Path) -> None:
    """A notebook of jupyterquiz as nbconvert's HTML and as a page of a Jupyter Book."""
    uv, python = Bench(folder / "bench", "worktree").uv, folder / "theirs" / "bin" / "python"
    run = partial(subprocess.run, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    run([uv, "venv", "-q", str(folder / "theirs")])
    wanted = ("jupyter-book<2", "jupyterquiz", "ipykernel", "nbconvert")
    run([uv, "pip", "install", "-q", "--python", str(python), *wanted])
    book = folder / "book"
    book.mkdir()
    (book / "ten.json").write_text(jupyterquiz_json(questions(TEN)), encoding="utf-8")
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# Ten questions"),
        nbformat.v4.new_code_cell(
            'from jupyterquiz import display_quiz\ndisplay_quiz("ten.json", shuffle_answers=False)'
        ),
    ]
    nbformat.write(notebook, book / "ten.ipynb")
    (book / "_toc.yml").write_text("format: jb-book\nroot: ten\n", encoding="utf-8")
    (book / "_config.yml").write_text("title: Ten questions\n", encoding="utf-8")
    env = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    convert = ("-m", "nbconvert", "--to", "html", "--execute", "--output", "ten-jupyterquiz")
    run([str(python), *convert, "ten.ipynb"], cwd=book, env=env)
    run([str(python.parent / "jupyter-book"), "build", "-q", str(book)], env=env)


def visit(
    browser: Any, address: str, option: str, ready: Callable[[Any], None]
) -> dict[str, float]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, service_workers="block", device_scale_factor=2
    )
    page = context.new_page()
    foreign: set[str] = set()
    host = address.split("/")[2]
    page.on("request", lambda r: foreign.add(r.url) if host not in r.url.split("/")[2:3] else None)
    page.add_init_script(f"({FIRST})({json.dumps(option)})")
    page.goto(address)
    ready(page)
    told = page.evaluate(TOLD)
    context.close()
    first = told["first"] or float("inf")
    return {
        "first paint, ms": told["paint"],
        "first question to answer, ms": told["first"],
        "kB before it": sum(b for _, end, b in told["bytes"] if end <= first) / 1000,
        "kB in all": sum(b for *_, b in told["bytes"]) / 1000,
        "long tasks, ms": told["busy"],
        "layout shift": told["shift"],
        "other hosts asked": len({url.split("/")[2] for url in foreign if url.startswith("http")}),
    }


def at_rest(page: Any) -> None:
    page.wait_for_timeout(1500)


def answerable(page: Any) -> None:
    page.wait_for_function("window.first")
    at_rest(page)


class Page(NamedTuple):
    """An address, what an option that can be chosen looks like, and when the page is at rest."""

    address: str
    option: str
    ready: Callable[[Any], None]


def measured(
    browser: Any, pages: dict[str, Page], rounds: int
) -> dict[str, list[dict[str, float]]]:
    """Every page once a round, in turn."""
    runs: dict[str, list[dict[str, float]]] = {key: [] for key in pages}
    for turn in range(rounds + 1):
        for key, page in pages.items():
            found = visit(browser, *page)
            if turn:  # the first is a warm-up
                runs[key].append(found)
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", default="05-round-one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lesson-only", action="store_true", help="leave the ten questions out")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    lesson = arguments.lesson
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        build.build(folder / "site", moving_too=())
        plain(lesson, folder / "plain.html")
        handler = partial(_Packed, directory=name)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        browser = playwright.chromium.launch(
            executable_path=_chromium(),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        still = "html[data-ready]"
        pages: dict[str, Page] = {
            "reading edition": Page(
                f"{base}/site/{lesson}.html",
                OURS,
                lambda page: page.wait_for_selector(still, state="attached"),
            ),
            "nbconvert, plain": Page(f"{base}/plain.html", OURS, at_rest),
        }
        tables = {lesson: measured(browser, pages, arguments.rounds)}
        if not arguments.lesson_only:
            ten_of_ours(folder)
            ten_of_theirs(folder)
            ours = next((folder / "ten" / "exercises").glob("01-*.yaml")).stem
            lab = f"{base}/ten-lab/lab/index.html?path=notebooks/{ours}.ipynb"
            tables["ten questions"] = measured(
                browser,
                {
                    "reading edition": Page(f"{base}/ten-site/{ours}.html", OURS, answerable),
                    "lab edition": Page(lab, OURS, answerable),
                    "jupyterquiz by nbconvert": Page(
                        f"{base}/book/ten-jupyterquiz.html", JUPYTERQUIZ, answerable
                    ),
                    "jupyterquiz by Jupyter Book (MyST-NB)": Page(
                        f"{base}/book/_build/html/ten.html", JUPYTERQUIZ, answerable
                    ),
                },
                arguments.rounds,
            )
        browser.close()
        server.shutdown()
    if arguments.json:
        arguments.json.write_text(json.dumps(tables, indent=1), encoding="utf-8")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for title, runs in tables.items():
        print(f"\n| {title}, median of {arguments.rounds} | " + " | ".join(runs) + " |")
        print("|---" * (len(runs) + 1) + "|")
        for what in next(iter(runs.values()))[0]:
            values = [statistics.median(one[what] for one in own) for own in runs.values()]
            print(f"| {what} | " + " | ".join(f"{value:.4g}" for value in values) + " |")


def _chromium() -> str | None:
    import shutil

    from dialogue.classroom.printing import NAMES

    return next(filter(None, map(shutil.which, NAMES)), None)


if __name__ == "__main__":
    main()
