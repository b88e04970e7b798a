"""The files of a bank's pictures: bound to the texts that are read, and written beside a new bank.

They lie in a folder ``pictures`` beside the bank, in the course as in an overlay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.page import pictures
from dialogue.page.pictures import FOLDER, MOST_BYTES, MOST_LETTERS, NoPicture

_PLACE = f"{FOLDER}/map.png"
MOST = 20  # in one text


def bound(source: str, folder: Path, fault: Callable[[str, str], None]) -> str:
    """*source* with a digest behind the address of each picture that lies beside the bank.

    *fault* is told what is wrong with one, and what to do.
    """
    count = 0

    def one(mark: re.Match[str]) -> str:
        nonlocal count
        if not pictures.meant(mark):
            return mark[0]
        count += 1
        try:
            if count > MOST:
                raise NoPicture(f"there are more than {MOST} pictures in one text", "use fewer")
            return pictures.marked(_read(mark[2], folder), _description(mark[1], mark[2]))
        except NoPicture as found:
            fault(found.message, found.remedy)
        return mark[0]

    return pictures.TYPED.sub(one, source) if "![" in source else source


def _description(words: str, address: str) -> str:
    words = words.strip()
    if not words:
        message = f"the picture {address!r} has no description"
        raise NoPicture(message, f"say what it shows: ![The river at dawn]({_PLACE})")
    if len(words) > MOST_LETTERS:
        message = f"the description of {address!r} has more than {MOST_LETTERS} letters"
        raise NoPicture(message, "say the rest in the question")
    return words


def _read(address: str, folder: Path) -> pictures.Picture:
    place, _, name = address.rpartition("/")
    if place != FOLDER:
        message = f"the picture {address!r} does not lie in {FOLDER!r} beside the bank"
        raise NoPicture(message, f"put it there, and write {FOLDER}/{name or 'map.png'}")
    path = folder / FOLDER / name
    if path.is_symlink() or path.parent.is_symlink():
        raise NoPicture(f"the picture {address!r} is a link", "put the file itself there")
    try:
        data = files.read_bytes(path, most=4 * MOST_BYTES)
    except FileFault as found:
        raise NoPicture(f"the picture {address!r}: {found.message}", found.remedy) from None
    return pictures.keep(name, data)


def stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    """The pictures beside the banks in *folder*, with time and size: what a cache compares."""
    return map(files.stamp, files.listed(folder, f"**/{FOLDER}/*.*"))


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """*value*, as an author types it, with every text in it changed."""
    if isinstance(value, str):
        return change(value) if "![" in value else value
    if isinstance(value, Mapping):
        return {name: _changed(each, change) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_changed(each, change) for each in value]
    return value


def bound_in(value: Any, folder: Path) -> Any:
    """:func:`bound` for every text of an entry that is known to be sound."""
    return _changed(value, lambda words: bound(words, folder, lambda *_said: None))


def beside(value: Any, folder: Path, home: Path | None = None) -> tuple[Any, dict[Path, bytes]]:
    """Entries of a bank as an author types them, and the pictures to write below *folder*.

    A picture without a digest is looked for in *home*.  One whose name is taken there by another
    picture gets another name.
    """
    new: dict[Path, bytes] = {}

    def one(mark: re.Match[str]) -> str:
        picture = pictures.known(mark[3] or "")
        if picture is None and home and pictures.meant(mark):
            try:
                picture = _read(mark[2], home)
            except NoPicture:
                return mark[0]
        if picture is None:
            return mark[0]
        for name in (pictures.named(mark[2]) or picture.name, picture.unique):
            path = folder / FOLDER / name
            if path not in new and not path.exists():
                new[path] = picture.data
            if (new.get(path) or path.read_bytes()) == picture.data:
                break
        return f"![{mark[1]}]({FOLDER}/{name})"

    return _changed(value, lambda words: pictures.TYPED.sub(one, words)), new


def write(new: dict[Path, bytes]) -> None:
    """Put the pictures of :func:`beside` in their places."""
    for path, data in new.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, data)
