"""A learner at a real JupyterLab, in a real browser: across a restart, offline, without a kernel.

Keyboard, sight and hearing are in ``test_access.py``, hostile texts in ``test_injection.py``.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from conftest import Lab, Page, wait_until
from dialogue import bank
from dialogue.page.words import STRINGS
from dialogue.questions import Question

ITEM = "05-permanent-bases"
LESSON = "05-round-one"


def question(item: str) -> Question:
    return bank.course_bank().questions[item]


def wrong_and_right(item: str) -> tuple[int, int]:
    rights = [option.right for option in question(item).options]
    return rights.index(False), rights.index(True)


def end_session(page: Page) -> None:
    """End the kernel of *page*'s notebook, and no other test's."""
    if session := page.session():
        page.lab.api(f"api/sessions/{session['id']}", "DELETE")


@pytest.fixture
def own_page(browser: Any, lab: Lab) -> Iterator[Page]:
    """A copy of the lesson and a kernel for one test that restarts and closes them: JupyterLab
    gives two pages of one notebook the same kernel."""
    notebooks = lab.course / "notebooks"
    own = f"{LESSON}-own"
    (notebooks / f"{own}.ipynb").write_bytes((notebooks / f"{LESSON}.ipynb").read_bytes())
    opened = Page(browser, lab, own).open()
    yield opened
    opened.close()
    end_session(opened)


@pytest.fixture(scope="module")
def page(browser: Any, lab: Lab) -> Iterator[Page]:
    """The lesson, opened once for the tests that only answer it."""
    opened = Page(browser, lab, LESSON).open()
    opened.run_all()
    yield opened
    opened.close()
    end_session(opened)


def focused(page: Page) -> dict[str, Any]:
    """What has the focus, and whether a person could see that it has."""
    return page.page.evaluate(
        """() => {
            const node = document.activeElement, style = getComputedStyle(node);
            return {
              item: node.closest('form[data-item]')?.dataset.item ?? null,
              tag: node.tagName, type: node.type ?? '', value: node.value ?? '',
              words: node.textContent.trim(),
              outline: parseFloat(style.outlineWidth) || 0, style: style.outlineStyle,
              height: node.getBoundingClientRect().height,
            };
        }"""
    )


def tab_to(page: Page, item: str, **wanted: str) -> dict[str, Any]:
    """Press Tab until the focus is on the wanted control of *item*."""
    for _ in range(60):
        page.page.keyboard.press("Tab")
        now = focused(page)
        if now["item"] == item and all(now[k] == v for k, v in wanted.items()):
            assert now["style"] != "none", f"no visible focus on {now}"
            assert now["outline"] >= 2, f"no visible focus on {now}"
            return now
    raise AssertionError(f"Tab never came to {wanted} of {item}")


def status(page: Page, item: str) -> str:
    return page.question(item).locator(".dq-status").text_content()


def cells(page: Page) -> int:
    """How many cells the document has (JupyterLab draws only those in view)."""
    path = f"notebooks/{page.notebook}.ipynb"
    page.save()
    return len(page.lab.api(f"api/contents/{path}")["content"]["cells"])


def test_the_whole_way_of_an_answer(own_page: Page, lab: Lab) -> None:
    """Run from the top, answer by keyboard, read, restart, close, reopen: still there."""
    page = own_page
    before = cells(page)
    page.run_all()
    form = page.question(ITEM)
    form.wait_for()
    form.scroll_into_view_if_needed()
    wrong, right = wrong_and_right(ITEM)
    options = question(ITEM).options

    # From the question's heading on, the keyboard alone.
    form.locator("legend").click()
    tab_to(page, ITEM, type="radio")
    for key in ("x", "d", "d", "a", "b", "m"):  # JupyterLab's shortcuts: cut, delete, add, …
        page.page.keyboard.press(key)
    assert focused(page)["item"] == ITEM, "a letter left the question"
    page.page.keyboard.press("Space")
    for _ in range(wrong):
        page.page.keyboard.press("ArrowDown")
    assert focused(page)["value"] == str(wrong), "an arrow key left the radio group"
    page.page.keyboard.press("Enter")
    wait_until(lambda: "Not right yet." in status(page, ITEM), "the verdict is shown")
    assert options[wrong].say in status(page, ITEM)
    live = form.locator(".dq-status")
    assert live.get_attribute("role") == "status"
    assert live.get_attribute("aria-live") == "polite"

    tab_to(page, ITEM, words="Hint")
    page.page.keyboard.press("Enter")
    wait_until(lambda: form.locator(".dq-hint").text_content() == question(ITEM).hint, "the hint")

    page.page.keyboard.press("Shift+Tab")
    page.page.keyboard.press("Shift+Tab")
    assert focused(page)["type"] == "radio"
    step = "ArrowDown" if right > wrong else "ArrowUp"
    for _ in range(abs(right - wrong)):
        page.page.keyboard.press(step)
    tab_to(page, ITEM, words="Check")
    page.page.keyboard.press("Space")
    wait_until(lambda: "Right." in status(page, ITEM), "the right answer is seen")
    assert question(ITEM).explain.split(".")[0] in form.locator(".dq-after").text_content()
    wait_until(
        lambda: "Saved" in form.locator(".dq-note").text_content(), "it says that it is saved"
    )
    assert cells(page) == before, "a key reached the notebook"
    assert lab.course not in lab.record.parents
    assert ITEM in (lab.record / "answers.jsonl").read_text(encoding="utf-8")

    # A new kernel, the page run again.
    kernel = page.session()["kernel"]["id"]
    lab.api(f"api/kernels/{kernel}/restart", "POST")
    page.wait_for_kernel()
    page.run_all()
    wait_until(lambda: "Right." in status(page, ITEM), "the answer after the restart")
    assert form.locator("input").nth(right).is_checked()
    assert "Your answer of" in form.locator(".dq-note").text_content()

    # Saved, kernel shut down, closed, and opened tomorrow: readable at once, live when run.
    page.save()
    lab.api(f"api/sessions/{page.session()['id']}", "DELETE")
    page.page.goto("about:blank")
    page.open()
    assert page.page.get_by_text("Error displaying widget").count() == 0
    page.run_all()
    page.question(ITEM).wait_for()
    assert page.question(ITEM).locator("input").nth(right).is_checked()
    assert "Right." in status(page, ITEM)

    # Closed and reopened while the kernel lives: live without running anything.
    page.save()
    page.page.goto("about:blank")
    page.open()
    page.question(ITEM).wait_for()
    assert "Right." in status(page, ITEM)

    assert page.outside_requests() == []
    assert page.errors == []


@pytest.mark.slow
def test_every_control_of_every_kind_by_keyboard(page: Page) -> None:
    before = cells(page)

    # multiple: Space ticks, Tab moves on
    item = "05-four-baskets"
    page.question(item).locator("legend").click()
    for i, option in enumerate(question(item).options):
        tab_to(page, item, type="checkbox", value=str(i))
        if option.right:
            page.page.keyboard.press("Space")
    page.page.keyboard.press("Enter")
    wait_until(lambda: "Right." in status(page, item), "the checkboxes are graded")

    # numeric: type, Enter; a slip is named, nonsense is no attempt
    item = "05-guess-iraq-alone"
    page.question(item).locator("legend").click()
    tab_to(page, item, type="text")
    page.page.keyboard.type("many")
    page.page.keyboard.press("Enter")
    wait_until(lambda: "not a number" in status(page, item), "nonsense is met in words")
    page.page.keyboard.press("Control+a")
    page.page.keyboard.type("13")
    page.page.keyboard.press("Enter")
    say = next(n.say for n in question(item).near if n.value == 13)
    wait_until(lambda: say in status(page, item), "the comment on the slip")
    # A guess is taken once and told: nothing is left to press, and the focus is on the words.
    after = page.question(item).locator(".dq-after")
    wait_until(lambda: "The answer: 1 of 26 lines" in after.text_content(), "the answer is shown")
    wait_until(lambda: focused(page)["item"] == item, "the focus was lost with the button")
    assert page.question(item).locator("button:visible").count() == 0
    assert page.question(item).locator("input").is_disabled()
    assert "Not right" not in page.question(item).inner_text()

    # start again: on the first of the options
    item = "05-four-baskets"
    page.question(item).locator("legend").click()
    tab_to(page, item, words="Start again")
    page.page.keyboard.press("Enter")
    wait_until(lambda: focused(page)["type"] == "checkbox", "start again goes to the first box")
    assert not page.question(item).locator("input:checked").count()

    # classify: arrow keys in a menu, letters too
    item = "05-verb-ladder"
    page.question(item).locator("legend").click()
    labels = question(item).labels
    for statement in question(item).statements:
        tab_to(page, item, tag="SELECT", value="")
        for _ in range(labels.index(statement.label) + 1):
            page.page.keyboard.press("ArrowDown")
    tab_to(page, item, words="Check")
    page.page.keyboard.press("Enter")
    wait_until(lambda: "Right." in status(page, item), "the menus are graded")
    assert cells(page) == before

    # Escape leaves the question for its cell, so that the arrow keys move through the page.
    assert focused(page)["item"] == item
    page.page.keyboard.press("Escape")
    inside = "document.activeElement.closest('form[data-item]') !== null"
    wait_until(lambda: not page.page.evaluate(inside), "Escape has left the question")


@pytest.mark.slow
def test_a_text_is_written_saved_ticked_and_compared(own_page: Page, lab: Lab) -> None:
    """The box counts words, says what is saved, and shows model answers when asked."""
    page, item = own_page, "05-write"
    page.run_all()
    form = page.question(item)
    form.scroll_into_view_if_needed()
    page.page.evaluate(
        "document.addEventListener('dialogue:saved', () => { window.saves = (window.saves ?? 0) + 1; })"
    )
    rubric, saved = form.locator(".dq-rubric"), form.locator(".dq-note")
    assert not rubric.is_visible()
    form.locator("textarea").click()
    page.page.keyboard.type("Iraq gave more, by the verb.")
    assert form.get_by_text("6 words; asked: 150–250.").is_visible()
    tab_to(page, item, words="Save my text")
    page.page.keyboard.press("Enter")
    wait_until(lambda: STRINGS["saved"] in saved.text_content(), "the text is saved")
    wait_until(lambda: page.page.evaluate("window.saves") == 1, "the page hears of it")
    assert STRINGS["written"] in status(page, item)
    for row in question(item).rubric:
        rubric.get_by_role("group", name=row.name).get_by_text(row.levels[0], exact=True).click()
    wait_until(lambda: "13 of 13" in rubric.inner_text(), "the rubric is summed")
    form.locator("textarea").click()
    page.page.keyboard.type(" More.")
    wait_until(lambda: STRINGS["write_changed"] in saved.text_content(), "it is not saved yet")
    form.get_by_role("button", name="Save my text").click()
    wait_until(lambda: STRINGS["saved"] in saved.text_content(), "the text is saved again")
    form.get_by_role("button", name="Show the model answers").click()
    title = question(item).models[1].title
    wait_until(lambda: title in form.locator(".dq-after").inner_text(), "the models are shown")
    page.save()
    page.page.reload()
    page.wait_for_kernel()
    page.run_all()
    wait_until(
        lambda: page.question(item).locator("textarea").input_value().endswith("verb. More."),
        "the text came back",
    )
    assert page.question(item).locator(".dq-rubric input:checked").count() == 5


def test_every_label_and_reference_is_its_own(page: Page) -> None:
    """Each quiz cell may load its own copy of the script: nothing may be shared by accident."""
    found = page.page.evaluate(
        """() => {
            const root = document.querySelector('.jp-Notebook');
            const ids = [...root.querySelectorAll('.dq [id]')].map((n) => n.id);
            const forms = [...root.querySelectorAll('form[data-item]')];
            const foreign = forms.flatMap((form) =>
              [...form.querySelectorAll('label')].filter((l) => l.control?.closest('form') !== form)
            );
            const lost = [...root.querySelectorAll('.dq [aria-controls], .dq [aria-describedby], [aria-labelledby].dq')]
              .flatMap((n) => ['aria-controls', 'aria-describedby', 'aria-labelledby']
                .map((a) => n.getAttribute(a)).filter(Boolean)
                .map((id) => [n, document.getElementById(id)]))
              .filter(([n, target]) => !target || n.closest('.dq') !== target.closest('.dq'));
            return {ids: ids.length, unique: new Set(ids).size, forms: forms.length,
                    foreign: foreign.length, lost: lost.length};
        }"""
    )
    assert found["forms"] > 15
    assert found["ids"] == found["unique"] > 20
    assert (found["foreign"], found["lost"]) == (0, 0)


def test_a_click_on_the_words_chooses_that_option(page: Page) -> None:
    for item in ("05-old-or-new", "05-troop-cuts"):
        form = page.question(item)
        form.scroll_into_view_if_needed()
        form.get_by_text(question(item).options[1].text).click()
        assert form.locator("input").nth(1).is_checked(), item


@pytest.mark.slow
def test_a_review_mixes_options_and_records_the_banks_order(browser: Any, lab: Lab) -> None:
    """Who remembers that the second was right gains nothing; the record means what it says."""
    item = "05-troop-cuts"
    record = lab.record / "answers.jsonl"
    line = {"event": "check", "version": question(item).version, "verdict": "wrong", "response": 0}
    line |= {"item": item, "at": "2026-01-05T12:00:00+00:00", "id": "old-1"}
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(line) + "\n", encoding="utf-8")
    page = Page(browser, lab, "review").open()
    page.run_all()
    form = page.question(item)
    form.wait_for()
    texts = [option.text for option in question(item).options]
    rows = form.locator("label.dq-option .dq-text")
    assert sorted(rows.all_inner_texts()[: len(texts)]) == sorted(texts)
    letters = form.locator("label.dq-option .dq-letter").all_inner_texts()
    assert letters == sorted(letters), "letters go by place, not by the bank"
    right = wrong_and_right(item)[1]
    form.get_by_text(texts[right], exact=True).click()
    form.get_by_role("button", name=STRINGS["check"], exact=True).click()
    wait_until(lambda: len(record.read_text(encoding="utf-8").splitlines()) > 1, "it is kept")
    last = json.loads(record.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["response"], last["verdict"]) == (right, "right")
    page.close()
    end_session(page)
    record.unlink()


@pytest.mark.slow
def test_erasing_asks_first(browser: Any, lab: Lab) -> None:
    page = Page(browser, lab, "00-start-here").open()
    page.run_all()
    form = page.question("00-one-night")
    form.locator("input").first.check()
    form.get_by_role("button", name="Check").click()
    wait_until(lambda: status(page, "00-one-night"), "the answer is graded")
    record = lab.record / "answers.jsonl"
    wait_until(record.exists, "the answer is kept")
    erase = page.page.get_by_role("button", name="Erase my answers")
    erase.click()
    assert record.exists(), "erased without asking"
    page.page.get_by_role("button", name="Keep them").click()
    assert record.exists()
    erase.click()
    page.page.get_by_role("button", name="Yes, erase").click()
    wait_until(lambda: not record.exists(), "the record is erased")
    panel = page.page.get_by_role("group", name="Your answers")
    wait_until(lambda: "Erased." in panel.text_content(), "it says so")
    page.close()


@pytest.mark.slow  # runs whole lessons
@pytest.mark.parametrize("notebook", ["00-start-here", LESSON])
def test_run_and_save_leaves_the_file_as_it_was(browser: Any, lab: Lab, notebook: str) -> None:
    """Somebody who only learns must not find changed files, a conflict or a red `make test`."""
    file = lab.course / "notebooks" / f"{notebook}.ipynb"
    before = file.read_text(encoding="utf-8")
    page = Page(browser, lab, notebook).open()
    page.run_all()
    page.save()
    assert file.read_text(encoding="utf-8") == before
    page.close()


def test_the_chart_is_drawn_with_words_for_a_screen_reader(page: Page) -> None:
    drawing = page.page.locator(".jp-Notebook .vega-embed").first
    drawing.scroll_into_view_if_needed()
    assert drawing.get_attribute("role") == "graphics-document"
    assert "lines of the first round" in drawing.get_attribute("aria-label")
    # One description of the whole; a screen reader is not read one mark after another.
    assert drawing.locator("svg path[aria-roledescription]").count() == 0
    assert page.outside_requests() == []


# --- a kernel that is busy, stopped, killed ------------------------------------------------

# The last cell runs for as long as a file named "busy" lies beside the notebook.
DESK = "desk"
DESK_CELLS = (
    "from dialogue import ask, my_answers",
    f'ask("{ITEM}")',
    "my_answers()",
    """import os, pathlib, time
pathlib.Path("pid").write_text(str(os.getpid()))
while pathlib.Path("busy").exists():
    time.sleep(0.02)""",
)


class Desk(Page):
    """A question, the panel that erases, and a cell that keeps the kernel busy."""

    @property
    def folder(self) -> Path:
        return self.lab.course / "notebooks"

    def signal(self, name: str) -> None:
        self.page.evaluate("window.patient = false")  # the page must give up in its own time
        os.kill(int((self.folder / "pid").read_text(encoding="utf-8")), getattr(signal, name))

    def keep_busy(self) -> None:
        self.page.evaluate("window.patient = false")
        (self.folder / "busy").touch()
        self.page.locator(".jp-Notebook .jp-CodeCell .cm-content").last.click()
        self.page.keyboard.press("Control+Enter")
        prompt = self.page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").last
        wait_until(lambda: "[*]" in prompt.inner_text(), "the cell runs")

    def free(self) -> None:
        (self.folder / "busy").unlink()

    def answer(self, option: int) -> None:
        form = self.question(ITEM)
        form.locator("input").nth(option).check()
        form.get_by_role("button", name=STRINGS["check"], exact=True).click()

    def problem(self) -> str:
        return self.question(ITEM).locator(".dq-problem").text_content()

    def note(self) -> str:
        return self.question(ITEM).locator(".dq-note").text_content()

    def answers(self) -> list[int]:
        """The answers in the record, in the order written."""
        file = self.lab.record / "answers.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [e["response"] for e in map(json.loads, lines) if e.get("event") == "check"]

    def erase(self) -> None:
        self.page.get_by_role("button", name=STRINGS["erase"], exact=True).click()
        self.page.get_by_role("button", name=STRINGS["erase_yes"], exact=True).click()

    def erasing(self) -> str:
        return self.page.get_by_role("group", name=STRINGS["erase_title"]).text_content()


@pytest.fixture
def desk(browser: Any, lab: Lab) -> Iterator[Desk]:
    cells = [nbformat.v4.new_code_cell(source) for source in DESK_CELLS]
    book = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    notebook = lab.course / "notebooks" / f"{DESK}.ipynb"
    nbformat.write(book, notebook)
    (lab.record / "answers.jsonl").unlink(missing_ok=True)
    # Messages of widgets queue behind a cell, as in every program but a new JupyterLab.
    kernels = "lab/api/settings/@jupyterlab/apputils-extension:kernels-settings"
    lab.api(kernels, "PUT", {"raw": json.dumps({"commsOverSubshells": "disabled"})})
    page = Desk(browser, lab, DESK)
    page.open()
    page.run_all()
    page.question(ITEM).wait_for()
    yield page
    for name in ("busy", "pid"):
        (page.folder / name).unlink(missing_ok=True)
    if session := page.session():  # the other page's goes on
        lab.api(f"api/sessions/{session['id']}", "DELETE")
    page.close()
    notebook.unlink()
    lab.api(kernels, "PUT", {"raw": "{}"})


@pytest.mark.parametrize("why", ["busy", pytest.param("stopped", marks=pytest.mark.slow)])
def test_a_kernel_that_does_not_answer_yet(desk: Desk, why: str) -> None:
    """An answer waits, and is saved later; erasing does not wait, and is not done later."""
    desk.answer(0)
    wait_until(lambda: desk.note() == STRINGS["saved"], "the first answer is saved")
    if why == "busy":
        desk.keep_busy()
    else:
        desk.signal("SIGSTOP")

    desk.answer(1)
    wait_until(lambda: desk.problem() == STRINGS["waiting"], "it says that the answer waits")
    assert status(desk, ITEM), "the verdict waits for nobody"
    assert desk.note() == ""
    desk.erase()
    wait_until(lambda: STRINGS["erase_no_kernel"] in desk.erasing(), "nothing was erased")
    assert desk.answers() == [0]
    # The last request that waits can be taken back; the one before it has left, and goes on waiting.
    desk.answer(2)
    desk.question(ITEM).get_by_role("button", name=STRINGS["cancel"], exact=True).click()
    assert STRINGS["cancelled_last"] in desk.question(ITEM).text_content()
    assert desk.problem() == STRINGS["waiting"]

    if why == "busy":
        desk.free()
    else:
        desk.signal("SIGCONT")
    wait_until(lambda: desk.note() == STRINGS["saved"], "the answer that waited is saved")
    assert desk.problem() == ""
    assert desk.answers() == [0, 1]
    # The kernel has read all that was sent before this answer, the question whether it was free too.
    desk.answer(2)
    wait_until(lambda: desk.answers() == [0, 1, 2], "the third answer is saved")
    assert STRINGS["erase_no_kernel"] in desk.erasing()
    desk.erase()
    wait_until(lambda: STRINGS["erase_done"] in desk.erasing(), "a free kernel erases at once")
    assert desk.answers() == []


@pytest.mark.slow
def test_a_kernel_that_is_killed(desk: Desk) -> None:
    desk.answer(0)
    wait_until(lambda: desk.note() == STRINGS["saved"], "the first answer is saved")
    desk.keep_busy()
    desk.answer(1)
    wait_until(lambda: desk.problem() == STRINGS["waiting"], "it says that the answer waits")
    desk.signal("SIGKILL")
    wait_until(lambda: desk.problem() == STRINGS["no_kernel"], "it had not left: it is not saved")
    desk.page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    desk.answer(2)
    assert desk.problem() == STRINGS["no_kernel"], "a kernel that is gone is known to be gone"
    assert desk.note() == ""
    desk.erase()
    assert STRINGS["erase_no_kernel"] in desk.erasing()
    assert desk.answers() == [0]


def test_a_dead_kernel_still_answers_and_says_that_it_does_not_save(page: Page, lab: Lab) -> None:
    """Last in this file: it takes the kernel away."""
    item = "05-troop-cuts"
    form = page.question(item)
    form.scroll_into_view_if_needed()
    page.end_kernel()
    wrong, right = wrong_and_right(item)
    form.locator("input").nth(wrong).check()
    form.get_by_role("button", name="Check").click()
    wait_until(
        lambda: question(item).options[wrong].say in status(page, item), "graded in the page"
    )
    gone = (STRINGS["unconfirmed"], STRINGS["no_kernel"])
    wait_until(lambda: form.locator(".dq-problem").text_content() in gone, "it says so")
    form.locator("input").nth(right).check()
    form.get_by_role("button", name="Check").click()
    wait_until(lambda: "Right." in status(page, item), "right in the page")
