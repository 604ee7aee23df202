# Every target builds the virtual environment it needs; a second run reuses it.
# PYTHON=/path/to/python chooses another interpreter, 3.11 or newer.
NEW_ENOUGH := import sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in python3.11 python3 python; do \
	"$$each" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo "$$each" && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# With it every process that a test starts would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: airflow faults demo test lint types unit live workflows clean clones bench

$(STAMP): pyproject.toml constraints.txt
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' || \
		{ echo "snowlane needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "installing into $(VENV)" >&2
	@"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local,test]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/snowlane demo

test: lint types unit

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/actionlint -shellcheck $(BIN)/shellcheck
	$(BIN)/zizmor --offline --quiet --pedantic .github

types: $(STAMP)
	$(BIN)/mypy

unit: $(STAMP)
	$(BIN)/pytest -n 3

# Deployments killed at every statement and every request, a hundred races, and properties by examples that are new each
# time: about half an hour.
faults: $(STAMP)
	SNOWLANE_FAULTS=whole $(BIN)/pytest tests/faults tests/snowlane/sql tests/snowlane/commands/test_rehearse.py

# What `snowlane env configure` writes, imported into a real Airflow, which gets an environment of its own.
AIRFLOW := .venv-airflow/bin/airflow
$(AIRFLOW):
	@echo "installing Airflow into .venv-airflow" >&2
	@"$(PYTHON)" -m venv .venv-airflow
	@.venv-airflow/bin/python -m pip install --quiet --disable-pip-version-check 'apache-airflow>=3.1,<4'

airflow: $(STAMP) $(AIRFLOW)
	$(BIN)/pytest tests/snowlane/commands/env/test_configure.py

# The demo, the story of a change, the workflows by their own steps in a shell, and the platform down to nothing and
# up again: about two minutes.
workflows: $(STAMP)
	SNOWLANE_WORKFLOWS=whole $(BIN)/pytest -n 2 tests/workflows/test_demo.py tests/workflows/test_pull_requests.py \
		tests/workflows/test_story.py tests/workflows/test_deploy_path.py tests/platform/test_changes.py

# Clones killed at every request and every moment of it, and the whole platform copied: three quarters of an hour.
clones: $(STAMP)
	SNOWLANE_CLONES=whole $(BIN)/pytest tests/faults/test_clones.py tests/platform/test_clones.py tests/snowlane/commands/env/test_refresh.py

# The figures against Alembic and schemachange, which gets an environment of its own.
SCHEMACHANGE := .venv-bench/bin/schemachange
$(SCHEMACHANGE):
	@echo "installing schemachange into .venv-bench" >&2
	@"$(PYTHON)" -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check 'schemachange>=4.4,<5'

bench: $(STAMP) $(SCHEMACHANGE)
	@$(BIN)/python bench/bars.py

# The conformance tests on a real account: make live CONNECTION=name (a section of connections.toml).
# What each fact turned out to be is shown as a table and written to REPORT.
REPORT ?= conformance-report.md
live: $(STAMP)
	@test -n "$(CONNECTION)" || { echo "make live needs CONNECTION=<a section of connections.toml>" >&2; exit 2; }
	$(BIN)/pytest -q --tb=no -rN tests/conformance \
		--account-connection "$(CONNECTION)" --conformance-report "$(REPORT)"

clean:
	rm -rf $(VENV) .venv-airflow .venv-bench .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
