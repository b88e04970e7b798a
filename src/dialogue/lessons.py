"""The anatomy of a lesson: checked, and written in one canonical form.

A notebook is the only source of a lesson.  :func:`tidy` executes it headless and writes
the form that is committed: execution counts 1…n, no widget state, no widget views (their
HTML twin stays), no machine's metadata.  An unchanged second run then gives no difference.
"""

from __future__ import annotations

import copy
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from . import bank, course, sources
from .charts.look import EMBED, VEGA
from .text import TWIN

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

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

_BADGE = re.compile(r"\[(P\d+|src:[A-Za-z0-9-]+)\](?!\()")
_DEFINITION = re.compile(r"^\[(P\d+|src:[A-Za-z0-9-]+)\]: .*$\n?", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_ASKED = re.compile(r'"((?:\d\d)-[a-z0-9-]+)"')
_META = re.compile(
    r"^\*\*Time\*\* \d+ minutes · \*\*Needs\*\* .+ · \*\*As of\*\* .+$", re.MULTILINE
)
# A figure or a date in prose: digits that are not an id, a list number or a lesson's name.
_FIGURE = re.compile(r"(?<![\w-])\d[\d,.]*(?![\w-])")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a lesson: the file, the cell's id, and what to do."""

    file: str
    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: cell {self.cell}: {self.message}"


def asked(cells: list[dict[str, Any]]) -> list[str]:
    """The question ids that a notebook's code cells show, in order."""
    found = []
    for cell in cells:
        if cell["cell_type"] == "code":
            for call in re.findall(r"\bask\(([^)]*)\)", cell["source"]):
                found.extend(_ASKED.findall(call))
    return found


def _words(markdown: str) -> int:
    """Words that a learner meets without opening a fold: model answers are read afterwards."""
    unfolded = re.sub(r"<details>.*?</details>", " ", markdown, flags=re.DOTALL)
    text = _RUN.sub("", re.sub(r"<[^>]+>", " ", _DEFINITION.sub("", unfolded)))
    return len(re.findall(r"\w[\w’'-]*", text))


def check(path: Path) -> list[Fault]:
    """Every way in which the lesson at *path* departs from the anatomy."""
    return list(_check(path))


def _check(path: Path) -> Iterator[Fault]:
    name, cells = path.name, course.notebook_cells(path)
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
    headings = [
        (c["id"], len(h[1]), h[2]) for c in markdown for h in _HEADING.finditer(c["source"])
    ]
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
        for badge in _BADGE.findall(_DEFINITION.sub("", cell["source"])):
            target = badge.removeprefix("src:")
            if target not in sources.paragraphs() and target not in sources.bibliography():
                yield fault(cell["id"], f"the badge [{badge}] has no target in seeds/")
        for image in re.findall(r"!\[\s*\]\(", cell["source"]):
            yield fault(cell["id"], f"an image without a text alternative ({image}…)")

    ids = asked(cells)
    known = bank.course_bank().questions
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
        if not any(item in asked(course.notebook_cells(p)) for p in path.parent.glob("*.ipynb")):
            yield fault("sources", f"the item {item!r} is asked in no lesson")
    # A paragraph of prose that states a figure or a date says where it comes from.
    for cell in markdown:
        if cell["id"] in {"title", "objectives", "write", "key-points", "sources", "data-exercise"}:
            continue
        for block in re.split(
            r"\n\s*\n", re.sub(r"<[^>]+>", "", _DEFINITION.sub("", cell["source"]))
        ):
            if block.startswith("#") or "|" in block:
                continue
            prose = _RUN.sub("", re.sub(r"`[^`]*`|^\s*(\d+\.|-) ", "", block, flags=re.MULTILINE))
            if _FIGURE.search(prose) and not _BADGE.search(block):
                yield fault(cell["id"], f"a figure or date without a badge: {block[:70]!r}")


# --- the canonical form ----------------------------------------------------------------


# A run of badges, typed plainly (``[P4] [src:CRS-R40011]``) or already made readable.
_ONE = r"(?:\[[^\[\]\n]+\])?\[(?:P\d+|src:[A-Za-z0-9-]+)\](?!\()"
_RUN = re.compile(rf"\(?{_ONE}(?:[;, ]+{_ONE})*\)?")


def _badge(badge: str) -> str:
    """One badge as a Markdown link: ``[P4]``, or ``[Publisher, year][src:…]``."""
    if not badge.startswith("src:"):
        return f"[{badge}]"
    row = sources.bibliography().get(badge.removeprefix("src:"))
    if row is None:
        return f"[{badge}]"
    label = row["publisher"].replace("[", "(").replace("]", ")")
    return f"[{label}, {row['date'][:4] or 'no date'}][{badge}]"


def readable(source: str, digest: str) -> str:
    """*source* with its badges as readable links, in parentheses like any citation.

    An author types ``[P4] [src:CRS-R40011]``.  What stands in the file is
    ``([P4]; [Congressional Research Service, 2011][src:CRS-R40011])``, and below the text a
    definition for each: paragraph badges lead to the lesson's digest, source badges to the
    source itself.  Doing it twice changes nothing.
    """
    body = _DEFINITION.sub("", source).rstrip()

    def link(run: re.Match[str]) -> str:
        return f"({'; '.join(_badge(badge) for badge in _BADGE.findall(run[0]))})"

    body = _RUN.sub(link, body)
    definitions = []
    for badge in dict.fromkeys(_BADGE.findall(body)):
        if badge.startswith("src:"):
            row = sources.bibliography().get(badge.removeprefix("src:"), {})
            # Inside a link title a double quote would end it.
            title = f"{row.get('publisher', '')}: {row.get('title', '')}".replace('"', "'")
            target = sources.web(row.get("address", "")) or "#Sources-and-next"
        else:
            title, target = f"Paragraph {badge[1:]} of the article", digest
        definitions.append(f'[{badge}]: {target} "{title}"')
    return "\n\n".join([body, "\n".join(definitions)]) if definitions else body


def settled(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook without the noise that running and saving it in JupyterLab adds.

    Only this is taken out, and everything else stays as it is: references to our widgets
    (their readable twin stays), JupyterLab's own snapshot of a drawing, and the details of
    the Python that ran it.  If every code cell has run, the execution counts become 1…n.
    """
    notebook = copy.deepcopy(notebook)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if all(cell.get("execution_count") for cell in code):
        for count, cell in enumerate(code, 1):
            cell["execution_count"] = count
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
    for cell in code:
        for output in cell["outputs"]:
            data = output.get("data", {})
            if is_twin(data):
                # Its model id is random and its state is not stored: every viewer is better
                # off with the readable twin, and nbval compares that.
                data.pop(WIDGET_VIEW, None)
            if output.get("metadata", {}).get(VEGA, {}).get("embed_options") == EMBED:
                data.pop("image/png", None)
    metadata = notebook["metadata"]
    if metadata.get("kernelspec", {}).get("name") == "python3":
        metadata["kernelspec"]["display_name"] = "Python 3 (ipykernel)"
        metadata["language_info"] = {"name": "python"}
    return notebook


def is_twin(data: dict[str, Any]) -> bool:
    """Does an output's data hold the readable twin of one of our widgets?"""
    return "".join(data.get("text/html", "")).startswith(TWIN)


def canonical(notebook: dict[str, Any]) -> dict[str, Any]:
    """The form of an executed notebook that is committed: settled, with readable badges,
    and without widget state, timings and marks of trust."""
    result = settled(notebook)
    result["metadata"].pop("widgets", None)
    result["metadata"]["kernelspec"] = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    result["metadata"]["language_info"] = {"name": "python"}
    markdown = [cell for cell in result["cells"] if cell["cell_type"] == "markdown"]
    headings = [text for c in markdown for _, text in _HEADING.findall("".join(c["source"]))]
    digest = next((h for h in headings if "paragraph by paragraph" in h), "Sources and next")
    for cell in result["cells"]:
        for noise in ("trusted", "execution"):
            cell["metadata"].pop(noise, None)
        for output in cell.get("outputs", []):
            if "metadata" in output:
                kept = output.get("data", {})
                output["metadata"] = {k: v for k, v in output["metadata"].items() if k in kept}
    for cell in markdown:
        cell["source"] = readable("".join(cell["source"]), "#" + digest.replace(" ", "-"))
    return result


def written(notebook: dict[str, Any]) -> str:
    """The canonical notebook as the text of its file, byte for byte as Jupyter writes it."""
    import nbformat

    form = nbformat.from_dict(canonical(notebook))
    form["nbformat"], form["nbformat_minor"] = 4, 5
    return nbformat.writes(form) + "\n"


def execute(path: Path) -> dict[str, Any]:
    """Run a notebook from the top with this interpreter and an empty record; return it.

    Raises ``nbclient.exceptions.CellExecutionError`` when a cell fails.
    """
    import os
    import subprocess

    import nbformat
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    if notebook.nbformat_minor < 5:  # cells had no ids then
        notebook = nbformat.v4.upgrade(notebook)
    manager = AsyncKernelManager()
    # A kernel spec of the user's could shadow this environment's: name the interpreter.
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    )
    with tempfile.TemporaryDirectory() as record:
        # Neither the author's answers nor an overlay of theirs belong into a lesson.
        environment = {**os.environ, "DIALOGUE_RECORD_DIR": record, "DIALOGUE_OVERLAY": ""}
        NotebookClient(
            notebook, km=manager, timeout=120, resources={"metadata": {"path": str(path.parent)}}
        ).execute(env=environment, stderr=subprocess.DEVNULL)  # the kernel's own start-up notices
    return json.loads(nbformat.writes(notebook))


def notebooks(paths: list[Path]) -> list[Path]:
    """The notebooks among *paths*; all of the course's when none is given."""
    if paths:
        return paths
    return sorted((course.root() / "notebooks").glob("*.ipynb"))


def tidy(path: Path, *, dry: bool = False) -> bool:
    """Execute and rewrite one notebook.  Returns whether it changed (or, *dry*, would)."""
    before = path.read_text(encoding="utf-8")
    after = written(execute(path))
    if after != before and not dry:
        path.write_text(after, encoding="utf-8", newline="\n")
    return after != before
