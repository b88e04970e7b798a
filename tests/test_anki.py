"""Decks in Anki itself: imported twice nothing doubles, and a newer deck updates the cards.

With the package of Anki's own program, which reads a deck as the program does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialogue.exchange import anki as deck
from dialogue.questions import Cloze, Gap, Option, Question, Single


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Any]:
    pytest.importorskip("anki")
    from anki.collection import Collection

    found = Collection(str(tmp_path / "own.anki2"))
    yield found
    found.close()


def brought(
    collection: Any, questions: list[Question], folder: Path, monkeypatch: Any, now: int
) -> None:
    """The questions as a deck that was made at *now*, imported."""
    from anki.import_export_pb2 import ImportAnkiPackageRequest

    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(now))
    file = folder / f"{now}.apkg"
    file.write_bytes(deck.write(questions, "Round one")[0])
    collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(file)))


def notes(collection: Any) -> dict[str, list[str]]:
    return {
        note.fields[0]: list(note.fields)
        for note in map(collection.get_note, collection.find_notes(""))
    }


ONE = Single(
    id="05-one",
    ask="Which?\n\n```\nx = [1]\n  y\n```",
    options=(Option("a", "", True), Option("b", "no")),
)
BLANKS = Cloze(id="05-two", ask="In [[1]].", gaps=(Gap(accept=("June",), say="Look again."),))


def test_a_deck_imported_twice_doubles_nothing_and_a_newer_one_updates(
    collection: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(collection, [ONE, BLANKS], tmp_path, monkeypatch, 1_700_000_000)
    first = notes(collection)
    assert len(first) == 2
    brought(collection, [ONE, BLANKS], tmp_path, monkeypatch, 1_700_000_100)
    assert notes(collection) == first
    assert len(collection.find_cards("")) == 2
    (card,) = (collection.get_card(c) for c in collection.find_cards("05-one"))
    learnt = card.id
    newer = replace(ONE, ask="Which of the two?")
    brought(collection, [newer, BLANKS], tmp_path, monkeypatch, 1_700_000_200)
    found = notes(collection)
    assert "Which of the two?" in found["05-one"][1]
    assert found["05-two"] == first["05-two"]
    assert list(collection.find_cards("05-one")) == [learnt]
    # And what an older deck says afterwards does not undo it.
    brought(collection, [ONE, BLANKS], tmp_path, monkeypatch, 1_700_000_050)
    assert "Which of the two?" in notes(collection)["05-one"][1]


def test_a_deck_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert deck.write([ONE], "Round one")[0]
    assert list(tmp_path.iterdir()) == []
    assert tempfile.tempdir == str(tmp_path)


def test_a_card_shows_blanks_and_the_lines_of_code(
    collection: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(collection, [ONE, BLANKS], tmp_path, monkeypatch, 1_700_000_000)
    cards = {
        card.note().fields[0]: card for card in map(collection.get_card, collection.find_cards(""))
    }
    assert "(1) ______" in cards["05-two"].question()
    assert "June" not in cards["05-two"].question()
    assert "(1) June" in cards["05-two"].answer()
    front = cards["05-one"].question()
    assert "<pre><code>x = &#91;1]&#10;  y</code></pre>" in front.replace("\n", "&#10;")
