"""Handing in from a notebook: ``hand_in("IR-101", "learner 7")``."""

from __future__ import annotations

from pathlib import Path

from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.learner import handin, kept
from dialogue.widgets.base import Notice


def hand_in(class_code: str, name: str, writing: bool = False) -> Notice:
    """Write your answers to a file beside this notebook, for your teacher; says where it is.

    With ``writing=True`` your texts are in it too; without it they stay with you.

    *class_code* is what your teacher gave, *name* the number or nickname that you agreed on.
    Written again, the file takes the place of the one before.
    """
    try:
        file = Path(files.safe_name(f"answers-{class_code}-{name}") + ".json")
        count = handin.write(file, str(class_code), str(name), writing=writing is True, force=True)
    except FileFault as fault:
        return Notice([str(fault)])
    return Notice(
        [
            f"{count} answer{'' if count == 1 else 's'} are in the file {file}, beside this notebook.",
            "In the list of files on the left, right-click it and choose Download; then send it to "
            "your teacher. It holds the class and the name you gave, your answers and their times, "
            "and nothing else about you. "
            + ("Your texts are in it." if writing is True else "Your texts are not in it."),
        ]
    )


def my_page() -> Notice:
    """Write your texts, answers and scores as one page beside this notebook; says where it is.

    Written again, the page takes the place of the one before.
    """
    file = Path("my-page.html")
    try:
        count = kept.write(file, force=True)
    except FileFault as fault:
        return Notice([str(fault)])
    return Notice(
        [
            f"{count} answer{'' if count == 1 else 's'} and texts are on the page {file}, beside this notebook.",
            "In the list of files on the left, double-click it to read it, or right-click it and "
            "choose Download, to print it or hand it in.",
        ]
    )
