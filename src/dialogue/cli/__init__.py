"""``dialogue``: everything that is done from a terminal; one module a group of commands."""

from dialogue.cli.parser import main

__all__ = ["main"]
