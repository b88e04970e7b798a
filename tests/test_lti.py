"""LTI 1.3: a hub of the course in this process, and a platform that is none.

The platform has its own keys and serves them on loopback; it signs launches as Moodle or Canvas do,
and tampers with them.  The hub is JupyterHub with deploy/'s configuration, without proxy and servers.
"""

from __future__ import annotations

import asyncio
import base64
import html
import json
import os
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from conftest import ROOT, done
from dialogue import bank
from dialogue.classroom.campus import lti, results, service
from dialogue.classroom.campus.ledger import SETTLE, Ledger, Line
from dialogue.course.files import FileFault
from dialogue.lab import api
from dialogue.questions import Single

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
PICK = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
MEMBER = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
PERSON = "http://purl.imsglobal.org/vocab/lis/v2/"
OPENS = "/hub/user-redirect/dialogue/lesson/"
CLIENT = "client-1"
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def keys() -> dict[str, rsa.RSAPrivateKey]:
    """The platform's key and somebody else's; making one takes a tenth of a second."""
    return {
        name: rsa.generate_private_key(public_exponent=65537, key_size=2048)
        for name in ("platform", "stranger")
    }


class Keys(RequestHandler):
    """The platform's public keys."""

    def initialize(self, key: rsa.RSAPrivateKey) -> None:
        self.key = key

    def get(self) -> None:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        self.finish({"keys": [{**public, "kid": "k1", "alg": "RS256", "use": "sig"}]})


class Gradebook(RequestHandler):
    """The platform's services: tokens, columns and scores.  It is as strict as the rules are."""

    def initialize(self, lms: Platform) -> None:
        self.lms = lms

    def get(self, *_: str) -> None:
        """The columns; as some do, it gives all of them whatever it is asked for."""
        assert self.allowed(SCOPES["lineitem"])
        self.finish(json.dumps(self.lms.columns))

    def post(self, *_: str) -> None:
        self.lms.asked.append(self.request.path)
        if self.lms.codes and (code := self.lms.codes.pop(0)):
            return self.set_status(code)
        if self.request.path == "/token":
            return self.token()
        if self.request.path == "/columns":
            assert self.allowed(SCOPES["lineitem"])
            made = {**json.loads(self.request.body), "id": f"{self.lms.issuer}/columns/1?x=2"}
            self.lms.columns.append(made)
            self.set_status(201)
            self.finish(made)
            return None
        if not self.allowed(SCOPES["score"]):
            return self.set_status(401)
        assert self.request.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
        score = json.loads(self.request.body)
        known = [
            one["timestamp"]
            for where, one in self.lms.scores
            if (where, one["userId"]) == (self.request.uri, score["userId"])
        ]
        if any(stamp >= score["timestamp"] for stamp in known):
            return self.set_status(409)
        self.lms.scores.append((self.request.uri or "", score))
        if self.lms.came:
            self.lms.came.set()
        if self.lms.lost:  # it has it, and the answer never comes
            self.lms.lost -= 1
            return self.set_status(504)
        return None

    def allowed(self, scope: str) -> bool:
        held = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.lms.given.get(held) == scope

    def token(self) -> None:
        """A token for whoever signs with the key that the results service shows."""
        assert self.get_argument("grant_type") == "client_credentials"
        jwt.decode(
            self.get_argument("client_assertion"),
            jwt.PyJWK(self.lms.tool["keys"][0]).key,
            ["RS256"],
            audience=f"{self.lms.issuer}/token",
            issuer=CLIENT,
            options={"require": ["sub", "jti", "exp", "iat"]},
        )
        held = f"secret-{len(self.lms.given)}"
        self.lms.given[held] = self.get_argument("scope")
        self.finish({"access_token": held, "expires_in": 3600, "token_type": "Bearer"})


SCOPES = {
    name: f"https://purl.imsglobal.org/spec/lti-ags/scope/{name}" for name in ("lineitem", "score")
}


class Platform:
    """An LMS and the browser between it and the hub."""

    def __init__(self, keys: dict[str, rsa.RSAPrivateKey], hub: str, own: str) -> None:
        self.keys, self.hub, self.issuer = keys, hub, own
        self.cookies: dict[str, str] = {}
        self.tool: dict[str, Any] = {}  # the keys that it was shown
        self.given: dict[str, str] = {}  # tokens, and for what
        self.columns: list[dict[str, Any]] = []
        self.scores: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[str] = []
        self.codes: list[int] = []  # what it answers instead, once each; 0: as it should
        self.lost = 0
        self.came: asyncio.Event | None = None  # told when a score comes

    async def fetch(self, path: str, body: dict[str, str] | None = None) -> HTTPResponse:
        """What a browser does: it keeps the cookies, and sends them."""
        found = await AsyncHTTPClient().fetch(
            f"{self.hub}{path}",
            method="GET" if body is None else "POST",
            body=urlencode(body) if body is not None else None,
            headers={"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())},
            follow_redirects=False,
            raise_error=False,
        )
        for cookie in found.headers.get_list("Set-Cookie"):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if not value.strip('"'):
                del self.cookies[name]
        return found

    async def begin(self, target: str = "/hub/lti13/oauth_callback") -> dict[str, str]:
        """The hub sends the browser to the platform; what it wants to be told."""
        told = {
            "iss": self.issuer,
            "login_hint": "7",
            "target_link_uri": f"{self.hub}{target}",
            "client_id": CLIENT,
        }
        sent = await self.fetch("/hub/lti13/oauth_login", told)
        assert sent.code == 302, sent.body
        asked = parse_qs(urlsplit(sent.headers["Location"]).query)
        assert sent.headers["Location"].startswith(f"{self.issuer}/authorize?")
        assert asked["response_mode"] == ["form_post"]
        return {name: asked[name][0] for name in ("state", "nonce")}

    def claims(self, nonce: str, sub: str = "7", role: str = "Learner") -> dict[str, Any]:
        """A launch of a resource link, as it ought to be."""
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": sub,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}deployment_id": "d1",
            f"{CLAIM}target_link_uri": f"{self.hub}/hub/lti13/oauth_callback",
            f"{CLAIM}roles": [f"{MEMBER}{role}"],
            f"{CLAIM}resource_link": {"id": "link-5"},
            f"{CLAIM}context": {"id": "course-1", "label": "IR 101"},
            f"{CLAIM}custom": {"lesson": "05"},
        }

    def sign(self, claims: dict[str, Any], key: str = "platform") -> str:
        return jwt.encode(claims, self.keys[key], "RS256", {"kid": "k1"})

    async def finish(self, state: str, token: str) -> HTTPResponse:
        """The browser brings the launch to the hub."""
        return await self.fetch("/hub/lti13/oauth_callback", {"state": state, "id_token": token})

    async def launch(self, change: Change = lambda claims: None, **who: str) -> HTTPResponse:
        """All of it, with *change* made to the claims before they are signed."""
        asked = await self.begin()
        claims = self.claims(asked["nonce"], **who)
        change(claims)
        return await self.finish(asked["state"], self.sign(claims))


@pytest.fixture
def running(
    keys: dict[str, rsa.RSAPrivateKey], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """A hub with deploy/'s configuration in this process, and a platform."""

    @asynccontextmanager
    async def start(**settings: str) -> AsyncIterator[tuple[Platform, Any]]:
        from jupyterhub.app import JupyterHub

        (hub_socket, port), (own_socket, own) = bind_unused_port(), bind_unused_port()
        platform = Platform(keys, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{own}")
        for name, value in {
            "LTI_ISSUER": platform.issuer,
            "LTI_CLIENT_ID": CLIENT,
            "LTI_AUTHORIZE_URL": f"{platform.issuer}/authorize",
            "LTI_JWKS_URL": f"{platform.issuer}/keys",
            "LTI_SCHEME": "http",
            **settings,
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        config = tmp_path / "jupyterhub_config.py"
        config.write_text(
            "c = get_config()\n"
            "c.JupyterHub.services = [{'name': 'results', 'api_token': 'of-the-service',"
            " 'url': 'http://127.0.0.1:9', 'oauth_no_confirm': True}]\n"
            f"load_subconfig({str(ROOT / 'deploy' / 'jupyterhub_config.py')!r})\n"
            f"load_subconfig({str(ROOT / 'deploy' / 'lti_config.py')!r})\n"
            "c.JupyterHub.db_url = 'sqlite:///:memory:'\n"
            "c.JupyterHub.log_level = 'CRITICAL'\n",
            encoding="utf-8",
        )
        JupyterHub.clear_instance()
        hub = JupyterHub.instance(config_file=str(config))
        await hub.initialize([])
        servers = [
            HTTPServer(hub.tornado_application),
            HTTPServer(
                Application(
                    [
                        ("/keys", Keys, {"key": keys["platform"]}),
                        (".*", Gradebook, {"lms": platform}),
                    ]
                )
            ),
        ]
        servers[0].add_sockets([hub_socket])
        servers[1].add_sockets([own_socket])
        try:
            yield platform, hub
        finally:
            for server in servers:
                server.stop()
                await server.close_all_connections()
            hub.db.close()
            JupyterHub.clear_instance()

    return start


def names(hub: Any) -> set[str]:
    from jupyterhub import orm

    return {user.name for user in hub.db.query(orm.User)}


def groups(hub: Any, name: str) -> list[str]:
    from jupyterhub import orm

    user = orm.User.find(hub.db, name)
    return [group.name for group in user.groups]


def test_a_launch_signs_in_and_opens_its_lesson(running: Callable[..., Any]) -> None:
    async def story() -> None:
        async with running() as (lms, hub):
            told = await lms.launch()
            assert (told.code, told.headers["Location"]) == (302, f"{OPENS}05"), told.body
            assert "jupyterhub-hub-login" in lms.cookies
            for place, value, leads in (
                ("custom", {"lesson": "05-round-one"}, f"{OPENS}05-round-one"),
                ("target_link_uri", f"{lms.hub}/hub?lesson=07", f"{OPENS}07"),
                ("target_link_uri", f"{lms.hub}/x/notebooks/06-it.ipynb", f"{OPENS}06-it"),
                # Nothing that names no lesson, and no other host, leads anywhere.
                ("custom", {"lesson": "../../../admin"}, "/hub/spawn"),
                ("custom", {"lesson": "//evil.example"}, "/hub/spawn"),
                ("custom", "05", "/hub/spawn"),
            ):

                def change(claims: dict[str, Any], place: str = place, value: Any = value) -> None:
                    claims[f"{CLAIM}custom"] = {}
                    claims[f"{CLAIM}{place}"] = value

                told = await lms.launch(change)
                assert (told.code, told.headers.get("Location")) == (302, leads), told.body
            asked = await lms.begin("//evil.example/x")
            claims = lms.claims(asked["nonce"])
            claims[f"{CLAIM}custom"] = {}
            told = await lms.finish(asked["state"], lms.sign(claims))
            assert urlsplit(told.headers["Location"]).netloc == ""
            assert names(hub) == {"7"}

    done(story())


def test_a_lesson_is_found_by_its_number_or_its_name() -> None:
    for named, stem in (("05", "05-round-one"), ("05-round-one", "05-round-one"), ("99", "00-")):
        assert api.opened(named).startswith(f"lab/tree/notebooks/{stem}"), named


def test_roles_of_the_course_become_the_groups_of_the_hub(running: Callable[..., Any]) -> None:
    async def story() -> None:
        async with running() as (lms, hub):
            for sub, roles, expected in (
                ("1", [f"{MEMBER}Learner"], []),
                ("2", [f"{MEMBER}Instructor"], ["instructors"]),
                ("3", ["Learner", "Instructor"], ["instructors"]),
                ("4", [], []),
                ("5", f"{MEMBER}Instructor", []),  # no list: no role
                # Who teaches elsewhere, or keeps the LMS, is not a teacher of this course.
                ("6", [f"{PERSON}institution/person#Instructor", f"{MEMBER}Learner"], []),
                ("7", [f"{PERSON}system/person#Administrator"], []),
                ("2", [f"{MEMBER}Learner"], []),  # and no longer one
            ):
                told = await lms.launch(lambda c, r=roles: c.update({f"{CLAIM}roles": r}), sub=sub)
                assert told.code == 302
                assert groups(hub, sub) == expected, roles
            assert not [name for name in names(hub) if hub.users[name].admin]

    done(story())


def without(*claims: str) -> Change:
    return lambda token: [token.pop(claim) for claim in claims]


def changed(**values: Any) -> Change:
    return lambda token: token.update(values)


TAMPERED: dict[str, Change] = {
    "another audience": changed(aud="client-2"),
    "another audience among two": changed(aud=[CLIENT, "client-2"], azp="client-2"),
    "another issuer": changed(iss="http://127.0.0.1:1"),
    "expired": changed(exp=int(time.time()) - 1),
    "issued long ago": changed(iat=int(time.time()) - 3600),
    "issued tomorrow": changed(iat=int(time.time()) + 86_400),
    "another nonce": changed(nonce="0" * 64),
    "another version of LTI": changed(**{f"{CLAIM}version": "1.1"}),
    "another kind of message": changed(**{f"{CLAIM}message_type": "LtiSubmissionReviewRequest"}),
    "a link without an id": changed(**{f"{CLAIM}resource_link": {}}),
    **{f"no {claim}": without(claim) for claim in ("sub", "aud", "exp", "iat", "iss", "nonce")},
    **{
        f"no {claim}": without(f"{CLAIM}{claim}")
        for claim in (
            "version",
            "message_type",
            "deployment_id",
            "target_link_uri",
            "roles",
            "resource_link",
        )
    },
}


def test_a_launch_that_was_tampered_with_signs_nobody_in(running: Callable[..., Any]) -> None:
    async def story() -> None:
        async with running() as (lms, hub):
            for name, change in TAMPERED.items():
                told = await lms.launch(change)
                assert told.code in (400, 401), (name, told.code)
                assert "Traceback" not in told.body.decode()
                assert "jupyterhub-hub-login" not in lms.cookies, name
            assert names(hub) == set()

    done(story())


def test_a_signature_that_is_not_the_platforms_signs_nobody_in(running: Callable[..., Any]) -> None:
    async def story() -> None:
        async with running() as (lms, hub):
            secret = "x" * 32
            for forge in (
                lambda claims: lms.sign(claims, "stranger"),
                lambda claims: jwt.encode(claims, "", "none", {"kid": "k1"}),
                lambda claims: jwt.encode(claims, secret, "HS256", {"kid": "k1"}),
                lambda claims: jwt.encode(claims, lms.keys["platform"], "RS256", {"kid": "k2"}),
                lambda claims: jwt.encode(claims, lms.keys["platform"], "RS256"),
                lambda claims: lms.sign(claims).rpartition(".")[0] + ".",
                lambda claims: swapped(lms.sign(claims), claims | {"sub": "1"}),
                lambda claims: "no token",
            ):
                asked = await lms.begin()
                told = await lms.finish(asked["state"], forge(lms.claims(asked["nonce"])))
                assert told.code == 400, told.body
                assert "jupyterhub-hub-login" not in lms.cookies
            assert names(hub) == set()

    done(story())


def swapped(token: str, claims: dict[str, Any]) -> str:
    """The signature of one launch under the claims of another."""
    head, _, signature = token.split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def test_a_launch_counts_once_and_in_the_browser_that_asked(running: Callable[..., Any]) -> None:
    async def story() -> None:
        async with running() as (lms, hub):
            asked = await lms.begin()
            cookies = dict(lms.cookies)
            token = lms.sign(lms.claims(asked["nonce"]))
            assert (await lms.finish(asked["state"], token)).code == 302
            # Again, as a browser does it, and as somebody does who has stolen its cookies too.
            assert (await lms.finish(asked["state"], token)).code == 400
            lms.cookies = cookies
            again = await lms.finish(asked["state"], token)
            assert again.code == 400
            assert "used before" in again.body.decode()
            # A launch that somebody else was sent, in one's own browser, and the other way round.
            other = await lms.begin()
            mine = await lms.begin()
            told = await lms.finish(mine["state"], lms.sign(lms.claims(other["nonce"], "1")))
            assert told.code == 400
            await lms.begin()
            told = await lms.finish(other["state"], lms.sign(lms.claims(other["nonce"], "1")))
            assert told.code == 400
            lms.cookies = {}
            told = await lms.finish(mine["state"], lms.sign(lms.claims(mine["nonce"], "1")))
            assert told.code == 400
            assert names(hub) == {"7"}
            assert (await lms.fetch("/hub/lti13/oauth_callback")).code == 405

    done(story())


def test_only_courses_and_deployments_that_are_named_come_in(running: Callable[..., Any]) -> None:
    async def story() -> None:
        async with running(LTI_COURSES="course-1, course-2", LTI_DEPLOYMENTS="d1") as (lms, hub):
            course = changed(**{f"{CLAIM}context": {"id": "a-teachers-own", "label": "x"}})
            for change in (
                course,
                without(f"{CLAIM}context"),
                changed(**{f"{CLAIM}deployment_id": "d2"}),
            ):
                assert (await lms.launch(change, role="Instructor")).code == 403
            assert names(hub) == set()
            assert (await lms.launch()).code == 302

    done(story())


def test_two_people_whose_numbers_differ_in_capitals_stay_two(running: Callable[..., Any]) -> None:
    async def story() -> None:
        async with running() as (lms, hub):
            for sub in ("aB3", "Ab3", "ab3"):
                assert (await lms.launch(sub=sub)).code == 302
            assert len(names(hub)) == 3

    done(story())


def test_without_the_tools_key_nothing_of_a_launch_is_kept(running: Callable[..., Any]) -> None:
    async def story() -> None:
        async with running() as (lms, hub):
            await lms.launch(changed(name="Anna", email="anna@school.example"))
            assert await hub.users["7"].get_auth_state() is None
            assert "Anna" not in "\n".join(hub.db.connection().connection.iterdump())

    done(story())


# --- scores, and picking a lesson -----------------------------------------------------------------


@pytest.fixture
def tool_key(tmp_path: Path, keys: dict[str, rsa.RSAPrivateKey]) -> str:
    """The tool's own key in its file."""
    file = tmp_path / "lti.pem"
    file.write_bytes(
        keys["stranger"].private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )
    )
    return str(file)


class Service:
    """The results service beside the hub, without a loop of its own: each test says when."""

    def __init__(self, folder: Path, key: str, lms: Platform) -> None:
        self.now = 1_800_000_000.0
        self.lms = lms
        tool = lti.Tool(CLIENT, lms.issuer, f"{lms.issuer}/token", Path(key))
        lms.tool = tool.keys()
        self.file = folder / "results.sqlite"
        self.ledger = Ledger(str(self.file), scores=True)
        self.desk = service.Desk(self.ledger, clock=lambda: self.now)
        self.desk.passback = lti.Passback(self.desk, tool, clock=lambda: self.now)

    def answer(self, learner: str, *rights: bool, lesson: str = "05") -> None:
        """So many answers of *learner* to the core questions with options, right or wrong."""
        asked = [
            q
            for q in bank.course_bank().questions.values()
            if isinstance(q, Single) and q.core and q.marked and q.id.startswith(lesson)
        ]
        lines = []
        for question, right in zip(asked, rights, strict=False):
            option = [o.right for o in question.options].index(right)
            own = uuid.uuid4().hex
            lines.append(Line(own, question.id, question.version, "check", option, None))
        self.ledger.keep(learner, lines, self.now)

    async def tell(self, seconds: float = SETTLE) -> bool:
        """So much later: tell what is due."""
        self.now += seconds
        assert self.desk.passback
        return await self.desk.passback.tell_all()


@pytest.fixture
def graded(
    running: Callable[..., Any], tool_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """A hub, a platform with a gradebook, and the service."""

    @asynccontextmanager
    async def start() -> AsyncIterator[tuple[Platform, Any, Service]]:
        settings = {
            "LTI_KEY_FILE": tool_key,
            "JUPYTERHUB_CRYPT_KEY": "0" * 64,
        }
        async with running(**settings) as (lms, hub):
            monkeypatch.setenv("JUPYTERHUB_API_URL", f"{lms.hub}/hub/api")
            monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "of-the-service")
            own = Service(tmp_path, tool_key, lms)
            try:
                yield lms, hub, own
            finally:
                own.desk.close()

    return start


def with_scores(lms: Platform, **ends: Any) -> Change:
    """The launch of a link that has a column in the gradebook."""
    column = {"lineitem": f"{lms.issuer}/columns/5?type=1", "scope": list(SCOPES.values())}
    return changed(**{AGS: {**column, **ends}})


def test_a_score_goes_to_the_platform_once_and_as_the_key_says(graded: Callable[..., Any]) -> None:
    async def story() -> None:
        async with graded() as (lms, hub, own):
            possible = results.possible("05")
            await lms.launch(with_scores(lms))
            own.answer("7", True, False)
            assert not await own.tell(1)
            assert lms.scores == []  # more answers may come at once
            await own.tell()
            [(where, score)] = lms.scores
            assert where == "/columns/5/scores?type=1"
            assert score | {"timestamp": ""} == {
                "userId": "7",
                "scoreGiven": 1.0,
                "scoreMaximum": possible,
                "timestamp": "",
                "activityProgress": "InProgress",
                "gradingProgress": "FullyGraded",
            }
            assert datetime.fromisoformat(score["timestamp"]).timestamp() == own.now
            # Nothing new: nothing is told.  An answer that changes no point: neither.
            await own.tell(100_000)
            own.answer("7", True, False)
            await own.tell()
            assert lms.asked == ["/token", "/columns/5/scores"]
            # The clock goes back; the moment of a score does not.
            own.now -= 150_000
            own.answer("7", True, True)
            await own.tell()
            stamps = [one["timestamp"] for _, one in lms.scores]
            assert stamps == sorted(set(stamps))
            assert [one["scoreGiven"] for _, one in lms.scores] == [1.0, 2.0]
            assert [one.score for one in own.ledger.told("7")] == [
                f"2 of {possible:g}, not complete"
            ]
            # A token served while it was good, and it lies in no file; neither does the launch.
            assert lms.asked.count("/token") == 1
            own.desk.close()
            kept = b"".join(path.read_bytes() for path in own.file.parent.glob("results*"))
            assert b"secret-" not in kept
            held = "\n".join(hub.db.connection().connection.iterdump())
            assert "/columns/" not in held

    done(story())


def test_the_service_tells_scores_by_itself_and_outlives_a_full_disk(
    graded: Callable[..., Any],
) -> None:
    async def story() -> None:
        async with graded() as (lms, _hub, own):
            await lms.launch(with_scores(lms))
            real, broken = own.ledger.next_due, asyncio.Event()

            def full() -> float | None:
                loop.call_soon_threadsafe(broken.set)
                raise OSError("no space left on device")

            loop = asyncio.get_running_loop()
            own.ledger.next_due = full
            worker = asyncio.create_task(own.desk.passback.run())
            await asyncio.wait_for(broken.wait(), 30)
            own.ledger.next_due = real
            own.answer("7", True)
            own.now += SETTLE
            own.desk.passback.news.set()
            lms.came = asyncio.Event()
            await asyncio.wait_for(lms.came.wait(), 30)
            assert [score["userId"] for _, score in lms.scores] == ["7"]
            worker.cancel()
            with pytest.raises(asyncio.CancelledError):
                await worker

    done(story())


def test_nobody_scores_for_another_lesson_or_as_a_teacher(graded: Callable[..., Any]) -> None:
    async def story() -> None:
        async with graded() as (lms, _hub, own):
            await lms.launch(with_scores(lms))
            await lms.launch(with_scores(lms), sub="8", role="Instructor")
            own.answer("7", True, lesson="06")  # no link leads to it
            own.answer("8", True)
            own.answer("9", True)  # the hub knows nobody of this name
            assert not await own.tell()
            assert lms.scores == []
            # A day later somebody has come by the link of that lesson.
            to_six = changed(**{f"{CLAIM}custom": {"lesson": "06-x"}})
            await lms.launch(lambda c: (to_six(c), with_scores(lms)(c)))
            await own.tell(25 * 3600)
            assert [score["userId"] for _, score in lms.scores] == ["7"]

    done(story())


def test_a_score_waits_while_the_platform_is_away(graded: Callable[..., Any]) -> None:
    async def story() -> None:
        async with graded() as (lms, _hub, own):
            for sub in ("1", "2", "3", "4"):
                await lms.launch(with_scores(lms), sub=sub)
                own.answer(sub, True)
            lms.codes = [503, 429, 500]
            assert await own.tell()  # after three it is left alone
            assert len(lms.asked) == 3
            assert all(one.waiting and one.state == "" for one in own.ledger.told())
            await own.tell(3600)
            assert sorted(score["userId"] for _, score in lms.scores) == ["1", "2", "3", "4"]
            assert {one.state for one in own.ledger.told()} == {"sent"}

    done(story())


def test_a_score_whose_answer_was_lost_is_not_told_as_another(graded: Callable[..., Any]) -> None:
    async def story() -> None:
        async with graded() as (lms, _hub, own):
            await lms.launch(with_scores(lms))
            own.answer("7", True)
            lms.lost = 1
            await own.tell()
            assert own.ledger.told()[0].waiting
            # The service is killed here: another one finds the same row.
            again = Service(own.file.parent, os.environ["LTI_KEY_FILE"], lms)
            again.now = own.now
            await again.tell(3600)
            again.desk.close()
            assert len(lms.scores) == 1
            assert [(one.state, one.waiting) for one in own.ledger.told()] == [("sent", False)]

    done(story())


def test_what_the_platform_refuses_is_told_and_not_repeated(graded: Callable[..., Any]) -> None:
    async def story() -> None:
        async with graded() as (lms, _hub, own):
            await lms.launch(with_scores(lms))
            await lms.launch(with_scores(lms, lineitem=None), sub="8")  # and no way to make one
            await lms.launch(with_scores(lms, lineitem="ftp://elsewhere/1"), sub="9")
            for sub in ("7", "8", "9"):
                own.answer(sub, True)
            lms.codes = [0, 404]
            await own.tell()
            for _ in range(3):
                await own.tell(200_000)
            assert lms.asked.count("/columns/5/scores") == 1
            told = own.ledger.told()
            assert [(one.state, one.waiting) for one in told] == [("refused", False)] * 3
            assert told[0].said == "127.0.0.1 says 404"
            # A teacher asks for it again, when the column is back.
            own.ledger.tell_again(own.now)
            await own.tell()
            assert [score["userId"] for _, score in lms.scores] == ["7"]

    done(story())


def test_a_token_that_is_not_good_any_more_is_replaced(graded: Callable[..., Any]) -> None:
    async def story() -> None:
        async with graded() as (lms, _hub, own):
            await lms.launch(with_scores(lms))
            own.answer("7", True)
            await own.tell()
            lms.given.clear()
            own.answer("7", True, True)
            await own.tell()
            await own.tell(3600)
            assert [score["scoreGiven"] for _, score in lms.scores] == [1.0, 2.0]
            # A key that the platform does not know is a setting that somebody will mend.
            lms.given.clear()
            own.answer("7", False, True)
            lms.codes = [401, 400]
            await own.tell()
            await own.tell(3600)
            assert "gives no token" in own.ledger.told()[0].said
            await own.tell(3600)
            assert len(lms.scores) == 3

    done(story())


def test_a_column_is_found_or_made_where_the_link_has_none(graded: Callable[..., Any]) -> None:
    async def story() -> None:
        async with graded() as (lms, _hub, own):
            lms.columns = [{"id": "x", "resourceId": "06"}, {"id": "y", "label": "by hand"}]
            ends = {"lineitem": None, "lineitems": f"{lms.issuer}/columns"}
            for sub in ("1", "2"):
                await lms.launch(with_scores(lms, **ends), sub=sub)
                own.answer(sub, True)
            await own.tell()
            assert [where for where, _ in lms.scores] == ["/columns/1/scores?x=2"] * 2
            [made] = lms.columns[2:]
            assert (made["resourceId"], made["resourceLinkId"]) == ("05", "link-5")
            assert made["scoreMaximum"] == results.possible("05")
            # Another process finds it.
            again = Service(own.file.parent, os.environ["LTI_KEY_FILE"], lms)
            again.now = own.now
            again.answer("1", True, True)
            await again.tell()
            again.desk.close()
            assert len(lms.columns) == 3
            assert lms.scores[-1][0] == "/columns/1/scores?x=2"

    done(story())


def test_scores_are_deleted_with_the_answers_and_a_copy_has_them(
    graded: Callable[..., Any],
) -> None:
    async def story() -> None:
        async with graded() as (lms, _hub, own):
            await lms.launch(with_scores(lms))
            own.answer("7", True)
            await own.tell()
            copy = json.loads(results.own("7", [], own.ledger.told("7")))
            assert copy["scores"][0]["state"] == "sent"
            own.ledger.forget("7")
            assert own.ledger.told() == []
            own.answer("7", True)
            own.ledger.forget_before(own.now + 1)
            assert own.ledger.told() == []
            await own.tell()
            assert len(lms.scores) == 1

    done(story())


def asks_for_a_link(lms: Platform, **settings: Any) -> Change:
    def change(claims: dict[str, Any]) -> None:
        claims[f"{CLAIM}message_type"] = "LtiDeepLinkingRequest"
        del claims[f"{CLAIM}resource_link"]
        claims[PICK] = {
            "deep_link_return_url": f"{lms.issuer}/return?x=1",
            "accept_types": ["link", "ltiResourceLink"],
            "data": "of the platform",
            **settings,
        }

    return change


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The pages of the service, asked as the learner *name*."""

    @asynccontextmanager
    async def start(lms: Platform, hub: Any, own: Service) -> AsyncIterator[Callable[..., Any]]:
        from jupyterhub.services.auth import HubOAuth

        socket, port = bind_unused_port()
        for name, value in {
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_SERVICE_PREFIX": "/services/results/",
            "JUPYTERHUB_CLIENT_ID": "service-results",
            "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps(["access:services!service=results"]),
        }.items():
            monkeypatch.setenv(name, value)
        HubOAuth.clear_instance()
        server = HTTPServer(service.application(own.desk, "/services/results/", b"0" * 32))
        server.add_sockets([socket])

        async def ask(name: str, path: str, body: str | None = None) -> HTTPResponse:
            token = {"Authorization": f"token {hub.users[name].new_api_token()}"} if name else {}
            return await AsyncHTTPClient().fetch(
                f"http://127.0.0.1:{port}/services/results/{path}",
                method="GET" if body is None else "POST",
                body=body,
                headers=token,
                raise_error=False,
                follow_redirects=False,
            )

        try:
            yield ask
        finally:
            server.stop()
            await server.close_all_connections()

    return start


def test_a_teacher_picks_a_lesson_and_the_link_opens_it(
    graded: Callable[..., Any], web: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with graded() as (lms, hub, own), web(lms, hub, own) as ask:
            own.now = time.time()
            sent = await lms.launch(asks_for_a_link(lms), role="Instructor")
            assert (sent.code, sent.headers["Location"]) == (302, "/services/results/pick")
            page = await ask("7", "pick")
            text = page.body.decode()
            forms = re.findall(
                r'action="([^"]+)"><input type="hidden" name="JWT" value="([^"]+)"', text
            )
            assert len(forms) == len(lti.lessons()) >= 12
            assert {html.unescape(where) for where, _ in forms} == {f"{lms.issuer}/return?x=1"}
            # The page may send a form there and nowhere else.
            assert f"form-action {lms.issuer};" in page.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
            monkeypatch.setenv("LTI_FRAME", "https://lms.example")
            framed = (await ask("7", "pick")).headers["Content-Security-Policy"]
            assert "frame-ancestors https://lms.example" in framed
            shown = json.loads((await ask("", "keys.json")).body)
            answers = [
                jwt.decode(
                    token,
                    jwt.PyJWK(shown["keys"][0]).key,
                    ["RS256"],
                    audience=lms.issuer,
                    issuer=CLIENT,
                    options={"require": ["exp", "iat", "nonce"]},
                )
                for _, token in forms
            ]
            assert len({one["nonce"] for one in answers}) == len(answers)
            [five] = [
                one
                for one in answers
                if one[f"{DEEP}content_items"][0]["custom"] == {"lesson": "05"}
            ]
            assert five[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
            assert five[f"{CLAIM}deployment_id"] == "d1"
            assert five[f"{DEEP}data"] == "of the platform"
            [link] = five[f"{DEEP}content_items"]
            assert link["type"] == "ltiResourceLink"
            assert link["lineItem"]["scoreMaximum"] == results.possible("05")
            # What the platform then launches opens the lesson.
            told = await lms.launch(changed(**{f"{CLAIM}custom": link["custom"]}), sub="9")
            assert told.headers["Location"] == f"{OPENS}05"

    done(story())


def test_a_page_to_pick_from_is_only_for_whoever_was_sent_to_it(
    graded: Callable[..., Any], web: Callable[..., Any]
) -> None:
    async def story() -> None:
        async with graded() as (lms, hub, own), web(lms, hub, own) as ask:
            own.now = time.time()
            await lms.launch(with_scores(lms))
            assert (await ask("", "pick")).code == 302
            for change in (
                with_scores(lms),
                asks_for_a_link(lms, accept_types=["file"]),
                asks_for_a_link(lms, deep_link_return_url="javascript:alert(1)"),
                asks_for_a_link(lms, deep_link_return_url=None),
                changed(**{PICK: "no object", f"{CLAIM}message_type": "LtiDeepLinkingRequest"}),
            ):
                assert (await lms.launch(change)).code == 302
                page = await ask("7", "pick")
                assert page.code == 200
                assert b"JWT" not in page.body
                assert b"Begin again" in page.body
            nobody = asks_for_a_link(lms)
            assert (await lms.launch(lambda c: (nobody(c), c.pop("sub")))).code == 400
            await lms.launch(asks_for_a_link(lms))
            own.now += 2 * 3600
            assert b"JWT" not in (await ask("7", "pick")).body

    done(story())


def test_the_class_page_says_which_scores_are_not_there(
    graded: Callable[..., Any], web: Callable[..., Any]
) -> None:
    async def story() -> None:
        async with graded() as (lms, hub, own), web(lms, hub, own) as ask:
            await lms.launch(with_scores(lms))
            await lms.launch(sub="2", role="Instructor")
            own.answer("7", True)
            lms.codes = [0, 404]
            await own.tell()
            page = (await ask("2", "class")).body.decode()
            assert "127.0.0.1 says 404" in page
            assert (await ask("7", "again", "")).code == 403
            assert (await ask("2", "again", "")).code == 302
            await own.tell()
            assert "127.0.0.1 says" not in (await ask("2", "class")).body.decode()
            assert len(lms.scores) == 1

    done(story())


def test_a_setting_that_is_missing_is_named(
    tool_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lti.Tool.told() is None
    monkeypatch.setenv("LTI_KEY_FILE", tool_key)
    with pytest.raises(FileFault, match=r"LTI_CLIENT_ID.*deploy/lti\.md"):
        lti.Tool.told()
    (tmp_path / "public.pem").write_text("no key", encoding="utf-8")
    for file in (tmp_path / "public.pem", tmp_path / "none.pem"):
        with pytest.raises(FileFault):
            lti.Tool(CLIENT, "https://lms", "https://lms/token", file)
