"""Pictures in questions: sound ones are shown everywhere and travel, any other is named."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from test_exchange_in import answer, moodle, taken

from conftest import copy_course
from dialogue import bank, cli
from dialogue.bank import pictures as beside
from dialogue.bank import rich, writing
from dialogue.classroom import paper
from dialogue.exchange import FORMATS
from dialogue.exchange import pictures as carried
from dialogue.grading import nbgrader, release, variants
from dialogue.page import pictures, text
from dialogue.page.html import Html
from dialogue.questions import Question, Single
from dialogue.widgets import twin
from dialogue.widgets.form import author


def png(width: int = 4, height: int = 2, shade: int = 120) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    lines = (b"\0" + bytes([shade]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = zlib.compress(lines)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 9 L9 0"/></svg>'
# Quotation marks and signs would end an attribute; Arabic is a description like any other.
ALT = "A line \"up\" > 'down' & خط صاعد"
BANK = f"""\
quiz: rich
items:
- id: r-one
  type: single
  ask: |-
    What does *this* show?

    ![{ALT}](pictures/line.svg)
  hint: It is \\(x_1*x_2*3\\).
  explain: |-
    The sea, as here: ![The answer to it all](pictures/secret.png)
  options:
  - {{text: '![The sea](pictures/sea.png)', right: yes, say: Yes.}}
  - {{text: A desert, say: No.}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "line.svg").write_text(SVG, encoding="utf-8")
    (tmp_path / "pictures" / "sea.png").write_bytes(png())
    (tmp_path / "pictures" / "secret.png").write_bytes(png(shade=9))
    (tmp_path / "rich.yaml").write_text(BANK, encoding="utf-8")
    return tmp_path


def asked(folder: Path) -> Single:
    read = bank.read([folder / "rich.yaml"])
    assert read.faults == []
    (one,) = read.questions.values()
    assert isinstance(one, Single)
    return one


def nodes(tree: Any, tag: str) -> list[Any]:
    found = []
    for node in tree:
        if isinstance(node, list):
            found += [node] if node[0] == tag else nodes(node[1:], tag)
    return found


def test_a_picture_stands_in_the_page_with_its_description(folder: Path) -> None:
    one = asked(folder)
    (drawn,) = nodes(text.tree(one.ask), "img")
    assert drawn[1]["alt"] == ALT
    kind, _, data = drawn[1]["src"].partition(",")
    assert (kind, base64.b64decode(data)) == ("data:image/svg+xml;base64", SVG.encode())
    (sea,) = nodes(text.inline(one.options[0].text), "img")
    assert sea[1]["src"].startswith("data:image/png;base64,")
    for page in (twin.as_html([one], ""), str(paper.write([one], "T")[0].decode())):
        tags = re.findall(r"<img [^>]*>", page)
        alts = [re.search(r'alt="([^"]*)"', tag)[1] for tag in tags]  # type: ignore[index]
        assert alts[:2] == [Html.escape(ALT), "The sea"]
        assert all('src="data:image/' in tag for tag in tags)
    assert f"[{ALT}]" in text.plain(one.ask)
    assert "[The sea]" in twin.as_text([one], "")


def test_a_question_changes_with_its_picture(folder: Path) -> None:
    before = asked(folder).version
    (folder / "pictures" / "sea.png").write_bytes(png(shade=7))
    assert asked(folder).version != before


@pytest.mark.parametrize(
    ("typed", "data", "fault"),
    [
        ("![A](pictures/no.png)", b"", "there is no such file"),
        ("![ ](pictures/a.png)", png(), "has no description"),
        (f"![{'x' * 301}](pictures/a.png)", png(), "more than 300 letters"),
        ("![A](pictures/a.png)", b"GIF89a" + bytes(9), "is not the png that its name says, but a gif"),
        ("![A](pictures/a.png)", b"<html>", "but something else"),
        ("![A](pictures/a.jpg)", png(), "but a png"),
        ("![A](pictures/a.png)", png() + bytes(300_000), "has 293 kB"),
        ("![A](pictures/a.png)", png(9_000, 1), "too large"),
        ("![A](pictures/a.png)", png()[:12], "not whole"),
        ("![A](a.png)", png(), "does not lie in 'pictures'"),
        ("![A](../pictures/a.png)", png(), "does not lie in 'pictures'"),
        ("![A](pictures/../../a.png)", png(), "does not lie in 'pictures'"),
        ("![A](/etc/a.png)", png(), "does not lie in 'pictures'"),
        ("![A](pictures/passwd)", png(), "there is no such file"),
        ("![A](pictures/a.webp)", png(), "is no name for a picture"),
        ("![A](pictures/a.svg)", b"<svg onload='x()'/>", "acts or fetches"),
        ("![A](pictures/a.svg)", b"<svg ><script>1</script></svg>", "acts or fetches"),
        ("![A](pictures/a.svg)", b"<svg ><image href='https://evil.invalid/i'/></svg>", "fetches"),
        ("![A](pictures/a.svg)", b"<svg ><style>@import 'x'</style></svg>", "acts or fetches"),
        ("![A](pictures/a.svg)", b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg >&a;</svg>", "acts"),
        ("![A](pictures/a.svg)", "<svg ></svg>".encode("utf-16"), "but something else"),
        ("![A](pictures/a.png) " * 21, png(), "more than 20 pictures"),
    ],
)  # fmt: skip
def test_check_names_a_picture_that_cannot_be_shown(
    typed: str, data: bytes, fault: str, tmp_path: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    if data:
        for name in ("a.png", "a.jpg", "a.svg", "a.webp"):
            (tmp_path / "pictures" / name).write_bytes(data)
    file = tmp_path / "b.yaml"
    lines = json.dumps(typed.strip())
    file.write_text(
        f"quiz: b\nitems:\n- id: b\n  type: short\n  ask: {lines}\n  accept: [a]\n",
        encoding="utf-8",
    )
    read = bank.read([file])
    (found,) = read.faults
    assert re.search(rf"b\.yaml:5: b: .*{re.escape(fault)}.*; \w", str(found)), str(found)
    assert read.questions == {}


def test_a_link_in_the_folder_of_pictures_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures" / "sea.png").unlink()
    (tmp_path / "elsewhere.png").write_bytes(png())
    (tmp_path / "pictures" / "sea.png").symlink_to(tmp_path / "elsewhere.png")
    assert "is a link" in str(bank.read([folder / "rich.yaml"]).faults[0])


@pytest.mark.parametrize("where", ["https://e.invalid/m.png", "/etc/m", "data:image/png,AA"])
def test_a_picture_elsewhere_is_words_and_named(tmp_path: Path, where: str) -> None:
    file = tmp_path / "b.yaml"
    ask = f"See ![a map]({where})"
    file.write_text(
        f"quiz: b\nitems:\n- id: b\n  type: short\n  ask: '{ask}'\n  accept: [a]\n",
        encoding="utf-8",
    )
    read = bank.read([file])
    assert text.plain(read.questions["b"].ask) == ask
    assert "is shown as typed" in str(rich.faults(read)[0])


SHOWN = """() => [...document.querySelectorAll('img, math')].map((node) => ({
    tag: node.localName, space: node.namespaceURI.split('/').pop(), wide: node.naturalWidth ?? null,
    tall: node.getBoundingClientRect().height, form: Boolean(node.closest('form')),
    hint: getComputedStyle(node.querySelector('annotation') ?? document.createElement('i')).display,
}))"""


def test_a_browser_draws_both_without_a_script_or_a_request(browser: Any, folder: Path) -> None:
    lines = BANK.replace("What does *this* show?", r"What is \(\frac{x}{2}\) here?")
    (folder / "rich.yaml").write_text(lines, encoding="utf-8")
    page = folder / "preview.html"
    assert cli.main(["preview", str(folder / "rich.yaml"), "--output", str(page)]) == 0
    view = browser.new_page()
    asked_for: list[str] = []
    view.on("request", lambda request: asked_for.append(request.url))
    view.goto(page.as_uri())
    view.locator("form img").first.wait_for()
    view.wait_for_function("[...document.images].every((image) => image.complete)")
    found = view.evaluate(SHOWN)
    view.close()
    live = [each for each in found if each["form"]]
    assert {each["tag"] for each in live} == {"img", "math"} == {each["tag"] for each in found}
    for each in found:
        assert each["tall"] > 1
        assert each["wide"] if each["tag"] == "img" else each["space"] == "MathML"
        assert each["hint"] in ("none", "")
    assert [url for url in asked_for if not url.startswith(("file:", "data:", "blob:"))] == []


# --- out and in ------------------------------------------------------------------------------


def unsealed(data: bytes) -> bytes:
    """An export without the part that carries each question whole for our own reader."""
    own = rb"<dialogue>[^<]*</dialogue>|<\?dialogue-whole.*?\?>|dialogue_whole(?=</fieldlabel>)"
    if not data.startswith(b"PK"):
        return re.sub(own, b"", data)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            held = old.read(name)
            new.writestr(name, re.sub(own, b"", held) if name.endswith(".xml") else held)
    return made.getvalue()


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("out", "into"), [("moodle", "moodle"), ("qti", "qti"), ("qti21", "qti")])
def test_what_goes_out_comes_back_the_same(out: str, into: str, whole: bool, folder: Path) -> None:
    question = asked(folder)
    data, losses = FORMATS[out].write([question], "T")
    assert "picture" not in "".join(map(str, losses))
    pictures._kept.clear()  # what comes in is what the file brings
    (item,), said = taken(into, data if whole else unsealed(data))
    assert "picture" not in said, said
    there = folder / "there"
    (made,), new = beside.beside([item], there)
    assert {path.name for path in new} == {"line.svg", "sea.png", "secret.png"}
    beside.write(new)
    (there / "rich.yaml").write_text(writing.bank_text([made], "T", "t"), encoding="utf-8")
    again = asked(there)
    assert (again.ask, again.explain) == (question.ask, question.explain)
    assert [(o.text, o.right, o.say) for o in again.options] == [
        (o.text, o.right, o.say) for o in question.options
    ]
    assert again.status == "draft"


def test_a_text_with_blanks_keeps_its_formula_and_its_picture(folder: Path) -> None:
    ask = r"If \(\frac{a}{2} = 3\), then \(a\) is [[1]] and [[2]]. ![The sea](pictures/sea.png)"
    gaps = [
        {"answer": "6"},
        {"choose": "yes", "accept": [r"\(a>0\)"], "wrong": [{"text": r"\(\{0\}\)", "say": "No."}]},
    ]
    item = {"id": "r-one", "type": "cloze", "ask": ask, "gaps": gaps}
    (folder / "rich.yaml").write_text(writing.bank_text([item], "T", "t"), encoding="utf-8")
    read = bank.read([folder / "rich.yaml"])
    assert read.faults == []
    data, _ = FORMATS["moodle"].write(list(read.questions.values()), "T")
    (found,), said = taken("moodle", unsealed(data))
    assert said == ""
    (back,), new = beside.beside([found], folder / "there")
    assert (back["ask"], back["gaps"]) == (ask, gaps)
    assert list(new.values()) == [png()]


@pytest.mark.parametrize("name", ["gift", "csv", "xlsx"])
def test_what_holds_no_picture_says_so(name: str, folder: Path) -> None:
    question = asked(folder)
    data, losses = FORMATS[name].write([question], "T")
    assert "r-one: the picture is left out" in "\n".join(map(str, losses))
    (item,), _ = taken(name, data)
    assert f"[{ALT}]" in item["ask"]
    assert item["options"][0]["text"] == "[The sea]"


def test_the_description_of_a_picture_cannot_leave_its_attribute(folder: Path) -> None:
    words = 'x" onerror="window.__pwned=1'
    (folder / "rich.yaml").write_text(BANK.replace(ALT, words), encoding="utf-8")
    one = asked(folder)
    shown = [text.html(one.ask), writing.html(one.ask), twin.as_html([one], "")]
    shown.append(nbgrader._asked(one, 1))
    for page in shown:
        tags = re.findall(r"<img [^>]*>", page)
        assert tags
        for tag in tags:
            assert re.fullmatch(r'<img src="[^"]*" alt="[^"]*"( class="dialogue-picture")?>', tag)


def test_cards_bring_their_pictures(folder: Path) -> None:
    pytest.importorskip("genanki")
    data, _ = FORMATS["anki"].write([asked(folder)], "T")
    with zipfile.ZipFile(io.BytesIO(data)) as deck:
        media = json.loads(deck.read("media"))
        assert {name.rpartition("-")[0] for name in media.values()} == {"line", "sea", "secret"}
        notes = deck.read("collection.anki2")
        assert all(name.encode() in notes for name in media.values())
        (sea,) = (key for key, name in media.items() if name.startswith("sea"))
        assert deck.read(sea) == png()


def file_of(name: str, data: bytes) -> str:
    packed = base64.b64encode(data).decode()
    return f'<file name="{name}" path="/" encoding="base64">{packed}</file>'


@pytest.mark.parametrize(
    ("shown", "file", "ask", "said"),
    [
        ('<img src="@@PLUGINFILE@@/A%20map.PNG" alt="The [big] map">', file_of("A map.PNG", png()),
         "![The (big) map](pictures/A-map.png#", ""),
        ('<img src="@@PLUGINFILE@@/a.png">', file_of("a.png", png()),
         "![](pictures/a.png#", "a picture without a description: say in ![…] what a.png shows"),
        ('<img src="@@PLUGINFILE@@/a.png" alt="A map">', file_of("a.png", b"nothing"),
         "[A map]", "a picture: 'a.png' is not the png"),
        ('<img src="@@PLUGINFILE@@/a.png" alt="A map">', file_of("a.png", png() + bytes(300_000)),
         "[A map]", "a picture: the picture 'a.png' has 293 kB"),
        ('<img src="@@PLUGINFILE@@/gone.png" alt="A map">', "",
         "[A map]", "left out of the text: a picture"),
        ('<img src="https://evil.invalid/a.png" alt="A map">', file_of("a.png", png()),
         "[A map]", "left out of the text: a picture"),
        (f'<img alt="A map" src="data:image/png;base64,{base64.b64encode(png()).decode()}">', "",
         "![A map](pictures/picture.png#", ""),
        ("Which?", file_of("a.pdf", b"%PDF"),
         "Which?", "a file that belongs to the text is left out: a.pdf"),
    ],
)  # fmt: skip
def test_a_picture_of_moodle_comes_in_or_is_named(
    shown: str, file: str, ask: str, said: str
) -> None:
    xml = moodle("truefalse", answer("true", 100) + answer("false", 0), shown)
    xml = xml.replace("]]></text></questiontext>", f"]]></text>{file}</questiontext>")
    (item,), told = taken("moodle", xml)
    assert item["ask"].startswith(ask)
    assert item["status"] == "draft"
    assert said in told
    assert bool(said) is bool(told)


ONE = """<questestinterop><assessment title="Q"><section><item ident="i" title="one">
<itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>
<fieldentry>true_false_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">ASK</mattext></material>
<response_lid ident="r" rcardinality="Single"><render_choice>
<response_label ident="t"><material><mattext>True</mattext></material></response_label>
<response_label ident="f"><material><mattext>False</mattext></material></response_label>
</render_choice></response_lid></presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE"/></outcomes>
<respcondition continue="No"><conditionvar><varequal respident="r">t</varequal></conditionvar>
<setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing>
</item></section></assessment></questestinterop>"""
TWO = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="one"
 adaptive="false" timeDependent="false"><responseDeclaration identifier="RESPONSE"
 cardinality="single" baseType="identifier"><correctResponse><value>t</value></correctResponse>
</responseDeclaration><itemBody><p>ASK</p><choiceInteraction responseIdentifier="RESPONSE"
 maxChoices="1"><simpleChoice identifier="t">True</simpleChoice><simpleChoice identifier="f">False
</simpleChoice></choiceInteraction></itemBody><responseProcessing template=
"http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/></assessmentItem>"""


@pytest.mark.parametrize(
    ("item", "src", "name", "held"),
    [
        (ONE, "$IMS-CC-FILEBASE$/Uploaded%20Media/a%20map.png?canvas_download=1",
         "web_resources/Uploaded Media/a map.png", True),
        (ONE, "%24IMS-CC-FILEBASE%24/images/m.png", "images/m.png", True),
        (ONE, "m.png", "quiz/m.png", True),
        (TWO, "../images/m.png", "images/m.png", True),
        (TWO, "media/m.png", "quiz/media/m.png", True),
        (TWO, "../../../etc/m.png", "images/other.png", False),
        (ONE, "https://evil.invalid/m.png", "images/m.png", False),
        (ONE, "file:///etc/m.png", "images/m.png", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", ["A map", ""])
def test_a_picture_of_a_package_comes_in_or_is_named(
    item: str, src: str, name: str, held: bool, words: str
) -> None:
    shown = f'Which? <img src="{src}" alt="{words}"/>'
    shown = shown if item == TWO else Html.escape(shown)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("quiz/quiz.xml", item.replace("ASK", shown))
        package.writestr(name, png())
    (found,), said = taken("qti", made.getvalue())
    assert found["status"] == "draft"
    assert (len(list(pictures.found(found["ask"]))) == 1) is held
    assert ("a picture without a description" in said) is (held and not words)
    assert ("left out of the text: a picture" in said) is (not held)
    assert words in found["ask"]


def test_in_a_notebook_for_nbgrader_a_dollar_begins_no_formula(folder: Path) -> None:
    ask = r"Is $5 or $6 more than \\(x < 2\\)?"
    (folder / "rich.yaml").write_text(
        f'quiz: b\nitems:\n- id: b\n  type: short\n  ask: "{ask}"\n  accept: [a]\n',
        encoding="utf-8",
    )
    (one,) = bank.read([folder / "rich.yaml"]).questions.values()
    said = nbgrader._asked(one, 1)
    price = "<span>&#36;</span>"
    assert rf"Is {price}5 or {price}6 more than $x  \lt  2$?" in said


def test_import_writes_the_pictures_beside_the_bank_and_replaces_none(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "out.xml"
    assert cli.main(["export", "moodle", str(folder / "rich.yaml"), "--output", str(out)]) == 0
    there = folder / "new"
    (there / "pictures").mkdir(parents=True)
    (there / "pictures" / "sea.png").write_bytes(b"somebody else's")
    target = there / "in.yaml"
    assert cli.main(["import", str(out), "--output", str(target)]) == 0
    assert "pictures: 3 pictures" in capsys.readouterr().out
    assert (there / "pictures" / "sea.png").read_bytes() == b"somebody else's"
    assert cli.main(["check", "--no-advice", str(target)]) == 0
    (again,) = bank.read([target]).questions.values()
    assert [p.data for p in carried.of([again])] == [p.data for p in carried.of([asked(folder)])]


# --- copies of the course --------------------------------------------------------------------


@pytest.fixture
def course(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = copy_course(tmp_path / "course")
    for path in [*made.glob("exercises/*.yaml"), *made.glob("notebooks/*.ipynb")]:
        path.unlink()
    (folder / "pictures").rename(made / "exercises" / "pictures")
    (folder / "rich.yaml").rename(made / "exercises" / "rich.yaml")
    monkeypatch.setenv("DIALOGUE_COURSE", str(made))
    return made


def test_a_variant_and_its_key_have_their_pictures(course: Path, tmp_path: Path) -> None:
    questions = list(bank.course_bank().questions.values())
    variants.build(tmp_path / "v", questions, "s", ["Zaynab", "Omar"])
    for name in ("learners", "keys"):
        read = bank.read([tmp_path / "v" / name / "Omar.yaml"])
        assert read.faults == []
        shown: list[Question] = list(read.questions.values())
        names = {picture.name for picture in carried.of(shown)}
        assert names == {"line.svg", "sea.png"} | ({"secret.png"} if name == "keys" else set())
        assert {p.name for p in (tmp_path / "v" / name / "pictures").iterdir()} == names


def test_a_release_leaves_the_picture_in_an_explanation_behind(
    course: Path, tmp_path: Path
) -> None:
    release.release(tmp_path / "copy", ["r-one"])
    there = tmp_path / "copy" / "exercises"
    assert {p.name for p in (there / "pictures").iterdir()} == {"line.svg", "sea.png"}
    read = bank.read([there / "rich.yaml"])
    assert read.faults == []
    assert "The answer to it all" not in (there / "rich.yaml").read_text(encoding="utf-8")
    # The description of a picture that only the key has counts as words of the key.
    (course / "seeds" / "more.md").write_text(
        "The sea, as here: [The answer to it all]", encoding="utf-8"
    )
    with pytest.raises(release.FileFault, match="explanation of r-one can be read"):
        release.release(tmp_path / "copy2", ["r-one"])


def test_a_question_that_is_copied_to_an_overlay_takes_its_pictures_along(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(tmp_path / "own"))
    there = tmp_path / "own" / "exercises"
    (there / "pictures").mkdir(parents=True)
    (there / "pictures" / "sea.png").write_bytes(png(shade=1))  # somebody's own
    assert cli.main(["overlay", "replace", "r-one"]) == 0
    assert (there / "pictures" / "sea.png").read_bytes() == png(shade=1)
    both = bank.course_bank()
    assert both.faults == []
    assert both.places["r-one"][0].endswith("own/exercises/rich.yaml")
    assert png() in [picture.data for picture in carried.of([both.questions["r-one"]])]


def test_the_form_shows_a_picture_that_lies_beside_the_bank(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "exercises").mkdir()
    (folder / "pictures").rename(folder / "exercises" / "pictures")
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(folder))
    form = author()
    form.common["ask"].value = "What is ![The sea](pictures/sea.png)?"
    assert not any("picture" in fault for fault in form.read()[1])
    form.common["ask"].value = "What is ![The sea](pictures/nothing.png)?"
    assert any("no such file" in fault for fault in form.read()[1])


def test_course_and_overlay_may_use_one_name(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own" / "exercises"
    (own / "pictures").mkdir(parents=True)
    (own / "pictures" / "sea.png").write_bytes(png(shade=200))
    ask = "![Another sea](pictures/sea.png)"
    (own / "b.yaml").write_text(
        f"quiz: b\nitems:\n- id: b\n  type: short\n  ask: '{ask}'\n  accept: [a]\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("DIALOGUE_OVERLAY", str(own.parent))
    both = bank.course_bank()
    assert [p.data for p in carried.of([both.questions["b"]])] == [png(shade=200)]
    assert png() in [p.data for p in carried.of([both.questions["r-one"]])]
    # A picture that is mended is seen without a new start.
    (own / "pictures" / "sea.png").write_bytes(png(5, 5))
    assert [p.data for p in carried.of([bank.course_bank().questions["b"]])] == [png(5, 5)]
