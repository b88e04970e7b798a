"""``dialogue``: everything that is done from a terminal."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from dialogue.cli import commands as desk
from dialogue.cli import edges


def _version() -> str:
    try:
        return version("us-iraq-dialogue-course")
    except PackageNotFoundError:  # run from its files, and not installed
        return "(not installed)"


class _Parser(argparse.ArgumentParser):
    """That of argparse keeps silent when its help cannot be written; this one does not."""

    def _print_message(self, message: str, file: Any = None) -> None:
        print(message, end="", file=file or sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """The command line, with a help text for each command."""
    top = _Parser(
        prog="dialogue",
        description="Open, check, teach and extend the US–Iraq Dialogue course. "
        "'dialogue COMMAND --help' explains a command.",
    )
    top.add_argument("--version", action="version", version=f"dialogue {_version()}")
    top.add_argument(
        "--overlay",
        metavar="FOLDER",
        help="for this command, lay this folder of your own questions over the course",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    names = [module.name for module in pkgutil.iter_modules(desk.__path__)]
    modules = [importlib.import_module(f"{desk.__name__}.{name}") for name in names]
    for module in sorted(modules, key=lambda module: getattr(module, "PLACE", len(modules))):
        module.add(commands)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        return edges.guarded(lambda: _run(argv))
    finally:
        if argv is None:  # the program itself, and nothing is left but its end
            edges.deaf()


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
