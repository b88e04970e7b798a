"""`dialogue lab` and the way it reads notebooks, with the real classes and a real server."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import nbformat
import pytest
from jupyter_client import BlockingKernelClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tornado.netutil import bind_sockets

from conftest import PATIENCE, done, wait_until
from dialogue.lab import launcher
from dialogue.lab.contents import VIEW, CourseContents

START = launcher.START
# A terminal to press Ctrl+C in; Windows has none of this kind.
pty = pytest.importorskip("pty")


def widget_output(model_id, **data):
    view = {VIEW: {"model_id": model_id, "version_major": 2, "version_minor": 0}}
    return new_output("display_data", data={**view, "text/plain": "Quiz", **data})


def write(path: Path, *outputs) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cell = new_code_cell("ask()", execution_count=1, outputs=list(outputs))
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Hello"), cell], metadata=spec), path)
    return path


def views(model) -> list[str]:
    """The ids of the widgets that this reading of a notebook still refers to."""
    outputs = model["content"]["cells"][1]["outputs"]
    return [o["data"][VIEW]["model_id"] for o in outputs if VIEW in o.get("data", {})]


# ---- reading a notebook -------------------------------------------------------------------


@pytest.fixture
def contents(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))  # where signatures are kept
    return CourseContents(root_dir=str(tmp_path))


TWIN = {"text/html": "<p>Quiz</p>"}


def test_without_a_kernel_the_readable_twin_replaces_the_widget(contents, tmp_path):
    others = [
        new_output("stream", name="stdout", text="hello"),
        new_output("error", ename="E", evalue="e", traceback=[]),
        new_output("display_data", data={"text/html": "<b>table</b>"}),
        widget_output("no-twin"),
    ]
    path = write(tmp_path / "a.ipynb", widget_output("dead", **TWIN), *others)
    before = path.read_bytes()

    model = done(contents.get("a.ipynb"))

    # The widget without a twin stays: without its reference there would be less to see.
    assert views(model) == ["no-twin"]
    expected = nbformat.reads(before.decode(), as_version=4)
    del expected["cells"][1]["outputs"][0]["data"][VIEW]
    expected["cells"][1]["metadata"]["trusted"] = False
    assert model["content"] == expected
    assert path.read_bytes() == before


def test_a_trusted_notebook_stays_trusted_and_a_save_loses_nothing_else(contents, tmp_path):
    def trusted():
        model = done(contents.get("a.ipynb"))
        return model, model["content"]["cells"][1]["metadata"]["trusted"]

    note = new_output("stream", name="stdout", text="hello")
    path = write(tmp_path / "a.ipynb", widget_output("dead", **TWIN), note)
    assert not trusted()[1]

    done(contents.trust_notebook("a.ipynb"))
    model, is_trusted = trusted()
    assert is_trusted

    expected = nbformat.read(path, as_version=4)
    del expected["cells"][1]["outputs"][0]["data"][VIEW]
    done(contents.save({"type": "notebook", "content": model["content"]}, "a.ipynb"))
    assert trusted()[1]
    assert nbformat.read(path, as_version=4) == expected


def test_reading_does_not_make_a_foreign_notebook_trusted(contents, tmp_path):
    write(tmp_path / "a.ipynb", widget_output("dead", **TWIN))
    model = done(contents.get("a.ipynb"))
    done(contents.save({"type": "notebook", "content": model["content"]}, "a.ipynb"))
    again = done(contents.get("a.ipynb"))
    assert again["content"]["cells"][1]["metadata"]["trusted"] is False


# ---- a real server ------------------------------------------------------------------------


def holding(port: int = 0) -> list[socket.socket]:
    return bind_sockets(port, "127.0.0.1", backlog=1)


def free_port() -> int:
    (sock,) = holding()
    with sock:
        return sock.getsockname()[1]


class Lab:
    """`dialogue lab` as a process of its own, on a terminal, with a course of its own."""

    def __init__(self, course: Path, *arguments: str, **env: str) -> None:
        home = course.parent / "home"
        home.mkdir(exist_ok=True)
        # Nothing of the person who runs the tests: not their Jupyter, not their browser.
        drop = ("JUPYTER", "DISPLAY", "WAYLAND", "BROWSER")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(drop)}
        self.env |= {"HOME": str(home), "DIALOGUE_COURSE": str(course), "TMPDIR": str(home), **env}
        # On a terminal (and only there) Jupyter would ask "Shut down this server (y/[n])?".
        self.terminal, stdin = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dialogue.lab.launcher", *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env=self.env,
        )
        os.close(stdin)
        self.lines: list[str] = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("Ctrl+C"):
                break
        address = next((x.split()[-1] for x in self.lines if x.startswith("The course is")), "")
        self.base, _, rest = address.partition("/lab/")
        self.first, _, self.token = rest.partition("?token=")

    def api(self, path: str, body=None, method: str | None = None):
        request = urllib.request.Request(
            self.base + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            text = reply.read().decode()
        return text if path.startswith("/lab/tree") else json.loads(text or "null")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            rest, _ = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()  # a test that fails leaves no server behind
            os.close(self.terminal)
        self.lines += rest.splitlines()
        return self.process.returncode


@pytest.fixture
def course(tmp_path):
    write(tmp_path / "my course" / START)
    return tmp_path / "my course"


def test_it_starts_on_the_first_lesson_quietly_and_stops_at_once(course):
    port = free_port()
    for _ in range(2):  # the second start finds what the first has left
        running = Lab(course, "--no-browser", "--port", str(port))
        page = running.api(f"/lab/{running.first}")
        news = running.api("/lab/api/settings/@jupyterlab/apputils-extension:notification")
        assert running.stop() == 0

        assert running.base == f"http://127.0.0.1:{port}"
        assert running.first == f"tree/{START}"
        assert len(running.token) >= 32
        assert [line.split()[0] for line in running.lines] == ["The", "Your", "Ctrl+C", "Stopped."]

        config = json.loads(
            page.split('id="jupyter-config-data" type="application/json">')[1].split("</script>")[0]
        )
        assert config["news"] == {"disabled": True}
        assert not config["buildCheck"]
        assert not config["buildAvailable"]
        assert config["extensionManager"]["name"] == "read-only"
        # All scripts and styles come from this server.
        assert config["fullStaticUrl"].startswith("/static/")
        assert news["schema"]["properties"]["fetchNews"]["default"] == "false"

    # No settings, tabs or tokens are left behind, neither in the course nor in /tmp.
    assert not list(course.glob(".jupyter/*"))
    assert not list((course.parent / "home").glob("jupyter-clean-cfg*"))


def test_the_learners_own_theme_is_kept_and_other_jupyter_configuration_is_not_read(course):
    own = course.parent / "home" / ".jupyter"
    themes = own / "lab/user-settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
    themes.parent.mkdir(parents=True)
    themes.write_text('{"theme": "JupyterLab Dark"}', encoding="utf-8")
    (own / "jupyter_server_config.py").write_text(
        "c.ServerApp.base_url = '/elsewhere'\n", encoding="utf-8"
    )
    running = Lab(course, "--no-browser", "--port", str(free_port()))
    try:
        found = running.api("/lab/api/settings/@jupyterlab/apputils-extension:themes")
        assert found["settings"]["theme"] == "JupyterLab Dark"
        assert "elsewhere" not in running.base
    finally:
        running.stop()


def test_without_a_web_browser_it_says_so_and_runs(course):
    running = Lab(course, "--port", str(free_port()), PATH="/nonexistent")
    page = running.api(f"/lab/{running.first}")
    assert running.stop() == 0
    assert "jupyter-config-data" in page
    assert running.lines[0] == "No web browser was found here: open the address below in one."
    assert len(running.lines) == 5


def test_the_browser_gets_a_file_that_it_may_read_and_others_may_not(course, tmp_path):
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\necho "$1" > {seen}.part\nmv {seen}.part {seen}\n', encoding="utf-8"
    )
    browser.chmod(0o755)
    running = Lab(course, "--port", str(free_port()), BROWSER=str(browser))
    try:
        wait_until(seen.exists, "the browser has been called")
        address = seen.read_text(encoding="utf-8").strip()
        file = Path(urllib.request.url2pathname(address.removeprefix("file://")))
        assert running.token not in address
        assert file.parent.parent == course
        assert file.parent.stat().st_mode & 0o077 == 0
        assert running.token in file.read_text(encoding="utf-8")
    finally:
        running.stop()
    assert not file.exists()


def test_a_live_widget_is_kept_and_a_dead_one_is_not(course):
    running = Lab(course, "--no-browser", "--port", str(free_port()))
    try:
        path = f"/api/contents/{START}"
        kind = {"path": START, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        session = running.api("/api/sessions", kind)
        kernel = session["kernel"]["id"]
        (connection,) = (course.parent / "home").rglob(f"kernel-{kernel}.json")
        client = BlockingKernelClient(connection_file=str(connection))
        client.load_connection_file()
        client.start_channels(hb=False)  # a busy machine misses heartbeats, and nobody is dead
        client.wait_for_ready(timeout=PATIENCE)
        said: list[str] = []
        client.execute_interactive(
            "import ipywidgets; w = ipywidgets.IntSlider(); print(w.model_id)",
            timeout=PATIENCE,
            output_hook=lambda message: said.append(message["content"].get("text", "")),
        )
        client.stop_channels()
        alive = "".join(said).strip()
        write(course / START, widget_output(alive, **TWIN), widget_output("dead", **TWIN))

        wait_until(lambda: views(running.api(path)) == [alive], "the living one alone is kept")
        running.api(f"/api/kernels/{kernel}/restart", {})
        # A kernel that is still busy with its start cannot be asked.
        wait_until(lambda: views(running.api(path)) == [], "the restarted kernel is asked", 120)
        running.api(f"/api/sessions/{session['id']}", method="DELETE")
        wait_until(lambda: views(running.api(path)) == [], "none lives without a kernel")
    finally:
        assert running.stop() == 0


# ---- what can be in the way ---------------------------------------------------------------


def test_a_port_that_was_asked_for_and_is_taken(course, capsys, monkeypatch):
    monkeypatch.setenv("DIALOGUE_COURSE", str(course))
    (sock,) = holding()
    with sock:
        port = sock.getsockname()[1]
        assert launcher.main(["--port", str(port)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"Port {port} is in use; choose another: make lab PORT=")
    assert err.count("\n") == 1


def test_the_default_port_when_taken_gives_way_to_the_next_free_one(course, capsys, monkeypatch):
    monkeypatch.setenv("DIALOGUE_COURSE", str(course))
    (sock,) = holding()
    started = []
    with sock:
        monkeypatch.setattr(launcher, "DEFAULT_PORT", sock.getsockname()[1])
        monkeypatch.setattr(
            launcher, "_serve", lambda port, browser, fixed, edit: started.append(port) or 0
        )
        assert launcher.main(["--no-browser"]) == 0
        assert started[0] > launcher.DEFAULT_PORT
    out = capsys.readouterr().out
    assert out.startswith(
        f"Port {launcher.DEFAULT_PORT} is in use, so the course takes {started[0]}; "
    )
    assert out.count("\n") == 1


def test_a_relative_record_folder_is_the_one_that_was_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", "rehearsal")
    monkeypatch.setattr(launcher, "_serve", lambda port, browser, fixed, edit: 0)
    assert launcher.main(["--no-browser"]) == 0
    assert os.environ["DIALOGUE_RECORD_DIR"] == str(tmp_path / "rehearsal")


def test_a_course_without_its_lessons(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DIALOGUE_COURSE", str(tmp_path))
    assert launcher.main([]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "-1", "abc", ""])
def test_what_is_no_port(port, capsys):
    with pytest.raises(SystemExit):
        launcher.main([f"--port={port}"])
    assert "give a number from 1 to 65535" in capsys.readouterr().err


# --- what a save may take out, and what it must not ----------------------------------------


def full_notebook() -> dict:
    """A learner's notebook with everything that a save could lose."""
    png = "iVBORw0KGgo="
    view = {"model_id": "abc", "version_major": 2, "version_minor": 0}
    return {
        "cells": [
            {
                "cell_type": "markdown",
                "id": "mine",
                "metadata": {"slideshow": {"slide_type": "slide"}, "editable": False, "own": 1},
                "attachments": {"a.png": {"image/png": png}},
                "source": "![x](attachment:a.png)",
            },
            {"cell_type": "raw", "id": "raw", "metadata": {"format": "text/latex"}, "source": "r"},
            {
                "cell_type": "code",
                "id": "code",
                "metadata": {"tags": ["a"], "scrolled": True},
                "execution_count": 7,
                "source": "x",
                "outputs": [
                    {
                        "output_type": "display_data",
                        "metadata": {"isolated": True},
                        "data": {VIEW: view, "text/html": "<b>not ours</b>"},
                    },
                    {
                        "output_type": "display_data",
                        "metadata": {},
                        "data": {"application/vnd.vega.v5+json": {}, "image/png": png},
                    },
                ],
            },
        ],
        "metadata": {
            "kernelspec": {"name": "ir", "display_name": "R", "language": "R"},
            "language_info": {"name": "R", "version": "4"},
            "authors": [{"name": "me"}],
            "widgets": {"state": {"x": 1}},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.mark.parametrize("path", ["notebooks/05-round-one.ipynb", "notebooks/mine.ipynb"])
def test_a_save_loses_nothing_of_the_learners(contents, tmp_path, path):
    (tmp_path / "notebooks").mkdir(exist_ok=True)
    before = full_notebook()
    model = {"type": "notebook", "format": "json", "content": json.loads(json.dumps(before))}
    done(contents.save(model, path))
    after = json.loads((tmp_path / path).read_text(encoding="utf-8"))
    if path.endswith("05-round-one.ipynb"):  # the only thing that counts as noise here
        before["cells"][2]["execution_count"] = 1
    for cell in after["cells"]:
        cell["source"] = "".join(cell["source"])
        for output in cell.get("outputs", []):
            if "text/html" in output["data"]:
                output["data"]["text/html"] = "".join(output["data"]["text/html"])
    assert after == before


def test_a_notebook_that_cannot_be_settled_is_saved_as_it_came(contents, tmp_path, monkeypatch):
    from dialogue.lab import contents as module

    (tmp_path / "notebooks").mkdir(exist_ok=True)

    def broken(_notebook):
        raise KeyError("anything")

    monkeypatch.setattr(module, "settled", broken)
    model = {"type": "notebook", "format": "json", "content": full_notebook()}
    done(contents.save(model, "notebooks/05-round-one.ipynb"))
    assert "attachment:a.png" in (tmp_path / "notebooks/05-round-one.ipynb").read_text(
        encoding="utf-8"
    )


def test_an_old_notebook_without_cell_ids_can_be_saved(contents, tmp_path):
    (tmp_path / "notebooks").mkdir(exist_ok=True)
    old = full_notebook()
    old["nbformat_minor"] = 4
    for cell in old["cells"]:
        del cell["id"]
    model = {"type": "notebook", "format": "json", "content": old}
    done(contents.save(model, "notebooks/05-round-one.ipynb"))
    assert "attachment:a.png" in (tmp_path / "notebooks/05-round-one.ipynb").read_text(
        encoding="utf-8"
    )


def test_a_view_is_never_laid_over_another_question(contents, tmp_path, monkeypatch):
    from dialogue.page.html import TWIN

    (tmp_path / "notebooks").mkdir(exist_ok=True)

    async def alive(_path):
        return {"abc"}

    monkeypatch.setattr(contents, "_living_models", alive)
    notebook = full_notebook()
    data = notebook["cells"][2]["outputs"][0]["data"]
    data["text/html"] = f"{TWIN}one</div>"
    path = "notebooks/05-round-one.ipynb"
    done(contents.save({"type": "notebook", "format": "json", "content": notebook}, path))
    file = tmp_path / path
    assert VIEW not in file.read_text(encoding="utf-8")
    assert "abc" in json.dumps(done(contents.get(path))["content"])
    file.write_text(
        file.read_text(encoding="utf-8").replace("one</div>", "two</div>"), encoding="utf-8"
    )
    assert "abc" not in json.dumps(done(contents.get(path))["content"])


# --- the person's own surroundings ---------------------------------------------------------


def test_browser_extensions_of_other_packages_are_left_out(tmp_path, monkeypatch):
    import jupyter_core.paths

    folder = tmp_path / "share"
    for name in ("@jupyter/collaboration-extension", "@jupyterlab/git", "anywidget", "plain"):
        (folder / "labextensions" / name).mkdir(parents=True)
        (folder / "labextensions" / name / "package.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(jupyter_core.paths, "ENV_JUPYTER_PATH", [str(folder)])
    made = launcher._extensions(tmp_path / "extensions")
    assert {one.name for one in made.iterdir()} == {"dialogue-desk", "anywidget"}


def test_the_desk_is_one_script_below_forty_kilobytes():
    (script,) = (launcher.HERE / "extension").rglob("*.js")
    assert len(script.read_bytes()) < 40_000, "find what is said twice, or needless"


def test_the_desk_has_an_address_that_changes_with_it(tmp_path):
    made = launcher._extensions(tmp_path / "extensions")
    package = json.loads((made / "dialogue-desk/package.json").read_text("utf-8"))
    load = package["jupyterlab"]["_build"]["load"]
    file, _, digest = load.partition("?v=")
    assert (made / "dialogue-desk" / file).is_file()
    assert re.fullmatch("[0-9a-f]{12}", digest)


def test_a_notebook_that_git_knows_as_changed_is_not_vouched_for(tmp_path, monkeypatch):
    monkeypatch.setenv("DIALOGUE_COURSE", str(tmp_path))
    for name in ("same", "changed"):
        write(tmp_path / f"notebooks/{name}.ipynb")
    assert launcher._changed_by_hand() == set()  # no checkout
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True)
    (tmp_path / "notebooks/changed.ipynb").write_text("{}", encoding="utf-8")
    write(tmp_path / "notebooks/new one.ipynb")
    assert launcher._changed_by_hand() == {"changed.ipynb", "new one.ipynb"}


@pytest.mark.parametrize("home", ["/nonexistent/home", ""])
def test_without_a_home_folder_the_course_still_opens(course, home):
    running = Lab(course, "--no-browser", "--port", str(free_port()), HOME=home)
    try:
        assert running.base
        assert "jupyter-config-data" in running.api(f"/lab/{running.first}")
    finally:
        assert running.stop() == 0


class _FullDisk(io.BytesIO):
    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("failing", ["open", "write"])
def test_a_home_folder_on_a_full_disk_is_none(tmp_path, monkeypatch, capsys, failing):
    """Its rights are as they should be; that nothing can be written shows in writing."""

    def full(dir):
        assert dir == tmp_path
        if failing == "open":
            raise OSError(errno.ENOSPC, "No space left on device")
        return _FullDisk()

    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, "")  # so that what is set is taken back
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DIALOGUE_RECORD_DIR", "")
    launcher._see_to_a_home()
    assert os.environ["HOME"] == str(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(launcher.tempfile, "TemporaryFile", full)
    launcher._see_to_a_home()
    folder = Path(os.environ["HOME"])
    try:
        assert folder != tmp_path
        assert os.environ["DIALOGUE_RECORD_DIR"] == str(folder / "answers")
        assert "only while the course runs" in "".join(capsys.readouterr())
    finally:
        shutil.rmtree(folder)


def test_start_up_files_of_ones_own_ipython_are_not_run(course):
    own = course.parent / "home/.ipython/profile_default/startup"
    own.mkdir(parents=True)
    startup = f"open({str(course.parent / 'ran')!r}, 'w')"
    (own / "00.py").write_text(startup, encoding="utf-8")
    running = Lab(course, "--no-browser", "--port", str(free_port()))
    try:
        kind = {"path": START, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        kernel = running.api("/api/sessions", kind)["kernel"]["id"]
        (connection,) = (course.parent / "home").rglob(f"kernel-{kernel}.json")
        client = BlockingKernelClient(connection_file=str(connection))
        client.load_connection_file()
        client.hb_channel.time_to_dead = 60  # a busy machine is not a dead kernel
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE)
        client.stop_channels()
        assert not (course.parent / "ran").exists()
    finally:
        running.stop()
