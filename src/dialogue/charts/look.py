"""How every picture of the course looks and travels: one palette, words and a table beside it.

JupyterLab cannot draw Altair's own output offline (it bundles an older Vega-Lite), so a
chart is compiled here to Vega, which it can draw, and travels with an SVG for static
pages.  Under each picture stand a description and the same data as a table.
"""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dialogue.course.cited import table_sources
from dialogue.page import html
from dialogue.page.html import Html, as_twin, details, element
from dialogue.page.text import EMBED, VEGA

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

# One colour and one mark for each party, everywhere.  The colours are from the Okabe-Ito
# set (told apart in the common kinds of colour blindness), darkened or lightened until each
# has a contrast of at least 3 to 1 on JupyterLab's white and on its dark background.
PARTIES = {
    "Iraq": ("#C85000", "triangle-up"),
    "United States": ("#1F78C8", "square"),
    "both": ("#108864", "circle"),
    "Iran": ("#B8578F", "diamond"),
    "coalition": ("#7F7F7F", "cross"),
}

# Series that are no party: told apart by place, mark or words as well.
SERIES = ("#1F78C8", "#C85000", "#108864", "#B8578F", "#7F7F7F", "#9A7400")

# One short label for each domain, everywhere.
DOMAINS = {
    "framework": "Framework",
    "security": "Security",
    "political": "Political",
    "economic-energy": "Economy and energy",
    "cultural-humanitarian": "Culture and relief",
}

# JupyterLab's theme decides; the second value serves static pages.
INK = "var(--jp-content-font-color1, #1b1b1b)"
QUIET = "var(--jp-border-color1, #8a8a8a)"
# Arial is what the SVG is measured with; elsewhere the nearest sans serif.
FONT = "Arial, Helvetica, sans-serif"
TEXT_SIZE = 14


def caption(*tables: pd.DataFrame, note: str = "") -> str:
    """What stands under a picture: a remark, and the sources of its tables."""
    ids = sorted({source for table in tables for source in table_sources(table)})
    if len(ids) > 8:
        told = f"{len(ids)} sources, named row by row in the data under source_id."
    else:
        told = f"Sources: {'; '.join(ids)}." if ids else ""
    return f"{note} {told}".strip()


def last_day(date: str) -> str:
    """A date of stated precision (``2020``, ``2020-06``, ``2020-06-11``) as its last day.

    What is dated to a month is certain only at the month's end.
    """
    if len(date) == 4:
        return f"{date}-12-31"
    if len(date) == 7:
        return f"{date}-{monthrange(int(date[:4]), int(date[5:]))[1]:02}"
    return date


def in_words(date: str) -> str:
    """A date of stated precision as prose has it: ``11 June 2020``, ``June 2020``, ``2020``."""
    year, *rest = date.split("-")
    month = month_name[int(rest[0])] if rest else ""
    day = str(int(rest[1])) if len(rest) > 1 else ""
    return " ".join(part for part in (day, month, year) if part)


def table_html(table: pd.DataFrame, caption: str) -> str:
    """A table as plain HTML with its caption, its column heads named as such."""
    rows = (
        element("tr", *(element("td", value, **html.START) for value in row))
        for row in table.itertuples(index=False)
    )
    return html.table(caption, rows, table.columns)


@lru_cache(maxsize=1)
def _config(size: int) -> dict[str, Any]:
    """How all pictures look, as Vega-Lite says it."""
    import altair as alt

    words = {"labelColor": INK, "titleColor": INK}
    sizes = {"labelFontSize": size, "titleFontSize": size}
    lines = {"domainColor": QUIET, "tickColor": QUIET, "gridColor": QUIET, "gridOpacity": 0.35}
    # One description for the whole picture.  Vega would give every mark a label of its own,
    # and a screen reader would read out a hundred of them; the table has them all.
    empty = alt.Chart().mark_point().configure(font=FONT, aria=False)
    return (
        empty.configure_view(stroke=None)
        .configure_axis(**words, **sizes, **lines, labelLimit=0)
        .configure_header(**words, **sizes)
        .configure_legend(**words, **sizes, symbolSize=160, orient="top")
        .to_dict()["config"]
    )


def tips(*fields: str) -> list[Any]:
    """What is told of a mark under the pointer.

    Each channel by its own class, here and everywhere: for one that is named by a bare string,
    Altair looks through all classes of its schema, 4 ms each time.
    """
    import altair as alt

    return [alt.Tooltip(field) for field in fields]


@dataclass(frozen=True)
class Together:
    """Charts side by side and over each other, put together as plain Vega-Lite.

    Altair copies a chart through and through each time it goes into a larger one: with fifteen of
    them that took longer than drawing them.
    """

    rows: list[list[tuple[list[alt.Chart], dict[str, Any]]]]
    between: int
    below: int

    def to_dict(self, validate: bool = True) -> dict[str, Any]:
        """The specification, letter for letter as Altair would write it."""
        import altair as alt

        whole: dict[str, Any] = {"vconcat": [], "spacing": self.below, "datasets": {}}

        def layer(chart: alt.Chart) -> dict[str, Any]:
            single = chart.to_dict(validate=validate)
            whole["datasets"] |= single.pop("datasets")
            whole.update({key: single.pop(key) for key in ("$schema", "config")})
            return single

        for row in self.rows:
            panels = [{"layer": [layer(one) for one in charts], **look} for charts, look in row]
            whole["vconcat"].append({"hconcat": panels, "spacing": self.between})
        if validate:
            alt.VConcatChart.validate(whole)
        return whole


@dataclass(frozen=True)
class Picture:
    """A chart with its description and its table, ready to be displayed.

    *title* names the table, as its caption; *caption* is the remark under the picture.
    """

    figure: alt.TopLevelMixin | Together
    description: str
    table: pd.DataFrame
    caption: str
    title: str

    def _specification(self, size: int = TEXT_SIZE) -> dict[str, Any]:
        # Written into the finished specification: Altair would copy all data for each setting.
        import altair as alt

        figure = self.figure.to_dict(validate=alt.utils.schemapi.DEBUG_MODE)
        own, ours = figure.get("config", {}), _config(size)
        both = {name: {**ours[name], **own[name]} for name in ("header", "legend") if name in own}
        return {
            **figure,
            "config": {**own, **ours, **both},
            "background": "transparent",
            "padding": 12,
            "description": self.description,
        }

    def _table_html(self) -> str:
        summary = f"The same data as a table ({len(self.table)} rows)"
        return as_twin(
            element("p", self.description),
            details(summary, table_html(self.table, self.title)),
            element("p", element("em", self.caption)),
        )

    def vega(self, size: int = TEXT_SIZE) -> dict[str, Any]:
        """The picture as JupyterLab draws it, silent but for its description."""
        import vl_convert

        vega = vl_convert.vegalite_to_vega(self._specification(size), vl_version="6.4")
        # JupyterLab's Vega 5.33 draws what the Vega-Lite 6.4 compiler writes for Vega 6.
        vega["$schema"] = "https://vega.github.io/schema/vega/v5.json"
        vega["description"] = self.description
        _mute(vega)
        return _whole(vega)

    def svg(self, size: int = TEXT_SIZE) -> str:
        """The picture as SVG: for a screen reader one image with one description.

        *size* is that of its labels: a wall asks for larger ones.
        """
        return drawn(self.vega(size), size)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self._drawing(), raw=True, metadata={VEGA: {"embed_options": EMBED}})
        # A second output, because JupyterLab shows only the richest form of one output.
        words = f"{self.description}\n{self.table.to_string(index=False)}\n{self.caption}"
        display({"text/html": self._table_html(), "text/plain": words}, raw=True)

    def _repr_html_(self) -> str:
        """Inside another twin: the words and the table, without the drawing."""
        return self._table_html()

    def _drawing(self) -> dict[str, Any]:
        return {
            VEGA: self.vega(),
            "image/svg+xml": self.svg(),
            "text/plain": f"Chart. {self.description}",
        }


def drawn(vega: dict[str, Any], size: int = TEXT_SIZE) -> str:
    """A picture that was stored as :meth:`Picture.vega` has it, as SVG with labels of *size*."""
    import vl_convert

    settings = {
        name: dict(value) if isinstance(value, dict) else value
        for name, value in vega.get("config", {}).items()
    }
    for name in ("axis", "header", "legend"):
        settings[name] = {**settings.get(name, {}), "labelFontSize": size, "titleFontSize": size}
    made = vl_convert.vega_to_svg({**vega, "config": settings})
    own = Html('<svg role="img" aria-label="{}" ').format(vega.get("description", ""))
    return made.replace("<svg ", own, 1)


# What gives a compiled picture its size: of the whole, of a panel, of a step of its bands.
_SIZE = re.compile(r"(?i)(?:^|_)(?:child)?_?(width|height)$|^(?:\w+_)?([xy])_step$")


def reshaped(vega: dict[str, Any], wide: float, high: float) -> dict[str, Any]:
    """A picture as :meth:`Picture.vega` has it, its panels so many times as wide and as high.

    Letters keep their size, those below the size of labels are raised to it: what is drawn for
    paper is drawn for its width, and not made smaller.
    """
    times = {"width": wide, "x": wide, "height": high, "y": high}

    def sized(signal: dict[str, Any]) -> dict[str, Any]:
        found = _SIZE.search(signal["name"])
        if not found or not isinstance(signal.get("value"), int | float):
            return signal
        return {**signal, "value": signal["value"] * times[(found[1] or found[2]).lower()]}

    whole = {key: value for key, value in vega.items() if key != "config"}
    whole = _raised(whole) | {"signals": [sized(signal) for signal in vega.get("signals", ())]}
    for side in ("width", "height"):
        if side in vega:
            whole[side] = vega[side] * times[side]
    settings = vega.get("config", {})
    titles = {"fontSize": TEXT_SIZE, **settings.get("title", {})}
    # A page's own letters are wider than those that the places of a key are measured with.
    keys = {**settings.get("legend", {}), "columnPadding": 26}
    return {**whole, "config": {**settings, "title": titles, "legend": keys}}


def _raised(value: Any) -> Any:
    """Letters below the size of labels, raised to it, all the way down."""
    if isinstance(value, list):
        return [_raised(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _raised(item) for key, item in value.items()}
    size = made.get("fontSize")
    if isinstance(size, dict) and isinstance(size.get("value"), int | float):
        made["fontSize"] = {**size, "value": max(TEXT_SIZE, size["value"])}
    return made


def _mute(value: Any) -> None:
    """Silence what the setting ``aria`` leaves: the groups of marks, and the titles of facets."""
    if isinstance(value, dict):
        title = value.get("title")
        for part in [*value.get("marks", []), *([title] if isinstance(title, dict) else [])]:
            part["aria"] = False
        for item in value.values():
            _mute(item)
    elif isinstance(value, list):
        for item in value:
            _mute(item)


def _whole(value: Any) -> Any:
    """19.0 as 19, all the way down: JupyterLab writes it so when it saves a notebook."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


# What a chart in a lesson need not say: its code is to be read by somebody who is new to it.
_LEARNT: dict[str, Any] = {
    "countTitle": "number of rows",
    "point": {"size": 90, "filled": True},
    "line": {"strokeWidth": 3},
    "axisXDiscrete": {"labelAngle": 0, "labelOverlap": True},
    "axisXQuantitative": {"tickCount": 5, "labelFlush": False},
    "title": {"color": INK, "anchor": "start", "offset": 14},
    "header": {"title": None, "labelOrient": "top", "labelAnchor": "start"},
    "legend": {"orient": "bottom", "columns": 1, "labelLimit": 400},
}


def draw(figure: alt.Chart, sentence: str = "") -> Picture:
    """Draw a chart that you wrote with Altair, so that it appears offline as the course's do.

    *sentence* reads the picture to whoever cannot see it.  Without one the chart's title and
    its columns are named.
    """
    import altair as alt

    table: Any = getattr(figure, "data", None)
    if not isinstance(figure, alt.Chart) or not hasattr(table, "columns"):
        remedy = 'begin with alt.Chart(load("claims")), or with another table'
        raise TypeError(f"draw() needs one Altair chart over a loaded table; {remedy}.")
    made = figure.to_dict()
    channels = {
        name: channel
        for name, channel in made.get("encoding", {}).items()
        if isinstance(channel, dict) and ("field" in channel or "aggregate" in channel)
    }
    fields = dict.fromkeys(c["field"] for c in channels.values() if c.get("field") in table.columns)
    title = str(made.get("title", "")) or f"A chart of {len(table)} rows"
    words = "; ".join(f"{name}: {_shows(channel)}" for name, channel in channels.items())
    # A head of the table says what the axis or the key says; a name of a column says less.
    titled = sorted(channels.values(), key=lambda channel: bool(channel.get("title")))
    heads = {c["field"]: str(c.get("title") or c["field"]) for c in titled if "field" in c}
    heads = {field: heads[field].replace("_", " ") for field in fields}
    if len({*heads.values()}) < len(heads):
        heads = {}
    shown = table[list(fields)].rename(columns=heads)
    if fields and any(channel.get("aggregate") == "count" for channel in channels.values()):
        shown = shown.value_counts(sort=False).reset_index(name="number of rows")
    named = {c["field"]: c["title"] for c in channels.values() if c.get("title") and "field" in c}
    for name, channel in channels.items():  # words on axes and keys, and not names of columns
        said, field = getattr(figure.encoding, name), channel.get("field", "")
        if "title" not in channel and (field in named or "_" in field) and hasattr(said, "title"):
            figure = figure.encode(**{name: said.title(named.get(field, field.replace("_", " ")))})
    # The groups of a chart stand one below the other: their heads take the place of the title.
    axis: dict[str, Any] = {"axisY": {"title": None}} if "row" in channels else {}
    figure = figure.configure(**_LEARNT, **axis)
    return Picture(figure, sentence or f"{title}. {words}.", shown, "", title)


def _shows(channel: dict[str, Any]) -> str:
    """What one channel of a chart shows: ``number of rows``, ``troops``, ``sum of cases``."""
    name = str(channel.get("title") or channel.get("field", "")).replace("_", " ")
    how = channel.get("aggregate", "")
    if how == "count":
        return "number of rows"
    return f"{how} of {name}" if isinstance(how, str) and how else name
