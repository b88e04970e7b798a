"""One skeleton for all pages: what is printed is escaped, what is missing is an error."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jinja2
import pytest
from markupsafe import Markup

from conftest import ROOT
from dialogue.page import numbers, templates

INJECTIONS = [
    each["text"] for each in json.loads((ROOT / "tests/injections.json").read_text("utf-8"))
]
ROOMS = ROOT / "src/dialogue"


@pytest.mark.parametrize("raw", INJECTIONS)
def test_whatever_a_template_prints_is_escaped(raw: str) -> None:
    page = templates.render("classroom/paper.html", title=raw, questions=raw, names=False)
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    tags = {"html", "head", "meta", "title", "body", "main", "h1"}
    assert set(re.findall(r"<(\w+)", body)) == tags
    assert str(Markup.escape(raw)) in body


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="names"):
        templates.render("classroom/paper.html", title="T", questions="")


def test_every_template_is_a_page_or_a_set_of_parts_and_has_no_raw_hole() -> None:
    found = sorted(ROOMS.glob("*/templates/*.j2"))
    assert len(found) >= 8
    for file in found:
        source = file.read_text("utf-8")
        assert "|safe" not in source.replace(" ", ""), file.name
        assert "autoescape" not in source, file.name
        if file.name == "page.html.j2":
            continue
        name = f"{file.parents[1].name}/{file.name.removesuffix('.j2')}"
        assert "<!DOCTYPE" not in source, name  # one skeleton, and one for the reading edition
        if not re.search(r'^\{% extends "(page/page|site/page)\.html" %\}', source, re.MULTILINE):
            assert {macro for macro in dir(templates.parts(name)) if macro[0] != "_"}, name


def test_a_page_brings_its_typeface_and_asks_for_no_other() -> None:
    """A family that only some machines have would break the page elsewhere."""
    page = templates.render("classroom/paper.html", title="T", questions="", names=True)
    assert page.count("@font-face") == len(templates.FACES)
    assert not re.search(r"url\((?!data:)", page)
    for sheet in ROOMS.glob("*/templates/*.css"):
        for family in re.findall(r"font(?:-family)?:([^;}]*)", sheet.read_text("utf-8")):
            named = family.strip().startswith(("inherit", "var("))
            assert named or '"Dialogue' in family, (sheet.name, family)
    size = sum(file.stat().st_size for file in Path(templates._TYPEFACE).glob("*.woff2"))
    assert size < 250_000


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (3.0, None, "3"),
        (1e6, None, "1000000"),  # and not 1e+06
        (0.1 + 0.2, None, "0.3"),
        (-0.0, None, "0"),
        (-0.004, 2, "0.00"),
        (12.5, 2, "12.50"),
        (1e-7, None, "0.0000001"),
        (7, None, "7"),
    ],
)
def test_a_number_is_written_as_people_write_it(
    value: float, digits: int | None, shown: str
) -> None:
    assert numbers.plain(value, digits) == shown
