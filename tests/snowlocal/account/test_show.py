"""SHOW and DESCRIBE: patterns, places, pages, columns, and that only what a role may see is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import error_of

from snowlocal.errors import SnowflakeError
from snowlocal.show_filters import MOST_ROWS, cut


@pytest.fixture
def place(rows: Rows, name: str) -> str:
    """A database with the schemas A and B; A holds the tables QA_X, QA1DW and "qa_y", and the view V."""
    rows(
        f"CREATE DATABASE {name}",
        f"CREATE SCHEMA {name}.B",
        f"CREATE TABLE {name}.B.OTHER (X NUMBER)",
    )
    rows(f"CREATE SCHEMA {name}.A")
    for table in ("QA_X", "QA1DW", '"qa_y"'):
        rows(f"CREATE TABLE {name}.A.{table} (X NUMBER)")
    rows(f"CREATE VIEW {name}.A.V AS SELECT X FROM {name}.A.QA_X")
    return name


def _names(rows: Rows, statement: str) -> list[str]:
    return [row["name"] for row in rows(statement)]


@pytest.mark.parametrize(
    ("clause", "names"),
    [
        ("", ["QA1DW", "QA_X", "qa_y"]),
        ("LIKE 'qa_%'", ["QA1DW", "QA_X", "qa_y"]),
        (r"LIKE 'qa\\_%'", ["QA_X", "qa_y"]),
        ("LIKE 'QA_X'", ["QA_X"]),
        ("STARTS WITH 'qa'", ["qa_y"]),
        ("STARTS WITH 'QA_'", ["QA_X"]),
        ("LIMIT 2", ["QA1DW", "QA_X"]),
        ("LIMIT 2 FROM 'QA1DW'", ["QA_X", "qa_y"]),
        ("LIMIT 5 FROM 'qa_y'", []),
    ],
)
def test_filters(rows: Rows, place: str, clause: str, names: list[str]) -> None:
    before, after = (clause, "") if clause.startswith("LIKE") else ("", clause)
    assert _names(rows, f"SHOW TABLES {before} IN SCHEMA {place}.A {after}") == names


def test_places(rows: Rows, place: str) -> None:
    four = ["QA1DW", "QA_X", "qa_y", "OTHER"]
    assert _names(rows, f"SHOW TABLES IN DATABASE {place}") == four
    assert _names(rows, f"SHOW TABLES IN {place}") == four
    assert _names(rows, f"SHOW TABLES IN {place}.B") == ["OTHER"]
    assert {"OTHER", "QA_X"} <= set(_names(rows, "SHOW TABLES IN ACCOUNT"))
    assert _names(rows, "SHOW TABLES") == four[:3]  # the session is in schema A
    rows(f"USE SCHEMA {place}.B")
    assert _names(rows, "SHOW TABLES") == ["OTHER"]
    assert error_of(lambda: rows("SHOW TABLES IN SCHEMA NOWHERE.AT_ALL"))[0] == 2043
    assert error_of(lambda: rows("SHOW TABLES IN NOWHERE"))[0] == 2043


def test_more_than_ten_thousand_rows_need_a_limit() -> None:
    assert len(cut(range(MOST_ROWS), None)) == MOST_ROWS
    assert len(cut(range(MOST_ROWS + 1), 5)) == 5
    with pytest.raises(SnowflakeError) as caught:
        cut(range(MOST_ROWS + 1), None)
    assert caught.value.number == 90153


def test_a_limit_above_ten_thousand_is_refused(rows: Rows) -> None:
    assert error_of(lambda: rows("SHOW ROLES LIMIT 10001"))[0] == 90153


def test_created_on_is_the_time_of_creation(rows: Rows, place: str) -> None:
    (row,) = rows(f"SHOW TABLES LIKE 'QA_X' IN SCHEMA {place}.A")
    assert abs(row["created_on"].astimezone(UTC) - datetime.now(UTC)) < timedelta(minutes=5)


def test_terse(rows: Rows, place: str) -> None:
    (row,) = rows(f"SHOW TERSE TABLES LIKE 'QA_X' IN SCHEMA {place}.A")
    assert list(row) == ["created_on", "name", "kind", "database_name", "schema_name"]
    assert (row["kind"], row["database_name"], row["schema_name"]) == ("TABLE", place, "A")


def test_terse_users_and_what_has_no_short_form(rows: Rows) -> None:
    (row,) = rows("SHOW TERSE USERS LIKE 'SNOWLANE'")
    assert {"name", "created_on", "type"} <= set(row)
    assert "default_role" not in row
    assert error_of(lambda: rows("SHOW TERSE WAREHOUSES"))[0] == 2


def test_objects_are_tables_and_views(rows: Rows, place: str) -> None:
    shown = {r["name"]: r["kind"] for r in rows(f"SHOW OBJECTS IN SCHEMA {place}.A")}
    assert shown == {"QA1DW": "TABLE", "QA_X": "TABLE", "qa_y": "TABLE", "V": "VIEW"}


def test_schemas(rows: Rows, place: str) -> None:
    shown = rows(f"SHOW SCHEMAS IN DATABASE {place}")
    assert [r["name"] for r in shown] == ["A", "B", "INFORMATION_SCHEMA", "PUBLIC"]
    assert {r["is_current"] for r in shown if r["name"] == "A"} == {"Y"}
    assert _names(rows, f"SHOW SCHEMAS LIKE 'a' IN DATABASE {place}") == ["A"]


def test_history_shows_what_was_dropped(rows: Rows, place: str) -> None:
    rows(f"DROP TABLE {place}.A.QA_X")
    assert _names(rows, f"SHOW TABLES LIKE 'QA_X' IN SCHEMA {place}.A") == []
    (row,) = rows(f"SHOW TABLES HISTORY LIKE 'QA_X' IN SCHEMA {place}.A")
    assert row["dropped_on"] is not None
    assert error_of(lambda: rows("SHOW VIEWS HISTORY"))[0] == 2


@pytest.mark.parametrize("what", ["SESSION POLICIES", "EXTERNAL TABLES", "INTEGRATIONS", "LOCKS"])
def test_unknown_kinds_are_refused_by_name(rows: Rows, what: str) -> None:
    number, text = error_of(lambda: rows(f"SHOW {what} IN ACCOUNT"))
    assert number == 2
    assert what in text


def test_columns(rows: Rows, place: str) -> None:
    rows(f"CREATE TABLE {place}.A.C (A NUMBER(10,2) NOT NULL, B VARCHAR(5) COMMENT 'b')")
    first, second = rows(f"SHOW COLUMNS IN TABLE {place}.A.C")
    assert (first["column_name"], first["null?"]) == ("A", "NOT_NULL")
    assert first["data_type"] == '{"type": "FIXED", "precision": 10, "scale": 2, "nullable": false}'
    assert (second["column_name"], second["comment"]) == ("B", "b")
    assert '"length": 5' in second["data_type"]
    assert [r["column_name"] for r in rows(f"SHOW COLUMNS LIKE 'b' IN {place}.A.C")] == ["B"]


def test_keys(rows: Rows, place: str) -> None:
    rows(
        f"CREATE TABLE {place}.A.P (A NUMBER, B NUMBER, CONSTRAINT PK PRIMARY KEY (A, B), UNIQUE (B))"
    )
    rows(f"CREATE TABLE {place}.A.F (X NUMBER REFERENCES {place}.A.P (B))")
    primary = rows(f"SHOW PRIMARY KEYS IN TABLE {place}.A.P")
    assert [(r["column_name"], r["key_sequence"]) for r in primary] == [("A", 1), ("B", 2)]
    assert {r["constraint_name"] for r in primary} == {"PK"}
    assert [r["column_name"] for r in rows(f"SHOW UNIQUE KEYS IN {place}.A.P")] == ["B"]
    (foreign,) = rows(f"SHOW IMPORTED KEYS IN SCHEMA {place}.A")
    assert (foreign["fk_table_name"], foreign["fk_column_name"]) == ("F", "X")
    assert (foreign["pk_table_name"], foreign["pk_column_name"]) == ("P", "B")
    assert rows(f"SHOW EXPORTED KEYS IN TABLE {place}.A.P") == [foreign]
    assert rows(f"SHOW PRIMARY KEYS IN DATABASE {place}") == primary


def test_parameters_and_variables(rows: Rows) -> None:
    rows("ALTER SESSION SET QUERY_TAG = 'mine'", "SET V = 5")
    (tag,) = rows("SHOW PARAMETERS LIKE 'query\\\\_tag' IN SESSION")
    assert (tag["key"], tag["value"], tag["level"]) == ("QUERY_TAG", "mine", "SESSION")
    (variable,) = rows("SHOW VARIABLES LIKE 'v'")
    assert (variable["name"], variable["value"]) == ("V", "5")
    assert error_of(lambda: rows("SHOW PARAMETERS IN WAREHOUSE COMPUTE_WH"))[0] == 2


def test_the_result_can_be_scanned(rows: Rows, place: str) -> None:
    rows(f"SHOW TABLES IN SCHEMA {place}.A")
    found = rows('SELECT "name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE "name" LIKE \'QA%\'')
    assert [r["name"] for r in found] == ["QA1DW", "QA_X"]


def test_describe(rows: Rows, place: str) -> None:
    (column,) = rows(f"DESCRIBE VIEW {place}.A.V")
    assert (column["name"], column["type"]) == ("X", "NUMBER(38,0)")
    assert rows(f"DESC TABLE {place}.A.V TYPE = COLUMNS") == [column]
    assert [r["name"] for r in rows(f"DESCRIBE SCHEMA {place}.A")] == ["QA1DW", "QA_X", "V", "qa_y"]
    assert [r["name"] for r in rows(f"DESCRIBE DATABASE {place}")] == ["A", "B", "PUBLIC"]


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("DESCRIBE TABLE {0}.A.NONE", 2003),
        ("DESCRIBE TABLE {0}.A.QA_X TYPE = STAGE", 2),
        ("DESCRIBE RESULT 'x'", 2),
        ("DESCRIBE SESSION POLICY {0}.A.M", 2),
        ("DESCRIBE DATABASE NONE_AT_ALL", 2003),
    ],
)
def test_describe_refusals(rows: Rows, place: str, statement: str, number: int) -> None:
    assert error_of(lambda: rows(statement.format(place)))[0] == number
