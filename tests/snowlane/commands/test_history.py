"""`snowlane history` on the local account."""

import pytest

from snowlane.errors import ExitCode


@pytest.fixture
def deployed(account, shop):
    """Two deployments to dev, the second of which failed half way."""
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')")
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    shop.revision(
        "r2", "op.sql('CREATE TABLE RAW.S.T (a INT)')\nop.sql('DROP TABLE RAW.S.NONE')", after="r1"
    )
    assert account.snowlane("migrate", "dev").code == ExitCode.HALF_APPLIED
    return account


def test_deployments_come_newest_first(deployed) -> None:
    done = deployed.snowlane("history", "dev", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    newest, oldest = done.data["deployments"]
    assert (newest["from_revision"], newest["to_revision"]) == ("r1", "r2")
    assert newest["outcome"] != "done"
    assert "NONE" in newest["error"]
    assert (oldest["from_revision"], oldest["to_revision"]) == (None, "r1")
    assert (oldest["outcome"], oldest["statements_run"]) == ("done", 1)
    assert oldest["by"].startswith("SNOWLANE")
    assert len(oldest["bundle"]) == 64
    assert newest["number"] > oldest["number"]
    assert oldest["started"] <= oldest["finished"] <= newest["started"]


def test_a_limit_keeps_the_newest(deployed) -> None:
    done = deployed.snowlane("history", "dev", "--limit", "1", "--format", "json")
    assert [each["to_revision"] for each in done.data["deployments"]] == ["r2"]


def test_text_and_markdown_tell_the_same(deployed) -> None:
    text = deployed.snowlane("history", "dev").out
    assert text.index("r1 -> r2") < text.index("base -> r1")
    assert "NONE" in text
    markdown = deployed.snowlane("history", "dev", "--format", "markdown").out
    rows = [line for line in markdown.splitlines() if " -> " in line]
    assert len(rows) == 2
    assert all(row.count(" | ") == 8 for row in rows)


def test_an_environment_that_is_not_bootstrapped_has_no_history(account) -> None:
    done = account.snowlane("history", "prod")
    assert done.code == ExitCode.FAILED
    assert "snowlane bootstrap" in done.err
    assert "Traceback" not in done.err


def test_a_limit_below_one_is_a_usage_error(account) -> None:
    assert account.snowlane("history", "dev", "--limit", "0").code == ExitCode.USAGE


def test_state_tables_of_an_earlier_release_are_brought_up_to_date(deployed, shop) -> None:
    text = (shop.root / "envs" / "dev.toml").read_text()
    state = text.rpartition('database = "')[2].partition('"')[0] + ".SNOWLANE_DEV"
    columns = ("COMMIT_ID", "BRANCH", "OVERRIDES", "IS_WHOLE")
    for column in columns:
        deployed.query(f"ALTER TABLE {state}.DEPLOYMENTS DROP COLUMN {column}")
    deployed.query(f"DROP TABLE {state}.REHEARSALS")
    assert deployed.snowlane("history", "dev").code == ExitCode.DONE
    path = shop.root / "migrations" / "versions" / "r2.py"
    path.write_text(
        path.read_text().replace("DROP TABLE RAW.S.NONE", "CREATE TABLE RAW.S.U (a INT)")
    )
    done = deployed.snowlane("migrate", "dev")
    assert done.code == ExitCode.DONE, done.err
    assert "bringing the state tables up to this release" in done.err
    described = {row[0] for row in deployed.query(f"DESCRIBE TABLE {state}.DEPLOYMENTS")}
    assert described >= set(columns)
    assert deployed.query(f"SELECT COUNT(*) FROM {state}.REHEARSALS") == [(0,)]
