"""What a kind of question reads its fields from: nodes, and a reader that names faults.

The reader itself belongs to the bank, which knows kinds; a kind knows only what it asks of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from dialogue.course.faults import nearest

Values = dict[str, "Node"]


@dataclass(slots=True)
class Node:
    """A YAML node: ``value`` is text, a list of nodes, or a mapping of key to node."""

    value: str | list[Node] | dict[str, Node]
    line: int
    # Lines of the keys of a mapping, and keys that were given twice.
    keys: dict[str, int] = field(default_factory=dict)
    twice: list[tuple[str, int]] = field(default_factory=list)


class Computed(NamedTuple):
    """A key that comes from a table: its numbers, their decimals, and whether it is a column."""

    numbers: list[float]
    digits: int | None
    column: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the course says exists: paragraphs, objectives, sources."""

    paragraphs: frozenset[str]
    objectives: frozenset[str]
    planned: frozenset[str]  # numbers of lessons without a notebook yet
    sources: frozenset[str]
    lessons: frozenset[str] = frozenset()  # numbers of all lessons


class Reader(Protocol):
    """Reads values and names faults; the one there is stands in :mod:`dialogue.bank.fields`."""

    faults: list[Any]
    known: Known

    def fault(self, line: int, message: str, remedy: str) -> None: ...
    def mapping(self, node: Node, what: str) -> Values | None: ...
    def fields(
        self, node: Node, allowed: Sequence[str], what: str, prefix: str = ""
    ) -> Values | None: ...
    def text(self, values: Values, name: str, *, need: str = "", line: int = 0) -> str: ...
    def texts(self, values: Values, name: str) -> list[tuple[str, int]]: ...
    def items(self, values: Values, name: str, line: int, least: int) -> list[Node]: ...
    def entries(
        self, values: Values, name: str, line: int, shape: dict[str, Any], what: str
    ) -> Iterator[tuple[Node, Values]]: ...
    def some(
        self, values: Values, name: str, line: int, shape: dict[str, Any], what: str
    ) -> Iterator[tuple[Node, Values]]: ...
    def once(self, seen: dict[str, int], text: str, line: int, what: str) -> None: ...
    def choice(self, values: Values, name: str, allowed: Sequence[str]) -> str: ...
    def yes(self, values: Values, name: str, default: bool = False) -> bool | None: ...
    def number(
        self, values: Values, name: str, default: float | None, what: str, line: int = 0
    ) -> float | None: ...
    def exists(self, value: str, line: int, ids: frozenset[str], what: str) -> None: ...
    def bare(self, values: Values, name: str, line: int, *parts: str) -> list[tuple[str, ...]]: ...
    def given_away(self, values: Values, *names: str) -> None: ...
    def computed(self, node: Node) -> Computed | None: ...


def meant(
    word: str, known: Sequence[str] | dict[str, Any], otherwise: str, cutoff: float = 0.4
) -> str:
    """A remedy: the known name most like *word*, or else what to do instead."""
    near = nearest(word, known, 1, cutoff)
    return f"did you mean {near[0]!r}?" if near else otherwise
