"""What the page must know of every question to say what is due and where the learner stands."""

from __future__ import annotations

from typing import Any

from dialogue import bank
from dialogue.course import catalogue
from dialogue.learner import desk, recall
from dialogue.page import text
from dialogue.questions import Forecast, Question


def row(question: Question) -> dict[str, Any]:
    """One question without its words, for the rules of review."""
    told: dict[str, Any] = {
        "id": question.id,
        "lesson": recall.lesson_of(question),
        "objective": question.objective,
        "versions": sorted(question.versions),
        "was": list(question.was),
        "review": recall.reviewable(question),
        "core": question.core,
        "graded": question.use == "graded",
    }
    if isinstance(question, Forecast) and question.status != "draft":
        told |= {
            "happened": question.happened,
            "opens": question.opens,
            "resolves": question.resolves,
            "forecast": True,
        }
    # What is empty or false need not be said, but for what did not happen.
    said = {name: value for name, value in told.items() if value not in ("", [], False, None)}
    return said | ({"happened": False} if told.get("happened") is False else {})


def warm(every: list[Question], number: str) -> dict[str, list[str]]:
    """What the warm-up of a lesson may ask, in its fixed order; first the three of a new learner."""
    return {
        "fixed": [question.id for question in recall.fixed_warm_up(every, number)],
        "pool": [question.id for question in recall.earlier_questions(every, number)],
    }


def questions() -> dict[str, Any]:
    """Every question without its words, the lessons, and what their warm-ups may ask."""
    known = bank.course_bank().questions
    lessons = [one for one in catalogue.lessons() if one.written]
    every = list(known.values())
    return {
        "ids": [name for name, question in known.items() if question.status != "draft"],
        "rows": [row(question) for question in every],
        "lessons": [
            {
                "number": one.number,
                "stem": one.stem,
                "title": one.title,
                "counted": [question.id for question in desk.counted(one)],
                "objectives": {
                    label: text.inline(said) for label, said in sorted(one.objectives.items())
                },
            }
            for one in lessons
        ],
        "warm": {one.number: warm(every, one.number) for one in lessons},
    }
