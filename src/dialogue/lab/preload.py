"""Ready before the first question: an IPython extension of the course's own JupyterLab.

A kernel that has just started waits for its learner.  It reads the bank and loads what a
quiz needs in that time, so that the first question of a lesson shows at once.
"""

from __future__ import annotations

from typing import Any


def load_ipython_extension(_shell: Any) -> None:
    """Load the quiz and read the bank.  Trouble is left for the cell that meets it again."""
    try:
        from dialogue import bank
        from dialogue.page import text
        from dialogue.widgets import quiz  # noqa: F401  the import itself is what takes time

        bank.course_bank()
        text.tree("*ready*")
    except Exception:
        pass
