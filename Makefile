# make start   sets up and opens a worked example       make test   sets up and runs every check
# Needs Python 3.11 or newer with pip, make and git; another Python: make start PYTHON=python3.13
PYTHON ?= python3
PORT   ?= 8866
PY  := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
UV  := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
.PHONY: setup start test lint check bench lock docs clean

setup: .venv/runtime                # the workbook, in .venv
start: setup                        # twelve invented algorithms worked out, and the dashboard over them
	$(PY) -m kader batch example --out build/example --store build/example.db
	$(PY) -m kader serve --store build/example.db --port $(PORT)
test: lint                          # everything; what is not on this machine (browser, PostgreSQL) is skipped and named
	$(PY) -m pytest -n 2 --dist loadfile
check: lint                         # the quick part of it, while working
	$(PY) -m pytest -m "not browser and not postgres and not slow"
lint: .venv/dev                     # style, types and the direction of imports
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
bench: .venv/dev                    # measures speed and memory, writes benchmarks/README.md
	$(PY) -m benchmarks
docs: .venv/dev                     # writes the parts of docs/ that are taken from the code
	$(PY) docs/generate.py
lock: .venv/dev                     # chooses the newest versions that pyproject.toml allows
	$(UV) --upgrade --group build pyproject.toml -o requirements.txt
	$(UV) --upgrade --group build --group dev --extra postgres -c requirements.txt pyproject.toml -o requirements-dev.txt
clean:                              # removes what was made here
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:                   # second line: a Debian or Ubuntu without the package python3-venv
	@$(PYTHON) -c 'import sys; sys.exit("kader needs Python 3.11 or newer: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv || { $(PYTHON) -m venv --clear --without-pip .venv && $(PYTHON) -m pip --python .venv/bin/python install pip; }
.venv/runtime .venv/dev: .venv/%: | .venv/bin/python
	$(PIP) install --require-hashes -r requirements$(if $(filter dev,$*),-dev).txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
.venv/runtime .venv/dev: pyproject.toml requirements.txt requirements-dev.txt
