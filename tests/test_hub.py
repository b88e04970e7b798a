"""A real JupyterHub with the course's own configuration: two learners, a teacher, one service.

It needs configurable-http-proxy from npm, which ``make test-hub`` and CI fetch, and ten to thirty
seconds, most of them for servers that start.  ``make test`` leaves it out: it asks for no npm.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil
import pytest
from tornado.testing import bind_unused_port

from conftest import ROOT, wait_until
from dialogue.classroom.campus.ledger import Ledger

PROXY = ROOT / "tests" / "hub" / "node_modules" / ".bin" / "configurable-http-proxy"
pytestmark = pytest.mark.skipif(
    not os.environ.get("DIALOGUE_HUB"), reason="make test-hub runs a hub"
)
ITEM = "05-permanent-bases"
ANSWER = f"""
from dialogue import bank
from dialogue.widgets import saving
question = bank.course_bank().questions[{ITEM!r}]
print(saving.record(question, "check", CHOICE)["saved"])
"""
READS_THE_CLASS = """
import os, urllib.request, urllib.error
request = urllib.request.Request(os.environ["DIALOGUE_RESULTS_URL"] + "/class.csv",
    headers={"Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"]})
try:
    print(urllib.request.urlopen(request).status)
except urllib.error.HTTPError as error:
    print(error.code)
"""


def _port() -> int:
    socket, port = bind_unused_port()
    socket.close()
    return port


class Kernel:
    """A new kernel of one learner, through the proxy as a browser has it."""

    def __init__(self, hub: Hub, name: str) -> None:
        import websocket

        kernel = hub.ask(f"user/{name}/api/kernels", "POST", {"name": "python3"})["id"]
        self.line = websocket.create_connection(
            f"ws://127.0.0.1:{hub.port}/user/{name}/api/kernels/{kernel}/channels",
            header=[f"Authorization: token {hub.token}"],
            timeout=90,
        )

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def run(self, code: str) -> str:
        """What *code* prints."""
        own = uuid.uuid4().hex
        header = {"msg_id": own, "msg_type": "execute_request", "session": own, "username": ""}
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        message = {"header": {**header, "version": "5.3", "date": ""}, "parent_header": {}}
        message |= {"metadata": {}, "content": content, "channel": "shell"}
        self.line.send(json.dumps(message))
        told, end = "", time.monotonic() + 90
        while time.monotonic() < end:
            got = json.loads(self.line.recv())
            if got["parent_header"].get("msg_id") != own:
                continue
            if got["msg_type"] == "stream":
                told += got["content"]["text"]
            elif got["msg_type"] == "error":
                raise AssertionError("\n".join(got["content"]["traceback"]))
            elif got["content"].get("execution_state") == "idle":
                return told.strip()  # what it printed comes before, the reply may not
        raise AssertionError("the kernel has not answered")


class Hub:
    """The hub, asked as an administrator's program asks it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.token, self.log = folder, secrets.token_hex(16), folder / "log"
        self.port, self.results = _port(), _port()
        (folder / "homes").mkdir()
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("DIALOGUE_", "JUPYTER"))},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HUB_PORT": str(self.port),
            "HUB_API_PORT": str(_port()),
            "HUB_PROXY_PORT": str(_port()),
            "HUB_PROXY": str(PROXY),
            "HUB_HOMES": str(folder / "homes"),
            "HUB_TEST_TOKEN": self.token,
            "DIALOGUE_RESULTS_URL": f"http://127.0.0.1:{self.results}/services/results",
            "RESULTS_ADDRESS": str(folder / "kept" / "results.sqlite"),
        }
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes orders."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyterhub", "-f"),
                    str(ROOT / "tests" / "hub" / "jupyterhub_config.py"),
                ],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_until(self.up, self.told, 120)
        except BaseException:
            self.stop()
            raise

    def told(self) -> str:
        """What it has said, for whoever waits in vain."""
        return f"the hub is up\n{self.log.read_text('utf-8')[-3000:]}"

    def up(self) -> bool:
        """Does it answer, and its service too?"""
        assert self.process.poll() is None, self.log.read_text("utf-8")[-3000:]
        try:
            self.ask("hub/api/users")
            if self.environment.get("HUB_PLAIN"):  # there is no service
                return True
            return self.status("services/results/mine.json", "nobody") == 401
        except OSError:
            return False

    def ask(self, path: str, method: str = "GET", body: Any = None, token: str = "") -> Any:
        """JSON from the hub, or from a learner's server."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}",
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"token {token or self.token}"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as found:
            content = found.read()
        return json.loads(content) if content[:1] in (b"{", b"[") else content.decode()

    def status(self, path: str, token: str) -> int:
        """The status of a page."""
        try:
            self.ask(path, token=token)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    def learner(self, name: str) -> str:
        """Make a learner, start their server; a token of theirs as their browser has."""
        self.ask(f"hub/api/users/{name}", "POST")
        self.ask(f"hub/api/users/{name}/server", "POST")
        wait_until(
            lambda: self.ask(f"hub/api/users/{name}")["servers"].get("", {}).get("ready"),
            lambda: f"the server of {name} is up\n{self.log.read_text('utf-8')[-3000:]}",
            120,
        )
        return self.browser(name)

    def browser(self, name: str) -> str:
        """A token with all that *name* may do at the results service."""
        return str(self.ask(f"hub/api/users/{name}/tokens", "POST", {"note": "test"})["token"])

    def run(self, name: str, code: str) -> str:
        """What *code* prints in a new kernel of *name*."""
        with Kernel(self, name) as kernel:
            return kernel.run(code)

    def kept(self) -> dict[str, list[Any]]:
        """What the service has written."""
        ledger = Ledger(self.environment["RESULTS_ADDRESS"])
        try:
            return {
                name: [one.response for one in attempts]
                for name, attempts in ledger.answers().items()
            }
        finally:
            ledger.close()

    def stop(self) -> None:
        """End it as Ctrl+C does: servers, proxy and services with it; what stays is killed."""
        own = psutil.Process(self.process.pid)
        others = own.children(recursive=True) if self.process.poll() is None else []
        self.process.send_signal(signal.SIGINT)
        _, left = psutil.wait_procs([own, *others], timeout=30)
        for process in left:
            process.kill()
        self.process.wait(10)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    assert PROXY.exists(), "make test-hub fetches it"
    found = Hub(tmp_path)
    yield found
    found.stop()


def test_two_learners_and_a_teacher(hub: Hub) -> None:
    anna, badr = hub.learner("anna"), hub.learner("badr")
    # The course's own JupyterLab: the first page, a learner's copies, the desk.
    desk = hub.ask("user/anna/dialogue/desk")
    assert desk["lessons"]
    start = hub.ask("user/anna/api/contents/notebooks/00-start-here.ipynb?content=0")
    assert start["writable"]
    extensions = hub.ask("user/anna/lab/api/extensions")
    assert extensions is not None
    # The link of an LMS ends on the page of its lesson, with a browser's sign-in at the server.
    jar = urllib.request.HTTPCookieProcessor()
    window = urllib.request.build_opener(jar)
    base = f"http://127.0.0.1:{hub.port}/hub"
    with window.open(f"{base}/login", timeout=60) as page:
        form = re.search(r'name="_xsrf" value="([^"]+)"', page.read().decode())
    assert form
    told = urlencode({"username": "anna", "password": "", "_xsrf": form[1]}).encode()
    link = f"{base}/login?next=/hub/user-redirect/dialogue/lesson/05"
    with window.open(link, told, timeout=60) as page:
        assert urlsplit(page.url).path == "/user/anna/lab/tree/notebooks/05-round-one.ipynb"

    # Each answers; who it was is said by the hub.
    assert hub.run("anna", ANSWER.replace("CHOICE", "0")) == "True"
    assert hub.run("badr", ANSWER.replace("CHOICE", "1")) == "True"
    wait_until(lambda: hub.kept() == {"anna": [0], "badr": [1]}, lambda: f"{hub.kept()}", 30)

    # The service is away: the answer is saved, waits, and is delivered once.
    [away] = [
        one
        for one in psutil.Process(hub.process.pid).children()
        if "dialogue.classroom.campus" in one.cmdline()
    ]
    away.suspend()
    assert hub.run("anna", ANSWER.replace("CHOICE", "2")) == "True"
    away.resume()
    wait_until(lambda: hub.kept()["anna"] == [0, 2], lambda: f"{hub.kept()}", 60)

    # The class: for the role and nobody else, and not from a kernel.
    hub.ask("hub/api/users/lara", "POST")
    hub.ask("hub/api/groups/instructors/users", "POST", {"users": ["lara"]})
    lara = hub.browser("lara")
    for page in ("class", "class.csv", "class.zip"):
        assert hub.status(f"services/results/{page}", anna) == 403
    marks = hub.ask("services/results/class.csv", token=lara)
    assert f"anna,{ITEM}," in marks
    assert f"badr,{ITEM}," in marks
    hub.ask("hub/api/groups/instructors/users", "POST", {"users": ["badr"]})
    assert hub.status("services/results/class.csv", badr) in (200, 403)  # what was cached is short
    assert hub.run("badr", READS_THE_CLASS) == "403"

    # One learner's data, taken along and deleted by the learner.
    mine = hub.ask("services/results/mine.json", token=anna)
    assert (mine["learner"], len(mine["answers"])) == ("anna", 2)
    hub.ask("services/results/forget", "POST", {}, token=anna)
    assert set(hub.kept()) == {"badr"}
