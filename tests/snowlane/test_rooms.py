"""The rooms of the package import one another only as pyproject.toml allows."""

import os
from pathlib import Path

from click.testing import CliRunner
from importlinter.cli import lint_imports_command

ROOT = Path(__file__).parents[2]


def test_no_contract_is_broken() -> None:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        result = CliRunner().invoke(lint_imports_command, ["--no-cache"])
    finally:
        os.chdir(before)
    assert result.exit_code == 0, result.output
