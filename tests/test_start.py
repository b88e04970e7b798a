"""The way in, the glossary, and the two tests: what they promise is so."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conftest import ROOT, Lab, Page, copy_course, wait_until
from dialogue import (
    bank,
    course_map,
    glossary,
    routes,
)
from dialogue.course import catalogue, tidy
from dialogue.learner import recall
from dialogue.page.words import ASSESSMENT, GLOSSARY
from dialogue.questions import (
    Multiple,
    Numeric,
    Question,
    Single,
    fold,
    grade,
)
from dialogue.widgets import assessment
from dialogue.widgets.assessment import (
    Result,
    Sheet,
    gain,
    my_test_result,
    questions_of,
    take_test,
)
from dialogue.widgets.glossary import EXACT, entries, rank, sounds
from dialogue.widgets.quiz import Notice


def lesson_items() -> list[Question]:
    every = bank.course_bank()
    tests = {q.id for test in assessment.TESTS for q in questions_of(test)}
    return [q for name, q in every.questions.items() if name not in tests]


def shown(notebook: str) -> list[dict[str, Any]]:
    path = ROOT / "notebooks" / f"{notebook}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [o.get("data", {}) for cell in cells for o in cell.get("outputs", [])]


# --- pre-test and post-test are parallel ---------------------------------------------------

PAIRS = list(zip(questions_of("pre"), questions_of("post"), strict=False))


def test_there_are_as_many_items_before_as_after() -> None:
    assert len(questions_of("pre")) == len(questions_of("post"))
    assert 18 <= len(PAIRS) <= 24


@pytest.mark.parametrize(("pre", "post"), PAIRS, ids=[a.id.removeprefix("pre-") for a, _ in PAIRS])
def test_a_pair_holds_the_same_objective_kind_and_level(pre: Question, post: Question) -> None:
    assert pre.id.removeprefix("pre-") == post.id.removeprefix("post-")
    assert (pre.objective, pre.kind, pre.level) == (post.objective, post.kind, post.level)
    assert (pre.points, pre.contested, pre.use) == (post.points, post.contested, "graded")
    assert pre.ask != post.ask or options(pre) != options(post)
    if isinstance(pre, Single) and isinstance(post, Single):
        assert len(pre.options) == len(post.options)
    if isinstance(pre, Numeric) and isinstance(post, Numeric):
        assert (pre.unit, pre.tolerance) != (post.unit, pre.tolerance) or pre.answer != post.answer
        assert len(pre.near) == len(post.near)


def options(question: Question) -> list[str]:
    found = question.options if isinstance(question, Single | Multiple) else ()
    return [option.text for option in found]


def words(question: Question) -> set[str]:
    """Every run of seven words of the question and its options."""
    run = re.findall(r"\w+", " . ".join([question.ask, *options(question)]).lower())
    return {" ".join(run[i : i + 7]) for i in range(len(run) - 6)}


def test_no_item_is_shared_with_a_lesson() -> None:
    taught = {run for question in lesson_items() for run in words(question)}
    for test in assessment.TESTS:
        for question in questions_of(test):
            assert not words(question) & taught, question.id


def test_every_lesson_from_01_to_11_is_measured_above_remembering() -> None:
    counts = Counter(q.objective[:2] for q, _ in PAIRS)
    assert sorted(counts) == [f"{n:02d}" for n in range(1, 12)]
    assert set(counts.values()) == {2}
    assert sum(q.level == "remember" for q, _ in PAIRS) <= 2
    known = {label for lesson in catalogue.lessons() for label in lesson.objectives}
    planned = {lesson.number for lesson in catalogue.lessons() if not lesson.objectives}
    for question, _ in PAIRS:
        assert question.objective in known or question.objective[:2] in planned, question.id


def test_the_keys_of_the_two_tests_stand_in_different_places() -> None:
    """Who remembers that the second one was right gains nothing by it."""

    def place(question: Single) -> int:
        return [option.right for option in question.options].index(True)

    singles = [(a, b) for a, b in PAIRS if isinstance(a, Single) and isinstance(b, Single)]
    assert len(singles) > 10
    assert sum(place(a) == place(b) for a, b in singles) <= len(singles) / 4


def test_the_tests_come_back_in_no_review_and_no_progress() -> None:
    """They measure; asked again for practice they would measure nothing."""
    for test in assessment.TESTS:
        assert not [q.id for q in questions_of(test) if recall.reviewable(q)]


# --- taking a test ---------------------------------------------------------------------------


def right_response(question: Question) -> Any:
    if isinstance(question, Numeric):
        return question.answer_text or question.answer
    assert isinstance(question, Single)
    return [option.right for option in question.options].index(True)


def wrong_response(question: Question) -> Any:
    if isinstance(question, Numeric):
        return question.near[0].value
    assert isinstance(question, Single)
    return [option.right for option in question.options].index(False)


def give(sheet: Sheet, question: Question, response: Any, event: str = "check") -> None:
    sheet._received(sheet, {"event": event, "item": question.id, "response": response}, None)


def take(test: str, right: int) -> Sheet:
    sheet = take_test(test)
    assert isinstance(sheet, Sheet)
    for n, question in enumerate(questions_of(test)):
        give(sheet, question, (right_response if n < right else wrong_response)(question))
    return sheet


@pytest.mark.parametrize("test", ["pre", "post"])
def test_neither_the_page_nor_the_saved_notebook_holds_a_key(test: str) -> None:
    sheet = take_test(test)
    assert isinstance(sheet, Sheet)
    page = json.dumps([sheet.content, sheet.state], ensure_ascii=False)
    data = [d for d in shown(f"{test}-test") if d]
    saved = json.dumps(data, ensure_ascii=False)
    for question in questions_of(test):
        secrets = [question.hint, question.explain]
        if isinstance(question, Single):
            secrets += [option.say for option in question.options]
        if isinstance(question, Numeric):
            secrets += [near.say for near in question.near]
        assert all(secret and secret not in page and secret not in saved for secret in secrets)
    assert '"right": true' not in page
    assert all(item["answer"] == 0 for item in sheet.content["items"] if item["kind"] == "numeric")
    assert all(tidy.is_twin(d) for d in data if "text/html" in d)


def test_right_and_wrong_answers_look_the_same_until_the_end() -> None:
    sheet = take("pre", right=11)
    outcomes = {json.dumps(known["outcome"], sort_keys=True) for known in sheet.state.values()}
    assert len(sheet.state) == len(PAIRS)
    assert len(outcomes) == 1
    assert json.loads(outcomes.pop())["verdict"] == "kept"
    assert {known["saved"] for known in sheet.state.values()} == {True}
    again = take_test("pre")
    assert isinstance(again, Sheet)
    assert {k: v["response"] for k, v in again.state.items()} == {
        k: v["response"] for k, v in sheet.state.items()
    }
    assert {known["outcome"]["verdict"] for known in again.state.values()} == {"kept"}


def test_what_cannot_be_read_is_no_answer() -> None:
    sheet = take_test("pre")
    assert isinstance(sheet, Sheet)
    number = next(q for q in questions_of("pre") if isinstance(q, Numeric))
    give(sheet, number, "many")
    assert sheet.state[number.id]["outcome"]["verdict"] == "unanswered"
    assert assessment.result("pre").answers.count(None) == len(PAIRS)
    for junk in (None, 7, {"event": "check"}, {"event": "check", "item": ["x"]}):
        sheet._received(sheet, junk, None)


def test_the_last_answer_before_the_end_counts() -> None:
    sheet = take("pre", right=0)
    first, second, *_ = questions_of("pre")
    give(sheet, first, right_response(first))
    panel = my_test_result("pre")
    assert not assessment.result("pre").ended
    told = panel.told()
    assert told["lines"][0] == f"Pre-test: 1 of {len(PAIRS)} (5 per cent)."
    assert [row["answer"] for row in told["rows"]] == ["right"] + ["not right"] * (len(PAIRS) - 1)
    give(sheet, second, right_response(second))
    assert panel.told() == told, "an answer after the end does not count"
    assert assessment.result("pre").ended


def test_open_questions_are_named_before_the_test_ends() -> None:
    sheet = take("post", right=len(PAIRS))
    third = questions_of("post")[2]
    give(sheet, third, None, "reset")
    panel = my_test_result("post")
    told = panel.told()
    assert told["open"]
    assert "Still open: 3." in told["lines"][0]
    assert told["rows"] == []
    assert not assessment.result("post").ended
    told = panel.told(end=True)
    assert told["rows"][2]["answer"] == "none"
    assert assessment.result("post").points == len(PAIRS) - 1
    assert ASSESSMENT["no_pre"] in told["lines"]


def test_the_gain_is_told_after_both() -> None:
    take("pre", right=11)
    my_test_result("pre").told()
    take("post", right=22)
    lines = my_test_result("post").told()["lines"]
    assert lines[0].startswith(f"Post-test: {len(PAIRS)} of {len(PAIRS)}")
    assert "Pre-test: 50 per cent. Normalised gain: 1.00" in lines[1]


def test_a_perfect_pre_test_leaves_nothing_to_gain() -> None:
    take("pre", right=22)
    my_test_result("pre").told()
    take("post", right=3)
    assert my_test_result("post").told()["lines"][1] == ASSESSMENT["gain_none"]


def test_a_copy_without_keys_keeps_the_answers_for_the_teacher(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bare = [assessment.without_key(question) for question in questions_of("pre")]
    full = questions_of("pre")
    monkeypatch.setattr(assessment, "questions_of", lambda _test: bare)
    sheet = take_test("pre")
    assert isinstance(sheet, Sheet)
    for question in full:
        give(sheet, question, right_response(question))
    assert {known["outcome"]["verdict"] for known in sheet.state.values()} == {"kept"}
    told = my_test_result("pre").told()
    assert told["lines"] == [ASSESSMENT["kept_for_teacher"]]
    assert told["rows"] == []


def test_a_test_that_does_not_exist_gets_one_sentence() -> None:
    for made in (take_test("mid"), my_test_result("mid"), take_test(None)):  # type: ignore[arg-type]
        assert isinstance(made, Notice)
        assert 'write "pre" or "post"' in repr(made)


def test_every_key_is_graded_right_and_every_named_slip_wrong() -> None:
    for question in (q for pair in PAIRS for q in pair):
        assert grade(question, right_response(question)).score == 1, question.id
        assert grade(question, wrong_response(question)).score == 0, question.id


# --- the gain ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pre", "post", "expected"),
    [
        (0.4, 0.7, 0.5),
        (0, 1, 1),
        (0.5, 0.5, 0),
        (0.5, 0.25, -0.5),
        (0.0, 0.0, 0),
        ([0.2, 0.6], [0.6, 0.8], 0.5),
        # The means first, as in the source: the mean of the two gains would be 0.5.
        ([0.0, 0.8], [0.0, 1.0], 1 / 6),
        ((0.4,), (0.7,), 0.5),
    ],
)
def test_gain(pre: Any, post: Any, expected: float) -> None:
    assert gain(pre, post) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("pre", "post", "message"),
    [
        (1, 1, "nothing was left to gain"),
        ([1, 1.0], [1, 0.5], "nothing was left to gain"),
        ([], [], "pre is empty"),
        ([0.5], [], "post is empty"),
        (-0.1, 0.5, "pre holds -0.1"),
        (0.4, 1.2, "post holds 1.2"),
        (40, 70, "a share from 0 to 1"),
        (float("nan"), 0.5, "pre holds nan"),
        ("0.4", 0.7, "pre holds '0.4'"),
        (True, 0.7, "pre holds True"),
        ([0.4, None], [0.5, 0.5], "pre holds None"),
        ([0.4, 0.5], [0.7], "same learners"),
        (0.4, [0.7, 0.8], "same learners"),
    ],
)
def test_gain_says_what_is_wrong(pre: Any, post: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as problem:
        gain(pre, post)
    assert "\n" not in str(problem.value)


def test_a_result_counts_open_questions_as_not_right() -> None:
    questions = tuple(questions_of("pre")[:2])
    one = grade(questions[0], right_response(questions[0]))
    assert Result(questions, (one, None), True).share == 0.5


# --- the routes and the map -----------------------------------------------------------------


def test_the_minutes_of_the_routes_are_those_of_the_lessons(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = {lesson.number: lesson.minutes for lesson in catalogue.lessons()}
    found = routes().routes
    assert [route.name for route in found] == ["One lesson", "Two weeks", "The full course"]
    for route in found:
        assert route.minutes == sum(stated[lesson.number] for lesson in route.lessons) > 0
        assert catalogue.duration(route.minutes) in repr(routes())
        assert catalogue.duration(route.minutes) in routes()._repr_html_()
    assert [lesson.number for lesson in found[2].lessons] == sorted(stated)
    before = [route.minutes for route in found]
    copy = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    path = copy / "notebooks" / "05-round-one.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"\*\*Time\*\* \d+ minutes", "**Time** 75 minutes", text), encoding="utf-8"
    )
    assert [route.minutes for route in routes().routes] == [n + 75 - stated["05"] for n in before]
    path.unlink()
    assert "Two weeks: 00 01 03 05 06 09 11" in repr(routes())
    assert "still planned: 05" in repr(routes()).splitlines()[0]


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (75, "1 h 15 min")]
)
def test_minutes_as_people_say_them(minutes: int, said: str) -> None:
    assert catalogue.duration(minutes) == said


def test_the_first_page_shows_the_routes_and_the_map() -> None:
    cells = {
        cell["id"]: cell
        for cell in catalogue.notebook_cells(ROOT / "notebooks/00-start-here.ipynb")
    }
    assert cells["routes"]["source"] == "routes()"
    # Minutes are computed and never typed, but for those of this page.
    prose = [c["source"] for c in cells.values() if c["cell_type"] == "markdown"]
    hours = [run for text in prose for run in re.findall(r"\d+ (?:hours|minutes|min|h)\b", text)]
    assert hours == ["5 minutes"]


def test_the_map_by_objective_is_the_same_for_everybody(own_record: Any) -> None:
    fresh = course_map(by="objective")
    for lesson in catalogue.lessons()[1:]:
        for label, aim in lesson.objectives.items():
            assert f"{label} {aim}" in fresh.twin_text
    take("pre", right=22)
    question = next(
        q for q in lesson_items() if q.id[:3] == "05-" and q.kind == "single" and q.core
    )
    from dialogue.widgets.saving import record

    record(question, "check", right_response(question), grade(question, right_response(question)))
    after = course_map(by="objective")
    assert (after.twin_text, after.twin_html) == (fresh.twin_text, fresh.twin_html)
    # Live it is the house's own panel: one objective is begun now, and the test began none.
    states = [o["state"] for one in after.shown()["lessons"] for o in one["objectives"]]
    assert states.count("begun") == 1
    assert states.count("new") == len(states) - 1
    assert "write" in repr(course_map(by="colour"))
    assert isinstance(course_map(by="colour"), Notice)


# --- the glossary ----------------------------------------------------------------------------


def test_the_glossary_page_has_every_term_without_a_kernel() -> None:
    saved = "".join(next(d["text/html"] for d in shown("glossary") if "text/html" in d))
    html = glossary().twin_html
    assert saved.count("<summary>") == html.count("<summary>")
    assert html.count("<details>") == len(entries()) > 70
    assert html.count("<summary>") == html.count("</details>") == len(entries())
    assert [entry["id"] for entry in entries() if not entry["arabic"]] == []
    # Every Arabic run has an element of its own that says language and direction.
    inside = re.findall(r'<bdi dir="rtl" lang="ar">(.*?)</bdi>', html)
    assert len(inside) >= 2 * len(entries())
    outside = re.sub(r"<bdi[^>]*>.*?</bdi>", "", html)
    assert re.findall(r"[\u0600-\u06ff]+", outside) == []


def test_every_entry_names_a_source_and_its_paragraphs() -> None:
    for entry in entries():
        assert entry["plain"], entry["id"]
        assert entry["sources"], entry["id"]
        assert all(re.fullmatch(r"P\d+", p) for p in entry["paragraphs"]), entry["id"]


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("PMF", "Popular Mobilization Forces (PMF)"),
        ("الحشد الشعبى", "Popular Mobilization Forces (PMF)"),
        ("mustafa Al-KADHIMI", "Mustafa al-Kadhimi"),
        ("communique", "communiqué"),
        ("Agnès Callamard", "Agnes Callamard"),
        ("kadimi", "Mustafa al-Kadhimi"),
        ("Khazimi", "Mustafa al-Kadhimi"),
        ("Suleymani", "Qassem Soleimani"),
        ("sistani", "Ali al-Sistani"),
        ("سيستاني", "Ali al-Sistani"),
        ("المرجعية", "Marja'iya"),
        ("مرجعية", "Marja'iya"),
        ("الإطار التنسيقي", "Coordination Framework"),
        ("مذكرة القبض", "arrest warrant"),
    ],
)
def test_a_term_is_found_in_any_spelling(wish: str, name: str) -> None:
    assert f"\n{name}: " in glossary(wish).twin_text
    assert glossary(wish).twin_text.startswith(f"Glossary: {name} (1 term)\n")


def test_a_spelling_of_two_terms_shows_both_and_an_unknown_one_a_message() -> None:
    both = "Security Agreement of 2008, status of forces agreement (SOFA)"
    assert glossary("SOFA").twin_text.startswith(f"Glossary: {both} (2 terms)\n")
    problem = glossary("Mustana Kadhimov", "PMF")
    assert isinstance(problem, Notice)
    assert "Mustafa al-Kadhimi" in repr(problem)


@pytest.mark.parametrize("wish", ["pmf", "PMF", "IS", "CTS", "sanctions"])
def test_a_name_comes_before_a_word_in_the_meaning_of_another(wish: str) -> None:
    """`pmf` opened Fatah, whose explanation speaks of the PMF."""
    ranked = sorted(
        (place, entry["id"], entry["keys"])
        for entry in entries()
        if (place := rank(entry, wish)) is not None
    )
    assert len(ranked) > 1, "nothing to tell apart"
    assert ranked[0][0] == EXACT
    assert fold(wish) in ranked[0][2]


def test_what_sounds_alike_is_not_everything() -> None:
    assert sounds("al-Kadhimi") == sounds("Kazemi") == sounds("kadimi") == ["kdm"]
    assert sounds("PMF") == sounds("Amiri") == sounds("الكاظمي") == []
    assert rank({"keys": [], "sounds": ["kdm"], "meaning": ""}, "Hakim") is None


def test_no_wish_shows_a_message() -> None:
    assert isinstance(glossary(""), Notice)


# --- in a live page ---------------------------------------------------------------------------


class Live(Page):
    def on(self, script: str, value: Any = None) -> Any:
        return self.page.evaluate(script, value)

    def key(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def live(browser: Any, lab: Lab) -> Iterator[Callable[[str], Live]]:
    pages: dict[str, Live] = {}

    def opened(notebook: str) -> Live:
        if notebook not in pages:
            pages[notebook] = Live(browser, lab, notebook)
            pages[notebook].open()
            pages[notebook].run_all()
        return pages[notebook]

    yield opened
    for page in pages.values():
        page.close()
    for session in lab.api("api/sessions"):
        lab.api(f"api/sessions/{session['id']}", "DELETE")


PANEL = ".dialogue-glossary"
VISIBLE = f"""() => [...document.querySelector('{PANEL}').querySelectorAll('li[data-term]')]
    .filter((n) => !n.hidden).map((n) => n.dataset.term)"""
WHERE = f"""() => {{
    const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
    return {{
      tag: node.localName, term: node.closest('{PANEL} li[data-term]')?.dataset.term ?? null,
      open: node.parentElement?.open ?? null, high: box.height,
      outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth) || 0,
    }};
}}"""


@pytest.fixture
def terms(live: Callable[[str], Live]) -> Iterator[Live]:
    page = live("glossary")
    page.page.locator(f"{PANEL} li[data-term]").nth(70).wait_for(state="attached")
    search(page, "")
    page.on(f"document.querySelectorAll('{PANEL} details').forEach((d) => {{ d.open = false; }})")
    yield page
    page.page.set_viewport_size({"width": 1280, "height": 900})
    page.on("document.querySelector('.jp-Notebook').removeAttribute('dir')")


def search(page: Live, wish: str) -> list[str]:
    page.page.locator(f"{PANEL} input[type=search]").first.fill(wish)
    return page.on(VISIBLE)


@pytest.mark.slow  # every term; one is opened below
def test_every_term_opens_by_keyboard(terms: Live) -> None:
    terms.page.locator(f"{PANEL} input[type=search]").first.focus()
    for entry in entries():
        for _ in range(12):  # past the links of the term before
            terms.key("Tab")
            now = terms.on(WHERE)
            if now["tag"] == "summary":
                break
        assert (now["tag"], now["term"], now["open"]) == ("summary", entry["id"], False)
        assert now["outline"] >= 2, entry["id"]
        assert now["high"] >= 24, entry["id"]
        terms.key("Enter")
        assert terms.on(WHERE)["open"], entry["id"]
        body = terms.page.locator(f'{PANEL} li[data-term="{entry["id"]}"] .dg-body').first
        said = body.inner_text()
        assert entry["plain"] in said
        assert (entry["arabic"] or GLOSSARY["no_arabic"]) in said
        assert all(variant in said for variant in entry["variants"])
        assert (", ".join(entry["paragraphs"]) or GLOSSARY["no_paragraph"]) in said
        assert all(one["text"] in said for one in entry["sources"])
        terms.key("Space")
        assert not terms.on(WHERE)["open"], entry["id"]


# What is typed, and the terms that it finds among others.
TYPED = {
    "PMF": ["popular-mobilization-forces"],
    "hashd al shaabi": ["popular-mobilization-forces"],
    "الكَاظِمي": ["mustafa-al-kadhimi"],
    "الكاظمى": ["mustafa-al-kadhimi"],
    "اتفاقيه الاطار": ["strategic-framework-agreement"],
    "COMMUNIQUÉ": ["communique"],
    "communique": ["communique"],
    "Ka’ib Hez": [],
    "Kata'ib": ["kataeb-hezbollah"],
    "Qods": ["quds-force"],
    "kadimi": ["mustafa-al-kadhimi"],
    "pmf": ["popular-mobilization-forces", "fatah"],
}


def test_typing_filters_and_forgives(terms: Live) -> None:
    for wish, wanted in TYPED.items():
        found = search(terms, wish)
        assert set(wanted) <= set(found), (wish, found)
        assert len(found) < len(entries()) / 2, wish
        # The page folds, hears and ranks as Python does.
        fits = [(rank(e, wish), e["id"]) for e in entries()]
        assert found == [
            name for _, name in sorted((f for f in fits if f[0] is not None), key=lambda f: f[0])
        ], wish
        said = GLOSSARY["count"].format(n=len(found), total=len(entries()))
        expected = said if found else GLOSSARY["none"]
        count = terms.page.locator(f"{PANEL} .dg-count").first
        wait_until(lambda count=count, e=expected: count.text_content() == e, expected)
    assert len(search(terms, "")) == len(entries())


def test_enter_opens_the_first_that_fits_and_escape_empties(terms: Live) -> None:
    field = terms.page.locator(f"{PANEL} input[type=search]").first
    field.focus()
    terms.page.keyboard.type("Qods")
    terms.key("Enter")
    now = terms.on(WHERE)
    assert (now["tag"], now["term"], now["open"]) == ("summary", "quds-force", True)
    field.focus()
    terms.key("Escape")
    assert field.input_value() == ""
    assert len(terms.on(VISIBLE)) == len(entries())
    terms.key("Escape")
    assert terms.on("document.activeElement.closest('.dialogue-glossary') === null")


def test_letters_typed_in_the_glossary_stay_in_it(terms: Live) -> None:
    """`x` would cut the cell, `a` add one: JupyterLab listens inside outputs, too."""
    cells = terms.page.locator(".jp-Notebook .jp-Cell").count()
    terms.page.locator(f"{PANEL} summary").first.focus()
    terms.key("a", "b", "x", "ArrowDown")
    assert terms.page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert terms.on(WHERE)["tag"] == "summary"


def test_arabic_keeps_its_direction_on_a_mirrored_page(terms: Live) -> None:
    terms.on("document.querySelector('.jp-Notebook').setAttribute('dir', 'rtl')")
    terms.on(f"document.querySelectorAll('{PANEL} details').forEach((d) => {{ d.open = true; }})")
    found = terms.on(
        f"""() => [...document.querySelectorAll('{PANEL} bdi[lang=ar]')]
            .map((n) => getComputedStyle(n).direction)"""
    )
    assert len(found) > 100
    assert set(found) == {"rtl"}
    latin = terms.on(
        f"""() => [...document.querySelectorAll('{PANEL} .dg-body > p')]
            .map((n) => getComputedStyle(n).direction)"""
    )
    assert set(latin) == {"ltr"}


def test_the_glossary_fits_a_narrow_page(terms: Live) -> None:
    terms.on(f"document.querySelectorAll('{PANEL} details').forEach((d) => {{ d.open = true; }})")
    if terms.page.locator("#jp-left-stack").is_visible():
        terms.page.keyboard.press("Control+b")
    terms.page.set_viewport_size({"width": 320, "height": 500})
    wait_until(lambda: terms.on(f"document.querySelector('{PANEL}').clientWidth") < 320, "narrow")
    wide = f"() => {{ const n = document.querySelector('{PANEL}'); return [n.scrollWidth, n.clientWidth]; }}"
    scroll, client = terms.on(wide)
    assert scroll <= client


def axe(page: Live, region: str, state: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page.page, {"include": [[region]]})
    assert found.violations_count == 0, f"{state}\n{found.generate_report()}"
    assert len(found.response["passes"]) > 5, "axe looked at next to nothing"


def test_axe_finds_nothing_in_the_glossary(terms: Live) -> None:
    axe(terms, PANEL, "closed")
    terms.on(f"document.querySelectorAll('{PANEL} details').forEach((d) => {{ d.open = true; }})")
    axe(terms, PANEL, "open")
    search(terms, "qqqq")
    axe(terms, PANEL, "nothing found")
    assert terms.errors == []
    assert terms.outside_requests() == []


@pytest.mark.slow
def test_a_test_is_taken_by_keyboard_and_tells_nothing_before_the_end(
    live: Callable[[str], Live],
) -> None:
    page = live("pre-test")
    first = questions_of("pre")[0]
    form = page.question(first.id)
    form.wait_for()
    form.locator("input[type=radio]").first.focus()
    page.key("Space", "Enter")
    status = form.locator(".dq-status")
    wait_until(lambda: status.text_content() == ASSESSMENT["kept"], "it is kept")
    wait_until(lambda: form.locator(".dq-note").text_content(), "it is saved")
    assert form.locator("[data-state=right], [data-state=wrong], [data-state=key]").count() == 0
    assert status.text_content() == ASSESSMENT["kept"]
    for name in ("Hint", "Show the answer"):
        assert not form.get_by_role("button", name=name, exact=True).is_visible()
    show = page.page.get_by_role("button", name=ASSESSMENT["show"], exact=True)
    show.focus()
    page.key("Enter")
    box = page.page.locator(".dq", has=show)
    wait_until(lambda: "Still open: 2, 3," in box.inner_text(), "open questions are named")
    axe(page, f'form[data-item="{first.id}"]', "kept")
    page.key("Tab")
    assert page.on("document.activeElement.textContent") == ASSESSMENT["end"]
    page.key("Enter")
    wait_until(lambda: f"Pre-test: 0 of {len(PAIRS)}" in box.inner_text(), "the result is told")
    assert box.locator("tbody tr").count() == len(PAIRS)
    assert page.on("document.activeElement.textContent") == ASSESSMENT["show"]
    page.on("document.querySelector('.dq table').closest('.dq').id = 'told'")
    axe(page, "#told", "told")
    assert page.errors == []
    assert page.outside_requests() == []
