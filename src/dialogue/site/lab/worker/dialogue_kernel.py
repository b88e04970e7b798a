"""Beside the kernel, in the browser: packages come when a cell needs them, and not before."""

from __future__ import annotations

import asyncio
from typing import Any

import js
import pyodide_js
from dialogue_needs import needed
from pyodide.ffi import create_proxy
from pyodide_kernel import kernel

_from_imports = kernel._load_packages_from_imports


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
