"""A folder of an instructor's own, laid over the course.

It lies outside the course, so an upgrade leaves it alone, and it says by id what it does:

- ``exercises/*.yaml`` are banks like the course's own.  A new id adds a question; the id of a
  question of the course takes its place.
- ``overlay.yaml`` may hide questions (``hide``), and says for which version of the course's own
  question a replacement was written (``replaces``), so that a later change is noticed.
- ``notebooks/13-more.ipynb`` is a lesson of one's own, beside the course's.
- ``supplements/05-round-one.md`` is text that belongs to a lesson; the questions that a bank
  with ``quiz: 05-round-one`` adds follow it.  ``notebooks/supplements.ipynb`` shows them all.

Which folder it is says :mod:`dialogue.course.overlaid`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from dialogue.bank import files as banks
from dialogue.bank import pictures
from dialogue.bank.files import MOST_FAULTS, Bank, former_ids, known, read_file, read_files, top_of
from dialogue.course import catalogue, files
from dialogue.course.faults import Fault, nearest, shown
from dialogue.course.files import FileFault
from dialogue.course.overlaid import config_file as config_file
from dialogue.course.overlaid import where as where

FIELDS = ("name", "hide", "replaces")
_VERSION = re.compile(r"[0-9a-f]{8}")


@dataclass(slots=True)
class Overlay:
    """What an overlay does.  ``added``, ``replaced`` and ``hidden`` are ids of questions."""

    folder: Path
    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    outdated: list[Fault] = field(default_factory=list)
    supplements: dict[str, Path] = field(default_factory=dict)


def stamps() -> list[tuple[str, int, int]]:
    """Every file of the overlay with its time and size: what a cache has to compare."""
    try:
        named = where()
    except FileFault as fault:
        return [(str(fault), 0, 0)]
    if not named:
        return []
    found = [(str(named[0]), 0, 0)]
    if not os.path.isdir(named[0]):
        return found
    beside = pictures.stamps(named[0] / "exercises")
    return [*found, *map(files.stamp, _files(named[0])), *beside]


def _files(folder: Path) -> list[Path]:
    own = [folder / "overlay.yaml"]
    return [
        path
        for path in (*own, *files.listed(folder / "supplements", "*.md"), *_banks(folder))
        if os.path.isfile(path)
    ]


def _banks(folder: Path) -> list[Path]:
    return list(banks.files([folder / "exercises"])) if os.path.isdir(folder / "exercises") else []


def used() -> Path | None:
    """The overlay's folder, None when none is in use.  Raises :class:`FileFault` for one that is
    not there."""
    named = where()
    if named and not os.path.isdir(named[0]):
        fault = f"the folder that {named[1]} names is not there, or may not be entered"
        raise FileFault(named[0], fault, "correct it")
    return named[0] if named else None


def laid(own: Bank) -> tuple[Bank, Overlay | None]:
    """The course's bank *own* with the overlay over it, and what the overlay did.

    Nothing is raised: whatever is wrong is a fault of the bank, and an overlay that cannot
    be read leaves the course as it is.
    """
    try:
        named = where()
    except FileFault as fault:
        own.faults.append(Fault(fault.file, 1, "", fault.message, fault.remedy))
        return own, None
    if not named:
        return own, None
    folder, who = named
    name = shown(folder)
    if not os.path.isdir(folder):
        message = f"the overlay that {who} names is not there, or may not be entered"
        own.faults.append(Fault(name, 1, "", message, "correct it"))
        return own, None
    for part in ("", "exercises", "supplements", "notebooks"):
        own.faults += files.closed(folder / part)
    overlay = Overlay(folder)
    ids, mine = known(), Bank(keep_nodes=own.keep_nodes)
    for path in _banks(folder):
        read_file(path, ids, mine)
    hide, written_for = _settings(folder, own, mine)
    lessons = {lesson.stem for lesson in catalogue.lessons()}
    for path in files.listed(folder / "supplements", "*.md"):
        if path.stem in lessons:
            overlay.supplements[path.stem] = path
        else:
            near = nearest(path.stem, lessons, cutoff=0.3)
            remedy = f"did you mean {near[0]}.md?" if near else "name it after a lesson"
            mine.faults.append(Fault(shown(path), 1, "", "no lesson has this name", remedy))
    for item, question in mine.questions.items():
        before = own.questions.get(item)
        if before is None:
            overlay.added.append(item)
        else:
            overlay.replaced.append(item)
            noted = written_for.get(item)
            if noted and noted[0] not in before.versions:
                overlay.outdated.append(
                    Fault(
                        *noted[1],
                        item,
                        "the course's own question has changed since this one was written",
                        f"compare them, then write {item}: {before.version} under 'replaces'",
                    )
                )
        own.questions[item] = question
        own.places[item] = mine.places[item]
        own.nodes.pop(item, None)
        if item in mine.nodes:
            own.nodes[item] = mine.nodes[item]
    for item in hide:
        del own.questions[item]
        overlay.hidden.append(item)
    own.faults.extend(mine.faults)
    former_ids(own)
    own.faults.sort(key=lambda fault: (fault.file, fault.line))
    return own, overlay


def _settings(
    folder: Path, own: Bank, mine: Bank
) -> tuple[list[str], dict[str, tuple[str, tuple[str, int]]]]:
    """The ids to hide, and for each replacement the version it was written for, with its place."""
    file = folder / "overlay.yaml"
    if not os.path.lexists(file):
        return [], {}
    top, reader = top_of(file, mine)
    values = reader.fields(top, FIELDS, "the file") if top is not None and reader else None
    if values is None or reader is None:
        return [], {}
    reader.text(values, "name")
    hide: list[str] = []
    for item, line in reader.texts(values, "hide"):
        if item in own.questions:
            hide += [item] if item not in mine.questions else []
        else:
            # Comparing is slow, and nobody reads so many faults.
            near = nearest(item, own.questions) if len(mine.faults) < MOST_FAULTS else []
            remedy = f"did you mean {near[0]!r}?" if near else "take the line out"
            reader.fault(line, f"there is no question {item!r} to hide", remedy)
        if item in mine.questions:
            reader.fault(line, f"{item!r} is hidden and replaced at once", "do one of the two")
    written_for = {}
    if "replaces" in values:
        entries = reader.mapping(values["replaces"], "'replaces'") or {}
        for item, node in entries.items():
            line = values["replaces"].keys[item]
            if item not in mine.questions and item not in mine.places:
                reader.fault(line, f"no bank here has {item!r}", "take the line out, or add it")
            elif not isinstance(node.value, str) or not _VERSION.fullmatch(node.value):
                reader.fault(line, f"{item!r} has no version", "write eight digits, as 1a2b3c4d")
            else:
                written_for[item] = node.value, (reader.file, line)
    return hide, written_for


def current() -> Overlay | None:
    """What the overlay in use does, or None when there is none or it cannot be read."""
    try:
        if not where():
            return None
    except FileFault:
        return None
    return laid(read_files(keep_nodes=False))[1]
