"""Dates and times as text, and functions of a DATE that give a DATE.

Source: docs.snowflake.com/en/sql-reference/functions/to_char, /functions-conversion ("Date and time formats"),
/functions/dateadd, /functions/date_trunc, /functions/add_months, /parameters (TIMESTAMP_NTZ_OUTPUT_FORMAT).
"""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Sql, error_of

_TEXTS = [
    ("TO_CHAR(d, 'YYYYMMDD')", "20240105"),
    ("TO_VARCHAR(d, 'yyyy-mm')", "2024-01"),
    ("TO_CHAR(d::DATE, 'YYYYMMDD')", "20240105"),
    ("TO_CHAR('2024-01-05'::DATE, 'yyyy-mm-dd dy')", "2024-01-05 Fri"),
    ("TO_CHAR(DATEADD(day, 1, d), 'YYYYMMDD')::INT::VARCHAR", "20240106"),
    ("TO_CHAR(ts, 'DY, DD MON YY HH12:MI AM')", "Fri, 05 Jan 24 01:04 PM"),
    ("TO_CHAR(ts, 'YYYY-MM-DD\"T\"HH24:MI:SS.FF3TZH:TZM')", "2024-01-05T13:04:05.250+00:00"),
    ("TO_CHAR(tz, 'HH24:MI:SS.FF6 TZHTZM')", "13:04:05.250000 +0000"),
    ("TO_CHAR(TO_TIMESTAMP_NTZ('2024-01-05 10:00:00'), 'HH24.FF9')", "10.000000000"),
    ("TO_CHAR(d)", "2024-01-05"),
    ("TO_CHAR(ts)", "2024-01-05 13:04:05.250"),
    ("ts::VARCHAR", "2024-01-05 13:04:05.250"),
    ("tz::VARCHAR", "2024-01-05 13:04:05.250 +0000"),
    ("ts || 'z'", "2024-01-05 13:04:05.250z"),
    ("DATEADD(hour, 1, d)::VARCHAR", "2024-01-05 01:00:00.000"),
    ("DATE_TRUNC('month', d) || ''", "2024-01-01"),
    ("TO_CHAR(n)", "1.50"),
]
_TYPES = [
    ("DATEADD(day, 1, d)", "DATE"), ("DATEADD('month', 1, d)", "DATE"), ("DATE_TRUNC('month', d)", "DATE"),
    ("TRUNC(d, 'month')", "DATE"), ("ADD_MONTHS(d, 1)", "DATE"), ("LAST_DAY(d)", "DATE"), ("d + 1", "DATE"),
    ("DATEADD(hour, 1, d)", "TIMESTAMP_NTZ(9)"), ("DATEADD(day, 1, ts)", "TIMESTAMP_NTZ(9)"),
    ("DATE_TRUNC('day', ts)", "TIMESTAMP_NTZ(9)"), ("ADD_MONTHS(ts, 1)", "TIMESTAMP_NTZ(9)"),
]  # fmt: skip


@pytest.fixture
def dated(sql: Sql, schema: str) -> Sql:
    """A table with one row of a date, timestamps, a number, a text and a time."""
    sql(
        f"USE SCHEMA {schema}",
        "CREATE TABLE t (d DATE, ts TIMESTAMP_NTZ, tz TIMESTAMP_TZ, n NUMBER(10,2), s VARCHAR, tm TIME)",
        "INSERT INTO t SELECT '2024-01-05', '2024-01-05 13:04:05.25', '2024-01-05 13:04:05.25'::TIMESTAMP_TZ,"
        " 1.5, 'x', '10:11:12'",
    )
    return sql


@pytest.mark.parametrize(("expression", "text"), _TEXTS)
def test_a_date_as_text(dated: Sql, expression: str, text: str) -> None:
    assert dated(f"SELECT {expression} FROM t") == [(text,)]
    dated("CREATE TABLE kept (x VARCHAR)")
    assert dated(f"INSERT INTO kept SELECT {expression} FROM t", "SELECT x FROM kept") == [(text,)]


def test_a_timestamp_is_stored_in_a_text_as_the_account_writes_it(dated: Sql) -> None:
    dated("CREATE TABLE kept (x VARCHAR, y VARCHAR)", "INSERT INTO kept SELECT ts, tz FROM t")
    expected = [("2024-01-05 13:04:05.250", "2024-01-05 13:04:05.250 +0000")]
    assert dated("SELECT x, y FROM kept") == expected
    dated("CREATE OR REPLACE TABLE kept (x VARCHAR, y VARCHAR) AS SELECT ts, tz FROM t")
    assert dated("SELECT x, y FROM kept") == expected


@pytest.mark.parametrize(("expression", "kind"), _TYPES)
def test_a_date_stays_one(dated: Sql, expression: str, kind: str) -> None:
    dated(f"CREATE VIEW v AS SELECT {expression} AS x FROM t")
    assert dated("DESCRIBE VIEW v")[0][1] == kind


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("TO_CHAR(n, '999.0')", "TO_CHAR of a NUMBER with the format '999.0'"),
        ("TO_CHAR(tm, 'HH24')", "TO_CHAR of a TIME with the format 'HH24'"),
        ("TO_CHAR(d, 'Q')", "the format 'Q'"),
        ("TO_CHAR(ts, 'SS.FF4')", "the format 'SS.FF4'"),
        ("TO_CHAR(d, s)", "TO_CHAR with a format that is no constant"),
    ],
)
def test_other_formats_are_refused_by_name(dated: Sql, expression: str, named: str) -> None:
    number, message = error_of(lambda: dated(f"SELECT {expression} FROM t"))
    assert number == 2
    assert named in message


def test_clocks_without_brackets(dated: Sql) -> None:
    dated(
        "CREATE TABLE seen (id INT, at TIMESTAMP_NTZ DEFAULT CURRENT_TIMESTAMP, d DATE DEFAULT CURRENT_DATE)"
    )
    dated(
        "INSERT INTO seen (id) VALUES (1)", "INSERT INTO seen (id, at) SELECT 2, CURRENT_TIMESTAMP"
    )
    assert dated("SELECT id FROM seen WHERE at IS NOT NULL AND d = CURRENT_DATE ORDER BY id") == [
        (1,),
        (2,),
    ]
    ((now, today, time),) = dated("SELECT CURRENT_TIMESTAMP, CURRENT_DATE, CURRENT_TIME")
    assert (now.date() - today).days in (0, 1)
    assert time is not None
    # SYSDATE has no zone, and is no other name of CURRENT_TIMESTAMP.
    ((utc,),) = dated("SELECT SYSDATE()")
    assert utc.tzinfo is None
