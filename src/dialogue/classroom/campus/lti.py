"""What an LMS is told: scores of lessons (LTI AGS), and the lesson that a teacher has picked for a
link (LTI deep linking).

The hub checks launches and keeps, encrypted, what is needed of them (deploy/lti_config.py).  It is
asked for that each time; here stays nothing of a launch but the address that a score went to.  The
tool has one key of its own, in a file; tokens that the LMS gives live in memory.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from dialogue.classroom.campus import results
from dialogue.classroom.campus.ledger import Due
from dialogue.course import catalogue, files
from dialogue.course.catalogue import Lesson
from dialogue.course.files import FileFault

if TYPE_CHECKING:
    from dialogue.classroom.campus.service import Desk

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
PICKS = "https://purl.imsglobal.org/spec/lti-dl/claim/"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
_KIND = "application/vnd.ims.lis.v{}+json"
_PATIENCE = 20.0  # seconds for one request
PAUSES = (60.0, 300.0, 1800.0, 3600.0)  # between tries while the LMS is away, the last for ever
MOST_TRIES = 60  # about two days and a half
_UNLINKED = 24 * 60 * 60.0  # until a link to the lesson is looked for again
_IN_A_ROW = 3  # failures after which the LMS is left alone for a while
_LOG = logging.getLogger(__name__)


class Away(Exception):
    """The LMS, or the hub, does not answer now.  Later it may."""


class Refused(Exception):
    """The LMS will not take it, however often it is asked."""


class Tool:
    """What the course is to the LMS: a client with a key.

    Raises :class:`~dialogue.course.files.FileFault` when *key* is no private key of RSA.
    """

    def __init__(self, client: str, issuer: str, token_url: str, key: Path) -> None:
        self.client, self.issuer, self.token_url = client, issuer, token_url
        try:
            found = load_pem_private_key(files.read_bytes(key), None)
        except (ValueError, TypeError):
            found = None
        if not isinstance(found, rsa.RSAPrivateKey):
            remedy = "make one: openssl genrsa -out FILE 3072"
            raise FileFault(str(key), "this is no private key of RSA without a password", remedy)
        self._key = found
        public = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self._name = hashlib.sha256(public).hexdigest()[:16]

    @classmethod
    def told(cls) -> Tool | None:
        """As the hub's environment says; None where it names no key."""
        names = ("LTI_CLIENT_ID", "LTI_ISSUER", "LTI_TOKEN_URL", "LTI_KEY_FILE")
        client, issuer, token_url, key = (os.environ.get(name, "") for name in names)
        if not key:
            return None
        for name, value in zip(names, (client, issuer, token_url), strict=False):
            if not value:
                raise FileFault(name, "LTI_KEY_FILE is set and this is not", "see deploy/lti.md")
        return cls(client, issuer, token_url, Path(key))

    def keys(self) -> dict[str, Any]:
        """The public key, as an LMS fetches it."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": self._name, "alg": "RS256", "use": "sig"}]}

    def sign(self, claims: Mapping[str, Any], seconds: int) -> str:
        """*claims* of this tool, good for so many *seconds*."""
        now = int(time.time())
        own = {"iss": self.client, "iat": now, "exp": now + seconds}
        return jwt.encode({**own, **claims}, self._key, "RS256", {"kid": self._name})

    def picked(self, pick: Mapping[str, Any], lesson: Lesson) -> str:
        """The answer to an LMS that asked for a link: one to *lesson*."""
        link: dict[str, Any] = {
            "type": "ltiResourceLink",
            "title": lesson.title,
            "custom": {"lesson": lesson.number},
        }
        if possible := results.possible(lesson.number):
            link["lineItem"] = {
                "label": lesson.title,
                "scoreMaximum": possible,
                "resourceId": lesson.number,
            }
        claims = {
            "aud": [self.issuer],
            "nonce": uuid.uuid4().hex,
            f"{CLAIM}message_type": "LtiDeepLinkingResponse",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": pick["deployment"],
            f"{PICKS}content_items": [link],
        }
        if pick.get("data") is not None:
            claims[f"{PICKS}data"] = pick["data"]
        return self.sign(claims, 3600)


async def _ask(url: str, **options: Any) -> HTTPResponse:
    """The answer; raises :class:`Away` and :class:`Refused`."""
    try:
        return await AsyncHTTPClient().fetch(
            url, request_timeout=_PATIENCE, follow_redirects=False, **options
        )
    except HTTPClientError as error:
        where = urlsplit(url).hostname
        if error.code == 599 or error.code >= 500 or error.code in (401, 408, 425, 429):
            raise Away(f"{where} does not answer ({error.code})") from None
        raise Refused(f"{where} says {error.code}") from None
    except (OSError, ValueError) as error:
        raise Away(f"{urlsplit(url).hostname} cannot be reached ({error})") from None


def _json(answer: HTTPResponse) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        raise Away(f"{urlsplit(answer.request.url).hostname} answers with something else") from None


class Passback:
    """Tells the LMS one score after the other, and again later what it could not be told."""

    def __init__(self, desk: Desk, tool: Tool, *, clock: Callable[[], float] = time.time) -> None:
        self.desk, self.tool, self.clock = desk, tool, clock
        self.news = asyncio.Event()
        self._tokens: dict[str, tuple[str, float]] = {}
        self._made: dict[tuple[str, ...], str] = {}

    async def launches(self, learner: str) -> dict[str, Any]:
        """What the hub keeps of the launches of *learner*."""
        hub, token = os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"]
        try:
            answer = await _ask(
                f"{hub}/users/{quote(learner, safe='')}",
                headers={"Authorization": f"token {token}"},
            )
        except Refused:  # nobody of this name, or no role: there is no link
            return {}
        found = _json(answer).get("auth_state")
        return found if isinstance(found, dict) else {}

    async def run(self) -> None:
        """For as long as the service runs."""
        while True:
            self.news.clear()
            pause = PAUSES[0]
            try:
                if not await self.tell_all():
                    due = await self.desk.do(self.desk.ledger.next_due)
                    pause = 3600.0 if due is None else max(1.0, due - self.clock())
            except Exception as error:  # the disk may be full: scores wait, answers go on
                _LOG.error("scores wait: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), min(pause, 3600.0))

    async def tell_all(self) -> bool:
        """Tell all that is due; True when the LMS seems to be away."""
        failed = 0
        while due := await self.desk.do(self.desk.ledger.take_due, self.clock()):
            state, said, again = "", "", None
            try:
                linked = await self._tell(due)
                if linked:
                    state, failed = "sent", 0
                else:
                    again = self.clock() + _UNLINKED
            except Away as error:
                failed += 1
                said = str(error)
                if due.tries + 1 < MOST_TRIES:
                    again = self.clock() + PAUSES[min(due.tries, len(PAUSES) - 1)]
                else:
                    state = "refused"
            except Refused as error:
                state, said, failed = "refused", str(error), 0
                _LOG.warning("a score in lesson %s was refused: %s", due.lesson, said)
            await self.desk.do(self.desk.ledger.settle, due, state, said, again)
            if failed >= _IN_A_ROW:
                return True
        return False

    async def _tell(self, due: Due) -> bool:
        """Tell one score, unless it was told; False where no link leads to the lesson."""
        found = await self.launches(due.learner)
        link = (found.get("scores") or {}).get(due.lesson)
        if not link:
            return False
        answers = await self.desk.do(self.desk.ledger.answers, due.learner)
        score = await self.desk.do(results.score, due.lesson, answers.get(due.learner, []))
        if score is None:
            return False
        place = link.get("lineitem") or await self._line_item(link, due.lesson, score.possible)
        shown = f"{score.given:g} of {score.possible:g}{'' if score.complete else ', not complete'}"
        moment = await self.desk.do(self.desk.ledger.stamp, due, shown, place, self.clock())
        if moment is None:
            return True
        body = {
            "userId": link["sub"],
            "scoreGiven": score.given,
            "scoreMaximum": score.possible,
            "timestamp": datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds"),
            "activityProgress": "Completed" if score.complete else "InProgress",
            # Nothing waits for a person; many an LMS shows no other score.
            "gradingProgress": "FullyGraded",
        }
        parts = urlsplit(place)
        url = parts._replace(path=f"{parts.path}/scores").geturl()
        try:
            await self._post(url, SCORE, "1.score", body)
        except Refused as error:
            # It has this one, or a later one: the answer to an earlier try was lost.
            if not str(error).endswith(" 409"):
                raise
        return True

    async def _line_item(self, link: Mapping[str, Any], lesson: str, possible: float) -> str:
        """The column of *lesson* in the gradebook, made when there is none."""
        every = link.get("lineitems")
        if not every or LINE_ITEM not in (link.get("scope") or ()):
            raise Refused("the LMS has no column for this link, and lets none be made")
        known = (every, lesson, str(link.get("link")))
        if known in self._made:
            return self._made[known]
        parts = urlsplit(every)
        asked = urlencode({"resource_id": lesson})
        query = f"{parts.query}&{asked}" if parts.query else asked
        answer = await self._get(parts._replace(query=query).geturl(), LINE_ITEM)
        for item in answer if isinstance(answer, list) else ():
            # Not every LMS looks at what it was asked for.
            if item.get("resourceId") == lesson and item.get("resourceLinkId") in (
                None,
                link.get("link"),
            ):
                self._made[known] = str(item["id"])
                return self._made[known]
        title = next((one.title for one in catalogue.lessons() if one.number == lesson), lesson)
        item = {"label": title, "scoreMaximum": possible, "resourceId": lesson}
        if link.get("link"):
            item["resourceLinkId"] = link["link"]
        made = _json(await self._post(every, LINE_ITEM, "2.lineitem", item))
        self._made[known] = str(made["id"])
        return self._made[known]

    async def _get(self, url: str, scope: str) -> Any:
        headers = await self._headers(url, scope) | {"Accept": _KIND.format("2.lineitemcontainer")}
        return _json(await self._with_token(scope, url, headers=headers))

    async def _post(self, url: str, scope: str, kind: str, body: Mapping[str, Any]) -> HTTPResponse:
        headers = await self._headers(url, scope) | {"Content-Type": _KIND.format(kind)}
        return await self._with_token(
            scope, url, method="POST", headers=headers, body=json.dumps(body)
        )

    async def _with_token(self, scope: str, url: str, **options: Any) -> HTTPResponse:
        try:
            return await _ask(url, **options)
        except Away as error:
            if "(401)" in str(error):  # the token is not good any more
                self._tokens.pop(scope, None)
            raise

    async def _headers(self, url: str, scope: str) -> dict[str, str]:
        # A token is never sent in clear where the LMS gives it encrypted.
        if urlsplit(url).scheme != urlsplit(self.tool.token_url).scheme:
            raise Refused("the LMS names an address for scores without https")
        token, until = self._tokens.get(scope, ("", 0.0))
        if self.clock() >= until:
            token = await self._token(scope)
        return {"Authorization": f"Bearer {token}"}

    async def _token(self, scope: str) -> str:
        own = {"sub": self.tool.client, "aud": self.tool.token_url, "jti": uuid.uuid4().hex}
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.tool.sign(own, 60),
            "scope": scope,
        }
        try:
            answer = await _ask(self.tool.token_url, method="POST", body=urlencode(form))
        except Refused as error:  # a setting that somebody will mend: the scores wait for it
            raise Away(f"the LMS gives no token: {error}") from None
        told = _json(answer)
        try:
            token, seconds = str(told["access_token"]), float(told.get("expires_in", 3600))
        except (KeyError, TypeError, ValueError):
            raise Away("the LMS gives no token") from None
        self._tokens[scope] = (token, self.clock() + max(0.0, seconds - 60))
        return token


def lessons() -> Sequence[Lesson]:
    """Those that a teacher can pick."""
    return [one for one in catalogue.lessons() if one.written and not one.fault]
