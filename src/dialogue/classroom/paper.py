"""A test on paper, and its key on another sheet: pages that a browser prints.

Nothing here is lost but what only a screen can do: comments after an answer stand in the
key, and the certainty of an answer is a box to tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dialogue.course import sources
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
    if para := twin.paragraphs(question):
        about.append(f"{STRINGS['paragraphs']} {', '.join(para)}")
    if question.as_of:
        about.append(STRINGS["as_of"].format(date=question.as_of))
    if question.contested:
        about.append(STRINGS["contested"])
    note = f'<p class="about">{escape(" · ".join(about))}</p>' if about else ""
    sure = ""
    if question.confidence and not isinstance(question, Forecast):
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


def _answer(question: Question) -> str:
    match question:
        case Single() | Multiple():
            how = STRINGS["choose_one" if isinstance(question, Single) else "choose_many"]
            rows = [
                _choice(BOX, f"<strong>{twin.letter(i)}</strong> {text.html(o.text)}")
                for i, o in enumerate(question.options)
            ]
            return f'<p class="about">{escape(how)}</p>{_list(rows)}'
        case Evidence():
            digests = sources.paragraphs()
            rows = [
                _choice(
                    BOX,
                    f"<strong>{escape(o.text)}</strong> "
                    f"{escape(digests.get(o.text, {}).get('digest', ''))}",
                )
                for o in question.options
            ]
            return _list(rows)
        case Order():
            rows = [
                _choice('<span class="number"></span>', text.html(question.events[i].text))
                for i in twin.start_order(question)
            ]
            how = "Number them, 1 for the first."
            return f'<p class="about">{how}</p>{_list(rows, "ul")}'
        case Match():
            rights = question.rights
            shown = [text.html(rights[i]) for i in twin.menu_order(question, len(rights))]
            menu = [
                _choice(f"<strong>{twin.letter(i)}</strong>", words)
                for i, words in enumerate(shown)
            ]
            rows = [
                _choice('<span class="number"></span>', text.html(p.left)) for p in question.pairs
            ]
            how = "Write the letter of what belongs to it. Something may be left over."
            return f'<p class="about">{how}</p>{_list(rows, "ul")}{_list(menu)}'
        case Classify():
            heads = "".join(f'<th scope="col">{text.html(x)}</th>' for x in question.labels)
            rows = [
                f'<tr><th scope="row" dir="auto">{text.html(s.text)}</th>'
                + f'<td class="tick">{BOX}</td>' * len(question.labels)
                + "</tr>"
                for s in question.statements
            ]
            return (
                f'<table><thead><tr><th scope="col">Statement</th>{heads}</tr></thead>'
                f"<tbody>{''.join(rows)}</tbody></table>"
            )
        case Numeric():
            unit = f" {escape(question.unit)}" if question.unit else ""
            how = f'<p class="about">{escape(STRINGS["several_numbers"])}</p>'
            wide = ' class="line wide"' if question.values else ' class="line"'
            return f"{how if question.values else ''}<p><span{wide}></span>{unit}</p>"
        case Short():
            return '<p><span class="line wide"></span></p>'
        case Forecast():
            return (
                f'<p>{escape(STRINGS["your_chance"])}: <span class="line"></span> '
                f'<span class="about">{escape(STRINGS["chance_how"])}</span></p>'
            )
    return ""


def key(items: Sequence[Question]) -> str:
    """The key: the answer, why each distractor is wrong, and what the answer rests on."""
    return "".join(_key(n, question) for n, question in enumerate(items, 1))


def _key(number: int, question: Question) -> str:
    answer = "".join(f"<li dir='auto'>{text.html(part)}</li>" for part in _solution(question))
    comments = "".join(
        f"<li dir='auto'><em>{text.html(about)}</em> {text.html(say)}</li>"
        for about, say in _comments(question)
        if say
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
            return [f"{part} (± {question.tolerance:g})" for part in twin.key(question)]
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
            return [(f"{near.value:g}", near.say) for near in question.near]
        case Forecast():
            return [
                (f"{band.low:g} to {band.high:g} per cent", band.say) for band in question.bands
            ]
    return []


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
        if any(say for _about, say in _comments(question))
    ]
    return page(title, body).encode(), losses


def write_key(items: Sequence[Question], title: str) -> bytes:
    """The key of :func:`write` as a page to print."""
    heading = f"{title}: key"
    return page(heading, f"<h1>{escape(heading)}</h1>{key(items)}").encode()
