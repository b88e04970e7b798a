"""From a class to files: what one learner has in it, and the answers of all as hand-ins."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dialogue import bank
from dialogue.classroom.live.store import Store
from dialogue.course import files
from dialogue.learner import handin
from dialogue.learner.progress import Attempt

ANSWERS, REPORT = "answers", "report"


def _when(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _devices(store: Store) -> list[tuple[int, str, float]]:
    query = "SELECT number, nickname, joined FROM devices WHERE removed = 0 ORDER BY number"
    return [(number, name, joined) for number, name, joined in store.read(query).result()]


def _answers(store: Store, device: int) -> Iterator[Attempt]:
    query = (
        "SELECT id, item, version, response, confidence, came FROM answers"
        " WHERE device = ? ORDER BY number"
    )
    for own, item, version, response, confidence, came in store.read(query, device).result():
        # The time is that of this computer: a phone's clock may say anything.
        yield Attempt(
            item, version, "check", json.loads(response), "", 0.0, _when(came), own, confidence
        )


def one(store: Store, device: int) -> str | None:
    """All that the class has of a device, as JSON; None where there is no such device."""
    query = "SELECT nickname, joined FROM devices WHERE number = ?"
    for nickname, joined in store.read(query, device).result():
        votes = store.read(
            "SELECT poll, round, choice, item, asked FROM votes JOIN polls ON polls.number = poll"
            " WHERE device = ? ORDER BY poll, round",
            device,
        ).result()
        found: dict[str, Any] = {
            "nickname": nickname,
            "joined": _when(joined),
            "answers": [
                {
                    "item": a.item,
                    "response": a.response,
                    "confidence": a.confidence,
                    "came": a.at,
                }
                for a in _answers(store, device)
            ],
            "votes": [
                {"question": item or json.loads(asked)["ask"], "round": which, "option": choice + 1}
                for _, which, choice, item, asked in votes
            ],
        }
        return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    return None


def hand_ins(store: Store, folder: Path, class_code: str) -> int:
    """Write one file a learner who has answered, as learners themselves hand in; how many."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    own = handin.bank_hash(bank.course_bank().questions)
    written = 0
    for number, nickname, _ in _devices(store):
        if answers := list(_answers(store, number)):
            name = re.sub(r"[^\w-]+", "-", nickname).strip("-")[:30]
            text = handin.document(class_code, nickname, own, answers)
            files.write(folder / f"{number:03}-{name}.json", text, force=True)
            written += 1
    return written


def withdraw(folder: Path) -> bool:
    """Delete what was written of everybody's answers, now that one of them is gone; was any?"""
    written = [folder / part for part in (ANSWERS, REPORT) if (folder / part).is_dir()]
    for part in written:
        shutil.rmtree(part, ignore_errors=True)
    return bool(written)


def command(folder: Path) -> list[str]:
    """What makes the report: a program of its own, so that the class goes on meanwhile."""
    return [
        *(sys.executable, "-m", "dialogue.cli", "results", str(folder / ANSWERS)),
        *("--output", str(folder / REPORT), "--marks", "first", "--force"),
    ]
