"""A question from another program, on its way into a bank.

GIFT and Moodle XML know the same kinds of question; what becomes of each is decided here,
once.  Nothing is invented: a comment that was never written stays missing, the question is
a draft, and ``dialogue check`` names what is still to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dialogue.bank import writing
from dialogue.bank.nodes import MOST_ENTRIES, MOST_TEXT
from dialogue.exchange import Loss

MOST_QUESTIONS = 10_000  # of one file; more than any class or book has
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")


@dataclass(slots=True)
class Answer:
    """One answer that a question knows: its weight (1 is right), and the comment on it."""

    text: str
    weight: float = 0.0
    say: str = ""
    tolerance: str = ""


@dataclass(slots=True)
class Parsed:
    """One question as the other program holds it, all texts in the course's small markup."""

    name: str
    kind: str  # single, multiple, numeric, short, match, order, or what cannot be taken over
    ask: str = ""
    explain: str = ""
    hint: str = ""
    ident: str = ""
    points: str = ""
    unit: str = ""
    shuffle: bool = True
    labels: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def items(
    found: Iterable[Parsed], losses: list[Loss], *, taken: set[str] | None = None
) -> list[dict[str, Any]]:
    """The questions as an author would type them; what was lost is added to *losses*."""
    done: list[dict[str, Any]] = []
    taken = set() if taken is None else taken
    for one in found:
        if len(done) == MOST_QUESTIONS:
            what = f"not taken over: only the first {MOST_QUESTIONS} questions are; split the file"
            losses.append(Loss("the rest", what))
            break
        lost: list[str] = list(one.lost)
        item = _item(one, taken, lost)
        name = item["id"] if item else writing.plain(one.name)[:60] or "a question"
        losses += [Loss(name, what) for what in dict.fromkeys(lost)]
        if item:
            taken.add(item["id"])
            done.append(item)
    return done


def _item(one: Parsed, taken: set[str], lost: list[str]) -> dict[str, Any] | None:
    fields, kind, unknown = writing.from_tags(one.labels)
    unit = [label for label in unknown if label.startswith("unit:")]
    for label in unit:
        one.unit = one.unit or label.removeprefix("unit:").strip()
        one.ask = one.ask.removesuffix(f"({one.unit})").strip()
        unknown.remove(label)
    if one.kind not in _BUILD:
        lost.append(f"not taken over: {one.kind} cannot be marked by a rule")
        return None
    if len(one.answers) + len(one.pairs) > MOST_ENTRIES:
        lost.append(f"not taken over: it has more than {MOST_ENTRIES} answers")
        return None
    texts = [one.ask, one.explain, one.hint, one.ident, one.name]
    texts += [words for answer in one.answers for words in (answer.text, answer.say)]
    if any(len(words) > MOST_TEXT for words in (*texts, *(w for pair in one.pairs for w in pair))):
        lost.append(f"not taken over: a text of it is longer than {MOST_TEXT} letters")
        return None
    own = _BUILD[one.kind](one, kind, lost)
    if own is None:
        return None
    if unknown:
        lost.append(f"left out: {', '.join(f'the label {label!r}' for label in unknown)}")
    wanted = one.ident or one.name
    ident = wanted
    if not _ID.fullmatch(wanted) or wanted in taken:
        ident = writing.item_id(wanted or one.ask, taken)
        if one.ident:
            lost.append(f"its id {one.ident!r} became {ident!r}")
    item = {"id": ident, "type": own.pop("type"), "status": "draft", "ask": one.ask} | fields
    item |= {"hint": one.hint, "explain": one.explain}
    if one.points and float(one.points) != 1:
        item["points"] = one.points
    if not one.shuffle:
        item["shuffle"] = "no"
    return {name: value for name, value in item.items() if value} | own


def _choice(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    several = one.kind == "multiple"
    best = max((answer.weight for answer in one.answers), default=0.0)
    if best <= 0:
        lost.append("not taken over: no answer is right")
        return None
    if several:
        right = [answer.weight > 0 for answer in one.answers]
    else:
        right = [answer.weight == best for answer in one.answers]
    shares = {round(answer.weight, 3) for answer, is_right in zip(one.answers, right, strict=True)
              if is_right}  # fmt: skip
    part = any(a.weight > 0 and not r for a, r in zip(one.answers, right, strict=True))
    if len(shares) > 1 or part:
        lost.append("answers of different worth: here an answer is right or wrong")
    if sum(right) > 1:
        several = True
    found = [re.match(r"P\d+\b", answer.text) for answer in one.answers]
    paragraphs = [match[0] for match in found if match]
    evidence = kind == "evidence" and len(paragraphs) == len(found)
    options = []
    shown = paragraphs if evidence else [answer.text for answer in one.answers]
    name = "para" if evidence else "text"
    for answer, words, is_right in zip(one.answers, shown, right, strict=True):
        option = {name: words, "right": "yes" if is_right else "", "say": answer.say}
        options.append({key: value for key, value in option.items() if value or key == name})
    kind = "evidence" if evidence else "multiple" if several else "single"
    return {"type": kind, "options": options}


def _numeric(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    right: Answer | None = None
    near = []
    for answer in one.answers:
        if answer.text == "*":
            if answer.say:
                lost.append(f"the comment on every other number is left out: {answer.say!r}")
        elif not _NUMBER.fullmatch(answer.text):
            lost.append(f"the answer {answer.text!r} is no number that can be read")
        elif answer.weight > 0 and right is None:
            right = answer
            if answer.weight < 1:
                lost.append(f"the answer {answer.text} was worth only a part; here it is right")
        elif answer.weight > 0:
            lost.append(f"the further answer {answer.text} is left out: here one number is right")
        elif answer.say:
            near.append({"value": answer.text, "say": answer.say})
    if right is None:
        lost.append("not taken over: no number is right")
        return None
    if right.say:
        lost.append(f"the comment on the right number is left out: {right.say!r}")
    found: dict[str, Any] = {"type": "numeric", "answer": right.text}
    tolerance = right.tolerance
    if tolerance and _NUMBER.fullmatch(tolerance) and float(tolerance):
        found["tolerance"] = tolerance.lstrip("+-")
    if one.unit:
        found["unit"] = one.unit
    return found | ({"near": near} if near else {})


def _short(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    accept, wrong = [], []
    for answer in one.answers:
        if answer.text.strip() == "*":
            if answer.say:
                lost.append(f"the comment on every other answer is left out: {answer.say!r}")
            continue
        if re.search(r"(?<!\\)\*", answer.text):
            lost.append(f"* stands for any words in {answer.text!r}; here it is a sign")
        words = answer.text.replace("\\*", "*")
        if answer.weight > 0:
            accept.append(words)
            if answer.weight < 1:
                lost.append(f"the answer {words!r} was worth only a part; here it is right")
            if answer.say:
                lost.append(f"the comment on the right answer is left out: {answer.say!r}")
        elif answer.say:
            wrong.append({"text": words, "say": answer.say})
        else:
            lost.append(f"the wrong answer {words!r} has no comment and is left out")
    if not accept:
        lost.append("not taken over: no answer is right")
        return None
    return {"type": "short", "accept": accept} | ({"wrong": wrong} if wrong else {})


def _match(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    pairs = [(left, right) for left, right in one.pairs if left]
    extra = [right for left, right in one.pairs if not left and right]
    rights = list(dict.fromkeys(right for _left, right in pairs))
    if len(pairs) < 2:
        lost.append("not taken over: there are fewer than two pairs")
        return None
    if kind == "order" and sorted(rights) == sorted(str(n + 1) for n in range(len(pairs))):
        ordered = sorted(pairs, key=lambda pair: int(pair[1]))
        return {"type": "order", "order": [{"text": left} for left, _right in ordered]}
    if kind == "classify":
        statements = [{"text": left, "label": right} for left, right in pairs]
        labels = list(dict.fromkeys([*rights, *extra]))
        return {"type": "classify", "labels": labels, "statements": statements}
    found: dict[str, Any] = {
        "type": "match",
        "pairs": [{"left": left, "right": right} for left, right in pairs],
    }
    if extra:
        found["extra_right"] = [{"text": right} for right in extra]
    return found


def _order(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    if len(one.answers) < 3:
        lost.append("not taken over: there are fewer than three things to put in order")
        return None
    return {"type": "order", "order": [{"text": answer.text} for answer in one.answers]}


_BUILD = {
    "single": _choice,
    "multiple": _choice,
    "numeric": _numeric,
    "short": _short,
    "match": _match,
    "order": _order,
}
