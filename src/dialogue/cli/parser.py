"""``dialogue``: everything that is done from a terminal."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from pathlib import Path
from typing import Any

from dialogue.cli import commands as desk
from dialogue.cli import edges
from dialogue.course.files import GET_TOOLS


def _check(arguments: argparse.Namespace) -> int:
    import json
    from dataclasses import asdict

    from dialogue import bank
    from dialogue.bank import advice, overlay
    from dialogue.course import catalogue, evidence, tables

    whole = not arguments.paths  # the whole course: its tables too
    faults = [
        bank.Fault(str(path), 1, "", "there is no such file or folder", "check its name")
        for path in arguments.paths
        if not path.exists()
    ]
    present = [path for path in arguments.paths if path.exists()]
    found = list(bank.files(present)) if whole or present else []
    if not found and not faults:
        where = ", ".join(map(str, present)) or "exercises"
        faults.append(bank.Fault(where, 1, "", "no question bank is here", "banks end in .yaml"))
    # Without a PATH the overlay is read as well, and both are checked as one.
    result = bank.read(() if whole else found) if found else bank.Bank()
    faults += result.faults
    read = {"questions": len(result.questions), "files": len(found), "tables": 0}
    if whole:
        faults += catalogue.faults()
        try:
            faults += evidence.check()
            read["tables"] = len(tables.resources())
        except evidence.NotInstalled:
            print(
                f"The tables were not checked: that needs frictionless; {GET_TOOLS}",
                file=sys.stderr,
            )
    told = advice.advise(result, whole=whole)
    if whole and (over := overlay.current()):
        told += [advice.Advice(rule="replaced", **asdict(one)) for one in over.outdated]
    # An author sees the advice on her file; of the whole course only how much there is.
    show = arguments.advice
    if show is None:
        show = not whole or arguments.strict or arguments.format != "text"
    if arguments.format == "json":
        both = {"faults": list(map(asdict, faults)), "advice": list(map(asdict, told * show))}
        print(json.dumps({**both, "read": read}, ensure_ascii=False, indent=1))
    elif arguments.format == "github":
        for one in (*faults, *(told * show)):
            print(_annotation(one, "error" if isinstance(one, bank.Fault) else "warning"))
    else:
        for one in (*faults, *(told * show)):
            print(one)
    summary = f"{read['questions']} questions in {read['files']} file(s)"
    if read["tables"]:
        summary += f" and {read['tables']} tables"
    count = len(faults)
    count_text = f"{count} fault{'s' if count != 1 else ''}" if count else "no faults"
    summary = f"{count_text}; read: {summary}" if count else f"{summary}, {count_text}"
    if told:
        summary += f"; {len(told)} piece{'s' if len(told) != 1 else ''} of advice"
        if not show:
            summary += ", to see with: dialogue check --advice"
    failed = bool(faults) or (arguments.strict and bool(told))
    sys.stdout.flush()  # where both streams meet, the summary comes last
    print(summary, file=sys.stderr if failed or arguments.format != "text" else sys.stdout)
    return int(failed)


def _check_and_watch(arguments: argparse.Namespace) -> int:
    import time

    from dialogue import bank
    from dialogue.bank import overlay

    def stamps() -> list[tuple[str, int, int]]:
        found = [] if arguments.paths else overlay.stamps()
        for path in bank.files(arguments.paths):
            try:
                stat = path.stat()
            except OSError:  # an editor may be replacing it at this moment
                continue
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
        return found

    # Looked at before the check: what changes during it must be checked again.
    before = stamps()
    status = _check(arguments)
    while arguments.watch:
        sys.stdout.flush()
        time.sleep(0.3)
        if (now := stamps()) != before:
            before = now
            print(f"\n--- {time.strftime('%H:%M:%S')}")
            status = _check(arguments)
    return status


def _annotation(one: Any, level: str) -> str:
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


def _tidy(arguments: argparse.Namespace) -> int:
    from dialogue.course import tidy

    status = 0
    for path in tidy.notebooks(arguments.notebooks):
        try:
            changed = tidy.tidy(path, dry=arguments.check)
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
    import json

    from dialogue.learner import progress

    def some(count: int, name: str) -> str:
        return f"{count} {name}{'' if count == 1 else 's'}"

    file = arguments.file if arguments.action in ("export", "import") else None
    try:
        if arguments.action == "export":
            count = progress.export_to(file, force=arguments.force)
            print(f"Wrote {some(count, 'answer')} to {file}.")
        elif arguments.action == "import":
            done = progress.import_from(file)
            print(f"Added {some(done.added, 'answer')}; {done.known} were there already.")
            if done.unreadable:
                print(
                    f"{file}:{done.first_unreadable}: {some(done.unreadable, 'line')} could not "
                    "be read, this one first, and stayed out; if the file was damaged on its "
                    "way, export it again",
                    file=sys.stderr,
                )
        elif arguments.action == "erase":
            answer = "yes" if arguments.yes else ""
            if not answer:
                try:
                    answer = input(f"Erase the record {progress.path()} for ever? Type yes: ")
                except EOFError:  # nobody is at the keyboard
                    print()
            if answer.strip().lower() != "yes":
                print("Nothing was erased.")
                return 1
            print(f"Erased {some(progress.erase(), 'answer')}.")
        elif arguments.format == "json":
            print(json.dumps(progress.summary()))
        else:
            summary = progress.summary()
            print(
                f"Your answers are kept in {summary['path']}, on this computer only; nothing is "
                "sent anywhere."
            )
            print(
                f"Questions tried: {summary['questions']}; "
                f"right at the last attempt: {summary['right']}"
            )
            if ahead := progress.ahead(list(progress.attempts())):
                print(
                    f"A clock that ran ahead has dated {some(ahead, 'answer')} in the future. The "
                    "order of your answers counts, not their dates; check this computer's date."
                )
    except progress.RecordError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _bibliography(arguments: argparse.Namespace) -> int:
    import json

    from dialogue.course import files, sources

    text = json.dumps(sources.csl_json(), ensure_ascii=False, indent=1) + "\n"
    if arguments.output is None:
        print(text, end="")
        return 0
    files.write(arguments.output, text, force=arguments.force)
    print(f"{len(sources.bibliography())} sources written to {arguments.output}")
    return 0


def _lab(arguments: argparse.Namespace) -> int:
    from dialogue.lab import launcher

    return launcher.main(arguments.rest)


def parser() -> argparse.ArgumentParser:
    """The command line, with a help text for each command."""
    top = argparse.ArgumentParser(
        prog="dialogue",
        description="Open, check, teach and extend the US–Iraq Dialogue course. "
        "'dialogue COMMAND --help' explains a command.",
    )
    top.add_argument(
        "--overlay",
        metavar="FOLDER",
        help="for this command, lay this folder of your own questions over the course",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    launcher = commands.add_parser(
        "lab", help="open the course in JupyterLab", add_help=False, prefix_chars="\0"
    )
    launcher.add_argument("rest", nargs="*")
    launcher.set_defaults(run=_lab)

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
        help="show, copy, merge or erase your answers",
        description="Your answers are kept in one file on this computer, outside the course, and "
        "are sent nowhere. Without an ACTION they are counted (show). To go on at another "
        "computer: export, carry the file over, import there. 'dialogue progress ACTION --help' "
        "says more. Exit code 0: done; 1: not done, and one line says why.",
    )
    forms = {"choices": ("text", "json"), "help": "sentences (the default), or one JSON object"}
    progress.add_argument("--format", default="text", **forms)
    progress.set_defaults(run=_progress)
    actions = progress.add_subparsers(dest="action", metavar="ACTION")
    show = actions.add_parser(
        "show",
        help="say where your answers are and how many there are",
        description="Say in which file your answers are, how many questions you tried and how "
        "many were right at your last attempt. JSON has the keys questions, right and path.",
    )
    show.add_argument("--format", default=argparse.SUPPRESS, **forms)
    export = actions.add_parser(
        "export",
        help="write all your answers to a file",
        description="Write a copy of all your answers to FILE, one line of JSON an answer. FILE "
        "appears when it is complete, and only you can read it.",
    )
    export.add_argument("file", type=Path, metavar="FILE", help="a file that does not exist yet")
    export.add_argument("--force", action="store_true", help="replace FILE if it exists")
    merge = actions.add_parser(
        "import",
        help="add the answers from an exported file",
        description="Add to your answers those in FILE that are not there yet; nothing is "
        "replaced, and an import that was broken off can be repeated. Older answers from there "
        "take their place before newer ones from here. Lines that cannot be read stay out and are counted.",
    )
    merge.add_argument("file", type=Path, metavar="FILE", help="a file that 'export' wrote")
    erase = actions.add_parser(
        "erase",
        help="delete all your answers",
        description="Delete all your answers from this computer, for ever. Copies that you "
        "exported stay.",
    )
    erase.add_argument("--yes", action="store_true", help="erase without asking")

    for module in pkgutil.iter_modules(desk.__path__):
        importlib.import_module(f"{desk.__name__}.{module.name}").add(commands)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    return edges.guarded(lambda: _run(argv))


def _run(argv: list[str] | None) -> int:
    try:
        Path.cwd()
    except FileNotFoundError:
        print("The folder you are in has been deleted; go to another one.", file=sys.stderr)
        return 1
    arguments = parser().parse_args(argv)
    if arguments.overlay is not None:  # what this command starts must see it too
        os.environ["DIALOGUE_OVERLAY"] = arguments.overlay
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
