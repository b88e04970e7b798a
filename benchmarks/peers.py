"""The same questions for every quiz, and how each of them shows and reads them.

The questions are arithmetic on purpose: they are made, not known, so a bank can have any
length, and nothing of the course's content depends on a benchmark.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OURS = "ours"
BARE = "bare kernel"
WIDGETS = "bare + ipywidgets"
HAND_MADE = "hand-made ipywidgets"
TEN = 10


def questions(count: int) -> list[dict[str, Any]]:
    """*count* questions with four options, each option with its comment; one is right."""
    made = []
    for n in range(count):
        rows, columns = 12 + n, 7 + n % 13
        head = f"A table has {rows} rows and {columns} columns."
        options = [
            (rows + columns, "That adds the two. Each row holds one cell for every column.", False),
            (rows * columns, "Yes. Each of the rows holds one cell for every column.", True),
            (2 * (rows + columns), "That walks round the edge. Count what lies inside.", False),
            (rows * columns - rows, "One column is missing. Count the columns again.", False),
        ]
        made.append(
            {
                "id": f"99-cells-{n}",
                "ask": f"{head} How many cells does the whole table hold, headings not counted?",
                "options": [
                    {"text": f"{value} cells", "say": say, "right": right}
                    for value, say, right in options
                ],
            }
        )
    return made


def our_yaml(items: list[dict[str, Any]], *, full: bool = False) -> str:
    """A bank of this course; *full* adds the fields that the course's own questions carry."""
    lines = ["quiz: 99-benchmark", 'title: "Benchmark"', "language: en", "items:"]
    for item in items:
        lines += [f"- id: {item['id']}", "  type: single", f'  ask: "{item["ask"]}"']
        if full:
            lines += [
                "  para: [P4, P12]",
                "  objective: 05-1",
                "  level: apply",
                '  hint: "Think of one row first. How many cells does it hold?"',
            ]
        lines.append("  options:")
        for option in item["options"]:
            lines += [f'    - text: "{option["text"]}"', f'      say: "{option["say"]}"']
            lines += ["      right: yes"] if option["right"] else []
        if full:
            lines += [
                '  explain: "Rows times columns. A table is a set of rows of one length."',
                "  sources: [MOFA-IQ-2020-06-11]",
            ]
    return "\n".join(lines) + "\n"


def jupyterquiz_json(items: list[dict[str, Any]]) -> str:
    """The list that ``display_quiz`` of jupyterquiz and nbgrader-jupyterquiz reads."""
    return json.dumps(
        [
            {
                "question": item["ask"],
                "type": "multiple_choice",
                "answers": [
                    {"answer": o["text"], "correct": o["right"], "feedback": o["say"]}
                    for o in item["options"]
                ],
            }
            for item in items
        ]
    )


def nbgrader_markdown(items: list[dict[str, Any]]) -> str:
    """The Markdown that nbgrader-jupyterquiz's authors write."""
    lines = ["#### Quiz"]
    for item in items:
        lines.append(f'* (SC) "{item["ask"]}"')
        lines += [
            f'  {"+" if o["right"] else "-"} "{o["text"]}" ({o["say"]})' for o in item["options"]
        ]
    return "\n".join([*lines, "#### End Quiz"]) + "\n"


def labquiz_yaml(items: list[dict[str, Any]]) -> str:
    """The YAML bank that ``QuizLab`` reads."""
    lines = []
    for item in items:
        lines += [
            f"{item['id']}:",
            f'  question: "{item["ask"]}"',
            "  type: mcq",
            "  propositions:",
        ]
        for i, option in enumerate(item["options"]):
            lines += [
                f'  - proposition: "{option["text"]}"',
                f"    label: o{i}",
                f"    expected: {str(option['right']).lower()}",
                f'    answer: "{option["say"]}"',
                f'    tip: "{option["say"]}"',
            ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Peer:
    """One quiz: what to install, the two cells that show it, and what to look for on the page.

    ``show`` and ``read`` may hold ``{file}``: the questions in the peer's own format.
    ``read`` is Python that loads ``{file}``, prepared by ``prepare`` outside the clock.
    """

    name: str
    install: tuple[str, ...]
    load: str = ""  # the import cell
    show: str = ""  # the cell that shows the ten questions
    suffix: str = ""
    write: Callable[[list[dict[str, Any]]], str] | None = None
    option: str = ""  # CSS: the options of all questions, once they can be answered
    press: str = ""  # CSS: the button that asks for feedback; none when the option does
    feedback: str = ""  # CSS: where the feedback of the first question appears
    prepare: str = ""
    read: str = ""
    reads: str = ""  # in words, what reading a bank means here
    home: str = ""  # the peer whose environment is used, when it is not its own


_HAND_MADE = """
import json
def question(item):
    options = item["options"]
    radio = widgets.RadioButtons(options=[o["text"] for o in options], index=None)
    button, feedback = widgets.Button(description="Check"), widgets.HTML()
    def check(_):
        feedback.value = "Choose one." if radio.index is None else options[radio.index]["say"]
    button.on_click(check)
    return widgets.VBox([widgets.HTML(item["ask"]), radio, button, feedback])
widgets.VBox([question(item) for item in json.load(open(r"{file}"))])
"""

_TEN_IDS = ", ".join(f'"{item["id"]}"' for item in questions(TEN))

PEERS = [
    Peer(
        OURS,
        (),
        load="from dialogue import ask",
        show=f'ask({_TEN_IDS}, title="Ten questions")',
        suffix=".yaml",
        write=our_yaml,
        option="form.dq-item fieldset input:not([disabled])",
        press="form.dq-item button[type=submit]",
        feedback="form.dq-item .dq-status",
        prepare="from dialogue import bank",
        read='result = bank.read([r"{file}"]); assert not result.faults, result.faults[0]',
        reads="reads and checks",
    ),
    Peer(
        "jupyterquiz",
        ("jupyterquiz",),
        load="from jupyterquiz import display_quiz",
        show='display_quiz(r"{file}", shuffle_answers=False)',
        suffix=".json",
        write=jupyterquiz_json,
        option="label.MCButton",
        feedback=".Feedback",
        prepare="from jupyterquiz.dynamic.loader import load_questions_script",
        read='load_questions_script(r"{file}", "x")',
        reads="reads, checks nothing",
    ),
    Peer(
        "nbgrader-jupyterquiz",
        ("nbgrader-jupyterquiz",),
        load="from nbgrader_jupyterquiz import display_quiz",
        show='display_quiz(r"{file}", shuffle_answers=False)',
        suffix=".json",
        write=jupyterquiz_json,
        option="button.MCButton:not([disabled])",
        feedback=".Feedback",
        prepare="from nbgrader_jupyterquiz.grader.parse import parse_cell",
        read='parse_cell(open(r"{file}", encoding="utf-8").read())',
        reads="parses Markdown, checks",
    ),
    Peer(
        "labquiz",
        ("labquiz",),
        load="from labquiz import QuizLab",
        show='quiz = QuizLab("", r"{file}", needAuthentification=False, retries=1000, '
        "silentStart=True)\n"
        "for name in list(quiz.quiz_bank): quiz.show(name)",
        suffix=".yaml",
        write=labquiz_yaml,
        option=".widget-checkbox input:not([disabled])",
        press=".jupyter-button.mod-primary",
        feedback=".widget-output .jp-OutputArea-output, .jupyter-widget-output",
        prepare="import asyncio; from labquiz import QuizLab",
        # It starts a task of its own, which needs a running loop outside a notebook.
        read="async def load():\n"
        '    return QuizLab("", r"{file}", needAuthentification=False, silentStart=True)\n'
        "asyncio.run(load())",
        reads="loads YAML, checks nothing",
    ),
    Peer(
        HAND_MADE,
        ("ipywidgets",),
        load="import ipywidgets as widgets",
        show=_HAND_MADE,
        suffix=".json",
        write=json.dumps,
        option=".widget-radio input:not([disabled])",
        press=".jupyter-button",
        feedback=".widget-html:last-child .widget-html-content",
    ),
    Peer(BARE, (), show="None", home=HAND_MADE),
    Peer(WIDGETS, (), load="import ipywidgets", show="None", home=HAND_MADE),
]


def write_questions(peer: Peer, count: int, folder: Path) -> Path:
    """Write *count* questions in the peer's format and return the file."""
    file = folder / f"{peer.name.replace(' ', '-')}-{count}{peer.suffix}"
    if peer.write is not None:
        file.write_text(peer.write(questions(count)), encoding="utf-8")
    return file
