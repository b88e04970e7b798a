"""The readable twin of a quiz: the same questions as HTML and as text.

It stands in the output beside the live view, so that a page without a kernel still shows
the questions, and so that a comparison of outputs notices when one of them changes.  Plain
elements only, no attributes that matter: an untrusted page strips most of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from dialogue.page import text
from dialogue.page.html import Html, as_twin, details, element, joined, listed
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
    parts = []
    if title:
        parts.append(element("p", element("strong", title)))
    parts.append(element("p", element("em", STRINGS["live"])))
    for n, question in enumerate(questions, 1):
        number = joined(element("strong", f"{n}."), " ") if len(questions) > 1 else ""
        words = text.html(question.ask, block=True)
        first = Html('<p dir="auto">')
        parts.append(Html("<hr>") + words.replace(first, joined(first, number), 1))
        if para := question.paragraphs():
            parts.append(element("p", STRINGS["paragraphs"], " ", ", ".join(para)))
        parts += [element("p", element("em", words)) for words in unjudged(question)]
        if before := [part for part in question.parts() if part.role == "base rate"]:
            parts.append(element("p", element("strong", STRINGS["before"])))
            parts += [text.html(part.text, block=True) for part in before]
        parts += _body(question)
        parts += _rubric(question)
        if question.keyless:
            parts.append(element("p", element("em", STRINGS["graded"])))
            continue
        if question.hint:
            parts.append(details(STRINGS["hint"], text.html(question.hint, block=True)))
        explain = text.html(question.explain, block=True)
        if question.vote:
            parts.append(details(STRINGS["explanation"], explain))
        elif shown := joined(_key(question), explain):
            parts.append(details(STRINGS["reveal"], shown))
    return as_twin(*parts, apart="\n")


def _body(question: Question) -> list[Html]:
    found: list[Html] = []
    for group in question.shown():
        if group.role == "label":
            found.append(element("p", STRINGS["labels"], " ", " · ".join(group.texts)))
        elif group.role == "right":
            menu = listed(*map(text.html, group.texts))
            found.append(joined(element("p", STRINGS["to_match"]), menu))
        elif group.role == "event":
            found.append(listed(*map(text.html, group.texts)))
        elif question.keyless:
            found.append(listed(*(joined(name, ". ", words) for name, words in _led(group))))
        else:
            own = [part for part in question.parts() if part.role == group.role]
            rows = zip(_led(group), own, strict=True)
            found.append(listed(*(_row(*line, _about(part)) for line, part in rows)))
    if blank := question.blank():
        unit = f" {blank.unit}" if blank.unit else ""
        found.append(element("p", f"{STRINGS[blank.name]}: ____{unit}"))
    slips = [part for part in question.parts() if part.role in _SLIPS and part.say]
    if slips:
        said = (
            _SLIPS[each.role].format(text.html(each.text), text.html(each.say)) for each in slips
        )
        found[-1] += details(STRINGS["every_slip"], listed(*said))
    return found


def _rubric(question: Question) -> list[Html]:
    """What a text is read by, and model answers, which are folded."""
    rows = [part for part in question.parts() if part.role == "criterion"]
    models = [part for part in question.parts() if part.role == "model answer"]
    found = []
    if rows:
        found.append(listed(*(_strong(p.text, ": ", text.html(p.key)) for p in rows)))
    if models:
        said = ((element("p", _strong(p.text)), text.html(p.say, block=True)) for p in models)
        found.append(details(STRINGS["models"], *chain(*said)))
    return found


# Wrong answers with a comment that belong to no single line.
_SLIPS = {"known slip": Html("{}: {}"), "extra": Html("{}: {}"), "mistake": Html("{1}")}


def _led(group: Group) -> list[tuple[str, str]]:
    shown = str if group.role == "paragraph" else text.html
    return [(led(group.role, i), shown(words)) for i, words in enumerate(group.texts)]


def _strong(words: str, *after: str) -> Html:
    """*words* in strong, and what comes *after* them."""
    return joined(element("strong", text.html(words)), *after)


def _about(part: Part) -> Html:
    """What is folded below a line: is it right, what belongs to it, and the comments."""
    said = text.html(part.say)
    if part.right is not None:
        word = STRINGS["right"] if part.right else STRINGS["wrong"].replace(" yet", "")
        return joined(element("strong", word), " ", said)
    if not part.key and not part.wrong:  # an answer to a vote: nothing is right
        return said
    wrong = (joined(text.html(about), ": ", text.html(say)) for about, say in part.wrong)
    return _strong(part.key, " " if said else "", said, listed(*wrong) if part.wrong else "")


def _row(name: str, words: str, comment: Html) -> Html:
    summary = STRINGS["comment_on"].format(what=name)
    return joined(element("strong", name, "."), " ", words, details(summary, comment))


def _key(question: Question) -> str:
    parts = joined(*map(text.html, key(question)), apart="; ")
    return element("p", STRINGS["answer_is"], " ", parts) if parts else ""


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
