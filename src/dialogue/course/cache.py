"""What was worked out before, kept by a digest of what it was worked out from.

It lies in the user's cache folder and may be thrown away at any time: what is missing, damaged or
cannot be written costs time and nothing else.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from dialogue.course import files, place

_MOST = 8  # several copies of the course, and a state to come back to


def folder() -> Path:
    """The folder (it may not exist); ``DIALOGUE_CACHE_DIR`` names another one."""
    if named := os.environ.get("DIALOGUE_CACHE_DIR"):
        return Path(os.path.expanduser(named))
    return user_cache_path(place.name(), appauthor=False)


def _entries(name: str) -> list[list[Any]]:
    try:
        found = json.loads(files.read_text(folder() / f"{name}.json"))
    except (files.FileFault, OSError, RuntimeError, ValueError, RecursionError):
        return []
    pairs = found if isinstance(found, list) else []
    return [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2]


def recall(name: str, digest: str) -> Any:
    """What was kept under *name* for *digest*, or None."""
    return next((value for key, value in _entries(name) if key == digest), None)


def keep(name: str, digest: str, value: Any) -> None:
    """Keep *value* (which JSON can hold); quietly not, when it cannot be written."""
    others = [pair for pair in _entries(name) if pair[0] != digest]
    text = json.dumps([[digest, value], *others[: _MOST - 1]], ensure_ascii=False)
    try:
        folder().mkdir(parents=True, exist_ok=True)
        files.write(folder() / f"{name}.json", text, force=True)
    except (files.FileFault, OSError, RuntimeError, ValueError):
        return
