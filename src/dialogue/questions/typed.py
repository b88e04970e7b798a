"""What people type: numbers, chances, dates and a few words, read as people mean them.

The script in the page reads by the same rules; ``tests/grading-vectors.json`` holds the two
together.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

AS_OF = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
# A number as a bank may hold it: nothing about it has to be guessed.
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")

# --- numbers -----------------------------------------------------------------------------


class NotANumber(ValueError):
    """The text is not a number that can be read without guessing."""


# Arabic-Indic and Persian digits, the two Arabic separators, and the minus signs that people paste.
_FOLD = str.maketrans(
    {chr(zero + i): str(i) for zero in (0x0660, 0x06F0) for i in range(10)}
    | {"٫": ".", "٬": ",", "٪": "%", "−": "-", "–": "-"}
    # Marks of direction come along when a number is copied from Arabic text.
    | {"\u200e": "", "\u200f": "", "\u061c": ""}
)
_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_COMMA_DECIMAL = re.compile(r"[+-]?[0-9]+,[0-9]+")


def tidied(text: str) -> str:
    """One kind of digit and of space, none at the ends."""
    return re.sub(r"[\s\ufeff]+", " ", text.translate(_FOLD)).strip(" ")


def number(text: str | float, unit: str = "") -> float:
    """Read a number as people type it.

    ``1,423``, ``1 423`` and ``1423`` are the same; ``1,5`` is one and a half; Arabic digits
    count; a trailing unit or per-cent sign is dropped.  Raises :class:`NotANumber` for the rest.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        try:
            value = float(text)
        except OverflowError:
            raise NotANumber(str(text)) from None
        if math.isfinite(value):
            return value
    if not isinstance(text, str):
        raise NotANumber(str(text))
    cleaned = tidied(text)
    for ending in (unit, unit.removesuffix("s"), "%"):  # "1 step" for "steps"
        if ending and cleaned.lower().endswith(ending.lower()):
            cleaned = cleaned[: -len(ending)]
    cleaned = re.sub(r"[\s_]", "", cleaned)
    if _PLAIN.fullmatch(cleaned):
        return float(cleaned)
    if _THOUSANDS.fullmatch(cleaned):
        return float(cleaned.replace(",", ""))
    if _COMMA_DECIMAL.fullmatch(cleaned):
        return float(cleaned.replace(",", "."))
    raise NotANumber(text)


def within(value: float, target: float, tolerance: float) -> bool:
    """Is *value* within *tolerance* of *target*, forgiving what binary fractions add?"""
    return abs(value - target) <= tolerance + 1e-9 * max(1.0, abs(target))


def chance(text: str | float) -> float:
    """Read a probability in per cent, 0 to 100.

    Raises :class:`NotANumber` outside that range, and for a number between 0 and 1 without
    a per-cent sign: 0.7 may mean 70 per cent or less than one.
    """
    value = number(text, "%")
    marked = isinstance(text, str) and tidied(text).endswith("%")
    if not 0 <= value <= 100 or (0 < value < 1 and not marked):
        raise NotANumber(str(text))
    return value


def brier(probability: float, happened: bool) -> float:
    """The Brier score of one forecast: the squared distance from what happened (0 or 1).

    *probability* runs from 0 to 1; 0 is perfect, 1 the worst.  Source: Brier 1950, Monthly
    Weather Review 78, in the one-sided form that forecasting tournaments use.
    """
    return (probability - float(happened)) ** 2


def index(value: Any, size: int) -> int | None:
    """*value* as the place of one of *size* things; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_index = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < size
    return value if is_index else None


# --- words -------------------------------------------------------------------------------


def same(text: str) -> str:
    """Two texts that differ only in capitals and spaces are the same to a reader."""
    return " ".join(text.casefold().split())


def real_date(text: str) -> bool:
    """Is it an ISO year, month or day that the calendar has?"""
    if not AS_OF.fullmatch(text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def stands(value: str, text: str) -> list[tuple[int, int]]:
    """Where *value* stands in *text* as words of its own: start and end of each place."""
    places = re.finditer(rf"(?<![\w-]){re.escape(value)}(?![\w-])", text)
    return [place.span() for place in places] if value else []


# What spelling may differ in without being wrong: accents and vowel signs, apostrophes of
# every make, full stops (S.F.A.), and the Arabic letters that are written in more than one way.
_QUOTES = dict.fromkeys(map(ord, ".'’‘ʼʿʾʻ`´\"“”„«»‹›\u0640"))
_LETTERS = str.maketrans({"ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ς": "σ", "ß": "ss"})
_ARTICLES = frozenset({"the", "a", "an", "al", "el"})


def fold(text: str) -> str:
    """Reduce *text* to what a short answer is compared by.

    Lower case, no accents, apostrophes, punctuation, spaces or articles (English, and
    Arabic in either script); Arabic letter variants and digits become one.
    """
    text = text.translate(_QUOTES)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    text = "".join(c for c in text if unicodedata.category(c) != "Mn")
    text = text.translate(_FOLD).translate(_LETTERS)
    text = "".join(c if unicodedata.category(c)[0] in "LN" else " " for c in text)
    words = text.split()
    words = [word for word in words if word not in _ARTICLES] or words
    return "".join(word[2:] if word.startswith("ال") and len(word) > 4 else word for word in words)


def edits(one: str, other: str, most: int) -> int:
    """How many letters differ between two texts: wrong, missing, too many, or two swapped.

    The optimal string alignment distance; above *most* it returns ``most + 1``.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row_before = row, before
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, row_before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = last
    return min(row[-1], most + 1)


def _slack(target: str) -> int:
    """How many wrong letters a text of this length may have: none in an abbreviation."""
    return 0 if len(target) < 5 else 1 if len(target) < 10 else 2


def _digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def misspellings(given: str, targets: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(letters that differ, index) for each target that *given* may be a misspelling of."""
    for i, target in enumerate(targets):
        distance = edits(given, target, _slack(target))
        # 2003 is not a misspelling of 2008.
        if distance <= _slack(target) and _digits(given) == _digits(target):
            yield distance, i
