"""``dialogue site``: the reading edition, for any web space or a memory stick."""

from __future__ import annotations

import argparse
from pathlib import Path


def _site(arguments: argparse.Namespace) -> int:
    import sys

    from dialogue.site import build, moving

    def say(what: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{what:<40}", end="", file=sys.stderr, flush=True)

    moving_too = () if arguments.still else tuple(moving.MOVING)
    count = build.build(
        arguments.folder, force=arguments.force, say=say, moving_too=moving_too, lab=arguments.lab
    )
    if sys.stderr.isatty():
        print(f"\r{'':<40}\r", end="", file=sys.stderr)
    print(f"{arguments.folder}: {count} files; open index.html")
    return 0


def add(commands: argparse._SubParsersAction) -> None:
    """Add ``site`` to the command line."""
    site = commands.add_parser(
        "site",
        help="write the reading edition: every lesson as a page, without a kernel",
        description="Write every lesson as a page to DIR, from the stored notebooks. Questions "
        "can be answered there without a kernel, and answers stay in the reader's browser. The "
        "folder can be put on any web space, under any path, or on a memory stick. Exit code 0: "
        "written; 1: not, and one line says why.",
    )
    site.add_argument("folder", nargs="?", default="site", metavar="DIR", help="a folder (site)")
    site.add_argument(
        "--force", action="store_true", help="replace DIR, unless it holds files of others"
    )
    site.add_argument(
        "--still", action="store_true", help="draw no moving pictures, which is much quicker"
    )
    site.add_argument(
        "--lab",
        type=Path,
        metavar="FOLDER",
        help="a lab edition ('make site-lab'): it is put into DIR/lab, and code runs in the pages",
    )
    site.set_defaults(run=_site)
