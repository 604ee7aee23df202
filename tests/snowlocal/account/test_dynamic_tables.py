"""Dynamic tables and materialized views: made, refreshed, queried, shown, cloned, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from tests.snowlocal.account.conftest import Rows, connected
from tests.snowlocal.conftest import error_of

from snowlocal.server import LocalAccount

_DT = "CREATE DYNAMIC TABLE {} TARGET_LAG = '{}' WAREHOUSE = COMPUTE_WH{} AS {}"


@pytest.fixture
def place(rows: Rows, name: str) -> str:
    """A database whose schema S has the table T with two rows; S is current."""
    rows(f"CREATE DATABASE {name}", f"CREATE SCHEMA {name}.S")
    rows("CREATE TABLE T (A INT, B VARCHAR)", "INSERT INTO T VALUES (1, 'x'), (2, 'y')")
    return name


@pytest.fixture(scope="module")
def shared(account: LocalAccount) -> str:
    """A schema with T, the dynamic table D and the materialized view M, for tests that leave them as they are."""
    with connected(account) as rows:
        rows(
            "CREATE DATABASE SHARED", "CREATE TABLE T (A INT, B VARCHAR)", "CREATE TABLE U (A INT)"
        )
        rows(
            _DT.format("D", "1 hour", "", "SELECT A FROM T"),
            "CREATE MATERIALIZED VIEW M AS SELECT A FROM T",
        )
    return "SHARED.PUBLIC"


def _values(rows: Rows, query: str) -> list[Any]:
    return [next(iter(row.values())) for row in rows(query)]


def _dynamic(rows: Rows, name: str) -> dict[str, Any]:
    (found,) = rows(f"SHOW DYNAMIC TABLES LIKE '{name}'")
    return found


def _ddl(rows: Rows, kind: str, name: str) -> str:
    return str(rows(f"SELECT GET_DDL('{kind}', '{name}') AS D")[0]["D"])


def test_rows_as_of_the_last_refresh(rows: Rows, place: str) -> None:
    rows(_DT.format("D", "5 minutes", "", "SELECT A * 10 AS TEN FROM T"))
    rows("INSERT INTO T VALUES (3, 'z')")
    assert sorted(_values(rows, "SELECT TEN FROM D")) == [10, 20]
    rows("ALTER DYNAMIC TABLE D REFRESH")
    assert sorted(_values(rows, "SELECT TEN FROM D")) == [10, 20, 30]
    assert _dynamic(rows, "D")["rows"] == 3


def test_a_refresh_begins_with_those_above(rows: Rows, place: str) -> None:
    rows(
        _DT.format("D1", "1 hour", "", "SELECT A FROM T"),
        _DT.format("D2", "1 hour", "", "SELECT SUM(A) AS S FROM D1"),
    )
    rows("INSERT INTO T VALUES (10, 'z')", "ALTER DYNAMIC TABLE D2 REFRESH")
    assert (_values(rows, "SELECT S FROM D2"), len(rows("SELECT A FROM D1"))) == ([13], 3)


def test_one_that_waits_for_its_first_refresh(rows: Rows, place: str) -> None:
    rows(_DT.format("D", "1 hour", " INITIALIZE = ON_SCHEDULE", "SELECT A FROM T"))
    number, message = error_of(lambda: rows("SELECT * FROM D"))
    assert (number, "not initialized" in message) == (370002, True)
    rows("ALTER DYNAMIC TABLE D REFRESH")
    assert len(rows("SELECT * FROM D")) == 2


def test_a_refresh_has_the_owners_rights(rows: Rows, place: str) -> None:
    rows(_DT.format("D", "1 hour", "", "SELECT CURRENT_ROLE() AS R FROM T WHERE A = 1"))
    role = f"{place}_R"
    rows(
        f"CREATE ROLE {role}",
        f"GRANT ROLE {role} TO USER SNOWLANE",
        f"GRANT USAGE ON DATABASE {place} TO ROLE {role}",
    )
    rows(
        f"GRANT USAGE ON SCHEMA {place}.S TO ROLE {role}",
        f"GRANT OPERATE, SELECT ON DYNAMIC TABLE D TO ROLE {role}",
    )
    rows(f"USE ROLE {role}", "USE SECONDARY ROLES NONE", "ALTER DYNAMIC TABLE D REFRESH")
    assert _values(rows, "SELECT R FROM D") == ["ACCOUNTADMIN"]
    assert error_of(lambda: rows("ALTER DYNAMIC TABLE D SET COMMENT = 'x'"))[0] == 3001
    rows("USE ROLE ACCOUNTADMIN", "USE SECONDARY ROLES ALL")


def test_what_is_shown(rows: Rows, place: str) -> None:
    rows(_DT.format("D (X, Y COMMENT 'why')", "90 seconds", " COMMENT = 'c'", "SELECT A, B FROM T"))
    shown = _dynamic(rows, "D")
    assert (shown["target_lag"], shown["refresh_mode"]) == ("1 minute, 30 seconds", "INCREMENTAL")
    assert (shown["scheduling_state"], shown["warehouse"], shown["comment"]) == (
        "ACTIVE",
        "COMPUTE_WH",
        "c",
    )
    assert [r["name"] for r in rows("DESCRIBE DYNAMIC TABLE D")] == ["X", "Y"]
    assert {r["name"]: r["is_dynamic"] for r in rows("SHOW TABLES")} == {"D": "Y", "T": "N"}
    assert {r["name"]: r["kind"] for r in rows("SHOW OBJECTS")} == {"D": "TABLE", "T": "TABLE"}
    tables = rows(
        "SELECT TABLE_TYPE, IS_DYNAMIC FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'D'"
    )
    assert tables == [{"TABLE_TYPE": "BASE TABLE", "IS_DYNAMIC": "YES"}]
    assert _ddl(rows, "DYNAMIC_TABLE", "D") == (
        "create or replace dynamic table D(\n\tX,\n\tY COMMENT 'why'\n) target_lag = '1 minute, 30 seconds'"
        " refresh_mode = AUTO initialize = ON_CREATE warehouse = COMPUTE_WH\n COMMENT='c'\n as SELECT A, B FROM T;"
    )


def test_ddl_made_again(rows: Rows, place: str) -> None:
    rows("CREATE TAG TG", "CREATE MASKING POLICY MP AS (v VARCHAR) RETURNS VARCHAR -> '*'")
    options = " CLUSTER BY (A) WITH TAG (TG = 'x') REFRESH_MODE = FULL"
    rows(
        _DT.format(
            "D (A, B WITH MASKING POLICY MP)", "DOWNSTREAM", options, "SELECT A, B FROM T"
        ).replace("'DOWNSTREAM'", "DOWNSTREAM")
    )
    assert _values(rows, "SELECT DISTINCT B FROM D") == ["*"]
    text = _ddl(rows, "TABLE", "D")
    assert text in _ddl(rows, "SCHEMA", f"{place}.S")
    rows(text)
    assert _ddl(rows, "DYNAMIC TABLE", "D") == text


def test_altered(rows: Rows, place: str) -> None:
    rows(
        _DT.format("D", "1 hour", "", "SELECT A FROM T"),
        _DT.format("E", "1 day", "", "SELECT B FROM T"),
    )
    rows("ALTER DYNAMIC TABLE D SUSPEND")
    assert _dynamic(rows, "D")["scheduling_state"] == "SUSPENDED"
    rows(
        "ALTER DYNAMIC TABLE D RESUME",
        "ALTER DYNAMIC TABLE D SET TARGET_LAG = '2 hours' COMMENT = 'c'",
    )
    shown = _dynamic(rows, "D")
    assert (shown["scheduling_state"], shown["target_lag"], shown["comment"]) == (
        "ACTIVE",
        "2 hours",
        "c",
    )
    rows(
        "ALTER DYNAMIC TABLE D SWAP WITH E",
        "ALTER DYNAMIC TABLE E RENAME TO F",
        "COMMENT ON DYNAMIC TABLE F IS 'd'",
    )
    assert _dynamic(rows, "F")["comment"] == "d"
    rows("DROP DYNAMIC TABLE F", "UNDROP DYNAMIC TABLE F")
    assert sorted(_values(rows, "SELECT A FROM F")) == [1, 2]


def test_clones_are_suspended(rows: Rows, place: str) -> None:
    rows(_DT.format("D", "1 hour", "", f"SELECT A FROM {place}.S.T"))
    rows(f"CREATE SCHEMA {place}.C CLONE {place}.S", f"INSERT INTO {place}.S.T VALUES (3, 'z')")
    shown = _dynamic(rows, "D")
    assert (shown["scheduling_state"], shown["is_clone"]) == ("SUSPENDED", True)
    assert f"FROM {place}.S.T" in shown["text"]
    rows(f"ALTER DYNAMIC TABLE {place}.C.D REFRESH")
    assert (len(rows(f"SELECT * FROM {place}.C.D")), len(rows(f"SELECT * FROM {place}.S.D"))) == (
        3,
        2,
    )
    rows(f"CREATE DYNAMIC TABLE {place}.C.ALONE CLONE {place}.S.D TARGET_LAG = '3 hours'")
    assert (_dynamic(rows, "ALONE")["target_lag"], len(rows("SELECT * FROM ALONE"))) == (
        "3 hours",
        2,
    )


def test_a_materialized_view_is_always_new(rows: Rows, place: str) -> None:
    rows("CREATE MATERIALIZED VIEW M (X, N) COMMENT = 'c' AS SELECT B, COUNT(*) FROM T GROUP BY B")
    rows("INSERT INTO T VALUES (3, 'y')")
    assert sorted(_values(rows, "SELECT X || N FROM M")) == ["x1", "y2"]
    (shown,) = rows("SHOW MATERIALIZED VIEWS")
    assert (shown["source_table_name"], shown["invalid"], shown["comment"]) == ("T", "false", "c")
    assert {r["name"]: r["is_materialized"] for r in rows("SHOW VIEWS")} == {"M": "true"}
    text = _ddl(rows, "VIEW", "M")
    assert text == (
        "create or replace materialized view M(\n\tX,\n\tN\n) COMMENT='c'\n as SELECT B, COUNT(*) FROM T GROUP BY B;"
    )
    rows(text)
    assert _ddl(rows, "MATERIALIZED_VIEW", "M") == text
    rows("ALTER MATERIALIZED VIEW M SUSPEND")
    assert error_of(lambda: rows("SELECT * FROM M"))[0] == 370002
    rows("ALTER MATERIALIZED VIEW M RESUME", "ALTER MATERIALIZED VIEW M RENAME TO N")
    assert len(rows("SELECT * FROM N")) == 2
    rows("DROP MATERIALIZED VIEW N")


def test_a_materialized_view_follows_its_table(rows: Rows, place: str) -> None:
    rows("CREATE MATERIALIZED VIEW M AS SELECT * FROM T", "ALTER TABLE T ADD COLUMN C INT")
    assert sorted(rows("SELECT * FROM M")[0]) == ["A", "B"]
    rows("ALTER TABLE T RENAME TO T2")
    assert len(rows("SELECT * FROM M")) == 2
    rows("ALTER TABLE T2 DROP COLUMN B")
    assert error_of(lambda: rows("SELECT * FROM M"))[0] == 370002
    assert rows("SHOW MATERIALIZED VIEWS")[0]["invalid"] == "true"


def test_a_cloned_materialized_view_reads_the_cloned_table(rows: Rows, place: str) -> None:
    rows(f"CREATE MATERIALIZED VIEW M AS SELECT A FROM {place}.S.T")
    rows(f"CREATE SCHEMA {place}.C CLONE {place}.S", f"DELETE FROM {place}.C.T")
    assert (rows(f"SELECT * FROM {place}.C.M"), len(rows(f"SELECT * FROM {place}.S.M"))) == ([], 2)
    assert f"FROM {place}.S.T" in _ddl(rows, "VIEW", f"{place}.C.M")


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        (_DT.format("X", "30 seconds", "", "SELECT 1 AS A"), 370002),
        (_DT.format("X", "soon", "", "SELECT 1 AS A"), 370002),
        ("CREATE DYNAMIC TABLE X TARGET_LAG = '1 hour' WAREHOUSE = NOSUCH AS SELECT 1 AS A", 2003),
        (_DT.format("D", "1 hour", "", "SELECT 1 AS A"), 2002),
        ("ALTER DYNAMIC TABLE D SET REFRESH_MODE = FULL", 370002),
        ("INSERT INTO D VALUES (1)", 2205),
        ("DROP TABLE D", 2203),
        ("CREATE TABLE D (A INT)", 2002),
        ("CREATE MATERIALIZED VIEW X AS SELECT T.A FROM T JOIN U ON T.A = U.A", 370002),
        ("CREATE MATERIALIZED VIEW X AS SELECT T.A FROM T, U", 370002),
        ("CREATE MATERIALIZED VIEW X AS SELECT A FROM T ORDER BY A", 370002),
        (
            "CREATE MATERIALIZED VIEW X AS SELECT A, ROW_NUMBER() OVER (ORDER BY B) AS N FROM T",
            370002,
        ),
        ("CREATE MATERIALIZED VIEW X AS SELECT COUNT(*) AS N FROM T GROUP BY B", 370002),
        ("CREATE MATERIALIZED VIEW X AS SELECT A, CURRENT_ROLE() AS R FROM T", 370002),
        ("CREATE MATERIALIZED VIEW X AS SELECT A FROM M", 2203),
        ("CREATE MATERIALIZED VIEW X AS SELECT A FROM D", 2203),
        ("INSERT INTO M VALUES (1)", 2205),
        ("ALTER MATERIALIZED VIEW M MODIFY COLUMN A SET MASKING POLICY P", 1003),
    ],
)
def test_refusals(rows: Rows, shared: str, statement: str, number: int) -> None:
    rows(f"USE SCHEMA {shared}")
    assert error_of(lambda: rows(statement))[0] == number


def test_policies_and_materialized_views_exclude_each_other(rows: Rows, place: str) -> None:
    rows(
        "CREATE MASKING POLICY MP AS (v VARCHAR) RETURNS VARCHAR -> '*'",
        "CREATE MATERIALIZED VIEW M AS SELECT A FROM T",
    )
    masked = "ALTER TABLE T MODIFY COLUMN B SET MASKING POLICY MP"
    assert "materialized views" in error_of(lambda: rows(masked))[1]
    rows("DROP MATERIALIZED VIEW M", masked)
    assert error_of(lambda: rows("CREATE MATERIALIZED VIEW M AS SELECT A FROM T"))[0] == 2
