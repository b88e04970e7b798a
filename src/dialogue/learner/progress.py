"""The learner's own record: what was answered, when, and how it went.

One file for a learner, outside the course: JSON Lines, one line an attempt, only ever
appended to.  A process that dies loses at most the attempt in flight, because each line
goes to the disk in one write before the learner is told that it is saved.

A line written by a newer course is kept, exported and imported letter for letter, also
when this course cannot read it.  An attempt is known by its ``id`` (by the canonical JSON
of its line where an old line has none) and counts once, however often it was imported.
"""

from __future__ import annotations

import errno
import json
import math
import os
import tempfile
import uuid
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = 2  # 1 had no ``confidence``
# Longer than any answer: a file without line ends is never read into memory whole.
LONGEST_LINE = 16 * 2**20


class RecordError(Exception):
    """The record cannot be written, exported or imported.  One line for the learner."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one question.  ``event`` is check, hint, reveal or reset.

    ``score`` is a share from 0 to 1, ``at`` a time in UTC (ISO 8601), and ``confidence``
    how sure the learner said they were: 1 (guessing) to 3 (sure), or None (not asked).
    """

    item: str
    version: str
    event: str
    response: Any = None
    verdict: str = ""
    score: float = 0.0
    at: str = ""
    id: str = ""
    confidence: int | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: attempts added, attempts already known, lines it could not read."""

    added: int
    known: int
    unreadable: int
    first_unreadable: int = field(default=0, compare=False)  # a line number from 1; 0: none


def folder() -> Path:
    """Where the record is kept: ``DIALOGUE_RECORD_DIR``, or the platform's user-data folder."""
    if named := os.environ.get("DIALOGUE_RECORD_DIR"):
        return Path(os.path.expanduser(named))
    from platformdirs import user_data_path

    return user_data_path("us-iraq-dialogue", appauthor=False)


def path() -> Path:
    """The record file (it may not exist yet)."""
    return folder() / "answers.jsonl"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _score(value: Any) -> float:
    """A finite number, or 0.0 for whatever else a line may hold."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    with suppress(OverflowError):
        return float(value) if number and math.isfinite(value) else 0.0
    return 0.0


def _confidence(value: Any) -> int | None:
    return value if type(value) is int and 1 <= value <= 3 else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _parse(line: bytes) -> tuple[str, Attempt | None] | None:
    """The identity of a line and its attempt, or None for a line that cannot be read.

    The attempt alone is None for a line of a newer format that lacks what this one needs.
    """
    try:
        return parsed(json.loads(line.removeprefix(BOM_UTF8).decode()))
    except (ValueError, RecursionError):
        return None


def parsed(entry: Any) -> tuple[str, Attempt | None] | None:
    """The same for a line that was read as JSON already."""
    try:
        get = entry.get
        own = _text(get("id"))
        known = own or json.dumps(entry, sort_keys=True)
    except (AttributeError, RecursionError):
        return None
    item, version, event = get("item"), get("version"), get("event")
    if not (isinstance(item, str) and isinstance(version, str) and isinstance(event, str)):
        written = get("format")
        return (known, None) if type(written) is int and written > FORMAT else None
    verdict, at = _text(get("verdict")), _text(get("at"))
    score, sure = _score(get("score")), _confidence(get("confidence"))
    return known, Attempt(item, version, event, get("response"), verdict, score, at, own, sure)


def _append(data: bytes) -> None:
    """Add whole lines to the record in one write, or raise ``OSError``; then they are on disk."""
    target = path()
    if str(target).startswith("~"):  # never a folder of that name among the lessons
        raise OSError(errno.ENOENT, "no home folder is known; set DIALOGUE_RECORD_DIR to a folder")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(target, flags, 0o600)
    try:
        # A killed process may have left half a line: start on a fresh one.
        if os.lseek(descriptor, 0, os.SEEK_END):
            os.lseek(descriptor, -1, os.SEEK_END)
            data = data if os.read(descriptor, 1) == b"\n" else b"\n" + data
        if os.write(descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append(attempt: Attempt) -> Attempt:
    """Write one attempt and return it as written, with its time (UTC) and its id.

    Raises :class:`RecordError` when the folder cannot be written or the disk is full.
    """
    stamped = replace(
        attempt,
        score=round(_score(attempt.score), 4),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        id=uuid.uuid4().hex,
        confidence=_confidence(attempt.confidence),
    )
    try:
        _append(json.dumps({"format": FORMAT, **asdict(stamped)}).encode() + b"\n")
    except (OSError, TypeError, ValueError, RecursionError) as error:
        raise RecordError(
            f"This answer could not be saved in {path()} ({_reason(error)}). "
            "You can go on; it will be forgotten when the notebook is closed."
        ) from error
    return stamped


class _Read(NamedTuple):
    """What was read before: the bytes, the line of each identity, the attempts with their times.

    The bytes themselves are compared, not the file's size and time: those can be the same
    for a record that was erased and begun again, and then a new answer would be hidden.
    """

    data: bytes = b""
    lines: Mapping[str, bytes] = {}
    timed: tuple[tuple[float, Attempt], ...] = ()

    def and_then(self, data: bytes) -> _Read:
        lines, timed = dict(self.lines), list(self.timed)
        for line in data.split(b"\n"):
            parsed = _parse(line) if line else None
            if parsed is None or parsed[0] in lines:
                continue
            lines[parsed[0]] = line
            if attempt := parsed[1]:
                try:
                    time = datetime.fromisoformat(attempt.at)
                    when = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
                except ValueError:  # without a time it stays behind the line before it
                    when = timed[-1][0] if timed else -math.inf
                timed.append((when, attempt))
        return _Read(self.data + data, lines, tuple(timed))


_before = _Read()


def _read() -> _Read:
    """The record as it is now; only lines that are new since the last call are parsed."""
    global _before
    data = path().read_bytes()
    # The end of the file may be half a line that somebody is still writing.
    whole = data.rfind(b"\n") + 1
    read = _before if data.startswith(_before.data) else _Read()
    if len(read.data) < whole:
        read = read.and_then(data[len(read.data) : whole])
    _before = read
    return read.and_then(data[whole:]) if whole < len(data) else read


def attempts() -> Iterator[Attempt]:
    """All attempts, each once, the oldest first.  Lines that cannot be read are passed over.

    The order is by ``at``, because an import may put older lines behind newer ones; within
    a second, and for lines without a time, it is the order written.  A ``response`` is
    shared between calls: do not change it in place.
    """
    try:
        timed = _read().timed
    except OSError:  # no record yet, or not readable: the quiz starts empty
        return
    for _time, attempt in sorted(timed, key=itemgetter(0)):
        yield attempt


def latest(
    items: set[str], was: Mapping[str, Iterable[str]] | None = None
) -> dict[str, list[Attempt]]:
    """The attempts at each of *items*, oldest first; items never tried are left out.

    *was* gives the former ids of an item that was renamed: attempts under those come back
    under the id of today, and each keeps in its ``item`` the id it was written with.  An id
    that is in *items* itself is never taken for a former id of another.
    """
    today = {item: item for item in items}
    for item, former in (was or {}).items():
        if item in items:
            today = {**dict.fromkeys(former, item), **today}
    found: dict[str, list[Attempt]] = {}
    for attempt in attempts():
        if attempt.item in today:
            found.setdefault(today[attempt.item], []).append(attempt)
    return found


def erase() -> int:
    """Delete the record, or raise :class:`RecordError`.  Returns how many attempts it held."""
    global _before
    count = sum(1 for _ in attempts())
    _before = _Read()
    try:
        # A record that is a link (into a synchronised folder, say) is erased with its link.
        Path(os.path.realpath(path())).unlink(missing_ok=True)
        path().unlink(missing_ok=True)
    except OSError as error:
        raise RecordError(f"The record {path()} cannot be deleted ({_reason(error)}).") from error
    return count


def summary() -> dict[str, Any]:
    """How many questions were tried and how many were right at the last attempt."""
    last: dict[str, Attempt] = {}
    for attempt in attempts():
        if attempt.event == "check":
            last[attempt.item] = attempt
    right = sum(1 for attempt in last.values() if attempt.verdict == "right")
    return {"questions": len(last), "right": right, "path": str(path())}


def _own() -> Mapping[str, bytes]:
    """The lines of this record by the identity of the attempt, in the order of the file."""
    try:
        return _read().lines
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RecordError(f"The record {path()} cannot be read ({_reason(error)}).") from error


def export_to(file: str | os.PathLike[str], force: bool = False) -> int:
    """Write every attempt, each once, to *file*, and return how many there are.

    The file is a record itself (JSON Lines), readable by this user alone.  It is written
    beside its place and moved there when it is whole.  Raises :class:`RecordError`, and
    leaves what is there, when there is nothing to export, when the file cannot be written,
    or when it exists and *force* is not given.
    """
    lines = _own()
    if not lines:  # an empty file must never take the place of a good copy
        raise RecordError(f"{file}: not written, because there are no answers to export yet")
    target, beside = Path(os.path.realpath(os.path.expanduser(file))), ""
    try:
        if target.exists() and target.samefile(path()):
            raise RecordError(f"{file}: this is the record itself; give the copy another name")
        if target.exists() and not (force and target.is_file()):
            remedy = "add --force to replace it" if target.is_file() else "name a file in it"
            raise RecordError(f"{file}: this exists already; {remedy}")
        descriptor, beside = tempfile.mkstemp(prefix=".answers-", dir=target.parent)
        with os.fdopen(descriptor, "wb") as copy:
            copy.writelines(line + b"\n" for line in lines.values())
            copy.flush()
            os.fsync(copy.fileno())
        if not force:  # takes the name, or fails if somebody has taken it meanwhile
            target.touch(exist_ok=False)
        os.replace(beside, target)
    except OSError as error:
        raise RecordError(f"{file}: cannot be written ({_reason(error)}); try elsewhere") from error
    finally:
        if beside:
            Path(beside).unlink(missing_ok=True)
    return len(lines)


def import_from(file: str | os.PathLike[str]) -> Imported:
    """Add the attempts of another record that this one does not hold yet.

    Lines are appended as they stand; the readers put them in order.  An import that was
    broken off is completed by a second one.  Raises :class:`RecordError` when no line can be
    read (then nothing is added) and when the attempts cannot be written.
    """
    source, fresh, known, bad = Path(os.path.expanduser(file)), {}, 0, []
    remedy = "name a file that 'dialogue progress export' wrote"
    own = _own()
    try:
        if source.exists() and not source.is_file():
            raise RecordError(f"{file}: this is not a file; {remedy}")
        with source.open("rb") as lines:
            if own and source.samefile(path()):
                raise RecordError(f"{file}: this is the record itself; {remedy}")
            for number, line in enumerate(iter(partial(lines.readline, LONGEST_LINE), b""), 1):
                if not (line := line.strip()):
                    continue
                if not (parsed := _parse(line)):
                    bad.append(number)
                elif parsed[0] in own or parsed[0] in fresh:
                    known += 1
                else:
                    fresh[parsed[0]] = line
    except OSError as error:
        raise RecordError(f"{file}: cannot be read ({_reason(error)}); {remedy}") from error
    if not (fresh or known):
        fault = "neither this line nor any other is an answer" if bad else "this file is empty"
        raise RecordError(f"{file}:{bad[0] if bad else 1}: {fault}; {remedy}")
    try:
        if fresh:
            _append(b"".join(line + b"\n" for line in fresh.values()))
    except OSError as error:
        raise RecordError(
            f"{file}: not all of it could be added to {path()} ({_reason(error)}); mend that "
            "and import it again: no answer is added twice"
        ) from error
    return Imported(len(fresh), known, len(bad), bad[0] if bad else 0)
