"""A test on paper, and its key on another sheet: pages that a browser prints.

Nothing here is lost but what only a screen can do: comments after an answer stand in the
key, and the certainty of an answer is a box to tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from dialogue.course import sources
from dialogue.exchange import Loss
from dialogue.page import numbers, templates
from dialogue.page.words import STRINGS
from dialogue.questions import (
    Classify,
    Evidence,
    Forecast,
    Match,
    Multiple,
    Numeric,
    Order,
    Question,
    Short,
    Single,
)
from dialogue.widgets import twin

_parts = partial(templates.parts, "classroom/questions.html")


def questions(items: Sequence[Question]) -> Markup:
    """The items as a learner gets them on paper: no key, no comment, no hint."""
    return Markup().join(_item(n, question) for n, question in enumerate(items, 1))


def _item(number: int, question: Question) -> Markup:
    about = []
    if para := twin.paragraphs(question):
        about.append(f"{STRINGS['paragraphs']} {', '.join(para)}")
    if question.as_of:
        about.append(STRINGS["as_of"].format(date=question.as_of))
    if question.contested:
        about.append(STRINGS["contested"])
    sure = []
    if question.confidence and not isinstance(question, Forecast):
        sure = [STRINGS[name] for name in ("how_sure", "sure_1", "sure_2", "sure_3")]
    ask = templates.numbered(number, question.ask)
    return _parts().item(question, ask, " · ".join(about), answer(question), sure)


def answer(question: Question) -> Markup:
    """The place where a learner answers *question* on paper."""
    parts, small = _parts(), templates.small
    match question:
        case Single() | Multiple():
            how = STRINGS["choose_one" if isinstance(question, Single) else "choose_many"]
            rows = [(twin.letter(i), small(o.text)) for i, o in enumerate(question.options)]
            return parts.boxes(rows, how)
        case Evidence():
            digests = sources.paragraphs()
            return parts.boxes(
                [(o.text, digests.get(o.text, {}).get("digest", "")) for o in question.options]
            )
        case Order():
            shown = [small(question.events[i].text) for i in twin.start_order(question)]
            return parts.blanks(shown, "Number them, 1 for the first.")
        case Match():
            rights = question.rights
            menu = [small(rights[i]) for i in twin.menu_order(question, len(rights))]
            how = "Write the letter of what belongs to it. Something may be left over."
            lefts = parts.blanks([small(pair.left) for pair in question.pairs], how)
            return lefts + parts.menu([(twin.letter(i), words) for i, words in enumerate(menu)])
        case Classify():
            heads = [small(label) for label in question.labels]
            return parts.grid(heads, [small(s.text) for s in question.statements])
        case Numeric():
            how = STRINGS["several_numbers"] if question.values else ""
            return parts.line(how, question.unit, bool(question.values))
        case Short():
            return parts.line(wide=True)
        case Forecast():
            return parts.chance(STRINGS["your_chance"], STRINGS["chance_how"])
    return Markup()


def key(items: Sequence[Question]) -> Markup:
    """The key: the answer, why each distractor is wrong, and what the answer rests on."""
    return Markup().join(_key(n, question) for n, question in enumerate(items, 1))


def _key(number: int, question: Question) -> Markup:
    comments = [(about, say) for about, say in _comments(question) if say]
    return _parts().key(number, question, _solution(question), comments)


def _solution(question: Question) -> list[str]:
    if question.keyless:
        return [STRINGS["graded"]]
    match question:
        case Single() | Multiple():
            return [f"{twin.letter(i)} {o.text}" for i, o in enumerate(question.options) if o.right]
        case Match():
            rights = question.rights
            shown = [rights[i] for i in twin.menu_order(question, len(rights))]
            return [
                f"{twin.letter(shown.index(p.right))} {p.left}: {p.right}" for p in question.pairs
            ]
        case Order():
            start = twin.start_order(question)
            places = [f"{start.index(i) + 1}" for i in range(len(start))]
            return [
                f"{n}: {e.text}{f' ({e.date})' if e.date else ''}"
                for n, e in enumerate(question.events, 1)
            ] + [f"In the order printed, from the first: {', '.join(places)}"]
        case Short():
            return list(question.accept)
        case Numeric() if question.tolerance:
            return [
                f"{part} (± {numbers.plain(question.tolerance)})" for part in twin.key(question)
            ]
    return twin.key(question)


def _comments(question: Question) -> list[tuple[str, str]]:
    match question:
        case Single() | Multiple() | Evidence():
            return [(o.text, o.say) for o in question.options if not o.right]
        case Classify():
            return [
                (f"{s.text} → {label}", say)
                for s in question.statements
                for label, say in s.comments
            ]
        case Order():
            return [
                (f"{question.events[m.first].text} before {question.events[m.then].text}", m.say)
                for m in question.mistakes
            ]
        case Match():
            found = [(f"{p.left} → {wrong}", say) for p in question.pairs for wrong, say in p.wrong]
            return found + [(extra.text, extra.say) for extra in question.extra]
        case Short():
            return [(slip.text, slip.say) for slip in question.wrong]
        case Numeric():
            return [(numbers.plain(near.value), near.say) for near in question.near]
        case Forecast():
            return [
                (f"{numbers.plain(band.low)} to {numbers.plain(band.high)} per cent", band.say)
                for band in question.bands
            ]
    return []


def write(items: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """The test as a page to print.  The key is another file: :func:`write_key`."""
    losses = [
        Loss(question.id, "the comments after an answer stand in the key, not on the sheet")
        for question in items
        if any(say for _about, say in _comments(question))
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
