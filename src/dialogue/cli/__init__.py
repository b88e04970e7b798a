"""``dialogue``: everything that is done from a terminal; one module a group of commands."""

try:
    from dialogue.cli.parser import main
except KeyboardInterrupt:  # within the second that it takes to begin
    import sys

    print("Stopped before it was done.", file=sys.stderr)
    raise SystemExit(130) from None

__all__ = ["main"]
