"""The pictures that can be handled: true for every setting, readable without a kernel."""

from __future__ import annotations

import base64
import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from conftest import copy_course
from dialogue import load
from dialogue.bank import course_bank
from dialogue.charts import EXPLORABLES, ledger, money, options, stage, two_level
from dialogue.charts.actors import paths
from dialogue.charts.article import share
from dialogue.charts.handling import State
from dialogue.charts.raid import raid_support
from dialogue.course.tables import categories
from dialogue.course.tidy import WIDGET_VIEW, is_twin, settled
from dialogue.learner import progress
from dialogue.page.words import EXPLORER
from dialogue.widgets.base import Notice
from dialogue.widgets.explorer import Explorer, explore

ROUND_ONE = load("rounds").set_index("session_id").loc["R01", "date"]


def spread(values: list[Any], most: int = 5) -> list[Any]:
    """The ends, the middle and what lies halfway; all of them where there are no more."""
    if len(values) <= most:
        return values
    return [values[n * (len(values) - 1) // (most - 1)] for n in range(most)]


def settings(name: str, every: bool) -> Iterator[dict[str, Any]]:
    """Values of every control with the others at rest, and pairs of the first two.

    A control of more than five values gives five of them, unless it is to give *every* one.
    """
    rest = stage(name, {})
    for control in rest.controls:
        for value in control.values if every else spread(control.values):
            yield {control.key: value}
    first, second = rest.controls[0], rest.controls[1 % len(rest.controls)]
    for a, b in product(first.values[-3:], second.values[-3:]):
        yield {first.key: a, second.key: b}


class Sweep(dict[str, list[State]]):
    """The states of each explorable, made when a test first wants them: there are hundreds."""

    def __init__(self, every: bool) -> None:
        super().__init__()
        self.every = every

    def __missing__(self, name: str) -> list[State]:
        self[name] = [stage(name, wish) for wish in settings(name, self.every)]
        return self[name]


@pytest.fixture(scope="module", params=["some", pytest.param("every", marks=pytest.mark.slow)])
def sweep(request: pytest.FixtureRequest) -> Sweep:
    return Sweep(request.param == "every")


@pytest.mark.parametrize("name", EXPLORABLES)
def test_every_value_of_every_control_gives_words_a_picture_and_tables(
    name: str, sweep: Sweep
) -> None:
    assert len(sweep[name]) >= 6
    for state in sweep[name]:
        assert len(state.scene.words.split()) >= 10, state.settings
        assert not re.search(r"\bnan\b|<NA>|\bNone[,.;)]|Timestamp", state.scene.words), (
            state.settings
        )
        assert state.scene.words.rstrip("”").endswith("."), state.settings
        assert state.scene.picture.description
        assert state.scene.picture.title
        for caption, table in state.scene.tables:
            assert caption
            assert not table.columns.empty
        for control in state.controls:
            assert state.settings[control.key] in control.values


def drawn(name: str, wish: dict[str, Any]) -> None:
    svg = stage(name, wish).scene.picture.svg()
    assert svg.startswith('<svg role="img" aria-label="'), wish


@pytest.mark.sweep(4)
@pytest.mark.parametrize("name", EXPLORABLES)
def test_pictures_can_be_drawn_with_every_control_at_its_end(name: str) -> None:
    controls = stage(name, {}).controls
    for end in (0, -1):
        drawn(name, {control.key: control.values[end] for control in controls})


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPLORABLES)
def test_pictures_can_be_drawn_at_the_ends_of_every_control(name: str) -> None:
    for control in stage(name, {}).controls:
        for value in {control.values[0], control.values[-1]}:
            drawn(name, {control.key: value})


# --- 01 ------------------------------------------------------------------------------------


def test_the_share_of_security_falls_without_pull_quotes() -> None:
    (yes, every), (kept, fewer) = share(), share(quotes=False)
    assert every - fewer == 5
    assert kept / fewer < yes / every
    state = stage("article", {"leave_out_quotes": True})
    assert f"{kept} of {fewer} paragraphs about security" in state.scene.words
    assert "points lower" in state.scene.words
    assert len(state.scene.picture.table) == len(load("paragraphs")) - 5
    assert not state.scene.picture.table["Part"].str.contains("pull").any()


def test_a_paragraph_shows_its_digest_and_its_own_statements(sweep: Sweep) -> None:
    claims = load("claims")
    paragraphs = load("paragraphs").set_index("paragraph")
    for state in sweep["article"]:
        name, scene = state.settings["paragraph"], state.scene
        assert scene.words.startswith(f"{name} (")
        assert paragraphs.loc[name, "digest"] in scene.words
        own = claims[claims["paragraph"] == name]
        stated = scene.tables[0][1] if scene.tables else own
        assert list(stated.iloc[:, 0]) == list(own["claim_id"])


def test_whoever_reads_a_pull_quote_and_leaves_it_out_lands_on_what_it_repeats() -> None:
    state = stage("article", {"paragraph": "P11", "leave_out_quotes": True})
    assert state.settings["paragraph"] == "P10"


# --- 02 ------------------------------------------------------------------------------------


def test_the_legal_basis_of_a_day_is_the_period_that_holds_it(
    sweep: Sweep,
) -> None:
    legal = load("legal_basis")
    legal = legal[legal["lane"] == "forces"]
    seen = set()
    for state in sweep["troops"]:
        day = state.settings["date"]
        names = legal[(legal["start"] <= day) & ~(legal["end"].fillna("9999") < day)]["name"]
        assert len(names) == 1, day
        assert names.iloc[0] in state.scene.words
        seen.add(names.iloc[0])
    assert seen == set(legal["name"]) or not sweep.every


def test_kinds_of_number_are_kept_apart() -> None:
    words = stage("troops", {"date": "2016-09-30"}).scene.words
    present, apart = words.split("kept apart:")
    assert "about 4,450 (3 February 2016" in present
    assert "5,262" not in present
    assert "cap authorised: 5,262 (28 September 2016" in apart
    planned = stage("troops", {"date": "2009-10-31"}).scene.words
    assert "planned: about 120,000" in planned.split("kept apart:")[1]


def test_no_number_from_the_future(sweep: Sweep) -> None:
    words = stage("troops", {"date": "2011-12-18"}).scene.words
    assert "fewer than 4,000 (15 December 2011" in words
    assert "no field force left: 0 (18 December 2011" in words
    for state in sweep["troops"]:
        years = [
            int(y) for y in re.findall(r"\((?:\d+ )?(?:[A-Z][a-z]+ )?(\d{4});", state.scene.words)
        ]
        assert max(years, default=0) <= int(state.settings["date"][:4])


def test_the_start_year_cuts_table_and_days() -> None:
    state = stage("troops", {"start": 2014})
    soldiers = state.scene.picture.table[state.scene.picture.table["Soldiers"] != ""]
    assert soldiers["From"].min() >= "2014"
    assert min(state.controls[1].values) >= "2014"


# --- 03 ------------------------------------------------------------------------------------


def test_what_is_known_and_what_is_hidden_is_the_whole(sweep: Sweep) -> None:
    for state in sweep["timeline"]:
        chosen = state.settings
        whole = len(stage("timeline", {**chosen, "curtain": False}).scene.picture.table)
        shown = len(state.scene.picture.table)
        known, every = map(int, re.search(r"(\d+) of the (\d+) event", state.scene.words).groups())
        assert every == whole
        assert shown == (known if chosen["curtain"] else whole)
        if hidden := re.search(r"hides (\d+)", state.scene.words):
            assert known + int(hidden[1]) == every


def test_the_curtain_names_nothing_from_the_future() -> None:
    day = "2020-01-05"
    state = stage("timeline", {"date": day})
    assert (state.scene.picture.table["Date"].str[:7] <= day[:7]).all()
    assert "Round one" not in state.scene.words
    opened = stage("timeline", {"date": day, "curtain": False})
    assert "With the curtain open" in opened.scene.words


def test_what_happened_before_it_was_known_is_counted() -> None:
    events = load("events").set_index("event_id")
    toll = events.loc["toll-first-wave"]  # deaths of early October, counted in November
    assert toll["date"] < "2019-10-20" < toll["known_on"]
    words = stage("timeline", {"date": "2019-10-20"}).scene.words
    assert "1 of which had already happened" in words


def test_one_strand_alone() -> None:
    table = stage("timeline", {"strand": "armed-clashes"}).scene.picture.table
    assert set(table["Strand"]) == {"Armed clashes"}


# --- 04 ------------------------------------------------------------------------------------


def test_the_list_is_as_complete_as_the_network() -> None:
    ties = load("ties")
    for nature in ("formal", "reported"):
        table = stage("actors", {"nature": nature}).scene.picture.table
        assert set(table["Nature"]) == {nature}
        assert len(table) == (ties["nature"] == nature).sum()
    assert len(stage("actors", {"view": "list"}).scene.picture.table) == len(ties)
    assert stage("actors", {"view": "list"}).scene.list_only


def test_degrees_count_each_tie_at_both_ends() -> None:
    ties = load("ties")
    for nature in ("all", "formal", "reported"):
        counted = stage("actors", {"nature": nature}).scene.tables[0][1]
        kept = ties if nature == "all" else ties[ties["nature"] == nature]
        if nature == "all":
            assert counted["All"].sum() == 2 * len(kept)
            assert len(counted) == len(load("actors"))
            assert counted["Role"].all()
            assert (counted["Formal"] + counted["Reported"] == counted["All"]).all()
        else:
            assert counted[nature.capitalize()].sum() == 2 * len(kept)


def test_what_is_out_of_view_is_not_said_to_be_missing() -> None:
    wish = {"nature": "reported", "around": "adil-abdul-mahdi"}
    state = stage("actors", wish)  # he has formal ties and no other
    assert "formal ties 0" not in state.scene.words
    assert "On paper no path" not in state.scene.words
    assert "Formal ties are out of view" in state.scene.words
    assert "formal" not in state.scene.picture.description
    assert "Sources: ." not in state.scene.picture.caption


def test_removing_the_one_tie_ends_the_only_path_of_command() -> None:
    whole = stage("actors", {}).scene.words
    assert "On paper 1 path of command from Mustafa al-Kadhimi to Kataeb Hezbollah" in whole
    ties = load("ties")
    tie = ties[(ties["from_actor_id"] == "pmf") & (ties["kind"] == "part-of")]["tie_id"].iloc[0]
    state = stage("actors", {"remove": tie})
    assert "On paper no path of command" in state.scene.words
    assert len(state.scene.picture.table) == len(ties) - 1


def test_a_reported_alliance_is_no_command() -> None:
    words = stage("actors", {"path_from": "iran", "path_to": "kataib-hezbollah"}).scene.words
    assert "On paper no path of command from Iran" in words
    assert "Iran → Quds Force of the Revolutionary Guards → Kataeb Hezbollah" in words
    assert "at least one reported tie, which is somebody's report and no order" in words
    formal = stage(
        "actors", {"path_from": "iran", "path_to": "kataib-hezbollah", "nature": "formal"}
    )
    assert "influence" not in formal.scene.words


def test_paths_have_no_loops_and_end_where_they_should() -> None:
    ties = load("ties")
    found = paths(ties, "iran", "pmf")
    assert found
    for path, _ in found:
        assert path[0] == "iran"
        assert path[-1] == "pmf"
        assert len(set(path)) == len(path)


def test_no_dead_man_gives_orders() -> None:
    words = stage("actors", {"path_from": "qassem-soleimani", "path_to": "quds-force"}).scene.words
    assert "no path of command from Qassem Soleimani" in words


# --- 05 ------------------------------------------------------------------------------------


def test_the_coding_stays_hidden_until_a_rung_is_chosen() -> None:
    state = stage("ladder", {"commitment": "C17"})
    row = state.scene.picture.table.set_index("No.").loc["C17"]
    assert row["Rung"] == "place it first"
    assert "intends" not in state.scene.words
    placed = stage("ladder", {"commitment": "C17", "rung": "pledges"})
    assert placed.scene.picture.table.set_index("No.").loc["C17", "Rung"] == "intends"


def test_every_undertaking_on_every_rung_meets_the_courses_coding() -> None:
    table = load("commitments")
    table = table[table["round"] == 1].set_index("commitment_id")
    rungs = [*categories("commitments", "strength"), "dated and measurable"]
    for number, row in table.iterrows():
        for rung in rungs:
            words = stage("ladder", {"commitment": number, "rung": rung}).scene.words
            apart = rungs.index(rung) - rungs.index(row["strength"])
            if apart:
                side = "above" if apart > 0 else "below"
                assert f"{abs(apart)} rung{'s' * (abs(apart) > 1)} {side} the course" in words
                assert f"coding, “{row['strength']}”" in words
            else:
                assert "as the course does" in words
            assert "may be disputed" in words


def test_party_and_issue_narrow_the_menu_and_the_table(sweep: Sweep) -> None:
    for state in sweep["ladder"]:
        table = state.scene.picture.table
        menu = next(c for c in state.controls if c.key == "commitment").values
        assert list(table["No."]) == menu
        if state.settings["party"] != "all":
            assert set(table["Party"]) == {state.settings["party"]}


# --- 06 ------------------------------------------------------------------------------------


def test_the_sentence_holds_what_enough_accounts_say_and_nothing_else() -> None:
    support = raid_support()
    for need in range(1, 7):
        words = stage("raid", {"agree": need}).scene.words
        quoted = re.search("“(.*)”", words)
        for row in support.itertuples():
            if row.accounts >= need and row.group != "not-named":
                assert quoted
                assert row.says in quoted[1], (need, row.says)
        if quoted and need >= 4:
            assert "13" not in quoted[1]
            assert "PMF" not in quoted[1]
    assert "no sentence that 6 accounts support" in stage("raid", {"agree": 6}).scene.words


def test_support_counts_accounts_and_not_rows() -> None:
    support = raid_support()
    raw = load("raid_accounts")
    raw = raw[raw["selection"] == "core"]
    for row in support.itertuples():
        own = raw[
            (raw["point"].astype(str).str.replace("-", " ") == row.point)
            & (raw["value_group"].astype(str) == row.group)
        ]
        assert own["account_id"].nunique() == row.accounts


# --- 07 ------------------------------------------------------------------------------------


def test_the_four_tables_agree_with_the_counts_of_the_whole_game() -> None:
    """The Data Package states the counts; a second implementation must meet them."""
    payoffs, rules = load("negotiation_payoffs"), load("negotiation_support")
    issues = [list(own["option"]) for _, own in payoffs.groupby("issue")]
    texts = [dict(enumerate(letters, 1)) for letters in product(*issues)]
    scores, tests = list(payoffs.itertuples()), list(rules.itertuples())
    said = [two_level.verdicts(text, scores, tests) for text in texts]
    signed = [v for v in said if v["US delegation"].accepts and v["Iraqi delegation"].accepts]
    passed = [v for v in signed if all(one.accepts for one in v.values())]
    assert (len(texts), len(signed), len(passed)) == (1728, 467, 203)


def test_the_words_say_of_each_of_the_four_whether_it_accepts(
    sweep: Sweep,
) -> None:
    seen = set()
    for state in sweep["two-level"]:
        table = state.scene.tables[0][1].set_index("Who")["Verdict"]
        first = state.scene.words.split(". ")[0]
        chosen = state.scene.picture.table
        letters = [state.settings[key] for key in ("withdrawal", "pledge")]
        payoffs = load("negotiation_payoffs").set_index(["issue", "option"])["option_text"]
        cell = chosen[
            (chosen["Force ceiling"] == payoffs[1, letters[0]])
            & (chosen["Protection"] == payoffs[3, letters[1]])
        ].iloc[0]
        for who, verdict in table.items():
            assert cell[who] == verdict, state.settings
        yes = [who for who in table.index if table[who] == "accepts"]
        if len(yes) == 4:
            assert "All four accept" in first
        else:
            assert yes  # the words "nobody" have a test of their own
            accepted, _, refused = first.partition(";")
            assert all((who in accepted) == (who in yes) for who in table.index)
            assert all((who in refused) != (who in yes) for who in table.index)
        assert ("All four accept" in first) == (cell["All four"] == "yes")
        assert "invented for teaching" in state.scene.words
        seen.add(len(yes))
    assert len(seen) >= 3


def test_a_text_that_nobody_takes_is_said_to_be_one() -> None:
    wish = {"withdrawal": "A", "pledge": "A", "waiver": "D", "economy": "A", "mission": "C"}
    wish["elections"] = "A"
    state = stage("two-level", wish)
    assert state.scene.words.startswith("Nobody accepts this text")
    assert set(state.scene.tables[0][1]["Verdict"]) == {"refuses"}


# --- 08 ------------------------------------------------------------------------------------


def test_income_is_volume_times_price_in_both_units(sweep: Sweep) -> None:
    for state in sweep["oil"]:
        made = state.settings["volume"] * state.settings["price"]
        assert f"make {made:,} million dollars, which is {made / 1000:.3f} billion" in (
            state.scene.words
        )
        assert f"{made / 1000:.3f} billion dollars" in state.scene.picture.description


def test_the_comparison_with_the_month_is_right(sweep: Sweep) -> None:
    revenue = load("oil_revenue")
    revenue = revenue[revenue["measure"] == "month"].set_index("date")
    forms = set()
    for state in sweep["oil"]:
        chosen = state.settings
        ratio = chosen["volume"] * chosen["price"] / 1000
        ratio /= revenue.loc[chosen["month"], "revenue_usd_billion"]
        words = state.scene.words
        if found := re.search(r"is (\d+) per cent (more|less)", words):
            assert (found[2] == "more") == (ratio > 1)
            assert int(found[1]) == pytest.approx(100 * abs(ratio - 1), abs=0.51)
            forms.add(found[2])
        elif found := re.search(r"is ([\d.]+) times as much", words):
            assert float(found[1]) == pytest.approx(ratio, abs=0.051)
            forms.add("times")
        else:
            assert "the same within half a per cent" in words
            assert ratio == pytest.approx(1, abs=0.005)
    assert forms == {"more", "less", "times"} or not sweep.every


def test_a_figure_that_the_course_computed_is_said_to_be_one() -> None:
    assert "(computed by the course; " in stage("oil", {"month": "2020-02"}).scene.words
    assert "computed by the course" not in stage("oil", {"month": "2020-04"}).scene.words


@pytest.mark.parametrize(
    ("day", "certain", "possible"),
    [
        ("2018-11-05", ["W01"], []),
        ("2018-12-20", ["W01", "W02"], []),
        ("2019-06-18", [], []),  # the third has run out, the fourth begins next day
        ("2019-10-20", ["W05"], []),
        ("2021-08-02", [], ["W14"]),  # announced in August, the day was not found
        ("2019-12-01", ["W05"], []),
        ("2020-05-20", ["W08"], []),  # W09 is announced and does not run yet
        ("2020-06-11", ["W09"], []),
        ("2021-04-02", ["W12", "W13"], []),
        ("2021-12-15", ["W15"], ["W14"]),
        ("2023-01-01", [], []),
        ("2025-03-09", [], []),
    ],
)
def test_the_waiver_of_a_day(day: str, certain: list[str], possible: list[str]) -> None:
    table = money.dated_waivers()
    cover = money.covered(table, day)
    assert [table["waiver_id"][p] for p in cover.certain] == certain
    assert [table["waiver_id"][p] for p in cover.possible] == possible
    words = stage("waivers", {"date": day}).scene.words
    before, _, perhaps = words.partition("Perhaps in force")
    # A gap names its neighbours; otherwise nothing but what holds is named.
    if certain or possible:
        told = [f"W{int(n):02}" for n in re.findall(r"\bno\. (\d+) (?:for|of)", before)]
        assert told == certain
        told = [f"W{int(n):02}" for n in re.findall(r"\bno\. (\d+) (?:for|of)", perhaps)]
        assert told == possible
    else:
        assert "no waiver that was certainly in force" in words


def test_a_gap_in_the_table_is_no_proof_and_the_end_is_the_end() -> None:
    gap = stage("waivers", {"date": "2023-01-01"}).scene.words
    assert "no. 16 had run out (26 July 2022), and no. 17 began later (18 July 2023)" in gap
    assert "does not prove a gap in the waivers" in gap
    end = stage("waivers", {"date": "2025-03-20"}).scene.words
    assert "no. 21 had run out (8 March 2025), and by the table none followed" in end


def test_every_waiver_in_force_is_told_with_length_and_reason(
    sweep: Sweep,
) -> None:
    table = money.dated_waivers()
    seen = set()
    for state in sweep["waivers"]:
        cover = money.covered(table, state.settings["date"])
        for position in (*cover.certain, *cover.possible):
            row = table.iloc[position]
            number = int(row["waiver_id"][1:])
            told = state.scene.words.split(f"no. {number} ")[1].split("; no. ")[0]
            if row.isna()["length_days"]:
                assert "length that was not found" in told
            else:
                assert told.startswith(f"for {row['length_days']} days")
            if row.isna()["stated_reason"]:
                assert "does not prove that there was none" in told
            else:
                assert row["stated_reason"].rstrip(".") in told
            seen.add(row["waiver_id"])
    assert seen == set(table["waiver_id"]) or not sweep.every


def test_events_beside_the_waiver_lie_within_thirty_days(sweep: Sweep) -> None:
    for state in sweep["waivers"]:
        middle = date.fromisoformat(state.settings["date"])
        beside = state.scene.tables[0][1]
        for day in beside["Date"]:
            assert abs((date.fromisoformat(day) - middle).days) <= 30
        assert f" {len(beside)} event" in state.scene.words
    confirmed = stage("waivers", {"date": "2020-05-06"}).scene.tables[0][1]
    assert confirmed["Event"].str.contains("Kadhimi").any()


# --- 09 ------------------------------------------------------------------------------------


def test_the_margin_of_error_of_the_lesson() -> None:
    from dialogue.charts.polls import margin_of_error

    assert margin_of_error(63, 1000) == pytest.approx(2.99, abs=0.005)
    assert margin_of_error(63, 4000) == pytest.approx(margin_of_error(63, 1000) / 2)
    assert margin_of_error(37, 1000) == pytest.approx(margin_of_error(63, 1000))
    assert margin_of_error(0, 10) == 0
    for percent, n in ((50, 0), (101, 10)):
        with pytest.raises(ValueError, match="No margin of error"):
            margin_of_error(percent, n)


def test_every_poll_tells_its_question_its_margin_and_whose_number_it_is(
    sweep: Sweep,
) -> None:
    table = load("polls").set_index("poll_id")
    for state in sweep["polls"]:
        row, n = table.loc[state.settings["poll"]], state.settings["n"]
        words = state.scene.words
        assert f"in our words: {row['question']} " in words
        share = row["percent"] / 100
        margin = 196 * (share * (1 - share) / n) ** 0.5
        assert f"is {margin:.1f} points either way" in words
        if row.isna()["n"]:
            assert "so this number is yours" in words
        else:
            assert (f"gives this number, {n:,}" in words) == (row["n"] == n)
        # Only rows of one series may be compared.
        told = re.search(r"Compare it with (.*), because", words)
        compared = set(re.findall(r"([\d.]+) per cent in (\d{4})", told[1] if told else ""))
        same = table[(table["series"] == row["series"]) & (table.index != row.name)]
        assert compared == {
            (f"{p:g}", str(y)) for p, y in zip(same["percent"], same["year"], strict=True)
        }


def test_each_baseline_keeps_its_own_fall() -> None:
    every = stage("polls", {}).scene
    assert "74 to 14: 60 points or 81 per cent" in every.words
    assert "70 to 15: 55 points or 79 per cent" in every.words
    assert "50 to 15: 35 points or 70 per cent" in every.words
    one = stage("polls", {"baseline": "iran-favourable-winep"}).scene
    assert "50 to 15" in one.words
    assert "74" not in one.words
    assert len(one.picture.table) == 1


def test_the_rank_of_iraqiyyun_follows_from_the_seats(sweep: Sweep) -> None:
    table = load("parliament")
    table = table[(table["election"] == 2018) & (table["count"] == "recount")]
    lists = table[table["kind"] == "list"]
    seen = set()
    for state in sweep["parliament"]:
        members, words = state.settings["members"], state.scene.words
        larger, level = lists[lists["seats"] > members], lists[lists["seats"] == members]
        place = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")[len(larger)]
        assert f"would be {place} in size" in words
        assert ("level with" in words) == bool(len(level))
        assert all(name in words for name in [*larger["list"], *level["list"]])
        assert f"alone would lack {165 - members}" in words
        assert "it takes the 4 largest lists of 2018 together (169 seats)" in words
        assert ("is yours" in words) == (members != 41)
        own = state.scene.picture.table
        row = own[own["List"].str.startswith("Iraqiyyun")].iloc[0]
        assert (row["Seats"], row["Rank"]) == (members, len(larger) + 1)
        seen.add(place)
    assert seen == {"first", "second", "third", "fourth"} or not sweep.every


# --- 10 ------------------------------------------------------------------------------------


@pytest.mark.parametrize("invented", [False, True])
def test_no_option_is_favoured_at_the_start(invented: bool) -> None:
    for seat in options.SEATS:
        scene = stage("options", {"seat": seat, "marks": invented}).scene
        assert "all four options tie at 3.00 of 5; none is ahead" in scene.words
        assert scene.words.count("all four tie") >= 4
        assert set(scene.picture.table["Place"]) == {"shares the lead"}
        assert ("invented for teaching" in scene.words) == invented


@pytest.mark.parametrize("seat", options.SEATS)
def test_in_the_example_every_option_and_criterion_has_each_mark_once(seat: str) -> None:
    grid = options.EXAMPLE[seat]
    for line in (*grid, *zip(*grid, strict=True)):
        assert sorted(line) == [1, 2, 4, 5]


def test_every_option_can_win_from_every_seat() -> None:
    for seat in options.SEATS:
        won = set()
        for heavy in options.CRITERIA:
            wish = {"seat": seat, "marks": True, heavy: 10}
            words = stage("options", wish).scene.words
            won |= set(re.findall(r": option (\d) \([^)]*\) leads with", words))
        assert won == {"1", "2", "3", "4"}


def test_who_leads_is_who_has_the_highest_weighted_sum(sweep: Sweep) -> None:
    states = sweep["options"]
    uneven = {"marks": True, "economy": 7, "sovereignty": 2}
    states = [*states, *(stage("options", {**s.settings, **uneven}) for s in states[::8])]
    for state in states:
        wish, scene = state.settings, state.scene
        name = options.SEATS[wish["seat"]]
        own = scene.picture.table[scene.picture.table["Seen from"] == name]
        sums = {
            row["Option"][0]: sum(wish[key] * row[title] for key, title in options.CRITERIA.items())
            for _, row in own.iterrows()
        }
        best = [option for option, total in sums.items() if total == max(sums.values())]
        led = set(own.loc[own["Place"] != "behind", "Option"].str[0])
        assert led == set(best)
        if len(best) == 1:
            assert f"option {best[0]} ({options.OPTIONS[best[0]]}) leads" in scene.words
        else:
            assert f"{'all four options' if len(best) == 4 else 'options'}" in scene.words
            assert " tie at " in scene.words


def test_the_smallest_move_changes_the_leader_and_no_smaller_one_does() -> None:
    for seat in options.SEATS:
        given = options.marks(seat, invented=True)
        for weights in (
            {"security": 8, "sovereignty": 5, "economy": 5, "feasibility": 5},
            {"security": 3, "sovereignty": 9, "economy": 1, "feasibility": 4},
            {"security": 0, "sovereignty": 0, "economy": 10, "feasibility": 0},
        ):
            now = options.leaders(given, weights)
            for change in options.nearest_changes(given, weights):
                moved = {**weights, change.criterion: change.weight}
                assert options.leaders(given, moved) == change.lead != now
                here = weights[change.criterion]
                for weight in range(11):
                    if abs(weight - here) < abs(change.weight - here):
                        between = options.leaders(given, {**weights, change.criterion: weight})
                        assert between in (now, ())


def test_marks_of_the_readers_own_count_and_are_said_to_be_theirs() -> None:
    wish = {"seat": "tehran", "mark_2_security": 5, "mark_2_economy": 1, "security": 6}
    scene = stage("options", wish).scene
    assert "option 2 (Scheduled exit) leads with 3.10 of 5" in scene.words
    assert "Marks of your own stand for option 2, as seen from Tehran" in scene.words
    assert "let security fall from 6 to 5, then all four tie" in scene.words
    others = scene.picture.table[scene.picture.table["Seen from"] != "Tehran"]
    assert set(others["Security"]) == {3}


def test_each_option_takes_a_mark_on_each_criterion_side_by_side() -> None:
    live = explore("options")
    assert isinstance(live, Explorer)
    rows = [box for box in live.children if isinstance(box, ipywidgets.HBox)]
    labels = [[menu.description for menu in row.children] for row in rows]
    criteria = [name.lower() for name in options.CRITERIA.values()]
    assert labels == [[f"{option} {name}" for name in criteria] for option in options.OPTIONS]
    live.controls["mark_3_economy"].value = 5
    assert "option 3 (Economic reset first) leads with 3.50 of 5" in live.words
    live.controls["marks"].value = True  # the example gives the other marks, and mine stays
    assert "Marks of your own stand for option 3" in live.words
    live.controls["mark_3_economy"].value = 0
    assert "Marks of your own" not in live.words


def test_without_any_weight_nothing_is_ranked() -> None:
    scene = stage("options", dict.fromkeys(options.CRITERIA, 0)).scene
    assert "nothing can be ranked" in scene.words
    assert "leads" not in scene.words
    assert "tie" not in scene.words
    assert set(scene.picture.table["Place"]) == {"behind"}


# --- 11 ------------------------------------------------------------------------------------


def given(count: int) -> str:
    """As many verdicts as are wanted, all sorts of them in turn."""
    return ("ymnc" * 5)[:count]


def test_a_closed_row_tells_no_outcome(sweep: Sweep) -> None:
    rows = ledger.ledger_rows()
    states = [*sweep["ledger"], *(stage("ledger", {"verdicts": given(n)}) for n in (1, 7, 19))]
    for state in states:
        many = 20 if state.settings["all"] else len(state.settings["verdicts"])
        opened = set(ledger.ROWS[:many])
        closed = rows[~rows["ledger"].isin(opened)]
        everything = (
            state.scene.words
            + state.scene.picture.description
            + state.scene.picture.table.to_csv()
            + "".join(table.to_csv() for _, table in state.scene.tables)
        )
        for row in closed.itertuples():
            assert row.evidence not in everything
        shown = state.scene.picture.table.set_index("Forecast, in our words")["Outcome"]
        assert set(shown[closed["statement"]]) <= {"not opened"}
        assert "not opened" not in set(shown.drop(closed["statement"]))


def test_a_row_opens_by_a_verdict_and_the_next_is_named() -> None:
    rows = ledger.ledger_rows()
    for count, name in enumerate(ledger.ROWS):
        state = stage("ledger", {"verdicts": given(count)})
        buttons = state.controls[0]
        assert buttons.label == f"Your verdict on {name}"
        assert [label for label, _ in buttons.options][1:] == list(ledger.ANSWERS.values())
        words = state.scene.words
        for row in rows[rows["ledger"] == name].itertuples():
            assert row.statement in words.split(f"Next is {name}:")[1]
            assert row.resolution_rule in words
            told = stage("ledger", {"verdicts": given(count + 1)}).scene.words
            assert row.evidence in told.split(f"{name} says:")[1].split("Next is")[0]
    done = stage("ledger", {"verdicts": given(20)})
    assert "open to its end" in done.scene.words
    assert done.controls[0].values == [given(20)]


def test_the_running_score_counts_statements_and_not_rows() -> None:
    """F1 yes, F2 no, F3 twice yes; F7 twice not to be scored, once mixed."""
    for verdicts, fits in {
        "y": "1 verdict fits the rule in 1 of 1 statement.",
        "yyy": "3 verdicts fit the rule in 3 of 4 statements.",
        "yny": "3 verdicts fit the rule in 4 of 4 statements.",
        "ynymymc": "7 verdicts fit the rule in 9 of 10 statements.",
    }.items():
        assert f"So far your {fits}" in stage("ledger", {"verdicts": verdicts}).scene.words
    assert "So far" not in stage("ledger", {"all": True}).scene.words


def test_verdicts_that_nobody_could_have_given_are_none() -> None:
    for wish in ("yx", "y" * 21, 3, None):
        assert stage("ledger", {"verdicts": wish}).settings["verdicts"] == ""


def test_pressing_a_button_opens_one_row_and_offers_the_next() -> None:
    live = explore("ledger")
    buttons = live.controls["verdicts"]
    buttons.value = "y"
    assert live.words.startswith("1 of 20 rows is open.")
    assert (buttons.description, buttons.value) == ("Your verdict on F2", "y")
    buttons.value = buttons.options[3][1]
    assert "Your verdict on F2 was “no”." in live.words
    live.controls["all"].value = True
    assert "20 of 20 rows are open" in live.words
    live.controls["all"].value = False
    assert live.words.startswith("2 of 20 rows are open.")


def test_what_cannot_be_scored_is_not_and_is_said() -> None:
    rows = ledger.ledger_rows().set_index("forecast_id")
    scored = rows[rows["score"].notna()]
    assert set(scored["outcome"].astype(str)) == {"yes", "no"}
    assert not set(scored["kind"].astype(str)) & {"advice", "conditional"}
    assert rows.loc["FC01", "score"] == 0
    assert rows.loc["FC24", "score"] == 1
    told = stage("ledger", {"all": True}).scene.tables[0][1].set_index("Forecast, in our words")
    for number, row in rows.iterrows():
        outcome, counted = told.loc[row["statement"], ["Outcome", "Counted as"]]
        assert counted == (int(row["score"]) if number in scored.index else "not scored")
        if row["outcome"] == "mixed":
            assert "contested" in outcome
        if row["outcome"] == "not-scorable":
            assert outcome == "cannot be scored"
    assert "advice, so not scored" in told.loc[rows.loc["FC26", "statement"], "Outcome"]
    assert "stand-in" in told.loc[rows.loc["FC30", "statement"], "Outcome"]


def test_the_open_rows_say_how_many_can_be_scored() -> None:
    scores = ledger.ledger_rows()["score"].dropna()
    words = stage("ledger", {"all": True}).scene.words
    assert f"{len(scores)} are scored, {int(scores.sum())} of them yes" in words
    assert "scored" not in stage("ledger", {}).scene.words


LIVE = {"verdicts": "yny", "all": False, "mine": True}


def _log(item: str, percent: float) -> None:
    question = course_bank().questions[item]
    progress.append(progress.Attempt(item, question.version, "check", percent, "logged"))


def test_the_learners_own_chances_stand_beside_their_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(tmp_path))
    empty = stage("ledger", LIVE).scene
    assert "Your record holds no forecast yet" in empty.words
    assert len(empty.tables) == 1
    _log("01-round-two-place", 30)
    _log("01-round-two-place", 99)  # the first chance counts
    _log("03-early-election", 80)
    scene = stage("ledger", LIVE).scene
    own = scene.tables[1][1].set_index("Beside")
    assert own.loc["F3", "Your chance"] == "30 per cent"
    assert own.loc["F3", "Brier score"] == "0.490"
    assert own.loc["F13", "Outcome of that question"] == "not opened"
    assert "logged 2 chances" in scene.words
    assert "the one settled here has a Brier score of 0.490" in scene.words
    later = stage("ledger", {**LIVE, "verdicts": given(13)}).scene
    assert later.tables[1][1].set_index("Beside").loc["F13", "Brier score"] == "0.640"
    assert "mean Brier score of 0.565" in later.words
    assert "logged 2" not in stage("ledger", {**LIVE, "mine": False}).scene.words


def test_every_forecast_beside_a_row_exists() -> None:
    questions = course_bank().questions
    for item, row in ledger.BESIDE.items():
        assert questions[item].kind == "forecast"
        assert row in ledger.ROWS


def test_the_saved_ledger_does_not_know_the_learner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", str(tmp_path))
    before = explore("ledger", verdicts="yny")
    _log("01-round-two-place", 30)
    live = explore("ledger", verdicts="yny")
    assert (live.twin_html, live.twin_text) == (before.twin_html, before.twin_text)
    # Not even when a notebook asks for the record: a picture begins without it.
    assert "cannot be 'True'" in repr(explore("ledger", mine=True))
    live.controls["mine"].value = True
    assert "logged 1 chance" in live.words
    data, _ = live._repr_mimebundle_()
    assert data["text/plain"] == before.twin_text
    assert data["text/html"] == before.twin_html


# --- live ----------------------------------------------------------------------------------


@pytest.mark.sweep(4)
@pytest.mark.parametrize("name", EXPLORABLES)
def test_every_control_has_a_visible_name_and_moves_the_picture(name: str) -> None:
    live = explore(name)
    assert isinstance(live, Explorer)
    for key, widget in live.controls.items():
        assert widget.description.strip(), key
    before = live._stage.scene
    widget = next(iter(live.controls.values()))
    values = [True, False] if isinstance(widget.value, bool) else [v for _, v in widget.options]
    widget.value = next(v for v in values if v != widget.value)
    assert live._stage.scene != before
    assert live.words == stage(name, {k: w.value for k, w in live.controls.items()}).scene.words


def test_a_menu_that_depends_on_another_follows_it() -> None:
    live = explore("ladder", commitment="C17", rung="pledges")
    live.controls["party"].value = "Iraq"
    offered = [value for _, value in live.controls["commitment"].options]
    assert live.controls["commitment"].value in offered
    assert "C17" not in offered
    assert live.words.startswith(live.controls["commitment"].value)


def test_a_failure_while_moving_is_a_sentence_and_the_next_move_recovers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live = explore("raid")
    with monkeypatch.context() as broken:
        broken.setattr("dialogue.widgets.explorer.stage", lambda *_: 1 / 0)
        live.controls["agree"].value = 5
    assert live.words == EXPLORER["failed"]
    live.controls["agree"].value = 3
    assert "at least 3 accounts" in live.words


# --- the twin ------------------------------------------------------------------------------


@pytest.mark.sweep(4)
@pytest.mark.parametrize("name", EXPLORABLES)
def test_the_twin_can_be_read_without_a_kernel(name: str) -> None:
    live = explore(name)
    data, _ = live._repr_mimebundle_()
    assert WIDGET_VIEW in data
    assert is_twin(data)
    html, state = data["text/html"], stage(name, {})
    assert "menu Run, then Run All Cells" in html
    assert html.count("<caption>") == 1 + len(state.scene.tables)
    assert html.count("<tr>") == sum(
        len(t) + 1 for t in [state.scene.picture.table, *(t for _, t in state.scene.tables)]
    )
    drawing = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1]).decode()
    assert drawing.startswith("<svg")
    assert 'fill="#fff"' in drawing  # no theme reaches an image: it brings its own ground
    assert re.search(r"<img alt=\"[^\"]{10,}\"", html)
    assert state.scene.words in data["text/plain"]


def test_a_saved_lesson_keeps_the_twin_and_not_the_view() -> None:
    data, _ = explore("raid")._repr_mimebundle_()
    output = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 7}
    cell = {"cell_type": "code", "execution_count": 7, "outputs": [output], "metadata": {}}
    saved = settled({"cells": [cell], "metadata": {}})["cells"][0]["outputs"][0]["data"]
    assert set(saved) == {"text/html", "text/plain"}


def test_the_text_notices_a_change_of_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = explore("raid").twin_text
    course = copy_course(tmp_path / "course")
    monkeypatch.setenv("DIALOGUE_COURSE", str(course))
    assert explore("raid").twin_text == before
    file = course / "data" / "raid_accounts.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("southern Baghdad", "northern Baghdad"), encoding="utf-8")
    after = explore("raid").twin_text
    # A place on which too few agree is in no sentence; only the digest can tell.
    assert before.splitlines()[:-1] == after.splitlines()[:-1]
    assert before != after


@pytest.mark.slow  # every picture; the stored outputs of the lessons hold those they show
def test_the_same_twin_in_another_process() -> None:
    code = (
        "import hashlib\n"
        "from dialogue.charts import EXPLORABLES\n"
        "from dialogue import explore\n"
        "for name in EXPLORABLES:\n"
        "    live = explore(name)\n"
        "    text = live.twin_html + live.twin_text\n"
        "    print(name, hashlib.sha256(text.encode()).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={"PYTHONHASHSEED": "1", "TZ": "America/New_York"},
    ).stdout
    here = io.StringIO()
    with contextlib.redirect_stdout(here):
        exec(code, {})
    assert there == here.getvalue()
    assert len(there.splitlines()) == len(EXPLORABLES)


@pytest.mark.parametrize("name", EXPLORABLES)
def test_a_move_reads_no_table_again(name: str) -> None:
    stage(name, {})
    control = stage(name, {}).controls[0]
    opened: list[str] = []
    watch: list[bool] = [True]

    def seen(event: str, arguments: tuple[Any, ...]) -> None:
        if watch and event == "open" and str(arguments[0]).endswith((".csv", ".json")):
            opened.append(str(arguments[0]))

    sys.addaudithook(seen)  # there is no way to take one off again
    try:
        for value in (control.values[0], control.values[-1]):
            stage(name, {control.key: value})
    finally:
        watch.clear()
    assert opened == []


# --- the way in ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "start", "told"),
    [
        ("troop", {}, "Try: troops"),
        ([], {}, "to explore"),
        ("troops", {"day": 1}, "Its settings: start, date"),
        ("troops", {"date": "soon"}, "choose from 2003"),
        ("troops", {"date": "1999-01-01"}, "choose from 2003"),
        ("ladder", {"party": "Irak"}, "Try: Iraq"),
        ("actors", {"around": "pmff"}, "Try: pmf"),
        ("raid", {"agree": 9}, "Try: 1"),
    ],
)
def test_a_wrong_name_or_value_gets_one_plain_sentence(
    name: Any, start: dict[str, Any], told: str
) -> None:
    answer = explore(name, **start)
    assert isinstance(answer, Notice)
    assert told in repr(answer)
    assert "\n" not in repr(answer)
    assert "Traceback" not in answer._repr_html_()


def test_a_start_may_be_a_value_a_label_or_any_day() -> None:
    assert explore("ladder", party="iraq").controls["party"].value == "Iraq"
    assert explore("article", paragraph="p9").controls["paragraph"].value == "P9"
    assert explore("actors", around="Iran").controls["around"].value == "iran"
    assert explore("troops", date="2015-01-01").words.startswith("On 1 January 2015")
    assert stage("troops", {}).settings["date"] == ROUND_ONE


def test_importing_the_package_imports_no_widgets() -> None:
    code = (
        "import sys, dialogue\n"
        "assert not {'ipywidgets', 'anywidget', 'altair', 'pandas'} & set(sys.modules)\n"
        "from dialogue import explore\n"
        "from dialogue import explore as again\n"
        "assert callable(explore) and callable(again)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
