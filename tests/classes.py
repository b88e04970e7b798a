"""Made-up classes: learners of known ability answer items of known difficulty.

The model is the two-parameter logistic of item response theory (Birnbaum, in Lord and
Novick, "Statistical Theories of Mental Test Scores", 1968): a learner of ability t answers an
item of difficulty b and slope a rightly with the chance 1 / (1 + exp(-a (t - b))).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import NormalDist

from dialogue import bank
from dialogue.learner import handin
from dialogue.learner.progress import Attempt
from dialogue.questions import Single, grade


def questions(count: int) -> list[Single]:
    """The first *count* marked single-choice questions that ask for no certainty."""
    course = bank.course_bank().questions.values()
    return [q for q in course if isinstance(q, Single) and q.marked and not q.confidence][:count]


def parameters(items: Sequence[Single], seed: int) -> list[tuple[float, float]]:
    """A difficulty from -1.6 to 1.6 and a slope from 0.3 to 2.2 for each item."""
    chance = random.Random(seed)
    return [(chance.uniform(-1.6, 1.6), chance.uniform(0.3, 2.2)) for _ in items]


def chance_of(ability: float, difficulty: float, slope: float) -> float:
    """The chance of a right answer."""
    return 1 / (1 + math.exp(-slope * (ability - difficulty)))


def attempts(items, known, ability: float, chance: random.Random, learner: int) -> list[Attempt]:
    """One learner's answers, thirty seconds apart; a wrong answer is any distractor."""
    made = []
    for i, (question, (difficulty, slope)) in enumerate(zip(items, known, strict=True)):
        right = chance.random() < chance_of(ability, difficulty, slope)
        options = [n for n, o in enumerate(question.options) if o.right == right]
        response = chance.choice(options)
        outcome = grade(question, response)
        # No two learners answer at the same second all along.
        moment = datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(seconds=30 * i, minutes=learner)
        moment += timedelta(seconds=learner * 7 % 30)
        at = moment.isoformat()
        made.append(
            Attempt(
                question.id,
                question.version,
                "check",
                response,
                outcome.verdict,
                outcome.score,
                at,
                f"{learner:08x}{i:08x}",
            )
        )
    return made


def write(folder: Path, learners: int, items: Sequence[Single], seed: int = 1) -> list:
    """Write a class of *learners* to *folder*; returns the parameters of the items.

    Abilities are the quantiles of the standard normal distribution: a class that is abler by chance
    would shift every item, and by how much would depend on the options that items happen to have.
    """
    known, chance = parameters(items, seed), random.Random(seed + 1)
    able = [NormalDist().inv_cdf((place + 0.5) / learners) for place in range(learners)]
    random.Random(seed + 2).shuffle(able)
    own = handin.bank_hash(bank.course_bank().questions)
    for learner in range(learners):
        made = attempts(items, known, able[learner], chance, learner)
        text = handin.document("IR101", f"learner {learner:04d}", own, made)
        (folder / f"{learner:04d}.json").write_text(text, encoding="utf-8")
    return known
