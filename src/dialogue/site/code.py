"""Code that is changed and run in a page: which files Python comes from, and what it weighs.

Python comes from the files of the lab edition, which then lies in the site's folder ``lab/``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue.course import catalogue, files
from dialogue.course.files import FileFault
from dialogue.site.lab.needs import PICTURES, TABLES, needed

FOLDER = "lab"  # of the site: the lab edition as a whole
_PYODIDE = "static/pyodide"
PYODIDE = f"{FOLDER}/{_PYODIDE}"
_CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
_COURSE = "us-iraq-dialogue-course"
# What is loaded at once: the course, IPython (which asks for sqlite3 at its start), tables.
START = (_COURSE, "ipython", "sqlite3", *TABLES)
_REMEDY = "write it with 'make site-lab', and then the reading edition again"


@dataclass(frozen=True)
class Python:
    """The lab edition whose Python the pages use: its files, and those that a page loads."""

    files: dict[str, Path]  # by their path in the site
    loaded: dict[str, int]  # the files of Python by their path in the site, and their bytes
    tables: int  # bytes until the first table stands
    pictures: int  # and until the first picture


def python(folder: Path) -> Python:
    """The Python of the lab edition at *folder*; a fault where it is none, or of another course."""
    place = folder / _PYODIDE
    lock = files.read_text(place / LOCK)
    try:
        packages = json.loads(lock)["packages"]
        wheels = [packages[name]["file_name"] for name in _with_all(packages, START)]
        drawing = [packages[name]["file_name"] for name in _with_all(packages, PICTURES)]
    except (ValueError, KeyError, TypeError):
        raise FileFault(place / LOCK, "this is no lab edition of the course", _REMEDY) from None
    _same_course(place / packages[_COURSE]["file_name"])
    first = dict.fromkeys([LOCK, *_CORE, *wheels])
    every = dict.fromkeys([*first, *drawing])
    sizes = {name: (place / name).stat().st_size for name in every}
    return Python(
        {
            f"{FOLDER}/{path.relative_to(folder).as_posix()}": path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
        {f"{PYODIDE}/{name}": size for name, size in sizes.items()},
        sum(sizes[name] for name in first),
        sum(sizes.values()),
    )


def _with_all(packages: dict[str, Any], names: Iterable[str]) -> list[str]:
    """*names* and all that they depend on."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += packages[name]["depends"]
    return sorted(found)


def _same_course(wheel: Path) -> None:
    """Tables and questions must be those of the pages: a page and its Python say the same."""
    members = files.read_zip(wheel)
    for part in ("data", "exercises", "seeds"):
        for path in sorted((catalogue.root() / part).rglob("*.*")):
            name = f"dialogue/_course/{path.relative_to(catalogue.root()).as_posix()}"
            if path.suffix in (".csv", ".yaml") and members.get(name) != path.read_bytes():
                fault = f"this lab edition is of another state of the course ({path.name} differs)"
                raise FileFault(wheel, fault, _REMEDY)


def megabytes(size: int) -> int:
    """*size* in whole megabytes, never too few."""
    return -(-size // 1_000_000)


def draws(sources: Collection[str]) -> bool:
    """Whether cells need Altair and Vega besides tables."""
    every = "\n".join(sources)
    return any(set(needed(one)) > set(TABLES) for one in sources) or "import altair" in every
