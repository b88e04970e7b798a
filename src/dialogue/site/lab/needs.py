"""What a cell needs, by the names that it uses: packages, and cells that stand before it.

Pyodide fetches what a cell itself imports.  A cell that says ``load("waivers")`` imports nothing
and needs pandas all the same; the quiz needs neither pandas nor Altair.  So the names that a cell
uses decide.  This file goes into the browser as it is, and imports nothing but Python's own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

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


def needed(code: str) -> list[str]:
    """The packages that a cell needs by the names it uses."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # the cell itself will say so
        return []
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return sorted({package for name in names for package in NEEDS.get(name, ())})


def _names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell makes, and those that it uses before it makes them."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set(), set()
    made: dict[str, int] = {}
    used: dict[str, int] = {}

    def note(names: Iterable[str], where: dict[str, int], line: int) -> None:
        for name in names:
            where[name] = min(line, where.get(name, line))

    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load(), lineno=line):
                note([name], used, line)
            case ast.Name(id=name, lineno=line):
                note([name], made, line)
            case ast.Import(names=names, lineno=line) | ast.ImportFrom(names=names, lineno=line):
                note([one.asname or one.name.partition(".")[0] for one in names], made, line)
            case ast.FunctionDef(name=name, lineno=line) | ast.ClassDef(name=name, lineno=line):
                note([name], made, line)
            case ast.Constant(value=str(text), lineno=line):  # a query's variables stand behind @
                note(re.findall(r"@(\w+)", text), used, line)
    own = {name for name, line in used.items() if name in made and made[name] < line}
    return set(made), set(used) - own


def before(sources: dict[str, str]) -> dict[str, list[str]]:
    """For each code cell (by its id, in their order) those that are run before it."""
    known = {cell: _names(source) for cell, source in sources.items()}
    found: dict[str, list[str]] = {}
    so_far: list[str] = []
    for cell, (_, used) in known.items():
        needs: set[str] = set()
        for name in used:
            makers = [one for one in so_far if name in known[one][0]]
            if makers:
                needs |= {makers[-1], *found[makers[-1]]}
        found[cell] = [one for one in so_far if one in needs]
        so_far.append(cell)
    return found
