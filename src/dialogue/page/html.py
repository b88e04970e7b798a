"""HTML that is made by hand: what is not HTML already is escaped, here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from markupsafe import Markup


class Html(Markup):
    """:class:`~markupsafe.Markup` that writes quotation marks as the stored outputs of the
    lessons have them: ``&quot;`` and ``&#x27;``."""

    @classmethod
    def escape(cls, words: Any, /) -> Html:
        """*words* as HTML, unless they are HTML."""
        return cls(words.__html__() if hasattr(words, "__html__") else escape(str(words)))


def joined(*parts: object, apart: str = "") -> Html:
    """The *parts* one after the other, with the words *apart* between them."""
    own = [part if isinstance(part, Html) else Html.escape(part) for part in parts]
    return Html(escape(apart).join(own))


def element(name: str, /, *inside: object, **attributes: object) -> Html:
    """The element *name* with what is *inside* it: ``element("p", "5 > 3", dir="auto")``."""
    own = "".join(f' {key}="{Html.escape(each)}"' for key, each in attributes.items())
    return Html(f"<{name}{own}>{joined(*inside)}</{name}>")


def listed(*rows: object, name: str = "ul") -> Html:
    """A list of *rows*."""
    return element(name, *(element("li", row) for row in rows))


# JupyterLab aligns cells to the right, which is meant for numbers.
START = {"style": "text-align:start"}


def row(head: object, *cells: object, **own: str) -> Html:
    """A row of a table, named by its *head*; its cells have the attributes *own*."""
    beside = (element("td", cell, **own) for cell in cells)
    return element("tr", element("th", head, scope="row", **own), *beside)


def table(caption: str, rows: Iterable[Html], heads: Iterable[object] = (), **own: str) -> Html:
    """A table of *rows*; its caption and its heads have the attributes *own*."""
    named = [element("th", head, scope="col", **own) for head in heads]
    return element(
        "table",
        element("caption", caption, **own),
        element("thead", element("tr", *named)) if named else "",
        element("tbody", *rows),
    )


def details(summary: object, *inside: object) -> Html:
    """What opens under its *summary*."""
    return element("details", element("summary", summary), *inside)


# How a readable twin begins.  Jupyter would set what stands between two dollar signs as
# mathematics; MathJax passes over this class.
TWIN = Html('<div class="dialogue-twin mathjax_ignore">')


def as_twin(*parts: object, apart: str = "") -> str:
    """A readable twin of *parts*: it is finished, so that nothing added to it is escaped."""
    return str(joined(TWIN, *parts, Html("</div>"), apart=apart))
