"""Questions on their way to other programs and back.

One module a format.  Each says of every item what it could not carry: a teacher who knows
what was lost can repair it, and one who is not told cannot.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dialogue.questions import Question


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that a format could not carry for one item, and what became of it."""

    item: str
    what: str
    #: Whether the item as a whole is not in the file.
    left_out: bool = False

    def __str__(self) -> str:
        return f"{self.item}: {self.what}"


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name on the command line.

    Its module has ``write(questions, title)``, which returns the file's bytes and a list of
    :class:`Loss`, when *writes*; and ``read(data, file)``, which returns a list of items as
    an author would type them (mappings, see :mod:`dialogue.bank.writing`) and a list of
    :class:`Loss`, when *reads*, and raises :class:`~dialogue.course.files.FileFault` for a bad file.
    """

    name: str
    module: str
    suffix: str
    label: str
    writes: bool = True
    reads: bool = True

    def fits(self, suffix: str) -> bool:
        """Whether a file may end in *suffix*: the format's own, or none of another format's."""
        claimed = {form.suffix for form in FORMATS.values()}
        return suffix.lower() == self.suffix or suffix.lower() not in claimed

    def _do(self, name: str) -> Callable[..., Any]:
        return getattr(importlib.import_module(f"dialogue.{self.module}"), name)

    def write(self, questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
        """The questions as a file of this format, and what it could not carry."""
        return self._do("write")(questions, title)

    def read(self, data: bytes, file: str) -> tuple[list[dict[str, Any]], list[Loss]]:
        """The items in a file of this format, and what could not be taken over."""
        return self._do("read")(data, file)


FORMATS = {
    one.name: one
    for one in (
        Format("gift", "exchange.gift", ".gift", "GIFT, for Moodle and many others"),
        Format("moodle", "exchange.moodle", ".xml", "Moodle XML"),
        Format("qti", "exchange.qti", ".zip", "QTI 1.2 in a package, for Canvas", reads=False),
        Format("csv", "exchange.sheet", ".csv", "a table, one row an item"),
        Format("xlsx", "exchange.workbook", ".xlsx", "the same table as an Excel workbook"),
        Format("anki", "exchange.anki", ".apkg", "a deck of Anki cards", reads=False),
        Format("paper", "classroom.paper", ".html", "a test to print, and its key", reads=False),
        Format("jupyterquiz", "exchange.jupyterquiz", ".json", "jupyterquiz", writes=False),
    )
}
