"""The course's tables as DataFrames, typed by their Data Package."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialogue.course import catalogue, sources
from dialogue.course.faults import nearest

if TYPE_CHECKING:
    import pandas as pd

# Data Package type to pandas dtype.  Dates of stated precision stay text in the files.
_DTYPES = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}


@lru_cache(maxsize=4)
def _package(file: Path, _stamp: int) -> dict[str, dict[str, Any]]:
    descriptor = json.loads(file.read_text(encoding="utf-8"))
    return {
        resource["name"]: {**resource, "file": file.parent / resource["path"]}
        for resource in descriptor["resources"]
    }


def resources() -> dict[str, dict[str, Any]]:
    """Every table of ``data/`` and ``seeds/`` by name, as its Data Package describes it."""
    found: dict[str, dict[str, Any]] = {}
    for folder in ("seeds", "data"):
        file = catalogue.root() / folder / "datapackage.json"
        found.update(_package(file, file.stat().st_mtime_ns))
    return found


def _resource(name: str) -> dict[str, Any]:
    every = resources()
    if name not in every:
        near = nearest(name, every, 3, cutoff=0.3) or sorted(every)
        raise KeyError(f"There is no table {name!r}. Try: {', '.join(near)}.")
    return every[name]


def dictionary(name: str) -> pd.DataFrame:
    """What the columns of a table mean: one row a field, with type, unit and vocabulary.

    Raises ``KeyError`` with the nearest names when there is no such table.
    """
    import pandas as pd

    rows = []
    for field in _resource(name)["schema"]["fields"]:
        target = field.get("references")
        values = field.get("categories") or field.get("constraints", {}).get("enum") or []
        rows.append(
            {
                "field": field["name"],
                "type": field["type"],
                "unit": field.get("unit", ""),
                "values": f"see {target['resource']}" if target else ", ".join(map(str, values)),
                "meaning": field["description"],
            }
        )
    return pd.DataFrame(rows).set_index("field")


def load(name: str) -> pd.DataFrame:
    """Load one table, such as ``load("commitments")``.

    Text, whole numbers, numbers and dates come as such; a field with ordered categories
    sorts in that order; what is unknown is missing.  Raises ``KeyError`` with the nearest
    names when there is no such table.
    """
    import pandas as pd

    resource = _resource(name)
    table = pd.read_csv(resource["file"], dtype=str, keep_default_na=False, na_values=[""])
    for field in resource["schema"]["fields"]:
        column = field["name"]
        if "categories" in field:
            ordered = field.get("categoriesOrdered", False)
            table[column] = pd.Categorical(table[column], field["categories"], ordered=ordered)
        elif field["type"] == "date":
            table[column] = pd.to_datetime(table[column], format="ISO8601")
        else:
            table[column] = table[column].astype(_DTYPES.get(field["type"], "str"))
    if "source_id" in table and name != "sources":
        sources.use(sources.table_sources(table))
    return table
