"""QTI from elsewhere: 1.2 as Canvas, Blackboard and others write it, and 2.x.

A package (zip, Common Cartridge) or a single file.  The key of an item of version 1.2 is not
guessed from how its conditions are written: each possible answer is marked by them, as the other
program would, and what earns everything is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dialogue.course.files import FileFault
from dialogue.exchange import Loss, markup, pictures, qti_item_1, qti_item_2
from dialogue.exchange.incoming import Parsed, taken_over
from dialogue.exchange.markup import Element
from dialogue.page.pictures import Picture

_REMEDY = "export it again"


def read(data: bytes, file: str, language: str = "en") -> tuple[list[dict[str, Any]], list[Loss]]:
    """The questions of a QTI package or file; what cannot be one here is named and left out.

    Raises :class:`~dialogue.course.files.FileFault` when it is neither, or holds no question that can
    be taken over.
    """
    losses: list[Loss] = []
    found: list[Parsed] = []
    if data.startswith(b"PK"):
        members = markup.unpacked(data, file)
        package = pictures.Package(members)
        package.keep()
        for name, root, sealed in _documents(members, file, losses):
            found += _items(root, name, losses, language, sealed, package)
        if not found and not losses:
            raise FileFault(file, "this package holds no QTI", "export the quiz as a QTI package")
    else:
        root = markup.parsed(data, file, _REMEDY, doctype=True)
        if markup.name(root) not in (*_ONE, *_TWO):
            fault = f"this is not QTI: it begins with <{markup.name(root)}>"
            raise FileFault(file, fault, "check that it is the right file")
        found += _items(root, "", losses, language, _sealed(data), pictures.Package())
    return taken_over(found, losses, file, language=language), losses


_ONE = ("questestinterop", "item", "assessment")
_TWO = ("assessmentItem", "qti-assessment-item")


def _documents(
    members: dict[str, bytes], file: str, losses: list[Loss]
) -> Iterator[tuple[str, Element, str]]:
    """The documents of a package that hold items, in the order of its manifest."""
    total = sum(data.count(b"<") for name, data in members.items() if name.endswith(".xml"))
    if total > markup.MOST_TAGS:
        fault = f"it has more than {markup.MOST_TAGS} tags"
        raise FileFault(file, fault, "export fewer questions at a time")
    order: list[str] = []
    for name in members:
        if name.rpartition("/")[2] == "imsmanifest.xml":
            manifest = markup.parsed(members[name], f"{file}: {name}", _REMEDY, doctype=True)
            folder = name.rpartition("/")[0]
            hrefs = [str(each.get("href")) for each in markup.every(manifest, "file")]
            order += [f"{folder}/{href}" if folder else href for href in hrefs]
    rest = sorted(name for name in members if name.lower().endswith((".xml", ".qti", ".dat")))
    for name in dict.fromkeys([*order, *rest]):
        data = members.get(name, b"")
        plain = data[:20_000]
        if not any(b"<" + tag.encode() in plain or b":" + tag.encode() in plain
                   for tag in (*_ONE, *_TWO)):  # fmt: skip
            continue
        try:
            root = markup.parsed(data, name, _REMEDY, doctype=True)
        except FileFault as fault:
            losses.append(Loss(name, f"not taken over: {fault.message}"))
            continue
        if markup.name(root) in (*_ONE, *_TWO):
            yield name, root, _sealed(data)


def _sealed(data: bytes) -> str:
    """What one of our own files carries whole beside what other programs read."""
    found = re.search(rb"<\?" + qti_item_2.WHOLE.encode() + rb" ([^\n]*?)\?>", data)
    return found[1].decode("utf-8", "replace") if found else ""


def _items(
    root: Element,
    name: str,
    losses: list[Loss],
    language: str,
    sealed: str,
    package: pictures.Package,
) -> Iterator[Parsed]:
    one = markup.name(root) in _ONE
    items = list(markup.every(root, "item")) if one else [root]
    folder = name.rpartition("/")[0]

    def pictured(address: str) -> Picture | str | None:
        return package(address, folder)

    title = next((each.get("title", "") for each in markup.every(root, "assessment")), "")
    for each in items:
        called = each.get("title") or each.get("ident") or each.get("identifier") or name
        try:
            if one:
                parsed = qti_item_1.read(each, language, pictured)
            else:
                parsed = qti_item_2.read(each, language, sealed, pictured)
        except (ValueError, RecursionError) as error:
            why = str(error) if isinstance(error, ValueError) else "it is nested too deep"
            losses.append(Loss(called[:60], f"not taken over: {why}"))
            continue
        parsed.category = title if len(items) > 1 else ""
        yield parsed
