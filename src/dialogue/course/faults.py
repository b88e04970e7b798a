"""One thing wrong in a file, said so that its author can mend it: file, line, fault, remedy."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


def printable(text: str) -> str:
    """*text* without control characters: a bank may hold any, and a terminal obeys them."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


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
        return printable(f"{self.file}:{self.line}:{item} {self.message}; {self.remedy}")


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


def shown(path: Path) -> str:
    """The path as the person at the keyboard would type it."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive on Windows
        return str(path)
