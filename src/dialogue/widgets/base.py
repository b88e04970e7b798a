"""What every view has: a readable twin, the words of its group, a message in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from dialogue.page.html import element, joined


class Notice:
    """A message in place of a view: plain words, no traceback."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return joined(*(element("p", line) for line in self.lines))


class Twinned:
    """A widget whose output carries the same as HTML and as text: a page without a kernel
    shows that.  Put before the widget's class."""

    twin_html = ""
    twin_text = ""

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        live = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]  # of the class beside it
        data, metadata = live if isinstance(live, tuple) else (live, {})
        return {**data, "text/html": self.twin_html, "text/plain": self.twin_text}, metadata


class View(Twinned, anywidget.AnyWidget):
    """A view of our own: its script, its style and its words come from one place each."""

    strings = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(self._listens)

    def _listens(self, _widget: Any, message: Any, _buffers: Any) -> None:
        """Tell a page that asks that its messages are read; it sends its request then."""
        if isinstance(message, dict) and message.get("event") == "listens":
            self.send({"event": "listens", "name": message.get("name")})
