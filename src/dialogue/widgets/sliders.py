"""What ``interact`` of ipywidgets shows where no kernel runs: its first picture or table.

Nothing of ipywidgets is changed.  IPython is told how to write such a panel as HTML, and that
stands beside the live one, as the twin of every view of the course does.
"""

from __future__ import annotations

from html import escape
from typing import Any

from IPython import get_ipython

from dialogue.page.text import TWIN


def as_html(panel: Any) -> str:
    """An ``interactive`` panel as it stands before anybody has moved it."""
    chosen = ", ".join(f"{name} = {value}" for name, value in panel.kwargs.items())
    lead = f"<p><em>Run this cell to choose. Shown: {escape(chosen)}.</em></p>"
    return f"{TWIN}{lead}{_result(panel.result)}</div>"


def _result(result: Any) -> str:
    if hasattr(result, "_repr_html_"):
        return str(result._repr_html_())
    return "" if result is None else f"<p>{escape(str(result))}</p>"


def tell_ipython() -> None:
    """From now on every ``interact`` carries its twin; outside a notebook nothing happens."""
    if shell := get_ipython():
        html = shell.display_formatter.formatters["text/html"]
        html.for_type_by_name("ipywidgets.widgets.interaction", "interactive", as_html)
