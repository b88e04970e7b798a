"""In somebody else's Jupyter server: what is saved can be read when its kernel is gone.

JupyterLab, Notebook 7 and nbclassic store, for each widget, a reference to a model that lives in the
kernel only, and prefer it to the readable twin beside it: reopened later, a lesson shows "model not
found" twelve times.  Where this package is installed the server takes such references out of what is
saved.  The course's own JupyterLab does more, see :mod:`dialogue.lab.contents`.

nbconvert, where it runs a notebook, knows the state of every widget, and would fetch a viewer for it
from another host: a page with readable twins is made without.
"""

from __future__ import annotations

from typing import Any

from dialogue.course.tidy import WIDGET_VIEW, is_twin


def without_views(notebook: dict[str, Any]) -> None:
    """Take the references to our own widgets out of *notebook*; whatever else it holds stays."""
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if WIDGET_VIEW in data and is_twin(data):
                del data[WIDGET_VIEW]


def without_state(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """nbconvert's step before a page is made.  (Not to store the state at all would end a run at
    the first ``interact``: nbclient looks there for what a widget prints.)"""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    if any(is_twin(output.get("data", {})) for output in outputs):
        notebook.metadata.pop("widgets", None)
    return notebook, resources


def before_saving(model: dict[str, Any], **_: Any) -> None:
    """The hook that Jupyter calls with what it is about to write."""
    if model.get("type") == "notebook" and isinstance(model.get("content"), dict):
        without_views(model["content"])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "dialogue.lab.anywhere"}]


def _load_jupyter_server_extension(server: Any) -> None:
    server.contents_manager.register_pre_save_hook(before_saving)
