"""Aiken: questions with one right letter, as plain lines (docs.moodle.org, "Aiken format").

A question, its answers behind ``A.`` or ``A)``, and ``ANSWER: A``.  Answers of several letters and
a question of several lines, which some programs write, are read too.
"""

from __future__ import annotations

import re
from typing import Any

from dialogue.course import files
from dialogue.exchange import Loss
from dialogue.exchange.incoming import Answer, Parsed, enough, longer, taken_over
from dialogue.exchange.wording import Wording

_CHOICE = re.compile(r"\s*(?:([A-Za-z])[.)]\s+|([A-Z])[.)])(\S.*)")
_KEY = re.compile(r"\s*ANSWER\s*:\s*([A-Za-z](?:\s*[,;]\s*[A-Za-z])*)\s*\.?\s*", re.IGNORECASE)
_SAID = re.compile(r"\s*(?:FEEDBACK|EXPLANATION)\s*:\s*(\S.*)", re.IGNORECASE)


def fits(text: str) -> bool:
    """Does *text* look like Aiken?"""
    lines = text.split("\n")
    return any(map(_KEY.fullmatch, lines)) and any(map(_CHOICE.fullmatch, lines))


def read(data: bytes, file: str, language: str = "en") -> tuple[list[dict[str, Any]], list[Loss]]:
    """The questions of an Aiken file; one that cannot be read is named by its line.

    Raises :class:`~dialogue.course.files.FileFault` when none can be taken over.
    """
    losses: list[Loss] = []
    found: list[Parsed] = []
    asked: list[str] = []
    choices: list[tuple[str, str]] = []
    start, last = 0, None
    for number, line in enumerate([*files.decode(data, file).split("\n"), "ANSWER: ?"], 1):
        if enough(found, losses):
            break
        end = number > 1 and line == "ANSWER: ?"
        if key := _KEY.fullmatch(line):
            last = _question(asked, choices, key[1], start, losses, language)
            found += [last] if last else []
            asked, choices = [], []
        elif end or (not line.strip() and choices):
            if choices or any(each.strip() for each in asked):
                what = "not taken over: there is no line 'ANSWER: A' behind it"
                losses.append(Loss(f"line {start}", what))
            asked, choices = [], []
        elif (said := _SAID.fullmatch(line)) and last and not asked:
            said_too = f"\n\n{Wording(last.lost, language)(said[1])}"
            last.explain = longer(last.explain, said_too).strip()
        elif (choice := _CHOICE.fullmatch(line)) and (
            choices or (asked and (choice[1] or choice[2]) in "Aa")
        ):
            choices.append(((choice[1] or choice[2]).upper(), choice[3]))
        elif choices:  # an answer of several lines
            letter, words = choices[-1]
            choices[-1] = (letter, longer(words, f" {line.strip()}"))
        elif line.strip():
            start = number if not asked else start
            asked.append(line.strip())
    return taken_over(found, losses, file, language=language), losses


def _question(
    asked: list[str],
    choices: list[tuple[str, str]],
    key: str,
    start: int,
    losses: list[Loss],
    language: str,
) -> Parsed | None:
    letters = [letter for letter, _words in choices]
    wanted = re.findall("[A-Z]", key.upper())
    fault = ""
    if not asked or len(choices) < 2:
        fault = "it has no question" if not asked else "it has fewer than two answers"
    elif len(set(letters)) < len(letters):
        fault = "one letter stands before two answers"
    elif unknown := [each for each in wanted if each not in letters]:
        fault = f"the answer {unknown[0]!r} is none of its letters"
    if fault:
        losses.append(Loss(f"line {start}", f"not taken over: {fault}"))
        return None
    ask = "\n".join(asked)
    one = Parsed(name=ask[:60], kind="single" if len(wanted) == 1 else "multiple")
    words = Wording(one.lost, language)
    one.ask = words(ask, "plain")
    share = 1 / len(wanted)
    one.answers = [
        Answer(
            words(each, "plain"), share if letter in wanted else 0 if len(wanted) == 1 else -share
        )
        for letter, each in choices
    ]
    return one
