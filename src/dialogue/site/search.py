"""The tables as pages, and the texts that a search looks through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dialogue.course import tables
from dialogue.course.place import root
from dialogue.site import lessons
from dialogue.widgets import glossary

# A text as the search has it: its title, where it stands, its address, its words.
Document = tuple[str, str, str, str]
# Columns that say where a row comes from, and nothing that anybody looks for.
_ABOUT = frozenset({"source_id", "second_source_id", "confidence", "note", "lessons", "lesson"})


@dataclass(frozen=True)
class Table:
    """One table of ``data/`` with its passport."""

    name: str
    title: str
    description: str
    fields: list[dict[str, Any]]
    rows: list[list[str]]
    csv: bytes


def data() -> list[Table]:
    """Every table of ``data/``, by its title."""
    found = []
    for name, resource in tables.resources().items():
        file = resource["file"]
        if file.parent != root() / "data":
            continue
        sheet = tables.sheet(file)
        about = {field["name"]: field for field in resource["schema"]["fields"]}
        fields = [
            {"name": column, "description": about.get(column, {}).get("description", "")}
            for column in sheet.header
        ]
        rows = [[row[column] for column in sheet.header] for row in sheet.rows]
        found.append(
            Table(
                name,
                resource["title"],
                resource.get("description", ""),
                fields,
                rows,
                file.read_bytes(),
            )
        )
    return sorted(found, key=lambda table: table.title)


def _rows(table: Table) -> Iterable[Document]:
    names = [field["name"] for field in table.fields]
    for n, row in enumerate(table.rows, 1):
        said = [
            value
            for name, value in zip(names, row, strict=True)
            if value and name not in _ABOUT and not name.endswith("_id")
        ]
        yield row[0], table.title, f"table-{table.name}.html#row-{n}", " · ".join(said)


def documents(pages: Iterable[lessons.Page], every: Iterable[Table]) -> list[Document]:
    """All that can be found: sections of lessons, terms, tables and their rows."""
    found: list[Document] = []
    for page in pages:
        for anchor, title, words in page.sections:
            place = f"{page.stem}.html" + (f"#{anchor}" if anchor else "")
            found.append((title, page.title, place, words))
    for term in glossary.entries():
        names = " · ".join(
            filter(None, [term["arabic"], term["transliteration"], *term["variants"]])
        )
        said = f"{term['plain']} {names}"
        found.append((term["name"], "Glossary", f"glossary.html#term-{term['id']}", said))
    for table in every:
        found.append((table.title, "Tables", f"table-{table.name}.html", table.description))
        found += _rows(table)
    return found
