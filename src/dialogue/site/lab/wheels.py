"""Wheels for Python in the browser: what they hold, what is left out, and the lock that names them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from dialogue.course import files
from dialogue.site.lab.downloads import HERE, sha256

# Of no use in a browser: tests, what a compiler reads, and code for another processor.
_LEFT_OUT = re.compile(r"(^|/)tests?/|\.(pyi|pyx|pxd|pxi|h|c|cpp)$|\.data/(?!data)")
_NOT_WASM = re.compile(r"\.(so|pyd|dylib)$")
# What JupyterLab needs and Python in the browser does not.
NOT_NEEDED = {"jupyterlab", "jupyterlab-widgets", "widgetsnbextension", "pexpect", "jedi"}


@dataclass
class Wheel:
    """A package: its files by name, and what the lock says of it."""

    name: str
    version: str
    members: dict[str, bytes]
    depends: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)

    @property
    def file_name(self) -> str:
        """A wheel's name; the members are plain for Pyodide, whatever was compiled.

        Its build number is a mark of the content, so that a browser that still holds another
        content by an old name never takes it for this one.
        """
        parts = [b"%d %b %b" % (len(data), n.encode(), data) for n, data in self.members.items()]
        mark = sha256(b"".join([(HERE / "compile.cjs").read_bytes(), *sorted(parts)]))[:10]
        return f"{self.name.replace('-', '_')}-{self.version}-0{mark}-py3-none-any.whl"

    def packed(self) -> bytes:
        """The file: the same bytes whenever it is made."""
        return files.zip_bytes(dict(sorted(self.members.items())))

    def entry(self, digest: str) -> dict[str, Any]:
        """What the lock says of the file with this *digest*."""
        return {
            "name": self.name,
            "version": self.version,
            "file_name": self.file_name,
            "install_dir": "site",
            "sha256": digest,
            "package_type": "package",
            "imports": self.imports,
            "depends": self.depends,
            "unvendored_tests": False,
        }


def made(name: str, version: str, members: Mapping[str, bytes], depends: Iterable[str]) -> Wheel:
    """A wheel of our own making."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    facts = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    own = {
        f"{info}/METADATA": facts.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    return Wheel(name, version, {**members, **own}, sorted(depends), _tops(members))


def read(file: Any, python: str) -> Wheel:
    """A downloaded wheel, without what a browser cannot use."""
    members = files.read_zip(file)
    facts = next(n for n in members if re.fullmatch(r"[^/]+\.dist-info/METADATA", n))
    words = members[facts].decode()
    name, version = (
        re.findall(rf"^{what}: (.+)$", words, re.MULTILINE)[0].strip()
        for what in ("Name", "Version")
    )
    for_wasm = "wasm32" in str(file)
    kept = {
        n: data
        for n, data in members.items()
        if not _LEFT_OUT.search(n) and (for_wasm or not _NOT_WASM.search(n))
    }
    found = re.findall(r"^Requires-Dist: (.+)$", words, re.MULTILINE)
    depends = {canonicalize_name(one) for one in _needed(found, python)} - NOT_NEEDED
    own = {n: data for n, data in kept.items() if ".dist-info/" not in n and ".data/" not in n}
    return Wheel(canonicalize_name(name), version, kept, sorted(depends), _tops(own))


def _needed(requirements: Iterable[str], python: str) -> Iterable[str]:
    here = {
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python,
        "sys_platform": "emscripten",
        "platform_system": "Emscripten",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "wasm32",
        "extra": "",
    }
    for one in requirements:
        words, _, mark = one.partition(";")
        name = re.match(r"[A-Za-z0-9._-]+", words.strip())
        if name and (not mark.strip() or Marker(mark).evaluate(here)):
            yield name[0]


def _tops(names: Iterable[str]) -> list[str]:
    found = set()
    for name in names:
        first, *rest = name.split("/")
        if not rest and name.endswith(".py"):
            found.add(name[:-3])
        elif rest and name.endswith((".py", ".so")):
            found.add(first)
    return sorted(found)


def lock(
    official: Mapping[str, Any],
    wheels: Iterable[tuple[Wheel, bytes]],
    untouched: Mapping[str, dict[str, Any]],
) -> dict[str, Any]:
    """The lock of this site: the official one's head, and only what lies here.

    One name that is missing would fail the whole load, so that is a fault of the build.
    """
    packages = dict(untouched)
    for wheel, data in wheels:
        packages[wheel.name] = wheel.entry(sha256(data))
    for name, entry in packages.items():
        for needed in entry["depends"]:
            if needed not in packages:
                fault = f"it needs {needed}, which is not among the packages of the site"
                raise files.FileFault(name, fault, "add it to site/lab/requirements.txt")
    return {"info": official["info"], "packages": dict(sorted(packages.items()))}
