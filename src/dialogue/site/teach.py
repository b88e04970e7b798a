"""The pages of whoever teaches, behind a door of their own: plan, wall, slides, handout.

They are the pages of ``classroom``, with their scripts and styles put into files, because the
policy of the site allows no script in a page.  No key of a graded item is in them.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from markupsafe import Markup

from dialogue.bank import selection
from dialogue.classroom import handout, slides, wall
from dialogue.classroom import plan as one_page
from dialogue.course import catalogue
from dialogue.page import templates, text

# The classroom's scripts set widths and places, which needs styles of their own.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' file:",
        "style-src 'self' file: 'unsafe-inline'",
        "img-src 'self' file: data:",
        "font-src 'self' file: data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_META = '<meta charset="utf-8">'


def _outside(page: str, made: dict[str, str | bytes]) -> str:
    """*page* with its own scripts and styles in files, which *made* takes."""

    def put(content: str, kind: str) -> str:
        name = f"{hashlib.sha256(content.encode()).hexdigest()[:12]}.{kind}"
        made[f"teach/assets/{name}"] = content
        return f"assets/{name}"

    def style(found: re.Match[str]) -> str:
        faces = str(templates.typeface())
        own = found[1].replace(faces, "")
        parts = [put(faces, "css")] if own != found[1] else []
        return "\n".join(
            f'<link rel="stylesheet" href="{one}">' for one in [*parts, put(own, "css")]
        )

    def script(found: re.Match[str]) -> str:
        return f'<script src="{put(found[1], "js")}"></script>'

    policy = (
        f'{_META}\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<link rel="icon" href="../assets/icon.svg" type="image/svg+xml">'
    )
    return _SCRIPT.sub(script, _STYLE.sub(style, page)).replace(_META, policy, 1)


def pages(lesson: catalogue.Lesson, made: dict[str, str | bytes]) -> list[tuple[str, str]]:
    """Write the pages of one lesson to *made*; returns their addresses and names.  The plan
    itself is a page of the site: see ``build``."""
    questions = [q for q in selection.select([lesson.stem]) if q.use not in ("lane", "graded")]
    title = f"{lesson.number} · {lesson.title}"
    found: list[tuple[str, str]] = []

    def put(kind: str, name: str, page: Any) -> None:
        file = f"{lesson.stem}-{kind}.html"
        made[f"teach/{file}"] = _outside(str(page), made)
        found.append((file, name))

    if questions:
        put("wall", "Wall", wall.page(questions, title))
    shown = slides.of(lesson)
    put("slides", "Slides", slides.page(lesson, shown))
    put("notes", "Speaker’s notes", slides.notes(lesson, shown))
    if picked := handout.chosen(lesson, questions):
        put("handout", "Handout", handout.handout(lesson, picked))
        put("key", "Key to the handout", handout.key(lesson, picked))
    put("one-page", "Plan on one page", one_page.page(lesson))
    return found


def plan(lesson: catalogue.Lesson) -> Markup | None:
    """The teaching notes of a lesson, or None where it has none."""
    told = lesson.teaching()
    return Markup(text.prose(told)) if told else None


def cards(made: dict[str, str | bytes]) -> None:
    """The voting cards."""
    made["teach/cards.html"] = _outside(str(handout.cards(1)), made)
