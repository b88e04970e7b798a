"""``dialogue site-lab``."""

from __future__ import annotations

import argparse
from pathlib import Path


def _build(arguments: argparse.Namespace) -> int:
    from dialogue.site.lab import build

    target = build.build(
        arguments.folder,
        lambda words: print(f"{words} …", flush=True),
        wheels_from=arguments.wheels,
        force=arguments.force,
    )
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(
        f"The lab edition is in {target} ({size / 1e6:.0f} MB). To look at it:\n"
        f'python -m http.server --bind 127.0.0.1 --directory "{target}"'
    )
    return 0


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    site = commands.add_parser(
        "site-lab",
        help="the notebooks as a web site, with Python in the browser",
        description="Write the lab edition: every notebook in JupyterLite, with Python, pandas and "
        "Altair, as a folder that any web space can hold. It is made by 'make site-lab', which "
        "installs what it needs; docs/browser-editions.md says what is downloaded, and what a "
        "learner gets. Exit code 0: written; 1: not, and one line says why.",
    )
    site.add_argument("folder", type=Path, metavar="FOLDER", help="where to write it")
    site.add_argument(
        "--wheels",
        type=Path,
        metavar="DIR",
        help="a folder with numpy and sqlite3 as Pyodide builds them, where they cannot be fetched",
    )
    site.add_argument("--force", action="store_true", help="replace FOLDER if it exists")
    site.set_defaults(run=_build)
