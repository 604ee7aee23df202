"""Alerts: definition, states, one run, and how they are shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.snowlocal.conftest import error_of

Sql = Callable[..., list[Any]]
_HEAD = "WAREHOUSE = COMPUTE_WH SCHEDULE = '60 MINUTE'"


def shown(sql: Sql, name: str) -> dict[str, Any]:
    """A row of SHOW ALERTS by column."""
    columns = (
        "created_on", "name", "database_name", "schema_name", "owner", "comment", "warehouse", "schedule", "state",
        "condition", "action", "owner_role_type",
    )  # fmt: skip
    return dict(zip(columns, sql(f"SHOW ALERTS LIKE '{name}'")[0], strict=True))


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        (f"CREATE ALERT a {_HEAD} IF (SELECT 1) > 2 THEN CALL p()", 1003),
        (f"CREATE ALERT a {_HEAD} IF ((SELECT 1) > 2) THEN CALL p()", 1003),
        (
            "CREATE ALERT a WAREHOUSE = NOWHERE SCHEDULE = '1 MINUTE' IF (EXISTS (SELECT 1)) THEN SELECT 1",
            2003,
        ),
        (
            "CREATE ALERT a WAREHOUSE = COMPUTE_WH SCHEDULE = 'often' IF (EXISTS (SELECT 1)) THEN SELECT 1",
            1008,
        ),
        ("CALL SYSTEM$SEND_EMAIL('a@b.c', 'subject')", 938),
        ("CALL SYSTEM$SEND_EMAIL('i', 'a@b.c', 'subject', 'text', 'text/plain', 'more')", 939),
        ("CALL SYSTEM$SEND_EMAIL('i', 'a@b.c', 'subject', 'text')", 2003),
        ("EXECUTE ALERT missing", 2003),
    ],
)
def test_refusals(sql: Sql, schema: str, statement: str, number: int) -> None:
    assert error_of(lambda: sql(statement))[0] == number


def test_states_and_changes(sql: Sql, schema: str) -> None:
    sql(
        f"CREATE ALERT a {_HEAD} COMMENT = 'c' IF (EXISTS (SELECT 1)) THEN CALL SYSTEM$SEND_EMAIL('i','t','s','b')"
    )
    row = shown(sql, "A")
    assert (row["state"], row["condition"], row["comment"]) == ("suspended", "SELECT 1", "c")
    sql("ALTER ALERT a RESUME")
    assert shown(sql, "A")["state"] == "started"
    sql("ALTER ALERT a SUSPEND", "ALTER ALERT a SET SCHEDULE = 'USING CRON 0 * * * * UTC'")
    sql("ALTER ALERT a MODIFY CONDITION EXISTS (SELECT 2)", "ALTER ALERT a MODIFY ACTION SELECT 3")
    row = shown(sql, "A")
    assert (row["state"], row["schedule"], row["condition"], row["action"]) == (
        "suspended",
        "USING CRON 0 * * * * UTC",
        "SELECT 2",
        "SELECT 3",
    )


def test_get_ddl_makes_the_same_alert_again(sql: Sql, schema: str) -> None:
    sql(
        f"CREATE ALERT g {_HEAD} COMMENT = 'it''s' IF (EXISTS (SELECT a FROM t WHERE a > 2))"
        " THEN INSERT INTO t VALUES (1)"
    )
    ddl = sql("SELECT GET_DDL('ALERT', 'g', TRUE)")[0][0]
    assert f"alert {schema}.G" in ddl
    sql(ddl)
    assert sql("SELECT GET_DDL('ALERT', 'g', TRUE)") == [(ddl,)]


@pytest.mark.parametrize(("rows", "acted"), [("(1), (3)", True), ("(1)", False)])
def test_execute_runs_the_action_where_the_condition_holds(
    sql: Sql, schema: str, rows: str, acted: bool
) -> None:
    sql("CREATE TABLE t (a INT)", f"INSERT INTO t VALUES {rows}", "CREATE TABLE seen (a INT)")
    sql(
        f"CREATE ALERT e {_HEAD} IF (EXISTS (SELECT a FROM t WHERE a > 2)) THEN INSERT INTO seen VALUES (1)"
    )
    sql("EXECUTE ALERT e")
    name = schema.split(".")[1]
    state = ""
    for _ in range(300):
        state = sql(
            "SELECT state FROM TABLE(INFORMATION_SCHEMA.ALERT_HISTORY())"
            f" WHERE schema_name = '{name}'"
        )[0][0]
        if state not in ("SCHEDULED", "EXECUTING"):
            break
        time.sleep(0.05)
    assert state == ("TRIGGERED" if acted else "CONDITION_FALSE")
    assert sql("SELECT COUNT(*) FROM seen") == [(int(acted),)]
