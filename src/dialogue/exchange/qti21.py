"""Questions as a QTI 2.1 package: one file an item, a test, and ``imsmanifest.xml``.

For programs that read 2.1 and not 1.2 (TAO, Inspera, Cambium, Moodle's add-ons).  Where a part of
an answer earns a part of the marks here, it does there: by a mapping, which adds what each choice is
worth and stops at nothing.  Structure: IMS Question and Test Interoperability, version 2.1, 2012.
"""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dialogue.bank import writing
from dialogue.course import files
from dialogue.exchange import Loss, embedded, held, incoming, markup, pictures, qti_item_2
from dialogue.page import text
from dialogue.page.numbers import exact
from dialogue.questions import Choice, Cloze, Match, Numeric, Order, Question, Short

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_SCHEMA = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
_CP = "http://www.imsglobal.org/xsd/imscp_v1p1"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"
RESPONSE = "RESPONSE"


def _sub(parent: ET.Element, name: str, words: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, attributes)
    if words:
        child.text = writing.clean(words)
    return child


def _html(parent: ET.Element, name: str, shown: str, **attributes: str) -> ET.Element:
    """An element with HTML in it, as elements."""
    plain = re.sub(r"<(br|img\b[^<>]*)>", r"<\1/>", shown)
    child = ET.fromstring(f"<{name}>{plain}</{name}>")
    child.attrib.update(attributes)
    parent.append(child)
    return child


class _Item:
    """One item: declarations, body, rules and feedback, which are put in their order at the end."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.declared: list[ET.Element] = []
        self.body = ET.Element("itemBody")
        self.rules = ET.Element("responseProcessing")
        self.by_mapping = False
        self.comments = ""  # the cardinality of the comments on choices, where there are any

    def declare(
        self,
        right: Sequence[str],
        cardinality: str,
        base: str,
        worth: Mapping[str, float] | None = None,
        ident: str = RESPONSE,
    ) -> None:
        """What is right for a response, and what each answer is worth by itself."""
        one = ET.Element(
            "responseDeclaration",
            {"identifier": ident, "cardinality": cardinality, "baseType": base},
        )
        correct = _sub(one, "correctResponse")
        for value in right:
            _sub(correct, "value", value)
        if worth:
            mapping = _sub(one, "mapping", defaultValue="0", lowerBound="0")
            for key, earned in worth.items():
                entry = _sub(mapping, "mapEntry", mapKey=key, mappedValue=exact(round(earned, 6)))
                if base == "string":
                    entry.set("caseSensitive", "false")
        self.declared.append(one)

    def ask(self, shown: str = "") -> None:
        asked = shown or writing.html(self.question.ask, block=True)
        _html(self.body, "div", asked)
        if not shown and (note := self.question.note()):
            _sub(_sub(self.body, "p"), "em", note)

    def score(self, test: ET.Element, share: float) -> None:
        """Where *test* holds, so much is added."""
        rule = _sub(self.rules, "responseCondition")
        inside = _sub(rule, "responseIf")
        inside.append(test)
        total = _sub(_sub(inside, "setOutcomeValue", identifier="SCORE"), "sum")
        _sub(total, "variable", identifier="SCORE")
        _sub(total, "baseValue", exact(round(share, 6)), baseType="float")

    def done(self, explain: str) -> ET.Element:
        question = self.question
        root = ET.Element(
            "assessmentItem",
            {
                "xmlns": NAMESPACE,
                "xmlns:xsi": _XSI,
                "xsi:schemaLocation": f"{NAMESPACE} {_SCHEMA}",
                "identifier": f"q_{question.id}",
                "title": question.id,
                "adaptive": "false",
                "timeDependent": "false",
            },
        )
        root.extend(self.declared)
        score = _sub(
            root,
            "outcomeDeclaration",
            identifier="SCORE",
            cardinality="single",
            baseType="float",
        )
        _sub(_sub(score, "defaultValue"), "value", "0")
        if self.comments:
            _sub(
                root,
                "outcomeDeclaration",
                identifier="FEEDBACK",
                cardinality=self.comments,
                baseType="identifier",
            )
            tell = _sub(self.rules, "setOutcomeValue", identifier="FEEDBACK")
            _sub(tell, "variable", identifier=RESPONSE)
        if explain:
            _sub(
                root,
                "outcomeDeclaration",
                identifier=qti_item_2.EXPLAIN,
                cardinality="single",
                baseType="identifier",
            )
            tell = _sub(self.rules, "setOutcomeValue", identifier=qti_item_2.EXPLAIN)
            _sub(tell, "baseValue", "shown", baseType="identifier")
        root.append(self.body)
        if len(self.rules):
            root.append(self.rules)
        if explain:
            more = {"outcomeIdentifier": qti_item_2.EXPLAIN, "identifier": "shown"}
            _html(root, "modalFeedback", explain, showHide="show", **more)
        return root


def _matched(ident: str = RESPONSE) -> ET.Element:
    test = ET.Element("match")
    _sub(test, "variable", identifier=ident)
    _sub(test, "correct", identifier=ident)
    return test


def _near(margin: float, ident: str = RESPONSE) -> ET.Element:
    reach = exact(margin)
    test = ET.Element("equal", {"toleranceMode": "absolute", "tolerance": f"{reach} {reach}"})
    _sub(test, "variable", identifier=ident)
    _sub(test, "correct", identifier=ident)
    return test


def _mapped(ident: str = RESPONSE) -> ET.Element:
    test = ET.Element("gt")
    _sub(test, "mapResponse", identifier=ident)
    _sub(test, "baseValue", "0", baseType="float")
    return test


def _by_mapping(item: _Item) -> None:
    """The marks are the sum of what the choices are worth."""
    value = _sub(item.rules, "setOutcomeValue", identifier="SCORE")
    _sub(value, "mapResponse", identifier=RESPONSE)


def _choice(question: Question, asked: Choice) -> _Item:
    item = _Item(question)
    item.ask()
    several = not asked.one_letter
    names = [f"c{n}" for n in range(1, len(asked.options) + 1)]
    right = [name for name, option in zip(names, asked.options, strict=True) if option.right]
    points = question.points
    share = points / max(1, len(right)) if several else points
    worth = {
        name: share if option.right else -share
        for name, option in zip(names, asked.options, strict=True)
        if option.right or several
    }
    cardinality = "multiple" if several else "single"
    item.declare(right if several else right[:1], cardinality, "identifier", worth)
    menu = _sub(
        item.body,
        "choiceInteraction",
        responseIdentifier=RESPONSE,
        shuffle=str(question.shuffle).lower(),
        maxChoices="0" if several else "1",
    )
    for name, option in zip(names, asked.options, strict=True):
        choice = _html(menu, "simpleChoice", writing.html(option.text), identifier=name)
        if option.say:
            item.comments = cardinality
            more = {"outcomeIdentifier": "FEEDBACK", "identifier": name}
            _html(choice, "feedbackInline", writing.html(option.say), showHide="show", **more)
    _by_mapping(item)
    return item


def _numeric(question: Question, asked: Numeric) -> _Item:
    item = _Item(question)
    item.ask()
    item.declare([exact(asked.answer)], "single", "float")
    _sub(_sub(item.body, "p"), "textEntryInteraction", responseIdentifier=RESPONSE)
    item.score(_near(asked.tolerance), question.points)
    return item


def _short(question: Question, asked: Short) -> _Item:
    item = _Item(question)
    item.ask()
    points = question.points
    item.declare(asked.accept[:1], "single", "string", dict.fromkeys(asked.accept, points))
    _sub(_sub(item.body, "p"), "textEntryInteraction", responseIdentifier=RESPONSE)
    _by_mapping(item)
    return item


def _match(question: Question, asked: Match) -> _Item:
    item = _Item(question)
    item.ask()
    lefts = [f"l{n}" for n in range(1, len(asked.pairs) + 1)]
    rights = {words: f"r{n}" for n, words in enumerate(asked.menu(), 1)}
    pairs = [f"{left} {rights[pair.right]}" for left, pair in zip(lefts, asked.pairs, strict=True)]
    points = question.points
    worth = dict.fromkeys(pairs, points / len(pairs))
    item.declare(pairs, "multiple", "directedPair", worth)
    asks = _sub(
        item.body,
        "matchInteraction",
        responseIdentifier=RESPONSE,
        shuffle="false",
        maxAssociations=str(len(pairs)),
    )
    for names, many in ((dict(zip(lefts, (p.left for p in asked.pairs), strict=True)), "1"),
                        ({name: words for words, name in rights.items()}, str(len(pairs)))):  # fmt: skip
        side = _sub(asks, "simpleMatchSet")
        for name, words in names.items():
            more = {"identifier": name, "matchMax": many}
            _html(side, "simpleAssociableChoice", writing.html(words), **more)
    _by_mapping(item)
    return item


def _order(question: Question, asked: Order) -> _Item:
    item = _Item(question)
    item.ask()
    item.declare([f"e{n}" for n in range(1, len(asked.events) + 1)], "ordered", "identifier")
    menu = _sub(item.body, "orderInteraction", responseIdentifier=RESPONSE, shuffle="true")
    for place in asked.start_order():
        shown = writing.html(asked.events[place].text)
        _html(menu, "simpleChoice", shown, identifier=f"e{place + 1}")
    item.score(_matched(), question.points)
    return item


def _cloze(question: Question, asked: Cloze) -> _Item:
    item = _Item(question)
    share = question.points / len(asked.gaps)
    menus = asked.menus()
    shown = embedded.placed(
        asked, lambda place: f'<textEntryInteraction responseIdentifier="R{place}"/>'
    )
    for place, (gap, menu) in enumerate(zip(asked.gaps, menus, strict=True), 1):
        ident = f"R{place}"
        if menu:
            names = [f"m{place}-{n}" for n in range(1, len(menu) + 1)]
            right = [name for name, words in zip(names, menu, strict=True) if words in gap.accept]
            worth = dict.fromkeys(right, 1.0)
            item.declare(right[:1], "single", "identifier", worth, ident)
            choices = ET.Element(
                "inlineChoiceInteraction", {"responseIdentifier": ident, "shuffle": "false"}
            )
            for name, words in zip(names, menu, strict=True):
                _sub(choices, "inlineChoice", writing.plain(words), identifier=name)
            typed = f'<textEntryInteraction responseIdentifier="{ident}"/>'
            shown = shown.replace(typed, ET.tostring(choices, encoding="unicode"))
            item.score(_mapped(ident), share)
        elif gap.number:
            item.declare([gap.number], "single", "float", ident=ident)
            item.score(_near(gap.tolerance, ident), share)
        else:
            worth = dict.fromkeys(gap.accept, 1.0)
            item.declare(gap.accept[:1], "single", "string", worth, ident)
            item.score(_mapped(ident), share)
    item.ask(shown)
    return item


def _essay(question: Question) -> _Item:
    item = _Item(question)
    item.ask()
    item.declared.append(
        ET.Element(
            "responseDeclaration",
            {"identifier": RESPONSE, "cardinality": "single", "baseType": "string"},
        )
    )
    _sub(item.body, "extendedTextInteraction", responseIdentifier=RESPONSE)
    return item


# What QTI 2.1 has an interaction for; for everything else something stands in, or an essay.
_ITEMS: dict[str, Callable[[Question, Any], _Item]] = {
    "single": _choice,
    "multiple": _choice,
    "numeric": _numeric,
    "short": _short,
    "match": _match,
    "order": _order,
    "cloze": _cloze,
}


def _lost(question: Question, asked: Question | None) -> list[str]:
    found = []
    if asked and asked.variety not in ("single", "multiple") and writing.remarks(question):
        found.append("comments on wrong answers stand in the feedback that everybody gets")
    if asked and asked.variety == "order":
        found.append("marks for a part: only the whole order counts")
    if isinstance(question, Short | Cloze):
        found.append("accents, articles and signs that do not matter here: only capitals do not")
    return found


def write(questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """The questions as a package, the same bytes for the same questions, and what it lost."""
    name = f"dialogue_{hashlib.sha256(title.encode()).hexdigest()[:12]}"
    shown = text.plain(writing.clean(title)) or "Quiz"
    losses: list[Loss] = []
    members: dict[str, bytes] = {}
    for question in questions:
        if question.keyless:
            what = "left out: a learner's copy holds no key for it; export from your own copy"
            losses.append(Loss(question.id, what))
            continue
        lost: list[str] = []
        asked = held(question, _ITEMS, lost)
        item = _ITEMS[asked.variety](question, asked) if asked else _essay(question)
        told = asked is None or asked.variety not in ("single", "multiple")
        explain = "" if question.told_later else writing.feedback(question, with_remarks=told)
        explain += "" if asked or question.told_later else writing.essay_key(question)
        root = item.done(explain)
        made = ET.tostring(root, encoding="unicode")
        made = writing.placed(made, lambda picture: f"../{_IMAGES}/{picture.unique}")
        seal = incoming.sealed(question, markup.visible(ET.fromstring(made)))
        # A processing instruction: whoever does not know it passes over it.
        instruction = f"<?{qti_item_2.WHOLE} {seal}?>\n"
        members[f"items/{question.id}.xml"] = f"{_XML}{instruction}{made}\n".encode()
        losses += [
            Loss(question.id, what)
            for what in (
                *lost,
                *_lost(question, asked),
                *writing.unkept(question, "points", "shuffle"),
            )
        ]
    listed = {
        question.id: [f"{_IMAGES}/{each.unique}" for each in pictures.of([question])]
        for question in questions
        if f"items/{question.id}.xml" in members
    }
    images = {f"{_IMAGES}/{each.unique}": each.data for each in pictures.of(questions)}
    members = {
        "imsmanifest.xml": _made(_manifest(name, shown, listed)),
        f"{name}.xml": _made(_test(name, shown, list(listed))),
        **members,
        **images,
    }
    return files.zip_bytes(members), losses


_IMAGES = "images"  # the folder of pictures
_XML = "<?xml version='1.0' encoding='utf-8'?>\n"


def _made(root: ET.Element) -> bytes:
    ET.indent(root)
    return f"{_XML}{ET.tostring(root, encoding='unicode')}\n".encode()


def _test(name: str, title: str, items: Sequence[str]) -> ET.Element:
    root = ET.Element("assessmentTest", {"xmlns": NAMESPACE, "identifier": name, "title": title})
    part = _sub(
        root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual"
    )
    section = _sub(part, "assessmentSection", identifier="section", title=title, visible="true")
    for item in items:
        _sub(section, "assessmentItemRef", identifier=f"q_{item}", href=f"items/{item}.xml")
    return root


def _manifest(name: str, title: str, items: Mapping[str, Sequence[str]]) -> ET.Element:
    root = ET.Element("manifest", {"identifier": f"{name}_manifest", "xmlns": _CP})
    metadata = _sub(root, "metadata")
    _sub(metadata, "schema", "QTIv2.1 Package")
    _sub(metadata, "schemaversion", "1.0.0")
    _sub(root, "organizations")
    resources = _sub(root, "resources")
    test = _sub(
        resources, "resource", identifier=name, type="imsqti_test_xmlv2p1", href=f"{name}.xml"
    )
    _sub(test, "file", href=f"{name}.xml")
    for item in items:
        _sub(test, "dependency", identifierref=f"q_{item}")
    for item in items:
        href = f"items/{item}.xml"
        one = _sub(
            resources, "resource", identifier=f"q_{item}", type="imsqti_item_xmlv2p1", href=href
        )
        _sub(one, "file", href=href)
        for image in items[item]:
            _sub(one, "file", href=image)
    return root
