"""A small random generator that Python and a page's script have alike.

The state is 32 bits wide: FNV-1a of the words it is seeded with, in UTF-8; then mulberry32 gives
one number of 32 bits after the other.  :meth:`Chance.below` takes the high part of a product, so
that no fraction is ever rounded.  ``widgets/static/bargaining.js`` holds the same lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_WIDTH = 0xFFFFFFFF


class Chance:
    """Numbers that follow from words alone: ``Chance("3 7 iraq").below(4)``."""

    def __init__(self, words: str) -> None:
        state = 0x811C9DC5
        for byte in words.encode():
            state = ((state ^ byte) * 0x01000193) & _WIDTH
        self._state = state

    def _next(self) -> int:
        self._state = (self._state + 0x6D2B79F5) & _WIDTH
        one = self._state
        two = ((one ^ one >> 15) * (one | 1)) & _WIDTH
        two ^= (two + ((two ^ two >> 7) * (two | 61) & _WIDTH)) & _WIDTH
        return two ^ two >> 14

    def below(self, count: int) -> int:
        """A whole number from 0 to *count* less one."""
        return self._next() * count >> 32

    def choice(self, things: Sequence[T]) -> T:
        """One of *things*."""
        return things[self.below(len(things))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """*things* in another order (Fisher and Yates, from the end)."""
        found = list(things)
        for last in range(len(found) - 1, 0, -1):
            other = self.below(last + 1)
            found[last], found[other] = found[other], found[last]
        return found
