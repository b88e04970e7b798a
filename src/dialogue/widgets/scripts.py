"""The script and the style of each view, joined from their parts in a written order.

A part is a file of ``static/``.  Nothing is built and nothing imported in the page: a view gets
one text, in which a part may use what an earlier one has.  A kind of question is a script of
its own in ``static/kinds/``, found by the name of the kind.
"""

from __future__ import annotations

from pathlib import Path

from dialogue.questions import KINDS

STATIC = Path(__file__).parent / "static"
_EVERY_KIND = "kinds"
_GAME = (
    *("shared", "bargaining", "table-for-two", "negotiation-parts", "pair", "ballot"),
    "negotiation",
)
_SCRIPTS = {
    "quiz": (
        *("shared", "typed", "tree", "grading", "controls", _EVERY_KIND, "question", "quiz"),
        *("panels/answers", "panels/review", "panels/fetched", "panels/progress"),
        *("panels/calibration", "panels/forecasts", "view"),
    ),
    "glossary": ("shared", "typed", "glossary"),
    "explorer": ("shared", "explorer"),
    "negotiation": _GAME,
    # The same view, played in the page: for an edition without a kernel.
    "negotiation-page": (*_GAME, "local-game"),
    "negotiation-wall": (*_GAME, "local-game", "class-game"),
    "assessment": ("shared", "assessment"),
    "form": ("shared", "form"),
    "wall": ("shared", "wall"),
}
_STYLES = {
    "quiz": ("quiz", "menu"),
    "glossary": ("quiz", "menu", "glossary"),
    "explorer": ("menu", "explorer"),
    "negotiation": ("menu", "negotiation"),
    "assessment": ("quiz", "menu"),
}


def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def part(name: str) -> str:
    """One part by itself, such as ``part("shared")``, for a page with scripts of its own."""
    return _read(f"{name}.js")


def script(view: str) -> str:
    """The script of a view, such as ``script("quiz")``."""
    parts = []
    for name in _SCRIPTS[view]:
        if name == _EVERY_KIND:
            # A block each: what one kind names for itself cannot meet another's.
            parts += [f"{{\n{_read(f'kinds/{kind}.js')}}}\n" for kind in KINDS]
        else:
            parts.append(_read(f"{name}.js"))
    return "\n".join(parts)


def style(view: str) -> str:
    """The style sheet of a view."""
    return "\n".join(_read(f"{name}.css") for name in _STYLES[view])
