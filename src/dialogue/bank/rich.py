"""What in the texts of a bank cannot be shown as its author means it: formulas that are none.

A learner sees such a formula as it was typed, so the bank can be used; ``dialogue check`` names
it as a fault.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.bank.files import Bank
from dialogue.bank.nodes import Node
from dialogue.course.faults import Fault
from dialogue.page import text

_REMEDY = "write a formula as \\(x^2\\), in the TeX that CONTRIBUTING.md describes"


def faults(bank: Bank) -> list[Fault]:
    """Every formula in *bank* that cannot be shown, with its file and line."""
    return [
        Fault(bank.places[name][0], line, name, f"the formula {what} is shown as typed: {why}",
              _REMEDY)
        for name, node in bank.nodes.items() if name in bank.questions
        for line, words in _texts(node)
        for what, why in text.no_formulas(words)
    ]  # fmt: skip


def _texts(node: Node) -> Iterator[tuple[int, str]]:
    """Every text in *node* that may hold a formula, with its line."""
    if isinstance(node.value, str):
        if "\\(" in node.value or "\\[" in node.value:
            yield node.line, node.value
        return
    for child in node.value.values() if isinstance(node.value, dict) else node.value:
        yield from _texts(child)
