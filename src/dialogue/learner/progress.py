"""The learner's own record: what was answered, when, and how it went.

One file for a learner, outside the course: JSON Lines, one line an attempt, only ever
appended to.  A process that dies loses at most the attempt in flight, because each line
goes to the disk in one write before the learner is told that it is saved.

A line written by a newer course is kept, exported and imported letter for letter, also
when this course cannot read it.  An attempt is known by its ``id`` (by the canonical JSON
of its line where an old line has none) and counts once, however often it was imported.

The order is the order written: a clock may run ahead for a day and be mended.  Only what
came by an import has its place by its time; such a line begins with a space, which no reader
of JSON minds.  A record of any length is read in pieces, and what is remembered of it is
where the lines of each question begin.
"""

from __future__ import annotations

import hashlib
import heapq
import io
import json
import math
import os
import tempfile
import uuid
from array import array
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from dialogue.course import faults, files
from dialogue.course import place as place_of
from dialogue.learner import log
from dialogue.page.text import encodable

FORMAT = 2  # 1 had no ``confidence``
# Longer than any answer: a file without line ends is never read into memory whole.
LONGEST_LINE = 16 * 2**20
# The answers to the kinds of question are two levels deep; no reader need go deeper than this.
DEEPEST = 32
# Nobody answers one question so often: of a record that says so the two ends are read.
EARLIEST_TRIES, LATEST_TRIES = 1_000, 10_000
# As many parsed attempts are remembered between two readings (about 40 MB).
_REMEMBERED = 50_000
_PIECE = 2**20
# A clock that is set back by less was put right by a little; by more, it had run ahead.
A_LITTLE = timedelta(days=1)
# The course did not exist: what a computer with an empty battery takes for today.
_TOO_EARLY = datetime(2020, 1, 1, tzinfo=UTC)


class RecordError(Exception):
    """The record cannot be written, exported or imported.  One line for the learner."""


# Verdicts that are none: of a forecast or a guess, and of a vote or what a teacher marks.
UNJUDGED = frozenset({"logged", "kept"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one question.  ``event`` is check, hint, reveal, reset, write or note.

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

    return user_data_path(place_of.name(), appauthor=False)


def path() -> Path:
    """The file that answers are appended to (it may not exist yet)."""
    return log.own(folder(), "answers")


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


def _plain(value: Any, depth: int = 0) -> Any:
    """A response that can be written anywhere: text that can be encoded, and not too deep.

    What is nested deeper than any answer is None, as if nothing had been answered.
    """
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list | tuple):
        if depth == DEEPEST:
            raise RecursionError
        return [_plain(one, depth + 1) for one in value]
    if isinstance(value, dict):
        if depth == DEEPEST:
            raise RecursionError
        return {
            encodable(name) if isinstance(name, str) else name: _plain(one, depth + 1)
            for name, one in value.items()
        }
    return value


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
    try:
        response = _plain(get("response"))
    except RecursionError:
        response = None
    item, version, event, verdict, at, own = map(
        encodable, (item, version, event, _text(get("verdict")), _text(get("at")), own)
    )
    score, sure = _score(get("score")), _confidence(get("confidence"))
    return known, Attempt(item, version, event, response, verdict, score, at, own, sure)


def moment_of(at: str) -> datetime | None:
    """A time of a line, or None where it is none or from before the course."""
    with suppress(ValueError):
        time = datetime.fromisoformat(at)
        try:
            time = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:  # of the last day that there is, or of the first
            time = (datetime.max if time.year > 1 else datetime.min).replace(tzinfo=UTC)
        return time if time >= _TOO_EARLY else None
    return None


def _open() -> BinaryIO:
    return _together() if log.BROWSER else files.open_plain(path())


# What several files say together, as long as none of them has changed.
_joined: tuple[list[tuple[str, int, int]], bytes] = ([], b"")


def _together() -> BinaryIO:
    """The files of all kernels as one record, in the order in which things happened."""
    global _joined
    for last in (False, False, True):
        paths = log.every(folder(), "answers")
        stamps = [files.stamp(file) for file in paths]
        if stamps != _joined[0]:
            try:
                order = _merged(paths)
            except FileNotFoundError:  # a page has just put that file into another one
                if last:
                    raise
                continue
            _joined = stamps, b"".join(entry.line + b"\n" for entry in order)
        break
    return io.BytesIO(_joined[1])


def _merged(paths: Iterable[Path]) -> list[Entry]:
    order: list[Entry] = []
    for file in paths:
        with files.open_plain(file) as record:
            found = in_order(entries(_lines(record)))
        order = [e for _, e in heapq.merge(_timed(order), _timed(found), key=itemgetter(0))]
    return order


def _last_time() -> datetime | None:
    """The time of the line that was written last, from the end of the record."""
    with suppress(OSError), _open() as record:
        size = record.seek(0, os.SEEK_END)
        record.seek(max(0, size - 65_536))
        for line in reversed(record.read().split(b"\n")):
            if line.startswith(b" "):  # imported: of another computer's clock
                continue
            parsed = _parse(line) if line else None
            if parsed and parsed[1]:
                return moment_of(parsed[1].at)
    return None


def _now() -> datetime:
    """The time to write: never before that of the last line, unless that clock was ahead.

    A clock that was put back by up to a day (a journey, a correction) makes no time go back.
    After one that was further ahead the true time is written: otherwise every answer would
    bear that one's date until it is there, and nothing would ever be due again.
    """
    now = datetime.now(UTC)
    last = _last_time()
    if now < _TOO_EARLY:
        return last or _TOO_EARLY
    return last if last and now < last <= now + A_LITTLE else now


def append(attempt: Attempt) -> Attempt:
    """Write one attempt and return it as written, with its time (UTC) and its id.

    Raises :class:`RecordError` when the folder cannot be written or the disk is full.
    """
    try:
        stamped = replace(
            attempt,
            item=encodable(attempt.item),
            response=_plain(attempt.response),
            score=round(_score(attempt.score), 4),
            at=_now().isoformat(timespec="seconds"),
            id=uuid.uuid4().hex,
            confidence=_confidence(attempt.confidence),
        )
        entry = {name.name: getattr(stamped, name.name) for name in fields(stamped)}
        log.append(path(), json.dumps({"format": FORMAT, **entry}).encode() + b"\n")
    except (OSError, TypeError, ValueError, RecursionError) as error:
        raise RecordError(
            f"This answer could not be saved in {path()} ({_reason(error)}). "
            "You can go on; it will be forgotten when the notebook is closed."
        ) from error
    return stamped


# --- reading ---------------------------------------------------------------------------


class Entry(NamedTuple):
    """One line: the identity of its attempt, the attempt (None: of a newer format), the line
    itself, and whether it came by an import."""

    known: str
    attempt: Attempt | None
    line: bytes
    imported: bool


def entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    """What can be read in the lines of a record, each once, in the order written."""
    seen: set[int] = set()
    for line in lines:
        if (parsed := _parse(line)) and (mark := hash(parsed[0])) not in seen:
            seen.add(mark)
            yield Entry(*parsed, line.strip(), line.startswith(b" "))


def in_order(found: Iterable[Entry]) -> list[Entry]:
    """*found* in the order in which it happened: as written, and what was imported by its time.

    Both keep their own order; a time that is later than that of a later line was told by a
    clock that ran ahead, and counts as that one's.
    """
    order: list[Entry] = []
    for imported, group in groupby(found, key=lambda entry: entry.imported):
        batch = list(group)
        if imported and order:
            order = [e for _, e in heapq.merge(_timed(order), _timed(batch), key=itemgetter(0))]
        else:
            order += batch
    return order


def _timed(found: Sequence[Entry]) -> list[tuple[float, Entry]]:
    times, before = [], -math.inf
    for entry in found:
        moment = moment_of(entry.attempt.at) if entry.attempt else None
        before = moment.timestamp() if moment else before
        times.append(before)
    for i in range(len(times) - 2, -1, -1):
        times[i] = min(times[i], times[i + 1])
    return list(zip(times, found, strict=True))


def ahead(attempts: Sequence[Attempt], now: datetime | None = None) -> int:
    """How many of *attempts*, as they were written, a clock more than a day ahead has dated."""
    count, after = 0, (now or datetime.now(UTC))
    for attempt in reversed(attempts):
        if (moment := moment_of(attempt.at)) and moment > after + A_LITTLE:
            count += 1
        elif moment:
            after = min(moment, after)
    return count


# As this course writes it: the id can be taken from the line without reading all of it.
_BEGINS = b'{"format": %d, "item": "' % FORMAT


class _Index:
    """Where the whole lines of each question begin, in the order written.

    The bytes themselves are compared (by their digest), not the file's size and time: those
    can be the same for a record that was erased and begun again, and then a new answer would
    be hidden.
    """

    def __init__(self) -> None:
        self.size = 0  # as far as whole lines go
        self.places: dict[bytes, array[int]] = {}
        self.imported = False
        self.parsed: dict[int, tuple[str, Attempt | None] | None] = {}
        self._digest = hashlib.blake2b()
        self._skip = False  # within a line that is too long to be one

    def holds(self, record: BinaryIO) -> bool:
        """Whether *record* still begins with what was read; then it stands just behind that."""
        left, digest = self.size, hashlib.blake2b()
        while left and (piece := record.read(min(left, _PIECE))):
            digest.update(piece)
            left -= len(piece)
        return not left and digest.digest() == self._digest.digest()

    def extend(self, record: BinaryIO) -> bytes:
        """Take in the lines that follow; returns the rest, which may be half a line."""
        rest = b""
        while piece := record.read(_PIECE):
            rest += piece
            end = rest.rfind(b"\n") + 1
            if not end and len(rest) > LONGEST_LINE:
                self._pass(rest)
                rest, self._skip = b"", True
            elif end:
                self._take(rest[:end])
                rest = rest[end:]
        return rest

    def _pass(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)

    def _take(self, data: bytes) -> None:
        if self._skip:
            end = data.index(b"\n") + 1
            self._pass(data[:end])
            data, self._skip = data[end:], False
        place, places = self.size, self.places
        for line in data.split(b"\n")[:-1]:
            start = 1 if line.startswith(b" ") else 0
            self.imported = self.imported or bool(start)
            name = b""
            if line.startswith(_BEGINS, start):
                start += len(_BEGINS)
                name = line[start : line.find(b'"', start)]
            if not name or b"\\" in name or not name.isascii():  # so every one can be decoded
                parsed = self.parse(place, line) if line else None
                name = parsed[1].item.encode() if parsed and parsed[1] else b""
            if name:
                try:
                    places[name].append(place)
                except KeyError:
                    places[name] = array("Q", [place])
            place += len(line) + 1
        self._pass(data)

    def parse(self, place: int, line: bytes) -> tuple[str, Attempt | None] | None:
        """What stands in *line*, which begins at *place*; parsed once, as far as memory goes."""
        if place not in self.parsed:
            if len(self.parsed) >= _REMEMBERED:
                return _parse(line)
            self.parsed[place] = _parse(line)
        return self.parsed[place]

    def tries(
        self,
        record: BinaryIO,
        names: Iterable[str],
        rest: bytes,
        last: tuple[str, Attempt | None] | None,
    ) -> list[Attempt]:
        """The attempts at the questions of these *names*, from both ends of the record.

        *rest* is what stands behind its whole lines, and *last* what can be read in it.
        """
        own = {name.encode("utf-8", "replace") for name in names}
        several = [self.places[name] for name in own if name in self.places]
        places: Sequence[int] = several[0] if len(several) == 1 else sorted(chain(*several))
        if len(places) > EARLIEST_TRIES + LATEST_TRIES:
            places = [*places[:EARLIEST_TRIES], *places[-LATEST_TRIES:]]
        found, seen = [], set()
        for place in (*places, self.size):
            if place == self.size:
                line, parsed = rest, last
                if not (parsed and parsed[1] and parsed[1].item.encode() in own):
                    continue
            else:
                record.seek(place)
                line = record.readline(LONGEST_LINE)
                parsed = self.parse(place, line.removesuffix(b"\n"))
            if parsed and parsed[1] and parsed[0] not in seen:
                seen.add(parsed[0])
                found.append(Entry(*parsed, b"", line.startswith(b" ")))
        found = in_order(found) if self.imported else found
        return [entry.attempt for entry in found if entry.attempt]


_before = _Index()


def _read(record: BinaryIO) -> tuple[_Index, bytes]:
    """What *record* holds now, and the half line at its end; only what is new is read closely."""
    global _before
    if not _before.holds(record):
        _before = _Index()
        record.seek(0)
    rest = _before.extend(record)
    return _before, rest


def _lines(record: BinaryIO) -> Iterator[bytes]:
    whole = True  # false within a line that is too long to be one
    for line in iter(partial(record.readline, LONGEST_LINE), b""):
        if whole and (line.endswith(b"\n") or len(line) < LONGEST_LINE):
            yield line.removesuffix(b"\n")
        whole = line.endswith(b"\n")


def _entries() -> Iterator[Entry]:
    """Every line of the record, each once, in the order in which it happened."""
    with _open() as record:
        found = entries(_lines(record))
        if _read(record)[0].imported:
            record.seek(0)
            yield from in_order(found)
        else:
            record.seek(0)
            yield from found


def attempts() -> Iterator[Attempt]:
    """All attempts, each once, the oldest first.  Lines that cannot be read are passed over.

    The order is the order written; an import may put older lines behind newer ones, and
    those have their place by ``at``.
    """
    try:
        for entry in _entries():
            if entry.attempt:
                yield entry.attempt
    except OSError:  # no record yet, or not readable: the quiz starts empty
        return


def latest(
    items: Set[str], was: Mapping[str, Iterable[str]] | None = None
) -> dict[str, list[Attempt]]:
    """The attempts at each of *items*, oldest first; items never tried are left out.

    *was* gives the former ids of an item that was renamed: attempts under those come back
    under the id of today, and each keeps in its ``item`` the id it was written with.  An id
    that is in *items* itself is never taken for a former id of another.  A ``response`` is
    shared between calls: do not change it in place.
    """
    today = {item: item for item in items}
    for item, former in (was or {}).items():
        if item in items:
            today = {**dict.fromkeys(former, item), **today}
    names: dict[str, list[str]] = {}
    for name, item in today.items():
        names.setdefault(item, []).append(name)
    try:
        with _open() as record:
            index, rest = _read(record)
            last = _parse(rest) if rest else None
            found = {item: index.tries(record, own, rest, last) for item, own in names.items()}
    except OSError:
        return {}
    return {item: tries for item, tries in found.items() if tries}


def erase() -> int:
    """Delete the record, or raise :class:`RecordError`.  Returns how many attempts it held."""
    global _before
    count = sum(1 for _ in attempts())
    _before = _Index()
    try:
        for file in log.every(folder(), "answers"):
            # A record that is a link (into a synchronised folder, say) is erased with its link.
            real = Path(os.path.realpath(file))
            if real.is_file():
                real.unlink(missing_ok=True)
            file.unlink(missing_ok=True)
    except OSError as error:
        raise RecordError(f"The record {path()} cannot be deleted ({_reason(error)}).") from error
    return count


def summary() -> dict[str, Any]:
    """How many questions were tried and how many were right at the last attempt; how many
    answers were given that nothing judges: forecasts, guesses, votes, what a teacher marks."""
    last: dict[str, Attempt] = {}
    every = names()
    with suppress(OSError), _open() as record:
        index, rest = _read(record)
        half = _parse(rest)
        for name in every:
            for attempt in index.tries(record, [name], rest, half):
                if attempt.event == "check":
                    last[name] = attempt
    verdicts = [attempt.verdict for attempt in last.values()]
    given = sum(verdict in UNJUDGED for verdict in verdicts)
    return {
        "questions": len(verdicts) - given,
        "right": verdicts.count("right"),
        "given": given,
        "path": str(path()),
    }


def names() -> set[str]:
    """The items that the record has a line of, of whatever kind."""
    with suppress(OSError), _open() as record:
        index, rest = _read(record)
        found = {name.decode() for name in index.places}
        if rest and (parsed := _parse(rest)) and parsed[1]:
            found.add(parsed[1].item)
        return found
    return set()


def unread() -> tuple[int, int]:
    """How many lines of the record cannot be read, and the number of the first (0: none).

    Raises :class:`RecordError` when the record is there and cannot be read at all.
    """
    bad, number, whole = [], 0, True  # whole is false within a line that is too long to be one
    try:
        with _open() as record:
            for piece in iter(partial(record.readline, LONGEST_LINE), b""):
                number += whole
                long = len(piece) == LONGEST_LINE and not piece.endswith(b"\n")
                if whole and piece.strip() and (long or not _parse(piece.removesuffix(b"\n"))):
                    bad.append(number)
                whole = piece.endswith(b"\n")
    except FileNotFoundError:
        return 0, 0
    except OSError as error:
        raise RecordError(f"The record {path()} cannot be read ({_reason(error)}).") from error
    return len(bad), bad[0] if bad else 0


def unread_told() -> str:
    """What a learner is told of lines that cannot be read, or nothing.  Raises as :func:`unread`."""
    count, first = unread()
    lines = "1 line" if count == 1 else f"{count} lines"
    return (
        f"{path()}:{first}: {lines} of your record cannot be read, this one first; left as they "
        "are, and not among your answers. A copy that you exported can be imported again"
        if count
        else ""
    )


def nothing() -> tuple[str, str]:
    """Why a file is not written when the record gives nothing, and the remedy."""
    try:
        if told := unread_told():
            return "not written, no answer was found to write", told
    except RecordError as error:
        return "not written", str(error)
    return "not written, there are no answers yet", "answer a question first"


def _own() -> Mapping[str, bytes]:
    """The lines of this record by the identity of the attempt, in the order of the attempts."""
    try:
        return {entry.known: entry.line for entry in _entries()}
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
        raise RecordError(f"{file}: {'; '.join(nothing())}")
    target, beside = Path(os.path.realpath(os.path.expanduser(file))), ""
    if "\n" in os.fspath(file) or "\r" in os.fspath(file):
        raise RecordError(faults.one_line(f"{file}: a name is one line; choose another name"))
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


def _to_add(fresh: Sequence[Entry]) -> bytes:
    fresh, last = in_order(fresh), _last_time()
    times = [moment_of(entry.attempt.at) for entry in fresh if entry.attempt]
    older = last and any(time and time < last for time in times)
    return b"".join((b" " if older else b"") + entry.line + b"\n" for entry in fresh)


def import_from(file: str | os.PathLike[str]) -> Imported:
    """Add the attempts of another record that this one does not hold yet.

    Lines are appended as they stand, in their own order.  Where some are older than what is
    here, each begins with a space, and the readers put them where their time belongs.  An
    import that was broken off is completed by a second one.  Raises :class:`RecordError` when no line can be
    read (then nothing is added) and when the attempts cannot be written.
    """
    source, known, bad = Path(os.path.expanduser(file)), 0, []
    theirs: dict[str, Entry] = {}
    remedy = "name a file that 'dialogue progress export' wrote"
    try:
        if source.exists() and not source.is_file():
            raise RecordError(f"{file}: this is not a file; {remedy}")
        with source.open("rb") as lines:
            if path().exists() and source.samefile(path()):
                raise RecordError(f"{file}: this is the record itself; {remedy}")
            for number, line in enumerate(iter(partial(lines.readline, LONGEST_LINE), b""), 1):
                if not line.strip():
                    continue
                if not (parsed := _parse(line)):
                    bad.append(number)
                elif parsed[0] in theirs:
                    known += 1
                else:
                    entry = Entry(*parsed, line.strip(), line.startswith(b" "))
                    theirs[parsed[0]] = entry
    except OSError as error:
        raise RecordError(f"{file}: cannot be read ({_reason(error)}); {remedy}") from error
    if not theirs:
        fault = "neither this line nor any other is an answer" if bad else "this file is empty"
        raise RecordError(f"{file}:{bad[0] if bad else 1}: {fault}; {remedy}")
    try:
        if not str(folder()).startswith("~"):  # that, the writing refuses
            folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        # Of two that take in the same file at once, the second finds that it is known.
        with files.alone(folder()):
            own = _own()
            fresh = [entry for name, entry in theirs.items() if name not in own]
            known += len(theirs) - len(fresh)
            if fresh:
                log.append(path(), _to_add(fresh))
    except files.FileFault as fault:
        raise RecordError(str(fault)) from None
    except OSError as error:
        raise RecordError(
            f"{file}: not all of it could be added to {path()} ({_reason(error)}); mend that "
            "and import it again: no answer is added twice"
        ) from error
    return Imported(len(fresh), known, len(bad), bad[0] if bad else 0)
