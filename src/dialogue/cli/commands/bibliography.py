"""``dialogue bibliography``: every source, for Zotero and its like."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

PLACE = 4


def _bibliography(arguments: argparse.Namespace) -> int:
    from dialogue.course import files, sources

    text = json.dumps(sources.csl_json(), ensure_ascii=False, indent=1) + "\n"
    if arguments.output is None:
        print(text, end="")
        return 0
    files.write(arguments.output, text, force=arguments.force)
    print(f"{len(sources.bibliography())} sources written to {arguments.output}")
    return 0


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the command line."""
    bibliography = commands.add_parser(
        "bibliography",
        help="write all sources for Zotero and its like",
        description="Write every source of the course as CSL-JSON, which reference managers "
        "such as Zotero import.",
    )
    bibliography.add_argument("--output", type=Path, metavar="FILE", help="default: the screen")
    bibliography.add_argument("--force", action="store_true", help="replace an existing file")
    bibliography.set_defaults(run=_bibliography)
