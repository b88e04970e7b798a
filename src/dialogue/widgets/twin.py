"""The readable twin of a quiz: the same questions as HTML and as text.

It stands in the output beside the live view, so that a page without a kernel still shows
the questions, and so that a comparison of outputs notices when one of them changes.  Plain
elements only, no attributes that matter: an untrusted page strips most of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from dialogue.course import sources
from dialogue.page import text
from dialogue.page.text import TWIN
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


def letter(index: int) -> str:
    """A, B, C … for an option, a right-hand side or an event."""
    return chr(ord("A") + index)


def menu_order(question: Question, count: int) -> list[int]:
    """An order of *count* entries that looks shuffled, is always the same for this question,
    and is not the order they are written in."""
    import hashlib

    def key(index: int) -> str:
        return hashlib.sha256(f"{question.id} {index}".encode()).hexdigest()

    order = sorted(range(count), key=key)
    return order[1:] + order[:1] if order == list(range(count)) else order


def start_order(question: Order) -> list[int]:
    """The order in which an order question is shown first; it is never a right one."""
    from dialogue.questions import grade

    order = menu_order(question, len(question.events))
    for _ in order:
        if grade(question, order).verdict != "right":
            break
        order = order[1:] + order[:1]
    return order


def paragraphs(question: Question) -> list[str]:
    """The paragraphs to name above the question: none where they are the answer."""
    return [] if isinstance(question, Evidence) else list(question.para)


def as_html(questions: Sequence[Question], title: str) -> str:
    """The questions for a page without a kernel: comments and answers are folded."""
    parts = [TWIN]
    if title:
        parts.append(f"<p><strong>{escape(title)}</strong></p>")
    parts.append(f"<p><em>{escape(STRINGS['live'])}</em></p>")
    for n, question in enumerate(questions, 1):
        number = f"<strong>{n}.</strong> " if len(questions) > 1 else ""
        words = text.html(question.ask, block=True)
        parts.append("<hr>" + words.replace('<p dir="auto">', f'<p dir="auto">{number}', 1))
        if para := paragraphs(question):
            parts.append(f"<p>{escape(STRINGS['paragraphs'])} {escape(', '.join(para))}</p>")
        parts += _body(question)
        if question.keyless:
            parts.append(f"<p><em>{escape(STRINGS['graded'])}</em></p>")
            continue
        if question.hint:
            parts.append(_details(STRINGS["hint"], text.html(question.hint, block=True)))
        explain = text.html(question.explain, block=True)
        parts.append(_details(STRINGS["reveal"], _key(question) + explain))
    return "\n".join([*parts, "</div>"])


def _body(question: Question) -> list[str]:
    match question:
        case Question(keyless=True) if rows := _without_key(question):
            return rows
        case Single() | Multiple():
            return [
                _rows(
                    (letter(i), text.html(o.text), f"{_verdict(o.right)} {text.html(o.say)}")
                    for i, o in enumerate(question.options)
                )
            ]
        case Evidence():
            digests = sources.paragraphs()
            return [
                _rows(
                    (
                        letter(i),
                        f"{escape(o.text)}: {escape(digests.get(o.text, {}).get('digest', ''))}",
                        f"{_verdict(o.right)} {text.html(o.say)}",
                    )
                    for i, o in enumerate(question.options)
                )
            ]
        case Classify():
            labels = escape(" · ".join(question.labels))
            return [
                f"<p>{escape(STRINGS['labels'])} {labels}</p>",
                _rows(
                    (
                        str(i),
                        text.html(s.text),
                        f"<strong>{escape(s.label)}</strong>{_comments(s.comments)}",
                    )
                    for i, s in enumerate(question.statements, 1)
                ),
            ]
        case Order():
            shown = start_order(question)
            events = "".join(f"<li>{text.html(question.events[i].text)}</li>" for i in shown)
            slips = "".join(f"<li>{text.html(m.say)}</li>" for m in question.mistakes)
            folded = _details(STRINGS["every_slip"], f"<ul>{slips}</ul>") if slips else ""
            return [f"<ul>{events}</ul>{folded}"]
        case Match():
            rights = question.rights
            shown = menu_order(question, len(rights))
            menu = "".join(f"<li>{text.html(rights[i])}</li>" for i in shown)
            extra = "".join(
                f"<li>{text.html(e.text)}: {text.html(e.say)}</li>" for e in question.extra if e.say
            )
            folded = _details(STRINGS["every_slip"], f"<ul>{extra}</ul>") if extra else ""
            return [
                _rows(
                    (
                        str(i),
                        text.html(p.left),
                        f"<strong>{text.html(p.right)}</strong> {text.html(p.say)}"
                        f"{_comments(p.wrong)}",
                    )
                    for i, p in enumerate(question.pairs, 1)
                ),
                f"<p>{escape(STRINGS['to_match'])}</p><ul>{menu}</ul>{folded}",
            ]
        case Short():
            slips = _comments([(slip.text, slip.say) for slip in question.wrong])
            folded = _details(STRINGS["every_slip"], slips) if slips else ""
            return [f"<p>{escape(STRINGS['your_answer'])}: ____</p>{folded}"]
        case Numeric():
            unit = f" {question.unit}" if question.unit else ""
            slips = _comments([(f"{near.value:g}", near.say) for near in question.near])
            folded = _details(STRINGS["every_slip"], slips) if slips else ""
            return [f"<p>{escape(STRINGS['your_answer'])}: ____{escape(unit)}</p>{folded}"]
        case Forecast():
            return [f"<p>{escape(STRINGS['your_chance'])}: ____</p>"]
    return []


def _without_key(question: Question) -> list[str]:
    """The parts of an item that has no key: what is there to choose from, and no fold."""
    parts: list[str] = []
    match question:
        case Single() | Multiple():
            parts = [f"{letter(i)}. {text.html(o.text)}" for i, o in enumerate(question.options)]
        case Evidence():
            digests = sources.paragraphs()
            for i, option in enumerate(question.options):
                digest = digests.get(option.text, {}).get("digest", "")
                parts.append(f"{letter(i)}. {escape(option.text)}: {escape(digest)}")
        case Classify():
            parts = [f"{i}. {text.html(s.text)}" for i, s in enumerate(question.statements, 1)]
            labels = escape(" · ".join(question.labels))
            return [f"<p>{escape(STRINGS['labels'])} {labels}</p>", _list(parts)]
        case Match():
            parts = [f"{i}. {text.html(p.left)}" for i, p in enumerate(question.pairs, 1)]
            rights = question.rights
            menu = _list([text.html(rights[i]) for i in menu_order(question, len(rights))])
            return [_list(parts), f"<p>{escape(STRINGS['to_match'])}</p>{menu}"]
    return [_list(parts)] if parts else []


def _list(parts: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{part}</li>' for part in parts)}</ul>"


def _rows(rows: Iterable[tuple[str, str, str]]) -> str:
    items = "".join(
        f"<li><strong>{name}.</strong> {words}"
        f"<details><summary>{_comment_on(name)}</summary>{comment}</details></li>"
        for name, words, comment in rows
    )
    return f"<ul>{items}</ul>"


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


def _comment_on(what: str) -> str:
    return escape(STRINGS["comment_on"].format(what=what))


def _comments(comments: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<li>{text.html(about)}: {text.html(say)}</li>" for about, say in comments)
    return f"<ul>{rows}</ul>" if rows else ""


def _verdict(right: bool) -> str:
    word = STRINGS["right"] if right else STRINGS["wrong"].replace(" yet", "")
    return f"<strong>{escape(word)}</strong>"


def key(question: Question) -> list[str]:
    """The right answer in words, one entry a part, as the author typed it (Markdown)."""
    match question:
        case Question(keyless=True):
            return []
        case Single() | Multiple() | Evidence():
            return [o.text for o in question.options if o.right]
        case Numeric():
            unit = f" {question.unit}" if question.unit else ""
            return [f"{question.answer_text or f'{question.answer:g}'}{unit}"]
        case Classify():
            return [f"{s.text}: {s.label}" for s in question.statements]
        case Order():
            return [f"{e.text} ({e.date})" if e.date else e.text for e in question.events]
        case Match():
            return [f"{p.left}: {p.right}" for p in question.pairs]
        case Short():
            return list(question.accept[:1])
        case Forecast() if question.opens:
            return [STRINGS["opens"].format(lesson=question.opens)]
        case Forecast() if question.happened is None:
            return [STRINGS["unresolved"].format(date=question.resolves)]
        case Forecast():
            return [STRINGS["happened" if question.happened else "happened_not"]]
    return []


def _key(question: Question) -> str:
    parts = "; ".join(text.html(part) for part in key(question))
    return f"<p>{escape(STRINGS['answer_is'])} {parts}</p>"


def as_text(questions: Sequence[Question], title: str) -> str:
    """The questions as plain lines.  A version is a digest: what the lines leave out
    (comments, keys) still changes the text."""
    lines = [title] if title else []
    for question in questions:
        lines.append(f"[{question.id} {question.version}] {text.plain(question.ask)}")
        match question:
            case Single() | Multiple():
                for i, option in enumerate(question.options):
                    lines.append(f"  {letter(i)}. {text.plain(option.text)}")
            case Evidence():
                digests = sources.paragraphs()
                for i, option in enumerate(question.options):
                    digest = digests.get(option.text, {}).get("digest", "")
                    lines.append(f"  {letter(i)}. {option.text}: {digest}")
            case Numeric():
                lines.append(f"  ____ {question.unit}".rstrip())
            case Short() | Forecast():
                lines.append("  ____")
            case Classify():
                lines.append("  labels: " + ", ".join(question.labels))
                for i, statement in enumerate(question.statements):
                    lines.append(f"  {i + 1}. {text.plain(statement.text)}")
            case Order():
                lines += [
                    f"  - {text.plain(question.events[i].text)}" for i in start_order(question)
                ]
            case Match():
                rights = question.rights
                shown = [text.plain(rights[i]) for i in menu_order(question, len(rights))]
                lines += [
                    f"  {i}. {text.plain(pair.left)}" for i, pair in enumerate(question.pairs, 1)
                ]
                lines.append("  to choose from: " + " · ".join(shown))
    return "\n".join(lines)
