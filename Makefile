# Closeline: everything that a person or a machine runs here. `make` prints the list.
#
# Needs only make and Python 3.11 or later. Versions and hashes come from locks/*.txt.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin

# A network that inspects TLS works as soon as the system (or SSL_CERT_FILE) knows its certificate.
export UV_SYSTEM_CERTS := 1
# Compile once here, not at every start (PYTHONDONTWRITEBYTECODE is set in many containers): tests start many processes.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
export UV_NO_PROGRESS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
ifdef SSL_CERT_FILE
export PIP_CERT ?= $(SSL_CERT_FILE)
endif
# What the caller's shell may hold and must not leak in: another environment, pytest switches, pip modes.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV CONDA_PREFIX PYTEST_ADDOPTS PIP_USER PIP_TARGET PIP_REQUIRE_VIRTUALENV PIP_PREFIX
unexport UV_PYTHON UV_PROJECT_ENVIRONMENT UV_SYSTEM_PYTHON UV_NO_BINARY UV_EXCLUDE_NEWER

.PHONY: help setup demo test check fix bench campaign docs lock
.PRECIOUS: $(VENV)/.%.installed

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.core.installed $(VENV)/.test.installed $(VENV)/.lint.installed ## Make .venv with everything for demo, test and check
	@echo "setup: .venv is ready"

demo: $(VENV)/.core.installed ## A season from stored odds to a proved record: no key, no network
	@$(BIN)/closeline demo

test: $(VENV)/.test.installed ## Run the tests on SQLite and on a real PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(VENV)/.test.installed $(VENV)/.lint.installed ## Lint, format, types, import direction, shape
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture

fix: $(VENV)/.lint.installed ## Mend what a tool can mend: lint and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench.installed ## Measure every performance promise against its rival, one table
	@$(BIN)/python -m benchmarks

campaign: $(VENV)/.test.installed ## The long tests, and every property searched with new examples
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m campaign --hypothesis-profile search
	@$(BIN)/python -m pytest -n 2 --dist worksteal --hypothesis-profile search $$(grep -rl --include='test_*.py' '@given\|StateMachine' tests)

docs: $(VENV)/.docs.installed ## Build the documentation into docs/_build
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build

# Each lock is resolved under the ones before it, so that all of them fit into one environment. A release must be a
# week old: what is wrong with one is usually found in its first days.
lock: .tools/bin/uv ## Resolve locks/*.txt anew: hashes, every platform, no address
	@$(call resolve,core,pyproject.toml)
	@$(call resolve,production,pyproject.toml --extra production -c locks/core.txt)
	@$(call resolve,props,pyproject.toml --extra props -c locks/core.txt -c locks/production.txt)
	@$(call resolve,test,pyproject.toml --extra production --extra props --group test -c locks/core.txt -c locks/production.txt -c locks/props.txt)
	@$(call resolve,lint,--group lint -c locks/test.txt)
	@$(call resolve,docs,--group docs -c locks/test.txt -c locks/lint.txt)
	@$(call resolve,bench,--group bench -c locks/test.txt -c locks/lint.txt -c locks/docs.txt)
	@! grep -nE '[a-z]+://' locks/*.txt

resolve = echo "lock: locks/$(1).txt"; .tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --exclude-newer '1 week' --upgrade --output-file locks/$(1).txt $(2)

# ---------------------------------------------------------------------------------------------- environment

.tools/bin/uv:
	@echo "setup: fetching uv $(UV_VERSION) into .tools"
	@$(PYTHON) -m pip install --quiet --target .tools --upgrade "uv==$(UV_VERSION)" || { \
		echo "setup: pip could not fetch uv; going on with venv and pip alone"; }

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "setup: Python must be 3.11 or later, was $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@[ -x .tools/bin/uv ] || $(MAKE) .tools/bin/uv
	@.tools/bin/uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" --allow-existing $(VENV) 2>/dev/null \
		|| $(PYTHON) -m venv $(VENV) \
		|| { echo "setup: no virtual environment could be made; install pip or the venv module of $(PYTHON)" >&2; exit 1; }

$(VENV)/.core.installed: locks/core.txt pyproject.toml | $(BIN)/python
	@$(call install,--require-hashes -r locks/core.txt)
	@$(call install,--no-deps --editable .)
	@touch $@

$(VENV)/.%.installed: locks/%.txt $(VENV)/.core.installed
	@$(call install,--require-hashes -r locks/$*.txt)
	@touch $@

# uv when it is there and works, else plain pip in the same environment: same locks, same hashes.
define install
echo "setup: installing $(lastword $(1))"; \
{ [ -x .tools/bin/uv ] && .tools/bin/uv pip install --quiet --python $(BIN)/python $(1); } || { \
	echo "setup: uv did not manage it; trying pip"; \
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --default-pip >/dev/null; \
	$(BIN)/python -m pip install --quiet $(1); }
endef
