"""Files that come from elsewhere and files that we leave behind.

Every command of the instructor's desk reads through here, so that an empty, huge, cut-off
or hostile file gets one sentence; and writes through here, so that nothing is replaced
unasked and nothing is ever written half.
"""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import shutil
import stat
import tempfile
import time
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from dialogue.course.faults import Fault, one_line, shown

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# What every message about a tool that only instructors use tells the reader to do.
GET_TOOLS = "run 'make teach' in the course's folder; README.md says how to without make"
# Larger than any bank, class or package that was seen; small enough to hold in memory.
MOST = 64 * 1024 * 1024
# A member of a zip may grow by this factor; text packs to a twentieth, bombs to a thousandth.
_MOST_GROWTH = 200
# Spreadsheet programs run a cell that begins with one of these.
# Source: OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?%?")
# What programs leave in any folder, and nobody misses.
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini", "__pycache__", ".ipynb_checkpoints"}
_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}


EMPTY = "the file is empty"
MERGED = "two versions stand here, which a merge could not join"


class FileFault(Exception):
    """One thing that is wrong with a file: where, what, and what to do about it."""

    def __init__(self, file: str | os.PathLike[str], message: str, remedy: str, line: int = 0):
        self.file, self.line, self.message, self.remedy = str(file), line, message, remedy
        super().__init__(message)

    def __str__(self) -> str:
        # No name at all, as a shell gives it for a variable that is not set, is seen as ''.
        file = self.file if self.file.strip() else repr(self.file)
        place = f"{file}:{self.line}" if self.line else file
        text = f"{place}: {self.message}; {self.remedy}"
        # A name may hold any character, and a terminal obeys some of them.
        return one_line(text)


def fault_of(error: FileFault) -> Fault:
    """The same, as one of the faults that a check lists."""
    return Fault(shown(Path(error.file)), error.line or 1, "", error.message, error.remedy)


def reason(error: BaseException) -> str:
    """Why the system refused, in its own words."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


# --- reading ---------------------------------------------------------------------------


def read_bytes(file: str | os.PathLike[str], *, most: int = MOST) -> bytes:
    """The content of *file*, at least one byte and at most *most*.

    Raises :class:`FileFault` when there is no such file, when it is a folder, a device or a
    pipe, empty, larger than *most* bytes, or not readable.
    """
    path = Path(os.path.expanduser(file))
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise FileFault(file, "this is a folder", "name a file in it")
        if not stat.S_ISREG(kind):
            raise FileFault(file, "this is not a plain file", "name a file")
        with path.open("rb") as source:
            data = source.read(most + 1)
    except FileNotFoundError:
        raise FileFault(file, "there is no such file", "check its name and folder") from None
    except (OSError, ValueError) as error:
        fault = f"the file cannot be read ({reason(error)})"
        raise FileFault(file, fault, "check its name and rights") from error
    if not data:
        raise FileFault(file, EMPTY, "export or download it again")
    if len(data) > most:
        fault = f"the file is larger than {size_text(most)}"
        raise FileFault(file, fault, "check that it is the right one, or split it")
    return data


def open_plain(file: str | os.PathLike[str]) -> BinaryIO:
    """*file* for reading in pieces, or ``OSError``: never what waits for ever or has no end."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(file, flags)
    try:
        _plain(descriptor)
        return os.fdopen(descriptor, "rb", buffering=2**20)
    except BaseException as error:
        with suppress(OSError):
            os.close(descriptor)
        if (
            isinstance(error, OSError) and error.filename is None
        ):  # whoever hears of it needs the name
            error.filename = os.fspath(file)
        raise


def _plain(descriptor: int) -> None:
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(kind):
        raise OSError(errno.EINVAL, "this is not a plain file")


def stamp(file: str | os.PathLike[str]) -> tuple[str, int, int]:
    """A file with its time and size, for a cache to compare; zeros where it cannot be seen."""
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return str(file), 0, 0
    return str(file), found.st_mtime_ns, found.st_size


def closed(folder: Path) -> list[Fault]:
    """A fault when *folder* is there and cannot be looked into: a search in it finds nothing,
    and says nothing."""
    try:
        os.scandir(folder).close()
        os.stat(os.path.join(folder, "."))  # listed is not yet entered
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        fault = f"this folder cannot be read ({reason(error)})"
        return [Fault(shown(folder), 1, "", fault, "check its name and rights")]
    return []


def listed(folder: Path, pattern: str) -> list[Path]:
    """What a search in *folder* finds; nothing where one may not look: see :func:`closed`."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def size_text(size: int) -> str:
    """A size in bytes as people say it, such as '64 MB'."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1024 or unit == "MB":
            return f"{size:.0f} {unit}"
        size //= 1024
    raise AssertionError


def decode(data: bytes, file: str | os.PathLike[str]) -> str:
    """UTF-8 *data* as text with plain line ends, without the mark that Excel puts in front.

    Raises :class:`FileFault`, with the line, for anything else.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileFault(file, "the file is UTF-16, not UTF-8 text", "save it as 'UTF-8'", 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileFault(file, "this is not UTF-8 text", "save the file as 'UTF-8'", line) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise FileFault(file, "this is not a text file", "check that it is the right one", line)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if line := _conflict(text):
        raise FileFault(
            file, MERGED, "keep one of them, and take out <<<<<<<, ======= and >>>>>>>", line
        )
    return text


# What a merge writes above, between and below two versions of the same lines.
_MARKS = [re.compile(mark, re.MULTILINE) for mark in (r"^<{7} ", r"^={7}$", r"^>{7}(?: |$)")]


def _conflict(text: str) -> int:
    """The line at which a merge left two versions, or 0."""
    place = start = -1
    for mark in _MARKS:
        found = mark.search(text, place + 1)
        if found is None:
            return 0
        place = found.start()
        start = place if start < 0 else start
    return text.count("\n", 0, start) + 1


def read_text(file: str | os.PathLike[str], *, most: int = MOST) -> str:
    """The text of a UTF-8 file.  Raises :class:`FileFault` as both functions above do."""
    return decode(read_bytes(file, most=most), file)


def read_zip(file: str | os.PathLike[str], *, most: int = MOST) -> dict[str, bytes]:
    """The members of a zip file by name.

    Raises :class:`FileFault` when the file is no zip, cut off or damaged, locked with a
    password, when a member would leave the folder it is unpacked to, and when it would grow
    beyond *most* bytes.
    """
    damaged = ("this zip file is cut off or damaged", "download or export it again")
    data = read_bytes(file, most=most)
    if not data.startswith(b"PK"):
        raise FileFault(file, "this is not a zip file", "check that it is the right one")
    members: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            total = 0
            for entry in entries:
                name = entry.filename.replace("\\", "/")
                parts = PurePosixPath(name).parts
                if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
                    fault = f"its member {name!r} would be written outside its folder"
                    raise FileFault(file, fault, "do not use this file; ask who sent it")
                total += entry.file_size
                if total > most or entry.file_size > _MOST_GROWTH * max(entry.compress_size, 512):
                    fault = f"unpacked it would be larger than {size_text(most)}"
                    raise FileFault(file, fault, "do not use this file; ask who sent it")
                if entry.flag_bits & 1:
                    raise FileFault(file, "it is locked with a password", "save it without one")
                with archive.open(entry) as member:
                    members[name] = member.read(entry.file_size + 1)
    except FileFault:
        raise
    except Exception as error:  # whatever damaged numbers make of a zip: there is no end of kinds
        raise FileFault(file, *damaged) from error
    return members


# --- writing ---------------------------------------------------------------------------

# The first moment that a zip file can name.
_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """A zip file of *members*, in their order: the same bytes whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _FIRST_MOMENT)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _target(file: str | os.PathLike[str], *, force: bool, folder: bool) -> Path:
    if "\n" in os.fspath(file) or "\r" in os.fspath(file):  # POSIX (2024) advises to make none
        raise FileFault(file, "a name is one line", "choose another name")
    target = Path(os.path.realpath(os.path.expanduser(file)))
    what = "folder" if folder else "file"
    if not target.parent.is_dir():
        raise FileFault(file, f"there is no folder {target.parent}", "make it first")
    if os.path.lexists(target):  # after its links: also a device, a pipe, a link in a circle
        if not (target.is_dir() if folder else target.is_file()):
            raise FileFault(file, f"this is there, and not a {what}", "choose another name")
        if not force and (not folder or any(target.iterdir())):
            raise FileFault(file, "this exists already", "add --force to replace it")
    return target


def write(file: str | os.PathLike[str], content: bytes | str, *, force: bool = False) -> Path:
    """Write a file as a whole or not at all; text as UTF-8.  Returns its absolute path.

    Raises :class:`FileFault`, and leaves what is there, when the file exists and *force* is
    not given, when its folder does not, and when it cannot be written.
    """
    beside = ""
    try:
        data = content.encode() if isinstance(content, str) else content
        target = _target(file, force=force, folder=False)
        descriptor, beside = tempfile.mkstemp(prefix=".part-", dir=target.parent)
        with os.fdopen(descriptor, "wb") as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        os.chmod(beside, mode)
        if not force:  # takes the name, or fails if somebody has taken it meanwhile
            target.touch(exist_ok=False)
        os.replace(beside, target)
    except FileExistsError:
        raise FileFault(file, "this exists already", "add --force to replace it") from None
    except UnicodeEncodeError as error:
        half = f"half a character (\\u{ord(error.object[error.start]):04x}) is in what is written"
        raise FileFault(file, half, "type the character again where it came from") from None
    except (OSError, ValueError) as error:
        fault = f"this cannot be written ({reason(error)})"
        raise FileFault(file, fault, "choose another place") from error
    finally:
        if beside:
            Path(beside).unlink(missing_ok=True)
    return target


_PATIENCE = 10.0  # seconds; who writes here needs far less than one


@contextmanager
def alone(place: str | os.PathLike[str]) -> Iterator[None]:
    """What is read and written again in the folder *place*, is written by one program at a time.

    Raises :class:`FileFault` when another one does not end.  Where the system or the drive knows
    no such lock, there is none: each file is still written as a whole.
    """
    try:
        descriptor = os.open(place, os.O_RDONLY) if fcntl else -1
    except (OSError, ValueError):  # no such folder yet: whoever writes says so
        descriptor = -1
    try:
        until = time.monotonic() + _PATIENCE
        while fcntl and descriptor >= 0:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    fault = "another program is writing here"
                    raise FileFault(place, fault, "wait for its end and try again") from None
                time.sleep(0.02)
            except OSError:
                break
            else:
                break
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def append(file: str | os.PathLike[str], lines: bytes) -> None:
    """Add whole *lines* to a learner's file in one write, or raise ``OSError``.

    They are on the disk when this returns.  The folder is made, for this user alone.
    """
    target = Path(file)
    if str(target).startswith("~"):  # never a folder of that name among the lessons
        raise OSError(errno.ENOENT, "no home folder is known; set DIALOGUE_RECORD_DIR to a folder")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(target, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
    try:
        _plain(descriptor)
        # A killed process may have left half a line: start on a fresh one.
        if os.lseek(descriptor, 0, os.SEEK_END):
            os.lseek(descriptor, -1, os.SEEK_END)
            lines = lines if os.read(descriptor, 1) == b"\n" else b"\n" + lines
        if os.write(descriptor, lines) != len(lines):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@contextmanager
def folder(
    path: str | os.PathLike[str], *, force: bool = False, ours: Sequence[str] = ()
) -> Iterator[Path]:
    """A folder to fill, put in its place when the block ends well and thrown away when not.

    An empty folder may be there already.  With *force* a filled one is replaced as a whole,
    and only at the end.  Raises :class:`FileFault` as :func:`write` does, and also when the
    folder to be replaced holds a file that the new one does not (somebody else's work), unless
    one of the patterns *ours* says that this command writes such a file at times, and when it
    is the folder that the command runs in.
    """
    target = _target(path, force=force, folder=True)
    if target.exists() and Path.cwd().is_relative_to(target):
        # Whoever stands in a folder that is swapped for another one sees neither.
        fault = "you are in this folder, and it would be replaced"
        raise FileFault(path, fault, "name a folder in it, or go one up")
    try:
        beside = Path(tempfile.mkdtemp(prefix=".part-", dir=target.parent))
    except OSError as error:
        fault = f"this cannot be written ({reason(error)})"
        raise FileFault(path, fault, "choose another place") from error
    try:
        os.chmod(beside, 0o777 & ~_umask())
        yield beside
        old = None
        if target.exists():
            if other := _of_others(target, beside, ours):
                fault = f"it also holds {other}, which would be lost"
                raise FileFault(path, fault, "name another folder, or move that away first")
            old = Path(tempfile.mkdtemp(prefix=".old-", dir=target.parent))
            os.replace(target, old / target.name)
        try:
            os.replace(beside, target)
        except OSError:
            if old:
                os.replace(old / target.name, target)
            raise
        if old:
            shutil.rmtree(old, ignore_errors=True)
    except FileFault as inner:
        if beside not in Path(inner.file).parents:
            raise
        # Whoever asked for the folder does not know the one that is filled first.
        place = Path(path, Path(inner.file).relative_to(beside))
        raise FileFault(place, inner.message, inner.remedy, inner.line) from None
    except OSError as error:
        fault = f"this cannot be written ({reason(error)})"
        raise FileFault(path, fault, "choose another place") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def undone(made: Iterable[Path]) -> Iterator[None]:
    """What the block wrote at the places *made*, where nothing was, is taken away if it fails."""
    try:
        yield
    except BaseException:
        for one in made:
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one, ignore_errors=True)
            else:
                one.unlink(missing_ok=True)
        raise


def _of_others(old: Path, new: Path, ours: Sequence[str]) -> str:
    """A file of the folder *old* that *new* has not, and none of *ours*; or nothing."""
    for place, folders, names in os.walk(old):
        folders[:] = sorted(set(folders) - _LITTER)
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in sorted({*names, *links} - _LITTER):
            inside = (here / name).relative_to(old)
            mine = any(fnmatchcase(inside.as_posix(), pattern) for pattern in ours)
            if not mine and not (new / inside).exists():
                return inside.as_posix()
    return ""


def safe_name(text: str, *, default: str = "unnamed", most: int = 80) -> str:
    """A file name, on every system and inside its folder, that still resembles *text*."""
    plain = unicodedata.normalize("NFC", text)
    plain = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', "-", plain)
    plain = "".join(c for c in plain if c.isprintable() and unicodedata.category(c) != "Cf")
    plain = plain.strip(" .-")[:most].rstrip(" .-")
    if not plain or plain.split(".")[0].lower() in _RESERVED:
        plain = f"{default}-{plain}".rstrip("-")
    return plain


# --- tables ----------------------------------------------------------------------------


def cell(value: object) -> str:
    """A cell that no spreadsheet program will run as a formula.

    Plain numbers stay; any other text that begins like a formula gets an apostrophe in
    front, as OWASP advises ("CSV Injection").  :func:`from_cell` takes it off again.
    """
    text = "" if value is None else str(value)
    if text.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    # An apostrophe of the author's own in front of a formula must survive the way back.
    return "'" + text if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def from_cell(text: str) -> str:
    """What :func:`cell` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV: header, comma, CRLF (RFC 4180), every cell safe.  UTF-8 when written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
