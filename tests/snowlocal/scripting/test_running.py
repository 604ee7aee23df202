"""What blocks do: variables, statements, branches, loops, cursors, resultsets."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from snowlocal.errors import SnowflakeError
from snowlocal.scripting import ResultTable

Run = Callable[..., Any]
Refusal = Callable[..., SnowflakeError]


@pytest.fixture
def filled(session: Any) -> Any:
    """A table T of three rows."""
    session.connection.execute("CREATE TABLE t (id INTEGER, nm VARCHAR)")
    session.connection.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, NULL)")
    return session


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("BEGIN NULL; END", None),
        ("BEGIN RETURN; END", None),
        ("BEGIN RETURN NULL; END;", None),
        ("BEGIN RETURN 'it''s'; END", "it's"),
        ("BEGIN RETURN 2 * 3 + 1; END", 7),
        ("BEGIN RETURN -5; END", -5),
        ("DECLARE x INTEGER DEFAULT 4; y INT := x + 1; BEGIN RETURN y; END", 5),
        ("DECLARE x INTEGER; BEGIN RETURN x IS NULL; END", True),
        ("BEGIN LET x VARCHAR := 12; RETURN x || '!'; END", "12!"),
        ("BEGIN LET x NUMBER(10,2) := '3.456'; RETURN x; END", Decimal("3.46")),
        ("BEGIN LET d DATE := '2024-02-03'; RETURN d; END", datetime.date(2024, 2, 3)),
        ("BEGIN LET b BOOLEAN := 'true'; RETURN b; END", True),
        ("BEGIN LET n := 0; n := n + 1.5; RETURN n; END", 2),  # an untyped 0 is NUMBER(38,0)
        ("BEGIN LET x := 1; x := :x + 1; RETURN :x; END", 2),
        ("BEGIN LET x DEFAULT 3; RETURN x - (-2); END", 5),
        ("BEGIN LET x := -1; RETURN 1 - x; END", 2),
        ("BEGIN LET x := 1; BEGIN LET x := 2; END; RETURN x; END", 1),
        ("BEGIN LET x := 1; BEGIN x := 2; END; RETURN x; END", 2),
        ('BEGIN LET "x" := 1; LET x := 2; RETURN "x" + X * 10; END', 21),
        ("BEGIN LET count := 2; RETURN count + LENGTH('abc'); END", 5),
        ("BEGIN LET length := 2; RETURN LENGTH('abc') + length; END", 5),
        ("BEGIN IF (FALSE) THEN RETURN 1; ELSEIF (2 > 1) THEN RETURN 2; END IF; END", 2),
        ("BEGIN IF (NULL) THEN RETURN 1; ELSE RETURN 2; END IF; END", 2),
        ("BEGIN IF (NULL = NULL) THEN RETURN 1; END IF; RETURN 2; END", 2),
        ("BEGIN CASE WHEN 1 = 2 THEN RETURN 1; WHEN 2 = 2 THEN RETURN 2; END CASE; END", 2),
        ("BEGIN CASE ('b') WHEN 'a' THEN RETURN 1; WHEN 'b' THEN RETURN 2; END; END", 2),
        ("BEGIN CASE (1) WHEN '1' THEN RETURN 'equal'; END; RETURN 'no'; END", "equal"),
        ("BEGIN CASE (NULL) WHEN NULL THEN RETURN 1; ELSE RETURN 2; END; END", 2),
        ("BEGIN CASE (5) WHEN 1 THEN RETURN 1; END CASE; RETURN 'after'; END", "after"),
        (
            "DECLARE i INT DEFAULT 0; BEGIN FOR i IN 1 TO 3 DO NULL; END FOR; RETURN i; END",
            0,
        ),
        (
            "BEGIN LET s := ''; FOR i IN REVERSE 1 TO 3 DO s := s || i; END FOR; RETURN s; END",
            "321",
        ),
        ("BEGIN LET n := 0; FOR i IN 1.5 TO '3' LOOP n := n + i; END LOOP; RETURN n; END", 5),
        ("BEGIN FOR i IN 3 TO 1 DO RETURN i; END FOR; RETURN 'empty'; END", "empty"),
        ("BEGIN LET i := 0; WHILE (i < 3) DO i := i + 1; END WHILE; RETURN i; END", 3),
        ("BEGIN LET i := 0; WHILE (i < 3) LOOP i := i + 1; END LOOP; RETURN i; END", 3),
        ("BEGIN LET i := 5; REPEAT i := i + 1; UNTIL (i > 2) END REPEAT; RETURN i; END", 6),
        (
            "BEGIN LET n := 0; FOR i IN 1 TO 9 DO IF (i = 2) THEN CONTINUE; END IF; "
            "IF (i = 5) THEN BREAK; END IF; n := n + i; END FOR; RETURN n; END",
            8,
        ),
        (
            "BEGIN LET n := 0; LOOP LOOP n := n + 1; IF (n = 3) THEN BREAK outer_loop; END IF; "
            "END LOOP; END LOOP outer_loop; RETURN n; END",
            3,
        ),
        ("BEGIN LOOP RETURN 'out'; END LOOP; END", "out"),
    ],
)
def test_a_block_returns(text: str, value: object, run: Run) -> None:
    assert run(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("DECLARE n INT; BEGIN SELECT COUNT(*) INTO :n FROM t; RETURN n; END", 3),
        (
            "DECLARE i INT; s VARCHAR; BEGIN SELECT id, nm INTO :i, :s FROM t WHERE id = 2; "
            "RETURN i || s; END",
            "2b",
        ),
        (
            "DECLARE s VARCHAR DEFAULT 'was'; BEGIN SELECT nm INTO :s FROM t WHERE FALSE; "
            "RETURN s IS NULL; END",
            True,
        ),
        ("BEGIN RETURN (SELECT MAX(id) FROM t); END", 3),
        ("BEGIN LET id := 2; RETURN (SELECT nm FROM t WHERE id = :id); END", "b"),
        ("BEGIN LET id := 2; RETURN (SELECT COUNT(*) FROM t WHERE id = id); END", 3),
        ("DECLARE n INT; BEGIN n := (SELECT 1) + (SELECT COUNT(*) FROM t); RETURN n; END", 4),
        ("BEGIN INSERT INTO t VALUES (4, 'd'), (5, 'e'); RETURN SQLROWCOUNT; END", 2),
        ("BEGIN DELETE FROM t WHERE id > 1; RETURN SQLFOUND; END", True),
        ("BEGIN DELETE FROM t WHERE id > 9; RETURN SQLNOTFOUND; END", True),
        ("BEGIN DELETE FROM t; SELECT 1; RETURN SQLROWCOUNT; END", None),
        ("BEGIN DELETE FROM t; CREATE TABLE u (a INT); RETURN SQLFOUND; END", None),
        ("BEGIN RETURN SQLROWCOUNT; END", None),
        ("BEGIN SELECT 1; SELECT 2; RETURN SQLID; END", "q2"),
        ("BEGIN LET x := 9; UPDATE t SET id = :x WHERE id=:x-8; RETURN SQLROWCOUNT; END", 1),
        ("BEGIN BEGIN INSERT INTO t VALUES (7, NULL); END; RETURN SQLROWCOUNT; END", 1),
        ("BEGIN LET n := 't'; RETURN (SELECT COUNT(*) FROM IDENTIFIER(:n)); END", 3),
        ("BEGIN EXECUTE IMMEDIATE 'DELETE FROM t WHERE id = 1'; RETURN SQLROWCOUNT; END", 1),
        ("BEGIN EXECUTE IMMEDIATE $$DELETE FROM t WHERE nm='a'$$; RETURN SQLROWCOUNT; END", 1),
        ("BEGIN LET s := 'DELETE FROM t'; EXECUTE IMMEDIATE :s; RETURN SQLROWCOUNT; END", 3),
        ("BEGIN LET s := 'DELETE FROM t'; EXECUTE IMMEDIATE s; RETURN SQLROWCOUNT; END", 3),
        ("BEGIN LET n:='t'; EXECUTE IMMEDIATE 'DELETE FROM '||n; RETURN SQLROWCOUNT; END", 3),
        (
            "BEGIN LET a := 1; LET b := 3; EXECUTE IMMEDIATE 'DELETE FROM t WHERE id IN (?, ?) "
            "AND ''?'' = ''?''' USING (a, :b); RETURN SQLROWCOUNT; END",
            2,
        ),
        ("BEGIN EXECUTE IMMEDIATE 'BEGIN DELETE FROM t; RETURN 1; END'; RETURN 'ok'; END", "ok"),
        (
            "BEGIN LET n := 5; LET r RESULTSET := (EXECUTE IMMEDIATE 'BEGIN RETURN ?; END' "
            'USING (n)); FOR x IN r DO RETURN x."anonymous block"; END FOR; END',
            5,
        ),
        (
            "BEGIN BEGIN TRANSACTION; DELETE FROM t; ROLLBACK; "
            "RETURN (SELECT COUNT(*) FROM t); END",
            3,
        ),
        (
            "DECLARE c CURSOR FOR SELECT id, nm FROM t ORDER BY id; s VARCHAR DEFAULT ''; "
            "BEGIN FOR r IN c DO s := s || r.id || COALESCE(r.nm, '-'); END FOR; RETURN s; END",
            "1a2b3-",
        ),
        (
            "DECLARE c CURSOR FOR SELECT nm FROM t WHERE id = ?; n INT DEFAULT 2; s VARCHAR; "
            "BEGIN OPEN c USING (n); FETCH c INTO s; CLOSE c; RETURN s; END",
            "b",
        ),
        (
            "DECLARE c CURSOR FOR SELECT id FROM t WHERE id = 1; a INT; b INT; "
            "BEGIN OPEN c; FETCH c INTO a; FETCH c INTO :b; RETURN a = 1 AND b IS NULL; END",
            True,
        ),
        (
            "BEGIN LET r RESULTSET := (SELECT id FROM t); LET c CURSOR FOR r; LET n := 0; "
            "FOR x IN c DO n := n + x.id; END FOR; RETURN n; END",
            6,
        ),
        (
            "DECLARE r RESULTSET; n INT DEFAULT 0; BEGIN r := (SELECT id FROM t WHERE id > 1); "
            "FOR x IN r DO n := n + x.id; END FOR; RETURN n; END",
            5,
        ),
        (
            "DECLARE r RESULTSET DEFAULT (SELECT COUNT(*) AS c FROM t); BEGIN DELETE FROM t; "
            "FOR x IN r DO RETURN x.c; END FOR; END",
            3,
        ),
        (
            "BEGIN LET n := 2; LET r RESULTSET := (EXECUTE IMMEDIATE 'SELECT nm FROM t "
            "WHERE id = ?' USING (n)); FOR x IN r DO RETURN x.nm; END FOR; END",
            "b",
        ),
        (
            "BEGIN LET r RESULTSET := (DELETE FROM t); RETURN SQLROWCOUNT; END",
            3,
        ),
    ],
)
def test_a_block_works_on_the_session(text: str, value: object, filled: Any, run: Run) -> None:
    assert run(text) == value


def test_return_table_gives_the_rows_of_a_resultset(filled: Any, run: Run) -> None:
    for text in (
        "BEGIN LET r RESULTSET := (SELECT id FROM t ORDER BY id); RETURN TABLE(r); END",
        "DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id; "
        "BEGIN OPEN c; RETURN TABLE(RESULTSET_FROM_CURSOR(c)); END",
    ):
        table = run(text)
        assert isinstance(table, ResultTable)
        assert list(table.rows.columns) == ["ID"]
        assert table.rows.rows == [(1,), (2,), (3,)]


def test_a_procedures_arguments_are_variables(filled: Any, run: Run) -> None:
    body = "BEGIN IF (wanted > 1) THEN RETURN (SELECT nm FROM t WHERE id = :wanted); END IF; END"
    assert run(body, arguments={"WANTED": 2}) == "b"
    assert run(body, arguments={"WANTED": 1}) is None


@pytest.mark.parametrize(
    ("statement", "sent"),
    [
        (
            "SELECT :n, 'a :n', $$:n$$, \":n\" FROM t -- :n",
            "SELECT 5, 'a :n', $$:n$$, \":n\" FROM t",
        ),
        ("SELECT v:n.n[0]:n, v['a']:n, f(v):n", "SELECT v:n.n[0]:n, v['a']:n, f(v):n"),
        ("SELECT n::n, :n::INT, n ::n", "SELECT n::n, 5::INT, n ::n"),
        (
            "SELECT a=:n, f(:n,:n), [:n], {'k': :n}, x[:n]",
            "SELECT a=5, f(5,5), [5], {'k': 5}, x[5]",
        ),
        ("CALL p(:n, n)", "CALL p(5, n)"),
        ("SELECT n FROM n LIMIT :n", "SELECT n FROM n LIMIT 5"),
        ("SELECT a /* :n */ FROM t WHERE a IN(:n)", "SELECT a /* :n */ FROM t WHERE a IN(5)"),
        ("ALTER TABLE t SET COMMENT = :s", "ALTER TABLE t SET COMMENT = 'it''s \\\\ done'"),
        ("SELECT IDENTIFIER(:s)", "SELECT IDENTIFIER('it''s \\\\ done')"),
        ("SELECT a INTO :n FROM t", "SELECT a FROM t"),
        ("CALL p(:n) INTO :n", "CALL p(5)"),
        ("WITH q AS (SELECT 1) SELECT a INTO :n FROM q", "WITH q AS (SELECT 1) SELECT a FROM q"),
        (
            "CREATE PROCEDURE p() RETURNS INT AS BEGIN LET z := 1; RETURN z; END",
            "CREATE PROCEDURE p() RETURNS INT AS BEGIN LET z := 1; RETURN z; END",
        ),
        ("COPY INTO t FROM @s/:n", "COPY INTO t FROM @s/5"),
    ],
)
def test_binds_are_written_out_and_nothing_else(
    statement: str, sent: str, session: Any, run: Run
) -> None:
    refused: list[str] = []

    def execute(sql: str) -> Any:
        refused.append(sql)
        raise SnowflakeError(2003, "42S02", "only looking")

    session.execute = execute
    run(
        f"DECLARE n INT DEFAULT 5; s VARCHAR DEFAULT 'it''s \\\\ done'; BEGIN {statement}\n; "
        "EXCEPTION WHEN OTHER THEN NULL; END"
    )
    assert refused == [sent]


def test_into_takes_one_row_only(filled: Any, refusal: Refusal) -> None:
    error = refusal("DECLARE n INT; BEGIN SELECT id INTO :n FROM t; END")
    assert error.message == (
        "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 21 : "
        "A SELECT INTO statement expects exactly 1 returned row, but got 3."
    )


def test_a_missing_field_and_a_closed_cursor_are_errors(filled: Any, refusal: Refusal) -> None:
    missing = refusal(
        "DECLARE c CURSOR FOR SELECT id FROM t; BEGIN FOR r IN c DO RETURN r.nope; END FOR; END"
    )
    assert missing.number == 904
    assert "invalid identifier 'R.NOPE'" in missing.message
    closed = refusal("DECLARE c CURSOR FOR SELECT 1; n INT; BEGIN FETCH c INTO n; END")
    assert "'STATEMENT_ERROR' on line 1 at position 44 : Cursor 'C' is not open." in closed.message
    empty = refusal("DECLARE r RESULTSET; BEGIN RETURN TABLE(r); END")
    assert "Resultset 'R' has not been assigned." in empty.message


def test_too_few_values_for_the_placeholders(refusal: Refusal) -> None:
    error = refusal("BEGIN LET a := 1; EXECUTE IMMEDIATE 'SELECT ?, ?' USING (a); END")
    assert (error.number, error.sqlstate) == (2049, "42601")
    assert error.message.endswith("error line 1 at position 10\nBind variable ? not set.")


JOURNALED = """
DECLARE
  fence_lost EXCEPTION (-20001, 'The lease is another deployment''s.');
  held INTEGER;
BEGIN
  SELECT COUNT(*) INTO :held FROM lease WHERE token = 'mine';
  IF (held = 0) THEN
    RAISE fence_lost;
  END IF;
  EXECUTE IMMEDIATE '{statement}';
  INSERT INTO journal VALUES (1, 'done', NULL, NULL);
EXCEPTION
  WHEN fence_lost THEN
    RAISE;
  WHEN OTHER THEN
    INSERT INTO journal VALUES (1, 'failed', :SQLCODE, :SQLERRM);
    RAISE;
END;
"""


@pytest.mark.parametrize(
    ("token", "statement", "number", "journal"),
    [
        ("mine", "CREATE TABLE made AS SELECT ''a:b'' AS c", None, [(1, "done", None, None)]),
        ("mine", "SELECT * FROM nope", 2003, [(1, "failed", 2003, "Object does not exist.")]),
        ("other", "CREATE TABLE made (c INT)", -20001, []),
    ],
)
def test_a_fence_a_statement_and_its_journal_row_in_one_request(
    token: str,
    statement: str,
    number: int | None,
    journal: list[tuple[Any, ...]],
    session: Any,
    run: Run,
    refusal: Refusal,
) -> None:
    session.connection.execute(f"CREATE TABLE lease AS SELECT '{token}' AS token")
    session.connection.execute(
        "CREATE TABLE journal (step INT, state VARCHAR, code INT, message VARCHAR)"
    )
    text = JOURNALED.format(statement=statement)
    if number is None:
        assert run(text) is None
        assert session.rows("SELECT c FROM made") == [("a:b",)]
    else:
        assert refusal(text).number == number
    assert session.rows("SELECT * FROM journal") == journal
