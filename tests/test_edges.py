"""The edge of the command line: every command, and whatever may stand in place of a name."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dialogue import cli
from dialogue.classroom import printing
from dialogue.cli import edges, parser
from dialogue.course.files import FileFault

LINE = {"format": 2, "item": "05-permanent-bases", "version": "x", "event": "check"}

# What may stand where a file, a folder or a name is meant.
BAD = {
    "missing": "missing",
    "bytes": "bytes.bin",
    "folder": "folder",
    "pipe": "pipe",
    "line end": "a\nb",
    "no UTF-8": "\udcff",
    "zero": "a\0b",
    "empty file": "empty",
    "nothing": "",
    "null": "/dev/null",
    "endless": "/dev/zero",
    "loop": "loop",
    "too long": "x" * 300,
    "path too long": "x/" * 3000,
    "unknown home": "~nobody-of-that-name/x",
    "escape": "a\x1b[31mb",
    "letters": "ü-مرحبا-🎈",
}
# Every command that takes a name; BAD stands for {}.  What would write lessons, start a server
# or a browser, or run for minutes when the name is good, has a name that is bad otherwise.
COMMANDS = (
    "check {}",
    "--overlay {} overlay show",
    "progress import {}",
    "progress export {}",
    "preview {} --no-browser --output p.html --force",
    "import {} --output o.yaml --force",
    "import --format gift {} --output o.yaml --force",
    "import --format csv {} --output o.yaml --force",
    "import --format json {} --output o.yaml",
    "import record.jsonl --format gift --output {}",
    "export gift {} --output o.gift --force",
    "export nothing 05 --output {}",
    "export gift 05-permanent-bases --output {}",
    "handout {} --output h",
    "slides {} --output s",
    "screen {} --output w.html",
    "overlay use {}",
    "overlay copy {}",
    "overlay hide {}",
    "release {} --graded zz",
    "mark {} --graded 05-permanent-bases --output m.csv --force",
    "mark record.jsonl --graded {} --output m.csv --force",
    "mark record.jsonl --graded 05-permanent-bases --output {}",
    "nbgrader {} zz",
    "nbgrader nb {}",
    "variants {} --seed 1 --output v",
    "variants zz --seed {} --output v",
    "variants 05-permanent-bases --seed {} --output v --force",
    "variants 05-permanent-bases --seed 1 --roster {} --output v --force",
    "hand-in {} --class a --name b",
    "hand-in h.json --class {} --name {} --force",
    "results {} --output r",
    "results folder --output {}",
    "results folder --output r --roster {} --force",
    "bibliography --output {}",
    "class {} --site nowhere --no-browser",
    "class zz --folder {} --no-browser",
    "class-data list --folder {}",
    "campus {}",
    "class-data copy {}",
    "new exercise --kind single --lesson 05 --output {}",
    "new exercise --kind {} --lesson 05 --output n.yaml",
    "{}",
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DIALOGUE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("DIALOGUE_OVERLAY", "")
    (folder / "empty").touch()
    (folder / "bytes.bin").write_bytes(bytes(range(256)) * 20)
    (folder / "folder").mkdir()
    (folder / "folder" / "file").write_text("x", encoding="utf-8")
    if os.name == "posix":
        os.mkfifo("pipe")
        os.symlink("loop", "loop")
    (folder / "record.jsonl").write_text(json.dumps({**LINE, "id": "a"}) + "\n", encoding="utf-8")
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "answers.jsonl").write_text(
        json.dumps({**LINE, "id": "a"}) + "\n", encoding="utf-8"
    )
    return folder


@pytest.mark.skipif(os.name != "posix", reason="names of pipes and devices are of posix")
@pytest.mark.sweep(5)
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_no_name_makes_a_command_fail_with_more_than_words(
    bad: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No exception, no raw control character, a code from 0 to 2, and words when it is not 0."""
    found = []
    for command in COMMANDS:
        # What an earlier command wrote under the name is no part of this one.
        capsys.readouterr()
        arguments = [word.replace("{}", bad) for word in command.split(" ")]
        try:
            status: object = cli.main(arguments)
        except SystemExit as stop:
            status = stop.code
        except Exception as error:
            found.append((command, repr(error)[:300]))
            continue
        said = capsys.readouterr()
        if status not in (0, 1, 2):
            found.append((command, f"exit code {status}"))
        if status and not (said.err or said.out).strip():
            found.append((command, "silent"))
        if status == 1 and "Traceback" in said.err:
            found.append((command, said.err[-300:]))
        if {c for c in said.out + said.err if not c.isprintable()} - set("\n\t\r"):
            controls = {c for c in said.out + said.err if ord(c) < 32 or 127 <= ord(c) < 160}
            if controls - set("\n\t\r"):
                found.append((command, f"control characters {controls}"))
    assert found == []
    left = [p.name for p in here.iterdir() if p.name.startswith((".part", ".old"))]
    assert left == []


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (FileFault("x\x1b", "wrong", "mend it"), 1, "x\\u001b: wrong; mend it"),
        (OSError(36, "File name too long", "xx"), 1, "xx: this cannot be used (File name too"),
        (OSError(28, "No space left on device"), 1, "the output: this cannot be used (No space"),
        (PermissionError(13, "Permission denied", b"b"), 1, "b: this cannot be used (Permission"),
        (UnicodeEncodeError("utf-8", "a\udcff", 1, 2, "no"), 1, "\\udcff: this letter cannot"),
        (KeyboardInterrupt(), 130, "Stopped before it was done."),
        (BrokenPipeError(), 1, ""),
    ],
)
def test_what_no_command_foresees_is_one_line(
    error: BaseException,
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edges, "_silence", lambda stream: None)

    def run() -> int:
        raise error

    assert edges.guarded(run) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(says)
    assert said.err.count("\n") == bool(says)


def test_a_mistake_of_ours_is_not_hidden() -> None:
    def run() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        edges.guarded(run)


def test_a_terminal_gets_no_control_character_but_our_own() -> None:
    out = io.StringIO()
    stream = edges.Harmless(out)
    stream.writelines(["a\x1b[31mb\x9b\n", "\r\x1b[K\tمرحبا\u200c\n"])
    assert out.getvalue() == "a\\u001b[31mb\\u009b\n\r\x1b[K\tمرحبا\u200c\n"


def dialogue(*arguments: str | bytes, **more: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "dialogue.cli", *arguments],
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
        **more,  # type: ignore[call-overload]
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to stand for a full disk")
@pytest.mark.parametrize("arguments", [["bibliography"], ["--help"], ["check", "--help"]])
def test_an_output_that_is_full_is_one_line(here: Path, arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = dialogue(*arguments, stdout=full)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("the output: this cannot be used (No space left")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="the shell closes a stream")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_a_command_starts_has_its_streams(closed: str) -> None:
    """Without them no kernel starts and no picture is drawn."""
    each = "[os.fstat(number) for number in range(3)]"
    whole = (
        "import subprocess, sys; from dialogue.cli import edges; sys.exit(edges.guarded("
        f"lambda: subprocess.run([sys.executable, '-c', 'import os; {each}']).returncode))"
    )
    done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "-", sys.executable, "-c", whole])
    assert done.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="the shell closes a stream")
def test_a_question_that_nobody_can_answer_is_a_no(here: Path) -> None:
    command = [sys.executable, "-m", "dialogue.cli", "progress", "erase"]
    done = subprocess.run(["sh", "-c", 'exec "$@" <&-', "-", *command], capture_output=True)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.endswith(b"Nothing was erased.\n")


def test_the_version_is_that_of_the_package(here: Path) -> None:
    done = dialogue("--version", stdout=subprocess.PIPE)
    assert (
        done.stdout.decode()
        == f"dialogue {importlib.metadata.version('us-iraq-dialogue-course')}\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on posix")
def test_names_and_letters_in_a_plain_locale(here: Path) -> None:
    name = "ü-مرحبا.yaml".encode()
    (here / os.fsdecode(name)).write_text("quiz: x\n", encoding="utf-8")
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for arguments in (["check", name], ["check", b"\xff.yaml"], ["bibliography"]):
        done = dialogue(*arguments, stdout=subprocess.PIPE, env={**os.environ, **plain})
        assert done.returncode == int(arguments != ["bibliography"])
        assert b"Traceback" not in done.stdout + done.stderr


def test_the_parser_knows_every_command_of_the_matrix() -> None:
    """A command that is added is tried with bad names too."""
    every = set(next(a for a in parser.parser()._actions if a.dest == "command").choices)
    tried = {command.split(" ")[0] for command in COMMANDS} | {"overlay"}
    # These take no name, or start a server, run lessons, print a whole kit or build a site.
    assert every - tried <= {"lab", "tidy", "cards", "class-kit", "site", "site-lab"}


# --- told to end -----------------------------------------------------------------------


def _as_at_a_terminal() -> None:
    for name in ("SIGHUP", "SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


def told_to_end(arguments: list[str], number: int, begun: Path) -> tuple[int, str]:
    """End a command when the file *begun* holds the number of the program that it started, and
    see that program end too, with no temporary file left.  Returns the exit code and what was
    said."""
    temporary = begun.parent / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "dialogue.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
        # What runs the tests in the background may ignore these, and a child would inherit it.
        preexec_fn=_as_at_a_terminal,
    )
    try:
        until = time.monotonic() + 60
        while not begun.is_file() or not begun.read_text(encoding="utf-8").endswith("\n"):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(number)
        said = process.communicate(timeout=30)[0].decode()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    child = int(begun.read_text(encoding="utf-8"))
    while Path(f"/proc/{child}").exists() and "Z" not in _state(child):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert list(temporary.iterdir()) == []
    return process.returncode, said


def _state(process: int) -> str:
    try:
        return (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
        )
    except OSError:
        return "Z"


STOPPED = "Stopped before it was done.\n"


@pytest.mark.skipif(os.name != "posix", reason="signals are of posix")
def test_ctrl_c_while_the_course_starts_is_one_line(tmp_path: Path) -> None:
    """JupyterLab is loaded, and nothing listens yet: no question, no trace, no folder is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dialogue.cli", "lab", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "TMPDIR": str(tmp_path)},
        start_new_session=True,
        preexec_fn=_as_at_a_terminal,
    )
    try:
        until = time.monotonic() + 120  # a busy machine takes its time
        while not list(tmp_path.rglob("migrated")):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=120)[0]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    # Before it a busy port may be told.
    assert (process.returncode, said[said.find("Stopped") :]) == (130, STOPPED)
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("migrated"))


# Python drops what a signal raises while an object is cleared away.
DROPPED = """
import os, signal, sys
from jupyterlab.labapp import LabApp
begin = LabApp.initialize_server
class Gone:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})
        for _ in range(1000): pass
def initialize_server(**settings):
    Gone()
    return begin(**settings)
LabApp.initialize_server = initialize_server
from dialogue.cli import main
sys.exit(main(["lab", "--no-browser"]))
"""


def test_ctrl_c_after_the_work_is_done_breaks_off_nothing() -> None:
    code = (
        "import atexit, os, signal, sys\n"
        "atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))\n"
        "sys.argv = ['dialogue', '--version']\n"
        "from dialogue.cli import main\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("dialogue ")


@pytest.mark.skipif(os.name != "posix", reason="signals are of posix")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_that_python_drops_still_ends_the_start(
    name: str, status: int, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DROPPED.format(name=name)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "TMPDIR": str(tmp_path)},
        timeout=120,
        preexec_fn=_as_at_a_terminal,
    )
    assert "Exception ignored" in done.stderr, "it was not dropped"
    assert done.returncode == status
    assert "token=" not in done.stdout + done.stderr, "it began to listen"


@pytest.mark.skipif(os.name != "posix", reason="signals are of posix")
@pytest.mark.parametrize(
    ("name", "status"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)], ids=str
)
def test_who_is_told_to_end_leaves_nothing_behind(
    name: str, status: int, here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The old folder is whole, no half one is beside it, and the browser has ended."""
    begun, prints = tmp_path / "begun", tmp_path / "browser"
    prints.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > '{begun}'\nwait\n", encoding="utf-8")
    prints.chmod(0o755)
    monkeypatch.setenv("DIALOGUE_BROWSER", str(prints))
    target = here / "handout"
    target.mkdir()
    (target / "05-round-one-plan.html").write_text("old", encoding="utf-8")
    before = sorted(here.iterdir())
    ended = told_to_end(
        ["handout", "05", "--output", str(target), "--force"], getattr(signal, name), begun
    )
    assert ended == (status, STOPPED if name == "SIGINT" else "")
    assert sorted(here.iterdir()) == before
    assert [file.read_text(encoding="utf-8") for file in target.iterdir()] == ["old"]


@pytest.mark.parametrize("told", [SystemExit, KeyboardInterrupt])
def test_who_is_told_to_end_while_it_clears_away_clears_all(
    told: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    remove, calls = printing.shutil.rmtree, []

    def interrupted(folder: str, **more: Any) -> None:
        calls.append(folder)
        if len(calls) == 1:
            raise told(143)
        remove(folder, **more)

    monkeypatch.setattr(printing.shutil, "rmtree", interrupted)
    with pytest.raises(told), printing._profile() as folder:
        pass
    assert not os.path.lexists(folder)


@pytest.mark.skipif(os.name != "posix", reason="signals are of posix")
def test_a_browser_that_is_being_started_ends_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal comes when the program runs and Python has not returned from starting it."""
    prints, page = tmp_path / "browser", tmp_path / "page.html"
    prints.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    prints.chmod(0o755)
    monkeypatch.setenv("DIALOGUE_BROWSER", str(prints))
    started, numbers = subprocess._fork_exec, []

    def told(*arguments: Any) -> int:
        numbers.append(started(*arguments))
        signal.raise_signal(signal.SIGTERM)
        return numbers[0]

    monkeypatch.setattr(subprocess, "_fork_exec", told)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with pytest.raises(SystemExit):
            printing.pdf(page, tmp_path / "page.pdf")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not Path(f"/proc/{numbers[0]}").exists() or "Z" in _state(numbers[0])


@pytest.mark.skipif(os.name != "posix", reason="signals are of posix")
@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGINT", 130)], ids=str)
def test_a_lesson_that_runs_ends_with_its_command(
    name: str, status: int, here: Path, tmp_path: Path
) -> None:
    import nbformat

    begun, lesson = tmp_path / "begun", here / "mine.ipynb"
    waits = f"import os, time\nprint(os.getpid(), file=open({str(begun)!r}, 'w'), flush=True)"
    cells = [nbformat.v4.new_code_cell(f"{waits}\ntime.sleep(60)", id="waits")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), lesson)
    before = lesson.read_bytes()
    ended = told_to_end(["tidy", str(lesson)], getattr(signal, name), begun)
    assert ended == (status, f"mine … {STOPPED if name == 'SIGINT' else ''}")
    assert lesson.read_bytes() == before


def test_a_signal_that_is_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``nohup`` does; and the handlers are those of before when a command has ended."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        seen = edges.guarded(lambda: int(signal.getsignal(signal.SIGTERM) == signal.SIG_IGN))
        assert seen == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(
    "command",
    [
        "preview {} --no-browser --output out",
        "export gift {} --output out",
        "screen {} --output out",
        "slides {} --output out",
        "handout {} --output out",
        "variants {} --seed 1 --output out",
    ],
)
def test_no_name_at_all_is_no_lesson(
    command: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a shell gives it for a variable that is not set; the first page has the number 00."""
    assert cli.main([word.replace("{}", "") for word in command.split(" ")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("'': ")
    assert not said.rstrip().endswith(":")
    assert not (here / "out").exists()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a file's name is text there")
def test_a_file_name_that_is_no_text_keeps_nothing_from_being_written(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = os.fsdecode(b"a\xff")
    for form in ("gift", "moodle", "paper"):
        assert cli.main(["export", form, "05-permanent-bases", "--output", f"{name}.{form}"]) == 0
        assert (here / f"{name}.{form}").stat().st_size
        assert "a\ufffd" in (here / f"{name}.{form}.report.txt").read_text("utf-8")
    assert cli.main(["import", f"{name}.gift", "--output", f"{name}.yaml"]) == 0
    assert (here / f"{name}.yaml.report.txt").stat().st_size
    # One learner's file with such a name does not stop the others.
    (here / f"{name}.jsonl").write_bytes((here / "record.jsonl").read_bytes())
    marks = ["mark", f"{name}.jsonl", "record.jsonl", "--graded", "05-permanent-bases"]
    assert cli.main([*marks, "--output", "m.csv"]) == 0
    assert {"a\ufffd", "record"} <= {
        row.split(",")[0] for row in (here / "m.csv").read_text("utf-8-sig").splitlines()
    }


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a file's name is text there")
def test_an_overlay_that_cannot_be_named_is_not_made(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = os.fsdecode(b"a\xff")
    assert cli.main(["overlay", "new", name]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "cannot be written down" in said.err
    assert not (here / name).exists()
    (here / name).mkdir()
    assert cli.main(["overlay", "use", name]) == 1
    assert "cannot be written down" in capsys.readouterr().err
