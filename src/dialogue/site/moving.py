"""Pictures that move without Python: every setting is drawn beforehand and kept in one file.

What two scenes share (most of a drawing, most rows of a table) is written once: a scene is a list
of places in a table of texts.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from typing import Any

from dialogue.charts import stage
from dialogue.widgets import explorer

Wishes = dict[str, Any]
# Which pictures move, and by which controls; all settings of the others would be too many to
# draw.  A control that is not named stays as the lesson sets it, until Python has come.
MOVING: Mapping[str, tuple[str, ...]] = {
    "troops": ("date",),
    "timeline": ("curtain", "date"),
    "article": ("leave_out_quotes", "paragraph"),
    "parliament": ("members",),
    "waivers": ("date",),
    "raid": ("agree",),
    "actors": ("around",),
    "polls": ("poll",),
    "two-level": ("withdrawal", "pledge"),
    "ladder": ("rung",),
    "oil": ("month",),
    "options": ("seat",),
    "ledger": ("all",),
}


def name(picture: str, fixed: Wishes) -> str:
    """What the file of a picture is called, with what is fixed in it."""
    return "-".join(["scenes", picture, *(f"{key}-{value}" for key, value in fixed.items())])


def fixed(picture: str, settings: Wishes) -> Wishes:
    """Of what a lesson sets, that which the page cannot change."""
    return {key: value for key, value in settings.items() if key not in MOVING[picture]}


def _all(picture: str, given: Wishes) -> tuple[dict[str, list[Any]], dict[str, Wishes]]:
    """Every value of the controls that move, and the settings that each wish leads to."""
    free = MOVING[picture]
    offered: dict[str, list[Any]] = {key: [] for key in free}
    led: dict[str, Wishes] = {}
    wishes: list[Wishes] = [{}]
    while wishes:
        for wish in wishes:
            state = stage(picture, given | wish)
            if wish:
                led[json.dumps(list(wish.values()))] = {k: state.settings[k] for k in free}
            for control in state.controls:
                if control.key in free:
                    known = offered[control.key]
                    known += [value for value in control.values if value not in known]
        every = (dict(zip(free, values, strict=True)) for values in product(*offered.values()))
        wishes = [wish for wish in every if json.dumps(list(wish.values())) not in led]
    return offered, led


class _Texts:
    """A table of texts, each once, and the numbers that stand for them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def runs(self, texts: Iterable[str]) -> list[int]:
        """Numbers as runs: where one begins, and how many follow one another."""
        found: list[int] = []
        for text in texts:
            n = self.number(text)
            if found and found[-2] + found[-1] == n:
                found[-1] += 1
            else:
                found += [n, 1]
        return found


def _packed(scene: dict[str, Any], texts: _Texts) -> dict[str, Any]:
    head, *tags = scene["svg"].split("<")
    tables = [
        [
            texts.number(table["caption"]),
            texts.number(json.dumps(table["columns"], ensure_ascii=False)),
            texts.runs(json.dumps(row, ensure_ascii=False) for row in table["rows"]),
        ]
        for table in scene["tables"]
    ]
    rest = {key: value for key, value in scene.items() if key not in ("svg", "tables")}
    return {
        "svg": texts.runs([head, *(f"<{tag}" for tag in tags)]),
        "tables": tables,
        "rest": texts.number(json.dumps(rest, ensure_ascii=False)),
    }


def scenes(picture: str, given: Wishes) -> dict[str, Any]:
    """Every scene of one picture: see ``moving.js``, which reads it."""
    _, led = _all(picture, given)
    texts, places = _Texts(), dict[str, int]()
    found: list[dict[str, Any]] = []
    free = MOVING[picture]
    for settings in led.values():
        key = json.dumps(list(settings.values()))
        if key in places:
            continue
        state = stage(picture, given | settings)
        places[key] = len(found)
        controls = [
            {
                "key": one.key,
                "label": one.label,
                "kind": one.kind,
                "options": [[label, value] for label, value in one.options],
                "value": settings[one.key],
            }
            for one in state.controls
            if one.key in free
        ]
        kept = (one.row or one.label for one in state.controls if one.key not in free)
        scene = _packed(explorer.shown(state), texts)
        scene["controls"] = texts.number(json.dumps(controls, ensure_ascii=False))
        found.append(scene | {"still": list(dict.fromkeys(kept))})
    at = {wish: places[json.dumps(list(to.values()))] for wish, to in led.items()}
    return {"keys": list(free), "at": at, "texts": list(texts.numbers), "scenes": found}


def _made(job: tuple[str, Wishes]) -> tuple[str, dict[str, Any]]:
    return name(*job), scenes(*job)


class Drawing:
    """The scenes of many pictures, drawn beside other work: as many at a time as there are
    processors."""

    def __init__(self, jobs: Iterable[tuple[str, Wishes]]) -> None:
        every = {name(*job): job for job in jobs}
        # The longest first.
        order = [job for key in MOVING for job in every.values() if job[0] == key]
        self._pool = None
        self._made: Iterable[tuple[str, dict[str, Any]]] = ()
        if order:
            # Not by fork: the library that draws has threads of its own.
            context = multiprocessing.get_context("spawn")
            workers = min(len(order), os.cpu_count() or 1)
            self._pool = ProcessPoolExecutor(workers, mp_context=context)
            self._made = self._pool.map(_made, order)

    def files(self) -> dict[str, dict[str, Any]]:
        """The scenes by the names of their files, when all are there."""
        found = dict(self._made)
        if self._pool:
            self._pool.shutdown()
        return found
