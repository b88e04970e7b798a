"""A set of questions of their own for each learner, made from a seed.

Everything that is drawn comes from SHA-256 of the seed, the learner's name and the words of an
item: the same on every computer, in every process and with every Python.  Options,
statements and pairs stand in another order (``shuffle: no`` keeps theirs), so many questions are
drawn as are wanted, and a number whose author wrote ``vary:`` comes from another row of its table.
What is written is read back, and every key in it is checked, before anything is in its place.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from dialogue import bank
from dialogue.bank import pictures
from dialogue.course import files, tables
from dialogue.course.files import FileFault
from dialogue.grading import release
from dialogue.page import text
from dialogue.questions import KINDS, Choice, NotANumber, Question, grade, number
from dialogue.widgets import twin

# What a row of another year, month or place makes untrue.
_OF_ONE_ROW = ("answer", "near", "hint", "explain", "para", "sources", "as_of")
# What a longer list of learners has left.
_OF_A_LEARNER = ("learners/*.yaml", "keys/*.yaml")
_HEADS = {"learner", "name", "nickname", "id", "student", "student_id", "user", "username"}

Item = dict[str, Any]  # as an author types it: mappings, lists and text


def draw(*parts: str) -> str:
    """A number drawn from *parts*, as 64 hexadecimal digits.  No two lists of parts are joined
    alike, because each is led by its length."""
    told = "".join(f"{len(part.encode())}:{part}" for part in parts)
    return hashlib.sha256(told.encode()).hexdigest()


# --- one item --------------------------------------------------------------------------------


def shuffled(item: Item, seed: str, learner: str) -> Item:
    """*item* with what there is to choose from in the order of this learner."""
    item = deepcopy(item)
    order = KINDS[item["type"]].shuffled
    if order and str(item.get("shuffle", "")).lower() not in bank.NO:
        name, words = order
        item[name].sort(key=lambda entry: draw(seed, learner, item["id"], entry[words]))
        item["shuffle"] = "no"  # this order is the variant's: nobody may shuffle it again
    return item


def rows(item: Item) -> list[dict[str, str]]:
    """The rows of its table that a numeric *item* may be asked of: its own among them, and only
    its own when the author wrote no ``vary:``."""
    source = item.get("answer_from", {})
    column = source.get("vary")
    if not column:
        return []
    every = tables.sheet(tables.resources()[source["table"]]["file"]).rows
    others = {name: value for name, value in source["where"].items() if name != column}

    def fits(row: Mapping[str, str]) -> bool:
        return all(
            row[name] in (value if isinstance(value, list) else [value])
            for name, value in others.items()
        )

    fitting = [row for row in every if fits(row)]
    return [
        row
        for row in fitting
        # A value that stands in one row only, with a number in it.
        if sum(row[column] == other[column] for other in fitting) == 1
        and _is_number(row[source["column"]])
        and row[column].strip() == row[column] != ""
    ]


def _is_number(cell: str) -> bool:
    try:
        return number(cell) is not None
    except NotANumber:
        return False


def of_row(item: Item, row: Mapping[str, str]) -> Item:
    """The numeric *item* asked of another *row*; what the author said of the first is left out."""
    source = item["answer_from"]
    column = source["vary"]
    before = source["where"][column].strip()
    if row[column] == before:
        return item
    ((start, end),) = bank.stands(before, item["ask"])
    other = {name: deepcopy(value) for name, value in item.items() if name not in _OF_ONE_ROW}
    other["ask"] = item["ask"][:start] + row[column] + item["ask"][end:]
    other["answer_from"]["where"][column] = row[column]
    return other


def variant(items: Sequence[Item], seed: str, learner: str, count: int | None = None) -> list[Item]:
    """The *items* of one learner, in the author's order: *count* of them (None: all)."""
    chosen: Sequence[int] = range(len(items))
    if count is not None:
        drawn = sorted(chosen, key=lambda i: draw(seed, learner, "draw", items[i]["id"]))
        chosen = sorted(drawn[:count])
    found = []
    for item in (items[i] for i in chosen):
        choice = rows(item)
        if choice:
            choice.sort(key=lambda row: draw(seed, learner, item["id"], *map(str, row.values())))
            item = of_row(item, choice[0])
        found.append(shuffled(item, seed, learner))
    return found


# --- the key ---------------------------------------------------------------------------------


def check(question: Question) -> str:
    """What is wrong with the key of *question*, or nothing ("").

    The key must be graded right, and everything that departs from it in one place wrong or
    partly right; in the learner's copy, where the order is another, too.
    """
    if question.vote:  # no answer is right
        return ""
    question = replace(question, confidence=False, use="learn")
    right, wrong = question.responses()
    for response in right:
        if grade(question, response).verdict != "right":
            return f"the key {response!r} is not graded right"
    for response in wrong:
        if grade(question, response).verdict not in ("wrong", "partly"):
            return f"{response!r} is not graded wrong"
    places = question.copy_order()
    if isinstance(question, Choice) and question.one_letter:
        for place, option in enumerate(places):
            response = question.authored(place)
            if (grade(question, response).verdict == "right") != question.options[option].right:
                return f"place {place + 1} of the learner's copy is marked by another option"
    return ""


# --- learners and files ------------------------------------------------------------------------


def read_roster(file: str | os.PathLike[str]) -> list[str]:
    """The learners in *file*: one a line, or the first column of a CSV table.

    A first line that says ``name``, ``learner``, ``id`` or the like is a heading.  Raises
    :class:`FileFault` when there is nobody, or when two could not be told apart as files.
    """
    text = files.read_text(file)
    found: dict[str, str] = {}
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise FileFault(file, f"this is no table ({error})", "save it as CSV, UTF-8") from None
    for line, row in enumerate(lines, 1):
        name = files.from_cell(row[0]).strip() if row else ""
        if not name or (line == 1 and name.lower().replace(" ", "_") in _HEADS):
            continue
        safe = files.safe_name(name)
        if safe.casefold() in found:
            fault = f"{name!r} and {found[safe.casefold()]!r} would have the same file"
            raise FileFault(file, fault, "change one of the two names", line)
        found[safe.casefold()] = name
    if not found:
        raise FileFault(file, "no learner is named here", "write one name a line")
    return list(found.values())


def _items(questions: Sequence[Question]) -> list[Item]:
    """What the authors typed for *questions* of the course."""
    import yaml

    whole = release.sound_bank()
    typed: dict[str, Item] = {}
    for question in questions:
        if whole.questions.get(question.id) != question:
            remedy = "name questions of the course, or put the bank into its exercises folder"
            raise FileFault(question.id, "this item is not in the course's bank", remedy)
    for name in dict.fromkeys(whole.places[question.id][0] for question in questions):
        content = yaml.load(files.read_text(name), Loader=yaml.BaseLoader)
        typed |= {
            item["id"].strip(): {**item, "id": item["id"].strip()}
            for item in pictures.bound_in(content["items"], Path(name).parent)
        }
    return [typed[question.id] for question in questions]


class Built(NamedTuple):
    """How many learners have a variant, and of how many questions each."""

    learners: int
    questions: int


def build(
    target: str | os.PathLike[str],
    questions: Sequence[Question],
    seed: str,
    learners: Sequence[str],
    *,
    draw: int | None = None,
    force: bool = False,
) -> Built:
    """Write a variant of *questions* for each of *learners* to the folder *target*.

    ``learners/NAME.yaml`` has no key, ``keys/NAME.yaml`` has it, and ``keys.csv`` lists every right
    answer.  *draw* is how many questions each gets (None: all).  Raises :class:`FileFault` when
    there are fewer, when an item is not the course's, when a key does not hold, and when the
    folder cannot be written.
    """
    items = _items(questions)
    if draw is not None and draw > len(items):
        fault = f"{draw} questions are to be drawn, and {len(items)} are named"
        raise FileFault("--draw", fault, "name more, or draw fewer")
    table: list[Sequence[object]] = []
    with files.folder(target, force=force, ours=_OF_A_LEARNER) as beside:
        for name in ("learners", "keys"):
            (beside / name).mkdir()
        for count, learner in enumerate(learners, 1):
            if sys.stderr.isatty():
                print(f"\r{count} of {len(learners)} …", end="", file=sys.stderr, flush=True)
            safe = files.safe_name(learner)
            head = {"quiz": f"variant-{safe}", "title": learner}
            chosen = variant(items, seed, learner, draw)
            path = beside / "keys" / f"{safe}.yaml"
            _write(path, "", {**head, "items": chosen})
            made = _checked(path, learner, [item["id"] for item in chosen])
            open_items = [release.fields_without_key(question) for question in made]
            told = {**head, "released": "yes", "items": open_items}
            _write(beside / "learners" / f"{safe}.yaml", release.COPY_NOTE, told)
            table += _key_rows(learner, made)
        if sys.stderr.isatty():
            print(file=sys.stderr)
        header = ("learner", "item", "version", "version in the copy", "answer")
        files.write(
            beside / "keys.csv",
            files.csv_text(header, table),
        )
    return Built(len(learners), len(items) if draw is None else draw)


def _write(path: Path, note: str, content: Item) -> None:
    """A bank, and beside it the pictures that it shows."""
    content, shown = pictures.beside(content, path.parent)
    pictures.write(shown)
    files.write(path, note + release.yaml_text(content))


def _checked(path: Path, learner: str, ids: Sequence[str]) -> list[Question]:
    read = bank.read([path], keep_nodes=False)
    for fault in read.faults:
        raise FileFault(learner, f"{fault.item}: {fault.message}", fault.remedy)
    for question in read.questions.values():
        if wrong := check(question):
            remedy = "mend the item, or write 'shuffle: no' or no 'vary:'"
            raise FileFault(learner, f"{question.id}: {wrong}", remedy)
    return [read.questions[name] for name in ids]


def _key_rows(learner: str, made: Iterable[Question]) -> Iterable[Sequence[object]]:
    for question in made:
        right = "; ".join(text.plain(part) for part in twin.key(question))
        if isinstance(question, Choice) and question.role == "option":
            letters = [twin.letter(i) for i in question.right()]
            right = f"{', '.join(letters)}: {right}"
        copy = release.without_key(question)
        yield learner, question.id, question.version, copy.version, right
