"""References in full: ``cite("CRS-R40011", "P6")``."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dialogue.course import anatomy, catalogue, cited, sources
from dialogue.course.faults import nearest
from dialogue.page.text import TWIN

if TYPE_CHECKING:
    import pandas as pd


class References:
    """What ``cite`` shows: an HTML list with links, or plain lines."""

    def __init__(self, ids: list[str], unknown: list[str], until: str = "") -> None:
        self.ids, self.unknown, self.until = ids, unknown, until

    def _notes(self) -> list[str]:
        every = [*sources.bibliography(), *sources.paragraphs()]
        notes = [f"What came later is told as of {self.until}."] if self.until else []
        for name in self.unknown:
            near = nearest(name, every, 3)
            hint = f" The nearest: {', '.join(near)}." if near else ""
            notes.append(f"There is no source or paragraph {name!r}.{hint}")
        return notes

    def __repr__(self) -> str:
        lines = []
        for name in self.ids:
            if digest := sources.paragraphs().get(name):
                lines.append(f"[{name}] {digest['digest']}")
            else:
                lines.append(
                    f"[{name}] {sources.reference(name)}. {sources.bibliography()[name]['address']}"
                )
        return "\n".join(lines + self._notes())

    def _repr_html_(self) -> str:
        items = []
        for name in self.ids:
            if digest := sources.paragraphs().get(name):
                body = escape(digest["digest"])
                if digest["kind"] != "body":
                    of = f" of {digest['duplicate_of']}" if digest["duplicate_of"] else ""
                    body = f"<em>{escape(digest['kind'])}{escape(of)}.</em> {body}"
            else:
                row = sources.bibliography()[name]
                body = escape(sources.reference(name))
                if address := sources.web(row["address"]):
                    body = f'<a href="{escape(address)}">{body}</a>'
                body += f" <em>{escape(row['kind'])}; {escape(row['side'])}.</em>"
            items.append(f"<li><strong>{escape(name)}</strong> {body}</li>")
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        shown = f"<ul>{''.join(items)}</ul>" if items else ""
        return f"{TWIN}{shown}{notes}</div>"


def _named_in(number: str) -> list[str]:
    """The sources that the text of a lesson names; none when there is no such lesson."""
    lesson = next((one for one in catalogue.lessons() if one.number == number), None)
    if lesson is None or not lesson.written:
        return []
    return anatomy.named_sources(catalogue.notebook_cells(lesson.path))


def cite(*what: str | pd.DataFrame) -> References:
    """Show full references.

    Each argument is a source id (``"CRS-R40011"``), a paragraph of the article (``"P6"``:
    our digest of it), the number of a lesson (``"01"``: all that its text names in brackets),
    or a table from :func:`dialogue.load` (all its sources).  Without arguments: every source
    that the lesson has used so far, in alphabetical order.
    """
    if not what:
        return References(cited.used(), [], sources.as_of())
    ids: dict[str, None] = {}
    unknown = []
    for item in what:
        if isinstance(item, str):
            known = item in sources.bibliography() or item in sources.paragraphs()
            if known:
                ids[item] = None
            elif named := _named_in(item):
                ids.update(dict.fromkeys(named))
            else:
                unknown.append(item)
        else:
            ids.update(dict.fromkeys(cited.table_sources(item)))
    cited.use(name for name in ids if name in sources.bibliography())
    return References(list(ids), unknown)
