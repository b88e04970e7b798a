"""Questions that another program wrote: no wrong key, and no loss without a word.

The shapes are those of files found in public; the wording is our own.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialogue import bank, cli
from dialogue.bank import writing
from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.exchange import FORMATS, markup
from dialogue.exchange.recognise import recognised
from dialogue.page import text as small
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
    ("typed", "held"),
    [
        (r"\(x^2\)", r"\(x^2\)"),
        ("$$a+b*c*d$$", r"\[a+b*c*d\]"),
        ("$x_1$", r"\(x_1\)"),
        (r"\[ y \]", r"\[ y \]"),
        ("${x}$ and $y$", r"\({x}\) and \(y\)"),
        (r"\(\foo\)", ""),
        (r"$\frac{a$", ""),
    ],
)
def test_a_formula_is_held_or_named_wherever_it_stands(typed: str, held: str) -> None:
    # In a choice, an option and a comment, and never for an amount of money.
    for place in ("ask", "option", "comment"):
        words = {"ask": "Which?", "option": "x", "comment": "no"} | {place: typed}
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
        (item,), said = taken("jupyterquiz", json.dumps(quiz))
        found = {
            "ask": item["ask"],
            "option": item["options"][0]["text"],
            "comment": item["options"][1]["say"],
        }
        assert found[place] == (held or typed)
        assert ("a formula is shown as it was typed" in said) is (not held)
        assert ("between dollar signs" in said) is (bool(held) and typed[:2] in ("$x", "${"))
    money = "::a::Is $5 more than $3 here?{T}"
    assert "formula" not in taken("gift", money)[1]


@pytest.mark.parametrize(
    ("there", "here"),
    [
        (r"Take \(x^2\) of $5", r"Take \(x^2\) of $5"),
        (r"<p>Take $$a*b*c &lt; 2$$</p>", r"Take \[a*b*c < 2\]"),
        (
            '<math display="block"><semantics><mi>x</mi><annotation encoding="application/x-tex">'
            "x_1</annotation></semantics></math>",
            r"\[x_1\]",
        ),
        (
            '<p>Is <img class="equation_image" src="/equation_images/x" alt="LaTeX: x*y*z" '
            'data-equation-content="x*y*z"> it?</p>',
            r"Is \(x*y*z\) it?",
        ),
    ],
)
def test_formulas_of_other_programs_are_held(there: str, here: str) -> None:
    (item,), said = taken(
        "moodle", moodle("truefalse", answer("true", 100) + answer("false", 0), there)
    )
    assert item["ask"] == here
    assert not said
    assert not list(small.no_formulas(item["ask"]))


@pytest.mark.parametrize("name", ["moodle", "gift"])
def test_a_formula_goes_out_and_comes_back(name: str, tmp_path: Path) -> None:
    asked = {
        "id": "a", "type": "single", "ask": r"Is *this* \(a*b_1<c\) or $5? \[\frac{1}{2}\]",
        "options": [{"text": r"\(x\\y\)", "right": "yes", "say": "Yes."}, {"text": r"\(\nu\)", "say": r"no: \(\{2\}\)"}],
    }  # fmt: skip
    made, _lost = FORMATS[name].write([question(dict(asked), tmp_path)], "T")
    # Without the line that carries it whole: what the other program shows is read.
    seen = re.sub(r"(?m)^// dialogue .*$|<dialogue>.*</dialogue>", "", made.decode())
    (item,), said = taken(name, seen)
    assert (item["ask"], item["options"]) == (asked["ask"], asked["options"]), said


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


@pytest.mark.sweep(2)
@pytest.mark.parametrize("form", ["moodle", "qti", "gift", "qti21"])
def test_our_own_export_comes_back_whole_with_nothing_to_mend(
    form: str, course: list[Question], tmp_path: Path
) -> None:
    data, _ = FORMATS[form].write(course, "The course")
    items, said = taken("qti" if form == "qti21" else form, data)
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


# --- QTI ------------------------------------------------------------------------------------

ITEM = """<item ident="i1" title="River"><itemmetadata><qtimetadata>{meta}</qtimetadata>
</itemmetadata><presentation><material><mattext texttype="text/html">&lt;p&gt;Which
&lt;i&gt;one&lt;/i&gt;?&lt;/p&gt;</mattext></material>{asked}</presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE"/></outcomes>
{rules}</resprocessing>{said}</item>"""
CHOICES = """<response_lid ident="r" rcardinality="{number}"><render_choice>
<response_label ident="a"><material><mattext>Tigris</mattext></material></response_label>
<response_label ident="b"><material><mattext>Hill</mattext></material></response_label>
<response_label ident="c"><material><mattext>Euphrates</mattext></material></response_label>
</render_choice></response_lid>"""
TYPED = """<response_str ident="r" rcardinality="Single"><render_fib><response_label ident="x"/>
</render_fib></response_str>"""
COMMENT = """<itemfeedback ident="b_fb"><flow_mat><material><mattext>Too dry.</mattext></material>
</flow_mat></itemfeedback>"""


def is_(name: str, response: str = "r") -> str:
    return f'<varequal respident="{response}">{name}</varequal>'


def rule(test: str, score: str = "100", more: str = "No", then: str = "", do: str = "Set") -> str:
    earned = f'<setvar action="{do}" varname="SCORE">{score}</setvar>' if score else ""
    return (
        f'<respcondition continue="{more}"><conditionvar>{test}</conditionvar>'
        f"{earned}{then}</respcondition>"
    )


def qti(asked: str, rules: str, said: str = "", kind: str = "") -> str:
    meta = (
        "<qtimetadatafield><fieldlabel>question_type</fieldlabel>"
        f"<fieldentry>{kind}</fieldentry></qtimetadatafield>"
        if kind
        else ""
    )
    item = ITEM.format(meta=meta, asked=asked, rules=rules, said=said)
    return f"<questestinterop>{item}</questestinterop>"


def key(item: dict[str, Any]) -> list[str]:
    return [option["text"] for option in item["options"] if "right" in option]


def test_the_conditions_of_a_choice_are_followed() -> None:
    one = CHOICES.format(number="Single")
    shown = '<displayfeedback linkrefid="b_fb"/>'
    rules = rule(is_("b"), "", "Yes", shown) + rule(is_("a"))
    (item,), said = taken("qti", qti(one, rules, COMMENT))
    assert (item["ask"], key(item), item["options"][1]["say"]) == (
        "Which *one*?",
        ["Tigris"],
        "Too dry.",
    )
    assert said == ""
    (item,), said = taken("qti", qti(one, rule(is_("a")) + rule(is_("c"), "50")))
    assert key(item) == ["Tigris"]
    assert "'Euphrates' was worth 50 %; here it is wrong" in said
    (item,), _ = taken("qti", qti(one, rule(is_("a")) + rule(is_("c"))))
    assert (key(item), item["any_one"]) == (["Tigris", "Euphrates"], "yes")
    # A second rule that is never reached, and the best of which nobody can get everything.
    (item,), _ = taken("qti", qti(one, rule(is_("a")) + rule(is_("a"), "0")))
    assert key(item) == ["Tigris"]
    with pytest.raises(FileFault, match=r"no answer is fully right \(the best is worth 60 %\)"):
        taken("qti", qti(one, rule(is_("a"), "60")))


def test_all_of_several_are_found_however_the_conditions_are_written() -> None:
    several = CHOICES.format(number="Multiple")
    strict = rule(f"<and>{is_('a')}{is_('c')}<not>{is_('b')}</not></and>")
    (item,), said = taken("qti", qti(several, strict))
    assert (item["type"], key(item), said) == ("multiple", ["Tigris", "Euphrates"], "")
    adding = "".join(rule(is_(n), "50", "Yes", do="Add") for n in "ac")
    (item,), said = taken("qti", qti(several, adding))
    assert key(item) == ["Tigris", "Euphrates"]
    assert "a wrong one cost nothing" in said


def test_typed_answers_keep_what_is_right_and_how_far() -> None:
    (item,), _ = taken("qti", qti(TYPED, rule(is_("Basra") + is_("Al Basra"))))
    assert item["accept"] == ["Basra", "Al Basra"]
    low, high = ('<vargte respident="r">9.5</vargte>', '<varlte respident="r">10.5</varlte>')
    number = rule(f"<or>{is_('10')}<and>{low}{high}</and></or>")
    (item,), _ = taken("qti", qti(TYPED, number, kind="numerical_question"))
    assert (item["answer"], item["tolerance"]) == ("10", "0.5")


def test_a_common_cartridge_is_read_in_the_order_of_its_manifest() -> None:
    one = qti(CHOICES.format(number="Single"), rule(is_("a")))
    members = {
        "imsmanifest.xml": b'<manifest><resources><resource><file href="b.xml"/></resource>'
        b'<resource><file href="a/x.xml"/></resource></resources></manifest>',
        "a/x.xml": one.replace("Tigris", "Second").encode(),
        "b.xml": one.encode(),
        "c.xml": b"<questestinterop><item>",
        "page.html": b"<p>",
    }
    items, said = taken("qti", files.zip_bytes(members))
    assert [key(item) for item in items] == [["Tigris"], ["Second"]]
    assert "c.xml: not taken over: this is not whole XML" in said


TWO = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="q" title="Q">
<responseDeclaration identifier="R" cardinality="{number}" baseType="{base}">
<correctResponse>{right}</correctResponse>{mapping}</responseDeclaration>
<itemBody>{body}</itemBody>{rules}</assessmentItem>"""
BODY = """<choiceInteraction responseIdentifier="R" maxChoices="{most}" shuffle="true">
<prompt>Which?</prompt><simpleChoice identifier="a">Tigris</simpleChoice>
<simpleChoice identifier="b">Hill<feedbackInline identifier="b" outcomeIdentifier="F"
 showHide="show">Too dry.</feedbackInline></simpleChoice>
<simpleChoice identifier="c">Euphrates</simpleChoice></choiceInteraction>"""
MAPS = '<responseProcessing template="http://x/rptemplates/map_response"/>'


def two(body: str, *right: str, **more: str) -> str:
    shown = "".join(f"<value>{each}</value>" for each in right)
    fields = {"number": "single", "base": "identifier", "mapping": "", "rules": ""} | more
    return TWO.format(body=body, right=shown, **fields)


def test_version_two_says_what_is_right() -> None:
    (item,), said = taken("qti", two(BODY.format(most=1), "a"))
    assert (item["ask"], key(item), item["options"][1]["say"]) == ("Which?", ["Tigris"], "Too dry.")
    assert said == ""
    (item,), _ = taken("qti", two(BODY.format(most=0), "a", "c", number="multiple"))
    assert (item["type"], key(item)) == ("multiple", ["Tigris", "Euphrates"])
    mapping = '<mapping><mapEntry mapKey="a" mappedValue="2"/><mapEntry mapKey="c" mappedValue="1"/></mapping>'
    (item,), said = taken("qti", two(BODY.format(most=1), "a", mapping=mapping, rules=MAPS))
    assert key(item) == ["Tigris"]
    assert "'Euphrates' was worth 50 %" in said


def test_version_two_types_orders_and_matches() -> None:
    entry = '<p>Capital: <textEntryInteraction responseIdentifier="R"/></p>'
    mapping = '<mapping><mapEntry mapKey="Baghdad" mappedValue="1"/><mapEntry mapKey="Bagdad" mappedValue="0.5"/></mapping>'
    (item,), said = taken("qti", two(entry, "Baghdad", base="string", mapping=mapping, rules=MAPS))
    assert (item["ask"], item["accept"]) == ("Capital:", ["Baghdad"])
    assert "'Bagdad' was worth 50 %" in said
    things = "".join(f'<simpleChoice identifier="{n}">{n * 3}</simpleChoice>' for n in "bac")
    order = f'<orderInteraction responseIdentifier="R"><prompt>Order</prompt>{things}</orderInteraction>'
    (item,), _ = taken("qti", two(order, "c", "a", "b", number="ordered"))
    assert [each["text"] for each in item["order"]] == ["ccc", "aaa", "bbb"]
    sides = "".join(
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{n}">{n}{n}</simpleAssociableChoice>'
            for n in side
        )
        + "</simpleMatchSet>"
        for side in ("ab", "xyz")
    )
    match = f'<p>Match</p><matchInteraction responseIdentifier="R">{sides}</matchInteraction>'
    (item,), _ = taken("qti", two(match, "a y", "x b", number="multiple", base="directedPair"))
    assert item["pairs"] == [{"left": "aa", "right": "yy"}, {"left": "bb", "right": "xx"}]
    assert item["extra_right"] == [{"text": "zz"}]


# --- text2qti -------------------------------------------------------------------------------

TEXT = """\
Quiz title: Rivers
Quiz description: Of two.

% a comment

Title: Sums
Points: 2
1.  What is 2 + 3?
... Add them.
a)  6
... One too many.
*b) 5

2.  Which flow?
[*] Tigris
[ ] Hill
[*] Euphrates

3.  The root of two?
=   1.4142 +- 0.0001

4.  A range?
=   [1, 2.5]

5.  Who?
*   Gertrude Bell
*   G. Bell

GROUP
pick: 1

6.  ![a map](m.png) What is [this](http://x.org)?
*a) x
b) y
END_GROUP

7.  Nothing follows.

8.  Write.
____
"""


def test_a_quiz_for_text2qti_is_read_and_recognised() -> None:
    assert recognised(TEXT.encode(), ".txt") == "text2qti"
    items, said = taken("text2qti", TEXT)
    by = {item["id"]: item for item in items}
    assert by["sums"]["options"] == [
        {"text": "6", "say": "One too many."},
        {"text": "5", "right": "yes"},
    ]
    assert (by["sums"]["points"], by["sums"]["explain"]) == ("2", "Add them.")
    assert key(by["which-flow"]) == ["Tigris", "Euphrates"]
    assert (by["the-root-of-two"]["answer"], by["the-root-of-two"]["tolerance"]) == (
        "1.4142",
        "0.0001",
    )
    assert (by["a-range"]["answer"], by["a-range"]["tolerance"]) == ("1.75", "0.75")
    assert by["who"]["accept"] == ["Gertrude Bell", "G. Bell"]
    assert by["a-map-what-is-this"]["ask"] == "[a map] What is this?"
    assert by["write"]["type"] == "essay"
    for words in ("a picture", "a link", "a group of which some are drawn", "it has no answers"):
        assert words in said


# --- tables of others ----------------------------------------------------------------------

HEAD = "Question,A,B,C,D,Correct\n"
SHEETS: dict[str, tuple[str, list[list[str]]]] = {
    "letters": (HEAD + "Which?,w,x,y,z,B\nHow many?,3,4,5,2,C\n", [["x"], ["5"]]),
    "numbers": (HEAD + "Which?,w,x,y,z,2\nWho?,a,b,c,d,4\n", [["x"], ["d"]]),
    "from nought": (HEAD + "Which?,w,x,y,z,0\nWho?,a,b,c,d,3\n", [["w"], ["d"]]),
    "words": (HEAD + "Which?,w,x,y,z,x\nHow many?,3,4,5,2,5\n", [["x"], ["5"]]),
    "letters and words": (HEAD + "Which?,A) w,B) x,C) y,D) z,B) x\n", [["x"]]),
    "an export": (
        "Question Text,Question Type,Option 1,Option 2,Option 3,Correct Answer\n"
        'Which?,Checkbox,w,x,y,"1,3"\nWho?,Multiple Choice,a,b,c,2\n',
        [["w", "y"], ["b"]],
    ),
    "semicolons": (HEAD.replace(",", ";") + "Which?;w;x;y;z;D\n", [["z"]]),
}


@pytest.mark.parametrize("which", SHEETS)
def test_a_table_as_teachers_keep_it_is_understood(which: str) -> None:
    text, wanted = SHEETS[which]
    items, _ = taken("csv", text)
    assert [key(item) for item in items] == wanted


def test_a_key_that_can_be_read_in_two_ways_is_not_guessed() -> None:
    items, said = taken("csv", HEAD + "How many?,3,4,5,2,4\nHow much?,1,2,3,4,3\n")
    assert [key(item) for item in items] == [["3"]]
    assert "row 2: not taken over: the key '4' can be read in two ways: write its letter" in said


def test_any_one_in_kahoot_is_any_one_here() -> None:
    head = (
        "Question - max 120 characters,Answer 1 - max 75 characters,Answer 2 - max 75 characters,"
    )
    head += (
        "Answer 3 - max 75 characters,Time limit (sec),Correct answer(s) - choose at least one\n"
    )
    (item,), said = taken("csv", head + 'Which flow?,Tigris,Hill,Euphrates,20,"1,3"\n')
    assert (item["type"], item["any_one"]) == ("single", "yes")
    assert "the column 'Time limit (sec)'" in said


def test_a_table_without_options_is_of_words_and_numbers() -> None:
    text = "Question,Answer\nCapital?,Baghdad\nIs it?,True\nPi?,3.14\nWhy?,Because of this and that and much else again\n"
    items, said = taken("csv", text)
    assert [item["type"] for item in items] == ["short", "single", "numeric"]
    assert "a text of 9 words, which no rule marks" in said


def test_the_same_table_as_a_workbook() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Question", "A", "B", "Correct"], ["Which?", "x", 5, "B"]):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    (item,), _ = taken("xlsx", made.getvalue())
    assert key(item) == ["5"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + '"Which?,w,x,y,z,B\nWho?,a,b,c,d,A\n', 2),
        (HEAD + 'Who?,a,b,c,d,A\nWhich?,w,"x,y,z,B\nWhat?,"a, b",b,c,d,A\n', 3),
        (HEAD + 'Who?,"two\nlines",b,c,d,A\nWhich?,w,x,y,z,"B\n', 4),
        ("sep=,\n" + HEAD + '"Which?,w,x,y,z,B\n', 3),
    ],
)
def test_a_quotation_mark_that_is_not_closed_is_told_where_it_opens(text: str, line: int) -> None:
    with pytest.raises(FileFault) as caught:
        taken("csv", text)
    assert str(caught.value).startswith(f"in.csv:{line}: a quotation mark opens here")


def test_a_quotation_mark_inside_a_cell_is_no_fault() -> None:
    (item,), _ = taken("csv", HEAD + 'Which 5" pipe?,"the ""old"" one",x,y,z,A\n')
    assert key(item) == ['the "old" one']


# --- blanks in a text ------------------------------------------------------------------------

BLANKS = (
    "In {1:SHORTANSWER:=June~=the sixth month~%50%May#Nearly.~%0%July#Later.~*#Read on.} "
    "the {1:MULTICHOICE_S:=raid~talks#Earlier.} took {1:NUMERICAL:=2:0.5#Yes.~*#Shorter.} hours"
)


def test_embedded_answers_of_moodle_are_blanks(tmp_path: Path) -> None:
    (item,), said = taken("moodle", moodle("cloze", "", BLANKS))
    assert item["ask"] == "In [[1]] the [[2]] took [[3]] hours"
    assert item["gaps"] == [
        {
            "accept": ["June", "the sixth month"],
            "wrong": [{"text": "May", "say": "Nearly."}, {"text": "July", "say": "Later."}],
            "say": "Read on.",
        },
        {"choose": "yes", "accept": ["raid"], "wrong": [{"text": "talks", "say": "Earlier."}]},
        {"answer": "2", "tolerance": "0.5", "say": "Shorter."},
    ]
    assert "blank 1: 'May' was worth 50 %; here it is wrong" in said
    assert "blank 3: the comment on what is right is left out: 'Yes.'" in said
    one = question(item, tmp_path)
    assert grade(one, ["june", "raid", "2.5"]).verdict == "right"
    assert grade(one, ["May", "talks", "3"]).score == 0


@pytest.mark.parametrize("form", ["moodle", "qti"])
def test_blanks_come_back_from_another_program(form: str, tmp_path: Path) -> None:
    words = {"accept": ["a*b", "x"], "wrong": [{"text": "c}d", "say": "~#"}], "say": "else"}
    gaps = [words, {"accept": ["y"]}]
    item = {"id": "c", "type": "cloze", "ask": "One {x} [[2]] and *two* [[1]].", "gaps": gaps}
    one = question(item, tmp_path)
    data, _ = FORMATS[form].write([one], "")
    if form == "moodle":
        data = re.sub(rb"(?s)<dialogue>.*?</dialogue>", b"", data)
    else:
        unpacked = markup.unpacked(data, "x")
        data = files.zip_bytes(
            {name: part.replace(b"dialogue_whole", b"other") for name, part in unpacked.items()}
        )
    (back,), _ = taken(form, data)
    assert back["type"] == "cloze"
    found = question(back, tmp_path)
    places = [int(n) for n in re.findall(r"\[\[(\d)\]\]", back["ask"])]
    assert re.sub(r"\[\[\d\]\]", "_", back["ask"]) == "One {x} _ and *two* _."
    key = ["a*b", "y"]
    given = [key[1], key[0]] if places == [1, 2] and form == "moodle" else key
    assert grade(found, given).verdict == "right"
    assert grade(found, given[::-1]).verdict == "wrong"


def test_menus_of_moodle_and_words_to_drag_are_blanks() -> None:
    options = "".join(
        f"<selectoption><text>{words}</text><group>{group}</group></selectoption>"
        for words, group in (("river", 1), ("Basra", 2), ("hill", 1), ("Mosul", 2))
    )
    (item,), _ = taken("moodle", moodle("gapselect", options, "The [[1]] flows to [[2]]."))
    assert [(gap["accept"], [w["text"] for w in gap["wrong"]]) for gap in item["gaps"]] == [
        (["river"], ["hill"]),
        (["Basra"], ["Mosul"]),
    ]


def test_several_answer_parts_in_one_text_are_blanks_in_gift() -> None:
    (item,), _ = taken("gift", "::a::Two {=rivers =streams} meet near {=Basra ~Mosul} at last.")
    assert item["ask"] == "Two [[1]] meet near [[2]] at last."
    assert item["gaps"][0] == {"accept": ["rivers", "streams"]}
    assert item["gaps"][1]["choose"] == "yes"
    with pytest.raises(FileFault, match="leave an empty line between them"):
        taken("gift", "One? {=a ~b}\nTwo? {=c ~d}")


def test_blanks_of_canvas_are_blanks() -> None:
    def blank(name: str, *texts: str) -> str:
        labels = "".join(
            f'<response_label ident="{name}{i}"><material><mattext>{text}</mattext></material>'
            "</response_label>"
            for i, text in enumerate(texts)
        )
        return (
            f'<response_lid ident="response_{name}"><material><mattext>{name}</mattext></material>'
            f"<render_choice>{labels}</render_choice></response_lid>"
        )

    rules = rule(is_("x1", "response_x"), "50", "Yes", do="Add")
    rules += rule(is_("y0", "response_y"), "50", "Yes", do="Add")
    asked = blank("x", "hill", "river") + blank("y", "Basra", "Mosul")
    text = qti(asked, rules, kind="multiple_dropdowns_question")
    (item,), _ = taken("qti", text.replace("?&lt;/p&gt;", ": the [x] flows to [y]&lt;/p&gt;"))
    assert item["ask"] == "Which *one*: the [[1]] flows to [[2]]"
    assert [gap["accept"] for gap in item["gaps"]] == [["river"], ["Basra"]]


def test_what_canvas_says_to_wrong_answers_is_not_told_to_everybody() -> None:
    def said(name: str, words: str) -> str:
        text = f"<material><mattext>{words}</mattext></material>"
        return f'<itemfeedback ident="{name}"><flow_mat>{text}</flow_mat></itemfeedback>'

    def shows(name: str) -> str:
        return f'<displayfeedback linkrefid="{name}"/>'

    rules = rule("<other/>", "", "Yes", shows("general_fb"))
    rules += rule(is_("a"), "100", "No", shows("correct_fb"))
    rules += rule("<other/>", "", "Yes", shows("general_incorrect_fb"))
    told = said("general_fb", "To all.") + said("correct_fb", "Yes.")
    told += said("general_incorrect_fb", "No.")
    (item,), report = taken("qti", qti(CHOICES.format(number="Single"), rules, told))
    assert (item["explain"], item["options"][0]["say"]) == ("To all.", "Yes.")
    assert report == "river: what is said to a wrong answer is left out: 'No.'"


def test_a_text_that_speaks_of_tags_is_no_html() -> None:
    (item,), _ = taken("csv", "Question,A,B,Correct\nWhich closes a <p>?,<br>,the </p> tag,B\n")
    assert item["ask"] == "Which closes a <p>?"
    assert key(item) == ["the </p> tag"]
    (item,), _ = taken("aiken", "Is <html> & <b>this</b> an element?\nA) <br>\nB) no\nANSWER: A")
    assert item["ask"] == "Is <html> & <b>this</b> an element?"
    assert key(item) == ["<br>"]


def test_the_options_of_a_table_may_stand_in_one_cell_or_beside_the_key() -> None:
    items, said = taken("csv", "question,options,correct_answer\nWho?,a|b|c,2\nWhat?,x|y,0\n")
    assert [key(item) for item in items] == [["c"], ["x"]]
    assert "the keys: read as numbers, 0 for the first option: check one" in said
    (item,), _ = taken("csv", "question,optionA,optionB,answer\nWhich?,Hill,Road,River\n")
    assert key(item) == ["River"]
    assert len(item["options"]) == 3
    items, _ = taken("csv", "Question,OptionA,OptionB,CorrectOption,type\nWhich?,x,y,B,mcq\n")
    assert key(items[0]) == ["y"]


# --- code and tables --------------------------------------------------------------------------

CODE = "for x in y:\n    print(x)\n\nend()"


def test_code_and_tables_are_kept() -> None:
    table = "<table><tr><th>a</th><th>b|c</th></tr><tr><td>1</td><td><b>2</b></td></tr></table>"
    ask = f"What?<pre>{CODE}</pre>{table}"
    inside = answer("true", 100) + answer("false", 0)
    (item,), said = taken("moodle", moodle("truefalse", inside, ask))
    assert item["ask"] == (
        f"What?\n\n```\n{CODE}\n```\n\n| a | b\\|c |\n| --- | --- |\n| 1 | **2** |"
    )
    assert said == ""
    quiz = [{**QUIZ[0], "code": CODE}]
    (item,), said = taken("jupyterquiz", json.dumps(quiz))
    assert (item["ask"], said) == (f"Pick\n\n```\n{CODE}\n```", "")


def test_a_table_that_holds_more_than_words_is_named() -> None:
    ask = "What?<table><tr><td><pre>x</pre></td></tr></table>"
    inside = answer("true", 100) + answer("false", 0)
    (item,), said = taken("moodle", moodle("truefalse", inside, ask))
    assert "```\nx\n```" in item["ask"]
    assert "left out of the text: <table>" in said


@pytest.mark.parametrize("form", ["gift", "moodle"])
def test_code_and_tables_come_back_from_another_program(form: str, tmp_path: Path) -> None:
    ask = f"What?\n\n```\n{CODE} # {{}} =~ <b>\n```\n\n| a | b |\n| --- | --- |\n| 1 | \\| |"
    options = [{"text": "`x`", "right": "yes"}, {"text": f"```\n{CODE}\n```", "say": "no"}]
    one = question({"id": "c", "type": "single", "ask": ask, "options": options}, tmp_path)
    data, _ = FORMATS[form].write([one], "")
    data = re.sub(rb"(?s)<dialogue>.*?</dialogue>", b"", data)
    data = re.sub(rb"(?m)^// dialogue .*\n", b"", data)
    (back,), said = taken(form, data)
    assert (back["ask"], back["options"], said) == (ask, options, "")


def test_nothing_that_an_item_says_goes_without_a_word() -> None:
    shown = '<displayfeedback linkrefid="b_fb"/>'
    gap = CHOICES.format(number="Single")
    rules = rule(is_("b"), "", "Yes", shown) + rule(is_("a"))
    text = qti(gap, rules, COMMENT, kind="fill_in_multiple_blanks_question")
    (item,), said = taken("qti", text.replace("?&lt;/p&gt;", " [r]&lt;/p&gt;"))
    assert item["gaps"] == [
        {
            "choose": "yes",
            "accept": ["Tigris"],
            "wrong": [{"text": "Hill", "say": "Too dry."}, {"text": "Euphrates"}],
        }
    ]
    assert said == ""
    rubric = '<rubricBlock view="scorer"><p>Three points.</p></rubricBlock>'
    _, said = taken("qti", two(BODY.format(most=1) + rubric, "a"))
    assert "what is said to whoever marks it is left out: 'Three points.'" in said
    ordered = CHOICES.format(number="Ordered").replace(
        "<render_choice>",
        "<render_extension><material><mattext>The first above</mattext></material>",
    )
    ordered = ordered.replace("</render_choice>", "</render_extension>")
    (item,), said = taken("qti", qti(ordered, rule(is_("c") + is_("a") + is_("b"))))
    assert [each["text"] for each in item["order"]] == ["Euphrates", "Tigris", "Hill"]
    assert "left out: 'The first above'" in said
