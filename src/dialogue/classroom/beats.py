"""What a lesson has for paper and wall: its question, its text, its ladder, pictures, vote, task.

Read from the lesson's own cells, so that handout, slides and plan follow every change of it.
Nothing is run: a picture comes from its call, or from the output that the lesson stores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from dialogue.charts import CHARTS, EXPLORABLES, chart, stage
from dialogue.charts.look import Picture, drawn, in_words, reshaped
from dialogue.course import anatomy, sources
from dialogue.page.text import VEGA

_BADGE = re.compile(r"\[([⁰¹²³⁴⁵⁶⁷⁸⁹]+)\]\[src:([^\]]*)\]|\[(P\d+)\]")
_NUMBERS = re.compile(r"(?:\[[⁰¹²³⁴⁵⁶⁷⁸⁹]+\]\[src:[^\]]*\] ?)+(?=(.?))")
FOLD = re.compile(
    r"<details>\s*<summary>((?:(?!</summary>|<details>).)*)</summary>"
    r"((?:(?!</?details>).)*)</details>",
    re.S,
)
# Rungs of a ladder, each with its name, or the steps of a method.
_LISTED = re.compile(r"^(?:- [`*]|\d+\. )", re.M)
_HEADING = re.compile(r"#{1,2} (.+)")
# What a class cannot see on paper or from a wall: the cell that the sentence speaks of.
_CELL = re.compile(
    r"(?i)\b(next|previous) cells?\b|\bcell (after|below|above)\b|\brun (it|the)\b|\bthe cell\b"
    r"|\bpress check\b|\bthe curtain stands\b|\bwith the slider\b|^alone\?|argument against your choice"
)
SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z*“])")
_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")
# Who spoke about it is for the talk.
_TABLE_CELL = re.compile(r"table-(?!voices)")
# Beats that belong to the screen; the text of a lesson stands between them.
_BEFORE = {"title", "objectives", "setup", "warm-up", "commit"}
_AFTER = {"data-exercise", "talk", "write", "key-points", "sources"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that a lesson draws itself, from the output that it stores."""

    vega: dict[str, Any]
    title: str = ""
    caption: str = ""

    @property
    def description(self) -> str:
        return str(self.vega.get("description", ""))

    def svg(self, size: int) -> str:
        """The picture with labels of *size* pixels."""
        return drawn(self.vega, size)


Shown = Picture | Drawn
_SIZES = re.compile(r' (?:width|height)="([\d.]+)"')


def size_of(svg: str) -> tuple[float, float]:
    """How wide and how high a drawing is, in pixels."""
    wide, high = (float(side) for side in _SIZES.findall(svg)[:2])
    return wide, high


def fitted(picture: Shown, wide: float, high: float, least: float) -> str:
    """A picture drawn *wide* pixels wide and, where its rows allow, at most *high*.

    Its labels have the size that they have on a screen.  Its panels are made at most *least*
    times as high as they were.
    """
    vega = picture.vega if isinstance(picture, Drawn) else picture.vega()
    before = size_of(drawn(vega))
    # What is beside and above the panels does not grow with them, so two drawings tell how much
    # of the whole the panels are.
    twice = size_of(drawn(reshaped(vega, 2, 2)))
    panels = twice[0] - before[0], twice[1] - before[1]
    wider = max(0.7, 1 + (wide - before[0]) / panels[0])
    higher = min(1.0, max(least, 1 + (high - before[1]) / panels[1]))
    return drawn(reshaped(vega, wider, higher))


def cited(source: str) -> str:
    """Badges as plain words: ``(P4) (Reuters, 2020)``.  Paper has no place for a link."""

    def named(badge: re.Match[str]) -> str:
        return f" ({sources.short(badge[2])})" if badge[2] else badge[3]

    return _BADGE.sub(named, anatomy.DEFINITION.sub("", source))


def uncited(source: str) -> str:
    """Without the numbers of sources: only paragraphs stay."""

    def gap(numbers: re.Match[str]) -> str:
        return " " if numbers[0].endswith(" ") and numbers[1].isalnum() else ""

    return _NUMBERS.sub(gap, source)


def bare(source: str) -> str:
    """A section as a class reads it without the notebook: no fold, no number of a source, no
    subsection, and no sentence on a cell that is not there."""
    return still(cited(uncited(FOLD.sub("", source))).split("\n### ")[0].strip())


def still(source: str) -> str:
    """A text without the sentences that speak of a cell."""
    return "\n\n".join(kept for block in source.split("\n\n") if (kept := _still(block.strip())))


def _still(block: str) -> str:
    """A paragraph without its sentences on cells; anything else as it is."""
    if block.startswith(("|", "#", ">", "- ")) or re.match(r"\d+\. ", block):
        return block
    return " ".join(said for said in SENTENCE.split(block) if not _CELL.search(said))


def opening(cells: Sequence[dict[str, Any]]) -> str:
    """The question with which the lesson opens, in its first cell."""
    first = next((c["source"] for c in cells if c.get("id") == "title"), "")
    for mark in (r"\*\*([^*]+\?)\*\*", r"(?m)^(\*\*?[^*].*\?)\*\*?", r"\*([^*]+\?)\*"):
        if found := re.search(mark, bare(first)):
            # "Did they?" asks about the words before it, which do not stand here.
            whole = [said for said in SENTENCE.split(found[1].replace("*", "")) if " " in said]
            return " ".join(said for said in whole if len(said.split()) > 2)
    return ""


def parts(cells: Sequence[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every cell with the section that it stands in."""
    section = ""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            section = cell.get("id", "")
        yield section, cell


def asked(cells: Sequence[dict[str, Any]], beat: str) -> list[str]:
    """The ids of what one beat asks."""
    return anatomy.asked([cell for section, cell in parts(cells) if section == beat])


def picture(cell: dict[str, Any]) -> Shown | None:
    """The picture of a code cell, at the settings that the cell names."""
    call = anatomy.called(cell["source"])
    if call and call[1] and call[0] in ("chart", "explore"):
        name = str(call[1][0])
        # What stands still needs no setting of a control, such as a guess that nobody has made.
        if name in CHARTS and (call[0] == "chart" or not call[2]):
            return chart(name, **call[2])
        if name in EXPLORABLES:
            return stage(name, call[2]).scene.picture
    for output in cell.get("outputs", ()):
        vega = output.get("data", {}).get(VEGA)
        if isinstance(vega, dict):
            return Drawn(vega)
    return None


class _Rows(HTMLParser):
    """The words of a table that a lesson stores, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._in = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in = False

    def handle_data(self, data: str) -> None:
        if self._in:
            self.rows[-1][-1] += data


def stored(cell: dict[str, Any], most: int = 8) -> str:
    """The table of words that a cell shows, in Markdown; empty if it shows none, or a short one."""
    if not _TABLE_CELL.match(cell.get("id", "")):
        return ""
    rows = _rows(cell)
    return _markdown(rows[: most + 1]) if len(rows) > 3 else ""


def _rows(cell: dict[str, Any]) -> list[list[str]]:
    for output in cell.get("outputs", ()):
        found = output.get("data", {}).get("text/html", "")
        page = "".join(found) if isinstance(found, list) else str(found)
        if 'class="dataframe"' not in page:
            continue
        reader = _Rows()
        reader.feed(page)
        rows = [[word.strip() for word in row] for row in reader.rows if row]
        # pandas writes the name of the index in a second row of heads.
        if len(rows) > 1 and rows[1][0] and not any(rows[1][1:]):
            rows[0][0] = rows.pop(1)[0]
        return rows
    return []


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    head, *rest = ([cell.replace("|", "/").replace("\n", " ") for cell in row] for row in rows)
    named = [cell.replace("-", " ").replace("_", " ") for cell in head]
    told = [[in_words(cell) if _DAY.fullmatch(cell) else cell for cell in row] for row in rest]
    return "\n".join(f"| {' | '.join(row)} |" for row in [named, ["---"] * len(named), *told])


def _reading(cells: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The cells between the opening and the data exercise, without what only a screen can do."""
    for section, cell in parts(cells):
        if section in _AFTER:
            return
        if section not in _BEFORE:
            yield cell


def text(cells: Sequence[dict[str, Any]], rows: int) -> tuple[str, str]:
    """The phrases that the lesson reads closely: heading and table, in Markdown.

    The first table of its prose; without one, the first that a cell shows.  At most *rows*.
    """
    heading, shown = "", ("", "")
    for cell in _reading(cells):
        if cell["cell_type"] == "markdown":
            source = bare(cell["source"])
            if found := _HEADING.match(source):
                heading = found[1]
            table = next((b for b in source.split("\n\n") if b.startswith("|")), "")
            if table:
                return heading, "\n".join(table.splitlines()[: rows + 2])
        elif not shown[1] and (table := stored(cell, rows)):
            shown = heading, table
    return shown


def ladder(cells: Sequence[dict[str, Any]], points: int = 6) -> tuple[str, str]:
    """The ladder, the rules or the questions that a lesson works with: heading and list."""
    heading = ""
    for cell in _reading(cells):
        if cell["cell_type"] != "markdown":
            continue
        source = bare(cell["source"])
        if found := _HEADING.match(source):
            heading = found[1]
        for block in source.split("\n\n"):
            if len(_LISTED.findall(block)) >= 3:
                kept = re.split(r"\n(?=- |\d+\. )", block)[:points]
                return heading, "\n".join(kept)
    return "", ""


def first_picture(cells: Sequence[dict[str, Any]]) -> tuple[str, Shown] | None:
    """The first picture that a lesson shows, and the heading over it."""
    heading = ""
    for section, cell in parts(cells):
        if cell["cell_type"] == "markdown":
            if found := _HEADING.match(cell["source"]):
                heading = found[1]
        elif section not in _BEFORE and (shown := picture(cell)):
            return heading, shown
    return None


def short(description: str, words: int = 40) -> str:
    """The first sentences of a description, about *words* long, on what can be seen."""
    kept: list[str] = []
    for sentence in SENTENCE.split(still(description)):
        if kept and len(" ".join([*kept, sentence]).split()) > words:
            break
        kept.append(sentence)
    return " ".join(kept)
