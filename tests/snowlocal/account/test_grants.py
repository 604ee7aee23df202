"""GRANT and REVOKE: who may give what, what is outstanding when an owner changes, and what future objects get."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.snowlocal.account.conftest import Rows, connected
from tests.snowlocal.conftest import error_of

from snowlocal.server import LocalAccount


@pytest.fixture
def place(rows: Rows, name: str) -> str:
    """A database, schema and table of the test's own, and two roles: <name>_R and <name>_S, which SNOWLANE has."""
    rows(f"CREATE DATABASE {name}", f"CREATE SCHEMA {name}.S", "CREATE TABLE T (A NUMBER)")
    for role in (f"{name}_R", f"{name}_S"):
        rows(f"CREATE ROLE {role}", f"GRANT ROLE {role} TO USER SNOWLANE")
        rows(f"GRANT USAGE ON DATABASE {name} TO ROLE {role}")
        rows(f"GRANT USAGE ON SCHEMA {name}.S TO ROLE {role}")
    rows("USE SECONDARY ROLES NONE")
    return name


def _held(rows: Rows, on: str) -> set[tuple[str, str]]:
    return {(r["privilege"], r["grantee_name"]) for r in rows(f"SHOW GRANTS ON {on}")}


def test_a_grant_shows_on_the_object_and_to_the_role(rows: Rows, place: str) -> None:
    rows(f"GRANT SELECT, INSERT ON TABLE {place}.S.T TO ROLE {place}_R WITH GRANT OPTION")
    (select,) = [r for r in rows(f"SHOW GRANTS ON TABLE {place}.S.T") if r["privilege"] == "SELECT"]
    assert (select["granted_on"], select["name"]) == ("TABLE", f"{place}.S.T")
    assert (select["granted_to"], select["grantee_name"]) == ("ROLE", f"{place}_R")
    assert (select["grant_option"], select["granted_by"]) == ("true", "ACCOUNTADMIN")
    to = {(r["privilege"], r["name"]) for r in rows(f"SHOW GRANTS TO ROLE {place}_R")}
    assert {("SELECT", f"{place}.S.T"), ("INSERT", f"{place}.S.T"), ("USAGE", place)} <= to


def test_what_is_not_granted_cannot_be_seen(rows: Rows, place: str) -> None:
    rows(f"USE ROLE {place}_R")
    assert rows(f"SHOW TABLES IN SCHEMA {place}.S") == []
    assert error_of(lambda: rows(f"SELECT * FROM {place}.S.T"))[0] == 2003
    rows("USE ROLE ACCOUNTADMIN", f"GRANT SELECT ON TABLE {place}.S.T TO ROLE {place}_R")
    rows(f"USE ROLE {place}_R", f"SELECT * FROM {place}.S.T")
    assert [r["name"] for r in rows(f"SHOW TABLES IN SCHEMA {place}.S")] == ["T"]
    assert error_of(lambda: rows(f"DROP TABLE {place}.S.T"))[0] == 3001


def test_a_privilege_without_the_grant_option_is_not_passed_on(rows: Rows, place: str) -> None:
    rows(f"GRANT SELECT ON TABLE {place}.S.T TO ROLE {place}_R", f"USE ROLE {place}_R")
    passed_on = f"GRANT SELECT ON TABLE {place}.S.T TO ROLE {place}_S"
    assert error_of(lambda: rows(passed_on))[0] == 3102
    rows("USE ROLE ACCOUNTADMIN")
    rows(f"GRANT SELECT ON TABLE {place}.S.T TO ROLE {place}_R WITH GRANT OPTION")
    rows(f"USE ROLE {place}_R", passed_on, "USE ROLE ACCOUNTADMIN")
    assert ("SELECT", f"{place}_S") in _held(rows, f"TABLE {place}.S.T")


def test_revoke_stops_at_what_depends_on_it_unless_cascade(rows: Rows, place: str) -> None:
    table = f"TABLE {place}.S.T"
    rows(f"GRANT SELECT ON {table} TO ROLE {place}_R WITH GRANT OPTION")
    rows(
        f"USE ROLE {place}_R", f"GRANT SELECT ON {table} TO ROLE {place}_S", "USE ROLE ACCOUNTADMIN"
    )
    assert error_of(lambda: rows(f"REVOKE SELECT ON {table} FROM ROLE {place}_R"))[0] == 3935
    rows(f"REVOKE SELECT ON {table} FROM ROLE {place}_R CASCADE")
    assert _held(rows, table) == {("OWNERSHIP", "ACCOUNTADMIN")}


def test_manage_grants_is_enough(rows: Rows, place: str) -> None:
    rows("USE ROLE SECURITYADMIN", f"GRANT INSERT ON TABLE {place}.S.T TO ROLE {place}_R")
    (insert,) = [r for r in rows(f"SHOW GRANTS ON TABLE {place}.S.T") if r["privilege"] == "INSERT"]
    assert insert["granted_by"] == "ACCOUNTADMIN"  # as if the owner had given it


def test_privileges_on_the_account(rows: Rows, place: str) -> None:
    creating = f"CREATE DATABASE {place}_X"
    rows(f"USE ROLE {place}_R")
    assert error_of(lambda: rows(creating))[0] == 3001
    rows("USE ROLE SECURITYADMIN")
    giving = f"GRANT CREATE DATABASE ON ACCOUNT TO ROLE {place}_R"
    assert error_of(lambda: rows(giving))[0] == 3102
    rows("USE ROLE ACCOUNTADMIN", giving, f"USE ROLE {place}_R", creating)
    rows("USE ROLE ACCOUNTADMIN")
    assert ("CREATE DATABASE", f"{place}_R") in _held(rows, "ACCOUNT")


def test_all_privileges(rows: Rows, place: str) -> None:
    rows(f"GRANT ALL PRIVILEGES ON WAREHOUSE COMPUTE_WH TO ROLE {place}_R")
    held = {p for p, role in _held(rows, "WAREHOUSE COMPUTE_WH") if role == f"{place}_R"}
    assert held == {"APPLYBUDGET", "MODIFY", "MONITOR", "OPERATE", "USAGE"}
    rows(f"REVOKE ALL ON WAREHOUSE COMPUTE_WH FROM ROLE {place}_R")
    assert f"{place}_R" not in {role for _, role in _held(rows, "WAREHOUSE COMPUTE_WH")}


def test_all_objects_of_a_kind(rows: Rows, place: str) -> None:
    rows(f"CREATE TABLE {place}.S.T2 (A NUMBER)")
    (row,) = rows(f"GRANT SELECT ON ALL TABLES IN DATABASE {place} TO ROLE {place}_R")
    assert row["status"] == "Statement executed successfully. 2 objects affected."
    assert ("SELECT", f"{place}_R") in _held(rows, f"TABLE {place}.S.T2")


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("GRANT OPERATE ON TABLE {0}.S.T TO ROLE {0}_R", 1008),
        ("GRANT SELECT ON TABLE {0}.S.NONE TO ROLE {0}_R", 2003),
        ("GRANT SELECT ON TABLE {0}.S.T TO ROLE NOBODY_AT_ALL", 2003),
        ("GRANT SELECT ON TABLE {0}.S.T TO DATABASE ROLE {0}.R", 2),
        ("GRANT DATABASE ROLE {0}.R TO ROLE {0}_R", 2),
        ("GRANT OWNERSHIP ON ALL PIPES IN DATABASE {0} TO ROLE {0}_R", 2),
        ("REVOKE OWNERSHIP ON TABLE {0}.S.T FROM ROLE ACCOUNTADMIN", 2),
    ],
)
def test_refusals(rows: Rows, place: str, statement: str, number: int) -> None:
    before = _held(rows, f"TABLE {place}.S.T")
    assert error_of(lambda: rows(statement.format(place)))[0] == number
    assert _held(rows, f"TABLE {place}.S.T") == before


def test_ownership_waits_for_outstanding_grants(rows: Rows, place: str) -> None:
    table = f"TABLE {place}.S.T"
    rows(f"GRANT SELECT ON {table} TO ROLE {place}_S")
    number, text = error_of(lambda: rows(f"GRANT OWNERSHIP ON {table} TO ROLE {place}_R"))
    assert number == 3036
    assert "Dependent grant of privilege 'SELECT'" in text
    rows(f"GRANT OWNERSHIP ON {table} TO ROLE {place}_R COPY CURRENT GRANTS")
    assert _held(rows, table) == {("OWNERSHIP", f"{place}_R"), ("SELECT", f"{place}_S")}
    rows(f"GRANT OWNERSHIP ON {table} TO ROLE {place}_S REVOKE CURRENT GRANTS")
    assert _held(rows, table) == {("OWNERSHIP", f"{place}_S")}


def test_only_the_owner_or_a_manager_hands_over(rows: Rows, place: str) -> None:
    rows(f"GRANT SELECT ON TABLE {place}.S.T TO ROLE {place}_R", f"USE ROLE {place}_R")
    taking = f"GRANT OWNERSHIP ON TABLE {place}.S.T TO ROLE {place}_R REVOKE CURRENT GRANTS"
    assert error_of(lambda: rows(taking))[0] == 3001


def test_ownership_of_everything_in_a_schema(rows: Rows, place: str) -> None:
    rows(f"CREATE VIEW {place}.S.V AS SELECT A FROM {place}.S.T")
    rows(f"GRANT OWNERSHIP ON ALL TABLES IN SCHEMA {place}.S TO ROLE {place}_R COPY CURRENT GRANTS")
    rows(
        f"GRANT OWNERSHIP ON ALL VIEWS IN SCHEMA {place}.S TO ROLE {place}_S REVOKE CURRENT GRANTS"
    )
    assert {r["name"]: r["owner"] for r in rows(f"SHOW OBJECTS IN SCHEMA {place}.S")} == {
        "T": f"{place}_R",
        "V": f"{place}_S",
    }


def test_ownership_of_all_stops_at_the_first_that_is_refused(rows: Rows, place: str) -> None:
    rows(f"CREATE SEQUENCE {place}.S.S1", f"CREATE SEQUENCE {place}.S.S2", f"USE SCHEMA {place}.S")
    rows(f"GRANT USAGE ON SEQUENCE S2 TO ROLE {place}_S", "CREATE SEQUENCE S3")
    handing_over = f"GRANT OWNERSHIP ON ALL SEQUENCES IN SCHEMA {place}.S TO ROLE {place}_R"
    assert error_of(lambda: rows(handing_over))[0] == 3036
    mine, other = "ACCOUNTADMIN", f"{place}_R"
    owners = [row["owner"] for row in rows(f"SHOW SEQUENCES IN SCHEMA {place}.S")]
    assert owners == [other, mine, mine]
    rows(f"{handing_over} COPY CURRENT GRANTS")
    assert {row["owner"] for row in rows(f"SHOW SEQUENCES IN SCHEMA {place}.S")} == {other}


@pytest.mark.parametrize(
    ("plural", "made"),
    [
        ("TABLES", "TABLE {}.O (A NUMBER)"),
        ("VIEWS", "VIEW {}.O AS SELECT 1 AS A"),
        ("MATERIALIZED VIEWS", "MATERIALIZED VIEW {}.O AS SELECT A FROM {}.T"),
        (
            "DYNAMIC TABLES",
            "DYNAMIC TABLE {}.O TARGET_LAG = '1 hour' WAREHOUSE = COMPUTE_WH AS SELECT A FROM {}.T",
        ),
        ("SEQUENCES", "SEQUENCE {}.O"),
        ("STAGES", "STAGE {}.O"),
        ("FILE FORMATS", "FILE FORMAT {}.O"),
        ("STREAMS", "STREAM {}.O ON TABLE {}.T"),
        ("TASKS", "TASK {}.O SCHEDULE = '60 MINUTE' AS SELECT 1"),
        ("ALERTS", "ALERT {}.O SCHEDULE = '60 MINUTE' IF (EXISTS (SELECT 1)) THEN SELECT 1"),
        ("FUNCTIONS", "FUNCTION {}.O() RETURNS NUMBER AS '1'"),
        ("PROCEDURES", "PROCEDURE {}.O() RETURNS NUMBER LANGUAGE SQL AS 'BEGIN RETURN 1; END'"),
        ("TAGS", "TAG {}.O"),
        ("MASKING POLICIES", "MASKING POLICY {}.O AS (V NUMBER) RETURNS NUMBER -> V"),
        ("ROW ACCESS POLICIES", "ROW ACCESS POLICY {}.O AS (V NUMBER) RETURNS BOOLEAN -> TRUE"),
    ],
)
def test_every_kind_is_handed_over(rows: Rows, place: str, plural: str, made: str) -> None:
    here = f"{place}.S"
    privilege = "APPLY" if plural.endswith("POLICIES") or plural == "TAGS" else "ALL"
    rows(f"GRANT {privilege} ON FUTURE {plural} IN SCHEMA {here} TO ROLE {place}_S")
    rows("CREATE " + made.format(here, here))
    name = f"{here}.O()" if plural in ("FUNCTIONS", "PROCEDURES") else f"{here}.O"
    on = f"{plural[:-3]}Y {name}" if plural.endswith("POLICIES") else f"{plural[:-1]} {name}"
    assert f"{place}_S" in {holder for _, holder in _held(rows, on)}
    rows(
        f"GRANT OWNERSHIP ON ALL {plural} IN DATABASE {place} TO ROLE {place}_R COPY CURRENT GRANTS"
    )
    assert ("OWNERSHIP", f"{place}_R") in _held(rows, on)
    assert f"{place}_S" in {holder for _, holder in _held(rows, on)}
    rows(
        f"GRANT OWNERSHIP ON ALL {plural} IN SCHEMA {here} TO ROLE ACCOUNTADMIN REVOKE CURRENT GRANTS"
    )
    assert _held(rows, on) == {("OWNERSHIP", "ACCOUNTADMIN")}


def test_show_grants_on_a_bare_name(rows: Rows, place: str) -> None:
    rows(f"USE SCHEMA {place}.S", "CREATE VIEW V AS SELECT A FROM T", "CREATE SEQUENCE Q")
    for name in ("T", f"{place}.S.V"):
        assert _held(rows, name) == {("OWNERSHIP", "ACCOUNTADMIN")}
    assert error_of(lambda: rows("SHOW GRANTS ON Q"))[0] == 2003


def test_a_started_task_is_not_handed_over(rows: Rows, place: str) -> None:
    rows(f"CREATE TASK {place}.S.K WAREHOUSE = COMPUTE_WH SCHEDULE = '60 MINUTE' AS SELECT 1")
    rows(f"ALTER TASK {place}.S.K RESUME")
    one = f"GRANT OWNERSHIP ON TASK {place}.S.K TO ROLE {place}_R"
    assert error_of(lambda: rows(one))[0] == 91421
    rows(f"GRANT OWNERSHIP ON ALL TASKS IN SCHEMA {place}.S TO ROLE {place}_R")
    (task,) = rows(f"SHOW TASKS IN SCHEMA {place}.S")
    assert (task["owner"], task["state"]) == (f"{place}_R", "suspended")


def test_future_grants_reach_new_objects_only(rows: Rows, place: str) -> None:
    rows(f"GRANT SELECT ON FUTURE TABLES IN DATABASE {place} TO ROLE {place}_R")
    rows(f"CREATE TABLE {place}.S.NEW (A NUMBER)")
    assert ("SELECT", f"{place}_R") in _held(rows, f"TABLE {place}.S.NEW")
    assert ("SELECT", f"{place}_R") not in _held(rows, f"TABLE {place}.S.T")
    (shown,) = rows(f"SHOW FUTURE GRANTS IN DATABASE {place}")
    assert (shown["grant_on"], shown["name"]) == ("TABLE", f"{place}.<TABLE>")
    rows(f"REVOKE SELECT ON FUTURE TABLES IN DATABASE {place} FROM ROLE {place}_R")
    rows(f"CREATE TABLE {place}.S.NEWER (A NUMBER)")
    assert _held(rows, f"TABLE {place}.S.NEWER") == {("OWNERSHIP", "ACCOUNTADMIN")}


def test_the_schemas_future_grants_take_precedence(rows: Rows, place: str) -> None:
    rows(f"GRANT SELECT ON FUTURE TABLES IN DATABASE {place} TO ROLE {place}_R")
    rows(f"GRANT INSERT ON FUTURE TABLES IN SCHEMA {place}.S TO ROLE {place}_S")
    rows(f"CREATE TABLE {place}.S.NEW (A NUMBER)")
    assert _held(rows, f"TABLE {place}.S.NEW") == {
        ("OWNERSHIP", "ACCOUNTADMIN"),
        ("INSERT", f"{place}_S"),
    }


def test_future_ownership(rows: Rows, place: str) -> None:
    rows(f"GRANT OWNERSHIP ON FUTURE VIEWS IN SCHEMA {place}.S TO ROLE {place}_R")
    rows(f"CREATE VIEW {place}.S.V AS SELECT 1 AS A")
    assert [r["owner"] for r in rows(f"SHOW VIEWS IN SCHEMA {place}.S")] == [f"{place}_R"]


def test_future_grants_take_manage_grants(rows: Rows, place: str) -> None:
    rows(f"GRANT OWNERSHIP ON SCHEMA {place}.S TO ROLE {place}_R REVOKE CURRENT GRANTS")
    rows(f"USE ROLE {place}_R")
    giving = f"GRANT SELECT ON FUTURE TABLES IN SCHEMA {place}.S TO ROLE {place}_S"
    assert error_of(lambda: rows(giving))[0] == 3001


def test_grants_to_public_reach_every_role(rows: Rows, place: str) -> None:
    rows(f"GRANT SELECT ON TABLE {place}.S.T TO ROLE PUBLIC", f"USE ROLE {place}_S")
    assert rows(f"SELECT * FROM {place}.S.T") == []


def test_procedures_are_named_with_their_types(rows: Rows, place: str) -> None:
    rows(
        f"CREATE PROCEDURE {place}.S.P(A VARCHAR(10)) RETURNS VARCHAR LANGUAGE SQL AS "
        "'BEGIN RETURN A; END'"
    )
    rows(f"GRANT USAGE ON PROCEDURE {place}.S.P(STRING) TO ROLE {place}_R")
    assert ("USAGE", f"{place}_R") in _held(rows, f"PROCEDURE {place}.S.P(VARCHAR)")


def test_a_running_pipe_is_not_handed_over(rows: Rows, place: str) -> None:
    pipe = f"{place}.S.P"
    rows(
        f"CREATE STAGE {place}.S.ST",
        f"CREATE PIPE {pipe} AS COPY INTO {place}.S.T FROM @{place}.S.ST",
    )
    rows(f"GRANT SELECT, INSERT ON TABLE {place}.S.T TO ROLE {place}_R")
    rows(f"GRANT READ ON STAGE {place}.S.ST TO ROLE {place}_R")
    handing_over = f"GRANT OWNERSHIP ON PIPE {pipe} TO ROLE {place}_R"
    assert error_of(lambda: rows(handing_over))[0] == 370002
    rows(f"ALTER PIPE {pipe} SET PIPE_EXECUTION_PAUSED = TRUE", handing_over, f"USE ROLE {place}_R")
    resuming = f"ALTER PIPE {pipe} SET PIPE_EXECUTION_PAUSED = FALSE"
    assert error_of(lambda: rows(resuming))[0] == 370002
    rows(f"SELECT SYSTEM$PIPE_FORCE_RESUME('{pipe}', 'ownership_transfer_check_override')")
    (status,) = rows(f"SELECT SYSTEM$PIPE_STATUS('{pipe}') AS S")
    assert '"executionState": "RUNNING"' in status["S"]


def test_in_a_managed_schema_its_owner_gives(rows: Rows, place: str) -> None:
    rows(f"CREATE SCHEMA {place}.M WITH MANAGED ACCESS", f"CREATE TABLE {place}.M.T (A NUMBER)")
    rows(f"GRANT USAGE ON SCHEMA {place}.M TO ROLE {place}_R")
    rows(f"GRANT OWNERSHIP ON TABLE {place}.M.T TO ROLE {place}_R", f"USE ROLE {place}_R")
    giving = f"GRANT SELECT ON TABLE {place}.M.T TO ROLE {place}_S"
    assert error_of(lambda: rows(giving))[0] == 3102
    rows(
        "USE ROLE ACCOUNTADMIN",
        f"GRANT OWNERSHIP ON SCHEMA {place}.M TO ROLE {place}_S COPY CURRENT GRANTS",
    )
    rows(f"USE ROLE {place}_S")
    assert (
        error_of(lambda: rows(giving))[0] == 2003
    )  # the schema's owner still has to see the table
    rows("USE ROLE ACCOUNTADMIN", f"GRANT INSERT ON TABLE {place}.M.T TO ROLE {place}_S")
    rows(f"USE ROLE {place}_S", giving)
    assert ("SELECT", f"{place}_S") in _held(rows, f"TABLE {place}.M.T")


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    with LocalAccount(tmp_path) as account, connected(account) as run:
        run("CREATE DATABASE D", "CREATE SCHEMA D.S", "CREATE TABLE T (A NUMBER)", "CREATE ROLE R")
        run("GRANT ROLE R TO USER SNOWLANE", "GRANT SELECT ON TABLE T TO ROLE R WITH GRANT OPTION")
        run("GRANT INSERT ON FUTURE TABLES IN SCHEMA D.S TO ROLE R")
        run("CREATE DATABASE E CLONE D", "CREATE WAREHOUSE W WAREHOUSE_SIZE = LARGE")
        asked = ("SHOW GRANTS TO ROLE R", "SHOW GRANTS OF ROLE R", "SHOW WAREHOUSES LIKE 'W'")
        before = [run(statement) for statement in asked]
    with LocalAccount(tmp_path) as account, connected(account) as run:
        shown = [run(statement) for statement in asked]
        assert [len(rows) for rows in shown] == [2, 1, 1]
        assert shown[:2] == before[:2]
        assert shown[2][0]["size"] == "Large"
        run("CREATE TABLE E.S.NEW (A NUMBER)")
        held = {r["privilege"] for r in run("SHOW GRANTS ON TABLE E.S.NEW")}
        assert held == {"OWNERSHIP", "INSERT"}


# What a role without a CREATE privilege is refused though its user's secondary roles have it, and that privilege.
_CREATED = [
    ("TABLE {name}.S.X (A NUMBER)", "CREATE TABLE ON SCHEMA {name}.S"),
    ("VIEW {name}.S.X AS SELECT 1 AS A", "CREATE VIEW ON SCHEMA {name}.S"),
    ("TABLE {name}.S.X CLONE {name}.S.T", "CREATE TABLE ON SCHEMA {name}.S"),
    ("SCHEMA {name}.X", "CREATE SCHEMA ON DATABASE {name}"),
    ("DATABASE {name}_X", "CREATE DATABASE ON ACCOUNT"),
    ("ROLE {name}_X", "CREATE ROLE ON ACCOUNT"),
    ("WAREHOUSE {name}_X", "CREATE WAREHOUSE ON ACCOUNT"),
]


@pytest.mark.parametrize(("created", "privilege"), _CREATED, ids=[c for c, _ in _CREATED])
def test_secondary_roles_create_nothing(
    rows: Rows, place: str, created: str, privilege: str
) -> None:
    create = f"CREATE {created.format(name=place)}"
    rows("USE SECONDARY ROLES ALL", f"USE ROLE {place}_R", f"SELECT * FROM {place}.S.T")
    assert error_of(lambda: rows(create))[0] == 3001
    rows("USE ROLE ACCOUNTADMIN", f"GRANT {privilege.format(name=place)} TO ROLE {place}_S")
    rows(f"GRANT ROLE {place}_S TO ROLE {place}_R", f"USE ROLE {place}_R")
    rows(create)
