"""``dialogue export`` and ``dialogue import``: questions to other programs and back."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dialogue import exchange
from dialogue.cli import edges
from dialogue.exchange import Format, Loss
from dialogue.page.text import encodable


def report_of(file: Path) -> Path:
    """Where the report stands: beside the file, under its name."""
    return file.with_name(f"{file.name}.report.txt")


def _free(targets: Sequence[Path], force: bool) -> None:
    """Nothing is written unless all of it can be."""
    from dialogue.course.files import FileFault

    for target in targets:
        if target.exists() and (target.is_dir() or not force):
            remedy = "choose another name" if target.is_dir() else "add --force to replace it"
            raise FileFault(target, "this exists already", remedy)


def _lines(losses: Sequence[Loss]) -> list[str]:
    from dialogue.bank import printable

    return [f"- {printable(str(loss))}" for loss in losses]


def _counted(losses: Sequence[Loss], most: int = 6) -> list[str]:
    """The commonest losses for the screen; the report names every item."""
    counts: dict[str, int] = {}
    for loss in losses:
        counts[loss.what] = counts.get(loss.what, 0) + 1
    common = sorted(counts.items(), key=lambda pair: -pair[1])
    from dialogue.bank import printable

    lines = [f"  {count} × {printable(what)}" for what, count in common[:most]]
    rest = len(common) - most
    return lines + ([f"  … and {rest} more kind{'s' * (rest > 1)}"] if rest > 0 else [])


@contextmanager
def _extras(form: Format) -> Iterator[None]:
    """Says in one sentence how to install what a format needs and the learners' install lacks."""
    from dialogue.course.files import GET_TOOLS, FileFault

    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("dialogue"):
            raise
        fault = f"this needs {error.name}, which is not installed"
        raise FileFault(form.label, fault, GET_TOOLS) from None


def _export(arguments: argparse.Namespace) -> int:
    import sys

    from dialogue.bank import selection
    from dialogue.course import files, place

    target: Path = arguments.output
    form = exchange.FORMATS[arguments.format].for_name(target.suffix)
    if not target.name:  # "." or "/"
        raise files.FileFault(target, "this is a folder", "name a file in it")
    if not form.fits(target.suffix):
        fault = f"a name in {target.suffix} is not for {form.label}"
        raise files.FileFault(target, fault, f"end it in {form.suffix}")
    questions = edges.chosen(arguments.names)
    keyless = [question.id for question in questions if question.keyless]
    if keyless:
        fault = f"{keyless[0]} has no key here" + (f" (of {len(keyless)})" * (len(keyless) > 1))
        raise files.FileFault(form.name, fault, "export from the full course, not a learner's copy")
    told = selection.titles(arguments.names)
    banks = told if told and not set(told) & set(arguments.names) else [place.title(), *told]
    title = arguments.title or " ".join(banks)
    second = target.with_name(f"{target.stem}-key{target.suffix}")
    _free([target, report_of(target), *([second] if form.key else [])], arguments.force)
    if sys.stderr.isatty() and len(questions) > 100:
        print(f"Writing {len(questions)} questions …", end="\r", file=sys.stderr)
    with _extras(form):
        data, losses = form.write(questions, title)
        key = form.write_key(questions, title) if form.key else b""
    lost = {loss.item for loss in losses}
    count = len(questions) - sum(loss.left_out for loss in losses)
    head = [
        f"{count} of {len(questions)} questions written to {target.name} as {form.label}.",
        f"{len(questions) - len(lost)} are whole; of {len(lost)} something could not be carried:",
        "",
    ]
    report = encodable("\n".join([*head, *_lines(losses), ""]))
    files.write(target, data, force=arguments.force)
    if form.key:
        files.write(second, key, force=arguments.force)
    files.write(report_of(target), report, force=arguments.force)
    of = f" of {len(questions)}" * (count != len(questions))
    print(f"{target}: {count}{of} question{'s' * (len(questions) != 1)} as {form.label}")
    if form.key:
        print(f"{second}: the key")
    if losses:
        print(f"Not carried, for {len(lost)} (each is named in {report_of(target)}):")
        print("\n".join(_counted(losses)))
    return 0


def _import(arguments: argparse.Namespace) -> int:
    import re
    import tempfile

    from dialogue import bank
    from dialogue.bank import pictures, writing
    from dialogue.course import files
    from dialogue.exchange.recognise import recognised

    file: Path = arguments.file
    target: Path = arguments.output
    readers = exchange.readers()
    if not arguments.format and file.suffix.lower() not in readers:
        remedy = f"add --format, one of {', '.join(dict.fromkeys(readers.values()))}"
        raise files.FileFault(file, "its name does not tell what it is", remedy)
    if target.suffix not in (".yaml", ".yml"):
        raise files.FileFault(target, "this is no name for a bank", "end it in .yaml")
    _free([target, report_of(target)], arguments.force)
    data = files.read_bytes(file)
    form = exchange.FORMATS[arguments.format or recognised(data, file.suffix) or ""]
    with _extras(form):
        items, losses = form.read(data, str(file), arguments.language)
    quiz = re.sub(r"[^a-z0-9]+", "-", target.stem.lower()).strip("-") or "imported"
    items, shown = pictures.beside(items, target.absolute().parent)
    text = writing.bank_text(items, arguments.title or file.stem, quiz, language=arguments.language)
    # What is still to write is counted before anything is put in place.
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / target.name
        files.write(trial, text)
        for path, picture in shown.items():
            (trial.parent / path.parent.name).mkdir(exist_ok=True)
            files.write(trial.parent / path.parent.name / path.name, picture)
        faults = bank.read([trial], keep_nodes=False).faults
    lost = [loss for loss in losses if loss.what.startswith("not taken over")]
    rest = [loss for loss in losses if not loss.what.startswith("not taken over")]
    count = len(items)
    head = [f"{count} question{'s' * (count != 1)} taken over from {file.name}, as drafts."]
    if losses:
        head += ["", "What could not be carried:", *_lines(losses)]
    if faults:
        head += ["", f"What to mend ('dialogue check {target.name}' says it again):"]
        head += [
            bank.printable(f"- line {fault.line}: {fault.item}: {fault.message}; {fault.remedy}")
            for fault in faults
        ]
    pictures.write(shown)
    files.write(target, text, force=arguments.force)
    files.write(report_of(target), encodable("\n".join([*head, ""])), force=arguments.force)
    print(f"{target}: {len(items)} question{'s' * (len(items) != 1)} from {file}, as drafts")
    if shown:
        count = len(shown)
        print(f"{next(iter(shown)).parent}: {count} picture{'s' * (count != 1)}")
    if lost:
        print(f"{len(lost)} not taken over; {report_of(target)} says why")
    if len(losses) > len(lost):
        print(f"Not carried (each is named in {report_of(target)}):")
        print("\n".join(_counted(rest)))
    if faults:
        count = len(faults)
        print(f"{count} thing{'s' * (count != 1)} to mend, such as a comment that is missing:")
        print(f"  dialogue check --watch {target}")
    return 0


def add(commands: argparse._SubParsersAction) -> None:
    """Add both commands to the command line."""
    writers = exchange.writers()
    kinds = "\n".join(f"  {name:8} {form.about or form.label}" for name, form in writers.items())
    readers = list(dict.fromkeys(exchange.readers().values()))
    codes = "exit codes: 0 written; 1 not written, and one line says why; 2 the command is mistyped"
    export = commands.add_parser(
        "export",
        help="write questions for Moodle, Canvas, Anki, a spreadsheet or paper",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write questions in the format of another program.\n\nFORMAT is one of:\n"
        f"{kinds}\n\n"
        "NAME is a lesson (05), an objective (05-2), the id of a question or a bank's file; without "
        "one,\nthe whole course is written. Drafts are left out unless their id is given. What the "
        "format\ncannot hold is named item by item in a report beside the file: FILE.report.txt.",
        epilog="examples:\n  dialogue export moodle 05 --output round-one.xml\n"
        f"  dialogue export gift --output course.gift\n\n{codes}",
    )
    export.add_argument("format", choices=list(writers), metavar="FORMAT", help="see above")
    export.add_argument(
        "names", nargs="*", metavar="NAME", help="what to write (default: the whole course)"
    )
    export.add_argument("--output", type=Path, required=True, metavar="FILE", help="the new file")
    export.add_argument(
        "--title", metavar="TEXT", help="the name of the test (default: from the NAMEs)"
    )
    export.add_argument(
        "--force", action="store_true", help="replace FILE and its report if they exist"
    )
    export.set_defaults(run=_export)

    read = commands.add_parser(
        "import",
        help="take questions over from Moodle, Canvas, GIFT, jupyterquiz, a spreadsheet and others",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write a new bank with the questions in FILE. FILE is GIFT, Aiken or text2qti "
        "(.gift, .txt, .md),\nMoodle XML (.xml), QTI 1.2 or 2 (.zip, .imscc, .xml), jupyterquiz "
        "(.json, or .ipynb with the\nquestions in it), or a table (.csv, .xlsx): as 'dialogue export' "
        "writes it, or with the columns\nQuestion, A, B, C, D, Correct. Each question is a draft. "
        "Nothing is made up: where FILE has no\ncomment on a wrong answer, 'dialogue check' names the "
        "gap. What a bank cannot hold is named\nin a report beside it: BANK.report.txt.",
        epilog=f"example:\n  dialogue import quiz.xml --output my-questions.yaml\n\n{codes}",
    )
    read.add_argument("file", type=Path, metavar="FILE", help="what another program wrote")
    read.add_argument(
        "--format",
        choices=list(dict.fromkeys(readers)),
        metavar="FORMAT",
        help=f"{', '.join(readers)} (default: by the end of FILE's name)",
    )
    read.add_argument("--output", type=Path, required=True, metavar="BANK", help="a new .yaml file")
    read.add_argument("--title", metavar="TEXT", help="the bank's title (default: FILE's name)")
    read.add_argument(
        "--language", default="en", metavar="CODE", help="of the questions (default: en)"
    )
    read.add_argument(
        "--force", action="store_true", help="replace BANK and its report if they exist"
    )
    read.set_defaults(run=_import)
