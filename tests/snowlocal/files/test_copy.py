"""COPY INTO: which files it loads, what it answers, and what it does to the table."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from tests.snowlocal.conftest import Connect, Sql, error_of
from tests.snowlocal.files.conftest import Drop

COLUMNS = [
    "file", "status", "rows_parsed", "rows_loaded", "error_limit", "errors_seen", "first_error", "first_error_line",
    "first_error_character", "first_error_column_name",
]  # fmt: skip
NOTHING = [("Copy executed with 0 files processed.",)]


@pytest.fixture
def table(sql: Sql, schema: str, bucket: str) -> str:
    """A table of two columns and a stage over the test's bucket."""
    sql("CREATE TABLE t (a INT, b VARCHAR)", f"CREATE STAGE st URL = '{bucket}'")
    return "t"


def test_a_clean_load(connect: Connect, sql: Sql, table: str, bucket: str, drop: Drop) -> None:
    drop("good.csv", "1,x\n2,y\n")
    connection = connect()
    cursor = connection.cursor()
    cursor.execute(f"USE SCHEMA {sql('SELECT CURRENT_DATABASE()')[0][0]}.{current(sql)}")
    rows = cursor.execute("COPY INTO t FROM @st").fetchall()
    assert [column[0] for column in cursor.description] == COLUMNS
    assert rows == [(f"{bucket}good.csv", "LOADED", 2, 2, 1, 0, None, None, None, None)]
    assert sql("SELECT * FROM t ORDER BY a") == [(1, "x"), (2, "y")]


def current(sql: Sql) -> str:
    return str(sql("SELECT CURRENT_SCHEMA()")[0][0])


def test_files_and_paths(sql: Sql, table: str, drop: Drop) -> None:
    for name in ("d1/a.csv", "d1/b.csv", "d2/a.csv", "d2/c.json"):
        drop(name, "1,x\n")
    assert len(sql("COPY INTO t FROM @st/d1/")) == 2
    loaded = sql("COPY INTO t FROM @st/d1 FILES = ('a.csv') FORCE = TRUE")
    assert [row[0].rpartition("in/")[2] for row in loaded] == ["d1/a.csv"]
    assert len(sql("COPY INTO t FROM @st PATTERN = '.*[.]csv'")) == 1  # d1's were loaded
    assert sql("COPY INTO t FROM @st PATTERN = 'c[.]json'") == NOTHING
    assert sql("COPY INTO t FROM @st/nowhere") == NOTHING


def test_a_missing_file_of_the_list(sql: Sql, table: str, drop: Drop) -> None:
    drop("good.csv", "1,x\n")
    number, text = error_of(lambda: sql("COPY INTO t FROM @st FILES = ('good.csv', 'no.csv')"))
    assert number == 91016
    assert "Remote file '@ST/no.csv' was not found." in text
    assert sql("SELECT count(*) FROM t") == [(0,)]
    rows = sql("COPY INTO t FROM @st FILES = ('no.csv', 'good.csv') ON_ERROR = CONTINUE")
    assert [row[1] for row in rows] == ["LOADED", "LOAD_FAILED"]
    assert "There are several potential causes." in rows[1][6]


def test_a_file_is_loaded_once_unless_it_changed(sql: Sql, table: str, drop: Drop) -> None:
    drop("a.csv", "1,x\n")
    sql("COPY INTO t FROM @st")
    assert sql("COPY INTO t FROM @st") == NOTHING
    (again,) = sql("COPY INTO t FROM @st FILES = ('a.csv')")
    assert again[1:7] == ("LOAD_SKIPPED", 0, 0, None, 1, "File was loaded before.")
    assert sql("COPY INTO t FROM @st FORCE = TRUE")[0][1] == "LOADED"
    drop("a.csv", "2,y\n")
    assert sql("COPY INTO t FROM @st")[0][1] == "LOADED"
    assert sql("SELECT a FROM t ORDER BY a") == [(1,), (1,), (2,)]


def test_what_makes_a_table_forget_its_files(sql: Sql, table: str, drop: Drop) -> None:
    drop("a.csv", "1,x\n")
    copy = "COPY INTO t FROM @st"
    sql(copy, "DELETE FROM t")
    assert sql(copy) == NOTHING
    sql("TRUNCATE TABLE t")
    assert sql(copy)[0][1] == "LOADED"
    sql("CREATE OR REPLACE TABLE t (a INT, b VARCHAR)")
    assert sql(copy)[0][1] == "LOADED"
    sql("CREATE TABLE c CLONE t")
    assert sql("COPY INTO c FROM @st")[0][1] == "LOADED"
    assert sql("SELECT count(*) FROM c") == [(2,)]
    assert sql("SELECT count(*) FROM t") == [(1,)]


def test_a_column_list_leaves_the_rest_to_defaults(
    sql: Sql, schema: str, bucket: str, drop: Drop
) -> None:
    drop("a.csv", "x,1\n")
    sql(
        f"CREATE STAGE st URL = '{bucket}'",
        "CREATE TABLE t (id INT AUTOINCREMENT, a INT, b VARCHAR, c VARCHAR DEFAULT 'none')",
        "COPY INTO t (b, a) FROM @st",
    )
    assert sql("SELECT * FROM t") == [(1, 1, "x", "none")]
    assert error_of(lambda: sql("COPY INTO t (b, nowhere) FROM @st"))[0] == 904


def test_a_load_is_part_of_the_open_transaction(sql: Sql, table: str, drop: Drop) -> None:
    drop("a.csv", "1,x\n")
    sql("BEGIN", "COPY INTO t FROM @st")
    assert sql("SELECT count(*) FROM t") == [(1,)]
    sql("ROLLBACK")
    assert sql("SELECT count(*) FROM t") == [(0,)]
    sql("BEGIN", "COPY INTO t FROM @st", "COMMIT")  # what was rolled back counts as not loaded
    assert sql("SELECT count(*) FROM t") == [(1,)]
    assert sql("COPY INTO t FROM @st") == NOTHING


def test_a_failed_statement_leaves_the_transaction_as_it_was(
    sql: Sql, table: str, drop: Drop
) -> None:
    drop("good/a.csv", "1,x\n")
    drop("bad/a.csv", "oops,x\n")
    sql("BEGIN", "COPY INTO t FROM @st/good")
    assert error_of(lambda: sql("COPY INTO t FROM @st/bad"))[0] == 100038
    sql("COMMIT")
    assert sql("SELECT * FROM t") == [(1, "x")]
    assert sql("COPY INTO t FROM @st/good") == NOTHING


def test_a_stream_sees_what_was_loaded(sql: Sql, table: str, drop: Drop) -> None:
    drop("a.csv", "1,x\n")
    sql("CREATE STREAM s ON TABLE t", "COPY INTO t FROM @st")
    assert sql('SELECT a, b, "METADATA$ACTION" FROM s') == [(1, "x", "INSERT")]


def test_two_sessions_never_load_one_file_twice(
    connect: Connect, sql: Sql, table: str, schema: str, drop: Drop
) -> None:
    drop("a.csv", "1,x\n" * 50)
    connections = [connect() for _ in range(4)]
    answers: list[Any] = []

    def load(connection: Any) -> None:
        statement = f"COPY INTO {schema}.t FROM @{schema}.st"
        answers.append(connection.cursor().execute(statement).fetchall()[0])

    threads = [threading.Thread(target=load, args=(c,)) for c in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(answer) for answer in answers) == [1, 1, 1, 10]
    assert sql("SELECT count(*) FROM t") == [(50,)]


def test_purge_removes_what_was_loaded(sql: Sql, table: str, drop: Drop) -> None:
    good, bad = drop("good.csv", "1,x\n"), drop("bad.csv", "oops,x\n")
    sql("COPY INTO t FROM @st PURGE = TRUE ON_ERROR = SKIP_FILE")
    assert (good.exists(), bad.exists()) == (False, True)


def test_size_limit_and_failed_only(sql: Sql, table: str, drop: Drop) -> None:
    drop("a.csv", "1,x\n")
    drop("b.csv", "2,y\n")
    drop("c.csv", "oops,y\n")
    assert len(sql("COPY INTO t FROM @st SIZE_LIMIT = 1")) == 1
    rows = sql("COPY INTO t FROM @st ON_ERROR = CONTINUE RETURN_FAILED_ONLY = TRUE")
    assert [row[1] for row in rows] == ["LOAD_FAILED"]
    assert sql("SELECT a FROM t ORDER BY a") == [(1,), (2,)]


def test_truncatecolumns(sql: Sql, schema: str, bucket: str, drop: Drop) -> None:
    drop("a.csv", "abcdef\n")
    sql(f"CREATE STAGE st URL = '{bucket}'", "CREATE TABLE t (a VARCHAR(3))")
    sql("COPY INTO t FROM @st TRUNCATECOLUMNS = TRUE")
    assert sql("SELECT a FROM t") == [("abc",)]


def test_copy_history(sql: Sql, table: str, schema: str, drop: Drop) -> None:
    drop("a.csv", "1,x\noops,y\n")
    sql("COPY INTO t FROM @st ON_ERROR = CONTINUE")
    query = (
        "SELECT file_name, status, row_count, row_parsed, error_count, first_error_message, table_name, pipe_name"
        " FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'T',"
        " START_TIME => DATEADD(hour, -1, CURRENT_TIMESTAMP())))"
    )
    assert sql(query) == [
        ("a.csv", "Partially loaded", 1, 2, 1, "Numeric value 'oops' is not recognized", "T", None)
    ]


def test_an_internal_stage_names_its_files_by_its_own_name(
    sql: Sql, schema: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("1,x\n")
    sql(
        "CREATE TABLE t (a INT, b VARCHAR)", "CREATE STAGE st", f"PUT file://{tmp_path}/a.csv @st/d"
    )
    assert sql("COPY INTO t FROM @st/d PATTERN = '.*a.csv.gz'")[0][0] == "st/d/a.csv.gz"


@pytest.mark.parametrize(
    ("statement", "number", "words"),
    [
        ("COPY INTO t FROM @st VALIDATION_MODE = RETURN_ERRORS", 2, "VALIDATION_MODE"),
        ("COPY INTO t FROM @st MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE", 2, "MATCH_BY"),
        ("COPY INTO t FROM @st ON_ERROR = 'NEVER'", 1003, "unexpected"),
        ("COPY INTO t FROM @st BOGUS = 1", 1003, "BOGUS"),
        ("COPY INTO t FROM 's3://b/x/'", 2, "s3://b/x/"),
        ("COPY INTO nowhere FROM @st", 2003, "NOWHERE"),
        ("COPY INTO t FROM @nowhere", 2003, "NOWHERE"),
        ("COPY INTO t FROM @st FILE_FORMAT = (FORMAT_NAME = 'nowhere')", 2003, "NOWHERE"),
        ("COPY INTO t FROM @st FILE_FORMAT = (TYPE = JSON)", 2019, "one and only one column"),
        ("COPY INTO t FROM @st FILE_FORMAT = (TYPE = PARQUET)", 2, "PARQUET"),
    ],
)
def test_refusals(sql: Sql, table: str, statement: str, number: int, words: str) -> None:
    refused = error_of(lambda: sql(statement))
    assert refused[0] == number
    assert words in refused[1]
