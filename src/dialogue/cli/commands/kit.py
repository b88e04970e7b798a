"""``dialogue class-kit``: the negotiation of lesson 12 on paper."""

from __future__ import annotations

import argparse
from pathlib import Path


def _kit(arguments: argparse.Namespace) -> int:
    import sys

    from dialogue.classroom import kit, printing
    from dialogue.course import negotiation
    from dialogue.course.files import FileFault

    try:
        written = kit.build(
            arguments.folder, arguments.learners, arguments.seed, force=arguments.force
        )
    except (ValueError, negotiation.TableError) as error:
        raise FileFault(arguments.folder, str(error).rstrip("."), "see --help") from None
    count = sum(name.endswith(".pdf") for name in written)
    print(f"{arguments.folder}: {len(written)} files; begin with index.html")
    if not count and printing.browser() is None:
        print(
            "No browser that prints was found, so there is no PDF: open the pages and print them.",
            file=sys.stderr,
        )
    return 0


def add(commands: argparse._SubParsersAction) -> None:
    """Add ``class-kit`` to the command line."""
    kit = commands.add_parser(
        "class-kit",
        help="write role cards and sheets for lesson 12 with a class",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write everything that a class needs on paper to negotiate round two to DIR: "
        "notes with\ncare rules, run sheets for 110 and for 2 x 55 minutes, role cards, points "
        "and home\nsheets, event cards, ballots, the form for the text, and the debrief. Each "
        "side's\nsheets are in a folder of their own, an envelope each. Pages are HTML; with "
        "Chromium,\nChrome or Edge on the computer each envelope is a PDF too. Points are invented "
        "for\nteaching, and every sheet that shows them says so. The page play.html is for a "
        "projector:\nthe class leads one side by vote, the computer the other.",
        epilog="example:\n  dialogue class-kit ~/round-two --learners 24\n\n"
        "Exit code 0: written; 1: not, and one line says why.",
    )
    kit.add_argument("folder", metavar="DIR", type=Path, help="a new folder")
    kit.add_argument(
        "--learners", type=int, default=24, metavar="N", help="size of the class, 6 to 60 (24)"
    )
    kit.add_argument(
        "--seed", type=int, metavar="N", help="leads drawn by a seed (the historical setting)"
    )
    kit.add_argument(
        "--force", action="store_true", help="replace DIR, unless it holds files of others"
    )
    kit.set_defaults(run=_kit)
