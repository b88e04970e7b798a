"""Which live view a cell of a lesson shows, read from its call without running anything."""

from __future__ import annotations

import re
from typing import Any

from dialogue import bank
from dialogue.charts import stage
from dialogue.course import negotiation
from dialogue.course.anatomy import called
from dialogue.learner import recall
from dialogue.learner.games import SEEDS
from dialogue.page.words import GLOSSARY, STRINGS
from dialogue.questions import Forecast, Question
from dialogue.site import moving
from dialogue.widgets import assessment, glossary, quiz

Data = dict[str, Any]


def item(question: Question, full: Question | None = None) -> Data:
    """One question for a page that keeps the record itself; *full* has the key where it has not."""
    known = full or question
    former = sorted(known.versions - {known.version})
    fixed = {} if known.shuffle else {"shuffle": False}
    return (
        quiz.content(question)
        | fixed
        | {
            "version": known.version,
            "versions": [known.version, *former],
            "was": list(known.was),
            "event": known.event,
        }
    )


def others(stem: str, places: dict[str, Data]) -> list[Data]:
    """The questions of a lesson that no place of its page asks, and a review or a panel may."""
    asked = {
        one["id"] for data in places.values() for one in data.get("content", {}).get("items", ())
    }
    number = stem[:2]
    return [
        item(question)
        for name, question in bank.course_bank().questions.items()
        if recall.lesson_of(question) == number
        and name not in asked
        and (recall.reviewable(question) or isinstance(question, Forecast))
    ]


def _set(questions: list[Question], title: str) -> Data:
    return {
        "view": "quiz",
        "content": {
            "panel": "quiz",
            "title": title,
            "items": [item(question) for question in questions],
        },
    }


def _ask(ids: list[Any], named: dict[str, Any]) -> Data | None:
    questions, problems = quiz.find(ids)
    if problems:
        return None
    many = f"{len(questions)} questions" if len(questions) > 1 else ""
    return _set(questions, named.get("title") or many)


def _write(given: list[Any]) -> Data | None:
    name = str(given[0]) if given else ""
    name = f"{name}-write" if re.fullmatch(r"\d\d", name) else name
    questions, problems = quiz.find([name])
    return None if problems else _set(questions, "")


def _warm_up(given: list[Any]) -> Data | None:
    number = str(given[0]) if given else ""
    return {"view": "warm-up", "number": number, "title": STRINGS["warm_up"]}


def _test(given: list[Any]) -> Data | None:
    name = given[0] if given else ""
    if name not in assessment.TESTS:
        return None
    # The key stays away, as in a notebook: what is kept is marked where the key is.
    items = [item(assessment.without_key(q), q) for q in assessment.questions_of(name)]
    content = {"panel": "quiz", "title": assessment.TESTS[name], "items": items}
    return {"view": "quiz", "content": content, "test": True}


def _glossary(given: list[Any]) -> Data:
    every = glossary.entries()
    if not given:
        return {"view": "glossary", "terms": every, "title": GLOSSARY["title"]}
    shown = [one for wish in given for one in every if glossary.rank(one, str(wish)) == 0]
    names = ", ".join(one["name"] for one in shown)
    return {"view": "glossary", "terms": shown, "title": f"{GLOSSARY['title']}: {names}"}


def _negotiate(given: list[Any], named: dict[str, Any]) -> Data | None:
    wish = dict(zip(("side", "seed"), given, strict=False)) | named
    try:
        side = negotiation.as_side(wish.get("side", "iraq"))
    except ValueError:
        return None
    seed = wish.get("seed", 1)
    if type(seed) is not int or seed not in SEEDS:
        return None
    return {"view": "negotiation-page", "side": side, "seed": seed}


# Panels are asked for with a day that another cell names; here the page has a field for it.
_PANEL = re.compile(r"^(review|my_progress|my_calibration|my_forecasts)\(\w*\)$", re.MULTILINE)


def _panel(name: str) -> Data:
    if name == "review":
        return {"view": "review", "title": STRINGS["review"]}
    return {"view": "panel", "panel": name if name == "my_forecasts" else name.removeprefix("my_")}


def _explore(given: list[Any], named: dict[str, Any]) -> Data | None:
    picture = given[0] if given else ""
    if picture not in moving.MOVING:
        return None
    file = moving.name(picture, moving.fixed(picture, named))
    start = stage(picture, named).settings
    return {
        "view": "explorer-page",
        "file": file,
        "start": {key: start[key] for key in moving.MOVING[picture]},
        "settings": dict(start),
        "job": (picture, moving.fixed(picture, named)),
    }


def place(source: str) -> Data | None:
    """What the live view of a cell needs; None where what was stored has to do."""
    if panel := _PANEL.search(source):
        return _panel(panel[1])
    call = called(source)
    if call is None:
        return None
    name, given, named = call
    match name:
        case "ask":
            return _ask(given, named)
        case "write":
            return _write(given)
        case "warm_up":
            return _warm_up(given)
        case "take_test":
            return _test(given)
        case "my_answers":
            return {"view": "desk"}
        case "glossary":
            return _glossary(given)
        case "explore":
            return _explore(given, named)
        case "negotiate":
            return _negotiate(given, named)
    return None
