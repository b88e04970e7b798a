"""The classroom view: one question at a time on the wall, with a timer and two votes.

One page that needs nothing from outside and no account.  What the class voted is typed in by
the teacher, from hands or cards, and kept in the browser; the first vote is shown only when
the second is in.  (Vote, discuss, vote again: C. H. Crouch and E. Mazur, "Peer Instruction:
Ten years of experience and results", American Journal of Physics 69, 2001, 970-977.)
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from dialogue.classroom import paper, standalone
from dialogue.page import text
from dialogue.page.words import WALL
from dialogue.questions import (
    Evidence,
    Multiple,
    Question,
    Single,
)
from dialogue.widgets import scripts, twin

_HERE = Path(__file__).parent
_HELP = (
    ("→ or N", "next question"),
    ("← or P", "question before"),
    ("R", "show or hide key and comments"),
    ("V", "vote: type in counts"),
    ("T", "timer: start, stop"),
    ("+ and -", "half a minute more or less"),
    ("?", "these keys"),
)


def _options(question: Single | Multiple) -> str:
    rows = "".join(
        f'<li><b>{twin.letter(n)}</b> <span dir="auto">{text.html(option.text)}</span></li>'
        for n, option in enumerate(question.options)
    )
    return f'<ol class="options">{rows}</ol>'


def _vote(number: int, question: Single | Multiple) -> str:
    def row(which: int) -> str:
        fields = "".join(
            f'<label>{twin.letter(n)} <input type="number" min="0" max="999" inputmode="numeric" '
            f'data-vote="{which}" data-option="{n}"></label>'
            for n in range(len(question.options))
        )
        return f"<fieldset><legend>Vote {which}</legend>{fields}</fieldset>"

    return (
        f'<div class="vote" hidden>{row(1)}<p>Talk with somebody who chose otherwise.</p>{row(2)}'
        '<button type="button" data-do="show" disabled>Show both votes</button>'
        f'<div class="bars" id="bars-{number}" role="status"></div></div>'
    )


def _section(number: int, count: int, question: Question) -> str:
    if isinstance(question, Single | Multiple):
        body = _options(question) + _vote(number, question)
    else:
        body = paper._answer(question)
    lang = f' lang="{escape(question.language)}"' if question.language != "en" else ""
    about = f"Question {number} of {count}"
    if isinstance(question, Evidence):
        about += " · choose a paragraph"
    return (
        f'<section id="q{number}" data-item="{escape(question.id)}" tabindex="-1" hidden '
        f'aria-label="{about}"{lang}><p class="about">{about}</p>'
        f'<div class="ask">{text.html(question.ask, block=True)}</div>{body}'
        f'<div class="reveal" hidden>{paper.key([question])}</div></section>'
    )


def page(questions: Sequence[Question], title: str) -> str:
    """The whole page.  Needs at least one question."""
    count = len(questions)
    sections = "".join(_section(n, count, q) for n, q in enumerate(questions, 1))
    keys = "".join(f"<dt><kbd>{escape(k)}</kbd></dt><dd>{escape(w)}</dd>" for k, w in _HELP)
    buttons = "".join(
        f'<button type="button" data-do="{do}">{label}</button>'
        for do, label in (
            ("back", "Back"),
            ("next", "Next"),
            ("reveal", "Reveal"),
            ("vote", "Vote"),
            ("timer", "Timer"),
            ("help", "Keys"),
        )
    )
    style = (_HERE / "wall.css").read_text("utf-8")
    script = scripts.script("wall")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
        f"<header><h1>{escape(title)}</h1><output id='clock' aria-live='off'>2:00</output></header>"
        f"<main>{sections}</main><nav aria-label='Controls'>{buttons}</nav>"
        f"<dl id='keys' hidden>{keys}</dl><p id='said' role='status'></p>"
        f'<script type="application/json" id="words">{standalone.embedded(WALL)}</script>'
        f"<script>{script}</script></body></html>\n"
    )
