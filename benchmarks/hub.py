"""A campus hub: memory and processor time for each learner, beside a hub without configuration.

``.venv/bin/python benchmarks/hub.py [LEARNERS]`` after ``make test-hub`` (it fetches the proxy); Linux
only. A learner is a server and a kernel that has asked a question and loaded a table. Memory is PSS
(shared pages are divided among those who share them), which foreign load does not change; times are
upper bounds on a busy machine. What is installed beside the course counts, too: for the figures of the
image, name its environment with ``HUB_ENVIRONMENT``.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
from test_hub import Hub  # noqa: E402

LESSON = """
import json
from dialogue import ask, load
quiz, table = ask("05-permanent-bases"), load("waivers")
print(len(table))
"""


class Measured(Hub):
    """A hub whose learners' servers come from another environment, if one is named."""

    plain = ""

    def start(self) -> None:
        """Start it."""
        self.environment["HUB_PLAIN"] = self.plain
        if other := os.environ.get("HUB_ENVIRONMENT"):
            self.environment["PATH"] = f"{other}/bin{os.pathsep}{self.environment['PATH']}"
            self.environment["DIALOGUE_PYTHON"] = f"{other}/bin/python"
        super().start()


class Plain(Measured):
    """A hub as it comes."""

    plain = "1"


def pss(process: psutil.Process) -> float:
    """Megabytes that are this process's own, and its part of those that it shares."""
    lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def measure(kind: type[Measured], learners: int) -> dict[str, float]:
    """One run: seconds to start all servers, then memory and processor time of each."""
    with tempfile.TemporaryDirectory() as folder:
        hub = kind(Path(folder))
        try:
            names = [f"l{number}" for number in range(learners)]
            before = time.monotonic()
            with ThreadPoolExecutor(4) as at_once:
                list(at_once.map(hub.learner, names))
            started = time.monotonic() - before
            with ThreadPoolExecutor(4) as at_once:
                list(at_once.map(lambda name: hub.run(name, LESSON), names))
            servers, kernels, spent = [], [], []
            for process in psutil.Process(hub.process.pid).children(recursive=True):
                command = " ".join(process.cmdline())
                if "ipykernel" in command:
                    kernels.append(pss(process))
                elif "singleuser" in command:
                    servers.append(pss(process))
                    spent.append(sum(process.cpu_times()[:2]))
        finally:
            hub.stop()
    assert len(servers) == len(kernels) == learners
    found = {"server MB": servers, "kernel MB": kernels, "server CPU s": spent}
    return {"all started s": started, **{n: statistics.mean(v) for n, v in found.items()}}


def main() -> None:
    """Both hubs, and the ratio."""
    learners = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    ours, plain = measure(Measured, learners), measure(Plain, learners)
    for found in (ours, plain):
        found["learner MB"] = found["server MB"] + found["kernel MB"]
    print(f"{learners} learners, load {os.getloadavg()[0]:.1f}")
    print(f"{'':14}{'ours':>8}{'plain':>8}{'ratio':>8}")
    for name in ours:
        print(f"{name:14}{ours[name]:8.1f}{plain[name]:8.1f}{ours[name] / plain[name]:8.2f}")


if __name__ == "__main__":
    main()
