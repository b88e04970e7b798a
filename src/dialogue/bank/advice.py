"""The house rules that are matters of judgement: advice on questions that have no fault.

The rules come from the guidelines for writing items of Haladyna, Downing and Rodriguez (2002,
Applied Measurement in Education 15) and from the course's own: a comment of at most 40 words
for each wrong choice, two items for each objective, facts that are looked at once a year.
Advice may be declined; it never makes a bank wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from dialogue.bank import (
    Bank,
    Node,
    shown,
)
from dialogue.course import catalogue, tables
from dialogue.course.faults import Advice
from dialogue.page import text
from dialogue.questions import Choice, Question, fold

MOST_WORDS = 40  # of a comment
MOST_OPTIONS = 6
# From how many choice items on a habit of a whole file shows, and what share is one.
ENOUGH = 6
HABIT = 0.6

RULES = {
    "key-longest": "the right option is the longest by a clear margin",
    "keys-longest": "over a file, the right option is too often the longest",
    "keys-in-one-place": "over a file, the right option stands too often in one place",
    "negated-stem": "the question is asked with not, never, except or the like",
    "all-of-the-above": "an option speaks about the other options",
    "unequal-options": "one option is far longer than another",
    "many-options": f"there are more than {MOST_OPTIONS} options",
    "no-hint": "there is no hint",
    "hint-gives-key": "the hint contains the answer",
    "no-explanation": "there is no explanation",
    "long-comment": f"a comment has more than {MOST_WORDS} words",
    "redundant-answer": "two accepted answers are compared alike",
    "stale": "the facts were last checked more than twelve months ago",
    "one-sided": "a contested item names sources of fewer than two sides",
    "confidence": "confidence is asked on fewer than two or on most items of a lesson",
    "few-items": "an objective of a lesson has fewer than two items",
    "of-the-course": "a question of one of the course's lessons lacks a field that they all have",
    "no-item": "a paragraph of the article has no item",
}

_NEGATION = re.compile(
    r"(?<!\w)(?:not|cannot|never|except|neither|nor|\w+n['’]t"
    r"|ليس|ليست|ليسوا|لا|لم|لن|غير|إلا|عدا|سوى|باستثناء)(?!\w)",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"\b(?:all|none|both|neither|any|some) (?:of )?(?:the )?"
    r"(?:above|aforementioned|other (?:options|answers))\b"
    r"|\b(?:all|none|both|neither) of (?:these|them|the (?:options|answers))\s*[.!]?$"
    r"|(?:كل|جميع|لا شيء م|أي م)\s?ما (?:سبق|ذكر|ورد)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.?!؟]*[.?!؟]+|[^.?!؟]+$")


Found = tuple[int, str, str, str]  # line, rule, message, remedy


def advise(bank: Bank, *, whole: bool = False, today: date | None = None) -> list[Advice]:
    """Everything that the house rules have to say about the questions of *bank*.

    With *whole* the bank is the course's own, and what is missing from it counts too:
    objectives with fewer than two items, paragraphs without one.  *today* is the day that
    facts are dated against (default: the clock's).  Sorted by file and line; the cost grows
    with the number of questions and no faster.
    """
    today = today or date.today()
    sides = _sides()
    found: list[Advice] = []
    of_file: dict[str, list[Question]] = {}
    for name, question in bank.questions.items():
        if question.keyless:
            continue  # in a learner's copy, where it must have neither key nor comment
        file = bank.places[name][0]
        of_file.setdefault(file, []).append(question)
        for one in _item(question, bank.nodes[name], today, sides):
            found.append(Advice(file, one[0], name, *one[1:]))
    for file, questions in of_file.items():
        found += (Advice(file, line, "", *rest) for line, *rest in _file(file, questions))
    if whole:
        found += _missing(bank)
    return sorted(found, key=lambda one: (one.file, one.line))


def _sides() -> dict[str, str]:
    return {row["source_id"]: row.get("side", "") for row in tables.records("sources")}


# --- one item ----------------------------------------------------------------------------


def _item(question: Question, node: Node, today: date, sides: dict[str, str]) -> Iterator[Found]:
    def line(*path: str | int) -> int:
        return _line(node, *path)

    yield from _stem(question, line("ask"))
    if not question.hint:
        yield line(), "no-hint", "there is no 'hint'", "add one nudge that is not the answer"
    elif key := _given_away(question):
        message = f"the hint contains the answer {key!r}"
        yield line("hint"), "hint-gives-key", message, "point to where it can be found instead"
    if not question.explain:
        remedy = "add what everybody should have read afterwards"
        yield line(), "no-explanation", "there is no 'explain'", remedy
    for at, words in _long_comments(node):
        remedy = f"cut it to {MOST_WORDS}; the rest may go into 'explain'"
        yield at, "long-comment", f"a comment has {words} words", remedy
    # A year or a month is as young as its last day: only what has passed for certain is old.
    limit = f"{today.year - 1:04d}-{today:%m-%d}"
    if question.as_of and question.as_of < limit[: len(question.as_of)]:
        message = f"the facts were last checked in {question.as_of}, over twelve months ago"
        yield line("as_of"), "stale", message, "check them again and change 'as_of'"
    if question.contested:
        known = {sides[source] for source in question.sources if sides.get(source)}
        if len(known) < 2:
            named = f"one side only ({', '.join(known)})" if known else "no side"
            message = f"the item is contested, and its sources are of {named}"
            remedy = "add a source of another side"
            yield line("sources"), "one-sided", message, remedy
    if isinstance(question, Choice):
        yield from _options(question, node)
    seen: dict[str, str] = {}
    accepted = [part.text for part in question.parts() if part.role == "accepted answer"]
    for i, answer in enumerate(accepted):
        same = seen.setdefault(fold(answer), answer)
        if same is not answer:
            message = f"the answers {same!r} and {answer!r} are compared alike"
            yield line("accept", i), "redundant-answer", message, "take one of the two out"


def _line(node: Node, *path: str | int) -> int:
    """The line of a field or an entry; of what holds it where it is not there."""
    line = node.line
    for step in path:
        if isinstance(step, str) and isinstance(node.value, dict) and step in node.value:
            line, node = node.keys.get(step, node.value[step].line), node.value[step]
        elif isinstance(step, int) and isinstance(node.value, list) and step < len(node.value):
            node = node.value[step]
            line = node.line
    return line


def _stem(question: Question, line: int) -> Iterator[Found]:
    # What a sentence before the question reports may well be negative.
    sentences = _SENTENCE.findall(question.ask)
    asking = [s for s in sentences if s.rstrip().endswith(("?", "؟"))] or sentences
    # "Text, gloss or neither?" names a label.
    labels = [each for group in question.shown() if group.role == "label" for each in group.texts]
    for sentence in asking:
        word = _NEGATION.search(sentence)
        if word and word[0] not in labels:
            message = f"the question is asked with {word[0]!r}, which is easily overlooked"
            yield line, "negated-stem", message, "ask for what is so"
            return


def _options(question: Choice, node: Node) -> Iterator[Found]:
    if len(question.options) > MOST_OPTIONS:
        message = f"there are {len(question.options)} options"
        at = _line(node, "options")
        yield at, "many-options", message, "keep those that people really choose"
    if question.role == "option":  # the number of a paragraph has no words to look at
        yield from _wording(question, node)


def _wording(question: Choice, node: Node) -> Iterator[Found]:
    lengths = [len(text.plain(option.text)) for option in question.options]
    line = _line(node, "options")
    for i, option in enumerate(question.options):
        if _ABOVE.search(option.text):
            message = f"the option {option.text!r} speaks about the other options"
            at = _line(node, "options", i)
            yield at, "all-of-the-above", message, "write an option that stands by itself"
    longest, shortest = max(lengths), min(lengths)
    right = [length for length, o in zip(lengths, question.options, strict=True) if o.right] or [0]
    wrong = [length for length, o in zip(lengths, question.options, strict=True) if not o.right]
    if question.one_letter and right[0] >= max(1.25 * max(wrong), max(wrong) + 8):
        message = f"the right option is the longest, {right[0]} letters to {max(wrong)}"
        yield line, "key-longest", message, "shorten it, or fill out the others"
    elif longest > 3 * shortest and longest - shortest > 30:
        message = f"the options have from {shortest} to {longest} letters"
        yield line, "unequal-options", message, "make them alike in length"


def _words(text: str) -> str:
    return " " + " ".join(re.findall(r"\w+", text.casefold())) + " "


def _given_away(question: Question) -> str:
    """The answer that the hint contains, or nothing."""
    right = [part for part in question.parts() if part.right]
    if [part.role for part in right] == ["answer"]:
        # Digits inside a longer number or a name such as P6 are another thing.
        key = re.escape(right[0].text.strip())
        found = re.search(rf"(?<![\w.,]){key}(?![\w%]|[.,]\d)", question.hint) if key else None
        return found[0] if found else ""
    keys = [part.text for part in right if part.role != "answer"]
    hint = _words(question.hint)
    return next((key for key in keys if _words(key).strip() and _words(key) in hint), "")


def _long_comments(node: Node) -> Iterator[tuple[int, int]]:
    """(line, number of words) of each comment that is too long, wherever it stands."""
    if isinstance(node.value, list):
        for entry in node.value:
            yield from _long_comments(entry)
    elif isinstance(node.value, dict):
        for name, value in node.value.items():
            if not isinstance(value.value, str):
                yield from _long_comments(value)
            elif name == "say" or name.startswith("if_"):
                words = len(value.value.split())
                if words > MOST_WORDS:
                    yield node.keys.get(name, value.line), words


# --- a file, and the whole course ------------------------------------------------------


def _file(file: str, questions: list[Question]) -> Iterator[Found]:
    choice = [q for q in questions if isinstance(q, Choice) and q.one_letter and not q.vote]
    if len(choice) >= ENOUGH:
        places = Counter([o.right for o in q.options].index(True) for q in choice)
        place, count = places.most_common(1)[0]
        if count > HABIT * len(choice):
            message = f"in {count} of {len(choice)} items the right option is number {place + 1}"
            yield 1, "keys-in-one-place", message, "move some of them"
    singles = [q for q in choice if q.role == "option"]
    if len(singles) >= ENOUGH:
        count = sum(
            next(len(text.plain(o.text)) for o in q.options if o.right)
            > max(len(text.plain(o.text)) for o in q.options if not o.right)
            for q in singles
        )
        if count > HABIT * len(singles):
            message = f"in {count} of {len(singles)} items the right option is the longest"
            yield 1, "keys-longest", message, "shorten some of them, or fill out wrong options"
    if re.match(r"\d\d-", Path(file).name) and len(questions) >= ENOUGH:
        count = sum(q.confidence for q in questions)
        if count < 2 or count > len(questions) / 2:
            message = f"confidence is asked on {count} of {len(questions)} items"
            remedy = "ask it on two or more, and on half at most: 'confidence: ask'"
            yield 1, "confidence", message, remedy


# What a question of the course has beside what its kind needs; one's own may do without.
OF_THE_COURSE = ("para", "objective", "level", "hint", "explain", "sources")


def _unfinished(bank: Bank) -> Iterator[Advice]:
    """Questions of the course's own lessons without a field that all of them have."""
    stems = {one.stem for one in catalogue.lessons() if one.number != "00" and not one.folder}
    home = catalogue.root() / "exercises"
    own = {shown(home / f"{stem}{ending}") for stem in stems for ending in (".yaml", ".yml")}
    for name, question in bank.questions.items():
        file, line = bank.places[name]
        lacking = [field for field in OF_THE_COURSE if not getattr(question, field)]
        if file in own and lacking:
            message = f"a question of the course also has {', '.join(lacking)}"
            remedy = "add what is missing; in an overlay of your own it may stay as it is"
            yield Advice(file, line, name, "of-the-course", message, remedy)


def _missing(bank: Bank) -> Iterator[Advice]:
    yield from _unfinished(bank)
    items = Counter(question.objective for question in bank.questions.values())
    for lesson in catalogue.lessons():
        for objective in lesson.objectives:
            if items[objective] < 2:
                have = "one item" if items[objective] else "no item"
                message = f"the objective {objective} has {have}"
                remedy = "give each objective two or more"
                yield Advice(shown(lesson.path), 1, "", "few-items", message, remedy)
    covered = {paragraph for q in bank.questions.values() for paragraph in q.para}
    file = catalogue.root() / "seeds" / "paragraphs.csv"
    for line, row in enumerate(tables.records("paragraphs"), 2):
        if row["kind"] == "body" and row["paragraph"] not in covered:
            message = f"no item is about {row['paragraph']}"
            remedy = "write one, or name the paragraph in 'para:'"
            yield Advice(shown(file), line, "", "no-item", message, remedy)
