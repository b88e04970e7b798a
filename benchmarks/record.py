"""The learner's record at 1,000 to 1,000,000 lines: first card, save, second card, memory.

Run: python benchmarks/record.py
Each size runs twice in a process of its own: all lines of one question, and of 300 in turn.
The first card and the save take less than 2 s of processor time, and the process less than
200 MB.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

SIZES = (1_000, 100_000, 1_000_000)
ITEM = "05-permanent-bases"


def generate(file: Path, lines: int, several: bool) -> None:
    """A record as the course writes it."""
    from dialogue import bank

    version = bank.course_bank().questions[ITEM].version
    with file.open("w", encoding="utf-8") as record:
        for n in range(lines):
            item = f"{n % 13:02d}-made-up-{n % 300}" if several and n % 300 else ITEM
            record.write(
                f'{{"format": 2, "item": "{item}", "version": "{version}", "event": "check", '
                f'"response": {n % 3}, "verdict": "wrong", "score": 0.0, '
                f'"at": "2026-01-01T00:00:00+00:00", "id": "{n:032x}", "confidence": 2}}\n'
            )


def one(lines: int, several: bool) -> None:
    """Measure one record."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIALOGUE_RECORD_DIR"] = folder
        generate(Path(folder, "answers.jsonl"), lines, several)
        from dialogue.widgets import quiz

        clock = time.process_time
        marks = [clock()]
        card = quiz.ask(ITEM)
        marks.append(clock())
        card._received(card, {"event": "check", "item": ITEM, "response": 1, "confidence": 2}, [])
        marks.append(clock())
        quiz.ask(ITEM)
        marks.append(clock())
        took = [f"{b - a:9.2f} s" for a, b in pairwise(marks)]
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{lines:9} {'300' if several else '1':>9} {''.join(took)} {size:6.0f}")


def main() -> None:
    """Run every size and print the table."""
    print("    lines questions first card       save second card     MB", flush=True)
    for size in SIZES:
        for several in ("", "yes"):
            subprocess.run([sys.executable, __file__, str(size), several], check=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one(int(sys.argv[1]), bool(sys.argv[2]))
    else:
        main()
