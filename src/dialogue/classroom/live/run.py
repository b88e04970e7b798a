"""``dialogue class``: ask, open, hold the class, close."""

from __future__ import annotations

import asyncio
import errno
import signal
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

from dialogue import bank
from dialogue.bank import authoring, selection
from dialogue.classroom.live import address, keeping, plan
from dialogue.classroom.live.room import Room
from dialogue.classroom.live.server import DEFAULT_PORT, Server
from dialogue.classroom.live.store import FILE, SITE, Store
from dialogue.course import catalogue, ending
from dialogue.course.files import FileFault

_YES, _NO = {"y", "yes"}, {"n", "no"}


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
        known=bank.course_bank().questions,
    )


def main(
    name: str,
    *,
    folder: Path | None,
    site: Path | None,
    port: int | None,
    listen: str,
    browser: bool,
    new: bool = False,
) -> int:
    """Hold a class until Ctrl+C."""
    lesson = authoring.find_lesson(name)
    if not lesson.written:
        raise FileFault(lesson.stem, "this lesson is not written yet", "name another one")
    place = folder or _place(lesson, new=new)
    again = (place / FILE).is_file()
    store, built = Store(place), None
    try:
        # It is built while the question is read.
        built = _Edition(site, place / SITE)
        network = _asked(listen)
        built.wait(lesson)
        return asyncio.run(
            _hold(store, lesson, built.folder, port, network=network, browser=browser, again=again)
        )
    finally:
        if built:
            built.end()
        store.close()


def building(folder: Path) -> list[str]:
    """The command of the course that builds the edition of a class."""
    return ["site", str(folder), "--force", "--still"]


class _Edition:
    """The reading edition: one that was *given*, that of ``make site``, or one that is built in
    the class's folder, without the moving pictures, which take a minute or more.

    It is built by a program of its own, for what that needs would stay in the memory of the
    class.  One that is newer than the course is good: a class that was killed is back at once.
    """

    def __init__(self, given: Path | None, own: Path) -> None:
        ready = [folder for folder in (catalogue.root() / SITE, own) if _fresh(folder)]
        self.folder = given or next(iter(ready), own)
        self._build: subprocess.Popen[bytes] | None = None
        if not given and not ready:
            command = [sys.executable, "-m", "dialogue.cli", *building(own)]
            with ending.undisturbed():
                self._build = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def wait(self, lesson: catalogue.Lesson) -> None:
        """Until it is there, with a page for *lesson*."""
        if self._build and self._build.wait():
            raise FileFault(self.folder, "the lessons could not be written", "run 'dialogue check'")
        if not (self.folder / f"{lesson.stem}.html").is_file():
            remedy = "build one with 'make site'"
            raise FileFault(self.folder, f"there is no page of {lesson.stem} here", remedy)

    def end(self) -> None:
        """Build no more, where the class was ended before it was there."""
        if self._build and self._build.poll() is None:
            self._build.terminate()
            self._build.wait()


def _fresh(folder: Path) -> bool:
    parts = ("notebooks", "exercises", "data", "seeds")
    files = [file for part in parts for file in (catalogue.root() / part).glob("*.*")]
    code = [file for file in Path(__file__).parents[2].rglob("*.*") if file.suffix != ".pyc"]
    newest = max((file.stat().st_mtime for file in (*files, *code)), default=0.0)
    start = folder / "index.html"
    return start.is_file() and start.stat().st_mtime > newest


def _place(lesson: catalogue.Lesson, *, new: bool) -> Path:
    """The folder of the class: one that was interrupted today goes on, unless it is another."""
    place = keeping.today(lesson.number, new=new)
    if new or not (place / FILE).is_file() or not sys.stdin.isatty():
        return place
    at = time.strftime("%H:%M", time.localtime((place / FILE).stat().st_mtime))
    _say(f"A class of this lesson was held today, until {at}.")
    if input("Go on with it? [Y/n] ").strip().lower() in _NO:
        return keeping.today(lesson.number, new=True)
    return place


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


async def _hold(
    store: Store,
    lesson: catalogue.Lesson,
    site: Path,
    port: int | None,
    *,
    network: bool,
    browser: bool,
    again: bool,
) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ending.SIGNALS:
        try:
            loop.add_signal_handler(number, ended.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
    held = room(store, lesson)
    server = _server(held, site, f"{lesson.stem}.html", port, network=network)
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
