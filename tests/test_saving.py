"""What a page says of saving is what is known: waiting, saved, not saved, and nothing sooner.

The view runs in a browser; the kernel is this process, which reads a message when a test says so.
``test_browser.py`` has the same with a kernel that is busy, stopped and killed.
"""

from __future__ import annotations

import dataclasses
import errno
from collections.abc import Iterator
from typing import Any

import pytest
from test_form import fill

from dialogue import bank
from dialogue.learner import progress
from dialogue.page.words import EXPLORER, FORM, NEGOTIATION, STRINGS
from dialogue.questions import Question
from dialogue.widgets.explorer import explore
from dialogue.widgets.form import author
from dialogue.widgets.negotiation import negotiate
from dialogue.widgets.quiz import Answers, Quiz, View

ITEM = "05-permanent-bases"

# A model as anywidget's, whose messages lie in `sent`; `answer` changes its state, `turn` its
# kernel's.
MODEL = """async ([source, data]) => {
    const on = {}, watch = new Set(), asked = [];
    window.sent = [];
    window.free = () => { window.isBusy = false; asked.splice(0).forEach(window.tell); };
    const signal = { connect: (act) => watch.add(act), disconnect: (act) => watch.delete(act) };
    const kernel = { status: "idle", statusChanged: signal,
      connectionStatus: "connected", connectionStatusChanged: signal };
    window.connection = (now) => { kernel.connectionStatus = now; watch.forEach((act) => act()); };
    const model = {
      get: (name) => data[name],
      on: (name, act) => (on[name] ??= []).push(act), off() {},
      // Asked whether it listens, a kernel says so at once, or, if it is busy, when it is free.
      send: (message) => {
        if (message.event === "listens") asked.push(message); else window.sent.push(message);
        if (!window.isBusy) window.free();
      },
      widget_manager: { kernel },
    };
    window.answer = (state) => { data.state = state; (on["change:state"] ?? []).forEach((act) => act()); };
    window.tellLines = (lines) => { data.lines = lines; };
    window.tell = (message) => (on["msg:custom"] ?? []).forEach((act) => act(message));
    window.turn = (now) => { kernel.status = now; watch.forEach((act) => act(kernel, now)); };
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const view = (await import(url)).default;
    view.render({ model, el: document.body.appendChild(document.createElement("main")) });
}"""


class Desk:
    """A view in a page, and its widget, which reads what was sent only in :meth:`kernel`."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.read = 0

    def open(self, widget: View) -> Desk:
        self.widget = widget
        widget.send = lambda message: self.page.evaluate("(m) => tell(m)", message)  # type: ignore[method-assign]
        kept = ("content", "state", "strings", "data", "lines", "scene")
        names = [name for name in widget.keys if name in kept]
        if "lines" in names:
            widget.observe(
                lambda news: self.page.evaluate("(now) => tellLines(now)", news.new), "lines"
            )
        data = {name: getattr(widget, name) for name in names}
        self.page.evaluate(MODEL, [widget._esm, data])
        return self

    def kernel(self, messages: int | None = None) -> None:
        """The kernel reads what lies in its queue, or the first *messages* of it."""
        queue = self.page.evaluate("sent")[self.read :]
        for message in queue[:messages]:
            self.read += 1
            self.widget._handle_custom_msg(message, [])
            if "state" in self.widget.keys:
                self.page.evaluate("(state) => answer(state)", self.widget.state)

    def wait(self) -> None:
        """Longer than the page waits before it says so."""
        self.page.clock.run_for(10_000)

    def answer(self, option: int) -> None:
        self.page.locator("input").nth(option).check()
        self.page.locator("button[type=submit]").click()

    def press(self, word: str) -> None:
        self.page.get_by_role("button", name=STRINGS[word], exact=True).click()

    def says(self) -> tuple[str, str]:
        """What stands in the place of trouble, and in the place of notes."""
        found = self.page.locator(".dq-problem"), self.page.locator(".dq-note")
        return found[0].text_content(), found[1].text_content()

    def verdict(self) -> str:
        return self.page.locator(".dq-status").text_content()


@pytest.fixture(scope="module")
def clocked(browser: Any) -> Iterator[Any]:
    """One page for all tests, whose clock moves only when it is told to."""
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.route("http://desk.test/", lambda route: route.fulfill(body="", content_type="text/html"))
    yield page
    context.close()


@pytest.fixture
def desk(clocked: Any) -> Desk:
    clocked.goto("http://desk.test/")
    return Desk(clocked)


def question(**changes: Any) -> Question:
    return dataclasses.replace(bank.course_bank().questions[ITEM], **changes)


WAITING = (STRINGS["waiting"], "")
SAVED = ("", STRINGS["saved"])


def test_an_answer_waits_and_is_saved(desk: Desk) -> None:
    desk.open(Quiz([question()])).answer(0)
    assert desk.verdict(), "the verdict waits for nobody"
    assert desk.says() == ("", ""), "nothing is known yet"
    desk.wait()
    assert desk.says() == WAITING
    desk.kernel()
    assert desk.says() == SAVED
    assert len(list(progress.attempts())) == 1


def test_the_reply_to_an_earlier_answer_is_not_the_last_ones(desk: Desk) -> None:
    desk.open(Quiz([question()])).answer(0)
    desk.wait()
    desk.answer(1)
    desk.wait()
    desk.kernel(messages=1)
    assert desk.says() == WAITING, "the second answer is not saved yet"
    assert desk.page.locator("input").nth(1).is_checked()
    desk.kernel()
    assert desk.says() == SAVED


def test_a_late_reply_leaves_what_was_said_of_an_empty_answer(desk: Desk) -> None:
    """Start again, and Check with nothing chosen, before the kernel has read of the first."""
    desk.open(Quiz([question()])).answer(0)
    desk.kernel()
    desk.press("reset")
    assert desk.verdict() == ""
    desk.page.locator("button[type=submit]").click()
    said = desk.verdict()
    assert said
    desk.kernel()
    assert desk.verdict() == said
    desk.answer(0)
    desk.kernel()
    assert desk.verdict() not in ("", said)
    assert desk.says() == SAVED


def test_an_answer_that_cannot_be_saved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_attempt: Any) -> Any:
        raise progress.RecordError("No space left on device.")

    monkeypatch.setattr(progress, "append", full)
    desk.open(Quiz([question()])).answer(0)
    desk.wait()
    desk.kernel()
    assert desk.says() == ("No space left on device.", "")


@pytest.mark.parametrize("status", ["dead", "restarting", "autorestarting", "starting"])
def test_a_kernel_that_ends_before_it_answers(desk: Desk, status: str) -> None:
    desk.open(Quiz([question()])).answer(0)
    desk.wait()
    desk.page.evaluate("(now) => turn(now)", status)
    assert desk.says() == (STRINGS["unconfirmed"], "")
    desk.page.evaluate("turn('idle')")  # a new kernel, which knows nothing of this view
    desk.answer(1)
    assert desk.says() == (STRINGS["no_kernel"], "")


def sent(desk: Desk) -> list[str]:
    return desk.page.evaluate("sent.map((message) => message.event)")


def test_what_waits_is_cancelled_and_never_done(desk: Desk) -> None:
    desk.open(Quiz([question()])).page.evaluate("isBusy = true")
    desk.answer(0)
    assert not desk.page.get_by_role("button", name=STRINGS["cancel"], exact=True).is_visible()
    desk.wait()
    assert (desk.says(), sent(desk)) == (WAITING, [])
    desk.press("cancel")
    assert (desk.says(), desk.verdict()) == (("", ""), "")
    assert desk.page.locator(".dq-answered").text_content() == STRINGS["cancelled"]
    assert desk.page.locator("input").nth(0).is_checked(), "what was chosen still stands"
    assert desk.page.evaluate("document.activeElement.type") == "submit", "the focus is not lost"
    desk.page.evaluate("free()")
    desk.wait()
    desk.kernel()
    assert not list(progress.attempts())
    desk.page.locator("button[type=submit]").click()  # and again, to a kernel that is free
    desk.kernel()
    assert desk.says() == SAVED
    assert desk.page.locator(".dq-answered").text_content() == ""


def test_a_second_answer_that_was_cancelled_is_not_called_saved(desk: Desk) -> None:
    desk.open(Quiz([question()])).answer(0)
    desk.kernel()
    assert desk.says() == SAVED
    desk.page.evaluate("isBusy = true")
    desk.answer(1)
    desk.wait()
    desk.press("cancel")
    assert desk.page.locator(".dq-answered").text_content() == STRINGS["cancelled"]
    assert desk.says() == ("", "")


def test_starting_again_is_cancelled_and_the_answer_stands(desk: Desk) -> None:
    desk.open(Quiz([question()])).answer(1)
    desk.kernel()
    said = desk.verdict()
    desk.page.evaluate("isBusy = true")
    desk.press("reset")
    desk.wait()
    assert not desk.page.locator("input").nth(1).is_checked()
    desk.press("cancel")
    assert desk.page.locator("input").nth(1).is_checked()
    assert desk.verdict() == said
    desk.page.evaluate("free()")
    desk.kernel()
    assert [a.event for a in progress.attempts()] == ["check"]


def test_the_last_of_two_that_wait_is_cancelled_alone(desk: Desk) -> None:
    """A second answer sends the first on its way: only the last can be taken back."""
    desk.open(Quiz([question()])).page.evaluate("isBusy = true")
    desk.answer(0)
    desk.wait()
    desk.answer(1)
    desk.wait()
    desk.press("cancel")
    assert desk.says() == WAITING, "the first still waits"
    assert not desk.page.get_by_role("button", name=STRINGS["cancel"], exact=True).is_visible()
    desk.page.evaluate("free()")
    desk.kernel()
    assert [a.response for a in progress.attempts()] == [0]
    assert desk.says() == SAVED


def test_the_first_of_two_waits_on_when_the_last_is_cancelled(desk: Desk) -> None:
    """Before the page has said that it waits; and it learns how that ends."""
    desk.open(Quiz([question()])).page.evaluate("isBusy = true")
    desk.answer(1)
    desk.press("reset")
    desk.wait()
    desk.press("cancel")
    assert desk.says() == WAITING
    assert desk.page.locator(".dq-answered").text_content() == STRINGS["cancelled_last"]
    desk.page.evaluate("turn('dead')")
    assert desk.says() == (STRINGS["unconfirmed"], "")


def test_a_step_that_was_saved_meanwhile_waits_no_more(desk: Desk) -> None:
    desk.open(Quiz([question()])).page.evaluate("isBusy = true")
    desk.answer(1)
    desk.press("reset")
    desk.wait()
    desk.kernel()
    desk.press("cancel")
    assert desk.says()[0] == ""
    assert desk.page.locator(".dq-answered").text_content() == STRINGS["cancelled"]
    desk.page.evaluate("turn('dead')")
    assert desk.says()[0] == "", "nothing waited that could be lost"


def test_what_was_typed_while_a_text_waited_is_not_called_saved(desk: Desk) -> None:
    desk.open(Quiz([bank.course_bank().questions["05-write"]]))
    box = desk.page.locator("textarea")
    box.fill("One.")
    desk.page.locator("button[type=submit]").click()
    box.fill("One. Two.")
    desk.kernel()
    assert desk.says() == ("", STRINGS["write_changed"])
    desk.page.locator("button[type=submit]").click()
    desk.kernel()
    assert desk.says() == SAVED


def test_a_text_that_was_not_saved_outlives_its_kernel(desk: Desk) -> None:
    """What the page tells the learner to do then, a new run, draws the box anew."""
    essay = bank.course_bank().questions["05-write"]

    def run() -> None:
        desk.page.evaluate("document.querySelector('main')?.remove()")
        desk.read = 0
        desk.open(Quiz([essay]))

    def write(text: str) -> None:
        box.fill(text)
        desk.page.locator("button[type=submit]").click()

    box = desk.page.locator("textarea")
    run()
    write("One.")
    desk.kernel()
    desk.page.evaluate("turn('dead')")
    write("One. Two.")
    assert desk.says() == (STRINGS["no_kernel"], "")
    run()
    assert (box.input_value(), desk.says()) == ("One. Two.", ("", STRINGS["write_changed"]))
    desk.page.locator("button[type=submit]").click()
    desk.kernel()
    assert desk.says() == SAVED
    progress.erase()
    run()
    assert box.input_value() == "", "what was saved comes from the record and from nowhere else"


def test_what_waits_leaves_before_the_page_may_end(desk: Desk) -> None:
    """A page that goes out of sight may never be seen again: nothing that waits stays in it."""
    desk.open(Quiz([question()])).page.evaluate("isBusy = true")
    desk.answer(0)
    desk.wait()
    desk.page.evaluate(
        """Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'))"""
    )
    assert sent(desk) == ["check"]
    assert desk.says() == WAITING
    assert not desk.page.get_by_role("button", name=STRINGS["cancel"], exact=True).is_visible()
    desk.page.evaluate("free()")
    desk.wait()
    assert sent(desk) == ["check"], "it is sent once"


def test_a_broken_connection_is_told_and_so_is_its_return(desk: Desk) -> None:
    desk.open(Quiz([question()])).page.evaluate("isBusy = true")
    desk.answer(0)
    desk.wait()
    desk.page.evaluate("connection('connecting')")
    assert desk.says() == (STRINGS["waiting_server"], "")
    desk.page.evaluate("connection('connected')")
    assert desk.says() == WAITING
    desk.page.evaluate("free()")
    desk.kernel()
    assert desk.says() == SAVED


def test_what_never_left_is_not_saved_for_certain(desk: Desk) -> None:
    desk.open(Quiz([question()])).page.evaluate("isBusy = true")
    desk.answer(0)
    desk.page.evaluate("turn('dead')")
    assert desk.says() == (STRINGS["no_kernel"], "")


def test_a_picture_says_that_it_waits_for_the_kernel(desk: Desk) -> None:
    """Its controls tell nobody whether they were heard: all pictures, the ledger above all."""
    desk.page.evaluate(
        "document.body.className = 'dialogue-explore'; document.body.append(document.createElement('button'))"
    )
    view = explore("ledger")._stage
    desk.open(view)
    words, told = view.scene["words"], desk.page.locator(".dx-words")
    desk.wait()  # the box is found
    for control in ("button", "summary >> nth=0"):
        desk.page.locator(control).click()
        desk.wait()
        assert told.text_content() == words
    desk.page.evaluate("isBusy = true")
    desk.page.locator("button").click()
    assert told.text_content() == words
    desk.wait()
    assert told.text_content() == EXPLORER["waiting"]
    desk.page.evaluate("free()")
    assert told.text_content() == words
    desk.page.evaluate("turn('dead')")
    desk.page.locator("button").click()
    assert told.text_content() == EXPLORER["ended"]


@pytest.mark.parametrize("word", ["reveal", "reset"])
def test_every_action_says_that_it_waits(desk: Desk, word: str) -> None:
    desk.open(Quiz([question()]))
    options = question().options
    desk.answer(next(i for i, option in enumerate(options) if not option.right))
    desk.kernel()
    desk.press(word)
    desk.wait()
    assert desk.says() == WAITING
    assert bool(desk.page.locator(".dq-key").count()) is (word == "reveal"), (
        "it is done in the page"
    )
    desk.kernel()
    assert desk.says()[0] == ""
    assert [a.event for a in progress.attempts()] == ["check", word]


def test_an_answer_for_the_teacher_is_kept_when_it_is_saved(desk: Desk) -> None:
    desk.open(Quiz([question(keyless=True)])).answer(0)
    assert desk.verdict() == "", "not kept yet, and nothing else is known"
    desk.wait()
    assert (desk.verdict(), desk.says()) == ("", WAITING)
    desk.kernel()
    assert (desk.verdict(), desk.says()) == (STRINGS["kept"], SAVED)
    desk.answer(1)
    assert desk.verdict() == "", "the other answer is not kept yet"
    desk.page.evaluate("turn('dead')")
    assert desk.verdict() == STRINGS["kept_not"]


def test_a_move_that_waits_is_cancelled_and_never_made(desk: Desk) -> None:
    talks = negotiate("iraq", 1)
    desk.open(talks).page.evaluate("isBusy = true")
    button = desk.page.locator(".dn [data-do=why]")
    cancel, note = desk.page.locator("[data-do=cancel]"), desk.page.locator(".dn-note")
    button.click()
    assert not cancel.is_visible()
    desk.wait()
    assert note.first.text_content() == NEGOTIATION["waiting"]
    cancel.click()
    assert note.first.text_content() == NEGOTIATION["cancelled"]
    assert not cancel.is_visible()
    assert desk.page.evaluate("document.activeElement.dataset.do") == "offer"
    desk.page.evaluate("free()")
    desk.wait()
    desk.kernel()
    assert not talks.game.turns
    button.click()  # and again, to a kernel that is free
    desk.kernel()
    assert len(talks.game.turns) == 1


# --- erasing ---------------------------------------------------------------------------------


@pytest.fixture
def erasing(desk: Desk) -> Desk:
    progress.append(progress.Attempt(ITEM, "v", "check", 0, "wrong", 0.0))
    desk.open(Answers())
    desk.press("erase")
    desk.press("erase_yes")
    assert desk.verdict() == STRINGS["erase_asks"]
    return desk


def left() -> int:
    return len(list(progress.attempts()))


def test_a_free_kernel_erases_at_once(erasing: Desk) -> None:
    erasing.kernel()
    assert left() == 1, "the question whether it is free changes nothing"
    erasing.kernel()
    assert (left(), erasing.verdict()) == (0, STRINGS["erase_done"])


def test_what_was_said_not_to_be_erased_is_not_erased_later(erasing: Desk) -> None:
    erasing.wait()
    assert erasing.verdict() == STRINGS["erase_no_kernel"]
    erasing.kernel()
    erasing.kernel()
    assert (left(), erasing.verdict()) == (1, STRINGS["erase_no_kernel"])
    erasing.press("erase")
    erasing.press("erase_yes")
    erasing.kernel()
    erasing.kernel()
    assert (left(), erasing.verdict()) == (0, STRINGS["erase_done"]), "a new order is carried out"


def test_an_order_that_a_cell_delays(erasing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel was free when it was asked, and busy when the order came."""
    erasing.kernel()
    erasing.wait()
    assert erasing.verdict() == STRINGS["erase_unknown"], "it may have been done"
    now = erasing.widget._lease._clock()  # type: ignore[attr-defined]
    monkeypatch.setattr(erasing.widget._lease, "_clock", lambda: now + 60)  # type: ignore[attr-defined]
    erasing.kernel()
    assert (left(), erasing.verdict()) == (1, STRINGS["erase_late"])


def test_a_kernel_that_ends_while_it_erases(erasing: Desk) -> None:
    erasing.page.evaluate("turn('dead')")
    assert erasing.verdict() == STRINGS["erase_no_kernel"]


@pytest.fixture
def bank_of_mine(tmp_path, monkeypatch):
    (tmp_path / "exercises").mkdir()
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(tmp_path))
    return tmp_path / "exercises" / "05-round-one.yaml"


def test_the_form_says_that_it_waits_and_saves_once_or_never(desk: Desk, bank_of_mine: Any) -> None:
    form = author()
    fill(form, "single")
    desk.open(form.said).page.evaluate("isBusy = true")

    def press(word: str) -> None:
        desk.page.get_by_role("button", name=FORM[word], exact=True).click()

    said = desk.page.get_by_role("status")
    press("save")
    assert said.text_content() == "", "nothing is known yet"
    desk.wait()
    assert said.text_content() == FORM["waiting"]
    press("cancel")
    assert said.text_content() == FORM["cancelled"]
    desk.page.evaluate("free()")
    desk.kernel()
    assert not bank_of_mine.exists()

    press("save")
    desk.page.get_by_role("button", name=FORM["save"]).dispatch_event("click")  # impatient
    desk.kernel()
    assert "Saved as 05-new-single" in said.text_content()
    assert len(bank.read([bank_of_mine]).questions) == 1
    desk.page.evaluate("isBusy = true")
    press("save")
    desk.page.evaluate("turn('dead')")
    assert said.text_content() == FORM["no_kernel"], "what was saved before is not said again"


def test_a_form_that_cannot_write_says_so(
    desk: Desk, bank_of_mine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = author()
    fill(form, "single")
    desk.open(form.said)

    def full(*_args: Any, **_more: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryDirectory", full)
    desk.page.get_by_role("button", name=FORM["save"], exact=True).click()
    desk.kernel()
    assert desk.page.get_by_role("status").text_content() == "Not done: No space left on device."
    assert not bank_of_mine.exists()
