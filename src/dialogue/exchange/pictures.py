"""Pictures on their way to other programs and back, and what stands in for them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any
from urllib.parse import unquote

from dialogue.course import files
from dialogue.exchange import Loss
from dialogue.page import pictures
from dialogue.page.pictures import MOST_BYTES, NoPicture, Picture
from dialogue.questions import Question

MOST = 2_000  # in one file


def texts(value: Any) -> Iterator[str]:
    """Every text in *value*: a question, or a part of one."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts(getattr(value, each.name))
    elif isinstance(value, Sequence):
        for each in value:
            yield from texts(each)


def of(questions: Sequence[Question]) -> list[Picture]:
    """The pictures in *questions*, each once, in their order."""
    found = {p.digest: p for q in questions for words in texts(q) for p, _ in pictures.found(words)}
    return list(found.values())


def _described(value: Any) -> Any:
    if isinstance(value, str):
        return pictures.described(value)
    if isinstance(value, tuple):
        return tuple(map(_described, value))
    if is_dataclass(value) and not isinstance(value, type):
        own = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        changed = {name: new for name, old in own.items() if (new := _described(old)) != old}
        return replace(value, **changed) if changed else value
    return value


def without(questions: Sequence[Question]) -> tuple[list[Question], list[Loss]]:
    """*questions* for a format that holds no picture, and whose pictures are left out."""
    made, losses = [], []
    for question in questions:
        said = _described(question)
        made.append(said)
        if said != question:
            what = "the picture is left out, and its description stands in its place"
            losses.append(Loss(question.id, what))
    return made, losses


class Package:
    """The files that came with questions: finds a picture by the address that a text has for it."""

    def __init__(self, members: Mapping[str, bytes] | None = None) -> None:
        self.members = dict(members or {})
        self._ends: dict[str, str | None] = {}
        for name in self.members:
            end = name.rpartition("/")[2].lower()
            self._ends[end] = None if end in self._ends else name  # of two, nobody knows which
        self._known: dict[str, Picture | str] = {}

    def keep(self) -> None:
        """Remember every picture here: a question that came whole names its own."""
        for name in list(self.members)[:MOST]:
            if pictures.TYPED.fullmatch(f"![]({name.replace(' ', '_')})"):
                self(name)

    def __call__(self, address: str, folder: str = "") -> Picture | str | None:
        """The picture at *address*, why it cannot be taken over, or None if it did not come."""
        known = f"{folder} {address}"
        if known not in self._known:
            if len(self._known) >= MOST:
                return f"a picture: there are more than {MOST} in the file"
            found = self._found(address, folder)
            if found is None:
                return None
            try:
                self._known[known] = pictures.keep(*found)
            except NoPicture as reason:
                self._known[known] = f"a picture: {reason.message}"
        return self._known[known]

    def _found(self, address: str, folder: str) -> tuple[str, bytes] | None:
        if inline := re.match(r"data:image/([\w+]+);base64,", address):
            ending = {"jpeg": "jpg", "svg+xml": "svg"}.get(inline[1], inline[1])
            if len(address) > 2 * MOST_BYTES:
                return f"picture.{ending}", bytes(MOST_BYTES + 1)
            try:
                return f"picture.{ending}", base64.b64decode(address[inline.end() :], validate=True)
            except (binascii.Error, ValueError):
                return f"picture.{ending}", b"-"
        plain = unquote(unquote(address)).partition("?")[0].partition("#")[0]
        if re.match(r"[A-Za-z][\w+.-]*:|//", plain):
            return None
        plain = re.sub(r"^(@@PLUGINFILE@@|\$[\w-]+\$)/", "", plain)
        parts: list[str] = []
        for part in (f"{folder}/{plain}" if folder else plain).split("/"):
            if part == "..":
                del parts[-1:]
            elif part not in ("", "."):
                parts.append(part)
        path = "/".join(parts)
        name = next((each for each in (path, plain) if each in self.members), None)
        name = name or self._ends.get(plain.rpartition("/")[2].lower())
        if name is None:
            return None
        return _name(name, self.members[name]), self.members[name]


def _name(path: str, data: bytes) -> str:
    """A name for a bank's picture that is still like the one it came under."""
    stem, _, ending = path.rpartition("/")[2].rpartition(".")
    stem = stem.removesuffix(f"-{hashlib.sha256(data).hexdigest()[:8]}")  # of our own exports
    safe = re.sub(r"[^\w-]+", "-", files.safe_name(stem, default="picture", most=60))
    return f"{safe.strip('-') or 'picture'}.{ending.lower()}"
