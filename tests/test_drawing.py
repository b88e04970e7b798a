"""Charts and sliders that learners write themselves: they draw offline and leave a readable twin."""

from __future__ import annotations

import json
from pathlib import Path

import altair as alt
import nbformat
import pytest

from dialogue import draw, load
from dialogue.course import tidy
from dialogue.page.html import TWIN
from dialogue.page.text import VEGA


def bars() -> alt.Chart:
    return alt.Chart(load("claims")).mark_bar().encode(x="count()", y="kind")


def test_a_chart_travels_as_vega_with_its_words_and_its_table() -> None:
    picture = draw(bars())
    assert picture.vega()["$schema"].endswith("vega/v5.json")
    assert picture.description == "A chart of 109 rows. x: number of rows; y: kind."
    counted = picture.table.set_index("kind")["number of rows"]
    assert counted["claim"] == (load("claims")["kind"] == "claim").sum()
    assert counted.sum() == len(load("claims"))
    assert draw(bars(), "Most are claims.").description == "Most are claims."


def test_a_title_and_a_sum_are_said() -> None:
    chart = alt.Chart(load("covid_months"), title="Cases").mark_bar().encode(y="sum(new_cases)")
    assert draw(chart).description == "Cases. y: sum of new cases."


def test_a_short_chart_has_words_and_the_looks_of_the_course() -> None:
    """What a lesson's code need not say: names of columns become words, groups lose their title."""
    table = load("oil_revenue").query("measure == 'month'")
    chart = alt.Chart(table).mark_line(point=True).encode(x="date:O", y="price_usd_per_barrel")
    made = draw(chart).figure.to_dict()
    assert made["encoding"]["y"]["title"] == "price usd per barrel"
    assert made["config"]["axisXDiscrete"]["labelAngle"] == 0
    assert "axisY" not in made["config"]
    assert draw(bars().encode(row="hedge")).figure.to_dict()["config"]["axisY"] == {"title": None}
    assert draw(bars())._specification()["config"]["legend"]["orient"] == "bottom"


@pytest.mark.parametrize("wrong", ["claims", alt.Chart("data.csv").mark_bar(), bars() + bars()])
def test_what_cannot_be_drawn_says_how(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"begin with alt\.Chart\(load"):
        draw(wrong)  # type: ignore[arg-type]


CELLS = """from dialogue import ask, draw, load
from ipywidgets import interact
import altair as alt

def bars(kind="claim"):
    table = load("claims").query("kind == @kind")
    return draw(alt.Chart(table).mark_bar().encode(y="paragraph", x="count()"))

interact(bars, kind=["claim", "forecast"])
"""


def test_a_slider_leaves_a_readable_twin_and_no_view(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell(CELLS)
    path = tmp_path / "slider.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    outputs = json.loads(tidy.written(tidy.execute(path)))["cells"][0]["outputs"]
    panel = outputs[0]["data"]
    html = "".join(panel["text/html"])
    assert tidy.WIDGET_VIEW not in panel
    assert html.startswith(TWIN)
    assert "Shown: kind = claim." in html
    assert "<td" in html
    assert VEGA not in panel
