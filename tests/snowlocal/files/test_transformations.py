"""COPY INTO … FROM (SELECT …): columns by number, the file's metadata, expressions, and rows for which they fail."""

from __future__ import annotations

from typing import Any

import pytest
from tests.snowlocal.conftest import Sql, error_of
from tests.snowlocal.files.conftest import Drop


@pytest.fixture(autouse=True)
def stage(sql: Sql, schema: str, bucket: str) -> None:
    """A stage over the test's bucket."""
    sql(f"CREATE STAGE st URL = '{bucket}'")


def test_columns_expressions_and_metadata(sql: Sql, bucket: str, drop: Drop) -> None:
    drop("d/a.csv", "id,when,qty\nA 1,2024-02-29,3.456\n b2,never,x\n")
    sql(
        "CREATE TABLE t (f VARCHAR, n INT, id VARCHAR, d DATE, q NUMBER(10,2), raw VARIANT, missing VARCHAR,"
        " loaded TIMESTAMP_NTZ DEFAULT CURRENT_TIMESTAMP(), seen TIMESTAMP_NTZ)",
        "CREATE FILE FORMAT ff TYPE = CSV SKIP_HEADER = 1",
    )
    sql(
        "COPY INTO t (f, n, id, d, q, raw, missing, seen) FROM (SELECT METADATA$FILENAME, x.METADATA$FILE_ROW_NUMBER,"
        " UPPER(TRIM(x.$1)), TRY_TO_DATE($2), TRY_TO_NUMBER($3, 10, 2), ARRAY_CONSTRUCT($1, $2), $9,"
        " METADATA$FILE_LAST_MODIFIED FROM @st (FILE_FORMAT => 'ff', PATTERN => '.*a[.]csv') x)"
    )
    path = bucket.split("/", 3)[3] + "d/a.csv"
    rows = sql(
        "SELECT f, n, id, d::VARCHAR, q::VARCHAR, raw[1]::VARCHAR, missing FROM t ORDER BY n"
    )
    assert rows == [
        (path, 1, "A 1", "2024-02-29", "3.46", "2024-02-29", None),
        (path, 2, "B2", None, None, "never", None),
    ]
    assert sql("SELECT count(*) FROM t WHERE loaded IS NOT NULL AND seen IS NOT NULL") == [(2,)]


def test_documents(sql: Sql, drop: Drop) -> None:
    drop(
        "a.json",
        '[{"id": "A", "lines": [{"q": 2.5}], "on": "2024-01-02"}, {"id": 7, "lines": null}]',
    )
    sql(
        "CREATE TABLE t (doc VARIANT, id VARCHAR, q NUMBER(5,2), d DATE)",
        "COPY INTO t FROM (SELECT $1, $1:id::VARCHAR, $1:lines[0].q, TRY_TO_DATE($1:on::VARCHAR) FROM @st)"
        " FILE_FORMAT = (TYPE = JSON STRIP_OUTER_ARRAY = TRUE)",
    )
    assert sql("SELECT doc:id::VARCHAR, id, q::VARCHAR, d::VARCHAR FROM t ORDER BY id DESC") == [
        ("A", "A", "2.50", "2024-01-02"),
        ("7", "7", None, None),
    ]


def test_an_expression_fails_for_some_rows(sql: Sql, drop: Drop) -> None:
    bad = {3, 17, 18, 96}
    drop("a.csv", "".join(f"{i},{'oops' if i in bad else i}\n" for i in range(1, 101)))
    sql("CREATE TABLE t (a INT, b INT)")
    copy = "COPY INTO t FROM (SELECT $1, $2::INT + 1 FROM @st)"
    number, text = error_of(lambda: sql(copy))
    assert number == 100038
    assert (
        "Numeric value 'oops' is not recognized\n  File 'a.csv', line 3, character 1\n  Row 3"
        in text
    )
    (row,) = sql(f"{copy} ON_ERROR = CONTINUE")
    assert row[1:6] == ("PARTIALLY_LOADED", 100, 96, 100, 4)
    assert row[6:8] == ("Numeric value 'oops' is not recognized", 3)
    assert sql("SELECT count(*), sum(b - a), min(a) FROM t") == [(96, 96, 1)]


def test_an_expressions_value_must_fit_its_column(sql: Sql, drop: Drop) -> None:
    drop("a.csv", "1,abc\n2,abcdef\n,x\n")
    sql("CREATE TABLE t (a INT NOT NULL, b VARCHAR(3))")
    (row,) = sql("COPY INTO t FROM (SELECT $1, $2 FROM @st) ON_ERROR = CONTINUE")
    assert row[1:6] == ("PARTIALLY_LOADED", 3, 1, 3, 2)
    assert "length limit (3)" in row[6]
    assert row[9] == '"T"["B":2]'


def test_documents_that_cannot_be_converted_stop_a_copy(sql: Sql, drop: Drop) -> None:
    drop("a.json", '{"q": 1} {"q": "x"}')
    sql("CREATE TABLE t (q INT)")
    copy = "COPY INTO t FROM (SELECT $1:q FROM @st) FILE_FORMAT = (TYPE = JSON) ON_ERROR = CONTINUE"
    assert error_of(lambda: sql(copy))[0] == 100038
    assert sql("SELECT count(*) FROM t") == [(0,)]


@pytest.mark.parametrize(
    ("query", "number", "words"),
    [
        ("SELECT $1 FROM @st WHERE $1 = 'x'", 2, "WHERE"),
        ("SELECT $1 FROM @st LIMIT 1", 2, "LIMIT"),
        ("SELECT DISTINCT $1 FROM @st", 2, "DISTINCT"),
        ("SELECT * FROM @st", 2, "SELECT *"),
        ("SELECT $1, $2 FROM @st", 2020, "expecting 1 but got 2"),
        ("SELECT nosuch($1) FROM @st", 2140, "NOSUCH"),
        ("SELECT nosuch FROM @st", 904, "NOSUCH"),
        ("SELECT METADATA$NOSUCH FROM @st", 904, "METADATA$NOSUCH"),
    ],
)
def test_refusals(sql: Sql, drop: Drop, query: str, number: int, words: str) -> None:
    drop("a.csv", "1,2\n")
    sql("CREATE TABLE t (a INT)")
    refused: Any = error_of(lambda: sql(f"COPY INTO t FROM ({query})"))
    assert refused[0] == number
    assert words in refused[1]


def test_text_does_not_become_a_variant_by_itself(sql: Sql, drop: Drop) -> None:
    drop("a.csv", '{"k":1}\n')
    sql("CREATE TABLE t (v VARIANT)")
    pipe = "FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = '|')"
    assert error_of(lambda: sql(f"COPY INTO t FROM (SELECT $1 FROM @st) {pipe}"))[0] == 2023
    sql(f"COPY INTO t FROM (SELECT PARSE_JSON($1) FROM @st) {pipe}")
    assert sql("SELECT v:k::INT FROM t") == [(1,)]
