"""The small package behind the notebooks.

A lesson needs four names, ``from dialogue import ask, chart, cite, load``, and reaches for
nothing that is not named here: what stands in ``_HOME`` is what a notebook may import.
The names are imported only when asked for, so that ``import dialogue`` stays instant and
nothing loads pandas, Altair or the widget machinery before a cell uses it.
"""

from __future__ import annotations

import importlib

# A Ctrl+C within these lines is one that no command can take, so nothing else is imported here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HOME = {
    "ask": "dialogue.widgets.quiz",
    "author": "dialogue.widgets.form",
    "chart": "dialogue.charts",
    "cite": "dialogue.widgets.references",
    "course_map": "dialogue.widgets.maps",
    "dictionary": "dialogue.course.tables",
    "draw": "dialogue.charts.look",
    "explore": "dialogue.widgets.explorer",
    "gain": "dialogue.widgets.assessment",
    "game_texts": "dialogue.course.negotiation",
    "glossary": "dialogue.widgets.glossary",
    "hand_in": "dialogue.widgets.hand_in",
    "load": "dialogue.course.tables",
    "my_answers": "dialogue.widgets.quiz",
    "my_calibration": "dialogue.widgets.panels",
    "my_forecasts": "dialogue.widgets.panels",
    "my_page": "dialogue.widgets.hand_in",
    "my_progress": "dialogue.widgets.panels",
    "my_test_result": "dialogue.widgets.assessment",
    "negotiate": "dialogue.widgets.negotiation",
    "option_marks": "dialogue.charts.options",
    "projector": "dialogue.widgets.projector",
    "review": "dialogue.widgets.panels",
    "review_calendar": "dialogue.widgets.panels",
    "routes": "dialogue.widgets.maps",
    "settled_forecasts": "dialogue.charts.ledger",
    "take_test": "dialogue.widgets.assessment",
    "supplement": "dialogue.widgets.supplements",
    "warm_up": "dialogue.widgets.panels",
    "write": "dialogue.widgets.quiz",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'dialogue' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
