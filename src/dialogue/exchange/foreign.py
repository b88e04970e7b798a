"""Tables as teachers keep them: Question, A, B, C, D, Correct, and the like.

The shapes of Kahoot, Quizizz and many home-made sheets: one row a question, the options in
columns, and a key that is a letter, a number or the option's words.  Which of the three is found
out from the whole table, and where two fit and differ, nothing is guessed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dialogue.exchange import Loss
from dialogue.exchange.incoming import NUMBER, Answer, Parsed
from dialogue.exchange.wording import Wording

_NAMES = {
    "ask": (
        "question",
        "question text",
        "questiontext",
        "questions",
        "ask",
        "stem",
        "prompt",
        "item",
        "query",
    ),
    "name": (
        "id",
        "name",
        "question name",
        "questionname",
        "multichoicename",
        "title",
        "number",
        "no",
        "nr",
        "#",
        "q",
        "question id",
    ),
    "kind": ("kind", "type", "question type", "qtype", "questiontype"),
    "key": (
        *("key", "correct", "correct answer", "correct answers", "right answer", "right", "answer"),
        *(
            "answers",
            "correct option",
            "correct choice",
            "solution",
            "answer key",
            "correct answer s",
        ),
        *("correct letter", "correctanswer", "answerkey", "correct index"),
    ),
    "explain": (
        *("generalfeedback", "correct feedback"),
        *("explanation", "explain", "feedback", "rationale", "general feedback", "reason"),
        *("answer explanation", "comment", "justification"),
    ),
    "points": (
        "points",
        "defaultmark",
        "default mark",
        "score",
        "marks",
        "mark",
        "point",
        "weight",
    ),
    "category": ("category", "topic", "section", "chapter", "unit", "subject", "theme"),
    "hint": ("hint",),
    "choices": ("options", "choices", "answer options", "answer choices", "alternatives"),
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names}
_OPTION = re.compile(
    r"(?:(option|choice|answer|alternative|distractor|opt|feedback|comment) ?)?([a-h]|\d{1,2})"
)
_KINDS = {
    "single": (
        "single",
        "choice",
        "multichoice",
        "mc",
        "mcq",
        "multiple choice",
        "single choice",
        "single select",
        "quiz",
    ),
    "multiple": (
        *("multiple", "checkbox", "multiple answers", "multiple select", "multi select", "ma"),
        *("multiple response", "multiple answer", "select all"),
    ),
    "true": ("tf", "true false", "true or false", "truefalse", "boolean"),
    "short": (
        *("short", "short answer", "fill in the blank", "fill in the blanks", "fib", "sa"),
        *("fill", "fill in", "text", "identification", "blank"),
    ),
    "numeric": ("numeric", "numerical", "number"),
    "essay": ("essay", "open", "open ended", "open question", "long answer"),
    "a poll": ("poll", "survey", "draw", "slide", "opinion"),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}
_TRUE, _FALSE = ("true", "t", "yes", "richtig", "vrai"), ("false", "f", "no", "falsch", "faux")
_NUMBER = re.compile(NUMBER)
_MOST_WORDS = 8  # of an answer that is typed and compared
_HEADER_WITHIN = 15  # rows from the top


def _plain(name: str) -> str:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)  # CorrectOption
    name = re.split(r" [-–] |\(", name.strip().lstrip("'").lower())[0]
    return re.sub(r"[\s_.:/?-]+", " ", name).strip()


def column(name: str) -> str:
    """What a column of such a table holds; empty when it is not known."""
    plain = _plain(name)
    if plain in _COLUMNS:
        return _COLUMNS[plain]
    if part := _OPTION.fullmatch(plain):
        place = int(part[2]) if part[2].isdigit() else ord(part[2]) - ord("a") + 1
        if part[1] is None and part[2].isdigit():
            return ""
        return f"{'say' if part[1] in ('feedback', 'comment') else 'option'} {place}"
    return ""


def header_at(rows: Sequence[tuple[int, Sequence[str]]]) -> int | None:
    """Where the header of such a table stands among *rows*; None for no such table."""
    for place, (_n, row) in enumerate(rows[:_HEADER_WITHIN]):
        found = [column(name) for name in row]
        options = sum(name.startswith("option") for name in found)
        if "ask" in found and ("key" in found or options > 1 or "choices" in found):
            return place
    return None


@dataclass
class _Row:
    number: int
    cells: dict[str, str]
    options: list[tuple[str, str]] = field(default_factory=list)  # with their comments
    other: list[str] = field(default_factory=list)  # columns that have no place here


def read(
    rows: Sequence[tuple[int, Sequence[str]]], losses: list[Loss], language: str
) -> list[Parsed]:
    """The questions of a table whose first row is the header; the others are named in *losses*."""
    header = list(rows[0][1])
    columns = [column(name) for name in header]
    # Beside A to D, "Answer 1" is no option.
    lettered = (
        sum(_plain(name) in ("a", "b", "c", "d", "option a", "option b") for name in header) > 1
    )
    if lettered:
        answers = [bool(re.fullmatch(r"answer \d", _plain(name))) for name in header]
        columns = ["key" if is_key else name for name, is_key in zip(columns, answers, strict=True)]
    found = []
    for number, cells in rows[1:]:
        row = _Row(number, {})
        options: dict[int, list[str]] = {}
        for title, name, words in zip(header, columns, cells, strict=False):
            said = words.strip()
            if not said:
                continue
            if name.startswith(("option", "say")):
                pair = options.setdefault(int(name.split()[1]), ["", ""])
                pair[name.startswith("say")] = said
            elif name:
                row.cells[name] = f"{row.cells[name]}; {said}" if name in row.cells else said
            else:
                row.other.append(title.strip())
        row.options = [(options[n][0], options[n][1]) for n in sorted(options) if options[n][0]]
        row.options = row.options or [(each, "") for each in _listed(row.cells.get("choices", ""))]
        found.append(row)
    keyed = [row for row in found if "ask" in row.cells and row.options and row.cells.get("key")]
    modes = _modes([row for row in keyed if _kind(row) in ("", "single", "multiple", "true")])
    if modes and modes[0].startswith("numbers") and len(modes) == 1:
        first = "0" if modes[0].endswith("0") else "1"
        losses.append(Loss("the keys", f"read as numbers, {first} for the first option: check one"))
    # Kahoot's own header, where any right answer is enough.
    any_one = any("choose at least one" in name.lower() for name in header)
    parsed = []
    for row in found:
        try:
            parsed.append(_question(row, modes, language, any_one=any_one))
        except ValueError as error:
            losses.append(Loss(f"row {row.number}", f"not taken over: {error}"))
    return parsed


def _listed(cell: str) -> list[str]:
    """The options in one cell: a list of JSON or of Python, or with signs between them."""
    if cell.startswith("[") and cell.endswith("]"):
        try:
            found = ast.literal_eval(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            found = []
        if isinstance(found, list) and all(isinstance(each, str | int | float) for each in found):
            return [str(each).strip() for each in found if str(each).strip()]
    for sign in ("|", "\n", ";"):
        parts = [part.strip() for part in cell.split(sign) if part.strip()]
        if len(parts) > 1:
            return parts
    return []


def known_kind(word: str) -> bool:
    """Is *word* what such tables call a kind of question?"""
    return _plain(word) in _KIND_OF


def _kind(row: _Row) -> str:
    return _KIND_OF.get(_plain(row.cells.get("kind", "")), "")


# --- keys ----------------------------------------------------------------------------------

Places = frozenset[int] | None


def _parts(key: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,|&]|\band\b", key) if part.strip()]


def _by_letter(key: str, options: Sequence[str]) -> Places:
    if re.fullmatch(r"[A-H]{2,}", key) and key == "".join(sorted(set(key))):
        parts = list(key)
    else:
        parts = _parts(key)
    found = set()
    for part in parts:
        named = re.fullmatch(r"(?:option |answer |choice )?\(?([a-h])(?:[).:]\s*(.*))?", part, re.I)
        place = ord(named[1].lower()) - ord("a") if named else -1
        if not named or not 0 <= place < len(options):
            return None
        if named[2] and named[2].casefold() != options[place].casefold():
            return None
        found.add(place)
    return frozenset(found) or None


def _by_number(key: str, options: Sequence[str], start: int = 1) -> Places:
    found = set()
    for part in _parts(key):
        named = re.fullmatch(r"(?:option |answer |choice )?(\d{1,2})(?:\.0)?", part, re.I)
        place = int(named[1]) - start if named else -1
        if not 0 <= place < len(options):
            return None
        found.add(place)
    return frozenset(found) or None


def _by_words(key: str, options: Sequence[str]) -> Places:
    texts = [option.casefold() for option in options]
    if key.casefold() in texts:
        return frozenset({texts.index(key.casefold())})
    places = [part.strip().casefold() for part in re.split(r"[;|]", key) if part.strip()]
    if not places or any(place not in texts for place in places):
        return None
    return frozenset(texts.index(place) for place in places)


_MODES: dict[str, Callable[[str, Sequence[str]], Places]] = {
    "letters": _by_letter,
    "numbers": _by_number,
    "words": _by_words,
    "numbers from 0": lambda key, options: _by_number(key, options, 0),
}


def _modes(rows: Sequence[_Row]) -> list[str]:
    """The ways to read the keys that fit most rows of the table, and none that fits fewer."""
    fits = {
        mode: sum(read(row.cells["key"], _texts(row)) is not None for row in rows)
        for mode, read in _MODES.items()
    }
    if fits["numbers"] == len(rows) or fits["letters"] == len(rows):
        fits["numbers from 0"] = 0  # nobody counts from 0 without ever writing one
    best = max(fits.values(), default=0)
    if rows and not best:
        return [_APART]
    return [mode for mode, count in fits.items() if count == best and count]


# The key is none of the options: they are the wrong ones, and it stands beside them.
_APART = "apart"


def _texts(row: _Row) -> list[str]:
    """The options without letters of their own in front, as in "B) River"."""
    texts = [option for option, _say in row.options]
    marks = [re.match(r"\(?([A-Ha-h])[).:]\s+", each) for each in texts]
    own = [mark[1].lower() if mark else "" for mark in marks]
    if own == [chr(ord("a") + i) for i in range(len(texts))]:
        return [
            each[mark.end() :] if mark else each for each, mark in zip(texts, marks, strict=True)
        ]
    return texts


def _right(row: _Row, modes: Sequence[str]) -> frozenset[int]:
    key, texts = row.cells["key"], _texts(row)
    if key in (option for option, _say in row.options) and len(modes) != 1:
        key = texts[[option for option, _say in row.options].index(key)]
    found = {mode: _MODES[mode](key, texts) for mode in (*modes, *_MODES)}
    allowed = {found[mode] for mode in modes if found[mode] is not None}
    if not allowed:  # this row is written otherwise than the rest
        allowed = {places for mode, places in found.items() if places and mode != "numbers from 0"}
    if len(allowed) > 1:
        raise ValueError(f"the key {key[:40]!r} can be read in two ways: write its letter")
    if not allowed:
        raise ValueError(f"the key {key[:40]!r} names no option")
    return next(places for places in allowed if places is not None)


# --- one row -------------------------------------------------------------------------------


def _question(row: _Row, modes: Sequence[str], language: str, *, any_one: bool = False) -> Parsed:
    cells = row.cells
    if "ask" not in cells:
        raise ValueError("there is no question in it")
    one = Parsed(name=cells.get("name", ""), kind=_kind(row))
    words = Wording(one.lost, language)
    one.ask = words(cells["ask"])
    one.explain, one.hint = words(cells.get("explain", "")), words(cells.get("hint", ""))
    one.category = cells.get("category", "")
    points = cells.get("points", "")
    one.points = points if _NUMBER.fullmatch(points) and float(points) > 0 else ""
    one.name = one.name if not one.name.isdigit() else ""
    one.name = one.name or one.ask[:60]
    one.lost += [f"the column {title!r}, which has no place in a bank" for title in row.other]
    if one.kind in ("essay", "a poll"):
        return one
    key = cells.get("key", "")
    if not key:
        raise ValueError("it has no key")
    if len(row.options) < 2:
        _typed(one, key, words)
        return one
    if modes == [_APART]:
        row.options.append((key, ""))
        right = frozenset({len(row.options) - 1})
    else:
        right = _right(row, modes)
    if one.kind != "multiple":  # "multiple choice" may mean one or several
        one.kind = "single" if len(right) == 1 or any_one else "multiple"
        if one.kind == "multiple":
            one.lost.append("several answers are right: all of them have to be ticked here")
    share = 1.0 if one.kind == "single" else 1 / len(right)
    for place, (text, (_whole, say)) in enumerate(zip(_texts(row), row.options, strict=True)):
        wrong = 0.0 if one.kind == "single" else -share
        one.answers.append(Answer(words(text), share if place in right else wrong, words(say)))
    return one


def _typed(one: Parsed, key: str, words: Wording) -> None:
    """A row without options: true or false, a number, or a few words."""
    plain = key.casefold()
    if one.kind in ("true", "single", "") and plain in (*_TRUE, *_FALSE):
        one.kind = "single"
        one.answers = [
            Answer("True", float(plain in _TRUE)),
            Answer("False", float(plain in _FALSE)),
        ]
    elif one.kind in ("single", "multiple", "true"):
        raise ValueError("it has fewer than two options")
    elif one.kind == "numeric" or (one.kind == "" and _NUMBER.fullmatch(key) and "." in key):
        one.kind = "numeric"
        one.answers = [Answer(key, 1.0)]
    else:
        texts = [part.strip() for part in re.split(r"[;|]", key) if part.strip()]
        longest = max(len(text.split()) for text in texts)
        if longest > _MOST_WORDS:
            raise ValueError(f"its answer is a text of {longest} words, which no rule marks")
        one.kind = "short"
        one.answers = [Answer(words.literal(text).replace("*", "\\*"), 1.0) for text in texts]
