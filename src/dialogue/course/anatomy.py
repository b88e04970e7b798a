"""The anatomy of a lesson: its beats, its lengths, and every way to depart from them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
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
MOST_CORE_WORDS = 1200
MOST_CODE_LINES = 10
CELLS = (15, 41)

BADGE = re.compile(r"\[(P\d+|src:[A-Za-z0-9-]+)\](?!\()")
DEFINITION = re.compile(r"^\[(P\d+|src:[A-Za-z0-9-]+)\]: .*$\n?", re.MULTILINE)
HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
# What begins anew is looked at from there: a page of beginnings without an end costs one pass.
_TAG = re.compile(r"<[^<>]+>")
FOLDED = re.compile(r"<details>(?:(?!</?details>).)*</details>", re.DOTALL)
_FOLD_AND_SPACE = re.compile(rf"(?<!\s)\s*{FOLDED.pattern}", re.DOTALL)
_ASKED = re.compile(r'"((?:\d\d)-[a-z0-9-]+)"')
_PARAGRAPH = re.compile(r"P\d+")
_META = re.compile(
    r"^\*\*Time\*\* \d+ minutes · \*\*Needs\*\* .+ · \*\*As of\*\* .+$", re.MULTILINE
)
# A figure or a date in prose: digits that are not an id, a list number or a lesson's name.
_FIGURE = re.compile(r"(?<![\w-])\d[\d,.]*(?![\w-])")


# What editors make up: eight hexadecimal digits, or a whole UUID.
_MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def telling(cell_id: str) -> bool:
    """Does the id of a cell say anything?  Editors make up such as ``0a1b2c3d``."""
    return bool(_NAME.fullmatch(cell_id)) and not _MADE_UP.fullmatch(cell_id)


# A run of badges, typed plainly (``[P4] [src:CRS-R40011]``) or already made readable.
_ONE = r"(?:\[[^\[\]\n]+\])?\[(?:P\d+|src:[A-Za-z0-9-]+)\](?!\()"
# With the space before it: a number stands at its word.
RUN = re.compile(rf" ?\(?{_ONE}\)?(?:[;, ]*\(?{_ONE}\)?)*")


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
    @property
    def core(self) -> bool: ...
    @property
    def use(self) -> str: ...


def asked(cells: list[dict[str, Any]]) -> list[str]:
    """The question ids that a notebook's code cells show, in order."""
    found = []
    for cell in cells:
        if cell["cell_type"] == "code":
            for call in re.findall(r"\b(?:ask|write)\(([^)]*)\)", cell["source"]):
                found.extend(_ASKED.findall(call))
    return found


def called(source: str) -> tuple[str, list[Any], dict[str, Any]] | None:
    """The call that ends a cell: its name, and its arguments where all of them are literal."""
    try:
        body = ast.parse(source).body
        last = body[-1] if body else None
        if not (isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)):
            return None
        call = last.value
        if not isinstance(call.func, ast.Name):
            return None
        given = [ast.literal_eval(one) for one in call.args]
        named = {one.arg: ast.literal_eval(one.value) for one in call.keywords if one.arg}
    except (SyntaxError, ValueError):
        return None
    return call.func.id, given, named


def named_sources(cells: list[dict[str, Any]]) -> list[str]:
    """The source ids that the text of a lesson names in its badges, in their order."""
    found: dict[str, None] = {}
    for cell in cells:
        if cell["cell_type"] == "markdown":
            badges = BADGE.findall(DEFINITION.sub("", cell["source"]))
            found.update(dict.fromkeys(b[4:] for b in badges if b.startswith("src:")))
    return list(found)


def _readable(folder: Path) -> Iterator[list[dict[str, Any]]]:
    for path in folder.glob("*.ipynb"):
        with suppress(FileFault):  # named by the check of the catalogue
            yield catalogue.notebook_cells(path)


def without_folds(markdown: str) -> str:
    """*markdown* without its folds and the space before them, one inside another too."""
    for _ in range(20):  # the innermost first; nobody folds deeper
        markdown, count = _FOLD_AND_SPACE.subn("", markdown)
        if not count:
            break
    return markdown


def _words(markdown: str) -> int:
    """Words that a learner meets without opening a fold: model answers are read afterwards."""
    unfolded = without_folds(markdown)
    text = RUN.sub("", _TAG.sub(" ", DEFINITION.sub("", unfolded)))
    return len(re.findall(r"\w[\w’'-]*", text))


@dataclass(frozen=True)
class Draft:
    """A lesson under the eyes of the rules: its cells, and *known*, the questions of the bank."""

    path: Path
    cells: list[dict[str, Any]]
    known: Mapping[str, Asked]

    @property
    def markdown(self) -> list[dict[str, Any]]:
        return [cell for cell in self.cells if cell["cell_type"] == "markdown"]

    @property
    def code(self) -> list[dict[str, Any]]:
        return [cell for cell in self.cells if cell["cell_type"] == "code"]

    @property
    def core(self) -> list[dict[str, Any]]:
        """What is not *more*: neither the data exercise nor a cell with the tag ``more``."""
        ids = [cell["id"] for cell in self.cells]
        first, last = ids.index("data-exercise"), ids.index("talk")
        rest = self.cells[:first] + self.cells[last:]
        return [cell for cell in rest if "more" not in cell["metadata"].get("tags", [])]

    @property
    def is_whole(self) -> bool:
        """A lesson, and not the way in or a page beside the lessons."""
        return re.match(r"[0-9]{2}", self.path.stem) is not None and self.path.stem[:2] != "00"

    @property
    def has_all_beats(self) -> bool:
        return [cell["id"] for cell in self.cells if cell["id"] in BEATS] == list(BEATS)

    def labels(self, cell: str) -> list[str]:
        """The objectives that one beat lists."""
        source = next(c["source"] for c in self.cells if c["id"] == cell)
        return re.findall(r"^- \*\*(\d\d-\d+)\*\*", source, re.MULTILINE)


def check(path: Path, known: Mapping[str, Asked]) -> list[Fault]:
    """Every way in which the lesson at *path* departs from the anatomy; *known* is the bank."""
    draft = Draft(path, catalogue.notebook_cells(path), known)
    rules = list(EVERYWHERE)
    if draft.is_whole:
        rules += OF_LESSONS
        if draft.has_all_beats:  # the others read the beats
            rules += OF_BEATS
    return [Fault(path.name, cell, message) for rule in rules for cell, message in rule(draft)]


# --- the minutes: how long the core takes, worked out and never guessed ------------------------

WORDS_A_MINUTE = 160
# In minutes: a question with its comment, and a cell that is read, changed and run again.
ITEM, CELL = 0.75, 1.0
WARM_UP, PICTURE, VOTE, TEXT, GAME = 4.0, 4.0, 6.0, 12.0, 12.0
CORE = (45, 50)
MARGIN = 2
_BEFORE_READING = "check-commit"
_NO_READING = ("setup", "check-warm-up", "check-write", "references")
_SUMMARIES = re.compile(r'\bcite\(((?:"P\d+"[,\s]*)+)\)')


def core_words(draft: Draft) -> int:
    """The words of the core: what is folded and what stands in the data exercise is *more*."""
    return sum(_words(c["source"]) for c in draft.core if c["cell_type"] == "markdown")


def minutes(draft: Draft) -> dict[str, float]:
    """How long each part of the core takes: what CONTRIBUTING states as the rule."""
    code = [cell for cell in draft.core if cell["cell_type"] == "code"]
    every = "\n".join(cell["source"] for cell in draft.code)
    named = {
        p for c in code for run in _SUMMARIES.findall(c["source"]) for p in _PARAGRAPH.findall(run)
    }
    told = sum(len(sources.paragraphs()[p]["digest"].split()) for p in named)
    items = 0
    for cell in code:
        for question in (draft.known[i] for i in asked([cell]) if i in draft.known):
            items += question.core or question.use == "guess" or cell["id"] == _BEFORE_READING
    handled = sum(
        not asked([cell])
        and not _SUMMARIES.search(cell["source"])
        and cell["id"] not in _NO_READING
        and not cell["metadata"].get("jupyter", {}).get("source_hidden", False)
        for cell in code
    )
    parts = {
        f"Prose, {WORDS_A_MINUTE} words a minute": core_words(draft) / WORDS_A_MINUTE,
        "Summaries of the article": told / WORDS_A_MINUTE,
        "Opening the lesson, warm-up": WARM_UP,
        f"{items} core questions": items * ITEM,
        f"{handled} cells to read, change and run": handled * CELL,
        "The picture": PICTURE if "explore(" in every else 0,
        "Vote, talk, vote": VOTE,
    }
    if "negotiate(" in every:  # a round of the game takes the place of the text
        return parts | {"One game": GAME}
    return parts | {"The text": TEXT}


def minutes_table(draft: Draft) -> str:
    """The part "Minutes" of the teaching notes."""
    parts = {name: value for name, value in minutes(draft).items() if value}
    rows = [f"| {name} | {value:.1f} |" for name, value in parts.items()]
    total = f"| *Core together* | *{sum(parts.values()):.0f}* |"
    return "\n".join(["| Part of the core | Minutes |", "|---|---|", *rows, total])


_TABLE = re.compile(r"(?<=^## Minutes\n\n)(?:\|.*\n)+", re.MULTILINE)


def with_minutes(notes: str, draft: Draft) -> str:
    """Teaching notes whose part "Minutes" is that of the lesson as it is now."""
    return _TABLE.sub(lambda _: f"{minutes_table(draft)}\n", notes, count=1)


# --- the rules: each yields the id of a cell and what is wrong there -------------------------

Findings = Iterator[tuple[str, str]]


def _names(draft: Draft) -> Findings:
    for cell in draft.cells:
        if not telling(cell.get("id", "")):
            yield cell.get("id", "?"), "the id says nothing; run 'dialogue tidy', or name the cell"


def _headings(draft: Draft) -> Findings:
    found = [
        (cell["id"], len(heading[1]), heading[2])
        for cell in draft.markdown
        for heading in HEADING.finditer(cell["source"])
    ]
    if [level for _, level, _ in found].count(1) != 1 or (found and found[0][1] != 1):
        yield "title", "the first heading, and only it, is of the first level"
    for (_, before, _), (cell, level, text) in pairwise(found):
        if level > before + 1:
            yield cell, f"the heading {text!r} skips a level"


def _sizes(draft: Draft) -> Findings:
    words = sum(_words(cell["source"]) for cell in draft.markdown)
    if words > MOST_WORDS:
        yield "title", f"{words} words of prose; at most {MOST_WORDS}"
    for cell in draft.code:
        lines = len(cell["source"].splitlines())
        if lines > MOST_CODE_LINES:
            yield cell["id"], f"{lines} lines of code; at most {MOST_CODE_LINES}"


def _folds(draft: Draft) -> Findings:
    for cell in draft.code:
        folded = cell["metadata"].get("jupyter", {}).get("source_hidden")
        if folded and not cell["source"].startswith("# "):
            yield cell["id"], "a folded cell starts with a comment that says what it does"


def _badges(draft: Draft) -> Findings:
    for cell in draft.markdown:
        for badge in BADGE.findall(DEFINITION.sub("", cell["source"])):
            target = badge.removeprefix("src:")
            if target not in sources.paragraphs() and target not in sources.bibliography():
                yield cell["id"], f"the badge [{badge}] has no target in seeds/"


def _images(draft: Draft) -> Findings:
    for cell in draft.markdown:
        for image in re.findall(r"!\[\s*\]\(", cell["source"]):
            yield cell["id"], f"an image without a text alternative ({image}…)"


def _questions(draft: Draft) -> Findings:
    for item in asked(draft.cells):
        if item not in draft.known:
            yield "?", f"asks {item!r}, which is not in the bank"


def _length(draft: Draft) -> Findings:
    if not CELLS[0] <= len(draft.cells) <= CELLS[1]:
        yield "title", f"{len(draft.cells)} cells; {CELLS[0]} to {CELLS[1]}"


def _beats(draft: Draft) -> Findings:
    if not draft.has_all_beats:
        order = [cell["id"] for cell in draft.cells if cell["id"] in BEATS]
        yield "title", f"the beats are {', '.join(order)}; expected {', '.join(BEATS)}"


def _facts(draft: Draft) -> Findings:
    """The line under the title: how long, what it needs, up to when it tells."""
    title = next(cell["source"] for cell in draft.cells if cell["id"] == "title")
    if not _META.search(title):
        yield "title", "no line '**Time** … minutes · **Needs** … · **As of** …'"


def _mirror(draft: Draft) -> Findings:
    prefix = draft.path.stem[:2]
    objectives, points = draft.labels("objectives"), draft.labels("key-points")
    if not objectives or any(not label.startswith(prefix) for label in objectives):
        yield "objectives", f"list the objectives as '- **{prefix}-1** …'"
    if objectives != points:
        yield "key-points", f"{points} do not mirror the objectives {objectives}"


def _practice(draft: Draft) -> Findings:
    """Each objective is asked about twice, and each question about one is asked somewhere."""
    objectives, ids = draft.labels("objectives"), asked(draft.cells)
    own = [draft.known[item] for item in ids if item in draft.known]
    for objective in objectives:
        count = sum(question.objective == objective for question in own)
        if count < 2:
            yield "objectives", f"{objective} has {count} items in the lesson; at least 2"
    of_lesson = {
        item
        for item, question in draft.known.items()
        if item.startswith(f"{draft.path.stem[:2]}-") and question.objective in objectives
    }
    for item in sorted(of_lesson - set(ids)):
        if not any(item in asked(cells) for cells in _readable(draft.path.parent)):
            yield "sources", f"the item {item!r} is asked in no lesson"


def _core(draft: Draft) -> Findings:
    """The core is short enough, and the minutes under the title are those of the rule."""
    words = core_words(draft)
    if words > MOST_CORE_WORDS:
        yield "title", f"{words} words in the core; at most {MOST_CORE_WORDS}: fold some as *more*"
    title = next(cell["source"] for cell in draft.cells if cell["id"] == "title")
    stated = re.search(r"\*\*Time\*\* (\d+) minutes", title)
    takes = sum(minutes(draft).values())
    if takes > CORE[1] + 0.5:  # a lesson that somebody adds may be shorter
        yield "title", f"the core takes {takes:.1f} minutes; at most {CORE[1]}: make some *more*"
    if stated and abs(int(stated[1]) - takes) > MARGIN:
        yield "title", f"states {stated[1]} minutes; by the rule of CONTRIBUTING it is {takes:.0f}"


_UNBADGED = {"title", "objectives", "write", "key-points", "sources", "data-exercise"}


def _figures(draft: Draft) -> Findings:
    """A paragraph of prose that states a figure or a date says where it comes from."""
    for cell in draft.markdown:
        if cell["id"] in _UNBADGED:
            continue
        text = _TAG.sub("", DEFINITION.sub("", cell["source"]))
        for block in re.split(r"\n\s*\n", text):
            if block.startswith("#") or "|" in block:
                continue
            prose = RUN.sub("", re.sub(r"`[^`]*`|^\s*(\d+\.|-) ", "", block, flags=re.MULTILINE))
            if _FIGURE.search(prose) and not BADGE.search(block):
                yield cell["id"], f"a figure or date without a badge: {block[:70]!r}"


Rule = Callable[[Draft], Findings]
EVERYWHERE: tuple[Rule, ...] = (
    _names,
    _headings,
    _sizes,
    _folds,
    _badges,
    _images,
    _questions,
)
OF_LESSONS: tuple[Rule, ...] = (_length, _beats)
OF_BEATS: tuple[Rule, ...] = (_facts, _mirror, _practice, _figures, _core)
