"""Where a statement comes from: references, and digests of the article's paragraphs."""

from __future__ import annotations

import calendar
import csv
from difflib import get_close_matches
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import course
from .text import TWIN

if TYPE_CHECKING:
    import pandas as pd

# What the running lesson has shown so far, so that cite() can end it with a list.
_used: dict[str, None] = {}


@lru_cache(maxsize=4)
def _rows(file: Path, key: str, _stamp: int) -> dict[str, dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as rows:
        return {row[key]: row for row in csv.DictReader(rows)}


def _table(name: str, key: str) -> dict[str, dict[str, str]]:
    file = course.root() / "seeds" / f"{name}.csv"
    return _rows(file, key, file.stat().st_mtime_ns) if file.is_file() else {}


def bibliography() -> dict[str, dict[str, str]]:
    """All rows of ``seeds/sources.csv`` by ``source_id``."""
    return _table("sources", "source_id")


def paragraphs() -> dict[str, dict[str, str]]:
    """All rows of ``seeds/paragraphs.csv`` by paragraph (``P1`` to ``P32``)."""
    return _table("paragraphs", "paragraph")


def claims() -> list[dict[str, str]]:
    """The register of the article's claims, in its order (``seeds/claims.csv``)."""
    return list(_table("claims", "claim_id").values())


def use(source_ids: Any) -> None:
    """Remember that the lesson has used these sources."""
    _used.update(dict.fromkeys(i for i in source_ids if i))


def web(address: str) -> str:
    """*address* when it is a web address, else nothing: no other scheme becomes a link."""
    return address if address.startswith(("https://", "http://")) else ""


def reference(source_id: str) -> str:
    """One source in one line of plain text, without its address."""
    row = bibliography().get(source_id)
    if row is None:
        return source_id
    publisher = row["publisher"] + (f" (read at {row['via']})" if row["via"] else "")
    return f"{publisher}, “{row['title']}”, {row['date'] or 'no date'}"


class References:
    """What ``cite`` shows: an HTML list with links, or plain lines."""

    def __init__(self, ids: list[str], unknown: list[str], until: str = "") -> None:
        self.ids, self.unknown, self.until = ids, unknown, until

    def _notes(self) -> list[str]:
        every = [*bibliography(), *paragraphs()]
        notes = [f"What came later is told as of {self.until}."] if self.until else []
        for name in self.unknown:
            near = get_close_matches(name, every, n=3, cutoff=0.4)
            hint = f" The nearest: {', '.join(near)}." if near else ""
            notes.append(f"There is no source or paragraph {name!r}.{hint}")
        return notes

    def __repr__(self) -> str:
        lines = []
        for name in self.ids:
            if digest := paragraphs().get(name):
                lines.append(f"[{name}] {digest['digest']}")
            else:
                lines.append(f"[{name}] {reference(name)}. {bibliography()[name]['address']}")
        return "\n".join(lines + self._notes())

    def _repr_html_(self) -> str:
        items = []
        for name in self.ids:
            if digest := paragraphs().get(name):
                body = escape(digest["digest"])
                if digest["kind"] != "body":
                    of = f" of {digest['duplicate_of']}" if digest["duplicate_of"] else ""
                    body = f"<em>{escape(digest['kind'])}{escape(of)}.</em> {body}"
            else:
                row = bibliography()[name]
                body = escape(reference(name))
                if address := web(row["address"]):
                    body = f'<a href="{escape(address)}">{body}</a>'
                body += f" <em>{escape(row['kind'])}; {escape(row['side'])}.</em>"
            items.append(f"<li><strong>{escape(name)}</strong> {body}</li>")
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        shown = f"<ul>{''.join(items)}</ul>" if items else ""
        return f"{TWIN}{shown}{notes}</div>"


def as_of() -> str:
    """The month up to which the tables tell what came later, such as ``January 2026``.

    It is the latest ``as_of`` of ``data/forecasts.csv``; "" when the table is not there.
    """
    file = course.root() / "data" / "forecasts.csv"
    if not file.is_file():
        return ""
    rows = _rows(file, "forecast_id", file.stat().st_mtime_ns).values()
    latest = max((row["as_of"] for row in rows if row["as_of"]), default="")
    if not latest:
        return ""
    year, month = latest.split("-")[:2]
    return f"{calendar.month_name[int(month)]} {year}"


def cite(*what: str | pd.DataFrame) -> References:
    """Show full references.

    Each argument is a source id (``"CRS-R40011"``), a paragraph of the article (``"P6"``:
    our digest of it), or a table from :func:`dialogue.load` (all its sources).  Without
    arguments: every source that the lesson has used so far, in alphabetical order.
    """
    if not what:
        return References(sorted(_used), [], as_of())
    ids: dict[str, None] = {}
    unknown = []
    for item in what:
        if isinstance(item, str):
            known = item in bibliography() or item in paragraphs()
            if known:
                ids[item] = None
            else:
                unknown.append(item)
        else:
            ids.update(dict.fromkeys(table_sources(item)))
    use(name for name in ids if name in bibliography())
    return References(list(ids), unknown)


def table_sources(table: pd.DataFrame) -> list[str]:
    """The source ids that a table's rows name, sorted."""
    columns = [c for c in table.columns if str(c).endswith("source_id")]
    return sorted({str(v) for c in columns for v in table[c].dropna() if v})


# Kinds of source as the citation styles know them (CSL 1.0.2 item types).
_CSL_TYPES = {
    "primary": "document",
    "official": "report",
    "agency": "article-newspaper",
    "reporting": "article-newspaper",
    "partisan": "article-newspaper",
    "analysis": "article",
}


def csl_json() -> list[dict[str, Any]]:
    """The bibliography as CSL-JSON, which Zotero and other reference managers open."""
    entries = []
    for source_id, row in bibliography().items():
        entry: dict[str, Any] = {
            "id": source_id,
            "type": _CSL_TYPES.get(row["kind"], "document"),
            "title": row["title"],
            "publisher": row["publisher"],
            "language": row["language"],
        }
        if row["date"]:
            entry["issued"] = {"date-parts": [[int(part) for part in row["date"].split("-")]]}
        if address := web(row["address"]):
            entry["URL"] = address
        if row["via"]:
            entry["archive"] = row["via"]
        if row["note"]:
            entry["note"] = row["note"]
        entries.append({key: value for key, value in entry.items() if value})
    return entries
