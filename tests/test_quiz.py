"""The quiz: what it shows, what it records, and what it says when something is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from dialogue import bank
from dialogue.learner import progress
from dialogue.questions import Forecast
from dialogue.widgets import quiz
from dialogue.widgets.quiz import (
    Answers,
    Notice,
    Quiz,
    ask,
)
from dialogue.widgets.saving import Lease

SINGLE, OTHER = "05-permanent-bases", "05-troop-cuts"


def send(widget: Any, **message: Any) -> dict[str, Any]:
    """What the view would send; returns the item's state afterwards."""
    widget._handle_custom_msg({"seq": 1, **message}, [])
    return widget.state.get(message.get("item"), widget.state)


def key(item: str) -> int:
    options = bank.course_bank().questions[item].options
    return next(i for i, option in enumerate(options) if option.right)


def bundle(shown: Any) -> dict[str, str]:
    return shown._repr_mimebundle_()[0]


def test_a_set_is_one_view_and_at_most_two_models() -> None:
    from ipywidgets import Widget

    before = set(Widget.get_manager_state()["state"])
    ask(SINGLE, OTHER, "05-four-baskets")
    assert len(set(Widget.get_manager_state()["state"]) - before) <= 2


def test_twin_shows_question_options_comments_and_how_to_make_it_live() -> None:
    question = bank.course_bank().questions[SINGLE]
    data = bundle(ask(SINGLE))
    assert quiz.STRINGS["live"] in data["text/html"]
    for option in question.options:
        assert option.text in data["text/plain"]
        assert option.text.replace("'", "&#x27;") in data["text/html"]
        assert option.say.replace("'", "&#x27;") in data["text/html"]
    assert data["text/html"].count("<details>") == len(question.options) + 2
    assert "<script" not in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data


def test_every_item_of_the_bank_has_a_twin() -> None:
    questions = bank.course_bank().questions
    assert questions
    for name, question in questions.items():
        data = bundle(ask(name))
        assert f"[{name} {question.version}]" in data["text/plain"]
        assert "<details>" in data["text/html"]


def test_right_wrong_and_again() -> None:
    widget = ask(SINGLE)
    wrong = send(widget, event="check", item=SINGLE, response=(key(SINGLE) + 1) % 3)
    assert wrong["outcome"]["verdict"] == "wrong"
    assert wrong["outcome"]["comments"][0]["say"]
    right = send(widget, event="check", item=SINGLE, response=key(SINGLE))
    assert right["outcome"]["verdict"] == "right"
    assert right["tries"] == 2
    assert right["saved"] is True
    assert [a.verdict for a in progress.attempts()] == ["wrong", "right"]


def test_an_empty_answer_is_no_attempt() -> None:
    state = send(ask(SINGLE), event="check", item=SINGLE, response=None)
    assert state["outcome"]["verdict"] == "unanswered"
    assert state.get("tries", 0) == 0
    assert list(progress.attempts()) == []


def test_answers_come_back_in_a_new_kernel() -> None:
    first = ask(SINGLE, OTHER)
    send(first, event="check", item=SINGLE, response=key(SINGLE))
    again = ask(SINGLE, OTHER)
    assert again is not first
    assert again.state[SINGLE]["response"] == key(SINGLE)
    assert again.state[SINGLE]["outcome"]["verdict"] == "right"
    assert OTHER not in again.state


def test_the_record_never_changes_what_nbval_compares() -> None:
    before = bundle(ask(SINGLE))
    send(ask(SINGLE), event="check", item=SINGLE, response=0)
    send(ask(SINGLE), event="reveal", item=SINGLE)
    after = bundle(ask(SINGLE))
    assert before["text/html"] == after["text/html"]
    assert before["text/plain"] == after["text/plain"]
    assert bundle(Answers())["text/plain"] == bundle(Answers())["text/plain"]
    assert str(progress.folder()) not in json.dumps(bundle(Answers()))


def test_an_answer_to_an_earlier_version_is_not_shown_as_one_to_this() -> None:
    progress.append(progress.Attempt(SINGLE, "0ldv3rs1", "check", 1, "right", 1.0))
    state = ask(SINGLE).state[SINGLE]
    assert state["edited"] is True
    assert "response" not in state


def test_reveal_hint_and_start_again() -> None:
    widget = ask(SINGLE)
    send(widget, event="hint", item=SINGLE)
    assert send(widget, event="reveal", item=SINGLE)["revealed"] is True
    assert send(widget, event="reset", item=SINGLE).get("revealed") is None
    assert [a.event for a in progress.attempts()] == ["hint", "reveal", "reset"]


def test_a_hint_does_not_redraw_the_verdict() -> None:
    """A changed state is drawn anew, and a screen reader would hear the verdict twice."""
    widget = ask(SINGLE)
    send(widget, event="check", item=SINGLE, response=0)
    before = widget.state
    send(widget, event="hint", item=SINGLE)
    assert widget.state is before


def test_start_again_lasts() -> None:
    """What was put aside does not come back when the page is run tomorrow."""
    widget = ask(SINGLE)
    send(widget, event="check", item=SINGLE, response=0)
    send(widget, event="reset", item=SINGLE)
    assert SINGLE not in ask(SINGLE).state
    send(widget, event="check", item=SINGLE, response=1)
    assert ask(SINGLE).state[SINGLE]["tries"] == 1


def test_when_nothing_can_be_saved_the_quiz_works_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blocked").write_text("", encoding="utf-8")
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(tmp_path / "blocked" / "x"))
    state = send(ask(SINGLE), event="check", item=SINGLE, response=key(SINGLE))
    assert state["outcome"]["verdict"] == "right"
    assert state["saved"] is False
    assert "could not be saved" in state["note"]


@pytest.mark.parametrize(
    "message",
    [
        "text",
        {},
        {"event": "check"},
        {"event": "check", "item": "nobody"},
        {"event": "check", "item": [SINGLE]},
        {"event": "dance", "item": SINGLE},
        {"event": "check", "item": SINGLE, "response": {"a": [1]}},
        {"event": "check", "item": SINGLE, "response": "x" * 10_000},
    ],
)
def test_strange_messages_raise_nothing_and_record_nothing(message: Any) -> None:
    widget = ask(SINGLE)
    widget._handle_custom_msg(message, [])
    assert list(progress.attempts()) == []


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (("05-permanant-bases",), "05-permanent-bases"),
        ((SINGLE, "05-troop-cut"), "05-troop-cuts"),
        (("zzzzzz",), "There is no question 'zzzzzz'"),
        ((), "Name at least one question"),
    ],
)
def test_an_unknown_id_is_met_with_the_nearest(ids: tuple[str, ...], words: str) -> None:
    shown = ask(*ids)
    assert isinstance(shown, Notice)
    assert words in repr(shown)
    assert words.replace("'", "&#x27;") in shown._repr_html_()


def test_a_question_with_a_fault_is_met_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conftest import copy_course

    copy = copy_course(tmp_path / "course")
    file = copy / "exercises" / "05-round-one.yaml"
    source = file.read_text(encoding="utf-8")
    start = source.index(f"id: {OTHER}")
    file.write_text(
        source[:start] + source[start:].replace("level:", "levle:", 1), encoding="utf-8"
    )
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    shown = ask(OTHER)
    assert isinstance(shown, Notice)
    assert "unknown field 'levle'" in repr(shown)
    assert "05-round-one.yaml:" in repr(shown)
    assert isinstance(ask(SINGLE), Quiz), "one faulty item must not take the others away"


def test_erase_from_the_panel() -> None:
    send(ask(SINGLE), event="check", item=SINGLE, response=0)
    panel = Answers()
    assert panel.state["questions"] == 1
    panel._handle_custom_msg({"event": "ready", "ask": "one"}, [])
    assert list(progress.attempts()), "a question whether the kernel is free must change nothing"
    panel._handle_custom_msg({"event": "erase", "ask": "one"}, [])
    assert (panel.state["erased"], panel.state["ask"]) == (True, "one")
    assert panel.state["questions"] == 0
    assert list(progress.attempts()) == []


@pytest.mark.parametrize(
    ("asked", "ordered", "seconds"),
    [(None, "one", 0), ("one", "two", 0), ("one", "one", 60), ("one", None, 0), (7, 7, 0)],
    ids=["never asked", "another view's", "late", "no name", "no name at all"],
)
def test_an_order_to_erase_that_comes_late_is_not_carried_out(
    asked: Any, ordered: Any, seconds: float
) -> None:
    """The page has told the learner meanwhile that nothing was erased."""
    send(ask(SINGLE), event="check", item=SINGLE, response=0)
    now = [100.0]
    panel = Answers()
    panel._lease = Lease(lambda: now[0])
    if asked is not None:
        panel._handle_custom_msg({"event": "ready", "ask": asked}, [])
    now[0] += seconds
    panel._handle_custom_msg({"event": "erase", "ask": ordered}, [])
    assert (panel.state["erased"], panel.state["ask"]) == (False, ordered)
    assert len(list(progress.attempts())) == 1


def test_an_order_to_erase_is_carried_out_once() -> None:
    panel = Answers()
    for message in ({"event": "ready", "ask": "one"}, {"event": "erase", "ask": "one"}):
        panel._handle_custom_msg(message, [])
    send(ask(SINGLE), event="check", item=SINGLE, response=0)
    panel._handle_custom_msg({"event": "erase", "ask": "one"}, [])
    assert panel.state["erased"] is False
    assert len(list(progress.attempts())) == 1


def test_what_cannot_be_erased_is_said_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise progress.RecordError("no space left")

    monkeypatch.setattr(progress, "erase", full)
    panel = Answers()
    for message in ({"event": "ready", "ask": "one"}, {"event": "erase", "ask": "one"}):
        panel._handle_custom_msg(message, [])
    assert panel.state["note"] == "no space left"
    assert not panel.state.get("erased")


def test_hostile_text_reaches_the_view_as_text_only() -> None:
    from dialogue.questions import Option, Single

    evil = "<img src=x onerror=alert(1)>"
    question = Single(
        id="x", ask=evil, options=(Option(evil, evil), Option("b", "", True)), hint=evil
    )
    widget = Quiz([question])
    assert "<img" not in widget.twin_html
    assert "&lt;img" in widget.twin_html
    for field in ("ask", "hint"):
        assert widget.content["items"][0][field] == [["p", evil]]
    assert widget.content["items"][0]["options"][0]["text"] == [evil]


def test_importing_the_package_loads_nothing_heavy() -> None:
    import subprocess
    import sys

    code = (
        "import sys, dialogue, dialogue.cli, dialogue.questions, dialogue.bank, dialogue.learner.progress\n"
        "print([m for m in ('pandas', 'altair', 'anywidget', 'ipywidgets') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


def test_an_answer_comes_back_after_the_question_was_renamed() -> None:
    import dataclasses

    old = bank.course_bank().questions[SINGLE]
    send(Quiz([old]), item=SINGLE, event="check", response=key(SINGLE))
    new = dataclasses.replace(old, id="05-new-name", was=(SINGLE,))
    assert Quiz([new]).state["05-new-name"]["outcome"]["verdict"] == "right"
    stranger = dataclasses.replace(old, id="05-new-name")
    assert Quiz([stranger]).state == {}


def test_certainty_is_asked_for_recorded_and_restored() -> None:
    item = "c01-binding"
    right = key(item)
    state = send(ask(item), item=item, event="check", response=right)
    assert (state["outcome"]["verdict"], state["outcome"]["problem"]) == (
        "unanswered",
        "no_confidence",
    )
    assert list(progress.attempts()) == []
    state = send(ask(item), item=item, event="check", response=right, confidence=3)
    assert state["outcome"]["mark"] == 3
    restored = ask(item).state[item]
    assert (restored["confidence"], restored["outcome"]["mark"]) == (3, 3)


def test_a_forecast_that_is_told_later_names_no_sources_yet() -> None:
    from dialogue.course import cited

    later = next(
        q
        for q in bank.course_bank().questions.values()
        if q.kind == "forecast" and q.opens and q.sources
    )
    cited._used.clear()
    ask(later.id)
    assert not set(later.sources) & set(cited._used)


GUESS, VOTE = "05-guess-iraq-alone", "01-who-minds"


def test_a_guess_is_taken_once_told_and_never_a_mistake() -> None:
    state = send(ask(GUESS), event="check", item=GUESS, response="13")
    assert state["outcome"]["verdict"] == "logged"
    assert (state["outcome"]["score"], state["outcome"]["mark"]) == (0, None)
    assert state["outcome"]["comments"][0]["say"][0].startswith("Half would be")
    assert state["outcome"]["comments"][0]["right"] is None
    again = ask(GUESS)
    for message in ({"event": "check", "response": "1"}, {"event": "reset"}):
        assert send(again, item=GUESS, **message)["response"] == "13"
    assert [(a.event, a.verdict) for a in progress.attempts()] == [("check", "logged")]
    assert progress.summary()["right"] == 0
    content = quiz.content(bank.course_bank().questions[GUESS])
    assert (content["guess"], content["marked"]) == (True, False)


def test_a_contested_vote_has_no_verdict_and_tells_every_side() -> None:
    question = bank.course_bank().questions[VOTE]
    widget = ask(VOTE)
    for chosen in (2, 0):
        state = send(widget, event="check", item=VOTE, response=chosen)
        assert state["outcome"]["verdict"] == "kept"
        said = [comment["about"] for comment in state["outcome"]["comments"]]
        assert said == list(range(len(question.options)))
        assert all(c["right"] is None and c["say"] for c in state["outcome"]["comments"])
    assert [(a.verdict, a.score) for a in progress.attempts()] == [("kept", 0), ("kept", 0)]
    page = bundle(widget)["text/html"]
    assert quiz.STRINGS["vote_about"] in page
    for words in ("right", "wrong", "answer_is", "reveal"):
        assert quiz.STRINGS[words] not in page
    assert "For it: here a sentence was closed early" in page


def test_guesses_and_votes_are_never_reviewed() -> None:
    from dialogue.learner import recall

    questions = bank.course_bank().questions.values()
    guesses = [q for q in questions if q.guess]
    votes = [q for q in questions if q.use == "vote"]
    # As many as the banks' own lines say, whatever lessons are added.
    banks = "\n".join(p.read_text("utf-8") for p in sorted((ROOT / "exercises").glob("[01]*.yaml")))
    assert len(guesses) == len(re.findall(r"(?m)^ +use: guess$", banks)) >= 13
    assert len(votes) == len(re.findall(r"(?m)^ +use: vote$", banks)) >= 10
    assert all(q.vote and not q.right() for q in votes)
    assert not any(q.marked or recall.reviewable(q) for q in (*guesses, *votes))


def test_a_forecast_says_how_often_before_and_every_one_of_the_course_does() -> None:
    forecasts = [q for q in bank.course_bank().questions.values() if isinstance(q, Forecast)]
    assert len(forecasts) >= 24
    assert [q.id for q in forecasts if not q.base_rate] == []
    asked = next(q for q in forecasts if q.id == "08-renewal-forecast")
    widget = quiz.ask(asked.id)
    (item,) = widget.content["items"]
    assert "20 of 20" in repr(item["before"])
    assert widget.twin_html.index("20 of 20") < widget.twin_html.index("____")
    # It is no key: a learner's copy shows it too, and an answer is graded as before.
    assert "base_rate" not in asked.bare()
