"""What `env clone` refuses, what it says of a copy that is not whole, and how one goes on from there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from snowlane.errors import ExitCode


@contextmanager
def given(prod, *statements: str, then: tuple[str, ...]) -> Iterator[None]:
    """Run some statements, and `then` whatever happens."""
    for statement in statements:
        prod.query(statement)
    try:
        yield
    finally:
        for statement in then:
            prod.query(statement)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nowhere", "qa_x"), 2, "there is no environment 'nowhere'"),
        (("prod", "Qa"), 2, "'Qa' cannot name an environment"),
        (("prod", 'qa"x'), 2, "cannot name an environment"),
        (("prod", "q" * 64), 2, "at most 63"),
        (("prod", "ad_hoc"), 2, "keeps this name"),
        (("prod", "qa_refresh"), 2, "`snowlane env refresh qa` gives its copy this name"),
        (("prod", "prod"), 3, "prod is protected"),
        (("prod", "qa_x", "--like", "prod"), 2, "it is protected"),
        (("prod", "qa_x", "--like", "qb"), 2, "choose one of qa"),
        (("prod", "qa_x", "--ttl", "soon"), 2, "'soon' is not usable"),
        (("prod", "qa_x", "--at", "yesterday"), 2, "'yesterday' is no time"),
        (("prod", "qa_x", "--at", "2999-01-01"), 2, "'2999-01-01' is in the future"),
        (("prod", "qa_x", "--stage", "RAW.S.OUTSIDE"), 2, "it is no STAGE=URL"),
        (("prod", "qa_x", "--stage", "S.OUTSIDE=s3://a/"), 2, "does not name a stage"),
        (
            ("prod", "qa_x", "--stage", "RAW.S.NONE=s3://a/"),
            2,
            "no stage to become QA_X_RAW.S.NONE",
        ),
        (("prod", "qa_x", "--stage", "RAW.S.OUTSIDE=s3://shop-prod/"), 2, "prod loads from"),
        (("prod", "qa_x", "--stage", "RAW.S.OUTSIDE=s3://shop-qa/in/x/"), 2, "qa loads from"),
        (("prod", "qa_x", "--at", "2001-01-01"), 1, "cannot be copied as it was"),
    ],
)
def test_what_cannot_be_asked_for(prod, arguments, code, said):
    refused = prod.snowlane("env", "clone", *arguments)
    assert (refused.code, refused.out) == (code, "")
    assert said in refused.err
    assert "Traceback" not in refused.err
    assert not [row for row in prod.rows("SHOW DATABASES") if row["name"].startswith("QA_X")]
    assert "there is no environment 'qa_x'" in prod.snowlane("plan", "qa_x").err


def test_a_source_that_was_never_deployed_to_is_named(account):
    file = account.project / "envs" / "dev.toml"
    file.write_text(file.read_text() + '[clone]\nfrom = "prod"\nrole = "CLONER_X"\n')
    refused = account.snowlane("env", "clone", "prod", "qa_x")
    assert (refused.code, refused.out) == (ExitCode.REFUSED, "")
    assert "prod was never deployed to" in refused.err
    assert "To go on: run `snowlane migrate prod` first" in refused.err
    # The question that got no answer says nothing to whoever asked for a copy.
    assert "SELECT" not in refused.err


def test_a_database_that_is_there_is_not_overwritten(prod):
    with given(prod, "CREATE DATABASE QA_X_DW", then=("DROP DATABASE QA_X_DW",)):
        refused = prod.snowlane("env", "clone", "prod", "qa_x")
        assert (refused.code, refused.out) == (ExitCode.USAGE, "")
        assert "there is a database QA_X_DW" in refused.err
    # A name that only looks alike to LIKE is free.
    with given(prod, "CREATE DATABASE QAAX_DW", then=("DROP DATABASE QAAX_DW",)):
        ((at,),) = prod.query("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS')")
        done = prod.snowlane("env", "clone", "prod", "qa_x", "--at", at)
        assert done.code == 0, done.err
        assert f"as of {at} UTC" in done.out
        assert prod.snowlane("env", "clone", "prod", "qa_x").code == ExitCode.USAGE
    assert prod.snowlane("env", "drop", "qa_x", "--yes").code == 0


def test_a_source_that_is_half_applied_or_at_work_is_not_copied(prod):
    table = "UTILITY.SNOWLANE_PROD"
    half = (
        f"INSERT INTO {table}.DEPLOYMENTS (ID, NUMBER, STARTED_AT, OUTCOME, BUNDLE, STATEMENTS_RUN) "
        "SELECT 'half', 1000, SYSDATE(), 'half-applied', 'x', 1"
    )
    forget = f"DELETE FROM {table}.DEPLOYMENTS WHERE ID = 'half'"
    with given(prod, half, then=(forget,)):
        refused = prod.snowlane("env", "clone", "prod", "qa_x")
        assert refused.code == ExitCode.REFUSED
        assert "finish it first: `snowlane migrate prod`" in refused.err
    held = (
        f"UPDATE {table}.LEASE SET TOKEN = 't', OWNER = 'BOB', SESSION_ID = '1', "
        "ACQUIRED_AT = SYSDATE(), EXPIRES_AT = DATEADD(minute, 2, SYSDATE())"
    )
    free = f"UPDATE {table}.LEASE SET TOKEN = NULL, OWNER = NULL, EXPIRES_AT = NULL"
    with given(prod, held, then=(free,)):
        refused = prod.snowlane("env", "clone", "prod", "qa_x")
        assert refused.code == ExitCode.LOCKED
        assert "held by BOB" in refused.err
        assert "run `snowlane env clone prod qa_x` again" in refused.err
    assert "there is no environment 'qa_x'" in prod.snowlane("plan", "qa_x").err


def test_what_belongs_to_another_role_is_named_and_the_copy_is_incomplete(prod):
    made = (
        "CREATE ROLE ANALYST",
        "CREATE TABLE PROD_DW.M.NOTES (A INT)",
        "CREATE TABLE PROD_DW.M.LOADS (ID INT, SOURCE VARCHAR(20) DEFAULT 'PROD_RAW.S')",
        "GRANT OWNERSHIP ON TABLE PROD_DW.M.LOADS TO ROLE DEPLOY_PROD",
        "CREATE STREAM PROD_DW.M.NOTED ON TABLE PROD_DW.M.NOTES",
        "GRANT SELECT ON TABLE PROD_DW.M.NOTES TO ROLE DEPLOY_PROD",
        "GRANT SELECT ON STREAM PROD_DW.M.NOTED TO ROLE DEPLOY_PROD",
        "GRANT OWNERSHIP ON STREAM PROD_DW.M.NOTED TO ROLE ANALYST COPY CURRENT GRANTS",
        "GRANT OWNERSHIP ON TABLE PROD_DW.M.NOTES TO ROLE ANALYST COPY CURRENT GRANTS",
        "GRANT OWNERSHIP ON FILE FORMAT PROD_RAW.S.COMMAS TO ROLE ANALYST REVOKE CURRENT GRANTS",
    )
    gone = (
        *(
            f"GRANT OWNERSHIP ON {each} TO ROLE ACCOUNTADMIN REVOKE CURRENT GRANTS"
            for each in ("STREAM PROD_DW.M.NOTED", "TABLE PROD_DW.M.NOTES")
        ),
        "GRANT OWNERSHIP ON FILE FORMAT PROD_RAW.S.COMMAS TO ROLE DEPLOY_PROD REVOKE CURRENT GRANTS",
        "DROP STREAM PROD_DW.M.NOTED",
        "DROP TABLE PROD_DW.M.NOTES",
        "DROP TABLE PROD_DW.M.LOADS",
        "DROP ROLE ANALYST",
    )
    with given(prod, *made, then=gone):
        done = prod.snowlane("env", "clone", "prod", "qa_x", "--format", "json")
        assert done.code == ExitCode.FAILED, done.err
        assert (done.data["state"], done.data["complete"]) == ("ready", False)
        assert done.data["left_out"] == [
            "stream PROD_DW.M.NOTED: CLONER does not own it, ANALYST does",
            "table PROD_DW.M.NOTES: it stays with ANALYST, which is not granted to CLONER",
        ]
        # Of what it does not see nobody tells it but the revisions.
        hidden = "file format PROD_RAW.S.COMMAS: the revisions make it, and CLONER does not see it"
        assert (done.data["notes"][0], done.data["seen_by"]) == (hidden, "CLONER")
        assert f"Note: {hidden}" in done.err
        # What a default says is data: it is told, and nothing else.
        assert done.data["unresolved"] == [
            {
                "object": "table QA_X_DW.M.LOADS",
                "line": 1,
                "text": "SOURCE: 'PROD_RAW.S'",
                "why": "may be a value and not a name",
            }
        ]
        assert prod.snowlane("env", "drop", "qa_x", "--yes").code == 0


def test_what_does_not_compile_is_named_and_the_same_command_goes_on(prod):
    made = (
        "CREATE TABLE PROD_RAW.S.GONE (A INT)",
        "CREATE VIEW PROD_DW.M.BROKEN AS SELECT A FROM PROD_RAW.S.GONE",
        "GRANT OWNERSHIP ON VIEW PROD_DW.M.BROKEN TO ROLE DEPLOY_PROD REVOKE CURRENT GRANTS",
        "DROP TABLE PROD_RAW.S.GONE",
    )
    with given(prod, *made, then=("DROP VIEW PROD_DW.M.BROKEN",)):
        failed = prod.snowlane("env", "clone", "prod", "qa_x")
        assert failed.code == ExitCode.FAILED
        assert "1 object(s) could not be re-pointed" in failed.err
        assert "view QA_X_DW.M.BROKEN" in failed.err
        assert "qa_x is not ready" in prod.snowlane("status", "qa_x").err
        done = prod.snowlane("env", "clone", "prod", "qa_x", "--accept-incomplete")
        assert done.code == 0, done.err
        assert "Incomplete:" in done.out
        assert "view QA_X_DW.M.BROKEN: it could not be re-pointed" in done.out
        assert not prod.query("SHOW VIEWS LIKE 'BROKEN' IN DATABASE QA_X_DW")
        assert prod.snowlane("env", "drop", "qa_x", "--yes").code == 0


def test_sql_after_that_names_something_else_is_refused_before_anything_is_made(prod):
    path = prod.project / "envs" / "mask.sql"
    before = path.read_text()
    path.write_text(f"{before}\nDELETE FROM PROD_RAW.S.CUSTOMERS;\n")
    try:
        refused = prod.snowlane("env", "clone", "prod", "qa_x")
    finally:
        path.write_text(before)
    assert refused.code == ExitCode.REFUSED
    assert "envs/mask.sql:5, line 1: PROD_RAW.S.CUSTOMERS" in refused.err
    assert "there is no environment 'qa_x'" in prod.snowlane("plan", "qa_x").err


def test_accounts_are_not_crossed(prod, tmp_path):
    for name in ("prod", "qa"):
        path = prod.project / "envs" / f"{name}.toml"
        path.write_text(
            path.read_text().replace("[snowflake]", f'[snowflake]\nconnection = "{name}"')
        )
    connections = tmp_path / "connections.toml"
    connections.write_text(
        '[prod]\naccount = "one"\nuser = "u"\n[qa]\naccount = "two"\nuser = "u"\n'
    )
    connections.chmod(0o600)
    kept = {key: value for key, value in os.environ.items() if "SNOW" not in key}
    try:
        refused = subprocess.run(
            [sys.executable, "-m", "snowlane", "env", "clone", "prod", "qa_x"],
            cwd=prod.project,
            env=kept | {"SNOWFLAKE_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
        )
    finally:
        for name in ("prod", "qa"):
            path = prod.project / "envs" / f"{name}.toml"
            path.write_text(path.read_text().replace(f'\nconnection = "{name}"', ""))
    assert refused.returncode == ExitCode.USAGE, refused.stderr
    assert "prod is in account one, the copy would be in two" in refused.stderr
