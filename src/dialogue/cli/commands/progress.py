"""``dialogue progress``: the learner's own answers, counted, copied, merged or erased."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

PLACE = 5


def _some(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def _say(told: str) -> None:
    if told:
        print(told, file=sys.stderr)


def _show(arguments: argparse.Namespace) -> int:
    from dialogue.learner import delivery, progress
    from dialogue.page.words import STRINGS

    told = progress.unread_told()
    summary = progress.summary()
    if arguments.format == "json":
        print(json.dumps(summary))
        _say(told)
        return 0
    print(
        f"Your answers are kept in {summary['path']}, on this computer only; nothing is "
        "sent anywhere."
        if not delivery.is_on()
        else f"Your answers are kept in {summary['path']}. Your answers to questions also go to "
        f"your teachers on this hub: 'dialogue campus' says more."
    )
    print(f"Questions tried: {summary['questions']}; right at the last attempt: {summary['right']}")
    if summary["given"]:
        print(STRINGS["answers_given"].format(given=summary["given"]))
    _say(told)
    if ahead := progress.ahead(list(progress.attempts())):
        print(
            f"A clock that ran ahead has dated {_some(ahead, 'answer')} in the future. The order of "
            "your answers counts, not their dates; check this computer's date."
        )
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from dialogue.learner import progress

    count = progress.export_to(arguments.file, force=arguments.force)
    print(f"Wrote {_some(count, 'answer')} to {arguments.file}.")
    _say(progress.unread_told())
    return 0


def _page(arguments: argparse.Namespace) -> int:
    from dialogue.course.files import FileFault
    from dialogue.learner import kept, progress

    try:
        count = kept.write(arguments.file, force=arguments.force)
    except FileFault as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"Wrote {_some(count, 'answer')} and texts to {arguments.file}; open it in a browser.")
    _say(progress.unread_told())
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from dialogue.learner import progress

    done = progress.import_from(arguments.file)
    print(f"Added {_some(done.added, 'answer')}; {done.known} were there already.")
    if done.unreadable:
        print(
            f"{arguments.file}:{done.first_unreadable}: {_some(done.unreadable, 'line')} could not "
            "be read, this one first, and stayed out; if the file was damaged on its "
            "way, export it again",
            file=sys.stderr,
        )
    return 0


def _erase(arguments: argparse.Namespace) -> int:
    from dialogue.learner import progress

    answer = "yes" if arguments.yes else ""
    if not answer:
        try:
            answer = input(f"Erase the record {progress.path()} for ever? Type yes: ")
        except EOFError:  # nobody is at the keyboard
            print()
    if answer.strip().lower() != "yes":
        print("Nothing was erased.")
        return 1
    print(f"Erased {_some(progress.erase(), 'answer')}.")
    return 0


_ACTIONS = {"show": _show, "export": _export, "page": _page, "import": _import, "erase": _erase}


def _progress(arguments: argparse.Namespace) -> int:
    from dialogue.learner import progress

    try:
        return _ACTIONS[arguments.action or "show"](arguments)
    except progress.RecordError as error:
        print(error, file=sys.stderr)
        return 1


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command and its actions to the command line."""
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
    page = actions.add_parser(
        "page",
        help="write your texts, answers and scores as one page",
        description="Write what you wrote and answered, and your scores, by lesson as one page "
        "to FILE, to read, to print or to hand in. It needs no network and names nobody.",
    )
    page.add_argument("file", type=Path, metavar="FILE", help="an HTML file to write")
    page.add_argument("--force", action="store_true", help="replace FILE if it exists")
    merge = actions.add_parser(
        "import",
        help="add the answers from an exported file",
        description="Add to your answers those in FILE that are not there yet; nothing is "
        "replaced, and an import that was broken off can be repeated. Questions show your "
        "latest answer by its date. Lines that cannot be read stay out and are counted.",
    )
    merge.add_argument("file", type=Path, metavar="FILE", help="a file that 'export' wrote")
    erase = actions.add_parser(
        "erase",
        help="delete all your answers",
        description="Delete all your answers from this computer, for ever. Copies that you "
        "exported stay.",
    )
    erase.add_argument("--yes", action="store_true", help="erase without asking")
