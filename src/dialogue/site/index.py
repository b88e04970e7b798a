"""What the page must know of every question to say what is due and where the learner stands."""

from __future__ import annotations

from typing import Any

from dialogue import bank
from dialogue.course import catalogue
from dialogue.learner import recall
from dialogue.page import text
from dialogue.questions import Forecast, Question


def _row(question: Question, core: frozenset[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": question.id,
        "lesson": recall.lesson_of(question),
        "objective": question.objective,
        "versions": sorted(question.versions),
        "was": list(question.was),
        "review": recall.reviewable(question),
        "core": question.id in core,
        "graded": question.use == "graded",
    }
    if isinstance(question, Forecast) and question.status != "draft":
        row |= {
            "happened": question.happened,
            "opens": question.opens,
            "resolves": question.resolves,
            "forecast": True,
        }
    # What is empty or false need not be said.
    return {name: value for name, value in row.items() if value not in ("", [], False, None)} | (
        {"happened": False} if row.get("happened") is False else {}
    )


def questions() -> dict[str, Any]:
    """Every question without its words, the lessons, and what their warm-ups may ask."""
    known = bank.course_bank().questions
    lessons = [one for one in catalogue.lessons() if one.written]
    every = list(known.values())
    core = recall.core(every)
    return {
        "ids": [name for name, question in known.items() if question.status != "draft"],
        "rows": [_row(question, core) for question in every if question.status != "draft"],
        "lessons": [
            {
                "number": one.number,
                "stem": one.stem,
                "title": one.title,
                "objectives": {
                    label: text.inline(said) for label, said in sorted(one.objectives.items())
                },
            }
            for one in lessons
        ],
        "warm": {
            one.number: {
                "fixed": [q.id for q in recall.fixed_warm_up(every, one.number)],
                "pool": [q.id for q in recall.earlier_questions(every, one.number)],
            }
            for one in lessons
        },
    }
