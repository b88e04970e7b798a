"""What is said to be saved is on the disk, and not only on its way there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dialogue.course import files
from dialogue.learner import progress
from dialogue.learner.progress import Attempt


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Which files were brought to the disk, and how much of them: their number and size."""
    seen: list[tuple[int, int]] = []

    def fsync(descriptor: int) -> None:
        found = os.fstat(descriptor)
        seen.append((found.st_ino, found.st_size))

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


def whole(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_ino, found.st_size


def test_an_answer_is_on_the_disk_before_it_is_called_saved(synced: list[tuple[int, int]]) -> None:
    for count in range(1, 4):
        progress.append(Attempt(f"05-{count}", "v1", "check", 1, "right"))
        assert len(synced) == count
        assert synced[-1] == whole(progress.path())


def test_a_copy_of_the_record_is_on_the_disk(tmp_path: Path, synced: list[tuple[int, int]]) -> None:
    progress.append(Attempt("05-a", "v1", "check", 1, "right"))
    progress.export_to(tmp_path / "copy")
    assert whole(tmp_path / "copy") in synced


@pytest.mark.parametrize("force", [False, True])
def test_a_file_is_on_the_disk_before_it_takes_its_name(
    tmp_path: Path,
    synced: list[tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
    force: bool,
) -> None:
    ready: list[bool] = []
    replace = os.replace

    def replaces(source: str, target: Path) -> None:
        ready.append(whole(Path(source)) in synced)
        replace(source, target)

    monkeypatch.setattr(os, "replace", replaces)
    written = files.write(tmp_path / "page.html", "a page of some length", force=force)
    assert ready == [True]
    assert whole(written) == synced[-1]
    assert len(synced) == 1
