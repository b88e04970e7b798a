"""Everything that a file says, however it is wrapped: what a secret is searched in.

What is rendered is not all that travels.  A key may stand in a comment of YAML or HTML, in an
attribute, in a notebook's metadata or outputs, behind escapes of JSON, Python or HTML, in another
encoding, in the remarks of a picture, or in a member of a zip file that is written as base64.

What is compared are letters and digits alone: a text that is wrapped into the lines of a comment,
cut in two strings, or typed with other quotation marks or accents is still the same text.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from html import unescape
from typing import Any
from urllib.parse import unquote

# Wrapping within wrapping: nobody packs a key deeper than this by accident.
_DEEPEST = 4
_MOST = 64 * 2**20
# In one word, or wrapped into lines that may be indented and of which the last may be short.
_BASE64 = re.compile(
    rb"(?:[A-Za-z0-9+/_-]{40,}[ \t]*\r?\n[ \t#>]*)+[A-Za-z0-9+/_-]*={0,2}"
    rb"|[A-Za-z0-9+/_-]{24,}={0,2}"
)
# \u201c, \u{201c}, \U0000201c, and bytes: \xe2\x80\x9c, \342\200\234
_POINT = re.compile(r"(?<!\\)\\+(?:u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|U([0-9A-Fa-f]{8}))")
_BYTES = re.compile(r"(?<!\\)(?:\\+(?:x[0-9a-f]{2}|[0-3][0-7]{2}))+", re.IGNORECASE)
_BYTE = re.compile(r"x([0-9a-f]{2})|([0-3][0-7]{2})", re.IGNORECASE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_PNG = b"\x89PNG\r\n\x1a\n"
_PACKED: dict[bytes, Callable[[io.BytesIO], Any]] = {
    b"\x1f\x8b": lambda data: gzip.GzipFile(fileobj=data),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
    **dict.fromkeys((b"x\x9c", b"x\xda"), lambda data: io.BytesIO(_unpacked(data.read()))),
}
_KNOWN = (b"PK", _PNG, b"\xff\xd8\xff", b"GIF8", b"RIFF", b"%PDF", b"\xff\xfe", b"\xfe\xff")


def _unpacked(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, _MOST)


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


def letters(text: str) -> str:
    """The letters and digits of *text* alone, without tags, capitals and accents."""
    return _letters(_untagged(unescape(text)))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text).casefold())


def _untagged(text: str) -> str:
    return re.sub(r"<[^<>]*>", "", text)


def texts(data: bytes, depth: int = 0) -> Iterator[str]:
    """The texts that *data* holds, in any encoding and under any wrapping."""
    if depth > _DEEPEST:
        return
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield archive.comment.decode("utf-8", "replace")
                for entry in archive.infolist():
                    yield entry.filename
                    yield entry.comment.decode("utf-8", "replace")
                    if entry.file_size <= _MOST:
                        yield from texts(archive.read(entry), depth + 1)
        except Exception:  # whatever damaged numbers make of a zip
            pass
        return
    for start, opened in _PACKED.items():
        if data.startswith(start):
            with suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
                yield from texts(opened(io.BytesIO(data)).read(_MOST), depth + 1)
            return
    if data.startswith(_PNG):
        yield from _remarks_of_png(data)
    if b"\0" in data:
        # Any of UTF-16 and 32; whatever a binary file says in plain letters comes below.
        for code in ("utf-16-le", "utf-16-be"):
            yield data.decode(code, "replace")
        data = data.replace(b"\0", b"")
    yield (text := data.decode("utf-8-sig", "replace"))
    if "\ufffd" in text:
        yield data.decode("cp1252", "replace")
    said = data
    if text.lstrip()[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            yield (text := "\n\n".join(strings(json.loads(text))))
            said = text.encode("utf-8", "replace")
    for blob in _BASE64.findall(said):
        lines = re.split(rb"[\s#>]+", blob.rstrip(b"="))
        # Behind the last line may stand a word that is none of it.
        for wrapped in (lines, lines[:-1]) if len(lines) > 1 else (lines,):
            whole = b"".join(wrapped).translate(bytes.maketrans(b"-_", b"+/"))
            whole = whole[: len(whole) - (len(whole) % 4 == 1)]
            held = base64.b64decode(whole + b"=" * (-len(whole) % 4))
            if held.startswith((*_KNOWN, *_PACKED)) or _is_text(held):
                yield from texts(held, depth + 1)
                break


def _remarks_of_png(data: bytes) -> Iterator[str]:
    """What an editor wrote into a picture and packed; unpacked remarks are seen as they are."""
    at = len(_PNG)
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        chunk, at = data[at + 8 : at + 8 + size], at + 12 + size
        if kind in (b"zTXt", b"iTXt"):
            # The packed text comes last, after a name and what ends in zero bytes.
            for start in (i + 1 for i, byte in enumerate(chunk[:400]) if not byte):
                with suppress(zlib.error):
                    yield _unpacked(chunk[start:]).decode("utf-8", "replace")


def _is_text(data: bytes) -> bool:
    """A word of 24 letters is base64 too, but of no text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _bytes_meant(match: re.Match[str]) -> str:
    data = bytes(int(h, 16) if h else int(o, 8) for h, o in _BYTE.findall(match[0]))
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _opened(text: str) -> str:
    """*text* without escapes, also such as stand in one another."""
    for _ in range(_DEEPEST):
        before = text
        text = unescape(text)
        if "\\" in text:
            text = _BYTES.sub(_bytes_meant, text)
            text = _POINT.sub(_point_meant, text)
        if "\x1b" in text:
            text = _COLOUR.sub("", text)
        if text == before:
            break
    return text


def _point_meant(match: re.Match[str]) -> str:
    number = int(match[1] or match[2] or match[3], 16)
    return chr(number) if number < 0x110000 else match[0]


def readable(data: bytes) -> str:
    """All that *data* says, folded to be read: with what stands in tags, and without them."""
    found: dict[str, None] = {}
    for opened in _said(data):
        found[_folded(opened)] = None
        found[plain(opened)] = None
    return "\n".join(found)


def searchable(data: bytes) -> str:
    """All that *data* says, as :func:`letters`: with what stands in tags, and without them."""
    found: dict[str, None] = {}
    for opened in _said(data):
        found[_letters(opened)] = None
        found[_letters(_untagged(opened))] = None
        # Lines of a comment begin with its mark, and an escaped line end is no letter.
        if "\\n" in opened or "\\t" in opened:
            found[_letters(_untagged(re.sub(r"\\+[nrt]", " ", opened)))] = None
    return "\n".join(found)


def _said(data: bytes) -> Iterator[str]:
    for text in texts(data):
        yield (opened := _opened(text))
        for _ in range(2):
            if "%" not in opened:
                break
            yield (opened := unquote(opened))


def without_comments(markdown: str) -> str:
    """*markdown* without the remarks of HTML, which no reader sees and anybody can open."""
    return re.sub(r"<!--.*?(-->|\Z)", "", markdown, flags=re.DOTALL)
