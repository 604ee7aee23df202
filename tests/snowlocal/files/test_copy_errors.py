"""Broken files: what COPY says of them, row by row, and what ON_ERROR makes of it. No file brings a traceback."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from tests.snowlocal.conftest import Sql, error_of
from tests.snowlocal.files.conftest import Drop

QUOTED = "FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"')"


@pytest.fixture(autouse=True)
def table(sql: Sql, schema: str, bucket: str) -> None:
    """A table of an integer and a text, and a stage over the test's bucket."""
    sql("CREATE TABLE t (a INT, b VARCHAR(5))", f"CREATE STAGE st URL = '{bucket}'")


def outcome(sql: Sql, options: str) -> tuple[Any, ...]:
    """The answer for the one file there is, without its name."""
    (row,) = sql(f"COPY INTO t FROM @st {options}")
    return tuple(row[1:])


@pytest.mark.parametrize(
    ("on_error", "answer", "rows"),
    [
        ("CONTINUE", ("PARTIALLY_LOADED", 3, 2, 3, 1), 2),
        ("SKIP_FILE", ("LOAD_FAILED", 3, 0, 1, 1), 0),
        ("SKIP_FILE_2", ("PARTIALLY_LOADED", 3, 2, 2, 1), 2),
        ("'SKIP_FILE_30%'", ("LOAD_FAILED", 3, 0, 1, 1), 0),
        ("'SKIP_FILE_90%'", ("PARTIALLY_LOADED", 3, 2, 2, 1), 2),
    ],
)
def test_on_error(sql: Sql, drop: Drop, on_error: str, answer: tuple[Any, ...], rows: int) -> None:
    drop("bad.csv", "1,x\nNOPE,y\n3,z\n")
    found = outcome(sql, f"ON_ERROR = {on_error}")
    assert found[:5] == answer
    assert found[5:] == ("Numeric value 'NOPE' is not recognized", 2, 1, '"T"["A":1]')
    assert sql("SELECT count(*) FROM t") == [(rows,)]


def test_abort_names_file_line_and_column_and_loads_nothing(sql: Sql, drop: Drop) -> None:
    drop("a.csv", "1,x\n")
    drop("b.csv", "a,b\n1,x\nNOPE,y\n")
    copy = "COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)"
    number, text = error_of(lambda: sql(copy))
    assert number == 100038
    assert text.endswith(
        "Numeric value 'NOPE' is not recognized\n"
        "  File 'b.csv', line 3, character 1\n"
        '  Row 2, column "T"["A":1]\n'
        "  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or "
        "'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' "
        "in a SQL client."
    )
    assert sql("SELECT count(*) FROM t") == [(0,)]


COUNT = "Number of columns in file ({}) does not match that of the corresponding table (2), use file format option "
IGNORE = "error_on_column_count_mismatch=false to ignore this error"


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        ("1,a,z\n2,b\n", "PARTIALLY_LOADED", (COUNT.format(3) + IGNORE, 2, 1, '"T"[3]')),
        ("1\n2,b\n", "PARTIALLY_LOADED", (COUNT.format(1) + IGNORE, 2, 1, '"T"["A":1]')),
        ("1,a,z\n", "LOAD_FAILED", (COUNT.format(3) + IGNORE, 1, 6, '"T"[3]')),
        ("1,a\n2,b,z\n", "PARTIALLY_LOADED",
         ("Field delimiter ',' found while expecting record delimiter '\\n'", 2, 4, '"T"["B":2]')),
        ("1,a\n2\n", "PARTIALLY_LOADED",
         ("End of record reached while expected to parse column '\"T\"[\"B\":2]'", 2, 2, '"T"["B":2]')),
        ("1,a\n\n2,b\n", "PARTIALLY_LOADED",
         ("End of record reached while expected to parse column '\"T\"[\"B\":2]'", 2, 1, '"T"["B":2]')),
        ("1,abcdefg\n", "LOAD_FAILED",
         ("User character length limit (5) exceeded by string 'abcdefg'", 1, 3, '"T"["B":2]')),
        ("99999999999999999999,a\n", "LOAD_FAILED",
         ("Numeric value '99999999999999999999' is out of range", 1, 1, '"T"["A":1]')),
    ],
)  # fmt: skip
def test_records_that_do_not_fit(
    sql: Sql, drop: Drop, content: str, status: str, error: tuple[Any, ...]
) -> None:
    drop("bad.csv", content)
    found = outcome(sql, "ON_ERROR = CONTINUE")
    assert found[0] == status
    assert found[5:] == error


@pytest.mark.parametrize(
    ("content", "loaded", "words"),
    [
        ('1,"x"y\n2,b\n', 1, "Found character 'y' instead of field delimiter ','"),
        ('1,a\n2,"never closed\n3,c\n', 1, 'the field enclosed by " is never closed'),
        (b"1,\xff\xfe\n2,b\n", 1, "Invalid UTF8 detected in string '0xFF0xFE'"),
        (bytes(range(256)) * 4, 0, "Number of columns in file"),
        (
            gzip.compress(b"1,x\n" * 100, mtime=0)[:-20],
            0,
            "Invalid data encountered during decompression",
        ),
    ],
)
def test_broken_files_say_what_is_wrong(
    sql: Sql, drop: Drop, content: str | bytes, loaded: int, words: str
) -> None:
    drop("bad.csv", content)
    found = outcome(sql, f"{QUOTED} ON_ERROR = CONTINUE")
    assert found[2] == loaded
    assert words in found[5]
    refused = error_of(lambda: sql(f"COPY INTO t FROM @st {QUOTED} FORCE = TRUE"))
    assert words in refused[1]
    assert "File 'bad.csv'" in refused[1]


def test_null_in_a_column_that_must_not_be_null(sql: Sql, drop: Drop) -> None:
    drop("bad.csv", "1,\n2,x\n")
    sql("CREATE OR REPLACE TABLE t (a INT, b VARCHAR NOT NULL)")
    found = outcome(sql, "ON_ERROR = CONTINUE")
    assert found[2] == 1
    assert found[5].startswith("NULL result in a non-nullable column. Use quotes if an empty field")


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("NUMBER(5,2)", "1,5", "Numeric value '1,5' is not recognized"),
        ("NUMBER(5,2)", "12345.6", "Numeric value '12345.6' is out of range"),
        ("NUMBER(5,2)", "1_0", "Numeric value '1_0' is not recognized"),
        ("FLOAT", "x", "Numeric value 'x' is not recognized"),
        ("BOOLEAN", "maybe", "Boolean value 'maybe' is not recognized"),
        ("DATE", "2024-02-30", "Date '2024-02-30' is not recognized"),
        ("TIME", "25:00", "Time '25:00' is not recognized"),
        ("TIMESTAMP_NTZ", "soon", "Timestamp 'soon' is not recognized"),
        ("VARIANT", "{", "Error parsing JSON: {"),
        ("BINARY", "ZZ", "not a legal hex-encoded value: 'ZZ'"),
    ],
)
def test_values_of_no_such_type(sql: Sql, drop: Drop, kind: str, value: str, words: str) -> None:
    drop("bad.csv", f"{value}\n")
    sql(f"CREATE OR REPLACE TABLE t (a {kind})")
    found = outcome(sql, "FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = '|') ON_ERROR = CONTINUE")
    assert found[0] == "LOAD_FAILED"
    assert words in found[5]


def test_json_is_loaded_up_to_the_break(sql: Sql, drop: Drop) -> None:
    drop("bad.json", '{"a":1}\n{"a":2}\n{"a":')
    sql("CREATE OR REPLACE TABLE t (v VARIANT)")
    json = "FILE_FORMAT = (TYPE = JSON)"
    found = outcome(sql, f"{json} ON_ERROR = CONTINUE")
    assert found[:3] == ("PARTIALLY_LOADED", 3, 2)
    assert found[5].startswith("Error parsing JSON: ")
    assert found[6] == 3
    assert error_of(lambda: sql(f"COPY INTO t FROM @st {json} FORCE = TRUE"))[0] == 100069


def test_good_files_load_beside_a_broken_one(sql: Sql, drop: Drop) -> None:
    drop("a.csv", "1,x\n")
    drop("b.csv.gz", b"this is no archive")
    drop("c.csv", "3,z\n")
    rows = sql("COPY INTO t FROM @st ON_ERROR = SKIP_FILE")
    assert [row[1] for row in rows] == ["LOADED", "LOAD_FAILED", "LOADED"]
    assert sql("SELECT a FROM t ORDER BY a") == [(1,), (3,)]
    # What failed counts as not loaded: put right, it loads.
    drop("b.csv.gz", gzip.compress(b"2,y\n", mtime=0))
    assert [row[1] for row in sql("COPY INTO t FROM @st")] == ["LOADED"]
