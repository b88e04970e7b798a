"""What a class has answered, counted as it comes.

Every answer is graded with the course's own key; a verdict that a phone sends is not looked
at.  What was chosen is counted by first checks, as in the report of a class: later ones were
given after the comments.  Kept is what the counts need, never the answers themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dialogue.page import text
from dialogue.questions import Choice, Question, grade

STUCK = 3  # tries without success after which somebody needs a person
SURE = 3
_FEW = 3  # of so many answers a misreading is no longer one person's slip


@dataclass(slots=True)
class Tries:
    """One device at one question."""

    first: float
    tries: int = 0
    solved: bool = False


@dataclass(slots=True)
class Item:
    """One question: who has tried it, and what was chosen first."""

    devices: dict[int, Tries] = field(default_factory=dict)
    chosen: Counter[str] = field(default_factory=Counter)
    sure: Counter[str] = field(default_factory=Counter)  # wrong, and sure of it

    @property
    def answered(self) -> int:
        """How many devices have answered."""
        return len(self.devices)

    @property
    def right(self) -> int:
        """How many were right at their first check."""
        return sum(tries.first >= 1 for tries in self.devices.values())

    @property
    def mean(self) -> float:
        """The mean of first checks, 0 to 1."""
        scores = [tries.first for tries in self.devices.values()]
        return sum(scores) / len(scores) if scores else 0.0


class Tally:
    """The counts of a class for *questions*, in their order."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self.questions = questions
        self._names = {was: q.id for q in questions.values() for was in (q.id, *q.was)}
        self.items: dict[str, Item] = {}
        self.last: dict[int, str] = {}  # device to the question that it answered last
        self.strange = 0  # answers to questions, or versions of them, that are not ours

    def add(
        self, device: int, item: str, version: str, response: Any, confidence: int | None
    ) -> bool:
        """Count one answer.  False when it is to nothing that is known here, or is no answer."""
        question = self.questions.get(self._names.get(item, ""))
        if question is None or (version and version not in question.versions):
            self.strange += 1
            return False
        try:
            outcome = grade(question, response, confidence if question.confidence else None)
            chosen = question.chosen(response)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, RecursionError):
            self.strange += 1
            return False
        if outcome.verdict == "unanswered":
            return False
        found = self.items.setdefault(question.id, Item())
        tries = found.devices.get(device)
        if tries is None:
            tries = found.devices[device] = Tries(outcome.score)
            found.chosen.update(chosen)
            if question.marked and confidence == SURE and outcome.score <= 0:
                found.sure.update(chosen)
        tries.tries += 1
        tries.solved |= outcome.score >= 1 or not question.marked
        self.last[device] = question.id
        return True

    # --- views -------------------------------------------------------------------------

    def stuck(self) -> dict[int, list[str]]:
        """Devices that have tried a question three times without success, with the questions."""
        found: dict[int, list[str]] = {}
        for name, item in self.items.items():
            for device, tries in item.devices.items():
                if tries.tries >= STUCK and not tries.solved:
                    found.setdefault(device, []).append(name)
        return found

    def choices(self, name: str) -> list[tuple[str, int, bool | None]]:
        """What was chosen at a question first: words, how many, and whether it is right."""
        question, item = self.questions[name], self.items.get(name, Item())
        judged = question.marked and question.use != "vote"
        options = question.options if isinstance(question, Choice) else ()
        found: list[tuple[str, int, bool | None]] = [
            (text.plain(o.text), item.chosen[o.text], o.right if judged else None) for o in options
        ]
        known = {option.text for option in options}
        rest = [(words, n) for words, n in item.chosen.most_common() if words not in known]
        return found + [(text.plain(words), n, None) for words, n in rest[:8]]

    def objectives(self) -> list[tuple[str, int, int, float]]:
        """By objective: questions answered, answers, and the mean of first checks."""
        grouped: dict[str, list[Item]] = {}
        for name, item in self.items.items():
            question = self.questions[name]
            if question.marked and question.objective and item.answered:
                grouped.setdefault(question.objective, []).append(item)
        found = []
        for objective in sorted(grouped):
            items = grouped[objective]
            scores = [tries.first for item in items for tries in item.devices.values()]
            found.append((objective, len(items), len(scores), sum(scores) / len(scores)))
        return found

    def reteach(self, most: int = 3) -> list[tuple[str, str, int]]:
        """Questions to teach again tomorrow, worst first: id, the wrong choice that most made
        (empty where none stands out), and by how many.

        What many got wrong comes first; what they were sure of counts double.
        """
        ranked = []
        for name, item in self.items.items():
            question = self.questions[name]
            if not question.marked or item.answered < _FEW:
                continue
            wrong = sum(1 - tries.first for tries in item.devices.values())
            weight = (wrong + sum(item.sure.values())) * (1.5 if question.core else 1.0)
            if wrong / item.answered >= 0.25:
                ranked.append((-weight / item.answered, -wrong, name))
        found = []
        for _, _, name in sorted(ranked)[:most]:
            mistakes = [(n, words) for words, n, right in self.choices(name) if right is False]
            count, words = max(mistakes, default=(0, ""))
            found.append((name, words if count else "", count))
        return found


def passed(tally: Tally, beats: Sequence[Sequence[str]]) -> list[int]:
    """For each beat (its questions) how many devices have answered any of them."""
    counted = []
    for items in beats:
        devices = {d for name in items if name in tally.items for d in tally.items[name].devices}
        counted.append(len(devices))
    return counted
