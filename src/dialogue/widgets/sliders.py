"""What ``interact`` of ipywidgets shows where no kernel runs: its first picture or table.

Nothing of ipywidgets is changed.  IPython is told how to write such a panel as HTML, and that
stands beside the live one, as the twin of every view of the course does.
"""

from __future__ import annotations

from typing import Any

from IPython import get_ipython

from dialogue.page.html import Html, as_twin, element


def as_html(panel: Any) -> str:
    """An ``interactive`` panel as it stands before anybody has moved it."""
    chosen = ", ".join(f"{name} = {value}" for name, value in panel.kwargs.items())
    lead = element("p", element("em", f"Run this cell to choose. Shown: {chosen}."))
    return as_twin(lead, _result(panel.result))


def _result(result: Any) -> str:
    if hasattr(result, "_repr_html_"):
        return Html(result._repr_html_())
    return "" if result is None else element("p", result)


def tell_ipython() -> None:
    """From now on every ``interact`` carries its twin; outside a notebook nothing happens."""
    if shell := get_ipython():
        html = shell.display_formatter.formatters["text/html"]
        html.for_type_by_name("ipywidgets.widgets.interaction", "interactive", as_html)
