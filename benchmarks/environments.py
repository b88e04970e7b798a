"""Throw-away environments: one for each quiz, with a kernel that the benchmarks can start."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from peers import OURS, PEERS, TEN, Peer, questions, write_questions

ROOT = Path(__file__).resolve().parents[1]
COURSE_FOLDERS = ("notebooks", "data", "seeds", "exercises")
PACKAGE = "us-iraq-dialogue-course"


class NotInstalled(Exception):
    """An environment could not be made; the message is the last line of the installer."""


@dataclass(frozen=True)
class Place:
    """Where one peer lives: its Python, its version, its ten questions."""

    peer: Peer
    python: Path
    version: str
    file: Path


class Bench:
    """The folder of a run, with the environments, the kernels and the course in it."""

    def __init__(self, folder: Path, ref: str) -> None:
        self.folder, self.ref = folder.resolve(), ref
        self.record = self.folder / "record"
        self.course = self.folder / "course"
        self.kernels = self.folder / "jupyter" / "kernels"
        self.source = self.folder / "source"
        self.commit = ""
        self.uv = next(filter(None, map(shutil.which, self._uv_names())), None)
        self.folder.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def _uv_names() -> list[str]:
        return ["uv", str(ROOT / ".tools/bin/uv"), str(ROOT / ".tools/plain/bin/uv")]

    def env(self) -> dict[str, str]:
        """An environment without the caller's Python and Jupyter settings."""
        own = ("PYTHON", "JUPYTER", "IPYTHON", "VIRTUAL_ENV", "DIALOGUE_", "UV_PROJECT")
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(own)},
            "JUPYTER_PATH": str(self.folder / "jupyter"),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_DATA_DIR": str(self.folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "IPYTHONDIR": str(self.folder / "ipython"),
            "DIALOGUE_COURSE": str(self.course),
            "DIALOGUE_RECORD_DIR": str(self.record),
        }

    def forget_answers(self) -> None:
        """Each measurement starts with an empty record, as a first-time learner does."""
        shutil.rmtree(self.record, ignore_errors=True)

    def _run(self, *command: str | Path, cwd: Path | None = None, **env: str) -> None:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd or self.folder,
            env={**self.env(), **env},
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
            raise NotInstalled(lines[-1].strip() if lines else f"exit code {done.returncode}")

    def _copy_source(self) -> None:
        """This checkout as it was committed, or as it lies there for ``--ref worktree``."""
        shutil.rmtree(self.source, ignore_errors=True)
        if self.ref == "worktree":
            skip = shutil.ignore_patterns(".*", "__pycache__", "tests", "benchmarks")
            shutil.copytree(ROOT, self.source, ignore=skip)
            shutil.copy(ROOT / ".gitignore", self.source)
            self.commit = "uncommitted"
            return
        try:
            git = ["git", "-C", str(ROOT)]
            archive = subprocess.run([*git, "archive", self.ref], capture_output=True, check=True)
            name = [*git, "rev-parse", "--short", self.ref]
            self.commit = subprocess.run(name, capture_output=True, encoding="utf-8").stdout.strip()
        except (OSError, subprocess.CalledProcessError) as error:
            reason = f"git archive {self.ref} failed; try --ref worktree"
            raise NotInstalled(reason) from error
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(self.source, filter="data")

    def _install_ours(self, home: Path) -> None:
        self._copy_source()
        if self.uv:  # what `make lab` does, but with a copy of the package instead of a link to it
            sync = ("sync", "--frozen", "--no-editable", "--compile-bytecode")
            fresh = ("--reinstall-package", PACKAGE, "--python", sys.executable)
            self._run(self.uv, *sync, *fresh, cwd=self.source, UV_PROJECT_ENVIRONMENT=str(home))
        else:
            if not home.exists():
                self._run(sys.executable, "-m", "venv", home)
            pip = (home / "bin" / "python", "-m", "pip", "install", "-q")
            self._run(*pip, self.source)
            self._run(*pip, "--force-reinstall", "--no-deps", self.source)
        shutil.rmtree(self.course, ignore_errors=True)
        for name in COURSE_FOLDERS:
            shutil.copytree(self.source / name, self.course / name)
        ours = next(peer for peer in PEERS if peer.name == OURS)
        assert ours.write is not None
        bank = self.course / "exercises" / "99-benchmark.yaml"
        bank.write_text(ours.write(questions(TEN)), encoding="utf-8")

    def _install_peer(self, peer: Peer, home: Path) -> None:
        stamp = home / "installed"
        wanted = ("ipykernel", *peer.install)
        if stamp.exists() and stamp.read_text(encoding="utf-8") == " ".join(wanted):
            return
        shutil.rmtree(home, ignore_errors=True)
        if self.uv:
            self._run(self.uv, "venv", "-q", "--python", sys.executable, home)
            install = (self.uv, "pip", "install", "-q", "--compile-bytecode", "--python")
            self._run(*install, home / "bin" / "python", *wanted)
        else:
            self._run(sys.executable, "-m", "venv", home)
            self._run(home / "bin" / "python", "-m", "pip", "install", "-q", *wanted)
        stamp.write_text(" ".join(wanted), encoding="utf-8")

    def place(self, peer: Peer) -> Place:
        """Install *peer* and register its kernel.  Raises :class:`NotInstalled`."""
        home = self.folder / "environments" / (peer.home or peer.name).replace(" ", "-")
        python = home / "bin" / "python"
        if peer.name == OURS:
            self._install_ours(home)
        elif not peer.home:
            self._install_peer(peer, home)
        elif not python.exists():
            raise NotInstalled(f"it needs the environment of {peer.home}")
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self._register(self.kernel_name(peer), peer.name, argv)
        if peer.name == OURS:
            # As `dialogue lab` starts its kernels: see CourseKernels in server.py.
            ready = "--InteractiveShellApp.extra_extensions=dialogue.lab.preload"
            self._register(self.page_kernel(peer), peer.name, [*argv, ready])
        distribution = peer.install[0] if peer.install else "ipykernel"
        if peer.name == OURS:
            distribution = PACKAGE
        ask = f"import importlib.metadata as m; print(m.version({distribution!r}))"
        version = subprocess.run(
            [python, "-c", ask], capture_output=True, encoding="utf-8", env=self.env()
        )
        files = self.folder / "questions"
        files.mkdir(exist_ok=True)
        return Place(peer, python, version.stdout.strip(), write_questions(peer, TEN, files))

    def _register(self, name: str, shown: str, argv: list[str]) -> None:
        spec = self.kernels / name / "kernel.json"
        spec.parent.mkdir(parents=True, exist_ok=True)
        spec.write_text(
            json.dumps({"argv": argv, "display_name": shown, "language": "python"}),
            encoding="utf-8",
        )

    @classmethod
    def page_kernel(cls, peer: Peer) -> str:
        """The kernel that JupyterLab starts: for this course, the one that gets ready."""
        return cls.kernel_name(peer) + ("-ready" if peer.name == OURS else "")

    @staticmethod
    def kernel_name(peer: Peer) -> str:
        return "bench-" + peer.name.replace(" ", "-").replace("+", "and").lower()
