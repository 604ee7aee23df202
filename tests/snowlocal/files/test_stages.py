"""Stages: what SHOW and DESCRIBE say, PUT, GET, LIST and REMOVE, and what is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.snowlocal.conftest import Connect, Sql, error_of
from tests.snowlocal.files.conftest import Drop

from snowlocal.server import LocalAccount


def named(connection: Any, statement: str) -> list[dict[str, Any]]:
    cursor = connection.cursor()
    cursor.execute(statement)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_put_compresses_lists_and_gets_back_what_was_put(
    sql: Sql, schema: str, tmp_path: Path
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    (source / "a.csv").write_text("1,x\n")
    (source / "b b.csv").write_text("2,y\n")
    sql("CREATE STAGE st")
    put = sql(f"PUT 'file://{source}/*.csv' @st/day/one")
    assert [(row[0], row[1], row[6]) for row in put] == [
        ("a.csv", "a.csv.gz", "UPLOADED"),
        ("b b.csv", "b b.csv.gz", "UPLOADED"),
    ]
    assert [row[0] for row in sql("LIST @st")] == ["st/day/one/a.csv.gz", "st/day/one/b b.csv.gz"]
    got = sql(f"GET @{schema}.st/day file://{target}/")
    assert [(row[0], row[2]) for row in got] == [
        ("day/one/a.csv.gz", "DOWNLOADED"),
        ("day/one/b b.csv.gz", "DOWNLOADED"),
    ]
    assert sorted(path.name for path in target.iterdir()) == ["a.csv.gz", "b b.csv.gz"]


def test_put_takes_a_bare_path_with_a_glob(sql: Sql, schema: str, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("1\n")
    sql("CREATE STAGE st", f"PUT file://{tmp_path}/*.csv @st AUTO_COMPRESS = FALSE")
    listed = sql("LS @st")
    assert [(row[0], row[1]) for row in listed] == [("st/one.csv", 2)]
    assert listed[0][2] == "b026324c6904b2a9cb4b88d6d61c81d1"
    assert listed[0][3].endswith(" GMT")


def test_list_and_remove_go_by_prefix_and_pattern(
    sql: Sql, schema: str, bucket: str, drop: Drop
) -> None:
    for name in ("2024/a.csv", "2024/b.json", "2025/a.csv"):
        drop(name, "x")
    sql(f"CREATE STAGE st URL = '{bucket}'")
    assert [row[0] for row in sql("LIST @st")] == [
        f"{bucket}2024/a.csv",
        f"{bucket}2024/b.json",
        f"{bucket}2025/a.csv",
    ]
    assert len(sql("LIST @st/202")) == 3
    assert sql("LIST @st PATTERN = 'a[.]csv'") == []  # a pattern is held against the whole path
    assert sql("REMOVE @st/2024 PATTERN = '.*[.]csv'") == [(f"{bucket}2024/a.csv", "removed")]
    assert len(sql("LIST @st")) == 2


def test_a_file_stage_reads_the_folder_it_names(sql: Sql, schema: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("7\n")
    sql(f"CREATE STAGE st URL = 'file://{tmp_path}'", "CREATE TABLE t (a INT)")
    assert sql("LIST @st")[0][0] == f"file://{tmp_path}/a.csv"
    assert sql("COPY INTO t FROM @st")[0][1] == "LOADED"
    assert sql("SELECT a FROM t") == [(7,)]


def test_show_stages(connect: Connect, schema: str, bucket: str) -> None:
    connection = connect(database="TESTS", schema=schema.partition(".")[2])
    connection.cursor().execute("CREATE STAGE inner_st COMMENT = 'ours'")
    connection.cursor().execute(f"CREATE STAGE outer_st URL = '{bucket}'")
    inner, outer = named(connection, f"SHOW STAGES IN SCHEMA {schema}")
    assert (inner["name"], inner["type"], inner["url"], inner["comment"]) == (
        "INNER_ST", "INTERNAL", "", "ours",
    )  # fmt: skip
    assert (outer["name"], outer["type"], outer["url"], outer["cloud"]) == (
        "OUTER_ST", "EXTERNAL", bucket, "AWS",
    )  # fmt: skip
    assert inner["created_on"].year > 2000


def test_describe_tells_format_and_url(connect: Connect, schema: str, bucket: str) -> None:
    connection = connect(database="TESTS", schema=schema.partition(".")[2])
    connection.cursor().execute(
        f"CREATE STAGE st URL = '{bucket}' FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 2)"
    )
    rows = {row["property"]: row["property_value"] for row in named(connection, "DESC STAGE st")}
    assert rows["TYPE"] == "CSV"
    assert rows["SKIP_HEADER"] == "2"
    assert rows["URL"] == f'["{bucket}"]'


def test_files_of_an_internal_stage_go_with_it(
    sql: Sql, schema: str, account: LocalAccount, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("1\n")
    put = f"PUT file://{tmp_path}/a.csv @st"
    before = set((account.directory / "stages").iterdir())
    sql("CREATE STAGE st", put)
    sql("CREATE OR REPLACE STAGE st")
    assert sql("LIST @st") == []
    sql(put, "DROP STAGE st", "CREATE STAGE st")
    assert sql("LIST @st") == []
    assert set((account.directory / "stages").iterdir()) == before


def test_refreshing_a_directory_table_tells_what_changed(
    sql: Sql, schema: str, tmp_path: Path
) -> None:
    def refreshed(subpath: str = "") -> list[tuple[str, str]]:
        return [row[:2] for row in sql(f"ALTER STAGE st REFRESH {subpath}")]

    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("1\n")
    sql("CREATE STAGE st DIRECTORY = (ENABLE = TRUE)")
    for name in ("a", "b"):
        sql(f"PUT file://{tmp_path}/{name}.csv @st/{name} AUTO_COMPRESS = FALSE")
    assert refreshed("SUBPATH = 'a'") == [("a/a.csv", "REGISTERED_NEW")]
    sql("REMOVE @st/a")
    assert refreshed() == [("b/b.csv", "REGISTERED_NEW"), ("a/a.csv", "UNREGISTERED")]
    assert refreshed() == []


def test_alter_stage(connect: Connect, schema: str, bucket: str) -> None:
    connection = connect(database="TESTS", schema=schema.partition(".")[2])
    run = connection.cursor().execute
    run(f"CREATE STAGE st URL = '{bucket}'")
    run("ALTER STAGE st SET URL = 's3://elsewhere/x' COMMENT = 'moved'")
    run("ALTER STAGE st SET FILE_FORMAT = (TYPE = JSON)")
    run("ALTER STAGE st RENAME TO st2")
    (row,) = named(connection, f"SHOW STAGES IN SCHEMA {schema}")
    assert (row["name"], row["url"], row["comment"]) == ("ST2", "s3://elsewhere/x/", "moved")
    described = {r["property"]: r["property_value"] for r in named(connection, "DESC STAGE st2")}
    assert described["TYPE"] == "JSON"


@pytest.mark.parametrize(
    ("statement", "number", "words"),
    [
        ("CREATE STAGE x URL = 's3://b/' STORAGE_INTEGRATION = nowhere", 2003, "NOWHERE"),
        ("CREATE STAGE x URL = 's3://b/../c/'", 1011, "invalid path"),
        ("CREATE STAGE x FILE_FORMAT = (FORMAT_NAME = 'nowhere')", 2003, "NOWHERE"),
        ("CREATE STAGE x COPY_OPTIONS = (ON_ERROR = CONTINUE)", 2, "COPY_OPTIONS"),
        ("CREATE TEMPORARY STAGE x", 2, "TEMPORARY"),
        ("CREATE STAGE st", 2002, "already exists"),
        ("ALTER STAGE st SET URL = 's3://b/'", 2, "SET URL"),
        ("ALTER STAGE st REFRESH", 370002, "directory table"),
        ("LIST @nowhere", 2003, "NOWHERE"),
        ("LIST @~", 2, "@~"),
        ("LIST @%t", 2, "@%t"),
        ("LIST @st PATTERN = '*'", 100048, "regular expression"),
        ("LIST @st/../other", 1011, "stage path"),
        ("PUT file:///tmp/x @outer_st", 2, "OUTER_ST"),
        ("PUT /tmp/x @st", 1003, "file://"),
        ("PUT file:///tmp/x @st BOGUS = 1", 1420, "BOGUS"),
        ("PUT file:///tmp/x @st AUTO_COMPRESS = MAYBE", 1481, "AUTO_COMPRESS"),
        ("COPY INTO @st FROM t", 2, "COPY INTO <location>"),
    ],
)
def test_refusals(sql: Sql, schema: str, statement: str, number: int, words: str) -> None:
    sql("CREATE STAGE st", "CREATE STAGE outer_st URL = 's3://b/'", "CREATE TABLE t (a INT)")
    refused = error_of(lambda: sql(statement))
    assert refused[0] == number
    assert words in refused[1]


def test_a_role_needs_read_to_list_and_write_to_put(
    connect: Connect, sql: Sql, schema: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("1\n")
    sql(
        "CREATE STAGE st",
        "CREATE OR REPLACE ROLE reader",
        "GRANT ROLE reader TO USER snowlane",
        "GRANT USAGE ON DATABASE tests TO ROLE reader",
        f"GRANT USAGE ON SCHEMA {schema} TO ROLE reader",
        "GRANT READ ON STAGE st TO ROLE reader",
    )
    theirs = connect(role="READER", session_parameters={"SECONDARY_ROLES": "NONE"})
    cursor = theirs.cursor()
    cursor.execute("USE SECONDARY ROLES NONE")
    assert cursor.execute(f"LIST @{schema}.st").fetchall() == []
    refused = error_of(lambda: cursor.execute(f"PUT file://{tmp_path}/a.csv @{schema}.st"))
    assert refused[0] == 3001
