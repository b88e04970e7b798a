"""The bank: every fault named by file, line, item and remedy, all in one run."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue import bank
from dialogue.bank import schema
from dialogue.course import catalogue
from dialogue.questions import (
    KINDS,
    Classify,
    Forecast,
    Match,
    Numeric,
    Order,
    Short,
    Single,
)
from dialogue.questions import grade as grade_response

GOOD = """\
quiz: good
items:
- id: 05-good
  type: single
  ask: "Which?"
  para: [P6]
  objective: 05-1
  options:
    - text: "one"
      say: "Not this."
    - text: "two"
      right: yes
- id: 05-sum
  type: numeric
  ask: "How much?"
  answer: 12.5
  tolerance: 0.3
  near:
    - value: 24.8
      say: "Divided by the wrong total."
- id: 05-sort
  type: classify
  ask: "Sort."
  labels: [text, "his gloss"]
  statements:
    - text: "a"
      label: text
      if_his_gloss: "It is quoted."
    - text: "b"
      label: his gloss
      if_text: "It is inferred."
- id: 05-many
  type: multiple
  ask: "Which ones?"
  options:
    - text: "one"
      right: yes
    - text: "two"
      say: "No."
    - text: "three"
      right: true
"""


def faults(tmp_path: Path, source: str | bytes, name: str = "b.yaml") -> list[bank.Fault]:
    file = tmp_path / name
    file.write_bytes(source if isinstance(source, bytes) else source.encode())
    return bank.read([file]).faults


def test_a_good_bank_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []
    questions = bank.read([tmp_path / "b.yaml"]).questions
    assert list(questions) == ["05-good", "05-sum", "05-sort", "05-many"]
    assert isinstance(questions["05-good"], Single)
    assert [o.right for o in questions["05-good"].options] == [False, True]
    assert isinstance(questions["05-sum"], Numeric)
    assert questions["05-sum"].near[0].value == 24.8
    assert isinstance(questions["05-sort"], Classify)
    assert questions["05-sort"].statements[1].comments == (("text", "It is inferred."),)


# What is changed in the good bank; the line, item and words that the fault must have.
BROKEN = [
    ("syntax", '"Which?"', '"Which?', 0, "", "not valid YAML", "double quotes"),
    ("tab", "  ask: \"Which?\"", "\task: \"Which?\"", 5, "", "not valid YAML", "spaces"),
    ("unknown key", "para: [P6]", "parra: [P6]", 6, "05-good", "unknown field 'parra'", "'para'"),
    ("unknown option key", "      right: yes", "      rihgt: yes", 12, "05-good", "'rihgt'", "'right'"),
    ("no right answer", "      right: yes\n- id: 05-sum", "      say: x\n- id: 05-sum", 3, "05-good", "no option is marked right", "right: yes"),
    ("two right answers", 'say: "Not this."', "right: yes", 3, "05-good", "2 options are marked right", "type: multiple"),
    ("missing comment", '      say: "Not this."\n', "", 9, "05-good", "'one' has no comment", "say:"),
    ("empty comment", 'say: "Not this."', 'say: ""', 9, "05-good", "'one' has no comment", "say:"),
    ("same option twice", 'text: "two"\n      right: yes', 'text: "ONE"\n      right: yes', 11, "05-good", "stands twice (first in line 9)", "change one"),
    ("unknown paragraph", "[P6]", "[P66]", 6, "05-good", "unknown paragraph 'P66'", "P6"),
    ("unknown objective", "05-1", "05-9", 7, "05-good", "unknown objective '05-9'", "05-1"),
    ("bad number", "answer: 12.5", "answer: twelve", 16, "05-sum", "'twelve', not a number", "digits"),
    ("bad tolerance", "tolerance: 0.3", "tolerance: -1", 17, "05-sum", "below zero", "0 or more"),
    ("near inside tolerance", "value: 24.8", "value: 12.6", 19, "05-sum", "within the tolerance", "away"),
    ("no answer", "  answer: 12.5\n", "", 13, "05-sum", "has no 'answer'", "answer: 12.5"),
    ("duplicate id", "05-sum", "05-good", 13, "05-good", "already used in", "another id"),
    ("duplicate key", "  para: [P6]", "  para: [P6]\n  para: [P7]", 7, "05-good", "'para' is given twice", "one of the two"),
    ("unknown type", "type: single", "type: singel", 4, "05-good", "unknown type 'singel'", "'single'"),
    ("no type", "  type: single\n", "", 3, "05-good", "no 'type'", "type:"),
    ("no question", '  ask: "Which?"\n', "", 3, "05-good", "no 'ask'", "ask:"),
    ("bad id", "05-good", "05 Good!", 3, "05 Good!", "cannot be used", "hyphens"),
    ("tag", 'ask: "Which?"', "ask: !!python/name:os.system x", 5, "", "tag", "remove it"),
    ("local tag", 'ask: "Which?"', "ask: !danger x", 5, "", "tag !danger", "remove it"),
    ("anchor", 'ask: "Which?"', 'ask: &a "Which?"', 5, "", "anchor &a", "write the text"),
    ("alias", 'ask: "Which?"', "ask: *a", 5, "", "alias *a", "write it out"),
    ("second document", "- id: 05-sum", "---\n- id: 05-sum", 13, "", "second YAML document", "---"),
    ("label not listed", "label: his gloss", "label: her gloss", 30, "05-sort", "'her gloss' is not in 'labels'", "'his gloss'"),
    ("no comment for a label", '      if_text: "It is inferred."\n', "", 29, "05-sort", "no comment for the wrong label 'text'", "if_text"),
    ("comment for no label", "if_text:", "if_txt:", 31, "05-sort", "'if_txt' names no wrong label", "'if_text'"),
    ("yes or no", "right: true", "right: maybe", 41, "05-many", "'right' is 'maybe'", "yes or no"),
    ("every option right", '      say: "No."', "      right: yes", 32, "05-many", "every option is marked right", "wrong"),
    ("options not a list", '  options:\n    - text: "one"\n      right: yes\n    - text: "two"\n      say: "No."\n    - text: "three"\n      right: true\n', "  options: two\n", 35, "05-many", "not a list", "'- '"),
    ("unknown level", "objective: 05-1", "level: analise", 7, "05-good", "'level' is 'analise'", "'analyse'"),
]  # fmt: skip


@pytest.mark.parametrize("case", BROKEN, ids=lambda c: c[0])
def test_fault(tmp_path: Path, case: tuple) -> None:
    _, old, new, line, item, message, remedy = case
    assert old in GOOD
    found = faults(tmp_path, GOOD.replace(old, new, 1))
    assert found, "the fault was not seen"
    match = [f for f in found if message in f.message]
    assert match, [str(f) for f in found]
    fault = match[0]
    assert remedy in fault.remedy
    assert fault.item == item
    if line:
        assert fault.line == line
    assert re.match(r".*b\.yaml:\d+: ", str(fault))


def test_all_faults_come_in_one_run(tmp_path: Path) -> None:
    source = GOOD
    for _, old, new, *_ in [
        c for c in BROKEN if c[0] in ("missing comment", "bad number", "yes or no")
    ]:
        source = source.replace(old, new, 1)
    assert len(faults(tmp_path, source)) == 3


def test_faults_in_one_item_leave_the_others_usable(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(GOOD.replace("answer: 12.5", "answer: x"), encoding="utf-8")
    assert set(bank.read([tmp_path / "b.yaml"]).questions) == {"05-good", "05-sort", "05-many"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"", "the file is empty"),
        (b"# only a comment\n", "the file is empty"),
        (b"quiz: x\n", "no 'items'"),
        (b"- a\n- b\n", "not a list of 'name: value' lines"),
        (b"quiz: x\nitems: []\n", "0 of at least 1"),
        ("quiz: x\nitems:\n- id: é".encode("latin-1"), "not UTF-8"),
        (b"\xff\xfe\x00\x01", "not UTF-8"),
        (b"quiz: x\x00\n", "not valid YAML"),
        (b"[" * 5000, "nesting is too deep"),
        (b"quiz: x\nitems:\n- just text\n", "an item is not a list"),
        (b"quiz: {a: b}\nitems:\n- id: [x]\n", "not plain text"),
        (b"? [a]\n: b\n", "a key is not plain text"),
    ],
)
def test_files_that_are_no_bank(tmp_path: Path, source: bytes, message: str) -> None:
    found = faults(tmp_path, source)
    assert any(message in f.message for f in found), [str(f) for f in found]


def test_every_value_is_text(tmp_path: Path) -> None:
    source = """\
quiz: text
items:
- id: 05-text
  type: single
  ask: 2020-06-11
  options:
    - {text: no, say: "a"}
    - {text: 1e3, say: "b"}
    - {text: 007, right: yes}
    - {text: null, say: "c"}
    - {text: 12:30, say: "d"}
"""
    assert faults(tmp_path, source) == []
    question = bank.read([tmp_path / "b.yaml"]).questions["05-text"]
    assert question.ask == "2020-06-11"
    assert [o.text for o in question.options] == ["no", "1e3", "007", "null", "12:30"]


def test_a_duplicate_id_in_another_file_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(GOOD.replace("05-sum", "05-sum-b"), encoding="utf-8")
    found = [f for f in bank.read([tmp_path]).faults if f.item == "05-good"]
    assert len(found) == 1
    assert found[0].file.endswith("b.yaml")
    assert "a.yaml:3" in found[0].message


def test_a_thousand_items_cost_about_ten_times_a_hundred(tmp_path: Path) -> None:
    """Linear, not quadratic: counted in calls, so that a busy machine cannot fail it."""
    import cProfile
    import pstats

    def calls(count: int) -> int:
        head, item = (
            GOOD.split("- id: 05-good")[0],
            "- id: 05-good" + GOOD.split("- id: 05-good")[1],
        )
        body = "".join(item.replace("id: 05-", f"id: 05-{i}-") for i in range(count // 4))
        (tmp_path / "big.yaml").write_text(head + body, encoding="utf-8")
        profile = cProfile.Profile()
        result = profile.runcall(bank.read, [tmp_path / "big.yaml"])
        assert result.faults == []
        assert len(result.questions) == count
        return pstats.Stats(profile).total_calls

    calls(100)
    assert calls(1000) < 11 * calls(100)


# --- the other kinds ---------------------------------------------------------------------

MORE = """\
quiz: more
items:
- id: 05-order
  type: order
  ask: "In which order?"
  order:
    - text: "The strike"
      date: "2020-01-03"
    - text: "The day before the vote"
      date: "2020-01"
    - text: "The vote"
      date: "2020-01-05"
    - text: "The offer"
  mistakes:
    - if: "the  VOTE before The day before the vote"
      say: "The other way round."
- id: 05-match
  type: match
  ask: "Which belongs to which?"
  pairs:
    - left: "A"
      right: "one"
      say: "See P1."
      wrong:
        - right: "Two"
          say: "That is B."
    - left: "B"
      right: "two"
      say: "See P2."
  extra_right:
    - text: "three"
      say: "Left over."
- id: 05-short
  type: short
  ask: "What is it called?"
  accept: [SFA, "Strategic Framework Agreement"]
  spelling: forgiving
  wrong:
    - text: "SOFA"
      say: "Its twin."
- id: 05-evidence
  type: evidence
  ask: "Which paragraph?"
  options:
    - para: P6
      say: "Not this."
    - para: P16
      right: yes
- id: 11-forecast
  type: forecast
  confidence: probability
  ask: "How likely?"
  resolves: 2020-07-31
  happened: no
  opens: "11"
  reference:
    - who: "Always fifty-fifty"
      chance: 50
  bands:
    - from: 0
      to: 30
      say: "Low."
    - from: 31
      to: 60
      say: "Middling."
    - from: 60
      to: 100
      say: "High."
- id: 05-column
  type: numeric
  ask: "Type the column."
  answer: [1, 2.50]
  tolerance: 0.1
- id: 05-new-name
  type: single
  ask: "Which?"
  confidence: ask
  use: vote
  shuffle: no
  was: [05-old-name, 05-older]
  options:
    - text: "one"
      say: "No."
    - text: "two"
      right: yes
"""
TABLE = """\
quiz: table
items:
- id: 09-share
  type: numeric
  ask: "What share?"
  answer: 16.4
  tolerance: 0.1
  answer_from:
    table: parliament
    column: seats
    where: {election: 2018, count: recount, list: Sairoon}
    divide_by: 329
    multiply_by: 100
    round: 1
"""


def read(tmp_path: Path, source: str) -> bank.Bank:
    (tmp_path / "b.yaml").write_text(source, encoding="utf-8")
    return bank.read([tmp_path / "b.yaml"])


def test_every_kind_is_read(tmp_path: Path) -> None:
    result = read(tmp_path, MORE)
    assert [str(fault) for fault in result.faults] == []
    found = result.questions
    order = found["05-order"]
    assert isinstance(order, Order)
    assert [event.date for event in order.events] == ["2020-01-03", "2020-01", "2020-01-05", ""]
    assert [(m.first, m.then) for m in order.mistakes] == [(2, 1)]
    match = found["05-match"]
    assert isinstance(match, Match)
    assert match.rights == ("one", "two", "three")
    assert match.pairs[0].wrong == (("two", "That is B."),)  # as the pair has it
    short = found["05-short"]
    assert isinstance(short, Short)
    assert short.forgiving
    assert found["05-evidence"].options[1].text == "P16"
    forecast = found["11-forecast"]
    assert isinstance(forecast, Forecast)
    assert (forecast.happened, forecast.opens, forecast.confidence) == (False, "11", False)
    assert [(b.low, b.high) for b in forecast.bands] == [(0, 30), (31, 60), (60, 100)]
    column = found["05-column"]
    assert (column.values, column.answer, column.answer_text) == ((1, 2.5), 0.0, "1; 2.50")
    new = found["05-new-name"]
    assert (new.confidence, new.use, new.shuffle) == (True, "vote", False)
    assert new.was == ("05-old-name", "05-older")
    assert {q.kind for q in found.values()} | {"multiple", "classify", "essay", "cloze"} == set(
        KINDS
    )


# What is changed; the line of the one fault, and words of its message and remedy.
MORE_BROKEN = [
    ("unknown event", "the  VOTE before", "the vot before", 15, "names 'the vot'", "'The vote'"),
    ("no before", "the  VOTE before The day before the vote", "the vote first", 15, "without ' before '", "one event before another"),
    ("event with itself", "VOTE before The day before the vote", "vote before the vote", 15, "with itself", "two different"),
    ("right order", "the  VOTE before The day before the vote", "the strike before the offer", 15, "this order is right", "swap"),
    ("one date", 'date: "2020-01"\n', 'date: "2020-01-05"\n', 15, "both events have the date 2020-01-05", "take the rule out"),
    ("mistake twice", '      say: "The other way round."', '      say: "x"\n    - if: "the vote before the day before the vote"\n      say: "y"', 17, "stands twice (first in line 15)", "out"),
    ("mistake unsaid", '      say: "The other way round."\n', "", 15, "has no 'say'", "say:"),
    ("not ascending", '"2020-01-03"', '"2020-02-03"', 10, "2020-01 stands after 2020-02-03", "earliest first"),
    ("no such day", '"2020-01-05"', '"2020-02-31"', 12, "'2020-02-31'", "2020-06-11"),
    ("event twice", '"The offer"', '"the  vote"', 13, "stands twice (first in line 11)", "change one"),
    ("two events", '    - text: "The vote"\n      date: "2020-01-05"\n    - text: "The offer"\n  mistakes:\n    - if: "the  VOTE before The day before the vote"\n      say: "The other way round."\n', "", 7, "2 of at least 3", "add more"),
    ("misspelt field", "  order:\n", "  oder:\n", 6, "unknown field 'oder'", "'order'"),
    ("left twice", 'left: "B"', 'left: "a"', 27, "left-hand side 'a' stands twice", "change one"),
    ("pair unsaid", '      say: "See P2."\n', "", 27, "'B' has no comment", "choose something else"),
    ("extra is a right", 'text: "three"', 'text: "TWO"', 31, "also the right-hand side of a pair", "change one"),
    ("confused with nothing", 'right: "Two"', 'right: "tow"', 25, "'tow' is no right-hand side", "'two'"),
    ("confused with its own", 'right: "Two"', 'right: "ONE"', 25, "belongs to 'A'", "another pair"),
    ("nothing to choose", '      right: "two"\n      say: "See P2."\n  extra_right:\n    - text: "three"\n      say: "Left over."\n', '      right: "one"\n      say: "See P2."\n', 17, "every pair has the same", "extra_right"),
    ("rights alike", '      right: "two"', '      right: "ONE"', 28, "differ only in capitals", "same way"),
    ("wrong is right", 'text: "SOFA"', 'text: "the sfa"', 39, "'the sfa' counts as right", "'accept'"),
    ("accepts a sign", "[SFA,", '["?",', 36, "no letter and no digit", "take it out"),
    ("no accept", '  accept: [SFA, "Strategic Framework Agreement"]\n', "", 33, "no 'accept'", "accept:"),
    ("accept is empty", '[SFA, "Strategic Framework Agreement"]', "[]", 36, "empty list", "accept:"),
    ("spelling", "spelling: forgiving", "spelling: forgivign", 37, "'forgivign'", "'forgiving'"),
    ("no such paragraph", "para: P16", "para: P61", 47, "unknown paragraph 'P61'", "P6"),
    ("paragraph twice", "para: P16", "para: P6", 47, "the paragraph 'P6' stands twice", "change one"),
    ("two paragraphs right", '      say: "Not this."', "      right: yes", 41, "2 options are marked right", "keep one"),
    ("right misspelt", "    - para: P16\n      right: yes", "    - para: P16\n      right: yess", 48, "'right' is 'yess'", "yes or no"),
    ("no such day to resolve", "2020-07-31", "2020-07-32", 53, "'2020-07-32'", "2020-07-31"),
    ("a month to resolve", "resolves: 2020-07-31", "resolves: 2020-07", 53, "'2020-07'", "2020-07-31"),
    ("happened", "happened: no", "happened: perhaps", 54, "'perhaps'", "unknown"),
    ("no such lesson", 'opens: "11"', 'opens: "17"', 55, "unknown lesson '17'", "1"),
    ("chance", "chance: 50", "chance: 150", 58, "'chance' is 150", "0 to 100"),
    ("chance as a fraction", "chance: 50", "chance: 0.5", 58, "no chance in per cent", "such as 55"),
    ("a hole", "from: 31", "from: 40", 63, "no band covers 30 to 40", "ends"),
    ("an overlap", "from: 31", "from: 20", 63, "overlaps", "ends"),
    ("starts late", "from: 0", "from: 1", 60, "starts at 1", "from: 0"),
    ("ends early", "to: 100", "to: 90", 66, "ends at 90", "to: 100"),
    ("band reversed", "from: 31\n      to: 60", "from: 60\n      to: 31", 63, "from 60 down to 31", "swap"),
    ("ask on a forecast", "confidence: probability", "confidence: ask", 51, "'confidence' is 'ask'", "probability"),
    ("probability elsewhere", "confidence: ask", "confidence: probability", 77, "'confidence' is 'probability'", "ask"),
    ("near on a column", "  tolerance: 0.1", '  near: [{value: 5, say: "x"}]', 73, "no 'near'", "take 'near' out"),
    ("a bad number in a column", "[1, 2.50]", "[1, two]", 72, "'two', not a number", "digits"),
    ("an empty column", "[1, 2.50]", "[]", 72, "empty list", "answer:"),
    ("use", "use: vote", "use: votes", 78, "'use' is 'votes'", "'vote'"),
    ("shuffle", "shuffle: no", "shuffle: never", 79, "'shuffle' is 'never'", "yes or no"),
    ("core", "shuffle: no", "core: maybe", 79, "'core' is 'maybe'", "yes or no"),
    ("a core forecast", "confidence: probability", "confidence: probability\n  core: yes", 52, "does not go with forecast", "take 'core' out"),
    ("a core vote", "shuffle: no", "core: yes", 79, "does not go with use: vote", "take 'core' out"),
    ("former id is present", "[05-old-name,", "[05-new-name,", 80, "present id", "former"),
    ("former id of another", "[05-old-name,", "[05-order,", 80, "is the id of the question in", "met"),
    ("former id twice", "[05-old-name,", "[05-older,", 80, "'05-older' stands twice", "change one"),
    ("former id misshapen", "[05-old-name,", "[05 Old,", 80, "cannot be used", "05-old-id"),
    ("claimed twice", '  spelling: forgiving', "  spelling: forgiving\n  was: [05-older]", 81, "also claimed by", "met"),
]  # fmt: skip


@pytest.mark.parametrize("case", MORE_BROKEN, ids=lambda case: case[0])
def test_one_slip_one_fault(tmp_path: Path, case: tuple) -> None:
    _, old, new, line, message, remedy = case
    assert old in MORE
    found = read(tmp_path, MORE.replace(old, new, 1)).faults
    assert len(found) == 1, [str(fault) for fault in found]
    assert message in found[0].message
    assert remedy in found[0].remedy
    assert found[0].line == line
    assert found[0].item


def test_a_right_hand_side_may_belong_to_two(tmp_path: Path) -> None:
    result = read(tmp_path, MORE.replace('right: "two"', 'right: "one"', 1).replace("Two", "three"))
    assert [str(fault) for fault in result.faults] == []
    assert result.questions["05-match"].rights == ("one", "three")


# --- a key computed from a table ---------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "answer", "text"),
    [
        ("", 16.4, "16.4"),
        ("    round: 3\n", 16.413, "16.413"),
    ],
)
def test_the_key_comes_from_the_table(tmp_path: Path, new: str, answer: float, text: str) -> None:
    source = TABLE.replace("    round: 1\n", new) if new else TABLE
    result = read(tmp_path, source)
    assert [str(fault) for fault in result.faults] == []
    question = result.questions["09-share"]
    assert question.answer == pytest.approx(answer, abs=1e-12)
    assert question.answer_text == text
    assert grade_response(question, question.answer_text).verdict == "right"


@pytest.mark.parametrize(
    ("take", "where", "answer", "text"),
    [
        ("sum", "{election: 2018, count: recount}", 329, "329"),
        ("max", "{election: 2018, count: recount, list: [Fatah, Nasr]}", 48, "48"),
        ("min", "{election: 2018, count: recount, list: [Fatah, Nasr]}", 42, "42"),
        ("mean", "{election: 2018, count: recount, list: [Fatah, Nasr]}", 45, "45"),
        ("count", "{election: 2018, count: recount, list: [Fatah, Nasr]}", 2, "2"),
    ],
)
def test_what_is_taken(tmp_path: Path, take: str, where: str, answer: float, text: str) -> None:
    source = f"""\
quiz: take
items:
- id: 09-take
  type: numeric
  ask: "How many?"
  answer_from: {{table: parliament, column: seats, take: {take}, where: {where}}}
"""
    question = read(tmp_path, source).questions["09-take"]
    assert (question.answer, question.answer_text, question.values) == (answer, text, ())


def test_a_column_is_taken_in_the_order_of_the_table(tmp_path: Path) -> None:
    source = TABLE.replace("list: Sairoon}", "list: [Nasr, Fatah]}\n    take: column")
    source = source.replace("  answer: 16.4\n", "")
    question = read(tmp_path, source).questions["09-share"]
    assert question.values == pytest.approx((14.6, 12.8))  # 48 and 42 of 329
    assert question.answer_text == "14.6; 12.8"


TABLE_BROKEN = [
    ("table", "parliament", "parliamnet", 9, "unknown table 'parliamnet'", "parliament"),
    ("column", "column: seats", "column: seat", 10, "no column 'seat'", "'seats'"),
    ("no column", "    column: seats\n", "", 9, "no 'column'", "seats"),
    ("where column", "count: recount", "cout: recount", 11, "no column 'cout'", "'count'"),
    ("where value", "list: Sairoon", "list: Sairon", 11, "no row of 'parliament' has list 'Sairon'", "'Sairoon'"),
    ("no row", "count: recount, list: Sairoon", "count: preliminary, list: Sairoon", 11, "fits 'where'", "compare"),
    ("several rows", "count: recount, ", "", 11, "2 rows", "narrow"),
    ("no number", "column: seats", "column: leader", 10, "'Muqtada al-Sadr', not a number", "another column"),
    ("empty", "column: seats", "column: second_source_id\n    take: value", 10, "not a number", "another column"),
    ("disagree", "answer: 16.4", "answer: 16.9", 6, "'answer' is 16.9, but the table gives 16.4", "correct"),
    ("disagree in number", "answer: 16.4", "answer: [16.4, 1]", 6, "has 2 numbers, the table gives 1", "correct"),
    ("zero", "divide_by: 329", "divide_by: 0", 12, "zero", "another"),
    ("digits", "round: 1", "round: many", 14, "'round' is 'many'", "decimals"),
    ("take", "    round: 1", "    take: avg", 14, "'take' is 'avg'", "mean"),
    ("misspelt", "table: parliament", "tabel: parliament", 9, "unknown field 'tabel'", "'table'"),
    ("not a mapping", "where: {election: 2018, count: recount, list: Sairoon}", "where: all", 11, "'where' is not", "CONTRIBUTING"),
    ("shown rounded", "  answer: 16.4\n  tolerance: 0.1\n", "", 7, "typing that would count as wrong", "round"),
]  # fmt: skip


@pytest.mark.parametrize("case", TABLE_BROKEN, ids=lambda case: case[0])
def test_one_slip_in_answer_from_one_fault(tmp_path: Path, case: tuple) -> None:
    name, old, new, line, message, remedy = case
    assert old in TABLE
    source = TABLE.replace(old, new, 1)
    if name == "shown rounded":
        source = source.replace("    round: 1\n", "")
    found = read(tmp_path, source).faults
    assert len(found) == 1, [str(fault) for fault in found]
    assert message in found[0].message
    assert remedy in found[0].remedy
    assert found[0].line == line


def test_an_empty_cell_is_no_number(tmp_path: Path) -> None:
    source = TABLE.replace("parliament", "oil_revenue").replace("seats", "price_usd_per_barrel")
    source = source.replace(
        "{election: 2018, count: recount, list: Sairoon}", "{measure: ten-month-total}"
    )
    (fault,) = read(tmp_path, source).faults
    assert "is empty" in fault.message
    assert "of 'oil_revenue'" in fault.message


def test_the_courses_bank_follows_its_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conftest import copy_course

    copy = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    assert bank.course_bank().questions["n03-april-oil"].answer == 1.42
    table = copy / "data" / "oil_revenue.csv"
    text = table.read_text(encoding="utf-8")
    assert text.count(",1.423,") == 1
    table.write_text(text.replace(",1.423,", ",1.4361,"), encoding="utf-8")
    assert bank.course_bank().questions["n03-april-oil"].answer == 1.44


# --- the demonstration bank ----------------------------------------------------------------

SAMPLE = (Path(__file__).parents[1] / "exercises/sample-bank.yaml").read_text("utf-8")
ITEMS = re.split(r"(?m)^(?=- id: )", re.sub(r"(?m)^\s*#.*\n", "", SAMPLE))[1:]


def test_the_sample_bank_shows_every_kind() -> None:
    result = bank.read([catalogue.root() / "exercises/sample-bank.yaml"])
    assert [str(fault) for fault in result.faults] == []
    assert len(result.questions) == len(ITEMS) == 26
    assert {question.kind for question in result.questions.values()} == set(KINDS)
    assert not result.questions["c02-round-two-when"].happened
    for question in result.questions.values():
        missing = [
            name
            for name in ("para", "level", "hint", "explain", "sources")
            if not getattr(question, name)
        ]
        assert not missing, (question.id, missing)


def mutants(item: str) -> list[str]:
    """Each field of an item deleted, given twice, and given a value of every other type."""
    lines = item.rstrip("\n").split("\n")
    found = []
    for i, line in enumerate(lines):
        head = re.match(r"( *(?:- )*[\w-]+:) ?(.*)", line)
        if not head:
            continue
        found.append(lines[:i] + lines[i + 1 :])
        found.append([*lines[: i + 1], line, *lines[i + 1 :]])
        for value in ("", "[]", "{}", "[[x]]", "{a: {b: c}}", "[{}, x]", "-1e99", "'?'", "يس"):
            found.append([*lines[:i], f"{head[1]} {value}", *lines[i + 1 :]])
    return ["\n".join(mutant) for mutant in found]


@pytest.mark.sweep(3)
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.split("\n")[0][6:])
def test_a_broken_item_is_a_fault_or_a_question(tmp_path: Path, item: str) -> None:
    every = mutants(item)
    assert len(every) > 50
    faulty = 0
    file = tmp_path / "b.yaml"
    for mutant in every:
        file.write_text("quiz: x\nitems:\n" + mutant, encoding="utf-8")
        result = bank.read([file])
        assert bool(result.faults) != bool(result.questions), mutant
        faulty += bool(result.faults)
        for fault in result.faults:
            assert 1 <= fault.line <= mutant.count("\n") + 3, (str(fault), mutant)
            assert fault.message
            assert fault.remedy
    assert faulty > len(every) / 2


WORDS = sorted(
    {*bank.COMMON_FIELDS, *KINDS, "say", "text", "if", "P6", "yes", "2020-01", "12.5", "'"}
    | {name for kind in KINDS.values() for name in kind.schema}
)
TREE = st.recursive(
    st.sampled_from(WORDS) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6)
    ),
    max_leaves=20,
)


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(garbage=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_garbage_never_raises(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / "g.yaml").write_bytes(garbage)
    result = bank.read([tmp_path / "g.yaml"])
    assert result.faults
    assert not result.questions


@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kind=st.sampled_from(sorted(KINDS)), data=st.data())
def test_odd_items_never_raise(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    fields = (*bank.COMMON_FIELDS, *KINDS[kind].schema)
    item = data.draw(st.dictionaries(st.sampled_from(fields), TREE, max_size=10))
    tree = {"quiz": "x", "items": [{**item, "id": "05-x", "type": kind}]}
    # JSON is YAML, save for a few escapes, which are garbage of their own.
    (tmp_path / "g.yaml").write_text(json.dumps(tree), encoding="utf-8")
    result = bank.read([tmp_path / "g.yaml"])
    assert bool(result.faults) != bool(result.questions)


# --- the command -----------------------------------------------------------------------


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dialogue.cli", "check", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_check_names_faults_and_exits_1(tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(GOOD.replace("para: [P6]", "parra: [P6]"), encoding="utf-8")
    done = run(file)
    assert done.returncode == 1
    assert re.search(
        r"b\.yaml:6: 05-good: unknown field 'parra' .*; did you mean 'para'\?", done.stdout
    )
    assert "Traceback" not in done.stdout + done.stderr


def test_check_names_a_formula_that_is_none_on_its_line(
    tmp_path: Path,
) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(
        "quiz: f\nitems:\n- id: f-1\n  type: short\n  ask: 'Is \\(x^2\\) $5?'\n"
        "  explain: >-\n    For $5 \\(\\frac{a\\) is none.\n  accept: [a]\n",
        encoding="utf-8",
    )
    done = run("--no-advice", file)
    told = done.stdout.splitlines()
    assert done.returncode == 1
    assert len(told) == 1
    assert re.search(r"f\.yaml:6: f-1: the formula .*opened and not closed.*; write", told[0])


def test_check_of_the_course_is_clean() -> None:
    done = run()
    assert done.returncode == 0, done.stdout
    assert re.match(r"\d+ questions in \d+ files? and \d+ tables, no faults", done.stdout)


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_check_of_nothing_is_not_a_pass(tmp_path: Path, name: str) -> None:
    done = run(tmp_path / name)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


# --- the schema ------------------------------------------------------------------------


SCHEMA = json.loads(
    (Path(__file__).parents[1] / "exercises/question-bank.schema.json").read_text("utf-8")
)


def valid(source: str) -> bool:
    """What an editor with the schema would say: YAML values typed, then validated."""
    import jsonschema
    import yaml

    value = yaml.safe_load(source)
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(value)


def test_the_schema_in_the_repository_is_the_one_that_the_kinds_make() -> None:
    """After a change of a kind: python -m dialogue.bank.schema."""
    file = Path(__file__).parents[1] / "exercises" / schema.NAME
    assert file.read_text(encoding="utf-8") == schema.text()
    assert set(SCHEMA["$defs"]) == set(KINDS)
    assert "Generated" in file.read_text(encoding="utf-8").splitlines()[2]


def test_schema_accepts_what_the_loader_accepts() -> None:
    assert valid(GOOD)
    assert valid(MORE.replace("resolves: 2020-07-31", 'resolves: "2020-07-31"'))
    assert valid(TABLE)
    for file in bank.files():
        assert valid(file.read_text(encoding="utf-8")), file


@pytest.mark.parametrize(
    "name",
    [
        "unknown key",
        "unknown option key",
        "missing comment",
        "empty comment",
        "bad number",
        "no answer",
        "unknown type",
        "no type",
        "no question",
        "bad id",
        "yes or no",
        "options not a list",
        "unknown level",
    ],
)
def test_schema_refuses_what_the_loader_refuses(name: str) -> None:
    _, old, new, *_ = next(c for c in BROKEN if c[0] == name)
    assert not valid(GOOD.replace(old, new, 1))


def test_the_options_alone_give_nothing_away() -> None:
    """No guesser who knows shapes only does better than luck may: within one deviation of it."""
    bench = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks/options_alone.py"))
    rows = [row for rows in bench["found"]().values() for row in rows]
    chance, *guessers = (sum(column) for column in zip(*rows, strict=True))
    spread = sum(share * (1 - share) for share, *_ in rows) ** 0.5
    assert len(rows) > 40
    for name, right in zip(bench["GUESSERS"], guessers, strict=True):
        assert right < chance + spread, f"{name}: {right:.1f} of {len(rows)}, chance {chance:.1f}"
