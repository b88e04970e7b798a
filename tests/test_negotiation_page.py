"""The negotiation without a kernel: the page's rules play as Python's do, word for word."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from dialogue.course import bargaining, leads, negotiation, voice
from dialogue.course.bargaining import Game, Move
from dialogue.course.chance import Chance
from dialogue.page.words import NEGOTIATION, TALKS
from dialogue.widgets import negotiation_data, scripts
from dialogue.widgets.negotiation import shown

SEEDS = 24
# A page with a storage that a reload keeps.
BLANK = "<!doctype html><html lang='en'><title>t</title><body><main></main></body></html>"
LOAD = """async ([source, data]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.talks = await import(url);
    window.data = data;
    window.rules = talks.bargaining(data);
    const known = JSON.parse(sessionStorage.getItem("kept") ?? "{}");
    window.storage = {
        async get(key) { return known[key]; },
        async put(key, value) {
            if (window.full) throw new Error("full");
            known[key] = value;
            sessionStorage.setItem("kept", JSON.stringify(known));
        },
    };
}"""


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    """The very script that a page gets, with the whole tables as data."""
    context = browser.new_context()
    page = context.new_page()
    page.route(
        "http://course.test/", lambda route: route.fulfill(body=BLANK, content_type="text/html")
    )
    page.goto("http://course.test/")
    load(page)
    yield page
    context.close()


def load(page: Any) -> None:
    data = json.loads(json.dumps(negotiation_data.data()))
    page.evaluate(LOAD, [scripts.script("negotiation-page"), data])
    page.add_style_tag(content=scripts.style("negotiation"))


def test_no_word_has_two_meanings() -> None:
    assert not set(NEGOTIATION) & set(TALKS)


def anything(side: str) -> Callable[[Game], Move]:
    """Any move at any time, from the game's own seed: mostly texts that one could sign."""

    def move(game: Game) -> Move:
        roll = random.Random(f"{side} {game.seed} {len(game.turns)}")
        if game.used == negotiation.ROUNDS or roll.random() < 0.04:
            return Move(roll.choice(["accept", "walk"]))
        if roll.random() < 0.3:
            return Move("why")
        if game.offers and roll.random() < 0.1:
            return Move("offer", game.offers[0])
        fits = game.me.willing if game.seed % 3 else negotiation.texts()
        return Move("offer", roll.choice(fits))

    return move


def test_numbers_by_chance_are_the_same(page: Any) -> None:
    """A few are written out, so that both cannot change together unseen."""
    words = ["", "3 7 iraq", "Wörter, ‘كلمات’", "x" * 300]
    ours = []
    for one in words:
        roll = Chance(one)
        ours.append([*(roll.below(count) for count in (2, 5, 1728, 7, 7)), roll.shuffled("abcdef")])
    theirs = page.evaluate(
        """(words) => words.map((one) => {
            const roll = talks.chance(one);
            return [...[2, 5, 1728, 7, 7].map(roll.below), roll.shuffled([..."abcdef"])];
        })""",
        words,
    )
    assert theirs == ours
    assert ours[1] == [1, 2, 1221, 5, 1, list("beacdf")]


def test_both_know_the_same_texts_leads_and_homes(page: Any) -> None:
    told = page.evaluate(
        """() => [rules.texts, Object.fromEntries(Object.values(rules.leads).map((lead) =>
            [lead.id, [lead.willing, lead.ranking]])),
            rules.texts.map((text) => ["us", "iraq"].map((side) => rules.homeWords(text, side)))]"""
    )
    from dialogue.widgets.debrief import home_words

    assert told[0] == list(negotiation.texts())
    assert told[1] == {
        name: [list(lead.willing), lead.ranking()] for name, lead in leads.leads().items()
    }
    assert told[2] == [
        [home_words(text, side) for side in ("us", "iraq")] for text in negotiation.texts()
    ]


@pytest.mark.sweep(1)
@pytest.mark.parametrize("side", negotiation.SIDES)
def test_whole_games_are_the_same_move_by_move(page: Any, side: str) -> None:
    """Every state that the view shows: replies, log, what was told, debrief and picture."""
    games = [bargaining.play(side, seed, anything(side)) for seed in range(1, SEEDS + 1)]
    played = page.evaluate(
        """([side, games]) => games.map(([seed, moves]) => {
            let game = rules.start(side, seed);
            const states = [rules.shown(game)];
            for (const move of moves) { game = rules.step(game, move); states.push(rules.shown(game)); }
            return states;
        })""",
        [side, [[g.seed, [{"kind": m.kind, "text": m.text} for m in g.moves]] for g in games]],
    )
    results, moments = set(), set()
    for game, states in zip(games, played, strict=True):
        now = bargaining.start(side, game.seed)
        for state, move in zip(states, [*game.moves, None], strict=True):
            assert {k: v for k, v in state.items() if k not in ("history", "kept")} == json.loads(
                json.dumps(shown(now))
            ), (game.seed, len(now.turns))
            if move:
                now = bargaining.step(now, move)
        results |= {turn.told.kind if turn.told else turn.result for turn in game.turns}
        moments.add(states[-1]["debrief"]["moment"].split(" ")[-1])
    assert results >= {"countered", "unhomely", "far", "repeated", "signed", "left", "package"}
    assert len(moments) > 3


# --- played in a page ------------------------------------------------------------------------

PLAY = """async () => {
    const place = document.querySelector("main");
    place.replaceChildren();
    await talks.playNegotiation(place, data, storage, { side: "us", seed: 3 });
}"""


def click(page: Any, what: str) -> None:
    page.locator(f".dn [data-do={what}]").click()


def test_a_game_outlives_a_reload_after_any_move(page: Any) -> None:
    page.evaluate(PLAY)
    rounds = page.locator(".dn-rounds")
    for n, move in enumerate(("why", "offer", "why", "offer"), 2):
        for menu in page.locator(".dn select").all():
            menu.select_option(index=n % 2)  # no text that the other side would sign
        click(page, move)
        assert rounds.inner_text() == f"Round {n} of 8"
        reply = page.locator(".dn-reply").inner_text()
        page.reload()
        load(page)
        page.evaluate(PLAY)
        assert rounds.inner_text() == f"Round {n} of 8"
        assert page.locator(".dn-reply").inner_text() == reply
    click(page, "accept")
    click(page, "yes")
    assert page.evaluate("document.activeElement.textContent") == "Looking back"
    page.reload()
    load(page)
    page.evaluate(PLAY)
    words = page.locator(".dn").inner_text()
    assert "Left on the table:" in words
    assert "United States, seed 3" in words
    assert "Your moves are kept in this browser." in words


def test_the_other_chair_is_taken_and_outlives_a_reload(page: Any) -> None:
    page.evaluate(PAIR, 61)
    page.locator(".dn-anew > summary").click()
    click(page, "chair")
    title = page.locator(".dn [role=heading]").first
    assert title.inner_text() == "Negotiate round two: you lead for Iraq"
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    click(page, "why")
    assert page.locator(".dn-rounds").inner_text() == "Round 2 of 8"
    expected = bargaining.play("iraq", 61, [Move("why")])
    assert page.locator(".dn-reply").inner_text() == voice.reply(expected)
    page.reload()
    load(page)
    page.evaluate(PAIR, 61)
    assert title.inner_text() == "Negotiate round two: you lead for Iraq"
    assert page.locator(".dn-rounds").inner_text() == "Round 2 of 8"


def test_a_new_game_and_a_storage_that_is_full(page: Any) -> None:
    page.evaluate(PLAY)
    page.locator("summary", has_text="Start a new game").click()
    page.get_by_label("Seed").fill("15")
    click(page, "again")
    assert page.locator(".dn-rounds").inner_text() == "Round 1 of 8"
    page.evaluate("window.full = true")
    click(page, "why")
    page.locator(".dn-note", has_text="could not be kept").wait_for()
    assert page.locator(".dn-rounds").inner_text() == "Round 2 of 8"
    page.evaluate("window.full = false")


def test_a_window_left_behind_writes_no_further_game_over(page: Any) -> None:
    """Two windows on one game, of one or of two: what the other has kept since stays."""
    kept, note = page.evaluate(
        """async () => {
            const open = () => talks.localModel(data, storage, "iraq", 77);
            const [ahead, behind] = [await open(), await open()];
            const send = async (model, message) => { model.send(message); await model.kept(); };
            for (let n = 0; n < 3; n += 1) await send(ahead, { event: "why" });
            await send(behind, { event: "why" });
            const pair = (n) => ({ event: "together", entry: { version: data.version, seed: n } });
            await send(ahead, pair(1));
            const note = behind.get("state").note;
            await send(behind, pair(2));
            const moves = (await storage.get("negotiation/iraq/77")).moves.length;
            const seed = (await storage.get("negotiation/iraq/77/together")).seed;
            return [[moves, seed], [note, behind.get("state").note, ahead.get("state").note]];
        }"""
    )
    assert kept == [3, 1]
    assert note == [NEGOTIATION["kept_elsewhere"]] * 2 + [""]


@pytest.mark.parametrize(
    "kept",
    [
        "null",
        "7",
        "{ version: data.version, side: 'mars', seed: 3, moves: [] }",
        "{ version: data.version, side: 'us', seed: 3, moves: [{ kind: 'offer', text: 'ZZ' }] }",
        "{ version: data.version, side: 'us', seed: 3, moves: [null] }",
        "{ version: 'older', side: 'us', seed: 3, moves: [{ kind: 'why' }] }",
    ],
)
def test_a_game_that_cannot_be_read_begins_anew(page: Any, kept: str) -> None:
    page.evaluate(f"async () => storage.put('negotiation/us/3', {kept})")
    page.evaluate(PLAY)
    assert page.locator(".dn-rounds").inner_text() == "Round 1 of 8"


# --- two learners ----------------------------------------------------------------------------

CODES = """(seed) => {
    const table = talks.tableForTwo(data), letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let game = table.start(seed);
    const found = { refused: 0, tried: 0, wrong: [], codes: [] };
    const refused = (code) => { try { return table.moveOf(game, code) && ""; } catch (error) { return error.message; } };
    for (let n = 0; n < 8; n += 1) {
        const side = table.mover(game), lead = game.lead[side];
        const move = n % 3 ? { kind: "offer", text: lead.willing[7 * n] } : { kind: "why", text: "" };
        const code = table.codeOf(game, move);
        found.codes.push(code);
        const sent = [code, code.toLowerCase(), ` ${code.replace("-", " – ").replace(/0/g, "O").replace(/1/g, "l")} `];
        for (const typed of sent) {
            const back = table.moveOf(game, typed);
            if (back.kind !== move.kind || back.text !== move.text) found.wrong.push(typed);
        }
        const plain = code.replace("-", "");
        for (let at = 0; at < 8; at += 1) {
            const others = [...letters].map((one) => plain.slice(0, at) + one + plain.slice(at + 1));
            others.push(plain.slice(0, at) + (plain[at + 1] ?? "") + plain[at] + plain.slice(at + 2));
            for (const typed of others.filter((one) => one !== plain && one.length === 8)) {
                found.tried += 1;
                if (refused(typed) === data.strings.code_typed) found.refused += 1; else found.wrong.push(typed);
            }
        }
        game = table.step(game, move);
        found.old = refused(code);
        found.other = refused(table.codeOf(table.start(seed + 1), move));
    }
    return found;
}"""


def test_a_code_carries_its_move_and_nothing_else_passes_for_it(page: Any) -> None:
    """Every single sign typed wrong and every two neighbours swapped, at eight moves."""
    found = page.evaluate(CODES, 7)
    assert found["wrong"] == []
    assert found["refused"] == found["tried"] > 1900
    assert found["old"].startswith("This is the code of a move that has been made")
    assert "does not fit here" in found["other"]
    assert len(set(found["codes"])) == 8


def test_two_people_get_the_same_leads_on_paper_and_in_the_page(page: Any) -> None:
    theirs = page.evaluate(
        """() => Array.from({ length: 60 }, (_, n) => {
            const game = talks.tableForTwo(data).start(n + 1);
            return [game.lead.us.id, game.lead.iraq.id, game.first];
        })"""
    )
    ours = [bargaining.for_two(seed) for seed in range(1, 61)]
    assert theirs == [[lead["us"].id, lead["iraq"].id, first] for lead, first in ours]


PAIR = """async (seed) => {
    const place = document.querySelector("main");
    place.replaceChildren();
    await talks.playNegotiation(place, data, storage, { side: "us", seed });
}"""


def others(page: Any, how: str, seed: int) -> None:
    page.evaluate(PAIR, seed)
    page.locator(".dn-anew > summary").click()
    click(page, how)


def test_two_at_one_computer_see_one_side_at_a_time(page: Any) -> None:
    others(page, "seat", 21)
    first = page.evaluate("talks.tableForTwo(data).start(21).first")
    for n in range(4):
        assert not page.locator(".dn-table").is_visible()
        side = first if n % 2 == 0 else negotiation.OTHER[first]
        assert f"turn of {voice.named(side)}" in page.locator(".dn-cover").inner_text()
        page.reload()
        load(page)
        page.evaluate(PAIR, 21)  # whatever happens to the page, the game is where it was
        click(page, "reveal")
        page.locator(".dn select").first.select_option(index=n % 3)
        click(page, "why" if n == 1 else "offer")
        if n == 1:  # who has asked reads the answer before the other takes the computer
            assert page.locator(".dn-reply").inner_text().startswith("You asked why. They:")
            assert not page.locator("[data-do=offer]").is_visible()
            click(page, "hand")
    click(page, "reveal")
    assert "They offered" in page.locator(".dn-reply").inner_text()
    click(page, "accept")
    assert "and you need" in page.locator(".dn-sure").inner_text()
    click(page, "yes")
    words = page.locator(".dn").inner_text()
    assert "Left on the table:" in words
    assert "The moment that cost most:" in words
    click(page, "solo")
    assert page.locator(".dn-rounds").inner_text() == "Round 1 of 8"


def test_two_computers_play_one_game_by_codes(page: Any) -> None:
    second = page.context.new_page()
    second.route(
        "http://course.test/", lambda route: route.fulfill(body=BLANK, content_type="text/html")
    )
    second.goto("http://course.test/")
    load(second)
    sides = {"us": page, "iraq": second}
    for side, computer in sides.items():
        others(computer, "codes", 33)
        click(computer, side)
    mover = page.evaluate("talks.tableForTwo(data).start(33).first")
    for move in ("offer", "why", "offer", "accept"):
        here, there = sides[mover], sides[negotiation.OTHER[mover]]
        assert not there.locator("[data-do=offer]").is_visible()
        if move == "offer":
            here.locator(".dn select").first.select_option(index=2)
        click(here, move)
        if move == "accept":
            click(here, "yes")
        code = here.locator(".dn-code").inner_text()
        field = there.locator(".dn-exchange input")
        field.fill(code[:-1] + ("2" if code[-1] != "2" else "3"))
        click(there, "code")
        assert "typing error" in there.locator(".dn-note").inner_text()
        field.fill(code)
        field.press("Enter")
        mover = negotiation.OTHER[mover]
    told = [one.locator(".dn-headline").inner_text() for one in sides.values()]
    assert told[0] == told[1]
    second.close()


# --- a class votes ---------------------------------------------------------------------------


def test_a_class_votes_and_the_most_hands_are_done(page: Any) -> None:
    others(page, "class", 77)
    for index in (0, 1):
        page.locator(".dn select").first.select_option(index=index)
        click(page, "propose")
    ways = page.locator(".dn-way")
    assert ways.count() == 5
    click(page, "count")
    assert "in numbers" in page.locator(".dn-vote .dn-note").inner_text()
    for way, hands in enumerate(("9", "9", "3")):
        ways.nth(way).locator("input").fill(hands)
    click(page, "count")
    assert "A tie with 9 hands" in page.locator(".dn-vote .dn-note").inner_text()
    ways.nth(1).locator("input").fill("12")
    click(page, "count")
    assert page.locator(".dn-rounds").inner_text() == "Round 2 of 8"
    assert "Proposal B: 12" in page.locator(".dn-vote .dn-note").inner_text()
    assert ways.count() == 3  # a new vote about new proposals
    ways.nth(0).locator("input").fill("20")
    click(page, "count")
    assert page.locator(".dn-rounds").inner_text() == "Round 3 of 8"
    click(page, "stop")
    assert not page.locator(".dn-vote").is_visible()


# --- for everybody ---------------------------------------------------------------------------


def test_no_screen_has_a_fault_of_access_or_runs_out_on_a_telephone(page: Any) -> None:
    """Cover, table, codes, vote and debrief: each by axe, and none wider than 360 px."""
    page.evaluate("sessionStorage.clear()")
    page.reload()
    load(page)
    page.set_viewport_size({"width": 360, "height": 740})
    screens = {
        "alone": lambda: page.evaluate(PAIR, 41),
        "vote": lambda: (others(page, "class", 41), click(page, "propose")),
        "cover": lambda: others(page, "seat", 42),
        "seat": lambda: click(page, "reveal"),
        "codes": lambda: others(page, "codes", 43),
        "side": lambda: click(page, page.evaluate("talks.tableForTwo(data).start(43).first")),
        "sure": lambda: click(page, "walk"),
        "debrief": lambda: click(page, "yes"),
    }
    for name, go in screens.items():
        go()
        found = Axe().run(page, context=".dn").response["violations"]
        assert [fault["id"] for fault in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        small = page.evaluate(
            """() => [...document.querySelectorAll('.dn :is(button, select, input, summary)')]
                .filter((node) => node.checkVisibility())
                .map((node) => node.getBoundingClientRect())
                .filter((box) => Math.min(box.width, box.height) < 24).length"""
        )
        assert small == 0, name


def test_a_move_of_two_by_keyboard_alone(page: Any) -> None:
    page.evaluate("sessionStorage.clear()")
    others(page, "codes", 51)
    first = page.evaluate("talks.tableForTwo(data).start(51).first")
    # The focus goes along: to the choice of a side, to the title, and from there by Tab.
    assert page.evaluate("document.activeElement.dataset.do") == "us"
    if first == "iraq":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.do") == "why":
            break
    page.keyboard.press("Space")
    assert page.locator(".dn-code").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "INPUT"
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    assert "eight signs, and this has 3" in page.locator(".dn-note").inner_text()
