"""What commands import: help answers at once, and what asks no account loads no connector."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("alembic", "git", "rich", "snowflake", "snowlocal", "sqlalchemy", "sqlfluff", "sqlglot")
# Our own modules that `--help` may import: the commands, what they are hung up on, and errors.
LIGHT = (
    *("annotations", "cli", "commands", "confirmation", "errors", "gates.registry", "invocation"),
    *(
        "lazy_group",
        "overriding",
        "pipeline.sizes",
        "redaction",
        "span",
        "step_summary",
        "window_options",
    ),
)
WATCHED = """
import json, sys
from snowlane import cli
try:
    cli.main(sys.argv[1:])
except SystemExit as ended:
    print(json.dumps([ended.code, sorted(sys.modules)]), file=sys.stderr)
"""


def imported_by(*arguments: str, cwd: str | None = None) -> tuple[int, set[str]]:
    """The exit code of a command and the modules it had loaded at its end."""
    ran = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=cwd,
    )
    code, modules = json.loads(ran.stderr.splitlines()[-1])
    return code, set(modules)


def heavy(modules: set[str]) -> set[str]:
    return {each for each in HEAVY if each in modules}


@pytest.mark.parametrize("arguments", [["--help"], ["env", "--help"], ["migrate", "--help"]])
def test_help_imports_only_what_is_light(arguments: list[str]) -> None:
    _, modules = imported_by(*arguments)
    assert heavy(modules) == set()
    own = {each.removeprefix("snowlane.") for each in modules if each.startswith("snowlane.")}
    others = {
        each
        for each in own
        if not any(each == light or each.startswith(f"{light}.") for light in LIGHT)
    }
    assert others - {"gates", "pipeline"} == set()


@pytest.mark.parametrize("arguments", [["check"], ["plan", "dev", "--offline"]])
def test_what_asks_no_account_loads_no_connector(shop, arguments: list[str]) -> None:
    """The dialect that renders a revision imports the connector by itself; a rendered one is remembered."""
    upgrade = "op.add_column('T', sa.Column('C', VARIANT), schema='RAW.S')"
    revision = shop.revision("r1", upgrade, "op.drop_column('T', 'C', schema='RAW.S')")
    imported = "from snowflake.sqlalchemy import VARIANT\nimport sqlalchemy as sa\n"
    revision.write_text(revision.read_text().replace("import sqlalchemy as sa\n", imported))
    shop.object("dw/m/views/v", "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT 1 AS A")
    first, loaded = imported_by("--project-dir", str(shop.root), *arguments)
    assert first == 0
    assert {"alembic", "snowflake.sqlalchemy.snowdialect"} <= loaded
    assert not [each for each in loaded if each.startswith("snowflake.connector")]
    again, loaded = imported_by("--project-dir", str(shop.root), *arguments)
    assert again == 0
    assert heavy(loaded) & {"alembic", "snowflake", "sqlalchemy"} == set()


def test_what_signs_in_has_the_connector_itself() -> None:
    """Also where the dialect was loaded without it before."""
    code = (
        "from snowlane.alembic.dialect import new_dialect; new_dialect()\n"
        "import snowflake.connector\n"
        "assert issubclass(snowflake.connector.errors.ProgrammingError, snowflake.connector.Error)\n"
        "assert snowflake.connector.__file__"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
