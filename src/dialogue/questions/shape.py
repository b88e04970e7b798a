"""The fields of a bank in the words of JSON Schema.

A kind says here, once, which fields it has: the reader takes their names from it, and
:mod:`dialogue.bank.schema` writes the file that editors complete by.
"""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]

YES = ("yes", "true", "نعم")
NO = ("no", "false", "لا")
YES_OR_NO: list[bool | str] = [True, False, "yes", "no", "true", "false", "نعم", "لا"]
DATE = r"^\d{4}(-\d{2}){0,2}$"


def said(about: str) -> Shape:
    return {"description": about} if about else {}


def text(about: str = "", *, need: bool = False, pattern: str = "") -> Shape:
    """A text; with *need* not an empty one."""
    shape: Shape = {"type": "string"}
    shape |= {"minLength": 1} if need else {}
    return shape | ({"pattern": pattern} if pattern else {}) | said(about)


def texts(about: str) -> Shape:
    """A text or a list of them."""
    each = {"type": "string"}
    return {**said(about), "anyOf": [each, {"type": "array", "items": each}]}


def number(about: str = "") -> Shape:
    """A number, or text that is one."""
    pattern = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$"
    typed = [{"type": "number"}, {"type": "string", "pattern": pattern}]
    return {"anyOf": typed, **said(about)}


def one_of(words: Any, about: str = "") -> Shape:
    return {"enum": list(words), **said(about)}


def yes(about: str = "yes or no") -> Shape:
    return one_of(YES_OR_NO, about)


def entry(needed: str, /, **fields: Shape) -> Shape:
    """A mapping with these *fields*; *needed* names those that are compulsory.

    A field whose name Python keeps for itself is written with a line behind it: ``if_``.
    """
    properties = {name.rstrip("_"): shape for name, shape in fields.items()}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": needed.split(),
        "properties": properties,
    }


def entries(least: int, each: Shape, about: str = "") -> Shape:
    """A list of at least so many."""
    return {"type": "array", "minItems": least, "items": each, **said(about)}


def names(shape: Shape) -> tuple[str, ...]:
    """The fields of an entry, or of each entry of a list."""
    return tuple(shape.get("items", shape)["properties"])
