"""``dialogue hand-in`` and ``dialogue results``: from the learner's answers to the class."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path


def _hand_in(arguments: argparse.Namespace) -> int:
    from dialogue.learner import handin, progress

    count = handin.write(
        arguments.file,
        arguments.class_code,
        arguments.name,
        writing=arguments.writing,
        force=arguments.force,
    )
    print(
        f"Wrote {count} answer{'' if count == 1 else 's'} to {arguments.file}. It holds the class "
        "and the name you gave, your answers and their times, and nothing else about you."
    )
    if told := progress.unread_told():
        print(told, file=sys.stderr)
    return 0


class _Progress:
    """One line on a terminal that counts; nothing anywhere else."""

    def __init__(self) -> None:
        self._shown = 0.0
        self._on = sys.stderr.isatty()

    def __call__(self, count: int) -> None:
        if self._on and time.monotonic() - self._shown > 0.2:
            self._shown = time.monotonic()
            print(f"\rRead {count} files …", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._on and self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _results(arguments: argparse.Namespace) -> int:
    from dialogue import bank
    from dialogue.bank import selection
    from dialogue.course import catalogue, faults, files
    from dialogue.grading import gradebook, merge, report, tomorrow

    roster = gradebook.read_roster(arguments.roster) if arguments.roster else None
    questions = selection.select(arguments.only, drafts=True)
    progress = _Progress()
    at_times = [f"{name}.csv" for name in (*report.AT_TIMES, *gradebook.SYSTEMS)]
    with files.folder(arguments.output, force=arguments.force, ours=at_times) as folder:
        found = merge.merge(arguments.folder, questions, step=progress)
        progress.end()
        if roster:
            gradebook.same_person(found, roster)
            found.absent = gradebook.absent(found, roster)
            found.roster = True
        for table in report.tables(found):
            # The mark in front tells Excel that this is UTF-8.
            files.write(folder / f"{table.name}.csv", "\ufeff" + table.csv())
        title = arguments.title
        files.write(folder / "report.html", report.html(found, title))
        files.write(folder / "report.ipynb", report.notebook(found, title))
        whole = bank.course_bank()
        places = {name: Path(place[0]).stem for name, place in whole.places.items()}
        titles = {lesson.stem: f"{lesson.number} {lesson.title}" for lesson in catalogue.lessons()}
        columns = [
            column
            for column in gradebook.columns(questions, places, titles)
            if any(i in learner.first for learner in found.learners for i in column.points)
        ]
        missing: list[str] = []
        for name, write in gradebook.SYSTEMS.items():
            if roster and not gradebook.fits(roster, name):
                continue
            content, missing = write(found, columns, arguments.marks, roster)
            files.write(folder / f"{name}.csv", content)
    for line in [*tomorrow.sentences(found), *report.summary(found)]:
        print(faults.printable(line))
    for line in found.left_out:
        print(f"left out: {line}", file=sys.stderr)
    for learner in found.learners:
        for why in dict.fromkeys(learner.doubts):
            print(faults.printable(f"{learner.name}: no mark: {why}"), file=sys.stderr)
    if missing:
        names = faults.printable(", ".join(missing))
        print(f"not in the roster, so without a mark: {names}", file=sys.stderr)
    print(f"The report is {Path(arguments.output) / 'report.html'}; the tables are beside it.")
    return 0


def add(commands: argparse._SubParsersAction) -> None:
    """Add both commands to the parser."""
    hand_in = commands.add_parser(
        "hand-in",
        help="write your answers to a file for your teacher",
        description="Write one file with all your answers, to be sent to your teacher. It holds "
        "the class and the name you give, your answers and their times, and which version of the "
        "questions you had; nothing else about you or your computer. A hand-in is no proof of who "
        "worked: whoever has the course can write such a file in any name. Example: dialogue hand-in "
        "answers.json --class IR101 --name blue-heron. Exit code 0: written; 1: not, and one line "
        "says why.",
    )
    hand_in.add_argument("file", type=Path, metavar="FILE", help="a file that does not exist yet")
    hand_in.add_argument(
        "--class", required=True, dest="class_code", metavar="CODE", help="what your teacher gave"
    )
    hand_in.add_argument(
        "--name", required=True, help="the number, login or nickname agreed with your teacher"
    )
    hand_in.add_argument(
        "--writing", action="store_true", help="put your texts in too; without it they stay here"
    )
    hand_in.add_argument("--force", action="store_true", help="replace FILE if it exists")
    hand_in.set_defaults(run=_hand_in)

    results = commands.add_parser(
        "results",
        help="merge what a class handed in: report, tables, gradebooks",
        description="Read every learner's file in FOLDER (also inside the zip that Canvas or Moodle "
        "gives you), mark the answers again with your questions, and write a folder with "
        "report.html, report.ipynb, five tables (CSV), and canvas.csv, moodle.csv and "
        "blackboard.csv for the gradebooks. Moodle and Blackboard take no maximum from a file: set it "
        "there to the number in the column 'maximum', and leave that column out. Files that are twice "
        "there, were changed, or come from another version of the course are named, and so is who is in "
        "the roster and handed in nothing. Where two files claim the same answers or the same learner, "
        "neither earns a mark until you have looked. A "
        "hand-in is no proof of who worked: whoever has the course can write such a file in any "
        "name. Nothing leaves this computer. Example: dialogue results inbox "
        "--output class-report --roster canvas-export.csv. Exit code 0: written; 1: not, and one "
        "line says why.",
    )
    results.add_argument("folder", type=Path, metavar="FOLDER", help="the learners' files")
    results.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="a folder for the report"
    )
    results.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="the gradebook as you exported it from Canvas, Moodle or Blackboard; it tells whose name is "
        "whose, and only that gradebook is then written",
    )
    results.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="only this lesson, objective or question; may be repeated (default: all)",
    )
    results.add_argument(
        "--marks",
        choices=("first", "last", "best"),
        default="last",
        help="which check earns the points in the gradebooks (default: last); the statistics "
        "always use the first",
    )
    results.add_argument("--title", default="Results of the class", help="heading of the report")
    results.add_argument(
        "--force", action="store_true", help="replace DIR, unless it holds files of others"
    )
    results.set_defaults(run=_results)
