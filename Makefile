# Every target sets itself up in .venv; it needs Python 3.11 or newer, make and git. `make help` lists the targets.

PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
WORKERS ?= 2
SCALE ?= 10
REV ?= HEAD
ONLY ?=

# On a developer's machine `make test` leaves out what takes long; where CI is true it leaves out nothing.
ifeq ($(CI),true)
CHOSEN :=
else
CHOSEN := -m "not slow"
endif

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint format bench bench-compare wheel clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

demo: .venv/run.stamp ## the shop: an SQLite file and Parquet files in demo/, previewed and verified
	$(PY) -m fixturegen demo demo

test: .venv/dev.stamp ## the tests, but for the slow ones; all of them where CI=true
	$(PY) -m pytest -n $(WORKERS) $(CHOSEN)

test-all: .venv/dev.stamp ## all tests
	$(PY) -m pytest -n $(WORKERS)

lint: .venv/dev.stamp ## ruff and mypy
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: .venv/dev.stamp ## lay out the code
	$(PY) -m ruff format .

bench: .venv/dev.stamp ## how fast it is beside its rivals; SCALE=100 for the long one, ONLY=formats,start for a part
	$(PY) -m benchmarks --scale $(SCALE) $(if $(ONLY),--only $(ONLY))

bench-compare: .venv/dev.stamp ## this tree beside REV (default HEAD), taking turns
	$(PY) -m benchmarks --scale $(SCALE) --against $(REV) $(if $(ONLY),--only $(ONLY))

wheel: .venv/dev.stamp ## dist/*.whl
	$(PIP) wheel --no-deps --wheel-dir dist .

clean: ## remove what these targets made
	rm -rf .venv build dist demo bench-results *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# pip comes last into a new environment: an interrupted one is made again.
.venv/bin/pip:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "setting up .venv with $$($$python --version)"; \
			exec $$python -m venv --clear .venv; \
		fi; \
	done; \
	echo "No Python 3.11 or newer that has venv was found." >&2; \
	echo "Install one (on Debian or Ubuntu: apt-get install python3-venv), or name it: make PYTHON=/path/to/python" >&2; \
	exit 1

.venv/run.stamp: pyproject.toml | .venv/bin/pip
	@echo "installing fixturegen and what it needs"
	@$(PIP) install --editable .
	@touch $@

.venv/dev.stamp: pyproject.toml | .venv/bin/pip
	@echo "installing fixturegen and its tools for development"
	@$(PIP) install --editable ".[dev]"
	@touch $@ .venv/run.stamp
