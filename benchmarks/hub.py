"""A campus hub: time to start, memory, and how long a cell takes while everybody works, beside a hub
without configuration.

``.venv/bin/python benchmarks/hub.py [LEARNERS …]`` after ``make test-hub`` (it fetches the proxy); 30 and
100 when nothing is said; Linux only. A learner is a server and a kernel that has asked a question and
loaded a table. Then all run a cell every two seconds for half a minute, and at last all in the same
instant. Memory is PSS (shared pages are divided among those who share them), which foreign load does not
change; times are upper bounds on a busy machine. What is installed beside the course counts, too: for
the figures of the image, name its environment with ``HUB_ENVIRONMENT``.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
from test_hub import Hub, Kernel  # noqa: E402

SECONDS = 30.0
CELL = "table.groupby(table.columns[0]).size().max()"

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


def at_work(kernels: list[Kernel], seconds: float, pause: float) -> list[float]:
    """Milliseconds of each execute while all of them work, each in its own rhythm."""
    end = time.monotonic() + seconds

    def work(number: int) -> list[float]:
        found, turn = [], time.monotonic() + pause * number / len(kernels)
        while turn < end:
            time.sleep(max(0.0, turn - time.monotonic()))
            before = time.monotonic()
            kernels[number].run(CELL)
            found.append(1000 * (time.monotonic() - before))
            turn = max(turn + pause, time.monotonic())
        return found

    with ThreadPoolExecutor(len(kernels)) as at_once:
        return [one for found in at_once.map(work, range(len(kernels))) for one in found]


def p95(values: list[float]) -> float:
    """Nineteen of twenty are no longer."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def measure(kind: type[Measured], learners: int) -> dict[str, float]:
    """One run: times to start, memory and processor time of each, times of cells."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as lines:
        hub = kind(Path(folder))
        lines.callback(hub.stop)
        names = [f"l{number}" for number in range(learners)]
        before = time.monotonic()
        with ThreadPoolExecutor(4) as at_once:
            list(at_once.map(hub.learner, names))
        started = time.monotonic() - before

        def begin(name: str) -> Kernel:
            kernel = Kernel(hub, name)
            kernel.run(LESSON)
            return kernel

        before = time.monotonic()
        with ThreadPoolExecutor(4) as at_once:
            working = [lines.enter_context(kernel) for kernel in at_once.map(begin, names)]
        ready = time.monotonic() - before
        cells = at_work(working, SECONDS, 2.0)
        burst = at_work(working, 0.001, 0.0)
        servers, kernels, spent = [], [], []
        for process in psutil.Process(hub.process.pid).children(recursive=True):
            command = " ".join(process.cmdline())
            if "ipykernel" in command:
                kernels.append(pss(process))
            elif "singleuser" in command:
                servers.append(pss(process))
                spent.append(sum(process.cpu_times()[:2]))
    assert len(servers) == len(kernels) == learners
    found = {"server MB": servers, "kernel MB": kernels, "server CPU s": spent}
    means = {name: statistics.mean(values) for name, values in found.items()}
    return {
        "servers up s": started,
        "kernels ready s": ready,
        **means,
        "learner MB": means["server MB"] + means["kernel MB"],
        "cell p50 ms": statistics.median(cells),
        "cell p95 ms": p95(cells),
        "all at once p95 ms": p95(burst),
    }


def main() -> None:
    """Both hubs for each number of learners, and the ratio."""
    for learners in [int(one) for one in sys.argv[1:]] or [30, 100]:
        load = os.getloadavg()[0]
        ours, plain = measure(Measured, learners), {}
        # A hub as it comes may take 200 MB a learner: no machine is brought down for a ratio.
        if learners * 220 < psutil.virtual_memory().available / 2**20:
            plain = measure(Plain, learners)
        print(f"\n{learners} learners, load {load:.1f} before")
        print(f"{'':20}{'ours':>8}{'plain':>8}{'ratio':>8}")
        for name, value in ours.items():
            beside = (
                f"{plain[name]:8.1f}{value / plain[name]:8.2f}" if plain else "       –       –"
            )
            print(f"{name:20}{value:8.1f}{beside}", flush=True)


if __name__ == "__main__":
    main()
