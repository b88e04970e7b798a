"""``dialogue tidy``: run lessons and write them in their one form."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

PLACE = 3


def _reason(error: Exception) -> str:
    """In one line, why a notebook could not be run."""
    name, value = getattr(error, "ename", ""), getattr(error, "evalue", "")
    reason = f"{name}: {value}" if name else f"{type(error).__name__}: {error}"
    return reason.splitlines()[0]


def _notes(path: Path) -> None:
    """Write the minutes of a lesson into its teaching notes, where there are any."""
    from dialogue.bank import course_bank
    from dialogue.course import anatomy, catalogue, files

    notes = path.parent / "teaching-notes" / f"{path.stem}.md"
    if not notes.is_file():
        return
    draft = anatomy.Draft(path, catalogue.notebook_cells(path), course_bank().questions)
    if draft.has_all_beats:
        before = files.read_text(notes)
        after = anatomy.with_minutes(before, draft)
        if after != before:
            files.write(notes, after, force=True)


def _one(path: Path, dry: bool) -> int:
    """Tidy one notebook and say what came of it.  Returns the exit code."""
    from dialogue.course import tidy
    from dialogue.course.files import FileFault

    # Said before the work, because a lesson takes seconds and a course minutes.
    print(f"{path.stem} … ", end="", file=sys.stderr, flush=True)
    try:
        changed = tidy.tidy(path, dry=dry)
        if not dry:
            _notes(path)
    except FileFault as fault:
        print(f"failed\n{fault}", file=sys.stderr)
        return 1
    except Exception as error:
        print(f"failed\n{path}: could not be executed: {_reason(error)}", file=sys.stderr)
        return 1
    done = "is not in canonical form" if dry else "rewritten"
    print(done if changed else "unchanged", file=sys.stderr)
    return int(changed and dry)


def _tidy(arguments: argparse.Namespace) -> int:
    from dialogue.course import tidy

    paths = tidy.notebooks(arguments.notebooks)
    worst = max((_one(path, arguments.check) for path in paths), default=0)
    if not arguments.notebooks and tidy.tidy_readme(dry=arguments.check):
        print("README: the list of lessons follows the files", file=sys.stderr)
        worst = max(worst, int(arguments.check))
    return worst


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the command line."""
    tidy = commands.add_parser(
        "tidy",
        help="run lessons and write their canonical form",
        description="Execute notebooks from the top and write the form that is committed. A cell "
        "without a name of its own is named after its question or heading. What is done is told "
        "as it goes, on standard error. The minutes in the teaching notes are worked out again. Exit code 0: done; 1: a notebook could not be run or "
        "written, or, with --check, would change.",
    )
    tidy.add_argument(
        "notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="default: all of the course's"
    )
    tidy.add_argument("--check", action="store_true", help="only say which would change")
    tidy.set_defaults(run=_tidy)
