"""What README and CONTRIBUTING say is true, and nothing foreign has crept in."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from dialogue import bank
from dialogue.course import catalogue
from dialogue.questions import KINDS

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_readmes_map_follows_the_files() -> None:
    assert catalogue.listed(README) == README, "run: dialogue tidy"
    rows = re.findall(
        r"^\| \d\d \| \[.+\]\(.+\) \| \[read\]\((.+)\) \| ready \|$", README, re.MULTILINE
    )
    written = [one for one in catalogue.lessons() if one.written and one.number != "00"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    address = re.search(r"^url: (\S+)", citation, re.MULTILINE)
    assert address, "CITATION.cff says where the course is published"
    assert rows == [f"{address[1]}{one.stem}.html" for one in written]
    assert f"]({address[1]})" in README.split("\n\n")[1]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "seeds/README.md"])
def test_links_lead_somewhere(name: str) -> None:
    # What stands as code is an example.
    text = re.sub(r"`[^`\n]+`", "", (ROOT / name).read_text(encoding="utf-8"))
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    for target in targets:
        if not target.startswith("https://"):
            assert ((ROOT / name).parent / target).exists(), target


def test_the_example_of_contributing_is_a_valid_exercise(tmp_path: Path) -> None:
    item = re.search(r"```yaml\n(.*?)```", CONTRIBUTING, re.DOTALL)
    assert item
    assert len(item[1].splitlines()) <= 16
    file = tmp_path / "new.yaml"
    file.write_text(f"quiz: new\nitems:\n{item[1]}", encoding="utf-8")
    assert [str(fault) for fault in bank.read([file]).faults] == []
    broken = re.sub(r"      say: .*\n", "", item[1], count=1)
    file.write_text(f"quiz: new\nitems:\n{broken}", encoding="utf-8")
    message = re.search(r"the wrong option .*?; add 'say:'", CONTRIBUTING)
    assert message
    assert message[0] in str(bank.read([file]).faults[0])


def test_contributing_lists_every_kind_and_field() -> None:
    for name, kind in KINDS.items():
        row = re.search(rf"^\| `{name}` \| (.+?) \|", CONTRIBUTING, re.MULTILINE)
        assert row, name
        for field in kind.schema:
            assert f"`{field}`" in row[1], (name, field)
    for field in bank.COMMON_FIELDS:
        assert field in CONTRIBUTING


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "grep",
            "-nIE",
            r"(^|[^[:alnum:].])/(home|Users|root)/[a-z]",
            "--",
            ".",
            ":!uv.lock",
        ],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    if found.returncode > 1:
        pytest.skip("not a git checkout (a release archive, for example)")
    assert found.stdout == ""


def without_encoding(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that read or write text in whatever encoding the machine happens to have.

    Ruff's PLW1514 sees a call only where it can tell that the value is a path.
    """
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else None
        if isinstance(call.func, ast.Name) and call.func.id == "open":
            name = "builtin open"
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if "encoding" in given:
            continue
        modes = call.args[1:2] if name == "builtin open" else call.args[:1]
        mode = given.get("mode", modes[0] if modes else ast.Constant("r"))
        text = isinstance(mode, ast.Constant) and not re.search("b|[^rwaxt+]", str(mode.value))
        if (
            (name == "read_text" and not call.args)
            or (name == "write_text" and len(call.args) < 2)
            or (name == "builtin open" and text)
            or (name == "open" and text and (modes or "mode" in given))
            or (name == "fdopen" and text)
            or (
                {"text", "universal_newlines"} & set(given)
                and name in ("run", "Popen", "check_output")
            )
        ):
            yield call


def test_every_text_is_read_and_written_in_a_named_encoding() -> None:
    bare = [
        "Path(p).read_text()",
        "p.write_text(x)",
        "open(p)",
        "p.open('w')",
        "s.run(p, text=True)",
    ]
    assert not list(without_encoding(ast.parse("open(p, 'rb'); page.open(); zip.open(entry)")))
    for call in bare:
        assert list(without_encoding(ast.parse(call))), call
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in ("src", "tests", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for call in without_encoding(ast.parse(path.read_bytes()))
    ]
    assert found == [], "add encoding='utf-8' (to a process too, in place of text=True)"


def test_quoted_words_stay_under_the_limit() -> None:
    """At most 100 quoted words of officials in the lessons; ours are marked by curly quotes."""
    import json

    words = 0
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                text = re.sub(
                    r"<details>.*?</details>", "", "".join(cell["source"]), flags=re.DOTALL
                )
                words += sum(len(quote.split()) for quote in re.findall(r"“([^”]+)”", text))
    assert 0 < words <= 100


@pytest.mark.skipif(
    shutil.which("make") is None or os.name == "nt", reason="make on a POSIX system"
)
def test_a_folder_that_somebody_else_set_up_is_one_sentence() -> None:
    """Not a line for each file that the second user may not remove."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("Makefile", "pyproject.toml", "uv.lock"):
            shutil.copy(ROOT / file, folder)
        (folder / ".venv").mkdir()
        folder.chmod(0o555)
        other: dict[str, int] = {} if os.getuid() else {"user": 65534, "group": 65534}
        done = subprocess.run(
            ["make", "lab"], cwd=folder, capture_output=True, encoding="utf-8", check=False, **other
        )
        folder.chmod(0o755)
    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(told) == 1
    assert told[0].startswith("This folder was set up by somebody else")
