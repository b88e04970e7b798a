"""``dialogue class``: ask, open, hold the class, close."""

from __future__ import annotations

import asyncio
import errno
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import webbrowser
from pathlib import Path

from dialogue.bank import authoring, selection
from dialogue.classroom.live import address, keeping, plan
from dialogue.classroom.live.room import Room
from dialogue.classroom.live.server import DEFAULT_PORT, Server
from dialogue.classroom.live.store import FILE, Store
from dialogue.course import catalogue
from dialogue.course.files import FileFault

_START = "index.html"
_YES = {"y", "yes"}


def room(store: Store, lesson: catalogue.Lesson) -> Room:
    """The class of *lesson* in *store*, with its questions, plan and objectives."""
    questions = {q.id: q for q in selection.select([lesson.stem]) if q.event == "check"}
    return Room(
        store,
        questions,
        plan.of(lesson, questions),
        lesson=lesson.stem,
        title=lesson.title,
        objectives=lesson.objectives,
    )


def start_page(site: Path, lesson: catalogue.Lesson) -> str:
    """Where *lesson* begins in a reading edition, as an address below ``/lesson/``."""
    for name in (f"{lesson.stem}.html", f"{lesson.stem}/index.html", _START):
        if (site / name).is_file():
            return "" if name == _START else name.removesuffix("index.html")
    raise FileFault(site, "no reading edition is here", "build one with 'make site'")


def main(
    name: str,
    *,
    folder: Path | None,
    site: Path | None,
    port: int | None,
    listen: str,
    browser: bool,
) -> int:
    """Hold a class until Ctrl+C."""
    lesson = authoring.find_lesson(name)
    network = _asked(listen)
    place = folder or keeping.folder() / f"{time.strftime('%Y-%m-%d')}-{lesson.number}"
    again = (place / FILE).is_file()
    store = Store(place)
    made: Path | None = None
    try:
        if site is None:
            site = made = Path(tempfile.mkdtemp(prefix="dialogue-class-"))
            _practice(lesson, made)
        start = start_page(site, lesson)
        return asyncio.run(
            _hold(store, lesson, site, start, port, network=network, browser=browser, again=again)
        )
    finally:
        store.close()
        if made:
            shutil.rmtree(made, ignore_errors=True)


def _asked(listen: str) -> bool:
    """May the class listen on the network?  Nothing is opened that nobody agreed to."""
    if listen != "ask":
        return listen == "network"
    found = address.addresses()
    where = f" ({', '.join(found)})" if found else ""
    if not sys.stdin.isatty():
        _say("The class listens on this computer only; --listen network lets phones in.")
        return False
    _say(
        f"Phones reach the class if this computer listens on the room's network{where}.\n"
        "Whoever is in that network can then open the page where a class code is asked for."
    )
    return input("Listen on the network? [y/N] ").strip().lower() in _YES


def _practice(lesson: catalogue.Lesson, folder: Path) -> None:
    module = "dialogue.classroom.live.practice"
    done = subprocess.run([sys.executable, "-m", module, lesson.stem, str(folder)])
    if done.returncode:
        raise FileFault(lesson.stem, "its questions could not be shown", "run 'dialogue check'")


async def _hold(
    store: Store,
    lesson: catalogue.Lesson,
    site: Path,
    start: str,
    port: int | None,
    *,
    network: bool,
    browser: bool,
    again: bool,
) -> int:
    held = room(store, lesson)
    server = _server(held, site, start, port, network=network)
    if again and held.devices:
        _say(f"Going on with the class that is kept here: {len(held.present)} had joined.")
    hall = server.hall
    _say(
        f"For learners: {hall.link}   class code: {held.code}\n"
        f"For you:      {server.teacher_link}\n"
        f"The class is kept in {store.folder} and nowhere else. Ctrl+C ends it."
    )
    if browser:
        try:
            webbrowser.open(server.teacher_link)
        except webbrowser.Error:
            _say("No web browser was found here: open the address for you in one.")
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)):
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, ended.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
    await ended.wait()
    await server.stop()
    present = len(held.present)
    _say(
        f"The class is closed. {present} had joined; what it kept is in {store.folder}.\n"
        "'dialogue class-data report' writes the report, 'dialogue class-data delete-all' "
        "deletes everything."
    )
    return 0


def _server(held: Room, site: Path, start: str, port: int | None, *, network: bool) -> Server:
    tried = range(DEFAULT_PORT, DEFAULT_PORT + 30) if port is None else [port]
    for one in tried:
        try:
            return Server(held, site, start, one, network=network)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise FileFault(f"port {tried[0]}", "it is in use", "choose another one with --port")


def _say(words: str) -> None:
    print(words, flush=True)
