"""Beside the kernel, in the browser: packages come when a cell needs them, and not before.

Pyodide fetches what a cell itself imports.  A cell that says ``load("waivers")`` imports nothing
and needs pandas all the same; the quiz needs neither pandas nor Altair.  So the names that a cell
uses decide.
"""

from __future__ import annotations

import ast
import asyncio
from typing import Any

import js
import pyodide_js
from pyodide.ffi import create_proxy
from pyodide_kernel import kernel

TABLES = ["pandas"]
PICTURES = ["pandas", "altair", "vl-convert-python"]
# What the names of a lesson need beyond the package itself; any other name needs nothing.
NEEDS = {
    "load": TABLES,
    "dictionary": TABLES,
    "chart": PICTURES,
    "draw": PICTURES,
    "explore": PICTURES,
    "alt": PICTURES,
    "altair": PICTURES,
    "supplement": PICTURES,
    "settled_forecasts": PICTURES,
    "option_marks": PICTURES,
}
_from_imports = kernel._load_packages_from_imports


def needed(code: str) -> list[str]:
    """The packages that a cell needs by the names it uses."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # the cell itself will say so
        return []
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return sorted({package for name in names for package in NEEDS.get(name, ())})


async def _fetch(code: str) -> Any:
    if packages := needed(code):
        await pyodide_js.loadPackage(packages)
    return await _from_imports(code)


kernel._load_packages_from_imports = _fetch


async def _ready() -> None:
    """Before the first question: the quiz is loaded and the bank read while the page is drawn."""
    from dialogue.lab import preload
    from dialogue.learner import log

    # Held as long as this kernel lives: a page puts only the files of dead ones away.
    never = create_proxy(lambda *_: None)
    hold = create_proxy(lambda _lock: js.Promise.new(never))
    js.navigator.locks.request(f"dialogue-record-{log.KERNEL}", hold)
    preload.load_ipython_extension(None)


# Kept, or it could be thrown away before it has run.
_TASKS = [asyncio.ensure_future(_ready())]
