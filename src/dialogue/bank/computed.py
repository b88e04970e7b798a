"""A key that comes from a table of the course: ``answer_from``.

Nothing of the bank is ever evaluated: rows are picked by comparing text, and the arithmetic is
one of a fixed list.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from dialogue.course import tables
from dialogue.course.faults import nearest
from dialogue.questions.kinds.numeric import FROM, TAKES
from dialogue.questions.reading import Computed, Node, Reader, Values, meant
from dialogue.questions.shape import names
from dialogue.questions.typed import NUMBER

Row = dict[str, str]


def key(reader: Reader, node: Node) -> Computed | None:
    """The key that 'answer_from' computes; None, with a fault, where it cannot be done."""
    before = len(reader.faults)
    fields = reader.fields(node, names(FROM), "'answer_from'")
    if fields is None:
        return None
    table = _table(reader, fields, node.line)
    take = reader.choice(fields, "take", TAKES) or "value"
    divide = reader.number(fields, "divide_by", 1.0, "'answer_from'")
    multiply = reader.number(fields, "multiply_by", 1.0, "'answer_from'")
    digits = reader.text(fields, "round")
    if divide == 0:
        reader.fault(fields["divide_by"].line, "'divide_by' is zero", "write another number")
    if digits and not re.fullmatch(r"\d|10", digits):
        line = fields["round"].line
        reader.fault(line, f"'round' is {digits!r}", "write the number of decimals, 0 to 10")
    sound = len(reader.faults) == before
    if table is None or divide is None or multiply is None or not sound:
        return None
    name, columns, rows = table
    column = reader.text(fields, "column")
    if not column and take != "count":
        reader.fault(node.line, "'answer_from' has no 'column'", f"choose {', '.join(columns)}")
        return None
    if column and not _has(reader, column, fields["column"].line, columns, name):
        return None
    picked = _picked(reader, fields, name, columns, rows)
    if picked is None:
        return None
    if take == "count":
        numbers = [float(sum(1 for _, row in picked if not column or row[column].strip()))]
    else:
        found = _cells(reader, fields, name, column, take, picked)
        if found is None:
            return None
        numbers = found
    scaled = [number / divide * multiply for number in numbers]
    if not all(map(math.isfinite, scaled)):
        reader.fault(node.line, "the computed answer is too large", "check the factors")
        return None
    decimals = int(digits) if digits else None
    if decimals is not None:
        scaled = [round(number, decimals) + 0.0 for number in scaled]
    return Computed(scaled, decimals, take == "column")


def _table(
    reader: Reader, fields: Values, line: int
) -> tuple[str, tuple[str, ...], list[Row]] | None:
    name = reader.text(fields, "table", need="'answer_from'", line=line)
    if not name:
        return None
    line = fields["table"].line
    try:
        resources = tables.resources()
        if name not in resources:
            near = nearest(name, resources, 2, 0.4)
            every = f"the tables are {', '.join(sorted(resources))}"
            remedy = f"did you mean {' or '.join(near)}?" if near else every
            reader.fault(line, f"unknown table {name!r}", remedy)
            return None
        sheet = tables.sheet(resources[name]["file"])
        return name, sheet.header, list(sheet.rows)
    except (OSError, ValueError, KeyError, TypeError):
        message = f"the table {name!r} cannot be read"
        reader.fault(line, message, "see what 'dialogue check' says about the tables")
        return None


def _has(reader: Reader, column: str, line: int, columns: Sequence[str], table: str) -> bool:
    if column in columns:
        return True
    remedy = meant(column, columns, f"choose one of {', '.join(columns)}", 0.5)
    reader.fault(line, f"the table {table!r} has no column {column!r}", remedy)
    return False


def _picked(
    reader: Reader,
    fields: Values,
    table: str,
    columns: Sequence[str],
    rows: list[Row],
) -> list[tuple[int, Row]] | None:
    """The rows that fit 'where', each with its number (2 is the first under the header)."""
    picked = list(enumerate(rows, 2))
    if "where" not in fields:
        return picked
    where = reader.mapping(fields["where"], "'where'")
    if where is None:
        return None
    before = len(reader.faults)
    for column in where:
        line = fields["where"].keys[column]
        wanted = reader.texts(where, column)
        if not _has(reader, column, line, columns, table):
            continue
        cells = {row[column] for row in rows}
        for value, value_line in wanted:
            if value not in cells:
                remedy = meant(value, sorted(cells), "compare with the table")
                message = f"no row of {table!r} has {column} {value!r}"
                reader.fault(value_line, message, remedy)
        allowed = {value for value, _ in wanted}
        picked = [(i, row) for i, row in picked if row[column] in allowed]
    return picked if len(reader.faults) == before else None


def _cells(
    reader: Reader,
    fields: Values,
    table: str,
    column: str,
    take: str,
    picked: list[tuple[int, Row]],
) -> list[float] | None:
    line = fields["column"].line
    if not picked:
        where = fields["where"].line if "where" in fields else line
        reader.fault(where, f"no row of {table!r} fits 'where'", "compare with the table")
        return None
    if take == "value" and len(picked) > 1:
        reader.fault(
            fields["where"].line if "where" in fields else line,
            f"{len(picked)} rows of {table!r} fit, and one is needed",
            "narrow 'where', or write 'take: sum' or the like",
        )
        return None
    numbers = []
    for i, row in picked:
        cell = row[column].strip()
        if not NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
            said = f"holds {cell!r}, not a number" if cell else "is empty"
            message = f"the cell {column!r} in line {i} of {table!r} {said}"
            reader.fault(line, message, "choose another column, or leave such rows out")
            return None
        numbers.append(float(cell))
    match take:
        case "sum":
            return [math.fsum(numbers)]
        case "mean":
            return [math.fsum(numbers) / len(numbers)]
        case "min":
            return [min(numbers)]
        case "max":
            return [max(numbers)]
    return numbers
