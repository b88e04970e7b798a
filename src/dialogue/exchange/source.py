"""Questions as an author would type them, and the YAML of a bank.

Every import ends here, and every table begins here: the one place that knows how a
question looks in the file it came from.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from ..bank import COMMON_FIELDS
from ..questions import (
    Classify,
    Evidence,
    Forecast,
    Match,
    Multiple,
    Numeric,
    Option,
    Order,
    Question,
    Short,
    Single,
)

# Words that need no quotation marks: ids, dates, numbers, yes and no.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def number(value: float) -> str:
    """*value* as a bank may hold it: digits and a point, whole where it is whole."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    return text if "e" not in text else f"{Decimal(text):f}"


def _full(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in ("", [], None)}


def _options(options: Sequence[Option], name: str = "text") -> list[dict[str, Any]]:
    return [
        _full(**{name: option.text, "right": "yes" if option.right else "", "say": option.say})
        for option in options
    ]


def fields(question: Question) -> dict[str, Any]:
    """What an author would type for *question*: text, lists and mappings of text.

    Fields that say nothing are left out.  Three things are not the author's own any more: the
    language belongs to the file (see :func:`bank_text`), a key that was computed from a table
    is the number that is shown, and a question without its key (``keyless``) has none here.
    """
    common = {
        "id": question.id,
        "type": question.kind,
        "ask": question.ask,
        "para": list(question.para),
        "objective": question.objective,
        "level": question.level,
        "hint": question.hint,
        "explain": question.explain,
        "sources": list(question.sources),
        "points": number(question.points) if question.points != 1 else "",
        "contested": "yes" if question.contested else "",
        "as_of": question.as_of,
        "status": question.status,
        "by": question.by,
        "confidence": "",
        "use": question.use if question.use != "learn" else "",
        "shuffle": "" if question.shuffle else "no",
        "was": list(question.was),
    }
    if question.confidence:
        common["confidence"] = "probability" if isinstance(question, Forecast) else "ask"
    return _full(**common) | _own(question)


def _own(question: Question) -> dict[str, Any]:
    """The fields that only this kind of question has."""
    match question:
        case Single() | Multiple():
            return {"options": _options(question.options)}
        case Evidence():
            return {"options": _options(question.options, "para")}
        case Numeric():
            key: Any = question.answer_text or number(question.answer)
            if question.values:
                typed = question.answer_text.split("; ") if question.answer_text else []
                same = len(typed) == len(question.values)
                key = typed if same else [number(value) for value in question.values]
            return _full(
                answer=key,
                tolerance=number(question.tolerance) if question.tolerance else "",
                unit=question.unit,
                near=[{"value": number(near.value), "say": near.say} for near in question.near],
            )
        case Order():
            texts = [event.text for event in question.events]
            return _full(
                order=[_full(text=event.text, date=event.date) for event in question.events],
                mistakes=[
                    {"if": f"{texts[m.first]} before {texts[m.then]}", "say": m.say}
                    for m in question.mistakes
                ],
            )
        case Match():
            return _full(
                pairs=[
                    _full(
                        left=pair.left,
                        right=pair.right,
                        say=pair.say,
                        wrong=[{"right": right, "say": say} for right, say in pair.wrong],
                    )
                    for pair in question.pairs
                ],
                extra_right=[_full(text=extra.text, say=extra.say) for extra in question.extra],
            )
        case Short():
            return _full(
                accept=list(question.accept),
                wrong=[{"text": slip.text, "say": slip.say} for slip in question.wrong],
                spelling="forgiving" if question.forgiving else "",
            )
        case Classify():
            return {
                "labels": list(question.labels),
                "statements": [
                    _full(text=statement.text, label=statement.label)
                    | {if_label(label): say for label, say in statement.comments if say}
                    for statement in question.statements
                ],
            }
        case Forecast():
            happened = {None: "", True: "yes", False: "no"}[question.happened]
            return _full(
                resolves=question.resolves,
                happened=happened,
                reference=[
                    {"who": each.who, "chance": number(each.chance)} for each in question.reference
                ],
                bands=[
                    {"from": number(band.low), "to": number(band.high), "say": band.say}
                    for band in question.bands
                ],
                opens=question.opens,
            )
    raise TypeError(f"no fields for a {type(question).__name__}")


def if_label(label: str) -> str:
    """The field that holds the comment on choosing *label* wrongly."""
    return "if_" + label.replace(" ", "_")


def item_id(text: str, taken: Mapping[str, Any] | set[str], *, default: str = "item") -> str:
    """An id that a bank allows, still resembles *text*, and is not in *taken*."""
    plain = unicodedata.normalize("NFKD", text).lower()
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode())
    stem = "-".join(words)[:60].rstrip("-") or default
    found, count = stem, 1
    while found in taken:
        count += 1
        found = f"{stem}-{count}"
    return found


# --- YAML ------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Writes what the bank reads: every value is text, and nothing is referred to twice."""

    # The bank reads yes, 3 and 2020-06-11 as text, so they need no quotation marks.
    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    # Half of a surrogate pair, which JSON can smuggle in, has no place in UTF-8.
    value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    style = None if _WORD.fullmatch(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
    short = all(isinstance(each, str) and _WORD.fullmatch(each) for each in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=short)


def _mapping(dumper: yaml.SafeDumper, value: dict[str, Any]) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=False)


def _finite(dumper: yaml.SafeDumper, value: float) -> yaml.Node:
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number that a bank holds")
    return _text(dumper, number(float(value)))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(tuple, _list)
_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(bool, lambda dumper, value: _text(dumper, "yes" if value else "no"))
_Dumper.add_representer(int, _finite)
_Dumper.add_representer(float, _finite)


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9)


def bank_text(
    items: Sequence[Mapping[str, Any]], title: str, quiz: str, *, language: str = "en"
) -> str:
    """A bank as YAML text, for ``bank.read``.

    *items* are mappings as :func:`fields` gives them (numbers, yes and no may be Python's own);
    all questions of a file share its *language*.  Raises ValueError for a number that is not
    finite.
    """
    order = {name: place for place, name in enumerate(COMMON_FIELDS)}
    head = {"quiz": quiz, "title": title, "language": language}
    parts = [_yaml({name: value for name, value in head.items() if value}), "items:\n"]
    for item in items:
        known = sorted((n for n in item if n in order), key=order.__getitem__)
        # The key stands before the explanation of it, as in the course's own banks.
        after = ("explain", "sources")
        names = [n for n in known if n not in after]
        names += [n for n in item if n not in order] + [n for n in known if n in after]
        text = _yaml([{name: item[name] for name in names}])
        parts.append("\n" + text)
    return "".join(parts)
