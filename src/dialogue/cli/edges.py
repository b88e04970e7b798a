"""The edge of the command line: whatever a name, a stream or a system does, one line says so.

A command says what is wrong in words of its own (:class:`~dialogue.course.files.FileFault`).
What is left for here is what no command can foresee: a name that the system refuses, a
letter that cannot be encoded, an output that is full or closed, and a name that holds signs
which a terminal would obey.
"""

from __future__ import annotations

import io
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from dialogue.course import ending
from dialogue.course.faults import one_line
from dialogue.course.files import FileFault, reason

if TYPE_CHECKING:
    from dialogue.questions import Question

# Line ends, tabs, and the one sequence of our own, which clears the rest of a line.
_OBEYED = re.compile(r"\x1b\[K|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Harmless:
    """A stream to which no control character comes through."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write *text* with its control characters shown, and return its length."""
        self.stream.write(
            _OBEYED.sub(lambda s: s[0] if len(s[0]) > 1 else f"\\u{ord(s[0]):04x}", text)
        )
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write each of *lines*."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _occupied() -> None:
    """Give each closed standard stream the empty device.

    Its number would go to the next file that is opened: a program that a command starts
    (a kernel, say) would write into it, or not start at all.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):  # no such device: go on as before
                os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdin is None:
        sys.stdin = io.StringIO()


@contextmanager
def _streams() -> Iterator[None]:
    before = sys.stdout, sys.stderr
    for stream in before:
        # A console may not know every letter of the course: replace, never crash.
        if hasattr(stream, "reconfigure"):
            with suppress(ValueError, OSError):
                stream.reconfigure(errors="replace")
    # Without a console (pythonw) there is no stream at all.
    sys.stdout, sys.stderr = (Harmless(stream or io.StringIO()) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _silence(stream: Any) -> None:
    """Python flushes once more at exit, and would complain of what is known already."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


# The system ends a program with these (a closed terminal, a shutdown, `timeout`) on the spot.
_ENDS = [one for one in ending.SIGNALS if one != signal.SIGINT]


_told: list[int] = []


def _end(number: int, _frame: Any) -> None:
    _told.append(128 + number)
    for one in _ENDS:  # the second of the two does not break off the clearing away
        signal.signal(one, signal.SIG_IGN)
    raise SystemExit(128 + number)


@contextmanager
def _orderly() -> Iterator[None]:
    """Who is told to end leaves nothing half written behind, and no program that it started.

    A signal that is ignored (`nohup`) stays so; outside the main thread none can be taken.
    """
    before = {one: signal.getsignal(one) for one in _ENDS}
    with suppress(ValueError):
        for one, handler in before.items():
            if handler == signal.SIG_DFL:
                signal.signal(one, _end)
    try:
        yield
    finally:
        with suppress(ValueError):
            for one, handler in before.items():
                signal.signal(one, handler)


def guarded(run: Callable[[], int]) -> int:
    """The exit code of *run*: 1, and one line, for whatever the system refuses."""
    _occupied()
    with _orderly(), _streams():
        try:
            try:
                _told.clear()
                status = run()
                # Python drops what is raised within a callback of its own.
                status = _told[0] if _told else status
            finally:  # a command that ends by itself (--help) has written as well
                sys.stdout.flush()
            return status
        except KeyboardInterrupt:
            _say("Stopped before it was done.")
            return 130
        except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
            _silence(sys.stdout)
            return 1
        except FileFault as fault:
            return _say(str(fault))
        except UnicodeEncodeError as error:
            letter = f"\\u{ord(error.object[error.start]):04x}"
            return _say(f"{letter}: this letter cannot be written here; type the name again")
        except ValueError as error:
            if "embedded null" not in str(error):
                raise
            return _say("a name holds a zero byte, which no system takes; type it again")
        except OSError as error:
            name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
            where = f"{name}: " if name else "the output: "
            if not name:
                _silence(sys.stdout)
            return _say(
                f"{where}this cannot be used ({reason(error)}); choose another name or place"
            )


def deaf() -> None:
    """Ctrl+C breaks off nothing any more: what was asked for is done, and has been told."""
    with suppress(ValueError):  # outside the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def chosen(names: Sequence[str], *, drafts: bool = False) -> list[Question]:
    """The questions that *names* stand for; those that cannot be read are told."""
    from dialogue.bank import selection

    questions = selection.select(names, drafts=drafts)
    for fault in selection.left_out(names):
        print(f"left out: {fault}", file=sys.stderr)
    return questions


def _say(line: str) -> int:
    with suppress(OSError):
        print(one_line(line), file=sys.stderr, flush=True)
        return 1
    _silence(sys.stderr)
    return 1
