"""Names and words that anybody may type: plain, short, and harmless wherever they are shown."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection

from dialogue.learner.handin import folded
from dialogue.page.text import encodable

LONGEST_NAME = 24
LONGEST_ASK, LONGEST_OPTION = 400, 160
# Marks over one letter: Vietnamese and vocalised Arabic need two or three, and no name more.
_MOST_MARKS = 3
# Joins an emoji's parts, and parts Persian letters; no other sign without a shape is kept.
_JOINERS = "\u200c\u200d"
# Read aloud and typed without a mistake: no 0 and O, no 1, I and L.
_CODE = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6


def plain(text: object, longest: int) -> str:
    """*text* on one line, without what turns the reading direction or hides, at most *longest*."""
    if not isinstance(text, str):
        return ""
    kept: list[str] = []
    marks = 0
    for sign in unicodedata.normalize("NFC", encodable(text[: 4 * longest])):
        category = unicodedata.category(sign)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if sign.isspace():
            sign = " "
        elif (category[0] == "C" and sign not in _JOINERS) or marks > _MOST_MARKS:
            continue
        kept.append(sign)
    return " ".join("".join(kept).split())[:longest].strip(_JOINERS + " ")


def nickname(text: object, taken: Collection[str]) -> str:
    """The name that somebody gets: what they typed, made plain and told apart from *taken*.

    *taken* are folded names.  Who typed nothing is a guest.
    """
    name = plain(text, LONGEST_NAME)
    if not any(sign.isalnum() or unicodedata.category(sign) == "So" for sign in name):
        name = "Guest"
    if folded(name) not in taken:
        return name
    number = 2
    while folded(f"{name[: LONGEST_NAME - 4]} {number}") in taken:
        number += 1
    return f"{name[: LONGEST_NAME - 4]} {number}"


def code() -> str:
    """A new code for a class."""
    return "".join(secrets.choice(_CODE) for _ in range(CODE_LENGTH))
