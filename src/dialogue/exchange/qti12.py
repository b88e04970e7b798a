"""Questions as a QTI 1.2 package: ``imsmanifest.xml`` and one assessment.

Which version, and why.  Canvas turns any QTI package that is not 2.x into 2.1 with its
migration tool, and itself exports QTI 1.2 (canvas-lms: ``gems/plugins/qti_exporter/lib/qti/
converter.rb``, ``lib/cc/qti/qti_items.rb``).  New Quizzes read 1.2 and 2.1 (instructure/qti,
README).  The comment on each answer, matching and margins come through in the form of 1.2
that Canvas writes, so this is the form here.  Moodle's core reads no QTI: among the formats in
its ``question/format`` only ``blackboard_six`` understands a dialect of 1.2, that of
Blackboard's own archives, and the ``qti_two`` of early versions is gone.  For Moodle use
:mod:`dialogue.exchange.moodle`.

What the importer of Canvas makes of a file decides some things here:

- every text that a response condition of a short answer compares with becomes an accepted
  answer (``extended_text_interaction.rb``), and every range of a numeric item a right one
  (``numeric_interaction.rb``): wrong texts and numbers stand in the general feedback instead;
- a left side of a matching item has one comment (``associate_interaction.rb``): the comments
  on its confusions stand in it together;
- what is matched to is plain text, and answers have numbers for names.

Structure: IMS Question & Test Interoperability ASI, version 1.2.1, 2003.
"""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from dialogue.bank import writing
from dialogue.course import files
from dialogue.exchange import Loss, embedded, held, incoming, markup, pictures, qti_item_1
from dialogue.page import text
from dialogue.page.html import element
from dialogue.page.numbers import exact
from dialogue.page.words import STRINGS
from dialogue.questions import Choice, Cloze, Match, Numeric, Order, Question, Short

NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
SCHEMA = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd"
_CP = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
RESPONSE = "response1"
# Numbers for answers and for what is matched to; far apart, so that they are never mixed up.
_FIRST, _FIRST_MATCH = 1001, 5001


def _sub(parent: ET.Element, name: str, words: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, attributes)
    if words:
        child.text = writing.clean(words)
    return child


_IMAGES = "images"  # the folder of pictures, as Canvas finds them


def _html(parent: ET.Element, shown: str) -> None:
    base = f"%24IMS-CC-FILEBASE%24/{_IMAGES}"
    shown = writing.placed(shown, lambda picture: f"{base}/{picture.unique}")
    _sub(_sub(parent, "material"), "mattext", shown, texttype="text/html")


class _Item:
    """One item: its presentation, its response processing and its feedback."""

    def __init__(self, question: Question, kind: str, ask: str = "") -> None:
        self.question = question
        self.root = ET.Element("item", ident=f"q_{question.id}", title=question.id)
        self.meta = _sub(_sub(self.root, "itemmetadata"), "qtimetadata")
        self.field("question_type", kind)
        points = exact(question.points) if question.marked else "0"
        self.field("points_possible", points)
        for label in writing.tags(question):
            name, _, value = label.partition(":")
            self.field(f"dialogue_{name}", value)
        self.presentation = _sub(self.root, "presentation")
        _html(self.presentation, f"<div>{_stem(question, ask)}</div>")
        self.processing = _sub(self.root, "resprocessing")
        outcomes = _sub(self.processing, "outcomes")
        _sub(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
        self.feedback: list[tuple[str, str]] = []

    def field(self, label: str, entry: str) -> None:
        one = _sub(self.meta, "qtimetadatafield")
        _sub(one, "fieldlabel", label)
        _sub(one, "fieldentry", entry)

    def answers(self, numbers: Sequence[int]) -> None:
        self.field("original_answer_ids", ",".join(map(str, numbers)))

    def condition(
        self, *, more: bool, shows: str = "", score: str = "", action: str = "Set"
    ) -> ET.Element:
        """A response condition, to be filled: its ``conditionvar``."""
        rule = _sub(self.processing, "respcondition", **{"continue": "Yes" if more else "No"})
        variable = _sub(rule, "conditionvar")
        if score:
            _sub(rule, "setvar", score, action=action, varname="SCORE")
        if shows:
            _sub(rule, "displayfeedback", feedbacktype="Response", linkrefid=shows)
        return variable

    def general(self, shown: str) -> None:
        """Feedback that everybody gets who has answered."""
        if shown:
            _sub(self.condition(more=True, shows="general_fb"), "other")
            self.feedback.append(("general_fb", shown))

    def comment(self, number: int, shown: str) -> str:
        """The feedback of one answer, in the form that Canvas finds it by."""
        name = f"{number}_fb"
        self.feedback.append((name, shown))
        return name

    def blank(self, **attributes: str) -> None:
        response = _sub(self.presentation, "response_str", ident=RESPONSE, rcardinality="Single")
        _sub(_sub(response, "render_fib", **attributes), "response_label", ident="answer1")

    def sealed(self) -> ET.Element:
        """The item, finished, with the question whole for our own reader."""
        root = self.done()
        seal = incoming.sealed(self.question, markup.visible(root))
        self.field(qti_item_1.WHOLE, seal)
        return root

    def done(self) -> ET.Element:
        for name, shown in self.feedback:
            flow = _sub(_sub(self.root, "itemfeedback", ident=name), "flow_mat")
            _html(flow, shown)
        return self.root


def _stem(question: Question, ask: str = "") -> str:
    """What is asked; *ask* in place of the question's own text and of what stands beside it."""
    about = []
    if para := question.paragraphs():
        about.append(f"{STRINGS['paragraphs']} {', '.join(para)}")
    if question.as_of:
        about.append(STRINGS["as_of"].format(date=question.as_of))
    if question.contested:
        about.append(STRINGS["contested"])
    note = str(element("p", element("small", " · ".join(about)))) if about else ""
    beside = "" if ask else question.note()
    told = writing.paragraph(beside) if beside else ""
    return (ask or writing.html(question.ask, block=True)) + note + told


def _equal(parent: ET.Element, value: object, response: str = RESPONSE) -> None:
    _sub(parent, "varequal", str(value), respident=response)


def _choice(question: Question, asked: Choice) -> _Item:
    several = not asked.one_letter
    item = _Item(question, f"multiple_{'answers' if several else 'choice'}_question")
    numbered = list(enumerate(asked.options, _FIRST))
    item.answers([number for number, _option in numbered])
    response = _sub(
        item.presentation,
        "response_lid",
        ident=RESPONSE,
        rcardinality="Multiple" if several else "Single",
    )
    choices = _sub(response, "render_choice")
    for number, option in numbered:
        _html(_sub(choices, "response_label", ident=str(number)), writing.html(option.text))
    item.general(writing.feedback(question, with_remarks=False))
    for number, option in numbered:
        if option.say:
            shows = item.comment(number, writing.html(option.say))
            _equal(item.condition(more=True, shows=shows), number)
    if not several:  # of several right ones (either) each is the whole answer
        for number, option in numbered:
            if option.right:
                _equal(item.condition(more=False, score="100"), number)
        return item
    every = _sub(item.condition(more=False, score="100"), "and")
    for number, option in numbered:
        _equal(every if option.right else _sub(every, "not"), number)
    return item


def _numeric(question: Question, asked: Numeric) -> _Item:
    item = _Item(question, "numerical_question")
    item.answers([_FIRST])
    item.blank(fibtype="Decimal")
    item.general(writing.feedback(question, with_remarks=True))
    answer = Decimal(exact(asked.answer))
    margin = Decimal(exact(asked.tolerance))
    either = _sub(item.condition(more=False, score="100"), "or")
    _equal(either, f"{answer:f}")
    within = _sub(either, "and")
    _sub(within, "vargte", f"{answer - margin:f}", respident=RESPONSE)
    _sub(within, "varlte", f"{answer + margin:f}", respident=RESPONSE)
    return item


def _short(question: Question, asked: Short) -> _Item:
    item = _Item(question, "short_answer_question")
    item.answers([_FIRST + n for n in range(len(asked.accept))])
    item.blank()
    item.general(writing.feedback(question, with_remarks=True))
    right = item.condition(more=False, score="100")
    for words in asked.accept:
        _equal(right, words)
    return item


def _essay(question: Question) -> _Item:
    item = _Item(question, "essay_question")
    item.blank()
    if not question.told_later:
        item.general(writing.essay_key(question) + writing.feedback(question, with_remarks=True))
    _sub(item.condition(more=False), "other")
    return item


def _matching(
    question: Question,
    lefts: Sequence[tuple[str, str, str]],
    rights: Sequence[str],
    general: str = "",
) -> _Item:
    """*lefts*: what stands on the left, the right side it belongs to, and its comment as HTML."""
    item = _Item(question, "matching_question")
    item.answers([_FIRST + n for n in range(len(lefts))])
    names = {right: str(_FIRST_MATCH + n) for n, right in enumerate(rights)}
    for number, (left, _right, _say) in enumerate(lefts, _FIRST):
        response = _sub(item.presentation, "response_lid", ident=f"response_{number}")
        _html(response, writing.html(left))
        menu = _sub(response, "render_choice")
        for choice, name in names.items():
            label = _sub(menu, "response_label", ident=name)
            _sub(_sub(label, "material"), "mattext", text.plain(writing.clean(choice)))
    item.general(writing.feedback(question, with_remarks=False) + general)
    share = (Decimal(100) / len(lefts)).quantize(Decimal("0.01"))
    for number, (_left, right, say) in enumerate(lefts, _FIRST):
        last = number == _FIRST + len(lefts) - 1
        score = Decimal(100) - share * (len(lefts) - 1) if last else share
        where = f"response_{number}"
        _equal(item.condition(more=True, score=f"{score:f}", action="Add"), names[right], where)
        if say:
            other = _sub(item.condition(more=True, shows=item.comment(number, say)), "not")
            _equal(other, names[right], where)
    return item


def _match(question: Question, asked: Match) -> _Item:
    lefts = []
    for pair in asked.pairs:
        say = f"<p>{writing.html(pair.say)}</p>" if pair.say else ""
        lefts.append((pair.left, pair.right, say + writing.told(pair.wrong)))
    left_over = writing.told((extra.text, extra.say) for extra in asked.extra)
    # Labels stay in the order written, which says nothing.
    labels = [words for role, texts in question.shown() if role == "label" for words in texts]
    menu = labels if set(labels) == set(asked.rights) else asked.menu()
    return _matching(question, lefts, menu, left_over)


def _cloze(question: Question, asked: Cloze) -> _Item:
    """Blanks as Canvas has them: all to type, or all menus."""
    menus = asked.menus()
    all_menus = all(menus)
    kind = "multiple_dropdowns" if all_menus else "fill_in_multiple_blanks"
    item = _Item(question, f"{kind}_question", embedded.named(asked))
    share = (Decimal(100) / len(asked.gaps)).quantize(Decimal("0.01"))
    numbers: list[int] = []
    rules = []
    for place, (gap, menu) in enumerate(zip(asked.gaps, menus, strict=True), 1):
        where = f"response_blank{place}"
        response = _sub(item.presentation, "response_lid", ident=where)
        _sub(_sub(response, "material"), "mattext", f"blank{place}")
        labels = _sub(response, "render_choice")
        right = [gap.number] if gap.number else list(gap.accept)
        for words in menu if all_menus else right:
            number = _FIRST + len(numbers)
            numbers.append(number)
            label = _sub(labels, "response_label", ident=str(number))
            _sub(_sub(label, "material"), "mattext", writing.plain(words), texttype="text/plain")
            if words in right:
                rules.append((where, number, place))
    item.answers(numbers)
    item.general(writing.feedback(question, with_remarks=True))
    for where, number, place in rules:
        last = Decimal(100) - share * (len(asked.gaps) - 1)
        score = last if place == len(asked.gaps) else share
        _equal(item.condition(more=True, score=f"{score:f}", action="Add"), number, where)
    return item


def _order(question: Question, asked: Order) -> _Item:
    """Matching by place.  Events of one date share their places, such as 2–3."""
    places: list[str] = []
    events = list(enumerate(asked.events))
    for _date, group in groupby(events, lambda one: one[1].date or f"place {one[0]}"):
        size, first = len(list(group)), len(places) + 1
        places += [str(first) if size == 1 else f"{first}–{first + size - 1}"] * size
    lefts = [(asked.events[i].text, places[i], "") for i in asked.start_order()]
    return _matching(
        question, lefts, list(dict.fromkeys(places)), writing.told(writing.remarks(question))
    )


# What Canvas has a type for; for everything else something stands in, or an essay.
_ITEMS: dict[str, Callable[[Question, Any], _Item]] = {
    "single": _choice,
    "multiple": _choice,
    "numeric": _numeric,
    "short": _short,
    "match": _match,
    "order": _order,
    "cloze": _cloze,
}
# What becomes of the comments on single answers.
_TOGETHER = "comments on wrong answers stand in the feedback that everybody gets"
_REMARKS = dict.fromkeys(("numeric", "short", "order", "cloze"), _TOGETHER)
_REMARKS["match"] = "comments on one wrong pair stand together with its left side"


def _lost(question: Question, asked: Question | None) -> list[str]:
    found = question.unkept()
    if asked and asked.variety in _REMARKS and writing.remarks(question):
        found.append(_REMARKS[asked.variety])
    if question.variety == "multiple":
        found.append("marks for a part; the program gives them by a rule of its own, or none")
    if question.variety == "order":
        found.append("order: it is matching by place here, and each place counts")
    if isinstance(asked, Cloze):
        if any(asked.menus()) and not all(asked.menus()):
            found.append("its menus: every blank is typed, because some are")
        if any(gap.number for gap in asked.gaps):
            found.append("the margin of a number in a blank: it counts only as written")
    if question.guess:
        found.append("that it is a guess: the program marks it, for no points")
    elif not question.marked:
        found.append("its score and its points: an essay without points stands here")
    if isinstance(question, Short) and question.forgiving:
        found.append("forgiven spelling: an answer counts only as written in the list")
    if isinstance(asked, Match):
        menus = [text.plain(writing.clean(right)) for right in asked.rights]
        if list(asked.rights) != menus:
            found.append("bold and italics in what is matched to, which is plain text")
    if question.hint:
        found.append("its hint: there is no place for one before the answer")
    if question.confidence and question.marked:
        found.append("the question how sure the learner is, and the mark for it")
    return found


def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def write(questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """The questions as a package, the same bytes for the same questions, and what it lost."""
    digest = hashlib.sha256(title.encode()).hexdigest()[:12]
    name = f"dialogue_{digest}"
    root = ET.Element(
        "questestinterop",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": _XSI,
            "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
        },
    )
    shown = text.plain(writing.clean(title)) or "Quiz"
    assessment = _sub(root, "assessment", ident=name, title=shown)
    meta = _sub(_sub(assessment, "qtimetadata"), "qtimetadatafield")
    _sub(meta, "fieldlabel", "cc_maxattempts")
    once = bool(questions) and all(question.use == "graded" for question in questions)
    _sub(meta, "fieldentry", "1" if once else "unlimited")
    section = _sub(assessment, "section", ident="root_section")
    losses = []
    for question in questions:
        if question.keyless:
            what = "left out: a learner's copy holds no key for it; export from your own copy"
            losses.append(Loss(question.id, what))
            continue
        lost: list[str] = []
        asked = held(question, _ITEMS, lost)
        item = _ITEMS[asked.variety](question, asked) if asked else _essay(question)
        section.append(item.sealed())
        losses += [Loss(question.id, what) for what in (*lost, *_lost(question, asked))]
    shuffled = all(question.shuffle for question in questions)
    if not shuffled and any(question.shuffle for question in questions):
        one = next(question.id for question in questions if not question.shuffle)
        what = f"no options are shuffled, because those of {one} keep their order"
        losses.append(Loss("the quiz", what))
    images = {f"{_IMAGES}/{each.unique}": each.data for each in pictures.of(questions)}
    members = {
        "imsmanifest.xml": _xml(_manifest(name, shown, images)),
        f"{name}/{name}.xml": _xml(root),
        f"{name}/{_META}": _xml(_settings(questions, name, shown, shuffled)),
        **images,
    }
    return files.zip_bytes(members), losses


_META = "assessment_meta.xml"
_CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"


def _settings(questions: Sequence[Question], name: str, title: str, shuffled: bool) -> ET.Element:
    """What Canvas asks of a quiz beside its items: attempts, order, points (its own schema,
    ``cccv1p0.xsd``).  A quiz of graded items is taken once; any other as often as one likes."""
    root = ET.Element("quiz", {"identifier": name, "xmlns": _CANVAS, "xmlns:xsi": _XSI})
    root.set("xsi:schemaLocation", f"{_CANVAS} https://canvas.instructure.com/xsd/cccv1p0.xsd")
    once = bool(questions) and all(question.use == "graded" for question in questions)
    points = sum(question.points for question in questions if question.marked)
    for field, value in {
        "title": title,
        "description": "",
        "shuffle_answers": str(shuffled).lower(),
        "scoring_policy": "keep_highest",
        "hide_results": "",
        "quiz_type": "assignment",
        "points_possible": exact(points),
        "show_correct_answers": str(not once).lower(),
        "anonymous_submissions": "false",
        "allowed_attempts": "1" if once else "-1",
        "one_question_at_a_time": "false",
        "cant_go_back": "false",
        "available": "false",
    }.items():
        _sub(root, field, value)
    return root


def _manifest(name: str, title: str, images: Iterable[str]) -> ET.Element:
    lom = "http://www.imsglobal.org/xsd/imsmd_v1p2"
    root = ET.Element("manifest", {"identifier": f"{name}_manifest", "xmlns": _CP})
    root.set("xmlns:imsmd", lom)
    metadata = _sub(root, "metadata")
    _sub(metadata, "schema", "IMS Content")
    _sub(metadata, "schemaversion", "1.1.3")
    general = _sub(_sub(metadata, "imsmd:lom"), "imsmd:general")
    _sub(_sub(general, "imsmd:title"), "imsmd:string", title)
    _sub(root, "organizations")
    href = f"{name}/{name}.xml"
    resources = _sub(root, "resources")
    resource = _sub(resources, "resource", identifier=name, type="imsqti_xmlv1p2", href=href)
    _sub(resource, "file", href=href)
    _sub(resource, "dependency", identifierref=f"{name}_meta")
    kind = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
    meta = _sub(resources, "resource", identifier=f"{name}_meta", type=kind, href=f"{name}/{_META}")
    _sub(meta, "file", href=f"{name}/{_META}")
    for number, href in enumerate(images, 1):
        ident = f"{name}_image{number}"
        image = _sub(resources, "resource", identifier=ident, type="webcontent", href=href)
        _sub(image, "file", href=href)
    return root
