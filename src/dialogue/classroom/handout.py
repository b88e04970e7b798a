"""Paper for a lesson: a handout of two pages, its key, the plan of 50 minutes, and voting cards.

The handout can be worked on without anything else: what is read stands on its first page, what
is done on its second.  The key points are answers, so they stand with the key.
"""

from __future__ import annotations

import math
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
# What the first page has room for: digests, at most and at least, and rows of the table.
DIGESTS, LEAST, ROWS = 4, 3, 6
# A sheet is 178 mm wide.  A picture is drawn for so many pixels of it that its labels have 8.2
# points, and for at most so many of its height; its rows get no narrower than that.
_POINTS, _MILLIMETRES = 8.2, 178.0
A_PIXEL = _POINTS / TEXT_SIZE * 25.4 / 72
_HIGHEST, _LEAST = 450, 0.6
# Millimetres of a sheet, of its head and what is said under a picture, and of a line in small
# letters; letters a line, of a digest and of the whole width.
_SHEET, _HEAD, _LINE, _DIGEST, _WIDTH = 250, 36, 3.5, 120, 125
_PARAGRAPH = re.compile(r"\bP\d+\b")
# Words of its description: all that explains its marks.
_TOLD = 80


def _key_points(lesson: catalogue.Lesson) -> Markup:
    """The lesson's key points, without their heading."""
    for cell in catalogue.notebook_cells(lesson.path):
        if cell.get("id") == "key-points":
            return Markup(re.sub(r"<h2>.*?</h2>", "", text.prose(cell["source"])))
    return Markup()


def chosen(lesson: catalogue.Lesson, questions: Sequence[Question]) -> list[Question]:
    """What works on paper: four questions with the one that the class votes on, one for each
    objective first, then other kinds; and the text to write.

    Left out are forecasts, graded items, drafts, guesses, what makes sense beside a cell alone
    or is asked beside a picture that is handled, and what the teaching notes name under "On
    paper".  An objective that a lesson asks about in its vote only is met by the vote.
    """
    cells = catalogue.notebook_cells(lesson.path)
    voted, tasks = beats.asked(cells, "talk"), beats.asked(cells, "write")
    away = {*beats.asked(cells, "data-exercise"), *_not_on_paper(lesson)}
    vote = next((q for q in questions if q.id in voted and q.one_letter), None)
    task = next((q for q in questions if q.id in tasks and isinstance(q, Essay)), None)
    # A guess before reading has lost its point beside the digest.
    fit = [q for q in questions if recall.reviewable(q) and not q.ask.startswith("Before you")]
    # Pull quotes and the like are not printed unless the vote names them, so nothing is asked
    # about them.
    fit = [q for q in fit if q is not vote and all(map(_printed, q.paragraphs()))]
    fit = [q for q in fit if q.id not in away] or fit
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


def _not_on_paper(lesson: catalogue.Lesson) -> list[str]:
    """What asks for more than two pages print, as the lesson's teaching notes name it."""
    told = plan.sections(lesson.teaching())
    return plan.ID.findall(told.get("On paper", ""))


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
    listed = beats.ladder(cells)
    room = _SHEET - _HEAD - _blocks(read[1]) - _blocks(listed[1])
    least = sum(_high(digest, _DIGEST) for _, digest, _ in _digests(questions))
    picture = shown and _picture(shown[1], min(_HIGHEST, (room - least) / A_PIXEL))
    room -= picture["tall"] if picture else 0
    return templates.render(
        "classroom/handout.html",
        title=lesson.title,
        lesson=lesson,
        opening=beats.opening(cells),
        text=read if read[1] else None,
        ladder=listed if listed[1] else None,
        digests=_digests(questions, room),
        picture=picture,
        questions=paper.questions(others, helped=True),
        vote=vote,
        options=[(letter(n), one.text) for n, one in enumerate(getattr(vote, "options", ()))],
        task=task,
        widest=max((len(row.levels) for row in task.rubric), default=0) if task else 0,
        references=[sources.short(source) for source in named],
        script=templates.style("classroom/fit.js"),
    )


def _picture(picture: beats.Shown, highest: float) -> dict[str, Any]:
    """A picture drawn for the width of the paper, and the height in millimetres that it needs."""
    made = beats.fitted(picture, _MILLIMETRES / A_PIXEL, highest, _LEAST)
    tall = round(beats.size_of(made)[1] * A_PIXEL, 1)
    return {"drawn": Markup(made), "told": beats.short(picture.description, _TOLD), "tall": tall}


def _high(words: str, letters: int) -> float:
    """About how many millimetres a text takes in small letters, so many to a line."""
    return _LINE * -(-len(words) // max(letters, 1))  # columns narrower than a letter


def _blocks(source: str) -> float:
    """About how many millimetres a table or a list takes, with its heading."""
    rows = [line.strip("|- ").split("|") for line in source.splitlines() if line.strip("|- ")]
    return (
        9 + sum(2 + max(_high(cell.strip(), _WIDTH // len(row)) for cell in row) for row in rows)
        if rows
        else 0.0
    )


def _digests(
    questions: Sequence[Question], room: float = math.inf
) -> list[tuple[str, str, list[str]]]:
    """The paragraphs that the questions name: those first that they name in words, then those
    that more of them are about; as many as there is *room* for, in millimetres."""
    known = sources.paragraphs()
    asked = Counter(para for question in questions for para in question.paragraphs())
    words = " ".join(said for question in questions for said in _said(question))
    told = {name for name in _PARAGRAPH.findall(words) if name in known}
    most = sorted(
        (name for name in {**asked, **dict.fromkeys(told)} if name in known),
        key=lambda name: (name not in told, -asked[name], int(name[1:])),
    )
    found: list[tuple[str, str, list[str]]] = []
    for name in most:
        if name not in told and (not _printed(name) or len(found) >= DIGESTS):
            continue
        digest = name, known[name]["digest"], _corrections(name)
        room -= _high(f"{digest[1]} But: {' '.join(digest[2])}", _DIGEST)
        if name in told or room >= 0 or len(found) < LEAST:
            found.append(digest)
    return sorted(found, key=lambda one: int(one[0][1:]))


def _said(question: Question) -> list[str]:
    """What a learner reads of a question on paper."""
    shown = [said for role, said in question.shown() if role != "paragraph"]
    return [question.ask, *(words for said in shown for words in said)]


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
