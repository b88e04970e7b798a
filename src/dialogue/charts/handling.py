"""What a picture that can be handled is made of: controls, a scene for each setting, and words.

An explorable is a generator: it yields one :class:`Control` after another, is sent the value
that holds for it, and returns the :class:`Scene`.  What a control offers may so depend on those
before it (the undertakings of the chosen party, say).  No widget is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from dialogue.charts.look import Picture, in_words
from dialogue.course import sources
from dialogue.course.tables import load

if TYPE_CHECKING:
    import pandas as pd


Handle = Literal["slider", "menu", "buttons", "tick"]


@dataclass(frozen=True)
class Control:
    """One thing that a learner can set.

    Controls that follow each other with the same *row* stand side by side under its name.
    """

    key: str
    label: str
    kind: Handle
    options: tuple[tuple[str, Any], ...]
    default: Any
    row: str = ""

    @property
    def values(self) -> list[Any]:
        """Every value that can be set, in order."""
        return [value for _, value in self.options]

    def read(self, wish: Any) -> Any:
        """The value that *wish* means, be it a value or a label, in any letter case.

        Raises ``ValueError`` when it means none of them.
        """
        for label, value in self.options:
            if type(wish) is type(value) and wish == value:
                return value
            if str(wish).casefold() in {label.casefold(), str(value).casefold()}:
                return value
        raise ValueError(wish)


@dataclass(frozen=True)
class Scene:
    """A picture with what is said under it, for one setting of the controls.

    *tables* are further tables, each with its caption, to stand after that of the picture.
    With *list_only* the tables take the picture's place.
    """

    picture: Picture
    words: str
    tables: tuple[tuple[str, pd.DataFrame], ...] = ()
    list_only: bool = False


@dataclass(frozen=True)
class State:
    """An explorable at one setting."""

    controls: tuple[Control, ...]
    settings: Mapping[str, Any]
    scene: Scene = field(repr=False)


Steps = Generator[Control, Any, Scene]
Explorable = Callable[[Mapping[str, Any]], Steps]


def play(explorable: Explorable, wishes: Mapping[str, Any]) -> State:
    """An explorable with *wishes* where they can be had and its defaults elsewhere."""
    steps = explorable(wishes)
    controls: list[Control] = []
    settings: dict[str, Any] = {}
    answer = None
    while True:
        try:
            control = steps.send(answer)
        except StopIteration as end:
            return State(tuple(controls), settings, end.value)
        try:
            answer = control.read(wishes[control.key])
        except (KeyError, ValueError):
            answer = control.default
        controls.append(control)
        settings[control.key] = answer


# --- controls that several pictures have -----------------------------------------------------


def tick(key: str, label: str, default: bool) -> Control:
    """A control that is on or off."""
    return Control(key, label, "tick", (("no", False), ("yes", True)), default)


def number_slider(key: str, label: str, stops: Any, default: Any, unit: str = "") -> Control:
    """A slider over numbers, each shown with its unit."""
    options = tuple((f"{n:,} {unit}".strip(), n) for n in stops)
    return Control(key, label, "slider", options, default)


def is_day(text: Any) -> bool:
    try:
        date.fromisoformat(str(text))
    except ValueError:
        return False
    return len(str(text)) == 10


def day_slider(key: str, label: str, days: set[str], wish: Any, default: str) -> Control:
    """A slider over days on which something changes, and the day that is wished for."""
    first, last = min(days), max(days)
    if is_day(wish) and first <= wish <= last:
        days = {*days, str(wish)}
    stops = tuple((in_words(day), day) for day in sorted(days))
    return Control(
        key, label, "slider", stops, default if default in {d for _, d in stops} else first
    )


def meeting_day() -> str:
    """The day of the round that the article tells of, where a slider over days begins."""
    return str(load("rounds").set_index("session_id").loc["R01", "date"])


# --- words ---------------------------------------------------------------------------------


def how_many(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def listed(parts: list[str], last: str = "and") -> str:
    return (
        f" {last} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
    )


def in_short(source_id: str) -> str:
    """A source in a few words: who published it, when, and its id for ``cite``."""
    row = sources.bibliography().get(source_id)
    return f"{row['publisher']}, {row['date'][:4] or 'no date'}" if row else source_id
