"""The learner's copy of the course: graded items in it are asked, and hold no key.

A graded item leaves the house as what is shown of it and nothing more.  What is written is
made from the texts alone: two items that differ only in key and comments give the same
bytes, and so the same version, so that nobody can guess a key and compare.  Whatever the
learner chooses from stands in an order that is drawn from the texts and not from the author's
order, which may tell the key (``shuffle: no`` keeps options and statements as typed).

The notebooks that touch a graded item are run again on the copy, because their outputs hold
a readable twin of every question.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from dialogue import bank
from dialogue.bank import overlay, pictures, selection
from dialogue.course import anatomy, catalogue, files, tidy
from dialogue.course import place as place_of
from dialogue.course.files import FileFault
from dialogue.grading.search import (
    letters,
    plain,
    readable,
    searchable,
    strings,
    without_comments,
)
from dialogue.page import numbers
from dialogue.page.pictures import TYPED
from dialogue.questions import Question, remarks
from dialogue.questions.model import HIDDEN, full

# --- one item ----------------------------------------------------------------------------


def without_key(question: Question) -> Question:
    """*question* as a learner's copy asks it: no key, hint, comment, explanation or source."""
    nothing: dict[str, Any] = {
        "use": "graded",
        "core": False,
        "keyless": True,
        "hint": "",
        "explain": "",
        "sources": (),
    }
    return replace(question, **nothing, **question.bare())


def fields_without_key(question: Question) -> dict[str, Any]:
    """What the bank of a learner's copy says of *question*: mappings, lists and text."""
    bare = without_key(question)
    common = full(
        id=bare.id,
        type=bare.kind,
        use="graded",
        ask=bare.ask,
        **{name: getattr(bare, name) for name in ("objective", "level", "as_of", "status", "by")},
        para=list(bare.para),
        was=list(bare.was),
        points=numbers.plain(bare.points) if bare.points != 1 else "",
        contested="yes" if bare.contested else "",
        confidence="ask" if bare.confidence else "",
        shuffle="" if bare.shuffle else "no",
    )
    return common | bare.bare_fields()


# --- which items, and what of them is secret ---------------------------------------------


def sound_bank() -> bank.Bank:
    """The course's bank.  Raises :class:`FileFault` when it has a fault: an item that cannot
    be read cannot be told from its key."""
    whole = bank.course_bank()
    if whole.faults:
        fault = whole.faults[0]
        others = len(whole.faults) - 1
        more = f" (and {others} more fault{'s' * (others > 1)})" if others else ""
        raise FileFault(fault.file, f"{fault.message}{more}", fault.remedy, fault.line)
    return whole


def graded_items(names: Sequence[str] = (), *, sound: bool = True) -> list[Question]:
    """The items marked ``use: graded`` and those that *names* stand for, in the bank's order.

    Raises :class:`FileFault` when a name stands for nothing or for an item that is not the
    course's, when there is no graded item at all, and, unless *sound* is false, when the bank has
    a fault: keys are hidden in a whole bank only, but what can be read of it can be marked.
    """
    whole = sound_bank() if sound else bank.course_bank()
    named = {q.id for q in (selection.select(names, drafts=True) if names else ())}
    for other in sorted(named - set(whole.questions)):
        raise FileFault(other, "this item is not in the course's bank", "name items of the course")
    found = [q for q in whole.questions.values() if q.use == "graded" or q.id in named]
    if not found:
        raise FileFault(
            "exercises", "no item is marked 'use: graded'", "name some, as in: --graded 05"
        )
    return found


class Secret(NamedTuple):
    """One text of a graded item that its learners must not read."""

    item: str
    what: str
    text: str


def secrets(question: Question) -> list[Secret]:
    """Every text of *question* that the learner's copy must not hold: comments, hint,
    explanation, and whatever of the key is not shown as a choice."""
    found = [("hint", question.hint), ("explanation", question.explain)]
    found += [("comment", say) for _about, say in remarks(question)]
    found += [(part.role, part.text) for part in question.parts() if part.role in HIDDEN]
    return [Secret(question.id, what, _apart_from_pictures(text)) for what, text in found if text]


def _apart_from_pictures(text: str) -> str:
    """*text*, and the words for each picture in it as a paragraph: each can stand alone."""
    return TYPED.sub(r"\n\n[\1]\n\n", text).strip()


# --- the folder ----------------------------------------------------------------------------

# What `make lab` needs beside the content; the history, the tests and the teaching notes stay.
_PROJECT = ("Makefile", "pyproject.toml", "uv.lock", "LICENSE", "LICENSE-CONTENT", "CITATION.cff")
_NEEDED = ("Makefile", "pyproject.toml", "uv.lock")
_CODE = {".py", ".js", ".css", ".json", ".md", ".j2", ".woff2"}  # .md: the licence of reveal.js
_CONTENT = {"data": {".csv", ".json"}, "seeds": {".csv", ".json", ".yaml", ".toml", ".md"}}
# A comment of fewer letters and digits may stand anywhere by chance.
_LONG = 20

COPY_NOTE = "# A learner's copy: graded items have no key here.\n"

# Examples to copy from; no lesson asks them.
_FOR_AUTHORS = "sample-bank.yaml"

_README = """\
# {title}: learner's copy

This is the course with {count} that your teacher marks. They say so. Your answers to them are
kept, and you can change them until you hand them in; the copy holds no key to them.

You need Python 3.11 or newer and make.

```sh
make lab     # installs everything the first time, then opens the course in JupyterLab
```

**Windows, without make:** in PowerShell, in this folder,

```powershell
{overlay}py -m pip install uv
py -m uv run --frozen dialogue lab
```

To hand in, write your answers to a file and send it to your teacher, who tells you the class's code
and which name to give:

```sh
.venv/bin/dialogue hand-in answers.json --class CODE --name NAME
```

(On Windows the command is `.venv\\Scripts\\dialogue`.)

Code: BSD-3-Clause ([LICENSE](LICENSE)). Text, questions and data: CC BY 4.0
([LICENSE-CONTENT](LICENSE-CONTENT)).
"""


_README_OVERLAY = '$env:DIALOGUE_OVERLAY = "$PWD\\overlay"  # what your teacher added\n'
_MAKE_OVERLAY = """
# What the teacher added to the course lies in this folder.
export DIALOGUE_OVERLAY := $(CURDIR)/overlay
"""


class Released(NamedTuple):
    """What a release holds: the folder, the graded items, the notebooks run again, the
    accepted short answers that the course's own texts say somewhere, and the graded items
    that stand, with their keys, in every public copy of the course."""

    folder: Path
    items: tuple[str, ...]
    run: tuple[str, ...]
    taught: tuple[tuple[Secret, str], ...]
    public: tuple[str, ...] = ()


def release(
    target: str | os.PathLike[str], graded: Sequence[str] = (), *, force: bool = False
) -> Released:
    """Write the learner's copy of the course to the folder *target*.

    Graded are the items marked ``use: graded`` and those that the names in *graded* stand for
    (see :func:`dialogue.bank.selection.select`).  Returns a :class:`Released`.

    Raises :class:`FileFault`, and leaves what is there, when there is nothing graded, the bank
    has a fault, the folder is filled and *force* is not given or it holds the course itself,
    a notebook cannot be run, and when a comment of a graded item can still be read in the copy.
    """
    notebooks = _notebooks()
    items = graded_items(graded)
    checkout = Path(__file__).resolve().parents[3]
    for name in _NEEDED:
        if not (checkout / name).is_file():
            remedy = "run this from a checkout of the course (git clone)"
            raise FileFault(checkout / name, "a learner's copy needs this file", remedy)
    _apart(Path(os.path.realpath(os.path.expanduser(target))), (checkout, catalogue.root()), target)
    with files.folder(target, force=force) as beside:
        for name in _PROJECT:
            if (checkout / name).is_file():
                shutil.copyfile(checkout / name, beside / name)
        _copy(checkout / "src" / "dialogue", beside / "src" / "dialogue", _CODE)
        for name, suffixes in _CONTENT.items():
            _copy(catalogue.root() / name, beside / name, suffixes)
        ids = {item.id for item in items}
        _write_banks(beside / "exercises", ids)
        replaced = _write_overlay(beside / "overlay", ids)
        count = f"{len(items)} question{'s' * (len(items) != 1)}"
        readme = _README.format(title=place_of.title(), count=count, overlay="")
        if (beside / "overlay").is_dir():
            readme = _README.format(title=place_of.title(), count=count, overlay=_README_OVERLAY)
            _use_overlay(beside / "Makefile")
        files.write(beside / "README.md", readme, force=True)
        run = _write_notebooks(beside, notebooks, items)
        taught = _search(beside, [*items, *replaced])
    place = Path(os.path.realpath(os.path.expanduser(target)))
    over = overlay.current()
    own = {*over.added, *over.replaced} if over else set()
    public = tuple(item.id for item in items if item.id not in own)
    return Released(place, tuple(item.id for item in items), tuple(run), taught, public)


def _use_overlay(makefile: Path) -> None:
    """Let `make lab` in the copy show the teacher's additions."""
    files.write(makefile, makefile.read_text(encoding="utf-8") + _MAKE_OVERLAY, force=True)


def _apart(target: Path, roots: Iterable[Path], shown: str | os.PathLike[str]) -> None:
    """The copy must not replace the course, nor be copied into itself."""
    for root in roots:
        root = root.resolve()
        if root == target or root.is_relative_to(target):
            raise FileFault(shown, "this folder holds the course itself", "name another folder")
        for name in ("src", "data", "seeds", "exercises", "notebooks", ".git", ".venv"):
            if target.is_relative_to(root / name):
                raise FileFault(shown, "this folder is part of the course", "name one beside it")


def _copy(source: Path, target: Path, suffixes: set[str]) -> None:
    """The files of a folder that belong to the course, and none that an editor left there."""
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        hidden = any(part.startswith((".", "_course", "__pycache__")) for part in inside.parts)
        if path.is_file() and not hidden and path.suffix in suffixes:
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / inside)


def yaml_text(value: Any) -> str:
    """Mappings, lists and text as YAML, without the aliases that a bank may not hold."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    return yaml.dump(value, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=100)


def _write_banks(folder: Path, graded: Container[str]) -> None:
    """Every bank of the course, to the new *folder*; items whose id is *graded* without keys."""
    home = catalogue.root() / "exercises"
    folder.mkdir()
    schema = home / "question-bank.schema.json"
    if schema.is_file():
        shutil.copyfile(schema, folder / schema.name)
    paths = [path for path in bank.files() if path.name != _FOR_AUTHORS]
    _without_keys(home, folder, paths, bank.read(keep_nodes=False, overlay=False), graded)


def _write_overlay(folder: Path, graded: Container[str]) -> list[Question]:
    """The instructor's overlay, if one is in use, to the new *folder*, without keys.

    Returns the course's own items that an overlay's graded ones take the place of: their keys
    are in the course's banks.
    """
    over = overlay.current()
    if over is None:
        return []
    home = over.folder / "exercises"
    (folder / "supplements").mkdir(parents=True)
    for path in over.supplements.values():
        said = without_comments(files.read_text(path))
        files.write(folder / "supplements" / path.name, said)
    # Which version a replacement was written for is no business of a learner.
    settings = yaml_text({"hide": list(over.hidden)} if over.hidden else {})
    files.write(folder / "overlay.yaml", settings, force=True)
    (folder / "exercises").mkdir()
    paths = list(bank.files([home])) if home.is_dir() else []
    if paths:
        mine = bank.read(paths, keep_nodes=False)
        _without_keys(home, folder / "exercises", paths, mine, graded)
    own = bank.read(keep_nodes=False, overlay=False).questions
    return [own[item] for item in over.replaced if item in own and item in graded]


def _without_keys(
    home: Path, folder: Path, paths: Sequence[Path], read: bank.Bank, graded: Container[str]
) -> None:
    """The banks at *paths* in *home*, to *folder*; graded items of *read* without their keys.

    Every bank is written anew as a whole, because an author's remarks may tell a key, also
    of an item in another bank.
    """
    import yaml

    for path in paths:
        target = folder / path.relative_to(home)
        target.parent.mkdir(parents=True, exist_ok=True)
        content = yaml.load(files.read_text(path), Loader=yaml.BaseLoader)
        names = [item["id"].strip() for item in content["items"]]
        # An item that the overlay hides may be marked too.
        bare = {n for n in names if n in graded or read.questions[n].use == "graded"}
        items = [
            fields_without_key(read.questions[name]) if name in bare else item
            for name, item in zip(names, content["items"], strict=True)
        ]
        head = {k: v for k, v in content.items() if k != "items"}
        head |= {"released": "yes"} if bare else {}
        # Only the pictures that learners see: one in an explanation may show the answer.
        items, shown = pictures.beside(items, target.parent, path.parent)
        pictures.write(shown)
        text = COPY_NOTE * bool(bare) + yaml_text({**head, "items": items})
        files.write(target, text, force=True)


# --- the notebooks -------------------------------------------------------------------------


def without_answers(notebook: dict[str, Any], graded: Sequence[Question]) -> dict[str, Any]:
    """*notebook* without the folds that answer a graded item.

    The lessons fold a worked solution, or what speaks for and against each choice, in the text
    right before or after the cell that asks.  When every question of the lesson is graded, the
    model answers of its writing task go too.
    """
    ids = {name for item in graded for name in (item.id, *item.was)}
    cells = notebook["cells"]
    answering: set[int] = set()
    for at, cell in enumerate(cells):
        if cell["cell_type"] != "code" or not ids & set(_named("".join(cell["source"]))):
            continue
        for step in (-1, 1):
            near = at + step
            while 0 <= near < len(cells) and cells[near]["cell_type"] == "markdown":
                answering.add(near)
                near += step
    asked = set(anatomy.asked([{**c, "source": "".join(c["source"])} for c in cells]))
    if asked and asked <= ids:
        answering |= {at for at, cell in enumerate(cells) if cell.get("id") == "write"}
    for at in answering:
        cells[at]["source"] = anatomy.without_folds("".join(cells[at]["source"]))
        cells[at].pop("attachments", None)
    return notebook


def _named(source: str) -> list[str]:
    return re.findall(r"[\"']([a-z0-9]+(?:-[a-z0-9]+)*)[\"']", source)


@contextmanager
def _course_at(folder: Path) -> Iterator[None]:
    """The course is *folder*, with its own overlay or none, for what is started in the block."""
    over = folder / "overlay"
    there = {"DIALOGUE_COURSE": str(folder), "DIALOGUE_OVERLAY": str(over) if over.is_dir() else ""}
    before = {name: os.environ.get(name) for name in there}
    os.environ.update(there)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _notebooks() -> dict[str, str]:
    """The course's notebooks by file name, each known to be one."""
    found = {}
    for path in tidy.notebooks([]):
        found[path.name] = files.read_text(path)
        try:
            tidy.settled(json.loads(found[path.name]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            remedy = "save it again in JupyterLab, or take a copy of it from elsewhere"
            raise FileFault(path, "this is not a notebook", remedy) from error
    return found


def _write_notebooks(
    folder: Path, notebooks: dict[str, str], graded: Sequence[Question]
) -> list[str]:
    """The course's notebooks; those that touch a graded item are run again on the copy."""
    (folder / "notebooks").mkdir()
    ids = {name for item in graded for name in (item.id, *item.was)}
    hidden = _long_secrets(graded)
    waiting: list[Path] = []
    for name, text in notebooks.items():
        target = folder / "notebooks" / name
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = without_comments("".join(cell["source"]))
        said = searchable(text.encode())
        if any(each in text for each in ids) or any(long in said for long, _ in hidden):
            notebook = without_answers(notebook, graded)
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code":
                    cell["outputs"], cell["execution_count"] = [], None
            waiting.append(target)
        files.write(target, tidy.written(notebook), force=True)
    for count, target in enumerate(waiting, 1):
        print(f"Running {target.name} ({count} of {len(waiting)}) …", file=sys.stderr, flush=True)
        try:
            with _course_at(folder):
                notebook = tidy.execute(target)
        except Exception as error:
            said = f"{getattr(error, 'ename', '')} {getattr(error, 'evalue', '')}".strip()
            reason = (said or f"{type(error).__name__}: {error}").splitlines()[0]
            fault = f"it could not be run without the keys ({reason})"
            raise FileFault(target.name, fault, "mend the cell that failed") from error
        files.write(target, tidy.written(notebook), force=True)
    return [target.stem for target in waiting]


# --- what can still be read ----------------------------------------------------------------


def _long_secrets(graded: Sequence[Question]) -> list[tuple[str, Secret]]:
    found = []
    for item in graded:
        shown = letters("\n".join(strings(fields_without_key(item))))
        for secret in secrets(item):
            # An answer in words is a word of the course; a comment is nobody else's.
            if secret.what not in ("hint", "comment", "explanation"):
                continue
            parts = {letters(part): None for part in [secret.text, *secret.text.split("\n\n")]}
            found += [(w, secret) for w in parts if len(w) >= _LONG and w not in shown]
    return found


def _search(folder: Path, graded: Sequence[Question]) -> tuple[tuple[Secret, str], ...]:
    """Raise :class:`FileFault` when a comment, hint or explanation can be read in *folder*.

    Returns each accepted short answer that some text of the course says, and the first such
    file: what a lesson or a glossary teaches stays in it.
    """
    hidden = _long_secrets(graded)
    words = {s: plain(s.text) for q in graded for s in secrets(q) if s.what == "accepted answer"}
    taught: dict[Secret, str] = {}
    found: list[FileFault] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name == "uv.lock":
            continue
        data = path.read_bytes()
        said = searchable(data)
        for words_of, secret in hidden:
            if words_of in said:
                fault = f"the {secret.what} of {secret.item} can be read here: {secret.text[:60]!r}"
                remedy = "reword one of the two, or let the other item be graded too"
                line = _line(data, words_of)
                found.append(FileFault(path.relative_to(folder), fault, remedy, line))
                break  # one a file: whoever opens it sees the rest
        if path.suffix in (".ipynb", ".csv", ".yaml", ".md"):
            said = readable(data)
            for secret, word in words.items():
                if secret not in taught and bank.stands(word, said):
                    taught[secret] = str(path.relative_to(folder))
    if found:
        first, *others = found
        if others:
            more = [f"{one.file}:{one.line}" if one.line else str(one.file) for one in others]
            rest = f" and in {len(more) - 20} more files" if len(more) > 20 else ""
            first.remedy += f"; the same holds in {', '.join(more[:20])}{rest}"
        raise first
    return tuple(taught.items())


def _line(data: bytes, words: str) -> int:
    """The line of *data* that ends what can be read there, or 0 where it has no lines."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return 0
    lines = data.split(b"\n")
    low, high = 0, len(lines)
    while high - low > 1:
        middle = (low + high) // 2
        if words in searchable(b"\n".join(lines[:middle])):
            high = middle
        else:
            low = middle
    return high
