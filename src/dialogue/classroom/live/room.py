"""The class: who is in it, what they answer, the vote that runs, and what each page may know.

No network is known here.  Three views are made of one state: a learner's page and the
projector never get counts of a vote before they are shown, and never a key before it is
told; only the teacher's page has everything.  What changes the state is written first and
acknowledged then, so that a class that was killed goes on where it stood.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from dialogue.classroom.live import names, report
from dialogue.classroom.live import tally as counting
from dialogue.classroom.live.plan import Beat
from dialogue.classroom.live.store import NotSaved, Store
from dialogue.learner.handin import folded
from dialogue.page import text
from dialogue.questions import Choice, Question

Stage = Literal["one", "talk", "two", "shown", "told", "ended"]
STAGES: tuple[Stage, ...] = ("one", "talk", "two", "shown", "told", "ended")
OPEN = {"one": 1, "two": 2}  # stages in which is voted, and the round
MOST_DEVICES = 600
MOST_LINES = 20
# What was on its way when a learner's data was deleted is not kept.
_STILL_HERE = "WHERE EXISTS (SELECT 1 FROM devices WHERE number = ?1)"
_SECRET = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"[\w.:-]{1,80}", re.ASCII)


class Refused(Exception):
    """A request that is not carried out: an HTTP status and the name of the words that say why."""

    def __init__(self, status: int, why: str) -> None:
        self.status, self.why = status, why
        super().__init__(why)


@dataclass(slots=True)
class Device:
    """One phone or laptop that has joined."""

    number: int
    secret: str
    nickname: str
    joined: float
    removed: bool = False


@dataclass(slots=True)
class Poll:
    """One vote: of a question of the course, or of one typed on the spot."""

    number: int
    item: str
    ask: list[Any]
    options: list[list[Any]]
    language: str = "en"
    stage: Stage = "one"
    typed: list[list[int]] = field(default_factory=list)  # cards and hands, by round and option
    votes: tuple[dict[int, int], dict[int, int]] = field(default_factory=lambda: ({}, {}))

    def counts(self, which: int) -> list[int]:
        """What was chosen in a round (1 or 2): devices and typed counts together."""
        found = list(self.typed[which - 1])
        for choice in self.votes[which - 1].values():
            found[choice] += 1
        return found

    def cast(self, which: int) -> int:
        """How many votes a round has."""
        return sum(self.counts(which))


def _sealed(secret: str) -> str:
    """What is kept of a device's secret: enough to know it again, and no use to a thief."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _whole(value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise Refused(400, "not_understood")
    return value


class Room:
    """The class in *store*, with the *questions* and *beats* of its lesson.

    *known* are all questions that may be answered and voted on: a lesson's warm-up asks what
    was met before.
    *watch* is called with ``"class"`` after what everybody's page has to know, and with
    ``"teacher"`` after what changes counts only.
    """

    def __init__(
        self,
        store: Store,
        questions: Mapping[str, Question],
        beats: Sequence[Beat] = (),
        *,
        lesson: str = "",
        title: str = "",
        objectives: Mapping[str, str] | None = None,
        known: Mapping[str, Question] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store, self.questions, self.beats = store, questions, list(beats)
        self.known = known or questions
        self.lesson, self.title, self.objectives = lesson, title, dict(objectives or {})
        self.clock = clock
        self.watch: Callable[[str], None] = lambda who: None
        self.trouble = ""
        self.tally = counting.Tally(self.known)
        self.devices: dict[int, Device] = {}
        self._by_secret: dict[str, Device] = {}
        self.poll: Poll | None = None
        self._load()

    # --- what a killed class had ---------------------------------------------------------

    def _load(self) -> None:
        about = dict(self.store.read("SELECT name, value FROM about").result())
        fresh = {
            "class": secrets.token_hex(8),
            "code": names.code(),
            "key": secrets.token_urlsafe(24),
            "wall": "join",
            "lesson": self.lesson,
        }
        if missing := [(name, value) for name, value in fresh.items() if name not in about]:
            self.store.write(
                *(("INSERT INTO about VALUES (?, ?)", pair) for pair in missing)
            ).result()
        about = fresh | about
        self.id, self.code, self.key = about["class"], about["code"], about["key"]
        self.wall = about["wall"]
        self.started = float(about.get("started", 0))
        self.beat: dict[str, Any] = json.loads(about.get("beat", "{}"))
        rows = self.store.read("SELECT number, secret, nickname, joined, removed FROM devices")
        for number, secret, nickname, joined, removed in rows.result():
            self._seat(Device(number, secret, nickname, joined, bool(removed)))
        self._next = max(self.devices, default=0) + 1
        self._count()
        newest = "SELECT number, item, asked, stage, typed FROM polls ORDER BY number DESC LIMIT 1"
        for number, item, asked, stage, typed in self.store.read(newest).result():
            self.poll = Poll(number, item, **json.loads(asked), stage=stage)
            self.poll.typed = json.loads(typed)
            votes = "SELECT round, device, choice FROM votes WHERE poll = ?"
            for which, device, choice in self.store.read(votes, number).result():
                if not self.devices[device].removed:
                    self.poll.votes[which - 1][device] = choice

    def _count(self) -> None:
        """Count all answers anew, without those of devices that were sent out."""
        self.tally = counting.Tally(self.known)
        query = "SELECT device, item, version, response, confidence FROM answers ORDER BY number"
        for device, item, version, response, confidence in self.store.read(query).result():
            if not self.devices[device].removed:
                self.tally.add(device, item, version, json.loads(response), confidence)

    def _seat(self, device: Device) -> None:
        self.devices[device.number] = device
        self._by_secret[device.secret] = device

    @property
    def present(self) -> list[Device]:
        """Who is in the class, in the order of joining."""
        return [device for device in self.devices.values() if not device.removed]

    async def _write(self, *statements: tuple[str, Sequence[Any]]) -> list[int]:
        try:
            changed = await asyncio.wrap_future(self.store.write(*statements))
        except NotSaved as fault:
            self._tell(str(fault))
            raise Refused(503, "not_saved") from None
        self._tell("")
        return changed

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self.watch("teacher")

    async def _about(self, **values: str) -> None:
        statement = "INSERT INTO about VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = ?2"
        await self._write(*((statement, (name, value)) for name, value in values.items()))

    # --- a device ------------------------------------------------------------------------

    def device(self, secret: object) -> Device:
        """The device with this secret; refused (401) where it has not joined or was sent out."""
        device = self._by_secret.get(_sealed(secret)) if isinstance(secret, str) else None
        if device is None or device.removed:
            raise Refused(401, "not_joined")
        return device

    async def join(self, code: object, nickname: object, secret: object) -> Device:
        """Take a device into the class.  With the same secret it is the same device again."""
        given = re.sub(r"[\s-]", "", code).upper() if isinstance(code, str) else ""
        if not hmac.compare_digest(given.encode(errors="replace"), self.code.encode()):
            raise Refused(403, "wrong_code")
        if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
            raise Refused(400, "not_understood")
        sealed = _sealed(secret)
        before = self._by_secret.get(sealed)
        if before and before.removed:
            raise Refused(401, "sent_out")
        if before is None and len(self.present) >= MOST_DEVICES:
            raise Refused(409, "class_full")
        taken = {folded(d.nickname) for d in self.devices.values() if d is not before}
        name = names.nickname(nickname, taken)
        if before:
            if name != before.nickname:
                statement = "UPDATE devices SET nickname = ? WHERE number = ?"
                await self._write((statement, (name, before.number)))
                before.nickname = name
                self.watch("teacher")
            return before
        number, self._next = self._next, self._next + 1
        device = Device(number, sealed, name, self.clock())
        self._seat(device)  # at once: the next one who joins must not get this number or name
        try:
            await self._write(
                (
                    "INSERT INTO devices VALUES (?, ?, ?, ?, 0)",
                    (number, sealed, name, device.joined),
                )
            )
        except Refused:
            del self.devices[number], self._by_secret[sealed]
            raise
        self.watch("teacher")
        return device

    async def answers(self, device: Device, lines: object) -> dict[str, Any]:
        """Keep the answers of a device.  Each counts once, however often it is sent.

        Returns which ids are kept (now or before), and which are refused for good.
        """
        if not isinstance(lines, list) or not 1 <= len(lines) <= MOST_LINES:
            raise Refused(400, "not_understood")
        sound: list[tuple[str, str, str, Any, int | None]] = []
        refused = []
        for line in lines:
            own = line.get("id") if isinstance(line, dict) else None
            if not isinstance(own, str) or not _ID.fullmatch(own):
                raise Refused(400, "not_understood")
            item, version = line.get("item"), line.get("version", "")
            sure = line.get("confidence")
            if not (isinstance(item, str) and isinstance(version, str)) or not (
                _ID.fullmatch(item) and len(version) <= 16
            ):
                refused.append(own)
            else:
                sure = sure if type(sure) is int and 1 <= sure <= 3 else None
                sound.append((own, item, version, line.get("response"), sure))
        now = self.clock()
        changed = await self._write(
            *(
                (
                    f"INSERT OR IGNORE INTO answers(device, id, item, version, response,"
                    f" confidence, came) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 {_STILL_HERE}",
                    (device.number, own, item, version, json.dumps(response), sure, now),
                )
                for own, item, version, response, sure in sound
            )
        )
        for (_, item, version, response, sure), new in zip(sound, changed, strict=True):
            if new == 1 and not device.removed and device.number in self.devices:
                self.tally.add(device.number, item, version, response, sure)
        if any(changed):
            self.watch("teacher")
        return {"saved": [line[0] for line in sound], "refused": refused}

    async def vote(self, device: Device, poll: object, which: object, choice: object) -> None:
        """Keep the one vote of a device in a round; who votes again has changed their mind."""
        now = self.poll
        if now is None or poll != now.number or OPEN.get(now.stage) != which:
            raise Refused(409, "vote_closed")
        picked = _whole(choice, 0, len(now.options) - 1)
        which = OPEN[now.stage]
        await self._write(
            (
                f"INSERT OR REPLACE INTO votes(device, poll, round, choice)"
                f" SELECT ?1, ?2, ?3, ?4 {_STILL_HERE}",
                (device.number, now.number, which, picked),
            )
        )
        if not device.removed and device.number in self.devices:
            now.votes[which - 1][device.number] = picked
        self.watch("votes")

    async def forget(self, number: int) -> None:
        """Delete a device with everything that came from it."""
        await self._write(
            ("DELETE FROM votes WHERE device = ?", (number,)),
            ("DELETE FROM answers WHERE device = ?", (number,)),
            ("DELETE FROM devices WHERE number = ?", (number,)),
        )
        with suppress(NotSaved):  # else at the end of the class
            # What is deleted still stands in the journal, until that is put into the file.
            await asyncio.wrap_future(self.store.read("PRAGMA wal_checkpoint(TRUNCATE)"))
        report.withdraw(self.store.folder)
        if device := self.devices.pop(number, None):
            self._by_secret.pop(device.secret, None)
        self._without(number)

    def _without(self, number: int) -> None:
        if self.poll:
            for votes in self.poll.votes:
                votes.pop(number, None)
        self._count()
        self.watch("teacher")

    # --- the teacher ---------------------------------------------------------------------

    async def do(self, act: object, order: Mapping[str, Any]) -> None:
        """Carry out what the teacher's page asks for."""
        acts = {
            "ask": self._ask,
            "step": self._step,
            "end": self._end,
            "typed": self._typed,
            "beat": self._go,
            "clock": self._start,
            "wall": self._show,
            "code": self._new_code,
            "remove": self._remove,
            "forget": self._forget,
        }
        if not isinstance(act, str) or act not in acts:
            raise Refused(400, "not_understood")
        await acts[act](order)
        self.watch("class")

    async def _ask(self, order: Mapping[str, Any]) -> None:
        item = order.get("item") or ""
        if item:
            question = self.known.get(item) if isinstance(item, str) else None
            if not isinstance(question, Choice):
                raise Refused(409, "no_options")
            asked: dict[str, Any] = {
                "ask": text.tree(question.ask),
                "options": [text.inline(option.text) for option in question.options],
                "language": question.language,
            }
        else:
            words = names.plain(order.get("ask"), names.LONGEST_ASK)
            typed = order.get("options")
            given = typed if isinstance(typed, list) else []
            options = [names.plain(option, names.LONGEST_OPTION) for option in given[:6]]
            options = [option for option in options if option]
            if not words or len(options) < 2:
                raise Refused(409, "too_few_options")
            asked = {"ask": [["p", words]], "options": [[o] for o in options], "language": ""}
        nothing = [[0] * len(asked["options"]) for _ in range(2)]
        number = self.poll.number + 1 if self.poll else 1
        await self._write(
            (
                "INSERT INTO polls VALUES (?, ?, ?, 'one', ?)",
                (number, item, json.dumps(asked), json.dumps(nothing)),
            )
        )
        self.poll = Poll(number, item, **asked, typed=nothing)
        await self._about(wall="vote")
        self.wall = "vote"

    async def _step(self, order: Mapping[str, Any]) -> None:
        """One step on: vote, talk, vote, show both, tell the key."""
        poll = self.poll
        if poll is None or order.get("poll") != poll.number or order.get("from") != poll.stage:
            raise Refused(409, "moved_on")  # two windows, or a key pressed twice
        if (which := OPEN.get(poll.stage)) and not poll.cast(which):
            raise Refused(409, "no_votes")
        to = STAGES[min(STAGES.index(poll.stage) + 1, len(STAGES) - 1)]
        if to == "told" and not self.told():
            raise Refused(409, "no_key")
        await self._set_stage(poll, to)

    async def _end(self, _order: Mapping[str, Any]) -> None:
        if self.poll:
            await self._set_stage(self.poll, "ended")

    async def _set_stage(self, poll: Poll, stage: Stage) -> None:
        await self._write(("UPDATE polls SET stage = ? WHERE number = ?", (stage, poll.number)))
        poll.stage = stage

    async def _typed(self, order: Mapping[str, Any]) -> None:
        """Counts of cards and hands, which mix in with the phones' votes."""
        poll = self.poll
        if poll is None or order.get("poll") != poll.number:
            raise Refused(409, "moved_on")
        which = _whole(order.get("round"), 1, 2)
        option = _whole(order.get("option"), 0, len(poll.options) - 1)
        count = _whole(order.get("count"), 0, 999)
        typed = [list(counts) for counts in poll.typed]
        typed[which - 1][option] = count
        statement = "UPDATE polls SET typed = ? WHERE number = ?"
        await self._write((statement, (json.dumps(typed), poll.number)))
        poll.typed = typed

    async def _go(self, order: Mapping[str, Any]) -> None:
        """Everybody to one question of the lesson."""
        item = order.get("item")
        if not isinstance(item, str) or item not in self.known:
            raise Refused(409, "no_place")
        beat = {"n": self.beat.get("n", 0) + 1, "item": item}
        await self._about(beat=json.dumps(beat))
        self.beat = beat

    async def _start(self, order: Mapping[str, Any]) -> None:
        started = self.clock() if order.get("on") else 0.0
        await self._about(started=str(started))
        self.started = started

    async def _show(self, order: Mapping[str, Any]) -> None:
        """What the projector shows: how to join, the vote, or the answers to a question."""
        what = order.get("what")
        item = what.removeprefix("item:") if isinstance(what, str) else ""
        if what not in ("join", "vote", "nothing") and item not in self.known:
            raise Refused(400, "not_understood")
        await self._about(wall=str(what))
        self.wall = str(what)

    async def _new_code(self, _order: Mapping[str, Any]) -> None:
        """A code that leaked opens nothing any more; who is in stays in."""
        code = names.code()
        await self._about(code=code)
        self.code = code

    async def _remove(self, order: Mapping[str, Any]) -> None:
        """Send a device out: its answers and votes count no longer."""
        device = self.devices.get(_whole(order.get("device"), 1, 10**9))
        if device is None:
            raise Refused(409, "moved_on")
        await self._write(("UPDATE devices SET removed = 1 WHERE number = ?", (device.number,)))
        device.removed = True
        self._without(device.number)

    async def _forget(self, order: Mapping[str, Any]) -> None:
        await self.forget(_whole(order.get("device"), 1, 10**9))

    # --- what pages may know ---------------------------------------------------------------

    def told(self) -> list[dict[str, Any]]:
        """What speaks for each option of the vote, with the key; nothing where no key may be
        told: of a question typed on the spot, and of one that is graded."""
        question = self.known.get(self.poll.item) if self.poll else None
        if not isinstance(question, Choice) or question.use == "graded" or question.keyless:
            return []
        judged = not question.vote
        return [
            {"say": text.inline(option.say), "right": option.right if judged else None}
            for option in question.options
        ]

    def _asked(self) -> dict[str, Any] | None:
        """The vote as everybody may see it."""
        poll = self.poll
        if poll is None or poll.stage == "ended":
            return None
        found: dict[str, Any] = {
            "number": poll.number,
            "stage": poll.stage,
            "ask": poll.ask,
            "options": poll.options,
            "language": poll.language,
        }
        if poll.stage in ("shown", "told"):
            found["counts"] = [poll.counts(1), poll.counts(2)]
        if poll.stage == "told":
            found["told"] = self.told()
        return found

    def for_learners(self) -> dict[str, Any]:
        """What a learner's page gets."""
        return {"class": self.id, "poll": self._asked(), "beat": self.beat, "lesson": self.lesson}

    def for_wall(self) -> dict[str, Any]:
        """What the projector gets: nothing that a learner may not see, and no nickname."""
        poll = self.poll
        found = self.for_learners() | {
            "wall": self.wall,
            "code": self.code,
            "title": self.title,
            "devices": len(self.present),
            "minute": self.minute(),
            "last": bool(poll and poll.stage == "shown" and not self.told()),
        }
        if poll and (which := OPEN.get(poll.stage)):
            found["cast"] = poll.cast(which)
        if self.wall.startswith("item:"):
            found["item"] = self._item(self.wall.removeprefix("item:"))
        return found

    def minute(self) -> float | None:
        """Minutes since the lesson began; a clock that was set back never makes it negative."""
        return max(0.0, self.clock() - self.started) / 60 if self.started else None

    def _item(self, name: str) -> dict[str, Any]:
        question, item = self.known[name], self.tally.items.get(name, counting.Item())
        return {
            "id": name,
            "ask": text.plain(question.ask),
            "marked": question.marked,
            "answered": item.answered,
            "right": item.right,
            "choices": [list(choice) for choice in self.tally.choices(name)],
            "votable": isinstance(question, Choice),
        }

    def for_teacher(self) -> dict[str, Any]:
        """Everything, for the teacher's own page."""
        stuck = self.tally.stuck()
        answered: dict[int, int] = {}
        for item in self.tally.items.values():
            for number in item.devices:
                answered[number] = answered.get(number, 0) + 1
        present = self.present
        here = counting.passed(self.tally, [beat.items for beat in self.beats])
        words = self.objectives
        found = self.for_wall() | {
            "trouble": self.trouble,
            "strange": self.tally.strange,
            "beats": [
                {"start": b.start, "end": b.end, "what": b.what, "items": list(b.items), "here": n}
                for b, n in zip(self.beats, here, strict=True)
            ],
            "items": [
                self._item(name) for name in dict.fromkeys([*self.questions, *self.tally.items])
            ],
            "learners": [
                {
                    "number": device.number,
                    "nickname": device.nickname,
                    "answered": answered.get(device.number, 0),
                    "last": self.tally.last.get(device.number, ""),
                    "stuck": stuck.get(device.number, []),
                }
                for device in present
            ],
            "objectives": [
                {
                    "id": o,
                    "words": text.plain(words.get(o, "")),
                    "items": n,
                    "answers": a,
                    "mean": m,
                }
                for o, n, a, m in self.tally.objectives()
            ],
            "reteach": [
                {
                    "id": name,
                    "ask": text.plain(self.known[name].ask),
                    "wrong": wrong,
                    "count": count,
                    "answered": self.tally.items[name].answered,
                    "right": self.tally.items[name].right,
                    "explain": text.plain(self.known[name].explain),
                    "para": list(self.known[name].para),
                }
                for name, wrong, count in self.tally.reteach()
            ],
        }
        if self.poll:
            found["vote"] = {
                "number": self.poll.number,
                "item": self.poll.item,
                "stage": self.poll.stage,
                "ask": self.poll.ask,
                "options": self.poll.options,
                "counts": [self.poll.counts(1), self.poll.counts(2)],
                "typed": self.poll.typed,
                "last": not self.told(),
            }
        return found
