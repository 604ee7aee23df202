"""Stored procedures: definition, overloads, rights, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.snowlocal.conftest import Connect, error_of

Sql = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("definition", "call", "answer"),
    [
        ("p(a VARCHAR) RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN RETURN a || '!'; END $$", "p('x')", "x!"),
        ("p(a INT) RETURNS INT LANGUAGE SQL AS BEGIN RETURN a + 1; END", "p(2)", 3),
        ("p(a INT) RETURNS INT LANGUAGE SQL AS 'DECLARE b INT DEFAULT 2; BEGIN RETURN a * b; END'", "p(4)", 8),
        ("p(a INT, b INT DEFAULT 5) RETURNS INT AS $$ BEGIN RETURN a - b; END $$", "p(9)", 4),
        ("p(a INT, b INT DEFAULT 5) RETURNS INT AS $$ BEGIN RETURN a - b; END $$", "p(b => 1, a => 3)", 2),
        ("p() RETURNS INT NOT NULL LANGUAGE SQL COMMENT = 'c' EXECUTE AS CALLER AS 'BEGIN RETURN 7; END'", "p()", 7),
        ("p() RETURNS TABLE (a INT) AS 'DECLARE r RESULTSET; BEGIN r := (SELECT 6); RETURN TABLE(r); END'", "p()", 6),
        ("p(a NUMBER(10,2)) RETURNS VARCHAR AS $$ BEGIN RETURN a; END $$", "p(1.5)", "1.50"),
    ],
)  # fmt: skip
def test_call(sql: Sql, schema: str, definition: str, call: str, answer: object) -> None:
    sql(f"CREATE PROCEDURE {definition}")
    assert sql(f"CALL {call}") == [(answer,)]


def test_the_column_of_call_is_named_as_the_procedure(connect: Connect, schema: str) -> None:
    cursor = connect().cursor()
    cursor.execute(f"CREATE PROCEDURE {schema}.my_proc() RETURNS INT AS $$ BEGIN RETURN 1; END $$")
    cursor.execute(f"CALL {schema}.my_proc()")
    assert cursor.description[0].name == "MY_PROC"


def test_overloads_are_told_apart_by_argument_types(sql: Sql, schema: str) -> None:
    sql(
        "CREATE PROCEDURE o(a NUMBER) RETURNS VARCHAR AS $$ BEGIN RETURN 'number'; END $$",
        "CREATE PROCEDURE o(a VARCHAR) RETURNS VARCHAR AS $$ BEGIN RETURN 'text'; END $$",
        "CREATE PROCEDURE o() RETURNS VARCHAR AS $$ BEGIN RETURN 'nothing'; END $$",
    )
    assert [sql(f"CALL o({a})")[0][0] for a in ("1", "'1'", "")] == ["number", "text", "nothing"]
    assert error_of(lambda: sql("CALL o(TRUE)"))[0] == 1044
    sql("DROP PROCEDURE o(VARCHAR)")
    assert len(sql("SHOW PROCEDURES LIKE 'O'")) == 2


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("CREATE PROCEDURE bad() RETURNS INT AS $$ BEGIN RETUR 1 $$", 1003),
        (
            "CREATE PROCEDURE bad() RETURNS INT AS $$ BEGIN SELECT FROM FROM t; RETURN 1; END $$",
            1003,
        ),
        ("CREATE PROCEDURE bad() RETURNS INT AS 'SELECT 1'", 1003),
        ("CREATE PROCEDURE bad(a OUT INT) RETURNS INT AS $$ BEGIN RETURN 1; END $$", 2),
        ("CALL missing()", 2141),
        ("CALL nodb.nosuch.missing()", 2141),
        ("DROP PROCEDURE missing(INT)", 2003),
        ("CREATE PROCEDURE taken(a INT) RETURNS INT AS $$ BEGIN RETURN 1; END $$", 2002),
        ("CALL taken()", 1044),
        ("CALL taken('x', 2)", 1044),
    ],
)
def test_refusals(sql: Sql, schema: str, statement: str, number: int) -> None:
    sql("CREATE PROCEDURE taken(b NUMBER) RETURNS INT AS $$ BEGIN RETURN 1; END $$")
    assert error_of(lambda: sql(statement))[0] == number


@pytest.mark.parametrize("language", ["JAVASCRIPT", "PYTHON", "JAVA", "SCALA"])
def test_other_languages_are_kept_but_not_run(sql: Sql, schema: str, language: str) -> None:
    details = (
        ""
        if language == "JAVASCRIPT"
        else "RUNTIME_VERSION = '3.11' PACKAGES = ('p') HANDLER = 'main'"
    )
    body = "$$ one 'two' \\ three $$"
    sql(f"CREATE PROCEDURE x(a FLOAT) RETURNS FLOAT LANGUAGE {language} {details} AS {body}")
    assert dict(sql("DESCRIBE PROCEDURE x(FLOAT)"))["body"] == body.strip("$")
    assert f"AS {body};" in sql("SELECT GET_DDL('PROCEDURE', 'x(FLOAT)')")[0][0]
    number, text = error_of(lambda: sql("CALL x(1)"))
    assert number == 2
    assert f"CALL of a {language} procedure" in text


def test_get_ddl_makes_the_same_procedure_again(sql: Sql, schema: str) -> None:
    body = "$$\nBEGIN\n    -- keeps: its comment\n    RETURN 'it''s ' || a;\nEND\n$$"
    sql(
        "CREATE PROCEDURE g(a VARCHAR DEFAULT 'd') COPY GRANTS RETURNS VARCHAR(20) NOT NULL "
        f"LANGUAGE SQL COMMENT = 'it''s' EXECUTE AS CALLER AS {body}"
    )
    ddl = sql("SELECT GET_DDL('PROCEDURE', 'g(VARCHAR)')")[0][0]
    assert ddl.startswith("CREATE OR REPLACE PROCEDURE G(A VARCHAR DEFAULT 'd')")
    assert ddl.endswith(f"AS {body};")
    qualified = sql("SELECT GET_DDL('PROCEDURE', 'g(VARCHAR)', TRUE)")[0][0]
    assert f"PROCEDURE {schema}.G(" in qualified
    sql(ddl)
    assert sql("SELECT GET_DDL('PROCEDURE', 'g(VARCHAR)')") == [(ddl,)]
    assert sql("CALL g()") == [("it's d",)]


def test_show_and_describe(sql: Sql, schema: str, connect: Connect) -> None:
    sql(
        "CREATE PROCEDURE s(a VARCHAR, b INT DEFAULT 1) RETURNS STRING AS $$ BEGIN RETURN a; END $$"
    )
    cursor = connect().cursor()
    row = dict(
        zip(
            [
                c.name
                for c in cursor.execute(f"SHOW PROCEDURES LIKE 's' IN SCHEMA {schema}").description
            ],
            cursor.fetchall()[0],
            strict=True,
        )
    )
    assert row["arguments"] == "S(VARCHAR, DEFAULT NUMBER) RETURN VARCHAR"
    assert (row["min_num_arguments"], row["max_num_arguments"]) == (1, 2)
    assert (row["schema_name"], row["catalog_name"]) == (schema.split(".")[1], "TESTS")
    described = dict(sql("DESCRIBE PROCEDURE s(VARCHAR, NUMBER)"))
    assert described["signature"] == "(A VARCHAR, B NUMBER)"
    assert described["execute as"] == "OWNER"


def test_alter(sql: Sql, schema: str) -> None:
    sql("CREATE PROCEDURE a() RETURNS VARCHAR AS $$ BEGIN RETURN CURRENT_ROLE(); END $$")
    sql("ALTER PROCEDURE a() EXECUTE AS CALLER", "ALTER PROCEDURE a() SET COMMENT = 'new'")
    sql("ALTER PROCEDURE a() RENAME TO b")
    ddl = sql("SELECT GET_DDL('PROCEDURE', 'b()')")[0][0]
    assert "EXECUTE AS CALLER" in ddl
    assert "COMMENT='new'" in ddl
    sql("ALTER PROCEDURE b() UNSET COMMENT")
    assert "COMMENT" not in sql("SELECT GET_DDL('PROCEDURE', 'b()')")[0][0]


# -- whose rights


@pytest.fixture
def low(sql: Sql, schema: str) -> str:
    """A role that may use the schema and call its procedures, and no more."""
    role = f"LOW_{schema.split('.')[1]}"
    sql(
        f"CREATE OR REPLACE ROLE {role}",
        f"GRANT ROLE {role} TO USER SNOWLANE",
        f"GRANT USAGE ON DATABASE TESTS TO ROLE {role}",
        f"GRANT USAGE ON SCHEMA {schema} TO ROLE {role}",
        "CREATE TABLE secret (a INT)",
        "INSERT INTO secret VALUES (5)",
    )
    return role


@pytest.mark.parametrize("rights", ["OWNER", "CALLER"])
def test_a_procedure_runs_with_the_rights_it_says(
    sql: Sql, schema: str, low: str, rights: str, connect: Connect
) -> None:
    sql(
        f"CREATE PROCEDURE look() RETURNS INT EXECUTE AS {rights} AS"
        f" $$ BEGIN RETURN (SELECT MAX(a) FROM {schema}.secret); END $$",
        f"GRANT USAGE ON PROCEDURE look() TO ROLE {low}",
    )
    other = connect().cursor()
    other.execute("USE SECONDARY ROLES NONE").execute(f"USE ROLE {low}")  # type: ignore[union-attr]
    if rights == "OWNER":
        other.execute(f"CALL {schema}.look()")
        assert other.fetchall() == [(5,)]
    else:
        assert error_of(lambda: other.execute(f"CALL {schema}.look()"))[0] == 2003
    assert other.execute("SELECT CURRENT_ROLE()").fetchall() == [(low,)]  # type: ignore[union-attr]


def test_the_caller_gets_its_role_back_after_an_error(
    sql: Sql, schema: str, low: str, connect: Connect
) -> None:
    sql(
        "CREATE PROCEDURE fails() RETURNS INT AS $$ BEGIN SELECT * FROM nowhere; RETURN 1; END $$",
        f"GRANT USAGE ON PROCEDURE fails() TO ROLE {low}",
    )
    other = connect().cursor()
    other.execute("USE SECONDARY ROLES NONE").execute(f"USE ROLE {low}")  # type: ignore[union-attr]
    error_of(lambda: other.execute(f"CALL {schema}.fails()"))
    assert other.execute("SELECT CURRENT_ROLE(), CURRENT_DATABASE()").fetchall() == [(low, None)]  # type: ignore[union-attr]


def test_names_resolve_in_the_schema_of_an_owners_procedure(sql: Sql, schema: str) -> None:
    sql("CREATE TABLE here (a INT)", "INSERT INTO here VALUES (1)")
    for rights in ("OWNER", "CALLER"):
        sql(
            f"CREATE PROCEDURE n_{rights}() RETURNS INT EXECUTE AS {rights} AS"
            " $$ BEGIN RETURN (SELECT a FROM here); END $$"
        )
    sql("CREATE DATABASE IF NOT EXISTS ELSEWHERE")
    assert sql("USE DATABASE ELSEWHERE", f"CALL {schema}.n_owner()") == [(1,)]
    assert error_of(lambda: sql(f"CALL {schema}.n_caller()"))[0] == 2003
    assert sql("SELECT CURRENT_DATABASE()") == [("ELSEWHERE",)]


@pytest.mark.parametrize(
    ("body", "number", "words"),
    [
        ("USE ROLE SYSADMIN;", 90236, "Unsupported statement type 'USE'"),
        ("EXECUTE IMMEDIATE 'USE DATABASE TESTS';", 90236, "Unsupported statement type 'USE'"),
        ("ALTER SESSION SET QUERY_TAG = 'x';", 90236, "ALTER_SESSION"),
        ("LET x VARCHAR := $v;", 90234, "Use of session variable '$V' is not allowed"),
        ("SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY());", 90234, "not accessible in stored procedure"),
    ],
)  # fmt: skip
def test_what_owners_rights_forbid(
    sql: Sql, schema: str, body: str, number: int, words: str
) -> None:
    sql("SET v = 'value'")
    for rights in ("OWNER", "CALLER"):
        sql(
            f"CREATE PROCEDURE r_{rights}() RETURNS INT EXECUTE AS {rights} AS $$ BEGIN {body} RETURN 1; END $$"
        )
    found, text = error_of(lambda: sql("CALL r_owner()"))
    assert (found, words in text) == (number, True)
    assert sql("CALL r_caller()") == [(1,)]


def test_what_an_owners_procedure_calls_has_no_more_rights(sql: Sql, schema: str) -> None:
    sql(
        "CREATE PROCEDURE inner_one() RETURNS INT EXECUTE AS CALLER AS $$ BEGIN USE DATABASE TESTS; RETURN 1; END $$",
        "CREATE PROCEDURE outer_one() RETURNS INT AS $$ BEGIN CALL inner_one(); RETURN 2; END $$",
    )
    assert error_of(lambda: sql("CALL outer_one()"))[0] == 90236


def test_usage_on_the_procedure_is_needed(
    sql: Sql, schema: str, low: str, connect: Connect
) -> None:
    sql("CREATE PROCEDURE mine() RETURNS INT AS $$ BEGIN RETURN 1; END $$")
    other = connect().cursor()
    other.execute("USE SECONDARY ROLES NONE").execute(f"USE ROLE {low}")  # type: ignore[union-attr]
    assert error_of(lambda: other.execute(f"CALL {schema}.mine()"))[0] == 2141


def test_a_procedure_can_define_objects(sql: Sql, schema: str) -> None:
    sql(
        "CREATE PROCEDURE make() RETURNS INT AS"
        " $$ BEGIN CREATE OR REPLACE TABLE made AS SELECT 1 AS a; RETURN 1; END $$"
    )
    sql("CALL make()")
    assert sql("SELECT a FROM made") == [(1,)]


def test_a_declared_table_must_come_back(sql: Sql, schema: str) -> None:
    sql("CREATE PROCEDURE w() RETURNS TABLE (a INT) AS $$ BEGIN RETURN 1; END $$")
    number, text = error_of(lambda: sql("CALL w()"))
    assert (number, "returned table does not match" in text) == (90232, True)
