"""Hardens nbval: what stock nbval would pass over is an error before any cell runs.

It never compares a cell without an execution count, skips pictures, and accepts stored
stderr and widgets that nobody could read.  See also ``dialogue tidy``.
"""

from __future__ import annotations

from typing import Any

import pytest

from dialogue.course.tidy import WIDGET_VIEW


def pytest_collectstart(collector: Any) -> None:
    if hasattr(collector, "skip_compare"):
        pictures = ("image/png", "image/jpeg")
        # What an SVG draws is decided by the Vega specification, which is compared; its own
        # text depends on the fonts of the machine as soon as a label is Arabic.
        kept = [mime for mime in collector.skip_compare if mime not in pictures]
        collector.skip_compare = (*kept, "image/svg+xml")


def pytest_collection_modifyitems(items: list[Any]) -> None:
    faults = []
    for item in items:
        cell = getattr(item, "cell", None)
        if cell is None or not cell.source.strip():
            continue
        if cell.execution_count is None:
            faults.append(f"{item.nodeid}: not executed, so nbval would not compare it")
        for output in cell.outputs:
            if output.get("name") == "stderr":
                faults.append(f"{item.nodeid}: stored warnings or errors (stderr)")
            if output.get("output_type") == "error":
                faults.append(f"{item.nodeid}: a stored error")
            if WIDGET_VIEW in output.get("data", {}):
                faults.append(f"{item.nodeid}: a widget view; its twin is what is committed")
    if faults:
        raise pytest.UsageError("\n".join([*faults, "Run: dialogue tidy"]))
