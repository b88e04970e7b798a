#!/bin/sh
# The course for The Littlest JupyterHub: as root, from the course's folder,
#   sudo sh deploy/tljh/install.sh
# Say it again after an update of the course.  It writes below /opt/dialogue and one file of
# TLJH's configuration, and nothing else.
set -eu
cd "$(dirname "$0")/../.."

config=/opt/tljh/config/jupyterhub_config.d
[ -d "$config" ] || { echo "No TLJH here: $config is missing; install it first (tljh.jupyter.org)." >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "Say it as root: sudo sh deploy/tljh/install.sh" >&2; exit 1; }
user=/opt/tljh/user/bin/python

# The learners' Python: the course as a wheel, and the versions of the lock.  TLJH has JupyterHub.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/uv"
"$scratch/uv/bin/pip" install --quiet uv
uv="$scratch/uv/bin/uv"
"$uv" export --frozen --no-dev --no-emit-project --no-emit-package debugpy --quiet > "$scratch/lock.txt"
"$uv" build --quiet --wheel --out-dir "$scratch"
"$uv" pip install --quiet --python "$user" --requirement "$scratch/lock.txt"
"$uv" pip install --quiet --python "$user" --no-deps --reinstall-package us-iraq-dialogue-course "$scratch"/*.whl

# The results service has an environment of its own, which no learner can write to.
"$uv" venv --quiet --clear --python "$user" /opt/dialogue/service
"$uv" export --frozen --no-dev --no-emit-project --extra hub --extra postgresql --quiet > "$scratch/service.txt"
"$uv" pip install --quiet --python /opt/dialogue/service/bin/python --requirement "$scratch/service.txt"
"$uv" pip install --quiet --python /opt/dialogue/service/bin/python --no-deps "$scratch"/*.whl

rm -rf /opt/dialogue/learner
cp -r deploy/learner /opt/dialogue/learner
chmod -R go+rX,go-w /opt/dialogue
mkdir -p -m 700 /opt/dialogue/kept

{
  echo 'import os'
  echo 'os.environ.setdefault("DIALOGUE_PYTHON", "/opt/dialogue/service/bin/python")'
  echo 'os.environ.setdefault("DIALOGUE_SINGLEUSER", "/opt/tljh/user/bin/dialogue-singleuser")'
  echo 'os.environ.setdefault("RESULTS_ADDRESS", "/opt/dialogue/kept/results.sqlite")'
  cat deploy/jupyterhub_config.py
} > "$config/dialogue.py"

# TLJH ends idle servers by itself, and holds the limits of memory.
tljh-config set services.cull.timeout 3600
tljh-config set limits.memory 500M
tljh-config reload hub
echo "Ready. Put teachers into the group 'instructors' on the hub's admin page."
