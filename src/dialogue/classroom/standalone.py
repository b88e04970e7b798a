"""The quiz on a page of its own: no notebook, no kernel, no network.

The same script grades as in a lesson.  Nothing is saved: there is nobody to save it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

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


def embedded(data: Any) -> str:
    """*data* as JSON that may stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def style() -> str:
    """The quiz's style sheet."""
    return views.style("quiz")


def place(questions: Sequence[Question], title: str = "", *, direction: str = "ltr") -> str:
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
    return (
        f'<div data-quiz dir="{direction}">'
        f'<script type="application/json">{embedded(data)}</script></div>'
    )


def scripts() -> str:
    """What brings every :func:`place` of a page to life."""
    source = views.script("quiz")
    return (
        f'<script type="application/json" id="dq-script">{embedded(source)}</script>'
        f'<script type="module">{_MODEL}</script>'
    )
