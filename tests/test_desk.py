"""The learner's desk in a real JupyterLab: opens, runs, shows where one is, and keeps what is theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest

from conftest import Lab, copy_course, files_of, wait_until

LESSON = "notebooks/05-round-one.ipynb"
OTHER = "notebooks/review.ipynb"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The course as a learner starts it."""
    folder = tmp_path_factory.mktemp("desk")
    server = Lab(copy_course(folder / "course"), folder / "record")
    yield server
    server.stop()


class Reader:
    """Somebody at the desk."""

    def __init__(self, browser: Any, lab: Lab, path: str = LESSON, **context: Any) -> None:
        self.lab = lab
        self.context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, **context}
        )
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.open(path)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.lab.base}/lab/tree/{path}?token={self.lab.token}")
        # Of two tabs, where an earlier reader's have come back, one is out of sight.
        self.page.locator(".jp-Notebook .jp-Cell").filter(visible=True).first.wait_for()

    def result(self, path: str = LESSON) -> str:
        """What came of opening a lesson, once it is known."""
        script = "path => window.__dialogueDesk?.runs[path]"
        return wait_until(lambda: self.page.evaluate(script, path), f"{path} ran", seconds=240)

    def scroll(self) -> float:
        return self.page.evaluate(
            "(() => { const n = window.__dialogueDesk.tracker.currentWidget.content;"
            " return (n.outerNode ?? n.node).scrollTop; })()"
        )

    def command(self, name: str) -> None:
        self.page.evaluate("name => window.__dialogueDesk.app.commands.execute(name)", name)

    def row(self, number: str) -> Any:
        return self.page.locator(".dd-Row", has=self.page.get_by_text(number, exact=True)).first

    def close(self) -> None:
        self.context.close()


@pytest.fixture(scope="module")
def reader(browser: Any, desk: Lab) -> Iterator[Reader]:
    """One reader who has lesson 05 open and run."""
    one = Reader(browser, desk)
    assert one.result() == "ran"
    yield one
    assert one.errors == []
    one.close()


def test_a_lesson_runs_when_it_is_opened_and_the_page_stays(reader: Reader, desk: Lab) -> None:
    assert reader.scroll() == 0
    assert reader.page.locator('form[data-item="05-verb-ladder"]').count() == 1
    # The list of lessons is beside it, the list of files is not.
    assert reader.page.locator(".dd-Panel").is_visible()
    assert not reader.page.locator(".jp-FileBrowser").is_visible()
    assert reader.page.locator(".dd-Row[aria-current=page]").inner_text().startswith("05")
    # Running and saving has made nothing of the learner's own.
    assert not (desk.record / "lessons/notebooks").exists()


def test_an_answer_is_counted_beside_the_lesson_and_above_it(reader: Reader) -> None:
    form = reader.page.locator('form[data-item="05-troop-cuts"]')
    form.get_by_role("radio").first.check()
    form.get_by_role("button", name="Check").click()
    row = reader.row("05")
    wait_until(lambda: "1 of " in row.inner_text(), "the panel counts the answer", seconds=60)
    beat = reader.page.locator('.dd-Beat[data-cell="troops"]')
    wait_until(lambda: re.search(r": 1 of \d", beat.get_attribute("aria-label")), "the beat counts")


def test_a_badge_tells_its_digest_and_loses_no_place(reader: Reader) -> None:
    link = reader.page.locator(".jp-RenderedMarkdown a", has_text=re.compile(r"^P8$")).first
    link.scroll_into_view_if_needed()
    tip = reader.page.locator(".dd-Tip")

    def told() -> bool:
        """A lesson that has just run still grows above; a tip goes when the page moves."""
        if not tip.count():
            link.blur()
            link.focus()
        return bool(tip.count()) and "punish" in tip.inner_text()

    wait_until(told, "the digest shows on focus")
    before = reader.scroll()
    link.press("Enter")
    close = tip.get_by_role("button", name="Close")
    wait_until(lambda: close.count(), "the digest stays open")
    assert abs(reader.scroll() - before) < 2
    close.press("Enter")
    assert reader.page.locator(".dd-Tip[role=dialog]").count() == 0
    assert link.evaluate("node => node === document.activeElement")


def test_a_term_tells_what_it_means_once_in_a_lesson(reader: Reader) -> None:
    terms = reader.page.locator(".jp-RenderedMarkdown .dd-Term")
    wait_until(lambda: terms.count() > 3, "terms are marked")
    told = [one.get_attribute("data-title") for one in terms.all()]
    assert len(told) == len(set(told))
    hale = reader.page.locator(".dd-Term", has_text="David Hale").first
    hale.focus()
    tip = reader.page.locator(".dd-Tip")
    wait_until(lambda: tip.count() and "David Hale:" in tip.inner_text(), "its meaning shows")
    assert hale.get_attribute("aria-describedby") == "dd-tip"
    reader.page.keyboard.press("Escape")
    wait_until(lambda: not tip.count(), "and goes")
    assert reader.page.locator("a .dd-Term, code .dd-Term").count() == 0


def test_a_note_stays_beside_its_part(reader: Reader, desk: Lab) -> None:
    reader.page.locator('.dd-Beat[data-cell="ladder"]').click()
    field = reader.page.get_by_label("Beside “The verb shows how firm")
    wait_until(field.count, "the note is beside the part that is read")
    reader.command("dialogue:note")
    reader.page.keyboard.type("Would is not will.")
    panel = reader.page.locator(".dd-Notes")
    wait_until(lambda: "Saved with your answers." in panel.inner_text(), "the note is saved")
    record = (desk.record / "answers.jsonl").read_text("utf-8")
    assert '"item": "05-round-one#ladder"' in record
    assert "Would is not will." in record
    reader.page.locator(".dd-Row[aria-current=page]").focus()
    reader.page.locator('.dd-Beat[data-cell="troops"]').click()
    wait_until(lambda: panel.locator("textarea").input_value() == "", "another part has its own")
    panel.get_by_role("button", name=re.compile("The verb shows how firm")).click()
    wait_until(lambda: panel.locator("textarea").input_value() == "Would is not will.", "and back")


def test_a_note_that_cannot_be_kept_stays_beside_its_part(reader: Reader, desk: Lab) -> None:
    """Its words wait there until they are kept, while the reader is elsewhere."""
    record, aside = desk.record / "answers.jsonl", desk.record / "aside"
    panel = reader.page.locator(".dd-Notes")
    field = panel.locator("textarea")
    reader.page.locator('.dd-Beat[data-cell="ladder"]').click()
    wait_until(reader.page.get_by_label("Beside “The verb shows how firm").count, "the part")
    record.rename(aside)
    record.mkdir()  # for whoever may write to any file, too
    field.fill("What would hold them to it?")
    field.blur()
    wait_until(lambda: "The words stay here" in panel.inner_text(), "it is told")
    reader.page.locator('.dd-Beat[data-cell="troops"]').click()
    wait_until(lambda: field.input_value() == "", "another part has its own")
    wait_until(lambda: "(not saved) What would" in panel.inner_text(), "where they are is told")
    record.rmdir()
    aside.rename(record)
    panel.get_by_role("button", name=re.compile("The verb shows how firm")).click()
    wait_until(lambda: field.input_value() == "What would hold them to it?", "they stayed")
    # Where the page passes the part by on its way, they are kept by that already.
    field.focus()
    field.blur()
    wait_until(lambda: "What would hold them" in record.read_text("utf-8"), "now it is kept")
    wait_until(lambda: "(not saved)" not in panel.inner_text(), "and told")


def test_a_note_of_another_window_is_seen_before_one_writes(
    reader: Reader, desk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dialogue.course import catalogue
    from dialogue.learner import notes

    reader.page.locator('.dd-Beat[data-cell="troops"]').click()
    wait_until(reader.page.get_by_label("Beside “").count, "the part")
    panel = reader.page.locator(".dd-Notes")
    wait_until(lambda: panel.locator("textarea").input_value() == "", "nothing stands there")
    lesson = next(one for one in catalogue.lessons() if one.stem == "05-round-one")
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(desk.record))
    notes.keep(lesson, "troops", "From another window.")
    panel.locator("textarea").focus()
    wait_until(
        lambda: panel.locator("textarea").input_value() == "From another window.", "it is seen"
    )


@pytest.mark.slow  # JupyterLab looks for its kernels every ten seconds
def test_a_lesson_whose_kernel_was_shut_down_runs_again(reader: Reader, desk: Lab) -> None:
    """By a hub that clears away what is idle, from another window, or with its server."""
    for session in desk.api("api/sessions"):
        desk.api(f"api/sessions/{session['id']}", "DELETE")
    again = reader.page.get_by_role("button", name="Run the lesson again")
    again.wait_for()
    wait_until(
        lambda: "No Kernel" in reader.page.locator(".jp-Toolbar-kernelName").first.inner_text(),
        "the page has seen that there is none",
    )
    reader.page.evaluate("path => { delete window.__dialogueDesk.runs[path]; }", LESSON)
    again.click()
    assert reader.result() == "ran"
    wait_until(lambda: not again.count(), "nothing more is offered")


def test_axe_finds_nothing_in_the_desk(reader: Reader) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(reader.page, {"include": [[".dd-Panel"], [".dd-Beats"]]})
    assert found.violations_count == 0, found.generate_report()
    assert len(found.response["passes"]) > 10, "axe looked at next to nothing"
    # Its names as a screen reader has them: a landmark, the lessons as a list, the note's field.
    tree = reader.page.locator(".dd-Panel").aria_snapshot()
    assert tree.startswith('- navigation "Course"')
    assert 'heading "Lessons"' in tree
    assert re.search(r'textbox "Beside “.+”"', tree)


@pytest.mark.slow
def test_a_lesson_has_room_at_any_width(browser: Any, desk: Lab) -> None:
    reader = Reader(browser, desk, viewport={"width": 360, "height": 800})
    measure = (
        "(() => { const one = window.__dialogueDesk.tracker.currentWidget.content;"
        " const box = one.outerNode ?? one.node;"
        " return [box.clientWidth, box.scrollWidth - box.clientWidth]; })()"
    )

    def fits(width: int, share: float) -> None:
        reader.page.set_viewport_size({"width": width, "height": 800})
        wait_until(
            lambda: reader.page.evaluate(measure)[0] > share * width, f"room at {width}", seconds=20
        )
        wait_until(
            lambda: reader.page.evaluate(measure)[1] <= 1, f"all seen at {width}", seconds=20
        )

    try:
        assert reader.result() in ("ran", "has run")  # alone, or after the other reader
        fits(360, 0.7)
        fits(640, 0.7)
        for width in (800, 910):
            reader.page.set_viewport_size({"width": width, "height": 800})
            reader.page.evaluate(
                "window.__dialogueDesk.app.shell.activateById('dialogue-desk-panel')"
            )
            fits(width, 0.5)
        fits(360, 0.7)  # a window that gets narrow gives the room back to the lesson
    finally:
        reader.close()


@pytest.mark.slow  # every picture at every width
def test_no_label_of_a_picture_is_cut(browser: Any, desk: Lab) -> None:
    raid = "notebooks/06-the-june-raid.ipynb"
    reader = Reader(browser, desk, raid)
    cut = """() => [...document.querySelectorAll(".dx-picture svg")].flatMap((svg) => {
      const seen = svg.getBoundingClientRect();
      return [...svg.querySelectorAll("text")].filter((label) => {
        const edge = label.getBoundingClientRect();
        return edge.left < seen.left - 1 || edge.right > seen.right + 1;
      }).map((label) => label.textContent);
    })"""
    try:
        assert reader.result(raid) in ("ran", "has run")
        wait_until(
            lambda: reader.page.locator(".dx-picture svg text").count() > 10,
            "a picture",
            seconds=60,
        )
        wait_until(lambda: reader.page.evaluate(cut) == [], "every label whole", seconds=30)
    finally:
        reader.close()


def test_keys_stay_inside_a_plain_widget(reader: Reader) -> None:
    cells = reader.page.locator(".jp-Notebook .jp-Cell").count()
    slider = reader.page.locator(".jp-OutputArea select").first
    slider.focus()
    for key in ("a", "b", "x", "ArrowDown"):
        slider.press(key)
    assert reader.page.locator(".jp-Notebook .jp-Cell").count() == cells


def test_the_projector_shows_one_part_without_code(reader: Reader) -> None:
    reader.command("dialogue:projector")
    shown = reader.page.locator(".jp-Notebook .jp-Cell:not(.dd-Hidden)")
    wait_until(lambda: shown.count() < 12, "only one part is shown")
    first = shown.first.inner_text()
    reader.page.keyboard.press("PageDown")
    wait_until(lambda: shown.first.inner_text() != first, "the next part")
    assert reader.page.locator(".jp-CodeCell .jp-InputArea:visible").count() == 0
    size = shown.first.locator(".jp-RenderedMarkdown").first.evaluate(
        "node => parseFloat(getComputedStyle(node).fontSize)"
    )
    assert size >= 28
    reader.page.keyboard.press("Escape")
    wait_until(lambda: shown.count() > 30, "the whole lesson again")


def test_an_edit_is_kept_as_ones_own_and_can_be_taken_back(reader: Reader, desk: Lab) -> None:
    before = files_of(desk.course)
    reader.page.evaluate(
        """(() => {
          const notebook = window.__dialogueDesk.tracker.currentWidget;
          const cell = notebook.content.widgets.find((w) => w.model.id === "talk");
          cell.model.sharedModel.setSource("## Talk\\n\\nMy own words.");
          return notebook.context.save();
        })()"""
    )
    own = desk.record / "lessons" / LESSON
    wait_until(own.is_file, "the copy is there")
    assert "My own words." in own.read_text("utf-8")
    assert files_of(desk.course) == before
    reader.page.get_by_role("button", name="What did I change?").click()
    dialog = reader.page.locator(".jp-Dialog")
    wait_until(lambda: dialog.count() and "My own words." in dialog.inner_text(), "it is told")
    assert "You changed the cell “talk”" in dialog.inner_text()
    dialog.get_by_role("button", name="Close").click()
    # The course's version is read and run anew: what ran before says nothing of that.
    reader.page.evaluate("path => { delete window.__dialogueDesk.runs[path]; }", LESSON)
    reader.page.get_by_role("button", name="Fresh copy").click()
    dialog.get_by_role("button", name="Fresh copy").click()
    wait_until(lambda: not own.exists(), "the course's version is back")
    (aside,) = (desk.record / "lessons/aside").iterdir()
    assert "My own words." in aside.read_text("utf-8")
    wait_until(
        lambda: "My own words" not in reader.page.locator(".jp-Notebook").inner_text(),
        "on the page",
    )
    assert reader.result() in ("ran", "has run")


@pytest.mark.slow
def test_two_windows_of_one_lesson_keep_what_both_wrote(
    reader: Reader, browser: Any, desk: Lab
) -> None:
    other = Reader(browser, desk)
    own, kept = desk.record / "lessons" / LESSON, desk.record / "answers.jsonl"
    edit = """([id, text]) => window.__dialogueDesk.tracker.currentWidget.content.widgets
      .find((w) => w.model.id === id).model.sharedModel.setSource(text)"""
    answered = (("05-permanent-bases", reader), ("05-article-silence", other))
    try:
        assert other.result() == "has run"
        reader.page.evaluate(edit, ["talk", "## Talk\n\nWords of one window."])
        reader.page.evaluate("void window.__dialogueDesk.tracker.currentWidget.context.save()")
        wait_until(own.is_file, "the first window has saved")
        other.page.evaluate(edit, ["troops", "## Troops\n\nWords of the other."])
        other.page.evaluate("void window.__dialogueDesk.tracker.currentWidget.context.save()")
        # JupyterLab asks; whoever just presses Enter loses nothing.
        dialog = other.page.locator(".jp-Dialog")
        wait_until(lambda: dialog.count(), "JupyterLab asks")
        other.page.keyboard.press("Enter")
        notice = other.page.locator(".dd-Lost")
        wait_until(lambda: notice.count(), "it is told")
        assert "Another window has saved this lesson too." in notice.inner_text()
        text = own.read_text("utf-8")
        assert "Words of one window." in text
        assert "Words of the other." in text
        notice.get_by_role("button", name="Show it here").click()
        lesson = other.page.locator(".jp-Notebook")
        wait_until(lambda: "Words of one window." in lesson.inner_text(), "both are shown")
        assert "Words of the other." in lesson.inner_text()
        for item, at in answered:
            form = at.page.locator(f'form[data-item="{item}"]')
            form.get_by_role("radio").first.check()
            form.get_by_role("button", name="Check").click()
            wait_until(lambda item=item: item in kept.read_text("utf-8"), f"{item} is kept")
        assert other.errors == []
    finally:
        other.close()


def test_next_lesson_and_back_to_where_one_was(reader: Reader) -> None:
    reader.result()
    reader.page.locator('.dd-Beat[data-cell="ladder"]').click()
    wait_until(lambda: reader.scroll() > 500, "the page is at the ladder")
    wait_until(
        lambda: "ladder" in (reader.page.evaluate("localStorage['dialogue-desk:place']") or ""),
        "the place is remembered",
    )
    reader.page.get_by_role("button", name="Review", exact=True).click()
    wait_until(
        lambda: (
            reader.page.evaluate("window.__dialogueDesk.tracker.currentWidget?.context.path")
            == OTHER
        ),
        "the review is open",
    )
    reader.page.get_by_role("button", name=re.compile("^Continue: 05")).click()
    wait_until(lambda: reader.page.evaluate(
        "window.__dialogueDesk.tracker.currentWidget?.context.path"
    ) == LESSON and reader.scroll() > 500, "back where one stopped")  # fmt: skip


def test_nothing_runs_in_a_file_that_nobody_vouches_for(browser: Any, desk: Lab) -> None:
    path = desk.course / "notebooks/06-the-june-raid.ipynb"
    before = path.read_text("utf-8")
    notebook = json.loads(before)
    notebook["cells"][2]["source"] = "open('never', 'w')"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    stranger = Reader(browser, desk, "notebooks/06-the-june-raid.ipynb")
    try:
        assert stranger.result("notebooks/06-the-june-raid.ipynb") == "not trusted"
        assert not list(desk.course.rglob("never"))
        # Readable all the same: the reading copy lies in the file.
        assert (
            "One night"
            in stranger.page.locator(
                ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook"
            ).inner_text()
        )
    finally:
        stranger.close()
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(
    "body", [[], "words", {}, {"cell": 1, "text": "x"}, {"cell": "a"}, {"cell": "a", "text": None}]
)
def test_what_is_no_note_is_refused_and_nothing_is_erased(desk: Lab, body: Any) -> None:
    address = f"dialogue/notes?path={LESSON}"
    before = desk.api(address)
    with pytest.raises(HTTPError) as refused:
        desk.api(address, "POST", body)
    assert refused.value.code == 400
    assert "A note is" in json.loads(refused.value.read())["message"]
    assert desk.api(address) == before
