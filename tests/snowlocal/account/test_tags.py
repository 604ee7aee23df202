"""Tags: made, put on objects and columns, inherited, shown, and who may put them there."""

from __future__ import annotations

from typing import Any

import pytest
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import error_of


@pytest.fixture
def place(rows: Rows, name: str) -> str:
    """A database with the tags PII and LEVEL (high, low) in GOV, and a table and a view in S, which is current."""
    rows(f"CREATE DATABASE {name}", f"CREATE SCHEMA {name}.GOV")
    rows("CREATE TAG PII", "CREATE TAG LEVEL ALLOWED_VALUES 'high', 'low' COMMENT = 'it''s'")
    rows(f"CREATE SCHEMA {name}.S", "CREATE TABLE T (A NUMBER, B VARCHAR)")
    rows("CREATE VIEW V AS SELECT A FROM T")
    return name


def _references(rows: Rows, object_name: str, domain: str = "TABLE") -> list[tuple[Any, ...]]:
    found = rows(
        f"SELECT * FROM TABLE(INFORMATION_SCHEMA.TAG_REFERENCES('{object_name}', '{domain}'))"
    )
    keys = ("TAG_NAME", "TAG_VALUE", "LEVEL", "COLUMN_NAME", "APPLY_METHOD")
    return [tuple(row[key] for key in keys) for row in found]


def _ddl(rows: Rows, kind: str, name: str) -> str:
    return str(rows(f"SELECT GET_DDL('{kind}', '{name}') AS D")[0]["D"])


def test_show_and_ddl(rows: Rows, place: str) -> None:
    shown = {row["name"]: row for row in rows(f"SHOW TAGS IN SCHEMA {place}.GOV")}
    assert shown["LEVEL"]["allowed_values"] == '["high","low"]'
    assert (shown["PII"]["allowed_values"], shown["PII"]["owner"]) == (None, "ACCOUNTADMIN")
    assert _ddl(rows, "tag", f"{place}.GOV.PII") == "create or replace tag PII ;"
    text = "create or replace tag LEVEL  allowed_values  'high' , 'low' COMMENT='it''s'\n;"
    assert _ddl(rows, "TAG", f"{place}.GOV.LEVEL") == text
    rows(f"USE SCHEMA {place}.GOV", text)
    assert _ddl(rows, "TAG", "LEVEL") == text


def test_allowed_values(rows: Rows, place: str) -> None:
    tag = f"{place}.GOV.LEVEL"
    assert error_of(lambda: rows(f"ALTER TABLE T SET TAG {tag} = 'middle'"))[0] == 370002
    rows(f"ALTER TAG {tag} ADD ALLOWED_VALUES 'middle'", f"ALTER TABLE T SET TAG {tag} = 'middle'")
    rows(f"ALTER TAG {tag} DROP ALLOWED_VALUES 'high', 'low'")
    allowed = f"SELECT SYSTEM$GET_TAG_ALLOWED_VALUES('{tag}') AS V"
    assert rows(allowed)[0]["V"] == '["middle"]'
    rows(f"ALTER TAG {tag} SET ALLOWED_VALUES 'one', 'two'")
    assert rows(allowed)[0]["V"] == '["one","two"]'
    rows(f"ALTER TAG {tag} UNSET ALLOWED_VALUES", f"ALTER TABLE T SET TAG {tag} = 'any'")
    assert rows(allowed)[0]["V"] is None


def test_on_tables_columns_and_views(rows: Rows, place: str) -> None:
    gov = f"{place}.GOV"
    rows(f"ALTER TABLE T SET TAG {gov}.PII = 'yes', {gov}.LEVEL = 'low'")
    rows(f"ALTER TABLE T MODIFY COLUMN B SET TAG {gov}.PII = 'name', {gov}.LEVEL = 'high'")
    rows(
        f"ALTER VIEW V SET TAG {gov}.PII = 'view'",
        f"ALTER VIEW V MODIFY COLUMN A SET TAG {gov}.PII = 'a'",
    )
    assert _references(rows, f"{place}.S.T") == [
        ("LEVEL", "low", "TABLE", None, "MANUAL"),
        ("PII", "yes", "TABLE", None, "MANUAL"),
    ]
    assert _references(rows, "T.B", "COLUMN") == [
        ("LEVEL", "high", "COLUMN", "B", "MANUAL"),
        ("PII", "name", "COLUMN", "B", "MANUAL"),
    ]
    assert _references(rows, "V") == [("PII", "view", "TABLE", None, "MANUAL")]
    rows(f"ALTER TABLE T MODIFY COLUMN B UNSET TAG {gov}.PII, {gov}.LEVEL")
    assert _references(rows, "T.B", "COLUMN")[1] == ("PII", "yes", "TABLE", "B", "INHERITED")


def test_inherited_from_schema_and_database(rows: Rows, place: str) -> None:
    rows(f"ALTER DATABASE {place} SET TAG {place}.GOV.PII = 'db'")
    rows(f"ALTER SCHEMA {place}.S SET TAG {place}.GOV.LEVEL = 'low'")
    assert _references(rows, "T") == [
        ("LEVEL", "low", "SCHEMA", None, "INHERITED"),
        ("PII", "db", "DATABASE", None, "INHERITED"),
    ]
    value = f"SELECT SYSTEM$GET_TAG('{place}.GOV.PII', 'T.A', 'COLUMN') AS V"
    assert rows(value)[0]["V"] == "db"
    columns = "SELECT * FROM TABLE(INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS('T', 'TABLE'))"
    assert {row["COLUMN_NAME"] for row in rows(columns)} == {"A", "B"}
    assert "WITH TAG" not in _ddl(rows, "TABLE", "T")
    assert f"alter schema S set tag {place}.GOV.LEVEL='low';" in _ddl(rows, "SCHEMA", f"{place}.S")


def test_on_creation(rows: Rows, place: str) -> None:
    pii, level = f"{place}.GOV.PII", f"{place}.GOV.LEVEL"
    rows(
        f"CREATE TABLE U (A NUMBER WITH TAG ({pii} = 'a') COMMENT 'c', TAG VARCHAR)"
        f" COMMENT = 'u' WITH TAG ({level} = 'low', {pii} = 'u')",
        f"CREATE VIEW W (A TAG ({pii} = 'w')) WITH TAG ({level} = 'high') COMMENT = 'w' AS SELECT A FROM U",
    )
    assert _ddl(rows, "TABLE", "U") == (
        f"create or replace TABLE U (\n\tA NUMBER(38,0) WITH TAG ({pii}='a') COMMENT 'c',\n\tTAG VARCHAR(16777216)\n)"
        f" WITH TAG ({level}='low', {pii}='u')\nCOMMENT='u'\n;"
    )
    assert _ddl(rows, "VIEW", "W") == (
        f"create or replace view W(\n\tA WITH TAG ({pii}='w')\n) WITH TAG ({level}='high')\n COMMENT='w'\n"
        " as SELECT A FROM U;"
    )
    for text in (_ddl(rows, "TABLE", "U"), _ddl(rows, "VIEW", "W")):
        rows(text)
    assert _references(rows, "W.A", "COLUMN")[1] == ("PII", "w", "COLUMN", "A", "MANUAL")


@pytest.mark.parametrize(
    ("statement", "object_name", "domain"),
    [
        ("CREATE SCHEMA {0}.X WITH TAG ({1} = 'v')", "{0}.X", "SCHEMA"),
        ("CREATE STAGE ST WITH TAG ({1} = 'v')", "ST", "STAGE"),
        ("CREATE STREAM STR WITH TAG ({1} = 'v') ON TABLE T", "STR", "STREAM"),
        ("CREATE TASK TA SCHEDULE = '60 MINUTE' WITH TAG ({1} = 'v') AS SELECT 1", "TA", "TASK"),
        (
            "CREATE PROCEDURE P() RETURNS INT LANGUAGE SQL WITH TAG ({1} = 'v') AS 'BEGIN RETURN 1; END'",
            "P()",
            "PROCEDURE",
        ),
        (
            "CREATE WAREHOUSE {0}_W WAREHOUSE_SIZE = XSMALL WITH TAG ({1} = 'v')",
            "{0}_W",
            "WAREHOUSE",
        ),
    ],
)
def test_other_kinds(rows: Rows, place: str, statement: str, object_name: str, domain: str) -> None:
    rows(statement.format(place, f"{place}.GOV.PII"))
    target = object_name.format(place)
    own = ("PII", "v", domain, None, "MANUAL")
    assert _references(rows, target, domain) == [own]
    rows(f"USE DATABASE {place}", f"USE SCHEMA {place}.S") if domain == "SCHEMA" else None
    rows(f"ALTER {domain} {target} UNSET TAG {place}.GOV.PII")
    assert _references(rows, target, domain) == []


def test_columns_take_their_tags_along(rows: Rows, place: str) -> None:
    rows(
        f"ALTER TABLE T MODIFY B SET TAG {place}.GOV.PII = 'b'",
        "ALTER TABLE T RENAME COLUMN B TO C",
    )
    assert _references(rows, "T.C", "COLUMN") == [("PII", "b", "COLUMN", "C", "MANUAL")]
    rows("CREATE TABLE L LIKE T")
    assert _references(rows, "L.C", "COLUMN") == [("PII", "b", "COLUMN", "C", "MANUAL")]
    rows("ALTER TABLE T DROP COLUMN C", "ALTER TABLE T ADD COLUMN C VARCHAR")
    assert _references(rows, "T.C", "COLUMN") == []
    rows(f"ALTER TABLE T ADD COLUMN D VARCHAR WITH TAG ({place}.GOV.PII = 'd')")
    assert _references(rows, "T.D", "COLUMN") == [("PII", "d", "COLUMN", "D", "MANUAL")]


def test_rename_drop_and_undrop(rows: Rows, place: str) -> None:
    tag = f"{place}.GOV.PII"
    rows(f"ALTER TABLE T SET TAG {tag} = 'x'", f"ALTER TAG {tag} RENAME TO {place}.GOV.PERSONAL")
    assert f"{place}.GOV.PERSONAL='x'" in _ddl(rows, "TABLE", "T")
    rows(f"DROP TAG {place}.GOV.PERSONAL")
    assert (_references(rows, "T"), "TAG" in _ddl(rows, "TABLE", "T")) == ([], False)
    rows(f"UNDROP TAG {place}.GOV.PERSONAL")
    assert _references(rows, "T") == [("PERSONAL", "x", "TABLE", None, "MANUAL")]


def test_who_may(rows: Rows, place: str) -> None:
    role = f"{place}_R"
    rows(
        f"CREATE ROLE {role}",
        f"GRANT ROLE {role} TO USER SNOWLANE",
        f"GRANT USAGE ON DATABASE {place} TO ROLE {role}",
    )
    rows(f"GRANT USAGE ON ALL SCHEMAS IN DATABASE {place} TO ROLE {role}")
    rows(
        f"GRANT OWNERSHIP ON TABLE {place}.S.T TO ROLE {role}",
        f"ALTER VIEW V SET TAG {place}.GOV.PII = 'v'",
    )
    rows(f"ALTER TABLE T SET TAG {place}.GOV.PII = 't'")
    rows(f"USE ROLE {role}", "USE SECONDARY ROLES NONE")
    setting = f"ALTER TABLE T SET TAG {place}.GOV.LEVEL = 'low'"
    assert error_of(lambda: rows(setting))[0] == 2003
    assert "#UNKNOWN_TAG='#UNKNOWN_VALUE'" in _ddl(rows, "TABLE", "T")
    rows(
        "USE ROLE ACCOUNTADMIN",
        f"GRANT READ ON TAG {place}.GOV.LEVEL TO ROLE {role}",
        f"USE ROLE {role}",
    )
    assert error_of(lambda: rows(setting))[0] == 3001
    rows(
        "USE ROLE ACCOUNTADMIN",
        f"GRANT APPLY ON TAG {place}.GOV.LEVEL TO ROLE {role}",
        f"USE ROLE {role}",
    )
    rows(setting)
    assert [row[0] for row in _references(rows, "T")] == ["LEVEL"]
    rows("USE ROLE ACCOUNTADMIN", "USE SECONDARY ROLES ALL")


def test_clones_take_the_tags_that_lie_inside(rows: Rows, place: str) -> None:
    rows(
        f"CREATE SCHEMA {place}.IN_ONE",
        "CREATE TAG HERE",
        "CREATE TABLE T (A NUMBER TAG (HERE = 'x'))",
    )
    rows(f"ALTER TABLE T SET TAG {place}.GOV.PII = 'y'")
    rows(f"CREATE SCHEMA {place}.COPY CLONE {place}.IN_ONE")
    text = _ddl(rows, "TABLE", f"{place}.COPY.T")
    assert f"{place}.COPY.HERE='x'" in text
    assert f"{place}.GOV.PII='y'" in text
    rows(f"CREATE DATABASE {place}_C CLONE {place}")
    assert f"{place}_C.GOV.PII='y'" in _ddl(rows, "TABLE", f"{place}_C.IN_ONE.T")


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("ALTER TABLE T SET TAG NOSUCH = 'x'", 2003),
        ("ALTER TABLE T MODIFY COLUMN NOSUCH SET TAG {0}.GOV.PII = 'x'", 904),
        ("CREATE TABLE X (A INT) WITH TAG ({0}.GOV.LEVEL = 'x')", 370002),
        ("CREATE TAG {0}.GOV.PII", 2002),
        ("CREATE TAG Y PROPAGATE = ON_DEPENDENCY", 2),
        ("ALTER TAG {0}.GOV.PII SET MASKING POLICY M", 2),
        ("SELECT * FROM TABLE(INFORMATION_SCHEMA.TAG_REFERENCES('V', 'VIEW'))", 370002),
        ("CREATE TEMP STAGE X", 2),
        ("CREATE DATABASE ROLE {0}.R", 2),
    ],
)
def test_refusals(rows: Rows, place: str, statement: str, number: int) -> None:
    assert error_of(lambda: rows(statement.format(place)))[0] == number
