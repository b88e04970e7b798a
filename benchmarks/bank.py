"""Loading and checking a question bank of 100, 1,000 and 10,000 items."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import replace
from typing import Any

from environments import Bench, Place
from peers import OURS, nbgrader_markdown, our_yaml, questions, write_questions

SIZES = (100, 1_000, 10_000)
_CLOCK = """
import json, time
{prepare}
wall, cpu = time.perf_counter(), time.process_time()
{read}
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(); print(json.dumps({{"wall_s": wall, "cpu_s": cpu}}))
"""


def rows(places: list[Place]) -> list[tuple[str, str, Place, str]]:
    """What is measured: (row, what it does, where, how), the whole command first."""
    found = []
    for place in places:
        peer = place.peer
        if peer.name == OURS:
            found.append(("ours: dialogue check", "whole command", place, "command"))
            found.append(("ours: bank.read", peer.reads, place, "read"))
            found.append(("ours, all fields", "hints, sources … too", place, "full"))
        elif peer.read:
            found.append((peer.name, peer.reads, place, "read"))
    return found


def measure(bench: Bench, place: Place, how: str, size: int) -> dict[str, Any]:
    """Seconds of wall and processor time for one bank; the command counts its own start."""
    folder = bench.folder / "questions"
    peer = place.peer
    if peer.name == "nbgrader-jupyterquiz":  # its authors write Markdown, not what it displays
        peer = replace(peer, suffix=".md", write=nbgrader_markdown)
    if how == "full":
        file = folder / f"ours-full-{size}.yaml"
        file.write_text(our_yaml(questions(size), full=True), encoding="utf-8")
    else:
        file = write_questions(peer, size, folder)
    if how == "command":
        command = [place.python.with_name("dialogue"), "check", file]
    else:
        code = _CLOCK.format(prepare=peer.prepare, read=peer.read.replace("{file}", str(file)))
        command = [place.python, "-c", code]
    start = time.perf_counter()
    done = subprocess.run(
        command,
        env=bench.env(),
        cwd=bench.folder,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    wall = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip().splitlines()[-1])
    return {"wall_s": wall} if how == "command" else json.loads(done.stdout.splitlines()[-1])
