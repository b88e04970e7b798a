"""The reading edition: pages that need no kernel, and answers that stay in the browser."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dialogue.course import catalogue
from dialogue.site import build

PERMANENT = "form[data-item='05-permanent-bases']"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, in a folder under a path, as a web space has it."""
    place = tmp_path_factory.mktemp("web")
    build.build(place / "course")
    return place


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/course"
    server.shutdown()
    server.server_close()


class Reader:
    """Somebody with a browser: what the page asks for and complains of is kept."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.context = browser.new_context(
            **{"viewport": {"width": 360, "height": 740}, "service_workers": "block"} | options
        )
        self.requests: list[str] = []
        self.faults: list[str] = []
        self.page = self.new()

    def new(self) -> Any:
        page = self.context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "console",
            lambda message: self.faults.append(message.text) if message.type == "error" else None,
        )
        return page

    def open(self, address: str, page: Any = None) -> Any:
        page = page or self.page
        page.goto(address)
        page.wait_for_selector("html[data-ready]", state="attached")
        return page


@pytest.fixture
def reader(browser: Any) -> Iterator[Reader]:
    one = Reader(browser)
    yield one
    one.context.close()


def answer(page: Any, item: str = PERMANENT, choice: int = 0) -> Any:
    form = page.locator(item)
    form.locator("input[type=radio]").nth(choice).check()
    form.locator(".dq-main").click()
    return form


def test_every_lesson_is_a_page(folder: Path) -> None:
    site = folder / "course"
    first = (site / "index.html").read_text("utf-8")
    for lesson in catalogue.lessons():
        assert (site / f"{lesson.stem}.html").is_file()
        assert f'href="{lesson.stem}.html"' in first


def test_the_same_course_makes_the_same_bytes(folder: Path) -> None:
    for name, content in build.site().items():
        data = content.encode() if isinstance(content, str) else content
        assert (folder / "course" / name).read_bytes() == data, name


def test_a_page_holds_no_script_and_no_style(folder: Path) -> None:
    for page in (folder / "course").rglob("*.html"):
        text = page.read_text("utf-8")
        assert "Content-Security-Policy" in text
        assert "<style" not in text, page.name
        assert ' style="' not in text, page.name
        assert "<script>" not in text, page.name


def test_an_answer_is_kept_told_and_found_again(reader: Reader, served: str) -> None:
    page = reader.open(f"{served}/05-round-one.html")
    page.evaluate(
        "() => { window.told = []; document.addEventListener('dialogue:line', (e) => told.push(e.detail)); }"
    )
    form = answer(page)
    assert form.locator(".dq-note").text_content() == "Saved in this browser."
    (line,) = page.evaluate("told")
    assert (line["item"], line["event"], line["saved"]) == ("05-permanent-bases", "check", True)
    kept = page.evaluate("Object.values(localStorage)")
    assert [json.loads(one)["id"] for one in kept] == [line["id"]]
    lesson = page.locator("meta[name=dialogue-lesson]").get_attribute("content")
    assert lesson == "05-round-one"
    reader.open(f"{served}/05-round-one.html")
    assert form.locator("input[type=radio]").first.is_checked()
    assert "Your answer of" in form.locator(".dq-note").text_content()
    assert reader.faults == []
    assert [url for url in reader.requests if not url.startswith(served)] == []


def test_it_works_from_a_disk(reader: Reader, folder: Path) -> None:
    address = (folder / "course" / "05-round-one.html").as_uri()
    form = answer(reader.open(address))
    assert form.locator(".dq-note").text_content() == "Saved in this browser."
    reader.open(address)
    assert form.locator("input[type=radio]").first.is_checked()
