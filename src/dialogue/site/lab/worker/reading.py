"""Runs the cells of a page of the reading edition: what Python does in the page's worker.

The page sends a lesson's cells, which of them to run, and the lines of the learner's record.  What
goes back is plain data: the outputs in their order, and the lines that were added.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import wraps
from html.parser import HTMLParser
from typing import Any

import ipywidgets
from dialogue_needs import before
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from dialogue.charts import stage
from dialogue.learner import log, progress
from dialogue.page.html import Html
from dialogue.page.text import VEGA
from dialogue.widgets import explorer

_MOST = 200_000  # characters of one output; a page that a loop has filled can be read by nobody
_STOPS = 1_000  # of a slider
_outputs: list[dict[str, Any]] = []


# --- what is shown ---------------------------------------------------------------------------

_TAGS = frozenset(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption code col colgroup dd details div dl dt em figure h1 h2 h3 h4 "
        "h5 h6 hr i img kbd li ol p pre small span strong sub summary sup table tbody td tfoot th "
        "thead tr u ul "
        "math menclose mfenced mfrac mi mn mo mover mpadded mroot mrow mspace msqrt mstyle msub "
        "msubsup msup mtable mtd mtext mtr munder munderover",
    )
)
_ATTRIBUTES = frozenset(
    ("alt", "colspan", "dir", "display", "href", "lang", "open", "rowspan", "scope", "src", "title")
)
_SILENT = frozenset(("script", "style", "template", "iframe", "svg", "object"))
_SAFE = {"href": ("http:", "https:", "#"), "src": ("data:image/",)}


class _Clean(HTMLParser):
    """Markup without what a page's policy refuses: no script, no style, no address but of text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _TAGS and not self.silent:
            kept = "".join(
                f' {name}="{Html.escape(value or "")}"'
                for name, value in attrs
                if name in _ATTRIBUTES
                and (name not in _SAFE or (value or "").strip().lower().startswith(_SAFE[name]))
            )
            self.parts.append(f"<{tag}{kept}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _TAGS and not self.silent:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(Html.escape(data))


def _shown(data: dict[str, Any]) -> dict[str, Any]:
    """Of the forms that an output has, the one that a page shows."""
    if VEGA in data:
        return {"vega": data[VEGA], "svg": data.get("image/svg+xml", "")}
    if markup := data.get("text/html"):
        return {"html": "".join(_Clean(str(markup)[:_MOST]).parts)}
    return {"text": str(data.get("text/plain", ""))[:_MOST]}


class _Said(io.TextIOBase):
    """What a cell prints, in its place among the other outputs."""

    def write(self, words: str) -> int:
        if _outputs and "printed" in _outputs[-1]:
            if len(_outputs[-1]["text"]) < _MOST:
                _outputs[-1]["text"] += words
        elif words:
            _outputs.append({"text": words, "printed": True})
        return len(words)


class _Hook(DisplayHook):
    """What the last line of a cell gives."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        _outputs.append(_shown(format_dict))

    def finish_displayhook(self) -> None:
        pass


class _Publisher(DisplayPublisher):
    """What a cell displays by itself."""

    def publish(self, data: Any, *_: Any, **__: Any) -> None:
        _outputs.append(_shown(data))

    def clear_output(self, wait: bool = False) -> None:
        _outputs.clear()


class _Shell(InteractiveShell):
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def showtraceback(self, *_: Any, **__: Any) -> None:
        pass

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        pass


def _shell() -> Any:
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "NoColor"
    return _Shell.instance(config=settings)


def _fault(error: BaseException) -> dict[str, Any]:
    """One readable line, and where it came from."""
    name = type(error).__name__
    line, code = 0, ""
    if isinstance(error, SyntaxError):
        line, code = error.lineno or 0, (error.text or "").strip()
        said = error.msg
    else:
        said = str(error)
        trace = error.__traceback__
        while trace:
            if "ipython-input" in trace.tb_frame.f_code.co_filename:
                line = trace.tb_lineno
            trace = trace.tb_next
    return {"error": f"{name}: {said}"[:2_000], "line": line, "code": code}


# --- sliders and menus of ipywidgets ----------------------------------------------------------

_panels: list[tuple[Callable[..., Any], dict[str, tuple[Any, list[Any]]]]] = []


def _stops(widget: Any) -> list[tuple[str, Any]] | None:
    """What a control offers, each with its label; None for one that the page cannot show."""
    if hasattr(widget, "_options_full"):
        return [(str(label), value) for label, value in widget._options_full]
    if isinstance(widget, ipywidgets.Checkbox):
        return [("no", False), ("yes", True)]
    if hasattr(widget, "step") and hasattr(widget, "min"):
        count = min(_STOPS, int((widget.max - widget.min) / (widget.step or 1) + 1e-9) + 1)
        whole = isinstance(widget.value, int)
        values = [widget.min + n * widget.step for n in range(count)]
        return [(str(v), v) if whole else (f"{v:g}", round(v, 9)) for v in values]
    return None


def _interact(function: Any = None, **given: Any) -> Any:
    """``interact`` of ipywidgets, with the page's own controls in place of live ones."""
    if function is None:
        return lambda one: _interact(one, **given)
    panel = ipywidgets.interactive(wraps(function)(lambda **_: None), **given)
    controls: list[dict[str, Any]] = []
    known: dict[str, tuple[Any, list[Any]]] = {}
    for widget in panel.kwargs_widgets:
        name = widget._kwarg
        offered = _stops(widget) if isinstance(widget, ipywidgets.ValueWidget) else None
        value = widget.value
        if offered is None:
            known[name] = (value, [])
            continue
        values = [one for _, one in offered]
        nearest = values.index(value) if value in values else 0
        known[name] = (value, values)
        kind = "tick" if isinstance(widget, ipywidgets.Checkbox) else "menu"
        kind = "slider" if hasattr(widget, "step") else kind
        options = [[label, n] for n, (label, _) in enumerate(offered)]
        controls.append(
            {"key": name, "label": name, "kind": kind, "options": options, "value": nearest}
        )
    _panels.append((function, known))
    shown = {"panel": len(_panels) - 1, "controls": controls}
    _outputs.append(shown)
    shown["outputs"] = _called(function, {name: value for name, (value, _) in known.items()})
    return function


def _called(function: Any, values: dict[str, Any]) -> list[dict[str, Any]]:
    """What a function shows for these values."""
    global _outputs
    outer, _outputs = _outputs, []
    try:
        with _captured():
            try:
                result = function(**values)
                if result is not None:
                    data, _ = _python.display_formatter.format(result)
                    _outputs.append(_shown(data))
            except Exception as error:
                _outputs.append(_fault(error))
        return _outputs
    finally:
        _outputs = outer


def moved(panel: int, places: dict[str, int]) -> str:
    """What a panel shows when its controls were set: *places* are numbers of their stops."""
    function, known = _panels[panel]
    values = {
        name: (offered[int(places[name])] if offered and name in places else value)
        for name, (value, offered) in known.items()
    }
    return json.dumps(_called(function, values))


@contextmanager
def _captured() -> Any:
    said = _Said()
    with redirect_stdout(said), redirect_stderr(said):
        yield


ipywidgets.interact = _interact
_python = _shell()


# --- cells -----------------------------------------------------------------------------------

_ran: set[str] = set()


def _run(source: str) -> BaseException | None:
    with _captured():
        result = _python.run_cell(source, store_history=True)
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def waiting(cell: str, sources: dict[str, str]) -> list[str]:
    """The cells to run, in their order: *cell*, and what it needs and has not been run here."""
    return [*(one for one in before(sources)[cell] if one not in _ran), cell]


def run(cell: str, cells: str, lines: str) -> str:
    """Run *cell* of *cells* (JSON: a source by id, in their order), over the record's *lines*."""
    sources = json.loads(cells)
    _record(lines)
    for one in waiting(cell, sources):
        _outputs.clear()
        if error := _run(sources[one]):
            _outputs.append({**_fault(error), "cell": "" if one == cell else one})
            break
        _ran.add(one)
    return json.dumps({"outputs": _outputs, "lines": _added()})


def needs(cell: str, cells: str) -> str:
    """The sources that would be run now, as one text: the worker fetches what they import."""
    sources = json.loads(cells)
    return "\n".join(sources[one] for one in waiting(cell, sources))


def _record(lines: str) -> None:
    """The learner's record as the page keeps it."""
    folder = progress.folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "answers.txt").write_text(lines, encoding="utf-8")
    own = progress.path()
    own.unlink(missing_ok=True)
    log._written.pop(own, None)


def _added() -> list[str]:
    """The lines that the cells have added to it."""
    own = progress.path()
    return own.read_text(encoding="utf-8").splitlines() if own.exists() else []


# --- pictures --------------------------------------------------------------------------------


def scene(picture: str, wishes: str) -> str:
    """A picture at one setting, with its controls: see ``moving.js``."""
    state = stage(picture, json.loads(wishes))
    controls = [
        {
            "key": one.key,
            "label": one.label,
            "row": one.row,
            "kind": one.kind,
            "options": [[label, value] for label, value in one.options],
            "value": state.settings[one.key],
        }
        for one in state.controls
    ]
    return json.dumps({**explorer.shown(state), "controls": controls, "still": []})
