"""The quiz in a notebook: one widget view for all kinds of question, and its readable twin.

The view (``quiz.js``) shows and asks; grading happens here, with ``questions.grade``, and
every attempt goes to the learner's record.  Beside the view the output carries the same
questions as HTML and as text, so that a page without a kernel still shows them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import traitlets

from dialogue import bank
from dialogue.course import cited, sources
from dialogue.learner import delivery, progress
from dialogue.page import text
from dialogue.page.html import as_twin, element
from dialogue.page.words import CAMPUS, STRINGS
from dialogue.questions import Outcome, Question, grade
from dialogue.widgets import base, scripts, twin
from dialogue.widgets.base import Notice
from dialogue.widgets.computed import Result
from dialogue.widgets.saving import Lease, record

# --- what the view is told -------------------------------------------------------------


def content(question: Question) -> dict[str, Any]:
    """One question for the view.  Self-check items carry their key, so that a page without
    a kernel can still grade them."""
    item: dict[str, Any] = {
        "id": question.id,
        "kind": question.kind,
        "ask": text.tree(question.ask),
        "para": question.paragraphs(),
        "hint": text.tree(question.hint),
        "explain": text.tree(question.explain),
        "points": question.points,
        "confidence": question.confidence,
        "contested": question.contested,
        "as_of": question.as_of,
        "draft": question.status == "draft",
        "keyless": question.keyless,
        "marked": question.marked,
        "guess": question.guess,
        "vote": question.vote,
        "language": question.language,
        "key": [text.inline(part) for part in twin.key(question)],
        "sources": [
            {"text": sources.reference(source), "address": _address(source)}
            for source in question.sources
        ],
    }
    return item | question.content()


def _address(source: str) -> str:
    return sources.web(sources.bibliography().get(source, {}).get("address", ""))


def shown(outcome: Outcome) -> dict[str, Any]:
    """An outcome for the view, in the shape that ``grade`` in ``grading.js`` returns too."""
    return {
        "verdict": outcome.verdict,
        "score": outcome.score,
        "missing": outcome.missing,
        "problem": outcome.problem,
        "mark": outcome.mark,
        "comments": [
            {"about": c.about, "right": c.right, "say": text.inline(c.say)}
            for c in outcome.comments
        ],
    }


# --- the widget ------------------------------------------------------------------------


class View(base.View):
    """What the quiz and the panels share: one script, one style, one table of words."""

    _esm = scripts.script("quiz")
    _css = scripts.style("quiz")
    content = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    strings = traitlets.Dict(STRINGS).tag(sync=True)


class Quiz(View):
    """Questions, their state, and the learner's attempts at them.

    *twin_of* are the questions that the twin shows, where a learner's record decides which
    are asked: what a page says without a kernel must not depend on anybody's record.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        title: str = "",
        twin_of: Sequence[Question] | None = None,
    ) -> None:
        self.questions = {question.id: question for question in questions}
        static = questions if twin_of is None else twin_of
        self.twin_html = twin.as_html(static, title)
        self.twin_text = twin.as_text(static, title)
        super().__init__(
            content={
                "panel": "quiz",
                "title": title,
                "items": [content(question) for question in questions],
            },
            state=self._restore(),
        )
        self.on_msg(self._received)

    def _restore(self) -> dict[str, Any]:
        state = {}
        was = {name: question.was for name, question in self.questions.items() if question.was}
        for name, tries in progress.latest(set(self.questions), was).items():
            question = self.questions[name]
            versions = question.versions
            current = [t for t in tries if t.version in versions]
            fresh = [i for i, t in enumerate(current, 1) if t.event == "reset"]
            current = current[fresh[-1] :] if fresh else current
            checks = [t for t in current if t.event == question.event]
            if checks:
                last = checks[0 if question.guess else -1]  # a guess is taken once
                # A value from the learner's own code comes without certainty.
                asked = question if last.confidence else replace(question, confidence=False)
                state[name] = {
                    "response": last.response,
                    "confidence": last.confidence,
                    "outcome": shown(grade(asked, last.response, last.confidence)),
                    "tries": len(checks),
                    "revealed": any(t.event == "reveal" for t in current),
                    "at": last.at,
                }
            elif not fresh and any(t.event == question.event for t in tries):
                state[name] = {"tries": 0, "edited": True}
        return state

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        """A message from the view.  Whatever arrives, nothing is raised in the learner's face."""
        item = message.get("item") if isinstance(message, dict) else None
        if not isinstance(item, str) or item not in self.questions:
            return
        question = self.questions[item]
        event, response = message.get("event"), message.get("response")
        sure = message.get("confidence")
        sure = sure if isinstance(sure, int) and sure in (1, 2, 3) else None
        known = dict(self.state.get(question.id, {}))
        if event in ("check", "reset") and question.guess and known.get("tries"):
            pass  # a guess is taken once: what stands is said again
        elif event == "check":
            outcome = grade(question, response, sure)
            known |= {"response": response, "confidence": sure, "note": ""}
            known["outcome"] = shown(outcome)
            if outcome.verdict != "unanswered":
                known["tries"] = known.get("tries", 0) + 1
                known |= record(question, question.event, response, outcome, sure)
        elif event == "reveal":
            known["revealed"] = True
            known |= record(question, "reveal")
        elif event == "hint":
            # Nothing on the page changes, so that an earlier verdict is not announced again.
            record(question, "hint")
            return
        elif event == "reset":
            known = {"tries": 0, **record(question, "reset")}
            known.pop("at", None)
        else:
            return
        known["seq"] = message.get("seq")
        self.state = {**self.state, question.id: known}


class Answers(View):
    """Where the learner's answers are kept, how many there are, and a way to erase them."""

    def __init__(self) -> None:
        self.twin_html = as_twin(element("p", STRINGS["erase_live"]))
        self.twin_text = STRINGS["erase_title"]
        super().__init__(content={"panel": "answers"}, state=progress.summary())
        if delivery.is_on():
            self.strings = {**self.strings, **CAMPUS}
        self._lease = Lease()
        self.on_msg(self._received)

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        message = message if isinstance(message, dict) else {}
        event, name = message.get("event"), message.get("ask")
        if event == "count":
            self.state = progress.summary()
        elif event == "ready" and self._lease.give(name):
            self.send({"event": "ready", "ask": name})
        elif event == "erase":
            self.state = {**self._erased(name), "ask": name}

    def _erased(self, name: Any) -> dict[str, Any]:
        """Erase, unless the order comes too late for what the page has said meanwhile."""
        if not self._lease.take(name):
            return {**progress.summary(), "erased": False}
        try:
            progress.erase()
        except progress.RecordError as error:
            return {**progress.summary(), "note": str(error)}
        return {**progress.summary(), "erased": True}


_NOTHING = object()
_LIKE_AN_ID = re.compile(r"\d\d-")


def ask(*ids: Any, title: str = "", value: Any = _NOTHING) -> Any:
    """Show one question, or several as a set with a heading and a score.

    ``ask("05-permanent-bases")`` shows one; ``ask("05-a", "05-b", title="Check")`` a set.
    ``ask("05-mean-strength", 2.1)`` grades a value that your own code has computed: a
    number, a column of a table, a text, a list.  An id that does not exist, or a bank with
    faults, shows a message instead.
    """
    names: Sequence[Any] = ids
    if value is _NOTHING and len(names) == 2 and not isinstance(names[1], str):
        names, value = names[:1], names[1]
    questions, problems = find(names)
    if problems and value is _NOTHING and len(names) == 2 and not find(names[:1])[1]:
        # Not an id either: ask("02-basis-of-talks", "SFA") is an answer in words.
        first = find(names[:1])[0][0]
        if first.blank() and not _LIKE_AN_ID.match(names[1]):
            names, value, questions, problems = names[:1], names[1], [first], []
    if problems:
        return Notice(problems)
    for question in questions:
        # The sources of a forecast that a later lesson tells would give its outcome away.
        if not question.told_later:
            cited.use(question.sources)
    if value is not _NOTHING:
        if len(questions) > 1:
            return Notice(["A value answers one question: name only one."])
        return Result(questions[0], value)
    heading = title or (f"{len(questions)} questions" if len(questions) > 1 else "")
    return Quiz(questions, heading)


def find(ids: Sequence[Any]) -> tuple[list[Question], list[str]]:
    """The questions with these ids, or else what is wrong, in plain lines."""
    course = bank.course_bank()
    problems = []
    for name in ids:
        if isinstance(name, str) and name in course.questions:
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
        return [], list(dict.fromkeys(problems))
    return [course.questions[name] for name in dict.fromkeys(ids)], []


def write(name: str) -> Any:
    """A box to write in, with a word count, its rubric and model answers: ``write("05-write")``.

    The text is saved with your answers when you press the button.  A number of a lesson stands
    for the task of that lesson: ``write("05")``.
    """
    name = f"{name}-write" if re.fullmatch(r"\d\d", str(name)) else str(name)
    questions, problems = find([name])
    if not problems and questions[0].event != "write":
        problems = [f'The question {name!r} is not a writing task: show it with ask("{name}").']
    return Notice(problems) if problems else Quiz(questions)


def my_answers() -> Answers:
    """Show where your answers are kept and how many there are, with a button to erase them."""
    return Answers()
