"""No view is squeezed: windows from a telephone's to a projector's, and every control usable.

Between 700 and 1,000 px is a laptop at 150 per cent with the list of files open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import pytest

from conftest import Lab, Page, wait_until
from dialogue import bank
from dialogue.charts import EXPLORABLES
from dialogue.classroom import standalone
from dialogue.page import templates
from dialogue.page.words import EXPLORER
from dialogue.questions import KINDS, Question

WIDTHS = (320, 360, 640, 800, 910, 1024, 1280, 2560)
TRACK = 120  # px of a slider
CHARACTERS = 12  # of a label, before it breaks

# What is narrower than it may be, as [where, what, px].  Words that end sooner need no room.
SQUEEZED = """([labels, tracks, box, track, characters]) => {
    const found = [];
    const ruler = document.createElement('canvas').getContext('2d');
    for (const node of document.querySelectorAll(labels)) {
      if (!node.checkVisibility()) continue;
      const style = getComputedStyle(node), words = node.textContent.trim().slice(0, characters);
      ruler.font = style.font;
      const wide = node.getBoundingClientRect().width;
      if (wide + 1 < ruler.measureText(words).width) found.push([words, 'label', Math.round(wide)]);
    }
    for (const node of document.querySelectorAll(tracks)) {
      const wide = node.getBoundingClientRect().width;
      if (wide < track) found.push([node.className, 'track', Math.round(wide)]);
    }
    for (const node of document.querySelectorAll(box)) {
      if (node.scrollWidth > node.clientWidth + 1) found.push([node.className, 'wider than its box', node.scrollWidth]);
    }
    return found;
}"""


# Each menu at its longest choice: what of it lies outside the menu's box, as [words, px].
CUT = """() => [...document.querySelectorAll('.dq-item select:not(.dq-event select)')].flatMap((menu) => {
    const longest = [...menu.options].reduce((one, other) => other.text.length > one.text.length ? other : one);
    menu.value = longest.value;
    menu.dispatchEvent(new Event('change', { bubbles: true }));
    const words = menu.parentElement.querySelector('.dq-menu span');
    if (words?.textContent !== longest.text) return [[longest.text, 'not shown']];
    const box = menu.getBoundingClientRect(), seen = words.getBoundingClientRect();
    const over = Math.max(seen.right - box.right, seen.bottom - box.bottom, words.scrollWidth - words.clientWidth);
    return over > 1 ? [[longest.text, over]] : [];
})"""


# What cannot be read of the pictures: the choice of a menu, and letters of less than 10 px.
UNREAD = """() => [
    ...[...document.querySelectorAll('.dialogue-explore select')].filter((menu) => {
      const words = menu.parentElement.querySelector('.dq-menu span');
      const whole = words && words.getBoundingClientRect().bottom <= menu.getBoundingClientRect().bottom + 1;
      return !whole || words.textContent !== menu.selectedOptions[0].text;
    }).map((menu) => menu.selectedOptions[0].text),
    ...[...document.querySelectorAll('.dx-picture svg')].flatMap((svg) => {
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      return [...svg.querySelectorAll('text')].map((words) => parseFloat(getComputedStyle(words).fontSize) * scale);
    }).filter((size) => size < 9.9),
]"""


def longest(kind: str) -> list[Question]:
    """The three questions of a kind with most words: those that need most room."""
    known = [q for q in bank.course_bank().questions.values() if q.kind == kind]
    return sorted(known, key=lambda q: -len(repr(q)))[:3]


def test_no_question_is_squeezed(browser: Any, tmp_path: Path) -> None:
    questions = [question for kind in KINDS for question in longest(kind)]
    assert {question.kind for question in questions} == set(KINDS)
    file = tmp_path / "kinds.html"
    shown = templates.render(
        "classroom/preview.html",
        title="Every kind",
        views=[("learner", "As a learner", standalone.place(questions))],
        drafts=(),
        quiz_style=standalone.style(),
        scripts=standalone.scripts(),
    )
    file.write_text(shown, encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("[data-ready]", state="attached")
    assert page.locator("form[data-item]").count() == len(questions)
    told = [".dq-text, .dq-field label, legend", ".dq-slider", ".dq-item", TRACK, CHARACTERS]
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = page.evaluate(SQUEEZED, told) + page.evaluate(CUT)
    assert found == {width: [] for width in WIDTHS}
    context.close()


@pytest.fixture(scope="module")
def pictures(browser: Any, lab: Lab) -> Iterator[Page]:
    """Every picture that can be handled, in a JupyterLab with the list of files open."""
    cells = [nbformat.v4.new_code_cell("from dialogue import explore")]
    cells += [nbformat.v4.new_code_cell(f"explore({name!r})") for name in EXPLORABLES]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = lab.course / "notebooks" / "pictures.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), notebook)
    page = Page(browser, lab, "pictures").open()
    # JupyterLab draws the cells in view; the whole notebook is in view.
    page.page.set_viewport_size({"width": 1280, "height": 20_000})
    page.run_all()
    boxes = page.page.locator(".dialogue-explore")
    wait_until(lambda: boxes.count() == len(EXPLORABLES), "every picture is there")
    yield page
    page.close()
    notebook.unlink()
    for session in lab.api("api/sessions"):
        lab.api(f"api/sessions/{session['id']}", "DELETE")


@pytest.mark.slow
def test_no_control_of_a_picture_is_squeezed(pictures: Page) -> None:
    told = [
        ".dialogue-explore .widget-label, .dialogue-explore .widget-readout",
        ".dialogue-explore .slider-container",
        ".dialogue-explore .widget-inline-hbox",
        TRACK,
        CHARACTERS,
    ]
    found = {}
    for width in WIDTHS:
        # On a telephone, or at 400 per cent, nobody has the list of files open.
        if width in (320, 640):
            pictures.page.keyboard.press("Control+b")
        pictures.page.set_viewport_size({"width": width, "height": 20_000})

        def fits(width: int = width) -> bool:  # once JupyterLab has laid itself out again
            found[width] = pictures.page.evaluate(SQUEEZED, told) + pictures.page.evaluate(UNREAD)
            return not found[width]

        with suppress(AssertionError):
            wait_until(fits, "all is laid out", 20)
    assert found == {width: [] for width in WIDTHS}


@pytest.mark.slow
def test_a_picture_says_when_its_kernel_has_ended(pictures: Page) -> None:
    """Last in this file: it takes the kernel away."""
    page = pictures.page
    assert page.locator(".dx-words").count() == len(EXPLORABLES)
    pictures.menu("Kernel", "^Restart Kernel…")
    # A session that is deleted while its kernel still starts makes jupyter_client stumble.
    with page.expect_response(lambda reply: reply.url.split("?")[0].endswith("/restart")):
        page.get_by_role("button", name="Confirm Kernel Restart").click()
    told = """(words) => [...document.querySelectorAll('.dx-words')]
        .filter((node) => node.textContent !== words).length"""
    wait_until(lambda: page.evaluate(told, EXPLORER["ended"]) == 0, "every picture says so")
    chains = """() => [...document.querySelectorAll('.dialogue-explore .jupyter-widgets-disconnected')]
        .map((node) => getComputedStyle(node, '::before').display).filter((d) => d !== 'none').length"""
    assert page.evaluate(chains) == 0, "a sign without words"
    pictures.wait_for_kernel()
