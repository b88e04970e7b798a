"""Which format a file is in, where its name alone does not tell."""

from __future__ import annotations

from dialogue.exchange import aiken, readers


def recognised(data: bytes, suffix: str) -> str | None:
    """The name of the format of *data*, from a file that ends in *suffix*; None for no format."""
    name = readers().get(suffix.lower())
    if name == "gift":
        text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
        return "aiken" if aiken.fits(text) else name
    return name
