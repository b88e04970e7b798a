"""The learner's record: kept, crash-safe, readable after damage, erasable."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.cli import main
from dialogue.learner import handin, progress
from dialogue.learner.progress import Attempt, Imported, RecordError

# Nothing is kept between runs, and a slow disk is no fault.
FUZZ = settings(database=None, deadline=None, max_examples=200)


def attempt(item: str = "05-a", **kwargs: object) -> Attempt:
    return progress.append(
        Attempt(item, "v1", "check", **{"response": 1, "verdict": "right", **kwargs})
    )


def line(item: str = "05-a", **fields: object) -> bytes:
    """A line as the course writes it, with whatever *fields* change."""
    whole = {"item": item, "version": "v1", "event": "check", "verdict": "right"}
    return json.dumps({**whole, "id": uuid.uuid4().hex, **fields}).encode()


def write(*lines: bytes, to: Path | None = None) -> Path:
    target = to or progress.path()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"".join(one + b"\n" for one in lines))
    return target


def kept(name: str = "id") -> list[Any]:
    return [getattr(a, name) for a in progress.attempts()]


def test_an_attempt_is_one_line_outside_the_course(own_record: Path) -> None:
    written = attempt(response=[0, 2], score=0.5)
    lines = (own_record / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    entry = json.loads(lines[0])
    assert entry["item"] == "05-a"
    assert entry["response"] == [0, 2]
    assert entry["format"] == progress.FORMAT
    assert entry["at"].endswith("+00:00")
    assert list(progress.attempts()) == [written]


def test_default_folder_is_the_platforms_and_not_the_course(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dialogue.course import catalogue

    monkeypatch.delenv("DIALOGUE_RECORD_DIR")
    assert catalogue.root() not in progress.path().parents


def test_only_this_user_can_read_it() -> None:
    attempt()
    if os.name == "posix":
        assert progress.path().stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("tail", ['{"item": "05-b", "vers', "\x00\x00", "{"])
def test_a_torn_last_line_costs_only_itself(tail: str) -> None:
    first = attempt()
    with progress.path().open("a", encoding="utf-8") as record:
        record.write(tail)
    second = attempt("05-c")
    assert list(progress.attempts()) == [first, second]


@pytest.mark.parametrize("garbage", ["nonsense", "[1, 2]", "3", '{"other": 1}', "\udcff"])
def test_garbage_in_the_middle_is_passed_over(garbage: str) -> None:
    first = attempt()
    with progress.path().open("ab") as record:
        record.write(garbage.encode("utf-8", "surrogateescape") + b"\n")
    second = attempt()
    assert list(progress.attempts()) == [first, second]


# --- formats -----------------------------------------------------------------------------


def test_confidence_is_kept_and_comes_last_so_that_older_calls_still_mean_the_same() -> None:
    assert attempt(confidence=3).confidence == 3
    assert kept("confidence") == [3]
    assert list(Attempt.__dataclass_fields__)[:8] == [
        *("item", "version", "event", "response", "verdict", "score", "at", "id")
    ]
    assert json.loads(progress.path().read_bytes())["format"] == 2


@pytest.mark.parametrize("odd", [0, 4, -1, "2", 2.0, True, None, [1], {}])
def test_confidence_outside_1_to_3_is_none(odd: Any) -> None:
    assert attempt(confidence=odd).confidence is None
    write(line(confidence=odd))
    assert kept("confidence") == [None]


def test_a_record_of_format_1_reads_as_before() -> None:
    first = b'{"format": 1, "item": "05-a", "version": "v", "event": "check", "response": [1], '
    first += b'"verdict": "right", "score": 1.0, "at": "2026-01-02T03:04:05+00:00", "id": "x"}'
    write(first, b'{"item": "05-b", "version": "v", "event": "hint"}')
    assert list(progress.attempts()) == [
        Attempt("05-a", "v", "check", [1], "right", 1.0, "2026-01-02T03:04:05+00:00", "x", None),
        Attempt("05-b", "v", "hint"),
    ]


def test_a_newer_format_is_read_as_far_as_it_goes_and_kept_letter_for_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readable = line(format=9, mood="good")
    unreadable = b'{"format": 9, "id": "new",  "question": {"name": "05-a"}}'
    write(readable, unreadable)
    attempt("05-b")
    assert kept("item") == ["05-a", "05-b"]
    assert progress.path().read_bytes().splitlines()[:2] == [readable, unreadable]
    # Also on its way through another computer with this older course.
    assert progress.export_to(tmp_path / "copy") == 3
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(tmp_path / "other"))
    assert progress.import_from(tmp_path / "copy") == Imported(3, 0, 0)
    assert progress.path().read_bytes().splitlines()[:2] == [readable, unreadable]


def test_odd_fields_read_as_empty_ones() -> None:
    odd = {"score": "high", "at": 7, "verdict": None, "id": 5, "confidence": "sure"}
    write(
        line(response={"x": [1]}, **odd),
        line(score=10**400),
        line(score=float("nan")),
        line(score=True),
    )
    expected = Attempt("05-a", "v1", "check", {"x": [1]}, "", 0.0, "", "", None)
    assert next(progress.attempts()) == expected
    assert kept("score") == [0.0, 0.0, 0.0, 0.0]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(SCALARS, lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=6)
TIMES = st.datetimes(timezones=st.none() | st.timezones()).map(lambda time: time.isoformat())
FIELDS = st.sampled_from(["format", *Attempt.__dataclass_fields__])
ODD = st.dictionaries(FIELDS | st.text(), VALUES | TIMES).map(lambda d: json.dumps(d).encode())
NEARLY = st.builds(
    lambda change: line(**change), st.dictionaries(FIELDS, VALUES | TIMES, max_size=3)
)
DEEP = st.just(b"[" * 200_000) | st.just(b'{"item": "a", "id": ' + b"9" * 5000 + b"}")


@FUZZ
@given(st.lists(st.one_of(NEARLY, ODD, st.binary(), DEEP, st.just(b"\xef\xbb\xbf")), max_size=8))
def test_no_line_whatever_makes_a_reader_raise_or_costs_a_good_one(odd: list[bytes]) -> None:
    good = line("05-good", id="good")
    write(*odd, good, *odd)
    found = list(progress.attempts())
    assert [a.item for a in found if a.id == "good"] == ["05-good"]
    for a in found:
        texts = (a.item, a.version, a.event, a.verdict, a.at, a.id)
        assert all(isinstance(text, str) for text in texts)
        assert isinstance(a.score, float)
        assert a.confidence in (None, 1, 2, 3)
    assert progress.latest({"05-good"})["05-good"]
    assert progress.summary()["questions"] >= 1
    # A copy holds exactly what the readers see.
    copy = progress.folder() / "copy"
    progress.export_to(copy, force=True)
    write()
    progress.import_from(copy)
    assert repr(list(progress.attempts())) == repr(found)


# --- reading -----------------------------------------------------------------------------


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("Windows cannot change the time zone of a process")
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Asia/Baghdad")
        time.tzset()
        yield
    time.tzset()


def test_the_order_is_the_order_written_whatever_the_clock_said() -> None:
    write(
        line(id="1", at="2027-12-31T10:00:00+00:00", verdict="wrong"),
        line(id="2", at="2026-11-27T10:00:00+00:00"),
        line(id="3", at=""),
        line(id="4", at="1970-01-01T00:00:00+00:00", event="reset"),
    )
    assert kept() == ["1", "2", "3", "4"]
    assert [a.id for a in progress.latest({"05-a"})["05-a"]] == ["1", "2", "3", "4"]
    assert progress.summary()["right"] == 1
    assert progress.ahead(list(progress.attempts())) == 1


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59+00:00"])
def test_the_end_of_all_time_is_ahead(at: str) -> None:
    write(line(id="1", at=at), line(id="2", at="2026-03-01T10:00:00+00:00"))
    assert kept() == ["1", "2"]
    assert progress.ahead(list(progress.attempts())) == 1


@pytest.mark.usefixtures("far_from_utc")
def test_what_is_imported_has_its_place_by_its_time(tmp_path: Path) -> None:
    write(
        line(id="ahead", at="2027-12-31T10:00:00+00:00"),
        line(id="2", at="2026-03-01T10:00:00+00:00"),
        line(id="4", at="2026-03-03T10:00:00+00:00"),
    )
    copy = write(
        line(id="0", at="2026-02-01T01:30:00+02:00"),
        line(id="0a", at=""),
        line(id="3", at="2026-03-02T10:00:00"),  # UTC where nothing is said
        line(id="5", at="2026-04-01T10:00:00+00:00"),
        to=tmp_path / "copy",
    )
    assert progress.import_from(copy) == Imported(4, 0, 0)
    attempt(response=6)
    order = ["0", "0a", "ahead", "2", "3", "4", "5"]
    assert kept()[:-1] == order
    assert [a.id for a in progress.latest({"05-a"})["05-a"]][:-1] == order
    # A copy has this order, and needs no marks to keep it.
    progress.export_to(tmp_path / "whole")
    assert b"\n " not in (tmp_path / "whole").read_bytes()
    now = kept()
    write()
    progress.import_from(tmp_path / "whole")
    assert kept() == now


class Clock(datetime):
    """A clock that says what the test wants."""

    said = datetime(2026, 11, 27, 9, tzinfo=UTC)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return cls.said


def test_time_does_not_go_back_and_a_clock_far_ahead_freezes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "datetime", Clock)
    day = Clock.said
    for said in (
        *(day, day - timedelta(hours=3), day + timedelta(seconds=5)),  # put back a little
        day + timedelta(days=400),  # far ahead,
        day + timedelta(days=1),  # and mended
        datetime(1970, 1, 1, tzinfo=UTC),  # an empty battery
    ):
        monkeypatch.setattr(Clock, "said", said)
        attempt(response=str(said))
    at = [(datetime.fromisoformat(a.at) - day) for a in progress.attempts()]
    seconds, days = timedelta(seconds=5), timedelta(days=1)
    assert at == [0 * days, 0 * days, seconds, 400 * days, days, days]


def test_a_line_counts_once_however_often_it_is_there() -> None:
    one, old = line(id="x"), b'{"item": "05-a", "version": "v", "event": "hint"}'
    same = b'{"event":"hint",  "version": "v", "item": "05-a"}'
    write(one, old, one, same)
    assert kept() == ["x", ""]


def test_former_ids_come_back_under_the_id_of_today() -> None:
    items = ("old", "05-new", "older", "05-other", "old", "y")
    write(*[line(item, id=str(n)) for n, item in enumerate(items)])
    found = progress.latest({"05-new", "05-untried"}, {"05-new": ["older", "old"], "05-x": ["y"]})
    assert {name: [(a.item, a.id) for a in tries] for name, tries in found.items()} == {
        "05-new": [("old", "0"), ("05-new", "1"), ("older", "2"), ("old", "4")]
    }


def test_an_id_in_use_is_not_taken_for_a_former_one() -> None:
    write(line("05-a", id="1"), line("05-b", id="2"))
    found = progress.latest({"05-a", "05-b"}, {"05-b": ["05-a"]})
    assert {name: [a.id for a in tries] for name, tries in found.items()} == {
        "05-a": ["1"],
        "05-b": ["2"],
    }


def test_lines_read_before_are_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    write(*[line() for _ in range(50)])
    assert len(progress.latest({"05-a"})["05-a"]) == 50
    attempt("05-a")
    parsed = []
    real = progress._parse
    monkeypatch.setattr(progress, "_parse", lambda one: parsed.append(one) or real(one))
    assert len(progress.latest({"05-a"})["05-a"]) == 51
    assert len(parsed) == 1


def test_a_record_of_the_same_size_and_time_is_read_anew() -> None:
    record = write(line(id="old"))
    times = (record.stat().st_atime_ns, record.stat().st_mtime_ns)
    assert kept() == ["old"]
    with record.open("r+b") as same:  # the same inode, size and time
        same.write(line(id="new") + b"\n")
    os.utime(record, ns=times)
    assert kept() == ["new"]


def test_a_line_that_is_still_being_written_is_seen_when_it_is_whole() -> None:
    whole = line(id="late")
    record = write(line(id="first"))
    with record.open("ab", buffering=0) as other:
        other.write(whole[:30])
        assert kept() == ["first"]
        other.write(whole[30:])
        assert kept() == ["first", "late"]
        other.write(b"\n" + line(id="last") + b"\n")
    assert kept() == ["first", "late", "last"]


def test_a_line_of_another_process_is_seen_at_once(own_record: Path) -> None:
    attempt()
    assert len(kept()) == 1
    subprocess.run([sys.executable, "-c", WRITER.replace("100_000", "1")], check=True)
    assert kept("item") == ["05-a", "05-0"]


# --- folders that do not work -----------------------------------------------------------


def test_a_record_that_cannot_be_opened_is_no_answers(own_record: Path) -> None:
    progress.path().mkdir(parents=True)
    assert list(progress.attempts()) == []
    assert progress.summary()["questions"] == 0
    with pytest.raises(RecordError, match="Is a directory"):
        attempt()
    with pytest.raises(RecordError, match="cannot be deleted"):
        progress.erase()
    with pytest.raises(RecordError, match="cannot be read"):
        progress.export_to(own_record / "copy")


def test_a_folder_that_is_read_only_is_one_plain_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = attempt()
    progress.export_to(tmp_path / "copy")
    real = os.open

    def refuse(name: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise PermissionError(13, "Permission denied", str(name))
        return real(name, flags, *rest, **more)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(RecordError, match=r"could not be saved in .* \(Permission denied\)"):
        attempt()
    assert list(progress.attempts()) == [first]
    # What is there already needs no writing.
    assert progress.import_from(tmp_path / "copy") == Imported(0, 1, 0)


def test_without_a_home_no_folder_is_made_among_the_lessons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", "~nobody-of-that-name/record")
    assert list(progress.attempts()) == []
    with pytest.raises(RecordError, match="set DIALOGUE_RECORD_DIR"):
        attempt()
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_is_not_json_is_one_plain_message() -> None:
    loop: list[Any] = []
    loop.append(loop)
    for response in ({1, 2}, loop, object()):
        with pytest.raises(RecordError, match="could not be saved"):
            attempt(response=response)
    assert list(progress.attempts()) == []


def test_a_folder_that_cannot_be_written_is_one_plain_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(blocker / "record"))
    with pytest.raises(progress.RecordError, match="could not be saved") as caught:
        attempt()
    assert "\n" not in str(caught.value)
    assert list(progress.attempts()) == []


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_one_plain_message() -> None:
    with pytest.raises(progress.RecordError, match="No space left"):
        attempt()


def test_half_a_line_on_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:20]))
    with pytest.raises(progress.RecordError, match="No space left"):
        attempt()


def test_a_line_is_on_the_disk_before_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    real = os.fsync

    def sync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    attempt()
    assert synced == [progress.path().stat().st_size]


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name and devices are of posix")
@pytest.mark.parametrize("kind", ["pipe", "device", "loop", "folder"])
def test_a_record_that_is_no_file_is_one_plain_message(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = progress.path()
    record.parent.mkdir(parents=True)
    if kind == "pipe":
        os.mkfifo(record)
    elif kind == "device":
        record.symlink_to("/dev/zero")
    elif kind == "loop":
        record.symlink_to(record)
    else:
        record.mkdir()
    assert list(progress.attempts()) == []
    assert progress.latest({"05-a"}) == {}
    assert progress.summary()["questions"] == 0
    for what in (attempt, lambda: progress.export_to(tmp_path / "copy")):
        with pytest.raises(RecordError) as caught:
            what()
        assert "\n" not in str(caught.value)
    copy = write(line(), to=tmp_path / "from")
    with pytest.raises(RecordError):
        progress.import_from(copy)
    if kind == "device":
        progress.erase()
        assert Path("/dev/zero").exists()


HALF = "half an emoji \ud83d"


def test_half_a_character_is_made_whole_where_it_is_accepted(tmp_path: Path) -> None:
    attempt(response=[HALF, {HALF: "\ud83d\ude00"}])
    write_more = line(response=HALF, verdict=HALF, id="old")
    with progress.path().open("ab") as record:
        record.write(write_more + b"\n")
    assert kept("response") == [
        ["half an emoji �", {"half an emoji �": "😀"}],
        "half an emoji �",
    ]
    for one in progress.attempts():
        repr(one).encode()
    assert "\\ud83d " not in progress.path().read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize("depth", [progress.DEEPEST + 1, 400, 900, 5000])
def test_what_is_nested_too_deep_is_no_answer_and_stays_in_the_file(depth: int) -> None:
    deep = line(id="deep").replace(
        b'"verdict"', b'"response": ' + b"[" * depth + b"]" * depth + b', "verdict"'
    )
    write(deep, line(id="good", response=[1]))
    assert [a.id for a in progress.attempts() if a.response] == ["good"]
    handin.document("IR", "bob", "", progress.attempts()).encode()
    attempt()
    assert progress.path().read_bytes().startswith(deep)
    nested: Any = 1
    for _ in range(depth):
        nested = [nested]
    with pytest.raises(RecordError, match="could not be saved"):
        attempt(response=nested)


def test_a_long_record_is_not_held_in_memory_nor_read_closely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 60,000 lines those of one question are parsed, and no more than the two ends of them."""
    common = {"format": progress.FORMAT, "version": "v1", "event": "check"}
    lines = [
        json.dumps({"format": 2, "item": f"05-{n % 3}", **common, "response": n, "id": f"{n}"})
        for n in range(60_000)
    ]
    write(*(one.encode() for one in lines))
    parsed = []
    real = progress._parse
    monkeypatch.setattr(progress, "_parse", lambda one: parsed.append(one) or real(one))
    tries = progress.latest({"05-1", "05-never"})
    assert list(tries) == ["05-1"]
    found = [a.response for a in tries["05-1"]]
    every = [*range(1, 60_000, 3)]
    assert found == [*every[: progress.EARLIEST_TRIES], *every[-progress.LATEST_TRIES :]]
    assert len(parsed) == len(found)
    parsed.clear()
    attempt("05-1", response="last")
    assert progress.latest({"05-1"})["05-1"][-1].response == "last"
    assert len(parsed) < 10
    assert sum(1 for _ in progress.attempts()) == 60_001


def test_a_line_longer_than_any_answer_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LONGEST_LINE", 3000)
    monkeypatch.setattr(progress, "_PIECE", 1000)
    write(line(id="1"), line(response="x" * 9000), line(id="2"), line(response="x" * 9000))
    attempt(response="3")
    assert kept("response")[-1] == "3"
    assert len(kept()) == 3
    assert [a.id for a in progress.latest({"05-a"})["05-a"]][:2] == ["1", "2"]
    assert len(progress.latest({"05-a"})["05-a"]) == 3


WRITER = """
import sys
from dialogue.learner import handin, progress
for n in range(100_000):
    done = progress.append(progress.Attempt(f"05-{n}", "v", "check", n, "right", 1.0))
    print(n, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is posix")
def test_kill_9_loses_at_most_the_attempt_in_flight(own_record: Path) -> None:
    for round_number in range(20):
        folder = own_record / str(round_number)
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER],
            env={**os.environ, "DIALOGUE_RECORD_DIR": str(folder)},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.003 * round_number)
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read().split()
        process.wait()
        told = int(said[-1]) if said and said[-1].isdigit() else 0
        os.environ["DIALOGUE_RECORD_DIR"] = str(folder)
        kept = [a.response for a in progress.attempts()]
        assert kept == list(range(len(kept)))
        assert told + 1 <= len(kept), "an answer that was reported as saved is gone"


def test_two_processes_at_once_lose_nothing(own_record: Path) -> None:
    script = WRITER.replace("100_000", "300")
    env = {**os.environ, "DIALOGUE_RECORD_DIR": str(own_record)}
    both = [
        subprocess.Popen([sys.executable, "-c", script], env=env, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [p.wait() for p in both] == [0, 0]
    assert len(list(progress.attempts())) == 600
    assert len({a.id for a in progress.attempts()}) == 600


def test_summary_counts_questions_not_attempts() -> None:
    attempt(verdict="wrong")
    attempt(verdict="right")
    attempt("05-b", verdict="right")
    attempt("05-b", verdict="partly")
    progress.append(Attempt("05-c", "v1", "hint"))
    attempt("05-forecast", verdict="logged")
    attempt("05-vote", verdict="kept")
    summary = progress.summary()
    assert (summary["questions"], summary["right"], summary["given"]) == (2, 1, 2)


def test_erase_removes_everything_and_says_how_much() -> None:
    attempt()
    attempt()
    assert progress.erase() == 2
    assert not progress.path().exists()
    assert progress.erase() == 0


# --- export and import ------------------------------------------------------------------


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sit down at another computer, or at the first again."""
    return lambda name: monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(tmp_path / name))


def refused(what: Callable[..., Any], *arguments: Any, **more: Any) -> str:
    """The one plain message with which an export or import is refused, and nothing changed."""
    before = progress.path().read_bytes() if progress.path().exists() else None
    with pytest.raises(RecordError) as caught:
        what(*arguments, **more)
    assert (progress.path().read_bytes() if progress.path().exists() else None) == before
    message = str(caught.value)
    assert "\n" not in message
    assert str(arguments[0]) in message
    return message


def test_an_export_is_imported_once(tmp_path: Path, other: Callable[[str], None]) -> None:
    here = [attempt(), attempt("05-b", confidence=2)]
    copy = tmp_path / "copy.jsonl"
    assert progress.export_to(copy) == 2
    if os.name == "posix":
        assert copy.stat().st_mode & 0o077 == 0
    other("there")
    there = attempt("05-c")
    assert progress.import_from(copy) == Imported(2, 0, 0)
    assert progress.import_from(copy) == Imported(0, 2, 0)
    assert len(progress.path().read_bytes().splitlines()) == 3
    assert {a.id: a for a in progress.attempts()} == {a.id: a for a in [there, *here]}


def test_an_import_adds_only_what_is_missing(tmp_path: Path) -> None:
    lines = [line(id=str(n)) for n in range(6)]
    write(*lines[:3])
    subset, overlap = write(lines[1], to=tmp_path / "a"), write(*lines[2:], to=tmp_path / "b")
    assert progress.import_from(subset) == Imported(0, 1, 0)
    assert progress.import_from(overlap) == Imported(3, 1, 0)
    assert kept() == ["0", "1", "2", "3", "4", "5"]


def test_older_answers_that_are_imported_do_not_hide_the_last_one(tmp_path: Path) -> None:
    write(line(id="new", at="2026-05-01T00:00:00+00:00", verdict="right"))
    old = line(id="old", at="2026-04-01T00:00:00+00:00", verdict="wrong")
    progress.import_from(write(old, to=tmp_path / "copy"))
    assert kept() == ["old", "new"]
    assert progress.latest({"05-a"})["05-a"][-1].id == "new"
    assert progress.summary()["right"] == 1


def test_lines_without_an_id_are_not_doubled(tmp_path: Path) -> None:
    old = b'{"item": "05-a", "version": "v", "event": "hint"}'
    write(old)
    same = b'{ "event": "hint", "item": "05-a", "version": "v" }'
    assert progress.import_from(write(same, to=tmp_path / "copy")) == Imported(0, 1, 0)
    assert len(list(progress.attempts())) == 1


def test_bad_lines_stay_out_and_are_counted(tmp_path: Path) -> None:
    one, two = line(id="1"), line(id="2")
    copy = write(one, b"", b"torn {", two, b"\xff", one, to=tmp_path / "copy")
    done = progress.import_from(copy)
    assert (done, done.first_unreadable) == (Imported(2, 1, 2), 3)
    assert progress.path().read_bytes().count(b"\n") == 2


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + line(id="1") + b"\r\n" + line(id="2") + b"\r\n"
    (tmp_path / "copy").write_bytes(text)
    assert progress.import_from(tmp_path / "copy") == Imported(2, 0, 0)
    progress.path().write_bytes(text)
    assert kept() == ["1", "2"]


NO_RECORD = {
    "csv": b"item,version,event\n05-a,v,check\n",
    "notebook": json.dumps({"cells": [], "nbformat": 4}, indent=1).encode(),
    "binary": bytes(range(256)) * 40,
    "utf-16": line().decode().encode("utf-16"),
    "other json": b'{"item": 5, "version": "v", "event": "check"}\n[]\n"text"\n',
    "a zip": b"PK\x03\x04" + b"\x00" * 5000,
}


@pytest.mark.parametrize("content", NO_RECORD.values(), ids=NO_RECORD)
def test_a_file_that_is_no_record_adds_nothing(content: bytes, tmp_path: Path) -> None:
    attempt()
    (tmp_path / "file").write_bytes(content)
    message = refused(progress.import_from, tmp_path / "file")
    assert f"{tmp_path / 'file'}:1: " in message
    assert "dialogue progress export" in message


def test_an_empty_file_a_folder_a_missing_file_and_the_record_itself(tmp_path: Path) -> None:
    attempt()
    empty = tmp_path / "empty"
    empty.write_bytes(b"\n\n")
    (tmp_path / "link").symlink_to(progress.path())
    assert "empty" in refused(progress.import_from, empty)
    assert "not a file" in refused(progress.import_from, tmp_path)
    assert "No such file" in refused(progress.import_from, tmp_path / "missing")
    assert "record itself" in refused(progress.import_from, progress.path())
    assert "record itself" in refused(progress.import_from, tmp_path / "link")


def test_nothing_is_made_when_nothing_is_imported(own_record: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a,b\n")
    refused(progress.import_from, tmp_path / "file")
    assert not own_record.exists()


def test_a_huge_file_is_imported_and_a_huge_line_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = write(*[line(id=str(n)) for n in range(30_000)], to=tmp_path / "many")
    assert progress.import_from(many) == Imported(30_000, 0, 0)
    assert len(kept()) == 30_000
    monkeypatch.setattr(progress, "LONGEST_LINE", 1000)
    (tmp_path / "long").write_bytes(b"x" * 2500 + b"\n" + line(id="good") + b"\n")
    # The long line is taken in three pieces, none of which can be read.
    assert progress.import_from(tmp_path / "long") == Imported(1, 0, 3)
    assert kept()[-1] == "good"


def test_an_import_that_is_killed_is_completed_by_a_second_one(
    tmp_path: Path, own_record: Path
) -> None:
    copy = write(*[line(id=str(n)) for n in range(500)], to=tmp_path / "copy")
    attempt()
    # The write stops in the middle of a line, and the process is gone.
    script = f"""
import os
from dialogue.learner import handin, progress
real = os.write
def torn(descriptor, data):
    real(descriptor, data[: len(data) // 2 + 7])
    os.kill(os.getpid(), 9)
os.write = torn
progress.import_from({str(copy)!r})
"""
    assert subprocess.run([sys.executable, "-c", script]).returncode != 0
    assert not progress.path().read_bytes().endswith(b"\n")
    between = len(kept())
    assert 1 < between < 501
    assert progress.import_from(copy) == Imported(501 - between, between - 1, 0)
    assert sorted(kept()[1:], key=int) == [str(n) for n in range(500)]


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_one_plain_message_for_an_import(tmp_path: Path) -> None:
    copy = write(line(), to=tmp_path / "copy")
    with pytest.raises(RecordError, match=r"No space left .* import it again") as caught:
        progress.import_from(copy)
    assert "\n" not in str(caught.value)


def test_two_that_import_the_same_file_at_once(tmp_path: Path, own_record: Path) -> None:
    """Each answer is added once, and one of the two says so."""
    copy = write(*[line(id=str(n)) for n in range(20_000)], to=tmp_path / "copy")
    command = [sys.executable, "-m", "dialogue.cli", "progress", "import", str(copy)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") for _ in range(2)]
    assert sorted(one.communicate(timeout=60)[0] for one in both) == [
        "Added 0 answers; 20000 were there already.\n",
        "Added 20000 answers; 0 were there already.\n",
    ]
    assert len(progress.path().read_bytes().splitlines()) == 20_000


def test_a_line_whose_question_is_no_text_stops_no_command(
    own_record: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(line("05-permanent-bases"), line("xx").replace(b"xx", b"x\xadx"))
    assert progress.names() == {"05-permanent-bases"}
    for command in (["show"], ["export", str(own_record / "copy")]):
        assert main(["progress", *command]) == 0
        said = capsys.readouterr()
        assert ":2: 1 line of your record cannot be read" in said.out + said.err


def test_an_import_while_another_process_appends(tmp_path: Path, own_record: Path) -> None:
    copy = write(*[line(id=str(n)) for n in range(500)], to=tmp_path / "copy")
    script = WRITER.replace("100_000", "300")
    writer = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert writer.stdout is not None
    writer.stdout.readline()  # it has begun
    assert progress.import_from(copy) == Imported(500, 0, 0)
    assert progress.import_from(copy) == Imported(0, 500, 0)
    writer.communicate()
    lines = [json.loads(one)["id"] for one in progress.path().read_bytes().splitlines() if one]
    assert len(lines) == len(set(lines)) == 800
    assert len(kept()) == 800


def test_an_export_is_never_over_a_file_without_force(tmp_path: Path) -> None:
    attempt()
    target = tmp_path / "thesis.txt"
    target.write_text("years of work", encoding="utf-8")
    assert "--force" in refused(progress.export_to, target)
    assert target.read_text(encoding="utf-8") == "years of work"
    assert progress.export_to(target, force=True) == 1
    assert target.read_bytes() == progress.path().read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["record", "thesis.txt"]


def test_an_export_is_refused_where_it_would_cost_something(tmp_path: Path) -> None:
    target = tmp_path / "good copy"
    target.write_text("of last week", encoding="utf-8")
    assert "no answers" in refused(progress.export_to, target, force=True)
    assert target.read_text(encoding="utf-8") == "of last week"
    attempt()
    (tmp_path / "link").symlink_to(progress.path())
    assert "record itself" in refused(progress.export_to, progress.path(), force=True)
    assert "record itself" in refused(progress.export_to, tmp_path / "link", force=True)
    assert "exists" in refused(progress.export_to, tmp_path, force=True)
    assert "No such file" in refused(progress.export_to, tmp_path / "no folder" / "copy")


def test_an_export_that_fails_leaves_the_old_copy_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt()
    target = tmp_path / "copies" / "copy"
    target.parent.mkdir()
    target.write_text("of last week", encoding="utf-8")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert "No space left" in refused(progress.export_to, target, force=True)
    assert [p.read_text(encoding="utf-8") for p in target.parent.iterdir()] == ["of last week"]


def test_somebody_who_takes_the_name_meanwhile_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt()
    target = tmp_path / "copies" / "copy"
    target.parent.mkdir()
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda fd: (target.write_text("taken", encoding="utf-8"), real(fd))
    )
    refused(progress.export_to, target)
    assert [p.read_text(encoding="utf-8") for p in target.parent.iterdir()] == ["taken"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["append", "append", "export", "import", "tear", "old"]),
        st.sampled_from(["home", "work"]),
    ),
    max_size=20,
)


@settings(FUZZ, max_examples=60)
@given(STEPS)
def test_two_computers_that_exchange_copies_end_with_the_same(
    steps: list[tuple[str, str]],
) -> None:
    base = Path(os.environ["DIALOGUE_RECORD_DIR"]) / uuid.uuid4().hex
    written: dict[str, list[Attempt]] = {"home": [], "work": []}
    everything: list[Attempt] = []
    own: dict[str, list[str]] = {"home": [], "work": []}
    exchange = [(step, place) for step in ("export", "import") for place in ("home", "work")]
    with pytest.MonkeyPatch.context() as patched:
        for step, place in [("append", "home"), ("append", "work"), *steps, *exchange]:
            patched.setenv("DIALOGUE_RECORD_DIR", str(base / place))
            copy = base / ("work.copy" if place == "home" else "home.copy")
            if step == "append":
                everything.append(attempt(f"05-{len(everything)}"))
                own[place].append(everything[-1].id)
            elif step == "export":
                progress.export_to(base / f"{place}.copy", force=True)
            elif step == "import" and copy.exists():
                progress.import_from(copy)
            elif step == "tear" and progress.path().exists():
                with progress.path().open("ab") as record:
                    record.write(line()[:-9])
            elif step == "old" and progress.path().exists():
                at = f"20{10 + len(everything) % 10}-01-01T00:00:00+00:00"
                old = Attempt(f"05-{len(everything)}", "v1", "check", at=at, verdict="right")
                one = {"item": old.item, "version": "v1", "event": "check", "at": at}
                with progress.path().open("ab") as record:
                    record.write(b"\n" + json.dumps({**one, "verdict": "right"}).encode() + b"\n")
                everything.append(old)
        for place in ("home", "work"):
            patched.setenv("DIALOGUE_RECORD_DIR", str(base / place))
            written[place] = list(progress.attempts())
            whole = [progress._parse(one) for one in progress.path().read_bytes().splitlines()]
            names = [parsed[0] for parsed in whole if parsed]
            assert len(names) == len(set(names)) == len(everything)
            # The answers given at one place stay in their order.
            mine = [a.id for a in written[place] if a.id in own[place]]
            assert mine == own[place]
    key = repr
    assert sorted(written["home"], key=key) == sorted(everything, key=key)
    assert sorted(written["work"], key=key) == sorted(everything, key=key)


# --- the command ------------------------------------------------------------------------


def command(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dialogue.cli", "progress", *arguments],
        input=typed,
        capture_output=True,
        encoding="utf-8",
    )


def test_command_tells_of_a_clock_that_ran_ahead() -> None:
    write(line(id="1", at="2999-01-01T00:00:00+00:00"), line(id="2", at="2026-11-27T00:00:00Z"))
    assert "has dated 1 answer in the future" in command().stdout
    write(line(id="2", at="2026-11-27T00:00:00Z"))
    assert "has dated" not in command().stdout


def test_command_shows_and_erases_only_when_told() -> None:
    attempt()
    assert "Questions tried: 1" in command().stdout
    assert "never marked" not in command().stdout
    attempt("05-forecast", verdict="logged")
    assert "Questions tried: 1" in (told := command().stdout)
    assert "Given and never marked (forecasts, guesses, votes): 1." in told
    assert command("erase", typed="no\n").returncode == 1
    assert progress.path().exists()
    unattended = command("erase", typed="")
    assert unattended.returncode == 1
    assert "Traceback" not in unattended.stderr
    assert progress.path().exists()
    assert command("erase", "--yes").returncode == 0
    assert not progress.path().exists()


def test_command_says_where_the_answers_are_and_that_they_stay(own_record: Path) -> None:
    attempt()
    for arguments in ((), ("show",)):
        done = command(*arguments)
        assert done.returncode == 0
        assert str(own_record / "answers.jsonl") in done.stdout.splitlines()[0]
        assert "nothing is sent anywhere" in done.stdout.splitlines()[0]
    form = ("--format", "json")
    for arguments in (form, ("show", *form), (*form, "show")):
        shown = json.loads(command(*arguments).stdout)
        assert shown == {
            "questions": 1,
            "right": 1,
            "given": 0,
            "path": str(own_record / "answers.jsonl"),
        }


def test_command_exports_and_imports(tmp_path: Path, other: Callable[[str], None]) -> None:
    attempt()
    copy = tmp_path / "copy"
    assert command("export", str(copy)).stdout == f"Wrote 1 answer to {copy}.\n"
    again = command("export", str(copy))
    assert (again.returncode, again.stdout) == (1, "")
    assert "--force" in again.stderr
    assert command("export", "--force", str(copy)).returncode == 0
    other("there")
    with copy.open("ab") as file:
        file.write(b"torn\ntoo\n")
    done = command("import", str(copy))
    assert done.returncode == 0
    assert done.stdout == "Added 1 answer; 0 were there already.\n"
    assert done.stderr.startswith(f"{copy}:2: 2 lines could not be read")
    wrong = command("import", str(tmp_path / "missing"))
    assert wrong.returncode == 1
    assert wrong.stderr.startswith(f"{tmp_path / 'missing'}: ")
    assert wrong.stderr.count("\n") == 1


def _commands(folder: Path) -> list[list[str]]:
    return [
        ["progress"],
        ["progress", "--format", "json"],
        ["progress", "export", str(folder / "copy.jsonl")],
        ["progress", "page", str(folder / "page.html")],
        ["hand-in", str(folder / "in.json"), "--class", "X", "--name", "a"],
    ]


def test_a_record_that_cannot_be_read_is_not_said_to_be_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.path().mkdir(parents=True)
    for command in _commands(tmp_path):
        assert main(command) == 1, command
        said = capsys.readouterr()
        assert not said.out
        assert f"{progress.path()} cannot be read" in said.err
        assert "no answers" not in said.err


@pytest.mark.parametrize("good", [0, 1])
def test_a_line_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], good: int
) -> None:
    write(*[line("05-permanent-bases")] * good, b"{broken", b"\xff")
    for command in _commands(tmp_path):
        code = main(command)
        said = capsys.readouterr().err
        assert f"{progress.path()}:{good + 1}: 2 lines of your record cannot be read" in said
        assert "no answers yet" not in said
        if command[1:2] != ["page"]:  # which shows answers to questions of today alone
            assert code == (0 if good or command[1:2] in ([], ["--format"]) else 1)
