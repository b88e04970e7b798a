"""The scripts and styles of the widgets: pinned, complete, and open to another kind of question.

A lesson's stored output shows a question by its version and says nothing of the view, so nbval
cannot see that a script has changed.  Here it is seen once, and changed on purpose:
``python tests/test_views.py`` writes the digests anew, for the commit that changes a view.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from dialogue.page import words
from dialogue.questions import KINDS
from dialogue.widgets import scripts
from dialogue.widgets.scripts import STATIC

PINNED = Path(__file__).with_name("views.json")


def digests() -> dict[str, str]:
    """Twelve hexadecimal digits for each script and style, by its path."""
    return {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(STATIC.rglob("*.*"))
    }


def test_no_view_has_changed_unnoticed() -> None:
    pinned = json.loads(PINNED.read_text(encoding="utf-8"))
    assert digests() == pinned, "looked at the change in a browser? python tests/test_views.py"


def test_every_file_is_part_of_a_view() -> None:
    parts = {part for parts in scripts._SCRIPTS.values() for part in parts}
    named = {f"{part}.js" for part in parts - {scripts._EVERY_KIND}}
    named |= {f"kinds/{kind}.js" for kind in KINDS}
    named |= {f"{part}.css" for parts in scripts._STYLES.values() for part in parts}
    assert named == set(digests())


def test_no_name_is_given_twice_in_a_view() -> None:
    """A helper has one home: whatever two views need stands in a part of both."""
    for view, parts in scripts._SCRIPTS.items():
        source = "".join(
            (STATIC / f"{part}.js").read_text(encoding="utf-8")
            for part in parts
            if part != scripts._EVERY_KIND
        )
        names = re.findall(r"^(?:export )?(?:function|const|let|class) (\w+)", source, re.M)
        assert len(names) == len(set(names)), view
    homes: dict[str, list[str]] = {}
    for file in STATIC.glob("*.js"):
        for name in re.findall(r"^(?:function|const) (\w+)", file.read_text("utf-8"), re.M):
            homes.setdefault(name, []).append(file.name)
    for name in ("make", "keepKeys", "fold", "say", "day", "link", "dataTable", "courier"):
        assert len(homes[name]) == 1, homes[name]


@pytest.mark.parametrize(
    ("view", "group"),
    [
        ("quiz", words.STRINGS),
        ("glossary", words.GLOSSARY),
        ("negotiation", words.NEGOTIATION | words.TALKS),
        ("assessment", words.ASSESSMENT),
        ("explorer", words.EXPLORER),
        ("wall", words.WALL),
    ],
)
def test_every_word_of_a_script_is_in_its_group(view: str, group: dict[str, str]) -> None:
    source = re.sub(r"^ *(//|/\*\*).*$", "", scripts.script(view), flags=re.M)  # no comments
    told = set(re.findall(r"\b(?:say|fill)\(strings, \"(\w+)\"", source))
    told |= set(re.findall(r"\b(?:words|tell)\(\"(\w+)\"", source))
    told |= set(re.findall(r"\bstrings\.(\w+)", source))
    assert told
    assert told <= set(group)


NOD = """KINDS.nod = {
  grade: (item, response) => outcome(response === item.wanted ? "right" : "wrong", Number(response === item.wanted)),
  control: () => ({ node: [], instruction: "", read: () => null, write() {}, mark() {}, name: () => "" }),
};
"""


def test_another_kind_costs_one_script(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(STATIC, tmp_path / "static")
    (tmp_path / "static" / "kinds" / "nod.js").write_text(NOD, encoding="utf-8")
    monkeypatch.setattr(scripts, "STATIC", tmp_path / "static")
    monkeypatch.setattr(scripts, "KINDS", {**KINDS, "nod": None})
    context = browser.new_context()
    page = context.new_page()
    found = page.evaluate(
        """async (source) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { grade } = await import(url);
            return ["yes", "no"].map((given) => grade({ kind: "nod", wanted: "yes" }, given).verdict);
        }""",
        scripts.script("quiz"),
    )
    assert found == ["right", "wrong"]
    context.close()


if __name__ == "__main__":
    PINNED.write_text(json.dumps(digests(), indent=1) + "\n", encoding="utf-8")
