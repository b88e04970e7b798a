"""The scripts and styles of the widgets, pinned in one place.

A lesson's stored output shows a question by its version and says nothing of the view, so nbval
cannot see that a script has changed.  Here it is seen once, and changed on purpose:
``python tests/test_views.py`` writes the digests anew, for the commit that changes a view.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from conftest import ROOT

STATIC = ROOT / "src" / "dialogue" / "widgets" / "static"
PINNED = Path(__file__).with_name("views.json")


def digests() -> dict[str, str]:
    """Twelve hexadecimal digits for each script and style, by its path."""
    return {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(STATIC.rglob("*.*"))
    }


def test_no_view_has_changed_unnoticed() -> None:
    pinned = json.loads(PINNED.read_text(encoding="utf-8"))
    assert digests() == pinned, "looked at the change in a browser? python tests/test_views.py"


if __name__ == "__main__":
    PINNED.write_text(json.dumps(digests(), indent=1) + "\n", encoding="utf-8")
