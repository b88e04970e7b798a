"""A hub for the test alone: anybody signs in, servers are plain processes of one user."""

import os
from pathlib import Path

c = get_config()  # noqa: F821  JupyterHub gives it

ROOT = Path(__file__).resolve().parents[2]
os.environ["DIALOGUE_LEARNER_CONFIG"] = str(ROOT / "deploy" / "learner")

c.JupyterHub.bind_url = f"http://127.0.0.1:{os.environ['HUB_PORT']}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{os.environ['HUB_API_PORT']}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ['HUB_PROXY_PORT']}"
c.ConfigurableHTTPProxy.command = [os.environ["HUB_PROXY"]]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = os.environ["HUB_HOMES"] + "/{username}"
c.JupyterHub.services = [{"name": "test", "api_token": os.environ["HUB_TEST_TOKEN"]}]
c.JupyterHub.load_roles = [
    {
        "name": "test",
        "services": ["test"],
        "scopes": [
            "admin:users",
            "admin:servers",
            "access:servers",
            "tokens",
            "groups",
            "custom:results:read",
            "access:services!service=results",
            "read:hub",
        ],
    }
]

# benchmarks/hub.py compares with a hub as it comes.
if os.environ.get("HUB_PLAIN"):
    c.JupyterHub.load_roles[0]["scopes"] = [
        "admin:users",
        "admin:servers",
        "access:servers",
        "tokens",
    ]
else:
    load_subconfig(str(ROOT / "deploy" / "jupyterhub_config.py"))  # noqa: F821
if hasattr(os, "getuid") and os.getuid() == 0:  # machines that run tests are often containers
    c.Spawner.args = [*(c.Spawner.args if "args" in c.Spawner else []), "--allow-root"]
