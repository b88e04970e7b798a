"""From one learner's file to a class: nothing personal, nothing believed, nothing lost."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import classes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dialogue import bank
from dialogue.cli import main
from dialogue.course.files import FileFault
from dialogue.grading import (
    analysis,
    gradebook,
    merge,
    release,
    report,
    tomorrow,
)
from dialogue.learner import handin, progress
from dialogue.learner.progress import Attempt
from dialogue.page import text
from dialogue.questions import grade
from dialogue.widgets import quiz

ITEMS = classes.questions(40)


@pytest.fixture
def record(tmp_path, monkeypatch):
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(tmp_path / "record"))
    return tmp_path


def answer(question, response, confidence=None):
    quiz.record(question, "check", response, grade(question, response, confidence), confidence)


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def results(folder, items=ITEMS):
    return merge.merge(folder, list(items))


def one(found, name):
    return next(learner for learner in found.learners if learner.name == name)


# --- the learner's file ----------------------------------------------------------------


def test_a_learner_hands_in_one_file_with_nothing_else_about_them(record, capsys):
    answer(ITEMS[0], 0)
    file = record / "mine.json"
    assert main(["hand-in", str(file), "--class", "IR101", "--name", "blue heron"]) == 0
    assert "1 answer " in capsys.readouterr().out
    document = json.loads(file.read_text(encoding="utf-8"))
    assert set(document) == {"kind", "format", "class", "learner", "bank", "answers", "seal"}
    assert set(document["answers"][0]) == set(progress.Attempt.__dataclass_fields__)
    import getpass
    import socket

    for personal in (getpass.getuser(), socket.gethostname(), str(record)):
        assert f'"{personal}' not in file.read_text(encoding="utf-8")
    paper = handin.read(file)
    assert paper.sound
    assert paper.identity == ("ir101", "blueheron")
    assert paper.bank == handin.bank_hash(bank.course_bank().questions)
    assert [a.item for a in paper.answers] == [ITEMS[0].id]


def test_handing_in_replaces_nothing_and_needs_answers_and_names(record, capsys):
    file = str(record / "mine.json")
    words = ["hand-in", file, "--class", "c"]
    assert main([*words, "--name", "n"]) == 1
    assert "no answers yet" in capsys.readouterr().err
    answer(ITEMS[0], 0)
    assert main([*words, "--name", " "]) == 1
    assert main([*words, "--name", "x" * 81]) == 1
    assert main([*words, "--name", "a\x1b[2J"]) == 1
    capsys.readouterr()
    assert main([*words, "--name", "n"]) == 0
    assert main([*words, "--name", "n"]) == 1
    assert "add --force" in capsys.readouterr().err


def test_a_learner_without_a_terminal_hands_in_from_a_notebook(record, monkeypatch):
    monkeypatch.chdir(record)
    import dialogue

    assert "no answers yet" in repr(dialogue.hand_in("IR101", "n"))
    answer(ITEMS[0], 0)
    said = repr(dialogue.hand_in("IR/101", "../n"))
    files = list(record.glob("*.json"))
    assert len(files) == 1
    assert files[0].name in said
    assert handin.read(files[0]).learner == "../n"
    assert "1 answer" in repr(dialogue.hand_in("IR/101", "../n"))  # again, without a question
    assert "cannot be used" in repr(dialogue.hand_in("", "n"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"{", "not a whole file"),
        (b"[1]", "not a file of answers"),
        (b"[" * 100_000, "not a file of answers"),
        ("{}".encode("utf-16"), "UTF-16"),
        (json.dumps({"kind": handin.KIND}).encode(), "does not say its format"),
        (json.dumps({"kind": handin.KIND, "format": 99}).encode(), "newer course (format 99"),
        (json.dumps({"kind": handin.KIND, "format": 1}).encode(), "are missing"),
    ],
)
def test_a_bad_file_is_named(tmp_path, content, says):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(FileFault, match=r"bad\.json") as caught:
        handin.read(path)
    assert says in str(caught.value)


def test_each_change_of_a_file_breaks_its_seal(inbox):
    classes.write(inbox, 1, ITEMS[:3])
    path = inbox / "0000.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert handin.read(path).sound
    changed = [
        {**whole, "learner": "other"},
        {**whole, "class": "other"},
        {**whole, "answers": whole["answers"][1:]},
        {**whole, "answers": [{**whole["answers"][0], "response": 3}, *whole["answers"][1:]]},
        {name: value for name, value in whole.items() if name != "seal"},
    ]
    for document in changed:
        assert not handin.read_bytes(json.dumps(document).encode(), "x").sound
    # Saved again by an editor, with other spaces, it is still the same.
    assert handin.read_bytes(json.dumps(whole, indent=4).encode(), "x").sound


# --- a class ---------------------------------------------------------------------------


def resealed(path, change):
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    document.pop("seal")
    document["seal"] = handin._seal(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_verdicts_in_a_file_are_not_believed(inbox):
    classes.write(inbox, 2, ITEMS[:3])

    def all_right(document):
        for entry in document["answers"]:
            entry["response"] = next(
                i for i, o in enumerate(_question(entry["item"]).options) if not o.right
            )
            entry["verdict"], entry["score"] = "right", 1.0

    resealed(inbox / "0000.json", all_right)
    found = results(inbox)
    assert one(found, "learner 0000").edited
    assert "does not fit" in "; ".join(one(found, "learner 0000").remarks)
    assert one(found, "learner 0000").first == {0: 0.0, 1: 0.0, 2: 0.0}
    assert found.scores.shape[0] == 1  # and it counts for no statistic
    assert sum(found.choices[0].values()) == 1


def test_answers_given_in_a_copy_without_keys_count(inbox):
    classes.write(inbox, 1, ITEMS[:2])
    key = next(i for i, option in enumerate(ITEMS[0].options) if option.right)

    def in_the_copy(document):
        entry = document["answers"][0]
        entry["version"] = release.without_key(ITEMS[0]).version
        entry["response"] = ITEMS[0].copy_order().index(key)
        entry["verdict"], entry["score"] = "kept", 0.0

    resealed(inbox / "0000.json", in_the_copy)
    found = results(inbox)
    assert found.other_version[0] == 0
    assert one(found, "learner 0000").first[0] == 1.0
    # Counted under the author's number of the option, as every other answer is.
    assert list(found.choices[0]) == list(results_of_key(inbox, key).choices[0])


def results_of_key(inbox, key):
    """The same file, with the key given where the key was at hand."""

    def at_hand(document):
        entry = document["answers"][0]
        entry.update(version=ITEMS[0].version, response=key, verdict="right", score=1.0)

    resealed(inbox / "0000.json", at_hand)
    return results(inbox)


def _question(name):
    return bank.course_bank().questions[name]


def test_duplicates_copies_and_other_versions_are_named(inbox):
    classes.write(inbox, 4, ITEMS[:5])
    text = (inbox / "0000.json").read_text(encoding="utf-8")
    (inbox / "0000 (1).json").write_text(text, encoding="utf-8")  # downloaded twice
    # A teacher's own question makes another bank, and the answers are to the same version.
    resealed(inbox / "0001.json", lambda d: d.update(bank="1" * 64))

    def copied(document):
        document["answers"] = json.loads(text)["answers"][:4]

    resealed(inbox / "0002.json", copied)

    def older(document):
        document["bank"] = "0" * 64
        document["answers"][0]["version"] = "00000000"
        document["answers"][1]["item"] = "99-gone"

    resealed(inbox / "0003.json", older)
    found = results(inbox)
    assert len(found.learners) == 4
    assert "handed in more than once" in one(found, "learner 0000").remarks[0]
    assert one(found, "learner 0000").answers == 5  # and nothing counts twice
    assert one(found, "learner 0001").remarks == []
    assert one(found, "learner 0003").remarks == ["answered another version of the course"]
    why = "4 answers are in both: 0000 (1).json and 0002.json (learner 0002)"
    assert one(found, "learner 0000").doubts == [why]
    assert (
        one(found, "learner 0002").doubts[0].endswith("0002.json and 0000 (1).json (learner 0000)")
    )
    assert found.other_version[0] == 1
    assert found.unknown_items == 1
    said = " ".join(report.summary(found))
    assert "2 different versions" in said
    assert "Look at 3 learners" in said


def test_bad_files_are_named_and_the_others_read(inbox):
    classes.write(inbox, 2, ITEMS[:3])
    (inbox / "bad.json").write_text("{", encoding="utf-8")
    (inbox / "empty.json").write_text("", encoding="utf-8")
    (inbox / "cut.zip").write_bytes(b"PK\x03\x04")
    (inbox / "notes.txt").write_text("not ours", encoding="utf-8")
    found = results(inbox)
    assert len(found.learners) == 2
    assert len(found.left_out) == 4
    assert any("notes.txt: this was not read" in line for line in found.left_out)
    with pytest.raises(FileFault, match="no such folder"):
        results(inbox / "none")
    empty = inbox.parent / "nobody"
    empty.mkdir()
    with pytest.raises(FileFault, match="no learner's file"):
        results(empty)


def test_a_zip_from_the_gradebook_is_read_as_it_is(inbox):
    classes.write(inbox, 3, ITEMS[:3])
    with zipfile.ZipFile(inbox / "all.zip", "w") as archive:
        for path in sorted(inbox.glob("*.json")):
            archive.write(path, f"submissions/{path.stem}_123_answers.json")
            path.unlink()
        archive.writestr("__MACOSX/x.json", "no")
    assert [x.name for x in results(inbox).learners] == [f"learner 000{i}" for i in range(3)]


def test_first_last_and_best_are_kept_apart(record, inbox):
    question = next(q for q in ITEMS if len(q.options) > 2)
    right = next(i for i, o in enumerate(question.options) if o.right)
    wrong = (right + 1) % len(question.options)
    for response in (wrong, right, wrong):
        answer(question, response)
    handin.write(inbox / "a.json", "c", "n")
    found = results(inbox)
    item = found.questions.index(question)
    learner = found.learners[0]
    assert (learner.first[item], learner.last[item], learner.best[item]) == (0, 0, 1)
    assert learner.answers == 3
    assert found.choices[item] == {question.options[wrong].text: 1}


def test_who_is_sure_and_wrong_is_found(record, inbox):
    asked = next(
        q for q in bank.course_bank().questions.values() if q.kind == "single" and q.confidence
    )
    wrong = next(i for i, o in enumerate(asked.options) if not o.right)
    for number in range(3):
        progress.erase()
        answer(asked, wrong, 3)
        handin.write(inbox / f"{number}.json", "c", f"n{number}")
    found = results(inbox, [asked])
    assert report.sure(found).rows == [
        [
            *(asked.id, report._asked(asked), report.text.plain(asked.options[wrong].text)),
            *(3, 3, 1.0),
        ]
    ]
    assert found.learners[0].wrong_and_sure == 1


def test_of_a_test_the_last_answer_before_its_end_counts(record, inbox):
    items = [q for q in bank.course_bank().questions.values() if q.use == "graded"]
    for question in items:
        if question.kind not in ("single",):
            continue
        right = next(i for i, o in enumerate(question.options) if o.right)
        wrong = (right + 1) % len(question.options)
        good = question.id.startswith("post-")
        for response in (wrong, right) if good else (right, wrong):
            quiz.record(question, "check", response)
    for question in items:
        quiz.record(question, "reveal")
    for question in items:
        if question.kind == "single":
            quiz.record(question, "check", 0)
    handin.write(inbox / "a.json", "c", "n")
    rows = report.gains(results(inbox, items)).rows
    assert len(rows) == 1
    name, before, after, gained = rows[0]
    assert (name, before) == ("n", 0)
    posts = [q for q in items if q.id.startswith("post-")]
    assert after == round(sum(q.kind == "single" for q in posts) / len(posts), 2)
    assert gained == after


# --- whose answers -----------------------------------------------------------------------


def reidentified(document):
    for n, entry in enumerate(document["answers"]):
        entry["id"] = f"fresh{n}"


FORGERIES = {
    # What somebody does to a copy of 0000.json, and what is said of it.
    "a copy in another name, first in the list": (
        "!first.json",
        lambda d: d.update(learner="mallory"),
        "8 answers are in both: 0000.json and !first.json (mallory)",
    ),
    "a copy with ids of its own": (
        "copy.json",
        lambda d: (d.update(learner="mallory"), reidentified(d)),
        "8 answers are the same to the second: 0000.json and copy.json (mallory)",
    ),
    "other answers under the ids of another": (
        "!first.json",
        lambda d: (
            d.update(learner="mallory"),
            [e.update(response=0, verdict="") for e in d["answers"]],
        ),
        "8 answers are in both: 0000.json and !first.json (mallory)",
    ),
    "another file in the name of the learner": (
        "zzz.json",
        lambda d: (
            d.update(learner="LEARNER-0000"),
            reidentified(d),
            [e.update(at=e["at"].replace("2026-03", "2026-04")) for e in d["answers"]],
        ),
        "0000.json and zzz.json claim this learner and have no answer in common",
    ),
    "an empty file in the name of the learner": (
        "zzz.json",
        lambda d: d.update(learner="Learner 0000", answers=[]),
        "0000.json and zzz.json claim this learner and have no answer in common",
    ),
    "the same file with other answers": (
        "zzz.json",
        lambda d: [e.update(response=0, verdict="") for e in d["answers"]],
        "0000.json and zzz.json claim this learner, and ",
    ),
}


@pytest.mark.parametrize(("name", "change", "says"), FORGERIES.values(), ids=FORGERIES)
def test_what_two_files_claim_is_nobody_s_until_somebody_looks(inbox, capsys, name, change, says):
    classes.write(inbox, 3, ITEMS[:8])
    (inbox / name).write_bytes((inbox / "0000.json").read_bytes())
    resealed(inbox / name, change)
    found = results(inbox)
    victim = one(found, "learner 0000") if name != "zzz.json" else found.learners[0]
    assert [why for why in victim.doubts if why.startswith(says)]
    honest = {"learner 0001", "learner 0002"}
    text, _ = gradebook.canvas(found, columns(found), "last", None)
    marks = {row[0]: row[5] for row in list(csv.reader(io.StringIO(text)))[2:]}
    assert {who for who, mark in marks.items() if mark} == honest
    assert found.scores.shape[0] == 2
    # The page and the terminal name both files and say why.
    page = report.html(found, "x")
    for file in ("0000.json", name):
        assert file in page
    assert handin.NO_PROOF in page
    assert main(["results", str(inbox), "--output", str(inbox.parent / "out")]) == 0
    told = capsys.readouterr().err
    assert "no mark: " in told
    assert name in told


def retimed(document, seconds=0):
    """Times as people have them, each wait another; *seconds* later in all."""
    start = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(seconds=seconds)
    for n, entry in enumerate(document["answers"]):
        entry["at"] = (start + timedelta(seconds=40 * n + 3 * n * n)).isoformat()


@pytest.mark.parametrize("later", [1, 3600, 3 * 86400 + 17])
def test_a_copy_whose_times_were_moved_is_nobody_s(inbox, later):
    classes.write(inbox, 3, ITEMS[:8])
    resealed(inbox / "0000.json", retimed)
    (inbox / "copy.json").write_bytes((inbox / "0000.json").read_bytes())
    resealed(
        inbox / "copy.json",
        lambda d: (d.update(learner="mallory"), reidentified(d), retimed(d, later)),
    )
    found = results(inbox)
    says = "7 waits between the same answers are the same to the second: "
    assert one(found, "learner 0000").doubts == [f"{says}0000.json and copy.json (mallory)"]
    assert one(found, "mallory").doubts == [f"{says}copy.json and 0000.json (learner 0000)"]
    # Whoever answers otherwise, or in a time of their own, is not doubted.
    assert not one(found, "learner 0001").doubts
    resealed(inbox / "copy.json", lambda d: [e.update(response=0) for e in d["answers"][::2]])
    assert not one(results(inbox), "mallory").doubts


def test_a_copy_whose_every_time_was_moved_a_little_is_remarked_on(inbox):
    classes.write(inbox, 3, ITEMS[:12])
    resealed(inbox / "0000.json", retimed)
    (inbox / "copy.json").write_bytes((inbox / "0000.json").read_bytes())

    def moved(document, by=(0, 2, -1, 1, -2, 2, 0, 1, -1, 2, 0, 1)):
        retimed(document, 7200)
        for entry, seconds in zip(document["answers"], by, strict=True):
            at = datetime.fromisoformat(entry["at"]) + timedelta(seconds=seconds)
            entry["at"] = at.isoformat()

    resealed(
        inbox / "copy.json",
        lambda d: (d.update(learner="mallory"), reidentified(d), moved(d)),
    )
    resealed(inbox / "copy.json", lambda d: [e.update(response=0) for e in d["answers"][::2]])
    found = results(inbox)
    for who, other in (("mallory", "0000.json"), ("learner 0000", "copy.json")):
        remarks = one(found, who).remarks
        assert [
            r for r in remarks if r.endswith(f"waits between answers are nearly those in {other}")
        ]
        assert not one(found, who).doubts
    assert not one(found, "learner 0001").remarks


def test_a_class_that_was_led_is_not_remarked_on(inbox):
    classes.write(inbox, 6, ITEMS[:8])
    for learner in range(6):
        resealed(inbox / f"000{learner}.json", lambda d, late=learner: retimed(d, late))
        resealed(inbox / f"000{learner}.json", reidentified)
        resealed(
            inbox / f"000{learner}.json",
            lambda d, late=learner: d["answers"][0].update(
                at=datetime(2026, 3, 2, 9, 0, late % 3, tzinfo=UTC).isoformat()
            ),
        )
    assert not [r for who in results(inbox).learners for r in who.remarks if "nearly" in r]


def test_files_of_one_name_are_told_by_their_folders(inbox):
    """As Moodle packs them: every learner's answers.json in a folder of its own."""
    classes.write(inbox, 2, ITEMS[:8])
    for folder, file in (("Anna_1_file_", "0000.json"), ("Bert_2_file_", "0001.json")):
        (inbox / folder).mkdir()
        (inbox / file).rename(inbox / folder / "answers.json")
    (inbox / "Bert_2_file_" / "answers.json").write_bytes(
        (inbox / "Anna_1_file_" / "answers.json").read_bytes()
    )
    resealed(inbox / "Bert_2_file_" / "answers.json", lambda d: d.update(learner="mallory"))
    (inbox / "other.json").write_bytes(b"{}")
    mine, theirs = (str(Path(who) / "answers.json") for who in ("Anna_1_file_", "Bert_2_file_"))
    assert one(results(inbox), "mallory").doubts == [
        f"8 answers are in both: {theirs} and {mine} (learner 0000)"
    ]


def test_a_report_replaces_one_that_had_more_tables(inbox, tmp_path, capsys):
    """Nobody doubts any more, and the roster is of one gradebook."""
    classes.write(inbox, 2, ITEMS[:4])
    (inbox / "copy.json").write_bytes((inbox / "0000.json").read_bytes())
    resealed(inbox / "copy.json", lambda d: [e.update(response=0) for e in d["answers"]])
    output = tmp_path / "out"
    again = ["results", str(inbox), "--output", str(output), "--force"]
    assert main(again) == 0
    assert (output / "doubts.csv").is_file()
    (inbox / "copy.json").unlink()
    roster = tmp_path / "roster.csv"
    roster.write_bytes((output / "canvas.csv").read_bytes())
    assert main([*again, "--roster", str(roster)]) == 0
    assert not {"doubts.csv", "moodle.csv"} & {file.name for file in output.iterdir()}
    (output / "mine.txt").touch()
    assert main(again) == 1
    assert "it also holds mine.txt" in capsys.readouterr().err


def test_the_first_and_the_fuller_file_of_one_learner_are_one_row(inbox):
    """Handed in on Monday and again on Friday, the class typed with a space."""
    classes.write(inbox, 2, ITEMS[:8])
    (inbox / "monday.json").write_bytes((inbox / "0000.json").read_bytes())

    def monday(document):
        document["class"] = "ir-101"
        document["answers"] = document["answers"][:3]

    resealed(inbox / "monday.json", monday)
    found = results(inbox)
    learner = one(found, "learner 0000")
    assert len(found.learners) == 2
    assert learner.answers == 8
    assert learner.doubts == []
    assert learner.remarks == ["handed in more than once: 0000.json and monday.json"]


@pytest.mark.parametrize(
    ("one_way", "other"),
    [
        ("IR101", "IR 101"),
        ("ir-101", "IR101"),
        ("Zo\u00eb", "Zoe\u0308"),
        ("ZOË", "zoe\u0308"),
        ("Straße", "STRASSE"),
        ("Al\u2011Hadi", "al hadi"),
        ("\uff21\uff4e\uff4e", "ann"),
    ],
)
def test_a_name_is_one_however_it_is_typed(one_way, other):
    assert handin.folded(one_way) == handin.folded(other)


@pytest.mark.parametrize(("one_name", "other"), [("Ann", "Anna"), ("Zoë", "Zoe"), ("-", "--")])
def test_other_names_stay_others(one_name, other):
    assert handin.folded(one_name) != handin.folded(other)


def test_who_is_in_the_roster_and_handed_in_nothing_is_listed(inbox, capsys):
    classes.write(inbox, 2, ITEMS[:4])
    output, file = inbox.parent / "out", inbox.parent / "roster.csv"
    file.write_text(
        CANVAS + '"Poe, Kim",1003,S3,learner 0002,IR 101,\r\n', encoding="utf-8", newline=""
    )
    command = ["results", str(inbox), "--output", str(output), "--roster", str(file)]
    assert main(command) == 0
    assert "Handed in nothing: Poe, Kim." in capsys.readouterr().out
    assert "Handed in nothing: Poe, Kim." in (output / "report.html").read_text(encoding="utf-8")


def test_two_files_of_one_person_of_the_roster_are_one_row_without_a_mark(inbox, capsys):
    classes.write(inbox, 2, ITEMS[:4])
    # The same person by the login and by the number, in two classes.
    resealed(inbox / "0001.json", lambda d: d.update({"learner": "S1", "class": "IR102"}))
    output, file = inbox.parent / "out", inbox.parent / "roster.csv"
    file.write_text(CANVAS, encoding="utf-8", newline="")
    command = ["results", str(inbox), "--output", str(output), "--roster", str(file)]
    assert main(command) == 0
    assert "0001.json and 0000.json are of one person of the roster" in capsys.readouterr().err
    rows = list(csv.reader((output / "canvas.csv").open(encoding="utf-8", newline="")))
    assert [row[0] for row in rows[2:]] == ["Doe, Jane"]
    assert rows[2][5] == ""


def test_a_report_says_what_a_question_asks_and_an_objective_is(inbox):
    classes.write(inbox, 2, ITEMS[:2])
    found = results(inbox)
    assert report.items(found).rows[0][1] == report._asked(ITEMS[0])
    words = {row[0]: row[1] for row in report.objectives(found).rows}
    assert len(words["01-4"]) > 20


def test_a_clock_that_ran_ahead_is_told_and_hides_nothing(record, inbox):
    question = ITEMS[0]
    right = next(i for i, o in enumerate(question.options) if o.right)
    answer(question, (right + 1) % len(question.options))
    ahead = (
        progress.path()
        .read_text(encoding="utf-8")
        .replace("2026-", "2029-")
        .replace("2027-", "2029-")
    )
    progress.path().write_text(ahead, encoding="utf-8")
    answer(question, right)
    handin.write(inbox / "a.json", "c", "n")
    found = results(inbox)
    assert found.learners[0].last[0] == 1
    assert found.learners[0].remarks == ["a clock that ran ahead has dated 1 answer"]
    view = quiz.Quiz([question])
    assert view.state[question.id]["response"] == right
    view._received(view, {"event": "reset", "item": question.id}, [])
    assert quiz.Quiz([question]).state == {}


def test_half_a_character_and_deep_nesting_stop_nobody(inbox):
    classes.write(inbox, 3, ITEMS[:3])
    resealed(inbox / "0000.json", lambda d: d["answers"][0].update(response="ok \ud83d"))
    text = (inbox / "0001.json").read_text(encoding="utf-8")
    for depth in (40, 900, 100_000):
        deep = "[" * depth + "]" * depth
        (inbox / "0001.json").write_text(
            text.replace('"response": ', f'"response": {deep}, "x": ', 1), encoding="utf-8"
        )
        output = inbox.parent / f"out{depth}"
        assert main(["results", str(inbox), "--output", str(output)]) == 0
        graded = ["mark", str(inbox), "--graded", ITEMS[0].id]
        assert main([*graded, "--output", str(inbox.parent / f"{depth}.csv")]) == 0


# --- statistics ------------------------------------------------------------------------


def test_statistics_by_hand():
    nan = np.nan
    scores = np.array([[1, 1, 1], [1, 1, 0], [0, 1, nan], [0, 0, 0]], dtype=float)
    assert analysis.difficulty(scores).tolist() == pytest.approx([0.5, 0.75, 1 / 3])
    assert analysis.rest(scores, 0).tolist() == pytest.approx([1, 0.5, 1, 0])
    by_hand = np.corrcoef([1, 1, 0, 0], [1, 0.5, 1, 0])[0, 1]
    assert analysis.point_biserial(scores)[0] == pytest.approx(by_hand)
    # The best 27 % of four learners are 1.08 people: two tie at the top for item 0.
    upper = (1 + 0) / 2
    lower = (1 * 0 + 0.08 * 1) / 1.08
    assert analysis.discrimination(scores)[0] == pytest.approx(upper - lower)


@settings(max_examples=60, deadline=None)
@given(some.integers(0, 2**32 - 1), some.integers(1, 40), some.integers(1, 8))
def test_the_order_of_learners_changes_nothing(seed, learners, items):
    generator = np.random.default_rng(seed)
    scores = generator.choice([0.0, 0.5, 1.0, np.nan], (learners, items))
    shuffled = generator.permutation(scores)
    for statistic in (analysis.difficulty, analysis.point_biserial, analysis.discrimination):
        one, other = statistic(scores), statistic(shuffled)
        np.testing.assert_allclose(one, other, atol=1e-9)
        assert np.all((np.abs(one) <= 1 + 1e-9) | np.isnan(one))


def ranks(values):
    return np.argsort(np.argsort(values))


@pytest.mark.parametrize(
    "learners", [30, *(pytest.param(n, marks=pytest.mark.slow) for n in (300, 3000))]
)
def test_statistics_recover_what_a_class_was_made_from(tmp_path, learners):
    known = classes.write(tmp_path, learners, ITEMS)
    found = results(tmp_path)
    assert found.scores.shape == (learners, len(ITEMS))
    # What the share of right answers should be: the mean chance over standard normal ability.
    ability = np.linspace(-5, 5, 2001)
    weight = np.exp(-(ability**2) / 2)
    weight /= weight.sum()
    expected = np.array(
        [
            weight @ (1 / (1 + np.exp(-slope * (ability - difficulty))))
            for difficulty, slope in known
        ]
    )
    error = np.sqrt(expected * (1 - expected) / learners)
    # Of forty items all but a few lie within three standard errors.
    within = np.abs(analysis.difficulty(found.scores) - expected) < 3 * error
    assert within.mean() >= 0.95
    slopes = [slope for _difficulty, slope in known]
    wanted = {30: 0.3, 300: 0.75, 3000: 0.85}[learners]
    for statistic in (analysis.point_biserial, analysis.discrimination):
        agreement = np.corrcoef(ranks(statistic(found.scores)), ranks(slopes))[0, 1]
        assert agreement > wanted - 0.15 * (statistic is analysis.discrimination)


def test_a_wrong_key_is_seen(inbox):
    """An item whose key is wrong is answered worse by better learners, and flagged."""
    items = ITEMS[:12]
    known = [(0.0, 1.6)] * 11 + [(0.0, -1.6)]
    import random

    chance = random.Random(4)
    own = handin.bank_hash(bank.course_bank().questions)
    for learner in range(200):
        made = classes.attempts(items, known, chance.gauss(0, 1), chance, learner)
        (inbox / f"{learner}.json").write_text(
            handin.document("c", f"n{learner}", own, made), encoding="utf-8"
        )
    rows = {row[0]: row for row in report.items(results(inbox, items)).rows}
    assert "check the key" in rows[items[-1].id][-1]
    assert not any("check the key" in rows[q.id][-1] for q in items[:-1])


@pytest.mark.parametrize(("learners", "few"), [(29, True), (30, False)])
def test_too_few_answers_are_called_too_few(inbox, learners, few):
    classes.write(inbox, learners, ITEMS[:4])
    row = report.items(results(inbox)).rows[0]
    assert (report.TOO_FEW in row[-1]) is few
    assert (row[6] is None) is few
    assert (report.TOO_FEW in " ".join(report.summary(results(inbox)))) is few


# --- gradebooks ------------------------------------------------------------------------

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Old task (77)\r\n"
    "    Points Possible,,,,,10\r\n"
    '"Doe, Jane",1001,S1,Learner 0000,IR 101,8\r\n'
    '"Roe, Sam",1002,S2,learner 0001,IR 101,\r\n'
)


def columns(found):
    return gradebook.columns(
        found.questions, {q.id: "05" for q in found.questions}, {"05": "05 Round one"}
    )


def canvas_accepts(text):
    """The rules of Canvas's importer for headers and rows (lib/gradebook_importer.rb)."""
    rows = list(csv.reader(io.StringIO(text)))
    header = rows[0]
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert header[2] == "SIS User ID"
    assert header[3] == "SIS Login ID"
    assert "Section" in header[4]
    assert "Points Possible" in rows[1][0]
    assert all(len(row) == len(header) for row in rows)
    return rows


def test_canvas_gets_what_its_importer_reads(inbox):
    classes.write(inbox, 3, ITEMS[:4])
    found = results(inbox)
    file = inbox / "roster.csv"
    file.write_text(CANVAS, encoding="utf-8")
    roster = gradebook.read_roster(file)
    assert gradebook.fits(roster, "canvas")
    assert not gradebook.fits(roster, "moodle")
    text, missing = gradebook.canvas(found, columns(found), "last", roster)
    rows = canvas_accepts(text)
    assert rows[0][5:] == ["05 Round one"]
    assert float(rows[1][5]) == sum(q.points for q in ITEMS)
    assert rows[2][:5] == ["Doe, Jane", "1001", "S1", "Learner 0000", "IR 101"]
    expected = sum(one(found, "learner 0000").last.values())
    assert float(rows[2][5]) == pytest.approx(expected)
    assert missing == ["learner 0002"]
    canvas_accepts(gradebook.canvas(found, columns(found), "last", None)[0])


def test_moodle_gets_a_column_that_tells_who_is_who(inbox):
    classes.write(inbox, 2, ITEMS[:4])
    found = results(inbox)
    file = inbox / "roster.csv"
    file.write_text(
        "First name;Last name;ID number;Email address\nJ;D;learner 0000;j@x.org\n", encoding="utf-8"
    )
    roster = gradebook.read_roster(file)
    assert gradebook.fits(roster, "moodle")
    assert not gradebook.fits(roster, "canvas")
    text, missing = gradebook.moodle(found, columns(found), "first", roster)
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["ID number", "Email address", "05 Round one", "05 Round one: maximum"]
    assert rows[1][:2] == ["learner 0000", "j@x.org"]
    assert float(rows[1][3]) == sum(q.points for q in ITEMS)
    assert missing == ["learner 0001"]


def test_blackboard_knows_people_by_their_user_name_and_columns_by_their_number(inbox):
    classes.write(inbox, 2, ITEMS[:4])
    found = results(inbox)
    (column,) = columns(found)
    file = inbox / "roster.csv"
    heading = f"{column.title} [Total Pts: 10 Score] |991"
    file.write_text(
        f'"Last Name","First Name","Username","Availability","{heading}"\n"D","J","learner 0000","Yes",""\n',
        encoding="utf-8",
    )
    roster = gradebook.read_roster(file)
    assert [name for name in gradebook.SYSTEMS if gradebook.fits(roster, name)] == ["blackboard"]
    text, missing = gradebook.blackboard(found, [column], "last", roster)
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Last Name", "First Name", "Username", heading]
    assert rows[1][:3] == ["D", "J", "learner 0000"]
    assert float(rows[1][3]) == sum(one(found, "learner 0000").last.values())
    assert missing == ["learner 0001"]
    alone, _ = gradebook.blackboard(found, [column], "last", None)
    assert alone.splitlines()[0] == f"Username,{column.title},{column.title}: maximum"
    assert alone.splitlines()[1].endswith(f",{column.possible}")


def test_a_column_that_the_gradebook_has_is_not_doubled(inbox):
    classes.write(inbox, 1, ITEMS[:4])
    found = results(inbox)
    file = inbox / "roster.csv"
    file.write_text(CANVAS.replace("Old task (77)", "05 Round one (77)"), encoding="utf-8")
    text, _ = gradebook.canvas(found, columns(found), "last", gradebook.read_roster(file))
    assert canvas_accepts(text)[0][5:] == ["05 Round one (77)"]


def test_a_changed_file_earns_no_mark_unseen(inbox):
    classes.write(inbox, 2, ITEMS[:4])
    path = inbox / "0000.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace("learner 0000", "learner 000X"), encoding="utf-8"
    )
    found = results(inbox)
    text, _missing = gradebook.canvas(found, columns(found), "last", None)
    rows = {row[0]: row[5] for row in csv.reader(io.StringIO(text))}
    assert rows["learner 000X"] == ""
    assert rows["learner 0001"] != ""


def test_a_name_that_two_people_have_is_nobody_s(inbox):
    classes.write(inbox, 1, ITEMS[:4])
    file = inbox / "roster.csv"
    file.write_text("Name,Place\nlearner 0000,a\nLearner  0000,b\n", encoding="utf-8")
    found = results(inbox)
    _text, missing = gradebook.canvas(found, columns(found), "last", gradebook.read_roster(file))
    assert missing == ["learner 0000"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", ":1: no column"),
        ('Name\n"x', "not a table"),
        ("\0", "not a text"),
    ],
)
def test_a_bad_roster_is_named(tmp_path, text, says):
    file = tmp_path / "r.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FileFault) as caught:
        gradebook.read_roster(file)
    assert says in str(caught.value)


# --- the report ------------------------------------------------------------------------


def class_of(folder, question, responses, confidence=None):
    own = handin.bank_hash(bank.course_bank().questions)
    for n, response in enumerate(responses):
        outcome = grade(question, response, confidence)
        made = Attempt(
            question.id, question.version, "check", response, outcome.verdict, outcome.score,
            f"2026-03-01T09:{n:02}:00+00:00", f"{n:08x}{n:08x}", confidence,
        )  # fmt: skip
        (folder / f"{n}.json").write_text(handin.document("c", f"n{n}", own, [made]), "utf-8")
    return results(folder, [question])


def test_three_sentences_say_what_to_teach_again(inbox):
    question = next(
        q for q in bank.course_bank().questions.values()
        if isinstance(q, type(ITEMS[0])) and q.marked and q.confidence
    )  # fmt: skip
    wrong = next(n for n, o in enumerate(question.options) if not o.right)
    right = next(n for n, o in enumerate(question.options) if o.right)
    found = class_of(inbox, question, [wrong, wrong, wrong, right], merge.SURE)
    said = tomorrow.sentences(found)
    assert len(said) == 3
    assert "3 of the 4 who said how sure they were" in said[0]
    assert text.plain(question.options[wrong].text)[:40] in said[0]
    assert text.plain(question.options[right].text)[:40] in said[0]
    assert f"({question.objective}): the 4 who tried earned 25 of 100 points" in said[1]
    assert question.id not in " ".join(said)
    page = report.html(found, "t")
    assert page.index("Tomorrow") < page.index("Who is missing") < page.index("<svg")
    # Each picture has its words, and its numbers stand in a table of the page.
    for picture in tomorrow.pictures(found):
        assert f'id="table-{picture.table}"' in page
        assert picture.sentence
    assert page.count('<svg role="img" aria-label="') == len(tomorrow.pictures(found)) == 3
    assert "3 of 4" in page


def test_the_most_chosen_distractor_is_asked_again_and_a_good_class_goes_on(inbox):
    question = ITEMS[0]
    wrong = next(n for n, o in enumerate(question.options) if not o.right)
    right = next(n for n, o in enumerate(question.options) if o.right)
    said = tomorrow.sentences(class_of(inbox, question, [wrong, wrong, right]))
    assert said[2].startswith("Ask again")
    assert "2 of 3 chose" in said[2]
    said = tomorrow.sentences(class_of(inbox, question, [right, right, right]))
    assert "100 of 100 points, so go on" in said[1]
    assert "no question has to be asked again" in said[2]
    for file in inbox.glob("*.json"):
        file.unlink()
    said = tomorrow.sentences(class_of(inbox, question, [right]))
    assert said == ["Only 1 sound file: talk to the people, not to a mean."]


def test_texts_that_were_handed_in_stand_under_their_names(inbox):
    essay = bank.course_bank().questions["05-write"]
    own = handin.bank_hash(bank.course_bank().questions)
    texts = ["first draft", "<b>my</b> text"]
    made = [
        Attempt(essay.id, essay.version, essay.event, {"text": said}, "kept", 0.0, "", f"{n:032x}")
        for n, said in enumerate(texts)
    ]
    (inbox / "a.json").write_text(handin.document("c", "blue heron", own, made), "utf-8")
    page = report.html(results(inbox, [essay]), "t")
    assert "blue heron" in page
    assert "&lt;b&gt;my&lt;/b&gt; text" in page
    assert "first draft" not in page


def test_the_command_writes_the_whole_report(inbox, capsys):
    classes.write(inbox, 31, ITEMS[:6])
    output = inbox.parent / "out"
    assert main(["results", str(inbox), "--output", str(output)]) == 0
    assert "31 learners handed in" in capsys.readouterr().out
    assert {p.name for p in output.iterdir()} == {
        "report.html",
        "report.ipynb",
        "items.csv",
        "choices.csv",
        "sure-and-wrong.csv",
        "gains.csv",
        "objectives.csv",
        "learners.csv",
        "canvas.csv",
        "moodle.csv",
        "blackboard.csv",
    }
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http-equiv", "")
    rows = list(csv.DictReader((output / "items.csv").open(encoding="utf-8-sig")))
    assert {row["item"] for row in rows} == {q.id for q in ITEMS[:6]}
    assert all(0 <= float(row["difficulty"]) <= 1 for row in rows)
    assert all(row["median seconds"] == "30" for row in rows[1:])
    assert main(["results", str(inbox), "--output", str(output)]) == 1
    assert "add --force" in capsys.readouterr().err
    assert main(["results", str(inbox), "--output", str(output), "--force"]) == 0


def test_the_report_notebook_runs(inbox):
    import nbformat
    from nbclient import NotebookClient

    classes.write(inbox, 3, ITEMS[:4])
    output = inbox.parent / "out"
    assert main(["results", str(inbox), "--output", str(output)]) == 0
    notebook = nbformat.read(output / "report.ipynb", as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(output)}}).execute()
    shown = notebook.cells[-1].outputs[0]["data"]["text/plain"]
    assert "learner 0002" in shown


def test_hostile_names_stay_text(inbox):
    classes.write(inbox, 1, ITEMS[:4])

    def hostile(document):
        document["learner"] = "=cmd|'x'!A0<script>alert(1)</script>"
        document["class"] = "../../x"

    resealed(inbox / "0000.json", hostile)
    output = inbox.parent / "out"
    assert main(["results", str(inbox), "--output", str(output)]) == 0
    assert "<script>" not in (output / "report.html").read_text(encoding="utf-8")
    for name in ("learners.csv", "canvas.csv", "moodle.csv", "blackboard.csv"):
        assert not any(
            value.startswith("=")
            for row in csv.reader((output / name).open(encoding="utf-8-sig"))
            for value in row
        )


def test_what_one_learner_typed_is_not_shown(record, inbox):
    short = next(
        q for q in bank.course_bank().questions.values() if q.kind == "short" and not q.confidence
    )
    for number, words in enumerate(["my own secret", "common slip", "common slip"]):
        progress.erase()
        answer(short, words)
        handin.write(inbox / f"{number}.json", "c", f"n{number}")
    shown = [row[2] for row in report.choices(results(inbox, [short])).rows]
    assert shown == ["common slip"]


def test_the_crowd_is_the_mean_of_first_forecasts(tmp_path: Path) -> None:
    course = bank.course_bank()
    told, open_ = course.questions["08-renewal-forecast"], course.questions["05-permanent-bases"]
    for learner, chances in {"a": (10, 90), "b": (40,), "c": ("70",), "d": ("no idea",)}.items():
        own = [
            Attempt(told.id, told.version, "check", value, "logged", 0.0, "", f"{learner}{day}")
            for day, value in enumerate(chances)
        ]
        (tmp_path / f"{learner}.json").write_text(
            handin.document("IR-101", learner, handin.bank_hash(course.questions), own), "utf-8"
        )
    found = merge.merge(tmp_path, [told, open_])
    (row,) = report.forecasts(found).rows
    # Not the 90 of a second try; 40 per cent of what did not happen scores 0.16.
    assert row[3:] == ["no", 3, 40, 10, 70, 0.16, 0.22]
    assert [table.name for table in report.tables(found)].count("forecasts") == 1
    assert "forecasts" not in [t.name for t in report.tables(merge.merge(tmp_path, [open_]))]
