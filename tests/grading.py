"""One small question of each kind, and responses with the verdict that both graders must give.

``grading-vectors.json`` holds the responses: Python and the script in the page run the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dialogue.questions import (
    Band,
    Classify,
    Cloze,
    Criterion,
    Essay,
    Event,
    Evidence,
    Extra,
    Forecast,
    Gap,
    Match,
    Mistake,
    Model,
    Multiple,
    Near,
    Numeric,
    Option,
    Order,
    Pair,
    Question,
    Reference,
    Short,
    Single,
    Slip,
    Statement,
)


def _options(right: str, texts: str = "abc") -> tuple[Option, ...]:
    return tuple(Option(t, f"s{t}", t in right) for t in texts)


_ABCD = _options("ac", "abcd")
_REST = ("x", "y y", "z")


def _statement(text: str, label: str) -> Statement:
    return Statement(text, label, tuple((o, f"{text}{o[0]}") for o in _REST if o != label))


_FORECAST: dict[str, Any] = {
    "ask": "?",
    "resolves": "2020-07-31",
    "reference": (Reference("coin", 50),),
    "bands": (Band(0, 30, "low"), Band(31, 60, "middle"), Band(61, 100, "high")),
}

ITEMS: dict[str, Question] = {
    q.id: q
    for q in (
        Single(id="single", ask="?", options=_options("b")),
        Single(id="sure", ask="?", options=_options("b"), confidence=True),
        Single(id="guess", ask="?", options=_options("b"), use="guess"),
        Single(
            id="vote", ask="?", options=_options(""), use="vote", contested=True, confidence=True
        ),
        Essay(
            id="essay",
            ask="?",
            words="20-30",
            rubric=(
                Criterion("Claim", ("precise", "clear", "none")),
                Criterion("Task", ("y", "n")),
            ),
            models=(Model("Strong", "m1", "w1"), Model("Weak", "m2")),
        ),
        Single(id="class-vote", ask="?", options=_options("b"), use="vote"),
        Multiple(id="guess-several", ask="?", options=_ABCD, use="guess", confidence=True),
        Numeric(id="guess-number", ask="?", answer=3.0, near=(Near(9.0, "n"),), use="guess"),
        Multiple(id="multiple", ask="?", options=_ABCD),
        Multiple(id="sure-multiple", ask="?", options=_ABCD, confidence=True),
        Numeric(
            id="numeric",
            ask="?",
            answer=12.5,
            tolerance=0.3,
            unit="%",
            near=(Near(24.8, "n1"), Near(0.125, "n2")),
        ),
        Numeric(id="exact", ask="?", answer=1423.0, unit="million dollars"),
        Numeric(id="tenth", ask="?", answer=0.3, tolerance=0.1, near=(Near(-0.3, "sign"),)),
        Numeric(id="column", ask="?", answer=0.0, values=(1.0, 2.5, -3.0), tolerance=0.1),
        Classify(
            id="classify",
            ask="?",
            labels=_REST,
            statements=(_statement("1", "x"), _statement("2", "y y"), _statement("3", "x")),
        ),
        Order(
            id="order",
            ask="?",
            events=(Event("p", "2020"), Event("q", "2020"), Event("r", "2021"), Event("s")),
            mistakes=(Mistake(2, 0, "r first"), Mistake(3, 2, "s first")),
        ),
        Match(
            id="match",
            ask="?",
            pairs=(Pair("l1", "r1", "p1"), Pair("l2", "r2", "p2", (("r1", "not r1"),))),
            extra=(Extra("e1", "left over"), Extra("e2")),
        ),
        Match(id="twins", ask="?", pairs=(Pair("l1", "r", "p1"), Pair("l2", "r", "p2"))),
        Short(
            id="short",
            ask="?",
            accept=("Kata'ib Hezbollah", "KH", "كتائب حزب الله", "the 2008 Agreement"),
            wrong=(Slip("Hezbollah", "w1"), Slip("SOFA", "w2")),
            forgiving=True,
        ),
        Short(
            id="strict",
            ask="?",
            accept=("Strategic Framework Agreement", "SFA"),
            wrong=(Slip("SOFA", "w"),),
        ),
        Short(
            id="tie",
            ask="?",
            accept=("abcdef", "الله", "القلب"),
            wrong=(Slip("abcdeg", "w"),),
            forgiving=True,
        ),
        Cloze(
            id="cloze",
            ask="In [[1]] the [[2]] of [[3]].",
            gaps=(
                Gap(accept=("June", "the 6th month"), wrong=(Slip("July", "w1"),), say="s1"),
                Gap(accept=("raid",), wrong=(Slip("talks", "w2"), Slip("Raid", "w3")), choose=True),
                Gap(number="12.5", tolerance=0.5, say="s3"),
            ),
        ),
        Evidence(id="evidence", ask="?", options=_options("b")),
        Forecast(id="forecast", happened=False, **_FORECAST),
        Forecast(id="happened", happened=True, **_FORECAST),
        Forecast(id="later", happened=False, opens="11", **_FORECAST),
        Forecast(id="unknown", happened=None, **_FORECAST),
    )
}

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "grading-vectors.json").read_text(encoding="utf-8")
)
