"""The small package behind the notebooks.

A lesson needs four names: ``from dialogue import ask, chart, cite, load``.
They are imported only when asked for, so that ``import dialogue`` stays instant and
nothing loads pandas, Altair or the widget machinery before a cell uses it.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "ask": "dialogue.quiz",
    "author": "dialogue.form",
    "chart": "dialogue.charts",
    "cite": "dialogue.sources",
    "course_map": "dialogue.course",
    "dictionary": "dialogue.tables",
    "explore": "dialogue.explorer",
    "gain": "dialogue.assessment",
    "glossary": "dialogue.glossary_panel",
    "hand_in": "dialogue.results.handin",
    "load": "dialogue.tables",
    "my_answers": "dialogue.quiz",
    "my_calibration": "dialogue.panels",
    "my_progress": "dialogue.panels",
    "my_test_result": "dialogue.assessment",
    "negotiate": "dialogue.simulation",
    "review": "dialogue.panels",
    "review_calendar": "dialogue.panels",
    "routes": "dialogue.course",
    "take_test": "dialogue.assessment",
    "supplement": "dialogue.overlay",
    "warm_up": "dialogue.panels",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'dialogue' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
