"""Paper for a lesson: a handout of two pages, its key, the plan of 50 minutes, and voting cards.

The handout can be worked on without anything else: what is read stands on its first page, what
is done on its second.  The key points are answers, so they stand with the key.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dialogue.charts.look import TEXT_SIZE
from dialogue.classroom import beats, paper, plan, printing
from dialogue.course import catalogue, files, sources
from dialogue.learner import recall
from dialogue.page import templates, text
from dialogue.questions import Essay, Question, letter

# With the vote: one an objective, and few enough for one page beside the text to write.
QUESTIONS = 4
# What the first page has room for: digests, and rows of the table.
DIGESTS, ROWS = 4, 6
# Millimetres: how high a picture is at least and at most, caption and all, and a pixel of it.
_LOWEST, _TALLEST, _A_PIXEL = 44, 104, 0.17


def _key_points(lesson: catalogue.Lesson) -> Markup:
    """The lesson's key points, without their heading."""
    for cell in catalogue.notebook_cells(lesson.path):
        if cell.get("id") == "key-points":
            return Markup(re.sub(r"<h2>.*?</h2>", "", text.prose(cell["source"])))
    return Markup()


def chosen(lesson: catalogue.Lesson, questions: Sequence[Question]) -> list[Question]:
    """What works on paper: four questions with the one that the class votes on, one for each
    objective first, then other kinds; and the text to write.

    Left out are forecasts, graded items, drafts, guesses, and what makes sense beside a cell
    alone.  An objective that a lesson asks about in its vote only is met by the vote.
    """
    cells = catalogue.notebook_cells(lesson.path)
    voted, tasks = beats.asked(cells, "talk"), beats.asked(cells, "write")
    vote = next((q for q in questions if q.id in voted and q.one_letter), None)
    task = next((q for q in questions if q.id in tasks and isinstance(q, Essay)), None)
    # A guess before reading has lost its point beside the digest.
    fit = [q for q in questions if recall.reviewable(q) and not q.ask.startswith("Before you")]
    # Pull quotes and the like are not printed, so nothing is asked about them.
    fit = [q for q in fit if q is not vote and all(map(_printed, q.paragraphs()))]
    found: list[Question] = []

    def take(question: Question) -> None:
        if question not in found and len(found) + (vote is not None) < QUESTIONS:
            found.append(question)

    # Short ones first, and a kind that is not there yet.
    for objective in lesson.objectives:
        if vote and vote.objective == objective:
            continue
        kinds = {q.kind for q in found}
        own = [q for q in fit if q.objective == objective]
        if own:
            take(min(own, key=lambda q: (q.kind in kinds, _room(q))))
    for question in fit:
        if question.kind not in {q.kind for q in found}:
            take(question)
    for question in fit:
        take(question)
    # A table of boxes is as wide as the page, so it comes after what stands in two columns.
    ordered = sorted((q for q in questions if q in found), key=lambda q: q.kind == "classify")
    return ordered + [q for q in (vote, task) if q]


def _room(question: Question) -> int:
    """About how many lines a question takes on paper; a table of boxes takes the whole width."""
    texts = [(role, words) for role, said in question.shown() for words in said]
    lines = len(question.ask) // 45 + sum(1 + len(words) // 45 for _, words in texts)
    return lines + (6 if any(role in ("statement", "right") for role, _ in texts) else 0)


def handout(lesson: catalogue.Lesson, questions: Sequence[Question]) -> Markup:
    """The learner's two pages as HTML, with *questions* as :func:`chosen` gives them."""
    cells = catalogue.notebook_cells(lesson.path)
    voted = beats.asked(cells, "talk")
    vote = next((q for q in questions if q.id in voted and q.one_letter), None)
    task = next((q for q in questions if isinstance(q, Essay)), None)
    read = beats.text(cells, ROWS)
    shown = beats.first_picture(cells)
    named = dict.fromkeys(source for question in questions for source in question.sources)
    others = [q for q in questions if q is not vote and q is not task]
    return templates.render(
        "classroom/handout.html",
        title=lesson.title,
        lesson=lesson,
        opening=beats.opening(cells),
        text=read if read[1] else None,
        ladder=listed if (listed := beats.ladder(cells))[1] else None,
        digests=_digests(questions),
        picture=shown and _picture(shown[1]),
        questions=paper.questions(others),
        vote=vote,
        options=[(letter(n), one.text) for n, one in enumerate(getattr(vote, "options", ()))],
        task=task,
        widest=max((len(row.levels) for row in task.rubric), default=0) if task else 0,
        references=[sources.short(source) for source in named],
        script=templates.style("classroom/fit.js"),
    )


def _picture(picture: beats.Shown) -> dict[str, Any]:
    """A picture with the height, in millimetres, at which its labels can be read on paper."""
    drawn = picture.svg(TEXT_SIZE)
    found = re.search(r' height="([\d.]+)"', drawn)
    high = float(found[1]) if found else 0
    tall = round(min(_TALLEST, max(_LOWEST, _A_PIXEL * high)))
    told = beats.short(picture.description)
    return {"drawn": Markup(drawn), "told": told, "tall": tall}


def _digests(questions: Sequence[Question]) -> list[tuple[str, str, list[str]]]:
    """The paragraphs that the questions name, those first that more of them name."""
    known = sources.paragraphs()
    asked = Counter(para for question in questions for para in question.paragraphs())
    body = [name for name in asked if name in known and _printed(name)]
    most = sorted(body, key=lambda name: -asked[name])[:DIGESTS]
    wanted = sorted(most, key=lambda name: int(name[1:]))
    return [(name, known[name]["digest"], _corrections(name)) for name in wanted]


def _printed(paragraph: str) -> bool:
    return sources.paragraphs().get(paragraph, {}).get("kind", "body") == "body"


def _corrections(paragraph: str) -> list[str]:
    """What the register of claims corrects in a paragraph: a slip never goes out alone."""
    rows = sources.claims()
    found = [row for row in rows if row["paragraph"] == paragraph and row["correction"]]
    wrong = [row for row in found if row["status"] == "contradicted"]
    chosen = wrong or [row for row in found if row["status"] == "imprecise"][:1]
    return [row["correction"] for row in chosen]


def key(lesson: catalogue.Lesson, questions: Sequence[Question]) -> Markup:
    """The teacher's key to :func:`handout`, as HTML: the answers, and the lesson's key points."""
    named = dict.fromkeys(source for question in questions for source in question.sources)
    return templates.render(
        "classroom/key.html",
        title=f"{lesson.number} · {lesson.title}: key",
        questions=paper.key(questions),
        points=_key_points(lesson),
        references=[sources.reference(source) for source in named],
    )


def build(
    folder: str | Path,
    lesson: catalogue.Lesson,
    questions: Sequence[Question],
    *,
    force: bool = False,
) -> list[str]:
    """Write handout, key and plan to *folder*, as HTML, and as PDF where a browser can print.

    Returns the names of the files.  Raises :class:`~dialogue.course.files.FileFault`.
    """
    picked = chosen(lesson, questions)
    if not picked:
        raise files.FileFault(lesson.stem, "no question works on paper", "name another lesson")
    pages = {
        f"{lesson.stem}-handout": handout(lesson, picked),
        f"{lesson.stem}-key": key(lesson, picked),
        f"{lesson.stem}-plan": plan.page(lesson),
    }
    written = []
    with files.folder(folder, force=force, ours=[f"{name}.pdf" for name in pages]) as place:
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
