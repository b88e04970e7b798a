"""Learners made at random, and what the rules of review say of them.

``recall-vectors.json`` holds both: learner/recall.py and site/static/recall.js must agree with it.
To write it anew after a rule has changed: ``PYTHONPATH=tests python tests/recall_vectors.py``.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dialogue.course.catalogue import Lesson
from dialogue.learner import recall
from dialogue.learner.progress import Attempt
from dialogue.questions import Forecast, Option, Question, Single

FILE = Path(__file__).parent / "recall-vectors.json"
ZONE = ZoneInfo("Asia/Baghdad")  # the days of a learner are not those of UTC
TODAY = date(2026, 11, 27)
MOST_OF_A_KIND = 8
LESSONS = [
    Lesson(f"{n:02}-x", f"L{n}", 50, True, {f"{n:02}-{k}": f"o{k}" for k in (1, 2)})
    for n in range(8)
]


def questions() -> dict[str, Question]:
    """A small course: some lessons mark core questions, one does not; forecasts; a graded one."""
    options = (Option("a", "s", True), Option("b", "t", False))
    found: list[Question] = []
    for n in range(8):
        for k in range(6):
            found.append(
                Single(
                    id=f"{n:02}-q{k}",
                    ask="?",
                    objective=f"{n:02}-{k % 2 + 1}" if k < 5 else "",
                    level="remember" if k == 1 else "apply",
                    core=n != 3 and k in (0, 1, 2),
                    status="draft" if k == 5 and n == 4 else "",
                    use="graded" if k == 5 and n == 5 else "learn",
                    was=("00-old",) if (n, k) == (2, 0) else (),
                    options=options,
                )
            )
        common: dict[str, Any] = {
            "ask": "?",
            "resolves": "2021-01-01",
            "bands": (),
            "reference": (),
        }
        found.append(Forecast(id=f"{n:02}-f", happened=[True, False, None][n % 3], **common))
        if n == 6:
            found.append(Forecast(id="06-g", happened=True, opens="07", **common))
    return {question.id: question for question in found}


QUESTIONS = questions()


def learner(draw: random.Random, most: int) -> dict[str, list[Attempt]]:
    """Attempts over some months, with a clock that runs ahead now and then."""
    found: dict[str, list[Attempt]] = {}
    for name in draw.sample(sorted(QUESTIONS), draw.randrange(0, most)):
        question = QUESTIONS[name]
        time = datetime(2026, 8, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(150_000))
        tries = []
        for _ in range(draw.randrange(1, 8)):
            time += timedelta(minutes=draw.choice([1, 5, 300, 1_440, 2_900, 9_000, 14_000, 40_000]))
            at = time.isoformat(timespec="seconds")
            if draw.random() < 0.05:
                at = draw.choice(["", "yesterday", "2031-01-01T00:00:00+00:00"])
            event = draw.choices(["check", "reveal", "hint", "reset"], [8, 1, 1, 1])[0]
            forecast = isinstance(question, Forecast)
            verdict = (
                draw.choices(["right", "wrong", "partly", "kept"], [7, 4, 1, 1])[0]
                if event == "check"
                else ""
            )
            tries.append(
                Attempt(
                    name,
                    draw.choices([question.version, "older"], [14, 1])[0],
                    event,
                    draw.choice([0, 35, "70 %", "100", "x"]) if forecast else 0,
                    "logged" if forecast and event == "check" else verdict,
                    at=at,
                    confidence=draw.choice([None, 1, 2, 3]) if event == "check" else None,
                )
            )
        found[name] = tries
    return found


def diligent(draw: random.Random) -> dict[str, list[Attempt]]:
    """Somebody with whom nothing is due: all right, a day or two ago."""
    found = {}
    for name, question in QUESTIONS.items():
        time = datetime(2026, 11, 25, 9, tzinfo=UTC) + timedelta(hours=draw.randrange(40))
        at = time.isoformat(timespec="seconds")
        right = Attempt(name, question.version, "check", 0, "right", at=at, confidence=3)
        found[name] = [right]
    return found


def told(tries: dict[str, list[Attempt]], target: date | None) -> dict[str, Any]:
    """What Python's rules say, in plain values."""
    all_standings = recall.standings(QUESTIONS, tries, TODAY, ZONE)
    queue = recall.queue(all_standings, TODAY, target)
    step = recall.next_step(all_standings, LESSONS, TODAY, target)
    given = recall.given_forecasts(QUESTIONS, tries)
    settled = recall.forecasts(QUESTIONS, tries)
    return {
        "queue": {
            "today": [q.id for q in queue.today],
            "done": queue.done,
            "waiting": queue.waiting,
            "days": [[day.isoformat(), n] for day, n in queue.days],
        },
        "due": {
            name: due.isoformat()
            for name, one in all_standings.items()
            if (due := recall.due_day(one, target, TODAY))
        },
        "warm_up": {
            one.number: [
                q.id for q in recall.warm_up_set(QUESTIONS, all_standings, one.number, TODAY)
            ]
            for one in LESSONS
        },
        "objectives": [
            [o.label, o.lesson, o.questions, o.tried, o.right, o.state]
            for o in recall.objectives(all_standings, LESSONS)
        ],
        "step": {
            "kind": step.kind,
            "count": step.count,
            "question": step.question.id if step.question else "",
            "objective": step.objective.label if step.objective else "",
            "lesson": step.lesson,
            "day": step.day.isoformat() if step.day else "",
        },
        "levels": [
            [one.certainty, one.answers, one.right, one.judgement]
            for one in recall.certainty(all_standings)
        ],
        "mistakes": [
            [one.question.id, one.day.isoformat()]
            for one in recall.confident_mistakes(all_standings)
        ],
        "given": [[g.question.id, g.chance, g.happened, g.told_in] for g in given],
        "settled": [
            settled.count,
            settled.brier,
            [[b.low, b.high, b.forecasts, b.happened, b.mean] for b in settled.bands],
        ],
    }


def course() -> dict[str, Any]:
    """The rows and the fixed orders that the page is given: see site/index.py."""
    from dialogue.site import index

    every = list(QUESTIONS.values())
    return {
        "rows": [index.row(question) for question in every],
        "warm": {one.number: index.warm(every, one.number) for one in LESSONS},
    }


def vectors() -> list[dict[str, Any]]:
    draw = random.Random(2020)
    found = []
    kinds: Counter[str] = Counter()
    for n in range(900):
        tries = diligent(draw) if n < 2 else learner(draw, [3, 8, 30][n % 3])
        target = draw.choice([None, TODAY + timedelta(days=draw.randrange(-5, 90))])
        expect = told(tries, target)
        kind = expect["step"]["kind"]
        if kinds[kind] == MOST_OF_A_KIND:  # enough learners with whom the same comes next
            continue
        kinds[kind] += 1
        plain = {
            name: [
                {"version": t.version, "event": t.event, "response": t.response}
                | {"verdict": t.verdict, "at": t.at, "confidence": t.confidence}
                for t in own
            ]
            for name, own in tries.items()
        }
        found.append(
            {
                "tries": plain,
                "target": target.isoformat() if target else None,
                "expect": expect,
            }
        )
    return found


def read(tries: dict[str, list[dict[str, Any]]]) -> dict[str, list[Attempt]]:
    empty = Attempt("", "", "")
    return {name: [replace(empty, item=name, **one) for one in own] for name, own in tries.items()}


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in vectors())
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
