"""What the page of the lab edition knows before Python has come: the lessons and their questions."""

from __future__ import annotations

import json
from typing import Any

from dialogue import bank
from dialogue.course import catalogue, sources
from dialogue.course.catalogue import Lesson
from dialogue.learner import desk
from dialogue.page import words
from dialogue.site import bundles, live
from dialogue.site.lab import downloads
from dialogue.widgets import scripts


def script() -> str:
    """The extension: record, quiz and what joins them to JupyterLab, as one plain script.

    The record and the quiz's model are those of the reading edition.
    """
    said = {"quiz": {**words.STRINGS, "saved": words.SITE["saved"], "live": words.SITE["twin"]}}
    parts = [
        "const Dialogue = { views: {} };",
        f"const WORDS = {json.dumps({**said, 'site': words.SITE})};",
        f"const STYLE = {json.dumps(scripts.style('quiz'))};",
        bundles.view("quiz"),
        *((bundles.STATIC / f"{name}.js").read_text("utf-8") for name in ("record", "answers")),
        (downloads.HERE / "extension" / "lite.js").read_text("utf-8"),
    ]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def places(lesson: Lesson) -> dict[str, Any]:
    """The questions of *lesson* by the id of the cell that asks them."""
    found = {}
    for cell in catalogue.notebook_cells(lesson.path):
        if cell["cell_type"] != "code":
            continue
        data = live.place(cell["source"])
        if data and data["view"] == "quiz" and not data.get("test"):
            found[cell["id"]] = {"source": cell["source"], "content": data["content"]}
    return found


def data(edition: str) -> dict[str, str]:
    """The files below ``dialogue/``: the course, and for each lesson its questions.

    The address of the latter tells one version from the next, so that no cache mixes them; by
    *edition* a page sees that what a browser still holds is of another one.
    """
    files, rows = {}, []
    lessons = [one for one in catalogue.lessons() if one.written]
    for one in lessons:
        text = json.dumps(places(one), ensure_ascii=False, separators=(",", ":"))
        files[f"{one.stem}.json"] = text
        mark = downloads.sha256(text.encode())[:12]
        rows.append(
            {
                "path": f"notebooks/{one.path.name}",
                "number": one.number,
                "title": one.title,
                "minutes": one.minutes,
                "quiz": f"dialogue/{one.stem}.json?v={mark}",
                "counted": [question.id for question in desk.counted(one)],
                "sections": [
                    {"cell": part.cell, "title": part.title, "items": part.items}
                    for part in desk.sections(one)
                ],
            }
        )
    digests = {name: row["digest"] for name, row in sources.paragraphs().items()}
    known = {one.number: one.minutes for one in lessons}
    course = {
        "edition": edition,
        "lessons": rows,
        "notebooks": [
            f"notebooks/{path.name}"
            for path in sorted((catalogue.root() / "notebooks").glob("*.ipynb"))
        ],
        "routes": [
            {
                "name": name,
                "lessons": [number for number in numbers if number in known],
                "minutes": sum(known.get(number, 0) for number in numbers),
            }
            for name, numbers in catalogue.routes().items()
        ],
        "digests": digests
        | {f"src:{name}": sources.reference(name) for name in sources.bibliography()},
        "was": {name: list(one.was) for name, one in bank.course_bank().questions.items()},
    }
    return {"course.json": json.dumps(course, ensure_ascii=False, separators=(",", ":")), **files}
