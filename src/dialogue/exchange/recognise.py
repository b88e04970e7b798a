"""Which format a file is in, where its name alone does not tell."""

from __future__ import annotations

import re

from dialogue.exchange import aiken, readers, text2qti

_QTI = re.compile(rb"<(\w+:)?(questestinterop|assessmentItem|qti-assessment-item)\b")


def recognised(data: bytes, suffix: str) -> str | None:
    """The name of the format of *data*, from a file that ends in *suffix*; None for no format."""
    name = readers().get(suffix.lower())
    if name == "gift":
        text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
        if aiken.fits(text):
            return "aiken"
        return "text2qti" if text2qti.fits(text) and "{" not in text.split("\n\n", 1)[0] else name
    if name == "moodle" and _QTI.search(data[:20_000]):
        return "qti"
    return name
