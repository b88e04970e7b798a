"""deploy/: what can be held without Docker, Kubernetes or The Littlest JupyterHub."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from traitlets.config import Config

from conftest import ROOT
from dialogue.classroom.campus import service
from dialogue.lab import hub

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
VALUES = yaml.safe_load((DEPLOY / "kubernetes" / "values.yaml").read_text("utf-8"))
RESULTS = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "results.yaml").read_text("utf-8")))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PAGES = sorted(DEPLOY.rglob("*.md"))


def fragment(before: Config | None = None, **environment: str) -> Config:
    """The shared configuration after *before*, as a hub reads it."""
    c = before or Config()
    if "services" not in c.JupyterHub:
        c.JupyterHub.update(services=[], load_roles=[], custom_scopes={})
    c.Spawner.environment = dict(c.Spawner.get("environment", {}))
    code = compile(
        (DEPLOY / "jupyterhub_config.py").read_text("utf-8"), "jupyterhub_config.py", "exec"
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("DIALOGUE_", "RESULTS_", "LTI_")):
                patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        exec(code, {"get_config": lambda: c})
    return c


# --- the image -------------------------------------------------------------------------------


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each as one line."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^\s*#.*\n", "", DOCKERFILE))
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line]


def test_every_source_that_the_image_copies_is_there_and_goes_to_the_builder() -> None:
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    copied = set()
    for name, rest in steps():
        if name in ("COPY", "ADD") and "--from" not in rest:
            *sources, _target = shlex.split(rest)
            copied |= {source.removeprefix("./").rstrip("/") for source in sources}
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in rules, f"{source} is not sent to the builder"
    sent = {rule[1:] for rule in rules if rule.startswith("!")}
    assert sent == copied, "what is sent and never copied makes every build slower"
    # What the wheel is built of.
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], *wheel["shared-data"]}
    needed |= {PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}
    for path in needed:
        assert any(path == one or path.startswith(f"{one}/") for one in copied), path
    # Nothing of a teacher's or a machine's own.
    for private in (".git", ".venv", "tests", "uploads", "notebooks/.ipynb_checkpoints"):
        assert not any(fnmatch(private, one) for one in sent), private


def test_the_image_keeps_the_rules_of_a_shared_machine() -> None:
    found = steps()
    names = [name for name, _ in found]
    known = {"ARG", "FROM", "COPY", "RUN", "ENV", "WORKDIR", "USER", "EXPOSE", "CMD"}
    assert set(names) <= known
    last = len(names) - 1 - names[::-1].index("FROM")
    final = found[last:]
    # No learner is root, and nothing runs after the user is set but the server.
    assert ("USER", "1000") in final
    home = VALUES["singleuser"]["storage"]["homeMountPath"]
    assert ("WORKDIR", home) in final
    assert any(f"--home-dir {home} " in rest for name, rest in final if name == "RUN")
    assert final[-1] == ("CMD", '["dialogue-singleuser"]')
    # The course is root's: it is copied without --chown and nothing makes it writable.
    assert not [rest for _, rest in final if re.search(r"chown|chmod|sudo|777", rest)]
    # Every image that it is built from names its version; no secret is an argument.
    for name, rest in found:
        if name == "FROM":
            assert ":" in rest.split()[0], rest
            assert ":latest" not in rest
        assert not re.search(r"(?i)token|password|secret", rest), rest
        assert not (name == "RUN" and re.search(r"curl|wget|http://", rest)), rest
    installs = [rest for name, rest in found if name == "RUN" and "uv sync" in rest]
    assert len(installs) == 2
    for rest in installs:
        assert "--frozen" in rest
        assert "--no-install-package debugpy" in rest
        assert set(re.findall(r"--extra (\w+)", rest)) <= set(
            PROJECT["project"]["optional-dependencies"]
        )
    assert "--no-editable" in installs[-1]
    assert any("rfc3987" in rule for rule in PROJECT["tool"]["uv"]["override-dependencies"])


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_sound_shell(path: Path) -> None:
    assert subprocess.run(["sh", "-n", str(path)]).returncode == 0
    text = path.read_text("utf-8")
    assert "set -eu" in text
    assert "curl" not in text
    for source in re.findall(r"(?:cat|cp -r) (deploy/\S+)", text):
        assert (ROOT / source).exists(), source


# --- one configuration for all hubs -----------------------------------------------------------


def test_the_shared_configuration_is_lean() -> None:
    c = fragment()
    args = c.Spawner.args
    assert "--KernelManager.transport=ipc" in args
    assert "--MappingKernelManager.cull_connected=True" in args
    assert any("cull_idle_timeout" in one for one in args)
    assert c.JupyterHub.concurrent_spawn_limit == 2 * (os.cpu_count() or 1)
    names = [one["name"] for one in c.JupyterHub.services]
    assert names == ["results", "idle-culler"]
    learner = json.loads((DEPLOY / "learner" / "jupyter_server_config.json").read_text("utf-8"))
    on = {n for n, v in learner["ServerApp"]["jpserver_extensions"].items() if v}
    assert on == {"jupyterlab", "dialogue.lab.hub"}


def test_it_adds_to_a_hub_and_takes_nothing_away() -> None:
    before = Config()
    before.JupyterHub.services = [{"name": "jupyterhub-idle-culler"}, {"name": "results"}]
    before.JupyterHub.load_roles = [{"name": "mine", "scopes": ["list:users"]}]
    before.JupyterHub.custom_scopes = {"custom:mine": {"description": "mine"}}
    before.Spawner.environment = {"MINE": "1"}
    c = fragment(before)
    assert [one["name"] for one in c.JupyterHub.services] == ["jupyterhub-idle-culler", "results"]
    assert [one["name"] for one in c.JupyterHub.load_roles] == ["mine", "user", "instructor"]
    assert set(c.JupyterHub.custom_scopes) == {"custom:mine", service.READ}
    assert c.Spawner.environment["MINE"] == "1"


def test_what_an_lms_needs_reaches_the_service_and_nothing_else_does() -> None:
    c = fragment(LTI_KEY_FILE="/srv/lti.pem", RESULTS_KEEP_DAYS="30", JUPYTERHUB_CRYPT_KEY="x")
    [results] = [one for one in c.JupyterHub.services if one["name"] == "results"]
    told = results["environment"]
    assert (told["LTI_KEY_FILE"], told["RESULTS_KEEP_DAYS"]) == ("/srv/lti.pem", "30")
    assert "JUPYTERHUB_CRYPT_KEY" not in told
    assert not [name for name in c.Spawner.environment if name.startswith("LTI_")]


def test_only_the_group_of_instructors_reads_the_class_and_no_kernel_does() -> None:
    c = fragment()
    roles = {role["name"]: role for role in c.JupyterHub.load_roles}
    readers = [name for name, role in roles.items() if service.READ in role["scopes"]]
    assert readers == ["instructor"]
    assert roles["instructor"]["groups"] == ["instructors"]
    assert service.READ not in c.Spawner.server_token_scopes
    assert "access:services!service=results" in c.Spawner.server_token_scopes
    assert not [scope for scope in c.Spawner.server_token_scopes if "admin" in scope]


def test_the_values_say_what_the_shared_configuration_says() -> None:
    url = VALUES["singleuser"]["extraEnv"]["DIALOGUE_RESULTS_URL"]
    c = fragment(**VALUES["hub"]["extraEnv"])
    assert VALUES["singleuser"]["extraEnv"] == c.Spawner.environment
    assert VALUES["singleuser"]["defaultUrl"] == c.Spawner.default_url
    assert [VALUES["singleuser"]["cmd"]] == c.Spawner.cmd
    assert VALUES["singleuser"]["cmd"] in PROJECT["project"]["scripts"]
    memory = VALUES["singleuser"]["memory"]
    assert (memory["guarantee"], memory["limit"]) == (
        c.Spawner.mem_guarantee,
        c.Spawner.mem_limit,
    )
    [results] = [one for one in c.JupyterHub.services if one["name"] == "results"]
    told = VALUES["hub"]["services"]["results"]
    for name in ("url", "oauth_no_confirm", "oauth_client_allowed_scopes"):
        assert told[name] == results[name], name
    culler = next(one for one in c.JupyterHub.services if one["name"] == "idle-culler")
    assert f"--timeout={VALUES['cull']['timeout']}" in culler["command"]
    # The service beside it listens where the values, and the network, say that it does.
    port = int(re.findall(r":(\d+)", url)[0])
    deployment, _claim, own, policy = RESULTS
    [box] = deployment["spec"]["template"]["spec"]["containers"]
    assert box["ports"] == [{"containerPort": port}]
    assert own["metadata"]["name"] == re.findall(r"//(\w+):", url)[0]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert own["spec"]["selector"].items() <= labels.items()
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    [egress] = VALUES["singleuser"]["networkPolicy"]["egress"]
    assert egress["to"][0]["podSelector"]["matchLabels"].items() <= labels.items()
    env = {one["name"]: one.get("value") for one in box["env"]}
    assert service.READ in json.loads(env["JUPYTERHUB_OAUTH_SCOPES"])
    assert json.loads(env["JUPYTERHUB_OAUTH_ACCESS_SCOPES"]) == ["access:services!service=results"]
    assert url.endswith(env["JUPYTERHUB_SERVICE_PREFIX"].rstrip("/"))
    assert box["securityContext"]["readOnlyRootFilesystem"]


# --- the learner's server ---------------------------------------------------------------------


def test_a_hub_starts_the_courses_own_jupyterlab() -> None:
    config = Config()
    hub.configure(config)
    assert config.ServerApp.contents_manager_class.endswith("PersonalContents")
    for folder in (config.LabApp.app_settings_dir, *config.LabApp.labextensions_path):
        assert Path(folder).is_dir()
        assert not Path(folder).is_relative_to(ROOT)
    assert config.LabApp.default_url == fragment().Spawner.default_url


def test_a_home_that_lies_deep_keeps_no_kernel_from_starting(tmp_path: Path) -> None:
    usual = SimpleNamespace(connection_dir="/srv/anna/.local/share/jupyter/runtime")
    hub.short_paths(usual)
    assert usual.connection_dir == "/srv/anna/.local/share/jupyter/runtime"
    deep = SimpleNamespace(connection_dir="/srv/" + "deep/" * 12 + "runtime")
    hub.short_paths(deep)
    assert len(f"{deep.connection_dir}/{hub._SOCKET}") <= hub._LONGEST_PATH
    assert Path(deep.connection_dir).stat().st_mode & 0o777 == 0o700


LEAN = """
import sys
from dialogue.lab import singleuser
singleuser.put_off()
import jupyter_server.serverapp, jupyterlab.labapp, jupyterhub.singleuser.extension
print(sorted({name.partition(".")[0] for name in sys.modules} & {"alembic", "mako"}))
print(isinstance(sys.modules["sqlalchemy"], singleuser.PutOff))
# Whatever touches it gets the real one, and all that belongs to it.
from jupyterhub import scopes
print(scopes.sa.inspect.__module__, scopes.orm.User.__tablename__)
from jupyterhub.handlers.pages import HealthCheckHandler, HomeHandler
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
print(issubclass(IntegrityError, SQLAlchemyError), HomeHandler.__name__)
"""


def test_a_learners_server_loads_nothing_that_only_the_hub_uses() -> None:
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LEAN], capture_output=True, encoding="utf-8"
    )
    assert told.stdout.splitlines() == [
        "[]",
        "True",
        "sqlalchemy.inspection users",
        "True HomeHandler",
    ], told.stderr


# --- the pages --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_has_two_screens_at_most_and_its_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 90
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith("https://"):
            assert (path.parent / target).exists(), target
    for name in re.findall(r"`((?:deploy|tests)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name


def test_the_pages_say_what_was_not_run() -> None:
    said = (DEPLOY / "README.md").read_text("utf-8")
    section = said[said.index("## What was not run") :]
    for name in ("Docker", "Kubernetes", "Littlest JupyterHub", "LMS"):
        assert name in section, name


def documented() -> dict[str, Any]:
    """The settings that the pages name."""
    text = "\n".join(path.read_text("utf-8") for path in PAGES)
    return dict.fromkeys(re.findall(r"`((?:RESULTS|DIALOGUE|LTI)_[A-Z_]+)[=`]", text))


def test_every_setting_that_is_named_is_read_by_something() -> None:
    code = "\n".join(
        path.read_text("utf-8")
        for folder in (ROOT / "src", DEPLOY)
        for path in folder.rglob("*.py")
    )
    assert documented()
    for name in documented():
        assert name in code, name
