"""A fresh kernel for each measurement: import, ten questions, processor time, memory, bytes."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

from environments import Bench, Place
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

# VmHWM and not ru_maxrss: on Linux the latter keeps what the parent had when it forked.
_REPORT = """
import json, os, resource, sys
def peak():
    try:
        with open("/proc/self/status") as status:
            return next(int(row.split()[1]) for row in status if row.startswith("VmHWM")) / 1024
    except OSError:
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return size / (2**20 if sys.platform == "darwin" else 1024)
used = resource.getrusage(resource.RUSAGE_SELF)
heavy = [name for name in ("numpy", "pandas", "altair", "vl_convert") if name in sys.modules]
print(json.dumps({"import_cpu_ms": 1000 * import_cpu, "kernel_cpu_s": used.ru_utime + used.ru_stime,
    "peak_mib": peak(), "heavy": heavy}))
"""


def _execute(client: Any, code: str) -> list[tuple[float, dict[str, Any]]]:
    """Run a cell; every message on the display channel with the time it arrived (s)."""
    name = client.execute(code, store_history=False)
    messages = []
    while True:
        message = client.get_iopub_msg(timeout=120)
        if message["parent_header"].get("msg_id") != name:
            continue
        messages.append((time.perf_counter(), message))
        content = message["content"]
        if message["msg_type"] == "error":
            raise RuntimeError(f"{content['ename']}: {content['evalue']}")
        if message["msg_type"] == "status" and content["execution_state"] == "idle":
            return messages


def measure(bench: Bench, place: Place) -> dict[str, Any]:
    """One fresh kernel.  Seconds, milliseconds, MiB and bytes, as the names say."""
    bench.forget_answers()
    specs = KernelSpecManager(kernel_dirs=[str(bench.kernels)])
    manager = KernelManager(
        kernel_name=bench.kernel_name(place.peer), kernel_spec_manager=specs, ip="127.0.0.1"
    )
    start = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    manager.start_kernel(env=bench.env(), cwd=str(bench.folder), **quiet)
    client = manager.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=120)
        ready = time.perf_counter()
        clock = (
            "import time; import_cpu = -time.process_time()\n{}\nimport_cpu += time.process_time()"
        )
        _execute(client, clock.format(place.peer.load))
        shown = _execute(client, place.peer.show.replace("{file}", str(place.file)))
        reports = [m["content"].get("text", "") for _, m in _execute(client, _REPORT)]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    outputs = [
        (at, message["content"]["data"])
        for at, message in shown
        if message["msg_type"] in ("display_data", "execute_result")
    ]
    models = [m["content"]["data"] for _, m in shown if m["msg_type"] == "comm_open"]
    return {
        # Without a display (the bare kernels) the end of the cell stands in for it.
        "wall_s": (outputs[-1][0] if outputs else shown[-1][0]) - start,
        "ready_s": ready - start,
        "output_bytes": sum(len(json.dumps(data, ensure_ascii=False)) for _, data in outputs),
        "models": len(models),
        "state_bytes": sum(len(json.dumps(m, ensure_ascii=False, default=str)) for m in models),
        **json.loads("".join(reports)),
    }


def import_alone(bench: Bench, place: Place) -> dict[str, Any]:
    """What ``import dialogue`` alone costs and loads, in a plain Python."""
    code = (
        "import sys, time; c = time.process_time(); import dialogue; c = time.process_time() - c\n"
        "print(c * 1000); print(*[m for m in ('pandas', 'altair', 'anywidget', 'numpy') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [place.python, "-c", code],
        env=bench.env(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    cpu, loaded = (done.stdout + "\n").split("\n")[:2]
    return {"import_cpu_ms": float(cpu), "loaded": loaded.split()}
