"""The safe Markdown subset: what means something, and that nothing else does."""

from __future__ import annotations

import json
import re
from html import escape
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.page import formula, text

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


FORMULAS = [
    r"\(x^2\)",
    r"\[\sum_{i=1}^{n} \frac{i}{2}\]",
    r"\(a*b*c < \text{<b>&amp;}\)",
    r"\(\begin{pmatrix}1 & 2\\3 & 4\end{pmatrix}\)",
    r"\(\hat{p} \pm 1.96\sqrt{\frac{p(1-p)}{n}}\)",
]


@pytest.mark.parametrize("source", FORMULAS)
def test_a_formula_is_mathml_and_its_tex_is_not_lost(source: str) -> None:
    html = text.html(f"Take *this*: {source} for $5 or $6")
    root = ElementTree.fromstring(f"<p>{html}</p>")
    math = next(each for each in root if each.tag == "math")
    assert {each.tag for each in math.iter()} <= formula.TAGS | {"semantics", "annotation"}
    assert math.findtext(".//annotation") == source
    assert (math.get("display") == "block") is source.startswith(r"\[")
    assert html.endswith("for $5 or $6")
    assert text.plain(source) == source
    assert text.html(source, tex=formula.marked) == escape(source)
    assert list(text.no_formulas(source)) == []


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (r"\(\style{background:url(https://evil.invalid)}{x}\)", r"\style is not allowed"),
        (r"\(\href{javascript:a}{x}\)", r"\href is not allowed"),
        (r"\(\class{jp-Button}{x}\)", r"\class is not allowed"),
        (r"\(\def\a{\a\a}\a\)", r"\def is not allowed"),
        (r"\(\newcommand{\a}{x}\a\)", r"\newcommand is not allowed"),
        (r"\(\foo\)", r"the command \foo is not known"),
        (r"\(\frac{a\)", "opened and not closed"),
        (r"\(x^\)", "missing super script"),
        (r"\(\frac{a}\)", ""),
        (r"\( \)", "nothing between its marks"),
        (r"\(\hspace{9999em}\)", "cannot be shown"),
        (r"\(\left( x\)", "opened and not closed"),
        (r"\(" + "{" * 200 + "}" * 200 + r"\)", "deep"),
        (r"\(" + "x" * 5000 + r"\)", "letters"),
        (r"\(a [[1]] b\)", "mark of a blank"),
    ],
)
def test_what_is_no_formula_is_shown_as_typed_and_named(source: str, why: str) -> None:
    assert "<" not in text.html(source)
    assert text.plain(source) == source.replace("[[1]]", "(1) ______")
    ((what, said),) = text.no_formulas(source)
    assert what == source
    assert said
    assert why in said


@given(st.text(alphabet="\\{}[]()^_&#$%~'<>ab1 \n\x00\ue000كa", max_size=80))
@settings(max_examples=300, deadline=None)
def test_whatever_stands_between_the_marks_makes_one_line_of_words_or_a_formula(tex: str) -> None:
    html = text.html(f"\\({tex}\\)", block=True)
    known = formula.TAGS | text.TAGS | {"semantics", "annotation"}
    assert set(re.findall(r"</?([a-z]+)", html)) <= known
    list(text.no_formulas(f"\\[{tex}\\]"))
