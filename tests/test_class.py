"""A class in one room, without a network: what is kept, what is shown to whom, and what goes wrong."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from conftest import done
from dialogue import bank
from dialogue.classroom.live import keeping, limits, names, plan, report, room, run
from dialogue.classroom.live.room import Device, Refused, Room
from dialogue.classroom.live.store import FILE, NotSaved, Store
from dialogue.cli import parser
from dialogue.course import catalogue
from dialogue.course.files import FileFault
from dialogue.grading import merge
from dialogue.questions import Single

LESSON = next(lesson for lesson in catalogue.lessons() if lesson.number == "05")
SINGLE = "05-protect-or-punish"


class Class:
    """A room on a folder, which a test can stop and open again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open()

    def open(self) -> None:
        self.store = Store(self.folder)
        self.room: Room = run.room(self.store, LESSON)
        self.heard: list[str] = []
        self.room.watch = self.heard.append

    def again(self) -> None:
        """What a start after a kill finds: nothing was said to the room before."""
        self.store.close()
        self.open()

    def do(self, act: str, **order: Any) -> None:
        done(self.room.do(act, order))

    def join(self, name: str = "", number: int = 1) -> Device:
        return done(self.room.join(self.room.code, name, f"{number:032x}"))

    def vote(self, device: Device, choice: int) -> None:
        poll = self.room.poll
        assert poll
        which = {"one": 1, "two": 2}.get(poll.stage, 0)
        done(self.room.vote(device, poll.number, which, choice))

    def step(self) -> None:
        poll = self.room.poll
        assert poll
        self.do("step", poll=poll.number, **{"from": poll.stage})

    def answer(self, device: Device, response: Any, own: str, item: str = SINGLE) -> Any:
        line = {"id": own, "item": item, "version": self.room.questions[item].version}
        return done(self.room.answers(device, [line | {"response": response}]))


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Class]:
    found = Class(tmp_path / "class")
    yield found
    found.store.close()


def refused(act: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(Refused) as fault:
        act()
    return fault.value.status, fault.value.why


# --- joining ---------------------------------------------------------------------------------


def test_a_code_opens_the_class_and_nothing_else_does(held: Class) -> None:
    for code in ("", "AAAAAA", None, 7, held.room.code[:-1], held.room.code + "A", "é" * 6):
        assert refused(lambda code=code: done(held.room.join(code, "x", "0" * 32))) == (
            403,
            "wrong_code",
        )
    spelled = f" {held.room.code[:3].lower()}-{held.room.code[3:].lower()} "
    assert done(held.room.join(spelled, "blue heron", "1" * 32)).nickname == "blue heron"
    for secret in ("", "short", "G" * 32, None, "1" * 33):
        assert refused(lambda secret=secret: done(held.room.join(held.room.code, "x", secret))) == (
            400,
            "not_understood",
        )


def test_a_device_is_the_same_after_joining_twice(held: Class) -> None:
    first = held.join("blue heron")
    assert held.join("blue heron") is first
    assert held.join("Blue Heron", 2).nickname == "Blue Heron 2"
    assert held.join("", 3).nickname == "Guest"
    assert held.join("", 4).nickname == "Guest 2"
    assert [d.nickname for d in held.room.present] == [
        "blue heron",
        "Blue Heron 2",
        "Guest",
        "Guest 2",
    ]


def test_a_code_that_leaked_is_changed_and_who_is_in_stays_in(held: Class) -> None:
    device, old = held.join("ana"), held.room.code
    held.do("code")
    assert held.room.code != old
    assert refused(lambda: done(held.room.join(old, "thief", "f" * 32)))[0] == 403
    assert held.room.device("0" * 31 + "1") is device
    thief = done(held.room.join(held.room.code, "thief", "f" * 32))
    held.answer(thief, 0, "t1")
    held.do("remove", device=thief.number)
    assert refused(lambda: held.room.device("f" * 32)) == (401, "not_joined")
    assert refused(lambda: done(held.room.join(held.room.code, "thief", "f" * 32)))[0] == 401
    assert SINGLE not in held.room.tally.items
    held.again()
    assert SINGLE not in held.room.tally.items


def test_devices_that_somebody_makes_up_end_at_a_full_class(
    held: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_DEVICES", 3)
    ana = held.join("ana", 1)
    held.join("", 2)
    made_up = held.join("", 3)
    assert refused(lambda: held.join("", 4)) == (409, "class_full")
    assert held.join("ana", 1) is ana
    assert held.answer(ana, 0, "a")["saved"] == ["a"]
    held.do("remove", device=made_up.number)  # and there is a place again
    assert held.join("carl", 5).nickname == "carl"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<b>Bob</b>", "<b>Bob</b>"),  # text, wherever it is shown
        ("Ana\u202eevil\u2066", "Anaevil"),
        ("a\x00b\x1b[2J\n c", "ab[2J c"),
        ("  much   space ", "much space"),
        ("q" + "\u0301" * 40, "q\u0301\u0301\u0301"),
        ("x" * 500, "x" * names.LONGEST_NAME),
        ("ليلى", "ليلى"),
        ("👩‍🏫", "👩‍🏫"),
        ("\u200b\u200d", "Guest"),
        ("\ud800half", "\ufffdhalf"),
        (None, "Guest"),
        (["x"], "Guest"),
    ],
)
def test_a_nickname_is_harmless(typed: Any, kept: str) -> None:
    name = names.nickname(typed, ())
    import unicodedata

    assert name == unicodedata.normalize("NFC", kept)
    name.encode()


# --- the vote --------------------------------------------------------------------------------


def test_the_first_vote_is_hidden_until_the_second_is_in(held: Class) -> None:
    ana, ben = held.join("ana", 1), held.join("ben", 2)
    held.do("ask", item=SINGLE)
    assert refused(held.step) == (409, "no_votes")
    held.vote(ana, 0)
    held.vote(ana, 1)  # a changed mind is still one vote
    held.vote(ben, 1)
    held.do("typed", poll=1, round=1, option=2, count=777)  # cards

    def counts() -> list[Any]:
        poll = [held.room.for_learners()["poll"], held.room.for_wall()["poll"]]
        return [view.get("counts") for view in poll]

    for stage in ("one", "talk", "two"):
        assert held.room.poll
        assert held.room.poll.stage == stage
        assert counts() == [None, None]
        assert "777" not in json.dumps(held.room.for_learners()["poll"])
        assert held.room.for_teacher()["vote"]["counts"][0] == [0, 2, 777]
        if stage == "two":
            held.vote(ana, 2)
        held.step()
    assert held.room.poll.stage == "shown"
    assert counts() == [[[0, 2, 777], [0, 0, 1]]] * 2
    assert "told" not in held.room.for_learners()["poll"]
    held.step()
    told = held.room.for_learners()["poll"]["told"]
    assert [one["right"] for one in told] == [
        option.right for option in held.room.questions[SINGLE].options
    ]
    held.do("end")
    assert held.room.for_learners()["poll"] is None


def test_a_vote_that_comes_late_is_refused_and_said_so(held: Class) -> None:
    ana = held.join("ana")
    assert refused(lambda: done(held.room.vote(ana, 1, 1, 0))) == (409, "vote_closed")
    held.do("ask", item=SINGLE)
    held.vote(ana, 0)
    held.step()
    assert refused(lambda: done(held.room.vote(ana, 1, 1, 1))) == (409, "vote_closed")
    assert refused(lambda: done(held.room.vote(ana, 2, 1, 1))) == (409, "vote_closed")
    held.step()
    for choice in (-1, 3, 1.0, True, "1", None, 10**30):
        assert refused(lambda choice=choice: done(held.room.vote(ana, 1, 2, choice)))[0] == 400
    # two windows, or a key pressed twice: one step
    assert refused(lambda: held.do("step", poll=1, **{"from": "one"})) == (409, "moved_on")


def test_a_question_typed_on_the_spot_has_no_key(held: Class) -> None:
    ana = held.join("ana")
    for ask, options in (("", ["a", "b"]), ("x", ["a"]), ("x", "ab"), ("x", [None, 1]), (1, [])):
        order = {"ask": ask, "options": options}
        assert refused(lambda order=order: held.do("ask", **order)) == (409, "too_few_options")
    held.do("ask", ask="<script>1</script> or\u202e?", options=["**yes**", "", "no"])
    poll = held.room.for_learners()["poll"]
    assert poll["ask"] == [["p", "<script>1</script> or?"]]
    assert poll["options"] == [["**yes**"], ["no"]]
    for _ in range(2):
        held.vote(ana, 1)
        held.step()
        if held.room.poll and held.room.poll.stage == "talk":
            held.step()
    assert refused(held.step) == (409, "no_key")


def test_the_key_of_a_graded_question_is_told_to_nobody(tmp_path: Path) -> None:
    questions = bank.course_bank().questions.values()
    graded = {q.id: q for q in questions if isinstance(q, Single) and q.use == "graded"}
    name, question = next(iter(graded.items()))
    store = Store(tmp_path / "class")
    room = Room(store, graded)
    ana = done(room.join(room.code, "ana", "1" * 32))
    done(room.do("ask", {"item": name}))
    for which, stage in ((1, "one"), (2, "two")):
        done(room.vote(ana, 1, which, 0))
        done(room.do("step", {"poll": 1, "from": stage}))
        if stage == "one":
            done(room.do("step", {"poll": 1, "from": "talk"}))
    with pytest.raises(Refused, match="no_key"):
        done(room.do("step", {"poll": 1, "from": "shown"}))
    for view in (room.for_learners(), room.for_wall()):
        told = json.dumps(view, ensure_ascii=False)
        assert '"right"' not in told
        assert '"say"' not in told
        assert not any(option.say and option.say in told for option in question.options)
    store.close()


def test_no_page_of_a_learner_gets_counts_keys_or_names(held: Class) -> None:
    ana = held.join("a very own nickname")
    held.answer(ana, 0, "a1")
    held.do("ask", item=SINGLE)
    held.vote(ana, 0)
    comments = [option.say for option in held.room.questions[SINGLE].options]
    held.do("wall", what=f"item:{SINGLE}")
    for view in (held.room.for_learners(), held.room.for_wall()["poll"]):
        told = json.dumps(view, ensure_ascii=False)
        assert "nickname" not in told
        assert not any(comment in told for comment in comments)
    assert "nickname" not in json.dumps(held.room.for_wall())
    assert held.room.for_learners().keys() == {"class", "poll", "beat", "lesson"}


# --- answers ---------------------------------------------------------------------------------


def test_an_answer_counts_once_however_often_it_comes(held: Class) -> None:
    ana, ben = held.join("ana", 1), held.join("ben", 2)
    right = next(i for i, o in enumerate(held.room.questions[SINGLE].options) if o.right)
    assert held.answer(ana, right, "same") == {"saved": ["same"], "refused": []}
    assert held.answer(ana, right, "same") == {"saved": ["same"], "refused": []}
    assert held.answer(ben, right, "same")["saved"] == ["same"]  # an id is a device's own
    item = held.room.tally.items[SINGLE]
    assert (item.answered, item.right, item.devices[ana.number].tries) == (2, 2, 1)
    held.again()
    assert held.room.tally.items[SINGLE].right == 2


def test_what_a_phone_claims_is_not_believed(held: Class) -> None:
    ana = held.join("ana")
    wrong = next(i for i, o in enumerate(held.room.questions[SINGLE].options) if not o.right)
    line = {"id": "a", "item": SINGLE, "version": "", "response": wrong}
    claim = {"verdict": "right", "score": 1.0, "at": "2099-01-01T00:00:00Z", "device": 99}
    done(held.room.answers(ana, [line | claim]))
    assert held.room.tally.items[SINGLE].right == 0
    assert list(held.room.tally.items[SINGLE].devices) == [ana.number]


def test_whatever_is_sent_the_class_goes_on(held: Class) -> None:
    ana = held.join("ana")
    for lines in (None, [], {}, "x", [1], [{}], [{"id": "../x y"}], [{"id": "a"}] * 21):
        assert refused(lambda lines=lines: done(held.room.answers(ana, lines)))[0] == 400
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    for number, response in enumerate((None, {}, "=1+1", -1, 10**400, [None], deep, {"a": {}})):
        found = held.answer(ana, response, f"odd{number}")
        assert found["saved"] == [f"odd{number}"]
    assert done(held.room.answers(ana, [{"id": "b", "item": "no such", "version": ""}])) == {
        "saved": [],
        "refused": ["b"],
    }
    assert held.answer(ana, 1, "good")["saved"] == ["good"]
    json.dumps(held.room.for_teacher())
    held.again()
    assert held.room.tally.items[SINGLE].answered == 1
    for act in (None, "", "drop", 7, "forget"):
        assert refused(lambda act=act: done(held.room.do(act, {})))[0] == 400


def test_who_is_stuck_and_who_has_not_begun(held: Class) -> None:
    ana, ben, _ = (held.join(name, n) for n, name in enumerate(("ana", "ben", "cleo"), 1))
    right = next(i for i, o in enumerate(held.room.questions[SINGLE].options) if o.right)
    for number in range(3):
        held.answer(ana, (right + 1) % 3, f"a{number}")
        held.answer(ben, (right + (number < 2)) % 3, f"b{number}")
    view = held.room.for_teacher()
    assert {one["nickname"]: one["stuck"] for one in view["learners"]} == {
        "ana": [SINGLE],
        "ben": [],
        "cleo": [],
    }
    assert [one["nickname"] for one in view["learners"] if not one["answered"]] == ["cleo"]


def test_three_things_to_teach_again(held: Class) -> None:
    devices = [held.join("", n) for n in range(1, 6)]
    singles = [q for q in held.room.questions.values() if isinstance(q, Single) and q.marked][:5]
    for easy, question in enumerate(singles):
        right = next(i for i, o in enumerate(question.options) if o.right)
        for n, device in enumerate(devices):
            response = right if n < easy else (right + 1) % len(question.options)
            held.answer(device, response, f"{question.id}-{n}", question.id)
    found = held.room.for_teacher()["reteach"]
    assert len(found) == 3
    assert found[0]["right"] == 0
    assert found[0]["count"] == 5
    assert singles[4].id not in [one["id"] for one in found]  # one of five is nobody's lesson


# --- the plan --------------------------------------------------------------------------------


def test_the_plan_comes_from_the_teaching_notes(held: Class) -> None:
    for lesson in catalogue.lessons()[1:]:
        beats = plan.of(lesson, bank.course_bank().questions)
        assert beats, lesson.stem
        assert [b.start for b in beats] == sorted(b.start for b in beats)
        assert all(b.end > b.start for b in beats), lesson.stem
    assert held.room.beats[0].start == 0
    assert held.room.beats[-1].end == plan.MINUTES
    assert any(SINGLE in beat.items for beat in held.room.beats)


def test_everybody_to_this_beat(held: Class) -> None:
    assert refused(lambda: held.do("beat", item="no-such")) == (409, "no_place")
    held.do("beat", item=SINGLE)
    held.do("beat", item=SINGLE)
    assert held.room.for_learners()["beat"] == {"n": 2, "item": SINGLE}
    assert held.heard[-1] == "class"
    held.again()
    assert held.room.for_learners()["beat"] == {"n": 2, "item": SINGLE}


def test_a_clock_that_jumps_makes_no_negative_minute(held: Class) -> None:
    now = [1_000_000.0]
    held.room.clock = lambda: now[0]
    held.do("clock", on=True)
    now[0] += 300
    assert held.room.minute() == 5
    now[0] -= 86_400
    assert held.room.minute() == 0
    ana = held.join("ana")
    held.answer(ana, 0, "late")
    now[0] += 10 * 86_400
    held.answer(ana, 1, "ahead")
    held.again()  # the order is the order in which answers came
    assert held.room.tally.items[SINGLE].devices[ana.number].tries == 2


# --- the disk --------------------------------------------------------------------------------


def test_a_class_that_was_killed_goes_on_in_the_middle_of_a_vote(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = """
import asyncio, os, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from test_class import Class, SINGLE
held = Class(Path({folder!r}))
ana, ben = held.join("ana", 1), held.join("ben", 2)
held.do("ask", item=SINGLE)
held.vote(ana, 0)
held.vote(ben, 1)
held.do("typed", poll=1, round=1, option=2, count=3)
held.step(); held.step()
held.vote(ana, 2)
held.answer(ana, 1, "kept")
print("acknowledged", flush=True)
os.kill(os.getpid(), 9)
"""
    folder = tmp_path / "class"
    text = script.format(folder=str(folder), tests=str(Path(__file__).parent))
    killed = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, encoding="utf-8", timeout=120
    )
    assert killed.stdout == "acknowledged\n", killed.stderr
    held = Class(folder)
    poll = held.room.poll
    assert poll
    assert (poll.stage, poll.counts(1), poll.counts(2)) == ("two", [1, 1, 3], [0, 0, 1])
    assert held.room.tally.items[SINGLE].answered == 1
    assert held.room.device(f"{1:032x}").nickname == "ana"  # without joining again
    held.vote(held.room.device(f"{2:032x}"), 2)
    held.step()
    assert held.room.for_wall()["poll"]["counts"] == [[1, 1, 3], [0, 0, 2]]
    held.store.close()


def full(store: Store, pages: int) -> None:
    """Let the file have so many pages more than now, or any number (0)."""
    (now,) = store.read("PRAGMA page_count").result()[0]
    store.read(f"PRAGMA max_page_count={now + pages if pages else 2**30}").result()


def test_a_full_disk_says_so_and_nothing_acknowledged_is_lost(held: Class) -> None:
    ana = held.join("ana")
    full(held.store, 1)
    kept, told = [], None
    for number in range(200):
        try:
            kept += held.answer(ana, [" " * 500], f"a{number}")["saved"]
        except Refused as fault:
            told = fault
            break
    assert told
    assert (told.status, told.why) == (503, "not_saved")
    assert "full" in held.room.trouble
    assert held.heard[-1] == "teacher"
    assert held.room.for_teacher()["trouble"] == held.room.trouble
    full(held.store, 0)
    assert held.answer(ana, [], "again")["saved"] == ["again"]
    assert held.room.trouble == ""
    rows = held.store.read("SELECT id FROM answers ORDER BY number").result()
    assert [name for (name,) in rows] == [*kept, "again"]


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be deleted there")
@pytest.mark.parametrize("replaced", [False, True])
def test_what_goes_to_a_deleted_file_is_not_called_saved(held: Class, replaced: bool) -> None:
    ana = held.join("ana")
    held.store.file.unlink()
    if replaced:
        held.store.file.write_bytes(b"")
    assert refused(lambda: held.answer(ana, 0, "a")) == (503, "not_saved")
    assert "deleted or replaced" in held.room.trouble


def test_a_vote_on_a_full_disk_is_not_called_in(held: Class) -> None:
    ana, ben = held.join("ana", 1), held.join("ben", 2)
    held.do("ask", item=SINGLE)
    held.vote(ana, 0)
    full(held.store, 1)
    with suppress(Refused):  # the last page fills up
        for number in range(200):
            held.answer(ana, [" " * 500], f"a{number}")
    refused_at = []
    for device in (ana, ben):
        try:
            held.vote(device, 1)
        except Refused as fault:
            refused_at.append((device.number, fault.status, fault.why))
    poll = held.room.poll
    assert poll
    said = poll.counts(1)
    # Whoever was told "not in" is not counted, now or after a start; whoever was told "in" is.
    assert sum(said) == 2 - len([one for one in refused_at if one[0] == ben.number])
    full(held.store, 0)
    held.again()
    assert held.room.poll
    assert held.room.poll.counts(1) == said
    held.vote(held.room.device(f"{2:032x}"), 1)
    assert sum(held.room.poll.counts(1)) == 2


def test_joining_on_a_full_disk_leaves_nobody_half_in(held: Class) -> None:
    full(held.store, 1)
    for number in range(1, 500):
        try:
            held.join("x" * 24, number)
        except Refused:
            break
    assert len(held.room.devices) == number - 1
    full(held.store, 0)
    assert held.join("x", number).number not in range(1, number)


def test_one_bad_write_does_not_take_the_others_along(tmp_path: Path) -> None:
    store = Store(tmp_path)
    good = "INSERT INTO about VALUES (?, ?)"
    futures = [store.write((good, (str(n), "x"))) for n in range(20)]
    bad = store.write((good, ("20", "x")), ("INSERT INTO nothing VALUES (1)", ()))
    futures += [store.write((good, (str(n), "x"))) for n in range(30, 50)]
    assert [future.result() for future in futures] == [[1]] * 40
    with pytest.raises(NotSaved):
        bad.result()
    assert store.read("SELECT count(*) FROM about").result() == [(40,)]
    store.close()
    store.close()


def test_a_folder_holds_one_class_at_a_time(held: Class, tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="a class runs on this folder"):
        Store(held.folder)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / FILE).write_bytes(b"no database at all, but some text" * 100)
    with pytest.raises(FileFault, match="this is no class"):
        Store(tmp_path / "other")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FileFault, match="cannot be kept here"):
        Store(tmp_path / "file" / "class")


def without_a_table(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("DROP TABLE answers")
        database.commit()


def without_a_column(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("ALTER TABLE votes RENAME COLUMN choice TO other")
        database.commit()


def with_a_damaged_page(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096 : 4096 + 3000] = bytes(range(250)) * 12
    file.write_bytes(content)


def as_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.skipif(os.name != "posix", reason="pipes are of posix")
@pytest.mark.parametrize(
    "harm", [without_a_table, without_a_column, with_a_damaged_page, as_a_pipe]
)
def test_a_class_whose_file_is_broken_is_named(
    harm: Callable[[Path], None], tmp_path: Path
) -> None:
    Store(tmp_path / "class").close()
    harm(file := tmp_path / "class" / FILE)
    with pytest.raises(FileFault, match=r"this is no class|not a file") as said:
        Store(tmp_path / "class")
    assert str(file) in str(said.value)


def test_what_a_full_disk_keeps_from_being_deleted_is_told(
    held: Class, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.join("blue-heron")
    held.store.close()

    def full(store: Store, jobs: Any) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "_transaction", full)
    assert parser.main(["class-data", "delete", "blue-heron", "--folder", str(held.folder)]) == 1
    said = capsys.readouterr()
    assert "disk is full" in said.err
    assert said.out == ""


# --- what is kept of one learner ---------------------------------------------------------------


def test_one_learners_data_is_copied_and_deleted(held: Class, capsys: Any) -> None:
    ana, ben = held.join("ana", 1), held.join("ben", 2)
    held.answer(ana, 1, "a-very-special-id")
    held.answer(ben, 1, "b")
    held.do("ask", item=SINGLE)
    held.vote(ana, 0)
    held.vote(ben, 1)
    kept = json.loads(report.one(held.store, ana.number) or "")
    assert kept["nickname"] == "ana"
    assert [one["item"] for one in kept["answers"]] == [SINGLE]
    assert kept["votes"] == [{"question": SINGLE, "round": 1, "option": 1}]
    assert report.hand_ins(held.store, held.folder / report.ANSWERS, "05") == 2
    done(held.room.forget(ana.number))
    assert not (held.folder / report.ANSWERS).exists()
    for file in held.folder.iterdir():
        assert b"a-very-special-id" not in file.read_bytes()
    assert held.room.poll
    assert held.room.poll.counts(1) == [0, 1, 0]
    assert refused(lambda: held.room.device(f"{1:032x}"))[0] == 401
    # What was on its way when everything was deleted is not kept either.
    done(held.room.answers(ana, [{"id": "late", "item": SINGLE, "version": "", "response": 1}]))
    done(held.room.vote(ana, 1, 1, 2))
    assert held.room.poll.counts(1) == [0, 1, 0]
    held.again()
    assert [d.nickname for d in held.room.present] == ["ben"]
    held.store.close()
    assert keeping.main("delete", "BEN", held.folder, None) == 0
    assert keeping.main("list", "", held.folder, None) == 0
    assert "ben:" not in capsys.readouterr().out
    assert keeping.main("delete-all", "", held.folder, None) == 0
    assert not held.folder.exists()


def test_a_damaged_class_can_be_deleted_and_what_is_none_cannot(
    tmp_path: Path, capsys: Any
) -> None:
    ours = keeping.today("05", new=True)
    for place in (ours, tmp_path / "elsewhere"):
        Store(place).close()
        (place / FILE).write_bytes((place / FILE).read_bytes()[:5000])
    assert parser.main(["class-data", "delete-all", "--folder", str(tmp_path / "elsewhere")]) == 1
    assert "this is no class" in capsys.readouterr().err
    assert (tmp_path / "elsewhere" / FILE).exists()
    assert parser.main(["class-data", "delete-all"]) == 0
    assert not ours.exists()


def test_the_answers_of_a_class_become_its_report(held: Class, tmp_path: Path) -> None:
    names_ = ("=1+1", "ليلى", "ana/../ben")
    devices = [held.join(name, n) for n, name in enumerate(names_, 1)]
    for n, device in enumerate(devices):
        held.answer(device, n % 3, f"a{n}")
    assert report.hand_ins(held.store, tmp_path / "answers", "05") == 3
    found = merge.merge(tmp_path / "answers", list(held.room.questions.values()))
    assert [learner.name for learner in found.learners] == list(names_)
    assert all(learner.credited for learner in found.learners)
    assert found.left_out == []


# --- the start ---------------------------------------------------------------------------------


class Terminal:
    """A keyboard at which somebody sits."""

    @staticmethod
    def isatty() -> bool:
        return True


def test_nothing_listens_on_the_network_unasked(monkeypatch: Any, capsys: Any) -> None:
    assert run._asked("network")
    assert not run._asked("here")
    assert not run._asked("ask")  # nobody is there to answer
    monkeypatch.setattr("sys.stdin", Terminal)
    for typed, agreed in (("", False), ("n", False), ("why?", False), (" Y ", True), ("yes", True)):
        monkeypatch.setattr("builtins.input", lambda _, typed=typed: typed)
        assert run._asked("ask") is agreed
    assert "room's network" in capsys.readouterr().out


def test_the_commands_that_a_class_runs_are_there(tmp_path: Path) -> None:
    assert parser.parser().parse_args(run.building(tmp_path)).still
    assert parser.parser().parse_args(report.command(tmp_path)[3:]).marks == "first"


def test_two_classes_of_a_day_are_told_apart(monkeypatch: Any, capsys: Any) -> None:
    first = run._place(LESSON, new=False)
    Store(first).close()
    assert run._place(LESSON, new=False) == first  # it goes on after a crash
    second = run._place(LESSON, new=True)
    assert second.name == f"{first.name}-2"
    monkeypatch.setattr("sys.stdin", Terminal)
    for typed, place in (("", first), ("y", first), ("n", second)):
        monkeypatch.setattr("builtins.input", lambda _, typed=typed: typed)
        assert run._place(LESSON, new=False) == place
    Store(second).close()
    assert keeping.classes() == [first, second]
    assert keeping.today(LESSON.number, new=False) == second


# --- limits ------------------------------------------------------------------------------------


def test_a_limit_holds_one_and_not_the_others() -> None:
    now = [0.0]
    limit = limits.Limit(2, 3, most=2, clock=lambda: now[0])
    assert [limit.allows("a") for _ in range(5)] == [True, True, True, False, False]
    assert limit.allows("b")
    now[0] += 1
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    limit.allows("b"), limit.allows("c")
    assert len(limit._left) == 2
