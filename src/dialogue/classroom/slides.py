"""Slides of a lesson with reveal.js, and the speaker's notes on a page of their own.

The slides hold what a class may see: headings, which are whole sentences, tables, pictures with
their description, the vote without its key.  What the teacher says, the key and the reasons
behind each option are in the other file, so that the slides can be given away.

reveal.js 5.2.1 stands in ``reveal/`` under its own licence (MIT, ``reveal/LICENSE.md``); a page
holds it whole and fetches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from markupsafe import Markup

from dialogue import bank
from dialogue.charts import chart
from dialogue.charts.look import TEXT_SIZE, Picture
from dialogue.classroom import paper
from dialogue.course import anatomy, catalogue, files, sources
from dialogue.page import templates, text
from dialogue.questions import Question
from dialogue.widgets import twin

_HERE = Path(__file__).parent / "reveal"
# Beats that a class does at the screen or on paper, and not from a slide.
_SKIPPED = {
    "setup",
    "warm-up",
    "commit",
    "data-exercise",
    "write",
    "check-write",
    "sources",
    "references",
}
_MOST_WORDS = 45
_PICTURE = re.compile(r"""\b(?:chart|explore)\("([a-z-]+)"\)""")
# Pixels of a slide of 1200 by 720: what words have at least, and what is left for a picture.
SMALLEST, _WIDE, _HIGH = 24, 1200, 540
# Labels larger than this, in a picture drawn for 14, run into one another.
_LARGEST = 18
# Letters a line and pixels a line, of a table and of other text, and the room for them.
_TABLE, _TEXT, _ROOM = (95, 30), (76, 38), 520


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: what the class sees, and what only the speaker reads."""

    name: str
    shown: Markup
    notes: Markup = field(default_factory=Markup)


_parts = partial(templates.parts, "classroom/slide.html")
_BADGE = re.compile(r"\[([⁰¹²³⁴⁵⁶⁷⁸⁹]+)\]\[src:([^\]]*)\]|\[(P\d+)\]")
_NUMBERS = re.compile(r"(?:\[[⁰¹²³⁴⁵⁶⁷⁸⁹]+\]\[src:[^\]]*\] ?)+(?=(.?))")
_FOLD = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.S)
_ITEM = re.compile(r"(- |\d+\. )")
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z*“])")


def _cited(source: str) -> str:
    """Badges as plain words: ``(P4) (Reuters, 2020)``.  A slide has no place for a link."""

    def named(badge: re.Match[str]) -> str:
        return f" ({sources.short(badge[2])})" if badge[2] else badge[3]

    return _BADGE.sub(named, anatomy.DEFINITION.sub("", source))


def _uncited(source: str) -> str:
    """Without the numbers of sources, which the notes name: only paragraphs stay."""

    def gap(numbers: re.Match[str]) -> str:
        return " " if numbers[0].endswith(" ") and numbers[1].isalnum() else ""

    return _NUMBERS.sub(gap, source)


def _short(source: str, most: int = _MOST_WORDS) -> str:
    """The first sentences of a paragraph, as many as a back row reads."""
    mark = _ITEM.match(source)
    start = mark[0] if mark else ""
    kept: list[str] = []
    for sentence in _SENTENCE.split(source[len(start) :]):
        if kept and len(" ".join([*kept, sentence]).split()) > most:
            break
        kept.append(sentence)
    return start + " ".join(kept)


def _high(row: str) -> int:
    """About how many pixels a row takes, were all its columns as wide."""
    letters, line = _TABLE if row.startswith("|") else _TEXT
    cells = row.strip().strip("|").split("|")
    return 10 + line * max(-(-len(cell.strip()) * len(cells) // letters) for cell in cells)


def _split(rows: Sequence[str], room: int) -> list[list[str]]:
    """Rows of a table or a list as groups that each fit on a slide."""
    found: list[list[str]] = [[]]
    left = room
    for row in rows:
        if found[-1] and _high(row) > left:
            found.append([])
            left = room
        found[-1].append(row)
        left -= _high(row)
    return found


def _prose(source: str) -> list[str]:
    """What slides keep of a section: its heading, what is quoted, its table or list, or else
    its first sentences.  More than one slide only for a long table or list."""
    bare = _cited(_uncited(_FOLD.sub("", source))).split("\n### ")[0].strip()
    heading, *rest = (block.strip() for block in re.split(r"\n\s*\n", bare) if block.strip())
    quoted = [block for block in rest if block.startswith(">")]
    table = next((block for block in rest if block.startswith("|")), "")
    listed = next((block for block in rest if _ITEM.match(block)), "")
    first = next((block for block in rest if not re.match(r"[-|#>]|\d+\. ", block)), "")
    begin = "\n\n".join(part for part in (heading, "" if table else _short(first), *quoted) if part)
    room = _ROOM - sum(_high(block) for block in quoted)
    if table:
        head, rule, *rows = table.splitlines()
        parts = [[head, rule, *part] for part in _split(rows, room - _high(head))]
    elif listed:
        rows = [_short(point, _MOST_WORDS // 3) for point in re.split(r"\n(?=- |\d+\. )", listed)]
        parts = _split(rows, room - _high(_short(first)))
    else:
        return [begin]
    lines = ["\n".join(part) for part in parts]
    return [f"{begin}\n\n{lines[0]}", *(f"{heading}\n\n{more}" for more in lines[1:])]


def _html(source: str) -> Markup:
    return Markup(text.prose(source))


def _notes(source: str) -> Markup:
    """A section as the speaker reads it: with its sources, and what is folded opened."""
    return _html(_cited(_FOLD.sub(r"\n\n**\1**\n\n\2\n\n", source)))


def _vote(question: Question) -> Markup:
    options = [
        (twin.letter(n), templates.small(option.text))
        for n, option in enumerate(getattr(question, "options", ()))
    ]
    return _parts().vote(templates.small_block(question.ask), options)


def _drawn(picture: Picture) -> Markup:
    """The picture with labels that read from the back row, as far as they have room."""
    drawn = picture.svg()
    wide, high = (float(size) for size in re.findall(r' (?:width|height)="([\d.]+)"', drawn)[:2])
    wanted = SMALLEST / min(_WIDE / wide, _HIGH / high)
    return Markup(picture.svg(min(round(wanted), _LARGEST)) if wanted > TEXT_SIZE else drawn)


def _told(description: str) -> str:
    """The first sentences of a description: one line or two under a picture."""
    return _short(description, 24)


def of(lesson: catalogue.Lesson) -> list[Slide]:
    """The slides of *lesson*, in its order, with the speaker's notes."""
    known = bank.course_bank().questions
    found: list[Slide] = []
    section = ""
    for cell in catalogue.notebook_cells(lesson.path):
        name, source = cell.get("id", ""), cell["source"]
        if cell["cell_type"] == "markdown":
            section = name
            if name in _SKIPPED or not re.match(r"#{1,2} ", source):
                continue
            notes = _notes(source)
            for part in _prose(source):
                found.append(Slide(name, _html(part), notes))
                name, notes = f"{name}-more", _html("It goes on from the slide before.")
        elif picture := _PICTURE.search(source):
            drawn = chart(picture[1])
            if isinstance(drawn, Picture):
                shown = _parts().picture(drawn.title, _drawn(drawn), _told(drawn.description))
                notes = _parts().picture_notes(drawn.description, drawn.caption)
                found.append(Slide(name, shown, notes))
        elif section == "talk":
            for question in (known[i] for i in anatomy.asked([cell]) if i in known):
                found.append(Slide(name, _vote(question), paper.key([question])))
    return found


def _script() -> str:
    return (_HERE / "reveal.js").read_text("utf-8").replace("</script", "<\\/script")


def page(lesson: catalogue.Lesson, slides: Sequence[Slide]) -> Markup:
    """The slides as one page that fetches nothing; arrows, space and Escape move about."""
    return templates.render(
        "classroom/slides.html",
        title=lesson.title,
        slides=slides,
        reveal_style=Markup((_HERE / "reveal.css").read_text("utf-8")),
        script=Markup(_script()),
    )


def notes(lesson: catalogue.Lesson, slides: Sequence[Slide]) -> Markup:
    """The speaker's page: slide by slide, then the teaching notes of the lesson."""
    file = lesson.notes
    return templates.render(
        "classroom/notes.html",
        title=f"{lesson.number} · {lesson.title}: speaker notes",
        slides=slides,
        teaching=files.read_text(file) if file.is_file() else "",
    )


def build(folder: str | Path, lesson: catalogue.Lesson, *, force: bool = False) -> list[str]:
    """Write slides and notes to *folder*; returns the names of the files.

    Raises :class:`~dialogue.course.files.FileFault`.
    """
    slides = of(lesson)
    pages = {
        f"{lesson.stem}-slides.html": page(lesson, slides),
        f"{lesson.stem}-speaker-notes.html": notes(lesson, slides),
    }
    with files.folder(folder, force=force) as place:
        for name, content in pages.items():
            files.write(place / name, content)
    return list(pages)
