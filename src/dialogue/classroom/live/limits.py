"""So much and no more: one device that sends without end does not stop the others."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable


class Limit:
    """*burst* at once, then *rate* a second, for each key."""

    def __init__(
        self,
        rate: float,
        burst: float,
        *,
        most: int = 4096,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate, self.burst, self._most, self._clock = rate, burst, most, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Is there one left for *key*?  Then it is taken."""
        now = self._clock()
        left, seen = self._left.pop(key, (self.burst, now))
        left = min(self.burst, left + (now - seen) * self.rate)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, now)
        if len(self._left) > self._most:  # who was not heard for longest has the most left
            self._left.popitem(last=False)
        return allowed
