"""A test on paper, and its key on another sheet: pages that a browser prints.

Nothing here is lost but what only a screen can do: comments after an answer stand in the
key, and the certainty of an answer is a box to tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from dialogue.classroom import beats
from dialogue.exchange import Loss
from dialogue.page import templates
from dialogue.page.words import STRINGS
from dialogue.questions import Question, letter, parts
from dialogue.questions.model import Blank
from dialogue.widgets import twin

_parts = partial(templates.parts, "classroom/questions.html")


def questions(items: Sequence[Question], *, helped: bool = False) -> Markup:
    """The items as a learner gets them on paper: no key, no comment, no hint.

    *helped*, what has to be worked out comes with its hint: its rule stands nowhere else.
    """
    return Markup().join(_item(n, question, helped) for n, question in enumerate(items, 1))


def _item(number: int, question: Question, helped: bool) -> Markup:
    about = []
    if para := question.paragraphs():
        about.append(f"{STRINGS['paragraphs']} {', '.join(para)}")
    if question.as_of:
        about.append(STRINGS["as_of"].format(date=question.as_of))
    if question.contested:
        about.append(STRINGS["contested"])
    about += twin.unjudged(question)
    if helped and question.kind == "numeric" and (hint := beats.still(question.hint)):
        about.append(f"{STRINGS['hint']}: {hint}")
    sure = []
    if question.confidence and question.marked:
        sure = [STRINGS[name] for name in ("how_sure", "sure_1", "sure_2", "sure_3")]
    ask = templates.numbered(number, question.ask)
    return _parts().item(question, ask, " · ".join(about), answer(question), sure)


# What a learner is told to do with a group of texts.
_HOW = {
    "event": "Number them, 1 for the first.",
    "left": "Write the letter of what belongs to it. Something may be left over.",
}


def answer(question: Question) -> Markup:
    """The place where a learner answers *question* on paper."""
    found = [_group(question, role, texts) for role, texts in question.shown() if role != "label"]
    if blank := question.blank():
        found.append(_blank(blank))
    return Markup().join(found)


def _group(question: Question, role: str, texts: Sequence[str]) -> Markup:
    made, shown = _parts(), [templates.small(words) for words in texts]
    lettered = [(letter(i), words) for i, words in enumerate(shown)]
    if role == "option":
        how = STRINGS["choose_one" if question.one_letter else "choose_many"]
        return made.boxes(lettered, how)
    if role == "statement":
        labels = [words for role, texts in question.shown() if role == "label" for words in texts]
        return made.grid([templates.small(label) for label in labels], shown)
    if role == "right":
        return made.menu(lettered)
    if role == "paragraph":  # a number and its digest, which are plain words
        return made.boxes([words.split(": ", 1) for words in texts])
    return made.blanks(shown, _HOW.get(role, ""))


def _blank(blank: Blank) -> Markup:
    if blank.name != "your_answer":
        return _parts().chance(STRINGS[blank.name], blank.how)
    return _parts().line(blank.how, blank.unit, blank.wide, blank.lines)


def key(items: Sequence[Question]) -> Markup:
    """The key: the answer, why each distractor is wrong, and what the answer rests on."""
    return Markup().join(_key(n, question) for n, question in enumerate(items, 1))


def _key(number: int, question: Question) -> Markup:
    head = STRINGS["vote_reasons"] if question.vote else question.remarked
    return _parts().key(number, question, _solution(question), _comments(question), head)


def _solution(question: Question) -> list[str]:
    if question.keyless:
        return [STRINGS["graded"]]
    found = question.solution()
    for role, texts in question.shown():
        if role == "event":
            own = [part.text for part in parts(question) if part.role == role]
            places = ", ".join(str(texts.index(words) + 1) for words in own)
            found = [f"{n}: {words}" for n, words in enumerate(found, 1)]
            found.append(f"In the order printed, from the first: {places}")
    return found


def _comments(question: Question) -> list[tuple[str, str]]:
    """Why others are chosen: the comments on what is wrong."""
    wrong = [part._replace(say="") if part.key else part for part in parts(question)]
    return [remark for part in wrong if not part.right for remark in part.remarks()]


def write(items: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """The test as a page to print.  The key is another file: :func:`write_key`."""
    losses = [
        Loss(question.id, "the comments after an answer stand in the key, not on the sheet")
        for question in items
        if _comments(question)
    ]
    page = templates.render(
        "classroom/paper.html", title=title, questions=questions(items), names=True
    )
    return page.encode(), losses


def write_key(items: Sequence[Question], title: str) -> bytes:
    """The key of :func:`write` as a page to print."""
    return key_page(items, f"{title}: key").encode()


def key_page(items: Sequence[Question], title: str) -> Markup:
    """A page with nothing but the key to *items*."""
    return templates.render("classroom/paper.html", title=title, questions=key(items), names=False)
