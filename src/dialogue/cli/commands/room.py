"""``dialogue class``: one laptop for a room."""

from __future__ import annotations

import argparse
from pathlib import Path

PLACE = 2


def _class(arguments: argparse.Namespace) -> int:
    from dialogue.classroom.live import run

    return run.main(
        arguments.lesson,
        folder=arguments.folder,
        site=arguments.site,
        port=arguments.port,
        listen=arguments.listen,
        browser=not arguments.no_browser,
        new=arguments.new,
    )


def _data(arguments: argparse.Namespace) -> int:
    from dialogue.classroom.live import keeping

    return keeping.main(arguments.what, arguments.name, arguments.folder, arguments.output)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands to the command line."""
    room = commands.add_parser(
        "class",
        help="hold a lesson with a whole room: phones answer and vote, you see it live",
        description="Serve LESSON (05) to the phones and laptops of a room, with votes and a live "
        "page for the teacher. It asks before it listens beyond this computer. Learners type a "
        "code and a nickname; there are no accounts, and nothing goes to the internet. What the "
        "class says is kept in one folder, so that a class that was interrupted goes on where it "
        "stood. Ctrl+C ends it. Example: dialogue class 05. Exit code 0: the class was held; 1: "
        "not, and one line says why.",
    )
    room.add_argument("lesson", metavar="LESSON", nargs="?", default="05", help="default: 05")
    room.add_argument(
        "--listen",
        choices=("ask", "network", "here"),
        default="ask",
        help="on the room's network, on this computer only, or ask (the default)",
    )
    room.add_argument(
        "--new", action="store_true", help="another class than the one that was held today"
    )
    room.add_argument("--folder", type=Path, metavar="DIR", help="what the class is kept in")
    room.add_argument(
        "--site", type=Path, metavar="DIR", help="a reading edition that was built before"
    )
    room.add_argument("--port", type=_port, help="default: 8020, or the next free one")
    room.add_argument("--no-browser", action="store_true", help="only print the address")
    room.set_defaults(run=_class)
    data = commands.add_parser(
        "class-data",
        help="what a class has kept: list, report, copy or delete",
        description="WHAT is list (the classes that are kept, or the learners of --folder), report "
        "(class report and gradebooks), copy NAME (all that is kept of one learner, as JSON), "
        "delete NAME (one learner), or delete-all (the class with its folder). Stop the class "
        "first. Example: dialogue class-data delete blue-heron. Exit code 0: done; 1: not, and "
        "one line says why.",
    )
    data.add_argument(
        "what",
        metavar="WHAT",
        choices=("list", "report", "copy", "delete", "delete-all"),
        help="list, report, copy, delete or delete-all",
    )
    data.add_argument("name", metavar="NAME", nargs="?", default="", help="a learner's nickname")
    data.add_argument("--folder", type=Path, metavar="DIR", help="the class (default: the newest)")
    data.add_argument("--output", type=Path, metavar="FILE", help="where the copy goes")
    data.set_defaults(run=_data)
