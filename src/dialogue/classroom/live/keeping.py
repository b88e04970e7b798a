"""``dialogue class-data``: what classes have kept, and how it is taken out or deleted."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

from dialogue.classroom.live import report
from dialogue.classroom.live.store import FILE, SITE, NoClass, NotSaved, Store
from dialogue.course import faults, files
from dialogue.course.files import FileFault
from dialogue.learner import progress
from dialogue.learner.handin import folded


def folder() -> Path:
    """Where classes are kept: a folder beside the record of whoever teaches."""
    return progress.folder() / "classes"


def classes() -> list[Path]:
    """The folders of the classes that are kept, the newest last."""
    found = sorted(folder().glob(f"*/{FILE}"), key=lambda file: file.stat().st_mtime)
    return [file.parent for file in found]


def today(number: str, *, new: bool) -> Path:
    """Where a class of lesson *number* is kept today: the latest one, or a new folder."""
    day = f"{time.strftime('%Y-%m-%d')}-{number}"
    before = [place for place in classes() if re.fullmatch(rf"{day}(-\d+)?", place.name)]
    if before and not new:
        return before[-1]
    return folder() / (f"{day}-{len(before) + 1}" if before else day)


def _named(given: Path | None) -> Path:
    if given is not None:
        if not (given / FILE).is_file():
            raise FileFault(given, "no class is kept here", "see 'dialogue class-data list'")
        return given
    known = classes()
    if not known:
        raise FileFault(folder(), "no class is kept", "hold one with 'dialogue class'")
    return known[-1]


def _device(store: Store, name: str) -> int:
    query = "SELECT number, nickname FROM devices"
    rows = store.read(query).result()
    found = [number for number, nickname in rows if folded(nickname) == folded(name)]
    if not found:
        names = ", ".join(nickname for _, nickname in rows) or "nobody"
        raise FileFault(store.folder, f"nobody is called {name!r}", f"known are: {names}")
    return int(found[0])


def main(what: str, name: str, given: Path | None, output: Path | None) -> int:
    """Carry out one of the five; 0 when it is done."""
    if what == "list" and given is None:
        for place in classes():
            print(place)
        if not classes():
            print(f"No class is kept in {folder()}.")
        return 0
    place = _named(given)
    if what == "delete-all":
        try:
            Store(place).close()  # refuses where the class still runs
        except NoClass:
            if place.resolve().parent != folder().resolve():  # it may be anybody's
                raise
        _remove(place)
        print(f"{place} is deleted.")
        return 0
    store = Store(place)
    try:
        return _with(store, what, name, output)
    except NotSaved as error:
        fault = f"this could not be read or written ({error})"
        raise FileFault(
            store.file, fault, "nothing was changed; make room, and try again"
        ) from None
    finally:
        store.close()


def _with(store: Store, what: str, name: str, output: Path | None) -> int:
    if what == "list":
        query = (
            "SELECT nickname, count(answers.number), removed FROM devices"
            " LEFT JOIN answers ON device = devices.number GROUP BY devices.number"
        )
        for nickname, count, removed in store.read(query).result():
            away = ", sent out" if removed else ""
            print(faults.printable(f"{nickname}: {count} answers{away}"))
        return 0
    if what == "report":
        about = dict(store.read("SELECT name, value FROM about").result())
        if not report.hand_ins(store, store.folder / report.ANSWERS, about.get("lesson", "class")):
            raise FileFault(store.folder, "nobody has answered", "a report needs answers")
        return subprocess.run(report.command(store.folder)).returncode
    if not name:
        raise FileFault(what, "whose data?", "name a learner, as 'list' shows them")
    device = _device(store, name)
    if what == "copy":
        text = report.one(store, device) or ""
        if output is None:
            print(text, end="")
        else:
            files.write(output, text)
            print(f"{output}: all that the class has of {faults.printable(name)}")
        return 0
    store.write(
        ("DELETE FROM votes WHERE device = ?", (device,)),
        ("DELETE FROM answers WHERE device = ?", (device,)),
        ("DELETE FROM devices WHERE number = ?", (device,)),
    ).result()
    print(f"{faults.printable(name)} is deleted, with all answers and votes.")
    if report.withdraw(store.folder):
        print("The report held them too and is deleted: write it again with 'report'.")
    return 0


def _remove(place: Path) -> None:
    """Delete a class's own files, and its folder where nothing of others is in it."""
    report.withdraw(place)
    shutil.rmtree(place / SITE, ignore_errors=True)
    for file in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        (place / file).unlink(missing_ok=True)
    if not any(place.iterdir()):
        place.rmdir()
