"""``dialogue new exercise`` and ``dialogue preview``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dialogue.cli import edges


def _asked(question: str, choices: dict[str, str], option: str) -> str:
    """One of *choices* (name to words), asked on the terminal; by number or by name."""
    from dialogue.course.files import FileFault

    names = list(choices)
    if not sys.stdin.isatty():
        raise FileFault(option, "this was not given, and nobody can be asked", "add the option")
    print(f"{question}:")
    for number, name in enumerate(names, 1):
        print(f"  {number:2}  {name}  {choices[name]}".rstrip())
    while True:
        try:
            answer = input("> ").strip()
        except EOFError:
            raise FileFault(option, "nothing was chosen", "add the option") from None
        if answer in choices:
            return answer
        if answer.isdecimal() and 1 <= int(answer) <= len(names):
            return names[int(answer) - 1]
        print(f"Type a number from 1 to {len(names)}, or a name.")


def _new(arguments: argparse.Namespace) -> int:
    from dialogue import bank
    from dialogue.bank import authoring
    from dialogue.course import catalogue
    from dialogue.questions import KINDS

    kinds = {name: kind.about for name, kind in KINDS.items()}
    kind = arguments.kind or _asked("Which kind", kinds, "--kind")
    if arguments.lesson:
        lesson = authoring.find_lesson(arguments.lesson)
    elif arguments.objective:
        lesson = authoring.find_lesson(arguments.objective.split("-")[0])
    else:
        titles = {x.number: x.title for x in catalogue.lessons() if x.number != "00"}
        lesson = authoring.find_lesson(_asked("Which lesson", titles, "--lesson"))
    objective = arguments.objective
    if objective is None:
        goals = lesson.objectives
        ask = goals and not arguments.lesson and sys.stdin.isatty()
        objective = _asked("Which objective", goals, "--objective") if ask else ""
    item = arguments.id or authoring.free_id(lesson, kind)
    file = arguments.output or authoring.home(lesson)
    entry = authoring.skeleton(kind, item, lesson, objective)
    line = authoring.add(file, entry, lesson)
    place = bank.shown(file)
    named = f'"{place}"' if " " in place else place
    print(
        f"{place}:{line}: here is {item}. Fill in what is empty; each line says what belongs there.\n"
        f"Faults as you type:  dialogue check --watch {named}\n"
        # A bank that is neither the course's nor the overlay's is known only by its path.
        f"To see it:           dialogue preview {named if arguments.output else item}"
    )
    return 0


def _new_lesson(arguments: argparse.Namespace) -> int:
    from dialogue.bank import starting
    from dialogue.course import faults

    made = starting.lesson(arguments.title, arguments.number or "")
    for file in made.files:
        print(faults.shown(file))
    place = faults.shown(made.notebook)
    print(
        f"This is a small lesson that works; run once, it passes every check. Change it part by "
        f"part.\n"
        f"To run and tidy it:  dialogue tidy {faults.typed(place)}\n"
        f"To check it:         dialogue check\n"
        f"To see it:           dialogue lab"
    )
    return 0


def _new_course(arguments: argparse.Namespace) -> int:
    from dialogue.bank import founding
    from dialogue.course import faults

    def begun() -> None:
        print("Writing the course and running its pages once …", file=sys.stderr)

    folder = founding.course(arguments.folder, arguments.title, begun)
    print(
        f"{folder} holds a small course that passes every check. README.md there says how to make "
        f"it yours.\nTo check it:  make -C {faults.typed(str(folder))} test\n"
        f"To open it:   make -C {faults.typed(str(folder))} lab"
    )
    return 0


def _preview(arguments: argparse.Namespace) -> int:
    import tempfile
    import webbrowser

    from dialogue import bank
    from dialogue.classroom import preview
    from dialogue.course import files

    name = arguments.name
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        found = bank.read([path], keep_nodes=False)
        for fault in found.faults:
            print(fault, file=sys.stderr)
        questions = list(found.questions.values())
        if not questions:
            raise files.FileFault(path, "no question here can be shown yet", "mend it first")
    else:
        questions = edges.chosen([name], drafts=True)
    page = preview.preview(questions, f"Preview: {name}")
    if arguments.output:
        target = files.write(arguments.output, page, force=arguments.force)
    else:
        # Kept until the computer tidies up: the browser reads it after this command has ended.
        folder = Path(tempfile.mkdtemp(prefix="dialogue-preview-"))
        target = files.write(folder / f"{files.safe_name(path.stem)}.html", page)
    count = len(questions)
    print(f"{count} question{'' if count == 1 else 's'} shown in {target}")
    if arguments.browser and not arguments.output and not webbrowser.open(target.as_uri()):
        print("No browser could be started; open that file yourself.", file=sys.stderr)
    return 0


def add(commands: argparse._SubParsersAction) -> None:
    """Add both commands to the parser."""
    new = commands.add_parser(
        "new",
        help="begin something of your own: new exercise, new lesson, new course",
        description="Begin something of your own.",
    )
    things = new.add_subparsers(dest="thing", required=True, metavar="THING")
    exercise = things.add_parser(
        "exercise",
        help="write a commented skeleton of a question",
        description="Write the skeleton of one question at the end of a bank: every field with a "
        "comment that says what belongs there. It is a draft until you take out the line that says "
        "so. What is not given as an option is asked. Example: dialogue new exercise --kind single "
        "--objective 05-2. Exit code 0: written; 1: not, and one line says why.",
    )
    exercise.add_argument("--kind", metavar="KIND", help="such as single; without it you are asked")
    exercise.add_argument("--lesson", metavar="NUMBER", help="such as 05")
    exercise.add_argument("--objective", metavar="LABEL", help="such as 05-2")
    exercise.add_argument("--id", metavar="ID", help="default: a free one, such as 05-new-single")
    exercise.add_argument(
        "--output",
        type=Path,
        metavar="BANK",
        help="the file to add to, made if it is not there (default: the lesson's bank in your "
        "overlay, or in the course if none is in use)",
    )
    exercise.set_defaults(run=_new)

    lesson = things.add_parser(
        "lesson",
        help="write a small lesson of your own: notebook, questions and teaching notes",
        description="Write notebook, question bank and teaching notes of a new lesson, in your "
        "overlay if one is in use and else in the course. It is a small lesson that passes every "
        "check; you change it part by part. Nothing else has to be registered: lists, routes and "
        'tests follow the files. Example: dialogue new lesson "The envoys". Exit code 0: written; '
        "1: not, and one line says why.",
    )
    lesson.add_argument("title", metavar="TITLE", help='such as "The envoys"')
    lesson.add_argument("--number", metavar="NUMBER", help="default: the one after the last")
    lesson.set_defaults(run=_new_lesson)

    course = things.add_parser(
        "course",
        help="begin a course on another text, in a folder of its own",
        description="Write a folder that holds a whole small course on an invented text: ten "
        "paragraphs, one lesson, one table, sources and a README that says how to make it yours. "
        'Example: dialogue new course charter --title "The Charter". Exit code 0: written; 1: not, '
        "and one line says why.",
    )
    course.add_argument("folder", type=Path, metavar="FOLDER", help="new, or empty")
    course.add_argument("--title", default="A course on one text", metavar="TITLE")
    course.set_defaults(run=_new_course)

    preview = commands.add_parser(
        "preview",
        help="see questions in the browser, without a lesson",
        description="Show questions as a learner meets them, as answer key, right to left, and on "
        "paper, on one page in your browser. Nothing that is answered there is saved. NAME is the "
        "id of a question, a bank's file, an objective (05-2) or a lesson (05). Example: dialogue "
        "preview 05-permanent-bases. Exit code 0: shown; 1: not, and one line says why.",
    )
    preview.add_argument("name", metavar="NAME", help="an id, a file, an objective or a lesson")
    preview.add_argument(
        "--output", type=Path, metavar="FILE", help="write the page to FILE instead"
    )
    preview.add_argument("--force", action="store_true", help="replace FILE if it exists")
    preview.add_argument(
        "--no-browser", dest="browser", action="store_false", help="only say where the page is"
    )
    preview.set_defaults(run=_preview)
