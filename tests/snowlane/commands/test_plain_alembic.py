"""Plain Alembic in the same checkout: history, upgrade, --sql, current."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def alembic(account, shop, served):
    environment = {**os.environ, "SNOWLANE_LOCAL_DIR": str(served[0])}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "alembic", "-x", "env=dev", "-x", "local=true", *arguments]
        return subprocess.run(
            command, cwd=shop.root, env=environment, capture_output=True, text=True
        )

    shop.revision(
        "r1", "op.sql(\"CREATE SCHEMA RAW.S COMMENT = '5%'\")", "op.sql('DROP SCHEMA RAW.S')"
    )
    shop.revision(
        "r2", "op.sql('CREATE TABLE RAW.S.T (a INT)')", "op.sql('DROP TABLE RAW.S.T')", after="r1"
    )
    return run


def test_history_and_heads(alembic) -> None:
    assert "r1 -> r2 (head)" in alembic("history").stdout
    assert "r2 (head)" in alembic("heads").stdout


def test_sql_prints_the_exact_statements(alembic) -> None:
    done = alembic("upgrade", "head", "--sql")
    assert done.returncode == 0, done.stderr
    assert "CREATE SCHEMA DEV_RAW" in done.stdout
    assert "COMMENT = '5%';" in done.stdout
    down = alembic("downgrade", "r2:r1", "--sql")
    assert "DROP TABLE DEV_RAW" in down.stdout


def test_upgrade_and_downgrade_go_through_the_executor(alembic, account) -> None:
    done = alembic("upgrade", "head")
    assert done.returncode == 0, done.stderr
    assert "r2 (head)" in alembic("current").stdout
    plan = account.snowlane("plan", "dev", "--format", "json").data
    assert (plan["current"], plan["stages"]) == ("r2", [])
    assert alembic("downgrade", "-1").returncode == 0
    assert account.snowlane("plan", "dev", "--format", "json").data["current"] == "r1"


def test_a_mistake_is_one_message(alembic, shop) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head", "--sql"],
        cwd=shop.root,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "alembic -x env=dev" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
