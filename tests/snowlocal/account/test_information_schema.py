"""INFORMATION_SCHEMA: Snowflake's columns, and only what the role may see."""

from __future__ import annotations

import pytest
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import error_of

from snowlocal.server import LocalAccount


@pytest.fixture
def place(rows: Rows, name: str) -> str:
    """A database whose schema S has a table with keys, a view, a sequence and a procedure."""
    rows(f"CREATE DATABASE {name}", f"CREATE SCHEMA {name}.S")
    rows(
        "CREATE TABLE T (ID NUMBER(38,0) AUTOINCREMENT, Q NUMBER(10,2) NOT NULL DEFAULT 0,"
        " N VARCHAR(20) COMMENT 'n', AT TIMESTAMP_NTZ, RAW VARIANT, PRIMARY KEY (ID)) CLUSTER BY (N)"
    )
    rows(
        "INSERT INTO T (Q) VALUES (1), (2)",
        "CREATE VIEW V AS SELECT N FROM T",
        "CREATE SEQUENCE SQ START 5",
    )
    rows("CREATE PROCEDURE P(A VARCHAR) RETURNS VARCHAR LANGUAGE SQL AS 'BEGIN RETURN A; END'")
    return name


def test_tables(rows: Rows, place: str) -> None:
    found = rows(f"SELECT * FROM {place}.INFORMATION_SCHEMA.TABLES ORDER BY TABLE_NAME")
    assert [(r["TABLE_NAME"], r["TABLE_TYPE"]) for r in found] == [
        ("T", "BASE TABLE"),
        ("V", "VIEW"),
    ]
    assert (found[0]["TABLE_CATALOG"], found[0]["TABLE_SCHEMA"]) == (place, "S")
    assert (found[0]["ROW_COUNT"], found[0]["CLUSTERING_KEY"]) == (2, "LINEAR(N)")
    assert found[1]["ROW_COUNT"] is None


def test_columns_have_base_types(rows: Rows, place: str) -> None:
    found = rows(
        "SELECT COLUMN_NAME, DATA_TYPE, IS_NULLABLE, COLUMN_DEFAULT, CHARACTER_MAXIMUM_LENGTH AS L,"
        " NUMERIC_PRECISION AS P, NUMERIC_SCALE AS S, IS_IDENTITY, COMMENT"
        " FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'T' ORDER BY ORDINAL_POSITION"
    )
    assert [(r["COLUMN_NAME"], r["DATA_TYPE"], r["IS_NULLABLE"]) for r in found] == [
        ("ID", "NUMBER", "NO"),
        ("Q", "NUMBER", "NO"),
        ("N", "TEXT", "YES"),
        ("AT", "TIMESTAMP_NTZ", "YES"),
        ("RAW", "VARIANT", "YES"),
    ]
    assert (found[1]["P"], found[1]["S"], found[1]["COLUMN_DEFAULT"]) == (10, 2, "0")
    assert (found[2]["L"], found[2]["COMMENT"]) == (20, "n")
    assert [r["IS_IDENTITY"] for r in found] == ["YES", "NO", "NO", "NO", "NO"]


def test_schemata(rows: Rows, place: str) -> None:
    found = rows("SELECT SCHEMA_NAME, SCHEMA_OWNER FROM INFORMATION_SCHEMA.SCHEMATA ORDER BY 1")
    assert [r["SCHEMA_NAME"] for r in found] == ["INFORMATION_SCHEMA", "PUBLIC", "S"]
    assert found[2]["SCHEMA_OWNER"] == "ACCOUNTADMIN"


def test_other_views(rows: Rows, place: str) -> None:
    (view,) = rows("SELECT VIEW_DEFINITION FROM INFORMATION_SCHEMA.VIEWS")
    assert view["VIEW_DEFINITION"] == "CREATE VIEW V AS SELECT N FROM T"
    (sequence,) = rows('SELECT NEXT_VALUE, "INCREMENT" FROM INFORMATION_SCHEMA.SEQUENCES')
    assert sequence == {"NEXT_VALUE": "5", "INCREMENT": "1"}
    (procedure,) = rows(
        "SELECT PROCEDURE_NAME, ARGUMENT_SIGNATURE FROM INFORMATION_SCHEMA.PROCEDURES"
    )
    assert procedure == {"PROCEDURE_NAME": "P", "ARGUMENT_SIGNATURE": "(A VARCHAR)"}
    (key,) = rows("SELECT CONSTRAINT_TYPE, TABLE_NAME FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS")
    assert key == {"CONSTRAINT_TYPE": "PRIMARY KEY", "TABLE_NAME": "T"}
    databases = rows("SELECT DATABASE_NAME FROM INFORMATION_SCHEMA.DATABASES")
    assert {"DATABASE_NAME": place} in databases
    enabled = rows("SELECT ROLE_NAME FROM INFORMATION_SCHEMA.ENABLED_ROLES")
    assert {"ROLE_NAME": "SYSADMIN"} in enabled


@pytest.mark.parametrize("view", ["STAGES", "FILE_FORMATS", "FUNCTIONS", "PIPES"])
def test_views_that_are_empty_here(rows: Rows, place: str, view: str) -> None:
    assert rows(f"SELECT * FROM {place}.INFORMATION_SCHEMA.{view}") == []


def test_only_what_the_role_may_see(rows: Rows, place: str) -> None:
    rows(f"CREATE ROLE {place}_R", f"GRANT ROLE {place}_R TO USER SNOWLANE")
    rows(f"GRANT USAGE ON DATABASE {place} TO ROLE {place}_R")
    rows(f"GRANT USAGE ON SCHEMA {place}.S TO ROLE {place}_R")
    rows(f"GRANT SELECT ON VIEW {place}.S.V TO ROLE {place}_R")
    rows("USE SECONDARY ROLES NONE", f"USE ROLE {place}_R")
    found = rows(f"SELECT TABLE_NAME FROM {place}.INFORMATION_SCHEMA.TABLES")
    assert found == [{"TABLE_NAME": "V"}]


def test_an_unknown_view(rows: Rows, place: str) -> None:
    assert error_of(lambda: rows("SELECT * FROM INFORMATION_SCHEMA.NO_SUCH"))[0] == 2003


def test_privileges(rows: Rows, place: str) -> None:
    rows(f"GRANT SELECT ON TABLE {place}.S.T TO ROLE PUBLIC")
    found = rows(
        "SELECT GRANTEE, PRIVILEGE_TYPE FROM INFORMATION_SCHEMA.TABLE_PRIVILEGES"
        " WHERE TABLE_NAME = 'T' ORDER BY 1"
    )
    assert [(r["GRANTEE"], r["PRIVILEGE_TYPE"]) for r in found] == [
        ("ACCOUNTADMIN", "OWNERSHIP"),
        ("PUBLIC", "SELECT"),
    ]


def test_foreign_keys(rows: Rows, place: str) -> None:
    rows("CREATE TABLE F (ID NUMBER, CONSTRAINT TO_T FOREIGN KEY (ID) REFERENCES T (ID))")
    (key,) = rows("SELECT * FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS")
    (primary,) = rows(
        "SELECT CONSTRAINT_NAME AS N FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS"
        " WHERE CONSTRAINT_TYPE = 'PRIMARY KEY'"
    )
    assert (key["CONSTRAINT_NAME"], key["UNIQUE_CONSTRAINT_NAME"]) == ("TO_T", primary["N"])


def test_loads(rows: Rows, place: str, account: LocalAccount) -> None:
    folder = account.directory / "buckets" / place.lower()
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("1\n2\n")
    rows(f"CREATE STAGE ST URL = 's3://{place.lower()}/'", "CREATE TABLE L (A NUMBER)")
    rows("COPY INTO L FROM @ST FILE_FORMAT = (TYPE = CSV)")
    (load,) = rows("SELECT TABLE_NAME, STATUS, ROW_COUNT FROM INFORMATION_SCHEMA.LOAD_HISTORY")
    assert (load["TABLE_NAME"], load["ROW_COUNT"]) == ("L", 2)
    copied = rows(
        "SELECT FILE_NAME FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'L',"
        " START_TIME => DATEADD('hour', -1, CURRENT_TIMESTAMP())))"
    )
    assert [r["FILE_NAME"].endswith("a.csv") for r in copied] == [True]
    later = rows(
        "SELECT 1 FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'L',"
        " START_TIME => DATEADD('hour', 1, CURRENT_TIMESTAMP())))"
    )
    assert later == []
