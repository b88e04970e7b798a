"""The game of lesson 12: its published counts, an honest opponent, a debrief that adds up."""

from __future__ import annotations

import random
import shutil
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest

from dialogue.course import negotiation as n
from dialogue.course.negotiation import Move

ROOT = Path(__file__).parents[1]
SEEDS = range(1, 13)


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the two tables that a test may break."""
    (tmp_path / "data").mkdir()
    for name in (n.PAYOFFS, n.SUPPORT):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setenv("DIALOGUE_COURSE", str(tmp_path))
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    content = file.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new, 1), encoding="utf-8")


# --- the model -------------------------------------------------------------------------------


def test_the_published_counts() -> None:
    assert len(n.texts()) == len(set(n.texts())) == 1728
    assert sum(map(n.reaches_walk_aways, n.texts())) == 467
    assert len(n.passing()) == sum(map(n.passes, n.texts())) == 203
    assert len(n.efficient()) == 13


def test_the_data_package_publishes_the_same_counts() -> None:
    words = (ROOT / "data/datapackage.json").read_text(encoding="utf-8")
    assert "1,728 texts, of which 467 reach both walk-aways, 203 pass" in words
    assert "13 of those are efficient" in words


@pytest.mark.parametrize(
    ("text", "us", "iraq", "seats"),
    [("BBBBBB", 83, 58, 121), ("BBABCB", 75, 68, 163), ("CBCDCB", 84, 75, 198)],
)
def test_three_texts_that_the_lesson_names(text: str, us: int, iraq: int, seats: int) -> None:
    assert (n.points(text, "us"), n.points(text, "iraq")) == (us, iraq)
    assert n.home_test(text, "iraq").seats == seats
    assert n.home_test(text, "us").passes


def test_the_lazy_middle_fails_at_home_only() -> None:
    assert n.reaches_walk_aways("BBBBBB")
    home = n.home_test("BBBBBB", "iraq")
    assert not home.passes
    assert not n.passes("BBBBBB")
    assert sum(seats for _, seats, yes in home.support if yes) == home.seats
    assert home.words == "fails at home: 121 seats, 165 needed"


def test_the_best_product_is_the_text_of_the_plan() -> None:
    def product(text: str) -> int:
        return (n.points(text, "us") - 60) * (n.points(text, "iraq") - 55)

    assert max(n.passing(), key=product) == "CBCDCB"
    assert "CBCDCB" in n.efficient()


def test_no_passing_text_beats_an_efficient_one_and_every_other_is_beaten() -> None:
    pairs = {text: (n.points(text, "us"), n.points(text, "iraq")) for text in n.passing()}

    def beaten(text: str) -> bool:
        us, iraq = pairs[text]
        return any(o != (us, iraq) and o[0] >= us and o[1] >= iraq for o in pairs.values())

    assert {text for text in n.passing() if not beaten(text)} == set(n.efficient())


def test_the_us_home_test_names_the_issues_it_breaks_on() -> None:
    assert n.home_test("DBBBDB", "us").breaks == (1, 5)
    assert n.home_test("ABBBBB", "us").words == "fails at home, because of issue 1"
    assert n.home_test("BBBBBB", "us").breaks == ()


def test_texts_and_sides_are_read_as_people_write_them() -> None:
    assert n.as_text(" b b a-b,c b ") == "BBABCB"
    assert n.as_side("United States") == n.as_side("U.S.") == "us"
    with pytest.raises(ValueError, match=r"Issue 2 .* has no option 'D': use A, B, C"):
        n.as_text("BDBBBB")
    for wrong in ("", "BBB", None, 7, "x" * 10_000):
        with pytest.raises(ValueError, match="six letters"):
            n.as_text(wrong)
    for wrong in ("iran", "", None, 1):
        with pytest.raises(ValueError, match='Choose "iraq" or "us"'):
            n.as_side(wrong)


# --- broken tables ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (n.PAYOFFS, ",24,14,", ",many,14,", r"payoffs\.csv:3: points_us is 'many'"),
        (n.PAYOFFS, ",B,", ",A,", r"payoffs\.csv:3: option 'A' is unknown or there twice"),
        (n.PAYOFFS, "points_iraq", "iraq", r"payoffs\.csv:1: the column points_iraq is missing"),
        (n.SUPPORT, "1CD | 1B 2C", "1CD or 1B", r"support\.csv:6: the condition"),
        (n.SUPPORT, "walk-away-us,walk-away", "walk-away-us,walk", r"support\.csv:2: test 'walk'"),
        (n.SUPPORT, "Iraq,,,55", "Iran,,,55", r"support\.csv:3: party is 'Iran'"),
    ],
)
def test_a_broken_table_is_named_with_its_line(
    tables: Path, file: str, old: str, new: str, says: str
) -> None:
    change(tables / file, old, new)
    with pytest.raises(n.TableError, match=says) as caught:
        n.texts()
    assert n.REMEDY in str(caught.value)


def test_a_missing_table_is_named(tables: Path) -> None:
    (tables / n.SUPPORT).unlink()
    with pytest.raises(n.TableError, match=r"negotiation_support\.csv: cannot be read"):
        n.texts()


def test_a_changed_table_changes_points_and_digest(tables: Path) -> None:
    before = n.model().digest
    change(tables / n.PAYOFFS, ",24,14,", ",30,14,")
    assert n.points("BBBBBB", "us") == 89
    assert n.model().digest != before


# --- the opponent ----------------------------------------------------------------------------


def random_game(side: str, seed: int) -> n.Transcript:
    """Any move at any time, from the start to the end."""
    roll = random.Random(f"{side} {seed}")

    def learner(game: n.Transcript) -> Move:
        if game.used == n.ROUNDS:
            return Move(roll.choice(["accept", "walk"]))
        if roll.random() < 0.25:
            return Move("why")
        return Move("offer", roll.choice(n.texts()))

    return n.play(side, seed, learner)


@pytest.mark.parametrize("side", n.SIDES)
def test_it_never_offers_or_signs_below_its_walk_away_or_against_its_home(side: str) -> None:
    other = n.OTHER[side]
    for seed in SEEDS:
        game = random_game(side, seed)
        for text in [game.opening, *(turn.offer for turn in game.turns)]:
            assert n.points(text, other) >= n.walk_away(other)
            assert n.home_test(text, other).passes
        assert game.used <= n.ROUNDS


@pytest.mark.parametrize("side", n.SIDES)
def test_the_same_seed_and_moves_give_the_same_game(side: str) -> None:
    for seed in SEEDS:
        game = random_game(side, seed)
        assert n.play(side, seed, game.moves) == game


def test_seeds_differ_in_opening_and_style() -> None:
    games = [n.start("us", seed) for seed in range(30)]
    assert len({game.opening for game in games}) > 3
    assert {game.style for game in games} == set(n.STYLES)


@lru_cache
def ideal(side: str) -> str:
    own = [text for text in n.texts() if n.home_test(text, side).passes]
    return max(own, key=lambda text: n.points(text, side))


@pytest.mark.parametrize("side", n.SIDES)
@pytest.mark.parametrize("style", n.STYLES)
def test_it_gives_ground_for_ground_and_waits_out_a_repeated_offer(side: str, style: str) -> None:
    other = n.opponent(3, n.OTHER[side], style)
    own = sorted(n.texts(), key=lambda text: n.points(text, other.side))
    stubborn = [Move("offer", own[0])] * n.ROUNDS
    giving = [Move("offer", own[200 * k]) for k in range(n.ROUNDS)]
    asked = [other.aspiration(stubborn[:k]) for k in range(n.ROUNDS + 1)]
    assert asked[0] == other.best()
    assert all(later < earlier for earlier, later in pairwise(asked))
    assert other.aspiration(giving) < asked[-1] - 3
    assert other.aspiration(giving) >= n.walk_away(other.side) + 2


def test_a_firm_lead_gives_later_than_an_even_and_an_open_one() -> None:
    moves = [Move("offer", ideal("us"))] * 4
    firm, even, open_ = (n.opponent(3, "iraq", style).aspiration(moves) for style in n.STYLES)
    assert firm > even > open_


def test_it_refuses_what_fails_at_its_home_however_many_points_it_brings() -> None:
    rich = max(
        (text for text in n.texts() if not n.home_test(text, "us").passes),
        key=lambda text: n.points(text, "us"),
    )
    assert n.points(rich, "us") > 80
    game = n.play("iraq", 1, [Move("offer", rich)] * n.ROUNDS)
    assert {turn.result for turn in game.turns} == {"unhomely"}
    assert game.outcome == "open"


def test_it_signs_an_offer_that_reaches_its_aspiration_and_no_other() -> None:
    other = n.opponent(1, "iraq")
    by_points = sorted(
        (text for text in n.texts() if n.home_test(text, "iraq").passes),
        key=lambda text: n.points(text, "iraq"),
    )
    assert n.play("us", 1, [Move("offer", by_points[-1])]).outcome == "signed"
    wanted = other.aspiration([Move("offer", by_points[-1])])
    just_short = [text for text in by_points if n.points(text, "iraq") < wanted][-1]
    game = n.play("us", 1, [Move("offer", just_short)])
    assert (game.outcome, game.turns[0].result) == ("open", "countered")


def test_its_counter_is_the_nearest_text_it_would_sign() -> None:
    def apart(one: str, other: str) -> int:
        return sum(a != b for a, b in zip(one, other, strict=True))

    for seed in SEEDS:
        move = Move("offer", ideal("us"))
        game = n.play("us", seed, [move])
        other = n.opponent(seed, "iraq")
        wanted = other.aspiration([move])
        score, home = n.model().score["iraq"], n.model().carried["iraq"]
        would = [text for text in n.texts() if score[text] >= wanted and home[text]]
        assert apart(game.offer, move.text) == min(apart(text, move.text) for text in would)


@pytest.mark.parametrize("side", n.SIDES)
def test_asked_why_it_tells_the_truth_and_something_new_each_time(side: str) -> None:
    issues, other = n.model().issues, n.OTHER[side]
    for seed in SEEDS:
        game = n.play(side, seed, [Move("offer", ideal(side)), *[Move("why")] * 7])
        assert len(set(game.told)) == len(game.told) == 7
        for told in game.told:
            more, less = issues[told.more - 1], issues[told.less - 1]
            assert more.weight(other) > less.weight(other)
            points = more.points[other]
            assert points[told.choice] == max(points.values())
        assert game.used == n.ROUNDS
        assert game.turns[-1].offer == game.turns[0].offer


def test_moves_that_cannot_be_are_refused_in_words() -> None:
    full = [Move("why")] * n.ROUNDS
    with pytest.raises(ValueError, match="eight rounds are used up"):
        n.play("us", 1, [*full, Move("why")])
    assert n.play("us", 1, [*full, Move("accept")]).outcome == "signed"
    with pytest.raises(ValueError, match="This game is over"):
        n.play("us", 1, [Move("walk"), Move("accept")])
    with pytest.raises(ValueError, match="no move 'bribe'"):
        n.play("us", 1, [Move("bribe")])
    with pytest.raises(ValueError, match="no style 'kind'"):
        n.start("us", 1, "kind")


# --- playing styles --------------------------------------------------------------------------


def worth(game: n.Transcript) -> int:
    """What a game was worth: points above the walk-away, nothing where a home test fails."""
    seen = n.debrief(game)
    return seen.points[game.side] - n.walk_away(game.side) if seen.passes else 0


def last_word(game: n.Transcript) -> Move:
    fine = n.home_test(game.offer, game.side).passes
    enough = n.points(game.offer, game.side) >= n.walk_away(game.side)
    return Move("accept" if fine and enough else "walk")


def hard(game: n.Transcript) -> Move:
    return last_word(game) if game.used == n.ROUNDS else Move("offer", ideal(game.side))


def middle(game: n.Transcript) -> Move:
    return last_word(game) if game.used == n.ROUNDS else Move("offer", "BBBBBB")


def taker(game: n.Transcript) -> Move:
    return Move("accept")


def asker(game: n.Transcript) -> Move:
    return last_word(game) if game.used == n.ROUNDS else Move("why")


def trader(game: n.Transcript) -> Move:
    """Comes down step by step, and always by the text that changes least in their offer."""
    side = game.side
    best, floor = n.points(ideal(side), side), n.walk_away(side) + 3
    want = best - (best - floor) * min(1, game.used / 7)
    if n.points(game.offer, side) >= want and n.home_test(game.offer, side).passes:
        return Move("accept")
    if game.used == n.ROUNDS:
        return last_word(game)
    score, home = n.model().score[side], n.model().carried[side]
    open_to = [text for text in n.texts() if score[text] >= want and home[text]]
    offer = game.offer
    return Move(
        "offer",
        min(open_to, key=lambda t: (sum(a != b for a, b in zip(t, offer)), -score[t])),  # noqa: B905
    )


@pytest.mark.parametrize("side", n.SIDES)
def test_no_trivial_style_does_as_well_as_trading(side: str) -> None:
    def mean(style) -> float:
        return sum(worth(n.play(side, seed, style)) for seed in SEEDS) / len(SEEDS)

    traded = mean(trader)
    assert traded > 12
    for trivial in (hard, middle, taker, asker):
        assert mean(trivial) < 0.7 * traded, trivial.__name__


# --- the debrief -----------------------------------------------------------------------------


def test_a_debrief_waits_for_the_end() -> None:
    with pytest.raises(ValueError, match="still open"):
        n.debrief(n.start("us"))


def test_the_gains_left_can_be_had_and_not_more() -> None:
    for seed in SEEDS:
        for side in n.SIDES:
            game = random_game(side, seed)
            seen = n.debrief(game)
            base = seen.points or {s: n.walk_away(s) for s in n.SIDES}
            score = n.model().score
            for me, you in n.OTHER.items():
                most = max(
                    (score[me][t] for t in n.passing() if score[you][t] >= base[you]),
                    default=base[me],
                )
                assert seen.left[me] == max(0, most - base[me])
            if seen.better:
                assert n.passes(seen.better)
                assert all(n.points(seen.better, s) >= base[s] for s in n.SIDES)
            else:
                assert seen.left == {"us": 0, "iraq": 0}


def test_nothing_is_left_exactly_on_the_frontier() -> None:
    for text in n.passing():
        game = n.Transcript("us", 1, "even", text, (), "signed", text)
        nothing = n.debrief(game).left == {"us": 0, "iraq": 0}
        assert nothing == (text in n.efficient())


def test_walking_away_is_measured_from_the_walk_aways() -> None:
    seen = n.debrief(n.play("iraq", 1, [Move("walk")]))
    assert (seen.outcome, seen.points, seen.home, seen.passes) == ("left", None, {}, False)
    assert seen.left["iraq"] > 0
    assert n.passes(seen.better)


def test_a_deal_that_fails_at_ones_own_home_does_not_pass() -> None:
    game = n.play("iraq", 1, lambda g: Move("offer" if g.used < 8 else "accept", "BBBBBB"))
    seen = n.debrief(game)
    assert (game.outcome, game.text) == ("signed", "BBBBBB")
    assert seen.home["us"].passes
    assert not seen.home["iraq"].passes
    assert not seen.passes


def test_the_trade_gives_where_they_care_more_and_takes_where_you_do() -> None:
    give, take = n.debrief(n.play("us", 1, [Move("walk")])).trade
    issues = n.model().issues
    assert issues[give - 1].weight("iraq") > issues[give - 1].weight("us")
    assert issues[take - 1].weight("us") > issues[take - 1].weight("iraq")
    assert n.debrief(n.play("iraq", 1, [Move("walk")])).trade == (take, give)


def test_what_was_not_asked_is_new_and_true() -> None:
    game = n.play("us", 4, [Move("offer", ideal("us")), Move("why"), Move("walk")])
    seen = n.debrief(game)
    assert seen.asked == 1
    assert seen.untold not in game.told
    issues = n.model().issues
    assert issues[seen.untold.more - 1].weight("iraq") > issues[seen.untold.less - 1].weight("iraq")
