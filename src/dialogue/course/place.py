"""Where the course lies on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def root() -> Path:
    """The folder that holds ``notebooks/``, ``data/``, ``seeds/`` and ``exercises/``.

    The checkout when the package is used from one, else the copy inside the installed
    wheel.  ``DIALOGUE_COURSE`` points somewhere else (used for checking a copy).
    """
    if named := os.environ.get("DIALOGUE_COURSE"):
        return Path(named)
    here = Path(__file__).resolve()
    checkout = here.parents[3]
    return checkout if (checkout / "exercises").is_dir() else here.parents[1] / "_course"
