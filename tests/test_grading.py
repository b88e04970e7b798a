"""The two graders give one verdict: Python's, and the script's that grades without a kernel.

First the shared vectors, then questions and answers made at random: whatever a bank may hold
and whatever a page may send, both must say the same, word for word.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from grading import ITEMS, VECTORS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue.questions import (
    KINDS,
    Band,
    Classify,
    Cloze,
    Essay,
    Event,
    Evidence,
    Extra,
    Forecast,
    Gap,
    Match,
    Mistake,
    Multiple,
    Near,
    Numeric,
    Option,
    Order,
    Pair,
    Question,
    Short,
    Single,
    Slip,
    Statement,
    grade,
)
from dialogue.widgets import quiz, scripts

Grader = Callable[[list[tuple[Question, Any, Any]]], list[Any]]


@pytest.fixture(scope="module")
def in_the_page(browser: Any) -> Iterator[Grader]:
    """The very script that notebooks get, grading in a blank page."""
    script = scripts.script("quiz")
    context = browser.new_context()
    page = context.new_page()
    page.goto("about:blank")
    page.evaluate(
        """async (source) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            window.module = await import(url);
        }""",
        script,
    )

    def run(cases: list[tuple[Question, Any, Any]]) -> list[Any]:
        # As JSON, which is how a question and a response travel in a notebook.
        told = json.dumps([[quiz.content(q), response, sure] for q, response, sure in cases])
        answer = page.evaluate(
            "(told) => JSON.stringify(JSON.parse(told).map((c) => module.grade(...c)))", told
        )
        return json.loads(answer)

    yield run
    context.close()


def same(found: Any, expect: Any) -> bool:
    """Equal, except that the last digit of a fraction may differ."""
    if isinstance(found, float | int) and isinstance(expect, float | int):
        return math.isclose(found, expect, rel_tol=1e-12, abs_tol=1e-12)
    if isinstance(found, dict) and isinstance(expect, dict):
        return found.keys() == expect.keys() and all(same(found[k], expect[k]) for k in found)
    if isinstance(found, list) and isinstance(expect, list):
        return len(found) == len(expect) and all(map(same, found, expect))
    return found == expect


def in_python(question: Question, response: Any, sure: Any) -> Any:
    return json.loads(json.dumps(quiz.shown(grade(question, response, sure))))


def test_the_shared_vectors(in_the_page: Grader) -> None:
    cases = [(ITEMS[v["item"]], v["response"], v.get("confidence")) for v in VECTORS]
    found = in_the_page(cases)
    assert len(found) == len(VECTORS) > 150
    for vector, got in zip(VECTORS, found, strict=True):
        expect = vector["expect"]
        assert got["verdict"] == expect["verdict"], vector
        assert got["score"] == pytest.approx(expect["score"]), vector
        assert (got["missing"], got["problem"]) == (expect["missing"], expect["problem"]), vector
        assert got["mark"] == expect["mark"], vector
        assert [c["about"] for c in got["comments"]] == expect["about"], vector
        assert ["".join(c["say"]) for c in got["comments"]] == expect["say"], vector


# --- questions and answers at random -----------------------------------------------------

# Letters that fold into one another, articles, digits of three scripts, marks of direction,
# spaces that only one of the two languages counts as such, and what looks like markup.
LETTERS = "abAB éßİıſKςΣ'’ʿ-–.,;:%_+−0129٠٢٫٬٪۵اأإآٱىيیةهكکـًِ\u200f\u200e\ufeff\u00a0\x1c\x85\t*`<&"
TEXT = st.text(LETTERS, max_size=12) | st.sampled_from(
    [
        "the SFA",
        "al-Hashimi",
        "Hezbollah",
        "Hezbolah",
        "hzebollah",
        "كتائب حزب الله",
        "1e5",
        "constructor",
    ]
)
WORDS = TEXT.map(lambda t: t.strip() or "x")
SAY = st.sampled_from(["", "why", "**see** P6", "- a\n- b", "<b>x</b>"])
SOME = SAY.filter(bool)
NUMBER = st.one_of(
    st.integers(-2000, 2000).map(float),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3)),
)
NUMBER_TEXT = st.one_of(
    NUMBER.map(lambda x: f"{x:g}"),
    NUMBER.map(lambda x: f"{x:,.2f}"),
    st.integers(0, 100).map(lambda x: f"{x} %"),
    st.integers(0, 100).map(lambda x: str(x).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))),
    st.text("0123456789.,eE+-−%_ ;٠١٫", max_size=8),
)
CONFIDENCE = st.sampled_from([None, 0, 1, 2, 3, 4, 2.5, "2", True])


def unique(strategy: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=least, max_size=most, unique=True)


@st.composite
def gaps(draw: st.DrawFn) -> Gap:
    if draw(st.booleans()):
        return Gap(number=f"{draw(NUMBER):g}", tolerance=draw(NUMBER.map(abs)), say=draw(SAY))
    texts = draw(unique(WORDS, 2, 4))
    wrong = tuple(Slip(words, draw(SOME)) for words in texts[1:])
    return Gap(accept=(texts[0],), wrong=wrong, say=draw(SAY), choose=draw(st.booleans()))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(sorted(KINDS)))
    common: dict[str, Any] = {"id": "q", "ask": "?"}
    if kind != "forecast":
        common["confidence"] = draw(st.booleans())
        common["use"] = draw(st.sampled_from(["learn", "lane", "guess", "vote"]))
        common["contested"] = draw(st.booleans())
    if kind in ("single", "evidence", "multiple"):
        size = draw(st.integers(2, 6))
        most = size - 1 if kind == "multiple" else 1
        right = draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=most))
        options = tuple(Option(draw(WORDS), draw(SAY), i in right) for i in range(size))
        return {"single": Single, "evidence": Evidence, "multiple": Multiple}[kind](
            **common, options=options
        )
    if kind == "numeric":
        common |= {
            "tolerance": draw(NUMBER.map(abs)),
            "unit": draw(st.sampled_from(["", "%", "mb/d", "٪"])),
        }
        if draw(st.booleans()):
            values = tuple(draw(st.lists(NUMBER, min_size=1, max_size=4)))
            return Numeric(**common, answer=0.0, values=values)
        near = tuple(Near(draw(NUMBER), draw(SOME)) for _ in range(draw(st.integers(0, 3))))
        return Numeric(**common, answer=draw(NUMBER), near=near)
    if kind == "order":
        dates = st.sampled_from(["", "2020", "2020-06", "2021"])
        events = tuple(Event(draw(WORDS), draw(dates)) for _ in range(draw(st.integers(2, 5))))
        place = st.integers(0, len(events) - 1)
        wrong = draw(st.lists(st.tuples(place, place).filter(lambda p: p[0] != p[1]), max_size=3))
        return Order(
            **common, events=events, mistakes=tuple(Mistake(a, b, draw(SOME)) for a, b in wrong)
        )
    if kind == "match":
        rights = draw(unique(WORDS, 3, 6))
        count = draw(st.integers(1, len(rights) - 1))
        extra = tuple(Extra(text, draw(SAY)) for text in rights[count:])
        pairs = []
        for right in draw(st.lists(st.sampled_from(rights[:count]), min_size=2, max_size=4)):
            others = draw(
                unique(st.sampled_from(rights).filter(lambda r, own=right: r != own), 0, 2)
            )
            pairs.append(
                Pair(draw(WORDS), right, draw(SAY), tuple((o, draw(SOME)) for o in others))
            )
        known = {pair.right for pair in pairs} | {e.text for e in extra}
        pairs = [
            Pair(p.left, p.right, p.say, tuple(w for w in p.wrong if w[0] in known)) for p in pairs
        ]
        return Match(**common, pairs=tuple(pairs), extra=extra)
    if kind == "short":
        return Short(
            **common,
            accept=tuple(draw(st.lists(TEXT, min_size=1, max_size=3))),
            wrong=tuple(Slip(draw(TEXT), draw(SOME)) for _ in range(draw(st.integers(0, 2)))),
            forgiving=draw(st.booleans()),
        )
    if kind == "classify":
        labels = tuple(draw(unique(WORDS, 2, 4)))
        statements = []
        for _ in range(draw(st.integers(1, 4))):
            label = draw(st.sampled_from(labels))
            said = tuple((o, draw(SAY)) for o in labels if o != label and draw(st.booleans()))
            statements.append(Statement(draw(WORDS), label, said))
        return Classify(**common, labels=labels, statements=tuple(statements))
    if kind == "cloze":
        return Cloze(**common, gaps=tuple(draw(gaps()) for _ in range(draw(st.integers(1, 3)))))
    if kind == "essay":
        return Essay(**common, words="150-250")
    cuts = sorted(draw(unique(st.integers(1, 99), 0, 3)))
    edges = list(zip([0, *cuts], [*cuts, 100], strict=True))
    return Forecast(
        **common,
        resolves="2020-07-31",
        happened=draw(st.sampled_from([True, False, None])),
        opens=draw(st.sampled_from(["", "11"])),
        bands=tuple(Band(low, high, draw(SAY)) for low, high in edges)
        if draw(st.booleans())
        else (),
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 7) | NUMBER | NUMBER_TEXT | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=6,
)


@st.composite
def answered(draw: st.DrawFn) -> tuple[Question, Any, Any]:
    """A question with a response: often a sensible one for its kind, sometimes anything."""
    question = draw(questions())
    index = st.integers(-1, 6) | st.none()
    fitting: st.SearchStrategy[Any]
    match question:
        case Single() | Evidence():
            fitting = st.integers(0, len(question.options))
        case Multiple():
            fitting = st.lists(st.integers(0, len(question.options)), max_size=6)
        case Numeric() if question.values:
            exact = [draw(st.sampled_from([v, v + question.tolerance])) for v in question.values]
            fitting = st.sampled_from([exact, "; ".join(map(str, exact))]) | st.lists(
                NUMBER_TEXT, max_size=4
            )
        case Numeric():
            slips = [
                question.answer,
                question.answer + question.tolerance,
                *(n.value for n in question.near),
            ]
            fitting = st.sampled_from(slips) | st.sampled_from(slips).map(str) | NUMBER_TEXT
        case Order():
            fitting = st.permutations(range(len(question.events)))
        case Match():
            fitting = st.lists(index, max_size=5)
        case Short():
            known = [*question.accept, *(s.text for s in question.wrong)]
            fitting = st.sampled_from(known) | st.sampled_from(known).map(str.upper) | TEXT
        case Classify():
            fitting = st.lists(st.sampled_from([*question.labels, None, "?"]), max_size=5)
        case Cloze():
            known = [gap.key for gap in question.gaps]
            known += [slip.text for gap in question.gaps for slip in gap.wrong]
            fitting = st.lists(st.sampled_from(known) | TEXT | NUMBER_TEXT, max_size=4)
        case Essay():
            fitting = st.fixed_dictionaries({"text": TEXT}) | TEXT
        case _:
            fitting = st.integers(0, 100) | NUMBER_TEXT
    return question, draw(fitting | ANYTHING), draw(CONFIDENCE)


@settings(
    max_examples=60,
    deadline=None,
    # The same cases on every machine: a test that fails must fail for everybody.
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases=st.lists(answered(), min_size=10, max_size=40))
def test_questions_and_answers_at_random(
    in_the_page: Grader, cases: list[tuple[Question, Any, Any]]
) -> None:
    expected = [in_python(*case) for case in cases]
    for case, got, expect in zip(cases, in_the_page(cases), expected, strict=True):
        assert same(got, expect), (case, got, expect)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(case=answered())
def test_what_every_outcome_keeps(case: tuple[Question, Any, Any]) -> None:
    question, response, sure = case
    outcome = grade(question, response, sure)
    assert 0 <= outcome.score <= 1
    assert (outcome.verdict == "logged") <= (question.kind == "forecast" or question.guess)
    assert (outcome.verdict == "kept") <= (question.vote or question.kind == "essay")
    if question.guess or question.vote:
        assert outcome.score == 0
        assert all(comment.right is None for comment in outcome.comments)
    if outcome.verdict == "right":
        assert outcome.score == 1
        assert outcome.missing == 0
    if outcome.verdict in ("wrong", "unanswered"):
        assert outcome.score == 0
    if outcome.verdict == "unanswered":
        assert not outcome.comments
        assert outcome.mark is None
    asked = question.confidence and question.marked and outcome.verdict != "unanswered"
    assert (outcome.mark is not None) == asked
    assert grade(question, response, sure) == outcome
