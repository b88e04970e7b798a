"""Where a statement comes from: references, and digests of the article's paragraphs."""

from __future__ import annotations

import calendar
import os
from typing import Any

from dialogue.course import catalogue
from dialogue.course.tables import by_key, described, records


def bibliography() -> dict[str, dict[str, str]]:
    """All rows of ``seeds/sources.csv`` by ``source_id``."""
    return by_key("sources", "source_id")


def paragraphs() -> dict[str, dict[str, str]]:
    """All rows of ``seeds/paragraphs.csv`` by paragraph (``P1`` to ``P32``)."""
    return by_key("paragraphs", "paragraph")


def claims() -> list[dict[str, str]]:
    """The register of the article's claims, in its order (``seeds/claims.csv``)."""
    return list(records("claims"))


def web(address: str) -> str:
    """*address* when it is a web address, else nothing: no other scheme becomes a link."""
    return address if address.startswith(("https://", "http://")) else ""


def short(source_id: str) -> str:
    """One source as a text names it in brackets: its publisher and the year."""
    row = bibliography().get(source_id)
    return f"{row['publisher']}, {row['date'][:4] or 'no date'}" if row else source_id


def reference(source_id: str) -> str:
    """One source in one line of plain text, without its address."""
    row = bibliography().get(source_id)
    if row is None:
        return source_id
    publisher = row["publisher"] + (f" (read at {row['via']})" if row["via"] else "")
    return f"{publisher}, “{row['title']}”, {row['date'] or 'no date'}"


def as_of_month() -> str:
    """The month up to which the course tells what came later, such as ``2026-05``.

    Its one home is ``as_of`` in ``data/datapackage.json``: the last month that at least two
    independent pages of the press cover.  "" when the package is not there.
    """
    file = catalogue.root() / "data" / "datapackage.json"
    return str(described(file).get("as_of", "")) if os.path.isfile(file) else ""


def as_of() -> str:
    """:func:`as_of_month` in words, such as ``May 2026``."""
    year, _, month = as_of_month().partition("-")
    return f"{calendar.month_name[int(month)]} {year}" if month else ""


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
