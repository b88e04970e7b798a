"""The scripts of the pages: those of the widgets, as plain scripts.

A page that is opened from a disk may load no module, so each view becomes a plain script that
puts what it would export under ``Dialogue.views``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dialogue.page import words
from dialogue.widgets import scripts

STATIC = Path(__file__).parent / "static"
MINISEARCH = Path(__file__).parent / "minisearch" / "minisearch.js"
_EXPORTED = re.compile(r"^export (function|const) (\w+)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default (\{[^}]*\});$", re.MULTILINE)
# In this order: a part may use what an earlier one has.
_COURSE = (
    "record",
    "answers",
    "page",
    "badges",
    "desk",
    "recall",
    "panels",
    "moving",
    "charts",
    "offline",
)

# What a page without a kernel says in place of what a notebook says.
_QUIZ = {
    "saved": words.SITE["saved"],
    "live": words.SITE["twin"],
}


def view(name: str) -> str:
    """The script of a widget's view, such as the quiz, as a plain script."""
    text = scripts.script(name)
    names = [found[2] for found in _EXPORTED.finditer(text)]
    text = _EXPORTED.sub(r"\1 \2", text)
    text = _DEFAULT.sub(r"const exported = \1;", text)
    # What a kind says of itself, such as how a probability is read, serves the panels too.
    names += ["KINDS"] if "\nconst KINDS = {};" in text else []
    every = "".join(f", {one}" for one in names)
    return (
        f'Dialogue.views["{name}"] = (() => {{\n"use strict";\n{text}\n'
        f"return {{ ...exported{every} }};\n}})();\n"
    )


def course() -> str:
    """What every page has: the record, and what brings its places to life."""
    parts = [scripts.part("shared")]
    parts += map(_own, _COURSE)
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def lanes() -> str:
    """What runs code in a page, where the lab edition is beside it."""
    own = "\n".join([scripts.part("shared"), _own("lanes")])
    return f'(() => {{\n"use strict";\n{own}}})();\n'


def python_worker(folder: str, lock: str, start: Sequence[str]) -> str:
    """The worker that Python runs in: *folder* is where it lies, *lock* the digest of what it
    is made of, *start* what is loaded first."""
    lab = Path(__file__).parent / "lab"
    told = {
        "PYODIDE": folder,
        "LOCK": lock,
        "START": start,
        "NEEDS": (lab / "needs.py").read_text("utf-8"),
        "READING": (lab / "worker" / "reading.py").read_text("utf-8"),
    }
    consts = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items())
    return consts + _own("python-worker")


def finder() -> str:
    """The search: the library as it came, and ours over it."""
    own = "\n".join([scripts.part("shared"), scripts.part("typed"), _own("search")])
    return f'{MINISEARCH.read_text("utf-8")}(() => {{\n"use strict";\n{own}}})();\n'


def vega() -> str:
    """Vega as the library that compiles the charts carries it, so that the two always fit."""
    import vl_convert

    # The page has a name for it and for nothing else.
    return str(vl_convert.javascript_bundle("globalThis.vegaEmbed = vegaEmbed;"))


def _own(name: str) -> str:
    return (STATIC / f"{name}.js").read_text(encoding="utf-8")


def worker(edition: str, first: list[str], rest: list[str], python: dict[str, str]) -> str:
    """The service worker of one edition: which files are kept at once, which after them, and which
    only when somebody has asked for Python (by their digests)."""
    told = "".join(
        f"const {name} = {json.dumps(value)};\n"
        for name, value in (
            ("EDITION", edition),
            ("FIRST", first),
            ("REST", rest),
            ("PYTHON", python),
        )
    )
    return told + _own("sw")


def compact(data: Any) -> str:
    """*data* as JSON in as few characters as it takes."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def data(name: str, value: Any) -> str:
    """A script of data: a page that is opened from a disk may fetch no JSON."""
    return f"Dialogue.put({json.dumps(name)},{compact(value)});\n"


def table() -> str:
    """The words of the interface, as a script."""
    every = {
        "quiz": {**words.STRINGS, **_QUIZ},
        "glossary": words.GLOSSARY,
        "explorer": words.EXPLORER,
        "assessment": words.ASSESSMENT,
        "site": words.SITE,
    }
    return f"Dialogue.words={compact(every)};\n"
