"""What the lab edition is made of and does not come with the course: fetched once, known by hash.

Packages come from the package index through pip, Pyodide and Vega from npm.  The compiled files
that only Pyodide's distribution has (numpy and sqlite3) come from a folder of wheels, from that
distribution, or out of a package of somebody else's that carries them; wherever from, a file is
taken only if its hash stands in Pyodide's own lock.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dialogue.course import cache
from dialogue.course.files import FileFault, reason, write

PYODIDE = "0.27.7"
HERE = Path(__file__).parent
# Their hashes are those that npm itself publishes.
NPM = {
    f"pyodide@{PYODIDE}": "RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA==",
    "vega@5.33.0": "jNAGa7TxLojOpMMMrKMXXBos4K6AaLJbCgGDOw1YEkLRjUkh12pcf65J2lMSdEHjcEK47XXjKiOUVZ8L+MniBA==",
    "vega-lite@6.4.2": "Mv2PaRIpijz256LM0NdOJd9Md8cqyrXina54xW6Qp865YfY502zlXGUst+W/XznVwISGfatt0yLZuDqCUbBDuw==",
}
# Only Pyodide builds these.
OF_PYODIDE = ("numpy", "sqlite3")
DISTRIBUTION = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE}/full/"
_WAIT = 20  # seconds for one file of the distribution
_PLATFORMS = ("pyemscripten_2024_0_wasm32", "manylinux2014_x86_64", "any")

Say = Callable[[str], None]


def _missing(what: str, why: str) -> FileFault:
    return FileFault(what, f"this could not be had ({why})", "see docs/browser-editions.md")


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and "WARNING" not in line]
    return re.sub(r"\s+", " ", lines[-1])[:200] if lines else "no reason was given"


def folder() -> Path:
    """Where downloads are kept, in the user's cache folder."""
    place = cache.folder() / "site"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fault = f"this cannot be written ({reason(error)})"
        raise FileFault(place, fault, "set DIALOGUE_CACHE_DIR to another folder") from error
    return place


def sha256(data: bytes) -> str:
    """The hash by which wheels are known."""
    return hashlib.sha256(data).hexdigest()


def _run(what: str, *words: str) -> None:
    try:
        ended = subprocess.run(words, capture_output=True, encoding="utf-8")
    except OSError as error:
        raise _missing(what, reason(error)) from error
    if ended.returncode:
        raise _missing(what, _last_line(ended.stderr or ended.stdout))


def _pins(file: Path) -> dict[str, tuple[str, str]]:
    """Version and hash by name, as a file of requirements has them."""
    found = re.findall(r"^(\S+)==(\S+) --hash=sha256:(\w+)$", file.read_text("utf-8"), re.MULTILINE)
    return {name: (version, digest) for name, version, digest in found}


def _from_index(file: Path, place: Path, say: Say) -> dict[str, Path]:
    """The wheels that *file* names, by name; pip fetches them if one is not there."""
    pins = _pins(file)

    def here() -> dict[str, Path]:
        known = {digest: name for name, (_, digest) in pins.items()}
        wheels = {sha256(path.read_bytes()): path for path in sorted(place.glob("*.whl"))}
        return {known[digest]: path for digest, path in wheels.items() if digest in known}

    found = here()
    if left := sorted(set(pins) - set(found)):
        say(f"fetching {len(left)} packages with pip")
        platforms = (word for name in _PLATFORMS for word in ("--platform", name))
        abis = (word for name in ("cp312", "abi3", "none") for word in ("--abi", name))
        _run(
            ", ".join(left[:3]) + ("" if len(left) < 4 else " and others"),
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--only-binary=:all:", "--python-version", "3.12", *platforms, *abis),
            *("--implementation", "cp", "--require-hashes", "-r", str(file), "-d", str(place)),
        )
        found = here()
    if left := sorted(set(pins) - set(found)):
        raise _missing(left[0], "pip brought another file")
    return found


def _from_npm(name: str, place: Path, say: Say) -> dict[str, bytes]:
    """The members of an npm package."""
    package, version = name.split("@")
    file, digest = place / f"{package}-{version}.tgz", base64.b64decode(NPM[name])

    def whole() -> bool:
        return file.is_file() and hashlib.sha512(file.read_bytes()).digest() == digest

    if not whole():
        say(f"fetching {name} with npm")
        npm = shutil.which("npm")
        if not npm:
            raise _missing(name, "npm is not here: install Node.js")
        _run(name, npm, "pack", "--silent", name, "--pack-destination", str(place))
    if not whole():
        raise _missing(name, "npm brought another file than the course knows")
    with tarfile.open(file) as archive:
        read = ((m.name.removeprefix("package/"), archive.extractfile(m)) for m in archive)
        return {name: member.read() for name, member in read if member}


def _of_pyodide(lock: dict[str, Any], wheels: Path | None, place: Path, say: Say) -> list[Path]:
    """numpy and sqlite3 as Pyodide built them."""
    wanted = {lock["packages"][name]["file_name"]: lock["packages"][name] for name in OF_PYODIDE}

    def take(name: str, data: bytes, whence: str) -> Path:
        if sha256(data) != wanted[name]["sha256"]:
            fault = "this is not the file that Pyodide's lock names"
            raise FileFault(f"{whence}/{name}", fault, f"take it from Pyodide {PYODIDE}")
        return write(place / name, data, force=True)

    def kept(name: str) -> bool:
        file = place / name
        return file.is_file() and sha256(file.read_bytes()) == wanted[name]["sha256"]

    for name in wanted:
        if wheels is not None and (file := wheels / name).is_file():
            take(name, file.read_bytes(), str(wheels))
        elif not kept(name):
            say(f"fetching {name} from Pyodide's distribution")
            try:
                with urllib.request.urlopen(DISTRIBUTION + name, timeout=_WAIT) as answer:
                    take(name, answer.read(), DISTRIBUTION.rstrip("/"))
            except OSError:  # not reached: there is another way
                break
    if all(map(kept, wanted)):
        return [place / name for name in wanted]
    say("not reached; fetching a package that carries them")
    try:
        (carrier,) = _from_index(HERE / "carrier.txt", place, say).values()
    except FileFault as fault:
        raise FileFault(
            " and ".join(wanted),
            "neither Pyodide's distribution nor the package that carries them could be reached",
            f"get both from Pyodide {PYODIDE} and name their folder: --wheels FOLDER",
        ) from fault
    with zipfile.ZipFile(io.BytesIO(carrier.read_bytes())) as archive:
        inside = {Path(name).name: name for name in archive.namelist()}
        for name in wanted:
            if name not in inside:
                raise _missing(name, f"{carrier.name} does not carry it")
            take(name, archive.read(inside[name]), carrier.name)
    return [place / name for name in wanted]


class Downloads:
    """Everything from outside: ``core`` is Pyodide itself, ``wheels`` the packages by name."""

    def __init__(self, say: Say, wheels: Path | None = None) -> None:
        place = folder()
        self.core = _from_npm(f"pyodide@{PYODIDE}", place, say)
        self.lock: dict[str, Any] = json.loads(self.core["pyodide-lock.json"])
        self.vega = _from_npm("vega@5.33.0", place, say)["build/vega.min.js"].decode()
        vega_lite = _from_npm("vega-lite@6.4.2", place, say)
        self.vega_lite = vega_lite["build/vega-lite.min.js"].decode()
        self.wheels = _from_index(HERE / "requirements.txt", place, say)
        self.compiled = _of_pyodide(self.lock, wheels, place, say)
