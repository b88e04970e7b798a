"""Answers embedded in a text, as Moodle's cloze questions have them.

``{1:SHORTANSWER:=June~%50%May#Nearly.}`` (docs.moodle.org, "Embedded Answers (Cloze) question
type"): weight, kind, and answers with their worth and comments; a backslash before a sign that
would mean something.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from dialogue.bank import writing
from dialogue.bank.nodes import MOST_ENTRIES
from dialogue.exchange.incoming import Answer, Gap
from dialogue.page.numbers import exact
from dialogue.questions import Cloze
from dialogue.questions import Gap as Blank
from dialogue.questions.kinds.cloze import MARK

_KINDS = {
    **dict.fromkeys(("SHORTANSWER", "SA", "MW"), "words"),
    **dict.fromkeys(("SHORTANSWER_C", "SAC", "MWC"), "words as they are"),
    **dict.fromkeys(("NUMERICAL", "NM"), "number"),
    **dict.fromkeys(("MULTICHOICE", "MC", "MULTICHOICE_S", "MCS"), "menu"),
    **dict.fromkeys(("MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH"), "menu"),
    **dict.fromkeys(("MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"), "menu"),
    **dict.fromkeys(("MULTIRESPONSE", "MR", "MULTIRESPONSE_H", "MRH"), "several"),
    **dict.fromkeys(("MULTIRESPONSE_S", "MRS", "MULTIRESPONSE_HS", "MRHS"), "several"),
}
_START = re.compile(r"\{(\d{0,3}):(" + "|".join(sorted(_KINDS, key=len, reverse=True)) + "):")
_WORTH = re.compile(r"%(-?\d{1,3}(?:\.\d*)?)%")
MOST = 99  # blanks in a text
_MEANT = re.compile(r"\\([\\}#~/\"=*])")
_ENDED = re.compile(r"(?<!\\)\}")


def has(text: str) -> bool:
    """Does *text* hold an embedded answer?"""
    return _START.search(text) is not None


def read(text: str, words: Callable[[str], str], lost: list[str]) -> tuple[str, list[Gap]]:
    """*text* with [[1]], [[2]] … in the places of its blanks, and the blanks.

    *words* reads a comment or a choice.  Raises ValueError where a blank cannot be read.
    """
    out: list[str] = []
    gaps: list[Gap] = []
    at = 0
    weights = set()
    while start := _START.search(text, at):
        end = _ENDED.search(text, start.end())
        if end is None:
            raise ValueError("a brace is not closed in it")
        if len(gaps) == MOST:
            raise ValueError(f"it has more than {MOST} blanks")
        weights.add(start[1] or "1")
        kind = _KINDS[start[2]]
        gaps.append(_gap(kind, text[start.end() : end.start()], words, lost))
        out += [text[at : start.start()], f"[[{len(gaps)}]]"]
        at = end.end()
    if len(weights) > 1:
        lost.append("its blanks were of different worth: here they count the same")
    return "".join([*out, text[at:]]), gaps


def _split(text: str, sign: str) -> list[str]:
    return re.split(rf"(?<!\\){re.escape(sign)}", text)


def _plain(text: str) -> str:
    return unescape(_MEANT.sub(lambda f: "\\*" if f[1] == "*" else f[1], text)).strip()


def _gap(kind: str, body: str, words: Callable[[str], str], lost: list[str]) -> Gap:
    if kind == "several":
        raise ValueError("several answers to tick inside a text cannot be held here")
    if kind == "words as they are":
        kind = "words"
        lost.append("capitals count no more")
    answers: list[Answer] = []
    if len(parts := _split(body, "~")) > MOST_ENTRIES:
        raise ValueError(f"a blank has more than {MOST_ENTRIES} answers")
    for part in parts:
        plain, *say = _split(part.strip(), "#")
        weight = 0.0
        if plain.startswith("="):
            weight, plain = 1.0, plain[1:]
        elif worth := _WORTH.match(plain):
            weight, plain = float(worth[1]) / 100, plain[worth.end() :]
        text, _, tolerance = plain.partition(":") if kind == "number" else (plain, "", "")
        shown = words(_MEANT.sub(r"\1", text)) if kind == "menu" else _plain(text)
        if shown or kind == "menu":
            said = words(_plain("#".join(say))) if say else ""
            answers.append(Answer(shown, weight, said, tolerance.strip()))
    return Gap(kind, answers)


# --- writing -------------------------------------------------------------------------------


def _escaped(words: str) -> str:
    return re.sub(r"[\\}#~/\"]", lambda sign: "\\" + sign[0], words)


def _words(words: str) -> str:
    return _escaped(writing.plain(words).replace("*", "\\*")).replace("\\\\*", "\\*")


def _said(say: str) -> str:
    return f"#{_escaped(writing.html(say))}" if say else ""


def _written(gap: Blank) -> str:
    if gap.number:
        rest = f"~*{_said(gap.say)}" if gap.say else ""
        return f"{{1:NUMERICAL:={gap.number}:{exact(gap.tolerance)}{rest}}}"
    right = [f"={_words(each)}" for each in gap.accept]
    if gap.choose:
        wrong = [f"{_words(slip.text)}{_said(slip.say)}" for slip in gap.wrong]
        return f"{{1:MULTICHOICE:{'~'.join([*right, *wrong])}}}"
    wrong = [f"%0%{_words(slip.text)}{_said(slip.say)}" for slip in gap.wrong]
    other = [f"%0%*{_said(gap.say)}"] if gap.say else []
    return f"{{1:SHORTANSWER:{'~'.join([*right, *wrong, *other])}}}"


def html(question: Cloze) -> str:
    """The text with its answers embedded, as HTML for Moodle."""
    return placed(question, lambda place: _written(question.gaps[place - 1]))


def placed(question: Cloze, shown: Callable[[int], str]) -> str:
    """The text as HTML, with what is *shown* in the place of each blank."""
    waiting = MARK.sub(lambda mark: f"\ue000{mark[1]}\ue001", question.ask)
    made = writing.html(waiting, block=True).replace("{", "&#123;")
    return re.sub("\ue000(\\d+)\ue001", lambda mark: shown(int(mark[1])), made)


def named(question: Cloze) -> str:
    """The text as HTML with [blank1], [blank2] … in the places of its blanks, as Canvas has it."""
    return placed(question, lambda place: f"[blank{place}]")
