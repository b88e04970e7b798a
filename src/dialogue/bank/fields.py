"""What reads the fields of a bank: typed values, and every fault named.

A fault says file, line, item, what is wrong and what to do, and all faults come in one run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dialogue.bank import computed, pictures
from dialogue.course.faults import Fault, nearest
from dialogue.page.pictures import as_typed
from dialogue.questions.reading import Computed, Known, Node, meant
from dialogue.questions.shape import NO, YES, names
from dialogue.questions.typed import NUMBER, same


class Reader:
    """Reads one item and collects its faults instead of stopping at the first."""

    def __init__(self, file: str, known_ids: Known, faults: list[Fault]) -> None:
        self.file, self.known, self.faults = file, known_ids, faults
        self.item, self.kind, self.language = "", "", "en"
        # A learner's copy: graded items in it have no key, and must not have one.
        self.released = False
        self.folder = Path()  # of the bank: pictures lie beside it

    def fault(self, line: int, message: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, line, self.item, as_typed(message), remedy))

    # -- values

    def mapping(self, node: Node, what: str) -> dict[str, Node] | None:
        if isinstance(node.value, dict):
            for name, line in node.twice:
                self.fault(line, f"{name!r} is given twice", "keep one of the two")
            return node.value
        self.fault(node.line, f"{what} is not a list of 'name: value' lines", "see CONTRIBUTING.md")
        return None

    def fields(
        self, node: Node, allowed: Sequence[str], what: str, prefix: str = ""
    ) -> dict[str, Node] | None:
        """The fields of a mapping; unknown names are faults with the nearest known one."""
        values = self.mapping(node, what)
        if values is not None:
            self.unknown(node, values, allowed, what, prefix)
        return values

    def unknown(
        self,
        node: Node,
        values: dict[str, Node],
        allowed: Sequence[str],
        what: str,
        prefix: str = "",
    ) -> None:
        for name in list(values):
            if name in allowed or (prefix and name.startswith(prefix)):
                continue
            remedy = meant(name, allowed, f"known here: {', '.join(allowed)}", 0.5)
            self.fault(node.keys[name], f"unknown field {name!r} in {what}", remedy)
            self.mend(values, name, allowed)

    @staticmethod
    def mend(values: dict[str, Node], name: str, allowed: Sequence[str]) -> None:
        """Read a misspelt field as what it must mean, so that one slip gives one fault."""
        near = nearest(name, allowed, 1, 0.7)
        if near and near[0] not in values:
            values[near[0]] = values[name]

    def text(self, values: dict[str, Node], name: str, *, need: str = "", line: int = 0) -> str:
        """A text value, stripped.  *need* names what lacks it when it is compulsory."""
        node = values.get(name)
        if node is None:
            if need:
                self.fault(line, f"{need} has no {name!r}", f"add a line '{name}: …'")
            return ""
        if not isinstance(node.value, str):
            self.fault(node.line, f"{name!r} is not plain text", f"write '{name}: \"…\"' on a line")
            return ""
        value = node.value.strip()
        if not value and need:
            self.fault(node.line, f"{name!r} is empty", "write the text, or take the line out")
        return self.pictured(value, node.line)

    def pictured(self, value: str, line: int) -> str:
        """*value* with the pictures that lie beside the bank."""
        return pictures.bound(value, self.folder, lambda *said: self.fault(line, *said))

    def texts(self, values: dict[str, Node], name: str) -> list[tuple[str, int]]:
        """A list of texts, each with its line.  One text alone counts as a list of one."""
        node = values.get(name)
        if node is None:
            return []
        nodes = node.value if isinstance(node.value, list) else [node]
        found = []
        for one in nodes:
            if isinstance(one.value, str):
                found.append((one.value.strip(), one.line))
            else:
                self.fault(one.line, f"{name!r} holds something that is not text", "write [a, b]")
        return found

    def items(self, values: dict[str, Node], name: str, line: int, least: int) -> list[Node]:
        node = values.get(name)
        if node is None:
            self.fault(line, f"there are no {name!r}", f"add '{name}:' and a list under it")
            return []
        if not isinstance(node.value, list):
            self.fault(node.line, f"{name!r} is not a list", "start each entry with '- '")
            return []
        if len(node.value) < least:
            self.fault(
                node.line, f"{name!r} has {len(node.value)} of at least {least} entries", "add more"
            )
        return node.value

    def entries(
        self,
        values: dict[str, Node],
        name: str,
        line: int,
        shape: dict[str, Any],
        what: str,
    ) -> Iterator[tuple[Node, dict[str, Node]]]:
        """The mappings of a list, each with its node; whatever else stands there is a fault."""
        for node in self.items(values, name, line, shape["minItems"]):
            fields = self.fields(node, names(shape), what)
            if fields is not None:
                yield node, fields

    def some(
        self, values: dict[str, Node], name: str, line: int, shape: dict[str, Any], what: str
    ) -> Iterator[tuple[Node, dict[str, Node]]]:
        """The same for a list that may be left out."""
        if name in values:
            yield from self.entries(values, name, line, shape, what)

    def once(self, seen: dict[str, int], text: str, line: int, what: str) -> None:
        """Each *what* stands once; *seen* collects the lines."""
        plain = same(text)
        if plain and plain in seen:
            message = f"{what} {text!r} stands twice (first in line {seen[plain]})"
            self.fault(line, message, "change one of the two")
        seen.setdefault(plain, line)

    def choice(self, values: dict[str, Node], name: str, allowed: Sequence[str]) -> str:
        value = self.text(values, name)
        if value and value not in allowed:
            remedy = meant(value, allowed, f"choose one of {', '.join(allowed)}", 0.5)
            self.fault(values[name].line, f"{name!r} is {value!r}", remedy)
        return value

    def yes(self, values: dict[str, Node], name: str, default: bool = False) -> bool | None:
        """Yes or no (*default* when it is not given); None, with a fault, for anything else."""
        value = self.text(values, name).lower()
        if value and value not in YES + NO:
            self.fault(values[name].line, f"{name!r} is {value!r}", "write yes or no")
            return None
        return value in YES if value else default

    def number(
        self, values: dict[str, Node], name: str, default: float | None, what: str, line: int = 0
    ) -> float | None:
        if name not in values:
            if default is None:
                self.fault(line, f"{what} has no {name!r}", f"add '{name}: 12.5'")
            return default
        if not isinstance(values[name].value, str):
            self.fault(values[name].line, f"{name!r} is not a number", f"write '{name}: 12.5'")
            return None
        value = self.text(values, name)
        if not NUMBER.fullmatch(value):
            remedy = "write digits with a point for decimals, such as 1423 or 12.5"
            self.fault(values[name].line, f"{name!r} is {value!r}, not a number", remedy)
            return None
        if not math.isfinite(float(value)):
            self.fault(values[name].line, f"{name!r} is too large", "write a smaller number")
            return None
        return float(value)

    def exists(self, value: str, line: int, ids: frozenset[str], what: str) -> None:
        if value not in ids:
            near = nearest(value, sorted(ids), 2, 0.4)
            remedy = f"did you mean {' or '.join(near)}?" if near else f"no {what} is like it"
            self.fault(line, f"unknown {what} {value!r}", remedy)

    # -- what kinds ask besides

    def bare(
        self, values: dict[str, Node], name: str, line: int, *parts: str
    ) -> list[tuple[str, ...]]:
        """The entries of a list in a learner's copy: these *parts*, and nothing more."""
        what = f"an entry of {name!r} without its key"
        shape = {"minItems": 1, "items": {"properties": dict.fromkeys(parts)}}
        return [
            tuple(self.text(fields, part, need=what, line=node.line) for part in parts)
            for node, fields in self.entries(values, name, line, shape, what)
        ]

    def given_away(self, values: dict[str, Node], *names: str) -> None:
        """Name the fields that an item without its key must not have."""
        for name in names:
            if name in values:
                message = f"{name!r} gives away a graded item in a learner's copy"
                self.fault(values[name].line, message, "run 'dialogue release' again")

    def computed(self, node: Node) -> Computed | None:
        """The key that 'answer_from' computes; None, with a fault, where it cannot be done."""
        return computed.key(self, node)
