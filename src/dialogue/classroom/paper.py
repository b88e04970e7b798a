"""A test on paper, and its key on another sheet: pages that a browser prints.

Nothing here is lost but what only a screen can do: comments after an answer stand in the
key, and the certainty of an answer is a box to tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dialogue.exchange import Loss
from dialogue.page import text
from dialogue.page.words import STRINGS
from dialogue.questions import Question, letter, parts
from dialogue.questions.model import Blank

BOX = '<span class="box" aria-hidden="true"></span>'
STYLE = """
@page { margin: 18mm 16mm; @bottom-center { content: counter(page); } }
:root { color-scheme: light; }
body { font: 11pt/1.45 Georgia, "Noto Naskh Arabic", "Times New Roman", serif; color: #000;
  background: #fff; max-width: 44rem; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 16pt; margin: 0 0 .2rem; } h2 { font-size: 12.5pt; margin: 1.1rem 0 .3rem; }
.who { display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: .6rem 0 1rem; }
.who span, .line { border-bottom: 1px solid #000; display: inline-block; min-width: 12rem; }
.line { min-width: 8rem; } .line.wide { display: block; height: 1.6rem; }
.item { break-inside: avoid; margin: 0 0 1.1rem; padding-top: .5rem; border-top: 1px solid #999; }
.item > p:first-of-type { margin-top: 0; } .about { font-size: 9.5pt; color: #333; }
ol.choices, ul.choices { list-style: none; padding-inline-start: 0; margin: .3rem 0; }
ol.choices > li, ul.choices > li { display: flex; gap: .5rem; margin: .25rem 0; }
.box { display: inline-block; flex: none; width: .95em; height: .95em; border: 1.3px solid #000;
  margin-block-start: .22em; }
.number { display: inline-block; flex: none; width: 2em; border-bottom: 1px solid #000; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; }
th, td { border: 1px solid #666; padding: .25rem .45rem; text-align: start; vertical-align: top; }
td.tick { text-align: center; width: 5.5rem; } thead th { font-size: 9.5pt; }
.sure { font-size: 9.5pt; display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; margin: .4rem 0 0; }
.key p, .key ul { margin: .2rem 0; } .key ul { padding-inline-start: 1.3rem; }
.is-right { font-weight: bold; }
@media print { body { margin: 0; max-width: none; padding: 0; } }
"""


def page(title: str, body: str, *, style: str = STYLE, lang: str = "en") -> str:
    """A whole HTML page that needs nothing from outside."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(lang)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def questions(items: Sequence[Question]) -> str:
    """The items as a learner gets them on paper: no key, no comment, no hint."""
    return "".join(_item(n, question) for n, question in enumerate(items, 1))


def _item(number: int, question: Question) -> str:
    words = text.html(question.ask, block=True)
    words = words.replace('<p dir="auto">', f'<p dir="auto"><strong>{number}.</strong> ', 1)
    about = []
    if para := question.paragraphs():
        about.append(f"{STRINGS['paragraphs']} {', '.join(para)}")
    if question.as_of:
        about.append(STRINGS["as_of"].format(date=question.as_of))
    if question.contested:
        about.append(STRINGS["contested"])
    note = f'<p class="about">{escape(" · ".join(about))}</p>' if about else ""
    sure = ""
    if question.confidence and question.marked:
        boxes = "".join(f"<span>{BOX} {escape(STRINGS[f'sure_{n}'])}</span>" for n in (1, 2, 3))
        sure = f'<div class="sure"><span>{escape(STRINGS["how_sure"])}</span>{boxes}</div>'
    lang = f' lang="{escape(question.language)}"' if question.language != "en" else ""
    return (
        f'<section class="item" dir="auto"{lang}>{words}{note}{_answer(question)}{sure}</section>'
    )


def _choice(mark: str, words: str) -> str:
    return f'<li>{mark}<span dir="auto">{words}</span></li>'


def _list(rows: Sequence[str], tag: str = "ol") -> str:
    return f'<{tag} class="choices">{"".join(rows)}</{tag}>'


_NUMBER = '<span class="number"></span>'
# What a learner is told to do with a group of texts.
_HOW = {
    "event": "Number them, 1 for the first.",
    "left": "Write the letter of what belongs to it. Something may be left over.",
}


def _answer(question: Question) -> str:
    found = [_group(question, role, texts) for role, texts in question.shown() if role != "label"]
    if blank := question.blank():
        found.append(_blank(blank))
    return "".join(found)


def _group(question: Question, role: str, texts: Sequence[str]) -> str:
    shown = [text.html(words) for words in texts]
    how = _HOW.get(role, "")
    if role == "option":
        how = STRINGS["choose_one" if question.one_letter else "choose_many"]
    if role == "statement":
        return _grid(question, shown)
    if role == "right":
        return _list([_choice(_letter(i), words) for i, words in enumerate(shown)])
    if role == "option":
        shown = [f"{_letter(i)} {words}" for i, words in enumerate(shown)]
    elif role == "paragraph":
        named = [words.split(": ", 1) for words in texts]
        shown = [f"<strong>{escape(name)}</strong> {escape(told)}" for name, told in named]
    mark = BOX if role in ("option", "paragraph") else _NUMBER
    rows = _list([_choice(mark, words) for words in shown], "ul" if mark == _NUMBER else "ol")
    return f'<p class="about">{escape(how)}</p>{rows}' if how else rows


def _letter(place: int) -> str:
    return f"<strong>{letter(place)}</strong>"


def _grid(question: Question, statements: Sequence[str]) -> str:
    """Statements in rows, and a box to tick under each label."""
    labels = [words for role, texts in question.shown() if role == "label" for words in texts]
    heads = "".join(f'<th scope="col">{text.html(label)}</th>' for label in labels)
    boxes = f'<td class="tick">{BOX}</td>' * len(labels)
    rows = "".join(f'<tr><th scope="row" dir="auto">{one}</th>{boxes}</tr>' for one in statements)
    return (
        f'<table><thead><tr><th scope="col">Statement</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _blank(blank: Blank) -> str:
    how = f'<p class="about">{escape(blank.how)}</p>' if blank.how and blank.wide else ""
    after = f' <span class="about">{escape(blank.how)}</span>' if blank.how and not how else ""
    unit = f" {escape(blank.unit)}" if blank.unit else ""
    name = f"{escape(STRINGS[blank.name])}: " if blank.name != "your_answer" else ""
    line = '<span class="line wide"></span>' if blank.wide else '<span class="line"></span>'
    return f"{how}<p>{name}{line}{unit}{after}</p>"


def key(items: Sequence[Question]) -> str:
    """The key: the answer, why each distractor is wrong, and what the answer rests on."""
    return "".join(_key(n, question) for n, question in enumerate(items, 1))


def _key(number: int, question: Question) -> str:
    answer = "".join(f"<li dir='auto'>{text.html(part)}</li>" for part in _solution(question))
    comments = "".join(
        f"<li dir='auto'><em>{text.html(about)}</em> {text.html(say)}</li>"
        for about, say in _comments(question)
    )
    parts = [
        f'<p dir="auto"><strong>{number}.</strong> {text.html(question.ask)} '
        f'<span class="about">[{escape(question.id)}]</span></p>',
        f'<ul class="is-right">{answer}</ul>',
    ]
    if comments:
        parts.append(f"<p>Why others are chosen:</p><ul>{comments}</ul>")
    if question.explain:
        parts.append(text.html(question.explain, block=True))
    if question.sources:
        parts.append(f'<p class="about">Sources: {escape(", ".join(question.sources))}</p>')
    return f'<section class="item key" dir="auto">{"".join(parts)}</section>'


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


def _heading(title: str) -> str:
    return (
        f"<h1>{escape(title)}</h1>"
        '<p class="who">Name <span></span> Class <span></span> Date <span></span></p>'
    )


def write(items: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """The test as a page to print.  The key is another file: :func:`write_key`."""
    body = _heading(title) + questions(items)
    losses = [
        Loss(question.id, "the comments after an answer stand in the key, not on the sheet")
        for question in items
        if _comments(question)
    ]
    return page(title, body).encode(), losses


def write_key(items: Sequence[Question], title: str) -> bytes:
    """The key of :func:`write` as a page to print."""
    heading = f"{title}: key"
    return page(heading, f"<h1>{escape(heading)}</h1>{key(items)}").encode()
