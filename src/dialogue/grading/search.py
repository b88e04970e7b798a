"""Everything that a file says, however it is wrapped: what a secret is searched in.

What is rendered is not all that travels.  A key may stand in a comment of YAML or HTML, in an
attribute, in a notebook's metadata or outputs, behind escapes of JSON or HTML, in another
encoding, or in a member of a zip file that is written as base64.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from typing import Any
from urllib.parse import unquote

# Wrapping within wrapping: nobody packs a key deeper than this by accident.
_DEEPEST = 4
_MOST = 64 * 2**20
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")


def strings(value: Any) -> Iterator[str]:
    """Every text in a value read from JSON or YAML, the lines of a cell as one."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one.values(), *map(str, one)]
        elif isinstance(one, list):
            if one and all(isinstance(each, str) for each in one):
                yield "".join(one)
            waiting += one


def plain(text: str) -> str:
    """*text* as one reads it: no tags, entities or marks, one kind of space, no capitals."""
    return _folded(re.sub(r"<[^<>\n]*>", " ", unescape(text)))


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[*_`\\]+", "", text).casefold().split())


def texts(data: bytes, depth: int = 0) -> Iterator[str]:
    """The texts that *data* holds, in any encoding and under any wrapping."""
    if depth > _DEEPEST:
        return
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for entry in archive.infolist():
                    yield entry.filename
                    if entry.file_size <= _MOST:
                        yield from texts(archive.read(entry), depth + 1)
        except Exception:  # whatever damaged numbers make of a zip
            pass
    elif data.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as inside:
                yield from texts(inside.read(_MOST), depth + 1)
        except (OSError, EOFError, zlib.error):
            pass
    elif b"\0" in data[:4096]:
        for code in ("utf-16-le", "utf-16-be"):
            yield data.decode(code, "replace")
    else:
        text = data.decode("utf-8-sig", "replace")
        yield text
        if text.lstrip()[:1] in ("{", "["):
            with suppress(ValueError, RecursionError):
                yield "\n".join(strings(json.loads(text)))
        for blob in _BASE64.findall(data):
            whole = blob.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            whole = whole[: len(whole) - (len(whole) % 4 == 1)]
            held = base64.b64decode(whole + b"=" * (-len(whole) % 4))
            if held.startswith((b"PK", b"\x1f\x8b")) or _is_text(held):
                yield from texts(held, depth + 1)


def _is_text(data: bytes) -> bool:
    """A word of 24 letters is base64 too, but of no text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def readable(data: bytes) -> str:
    """All that *data* says, folded for a search: with what stands in tags, and without them."""
    found: dict[str, None] = {}
    for text in texts(data):
        opened = unescape(text)
        if "\\u" in opened:
            opened = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), opened)
        if "%" in opened:
            found[_folded(unquote(opened))] = None
        found[_folded(opened)] = None
        found[plain(opened)] = None
    return "\n".join(found)


def without_comments(markdown: str) -> str:
    """*markdown* without the remarks of HTML, which no reader sees and anybody can open."""
    return re.sub(r"<!--.*?(-->|\Z)", "", markdown, flags=re.DOTALL)
