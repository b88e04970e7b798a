"""Pages for people: one environment of templates, one skeleton, one typeface.

A template is named by its room and its file: ``classroom/handout.html`` stands in
``classroom/templates/handout.html.j2``.  Whatever a template prints is escaped unless it is
:class:`~markupsafe.Markup`; a name that nobody gave is an error and no empty place.
"""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from dialogue.page import numbers, text

_ROOMS = Path(__file__).parents[1]
_TYPEFACE = Path(__file__).parent / "typeface"

# File, family, weight, and the characters that it is asked for.
_LATIN = "U+0-5FF, U+1E00-1EFF, U+200B, U+2010-218F, U+2212"
_ARABIC = "U+600-6FF, U+200C-200F, U+FD3E-FDFC"
FACES = (
    ("latin-400", "Dialogue", "400", _LATIN),
    ("latin-700", "Dialogue", "700", _LATIN),
    ("arabic-400", "Dialogue", "400", _ARABIC),
    ("arabic-700", "Dialogue", "700", _ARABIC),
    # A bold arrow is the same arrow.  Each weight is told apart: a face for a range of weights
    # would hide the letters from a browser, which looks for one weight and then for the sign.
    *(
        (file, "Dialogue", weight, characters)
        for weight in ("400", "700")
        for file, characters in (
            ("signs", "U+2190-21FF, U+2248-2265, U+25A0-2606, U+2713"),
            ("marks", "U+2610-2612, U+2714-2718, U+2B06-2B07"),
        )
    ),
    ("mono", "Dialogue Mono", "400", "U+0-5FF, U+2010-2212"),
)


@lru_cache(maxsize=1)
def typeface() -> Markup:
    """The rules that bring the bundled typeface: the fonts themselves stand in them."""
    return Markup("\n").join(
        Markup(
            '@font-face {{ font-family: "{}"; font-weight: {}; unicode-range: {};\n'
            "  src: url(data:font/woff2;base64,{}) format(woff2); }}"
        ).format(
            family,
            weight,
            characters,
            b64encode((_TYPEFACE / f"{file}.woff2").read_bytes()).decode(),
        )
        for file, family, weight, characters in FACES
    )


def small(source: str) -> Markup:
    """Text that may come from anybody, with the small markup of questions."""
    return Markup(text.html(source))


def small_block(source: str) -> Markup:
    """Like :func:`small`, with its paragraphs and lists."""
    return Markup(text.html(source, block=True))


def numbered(number: int, source: str) -> Markup:
    """Like :func:`small_block`, with a number before its first words."""
    words, first = small_block(source), '<p dir="auto">'
    count = Markup("<strong>{}.</strong> ").format(number)
    if words.startswith(first):
        return Markup(first) + count + words[len(first) :]
    return Markup("<p>{}</p>{}").format(count, words)


def _place(name: str) -> Path:
    room, _, file = name.rpartition("/")
    return _ROOMS / room / "templates" / file


def _load(name: str) -> tuple[str, str, Any]:
    path = _place(f"{name}.j2")
    return path.read_text("utf-8"), str(path), lambda: True


@lru_cache(maxsize=32)
def style(name: str) -> Markup:
    """A style sheet beside the templates, such as ``classroom/paper.css``."""
    return Markup(_place(name).read_text("utf-8"))


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FunctionLoader(_load),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    found.globals.update(style=style, typeface=typeface)
    found.filters.update(
        small=small,
        small_block=small_block,
        prose=lambda source: Markup(text.prose(source)),
        prose_inline=lambda source: Markup(text.prose_inline(source)),
        number=numbers.plain,
    )
    return found


def render(name: str, /, **values: Any) -> Markup:
    """The template *name* with *values*.  A whole page extends ``page/page.html``."""
    return Markup(_environment().get_template(name).render(values))


def parts(name: str) -> Any:
    """The macros of the template *name*, by their names."""
    return _environment().get_template(name).module
