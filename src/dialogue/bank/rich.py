"""What in the texts of a bank cannot be shown as its author means it: formulas that are none, and
pictures that lie elsewhere.

A learner sees such a thing as it was typed, so the bank can be used; ``dialogue check`` names it as
a fault.  A picture beside the bank that cannot be read is a fault of the bank itself, see
:mod:`dialogue.bank.pictures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.bank.files import Bank
from dialogue.bank.nodes import Node
from dialogue.course.faults import Fault
from dialogue.page import text

_FORMULA = "write a formula as \\(x^2\\), in the TeX that CONTRIBUTING.md describes"
_PICTURE = (
    "put the file into 'pictures' beside the bank, and write ![what it shows](pictures/a.png)"
)
_ELSEWHERE = re.compile(r"!\[[^\[\]\n]*\]\((?:[A-Za-z][\w+.-]*:|/)[^()\s]+\)")
_MARKS = ("\\(", "\\[", "![")


def faults(bank: Bank) -> list[Fault]:
    """Every formula and every picture in *bank* that is shown as typed, with file and line."""
    found = []
    for name, node in bank.nodes.items():
        for line, words in _texts(node) if name in bank.questions else ():
            said = [
                (f"the formula {what} is shown as typed: {why}", _FORMULA)
                for what, why in text.no_formulas(words)
            ]
            if away := _ELSEWHERE.search(words):
                where = "it is no file beside the bank"
                said.append((f"the picture {away[0]} is shown as typed: {where}", _PICTURE))
            found += [Fault(bank.places[name][0], line, name, *each) for each in said]
    return found


def _texts(node: Node) -> Iterator[tuple[int, str]]:
    """Every text in *node* that may hold a formula, with its line."""
    if isinstance(node.value, str):
        if any(mark in node.value for mark in _MARKS):
            yield node.line, node.value
        return
    for child in node.value.values() if isinstance(node.value, dict) else node.value:
        yield from _texts(child)
