"""How `dialogue results` grows with the class: time and memory for 30, 300 and 3,000 learners.

Run: python benchmarks/class_results.py
Each size runs in a process of its own, so that its memory is its own.  A ratio of 1.0 to the
class a tenth as large, per learner, is linear growth.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZES = (30, 300, 3000)


def one(learners: int) -> None:
    """Make a class, read it, and print seconds and megabytes."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    import classes

    from dialogue import cli

    items = classes.questions(40)
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder, "inbox")
        inbox.mkdir()
        classes.write(inbox, learners, items)
        before = _megabytes()
        start = time.perf_counter()
        cli.main(["results", str(inbox), "--output", str(Path(folder, "out"))])
        print("measured", time.perf_counter() - start, before, _megabytes(), file=sys.stderr)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run every size and print the table."""
    print("learners  answers   seconds  ms a learner  ratio    MB  kB a learner")
    last = None
    for size in SIZES:
        done = subprocess.run(
            [sys.executable, __file__, str(size)], capture_output=True, encoding="utf-8", check=True
        )
        line = next(x for x in done.stderr.splitlines() if x.startswith("measured"))
        seconds, before, after = map(float, line.split()[1:])
        each = 1000 * seconds / size
        ratio = f"{each / last:5.2f}" if last else "    –"
        grown = 1024 * (after - before) / size
        print(
            f"{size:8}  {size * 40:7}  {seconds:8.2f}  {each:12.2f}  {ratio}  {after:5.0f}  {grown:8.0f}"
        )
        last = each


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one(int(sys.argv[1]))
    else:
        main()
