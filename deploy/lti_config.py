"""Sign in from Moodle or Canvas by LTI 1.3: load it after jupyterhub_config.py.

It needs the extra ``lti`` in the hub's Python.  lti.md says where each value comes from.
"""

import os

c = get_config()  # noqa: F821  JupyterHub gives it

c.JupyterHub.authenticator_class = "ltiauthenticator.lti13.auth.LTI13Authenticator"
c.Authenticator.allow_all = True  # whom the LMS lets into the course
c.LTI13Authenticator.issuer = os.environ["LTI_ISSUER"]
c.LTI13Authenticator.client_id = {os.environ["LTI_CLIENT_ID"]}
c.LTI13Authenticator.authorize_url = os.environ["LTI_AUTHORIZE_URL"]
c.LTI13Authenticator.jwks_endpoint = os.environ["LTI_JWKS_URL"]
# A number that means nothing elsewhere, and no name or address of a person.
c.LTI13Authenticator.username_key = os.environ.get("LTI_USERNAME_KEY", "sub")
c.LTI13Authenticator.uri_scheme = "https"
# An LMS shows a tool in a frame of its page: only of this LMS, and only over HTTPS.
if frame := os.environ.get("LTI_FRAME"):
    c.JupyterHub.tornado_settings = {
        "cookie_options": {"SameSite": "None", "Secure": True},
        "headers": {"Content-Security-Policy": f"frame-ancestors 'self' {frame}"},
    }
