"""Start JupyterLab on the course: ``dialogue lab`` and ``make lab``."""

from __future__ import annotations

import argparse
import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dialogue.course import ending, files
from dialogue.course.catalogue import lessons, root

START = "notebooks/00-start-here.ipynb"
DEFAULT_PORT = 8888
HERE = Path(__file__).parent
# Browser extensions of other packages that the course's pages need.
NEEDED = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
# A kernel that nobody has looked at for so long ends; answers are on disk, not in it.
IDLE_SECONDS = 30 * 60


def main(argv: list[str] | None = None) -> int:
    """Run the server until Ctrl+C; 0 when it ran, 1 when it could not start."""
    parser = argparse.ArgumentParser(prog="dialogue lab", description="Open the course.")
    parser.add_argument("--port", type=_port, help=f"default: {DEFAULT_PORT}, or the next free one")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--edit",
        action="store_true",
        help="open the course itself, for its authors: what is saved changes the lessons",
    )
    args = parser.parse_args(argv)

    _see_to_a_home()
    if record := os.environ.get("DIALOGUE_RECORD_DIR"):
        # Kernels run in notebooks/: a relative folder must mean the one that was typed.
        os.environ["DIALOGUE_RECORD_DIR"] = str(Path(record).expanduser().absolute())
    if not (root() / START).is_file():
        return _refuse(f"No {START} in {root()}: is the checkout complete? (git status shows)")
    port = args.port or DEFAULT_PORT
    if trouble := _trouble(port):
        other = _free_port(port + 1)
        if other is None:
            return _refuse(f"{trouble}, and no port after it is free.")
        choose = f"make lab PORT={other} (or dialogue lab --port {other})"
        if args.port:
            return _refuse(f"{trouble}; choose another: {choose}")
        _say(f"{trouble}, so the course takes {other}; to choose one: {choose}")
        port = other
    browser = not args.no_browser
    if browser and not _browser_here():
        browser = False
        _say("No web browser was found here: open the address below in one.")
    return _serve(port, browser, fixed=args.port is not None, edit=args.edit)


def _see_to_a_home() -> None:
    """Without a home folder that can be written, Jupyter would not start at all.

    Its own files then go to a throw-away folder.  Answers do too, unless the learner has named a
    place for them: that is said, because they are gone when the course stops.
    """
    if _writable_home():
        return
    folder = Path(tempfile.mkdtemp(prefix="dialogue-"))
    for name in ("CONFIG", "DATA", "RUNTIME"):
        os.environ.setdefault(f"JUPYTER_{name}_DIR", str(folder / name.lower()))
    os.environ["HOME"] = str(folder)
    if not os.environ.get("DIALOGUE_RECORD_DIR"):
        os.environ["DIALOGUE_RECORD_DIR"] = str(folder / "answers")
        _say(
            "Your home folder cannot be written, so answers are kept only while the course runs. "
            "To keep them, name a folder: DIALOGUE_RECORD_DIR=some/folder make lab"
        )


def _writable_home() -> bool:
    """Rights alone do not tell: the disk may be full, or the network's folder gone."""
    try:
        with tempfile.TemporaryFile(dir=Path.home()) as file:
            file.write(b"\0" * 8192)
    except (OSError, RuntimeError):  # RuntimeError: the system knows no home of this user
        return False
    return True


def _serve(port: int, browser: bool, *, fixed: bool, edit: bool = False) -> int:
    # Here, not at the top: `dialogue check` and the others must not wait for JupyterLab.
    import zmq
    from jupyter_core.paths import jupyter_config_dir
    from jupyter_server.serverapp import ServerApp
    from jupyterlab.commands import get_user_settings_dir
    from jupyterlab.handlers.announcements import NeverCheckForUpdate
    from jupyterlab.labapp import LabApp
    from traitlets.config import Config

    from dialogue.lab import api

    class Server(ServerApp):
        def init_signal(self) -> None:
            """Ctrl+C while it starts ends it, without a question; later see below."""

    LabApp.serverapp_class = Server

    config = Config()
    # The learner's own look (a dark theme, larger type) is kept.  Configuration of other
    # Jupyter installations is not read: their passwords, ports and server extensions do not
    # fit this environment.  Jupyter then gives us an empty folder in place of theirs.
    config.LabApp.user_settings_dir = get_user_settings_dir()
    os.environ["JUPYTER_NO_CONFIG"] = "1"
    ours = Path(jupyter_config_dir())
    try:
        # Jupyter would look for settings from the year 2014 to bring over.
        (ours / "migrated").touch()
        # Tabs of the last session, or of another project, would lie over the first lesson.
        config.LabApp.workspaces_dir = str(ours / "workspaces")

        # Nothing from outside, and nothing in the way of the lesson.  The files in lab-settings are
        # defaults that a learner can still change (no news prompt, the list of lessons beside the
        # lesson) and parts that are switched off (build check, language servers).  What follows
        # here holds whatever the learner's settings say.
        config.LabApp.app_settings_dir = str(_settings(ours / "settings", edit=edit))
        config.LabApp.labextensions_path = [str(_extensions(ours / "extensions"))]
        config.LabApp.news_url = None
        config.LabApp.check_for_updates_class = NeverCheckForUpdate
        config.LabApp.extension_manager = "readonly"

        config.LabApp.default_url = f"/lab/tree/{START}"
        config.ServerApp.root_dir = str(root())
        config.ServerApp.contents_manager_class = (
            "dialogue.lab.contents.CourseContents"
            if edit
            else "dialogue.lab.personal.PersonalContents"
        )
        # Six lessons left open took 1.2 GB; a kernel that is waited for is never ended.
        config.MappingKernelManager.cull_idle_timeout = IDLE_SECONDS
        config.MappingKernelManager.cull_interval = 120
        # What somebody lets their own IPython do at every start is no part of a lesson.
        os.environ["IPYTHONDIR"] = str(ours / "ipython")
        config.ServerApp.kernel_manager_class = "dialogue.lab.contents.CourseKernels"
        config.ServerApp.ip = "127.0.0.1"
        config.ServerApp.port = port
        # We have looked; another course that starts in the same second may still be quicker.
        config.ServerApp.port_retries = 0 if fixed else 50
        config.ServerApp.open_browser = browser
        # Containers and small boards run as root; the server listens on this computer only.
        config.ServerApp.allow_root = True
        # Warnings here are about Jupyter's own affairs ("not trusted", a 404); errors still show.
        config.Application.log_level = "ERROR"
        # The same for the kernel, which warns of eavesdroppers unless its sockets are encrypted.
        config.KernelManager.transport_encryption = "auto" if zmq.has("curve") else "disabled"
        with _heeding_every_signal():
            server = LabApp.initialize_server(config=config)
        api.add_to(server)
        if not edit:
            _ready(server.contents_manager)
        server.no_browser_open_file = not browser  # it would hold the token for nobody
        if browser:
            _open_file_where_browsers_may_read(server)
        # JupyterLab's random token stays; only its own announcement gives way to ours.
        server.identity_provider.token_generated = False
        # Ctrl+C stops without a question, and so does closing the terminal.
        for one in ending.SIGNALS:
            signal.signal(one, lambda *_: server.stop(from_signal=True))
        # The server listens only once its loop runs; the address is printed right after.
        server.io_loop.add_callback(_welcome, server)
        server.start()
    finally:
        shutil.rmtree(ours, ignore_errors=True)
    _say("Stopped. Your answers are kept; start again whenever you like.")
    return 0


@contextmanager
def _heeding_every_signal() -> Iterator[None]:
    """Within it no Ctrl+C is lost.  Python drops what a signal raises while it clears an object
    away, and a server that nobody could stop any more would begin to listen."""
    before: dict[int, Callable[[int, Any], Any]] = {}
    told: list[int] = []

    def heed(number: int, frame: Any) -> None:
        told.append(number)
        before[number](number, frame)  # which raises

    for one in ending.SIGNALS:
        handler = signal.getsignal(one)
        if callable(handler):
            before[one] = handler
            signal.signal(one, heed)
    try:
        yield
        if told:
            before[told[0]](told[0], None)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _settings(folder: Path, *, edit: bool) -> Path:
    """The defaults of the course's JupyterLab."""
    shutil.copytree(HERE / "settings", folder)
    if edit:  # an author works with files; the desk's habits are for learners
        overrides = json.loads((folder / "overrides.json").read_text("utf-8"))
        overrides["@jupyterlab/notebook-extension:tracker"].pop("kernelShutdown", None)
        files.write(folder / "overrides.json", json.dumps(overrides), force=True)
    return folder


def _extensions(folder: Path) -> Path:
    """The browser extensions of the course's JupyterLab: its own, and the two that its pages need.

    All others are left out.  A browser half whose server half is not running keeps lessons from
    opening (jupyter-collaboration) or greets with an error (jupyterlab-git), and the course reads
    no other configuration, so their server halves never run.  To switch them off would not do:
    JupyterLab loads their scripts all the same (jupyterlite-pyodide-kernel then prints an error).

    Ours has an address that changes with its content.  JupyterLab lets browsers keep such files
    for a year: an update would not be seen.
    """
    from jupyter_core.paths import ENV_JUPYTER_PATH

    shutil.copytree(HERE / "extension", folder)
    for file in folder.glob("*/package.json"):
        package = json.loads(file.read_text("utf-8"))
        build = package["jupyterlab"]["_build"]
        digest = hashlib.sha256((file.parent / build["load"]).read_bytes()).hexdigest()[:12]
        build["load"] += f"?v={digest}"
        files.write(file, json.dumps(package), force=True)
    for name in NEEDED:
        places = (Path(path, "labextensions", name) for path in ENV_JUPYTER_PATH)
        if found := next((place for place in places if place.is_dir()), None):
            shutil.copytree(found, folder / name)
    return folder


def _ready(contents: Any) -> None:
    """Vouch for the course's own notebooks, and bring the learner's copies up to date.

    JupyterLab runs nothing in a notebook that nobody has vouched for.  A file that git knows as
    changed, or does not know, is nobody's lesson yet: its author runs it by hand.
    """
    import nbformat

    changed = _changed_by_hand()
    added = [one.path for one in lessons() if one.folder]
    for file in [*sorted((root() / "notebooks").glob("*.ipynb")), *added]:
        if file.name in changed and file not in added:
            continue
        try:
            notebook = nbformat.read(file, as_version=4)
            if not contents.notary.check_signature(notebook):
                contents.notary.sign(notebook)
        except Exception:  # a file that is no notebook; `dialogue check` names it
            continue
    for name in contents.copies.names():
        contents.renew(name)


def _changed_by_hand() -> set[str]:
    """Names of notebooks that differ from the course's last commit; none outside a checkout."""
    # No helper that the folder's own configuration may name is run.
    ask = ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "status"]
    try:
        done = subprocess.run(
            [*ask, "--porcelain", "-z", "--untracked-files=all", "--", "notebooks"],
            cwd=root(),
            capture_output=True,
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return set()
    entries = done.stdout.decode("utf-8", "replace").split("\0")
    return {Path(entry[3:]).name for entry in entries if entry}


def _welcome(server: Any) -> None:
    address = f"{server.connection_url.rstrip('/')}/lab/tree/{START}"
    _say(
        f"The course is open at {address}?token={server.identity_provider.token}\n"
        "Your answers are kept on this computer and sent nowhere.\n"
        "Ctrl+C in this window stops the course."
    )


def _open_file_where_browsers_may_read(server: Any) -> None:
    """Move the small file that hands the token to the browser into the course folder.

    Jupyter writes it to a hidden folder of the home directory, which browsers installed as
    snaps (Ubuntu's Firefox) may not read.  Handing over the address itself would show the
    token to every user of a shared computer.
    """
    usual = Path(server.browser_open_file)
    # One for each user: a course may be shared, and nobody else may read this file.
    folder = root() / f".jupyter-{os.getuid() if hasattr(os, 'getuid') else os.getlogin()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        probe = folder / usual.name
        probe.touch()
        probe.unlink()
    except OSError:
        return  # an installed course may be read-only
    server.browser_open_file = str(folder / usual.name)


def _browser_here() -> bool:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    # Without a display Python falls back on w3m or lynx, which cannot show JupyterLab and
    # would take over the terminal.
    return type(browser) is not webbrowser.GenericBrowser or bool(os.environ.get("BROWSER"))


def _trouble(port: int) -> str | None:
    """Why the port cannot be used, or None.  Asked as the server itself will ask."""
    from tornado.netutil import bind_sockets

    try:
        for sock in bind_sockets(port, "127.0.0.1"):
            sock.close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is in use"
        return f"Port {port} cannot be used ({error.strerror})"
    return None


def _free_port(first: int) -> int | None:
    # Ports below 1024 need an administrator, so there the search starts at the usual one.
    first = first if first > 1024 else DEFAULT_PORT
    return next((p for p in range(first, min(first + 100, 65536)) if not _trouble(p)), None)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def _say(text: str) -> None:
    print(text, flush=True)


def _refuse(line: str) -> int:
    print(line, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
