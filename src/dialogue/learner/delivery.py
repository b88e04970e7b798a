"""Answers on their way to the teachers of a campus hub, where one runs the course.

The hub says where its results service is (``DIALOGUE_RESULTS_URL``) and gives the kernel a
token that says who the learner is.  Each answer waits as a file of its own beside the record
until the service has said that it is kept: one that is away, or a kernel that dies, loses
nothing.  Two kernels may send the same answer; the service keeps it once.

Answers to questions go, texts and notes do not.  Elsewhere nothing of this is ever done.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from dialogue.course import files
from dialogue.course.files import FileFault
from dialogue.learner import progress
from dialogue.learner.progress import Attempt

EVENTS = ("check", "reset")
LONGEST = 8 * 1024  # a response as JSON: what is longer is no answer to a question
_AT_ONCE = 20
_PATIENCE = 10.0  # seconds for one request
_PAUSES = (1.0, 5.0, 20.0, 60.0, 120.0)  # between tries while the service is away
_OFF = "off"

Post = Callable[[list[dict[str, Any]]], dict[str, Any]]


class Delivered(NamedTuple):
    """How many answers were taken, and how many still wait."""

    sent: int
    waiting: int


def address() -> str:
    """Where the hub's results service is; empty where there is none."""
    told = os.environ.get("DIALOGUE_RESULTS_URL", "")
    return told.rstrip("/") + "/" if told and os.environ.get("JUPYTERHUB_API_TOKEN") else ""


def folder() -> Path:
    """What waits lies here, a file an answer."""
    return progress.folder() / "to-send"


def waiting() -> list[Path]:
    """The answers that wait, the oldest first."""
    try:
        return sorted(path for path in folder().glob("[0-9]*.json"))
    except OSError:
        return []


def is_on() -> bool:
    """Is there a service, and has the learner not said that nothing shall be sent?"""
    return bool(address()) and not (folder() / _OFF).exists()


def switch(on: bool) -> None:
    """Send answers from now on, or send no more (and forget what waits)."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if on:
        (place / _OFF).unlink(missing_ok=True)
        return
    files.write(place / _OFF, "", force=True)
    for path in waiting():
        path.unlink(missing_ok=True)


def hand_over(attempt: Attempt) -> None:
    """Queue *attempt*, as the record has it, and have it sent.  Never raises: the answer is
    saved, and a teacher's list is no reason to tell a learner otherwise."""
    if attempt.event not in EVENTS or not is_on():
        return
    line = {
        "id": attempt.id,
        "item": attempt.item,
        "version": attempt.version,
        "event": attempt.event,
        "response": attempt.response,
        "confidence": attempt.confidence,
    }
    if len(json.dumps(attempt.response)) > LONGEST:
        return
    with suppress(OSError, FileFault):
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write(folder() / f"{time.time_ns():020}-{attempt.id}.json", json.dumps(line))
        _Carrier.wake()


def deliver(post: Post | None = None) -> Delivered:
    """Send what waits, a few at a time, until all is taken or the service does not answer."""
    send = post or _post
    sent = 0
    while batch := _batch():
        known = {line["id"]: path for path, line in batch}
        try:
            told = send([line for _, line in batch])
            done = [*told["saved"], *told["refused"]]  # refused for good: the record has it
        except (OSError, ValueError, KeyError, TypeError):
            break
        gone = [known[own] for own in done if own in known]
        if not gone:
            break
        for path in gone:
            path.unlink(missing_ok=True)
        sent += len(gone)
    return Delivered(sent, len(waiting()))


def _batch() -> list[tuple[Path, dict[str, Any]]]:
    found = []
    for path in waiting()[:_AT_ONCE]:
        try:
            line = json.loads(path.read_bytes())
            found.append((path, {**line, "id": str(line["id"])}))
        except FileNotFoundError:  # another kernel has delivered it
            continue
        except (OSError, ValueError, TypeError, KeyError):
            with suppress(OSError):  # half a file: the record has the answer
                path.unlink()
    return found


def _post(lines: list[dict[str, Any]]) -> dict[str, Any]:
    # Here, not at the top: only on a hub do kernels load what speaks to a network.
    import http.client
    import urllib.request

    request = urllib.request.Request(
        address() + "answers",
        json.dumps({"lines": lines}).encode(),
        {
            "Authorization": f"token {os.environ.get('JUPYTERHUB_API_TOKEN', '')}",
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            told: dict[str, Any] = json.load(answer)
    except http.client.HTTPException as error:  # it broke off in mid-sentence
        raise ConnectionError from error
    return told


class _Carrier(threading.Thread):
    """Sends beside the lesson: no learner waits for a network."""

    _one: _Carrier | None = None
    _lock = threading.Lock()

    def __init__(self) -> None:
        super().__init__(name="answers to the hub", daemon=True)
        self.news = threading.Event()

    @classmethod
    def wake(cls) -> None:
        """Have sent what waits, by one thread of this process."""
        with cls._lock:
            if cls._one is None or not cls._one.is_alive():
                cls._one = cls()
                cls._one.start()
            cls._one.news.set()

    def run(self) -> None:
        """Send whenever there is something new, and again while the service is away."""
        failed, pause = 0, None
        while True:
            self.news.wait(pause)
            self.news.clear()
            left = deliver().waiting if is_on() else 0
            failed = failed + 1 if left else 0
            pause = _PAUSES[min(failed, len(_PAUSES)) - 1] if left else None
