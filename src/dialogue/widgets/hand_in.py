"""Handing in from a notebook: ``hand_in("IR-101", "learner 7")``."""

from __future__ import annotations

from pathlib import Path

from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.learner import handin
from dialogue.widgets.base import Notice


def hand_in(class_code: str, name: str) -> Notice:
    """Write your answers to a file beside this notebook, for your teacher; says where it is.

    *class_code* is what your teacher gave, *name* the number or nickname that you agreed on.
    Written again, the file takes the place of the one before.
    """
    try:
        file = Path(files.safe_name(f"answers-{class_code}-{name}") + ".json")
        count = handin.write(file, str(class_code), str(name), force=True)
    except FileFault as fault:
        return Notice([str(fault)])
    return Notice(
        [
            f"{count} answer{'' if count == 1 else 's'} are in the file {file}, beside this notebook.",
            "In the list of files on the left, right-click it and choose Download; then send it to "
            "your teacher. It holds the class and the name you gave, your answers and their times, "
            "and nothing else about you.",
        ]
    )
