"""Warm-up, review, progress and calibration in a notebook.

``recall.py`` decides; here the record and the clock are read, and the results are shown.
Progress never changes what nbval compares: whatever a learner sees live, the readable twin
is the same for everybody.  The panels send what they show to the page as messages and keep
none of it in the widget's state, so that nothing about a learner can be saved in a notebook.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from dialogue import bank
from dialogue.course import catalogue, cited, files
from dialogue.course.faults import nearest
from dialogue.course.files import FileFault
from dialogue.learner import progress, recall
from dialogue.page import text
from dialogue.page.html import as_twin, element
from dialogue.page.words import STRINGS
from dialogue.questions import Multiple, Question, Single
from dialogue.questions.model import drawn_order
from dialogue.widgets.base import Notice
from dialogue.widgets.quiz import Quiz, View


def _today() -> date:
    """The learner's day: the only place where the clock is read."""
    return datetime.now().astimezone().date()


def _tries() -> dict[str, list[progress.Attempt]]:
    questions = bank.course_bank().questions
    was = {name: question.was for name, question in questions.items() if question.was}
    return progress.latest(set(questions), was)


def _standings(today: date) -> dict[str, recall.Standing]:
    return recall.standings(bank.course_bank().questions, _tries(), today)


def _places(question: Question, today: date) -> dict[str, list[int]]:
    """Today's order of the options, for the view: responses stay indices in the bank's order."""
    if not isinstance(question, Single | Multiple) or not question.shuffle:
        return {}
    texts = [option.text for option in question.options]
    return {"places": drawn_order(f"{question.id} {today}", texts)}


class _Recall(Quiz):
    """A quiz to be answered from memory: it shows the answers of today, no earlier ones."""

    def __init__(self, questions: Sequence[Question], title: str, today: date, **kwargs: Any):
        self._today = today
        super().__init__(questions, title, **kwargs)
        # Who remembers that the second one was right shall not gain by it.
        items = [
            {**item, **_places(question, today)}
            for item, question in zip(self.content["items"], questions, strict=True)
        ]
        self.content = {**self.content, "items": items}

    def _restore(self) -> dict[str, Any]:
        tries = _tries()
        kept = {}
        for name, known in super()._restore().items():
            own = tries.get(name, ())
            now = [t for t in own if recall.local_day(t.at) == self._today]
            checks = sum(t.event == "check" for t in now)
            if known.get("edited"):
                kept[name] = known
            elif recall.local_day(known.get("at", "")) == self._today:
                shown = any(t.event == "reveal" for t in now)
                tried = min(known["tries"], checks)
                kept[name] = {**known, "tries": tried, "revealed": known["revealed"] and shown}
        return kept


# --- warm-up ---------------------------------------------------------------------------------


def warm_up(lesson: str | int) -> Quiz | Notice:
    """Three questions from earlier lessons, to answer from memory: ``warm_up("05")``.

    Only lessons in which you have answered something are asked about.  What you got wrong
    comes first, then what was right longest ago and least certainly; they stay the same for
    the day.  The reading copy shows everybody the same three.  Answering from memory and spacing it out are the two ways of learning that
    help most (Dunlosky et al. 2013).  *lesson* is a number ("05" or 5) or a file's name
    ("05-round-one"); one that does not exist, or has nothing before it, shows a message.
    """
    number = _lesson_number(lesson)
    if not number:
        known = [one.stem for one in catalogue.lessons()]
        near = nearest(str(lesson), known, cutoff=0.5)
        hint = f' Did you mean "{near[0]}"?' if near else ' Write its number, such as "05".'
        return Notice([f"There is no lesson {lesson!r}.{hint}"])
    course_bank = bank.course_bank()
    fixed = recall.fixed_warm_up(course_bank.questions.values(), number)
    if not fixed:
        faults = [str(fault) for fault in course_bank.faults]
        return Notice([f"No earlier lesson than {number} has questions to warm up with.", *faults])
    # The sources of everybody's questions: what cite() lists must not depend on the record.
    for question in fixed:
        cited.use(question.sources)
    today = _today()
    own = recall.warm_up_set(course_bank.questions, _standings(today), number, today)
    shown = _Recall(own, STRINGS["warm_up"], today, twin_of=fixed)
    if not own:
        shown.content = {**shown.content, "panel": "warm_up"}
    return shown


def _lesson_number(lesson: Any) -> str:
    """The two digits of a lesson of the course, or "" for whatever else was given."""
    if isinstance(lesson, int) and not isinstance(lesson, bool):
        lesson = str(lesson)
    if not isinstance(lesson, str):
        return ""
    number = lesson.strip().split("-")[0]
    return next((one.number for one in catalogue.lessons() if one.called(number)), "")


# --- the day of the exam -----------------------------------------------------------------------


class _NoDay(ValueError):
    """What was given as a target is no day.  One sentence for the learner."""


def _target(target: Any) -> date | None:
    if target is None or target == "":
        return None
    if isinstance(target, datetime):
        return target.date()
    if isinstance(target, date):
        return target
    try:
        return date.fromisoformat(str(target).strip())
    except ValueError:
        raise _NoDay(
            f"{target!r} is not a day that can be read: write year, month and day, "
            'such as review("2026-12-20").'
        ) from None


def _aim(target: date | None, today: date) -> dict[str, Any]:
    """What the gaps are set for, for the view."""
    if target is None:
        return {"aim": "aim_default"}
    return {"aim": "aim_day" if target >= today else "aim_over", "day": target.isoformat()}


# --- what is due ---------------------------------------------------------------------------------


def _fixed_twin(view: View, title: str, words: str) -> None:
    """A readable twin with nothing about the learner: a title, and where the live one is."""
    view.twin_html = as_twin(
        element("p", element("strong", title)),
        element("p", words),
        element("p", element("em", STRINGS["panel_live"])),
        apart="\n",
    )
    view.twin_text = f"{title}\n{words}\n{STRINGS['panel_live']}"


class Due(_Recall):
    """The questions that are due today, and how many come on the next days."""

    def __init__(self, plan: recall.Queue, target: date | None, today: date) -> None:
        super().__init__(plan.today, STRINGS["review"], today, twin_of=())
        _fixed_twin(self, STRINGS["review"], STRINGS["review_about"])
        self.content = {
            **self.content,
            "panel": "review",
            "plan": {
                "days": [[day.isoformat(), count] for day, count in plan.days],
                "done": plan.done,
                "waiting": plan.waiting,
                "most": recall.MOST_A_DAY,
                **_aim(target, today),
            },
        }


def review(target: str | date | None = None) -> Due | Notice:
    """The questions that are due today: ``review()``, or ``review("2026-12-20")``.

    *target* is the day up to which you want to remember, such as the day of an exam: year,
    month, day.  No gap is then longer than is good for that day (Cepeda et al. 2008; see
    ``dialogue.learner.recall``).  Without it the gaps grow: 3 days, 8, 20, 50 and on.  What was
    missed, or wrong although you were sure, comes back the next day.  Only the core questions
    of a lesson come back, at most twelve a day.

    The day is an argument and not a setting kept elsewhere: it stands where you see it,
    works for a copied notebook, and there is no second file to lose.
    """
    try:
        day = _target(target)
    except _NoDay as problem:
        return Notice([str(problem)])
    today = _today()
    return Due(recall.queue(_standings(today), today, day), day, today)


# --- progress and calibration --------------------------------------------------------------------


class Panel(View):
    """A view that asks for what it shows each time it is drawn, and keeps none of it."""

    def __init__(self, panel: str, target: date | None = None) -> None:
        self._target = target
        _fixed_twin(self, STRINGS[panel], STRINGS[f"{panel}_about"])
        super().__init__(content={"panel": panel})
        self.on_msg(self._received)

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        if isinstance(message, dict) and message.get("event") == "show":
            self.send({"event": "shown", **self.shown()})

    def shown(self) -> dict[str, Any]:
        """What the view draws, read from the record now."""
        raise NotImplementedError


def _lesson(number: str) -> dict[str, Any]:
    """A lesson as the view names it; ``file`` is empty while it is only planned."""
    for lesson in catalogue.lessons():
        if lesson.number == number:
            return {
                "number": number,
                "title": lesson.title,
                "file": lesson.path.name if lesson.written else "",
            }
    return {"number": number, "title": "", "file": ""}


class Progress(Panel):
    """Progress by objective, with one suggested next step."""

    def shown(self) -> dict[str, Any]:
        today, lessons = _today(), catalogue.lessons()
        standings = _standings(today)
        found = recall.objectives(standings, lessons)
        step = recall.next_step(standings, lessons, today, self._target)
        return {
            "step": {
                "kind": step.kind,
                "count": step.count,
                "lesson": _lesson(step.lesson) if step.lesson else None,
                "question": text.inline(step.question.ask) if step.question else [],
                "objective": step.objective.label if step.objective else "",
                "day": step.day.isoformat() if step.day else "",
            },
            "lessons": [
                {
                    **_lesson(number),
                    "objectives": [
                        {
                            "label": one.label,
                            "words": text.inline(one.words),
                            "state": one.state,
                            "questions": one.questions,
                            "tried": one.tried,
                            "right": one.right,
                        }
                        for one in found
                        if one.lesson == number
                    ],
                }
                for number in dict.fromkeys(one.lesson for one in found)
            ],
        }


class Calibration(Panel):
    """How well certainty and probabilities fit, and what was wrong although it felt sure."""

    def shown(self) -> dict[str, Any]:
        course_bank, tries, today = bank.course_bank(), _tries(), _today()
        standings = recall.standings(course_bank.questions, tries, today)
        forecasts = recall.forecasts(course_bank.questions, tries)
        return {
            "enough": recall.ENOUGH,
            "enough_forecasts": recall.ENOUGH_FORECASTS,
            "levels": [
                {
                    "n": level.certainty,
                    "answers": level.answers,
                    "right": level.right,
                    "share": level.share,
                    "low": level.low,
                    "high": level.high,
                    "judgement": level.judgement,
                }
                for level in recall.certainty(standings)
            ],
            "forecasts": {
                "count": forecasts.count,
                "brier": forecasts.brier,
                "bands": [
                    {
                        "low": band.low,
                        "high": band.high,
                        "forecasts": band.forecasts,
                        "happened": band.happened,
                        "mean": band.mean,
                    }
                    for band in forecasts.bands
                ],
            },
            "mistakes": [
                {
                    "question": text.inline(one.question.ask),
                    "lesson": _lesson(recall.lesson_of(one.question)),
                    "day": one.day.isoformat(),
                }
                for one in recall.confident_mistakes(standings)
            ],
        }


class GivenForecasts(Panel):
    """Every forecast that was given, with what came where that may be told."""

    def shown(self) -> dict[str, Any]:
        given = recall.given_forecasts(bank.course_bank().questions, _tries())
        return {
            "forecasts": [
                {
                    "question": text.inline(one.question.ask),
                    "chance": round(one.chance),
                    "came": {True: "happened", False: "happened_not", None: ""}[one.happened],
                    "opens": _lesson(one.told_in) if one.told_in else None,
                    "resolves": one.question.resolves,
                }
                for one in given
            ]
        }


def my_forecasts() -> GivenForecasts:
    """Show each forecast with the first probability that you gave, and what came."""
    return GivenForecasts("my_forecasts")


def my_progress(target: str | date | None = None) -> Progress | Notice:
    """Show each objective as not tried, shaky or solid, and one suggested next step.

    *target* is the day that :func:`review` was given, if any.
    """
    try:
        return Progress("progress", _target(target))
    except _NoDay as problem:
        return Notice([str(problem)])


def my_calibration() -> Calibration:
    """Show how well your certainty fits: after 20 answers, as a picture, in words, as a table.

    Certainty levels and the probabilities of forecasts stand apart.  Below them: what was
    wrong although you were sure, which is worth looking at first.
    """
    return Calibration("calibration")


# --- the calendar ----------------------------------------------------------------------------------


def review_calendar(
    file: str | os.PathLike[str], target: str | date | None = None, days: int = 28
) -> Notice:
    """Write the reviews of the next days to *file* for a calendar program (iCalendar, .ics).

    One entry of a whole day for each day with reviews, with their number only: no question
    and no answer.  Format: RFC 5545.  A file that exists already is left alone.  *target* is
    as for :func:`review`; *days* is how far the calendar reaches, today included.
    """
    try:
        day = _target(target)
    except _NoDay as problem:
        return Notice([str(problem)])
    today = _today()
    plan = recall.queue(_standings(today), today, day, max(1, min(int(days), 366)))
    due = [(when, count) for when, count in plan.days if count]
    if not due:
        return Notice(["Nothing is due in that time, so no calendar was written."])
    path = Path(os.path.expanduser(file))
    if os.path.lexists(path):
        return Notice([f"{file} exists already: name another file."])
    try:
        files.write(path, _calendar(due))
    except FileFault as fault:
        return Notice([f"{file}: {fault.message}; {fault.remedy}."])
    entries = "1 day" if len(due) == 1 else f"{len(due)} days"
    return Notice([f"Reviews on {entries} written to {file}. Open it with your calendar."])


def _calendar(due: Sequence[tuple[date, int]]) -> str:
    stamp = f"{due[0][0]:%Y%m%d}T000000Z"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//US-Iraq Dialogue course//Review//EN"]
    for day, count in due:
        lines += [
            "BEGIN:VEVENT",
            f"UID:review-{day:%Y%m%d}@us-iraq-dialogue",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:Review: {count} question{'' if count == 1 else 's'} due",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])
