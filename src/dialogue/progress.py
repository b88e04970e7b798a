"""The learner's own record: what was answered, when, and how it went.

One file for a learner, outside the course: JSON Lines, one line an attempt, only ever
appended to.  A process that dies loses at most the attempt in flight, because each line
goes to the disk in one write before the learner is told that it is saved.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 1


class RecordError(Exception):
    """The record cannot be written.  The message is one line for the learner."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one question.  ``event`` is check, hint or reveal."""

    item: str
    version: str
    event: str
    response: Any = None
    verdict: str = ""
    score: float = 0.0
    at: str = ""
    id: str = ""


def folder() -> Path:
    """Where the record is kept: ``DIALOGUE_RECORD_DIR``, or the platform's user-data folder."""
    if named := os.environ.get("DIALOGUE_RECORD_DIR"):
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("us-iraq-dialogue", appauthor=False)


def path() -> Path:
    """The record file (it may not exist yet)."""
    return folder() / "answers.jsonl"


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def append(attempt: Attempt) -> Attempt:
    """Write one attempt and return it as written, with its time (UTC) and its id.

    Raises :class:`RecordError` when the folder cannot be written or the disk is full.
    """
    stamped = Attempt(
        attempt.item,
        attempt.version,
        attempt.event,
        attempt.response,
        attempt.verdict,
        round(attempt.score, 4),
        datetime.now(UTC).isoformat(timespec="seconds"),
        uuid.uuid4().hex,
    )
    fields = {name: getattr(stamped, name) for name in Attempt.__dataclass_fields__}
    line = json.dumps({"format": FORMAT, **fields}) + "\n"
    target = path()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(target, flags, 0o600)
        try:
            # A killed process may have left half a line: start on a fresh one.
            size = os.fstat(descriptor).st_size
            if size and _last_byte(descriptor, size) != b"\n":
                line = "\n" + line
            data = line.encode()
            if os.write(descriptor, data) != len(data):
                raise OSError(28, "the disk is full")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RecordError(
            f"This answer could not be saved in {target} ({_reason(error)}). "
            "You can go on; it will be forgotten when the notebook is closed."
        ) from error
    return stamped


def _last_byte(descriptor: int, size: int) -> bytes:
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1)


def attempts() -> Iterator[Attempt]:
    """All attempts in the order written.  Lines that cannot be read are passed over."""
    try:
        lines = path().read_bytes().splitlines()
    except OSError:  # no record yet, or not readable: the quiz starts empty
        return
    for line in lines:
        try:
            entry = json.loads(line)
            known = {name: entry[name] for name in Attempt.__dataclass_fields__ if name in entry}
            attempt = Attempt(**known)
            keys = (attempt.item, attempt.version, attempt.event)
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if all(isinstance(key, str) for key in keys):
            yield attempt


def latest(items: set[str]) -> dict[str, list[Attempt]]:
    """The attempts at each of *items*, oldest first; items never tried are left out."""
    found: dict[str, list[Attempt]] = {}
    for attempt in attempts():
        if attempt.item in items:
            found.setdefault(attempt.item, []).append(attempt)
    return found


def erase() -> int:
    """Delete the record.  Returns how many attempts it held."""
    count = sum(1 for _ in attempts())
    try:
        # A record that is a link (into a synchronised folder, say) is erased with its link.
        path().resolve().unlink(missing_ok=True)
        path().unlink(missing_ok=True)
    except OSError as error:
        raise RecordError(
            f"The record {path()} could not be deleted ({_reason(error)})."
        ) from error
    return count


def summary() -> dict[str, Any]:
    """How many questions were tried and how many were right at the last attempt."""
    last: dict[str, Attempt] = {}
    for attempt in attempts():
        if attempt.event == "check":
            last[attempt.item] = attempt
    right = sum(1 for attempt in last.values() if attempt.verdict == "right")
    return {"questions": len(last), "right": right, "path": str(path())}
