"""Question text from a hostile bank: shown as it was typed, never run, never loaded.

``injections.json`` holds the texts, each with its class.  Here every one of them stands in
every text field of every kind of question, and is shown in a live JupyterLab, in the
reading copy opened as a page, and in a page made by nbconvert.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest

from conftest import Lab, Page, wait_until
from dialogue import bank
from dialogue.course.tidy import settled
from dialogue.widgets import quiz, scripts

CORPUS = json.loads((Path(__file__).parent / "injections.json").read_text(encoding="utf-8"))
TEXTS = [entry["text"] for entry in CORPUS]
CHUNKS = [TEXTS[i::3] for i in range(3)]
KINDS = ("single", "multiple", "numeric", "order", "match", "short", "classify", "evidence")
NOTEBOOK = "hostile"

# What our own views and twins are built of.  Nothing else may appear in them.
TWIN_TAGS = {"br", "code", "details", "div", "em", "hr", "li", "ol", "p", "strong", "summary", "ul"}
LIVE_TAGS = TWIN_TAGS - {"hr"} | {
    *("a", "bdi", "button", "fieldset", "form", "input", "label", "legend"),
    *("option", "section", "select", "span"),
}

SCAN = """(roots) => {
    const nodes = [...document.querySelectorAll(roots)].flatMap((r) => [r, ...r.querySelectorAll('*')]);
    return {
      count: nodes.length,
      tags: [...new Set(nodes.map((n) => n.localName))],
      handlers: nodes.flatMap((n) => [...n.attributes].map((a) => a.name)).filter((a) => /^on/i.test(a)),
      links: [...new Set(nodes.flatMap((n) => ['href', 'src', 'action', 'formaction', 'srcdoc', 'data']
        .map((a) => n.getAttribute(a))).filter(Boolean))],
      styles: nodes.filter((n) => n.hasAttribute('style')).length,
      ids: nodes.map((n) => n.id).filter(Boolean),
      pwned: window.__pwned ?? null,
      polluted: ({}).polluted ?? null,
    };
}"""


def words(text: str) -> str:
    """*text* without what may differ on a page: space, control characters, Markdown's signs."""
    return re.sub(r"[\s\x00-\x1f\u2028\u2029\ufffd*_`]+", "", text)


def missing(shown: str, texts: list[str]) -> list[str]:
    page = words(shown)
    return [text for text in texts if words(text) not in page]


def hostile_items() -> list[dict[str, Any]]:
    """A question of each kind for each part of the corpus; every text field is hostile."""
    items: list[dict[str, Any]] = []
    for n, texts in enumerate(CHUNKS):
        every = "\n\n".join(texts)
        common = {"ask": every, "hint": every, "explain": every, "by": every, "para": ["P6"]}
        common |= {"sources": ["ACW-2020-07"]}

        def add(kind: str, n: int = n, common: dict[str, Any] = common, **own: Any) -> None:
            items.append({"id": f"zz-{kind}-{n}", "type": kind, **common, **own})

        last = [{"text": "the right one", "right": "yes", "say": every}]
        add("single", options=[{"text": t, "say": t} for t in texts] + last)
        add("multiple", options=[{"text": t, "say": t} for t in texts] + last)
        near = [{"value": str(1000 + 100 * i), "say": t} for i, t in enumerate(texts)]
        near.append({"value": "2", "say": every})
        add("numeric", answer="1", unit=" ".join(texts), near=near)
        add(
            "order",
            order=[{"text": t} for t in texts],
            mistakes=[
                {"if": f"{later} before {first}", "say": first} for first, later in pairwise(texts)
            ],
        )
        add(
            "match",
            pairs=[
                {
                    "left": t,
                    "right": f"{t} {i}",
                    "say": t,
                    "wrong": [{"right": f"{texts[i - 1]} {(i - 1) % len(texts)}", "say": t}],
                }
                for i, t in enumerate(texts)
            ],
            extra_right=[{"text": f"{t} left over", "say": t} for t in texts],
        )
        add(
            "short",
            accept=[f"{every} x", *(f"{t} x{i}" for i, t in enumerate(texts))],
            wrong=[{"text": f"{t} wrong{i}", "say": t} for i, t in enumerate(texts)],
        )
        named = [t.strip() for t in texts]
        statements = []
        for i, t in enumerate(named[:2]):
            comments = {"if_" + o.replace(" ", "_"): o for o in named if o != named[i]}
            statements.append({"text": t + " " + every, "label": t, **comments})
        add("classify", labels=named, statements=statements)
        paragraphs = [{"para": "P6", "say": every}, {"para": "P8", "right": "yes", "say": every}]
        add("evidence", options=paragraphs)
        add(
            "forecast",
            resolves="2020-07-31",
            happened="no",
            reference=[{"who": t, "chance": "50"} for t in texts],
            bands=[
                {"from": "0", "to": "30", "say": every},
                {"from": "31", "to": "100", "say": every},
            ],
        )
    # An id that every JavaScript object answers to.
    items.append({**items[0], "id": "constructor", "confidence": "ask"})
    return items


IDS = [item["id"] for item in hostile_items()]

CELLS = [
    f"from dialogue import ask\nshown = ask({', '.join(map(repr, IDS))}, title=%TITLE%)\nshown",
    "from IPython.display import HTML\nHTML(shown.twin_html)",
    # Values that code has computed: wrong with a comment or a hint, right, not among the
    # answers.  All in one output: JupyterLab shows fifty of a cell and cuts the rest.
    """
import pandas as pd
from dialogue import bank
q = bank.course_bank().questions
results = [ask("<img src=x onerror=window.__pwned=1>")]
for n in range(3):
    single, short = q[f"zz-single-{n}"], q[f"zz-short-{n}"]
    results += [ask(short.id, value="nothing like it"), ask(short.id, value=short.accept[0])]
    for option in single.options:
        results += [ask(single.id, value=option.text), ask(f"zz-evidence-{n}", value=option.text)]
    table = pd.DataFrame({single.options[0].text: [1], "b": [2]})
    results += [ask(f"zz-numeric-{n}", value=value) for value in (table, 2, 1)]
    results.append(ask(f"zz-forecast-{n}", value=20))
HTML("".join(result._repr_html_() for result in results))
""",
]


def notebook() -> nbformat.NotebookNode:
    title = repr(" ".join(TEXTS))
    cells = [nbformat.v4.new_code_cell(source.replace("%TITLE%", title)) for source in CELLS]
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


@pytest.fixture(scope="module")
def hostile(lab: Lab) -> Iterator[Path]:
    """The course copy with a hostile bank and a notebook that shows all of it."""
    file = lab.course / "exercises" / "zz-hostile.yaml"
    # JSON is YAML, and escapes what an editor would not show.
    content = {"quiz": "zz-hostile", "title": "Hostile", "items": hostile_items()}
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
    page = lab.course / "notebooks" / f"{NOTEBOOK}.ipynb"
    nbformat.write(notebook(), page)
    yield lab.course
    file.unlink()
    page.unlink()


class Watched:
    """A page of its own that notices every request, dialog, window and frame."""

    def __init__(self, browser: Any) -> None:
        self.context = browser.new_context()
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.events: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        watch(self.page, self.events)


def watch(page: Any, events: list[str]) -> None:
    page.on("dialog", lambda dialog: (events.append("dialog"), dialog.dismiss()))
    page.on("popup", lambda _: events.append("popup"))
    page.on("frameattached", lambda _: events.append("frame"))
    page.on("download", lambda _: events.append("download"))


def harmless(found: dict[str, Any], tags: set[str]) -> None:
    assert found["pwned"] is None, "a text ran"
    assert found["polluted"] is None, "a text changed every object"
    assert found["count"] > 500, "there was nothing to look at"
    assert set(found["tags"]) <= tags, set(found["tags"]) - tags
    assert found["handlers"] == []
    assert found["styles"] == 0
    for address in found["links"]:
        assert address.startswith("https://"), address
        assert "evil" not in address, address


def test_the_corpus_is_large_and_each_text_stands_once() -> None:
    assert len(set(TEXTS)) == len(TEXTS) >= 60
    assert all(entry["class"] and entry["text"].strip() for entry in CORPUS)
    assert len({entry["class"] for entry in CORPUS}) >= 20


def test_a_hostile_bank_is_read_as_text(hostile: Path) -> None:
    """Not one text is refused or changed on its way from the file to the question."""
    read = bank.read([hostile / "exercises" / "zz-hostile.yaml"])
    assert [str(fault) for fault in read.faults] == []
    assert set(read.questions) == set(IDS)
    for n, texts in enumerate(CHUNKS):
        options = [option.text for option in read.questions[f"zz-single-{n}"].options[:-1]]
        assert options == [text.strip() for text in texts]


@pytest.mark.parametrize(
    "line",
    [
        "ask: !!python/object/apply:os.system ['touch PWNED']",
        "ask: !!python/object/new:subprocess.Popen [['touch', 'PWNED']]",
        "ask: !!python/name:os.system",
        "ask: !<tag:yaml.org,2002:python/module:os> x",
        "ask: !!js/function 'function(){}'",
        "ask: !include /etc/passwd",
        "ask: &anchor text",
        "ask: *alias",
    ],
)
def test_tags_of_yaml_are_refused_with_file_and_line(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "bad.yaml"
    start = "quiz: bad\ntitle: Bad\nitems:\n- id: zz-bad\n  type: short\n  accept: [a]\n  "
    file.write_text(start + line + "\n", encoding="utf-8")
    read = bank.read([file])
    assert read.questions == {}
    assert any(str(fault).startswith("bad.yaml:7:") for fault in read.faults), read.faults
    assert any("not allowed" in fault.message for fault in read.faults)
    assert not (tmp_path / "PWNED").exists()
    quoted = start + "ask: " + json.dumps(line) + "\n"
    file.write_text(quoted, encoding="utf-8")
    assert bank.read([file]).questions["zz-bad"].ask == line


FILL = """() => {
    for (const form of document.querySelectorAll('form[data-item]')) {
      for (const name of ['radio', 'checkbox']) form.querySelector(`fieldset input[type=${name}]`)?.click();
      for (const menu of form.querySelectorAll('.dq-statement select')) menu.selectedIndex = 1;
      form.querySelector('.dq-sure input')?.click();
      form.querySelector('.dq-event button[aria-disabled=false]')?.click();
      const field = form.querySelector('input[type=text]');
      if (field) field.value = form.dataset.item.includes('forecast') ? '20' : '2';
      form.querySelector('[aria-controls]').click();
      form.requestSubmit();
    }
}"""
REVEAL = """() => {
    for (const form of document.querySelectorAll('form[data-item]')) {
      form.querySelectorAll('.dq-actions button')[2].click();
    }
}"""
EMPTY = (
    "(part) => [...document.querySelectorAll(`form ${part}`)].filter((n) => !n.textContent).length"
)


def shown_of(page: Any, item: str) -> str:
    return page.locator(f'form[data-item="{item}"]').text_content()


@pytest.mark.slow  # the same strings go through the page and the files above
def test_in_jupyterlab(browser: Any, lab: Lab, hostile: Path) -> None:
    page = Page(browser, lab, NOTEBOOK)
    events: list[str] = []
    watch(page.page, events)
    page.open()
    frames = len(page.page.frames)
    before = len(events)
    page.run_all()
    forms = page.page.locator("form[data-item]")
    wait_until(lambda: forms.count() == len(IDS), "every question is drawn")
    page.page.evaluate(FILL)
    wait_until(lambda: page.page.evaluate(EMPTY, ".dq-status") == 0, "every verdict is given")
    page.page.evaluate(REVEAL)
    wait_until(lambda: page.page.evaluate(EMPTY, ".dq-after") == 0, "every answer is shown")
    page.page.evaluate("document.querySelectorAll('details').forEach((n) => (n.open = true))")
    page.page.wait_for_timeout(300)  # what would be loaded or run has had its chance

    harmless(page.page.evaluate(SCAN, ".dq"), LIVE_TAGS)
    harmless(page.page.evaluate(SCAN, ".jp-Notebook .dialogue-twin"), TWIN_TAGS)
    assert page.page.locator(".dialogue-twin mjx-container").count() == 0, "set as mathematics"
    for n, texts in enumerate(CHUNKS):
        for kind in (*KINDS, "forecast"):
            item = f"zz-{kind}-{n}"
            assert missing(shown_of(page.page, item), texts) == [], item
        # Menus and names for a screen reader hold the texts, too.
        labels = page.question(f"zz-classify-{n}").locator("select").first.text_content()
        assert missing(labels, texts) == []
        moves = (
            page.question(f"zz-order-{n}")
            .locator("select")
            .evaluate_all("nodes => nodes.map((node) => node.getAttribute('aria-label')).join(' ')")
        )
        assert missing(moves, texts) == []
        hint = page.question(f"zz-single-{n}").locator(".dq-hint").text_content()
        assert missing(hint, texts) == []
    results = page.page.locator(".jp-OutputArea-output .dialogue-twin").all_text_contents()
    assert missing(" ".join(results[1:]), TEXTS) == []
    assert missing(results[0], TEXTS) == []
    assert page.page.locator(".dq-title").first.text_content() == " ".join(TEXTS)

    assert events[before:] == []
    assert len(page.page.frames) == frames
    assert page.outside_requests() == []
    assert page.errors == []
    assert page.page.locator('form[data-item="constructor"] .dq-verdict').count() == 1
    page.close()


def test_in_the_reading_copy(browser: Any, hostile: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("DIALOGUE_COURSE", str(hostile))
    shown = quiz.ask(*IDS, title=" ".join(TEXTS))
    results = [
        quiz.ask("zz-single-0", value=o.text) for o in shown.questions["zz-single-0"].options
    ]
    body = shown.twin_html + "".join(result._repr_html_() for result in results)
    file = tmp_path / "twin.html"
    file.write_text(f"<!DOCTYPE html><meta charset=utf-8><title>x</title>{body}", encoding="utf-8")
    watched = Watched(browser)
    watched.page.goto(file.as_uri())
    watched.page.evaluate("document.querySelectorAll('details').forEach((n) => (n.open = true))")
    watched.page.wait_for_timeout(200)
    harmless(watched.page.evaluate(SCAN, ".dialogue-twin"), TWIN_TAGS)
    assert watched.page.evaluate("document.body.children.length") == 1 + len(results)
    assert missing(watched.page.locator("body").text_content(), TEXTS) == []
    assert watched.requests == [file.as_uri()]
    assert watched.events == []
    watched.context.close()


def executed(course: Path, record: Path) -> nbformat.NotebookNode:
    """The notebook, run, with its outputs and the state of its widgets."""
    from nbclient import NotebookClient

    made = notebook()
    env = {**os.environ, "DIALOGUE_COURSE": str(course), "DIALOGUE_RECORD_DIR": str(record)}
    client = NotebookClient(made, timeout=60, store_widget_state=True)
    client.execute(env=env, cwd=str(course / "notebooks"))
    return made


@pytest.mark.slow
def test_in_a_page_made_by_nbconvert(browser: Any, hostile: Path, tmp_path: Path) -> None:
    """With its widgets (whose state nbconvert writes into a script element), and as a lesson
    is saved: without them."""
    from nbconvert import HTMLExporter

    made = executed(hostile, tmp_path / "record")
    assert made.metadata.get("widgets"), "nbconvert would have no widget state to write"
    # A page of nbconvert's own, with nothing of ours in it.
    state = {"state": {}, "version_major": 2, "version_minor": 0}
    metadata = {**made.metadata, "widgets": {"application/vnd.jupyter.widget-state+json": state}}
    plain = nbformat.from_dict({**made, "cells": [], "metadata": metadata})
    asked: dict[str, set[str]] = {}
    for name, book in {"none": plain, "widgets": made, "saved": settled(made)}.items():
        exporter = HTMLExporter(exclude_input=True)
        html, _ = exporter.from_notebook_node(nbformat.from_dict(book))
        file = tmp_path / f"{name}.html"
        file.write_text(html, encoding="utf-8")
        watched = Watched(browser)
        watched.page.goto(file.as_uri(), wait_until="domcontentloaded")
        watched.page.evaluate(
            "document.querySelectorAll('details').forEach((n) => (n.open = true))"
        )
        watched.page.wait_for_timeout(200)
        asked[name] = {url for url in watched.requests if not url.startswith(("data:", "blob:"))}
        asked[name].discard(file.as_uri())
        assert watched.events == [], name
        assert len(watched.page.frames) == 1, name
        scripts = watched.page.locator("script").evaluate_all(
            "nodes => nodes.map((n) => [n.type, n.src, n.textContent.trim()])"
        )
        if name == "none":
            template = scripts
        else:
            harmless(watched.page.evaluate(SCAN, ".dialogue-twin"), TWIN_TAGS)
            # nbconvert's own: where a widget stands, and data that no browser runs.
            own = re.compile(r"var element = document\.getElementById\('[0-9a-f-]+'\);")
            for kind, address, source in scripts:
                data = kind.startswith("application/vnd.jupyter.widget")
                known = [kind, address, source] in template or own.fullmatch(source)
                assert data or known, (kind, address, source[:200])
        if name == "saved":
            shown = watched.page.locator(".dialogue-twin").first.text_content()
            assert missing(shown, TEXTS) == []
        watched.context.close()
    # nbconvert's own page asks for its libraries; a text may not add to that.
    assert asked["widgets"] <= asked["none"]
    assert asked["saved"] <= asked["none"]


def test_fields_that_a_bank_cannot_fill_are_as_safe(browser: Any) -> None:
    """A paragraph, a date, a source: checked when a bank is read, and text in the view too.
    Without a kernel, so that the page grades by itself."""
    from dialogue.questions import (
        Evidence,
        Multiple,
        Option,
        Single,
    )

    evil = "\n\n".join(TEXTS)
    options = (Option(evil, evil), Option(evil + "!", evil, True))
    common = {"ask": evil, "para": (evil,), "as_of": evil, "sources": (evil,)}
    questions = [
        Single(id="a", options=options, **common),
        Multiple(id="b", options=options, **common),
        Evidence(id="__proto__", options=options, **common),
    ]
    widget = quiz.Quiz(questions, evil)
    script = scripts.script("quiz")
    watched = Watched(browser)
    page = watched.page
    page.set_content(f"<main></main>{widget.twin_html}")
    page.evaluate(
        """async ([source, content, strings]) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { default: view } = await import(url);
            const model = { get: (n) => ({ content, strings, state: {} })[n], on() {}, off() {},
                            send() { throw new Error("no kernel"); } };
            view.render({ model, el: document.querySelector("main") });
        }""",
        [script, widget.content, quiz.STRINGS],
    )
    assert page.locator("form").count() == 3
    page.evaluate(
        """() => document.querySelectorAll('form').forEach((form) => {
            form.querySelector('input').click();
            form.requestSubmit();
            [...form.querySelectorAll('button')].find((b) => b.textContent === 'Show the answer')?.click();
        })"""
    )
    page.wait_for_timeout(200)
    for selector, tags in ((".dq", LIVE_TAGS), (".dialogue-twin", TWIN_TAGS)):
        found = page.evaluate(SCAN, selector)
        harmless(found | {"count": 1000}, tags)
        assert missing(page.locator(selector).first.text_content(), TEXTS) == []
    assert page.locator(".dq-after").all_text_contents().count("") == 0
    assert [url for url in watched.requests if not url.startswith(("about:", "blob:"))] == []
    assert watched.events == []
    watched.context.close()
