"""One module a kind of question: all that is its own stands in it.

A module is found by lying here.  It holds one class with the module's name, which is what an
author types in ``type:``; :mod:`dialogue.questions.model` says what such a class has to have.
"""

from __future__ import annotations

import importlib
import pkgutil

from dialogue.questions.model import Question


def found() -> dict[str, type[Question]]:
    """Every kind by its name, the ones that authors need first at the head."""
    kinds: list[type[Question]] = []
    for module in pkgutil.iter_modules(__path__):
        inside = vars(importlib.import_module(f"{__name__}.{module.name}"))
        (kind,) = (
            each
            for name, each in inside.items()
            if name.lower() == module.name and isinstance(each, type)
        )
        kinds.append(kind)
    return {kind.__name__.lower(): kind for kind in sorted(kinds, key=lambda kind: kind.rank)}
