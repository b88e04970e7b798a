"""jupyterquiz: questions as JSON, shown by the package of that name in a notebook.

Its kinds and fields are those of its readme (github.com/jmshea/jupyterquiz): many_choice,
multiple_choice, numeric and string.  It is read and not written.
"""

from __future__ import annotations

import json
import math
from typing import Any

from dialogue.bank import writing
from dialogue.course.files import FileFault, decode
from dialogue.exchange import Loss
from dialogue.exchange.incoming import Answer, Parsed, items
from dialogue.page.numbers import exact

_KINDS = {
    "multiple_choice": "single",
    "many_choice": "multiple",
    "numeric": "numeric",
    "string": "short",
}
_KNOWN = {"question", "type", "answers", "code", "hint", "precision", "language"}
_KNOWN |= {"answer_cols", "id", "name"}


def read(data: bytes, file: str) -> tuple[list[dict[str, Any]], list[Loss]]:
    """The questions of a jupyterquiz file; what cannot be read is named and left out.

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
    if not isinstance(top, list) or not all(isinstance(each, dict) for each in top):
        remedy = 'jupyterquiz keeps questions as [{"question": …}, …]'
        raise FileFault(file, "this is no list of questions", remedy)
    losses: list[Loss] = []
    found = []
    for place, each in enumerate(top, 1):
        try:
            found.append(_read(each, place))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            said = error.args[0] if isinstance(error, ValueError) and error.args else "its form"
            losses.append(Loss(f"question {place}", f"not taken over: {said} cannot be read"))
    done = items(found, losses)
    if not done:
        why = f"the first fault: {losses[0]}" if losses else "check that it is the right file"
        raise FileFault(file, "no question in it can be taken over", why)
    return done, losses


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


def _words(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError(f"the text {str(value)[:40]!r}")
    words = writing.clean(str(value)).strip()
    if "<" not in words and "&" not in words:
        return words
    return writing.from_html(words)[0]


def _read(one: dict[str, Any], place: int) -> Parsed:
    kind = str(one.get("type", ""))
    name = str(one.get("id") or one.get("name") or f"question {place}")
    found = Parsed(name=name, kind=_KINDS.get(kind, f"the type {kind!r}"))
    found.ask = _words(one.get("question"))
    if one.get("code"):
        found.ask += f"\n\n`{' '.join(_words(one['code']).split())}`"
        found.lost.append("the code under the question stands on one line")
    found.hint = _words(one.get("hint"))
    if unknown := sorted(set(one) - _KNOWN):
        found.lost.append(f"left out: {', '.join(map(repr, unknown))}")
    if "$" in found.ask:
        found.lost.append("formulas between $ signs are shown as typed")
    answers = one.get("answers", [])
    if not isinstance(answers, list):
        raise ValueError("the list of answers")
    for answer in answers:
        weight = float(answer.get("correct") is True)
        say = _words(answer.get("feedback"))
        form = answer.get("type", "value") if kind == "numeric" else ""
        if form == "default" or (kind == "string" and "answer" not in answer):
            found.answers.append(Answer("*", 0.0, say))
        elif form and "range" in answer:
            low, high = (float(_number(each)) for each in answer["range"])
            middle = exact((low + high) / 2)
            reach = exact(abs(high - low) / 2)
            found.answers.append(Answer(middle, weight, say, reach))
        elif form:
            found.answers.append(Answer(_number(answer["value"]), weight, say))
        else:
            words = answer.get("answer", answer.get("code"))
            shown = _words(words)
            shown = f"`{shown}`" if "answer" not in answer and shown else shown
            found.answers.append(Answer(shown.replace("*", "\\*") if kind == "string" else shown,
                                        weight, say))  # fmt: skip
        if answer.get("match_case"):
            found.lost.append("capitals count no more")
    if found.kind == "numeric" and one.get("precision") is not None:
        found.lost.append("the precision is left out: set a tolerance")
    return found
