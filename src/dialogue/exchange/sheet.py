"""A table with one row an item, as CSV: the kinds of question that fit into a row.

Options, known slips and bands stand in pairs of columns, ``option 1`` and ``comment 1`` and
so on; ``key`` says which of them are right.  :mod:`dialogue.exchange.workbook` writes and
reads the same table as an Excel workbook.

===========  ===============================  =====================================
kind         option                           key
===========  ===============================  =====================================
single       what can be chosen               the number of the right option
multiple     what can be ticked               the numbers of all right ones: 1; 3
evidence     a paragraph, such as P6          the number of the right one
short        what people write                the numbers of those that are accepted
numeric      a wrong number people arrive at  the number, or several with ; between
forecast     0 to 30, which a comment is on;  none: see the column ``happened``
             or 40, the chance of somebody
             whom the comment names
===========  ===============================  =====================================

Spreadsheet programs change what they open: they run formulas, make dates of ``05-2`` and
``11 June 2020``, and drop the zeros of ``2.50``.  Such cells get an apostrophe in front,
which is taken off again when the table is read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from dialogue import bank
from dialogue.bank import writing
from dialogue.course import files
from dialogue.course.faults import nearest
from dialogue.course.files import FileFault
from dialogue.exchange import Loss, foreign
from dialogue.exchange.incoming import NUMBER, taken_over
from dialogue.questions import KINDS as known
from dialogue.questions import Numeric, Question
from dialogue.questions.model import full as _full

# The column's name, and the field of the bank that it holds.
BEFORE = {"id": "id", "kind": "type", "ask": "ask", "key": "key"}
AFTER = {
    "tolerance": "tolerance",
    "unit": "unit",
    "spelling": "spelling",
    "any one": "any_one",
    "resolves": "resolves",
    "happened": "happened",
    "opens": "opens",
    "base rate": "base_rate",
    "hint": "hint",
    "explain": "explain",
    "objective": "objective",
    "level": "level",
    "para": "para",
    "sources": "sources",
    "points": "points",
    "contested": "contested",
    "as of": "as_of",
    "status": "status",
    "by": "by",
    "confidence": "confidence",
    "use": "use",
    "core": "core",
    "shuffle": "shuffle",
    "was": "was",
}
COLUMNS = BEFORE | AFTER
# What teachers call the columns in tables of their own.
ALSO = {
    "type": "kind",
    "question": "ask",
    "stem": "ask",
    "answer": "key",
    "correct": "key",
    "explanation": "explain",
    "feedback": "explain",
    "paragraph": "para",
    "paragraphs": "para",
    "source": "sources",
    "date": "as of",
}
LISTS = ("para", "sources", "was")
WORDS = {
    "level": bank.LEVELS,
    "status": bank.STATUSES,
    "use": bank.USES,
    "spelling": bank.SPELLINGS,
    "confidence": ("ask", "probability"),
}
FEWEST_OPTIONS = 6
# More rows and columns than any bank has; a hostile workbook claims a million.
MOST_ROWS, MOST_COLUMNS = 20_000, 250

_PART = re.compile(r"(option|comment|choice|distractor|feedback) ?(\d{1,2})")
_NUMBER = re.compile(NUMBER)
_BAND = re.compile(r"([\d.,]+)\s*(?:to|-|–)\s*([\d.,]+)\s*(?:%|per cent)?")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
# What Excel and LibreOffice make a number or a date of, in one language or another.
_TURNED = re.compile(
    rf"[+-]?0\d+|\d{{16,}}|[+-]?\d+([.,:/-]\d+)+|[+-]?[\d.,]+e[+-]?\d+|true|false"
    rf"|(\d{{1,2}}[. -]{{1,2}})?{_MONTH}([. -]+\d{{1,2}})?(,?[ -]\d{{2,4}})?",
    re.IGNORECASE,
)
# And what is left of 05-2 or of 2020-06 once that has happened.
# Excel writes months short there; 09-margin is an id.
_SHORT = _MONTH.removesuffix("[a-z]*")
_WAS_TURNED = re.compile(rf"\d{{1,2}}[-.]{_SHORT}|{_SHORT}-\d{{2}}", re.IGNORECASE)


def guard(words: str) -> str:
    """A cell that spreadsheet programs leave as it is.  :func:`unguard` undoes it."""
    return "'" + words if _TURNED.fullmatch(words.lstrip("'")) else files.cell(words)


def unguard(words: str) -> str:
    """What :func:`guard` was given."""
    if words.startswith("'") and _TURNED.fullmatch(words.lstrip("'")):
        return words[1:]
    return files.from_cell(words)


# --- questions to rows -------------------------------------------------------------------


def table(questions: Sequence[Question]) -> tuple[list[str], list[list[str]], list[Loss]]:
    """The header, the rows as text, and what does not fit into them."""
    losses: list[Loss] = []
    found: list[tuple[dict[str, str], list[tuple[str, str]]]] = []
    for question in questions:
        if question.kind not in KINDS:
            what = f"left out: a row holds no {question.kind} question; export it as moodle"
            losses.append(Loss(question.id, what, left_out=True))
            continue
        row, pairs = _row(question)
        cells = [*row.values(), *(words for pair in pairs for words in pair)]
        if any(writing.clean(words) != words for words in cells):
            losses.append(Loss(question.id, "control characters, which were replaced by \ufffd"))
        if question.language != "en":
            what = f"its language ({question.language}): it belongs to a whole file"
            losses.append(Loss(question.id, what))
        if isinstance(question, Numeric) and any(near.within is not None for near in question.near):
            losses.append(Loss(question.id, "how far around a known slip its comment reaches"))
        if question.keyless:
            losses.append(Loss(question.id, "its key, which is not in this learner's copy"))
        found.append((row, pairs))
    most = max([FEWEST_OPTIONS, *(len(pairs) for _row, pairs in found)])
    header = [*BEFORE, *(f"{part} {n + 1}" for n in range(most) for part in ("option", "comment"))]
    header += AFTER
    rows = []
    for row, pairs in found:
        every = [*pairs, *[("", "")] * (most - len(pairs))]
        cells = [row.get(name, "") for name in BEFORE]
        cells += [words for pair in every for words in pair]
        cells += [row.get(name, "") for name in AFTER]
        rows.append([re.sub(r"\r\n?", "\n", writing.clean(words)) for words in cells])
    return header, rows, losses


def _row(question: Question) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The cells of *question* by column, and its pairs of option and comment."""
    # Without its key an item says what is asked, and its number is no number of anybody's.
    fields = writing.fields(question) | ({"answer": ""} if question.keyless else {})
    row = {}
    for column, name in COLUMNS.items():
        value = fields.get(name, "")
        row[column] = "; ".join(value) if isinstance(value, list) else str(value)
    row["key"], pairs = _ROWS[question.kind].written(fields)
    return row, pairs


Pairs = tuple[str, list[tuple[str, str]]]  # the key, and each option with its comment


def _of_options(fields: Mapping[str, Any]) -> Pairs:
    options = fields["options"]
    right = [str(n) for n, option in enumerate(options, 1) if "right" in option]
    pairs = [(option.get("text") or option["para"], option.get("say", "")) for option in options]
    return "; ".join(right), pairs


def _of_words(fields: Mapping[str, Any]) -> Pairs:
    accepted = fields.get("accept", [])
    right = "; ".join(str(n) for n in range(1, len(accepted) + 1))
    slips = [(slip["text"], slip["say"]) for slip in fields.get("wrong", [])]
    return right, [*((words, "") for words in accepted), *slips]


def _of_number(fields: Mapping[str, Any]) -> Pairs:
    answer = fields.get("answer", "")
    if isinstance(answer, list):  # a semicolon after one number says: a column of one
        answer = "; ".join(answer) + (";" if len(answer) == 1 else "")
    return answer, [(near["value"], near["say"]) for near in fields.get("near", [])]


def _of_chance(fields: Mapping[str, Any]) -> Pairs:
    bands = [(f"{band['from']} to {band['to']}", band["say"]) for band in fields.get("bands", [])]
    return "", [*bands, *((each["chance"], each["who"]) for each in fields.get("reference", []))]


def write(questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """The items as CSV: comma, CRLF, UTF-8 with the mark by which Excel knows it.

    *title* has no place in a table.
    """
    header, rows, losses = table(questions)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([guard(words) for words in row] for row in rows)
    return out.getvalue().encode("utf-8-sig"), losses


# --- rows to items -----------------------------------------------------------------------


class _Fault(Exception):
    """One thing that is wrong in a row."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


def read(data: bytes, file: str, language: str = "en") -> tuple[list[dict[str, Any]], list[Loss]]:
    """The items in a CSV file, separated by comma, semicolon or tab.

    Raises :class:`~dialogue.course.files.FileFault`, with the row, for anything that cannot be read
    without guessing; nothing is taken from a file with a fault.
    """
    files.decode(data, file)  # names the faults of the encoding
    csv.field_size_limit(2**31 - 1)  # a cell that is too long is named by its row, not by csv
    text = data.decode("utf-8-sig")  # the line ends inside a cell are the author's
    first, _, rest = text.partition("\n")
    separator = ""
    if named := re.fullmatch(r'"?sep=(.)"?\r?', first.strip("\r"), re.IGNORECASE):
        separator, text = named[1], rest
    separated = separator or _sep(text)
    if line := _unclosed(text, separated):
        fault = "a quotation mark opens here and is not closed"
        remedy = "close it; a mark inside a cell is written twice"
        raise FileFault(file, fault, remedy, line + bool(separator))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separated))
    except csv.Error as error:
        fault = f"this is not a table as CSV ({error})"
        raise FileFault(file, fault, "export it again as 'CSV UTF-8'") from error
    skipped = 1 if separator else 0
    return items([(n + skipped, row) for n, row in enumerate(rows, 1)], file, language)


def _unclosed(text: str, separator: str) -> int:
    """The line of a quotation mark that opens a cell and is not closed in it; 0 for none."""
    strictly = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 0
    try:
        for _row in strictly:
            start = strictly.line_num
    except csv.Error:
        rest = "".join(text.splitlines(keepends=True)[start:])
        cells = next(csv.reader(io.StringIO(rest, newline=""), delimiter=separator), [])
        for at, cell in enumerate(cells):
            if "\n" in cell or (at == len(cells) - 1 and strictly.line_num > start + 1):
                return start + 1 + sum(before.count("\n") for before in cells[:at])
        if (
            rest.count('"') % 2
            and strictly.line_num == start + 1
            and not rest.strip("\r\n").count("\n")
        ):
            return start + 1  # in the last line
    return 0


def _sep(text: str) -> str:
    """The separator with which the header names most of the columns that are known."""

    def known(separator: str) -> int:
        header: list[str] = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
        return sum((_column(name) or foreign.column(name)) != "" for name in header[:MOST_COLUMNS])

    return max(",;\t", key=known)


def _column(name: str) -> str:
    """The name of a column as we write it; empty when it is not known."""
    plain = re.sub(r"[\s_.:-]+", " ", name.strip().lstrip("'").lower()).strip()
    if part := _PART.fullmatch(plain):
        which = "comment" if part[1] in ("comment", "feedback") else "option"
        return f"{which} {int(part[2])}"
    plain = ALSO.get(plain, plain)
    return plain if plain in COLUMNS else ""


def items(
    rows: Iterable[tuple[int, Sequence[str]]], file: str, language: str = "en"
) -> tuple[list[dict[str, Any]], list[Loss]]:
    """The items in a table: rows of text, each with its number, the header first."""
    filled = [(n, row) for n, row in rows if any(words.strip() for words in row)]
    if not filled:
        raise FileFault(file, "the table is empty", "write one row an item below the header")
    place, header = filled[0]
    if len(filled) > MOST_ROWS or max(len(row) for _n, row in filled) > MOST_COLUMNS:
        fault = f"the table is larger than {MOST_ROWS} rows or {MOST_COLUMNS} columns"
        raise FileFault(file, fault, "delete what stands far below or beside the items")
    columns = [_column(name) for name in header]
    if (top := _foreign(filled, columns)) is not None:
        losses: list[Loss] = []
        parsed = foreign.read(filled[top:], losses, language)
        return taken_over(parsed, losses, file, language=language), losses
    for needed in ("kind", "ask"):
        if needed not in columns:
            fault = f"row {place}: the header has no column {needed!r}"
            remedy = "keep the header that 'dialogue export csv' writes"
            raise FileFault(file, fault, remedy)
    twice = [name for name in columns if name and columns.count(name) > 1]
    if twice:
        fault = f"row {place}: the header has the column {twice[0]!r} twice"
        raise FileFault(file, fault, "keep one of the two")

    found: list[dict[str, Any]] = []
    losses = []
    faults: list[tuple[int, _Fault]] = []
    taken: dict[str, int] = {}
    for n, row in filled[1:]:
        try:
            cells = _cells(row, header, columns)
            item = _item(cells, taken)
        except _Fault as fault:
            faults.append((n, fault))
            if len(faults) == bank.MOST_FAULTS:
                break
            continue
        name = item["id"]
        if name in taken:
            message = f"the id {name!r} stands in row {taken[name]} already"
            faults.append((n, _Fault(message, "give each item an id of its own")))
            continue
        taken[name] = n
        if not cells.get("id"):
            losses.append(Loss(name, f"row {n} had no id; it got this one"))
        unknown = [
            f"the column {title.strip()!r}, which has no place in a bank"
            for title, column, words in zip(header, columns, row, strict=False)
            if not column and words.strip()
        ]
        turned = [
            f"row {n}: {words.strip()!r} looks like a date that Excel made; check {column!r}"
            for column, words in zip(columns, row, strict=False)
            if column and _WAS_TURNED.fullmatch(words.strip())
        ]
        losses += [Loss(name, what) for what in unknown + turned]
        found.append(item)
    if faults:
        n, first = faults[0]
        others = len(faults) - 1
        more = f" (and {others} more row{'s' * (others > 1)} with faults)" if others else ""
        raise FileFault(file, f"row {n}: {first.message}{more}", first.remedy)
    if not found:
        raise FileFault(file, "the table has a header and no row", "write one row an item")
    return found, losses


def _foreign(filled: Sequence[tuple[int, Sequence[str]]], columns: Sequence[str]) -> int | None:
    """Where the header of a table stands that is not ours; None for one that is."""
    if {"kind", "ask"} <= set(columns):
        at = columns.index("kind")
        named = {row[at].strip().lower() for _n, row in filled[1:] if len(row) > at} - {""}
        if named <= set(known) or not any(foreign.known_kind(word) for word in named):
            return None
    return foreign.header_at(filled)


def _cells(row: Sequence[str], header: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    beyond = [words for words in row[len(header) :] if words.strip()]
    if beyond:
        message = f"there is a cell beyond the last column: {beyond[0][:40]!r}"
        raise _Fault(message, "check the quotation marks and separators of this row")
    return {
        column: unguard(words.strip()).strip()
        for column, words in zip(columns, row, strict=False)
        if column and words.strip()
    }


def _number(words: str, column: str) -> str:
    """A number as a bank holds it, from one that a person or Excel typed."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", words.replace("−", "-"))
    if _NUMBER.fullmatch(plain):
        return plain
    if re.fullmatch(r"[+-]?\d+,\d{1,2}|[+-]?\d+,\d{4,}|[+-]?0,\d+", plain):
        return plain.replace(",", ".")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3}){2,}(\.\d*)?|[+-]?\d{1,3}(,\d{3})+\.\d+", plain):
        return plain.replace(",", "")
    message = f"{column!r} is {words!r}, not a number that can be read without guessing"
    raise _Fault(message, "write digits with a point for decimals, such as 1423 or 12.5")


def _yes(words: str, column: str) -> str:
    plain = words.lower()
    if plain in bank.YES:
        return "yes"
    if plain in bank.NO:
        return "no"
    raise _Fault(f"{column!r} is {words!r}", "write yes or no")


def _near(words: str, known: Sequence[str]) -> str:
    near = nearest(words, known, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(known)}"


def _pairs(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """Options and comments in their order; an empty pair between two filled ones is no gap."""
    numbers = {int(name.split()[1]) for name in cells if _PART.fullmatch(name)}
    pairs = []
    for n in range(1, max(numbers, default=0) + 1):
        option, comment = cells.get(f"option {n}", ""), cells.get(f"comment {n}", "")
        if comment and not option:
            message = f"'comment {n}' has no 'option {n}' that it belongs to"
            raise _Fault(message, "write the option, or move the comment to its option")
        pairs.append((option, comment))
    return pairs


def _right(key: str, pairs: Sequence[tuple[str, str]]) -> set[int]:
    """Which options the key names: by number, by the text itself, or by letter."""
    texts = [option.casefold() for option, _comment in pairs]
    if key.casefold() in texts and not key.isdigit():
        return {texts.index(key.casefold())}
    chosen = set()
    parts = [part for part in re.split(r"[;,\s]+", key) if part]
    if not all(re.fullmatch(r"\d+|[A-Za-z]|[Pp]\d+", part) for part in parts):
        parts = [part.strip() for part in key.split(";") if part.strip()]
    for part in parts:
        if part.isdecimal():
            place = int(part) - 1
        elif part.casefold() in texts:
            place = texts.index(part.casefold())
        else:
            place = ord(part.upper()) - ord("A") if re.fullmatch("[A-Za-z]", part) else -1
        if not (0 <= place < len(pairs) and pairs[place][0]):
            message = f"the key {key[:60]!r} names no option"
            raise _Fault(message, "write the number of the right option, or several as 1; 3")
        chosen.add(place)
    return chosen


def _item(cells: dict[str, str], taken: Mapping[str, Any]) -> dict[str, Any]:
    """One row as an author would type it in a bank."""
    kind = cells.get("kind", "").lower()
    if kind not in KINDS:
        message = f"the kind is {kind!r}" if kind else "there is no kind"
        if kind in known:
            message, remedy = f"a row holds no {kind} question", "write it in a bank of its own"
            raise _Fault(message, remedy)
        raise _Fault(message, _near(kind, KINDS))
    if "ask" not in cells:
        raise _Fault("there is nothing in 'ask'", "write what is asked")
    item: dict[str, Any] = {
        "id": cells.get("id") or writing.item_id(cells["ask"][:40], taken),
        "type": kind,
        "ask": cells["ask"],
    }
    for column, name in AFTER.items():
        if value := _field(column, cells.get(column, "")):
            item[name] = value
    item.setdefault("status", "draft")  # of somebody else, until an author says otherwise
    vote = item.get("use") == "vote" and item.get("contested") == "yes"
    return item | _own(kind, cells, keyless=vote and known[kind].votable)


def _field(column: str, words: str) -> Any:
    """The value of a cell that is the same for every kind; empty when it says nothing."""
    if not words:
        return ""
    if column in LISTS:
        return [part for part in re.split(r"[;,\s]+", words) if part]
    if column in ("tolerance", "points"):
        return _number(words, column)
    if column in ("contested", "core", "shuffle", "any one"):
        usual = "yes" if column == "shuffle" else "no"
        said = _yes(words, column)
        return "" if said == usual else said
    if column == "happened":
        return "" if words.lower() == "unknown" else _yes(words, column)
    if column in WORDS:
        plain = words.lower()
        if plain not in WORDS[column]:
            raise _Fault(f"{column!r} is {words!r}", _near(plain, WORDS[column]))
        return plain
    shape = {"objective": r"\d\d-\d+", "as of": r"\d{4}(-\d\d){0,2}"}.get(column)
    if shape and not re.fullmatch(shape, words):
        example = {"objective": "05-2", "as of": "2020-06-11"}[column]
        message = f"{column!r} is {words!r}; Excel may have made a date of it"
        raise _Fault(message, f"format the column as Text, and write it as {example}")
    return words


def _own(kind: str, cells: Mapping[str, str], *, keyless: bool = False) -> dict[str, Any]:
    """The fields that only this kind has; *keyless* where no option is right."""
    pairs, key, row = _pairs(cells), cells.get("key", ""), _ROWS[kind]
    if row.remedy and not key and not keyless:
        raise _Fault("there is no key", row.remedy)
    return row.read(key, pairs)


def _numeric(key: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    numbers = [_number(part, "key") for part in key.split(";") if part.strip()]
    if not numbers:
        raise _Fault("the key holds no number", "write the number")
    near = [_full(value=_number(option, "option"), say=say) for option, say in pairs if option]
    return _full(answer=numbers if ";" in key else numbers[0], near=near)


def _short(key: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    if re.fullmatch(r"[\d;,\s]+", key) and any(option for option, _say in pairs):
        right = _right(key, pairs)
        accept = [option for n, (option, _say) in enumerate(pairs) if n in right]
        if spoken := [pairs[n][1] for n in sorted(right) if pairs[n][1]]:
            message = f"an accepted answer has a comment: {spoken[0][:40]!r}"
            raise _Fault(message, "move it to 'explain'")
        pairs = [pair for n, pair in enumerate(pairs) if n not in right]
    else:  # the answers themselves, as people type them who did not read the manual
        accept = [part.strip() for part in key.split(";") if part.strip()]
    wrong = [{"text": option, "say": say} for option, say in pairs if option]
    return _full(accept=accept, wrong=wrong)


def _options(key: str, pairs: Sequence[tuple[str, str]], name: str = "text") -> dict[str, Any]:
    right = _right(key, pairs) if key else set()
    return {
        "options": [
            _full(**{name: option, "right": "yes" if n in right else "", "say": say})
            for n, (option, say) in enumerate(pairs)
            if option
        ]
    }


def _forecast(_key: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    bands, reference = [], []
    for option, comment in pairs:
        if not option:
            continue
        if band := _BAND.fullmatch(option):
            low, high = (_number(words, "option") for words in band.groups())
            bands.append({"from": low, "to": high, "say": comment})
        else:
            chance = _number(option.rstrip("% "), "option")
            reference.append({"who": comment, "chance": chance})
    return _full(bands=bands, reference=reference)


class _Row(NamedTuple):
    """How a kind is written in a row and read from one, and the *remedy* for a missing key."""

    written: Callable[[Mapping[str, Any]], Pairs]
    read: Callable[[str, list[tuple[str, str]]], dict[str, Any]]
    remedy: str = "write the number of the right option"


_ROWS = {
    "single": _Row(_of_options, _options),
    "multiple": _Row(_of_options, _options),
    "numeric": _Row(_of_number, _numeric, "write the number"),
    "short": _Row(_of_words, _short),
    "evidence": _Row(_of_options, partial(_options, name="para")),
    "forecast": _Row(_of_chance, _forecast, ""),
}
KINDS = tuple(_ROWS)
