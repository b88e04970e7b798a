"""One item of QTI 1.2: what it shows, and what its response conditions make of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from dialogue.bank.writing import Pictured
from dialogue.exchange import markup
from dialogue.exchange.incoming import Answer, Gap, Parsed, of_range, unsealed
from dialogue.exchange.markup import Element, children, every, first, name
from dialogue.exchange.wording import Wording

WHOLE = "dialogue_whole"  # the field that carries one of our own questions
# What a response may be marked against, times the options: more is no question.
_MOST_WORK = 200_000
_RESPONSES = ("response_lid", "response_str", "response_num", "response_grp", "response_xy")
# What cannot be a question here, by the names of Canvas and of the Common Cartridge.
_NOT = {
    "essay_question": "essay",
    "cc.essay.v0p1": "essay",
    "file_upload_question": "a file that is handed in",
    "text_only_question": "a description",
    "calculated_question": "a number that is computed anew for everybody",
    "hot_spot_question": "a place in a picture",
    "categorization_question": "sorting into several groups",
}
_BLANKED = ("fill_in_multiple_blanks_question", "multiple_dropdowns_question")

Response = Mapping[str, "frozenset[str]"]  # what was chosen or typed, by the response's name


@dataclass
class _Asked:
    """One thing that an item asks: its name, its choices, or a field to type in."""

    ident: str
    several: bool
    typed: bool
    labels: list[tuple[str, str]] = field(default_factory=list)  # names and texts
    text: str = ""
    ordered: bool = False


def _fields(item: Element) -> dict[str, str]:
    found = {}
    for one in every(item, "qtimetadatafield"):
        label = markup.words(first(one, "fieldlabel"))
        entry = first(one, "fieldentry")
        found[label] = "" if entry is None else (entry.text or "").strip()
    return found


class _Item:
    def __init__(self, root: Element, language: str, pictured: Pictured | None) -> None:
        self.root, self.fields = root, _fields(root)
        self.parsed = Parsed(name=root.get("title") or root.get("ident") or "", kind="")
        self.words = Wording(self.parsed.lost, language, pictured=pictured)
        self.said = {
            each.get("ident", ""): self.material(each) for each in every(root, "itemfeedback")
        }
        self.single = {
            each.get("ident")
            for each in root.iter()
            if name(each) in _RESPONSES and each.get("rcardinality", "Single").lower() == "single"
        }
        self.conditions = list(every(root, "respcondition"))
        limits = [each.get("maxvalue") for each in every(root, "decvar")]
        self.most = next((float(each) for each in limits if each and _is_number(each)), 0.0)

    # --- texts

    def material(self, element: Element) -> str:
        """The texts in *element*, those of its responses left away."""
        parts = []
        for each in _walk(element):
            tag = name(each)
            if tag == "mattext" and each.get("texttype", "").lower() == "text/plain":
                parts.append(self.words(markup.words(each), "auto"))
            elif tag in ("mattext", "mat_formattedtext", "matemtext"):
                kind = each.get("texttype", each.get("type", "")).lower()
                inner = markup.html(each) if len(each) else each.text or ""
                parts.append(self.words(inner, "html" if "html" in kind else "auto"))
            elif tag in ("matimage", "matvideo", "mataudio", "matapplet"):
                self.parsed.lost.append(f"left out of the text: <{tag}>")
        return "\n\n".join(part for part in parts if part)

    def asked(self) -> list[_Asked]:
        found = []
        for each in every(self.root, "presentation"):
            for response in (part for part in each.iter() if name(part) in _RESPONSES):
                labels = [
                    (label.get("ident", ""), self.material(label))
                    for label in every(response, "response_label")
                ]
                typed = name(response) in ("response_str", "response_num") or any(
                    True for _ in every(response, "render_fib")
                )
                number = response.get("rcardinality", "Single").lower()
                one = _Asked(
                    response.get("ident", ""), number == "multiple", typed, [] if typed else labels
                )
                one.ordered = number == "ordered" and not typed
                one.text = "\n\n".join(
                    said for part in children(response, "material", "flow")
                    if (said := self.material(part))
                )  # fmt: skip
                found.append(one)
        return found

    # --- marking

    def marked(self, response: Response) -> float:
        """What a response earns, by the conditions in their order."""
        score = 0.0
        for rule in self.conditions:
            inside = first(rule, "conditionvar")
            if inside is None or not self._fulfilled(inside, response):
                continue
            for change in children(rule, "setvar"):
                if change.get("varname", "SCORE").upper() not in ("SCORE", "QUE_SCORE", ""):
                    continue
                value = (change.text or "").strip()
                amount = self.most or 100.0
                if not value.lower().endswith(".max"):
                    amount = float(value) if _is_number(value) else 0.0
                action = change.get("action", "Set").lower()
                moved = {"add": score + amount, "subtract": score - amount}
                score = moved.get(action, score * amount if action == "multiply" else amount)
            if rule.get("continue", "No").lower() == "no":
                break
        return score

    def _fulfilled(self, inside: Element, response: Response) -> bool:
        held = [_holds(each, response) for each in inside]
        names = {each.get("respident") for each in inside if name(each) == "varequal"}
        # Canvas writes the texts of which each is right beside one another; one answer, one value.
        if len(held) > 1 and len(names) == 1 and names <= self.single:
            return any(held) if all(name(each) == "varequal" for each in inside) else all(held)
        return all(held)

    def compared(self, ident: str) -> list[Element]:
        """Every comparison with this response."""
        return [
            each
            for rule in self.conditions
            for each in rule.iter()
            if each.get("respident") == ident and name(each).startswith("var")
        ]

    def comment(self, ident: str, value: str) -> str:
        """What is said to whoever has chosen *value* and to nobody else."""
        found = []
        for rule in self.conditions:
            inside = first(rule, "conditionvar")
            tests = [] if inside is None else [each for each in inside if name(each) == "varequal"]
            if inside is None or len(tests) != len(inside) or len(tests) != 1:
                continue
            if tests[0].get("respident") == ident and (tests[0].text or "").strip() == value:
                found += [each.get("linkrefid", "") for each in children(rule, "displayfeedback")]
        told = [self.said.get(link, "") for link in dict.fromkeys(found)]
        return "\n\n".join(said for said in told if said and said not in self.general())

    def general(self) -> list[str]:
        """What everybody is told."""
        links = []
        for rule in self.conditions:
            inside = first(rule, "conditionvar")
            if inside is not None and [name(each) for each in inside] == ["other"]:
                links += [each.get("linkrefid", "") for each in children(rule, "displayfeedback")]
            if rule.get("continue", "No").lower() == "no" and any(
                True for _ in children(rule, "setvar")
            ):
                break  # what follows is said to those only whose answer was not this one
        links += [link for link in self.said if link in ("general_fb", "solution")]
        return [self.said[link] for link in dict.fromkeys(links) if self.said.get(link)]


def _walk(element: Element) -> Iterator[Element]:
    """The elements in *element*, without what its responses hold."""
    stack = [each for each in reversed(element) if name(each) not in _RESPONSES]
    while stack:
        each = stack.pop()
        yield each
        stack += [part for part in reversed(each) if name(part) not in _RESPONSES]


def _is_number(value: str) -> bool:
    try:
        return Decimal(value.strip()).is_finite()
    except (InvalidOperation, ValueError):
        return False


def _holds(test: Element, response: Response) -> bool:
    kind = name(test)
    if kind in ("and", "or", "not"):
        inner = [_holds(each, response) for each in test]
        return {"and": all(inner), "or": any(inner), "not": not all(inner)}[kind]
    if kind in ("other", "unanswered"):
        return kind == "other"
    given = response.get(test.get("respident", ""), frozenset())
    wanted = (test.text or "").strip()
    if kind in ("varequal", "varsubstring"):
        if test.get("case", "No").lower() == "no":
            return wanted.casefold() in {each.casefold() for each in given}
        return wanted in given
    if kind in ("vargte", "vargt", "varlte", "varlt") and _is_number(wanted):
        numbers = [Decimal(each) for each in given if _is_number(each)]
        limit = Decimal(wanted)
        return any(
            {"vargte": n >= limit, "vargt": n > limit, "varlte": n <= limit, "varlt": n < limit}[
                kind
            ]
            for n in numbers
        )
    return False


# --- one item to one question --------------------------------------------------------------


def read(root: Element, language: str, pictured: Pictured | None = None) -> Parsed:
    """The question that an item asks.  Raises ValueError for what cannot be read."""
    item = _Item(root, language, pictured)
    one = item.parsed
    sealed = [
        field
        for field in every(root, "qtimetadatafield")
        if markup.words(first(field, "fieldlabel")) == WHOLE
    ]
    if sealed:
        one.whole = unsealed(item.fields[WHOLE], markup.visible(root, sealed[0]), one.lost)
    points = item.fields.get("points_possible") or item.fields.get("qmd_weighting") or ""
    one.points = points if _is_number(points) and float(points) > 0 else ""
    one.labels = [
        f"{label.removeprefix('dialogue_')}:{entry}"
        for label, entry in item.fields.items()
        if label.startswith("dialogue_") and label != WHOLE and entry
    ]
    presentation = next(every(root, "presentation"), None)
    if presentation is not None:
        one.ask = item.material(presentation)
    one.explain = "\n\n".join(item.general())
    kind = item.fields.get("question_type") or item.fields.get("cc_profile") or ""
    asked = item.asked()
    if kind in _NOT or not asked:
        one.kind = _NOT.get(kind, "a text without a question")
    elif kind in _BLANKED or (
        len(asked) > 1 and kind != "matching_question" and _marks(one, asked)
    ):
        _gaps(item, one, asked)
    elif len(asked) > 1:
        _matching(item, one, asked)
    elif asked[0].ordered:
        _order(item, one, asked[0])
    elif not asked[0].typed:
        _choice(item, one, asked[0])
    else:
        _typed(item, one, asked[0], kind)
    told = [one.explain, *(answer.say for answer in one.answers)]
    told += [answer.say for gap in one.gaps for answer in gap.answers]
    named = {
        "correct_fb": "what is said to a correct answer",
        "general_incorrect_fb": "what is said to a wrong answer",
    }
    for ident, said in item.said.items():
        if said and not any(said in each for each in told):
            what = named.get(ident, "a comment")
            one.lost.append(f"{what} is left out: {said!r}")
    return one


def _limit(item: _Item, asked: list[_Asked]) -> None:
    tests = sum(1 for rule in item.conditions for _ in rule.iter())
    choices = sum(len(each.labels) + 1 for each in asked)
    if tests * choices > _MOST_WORK:
        raise ValueError("its conditions are too many to be followed")


def _full(item: _Item, best: float) -> float:
    """What counts as everything: what the item says, or where it says nothing the best there is."""
    return item.most if 0 < best <= item.most + 1e-6 and item.most else best


def _choice(item: _Item, one: Parsed, asked: _Asked) -> None:
    _limit(item, [asked])
    names = [ident for ident, _text in asked.labels]

    def earned(*chosen: str) -> float:
        return item.marked({asked.ident: frozenset(chosen)})

    if not asked.several:
        scores = [earned(ident) for ident in names]
        best = _full(item, max(scores, default=0.0))
        weights = [score / best if best else 0.0 for score in scores]
        one.kind = "single"
    else:
        one.kind = "multiple"
        tests = item.compared(asked.ident)
        named = {(each.text or "").strip() for each in tests}
        refused = {
            (each.text or "").strip()
            for rule in item.conditions
            for no in every(rule, "not")
            for each in every(no, "varequal")
        }
        alone = {ident for ident in names if earned(ident) > 0}
        right = [ident for ident in names if ident in named - refused] if refused else []
        if not right or earned(*right) <= 0:
            right = [ident for ident in names if ident in alone]
        best = earned(*right) if right else 0.0
        swapped = [earned(*(set(right) ^ {ident})) for ident in names]
        if best <= 0 or (best < item.most - 0.5 and item.most):
            right = []
        elif right and any(score > best for score in swapped):
            raise ValueError("which answers are right cannot be read from its conditions")
        elif right and any(score >= best for score in swapped):
            one.lost.append("not every right answer was needed, or a wrong one cost nothing")
        share = 1 / max(1, len(right))
        weights = [share if ident in right else -share for ident in names]
    one.answers = [
        Answer(text, weight, item.comment(asked.ident, ident))
        for (ident, text), weight in zip(asked.labels, weights, strict=True)
    ]


def _order(item: _Item, one: Parsed, asked: _Asked) -> None:
    """The order in which a condition that earns something names everything."""
    texts = dict(asked.labels)
    one.kind = "order"
    for part in every(item.root, "render_extension"):
        one.lost += [
            f"left out: {said!r}"
            for label in children(part, "material")
            if (said := item.material(label))
        ]
    for rule in item.conditions:
        named = [(each.text or "").strip() for each in every(rule, "varequal")]
        if any(True for _ in children(rule, "setvar")) and sorted(named) == sorted(texts):
            one.answers = [Answer(texts[each], 1.0) for each in named]
            return
    raise ValueError("the right order cannot be read from its conditions")


def _texts(item: _Item, ident: str) -> list[str]:
    tests = [each for each in item.compared(ident) if name(each) in ("varequal", "varsubstring")]
    return list(dict.fromkeys((each.text or "").strip() for each in tests))


def _typed(item: _Item, one: Parsed, asked: _Asked, kind: str) -> None:
    _limit(item, [asked])
    tests = item.compared(asked.ident)
    ranged = any(name(each) not in ("varequal", "varsubstring") for each in tests)
    if kind == "numerical_question" or ranged:
        one.kind = "numeric"
        one.answers = _numbers(item, asked.ident)
    else:
        one.kind = "short"
        one.answers = _words(item, asked.ident)
        if any(each.get("case", "No").lower() == "yes" for each in tests):
            one.lost.append("capitals count no more")
        if any(name(each) == "varsubstring" for each in tests):
            one.lost.append("a part of the answer was enough; here it is the whole")
    if not tests:
        one.kind, one.answers = "essay", []


def _words(item: _Item, ident: str, *, part: bool = False) -> list[Answer]:
    """What may be typed; *part* where it is one of several things that are asked."""
    texts = [text for text in _texts(item, ident) if text]
    scores = [item.marked({ident: frozenset({text})}) for text in texts]
    zero = item.marked({})
    best = max(scores, default=0.0) - zero
    best = best if part else _full(item, best)
    return [
        Answer(
            item.words.literal(text).replace("*", "\\*"),
            (score - zero) / best if best > 0 else 0.0,
            item.comment(ident, text),
        )
        for text, score in zip(texts, scores, strict=True)
    ]


def _numbers(item: _Item, ident: str) -> list[Answer]:
    """Each condition of its own that earns something, as a range."""
    found = []
    for rule in item.conditions:
        if not any(True for _ in children(rule, "setvar")):
            continue
        inside = first(rule, "conditionvar")
        for low, high, open_end in _spans(inside) if inside is not None else ():
            middle, reach = of_range(low, high)
            if item.marked({ident: frozenset({middle})}) <= 0:
                continue
            if open_end:
                item.parsed.lost.append("the end of a range counts as right too")
            found.append((Decimal(high) - Decimal(low), middle, reach))
    scores = [item.marked({ident: frozenset({middle})}) for _w, middle, _r in found]
    best = _full(item, max(scores, default=0.0))
    return [
        Answer(middle, score / best, "", reach)
        for (_wide, middle, reach), score in zip(found, scores, strict=True)
    ]


def _spans(element: Element) -> Iterator[tuple[str, str, bool]]:
    """The ranges of numbers that a condition allows."""
    here = list(element)
    if name(element) == "or" or (name(element) == "conditionvar" and len(here) == 1):
        for each in here:
            if name(each) in ("and", "or"):
                yield from _spans(each)
            elif name(each) == "varequal" and _is_number(each.text or ""):
                yield (each.text or "").strip(), (each.text or "").strip(), False
        return
    low = next((each for each in here if name(each) in ("vargte", "vargt")), None)
    high = next((each for each in here if name(each) in ("varlte", "varlt")), None)
    if low is not None and high is not None:
        strict = name(low) == "vargt" or name(high) == "varlt"
        yield (low.text or "").strip(), (high.text or "").strip(), strict
        return
    for each in here:
        if name(each) in ("and", "or"):
            yield from _spans(each)
        elif name(each) == "varequal" and _is_number(each.text or ""):
            yield (each.text or "").strip(), (each.text or "").strip(), False


def _right_labels(item: _Item, each: _Asked) -> list[str]:
    zero = item.marked({})
    scores = {i: item.marked({each.ident: frozenset({i})}) - zero for i, _text in each.labels}
    best = max(scores.values(), default=0.0)
    return [ident for ident, score in scores.items() if best > 0 and score >= best - 1e-6]


def _matching(item: _Item, one: Parsed, asked: list[_Asked]) -> None:
    _limit(item, asked)
    if any(each.typed for each in asked) or not all(each.text for each in asked):
        raise ValueError("it asks several things at once")
    one.kind = "match"
    used = set()
    for each in asked:
        right = _right_labels(item, each)
        if len(right) != 1:
            raise ValueError(f"what belongs to {each.text[:40]!r} cannot be read")
        text = dict(each.labels)[right[0]]
        used.add(text)
        one.pairs.append((each.text, text))
    every_text = dict.fromkeys(text for each in asked for _ident, text in each.labels)
    one.pairs += [("", text) for text in every_text if text not in used]


def _marks(one: Parsed, asked: list[_Asked]) -> bool:
    """Does the text name the place of each response, as [name]?"""
    return all(f"[{each.ident.removeprefix('response_')}]" in one.ask for each in asked)


def _gaps(item: _Item, one: Parsed, asked: list[_Asked]) -> None:
    """Blanks in a text that names their places, such as ``[place]``."""
    _limit(item, asked)
    one.kind = "cloze"
    for number, each in enumerate(asked, 1):
        called = each.text or each.ident.removeprefix("response_")
        mark = f"[{called}]"
        if mark not in one.ask:
            mark = f"[{each.ident.removeprefix('response_')}]"
        if mark not in one.ask:
            raise ValueError(f"the blank {called[:40]!r} is not in its text")
        one.ask = one.ask.replace(mark, f"[[{number}]]", 1)
        right = _right_labels(item, each)
        texts = dict(each.labels)
        if not each.typed and len(right) < len(each.labels):  # what is wrong can be chosen
            answers = [
                Answer(text, float(ident in right), item.comment(each.ident, ident))
                for ident, text in each.labels
            ]
            one.gaps.append(Gap("menu", answers))
        elif not each.typed:
            one.gaps.append(Gap("words", [Answer(texts[ident], 1.0) for ident in right]))
        else:
            one.gaps.append(Gap("words", _words(item, each.ident, part=True)))
        if not any(answer.weight > 0 for answer in one.gaps[-1].answers):
            raise ValueError(f"no answer is right for the blank {called[:40]!r}")
