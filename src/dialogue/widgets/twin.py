"""The readable twin of a quiz: the same questions as HTML and as text.

It stands in the output beside the live view, so that a page without a kernel still shows
the questions, and so that a comparison of outputs notices when one of them changes.  Plain
elements only, no attributes that matter: an untrusted page strips most of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from dialogue.page import text
from dialogue.page.text import TWIN
from dialogue.page.words import STRINGS
from dialogue.questions import Part, Question
from dialogue.questions import letter as letter
from dialogue.questions.model import Group

# How the lines of a group are led; what is not here stands in one line.
_LEAD = {"option": "A", "paragraph": "A", "statement": "1", "left": "1", "event": "-"}


def key(question: Question) -> list[str]:
    """The right answer in words, one entry a part; nothing where no key is here."""
    return [] if question.keyless else question.key()


def unjudged(question: Question) -> list[str]:
    """What is said above a question that has no verdict, because of its use."""
    if question.guess:
        return [STRINGS["guess_about"]]
    return [STRINGS["vote_about"]] if question.vote else []


def led(role: str, place: int) -> str:
    """The letter or the number of a text of this *role*, by its place from 0."""
    return letter(place) if _LEAD[role] == "A" else str(place + 1)


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
        if para := question.paragraphs():
            parts.append(f"<p>{escape(STRINGS['paragraphs'])} {escape(', '.join(para))}</p>")
        parts += [f"<p><em>{escape(words)}</em></p>" for words in unjudged(question)]
        if before := [part for part in question.parts() if part.role == "base rate"]:
            parts.append(f"<p><strong>{escape(STRINGS['before'])}</strong></p>")
            parts += [text.html(part.text, block=True) for part in before]
        parts += _body(question)
        parts += _rubric(question)
        if question.keyless:
            parts.append(f"<p><em>{escape(STRINGS['graded'])}</em></p>")
            continue
        if question.hint:
            parts.append(_details(STRINGS["hint"], text.html(question.hint, block=True)))
        explain = text.html(question.explain, block=True)
        if question.vote:
            parts.append(_details(STRINGS["explanation"], explain))
        elif shown := _key(question) + explain:
            parts.append(_details(STRINGS["reveal"], shown))
    return "\n".join([*parts, "</div>"])


def _body(question: Question) -> list[str]:
    found: list[str] = []
    for group in question.shown():
        if group.role == "label":
            found.append(f"<p>{escape(STRINGS['labels'])} {escape(' · '.join(group.texts))}</p>")
        elif group.role == "right":
            menu = _list([text.html(words) for words in group.texts])
            found.append(f"<p>{escape(STRINGS['to_match'])}</p>{menu}")
        elif group.role == "event":
            found.append(_list([text.html(words) for words in group.texts]))
        elif question.keyless:
            found.append(_list([f"{name}. {words}" for name, words in _led(group)]))
        else:
            own = [part for part in question.parts() if part.role == group.role]
            rows = zip(_led(group), own, strict=True)
            found.append(_rows((*line, _about(part)) for line, part in rows))
    if blank := question.blank():
        unit = f" {blank.unit}" if blank.unit else ""
        found.append(f"<p>{escape(STRINGS[blank.name])}: ____{escape(unit)}</p>")
    slips = [part for part in question.parts() if part.role in _SLIPS and part.say]
    if slips:
        said = [
            _SLIPS[part.role].format(text.html(part.text), text.html(part.say)) for part in slips
        ]
        found[-1] += _details(STRINGS["every_slip"], _list(said))
    return found


def _rubric(question: Question) -> list[str]:
    """What a text is read by, and model answers, which are folded."""
    rows = [part for part in question.parts() if part.role == "criterion"]
    models = [part for part in question.parts() if part.role == "model answer"]
    found = []
    if rows:
        found.append(
            _list([f"<strong>{text.html(p.text)}</strong>: {text.html(p.key)}" for p in rows])
        )
    if models:
        said = "".join(
            f"<p><strong>{text.html(p.text)}</strong></p>{text.html(p.say, block=True)}"
            for p in models
        )
        found.append(_details(STRINGS["models"], said))
    return found


# Wrong answers with a comment that belong to no single line.
_SLIPS = {"known slip": "{}: {}", "extra": "{}: {}", "mistake": "{1}"}


def _led(group: Group) -> list[tuple[str, str]]:
    shown = escape if group.role == "paragraph" else text.html
    return [(led(group.role, i), shown(words)) for i, words in enumerate(group.texts)]


def _about(part: Part) -> str:
    """What is folded below a line: is it right, what belongs to it, and the comments."""
    said = text.html(part.say)
    if part.right is not None:
        return f"{_verdict(part.right)} {said}"
    if not part.key and not part.wrong:  # an answer to a vote: nothing is right
        return said
    said = f" {said}" if said else ""
    return f"<strong>{text.html(part.key)}</strong>{said}{_comments(part.wrong)}"


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


def _key(question: Question) -> str:
    parts = "; ".join(text.html(part) for part in key(question))
    if not parts:
        return ""
    return f"<p>{escape(STRINGS['answer_is'])} {parts}</p>"


def as_text(questions: Sequence[Question], title: str) -> str:
    """The questions as plain lines.  A version is a digest: what the lines leave out
    (comments, keys) still changes the text."""
    lines = [title] if title else []
    for question in questions:
        lines.append(f"[{question.id} {question.version}] {text.plain(question.ask)}")
        for group in question.shown():
            lines += _lines(group)
        if blank := question.blank():
            lines.append(f"  ____ {blank.unit}".rstrip())
    return "\n".join(lines)


def _lines(group: Group) -> list[str]:
    role, texts = group.role, [text.plain(words) for words in group.texts]
    if role == "label":
        return ["  labels: " + ", ".join(group.texts)]
    if role == "right":
        return ["  to choose from: " + " · ".join(texts)]
    if role == "event":
        return [f"  - {words}" for words in texts]
    texts = group.texts if role == "paragraph" else texts
    return [f"  {led(role, i)}. {words}" for i, words in enumerate(texts)]
