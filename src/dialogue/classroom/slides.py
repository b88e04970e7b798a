"""Slides of a lesson with reveal.js, and the speaker's notes on a page of their own.

The slides hold what a class may see: headings, which are whole sentences, tables, pictures with
their description, the vote without its key.  What the teacher says, the key and the reasons
behind each option are in the other file, so that the slides can be given away.

reveal.js 5.2.1 stands in ``reveal/`` under its own licence (MIT, ``reveal/LICENSE.md``); a page
holds it whole and fetches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dialogue import bank
from dialogue.charts.look import TEXT_SIZE
from dialogue.classroom import beats, paper
from dialogue.course import anatomy, catalogue, files
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


# What to do with a slide, by what stands on it.
DO = {
    "title": "Read the scene aloud. Ask the question, take three guesses, and write them on the "
    "board. Do not answer yet.",
    "objectives": "Say in one sentence what they will be able to do. Half a minute.",
    "text": "Let them read for a moment. Say it in your own words, and ask who would disagree.",
    "table": "Give a minute to read. Ask: what stands in one row and not in the others?",
    "picture": "Say what the axes and the marks mean. Ask what they see, and only then read the "
    "sentence below.",
    "vote": "One minute alone, then all votes at once. Three minutes with somebody who chose "
    "otherwise. Vote again. Say no counts before the second vote. The key is below.",
    "points": "Ask for each point before you show it.",
    "answer": "Go back to the guesses on the board. Ask for an answer in one sentence, then show "
    "this one.",
    "more": "It goes on from the slide before.",
}
_parts = partial(templates.parts, "classroom/slide.html")
_ITEM = re.compile(r"(- |\d+\. )")
# A case of one side, or one record: a paragraph with its name in bold before it.
_NAMED = re.compile(r"\*\*[^*]+[.:]\*\*|\*\*[^*]+\*\*[.:]")
_QUOTED = re.compile(r"“[^”]*\s[^”]*\s[^”]*”")
_STEPS = "1. Vote alone. 2. Talk with somebody who chose otherwise. 3. Vote again."


def _short(source: str, most: int = _MOST_WORDS) -> str:
    """The first sentences of a paragraph, as many as a back row reads."""
    mark = _ITEM.match(source)
    start = mark[0] if mark else ""
    kept: list[str] = []
    for sentence in beats.SENTENCE.split(source[len(start) :]):
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
    bare = beats.bare(source)
    heading, *rest = (block.strip() for block in re.split(r"\n\s*\n", bare) if block.strip())
    cases = [f"- {block}" for block in rest if _NAMED.match(block)]
    if len(cases) > 1:  # the cases of several sides, or several records
        rest = [block for block in rest if not _NAMED.match(block)] + ["\n".join(cases)]
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
        rows = [_short(point, _MOST_WORDS // 2) for point in re.split(r"\n(?=- |\d+\. )", listed)]
        parts = _split(rows, room - _high(_short(first)))
    else:
        return [begin]
    lines = ["\n".join(part) for part in parts]
    return [f"{begin}\n\n{lines[0]}", *(f"{heading}\n\n{more}" for more in lines[1:])]


def _html(source: str) -> Markup:
    return Markup(text.prose(source))


def _do(what: str) -> Markup:
    """What to do with a slide, before what to say."""
    return _parts().do(DO[what])


def _notes(source: str) -> Markup:
    """A section as the speaker reads it: with its sources, and what is folded opened."""
    return _html(beats.still(beats.cited(beats.FOLD.sub(r"\n\n**\1**\n\n\2\n\n", source))))


def _vote(question: Question, source: str) -> Markup:
    """The question with its options, under the words that it is about."""
    options = [
        (twin.letter(n), templates.small(option.text))
        for n, option in enumerate(getattr(question, "options", ()))
    ]
    told = beats.SENTENCE.split(beats.bare(source).replace("\n", " "))
    quoted = next((said for said in told if _QUOTED.search(said)), "")
    return _parts().vote(_html(quoted), templates.small_block(question.ask), options, _STEPS)


def _drawn(picture: beats.Shown) -> Markup:
    """The picture with labels that read from the back row, as far as they have room."""
    drawn = picture.svg(TEXT_SIZE)
    wide, high = beats.size_of(drawn)
    wanted = SMALLEST / min(_WIDE / wide, _HIGH / high)
    return Markup(picture.svg(min(round(wanted), _LARGEST)) if wanted > TEXT_SIZE else drawn)


def _told(description: str) -> str:
    """The first sentences of a description: one line or two under a picture."""
    return _short(description, 24)


def _title(lesson: catalogue.Lesson, cells: Sequence[dict[str, Any]]) -> Slide:
    """The scene and the question that the lesson answers."""
    source = cells[0]["source"]
    blocks = [block for block in beats.bare(source).split("\n\n")[1:] if block[0] not in "*|"]
    shown = _parts().title(
        lesson.title,
        _html("\n\n".join(_short(block) for block in blocks[:2])),
        beats.opening(cells),
    )
    return Slide("title", shown, _do("title") + _notes(source))


def _key_points(source: str) -> Iterator[Slide]:
    """The list, and then the answer to the question of the beginning on a slide of its own."""
    heading, *rest = beats.bare(source).split("\n\n")
    listed = [block for block in rest if _ITEM.match(block)]
    answer = [_short(block) for block in rest if block.startswith("**") and "?" in block]
    yield Slide(
        "key-points", _html("\n\n".join([heading, *listed])), _do("points") + _notes(source)
    )
    if answer:
        head, _, said = answer[0].partition("?**")
        shown = _html(f"## {head.strip('*')}?\n\n{said.strip()}" if said.strip() else answer[0])
        yield Slide("answer", shown, _do("answer"))


def of(lesson: catalogue.Lesson) -> list[Slide]:
    """The slides of *lesson*, in its order, with the speaker's notes."""
    known = bank.course_bank().questions
    cells = catalogue.notebook_cells(lesson.path)
    found = [_title(lesson, cells)]
    heading = talk = tabled = ""
    stored, screen = False, False  # screen: what a class does there, up to the talk
    for section, cell in beats.parts(cells):
        screen = section == "data-exercise" or (screen and section != "talk")
        name, source = cell.get("id", ""), cell["source"]
        if screen or section in _SKIPPED or name == "title":
            continue
        if cell["cell_type"] == "markdown":
            if not re.match(r"#{1,2} ", source):  # it reads what has just been shown
                found[-1] = replace(found[-1], notes=found[-1].notes + _notes(source))
                continue
            heading = source.splitlines()[0].strip("# ")
            if name == "talk":
                talk = source
            elif name == "key-points":
                found += _key_points(source)
            else:
                found += _section(name, source)
                tabled = section if "\n|" in source else tabled
        elif picture := beats.picture(cell):
            title = picture.title or heading
            shown = _parts().picture(title, _drawn(picture), _told(picture.description))
            notes = _parts().picture_notes(picture.description, picture.caption)
            found.append(Slide(name, shown, _do("picture") + notes))
        elif section == "talk":
            for question in (known[i] for i in anatomy.asked([cell]) if i in known):
                notes = _do("vote") + _notes(talk) + paper.key([question])
                found.append(Slide(name, _vote(question, talk), notes))
        elif not stored and section != tabled and (table := beats.stored(cell)):
            stored = True  # the text that is read closely; later ones tell answers
            for part in _prose(f"## {heading}\n\n{table}"):
                found.append(Slide(name, _html(part), _do("table")))
                name += "-more"
    return found


def _section(name: str, source: str) -> Iterator[Slide]:
    parts = _prose(source)
    what = "objectives" if name == "objectives" else "table" if "\n|" in parts[0] else "text"
    notes = _do(what) + _notes(source)
    for part in parts:
        # A heading whose sentences all speak of cells has nothing to show.
        if part.startswith("#") and len(part.split("\n\n")) > 1:
            yield Slide(name, _html(part), notes)
            name, notes = f"{name}-more", _do("more")


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
        fit=templates.style("classroom/slides.js"),
    )


def notes(lesson: catalogue.Lesson, slides: Sequence[Slide]) -> Markup:
    """The speaker's page: slide by slide, then the teaching notes of the lesson."""
    return templates.render(
        "classroom/notes.html",
        title=f"{lesson.number} · {lesson.title}: speaker notes",
        slides=slides,
        teaching=lesson.teaching(),
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
