r"""Formulas between ``\(`` and ``\)``, or ``\[`` and ``\]`` on a line of their own, as MathML.

Browsers draw MathML by themselves: no script, no font and no network is needed, so a formula is
the same in a lesson, in its readable twin, on paper and on the wall.  A dollar sign stays a dollar
sign, because the course speaks of money.  What is no formula is shown as it was typed, and
``dialogue check`` says why.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any

from dialogue.page.html import Html, element

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MARKS = {"(": ("\\(", "\\)"), "[": ("\\[", "\\]")}
MOST_LETTERS = 600  # of one formula
_DEEPEST = 20  # groups within groups
MOST_NODES = 2_000

# Commands that mean a page or a program and not a formula, and those that define others.
_REFUSED = re.compile(
    r"\\(?:style|href|url|class|id|cssId|data|unicode|require|includegraphics|html\w*|def|let|gdef"
    r"|edef|(?:re)?newcommand|providecommand|newenvironment|DeclareMathOperator\*?|input|write"
    r"|catcode|label|tag|ref|color|textcolor|colorbox|fcolorbox|bbox|mmlToken)(?![A-Za-z])"
)
_GROUPS = re.compile(r"\\begin\b|\\left\b|(?<!\\)\{|\\end\b|\\right\b|(?<!\\)\}")
_OPENS = frozenset({"\\begin", "\\left", "{"})
# What MathML Core has, by the number of its children where that is fixed.
_TAGS = {
    **dict.fromkeys(("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "msqrt"), 0),
    **dict.fromkeys(("mtable", "mtr", "mtd", "mpadded", "mphantom", "mmultiscripts"), 0),
    **dict.fromkeys(("mprescripts", "none"), 0),
    **dict.fromkeys(("mfrac", "msup", "msub", "munder", "mover", "mroot"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
TAGS = frozenset(_TAGS)
_LEAVES = frozenset({"mi", "mn", "mo", "mtext"})
_ATTRIBUTES = frozenset(
    (
        *("display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "fence", "form"),
        *("accent", "accentunder", "movablelimits", "largeop", "symmetric", "separator"),
        *("linethickness", "width", "height", "depth", "lspace", "rspace", "minsize", "maxsize"),
        *("columnalign", "rowspacing", "columnspacing", "voffset"),
    )
)
# No length of three figures: a formula stays in its line.
_VALUE = re.compile(r"(?!.*(?<![.\d])\d{3})[A-Za-z0-9.%+ -]{1,60}")


class NoFormula(ValueError):
    """Why a text between the marks is no formula."""


@lru_cache(maxsize=1)
def _converter() -> Any:
    # Its table of signs takes a moment to read, and most pages have no formula.
    from latex2mathml import converter

    return converter


def _sound(tex: str) -> None:
    if not tex.strip():
        raise NoFormula("there is nothing between its marks")
    if len(tex) > MOST_LETTERS:
        raise NoFormula(f"it has more than {MOST_LETTERS} letters")
    if found := _REFUSED.search(tex):
        raise NoFormula(f"{found[0]} is not allowed in a formula")
    if "\\(" in tex or "\\[" in tex.replace("\\\\[", ""):
        raise NoFormula("another formula begins in it")
    if "[[" in tex or "\ue000" in tex:  # as an author types it, and on its way to a page
        raise NoFormula("[[ is the mark of a blank")
    depth = 0
    for group in _GROUPS.findall(tex):
        depth += 1 if group in _OPENS else -1
        if depth > _DEEPEST:
            raise NoFormula(f"its groups are more than {_DEEPEST} deep")
        if depth < 0:
            break
    if depth:
        raise NoFormula("a brace or a group in it is opened and not closed, or the reverse")


def _node(element: Element) -> list[Any]:
    wanted = _TAGS.get(element.tag)
    if wanted is None:
        raise NoFormula(f"<{element.tag}> cannot be shown")
    if wanted and len(element) != wanted:
        raise NoFormula("a part of it is missing")
    attributes = {name: value for name, value in element.attrib.items() if name != "xmlns"}
    for name, value in attributes.items():
        if name not in _ATTRIBUTES or not _VALUE.fullmatch(value):
            raise NoFormula(f"it sets {name!r}, which cannot be shown")
    children: list[Any] = [_node(child) for child in element]
    if element.text:
        words = unescape(element.text)
        if element.tag not in _LEAVES:
            raise NoFormula("there is text where none can be")
        if "\\" in words and words != "\\":
            raise NoFormula(f"the command {words.strip()} is not known")
        children.insert(0, words)
    return [element.tag, attributes, *children]


@lru_cache(maxsize=4096)
def tree(tex: str, display: bool) -> list[Any]:
    """The formula as a tree of MathML: [tag, attributes, child, child, …].

    Raises :class:`NoFormula` with the reason for what is none.
    """
    _sound(tex)
    try:
        element = _converter().Converter(display="block" if display else "inline")
        made = element.convert_to_element(tex)
    except RecursionError:
        raise NoFormula("its groups are too deep") from None
    except Exception as error:  # whatever its reader makes of what anybody has typed
        raise NoFormula(_reason(error)) from None
    if sum(1 for _ in made.iter()) > MOST_NODES:
        raise NoFormula("it is too long")
    return _node(made)


def _reason(error: Exception) -> str:
    """The fault in words, from the name that the reader gives it: MissingEndError."""
    name = type(error).__name__
    if not name.endswith("Error") or type(error).__module__.startswith("builtins"):
        return "it cannot be read as TeX"
    return " ".join(re.findall(r"[A-Z][a-z]+", name.removesuffix("Error"))).lower()


def marked(tex: str, display: bool) -> str:
    """*tex* between its marks, as an author types it."""
    opens, closes = MARKS["[" if display else "("]
    return f"{opens}{tex}{closes}"


def _html(node: Any) -> Html:
    if isinstance(node, str):
        return Html.escape(node)
    tag, attributes, *children = node
    return element(tag, *map(_html, children), **attributes)


def html(tex: str, display: bool, node: list[Any]) -> Html:
    """MathML with the TeX beside it, which a browser hides: a page that shows no MathML (an
    untrusted notebook, where x² would become x2) still says what is meant."""
    tag, attributes, *children = node
    note = ["annotation", {"encoding": "application/x-tex"}, marked(tex, display)]
    return _html([tag, attributes, ["semantics", {}, ["mrow", {}, *children], note]])
