"""What the statements of revisions leave behind, and which of them cannot be followed."""

import pytest

from snowlane.drift.fold import Step, fold
from snowlane.drift.inventory import Key

T = ("R", "S", "T")
TABLE = "CREATE TABLE R.S.T (a VARCHAR(10), b NUMBER)"


def folded(*texts: str):
    return fold(Step(f"r.py, line {line}", text) for line, text in enumerate(texts, start=1))


def reasons(*texts: str) -> list[str]:
    return [each.why for each in folded(*texts).not_followed]


def test_tables_are_followed_through_all_their_changes() -> None:
    found = folded(
        TABLE,
        "ALTER TABLE R.S.T ADD COLUMN c DATE",
        "ALTER TABLE R.S.T RENAME COLUMN a TO d",
        "ALTER TABLE R.S.T DROP COLUMN b",
        "ALTER TABLE R.S.T RENAME TO U",
        "CREATE TABLE R.S.T CLONE R.S.U",
        "ALTER TABLE R.S.T ADD COLUMN e INT",
        "ALTER TABLE R.S.T SWAP WITH R.S.U",
    )
    assert found.not_followed == ()
    columns = {
        path[-1]: [each.name for each in table.columns] for path, table in found.tables.items()
    }
    assert columns == {"U": ["D", "C", "E"], "T": ["D", "C"]}


def test_things_are_followed_by_kind_name_and_argument_types() -> None:
    found = folded(
        "CREATE SCHEMA R.S COMMENT = 'one'",
        "COMMENT ON SCHEMA R.S IS 'two'",
        "CREATE STAGE R.S.ST URL = 's3://a/' FILE_FORMAT = (TYPE = CSV) COMMENT = 'files'",
        "ALTER STAGE R.S.ST SET URL = 's3://b/'",
        "CREATE FILE FORMAT R.S.FF TYPE = CSV NULL_IF = ('', 'NULL') SKIP_HEADER = 1",
        "ALTER FILE FORMAT R.S.FF RENAME TO GG",
        "CREATE SEQUENCE R.S.SQ START = 1 INCREMENT = 5",
        "CREATE FUNCTION R.S.F(a INT) RETURNS INT AS 'a'",
        "CREATE FUNCTION R.S.F(a STRING) RETURNS INT AS '1'",
        "DROP FUNCTION R.S.F(NUMBER)",
        "CREATE VIEW R.S.V AS SELECT 1 AS a",
        "DROP VIEW R.S.V",
    )
    assert found.not_followed == ()
    assert {key: dict(thing.aspects) for key, thing in found.things.items()} == {
        Key(("R", "S"), "SCHEMA"): {"COMMENT": "two"},
        Key(("R", "S", "ST"), "STAGE"): {"URL": "s3://b/", "COMMENT": "files"},
        Key(("R", "S", "GG"), "FILE FORMAT"): {
            "COMMENT": "",
            "TYPE": "CSV",
            "NULL_IF": '["", "NULL"]',
            "SKIP_HEADER": "1",
        },
        Key(("R", "S", "SQ"), "SEQUENCE"): {"INCREMENT": "5", "COMMENT": ""},
        Key(("R", "S", "F"), "FUNCTION", "(VARCHAR)"): {
            "LANGUAGE": "SQL",
            "EXECUTE AS": "OWNER",
            "ARGUMENTS": "A",
            "RETURNS": "NUMBER",
            "BODY": "1",
            "SECURE": "FALSE",
        },
    }


def test_a_dropped_schema_takes_all_with_it() -> None:
    found = folded("CREATE SCHEMA R.S", TABLE, "CREATE STAGE R.S.ST", "DROP SCHEMA R.S")
    assert (found.tables, found.things, found.not_followed) == ({}, {}, ())


def test_if_not_exists_leaves_what_is_there() -> None:
    found = folded(
        TABLE,
        "CREATE TABLE IF NOT EXISTS R.S.T (z INT)",
        "CREATE STAGE R.S.ST COMMENT = 'x'",
        "CREATE STAGE IF NOT EXISTS R.S.ST COMMENT = 'y'",
    )
    assert [each.name for each in found.tables[T].columns] == ["A", "B"]
    assert found.things[Key(("R", "S", "ST"), "STAGE")].aspects["COMMENT"] == "x"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("CALL R.S.P()", "what a procedure does is not followed"),
        ("UNDROP TABLE R.S.T", "what it brings back is not known"),
        ("CREATE SCHEMA R.X CLONE R.S", "what a clone of a schema holds is not followed"),
        ("ALTER SCHEMA R.S RENAME TO R.X", "a schema under another name is not followed"),
        ("ALTER TABLE R.S.NONE ADD COLUMN a INT", "R.S.NONE is not known"),
        ("ALTER TABLE R.S.T SWAP WITH R.S.NONE", "R.S.NONE is not known"),
        ("CREATE TABLE R.S.U LIKE R.S.NONE", "R.S.NONE is not known, and so are the columns"),
        ("CREATE TABLE R.S.U AS SELECT 1 AS a", "the columns of the table are not written in it"),
        ("CREATE ICEBERG VOLUME R.S.X", "it makes something of a kind that is not known"),
        (
            "EXECUTE IMMEDIATE $$ BEGIN IF (1 = 1) THEN DROP TABLE R.S.T; END IF; END; $$",
            "it runs under a condition or in a loop",
        ),
        (
            "EXECUTE IMMEDIATE $$ BEGIN EXECUTE IMMEDIATE :sql; END; $$",
            "makes up SQL while it runs",
        ),
        ("SELECT 'x", "unterminated literal"),
    ],
)
def test_what_cannot_be_followed_is_named_and_not_guessed(statement: str, why: str) -> None:
    found = folded("CREATE SCHEMA R.S", TABLE, statement)
    (left,) = found.not_followed
    assert why in left.why
    assert left.where == "r.py, line 3"
    assert [each.name for each in found.tables[T].columns] == ["A", "B"]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO R.S.T SELECT 'CREATE TABLE x', 1",
        "UPDATE R.S.T SET a = b",
        "GRANT SELECT ON TABLE R.S.T TO ROLE X",
        "CREATE WAREHOUSE WH",
        "ALTER WAREHOUSE WH SET WAREHOUSE_SIZE = SMALL",
        "ALTER TABLE R.S.T ADD PRIMARY KEY (a)",
        "ALTER TABLE R.S.T SET DATA_RETENTION_TIME_IN_DAYS = 3",
        "ALTER TABLE IF EXISTS R.S.NONE DROP COLUMN a",
        "ALTER TASK R.S.K RESUME",
        "CREATE TEMPORARY TABLE R.S.TMP (a INT)",
        "CALL SYSTEM$WAIT(1)",
        "EXECUTE IMMEDIATE $$ BEGIN SELECT 1; RETURN 1; END; $$",
        "EXECUTE IMMEDIATE $$ BEGIN IF (1 = 1) THEN ALTER PIPE R.S.P SET PIPE_EXECUTION_PAUSED = "
        "TRUE; END IF; END; $$",
    ],
)
def test_what_changes_nothing_that_is_compared_is_no_remark(statement: str) -> None:
    before, after = folded(TABLE), folded(TABLE, statement)
    assert after == before


def test_the_certain_statements_of_a_block_are_followed() -> None:
    block = """EXECUTE IMMEDIATE $$
    DECLARE lost EXCEPTION (-20001, 'values would be lost'); n INTEGER;
    BEGIN
      UPDATE R.S.T SET a__new = 1 WHERE a__new IS NULL;
      SELECT COUNT(*) INTO :n FROM R.S.T WHERE a__new IS NULL;
      IF (n > 0) THEN RAISE lost; END IF;
      ALTER TABLE R.S.T RENAME COLUMN a TO a__retired;
      BEGIN
        ALTER TABLE R.S.T RENAME COLUMN a__new TO a;
      EXCEPTION WHEN OTHER THEN
        ALTER TABLE R.S.T RENAME COLUMN a__retired TO a;
        RAISE;
      END;
    END;
    $$"""
    found = folded(TABLE, "ALTER TABLE R.S.T ADD COLUMN a__new NUMBER(10,2)", block)
    assert found.not_followed == ()
    assert [(each.name, each.type) for each in found.tables[T].columns] == [
        ("A__RETIRED", "VARCHAR(10)"),
        ("B", "NUMBER"),
        ("A", "NUMBER(10,2)"),
    ]
