"""What do the options of the core questions give away by themselves?

    python benchmarks/options_alone.py                 # five simple guessers, lesson by lesson
    python benchmarks/options_alone.py --sheet 7       # for a person who guesses: no question
    python benchmarks/options_alone.py --key 7         # the letters of that sheet that are right

A sheet holds, for every core question with something to choose from, the options, or statements
with their labels, or pairs, or events, in an order that its number decides; no question, no key,
no comment.  Whoever guesses writes down each guess and its reason before printing the key.

The simple guessers know nothing but shapes.  Of as many options as are right they take the
*longest*, the *shortest*, those *most alike* to the others by shared words, those *least alike*,
and the most *careful* in tone (words such as *may*, *some*, *reported*; *all* or *never* count
against one).  Where options tie, the guess is the mean over the tie.  Over many questions a guesser
should do no better than *chance*, the share of options that is right.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from random import Random
from statistics import mean
from string import ascii_lowercase

from dialogue import bank
from dialogue.learner import recall
from dialogue.questions import Question
from dialogue.questions.choice import Choice
from dialogue.questions.kinds.classify import Classify
from dialogue.questions.kinds.evidence import Evidence
from dialogue.questions.kinds.match import Match
from dialogue.questions.kinds.order import Order

CAREFUL = re.compile(
    r"\b(may|might|could|can|perhaps|probably|likely|some|often|partly|about|as reported|reported"
    r"|accused|suspected|asked?|say(s|ing)?|said|whether|if|still|also|as well|not yet)\b",
    re.IGNORECASE,
)
ABSOLUTE = re.compile(
    r"\b(all|always|any|every|everybody|never|nobody|none|nothing|no|only|must|whole)\b",
    re.IGNORECASE,
)
Worth = Callable[[list[str]], list[float]]


def words(option: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", option.casefold()))


def likeness(options: list[str]) -> list[float]:
    """How much of its words each option shares with each other one, on average."""
    known = [words(option) for option in options]
    return [
        mean(len(one & other) / len(one | other) for j, other in enumerate(known) if j != i)
        for i, one in enumerate(known)
    ]


GUESSERS: dict[str, Worth] = {
    "longest": lambda options: [len(one) for one in options],
    "shortest": lambda options: [-len(one) for one in options],
    "most alike": likeness,
    "least alike": lambda options: [-one for one in likeness(options)],
    "careful": lambda options: [
        len(CAREFUL.findall(one)) - len(ABSOLUTE.findall(one)) for one in options
    ],
}


def taken(question: Choice, worth: Worth) -> float:
    """The share of the right options that are among as many of the best *worth*."""
    values = worth([option.text for option in question.options])
    right = [option.right for option in question.options]
    wanted = sum(right)
    edge = sorted(values, reverse=True)[wanted - 1]
    above = [r for value, r in zip(values, right, strict=True) if value > edge]
    tied = [r for value, r in zip(values, right, strict=True) if value == edge]
    return (sum(above) + sum(tied) * (wanted - len(above)) / len(tied)) / wanted


def cores() -> Iterator[tuple[str, Question]]:
    """Every core question with its lesson."""
    known = [
        question
        for question in bank.course_bank().questions.values()
        if recall.reviewable(question) and recall.lesson_of(question).isdigit()
    ]
    core = recall.core(known)
    for question in known:
        if question.id in core:
            yield recall.lesson_of(question), question


def sheet(question: Question, seed: int) -> tuple[list[str], str] | None:
    """Its lines for a person who guesses, and the right letters; None without options."""
    shuffled = Random(f"{seed}/{question.id}")

    def mixed(texts: list[str]) -> list[str]:
        return shuffled.sample(texts, len(texts))

    def lettered(texts: list[str]) -> list[str]:
        return [f"   {letter}) {one}" for letter, one in zip(ascii_lowercase, texts, strict=False)]

    def numbered(texts: list[str]) -> list[str]:
        return [f"   {number}. {one}" for number, one in enumerate(texts, 1)]

    match question:
        case Choice():
            shown = mixed([option.text for option in question.options])
            right = [o.text for o in question.options if o.right]
            lines = [f"{len(right)} of {len(shown)}", *lettered(shown)]
            key = sorted(ascii_lowercase[shown.index(one)] for one in right)
        case Classify():
            labels, stated = mixed(list(question.labels)), list(question.statements)
            stated = shuffled.sample(stated, len(stated))
            lines = ["", *lettered(labels), *numbered([one.text for one in stated])]
            key = [ascii_lowercase[labels.index(one.label)] for one in stated]
        case Match():
            pairs = shuffled.sample(question.pairs, len(question.pairs))
            rights = dict.fromkeys(p.right for p in pairs) | dict.fromkeys(
                extra.text for extra in question.extra
            )
            shown = mixed(list(rights))
            lines = ["", *lettered(shown), *numbered([pair.left for pair in pairs])]
            key = [ascii_lowercase[shown.index(pair.right)] for pair in pairs]
        case Order():
            shown = mixed([event.text for event in question.events])
            lines = ["", *lettered(shown)]
            key = [ascii_lowercase[shown.index(event.text)] for event in question.events]
        case _:
            return None
    return [f"{question.kind} {lines[0]}".rstrip(), *lines[1:]], "".join(key)


def found() -> dict[str, list[tuple[float, ...]]]:
    """By lesson, for each question with options: chance, and what each guesser finds."""
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for lesson, question in cores():
        if isinstance(question, Choice) and not isinstance(question, Evidence):
            chance = sum(option.right for option in question.options) / len(question.options)
            row = (chance, *(taken(question, worth) for worth in GUESSERS.values()))
            rows[lesson].append(row)
    return rows


def rates() -> Iterator[str]:
    """A table: chance and each guesser, by lesson and over all."""
    lessons = found()
    yield f"| lesson | questions | chance | {' | '.join(GUESSERS)} |"
    yield "|---" * (3 + len(GUESSERS)) + "|"
    everything = [row for rows in lessons.values() for row in rows]
    for name, rows in [*lessons.items(), ("all", everything)]:
        cells = [f"{sum(column):.1f}" for column in zip(*rows, strict=True)]
        yield f"| {name} | {len(rows)} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--sheet", type=int, metavar="N", help="options without questions")
    printed.add_argument("--key", type=int, metavar="N", help="the right letters of that sheet")
    given = parser.parse_args()
    seed = given.sheet if given.key is None else given.key
    if seed is None:
        print("\n".join(rates()))
        return
    number: dict[str, int] = defaultdict(int)
    for lesson, question in cores():
        number[lesson] += 1
        if made := sheet(question, seed):
            lines, key = made
            name = f"{lesson}.{number[lesson]}"
            print(f"{name}|{key}|{question.id}" if given.sheet is None else f"{name} ", end="")
            print("" if given.sheet is None else "\n".join(lines))


if __name__ == "__main__":
    main()
