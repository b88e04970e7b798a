"""The course's pictures, each by its name: ``chart("commitments")``.

One module a subject: a function draws its picture, and beside it ``explore_…`` says how the
picture is handled (see ``handling.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialogue.charts import (
    actors,
    article,
    commitments,
    history,
    ledger,
    money,
    options,
    parliament,
    places,
    polls,
    raid,
    two_level,
)
from dialogue.charts.handling import Explorable, State, play
from dialogue.charts.look import Picture
from dialogue.course.faults import nearest

__all__ = ["CHARTS", "EXPLORABLES", "Picture", "chart", "stage"]

CHARTS: dict[str, Callable[..., Picture]] = {
    "actors": actors.actors,
    "article": article.article,
    "commitments": commitments.commitments,
    "forecasts": ledger.forecasts,
    "ledger": ledger.ledger,
    "oil": money.oil,
    "options": options.options,
    "parliament": parliament.parliament,
    "places": places.places,
    "polls": polls.polls,
    "raid": raid.raid,
    "timeline": history.timeline,
    "troops": history.troops,
    "two-level": two_level.two_level,
    "waivers": money.waivers,
}

# The pictures that can be handled.
EXPLORABLES: dict[str, Explorable] = {
    "actors": actors.explore_actors,
    "article": article.explore_article,
    "ladder": commitments.explore_ladder,
    "ledger": ledger.explore_ledger,
    "oil": money.explore_oil,
    "options": options.explore_options,
    "parliament": parliament.explore_parliament,
    "polls": polls.explore_polls,
    "raid": raid.explore_raid,
    "timeline": history.explore_timeline,
    "troops": history.explore_troops,
    "two-level": two_level.explore_two_level,
    "waivers": money.explore_waivers,
}


def chart(name: str, **choices: Any) -> Picture:
    """Draw one of the course's pictures, such as ``chart("commitments")``.

    Some pictures take choices, such as a date; the function that draws one says which.
    Raises ``KeyError`` with the nearest names when there is no such picture.
    """
    if name not in CHARTS:
        near = nearest(name, CHARTS, 3, cutoff=0.3) or sorted(CHARTS)
        raise KeyError(f"There is no picture {name!r}. Try: {', '.join(near)}.")
    return CHARTS[name](**choices)


def stage(name: str, wishes: Mapping[str, Any]) -> State:
    """The explorable *name* with *wishes* where they can be had and its defaults elsewhere."""
    return play(EXPLORABLES[name], wishes)
