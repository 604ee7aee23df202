"""File formats: options judged by name, and what each does to the reading of a file."""

from __future__ import annotations

import bz2
import gzip
import zlib
from typing import Any

import pytest
from tests.snowlocal.conftest import Sql, error_of
from tests.snowlocal.files.conftest import Drop


def load(sql: Sql, bucket: str, options: str, columns: str = "a VARCHAR, b VARCHAR") -> list[Any]:
    sql(
        f"CREATE OR REPLACE STAGE st URL = '{bucket}'",
        f"CREATE OR REPLACE TABLE t ({columns})",
        f"COPY INTO t FROM @st FILE_FORMAT = ({options})",
    )
    return sql("SELECT * FROM t")


@pytest.mark.parametrize(
    ("options", "content", "rows"),
    [
        ("TYPE = CSV", "1,x\n2,y\n", [("1", "x"), ("2", "y")]),
        ("TYPE = CSV", "1,x\r\n2,y", [("1", "x"), ("2", "y")]),
        ("TYPE = CSV", "1,\\N\n2,\n", [("1", None), ("2", None)]),
        ("TYPE = CSV", '1,"x"\n', [("1", '"x"')]),
        ("TYPE = CSV", "1,a\\,b\n", [("1", "a,b")]),
        ("TYPE = CSV EMPTY_FIELD_AS_NULL = FALSE", "1,\n", [("1", "")]),
        ("TYPE = CSV SKIP_HEADER = 1", "a,b\n1,x\n", [("1", "x")]),
        ("TYPE = CSV FIELD_DELIMITER = '|'", "1|x,y\n", [("1", "x,y")]),
        ("TYPE = CSV FIELD_DELIMITER = '\\t'", "1\tx\n", [("1", "x")]),
        ("TYPE = CSV FIELD_DELIMITER = '0x3b'", "1;x\n", [("1", "x")]),
        ("TYPE = CSV FIELD_DELIMITER = '||'", "1||x|y\n", [("1", "x|y")]),
        ("TYPE = CSV RECORD_DELIMITER = ';'", "1,x;2,y\n;", [("1", "x"), ("2", "y\n")]),
        ("TYPE = CSV NULL_IF = ('', 'NULL')", "NULL,x\n", [(None, "x")]),
        ("TYPE = CSV TRIM_SPACE = TRUE", " 1 , x \n", [("1", "x")]),
        ("TYPE = CSV SKIP_BLANK_LINES = TRUE", "1,x\n\n2,y\n", [("1", "x"), ("2", "y")]),
        ("TYPE = CSV ENCODING = 'ISO88591'", "1,\xe9\n".encode("latin-1"), [("1", "é")]),
        ("TYPE = CSV REPLACE_INVALID_CHARACTERS = TRUE", b"1,\xff\n", [("1", "\ufffd")]),
        ("TYPE = CSV", b"\xef\xbb\xbf1,x\n", [("1", "x")]),
        ("TYPE = CSV COMPRESSION = GZIP", gzip.compress(b"1,x\n", mtime=0), [("1", "x")]),
        ("TYPE = CSV COMPRESSION = BZ2", bz2.compress(b"1,x\n"), [("1", "x")]),
        ("TYPE = CSV COMPRESSION = DEFLATE", zlib.compress(b"1,x\n"), [("1", "x")]),
        ("TYPE = CSV", gzip.compress(b"1,x\n", mtime=0), [("1", "x")]),
        ("TYPE = CSV ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE", "1\n2,y,z\n", [("1", None), ("2", "y")]),
    ],
)  # fmt: skip
def test_csv_options(
    sql: Sql, bucket: str, drop: Drop, options: str, content: str | bytes, rows: list[Any]
) -> None:
    drop("file.csv", content)
    assert load(sql, bucket, options) == rows


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('1,"a,b"\n', [("1", "a,b")]),
        ('1,"say ""hi"""\n', [("1", 'say "hi"')]),
        ('1,"two\nlines"\n2,y\n', [("1", "two\nlines"), ("2", "y")]),
        ('1,""\n2,\n', [("1", ""), ("2", None)]),
    ],
)
def test_enclosed_fields(sql: Sql, bucket: str, drop: Drop, content: str, rows: list[Any]) -> None:
    drop("file.csv", content)
    assert load(sql, bucket, "TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"'") == rows


def test_trim_space_keeps_what_is_enclosed(sql: Sql, bucket: str, drop: Drop) -> None:
    drop("file.csv", ' 1 , " x y " \n')
    options = "TYPE = CSV TRIM_SPACE = TRUE FIELD_OPTIONALLY_ENCLOSED_BY = '\"'"
    assert load(sql, bucket, options) == [("1", " x y ")]


def test_values_become_the_columns_types(sql: Sql, bucket: str, drop: Drop) -> None:
    columns = (
        "n NUMBER(10,2), i INT, f FLOAT, b BOOLEAN, d DATE, tm TIME, ts TIMESTAMP_NTZ, v VARIANT"
    )
    drop("file.csv", '12.345|7|1e3|yes|2024-02-29|08:26:01|2010-12-01 08:26:00|{"k":[1,2]}\n')
    load(sql, bucket, "TYPE = CSV FIELD_DELIMITER = '|'", columns)
    query = "SELECT n::VARCHAR, i, f, b, d::VARCHAR, tm::VARCHAR, ts::VARCHAR, v:k[1]::INT FROM t"
    assert sql(query) == [
        ("12.35", 7, 1000.0, True, "2024-02-29", "08:26:01", "2010-12-01 08:26:00.000", 2)
    ]


def test_date_formats(sql: Sql, bucket: str, drop: Drop) -> None:
    drop("file.csv", "29.02.2024,2024/02/29 23:59\n")
    options = "TYPE = CSV DATE_FORMAT = 'DD.MM.YYYY' TIMESTAMP_FORMAT = 'YYYY/MM/DD HH24:MI'"
    load(sql, bucket, options, "d DATE, ts TIMESTAMP_NTZ")
    assert sql("SELECT d::VARCHAR, ts::VARCHAR FROM t") == [
        ("2024-02-29", "2024-02-29 23:59:00.000")
    ]


@pytest.mark.parametrize(
    ("options", "content", "rows"),
    [
        ("TYPE = JSON", '{"a":1}\n{"a":2}', [(1,), (2,)]),
        ("TYPE = JSON", '[{"a":1},{"a":2}]', [(None,)]),
        ("TYPE = JSON STRIP_OUTER_ARRAY = TRUE", '[{"a":1},{"a":2}]', [(1,), (2,)]),
        ("TYPE = JSON STRIP_OUTER_ARRAY = TRUE", "[]", []),
        ("TYPE = JSON", "", []),
    ],
)
def test_json(
    sql: Sql, bucket: str, drop: Drop, options: str, content: str, rows: list[Any]
) -> None:
    drop("file.json", content)
    load(sql, bucket, options, "v VARIANT")
    assert sql("SELECT v:a::INT FROM t") == rows


def test_the_stages_format_counts_unless_the_statement_has_one(
    sql: Sql, schema: str, bucket: str, drop: Drop
) -> None:
    drop("file.csv", "h\n1;2\n")
    sql(
        "CREATE FILE FORMAT semi TYPE = CSV SKIP_HEADER = 1 FIELD_DELIMITER = ';'",
        f"CREATE STAGE st URL = '{bucket}' FILE_FORMAT = (FORMAT_NAME = 'semi')",
        "CREATE TABLE t (a INT, b INT)",
        "CREATE TABLE w (line VARCHAR)",
        "COPY INTO t FROM @st",
        "COPY INTO w FROM @st FILE_FORMAT = (TYPE = CSV)",
        "CREATE OR REPLACE SCHEMA TESTS.ELSEWHERE",
    )
    assert sql(f"SELECT * FROM {schema}.t") == [(1, 2)]
    # The two sets of options do not mix: the statement's has no header to skip.
    assert sql(f"SELECT * FROM {schema}.w") == [("h",), ("1;2",)]
    sql(f"COPY INTO {schema}.t FROM @{schema}.st FORCE = TRUE")  # from another current schema
    assert sql(f"SELECT count(*) FROM {schema}.t") == [(2,)]


def test_show_describe_alter_and_ddl(sql: Sql, schema: str) -> None:
    sql("CREATE FILE FORMAT f TYPE = CSV NULL_IF = ('', 'NULL') COMMENT = 'lines'")
    sql("ALTER FILE FORMAT f SET SKIP_HEADER = 3 COMMENT = 'more'")
    (shown,) = sql(f"SHOW FILE FORMATS IN SCHEMA {schema}")
    assert (shown[1], shown[4], shown[6]) == ("F", "CSV", "more")
    described = {row[0]: row[2] for row in sql("DESCRIBE FILE FORMAT f")}
    assert described["SKIP_HEADER"] == "3"
    assert described["NULL_IF"] == "[, NULL]"
    assert described["FIELD_DELIMITER"] == ","
    ((ddl,),) = sql("SELECT GET_DDL('FILE_FORMAT', 'f')")
    sql("DROP FILE FORMAT f", ddl)
    assert {row[0]: row[2] for row in sql("DESCRIBE FILE FORMAT f")} == described


@pytest.mark.parametrize(
    ("statement", "number", "words"),
    [
        ("CREATE FILE FORMAT f TYPE = PARQUET", 2, "PARQUET"),
        ("CREATE FILE FORMAT f TYPE = XML", 2, "XML"),
        ("CREATE FILE FORMAT f TYPE = NONSENSE", 1008, "NONSENSE"),
        ("CREATE FILE FORMAT f TYPE = CSV SKIP_HEADERS = 1", 1420, "SKIP_HEADERS"),
        ("CREATE FILE FORMAT f TYPE = JSON SKIP_HEADER = 1", 1420, "SKIP_HEADER"),
        ("CREATE FILE FORMAT f TYPE = CSV SKIP_HEADER = many", 1008, "SKIP_HEADER"),
        ("CREATE FILE FORMAT f TYPE = CSV TRIM_SPACE = 3", 1008, "TRIM_SPACE"),
        ("CREATE FILE FORMAT f TYPE = CSV COMPRESSION = ZSTD", 2, "ZSTD"),
        ("CREATE FILE FORMAT f TYPE = CSV PARSE_HEADER = TRUE", 2, "PARSE_HEADER"),
        ("CREATE FILE FORMAT f TYPE = JSON STRIP_NULL_VALUES = TRUE", 2, "STRIP_NULL_VALUES"),
        ("ALTER FILE FORMAT there SET TYPE = JSON", 1420, "type"),
        ("CREATE FILE FORMAT there TYPE = CSV", 2002, "already exists"),
        ("DROP FILE FORMAT nowhere", 2003, "NOWHERE"),
    ],
)
def test_refusals(sql: Sql, schema: str, statement: str, number: int, words: str) -> None:
    sql("CREATE FILE FORMAT there TYPE = CSV")
    refused = error_of(lambda: sql(statement))
    assert refused[0] == number
    assert words in refused[1]
