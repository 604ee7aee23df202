"""The mapping of logical names: what changes, what must not, and what is asked about."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snowlane.sql.mapping import Doubt, NameMap, map_names

DEV = NameMap(
    databases={"RAW": "DEV_RAW", "STAGING": "DEV_STAGING", "DW": "DEV_DW"},
    names={"WH_TRANS": "WH_DEV", "MAIL": "MAIL_DEV", "DATA_ENGINEER": "ENGINEER_DEV"},
    stages={"RAW.BRONZE.ST": "s3://dev/x/"},
)

MAPPED = {
    "three parts": ("SELECT 1 FROM RAW.BRONZE.T", "SELECT 1 FROM DEV_RAW.BRONZE.T"),
    "any case": ("select raw.bronze.t.c from Raw.Bronze.T", "select DEV_RAW.bronze.t.c from DEV_RAW.Bronze.T"),
    "quoted": ('SELECT 1 FROM "RAW"."BRONZE".t', 'SELECT 1 FROM "DEV_RAW"."BRONZE".t'),
    "two dots": ("SELECT 1 FROM RAW..T", "SELECT 1 FROM DEV_RAW..T"),
    "space around dots": ("FROM RAW . B /* c */ . T", "FROM DEV_RAW . B /* c */ . T"),
    "database": ("GRANT USAGE ON DATABASE RAW TO ROLE X", "GRANT USAGE ON DATABASE DEV_RAW TO ROLE X"),
    "schema": ("CREATE SCHEMA IF NOT EXISTS RAW.BRONZE", "CREATE SCHEMA IF NOT EXISTS DEV_RAW.BRONZE"),
    "use": ("USE SCHEMA DW.FACTS", "USE SCHEMA DEV_DW.FACTS"),
    "schema clone": ("CREATE SCHEMA RAW.A CLONE RAW.B", "CREATE SCHEMA DEV_RAW.A CLONE DEV_RAW.B"),
    "schema rename": ("ALTER SCHEMA RAW.A RENAME TO RAW.B", "ALTER SCHEMA DEV_RAW.A RENAME TO DEV_RAW.B"),
    "database role": ("GRANT DATABASE ROLE RAW.R TO ROLE X", "GRANT DATABASE ROLE DEV_RAW.R TO ROLE X"),
    "stage path": (
        "COPY INTO RAW.B.T FROM @RAW.B.ST/raw.b.c/2024.01.02/f.csv",
        "COPY INTO DEV_RAW.B.T FROM @DEV_RAW.B.ST/raw.b.c/2024.01.02/f.csv",
    ),
    "table stage": ("LIST @RAW.B.%T/raw.b.c", "LIST @DEV_RAW.B.%T/raw.b.c"),
    "whole literal": ("FORMAT_NAME = 'RAW.B.F'", "FORMAT_NAME = 'DEV_RAW.B.F'"),
    "quoted in a literal": ("""SELECT '"RAW".B.T'""", """SELECT '"DEV_RAW".B.T'"""),
    "signature in a literal": (
        "SELECT GET_DDL('PROCEDURE', 'DW.F.P(VARCHAR)')",
        "SELECT GET_DDL('PROCEDURE', 'DEV_DW.F.P(VARCHAR)')",
    ),
    "call": (
        "CALL DW.F.P('RAW.B.S', 'DW', x => 'RAW.B')",
        "CALL DEV_DW.F.P('DEV_RAW.B.S', 'DEV_DW', x => 'DEV_RAW.B')",
    ),
    "system function": ("SELECT SYSTEM$PIPE_STATUS('raw.b.p')", "SELECT SYSTEM$PIPE_STATUS('DEV_RAW.b.p')"),
    "identifier": ("USE SCHEMA IDENTIFIER('RAW.B')", "USE SCHEMA IDENTIFIER('DEV_RAW.B')"),
    "execute immediate": ("EXECUTE IMMEDIATE 'DROP TABLE RAW.B.T'", "EXECUTE IMMEDIATE 'DROP TABLE DEV_RAW.B.T'"),
    "warehouse": (
        "CREATE OR REPLACE TASK DW.F.T WAREHOUSE = WH_TRANS AS CALL DW.F.P()",
        "CREATE OR REPLACE TASK DEV_DW.F.T WAREHOUSE = WH_DEV AS CALL DEV_DW.F.P()",
    ),
    "role": ("GRANT ROLE X TO ROLE DATA_ENGINEER", "GRANT ROLE X TO ROLE ENGINEER_DEV"),
    "integrations": ("EXTERNAL_ACCESS_INTEGRATIONS = (X, MAIL)", "EXTERNAL_ACCESS_INTEGRATIONS = (X, MAIL_DEV)"),
    "integration in a call": ("CALL SYSTEM$SEND_EMAIL('MAIL', 'a@b')", "CALL SYSTEM$SEND_EMAIL('MAIL_DEV', 'a@b')"),
    "stage url": (
        "CREATE STAGE RAW.BRONZE.ST URL = 's3://any/' COMMENT = 'x'",
        "CREATE STAGE DEV_RAW.BRONZE.ST URL = 's3://dev/x/' COMMENT = 'x'",
    ),
    "body": (
        "CREATE PROCEDURE DW.F.P() AS $$ BEGIN -- RAW.B.T\n DELETE FROM RAW.B.T; END $$",
        "CREATE PROCEDURE DEV_DW.F.P() AS $$ BEGIN -- RAW.B.T\n DELETE FROM DEV_RAW.B.T; END $$",
    ),
    "body in quotes": (
        "CREATE FUNCTION DW.F.P() RETURNS INT AS 'SELECT ''RAW.B.S'', c FROM RAW.B.T'",
        "CREATE FUNCTION DEV_DW.F.P() RETURNS INT AS 'SELECT ''DEV_RAW.B.S'', c FROM DEV_RAW.B.T'",
    ),
    "sql to be run between dollar signs": (
        "LET s := $$DELETE FROM RAW.B.T$$",
        "LET s := $$DELETE FROM DEV_RAW.B.T$$",
    ),
    "whole literal between dollar signs": ("SELECT $$RAW.B.T$$", "SELECT $$DEV_RAW.B.T$$"),
    "javascript": (
        "CREATE PROCEDURE DW.F.P() LANGUAGE JAVASCRIPT AS $$ // don't: RAW.B.T\n"
        "var s = `SELECT 1 FROM RAW.B.T`; var n = 'RAW.B.T'; $$",
        "CREATE PROCEDURE DEV_DW.F.P() LANGUAGE JAVASCRIPT AS $$ // don't: RAW.B.T\n"
        "var s = `SELECT 1 FROM DEV_RAW.B.T`; var n = 'DEV_RAW.B.T'; $$",
    ),
}  # fmt: skip

UNTOUCHED = [
    "SELECT raw, x AS dw_total FROM DEVICES",
    "SELECT RAW_OLD.B.C:raw.b.c FROM @~/RAW.B.C LIMIT 0 -- RAW.B.C".replace("RAW_OLD.B.C", "t.v"),
    "SELECT v:raw.b.c, f(x).raw.b.c, 'raw', 'RAW.B' FROM x",
    "SELECT 1 /* RAW.B.T */ // RAW.B.T\n",
    "SELECT 'it''s RAW day', WH_TRANS FROM x",
    "SELECT $$it's RAW day$$, $$5\" /* of vendor.feed.v2$$ FROM x",
    "SELECT $$with love, it's fine$$",
    "COMMENT ON TABLE x IS $$the shop's RAW.B.T$$",
    "COMMENT ON TABLE x IS 'see RAW.B.T for it'",
    "SELECT SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY.QUERY_ID",
    "CREATE TABLE t (raw VARIANT, staging NUMBER)",
    "CREATE STAGE OTHER_STAGE URL = 's3://any/RAW.B.C'",
]

ASKED = {
    "SELECT raw.quantity FROM x": Doubt.TWO_PARTS,
    "SHOW TASKS IN RAW.BRONZE": Doubt.TWO_PARTS,
    "SELECT 1 FROM (SELECT 2) raw": Doubt.ALIAS,
    "SELECT 1 FROM x AS dw": Doubt.ALIAS,
    "WITH raw AS (SELECT 1) SELECT 2": Doubt.ALIAS,
    "SELECT 1 FROM STAGING.S.T raw": Doubt.ALIAS,
    "SELECT 1 FROM DEV_RAW.B.T": Doubt.OUTSIDE,
    "SELECT 1 FROM RAW_OLD.B.T": Doubt.OUTSIDE,
    "GRANT USAGE ON DATABASE PROD_RAW TO ROLE X": Doubt.OUTSIDE,
    "CREATE SCHEMA OTHER.S": Doubt.OUTSIDE,
    "LIST @PROD_RAW.B.ST/x": Doubt.OUTSIDE,
    "LET s := 'INSERT INTO RAW.B.T'": Doubt.IN_TEXT,
    "SELECT $$it is RAW.B.T now$$": Doubt.IN_TEXT,
    "SELECT $$SELECT 1 FROM PROD_RAW.B.T$$": Doubt.OUTSIDE,
}


@pytest.mark.parametrize("case", MAPPED)
def test_references_are_mapped(case: str) -> None:
    text, expected = MAPPED[case]
    mapped = map_names(text, DEV)
    assert mapped.text == expected
    assert not mapped.questions


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_no_reference_stays(text: str) -> None:
    mapped = map_names(text, DEV)
    assert mapped.text == text
    assert not mapped.questions


@pytest.mark.parametrize("text", ASKED)
def test_what_cannot_be_judged_is_asked_about(text: str) -> None:
    assert [question.doubt for question in map_names(text, DEV).questions] == [ASKED[text]]


def test_a_question_names_the_line_inside_a_body() -> None:
    text = "CREATE PROCEDURE DW.F.P() AS\n$$\nBEGIN\n  DELETE FROM PROD_RAW.B.T;\nEND\n$$"
    (question,) = map_names(text, DEV).questions
    assert (question.line, question.text) == (4, "PROD_RAW.B.T")


def test_names_are_swapped_in_one_pass() -> None:
    swapped = NameMap({"RAW": "DW", "DW": "RAW"})
    assert map_names("SELECT RAW.A.B, DW.A.B", swapped).text == "SELECT DW.A.B, RAW.A.B"


def test_a_physical_name_that_needs_quotes_gets_them() -> None:
    assert map_names("SELECT RAW.A.B", NameMap({"RAW": "odd name"})).text == 'SELECT "odd name".A.B'


WORD = st.text(string.ascii_letters, min_size=1, max_size=6)
FILLER = st.one_of(
    WORD,
    st.sampled_from([" ", "\n", ", ", " + ", "(", ")", " = ", "; ", " :x ", "%", "$1", "a.b"]),
    st.text("abcdRAW.B$-/ \n", max_size=12).map(lambda s: f"/*{s.replace('*/', '')}*/"),
    st.text("abRAW. '\\", max_size=8).map(
        lambda s: "'" + s.replace("\\", "\\\\").replace("'", "''") + "'"
    ),
    st.sampled_from(["RAW.B.C", '"DW"."s"."t"', "@STAGING.A.B/x", "'RAW.X.Y'", "RAWER.A.B"]),
)


@given(st.lists(FILLER, max_size=12).map(" ".join))
def test_everything_between_the_changes_is_byte_for_byte_the_same(text: str) -> None:
    mapped = map_names(text, DEV)
    rebuilt, position, shift = [], 0, 0
    for change in mapped.changes:
        assert text[change.start : change.end] == change.before
        start = change.start + shift
        rebuilt.append(mapped.text[position:start] + change.before)
        position = start + len(change.after)
        shift += len(change.after) - len(change.before)
    rebuilt.append(mapped.text[position:])
    assert "".join(rebuilt) == text


@given(st.lists(FILLER, max_size=12).map(" ".join))
def test_there_and_back_is_the_original_but_for_case(text: str) -> None:
    there = map_names(text, NameMap({"RAW": "ZZ_RAW", "DW": "ZZ_DW", "STAGING": "ZZ_STAGING"}))
    back = NameMap({"ZZ_RAW": "RAW", "ZZ_DW": "DW", "ZZ_STAGING": "STAGING"})
    assert map_names(there.text, back).text.upper() == text.upper()


@given(st.lists(FILLER, max_size=12).map(" ".join))
def test_mapping_twice_changes_nothing_more(text: str) -> None:
    once = map_names(text, DEV).text
    assert map_names(once, DEV).text == once
