"""What to teach again tomorrow, in three sentences, and the pictures that show it.

Each sentence names a question in its own words: a misreading that many are sure of, the objective
that is weakest, the wrong choice that most made.  A picture is bars with words; the table that it
was drawn from stands below in the report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dialogue.course import catalogue
from dialogue.grading.merge import ClassResults
from dialogue.page import text
from dialogue.questions import Choice, Question

# Fewer answers than this are single people, and no reason to teach a class again.
FEWEST = 3
# From this share of points on an objective has been met well enough to go on.
ENOUGH = 0.8
# A wrong choice of fewer than this share is nobody's misreading.
SHARED = 0.15
_LETTERS = 96  # of a line in a picture
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z“])")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, its length from 0 to 1, what stands beside it, and its mark."""

    label: str
    share: float
    told: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture of bars.  *sentence* reads it; *table* names the table with the same numbers."""

    name: str
    title: str
    sentence: str
    bars: tuple[Bar, ...]
    table: str


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A wrong choice: how many made it, of how many."""

    item: int
    words: str
    count: int
    of: int

    @property
    def share(self) -> float:
        return self.count / self.of


def _quoted(words: str, most: int = 110) -> str:
    """Words of a question between quotation marks; of a long one its last sentences, which ask."""
    said = text.plain(words)
    if len(said) > most:
        kept = ""
        for sentence in reversed(_SENTENCE.split(said)):
            if kept and len(kept) + len(sentence) > most:
                break
            kept = f"{sentence} {kept}".strip()
        said = kept if len(kept) <= most else f"{kept[: most - 1].rstrip()}…"
    return f"“{said}”"


def _cut(words: str) -> str:
    said = text.plain(words)
    return said if len(said) <= _LETTERS else said[: _LETTERS - 1].rstrip() + "…"


def _answers(results: ClassResults) -> list[int]:
    return [int(count) for count in np.sum(~np.isnan(results.scores), axis=0)]


def _sure(results: ClassResults) -> _Wrong | None:
    """What most learners were sure of, and wrong."""
    found = [
        _Wrong(item, words, count, results.asked_sure[item])
        for item, chosen in enumerate(results.sure)
        for words, count in chosen.items()
        if count > 1
    ]
    return max(found, key=lambda one: (one.count, one.share), default=None)


def _chosen(results: ClassResults, without: _Wrong | None) -> _Wrong | None:
    """The wrong option that most learners chose, at another question than *without*."""
    counts = _answers(results)
    found = [
        _Wrong(item, option.text, results.choices[item][option.text], counts[item])
        for item, question in enumerate(results.questions)
        if isinstance(question, Choice) and question.marked and counts[item] >= FEWEST
        for option in question.options
        if not option.right and not (without and without.item == item)
    ]
    shared = [one for one in found if one.count > 1 and one.share >= SHARED]
    return max(shared, key=lambda one: (one.share, one.count), default=None)


@dataclass(frozen=True, slots=True)
class _Objective:
    name: str
    words: str
    mean: float
    learners: int


def _objectives(results: ClassResults) -> list[_Objective]:
    """Each objective with its mean score, where enough learners answered."""
    grouped: dict[str, list[int]] = {}
    for item, question in enumerate(results.questions):
        if question.objective and question.marked:
            grouped.setdefault(question.objective, []).append(item)
    words = {k: said for lesson in catalogue.lessons() for k, said in lesson.objectives.items()}
    found = []
    for name in sorted(grouped):
        part = results.scores[:, grouped[name]]
        learners = int(np.sum(~np.isnan(part).all(axis=1)))
        if learners >= FEWEST:
            found.append(
                _Objective(name, text.plain(words.get(name, "")), float(np.nanmean(part)), learners)
            )
    return found


def _key(question: Question) -> str:
    rights = [text.plain(o.text) for o in getattr(question, "options", ()) if o.right]
    return f" The answer is {'; '.join(_quoted(one) for one in rights)}." if rights else ""


def sentences(results: ClassResults) -> list[str]:
    """Three sentences for tomorrow: what to talk about, what to practise, what to ask again."""
    sure = _sure(results)
    chosen = _chosen(results, sure)
    weakest = min(_objectives(results), key=lambda one: one.mean, default=None)
    if results.scores.shape[0] < FEWEST:
        few = results.scores.shape[0]
        return [
            f"Only {few} sound file{'s' if few != 1 else ''}: talk to the people, not to a mean."
        ]
    said = []
    if sure:
        asks = _quoted(results.questions[sure.item].ask)
        said.append(
            f"Talk first about {asks}: {sure.count} of the {sure.of} who said how sure they were "
            f"had no doubt about {_quoted(sure.words)}, which is wrong.{_key(results.questions[sure.item])}"
        )
    else:
        said.append("No two learners were sure of the same wrong answer, so begin with practice.")
    if weakest and weakest.mean < ENOUGH:
        said.append(
            f"Practise once more to {weakest.words or 'meet the objective'} ({weakest.name}): the "
            f"{weakest.learners} who tried earned {round(100 * weakest.mean)} of 100 points on it."
        )
    elif weakest:
        said.append(
            f"Every objective was met with at least {round(100 * weakest.mean)} of 100 points, so go on."
        )
    else:
        said.append("No objective has enough answers yet to say which one is weak.")
    if chosen:
        question = results.questions[chosen.item]
        said.append(
            f"Ask again {_quoted(question.ask)}: {chosen.count} of {chosen.of} chose "
            f"{_quoted(chosen.words)}.{_key(question)}"
        )
    else:
        said.append("No wrong option was chosen by many, so no question has to be asked again.")
    return said


def pictures(results: ClassResults) -> list[Bars]:
    """The pictures of the report: objectives, learners, and the two questions of tomorrow."""
    found = []
    objectives = _objectives(results)
    if objectives:
        least = min(objectives, key=lambda one: one.mean)
        found.append(
            Bars(
                "objectives", "How well each objective was met",
                f"Points of 100 by objective, first checks. {least.name} is lowest with "
                f"{round(100 * least.mean)}.",
                tuple(
                    Bar(_cut(f"{one.name} {one.words}"), one.mean,
                        f"{round(100 * one.mean)} of 100 · {one.learners} learners",
                        "weakest" if one is least else "")
                    for one in objectives
                ),
                "objectives",
            )
        )  # fmt: skip
    if bands := _bands(results):
        found.append(bands)
    sure = _sure(results)
    asked = [one for one in (sure, _chosen(results, sure)) if one]
    found += [picture for one in asked if (picture := _choices(results, one.item))]
    return found


def _bands(results: ClassResults) -> Bars | None:
    """How many learners have how many points, by their last checks."""
    means = [
        sum(learner.last.values()) / len(learner.last)
        for learner in results.learners
        if learner.last and learner.credited
    ]
    if len(means) < FEWEST:
        return None
    names = ("80 to 100", "60 to 80", "40 to 60", "20 to 40", "0 to 20")
    counts = [0] * len(names)
    for mean in means:
        counts[4 - min(4, int(5 * mean))] += 1
    most = max(counts)
    told = ", ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True) if count)
    return Bars(
        "learners",
        "How many learners earned how many points of 100",
        f"Learners by the mean of their last checks. {told}.",
        tuple(
            Bar(f"{name} points", count / most, f"{count} learner{'s' if count != 1 else ''}")
            for name, count in zip(names, counts, strict=True)
        ),
        "learners",
    )


def _choices(results: ClassResults, item: int) -> Bars | None:
    question = results.questions[item]
    count = _answers(results)[item]
    if not isinstance(question, Choice) or not count:
        return None
    shares = [(option, results.choices[item][option.text]) for option in question.options]
    told = "; ".join(f"{text.plain(option.text)}: {n}" for option, n in shares)
    return Bars(
        f"choices-{question.id}",
        text.plain(question.ask),
        f"What {count} learners chose first. {told}.",
        tuple(
            Bar(_cut(option.text), n / count, f"{n} of {count}", "right" if option.right else "")
            for option, n in shares
        ),
        "choices",
    )


def texts(results: ClassResults) -> Sequence[tuple[str, str, str]]:
    """What learners wrote and handed in: name, what was asked, text."""
    asked = {question.id: text.plain(question.ask) for question in results.questions}
    return [(name, asked.get(item, item), said) for name, item, said in results.texts]
