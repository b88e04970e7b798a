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
from dataclasses import dataclass
from html import escape
from pathlib import Path

from dialogue import bank
from dialogue.classroom import handout, paper
from dialogue.course import anatomy, catalogue, files
from dialogue.page import text
from dialogue.questions import Question
from dialogue.widgets import twin

_HERE = Path(__file__).parent / "reveal"
# Beats that a class does at the screen or on paper, and not from a slide.
_SKIPPED = {"setup", "warm-up", "commit", "data-exercise", "write", "sources", "references"}
_MOST_WORDS = 45
_DENSE = 110
_PICTURE = re.compile(r"""\b(?:chart|explore)\("([a-z-]+)"\)""")
_STYLE = """
.reveal { font: 30px/1.35 system-ui, "Noto Naskh Arabic", sans-serif; color: #000; }
body { background: #fff; }
.reveal .slides section { text-align: start; }
.reveal h1 { font-size: 1.9em; } .reveal h2 { font-size: 1.4em; margin: 0 0 .5em; }
.reveal table { border-collapse: collapse; font-size: .72em; } .reveal th, .reveal td {
  border: 1px solid #555; padding: .2em .5em; text-align: start; vertical-align: top; }
.reveal .dense > :not(h2) { font-size: .62em; } .reveal figure { margin: 0; } .reveal figure svg { width: 100%; height: auto; max-height: 500px; }
.reveal figcaption { font-size: .5em; } .reveal ol.options { list-style: none; padding: 0; }
.reveal .slide-number { right: auto; left: 8px; } /* at the right the arrows stand */
.reveal li { margin: .25em 0; } .reveal ul, .reveal ol { font-size: .84em; } :focus-visible { outline: 4px solid; }
"""


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: what the class sees, and what only the speaker reads (HTML)."""

    name: str
    shown: str
    notes: str = ""


_BADGE = re.compile(r"\[([^\]\[]+)\]\[(?:src:|P)[^\]]*\]|\[(P\d+)\]")


def _cited(source: str) -> str:
    """Badges as plain words: ``(P4; Reuters, 2020)``.  A slide has no place for a link."""
    return _BADGE.sub(lambda badge: badge[1] or badge[2], anatomy.DEFINITION.sub("", source))


def _short(source: str, most: int = _MOST_WORDS) -> str:
    """The first sentences of a paragraph, as many as a back row reads."""
    kept: list[str] = []
    for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z*“])", source):
        if kept and len(" ".join([*kept, sentence]).split()) > most:
            break
        kept.append(sentence)
    return " ".join(kept)


def _prose(source: str) -> str:
    """What a slide keeps of a section: its heading, its table, or else its first sentences."""
    bare = _cited(re.sub(r"<details>.*?</details>", "", source, flags=re.S))
    bare = bare.split("\n### ")[0].strip()
    blocks = [block.strip() for block in re.split(r"\n\s*\n", bare) if block.strip()]
    heading, rest = blocks[0], blocks[1:]
    table = next((block for block in rest if block.startswith("|")), "")
    listed = next((block for block in rest if re.match(r"(- |1\. )", block)), "")
    if listed and not table:
        points = re.split(r"\n(?=- |\d+\. )", listed)
        table = "\n".join(_short(point, _MOST_WORDS // 3) for point in points)
    first = next((block for block in rest if not re.match(r"[-|#]|1\. ", block)), "")
    parts = [heading, _short(first) if not table else "", table]
    return "\n\n".join(part for part in parts if part)


def _html(source: str) -> str:
    return handout._LINK.sub("", handout._markdown().render(source))


def _vote(question: Question) -> str:
    options = "".join(
        f"<li><strong>{twin.letter(n)}</strong> {text.html(option.text)}</li>"
        for n, option in enumerate(getattr(question, "options", ()))
    )
    return f'{text.html(question.ask, block=True)}<ol class="options">{options}</ol>'


def of(lesson: catalogue.Lesson) -> list[Slide]:
    """The slides of *lesson*, in its order, with the speaker's notes."""
    from dialogue.charts import chart
    from dialogue.charts.look import Picture

    known = bank.course_bank().questions
    found: list[Slide] = []
    section = ""
    for cell in catalogue.notebook_cells(lesson.path):
        name, source = cell.get("id", ""), cell["source"]
        if cell["cell_type"] == "markdown":
            section = name
            if name in _SKIPPED or not re.match(r"#{1,2} ", source):
                continue
            whole = _html(_cited(source))
            shown = _html(kept := _prose(source))
            if len(kept.split()) > _DENSE:
                shown = f'<div class="dense">{shown}</div>'
            found.append(Slide(name, shown, whole))
        elif picture := _PICTURE.search(source):
            drawn = chart(picture[1])
            if isinstance(drawn, Picture):
                told = f"<figcaption>{escape(drawn.description)}</figcaption>"
                shown = f"<h2>{escape(drawn.title)}</h2><figure>{drawn.svg()}{told}</figure>"
                found.append(Slide(name, shown, _html(drawn.caption)))
        elif section == "talk":
            for question in (known[i] for i in anatomy.asked([cell]) if i in known):
                found.append(Slide(name, _vote(question), paper.key([question])))
    return found


def _script() -> str:
    return (_HERE / "reveal.js").read_text("utf-8").replace("</script", "<\\/script")


def page(lesson: catalogue.Lesson, slides: Sequence[Slide]) -> str:
    """The slides as one page that fetches nothing; arrows, space and Escape move about."""
    sections = "".join(f'<section id="{escape(s.name)}">{s.shown}</section>' for s in slides)
    style = (_HERE / "reveal.css").read_text("utf-8") + _STYLE
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(lesson.title)}</title><style>{style}</style></head>"
        f'<body><div class="reveal"><div class="slides">{sections}</div></div>'
        f"<script>{_script()}</script><script>Reveal.initialize({{hash: true, center: false, "
        'transition: "none", slideNumber: "c/t", width: 1200, height: 720, margin: 0.05});'
        "</script></body></html>\n"
    )


def notes(lesson: catalogue.Lesson, slides: Sequence[Slide]) -> str:
    """The speaker's page: slide by slide, then the teaching notes of the lesson."""
    rows = "".join(
        f"<section><h2>Slide {n}</h2>{s.notes or '<p>Nothing more.</p>'}</section>"
        for n, s in enumerate(slides, 1)
    )
    file = catalogue.root() / "notebooks" / "teaching-notes" / f"{lesson.stem}.md"
    teaching = _html(files.read_text(file)) if file.is_file() else ""
    title = f"{lesson.number} · {lesson.title}: speaker notes"
    return paper.page(title, f"<h1>{escape(title)}</h1>{rows}<hr>{teaching}")


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
