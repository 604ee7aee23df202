"""Masking and row access policies: made, attached, obeyed in queries and DML, and kept from being dropped."""

from __future__ import annotations

from typing import Any

import pytest
from tests.snowlocal.account.conftest import Rows, connected
from tests.snowlocal.conftest import error_of

from snowlocal.server import LocalAccount

_OPEN = "CASE WHEN CURRENT_ROLE() = '{0}_SEES' THEN {1} ELSE {2} END"


@pytest.fixture
def place(rows: Rows, name: str) -> str:
    """A database with the table S.T (masked: B and N for all but the role …_SEES), and that role."""
    return _make(rows, name)


@pytest.fixture(scope="module")
def shared(account: LocalAccount) -> str:
    """A database as `place`, with the view S.V on the table, for tests that leave it as it is."""
    with connected(account) as rows:
        _make(rows, "SHARED")
        rows("CREATE VIEW V AS SELECT * FROM T", "GRANT SELECT ON VIEW V TO ROLE SHARED_SEES")
    return "SHARED"


def _make(rows: Rows, name: str) -> str:
    body, number = _OPEN.format(name, "val", "'***'"), _OPEN.format(name, "n", "-1")
    rows(
        f"CREATE DATABASE {name}",
        f"CREATE SCHEMA {name}.GOV",
        f"CREATE MASKING POLICY HIDE AS (val STRING) RETURNS STRING -> {body} COMMENT = 'it''s'",
        f"CREATE MASKING POLICY HIDE_N AS (n NUMBER(10,2)) RETURNS NUMBER(10,2) -> {number}",
        "CREATE ROW ACCESS POLICY EVEN AS (id INT) RETURNS BOOLEAN -> MOD(id, 2) = 0",
        f"CREATE SCHEMA {name}.S",
        f"CREATE TABLE T (A INT, B VARCHAR(20) WITH MASKING POLICY {name}.GOV.HIDE,"
        f" N NUMBER(10,2) MASKING POLICY {name}.GOV.HIDE_N)",
        "INSERT INTO T VALUES (1, 'ana', 1.5), (2, 'bob', 2.5), (3, 'eve', 3.5)",
        f"CREATE ROLE {name}_SEES",
        f"GRANT ROLE {name}_SEES TO USER SNOWLANE",
        f"GRANT USAGE ON DATABASE {name} TO ROLE {name}_SEES",
        f"GRANT USAGE ON ALL SCHEMAS IN DATABASE {name} TO ROLE {name}_SEES",
        f"GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {name}.S TO ROLE {name}_SEES",
    )
    return name


def _values(rows: Rows, query: str) -> list[Any]:
    return [next(iter(row.values())) for row in rows(query)]


def _ddl(rows: Rows, kind: str, name: str) -> str:
    return str(rows(f"SELECT GET_DDL('{kind}', '{name}') AS D")[0]["D"])


def test_show_describe_and_ddl(rows: Rows, place: str) -> None:
    (shown,) = rows(f"SHOW MASKING POLICIES LIKE 'HIDE' IN SCHEMA {place}.GOV")
    assert (shown["kind"], shown["comment"], shown["owner"]) == (
        "MASKING_POLICY",
        "it's",
        "ACCOUNTADMIN",
    )
    (shown,) = rows(f"SHOW ROW ACCESS POLICIES IN DATABASE {place}")
    assert (shown["name"], shown["kind"]) == ("EVEN", "ROW_ACCESS_POLICY")
    (described,) = rows(f"DESCRIBE MASKING POLICY {place}.GOV.HIDE_N")
    assert (described["signature"], described["return_type"]) == (
        "(N NUMBER(10,2))",
        "NUMBER(10,2)",
    )
    body = _OPEN.format(place, "val", "'***'")
    assert _ddl(rows, "policy", f"{place}.GOV.HIDE") == (
        f"create or replace masking policy HIDE as (VAL VARCHAR) \nreturns VARCHAR ->\n{body}\nCOMMENT='it''s'\n;"
    )
    text = _ddl(rows, "POLICY", f"{place}.GOV.EVEN")
    rows(f"USE SCHEMA {place}.GOV", text)
    assert _ddl(rows, "POLICY", "EVEN") == text


@pytest.mark.parametrize(
    ("query", "masked", "seen"),
    [
        ("SELECT B FROM T ORDER BY A", ["***"] * 3, ["ana", "bob", "eve"]),
        (
            "SELECT UPPER(x.B) || '!' FROM T AS x ORDER BY x.A",
            ["***!"] * 3,
            ["ANA!", "BOB!", "EVE!"],
        ),
        ("SELECT A FROM T WHERE B = 'ana'", [], [1]),
        ("SELECT COUNT(DISTINCT B) FROM T", [1], [3]),
        ("SELECT SUM(N) FROM (SELECT * FROM T)", [-3], [7.5]),
        ("WITH q AS (SELECT B, A FROM T) SELECT B FROM q WHERE A = 2", ["***"], ["bob"]),
        ("SELECT t1.B FROM T t1 JOIN T t2 ON t1.B = t2.B WHERE t1.A = 1", ["***"] * 3, ["ana"]),
        ("SELECT B FROM V WHERE A = 3", ["***"], ["eve"]),
        (
            "SELECT B FROM T WHERE A = 1 UNION ALL SELECT B FROM T WHERE A = 2",
            ["***"] * 2,
            ["ana", "bob"],
        ),
        (
            "SELECT A FROM T WHERE EXISTS (SELECT 1 FROM T i WHERE i.B = 'ana' AND i.A = T.A)",
            [],
            [1],
        ),
    ],
)
def test_columns_are_masked(
    rows: Rows, shared: str, query: str, masked: list[Any], seen: list[Any]
) -> None:
    rows(f"USE SCHEMA {shared}.S")
    assert _values(rows, query) == masked
    rows(f"USE ROLE {shared}_SEES")
    assert _values(rows, query) == seen


def test_what_is_made_of_a_masked_table_is_masked(rows: Rows, place: str) -> None:
    rows(
        "CREATE TABLE COPY AS SELECT * FROM T",
        "CREATE TABLE L (B VARCHAR)",
        "INSERT INTO L SELECT B FROM T",
    )
    assert (_values(rows, "SELECT B FROM COPY"), _values(rows, "SELECT B FROM L")) == (
        ["***"] * 3,
        ["***"] * 3,
    )
    rows("CREATE FUNCTION FIRST_NAME() RETURNS VARCHAR AS 'SELECT MIN(B) FROM T'")
    assert _values(rows, "SELECT FIRST_NAME()") == ["***"]


def test_a_mask_may_look_at_other_columns(rows: Rows, place: str) -> None:
    rows(
        "CREATE MASKING POLICY BY_ID AS (v VARCHAR, id INT) RETURNS VARCHAR -> IFF(id > 1, v, NULL)"
    )
    rows("CREATE TABLE C (A INT, B VARCHAR WITH MASKING POLICY BY_ID USING (B, A))")
    rows("INSERT INTO C VALUES (1, 'x'), (2, 'y')")
    assert _values(rows, "SELECT B FROM C ORDER BY A") == [None, "y"]
    assert f"WITH MASKING POLICY {place}.S.BY_ID USING (B, A)" in _ddl(rows, "TABLE", "C")
    assert error_of(lambda: rows("ALTER TABLE C DROP COLUMN A"))[0] == 370002
    rows("ALTER TABLE C RENAME COLUMN A TO ID")
    assert _values(rows, "SELECT B FROM C ORDER BY ID") == [None, "y"]


def test_a_mask_on_a_view(rows: Rows, place: str) -> None:
    rows(f"CREATE VIEW W (X, Y WITH MASKING POLICY {place}.GOV.HIDE) AS SELECT 1, 'plain'")
    assert _values(rows, "SELECT Y FROM W") == ["***"]
    rows("ALTER VIEW W MODIFY COLUMN Y UNSET MASKING POLICY")
    assert _values(rows, "SELECT Y FROM W") == ["plain"]
    rows(f"ALTER VIEW W ADD ROW ACCESS POLICY {place}.GOV.EVEN ON (X)")
    assert _values(rows, "SELECT Y FROM W") == []


def test_a_new_body_counts_at_once(rows: Rows, place: str) -> None:
    rows(f"ALTER MASKING POLICY {place}.GOV.HIDE SET BODY -> UPPER(val)")
    assert _values(rows, "SELECT B FROM T ORDER BY A") == ["ANA", "BOB", "EVE"]
    rows(f"ALTER MASKING POLICY {place}.GOV.HIDE RENAME TO {place}.GOV.SHOUT")
    assert rows("DESCRIBE TABLE T")[1]["policy name"] == f"{place}.GOV.SHOUT"
    rows("ALTER TABLE T MODIFY COLUMN B UNSET MASKING POLICY")
    assert _values(rows, "SELECT B FROM T ORDER BY A") == ["ana", "bob", "eve"]


def test_rows_are_left_out(rows: Rows, place: str) -> None:
    rows(f"ALTER TABLE T ADD ROW ACCESS POLICY {place}.GOV.EVEN ON (A)")
    assert _values(rows, "SELECT A FROM T") == [2]
    rows("UPDATE T SET A = A + 10", "DELETE FROM T WHERE A > 0")
    rows("ALTER TABLE T DROP ALL ROW ACCESS POLICIES")
    assert sorted(_values(rows, "SELECT A FROM T")) == [1, 3]


def test_rows_by_a_table_of_rights(rows: Rows, place: str) -> None:
    rows(
        "CREATE TABLE RIGHTS (ROLE_NAME VARCHAR, REGION VARCHAR)",
        f"INSERT INTO RIGHTS VALUES ('{place}_SEES', 'EU')",
    )
    rows(
        "CREATE ROW ACCESS POLICY BY_REGION AS (r VARCHAR) RETURNS BOOLEAN ->"
        " EXISTS (SELECT 1 FROM RIGHTS WHERE ROLE_NAME = CURRENT_ROLE() AND REGION = r)",
        "CREATE TABLE SALES (REGION VARCHAR, X INT) WITH ROW ACCESS POLICY BY_REGION ON (REGION)",
        "INSERT INTO SALES VALUES ('EU', 1), ('US', 2)",
        f"GRANT SELECT ON TABLE SALES TO ROLE {place}_SEES",
    )
    assert _values(rows, "SELECT X FROM SALES") == []
    rows(f"USE ROLE {place}_SEES", "USE SECONDARY ROLES NONE")
    assert _values(rows, "SELECT X FROM SALES") == [1]
    rows("USE ROLE ACCOUNTADMIN", "USE SECONDARY ROLES ALL")


def test_dml_reads_masked_values(rows: Rows, place: str) -> None:
    rows("UPDATE T SET N = 0 WHERE B = 'ana'", "DELETE FROM T WHERE T.B = 'bob'")
    rows("ALTER TABLE T ADD COLUMN C VARCHAR", "UPDATE T SET C = B || '?'")
    assert _values(rows, "SELECT C FROM T ORDER BY A") == ["***?"] * 3
    rows(
        "MERGE INTO T USING (SELECT 1 AS A, 'new' AS B) s ON T.A = s.A AND T.B = '***'"
        " WHEN MATCHED THEN UPDATE SET C = T.B || s.B"
    )
    assert _values(rows, "SELECT C FROM T WHERE A = 1") == ["***new"]
    rows(f"USE ROLE {place}_SEES")
    assert _values(rows, "SELECT N FROM T ORDER BY A") == [1.5, 2.5, 3.5]
    rows("USE ROLE ACCOUNTADMIN")
    refused = error_of(lambda: rows("UPDATE T SET A = 0 FROM (SELECT 1 AS X) s WHERE B = 'x'"))
    assert refused[0] == 2


def test_a_merge_does_not_see_hidden_rows(rows: Rows, place: str) -> None:
    rows(f"ALTER TABLE T ADD ROW ACCESS POLICY {place}.GOV.EVEN ON (A)")
    rows(
        "MERGE INTO T USING (SELECT 1 AS A UNION ALL SELECT 2) s ON T.A = s.A"
        " WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (A) VALUES (s.A)"
    )
    rows(f"ALTER TABLE T DROP ROW ACCESS POLICY {place}.GOV.EVEN")
    assert sorted(_values(rows, "SELECT A FROM T")) == [1, 1, 3]


def test_streams_are_masked(rows: Rows, place: str) -> None:
    rows("CREATE STREAM ST ON TABLE T", "INSERT INTO T VALUES (4, 'zoe', 1)")
    (row,) = rows("SELECT * FROM ST")
    assert (row["B"], row["METADATA$ACTION"]) == ("***", "INSERT")


def test_references(rows: Rows, place: str) -> None:
    rows(f"ALTER TABLE T ADD ROW ACCESS POLICY {place}.GOV.EVEN ON (A)")
    call = "SELECT * FROM TABLE(INFORMATION_SCHEMA.POLICY_REFERENCES({}))"
    found = rows(call.format("REF_ENTITY_NAME => 'T', REF_ENTITY_DOMAIN => 'TABLE'"))
    keys = ("POLICY_NAME", "POLICY_KIND", "REF_COLUMN_NAME", "REF_ARG_COLUMN_NAMES")
    assert [tuple(row[key] for key in keys) for row in found] == [
        ("HIDE", "MASKING_POLICY", "B", None),
        ("HIDE_N", "MASKING_POLICY", "N", None),
        ("EVEN", "ROW_ACCESS_POLICY", None, '["A"]'),
    ]
    (row,) = rows(call.format(f"POLICY_NAME => '{place}.GOV.EVEN'"))
    assert (row["REF_SCHEMA_NAME"], row["REF_ENTITY_NAME"], row["REF_ENTITY_DOMAIN"]) == (
        "S",
        "T",
        "TABLE",
    )


def test_ddl_of_a_table(rows: Rows, place: str) -> None:
    rows(f"ALTER TABLE T ADD ROW ACCESS POLICY {place}.GOV.EVEN ON (A)")
    assert _ddl(rows, "TABLE", "T") == (
        f"create or replace TABLE T (\n\tA NUMBER(38,0),\n\tB VARCHAR(20) WITH MASKING POLICY {place}.GOV.HIDE,\n"
        f"\tN NUMBER(10,2) WITH MASKING POLICY {place}.GOV.HIDE_N\n)"
        f" WITH ROW ACCESS POLICY {place}.GOV.EVEN ON (A)\n;"
    )
    rows(f"USE ROLE {place}_SEES", "USE SECONDARY ROLES NONE")
    assert _ddl(rows, "TABLE", "T").count("#UNKNOWN_POLICY") == 3
    assert error_of(lambda: rows(_ddl(rows, "TABLE", "T")))[0] == 1003
    rows("USE ROLE ACCOUNTADMIN", "USE SECONDARY ROLES ALL")


def test_ddl_made_again(rows: Rows, place: str) -> None:
    text = _ddl(rows, "TABLE", "T")
    rows(text)
    assert _ddl(rows, "TABLE", "T") == text


def test_attached_policies_stay(rows: Rows, place: str) -> None:
    policy = f"{place}.GOV.HIDE"
    replaced = f"CREATE OR REPLACE MASKING POLICY {policy} AS (v STRING) RETURNS STRING -> v"
    for statement in (f"DROP MASKING POLICY {policy}", replaced, f"DROP SCHEMA {place}.GOV"):
        assert error_of(lambda text=statement: rows(text))[0] == 3531
    rows("DROP TABLE T")
    rows(replaced, f"DROP MASKING POLICY {policy}", f"DROP SCHEMA {place}.GOV")
    rows("UNDROP TABLE T")
    assert error_of(lambda: rows("SELECT B FROM T"))[0] == 370002
    assert error_of(lambda: rows("SELECT A FROM T"))[0] == 370002


def test_clones(rows: Rows, place: str) -> None:
    rows(f"CREATE DATABASE {place}_C CLONE {place}", f"CREATE SCHEMA {place}.S_C CLONE {place}.S")
    assert f"{place}_C.GOV.HIDE," in _ddl(rows, "TABLE", f"{place}_C.S.T")
    assert f"{place}.GOV.HIDE," in _ddl(rows, "TABLE", f"{place}.S_C.T")
    rows(f"ALTER MASKING POLICY {place}_C.GOV.HIDE SET BODY -> 'clone'")
    assert _values(rows, f"SELECT DISTINCT B FROM {place}_C.S.T") == ["clone"]
    assert _values(rows, f"SELECT DISTINCT B FROM {place}.S_C.T") == ["***"]
    rows(f"DROP DATABASE {place}_C")


def test_who_may(rows: Rows, place: str) -> None:
    role = f"{place}_SEES"
    rows(
        f"GRANT CREATE TABLE ON SCHEMA {place}.S TO ROLE {role}",
        f"USE ROLE {role}",
        "USE SECONDARY ROLES NONE",
    )
    rows("CREATE TABLE MINE (B VARCHAR)")
    attach = f"ALTER TABLE MINE MODIFY COLUMN B SET MASKING POLICY {place}.GOV.HIDE"
    assert error_of(lambda: rows(attach))[0] == 2003
    rows(
        "USE ROLE ACCOUNTADMIN",
        f"GRANT APPLY ON MASKING POLICY {place}.GOV.HIDE TO ROLE {role}",
        f"USE ROLE {role}",
    )
    rows(attach)
    assert error_of(lambda: rows(f"DROP MASKING POLICY {place}.GOV.HIDE"))[0] == 3001
    assert error_of(lambda: rows("ALTER TABLE T MODIFY COLUMN B UNSET MASKING POLICY"))[0] == 3001
    rows("USE ROLE ACCOUNTADMIN", "USE SECONDARY ROLES ALL")


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("CREATE MASKING POLICY X AS (v STRING) RETURNS NUMBER -> 1", 370002),
        ("CREATE MASKING POLICY X AS (v STRING) RETURNS STRING -> 1", 370002),
        ("CREATE MASKING POLICY X AS (v STRING) RETURNS STRING -> nosuch", 904),
        ("CREATE ROW ACCESS POLICY {0}.GOV.HIDE AS (v INT) RETURNS BOOLEAN -> TRUE", 2002),
        ("ALTER TABLE T MODIFY COLUMN B SET MASKING POLICY NOSUCH", 2003),
        ("ALTER TABLE T MODIFY COLUMN A SET MASKING POLICY {0}.GOV.HIDE", 370002),
        ("ALTER TABLE T MODIFY COLUMN X SET MASKING POLICY {0}.GOV.HIDE", 904),
        ("ALTER TABLE T ADD ROW ACCESS POLICY {0}.GOV.EVEN ON (A, B)", 370002),
        ("ALTER TABLE T ADD ROW ACCESS POLICY {0}.GOV.EVEN ON (N)", 370002),
        ("ALTER TABLE T ADD ROW ACCESS POLICY {0}.GOV.EVEN ON (X)", 904),
        ("ALTER TABLE T DROP ROW ACCESS POLICY {0}.GOV.EVEN", 370002),
        ("CREATE TABLE X (A INT WITH MASKING POLICY {0}.GOV.HIDE)", 370002),
        ("SELECT GET_DDL('MASKING_POLICY', '{0}.GOV.HIDE')", 2),
        ("SELECT GET_DDL('POLICY', 'NOSUCH')", 2003),
    ],
)
def test_refusals(rows: Rows, shared: str, statement: str, number: int) -> None:
    rows(f"USE SCHEMA {shared}.S")
    assert error_of(lambda: rows(statement.format(shared)))[0] == number


def test_one_policy_at_a_time(rows: Rows, place: str) -> None:
    rows("CREATE MASKING POLICY OTHER AS (v STRING) RETURNS STRING -> 'o'")
    other = "ALTER TABLE T MODIFY COLUMN B SET MASKING POLICY OTHER"
    rows(
        f"ALTER TABLE T MODIFY COLUMN B SET MASKING POLICY {place}.GOV.HIDE,"
        f" COLUMN N SET MASKING POLICY {place}.GOV.HIDE_N"
    )
    assert error_of(lambda: rows(other))[0] == 3529
    rows(f"{other} FORCE")
    assert _values(rows, "SELECT DISTINCT B FROM T") == ["o"]
    add = f"ALTER TABLE T ADD ROW ACCESS POLICY {place}.GOV.EVEN ON (A)"
    rows(add)
    assert error_of(lambda: rows(add))[0] == 3549
    masked = "ALTER TABLE T MODIFY COLUMN A SET MASKING POLICY HIDE_A"
    rows("CREATE MASKING POLICY HIDE_A AS (v INT) RETURNS INT -> 0")
    assert error_of(lambda: rows(masked))[0] == 370002
