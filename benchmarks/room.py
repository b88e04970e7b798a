"""One class of 300 devices: how quickly answers are acknowledged, and how much memory it takes.

``python benchmarks/room.py`` starts a class on this computer and plays 300 devices that have
joined, each with an open event stream, and a teacher's page:

* a minute of 3,000 answers, 50 a second (``--seconds`` shortens it);
* 300 votes within 0.3 seconds, as the pages spread them, and 300 in one instant;
* one change that reaches all 301 streams.

What is timed is the whole way: request, commit with ``synchronous=FULL``, reply.  Where there
are two processors, the class gets one and the load the other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

import psutil
from tornado.httpclient import AsyncHTTPClient
from tornado.iostream import IOStream, StreamClosedError
from tornado.tcpclient import TCPClient

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from rooms import Running

from dialogue import bank

ITEMS = ("05-troop-cuts", "05-empty-row", "05-protect-or-punish", "05-old-or-new")


class Device:
    """One phone: a connection that is kept open for requests, and an event stream."""

    def __init__(self, port: int, number: int, cookie: str) -> None:
        self.port, self.number, self.cookie = port, number, cookie
        self.stream: IOStream | None = None
        self.line: IOStream | None = None
        self.heard: asyncio.Event = asyncio.Event()
        self.when = 0.0

    async def listen(self, kind: str = "learner") -> None:
        """Open the event stream and follow it."""
        self.stream = await TCPClient().connect("127.0.0.1", self.port)
        ask = f"GET /events?as={kind} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n\r\n"
        await self.stream.write(ask.encode())
        self.following = asyncio.ensure_future(self._follow(self.stream))

    async def _follow(self, stream: IOStream) -> None:
        try:
            while True:
                part = await stream.read_until(b"\n\n")
                if b"data: {" in part:
                    self.when = time.perf_counter()
                    self.heard.set()
        except StreamClosedError:
            return

    async def post(self, path: str, body: object) -> float:
        """Send *body* and wait for the reply; seconds."""
        if self.line is None or self.line.closed():
            self.line = await TCPClient().connect("127.0.0.1", self.port)
        data = json.dumps(body)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        begun = time.perf_counter()
        await self.line.write((head + data).encode())
        reply = (await self.line.read_until(b"\r\n\r\n")).decode()
        length = next(
            int(row.split(":")[1]) for row in reply.splitlines() if row.startswith("Content-Length")
        )
        await self.line.read_bytes(length)
        assert " 200 " in reply.split("\r\n")[0], reply
        return time.perf_counter() - begun


def told(name: str, seconds: list[float]) -> None:
    """One line with the middle and the 95th of a hundred."""
    cut = quantiles(seconds, n=100)
    worst = max(seconds) * 1000
    print(
        f"{name:<42} p50 {cut[49] * 1000:6.1f} ms   p95 {cut[94] * 1000:6.1f} ms   worst {worst:6.1f}",
        flush=True,
    )


async def main(held: Running, devices: int, seconds: int) -> None:
    """Play the class."""
    process = psutil.Process(held.process.pid)
    print(f"memory before anybody came {process.memory_info().rss / 2**20:.1f} MB")
    versions = {name: bank.course_bank().questions[name].version for name in ITEMS}
    client = AsyncHTTPClient()
    phones = []
    for number in range(1, devices + 1):
        secret = f"{number:032x}"
        order = {"code": held.code, "nickname": f"device {number}", "secret": secret}
        while True:
            reply = await client.fetch(
                f"http://127.0.0.1:{held.port}/api/join",
                method="POST",
                body=json.dumps(order),
                headers={"Content-Type": "application/json"},
                raise_error=False,
            )
            if reply.code == 200:
                break
        phones.append(Device(held.port, number, f"class_device={secret}"))
    teacher = Device(held.port, 0, f"class_teacher={held.key}")
    for phone in phones:
        await phone.listen()
    await teacher.listen("teacher")
    await asyncio.sleep(1)

    begun = process.cpu_times()
    start = time.perf_counter()
    chance = random.Random(1)
    sent: list[asyncio.Future[float]] = []
    for number in range(50 * seconds):
        await asyncio.sleep(max(0, start + number / 50 - time.perf_counter()))
        phone = phones[number * 7 % devices]
        item = chance.choice(ITEMS)
        line = {"id": f"n{number}", "item": item, "version": versions[item]}
        body = {"lines": [line | {"response": chance.randrange(3), "confidence": 2}]}
        sent.append(asyncio.ensure_future(phone.post("/api/answers", body)))
    taken = await asyncio.gather(*sent)
    ended = process.cpu_times()
    share = (ended.user + ended.system - begun.user - begun.system) / (time.perf_counter() - start)
    told(f"{len(sent)} answers, 50 a second", list(taken))
    print(f"{'processor meanwhile':<42} {share:.0%} of one core")

    async def vote(name: str, spread: float, number: int) -> None:
        for phone in phones:
            phone.heard.clear()
        asked = time.perf_counter()
        await teacher.post("/api/teacher", {"do": "ask", "item": ITEMS[2]})
        await asyncio.gather(*(phone.heard.wait() for phone in phones))
        if number == 1:
            told("one change to all streams", [phone.when - asked for phone in phones])

        async def one(phone: Device) -> float:
            await asyncio.sleep(chance.uniform(0, spread))
            order = {"poll": number, "round": 1, "choice": chance.randrange(3)}
            return await phone.post("/api/vote", order)

        before = sum(process.cpu_times()[:2])
        told(name, list(await asyncio.gather(*(one(phone) for phone in phones))))
        used = (sum(process.cpu_times()[:2]) - before) * 1000
        print(f"{'':<42} {used:.0f} ms of one processor for all of them")

    await vote(f"{devices} votes within 0.3 s", 0.3, 1)
    await vote(f"{devices} votes within 0.3 s, again", 0.3, 2)
    await vote(f"{devices} votes in one instant", 0.0, 3)
    print(f"memory at the end {process.memory_info().rss / 2**20:.1f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--devices", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        room = Running(Path(folder) / "class")
        try:
            if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
                os.sched_setaffinity(room.process.pid, {0})
                os.sched_setaffinity(0, {1})
            asyncio.run(main(room, given.devices, given.seconds))
        finally:
            room.stop()
