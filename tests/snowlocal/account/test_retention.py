"""DATA_RETENTION_TIME_IN_DAYS: set on a database, schema or table, and else inherited.

Source: docs.snowflake.com/en/user-guide/data-time-travel.
"""

from __future__ import annotations

from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import Sql, error_of


def _days(rows: Rows) -> dict[str, str]:
    shown = (
        "DATABASES LIKE 'KEPT'",
        "SCHEMAS LIKE 'S' IN DATABASE kept",
        "TABLES IN DATABASE kept",
    )
    return {row["name"]: row["retention_time"] for each in shown for row in rows(f"SHOW {each}")}


def test_what_has_no_days_of_its_own_has_those_it_lies_in(sql: Sql, rows: Rows) -> None:
    sql(
        "CREATE DATABASE kept DATA_RETENTION_TIME_IN_DAYS = 7",
        "CREATE SCHEMA s",
        "CREATE TABLE t (id INT)",
        "CREATE TABLE own (id INT) DATA_RETENTION_TIME_IN_DAYS = 2",
        "CREATE TRANSIENT TABLE tr (id INT)",
    )
    assert _days(rows) == {"KEPT": "7", "S": "7", "T": "7", "OWN": "2", "TR": "1"}
    sql("ALTER SCHEMA s SET DATA_RETENTION_TIME_IN_DAYS = 0 COMMENT = 'none'")
    assert _days(rows) == {"KEPT": "7", "S": "0", "T": "0", "OWN": "2", "TR": "0"}
    told = "INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'S' ORDER BY 1"
    assert sql(f"SELECT TABLE_NAME, RETENTION_TIME FROM {told}") == [
        ("OWN", 2),
        ("T", 0),
        ("TR", 0),
    ]
    # What is kept for no day cannot come back.
    sql("DROP TABLE t", "DROP TABLE own", "UNDROP TABLE own")
    assert error_of(lambda: sql("UNDROP TABLE t"))[0] == 2003
    sql("ALTER SCHEMA s UNSET DATA_RETENTION_TIME_IN_DAYS")
    sql("ALTER TABLE own UNSET DATA_RETENTION_TIME_IN_DAYS, COMMENT")
    sql("CREATE TABLE t CLONE own", "ALTER DATABASE kept SET DATA_RETENTION_TIME_IN_DAYS = 5")
    assert _days(rows) == {"KEPT": "5", "S": "5", "T": "5", "OWN": "5", "TR": "1"}
    assert error_of(lambda: sql("ALTER TABLE tr SET DATA_RETENTION_TIME_IN_DAYS = 2"))[0] == 1008
    assert error_of(lambda: sql("ALTER SCHEMA s SET DATA_RETENTION_TIME_IN_DAYS = 91"))[0] == 1008
    assert error_of(lambda: sql("ALTER SCHEMA s SET DEFAULT_DDL_COLLATION = 'en'"))[0] == 2


def test_change_tracking_is_shown(sql: Sql, rows: Rows, schema: str) -> None:
    sql(f"USE SCHEMA {schema}", "CREATE TABLE t (id INT)")
    shown = []
    for value in ("TRUE", "FALSE"):
        sql(f"ALTER TABLE t SET CHANGE_TRACKING = {value}")
        shown.append(rows(f"SHOW TABLES LIKE 'T' IN {schema}")[0]["change_tracking"])
    assert shown == ["ON", "OFF"]
