"""The quiz on a page of its own: no notebook, no kernel, no network.

The same script grades as in a lesson.  Nothing is saved: there is nobody to save it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from dialogue.page.words import STRINGS
from dialogue.questions import Question
from dialogue.widgets import scripts as views

# A model as anywidget's, with nobody behind it: the quiz then grades in the page.
_MODEL = """
const script = new Blob([JSON.parse(document.getElementById("dq-script").textContent)],
  { type: "text/javascript" });
const view = (await import(URL.createObjectURL(script))).default;
for (const place of document.querySelectorAll("[data-quiz]")) {
  const data = JSON.parse(place.querySelector("script").textContent);
  const model = {
    get: (name) => data[name], set() {}, save_changes() {}, on() {}, off() {},
    send() { throw new Error("no kernel"); },
  };
  await view.render({ model, el: place });
}
document.documentElement.dataset.ready = "";
"""


def embedded(data: Any) -> Markup:
    """*data* as JSON that may stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False)
    for sign, code in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(sign, code)
    return Markup(text)


def style() -> Markup:
    """The quiz's style sheet."""
    return Markup(views.style("quiz"))


def place(questions: Sequence[Question], title: str = "", *, direction: str = "ltr") -> Markup:
    """Where a set of questions will stand on a page that ends with :func:`scripts`."""
    from dialogue.widgets.quiz import content

    data = {
        "content": {
            "panel": "quiz",
            "title": title,
            "items": [content(question) for question in questions],
        },
        "state": {},
        "strings": STRINGS,
    }
    return Markup(
        '<div data-quiz dir="{}"><script type="application/json">{}</script></div>'
    ).format(direction, embedded(data))


def scripts() -> Markup:
    """What brings every :func:`place` of a page to life."""
    return Markup(
        '<script type="application/json" id="dq-script">{}</script><script type="module">{}</script>'
    ).format(embedded(views.script("quiz")), Markup(_MODEL))
