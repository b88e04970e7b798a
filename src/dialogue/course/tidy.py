"""The one form in which a notebook is committed.

A notebook is the only source of a lesson.  :func:`tidy` executes it headless and writes
that form: execution counts 1…n, no widget state, no widget views (their HTML twin stays),
no machine's metadata.  An unchanged second run then gives no difference.
"""

from __future__ import annotations

import asyncio
import atexit
import copy
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dialogue.course import cache, catalogue, files, overlaid, sources
from dialogue.course.anatomy import (
    BADGE,
    DEFINITION,
    HEADING,
    RUN,
    asked,
    named_sources,
    telling,
)
from dialogue.page.html import TWIN
from dialogue.page.text import EMBED, VEGA

_QUIET = subprocess.DEVNULL
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# What may stand in a committed notebook.  Editors add marks of their own (folds, timings, hashes,
# permissions) and invent new ones, so this names what stays and not what goes.
_CELL_KEYS = {
    "markdown": ("cell_type", "id", "metadata", "source", "attachments"),
    "raw": ("cell_type", "id", "metadata", "source", "attachments"),
    "code": ("cell_type", "execution_count", "id", "metadata", "outputs", "source"),
}
_OUTPUT_KEYS = {
    "stream": ("output_type", "name", "text"),
    "display_data": ("output_type", "data", "metadata"),
    "execute_result": ("output_type", "data", "execution_count", "metadata"),
    "error": ("output_type", "ename", "evalue", "traceback"),
}
_OUTPUT_METADATA = {
    VEGA: ("embed_options",),
    "image/png": ("width", "height"),
    "image/jpeg": ("width", "height"),
}
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def readable(source: str, digest: str, numbers: Mapping[str, int] | None = None) -> str:
    """*source* with its badges as readable links: paragraphs in parentheses, sources as numbers.

    An author types ``[P4] [src:CRS-R40011]``.  What stands in the file is ``([P4])[¹][src:…]``,
    and below the text a definition for each: paragraph badges lead to the lesson's digest, source
    badges to the source itself, with publisher, title and date on hover.  *numbers* has the number
    of each source in the lesson; without it they are counted here.  Doing it twice changes nothing.
    """
    body = DEFINITION.sub("", source).rstrip()
    if numbers is None:
        named = (badge for badge in BADGE.findall(body) if badge.startswith("src:"))
        numbers = {name[4:]: n for n, name in enumerate(dict.fromkeys(named), 1)}

    def link(run: re.Match[str]) -> str:
        badges = BADGE.findall(run[0])
        own = [f"[{badge}]" for badge in badges if not badge.startswith("src:")]
        others = [badge for badge in badges if badge.startswith("src:")]
        raised = (f"[{str(numbers.get(b[4:], 0)).translate(_RAISED)}][{b}]" for b in others)
        # At the start of a line there is no word to stand at.
        space = " " if run[0].startswith(" ") else ""
        return (f"{space}({'; '.join(own)})" if own else "") + " ".join(raised)

    body = RUN.sub(link, body)
    definitions = []
    for badge in dict.fromkeys(BADGE.findall(body)):
        if badge.startswith("src:"):
            row = sources.bibliography().get(badge.removeprefix("src:"), {})
            when = row.get("date") or "no date"
            # Inside a link title a double quote would end it.
            title = f"{row.get('publisher', '')}: {row.get('title', '')}, {when}".replace('"', "'")
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
    """The form of an executed notebook that is committed: settled, with readable badges, with
    cells whose ids say what they are, and with nothing else than what a lesson needs."""
    result = settled(notebook)
    result["metadata"] = {"kernelspec": dict(_KERNEL), "language_info": {"name": "python"}}
    result["cells"] = [_kept_cell(cell) for cell in result["cells"]]
    name_cells(result["cells"])
    markdown = [cell for cell in result["cells"] if cell["cell_type"] == "markdown"]
    headings = [text for c in markdown for _, text in HEADING.findall("".join(c["source"]))]
    digest = next((h for h in headings if "paragraph by paragraph" in h), "Sources and next")
    # The numbers are those of the list at the end, which cite("05") makes in the same order.
    whole = [{**cell, "source": "".join(cell["source"])} for cell in markdown]
    numbers = {name: n for n, name in enumerate(named_sources(whole), 1)}
    for cell in markdown:
        target = "#" + digest.replace(" ", "-")
        cell["source"] = readable("".join(cell["source"]), target, numbers)
    return result


def _only(names: Iterable[str], of: Mapping[str, Any]) -> dict[str, Any]:
    return {name: of[name] for name in names if name in of}


def _kept_cell(cell: dict[str, Any]) -> dict[str, Any]:
    kept = _only(_CELL_KEYS[cell["cell_type"]], cell)
    if not kept.get("attachments", True):
        del kept["attachments"]
    kept["metadata"] = _kept_metadata(cell.get("metadata", {}))
    if "outputs" in kept:
        kept["outputs"] = [_kept_output(output) for output in kept["outputs"]]
    return kept


def _kept_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """Of a cell's metadata: is its code folded, what are its tags, how is it a slide?"""
    kept: dict[str, Any] = {}
    if metadata.get("jupyter", {}).get("source_hidden"):
        kept["jupyter"] = {"source_hidden": True}
    if slide := _only(["slide_type"], metadata.get("slideshow", {})):
        kept["slideshow"] = slide
    if metadata.get("tags"):
        kept["tags"] = metadata["tags"]
    return kept


def _kept_output(output: dict[str, Any]) -> dict[str, Any]:
    kept = _only(_OUTPUT_KEYS[output["output_type"]], output)
    if "metadata" in kept:
        found = {
            mime: _only(_OUTPUT_METADATA.get(mime, ()), kept["metadata"].get(mime, {}))
            for mime in kept.get("data", {})
        }
        kept["metadata"] = {mime: own for mime, own in found.items() if own}
    return kept


# --- names of cells ------------------------------------------------------------------------

_CALL = re.compile(r"""^\s*(?:\w+ = )?(\w+)\((?:["']([\w-]+)["'])?""", re.MULTILINE)
_LONGEST_ID = 64  # nbformat allows no more


def name_cells(cells: list[dict[str, Any]]) -> None:
    """Give each cell whose id says nothing (an editor made it up) one that does.

    A cell with a question is named after it (``check-05-next-meeting``), text after its first
    heading, other code after its first comment or call.
    """
    taken = {cell.get("id", "") for cell in cells if telling(cell.get("id", ""))}
    seen: set[str] = set()
    for cell in cells:
        known = cell.get("id", "")
        if telling(known) and known not in seen:
            seen.add(known)
            continue
        wish = _wish({**cell, "source": "".join(cell["source"])})
        name, number = wish, 1
        while name in taken or name in seen:
            number += 1
            name = f"{wish}-{number}"
        cell["id"] = name
        seen.add(name)


def _wish(cell: dict[str, Any]) -> str:
    """The name that a cell's own words suggest."""
    source, words = cell["source"], ""
    if questions := asked([cell]):
        words = f"check {questions[0]}"
    elif cell["cell_type"] == "code":
        comment = re.match(r"# *(.+)", source)
        call = _CALL.search(re.sub(r"^(from|import) .*$", "", source, flags=re.MULTILINE))
        if comment:
            words = comment[1]
        elif call:
            words = " ".join(part for part in call.groups() if part)
    else:
        heading = HEADING.search(source)
        words = heading[2] if heading else " ".join(source.split()[:5])
    slug = "-".join(re.findall(r"[a-z0-9]+", words.lower()))
    slug = slug[: _LONGEST_ID - 4].rsplit("-", 1)[0] if len(slug) > _LONGEST_ID - 4 else slug
    return slug if telling(slug) else f"{cell['cell_type']}-cell"


def written(notebook: dict[str, Any]) -> str:
    """The canonical notebook as the text of its file, byte for byte as Jupyter writes it."""
    import nbformat

    form = nbformat.from_dict(canonical(notebook))
    form["nbformat"], form["nbformat_minor"] = 4, 5
    return nbformat.writes(form) + "\n"


def unlike(paths: Sequence[Path]) -> list[Path]:
    """Those of *paths* that are not in their canonical form.  Nothing is run; a file that is no
    notebook is left to the check that names it.  Looked at again only when a file has changed."""
    texts: dict[Path, str] = {}
    for path in paths:
        with suppress(files.FileFault):
            texts[path] = files.read_text(path)
    digest = hashlib.sha256(Path(__file__).read_bytes() + version("nbformat").encode())
    for text in texts.values():
        digest.update(hashlib.sha256(text.encode()).digest())
    known = cache.recall("forms", digest.hexdigest())
    if not isinstance(known, list) or not all(isinstance(place, int) for place in known):
        known = [place for place, text in enumerate(texts.values()) if _differs(text)]
        cache.keep("forms", digest.hexdigest(), known)
    return [path for place, path in enumerate(texts) if place in known]


def _differs(text: str) -> bool:
    try:
        return written(json.loads(text)) != text
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


async def _heed(client: Any) -> None:
    """Look once a second whether a reply has come.

    nbclient answers for a widget that shows outputs on the socket on which it waits for the cell's
    reply.  jupyter_client sends past the waiting, so that the sending may take the signal that the
    reply is there; the cell would then last until its time is over.
    """
    import zmq

    while True:
        await asyncio.sleep(1)
        if client.kc and client.kc.channels_running:
            client.kc.shell_channel.socket.get(zmq.EVENTS)


def execute(path: Path) -> dict[str, Any]:
    """Run a notebook from the top with this interpreter and an empty record; return it.

    Raises ``nbclient.exceptions.CellExecutionError`` when a cell fails.
    """
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
        over = overlaid.folder()
        if over and path.resolve().is_relative_to(over.resolve()):  # but one of its own lessons
            environment["DIALOGUE_OVERLAY"] = str(over)
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=120,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(path.parent)}},
        )
        # Without the kernel's own start-up notices.  In the main thread nbclient would take the
        # signals that end a command, and say that a kernel died.
        begun: list[asyncio.Task[Any]] = []

        async def whole() -> None:
            # A manager that is given is left with its kernel unless one says so.
            execution = client.async_execute(cleanup_kc=True, env=environment, stderr=_QUIET)
            begun.append(asyncio.create_task(execution))
            heeding = asyncio.create_task(_heed(client))
            try:
                await begun[0]
            finally:
                heeding.cancel()

        with ThreadPoolExecutor(1) as beside:
            run = beside.submit(asyncio.run, whole())
            try:
                run.result()
            except BaseException:
                while not wait([run], 0.1).done:  # broken off: the kernel ends first
                    if process := getattr(manager.provisioner, "process", None):
                        process.kill()
                    for task in begun:
                        with suppress(RuntimeError):  # its loop is closed: it has just ended
                            task.get_loop().call_soon_threadsafe(task.cancel)
                manager.cleanup_connection_file()
                raise
            finally:
                atexit.unregister(client._cleanup_kernel)
    return json.loads(nbformat.writes(notebook))


def notebooks(paths: list[Path]) -> list[Path]:
    """The notebooks among *paths*; all of the course's when none is given."""
    if paths:
        return paths
    own = [lesson.path for lesson in catalogue.lessons() if lesson.folder]
    return [*sorted((catalogue.root() / "notebooks").glob("*.ipynb")), *own]


def tidy_readme(*, dry: bool = False) -> bool:
    """Let the README's table of lessons follow the files; returns whether it changed (or would)."""
    readme = catalogue.root() / "README.md"
    if not readme.is_file():  # an installed course has none
        return False
    before = files.read_text(readme)
    after = catalogue.listed(before)
    if after != before and not dry:
        files.write(readme, after, force=True)
    return after != before


def tidy(path: Path, *, dry: bool = False) -> bool:
    """Execute and rewrite one notebook.  Returns whether it changed (or, *dry*, would).

    Raises what :func:`execute` does, and :class:`~dialogue.course.files.FileFault`, with the
    notebook as it was, when it cannot be read or written.
    """
    import nbformat

    before = files.read_text(path)
    try:
        cells = nbformat.reads(before, as_version=4)["cells"]
        if not all(isinstance(cell["source"], str) for cell in cells):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error.__cause__, json.JSONDecodeError):
            fault, line = "this is not a notebook (no valid JSON)", error.__cause__.lineno
        else:  # JSON, and of another shape, or nested too deep
            fault, line = "this is not a notebook", 1
        remedy = "restore it from an earlier version"
        raise files.FileFault(path, fault, remedy, line) from None
    after = written(execute(path))
    if after != before and not dry:
        files.write(path, after, force=True)
    return after != before
