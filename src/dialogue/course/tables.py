"""The course's tables: the one reader of its CSV files, and DataFrames for lessons.

Everything that needs a table reads it here, and reads it once: a file is opened again only
when its time or size has changed, so a slider that redraws a picture opens none.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from dialogue.course import files
from dialogue.course.cited import table_sources, use
from dialogue.course.faults import nearest, shown
from dialogue.course.place import root

if TYPE_CHECKING:
    import pandas as pd

FOLDERS = ("seeds", "data")
# Data Package type to pandas dtype; dates are read apart.
_DTYPES: dict[str, Literal["str", "Int64", "float64", "boolean"]] = {
    "string": "str",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
}

Row = dict[str, str]
Stamp = tuple[int, int]
P = ParamSpec("P")
T = TypeVar("T")


def stamp(file: Path) -> Stamp:
    """What changes when a file does: its time and its size.  Raises ``OSError``."""
    try:
        status = file.stat()
    except PermissionError:  # its folder is closed: whoever reads it says so
        return 0, 0
    return status.st_mtime_ns, status.st_size


class TableFault(files.FileFault, ValueError):
    """A table, or its description, that cannot be used: which file, why, and what to do."""


_RESTORE = "take the file back from the course, or mend it in your editor"


class _Named(dict[str, T]):
    """What a file holds by name; what it does not hold is a fault of that file."""

    __slots__ = ("_file", "_what")

    def __init__(self, content: Any, file: Path, what: str) -> None:
        super().__init__(content)
        self._file, self._what = file, what

    def __missing__(self, name: object) -> Any:
        raise TableFault(shown(self._file), f"there is no {self._what} {name!r}", _RESTORE, 1)


# --- rows --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file as it stands: every cell is text, and what is empty is ``""``.

    *lines* has the last line of each row in the file, *ragged* the lines of the rows with too
    many or too few cells.  The rows are shared by all who ask: nobody may change them.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    lines: tuple[int, ...]
    ragged: tuple[int, ...]


def sheet(file: Path) -> Sheet:
    """Read a CSV file of the course.

    Raises ``OSError`` when there is none, and :class:`TableFault`, with the line, when it cannot
    be read: a folder, a device, no UTF-8, empty, no CSV.
    """
    return _sheet(file, stamp(file))


@lru_cache(maxsize=128)
def _sheet(file: Path, _stamp: Stamp) -> Sheet:
    rows: list[Row] = []
    lines: list[int] = []
    ragged: list[int] = []
    words: dict[str, str] = {}  # what many rows say is kept once
    reader = csv.DictReader(io.StringIO(_text(file), newline=""))
    try:
        for row in reader:
            if None in row or None in row.values():
                ragged.append(reader.line_num)
            cells = {
                key: words.setdefault(value, value) if value else ""
                for key, value in row.items()
                if key is not None
            }
            rows.append(_Named(cells, file, "column"))
            lines.append(reader.line_num)
    except csv.Error as error:
        raise TableFault(
            shown(file), f"this is no CSV ({error})", _RESTORE, reader.line_num
        ) from None
    return Sheet(tuple(reader.fieldnames or ()), tuple(rows), tuple(lines), tuple(ragged))


def _text(file: Path) -> str:
    try:
        return files.read_text(file)
    except files.FileFault as fault:
        remedy = _RESTORE if fault.message == files.EMPTY else fault.remedy
        raise TableFault(shown(file), fault.message, remedy, fault.line or 1) from None


def records(name: str) -> tuple[Row, ...]:
    """The rows of one table, such as ``records("sources")``, in the order of the file.

    Empty when the course has no such file.  Raises what :func:`sheet` does.
    """
    for folder in FOLDERS:
        try:
            return sheet(root() / folder / f"{name}.csv").rows
        except FileNotFoundError:
            continue
    return ()


@lru_cache(maxsize=64)
def _by_key(file: Path, key: str, _stamp: Stamp) -> dict[str, Row]:
    found = _sheet(file, _stamp)
    if key not in found.header:  # a foreign table is not one without rows
        raise TableFault(shown(file), f"there is no column {key!r}", _RESTORE, 1)
    return _Named({row[key]: row for row in found.rows}, file, f"row with the {key}")


def by_key(name: str, key: str) -> dict[str, Row]:
    """The rows of one table by the column *key*; empty when the course has no such file."""
    for folder in FOLDERS:
        file = root() / folder / f"{name}.csv"
        try:
            return _by_key(file, key, stamp(file))
        except FileNotFoundError:
            continue
    return {}


def kept(*names: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a function makes of these tables until one of them changes.

    For what a picture works out at every move.  A DataFrame comes as a copy of its own.
    """

    def keep(make: Callable[P, T]) -> Callable[P, T]:
        @lru_cache(maxsize=16)
        def made(_stamps: tuple[object, ...], *args: Any, **choices: Any) -> Any:
            return make(*args, **choices)

        @wraps(make)
        def kept_or_made(*args: P.args, **choices: P.kwargs) -> T:
            files = [root() / folder / f"{name}.csv" for name in names for folder in FOLDERS]
            stamps = tuple((file, stamp(file)) for file in files if os.path.isfile(file))
            # That all it is called with can be a key, no type says.
            result: Any = made(stamps, *args, **choices)  # type: ignore[arg-type]
            return result.copy() if hasattr(result, "copy") else result

        return kept_or_made

    return keep


# --- what the Data Packages say ----------------------------------------------------------


def described(file: Path) -> dict[str, Any]:
    """What a ``datapackage.json`` says.  Raises ``OSError`` and :class:`TableFault`."""
    return _described(file, stamp(file))


@lru_cache(maxsize=8)
def _described(file: Path, _stamp: Stamp) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(_text(file))
        for resource in found["resources"]:
            names = [resource["name"], resource["path"]]
            for field in resource["schema"]["fields"]:
                names += [field["name"], field["type"]]
            if not all(isinstance(name, str) for name in names):
                raise TypeError
    except json.JSONDecodeError as error:
        why = f"this is not valid JSON ({error.msg})"
        raise TableFault(shown(file), why, _RESTORE, error.lineno) from None
    except TableFault:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise TableFault(
            shown(file), "this does not describe a Data Package", _RESTORE, 1
        ) from None
    return found


@lru_cache(maxsize=8)
def _package(file: Path, _stamp: Stamp) -> dict[str, dict[str, Any]]:
    return {
        resource["name"]: {**resource, "file": file.parent / resource["path"]}
        for resource in _described(file, _stamp)["resources"]
    }


def resources() -> dict[str, dict[str, Any]]:
    """Every table of ``data/`` and ``seeds/`` by name, as its Data Package describes it."""
    found: dict[str, dict[str, Any]] = {}
    for folder in FOLDERS:
        file = root() / folder / "datapackage.json"
        found.update(_package(file, stamp(file)))
    return found


def _resource(name: str) -> dict[str, Any]:
    every = resources()
    if name not in every:
        near = nearest(name, every, 3, cutoff=0.3) or sorted(every)
        raise KeyError(f"There is no table {name!r}. Try: {', '.join(near)}.")
    return every[name]


def categories(name: str, column: str) -> list[str]:
    """The words that a column may hold, in the order that the Data Package gives them.

    Raises ``KeyError`` for a table, a column or a list of words that is not there.
    """
    fields = {field["name"]: field for field in _resource(name)["schema"]["fields"]}
    return list(fields[column]["categories"])


def in_order(table: pd.DataFrame, name: str, *columns: str) -> pd.DataFrame:
    """Rows of the table *name* sorted by *columns*, words in the order of the Data Package."""
    fields = {field["name"]: field for field in _resource(name)["schema"]["fields"]}

    def rank(column: pd.Series) -> pd.Series:
        words = fields[str(column.name)].get("categories")
        return column.map({word: n for n, word in enumerate(words)}) if words else column

    return table.sort_values(list(columns), key=rank, kind="stable")


def dictionary(name: str) -> pd.DataFrame:
    """What the columns of a table mean: one row a field, with type, unit and vocabulary.

    Where the words of a column have an order, they stand in it, with ``<`` between them.
    Raises ``KeyError`` with the nearest names when there is no such table.
    """
    import pandas as pd

    rows = []
    for field in _resource(name)["schema"]["fields"]:
        target = field.get("references")
        values = field.get("categories") or field.get("constraints", {}).get("enum") or []
        between = " < " if field.get("categoriesOrdered") else ", "
        words = f"see {target['resource']}" if target else between.join(map(str, values))
        rows.append(
            {
                "field": field["name"],
                "type": field["type"],
                "unit": field.get("unit", ""),
                "values": words,
                "meaning": field["description"],
            }
        )
    return pd.DataFrame(rows).set_index("field")


# --- DataFrames --------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _frame(
    file: Path, _stamp: Stamp, types: tuple[tuple[str, str], ...]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A table with its types, and the sources that its rows name."""
    import pandas as pd

    every = _sheet(file, _stamp)
    table = pd.DataFrame(list(every.rows), columns=list(every.header), dtype="str")
    table = table.mask(table == "")  # unknown
    for column, kind in types:
        if kind == "date":
            table[column] = pd.to_datetime(table[column], format="ISO8601")
        elif kind in ("integer", "number"):
            numbers = pd.to_numeric(table[column])
            table[column] = numbers.astype(_DTYPES[kind])
        else:
            table[column] = table[column].astype(_DTYPES.get(kind, "str"))
    return table, tuple(table_sources(table)) if "source_id" in table else ()


def load(name: str) -> pd.DataFrame:
    """Load one table, such as ``load("commitments")``.

    Words are plain text, numbers are numbers, and days are real dates.  A column whose dates
    are not all known to the day (``2020``, ``2020-06``) stays text, because a day would be made
    up.  What is unknown is missing.  ``dictionary(name)`` tells what each column means, and the
    order of words that have one.  Raises ``KeyError`` with the nearest names when there is no
    such table.
    """
    resource = _resource(name)
    types = tuple((field["name"], field["type"]) for field in resource["schema"]["fields"])
    file = resource["file"]
    if not sheet(file).rows:
        raise TableFault(shown(file), "the table has no row", _RESTORE, 1)
    table, ids = _frame(file, stamp(file), types)
    if name != "sources":
        use(ids)
    return table.copy()


# A cell is what the Data Package says of its column, which pandas' types cannot tell.


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """The rows one after the other, whose cells have the names of the columns: ``row.party``."""
    return table.itertuples()


def row_of(table: pd.DataFrame, key: Hashable) -> Any:
    """The one row with this *key* in the index; its cells by column: ``row["party"]``."""
    found: Any = table.loc[key]  # type: ignore[call-overload]  # pandas-stubs: no key but a scalar
    return found
