"""A course of one's own on another text: a folder with everything that a course needs, which runs.

It is about an invented text of ten paragraphs and has one lesson and one table; its README says in
which order to make it one's own.  The tables are described as those of this course are.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any

from dialogue.bank import starting
from dialogue.course import catalogue, files, tidy
from dialogue.course.faults import shown
from dialogue.course.files import FileFault

_TEMPLATES = Path(__file__).parent / "templates" / "course"
_SEEDS = ("claims", "glossary", "lessons", "paragraphs", "quotations", "routes", "sources")
# Sides and sections are those of a text.
_ITS_OWN = {("paragraphs", "section"), ("sources", "side")}
_PAGES = {"start": "00-start-here", "review": "review", "glossary": "glossary"}
_LESSON = "What a count can show"


def course(
    folder: str | os.PathLike[str], title: str, begun: Callable[[], None] = lambda: None
) -> Path:
    """Write a new course into *folder*, which must be new or empty; returns the folder.

    *begun* is called when nothing stands in the way.  A course that cannot be finished is taken
    away again.

    Raises :class:`~dialogue.course.files.FileFault` when the folder holds something, for a title
    that cannot be used, and when something cannot be written.
    """
    target = Path(os.path.expanduser(folder)).absolute()
    title = " ".join(title.split())
    name = "-".join(re.findall(r"[a-z0-9]+", title.casefold()))[:40].strip("-")
    if not name or not title.isprintable() or set('"`$\\') & set(title):
        fault = "a title has letters of the Latin alphabet, and no quotation marks, ` \\ or $"
        raise FileFault(f"the title {title[: starting.LONGEST]!r}", fault, "choose another")
    if len(title) > starting.LONGEST:
        fault = f"a title has at most {starting.LONGEST} characters"
        raise FileFault(f"the title {title[: starting.LONGEST]!r}…", fault, "choose a shorter one")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileFault(shown(target), "this is not an empty folder", "name a new one")
    seeds, data = (json.loads(_own(part)) for part in ("seeds", "data"))
    words = {"title": title, "name": name}
    texts = {
        **{file: _text(file, words) for file in ("README.md", "Makefile")},
        ".gitignore": ".venv/\n.ipynb_checkpoints/\n",
        **{f"seeds/{file}": _text(file, words) for file in ("course.toml", "article.yaml")},
        **{f"seeds/{one}.csv": _text(f"{one}.csv", words) for one in _SEEDS},
        "data/meetings.csv": _text("meetings.csv", words),
        "seeds/datapackage.json": _package(
            seeds, f"Sources and register of: {title}", _kept(seeds)
        ),
        "data/datapackage.json": _package(data, f"Tables of: {title}", [_meetings(data)]),
    }
    for page, stem in _PAGES.items():
        cells = _text(f"{page}.cells", words)
        texts[f"notebooks/{stem}.ipynb"] = starting.notebook(cells)
    begun()
    tops = [target / place.split("/")[0] for place in texts]
    with files.undone([*tops, target / "exercises"] if target.exists() else [target]):
        for place, text in texts.items():
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            files.write(target / place, text)
        with _within(target):
            starting.lesson(_LESSON, "01", target)
            for notebook in tidy.notebooks([]):
                tidy.tidy(notebook)
    return target


@contextmanager
def _within(folder: Path) -> Iterator[None]:
    """The course in *folder* stands for the course, without an overlay."""
    before = {name: os.environ.get(name) for name in ("DIALOGUE_COURSE", "DIALOGUE_OVERLAY")}
    os.environ |= {"DIALOGUE_COURSE": str(folder), "DIALOGUE_OVERLAY": ""}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _text(name: str, words: dict[str, str]) -> str:
    text = (_TEMPLATES / name).read_text("utf-8")
    return text if name == "Makefile" else Template(text).substitute(words)


def _own(part: str) -> str:
    return files.read_text(catalogue.root() / part / "datapackage.json")


def _kept(package: dict[str, Any]) -> list[dict[str, Any]]:
    """The descriptions of the tables that every course has, open where a course names its own."""
    found = []
    for one in package["resources"]:
        if one["name"] in _SEEDS:
            fields = [
                _open(field) if (one["name"], field["name"]) in _ITS_OWN else field
                for field in one["schema"]["fields"]
            ]
            found.append({**one, "schema": {**one["schema"], "fields": fields}})
    return found


def _open(field: dict[str, Any]) -> dict[str, Any]:
    """*field* without the list of its words."""
    rules = {name: rule for name, rule in field["constraints"].items() if name != "enum"}
    return {k: v for k, v in field.items() if k != "categories"} | {"constraints": rules}


def _meetings(package: dict[str, Any]) -> dict[str, Any]:
    """The description of the table of meetings, after that of this course's rounds."""
    (like,) = [one for one in package["resources"] if one["name"] == "rounds"]
    wanted = {"session_id": "meeting_id"} | {
        name: name for name in ("date", "format", "venue", "source_id", "confidence", "note")
    }
    known = {field["name"]: field for field in like["schema"]["fields"]}
    fields = [{**known[name], "name": own} for name, own in wanted.items()]
    fields[0] = {
        **fields[0],
        "title": "Meeting",
        "description": "M01 and so on, in order of date; a number is never reused.",
        "constraints": {"required": True, "unique": True, "pattern": "^M[0-9]{2}$"},
    }
    schema = {
        "$schema": like["schema"]["$schema"],
        "fields": fields,
        "missingValues": like["schema"].get("missingValues", [""]),
        "primaryKey": ["meeting_id"],
    }
    return {
        **like,
        "name": "meetings",
        "path": "meetings.csv",
        "title": "Meetings",
        "description": "Each row is one meeting of the two sides. It is NOT a list of all contacts.",
        "schema": schema,
    }


def _package(like: dict[str, Any], title: str, resources: list[dict[str, Any]]) -> str:
    kept = {key: value for key, value in like.items() if key not in ("keywords", "contributors")}
    about = "Each row names its source and says how far to trust it. An empty cell is unknown."
    package = {**kept, "title": title, "description": about, "resources": resources}
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"
