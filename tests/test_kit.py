"""The class kit: nobody's sheet tells what is another's, and the game on paper is the game."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, TYPEFACE, copy_course, fonts
from dialogue.classroom import kit, printing
from dialogue.cli import main
from dialogue.course import bargaining, negotiation, voice
from dialogue.course.files import FileFault
from dialogue.widgets.projector import projector


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kit without PDFs, for 24."""
    folder = tmp_path_factory.mktemp("kit") / "kit"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIALOGUE_BROWSER", "")
        kit.build(folder)
    return folder


def words(file: Path) -> str:
    return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", file.read_text("utf-8"), flags=re.S))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_every_sheet_is_there(built: Path) -> None:
    names = {file.relative_to(built).as_posix() for file in built.rglob("*.html")}
    assert {"index.html", "teacher/notes.html", "teacher/run-110.html"} <= names
    assert {"teacher/run-2x55.html", "teacher/debrief.html", "teacher/events.html"} <= names
    assert {"everybody/setting.html", "everybody/text.html", "everybody/ballots.html"} <= names
    assert {"us/points.html", "iraq/points.html", "us/home.html", "iraq/home.html"} <= names
    for role in kit.roles():
        assert f"{role.side}/role-{role.id}.html" in names
    assert not list(built.rglob("*.pdf"))


def test_a_secret_stands_on_one_sheet_alone(built: Path) -> None:
    sheets = {file: plain(words(file)) for file in built.rglob("*.html")}
    for role in kit.roles():
        for line in (role.secret, role.interest):
            if line.startswith("None."):
                continue
            where = {file.stem for file, text in sheets.items() if plain(line) in text}
            assert where == {f"role-{role.id}"}


def test_no_side_has_the_other_sides_points_or_rules(built: Path) -> None:
    m = negotiation.model()
    for side, other in (("us", "iraq"), ("iraq", "us")):
        column = [str(i.points[other][option]) for i in m.issues for option in i.options]
        assert column == _points(built / other / "points.html")
        assert column != _points(built / side / "points.html")
        for folder in (side, "everybody", "none"):
            text = plain("".join(words(file) for file in (built / folder).glob("*.html")))
            assert f"Points of {kit._named(other)}" not in text
            if folder != side:
                assert f"Points of {kit._named(side)}" not in text
    for folder in ("us", "everybody", "none"):
        text = plain("".join(words(file) for file in (built / folder).glob("*.html")))
        assert not [bloc.name for bloc in m.blocs if plain(bloc.rule) in text]
    rules = plain(words(built / "iraq" / "home.html"))
    assert all(plain(bloc.rule) in rules and str(bloc.seats) in rules for bloc in m.blocs)


def _points(file: Path) -> list[str]:
    return re.findall(r'<td class="points">(\d+)</td>', file.read_text("utf-8"))


def test_who_sees_points_reads_that_they_are_invented(built: Path) -> None:
    for name in ("us/points", "iraq/points", "us/home", "iraq/home", "index", "everybody/setting"):
        text = words(built / f"{name}.html").lower()
        assert "invented" in text, name
        assert "no estimate of what either government wanted" in plain(text), name


def test_the_care_rules_stand_in_the_notes(built: Path) -> None:
    notes = plain(words(built / "teacher" / "notes.html"))
    for rule in (
        "against their will",
        "Timekeeper and press are always open",
        "in private",
        "Never expect a person to speak for a country",
        "Stop the clock",
        "Step out of roles aloud",
        "whose voice was missing",
        "never feed a grade alone",
        "a question and not a finding",
    ):
        assert rule in notes, rule
    assert "No accents, no costumes, no mock violence" in words(built / "everybody/setting.html")


def test_run_sheets_leave_no_gap() -> None:
    """Each row begins where the row before it ends, up to 110 or twice 55 minutes."""
    for name, ends in (("run-110", [110]), ("run-2x55", [55, 55])):
        text = (ROOT / kit.HOME / f"{name}.md").read_text("utf-8")
        rows = [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+) to (\d+) \|", text, re.M)]
        at, seen = 0, []
        for begin, end in rows:
            if begin == 0 and at:
                seen.append(at)
                at = 0
            assert begin == at, (name, begin)
            at = end
        assert [*seen, at] == ends


@pytest.mark.parametrize("learners", range(kit.FEWEST, kit.MOST + 1))
def test_everybody_gets_a_role(learners: int) -> None:
    tables = kit.deal(learners)
    assert sum(sum(table.values()) for table in tables) == learners
    sizes = [sum(table.values()) for table in tables]
    assert max(sizes) <= kit.AT_A_TABLE
    assert max(sizes) - min(sizes) <= 1
    for table in tables:
        assert {"us-state", "iraq-pm", "us-defense", "fatah"} <= set(table)
        assert not {"envoy", "embassy"} & set(table)
        assert max(table.values()) <= 2


@pytest.mark.parametrize("learners", [0, 5, 61, -3])
def test_a_class_too_small_or_too_large_is_told(
    learners: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["class-kit", str(tmp_path / "kit"), "--learners", str(learners)]) == 1
    assert f"6 to 60 learners, not for {learners}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_seed_brings_other_leads_and_each_side_its_own_answers(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIALOGUE_BROWSER", "")
        kit.build(tmp_path / "kit", seed=7)
    drawn, _ = bargaining.for_two(7)
    text = {side: plain(words(tmp_path / "kit" / side / "points.html")) for side in drawn}
    for side, lead in drawn.items():
        other = drawn[negotiation.OTHER[side]]
        assert lead.own_brief in text[side]
        assert lead.own_brief not in text[other.side]
        assert lead.public_brief in text[other.side]
        assert f"Below {lead.walk_away} you sign nothing" in text[side]
        for told in bargaining.truths(lead):
            assert voice.ISSUES[told.issue - 1] in text[side].split("If you are asked why")[1]
    assert "seed 7" in words(tmp_path / "kit" / "index.html")
    wall = repr(projector("CBCDCB", seed=7))
    assert drawn["us"].title in wall
    assert f": {drawn['us'].worth('CBCDCB')} (walk-away" in wall
    assert "whole number" in repr(projector("CBCDCB", seed=0))


@pytest.mark.parametrize("seed", ["0", "1000000"])
def test_a_seed_that_is_none_is_told(
    seed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["class-kit", str(tmp_path / "kit"), "--seed", seed]) == 1
    assert "from 1 to 999999" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_class_plays_on_the_wall_and_finds_its_game_again(built: Path, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((built / "play.html").as_uri())
    page.locator("[data-side=iraq]").click()
    page.locator(".dn-way", has_text="Ask why").locator("input").fill("12")
    page.locator("[data-do=count]").click()
    assert page.locator(".dn-rounds").inner_text() == "Round 2 of 8"
    page.reload()
    page.wait_for_selector(".dn-vote")
    assert page.locator(".dn-rounds").inner_text() == "Round 2 of 8"
    assert page.locator("[data-side=iraq]").get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults == []
    context.close()


def test_nothing_is_overwritten_without_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIALOGUE_BROWSER", "")
    target = tmp_path / "kit"
    target.mkdir()
    (target / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["class-kit", str(target)]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert [file.name for file in target.iterdir()] == ["mine.txt"]
    assert main(["class-kit", str(target), "--force"]) == 1
    assert "it also holds mine.txt" in capsys.readouterr().err
    assert (target / "mine.txt").read_text(encoding="utf-8") == "mine"
    (target / "mine.txt").rename(target / "index.html")
    assert main(["class-kit", str(target), "--force"]) == 0
    assert (target / "index.html").read_text(encoding="utf-8") != "mine"
    said = capsys.readouterr()
    assert "begin with index.html" in said.out
    assert "there is no PDF" in said.err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("roles.yaml", "- id: [\n", "this is not YAML"),
        ("roles.yaml", "", "the file is empty"),
        ("roles.yaml", "only words", "no list of entries"),
        ("roles.yaml", "- id: x\n  side: mars\n  title: T\n  public: p\n  interest: i\n  secret: s\n", "'mars'"),
        ("events.yaml", "- title: T\n", "cannot be used"),
        ("events.yaml", "- title: T\n  text: 3\n  ask: A\n", "cannot be used"),
    ],
)  # fmt: skip
def test_a_damaged_text_is_named(
    name: str, content: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(copy))
    monkeypatch.setenv("DIALOGUE_BROWSER", "")
    (copy / kit.HOME / name).write_text(content, encoding="utf-8")
    with pytest.raises(FileFault) as caught:
        kit.build(tmp_path / "kit")
    assert says in str(caught.value)
    assert not (tmp_path / "kit").exists()


def test_markup_in_a_text_is_shown_as_typed() -> None:
    role = kit.Role("x", "us", "<b>T</b>", "<script>1</script>", "i & j", "s")
    card = kit.role_card(role)
    assert "<script>" not in card
    assert "&lt;script&gt;" in card
    assert "&lt;b&gt;T" in card


def test_a_class_table_on_paper_ends_on_the_wall(built: Path) -> None:
    """The boxes of the form are the letters that the wall takes: one table, played on paper."""
    boxes = re.findall(
        r"<strong>([1-6])([A-D])</strong>",
        (built / "everybody/text.html").read_text(encoding="utf-8"),
    )
    of: dict[str, str] = {}
    for issue, option in boxes:
        of[issue] = of.get(issue, "") + option
    assert [len(of[str(n)]) for n in range(1, 7)] == [
        len(i.options) for i in negotiation.model().issues
    ]
    # Each side gives what its own sheet says is cheap: a joint cell for a longer waiver.
    us, iraq = (_sheet(built / side / "points.html") for side in ("us", "iraq"))
    text = dict(zip("123456", "BBABCB", strict=True))
    assert sum(us[n + o] for n, o in text.items()) == 75
    assert sum(iraq[n + o] for n, o in text.items()) == 68
    text |= {"3": "B", "4": "C", "1": "C"}
    letters = "".join(text.values())
    assert sum(us[n + o] for n, o in text.items()) == negotiation.points(letters, "us")
    assert sum(iraq[n + o] for n, o in text.items()) == negotiation.points(letters, "iraq")
    wall = repr(projector(letters))
    assert wall.count("✓ passes") >= 4
    assert "✗ fails" not in wall


def _sheet(file: Path) -> dict[str, int]:
    rows = re.findall(
        r'<th scope="row">(\d[A-D])</th>.*?<td class="points">(\d+)</td>', file.read_text("utf-8")
    )
    return {letter: int(points) for letter, points in rows}


@pytest.mark.slow
def test_envelopes_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser_path: str
) -> None:
    monkeypatch.setenv("DIALOGUE_BROWSER", browser_path)
    kit.build(tmp_path / "kit", 12)
    for name in ("us", "iraq", "none", "everybody", "teacher"):
        file = tmp_path / "kit" / f"{name}.pdf"
        assert file.read_bytes().startswith(b"%PDF")
        assert fonts(file) <= TYPEFACE
        assert not (tmp_path / "kit" / name / "all.html").exists()
    # Cards, points, the home sheet, six ballots: a page each, so that they are given out singly.
    for name in ("us", "iraq", "none", "everybody"):
        sheets = len(list((tmp_path / "kit" / name).glob("*.html")))
        assert printing.pages(tmp_path / "kit" / f"{name}.pdf") == sheets
