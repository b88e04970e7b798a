"""The answers of a campus: one table, in SQLite or, where several processes write, PostgreSQL.

An answer is known by its learner and its id and is kept once, however often it is sent.  What
:meth:`Ledger.keep` has returned is on the disk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite

from dialogue.course.files import FileFault
from dialogue.learner import progress
from dialogue.learner.progress import Attempt

MOST_ANSWERS = 20_000  # of one learner: nobody answers so often

_META = sql.MetaData()
_ANSWERS = sql.Table(
    "dialogue_answers",
    _META,
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("learner", sql.String(255), nullable=False),
    sql.Column("id", sql.String(80), nullable=False),
    sql.Column("item", sql.String(80), nullable=False),
    sql.Column("version", sql.String(16), nullable=False),
    sql.Column("event", sql.String(8), nullable=False),
    sql.Column("response", sql.Text, nullable=False),
    sql.Column("confidence", sql.Integer),
    sql.Column("came", sql.Double, nullable=False),
    sql.UniqueConstraint("learner", "id"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as a learner's kernel sends it.  Who sent it is not in it."""

    id: str
    item: str
    version: str
    event: str
    response: Any
    confidence: int | None


class NotKept(Exception):
    """The answers are not on the disk.  What was to be kept is to be sent again."""


def _when(came: float) -> str:
    return datetime.fromtimestamp(came, UTC).isoformat(timespec="seconds")


class Ledger:
    """The answers at *address*: the path of a file, or ``postgresql+psycopg://…``.

    Raises :class:`~dialogue.course.files.FileFault` when it cannot be used.
    """

    def __init__(self, address: str) -> None:
        self.in_file = "://" not in address
        shown = address if self.in_file else address.split("://")[0] + "://…"  # no password
        try:
            if self.in_file:
                os.makedirs(os.path.dirname(os.path.abspath(address)), mode=0o700, exist_ok=True)
                os.close(os.open(address, os.O_RDWR | os.O_CREAT, 0o600))
            url = sql.URL.create("sqlite", database=address) if self.in_file else address
            self._engine = sql.create_engine(url, pool_pre_ping=not self.in_file)
            if self.in_file:
                sql.event.listen(self._engine, "connect", _careful)
            _META.create_all(self._engine)
        except (OSError, ImportError, sql.exc.SQLAlchemyError) as error:
            reason = getattr(error, "orig", None) or error
            fault = f"answers cannot be kept here ({reason})"
            remedy = "name a file in a folder that can be written, or an address of PostgreSQL"
            raise FileFault(shown, fault, remedy) from None

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()

    def keep(self, learner: str, lines: Sequence[Line], came: float) -> None:
        """Keep *lines* as those of *learner*; one that is there already stays as it was.

        Raises :class:`NotKept`, and then none of them is kept.
        """
        rows = [
            {
                "learner": learner,
                "id": line.id,
                "item": line.item,
                "version": line.version,
                "event": line.event,
                "response": json.dumps(line.response),
                "confidence": line.confidence,
                "came": came,
            }
            for line in lines
        ]
        if not rows:
            return
        insert: Any = sqlite.insert if self.in_file else postgresql.insert
        held = sql.select(sql.func.count()).where(_ANSWERS.c.learner == learner)
        try:
            with self._engine.begin() as db:
                if (db.execute(held).scalar() or 0) > MOST_ANSWERS:
                    raise NotKept("nobody answers so often")
                db.execute(insert(_ANSWERS).on_conflict_do_nothing(), rows)
        except sql.exc.SQLAlchemyError as error:
            raise NotKept(str(getattr(error, "orig", None) or type(error).__name__)) from None

    def answers(self, learner: str | None = None) -> dict[str, list[Attempt]]:
        """By learner, in the order in which they came; of one *learner* or of all.

        The time is that of this service: a learner's computer may say anything.
        """
        query = sql.select(_ANSWERS).order_by(_ANSWERS.c.learner, _ANSWERS.c.number)
        if learner is not None:
            query = query.where(_ANSWERS.c.learner == learner)
        found: dict[str, list[Attempt]] = {}
        with self._engine.connect() as db:
            for row in db.execute(query):
                line = {
                    "id": row.id,
                    "item": row.item,
                    "version": row.version,
                    "event": row.event,
                    "response": json.loads(row.response),
                    "at": _when(row.came),
                    "confidence": row.confidence,
                }
                # The record's own reader: text that can be written, and not too deep.
                if (read := progress.parsed(line)) and read[1]:
                    found.setdefault(row.learner, []).append(read[1])
        return found

    def counts(self) -> list[tuple[str, int]]:
        """The learners that something is kept of, and how many answers."""
        query = sql.select(_ANSWERS.c.learner, sql.func.count()).group_by(_ANSWERS.c.learner)
        with self._engine.connect() as db:
            return sorted((str(row[0]), int(row[1])) for row in db.execute(query))

    def forget(self, learner: str) -> int:
        """Delete all that is kept of *learner*; how many answers that were."""
        return self._delete([_ANSWERS.c.learner == learner])

    def forget_before(self, moment: float) -> int:
        """Delete what came before *moment*; how many answers that were."""
        return self._delete([_ANSWERS.c.came < moment])

    def _delete(self, which: Iterable[Any]) -> int:
        with self._engine.begin() as db:
            return db.execute(sql.delete(_ANSWERS).where(*which)).rowcount


def _careful(connection: Any, _record: Any) -> None:
    """SQLite: kept means on the disk, and deleted means gone from the file."""
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "fullfsync=1",
        "secure_delete=1",
        "busy_timeout=5000",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
