"""What a learner keeps: writing, and one page of texts, answers and scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dialogue import bank, cli
from dialogue.course import catalogue
from dialogue.learner import desk, handin, kept, notes, progress
from dialogue.questions import Essay, grade
from dialogue.widgets import hand_in, quiz

TASK = "05-write"
TEXT = "Iraq gave more, by the verb.\n\n<b>A critic</b> will say: *so what*?"


def send(widget: Any, **message: Any) -> dict[str, Any]:
    widget._handle_custom_msg({"seq": 1, "item": TASK, **message}, [])
    return widget.state.get(TASK, {})


def saved(rubric: list[Any] | None = None) -> dict[str, Any]:
    response = {"text": TEXT, "rubric": rubric or []}
    return send(quiz.write(TASK), event="check", response=response)


def essay() -> Essay:
    found = bank.course_bank().questions[TASK]
    assert isinstance(found, Essay)
    return found


def test_a_text_is_kept_restored_and_never_marked() -> None:
    state = saved()
    assert (state["outcome"]["verdict"], state["saved"]) == ("kept", True)
    assert [(a.event, a.verdict, a.score) for a in progress.attempts()] == [("write", "kept", 0)]
    again = quiz.write("05").state[TASK]
    assert again["response"]["text"] == TEXT
    assert not essay().marked
    ticked = send(quiz.write(TASK), event="check", response={"text": TEXT, "rubric": [0, 9]})
    assert essay().ticked(ticked["response"]) == [0, None, None, None, None]


def test_nothing_written_is_nothing_kept() -> None:
    state = send(quiz.write(TASK), event="check", response={"text": " \n", "rubric": [0]})
    assert state["outcome"]["verdict"] == "unanswered"
    assert list(progress.attempts()) == []
    assert grade(essay(), {"rubric": [0]}).verdict == "unanswered"


def test_the_box_says_what_it_cannot_show() -> None:
    assert "not a writing task" in repr(quiz.write("05-permanent-bases"))
    assert "no question '77-write'" in repr(quiz.write("77"))


def test_the_reading_copy_has_the_rubric_and_folds_the_model_answers() -> None:
    page = quiz.write(TASK)._repr_mimebundle_()[0]["text/html"]
    folded = page[page.index("<details>") :]
    for row in essay().rubric:
        assert row.name in page[: page.index("<details>")]
    for model in essay().models:
        assert model.title in folded
    assert quiz.STRINGS["answer_is"] not in page


def test_an_older_version_passes_over_writing() -> None:
    """It knows the events check, hint, reveal and reset, and counts nothing else."""
    saved()
    (line,) = progress.path().read_text("utf-8").splitlines()
    assert json.loads(line)["format"] == progress.FORMAT
    assert progress.summary()["questions"] == 0
    assert TASK in desk.answered(progress.latest({TASK}))


@pytest.mark.parametrize(("writing", "texts"), [(False, 0), (True, 1)])
def test_writing_is_handed_in_only_when_the_learner_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writing: bool, texts: int
) -> None:
    monkeypatch.chdir(tmp_path)
    saved()
    quiz.ask("05-permanent-bases")._handle_custom_msg(
        {"seq": 1, "item": "05-permanent-bases", "event": "check", "response": 0}, []
    )
    said = repr(hand_in.hand_in("IR-101", "seven", writing=writing))
    assert ("Your texts are in it." in said) == writing
    (file,) = tmp_path.glob("answers-*.json")
    assert ("Iraq gave more, by the verb" in file.read_text("utf-8")) == writing
    found = handin.read(file)
    assert [a.event for a in found.answers].count("write") == texts
    assert found.sound
    options = ["--writing"] if writing else []
    other = str(tmp_path / "other.json")
    assert cli.main(["hand-in", other, "--class", "IR-101", "--name", "seven", *options]) == 0
    assert [a.event for a in handin.read(other).answers].count("write") == texts


def test_the_page_holds_texts_answers_and_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "answer a question first" in repr(hand_in.my_page())
    saved([0, 1, None, 3, 0])
    for name, response in (
        ("05-guess-iraq-alone", "13"),
        ("05-third-round-forecast", "35"),
        ("05-permanent-bases", 0),
        ("01-who-minds", 2),
    ):
        widget = quiz.ask(name)
        message = {"seq": 1, "item": name, "event": "check", "response": response}
        widget._handle_custom_msg(message, [])
    first, fifth = kept.parts()
    assert (first.title[:2], fifth.title[:2]) == ("01", "05")
    assert [a.word for a in first.answers] == ["a vote"]
    assert first.score == ""
    assert [a.word for a in fifth.answers][:2] == ["a guess", "a forecast"]
    assert " of 1." in fifth.score  # neither the guess nor the forecast counts
    (text,) = fifth.texts
    assert (text.words, text.got, text.most) == (12, 3 + 2 + 0 + 1, 13)
    assert cli.main(["progress", "page", "mine.html"]) == 0
    assert "Wrote 5 answers and texts to mine.html" in capsys.readouterr().out
    page = Path("mine.html").read_text("utf-8")
    assert "&lt;b&gt;A critic&lt;/b&gt; will say: *so what*?" in page
    assert "<b>A critic" not in page
    assert "http" not in page.split("</style>")[1]
    assert cli.main(["progress", "page", "mine.html"]) == 1
    assert "--force" in capsys.readouterr().err
    assert "my-page.html" in repr(hand_in.my_page())
    assert Path("my-page.html").read_text("utf-8") == page


# --- notes beside a lesson ------------------------------------------------------------------


def lesson(number: str) -> catalogue.Lesson:
    return next(one for one in catalogue.lessons() if one.number == number)


def test_the_last_note_of_a_part_is_kept_and_an_empty_one_takes_it_away() -> None:
    fifth = lesson("05")
    notes.keep(fifth, "ladder", "Ask: who obliges whom?")
    notes.keep(fifth, "troops", "  لماذا؟\n<b>why</b>  ")
    notes.keep(fifth, "ladder", "Would is not will.")
    found = notes.of(fifth)
    assert [(n.cell, n.text) for n in found] == [
        ("troops", "لماذا؟\n<b>why</b>"),
        ("ladder", "Would is not will."),
    ]
    assert [n.part for n in found] == [
        one.title for one in desk.sections(fifth) if one.cell in ("troops", "ladder")
    ]
    assert notes.of(lesson("06")) == []
    notes.keep(fifth, "troops", " ")
    assert [n.cell for n in notes.of(fifth)] == ["ladder"]


@pytest.mark.parametrize(
    ("cell", "text", "fault"),
    [("nowhere", "a", "no part 'nowhere'"), ("ladder", "a" * 20_001, "at most 20,000")],
)
def test_a_note_that_cannot_be_kept_says_why(cell: str, text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        notes.keep(lesson("05"), cell, text)
    assert list(progress.attempts()) == []


def test_notes_travel_with_the_record_and_are_handed_in_only_on_request(tmp_path: Path) -> None:
    notes.keep(lesson("05"), "ladder", "Would is not <i>will</i>.")
    quiz.ask("05-permanent-bases")._handle_custom_msg(
        {"seq": 1, "item": "05-permanent-bases", "event": "check", "response": 0}, []
    )
    assert handin.write(tmp_path / "without.json", "A", "b") == 1
    assert handin.write(tmp_path / "with.json", "A", "b", writing=True) == 2
    copy = tmp_path / "copy.jsonl"
    progress.export_to(copy)
    progress.erase()
    assert notes.of(lesson("05")) == []
    assert progress.import_from(copy).added == 2
    (part,) = kept.parts()
    assert [n.text for n in part.notes] == ["Would is not <i>will</i>."]
    page = kept.page([part])
    assert "Would is not &lt;i&gt;will&lt;/i&gt;." in page
    # A note is no answer: nothing is counted or asked again for it.
    assert progress.summary()["questions"] == 1
