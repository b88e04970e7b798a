"""Moodle XML, the format that keeps the most.

As Moodle's own importer reads it (``question/format/xml/format.php``; docs.moodle.org,
"Moodle XML format"; ``question/type/ordering`` for things to put in order).  All texts are
written as HTML.  What is read may come from anybody: a file that declares entities or a
document type is refused, because Moodle writes neither.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from dialogue.bank import writing
from dialogue.course.files import FileFault
from dialogue.exchange import Loss, embedded, held, markup, pictures
from dialogue.exchange.incoming import (
    Answer,
    Gap,
    Parsed,
    own_category,
    sealed,
    taken_over,
    unsealed,
)
from dialogue.exchange.wording import Wording
from dialogue.page.numbers import exact
from dialogue.page.pictures import MOST_BYTES, Picture
from dialogue.questions import Choice, Cloze, Match, Numeric, Order, Question, Short

_WHOLE = "dialogue"  # the element that carries a question whole, for our own reader
PENALTY = "0.3333333"  # what Moodle takes off for each further try, unless told otherwise
_STANDARD = {"", "your answer is correct.", "your answer is partially correct."}
_STANDARD |= {"your answer is incorrect."}

Element = ElementTree.Element


# --- writing ---------------------------------------------------------------------------


def _add(parent: Element, name: str, value: str | None = None, **attributes: str) -> Element:
    child = ElementTree.SubElement(parent, name, attributes)
    child.text = value
    return child


def _text(parent: Element, name: str, value: str, **attributes: str) -> Element:
    child = _add(parent, name, **attributes)
    held: dict[str, Picture] = {}

    def address(picture: Picture) -> str:
        held[picture.unique] = picture
        return f"@@PLUGINFILE@@/{picture.unique}"

    _add(child, "text", writing.placed(writing.clean(value), address))
    for file, picture in held.items():
        data = base64.b64encode(picture.data).decode()
        _add(child, "file", data).attrib.update(name=file, path="/", encoding="base64")
    return child


def _html(parent: Element, name: str, value: str, **attributes: str) -> Element:
    return _text(parent, name, value, format="html", **attributes)


def _answer(parent: Element, words: str, fraction: float, say: str, form: str = "html") -> Element:
    share = exact(round(100 * fraction, 5))
    answer = _text(parent, "answer", words, fraction=share, format=form)
    _html(answer, "feedback", writing.html(say) if say else "")
    return answer


def write(questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """The questions as Moodle XML in UTF-8, and what each lost on the way."""
    quiz = Element("quiz")
    losses: list[Loss] = []
    if name := writing.plain(title):
        category = _add(quiz, "question", type="category")
        _text(category, "category", f"$course$/top/{name.replace('/', '//')}")
    for question in questions:
        lost: list[str] = []
        _question(quiz, question, lost)
        kept = ("hint", "points", "shuffle") if question.shuffled else ("hint", "points")
        losses += [Loss(question.id, what) for what in (*lost, *writing.unkept(question, *kept))]
    ElementTree.indent(quiz)
    return ElementTree.tostring(quiz, encoding="utf-8", xml_declaration=True), losses


def _question(quiz: Element, question: Question, lost: list[str]) -> None:
    asked = held(question, _TYPES, lost)
    kind, own = _TYPES[asked.variety] if asked else ("essay", None)
    one = _add(quiz, "question", type=kind)
    _text(one, "name", question.id)
    ask = writing.html(question.ask, block=True)
    if isinstance(asked, Cloze):
        ask = embedded.html(asked)
    elif note := question.note():
        # The learner sees no unit beside the field, so the question has to name it.
        ask += writing.paragraph(note)
    _html(one, "questiontext", ask)
    moved = kind in ("essay", "matching", "ordering")
    if asked and moved and writing.remarks(question):
        lost.append("the comments on single answers stand together in the general feedback")
    explain = writing.feedback(question, with_remarks=moved)
    explain += "" if asked else writing.essay_key(question)
    _html(one, "generalfeedback", explain)
    if kind != "cloze":  # its answers are worth a point each
        _add(one, "defaultgrade", exact(question.points))
    _add(one, "penalty", PENALTY if asked else "0")
    _add(one, "hidden", "0")
    _add(one, "idnumber", question.id)
    if own:
        own(one, asked, lost)
    else:
        _essay(one)
    if question.hint:
        _html(one, "hint", writing.html(question.hint))
    labels = _add(one, "tags")
    for label in writing.tags(question):
        _text(labels, "tag", label)
    _add(one, _WHOLE, sealed(question, markup.visible(one)))  # which Moodle passes over


def _essay(one: Element) -> None:
    settings = {"responseformat": "editor", "responserequired": "1", "responsefieldlines": "5"}
    for name, value in (settings | {"attachments": "0", "attachmentsrequired": "0"}).items():
        _add(one, name, value)
    _html(one, "graderinfo", "")
    _html(one, "responsetemplate", "")


def _shuffle(one: Element, question: Question) -> None:
    _add(one, "shuffleanswers", "true" if question.shuffle else "false")


def _choice(one: Element, question: Choice, lost: list[str]) -> None:
    _shuffle(one, question)
    several = not question.one_letter
    _add(one, "single", "false" if several else "true")
    _add(one, "answernumbering", "abc")
    share = 1 / max(1, len(question.right())) if several else 1.0
    wrong = -share if several else 0.0
    for option in question.options:
        _answer(one, writing.html(option.text), share if option.right else wrong, option.say)


def _numeric(one: Element, question: Numeric, lost: list[str]) -> None:
    key = question.answer_text or exact(question.answer)
    right = _answer(one, key, 1.0, "", "moodle_auto_format")
    _add(right, "tolerance", exact(question.tolerance))
    for near in question.near:
        value = exact(near.value)
        answer = _answer(one, value, 0.0, near.say, "moodle_auto_format")
        _add(answer, "tolerance", exact(question.reach(near)))
    if question.unit:
        unit = _add(_add(one, "units"), "unit")
        _add(unit, "multiplier", "1")
        _add(unit, "unit_name", writing.clean(question.unit))
    # The unit may be typed or left away, as in the course: unit grading 0, typed field.
    settings = {"unitgradingtype": "0", "unitpenalty": "0"}
    settings |= {"showunits": "0" if question.unit else "3", "unitsleft": "0"}
    for name, value in settings.items():
        _add(one, name, value)


def _short(one: Element, question: Short, lost: list[str]) -> None:
    _add(one, "usecase", "0")
    for words in question.accept:
        _answer(one, words.replace("*", "\\*"), 1.0, "", "moodle_auto_format")
    for slip in question.wrong:
        _answer(one, slip.text.replace("*", "\\*"), 0.0, slip.say, "moodle_auto_format")


def _order(one: Element, question: Order, lost: list[str]) -> None:
    count = str(len(question.events))
    settings = {"layouttype": "VERTICAL", "selecttype": "ALL", "selectcount": count}
    # The share of pairs in the right order, which is how the course marks it.
    settings |= {"gradingtype": "RELATIVE_ALL_PREVIOUS_AND_NEXT", "showgrading": "SHOW"}
    for name, value in (settings | {"numberingstyle": "none"}).items():
        _add(one, name, value)
    for place, event in enumerate(question.events, 1):
        answer = _html(one, "answer", writing.html(event.text), fraction=f"{place}.0000000")
        _html(answer, "feedback", "")


def _matching(one: Element, question: Match, lost: list[str]) -> None:
    _shuffle(one, question)
    lost += writing.matching_losses(question)
    rows = [(pair.left, pair.right) for pair in question.pairs]
    for left, right in (*rows, *(("", extra.text) for extra in question.extra)):
        part = _html(one, "subquestion", writing.html(left) if left else "")
        _text(part, "answer", writing.plain(right))


def _cloze(one: Element, question: Cloze, lost: list[str]) -> None:
    """Its answers stand in the text already."""


# What Moodle has a type for; for everything else something stands in, or an essay.
_TYPES: dict[str, tuple[str, Callable[[Element, Any, list[str]], None]]] = {
    "single": ("multichoice", _choice),
    "multiple": ("multichoice", _choice),
    "numeric": ("numerical", _numeric),
    "short": ("shortanswer", _short),
    "match": ("matching", _matching),
    "order": ("ordering", _order),
    "cloze": ("cloze", _cloze),
}


# --- reading ---------------------------------------------------------------------------


def read(data: bytes, file: str, language: str = "en") -> tuple[list[dict[str, Any]], list[Loss]]:
    """The questions of a Moodle XML file; what cannot be a question here is named and left out.

    Raises :class:`~dialogue.course.files.FileFault` when the file is no XML, is not Moodle's, declares
    entities or a document type, or holds no question that can be taken over.
    """
    quiz = markup.parsed(data, file, "export it again from Moodle")
    if quiz.tag != "quiz":
        remedy = "in Moodle, export the question bank as 'Moodle XML format'"
        raise FileFault(file, f"this is not Moodle XML: it begins with <{quiz.tag}>", remedy)
    losses: list[Loss] = []
    found, category = [], ""
    for each in quiz.findall("question"):
        if each.get("type") == "category":
            category = own_category(_value(each, "category/text"))
            continue
        one = _read(each, language)
        one.category = category
        found.append(one)
    return taken_over(found, losses, file, language=language), losses


def _value(parent: Element, name: str, default: str = "") -> str:
    return (parent.findtext(name) or default).strip()


def _flag(parent: Element, name: str, default: bool) -> bool:
    value = _value(parent, name).lower()
    return value in ("true", "1") if value else default


def _files(part: Element) -> dict[str, bytes]:
    """The files that belong to a text, by their names; what is no whole file is empty."""
    found = {}
    for file in part.findall("file"):
        packed = "".join((file.text or "").split())[: 2 * MOST_BYTES]
        try:
            found[file.get("name", "")] = base64.b64decode(packed)
        except (binascii.Error, ValueError):
            found[file.get("name", "")] = b""
    return found


class _Words:
    """The texts of one question's elements as the small markup."""

    def __init__(self, lost: list[str], language: str) -> None:
        self.lost, self.wording = lost, Wording(lost, language)

    def __call__(self, part: Element | None, *, plain: bool = False) -> str:
        if part is None:
            return ""
        words = (part.findtext("text") or "").strip()
        self.bring(part)
        form = part.get("format", "moodle_auto_format")
        if plain:
            return self.wording.literal(words)
        known = {"plain_text": "plain", "html": "html"}
        return self.wording(words, known.get(form, "auto"))

    def bring(self, part: Element) -> None:
        """The files that belong to the text in *part*: pictures of it."""
        words = part.findtext("text") or ""
        package = pictures.Package(_files(part))
        package.keep()
        self.wording.pictured = package
        for name in package.members:
            if name not in words and quote(name) not in words:
                self.lost.append(f"a file that belongs to the text is left out: {name}")


_KINDS = {
    "numerical": "numeric",
    "shortanswer": "short",
    "matching": "match",
    "ordering": "order",
    "truefalse": "single",
    "essay": "essay",
    "description": "a description",
    "cloze": "cloze",
    "multianswer": "cloze",
    "gapselect": "cloze",
    "ddwtos": "cloze",
}


# What comes at the end of a whole answer, by how well it went.
_OVERALL = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


def _read(one: Element, language: str) -> Parsed:
    kind = one.get("type", "")
    found = Parsed(name=_value(one, "name/text"), kind=_KINDS.get(kind, f"the type {kind!r}"))
    lost = found.lost
    words = _Words(lost, language)
    if (whole := one.find(_WHOLE)) is not None:
        found.whole = unsealed(whole.text or "", markup.visible(one, whole), lost)
    if kind == "multichoice":
        found.kind = "single" if _flag(one, "single", True) else "multiple"
    found.ident = _value(one, "idnumber")
    found.labels = [_value(tag, "text") for tag in one.findall("tags/tag")]
    if found.kind == "cloze":
        _of_cloze(one, found, words, kind)
    else:
        found.ask = words(one.find("questiontext"))
    found.name = found.name or found.ask[:60]
    if found.kind == _KINDS.get(kind) and found.kind.startswith(("a ", "an ")):
        return found
    found.explain = words(one.find("generalfeedback"))
    hints = [said for hint in one.findall("hint") if (said := words(hint))]
    found.hint = hints[0] if hints else ""
    if len(hints) > 1:
        lost.append(f"{len(hints) - 1} further hints are left out")
    try:
        points = float(_value(one, "defaultgrade", "1"))
        found.points = exact(points) if points > 0 else ""
    except (ValueError, OverflowError):
        lost.append(f"the points {_value(one, 'defaultgrade')!r} are no number")
    found.shuffle = kind == "truefalse" or _flag(one, "shuffleanswers", True)
    if kind not in ("essay", "truefalse") and _value(one, "penalty", PENALTY) not in (PENALTY, "0"):
        lost.append("the penalty for further tries is left out")
    _overall(one, found, language)
    literal = kind in ("numerical", "shortanswer")
    for answer in one.findall("answer"):
        try:
            weight = float(answer.get("fraction", "0")) / 100
        except ValueError:
            weight = 0.0
        shown = words(answer, plain=literal)
        shown = shown.capitalize() if kind == "truefalse" else shown
        found.answers.append(
            Answer(shown, weight, words(answer.find("feedback")), _value(answer, "tolerance"))
        )
    for part in one.findall("subquestion"):
        right = words.wording.literal(_value(part, "answer/text"))
        found.pairs.append((words(part), right))
    _units(one, found)
    if _flag(one, "usecase", False):
        lost.append("capitals count no more")
    if kind == "essay":
        _of_essay(one, found, words)
    if kind == "ordering":
        for each in found.answers:
            if each.say:
                lost.append(f"the comment on {each.text!r} is left out: {each.say!r}")
        if _value(one, "selecttype", "ALL") not in ("ALL", "EXACT", "0"):
            lost.append("all things are put in order, not some that are drawn")
    return found


def _of_cloze(one: Element, found: Parsed, words: _Words, kind: str) -> None:
    """Blanks in a text: embedded answers, or menus and words to drag, which [[1]] points to."""
    part = one.find("questiontext")
    form = "auto" if part is None else part.get("format", "auto")
    shown = "html" if form == "html" else "auto"
    if part is not None:
        words.bring(part)
    try:
        if kind in ("cloze", "multianswer"):
            text = words.wording.one_language(_value(one, "questiontext/text"))
            text, found.gaps = embedded.read(text, words.wording, found.lost)
            found.ask = words.wording(text, shown)
            if not found.gaps:
                raise ValueError("no blank stands in its text")
            return
        choices = [
            (words.wording.literal(_value(each, "text")), _value(each, "group", "1"))
            for each in (*one.findall("selectoption"), *one.findall("dragbox"))
        ]
        if kind == "ddwtos":
            found.lost.append("words to drag into the text are menus here")
        text = _value(one, "questiontext/text")
        places = [int(each) for each in re.findall(r"\[\[(\d{1,2})\]\]", text)]
        if not places or max(places) > len(choices) or min(places) < 1:
            raise ValueError("what belongs into its blanks cannot be read")
        if len(places) > embedded.MOST:
            raise ValueError(f"it has more than {embedded.MOST} blanks")
        for number, place in enumerate(places, 1):
            text = text.replace(f"[[{place}]]", f"[\0[{number}]]", 1)
            right, group = choices[place - 1]
            others = dict.fromkeys(each for each, its in choices if its == group)
            found.gaps.append(Gap("menu", [Answer(each, float(each == right)) for each in others]))
        found.ask = words.wording(text.replace("\0", ""), shown)
    except ValueError as error:
        found.refused = str(error)


def _of_essay(one: Element, found: Parsed, words: _Words) -> None:
    least, most = _value(one, "minwordlimit"), _value(one, "maxwordlimit")
    found.unit = "-".join(each for each in (least, most) if each.isdecimal() and int(each))
    if notes := words(one.find("graderinfo")):
        found.answers = [Answer(notes)]
    if given := words(one.find("responsetemplate")):
        found.lost.append(f"the text to begin with is left out: {given!r}")


def _overall(one: Element, found: Parsed, language: str) -> None:
    """The feedback on the whole answer: where it is the same for everybody, it explains."""
    said = {name: _Words([], language)(one.find(name)) for name in _OVERALL}
    told = [words for words in said.values() if words.lower() not in _STANDARD]
    if len(told) == len(_OVERALL) and len(set(told)) == 1 and not found.explain:
        found.explain = told[0]
        return
    for words in dict.fromkeys(told):
        if words != found.explain:
            found.lost.append(f"the feedback on the whole answer is left out: {words!r}")


def _units(one: Element, found: Parsed) -> None:
    units = [_value(unit, "unit_name") for unit in one.findall("units/unit")]
    if units:
        found.unit = units[0]
        found.ask = found.ask.removesuffix(f"({units[0]})").strip()
    if len(units) > 1:
        found.lost.append(f"further units are left out: {', '.join(units[1:])}")
