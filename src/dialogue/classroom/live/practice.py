"""The questions of a lesson as one small page, where no reading edition has been built.

It is run as a program (``python -m dialogue.classroom.live.practice LESSON FOLDER``): what the
quiz needs of the widgets would stay in the memory of a class for as long as it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from dialogue.bank import authoring, selection
from dialogue.classroom import standalone
from dialogue.course import catalogue, files
from dialogue.page import templates
from dialogue.page.words import STRINGS
from dialogue.questions import Question
from dialogue.widgets import scripts
from dialogue.widgets.quiz import content

_SCRIPT = Path(__file__).parent / "static" / "practice.js"
START = "index.html"


def page(lesson: catalogue.Lesson, questions: Sequence[Question]) -> str:
    """The page of *lesson*: its core questions, in the order of the bank."""
    data = {
        "content": {"panel": "quiz", "title": "", "items": [content(q) for q in questions]},
        "strings": STRINGS,
        "versions": {question.id: question.version for question in questions},
    }
    return templates.render(
        "classroom/live/practice.html",
        title=lesson.title,
        lesson=lesson.stem,
        data=standalone.embedded(data),
    )


def build(folder: Path, lesson: catalogue.Lesson) -> None:
    """Write the page and what it needs to *folder*."""
    questions = [
        q
        for q in selection.select([lesson.stem])
        if q.core and q.use not in ("graded", "lane") and q.event == "check"
    ]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {
        START: page(lesson, questions),
        "quiz.js": scripts.script("quiz"),
        "quiz.css": scripts.style("quiz"),
        "practice.js": _SCRIPT.read_text("utf-8"),
    }.items():
        files.write(folder / name, text, force=True)


if __name__ == "__main__":
    build(Path(sys.argv[2]), authoring.find_lesson(sys.argv[1]))
