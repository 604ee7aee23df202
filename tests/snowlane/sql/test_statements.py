"""Telling one statement from none and from several."""

import pytest

from snowlane.sql.statements import single_statement, split_statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1", "SELECT 1"),
        (" SELECT ';' ;; \n", "SELECT ';'"),
        ("-- why\nSELECT 1; -- done", "-- why\nSELECT 1"),
        ("CREATE TASK t AS BEGIN a; b; END;", "CREATE TASK t AS BEGIN a; b; END"),
        ("-- why\nSELECT /* a */ 1 -- done", "-- why\nSELECT /* a */ 1"),
        ("SELECT $$a;b$$", "SELECT $$a;b$$"),
        ("BEGIN BEGIN TRANSACTION; a; COMMIT; END;", "BEGIN BEGIN TRANSACTION; a; COMMIT; END"),
        ("BEGIN TRANSACTION;", "BEGIN TRANSACTION"),
        ("SELECT 1; SELECT 2", None),
        ("BEGIN TRANSACTION; DELETE FROM t; COMMIT", None),
        ("BEGIN; DELETE FROM t; COMMIT", None),
        ("-- nothing\n;", None),
    ],
)
def test_one_statement_comes_back_without_its_semicolon(text: str, expected: str | None) -> None:
    assert single_statement(text) == expected


SCRIPT = """-- masks; whom?
UPDATE RAW.S.T SET a = 'x;y', b = CASE WHEN c THEN ';' END;

/* a block */ BEGIN
  LET n INT := 1;
  IF (n > 0) THEN
    BEGIN UPDATE t SET a = 1; EXCEPTION WHEN OTHER THEN RETURN 0; END;
  END IF;
  FOR r IN c DO CASE (n) WHEN 1 THEN RETURN 1; END CASE; END FOR;
END;
BEGIN TRANSACTION; DELETE FROM t; COMMIT;
DECLARE x INT; BEGIN BEGIN x := 1; END; RETURN x; END;
EXECUTE IMMEDIATE $$ BEGIN SELECT 1; END $$;;
SELECT 2"""


def test_a_script_is_taken_apart_at_its_statements():
    found = list(split_statements(SCRIPT))
    assert [(line, text.split()[0]) for line, text in found] == [
        (2, "UPDATE"),
        (4, "BEGIN"),
        (11, "BEGIN"),
        (11, "DELETE"),
        (11, "COMMIT"),
        (12, "DECLARE"),
        (13, "EXECUTE"),
        (14, "SELECT"),
    ]
    assert found[1][1].endswith("END FOR;\nEND")
    assert found[5][1].endswith("RETURN x; END")
    assert list(split_statements("-- nothing\n;")) == []
