"""The classroom view: one question at a time on the wall, with a timer and two votes.

One page that needs nothing from outside and no account.  What the class voted is typed in by
the teacher, from hands or cards, and kept in the browser; the first vote is shown only when
the second is in.  (Vote, discuss, vote again: C. H. Crouch and E. Mazur, "Peer Instruction:
Ten years of experience and results", American Journal of Physics 69, 2001, 970-977.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from dialogue.classroom import paper, standalone
from dialogue.page import templates, text
from dialogue.page.words import WALL
from dialogue.questions import Question
from dialogue.widgets import scripts, twin

_HELP = (
    ("→ or N", "next question"),
    ("← or P", "question before"),
    ("G", "go to a question: choose it from the list"),
    ("R", "show or hide key and comments"),
    ("V", "vote: type in counts"),
    ("T", "timer: start, stop"),
    ("+ and -", "half a minute more or less"),
    ("?", "these keys"),
)


_BUTTONS = (
    ("back", "Back"),
    ("next", "Next"),
    ("jump", "Go to"),
    ("reveal", "Reveal"),
    ("vote", "Vote"),
    ("timer", "Timer"),
    ("help", "Keys"),
)


def _asked(number: int, count: int, question: Question) -> dict[str, Any]:
    about = f"Question {number} of {count}"
    if any(group.role == "paragraph" for group in question.shown()):
        about += " · choose a paragraph"
    # A vote without a key has nothing to mark.
    marked = not (question.vote or question.keyless)
    options = [part for part in question.parts() if part.role == "option"]
    return {
        "question": question,
        "about": about,
        "name": text.plain(question.ask),
        "options": [
            (twin.letter(n), option.text, marked and option.right)
            for n, option in enumerate(options)
        ],
        "answer": paper.answer(question),
        "key": paper.key([question]),
    }


def page(questions: Sequence[Question], title: str) -> Markup:
    """The whole page.  Needs at least one question."""
    return templates.render(
        "classroom/wall.html",
        title=title,
        asked=[_asked(n, len(questions), q) for n, q in enumerate(questions, 1)],
        buttons=_BUTTONS,
        keys=_HELP,
        words=standalone.embedded(WALL),
        script=Markup(scripts.script("wall")),
    )
