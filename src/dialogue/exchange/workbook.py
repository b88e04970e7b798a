"""The table of :mod:`dialogue.exchange.sheet` as an Excel workbook.

Every cell is text and is formatted as text, so that Excel makes neither a date nor a formula
of what is typed.  A second sheet says how the table is filled in.
"""

from __future__ import annotations

import datetime
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from dialogue.bank import writing
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.exchange import Loss, sheet
from dialogue.exchange.sheet import MOST_COLUMNS, MOST_ROWS
from dialogue.page.numbers import exact
from dialogue.questions import Question

ITEMS, HOW = "Items", "How to fill it in"
# What a cell of Excel holds (Microsoft, "Excel specifications and limits").
MOST_CELL = 32_767
# Tags in all parts together, and bytes of them unpacked: openpyxl keeps some parts whole.
MOST_TAGS, MOST_UNPACKED = 1_500_000, 32 * 2**20
_WIDE = {"ask": 50, "explain": 50, "hint": 30, "id": 26, "sources": 26}
_DATES = ("as of", "resolves")

GUIDE = (
    ("A row", "One item. Keep the header; columns that you do not need may go."),
    ("id", "A name for ever: small letters, digits, hyphens. Left empty, it is made from 'ask'."),
    ("kind", "single, multiple, numeric, short, evidence or forecast."),
    ("ask", "What is asked."),
    ("key", "The number of the right option; several as 1; 3. For numeric: the number itself."),
    ("option 1, comment 1", "What can be chosen, and what is said to those who choose it."),
    ("short", "The options are what people write; the key names those that are accepted."),
    ("numeric", "The options are wrong numbers that a known slip leads to, with their comments."),
    ("evidence", "The options are paragraphs, such as P6."),
    ("forecast", "An option '0 to 30' has a comment on such chances; '40' names in its comment"),
    ("", "whose chance that is. 'resolves' is the day, 'happened' yes, no or empty."),
    ("hint, explain", "Shown before and after the answer."),
    ("objective", "Such as 05-2. level: remember, understand, apply, analyse, evaluate, create."),
    ("para, sources", "Ids, with ; between several."),
    ("contested, shuffle", "yes or no."),
    ("An apostrophe", "In front of a cell it keeps Excel from changing the rest; it is no text."),
    ("Back again", "dialogue import FILE reads this workbook, and names a fault by its row."),
)


def _openpyxl(file: str) -> ModuleType:
    try:
        import openpyxl
    except ImportError:
        remedy = 'install it with: pip install "dialogue[instructor]", or use CSV'
        raise FileFault(file, "workbooks need openpyxl, which is missing", remedy) from None
    return openpyxl


def write(questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """The items as a workbook: the same bytes for the same items.

    Raises :class:`~dialogue.course.files.FileFault` when openpyxl is not installed.
    """
    openpyxl = _openpyxl("xlsx")
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    header, rows, losses = sheet.table(questions)
    book = openpyxl.Workbook()
    # The title belongs to the file's properties; a sheet's name allows hardly a sign.
    book.properties.title = writing.clean(title)
    book.properties.creator = ""
    book.properties.created = datetime.datetime(2020, 1, 1)
    page = book.active
    page.title = ITEMS
    page.freeze_panes = "A2"
    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")

    def put(page: Any, row: int, column: int, words: str) -> Any:
        cell = page.cell(row, column)
        cell.number_format = "@"
        if words:
            cell.value = words
            cell.data_type = "s"  # whatever openpyxl takes it for
        return cell

    for place, name in enumerate(header, 1):
        put(page, 1, place, name).font = bold
        column = page.column_dimensions[get_column_letter(place)]
        column.number_format = "@"
        column.width = _WIDE.get(name, 24 if " " in name and name != "as of" else 12)
    line = 1
    for row in rows:
        cells = [_guard(words) for words in row]
        if any(len(words) > MOST_CELL for words in cells):
            what = f"left out: a text is longer than the {MOST_CELL} signs of an Excel cell"
            losses.append(Loss(row[0], what))
            continue
        line += 1
        for place, words in enumerate(cells, 1):
            put(page, line, place, words).alignment = wrapped
    guide = book.create_sheet(HOW)
    guide.column_dimensions["A"].width, guide.column_dimensions["B"].width = 22, 90
    for n, (name, words) in enumerate(GUIDE, 1):
        put(guide, n, 1, name).font = bold
        put(guide, n, 2, words)
    return _same_bytes(book), losses


def _guard(words: str) -> str:
    """Cells are text already; only an apostrophe of the author's own, and what would be a
    formula in a CSV that Excel makes of this workbook, need one in front."""
    return sheet.guard(words) if words.startswith("'") else files.cell(words)


def _same_bytes(book: Any) -> bytes:
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    core = "docProps/core.xml"
    members[core] = re.sub(
        rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2020-01-01T00:00:00Z", members[core]
    )
    return files.zip_bytes(members)


# --- reading -----------------------------------------------------------------------------


def _checked(data: bytes, file: str) -> None:
    """Raise FileFault for anything that is not a plain workbook of a harmless size."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        fault = "this is a workbook of the old kind (.xls), or locked with a password"
        raise FileFault(file, fault, "save it as .xlsx without a password")
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        copy.write(data)
        copy.flush()
        try:
            members = files.read_zip(copy.name, most=MOST_UNPACKED)
        except FileFault as found:  # it is the sender's file that is meant, not our copy
            raise FileFault(file, found.message, found.remedy) from None
    if "xl/workbook.xml" not in members:
        fault = "this is a zip file, but no Excel workbook"
        raise FileFault(file, fault, "save the table as .xlsx or as CSV")
    parts = [content for name, content in members.items() if name.endswith((".xml", ".rels"))]
    if sum(content.count(b"<") for content in parts) > MOST_TAGS:
        fault = f"the workbook has more than {MOST_TAGS} tags inside"
        raise FileFault(file, fault, "copy the items into a new workbook, and import that")
    for name, content in members.items():
        if name.lower().startswith("xl/externallinks/"):
            fault = "the workbook takes values from other files"
            raise FileFault(file, fault, "break the links (Data, Edit Links), and save it again")
        if "vbaproject" in name.lower():
            raise FileFault(file, "the workbook holds macros", "save it as .xlsx, without macros")
        if name.endswith((".xml", ".rels")) and re.search(
            b"<!(DOCTYPE|ENTITY)", content.replace(b"\0", b""), re.IGNORECASE
        ):
            fault = "its XML declares entities, which no spreadsheet program writes"
            raise FileFault(file, fault, "do not use this file; ask who sent it")


def read(data: bytes, file: str, language: str = "en") -> tuple[list[dict[str, Any]], list[Loss]]:
    """The items in a workbook: on the sheet ``Items``, or on the first one.

    Raises :class:`~dialogue.course.files.FileFault` for a workbook that is damaged or hostile, and
    for formulas, errors and dates in its cells, with their row.
    """
    openpyxl = _openpyxl(file)
    _checked(data, file)
    try:
        # Read-only: merged cells are not filled in, and rows come one by one.
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        page = book[ITEMS] if ITEMS in book.sheetnames else book.worksheets[0]
        page.reset_dimensions()  # what a file says of its size need not be true
        rows = list(_rows(page, file))
    except FileFault:
        raise
    except Exception as error:  # whatever a damaged part made openpyxl stumble over
        fault = "this workbook cannot be read: a part or a cell of it is damaged"
        raise FileFault(file, fault, "open it in Excel, and save it again as .xlsx") from error
    return sheet.items(rows, file, language)


def _rows(page: Any, file: str) -> Iterator[tuple[int, list[str]]]:
    header: list[str] = []
    for n, row in enumerate(page.iter_rows(), 1):
        if n > MOST_ROWS or len(row) > MOST_COLUMNS:
            fault = f"the table is larger than {MOST_ROWS} rows or {MOST_COLUMNS} columns"
            raise FileFault(file, fault, "delete what stands far below or beside the items")
        words = []
        for place, cell in enumerate(row):
            name = header[place].strip() if place < len(header) else ""
            words.append(_words(cell, f"row {n}, column {name or place + 1}", name, file))
        if not header and any(words):
            header = words
        yield n, words


def _words(cell: Any, where: str, column: str, file: str) -> str:
    """The text of a cell, as a person would have typed it."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or (cell.data_type != "s" and str(value).startswith("=")):
        fault = f"{where}: there is a formula in this cell"
        raise FileFault(file, fault, "paste its value in its place (Paste Special, Values)")
    if cell.data_type == "e":
        fault = f"{where}: the cell holds the error {value}"
        raise FileFault(file, fault, "write the value, or empty the cell")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime | datetime.date) and column.lower() in _DATES:
        return value.strftime("%Y-%m-%d")
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        fault = f"{where}: Excel made a date of this cell"
        raise FileFault(file, fault, "format the column as Text, and type it again")
    if isinstance(value, int | float):
        return exact(float(value))
    return str(value)
