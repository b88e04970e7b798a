"""What every hub of the course sets: load it after the hub's own configuration.

It adds to services, roles and environment and takes nothing away.  What a hub has to decide for
itself (who may sign in, how servers are started, addresses, certificates) is not here.  On
Kubernetes the chart's values set what is marked so; tests/test_deploy.py holds the two together.
"""

import os
import sys

c = get_config()  # noqa: F821  JupyterHub gives it

# Where the folder deploy/learner lies for the learner's server, and Python with the course.
LEARNER = os.environ.get("DIALOGUE_LEARNER_CONFIG", "/opt/dialogue/learner")
PYTHON = os.environ.get("DIALOGUE_PYTHON", sys.executable)
RESULTS = os.environ.get("DIALOGUE_RESULTS_URL", "http://127.0.0.1:10102/services/results")
READ = "custom:results:read"
ACCESS = "access:services!service=results"

# --- the learner's server, lean -----------------------------------------------------------
# JupyterHub's own single-user server, 31 MB smaller (dialogue/lab/singleuser.py).
c.Spawner.cmd = [
    os.environ.get("DIALOGUE_SINGLEUSER", "dialogue-singleuser")
]  # values: singleuser.cmd
c.Spawner.default_url = "/lab/tree/notebooks/00-start-here.ipynb"  # values: singleuser.defaultUrl
c.Spawner.args = [
    # No ports: two kernels can never take the same one.
    "--KernelManager.transport=ipc",
    # A kernel that nobody has used for twenty minutes ends, also under an open page.
    "--MappingKernelManager.cull_idle_timeout=1200",
    "--MappingKernelManager.cull_interval=60",
    "--MappingKernelManager.cull_connected=True",
]
c.Spawner.environment.update(  # values: singleuser.extraEnv
    {
        "JUPYTER_CONFIG_PATH": LEARNER,
        "DIALOGUE_RESULTS_URL": RESULTS,
        "OPENBLAS_NUM_THREADS": "1",
    }
)
# Kept by spawners that can (systemd, Kubernetes, Docker).  values: singleuser.memory
c.Spawner.mem_guarantee = "256M"
c.Spawner.mem_limit = "500M"
# Starting a server takes a core for a second, running one next to nothing.
c.JupyterHub.concurrent_spawn_limit = 2 * (os.cpu_count() or 1)  # values: hub.concurrentSpawnLimit

# --- roles, by groups of the hub -----------------------------------------------------------
c.JupyterHub.custom_scopes.update({READ: {"description": "Read the answers of the class"}})
c.JupyterHub.load_roles.extend(
    [
        {"name": "user", "scopes": ["self", ACCESS]},
        {"name": "instructor", "groups": ["instructors"], "scopes": [READ]},
    ]
)
# A kernel may send answers and nothing more: not even an instructor's can read the class, for a
# notebook that somebody else wrote runs with it.
c.Spawner.server_token_scopes = [
    "users:activity!user",
    "access:servers!server",
    ACCESS,
]

# --- services --------------------------------------------------------------------------------
known = c.JupyterHub.services if isinstance(c.JupyterHub.services, list) else []
names = {service["name"] for service in known}
if "results" not in names:  # values: hub.services.results
    c.JupyterHub.services.append(
        {
            "name": "results",
            "url": RESULTS.split("/services/")[0],
            "command": [PYTHON, "-m", "dialogue.classroom.campus"],
            "environment": {
                name: value
                for name, value in os.environ.items()
                if name in ("RESULTS_ADDRESS", "RESULTS_KEEP_DAYS", "DIALOGUE_COURSE")
                or name.startswith("LTI_")  # see lti_config.py
            },
            "oauth_no_confirm": True,
            "oauth_client_allowed_scopes": [READ],
        }
    )
if not any("cull" in name for name in names):  # values: cull
    c.JupyterHub.services.append(
        {
            "name": "idle-culler",
            "command": [PYTHON, "-m", "jupyterhub_idle_culler", "--timeout=3600"],
        }
    )
    c.JupyterHub.load_roles.append(
        {
            "name": "idle-culler",
            "services": ["idle-culler"],
            "scopes": [
                "list:users",
                "read:users:activity",
                "read:servers",
                "delete:servers",
            ],
        }
    )
