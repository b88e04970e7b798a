"""The pictures that can be handled: true for every setting, readable without a kernel."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from dialogue import load
from dialogue.charts.article import share
from dialogue.charts.explorables import EXPLORABLES, State, _paths, stage
from dialogue.charts.people import raid_support
from dialogue.explorer import FAILED, Explorer, Notice, explore
from dialogue.lessons import WIDGET_VIEW, is_twin, settled

ROUND_ONE = load("rounds").set_index("session_id").loc["R01", "date"]


def settings(name: str) -> Iterator[dict[str, Any]]:
    """Every value of every control with the others at rest, and every pair of the first two."""
    rest = stage(name, {})
    for control in rest.controls:
        for value in control.values:
            yield {control.key: value}
    first, second = rest.controls[0], rest.controls[1 % len(rest.controls)]
    for a, b in product(first.values[-3:], second.values[-3:]):
        yield {first.key: a, second.key: b}


@pytest.fixture(scope="module")
def sweep() -> dict[str, list[State]]:
    return {name: [stage(name, wish) for wish in settings(name)] for name in EXPLORABLES}


@pytest.mark.parametrize("name", EXPLORABLES)
def test_every_value_of_every_control_gives_words_a_picture_and_tables(
    name: str, sweep: dict[str, list[State]]
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


@pytest.mark.parametrize("name", EXPLORABLES)
def test_pictures_can_be_drawn_at_the_ends_of_every_control(name: str) -> None:
    for control in stage(name, {}).controls:
        for value in {control.values[0], control.values[-1]}:
            svg = stage(name, {control.key: value}).scene.picture.svg()
            assert svg.startswith('<svg role="img" aria-label="')


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


def test_a_paragraph_shows_its_digest_and_its_own_statements() -> None:
    claims = load("claims")
    paragraphs = load("paragraphs").set_index("paragraph")
    for name in paragraphs.index:
        scene = stage("article", {"paragraph": name}).scene
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
    sweep: dict[str, list[State]],
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
    assert seen == set(legal["name"])


def test_kinds_of_number_are_kept_apart() -> None:
    words = stage("troops", {"date": "2016-09-30"}).scene.words
    present, apart = words.split("kept apart:")
    assert "about 4,450 (3 February 2016" in present
    assert "5,262" not in present
    assert "cap authorised: 5,262 (28 September 2016" in apart
    planned = stage("troops", {"date": "2009-10-31"}).scene.words
    assert "planned: about 120,000" in planned.split("kept apart:")[1]


def test_no_number_from_the_future(sweep: dict[str, list[State]]) -> None:
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


def test_what_is_known_and_what_is_hidden_is_the_whole(sweep: dict[str, list[State]]) -> None:
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
    paths = _paths(ties, "iran", "pmf")
    assert paths
    for path, _ in paths:
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
    rungs = [*table["strength"].cat.categories, "dated and measurable"]
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


def test_party_and_issue_narrow_the_menu_and_the_table(sweep: dict[str, list[State]]) -> None:
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


# --- live ----------------------------------------------------------------------------------


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
        broken.setattr("dialogue.explorer.stage", lambda *_: 1 / 0)
        live.controls["agree"].value = 5
    assert live.words == FAILED
    live.controls["agree"].value = 3
    assert "at least 3 accounts" in live.words


# --- the twin ------------------------------------------------------------------------------


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


def test_the_text_notices_a_change_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    before = explore("raid").twin_text

    def other(name: str) -> Any:
        table = load(name)
        if name == "raid_accounts":
            table["value"] = table["value"].str.replace("southern Baghdad", "northern Baghdad")
        return table

    monkeypatch.setattr("dialogue.charts.people.load", other)
    after = explore("raid").twin_text
    # A place on which too few agree is in no sentence; only the digest can tell.
    assert before.splitlines()[:-1] == after.splitlines()[:-1]
    assert before != after


def test_the_same_twin_in_another_process() -> None:
    code = (
        "import hashlib\n"
        "from dialogue.charts.explorables import EXPLORABLES\n"
        "from dialogue import explore\n"
        "for name in EXPLORABLES:\n"
        "    live = explore(name)\n"
        "    text = live.twin_html + live.twin_text\n"
        "    print(name, hashlib.sha256(text.encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("1", "Asia/Baghdad"), ("2", "America/New_York"))
    }
    assert len(runs) == 1
    assert len(runs.pop().splitlines()) == len(EXPLORABLES)


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
