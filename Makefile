# vipsim: `make demo` shows it, `make test` checks it. Needs Python 3.11+ and make, nothing else.
#
# Each target installs into .venv only what it needs, once (the stamp files remember it), so a second
# call is quick and needs no network. `make PYTHON=python3.13 ...` chooses another interpreter.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

# hatchling first, then no build isolation: the build backend is pinned like everything else.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
INSTALL := $(PIP) --no-build-isolation --editable
PINS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test setup lint format types contracts notebooks wheel check clean

help:
	@echo "make demo       run the shipped failover: numbers, plots, a capture"
	@echo "make test       the whole test suite (PYTEST_ARGS='-k heartbeat' for a part)"
	@echo "make setup      .venv with everything a user can want, JupyterLab included"
	@echo "make notebooks  run the notebooks and their solutions from top to bottom"
	@echo "make check      lint, types, contracts   (format: let ruff rewrite)"
	@echo "make wheel      build dist/*.whl"
	@echo "make clean      remove .venv, caches and builds"

demo: $(VENV)/.stamp-demo
	$(BIN)/python -m vipsim demo

test: $(VENV)/.stamp-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

setup: $(VENV)/.stamp-all
	@echo "Ready: $(BIN)/vipsim, $(BIN)/jupyter lab"

lint: $(VENV)/.stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.stamp-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.stamp-dev
	$(BIN)/mypy

contracts: $(VENV)/.stamp-dev
	$(BIN)/lint-imports

# Their checks leave no result lines here.
notebooks: export VIPSIM_RESULTS = off
notebooks: $(VENV)/.stamp-dev
	$(BIN)/python -m pytest -n 2 --nbmake --nbmake-timeout=120 notebooks

wheel: $(VENV)/.stamp-dev
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

check: lint types contracts

$(VENV)/.stamp-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "vipsim needs Python 3.11 or later: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.stamp-build: $(VENV)/.stamp-venv $(PINS)
	@$(PIP) hatchling
	@touch $@

$(VENV)/.stamp-demo: $(VENV)/.stamp-build
	@echo "installing vipsim[plot] into $(VENV) (once)"
	@$(INSTALL) '.[plot]'
	@touch $@

$(VENV)/.stamp-dev: $(VENV)/.stamp-build
	@echo "installing vipsim[dev] into $(VENV) (once)"
	@$(INSTALL) '.[dev]'
	@touch $@

$(VENV)/.stamp-all: $(VENV)/.stamp-build
	@echo "installing vipsim[all] into $(VENV) (once)"
	@$(INSTALL) '.[all]'
	@touch $@

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
