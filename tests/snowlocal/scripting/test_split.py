"""Which texts are blocks, and where the statements of a request end."""

from __future__ import annotations

import re

import pytest

from snowlocal.errors import SnowflakeError
from snowlocal.scripting import is_block, parse_block, split_statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BEGIN RETURN 1; END", True),
        ("begin\n  select 1;\nend;", True),
        ("DECLARE x INT; BEGIN RETURN x; END", True),
        ("-- why\n/* more */ // and\n BEGIN NULL; END", True),
        ("BEGIN /* nothing yet */ -- still\n RETURN 1; END", True),
        ("BEGIN :x", True),  # begins a block, however wrong
        ("BEGIN name := 1; END", True),
        ("BEGIN", False),
        ("BEGIN;", False),
        ("BEGIN ; -- a transaction", False),
        ("BEGIN TRANSACTION", False),
        ("begin work;", False),
        ("BEGIN NAME t1", False),
        ("BEGIN -- a transaction", False),
        ("BEGINNING", False),
        ("SELECT 'BEGIN x; END'", False),
        ("", False),
    ],
)
def test_a_block_is_told_from_a_transaction(text: str, expected: bool) -> None:
    assert is_block(text) is expected


BLOCK = """DECLARE
  n INT DEFAULT CASE WHEN TRUE THEN 1 ELSE 2 END;
BEGIN
  BEGIN TRANSACTION;
  IF (n = 1) THEN DROP TABLE IF EXISTS a; ELSEIF (n = 2) THEN NULL; ELSE NULL; END IF;
  FOR i IN 1 TO 2 DO
    CASE (i) WHEN 1 THEN BREAK; ELSE SELECT REPEAT('a', 2); END CASE;
  END FOR;
  FOR r IN c LOOP NULL; END LOOP;
  WHILE (n < 2) LOOP n := n + 1; END LOOP;
  REPEAT n := n + 1; UNTIL (n > 5) END REPEAT;
  LOOP BREAK; END LOOP;
  SELECT CASE n WHEN 1 THEN REPEAT('x', 2) ELSE 'b' END AS end;
  CREATE PROCEDURE p() RETURNS INT AS BEGIN RETURN 1; END;
  CREATE TASK t AS DECLARE x INT; BEGIN NULL; END;
  COMMIT;
EXCEPTION
  WHEN OTHER THEN ROLLBACK;
END"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1; SELECT ';' ; ", ["SELECT 1", "SELECT ';'"]),
        (
            "SELECT $$;$$; SELECT \"a;b\"; SELECT 'it\\';s'",
            ["SELECT $$;$$", 'SELECT "a;b"', "SELECT 'it\\';s'"],
        ),
        (
            "-- first\nSELECT 1; -- second;\n SELECT 2 /* ; */; -- gone",
            ["-- first\nSELECT 1", "-- second;\n SELECT 2 /* ; */"],
        ),
        (";;  ;", []),
        ("-- only a comment", []),
        ("BEGIN; SELECT 1; COMMIT", ["BEGIN", "SELECT 1", "COMMIT"]),
        ("BEGIN WORK; COMMIT WORK", ["BEGIN WORK", "COMMIT WORK"]),
        (f"SELECT 1;\n{BLOCK};\nSELECT 2;", ["SELECT 1", BLOCK, "SELECT 2"]),
        (f"{BLOCK}", [BLOCK]),
        (
            "CREATE PROCEDURE p() RETURNS INT AS BEGIN LET x := 1; RETURN x; END; CALL p()",
            [
                "CREATE PROCEDURE p() RETURNS INT AS BEGIN LET x := 1; RETURN x; END",
                "CALL p()",
            ],
        ),
        (
            "CREATE ALERT a IF (EXISTS (SELECT 1)) THEN BEGIN NULL; NULL; END; SELECT 1",
            [
                "CREATE ALERT a IF (EXISTS (SELECT 1)) THEN BEGIN NULL; NULL; END",
                "SELECT 1",
            ],
        ),
        (
            "ALTER TASK t MODIFY AS DECLARE x INT; BEGIN NULL; END; SELECT 1",
            ["ALTER TASK t MODIFY AS DECLARE x INT; BEGIN NULL; END", "SELECT 1"],
        ),
        (
            "CREATE VIEW v AS SELECT CASE WHEN a THEN 1 END AS c FROM t; SELECT 1",
            ["CREATE VIEW v AS SELECT CASE WHEN a THEN 1 END AS c FROM t", "SELECT 1"],
        ),
        (
            "EXECUTE IMMEDIATE $$ BEGIN NULL; END $$; CALL p(';')",
            ["EXECUTE IMMEDIATE $$ BEGIN NULL; END $$", "CALL p(';')"],
        ),
    ],
)
def test_a_request_is_split_into_its_statements(text: str, expected: list[str]) -> None:
    assert split_statements(text) == expected


@pytest.mark.parametrize("text", ["SELECT 'a", "SELECT 1; SELECT $$ b", 'SELECT "c', "/* d"])
def test_an_unclosed_string_or_comment_is_a_syntax_error(text: str) -> None:
    with pytest.raises(SnowflakeError, match="near '<EOF>'") as caught:
        split_statements(text)
    assert (caught.value.number, caught.value.sqlstate) == (1003, "42000")


def test_any_one_word_left_out_is_at_worst_a_syntax_error() -> None:
    words = re.findall(r"'[^']*'|\w+|:=|\S", BLOCK)
    refusals: list[int] = []
    for index in range(len(words)):
        damaged = " ".join(words[:index] + words[index + 1 :])
        try:
            split_statements(damaged)
            parse_block(damaged)
        except SnowflakeError as error:
            refusals.append(error.number)
    assert set(refusals) <= {2, 1003}
    assert len(refusals) > len(words) / 2
