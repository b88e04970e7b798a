"""``dialogue overlay``: an instructor's own questions over the course."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

_START = """# An overlay: your own questions and texts over the course, kept through every upgrade.
name: "{name}"

# Your questions lie in exercises/, in a file named after a lesson or by a name of your own. A text
# for a lesson lies in supplements/ under the lesson's name, such as supplements/05-round-one.md.
# The page notebooks/supplements.ipynb shows learners both.

# Questions of the course that your class should not see:
hide: []

# For each question in exercises/ that takes the place of one of the course: the version of the
# course's own when yours was written. 'dialogue check' tells you when that one changes.
replaces: {{}}
"""


def _used() -> Path:
    from dialogue.bank import overlay
    from dialogue.course.files import FileFault

    if not (folder := overlay.used()):
        raise FileFault("overlay", "none is in use", "make one with: dialogue overlay new FOLDER")
    return folder


def _nameable(folder: Path) -> None:
    """The configuration is text: it can name a folder only whose name is text."""
    from dialogue.course.files import FileFault

    try:
        str(folder.resolve()).encode()
    except UnicodeEncodeError:
        fault = "a letter of this name cannot be written down"
        raise FileFault(folder, fault, "choose a folder with another name") from None


def _new(arguments: argparse.Namespace) -> int:
    from dialogue.course import files

    _nameable(arguments.folder)
    with files.folder(arguments.folder) as folder:
        (folder / "exercises").mkdir()
        (folder / "supplements").mkdir()
        name = files.safe_name(arguments.folder.name).replace('"', "'")
        files.write(folder / "overlay.yaml", _START.format(name=name))
        _write_config(arguments.folder)  # a folder that nothing names would be left behind
    print(f"Made {arguments.folder}. From now on it lies over the course on this computer.")
    return 0


def _use(arguments: argparse.Namespace) -> int:
    from dialogue.course.files import FileFault

    if not arguments.folder.is_dir():
        remedy = "make it with: dialogue overlay new FOLDER"
        raise FileFault(arguments.folder, "there is no such folder", remedy)
    _nameable(arguments.folder)
    _write_config(arguments.folder)
    return _show(arguments)


def _none(_arguments: argparse.Namespace) -> int:
    _write_config(None)
    print("The course is shown as it is; the overlay's folder stays where it was.")
    return 0


def _write_config(folder: Path | None) -> int:
    from dialogue.bank import overlay
    from dialogue.course import files

    file = overlay.config_file()
    try:
        lines = files.read_text(file).splitlines() if os.path.lexists(file) else []
    except files.FileFault as fault:
        if fault.message != "the file is empty":
            told = f"the configuration cannot be read ({fault.message})"
            raise files.FileFault(file, told, "mend or delete it", fault.line) from None
        lines = []
    lines = [line for line in lines if not re.match(r"\s*overlay\s*=", line)]
    if folder is not None:
        # A TOML text is written as a JSON one; it stands before any table of other settings.
        lines.insert(0, f"overlay = {json.dumps(str(folder.resolve()), ensure_ascii=False)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        told = f"this folder cannot be made ({files.reason(error)})"
        raise files.FileFault(file.parent, told, "set DIALOGUE_CONFIG_DIR") from None
    files.write(file, "".join(f"{line}\n" for line in lines), force=True)
    return 0


def _show(_arguments: argparse.Namespace) -> int:
    from dialogue import bank
    from dialogue.bank import overlay

    named = overlay.where()
    if not named:
        print("No overlay is in use. Make one with: dialogue overlay new FOLDER")
        return 0
    folder = _used()
    found = overlay.current()
    print(f"{folder} lies over the course (named by {named[1]}).")
    if found:
        for what, ids in (
            ("adds", found.added),
            ("replaces", found.replaced),
            ("hides", found.hidden),
            ("adds text to", sorted(found.supplements)),
        ):
            print(f"It {what}: {', '.join(ids) if ids else 'nothing'}")
        for one in found.outdated:
            print(one)
    # Its banks alone: a question with a fault is in none of the lists above, and a draft is,
    # though no lesson shows it yet.
    mine = bank.read([folder / "exercises"], keep_nodes=False)
    if drafts := [q.id for q in mine.questions.values() if q.status == "draft"]:
        print(f"Drafts, which no lesson shows yet: {', '.join(drafts)}")
    if faulty := list(dict.fromkeys(fault.item or fault.file for fault in mine.faults)):
        print(f"Left out until its faults are mended: {', '.join(faulty)}")
    print("'dialogue check' checks it together with the course.")
    return 0


def _alone(change: Callable[[Path, str], int]) -> Callable[[argparse.Namespace], int]:
    """*change* of the overlay in use, by one command at a time: the next one sees what it wrote."""

    def run(arguments: argparse.Namespace) -> int:
        from dialogue.course import files

        with files.alone(folder := _used()):
            return change(folder, arguments.item)

    return run


def _replace(folder: Path, item: str) -> int:
    from dialogue import bank
    from dialogue.bank import pictures
    from dialogue.course import catalogue, files

    own = bank.read(overlay=False)
    if item not in own.questions:
        near = ", ".join(own.nearest(item))
        remedy = f"the nearest: {near}" if near else "name it by its id"
        raise files.FileFault(item, "the course has no such question", remedy)
    name, line = own.places[item]
    source = next(p for p in bank.files() if bank.shown(p) == name)
    target = folder / "exercises" / source.relative_to(catalogue.root() / "exercises")
    mine = bank.read([target]) if target.is_file() else bank.Bank()
    if item in mine.places:
        raise files.FileFault(*_place(mine.places[item]), "it is there already", "edit it")
    lines = files.read_text(source).splitlines()
    copied = _entry(lines, line - 1)
    quiz = next(row for row in lines if row.startswith("quiz:"))
    before = files.read_text(target) if target.is_file() else f"{quiz}\nitems:\n"
    if before and not before.endswith("\n"):
        before += "\n"
    target.parent.mkdir(parents=True, exist_ok=True)
    text, shown = pictures.beside("\n".join(copied), target.parent, source.parent)
    pictures.write(shown)
    files.write(target, before + text + "\n", force=True)
    _note(folder / "overlay.yaml", "replaces", f'{item}: "{own.questions[item].version}"')
    print(f"Copied {item} to {target}; edit it there, then run: dialogue check")
    return 0


def _place(place: tuple[str, int]) -> tuple[str]:
    return (f"{place[0]}:{place[1]}",)


def _entry(lines: list[str], start: int) -> list[str]:
    """The lines of one entry of a list, from its dash to the next thing at its depth."""
    depth = len(lines[start]) - len(lines[start].lstrip())
    while not lines[start].lstrip().startswith("- "):
        start -= 1
        depth = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines):
        line = lines[end]
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    return ["  " + line[depth:] if line.strip() else "" for line in lines[start:end]]


def _hide(folder: Path, item: str) -> int:
    from dialogue import bank
    from dialogue.course import files

    own = bank.read(keep_nodes=False, overlay=False)
    if item not in own.questions:
        near = ", ".join(own.nearest(item))
        remedy = f"the nearest: {near}" if near else "name it by its id"
        raise files.FileFault(item, "the course has no such question", remedy)
    _note(folder / "overlay.yaml", "hide", f"- {item}")
    print(f"{item} is hidden. To show it again, take its line out of overlay.yaml.")
    return 0


def _note(file: Path, name: str, entry: str) -> None:
    """Add one line under *name* of overlay.yaml, and leave every other line as it is."""
    from dialogue.course import files

    lines = files.read_text(file).splitlines() if file.is_file() else [f"{name}:"]
    if f"  {entry}" in lines:
        return
    at = next((i for i, line in enumerate(lines) if re.match(rf"{name}\s*:", line)), None)
    if at is None:
        lines += [f"{name}:"]
        at = len(lines) - 1
    head, rest = lines[at].split(":", 1)
    rest = rest.split(" #")[0].strip()
    if rest.startswith("[") and rest.endswith("]"):  # a list on one line becomes one of lines
        inner = [part.strip() for part in rest[1:-1].split(",") if part.strip()]
        lines[at : at + 1] = [f"{head}:", *(f"  - {part}" for part in inner)]
    elif rest.startswith("{") and rest.endswith("}"):
        inner = [part.strip() for part in rest[1:-1].split(",") if part.strip()]
        lines[at : at + 1] = [f"{head}:", *(f"  {part}" for part in inner)]
    lines.insert(at + 1, f"  {entry}")
    files.write(file, "\n".join(lines) + "\n", force=True)


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    top = commands.add_parser(
        "overlay",
        help="lay your own questions and texts over the course",
        description="An overlay is a folder of your own, outside the course, that adds questions, "
        "takes the place of some, hides others and adds texts to lessons. An upgrade of the course "
        "leaves it alone. Without an ACTION the overlay in use is shown. Which one that is: the "
        "option --overlay of any command, else the environment variable DIALOGUE_OVERLAY, else "
        "what 'use' wrote into your configuration. In the course's pages, supplements.ipynb shows "
        "what you added. Exit code 0: done; 1: not done, and one line says why.",
    )
    top.set_defaults(run=_show)
    actions = top.add_subparsers(dest="action", metavar="ACTION")

    def action(
        name: str,
        run: Callable[[argparse.Namespace], int],
        text: str,
        more: str = "",
        **argument: Any,
    ) -> None:
        parser = actions.add_parser(name, help=text, description=f"{text.capitalize()}. {more}")
        if argument:
            parser.add_argument(argument.pop("given"), **argument)
        parser.set_defaults(run=run)

    action("show", _show, "say what the overlay in use adds, replaces and hides")
    action(
        "new",
        _new,
        "make an empty overlay and use it",
        "FOLDER gets overlay.yaml, exercises/ and supplements/, each explained in overlay.yaml.",
        given="folder",
        type=Path,
        metavar="FOLDER",
        help="a folder that does not exist yet",
    )
    action(
        "use",
        _use,
        "use an overlay that is there",
        given="folder",
        type=Path,
        metavar="FOLDER",
        help="the folder",
    )
    action("none", _none, "use no overlay", "The folder itself is kept.")
    action(
        "replace",
        _alone(_replace),
        "copy a question of the course into the overlay, to change it there",
        "The version of the course's own is noted, and 'dialogue check' tells when it changes.",
        given="item",
        metavar="ID",
        help="such as 05-permanent-bases",
    )
    action(
        "hide",
        _alone(_hide),
        "hide a question of the course",
        given="item",
        metavar="ID",
        help="such as 05-permanent-bases",
    )
