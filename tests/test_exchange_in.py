"""Questions that another program wrote: no wrong key, and no loss without a word.

The shapes are those of files found in public; the wording is our own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialogue import bank, cli
from dialogue.bank import writing
from dialogue.course.files import FileFault
from dialogue.exchange import FORMATS
from dialogue.exchange.recognise import recognised
from dialogue.questions import Question, grade

ROOT = Path(__file__).parents[1]


def taken(form: str, text: str | bytes, **more: str) -> tuple[list[dict[str, Any]], str]:
    """The items, and the report as one text."""
    data = text if isinstance(text, bytes) else text.encode()
    items, losses = FORMATS[form].read(data, f"in{FORMATS[form].suffix}", **more)
    return items, "\n".join(map(str, losses))


def question(item: dict[str, Any], folder: Path) -> Question:
    """The question that a bank makes of an item, whatever it still lacks."""
    file = folder / "in.yaml"
    file.write_text(writing.bank_text([item], "In", "in"), encoding="utf-8")
    found = bank.read([file])
    lacking = [fault for fault in found.faults if "no comment" not in fault.message]
    assert lacking == []
    for node in item.get("options", []):
        node.setdefault("say", "Why.")
    file.write_text(writing.bank_text([item], "In", "in"), encoding="utf-8")
    (one,) = bank.read([file]).questions.values()
    return one


def moodle(kind: str, inside: str, ask: str = "Which?") -> str:
    return (
        f'<quiz><question type="{kind}"><name><text>one</text></name>'
        f'<questiontext format="html"><text><![CDATA[<p>{ask}</p>]]></text></questiontext>'
        f"{inside}</question></quiz>"
    )


def answer(words: str, share: float, say: str = "", tolerance: str = "") -> str:
    said = f"<feedback><text>{say}</text></feedback>" if say else ""
    margin = f"<tolerance>{tolerance}</tolerance>" if tolerance else ""
    return f'<answer fraction="{share}"><text>{words}</text>{margin}{said}</answer>'


# --- marks for a part ----------------------------------------------------------------------

PARTLY = {
    "gift": "::one:: Which port? {=Basra#Right. =%10%Mosul#Large, but inland.}",
    "moodle": moodle(
        "shortanswer",
        answer("Basra", 100, "Right.") + answer("Mosul", 10, "Large, but inland."),
    ),
}


@pytest.mark.parametrize("form", PARTLY)
def test_a_part_of_the_marks_is_never_all_of_them(form: str, tmp_path: Path) -> None:
    (item,), said = taken(form, PARTLY[form])
    assert item["accept"] == ["Basra"]
    assert item["wrong"] == [{"text": "Mosul", "say": "Large, but inland."}]
    assert item["explain"] == "Right."
    assert "'Mosul' was worth 10 %; here it is wrong" in said
    one = question(item, tmp_path)
    assert [grade(one, words).verdict for words in ("Basra", "Mosul")] == ["right", "wrong"]


def test_a_choice_of_which_nothing_is_fully_right_is_not_taken_over() -> None:
    text = "::one:: Which? {=%90%near ~far}\n\n::two:: Which? {=full ~%50%half ~none}"
    (item,), said = taken("gift", text)
    assert item["id"] == "two"
    assert [option.get("right") for option in item["options"]] == ["yes", None, None]
    assert "one: not taken over: no answer is fully right (the best is worth 90 %)" in said
    assert "two: 'half' was worth 50 %; here it is wrong" in said


NUMBERS = {
    "gift": "::n::How many?{#=%50%10:1#Nearly. =12:0#Yes.}",
    "moodle": moodle(
        "numerical", answer("10", 50, "Nearly.", "1") + answer("12", 100, "Yes.", "0")
    ),
}


@pytest.mark.parametrize("form", NUMBERS)
def test_the_number_that_is_fully_right_is_the_key(form: str, tmp_path: Path) -> None:
    (item,), said = taken(form, NUMBERS[form])
    assert (item["answer"], item["explain"]) == ("12", "Yes.")
    assert item["near"] == [{"value": "10", "say": "Nearly.", "within": "1"}]
    assert "9 to 11 was worth 50 %" in said
    one = question(item, tmp_path)
    found = [grade(one, value) for value in (12, 9, 11, 11.5)]
    assert [each.verdict for each in found] == ["right", "wrong", "wrong", "wrong"]
    assert [bool(each.comments) for each in found] == [False, True, True, False]


# --- ranges --------------------------------------------------------------------------------


def test_a_range_ends_where_it_ended(tmp_path: Path) -> None:
    (item,), _ = taken("gift", "::pi::pi?{#3.141..3.142}")
    assert (item["answer"], item["tolerance"]) == ("3.1415", "0.0005")
    one = question(item, tmp_path)
    right = [grade(one, value).verdict == "right" for value in (3.1409, 3.141, 3.142, 3.1421)]
    assert right == [False, True, True, False]


def test_a_wrong_range_keeps_its_width(tmp_path: Path) -> None:
    quiz = [
        {
            "question": "How many?",
            "type": "numeric",
            "answers": [
                {"type": "value", "value": 5, "correct": True},
                {"type": "range", "range": [-100, 0], "correct": False, "feedback": "Below zero."},
            ],
        }
    ]
    (item,), _ = taken("jupyterquiz", json.dumps(quiz))
    assert item["near"] == [{"value": "-50", "say": "Below zero.", "within": "50"}]
    one = question(item, tmp_path)
    assert [bool(grade(one, value).comments) for value in (-101, -99, -1, 1)] == [
        *(False, True, True, False)
    ]


def test_ranges_that_touch_are_one_and_numbers_that_lie_apart_are_not() -> None:
    (item,), _ = taken("gift", "::a::?{#=10:1 =12:1}")
    assert (item["answer"], item["tolerance"]) == ("11", "2")
    (item,), said = taken("gift", "::a::?{#=10:0 =12:0 ~#No.}")
    assert (item["type"], item["accept"]) == ("short", ["10", "12"])
    assert "asked as words" in said
    with pytest.raises(FileFault, match=r"1\.5 and 3 are right; a number here has one key"):
        taken("gift", "::a::?{#=1.5:0 =3:0}")


# --- either and all ------------------------------------------------------------------------

EITHER = {
    "gift": "::two::Which flow?{=Tigris#y =Euphrates#y ~Hill#no}",
    "moodle": moodle(
        "multichoice",
        "<single>true</single>"
        + answer("Tigris", 100, "y")
        + answer("Euphrates", 100, "y")
        + answer("Hill", 0, "no"),
    ),
}


@pytest.mark.parametrize("form", EITHER)
def test_any_one_of_two_is_not_both_of_them(form: str, tmp_path: Path) -> None:
    (item,), said = taken(form, EITHER[form])
    assert (item["type"], item["any_one"]) == ("single", "yes")
    assert "any one of its 2 right answers is enough" in said
    one = question(item, tmp_path)
    assert [grade(one, i).verdict for i in range(3)] == ["right", "right", "wrong"]
    data, _ = FORMATS[form].write([one], "")
    (back,), _ = taken(form, data)
    assert back["options"] == item["options"]
    assert back["any_one"] == "yes"
    assert one.solution() == ["A Tigris or B Euphrates"]


def test_all_of_several_say_where_they_were_marked_otherwise() -> None:
    text = "::a::?{~%100%x ~%100%y ~z}\n\n::b::?{~%70%x ~%30%y ~%-100%z}"
    items, said = taken("gift", text)
    assert [item["type"] for item in items] == ["multiple", "multiple"]
    assert "a: not all 2 right answers were needed" in said
    assert "a: a wrong tick cost nothing" in said
    assert "b: answers of different worth" in said


# --- what is kept --------------------------------------------------------------------------


def test_category_and_name_stand_above_the_item(tmp_path: Path) -> None:
    text = "$CATEGORY: $course$/top/Week 3/Oil\n\n::سؤال أول::أيهما؟{=نهر#نعم ~تل#لا}"
    (item,), _ = taken("gift", text)
    assert item["id"] == "in"
    assert item[writing.NOTE] == "category: Week 3 / Oil\nname: سؤال أول"
    shown = writing.bank_text([item], "T", "t")
    assert "# category: Week 3 / Oil\n# name: سؤال أول\n- id: in\n" in shown
    assert question(item, tmp_path).id == "in"


def test_a_note_above_an_item_is_never_more_than_a_comment(tmp_path: Path) -> None:
    item = {"id": "a", "type": "short", "ask": "?", "accept": ["x"]}
    for sign in "\r\n\x0b\x0c\x85\u2028\u2029\x00":
        text = writing.bank_text([item | {writing.NOTE: f"one{sign}- id: b"}], "T", "t")
        file = tmp_path / "a.yaml"
        file.write_text(text, encoding="utf-8")
        found = bank.read([file])
        assert (list(found.questions), found.faults) == (["a"], [])


def test_words_that_an_editor_takes_for_values_stand_in_quotation_marks() -> None:
    (item,), _ = taken("gift", "::t::Is it?{T#yes#no}")
    text = writing.bank_text([item], "T", "t")
    assert '- text: "True"\n      right: yes\n      say: "no"\n' in text
    number = writing.bank_text([{"id": "n", "type": "numeric", "answer": "12"}], "T", "t")
    assert "answer: 12\n" in number


LANGUAGES = {
    "spans": '<span lang="en" class="multilang">A river?</span>'
    '<span lang="ar" class="multilang">نهر؟</span>',
    "blocks": "{mlang en}A river?{mlang}{mlang ar}نهر؟{mlang}",
}


@pytest.mark.parametrize("which", LANGUAGES)
def test_one_language_is_chosen_and_said(which: str) -> None:
    xml = moodle("truefalse", answer("true", 100) + answer("false", 0), LANGUAGES[which])
    (item,), said = taken("moodle", xml)
    assert (item["ask"], said) == ("A river?", "one: the language 'en' is taken over, and not ar")
    (item,), _ = taken("moodle", xml, language="ar")
    assert item["ask"] == "نهر؟"


def test_a_raised_figure_is_no_other_number() -> None:
    xml = moodle(
        "truefalse",
        answer("true", 100) + answer("false", 0),
        "10<sup>6</sup> and 2<sup>x+y</sup> of H<sub>2</sub>O and a<sub>max</sub>",
    )
    (item,), _ = taken("moodle", xml)
    assert item["ask"] == "10⁶ and 2^(x+y) of H₂O and a_(max)"


@pytest.mark.parametrize(
    "formula", [r"\(x^2\)", r"$$a+b$$", r"$x_1$", r"\[ y \]", r"${x}$ and $y$"]
)
def test_a_formula_is_named_wherever_it_stands(formula: str) -> None:
    # In a choice, an option and a comment, and never for an amount of money.
    for place in ("ask", "option", "comment"):
        words = {"ask": "Which?", "option": "x", "comment": "no"} | {place: formula}
        quiz = [
            {
                "question": words["ask"],
                "type": "multiple_choice",
                "answers": [
                    {"answer": words["option"], "correct": True},
                    {"answer": "z", "correct": False, "feedback": words["comment"]},
                ],
            }
        ]
        assert "a formula is shown as it was typed" in taken("jupyterquiz", json.dumps(quiz))[1]
    money = "::a::Is $5 more than $3 here?{T}"
    assert "formula" not in taken("gift", money)[1]


def test_one_text_for_every_outcome_explains() -> None:
    same = "".join(
        f'<{name} format="html"><text>Because it is lower.</text></{name}>'
        for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    )
    inside = "<single>true</single>" + same + answer("A", 100) + answer("B", 0)
    (item,), said = taken("moodle", moodle("multichoice", inside))
    assert (item["explain"], said) == ("Because it is lower.", "")


def test_the_first_fault_is_the_one_that_kept_it_out() -> None:
    inside = "<correctfeedback><text>Well done indeed</text></correctfeedback>"
    with pytest.raises(FileFault, match="the first fault: one: not taken over: the type 'calc'"):
        taken("moodle", moodle("calc", inside))


SIGNS = {
    "only signs": ("::a::?{=<}", "'<' is right, and signs are not compared here"),
    "anything": ("::a::?{=*}", "any answer is right there"),
}


@pytest.mark.parametrize("which", SIGNS)
def test_what_is_compared_otherwise_here_is_refused(which: str) -> None:
    text, words = SIGNS[which]
    with pytest.raises(FileFault) as caught:
        taken("gift", text)
    assert words in str(caught.value)


def test_signs_that_are_not_compared_are_named() -> None:
    _, said = taken("gift", "::a::Which language?{=C++}")
    assert "only letters and figures are compared" in said


# --- other formats ------------------------------------------------------------------------

AIKEN = """\
Which one flows?
A) Hill
B) River
ANSWER: B

Which one
is higher?
A. A hill
B. A river
that is long
ANSWER: a
What is this?
A. x
ANSWER: A

Is it?
A. yes
B. no
ANSWER: C

A question without a key
A. x
B. y
"""


def test_aiken_is_read_and_recognised() -> None:
    assert recognised(AIKEN.encode(), ".txt") == "aiken"
    assert recognised(b"::a:: ? {=x}", ".txt") == "gift"
    items, said = taken("aiken", AIKEN)
    assert [item["ask"] for item in items] == ["Which one flows?", "Which one\nis higher?"]
    assert items[0]["options"] == [{"text": "Hill"}, {"text": "River", "right": "yes"}]
    assert items[1]["options"][1] == {"text": "A river that is long"}
    for words in (
        "line 12: not taken over: it has fewer than two answers",
        "line 16: not taken over: the answer 'C' is none of its letters",
        "line 21: not taken over: there is no line 'ANSWER: A' behind it",
    ):
        assert words in said


QUIZ = [
    {
        "question": "Pick",
        "type": "multiple_choice",
        "answers": [{"answer": "a", "correct": True}, {"answer": "b", "correct": False}],
    }
]
CELLS: dict[str, tuple[str, str]] = {
    "a list": ("code", f"%matplotlib inline\nquestions = {QUIZ!r}\ndisplay_quiz(questions)"),
    "JSON": ("code", f"quiz = {json.dumps(QUIZ)}"),
    "a span": (
        "markdown",
        '<span style="display:none" id="q">'
        + base64.b64encode(json.dumps(QUIZ).encode()).decode()
        + "</span>",
    ),
}


@pytest.mark.parametrize("which", CELLS)
def test_questions_are_found_in_a_notebook_and_no_cell_is_run(which: str) -> None:
    kind, source = CELLS[which]
    cells = [{"cell_type": kind, "source": [source]}] * 2
    cells += [{"cell_type": "code", "source": "questions = [{'question': open('x'), 'type': 1}]"}]
    (item,), _ = taken("jupyterquiz", json.dumps({"cells": cells}))
    assert item["options"] == [{"text": "a", "right": "yes"}, {"text": "b"}]


def test_a_notebook_that_names_a_file_says_so() -> None:
    cells = [{"cell_type": "code", "source": "display_quiz('week1.json')"}]
    with pytest.raises(FileFault, match=r"they stand in 'week1\.json'"):
        taken("jupyterquiz", json.dumps({"cells": cells}))


# --- our own ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course() -> list[Question]:
    own = bank.read(overlay=False).questions
    return list((own | bank.read([ROOT / "exercises/sample-bank.yaml"]).questions).values())


@pytest.mark.parametrize("form", ["gift", "moodle"])
def test_our_own_export_comes_back_whole_with_nothing_to_mend(
    form: str, course: list[Question], tmp_path: Path
) -> None:
    data, _ = FORMATS[form].write(course, "The course")
    items, said = taken(form, data)
    assert said == ""
    file = tmp_path / "back.yaml"
    file.write_text(writing.bank_text(items, "T", "t"), encoding="utf-8")
    found = bank.read([file])
    assert found.faults == []
    wanted = {q.id: writing.fields(q) | {"status": "draft"} for q in course}
    assert {q.id: writing.fields(q) for q in found.questions.values()} == wanted


def _visibly(data: bytes, form: str) -> bytes:
    """The export with another word, in what another program shows of it."""
    head, whole, rest = data.partition({"gift": b"// dialogue ", "moodle": b"<dialogue>"}[form])
    if form == "gift":
        line, _, rest = rest.partition(b"\n")
        whole += line + b"\n"
    shown = [part.replace(b"Which port", b"Which harbour") for part in (head, rest)]
    return shown[0] + whole + shown[1]


CHANGES: dict[str, Callable[[bytes, str], bytes]] = {
    "what is shown": _visibly,
    "both": lambda data, form: data.replace(b"Which port", b"Which harbour"),
}


@pytest.mark.parametrize("form", ["gift", "moodle"])
@pytest.mark.parametrize("which", CHANGES)
def test_what_was_changed_after_the_export_counts(form: str, which: str, tmp_path: Path) -> None:
    other, _ = taken("gift", "::one::Which port of all?{=Basra#Right. ~Mosul#No.}")
    data, _ = FORMATS[form].write([question(other[0], tmp_path)], "")
    (back,), said = taken(form, CHANGES[which](data, form))
    assert back["ask"] == "Which harbour of all?"
    assert "changed after it was exported" in said


def test_a_table_is_of_drafts_unless_it_says_otherwise(tmp_path: Path) -> None:
    rows = "id,kind,ask,key,option 1,option 2,comment 2,status\n"
    rows += "a,single,?,1,x,y,no,\nb,single,?,1,x,y,no,reviewed\n"
    items, _ = taken("csv", rows)
    assert [item["status"] for item in items] == ["draft", "reviewed"]


def test_the_command_recognises_aiken(tmp_path: Path) -> None:
    file, target = tmp_path / "in.txt", tmp_path / "out.yaml"
    file.write_text(AIKEN, encoding="utf-8")
    assert cli.main(["import", str(file), "--output", str(target)]) == 0
    assert len(bank.read([target]).questions) + len(bank.read([target]).faults) >= 2
