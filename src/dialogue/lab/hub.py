"""The course's JupyterLab where a hub starts it: what ``dialogue lab`` sets, without a terminal.

``deploy/learner/jupyter_server_config.py`` calls :func:`configure`; the server extension adds the
desk's own addresses and vouches for the course's notebooks.  Nothing of the course is written to.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from dialogue.course.catalogue import root
from dialogue.lab import api, launcher

# The path of a socket has an end: 107 bytes on Linux, 103 on macOS.
_LONGEST_PATH = 103
_SOCKET = "kernel-00000000-0000-0000-0000-000000000000-ipc-5"


def _folder() -> Path:
    """A folder of this server alone, gone when it ends."""
    made = Path(tempfile.mkdtemp(prefix="dialogue-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def configure(config: Any) -> None:
    """Set the learner's server up; *config* is what Jupyter's ``get_config()`` gives."""
    from jupyterlab.handlers.announcements import NeverCheckForUpdate

    ours = _folder()
    config.ServerApp.root_dir = str(root())
    config.ServerApp.contents_manager_class = "dialogue.lab.personal.PersonalContents"
    config.ServerApp.kernel_manager_class = "dialogue.lab.contents.CourseKernels"
    config.LabApp.default_url = f"/lab/tree/{launcher.START}"
    config.LabApp.app_settings_dir = str(launcher._settings(ours / "settings", edit=False))
    config.LabApp.labextensions_path = [str(launcher._extensions(ours / "extensions"))]
    # Tabs of the last session would lie over the first lesson.
    config.LabApp.workspaces_dir = str(ours / "workspaces")
    config.LabApp.news_url = None
    config.LabApp.check_for_updates_class = NeverCheckForUpdate
    config.LabApp.extension_manager = "readonly"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "dialogue.lab.hub"}]


def short_paths(kernels: Any) -> None:
    """Kernels over ipc have sockets in a folder of the home, and a home may lie deep: no kernel
    would start.  Then they lie in a folder of the system's for what is short-lived."""
    if len(os.fsencode(os.path.join(kernels.connection_dir, _SOCKET))) > _LONGEST_PATH:
        kernels.connection_dir = str(_folder())


def _load_jupyter_server_extension(server: Any) -> None:
    short_paths(server.kernel_manager)
    api.add_to(server)
    launcher._ready(server.contents_manager)
    # Reading all lessons has left 7 MB that nobody needs, for each learner of the machine.
    gc.collect()
    with suppress(AttributeError, OSError, TypeError):  # only glibc gives it back when asked
        ctypes.CDLL(None).malloc_trim(0)
