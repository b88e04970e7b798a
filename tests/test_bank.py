"""The bank: every fault named by file, line, item and remedy, all in one run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dialogue import bank
from dialogue.questions import Classify, Numeric, Single

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


def test_check_of_the_course_is_clean() -> None:
    done = run()
    assert done.returncode == 0, done.stdout
    assert re.match(r"\d+ questions in \d+ file\(s\) and \d+ tables, no faults", done.stdout)


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


def test_schema_and_loader_know_the_same_fields() -> None:
    assert set(SCHEMA["properties"]) == set(bank.FILE_FIELDS)
    assert set(SCHEMA["$defs"]) == set(bank.KIND_FIELDS)
    for kind, own in bank.KIND_FIELDS.items():
        properties = SCHEMA["$defs"][kind]["properties"]
        assert set(properties) == set(bank.COMMON_FIELDS) | set(own)
        assert properties["level"]["enum"] == list(bank.LEVELS)
        assert properties["status"]["enum"] == list(bank.STATUSES)
    single = SCHEMA["$defs"]["single"]["properties"]["options"]["items"]
    assert set(single["properties"]) == set(bank.OPTION_FIELDS)
    numeric = SCHEMA["$defs"]["numeric"]["properties"]["near"]["items"]
    assert set(numeric["properties"]) == set(bank.NEAR_FIELDS)
    classify = SCHEMA["$defs"]["classify"]["properties"]["statements"]["items"]
    assert set(classify["properties"]) == set(bank.STATEMENT_FIELDS)


def test_schema_accepts_what_the_loader_accepts() -> None:
    assert valid(GOOD)
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
