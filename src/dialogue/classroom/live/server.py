"""The class on the room's network: pages, requests and event streams around one room.

Only this computer may open the teacher's page: what goes over a room's network can be read
there.  A stream carries the newest state and nothing older, and is closed when a phone takes
nothing for a while; it is never compressed, for tornado would hold it back.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import mimetypes
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError

from dialogue.classroom.live import address, pages, report
from dialogue.classroom.live.limits import Limit
from dialogue.classroom.live.room import Device, Refused, Room
from dialogue.classroom.narrow import Narrow
from dialogue.page.words import CLASS

MOST_BODY = 16 * 1024
DEFAULT_PORT = 8020
_DEVICE, _TEACHER = "class_device", "class_teacher"
_STREAMS_A_DEVICE = 4
_MOST_STREAMS = 1500
_BEAT = 15.0  # seconds between signs of life; phones on bad networks notice a dead stream by it
_PATIENCE = 10.0  # seconds that a phone may take to take what was sent
# Of the reading edition: the pages that hold keys, and what keeps pages for later.
_TEACHERS, _WORKER, _PYTHON, _LAB = "teach", "sw.js", "python-worker.js", "lab"
# Pages with counts are told at most so often; what comes in between is in the next one.
_PAUSE = {"learner": 0.0, "wall": 0.3, "teacher": 0.5}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
WORKER_CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


class Hall:
    """What the handlers share: the room, who listens, what each device may send."""

    def __init__(self, room: Room, site: Path, start: str, port: int) -> None:
        self.room, self.site, self.start, self.port = room, site, start, port
        self.address = "127.0.0.1"
        self.addresses: list[str] = []
        self.reached = False  # has any other computer ever come?
        self.closing = False
        self.streams: dict[asyncio.Event, str] = {}  # who is to be woken, and what it watches
        self.by_device: dict[int, list[Events]] = {}
        self.requests = Limit(8, 40)  # a device
        self.joins = Limit(4, 120)  # an address: behind a hotspot a whole class has one
        self.guesses = Limit(0.2, 10)  # wrong codes from an address
        self._made: dict[str, str] = {}
        room.watch = self.wake

    @property
    def link(self) -> str:
        """The address that phones open, without the code."""
        return f"http://{self.address}:{self.port}/"

    def wake(self, who: str) -> None:
        """Tell the pages that watch: all of them (``class``), or those that count."""
        self._made.clear()
        for event, kind in self.streams.items():
            if who == "class" or kind != "learner":
                event.set()

    def state(self, kind: str) -> str:
        """The newest state for a kind of page, as JSON; made once for all who watch."""
        if kind not in self._made:
            room = self.room
            view: dict[str, Any]
            if kind == "learner":
                view = room.for_learners()
            else:
                view = room.for_teacher() if kind == "teacher" else room.for_wall()
                view["link"] = self.link
            if kind == "teacher":
                view |= {"addresses": self.addresses, "address": self.address}
                view["reached"] = self.reached
            self._made[kind] = json.dumps(view, ensure_ascii=False, separators=(",", ":"))
        return self._made[kind]

    async def report(self) -> str:
        """Write answers, report and gradebooks to the class folder; what to say of it.

        It is made beside the class, by a program of its own: nobody waits for it.
        """
        store = self.room.store
        loop = asyncio.get_running_loop()
        folder = store.folder / report.ANSWERS
        written = await loop.run_in_executor(
            None, report.hand_ins, store, folder, self.room.lesson or "class"
        )
        if not written:
            return CLASS["report_none"]
        made = await asyncio.create_subprocess_exec(
            *report.command(store.folder),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, told = await made.communicate()
        except asyncio.CancelledError:  # the class ends: what it started clears its own away
            made.terminate()
            await made.wait()
            raise
        if made.returncode:
            return told.decode("utf-8", "replace").strip() or CLASS["not_saved"]
        return CLASS["report_done"].format(folder=store.folder / report.REPORT)


class Base(Narrow):
    """Whoever asks is at this computer, or a device of the room."""

    rights = CSP

    hall: Hall

    def initialize(self, hall: Hall) -> None:
        """Called by tornado with what the application was given."""
        self.hall = hall

    def prepare(self) -> None:
        """Refuse what a page of another site makes a browser send."""
        if not _ours(self.request.host_name):
            raise HTTPError(421)
        if not self.at_this_computer and not self.hall.reached:
            self.hall.reached = True
            self.hall.wake("teacher")
        if self.request.method == "POST":
            origin = self.request.headers.get("Origin")
            if origin is not None and urlsplit(origin).netloc != self.request.host:
                raise HTTPError(403)
            if self.request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
                raise HTTPError(403)
            if not self.request.headers.get("Content-Type", "").startswith("application/json"):
                raise HTTPError(415)

    @property
    def at_this_computer(self) -> bool:
        """Does the request come from the computer that the class runs on?"""
        try:
            return ipaddress.ip_address(self.request.remote_ip or "").is_loopback
        except ValueError:
            return False

    def teacher(self) -> None:
        """Refuse whoever is not the teacher, at this computer."""
        key = self.get_cookie(_TEACHER) or ""
        own = hmac.compare_digest(key.encode(), self.hall.room.key.encode())
        if not (own and self.at_this_computer):
            raise Refused(403, "teacher_only")

    def device(self) -> Device:
        """The device that asks; refused where it has not joined."""
        return self.hall.room.device(self.get_cookie(_DEVICE))

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        try:
            found = json.loads(self.request.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Refused(400, "not_understood")
        return found

    def write_error(self, status_code: int, **options: Any) -> None:
        """One word for the page that asked; never a traceback."""
        fault = options.get("exc_info", (None, None))[1]
        if isinstance(fault, Refused):
            self.set_status(fault.status)
            self.tell(why=fault.why)
        else:
            self.tell(why="not_found" if status_code == 404 else "not_understood")

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Refusals are no news."""
        if not isinstance(value, Refused | HTTPError | StreamClosedError):
            super().log_exception(typ, value, tb)

    async def slow_down(self, limit: Limit, key: str) -> None:
        """Refuse (429), and late, whoever sends without end: it waits instead of asking again."""
        if not limit.allows(key):
            await asyncio.sleep(1)
            raise Refused(429, "too_many")


def _ours(host: str) -> bool:
    """An address in figures cannot be turned to another computer by a name server; of names,
    only this computer's own are taken."""
    host = host.strip("[]").lower()
    own = socket.gethostname().lower().split(".")[0]
    if host in ("localhost", own, f"{own}.local"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# --- pages ---------------------------------------------------------------------------------


class Page(Base):
    """One of the class's own pages."""

    def initialize(self, hall: Hall, make: Callable[[Hall], str] | None = None) -> None:
        """*make* gives the page."""
        super().initialize(hall)
        self.make = make

    def get(self) -> None:
        """The page as HTML."""
        assert self.make is not None
        self.finish(self.make(self.hall))


class Closed(Page):
    """A page that only the teacher may open, at this computer.  The key is in no address that
    is sent: the page hands it over from behind the ``#``."""

    def get(self) -> None:
        """The page as HTML; refused elsewhere."""
        if not self.at_this_computer:
            self.set_status(403)
            self.finish(pages.elsewhere())
            return
        super().get()


class Words(Base):
    """Scripts, styles, the QR code: made once, and known again by a browser."""

    def get(self, name: str) -> None:
        """The file *name*."""
        if name == "qr.svg":
            self.teacher()  # the code is in it
            kind, content = "image/svg+xml", address.qr(f"{self.hall.link}#{self.hall.room.code}")
        else:
            kind, content = pages.file(name)
        if not content:
            raise HTTPError(404)
        self.set_header("Content-Type", kind)
        self.set_header("Cache-Control", "no-cache")
        self.finish(content)


class Lesson(Base):
    """The reading edition, with the script of the class in each page."""

    def get(self, path: str) -> None:
        """A page with the script put in, or any other file as it is."""
        top = self.hall.site.resolve()
        file = (top / path).resolve()
        if file.is_dir() and file.is_relative_to(top):
            if path and not path.endswith("/"):
                self.redirect(f"/lesson/{path}/")
                return
            file /= "index.html"
        if not (file.is_relative_to(top) and file.is_file()):
            raise HTTPError(404)
        inside = [part.casefold() for part in file.relative_to(top).parts]
        if inside[0] == _TEACHERS:
            try:
                self.teacher()
            except Refused:
                self.set_status(403)
                self.finish(pages.elsewhere())
                return
        if inside == [_WORKER]:  # what it kept would outlive the class
            raise HTTPError(404)
        if inside[0] == _LAB and file.suffix == ".html":
            # Pages of a lesson take Python from there; JupyterLab itself asks for wider rights.
            raise HTTPError(404)
        content = file.read_bytes()
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if file.suffix == ".html":
            kind = "text/html; charset=utf-8"
            if b"Content-Security-Policy" in content[:4096]:
                self.clear_header("Content-Security-Policy")  # the page knows what it needs
            content = pages.with_class(content)
        elif file.suffix in (".js", ".mjs"):
            kind = "text/javascript; charset=utf-8"  # what a registry of Windows may not know
            # A worker has rights of its own, and its Python is WebAssembly.
            if inside[-1] == _PYTHON:
                self.set_header("Content-Security-Policy", WORKER_CSP)
        self.set_header("Content-Type", kind)
        self.set_header("Cache-Control", "no-cache")
        self.finish(content)


# --- what devices send -----------------------------------------------------------------------


class Join(Base):
    """A device comes in."""

    async def post(self) -> None:
        """Take it in, and give it the cookie that it is known by."""
        where = self.request.remote_ip or ""
        await self.slow_down(self.hall.joins, where)
        order = self.body()
        secret = order.get("secret")
        try:
            device = await self.hall.room.join(order.get("code"), order.get("nickname"), secret)
        except Refused as fault:
            if fault.why == "wrong_code":
                await self.slow_down(self.hall.guesses, where)
            raise
        self.set_cookie(_DEVICE, str(secret), httponly=True, samesite="Strict", path="/")
        self.tell(nickname=device.nickname, **{"class": self.hall.room.id}, start=self.hall.start)


class Answers(Base):
    """Answers of a device."""

    async def post(self) -> None:
        """Keep them, and say so when they are kept."""
        device = self.device()
        await self.slow_down(self.hall.requests, device.secret)
        self.tell(**await self.hall.room.answers(device, self.body().get("lines")))


class Vote(Base):
    """The vote of a device."""

    async def post(self) -> None:
        """Keep it, and say so when it is kept."""
        device = self.device()
        await self.slow_down(self.hall.requests, device.secret)
        order = self.body()
        await self.hall.room.vote(
            device, order.get("poll"), order.get("round"), order.get("choice")
        )
        self.tell(saved=True)


class Forget(Base):
    """A learner takes everything back."""

    async def post(self) -> None:
        """Delete what came from this device."""
        device = self.device()
        await self.slow_down(self.hall.requests, device.secret)
        await self.hall.room.forget(device.number)
        self.clear_cookie(_DEVICE)
        self.tell(forgotten=True)


class Key(Base):
    """The teacher's key against a cookie that no script can read."""

    async def post(self) -> None:
        """Only at this computer, and only with the right key."""
        await self.slow_down(self.hall.guesses, f"key {self.request.remote_ip}")
        key = self.body().get("key")
        own = hmac.compare_digest(str(key).encode(errors="replace"), self.hall.room.key.encode())
        if not (own and self.at_this_computer):
            raise Refused(403, "teacher_only")
        self.set_cookie(_TEACHER, str(key), httponly=True, samesite="Strict", path="/")
        self.tell(ok=True)


class Teacher(Base):
    """What the teacher's page and the projector ask for."""

    async def post(self) -> None:
        """Carry it out."""
        self.teacher()
        order = self.body()
        if order.get("do") == "address":
            if order.get("address") in self.hall.addresses:
                self.hall.address = str(order["address"])
                self.hall.wake("class")
        elif order.get("do") == "report":
            self.tell(words=await self.hall.report())
            return
        else:
            await self.hall.room.do(order.get("do"), order)
        self.tell(ok=True)


class Export(Base):
    """All that the class has of one learner, to be given to them."""

    def get(self) -> None:
        """A file to save."""
        self.teacher()
        number = self.get_query_argument("device", "")
        device = self.hall.room.devices.get(int(number)) if number.isdecimal() else None
        found = report.one(self.hall.room.store, device.number) if device else None
        if found is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Content-Disposition", 'attachment; filename="learner.json"')
        self.finish(found)


class Events(Base):
    """A stream of the newest state, for as long as a page is looked at."""

    async def get(self) -> None:
        """Send the state now and whenever it has changed."""
        kind = self.get_query_argument("as", "learner")
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.gone = False
        device = None
        try:
            if kind in ("teacher", "wall"):
                self.teacher()
            else:
                kind, device = "learner", self.device()
        except Refused:
            # A page cannot see the status of a stream: it is told in the stream.
            self.write("event: out\ndata: {}\n\n")
            return
        if len(self.hall.streams) >= _MOST_STREAMS:
            raise HTTPError(503)
        if device:
            own = self.hall.by_device.setdefault(device.number, [])
            own.append(self)
            if len(own) > _STREAMS_A_DEVICE:
                own.pop(0).leave()
        self.woken = asyncio.Event()
        self.hall.streams[self.woken] = kind
        try:
            await self._stream(kind, device)
        except (TimeoutError, StreamClosedError):
            pass
        finally:
            del self.hall.streams[self.woken]
            if device and self in (own := self.hall.by_device.get(device.number, [])):
                own.remove(self)
                if not own:
                    del self.hall.by_device[device.number]

    async def _stream(self, kind: str, device: Device | None) -> None:
        said = ""
        while not self.gone:
            if self.hall.closing:
                self.write("event: closed\ndata: {}\n\n")
                await asyncio.wait_for(self.flush(), _PATIENCE)
                return
            if device and (device.removed or device.number not in self.hall.room.devices):
                self.write("event: out\ndata: {}\n\n")
                return
            self.woken.clear()
            state = self.hall.state(kind)
            self.write(f"data: {state}\n\n" if state != said else ": still here\n\n")
            said = state
            await asyncio.wait_for(self.flush(), _PATIENCE)
            if _PAUSE[kind]:
                await asyncio.sleep(_PAUSE[kind])
            try:
                await asyncio.wait_for(self.woken.wait(), _BEAT)
            except TimeoutError:
                continue

    def leave(self) -> None:
        """End this stream: its page is gone, or the class is closed."""
        self.gone = True
        if hasattr(self, "woken"):
            self.woken.set()

    def on_connection_close(self) -> None:
        """Called by tornado when the page has gone."""
        self.leave()


# --- the server ------------------------------------------------------------------------------


def application(hall: Hall) -> Application:
    """The pages and requests of *hall*."""
    own = {"hall": hall}
    return Application(
        [
            (r"/", Page, own | {"make": pages.door}),
            (r"/privacy", Page, own | {"make": pages.privacy}),
            (r"/teacher", Closed, own | {"make": pages.teacher}),
            (r"/wall", Closed, own | {"make": pages.wall}),
            (r"/api/join", Join, own),
            (r"/api/answers", Answers, own),
            (r"/api/vote", Vote, own),
            (r"/api/forget", Forget, own),
            (r"/api/key", Key, own),
            (r"/api/teacher", Teacher, own),
            (r"/export", Export, own),
            (r"/events", Events, own),
            (r"/lesson/(.*)", Lesson, own),
            (r"/((?:static/)?[\w-]+\.(?:js|css|svg))", Words, own),
        ],
        default_handler_class=Missing,
        default_handler_args=own,
        compress_response=False,
        log_function=lambda handler: None,  # who asked for what is nobody's business
    )


class Missing(Base):
    """Whatever there is not."""

    def prepare(self) -> None:
        """Refuse at once."""
        raise HTTPError(404)


class Server:
    """The class while it runs."""

    def __init__(self, room: Room, site: Path, start: str, port: int, *, network: bool) -> None:
        sockets = bind_sockets(port, "0.0.0.0" if network else "127.0.0.1", socket.AF_INET)
        self.port = sockets[0].getsockname()[1]
        self.hall = Hall(room, site, start, self.port)
        if network and (found := address.addresses()):
            self.hall.addresses, self.hall.address = found, found[0]
        self._http = HTTPServer(
            application(self.hall), max_body_size=MOST_BODY, idle_connection_timeout=75
        )
        self._http.add_sockets(sockets)

    @property
    def teacher_link(self) -> str:
        """The address of the teacher's page, with its key."""
        return f"http://127.0.0.1:{self.port}/teacher#{self.hall.room.key}"

    async def stop(self) -> None:
        """Tell every page that the class is closed, write what waits, and let go."""
        self.hall.closing = True
        self._http.stop()
        for event in list(self.hall.streams):
            event.set()
        end = time.monotonic() + 2
        while self.hall.streams and time.monotonic() < end:
            await asyncio.sleep(0.02)
        await self._http.close_all_connections()
        self.hall.room.store.close()
