"""The negotiation in a notebook: what it shows, what it hides, what it keeps."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import Lab, Page, wait_until
from dialogue.course import bargaining, leads, negotiation, voice
from dialogue.learner import games
from dialogue.page.words import NEGOTIATION as STRINGS
from dialogue.widgets import scripts
from dialogue.widgets.base import Notice
from dialogue.widgets.negotiation import negotiate
from dialogue.widgets.projector import projector

ROOT = Path(__file__).parents[1]


def send(widget: Any, event: Any, **message: Any) -> dict[str, Any]:
    """What the view would send; returns the state afterwards."""
    widget._handle_custom_msg({"event": event, "seq": 1, **message}, [])
    return widget.state


def bundle(shown: Any) -> dict[str, str]:
    return shown._repr_mimebundle_()[0]


def lines() -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in games.record_path().read_text(encoding="utf-8").splitlines()
    ]


# --- a game ----------------------------------------------------------------------------------


def test_a_move_that_was_not_saved_is_saved_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    game = negotiate("us", seed=3)
    with monkeypatch.context() as full:
        full.setattr(
            "dialogue.learner.games.log.append",
            lambda *_: (_ for _ in ()).throw(OSError(28, "full")),
        )
        assert "could not be saved" in send(game, "why")["note"]
    assert send(game, "offer", text="BBCABC")["note"] == ""
    assert [line["move"] for line in lines()] == ["start", "why", "offer"]
    assert negotiate("us", seed=3).game.turns == game.game.turns


def test_a_game_from_the_opening_to_the_debrief() -> None:
    game = negotiate("us", seed=3)
    assert game.state["used"] == 0
    assert not game.state["debrief"]
    state = send(game, "offer", text="BBCABC")
    assert state["used"] == 1
    opening = state["log"][0]
    state = send(game, "why")
    assert state["reply"] == voice.reply(game.game)
    assert state["told"] == voice.learnt(game.game)
    assert state["told"][0].startswith("Most to them: ")
    state = send(game, "accept")
    assert state["over"]
    assert state["log"][0] == opening
    assert len(state["log"]) == 4
    assert state["debrief"]["deal"].count("\n") == 6
    assert len(state["history"]) == 1
    assert "“" in state["history"][0]
    assert str(games.record_path()) in state["kept"]


def test_equal_offers_get_two_answers_so_that_both_are_announced() -> None:
    game = negotiate("us")
    first = send(game, "offer", text="BACAAB")["reply"]
    assert send(game, "offer", text="BACAAB")["reply"] != first


def test_an_offer_that_falls_at_their_home_says_so_and_costs_goodwill() -> None:
    reply = send(negotiate("us"), "offer", text="BBBBBB")["reply"]
    assert "121 seats would be for it and 165 are needed" in reply
    assert "Sairoon" in reply
    assert "earns nothing and costs goodwill" in reply
    reply = send(negotiate("iraq"), "offer", text="BBBBDB")["reply"]
    assert "“A direct grant to the budget”" in reply
    assert "earns nothing and costs goodwill" in reply


def test_after_eight_rounds_only_the_last_word_is_left() -> None:
    game = negotiate("iraq")
    for _ in range(8):
        state = send(game, "offer", text="CBCDCB" if game.game.used % 2 else "CCCDCB")
        if state["over"]:
            pytest.fail("choose texts that this lead does not sign")
    assert state["used"] == 8
    state = send(game, "why")
    assert state["used"] == 8
    assert "eight rounds are used up" in state["note"]
    assert send(game, "walk")["over"]


def test_what_has_been_told_costs_no_round_again() -> None:
    game = negotiate("iraq")
    for _ in range(6):
        state = send(game, "why")
    assert game.game.turns[-1].told.kind == "all-told"
    assert state["used"] == len(game.game.told)


def test_looking_at_a_text_uses_no_round_and_leaves_no_trace() -> None:
    game = negotiate("iraq")
    before = game.state["reply"]
    state = send(game, "look", text="BBBBBB")
    assert state["draft"] == {
        "text": "BBBBBB",
        "points": game.game.me.worth("BBBBBB"),
        "own": "falls with 121 seats, 165 needed",
        "theirs": "passes",
        "passes": [False, True],
    }
    assert (state["used"], state["reply"]) == (0, before)
    assert not games.record_path().exists()


def test_a_new_game_with_a_seed_is_the_game_of_that_seed() -> None:
    game = negotiate("us", seed=1)
    send(game, "why")
    state = send(game, "again", seed=12)
    assert (state["seed"], state["used"], state["told"]) == (12, 0, [])
    assert game.game == negotiate("us", seed=12).game
    assert state["lead"]["title"] == game.game.me.title
    for bad in (0, -1, 1.5, "7", True, None, 10**9):
        assert send(game, "again", seed=bad)["note"] == STRINGS["again_bad"]
    assert game.game.seed == 12


@pytest.mark.parametrize("side", negotiation.SIDES)
def test_the_other_sides_points_stay_hidden_until_the_end(side: str) -> None:
    """Their column, weights, title, own brief, temper and walk-away are in nothing that is sent."""
    for seed in range(1, 6):
        game = negotiate(side, seed)
        send(game, "offer", text="BBBBBB")
        sent = json.dumps([game.content, {**game.state, "seq": 0}], ensure_ascii=False)
        them = game.game.them
        assert game.state["lead"]["points"] == [dict(own) for own in game.game.me.points]
        for secret in (them.own_brief, them.title, them.id, game.game.temper + '"'):
            assert secret not in sent
        assert json.dumps([dict(own) for own in them.points]) not in sent
        assert game.state["picture"] == game.state["debrief"] == {}
        state = send(game, "walk")
        assert state["picture"]["dots"]
        assert them.title in state["debrief"]["them"]


def test_the_player_reads_words_and_no_letters() -> None:
    game = negotiate("us", seed=3)
    for event, text in (("offer", "BBCABC"), ("why", ""), ("offer", "CBCDCB"), ("accept", "")):
        if not game.state["over"]:
            send(game, event, text=text)
    state = game.state
    read = [state["reply"], *state["told"], *state["log"], *state["debrief"].values()]
    read += [*game.content["rules"], *state["history"], state["picture"]["words"]]
    read += [cell for row in state["picture"]["rows"] for cell in row]
    for words in read:
        assert not re.search(r"\b([A-D]{6}|[1-6][A-D])\b", words), words


def test_the_picture_has_every_place_the_path_and_a_table() -> None:
    game = negotiate("us")
    send(game, "offer", text="BBCABC")
    send(game, "why")
    picture = send(game, "accept")["picture"]
    us, iraq = game.game.me.scores, game.game.them.scores
    assert {(a, b) for a, b, _ in picture["dots"]} == {(us[t], iraq[t]) for t in us}
    best = {tuple(place) for place in picture["frontier"]}
    assert {(a, b) for a, b, kind in picture["dots"] if kind == 2} == best
    assert picture["mine"] == [[1, us["BBCABC"], iraq["BBCABC"]]]
    assert picture["theirs"][0][0] == 0
    assert picture["deal"] == [us[game.game.text], iraq[game.game.text]]
    assert {"Signed", "Your offer, round 1", "Their opening"} <= {row[0] for row in picture["rows"]}
    assert "Signed: " in picture["words"]


def test_the_debrief_is_honest_about_a_deal_that_falls_at_home() -> None:
    game = negotiate("us")
    seen = send(game, "accept")["debrief"]
    assert game.game.me.worth(game.game.text) < game.game.me.walk_away
    assert seen["headline"].startswith("Signed, and then it fell: it lies below your walk-away")
    assert seen["moment"].startswith("Signing. ")


def test_walking_away_is_right_where_no_text_can_stand() -> None:
    seed = next(
        s for s in range(1, 999)
        if not leads.standing((g := bargaining.start("us", s)).me, g.them)
    )  # fmt: skip
    seen = send(negotiate("us", seed), "walk")["debrief"]
    assert seen["headline"] == (
        "You walked away, and you were right: no text could have stood between you two."
    )
    assert seen["left"].startswith("Nothing.")


# --- whatever arrives ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        None, [], "offer", {}, {"event": None}, {"event": []}, {"event": "offer"},
        {"event": "offer", "text": 5}, {"event": "offer", "text": "ZZZZZZ"},
        {"event": "look", "text": None}, {"event": "again"}, {"event": "again", "seed": []},
        {"event": "why", "seq": {"a": []}},
    ],
)  # fmt: skip
def test_no_message_raises(message: Any) -> None:
    game = negotiate("us")
    game._handle_custom_msg(message, [])
    assert game.state["used"] in (0, 1)


def test_a_bad_side_or_seed_is_a_message() -> None:
    for shown in (
        negotiate("iran"),
        negotiate(None),
        negotiate("us", 0),
        negotiate("us", "x" * 99),
    ):
        assert isinstance(shown, Notice)
    assert 'Choose "iraq" or "us"' in repr(negotiate("<b>"))
    assert "<b>" not in negotiate("<b>")._repr_html_()


def test_a_broken_table_is_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("DIALOGUE_COURSE", str(tmp_path))
    assert "negotiation_payoffs.csv: cannot be read" in repr(negotiate())
    for name in (negotiation.PAYOFFS, negotiation.SUPPORT, negotiation.PROFILES, voice.LINES):
        shutil.copy(ROOT / name, tmp_path / name)
    game = negotiate()
    (tmp_path / negotiation.SUPPORT).unlink()
    assert "negotiation_support.csv" in send(game, "why")["note"]
    assert "negotiation_support.csv" in repr(projector("BBBBBB"))


# --- the record ------------------------------------------------------------------------------


def test_a_game_goes_on_after_a_restart() -> None:
    game = negotiate("us", seed=5)
    send(game, "offer", text="BBCABC")
    send(game, "why")
    later = negotiate("us", seed=5)
    assert later.game == game.game
    assert later.state["restored"]
    assert not negotiate("iraq", seed=5).game.turns
    assert not negotiate("us", seed=6).game.turns
    send(later, "walk")
    assert negotiate("us", seed=5).state["over"]


def test_another_process_finds_the_game() -> None:
    game = negotiate("us")
    send(game, "offer", text="BBCABC")
    code = "from dialogue import negotiate; print(negotiate('us').game.moves)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert found.stdout.strip() == str(game.game.moves)


def test_a_cell_goes_on_with_the_game_begun_in_it_last() -> None:
    game = negotiate("us", seed=1)
    send(game, "why")
    send(game, "again", seed=9)
    send(game, "offer", text="BBBBBB")
    assert negotiate("us", seed=1).game == game.game
    assert not negotiate("us", seed=9).game.turns


def test_the_other_chair_is_taken_in_the_same_cell_and_found_there_again() -> None:
    game = negotiate("us", seed=1)
    state = send(game, "again", seed=9, side="Iraq")
    assert game.game == bargaining.start("iraq", 9)
    assert game.content["sides"] == ["Iraq", "United States"]
    assert "you lead for Iraq" in game.content["title"]
    assert state["lead"]["title"] == game.game.me.title
    send(game, "why")
    later = negotiate("us", seed=1)
    assert later.game == game.game
    assert later.content == game.content
    assert not negotiate("iraq", seed=1).game.turns
    assert "no side" in send(game, "again", seed=9, side="Mars")["note"]
    assert game.game.side == "iraq"


def test_a_line_a_move_only_ever_appended() -> None:
    game = negotiate("us")
    send(game, "offer", text="BBCABC")
    before = games.record_path().read_bytes()
    send(game, "walk")
    assert games.record_path().read_bytes().startswith(before)
    assert [(line["move"], line["number"]) for line in lines()] == [
        ("start", 0),
        ("offer", 1),
        ("walk", 2),
    ]
    assert games.record_path().stat().st_mode & 0o077 == 0


HOSTILE = [
    b"", b"{", b"null", b"[]", b"7", b"\xff\xfe\x00", b'{"game": []}', b"[" * 100_000,
    b'{"game": "g", "move": "start", "number": 0}',
    b'{"game": "g", "move": "start", "number": 0, "side": "us", "seed": 1e999, "cell": 1}',
    b'{"game": {"a": 1}, "move": "offer", "number": 1, "text": "BBBBBB"}',
    b'{"game": "\\ud800", "move": "why", "number": ' + b"9" * 5000 + b"}",
]  # fmt: skip


def test_hostile_lines_never_raise_and_hide_nothing() -> None:
    game = negotiate("us")
    send(game, "offer", text="BBCABC")
    own = games.record_path().read_bytes().splitlines()
    name = game.name.encode()
    more = [
        b'{"game": "%s", "move": "bribe", "number": 2}' % name,
        b'{"game": "%s", "move": "offer", "number": 3, "text": "<img src=x onerror=alert(1)>"}'
        % name,
        b'{"game": "%s", "move": "why", "number": -1}' % name,
    ]
    mixed = [*HOSTILE, own[0], *HOSTILE, own[1], *HOSTILE, *more]
    games.record_path().write_bytes(b"\n".join(mixed))
    later = negotiate("us")
    assert later.game == game.game
    send(later, "why")
    assert lines_end_whole()


def lines_end_whole() -> bool:
    last = games.record_path().read_bytes().splitlines()[-1]
    return json.loads(last)["move"] == "why"


def test_half_a_line_is_left_behind_and_the_next_move_stands_alone() -> None:
    game = negotiate("us")
    send(game, "offer", text="BBCABC")
    with games.record_path().open("ab") as file:
        file.write(b'{"game": "half')
    send(game, "walk")
    assert negotiate("us").state["over"]


def test_a_game_of_other_tables_is_left_alone() -> None:
    game = negotiate("us")
    send(game, "why")
    path = games.record_path()
    digest = negotiation.model().digest
    path.write_text(path.read_text(encoding="utf-8").replace(digest, "0" * 12), encoding="utf-8")
    assert not negotiate("us").game.turns


def test_a_record_that_cannot_be_written_says_so_and_the_game_goes_on(own_record: Path) -> None:
    own_record.write_text("a file where the folder should be", encoding="utf-8")
    game = negotiate("us")
    state = send(game, "why")
    assert state["used"] == 1
    assert "could not be saved" in state["note"]
    assert send(game, "walk")["over"]


def test_a_folder_in_place_of_the_record_is_no_trouble() -> None:
    games.record_path().mkdir(parents=True)
    assert "could not be saved" in send(negotiate("us"), "why")["note"]


# --- the twin --------------------------------------------------------------------------------


@pytest.mark.parametrize("side", negotiation.SIDES)
def test_the_twin_has_rules_issues_own_points_and_how_to_make_it_live(side: str) -> None:
    shown = negotiate(side)
    data = bundle(shown)
    page, plain = data["text/html"], data["text/plain"]
    assert STRINGS["live"] in page
    assert "invented for teaching" in page
    assert STRINGS["invented"] in plain
    me, them = shown.game.me, shown.game.them
    for issue, own in zip(negotiation.model().issues, me.points, strict=True):
        for letter, points in own.items():
            assert f"{issue.options[letter]} ({points})" in plain
    assert f"Sign nothing below {me.walk_away} points" in page
    assert "Sairoon, 54 seats" in page
    for text in (page, plain):
        assert them.own_brief not in text
        assert them.title not in text
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_twin_is_the_same_whatever_the_record_holds() -> None:
    before = bundle(negotiate("us"))
    game = negotiate("us")
    send(game, "offer", text="BBCABC")
    send(game, "walk")
    after = bundle(negotiate("us"))
    assert after["text/plain"] == before["text/plain"] == bundle(game)["text/plain"]
    assert after["text/html"] == before["text/html"]
    assert bundle(negotiate("us", seed=2))["text/plain"] != before["text/plain"]


def test_the_view_uses_no_markup() -> None:
    script = scripts.script("negotiation")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script


def test_importing_the_game_loads_no_tables_of_pandas() -> None:
    code = (
        "import sys, dialogue, dialogue.course.bargaining as b; b.play('us', 1, [b.Move('why')]);"
        "print([m for m in ('pandas', 'altair', 'anywidget') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert found.stdout.strip() == "[]"


# --- two learners ----------------------------------------------------------------------------


def pair(**changed: Any) -> dict[str, Any]:
    moves = [{"kind": "offer", "text": "BBBBBB"}, {"kind": "why", "text": ""}]
    entry = {"mode": "seat", "seed": 21, "side": "", "moves": moves}
    return entry | {"version": negotiation.model().digest} | changed


def test_a_game_of_two_is_kept_and_found_again_in_its_cell() -> None:
    game = negotiate("us", seed=3)
    assert game.state["together"] is None
    assert not game.data  # both columns come only when two play
    send(game, "data")
    assert game.data["leads"]
    assert send(game, "together", entry=pair())["note"] == ""
    again = negotiate("us", seed=3)
    assert again.state["together"] == pair()
    assert again.data == game.data
    assert negotiate("iraq", seed=3).state["together"] is None
    assert again.state["used"] == 0  # the game against the computer is another
    send(again, "together", entry=None)
    assert negotiate("us", seed=3).state["together"] is None
    games.keep_together("us", 3, pair(version="older"))
    assert negotiate("us", seed=3).state["together"] is None


@pytest.mark.parametrize(
    "entry",
    [
        7,
        [],
        {},
        pair(mode="mail"),
        pair(seed=0),
        pair(seed=True),
        pair(side="mars"),
        pair(moves=[{"kind": "bribe", "text": ""}]),
        pair(moves=[{"kind": "offer", "text": "x" * 10_000}]),
        pair(moves=[None]),
        pair(moves=[{"kind": "why", "text": ""}] * 400),
        pair(version=None),
    ],
)
def test_what_is_no_game_of_two_is_not_kept(entry: Any) -> None:
    game = negotiate("us", seed=3)
    send(game, "together", entry=entry)
    assert not games.record_path().exists()
    games.append({"move": "together", "side": "us", "cell": 3, "pair": entry})
    assert negotiate("us", seed=3).state["together"] is None


# --- the projector ---------------------------------------------------------------------------


def test_the_projector_runs_both_home_tests_bloc_by_bloc() -> None:
    shown = projector("b b a b c b")
    assert "Home test of Iraq: ✗ fails (fails at home: 163 seats, 165 needed)" in repr(shown)
    assert shown.roll[-1] == ["Others", "✓ +38", "163"]
    assert "165 seats are needed" in shown._repr_html_()
    assert STRINGS["invented"] in shown._repr_html_()
    assert "✓ passes (passes at home: 198 seats" in repr(projector("CBCDCB"))
    assert "six letters" in repr(projector("<script>"))


# --- in a browser ----------------------------------------------------------------------------

LESSON = "game-for-tests"  # without a number: the course map would list it


@pytest.fixture(scope="module")
def page(browser: Any, lab: Lab) -> Iterator[Page]:
    """A notebook with one game, run."""
    cell = {
        "cell_type": "code", "id": "game", "metadata": {}, "outputs": [], "execution_count": None,
        "source": 'from dialogue import negotiate\n\nnegotiate("us", seed=3)',
    }  # fmt: skip
    spec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    book = {"cells": [cell], "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    (lab.course / "notebooks" / f"{LESSON}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    opened = Page(browser, lab, LESSON).open()
    opened.run_all()
    opened.page.wait_for_selector(".dn")
    yield opened
    opened.close()
    for session in lab.api("api/sessions"):
        lab.api(f"api/sessions/{session['id']}", "DELETE")


@pytest.mark.slow
def test_all_is_in_sight_at_1280_by_720_and_nothing_runs_out_on_narrow_pages(page: Page) -> None:
    browser = page.page
    before = browser.viewport_size
    try:
        browser.set_viewport_size({"width": 1280, "height": 720})
        heights = """() => {
            const [top, low] = [document.querySelector('.dn'), document.querySelector('.dn-desk')];
            const sees = document.querySelector('.jp-WindowedPanel-outer') ?? document.documentElement;
            return [low.getBoundingClientRect().bottom - top.getBoundingClientRect().top, sees.clientHeight];
        }"""
        wait_until(lambda: (two := browser.evaluate(heights))[0] <= two[1], "all is in sight")
        files = browser.locator("#jp-left-stack")
        fits = "(() => { const v = document.querySelector('.dn'); return v.scrollWidth <= v.clientWidth; })()"
        browser.set_viewport_size({"width": 800, "height": 720})
        wait_until(lambda: not files.is_visible(), "the desk has closed the list of files")
        browser.keyboard.press("Control+b")
        wait_until(files.is_visible, "it is opened by hand")
        wait_until(lambda: browser.evaluate(fits), "nothing runs out at 800")
        browser.keyboard.press("Control+b")
        browser.set_viewport_size({"width": 360, "height": 720})
        wait_until(lambda: browser.evaluate(fits), "nothing runs out at 360")
    finally:
        browser.keyboard.press("Control+b")
        browser.set_viewport_size(before)


def test_a_game_by_keyboard_alone(page: Page, lab: Lab) -> None:
    browser = page.page
    view = browser.locator(".dn")
    browser.evaluate(
        """() => {
            window.said = [];
            const live = document.querySelector('.dn .dn-reply');
            new MutationObserver(() => window.said.push(live.textContent))
              .observe(live, { childList: true, characterData: true, subtree: true });
        }"""
    )

    def go_to(wanted: str) -> None:
        for _ in range(60):
            now = browser.evaluate("document.activeElement.dataset.do ?? document.activeElement.id")
            if now == wanted or now.endswith(wanted):
                return
            browser.keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {wanted}")

    cells = "document.querySelectorAll('.jp-Notebook .jp-Cell').length"
    before = browser.evaluate(cells)
    view.locator(".dn-top").click()
    view.locator("select").first.focus()
    go_to("-0")
    for key in ("x", "d", "d", "a"):  # JupyterLab's shortcuts: cut, delete, add
        browser.keyboard.press(key)
    assert browser.evaluate(cells) == before
    assert browser.evaluate("document.activeElement.tagName") == "SELECT"
    browser.keyboard.press("Home")  # 5,200 soldiers: no Iraqi lead opens with that
    wait_until(lambda: view.locator("tbody td.dn-differs").count() > 0, "the difference is marked")
    go_to("offer")
    browser.keyboard.press("Enter")
    wait_until(lambda: "Round 2 of 8" in view.inner_text(), "the second round")
    assert len(browser.evaluate("window.said")) == 1, "the reply is announced once"
    go_to("why")
    browser.keyboard.press("Space")
    wait_until(lambda: "Round 3 of 8" in view.inner_text(), "the third round")
    go_to("accept")
    browser.keyboard.press("Enter")
    assert browser.evaluate("document.activeElement.dataset.do") == "yes"
    browser.keyboard.press("Enter")
    wait_until(lambda: "Looking back" in view.inner_text(), "the debrief")
    wait_until(
        lambda: browser.evaluate("document.activeElement.textContent") == "Looking back", "focus"
    )
    label = view.locator("svg.dn-plot").get_attribute("aria-label")
    assert "1,728 texts; " in label
    assert view.locator("svg .dn-efficient").count() > 0
    assert page.errors == []
    assert page.outside_requests() == []


def test_targets_are_large_enough_and_nothing_runs_out(page: Page) -> None:
    sizes = page.page.evaluate(
        """() => [...document.querySelectorAll('.dn button, .dn select, .dn input, .dn summary')]
            .filter((n) => n.offsetParent).map((n) => n.getBoundingClientRect())
            .map((box) => Math.min(box.width, box.height))"""
    )
    assert sizes
    assert min(sizes) >= 24
    assert page.page.evaluate(
        "(() => { const v = document.querySelector('.dn'); return v.scrollWidth <= v.clientWidth; })()"
    )


@pytest.mark.slow
def test_no_accessibility_fault_in_light_and_dark(page: Page, lab: Lab) -> None:
    from axe_playwright_python.sync_playwright import Axe

    try:
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            lab.theme(theme)
            page.page.reload()
            page.page.wait_for_selector(".jp-Notebook .jp-Cell")
            page.wait_for_kernel()
            page.run_all()  # the game was kept: it comes back with its debrief
            page.page.wait_for_selector(".dn-plot")
            found = Axe().run(page.page, context=".dn").response["violations"]
            assert [fault["id"] for fault in found] == [], theme
    finally:
        lab.theme("JupyterLab Light")


@pytest.mark.slow
def test_kernel_death_and_restart_lose_no_move(page: Page) -> None:
    """Alone and for two, after a move each: what was saved is there again."""
    browser = page.page
    view = browser.locator(".dn")
    view.locator(".dn-anew > summary").click()
    view.get_by_label("Seed").fill("5")
    view.locator("[data-do=again]").click()
    wait_until(lambda: "Round 1 of 8" in view.inner_text(), "a new game")
    view.locator("[data-do=why]").click()
    wait_until(lambda: "Round 2 of 8" in view.inner_text(), "its second round")
    said = view.locator(".dn-reply").inner_text()
    view.locator(".dn-anew > summary").click()
    view.locator("[data-do=seat]").click()
    view.locator("[data-do=reveal]").click()
    view.locator("[data-do=offer]").click()
    wait_until(lambda: '"kind": "offer"' in record(page), "the move of two is kept")
    page.end_kernel()
    browser.reload()
    browser.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_kernel()
    page.run_all()
    view.locator("[data-do=reveal]").click()
    assert "They offered" in view.locator(".dn-reply").inner_text()
    view.locator("[data-do=solo]").click()
    view.locator("[data-do=yes]").click()
    assert "Round 2 of 8" in view.inner_text()
    assert view.locator(".dn-reply").inner_text() == said
    assert page.errors == []


def record(page: Page) -> str:
    return (page.lab.record / "negotiations.jsonl").read_text(encoding="utf-8")
