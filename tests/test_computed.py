"""Values that a learner's own code has computed: what comes in, what is said, what is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dialogue import bank
from dialogue.learner import progress
from dialogue.page.words import STRINGS
from dialogue.questions import (
    Classify,
    Evidence,
    Forecast,
    Numeric,
    Option,
    Order,
    Question,
    Short,
    Single,
)
from dialogue.widgets.computed import Result, response_from
from dialogue.widgets.quiz import Notice, Quiz, ask

NUMBER = "n02-iran-points"  # the answer is 60, exactly
COLUMN = Numeric(
    id="x-column", ask="Give the column.", answer=0.0, values=(1.0, 2.0, 3.0), explain="Because."
)


def course_question(item: str) -> Question:
    return bank.course_bank().questions[item]


def verdict(result: Result) -> str:
    return result.outcome.verdict if result.outcome else ""


def recorded() -> list[str]:
    return [attempt.verdict for attempt in progress.attempts()]


@pytest.mark.parametrize(
    "value",
    [
        60,
        60.0,
        "60",
        "٦٠",
        Decimal("60"),
        Fraction(120, 2),
        np.int64(60),
        np.float32(60),
        np.float64(60),
        np.array(60),
        np.array([60]),
        [60],
        (60,),
        {60},
        pd.Series([60]),
        pd.Series([60.0], index=["2020"]),
        pd.Series(["60"]),
        pd.Index([60]),
        pd.DataFrame({"fall": [60]}),
    ],
    ids=lambda value: f"{type(value).__module__}.{type(value).__name__}",
)
def test_one_number_in_whatever_it_is_wrapped(value: Any) -> None:
    result = ask(NUMBER, value)
    assert verdict(result) == "right"
    assert result.lines[0] == STRINGS["right"]
    assert course_question(NUMBER).explain in result.lines
    assert recorded() == ["right"]


def test_a_wrong_number_gets_the_comment_of_a_typed_one() -> None:
    slip = next(n for n in course_question(NUMBER).near if n.value == 81)
    result = ask(NUMBER, np.float64(81))
    assert result.lines == [STRINGS["wrong"], slip.say]
    assert ask(NUMBER, 3).lines == [STRINGS["wrong"], course_question(NUMBER).hint]
    assert course_question(NUMBER).explain not in repr(result)
    assert recorded() == ["wrong", "wrong"]


def test_a_wrong_number_without_a_hint_still_says_what_to_do() -> None:
    bare = Numeric(id="x-bare", ask="How many?", answer=1.0)
    assert Result(bare, 2).lines == [STRINGS["wrong"], STRINGS["value_try"]]


@pytest.mark.parametrize("value", [None, ...])
def test_not_tried_yet_is_said_and_is_no_attempt(value: Any) -> None:
    result = ask(NUMBER, value)
    assert result.lines == [STRINGS["value_none"]]
    assert recorded() == []


def mean() -> float:
    return 60.0


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (mean, STRINGS["value_function"]),
        (pd.Series([60]).mean, STRINGS["value_function"]),
        (pd.DataFrame, STRINGS["value_function"]),
        (
            pd.DataFrame({"year": [2020], "fall": [60]}),
            STRINGS["value_table"].format(n=2, name="year"),
        ),
        ([60, 14], STRINGS["value_one"].format(n=2)),
        (pd.Series([60, 14]), STRINGS["value_one"].format(n=2)),
        ([], STRINGS["value_one"].format(n=0)),
        ({"fall": 60}, STRINGS["value_one"].format(n=1)),
        (float("nan"), STRINGS["value_unread"]),
        (float("inf"), STRINGS["value_unread"]),
        (np.float64("nan"), STRINGS["value_unread"]),
        (pd.NA, STRINGS["value_unread"]),
        (pd.Timestamp("2020-06-11"), STRINGS["value_unread"]),
        (True, STRINGS["value_unread"]),
        (10**400, STRINGS["value_unread"]),
        (60j, STRINGS["value_unread"]),
        ("sixty", STRINGS["value_unread"]),
        ("", STRINGS["value_unread"]),
        (object(), STRINGS["value_unread"]),
    ],
    # Not repr: addresses in memory differ between the processes that share the tests.
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_number_is_met_with_one_line_and_no_attempt(value: Any, words: str) -> None:
    result = Result(course_question(NUMBER), value)
    assert result.lines == [words]
    assert recorded() == []


@pytest.mark.parametrize(
    "value",
    [
        [1, 2, 3],
        (1.0, 2.0, 3.0),
        np.array([1, 2, 3]),
        pd.Series([1, 2, 3]),
        pd.DataFrame({"n": [1, 2, 3]}),
        range(1, 4),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_whole_column(value: Any) -> None:
    assert verdict(Result(COLUMN, value)) == "right"


def test_a_column_that_is_not_all_right() -> None:
    result = Result(COLUMN, pd.Series([1, 2, 9]))
    assert verdict(result) == "partly"
    assert STRINGS["missing_numeric"].format(n=1) in result.lines[0]
    assert Result(COLUMN, [1, 2]).lines == [STRINGS["other_length"]]
    assert Result(COLUMN, 1).lines == [STRINGS["value_list"]]
    assert Result(COLUMN, pd.Series([1, None, 3])).lines == [STRINGS["value_unread"]]


def options(question: Any) -> list[str]:
    return [option.text for option in question.options]


def test_every_kind_takes_its_right_answer_in_words() -> None:
    """Texts as they stand on the page, as a learner's code would make them."""
    single = course_question("s01-which-document")
    multiple = course_question("m01-p1-crises")
    order = course_question("o01-road-to-july")
    match = course_question("t01-people")
    classify = course_question("k01-p19")
    evidence = course_question("e01-coalition-stake")
    right = {
        single: next(o.text for o in single.options if o.right),
        multiple: {o.text for o in multiple.options if o.right},
        order: pd.Series([event.text for event in order.events]),
        match: {pair.left: pair.right for pair in match.pairs},
        course_question("h01-agreement"): np.str_("strategic framework AGREEMENT"),
        classify: [statement.label for statement in classify.statements],
        evidence: "P16",
        course_question(NUMBER): 60,
    }
    for question, value in right.items():
        assert verdict(Result(question, value)) == "right", question.id
    assert recorded() == ["right"] * len(right)
    letter = "ABC"[[o.right for o in single.options].index(True)]
    assert verdict(Result(single, letter.lower())) == "right"


def test_a_part_of_an_answer_is_partly_right_and_says_what_is_missing() -> None:
    match = course_question("t01-people")
    result = Result(match, {match.pairs[0].left: match.pairs[0].right})
    assert verdict(result) == "partly"
    assert STRINGS["missing_match"].format(n=len(match.pairs) - 1) in result.lines[0]
    multiple = course_question("m01-p1-crises")
    result = Result(multiple, next(o.text for o in multiple.options if o.right))
    assert STRINGS["missing_multiple"].format(n=3) in result.lines[0]


def test_a_forecast_is_logged() -> None:
    forecast = course_question("c02-round-two-when")
    result = Result(forecast, np.int64(20))
    assert verdict(result) == "logged"
    assert result.lines[0] == STRINGS["logged"].format(chance="20")
    assert forecast.bands[0].say in result.lines
    assert Result(forecast, 0.2).lines == [STRINGS["value_unread"]], "0.2 may mean two things"
    assert Result(forecast, 120).lines == [STRINGS["value_unread"]]


@pytest.mark.parametrize(
    ("item", "value", "words"),
    [
        ("s01-which-document", "The Treaty of Sèvres", "value_unknown"),
        ("s01-which-document", "Q", "value_unknown"),
        ("s01-which-document", 1, "value_unknown"),
        ("m01-p1-crises", ["Mass protests", "Mass prostests"], "value_unknown"),
        ("e01-coalition-stake", "P99", "value_unknown"),
        ("o01-road-to-july", "First round, by video", "value_list"),
        ("t01-people", {"Nobody": "Analyst and adviser killed in Baghdad"}, "value_unknown"),
        ("t01-people", ["Analyst and adviser killed in Baghdad"], "value_list"),
        ("k01-p19", ["claim", "opinion", "forecast", "clam"], "value_unknown"),
        ("k01-p19", "claim", "value_list"),
        ("h01-agreement", 2008, "value_text"),
        ("h01-agreement", ["SFA", "SOFA"], "value_text"),
    ],
)
def test_words_that_are_not_among_the_answers(item: str, value: Any, words: str) -> None:
    line = Result(course_question(item), value).lines[0]
    assert line.split("{")[0].startswith(STRINGS[words].split("{")[0])
    assert recorded() == []


def test_the_name_in_a_message_is_cut_short() -> None:
    line = Result(course_question("s01-which-document"), "long " * 1000).lines[0]
    assert len(line) < 150


def test_running_the_cell_again_is_no_new_attempt() -> None:
    for _ in range(3):
        ask(NUMBER, 81)
    assert recorded() == ["wrong"]
    ask(NUMBER, 60)
    ask(NUMBER, 60.0)
    assert recorded() == ["wrong", "right"]
    ask(NUMBER, 81)
    assert recorded() == ["wrong", "right", "wrong"]


def test_an_answer_to_an_earlier_version_does_not_stand_for_this_one() -> None:
    progress.append(progress.Attempt(NUMBER, "0ldv3rs1", "check", 60, "right", 1.0))
    ask(NUMBER, 60)
    assert len(recorded()) == 2


def test_an_item_that_asks_for_certainty_is_graded_without_it() -> None:
    sure = course_question("c01-binding")
    result = Result(sure, next(o.text for o in sure.options if o.right))
    assert verdict(result) == "right"
    [attempt] = progress.attempts()
    assert attempt.confidence is None, "nobody said how sure they were"


def test_what_cannot_be_saved_is_still_graded_and_says_so(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blocked").write_text("", encoding="utf-8")
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(tmp_path / "blocked" / "x"))
    result = ask(NUMBER, 60)
    assert verdict(result) == "right"
    assert "could not be saved" in result._repr_html_()
    assert "could not be saved" in repr(result)


def test_the_ways_to_ask_with_a_value() -> None:
    assert isinstance(ask(NUMBER, 60), Result)
    assert isinstance(ask(NUMBER, value=60), Result)
    assert isinstance(ask("h01-agreement", "SFA"), Result)
    assert verdict(ask("h01-agreement", "SFA")) == "right"
    assert isinstance(ask("h01-agreement", NUMBER), Quiz), "two ids are a set"
    assert isinstance(ask(NUMBER, "h01-agreement", value=3), Notice)
    assert isinstance(ask("n02-iran-point", 60), Notice)


EVIL = '<img src=x onerror="window.__pwned=1"> {0} {{7*7}} [x](javascript:alert(1))'


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (Short(id="x-a", ask="?", accept=("a",), hint=EVIL), "b"),
        (Short(id="x-b", ask="?", accept=(EVIL,), forgiving=True), EVIL.replace("src", "scr")),
        (Short(id="x-c", ask="?", accept=("a",), explain=EVIL), "a"),
        (Single(id="x-d", ask="?", options=(Option("a", EVIL), Option("b", "", True))), "a"),
        (Single(id="x-e", ask="?", options=(Option("a", "no"), Option("b", EVIL, True))), "b"),
        (Single(id="x-f", ask="?", options=(Option("a", "no"), Option("b", "", True))), EVIL),
        (Numeric(id="x-g", ask="?", answer=1.0), pd.DataFrame({EVIL: [1], "b": [2]})),
        (Classify(id="x-h", ask="?", labels=("a", "b"), statements=()), {EVIL: "a"}),
        (Evidence(id="x-i", ask="?", options=(Option("P1", EVIL), Option("P2", "", True))), "P1"),
        (Order(id="x-j", ask="?", events=()), [EVIL]),
        (Forecast(id="x-k", ask="?", resolves="2020-07-31", explain=EVIL), 10),
    ],
    ids=lambda value: value.id if isinstance(value, Question) else "",
)
def test_hostile_text_is_only_text(question: Question, value: Any) -> None:
    html = Result(question, value)._repr_html_()
    assert "&lt;img src=x" in html
    assert "<img" not in html
    assert "<a" not in html


def test_the_text_names_the_question_and_its_version() -> None:
    result = ask(NUMBER, 60)
    assert repr(result).startswith(f"[{NUMBER} {course_question(NUMBER).version}]\n")
    assert "mathjax_ignore" in result._repr_html_()


def test_a_response_is_plain_data_that_json_takes() -> None:
    import json

    given = response_from(COLUMN, pd.Series(np.array([1, 2, 3], dtype="int8")))
    assert json.loads(json.dumps(given)) == [1, 2, 3]


def test_grading_a_number_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from dialogue.widgets.computed import Result\n"
        "from dialogue.questions import Numeric\n"
        "q = Numeric(id='x', ask='?', answer=2.0)\n"
        "print(Result(q, 2).outcome.verdict, [m for m in ('pandas', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env=os.environ,
    )
    assert done.stdout.strip() == "right []"


def test_what_no_code_should_make_is_one_plain_sentence() -> None:
    import pandas as pd

    class Odd:
        def __float__(self) -> float:
            raise RuntimeError("odd")

        __str__ = __float__

    itself: list[object] = []
    itself.append(itself)
    for value in (pd.DataFrame(), itself, Odd(), {"a": itself}):
        shown = repr(ask("05-write-outside-security", value=value))
        assert "cannot be read" in shown or "one value" in shown


def test_a_value_without_certainty_is_restored_with_its_verdict() -> None:
    ask("c01-binding", value="A")
    state = ask("c01-binding").state["c01-binding"]
    assert state["outcome"]["verdict"] == "right"
    assert state["outcome"]["mark"] is None
