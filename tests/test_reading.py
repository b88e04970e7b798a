"""The reading edition: pages that need no kernel, and answers that stay in the browser."""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import random
import re
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import recall_vectors
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from conftest import copy_course, wait_until
from dialogue import bank
from dialogue.charts import EXPLORABLES, stage
from dialogue.cli import main
from dialogue.course import catalogue, files, sources
from dialogue.learner import progress
from dialogue.page.text import plain
from dialogue.page.words import SITE, STRINGS
from dialogue.site import build, code, lessons, moving
from dialogue.site.lab import build as lab_build
from dialogue.site.lab import needs
from dialogue.widgets.quiz import Quiz

PERMANENT = "form[data-item='05-permanent-bases']"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, in a folder under a path, as a web space has it."""
    place = tmp_path_factory.mktemp("web")
    build.build(place / "course", moving_too=("raid",))
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


@pytest.mark.slow
def test_the_same_course_makes_the_same_bytes(folder: Path) -> None:
    for name, content in build.site(moving_too=("raid",)).items():
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


# --- the record: out, in, together, away -------------------------------------------------------


def choose_file(page: Any, name: str, data: bytes) -> str:
    page.evaluate("document.querySelector('section.dq .dq-status').textContent = ''")
    file = {"name": name, "mimeType": "text/plain", "buffer": data}
    page.locator("input[type=file]").set_input_files(file)
    status = page.locator("section.dq .dq-status")
    words = wait_until(status.text_content, "the page says what came of it")
    return str(words)


def downloaded(page: Any) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=SITE["download"]).click()
    return Path(waiting.value.path()).read_bytes()


def test_answers_travel_to_a_laptop_and_back(reader: Reader, served: str, tmp_path: Path) -> None:
    answer(reader.open(f"{served}/05-round-one.html"), choice=1)
    page = reader.open(f"{served}/answers.html")
    assert SITE["answers_count"].format(questions=1, right=1) in page.locator("main").inner_text()
    file = tmp_path / "answers.jsonl"
    file.write_bytes(downloaded(page))
    assert progress.import_from(file) == progress.Imported(1, 0, 0)
    assert file.read_bytes() == progress.path().read_bytes()  # one form of line everywhere
    quiz = Quiz([bank.course_bank().questions["05-permanent-bases"]])
    assert quiz.state["05-permanent-bases"]["outcome"]["verdict"] == "right"
    own = progress.append(progress.Attempt("05-cuts", "0", "check", [1, "ü"], "wrong", 0.25))
    back = tmp_path / "back.jsonl"
    progress.export_to(back)
    assert choose_file(page, "back.jsonl", back.read_bytes()).startswith(
        SITE["loaded"].format(added=1, known=1)
    )
    assert choose_file(page, "back.jsonl", back.read_bytes()) == SITE["loaded"].format(
        added=0, known=2
    )
    assert downloaded(page).splitlines()[-1] == back.read_bytes().splitlines()[-1]
    assert own.id.encode() in downloaded(page)


def test_what_cannot_be_read_is_said_and_harms_nothing(reader: Reader, served: str) -> None:
    page = reader.open(f"{served}/answers.html")
    assert choose_file(page, "empty.jsonl", b"") == SITE["load_nothing"]
    assert choose_file(page, "picture.png", bytes(range(256)) * 40) == SITE["load_nothing"]
    line = {"format": 2, "item": "05-permanent-bases", "version": "0", "event": "check", "id": "a"}
    hostile = [
        json.dumps(line)[:-9],  # torn
        json.dumps(
            {**line, "id": "b", "item": "__proto__", "event": "<img src=x onerror=alert(1)>"}
        ),
        json.dumps({**line, "id": "c", "item": "99-another-course"}),
        '{"format": 2, "item": "05-x", "version": "0", "event": "check", "id": "d", "response": '
        + "[" * 5000
        + "]" * 5000
        + "}",
        json.dumps({"format": 3, "new": True}),
        "null",
        "[]",
        "7",
        '"x"',
    ]
    said = choose_file(page, "hostile.jsonl", "\n".join(hostile).encode())
    assert said.startswith(SITE["loaded"].format(added=4, known=0))
    assert SITE["load_unreadable"].format(unreadable=5, first=1) in said
    assert SITE["load_foreign"].format(n=3) in said
    page = reader.open(f"{served}/05-round-one.html")
    assert answer(page).locator(".dq-note").text_content() == SITE["saved"]
    assert reader.faults == []


@pytest.mark.slow
def test_erasing_asks_first(reader: Reader, served: str) -> None:
    answer(reader.open(f"{served}/05-round-one.html"))
    page = reader.open(f"{served}/answers.html")
    page.get_by_role("button", name=SITE["erase"]).click()
    page.get_by_role("button", name=SITE["erase_no"]).click()
    assert len(page.evaluate("Object.keys(localStorage)")) == 1
    page.get_by_role("button", name=SITE["erase"]).click()
    page.get_by_role("button", name=SITE["erase_yes"]).click()
    assert SITE["erased"].format(n=1) in page.locator("main").inner_text()
    assert page.evaluate("Object.keys(localStorage)") == []


@pytest.mark.slow
def test_the_order_of_a_merged_record_is_that_of_python(reader: Reader, served: str) -> None:
    page = reader.open(f"{served}/answers.html")
    draw = random.Random(22)
    for _ in range(60):
        lines = []
        for n in range(draw.randrange(12)):
            at = draw.choice(["", "x", "2019-01-01T00:00:00+00:00", None])
            if draw.random() < 0.8:
                at = f"2026-11-{draw.randrange(1, 29):02}T10:00:00{draw.choice(['+00:00', 'Z', '+02:00', ''])}"
            entry = {"item": "i", "version": "v", "event": "check", "id": str(n % 9), "at": at}
            lines.append(draw.choice(["", "", " "]) + json.dumps(entry))
        python = [
            e.line.decode() for e in progress.in_order(progress.entries(map(str.encode, lines)))
        ]
        script = (
            "(lines) => Dialogue.rules.inOrder(Dialogue.rules.entriesOf(lines)).map((e) => e.line)"
        )
        assert page.evaluate(script, lines) == python


def test_a_link_to_a_part_of_the_page_finds_it(folder: Path) -> None:
    for page in (folder / "course").glob("[0-9]*.html"):
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        names = [str(node["id"]) for node in soup.find_all(id=True)]
        assert len(names) == len(set(names)), page.name
        for link in soup.select("main a[href^='#']"):
            assert unquote(str(link["href"])[1:]) in names, (page.name, link["href"])


@pytest.mark.slow
def test_the_negotiation_is_played_and_kept_without_a_kernel(reader: Reader, served: str) -> None:
    address = f"{served}/12-negotiate-round-two.html"
    page = reader.open(address)
    assert page.locator(".dn").count() >= 1
    game = page.locator(".dn").first
    game.locator("[data-do=why]").click()
    assert game.locator(".dn-rounds").text_content() == "Round 2 of 8"
    reader.open(address)
    assert game.locator(".dn-rounds").text_content() == "Round 2 of 8"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    game.locator("[data-do=walk]").click()
    game.locator("[data-do=yes]").click()
    assert "Left on the table:" in game.inner_text()
    assert reader.faults == []
    assert [url for url in reader.requests if not url.startswith(served)] == []


# --- without a network ------------------------------------------------------------------------


def test_a_second_visit_needs_no_network(browser: Any, served: str) -> None:
    reader = Reader(browser, service_workers="allow")
    page = reader.open(f"{served}/index.html")
    device = page.locator(".device")
    wait_until(lambda: device.text_content() == SITE["device_kept"], "the course is kept")
    reader.context.set_offline(True)
    reader.open(f"{served}/06-the-june-raid.html", page)
    form = page.locator("form.dq-item").first
    assert form.is_visible()
    page.goto(f"{served}/nowhere.html")
    assert "not on this device yet" in page.locator("h1").inner_text()
    assert reader.faults == []
    reader.context.close()


@pytest.mark.slow
def test_what_was_broken_off_goes_on_at_the_next_visit(browser: Any, served: str) -> None:
    reader = Reader(browser, service_workers="allow")
    lost = lambda route: route.abort()  # noqa: E731
    reader.context.route("**/07-*", lost)
    page = reader.open(f"{served}/index.html")
    device = page.locator(".device")
    wait_until(lambda: device.text_content() == SITE["device_broken"], "it was broken off")
    reader.context.unroute("**/07-*", lost)
    reader.open(f"{served}/index.html", page)
    wait_until(lambda: device.text_content() == SITE["device_kept"], "the rest came")
    reader.context.close()


@pytest.mark.slow
def test_a_newer_edition_waits_for_the_reader(browser: Any, folder: Path, served: str) -> None:
    reader = Reader(browser, service_workers="allow")
    page = reader.open(f"{served}/05-round-one.html")
    wait_until(lambda: page.locator(".device").text_content() == SITE["device_kept"], "kept")
    form = page.locator(PERMANENT)
    form.locator("input[type=radio]").first.check()  # in the middle of an answer
    worker, lesson = (folder / "course" / name for name in ("sw.js", "05-round-one.html"))
    old = worker.read_text("utf-8"), lesson.read_text("utf-8")
    try:
        worker.write_text(old[0].replace('EDITION = "', 'EDITION = "new-'), "utf-8")
        lesson.write_text(old[1].replace("Edition ", "Edition new-"), "utf-8")
        page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
        page.locator(".newer button").wait_for()
        assert form.locator("input[type=radio]").first.is_checked()
        form.locator(".dq-main").click()
        assert form.locator(".dq-note").text_content() == SITE["saved"]
        page.locator(".newer button").click()
        wait_until(lambda: "new-" in page.locator(".stamp").inner_text(), "the newer edition")
        page.wait_for_selector("html[data-ready]", state="attached")
        assert "Your answer of" in page.locator(PERMANENT).locator(".dq-note").text_content()
    finally:
        worker.write_text(old[0], "utf-8")
        lesson.write_text(old[1], "utf-8")
    reader.context.close()


# --- for everybody -----------------------------------------------------------------------------

KINDS_OF_PAGE = (
    *("index", "05-round-one", "glossary", "review", "answers", "pre-test", "what-now"),
    *(
        "06-the-june-raid",
        "search",
        "tables",
        "table-rounds",
        "not-kept",
        "teach/index",
        "teach/05-round-one-plan",
    ),
)


@pytest.mark.parametrize(
    "name",
    [
        name if name == "answers" else pytest.param(name, marks=pytest.mark.slow)
        for name in KINDS_OF_PAGE
    ],
)
def test_axe_finds_nothing(reader: Reader, served: str, name: str) -> None:
    page = reader.open(f"{served}/{name}.html")
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = Axe().run(page).response
        assert len(found["passes"]) > 10
        told = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
        assert told == [], theme
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert reader.faults == []


# --- the rules of review, in the page as in Python ---------------------------------------------

RULES = """([course, cases]) => cases.map(({ tries, target }) => {
    const R = Dialogue.rules;
    const now = R.dayOf("2026-11-27"), aim = target && R.dayOf(target);
    const rows = course.rows.map((row) => ({ lesson: "", versions: [], ...row }));
    const all = R.standings(rows, tries, now);
    const due = R.queue(all, now, aim);
    const step = R.nextStep(all, Object.keys(course.warm).sort(), now, aim);
    const given = R.givenForecasts(rows, tries, Dialogue.views.quiz.KINDS.forecast.chance);
    const settled = R.settledForecasts(given);
    return {
        queue: { ...due, days: due.days.map(([day, n]) => [R.isoDay(day), n]) },
        due: Object.fromEntries([...all].map(([id, one]) => [id, R.dueDay(one, aim, now)])
            .filter(([, day]) => day !== null).map(([id, day]) => [id, R.isoDay(day)])),
        warm_up: Object.fromEntries(Object.entries(course.warm).map(([n, warm]) => [n, R.warmUpSet(rows, all, warm, now)])),
        objectives: R.objectives(all).map((o) => [o.label, o.lesson, o.questions, o.tried, o.right, o.state]),
        step: { kind: step.kind, count: step.count ?? 0, question: step.question ?? "", objective: step.objective ?? "",
            lesson: step.lesson ?? "", day: step.day === undefined ? "" : R.isoDay(step.day) },
        levels: R.certaintyLevels(all).map((l) => [l.n, l.answers, l.right, l.judgement]),
        mistakes: R.confidentMistakes(all).map((m) => [m.id, R.isoDay(m.day)]),
        given: given.map((g) => [g.id, g.chance, g.happened, g.toldIn]),
        settled: [settled.count, settled.brier, settled.bands.map((b) => [b.low, b.high, b.forecasts, b.happened, b.mean])],
    };
})"""


def test_the_rules_of_review_are_those_of_python(browser: Any, served: str) -> None:
    cases = json.loads(recall_vectors.FILE.read_text(encoding="utf-8"))
    assert {case["expect"]["step"]["kind"] for case in cases} == {
        *("due", "sure", "objective", "lesson", "rest"),
    }
    for case in cases:
        target = date.fromisoformat(case["target"]) if case["target"] else None
        python = json.loads(
            json.dumps(recall_vectors.told(recall_vectors.read(case["tries"]), target))
        )
        assert python == case["expect"], "a rule has changed: see recall_vectors.py"
    reader = Reader(browser, timezone_id="Asia/Baghdad")
    page = reader.open(f"{served}/review.html")
    for case, found in zip(
        cases, page.evaluate(RULES, [recall_vectors.course(), cases]), strict=True
    ):
        (count, brier, bands) = found.pop("settled")
        expect = case["expect"]
        own = expect.pop("settled")
        assert found == expect
        assert count == own[0]
        assert brier == pytest.approx(own[1])
        assert [b[:4] for b in bands] == [b[:4] for b in own[2]]
    reader.context.close()


@pytest.mark.slow
def test_what_was_missed_comes_back_and_progress_says_so(browser: Any, served: str) -> None:
    reader = Reader(browser)
    page = reader.page
    page.clock.install(time="2026-11-20T10:00:00")
    core = "form[data-item='05-troop-cuts']"
    right = [o.right for o in bank.course_bank().questions["05-troop-cuts"].options].index(True)
    answer(reader.open(f"{served}/05-round-one.html"), core, choice=int(right == 0))  # not right
    page.clock.set_fixed_time("2026-11-22T10:00:00")
    reader.open(f"{served}/index.html")
    row = page.locator("[data-lesson='05-round-one'] .done")
    wait_until(lambda: row.inner_text().startswith("1 of"), "the list says what is done")
    page.locator(".due a").click()
    page.wait_for_selector("html[data-ready]", state="attached")
    form = page.locator(core)
    texts = form.locator(".dq-option")
    said = bank.course_bank().questions["05-troop-cuts"].options[right].text
    texts.filter(has_text=plain(said)).locator("input").check()
    form.locator(".dq-main").click()
    assert "Right." in form.locator(".dq-status").inner_text()
    panel = page.locator("[data-place='check-progress']")
    panel.get_by_role("button", name=STRINGS["panel_again"]).click()
    wait_until(lambda: "begun 1" in panel.inner_text(), "the objective is begun")
    page.locator(".exam input").fill("2026-12-20")
    wait_until(lambda: "20 December 2026" in page.locator("main").inner_text(), "the gaps are set")
    assert reader.faults == []
    reader.context.close()


# --- finding -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_names_are_found_in_any_spelling(reader: Reader, served: str) -> None:
    page = reader.open(f"{served}/search.html")
    field = page.get_by_role("searchbox")
    page.wait_for_selector("html[data-searchable]", state="attached")
    for wish, where in (
        ("permanent bases", "05-round-one.html"),
        ("Hashd", "glossary.html#term-"),
        ("الحشد", "glossary.html#term-"),
        ("waiver 2020", "table-waivers.html"),
    ):
        field.fill(wish)
        links = page.locator(".found a")
        found = [links.nth(n).get_attribute("href") for n in range(links.count())]
        assert any(str(href).startswith(where) for href in found), (wish, found)
    field.fill("xyzzy")
    wait_until(lambda: SITE["search_none"] in page.locator("main").inner_text(), "it is said")
    field.fill("Hashd")
    page.locator(".found a[href*='#term-']").first.click()
    page.locator("[data-term] details[open]").first.wait_for()
    assert reader.faults == []


@pytest.mark.slow
def test_a_badge_tells_on_hover_and_focus_what_it_stands_for(reader: Reader, served: str) -> None:
    page = reader.open(f"{served}/05-round-one.html")
    badge = page.get_by_role("link", name="P8", exact=True).first
    badge.focus()
    tip = page.get_by_role("tooltip")
    assert sources.paragraphs()["P8"]["digest"] in tip.inner_text()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    badge.hover()
    assert tip.is_visible()
    box = tip.bounding_box()
    assert 0 <= box["x"] <= 360 - box["width"]


def test_no_page_tells_anybody_to_run_it(folder: Path) -> None:
    for page in (folder / "course").glob("*.html"):
        text = BeautifulSoup(page.read_text("utf-8"), "html.parser").get_text(" ")
        for words in ("Run All Cells", "run the cells: menu", "Run this cell", "Run the next cell"):
            assert words not in text, (page.name, words)


# --- pictures ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_picture_moves_as_python_draws_it(reader: Reader, served: str) -> None:
    page = reader.open(f"{served}/06-the-june-raid.html")
    box = page.locator(".dialogue-explore")
    slider = box.get_by_role("slider")
    for value in (2, 6):
        state = stage("raid", {"agree": value})
        values = state.controls[0].values
        slider.fill(str(values.index(value)))
        assert box.locator(".dx-words").inner_text().split() == state.scene.words.split()
        drawn = page.evaluate(
            "(svg) => { const box = document.createElement('div'); box.innerHTML = svg;"
            " const inside = (node) => node.querySelector('svg').innerHTML;"
            " return inside(box) === inside(document.querySelector('.dx-picture')); }",
            state.scene.picture.svg(),
        )
        assert drawn
        label = next(label for label, one in state.controls[0].options if one == value)
        assert slider.get_attribute("aria-valuetext") == label
    assert reader.faults == []


@pytest.mark.slow
def test_charts_are_drawn_by_vega_when_they_come_near(reader: Reader, served: str) -> None:
    page = reader.open(f"{served}/05-round-one.html")
    assert not [url for url in reader.requests if "vega" in url]
    figure = page.locator("[data-chart]").first
    before = figure.bounding_box()
    figure.scroll_into_view_if_needed()
    page.wait_for_selector("[data-drawn]", state="attached")
    after = figure.bounding_box()
    assert (before["width"], before["height"]) == (after["width"], after["height"])
    assert figure.get_by_role("img").get_attribute("aria-label").startswith("The 26 lines")
    assert reader.faults == []


@pytest.mark.slow
def test_without_scripts_every_lesson_reads(browser: Any, served: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{served}/05-round-one.html")
    text = page.locator("main").inner_text()
    assert SITE["twin"] in text
    assert page.get_by_text("Comment on A").count() > 10
    assert page.locator("figure svg").count() == 1
    assert page.locator("img[src^='pictures/']").count() == 1
    context.close()


# --- when the browser keeps nothing -------------------------------------------------------------

CLOSED = """Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("switched off", "SecurityError"); } });"""
FILL = """() => {
    let piece = "x".repeat(1 << 20), n = 0;
    while (piece) {
        try { localStorage.setItem(`filled-${n += 1}`, piece); }
        catch { piece = piece.slice(0, piece.length >> 1); }
    }
}"""


@pytest.mark.slow
def test_a_full_store_is_said_and_the_answer_is_still_there(reader: Reader, served: str) -> None:
    page = reader.open(f"{served}/05-round-one.html")
    answer(page)
    page.evaluate(FILL)
    form = answer(page, choice=1)
    assert form.locator(".dq-problem").inner_text() == SITE["unsaved_full"]
    assert "Right." in form.locator(".dq-status").inner_text()
    page.evaluate(
        "Object.keys(localStorage).filter((k) => k.startsWith('filled')).forEach((k) => localStorage.removeItem(k))"
    )
    answer(page, choice=0)  # with room again, what waited is kept too, in its order
    assert form.locator(".dq-note").inner_text() == SITE["saved"]
    lines = page.evaluate(
        "Object.keys(localStorage).sort().map((k) => JSON.parse(localStorage.getItem(k)).response)"
    )
    assert lines == [0, 1, 0]


@pytest.mark.slow
def test_what_an_import_cannot_keep_is_not_kept_by_halves(reader: Reader, served: str) -> None:
    page = reader.open(f"{served}/answers.html")
    page.evaluate(FILL)
    line = {"format": 2, "item": "05-x", "version": "0", "event": "check"}
    many = "\n".join(json.dumps({**line, "id": str(n)}) for n in range(50))
    assert choose_file(page, "answers.jsonl", many.encode()) == SITE["load_full"].format(n=50)
    kept = page.evaluate("Object.keys(localStorage).filter((k) => !k.startsWith('filled')).length")
    assert kept == 0


@pytest.mark.slow
@pytest.mark.parametrize("lesson", ["05-round-one", "12-negotiate-round-two"])
def test_without_a_store_everything_works_but_saving(
    reader: Reader, served: str, lesson: str
) -> None:
    reader.context.add_init_script(CLOSED)
    page = reader.open(f"{served}/{lesson}.html")
    assert page.locator(".again").count() == 0
    form = page.locator("form.dq-item", has=page.locator("input[type=radio]")).first
    form.locator("input[type=radio]").first.check()
    form.locator(".dq-main").click()
    assert form.locator(".dq-problem").inner_text() == SITE["unsaved_closed"]
    assert reader.faults == []
    desk = reader.open(f"{served}/answers.html").locator("body").inner_text()
    assert SITE["answers_none"] in desk
    assert SITE["answers_closed"] in desk
    for name in ("answers", lesson, "review"):  # nothing says that it keeps them
        text = reader.open(f"{served}/{name}.html").locator("body").inner_text()
        assert SITE["answers_closed"] in text
        assert SITE["answers_where"] not in text
        assert "stay in this browser" not in text


@pytest.mark.slow
def test_two_tabs_lose_nothing(reader: Reader, served: str) -> None:
    address = f"{served}/05-round-one.html"
    tabs = [reader.open(address), reader.open(address, reader.new())]
    for n in range(6):
        answer(tabs[n % 2], choice=n % 3)
    desk = reader.open(f"{served}/answers.html", reader.new())
    assert downloaded(desk).count(b"\n") == 6
    answer(tabs[0])  # and the desk, which is open, counts along
    wait_until(lambda: downloaded(desk).count(b"\n") == 7, "another tab's answer is there")


@pytest.mark.slow
def test_answers_that_the_browser_threw_away_do_not_stop_the_next(
    reader: Reader, served: str
) -> None:
    page = reader.open(f"{served}/05-round-one.html")
    answer(page)
    page.evaluate("localStorage.clear()")
    form = answer(page, choice=1)
    assert form.locator(".dq-note").inner_text() == SITE["saved"]
    assert reader.faults == []


# --- the teacher's door --------------------------------------------------------------------------


def test_no_file_holds_the_key_of_a_test(folder: Path) -> None:
    secret = {
        plain(part.say)
        for question in bank.course_bank().questions.values()
        if question.use == "graded"
        for part in question.parts()
        if part.say
    }
    assert len(secret) > 50
    for file in (folder / "course").rglob("*"):
        if file.suffix in (".html", ".js"):
            written = file.read_text("utf-8")
            assert not [one for one in secret if one in written], file.name
    items = (folder / "course" / "assets" / "data" / "pre-test.js").read_text("utf-8")
    assert '"right":true' not in items


@pytest.mark.slow
@pytest.mark.parametrize("place", ["web", "disk"])
def test_wall_and_slides_work_under_the_policy(
    reader: Reader, folder: Path, served: str, place: str
) -> None:
    base = served if place == "web" else (folder / "course").as_uri()
    page = reader.page
    page.goto(f"{base}/teach/05-round-one-wall.html")
    page.keyboard.press("n")
    assert page.locator("section:visible > .about").first.inner_text().startswith("Question 2")
    page.goto(f"{base}/teach/05-round-one-slides.html")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("section.present:not(:first-child)")
    assert reader.faults == []
    assert "<script>" not in page.content()


# --- calm and quick ----------------------------------------------------------------------------

SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (!entry.hadRecentInput) shifts.push([entry.value, ...entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 90))]);
})).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.slow
def test_nothing_moves_while_a_page_comes(reader: Reader, served: str) -> None:
    answer(reader.open(f"{served}/05-round-one.html"))
    reader.page.add_init_script(SHIFTS)
    for name in ("index", "05-round-one", "review", "answers", "what-now"):
        page = reader.open(f"{served}/{name}.html")
        page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        shifts = page.evaluate("shifts")
        # What a record decides (a warm-up, a panel) is as long as what the learner has met: where
        # it stands low on the first screen, a line below it may give way by a little.
        assert sum(one[0] for one in shifts) < (1e-9 if name in ("index", "answers") else 0.01), (
            shifts
        )


def test_the_first_question_needs_less_than_300_kilobytes(folder: Path) -> None:
    site = folder / "course"
    for lesson in catalogue.lessons():
        page = site / f"{lesson.stem}.html"
        text = page.read_text("utf-8")
        used = {page} | {site / file for file in re.findall(r'(?:src|href)="(assets/[^"]+)"', text)}
        packed = sum(len(gzip.compress(file.read_bytes(), 6)) for file in used)
        assert packed < 120_000, (lesson.stem, packed)
        assert sum(file.stat().st_size for file in used) < 600_000, lesson.stem


def test_what_is_missing_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(course))
    (course / "notebooks" / "02-two-agreements.ipynb").write_text("{", encoding="utf-8")
    assert main(["site", str(tmp_path / "site"), "--still"]) == 1
    told = capsys.readouterr().err.strip()
    assert len(told.splitlines()) == 1
    assert "02-two-agreements.ipynb" in told
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("name", ["", "site"])
def test_a_folder_in_the_way_is_told_before_the_work(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.txt").write_text("mine", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(build, "site", lambda *_: pytest.fail("the work was begun"))
    assert main(["site", name]) == 1
    told = capsys.readouterr().err
    assert told == f"{name or repr(name)}: this exists already; add --force to replace it\n"


# --- code that runs in the page --------------------------------------------------------------------


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a lab edition's folder says of its Python, with next to nothing in it."""
    folder = tmp_path_factory.mktemp("lab")
    place = folder / "static" / "pyodide"
    place.mkdir(parents=True)
    packed = dict.fromkeys(("ipython", "sqlite3", "pandas", "numpy"), b"x" * 400_000)
    packed |= dict.fromkeys(("altair", "vl-convert-python"), b"x" * 1_000_000)
    packed["us-iraq-dialogue-course"] = lab_build.course_wheel().packed()
    packages = {}
    for name, data in packed.items():
        (place / f"{name}.whl").write_bytes(data)
        packages[name] = {"file_name": f"{name}.whl", "depends": ["numpy"] * (name == "pandas")}
    (place / "pyodide-lock.json").write_text(json.dumps({"packages": packages}), "utf-8")
    for name in ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"):
        (place / name).write_bytes(b"x" * 1_000_000)
    return folder


def lane_of(text: str, cell: str) -> Any:
    return BeautifulSoup(text, "html.parser").select_one(f"[data-lane='{cell}']")


def test_code_runs_in_a_page_only_beside_a_lab_edition(lab: Path) -> None:
    path = catalogue.root() / "notebooks" / "05-round-one.ipynb"
    alone = lessons.page(path)
    assert alone.code == {}
    assert "data-lane" not in alone.main
    assert alone.main.count(SITE["code_elsewhere"]) == 1
    python = code.python(lab)
    with_python = lessons.page(path, python=python)
    # From the files themselves: four of a megabyte, four packages, the course.
    size = sum(file.stat().st_size for file in (lab / "static" / "pyodide").iterdir())
    assert python.pictures == size == python.tables + 2_000_000
    total = code.megabytes(python.pictures)  # the most that this page may ask for
    assert SITE["code_elsewhere"] not in with_python.main
    assert with_python.main.count(SITE["code_here"].format(total=total)) == 1
    lane = lane_of(with_python.main, "tweak-weights")
    weight = int(lane["data-bytes"])
    assert weight in (python.tables, python.pictures)
    assert f"(needs Python: {code.megabytes(weight)} MB, once)" in lane.button.get_text()
    assert lane.textarea.get_text() == with_python.code["tweak-weights"]
    assert lane.textarea["aria-label"].strip()
    chart = lane_of(with_python.main, "picture-ladder")
    assert f"(needs Python: {code.megabytes(size)} MB, once)" in chart.button.get_text()
    assert SITE["own_code"] in alone.main
    assert SITE["own_code"] not in with_python.main
    assert "<script>" not in with_python.main
    assert ' style="' not in with_python.main


def test_a_picture_with_more_settings_than_were_drawn_asks_for_python(lab: Path) -> None:
    path = catalogue.root() / "notebooks" / "05-round-one.ipynb"
    (alone,) = (d for d in lessons.page(path, moving_too=("ladder",)).places.values() if "job" in d)
    assert "python" not in alone
    python = code.python(lab)
    page = lessons.page(path, moving_too=("ladder",), python=python)
    (with_python,) = (data for data in page.places.values() if "job" in data)
    assert with_python["python"] == {
        "picture": "ladder",
        "settings": dict(stage("ladder", {"commitment": "C18"}).settings),
        "bytes": python.pictures,
    }


def test_every_picture_moves_without_python_by_few_scenes() -> None:
    assert set(moving.MOVING) == set(EXPLORABLES)
    controls = {one.key: one for one in stage("options", {}).controls}
    made = moving.scenes("options", {})
    assert len(made["scenes"]) == len(controls["seat"].values)
    still = [one.row or one.label for key, one in controls.items() if key != "seat"]
    assert made["scenes"][0]["still"] == list(dict.fromkeys(still))


def test_a_lab_edition_of_another_course_is_refused(lab: Path, tmp_path: Path) -> None:
    other = tmp_path / "lab"
    shutil.copytree(lab, other)
    wheel = other / "static" / "pyodide" / "us-iraq-dialogue-course.whl"
    members = files.read_zip(wheel)
    members["dialogue/_course/data/polls.csv"] += b"\n"
    wheel.write_bytes(files.zip_bytes(members))
    with pytest.raises(files.FileFault, match=r"polls\.csv differs") as fault:
        code.python(other)
    assert "make site-lab" in fault.value.remedy
    with pytest.raises(files.FileFault):
        code.python(tmp_path)


def test_a_cell_runs_after_those_whose_names_it_uses() -> None:
    cells = {
        "setup": "import altair as alt\nfrom dialogue import load",
        "first": "rows = load('polls')\nyear = 2019",
        "other": "rows = 3",
        "again": "rows = rows + 1",
        "menu": "def shown(kind):\n    rows = load('polls')\n    return rows.query('a == @year')",
        "torn": "x = (",
    }
    assert needs.before(cells) == {
        "setup": [],
        "first": ["setup"],
        "other": [],
        "again": ["other"],
        "menu": ["setup", "first"],
        "torn": [],
    }
    assert needs.needed("draw(alt.Chart())") == ["altair", "pandas", "vl-convert-python"]
    assert needs.needed("(") == []
    assert code.draws(["import altair as alt", "load('polls')"])
    assert not code.draws(["import pandas as pd", "load('polls')"])
