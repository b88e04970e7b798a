"""Writing an exercise: a skeleton to fill in, and a page that shows what it became."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from dialogue import bank
from dialogue.bank import overlay
from dialogue.course import catalogue, files
from dialogue.course.files import FileFault
from dialogue.questions import KINDS, Question


def find_lesson(name: str) -> catalogue.Lesson:
    """The lesson with this number or name; :class:`FileFault` with the nearest if none has it."""
    lessons = catalogue.lessons()
    for lesson in lessons:
        if name in (lesson.stem, lesson.number) or name.zfill(2) == lesson.number:
            return lesson
    known = ", ".join(lesson.number for lesson in lessons)
    raise FileFault(name, "there is no such lesson", f"choose one of {known}")


def skeleton(kind: str, item: str, lesson: catalogue.Lesson, objective: str) -> str:
    """One commented entry of a bank, as text.

    Raises :class:`FileFault` for an unknown kind or objective, and
    for an id that is no id.
    """
    if kind not in KINDS:
        raise FileFault(kind, "there is no such kind", f"choose one of {', '.join(KINDS)}")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", item):
        remedy = "write small letters, digits and hyphens, such as 05-next-meeting"
        raise FileFault(item, "this cannot be an id", remedy)
    if objective and objective not in lesson.objectives:
        known = ", ".join(lesson.objectives) or "none yet"
        raise FileFault(
            objective, f"lesson {lesson.number} has no such objective", f"it has: {known}"
        )
    goal = lesson.objectives.get(objective, "")
    about = (
        f"   # {re.sub(r'[*`]', '', goal)}" if goal else "   # such as 05-2, or take the line out"
    )
    return f"""\
  - id: {item}   # for ever: learners' records are kept by it
    type: {kind}
    status: draft   # take this line out when it is ready
    objective: {objective}{about}
    level: understand   # or {", ".join(x for x in bank.LEVELS if x != "understand")}
    para: []   # paragraphs of the article, such as [P6]
    ask: ""   # the question: one sentence, no trap
{KINDS[kind].skeleton}    hint: ""   # where to look, without the answer
    explain: ""   # two sentences: why it is so
    sources: []   # ids from seeds/sources.csv, such as [JS-2020-06]
"""


def free_id(lesson: catalogue.Lesson, kind: str) -> str:
    """An id that no question has, such as ``05-new-single``."""
    taken = bank.course_bank().places
    stem = f"{lesson.number}-new-{kind}"
    numbers = ("", *(f"-{n}" for n in range(2, 1000)))
    return next(f"{stem}{n}" for n in numbers if f"{stem}{n}" not in taken)


def home(lesson: catalogue.Lesson) -> Path:
    """The bank that an instructor's own questions on *lesson* go to: the overlay's, if one is
    in use, else the course's."""
    named = overlay.where()
    folder = named[0] if named and named[0].is_dir() else catalogue.root()
    return folder / "exercises" / f"{lesson.stem}.yaml"


def add(file: Path, entry: str, lesson: catalogue.Lesson) -> int:
    """Put *entry* at the end of a bank, which is made if it is not there; returns its line.

    Raises :class:`FileFault` when the file is no bank that can be added to.  Nothing that is
    in it changes.
    """
    if file.exists():
        before = files.read_text(file)
        found = bank.read([file], keep_nodes=False)
        # An author may have several drafts open: only what makes adding impossible counts.
        broken = [fault for fault in found.faults if not fault.item]
        if broken:
            raise FileFault(file, broken[0].message, broken[0].remedy, broken[0].line)
        item = re.search(r"- id: (\S+)", entry)
        if item and (place := found.places.get(item[1])):
            raise FileFault(file, f"{item[1]} is there already", "choose another id", place[1])
        text = before if before.endswith("\n") else before + "\n"
    else:
        title = lesson.title.replace('"', "'")
        text = f'quiz: {lesson.stem}\ntitle: "{title}"\nitems:\n'
    own = re.search(r"^( *)- id:", text, re.MULTILINE)
    if own and len(own[1]) != 2:  # a bank with another indentation keeps it
        entry = "".join(own[1] + line[2:] for line in entry.splitlines(keepends=True))
    gap = "\n" if own else ""
    files.write(file, f"{text}{gap}{entry}", force=True)
    return (text + gap).count("\n") + 1


def preview(questions: Sequence[Question], title: str) -> str:
    """A page with the questions as a learner meets them, mirrored, as a key and on paper."""
    from dialogue.classroom import paper, standalone

    views = (
        ("learner", "As a learner", standalone.place(questions)),
        ("key", "As answer key", paper.key(questions)),
        ("mirrored", "Right to left", standalone.place(questions, direction="rtl")),
        ("paper", "On paper", paper.questions(questions)),
    )
    links = "".join(f'<a href="#{name}">{escape(words)}</a>' for name, words, _body in views)
    parts = "".join(
        f'<section id="{name}" class="view view-{name}"><h2>{escape(words)}</h2>{body}</section>'
        for name, words, body in views
    )
    drafts = [question.id for question in questions if question.status == "draft"]
    note = (
        f"<p>Draft, so no lesson shows it yet: {escape(', '.join(drafts))}.</p>" if drafts else ""
    )
    body = f"<h1>{escape(title)}</h1><nav aria-label='Views'>{links}</nav>{note}{parts}"
    return paper.page(title, body + standalone.scripts(), style=_STYLE + standalone.style())


_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; padding: .5rem 0; }
nav a { min-height: 24px; }
.view { border-top: 3px solid #1565c0; padding-top: .3rem; margin-top: 2rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; }
.box { display: inline-block; flex: none; width: .95em; height: .95em; border: 1.3px solid #000;
  margin-block-start: .3em; }
.choices { list-style: none; padding: 0; } .choices li { display: flex; gap: .5rem; }
.number, .line { display: inline-block; min-width: 2.5em; border-bottom: 1px solid #000; }
.line.wide { display: block; height: 1.6rem; }
.view table { border-collapse: collapse; } .view :is(th, td) { border: 1px solid #888;
  padding: .2rem .5rem; text-align: start; } .about, .sure { color: #444; font-size: .9em; }
.is-right { font-weight: bold; }
"""
