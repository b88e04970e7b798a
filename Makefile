# Two commands matter: `make lab` to learn or teach, `make test` before sending a change.
# Written for GNU make 3.81 (macOS) and any POSIX sh; a checkout path may hold spaces.

.DEFAULT_GOAL := help
.PHONY: help lab edit class test test-all test-hub test-class teach browser site site-lab test-site tidy clean moved

# What a learner's shell happens to export must not change what is installed or run.
unexport PYTHONDONTWRITEBYTECODE PYTHONUTF8 PYTHONCOERCECLOCALE PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX PYTEST_ADDOPTS
export UV_PROJECT_ENVIRONMENT := .venv
# Use the Python that is there: a download of another one would need a second host.
export UV_PYTHON_DOWNLOADS := never
# Schools and offices often inspect traffic with a certificate that only the system knows.
export UV_SYSTEM_CERTS ?= 1

# Only a PORT said to make counts: many shells export a PORT that belongs to something else.
port := $(if $(filter command%,$(origin PORT)),--port "$(PORT)")

# Stamps in .venv guard the installation, so a second start runs no uv and needs no network.
# An environment holds its own absolute path and a link to its Python: when the folder was
# moved or that Python is gone, install again.
ifneq ($(shell test -x .venv/bin/python && cat .venv/.place 2>/dev/null),$(shell pwd -P))
.venv/.lab .venv/.class .venv/.test .venv/.teach: moved
endif

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile | expand -t 14

lab: .venv/.lab ## Open the course in JupyterLab (make lab PORT=9000 chooses the port)
	@.venv/bin/dialogue lab $(port)

edit: .venv/.lab ## Open the course itself, to change its lessons (for authors)
	@.venv/bin/dialogue lab --edit $(port)

class: .venv/.class ## Hold a lesson with a room: phones answer and vote (make class LESSON=06)
	@.venv/bin/dialogue class $(LESSON) $(port)

# A throw-away home stands in for the learner's own record and settings (conftest.py).
test: .venv/.test ## Check code, notebooks, data and exercises
	@.venv/bin/ruff check src tests notebooks benchmarks deploy
	@.venv/bin/ruff format --check src tests notebooks benchmarks deploy
	@.venv/bin/pytest

# What repeats the same path many times over is left to it and to CI.
test-all: ## The same with the slow tests, as CI runs them
	@DIALOGUE_SLOW=1 $(MAKE) --no-print-directory test

# Thirty pages of a browser for ten minutes: too long and too large for every change.
test-class: .venv/.test ## A class of thirty scripted learners takes lesson 05 for ten minutes
	@.venv/bin/python tests/class_trial.py

teach: .venv/.teach ## Add what instructors use: exports, spreadsheets, nbgrader
	@echo 'Ready: .venv/bin/dialogue --help'

# Debian's own package where it can be had; elsewhere the build that Playwright offers.
browser: .venv/.test ## Add a Chromium, so that `make test` includes the browser tests
	@if [ "$$(id -u)" = 0 ] && grep -q '^ID=debian' /etc/os-release 2>/dev/null; \
	then apt-get update -q && apt-get install -y -q --no-install-recommends "$$(\
	  apt-cache show chromium-headless-shell >/dev/null 2>&1 && echo chromium-headless-shell || echo chromium)"; \
	else .venv/bin/playwright install chromium; fi

# With the lab edition in it (make site LAB=site-lab) its pages run Python.
site: .venv/.lab ## Write the reading edition to site/: the lessons as pages, for any web space
	@.venv/bin/dialogue site --force $(if $(LAB),--lab "$(LAB)") site

site-lab: .venv/.site ## The notebooks as a web site, in site-lab (no Python needed to read it)
	@.venv/bin/dialogue site-lab --force site-lab

test-site: .venv/.test .venv/.site ## Run every lesson of that site in a headless Chromium
	@DIALOGUE_REQUIRE_BROWSER=1 DIALOGUE_SLOW=1 DIALOGUE_EVERY_LESSON=1 .venv/bin/pytest -n0 tests/test_site_lab.py

# A real JupyterHub with deploy/'s configuration. Its proxy comes by npm, which `make test` does not
# ask for; CI runs it with the others.
test-hub: .venv/.test ## Run a hub with two learners and a teacher (needs npm)
	@cd tests/hub && npm ci --no-audit --no-fund
	@DIALOGUE_HUB=1 .venv/bin/pytest -n0 tests/test_hub.py

tidy: .venv/.lab ## Run every notebook and write it in its one canonical form
	@.venv/bin/dialogue tidy

clean: ## Remove what make installed (.venv and .tools); notebooks and answers stay
	rm -rf .venv .tools

# Bytecode is compiled at once: the first start is then as quick as every other.
# --inexact: `make lab` after `make test` must not throw the test tools out again.
sync = for place in . .venv; do [ ! -e "$$place" ] || [ -w "$$place" ] || { \
	echo "This folder was set up by somebody else, and you may not write in it: ask them to run make here, or copy the folder." >&2; exit 1; }; done; \
	$(find_python); \
	echo 'Installing into .venv (once; it takes a minute or so) …'; \
	$(find_uv); \
	[ ! -e .venv/.place ] || [ "$$(cat .venv/.place)" = "$$(pwd -P)" ] || rm -rf .venv; \
	"$$uv" sync --frozen --inexact --compile-bytecode --python "$$python" $(1) || exit 1; \
	pwd -P > .venv/.place

.venv/.lab: pyproject.toml uv.lock
	@$(call sync,)
	@touch $@

.venv/.class: pyproject.toml uv.lock
	@$(call sync,--extra class)
	@touch .venv/.lab $@

.venv/.test: pyproject.toml uv.lock
	@$(call sync,--group test)
	@touch .venv/.lab $@

.venv/.teach: pyproject.toml uv.lock
	@$(call sync,--extra instructor --extra nbgrader)
	@touch .venv/.lab $@

.venv/.site: pyproject.toml uv.lock
	@$(call sync,--group site)
	@touch .venv/.lab $@

# sys.executable, not the name: `python3` may be a shim of pyenv, asdf or conda.
find_python = python=; \
	for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  python=$$("$$name" -c 'import sys; sys.version_info >= (3, 11) and print(sys.executable)' 2>/dev/null) || python=; \
	  [ -z "$$python" ] || break; \
	done; \
	[ -n "$$python" ] || { echo 'This course needs Python 3.11 or newer: install it (from python.org, or with your package manager) and run make again.' >&2; exit 1; }

# The uv on the PATH if it knows dependency groups, else one of our own: by venv, or (Debian
# without python3-venv) by pip into a plain folder.
find_uv = uv=$$(command -v uv) && "$$uv" sync --help 2>/dev/null | grep -q -e --group || { \
	  for uv in .tools/bin/uv .tools/plain/bin/uv ''; do [ -z "$$uv" ] || ! "$$uv" --version >/dev/null 2>&1 || break; done; \
	  [ -n "$$uv" ] || { mkdir -p .tools && echo '*' > .tools/.gitignore; \
	    { "$$python" -m venv .tools && .tools/bin/python -m pip install -q uv && uv=.tools/bin/uv; } >.tools/log 2>&1 || \
	    { "$$python" -m pip install -q --target .tools/plain uv && uv=.tools/plain/bin/uv; } >>.tools/log 2>&1 || \
	    { echo 'Could not install uv: check the network, and that Python has venv and pip (Debian, Ubuntu: apt install python3-venv), then run make again; .tools/log has the details.' >&2; exit 1; }; \
	  }; \
	}
