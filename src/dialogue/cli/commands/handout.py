"""``dialogue handout``, ``slides``, ``screen`` and ``cards``: a lesson on paper and on the wall."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dialogue.cli import edges

_NO_PDF = "No browser that prints was found, so there is no PDF: open the page and print it."


def _handout(arguments: argparse.Namespace) -> int:
    from dialogue.bank import authoring
    from dialogue.classroom import handout, printing
    from dialogue.course.files import FileFault

    lesson = authoring.find_lesson(arguments.lesson)
    if not lesson.written:
        raise FileFault(lesson.stem, "this lesson is not written yet", "name another one")
    questions = edges.chosen([lesson.stem])
    written = handout.build(arguments.output, lesson, questions, force=arguments.force)
    print(f"{arguments.output}: {', '.join(written)}")
    if printing.browser() is None:
        print(_NO_PDF, file=sys.stderr)
    return 0


def _slides(arguments: argparse.Namespace) -> int:
    from dialogue.bank import authoring
    from dialogue.classroom import slides
    from dialogue.course.files import FileFault

    lesson = authoring.find_lesson(arguments.lesson)
    if not lesson.written:
        raise FileFault(lesson.stem, "this lesson is not written yet", "name another one")
    written = slides.build(arguments.output, lesson, force=arguments.force)
    print(f"{arguments.output}: {', '.join(written)}")
    return 0


def _screen(arguments: argparse.Namespace) -> int:
    from dialogue.bank import selection
    from dialogue.classroom import wall
    from dialogue.course import catalogue, files

    questions = [q for q in edges.chosen(arguments.names) if q.use != "lane"]
    if not questions:
        raise files.FileFault(arguments.names[0], "no question fits on a wall", "name others")
    titles = {lesson.number: lesson.title for lesson in catalogue.lessons()}
    told = selection.titles(arguments.names)
    title = arguments.title or (
        told[0] if told[0] not in arguments.names else titles.get(questions[0].id[:2], "Questions")
    )
    files.write(arguments.output, wall.page(questions, title), force=arguments.force)
    many = len(questions)
    print(
        f"{arguments.output}: {many} question{'s' * (many != 1)}; open it and press ? for the keys"
    )
    return 0


def _cards(arguments: argparse.Namespace) -> int:
    from dialogue.classroom import handout
    from dialogue.course import files

    files.write(arguments.output, handout.cards(arguments.sets), force=arguments.force)
    print(
        f"{arguments.output}: {arguments.sets} page{'s' * (arguments.sets != 1)}, four cards each"
    )
    return 0


def _sets(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 200:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of sets from 1 to 200")
    return int(text)


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands for a class to the command line."""
    codes = "Exit code 0: written; 1: not, and one line says why."
    handout = commands.add_parser(
        "handout",
        help="write a lesson's handout, its key and a plan of one page, to print",
        description="Write three files for one LESSON (05) to DIR. The handout has two pages: what "
        "is read (the text, the ladder, the article in our words, the picture), and what is done "
        "(questions, the vote, a short text with its rubric). The key, with the reason behind each "
        "wrong answer and the key points, and the plan for 50 minutes on one page, are for the "
        "teacher. Pages are HTML, and PDF where Chromium, Chrome or Edge is installed. Questions "
        "that only make sense beside a cell are left out. "
        f"Example: dialogue handout 05 --output five. {codes}",
    )
    handout.add_argument("lesson", metavar="LESSON", help="its number or file name")
    handout.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new folder")
    handout.add_argument(
        "--force", action="store_true", help="replace DIR, unless it holds files of others"
    )
    handout.set_defaults(run=_handout)
    slides = commands.add_parser(
        "slides",
        help="write a lesson's slides, and the speaker's notes apart",
        description="Write the slides of one LESSON (05) to DIR, with reveal.js inside, so that "
        "they open offline in any browser: arrows and space move, Escape shows all. They hold no "
        "key and no comment and can be given away; the speaker's notes, with key and teaching "
        f"notes, are a file of their own. Example: dialogue slides 05 --output five-slides. {codes}",
    )
    slides.add_argument("lesson", metavar="LESSON", help="its number or file name")
    slides.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new folder")
    slides.add_argument(
        "--force", action="store_true", help="replace DIR, unless it holds files of others"
    )
    slides.set_defaults(run=_slides)
    screen = commands.add_parser(
        "screen",
        help="write a page that shows one question at a time on the wall",
        description="Write one page for the projector: a question at a time in large type, key and "
        "comments hidden until you reveal them, a timer, and two votes whose counts you type in; "
        "the first is shown only when the second is in. It works offline, by keyboard (press ? for "
        "the keys), and without accounts; counts stay in the browser. NAME is a lesson (05), an "
        f"objective (05-2), an id or a bank. Example: dialogue screen 05 --output wall.html. {codes}",
    )
    screen.add_argument("names", nargs="+", metavar="NAME", help="what to show")
    screen.add_argument("--output", type=Path, required=True, metavar="FILE", help="the new page")
    screen.add_argument("--title", metavar="TEXT", help="shown at the top (default: the lesson's)")
    screen.add_argument("--force", action="store_true", help="replace FILE if it exists")
    screen.set_defaults(run=_screen)
    cards = commands.add_parser(
        "cards",
        help="write voting cards A to D, to print and cut",
        description="Write pages with four large cards each, A to D, a letter and a shape, so that "
        "neither colour nor an account is needed to vote. Example: dialogue cards --sets 24 "
        f"--output cards.html. {codes}",
    )
    cards.add_argument("--output", type=Path, required=True, metavar="FILE", help="the new page")
    cards.add_argument("--sets", type=_sets, default=1, metavar="N", help="one a learner (1)")
    cards.add_argument("--force", action="store_true", help="replace FILE if it exists")
    cards.set_defaults(run=_cards)
