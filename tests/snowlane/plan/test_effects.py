"""What of the data a statement touches, in words."""

import pytest

from snowlane.plan.effects import effects_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT OVERWRITE INTO R.S.T SELECT 1", "rows of R.S.T are written"),
        ("MERGE INTO R.S.T USING R.S.U ON TRUE WHEN MATCHED THEN DELETE", "rows of R.S.T are written"),
        ('UPDATE R.S."t" SET a = 1', 'rows of R.S."t" are written'),
        ("COPY INTO R.S.T FROM @R.S.ST", "rows of R.S.T are written"),
        ("TRUNCATE TABLE IF EXISTS R.S.T", "rows of R.S.T are deleted"),
        ("DELETE FROM R.S.T WHERE TRUE", "rows of R.S.T are deleted"),
        ("DROP TABLE R.S.T", "table R.S.T is dropped with its rows"),
        ("CREATE OR REPLACE TRANSIENT TABLE R.S.T (a INT)", "table R.S.T is made anew"),
        ("ALTER TABLE R.S.T DROP COLUMN a", "column R.S.T.A is dropped with its values"),
        ("ALTER TABLE R.S.T ALTER COLUMN a TYPE NUMBER(12,0)", "column R.S.T.A gets another type"),
        ("DROP SCHEMA R.S", "schema R.S is dropped with all that is in it"),
        ("CREATE OR REPLACE STREAM R.S.X ON TABLE R.S.T",
         "stream R.S.X begins anew, without what it had not given out"),
        ("DROP STREAM R.S.X", "stream R.S.X is dropped with what it had not given out"),
        ("CALL R.S.P('x')", "procedure R.S.P runs"),
        ("EXECUTE TASK R.S.K", "task R.S.K runs"),
        ("EXECUTE IMMEDIATE $$ BEGIN UPDATE R.S.T SET a = 1; END $$", "rows of R.S.T are written"),
        ("EXECUTE IMMEDIATE $$ BEGIN EXECUTE IMMEDIATE :made; END $$",
         "SQL that is made up at run time runs"),
    ],
)  # fmt: skip
def test_what_touches_data_says_so(text: str, expected: str) -> None:
    assert effects_of([text]) == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE R.S.T (a INT)",
        "CREATE TABLE R.S.T AS SELECT a FROM R.S.U",
        "ALTER TABLE R.S.T ADD COLUMN b INT",
        "ALTER TABLE R.S.T RENAME COLUMN a TO b",
        "CREATE OR REPLACE VIEW R.S.V AS SELECT 1",
        "DROP VIEW R.S.V",
        "COPY INTO @R.S.ST FROM R.S.T",
        "GRANT SELECT ON TABLE R.S.T TO ROLE X",
        "SELECT 'DELETE FROM R.S.T'",
        "EXECUTE IMMEDIATE $$ BEGIN CALL SYSTEM$WAIT(5); END $$",
    ],
)
def test_what_touches_none_says_nothing(text: str) -> None:
    assert effects_of([text]) == ()


def test_what_the_statements_make_themselves_has_no_data_of_before() -> None:
    texts = [
        "CREATE TABLE R.S.NOTES (a INT)",
        "INSERT INTO R.S.NOTES SELECT 1",
        "DROP TABLE R.S.NOTES",
    ]
    assert effects_of(texts) == ()
    assert effects_of(["CREATE OR REPLACE STREAM R.S.X ON TABLE R.S.T"], is_new=True) == ()
