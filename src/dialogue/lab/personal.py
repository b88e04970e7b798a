"""What the learner's JupyterLab reads and saves: the course, with their own copies laid over it.

Everything in Jupyter's file manager (reading, writing, hash, time) asks one method where a file
lies.  Here that method answers with the learner's copy once there is one, and with their own
folder for a notebook that the course does not have.  So a course that is read-only, installed
from a wheel or shared by many people is never written to, and `git status` stays clean.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
from jupyter_server.files.handlers import FilesHandler
from jupyter_server.services.contents.filecheckpoints import AsyncFileCheckpoints
from tornado import web

from dialogue.course import files, overlaid
from dialogue.course.files import FileFault
from dialogue.lab.contents import CourseContents
from dialogue.lab.copies import WINDOWS, Cell, Copies, merge, same
from dialogue.learner import progress

FOLDER = "lessons"  # beside the record of answers
# In a lesson's metadata on its way to a page and back, never on the disk: which reading it was.
READING = "dialogue_reading"
READINGS = 40  # that are remembered; a lesson's text is some 30 kB
KEPT_BOTH = "Another window has saved this lesson too. Your copy now holds the changes of both."
KEPT_ASIDE = (
    "This window was open before the course started anew. It is saved; what your copy held before "
    "lies in {}."
)


class Checkpoints(AsyncFileCheckpoints):
    """JupyterLab's checkpoints of notebooks, in the learner's folder and not beside the course."""

    def checkpoint_path(self, checkpoint_id: str, path: str) -> str:
        """Where the checkpoint of *path* lies."""
        assert isinstance(self.parent, PersonalContents)
        target = self.parent.copies.folder / "checkpoints" / path.strip("/")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return str(target.with_name(f"{target.stem}-{checkpoint_id}{target.suffix}"))

    async def create_checkpoint(self, contents_mgr: Any, path: str) -> dict[str, Any]:
        """Copy by content: Jupyter's own copying refuses a source that is not writable."""
        target = Path(self.checkpoint_path("checkpoint", path))
        text = Path(contents_mgr._get_os_path(path)).read_bytes()
        files.write(target, text, force=True)
        return await self.checkpoint_model("checkpoint", str(target))

    async def restore_checkpoint(self, contents_mgr: Any, checkpoint_id: str, path: str) -> None:
        """Restore into the learner's copy, never into the course's file."""
        contents_mgr.make_copy(path.strip("/"))
        await super().restore_checkpoint(contents_mgr, checkpoint_id, path)


class PersonalContents(CourseContents):
    """The course's contents manager for a learner: nothing of the course is ever written."""

    checkpoints_class = Checkpoints

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What each window of a lesson had on the disk when it last read or saved it.
        self._readings: OrderedDict[str, Sequence[Cell]] = OrderedDict()
        self._saving = asyncio.Lock()

    # Downloads would otherwise come from the course's folder by its path on disk.
    def _files_handler_class_default(self) -> type:
        return FilesHandler

    def _files_handler_params_default(self) -> dict[str, Any]:
        return {}

    @property
    def copies(self) -> Copies:
        """The copies of whoever runs this server."""
        return Copies(progress.folder() / FOLDER, Path(self.root_dir))

    # -- where a file lies

    def _get_os_path(self, path: str) -> str:
        usual = super()._get_os_path(path)
        name = path.strip("/")
        if not name.endswith(".ipynb") or Path(usual).is_dir():
            return usual
        own = self.copies.copy(name)
        if own.is_file():
            return str(own)
        # A notebook that nobody has written for the course is the learner's.
        given = self.copies.original(name)
        return str(given if given.is_file() else own)

    def _own(self, path: str) -> bool:
        """Does *path* lie in the learner's folder?"""
        return Path(self._get_os_path(path)).is_relative_to(self.copies.folder)

    def _outside(self, path: str) -> bool:
        """Does *path* lie in the learner's folder, or in an instructor's beside the course?"""
        return not Path(self._get_os_path(path)).is_relative_to(self.root_dir)

    def of_the_course(self, name: str) -> bool:
        """Is it a notebook that the course has, whether or not there is a copy of it?"""
        return name.endswith(".ipynb") and self.copies.original(name).is_file()

    def _base_model(self, path: str) -> dict[str, Any]:
        # Jupyter's check for hidden files refuses every path outside the root folder.
        before = self.allow_hidden
        self.allow_hidden = before or self._outside(path)
        try:
            model = super()._base_model(path)
        finally:
            self.allow_hidden = before
        if path.strip("/").endswith(".ipynb"):
            model["writable"] = True  # also where the course's own files are read-only
        return model

    async def is_hidden(self, path: str) -> bool:
        return False if self._outside(path) else await super().is_hidden(path)

    async def _dir_model(self, path: str, content: bool = True) -> dict[str, Any]:
        model = await super()._dir_model(path, content)
        name = path.strip("/")
        if content:
            listed = {entry["name"] for entry in model["content"]}
            beside = [self.copies.folder, *filter(None, [overlaid.folder()])]
            files_beside = {p.name for one in beside if name for p in (one / name).glob("*.ipynb")}
            for own in sorted(files_beside - listed):
                model["content"].append(await self.get(f"{name}/{own}", content=False))
        return model

    # -- what is written

    def make_copy(self, name: str) -> None:
        """See that the learner's folder can take *name*: a copy of the course's, or a new file."""
        try:
            if self.of_the_course(name):
                self.copies.make(name)
            elif name.endswith(".ipynb"):
                self.copies.copy(name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileFault, OSError) as error:
            raise web.HTTPError(500, f"Your copy could not be made: {error}") from error

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        name = path.strip("/")
        if model.get("type") != "notebook" or not model.get("content"):
            return await super().save(model, path)
        content = {**model["content"], "metadata": {**model["content"].get("metadata", {})}}
        reading = content["metadata"].pop(READING, None)
        if not reading or not self.of_the_course(name):
            return await self._save({**model, "content": content}, name)
        async with self._saving:
            both, told = self._with_others(reading, content, name)
            saved = await self._save({**model, "content": both}, name)
            self._remember(reading, content["cells"])
        return {**saved, "dialogue": told} if told else saved

    async def _save(self, model: dict[str, Any], name: str) -> dict[str, Any]:
        content = model["content"]
        if self.of_the_course(name) and not self.copies.copy(name).exists():
            course = json.loads(self.copies.original(name).read_text("utf-8"))
            if same(course["cells"], content["cells"]):
                # Nothing of the learner's: what running has left below the cells comes again.
                self.remember_views(content, name)
                if self.notary.check_cells(nbformat.from_dict(content)):
                    self.notary.sign(nbformat.from_dict(course))
                return await self.get(name, content=False)
        self.make_copy(name)
        return await super().save(model, name)

    async def _save_notebook(
        self, os_path: str, nb: Any, capture_validation_error: Any = None
    ) -> None:
        """As a whole or not at all: Jupyter writes over the file itself, and a server that is
        killed meanwhile would leave half of it."""
        text = nbformat.writes(
            nb, nbformat.NO_CONVERT, capture_validation_error=capture_validation_error
        )
        try:
            files.write(os_path, text.rstrip("\n") + "\n", force=True)
        except FileFault as fault:
            trouble = f"Not saved: {fault.message}. What you wrote is still on this page."
            raise web.HTTPError(500, f"{trouble} Make room on the disk, then save again.") from None

    # -- two windows of one lesson

    def _remember(self, reading: str, cells: Sequence[Cell]) -> None:
        keys = ("id", "cell_type", "source", "attachments")
        slim = [{key: cell[key] for key in keys if key in cell} for cell in cells]
        self._readings[reading] = slim
        self._readings.move_to_end(reading)
        while len(self._readings) > READINGS:
            self._readings.popitem(last=False)

    def _with_others(
        self, reading: str, content: dict[str, Any], name: str
    ) -> tuple[dict[str, Any], str]:
        """*content* with what other windows have saved since this one last did, and a sentence."""
        try:
            disk = nbformat.read(self._get_os_path(name), as_version=4)
        except Exception:  # a damaged copy: the page has a whole one
            return content, ""
        if same(disk["cells"], content["cells"]):
            return content, ""
        before = self._readings.get(reading)
        if before is None:  # the server that gave it out has ended
            try:
                own = self.copies.copy(name).is_file()
                aside = self.copies.put_aside(name, "before") if own else None
            except (FileFault, OSError) as error:
                raise web.HTTPError(500, f"Your copy could not be put aside: {error}") from error
            return content, KEPT_ASIDE.format(aside) if aside else ""
        if same(disk["cells"], before):
            return content, ""
        # What is taken from the disk is trusted as the file is.
        self.notary.mark_cells(disk, self.notary.check_signature(disk))
        cells = merge(before, content["cells"], disk["cells"], WINDOWS).cells
        told = KEPT_BOTH if not same(cells, content["cells"]) else ""
        return {**content, "cells": [dict(cell) for cell in cells]}, told

    async def delete_file(self, path: str) -> None:
        name = path.strip("/")
        if self.of_the_course(name):
            if self.copies.fresh(name) is None:
                raise web.HTTPError(403, "A lesson cannot be deleted, only your copy of it.")
        elif self._own(path):
            self.copies.put_aside(name, "deleted")
            self.copies.copy(name).unlink()
        else:
            await super().delete_file(path)

    async def rename_file(self, old_path: str, new_path: str) -> None:
        old, new = old_path.strip("/"), new_path.strip("/")
        if self.of_the_course(old):
            raise web.HTTPError(403, "A lesson keeps its name; duplicate it to have one of yours.")
        if not self._own(old_path):
            await super().rename_file(old_path, new_path)
            return
        if self.exists(new):
            raise web.HTTPError(409, f"File already exists: {new}")
        target = self.copies.copy(new)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.copies.copy(old).rename(target)

    # -- what has changed in the course

    async def get(self, path: str, content: bool = True, *args: Any, **kw: Any) -> dict[str, Any]:
        name = path.strip("/")
        # A tab that holds the lesson would be told that its file has changed on disk.
        if content and self.of_the_course(name) and not await self._held(name):
            self.renew(name)
        model = await super().get(path, content, *args, **kw)
        if content and self.of_the_course(name) and model["type"] == "notebook":
            reading = model["content"]["metadata"][READING] = uuid4().hex
            self._remember(reading, model["content"]["cells"])
        return model

    async def _held(self, name: str) -> bool:
        sessions = await self.parent.session_manager.list_sessions() if self.parent else []
        return any(session["path"] == name for session in sessions)

    def renew(self, name: str) -> None:
        """Bring the learner's copy of *name* up to the course; trouble leaves it as it is."""
        if not self.copies.stale(name):
            return
        try:
            trusted = all(
                self.notary.check_signature(nbformat.read(file, as_version=4))
                for file in (self.copies.copy(name), self.copies.original(name))
            )
            done = self.copies.renew(name)
            if done and trusted:
                self.notary.sign(nbformat.from_dict(done[0]))
        except Exception:
            self.log.exception("The copy of %s was not brought up to date", name)
