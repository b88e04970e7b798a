"""A deck of Anki cards: the question with its options in front, the key and the reasons behind.

Notes keep the identity of their item, the deck that of its title, and the note type is one
for ever: importing a newer deck updates the cards that are there and keeps what the learner
has learnt.  Anki takes the newer of two notes, so a note is as new as its file: now, or
``SOURCE_DATE_EPOCH`` for a build that can be repeated byte by byte
(reproducible-builds.org, "SOURCE_DATE_EPOCH").

A card is turned over, not answered: nothing is graded, and the comment on each wrong answer
stands on the back.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
import zipfile
from collections.abc import Sequence
from typing import Any

from dialogue.bank import writing
from dialogue.course import files, sources
from dialogue.course.files import FileFault
from dialogue.exchange import Loss
from dialogue.page import text
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

# Drawn once by chance, as genanki asks, and never to be changed: Anki knows note types by it.
NOTE_TYPE = 1593820031
FIELDS = ("Item", "Front", "Back")
# Anki sets what stands in \( \) as mathematics, except inside an element of this class.
_SIDE = '<div class="card-text mathjax_ignore tex2jax_ignore" dir="auto">{}</div>'
_STYLE = """
.card { font: 20px/1.45 Georgia, "Noto Naskh Arabic", "Times New Roman", serif; color: #111;
  background: #fff; text-align: start; }
.card-text { max-width: 42rem; margin: 0 auto; }
.about { font-size: 15px; color: #555; }
.key { font-weight: bold; }
.nightMode.card, .nightMode .card { color: #eee; background: #222; }
.nightMode .about { color: #bbb; }
"""


def _number(name: str) -> int:
    """A number for *name* that is the same in every run, in the range that Anki uses."""
    digest = hashlib.sha256(f"dialogue {name}".encode()).digest()
    return (1 << 30) + int.from_bytes(digest[:4], "big") % (1 << 30)


def _html(words: str, *, block: bool = False) -> str:
    # Anki acts on [sound:…] and [latex] in a field; an entity only shows the bracket.
    return writing.html(words, block=block).replace("[", "&#91;")


def _list(rows: Sequence[str], tag: str = "ul") -> str:
    return f"<{tag}>{''.join(f'<li>{row}</li>' for row in rows)}</{tag}>" if rows else ""


def front(question: Question) -> str:
    """What is asked, with everything that can be chosen, as HTML."""
    about = []
    if para := twin.paragraphs(question):
        about.append(f"{STRINGS['paragraphs']} {', '.join(para)}")
    if question.as_of:
        about.append(STRINGS["as_of"].format(date=question.as_of))
    if question.contested:
        about.append(STRINGS["contested"])
    note = f'<p class="about">{_html(" · ".join(about))}</p>' if about else ""
    return f"{_html(question.ask, block=True)}{note}{_choices(question)}"


def _choices(question: Question) -> str:
    match question:
        case Single() | Multiple():
            how = STRINGS["choose_one" if isinstance(question, Single) else "choose_many"]
            rows = [
                f"<strong>{twin.letter(i)}</strong> {_html(option.text)}"
                for i, option in enumerate(question.options)
            ]
            return f'<p class="about">{_html(how)}</p>{_list(rows)}'
        case Evidence():
            digests = sources.paragraphs()
            rows = [
                f"<strong>{_html(option.text)}</strong> "
                f"{_html(digests.get(option.text, {}).get('digest', ''))}"
                for option in question.options
            ]
            return _list(rows)
        case Order():
            return _list([_html(question.events[i].text) for i in twin.start_order(question)])
        case Match():
            rights = question.rights
            menu = [
                f"<strong>{twin.letter(n)}</strong> {_html(rights[i])}"
                for n, i in enumerate(twin.menu_order(question, len(rights)))
            ]
            return _list([_html(pair.left) for pair in question.pairs], "ol") + _list(menu)
        case Classify():
            labels = " / ".join(_html(label) for label in question.labels)
            rows = [_html(statement.text) for statement in question.statements]
            return f'<p class="about">{labels}</p>{_list(rows, "ol")}'
        case Numeric(unit=unit) if unit:
            return f'<p class="about">{_html(unit)}</p>'
        case Forecast():
            return f'<p class="about">{_html(STRINGS["chance_how"])}</p>'
    return ""


def back(question: Question) -> str:
    """The key, the explanation, and why each other answer is wrong, as HTML."""
    rows = [_html(part) for part in _key(question)]
    key = f'<div class="key">{_list(rows)}</div>' if rows else ""
    said = _list(
        [f"<em>{_html(about)}</em>: {_html(say)}" for about, say in writing.remarks(question)]
    )
    hint = f'<p class="about">{_html(question.hint)}</p>' if question.hint else ""
    explain = _html(question.explain, block=True)
    named = ", ".join(question.sources)
    listed = f'<p class="about">{_html(named)}</p>' if named else ""
    return key + explain + said + hint + listed


def _key(question: Question) -> list[str]:
    match question:
        case Single() | Multiple():
            return [f"{twin.letter(i)} {o.text}" for i, o in enumerate(question.options) if o.right]
        case Match():
            rights = question.rights
            shown = [rights[i] for i in twin.menu_order(question, len(rights))]
            return [
                f"{twin.letter(shown.index(p.right))} {p.left}: {p.right}" for p in question.pairs
            ]
        case Short():
            return list(question.accept)
        case Numeric(tolerance=tolerance) if tolerance:
            return [f"{part} (± {writing.number(tolerance)})" for part in twin.key(question)]
        case Forecast():
            return [*twin.key(question), *(f"{r.who}: {r.chance:g}%" for r in question.reference)]
    return twin.key(question)


def tags(question: Question) -> list[str]:
    """Anki's tags: without spaces, and in a tree, so that one objective can be studied."""
    found = (label.replace(":", "::", 1) for label in writing.tags(question))
    return [re.sub(r'[\s"\u3000]+', "_", f"dialogue::{label}") for label in found]


def _now() -> float:
    try:
        return float(os.environ["SOURCE_DATE_EPOCH"])
    except (KeyError, ValueError):
        return time.time()


def write(questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """A deck with a card for each question, and what a card cannot do.

    Raises :class:`~dialogue.course.files.FileFault` when genanki is not installed.
    """
    try:
        import genanki
    except ImportError:
        remedy = 'install it with: pip install "dialogue[instructor]"'
        raise FileFault("anki", "decks are made with genanki, which is missing", remedy) from None
    template = {
        "name": "Question",
        "qfmt": _SIDE.format("{{Front}}"),
        "afmt": _SIDE.format("{{Front}}") + '<hr id="answer">' + _SIDE.format("{{Back}}"),
    }
    model = genanki.Model(
        NOTE_TYPE,
        "Dialogue question",
        fields=[{"name": name} for name in FIELDS],
        templates=[template],
        css=_STYLE,
        sort_field_index=0,
    )
    # Two colons make a deck inside a deck, which a title does not mean.
    name = text.plain(writing.clean(title)).replace("::", ":") or "Dialogue"
    deck = genanki.Deck(_number(f"deck {title}"), name)
    losses: list[Loss] = []
    for question in questions:
        if question.keyless:
            what = "left out: a card without its key teaches nothing"
            losses.append(Loss(question.id, what, left_out=True))
            continue
        deck.add_note(_note(genanki, model, question))
        losses += [Loss(question.id, what) for what in _lost(question)]
    return _package(genanki, deck), losses


def _note(genanki: Any, model: Any, question: Question) -> Any:
    return genanki.Note(
        model=model,
        fields=[_html(question.id), front(question), back(question)],
        guid=genanki.guid_for("dialogue", question.id),
        tags=tags(question),
    )


def _lost(question: Question) -> list[str]:
    found = []
    if question.confidence and not isinstance(question, Forecast):
        found.append("how sure the learner is; a card does not ask")
    if isinstance(question, Forecast):
        found.append("the Brier score; the card only shows what came of it")
    if question.points != 1:
        found.append("its points; a card has none")
    return found


def _package(genanki: Any, deck: Any) -> bytes:
    """The deck as a package in which only the content says when it was made."""
    made = io.BytesIO()
    genanki.Package(deck).write_to_file(made, timestamp=_now())
    with zipfile.ZipFile(made) as old:
        return files.zip_bytes({name: old.read(name) for name in old.namelist()})
