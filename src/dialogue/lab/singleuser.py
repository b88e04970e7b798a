"""``dialogue-singleuser``: what a hub starts for a learner, without what only the hub itself uses.

The learner's server imports JupyterHub to ask who comes in, and with it the hub's pages and database:
some three hundred modules, 30 MB for each learner, none of which it uses.  Here they are put off until
something of them is touched; where a later JupyterHub does so, they are loaded as ever.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

# What is put off, and the names that are only ever compared with: the kind of a handler whose
# requests are not logged, the kind of an error of the hub's database.
PUT_OFF: dict[str, tuple[str, ...]] = {
    "jupyterhub.orm": (),
    "jupyterhub.roles": (),
    "jupyterhub.handlers": (),
    "jupyterhub.handlers.pages": ("HealthCheckHandler",),
    "sqlalchemy": (),
    "sqlalchemy.exc": ("SQLAlchemyError",),
}


class PutOff(ModuleType):
    """A module that loads when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        """Called by Python for what is not here.  Import itself asks for ``__path__`` and the
        like: only of a package it is told where more of it lies."""
        package = any(other.startswith(f"{self.__name__}.") for other in PUT_OFF)
        if name.startswith("__") and not (name == "__path__" and package):
            raise AttributeError(name)
        for own in PUT_OFF:  # all of them: the real ones import one another
            if isinstance(sys.modules.get(own), PutOff):
                del sys.modules[own]
        return getattr(importlib.import_module(self.__name__), name)


def put_off() -> None:
    """Let all of it be imported and nothing of it loaded."""
    import jupyterhub

    for name, compared in PUT_OFF.items():
        if name in sys.modules:
            continue
        module = PutOff(name)
        for own in compared:
            setattr(module, own, type(own, (Exception,), {}))
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent == "jupyterhub":
            setattr(jupyterhub, child, module)


def main() -> None:
    """Start the server."""
    put_off()
    importlib.import_module("jupyterhub.singleuser").main()


if __name__ == "__main__":
    main()
