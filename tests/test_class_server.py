"""The class over http: who may ask what, what each page carries, floods, and what is never told."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from conftest import done
from dialogue.classroom.live import address, pages, run, server
from dialogue.classroom.live.limits import Limit
from dialogue.classroom.live.store import Store
from dialogue.course import catalogue

LESSON = next(lesson for lesson in catalogue.lessons() if lesson.number == "05")
SINGLE = "05-protect-or-punish"
PAGE = (
    '<html><head><meta http-equiv="Content-Security-Policy" content="script-src \'self\'">'
    "<title>x</title></head><body>x</body></html>"
)


class Http:
    """Requests to a class, as a browser makes them."""

    def __init__(self, held: server.Server) -> None:
        self.held, self.room, self.hall = held, held.hall.room, held.hall
        self.base = f"http://127.0.0.1:{held.port}"
        self.client = AsyncHTTPClient(force_instance=True, max_clients=400)

    async def get(self, path: str, **headers: str) -> HTTPResponse:
        return await self.client.fetch(
            self.base + path, headers=headers, raise_error=False, follow_redirects=False
        )

    async def post(self, path: str, body: Any, cookie: str = "", **headers: str) -> HTTPResponse:
        given = {"Content-Type": "application/json", "Origin": self.base}
        if cookie:
            given["Cookie"] = cookie
        return await self.client.fetch(
            self.base + path,
            method="POST",
            body=body if isinstance(body, str | bytes) else json.dumps(body),
            headers=given | {name.replace("_", "-"): value for name, value in headers.items()},
            raise_error=False,
            request_timeout=60,
        )

    async def join(self, number: int = 1, name: str = "") -> str:
        order = {"code": self.room.code, "nickname": name, "secret": f"{number:032x}"}
        reply = await self.post("/api/join", order)
        assert reply.code == 200, reply.body
        return f"class_device={number:032x}"

    @property
    def teacher(self) -> str:
        return f"class_teacher={self.room.key}"

    async def act(self, act: str, **order: Any) -> HTTPResponse:
        return await self.post("/api/teacher", {"do": act, **order}, self.teacher)

    def line(self, own: str, response: Any = 0) -> dict[str, Any]:
        version = self.room.questions[SINGLE].version
        return {"lines": [{"id": own, "item": SINGLE, "version": version, "response": response}]}


@pytest.fixture
def hold(tmp_path: Path) -> Callable[[Callable[[Http], Coroutine[Any, Any, None]]], None]:
    """Run a coroutine against a class that listens on this computer."""
    site = tmp_path / "site"
    (site / "assets").mkdir(parents=True)
    (site / "05-round-one.html").write_text(PAGE, encoding="utf-8")
    (site / "index.html").write_text("<head></head>", encoding="utf-8")
    (site / "assets" / "a.js").write_text("1", encoding="utf-8")
    (site / "teach").mkdir()
    (site / "teach" / "05-key.html").write_text("the key", encoding="utf-8")
    (site / "sw.js").write_text("1", encoding="utf-8")
    (site / "assets" / "python-worker.js").write_text("1", encoding="utf-8")
    (site / "lab").mkdir()
    (site / "lab" / "index.html").write_text("<head></head>", encoding="utf-8")
    (site / "lab" / "a.wasm").write_bytes(b"1")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")

    def held(act: Callable[[Http], Coroutine[Any, Any, None]]) -> None:
        async def go() -> None:
            room = run.room(Store(tmp_path / "class"), LESSON)
            found = server.Server(room, site, "05-round-one.html", 0, network=False)
            try:
                await act(Http(found))
            finally:
                await found.stop()

        done(go())

    return held


def why(reply: HTTPResponse) -> str:
    return json.loads(reply.body)["why"]


def test_pages_carry_narrow_rights_and_fetch_nothing_from_elsewhere(hold: Any) -> None:
    async def act(http: Http) -> None:
        for path in ("/", "/teacher", "/wall", "/privacy", "/class.js", "/class.css", "/lesson/"):
            reply = await http.get(path)
            assert reply.code == 200, path
            policy = reply.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "Server" not in reply.headers
            text = reply.body.decode()
            assert not re.search(r"(src|href)=\"(?:https?:)?//", text)
            assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", text) or (
                path.endswith((".js", ".css"))
            )
            assert http.room.key not in text
            assert http.room.code not in text
        for path in (
            "/static/teacher.js",
            "/static/wall.js",
            "/static/room.css",
            "/static/type.css",
        ):
            assert (await http.get(path)).code == 200
        for path in ("/static/nothing.js", "/static/../pages.js", "/nothing", "/api/join"):
            assert (await http.get(path)).code in (404, 405)

    hold(act)


def test_code_runs_in_a_class_that_has_the_lab_edition_in_it(hold: Any) -> None:
    async def act(http: Http) -> None:
        rights = {
            path: (await http.get(f"/lesson/{path}")).headers["Content-Security-Policy"]
            for path in ("assets/python-worker.js", "assets/a.js", "lab/a.wasm")
        }
        # A worker goes by the rights that it was sent with, and Python there is WebAssembly.
        assert "script-src 'self' 'wasm-unsafe-eval'" in rights.pop("assets/python-worker.js")
        assert not any("unsafe" in policy for policy in rights.values())
        for path in ("lab/", "lab/index.html"):  # JupyterLab asks for more, and is not offered
            assert (await http.get(f"/lesson/{path}")).code == 404

    hold(act)


def test_a_lesson_gets_the_script_and_keeps_its_own_policy(hold: Any) -> None:
    async def act(http: Http) -> None:
        page = await http.get("/lesson/05-round-one.html")
        assert b'<script src="/class.js" defer></script></head>' in page.body
        assert "Content-Security-Policy" not in page.headers
        assert (
            (await http.get("/lesson/assets/a.js")).headers["Content-Type"].startswith("text/java")
        )
        for path in (
            "../secret.html",
            "%2e%2e/secret.html",
            "..%2fsecret.html",
            "/etc/passwd",
            "x",
        ):
            assert (await http.get(f"/lesson/{path}")).code == 404, path
        assert (await http.get("/lesson/assets")).code == 302
        etag = page.headers["Etag"]
        assert (await http.get("/lesson/05-round-one.html", **{"If-None-Match": etag})).code == 304

    hold(act)
    assert pages.with_class(b"no head") == b'no head<script src="/class.js" defer></script>'


def test_the_pages_with_keys_are_the_teachers(hold: Any) -> None:
    async def act(http: Http) -> None:
        learner = await http.join()
        for path in ("teach/05-key.html", "assets/../teach/05-key.html", "%74each/05-key.html"):
            for cookie in ("", learner):
                reply = await http.get(f"/lesson/{path}", Cookie=cookie)
                assert reply.code in (403, 404), path
                assert b"the key" not in reply.body
        reply = await http.get("/lesson/teach/05-key.html", Cookie=http.teacher)
        assert b"the key" in reply.body
        assert (await http.get("/lesson/sw.js")).code == 404

    hold(act)


def test_another_site_cannot_speak_for_a_phone(hold: Any) -> None:
    async def act(http: Http) -> None:
        cookie = await http.join()
        for headers in (
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Sec_Fetch_Site": "cross-site"},
        ):
            assert (await http.post("/api/forget", {}, cookie, **headers)).code == 403
        for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
            assert (await http.post("/api/forget", {}, cookie, Content_Type=kind)).code == 415
        # A name server that turns a name of its own to this computer opens nothing.
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil", "[::1].x"):
            assert (await http.get("/", Host=host)).code == 421, host
        for host in ("localhost:80", "192.168.1.7:8020", "[::1]:80"):
            assert (await http.get("/", Host=host)).code == 200, host
        assert len(http.room.present) == 1

    hold(act)


def test_only_the_teacher_at_this_computer_leads(hold: Any, monkeypatch: Any) -> None:
    async def act(http: Http) -> None:
        learner = await http.join()
        for cookie in (
            "",
            learner,
            "class_teacher=",
            "class_teacher=guess",
            f"{learner}; class_teacher=x",
        ):
            assert why(await http.post("/api/teacher", {"do": "end"}, cookie)) == "teacher_only"
            assert b"event: out" in (await http.get("/events?as=teacher", Cookie=cookie)).body
            assert (await http.get("/export?device=1", Cookie=cookie)).code == 403
        assert (await http.post("/api/key", {"key": "guess"})).code == 403
        reply = await http.post("/api/key", {"key": http.room.key})
        cookie = reply.headers["Set-Cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert (await http.act("ask", item=SINGLE)).code == 200
        assert (
            "learner.json"
            in (await http.get("/export?device=1", Cookie=http.teacher)).headers[
                "Content-Disposition"
            ]
        )
        # The same key from another computer, where it was read on the network, opens nothing.
        monkeypatch.setattr(server.Base, "at_this_computer", False)
        assert (await http.act("end")).code == 403
        assert (await http.post("/api/key", {"key": http.room.key})).code == 403
        assert (await http.get("/teacher")).code == 403
        assert (await http.get("/")).code == 200
        assert http.hall.reached

    hold(act)


def test_a_forged_or_stolen_secret_is_nobody(hold: Any) -> None:
    async def act(http: Http) -> None:
        cookie = await http.join(1, "ana")
        device = http.room.devices[1]
        forged = ("", "class_device=", "class_device=" + "0" * 32, f"class_device={device.secret}")
        for one in forged:
            assert (await http.post("/api/answers", http.line("a"), one)).code == 401
            assert (await http.post("/api/vote", {}, one)).code == 401
        assert (await http.post("/api/answers", http.line("a"), cookie)).code == 200
        kept = http.room.store.file.read_bytes() + Path(f"{http.room.store.file}-wal").read_bytes()
        assert b"0" * 31 + b"1" not in kept  # what is kept opens nothing

    hold(act)


def test_guessing_the_code_is_slow(hold: Any, monkeypatch: Any) -> None:
    waits: list[float] = []
    real = asyncio.sleep

    async def quick(seconds: float, *rest: Any) -> None:
        waits.append(seconds)
        await real(0, *rest)

    async def act(http: Http) -> None:
        monkeypatch.setattr(server.asyncio, "sleep", quick)
        http.hall.guesses = Limit(0, 3)
        codes = []
        for _ in range(6):
            order = {"code": "AAAAAA", "nickname": "x", "secret": "0" * 32}
            codes.append((await http.post("/api/join", order)).code)
        assert codes == [403, 403, 403, 429, 429, 429]
        assert waits.count(1) == 3
        await http.join()  # whoever has the code comes in all the same

    hold(act)


def test_a_flood_from_one_device_does_not_stop_the_others(hold: Any) -> None:
    async def act(http: Http) -> None:
        http.hall.requests = Limit(0, 10)
        bad, good = await http.join(1), await http.join(2)
        flood = [
            asyncio.ensure_future(http.post("/api/answers", http.line(f"f{n}"), bad))
            for n in range(60)
        ]
        replies = [await http.post("/api/answers", http.line(f"g{n}"), good) for n in range(10)]
        assert [reply.code for reply in replies] == [200] * 10
        codes = [(await reply).code for reply in flood]
        assert codes.count(200) == 10
        assert codes.count(429) == 50
        # What was refused is sent again later, and counts once.
        http.hall.requests = Limit(100, 100)
        for n in range(60):
            assert (await http.post("/api/answers", http.line(f"f{n}"), bad)).code == 200
        assert http.room.tally.items[SINGLE].devices[1].tries == 60

    hold(act)


def test_a_flood_of_joining_does_not_stop_who_is_in(hold: Any) -> None:
    async def act(http: Http) -> None:
        cookie = await http.join(1, "ana")
        http.hall.joins = Limit(0, 5)
        codes = []
        for number in range(2, 12):
            order = {"code": http.room.code, "nickname": "x", "secret": f"{number:032x}"}
            codes.append((await http.post("/api/join", order)).code)
        assert codes == [200] * 5 + [429] * 5
        assert len(http.room.present) == 6
        assert (await http.post("/api/answers", http.line("a"), cookie)).code == 200

    hold(act)


def test_what_is_too_large_or_no_json_is_refused_in_a_word(hold: Any) -> None:
    async def act(http: Http) -> None:
        cookie = await http.join()
        for body in ("", "{", "[]", "1", '"x"', "[" * 9000, b"\xff\xfe", '{"lines": 1}'):
            reply = await http.post("/api/answers", body, cookie)
            assert reply.code == 400, body
            assert b"Traceback" not in reply.body
        reply = await http.post("/api/answers", json.dumps({"x": "x" * server.MOST_BODY}), cookie)
        assert reply.code in (400, 413, 599)
        assert (await http.post("/api/answers", http.line("a"), cookie)).code == 200

    hold(act)


def test_a_full_disk_is_told_and_the_class_goes_on(hold: Any) -> None:
    from test_class import full

    async def act(http: Http) -> None:
        cookie = await http.join()
        full(http.room.store, 1)
        kept = []
        for n in range(100):
            reply = await http.post("/api/answers", http.line(f"a{n}", ["x" * 400]), cookie)
            http.hall.requests = Limit(100, 100)
            if reply.code != 200:
                break
            kept.append(f"a{n}")
        assert (reply.code, why(reply)) == (503, "not_saved")
        assert (await http.get("/")).code == 200
        view = http.hall.state("teacher")
        assert '"trouble":"database or disk is full"' in view
        full(http.room.store, 0)
        assert (await http.post("/api/answers", http.line(f"a{n}"), cookie)).code == 200
        assert (await http.act("ask", item=SINGLE)).code == 200

    hold(act)


def test_streams_say_the_newest_to_whom_it_may_be_said(hold: Any) -> None:
    async def act(http: Http) -> None:
        cookie = await http.join(1, "a very own name")
        heard: dict[str, list[str]] = {"learner": [], "wall": [], "teacher": []}

        def listen(kind: str, own: str) -> asyncio.Future[Any]:
            take = heard[kind].append
            return asyncio.ensure_future(
                http.client.fetch(
                    f"{http.base}/events?as={kind}",
                    headers={"Cookie": own},
                    streaming_callback=lambda part: take(part.decode()),
                    request_timeout=60,
                    raise_error=False,
                )
            )

        async def until(condition: Callable[[], bool]) -> None:
            async with asyncio.timeout(30):
                while not condition():
                    await asyncio.sleep(0.01)

        streams = [listen("learner", cookie)]
        streams += [listen(kind, http.teacher) for kind in ("wall", "teacher")]
        await until(lambda: all(heard.values()))
        await http.act("ask", item=SINGLE)
        await until(lambda: all('"stage":"one"' in "".join(said) for said in heard.values()))
        before = len(heard["learner"])
        assert (
            await http.post("/api/vote", {"poll": 1, "round": 1, "choice": 1}, cookie)
        ).code == 200
        await until(lambda: '"counts":[[0,1,0],[0,0,0]]' in heard["teacher"][-1])
        await until(lambda: '"cast":1' in heard["wall"][-1])
        assert len(heard["learner"]) == before  # a vote is no news for the others
        for kind in ("learner", "wall"):
            told = "".join(heard[kind])
            assert "counts" not in told
            assert "very own" not in told
        comments = [o.say for o in http.room.questions[SINGLE].options]
        assert not any(comment in "".join(heard["learner"]) for comment in comments)
        await http.act("remove", device=1)
        await until(lambda: "event: out" in heard["learner"][-1])
        await http.held.stop()
        await until(lambda: "event: closed" in heard["teacher"][-1])
        for stream in streams:
            await stream

    hold(act)


def test_a_device_has_only_so_many_streams(hold: Any) -> None:
    async def act(http: Http) -> None:
        cookie = await http.join()
        streams = [
            asyncio.ensure_future(
                http.client.fetch(f"{http.base}/events", headers={"Cookie": cookie})
            )
            for _ in range(7)
        ]
        finished, going = await asyncio.wait(streams, timeout=20, return_when="FIRST_COMPLETED")
        while len(finished) < 3:
            more, going = await asyncio.wait(going, timeout=20, return_when="FIRST_COMPLETED")
            assert more
            finished |= more
        assert len(http.hall.streams) == 4
        for stream in going:
            stream.cancel()

    hold(act)


def test_the_qr_code_holds_address_and_code(hold: Any, monkeypatch: Any) -> None:
    async def act(http: Http) -> None:
        learner = await http.join()
        for cookie in ("", learner):  # whoever is in the network could read the code in it
            assert (await http.get("/qr.svg", Cookie=cookie)).code == 403
        reply = await http.get("/qr.svg", Cookie=http.teacher)
        assert reply.headers["Content-Type"] == "image/svg+xml"
        assert reply.body.startswith(b"<svg xmlns=")
        monkeypatch.setitem(__import__("sys").modules, "segno", None)  # not installed
        assert (await http.get("/qr.svg", Cookie=http.teacher)).code == 404

    hold(act)
    for one in address.addresses():
        assert not one.startswith("127.")


def test_the_report_is_written_while_the_class_goes_on(hold: Any, tmp_path: Path) -> None:
    async def act(http: Http) -> None:
        assert "Nobody" in json.loads((await http.act("report")).body)["words"]
        for n, name in enumerate(("ana", "=cmd|' /C calc'!A0"), 1):
            cookie = await http.join(n, name)
            await http.post("/api/answers", http.line("a", n), cookie)
        said = json.loads((await http.act("report")).body)["words"]
        assert said.startswith("The report is in")
        table = (tmp_path / "class" / "report" / "learners.csv").read_text(encoding="utf-8-sig")
        assert "'=cmd" in table
        assert (tmp_path / "class" / "report" / "canvas.csv").is_file()

    hold(act)
