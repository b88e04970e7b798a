"""Put the lab edition together: downloads, bytecode, the course's own package, JupyterLite."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from dialogue.course import catalogue, files
from dialogue.course.files import FileFault
from dialogue.page import templates
from dialogue.site.lab import downloads, page, wheels
from dialogue.site.lab.downloads import Downloads, Say, sha256
from dialogue.site.lab.wheels import Wheel

HERE = Path(__file__).parent
PACKAGE = Path(__file__).parents[2]
COURSE = "us-iraq-dialogue-course"
# As Pyodide itself is served; the rest of its package is for other programs.
_CORE = ("pyodide.mjs", "pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
# Loaded in one go before the kernel starts: what it asks for by name, and what a quiz needs.
START = (
    *("micropip", "piplite", "ssl", "sqlite3", "ipykernel", "comm", "pyodide_kernel", "jedi"),
    *("ipython", COURSE),
)
# What the course's package needs before a lesson draws or counts anything; `dialogue_kernel`
# fetches pandas, Altair and Vega when a cell uses them.
_NEEDED = (
    *("anywidget", "ipywidgets", "jinja2", "latex2mathml", "markdown-it-py", "platformdirs"),
    "pyyaml",
)
# In a browser there is no terminal, no server and no teacher's desk.
_LEFT_OUT = ("cli", "site", "exchange", "grading", "classroom")
_NEVER = re.compile(r"(^|/)(__pycache__|\.ipynb_checkpoints)(/|$)|\.DS_Store$")
KERNEL = "@jupyterlite/pyodide-kernel-extension"
_SECONDS = 600
# What a first visit to a whole lesson loads, in MB, as benchmarks/README.md has it.
FIRST_VISIT = 46


def _version() -> str:
    try:
        return version(COURSE)
    except PackageNotFoundError:
        return "0"


def _tree(folder: Path, name: str) -> dict[str, bytes]:
    """The files below *folder*, named below *name*."""
    found = {
        f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {n: data for n, data in found.items() if not _NEVER.search(n)}


def course_wheel() -> Wheel:
    """The course as Python in the browser reads it: the package, and its content beside it.

    Notebooks go without outputs: Python reads their text and objectives only.
    """
    members: dict[str, bytes] = {}
    for room in sorted(PACKAGE.iterdir()):
        if room.is_dir() and room.name not in (*_LEFT_OUT, "_course"):
            members |= _tree(room, f"dialogue/{room.name}")
    members["dialogue/__init__.py"] = (PACKAGE / "__init__.py").read_bytes()
    for part in ("seeds", "data", "exercises"):
        members |= _tree(catalogue.root() / part, f"dialogue/_course/{part}")
    for path in notebooks():
        content = json.loads(path.read_bytes())
        for cell in content["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"] = []
        name = f"dialogue/_course/notebooks/{path.name}"
        members[name] = json.dumps(content, ensure_ascii=False).encode()
    return wheels.made(COURSE, _version(), members, _NEEDED)


def notebooks() -> list[Path]:
    """The course's notebooks."""
    return sorted((catalogue.root() / "notebooks").glob("*.ipynb"))


def _own_wheels(got: Downloads) -> list[Wheel]:
    worker = HERE / "worker"
    drawing = {
        "vl_convert/__init__.py": (worker / "vl_convert.py").read_bytes(),
        "vl_convert/vega.min.js": got.vega.encode(),
        "vl_convert/vega-lite.min.js": got.vega_lite.encode(),
    }
    return [
        course_wheel(),
        wheels.made("vl-convert-python", "1", drawing, ()),
        # The kernel asks for both at its start; nothing here uses them, and they are 4 MB.
        wheels.made("ssl", "1", {}, ()),
        wheels.made("jedi", "1", {}, ()),
    ]


def _kernel_wheels(extension: Path, python: str) -> list[Wheel]:
    """The kernel's own packages, and ours beside it."""
    found = [
        wheels.read(path, python)
        for name in ("ipykernel", "piplite", "pyodide_kernel")
        for path in sorted((extension / "static" / "pypi").glob(f"{name}-*.whl"))
    ]
    kernel = next(one for one in found if one.name == "pyodide-kernel")
    kernel.members["dialogue_kernel.py"] = (HERE / "worker" / "dialogue_kernel.py").read_bytes()
    kernel.members["dialogue_needs.py"] = (HERE / "needs.py").read_bytes()
    kernel.members["pyodide_kernel/__init__.py"] += b"\nimport dialogue_kernel\n"
    kernel.imports = [*kernel.imports, "dialogue_kernel", "dialogue_needs"]
    return found


def _compiled(packed: dict[str, bytes], core: Path, say: Say) -> dict[str, bytes]:
    """*packed* (zip files by name) with bytecode in place of Python, as far as Node.js is here.

    What was compiled once is kept by the hash of what it was compiled from.
    """
    kept = downloads.folder() / "compiled"
    kept.mkdir(exist_ok=True)
    # The script that compiles belongs to the key: another one gives other files.
    script = (HERE / "compile.cjs").read_bytes()
    place = {name: kept / sha256(script + data) for name, data in packed.items()}
    fresh = [name for name in packed if not place[name].is_file()]
    node = shutil.which("node")
    if fresh and not node:
        say("Node.js is not here, so Python is not compiled: lessons start some seconds later")
        return packed
    if fresh and node:
        say(f"compiling {len(fresh)} packages")
        with tempfile.TemporaryDirectory(prefix="dialogue-site-") as work:
            before, after = Path(work, "in"), Path(work, "out")
            before.mkdir()
            for name in fresh:
                (before / name).write_bytes(packed[name])
            words = [node, str(HERE / "compile.cjs"), str(core), str(before), str(after)]
            ended = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=_SECONDS)
            if ended.returncode:
                raise FileFault("compile.cjs", _last(ended.stderr), "update Node.js (18 or newer)")
            for name in fresh:
                files.write(place[name], (after / name).read_bytes(), force=True)
    return {name: place[name].read_bytes() for name in packed}


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it ended without a word"


def _python(place: Path, got: Downloads, extension: Path, say: Say) -> None:
    """Pyodide and every package, into *place*."""
    place.mkdir(parents=True)
    python = got.lock["info"]["python"]
    ours = [*_kernel_wheels(extension, python), *_own_wheels(got)]
    own = {one.name for one in ours}
    left = {"jedi", "jupyterlab-widgets"}
    third = [wheels.read(p, python) for n, p in sorted(got.wheels.items()) if n not in left | own]
    every = {wheel.file_name: wheel for wheel in (*third, *ours)}
    packed = {name: wheel.packed() for name, wheel in every.items()}
    with tempfile.TemporaryDirectory(prefix="dialogue-site-") as work:
        for name in (*_CORE, "pyodide-lock.json", "package.json"):
            Path(work, name).write_bytes(got.core[name])
        packed["python_stdlib.zip"] = got.core["python_stdlib.zip"]
        packed = _compiled(packed, Path(work), say)
    official = {entry["file_name"]: (name, entry) for name, entry in got.lock["packages"].items()}
    untouched: dict[str, dict[str, Any]] = {}
    for path in got.compiled:
        name, entry = official[path.name]
        untouched[name] = {**entry, "depends": []}
        (place / path.name).write_bytes(path.read_bytes())
    lock = wheels.lock(got.lock, [(every[n], packed[n]) for n in every], untouched)
    for name in _CORE:
        (place / name).write_bytes(packed.get(name, got.core[name]))
    for name in every:
        (place / name).write_bytes(packed[name])
    (place / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def _extensions(work: Path, got: Downloads) -> list[Path]:
    """JupyterLab's parts from elsewhere: the kernel, widgets, and the course's own desk."""
    prefix = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    manager = work / "jupyterlab-manager"
    inside = "/labextensions/@jupyter-widgets/jupyterlab-manager/"
    for name, data in files.read_zip(got.wheels["jupyterlab-widgets"]).items():
        if inside in name:
            target = manager / name.split(inside, 1)[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    desk = PACKAGE / "lab" / "extension" / "dialogue-desk"
    ours = [
        _script(work, desk / "package.json", (desk / "static" / "desk.js").read_text("utf-8")),
        _script(work, HERE / "extension" / "package.json", page.script()),
    ]
    return [prefix / KERNEL, prefix / "anywidget", manager, *ours]


def _script(work: Path, card: Path, script: str) -> Path:
    """One of our own extensions; its script goes by a name that changes with it."""
    words = json.loads(card.read_bytes())
    load = f"static/{sha256(script.encode())[:10]}.js"
    words["jupyterlab"]["_build"]["load"] = load
    place = work / words["name"]
    (place / "static").mkdir(parents=True)
    (place / "package.json").write_text(json.dumps(words), encoding="utf-8")
    (place / load).write_text(script, encoding="utf-8")
    return place


def _edition(work: Path, extensions: list[Path]) -> str:
    """A mark of all that is ours and may change: packages, lessons, tables, scripts, questions."""
    parts = [(work / "static" / "pyodide" / "pyodide-lock.json").read_bytes()]
    for folder in (work / "content", *(one for one in extensions if work in one.parents)):
        parts += [data for _, data in sorted(_tree(folder, folder.name).items())]
    parts += [text.encode() for _, text in sorted(page.data("").items())]
    return sha256(b"\0".join(parts))[:12]


def _settings() -> dict[str, Any]:
    return json.loads((PACKAGE / "lab" / "settings" / "overrides.json").read_bytes())


def _contents(place: Path) -> None:
    """What the file list shows: the notebooks, and the tables to look at."""
    (place / "notebooks").mkdir(parents=True)
    for path in notebooks():
        notebook = json.loads(path.read_bytes())
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":  # nobody here keeps a list of whom to trust
                cell["metadata"]["trusted"] = True
        written = json.dumps(notebook, ensure_ascii=False, indent=1)
        (place / "notebooks" / path.name).write_text(written, encoding="utf-8")
    for name, data in _tree(catalogue.root() / "data", "data").items():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _configuration(edition: str) -> dict[str, Any]:
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "US–Iraq Dialogue, lab edition",
            "exposeAppInBrowser": True,
            "dialogueEdition": edition,
            "disabledExtensions": [
                "@jupyterlab/extensionmanager-extension",
                "@jupyterlab/apputils-extension:announcements",
            ],
            "litePluginSettings": {
                f"{KERNEL}:kernel": {
                    "disablePyPIFallback": True,
                    "loadPyodideOptions": {
                        "lockFileURL": f"./static/pyodide/pyodide-lock.json?v={edition}",
                        "packages": list(START),
                        "env": {
                            "DIALOGUE_RECORD_DIR": "/drive/my-answers",
                        },
                    },
                }
            },
        },
    }


def _lite(work: Path, out: Path, extensions: Iterable[Path], edition: str, say: Say) -> None:
    """JupyterLite's own build."""
    (work / "jupyter-lite.json").write_text(json.dumps(_configuration(edition)), encoding="utf-8")
    (work / "lab-settings").mkdir()
    (work / "overrides.json").write_text(json.dumps(_settings()), encoding="utf-8")
    build = {
        "contents": ["content"],
        "output_dir": str(out),
        "cache_dir": str(work / ".cache"),
        "apps": ["lab"],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(path) for path in extensions],
    }
    file = work / "jupyter_lite_config.json"
    file.write_text(json.dumps({"LiteBuildConfig": build}), encoding="utf-8")
    say("building JupyterLite")
    words = [sys.executable, "-m", "jupyterlite_core", "build"]
    ended = subprocess.run(words, cwd=work, capture_output=True, encoding="utf-8", timeout=_SECONDS)
    if ended.returncode:
        raise FileFault("jupyter lite build", _last(ended.stderr), "see docs/browser-editions.md")


def build(target: Path, say: Say, *, wheels_from: Path | None = None, force: bool = False) -> Path:
    """The lab edition as the folder *target*; returns it."""
    for needed in ("jupyterlite_core", "jupyterlite_pyodide_kernel", "packaging", "pip"):
        if importlib.util.find_spec(needed) is None:
            raise FileFault(needed, "this is not installed", "run 'make site-lab'")
    with (
        files.folder(target, force=force) as out,
        tempfile.TemporaryDirectory(prefix="dialogue-site-") as name,
    ):
        got = Downloads(say, wheels_from)
        work = Path(name)
        extensions = _extensions(work, got)
        _contents(work / "content")
        _python(work / "static" / "pyodide", got, extensions[0], say)
        edition = _edition(work, extensions)
        _lite(work, out, extensions, edition, say)
        (out / "index.html").write_text(_door(), encoding="utf-8")
        # A browser asks for it at the top, whatever the page says.
        shutil.copyfile(out / "lab" / "favicon.ico", out / "favicon.ico")
        (out / "dialogue").mkdir()
        for file, data in page.data(edition).items():
            (out / "dialogue" / file).write_text(data, encoding="utf-8")
    return target


def _door() -> str:
    """The first page: which lessons there are, and what to expect behind a link."""
    lessons = [lesson for lesson in catalogue.lessons() if lesson.written]
    return templates.render("site/lab-door.html", lessons=lessons, megabytes=FIRST_VISIT)
