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
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dialogue.bank import writing
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.exchange import Loss, pictures
from dialogue.page import text
from dialogue.page.pictures import Picture
from dialogue.page.words import STRINGS
from dialogue.questions import Question, letter

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
    shown = writing.html(words, block=block, tex=None)
    return writing.placed(shown, lambda picture: picture.unique).replace("[", "&#91;")


def _list(rows: Sequence[str], tag: str = "ul") -> str:
    return f"<{tag}>{''.join(f'<li>{row}</li>' for row in rows)}</{tag}>" if rows else ""


def front(question: Question) -> str:
    """What is asked, with everything that can be chosen, as HTML."""
    about = []
    if para := question.paragraphs():
        about.append(f"{STRINGS['paragraphs']} {', '.join(para)}")
    if question.as_of:
        about.append(STRINGS["as_of"].format(date=question.as_of))
    if question.contested:
        about.append(STRINGS["contested"])
    note = f'<p class="about">{_html(" · ".join(about))}</p>' if about else ""
    return f"{_html(question.ask, block=True)}{note}{_choices(question)}"


def _choices(question: Question) -> str:
    parts = []
    for role, texts in question.shown():
        shown = [_html(words) for words in texts]
        if role == "option":
            how = STRINGS["choose_one" if question.one_letter else "choose_many"]
            parts.append(f'<p class="about">{_html(how)}</p>')
        if role in ("option", "right"):
            shown = [f"<strong>{letter(i)}</strong> {words}" for i, words in enumerate(shown)]
        elif role == "paragraph":
            named = [words.split(": ", 1) for words in texts]
            shown = [f"<strong>{_html(name)}</strong> {_html(told)}" for name, told in named]
        if role == "label":
            parts.append(f'<p class="about">{" / ".join(shown)}</p>')
        else:
            parts.append(_list(shown, "ol" if role in ("left", "statement") else "ul"))
    if (blank := question.blank()) and (said := " ".join(filter(None, [blank.how, blank.unit]))):
        parts.append(f'<p class="about">{_html(said)}</p>')
    return "".join(parts)


def back(question: Question) -> str:
    """The key, the explanation, and why each other answer is wrong, as HTML."""
    rows = [] if question.keyless else [_html(part) for part in question.solution()]
    key = f'<div class="key">{_list(rows)}</div>' if rows else ""
    said = _list(
        [f"<em>{_html(about)}</em>: {_html(say)}" for about, say in writing.remarks(question)]
    )
    hint = f'<p class="about">{_html(question.hint)}</p>' if question.hint else ""
    explain = _html(question.explain, block=True)
    named = ", ".join(question.sources)
    listed = f'<p class="about">{_html(named)}</p>' if named else ""
    return key + explain + said + hint + listed


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
    return _package(genanki, deck, pictures.of([q for q in questions if not q.keyless])), losses


def _note(genanki: Any, model: Any, question: Question) -> Any:
    return genanki.Note(
        model=model,
        fields=[_html(question.id), front(question), back(question)],
        guid=genanki.guid_for("dialogue", question.id),
        tags=tags(question),
    )


def _lost(question: Question) -> list[str]:
    found = []
    if question.confidence and question.marked:
        found.append("how sure the learner is; a card does not ask")
    if question.variety == "forecast":
        found.append("the Brier score; the card only shows what came of it")
    elif not question.scored:
        found.append("the box to write in; the card only shows what a text could say")
    if question.points != 1:
        found.append("its points; a card has none")
    return found


def _package(genanki: Any, deck: Any, shown: Sequence[Picture]) -> bytes:
    """The deck as a package in which only the content says when it was made."""
    made = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        media = [files.write(Path(folder) / each.unique, each.data) for each in shown]
        # It makes its database where temporary files go, and leaves it there.
        before, tempfile.tempdir = tempfile.tempdir, folder
        try:
            genanki.Package(deck, media_files=media).write_to_file(made, timestamp=_now())
        finally:
            tempfile.tempdir = before
    with zipfile.ZipFile(made) as old:
        return files.zip_bytes({name: old.read(name) for name in old.namelist()})
