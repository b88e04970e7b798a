"""The results service under the hub's sign-in.

Who somebody is, and what they may see, is said by the hub for the token of the request; nothing
in a request's body or address counts.  Reading the class needs the scope ``custom:results:read``,
which the hub gives to the role of instructors.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated, UserNotAllowed
from jupyterhub.utils import url_path_join
from tornado.web import Application, Finish, HTTPError

from dialogue.classroom.campus import lti, results
from dialogue.classroom.campus.ledger import Ledger, Line, NotKept
from dialogue.classroom.live.limits import Limit
from dialogue.classroom.narrow import Narrow
from dialogue.learner import delivery
from dialogue.page import templates

READ = "custom:results:read"
MOST_LINES = 20
MOST_BODY = 256 * 1024
_ID = re.compile(r"[\w.:-]{1,80}", re.ASCII)
_VERSION = re.compile(r"\w{0,16}", re.ASCII)
CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
T = TypeVar("T")


class Desk:
    """What the handlers share.  SQLite has one writer, so one thread works there."""

    def __init__(self, ledger: Ledger, *, clock: Callable[[], float] = time.time) -> None:
        self.ledger, self.clock = ledger, clock
        self.requests = Limit(4, 60)  # a learner
        self.passback: lti.Passback | None = None
        self._threads = ThreadPoolExecutor(1 if ledger.in_file else 4, "ledger")

    async def do(self, work: Callable[..., T], *values: Any) -> T:
        """Carry out *work* in a thread: nobody else waits for the disk."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *values)

    def close(self) -> None:
        """Write what waits and let go."""
        self._threads.shutdown()
        self.ledger.close()


class Base(HubOAuthenticated, Narrow):
    """Whoever asks is known before anything is done."""

    rights = CSP

    desk: Desk
    me: dict[str, Any]

    def initialize(self, desk: Desk) -> None:
        """Called by tornado with what the application was given."""
        self.desk = desk

    async def prepare(self) -> None:
        """Ask the hub who this is; a browser that is not signed in is sent there."""
        model = await self.hub_auth.get_user(self, sync=False)
        try:
            model = model and self.check_hub_user(model)
        except UserNotAllowed:
            raise HTTPError(403) from None
        if not model:
            if self.request.method in ("GET", "HEAD") and not self._by_token:
                self.redirect(self.get_login_url())
                raise Finish
            raise HTTPError(401)
        if model.get("kind") != "user":  # a service of the hub answers no question
            raise HTTPError(403)
        self.me = model

    @property
    def _by_token(self) -> bool:
        return "Authorization" in self.request.headers

    @property
    def learner(self) -> str:
        """Who asks, by the name that the hub knows them by."""
        return str(self.me["name"])

    @property
    def reads_the_class(self) -> bool:
        """Has the hub given the role?"""
        return READ in self.me.get("scopes", ())

    def page(self, name: str, **values: Any) -> None:
        """Answer with a page."""
        self.finish(templates.render(f"classroom/campus/{name}.html", me=self.learner, **values))

    def file(self, name: str, kind: str, content: bytes | str) -> None:
        """Answer with a file to keep."""
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name)}")
        self.finish(content)

    def write_error(self, status_code: int, **_options: Any) -> None:
        """One word for the program that asked; never a traceback."""
        why = {401: "not_signed_in", 403: "not_allowed", 404: "not_found", 429: "too_many"}
        self.tell(why=why.get(status_code, "not_kept" if status_code >= 500 else "not_understood"))


class Answers(Base):
    """``POST answers``: a kernel sends what its learner has answered."""

    async def post(self) -> None:
        """Keep them, and say so when they are kept."""
        if not self.desk.requests.allows(self.learner):
            raise HTTPError(429)
        sound, refused = _lines(self.request.body)
        try:
            await self.desk.do(self.desk.ledger.keep, self.learner, sound, self.desk.clock())
        except NotKept:
            raise HTTPError(503) from None
        if self.desk.passback:
            self.desk.passback.news.set()
        self.tell(saved=[line.id for line in sound], refused=refused)


def _lines(body: bytes) -> tuple[list[Line], list[str]]:
    """The answers in *body*, and the ids of those that are none and never will be."""
    try:
        lines = json.loads(body)["lines"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise HTTPError(400) from None
    if not isinstance(lines, list) or not 1 <= len(lines) <= MOST_LINES:
        raise HTTPError(400)
    sound, refused = [], []
    for line in lines:
        own = line.get("id") if isinstance(line, dict) else None
        if not isinstance(own, str) or not _ID.fullmatch(own):
            raise HTTPError(400)
        item, version, event = line.get("item"), line.get("version", ""), line.get("event")
        sure, response = line.get("confidence"), line.get("response")
        if (
            isinstance(item, str)
            and _ID.fullmatch(item)
            and isinstance(version, str)
            and _VERSION.fullmatch(version)
            and event in delivery.EVENTS
            and len(json.dumps(response)) <= delivery.LONGEST
        ):
            sure = sure if type(sure) is int and 1 <= sure <= 3 else None
            sound.append(Line(own, item, version, event, response, sure))
        else:
            refused.append(own)
    return sound, refused


class Mine(Base):
    """The learner's page: what is kept of them, to take along and to delete."""

    async def get(self) -> None:
        """The page."""
        mine = (await self.desk.do(self.desk.ledger.answers, self.learner)).get(self.learner, [])
        self.page(
            "mine",
            count=len(mine),
            first=mine[0].at[:10] if mine else "",
            xsrf=self.xsrf_token.decode(),
            teaches=self.reads_the_class,
            lms=self.desk.passback is not None,
        )


class Copy(Base):
    """``GET mine.json``."""

    async def get(self) -> None:
        """All that is kept of whoever asks."""
        found = await self.desk.do(self.desk.ledger.answers, self.learner)
        scores = await self.desk.do(self.desk.ledger.told, self.learner)
        mine = results.own(self.learner, found.get(self.learner, []), scores)
        self.file("my-answers.json", "application/json; charset=utf-8", mine)


class Forget(Base):
    """``POST forget``."""

    async def post(self) -> None:
        """Delete all that is kept of whoever asks."""
        count = await self.desk.do(self.desk.ledger.forget, self.learner)
        self.page("forgotten", count=count)


class Teacher(Base):
    """What only the role of instructors may read."""

    async def prepare(self) -> None:
        """Refuse whoever has not the role."""
        await super().prepare()
        if not self.reads_the_class:
            raise HTTPError(403)

    async def made(self, make: Callable[[results.Answers], T]) -> T:
        """What *make* makes of all answers."""
        answers = await self.desk.do(self.desk.ledger.answers)
        return await self.desk.do(make, answers)


class Class(Teacher):
    """``GET class``."""

    async def get(self) -> None:
        """The page of the class."""
        scores = await self.desk.do(self.desk.ledger.told)
        self.page(
            "class",
            **await self.made(results.view),
            lms=self.desk.passback is not None,
            sent=sum(one.state == "sent" and not one.waiting for one in scores),
            open=[one for one in scores if one.said],
            xsrf=self.xsrf_token.decode(),
        )


class Again(Teacher):
    """``POST again``."""

    async def post(self) -> None:
        """Tell the LMS once more what it has not taken."""
        await self.desk.do(self.desk.ledger.tell_again, self.desk.clock())
        if self.desk.passback:
            self.desk.passback.news.set()
        self.redirect("class")


class Pick(Base):
    """``GET pick``: an LMS has sent a teacher to pick the lesson that a link shall open."""

    async def get(self) -> None:
        """The list; each button brings its signed answer to the LMS."""
        if self.desk.passback is None:
            raise HTTPError(404)
        try:
            pick = (await self.desk.passback.launches(self.learner)).get("pick") or {}
        except lti.Away:
            raise HTTPError(503) from None
        there = urlsplit(str(pick.get("url") or ""))
        good = (
            there.scheme in ("https", "http")
            and pick["until"] > self.desk.clock()
            and "ltiResourceLink" in (pick.get("takes") or ())
        )
        if good:
            # The only form of the service that leads elsewhere, and in a frame of the LMS alone.
            policy = CSP.replace("'self'", f"{there.scheme}://{there.netloc}")
            if frame := os.environ.get("LTI_FRAME"):
                policy = policy.replace("frame-ancestors 'none'", f"frame-ancestors {frame}")
            self.set_header("Content-Security-Policy", policy)
        tool = self.desk.passback.tool
        links = [(one, tool.picked(pick, one)) for one in lti.lessons()] if good else []
        self.page("pick", links=links, there=there.geturl())


class Keys(Narrow):
    """``GET keys.json``: the tool's public key, for anybody."""

    rights = CSP
    desk: Desk

    def initialize(self, desk: Desk) -> None:
        """Called by tornado with what the application was given."""
        self.desk = desk

    def get(self) -> None:
        """The key; there is none where nothing goes on to an LMS."""
        if self.desk.passback is None:
            raise HTTPError(404)
        self.tell(**self.desk.passback.tool.keys())


class Marks(Teacher):
    """``GET class.csv``."""

    async def get(self) -> None:
        """The marks."""
        self.file("class.csv", "text/csv; charset=utf-8", await self.made(results.marks))


class HandIns(Teacher):
    """``GET class.zip``."""

    async def get(self) -> None:
        """The files that ``dialogue results`` reads."""
        self.file("class.zip", "application/zip", await self.made(results.hand_ins))


def application(desk: Desk, prefix: str, cookie_secret: bytes) -> Application:
    """The service below *prefix*, such as ``/services/results/``."""
    shared = {"desk": desk}
    handlers: dict[str, type[Narrow]] = {
        "": Mine,
        "answers": Answers,
        "mine.json": Copy,
        "forget": Forget,
        "class": Class,
        "class.csv": Marks,
        "class.zip": HandIns,
        "again": Again,
        "pick": Pick,
        "keys.json": Keys,
    }
    routes: list[Any] = [
        (re.escape(url_path_join(prefix, path)) + "$", handler, shared)
        for path, handler in handlers.items()
    ]
    callback = url_path_join(prefix, "oauth_callback")
    return Application([*routes, (callback, HubOAuthCallbackHandler)], cookie_secret=cookie_secret)
