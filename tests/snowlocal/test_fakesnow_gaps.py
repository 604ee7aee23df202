"""Each thing that fakesnow 0.12.1 was seen to lack or get wrong, and that the local account must do: a table.

A row is a name, statements that prepare, a query, and what it must give. `{d}` is a database, `{s}` a schema of the
test's own in it, `{n}` that schema's bare name.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import snowflake.connector
from tests.snowlocal.conftest import Connect, Sql, error_of

_TASK = "CREATE TASK {s}.ta WAREHOUSE = COMPUTE_WH SCHEDULE = '60 MINUTE' AS INSERT INTO {s}.t VALUES (1)"
_BASE = "CREATE TABLE {s}.t (a INT)"
_PIPE = (
    "CREATE STAGE {s}.st",
    _BASE,
    "CREATE PIPE {s}.p AS COPY INTO {s}.t FROM @{s}.st FILE_FORMAT = (TYPE = CSV)",
)
_ALERT = (
    "CREATE ALERT {s}.al WAREHOUSE = COMPUTE_WH SCHEDULE = '60 MINUTE'"
    " IF (EXISTS (SELECT a FROM {s}.t)) THEN INSERT INTO {s}.t VALUES (1)"
)
_PROCEDURE = "CREATE PROCEDURE {s}.p() RETURNS INT LANGUAGE SQL AS $$ BEGIN RETURN 41 + 1; END; $$"
_HISTORY = "FROM TABLE({d}.INFORMATION_SCHEMA.QUERY_HISTORY())"

_GIVES: list[tuple[str, tuple[str, ...], str, list[tuple[Any, ...]]]] = [
    ("procedures", (_PROCEDURE,), "CALL {s}.p()", [(42,)]),
    (
        "SQL functions",
        ("CREATE FUNCTION {s}.f(x INT) RETURNS INT AS 'x + 1'",),
        "SELECT {s}.f(1)",
        [(2,)],
    ),
    (
        "streams",
        (_BASE, "CREATE STREAM {s}.st ON TABLE {s}.t", "INSERT INTO {s}.t VALUES (1)"),
        "SELECT a, METADATA$ACTION FROM {s}.st",
        [(1, "INSERT")],
    ),
    (
        "database clone with content",
        ("CREATE TABLE {s}.t AS SELECT 1 AS a", "CREATE OR REPLACE DATABASE {d}_CLONE CLONE {d}"),
        "SELECT a FROM {d}_CLONE.{n}.t",
        [(1,)],
    ),
    (
        "schema clone with content",
        ("CREATE TABLE {s}.t AS SELECT 1 AS a", "CREATE SCHEMA {s}_C CLONE {s}"),
        "SELECT a FROM {s}_C.t",
        [(1,)],
    ),
    (
        "clone AT a time",
        ("CREATE TABLE {s}.t AS SELECT 1 AS a", "CREATE TABLE {s}.u CLONE {s}.t AT (OFFSET => 0)"),
        "SELECT a FROM {s}.u",
        [(1,)],
    ),
    (
        "DROP and UNDROP DATABASE",
        (
            "CREATE DATABASE {d}_X",
            "CREATE TABLE {d}_X.PUBLIC.t AS SELECT 1 AS a",
            "DROP DATABASE {d}_X",
            "UNDROP DATABASE {d}_X",
        ),
        "SELECT a FROM {d}_X.PUBLIC.t",
        [(1,)],
    ),
    (
        "DROP and UNDROP SCHEMA",
        ("CREATE TABLE {s}.t AS SELECT 1 AS a", "DROP SCHEMA {s}", "UNDROP SCHEMA {s}"),
        "SELECT a FROM {s}.t",
        [(1,)],
    ),
    (
        "SWAP WITH",
        (
            "CREATE TABLE {s}.t AS SELECT 1 AS a",
            "CREATE TABLE {s}.u AS SELECT 2 AS a",
            "ALTER TABLE {s}.t SWAP WITH {s}.u",
        ),
        "SELECT a FROM {s}.t",
        [(2,)],
    ),
    ("EXECUTE IMMEDIATE", (), "EXECUTE IMMEDIATE 'SELECT 1'", [(1,)]),
    ("EXECUTE IMMEDIATE of a block", (), "EXECUTE IMMEDIATE $$BEGIN RETURN 1; END;$$", [(1,)]),
    (
        "ALTER SESSION SET QUERY_TAG and QUERY_HISTORY",
        ("ALTER SESSION SET QUERY_TAG = '{s}'", "SELECT 5", "ALTER SESSION UNSET QUERY_TAG"),
        f"SELECT QUERY_TEXT {_HISTORY} WHERE QUERY_TAG = '{{s}}' AND QUERY_TYPE = 'SELECT'",
        [("SELECT 5",)],
    ),
    (
        "SYSTEM$STREAM_HAS_DATA",
        (_BASE, "CREATE STREAM {s}.st ON TABLE {s}.t"),
        "SELECT SYSTEM$STREAM_HAS_DATA('{s}.st')",
        [(False,)],
    ),
    (
        "SYSTEM$PIPE_STATUS",
        _PIPE,
        "SELECT PARSE_JSON(SYSTEM$PIPE_STATUS('{s}.p')):executionState::VARCHAR",
        [("RUNNING",)],
    ),
    ("CURRENT_WAREHOUSE", (), "SELECT CURRENT_WAREHOUSE()", [("COMPUTE_WH",)]),
    (
        "AUTOINCREMENT outside the current database",
        (
            "CREATE TABLE {s}.t (id INT AUTOINCREMENT, a INT)",
            "CREATE OR REPLACE DATABASE {d}_ELSEWHERE",
            "INSERT INTO {s}.t (a) VALUES (5)",
        ),
        "SELECT id, a FROM {s}.t",
        [(1, 5)],
    ),
    (
        "after CREATE DATABASE the session is in it",
        ("CREATE OR REPLACE DATABASE {d}_NEW",),
        "SELECT CURRENT_DATABASE() LIKE '%_NEW', CURRENT_SCHEMA()",
        [(True, "PUBLIC")],
    ),
    (
        "one transaction over two databases",
        (
            _BASE,
            "CREATE OR REPLACE DATABASE {d}_TWO",
            "CREATE TABLE u (a INT)",
            "BEGIN",
            "INSERT INTO {s}.t VALUES (1)",
            "INSERT INTO u VALUES (1)",
            "COMMIT",
        ),
        "SELECT (SELECT COUNT(*) FROM {s}.t) + (SELECT COUNT(*) FROM {d}_TWO.PUBLIC.u)",
        [(2,)],
    ),
    (
        "DESCRIBE TABLE from another database",
        (_BASE, "CREATE OR REPLACE DATABASE {d}_ELSEWHERE"),
        "DESCRIBE TABLE {s}.t",
        [],
    ),
]


@pytest.fixture
def names(schema: str) -> dict[str, str]:
    """What the placeholders of the table stand for."""
    database, name = schema.split(".")
    return {"d": database, "n": name, "s": schema}


@pytest.mark.parametrize(
    ("prepare", "query", "rows"), [row[1:] for row in _GIVES], ids=[row[0] for row in _GIVES]
)
def test_it_gives(
    sql: Sql,
    names: dict[str, str],
    prepare: tuple[str, ...],
    query: str,
    rows: list[tuple[Any, ...]],
) -> None:
    for statement in prepare:
        sql(statement.format(**names))
    found = sql(query.format(**names))
    assert found == rows or (not rows and found)


_SHOWN = {
    "DATABASES": ((), "SHOW DATABASES", "{d}"),
    "SCHEMAS": ((), "SHOW SCHEMAS IN DATABASE {d}", "{n}"),
    "TABLES": ((_BASE,), "SHOW TABLES IN SCHEMA {s}", "T"),
    "VIEWS": (("CREATE VIEW {s}.v AS SELECT 1 AS a",), "SHOW VIEWS IN SCHEMA {s}", "V"),
    "SEQUENCES": (("CREATE SEQUENCE {s}.sq",), "SHOW SEQUENCES IN SCHEMA {s}", "SQ"),
    "STAGES": (("CREATE STAGE {s}.st",), "SHOW STAGES IN SCHEMA {s}", "ST"),
    "FILE FORMATS": (
        ("CREATE FILE FORMAT {s}.ff TYPE = CSV",),
        "SHOW FILE FORMATS IN SCHEMA {s}",
        "FF",
    ),
    "PIPES": (_PIPE, "SHOW PIPES IN SCHEMA {s}", "P"),
    "STREAMS": ((_BASE, "CREATE STREAM {s}.x ON TABLE {s}.t"), "SHOW STREAMS IN SCHEMA {s}", "X"),
    "TASKS": ((_BASE, _TASK), "SHOW TASKS IN SCHEMA {s}", "TA"),
    "ALERTS": ((_BASE, _ALERT), "SHOW ALERTS IN SCHEMA {s}", "AL"),
    "PROCEDURES": ((_PROCEDURE,), "SHOW PROCEDURES IN SCHEMA {s}", "P"),
    "USER FUNCTIONS": (
        ("CREATE FUNCTION {s}.f() RETURNS INT AS '1'",),
        "SHOW USER FUNCTIONS IN SCHEMA {s}",
        "F",
    ),
    "WAREHOUSES": ((), "SHOW WAREHOUSES", "COMPUTE_WH"),
    "ROLES": ((), "SHOW ROLES", "SYSADMIN"),
    "USERS": ((), "SHOW USERS", "SNOWLANE"),
}


@pytest.mark.parametrize("plural", list(_SHOWN))
def test_show_gives_real_times(connect: Connect, names: dict[str, str], plural: str) -> None:
    prepare, show, name = _SHOWN[plural]
    cursor = connect().cursor(snowflake.connector.DictCursor)
    for statement in prepare:
        cursor.execute(statement.format(**names))
    cursor.execute(show.format(**names))
    found = {row["name"]: row for row in cursor.fetchall()}
    created = found[name.format(**names)]["created_on"]
    assert abs(datetime.now(UTC) - created) < timedelta(hours=1)


def test_show_primary_keys_in_database(connect: Connect, names: dict[str, str]) -> None:
    cursor = connect().cursor(snowflake.connector.DictCursor)
    cursor.execute("CREATE TABLE {s}.keyed (a INT, b INT, PRIMARY KEY (b, a))".format(**names))
    cursor.execute("SHOW PRIMARY KEYS IN DATABASE {d}".format(**names))
    keys = [row for row in cursor.fetchall() if row["schema_name"] == names["n"]]
    assert [(row["column_name"], row["key_sequence"]) for row in keys] == [("B", 1), ("A", 2)]


def test_grants(sql: Sql, names: dict[str, str]) -> None:
    sql("CREATE OR REPLACE ROLE gap_reader", _BASE.format(**names))
    sql("GRANT SELECT ON TABLE {s}.t TO ROLE gap_reader".format(**names))
    shown = sql("SHOW GRANTS TO ROLE gap_reader")
    assert any("SELECT" in row and "{s}.T".format(**names) in row for row in shown)


def test_session_functions(sql: Sql) -> None:
    assert sql("SELECT LAST_QUERY_ID()") == [(None,)]
    (session, query_id) = sql("SELECT CURRENT_SESSION(), LAST_QUERY_ID()")[0]
    assert str(session).isdigit()
    assert len(query_id) == 36


def test_execute_task_and_task_history(sql: Sql, names: dict[str, str]) -> None:
    sql(_BASE.format(**names), _TASK.format(**names), "EXECUTE TASK {s}.ta".format(**names))
    history = (
        "SELECT STATE FROM TABLE({d}.INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => 'TA'))"
        " WHERE SCHEMA_NAME = '{n}' AND STATE NOT IN ('SCHEDULED', 'EXECUTING')"
    )
    end = time.monotonic() + 20
    while not (found := sql(history.format(**names))) and time.monotonic() < end:
        time.sleep(0.02)
    assert found == [("SUCCEEDED",)]
    assert sql("SELECT a FROM {s}.t".format(**names)) == [(1,)]


def test_view_text_is_as_written(sql: Sql, names: dict[str, str]) -> None:
    sql(_BASE.format(**names), "USE SCHEMA {s}".format(**names))
    sql("CREATE VIEW v AS SELECT IFF(a > 1, 'x', 'y')::VARCHAR(5) /* why */ AS b FROM t")
    assert (
        "IFF(a > 1, 'x', 'y')::VARCHAR(5) /* why */ AS b"
        in sql("SELECT GET_DDL('VIEW', 'V')")[0][0]
    )


def test_varchar_does_not_become_a_number_in_place(sql: Sql, names: dict[str, str]) -> None:
    sql("CREATE TABLE {s}.t (a VARCHAR(10))".format(**names))
    statement = "ALTER TABLE {s}.t ALTER COLUMN a SET DATA TYPE NUMBER(10,2)".format(**names)
    assert error_of(lambda: sql(statement))[0] == 2108


def test_policies_are_obeyed(sql: Sql, names: dict[str, str]) -> None:
    sql("CREATE MASKING POLICY {s}.p AS (v VARCHAR) RETURNS VARCHAR -> 'hidden'".format(**names))
    sql("CREATE TABLE {s}.m (a VARCHAR WITH MASKING POLICY {s}.p)".format(**names))
    sql("INSERT INTO {s}.m VALUES ('open')".format(**names))
    assert sql("SELECT a FROM {s}.m".format(**names)) == [("hidden",)]


def test_several_statements_in_a_request(connect: Connect) -> None:
    cursor = connect().cursor()
    cursor.execute("SELECT 1; SELECT 2", num_statements=2)
    assert cursor.fetchall() == [(1,)]
    cursor.nextset()
    assert cursor.fetchall() == [(2,)]
