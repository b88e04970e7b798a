"""The pages of a class, their scripts and styles; and the script in a page of the lesson."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dialogue.page import templates
from dialogue.page.words import CLASS

if TYPE_CHECKING:
    from dialogue.classroom.live.server import Hall

_STATIC = Path(__file__).parent / "static"
# By their place: the package of the widgets would bring IPython into the memory of a class.
_WIDGETS = Path(__file__).parents[2] / "widgets" / "static"
_SHARED = ("shared", "tree")
_SCRIPTS = {"class.js": "class", "static/teacher.js": "teacher", "static/wall.js": "wall"}
_STYLES = {"class.css", "static/room.css"}
_HEAD = re.compile(rb"</head\s*>", re.IGNORECASE)
_OURS = b'<script src="/class.js" defer></script>'


def _script(name: str) -> str:
    """One script, closed in itself: a page of the lesson has names of its own."""
    parts = [(_WIDGETS / f"{part}.js").read_text("utf-8") for part in _SHARED]
    own = (_STATIC / f"{name}.js").read_text("utf-8")
    words = json.dumps(CLASS, ensure_ascii=False)
    # A block of its own: a page may name for itself what the shared parts name too.
    whole = ["(() => {", f"const strings = {words};", *parts, "{", own, "}", "})();", ""]
    return "\n".join(whole)


@lru_cache(maxsize=16)
def file(name: str) -> tuple[str, str]:
    """The kind and the content of a script or style; empty where there is none of this name."""
    if name in _SCRIPTS:
        return "text/javascript; charset=utf-8", _script(_SCRIPTS[name])
    if name in _STYLES:
        return "text/css; charset=utf-8", (_STATIC / Path(name).name).read_text("utf-8")
    if name == "static/type.css":
        return "text/css; charset=utf-8", str(templates.typeface())
    return "", ""


def with_class(page: bytes) -> bytes:
    """A page of the lesson with the script of the class in its head."""
    found = _HEAD.search(page)
    return page[: found.start()] + _OURS + page[found.start() :] if found else page + _OURS


def door(hall: Hall) -> str:
    """Where a phone arrives: the code, a nickname, and what becomes of the answers."""
    return templates.render("classroom/live/door.html", title=hall.room.title)


def privacy(hall: Hall) -> str:
    """What is kept, where, how long, and how it is deleted."""
    return templates.render("classroom/live/privacy.html", title="What the class keeps")


def teacher(hall: Hall) -> str:
    """The teacher's page."""
    return templates.render(
        "classroom/live/teacher.html", title=hall.room.title, lesson=f"/lesson/{hall.start}"
    )


def wall(hall: Hall) -> str:
    """The projector."""
    return templates.render("classroom/live/wall.html", title=hall.room.title)


def elsewhere() -> str:
    """What another computer gets that asks for the teacher's page."""
    return templates.render("classroom/live/elsewhere.html", title="Only at the teacher's computer")
