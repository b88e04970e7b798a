"""What the course's own part of JupyterLab asks its server: progress, digests, one's own copies.

Every answer is JSON.  The bank and the record are read in a thread, so that a long record never
holds up the page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_escape, url_path_join
from tornado import web
from tornado.ioloop import IOLoop

from dialogue.course import catalogue, sources, tables
from dialogue.course.catalogue import Lesson
from dialogue.course.files import FileFault
from dialogue.lab.personal import PersonalContents
from dialogue.learner import desk, notes, progress


def _lesson(path: str) -> Lesson:
    for lesson in catalogue.lessons():
        if lesson.written and path == f"notebooks/{lesson.path.name}":
            return lesson
    raise web.HTTPError(404, f"There is no lesson {path}.")


def overview() -> dict[str, Any]:
    """See :func:`dialogue.learner.desk.overview`; the day is the learner's own."""
    return desk.overview(datetime.now().astimezone().date())


def outline(path: str) -> dict[str, Any]:
    """The sections of one lesson; none for a page that is no lesson."""
    try:
        return {"sections": desk.outline(_lesson(path))}
    except web.HTTPError:
        return {"sections": []}


def terms() -> dict[str, str]:
    """What each term of the glossary means, by every Latin spelling, as ``term:SFA``."""
    found: dict[str, str] = {}
    for row in tables.records("glossary"):
        names = [row["term"], row["abbreviation"], *row["variants"].split(" | ")]
        for name in names:
            if len(name) > 2:  # shorter ones are words of other things too
                found.setdefault(f"term:{name}", f"{row['term']}: {row['plain']}")
    return found


def digests() -> dict[str, str]:
    """What stands behind a badge: a paragraph's digest by ``P6``, a source by ``src:ID``; and
    :func:`terms`."""
    found = {name: row["digest"] for name, row in sources.paragraphs().items()} | terms()
    return found | {f"src:{name}": sources.reference(name) for name in sources.bibliography()}


class Handler(APIHandler):
    """One question from the page.  A fault of a file is one line, with status 500."""

    async def answer(self, work: Callable[[], Any]) -> None:
        """Run *work* in a thread and send what it returns."""
        try:
            found = await IOLoop.current().run_in_executor(None, work)
        except (FileFault, ValueError, OSError, progress.RecordError) as error:
            raise web.HTTPError(500, str(error)) from error
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(found, ensure_ascii=False))

    @property
    def copies(self) -> Any:
        """The learner's copies; in an author's JupyterLab there are none."""
        if not isinstance(self.contents_manager, PersonalContents):
            raise web.HTTPError(404, "Here the course itself is edited: there are no copies.")
        return self.contents_manager.copies

    def named(self) -> str:
        """The notebook that the page asks about; only one of the course's."""
        path = self.get_argument("path", "")
        return f"notebooks/{_lesson(path).path.name}"


class Overview(Handler):
    """``GET dialogue/desk``."""

    @web.authenticated
    async def get(self) -> None:
        edit = not isinstance(self.contents_manager, PersonalContents)
        await self.answer(lambda: overview() | {"edit": edit})


class Outline(Handler):
    """``GET dialogue/outline?path=notebooks/05-round-one.ipynb``."""

    @web.authenticated
    async def get(self) -> None:
        path = self.get_argument("path", "")
        await self.answer(lambda: outline(path))


class Digests(Handler):
    """``GET dialogue/digests``."""

    @web.authenticated
    async def get(self) -> None:
        await self.answer(digests)


class Notes(Handler):
    """``GET dialogue/notes?path=…``: the learner's notes beside a lesson, by the first cell of
    their part; ``POST`` with ``{"cell": …, "text": …}`` keeps one."""

    @web.authenticated
    async def get(self) -> None:
        lesson = _lesson(self.get_argument("path", ""))
        await self.answer(lambda: {"notes": {one.cell: one.text for one in notes.of(lesson)}})

    @web.authenticated
    async def post(self) -> None:
        lesson, body = _lesson(self.get_argument("path", "")), self.get_json_body()
        match body:
            case {"cell": str(cell), "text": str(text)}:
                pass
            case _:
                raise web.HTTPError(400, 'A note is {"cell": …, "text": …}, and both are texts.')
        await self.answer(lambda: {"at": notes.keep(lesson, cell, text).at})


class Changes(Handler):
    """``GET dialogue/changes?path=…``: what the learner changed in a lesson."""

    @web.authenticated
    async def get(self) -> None:
        name, copies = self.named(), self.copies
        await self.answer(lambda: {"changes": [asdict(one) for one in copies.changes(name)]})


class Fresh(Handler):
    """``POST dialogue/fresh?path=…``: back to the course's version; the learner's is put aside."""

    @web.authenticated
    async def post(self) -> None:
        name, copies = self.named(), self.copies

        def work() -> dict[str, str]:
            kept = copies.fresh(name)
            return {"kept": str(kept) if kept else ""}

        await self.answer(work)


def opened(named: str) -> str:
    """The page of the lesson ``05`` or ``05-round-one``; of the first where there is none."""
    written = [lesson for lesson in catalogue.lessons() if lesson.written]
    found = next((one for one in written if named in (one.number, one.stem)), written[0])
    return f"lab/tree/notebooks/{url_escape(found.path.name)}"


class Open(JupyterHandler):
    """``GET dialogue/lesson/05``: a link of an LMS leads here, and on to that lesson."""

    @web.authenticated
    async def get(self, named: str) -> None:
        self.redirect(url_path_join(self.base_url, opened(named)))


HANDLERS = {
    "desk": Overview,
    "outline": Outline,
    "digests": Digests,
    "notes": Notes,
    "changes": Changes,
    "fresh": Fresh,
    r"lesson/([\w-]+)": Open,
}


def add_to(server: Any) -> None:
    """Let *server* (a Jupyter server) answer below ``dialogue/``."""
    found = [
        (url_path_join(server.base_url, "dialogue", name), handler)
        for name, handler in HANDLERS.items()
    ]
    server.web_app.add_handlers(".*$", found)
