"""``dialogue check``: everything that is wrong with questions and tables, each with its remedy."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dialogue.course.faults import Advice
from dialogue.course.files import GET_TOOLS, closed
from dialogue.course.tables import TableFault

if TYPE_CHECKING:
    from dialogue import bank
    from dialogue.bank import Fault

PLACE = 2


@dataclass
class Found:
    """What a check found, and how much it has read."""

    whole: bool  # the whole course: its tables too
    faults: list[Fault] = field(default_factory=list)
    told: list[Advice] = field(default_factory=list)
    questions: int = 0
    files: int = 0
    tables: int = 0

    @property
    def read(self) -> dict[str, int]:
        return {"questions": self.questions, "files": self.files, "tables": self.tables}


def _look(paths: Sequence[Path]) -> Found:
    """Check the banks at *paths*; without any, the whole course."""
    from dialogue import bank
    from dialogue.bank import advice, overlay, rich
    from dialogue.course import catalogue

    found = Found(whole=not paths)
    for path in paths:
        if not path.exists():
            message = "there is no such file or folder"
            found.faults.append(bank.Fault(str(path), 1, "", message, "check its name"))
    present = [path for path in paths if path.exists()]
    files = list(bank.files(present)) if found.whole or present else []
    if not files and not found.faults:
        where = ", ".join(map(str, present)) or "exercises"
        message = "no question bank is here"
        found.faults.append(bank.Fault(where, 1, "", message, "banks end in .yaml"))
    # Without a PATH the overlay is read as well, and both are checked as one.
    result = bank.read(() if found.whole else files) if files else bank.Bank()
    found.faults += result.faults + rich.faults(result)
    found.questions, found.files = len(result.questions), len(files)
    with suppress(TableFault):  # a table that cannot be read is a fault, told below
        found.told = advice.advise(result, whole=found.whole)
    if found.whole:
        for part in ("notebooks", "exercises"):
            found.faults += closed(catalogue.root() / part)
        _look_at_lessons(found, result)
        _look_at_tables(found)
        if over := overlay.current():
            found.told += [Advice(rule="replaced", **asdict(one)) for one in over.outdated]
    return found


def _look_at_lessons(found: Found, read: bank.Bank) -> None:
    """The notebooks by the rules for lessons: their parts, their form, and the teaching notes."""
    from dialogue.bank import overlay
    from dialogue.course import anatomy, catalogue, tidy
    from dialogue.course.faults import Fault, shown, typed
    from dialogue.course.files import FileFault, fault_of

    lessons = [one for one in catalogue.lessons() if one.written and not one.fault]
    unlike = tidy.unlike([lesson.path for lesson in lessons])
    # What an overlay adds to a lesson of the course is asked in supplements.ipynb.
    over = overlay.current()
    added = set(over.added) if over else ()
    asked = {name: one for name, one in read.questions.items() if name not in added}
    for lesson in lessons:
        place = shown(lesson.path)
        with suppress(TableFault):
            for one in anatomy.check(
                lesson.path, asked if catalogue.root() in lesson.path.parents else read.questions
            ):
                remedy = "CONTRIBUTING says what a lesson has"
                found.faults.append(Fault(place, 1, one.cell, one.message, remedy))
        if lesson.path in unlike:
            message = "the file is not in its one form"
            found.faults.append(Fault(place, 1, "", message, f"run: dialogue tidy {typed(place)}"))
        try:
            if lesson.number != "00" and not lesson.teaching():
                remedy = "write what a teacher needs; 'dialogue new lesson' shows the parts"
                message = "there are no teaching notes"
                found.faults.append(Fault(shown(lesson.notes), 1, "", message, remedy))
        except FileFault as fault:
            found.faults.append(fault_of(fault))


def _look_at_tables(found: Found) -> None:
    from dialogue import bank
    from dialogue.course import catalogue, table_checks, tables

    found.faults += catalogue.faults() + bank.article_faults()
    try:
        found.faults += table_checks.check()
    except table_checks.NotInstalled:
        missing = f"The tables were not checked: that needs frictionless; {GET_TOOLS}"
        print(missing, file=sys.stderr)
        return
    found.told += table_checks.advise()
    with suppress(OSError, TableFault):  # told above
        found.tables = len(tables.resources())


# --- telling ---------------------------------------------------------------------------------


def _print_json(found: Found, show: bool) -> None:
    both = {
        "faults": list(map(asdict, found.faults)),
        "advice": list(map(asdict, found.told * show)),
    }
    print(json.dumps({**both, "read": found.read}, ensure_ascii=False, indent=1))


def _print_github(found: Found, show: bool) -> None:
    for fault in found.faults:
        print(annotation(fault, "error"))
    for one in found.told * show:
        print(annotation(one, "warning"))


def _print_text(found: Found, show: bool) -> None:
    for one in (*found.faults, *(found.told * show)):
        print(one)


_PRINT = {"json": _print_json, "github": _print_github, "text": _print_text}


def annotation(one: Fault | Advice, level: str) -> str:
    """One line that GitHub shows beside the line of the file, escaped as its runner unescapes.

    Source: "Workflow commands for GitHub Actions" and ``actions/toolkit``, command.ts.
    """
    from dialogue.bank import printable

    def data(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    def value(text: object) -> str:
        return data(str(text)).replace(":", "%3A").replace(",", "%2C")

    file = one.file.replace("\\", "/")  # as GitHub writes paths, on Windows too
    title = one.item or getattr(one, "rule", "") or "dialogue check"
    place = f"file={value(file)},line={value(one.line)},title={value(title)}"
    return printable(f"::{level} {place}::{data(f'{one.message}; {one.remedy}')}")


def _count(many: int, what: str) -> str:
    return f"{many} {what}{'s' * (many != 1)}"


def _summary(found: Found, show: bool) -> str:
    read = f"{_count(found.questions, 'question')} in {_count(found.files, 'file')}"
    if found.tables:
        read += f" and {_count(found.tables, 'table')}"
    if count := len(found.faults):
        summary = f"{_count(count, 'fault')}; read: {read}"
    else:
        summary = f"{read}, no faults"
    if many := len(found.told):
        summary += f"; {_count(many, 'piece')} of advice"
        if not show:
            summary += ", to see with: dialogue check --advice"
    return summary


# --- the command -----------------------------------------------------------------------------


def _check(arguments: argparse.Namespace) -> int:
    found = _look(arguments.paths)
    # An author sees the advice on her file; of the whole course only how much there is.
    show = arguments.advice
    if show is None:
        show = not found.whole or arguments.strict or arguments.format != "text"
    _PRINT[arguments.format](found, show)
    failed = bool(found.faults) or (arguments.strict and bool(found.told))
    sys.stdout.flush()  # where both streams meet, the summary comes last
    stream = sys.stderr if failed or arguments.format != "text" else sys.stdout
    print(_summary(found, show), file=stream)
    return int(failed)


def _stamps(paths: Sequence[Path]) -> list[tuple[str, int, int]]:
    """Every file that is checked, with its time and size."""
    from dialogue import bank
    from dialogue.bank import overlay

    found = [] if paths else overlay.stamps()
    for path in bank.files(paths):
        try:
            status = path.stat()
        except OSError:  # an editor may be replacing it at this moment
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return found


def _check_and_watch(arguments: argparse.Namespace) -> int:
    # Looked at before the check: what changes during it must be checked again.
    before = _stamps(arguments.paths)
    status = _check(arguments)
    while arguments.watch:
        sys.stdout.flush()
        time.sleep(0.3)
        if (now := _stamps(arguments.paths)) != before:
            before = now
            print(f"\n--- {time.strftime('%H:%M:%S')}")
            status = _check(arguments)
    return status


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the command line."""
    check = commands.add_parser(
        "check",
        help="check questions and tables",
        description="Check question banks, and without a PATH the course's tables too. Every "
        "fault is named as 'file:line: item: fault; remedy'. Exit code 0: none; 1: some. Advice "
        "on matters of judgement is marked 'advice:' and leaves the exit code alone.",
    )
    check.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="a bank, or a folder of banks (default: the course's own)",
    )
    check.add_argument(
        "--advice",
        action=argparse.BooleanOptionalAction,
        help="show advice, or hide it (default: show it, but for the whole course only count it)",
    )
    check.add_argument("--strict", action="store_true", help="fail on advice as on faults")
    check.add_argument(
        "--format",
        choices=("text", "json", "github"),
        default="text",
        help="json: one object for programs; github: annotations of a pull request",
    )
    check.add_argument(
        "--watch", action="store_true", help="check again whenever a file changes, until Ctrl+C"
    )
    check.set_defaults(run=_check_and_watch)
