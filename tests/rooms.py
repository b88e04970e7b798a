"""A class that runs as its own process, for the tests and the benchmark of the room."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path


class Running:
    """``dialogue class`` on a folder, which can be killed and started again."""

    def __init__(self, folder: Path, *options: str, lesson: str = "05") -> None:
        self.folder, self.options, self.lesson = folder, options, lesson
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it, on the same port as before, and read what it says."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "dialogue.cli", "class", self.lesson),
                *("--folder", str(self.folder), "--port", str(self.port)),
                *("--listen", "network", "--no-browser", *self.options),
            ],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "Ctrl+C" in line:
                break
        found = re.search(r":(\d+)/teacher#(\S+)", self.said)
        code = re.search(r"class code: (\w{6})", self.said)
        assert found, f"the class printed no address: {self.said}"
        assert code
        self.port, self.key, self.code = int(found[1]), found[2], code[1]
        self.teacher = f"http://127.0.0.1:{self.port}/teacher#{self.key}"

    def kill(self) -> None:
        """As a power switch would: nothing is said, nothing is finished."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, str]:
        """As Ctrl+C does; the exit code, and what was said at the end."""
        self.process.send_signal(signal.SIGINT)
        try:
            said, _ = self.process.communicate(timeout=60)
        finally:
            self.process.kill()  # nothing, where it has ended
        return self.process.returncode, said
