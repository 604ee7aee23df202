"""GET_DDL: one object, or all that lies in a schema or database; TRUE qualifies what is created and nothing else."""

from __future__ import annotations

import pytest
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import error_of


@pytest.fixture
def place(rows: Rows, name: str) -> str:
    """A database whose schema S has a table, a view on it, a sequence, a stage and a procedure."""
    rows(f"CREATE DATABASE {name} COMMENT = 'it''s'", f"CREATE SCHEMA {name}.S")
    rows(
        "CREATE TABLE T (A NUMBER(10,2) NOT NULL, B VARCHAR)",
        "CREATE SEQUENCE SQ",
        "CREATE STAGE ST",
    )
    rows(f"CREATE VIEW V COPY GRANTS COMMENT = 'v' AS SELECT A /* as written */ FROM {name}.S.T")
    rows("CREATE PROCEDURE P(A VARCHAR) RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN RETURN A; END $$")
    return name


def _ddl(rows: Rows, arguments: str) -> str:
    return str(rows(f"SELECT GET_DDL({arguments}) AS D")[0]["D"])


def test_a_table(rows: Rows, place: str) -> None:
    text = "create or replace TABLE {} (\n\tA NUMBER(10,2) NOT NULL,\n\tB VARCHAR(16777216)\n);"
    assert _ddl(rows, f"'table', '{place}.S.T'") == text.format("T")
    assert _ddl(rows, "'TABLE', 'T', TRUE") == text.format(f"{place}.S.T")


def test_a_view_keeps_its_query_as_written(rows: Rows, place: str) -> None:
    text = _ddl(rows, f"'view', '{place}.S.V', true")
    assert text.startswith(f"create or replace view {place}.S.V(")
    assert f"as SELECT A /* as written */ FROM {place}.S.T" in text
    assert "COPY GRANTS" not in text.upper()


def test_it_makes_the_object_again(rows: Rows, place: str) -> None:
    for kind, named in (
        ("table", "T"),
        ("view", "V"),
        ("procedure", "P(VARCHAR)"),
        ("sequence", "SQ"),
    ):
        text = _ddl(rows, f"'{kind}', '{place}.S.{named}', TRUE")
        rows(text)
        assert _ddl(rows, f"'{kind}', '{place}.S.{named}', TRUE") == text


def test_a_schema_holds_everything_but_stages(rows: Rows, place: str) -> None:
    heads = [
        line.split("(")[0].strip()
        for line in _ddl(rows, f"'schema', '{place}.S', TRUE").splitlines()
        if line.lower().startswith("create or replace")
    ]
    assert heads == [
        f"create or replace schema {place}.S;",
        f"create or replace sequence {place}.S.SQ start with 1 increment by 1 order;",
        f"create or replace TABLE {place}.S.T",
        f"create or replace view {place}.S.V",
        f"CREATE OR REPLACE PROCEDURE {place}.S.P",
    ]


def test_a_database(rows: Rows, place: str) -> None:
    text = _ddl(rows, f"'database', '{place}'")
    assert text.startswith(f"create or replace database {place} COMMENT='it''s';")
    assert "create or replace schema PUBLIC;" in text
    assert "create or replace TABLE T (" in text


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ("'stage', '{0}.S.ST'", 2),
        ("'integration', 'X'", 2),
        ("'table', '{0}.S.NONE'", 2003),
        ("'procedure', '{0}.S.P'", 2003),
        ("'table'", 938),
    ],
)
def test_refusals(rows: Rows, place: str, arguments: str, number: int) -> None:
    assert error_of(lambda: _ddl(rows, arguments.format(place)))[0] == number


def test_only_what_the_role_sees(rows: Rows, place: str) -> None:
    rows(f"CREATE ROLE {place}_R", f"GRANT ROLE {place}_R TO USER SNOWLANE")
    rows(f"GRANT USAGE ON DATABASE {place} TO ROLE {place}_R")
    rows(f"GRANT USAGE ON SCHEMA {place}.S TO ROLE {place}_R")
    rows(f"GRANT SELECT ON VIEW {place}.S.V TO ROLE {place}_R")
    rows("USE SECONDARY ROLES NONE", f"USE ROLE {place}_R")
    text = _ddl(rows, f"'database', '{place}'")
    assert "view V(" in text
    assert "TABLE T" not in text
    assert error_of(lambda: _ddl(rows, f"'table', '{place}.S.T'"))[0] == 2003
