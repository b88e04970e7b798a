"""The anatomy of a lesson: its beats, its lengths, and every way to depart from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from dialogue.course import catalogue, sources
from dialogue.course.files import FileFault

# The ten beats, each by the id of its cell; a lesson may have more cells between them.
BEATS = (
    "title",
    "objectives",
    "setup",
    "warm-up",
    "commit",
    "data-exercise",
    "talk",
    "write",
    "key-points",
    "sources",
)
MOST_WORDS = 1500
MOST_CODE_LINES = 10
CELLS = (25, 40)

BADGE = re.compile(r"\[(P\d+|src:[A-Za-z0-9-]+)\](?!\()")
DEFINITION = re.compile(r"^\[(P\d+|src:[A-Za-z0-9-]+)\]: .*$\n?", re.MULTILINE)
HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_ASKED = re.compile(r'"((?:\d\d)-[a-z0-9-]+)"')
_META = re.compile(
    r"^\*\*Time\*\* \d+ minutes · \*\*Needs\*\* .+ · \*\*As of\*\* .+$", re.MULTILINE
)
# A figure or a date in prose: digits that are not an id, a list number or a lesson's name.
_FIGURE = re.compile(r"(?<![\w-])\d[\d,.]*(?![\w-])")


# A run of badges, typed plainly (``[P4] [src:CRS-R40011]``) or already made readable.
_ONE = r"(?:\[[^\[\]\n]+\])?\[(?:P\d+|src:[A-Za-z0-9-]+)\](?!\()"
RUN = re.compile(rf"\(?{_ONE}(?:[;, ]+{_ONE})*\)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a lesson: the file, the cell's id, and what to do."""

    file: str
    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: cell {self.cell}: {self.message}"


class Asked(Protocol):
    """What the anatomy has to know of a question."""

    @property
    def id(self) -> str: ...
    @property
    def objective(self) -> str: ...


def asked(cells: list[dict[str, Any]]) -> list[str]:
    """The question ids that a notebook's code cells show, in order."""
    found = []
    for cell in cells:
        if cell["cell_type"] == "code":
            for call in re.findall(r"\bask\(([^)]*)\)", cell["source"]):
                found.extend(_ASKED.findall(call))
    return found


def _readable(folder: Path) -> Iterator[list[dict[str, Any]]]:
    for path in folder.glob("*.ipynb"):
        with suppress(FileFault):  # named by the check of the catalogue
            yield catalogue.notebook_cells(path)


def _words(markdown: str) -> int:
    """Words that a learner meets without opening a fold: model answers are read afterwards."""
    unfolded = re.sub(r"<details>.*?</details>", " ", markdown, flags=re.DOTALL)
    text = RUN.sub("", re.sub(r"<[^>]+>", " ", DEFINITION.sub("", unfolded)))
    return len(re.findall(r"\w[\w’'-]*", text))


def check(path: Path, known: Mapping[str, Asked]) -> list[Fault]:
    """Every way in which the lesson at *path* departs from the anatomy; *known* is the bank."""
    return list(_check(path, known))


def _check(path: Path, known: Mapping[str, Asked]) -> Iterator[Fault]:
    name, cells = path.name, catalogue.notebook_cells(path)
    by_id = {cell.get("id", ""): cell for cell in cells}
    markdown = [cell for cell in cells if cell["cell_type"] == "markdown"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    whole = path.stem[:2].isdigit() and path.stem[:2] != "00"  # the way in is no lesson

    def fault(cell: str, message: str) -> Fault:
        return Fault(name, cell, message)

    for cell in cells:
        if re.fullmatch(r"[0-9a-f]{8}|", cell.get("id", "")):
            yield fault(cell.get("id", "?"), "the id says nothing; name the cell")

    # headings
    headings = [(c["id"], len(h[1]), h[2]) for c in markdown for h in HEADING.finditer(c["source"])]
    if [level for _, level, _ in headings].count(1) != 1 or (headings and headings[0][1] != 1):
        yield fault("title", "the first heading, and only it, is of the first level")
    for (_, before, _), (cell, level, text) in pairwise(headings):
        if level > before + 1:
            yield fault(cell, f"the heading {text!r} skips a level")

    # sizes
    words = sum(_words(cell["source"]) for cell in markdown)
    if words > MOST_WORDS:
        yield fault("title", f"{words} words of prose; at most {MOST_WORDS}")
    for cell in code:
        lines = len(cell["source"].splitlines())
        if lines > MOST_CODE_LINES:
            yield fault(cell["id"], f"{lines} lines of code; at most {MOST_CODE_LINES}")
        folded = cell["metadata"].get("jupyter", {}).get("source_hidden")
        if folded and not cell["source"].startswith("# "):
            yield fault(cell["id"], "a folded cell starts with a comment that says what it does")

    # badges
    for cell in markdown:
        for badge in BADGE.findall(DEFINITION.sub("", cell["source"])):
            target = badge.removeprefix("src:")
            if target not in sources.paragraphs() and target not in sources.bibliography():
                yield fault(cell["id"], f"the badge [{badge}] has no target in seeds/")
        for image in re.findall(r"!\[\s*\]\(", cell["source"]):
            yield fault(cell["id"], f"an image without a text alternative ({image}…)")

    ids = asked(cells)
    for item in ids:
        if item not in known:
            yield fault("?", f"asks {item!r}, which is not in the bank")

    if not whole:
        return
    if not CELLS[0] <= len(cells) <= CELLS[1]:
        yield fault("title", f"{len(cells)} cells; {CELLS[0]} to {CELLS[1]}")
    order = [cell["id"] for cell in cells if cell["id"] in BEATS]
    if order != list(BEATS):
        yield fault("title", f"the beats are {', '.join(order)}; expected {', '.join(BEATS)}")
        return
    if not _META.search(by_id["title"]["source"]):
        yield fault("title", "no line '**Time** … minutes · **Needs** … · **As of** …'")
    prefix = path.stem[:2]
    objectives = re.findall(r"^- \*\*(\d\d-\d+)\*\*", by_id["objectives"]["source"], re.MULTILINE)
    points = re.findall(r"^- \*\*(\d\d-\d+)\*\*", by_id["key-points"]["source"], re.MULTILINE)
    if not objectives or any(not o.startswith(prefix) for o in objectives):
        yield fault("objectives", f"list the objectives as '- **{prefix}-1** …'")
    if objectives != points:
        yield fault("key-points", f"{points} do not mirror the objectives {objectives}")
    own = [known[i] for i in ids if i in known]
    for objective in objectives:
        count = sum(question.objective == objective for question in own)
        if count < 2:
            yield fault("objectives", f"{objective} has {count} items in the lesson; at least 2")
    unused = {i for i, q in known.items() if i.startswith(f"{prefix}-")} - set(ids)
    for item in sorted(unused & {q.id for q in known.values() if q.objective in objectives}):
        if not any(item in asked(cells) for cells in _readable(path.parent)):
            yield fault("sources", f"the item {item!r} is asked in no lesson")
    # A paragraph of prose that states a figure or a date says where it comes from.
    for cell in markdown:
        if cell["id"] in {"title", "objectives", "write", "key-points", "sources", "data-exercise"}:
            continue
        for block in re.split(
            r"\n\s*\n", re.sub(r"<[^>]+>", "", DEFINITION.sub("", cell["source"]))
        ):
            if block.startswith("#") or "|" in block:
                continue
            prose = RUN.sub("", re.sub(r"`[^`]*`|^\s*(\d+\.|-) ", "", block, flags=re.MULTILINE))
            if _FIGURE.search(prose) and not BADGE.search(block):
                yield fault(cell["id"], f"a figure or date without a badge: {block[:70]!r}")
