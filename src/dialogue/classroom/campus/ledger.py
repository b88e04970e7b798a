"""The answers of a campus: one table, in SQLite or, where several processes write, PostgreSQL.

An answer is known by its learner and its id and is kept once, however often it is sent.  What
:meth:`Ledger.keep` has returned is on the disk.  Where scores go on to an LMS, a second table has a
row for each learner and lesson whose score is to be told, changed in the same transaction.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
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
_SCORES = sql.Table(
    "dialogue_scores",
    _META,
    sql.Column("learner", sql.String(255), primary_key=True),
    sql.Column("lesson", sql.String(8), primary_key=True),
    sql.Column("came", sql.Double, nullable=False),  # the newest answer
    sql.Column("due", sql.Double),  # when to tell it; empty when there is nothing to do
    sql.Column("tries", sql.Integer, nullable=False, default=0),
    sql.Column("state", sql.String(8), nullable=False, default=""),  # "", sent or refused
    sql.Column("said", sql.String(200), nullable=False, default=""),  # why it was not taken
    # What was told last, or is being told.
    sql.Column("score", sql.String(80), nullable=False, default=""),
    sql.Column("place", sql.Text, nullable=False, default=""),
    sql.Column("stamp", sql.Double, nullable=False, default=0.0),
)
SETTLE = 30.0  # seconds: who answers question after question is told once
_LEASE = 300.0  # longer than telling one score can take


@dataclass(frozen=True, slots=True)
class Due:
    """A score that is to be told to an LMS; ``lease`` is how it is known as this try's."""

    learner: str
    lesson: str
    tries: int
    lease: float


@dataclass(frozen=True, slots=True)
class Told:
    """How it stands with the score of one learner in one lesson."""

    learner: str
    lesson: str
    state: str
    score: str
    said: str
    waiting: bool


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
    """The answers at *address*: the path of a file, or ``postgresql+psycopg://…``; with *scores*
    it also notes which of them an LMS is to be told.

    Raises :class:`~dialogue.course.files.FileFault` when it cannot be used.
    """

    def __init__(self, address: str, *, scores: bool = False) -> None:
        self.in_file, self.scores = "://" not in address, scores
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
                for lesson in sorted({line.item[:2] for line in lines} if self.scores else ()):
                    row = {"learner": learner, "lesson": lesson, "came": came, "due": came + SETTLE}
                    new = insert(_SCORES).values(row)
                    sooner = sql.or_(_SCORES.c.due.is_(None), _SCORES.c.due > new.excluded.due)
                    due = sql.case((sooner, new.excluded.due), else_=_SCORES.c.due)
                    keys = ["learner", "lesson"]
                    again = {"came": new.excluded.came, "due": due, "tries": 0}
                    db.execute(new.on_conflict_do_update(index_elements=keys, set_=again))
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
        return self._delete(_ANSWERS.c.learner == learner, _SCORES.c.learner == learner)

    def forget_before(self, moment: float) -> int:
        """Delete what came before *moment*; how many answers that were."""
        return self._delete(_ANSWERS.c.came < moment, _SCORES.c.came < moment)

    def _delete(self, answers: Any, scores: Any) -> int:
        with self._engine.begin() as db:
            db.execute(sql.delete(_SCORES).where(scores))
            return db.execute(sql.delete(_ANSWERS).where(answers)).rowcount

    # --- scores for an LMS ---------------------------------------------------------------------

    def next_due(self) -> float | None:
        """When the next score is to be told."""
        with self._engine.connect() as db:
            return db.execute(sql.select(sql.func.min(_SCORES.c.due))).scalar()

    def take_due(self, now: float) -> Due | None:
        """The score that is due for longest, for whoever asks first; later ones for others."""
        query = sql.select(_SCORES).where(_SCORES.c.due <= now).order_by(_SCORES.c.due).limit(1)
        with self._engine.begin() as db:
            for row in db.execute(query).all():
                own = (_SCORES.c.learner == row.learner, _SCORES.c.lesson == row.lesson)
                taken = sql.update(_SCORES).where(*own, _SCORES.c.due == row.due)
                if db.execute(taken.values(due=now + _LEASE)).rowcount:
                    return Due(row.learner, row.lesson, row.tries, now + _LEASE)
        return None

    def stamp(self, due: Due, score: str, place: str, now: float) -> float | None:
        """The moment that *score* is told as of, later than any before; None when it was told.

        It is on the disk before it is told: who tells it again after a crash says the same moment.
        """
        own = (_SCORES.c.learner == due.learner, _SCORES.c.lesson == due.lesson)
        with self._engine.begin() as db:
            row = db.execute(sql.select(_SCORES).where(*own)).first()
            if row is None:  # deleted meanwhile
                return None
            if (row.score, row.place) == (score, place):
                return None if row.state == "sent" else float(row.stamp)
            moment = max(now, row.stamp + 0.001)
            new = {"score": score, "place": place, "stamp": moment, "state": "", "said": ""}
            db.execute(sql.update(_SCORES).where(*own).values(new))
            return float(moment)

    def settle(self, due: Due, state: str, said: str = "", again: float | None = None) -> None:
        """Note how telling it went, and whether to tell it *again*.  What came meanwhile stays due."""
        own = (_SCORES.c.learner == due.learner, _SCORES.c.lesson == due.lesson)
        with self._engine.begin() as db:
            db.execute(sql.update(_SCORES).where(*own).values(state=state, said=said[:200]))
            mine = sql.update(_SCORES).where(*own, _SCORES.c.due == due.lease)
            db.execute(mine.values(due=again, tries=due.tries + 1 if again else 0))

    def told(self, learner: str | None = None) -> list[Told]:
        """How the scores stand: of one *learner* or of all."""
        query = sql.select(_SCORES).order_by(_SCORES.c.learner, _SCORES.c.lesson)
        if learner is not None:
            query = query.where(_SCORES.c.learner == learner)
        with self._engine.connect() as db:
            return [
                Told(row.learner, row.lesson, row.state, row.score, row.said, row.due is not None)
                for row in db.execute(query)
            ]

    def tell_again(self, now: float) -> None:
        """Have told at once what waits or was refused."""
        which = sql.or_(_SCORES.c.due.is_not(None), _SCORES.c.state == "refused")
        with self._engine.begin() as db:
            db.execute(sql.update(_SCORES).where(which).values(due=now, tries=0))


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
