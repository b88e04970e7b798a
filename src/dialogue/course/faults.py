"""One thing wrong in a file, said so that its author can mend it: file, line, fault, remedy."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

# Nobody reads more of one message, and a bank may hold a line of a million letters.
LONGEST = 600
# Comparing names is slow: a longer one is no slip of the keyboard, and of more candidates
# those are compared that share most of their parts.
_LONGEST_NAME, _CANDIDATES = 100, 400


def printable(text: str) -> str:
    """*text* without control characters: a bank may hold any, and a terminal obeys them."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def one_line(text: str) -> str:
    """A message for a terminal: printable, and of a length that is read."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST * 2 // 3]} … {text[-LONGEST // 3 :]}"
    return printable(text)


def _parts(name: str) -> set[str]:
    return {name[i : i + 3] for i in range(len(name))}


def nearest(name: str, names: Iterable[str], count: int = 1, cutoff: float = 0.4) -> list[str]:
    """Those of *names* that *name* may be a slip for, the likeliest first."""
    if len(name) > _LONGEST_NAME:
        return []
    known = [other for other in names if len(other) <= _LONGEST_NAME]
    if len(known) > _CANDIDATES:
        parts = _parts(name)
        known = sorted(known, key=lambda other: -len(parts & _parts(other)))[:_CANDIDATES]
    return get_close_matches(name, known, n=count, cutoff=cutoff)


def one(word: str) -> str:
    """``an essay``, ``a forecast``: a word with its article."""
    return f"{'an' if word[:1] in 'aeio' else 'a'} {word}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a bank, and what to do about it."""

    file: str
    line: int
    item: str
    message: str
    remedy: str

    def __str__(self) -> str:
        item = f" {self.item}:" if self.item else ""
        return one_line(f"{self.file}:{self.line}:{item} {self.message}; {self.remedy}")


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that could be better, by which rule, and how."""

    file: str
    line: int
    item: str
    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        item = f" {self.item}:" if self.item else ""
        place = f"{self.file}:{self.line}:{item}"
        return printable(f"{place} advice: {self.message}; {self.remedy} ({self.rule})")


def typed(path: Path | str) -> str:
    """The same, in quotation marks where a command line needs them."""
    name = str(path) if isinstance(path, str) else shown(path)
    return f'"{name}"' if " " in name else name


def shown(path: Path) -> str:
    """The path as the person at the keyboard would type it."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive on Windows
        return str(path)
