"""One class in one folder: SQLite, with one thread that writes.

Whatever waits is committed as one transaction and acknowledged after it: an answer that was
acknowledged is on the disk (``synchronous=FULL``; macOS wants ``fullfsync`` beside it).  The
file is locked while the class runs, so that no second class and no command writes to it.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from dialogue.course.files import FileFault

FILE, SITE = "class.sqlite", "site"
VERSION = 1
_MOST_AT_ONCE = 500

_SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE devices (
  number INTEGER PRIMARY KEY, secret TEXT NOT NULL UNIQUE, nickname TEXT NOT NULL,
  joined REAL NOT NULL, removed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE answers (
  number INTEGER PRIMARY KEY, device INTEGER NOT NULL, id TEXT NOT NULL, item TEXT NOT NULL,
  version TEXT NOT NULL, response TEXT NOT NULL, confidence INTEGER, came REAL NOT NULL,
  UNIQUE (device, id));
CREATE TABLE polls (
  number INTEGER PRIMARY KEY, item TEXT NOT NULL, asked TEXT NOT NULL, stage TEXT NOT NULL,
  typed TEXT NOT NULL);
CREATE TABLE votes (
  poll INTEGER NOT NULL, round INTEGER NOT NULL, device INTEGER NOT NULL,
  choice INTEGER NOT NULL, PRIMARY KEY (poll, round, device)) WITHOUT ROWID;
"""

_COLUMNS = (
    "SELECT part.name, own.name FROM sqlite_master AS part, pragma_table_info(part.name) AS own"
    " WHERE part.type = 'table'"
)

Statement = tuple[str, Sequence[Any]]


class NotSaved(Exception):
    """The disk took nothing.  What was to be written is to be sent again."""


class NoClass(FileFault):
    """The file of a class cannot be read as one: it is damaged, or none of ours."""


@dataclass(slots=True)
class _Job:
    statements: Sequence[Statement]
    rows: bool = False
    future: Future[list[Any]] = field(default_factory=Future)


class Store:
    """The class in *folder*, which is made if need be.

    Raises :class:`~dialogue.course.files.FileFault` when it cannot be used: no right to write,
    another class that runs on it, or a file that is none of ours.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / FILE
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                self._known = os.fstat(opened)
                plain = stat.S_ISREG(self._known.st_mode)
            finally:
                os.close(opened)
        except OSError as error:
            reason = f"the class cannot be kept here ({error.strerror})"
            raise FileFault(folder, reason, "name another folder with --folder") from None
        if not plain:
            remedy = "name another --folder, or move this one out of the way"
            raise FileFault(self.file, "this is there, and not a file", remedy)
        self._db = sqlite3.connect(
            self.file, timeout=2, isolation_level=None, check_same_thread=False
        )
        try:
            self._open()
        except sqlite3.Error as error:
            self._db.close()
            if "locked" in str(error):
                remedy = "stop it first (Ctrl+C in its window), or name another --folder"
                raise FileFault(folder, "a class runs on this folder", remedy) from None
            remedy = "name another --folder, or move this one out of the way"
            raise NoClass(self.file, f"this is no class ({error})", remedy) from None
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="class store", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        for pragma in (
            "locking_mode=EXCLUSIVE",
            "journal_mode=WAL",
            "synchronous=FULL",
            "fullfsync=1",
            "checkpoint_fullfsync=1",
            "secure_delete=1",  # what is deleted is gone from the file, too
        ):
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise sqlite3.DatabaseError("it is of a newer course")
        self._db.execute("BEGIN IMMEDIATE")
        if not version:
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={VERSION}")
        self._db.execute("COMMIT")
        with closing(sqlite3.connect(":memory:")) as new:
            new.executescript(_SCHEMA)
            if missing := {*new.execute(_COLUMNS)} - {*self._db.execute(_COLUMNS)}:
                raise sqlite3.DatabaseError(f"{'.'.join(min(missing))} is missing")
        (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError("it is damaged")

    # --- from any thread ---------------------------------------------------------------

    def write(self, *statements: Statement) -> Future[list[int]]:
        """All of *statements* or none: how many rows each has changed, once they are kept.

        The future raises :class:`NotSaved`.
        """
        job = _Job(statements)
        self._jobs.put(job)
        return job.future

    def read(self, query: str, *values: Any) -> Future[list[tuple[Any, ...]]]:
        """The rows of *query*, after what was written before."""
        job = _Job([(query, values)], rows=True)
        self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """Write what waits, put everything in one file, and let go of it."""
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join()

    # --- in the one thread -------------------------------------------------------------

    def _work(self) -> None:
        going = True
        while going:
            group = [self._jobs.get()]
            while len(group) < _MOST_AT_ONCE:
                try:
                    group.append(self._jobs.get_nowait())
                except Empty:
                    break
            going = None not in group
            self._commit([job for job in group if job])
        with suppress(sqlite3.Error):  # all of it is in the journal beside the file, too
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._db.close()

    def _commit(self, jobs: Sequence[_Job]) -> None:
        try:
            results = self._transaction(jobs)
        except sqlite3.Error as error:
            if len(jobs) > 1:  # one of them may be at fault: each for itself
                for job in jobs:
                    self._commit([job])
            else:
                for job in jobs:
                    job.future.set_exception(NotSaved(str(error)))
            return
        for job, result in zip(jobs, results, strict=True):
            job.future.set_result(result)

    def _there(self) -> None:
        """What goes to a file that was deleted or replaced is not kept, whatever SQLite says."""
        try:
            there = os.path.samestat(self._known, os.stat(self.file))
        except OSError:
            there = False
        if not there:
            raise sqlite3.OperationalError(f"{self.file} was deleted or replaced")

    def _transaction(self, jobs: Sequence[_Job]) -> list[list[Any]]:
        db = self._db
        if all(job.rows for job in jobs):
            return [db.execute(*job.statements[0]).fetchall() for job in jobs]
        self._there()
        try:
            db.execute("BEGIN IMMEDIATE")
            results: list[list[Any]] = []
            for job in jobs:
                if job.rows:
                    results.append(db.execute(*job.statements[0]).fetchall())
                else:
                    results.append([db.execute(*one).rowcount for one in job.statements])
            db.execute("COMMIT")
            return results
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
