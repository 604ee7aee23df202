# Every target builds the virtual environment it needs; a second run reuses it.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint types unit live clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local,test]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/snowlane demo

test: lint types unit

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

unit: $(STAMP)
	$(BIN)/pytest -n auto

# The conformance tests on a real account: make live CONNECTION=name (a section of connections.toml).
live: $(STAMP)
	@test -n "$(CONNECTION)" || { echo "make live needs CONNECTION=<a section of connections.toml>"; exit 2; }
	$(BIN)/pytest tests/conformance --account-connection "$(CONNECTION)"

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
