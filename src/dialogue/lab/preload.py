"""Ready before the first question: an IPython extension of the course's own JupyterLab.

A kernel that has just started waits for its learner.  It reads the bank of its lesson and loads
what a quiz needs in that time, so that the first question shows at once.
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import Any


def load_ipython_extension(_shell: Any) -> None:
    """Load the quiz and read the bank.  Trouble is left for the cell that meets it again."""
    try:
        from dialogue import bank
        from dialogue.page import text
        from dialogue.widgets import quiz  # noqa: F401  the import itself is what takes time

        # JupyterLab tells a kernel the path of its notebook.
        bank.ready(PurePosixPath(os.environ.get("JPY_SESSION_NAME", "")).stem)
        text.tree("*ready*")
    except Exception:
        pass
