"""``dialogue``: everything that is done from a terminal."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from pathlib import Path

from dialogue.cli import commands as desk
from dialogue.course.files import FileFault


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
    try:
        Path.cwd()
    except FileNotFoundError:
        print("The folder you are in has been deleted; go to another one.", file=sys.stderr)
        return 1
    # A Windows console may not know every letter of the course: replace, never crash.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = parser().parse_args(argv)
    if arguments.overlay is not None:  # what this command starts must see it too
        os.environ["DIALOGUE_OVERLAY"] = arguments.overlay
    try:
        return arguments.run(arguments)
    except FileFault as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
        # Python flushes once more at exit. Source: its documentation of SIGPIPE.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
