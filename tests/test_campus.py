"""A campus: the results service under a hub's sign-in, and the way of an answer to it.

The hub is a small one of this test, which says who a token belongs to as JupyterHub does; the
service talks to it with JupyterHub's own client.  tests/test_hub.py runs a real one.
"""

from __future__ import annotations

import io
import json
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from conftest import done
from dialogue import bank
from dialogue.classroom.campus import results, run, service
from dialogue.classroom.campus.ledger import Ledger, Line, NotKept
from dialogue.cli import main
from dialogue.course.files import FileFault
from dialogue.grading.release import without_key
from dialogue.learner import delivery, progress
from dialogue.learner.progress import Attempt
from dialogue.questions import Single
from dialogue.widgets import quiz, saving

PREFIX = "/services/results/"
ACCESS = "access:services!service=results"
PEOPLE = {
    "anna": {"name": "anna", "kind": "user", "scopes": [ACCESS]},
    "badr": {"name": "badr", "kind": "user", "scopes": [ACCESS]},
    "lara": {"name": "lara", "kind": "user", "scopes": [ACCESS, service.READ]},
    "outside": {"name": "carl", "kind": "user", "scopes": ["read:users!user=carl"]},
    "machine": {"name": "cull", "kind": "service", "scopes": [ACCESS, service.READ]},
}


class WhoIs(RequestHandler):
    """JupyterHub's answer to its services: whose token is it?"""

    def get(self) -> None:
        token = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        if (model := PEOPLE.get(token.removeprefix("token "))) is None:
            self.set_status(403)
            return
        self.finish({"admin": False, "groups": [], **model})


class Campus:
    """The service and its hub, for a test that asks within one loop."""

    def __init__(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk = service.Desk(ledger)
        hub_socket, hub = bind_unused_port()
        self._own_socket, own = bind_unused_port()
        self._hub_socket, self.url = hub_socket, f"http://127.0.0.1:{own}{PREFIX}"
        for name, value in {
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{hub}/hub/api",
            "JUPYTERHUB_API_TOKEN": "of-the-service",
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
            "JUPYTERHUB_CLIENT_ID": "service-results",
            "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps([ACCESS]),
            "JUPYTERHUB_OAUTH_SCOPES": json.dumps([ACCESS, service.READ]),
        }.items():
            monkeypatch.setenv(name, value)

    async def __aenter__(self) -> Campus:
        from jupyterhub.services.auth import HubOAuth

        HubOAuth.clear_instance()
        self._servers = [
            HTTPServer(Application([("/hub/api/user", WhoIs)])),
            HTTPServer(
                service.application(self.desk, PREFIX, b"0" * 32), max_body_size=service.MOST_BODY
            ),
        ]
        self._servers[0].add_sockets([self._hub_socket])
        self._servers[1].add_sockets([self._own_socket])
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.stop()
            await server.close_all_connections()
        self.desk.close()

    async def ask(self, token: str, path: str = "", body: Any = None, **more: Any) -> HTTPResponse:
        headers = {"Authorization": f"token {token}"} if token else {}
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        return await AsyncHTTPClient().fetch(
            self.url + path,
            method="GET" if body is None else "POST",
            body=body,
            headers=headers | more.pop("headers", {}),
            raise_error=False,
            follow_redirects=False,
            **more,
        )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(str(tmp_path / "kept" / "results.sqlite"))
    yield found
    found.close()


@pytest.fixture
def single() -> Single:
    """A question with one right option."""
    return next(
        q
        for q in bank.course_bank().questions.values()
        if isinstance(q, Single) and q.marked and q.event == "check" and not q.confidence
    )


def line(question: Single, own: str = "a1", right: bool = True, **more: Any) -> dict[str, Any]:
    option = next(number for number, o in enumerate(question.options) if o.right is right)
    sent = {"id": own, "item": question.id, "version": question.version, "event": "check"}
    return {**sent, "response": option, "confidence": None, **more}


# --- who somebody is, and what they may see ------------------------------------------------


def test_the_token_says_who_answers_and_the_body_does_not(
    ledger: Ledger, single: Single, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with Campus(ledger, monkeypatch) as campus:
            forged = line(single, learner="badr", user="badr", name="badr")
            told = await campus.ask("anna", "answers", {"lines": [forged], "learner": "badr"})
            assert json.loads(told.body) == {"saved": ["a1"], "refused": []}
            told = await campus.ask("anna", "answers?user=badr", {"lines": [line(single, "a2")]})
            assert told.code == 200
            assert ledger.counts() == [("anna", 2)]
            # Somebody else's id takes nothing away: it is another answer.
            await campus.ask("badr", "answers", {"lines": [line(single, "a1", right=False)]})
            assert ledger.counts() == [("anna", 2), ("badr", 1)]
            copy = json.loads((await campus.ask("badr", "mine.json")).body)
            assert copy["learner"] == "badr"
            assert len(copy["answers"]) == 1

    done(story())


def test_what_is_sent_twice_is_kept_once(
    ledger: Ledger, single: Single, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with Campus(ledger, monkeypatch) as campus:
            first = {"lines": [line(single), line(single)]}
            for _ in range(3):
                told = json.loads((await campus.ask("anna", "answers", first)).body)
                assert told["saved"] == ["a1", "a1"]
            changed = {"lines": [line(single, right=False), line(single, "a2")]}
            await campus.ask("anna", "answers", changed)
            kept = ledger.answers("anna")["anna"]
            assert [one.id for one in kept] == ["a1", "a2"]
            assert kept[0].response == line(single)["response"]

    done(story())


def test_nobody_comes_in_without_the_hub(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with Campus(ledger, monkeypatch) as campus:
            sent: dict[str, Any] = {"lines": [{"id": "x"}]}
            for token, code in (("", 401), ("wrong", 401), ("outside", 403), ("machine", 403)):
                assert (await campus.ask(token, "answers", sent)).code == code, token
                for path in ("", "mine.json", "class", "class.csv", "class.zip"):
                    found = await campus.ask(token, path)
                    # A browser is sent to the hub's sign-in, and sees nothing before it.
                    assert found.code == (code if token else 302), (token, path)
                    assert b"answer" not in (found.body or b"")
            assert ledger.counts() == []

    done(story())


def test_without_the_role_nobody_reads_the_class(
    ledger: Ledger, single: Single, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with Campus(ledger, monkeypatch) as campus:
            await campus.ask("anna", "answers", {"lines": [line(single)]})
            await campus.ask("badr", "answers", {"lines": [line(single, right=False)]})
            for path in ("class", "class.csv", "class.zip"):
                refused = await campus.ask("badr", path)
                assert refused.code == 403, path
                assert b"anna" not in refused.body
                assert (await campus.ask("lara", path)).code == 200, path
            page = (await campus.ask("lara", "class")).body.decode()
            assert single.id in page
            assert "anna" in page
            marks = (await campus.ask("lara", "class.csv")).body.decode("utf-8-sig")
            rows = {row.split(",")[0]: row for row in marks.splitlines()}
            assert ",1,1,right," in rows["anna"]
            assert ",0,1,wrong," in rows["badr"]
            assert "See the class" in (await campus.ask("lara")).body.decode()
            assert "See the class" not in (await campus.ask("badr")).body.decode()

    done(story())


def test_no_view_of_a_learner_tells_a_key(
    ledger: Ledger, single: Single, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with Campus(ledger, monkeypatch) as campus:
            told = []
            for own, right in (("a1", True), ("a2", False)):
                sent = {"lines": [line(single, own, right)]}
                told.append((await campus.ask("anna", "answers", sent)).body.decode())
            # A right answer and a wrong one are answered alike: nobody can try until it is right.
            assert told[0].replace("a1", "a2") == told[1]
            for path in ("", "mine.json"):
                said = (await campus.ask("anna", path)).body.decode()
                for word in ("verdict", "score", "right", "wrong", single.explain or "explain"):
                    assert word not in said, (path, word)

    done(story())


def test_a_page_of_another_site_deletes_nothing(
    ledger: Ledger, single: Single, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with Campus(ledger, monkeypatch) as campus:
            await campus.ask("anna", "answers", {"lines": [line(single)]})
            await campus.ask("badr", "answers", {"lines": [line(single)]})
            cookie = {"Cookie": "service-results=anna", "Sec-Fetch-Mode": "navigate"}
            body = urlencode({"_xsrf": "guessed"})
            assert (await campus.ask("", "forget", body, headers=cookie)).code == 401
            assert ledger.counts() == [("anna", 1), ("badr", 1)]
            assert (await campus.ask("anna", "forget", "")).code == 200
            assert ledger.counts() == [("badr", 1)]

    done(story())


# --- what programs may send -----------------------------------------------------------------


def test_hostile_answers_stop_nobody(
    ledger: Ledger, single: Single, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with Campus(ledger, monkeypatch) as campus:
            for body in (
                "",
                "nothing",
                "[]",
                '{"lines": 1}',
                '{"lines": []}',
                "[" * 50_000,
                {"lines": [{}]},
                {"lines": [{"id": "x y"}]},
                {"lines": [line(single)] * 21},
            ):
                told = await campus.ask("anna", "answers", body)
                assert told.code == 400, body
                assert "Traceback" not in told.body.decode()
            strange = [
                line(single, "s1", response={"deep": [[[1]]]}),
                line(single, "s2", response="<script>alert(1)</script>\u0000\ud800"),
                line(single, "s3", item="none-of-ours"),
                line(single, "s4", version="0000000000000000"),
                line(single, "s5", confidence="very"),
                line(single, "s6", response=10**400),
            ]
            bad = [
                line(single, "b1", item="../x y"),
                line(single, "b2", event="reveal"),
                line(single, "b3", response="x" * 9_000),
                line(single, "b4", version="'; DROP TABLE"),
            ]
            told = await campus.ask("anna", "answers", {"lines": strange + bad})
            found = json.loads(told.body)
            assert found["saved"] == [one["id"] for one in strange]
            assert found["refused"] == [one["id"] for one in bad]
            for path in ("class", "class.csv", "class.zip"):
                assert (await campus.ask("lara", path)).code == 200, path

    done(story())


def test_a_flood_of_one_learner_is_held_back(
    ledger: Ledger, single: Single, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with Campus(ledger, monkeypatch) as campus:
            codes = [
                (await campus.ask("anna", "answers", {"lines": [line(single)]})).code
                for _ in range(80)
            ]
            assert codes[:40] == [200] * 40
            assert 429 in codes
            assert (await campus.ask("badr", "answers", {"lines": [line(single)]})).code == 200

    done(story())


def test_what_could_not_be_written_is_not_called_kept(
    ledger: Ledger, single: Single, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise NotKept("database or disk is full")

    async def story() -> None:
        async with Campus(ledger, monkeypatch) as campus:
            monkeypatch.setattr(campus.desk.ledger, "keep", full)
            told = await campus.ask("anna", "answers", {"lines": [line(single)]})
            assert (told.code, json.loads(told.body)) == (503, {"why": "not_kept"})

    done(story())


# --- the ledger -------------------------------------------------------------------------------


def kept(own: str = "a1", came_item: str = "x") -> Line:
    return Line(own, came_item, "v", "check", 1, None)


def test_the_ledger_is_for_its_owner_and_says_so_when_it_cannot_be(tmp_path: Path) -> None:
    file = tmp_path / "results.sqlite"
    ledger = Ledger(str(file))
    ledger.keep("anna", [kept()], 1.0)
    assert file.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(file) as beside:
        assert beside.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ledger.close()
    assert Ledger(str(file)).counts() == [("anna", 1)]
    (tmp_path / "no.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(FileFault, match="answers cannot be kept here"):
        Ledger(str(tmp_path / "no.sqlite"))
    with pytest.raises(FileFault) as fault:
        Ledger("postgresql+psycopg://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(fault.value)


def test_what_is_old_is_deleted_and_so_is_a_learner(ledger: Ledger) -> None:
    ledger.keep("anna", [kept("old")], 100.0)
    ledger.keep("anna", [kept("new")], 200.0)
    ledger.keep("badr", [kept("new")], 200.0)
    assert ledger.forget_before(150.0) == 1
    assert ledger.forget("badr") == 1
    assert ledger.counts() == [("anna", 1)]


def test_whoever_keeps_the_data_lists_copies_and_deletes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESULTS_ADDRESS", str(tmp_path / "results.sqlite"))
    ledger = Ledger(str(tmp_path / "results.sqlite"))
    ledger.keep("anna", [kept()], 1.0)
    assert run.main(["--list"]) == 0
    assert capsys.readouterr().out == "anna: 1 answers\n"
    assert run.main(["--copy", "anna", "--output", str(tmp_path / "anna.json")]) == 0
    assert json.loads((tmp_path / "anna.json").read_text("utf-8"))["learner"] == "anna"
    assert run.main(["--delete", "badr"]) == 1
    assert "--list shows the names" in capsys.readouterr().err
    assert run.main(["--delete", "anna"]) == 0
    assert ledger.counts() == []
    assert run.main([]) == 1  # no hub has started it
    assert "let the hub start it" in capsys.readouterr().err


def test_an_answer_of_a_keyless_copy_is_graded_with_the_key(ledger: Ledger, single: Single) -> None:
    bare = without_key(single)
    right = next(o.text for o in single.options if o.right)
    assert isinstance(bare, Single)
    shown = [o.text for o in bare.options]
    given = Attempt(single.id, bare.version, "check", shown.index(right), id="k1")
    row = results.rows({"anna": [given]})[0]
    assert (row.item, row.answered, row.right) == (single.id, 1, 1)
    marks = results.marks({"anna": [given]})
    assert ",1,1,right," in marks


def test_the_class_is_read_by_the_report(
    ledger: Ledger, single: Single, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = line(single)
    ledger.keep(
        "anna", [Line("a1", single.id, single.version, "check", sent["response"], None)], 1.7e9
    )
    packed = results.hand_ins(ledger.answers())
    assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["001-anna.json"]
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path / "class")
    told = main(["results", str(tmp_path / "class"), "--output", str(tmp_path / "report")])
    assert told == 0, capsys.readouterr().err


# --- the way there -----------------------------------------------------------------------------


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, own_record: Path) -> list[dict[str, Any]]:
    """A hub whose service is at hand; what it took."""
    monkeypatch.setenv("DIALOGUE_RESULTS_URL", "http://127.0.0.1:9/services/results")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "anna")
    monkeypatch.setattr(delivery._Carrier, "wake", classmethod(lambda cls: None))
    return []


def test_an_answer_waits_while_the_service_is_away_and_is_delivered_once(
    hub: list[dict[str, Any]], single: Single
) -> None:
    def take(lines: list[dict[str, Any]]) -> dict[str, Any]:
        hub.extend(lines)
        return {"saved": [one["id"] for one in lines], "refused": []}

    def away(lines: list[dict[str, Any]]) -> dict[str, Any]:
        raise ConnectionRefusedError

    assert saving.record(single, "check", 0)["saved"]
    assert saving.record(single, "check", 1)["saved"]
    assert delivery.deliver(away) == (0, 2)
    assert delivery.deliver(lambda lines: {"why": "not_kept"}) == (0, 2)
    assert delivery.deliver(take) == (2, 0)
    assert delivery.deliver(take) == (0, 0)
    assert [one["response"] for one in hub] == [0, 1]
    assert [one["id"] for one in hub] == [one.id for one in progress.attempts()]
    assert not {"verdict", "score"} & set(hub[0])


def test_texts_notes_and_hints_stay(hub: list[dict[str, Any]], single: Single) -> None:
    for event in ("write", "note", "hint", "reveal"):
        delivery.hand_over(Attempt(single.id, "v", event, "my own words", id=event))
    delivery.hand_over(Attempt(single.id, "v", "check", "x" * 9_000, id="long"))
    assert delivery.waiting() == []
    delivery.hand_over(Attempt(single.id, "v", "reset", None, id="again"))
    assert len(delivery.waiting()) == 1


def test_a_learner_can_leave_it_out(
    hub: list[dict[str, Any]], single: Single, capsys: pytest.CaptureFixture[str]
) -> None:
    saving.record(single, "check", 0)
    assert "go to your teachers" in quiz.Answers().strings["erase_where"]
    assert main(["campus", "off"]) == 0
    assert "sent nowhere" in quiz.Answers().strings["erase_where"]
    assert "Nothing is sent" in capsys.readouterr().out
    saving.record(single, "check", 1)
    assert delivery.waiting() == []
    assert main(["campus", "on"]) == 0
    saving.record(single, "check", 0)
    assert len(delivery.waiting()) == 1
    assert main(["campus"]) == 1  # nothing listens on that port
    assert "1 wait until the service can be reached" in capsys.readouterr().out
    assert main(["progress"]) == 0
    assert "go to your teachers" in capsys.readouterr().out


def test_without_a_hub_nothing_is_queued(
    own_record: Path, single: Single, capsys: pytest.CaptureFixture[str]
) -> None:
    saving.record(single, "check", 0)
    assert not (progress.folder() / "to-send").exists()
    assert main(["campus"]) == 0
    assert "nothing is sent anywhere" in capsys.readouterr().out


def test_half_a_file_in_the_queue_holds_nobody_up(
    hub: list[dict[str, Any]], single: Single
) -> None:
    saving.record(single, "check", 0)
    (delivery.folder() / f"{time.time_ns():020}-half.json").write_bytes(b'{"id": "ha')
    told = delivery.deliver(lambda lines: {"saved": [o["id"] for o in lines], "refused": []})
    assert told == (1, 0)
