"""Advice: each rule with an item that breaks it and one that keeps it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from conftest import copy_course
from dialogue import bank
from dialogue.bank import advice
from dialogue.cli.commands import check
from dialogue.grading import release

TODAY = date(2020, 7, 15)
GOOD = """\
quiz: good
items:
- id: 05-single
  type: single
  ask: "The vote did not bind anybody. Which office was asked to act?"
  hint: "Look at P6."
  explain: "So it was."
  as_of: "2019-07"
  contested: yes
  sources: [JURIST-2020-01-05, MAWAZIN-2020-06-09]
  options:
    - text: "the cabinet"
      right: yes
    - text: "the courts"
      say: "Read it again."
- id: 05-short
  type: short
  ask: "What is it called?"
  hint: "Three letters."
  explain: "So it is."
  accept: [SFA, "Strategic Framework Agreement"]
- id: 05-number
  type: numeric
  ask: "How many?"
  hint: "See P6, or the 60s; 6.5 is too many."
  explain: "Six."
  answer: 6
- id: 05-paragraph
  type: evidence
  ask: "Which paragraph?"
  hint: "Look for a number."
  explain: "This one."
  options:
    - para: P6
      right: yes
    - para: P8
      say: "No number."
"""
LONG = " ".join(["word"] * 41)

# What is changed in the good bank; the rule; the line of the advice.
BROKEN = [
    ("key-longest", '"the cabinet"', '"the cabinet, which was then a caretaker"', 11),
    ("negated-stem", "Which office was asked", "Which office was never asked", 5),
    ("negated-stem", "Which office was asked to act?", "Which office wasn't asked?", 5),
    ("negated-stem", "The vote did not bind anybody. Which office was asked to act?", "أي مما يلي ليس صحيحا؟", 5),
    ("all-of-the-above", '"the courts"', '"All of the above"', 14),
    ("all-of-the-above", '"the courts"', '"None of these"', 14),
    ("all-of-the-above", '"the courts"', '"كل ما سبق"', 14),
    ("unequal-options", '"the courts"', '"the courts, and whoever else had a say in the matter"', 11),
    ("many-options", '    - text: "the courts"\n', "".join(f'    - text: "a body {i}"\n      say: "x"\n' for i in range(5)) + '    - text: "the courts"\n', 11),
    ("no-hint", '  hint: "Look at P6."\n', "", 3),
    ("no-explanation", '  explain: "So it was."\n', "", 3),
    ("hint-gives-key", "Look at P6.", "Think of The Cabinet!", 6),
    ("hint-gives-key", "Three letters.", "SFA for short.", 19),
    ("hint-gives-key", "See P6, or the 60s; 6.5 is too many.", "It is 6.", 25),
    ("hint-gives-key", "Look for a number.", "Look at P6.", 31),
    ("long-comment", '"Read it again."', f'"{LONG}"', 15),
    ("redundant-answer", '[SFA, "Strategic', '[SFA, "the sfa", "Strategic', 21),
    ("stale", '"2019-07"', '"2019-06"', 8),
    ("stale", '"2019-07"', '"2019-07-14"', 8),
    ("stale", '"2019-07"', '"2018"', 8),
    ("one-sided", "[JURIST-2020-01-05, MAWAZIN-2020-06-09]", "[JURIST-2020-01-05, ACW-2020-07]", 10),
    ("one-sided", "  sources: [JURIST-2020-01-05, MAWAZIN-2020-06-09]\n", "", 3),
]  # fmt: skip


def advise(tmp_path: Path, source: str, name: str = "b.yaml") -> list[advice.Advice]:
    file = tmp_path / name
    file.write_text(source, encoding="utf-8")
    result = bank.read([file])
    assert [str(fault) for fault in result.faults] == []
    return advice.advise(result, today=TODAY)


def test_a_good_bank_gets_no_advice(tmp_path: Path) -> None:
    assert [str(one) for one in advise(tmp_path, GOOD)] == []


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[0])
def test_rule(tmp_path: Path, case: tuple[str, str, str, int]) -> None:
    rule, old, new, line = case
    assert old in GOOD
    found = advise(tmp_path, GOOD.replace(old, new, 1))
    assert [(one.rule, one.line) for one in found] == [(rule, line)], [str(o) for o in found]
    assert found[0].item.startswith("05-")
    assert " advice: " in str(found[0])


def test_every_rule_has_an_example() -> None:
    of_files = {
        "keys-longest",
        "keys-in-one-place",
        "confidence",
        "few-items",
        "no-item",
        "of-the-course",
    }
    assert {case[0] for case in BROKEN} | of_files == set(advice.RULES)


@pytest.mark.parametrize(
    "text", ["Nothing above sea level", "The cabinet and all of its ministers", "Both sides"]
)
def test_an_option_that_stands_by_itself(tmp_path: Path, text: str) -> None:
    assert advise(tmp_path, GOOD.replace("the courts", text)) == []


def test_a_label_in_the_question_is_no_negation(tmp_path: Path) -> None:
    item = """\
quiz: labels
items:
- id: 05-sort
  type: classify
  ask: "Text, gloss or neither?"
  hint: "Read."
  explain: "So."
  labels: [text, neither]
  statements:
    - {text: "a", label: text, if_neither: "b"}
    - {text: "c", label: neither, if_text: "d"}
"""
    assert advise(tmp_path, item) == []
    (one,) = advise(tmp_path, item.replace("neither?", "not?"))
    assert one.rule == "negated-stem"


def choice(keys: str, lengths: str = "", confident: int = 0) -> str:
    """A bank with one single a letter of *keys*: the place of its right option, A, B or C.

    Where *lengths* has an L, the right option is a little longer than the others.
    """
    items = []
    for i, key in enumerate(keys):
        options = []
        for place in "ABC":
            mark = "right: yes" if place == key else 'say: "x"'
            tail = "!" if place == key and lengths[i : i + 1] == "L" else ""
            options.append(f'    - {{text: "option {place}{tail}", {mark}}}\n')
        sure = "  confidence: ask\n" if i < confident else ""
        items.append(
            f'- id: 05-{i}\n  type: single\n  ask: "Which?"\n  hint: "h"\n  explain: "e"\n{sure}'
            f"  options:\n{''.join(options)}"
        )
    return "quiz: c\nitems:\n" + "".join(items)


@pytest.mark.parametrize(
    ("keys", "lengths", "rules"),
    [
        ("AABBCC", "LLL", []),
        ("AAAABC", "", ["keys-in-one-place"]),
        ("CCBCCA", "", ["keys-in-one-place"]),
        ("AAAAA", "LLLLL", []),  # too few to show a habit
        ("ABCABC", "LLLL", ["keys-longest"]),
    ],
)
def test_habits_of_a_file(tmp_path: Path, keys: str, lengths: str, rules: list[str]) -> None:
    found = advise(tmp_path, choice(keys, lengths))
    assert [one.rule for one in found] == rules
    assert all((one.line, one.item) == (1, "") for one in found)


def test_a_question_without_its_key_is_nobody_s_to_mend(tmp_path: Path) -> None:
    file = tmp_path / "05-lesson.yaml"
    file.write_text(choice("AAAABC"), encoding="utf-8")
    read = bank.read([file])
    for name, question in read.questions.items():
        read.questions[name] = release.without_key(question)
    assert advice.advise(read, today=TODAY) == []


@pytest.mark.parametrize(
    ("asked", "advised"), [(0, True), (1, True), (2, False), (3, False), (4, True)]
)
def test_confidence_in_a_lesson(tmp_path: Path, asked: int, advised: bool) -> None:
    source = choice("ABCABC", confident=asked)
    found = advise(tmp_path, source, "05-lesson.yaml")
    assert [one.rule for one in found] == ["confidence"] * advised
    assert advise(tmp_path, source, "my-own.yaml") == []


def test_what_the_whole_course_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    before = {
        one.message for one in advice.advise(bank.read(), whole=True) if one.rule == "few-items"
    }
    assert not any("05-2" in message for message in before)
    file = copy / "exercises" / "05-round-one.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("objective: 05-2", "objective: 05-1"), encoding="utf-8")
    for bank_file in (copy / "exercises").glob("*.yaml"):
        text = bank_file.read_text(encoding="utf-8")
        bank_file.write_text(text.replace("P12", "P4"), encoding="utf-8")
    (copy / "exercises" / "sample-bank.yaml").unlink()
    found = advice.advise(bank.read(), whole=True)
    lacks = {one.message for one in found if one.rule == "few-items"}
    assert any("05-2 has no item" in message for message in lacks)
    paragraphs = {one.message.split()[-1]: one for one in found if one.rule == "no-item"}
    assert "P12" in paragraphs
    assert "P6" not in paragraphs
    assert "P13" not in paragraphs  # a heading
    line = paragraphs["P12"].line
    rows = (copy / "seeds" / "paragraphs.csv").read_text(encoding="utf-8").splitlines()
    assert rows[line - 1].startswith("P12,")
    kinds = {one.rule for one in advice.advise(bank.read())}
    assert not kinds & {"few-items", "no-item"}


def test_cost_is_linear(tmp_path: Path) -> None:
    """Counted in calls, so that a busy machine cannot fail it."""
    import cProfile
    import pstats

    def calls(count: int) -> int:
        (tmp_path / "big.yaml").write_text(choice("ABC" * (count // 3)), encoding="utf-8")
        result = bank.read([tmp_path / "big.yaml"])
        profile = cProfile.Profile()
        profile.runcall(advice.advise, result)
        return pstats.Stats(profile).total_calls

    calls(30)
    assert calls(900) < 11 * calls(90)


# --- the command -------------------------------------------------------------------------


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dialogue.cli", "check", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A bank with one piece of advice."""
    path = tmp_path / "a, b%.yaml"
    path.write_text(GOOD.replace('  hint: "Three letters."\n', ""), encoding="utf-8")
    text = path.read_text(encoding="utf-8").replace('as_of: "2019-07"', 'by: "x"')
    path.write_text(text, encoding="utf-8")
    return path


def test_advice_is_shown_and_does_not_fail(file: Path) -> None:
    done = run(file)
    assert done.returncode == 0, done.stdout + done.stderr
    first, last = done.stdout.splitlines()
    assert "advice: there is no 'hint'" in first
    assert last == "4 questions in 1 file, no faults; 1 piece of advice"
    strict = run(file, "--strict")
    assert strict.returncode == 1
    assert "advice: there is no 'hint'" in strict.stdout
    hidden = run(file, "--no-advice")
    assert hidden.returncode == 0
    assert "there is no 'hint'" not in hidden.stdout


def test_faults_come_before_advice(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("answer: 6", "answer: six")
    file.write_text(text, encoding="utf-8")
    done = run(file)
    assert done.returncode == 1
    fault, told = done.stdout.splitlines()
    assert "'six', not a number" in fault
    assert "advice:" in told
    assert done.stderr.startswith("1 fault; read: 3 questions")


def test_json_is_one_object(file: Path) -> None:
    done = run(file, file.parent / "none.yaml", "--format", "json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert set(found) == {"faults", "advice", "read"}
    assert found["read"] == {"questions": 4, "files": 1, "tables": 0}
    assert [one["message"] for one in found["faults"]] == ["there is no such file or folder"]
    assert [(one["rule"], one["line"], one["item"]) for one in found["advice"]] == [
        ("no-hint", 16, "05-short")
    ]


def test_github_annotations_are_escaped(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("type: evidence", '"t%\\n:": x')
    file.write_text(text, encoding="utf-8")
    done = run(file, "--format", "github")
    lines = done.stdout.splitlines()
    assert all(line.startswith(("::error file=", "::warning file=")) for line in lines), lines
    warning = next(line for line in lines if line.startswith("::warning"))
    assert "a%2C b%25.yaml,line=16,title=05-short::there is no 'hint'; " in warning
    # Inside a fault's text a line break is shown, and never starts another command.
    assert any("t%25\\n:" in line for line in lines), lines
    fault = bank.Fault("a:b,c%.yaml", 3, "x:y", "one\r\ntwo\x1b", "100%, now: go")
    assert check.annotation(fault, "error") == (
        "::error file=a%3Ab%2Cc%25.yaml,line=3,title=x%3Ay::one%0D%0Atwo\\u001b; 100%25, now: go"
    )


def test_the_whole_course_only_counts_its_advice() -> None:
    counted, shown = run(), run("--advice")
    assert counted.returncode == shown.returncode == 0
    assert "advice:" not in counted.stdout
    # While lessons are missing there is some; a finished course may have none.
    last = counted.stdout.rstrip()
    assert last.endswith(("to see with: dialogue check --advice", "no faults"))
    assert ("advice:" in shown.stdout) == ("to see with" in last)
