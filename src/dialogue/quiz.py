"""The quiz in a notebook: one widget view for all kinds of question, and its readable twin.

The view (``quiz.js``) shows and asks; grading happens here, with ``questions.grade``, and
every attempt goes to the learner's record.  Beside the view the output carries the same
questions as HTML and as text, so that a page without a kernel still shows them.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from . import bank, progress, sources, text
from .questions import Classify, Multiple, Numeric, Outcome, Question, Single, Statement, grade
from .text import TWIN

_HERE = Path(__file__).parent

# Every word of the interface, in one table: a translation replaces this and nothing else.
STRINGS = {
    "question": "Question {n} of {total}",
    "score": "Score: {got} of {total}",
    "paragraphs": "Article paragraphs:",
    "contested": "Contested question",
    "as_of": "As of {date}",
    "draft": "Draft",
    "choose_one": "Choose one.",
    "choose_many": "Choose every one that fits.",
    "choose_label": "Choose…",
    "labels": "Labels:",
    "your_answer": "Your answer",
    "check": "Check",
    "hint": "Hint",
    "reveal": "Show the answer",
    "reset": "Start again",
    "right": "Right.",
    "wrong": "Not right yet.",
    "partly": "Partly right.",
    "revealed": "The answer is shown below.",
    "unanswered_single": "Choose an option first, then press Check.",
    "unanswered_multiple": "Choose at least one option first, then press Check.",
    "unanswered_numeric": "Type a number first, then press Check.",
    "unanswered_classify": "Choose a label for at least one statement, then press Check.",
    "not_a_number": "That is not a number that can be read. Type digits, such as 12.5 or 1423.",
    "missing_multiple": "{n} more to find.",
    "missing_classify": "{n} still without a label.",
    "wrong_numeric": "Look at the hint, then try another value.",
    "mark_right": "right",
    "mark_wrong": "not right",
    "mark_key": "right answer",
    "answer_is": "The answer:",
    "explanation": "Explanation",
    "explained": "The explanation is below.",
    "comment_on": "Comment on {what}",
    "every_option": "What each option means",
    "sources": "Sources:",
    "saved": "Saved on this computer.",
    "restored": "Your answer of {date}.",
    "edited": "You answered an earlier version of this question; it has changed since.",
    "no_kernel": "Checked here, but not saved: the notebook’s kernel does not answer. "
    "Choose Run, then Run All Cells, and answer again.",
    "live": "This is the reading copy. To answer, run the cells: menu Run, then Run All Cells.",
    "erase_live": "This is the reading copy. To see your record, run the cells.",
    "erase_title": "Your answers",
    "erase_where": "They are kept in one file on this computer and are sent nowhere:",
    "erase_count": "Questions tried: {questions}; right at the last attempt: {right}.",
    "erase": "Erase my answers",
    "erase_sure": "Erase all of them? This cannot be undone.",
    "erase_yes": "Yes, erase",
    "erase_no": "Keep them",
    "erase_done": "Erased. Quizzes on open pages keep showing answers until their cell is run again.",
    "erase_no_kernel": "Nothing was erased: the notebook’s kernel does not answer. Choose Run, then Run All Cells.",
}


@lru_cache(maxsize=1)
def _view_digest() -> str:
    """Twelve hexadecimal digits that change when the view's script or style changes."""
    parts = [(_HERE / name).read_text(encoding="utf-8") for name in ("quiz.js", "quiz.css")]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]


# --- what the view is told -------------------------------------------------------------


def _content(question: Question) -> dict[str, Any]:
    """One question for the view.  Self-check items carry their key, so that a page without
    a kernel can still grade them."""
    item: dict[str, Any] = {
        "id": question.id,
        "kind": question.kind,
        "ask": text.tree(question.ask),
        "para": list(question.para),
        "hint": text.tree(question.hint),
        "explain": text.tree(question.explain),
        "points": question.points,
        "contested": question.contested,
        "as_of": question.as_of,
        "draft": question.status == "draft",
        "language": question.language,
        "sources": [
            {
                "text": sources.reference(source),
                "address": sources.web(sources.bibliography().get(source, {}).get("address", "")),
            }
            for source in question.sources
        ],
    }
    match question:
        case Single() | Multiple():
            item["options"] = [
                {"text": text.inline(o.text), "say": text.inline(o.say), "right": o.right}
                for o in question.options
            ]
        case Numeric():
            item |= {
                "answer": question.answer,
                "answer_text": question.answer_text or f"{question.answer:g}",
                "tolerance": question.tolerance,
                "unit": question.unit,
                "near": [{"value": n.value, "say": text.inline(n.say)} for n in question.near],
            }
        case Classify():
            item["labels"] = list(question.labels)
            item["statements"] = [
                {
                    "text": text.inline(s.text),
                    "label": s.label,
                    "comments": {label: text.inline(say) for label, say in s.comments},
                }
                for s in question.statements
            ]
    return item


def _shown(outcome: Outcome) -> dict[str, Any]:
    """An outcome for the view, in the shape that ``grade`` in ``quiz.js`` returns too."""
    unread = any(c.say == "not-a-number" for c in outcome.comments)
    return {
        "verdict": outcome.verdict,
        "score": outcome.score,
        "missing": outcome.missing,
        "unread": unread,
        "comments": []
        if unread
        else [
            {"about": c.about, "right": c.right, "say": text.inline(c.say)}
            for c in outcome.comments
        ],
    }


# --- the readable twin -----------------------------------------------------------------


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _twin_html(questions: list[Question], title: str) -> str:
    # Plain elements only, no attributes that matter: an untrusted page strips most of them.
    parts = [TWIN]
    if title:
        parts.append(f"<p><strong>{escape(title)}</strong></p>")
    parts.append(f"<p><em>{escape(STRINGS['live'])}</em></p>")
    for n, question in enumerate(questions, 1):
        number = f"<strong>{n}.</strong> " if len(questions) > 1 else ""
        words = text.html(question.ask, block=True)
        parts.append("<hr>" + words.replace('<p dir="auto">', f'<p dir="auto">{number}', 1))
        if question.para:
            para = f"{STRINGS['paragraphs']} {', '.join(question.para)}"
            parts.append(f"<p>{escape(para)}</p>")
        match question:
            case Single() | Multiple():
                rows = [
                    (_letter(i), o.text, f"{_verdict(o.right)} {text.html(o.say)}")
                    for i, o in enumerate(question.options)
                ]
            case Classify():
                parts.append(f"<p>{escape(STRINGS['labels'])} {_labels(question)}</p>")
                rows = [
                    (str(i), s.text, f"<strong>{escape(s.label)}</strong>{_label_comments(s)}")
                    for i, s in enumerate(question.statements, 1)
                ]
            case Numeric():
                unit = f" {question.unit}" if question.unit else ""
                parts.append(f"<p>{escape(STRINGS['your_answer'])}: ____{escape(unit)}</p>")
                rows = []
        if rows:
            items = "".join(
                f"<li><strong>{name}.</strong> {text.html(words)}"
                f"<details><summary>{_comment_on(name)}</summary>{comment}</details></li>"
                for name, words, comment in rows
            )
            parts.append(f"<ul>{items}</ul>")
        if question.hint:
            parts.append(_details(STRINGS["hint"], text.html(question.hint, block=True)))
        explain = text.html(question.explain, block=True)
        parts.append(_details(STRINGS["reveal"], _key_html(question) + explain))
    return "\n".join([*parts, "</div>"])


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


def _labels(question: Classify) -> str:
    return escape(" · ".join(question.labels))


def _comment_on(what: str) -> str:
    return escape(STRINGS["comment_on"].format(what=what))


def _label_comments(statement: Statement) -> str:
    rows = (f"<li>{escape(label)}: {text.html(say)}</li>" for label, say in statement.comments)
    return f"<ul>{''.join(rows)}</ul>"


def _verdict(right: bool) -> str:
    word = STRINGS["right"] if right else STRINGS["wrong"].replace(" yet", "")
    return f"<strong>{escape(word)}</strong>"


def _key_html(question: Question) -> str:
    match question:
        case Single() | Multiple():
            key = [text.html(o.text) for o in question.options if o.right]
        case Numeric():
            unit = f" {question.unit}" if question.unit else ""
            key = [escape(f"{question.answer_text or question.answer}{unit}")]
        case Classify():
            key = [f"{text.html(s.text)}: {escape(s.label)}" for s in question.statements]
        case _:
            key = []
    return f"<p>{escape(STRINGS['answer_is'])} {'; '.join(key)}</p>"


def _twin_text(questions: list[Question], title: str) -> str:
    lines = [title] if title else []
    for question in questions:
        lines.append(f"[{question.id} {question.version}] {text.plain(question.ask)}")
        match question:
            case Single() | Multiple():
                for i, option in enumerate(question.options):
                    lines.append(f"  {_letter(i)}. {text.plain(option.text)}")
            case Numeric():
                lines.append(f"  ____ {question.unit}".rstrip())
            case Classify():
                lines.append("  labels: " + ", ".join(question.labels))
                for i, statement in enumerate(question.statements):
                    lines.append(f"  {i + 1}. {text.plain(statement.text)}")
    return "\n".join([*lines, f"(view {_view_digest()})"])


# --- the widget ------------------------------------------------------------------------


class _View(anywidget.AnyWidget):
    """What the quiz and the record panel share: one script, one style, one twin."""

    _esm = _HERE / "quiz.js"
    _css = _HERE / "quiz.css"
    content = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    strings = traitlets.Dict(STRINGS).tag(sync=True)

    twin_html = ""
    twin_text = ""

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/html": self.twin_html, "text/plain": self.twin_text}, metadata


class Quiz(_View):
    """Questions, their state, and the learner's attempts at them."""

    def __init__(self, questions: list[Question], title: str = "") -> None:
        self.questions = {question.id: question for question in questions}
        self.twin_html = _twin_html(questions, title)
        self.twin_text = _twin_text(questions, title)
        super().__init__(
            content={
                "panel": "quiz",
                "title": title,
                "items": [_content(question) for question in questions],
            },
            state=self._restore(),
        )
        self.on_msg(self._received)

    def _restore(self) -> dict[str, Any]:
        state = {}
        for name, tries in progress.latest(set(self.questions)).items():
            question = self.questions[name]
            version = question.version
            current = [t for t in tries if t.version == version]
            fresh = [i for i, t in enumerate(current, 1) if t.event == "reset"]
            current = current[fresh[-1] :] if fresh else current
            checks = [t for t in current if t.event == "check"]
            if checks:
                last = checks[-1]
                state[name] = {
                    "response": last.response,
                    "outcome": _shown(grade(question, last.response)),
                    "tries": len(checks),
                    "revealed": any(t.event == "reveal" for t in current),
                    "at": last.at,
                }
            elif not fresh and any(t.event == "check" for t in tries):
                state[name] = {"tries": 0, "edited": True}
        return state

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        """A message from the view.  Whatever arrives, nothing is raised in the learner's face."""
        item = message.get("item") if isinstance(message, dict) else None
        if not isinstance(item, str) or item not in self.questions:
            return
        question = self.questions[item]
        event, response = message.get("event"), message.get("response")
        known = dict(self.state.get(question.id, {}))
        if event == "check":
            outcome = grade(question, response)
            known |= {"response": response, "outcome": _shown(outcome), "note": ""}
            if outcome.verdict != "unanswered":
                known["tries"] = known.get("tries", 0) + 1
                known |= self._record(question, "check", response, outcome)
        elif event == "reveal":
            known["revealed"] = True
            known |= self._record(question, "reveal")
        elif event == "hint":
            # Nothing on the page changes, so that an earlier verdict is not announced again.
            self._record(question, "hint")
            return
        elif event == "reset":
            known = {"tries": 0, **self._record(question, "reset")}
            known.pop("at", None)
        else:
            return
        known["seq"] = message.get("seq")
        self.state = {**self.state, question.id: known}

    def _record(
        self,
        question: Question,
        event: str,
        response: Any = None,
        outcome: Outcome | None = None,
    ) -> dict[str, Any]:
        verdict, score = (outcome.verdict, outcome.score) if outcome else ("", 0.0)
        attempt = progress.Attempt(question.id, question.version, event, response, verdict, score)
        try:
            return {"at": progress.append(attempt).at, "saved": True, "note": ""}
        except progress.RecordError as error:
            return {"saved": False, "note": str(error)}


class Answers(_View):
    """Where the learner's answers are kept, how many there are, and a way to erase them."""

    def __init__(self) -> None:
        self.twin_html = f"{TWIN}<p>{escape(STRINGS['erase_live'])}</p></div>"
        self.twin_text = f"{STRINGS['erase_title']} (view {_view_digest()})"
        super().__init__(content={"panel": "answers"}, state=progress.summary())
        self.on_msg(self._received)

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        event = message.get("event") if isinstance(message, dict) else None
        if event == "count":
            self.state = progress.summary()
        elif event == "erase":
            try:
                progress.erase()
            except progress.RecordError as error:
                self.state = {**progress.summary(), "note": str(error)}
            else:
                self.state = {**progress.summary(), "erased": True}


class Notice:
    """A message in place of a quiz: plain words, no traceback."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in self.lines)


def ask(*ids: str, title: str = "") -> Quiz | Notice:
    """Show one question, or several as a set with a heading and a score.

    ``ask("05-permanent-bases")`` shows one; ``ask("05-a", "05-b", title="Check")`` a set.
    An id that does not exist, or a bank with faults, shows a message instead.
    """
    course = bank.course_bank()
    problems = []
    for name in ids:
        if name in course.questions:
            continue
        own = [str(fault) for fault in course.faults if fault.item == name]
        if own:
            problems.append(f"The question {name!r} has a fault in its file:")
            problems.extend(own)
            continue
        near = course.nearest(str(name))
        hint = f" The nearest: {', '.join(near)}." if near else ""
        problems.append(f"There is no question {name!r}.{hint}")
        problems.extend(str(fault) for fault in course.faults if not fault.item)
    if not ids:
        problems.append('Name at least one question, such as ask("05-permanent-bases").')
    if problems:
        return Notice(list(dict.fromkeys(problems)))
    questions = [course.questions[name] for name in dict.fromkeys(ids)]
    for question in questions:
        sources.use(question.sources)
    heading = title or (f"{len(questions)} questions" if len(questions) > 1 else "")
    return Quiz(questions, heading)


def my_answers() -> Answers:
    """Show where your answers are kept and how many there are, with a button to erase them."""
    return Answers()
