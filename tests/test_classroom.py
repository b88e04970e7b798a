"""A lesson on paper and on the wall: no key where learners look, everything by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, TYPEFACE, fonts, wait_until
from dialogue import bank
from dialogue.bank import selection
from dialogue.classroom import (
    beats,
    handout,
    plan,
    printing,
    slides,
    wall,
)
from dialogue.cli import main
from dialogue.course import catalogue
from dialogue.course.files import FileFault
from dialogue.questions import Multiple, Option, Single
from dialogue.widgets import scripts

LESSONS = [lesson for lesson in catalogue.lessons() if lesson.written and lesson.number != "00"]
INJECTIONS = [
    each["text"]
    for each in json.loads((ROOT / "tests/injections.json").read_text(encoding="utf-8"))
]


def words(page: str) -> str:
    bare = re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", page, flags=re.S)
    return re.sub(r"\W+", " ", unescape(bare))


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.replace("*", "").replace("`", "")).strip()


def test_there_is_a_handout_for_twelve_lessons() -> None:
    assert len(LESSONS) == 12


@pytest.mark.sweep(2)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_a_handout_holds_no_key_and_the_key_holds_all(lesson: catalogue.Lesson) -> None:
    questions = handout.chosen(lesson, selection.select([lesson.stem]))
    assert len(questions) == handout.QUESTIONS + 1
    assert [q.kind for q in questions].count("essay") == 1
    assert len({q.objective for q in questions}) == len(lesson.objectives)
    assert len({q.kind for q in questions}) >= 3
    assert not [q.id for q in questions if q.use in ("lane", "graded")]
    learner = words(handout.handout(lesson, questions))
    teacher = words(handout.key(lesson, questions))
    assert plain(next(iter(handout._key_points(lesson).striptags().split(".")))) not in learner
    for question in questions:
        assert plain(question.ask) in learner
        assert plain(question.explain) not in learner
        assert plain(question.explain) in teacher
        for option in getattr(question, "options", ()):
            if option.say:
                assert plain(option.say) not in learner
                assert option.right or plain(option.say) in teacher


@pytest.mark.sweep(2)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_a_handout_can_be_worked_on_without_anything_else(lesson: catalogue.Lesson) -> None:
    """The question, the text or its digest, a picture, the vote twice, a task and its rubric."""
    cells = catalogue.notebook_cells(lesson.path)
    questions = handout.chosen(lesson, selection.select([lesson.stem]))
    page = handout.handout(lesson, questions)
    assert plain(beats.opening(cells)) in words(page)
    assert beats.opening(cells).endswith("?")
    assert "<table>" in page.split("Questions</h2>")[0] or "in our words" in page
    assert page.count("<figure>") == page.count("</figcaption>") == 1
    assert "after the talk" in page
    assert page.count('class="write"') == page.count('class="rubric"') == 1
    assert "next cell" not in words(page)
    assert not re.search(r"<td>\s*</td>|<li>\s*</li>", page.split("Questions</h2>")[0])


@pytest.mark.sweep(2)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_a_handout_asks_for_nothing_that_it_does_not_print(lesson: catalogue.Lesson) -> None:
    questions = selection.select([lesson.stem])
    picked = handout.chosen(lesson, questions)
    cells = catalogue.notebook_cells(lesson.path)
    assert not {q.id for q in picked} & set(beats.asked(cells, "data-exercise"))
    told = plan.sections(lesson.notes.read_text("utf-8")).get("On paper", "")
    left_out = set(plan.ID.findall(told))
    assert left_out <= {q.id for q in questions}
    assert not left_out & {q.id for q in picked}
    page = handout.handout(lesson, picked)
    # Paragraphs to choose from stand with their question.
    texts = [
        text for q in picked for role, said in q.shown() if role != "paragraph" for text in said
    ]
    named = re.findall(r"\bP\d+\b", " ".join([*texts, *(q.ask for q in picked)]))
    assert {name for name in named if f"<dt>{name}</dt>" not in page} == set()


@pytest.mark.sweep(2)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_a_plan_says_when_what_is_asked_and_how_it_goes_wrong(lesson: catalogue.Lesson) -> None:
    known = bank.course_bank().questions
    notes = plan.sections(lesson.notes.read_text("utf-8"))
    steps = plan.steps(notes[plan._PLAN], known)
    assert len(steps) >= 5
    assert sum(len(step.asks) for step in steps) >= 5
    assert all(step.happens for step in steps)
    page = words(plan.page(lesson))
    assert all(plain(ask) in page for step in steps for ask, _ in step.asks)
    # "Ask, and the answer" holds one for each: a vote and a forecast say what they are.
    assert all(answer and plain(answer) in page for step in steps for _, answer in step.asks)
    assert "What they will misread" in page


# Points of the smallest letters on paper: of what a sheet says, and of its pictures; 0 where a
# sheet does not fit.
SMALLEST = """() => {
  const sheets = [...document.querySelectorAll(".sheet")];
  const over = sheets.some((sheet) => {
    sheet.classList.add("measured");
    const runs = sheet.scrollHeight > sheet.clientHeight + 1;
    sheet.classList.remove("measured");
    return runs;
  });
  const drawn = [...document.querySelectorAll("svg text")].filter((one) => one.textContent.trim());
  const points = (one) => {
    const grown = one.getScreenCTM();
    return parseFloat(getComputedStyle(one).fontSize) * Math.hypot(grown.a, grown.b) * 0.75;
  };
  return over ? 0 : Math.min(...sheets.map((one) => parseFloat(one.dataset.points)), ...drawn.map(points));
}"""


@pytest.mark.slow  # every lesson
def test_handouts_have_two_pages_and_plans_one_in_letters_one_can_read(
    browser: Any, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    page = context.new_page()
    found = {}
    for lesson in LESSONS:
        questions = handout.chosen(lesson, selection.select([lesson.stem]))
        made = {"handout": handout.handout(lesson, questions), "plan": plan.page(lesson)}
        for name, content in made.items():
            file = tmp_path / f"{lesson.number}-{name}.html"
            file.write_text(content, "utf-8")
            page.goto(file.as_uri())
            page.wait_for_function("document.documentElement.dataset.fitted !== undefined")
            small = page.evaluate(SMALLEST)
            page.pdf(path=file.with_suffix(".pdf"), prefer_css_page_size=True)
            found[file.stem] = printing.pages(file.with_suffix(".pdf")), small >= 8
    context.close()
    wanted = {name: (2 if "handout" in name else 1, True) for name in found}
    assert found == wanted


@pytest.mark.slow
def test_a_folder_of_handout_key_and_plan_is_printed_in_the_bundled_typeface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser_path: str
) -> None:
    monkeypatch.setenv("DIALOGUE_BROWSER", browser_path)
    lesson = next(lesson for lesson in LESSONS if lesson.number == "05")
    handout.build(tmp_path / "x", lesson, selection.select([lesson.stem]))
    printed = {
        name: tmp_path / "x" / f"{lesson.stem}-{name}.pdf" for name in ("handout", "key", "plan")
    }
    assert printing.pages(printed["handout"]) == 2
    assert printing.pages(printed["plan"]) == 1
    # The count holds elsewhere, because no font of this machine has a part in it.
    assert set().union(*(fonts(file) for file in printed.values())) <= TYPEFACE


def test_without_a_browser_there_is_html_and_a_word_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIALOGUE_BROWSER", "")
    assert main(["handout", "5", "--output", str(tmp_path / "five")]) == 0
    assert "there is no PDF" in capsys.readouterr().err
    names = sorted(file.name for file in (tmp_path / "five").iterdir())
    assert names == [f"05-round-one-{page}.html" for page in ("handout", "key", "plan")]
    assert main(["handout", "5", "--output", str(tmp_path / "five")]) == 1
    assert "--force" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["handout", "77", "--output"],
        ["screen", "05-no-such-thing", "--output"],
        ["screen", "05-tweak-intends", "--output"],
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_left(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, str(tmp_path / "x")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_a_browser_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALOGUE_BROWSER", "false")  # a program that ends at once, and badly
    lesson = LESSONS[0]
    with pytest.raises(FileFault, match="no PDF"):
        handout.build(tmp_path / "x", lesson, selection.select([lesson.stem]))
    assert not list(tmp_path.iterdir())


def test_a_card_has_a_letter_and_a_shape_of_its_own(tmp_path: Path) -> None:
    assert main(["cards", "--sets", "3", "--output", str(tmp_path / "c.html")]) == 0
    page = (tmp_path / "c.html").read_text("utf-8")
    for letter, shape in handout.SHAPES.items():
        assert page.count(f"<b>{letter}</b>") == 3
        assert page.count(shape) == 3
    assert len(set(handout.SHAPES.values())) == 4


def test_hostile_strings_are_words_on_the_wall() -> None:
    questions = [
        Single(
            id=f"x-{n}", ask=raw or "-", options=(Option(raw or "-", raw, True), Option("b", raw))
        )
        for n, raw in enumerate(INJECTIONS)
    ]
    page = wall.page(questions, INJECTIONS[0])
    bare = page.replace(scripts.script("wall"), "")
    assert bare.count("<script>") == 1
    assert not re.search(r"<(img|svg|iframe|a|object|embed|link|base|form)\b", bare)
    assert not re.search(r"<[^>]*\son\w+=", bare)


# --- on the wall, in a browser -----------------------------------------------------------------


@pytest.fixture
def shown(browser: Any, tmp_path: Path) -> Iterator[Any]:
    known = bank.course_bank().questions
    vote = next(q for q in known.values() if isinstance(q, Single) and q.id.startswith("05"))
    many = next(q for q in known.values() if isinstance(q, Multiple))
    other = next(q for q in known.values() if q.kind == "numeric" and q.use != "lane")
    file = tmp_path / "wall.html"
    file.write_text(wall.page([vote, other, many], "On the wall"), "utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(file.as_uri())
    yield page
    assert page.errors == []
    context.close()


def test_the_wall_by_keyboard(shown: Any) -> None:
    def visible() -> list[str]:
        return shown.locator("main > section:visible").evaluate_all("all => all.map(n => n.id)")

    press = shown.keyboard.press
    assert visible() == ["q1"]
    key = shown.locator("#q1 .reveal")
    assert not key.is_visible()
    press("r")
    assert key.is_visible()
    press("r")
    assert not key.is_visible()
    press("ArrowRight")
    assert visible() == ["q2"]
    press("PageDown")
    press("PageDown")  # the last one stays
    assert visible() == ["q3"]
    press("ArrowLeft")
    press("p")
    assert visible() == ["q1"]
    press("?")
    assert shown.locator("#keys").is_visible()
    assert shown.locator("#clock").inner_text() == "2:00"
    press("+")
    assert shown.locator("#clock").inner_text() == "2:30"
    press("t")
    shown.wait_for_function("document.getElementById('clock').textContent < '2:30'")
    press("t")
    stopped = shown.locator("#clock").inner_text()
    shown.wait_for_timeout(1200)
    assert shown.locator("#clock").inner_text() == stopped


def test_no_type_on_the_wall_is_smaller_than_24_points(shown: Any) -> None:
    shown.keyboard.press("r")
    shown.keyboard.press("v")
    shown.keyboard.press("?")
    sizes = shown.evaluate(
        """() => [...document.body.querySelectorAll('*')]
            .filter(n => n.checkVisibility() && n.id !== 'said'
              && [...n.childNodes].some(c => c.nodeType === 3 && c.textContent.trim()))
            .map(n => [parseFloat(getComputedStyle(n).fontSize) * 0.75, n.textContent.slice(0, 30)])"""
    )
    assert len(sizes) > 10
    assert [each for each in sizes if each[0] < 23.9] == []


TYPED = """(field, value) => {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def test_the_first_vote_is_hidden_until_the_second_is_in(shown: Any) -> None:
    press = shown.keyboard.press
    press("v")
    talk, show, bars = (
        shown.locator(f"#q1 {one}") for one in ("[data-do=talk]", "[data-do=show]", ".bars")
    )
    first = shown.locator("#q1 input[data-vote='1']")
    second = shown.locator("#q1 input[data-vote='2']")
    assert talk.is_disabled()
    for n in range(first.count()):
        press(str(n + 2))
        press("Tab")
    assert [first.nth(n).input_value() for n in range(2)] == ["2", "3"]
    assert second.first.is_hidden()
    press("Enter")  # Tab has come to the button
    # While the class talks nobody sees how it voted, only that it did.
    assert first.first.is_hidden()
    total = sum(range(2, 2 + first.count()))
    assert f"Vote 1 is in: {total} votes." in shown.locator("#q1").inner_text()
    assert bars.is_hidden()
    assert show.is_disabled()
    press("9")  # the first field of the second vote
    assert not show.is_disabled()

    def kept() -> bool:
        shown.reload()
        press("v")
        back = (first.first.input_value(), second.first.input_value()) == ("2", "9")
        if not back:  # typed again, for the next look
            first.first.evaluate(TYPED, "2")
            second.first.evaluate(TYPED, "9")
        return back

    # An accident: the counts are still there.  Chromium hands what is stored from one process to
    # another in its own time, and a page that is reloaded at once may lose what it stored last; a
    # wall that keeps nothing loses it every time.
    wait_until(kept, "the counts are back after a reload")
    assert first.first.is_hidden()  # and still hidden
    second.first.focus()
    press("Enter")
    told = bars.inner_text()
    assert "vote 1: 2 (" in told
    assert "vote 2: 9 (100 %)" in told
    shown.keyboard.press("Enter")  # change the counts
    # Letters typed into a field are not commands.
    first.first.focus()
    shown.keyboard.press("r")
    assert not shown.locator("#q1 .reveal").is_visible()
    shown.keyboard.press("Escape")
    shown.keyboard.press("r")
    assert shown.locator("#q1 .reveal").is_visible()


@pytest.mark.slow  # all questions at once
def test_every_question_fits_on_the_wall_and_nothing_lies_under_the_bar(
    browser: Any, tmp_path: Path
) -> None:
    known = [q for q in bank.course_bank().questions.values() if q.use != "lane"]
    file = tmp_path / "all.html"
    file.write_text(wall.page(known, "Round one: what was promised on 11 June 2020"), "utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("document.querySelector('main > section:not([hidden])')")
    cut, small = page.evaluate(
        """() => {
            const cut = [], small = [], main = document.querySelector("main");
            const bar = document.querySelector("nav").getBoundingClientRect().top;
            for (const section of document.querySelectorAll("main > section")) {
                if (main.scrollHeight > main.clientHeight || main.scrollWidth > main.clientWidth
                    || main.getBoundingClientRect().bottom > bar + 1) cut.push(section.dataset.item);
                for (const node of section.querySelectorAll("*"))
                    if (node.checkVisibility() && parseFloat(getComputedStyle(node).fontSize) < 24)
                        small.push([section.dataset.item, node.className]);
                const panel = section.querySelector(".vote");
                if (panel) {
                    document.querySelector("[data-do=vote]").click();
                    for (const field of panel.querySelectorAll("input")) {
                        field.value = 5;
                        field.dispatchEvent(new Event("input", { bubbles: true }));
                    }
                    panel.querySelector("[data-do=talk]").click();
                    panel.querySelector("[data-do=show]").click();
                    const bars = panel.querySelector(".bars").getBoundingClientRect();
                    const frame = main.getBoundingClientRect();
                    if (bars.height < 40 || bars.bottom > frame.bottom + 1)
                        cut.push(`bars of ${section.dataset.item}`);
                }
                document.querySelector("[data-do=next]").click();
            }
            return [cut, small];
        }"""
    )
    context.close()
    assert cut == []
    assert small == []


def test_one_goes_to_any_question_and_sees_the_mark(shown: Any) -> None:
    press = shown.keyboard.press
    press("g")
    names = shown.locator("#jump button")
    assert names.count() == 3
    press("ArrowDown")
    press("n")  # the page behind the list stays
    assert shown.locator("#q1").is_visible()
    press("ArrowDown")
    press("Enter")
    assert shown.locator("#q3").is_visible()
    assert shown.locator("#jump").is_hidden()
    press("g")
    press("Escape")
    assert shown.locator("#jump").is_hidden()
    sign = "n => getComputedStyle(n, '::after').content"
    mark = shown.locator("#q3 [data-right]").first
    assert mark.evaluate(sign) == "none"
    press("r")
    assert mark.evaluate(sign) == '"✓"'
    frame = shown.locator("main").bounding_box()
    box = mark.bounding_box()
    assert frame["y"] <= box["y"] + 1
    assert box["y"] + box["height"] <= frame["y"] + frame["height"] + 1
    press("r")
    assert mark.evaluate(sign) == "none"


def test_a_question_without_options_says_that_nobody_can_vote(shown: Any) -> None:
    shown.keyboard.press("n")
    shown.keyboard.press("v")
    assert "no options" in shown.locator("#said").inner_text()


def test_the_slip_on_the_withdrawal_date_does_not_go_out_alone() -> None:
    """P5 credits the wrong agreement; whoever has the paper alone must read that."""
    lesson = next(lesson for lesson in LESSONS if lesson.number == "05")
    about = next(q for q in selection.select([lesson.stem]) if "P5" in q.paragraphs())
    page = words(handout.handout(lesson, [about]))
    assert "Article 24 of the companion Security Agreement" in page


# --- slides ------------------------------------------------------------------------------------


@pytest.mark.sweep(2)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_slides_hold_no_key_and_the_notes_do(lesson: catalogue.Lesson) -> None:
    found = slides.of(lesson)
    assert len(found) >= 8
    page, notes = slides.page(lesson, found), slides.notes(lesson, found)
    voted = [q for q in bank.course_bank().questions.values() if plain(q.ask) in words(page)]
    assert voted
    for question in voted:
        assert plain(question.explain) not in words(page)
        assert plain(question.explain) in words(notes)
        for option in getattr(question, "options", ()):
            assert not option.say or plain(option.say) not in words(page)
    assert all(len(slide.notes) > 40 for slide in found)
    assert notes.count("<strong>Do:</strong>") == len(found)
    assert any("<figure>" in slide.shown for slide in found)
    assert beats.opening(catalogue.notebook_cells(lesson.path)) in unescape(found[0].shown)
    assert "next cell" not in words(page)
    assert "next cell" not in words(notes)
    assert "Typical misreadings" in notes
    assert "Typical misreadings" not in page
    for sheet in (page, notes):
        assert not re.search(r"<li>\s*</li>|<li[^>]*>\s*<p>\s*</p>", sheet)
        assert "&lt;" not in re.sub(r"<script>.*?</script>", "", sheet, flags=re.S)
    # Nothing is fetched: no source, style or picture from anywhere.
    assert not re.search(
        r'\s(?:src|href)="(?!#)', re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    )
    assert "@import" not in page


def test_a_slide_keeps_what_is_quoted_and_no_fold() -> None:
    source = (
        "## A heading\n\nWho says so? ([P8])[¹][src:CRS-R40011] It is said.\n\n"
        "> *recognised*[²][src:S] [³][src:T]\n\n"
        "1. First point. More of it.\n2. Second point.\n\n"
        "<details><summary>More</summary>\n\nFolded **words**.\n\n</details>\n"
    )
    assert slides._prose(source) == [
        "## A heading\n\nWho says so? (P8) It is said.\n\n> *recognised*\n\n"
        "1. First point. More of it.\n2. Second point."
    ]
    notes = slides._notes(source)
    assert "<strong>More</strong>" in notes
    assert "Folded <strong>words</strong>" in notes
    assert "(P8) (Congressional Research Service, 2011) It is said" in notes


def test_a_vote_stands_under_the_words_that_it_is_about() -> None:
    lesson = next(lesson for lesson in LESSONS if lesson.number == "05")
    (vote,) = (slide for slide in slides.of(lesson) if slide.name == "check-talk")
    assert "protecting the military personnel" in vote.shown.split("</blockquote>")[0]
    assert "<li>" in vote.shown.split("</blockquote>")[1]
    assert "Say no counts before the second vote" in vote.notes


def test_the_cases_of_several_sides_are_a_list() -> None:
    cases = "## Sides\n\nThe next cell lists all.\n\n**Baghdad:** one.\n\n**Erbil:** two."
    assert slides._prose(cases) == ["## Sides\n\n- **Baghdad:** one.\n- **Erbil:** two."]


def test_a_long_table_goes_on_with_its_head() -> None:
    row = f"| 1 May | {'word ' * 60}|"
    parts = slides._prose("\n".join(["## T", "", "| Day | Event |", "|---|---|", *[row] * 9]))
    assert len(parts) > 1
    assert all(part.startswith("## T\n\n| Day | Event |") for part in parts)
    assert sum(part.count(row) for part in parts) == 9


@pytest.mark.slow
def test_slides_move_by_keyboard_and_fetch_nothing(browser: Any, tmp_path: Path) -> None:
    assert main(["slides", "5", "--output", str(tmp_path / "s")]) == 0
    assert main(["slides", "5", "--output", str(tmp_path / "s")]) == 1  # never over a folder
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "s/05-round-one-slides.html").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    assert page.evaluate("Reveal.getIndices().h") == 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert page.evaluate("Reveal.getIndices().h") == 2
    for lesson in LESSONS:  # no slide of any lesson runs out of its frame
        file = tmp_path / f"{lesson.number}.html"
        file.write_text(slides.page(lesson, slides.of(lesson)), "utf-8")
        page.goto(file.as_uri())
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        faults = page.evaluate(
            """() => Reveal.getSlides().flatMap((slide) => {
                Reveal.slide(Reveal.getIndices(slide).h);
                const said = (what) => [[slide.id, what]];
                if (slide.scrollHeight > 720 || slide.scrollWidth > 1200) return said("runs over");
                const body = slide.innerText.replace(slide.querySelector("h1, h2")?.innerText ?? "", "");
                if (!body.trim() && !slide.querySelector("svg")) return said("is a heading alone");
                for (const node of slide.querySelectorAll("li, td, p, blockquote, figcaption"))
                    if (!node.textContent.trim() && node.tagName !== "TD") return said(`empty ${node.tagName}`);
                const drawn = slide.querySelector("figure svg")?.getBoundingClientRect();
                if (drawn && drawn.height < 0.4 * innerHeight) return said(`small picture ${drawn.height}`);
                return [];
            })"""
        )
        assert faults == [], lesson.stem
        small = page.evaluate(
            """() => [...document.querySelectorAll(".slides section *")]
                .filter(n => !n.closest("svg") && [...n.childNodes].some(
                    c => c.nodeType === 3 && c.textContent.trim()))
                .map(n => [parseFloat(getComputedStyle(n).fontSize), n.textContent.slice(0, 40)])
                .filter(([size]) => size < 24)"""
        )
        assert small == [], lesson.stem
        # On paper a slide is a page, whole, and nothing of the controls is left.
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        cut = page.evaluate(
            """() => [...document.querySelectorAll(".slides > section")].filter((slide) => {
                const { width, height } = slide.getBoundingClientRect();
                return Math.round(width) !== 1200 || Math.round(height) !== 720
                    || slide.scrollHeight > 720 || slide.scrollWidth > 1200;
            }).map(slide => slide.id).concat([...document.querySelectorAll(".reveal > :not(.slides)")]
                .filter(one => one.getClientRects().length).map(one => one.className))"""
        )
        assert cut == [], lesson.stem
        page.pdf(path=file.with_suffix(".pdf"), prefer_css_page_size=True)
        shown = page.evaluate("Reveal.getSlides().length")
        assert printing.pages(file.with_suffix(".pdf")) == shown, lesson.stem
        page.emulate_media(media="screen")
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()
