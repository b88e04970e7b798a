"""A year of reviews by learners of different memory and diligence, under three sets of rules.

    uv pip install fsrs                               # py-fsrs, for the third set only
    python benchmarks/review_queue.py                 # the whole table
    python benchmarks/review_queue.py --seeds 3       # quicker

A learner takes the twelve lessons, one every third day, and answers what is due on the days on
which they review: daily, every third day, weekly; at most twelve a day.  *Before* are the rules of
the first edition over every question that comes back; *ours* are those of
``dialogue.learner.recall`` over the core questions; *FSRS* is py-fsrs with the parameters it comes
with and a wish of 90 per cent, over the same core questions.

The memory is a half-life, as in Settles and Meeder (2016), so that neither side's own model is the
yardstick: the chance to recall halves in so many days; a recall makes the half-life grow the
more, the closer the question was to being forgotten (in full from a chance of 80 per cent down);
a miss leaves a part of it.  *Middling* is near to what py-fsrs's own parameters, fitted to many
users of flash cards, say of a question answered right: 90 per cent after 2.3 days.  Nobody has
measured this course's learners: the numbers compare rules and foretell nobody's memory.

Printed are the share of core questions that would be recalled (mean over the days after the last
lesson, until the year is over, and on its last day), minutes a review day at 45 seconds an item
(mean and most), the longest queue, and the day after the last lesson on which for the first time
nothing waits once the reviews of the day are done: the queue is empty.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import mean

from dialogue import bank
from dialogue.learner import recall
from dialogue.learner.recall import Sitting, Standing
from dialogue.questions import Question

START = date(2026, 1, 5)
YEAR, LESSONS, EVERY = 365, 12, 3
SECONDS = 45
DILIGENCE = {"daily": 1, "every third day": 3, "weekly": 7}


@dataclass(frozen=True)
class Memory:
    """``half``: days until a question just learnt is half forgotten; ``gain``: what a recall at
    the edge multiplies that by; ``kept``: the part that a miss leaves; ``first``: right at first."""

    half: float
    gain: float
    kept: float
    first: float


MEMORIES = {
    "weak": Memory(8, 2.5, 0.4, 0.55),
    "middling": Memory(15, 4, 0.5, 0.7),
    "strong": Memory(30, 6, 0.6, 0.85),
}


@dataclass
class Item:
    """One question in one head, and what the rules know of it."""

    question: Question
    half: float
    seen: date
    sittings: list[Sitting] = field(default_factory=list)
    card: object = None
    due: date = date.max

    def chance(self, day: date) -> float:
        return float(2 ** (-(day - self.seen).days / self.half))


Rules = Callable[[Item, Sitting], date]


def ours(item: Item, sitting: Sitting) -> date:
    item.sittings.append(sitting)
    due = recall.due_day(Standing(item.question, tuple(item.sittings)), None, sitting.day)
    assert due is not None
    return due


def before(item: Item, sitting: Sitting) -> date:
    """The rules until November 2026: 2, 4 and 6 days, then even gaps that follow the age."""
    item.sittings.append(sitting)
    aim = max(28, (sitting.day - item.sittings[0].day).days)
    stage, due = 0, item.sittings[0].day
    for one in item.sittings:
        if not one.recalled:
            stage, due = 0, one.day + timedelta(days=1)
            continue
        if one.day >= due:
            stage = 1 if one.certainty == 1 else stage + 1
        due = one.day + timedelta(days=max(1, round(recall.gap(aim) * min(stage, 3) / 3)))
    return due


def fsrs_rules() -> Rules | None:
    try:
        from fsrs import Card, Rating, Scheduler
    except ImportError:
        return None
    scheduler = Scheduler(
        desired_retention=0.9, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )

    def rules(item: Item, sitting: Sitting) -> date:
        rating = Rating.Again if not sitting.recalled else Rating.Good
        if sitting.recalled and sitting.certainty == 1:
            rating = Rating.Hard
        when = datetime.combine(sitting.day, time(12), UTC)
        card = item.card if isinstance(item.card, Card) else Card(due=when)
        item.card, _log = scheduler.review_card(card, rating, when)
        return max(item.card.due.date(), sitting.day + timedelta(days=1))

    return rules


@dataclass
class Year:
    """What one learner's year came to."""

    kept: float
    last: float
    minutes: float
    most: float
    longest: int
    clear: int | None


def answer(item: Item, day: date, memory: Memory, chance: float, draw: random.Random) -> Sitting:
    """What happens in the head when *item* is asked on *day*; the comment teaches what was missed."""
    right = draw.random() < chance
    if item.sittings or item.card:
        if right:
            item.half *= 1 + (memory.gain - 1) * min(1.0, 5 * (1 - item.chance(day)))
        else:
            item.half = max(memory.half / 2, item.half * memory.kept)
    item.seen = day
    sure = 1 if draw.random() < (0.15 if right else 0.7) else 2
    return Sitting(day, True, right, False, True, sure, not right and sure > 1)


def year(
    questions: dict[str, list[Question]],
    memory: Memory,
    every: int,
    rules: Rules,
    core: frozenset[str],
    seed: int,
) -> Year:
    draw = random.Random(seed)
    items: list[Item] = []
    over = (LESSONS - 1) * EVERY
    kept, counts, longest, clear = [], [], 0, None
    for n in range(YEAR):
        day = START + timedelta(days=n)
        due = [one for one in items if one.due <= day]
        longest = max(longest, len(due))
        if n % every == 0:
            due.sort(key=lambda one: (one.sittings[-1].recalled if one.sittings else 1, one.due))
            now = due[: recall.MOST_A_DAY]
            for one in now:
                one.due = rules(one, answer(one, day, memory, one.chance(day), draw))
            counts.append(len(now))
        if n % EVERY == 0 and n <= over:
            for question in questions[f"{n // EVERY + 1:02}"]:
                one = Item(question, memory.half * draw.lognormvariate(0, 0.4), day)
                one.due = rules(one, answer(one, day, memory, memory.first, draw))
                items.append(one)
        if n > over:
            kept.append(mean(one.chance(day) for one in items if one.question.id in core))
            waits = n % every or any(one.due <= day for one in items)
            if clear is None and not waits:
                clear = n - over
    worked = [count for count in counts if count]
    minutes = SECONDS / 60
    return Year(mean(kept), kept[-1], mean(worked) * minutes, max(worked) * minutes, longest, clear)


def table(seeds: int) -> list[str]:
    numbers = [f"{n:02}" for n in range(1, LESSONS + 1)]
    bank_items = bank.course_bank().questions.values()
    known = [q for q in bank_items if recall.reviewable(q) and recall.lesson_of(q) in numbers]
    core = recall.core(known)
    every = {n: [q for q in known if recall.lesson_of(q) == n] for n in numbers}
    marked = {n: [q for q in own if q.id in core] for n, own in every.items()}
    kinds: dict[str, tuple[Rules, dict[str, list[Question]]]] = {
        "before": (before, every),
        "ours": (ours, marked),
    }
    if rules := fsrs_rules():
        kinds["FSRS"] = (rules, marked)
    found = [
        f"{sum(map(len, every.values()))} questions come back, {len(core)} of them core; "
        f"means of {seeds} learners each (most and longest: of all)",
        "",
        "| memory | reviews | rules | recall kept | on the last day | minutes a review day "
        "| most | longest queue | empty on day |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for memory, head in MEMORIES.items():
        for diligence, days in DILIGENCE.items():
            for name, (rules, questions) in kinds.items():
                own = [year(questions, head, days, rules, core, seed) for seed in range(seeds)]
                clear = [one.clear for one in own if one.clear is not None]
                told = f"{round(mean(clear))} (latest {max(clear)})" if clear else "never"
                if 0 < len(clear) < len(own):
                    told += f", {len(own) - len(clear)} never"
                found.append(
                    f"| {memory} | {diligence} | {name} | {mean(o.kept for o in own):.0%} "
                    f"| {mean(o.last for o in own):.0%} | {mean(o.minutes for o in own):.1f} "
                    f"| {max(o.most for o in own):.1f} | {max(o.longest for o in own)} | {told} |"
                )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    print("\n".join(table(parser.parse_args().seeds)))


if __name__ == "__main__":
    main()
