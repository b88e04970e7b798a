"""Text that is safe to show: a small Markdown subset, as a tree, as HTML, as plain words.

Question text may come from anybody.  Only paragraphs, lists, line breaks, *emphasis*,
**strong**, `code`, blocks of code, tables, formulas (:mod:`dialogue.page.formula`) and pictures
that lie beside the bank (:mod:`dialogue.page.pictures`) mean anything, and [[1]], the place of a
blank; the rest (HTML, links, entities) is shown as it was typed.  The tree is what the browser gets: it builds each node by name
from a fixed list and sets text as text, so there is no place where markup could run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from dialogue.page import formula, pictures
from dialogue.page.html import Html, element, joined

# A node is a string or [tag, child, child, …]; a formula is ["math", {"tex": …, "display": …},
# tree of MathML], and a picture ["img", {"src": …, "alt": …, "at": its address in the text}].
Node = str | list[Any]

VEGA = "application/vnd.vega.v5+json"
# SVG marks stay sharp on a projector and can be styled by the theme; the canvas that JupyterLab
# would draw by default does neither.
EMBED = {"renderer": "svg", "actions": False}

# A blank in a text of a cloze question: [[1]], and how it is shown.
_GAP = re.compile(r"\[\[(\d{1,2})\]\]")
BLANK = "______"

BLOCKS = frozenset({"p", "ul", "ol", "li", "table"})
_CELLS = frozenset({"thead", "tbody", "tr", "th", "td"})
TAGS = BLOCKS | _CELLS | {"em", "strong", "code", "br", "pre"}


def encodable(text: str) -> str:
    """*text* with every half of a character (a lone surrogate) replaced, so that it can be
    written as UTF-8.  A browser or a JSON file may cut an emoji in two."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


# What words stand apart from the words before, on one line.
_APART = BLOCKS | _CELLS | {"br", "pre"}


@lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero")
    parser.enable(["list", "emphasis", "backticks", "newline", "fence", "table"])
    parser.inline.ruler.before("backticks", "formula", _formula)
    parser.inline.ruler.before("backticks", "picture", _picture)
    return parser


def _picture(state: Any, silent: bool) -> bool:
    """Markdown's rule for a picture that was read from its file; any other is words."""
    mark = pictures.TYPED.match(state.src, state.pos) if state.src[state.pos] == "!" else None
    picture = pictures.known(mark[3] or "") if mark else None
    if mark is None or picture is None:
        return False
    if not silent:
        token = state.push("picture", "", 0)
        at = f"{pictures.FOLDER}/{picture.name}#{picture.digest}"
        token.meta = {"src": picture.address, "alt": mark[1], "at": at}
    state.pos = mark.end()
    return True


def _formula(state: Any, silent: bool) -> bool:
    """Markdown's rule for what stands between the marks of a formula, sound or not."""
    marks = formula.MARKS.get(state.src[state.pos + 1 : state.pos + 2])
    if state.src[state.pos] != "\\" or marks is None:
        return False
    end = state.src.find(marks[1], state.pos + 2, state.posMax)
    if end < 0:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = state.src[state.pos + 2 : end], marks[0]
    state.pos = end + 2
    return True


def _math(tex: str, display: bool) -> Node:
    try:
        return ["math", {"tex": tex, "display": display}, formula.tree(tex, display)]
    except formula.NoFormula:
        return _GAP.sub(rf"(\1) {BLANK}", formula.marked(tex, display))


@lru_cache(maxsize=4096)
def _parse(source: str) -> tuple[Node, ...]:
    root: list[Any] = ["root"]
    stack = [root]
    for block in _parser().parse(source):
        for token in block.children if block.type == "inline" else [block]:
            if token.type in ("text", "text_special"):
                stack[-1].append(_GAP.sub(rf"(\1) {BLANK}", token.content))
            elif token.type == "code_inline":
                stack[-1].append(["code", token.content])
            elif token.type == "picture":
                stack[-1].append(["img", token.meta])
            elif token.type == "formula":
                stack[-1].append(_math(token.content, token.markup == "\\["))
            elif token.type == "fence":
                stack[-1].append(["pre", ["code", token.content.rstrip("\n")]])
            elif token.type in ("softbreak", "hardbreak"):
                stack[-1].append(["br"] if token.type == "hardbreak" else " ")
            elif token.hidden:  # the paragraph inside a tight list item
                continue
            elif token.nesting == 1 and token.tag in TAGS:
                node: list[Any] = [token.tag]
                stack[-1].append(node)
                stack.append(node)
            elif token.nesting == -1 and token.tag in TAGS:
                stack.pop()
            elif token.content:  # nothing we know: show it as typed
                stack[-1].append(token.content)
    return tuple(root[1:])


def tree(source: str) -> list[Node]:
    """Parse *source* into a list of block nodes (JSON-ready)."""
    return list(_parse(source.strip()))


def _inline(nodes: list[Node]) -> list[Node]:
    """Unwrap a single paragraph: option texts and comments stand inside other blocks."""
    if len(nodes) == 1 and isinstance(nodes[0], list) and nodes[0][0] == "p":
        return nodes[0][1:]
    return nodes


def inline(source: str) -> list[Node]:
    """Like :func:`tree`, without the wrapping paragraph when there is only one."""
    return _inline(tree(source))


Tex = Callable[[str, bool], str]


def html(source: str, *, block: bool = False, tex: Tex | None = None, at: str = "src") -> Html:
    """*source* as safe HTML.  Blocks carry ``dir="auto"`` so Arabic reads right to left.

    *tex* writes a formula, by its TeX and whether it stands on a line of its own, for a page
    that draws formulas itself; else it is MathML.  A picture stands in the page itself, or, if *at*
    is "at", by its address, for whoever puts the file beside it.
    """
    return _html(tree(source) if block else inline(source), tex, at)


def _html(nodes: list[Node], tex: Tex | None, at: str) -> Html:
    out: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            out.append(node)
        elif node[0] == "math":
            own, display = node[1]["tex"], node[1]["display"]
            out.append(tex(own, display) if tex else formula.html(own, display, node[2]))
        elif node[0] == "img":
            picture = Html('<img src="{}" alt="{}" class="dialogue-picture">')
            out.append(picture.format(node[1][at], node[1]["alt"]))
        elif node[0] == "br":
            out.append(Html("<br>"))
        else:
            way = "auto" if node[0] in BLOCKS else "ltr" if node[0] == "pre" else ""
            own = {"dir": way} if way else {}
            out.append(element(node[0], _html(node[1:], tex, at), **own))
    return joined(*out)


@lru_cache(maxsize=1)
def _writer() -> Any:
    """For texts of the course itself: all of CommonMark, and tables, but no HTML."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # Paper follows no link, and a page on its own has no picture beside it.
    for rule in ("link_open", "link_close"):
        parser.add_render_rule(rule, lambda *_: "")
    parser.add_render_rule("image", lambda _self, tokens, at, *_: Html.escape(tokens[at].content))
    return parser


def prose(source: str) -> str:
    """A text of the course as HTML for a page on its own: links are words there."""
    return _writer().render(source)


def prose_inline(source: str) -> str:
    """Like :func:`prose`, for one line inside something else."""
    return _writer().renderInline(source)


def no_formulas(source: str) -> Iterator[tuple[str, str]]:
    """What stands between the marks of a formula in *source* and is none, and why."""
    if "\\" not in source:  # with which each mark begins
        return
    for block in _parser().parse(source.strip()):
        for token in block.children or ():
            if token.type == "formula":
                display = token.markup == "\\["
                try:
                    formula.tree(token.content, display)
                except formula.NoFormula as reason:
                    yield formula.marked(token.content, display), str(reason)


def plain(source: str) -> str:
    """*source* as words on one line, for ``text/plain`` and for screen-reader labels."""

    def walk(nodes: list[Node]) -> str:
        parts = []
        for node in nodes:
            if isinstance(node, str):
                parts.append(node)
            elif node[0] == "math":
                parts.append(formula.marked(**node[1]))
            elif node[0] == "img":
                parts.append(f" [{node[1]['alt']}] ")
            else:
                parts.append((" " if node[0] in _APART else "") + walk(node[1:]))
        return "".join(parts)

    return " ".join(walk(tree(source)).split())
