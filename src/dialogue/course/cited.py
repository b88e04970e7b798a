"""What the running lesson has shown so far, so that ``cite()`` can end it with a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_used: dict[str, None] = {}


def use(source_ids: Any) -> None:
    """Remember that the lesson has used these sources."""
    _used.update(dict.fromkeys(i for i in source_ids if i))


def used() -> list[str]:
    """The sources that the lesson has used so far, in alphabetical order."""
    return sorted(_used)


def table_sources(table: pd.DataFrame) -> list[str]:
    """The source ids that a table's rows name, sorted."""
    columns = [c for c in table.columns if str(c).endswith("source_id")]
    return sorted({str(v) for c in columns for v in table[c].dropna() if v})
