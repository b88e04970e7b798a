"""The safe Markdown subset: what means something, and that nothing else does."""

from __future__ import annotations

import json

import pytest

from dialogue.page import text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<b>bold</b>",
    "[click](javascript:alert(1))",
    "![picture](https://example.org/x.png)",
    "<https://example.org>",
    "&lt;b&gt; &amp; &#106;",
    '"><iframe src=//example.org></iframe>',
    "`</code><script>alert(1)</script>`",
    "*<i>x</i>*",
    "# heading\n\n> quote\n\n---",
    "<style>*{display:none}</style>",
    "{{7*7}} ${7*7} <%= 7 %>",
    "<!-- comment -->",
    "<![CDATA[x]]>",
    '<a href="data:text/html,x">x</a>',
    "\\<b>",
    "| a | b |\n|---|---|",
    "<math><mtext></mtext></math>",
]


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("plain", "plain"),
        ("*a* **b** `c`", "<em>a</em> <strong>b</strong> <code>c</code>"),
        ("a < b & List<int>", "a &lt; b &amp; List&lt;int&gt;"),
        ("- a\n- b", '<ul dir="auto"><li dir="auto">a</li><li dir="auto">b</li></ul>'),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_subset(source: str, html: str) -> None:
    assert text.html(source) == html


def test_paragraphs_carry_their_own_direction() -> None:
    assert text.html("a\n\nكتائب", block=True) == '<p dir="auto">a</p><p dir="auto">كتائب</p>'


def test_plain_is_one_line_of_words() -> None:
    assert text.plain("**a**\n\n- b\n- `c < d`") == "a b c < d"


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_text_makes_no_markup(source: str) -> None:
    html = text.html(source, block=True)
    known = [f"<{end}{tag}" for tag in text.TAGS for end in ("", "/")]
    left = html
    for start in sorted(known, key=len, reverse=True):
        left = left.replace(start, "")
    assert "<" not in left, html

    def tags(nodes: list) -> set[str]:
        found = set()
        for node in nodes:
            if isinstance(node, list):
                found |= {node[0]} | tags(node[1:])
        return found

    assert tags(text.tree(source)) <= text.TAGS
    assert "javascript" not in json.dumps(text.tree(source)) or "javascript" in text.plain(source)


@pytest.mark.parametrize("source", ["<b>x</b>", "[a](javascript:b)", "&amp;", "![p](q)"])
def test_what_is_not_in_the_subset_is_shown_as_typed(source: str) -> None:
    assert text.plain(source) == source


def test_code_keeps_its_lines_and_a_table_its_cells() -> None:
    code = "```\nif x < 3:\n    y = '<b>'\n```"
    shown = "if x &lt; 3:\n    y = &#x27;&lt;b&gt;&#x27;"
    assert text.html(code) == f'<pre dir="ltr"><code>{shown}</code></pre>'
    table = text.html("| a | *b* |\n| --- | --- |\n| 1 | <i> |")
    assert "<th>a</th><th><em>b</em></th>" in table
    assert "<td>1</td><td>&lt;i&gt;</td>" in table
    assert text.plain(f"See\n\n{code}\n\n| a |\n| --- |\n| 1 |") == "See if x < 3: y = '<b>' a 1"


def test_the_place_of_a_blank_is_shown_and_never_in_code() -> None:
    assert text.plain("In [[1]] and `x[[1]]`") == "In (1) ______ and x[[1]]"
