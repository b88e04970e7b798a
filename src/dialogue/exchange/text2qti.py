"""text2qti: quizzes as plain text in Markdown (github.com/gpoore/text2qti, README).

That package makes QTI of its files and stops at the first thing it does not know; it would bring
four others along.  Its lines are few, so they are read here, and each question by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dialogue.course import files
from dialogue.exchange import Loss
from dialogue.exchange.incoming import (
    NUMBER,
    Answer,
    Parsed,
    enough,
    longer,
    of_range,
    taken_over,
)
from dialogue.exchange.wording import Wording

_START = re.compile(r"(\d+)\.\s+(\S.*)")
_LINES = {
    "points": re.compile(r"points:\s*(\S.*)", re.IGNORECASE),
    "title": re.compile(r"title:\s*(\S.*)", re.IGNORECASE),
    "pick": re.compile(r"pick:\s*(\S.*)", re.IGNORECASE),
    "right": re.compile(r"\*([A-Za-z])\)\s+(\S.*)"),
    "wrong": re.compile(r"([A-Za-z])\)\s+(\S.*)"),
    "ticked": re.compile(r"\[\*\]\s+(\S.*)"),
    "open": re.compile(r"\[ ?\]\s+(\S.*)"),
    "number": re.compile(r"=\s+(\S.*)"),
    "word": re.compile(r"\*\s+(\S.*)"),
    "general": re.compile(r"\.\.\.\s+(\S.*)"),
    "correct": re.compile(r"\+\s+(\S.*)"),
    "incorrect": re.compile(r"-\s+(\S.*)"),
    "solution": re.compile(r"!\s+(\S.*)"),
    "essay": re.compile(r"_{3,}\s*"),
    "upload": re.compile(r"\^{3,}\s*"),
}
_HEAD = re.compile(
    r"(quiz title|quiz description|text title|text|shuffle answers|show correct answers|"
    r"one question at a time|can't go back|feedback is solution|solutions sample groups|"
    r"points per question|solutions randomize groups):",
    re.IGNORECASE,
)
_GROUP = ("GROUP", "END_GROUP")
_INDENTED = re.compile(r"(?: {2,}|\t)\S.*")


def fits(text: str) -> bool:
    """Does *text* look like a quiz for text2qti?"""
    lines = text.split("\n")
    asked = any(map(_START.match, lines))
    given = ("right", "ticked", "number", "essay", "upload", "word")
    return asked and any(_LINES[name].fullmatch(line) for line in lines for name in given)


@dataclass
class _Block:
    """One question: its lines by what they are, in their order."""

    line: int
    rows: list[tuple[str, str, int]] = field(default_factory=list)  # what, text, line


def read(data: bytes, file: str, language: str = "en") -> tuple[list[dict[str, Any]], list[Loss]]:
    """The questions of a file for text2qti; what cannot be one here is named and left out.

    Raises :class:`~dialogue.course.files.FileFault` when none can be taken over.
    """
    losses: list[Loss] = []
    found: list[Parsed] = []
    for block in _blocks(files.decode(data, file), losses):
        if enough(found, losses):
            break
        try:
            found.append(_question(block, language))
        except ValueError as error:
            losses.append(Loss(f"line {block.line}", f"not taken over: {error}"))
    return taken_over(found, losses, file, language=language), losses


def _blocks(text: str, losses: list[Loss]) -> Iterator[_Block]:
    block: _Block | None = None
    before: list[tuple[str, str, int]] = []  # title and points stand before their question
    fence = ""
    comment = False
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if comment or bare == "COMMENT":
            comment = bare != "END_COMMENT"
            continue
        opens = re.match(r"(`{3,}|~{3,})", bare)
        if fence or (opens and block and block.rows):
            fence = "" if fence and bare.startswith(fence) else fence or (opens[1] if opens else "")
            if block and block.rows:
                what, words, at = block.rows[-1]
                block.rows[-1] = (what, longer(words, f"\n{line}"), at)
            continue
        if line.startswith("%"):
            continue
        if bare in _GROUP or _HEAD.match(line):
            if bare == "GROUP":
                losses.append(
                    Loss(f"line {number}", "a group of which some are drawn: all are here")
                )
            if block:
                yield block
            block, before = None, []
            continue
        what, words = _what(line)
        if what == "ask" or what in ("title", "points", "pick"):
            if what == "ask":
                if block:
                    yield block
                block = _Block(number, [*before, ("ask", words, number)])
                before = []
            else:
                before.append((what, words, number))
        elif block and what:
            block.rows.append((what, words, number))
        elif block and bare and (_INDENTED.match(line) or block.rows[-1][0] in ("ask", "general")):
            what, words, at = block.rows[-1]
            block.rows[-1] = (what, longer(words, f"\n{bare}"), at)
        elif block and not bare:
            what, words, at = block.rows[-1]
            block.rows[-1] = (what, longer(words, "\n"), at)
        elif bare and not block:
            losses.append(Loss(f"line {number}", f"left out: {bare[:60]!r} belongs to no question"))
        elif bare and block:
            losses.append(Loss(f"line {number}", f"left out: {bare[:60]!r} cannot be read"))
    if block:
        yield block


def _what(line: str) -> tuple[str, str]:
    if start := _START.fullmatch(line):
        return "ask", start[2]
    for what, pattern in _LINES.items():
        if found := pattern.fullmatch(line):
            return what, found[found.re.groups] if found.re.groups else ""
    return "", ""


def _question(block: _Block, language: str) -> Parsed:
    one = Parsed(name="", kind="")
    words = Wording(one.lost, language)
    last: Answer | None = None
    answers: dict[str, list[Answer]] = {"single": [], "multiple": [], "numeric": [], "short": []}
    for what, plain, _line in block.rows:
        said = plain.strip()
        if what == "title":
            one.name = said
        elif what == "points":
            one.points = said if re.fullmatch(NUMBER, said) and float(said) > 0 else ""
        elif what == "ask":
            one.ask = words(said, "markdown")
        elif what in ("right", "wrong", "ticked", "open"):
            kind = "single" if what in ("right", "wrong") else "multiple"
            last = Answer(words(said, "markdown"), float(what in ("right", "ticked")))
            answers[kind].append(last)
        elif what == "number":
            answers["numeric"].append(_number(said))
        elif what == "word":
            answers["short"].append(Answer(words.literal(said).replace("*", "\\*"), 1.0))
        elif what == "general" and last:
            last.say = f"{last.say}\n\n{words(said, 'markdown')}".strip()
        elif what in ("general", "solution"):
            one.explain = f"{one.explain}\n\n{words(said, 'markdown')}".strip()
        elif what in ("correct", "incorrect"):
            told = words(said, "markdown")
            one.lost.append(f"what is said to a {what} answer is left out: {told!r}")
        elif what in ("essay", "upload"):
            one.kind = "essay" if what == "essay" else "a file that is handed in"
    one.name = one.name or one.ask[:60]
    if one.kind:
        return one
    filled = [kind for kind, given in answers.items() if given]
    if len(filled) != 1:
        raise ValueError("it has no answers" if not filled else "it has answers of two kinds")
    one.kind, one.answers = filled[0], answers[filled[0]]
    if one.kind == "multiple":
        right = sum(answer.weight for answer in one.answers)
        for answer in one.answers:
            answer.weight = (1 if answer.weight else -1) / max(1.0, right)
    return one


def _number(said: str) -> Answer:
    if found := re.fullmatch(rf"\[\s*({NUMBER})\s*,\s*({NUMBER})\s*\]", said):
        middle, reach = of_range(found[1], found[2])
        return Answer(middle, 1.0, "", reach)
    if found := re.fullmatch(rf"({NUMBER})\s*(?:\+-|±)\s*({NUMBER})(\s*%)?", said):
        reach = found[2]
        if found[3]:
            reach = f"{abs(Decimal(found[1]) * Decimal(reach) / 100):f}"
        return Answer(found[1], 1.0, "", reach)
    if re.fullmatch(NUMBER, said):
        return Answer(said, 1.0)
    raise ValueError(f"{said[:40]!r} is no number that can be read")
