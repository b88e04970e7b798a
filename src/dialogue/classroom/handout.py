"""Paper for a lesson: a handout of two to four pages, its key, and voting cards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from dialogue.classroom import paper
from dialogue.course import catalogue, files, sources
from dialogue.learner import recall
from dialogue.questions import Question, Single

# Enough for half an hour, few enough for four pages.
QUESTIONS = 5
MANY = 9  # paragraphs; with more the pages would be too many
_STYLE = """
h1 { margin-bottom: .1rem; } .meta { margin: 0 0 .6rem; }
dl { margin: .3rem 0; } dt { font-weight: bold; float: inline-start; clear: both; width: 3.2rem; }
dd { margin: 0 0 .25rem 3.4rem; } .refs { font-size: 9pt; } .refs li { margin: .1rem 0; }
"""
_LINK = re.compile(r"</?a\b[^>]*>")


@lru_cache(maxsize=1)
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _cell(lesson: catalogue.Lesson, name: str) -> str:
    """A prose cell of the lesson as HTML, without links, which paper cannot follow."""
    for cell in catalogue.notebook_cells(lesson.path):
        if cell.get("id") == name:
            return _LINK.sub("", _markdown().render(cell["source"]))
    return ""


def chosen(lesson: catalogue.Lesson, questions: Sequence[Question]) -> list[Question]:
    """Five questions that work on paper: one for each objective first, then other kinds.

    Left out are forecasts, graded items, drafts, guesses, and what makes sense beside a cell
    alone.
    """
    # A guess before reading has lost its point beside the digest.
    fit = [q for q in questions if recall.reviewable(q) and not q.ask.startswith("Before you")]
    found: list[Question] = []

    def take(question: Question) -> None:
        if question not in found and len(found) < QUESTIONS:
            found.append(question)

    for objective in lesson.objectives:
        own = [q for q in fit if q.objective == objective]
        # Short ones first, and a kind that is not there yet.
        kinds = {q.kind for q in found}
        if own:
            take(min(own, key=lambda q: (q.kind in kinds, q.kind in ("classify", "match"))))
    for question in fit:
        if question.kind not in {q.kind for q in found}:
            take(question)
    for question in fit:
        take(question)
    return [q for q in questions if q in found]


def handout(lesson: catalogue.Lesson, questions: Sequence[Question]) -> str:
    """The learner's pages as HTML: objectives, what the article says, questions, key points."""
    rows = _plan(lesson.stem)
    digests = sources.paragraphs()
    digest = "".join(
        f"<dt>{name}</dt><dd>{escape(digests[name]['digest'])}{_but(name, len(rows) > MANY)}</dd>"
        for name in rows
        if name in digests and digests[name]["kind"] == "body"
    )
    objectives = "".join(
        f"<li><strong>{label}</strong> {escape(words)}</li>"
        for label, words in lesson.objectives.items()
    )
    named = dict.fromkeys(source for question in questions for source in question.sources)
    references = "".join(f"<li>{escape(sources.reference(source))}</li>" for source in named)
    points = re.sub(r"<h2>.*?</h2>", "", _cell(lesson, "key-points"))
    body = (
        f"<h1>{escape(lesson.number)} · {escape(lesson.title)}</h1>"
        f'<p class="meta">{lesson.minutes} minutes with the notebook. Digests are ours; the '
        "article is of July 2020.</p>"
        '<p class="who">Name <span></span> Date <span></span></p>'
        f"<h2>You will be able to</h2><ul>{objectives}</ul>"
        f"<h2>What the article says</h2><dl>{digest}</dl>"
        f"<h2>Questions</h2>{paper.questions(questions)}"
        f"<h2>Key points</h2>{points}"
        f'<h2>Sources of the questions</h2><ul class="refs">{references}</ul>'
    )
    return paper.page(lesson.title, body, style=paper.STYLE + _STYLE)


def _but(paragraph: str, short: bool) -> str:
    """What the register of claims corrects in a paragraph: a slip never goes out alone.

    With *short*, for a lesson of many paragraphs, there is room for plain errors only.
    """
    rows = sources.claims()
    found = [row for row in rows if row["paragraph"] == paragraph and row["correction"]]
    wrong = [row for row in found if row["status"] == "contradicted"]
    chosen = wrong if short else wrong or [row for row in found if row["status"] == "imprecise"][:1]
    return "".join(f"<br><strong>But:</strong> {escape(row['correction'])}" for row in chosen)


def _plan(stem: str) -> list[str]:
    import csv

    text = files.read_text(catalogue.root() / "seeds/lessons.csv")
    rows = {row["lesson"]: row["paragraphs"].split() for row in csv.DictReader(text.splitlines())}
    return rows.get(stem, [])


def key(lesson: catalogue.Lesson, questions: Sequence[Question]) -> str:
    """The teacher's key to :func:`handout`, as HTML."""
    title = f"{lesson.number} · {lesson.title}: key"
    return paper.page(title, f"<h1>{escape(title)}</h1>{paper.key(questions)}")


def build(
    folder: str | Path,
    lesson: catalogue.Lesson,
    questions: Sequence[Question],
    *,
    force: bool = False,
) -> list[str]:
    """Write handout and key to *folder*, as HTML, and as PDF where a browser can print.

    Returns the names of the files.  Raises :class:`~dialogue.course.files.FileFault`.
    """
    from dialogue.classroom import printing

    picked = chosen(lesson, questions)
    if not picked:
        raise files.FileFault(lesson.stem, "no question works on paper", "name another lesson")
    pages = {
        f"{lesson.stem}-handout": handout(lesson, picked),
        f"{lesson.stem}-key": key(lesson, picked),
    }
    written = []
    with files.folder(folder, force=force) as place:
        for name, content in pages.items():
            files.write(place / f"{name}.html", content)
            written.append(f"{name}.html")
            if printing.browser():
                printing.pdf(place / f"{name}.html", place / f"{name}.pdf")
                written.append(f"{name}.pdf")
    return written


# --- voting cards ----------------------------------------------------------------------------

# A letter that reads from the back row, and a shape for whoever cannot tell B from D there.
SHAPES = {
    "A": '<polygon points="50,8 94,90 6,90"/>',
    "B": '<rect x="12" y="12" width="76" height="76"/>',
    "C": '<circle cx="50" cy="50" r="42"/>',
    "D": '<polygon points="50,4 96,50 50,96 4,50"/>',
}
_CARDS = """
@page { size: auto; margin: 8mm; }
body { margin: 0; color: #000; background: #fff; font-family: Arial, Helvetica, sans-serif; }
.set { display: grid; grid-template: 1fr 1fr / 1fr 1fr; height: 92vh; break-after: page; }
.vote { border: 1px dashed #000; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 2vh; }
.vote b { font-size: 22vh; line-height: 1; } .vote svg { width: 12vh; height: 12vh; }
.vote svg * { fill: none; stroke: #000; stroke-width: 8; }
"""


def cards(sets: int = 1) -> str:
    """Pages with four cards each, A to D, to cut; *sets* is how many learners get one."""
    one = "".join(
        f'<div class="vote"><b>{letter}</b><svg viewBox="0 0 100 100" aria-hidden="true">{shape}'
        "</svg></div>"
        for letter, shape in SHAPES.items()
    )
    return paper.page("Voting cards", f'<div class="set">{one}</div>' * sets, style=_CARDS)


def votable(question: Question) -> bool:
    """Can a class vote on it with the cards?"""
    return isinstance(question, Single) and len(question.options) <= len(SHAPES)
