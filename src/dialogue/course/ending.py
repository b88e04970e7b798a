"""What tells a program to end, and what is not to be broken off by it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Ctrl+C, a shutdown or `timeout`, a terminal that is closed; Windows has no last one.
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within it nothing is broken off; what told us to end is heard when it is over.

    Another program is started so: broken off before its number is known, it could not be ended.
    """
    told: list[int] = []
    before = {}
    with suppress(ValueError):  # outside the main thread no signal comes
        for one in SIGNALS:
            if callable(handler := signal.getsignal(one)):
                signal.signal(one, lambda number, _frame: told.append(number))
                before[one] = handler
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        if told:
            signal.raise_signal(told[0])
