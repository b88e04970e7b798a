"""``dialogue release``, ``mark``, ``nbgrader`` and ``variants``: questions that count."""

from __future__ import annotations

import argparse
from pathlib import Path


def _release(arguments: argparse.Namespace) -> int:
    import sys

    from dialogue.grading import release

    done = release.release(arguments.folder, arguments.graded, force=arguments.force)
    print(
        f"{arguments.folder}: a learner's copy with {len(done.items)} graded "
        f"question{'s' * (len(done.items) != 1)}, without their keys; "
        f"{len(done.run)} notebook{'s' * (len(done.run) != 1)} run again"
    )
    if count := len(done.public):
        print(
            f"{count} of the graded questions {'are' if count != 1 else 'is'} the course's own: "
            f"{'their keys stand' if count != 1 else 'its key stands'} in every public copy of the "
            "course, where a learner can look. For marks that matter, write your own over them "
            "(dialogue overlay --help).",
            file=sys.stderr,
        )
    for secret, file in done.taught:
        print(
            f"{secret.item}: the course says {secret.text!r} elsewhere too, in {file}; that stays",
            file=sys.stderr,
        )
    return 0


def _mark(arguments: argparse.Namespace) -> int:
    import sys

    from dialogue import bank
    from dialogue.course import files
    from dialogue.grading import marking, release

    own = marking.own_questions(arguments.variants) if arguments.variants else None
    ours = own is None or bool(arguments.graded)
    questions = release.graded_items(arguments.graded, sound=False) if ours else []
    left_out = [str(fault) for fault in bank.course_bank().faults] if ours else []
    records = marking.read_records(arguments.records, left_out)
    for record in list(records):
        if record.unreadable:
            lines = "1 line" if record.unreadable == 1 else f"{record.unreadable} lines"
            print(f"{record.learner}: {lines} could not be read", file=sys.stderr)
        if own is not None and record.learner not in own and not questions:
            fault = files.FileFault(
                record.learner, "no variant is for this learner", "name the file as in the roster"
            )
            if len(records) == 1:
                raise fault
            records.remove(record)
            left_out.append(str(fault))
    for line in left_out:
        print(f"left out: {line}", file=sys.stderr)
    rows = marking.mark(records, questions, own)
    files.write(arguments.output, marking.table(rows), force=arguments.force)
    noted = sum(bool(row.note) for row in rows)
    print(
        f"{arguments.output}: {len(records)} learner{'s' * (len(records) != 1)}, {len(rows)} rows; "
        f"{noted} with a note to look at"
    )
    return 0


def _nbgrader(arguments: argparse.Namespace) -> int:
    import sys

    from dialogue.bank import selection
    from dialogue.grading import nbgrader

    questions = selection.select(arguments.names)
    done = nbgrader.build(arguments.folder, questions, force=arguments.force)
    for line in done.left_out:
        print(line, file=sys.stderr)
    count, many = sum(done.assignments.values()), len(done.assignments)
    print(
        f"{arguments.folder}: {many} assignment{'s' * (many != 1)} with {count} "
        f"question{'s' * (count != 1)}; "
        "README.md in it says how to go on"
    )
    return 0


def _variants(arguments: argparse.Namespace) -> int:
    from dialogue.bank import selection
    from dialogue.grading import variants

    questions = selection.select(arguments.names)
    learners = variants.read_roster(arguments.roster) if arguments.roster else None
    done = variants.build(
        arguments.output,
        questions,
        arguments.seed,
        learners or ["variant"],
        draw=arguments.draw,
        force=arguments.force,
    )
    print(
        f"{arguments.output}: {done.learners} variant{'s' * (done.learners != 1)} of "
        f"{done.questions} questions, every key checked"
    )
    return 0


def _word(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("an empty seed: give a word, and keep it")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of questions, such as 10")
    return int(text)


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands of graded use to the command line."""
    release = commands.add_parser(
        "release",
        help="write the learner's copy, without the keys of graded questions",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write the learner's copy of the course to DIR. Graded questions are asked in "
        "it, and the\nanswers are kept; keys, hints, comments and explanations of them are nowhere "
        "in it, and\nneither are worked solutions, teaching notes and the history. Options stand "
        "in an order\nthat is drawn from their words ('shuffle: no' keeps it). Notebooks that ask "
        "a graded\nquestion are run again, which takes some seconds each.\n\n"
        "Learners open it with 'make lab' and hand in what 'dialogue hand-in FILE' "
        "writes;\n'dialogue mark' marks it.",
        epilog="example:\n  dialogue release ../learners --graded 05 --graded 09-2\n\n"
        "exit codes: 0 written; 1 not written, and one line says why; 2 the command is mistyped",
    )
    release.add_argument("folder", type=Path, metavar="DIR", help="a new or an empty folder")
    release.add_argument(
        "--graded",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME",
        help="a lesson, an objective or the id of a question that is graded, besides those marked "
        "'use: graded' (default: only those)",
    )
    release.add_argument(
        "--force", action="store_true", help="replace DIR, unless it holds files of others"
    )
    release.set_defaults(run=_release)

    mark = commands.add_parser(
        "mark",
        help="mark the graded answers that learners handed in",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Mark the answers in FILEs against the full bank of this checkout, by the "
        "rules of the\ncourse, and write a table: one row for each learner and graded question. A "
        "FILE is what a\nlearner wrote with 'dialogue progress export' (.jsonl; its name is the "
        "learner's) or with\nhand_in in a notebook (.json), or a zip or a folder of such files.\n"
        "The last answer counts. An answer to "
        "another version of a question gets a note and no mark.",
        epilog="example:\n  dialogue mark handed-in/ --graded 05 --output marks.csv\n\n"
        "exit codes: 0 written; 1 not written, and one line says why; 2 the command is mistyped",
    )
    mark.add_argument("records", nargs="+", type=Path, metavar="FILE", help="what was handed in")
    mark.add_argument(
        "--graded",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME",
        help="the names that were given to 'dialogue release' (default: the questions marked "
        "'use: graded')",
    )
    mark.add_argument(
        "--variants",
        type=Path,
        metavar="DIR",
        help="what 'dialogue variants' wrote, if it was used",
    )
    mark.add_argument(
        "--output", type=Path, required=True, metavar="CSV", help="the table to write"
    )
    mark.add_argument("--force", action="store_true", help="replace the table if it exists")
    mark.set_defaults(run=_mark)

    nbgrader = commands.add_parser(
        "nbgrader",
        help="write the questions as a course for nbgrader",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write a course for nbgrader to DIR: one assignment for each lesson named "
        "(default: all),\nwith a cell for each answer, hidden tests that grade it, and the writing "
        "task with its\nrubric to mark by hand. Forecasts are left out, and a line says so. "
        "Marking needs nbgrader,\nwhich 'make teach' adds.",
        epilog="example:\n  dialogue nbgrader ../marking 05 06\n\n"
        "exit codes: 0 written; 1 not written, and one line says why; 2 the command is mistyped",
    )
    nbgrader.add_argument("folder", type=Path, metavar="DIR", help="a new or an empty folder")
    nbgrader.add_argument(
        "names", nargs="*", metavar="NAME", help="a lesson, an objective, a question or a bank"
    )
    nbgrader.add_argument(
        "--force", action="store_true", help="replace DIR, unless it holds files of others"
    )
    nbgrader.set_defaults(run=_nbgrader)

    variants = commands.add_parser(
        "variants",
        help="write another set of questions for each learner",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write a bank for each learner: options in another order ('shuffle: no' keeps "
        "them), with\n--draw so many questions drawn from those named, and numbers from another "
        "row of their\ntable where the question names the row. The same seed and name give the "
        "same variant on\nevery computer. Every key is checked before anything is written.",
        epilog="DIR/learners/NAME.yaml is for the learner and has no key; DIR/keys/NAME.yaml is "
        "yours, and\nany command that takes a bank takes it. DIR/keys.csv lists the right "
        "answers.\n\nexample:\n  dialogue variants 05 --seed autumn --roster class.csv --draw 8 "
        "--output ../variants\n\n"
        "exit codes: 0 written; 1 not written, and one line says why; 2 the command is mistyped",
    )
    variants.add_argument(
        "names", nargs="+", metavar="NAME", help="a lesson, an objective, a question or a bank"
    )
    variants.add_argument(
        "--seed",
        required=True,
        type=_word,
        metavar="WORD",
        help="any word; keep it to make them again",
    )
    variants.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="learners, one a line, or a CSV file whose first column names them (default: one "
        "variant, named 'variant')",
    )
    variants.add_argument(
        "--draw", type=_count, metavar="N", help="how many questions each gets (default: all)"
    )
    variants.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new folder")
    variants.add_argument(
        "--force", action="store_true", help="replace DIR, unless it holds files of others"
    )
    variants.set_defaults(run=_variants)
