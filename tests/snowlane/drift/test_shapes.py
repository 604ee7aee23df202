"""A file's text and what GET_DDL makes of it come apart into the same aspects."""

import pytest

from snowlane.drift.normal import normal_clustering, normal_default, normal_type
from snowlane.drift.shapes import shape_of

FILE_AND_DDL = [
    (
        "VIEW",
        "CREATE OR REPLACE VIEW D.S.V COPY GRANTS AS -- why\nSELECT a,  b FROM D.S.T;",
        "create or replace view D.S.V(\n\tA,\n\tB\n) as SELECT a, b FROM D.S.T;",
    ),
    (
        "PROCEDURE",
        "CREATE OR REPLACE PROCEDURE D.S.P(a STRING, n INT) RETURNS STRING LANGUAGE SQL AS $$\n"
        "BEGIN\n  RETURN 'it''s';\nEND\n$$",
        'CREATE OR REPLACE PROCEDURE D.S."P"("A" VARCHAR(16777216), "N" NUMBER(38,0))\n'
        "RETURNS VARCHAR(16777216)\nLANGUAGE SQL\nEXECUTE AS OWNER\nAS '\n"
        "BEGIN\n  RETURN ''it''''s'';\nEND\n'",
    ),
    (
        "FUNCTION",
        "CREATE OR REPLACE FUNCTION D.S.F(a TEXT) RETURNS VARIANT LANGUAGE JAVASCRIPT AS "
        "$$ return A.replace(/\\d/, '\\n'); $$",
        'CREATE OR REPLACE FUNCTION D.S."F"("A" VARCHAR(16777216))\nRETURNS VARIANT\n'
        "LANGUAGE JAVASCRIPT\nAS ' return A.replace(/\\\\d/, ''\\\\n''); '",
    ),
    (
        "TASK",
        "CREATE OR REPLACE TASK D.S.K WAREHOUSE = wh AFTER D.S.B, A COMMENT = 'c'\n"
        "WHEN SYSTEM$STREAM_HAS_DATA('D.S.ST') AS CALL D.S.P()",
        "create or replace task D.S.K\n\twarehouse=WH\n\tcomment='c'\n\tafter D.S.A, D.S.B\n"
        "\twhen SYSTEM$STREAM_HAS_DATA('D.S.ST')\n\tas CALL D.S.P();",
    ),
    (
        "STREAM",
        "CREATE OR REPLACE STREAM D.S.ST COPY GRANTS ON TABLE T APPEND_ONLY = TRUE COMMENT = 'c'",
        "create or replace stream D.S.ST on table D.S.T append_only=true comment='c';",
    ),
    (
        "PIPE",
        "CREATE OR REPLACE PIPE D.S.P AUTO_INGEST = TRUE AS COPY INTO D.S.T FROM @D.S.ST",
        "create or replace pipe D.S.P auto_ingest=true as COPY INTO D.S.T FROM @D.S.ST",
    ),
    (
        "ALERT",
        "CREATE OR REPLACE ALERT D.S.A WAREHOUSE = WH SCHEDULE = '60 MINUTE'\n"
        "IF (EXISTS (SELECT 1)) THEN CALL D.S.P('x')",
        "create or replace alert D.S.A\n\twarehouse=WH\n\tschedule='60 MINUTE'\n"
        "\tif (exists(SELECT 1))\n\tthen CALL D.S.P('x');",
    ),
    (
        "MASKING POLICY",
        "CREATE OR REPLACE MASKING POLICY D.S.M AS (v STRING) RETURNS STRING ->\n"
        "  CASE WHEN D.S.P() THEN v ELSE '*' END COMMENT = 'c'",
        "create or replace masking policy D.S.M as (V VARCHAR(16777216)) \n"
        "returns VARCHAR(16777216) ->\nCASE WHEN D.S.P() THEN v ELSE '*' END\nCOMMENT='c'\n;",
    ),
    (
        "ROW ACCESS POLICY",
        "CREATE OR REPLACE ROW ACCESS POLICY D.S.R AS (A NUMBER, B TEXT) RETURNS BOOLEAN -> A > D.S.P()",
        "create or replace row access policy D.S.R as (A NUMBER(38,0), B VARCHAR) \n"
        "returns BOOLEAN ->\nA > D.S.P()\n;",
    ),
    (
        "TAG",
        "CREATE OR REPLACE TAG D.S.G ALLOWED_VALUES 'y', 'x' COMMENT = 'c'",
        "create or replace tag D.S.G  allowed_values  'x' , 'y'  comment='c' ;",
    ),
]


@pytest.mark.parametrize(
    ("kind", "file", "ddl"), FILE_AND_DDL, ids=[each[0] for each in FILE_AND_DDL]
)
def test_a_text_and_its_ddl_are_the_same(kind: str, file: str, ddl: str) -> None:
    wanted, live = shape_of(kind, file), shape_of(kind, ddl)
    assert wanted == {key: live[key] for key in wanted}
    assert wanted


@pytest.mark.parametrize(
    ("kind", "file", "ddl"), FILE_AND_DDL, ids=[each[0] for each in FILE_AND_DDL]
)
def test_another_text_is_another_one(kind: str, file: str, ddl: str) -> None:
    for before, after in (("D.S.T", "D.S.OTHER"), ("D.S.P()", "D.S.Q()"), ("it''''s", "its"),
                          ("/\\\\d/", "/x/"), ("('x')", "('y')"), ("'x' ,", "'z' ,")):  # fmt: skip
        if before in ddl:
            live = shape_of(kind, ddl.replace(before, after))
            assert shape_of(kind, file) != {key: live[key] for key in shape_of(kind, file)}
            return
    pytest.fail("nothing to change in the DDL")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRING", "VARCHAR(16777216)"),
        ("INT", "NUMBER(38,0)"),
        ("NUMERIC(10, 2)", "NUMBER(10,2)"),
        ("DOUBLE", "FLOAT"),
        ("DATETIME", "TIMESTAMP_NTZ(9)"),
        ("CHAR", "VARCHAR(1)"),
        ("BINARY", "BINARY(8388608)"),
    ],
)
def test_synonyms_of_a_type_are_one(one: str, other: str) -> None:
    assert normal_type(one) == normal_type(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, "NULL"),
        ("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP()"),
        ("CURRENT_TIMESTAMP()", "CAST(CURRENT_TIMESTAMP() AS TIMESTAMP_NTZ(9))"),
        ("(0)", "0"),
        ("true", "TRUE"),
        ("'x'", "'x'::VARCHAR(3)"),
        ("d.s.sq.nextval", "D.S.SQ.NEXTVAL"),
    ],
)
def test_forms_of_a_default_are_one(one: str | None, other: str) -> None:
    assert normal_default(one) == normal_default(other)


def test_different_defaults_stay_different() -> None:
    forms = {normal_default(each) for each in (None, "0", "'0'", "SYSDATE()", "'a' || 'b'", "'A'")}
    assert len(forms) == 6


def test_a_clustering_key_is_the_same_in_linear() -> None:
    assert normal_clustering("LINEAR(a, to_date(b))") == normal_clustering("A, TO_DATE(B)")
    assert normal_clustering("LINEAR(a)") != normal_clustering("b")
