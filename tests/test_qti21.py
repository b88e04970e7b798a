"""A package of QTI 2.1: what a choice is worth there is what it is worth here.

The whole export of the course was valid against the schema of QTI 2.1 as well; its files may not be
copied here.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from dialogue import bank
from dialogue.bank import writing
from dialogue.course import files
from dialogue.exchange import FORMATS, markup, qti21
from dialogue.questions import Match, Multiple, Option, Question, Single, grade

ROOT = Path(__file__).parents[1]
N = f"{{{qti21.NAMESPACE}}}"


@pytest.fixture(scope="module")
def course() -> list[Question]:
    own = bank.read(overlay=False).questions
    return list((own | bank.read([ROOT / "exercises/sample-bank.yaml"]).questions).values())


def item(question: Question) -> ElementTree.Element:
    data, _ = qti21.write([question], "T")
    return ElementTree.fromstring(markup.unpacked(data, "x")[f"items/{question.id}.xml"])


def mapped(root: ElementTree.Element, chosen: set[str]) -> float:
    """The sum of what is chosen, by the mapping, as the specification adds it up."""
    (mapping,) = root.iter(f"{N}mapping")
    worth = {one.get("mapKey"): float(one.get("mappedValue", "0")) for one in mapping}
    return max(float(mapping.get("lowerBound", "-inf")), sum(worth.get(c, 0.0) for c in chosen))


def answers(question: Question) -> list[tuple[Any, set[str]]]:
    """Every response, and what is chosen by it in the package."""
    if isinstance(question, Multiple):
        places = range(len(question.options))
        some = [c for n in range(1, len(places) + 1) for c in itertools.combinations(places, n)]
        return [(list(c), {f"c{i + 1}" for i in c}) for c in some]
    if isinstance(question, Match):
        menu = question.menu()
        names = {words: f"r{n}" for n, words in enumerate(menu, 1)}
        right, wrong = question.responses()
        return [
            (given, {f"l{i + 1} {names[question.rights[r]]}" for i, r in enumerate(given)})
            for given in (*right, *wrong[:20])
        ]
    assert isinstance(question, Single)
    return [(i, {f"c{i + 1}"}) for i in range(len(question.options))]


def test_a_part_of_an_answer_earns_there_what_it_earns_here(course: list[Question]) -> None:
    count = 0
    kinds = ("single", "multiple", "match")
    options = (Option("a", "", True), Option("b", "", True), Option("c", "no"))
    either = Single(id="either", ask="?", options=options, any_one=True)
    for question in [either, *(q for q in course if q.kind in kinds and not q.vote and q.marked)]:
        root = item(question)
        for response, chosen in answers(question):
            earned = question.points * grade(replace(question, confidence=False), response).score
            assert mapped(root, chosen) == pytest.approx(earned, abs=1e-4), question.id
            count += 1
    assert count > 500


def test_the_manifest_names_every_file_and_the_test_every_item(course: list[Question]) -> None:
    members = markup.unpacked(qti21.write(course, 'A "title" & <more>')[0], "x")
    manifest = ElementTree.fromstring(members["imsmanifest.xml"])
    listed = {one.get("href") for one in markup.every(manifest, "file")}
    assert listed | {"imsmanifest.xml"} == set(members)
    (test,) = (name for name in members if name.startswith("dialogue_"))
    named = [one.get("href") for one in markup.every(ElementTree.fromstring(members[test]),
                                                     "assessmentItemRef")]  # fmt: skip
    assert named == [f"items/{question.id}.xml" for question in course]


def test_what_can_be_seen_comes_back_too(course: list[Question]) -> None:
    """As from a program that has thrown our instructions away."""
    data, _ = qti21.write(course, "T")
    seen = {
        name: content.replace(b"<?dialogue-whole", b"<?other")
        for name, content in markup.unpacked(data, "x").items()
    }
    items, _ = FORMATS["qti"].read(files.zip_bytes(seen), "x.zip")
    back = {one["id"]: one for one in items}
    for question in course:
        if question.kind in ("single", "multiple") and not question.vote:
            wanted = writing.fields(question)
            found = back[question.id]
            assert found["options"] == wanted["options"], question.id
            assert found.get("explain") == wanted.get("explain"), question.id
    assert len(back) == len(course)
