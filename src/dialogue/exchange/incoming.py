"""A question from another program, on its way into a bank.

Other programs know the same kinds of question; what becomes of each is decided here, once.
Nothing is invented: a comment that was never written stays missing, the question is a draft, and
``dialogue check`` names what is still to write.  A part of the marks is never made all of
them, and a question of which the key cannot be held is not taken over.

Our own exports carry each question whole beside what the other program reads (:func:`sealed`),
with a digest of that: as long as nobody has changed it, the question comes back as it was.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from dialogue.bank import writing
from dialogue.bank.nodes import MOST_ENTRIES, MOST_TEXT
from dialogue.course.files import FileFault
from dialogue.exchange import Loss
from dialogue.page.numbers import exact
from dialogue.questions import KINDS, Question, fold, within
from dialogue.questions.kinds.cloze import MARK

MOST_QUESTIONS = 10_000  # of one file; more than any class or book has
MOST_ANSWERS, MOST_LOSSES = 60_000, 20_000  # of all of them
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# No more digits than anybody types: arithmetic with a million of them ends nowhere.
NUMBER = r"[+-]?(?:\d{1,99}(?:\.\d{0,99})?|\.\d{1,99})(?:[eE][+-]?\d{1,2})?"
_NUMBER = re.compile(NUMBER)


# As others count: a third of 100 is 33.333.
_FULL = 0.999
# Signs that no answer is compared by here, and that may be all that tells two answers apart.
_UNREAD = re.compile(r"[+*/=<>#@%$^~|\\_()\[\]{}&!?]|(?<!\w)-(?=\d)|\d\.\d")


@dataclass(slots=True)
class Answer:
    """One answer that a question knows: its weight (1 is right), and the comment on it."""

    text: str
    weight: float = 0.0
    say: str = ""
    tolerance: str = ""

    @property
    def share(self) -> str:
        """Its weight, as other programs write it."""
        return f"{exact(round(100 * self.weight, 3))} %"


@dataclass(slots=True)
class Gap:
    """One blank in a text: words, a number, or a menu, with the answers it knows."""

    kind: str
    answers: list[Answer]
    explain: str = ""


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
    unit: str = ""  # behind the field; of an essay, how many words
    category: str = ""
    shuffle: bool = True
    labels: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    #: Blanks in `ask`, where [[1]] marks the place of the first.
    gaps: list[Gap] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    #: Why it cannot be taken over, where that is known already.
    refused: str = ""
    #: The question itself, where one of our own exports carried it.
    whole: dict[str, Any] | None = None


# --- our own exports -----------------------------------------------------------------------


def _digest(item: str, visible: str) -> str:
    return hashlib.sha256(" ".join(f"{item} {visible}".split()).encode()).hexdigest()[:16]


def sealed(question: Question, visible: str) -> str:
    """*question* on one line, sealed with what another program will show of it."""
    item = writing.fields(question) | {"language": question.language}
    plain = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    # Moodle looks for [id:…] and [tag:…] in any comment of a GIFT file.
    plain = re.sub(r"\[(?=id:|tag:)", r"\\u005b", writing.clean(plain))
    plain = plain.replace("?>", r"?\u003e")  # and an instruction of XML ends there
    return f"{_digest(plain, visible)} {plain}"


def unsealed(line: str, visible: str, lost: list[str]) -> dict[str, Any] | None:
    """The question in *line*; None where what is visible has been changed since, or it is none."""
    digest, _, plain = line.strip().partition(" ")
    if digest != _digest(plain, visible):
        lost.append("it was changed after it was exported: read from what stands there now")
        return None
    try:
        item = json.loads(plain)
    except (ValueError, RecursionError):
        return None
    sound = isinstance(item, dict) and all(isinstance(item.get(n), str) for n in ("id", "type"))
    return item if sound and _ID.fullmatch(item["id"]) and item["type"] in KINDS else None


def own_category(path: str) -> str:
    """A category as people read it, without the root that Moodle puts before it."""
    parts = [part.strip() for part in path.replace("//", "\0").split("/")]
    named = [part.replace("\0", "/") for part in parts if part not in ("", "top")]
    return " / ".join(part for part in named if not re.fullmatch(r"\$\w+\$", part))


# --- items ---------------------------------------------------------------------------------


def taken_over(
    found: Iterable[Parsed],
    losses: list[Loss],
    file: str,
    *,
    language: str = "en",
    remedy: str = "check that it is the right file",
) -> list[dict[str, Any]]:
    """The questions of *file* as an author would type them; what was lost is added to *losses*.

    Raises :class:`~dialogue.course.files.FileFault` when none can be taken over.
    """
    done = items(found, losses, default=Path(file).stem, language=language)
    if not done:
        nothing(losses, file, remedy)
    return done


def nothing(losses: Sequence[Loss], file: str, remedy: str) -> NoReturn:
    """Refuse *file*, of which no question could be taken over, with the true reason."""
    first = next((loss for loss in losses if "not taken over" in loss.what), None)
    why = f"the first fault: {first}" if first else remedy
    raise FileFault(file, "no question in it can be taken over", why)


def enough(found: Sequence[Parsed], losses: list[Loss]) -> bool:
    """Is more read than a bank would hold, or anybody mend?  The latter is told in *losses*."""
    if len(losses) < MOST_QUESTIONS:
        return len(found) > MOST_QUESTIONS
    what = f"not taken over: {MOST_QUESTIONS} faults stand before it; mend those, or split the file"
    losses.append(Loss("the rest", what))
    return True


def longer(words: str, more: str) -> str:
    """*words* with *more* behind them, until they are too long to be taken over at all.

    So a text of many lines costs no more than its letters.
    """
    return words if len(words) > MOST_TEXT else words + more


def items(
    found: Iterable[Parsed],
    losses: list[Loss],
    *,
    taken: set[str] | None = None,
    default: str = "item",
    language: str = "en",
) -> list[dict[str, Any]]:
    """The questions as an author would type them; what was lost is added to *losses*.

    *default* names what has no name in Latin letters.
    """
    done: list[dict[str, Any]] = []
    answers = 0
    taken = set() if taken is None else taken
    category = ""
    for one in found:
        if len(done) == MOST_QUESTIONS:
            what = f"not taken over: only the first {MOST_QUESTIONS} questions are; split the file"
            losses.append(Loss("the rest", what))
            break
        answers += len(one.answers) + len(one.pairs)
        if answers > MOST_ANSWERS or len(losses) > MOST_LOSSES:
            what = (
                f"not taken over: more than {MOST_ANSWERS} answers, or {MOST_LOSSES} lines of this "
                "report, stand before it; split the file"
            )
            losses.append(Loss("the rest", what))
            break
        lost: list[str] = list(one.lost)
        item = _item(one, taken, lost, writing.item_id(default, set()), language)
        name = item["id"] if item else writing.plain(one.name)[:60] or "a question"
        losses += [Loss(name, what) for what in dict.fromkeys(lost)]
        if item:
            notes = []
            if one.category != category and one.whole is None:
                notes.append(f"category: {one.category}")
                category = one.category
            if (
                one.name
                and one.whole is None
                and not _same_name(one.name, item["id"])
                and one.name != one.ask[:60]
            ):
                notes.append(f"name: {one.name}")
            if notes:
                item[writing.NOTE] = "\n".join(notes)
            taken.add(item["id"])
            done.append(item)
    return done


def _same_name(name: str, ident: str) -> bool:
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-") == ident


def _item(
    one: Parsed, taken: set[str], lost: list[str], default: str, language: str
) -> dict[str, Any] | None:
    if one.whole is not None:
        item = dict(one.whole)
        lost.clear()  # what is lost in the part that others read
        own = item.pop("language", "en")
        if own != language:
            lost.append(f"its language ({own}) belongs to a whole file: import with --language")
        if item["id"] in taken:
            item["id"] = writing.item_id(item["id"], taken)
            lost.append(f"its id {one.whole['id']!r} became {item['id']!r}")
        return item | {"status": "draft"}
    fields, kind, unknown = writing.from_tags(one.labels)
    unit = [label for label in unknown if label.startswith("unit:")]
    for label in unit:
        one.unit = one.unit or label.removeprefix("unit:").strip()
        one.ask = one.ask.removesuffix(f"({one.unit})").strip()
        unknown.remove(label)
    if one.refused:
        lost.append(f"not taken over: {one.refused}")
        return None
    if one.kind not in _BUILD:
        lost.append(f"not taken over: {one.kind} cannot be marked by a rule")
        return None
    if len(one.answers) + len(one.pairs) > MOST_ENTRIES:
        lost.append(f"not taken over: it has more than {MOST_ENTRIES} answers")
        return None
    texts = [one.ask, one.explain, one.hint, one.ident, one.name, one.category]
    texts += [words for answer in one.answers for words in (answer.text, answer.say)]
    if any(len(words) > MOST_TEXT for words in (*texts, *(w for pair in one.pairs for w in pair))):
        lost.append(f"not taken over: a text of it is longer than {MOST_TEXT} letters")
        return None
    if not one.ask:
        lost.append("not taken over: what it asks is no text that can be shown here")
        return None
    own = _BUILD[one.kind](one, kind, lost)
    if own is None:
        return None
    if unknown:
        lost.append(f"left out: {', '.join(f'the label {label!r}' for label in unknown)}")
    wanted = one.ident or one.name
    ident = wanted
    if not _ID.fullmatch(wanted) or wanted in taken:
        ident = writing.item_id(wanted or one.ask, taken, default=default)
        if one.ident:
            lost.append(f"its id {one.ident!r} became {ident!r}")
    item = {"id": ident, "type": own.pop("type"), "status": "draft", "ask": one.ask} | fields
    item |= {"hint": one.hint, "explain": one.explain}
    if one.points and float(one.points) != 1:
        item["points"] = one.points
    if not one.shuffle:
        item["shuffle"] = "no"
    return {name: value for name, value in item.items() if value} | own


def _told(one: Parsed, *said: str) -> None:
    """Add a comment on what is right to the explanation, where everybody reads it."""
    for words in said:
        if words and words not in one.explain:
            one.explain = f"{one.explain}\n\n{words}".strip()


def _options(one: Parsed, kind: str, right: Sequence[bool], lost: list[str]) -> Any:
    """The options, and whether they are paragraphs; None where one cannot be shown."""
    if not all(answer.text for answer in one.answers):
        lost.append("not taken over: an answer is no text that can be shown here")
        return None
    found = [re.match(r"P\d+\b", answer.text) for answer in one.answers]
    paragraphs = [match[0] for match in found if match]
    evidence = kind == "evidence" and len(paragraphs) == len(found) and sum(right) == 1
    options = []
    shown = paragraphs if evidence else [answer.text for answer in one.answers]
    name = "para" if evidence else "text"
    for answer, words, is_right in zip(one.answers, shown, right, strict=True):
        option = {name: words, "right": "yes" if is_right else "", "say": answer.say}
        options.append({key: value for key, value in option.items() if value or key == name})
    return options, evidence


def _single(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    right = [answer.weight >= _FULL for answer in one.answers]
    best = max(one.answers, key=lambda answer: answer.weight, default=Answer(""))
    if not any(right):
        only = f"the best is worth {best.share}" if best.weight > 0 else "no answer is right"
        lost.append(f"not taken over: no answer is fully right ({only})")
        return None
    lost += [
        f"{writing.plain(answer.text)!r} was worth {answer.share}; here it is wrong"
        for answer in one.answers
        if 0 < answer.weight < _FULL
    ]
    found = _options(one, kind, right, lost)
    if found is None:
        return None
    options, evidence = found
    own = {"type": "evidence" if evidence else "single", "options": options}
    if sum(right) > 1:
        own["any_one"] = "yes"
        lost.append(f"any one of its {sum(right)} right answers is enough, as it was ('any_one')")
    return own


def _multiple(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    right = [answer.weight > 0 for answer in one.answers]
    earned = [answer.weight for answer in one.answers if answer.weight > 0]
    if not earned:
        lost.append("not taken over: no answer is right")
        return None
    if max(earned) - min(earned) > 0.002:
        lost.append("answers of different worth: here each right one counts the same")
    if sum(earned) > 1.02:
        lost.append(
            f"not all {len(earned)} right answers were needed for full marks; here they are"
        )
    elif sum(earned) < 0.98:
        lost.append(f"all right answers together were worth {exact(round(100 * sum(earned), 2))} %")
    if all(answer.weight == 0 for answer, is_right in zip(one.answers, right, strict=True)
           if not is_right) and not all(right):  # fmt: skip
        lost.append("a wrong tick cost nothing; here it takes away a right one")
    if all(right):
        lost.append("every answer is right: a question here has a wrong one too")
    found = _options(one, "", right, lost)
    return found and {"type": "multiple", "options": found[0]}


def _interval(answer: Answer) -> tuple[Decimal, Decimal]:
    middle = Decimal(answer.text)
    reach = abs(Decimal(answer.tolerance)) if _NUMBER.fullmatch(answer.tolerance) else Decimal(0)
    return middle - reach, middle + reach


def of_range(low: str, high: str) -> tuple[str, str]:
    """The middle of a range and how far it reaches, both as typed numbers are: exactly.

    Raises ValueError for what is no range.
    """
    if not (_NUMBER.fullmatch(low.strip()) and _NUMBER.fullmatch(high.strip())):
        raise ValueError(f"the range {low.strip()[:30]!r} to {high.strip()[:30]!r}")
    one, other = Decimal(low.strip()), Decimal(high.strip())
    return _typed((one + other) / 2), _typed(abs(other - one) / 2)


def _typed(value: Decimal) -> str:
    shown = f"{value:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in ("-0", "") else shown


def _numeric(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    sound = []
    for answer in one.answers:
        if answer.text == "*":
            if answer.weight > 0:
                lost.append("not taken over: any number is right there, or earns something")
                return None
            if answer.say:
                lost.append(f"the comment on every other number is left out: {answer.say!r}")
        elif not _NUMBER.fullmatch(answer.text):
            lost.append(f"the answer {answer.text!r} is no number that can be read")
            if answer.weight >= _FULL:
                lost.append("not taken over: a right answer of it is no number")
                return None
        else:
            sound.append(answer)
    full = [answer for answer in sound if answer.weight >= _FULL]
    if not full:
        lost.append("not taken over: no number is fully right")
        return None
    spans = sorted(map(_interval, full))
    low, high = spans[0]
    for start, end in spans[1:]:
        if start > high:
            return _as_words(one, full, lost)
        high = max(high, end)
    first = full[0]
    alone = len(full) == 1
    middle, reach = (first.text, first.tolerance) if alone else of_range(f"{low:f}", f"{high:f}")
    _told(one, *(answer.say for answer in full))
    found: dict[str, Any] = {"type": "numeric", "answer": middle}
    if reach and _NUMBER.fullmatch(reach) and float(reach):
        found["tolerance"] = reach.lstrip("+-")
    margin = float(found.get("tolerance", 0))
    near = []
    for answer in sound:
        if answer.weight >= _FULL:
            continue
        if answer.weight > 0:
            span = " to ".join(map(_typed, _interval(answer)))
            lost.append(f"{span} was worth {answer.share}; here it is wrong")
        if not answer.say:
            continue
        if within(float(answer.text), float(middle), margin):
            lost.append(f"the comment on numbers around the right one is left out: {answer.say!r}")
            continue
        slip = {"value": answer.text, "say": answer.say}
        if answer.tolerance and _NUMBER.fullmatch(answer.tolerance):
            usual = max(0.01 * abs(float(answer.text)), min(margin, 0.05 * abs(float(answer.text))))
            reach = answer.tolerance.lstrip("+-")
            if float(reach) and exact(usual) != exact(float(reach)):
                slip["within"] = reach
        near.append(slip)
    if one.unit:
        found["unit"] = one.unit
    return found | ({"near": near} if near else {})


def _as_words(one: Parsed, full: Sequence[Answer], lost: list[str]) -> dict[str, Any] | None:
    """Several numbers that lie apart, each of them right."""
    texts = list(dict.fromkeys(answer.text for answer in full))
    if any(float(a.tolerance or 0) for a in full) or not all(each.isdecimal() for each in texts):
        lost.append(f"not taken over: {' and '.join(texts)} are right; a number here has one key")
        return None
    lost.append(f"{' and '.join(texts)} are right: asked as words, as a number here has one key")
    one.kind, one.answers = "short", [answer for answer in one.answers if answer.text != "*"]
    return _short(one, "", lost)


def _short(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    accept: dict[str, str] = {}
    wrong: dict[str, dict[str, str]] = {}
    told = []
    for answer in one.answers:
        if answer.text.strip() == "*":
            if answer.weight > 0:
                lost.append("not taken over: any answer is right there, or earns something")
                return None
            if answer.say:
                lost.append(f"the comment on every other answer is left out: {answer.say!r}")
            continue
        if re.search(r"(?<!\\)\*", answer.text):
            lost.append(f"* stands for any words in {answer.text!r}; here it is a sign")
        words = answer.text.replace("\\*", "*")
        if answer.weight >= _FULL:
            if not fold(words):
                lost.append(f"not taken over: {words!r} is right, and signs are not compared here")
                return None
            accept.setdefault(words, words)
            told.append((words, answer.say))
            continue
        if answer.weight > 0:
            lost.append(f"{words!r} was worth {answer.share}; here it is wrong")
        if not answer.say:
            if answer.weight <= 0:
                lost.append(f"the wrong answer {words!r} has no comment and is left out")
        elif not fold(words) or fold(words) in wrong:
            lost.append(f"the comment on {words!r} is left out: {answer.say!r}")
        else:
            wrong[fold(words)] = {"text": words, "say": answer.say}
    if not accept:
        lost.append("not taken over: no answer is fully right")
        return None
    right = {fold(words) for words in accept}
    for same in right & set(wrong):
        slip = wrong.pop(same)
        lost.append(f"{slip['text']!r} was wrong; only signs or capitals tell it from the key here")
    if any(_UNREAD.search(words) for words in accept):
        lost.append("signs count no more in what is typed: only letters and figures are compared")
    said = {say for _words, say in told if say}
    _told(one, *(said if len(said) < 2 else (f"{w}: {say}" for w, say in told if say)))
    found = {"type": "short", "accept": list(accept)}
    return found | ({"wrong": list(wrong.values())} if wrong else {})


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


def _essay(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    found: dict[str, Any] = {"type": "essay"}
    if kind and kind != "essay":
        lost.append(f"it was a question of the kind {kind!r}, which came as an essay")
    if one.unit:
        found["words"] = one.unit
    else:
        lost.append("an essay here says how many words: write 'words'")
    notes = [{"title": "for whoever marks it", "text": each.text} for each in one.answers]
    return found | ({"models": notes} if notes else {})


def _cloze(one: Parsed, kind: str, lost: list[str]) -> dict[str, Any] | None:
    gaps = []
    for number, gap in enumerate(one.gaps, 1):
        made = _MAKE_GAP[gap.kind](gap, number, lost)
        if made is None:
            return None
        gaps.append(made)
    if not gaps:
        lost.append("not taken over: it has no blank")
        return None
    if sorted(MARK.findall(one.ask), key=int) != [str(n) for n in range(1, len(gaps) + 1)]:
        lost.append("not taken over: the places of its blanks cannot be told from its text")
        return None
    return {"type": "cloze", "gaps": gaps}


def _as_one(gap: Gap, kind: str, number: int, lost: list[str]) -> dict[str, Any] | None:
    """A blank as a question of its own would be; its losses are told with its number."""
    own: list[str] = []
    one = Parsed(name="", kind=kind, answers=gap.answers)
    made = _BUILD[kind](one, "", own)
    for what in own:
        kept = "not taken over: " if what.startswith("not taken over") else ""
        lost.append(f"{kept}blank {number}: {what.removeprefix('not taken over: ')}")
    if made and one.explain:
        lost.append(f"blank {number}: the comment on what is right is left out: {one.explain!r}")
    return made


def _gap_of_words(gap: Gap, number: int, lost: list[str]) -> dict[str, Any] | None:
    rest = [answer.say for answer in gap.answers if answer.text == "*" and answer.weight <= 0]
    gap.answers = [a for a in gap.answers if not (a.text == "*" and a.weight <= 0)]
    made = _as_one(gap, "short", number, lost)
    if made is None:
        return None
    made.pop("type")
    return made | ({"say": rest[0]} if rest and rest[0] else {})


def _gap_of_number(gap: Gap, number: int, lost: list[str]) -> dict[str, Any] | None:
    rest = [answer.say for answer in gap.answers if answer.text == "*" and answer.weight <= 0]
    gap.answers = [a for a in gap.answers if not (a.text == "*" and a.weight <= 0)]
    made = _as_one(gap, "numeric", number, lost)
    if made is None:
        return None
    if "accept" in made:
        return {"accept": made["accept"]}
    lost += [
        f"blank {number}: a comment is left out: {near['say']!r}" for near in made.get("near", [])
    ]
    found = {name: made[name] for name in ("answer", "tolerance") if name in made}
    return found | ({"say": rest[0]} if rest and rest[0] else {})


def _gap_of_menu(gap: Gap, number: int, lost: list[str]) -> dict[str, Any] | None:
    made = _as_one(gap, "single", number, lost)
    if made is None:
        return None
    plain = [writing.plain(option["text"]) for option in made["options"]]
    if any(text != option["text"] for text, option in zip(plain, made["options"], strict=True)):
        lost.append(f"blank {number}: a menu holds plain words")
    right = [text for text, o in zip(plain, made["options"], strict=True) if "right" in o]
    wrong = [
        {"text": text} | ({"say": option["say"]} if "say" in option else {})
        for text, option in zip(plain, made["options"], strict=True)
        if "right" not in option
    ]
    lost += [
        f"blank {number}: the comment on what is right is left out: {option['say']!r}"
        for option in made["options"]
        if "right" in option and option.get("say")
    ]
    if not wrong:
        lost.append(f"not taken over: blank {number}: its menu holds nothing wrong")
        return None
    return {"choose": "yes", "accept": right, "wrong": wrong}


_MAKE_GAP = {"words": _gap_of_words, "number": _gap_of_number, "menu": _gap_of_menu}
_BUILD = {
    "single": _single,
    "multiple": _multiple,
    "numeric": _numeric,
    "short": _short,
    "match": _match,
    "order": _order,
    "essay": _essay,
    "cloze": _cloze,
}
