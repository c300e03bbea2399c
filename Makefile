# make run    train on two linked circles, judge every claim, write the report
# make test   the whole test suite
# make check  style, types and the direction of imports
# make clean  remove what the others made

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# torch is named with its version, so that pip prefers a local build for the CPU where it has one.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet \
	--constraint constraints.txt torch==2.13.0
REQUIREMENTS := pyproject.toml constraints.txt

.DELETE_ON_ERROR:
.PHONY: run test check clean

run: $(VENV)/.ready-to-run
	$(BIN)/python -m geomcheck run linked-circles --latent-dim 1

test: $(VENV)/.ready-to-test
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

check: $(VENV)/.ready-to-check
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy --strict theory geomcheck
	$(BIN)/lint-imports --no-logo

clean:
	rm -rf $(VENV) build geomcheck-report *.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-to-run: $(REQUIREMENTS) | $(BIN)/python
	$(INSTALL) --editable .
	touch $@

$(VENV)/.ready-to-test: $(REQUIREMENTS) | $(BIN)/python
	$(INSTALL) --editable ".[test]"
	touch $@

$(VENV)/.ready-to-check: $(REQUIREMENTS) | $(BIN)/python
	$(INSTALL) --editable ".[test,check]"
	touch $@
