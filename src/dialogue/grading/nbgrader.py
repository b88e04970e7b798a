"""The collection as a course for nbgrader: one assignment a lesson.

Every question is a locked text, a cell for the answer, and a locked cell of tests.  The key
stands in nbgrader's own hidden regions only, which ``nbgrader generate_assignment`` takes out
of what learners get.  When ``nbgrader autograde`` runs them, :func:`score` grades with the rules
of the course, and a part of right earns its part of the points.  A lesson's writing task
comes with its rubric and is marked by hand.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from dialogue import bank
from dialogue.course import anatomy, catalogue, faults, files, place
from dialogue.grading import release
from dialogue.grading.marking import outcome
from dialogue.page import text
from dialogue.page.words import STRINGS
from dialogue.questions import KINDS, Essay, Question, letter

SCHEMA = 3  # of nbgrader's metadata
STUB = "answer = None  # write your answer in place of None"
_MARKS = re.compile(r"(BEGIN|END) (?=HIDDEN|SOLUTION|MARK)")

# The course's name is put in when the file is written.
_CONFIG = f"""\
# Made by: dialogue nbgrader.  What nbgrader puts in place of the solutions.
c = get_config()  # noqa
c.CourseDirectory.course_id = "{{course}}"
c.ClearSolutions.code_stub = {{"python": {STUB!r}}}
# How collected files are named: anna_05-round-one.ipynb, or as Moodle's "Download all submissions"
# puts them: Anna Nouri_1234_assignsubmission_file_05-round-one.ipynb.
c.FileNameCollectorPlugin.named_regexp = (
    r"(?:.*/)?(?P<student_id>[^_/]+)_(?:\\d+_assignsubmission_file_/?)?(?P<file_id>[^/.]+)"
)
"""

_README = """\
# Assignments for nbgrader

`source/` holds one assignment a lesson, with solutions and hidden tests: keep it to yourself.
nbgrader and this course must be in one environment where you mark. In the course's folder:

```sh
uv sync --frozen --inexact --extra nbgrader   # once
. .venv/bin/activate                          # nbgrader calls other programs by name
```

In this folder:

```sh
nbgrader generate_assignment 05-round-one   # release/: what learners get
nbgrader zip_collect 05-round-one           # see below; or copy to submitted/NAME/05-round-one/
nbgrader autograde 05-round-one
nbgrader formgrader                         # or mark the writing task in JupyterLab
nbgrader generate_feedback 05-round-one
nbgrader export                             # grades.csv
```

`zip_collect` takes what lies in `downloaded/05-round-one/archive/`: a zip, or files that are named
`anna_05-round-one.ipynb`. `nbgrader_config.py` has the rule. Learners need Python and Jupyter only.

## What nbgrader cannot hold

When nbgrader marks, it runs a learner's cells and the hidden tests in one and the same program. A
cell can therefore give itself all points, or print the tests with the keys into the feedback. No
test can prevent that. So:

- look at the code of whoever has full marks, and of every cell that is longer than an answer;
- read the feedback before you hand it out, and hand it out after everybody has handed in;
- let nobody but yourself run `autograde` on a computer that holds anything of value;
- for an examination use another way: `dialogue release` and `dialogue mark` run no learner's code.
"""


class Built(NamedTuple):
    """What was written: assignments by name with their number of questions, and what was
    left out."""

    assignments: dict[str, int]
    left_out: list[str]


# --- a question inside a hidden test -------------------------------------------------------


def packed(question: Question) -> str:
    """*question* with its key as one line of JSON, in ASCII, free of nbgrader's own marks."""
    # A hint helps nobody who is marked; what need not travel cannot be printed by a cell.
    told = json.dumps({"kind": question.kind, **asdict(replace(question, hint=""))})
    return _MARKS.sub(r"\1\\u0020", told)


def unpacked(told: str) -> Question:
    """The question that :func:`packed` wrote."""
    given = json.loads(told)
    return _typed(KINDS[given.pop("kind")], given)


def _typed(hint: Any, value: Any) -> Any:
    """What JSON holds, as the tuples and parts of a question that *hint* asks for."""
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        own = {name: _typed(hints[name], each) for name, each in value.items()}
        return hint(**own)
    if get_origin(hint) is tuple:
        each, *more = get_args(hint)
        return tuple(map(_typed, [each] * len(value) if more == [...] else [each, *more], value))
    return value


def score(told: str, answer: Any, points: float) -> float:
    """The points that *answer* earns, 0 to *points*: nbgrader reads them off the cell.

    *told* is a question as :func:`packed` writes it.  The verdict and the comments are printed,
    for the feedback.  An answer that is missing or cannot be read earns 0 and never raises.
    """
    from dialogue.widgets.computed import response_from

    question = unpacked(told)
    if answer is None or answer is Ellipsis or answer == "":
        print("Not answered.")
        return 0.0
    try:
        bare = release.without_key(question)
        response = _lettered(bare, answer)
        if response is None:
            response = response_from(bare, answer)
        found = outcome(question, response)
    except Exception as error:  # whatever a learner's cell made
        print(str(error) if isinstance(error, ValueError) else STRINGS["value_unread"])
        return 0.0
    if found.verdict == "unanswered":
        print(STRINGS["value_unread"])
        return 0.0
    print(STRINGS[found.verdict])
    for say in dict.fromkeys(text.plain(comment.say) for comment in found.comments if comment.say):
        print(say)
    if question.explain:
        print(text.plain(question.explain))
    return round(found.score * points, 4)


def _lettered(bare: Question, answer: Any) -> Any:
    """An answer in letters as a response; None when it is not given in letters."""
    stands_for = bare.letters()
    if not stands_for:
        return None
    given = re.findall(r"\w+", answer) if isinstance(answer, str) else answer
    if not isinstance(given, list | tuple):
        return None
    letters = [letter(i) for i in range(len(stands_for))]
    chosen: list[Any] = []
    for each in given:
        name = each.strip().upper() if isinstance(each, str) else each
        if name is not None and name not in letters:
            return None
        chosen.append(None if name is None else stands_for[letters.index(name)])
    if bare.one_letter:
        return chosen[0] if len(chosen) == 1 else None
    return chosen


# --- cells -----------------------------------------------------------------------------------


def _cell(kind: str, name: str, source: str, **nbgrader: Any) -> dict[str, Any]:
    marks: dict[str, Any] = {"grade": False, "locked": False, "solution": False, "task": False}
    marks |= {"schema_version": SCHEMA, "grade_id": name, **nbgrader}
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": name[:64],
        "metadata": {"nbgrader": marks, "editable": not marks["locked"], "deletable": False},
        "source": source,
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def _shown(words: str) -> str:
    """*words* for a text cell, without anything that nbgrader takes for a mark of its own."""
    return _MARKS.sub(r"\1&#32;", words)


def _led(texts: Sequence[str], *, numbered: bool = False) -> str:
    """A list of texts, each led by its letter or its number."""
    rows = [
        f"<li>{i + 1 if numbered else letter(i)}. {_html(words)}</li>"
        for i, words in enumerate(texts)
    ]
    return f"<ul>{''.join(rows)}</ul>"


def _html(words: str, *, block: bool = False) -> str:
    """*words* as HTML in which a formula stands as Jupyter's Markdown has it, and a dollar sign,
    alone in its element, begins none."""
    shown = str(text.html(words, block=block, tex=_tex)).replace("\n", " ")
    shown = _DOLLAR.sub(lambda each: each[0] if each[0] != "$" else "<span>&#36;</span>", shown)
    return shown.replace("\ue002", "$")


_DOLLAR = re.compile(r"<[^<>]*>|\$")


def _tex(tex: str, display: bool) -> str:
    mark = "\ue002" * (2 if display else 1)
    return mark + tex.replace("<", r" \lt ").replace(">", r" \gt ") + mark


# What is chosen from for each line of the question, and the words above it.
_MENUS = {"label": "labels", "right": "to_match"}


def _asked(question: Question, number: int) -> str:
    """The text of a question, in HTML that Markdown leaves alone."""
    bare = release.without_key(question)
    parts = [f"### Question {number}", "", _html(bare.ask, block=True)]
    if para := bare.paragraphs():
        parts.append(f"<p>{STRINGS['paragraphs']} {', '.join(para)}</p>")
    groups = bare.shown(mixed=False)
    for group in (g for g in groups if g.role not in _MENUS):
        parts.append(_led(group.texts, numbered=group.role in ("left", "statement")))
    for group in (g for g in groups if g.role in _MENUS):
        parts += [f"<p>{STRINGS[_MENUS[group.role]]}</p>", _led(group.texts)]
    if (blank := bare.blank()) and blank.unit:
        parts.append(f"<p>Unit: {_html(blank.unit)}</p>")
    return _shown("\n".join(parts))


def _question(question: Question, number: int) -> list[dict[str, Any]]:
    question = replace(question, confidence=False)
    several = question.variety == "column"
    how = "Numbers, in turn, such as: answer = [1, 2.5]" if several else question.how
    right = ascii(question.typed_answer())  # one line, whatever an author has typed
    right = _MARKS.sub(r"\1\\x20", right)
    solution = f"# {how}\n### BEGIN SOLUTION\nanswer = {right}\n### END SOLUTION"
    told = repr(packed(question))
    tests = (
        "# When your teacher marks this, tests run here.\n"
        "### BEGIN HIDDEN TESTS\n"
        "from dialogue.grading.nbgrader import score\n"
        "given, answer = answer, None\n"
        f"score({told}, given, {question.points:g})\n"
        "### END HIDDEN TESTS"
    )
    name = question.id
    return [
        _cell("markdown", f"ask-{name}", _asked(question, number), locked=True),
        _cell("code", f"answer-{name}", solution, solution=True),
        _cell("code", f"test-{name}", tests, grade=True, locked=True, points=question.points),
    ]


def writing_task(source: str) -> tuple[str, str, float]:
    """A lesson's writing task: what is asked with its rubric, the model answers, the points.

    The points are the rubric's best column times its rows, and one for the task line.
    """
    models = "\n\n".join(fold[0] for fold in anatomy.FOLDED.finditer(source))
    asked = anatomy.without_folds(source).strip()
    head = re.search(r"^\|\s*Criterion\s*\|\s*(\d+)", asked, re.MULTILINE)
    rows = re.findall(r"^\|\s*\*\*", asked, re.MULTILINE)
    points = (int(head[1]) if head else 0) * len(rows) + ("**Task line**" in asked)
    return asked, models, float(points)


def _writing(stem: str) -> list[dict[str, Any]]:
    path = catalogue.root() / "notebooks" / f"{stem}.ipynb"
    if not path.is_file():
        return []
    cells = [c for c in catalogue.notebook_cells(path) if c.get("id") == "write"]
    if not cells:
        return []
    asked, models, points = writing_task(cells[0]["source"])
    essay = _essay(stem)
    if essay:
        asked, models, points = f"{asked}\n\n{_rubric(essay)}", _models(essay), float(essay.most)
    # A fold keeps its blank lines, but a mark of ours must not stand in it.
    answer = f"Your text:\n\n### BEGIN SOLUTION\n{_shown(models)}\n### END SOLUTION"
    return [
        _cell("markdown", "ask-write", _shown(asked), locked=True),
        _cell("markdown", "write", answer, grade=True, solution=True, points=points),
    ]


def _essay(stem: str) -> Essay | None:
    """The writing task that the bank of a lesson holds."""
    whole = bank.course_bank()
    own = (q for name, q in whole.questions.items() if Path(whole.places[name][0]).stem == stem)
    return next((q for q in own if isinstance(q, Essay)), None)


def _rubric(essay: Essay) -> str:
    rows = (f"- **{row.name}**: {' / '.join(_graded(row.levels))}" for row in essay.rubric)
    return "\n".join(rows)


def _graded(levels: Sequence[str]) -> list[str]:
    return [f"{len(levels) - 1 - place} {words}" for place, words in enumerate(levels)]


def _models(essay: Essay) -> str:
    return "\n\n".join(
        "\n\n".join(filter(None, (f"**{m.title}**", m.text, m.marks))) for m in essay.models
    )


def assignment(title: str, questions: Sequence[Question], stem: str = "") -> dict[str, Any]:
    """A notebook in nbgrader's source form; with *stem* the writing task of that lesson too."""
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {_shown(title)}"}
    ]
    for number, question in enumerate(questions, 1):
        cells += _question(question, number)
    if stem:
        cells += _writing(stem)
    metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python"}
        | {"name": "python3"},
        "language_info": {"name": "python"},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _named(question: Question) -> str:
    return "guess" if question.guess else "vote" if question.vote else question.kind


# --- the course -------------------------------------------------------------------------------


def build(
    target: str | os.PathLike[str], questions: Sequence[Question], *, force: bool = False
) -> Built:
    """Write an nbgrader course with *questions* to the folder *target*.

    One assignment for each bank that has any, named like the bank; with the writing task where
    every question of a lesson is there.  Forecasts are left out: they are scored and not
    graded.  Raises :class:`~dialogue.course.files.FileFault` when nothing is left, when a question
    is not the course's, and when the folder cannot be written.
    """
    whole = release.sound_bank()
    left_out = [f"{q.id}: {faults.one(_named(q))} is not graded" for q in questions if not q.marked]
    groups: dict[str, list[Question]] = {}
    for question in questions:
        if not question.marked:
            continue
        if question.id not in whole.places:
            raise files.FileFault(
                question.id, "this item is not in the course's bank", "name others"
            )
        groups.setdefault(Path(whole.places[question.id][0]).stem, []).append(question)
    if not groups:
        raise files.FileFault(target, "there is nothing to grade", "name questions of other kinds")
    titles: Mapping[str, str] = {lesson.stem: lesson.title for lesson in catalogue.lessons()}
    with files.folder(target, force=force) as beside:
        files.write(beside / "nbgrader_config.py", _CONFIG.replace("{course}", place.name()))
        files.write(beside / "README.md", _README)
        for stem, chosen in groups.items():
            chosen_ids = {question.id for question in chosen}
            own = [q for q in whole.questions.values() if Path(whole.places[q.id][0]).stem == stem]
            complete = all(q.id in chosen_ids for q in own if q.status != "draft" and q.marked)
            notebook = assignment(titles.get(stem, stem), chosen, stem if complete else "")
            folder = beside / "source" / stem
            folder.mkdir(parents=True)
            text_of = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
            files.write(folder / f"{stem}.ipynb", text_of)
    return Built({stem: len(chosen) for stem, chosen in groups.items()}, left_out)
