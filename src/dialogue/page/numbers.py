"""The one form in which a page prints a number."""

from __future__ import annotations

import re
from decimal import Decimal


def plain(value: float, digits: int | None = None) -> str:
    """*value* as people write it: *digits* decimals, else whole, else six significant digits.

    Never ``1e+06``, never ``-0``.
    """
    value = float(value)
    if digits is not None:
        text = f"{value:.{digits}f}"
    elif value.is_integer() and abs(value) < 1e15:
        text = str(int(value))
    else:
        text = f"{Decimal(f'{value:.6g}'):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text[1:] if text.startswith("-") and not float(text) else text


def exact(value: float) -> str:
    """*value* with every digit that it has, whole where it is whole: as a bank may hold it."""
    value = float(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    shown = repr(value)
    return shown if "e" not in shown else f"{Decimal(shown):f}"


_IRREGULAR = {"people": "person", "men": "man", "women": "woman", "children": "child"}


def singular(unit: str) -> str:
    """An English *unit* as it stands behind a one: *step* for *steps*.

    What begins with *of* or with a number word counts something else and stays.
    """
    if re.match(r"(of|hundred|thousand|million|billion)\b", unit):
        return unit
    *before, last = unit.split(" ")
    for many, one in (
        (r"ies$", "y"),
        (r"(ss|sh|ch|x|\bbus)es$", r"\1"),
        (r"(?<=[a-z])(?<!s)s$", ""),
    ):
        found, changed = re.subn(many, one, last)
        if changed:
            return " ".join([*before, found])
    return " ".join([*before, _IRREGULAR.get(last, last)])
