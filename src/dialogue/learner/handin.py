"""The file that a learner hands in: a code for the class, a name they chose, the answers.

Nothing else about a person is in it: no account, no computer's name, no address.  The
seal shows a teacher that a file was changed after it was written, by accident or by hand.
It is no proof: whoever can read this module can seal a file again.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dialogue import bank
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.learner import notes, progress
from dialogue.page.text import encodable
from dialogue.questions import Essay

KIND = "answers of one learner, US-Iraq dialogue course"
FORMAT = 1
LONGEST_NAME = 80
_REMEDY = "ask the learner to hand in again"
_OWN_WORDS = (Essay.event, notes.EVENT)


@dataclass(frozen=True, slots=True)
class HandIn:
    """One learner's file.  ``sound`` is False when it was changed after it was written."""

    file: str
    class_code: str
    learner: str
    bank: str
    answers: tuple[progress.Attempt, ...]
    unreadable: int
    sound: bool

    @property
    def identity(self) -> tuple[str, str]:
        """Class and learner as they are compared (see :func:`folded`)."""
        return folded(self.class_code), folded(self.learner)


# Said wherever somebody may take a file for more than it is.
NO_PROOF = (
    "A hand-in is no proof of who worked: whoever has the course can write such a file in any name."
)


def folded(name: str) -> str:
    """A name or class as it is compared: capitals, spaces, hyphens and the way in which an
    accent or a letter was typed do not matter.  ``IR 101`` is ``ir-101``, and so is its full-width form."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = (c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Pd", "Cf"))
    return "".join(kept) or plain


def bank_hash(questions: Mapping[str, Any]) -> str:
    """64 hexadecimal digits that change when any question of the bank does (SHA-256)."""
    lines = (f"{name} {questions[name].version}\n" for name in sorted(questions))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _seal(document: Mapping[str, Any]) -> str:
    content = {name: value for name, value in document.items() if name != "seal"}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _label(text: str, what: str) -> str:
    plain = " ".join(encodable(unicodedata.normalize("NFC", text)).split())
    if not plain or not plain.isprintable():
        raise FileFault(f"{what} {text!r}", "this cannot be used", "type letters and digits")
    if len(plain) > LONGEST_NAME:
        raise FileFault(what, f"this is longer than {LONGEST_NAME} characters", "shorten it")
    return plain


def write(
    file: str | os.PathLike[str],
    class_code: str,
    learner: str,
    *,
    writing: bool = False,
    force: bool = False,
) -> int:
    """Write the file to hand in and return how many answers it holds.

    What the learner wrote, texts and notes, goes into it only with *writing*.

    Raises :class:`~dialogue.course.files.FileFault` when there is nothing to hand in, when a name is
    empty or too long, and when the file exists or cannot be written.
    """
    class_code, learner = _label(class_code, "the class"), _label(learner, "the name")
    attempts = tuple(a for a in progress.attempts() if writing or a.event not in _OWN_WORDS)
    if not attempts:
        raise FileFault(file, *progress.nothing())
    own = bank_hash(bank.course_bank().questions)
    files.write(file, document(class_code, learner, own, attempts), force=force)
    return len(attempts)


def document(
    class_code: str, learner: str, own_bank: str, attempts: Iterable[progress.Attempt]
) -> str:
    """The text of a learner's file (JSON), sealed."""
    content: dict[str, Any] = {
        "kind": KIND,
        "format": FORMAT,
        "class": class_code,
        "learner": learner,
        "bank": own_bank,
        "answers": [asdict(attempt) for attempt in attempts],
    }
    content["seal"] = _seal(content)
    return json.dumps(content, ensure_ascii=False, indent=0) + "\n"


def read(file: str | os.PathLike[str]) -> HandIn:
    """Read one learner's file.

    Raises :class:`~dialogue.course.files.FileFault` when it is no such file, or one of a later format.
    """
    return read_bytes(files.read_bytes(file), file)


def read_bytes(data: bytes, file: str | os.PathLike[str]) -> HandIn:
    """The same for the content of *file*."""
    text = files.decode(data, file)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        fault = f"this is not a whole file of answers ({error.msg})"
        raise FileFault(file, fault, _REMEDY, error.lineno) from None
    except (RecursionError, ValueError):
        raise FileFault(file, "this is not a file of answers", _REMEDY) from None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise FileFault(file, "this is not a file of answers", _REMEDY)
    written = document.get("format")
    if type(written) is not int or written < 1:
        raise FileFault(file, "it does not say its format", _REMEDY)
    if written > FORMAT:
        fault = f"it comes from a newer course (format {written}, known here: {FORMAT})"
        raise FileFault(file, fault, "update this course")
    labels: list[Any] = [document.get(name) for name in ("class", "learner", "bank")]
    answers = document.get("answers")
    if not all(isinstance(label, str) for label in labels) or not isinstance(answers, list):
        raise FileFault(file, "its class, learner, bank or answers are missing", _REMEDY)
    of_class = _label(labels[0], f"the class in {Path(file).name}")
    learner = _label(labels[1], f"the learner in {Path(file).name}")
    attempts, known, unreadable = [], set(), 0
    for entry in answers:
        found = progress.parsed(entry)
        if not found or not found[1]:
            unreadable += 1
        elif found[0] not in known:
            known.add(found[0])
            attempts.append(found[1])
    try:
        sound = document.get("seal") == _seal(document)
    except (ValueError, RecursionError):
        sound = False
    return HandIn(str(file), of_class, learner, labels[2], tuple(attempts), unreadable, sound)
