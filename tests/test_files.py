"""Files from elsewhere get one sentence; files that we leave are whole and asked for."""

from __future__ import annotations

import io
import os
import struct
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dialogue.bank import selection
from dialogue.cli import main
from dialogue.course import files
from dialogue.course.files import FileFault


def fault(act) -> str:
    with pytest.raises(FileFault) as caught:
        act()
    text = str(caught.value)
    assert "\n" not in text
    assert "; " in text  # the fault, then the remedy
    return text


# --- reading ---------------------------------------------------------------------------


def test_an_ordinary_file_is_read_whole(tmp_path):
    path = tmp_path / "plain.txt"
    path.write_bytes("\ufeffnaïve\r\nعراق\r".encode())
    assert files.read_text(path) == "naïve\nعراق\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"x" * 101, "larger than 100 bytes"),
        ("x".encode("utf-16"), "UTF-16"),
        (b"one\ntwo \xff\n", ":2: this is not UTF-8"),
        (b"one\n\0", ":2: this is not a text file"),
    ],
)
def test_a_bad_text_is_named(tmp_path, content, says):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    assert says in fault(lambda: files.read_text(path, most=100))


def test_what_is_not_a_file_is_named(tmp_path):
    assert "no such file" in fault(lambda: files.read_bytes(tmp_path / "none"))
    assert "a folder" in fault(lambda: files.read_bytes(tmp_path))
    assert "cannot be read" in fault(lambda: files.read_bytes("a\0b"))
    if hasattr(os, "mkfifo"):  # reading a pipe would wait for ever
        os.mkfifo(tmp_path / "pipe")
        assert "not a plain file" in fault(lambda: files.read_bytes(tmp_path / "pipe"))


def test_a_terminal_obeys_no_file_name():
    assert "\x1b" not in str(FileFault("a\x1b[2J", "is bad", "mend it"))


def packed(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def zipped(tmp_path, data: bytes):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    return path


def test_a_zip_is_read_by_name(tmp_path):
    members = {"a/b.txt": b"1", "c": b""}
    assert files.read_zip(zipped(tmp_path, packed(members))) == members


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:/x", "..\\x"])
def test_a_member_that_would_leave_the_folder_is_refused(tmp_path, name):
    path = zipped(tmp_path, packed({name: b"1"}))
    assert "outside its folder" in fault(lambda: files.read_zip(path))


def test_a_zip_that_grows_without_measure_is_refused(tmp_path):
    path = zipped(tmp_path, packed({"bomb": bytes(5_000_000)}))
    assert "larger than" in fault(lambda: files.read_zip(path))


def test_every_cut_of_a_zip_is_one_sentence(tmp_path):
    whole = packed({"a": os.urandom(300), "b": b"text" * 50})
    for length in range(2, len(whole), 7):
        assert "cut off" in fault(
            lambda length=length: files.read_zip(zipped(tmp_path, whole[:length]))
        )
    # The directory at the end is whole, what it points to is not.
    broken = whole[:40] + bytes(60) + whole[100:]
    assert "cut off or damaged" in fault(lambda: files.read_zip(zipped(tmp_path, broken)))
    # Its first member begins before the file does.
    early = b"PK" + whole[8:]
    assert "cut off or damaged" in fault(lambda: files.read_zip(zipped(tmp_path, early)))
    assert "not a zip" in fault(lambda: files.read_zip(zipped(tmp_path, b"<html>")))


def test_a_locked_zip_is_named(tmp_path):
    data = bytearray(packed({"a": b"1"}))
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 8, 1)  # the flag that says "encrypted"
    assert "password" in fault(lambda: files.read_zip(zipped(tmp_path, bytes(data))))


# --- writing ---------------------------------------------------------------------------


def test_a_file_is_never_replaced_unasked(tmp_path):
    path = tmp_path / "out.txt"
    files.write(path, "one")
    assert "add --force" in fault(lambda: files.write(path, "two"))
    assert path.read_text(encoding="utf-8") == "one"
    files.write(path, "two", force=True)
    assert path.read_text(encoding="utf-8") == "two"
    assert os.listdir(tmp_path) == ["out.txt"]  # nothing is left beside it


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "out.txt"
    files.write(path, "one")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space" in fault(lambda: files.write(path, "two", force=True))
    assert path.read_text(encoding="utf-8") == "one"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_place_that_is_not_there_is_named(tmp_path):
    assert "there is no folder" in fault(lambda: files.write(tmp_path / "no" / "x", "1"))
    assert "not a file" in fault(lambda: files.write(tmp_path, "1"))
    (tmp_path / "f").write_text("1", encoding="utf-8")
    assert "not a folder" in fault(lambda: files.folder(tmp_path / "f").__enter__())


def test_a_new_file_is_readable_by_those_whom_the_user_lets_read(tmp_path):
    if sys.platform == "win32":
        pytest.skip("Windows keeps rights in another way")
    before = os.umask(0o027)
    try:
        assert files.write(tmp_path / "x", "1").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_a_folder_appears_when_it_is_complete(tmp_path):
    target = tmp_path / "out"
    with files.folder(target) as inside:
        (inside / "a").write_text("1", encoding="utf-8")
        assert not target.exists()
    assert (target / "a").read_text(encoding="utf-8") == "1"

    def break_off():
        with files.folder(target, force=True) as inside:
            (inside / "b").write_text("2", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert os.listdir(target) == ["a"]

    assert "add --force" in fault(lambda: files.folder(target).__enter__())
    with files.folder(target, force=True) as inside:
        (inside / "a").write_text("2", encoding="utf-8")
        (inside / "b").write_text("2", encoding="utf-8")
    assert sorted(os.listdir(target)) == ["a", "b"]
    assert (target / "a").read_text(encoding="utf-8") == "2"
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("name", ["photo.jpg", "sub/notes.txt", ".git/HEAD"])
def test_a_folder_with_files_of_others_is_never_replaced(tmp_path, name):
    """--force on a folder named by mistake must not cost anybody their documents."""
    theirs = tmp_path / "Documents" / name
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine", encoding="utf-8")
    (tmp_path / "Documents" / ".DS_Store").write_text("", encoding="utf-8")

    def replace():
        with files.folder(tmp_path / "Documents", force=True) as inside:
            (inside / "a").write_text("1", encoding="utf-8")

    assert f"also holds {name}" in fault(replace)
    assert theirs.read_text(encoding="utf-8") == "mine"
    assert os.listdir(tmp_path) == ["Documents"]
    theirs.unlink()
    replace()
    assert os.listdir(tmp_path / "Documents") == ["a"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_in_a_folder_counts_as_somebodys(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(tmp_path / "real", target_is_directory=True)

    def replace():
        with files.folder(tmp_path / "out", force=True):
            pass

    assert "also holds link" in fault(replace)
    assert (tmp_path / "out" / "link").is_symlink()


@pytest.mark.parametrize("words", [".", "..", "../out"])
def test_the_folder_one_stands_in_is_not_swapped(tmp_path, monkeypatch, words):
    (tmp_path / "out" / "in").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "out" / ("in" if words == ".." else ""))
    with pytest.raises(FileFault, match="you are in this folder"):
        files.folder(words, force=True).__enter__()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no folder in use")
def test_a_command_in_a_deleted_folder_is_one_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(["preview", "05", "--output", "x.html"]) == 1
    assert capsys.readouterr().err == (
        "The folder you are in has been deleted; go to another one.\n"
    )


@given(some.text(max_size=120))
def test_a_name_made_safe_stays_in_its_folder(text):
    name = files.safe_name(text)
    assert name
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert name not in (".", "..")
    assert name[-1] not in " ."
    assert len(name) <= 90


@pytest.mark.parametrize("text", ["CON", "nul.txt", "../x", "", "..", "\u202etxt.exe", "lpt1"])
def test_hostile_names_are_tamed(text):
    name = files.safe_name(text)
    assert name.split(".")[0].lower() not in {"con", "nul", "lpt1"}
    assert not name.startswith(".")
    assert "\u202e" not in name


# --- tables ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]
)
def test_a_formula_is_made_text(text):
    assert files.cell(text) == "'" + text


@pytest.mark.parametrize("text", ["-3", "+0.5", "1e3", "plain", "", "'quoted'", "a=b"])
def test_other_cells_stay(text):
    assert files.cell(text) == text


@given(some.text(alphabet=some.sampled_from("'=+-@a1 \t"), max_size=6))
def test_a_cell_comes_back(text):
    assert files.from_cell(files.cell(text)) == text


def test_a_table_is_what_the_standard_says():
    assert files.csv_text(["a", "b"], [["x,y", '"'], [None, "=1"]]) == (
        'a,b\r\n"x,y",""""\r\n,\'=1\r\n'
    )


# --- which questions -------------------------------------------------------------------


def ids(*names: str) -> list[str]:
    return [question.id for question in selection.select(names)]


def test_a_lesson_goes_by_number_or_name():
    lesson = ids("05")
    assert len(lesson) >= 16
    assert all(name.startswith("05-") for name in lesson)
    assert ids("5") == ids("05-round-one") == lesson


def test_an_objective_an_id_and_a_bank_are_found(tmp_path):
    assert ids("05-permanent-bases") == ["05-permanent-bases"]
    objective = selection.select(["05-1"])
    assert {question.objective for question in objective} == {"05-1"}
    assert set(ids("05-1")) < set(ids("05"))
    assert len(ids("05", "05-1")) == len(ids("05"))  # each once
    assert set(ids("05")) < set(ids())


def test_what_stands_for_nothing_gets_the_nearest():
    assert "05-permanent-bases" in fault(lambda: ids("05-permanent-base"))
    assert "no lesson" in fault(lambda: ids("zzzzz"))
    assert "no such file" in fault(lambda: ids("none.yaml"))


def test_a_bank_with_a_fault_is_named_by_line(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(
        "quiz: x\nitems:\n  - id: a\n    type: nonsense\n    ask: b\n", encoding="utf-8"
    )
    assert "bad.yaml:4" in fault(lambda: ids(str(path)))


def test_a_command_prints_a_fault_in_one_line(capsys, monkeypatch):
    from dialogue.cli.commands import bibliography

    def refuse(_arguments):
        raise FileFault("x.csv", "is bad", "mend it", 3)

    monkeypatch.setattr(bibliography, "_bibliography", refuse)
    assert main(["bibliography"]) == 1
    assert capsys.readouterr().err == "x.csv:3: is bad; mend it\n"


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are of posix")
@pytest.mark.parametrize("kind", ["pipe", "loop"])
def test_a_pipe_a_device_or_a_circle_of_links_is_never_replaced(tmp_path, kind):
    target = tmp_path / "out"
    os.mkfifo(target) if kind == "pipe" else target.symlink_to(target)
    with pytest.raises(FileFault, match="this is there, and not a file"):
        files.write(target, "x", force=True)
    assert target.is_fifo() if kind == "pipe" else target.is_symlink()
    with pytest.raises(FileFault, match="this is there, and not a folder"), files.folder(target):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
