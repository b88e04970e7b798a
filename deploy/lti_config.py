"""Sign in from Moodle or Canvas by LTI 1.3: load it after jupyterhub_config.py.

It needs the extra ``lti`` in the hub's Python and nothing of the course.  lti.md says where each
value comes from.  The authenticator checks signature, audience, issuer, times, and that state and
nonce are those of this browser.  Added here: a launch counts once, only the courses and deployments
that are named come in, roles of the course become the hub's group, and a launch opens its lesson.
"""

import asyncio
import os
import re
import sys
import time
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from jupyterhub.handlers import BaseHandler
from jupyterhub.utils import maybe_future, url_path_join
from ltiauthenticator.lti13 import constants
from ltiauthenticator.lti13.auth import LTI13Authenticator
from ltiauthenticator.lti13.handlers import LTI13CallbackHandler
from ltiauthenticator.lti13.validator import LTI13LaunchValidator
from tornado.web import HTTPError

c = get_config()  # noqa: F821  JupyterHub gives it

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
SCORES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
PICK = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
# Roles in this course of the LMS.  Who teaches elsewhere in the institution is a learner here.
TEACHES = {"http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor", "Instructor"}
LESSON = re.compile(r"[0-9]{2}(-[a-z0-9-]{1,80})?")
PICK_SECONDS = 60 * 60
KEY = os.environ.get("LTI_KEY_FILE", "")  # the tool's own: for scores, and for picking a lesson

# Version 1.6.3 asks a request to pick a lesson for claims that LTI leaves to the LMS (`azp`, which
# Moodle does not send, among them) and refuses it without.
for optional in constants.LTI13_GENERAL_OPTIONAL_CLAIMS:
    constants.LTI13_DEEP_LINKING_REQUIRED_CLAIMS.pop(optional, None)


def named(setting):
    """The values of a setting that takes several, with commas between them."""
    return {one.strip() for one in os.environ.get(setting, "").split(",") if one.strip()}


def part(token, name):
    """A claim that is an object; empty where it is missing or something else."""
    found = token.get(name)
    return found if isinstance(found, dict) else {}


def lesson_of(token):
    """Which lesson a launch opens: ``05`` or ``05-round-one``; empty for none."""
    target = str(token.get(f"{CLAIM}target_link_uri", ""))
    in_path = re.search(r"notebooks/([\w-]+)\.ipynb", target)
    for found in (
        str(part(token, f"{CLAIM}custom").get("lesson", "")),
        *parse_qs(urlsplit(target).query).get("lesson", []),
        in_path[1] if in_path else "",
    ):
        if LESSON.fullmatch(found):
            return found
    return ""


def picks(token):
    return token.get(f"{CLAIM}message_type") == "LtiDeepLinkingRequest"


class Callback(LTI13CallbackHandler):
    """The launch: checked in a thread, because the keys of the LMS are fetched for it."""

    async def post(self):
        check = asyncio.to_thread(super().decode_and_validate_launch_request)
        self.checked = asyncio.ensure_future(check)
        await asyncio.wait([self.checked])
        await super().post()

    def decode_and_validate_launch_request(self):
        return self.checked.result()

    def get_next_url(self, user=None):
        token = self.checked.result()
        if picks(token):
            return url_path_join(self.base_url, "services/results/pick")
        if lesson := lesson_of(token):
            return url_path_join(self.hub.base_url, "user-redirect/dialogue/lesson", lesson)
        found = super().get_next_url(user)
        # The address of this handler is what many an LMS is told as the target.
        return BaseHandler.get_next_url(self, user) if "/lti13/" in found else found


class CourseAuthenticator(LTI13Authenticator):
    """LTI 1.3 with what the course adds to it."""

    callback_handler = Callback
    courses, deployments = named("LTI_COURSES"), named("LTI_DEPLOYMENTS")

    def __init__(self, **options):
        super().__init__(**options)
        self.used = {}  # nonces of launches, each until the launch would be too old anyway

    def get_username(self, token):
        """Names on a hub are in small letters; people whose number differs by that only stay two."""
        name = str(super().get_username(token))
        if name != token.get("sub") or name == name.lower():
            return name
        return f"{name}-{sha256(name.encode()).hexdigest()[:10]}"

    def once(self, token):
        """Refuse a launch that was used: also one that was stolen together with its cookies."""
        now = time.time()
        self.used = {nonce: end for nonce, end in self.used.items() if end > now}
        nonce = str(token["nonce"])
        if nonce in self.used:
            raise HTTPError(400, "This launch was used before: open the link in the LMS again.")
        checks = LTI13LaunchValidator(parent=self.parent)
        self.used[nonce] = now + checks.max_age + checks.time_leeway

    async def authenticate(self, handler, data=None):
        token = data or {}
        if self.deployments and token.get(f"{CLAIM}deployment_id") not in self.deployments:
            raise HTTPError(403, "This deployment of the tool is not one of the hub's.")
        if self.courses and part(token, f"{CLAIM}context").get("id") not in self.courses:
            raise HTTPError(403, "The link stands in a course that the hub does not know.")
        self.once(token)
        model = await super().authenticate(handler, token)
        roles = token[f"{CLAIM}roles"]
        teaches = isinstance(roles, list) and any(role in TEACHES for role in roles)
        model["groups"] = ["instructors"] if teaches else []
        model["auth_state"] = (
            await self.kept(handler, model["name"], token, teaches) if KEY else None
        )
        return model

    async def kept(self, handler, name, token, teaches):
        """What the results service needs of a launch, encrypted by the hub; no name, no address."""
        user = handler.find_user(self.normalize_username(name))
        before = (await maybe_future(user.get_auth_state()) if user else None) or {}
        scores, lesson, ends = (
            dict(before.get("scores", {})),
            lesson_of(token)[:2],
            part(token, SCORES),
        )
        if ends and lesson and not teaches and not picks(token):
            link = part(token, f"{CLAIM}resource_link").get("id")
            named = {name: ends.get(name) for name in ("lineitem", "lineitems", "scope")}
            scores[lesson] = {**named, "sub": token["sub"], "link": link}
        found = {"scores": scores}
        if picks(token):
            settings = part(token, PICK)
            found["pick"] = {
                "url": settings.get("deep_link_return_url"),
                "takes": settings.get("accept_types"),
                "data": settings.get("data"),
                "deployment": token[f"{CLAIM}deployment_id"],
                "until": time.time() + PICK_SECONDS,
            }
        return found


c.JupyterHub.authenticator_class = CourseAuthenticator
c.Authenticator.allow_all = True  # whom the LMS lets into the course
c.Authenticator.manage_groups = True
c.LTI13Authenticator.issuer = os.environ["LTI_ISSUER"]
c.LTI13Authenticator.client_id = {os.environ["LTI_CLIENT_ID"]}
c.LTI13Authenticator.authorize_url = os.environ["LTI_AUTHORIZE_URL"]
c.LTI13Authenticator.jwks_endpoint = os.environ["LTI_JWKS_URL"]
# A number that means nothing elsewhere, and no name or address of a person.
c.LTI13Authenticator.username_key = os.environ.get("LTI_USERNAME_KEY", "sub")
c.LTI13Authenticator.uri_scheme = os.environ.get("LTI_SCHEME", "https")
# An LMS shows a tool in a frame of its page: only of this LMS, and only over HTTPS.
if frame := os.environ.get("LTI_FRAME"):
    c.JupyterHub.tornado_settings = {
        "cookie_options": {"SameSite": "None", "Secure": True},
        "headers": {"Content-Security-Policy": f"frame-ancestors 'self' {frame}"},
    }

# --- scores to the LMS, and picking a lesson in it: the results service does both ------------
if KEY:
    if not (os.environ.get("JUPYTERHUB_CRYPT_KEY") or "keys" in c.CryptKeeper):
        sys.exit(
            "LTI_KEY_FILE needs JUPYTERHUB_CRYPT_KEY too: make one with 'openssl rand -hex 32'"
        )
    c.Authenticator.enable_auth_state = True
    c.JupyterHub.load_roles.append(
        {
            "name": "lti-results",
            "services": ["results"],
            "scopes": ["read:users:name", "admin:auth_state"],
        }
    )
