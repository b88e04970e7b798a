"""``dialogue``: everything that is done from a terminal."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from pathlib import Path

from dialogue.cli import commands as desk
from dialogue.cli import edges


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

    names = [module.name for module in pkgutil.iter_modules(desk.__path__)]
    modules = [importlib.import_module(f"{desk.__name__}.{name}") for name in names]
    for module in sorted(modules, key=lambda module: getattr(module, "PLACE", len(modules))):
        module.add(commands)
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
