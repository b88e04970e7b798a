"""Where an instructor's own folder lies, which is laid over the course.

Which folder it is, in this order: the environment variable ``DIALOGUE_OVERLAY`` (empty: none; the
option ``--overlay`` sets it for one command), then the line ``overlay = "…"`` of the file
``config.toml`` in the user's configuration folder, which ``dialogue overlay use`` writes.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from dialogue.course import files, place
from dialogue.course.files import FileFault


def config_file() -> Path:
    """The user's configuration file (it may not exist)."""
    if named := os.environ.get("DIALOGUE_CONFIG_DIR"):
        return Path(os.path.expanduser(named)) / "config.toml"
    from platformdirs import user_config_path

    return user_config_path(place.name(), appauthor=False) / "config.toml"


def where() -> tuple[Path, str] | None:
    """The overlay's folder and who named it, or None.

    Raises :class:`~dialogue.course.files.FileFault` when the configuration file is damaged.
    """
    if (named := os.environ.get("DIALOGUE_OVERLAY")) is not None:
        return (Path(os.path.expanduser(named)), "DIALOGUE_OVERLAY") if named.strip() else None
    file = config_file()
    try:
        config = tomllib.loads(files.read_text(file)) if os.path.lexists(file) else {}
    except FileFault as fault:
        if fault.message == "the file is empty":
            return None
        fault.message = f"the configuration cannot be read ({fault.message})"
        raise
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        told = str(error) if isinstance(error, ValueError) else "it is nested too deep"
        raise FileFault(file, f"the configuration cannot be read ({told})", "mend it") from None
    folder = config.get("overlay", "")
    if not isinstance(folder, str):
        raise FileFault(file, "'overlay' is not a text", 'write overlay = "the folder"')
    return (Path(os.path.expanduser(folder)), str(file)) if folder.strip() else None


def folder() -> Path | None:
    """The overlay's folder where it can be used; a damaged setting is told by the bank's check."""
    try:
        named = where()
    except FileFault:
        return None
    # Where one may not enter, this says no and Path.is_dir raises.
    return named[0] if named and os.path.isdir(named[0]) else None
