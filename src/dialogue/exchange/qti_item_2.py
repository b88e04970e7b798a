"""One item of QTI 2.x (and 3.0, which only writes its names otherwise).

Its key is what ``correctResponse`` and ``mapping`` say; where an item is marked by rules of its
own, the key is taken from the one and that is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from dialogue.bank.writing import Pictured
from dialogue.exchange import markup
from dialogue.exchange.incoming import Answer, Gap, Parsed, unsealed
from dialogue.exchange.markup import Element
from dialogue.exchange.wording import Wording

WHOLE = "dialogue-whole"  # the instruction that carries one of our own questions
EXPLAIN = "EXPLAIN"  # the outcome whose feedback everybody gets
_TEMPLATES = ("match_correct", "map_response")
_NOT = {
    "extendedTextInteraction": "essay",
    "uploadInteraction": "a file that is handed in",
    "drawingInteraction": "a drawing",
    "hotspotInteraction": "a place in a picture",
    "selectPointInteraction": "a place in a picture",
    "graphicOrderInteraction": "places in a picture",
    "graphicAssociateInteraction": "places in a picture",
    "graphicGapMatchInteraction": "places in a picture",
    "positionObjectInteraction": "a place in a picture",
    "gapMatchInteraction": "words to drag into gaps",
    "associateInteraction": "pairs without sides",
    "hottextInteraction": "words to choose in a text",
    "sliderInteraction": "a slider",
    "mediaInteraction": "a film or a sound",
    "customInteraction": "an interaction of its own",
    "portableCustomInteraction": "an interaction of its own",
}
# Rules that say no more than: right is what correctResponse says.
_PLAIN = {"responseProcessing", "responseCondition", "responseIf", "responseElse", "match"}
_PLAIN |= {"variable", "correct", "setOutcomeValue", "baseValue"}
_INLINE = ("textEntryInteraction", "inlineChoiceInteraction")
_CHOICES = ("choiceInteraction", "orderInteraction", "matchInteraction")


def _name(element: Element) -> str:
    """Its name as version 2 writes it: qti-simple-choice is simpleChoice."""
    found = markup.name(element)
    if not found.startswith("qti-"):
        return found
    head, *rest = found.removeprefix("qti-").split("-")
    return head + "".join(each.capitalize() for each in rest)


def _get(element: Element, attribute: str, default: str = "") -> str:
    """An attribute, however the version writes its name."""
    dashed = "".join(f"-{c.lower()}" if c.isupper() else c for c in attribute)
    return element.get(attribute) or element.get(dashed) or default


def _all(element: Element, *wanted: str) -> list[Element]:
    return [each for each in element.iter() if _name(each) in wanted]


@dataclass
class _Key:
    """What is right for one response: values, and what others earn."""

    cardinality: str = "single"
    base: str = ""
    correct: list[str] = field(default_factory=list)
    earns: dict[str, float] = field(default_factory=dict)
    cased: bool = False
    otherwise: float = 0.0


def _keys(root: Element) -> dict[str, _Key]:
    found = {}
    for each in _all(root, "responseDeclaration"):
        one = _Key(_get(each, "cardinality", "single"), _get(each, "baseType"))
        for part in _all(each, "correctResponse"):
            one.correct = [markup.words(value) for value in _all(part, "value")]
        for mapping in _all(each, "mapping"):
            one.otherwise = _number(_get(mapping, "defaultValue", "0"))
            for entry in _all(mapping, "mapEntry"):
                one.earns[_get(entry, "mapKey").strip()] = _number(_get(entry, "mappedValue", "0"))
                one.cased = one.cased or _get(entry, "caseSensitive") == "true"
        found[_get(each, "identifier")] = one
    return found


def _number(words: str) -> float:
    try:
        found = Decimal(words.strip())
    except InvalidOperation:
        return 0.0
    return float(found) if found.is_finite() else 0.0


def _is_number(words: str) -> bool:
    try:
        return Decimal(words.strip()).is_finite()
    except InvalidOperation:
        return False


class _Item:
    def __init__(self, root: Element, language: str, pictured: Pictured | None) -> None:
        self.root, self.keys = root, _keys(root)
        called = _get(root, "title") or _get(root, "identifier")
        self.parsed = Parsed(name=called, kind="")
        self.words = Wording(self.parsed.lost, language, pictured=pictured)
        body = _all(root, "itemBody")
        self.body = body[0] if body else None
        self.asked = [
            each
            for each in (self.body.iter() if self.body is not None else ())
            if _name(each).endswith("Interaction")
        ]
        self.mapped = self._rules()

    def _rules(self) -> bool:
        """Are marks given by the mapping?  Rules of its own are named."""
        processing = _all(self.root, "responseProcessing")
        if not processing:
            return False
        template = _get(processing[0], "template").rpartition("/")[2].removesuffix(".xml")
        inside = {_name(each) for each in processing[0].iter()}
        maps = template == "map_response" or "mapResponse" in inside
        plain = inside <= _PLAIN or (template in _TEMPLATES and len(inside) == 1)
        if not plain and not maps:
            self.parsed.lost.append("it is marked by rules of its own: check the key")
        return maps

    def text(self, element: Element) -> str:
        """What an element says, without what is told only afterwards."""
        replaced = dict.fromkeys(
            _all(element, "feedbackInline", "feedbackBlock", "rubricBlock", "templateInline"), ""
        )
        return self.words(markup.html(element, replaced), "html")

    def feedback(self, element: Element) -> str:
        told = [self.words(markup.html(each), "html") for each in _all(element, "feedbackInline")]
        return "\n\n".join(each for each in told if each)

    def stem(self) -> str:
        """The text of the item, with [[1]] for what is asked inside a line."""
        assert self.body is not None
        replaced = dict.fromkeys(_all(self.body, "feedbackBlock", "rubricBlock"), "")
        inline = [each for each in self.asked if _name(each) in _INLINE]
        replaced |= dict.fromkeys(self.asked, "")
        replaced |= {each: f"[[{number}]]" for number, each in enumerate(inline, 1)}
        found = markup.html(self.body, replaced)
        prompts = [
            markup.html(prompt)
            for each in self.asked
            for prompt in each
            if _name(prompt) == "prompt"
        ]
        return self.words("".join([found, *(f"<p>{prompt}</p>" for prompt in prompts)]), "html")


def read(
    root: Element, language: str, sealed: str = "", pictured: Pictured | None = None
) -> Parsed:
    """The question that an item asks; *sealed* is the whole of one of ours.

    Raises ValueError for what cannot be read.
    """
    item = _Item(root, language, pictured)
    one = item.parsed
    if sealed:
        one.whole = unsealed(sealed, markup.visible(root), one.lost)
    if item.body is None:
        raise ValueError("it has no text")
    kinds = [_name(each) for each in item.asked]
    if not kinds:
        one.kind, one.ask = "a text without a question", item.stem()
        return one
    one.ask = item.stem()
    _told(item)
    refused = [kind for kind in kinds if kind not in (*_INLINE, *_CHOICES)]
    if refused:
        one.kind = _NOT.get(refused[0], refused[0])
        return one
    if len(kinds) > 1 and not all(kind in _INLINE for kind in kinds):
        raise ValueError("it asks several things at once")
    if any(_all(root, "templateDeclaration", "templateProcessing")):
        raise ValueError("its numbers are drawn anew for everybody")
    key = item.keys.get(_get(item.asked[0], "responseIdentifier"), _Key())
    if len(kinds) > 1 or kinds == ["inlineChoiceInteraction"]:
        _cloze(item)
    elif kinds == ["textEntryInteraction"]:
        _typed(item, key)
    elif kinds == ["choiceInteraction"]:
        _choice(item, item.asked[0], key)
    elif kinds == ["orderInteraction"]:
        _order(item, item.asked[0], key)
    else:
        _match(item, item.asked[0], key)
    return one


def _told(item: _Item) -> None:
    """Feedback that stands by itself: who reads it is decided by rules that are not read."""
    for each in _all(item.root, "rubricBlock"):
        if said := item.words(markup.html(each), "html"):
            item.parsed.lost.append(f"what is said to whoever marks it is left out: {said!r}")
    for each in _all(item.root, "modalFeedback", "feedbackBlock"):
        said = item.words(markup.html(each), "html")
        if said and _get(each, "outcomeIdentifier") == EXPLAIN:
            item.parsed.explain = said
        elif said:
            item.parsed.lost.append(f"feedback is left out: {said!r}")


def _weights(item: _Item, key: _Key, names: list[str]) -> dict[str, float]:
    """What each answer is worth by itself, 1 for everything."""
    if not item.mapped or not key.earns:
        return {each: float(each in key.correct) for each in names}
    earned = {each: key.earns.get(each, key.otherwise) for each in names}
    best = max(earned.values(), default=0.0)
    return {each: value / best if best > 0 else 0.0 for each, value in earned.items()}


def _choice(item: _Item, asked: Element, key: _Key) -> None:
    one = item.parsed
    choices = _all(asked, "simpleChoice")
    names = [_get(each, "identifier") for each in choices]
    several = key.cardinality == "multiple" and _get(asked, "maxChoices", "1") != "1"
    one.kind = "multiple" if several else "single"
    one.shuffle = _get(asked, "shuffle", "false") == "true"
    worth = _weights(item, key, names)
    if several:
        right = [each for each in names if worth[each] > 0]
        if key.correct and set(right) != set(key.correct):
            raise ValueError("its two keys, correctResponse and mapping, differ")
        if item.mapped and len({worth[each] for each in right}) > 1:
            one.lost.append("answers of different worth: here each right one counts the same")
        if item.mapped and all(worth[each] == 0 for each in names if each not in right):
            one.lost.append("a wrong tick cost nothing; here it takes away a right one")
        share = 1 / max(1, len(right))
        worth = {each: share if each in right else -share for each in names}
    for each, called in zip(choices, names, strict=True):
        one.answers.append(Answer(item.text(each), worth[called], item.feedback(each)))


def _tolerance(item: _Item, name: str) -> str | None:
    """How far from the key a typed number may be; None where that cannot be read."""
    for equal in _all(item.root, "equal", "equalRounded"):
        if name not in [_get(each, "identifier") for each in _all(equal, "variable")]:
            continue
        mode, parts = _get(equal, "toleranceMode", "exact"), _get(equal, "tolerance").split()
        if _name(equal) == "equalRounded" or mode == "relative":
            return None
        if mode == "absolute" and parts and all(map(_is_number, parts)):
            if len(set(parts)) > 1:
                return None
            return parts[0]
    return ""


def _typed(item: _Item, key: _Key) -> None:
    one = item.parsed
    one.ask = one.ask.replace("[[1]]", "_____").removesuffix("_____").strip()
    gap = _gap(item, item.asked[0], key)
    one.kind = {"words": "short", "number": "numeric"}[gap.kind]
    one.answers = gap.answers


def _gap(item: _Item, asked: Element, key: _Key) -> Gap:
    if _name(asked) == "inlineChoiceInteraction":
        choices = _all(asked, "inlineChoice")
        worth = _weights(item, key, [_get(each, "identifier") for each in choices])
        return Gap(
            "menu",
            [Answer(item.text(each), worth[_get(each, "identifier")]) for each in choices],
        )
    names = list(dict.fromkeys([*key.correct, *(key.earns if item.mapped else ())]))
    worth = _weights(item, key, names)
    if key.base in ("float", "integer"):
        reach = _tolerance(item, _get(asked, "responseIdentifier"))
        if reach is None:
            raise ValueError("how far off a number may be cannot be held here")
        return Gap("number", [Answer(each, worth[each], "", reach) for each in names])
    if key.cased:
        item.parsed.lost.append("capitals count no more")
    return Gap(
        "words",
        [Answer(item.words.literal(e).replace("*", "\\*"), worth[e]) for e in names if e],
    )


def _cloze(item: _Item) -> None:
    one = item.parsed
    one.kind = "cloze"
    for each in item.asked:
        key = item.keys.get(_get(each, "responseIdentifier"), _Key())
        one.gaps.append(_gap(item, each, key))


def _order(item: _Item, asked: Element, key: _Key) -> None:
    texts = {_get(each, "identifier"): item.text(each) for each in _all(asked, "simpleChoice")}
    if sorted(key.correct) != sorted(texts):
        raise ValueError("not all of its things have a place in the right order")
    item.parsed.kind = "order"
    item.parsed.answers = [Answer(texts[each], 1.0) for each in key.correct]


def _match(item: _Item, asked: Element, key: _Key) -> None:
    sets = [each for each in asked if _name(each) == "simpleMatchSet"]
    if len(sets) != 2:
        raise ValueError("it has not two sides to match")
    lefts, rights = (
        {_get(each, "identifier"): item.text(each) for each in _all(side, "simpleAssociableChoice")}
        for side in sets
    )
    pairs = [tuple(each.split()) for each in key.correct]
    if item.mapped and not pairs:
        pairs = [tuple(each.split()) for each, worth in key.earns.items() if worth > 0]
    chosen: dict[str, str] = {}
    for pair in pairs:
        left, right = pair if len(pair) == 2 else ("", "")
        if right in lefts and left in rights:
            left, right = right, left
        if left not in lefts or right not in rights or left in chosen:
            raise ValueError("something on its left side belongs to several on its right")
        chosen[left] = right
    if set(chosen) != set(lefts):
        raise ValueError("something on its left side belongs to nothing on its right")
    item.parsed.kind = "match"
    used = set(chosen.values())
    item.parsed.pairs = [(lefts[left], rights[chosen[left]]) for left in lefts]
    item.parsed.pairs += [("", text) for name, text in rights.items() if name not in used]
