"""The course's pictures, each by its name: ``chart("commitments")``."""

from __future__ import annotations

import importlib
from typing import Any

from dialogue.charts.look import Picture
from dialogue.course.faults import nearest

# Name of the picture: the module that draws it, in a function of the same name.
CHARTS = {
    "actors": "people",
    "article": "article",
    "commitments": "commitments",
    "forecasts": "politics",
    "ledger": "stakes",
    "oil": "money",
    "options": "stakes",
    "parliament": "politics",
    "places": "people",
    "polls": "politics",
    "raid": "people",
    "timeline": "history",
    "troops": "history",
    "two-level": "stakes",
    "waivers": "money",
}

__all__ = ["CHARTS", "Picture", "chart"]


def chart(name: str, **choices: Any) -> Picture:
    """Draw one of the course's pictures, such as ``chart("commitments")``.

    Some pictures take choices, such as a date; the function that draws one says which.
    Raises ``KeyError`` with the nearest names when there is no such picture.
    """
    if name not in CHARTS:
        near = nearest(name, CHARTS, 3, cutoff=0.3) or sorted(CHARTS)
        raise KeyError(f"There is no picture {name!r}. Try: {', '.join(near)}.")
    module = importlib.import_module(f".{CHARTS[name]}", __name__)
    return getattr(module, name.replace("-", "_"))(**choices)
