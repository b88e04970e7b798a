"""Questions on their way to other programs and back.

One module a format.  Each says of every item what it could not carry: a teacher who knows
what was lost can repair it, and one who is not told cannot.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command line is built from FORMATS before anything is imported
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
    :class:`Loss`, when *writes*; and ``read(data, file, language)``, which returns a list of items as an
    author would type them (mappings, see :mod:`dialogue.bank.writing`) and a list of
    :class:`Loss`, when *reads*, and raises :class:`~dialogue.course.files.FileFault` for a bad file.

    *about* is what the command line says of it (the *label*, unless said), *also* are further
    endings of files that are read, *key* tells that ``write_key`` writes a second page, and *turns*
    that a file of another ending is of the format named there.
    """

    name: str
    module: str
    suffix: str
    label: str
    about: str = ""
    writes: bool = True
    reads: bool = True
    also: tuple[str, ...] = ()
    key: bool = False
    turns: tuple[tuple[str, str], ...] = ()
    reader: str = ""  # the module that reads, where it is another one
    pictures: bool = False  # does it hold them?  Else their descriptions stand in their place

    def fits(self, suffix: str) -> bool:
        """Whether a file may end in *suffix*: the format's own, or none of another format's."""
        claimed = {form.suffix for form in FORMATS.values()}
        return suffix.lower() == self.suffix or suffix.lower() not in claimed

    def for_name(self, suffix: str) -> Format:
        """The format that a file with this ending asks for: this one, or its twin."""
        return FORMATS[dict(self.turns).get(suffix.lower(), self.name)]

    def _do(self, name: str, module: str = "") -> Callable[..., Any]:
        return getattr(importlib.import_module(module or self.module), name)

    def write(self, questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
        """The questions as a file of this format, and what it could not carry."""
        if self.pictures:
            return self._do("write")(questions, title)
        questions, lost = self._do("without", f"{_HERE}.pictures")(questions)
        data, losses = self._do("write")(questions, title)
        return data, [*lost, *losses]

    def write_key(self, questions: Sequence[Question], title: str) -> bytes:
        """The key of :meth:`write` as a file of its own."""
        return self._do("write_key")(questions, title)

    def read(
        self, data: bytes, file: str, language: str = "en"
    ) -> tuple[list[dict[str, Any]], list[Loss]]:
        """The items in a file of this format, and what could not be taken over.

        *language* is chosen where a text is there in several.
        """
        return self._do("read", self.reader)(data, file, language)


_HERE = "dialogue.exchange"
FORMATS = {
    one.name: one
    for one in (
        Format(
            "gift",
            f"{_HERE}.gift",
            ".gift",
            "GIFT, for Moodle and many others",
            "GIFT text, for Moodle and many others",
            also=(".txt",),
        ),
        Format("aiken", f"{_HERE}.aiken", ".aiken", "Aiken", writes=False, also=(".txt",)),
        Format(
            "text2qti",
            f"{_HERE}.text2qti",
            ".md",
            "text2qti",
            writes=False,
            also=(".markdown", ".txt"),
        ),
        Format(
            "moodle",
            f"{_HERE}.moodle",
            ".xml",
            "Moodle XML",
            "Moodle XML, which keeps the most",
            pictures=True,
        ),
        Format(
            "qti",
            f"{_HERE}.qti12",
            ".zip",
            "QTI 1.2 in a package, for Canvas",
            reader=f"{_HERE}.qti_read",
            also=(".imscc", ".qti"),
            pictures=True,
        ),
        Format(
            "qti21", f"{_HERE}.qti21", ".zip", "QTI 2.1 in a package", reads=False, pictures=True
        ),
        Format(
            "csv",
            f"{_HERE}.sheet",
            ".csv",
            "a table, one row an item",
            turns=((".xlsx", "xlsx"),),  # both are one table
        ),
        Format("xlsx", f"{_HERE}.workbook", ".xlsx", "the same table as an Excel workbook"),
        Format(
            "anki", f"{_HERE}.anki", ".apkg", "a deck of Anki cards", reads=False, pictures=True
        ),
        Format(
            "paper",
            "dialogue.classroom.paper",
            ".html",
            "a test to print, and its key",
            "a test to print, and its key as a second page",
            reads=False,
            key=True,
            pictures=True,
        ),
        Format(
            "jupyterquiz",
            f"{_HERE}.jupyterquiz",
            ".json",
            "jupyterquiz",
            writes=False,
            also=(".ipynb",),
        ),
    )
}


def writers() -> dict[str, Format]:
    """The formats that questions can be written in, by name."""
    return {name: form for name, form in FORMATS.items() if form.writes}


def readers() -> dict[str, str]:
    """The names of the formats that can be read, by the endings of their files."""
    found: dict[str, str] = {}
    for form in FORMATS.values():
        for suffix in (form.suffix, *form.also) if form.reads else ():
            found.setdefault(suffix, form.name)
    return found


def held(question: Question, varieties: Container[str], lost: list[str]) -> Question | None:
    """*question*, or what stands in for it in a format that holds these *varieties* only.

    None is an essay, which somebody has to read.  What is lost by it is added to *lost*.
    """
    if question.vote:
        lost.append("that it is a vote, where no answer is right: asked as an essay, unmarked")
        return None
    while question.variety not in varieties:
        instead = question.instead()
        lost.append(instead.loss)
        if instead.question is None:
            return None
        question = instead.question
    return question
