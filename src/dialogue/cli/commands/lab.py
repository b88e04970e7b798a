"""``dialogue lab``: the course in JupyterLab."""

from __future__ import annotations

import argparse

PLACE = 1


def _lab(arguments: argparse.Namespace) -> int:
    from dialogue.lab import launcher

    return launcher.main(arguments.rest)


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the command line."""
    launcher = commands.add_parser(
        "lab", help="open the course in JupyterLab", add_help=False, prefix_chars="\0"
    )
    launcher.add_argument("rest", nargs="*")
    launcher.set_defaults(run=_lab)
