"""Variants come out the same everywhere, and every key in them holds; handed-in answers are marked."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from grading import ITEMS
from test_release import found_in

from conftest import ROOT, copy_course
from dialogue import bank
from dialogue.bank import selection
from dialogue.cli import main
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.grading import marking, release, variants
from dialogue.grading.variants import (
    check,
    draw,
    read_roster,
    rows,
    variant,
)
from dialogue.learner import progress
from dialogue.questions import Forecast, Numeric, Short, Single, grade

VARY = """\
quiz: varied
items:
- id: v-price
  type: numeric
  ask: "What did a barrel cost on average in the month 2020-04, in dollars, times two?"
  hint: "QZhint of April"
  unit: "dollars"
  answer_from:
    table: oil_price
    column: price_usd_per_barrel
    where: {date: 2020-04}
    multiply_by: 2
    round: 2
    vary: date
  tolerance: 0.01
  near:
    - {value: 1, say: "QZnear of April"}
  explain: "QZexplain of April"
- id: v-single
  type: single
  ask: "Which?"
  options:
    - {text: "one", say: "QZone"}
    - {text: "two", right: yes, say: "QZtwo"}
    - {text: "three", say: "QZthree"}
    - {text: "four", say: "QZfour"}
- id: v-kept
  type: single
  ask: "How many?"
  shuffle: no
  options:
    - {text: "1", say: "low"}
    - {text: "2", right: yes}
    - {text: "3", say: "high"}
- id: v-match
  type: match
  ask: "What belongs together?"
  pairs:
    - {left: "cat", right: "mouse", say: "QZpair1"}
    - {left: "dog", right: "bone", say: "QZpair2"}
    - {left: "cow", right: "grass", say: "QZpair3"}
- id: v-classify
  type: classify
  ask: "What is what?"
  labels: [fact, forecast]
  statements:
    - {text: "It was so.", label: fact, if_forecast: "QZif1"}
    - {text: "It will be so.", label: forecast, if_fact: "QZif2"}
    - {text: "It had been so.", label: fact, if_forecast: "QZif3"}
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = copy_course(tmp_path / "course")
    (folder / "exercises" / "varied.yaml").write_text(VARY, encoding="utf-8")
    monkeypatch.setenv("DIALOGUE_COURSE", str(folder))
    return folder


def typed() -> list[dict[str, Any]]:
    return yaml.load(VARY, Loader=yaml.BaseLoader)["items"]


def read(items: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    path = folder / "one.yaml"
    path.write_text(release.yaml_text({"quiz": "one", "items": items}), encoding="utf-8")
    found = bank.read([path])
    assert found.faults == []
    return found.questions


# --- the same everywhere -------------------------------------------------------------------


def test_what_is_drawn_is_written_down_here(course: Path) -> None:
    """Another Python, platform or process must draw this, or a class's variants are lost."""
    assert draw("autumn", "Anna", "05-x")[:16] == "eeb3263f5dfd0a1e"
    assert draw("a", "bc") != draw("ab", "c")
    orders = [
        [option["text"] for option in variant(typed(), "autumn", learner)[1]["options"]]
        for learner in ("Anna", "بشرى")
    ]
    assert orders == [["two", "one", "three", "four"], ["four", "two", "one", "three"]]


def test_two_processes_write_the_same_bytes(course: Path, tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text("name\nAnna\nبشرى\n", encoding="utf-8")
    contents = []
    for seed in ("1", "2"):
        target = tmp_path / f"out{seed}"
        command = ["variants", "05", "v-price", "v-single", "--seed", "autumn", "--draw", "6"]
        command += ["--roster", str(tmp_path / "class.csv"), "--output", str(target)]
        subprocess.run(
            [sys.executable, "-m", "dialogue.cli", *command],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        paths = sorted(path for path in target.rglob("*") if path.is_file())
        contents.append({path.relative_to(target): path.read_bytes() for path in paths})
    assert contents[0] == contents[1]
    assert len(contents[0]) == 5
    assert {str(name) for name in contents[0]} >= {"learners/Anna.yaml", "keys/بشرى.yaml"}


# --- every key -----------------------------------------------------------------------------


def test_an_empty_seed_is_refused(tmp_path: Path, capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["variants", "05", "--seed", " ", "--output", str(tmp_path / "out")])
    assert ended.value.code == 2
    assert "an empty seed" in capsys.readouterr().err


def test_every_key_of_every_variant_holds_over_many_seeds(course: Path, tmp_path: Path) -> None:
    """The right texts stay right and the wrong ones wrong, wherever they stand."""
    before = read(typed(), tmp_path)
    places: Counter[int] = Counter()
    for seed in range(120):
        made = read(variant(typed(), str(seed), "Anna"), tmp_path)
        for name, question in made.items():
            assert check(question) == "", (seed, name)
        single, old = made["v-single"], before["v-single"]
        assert set(single.options) == set(old.options)
        for place, option in enumerate(single.options):
            assert (grade(single, place).verdict == "right") == (option.text == "two")
            assert (
                grade(single, place).comments[0].say
                == {o.text: o.say for o in old.options}[option.text]
            )
        places[next(i for i, o in enumerate(single.options) if o.right)] += 1
        assert [o.text for o in made["v-kept"].options] == ["1", "2", "3"]
        assert set(made["v-match"].pairs) == set(before["v-match"].pairs)
        assert set(made["v-classify"].statements) == set(before["v-classify"].statements)
    # No place is the place of the key: 120 draws of four, by chance below 14 once in 10,000.
    assert set(places) == {0, 1, 2, 3}
    assert min(places.values()) >= 14


def test_the_numbers_come_from_the_row_that_the_question_names(
    course: Path, tmp_path: Path
) -> None:
    with (course / "data/oil_price.csv").open(encoding="utf-8", newline="") as file:
        table = {row["date"]: row["price_usd_per_barrel"] for row in csv.DictReader(file)}
    named = set()
    for seed in range(60):
        made = variant(typed(), str(seed), "Anna")[0]
        question = read([made], tmp_path)["v-price"]
        assert isinstance(question, Numeric)
        (date,) = [date for date in table if f"month {date}," in question.ask]
        assert question.answer == pytest.approx(round(2 * float(table[date]), 2))
        assert grade(question, f"{2 * float(table[date]):.2f}").verdict == "right"
        assert grade(question, question.answer + 0.5).verdict == "wrong"
        if date != "2020-04":  # what was said of April must not be said of another month
            assert "April" not in json.dumps(made)
        named.add(date)
    assert len(named) > 8
    assert {row["date"] for row in rows(typed()[0])} >= named


@pytest.mark.slow
def test_the_whole_course_in_three_variants(tmp_path: Path) -> None:
    questions = [q for q in selection.select([]) if not isinstance(q, Forecast)]
    done = variants.build(tmp_path / "out", questions, "autumn", ["a", "b", "c"])
    assert done == (3, len(questions))
    for name in ("a", "b", "c"):
        made = bank.read([tmp_path / f"out/keys/{name}.yaml"]).questions
        assert set(made) == {q.id for q in questions}
        copy = bank.read([tmp_path / f"out/learners/{name}.yaml"])
        assert copy.faults == []
        assert copy.questions == {q.id: release.without_key(q) for q in made.values()}


@pytest.mark.parametrize("name", sorted(ITEMS))
def test_the_check_of_a_key_passes_sound_items(name: str) -> None:
    assert check(ITEMS[name]) == ""


def test_the_check_of_a_key_finds_a_key_that_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, course: Path, tmp_path: Path
) -> None:
    short = replace(ITEMS["short"], accept=())
    monkeypatch.setattr(Short, "responses", lambda question: (["x"], []))
    assert "not graded right" in check(short)
    monkeypatch.setattr(Single, "responses", lambda question: ([], [0, 1, 2, 3]))
    assert "not graded wrong" in check(ITEMS["single"])
    with pytest.raises(FileFault, match=r"v-single: \d is not graded wrong"):
        variants.build(tmp_path / "out", selection.select(["v-single"]), "3", ["Anna", "Ben"])
    assert not (tmp_path / "out").exists()


# --- what is written -----------------------------------------------------------------------


def test_each_learner_gets_questions_of_their_own(course: Path, tmp_path: Path) -> None:
    learners = [f"learner {i}" for i in range(12)]
    questions = selection.select(["05"])
    done = variants.build(tmp_path / "out", questions, "s", learners, draw=5)
    assert done == (12, 5)
    order = [question.id for question in questions]
    sets = []
    for learner in learners:
        made = list(bank.read([tmp_path / f"out/keys/{learner}.yaml"]).questions)
        assert len(made) == 5
        assert made == sorted(made, key=order.index)  # in the author's order
        sets.append(frozenset(made))
    assert len(set(sets)) > 8
    with (tmp_path / "out/keys.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert Counter(row["learner"] for row in table) == dict.fromkeys(learners, 5)


def test_what_the_learner_gets_has_no_key(course: Path, tmp_path: Path) -> None:
    names = ["v-price", "v-single", "v-match", "v-classify"]
    variants.build(tmp_path / "out", selection.select(names), "s", ["Anna"])
    secret = ["QZone", "QZtwo", "QZpair1", "QZif1", "QZhint", "QZnear", "QZexplain", "answer_from"]
    assert {text for _, text in found_in(tmp_path / "out/keys", secret)} >= {"QZtwo", "QZif1"}
    assert found_in(tmp_path / "out/learners", secret) == []
    copy = bank.read([tmp_path / "out/learners/Anna.yaml"]).questions["v-single"]
    own = bank.read([tmp_path / "out/keys/Anna.yaml"]).questions["v-single"]
    assert [o.text for o in copy.options] == [o.text for o in own.options]  # as the variant has it


# --- marking -------------------------------------------------------------------------------


def attempt(
    question: Any, response: Any, at: str = "2020-06-11T10:00:00+00:00", **more: Any
) -> str:
    told = {"format": 2, "item": question.id, "version": question.version, "event": "check"}
    told |= {"response": response, "verdict": "kept", "score": 0, "at": at, "id": f"{at}{response}"}
    return json.dumps({**told, **more})


def test_handed_in_answers_are_marked_by_the_rules_of_the_course(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = {q.id: q for q in selection.select(["v-single", "v-match", "v-classify"])}
    copy = {name: release.without_key(q) for name, q in questions.items()}
    single, match = copy["v-single"], copy["v-match"]
    right = next(i for i, o in enumerate(single.options) if o.text == "two")
    rights = [match.rights.index(r) for r in ("mouse", "bone", "grass")]
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / "anna.jsonl").write_text(
        "\n".join(
            [
                # The clock ran a year ahead and was mended: the last one written counts.
                attempt(single, (right + 1) % 4, "2021-06-11T11:00:00+00:00"),
                attempt(single, right, "2020-06-11T12:00:00+00:00"),
                attempt(match, [rights[0], rights[2], rights[2]]),
                "not a line of a record",
            ]
        ),
        encoding="utf-8",
    )
    (handed / "=ben.jsonl").write_text(
        "\n".join(
            [
                attempt(single, right, version="00000000"),
                attempt(match, "nothing that can be read"),
                attempt(copy["v-classify"], ["fact"] * 3),
                attempt(copy["v-classify"], None, "2020-06-11T13:00:00+00:00", event="reset"),
            ]
        ),
        encoding="utf-8",
    )
    (handed / "cleo.jsonl").write_text(attempt(questions["v-single"], 1), encoding="utf-8")
    command = ["mark", str(handed), "--graded", *questions, "--output", str(tmp_path / "m.csv")]
    assert main(command) == 0
    assert "anna: 1 line could not be read" in capsys.readouterr().err
    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as file:
        table = {(row["learner"], row["item"]): row for row in csv.DictReader(file)}
    anna = {item: row for (learner, item), row in table.items() if learner == "anna"}
    assert (anna["v-single"]["mark"], anna["v-single"]["verdict"]) == ("1", "right")
    assert (anna["v-match"]["mark"], anna["v-match"]["verdict"]) == ("0.6667", "partly")
    assert anna["v-classify"]["mark"] == ""
    assert anna["v-classify"]["note"].endswith("; not answered")
    assert "a clock that ran ahead has dated 1 answer" in anna["v-classify"]["note"]
    ben = {item: row for (learner, item), row in table.items() if learner == "'=ben"}
    assert ben["v-single"]["mark"] == ""
    assert single.version in ben["v-single"]["note"]
    assert ben["v-match"]["note"] == "the response cannot be read"
    assert "started again" in ben["v-classify"]["note"]
    assert table["cleo", "v-single"]["mark"] == "1"
    assert "key was at hand" in table["cleo", "v-single"]["note"]
    assert main(command) == 1
    assert "add --force" in capsys.readouterr().err


def test_a_sealed_file_is_marked_and_a_changed_one_is_told(course: Path, tmp_path: Path) -> None:
    from dialogue.learner import handin
    from dialogue.widgets import quiz

    (question,) = selection.select(["v-single"])
    bare = release.without_key(question)
    right = next(i for i, o in enumerate(bare.options) if o.text == "two")
    handed = tmp_path / "handed"
    handed.mkdir()
    view = quiz.Quiz([bare])
    view._received(view, {"event": "check", "item": bare.id, "response": right}, [])
    handin.write(handed / "answers.json", "7B", "number 12")
    (record,) = marking.read_records([handed])
    assert (record.learner, record.sound) == ("number 12", True)
    assert [(r.mark, r.note) for r in marking.mark([record], [question])] == [(1.0, "")]
    text = (handed / "answers.json").read_text(encoding="utf-8")
    (handed / "answers.json").write_text(text.replace("number 12", "number 13"), encoding="utf-8")
    (record,) = marking.read_records([handed])
    (row,) = marking.mark([record], [question])
    assert "changed after it was written" in row.note


def test_what_the_learner_exports_is_what_is_marked(
    course: Path, tmp_path: Path, own_record: Path
) -> None:
    """The quiz of the copy, the record, the export and the marking, one behind the other."""
    from dialogue.widgets import quiz

    questions = selection.select(["v-single", "v-match", "v-kept"])
    for question in questions:
        bare = release.without_key(question)
        view = quiz.Quiz([bare])
        own = {"v-single": "two", "v-kept": "2"}.get(question.id)
        response: Any = (
            [bare.rights.index(p.right) for p in question.pairs] if own is None else None
        )  # type: ignore[attr-defined]
        if own is not None:
            response = next(i for i, o in enumerate(bare.options) if o.text == own)  # type: ignore[attr-defined]
        view._received(view, {"event": "check", "item": bare.id, "response": response}, [])
    progress.export_to(tmp_path / "dana.jsonl")
    (record,) = marking.read_records([tmp_path / "dana.jsonl"])
    rows = marking.mark([record], questions)
    assert [(row.learner, row.mark, row.note) for row in rows] == [("dana", 1.0, "")] * 3


def test_the_answers_to_a_variant_are_marked_with_its_own_key(course: Path, tmp_path: Path) -> None:
    names = ["v-price", "v-single", "v-classify"]
    variants.build(tmp_path / "out", selection.select(names), "s", ["Anna", "Ben"])
    for learner in ("Anna", "Ben"):
        copy = bank.read([tmp_path / f"out/learners/{learner}.yaml"]).questions
        own = bank.read([tmp_path / f"out/keys/{learner}.yaml"]).questions
        right = next(i for i, o in enumerate(copy["v-single"].options) if o.text == "two")
        labels = {s.text: s.label for s in own["v-classify"].statements}
        told = [labels[s.text] for s in copy["v-classify"].statements]
        lines = [attempt(copy["v-single"], right), attempt(copy["v-classify"], told)]
        lines.append(attempt(copy["v-price"], str(own["v-price"].answer)))
        (tmp_path / f"{learner}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    files_in = [str(tmp_path / f"{name}.jsonl") for name in ("Anna", "Ben")]
    target = tmp_path / "m.csv"
    command = ["mark", *files_in, "--variants", str(tmp_path / "out"), "--output", str(target)]
    assert main(command) == 0
    with target.open(encoding="utf-8", newline="") as file:
        assert [(r["mark"], r["note"]) for r in csv.DictReader(file)] == [("1", "")] * 6


# --- refusals ------------------------------------------------------------------------------


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 1
    text = capsys.readouterr().err.strip()
    assert "\n" not in text
    assert "; " in text
    return text


def test_bad_records_are_named(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end = ["--graded", "v-single", "--output", str(tmp_path / "m.csv")]
    bad = tmp_path / "bad.jsonl"
    assert "no such file" in said(capsys, "mark", str(bad), *end)
    for content, told in ((b"", "is empty"), (b"\xff\xfe{", "no record"), (b"[1]\n", "no record")):
        bad.write_bytes(content)
        assert told in said(capsys, "mark", str(bad), *end)
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04cut")
    assert "cut off or damaged" in said(capsys, "mark", str(tmp_path / "cut.zip"), *end)
    (tmp_path / "none").mkdir()
    assert "no record is in this folder" in said(capsys, "mark", str(tmp_path / "none"), *end)
    bad.write_text(
        attempt(release.without_key(selection.select(["v-single"])[0]), 1), encoding="utf-8"
    )
    again = tmp_path / "none" / "bad.jsonl"
    again.write_bytes(bad.read_bytes())
    assert "no variants are here" in said(
        capsys, "mark", str(bad), "--variants", str(tmp_path), *end
    )
    assert not (tmp_path / "m.csv").exists()


def test_a_bad_record_stops_no_other_and_two_of_one_learner_are_one(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (question,) = selection.select(["v-single"])
    bare = release.without_key(question)
    right = next(i for i, o in enumerate(bare.options) if o.text == "two")
    one, two, three = (tmp_path / name for name in ("a", "b", "c"))
    for folder in (one, two, three):
        folder.mkdir()
    (one / "0-torn.json").write_text('{"kind": "answers of', encoding="utf-8")
    (one / "ann.jsonl").write_text(attempt(bare, right, id="a"), encoding="utf-8")
    (one / "ben.jsonl").write_text(attempt(bare, right, id="b"), encoding="utf-8")
    (two / "ann.jsonl").write_bytes((one / "ann.jsonl").read_bytes())
    (three / "Ben.jsonl").write_text(
        attempt(bare, right + 1, id="c"), encoding="utf-8"
    )  # other answers in his name
    target = tmp_path / "m.csv"
    inputs = [str(folder) for folder in (one, two, three)]
    assert main(["mark", *inputs, "--graded", "v-single", "--output", str(target)]) == 0
    assert "0-torn.json:1: this is not a whole file" in capsys.readouterr().err
    with target.open(encoding="utf-8", newline="") as file:
        ann, ben = (row for row in csv.DictReader(file) if row["item"] == "v-single")
    assert (ann["learner"], ann["mark"]) == ("ann", "1")
    files = " and ".join(str(Path(folder) / "ann.jsonl") for folder in ("a", "b"))
    assert ann["note"] == f"handed in more than once: {files}"
    assert (ben["learner"], ben["mark"]) == ("ben", "")
    assert "ben.jsonl and Ben.jsonl claim this learner" in ben["note"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("name\n\n", "no learner"),
        ("a/b\na:b\n", ":2: 'a:b' and 'a/b' would have the same file"),
        ("Anna\nanna\n", ":2:"),
        ('"open', "no table"),
    ],
)
def test_a_bad_roster_is_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "class.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FileFault) as caught:
        read_roster(path)
    assert told in str(caught.value)


def test_a_roster_is_read_as_people_write_it(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_text("﻿Name,Mail\r\nAnna,a@x\r\n'=Ben,b@x\r\n\r\n../evil,c@x\r\n", encoding="utf-8")
    assert read_roster(path) == ["Anna", "=Ben", "../evil"]
    assert files.safe_name("../evil") == "evil"


def test_variants_that_cannot_be_made_are_named(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end = ["--seed", "s", "--output", str(tmp_path / "out")]
    assert "99 questions are to be drawn, and 1" in said(
        capsys, "variants", "v-single", "--draw", "99", *end
    )
    assert "no lesson" in said(capsys, "variants", "zz-none", *end)
    other = tmp_path / "other.yaml"
    other.write_text(VARY.replace("v-single", "v-other"), encoding="utf-8")
    assert "not in the course's bank" in said(capsys, "variants", str(other), *end)
    with pytest.raises(SystemExit) as stopped:
        main(["variants", "v-single", "--draw", "0", *end])
    assert stopped.value.code == 2
    assert "not a number of questions" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main(["variants", "v-single", *end]) == 0
    assert "add --force" in said(capsys, "variants", "v-single", *end)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("vary: date", "vary: place", "no single value in 'where'"),
        ("where: {date: 2020-04}", "where: {date: [2020-04]}", "no single value in 'where'"),
        ("month 2020-04", "month April", "does not stand in 'ask' exactly once"),
        ("month 2020-04", "month 2020-04 or 2020-04", "does not stand in 'ask' exactly once"),
        ("vary: date", "take: sum\n    vary: date", "'vary' needs one row"),
    ],
)
def test_a_vary_that_cannot_work_is_a_fault(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert VARY.count(old) == 1
    path = tmp_path / "varied.yaml"
    path.write_text(VARY.replace(old, new), encoding="utf-8")
    faults = [str(fault) for fault in bank.read([path]).faults]
    assert len(faults) == 1
    assert told in faults[0]


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("release", "mark", "nbgrader", "variants"):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help"])
        assert stopped.value.code == 0
        text = capsys.readouterr().out
        assert "example:" in text
        assert "exit codes:" in text
    assert (ROOT / "data/oil_price.csv").is_file()


def test_what_lies_in_a_folder_is_read_or_named(tmp_path: Path) -> None:
    """A zip of the gradebook among the files, an ending in capitals, and what is no record."""
    given = {"format": 2, "item": "05-permanent-bases", "version": "v", "event": "check"}
    record, other = (json.dumps(given | {"response": 0, "id": who}).encode() for who in "ab")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "Anna.JSONL").write_bytes(record)
    (inbox / "essay.txt").write_text("mine", encoding="utf-8")
    (inbox / ".DS_Store").write_bytes(b"0")
    with zipfile.ZipFile(inbox / "class.ZIP", "w") as archive:
        archive.writestr("ben.jsonl", other)
        archive.writestr("photo.png", b"0")
        archive.writestr("__MACOSX/._ben.jsonl", b"0")
    left_out: list[str] = []
    found = marking.read_records([inbox], left_out)
    assert sorted(one.learner for one in found) == ["Anna", "ben"]
    assert [line.split(":")[0].rpartition("/")[2] for line in left_out] == [
        "photo.png",
        "essay.txt",
    ]
