"""The rooms of the package: which may know which.  docs/architecture.md draws them.

The imports are read from the source, so that an import which no test happens to run counts too.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from conftest import ROOT
from dialogue.questions import KINDS

PACKAGE = ROOT / "src" / "dialogue"
# From the ground up: a room may import from itself and from those before it.
ROOMS = (
    *("page", "course", "questions", "bank", "learner", "charts", "widgets"),
    *("exchange", "grading", "classroom", "lab", "site", "cli"),
)
WORKER = "dialogue.site.lab.worker"
# Imports that may stand inside a function: they are slow or optional, and few callers need them.
# Of our own modules only those that bring such a library along.
HEAVY = ("dialogue.charts", "dialogue.widgets", "dialogue.lab")
# Whose functions make signs of HTML and XML harmless.
ESCAPING = ("html", "markupsafe", "xml.sax.saxutils")


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def test_types_are_true() -> None:
    """mypy over the package.  Here and not before the tests, so that they need not wait for it."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr


@cache
def imports(name: str) -> tuple[tuple[str, int, bool], ...]:
    """What a module of ours imports of ours: name, line, and whether inside a function.

    What only a type checker reads does not count: it makes no circle when the course runs.
    """
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))

    def walk(node: ast.AST, inside: bool) -> Iterator[tuple[str, int, bool]]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]
                for _ in range(node.level - 1):
                    package = package.rpartition(".")[0]
                base = f"{package}.{base}".rstrip(".")
            if base.split(".")[0] == "dialogue":
                for alias in node.names:
                    whole = f"{base}.{alias.name}"
                    yield (whole if whole in MODULES else base), node.lineno, inside
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside)

    return tuple(walk(tree, False))


def room(name: str) -> str:
    return [*name.split("."), ""][1]


def test_the_rooms_are_those_of_the_plan() -> None:
    folders = {p.name for p in PACKAGE.iterdir() if p.is_dir() and p.name[0] not in "._"}
    assert folders - {"__pycache__"} == set(ROOMS)
    assert len(ROOMS) + 1 <= 14  # and __init__.py


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_down(name: str) -> None:
    own = room(name)
    if not own:  # the names that a notebook may import, by name only
        assert imports(name) == ()
        return
    for target, line, _ in imports(name):
        if room(target):
            assert ROOMS.index(room(target)) <= ROOMS.index(own), f"{name}:{line}: {target}"


def test_there_is_no_circle() -> None:
    graph = {
        # A package's names are there once its own file has run, whichever module of it is asked.
        name: {target for target, _, _ in imports(name) if target != name}
        for name in MODULES
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", MODULES)
def test_own_modules_are_imported_at_the_top(name: str) -> None:
    """``cli`` is built before anything is imported: its commands load what they need."""
    # What lab.preload imports is its whole work, and trouble is left for the cell that meets it.
    # The kernel in a browser imports the course once it has answered that it is there.
    if room(name) == "cli" or name in ("dialogue.lab.preload", f"{WORKER}.dialogue_kernel"):
        return
    late = [
        f"{name}:{line}: {target}"
        for target, line, inside in imports(name)
        if inside and not target.startswith(HEAVY)
    ]
    assert late == []


def test_only_one_module_escapes() -> None:
    """A sign that was forgotten is a hole: whatever writes HTML leaves that to page/html.py."""
    # exchange/markup.py reads the XML of other programs, where a quotation mark stays as it is.
    homes = {"dialogue.page.html", "dialogue.exchange.markup"}
    found = set()
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in ESCAPING:
                names = {alias.name for alias in node.names}
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in ESCAPING:
                names = {node.attr}
            else:
                continue
            if names & {"escape", "escape_silent", "quoteattr"}:
                found.add(name)
    assert found == homes


def _asks_for(test: ast.expr) -> set[str]:
    """The names of what ``isinstance`` asks for in a condition."""
    calls = [call for call in ast.walk(test) if isinstance(call, ast.Call)]
    asked = [call.args[1] for call in calls if ast.unparse(call.func) == "isinstance"]
    return {node.id for each in asked for node in ast.walk(each) if isinstance(node, ast.Name)}


def test_nobody_but_the_kinds_has_a_ladder_of_kinds() -> None:
    """What a kind does stands in its home; else each new kind is a rung in many a file."""
    kinds = {kind.__name__ for kind in KINDS.values()} | {"Choice"}
    found = []
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Match):
                patterns = [p for case in node.cases for p in ast.walk(case.pattern)]
                rungs = {ast.unparse(p.cls) for p in patterns if isinstance(p, ast.MatchClass)}
            elif isinstance(node, ast.If) and len(node.orelse) == 1:
                (other,) = node.orelse
                both = _asks_for(node.test), _asks_for(getattr(other, "test", node.test))
                rungs = both[1] if both[0] & kinds and isinstance(other, ast.If) else set()
            else:
                continue
            if rungs & kinds:
                found.append(f"{name}:{node.lineno}")
    assert found == []
