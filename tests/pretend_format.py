"""A format that the course does not have: one module, as an author of formats writes it."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.exchange import Loss
from dialogue.questions import Question


def write(questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    lines = [title, *(f"{question.id}: {question.ask}" for question in questions)]
    return "\n".join(lines).encode(), [Loss(question.id, "the answer") for question in questions]


def write_key(questions: Sequence[Question], title: str) -> bytes:
    return "\n".join("; ".join(question.key()) for question in questions).encode()
