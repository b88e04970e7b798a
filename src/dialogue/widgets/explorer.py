"""Pictures to handle in a live notebook, and their readable twins: ``explore("troops")``.

The controls are plain ipywidgets.  Picture, words and tables stand in one view of our own
(``explorer.js``) and not in an Output: there they can change one by one without flicker, the
words stay one live region that screen readers announce, the picture is one image with one
description, the tables have captions, and keys stay with the control that has the focus.
What can be set, and what is drawn and said for it, each picture's module in ``charts`` says.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any, assert_never

import ipywidgets
import traitlets

from dialogue.charts import EXPLORABLES, stage
from dialogue.charts.handling import Control, State
from dialogue.charts.look import table_html
from dialogue.course.faults import nearest
from dialogue.page.html import Html, as_twin, details, element
from dialogue.page.words import EXPLORER as WORDS
from dialogue.widgets import scripts
from dialogue.widgets.base import Notice, Twinned, View


class _Stage(View):
    """What stands under the controls: the picture, the words, the tables."""

    _esm = scripts.script("explorer")
    _css = scripts.style("explorer")
    scene = traitlets.Dict().tag(sync=True)


class Explorer(Twinned, ipywidgets.VBox):
    """Controls with a picture that follows them.  ``controls`` holds them by key."""

    def __init__(self, name: str, state: State) -> None:
        self.name = name
        self._redrawing = False
        self.twin_html = _twin_html(state)
        self.twin_text = _twin_text(name, state)
        self._stage = _Stage(scene=shown(state), strings=WORDS)
        self.controls = {control.key: _widget(control, state) for control in state.controls}
        super().__init__([*self._laid_out(state), self._stage])
        self.add_class("dialogue-explore")
        for widget in self.controls.values():
            widget.observe(self._moved, "value")

    def _laid_out(self, state: State) -> Iterator[ipywidgets.Widget]:
        """The controls one below the other; those of one row side by side under its name."""
        for row, controls in groupby(state.controls, lambda control: control.row):
            widgets = [self.controls[control.key] for control in controls]
            if row:
                yield ipywidgets.Label(row, layout={"margin": "0.6rem 0 0"})
                yield ipywidgets.HBox(widgets, layout={"flex_flow": "row wrap"})
            else:
                yield from widgets

    @property
    def words(self) -> str:
        """The sentence under the picture."""
        return str(self._stage.scene["words"])

    def _moved(self, _change: Any) -> None:
        """A control was moved.  Whatever happens, nothing is raised in the learner's face."""
        if self._redrawing:
            return
        self._redrawing = True
        try:
            wishes = {key: widget.value for key, widget in self.controls.items()}
            state, scene = step(self.name, wishes)
            for control in state.controls:
                _adjust(self.controls[control.key], control, state.settings[control.key])
            self._stage.scene = scene
        except Exception:  # a setting that no test thought of must not end the lesson
            self._stage.scene = {**self._stage.scene, "words": WORDS["failed"]}
        finally:
            self._redrawing = False


def _widget(control: Control, state: State) -> Any:
    value = state.settings[control.key]
    size = "8rem" if control.row else "min(100%, 44rem)"
    width = {"style": {"description_width": "initial"}, "layout": {"width": size}}
    own = {"value": value, "description": control.label, **width}
    if control.kind == "tick":
        return ipywidgets.Checkbox(indent=False, **own)
    own["options"] = control.options
    match control.kind:
        case "buttons":
            own["style"] = {**width["style"], "button_width": "auto"}
            return ipywidgets.ToggleButtons(**own)
        case "slider":  # drawn when the handle rests, not on the way
            return ipywidgets.SelectionSlider(continuous_update=False, **own)
        case "menu":
            return ipywidgets.Dropdown(**own)
        case _:
            assert_never(control.kind)


def _adjust(widget: Any, control: Control, value: Any) -> None:
    """Bring a control up to date: what it offers may depend on the others."""
    if widget.description != control.label:
        widget.description = control.label
    if control.kind != "tick" and tuple(widget.options) != control.options:
        with widget.hold_sync():
            widget.options = control.options
            widget.value = value
    elif widget.value != value:
        widget.value = value


def _tables(state: State) -> list[tuple[str, Any]]:
    picture = state.scene.picture
    return [(picture.title, picture.table), *state.scene.tables]


def _summary(state: State) -> str:
    """What stands on the fold over the tables."""
    rows = [WORDS["rows"].format(caption=c, n=len(table)) for c, table in _tables(state)]
    return WORDS["as_table"].format(tables="; ".join(rows))


def shown(state: State) -> dict[str, Any]:
    """A scene for the view."""
    scene = state.scene
    return {
        "svg": "" if scene.list_only else scene.picture.svg(),
        "words": scene.words,
        "description": scene.picture.description,
        "note": scene.picture.caption,
        "summary": _summary(state),
        "tables": [
            {
                "caption": caption,
                "columns": [str(column) for column in table.columns],
                "rows": [[str(cell) for cell in row] for row in table.itertuples(index=False)],
            }
            for caption, table in _tables(state)
        ],
        "list_only": scene.list_only,
    }


def step(name: str, wishes: dict[str, Any]) -> tuple[State, dict[str, Any]]:
    """What a moved control makes of the picture *name*; ``benchmarks/pictures.py`` times it."""
    import altair as alt

    # The first picture was held to Vega-Lite's schema; each step of it would take a fifth longer.
    with alt.utils.schemapi.debug_mode(False):
        state = stage(name, wishes)
        return state, shown(state)


# --- the readable twin -----------------------------------------------------------------


def _set_to(state: State) -> str:
    """The settings in words, by the labels that a learner sees."""
    parts = []
    for control in state.controls:
        value = state.settings[control.key]
        if control.row and value == control.default:
            continue  # there are many of them
        label = next(label for label, option in control.options if option == value)
        parts.append(f"{control.label}: {label}")
    return "; ".join(parts)


def _twin_html(state: State) -> str:
    picture = state.scene.picture
    # As an image, because a page that is not trusted strips SVG elements but shows images.
    # There no theme reaches it, so it brings its own white ground.
    ground = '<rect width="100%" height="100%" fill="#fff"/><g '
    drawing = picture.svg().replace("<g ", ground, 1)
    data = base64.b64encode(drawing.encode()).decode()
    image = Html('<img alt="{}: described below." src="data:image/svg+xml;base64,{}">')
    return as_twin(
        element("p", element("em", WORDS["live"])),
        element("p", _set_to(state), "."),
        element("p", image.format(picture.title, data)),
        element("p", element("strong", state.scene.words)),
        element("p", picture.description),
        details(_summary(state), *(table_html(table, name) for name, table in _tables(state))),
        element("p", element("em", picture.caption)),
    )


def _twin_text(name: str, state: State) -> str:
    picture = state.scene.picture
    return (
        f"[explore {name}] {_set_to(state)}.\n{state.scene.words}\n{picture.description}\n"
        f"(data {_digest(state)})"
    )


def _digest(state: State) -> str:
    """Twelve hexadecimal digits that change when a drawn datum, a table or a control changes."""
    picture = state.scene.picture
    parts = [
        json.dumps(picture._specification(), sort_keys=True, default=str),
        *(f"{caption}\n{table.to_csv(index=False)}" for caption, table in _tables(state)),
        picture.caption,
        repr([(control.label, control.options) for control in state.controls]),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


# --- the way in ------------------------------------------------------------------------


def explore(name: str, **start: Any) -> Explorer | Notice:
    """Show a picture that can be handled, such as ``explore("troops")``.

    *start* sets controls by their key, to a value or to what stands in the menu, for example
    ``explore("troops", date="2011-12-31")`` or ``explore("ladder", party="Iraq")``.  A name or
    a value that does not exist shows one sentence with the nearest that do.
    """
    if not isinstance(name, str) or name not in EXPLORABLES:
        return Notice(
            [f"There is no picture {str(name)!r} to explore. Try: {_near(name, EXPLORABLES)}."]
        )
    try:
        state = stage(name, start)
        trouble = _trouble(name, start, state)
        return Notice([trouble]) if trouble else Explorer(name, state)
    except OSError as error:
        return Notice([f"The picture {name!r} cannot be drawn: {error.filename} cannot be read."])


explore.__doc__ = f"{explore.__doc__}\n    The names: {', '.join(sorted(EXPLORABLES))}.\n    "


def _near(wish: Any, known: Any) -> str:
    every = [str(k) for k in known]
    close = nearest(str(wish), every, 3, cutoff=0.3)
    return ", ".join(close or every[:6])


def _trouble(name: str, start: dict[str, Any], state: State) -> str:
    """What is wrong with the first wish that could not be met, in one sentence."""
    controls = {control.key: control for control in state.controls}
    for key, wish in start.items():
        if key not in controls:
            return (
                f"The picture {name!r} has no setting {key!r}. Its settings: {', '.join(controls)}."
            )
        try:
            controls[key].read(wish)
        except ValueError:
            values = [str(value) for value in controls[key].values if value != ""]
            if controls[key].kind == "slider" and len(values) > 6:
                return (
                    f"The setting {key} of {name!r} cannot be {str(wish)!r}: choose from "
                    f"{values[0]} to {values[-1]}, such as {_near(wish, values).split(', ')[0]}."
                )
            return (
                f"The setting {key} of {name!r} cannot be {str(wish)!r}. "
                f"Try: {_near(wish, values)}."
            )
    return ""
