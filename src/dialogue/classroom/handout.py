"""Paper for a lesson: a handout of two to four pages, its key, and voting cards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from dialogue.classroom import paper, printing
from dialogue.course import catalogue, files, sources, tables
from dialogue.learner import recall
from dialogue.page import templates, text
from dialogue.questions import Question

# Enough for half an hour, few enough for four pages.
QUESTIONS = 5
MANY = 9  # paragraphs; with more the pages would be too many


def _key_points(lesson: catalogue.Lesson) -> Markup:
    """The lesson's key points, without their heading."""
    for cell in catalogue.notebook_cells(lesson.path):
        if cell.get("id") == "key-points":
            return Markup(re.sub(r"<h2>.*?</h2>", "", text.prose(cell["source"])))
    return Markup()


def chosen(lesson: catalogue.Lesson, questions: Sequence[Question]) -> list[Question]:
    """Five questions that work on paper: one for each objective first, then other kinds.

    Left out are forecasts, graded items, drafts, guesses, and what makes sense beside a cell
    alone.  An objective that a lesson asks about in its vote only is met by the vote.
    """
    # A guess before reading has lost its point beside the digest.
    fit = [q for q in questions if recall.reviewable(q) and not q.ask.startswith("Before you")]
    found: list[Question] = []

    def take(question: Question) -> None:
        if question not in found and len(found) < QUESTIONS:
            found.append(question)

    for objective in lesson.objectives:
        own = [q for q in fit if q.objective == objective]
        own = own or [q for q in questions if q.vote and q.objective == objective]
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


def handout(lesson: catalogue.Lesson, questions: Sequence[Question]) -> Markup:
    """The learner's pages as HTML: objectives, what the article says, questions, key points."""
    rows = _plan(lesson.stem)
    known = sources.paragraphs()
    digests = [
        (name, known[name]["digest"], _corrections(name, len(rows) > MANY))
        for name in rows
        if name in known and known[name]["kind"] == "body"
    ]
    named = dict.fromkeys(source for question in questions for source in question.sources)
    return templates.render(
        "classroom/handout.html",
        title=lesson.title,
        lesson=lesson,
        digests=digests,
        questions=paper.questions(questions),
        points=_key_points(lesson),
        references=[sources.reference(source) for source in named],
    )


def _corrections(paragraph: str, short: bool) -> list[str]:
    """What the register of claims corrects in a paragraph: a slip never goes out alone.

    With *short*, for a lesson of many paragraphs, there is room for plain errors only.
    """
    rows = sources.claims()
    found = [row for row in rows if row["paragraph"] == paragraph and row["correction"]]
    wrong = [row for row in found if row["status"] == "contradicted"]
    chosen = wrong if short else wrong or [row for row in found if row["status"] == "imprecise"][:1]
    return [row["correction"] for row in chosen]


def _plan(stem: str) -> list[str]:
    row = tables.by_key("lessons", "lesson").get(stem)
    return row["paragraphs"].split() if row else []


def key(lesson: catalogue.Lesson, questions: Sequence[Question]) -> Markup:
    """The teacher's key to :func:`handout`, as HTML."""
    return paper.key_page(questions, f"{lesson.number} · {lesson.title}: key")


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
    "A": Markup('<polygon points="50,8 94,90 6,90"/>'),
    "B": Markup('<rect x="12" y="12" width="76" height="76"/>'),
    "C": Markup('<circle cx="50" cy="50" r="42"/>'),
    "D": Markup('<polygon points="50,4 96,50 50,96 4,50"/>'),
}


def cards(sets: int = 1) -> Markup:
    """Pages with four cards each, A to D, to cut; *sets* is how many learners get one."""
    return templates.render("classroom/cards.html", title="Voting cards", sets=sets, shapes=SHAPES)
