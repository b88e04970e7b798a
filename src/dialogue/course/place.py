"""Where the course lies on this machine."""

from __future__ import annotations

import os
import re
import tomllib
from functools import lru_cache
from pathlib import Path

from dialogue.course import files
from dialogue.course.files import FileFault

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def root() -> Path:
    """The folder that holds ``notebooks/``, ``data/``, ``seeds/`` and ``exercises/``.

    What ``DIALOGUE_COURSE`` names; else the course that one stands in, such as one made by
    ``dialogue new course``; else the checkout when the package is used from one, or the copy
    inside the installed wheel.
    """
    if named := os.environ.get("DIALOGUE_COURSE"):
        return Path(named)
    try:
        around = _around(Path.cwd())
    except OSError:  # the folder is gone
        around = None
    if around:
        return around
    here = Path(__file__).resolve()
    checkout = here.parents[3]
    return checkout if (checkout / "exercises").is_dir() else here.parents[1] / "_course"


@lru_cache(maxsize=8)
def _around(folder: Path) -> Path | None:
    """The nearest folder, from *folder* upwards, that has a course's card and its exercises."""
    for each in (folder, *folder.parents):
        if (each / "seeds" / "course.toml").is_file() and (each / "exercises").is_dir():
            return each
    return None


def card() -> dict[str, str]:
    """What ``seeds/course.toml`` says; empty where it is not there.

    Raises :class:`~dialogue.course.files.FileFault` for a file that cannot be read as one.
    """
    file = root() / "seeds" / "course.toml"
    return _card(file, files.stamp(file)) if os.path.lexists(file) else {}


@lru_cache(maxsize=4)
def _card(file: Path, _stamp: tuple[str, int, int]) -> dict[str, str]:
    try:
        return {key: str(value) for key, value in tomllib.loads(files.read_text(file)).items()}
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        told = str(error) if isinstance(error, ValueError) else "it is nested too deep"
        raise FileFault(file, f"this is no TOML ({told})", 'write name = "…"', 1) from None


def _said(key: str, otherwise: str) -> str:
    try:
        return card().get(key) or otherwise
    except FileFault:  # told by the check
        return otherwise


def card_faults() -> list[FileFault]:
    """What is wrong with ``seeds/course.toml``: nothing where name and title can be used."""
    file = root() / "seeds" / "course.toml"
    try:
        said = card()
    except FileFault as fault:
        return [fault]
    if not said:
        return [FileFault(file, "the course has no card", 'write name = "…" and title = "…"', 1)]
    if not _NAME.fullmatch(said.get("name", "")):
        why = f"the name {said.get('name', '')!r} cannot be that of a folder"
        return [FileFault(file, why, "write small letters, digits and hyphens", 1)]
    if not said.get("title", "").strip():
        return [FileFault(file, "there is no title", 'write title = "…"', 1)]
    return []


def name() -> str:
    """The course's name in paths, such as ``us-iraq-dialogue`` (``seeds/course.toml``).

    A learner's answers, the settings and what is kept between two checks lie under it, apart from
    those of another course.
    """
    found = _said("name", "")
    return found if _NAME.fullmatch(found) else "dialogue-course"


def title() -> str:
    """The course's title, as people read it (``seeds/course.toml``)."""
    return _said("title", "A course on one text")
