"""LTI 1.3: a hub of the course in this process, and a platform that is none.

The platform has its own keys and serves them on loopback; it signs launches as Moodle or Canvas do,
and tampers with them.  The hub is JupyterHub with deploy/'s configuration, without proxy and servers.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from conftest import ROOT, done
from dialogue.lab import api

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
PICK = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
MEMBER = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
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


class Platform:
    """An LMS and the browser between it and the hub."""

    def __init__(self, keys: dict[str, rsa.RSAPrivateKey], hub: str, own: str) -> None:
        self.keys, self.hub, self.issuer = keys, hub, own
        self.cookies: dict[str, str] = {}

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
            "c.JupyterHub.services = []\n"
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
            HTTPServer(Application([("/keys", Keys, {"key": keys["platform"]})])),
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
