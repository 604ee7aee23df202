"""`snowlane plan` and `snowlane migrate` on the local account, from the first deployment on."""

import re

import pytest

from snowlane.errors import ExitCode

TABLE = "op.sql('CREATE TABLE RAW.S.T (a VARCHAR(10), b NUMBER)')"
SCHEMAS = "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE SCHEMA DW.M')"
VIEW = "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT a, 'RAW.S.T' AS source FROM RAW.S.T;\n"


@pytest.fixture
def platform(account, shop):
    """Two revisions and a view on their table."""
    shop.revision("r1", SCHEMAS, "op.sql('DROP SCHEMA DW.M')\nop.sql('DROP SCHEMA RAW.S')")
    shop.revision("r2", TABLE, "op.sql('DROP TABLE RAW.S.T')", after="r1")
    shop.object("dw/m/views/v", VIEW)
    return account


def database(account, logical: str) -> str:
    text = (account.project / "envs" / "dev.toml").read_text()
    return re.search(rf'^{logical} = "(\w+)"', text, re.MULTILINE)[1]


def raw(account, text: str) -> list[tuple]:
    named = text.replace("RAW.", f"{database(account, 'RAW')}.")
    named = named.replace("DW.", f"{database(account, 'DW')}.")
    return account.query(named)


def version(account) -> list[tuple]:
    return raw(account, "SELECT VERSION_NUM FROM RAW.METADATA.ALEMBIC_VERSION")


def deployments(account) -> list[tuple]:
    state = f"UTILITY{database(account, 'RAW').removeprefix('DEV_RAW')}"
    return account.query(
        f"SELECT OUTCOME, FROM_REVISION, TO_REVISION, STATEMENTS_RUN "
        f"FROM {state}.SNOWLANE_DEV.DEPLOYMENTS ORDER BY STARTED_AT"
    )


def test_a_first_deployment_prepares_the_account_and_applies_all(platform) -> None:
    done = platform.snowlane("migrate", "dev", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["revision"] == "r2"
    assert done.data["statements_run"] == 4
    assert version(platform) == [("r2",)]
    assert raw(platform, "SELECT * FROM DW.M.V") == []
    assert deployments(platform) == [("done", None, "r2", 4)]


def test_a_second_deployment_has_nothing_to_do(platform) -> None:
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    done = platform.snowlane("migrate", "dev")
    assert done.code == ExitCode.DONE
    assert "nothing to do" in done.out
    assert len(deployments(platform)) == 1


def test_what_the_plan_shows_is_what_runs(platform) -> None:
    before = platform.snowlane("plan", "dev", "--format", "json")
    assert before.code == ExitCode.DONE, before.err
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    sent = {
        text.strip()
        for (text,) in raw(
            platform,
            "SELECT QUERY_TEXT FROM TABLE(RAW.INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 1000)) "
            "WHERE QUERY_TAG LIKE 'snowlane:%'",
        )
    }
    for stage in before.data["stages"]:
        for statement in stage["statements"]:
            assert statement["text"] in sent


def test_a_dry_run_changes_nothing(platform) -> None:
    before = platform.query("SHOW DATABASES")
    done = platform.snowlane("migrate", "dev", "--dry-run")
    assert done.code == ExitCode.DONE
    assert "upgrade r2" in done.out
    assert len(platform.query("SHOW DATABASES")) == len(before)


def test_only_a_changed_object_is_applied_again(platform, shop) -> None:
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    shop.object("dw/m/views/v", VIEW.replace("SELECT a,", "SELECT b,"))
    shop.object(
        "dw/m/views/w", "CREATE OR REPLACE VIEW DW.M.A COPY GRANTS AS SELECT source FROM DW.M.V"
    )
    done = platform.snowlane("migrate", "dev", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["statements_run"] == 2
    assert raw(platform, "SELECT b FROM DW.M.V") == []
    assert platform.snowlane("plan", "dev", "--format", "json").data["stages"] == []


def test_down_and_up_again(platform) -> None:
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    down = platform.snowlane("migrate", "dev", "--to", "base")
    assert down.code == ExitCode.DONE, down.err
    assert version(platform) == []
    up = platform.snowlane("migrate", "dev", "--format", "json")
    assert up.code == ExitCode.DONE, up.err
    assert up.data["statements_run"] == 4
    assert raw(platform, "SELECT * FROM DW.M.V") == []


def test_up_to_a_revision_in_the_middle_leaves_objects_for_the_head(platform) -> None:
    done = platform.snowlane("migrate", "dev", "--to", "r1", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["statements_run"] == 2
    assert "objects are left" in done.data["warnings"][0]
    assert version(platform) == [("r1",)]


def test_a_first_statement_that_fails_exits_1_and_can_be_repeated(account, shop) -> None:
    path = shop.revision("r1", "op.sql('CREATE TABLE RAW.MISSING.T (a INT)')")
    done = account.snowlane("migrate", "dev")
    assert done.code == ExitCode.FAILED
    assert "r1, statement 1 of 1" in done.err
    assert "(02000)" in done.err or "(42S02)" in done.err
    assert deployments(account) == [("failed", None, "r1", 0)]
    path.write_text(
        path.read_text().replace("CREATE TABLE RAW.MISSING.T (a INT)", "CREATE SCHEMA RAW.S")
    )
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE


def test_a_later_statement_that_fails_exits_6_and_says_how_to_go_on(platform, shop) -> None:
    shop.revision(
        "r3", "op.sql('CREATE TABLE RAW.S.U (a INT)')\nop.sql('DROP TABLE RAW.S.NONE')", after="r2"
    )
    done = platform.snowlane("migrate", "dev")
    assert done.code == ExitCode.HALF_APPLIED
    assert "r3, statement 2 of 2" in done.err
    assert "NONE" in done.err
    assert "statement 1 of r3 took effect" in done.err
    assert "snowlane migrate dev" in done.err
    assert "Traceback" not in done.err
    assert version(platform) == [("r2",)]
    assert deployments(platform)[-1][0] == "half-applied"


def test_a_check_that_fails_behind_other_statements_says_what_to_mend(platform, shop) -> None:
    shop.revision(
        "r3",
        "op.sql('CREATE TABLE RAW.S.U (a VARCHAR(5))')\n"
        "op.sql(\"INSERT INTO RAW.S.U VALUES ('x')\")\n"
        "op.change_column_type('u', 'a', 'NUMBER(5, 0)', old_type='VARCHAR(5)', schema='RAW.S')",
        after="r2",
    )
    done = platform.snowlane("migrate", "dev")
    assert done.code == ExitCode.HALF_APPLIED
    assert "U.A holds text that is no NUMBER(5,0)" in done.err
    # The block by its title: its text holds the messages of all its other checks.
    assert (
        "in: EXECUTE IMMEDIATE $$ -- U.A becomes NUMBER(5,0): look before it begins …\n" in done.err
    )
    assert "statements 1 to 2 of r3 took effect; mend what the check found, or correct" in done.err
    platform.query(f"UPDATE {database(platform, 'RAW')}.S.U SET a = '1'")
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE


def test_a_failed_data_check_stops_with_its_message(platform, shop) -> None:
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    raw(platform, "INSERT INTO RAW.S.T SELECT 'x', 1")
    shop.revision(
        "r3", "op.expect('SELECT 1 FROM RAW.S.T', message='rows are left: 5%')", after="r2"
    )
    done = platform.snowlane("migrate", "dev")
    assert done.code == ExitCode.REFUSED
    assert "rows are left: 5%" in done.err
    raw(platform, "DELETE FROM RAW.S.T")
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE


def test_a_name_outside_the_map_is_refused_and_nothing_is_made(platform, shop) -> None:
    shop.object(
        "dw/m/views/bad",
        "CREATE OR REPLACE VIEW DW.M.BAD COPY GRANTS AS\nSELECT 1 FROM PROD_RAW.S.T",
    )
    done = platform.snowlane("migrate", "dev")
    assert done.code == ExitCode.REFUSED
    assert "migrations/objects/dw/m/views/bad.sql, line 2: PROD_RAW.S.T" in done.err


def test_a_protected_environment_needs_a_yes(platform) -> None:
    refused = platform.snowlane("migrate", "prod")
    assert refused.code == ExitCode.REFUSED
    assert "--yes" in refused.err
    done = platform.snowlane("migrate", "prod", "--yes")
    assert done.code == ExitCode.DONE, done.err


def test_an_environment_ahead_of_the_checkout_is_refused(platform, shop) -> None:
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    (shop.root / "migrations" / "versions" / "r2.py").unlink()
    done = platform.snowlane("migrate", "dev")
    assert done.code == ExitCode.REFUSED
    assert "'r2'" in done.err


def test_a_plan_exits_4_where_something_is_pending_when_that_is_asked_for(platform) -> None:
    assert platform.snowlane("plan", "dev").code == ExitCode.DONE
    assert platform.snowlane("plan", "dev", "--exit-code").code == ExitCode.PENDING
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    assert platform.snowlane("plan", "dev", "--exit-code").code == ExitCode.DONE
    raw(platform, "ALTER TABLE RAW.S.T ADD COLUMN by_hand INT")
    assert platform.snowlane("plan", "dev", "--exit-code").code == ExitCode.DONE
    assert platform.snowlane("plan", "dev", "--drift", "--exit-code").code == ExitCode.PENDING
