"""The reading edition beside nbconvert's plain HTML of the same lesson, in one run.

    .venv/bin/python benchmarks/reading.py [--lesson 05-round-one] [--rounds 5]

Both are served from this machine, packed as web hosts pack them, to a fresh browser each time.
Measured: bytes that came before the first question could be answered, and until the page was
at rest; the time from navigation to the first question that can be answered, to the first paint,
and the script's own time; the layout shift; what was asked of other hosts.
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import json
import statistics
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter
from playwright.sync_api import sync_playwright

from dialogue.course import catalogue
from dialogue.site import build

FIRST = """() => {
    window.shift = 0; window.busy = 0; window.first = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) shift += e.value; }))
        .observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((e) => { busy += e.duration; }))
        .observe({ type: "longtask", buffered: true });
    const look = () => {
        if (!window.first && document.querySelector("form.dq-item")) window.first = performance.now();
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


def visit(browser: Any, address: str, ready: Callable[[Any], None]) -> dict[str, float]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, service_workers="block", device_scale_factor=2
    )
    page = context.new_page()
    foreign: set[str] = set()
    host = address.split("/")[2]
    page.on("request", lambda r: foreign.add(r.url) if host not in r.url.split("/")[2:3] else None)
    page.add_init_script(f"({FIRST})()")
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", default="05-round-one")
    parser.add_argument("--rounds", type=int, default=5)
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
        pages: dict[str, tuple[str, Callable[[Any], None]]] = {
            "reading edition": (
                f"{base}/site/{lesson}.html",
                lambda page: page.wait_for_selector("html[data-ready]", state="attached"),
            ),
            "nbconvert, plain": (f"{base}/plain.html", lambda page: page.wait_for_timeout(1500)),
        }
        runs: dict[str, list[dict[str, float]]] = {key: [] for key in pages}
        for turn in range(arguments.rounds + 1):
            for key, (address, ready) in pages.items():
                found = visit(browser, address, ready)
                if turn:  # the first is a warm-up
                    runs[key].append(found)
        browser.close()
        server.shutdown()
    if arguments.json:
        arguments.json.write_text(json.dumps(runs, indent=1), encoding="utf-8")
    print(f"| {lesson}, median of {arguments.rounds} | " + " | ".join(runs) + " |")
    print("|---" * (len(runs) + 1) + "|")
    for what in next(iter(runs.values()))[0]:
        values = [statistics.median(one[what] for one in own) for own in runs.values()]
        print(f"| {what} | " + " | ".join(f"{value:.4g}" for value in values) + " |")


def _chromium() -> str | None:
    import shutil

    return shutil.which("chromium") or shutil.which("google-chrome")


if __name__ == "__main__":
    main()
