"""Where a lesson speaks of running cells, what the reading edition says there.

The notebooks are written for JupyterLab.  Their words stand everywhere else unchanged.
"""

from __future__ import annotations

import re

from dialogue.page import words
from dialogue.page.html import Html

_ELSEWHERE = f"*{words.SITE['code_elsewhere']}*"
# Sentences of the lessons' text.
_SENTENCES = (
    (re.compile(r"^Run the next cell first\b.*$", re.MULTILINE), _ELSEWHERE),
    (re.compile(r"Run the page: menu \*\*Run\*\*, then \*\*Run All Cells\*\*\. ?"), ""),
    (re.compile(r" Then run the page again\."), ""),
    (re.compile(r" Run it whenever you like;"), " Open it whenever you like;"),
)
_FOLDED = r"<details><summary>{}</summary>.*?</details>"
# What only one cell says: the lesson, the cell, which words, and what stands there.
_CELLS: dict[tuple[str, str], tuple[tuple[re.Pattern[str], str], ...]] = {
    ("00-start-here", "page"): ((re.compile(r".*", re.DOTALL), ""),),
    ("00-start-here", "more"): (
        (
            re.compile(_FOLDED.format("How a page works"), re.DOTALL),
            "<details><summary>How a page works</summary>\n\nIn a question, **Hint** gives a "
            "nudge, and **Show the answer** appears once you have tried. Everything works with "
            "the keyboard: Tab moves on, the arrow keys or the space bar choose, and Enter "
            "checks.\n\n</details>",
        ),
        (
            re.compile(_FOLDED.format("Where your answers are kept"), re.DOTALL),
            "<details><summary>Where your answers are kept</summary>\n\nEach answer is saved the "
            "moment you press Check, in this browser. Nothing is sent anywhere. Close a page and "
            "come back tomorrow: your answers are there again. The page "
            "[My answers](answers.html) takes them to another device or to a laptop.\n\n</details>",
        ),
    ),
    ("supplements", "title"): (
        (re.compile(r" If you work alone, or if nothing was added.*", re.DOTALL), ""),
    ),
    ("review", "how"): (
        (
            re.compile(r"Your answers lie in .*"),
            "Your answers are kept in this browser; nothing is sent anywhere.",
        ),
    ),
    ("review", "next"): ((re.compile(r"open `00-start-here`"), "open [My answers](answers.html)"),),
    ("review", "day"): (
        (
            re.compile(r"Put its day in place of .*"),
            "Then set its day under the next heading.",
        ),
    ),
    ("what-now", "keep"): (
        (
            re.compile(r"Your answers lie in .*? Nothing is sent anywhere, .*? says so\."),
            "Your answers are kept in this browser. The box below takes them to another device, "
            "or to JupyterLab on a laptop. Nothing is sent anywhere.",
        ),
    ),
    ("glossary", "how"): (
        (re.compile(r" Without a kernel, on GitHub .*? in the same ways\."), ""),
    ),
    **{
        (f"{test}-test", "result"): (
            (
                re.compile(r"The button below ends the test\. It tells"),
                "In JupyterLab a button ends the test. It tells",
            ),
        )
        for test in ("pre", "post")
    },
}
# What the stored outputs say.
_OUTPUTS = {
    "Nothing was added to the course on this computer.": "Nothing was added to this edition.",
    words.QUIZ["live"]: words.SITE["twin"],
    words.QUIZ["value_none"]: words.SITE["own_code"],
    words.PANELS["panel_live"]: words.SITE["twin"],
    words.PANELS["erase_live"]: words.SITE["twin"],
    words.ASSESSMENT["live"]: words.SITE["result_elsewhere"],
    words.EXPLORER["live"]: words.SITE["still"],
    words.GLOSSARY["live"]: words.SITE["twin_glossary"],
    words.NEGOTIATION["live"]: words.SITE["twin_play"],
    "Run this cell to choose. Shown:": "Shown:",
}


def text(stem: str, cell: str, source: str, python: int = 0) -> str:
    """The Markdown of a cell as this edition says it; with *python*, so many megabytes of it run
    the code in the page."""
    for pattern, instead in (*_SENTENCES, *_CELLS.get((stem, cell), ())):
        source = pattern.sub(instead, source)
    here = f"*{words.SITE['code_here'].format(total=python)}*"
    return source.replace(_ELSEWHERE, here) if python else source


def output(shown: str, *, python: bool = False) -> str:
    """A stored output as this edition shows it, with *python* where code runs in the page."""
    here = {words.QUIZ["value_none"]: words.SITE["own_code_here"]} if python else {}
    for said, instead in (_OUTPUTS | here).items():
        shown = shown.replace(Html.escape(said), Html.escape(instead))
    return shown
