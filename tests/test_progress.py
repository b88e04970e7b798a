"""The learner's record: kept, crash-safe, readable after damage, erasable."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dialogue import progress
from dialogue.progress import Attempt


def attempt(item: str = "05-a", **kwargs: object) -> Attempt:
    return progress.append(
        Attempt(item, "v1", "check", **{"response": 1, "verdict": "right", **kwargs})
    )


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
    from dialogue import course

    monkeypatch.delenv("DIALOGUE_RECORD_DIR")
    assert course.root() not in progress.path().parents


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


def test_unknown_fields_of_a_newer_format_are_left_alone() -> None:
    attempt()
    line = json.loads(progress.path().read_text(encoding="utf-8"))
    progress.path().write_text(json.dumps({**line, "format": 9, "mood": "good"}) + "\n")
    assert [a.item for a in progress.attempts()] == ["05-a"]


def test_a_folder_that_cannot_be_written_is_one_plain_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(blocker / "record"))
    with pytest.raises(progress.RecordError, match="could not be saved") as caught:
        attempt()
    assert "\n" not in str(caught.value)
    assert list(progress.attempts()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to stand for a full disk")
def test_a_full_disk_is_one_plain_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "path", lambda: Path("/dev/full"))
    with pytest.raises(progress.RecordError, match="No space left"):
        attempt()


WRITER = """
import sys
from dialogue import progress
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
            text=True,
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
    summary = progress.summary()
    assert (summary["questions"], summary["right"]) == (2, 1)


def test_erase_removes_everything_and_says_how_much() -> None:
    attempt()
    attempt()
    assert progress.erase() == 2
    assert not progress.path().exists()
    assert progress.erase() == 0


def command(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dialogue.cli", "progress", *arguments],
        input=typed,
        capture_output=True,
        text=True,
    )


def test_command_shows_and_erases_only_when_told() -> None:
    attempt()
    assert "Questions tried: 1" in command().stdout
    assert command("erase", typed="no\n").returncode == 1
    assert progress.path().exists()
    unattended = command("erase", typed="")
    assert unattended.returncode == 1
    assert "Traceback" not in unattended.stderr
    assert progress.path().exists()
    assert command("erase", "--yes").returncode == 0
    assert not progress.path().exists()
