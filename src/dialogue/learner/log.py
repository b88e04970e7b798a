"""Where a learner's lines are appended: one file, or in a browser one for each kernel.

On a computer several processes append to one file, and the system keeps their lines apart.  The
browser's drive reads and writes a file as a whole, so of two tabs that write at once one would
undo the other's lines.  There each kernel has a file of its own, and all are read together.  Even
that file is not read before it is written: with two tabs open the drive may answer with what stood
there a moment ago.  Its kernel knows what it holds, writes that, and looks whether it stands there.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import uuid
from pathlib import Path

from dialogue.course import files

# JupyterLite: Python compiled by Emscripten, with the page's storage as its drive.
BROWSER = sys.platform == "emscripten"
KERNEL = uuid.uuid4().hex[:12]


def own(folder: Path, stem: str) -> Path:
    """The file that this process appends to.

    JupyterLite's drive would take a name that ends in ``.jsonl`` for JSON, and never answer.
    """
    return folder / (f"{stem}-{KERNEL}.txt" if BROWSER else f"{stem}.jsonl")


def every(folder: Path, stem: str) -> list[Path]:
    """The files that are read together; they may not exist."""
    if not BROWSER:
        return [own(folder, stem)]
    named = re.compile(rf"{re.escape(stem)}(-\w+)?\.txt")
    try:
        return sorted(path for path in folder.iterdir() if named.fullmatch(path.name))
    except OSError:  # no answer yet
        return []


# What this kernel has written, by file.
_written: dict[Path, bytes] = {}
_TRIES = 5


def append(path: Path, lines: bytes) -> None:
    """Add whole *lines* to a file of :func:`own`, or raise ``OSError``; they are kept when this
    returns."""
    if not BROWSER:
        files.append(path, lines)
        return
    before = _written.get(path, b"")
    if before and not any(path.exists() for _ in range(_TRIES)):  # erased, by another page perhaps
        before = b""
    whole = before + lines
    path.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(_TRIES):
        path.write_bytes(whole)
        if path.read_bytes() == whole:
            _written[path] = whole
            return
    raise OSError(errno.EIO, os.strerror(errno.EIO))
