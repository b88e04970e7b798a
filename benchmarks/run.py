"""Measure the course's quiz beside its peers, and print the ratios.

    .venv/bin/python benchmarks/run.py [--only kernel|browser|bank] [--rounds N] [--json FILE]

Nothing is asserted by the clock: a slow machine gives slow numbers, and still a report.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import bank
import browser
import kernel
from environments import Bench, NotInstalled, Place
from peers import OURS, PEERS, WIDGETS

THEMES = ("kernel", "browser", "bank")
Runs = dict[str, list[dict[str, Any]]]
WIDTH = 24


def load() -> str:
    """The machine's load, where it can be known."""
    try:
        return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    except OSError:
        return f"{os.cpu_count()} cores"


def rounds(count: int, tasks: dict[str, Callable[[], dict[str, Any]]], warm: int = 1) -> Runs:
    """Each task once a round, in turn, so that a busy minute hits all; *warm* rounds are dropped."""
    found: Runs = {name: [] for name in tasks}
    for n in range(-warm, count):
        for name, task in tasks.items():
            if name not in found:
                continue
            try:
                result = task()
            except Exception as error:
                words = str(error).splitlines() or [type(error).__name__]
                print(f"  {name}: left out: {words[0][:70]}", flush=True)
                del found[name]
                continue
            if n >= 0:
                found[name].append(result)
        print(f"  round {n + 1} of {count}, {load()}", file=sys.stderr, flush=True)
    return found


def mid(runs: Iterable[dict[str, Any]], name: str) -> float:
    return median(float(run[name]) for run in runs)


def best(runs: Iterable[dict[str, Any]], name: str) -> float:
    return min(float(run[name]) for run in runs)


def against(value: float, ours: float, digits: int) -> str:
    """A value and, in brackets, how many times ours it is."""
    ratio = value / ours if ours else 0.0
    shown = f"({ratio:.2f})" if ratio < 9.995 else f"({ratio:.0f})"
    return f"{value:.{digits}f} {shown:>6}"


def table(title: str, heads: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    print(f"\n{title}")
    for row in (heads, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells).rstrip())


def verdict(what: str, value: float, limit: float, unit: str) -> None:
    met = "met   " if value <= limit else "MISSED"
    print(f"  {met} {what}: {value:.2f}{unit}, aim at most {limit:g}{unit}")


# --- the three themes ------------------------------------------------------------------


def run_kernel(bench: Bench, places: list[Place], count: int) -> Any:
    tasks = {p.peer.name: (lambda p=p: kernel.measure(bench, p)) for p in places}
    found = rounds(count, tasks)
    ours = found.get(OURS)
    if not ours:
        return found
    rows = []
    for name, runs in found.items():
        cells = [("import_cpu_ms", 0), ("wall_s", 2), ("kernel_cpu_s", 2), ("peak_mib", 1)]
        row = [name, *(against(mid(runs, n), mid(ours, n), digits) for n, digits in cells)]
        row.insert(3, f"{best(runs, 'wall_s'):.2f}")
        sizes = [mid(runs, "output_bytes"), mid(runs, "models"), mid(runs, "state_bytes")]
        row += [f"{sizes[0] / 1000:.1f}", f"{sizes[1]:.0f}, {sizes[2] / 1000:.0f}"]
        rows.append(row)
    heads = "quiz, import ms, ten shown s, best, CPU s, peak MiB, out kB, models; kB"
    table(
        "Fresh kernel (medians; in brackets, times ours; import: CPU time; ten shown: from its start)",
        heads.split(", "),
        rows,
    )
    lone = kernel.import_alone(bench, next(p for p in places if p.peer.name == OURS))
    print(
        f"  'import dialogue' alone: {lone['import_cpu_ms']:.1f} ms, "
        f"and loads {' '.join(lone['loaded']) or 'no pandas, no Altair, no widgets'}"
    )
    for name, runs in found.items():
        if runs[-1]["heavy"]:
            print(f"  {name} loads {', '.join(runs[-1]['heavy'])} to show ten questions")
    if WIDGETS in found:
        verdict(
            "memory over the bare ipywidgets kernel",
            mid(ours, "peak_mib") / mid(found[WIDGETS], "peak_mib"),
            1.15,
            " times",
        )
    clean = not {"pandas", "altair"} & {*ours[-1]["heavy"], *lone["loaded"]}
    print(f"  {'met   ' if clean else 'MISSED'} a quiz loads neither pandas nor Altair")
    return {**found, "import alone": [lone]}


def run_browser(bench: Bench, places: list[Place], count: int) -> Any:
    shown = [place for place in places if place.peer.option]
    ours_place = next((p for p in places if p.peer.name == OURS), None)
    if ours_place is None:
        raise browser.NoBrowser("JupyterLab runs in our environment, and that is missing")
    with browser.chromium() as chromium, browser.lab(bench, ours_place) as server:
        tasks = {
            p.peer.name: (lambda p=p: browser.measure(bench, p, chromium, server)) for p in shown
        }
        found = rounds(count, tasks)
    ours = found.get(OURS)
    if not ours:
        return found
    clicks = {name: [c for run in runs for c in run["click_ms"]] for name, runs in found.items()}
    rows = []
    for name, runs in found.items():
        row = [name, against(mid(runs, "first_ms"), mid(ours, "first_ms"), 0)]
        row += [f"{best(runs, 'first_ms'):.0f}"]
        row += [against(mid(runs, "all_ms"), mid(ours, "all_ms"), 0)]
        row += [against(median(clicks[name]), median(clicks[OURS]), 1)]
        row += [f"{sorted(clicks[name])[int(0.9 * len(clicks[name]))]:.1f}"]
        rows.append(row)
    heads = "quiz, first question ms, best, all ten ms, click to feedback ms, nine of ten"
    table("JupyterLab: medians; in brackets, times ours", heads.split(", "), rows)
    if "jupyterquiz" in found:
        ratio = mid(ours, "first_ms") / mid(found["jupyterquiz"], "first_ms")
        verdict("first question against jupyterquiz", ratio, 1, " times")
    verdict("click to feedback", median(clicks[OURS]), 10, " ms")
    return found


def run_bank(bench: Bench, places: list[Place], count: int) -> Any:
    what = bank.rows(places)
    found: dict[str, Runs] = {}
    for size in bank.SIZES:
        tasks = {
            name: (lambda p=place, how=how, size=size: bank.measure(bench, p, how, size))
            for name, _, place, how in what
        }
        # Ten thousand items take some peers half a minute.
        found[str(size)] = rounds(min(count, 3) if size > 1000 else count, tasks, warm=size < 1000)
    basis = "ours: bank.read"
    rows = []
    for name, does, _, _ in what:
        runs = [found[str(size)].get(name) for size in bank.SIZES]
        if not all(runs) or not all(found[str(size)].get(basis) for size in bank.SIZES):
            continue
        middles = [mid(r, "wall_s") for r in runs if r]
        row = [name, does]
        for size, value in zip(bank.SIZES, middles, strict=True):
            row.append(against(value, mid(found[str(size)][basis], "wall_s"), 3))
        rows.append([*row, f"{middles[2] / middles[1]:.1f}"])
    heads = ["bank, seconds", "what it does", *(f"{size:,}" for size in bank.SIZES), "growth"]
    table("Question bank: medians; in brackets, times bank.read", heads, rows)
    print("  growth: 10,000 items against 1,000; 10 is linear")
    if command := found["1000"].get("ours: dialogue check"):
        verdict("1,000 items checked by the command", mid(command, "wall_s"), 1, " s")
    if full := found["1000"].get("ours, all fields"):
        verdict("1,000 items with all fields", mid(full, "wall_s"), 1, " s")
        growth = mid(found["10000"]["ours, all fields"], "wall_s") / mid(full, "wall_s")
        verdict("growth from 1,000 to 10,000 items", growth, 12, " times")
    return found


# --- the command -----------------------------------------------------------------------


def install(bench: Bench) -> list[Place]:
    """Every environment that can be made; a line says why another cannot."""
    places = []
    for peer in PEERS:
        try:
            place = bench.place(peer)
        except NotInstalled as error:
            print(f"  {peer.name:<{WIDTH}} NOT INSTALLED: {error}", flush=True)
            continue
        places.append(place)
        if not peer.home:
            product = f"commit {bench.commit}" if peer.name == OURS else ", ".join(peer.install)
            print(f"  {peer.name:<{WIDTH}} {place.version} ({product})", flush=True)
    return places


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure the quiz beside its peers.")
    parser.add_argument("--only", choices=THEMES, help="one theme (default: all three)")
    parser.add_argument("--rounds", type=int, default=7, help="default: 7, after a warm-up")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw numbers")
    parser.add_argument("--ref", default="HEAD", help="commit to measure, or 'worktree'")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the environments there")
    return parser


def main() -> int:
    arguments = parser().parse_args()
    if arguments.rounds < 1:
        print("--rounds: at least 1", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="dialogue-bench-") as temporary:
        bench = Bench(arguments.keep or Path(temporary), arguments.ref)
        now = datetime.now(UTC).date().isoformat()
        machine = f"Python {platform.python_version()}, {platform.system()}, {load()}"
        print(f"{now}, {machine}, {arguments.rounds} rounds")
        places = install(bench)
        report: dict[str, Any] = {
            "date": now,
            "machine": machine,
            "commit": bench.commit,
            "versions": {place.peer.name: place.version for place in places},
        }
        themes = {"kernel": run_kernel, "browser": run_browser, "bank": run_bank}
        for name in [arguments.only] if arguments.only else THEMES:
            try:
                report[name] = themes[name](bench, places, arguments.rounds)
            except browser.NoBrowser as error:
                print(f"\n{name}: left out: {error}")
        print(f"\nAt the end: {load()}")
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
