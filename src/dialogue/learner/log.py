"""Where a learner's lines are appended: one file, or in a browser one for each kernel.

On a computer several processes append to one file, and the system keeps their lines apart.  The
browser's drive reads and writes a file as a whole, so of two tabs that write at once one would
undo the other's lines.  There each kernel has a file of its own, and all are read together.
"""

from __future__ import annotations

import re
import sys
import uuid
from pathlib import Path

# JupyterLite: Python compiled by Emscripten, with the page's storage as its drive.
BROWSER = sys.platform == "emscripten"
_KERNEL = uuid.uuid4().hex[:12]


def own(folder: Path, stem: str) -> Path:
    """The file that this process appends to.

    JupyterLite's drive would take a name that ends in ``.jsonl`` for JSON, and never answer.
    """
    return folder / (f"{stem}-{_KERNEL}.txt" if BROWSER else f"{stem}.jsonl")


def every(folder: Path, stem: str) -> list[Path]:
    """The files that are read together; they may not exist."""
    if not BROWSER:
        return [own(folder, stem)]
    named = re.compile(rf"{re.escape(stem)}(-\w+)?\.txt")
    try:
        return sorted(path for path in folder.iterdir() if named.fullmatch(path.name))
    except OSError:  # no answer yet
        return []
