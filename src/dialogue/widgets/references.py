"""References in full: ``cite("CRS-R40011", "P6")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue.course import anatomy, catalogue, cited, sources
from dialogue.course.faults import nearest
from dialogue.page.html import as_twin, details, element, joined, listed

if TYPE_CHECKING:
    import pandas as pd


class References:
    """What ``cite`` shows: an HTML list with links, or plain lines."""

    def __init__(
        self, ids: list[str], unknown: list[str], until: str = "", *, numbered: bool = False
    ) -> None:
        self.ids, self.unknown, self.until, self.numbered = ids, unknown, until, numbered

    def _notes(self) -> list[str]:
        every = [*sources.bibliography(), *sources.paragraphs()]
        notes = []
        if self.until:
            notes.append(
                f"What came later is told as of {self.until}. A later report has its date."
            )
        for name in self.unknown:
            near = nearest(name, every, 3)
            hint = f" The nearest: {', '.join(near)}." if near else ""
            notes.append(f"There is no source or paragraph {name!r}.{hint}")
        return notes

    def __repr__(self) -> str:
        lines = []
        for n, name in enumerate(self.ids, 1):
            if digest := sources.paragraphs().get(name):
                lines.append(f"[{name}] {digest['digest']}")
            else:
                mark = f"{n}." if self.numbered else f"[{name}]"
                address = sources.bibliography()[name]["address"]
                lines.append(f"{mark} {sources.reference(name)}. {address}")
        return "\n".join(lines + self._notes())

    def _repr_html_(self) -> str:
        items = []
        for name in self.ids:
            if digest := sources.paragraphs().get(name):
                body = [digest["digest"]]
                if digest["kind"] != "body":
                    of = f" of {digest['duplicate_of']}" if digest["duplicate_of"] else ""
                    body = [element("em", digest["kind"], of, "."), " ", *body]
            else:
                row = sources.bibliography()[name]
                body = [sources.reference(name)]
                if address := sources.web(row["address"]):
                    body = [element("a", *body, href=address)]
                body += [" ", element("em", f"{row['kind']}; {row['side']}.")]
            mark = "" if self.numbered else joined(element("strong", name), " ")
            items.append(joined(mark, *body))
        shown = listed(*items) if items else ""
        if self.numbered and items:
            heading = f"The {len(items)} sources of this lesson, by their numbers in the text"
            shown = details(heading, listed(*items, name="ol"))
        return as_twin(shown, *(element("p", note) for note in self._notes()))


def _named_in(number: str) -> list[str]:
    """The sources that the text of a lesson names; none when there is no such lesson."""
    lesson = next((one for one in catalogue.lessons() if one.number == number), None)
    if lesson is None or not lesson.written:
        return []
    return anatomy.named_sources(catalogue.notebook_cells(lesson.path))


def cite(*what: str | pd.DataFrame) -> References:
    """Show full references.

    Each argument is a source id (``"CRS-R40011"``), a paragraph of the article (``"P6"``:
    our digest of it), the number of a lesson (``"01"``: all that its text names, by
    their numbers in it),
    or a table from :func:`dialogue.load` (all its sources).  Without arguments: every source
    that the lesson has used so far, in alphabetical order.
    """
    if not what:
        return References(cited.used(), [], sources.as_of())
    if len(what) == 1 and isinstance(what[0], str) and (named := _named_in(what[0])):
        return References(named, [], sources.as_of(), numbered=True)
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
