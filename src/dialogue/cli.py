"""``dialogue``: everything that is done from a terminal."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def _check(arguments: argparse.Namespace) -> int:
    from . import bank, evidence, tables

    missing = [path for path in arguments.paths if not path.exists()]
    for path in missing:
        print(f"{path}:1: there is no such file or folder; check its name", file=sys.stderr)
    present = [path for path in arguments.paths if path.exists()]
    if missing and not present:
        return 1
    found = list(bank.files(present))
    if not found:
        where = ", ".join(map(str, present))
        print(f"{where}:1: no question bank here; banks end in .yaml", file=sys.stderr)
        return 1
    result = bank.read(found)
    faults = list(result.faults)
    read = f"{len(result.questions)} questions in {len(found)} file(s)"
    if not arguments.paths:  # the whole course: its tables too
        try:
            faults += evidence.check()
            read += f" and {len(tables.resources())} tables"
        except evidence.NotInstalled:
            print(
                "The tables were not checked: that needs frictionless, which comes with "
                "'make test' or with: pip install 'us-iraq-dialogue-course[instructor]'",
                file=sys.stderr,
            )
    for fault in faults:
        print(fault)
    if faults or missing:
        count = len(faults) + len(missing)
        print(f"{count} fault{'s' if count != 1 else ''}; read: {read}", file=sys.stderr)
        return 1
    print(f"{read}, no faults")
    return 0


def _tidy(arguments: argparse.Namespace) -> int:
    from . import lessons

    status = 0
    for path in lessons.notebooks(arguments.notebooks):
        try:
            changed = lessons.tidy(path, dry=arguments.check)
        except Exception as error:
            name, value = getattr(error, "ename", ""), getattr(error, "evalue", "")
            reason = f"{name}: {value}" if name else f"{type(error).__name__}: {error}"
            print(f"{path}: could not be executed: {reason.splitlines()[0]}")
            status = 1
            continue
        if changed:
            print(f"{path}: {'is not in canonical form' if arguments.check else 'rewritten'}")
            status = max(status, int(arguments.check))
    return status


def _progress(arguments: argparse.Namespace) -> int:
    from . import progress

    summary = progress.summary()
    if arguments.action == "erase":
        if not arguments.yes:
            try:
                answer = input(f"Erase the record {summary['path']} for ever? Type yes: ")
            except EOFError:  # nobody is at the keyboard
                answer = ""
            if answer.strip().lower() != "yes":
                print("Nothing was erased.")
                return 1
        try:
            print(f"Erased {progress.erase()} attempts.")
        except progress.RecordError as error:
            print(error, file=sys.stderr)
            return 1
        return 0
    print(f"Your answers are kept on this computer only: {summary['path']}")
    print(f"Questions tried: {summary['questions']}; right at the last attempt: {summary['right']}")
    return 0


def _bibliography(arguments: argparse.Namespace) -> int:
    import json

    from . import sources

    text = json.dumps(sources.csl_json(), ensure_ascii=False, indent=1) + "\n"
    if arguments.output is None:
        print(text, end="")
        return 0
    try:
        # "x": never over a file that is there.
        with arguments.output.open("w" if arguments.force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        print(f"{arguments.output} exists; add --force to replace it", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{arguments.output} cannot be written ({error.strerror})", file=sys.stderr)
        return 1
    print(f"{len(sources.bibliography())} sources written to {arguments.output}")
    return 0


def _lab(arguments: argparse.Namespace) -> int:
    from . import lab

    return lab.main(arguments.rest)


def parser() -> argparse.ArgumentParser:
    """The command line, with a help text for each command."""
    top = argparse.ArgumentParser(
        prog="dialogue", description="Open, check and tidy the US–Iraq Dialogue course."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    lab = commands.add_parser(
        "lab", help="open the course in JupyterLab", add_help=False, prefix_chars="\0"
    )
    lab.add_argument("rest", nargs="*")
    lab.set_defaults(run=_lab)

    check = commands.add_parser(
        "check",
        help="check questions and tables",
        description="Check question banks, and without a PATH the course's tables too. Every "
        "fault is named as 'file:line: item: fault; remedy'. Exit code 0: none; 1: some.",
    )
    check.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="a bank, or a folder of banks (default: the course's own)",
    )
    check.set_defaults(run=_check)

    tidy = commands.add_parser(
        "tidy",
        help="run lessons and write their canonical form",
        description="Execute notebooks from the top and write the form that is committed.",
    )
    tidy.add_argument(
        "notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="default: all of the course's"
    )
    tidy.add_argument("--check", action="store_true", help="only say which would change")
    tidy.set_defaults(run=_tidy)

    bibliography = commands.add_parser(
        "bibliography",
        help="write all sources for Zotero and its like",
        description="Write every source of the course as CSL-JSON, which reference managers "
        "such as Zotero import.",
    )
    bibliography.add_argument("--output", type=Path, metavar="FILE", help="default: the screen")
    bibliography.add_argument("--force", action="store_true", help="replace an existing file")
    bibliography.set_defaults(run=_bibliography)

    progress = commands.add_parser(
        "progress",
        help="show or erase your answers",
        description="Show where your answers are kept and how many there are, or erase them.",
    )
    progress.add_argument("action", nargs="?", choices=("show", "erase"), default="show")
    progress.add_argument("--yes", action="store_true", help="erase without asking")
    progress.set_defaults(run=_progress)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    # A Windows console may not know every letter of the course: replace, never crash.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
