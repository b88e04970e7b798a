"""Pictures in questions: ``![what it shows](pictures/map.png)``, a small file beside the bank.

Whoever reads a text from a file binds its pictures (:func:`bound`): the address then carries a
digest of the file, so that a question changes with its picture, and two folders may use one name.
Only a picture that was read and found sound is ever shown, always through ``<img>``, which runs no
script.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import PurePosixPath

FOLDER = "pictures"
MOST_BYTES = 200 * 1024
MOST_PIXELS = 4_000  # along a side
MOST_LETTERS = 300  # of a description
_MOST_KEPT = 128 * 2**20  # of all pictures that one program has read

# What an author types, and the same with the digest behind it.
TYPED = re.compile(r"!\[([^\[\]\n]{0,1000})\]\(([^()\s#]{1,200})(?:#([0-9a-f]{16}))?\)")
_NAME = re.compile(r"[\w-][\w.-]{0,99}\.(png|jpe?g|gif|svg)", re.IGNORECASE)
_ENDING = re.compile(r"\.(png|jpe?g|gif|svg|webp|avif|bmp|tiff?|heic)$", re.IGNORECASE)
_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "svg": "image/svg+xml",
}
_STARTS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
# What moves, runs or fetches in a drawing: <img> shows none of it, and another program might.
_ACTIVE = re.compile(
    r"<(?:\w+:)?(?:script|foreignobject|iframe|embed|object|audio|video|animate\w*|set|handler)\b"
    r"|\son\w+\s*=|javascript:|<!entity|<!doctype[^>\[]{0,300}+(?!>)|<\?xml-stylesheet|@import"
    r"|(?:href|src)\s*=\s*+[\"']?+\s*+(?!#|data:image/(?:png|jpeg|gif);)"
    r"|url\(\s*+[\"']?+(?!#)",
    re.IGNORECASE,
)


class NoPicture(ValueError):
    """Why a file cannot be shown as a picture, and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message, self.remedy = message, remedy
        super().__init__(message)


class Picture:
    """A sound picture: the name of its file, its type and its bytes."""

    def __init__(self, name: str, kind: str, data: bytes) -> None:
        self.name, self.kind, self.data = name, kind, data
        self.digest = hashlib.sha256(data).hexdigest()[:16]

    @cached_property
    def address(self) -> str:
        """The picture itself, for a page on its own."""
        return f"data:{self.kind};base64,{b64encode(self.data).decode()}"

    @property
    def unique(self) -> str:
        """A name that no other picture has."""
        path = PurePosixPath(self.name)
        return f"{path.stem}{self.mark}{path.suffix.lower()}"

    @property
    def mark(self) -> str:
        return f"-{self.digest[:8]}"


_kept: dict[str, Picture] = {}


def keep(name: str, data: bytes) -> Picture:
    """The picture in *data*, remembered by its digest; *name* is that of its file.

    Raises :class:`NoPicture` for what is none, is too large, or is not of the kind it says.
    """
    if not _NAME.fullmatch(name):
        kinds = "letters, digits, . and -, ending in .png, .jpg, .gif or .svg"
        raise NoPicture(f"{name!r} is no name for a picture", f"use {kinds}")
    if len(data) > MOST_BYTES:
        small = f"make it smaller: at most {MOST_BYTES // 1024} kB"
        raise NoPicture(f"the picture {name!r} has {len(data) // 1024} kB", small)
    wanted = _TYPES[name.rpartition(".")[2].lower()]
    kind = next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")
    kind = kind or ("image/svg+xml" if wanted == "image/svg+xml" and _drawn(name, data) else "")
    if kind != wanted:
        found = f"but a {kind.partition('/')[2]}" if kind else "but something else"
        message = f"{name!r} is not the {wanted.partition('/')[2]} that its name says, {found}"
        raise NoPicture(message, "save it again as PNG, JPEG, GIF or SVG")
    if kind != "image/svg+xml" and not all(0 < side <= MOST_PIXELS for side in _sides(kind, data)):
        small = f"make it smaller: at most {MOST_PIXELS} pixels along a side"
        raise NoPicture(f"the picture {name!r} is too large or not whole", small)
    picture = Picture(name, kind, data)
    if picture.digest not in _kept:
        if sum(len(each.data) for each in _kept.values()) + len(data) > _MOST_KEPT:
            raise NoPicture("there are too many pictures", "use fewer, or smaller ones")
        _kept[picture.digest] = picture
    return picture


def _drawn(name: str, data: bytes) -> bool:
    """Is it a drawing that stays still?"""
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if "\0" in words or not re.search(r"<(?:svg:)?svg[\s>]", words):
        return False
    if found := _ACTIVE.search(words):
        message = f"the drawing {name!r} holds {found[0].strip()[:40]!r}, which acts or fetches"
        raise NoPicture(message, "save it as a plain drawing, or as PNG")
    return True


def _sides(kind: str, data: bytes) -> tuple[int, int]:
    if kind == "image/png":
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if kind == "image/gif":
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    at = 2  # the segments of a JPEG, until the one that says how large it is
    while at + 9 < len(data) and data[at] == 0xFF:
        mark, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 5 : at + 7], "big"), int.from_bytes(
                data[at + 7 : at + 9], "big"
            )
        at += 1 if mark == 0xFF else 2 + length
    return 0, 0


def named(address: str) -> str:
    """The name of the file at *address*; nothing where it is no name, or lies elsewhere."""
    place, _, name = address.rpartition("/")
    return name if place == FOLDER and _NAME.fullmatch(name) else ""


def known(digest: str) -> Picture | None:
    """The picture with this digest, if it was read."""
    return _kept.get(digest)


def found(source: str) -> Iterator[tuple[Picture, str]]:
    """The bound pictures in *source*, each with its description."""
    for mark in TYPED.finditer(source):
        if picture := known(mark[3] or ""):
            yield picture, mark[1]


def undescribed(source: str) -> list[str]:
    """The names of the bound pictures in *source* that have no description."""
    marks = TYPED.finditer(source)
    return [named(mark[2]) for mark in marks if mark[3] and not mark[1].strip()]


def replaced(source: str, shown: Callable[[Picture, str], str]) -> str:
    """*source* with what is *shown* in the place of each bound picture, by its description."""

    def one(mark: re.Match[str]) -> str:
        picture = known(mark[3] or "")
        return shown(picture, mark[1]) if picture else mark[0]

    return TYPED.sub(one, source) if "![" in source else source


def described(source: str) -> str:
    """*source* with the description of each picture in its place, for what holds words only."""
    return replaced(source, lambda _picture, words: f"[{words}]")


def marked(picture: Picture, words: str) -> str:
    """What stands in a text for *picture*: what it shows, and where it is."""
    said = " ".join(words.replace("[", "(").replace("]", ")").split())[:MOST_LETTERS]
    return f"![{said}]({FOLDER}/{picture.name}#{picture.digest})"


def as_typed(source: str) -> str:
    """*source* without the digests, as its author knows it."""
    return TYPED.sub(r"![\1](\2)", source) if "![" in source else source


def meant(mark: re.Match[str]) -> bool:
    """Does a match of :data:`TYPED` name a file?  An address on the web is words here."""
    address = mark[2]
    named = address.startswith(f"{FOLDER}/") or _ENDING.search(address) is not None
    return named and not re.match(r"[A-Za-z][\w+.-]*:|//", address)
