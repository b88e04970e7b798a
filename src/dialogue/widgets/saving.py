"""What the kernel does for a view, and what may then be said: saved, or not and why.

A message of a view waits while a cell runs, and nobody can take it back.  For an answer that
is right: it is saved later, and until then the page says that it waits.  What cannot be undone
must not happen later than the learner was told: a :class:`Lease` sees to that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from dialogue.learner import delivery, progress
from dialogue.questions import Outcome, Question


def record(
    question: Question,
    event: str,
    response: Any = None,
    outcome: Outcome | None = None,
    confidence: int | None = None,
) -> dict[str, Any]:
    """Write one event to the learner's record; returns what the view says about it."""
    verdict, score = (outcome.verdict, outcome.score) if outcome else ("", 0.0)
    attempt = progress.Attempt(
        question.id,
        question.version,
        event,
        response,
        verdict,
        score,
        confidence=confidence,
    )
    try:
        written = progress.append(attempt)
        delivery.hand_over(written)  # to the teachers, on a campus hub
        return {"at": written.at, "saved": True, "note": ""}
    except progress.RecordError as error:
        return {"saved": False, "note": str(error)}


class Lease:
    """Leave to do one thing at once or not at all.

    The page asks whether the kernel is free, which changes nothing: where no answer comes, it
    says that nothing was done and asks no further.  The answer gives a lease, and the order that
    names it is carried out once and within ``SECONDS`` of the answer.  Only this kernel's own clock
    counts: the clock of the page may be another machine's.
    """

    SECONDS = 3.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._given: tuple[str, float] | None = None

    def give(self, name: Any) -> bool:
        """A lease for *name*, in place of an earlier one; False for what is no name."""
        if not isinstance(name, str):
            return False
        self._given = (name, self._clock())
        return True

    def take(self, name: Any) -> bool:
        """Whether the order that names the lease comes in time.  A lease is used once."""
        given, self._given = self._given, None
        return given is not None and given[0] == name and self._clock() - given[1] <= self.SECONDS
