"""Every kind of question for everybody: by keyboard alone, seen and heard, large and mirrored.

One notebook shows all nine kinds and a small Arabic set.  It is opened once in a live
JupyterLab; the tests answer it, look at it through axe-core, and put it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from conftest import Lab, Page, wait_until
from dialogue import bank
from dialogue.page.words import STRINGS
from dialogue.questions import Question

GALLERY = "gallery"
IDS = {
    "single": "s01-which-document",
    "multiple": "m01-p1-crises",
    "numeric": "n01-bloc-share",
    "order": "o01-road-to-july",
    "match": "t01-people",
    "short": "h01-agreement",
    "classify": "k01-p19",
    "evidence": "e01-coalition-stake",
    "forecast": "c02-round-two-when",
    "confidence": "c01-binding",
}
ARABIC = """
quiz: zz-arabic
title: "أسئلة قصيرة"
language: ar
items:
- id: zz-ar-single
  type: single
  ask: "ماذا أعلنت واشنطن في P6 عن القواعد الدائمة؟"
  hint: "اقرأ الفقرة P6 مرة أخرى."
  options:
    - text: "أنها لا تريد قواعد دائمة"
      right: نعم
      say: "نعم، هذا ما تقوله الفقرة P6."
    - text: "أنها تريد قاعدة واحدة (US base)"
      say: "لا تذكر الفقرة P6 قاعدة بعينها."
  explain: "العبارة في البيان المشترك (joint statement) لعام 2020."
- id: zz-ar-order
  type: order
  ask: "رتب هذه الأحداث."
  order:
    - text: "الجولة الأولى، 11 June"
      date: "2020-06-11"
    - text: "الجولة الثانية، 19 August"
      date: "2020-08-19"
    - text: "الجولة الثالثة، 7 April"
      date: "2021-04-07"
- id: zz-ar-classify
  type: classify
  ask: "صنف هاتين الجملتين."
  labels: [رأي, خبر]
  statements:
    - text: "عقدت الجولة الأولى في 11 يونيو 2020."
      label: خبر
      if_رأي: "هذا تاريخ يمكن التحقق منه."
    - text: "كانت الجولة ناجحة."
      label: رأي
      if_خبر: "النجاح حكم."
- id: zz-ar-short
  type: short
  ask: "ما اسم الاتفاقية؟"
  accept: ["الإطار الاستراتيجي", "SFA"]
"""
ARABIC_IDS = ("zz-ar-single", "zz-ar-order", "zz-ar-classify", "zz-ar-short")
EVERY = (*IDS.values(), *ARABIC_IDS)


def q(item: str) -> Any:
    return bank.course_bank().questions[item]


class Gallery(Page):
    """The notebook of all kinds, with what the tests do to it."""

    def on(self, script: str, value: Any = None) -> Any:
        return self.page.evaluate(script, value)

    def key(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def part(self, item: str, part: str) -> Any:
        return self.question(item).locator(part)

    def words(self, item: str, part: str = ".dq-status") -> str:
        return self.part(item, part).text_content()

    def wait(self, item: str, words: str, part: str = ".dq-status") -> None:
        wait_until(lambda: words in self.words(item, part), f"{item} says {words!r}")

    def start(self, item: str) -> None:
        """The focus just before the first control of *item*."""
        self.part(item, "legend").first.evaluate("(n) => { n.tabIndex = -1; n.focus(); }")

    def button(self, item: str, words: str) -> Any:
        return self.question(item).get_by_role("button", name=words, exact=True)

    # -- all of them at once

    def again(self) -> None:
        """Start again wherever something was answered."""
        stuck = """() => [...document.querySelectorAll('form[data-item]')].some((form) =>
            form.querySelector('.dq-status').textContent
            && form.querySelector('.dq-actions').lastElementChild.hidden)"""
        if self.on(stuck):  # a message about an answer that was not given: give one first
            self.give(right=True)
            self.check()
            self.settle("(f) => f.querySelector('[data-verdict=right], [data-verdict=logged]')")
        self.on(
            """(words) => document.querySelectorAll('form[data-item]').forEach((form) =>
                [...form.querySelectorAll('.dq-actions button')]
                  .find((b) => b.textContent === words && !b.hidden)?.click())""",
            STRINGS["reset"],
        )
        self.settle("(form) => !form.querySelector('.dq-status').textContent")
        self.on(
            """() => document.querySelectorAll('form[data-item]').forEach((form) => {
                const hint = form.querySelector('.dq-actions [aria-expanded=true]');
                if (hint) hint.click();
                form.querySelectorAll('details').forEach((d) => { d.open = false; });
            })"""
        )

    def settle(self, done: str) -> None:
        count = (
            f"[...document.querySelectorAll('form[data-item]')].filter((f) => !({done})(f)).length"
        )
        wait_until(lambda: self.on(count) == 0, done)

    def check(self) -> None:
        self.on("document.querySelectorAll('form[data-item]').forEach((f) => f.requestSubmit())")
        self.settle("(form) => form.querySelector('.dq-status').textContent")

    def press(self, words: str) -> None:
        self.on(
            """(words) => document.querySelectorAll('form[data-item]').forEach((form) =>
                [...form.querySelectorAll('.dq-actions button')]
                  .find((b) => b.textContent === words && !b.hidden)?.click())""",
            words,
        )

    def give(self, right: bool) -> None:
        """A right answer to every question, or one that is wrong or partly right."""
        for item in EVERY:
            self.on(GIVE, [item, self.response(q(item), right)])

    @staticmethod
    def response(question: Question, right: bool) -> Any:
        given: Any = None
        match question.kind:
            case "single" | "evidence":
                given = [i for i, o in enumerate(question.options) if o.right is right][:1]
            case "multiple":
                given = [i for i, o in enumerate(question.options) if o.right is right or i == 0]
            case "numeric":
                given = question.answer_text if right else f"{question.near[0].value:g}"
            case "order":
                given = len(question.events) if right else 0
            case "match":
                given = [str(question.rights.index(p.right)) for p in question.pairs]
                given = given if right else [given[1], *given[1:-1], ""]
            case "classify":
                given = [s.label for s in question.statements]
                given = given if right else [given[-1] if given[-1] != given[0] else given[1], ""]
            case "short":
                given = question.accept[0] if right else "SOFA"
            case "forecast":
                given = "20"
        return given


GIVE = """([item, given]) => {
    const form = document.querySelector(`form[data-item="${item}"]`);
    form.querySelector('.dq-sure input')?.click();
    const choices = [...form.querySelectorAll('fieldset:not(.dq-sure) > .dq-option input')];
    choices.forEach((input, i) => { if (input.checked !== given.includes(i)) input.click(); });
    const field = form.querySelector('input[type=text]');
    if (field) { field.value = given; field.dispatchEvent(new Event('input')); }
    const rows = [...form.querySelectorAll('.dq-statement select')];
    rows.forEach((menu, i) => { menu.value = given[i] ?? ''; });
    if (form.querySelector('.dq-order')) {
      const events = [...form.querySelectorAll('.dq-event')];
      const put = (row, n) => {
        const menu = row.querySelector('select');
        menu.value = String(n);
        menu.dispatchEvent(new Event('change'));
      };
      if (given) for (let n = 0; n < given; n++) put(form.querySelector(`[data-event="${n}"]`), n);
      else put(events[0], 1);
    }
}"""


@pytest.fixture(scope="module")
def gallery(browser: Any, lab: Lab) -> Iterator[Gallery]:
    ids = ", ".join(map(repr, IDS.values()))
    cells = [
        nbformat.v4.new_markdown_cell("# Every kind of question\n\n## Questions"),
        nbformat.v4.new_code_cell(f'from dialogue import ask\nask({ids}, title="Every kind")'),
        nbformat.v4.new_code_cell(f"ask({', '.join(map(repr, ARABIC_IDS))})"),
        nbformat.v4.new_markdown_cell("The end."),
    ]
    book = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    notebook = lab.course / "notebooks" / f"{GALLERY}.ipynb"
    arabic = lab.course / "exercises" / "zz-arabic.yaml"
    nbformat.write(book, notebook)
    arabic.write_text(ARABIC, encoding="utf-8")
    page = Gallery(browser, lab, GALLERY).open()
    page.run_all()
    page.question(ARABIC_IDS[-1]).wait_for()
    yield page
    page.close()
    for session in lab.api("api/sessions"):
        lab.api(f"api/sessions/{session['id']}", "DELETE")
    notebook.unlink()
    arabic.unlink()


@pytest.fixture(autouse=True, scope="module")
def arabic_questions(lab: Lab) -> Iterator[None]:
    """The tests look up questions where the page finds them: in the copy of the course."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIALOGUE_COURSE", str(lab.course))
        yield


@pytest.fixture
def fresh(gallery: Gallery) -> Iterator[Gallery]:
    """The gallery with nothing answered, and in its usual size and colours afterwards."""
    gallery.again()
    yield gallery
    gallery.page.set_viewport_size({"width": 1280, "height": 900})
    gallery.page.emulate_media(forced_colors="none")
    gallery.on("document.querySelector('.jp-Notebook').removeAttribute('dir')")


# --- by keyboard alone ---------------------------------------------------------------------

FOCUS = """() => {
    const node = document.activeElement, style = getComputedStyle(node);
    const form = node.closest('form[data-item]');
    const target = (['radio', 'checkbox'].includes(node.type) && node.closest('label')) || node;
    const box = target.getBoundingClientRect();
    const stops = form ? [...form.querySelectorAll('*')] : [];
    return {
      item: form?.dataset.item ?? null, index: stops.indexOf(node), tag: node.localName,
      type: node.type ?? '', value: node.value ?? '', name: node.name ?? '',
      words: node.textContent.trim(), label: node.getAttribute('aria-label') ?? '',
      width: box.width, height: box.height,
      outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth) || 0,
    };
}"""
# What a keyboard must reach; of a group of radio buttons, one.
STOPS = """(item) => {
    const form = document.querySelector(`form[data-item="${item}"]`), groups = new Set();
    const stops = [...form.querySelectorAll('*')];
    return [...form.querySelectorAll('input, select, button, summary, a[href]')]
      .filter((node) => node.checkVisibility())
      .map((node) => (node.type === 'radio' ? `radio ${node.name}` : String(stops.indexOf(node))))
      .filter((name) => !groups.has(name) && groups.add(name));
}"""


def focus(gallery: Gallery) -> dict[str, Any]:
    return gallery.on(FOCUS)


def stop_name(now: dict[str, Any]) -> str:
    return f"radio {now['name']}" if now["type"] == "radio" else str(now["index"])


def seen(now: dict[str, Any]) -> None:
    assert now["outline"] >= 2, f"no visible focus on {now}"
    assert min(now["width"], now["height"]) >= 24, f"a target under 24 px: {now}"


def tab_to(gallery: Gallery, item: str, key: str = "Tab", **wanted: str) -> dict[str, Any]:
    for _ in range(60):
        gallery.key(key)
        now = focus(gallery)
        if now["item"] == item and all(now[k] == v for k, v in wanted.items()):
            seen(now)
            return now
    raise AssertionError(f"{key} never came to {wanted} of {item}")


def walk(gallery: Gallery, item: str) -> None:
    """Every control forwards, then the same backwards; each is seen and large enough."""
    expected = gallery.on(STOPS, item)
    found: dict[str, list[str]] = {"Tab": [], "Shift+Tab": []}
    gallery.start(item)
    for key, names in found.items():
        gallery.key(key)
        while (now := focus(gallery))["item"] == item:
            seen(now)
            name = stop_name(now)
            if name not in names:  # a group without a choice may be entered at both its ends
                names.append(name)
            gallery.key(key)
        # Back in, at the end: what follows may be an editor, where Tab means something else.
        gallery.on(
            """(item) => [...document.querySelector(`form[data-item="${item}"]`)
                .querySelectorAll('input, select, button, summary, a[href]')]
                .filter((n) => n.checkVisibility()).at(-1).focus()""",
            item,
        )
        if names:
            last = stop_name(focus(gallery))
    assert sorted(found["Tab"]) == sorted(expected), f"{item}: Tab passes over a control"
    assert sorted(found["Shift+Tab"]) == sorted(set(expected) - {last}), f"{item}: Shift+Tab"


def cells_and_mode(gallery: Gallery) -> tuple[int, int]:
    return gallery.on(
        """() => [document.querySelectorAll('.jp-Notebook .jp-Cell').length,
                  document.querySelectorAll('.jp-Notebook.jp-mod-editMode').length]"""
    )


@pytest.mark.slow  # every kind at once; the tests of each kind by keyboard are below
def test_every_control_is_reached_seen_and_large_enough(fresh: Gallery) -> None:
    before = cells_and_mode(fresh)
    for item in EVERY:
        walk(fresh, item)
    # And with everything open: comments, links, the buttons that come later.
    fresh.give(right=False)
    fresh.check()
    fresh.press(STRINGS["reveal"])
    fresh.press(STRINGS["hint"])
    fresh.settle("(form) => form.querySelector('.dq-after').textContent || !form.elements.length")
    fresh.on("document.querySelectorAll('.dq details').forEach((d) => { d.open = true; })")
    for item in EVERY:
        walk(fresh, item)
    assert cells_and_mode(fresh) == before


# JupyterLab's shortcuts: cut, delete, new cell above and below, markdown, up, down, undo, …
SHORTCUTS = ("x", "a", "b", "m", "y", "j", "k", "c", "v", "z", "h", "0", "l", "f")


def try_shortcuts(gallery: Gallery, item: str) -> None:
    gallery.key("d", "d", *SHORTCUTS)
    assert focus(gallery)["item"] == item, "a letter left the question"


def test_single_evidence_and_certainty_by_keyboard(fresh: Gallery) -> None:
    before = cells_and_mode(fresh)
    for kind in ("single", "evidence", "confidence"):
        item = IDS[kind]
        right = [option.right for option in q(item).options].index(True)
        fresh.start(item)
        tab_to(fresh, item, type="radio")
        fresh.key("Space")
        try_shortcuts(fresh, item)
        while int(focus(fresh)["value"]) < right:
            fresh.key("ArrowDown")
        fresh.key("ArrowUp", "ArrowDown", "ArrowRight", "ArrowLeft")
        assert int(focus(fresh)["value"]) == right
        if kind == "evidence":
            what = STRINGS["digest_of"].format(what="P16")
            tab_to(fresh, item, words=what)
            digest = fresh.part(item, "details").filter(has_text=what)
            fresh.key("Enter")
            assert digest.get_attribute("open") is not None
            fresh.key("Space")
            assert digest.get_attribute("open") is None
            tab_to(fresh, item, words=STRINGS["check"])
        if kind == "confidence":
            fresh.key("Enter")
            fresh.wait(item, STRINGS["no_confidence"])
            chosen = focus(fresh)["name"]
            tab_to(fresh, item, type="radio")
            assert focus(fresh)["name"] != chosen, "certainty is a group of its own"
            fresh.key("Space", "ArrowDown", "ArrowDown")
            assert focus(fresh)["value"] == "3"
            try_shortcuts(fresh, item)
        fresh.key("Enter")
        fresh.wait(item, STRINGS["right"])
        fresh.wait(item, STRINGS["saved"], ".dq-note")
    assert STRINGS["mark"].format(mark="+3") in fresh.words(IDS["confidence"])
    assert cells_and_mode(fresh) == before


def test_multiple_by_keyboard(fresh: Gallery) -> None:
    before, item = cells_and_mode(fresh), IDS["multiple"]
    fresh.start(item)
    for i, option in enumerate(q(item).options):
        tab_to(fresh, item, type="checkbox", value=str(i))
        fresh.key("ArrowDown", "ArrowUp")
        try_shortcuts(fresh, item)
        assert focus(fresh)["value"] == str(i)
        if option.right:
            fresh.key("Space")
    tab_to(fresh, item, words=STRINGS["check"])
    tab_to(fresh, item, "Shift+Tab", type="checkbox")
    fresh.key("Enter")
    fresh.wait(item, STRINGS["right"])
    assert cells_and_mode(fresh) == before


def test_numeric_and_short_by_keyboard(fresh: Gallery) -> None:
    before = cells_and_mode(fresh)
    for kind, right in (("numeric", q(IDS["numeric"]).answer_text), ("short", "SFA")):
        item = IDS[kind]
        fresh.start(item)
        tab_to(fresh, item, type="text")
        fresh.page.keyboard.type("xddabmy")  # letters are letters here
        assert focus(fresh)["value"] == "xddabmy"
        fresh.key("ArrowUp", "ArrowDown", "ArrowLeft", "Home", "End", "Control+a")
        fresh.page.keyboard.type(right)
        fresh.key("Enter")
        fresh.wait(item, STRINGS["right"])
        assert focus(fresh)["type"] == "text", "the focus left the field"
    assert cells_and_mode(fresh) == before


def test_order_by_buttons_and_by_menu(fresh: Gallery) -> None:
    """The focus stays with what was moved, and each new place is said."""
    before, item = cells_and_mode(fresh), IDS["order"]
    events = [event.text for event in q(item).events]
    told = fresh.part(item, ".dq-told")
    assert told.get_attribute("role") == "status"

    def order() -> list[str]:
        return fresh.part(item, ".dq-event > .dq-text").all_text_contents()

    assert order() != events
    fresh.start(item)
    for place, event in enumerate(events):
        moves = order().index(event) - place
        if place % 2:  # from the menu: a digit chooses the place
            label = STRINGS["place_of"].format(what=event)
            if not moves:
                continue
            tab_to(fresh, item, tag="select", label=label)
            fresh.key(str(place + 1))
        else:
            label = STRINGS["up"].format(what=event)
            for n in range(moves):
                if n == 0:
                    tab_to(fresh, item, tag="button", label=label)
                    try_shortcuts(fresh, item)
                fresh.key("Enter" if n % 2 else "Space")
                assert focus(fresh)["label"] == label, "the focus did not go along"
        assert order()[place] == event
        if moves:
            assert focus(fresh)["label"] == label, "the focus did not go along"
            said = STRINGS["moved"].format(what=event, n=place + 1, total=len(events))
            assert told.text_content() == said
        # Back to the top of the list for the next one.
        fresh.start(item)
    assert order() == events
    # An arrow in a menu moves by one place; at the end of the list a button does nothing.
    tab_to(fresh, item, tag="select", label=STRINGS["place_of"].format(what=events[0]))
    fresh.key("ArrowDown")
    assert order()[:2] == [events[1], events[0]]
    fresh.key("ArrowUp")
    assert order() == events
    tab_to(fresh, item, tag="button", label=STRINGS["up"].format(what=events[0]))
    fresh.key("Enter")
    assert order() == events
    tab_to(fresh, item, words=STRINGS["check"])
    fresh.key("Enter")
    fresh.wait(item, STRINGS["right"])
    assert cells_and_mode(fresh) == before


def test_match_and_classify_by_keyboard(fresh: Gallery) -> None:
    before = cells_and_mode(fresh)
    match, classify = q(IDS["match"]), q(IDS["classify"])
    wanted = {
        match.id: [pair.right for pair in match.pairs],
        classify.id: [statement.label for statement in classify.statements],
    }
    for item, rights in wanted.items():
        fresh.start(item)
        for i, right in enumerate(rights):
            now = tab_to(fresh, item, tag="select", value="")
            if i % 2:
                fresh.page.keyboard.type(right[:8])  # the first letters choose
            else:
                for _ in range(12):
                    fresh.key("ArrowDown")
                    shown = fresh.on("document.activeElement.selectedOptions[0].textContent")
                    if shown == right:
                        break
            shown = fresh.on("document.activeElement.selectedOptions[0].textContent")
            assert shown == right, now
        tab_to(fresh, item, words=STRINGS["check"])
        fresh.key("Space")
        fresh.wait(item, STRINGS["right"])
    assert cells_and_mode(fresh) == before


def test_forecast_by_field_and_slider(fresh: Gallery) -> None:
    before, item = cells_and_mode(fresh), IDS["forecast"]
    field = fresh.part(item, "input[type=text]")
    fresh.start(item)
    tab_to(fresh, item, type="text")
    fresh.page.keyboard.type("20")
    slider = tab_to(fresh, item, type="range")
    assert slider["value"] == "20", "the slider follows the field"
    fresh.key("ArrowRight", "ArrowUp", "ArrowLeft")
    assert focus(fresh)["value"] == "21"
    assert field.input_value() == "21", "the field follows the slider"
    try_shortcuts(fresh, item)
    fresh.key("Home")
    assert field.input_value() == "0"
    fresh.key("Enter")
    fresh.wait(item, STRINGS["logged"].format(chance="0"))
    tab_to(fresh, item, "Shift+Tab", type="text")
    fresh.key("Control+a")
    fresh.page.keyboard.type("120")
    fresh.key("Enter")
    fresh.wait(item, STRINGS["not_a_chance"])
    assert cells_and_mode(fresh) == before


def test_what_cannot_be_read_and_what_is_a_known_slip(fresh: Gallery) -> None:
    item = IDS["numeric"]
    slip = q(item).near[0]
    fresh.start(item)
    tab_to(fresh, item, type="text")
    for typed, words in (("many", STRINGS["not_a_number"]), (f"{slip.value:g}", slip.say)):
        fresh.key("Control+a")
        fresh.page.keyboard.type(typed)
        fresh.key("Enter")
        fresh.wait(item, words)


def test_the_keys_that_leave_a_question(fresh: Gallery) -> None:
    """Escape goes to the question's cell, where the arrow keys move through the page."""
    for kind, part in (("single", "input"), ("match", "select"), ("short", "input")):
        item = IDS[kind]
        fresh.part(item, part).first.focus()
        fresh.key("Escape")
        wait_until(lambda: focus(fresh)["item"] is None, "Escape has left the question")
        assert fresh.on("document.activeElement.closest('.jp-Notebook') !== null")
        fresh.key("ArrowDown")
        assert focus(fresh)["item"] is None


def test_reveal_and_start_again_keep_the_focus(fresh: Gallery) -> None:
    fresh.give(right=False)
    fresh.check()
    for item in EVERY:
        if item == IDS["forecast"]:  # logged: there is nothing to show
            continue
        fresh.start(item)
        tab_to(fresh, item, words=STRINGS["reveal"])
        fresh.key("Enter")
        fresh.wait(item, STRINGS["answer_is"], ".dq-after")
        assert focus(fresh)["words"] == STRINGS["check"], item
        tab_to(fresh, item, words=STRINGS["reset"])
        fresh.key("Space")
        wait_until(lambda item=item: not fresh.words(item), "it is empty again")
        now = focus(fresh)
        assert now["item"] == item
        assert now["tag"] in ("input", "select"), "the focus goes to the first control"
        assert fresh.words(item, ".dq-after") == ""


# --- announced once ------------------------------------------------------------------------

LISTEN = """() => {
    window.heard = [];
    window.listener?.disconnect();
    window.listener = new MutationObserver((changes) => {
      const regions = new Set(changes.map((c) => (c.target.closest ? c.target : c.target.parentElement)
        .closest('[role=status], [role=alert], [aria-live]')).filter(Boolean));
      for (const region of regions) {
        const text = region.textContent.trim();
        if (text) window.heard.push([region.closest('form')?.dataset.item ?? '', region.className, text]);
      }
    });
    window.listener.observe(document.querySelector('.jp-Notebook'),
      { subtree: true, childList: true, characterData: true });
}"""


def heard(gallery: Gallery, items: list[str]) -> dict[str, tuple[str, str]]:
    """What the live regions of each of *items* have said since the last look: once each."""
    wait_until(lambda: len(gallery.on("window.heard")) >= len(items), "it is announced")
    gallery.quiet()  # the kernel's replies, which must add nothing
    said = gallery.on("window.heard.splice(0)")
    assert sorted(item for item, _, _ in said) == sorted(items), said
    return {item: (region, text) for item, region, text in said}


def test_a_verdict_is_announced_once(fresh: Gallery) -> None:
    saved = f"(form) => form.querySelector('.dq-note').textContent === {STRINGS['saved']!r}"
    every = list(EVERY)
    fresh.give(right=False)
    fresh.on(LISTEN)
    fresh.check()
    fresh.settle(saved)
    first = heard(fresh, every)
    assert {region for region, _ in first.values()} == {"dq-status"}

    # The same wrong answer checked again is answered again, once.
    fresh.check()
    fresh.settle(saved)
    assert heard(fresh, every) == first

    hinted = [item for item in every if q(item).hint]
    assert len(hinted) > len(IDS)
    fresh.press(STRINGS["hint"])
    said = heard(fresh, hinted)
    assert {region for region, _ in said.values()} == {"dq-hint"}, "a hint repeats nothing else"
    fresh.press(STRINGS["hint"])
    heard(fresh, [])  # closing it says nothing

    graded = [item for item in every if item != IDS["forecast"]]
    fresh.press(STRINGS["reveal"])
    said = heard(fresh, graded)
    assert set(said.values()) == {("dq-answered", STRINGS["revealed"])}

    # Another answer is another verdict.
    fresh.give(right=True)
    fresh.on("window.heard.splice(0)")  # the places of the events that were moved
    fresh.check()
    fresh.settle("(form) => form.querySelector('[data-verdict=right], [data-verdict=logged]')")
    fresh.settle(saved)
    said = heard(fresh, every)
    assert all(STRINGS["right"] in said[item][1] for item in graded)

    # Nothing chosen: a message, and again when Check is pressed again.
    fresh.press(STRINGS["reset"])
    fresh.settle("(form) => !form.querySelector('.dq-status').textContent")
    heard(fresh, [])
    for _ in range(2):
        fresh.check()
        said = heard(fresh, every)
        assert said[IDS["single"]] == (
            "dq-status",
            STRINGS["unanswered_single"].format(button=STRINGS["check"]),
        )
    fresh.on("window.listener.disconnect()")


# --- large, forced colours, mirrored -------------------------------------------------------

# Controls that overlap or stick out, and text that is cut off.
LAYOUT = """() => {
    const faults = [];
    for (const root of document.querySelectorAll('.dq')) {
      // One pixel is a fraction of one, rounded up: from right to left with some fonts.
      if (root.scrollWidth > root.clientWidth + 1) faults.push(['scrolls', root.scrollWidth, root.clientWidth]);
    }
    for (const form of document.querySelectorAll('form[data-item]')) {
      const item = form.dataset.item, outer = form.getBoundingClientRect();
      if (form.scrollWidth > form.clientWidth + 1) faults.push([item, 'scrolls']);
      const parts = [...form.querySelectorAll(
        'button, select, summary, a, input[type=text], input[type=range], input[type=radio], input[type=checkbox], .dq-text, .dq-mark, .dq-letter'
      )].filter((n) => n.checkVisibility() && n.getClientRects().length);
      const boxes = parts.map((n) => n.getBoundingClientRect());
      parts.forEach((node, i) => {
        const b = boxes[i];
        if (b.width && (b.left < outer.left - 0.5 || b.right > outer.right + 0.5)) faults.push([item, 'sticks out', node.className || node.localName]);
        if (node.scrollWidth > node.clientWidth + 1 && node.matches('button, .dq-text, summary')
            && getComputedStyle(node).display !== 'inline') faults.push([item, 'cut off', node.textContent]);
        parts.slice(i + 1).forEach((other, j) => {
          if (node.contains(other) || other.contains(node)) return;
          const c = boxes[i + 1 + j];
          const wide = Math.min(b.right, c.right) - Math.max(b.left, c.left);
          const high = Math.min(b.bottom, c.bottom) - Math.max(b.top, c.top);
          if (wide > 1 && high > 1) faults.push([item, 'overlap', node.textContent || node.localName, other.textContent || other.localName]);
        });
      });
    }
    return faults;
}"""


@pytest.mark.slow
def test_at_400_per_cent(fresh: Gallery) -> None:
    """A window of 1280 by 1024 pixels at four times the size is 320 by 256."""
    fresh.give(right=False)
    fresh.check()
    fresh.press(STRINGS["hint"])
    fresh.press(STRINGS["reveal"])
    fresh.settle("(form) => form.querySelector('.dq-after').textContent")
    fresh.on("document.querySelectorAll('.dq details').forEach((d) => { d.open = true; })")
    assert fresh.on(LAYOUT) == []
    if fresh.page.locator("#jp-left-stack").is_visible():
        fresh.page.keyboard.press("Control+b")
        wait_until(lambda: not fresh.page.locator("#jp-left-stack").is_visible(), "it is hidden")
    fresh.page.set_viewport_size({"width": 320, "height": 256})
    wait_until(lambda: fresh.on("document.querySelector('.dq').clientWidth") < 320, "narrow")
    fresh.drawn()
    assert fresh.on(LAYOUT) == []
    axe(fresh, "at 400 per cent")
    fresh.again()
    assert fresh.on(LAYOUT) == []
    for item in EVERY:
        walk(fresh, item)
    # And it still works.
    item = IDS["single"]
    fresh.start(item)
    tab_to(fresh, item, type="radio")
    fresh.key("Space", "Enter")
    wait_until(lambda: fresh.words(item), "the answer is graded")


COLOURS = """([selector, name]) => [...document.querySelectorAll(selector)].filter((n) => n.checkVisibility())
    .map((n) => getComputedStyle(n)[name])"""


@pytest.mark.slow
def test_in_forced_colours(fresh: Gallery) -> None:
    """Windows high contrast: the page's own colours are gone, what they said is not."""
    fresh.give(right=False)
    fresh.check()
    fresh.page.emulate_media(forced_colors="active")
    assert fresh.on("matchMedia('(forced-colors: active)').matches")

    def colours(selector: str, name: str) -> set[str]:
        found = fresh.on(COLOURS, [f".dq {selector}", name])
        assert found, selector
        return set(found)

    # System colours, as this browser has them.
    canvas, text, highlight = fresh.on(
        """() => ['Canvas', 'CanvasText', 'Highlight'].map((name) => {
            const node = document.querySelector('.dq').appendChild(document.createElement('i'));
            node.style.cssText = `forced-color-adjust: none; color: ${name}`;
            const found = getComputedStyle(node).color;
            node.remove();
            return found;
        })"""
    )
    assert len({canvas, text, highlight}) == 3
    side = "borderInlineStartColor"
    marked = "fieldset [data-state=right], .dq fieldset [data-state=wrong]"
    assert canvas not in colours(marked, side)
    assert colours(
        ".dq-option:not([data-state=right], [data-state=wrong], [data-state=key])", side
    ) == {canvas}
    assert canvas not in colours(".dq-verdict", "color")
    assert canvas not in colours(".dq-mark:not(:empty)", "color")
    for control in ("button", "select", "input[type=text]"):
        assert canvas not in colours(control, "borderTopColor"), control
        assert colours(control, "borderTopStyle") <= {"solid", "dashed"}
    for item in EVERY:
        walk(fresh, item)
    fresh.start(IDS["single"])
    tab_to(fresh, IDS["single"], type="radio")
    assert fresh.on("getComputedStyle(document.activeElement).outlineColor") == highlight
    axe(fresh, "in forced colours")


def left(gallery: Gallery, item: str, part: str) -> float:
    return gallery.part(item, part).first.bounding_box()["x"]


def test_mirrored_from_right_to_left(fresh: Gallery) -> None:
    fresh.on("document.querySelector('.jp-Notebook').setAttribute('dir', 'rtl')")
    fresh.give(right=False)
    fresh.check()
    assert fresh.on(LAYOUT) == []
    for item in ("zz-ar-single", IDS["single"]):
        assert left(fresh, item, ".dq-option input") > left(fresh, item, ".dq-letter")
        text = fresh.part(item, ".dq-option .dq-text").first.bounding_box()
        assert left(fresh, item, ".dq-letter") >= text["x"] + text["width"] - 1
        wrong = fresh.part(item, "[data-state=wrong]").first
        sides = wrong.evaluate(
            "(n) => { const s = getComputedStyle(n); return [s.borderRightWidth, s.borderLeftWidth]; }"
        )
        assert sides == ["4px", "0px"], "the line of the verdict is on the inline start"
    # Each text has its own direction, whatever the page's is.
    directions = fresh.on(
        """(items) => items.map((item) => [...document.querySelectorAll(
            `form[data-item="${item}"] .dq-option .dq-text`)].map((n) => getComputedStyle(n).direction))""",
        ["zz-ar-single", IDS["single"]],
    )
    assert set(directions[0]) == {"rtl"}
    assert set(directions[1]) == {"ltr"}
    legends = fresh.on(
        """(items) => items.map((item) => getComputedStyle(document.querySelector(
            `form[data-item="${item}"] legend > *`)).direction)""",
        ["zz-ar-single", IDS["single"]],
    )
    assert legends == ["rtl", "ltr"]
    # The English words of the interface read from left to right, and end where they end.
    ends = fresh.on(
        """() => [...document.querySelectorAll('.dq-instruction, .dq-note, .dq-status > p, .dq-sure .dq-text')]
            .filter((n) => n.checkVisibility() && /^[\\x20-\\x7e]+$/.test(n.textContent))
            .map((n) => {
              const walker = document.createTreeWalker(n, NodeFilter.SHOW_TEXT);
              let text = walker.nextNode(), next;
              while ((next = walker.nextNode())) text = next;
              const at = (i) => {
                const range = document.createRange();
                range.setStart(text, i);
                range.setEnd(text, i + 1);
                return range.getBoundingClientRect();
              };
              const [before, last] = [at(text.length - 2), at(text.length - 1)];
              return [n.textContent, last.left >= before.left];
            })"""
    )
    assert len(ends) > 20
    assert [words for words, in_order in ends if not in_order] == []
    for item in (*ARABIC_IDS, IDS["evidence"], IDS["match"]):
        walk(fresh, item)
    # Up is up: the arrows of the buttons mean rows, not sides.
    item = "zz-ar-order"
    fresh.button(item, STRINGS["reset"]).click()
    wait_until(lambda: not fresh.words(item), "it is empty again")
    rows = fresh.part(item, ".dq-event > .dq-text")
    last = rows.last.text_content()
    y = rows.last.bounding_box()["y"]
    fresh.question(item).get_by_role("button", name=STRINGS["up"].format(what=last)).click()
    assert rows.nth(1).text_content() == last
    assert rows.nth(1).bounding_box()["y"] < y
    axe(fresh, "from right to left")


# --- axe-core, in every state and theme ----------------------------------------------------


# Text that stands out too little: WCAG 2.2, success criterion 1.4.3, 4.5 to 1.
CONTRAST = """() => {
    const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const light = (rgb) => {
      const [r, g, b] = rgb.slice(0, 3).map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (node) => {
      for (let n = node; n; n = n.parentElement) {
        const found = parse(getComputedStyle(n).backgroundColor);
        if (found.length === 3 || found[3] === 1) return found;
      }
      return [255, 255, 255];
    };
    const nodes = [...document.querySelectorAll('.dq *:not(option)')].filter((n) => n.checkVisibility()
      && [...n.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim()));
    const faint = nodes.flatMap((n) => {
      const [one, other] = [light(parse(getComputedStyle(n).color)), light(behind(n))].sort((a, b) => b - a);
      const ratio = (one + 0.05) / (other + 0.05);
      return ratio < 4.5 ? [[n.className || n.localName, n.textContent.slice(0, 40), ratio]] : [];
    });
    return [nodes.length, faint];
}"""


def axe(gallery: Gallery, state: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(gallery.page, {"include": [[".dq"]]})
    assert found.violations_count == 0, f"{state}\n{found.generate_report()}"
    assert len(found.response["passes"]) > 10, "axe looked at next to nothing"
    # axe takes everything in JupyterLab's scrolled panel for hidden and skips its contrast.
    looked, faint = gallery.on(CONTRAST)
    assert looked > 100
    assert faint == [], state


@pytest.mark.parametrize(
    "theme",
    [
        "JupyterLab Light",
        pytest.param("JupyterLab Dark", marks=pytest.mark.slow),
        pytest.param("JupyterLab Dark High Contrast", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_in_any_kind_and_state(gallery: Gallery, lab: Lab, theme: str) -> None:
    if theme != "JupyterLab Light":
        lab.theme(theme)
        gallery.page.goto("about:blank")
        gallery.open()
        gallery.run_all()
        gallery.question(ARABIC_IDS[-1]).wait_for()
    dark = gallery.on("document.body.dataset.jpThemeLight") == "false"
    assert dark == ("Dark" in theme)
    gallery.again()
    axe(gallery, "untouched")
    gallery.check()
    axe(gallery, "unanswered")
    gallery.give(right=False)
    gallery.press(STRINGS["hint"])
    gallery.check()
    gallery.settle(
        "(form) => form.querySelector('[data-verdict=wrong], [data-verdict=partly], [data-verdict=logged]')"
    )
    axe(gallery, "wrong or partly right, hints open")
    gallery.press(STRINGS["reveal"])
    gallery.settle("(form) => form.querySelector('.dq-after').textContent")
    gallery.on("document.querySelectorAll('.dq details').forEach((d) => { d.open = true; })")
    axe(gallery, "revealed")
    gallery.give(right=True)
    gallery.check()
    gallery.settle("(form) => form.querySelector('[data-verdict=right], [data-verdict=logged]')")
    axe(gallery, "right, and saved")
    if theme == "JupyterLab Dark High Contrast":
        lab.theme("JupyterLab Light")


@pytest.mark.slow
def test_axe_finds_nothing_when_restored_and_when_not_saved(gallery: Gallery, lab: Lab) -> None:
    """Last in this file: it takes the kernel away."""
    gallery.give(right=True)
    gallery.check()
    gallery.run_all()
    gallery.settle("(form) => form.querySelector('[data-verdict=right], [data-verdict=logged]')")
    for item in EVERY:
        assert STRINGS["restored"].split("{")[0] in gallery.words(item, ".dq-note"), item
    axe(gallery, "restored")
    # The computer's date was a year ahead when these were saved, and has been put right.
    gallery.on("(window.honest = Date.now, Date.now = () => window.honest() - 400 * 86400000)")
    gallery.run_all()
    gallery.settle("(form) => form.querySelector('.dq-note').textContent.includes('ran ahead')")
    gallery.on("(Date.now = window.honest)")
    gallery.end_kernel()
    gallery.give(right=False)
    gallery.check()
    gallery.settle("(form) => form.querySelector('.dq-problem').textContent")
    axe(gallery, "not saved")
