"""The package for Canvas, read and marked as Canvas does it: the marks are those of ``grade()``.

The reader knows nothing of the writer.  It follows the response processing of QTI 1.2.1: the
conditions in their order, what stands in one of them is all to hold, ``Set`` and ``Add`` change
the score, and after a condition that holds and does not say ``continue="Yes"`` nothing counts.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import combinations, permutations
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from dialogue import bank
from dialogue.bank import writing
from dialogue.exchange import qti12
from dialogue.page.text import plain
from dialogue.questions import (
    Classify,
    Evidence,
    Match,
    Multiple,
    Near,
    Numeric,
    Option,
    Order,
    Question,
    Short,
    Single,
    grade,
)

TAG = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
Given = dict[str | None, set[str]]  # what was chosen or typed, by the name of the response


def number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def holds(node: ET.Element, given: Given, kind: str) -> bool:
    numeric = kind == "numerical_question"
    chosen = given.get(node.get("respident"), set())
    wanted = node.text or ""
    match node.tag.removeprefix(TAG):
        # Canvas writes the accepted spellings side by side, and takes any of them.
        case "conditionvar" if kind == "short_answer_question":
            return any(holds(part, given, kind) for part in node)
        case "conditionvar" | "and":
            return all(holds(part, given, kind) for part in node)
        case "or":
            return any(holds(part, given, kind) for part in node)
        case "not":
            return not any(holds(part, given, kind) for part in node)
        case "other":
            return True
        case "varequal" if numeric:
            return any(number(one) == number(wanted) for one in chosen)
        case "varequal":
            return wanted.casefold() in {one.casefold() for one in chosen}
        case "vargte":
            return any(number(one) >= number(wanted) for one in chosen)
        case "varlte":
            return any(number(one) <= number(wanted) for one in chosen)
    raise AssertionError(f"no rule for {node.tag}")


def marks(item: ET.Element, given: Given) -> float:
    """The share of its points that an item gives, 0 to 1."""
    kind = field(item, "question_type")
    score = Decimal(0)
    for rule in item.iter(f"{TAG}respcondition"):
        condition = rule.find(f"{TAG}conditionvar")
        assert condition is not None
        if not holds(condition, given, kind):
            continue
        for change in rule.iter(f"{TAG}setvar"):
            value = Decimal(change.text or "")
            score = score + value if change.get("action") == "Add" else value
        if rule.get("continue") != "Yes":
            break
    return float(score / 100)


def field(item: ET.Element, label: str) -> str:
    for one in item.iter(f"{TAG}qtimetadatafield"):
        if one.findtext(f"{TAG}fieldlabel") == label:
            return one.findtext(f"{TAG}fieldentry") or ""
    raise AssertionError(f"{item.get('title')} has no {label}")


def package(questions: list[Question]) -> dict[str, ET.Element]:
    """The items of the package by the id of their question."""
    data, _ = qti12.write(questions, "x")
    with zipfile.ZipFile(io.BytesIO(data)) as members:
        (name,) = (n for n in members.namelist() if not n.endswith(("manifest.xml", "_meta.xml")))
        root = ET.fromstring(members.read(name))
    return {item.get("title", ""): item for item in root.iter(f"{TAG}item")}


def shown(item: ET.Element) -> list[tuple[str, dict[str, str]]]:
    """The responses of an item, each with its choices: the name by the text that is shown."""
    return [
        (
            lid.get("ident", ""),
            {
                "".join(label.itertext()).strip(): label.get("ident", "")
                for label in lid.iter(f"{TAG}response_label")
            },
        )
        for lid in item.iter(f"{TAG}response_lid")
    ]


def some(rows: list[Any], most: int, seed: str) -> list[Any]:
    return rows if len(rows) <= most else Random(seed).sample(rows, most)


def choices(question: Any, item: ET.Element) -> Iterator[tuple[Any, Given]]:
    """Each option, or each set of them, the empty one too."""
    ((response, menu),) = shown(item)
    names = list(menu.values())
    assert len(names) == len(question.options)
    every = range(len(names))
    if not isinstance(question, Multiple):
        yield from ((n, {response: {names[n]}}) for n in every)
        return
    for size in range(len(names) + 1):
        for ticked in combinations(every, size):
            yield list(ticked), {response: {names[n] for n in ticked}}


def blank(item: ET.Element) -> str:
    """The name of the one field to type in."""
    (response,) = item.iter(f"{TAG}response_str")
    return response.get("ident", "")


def numbers(question: Numeric, item: ET.Element) -> Iterator[tuple[Any, Given]]:
    """Both sides of the answer: within the margin, on it, just past it, and far away."""
    answer = Decimal(repr(question.answer))
    margin = Decimal(repr(question.tolerance)) or Decimal("0.5")
    for times in ("-3", "-2", "-1.01", "-1", "-0.99", "0", "0.99", "1", "1.01", "2", "3"):
        value = answer + margin * Decimal(times)
        yield str(value), {blank(item): {str(value)}}
    for near in question.near:
        yield repr(near.value), {blank(item): {repr(near.value)}}


def words(question: Short, item: ET.Element) -> Iterator[tuple[Any, Given]]:
    told = [*question.accept, *(text.upper() for text in question.accept)]
    told += [*(slip.text for slip in question.wrong), "quite another thing"]
    yield from ((text, {blank(item): {text}}) for text in told)


def pairs(question: Match | Classify, item: ET.Element) -> Iterator[tuple[Any, Given]]:
    """Right everywhere, one wrong, one left out, and whatever else chance gives."""
    if isinstance(question, Match):
        key = [question.rights.index(pair.right) for pair in question.pairs]
        answers: list[Any] = list(range(len(question.rights)))
        text = question.rights
    else:
        answers = list(question.labels)
        key = [answers.index(statement.label) for statement in question.statements]
        text = question.labels
    rows = shown(item)
    random = Random(question.id)
    tries: list[list[int | None]] = [list(key)]
    for n in range(len(key)):
        for other in (None, *range(len(answers))):
            tries.append([*key[:n], other, *key[n + 1 :]])
    for _ in range(40):
        tries.append([random.choice([None, *range(len(answers))]) for _ in key])
    for picks in tries:
        given: Given = {}
        for (response, menu), pick in zip(rows, picks, strict=True):
            if pick is not None:
                given[response] = {menu[plain(writing.clean(text[pick]))]}
        yield [None if pick is None else answers[pick] for pick in picks], given


def orders(question: Order, item: ET.Element) -> Iterator[tuple[Any, Given]]:
    """The place of each event, as the menu beside it words it ("2", or "2–3" for one day)."""
    rows = shown(item)
    lefts = [
        "".join(lid.find(f"{TAG}material").itertext()).strip()  # type: ignore[union-attr]
        for lid in item.iter(f"{TAG}response_lid")
    ]
    texts = [writing.html(event.text) for event in question.events]
    assert sorted(lefts) == sorted(texts)
    size = len(texts)
    every = list(permutations(range(size))) if size < 6 else []
    random = Random(question.id)
    while len(every) < 100:
        every.append(tuple(random.sample(range(size), size)))
    for order in [tuple(range(size)), *some(every, 100, question.id)]:
        given: Given = {}
        for (response, menu), left in zip(rows, lefts, strict=True):
            place = order.index(texts.index(left)) + 1
            for label, name in menu.items():
                first, _, last = label.partition("–")
                if int(first) <= place <= int(last or first):
                    given[response] = {name}
        yield list(order), given


READ = {
    "single": choices,
    "evidence": choices,
    "multiple": choices,
    "numeric": numbers,
    "short": words,
    "match": pairs,
    "classify": pairs,
    "order": orders,
}


def held(question: Question) -> bool:
    """Whether the format can mark it: a chance, a column, a text and a vote it cannot."""
    column = isinstance(question, Numeric) and question.values
    return question.kind in READ and question.marked and not column


# Few questions of the course have a margin, and none has one that a sloppy reader would miss.
OWN: list[Question] = [
    Numeric(id="own-margin", ask="?", answer=12.5, tolerance=0.3, near=(Near(12.1, "low"),)),
    Numeric(id="own-below-nought", ask="?", answer=-2.0, tolerance=0.25),
    Numeric(id="own-exact", ask="?", answer=0.1),
    Multiple(
        id="own-all-but-one",
        ask="?",
        options=(Option("a", right=True), Option("b", right=True), Option("c", "no")),
    ),
]


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    own = bank.course_bank().questions.values()
    return [replace(q, confidence=False) for q in (*own, *OWN) if held(q)]


def agree(question: Question, item: ET.Element) -> Iterator[bool]:
    for response, given in READ[question.kind](question, item):
        ours, theirs = grade(question, response), marks(item, given)
        about = (question.id, response, ours.score, theirs)
        if isinstance(question, (Single, Evidence, Numeric, Short)):
            assert theirs == ours.score, about
        elif isinstance(question, (Match, Classify)):
            # Canvas adds shares that were rounded to a hundredth of a per cent.
            assert theirs == pytest.approx(ours.score, abs=0.002), about
        # For a part Canvas has rules of its own, which the report of losses says.
        assert (theirs == 1) == (ours.verdict == "right"), about
        yield ours.verdict == "right"


def test_canvas_and_the_course_give_the_same_marks(questions: list[Question]) -> None:
    items = package(questions)
    assert len(items) == len(questions) > 150
    assert {q.kind for q in questions} == set(READ)
    count = 0
    for question in questions:
        found = list(agree(question, items[question.id]))
        assert True in found, f"{question.id}: no response was right"
        assert False in found, f"{question.id}: no response was wrong"
        count += len(found)
    assert count > 2000


def test_what_canvas_cannot_mark_gives_no_points_by_itself() -> None:
    every = bank.course_bank().questions.values()
    rest = [q for q in every if not held(q) and not q.guess and q.kind != "cloze"]
    assert {q.kind for q in rest} == {"essay", "forecast", "numeric", "single"}
    for item in package(rest).values():
        assert field(item, "question_type") == "essay_question"
        for typed in ("20", "1; 2; 3", ""):
            assert marks(item, {blank(item): {typed}}) == 0


@pytest.mark.parametrize(
    ("item", "old", "new"),
    [
        ("own-margin", "<varlte", "<vargte"),
        ("own-margin", ">12.2<", ">12.5<"),
        ("own-all-but-one", "not>", "or>"),
    ],
)
def test_the_reader_sees_a_package_that_marks_otherwise(item: str, old: str, new: str) -> None:
    question = next(q for q in OWN if q.id == item)
    written = ET.tostring(package([question])[item], encoding="unicode").replace("ns0:", "")
    written = written.replace("xmlns:ns0", "xmlns")
    assert old in written
    both = ("</varlte", "</vargte") if "varlte" in old else ("", "")
    changed = ET.fromstring(written.replace(old, new).replace(*both))
    with pytest.raises(AssertionError):
        list(agree(question, changed))
