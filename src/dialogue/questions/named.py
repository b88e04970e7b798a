"""A value that somebody's code has made, as an answer: things are named by their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialogue.page import text
from dialogue.page.words import STRINGS
from dialogue.questions.typed import fold


class Unusable(ValueError):
    """The value is not of a kind that this question can be answered with."""


def place(name: Any, texts: Sequence[str]) -> int:
    """Where *name* stands among *texts*: by its words, or by its letter."""
    wanted = fold(name) if isinstance(name, str) else ""
    folded = [fold(text.plain(each)) for each in texts]
    if wanted and wanted in folded:
        return folded.index(wanted)
    if isinstance(name, str) and len(name.strip()) == 1:
        index = ord(name.strip().upper()) - ord("A")
        if 0 <= index < len(texts):
            return index
    raise Unusable(STRINGS["value_unknown"].format(name=str(name)[:60]))


def by_name(value: Any, names: Sequence[str]) -> list[Any]:
    """One entry for each of *names*, from a mapping or from a list of the same length."""
    if isinstance(value, dict):
        given: list[Any] = [None] * len(names)
        for name, each in value.items():
            given[place(name, names)] = each
        return given
    if isinstance(value, list) and len(value) == len(names):
        return value
    raise Unusable(STRINGS["value_list"])


def several(value: Any) -> list[Any]:
    """*value*, which has to be a list."""
    if not isinstance(value, list):
        raise Unusable(STRINGS["value_list"])
    return value


def single(value: Any) -> Any:
    """*value*, or what a list of one holds."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def one(value: Any) -> Any:
    """*value*, which must not be several."""
    value = single(value)
    if isinstance(value, list | dict):
        raise Unusable(STRINGS["value_one"].format(n=len(value)))
    return value
