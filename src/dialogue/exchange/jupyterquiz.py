"""jupyterquiz: questions as JSON, shown by the package of that name in a notebook.

Its kinds and fields are those of its readme (github.com/jmshea/jupyterquiz): many_choice,
multiple_choice, numeric and string.  They are read and not written: from a file of JSON, and from
a notebook that holds them, as a list in a cell or hidden in a span.  No cell is ever run.
"""

from __future__ import annotations

import ast
import base64
import binascii
import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from dialogue.course.files import FileFault, decode
from dialogue.exchange import Loss
from dialogue.exchange.incoming import Answer, Parsed, enough, of_range, taken_over
from dialogue.exchange.wording import Wording
from dialogue.page.numbers import exact

_KINDS = {
    "multiple_choice": "single",
    "many_choice": "multiple",
    "numeric": "numeric",
    "string": "short",
}
_KNOWN = {"question", "type", "answers", "code", "hint", "precision", "language"}
_KNOWN |= {"answer_cols", "id", "name", "citation"}
_OF_ANSWER = {"answer", "code", "correct", "feedback", "type", "value", "range", "match_case"}
_SPAN = re.compile(r"<span\b[^<>]{0,300}>([^<>]{20,})</span>")
_FORMATTED = re.compile(r"""(?i)\br?fr?["']""")
_MOST_BRACES = 10_000  # of a cell that formats text
_SHOWN = re.compile(r"""display_quiz\(\s*["']([^"'#][^"']{0,300})["']""")


def read(data: bytes, file: str, language: str = "en") -> tuple[list[dict[str, Any]], list[Loss]]:
    """The questions of a jupyterquiz file or of a notebook; what cannot be read is named.

    Raises :class:`~dialogue.course.files.FileFault` when the file is no JSON, is no list of questions,
    or holds none that can be taken over.
    """
    text = decode(data, file)
    try:
        top = json.loads(text)
    except json.JSONDecodeError as error:
        remedy = "check that it is a jupyterquiz file, and whole"
        raise FileFault(file, f"this is not JSON ({error.msg})", remedy, error.lineno) from None
    except (RecursionError, ValueError):
        raise FileFault(
            file, "this JSON cannot be read", "check that it is the right one"
        ) from None
    losses: list[Loss] = []
    if isinstance(top, dict) and isinstance(top.get("cells"), list):
        top = _in_notebook(top["cells"], file, losses)
    if not isinstance(top, list) or not all(isinstance(each, dict) for each in top):
        remedy = 'jupyterquiz keeps questions as [{"question": …}, …]'
        raise FileFault(file, "this is no list of questions", remedy)
    found: list[Parsed] = []
    for place, each in enumerate(top, 1):
        if enough(found, losses):
            break
        try:
            found.append(_read(each, place, language))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            said = error.args[0] if isinstance(error, ValueError) and error.args else "its form"
            losses.append(Loss(f"question {place}", f"not taken over: {said} cannot be read"))
    return taken_over(found, losses, file, language=language), losses


# --- a notebook ----------------------------------------------------------------------------


def _in_notebook(cells: list[Any], file: str, losses: list[Loss]) -> list[dict[str, Any]]:
    """The questions in the cells of a notebook, each once."""
    found: dict[str, dict[str, Any]] = {}
    elsewhere: list[str] = []
    for cell in cells:
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        words = "".join(map(str, source)) if isinstance(source, list) else str(source)
        for each in (*_hidden(words), *_listed(words, cell.get("cell_type") == "code")):
            found.setdefault(repr(each), each)
        elsewhere += _SHOWN.findall(words)
    losses += [
        Loss(name, "not taken over: these questions stand in a file of their own; import that")
        for name in dict.fromkeys(elsewhere)
    ]
    if not found:
        where = f"they stand in {elsewhere[0]!r}" if elsewhere else "no cell holds a list of them"
        raise FileFault(file, f"there are no questions of jupyterquiz in this notebook: {where}",
                        "import the .json file with the questions")  # fmt: skip
    return list(found.values())


def _questions(value: Any) -> list[dict[str, Any]]:
    value = value if isinstance(value, list) else [value]
    return [each for each in value if isinstance(each, dict) and {"question", "type"} <= set(each)]


def _hidden(words: str) -> Iterator[dict[str, Any]]:
    """Questions in a span that is not shown: JSON, or the same in base64."""
    for span in _SPAN.findall(words):
        plain = span.strip()
        try:
            if not plain.startswith(("[", "{")):
                plain = base64.b64decode(plain, validate=True).decode()
            yield from _questions(json.loads(plain))
        except (ValueError, binascii.Error, RecursionError):
            continue


def _listed(words: str, code: bool) -> Iterator[dict[str, Any]]:
    """Questions that are written out in a cell of code, or of nothing but JSON."""
    if not code or "question" not in words:
        return
    if words.count("{") > _MOST_BRACES and _FORMATTED.search(words):
        return  # what Python reads of it takes the square of its length
    plain = "\n".join(
        line for line in words.split("\n") if not line.lstrip().startswith(("%", "!"))
    )
    plain = re.sub(r"\btrue\b", "True", plain) if "True" not in plain else plain
    plain = re.sub(r"\bfalse\b", "False", plain) if "False" not in plain else plain
    try:
        nodes = list(ast.walk(ast.parse(plain)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in nodes:
        if isinstance(node, ast.Dict) and any(
            isinstance(key, ast.Constant) and key.value == "question" for key in node.keys
        ):
            try:
                yield from _questions(ast.literal_eval(node))
            except (ValueError, TypeError, RecursionError, MemoryError):
                continue  # something in it is computed


# --- one question --------------------------------------------------------------------------


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"the number {value!r}")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        raise ValueError(f"the number {str(value)[:40]!r}") from None
    if not math.isfinite(found):
        raise ValueError(f"the number {value!r}")
    return exact(found)


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError(f"the text {str(value)[:40]!r}")
    return str(value)


def _reach(value: str, precision: Any, lost: list[str]) -> str:
    """So many significant digits count, as a tolerance."""
    if precision is None or isinstance(precision, bool) or not isinstance(precision, int):
        return ""
    number = Decimal(value)
    if not number or not 0 < precision < 16:
        return ""
    unit = Decimal(1).scaleb(number.adjusted() - precision + 1)
    lost.append(f"{precision} significant digits count: kept as a tolerance")
    return f"{unit / 2:f}"


def _read(one: dict[str, Any], place: int, language: str) -> Parsed:
    kind = str(one.get("type", ""))
    name = str(one.get("id") or one.get("name") or f"question {place}")
    found = Parsed(name=name, kind=_KINDS.get(kind, f"the type {kind!r}"))
    words = Wording(found.lost, language, dollars=True)
    found.ask = words(_typed(one.get("question")))
    if code := _typed(one.get("code")):
        found.ask = f"{found.ask}\n\n{words.code(code)}".strip()
    found.hint = words(_typed(one.get("hint")))
    if unknown := sorted(set(map(str, one)) - _KNOWN):
        found.lost.append(f"left out: {', '.join(map(repr, unknown))}")
    answers = one.get("answers", [])
    if not isinstance(answers, list):
        raise ValueError("the list of answers")
    for answer in answers:
        found.answers.append(_answer(one, kind, answer, found, words))
    return found


def _answer(one: dict[str, Any], kind: str, answer: Any, found: Parsed, words: Wording) -> Answer:
    weight = float(answer.get("correct") is True)
    say = words(_typed(answer.get("feedback")))
    if unknown := sorted(set(map(str, answer)) - _OF_ANSWER):
        found.lost.append(f"left out of an answer: {', '.join(map(repr, unknown))}")
    if answer.get("match_case"):
        found.lost.append("capitals count no more")
    form = answer.get("type", "value") if kind == "numeric" else ""
    if form == "default" or (kind == "string" and "answer" not in answer):
        return Answer("*", 0.0, say)
    if form and "range" in answer:
        low, high = (_number(each) for each in answer["range"])
        middle, reach = of_range(low, high)
        if weight:
            found.lost.append(f"{high}, the end of a range, counts as right too")
        return Answer(middle, weight, say, reach)
    if form:
        value = _number(answer["value"])
        return Answer(value, weight, say, _reach(value, one.get("precision"), found.lost))
    if kind == "string":
        return Answer(words.literal(_typed(answer["answer"])).replace("*", "\\*"), weight, say)
    if "answer" in answer and answer["answer"] is not None:
        return Answer(words(_typed(answer["answer"])), weight, say)
    return Answer(words.code(_typed(answer.get("code")), inline=True), weight, say)
