"""What is refused before anything runs: syntax, names, and scripting that the local account does not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from snowlocal.errors import SnowflakeError
from snowlocal.scripting import embedded_statements, parse_block, run_block

Refusal = Callable[..., SnowflakeError]


@pytest.mark.parametrize(
    ("text", "line", "position", "word"),
    [
        (" BEGIN WHILE (FALSE) DO END WHILE; RETURN 1; END; ", 1, 24, "END"),
        (" BEGIN REPEAT UNTIL (TRUE) END REPEAT; RETURN 1; END; ", 1, 14, "UNTIL"),
        (" BEGIN IF (TRUE) THEN END IF; RETURN 1; END; ", 1, 22, "END"),
        (" BEGIN IF (TRUE) THEN RETURN 1; ELSE END IF; RETURN 1; END; ", 1, 37, "END"),
        (" BEGIN END; ", 1, 7, "END"),
        (" BEGIN RETURN 1; EXCEPTION WHEN OTHER THEN END; ", 1, 43, "END"),
        (" BEGIN LOOP BREAK; END LOOP END; ", 1, 28, "END"),
        (" BEGIN LET i := 0; IF (i = 0) THEN i := 1; END IF RETURN i; END; ", 1, 50, "RETURN"),
        ("BEGIN\nWHILE (FALSE) DO\nEND WHILE;\nRETURN 1;\nEND;", 3, 0, "END"),
        ("BEGIN RETURN 1 END", 1, 15, "END"),
        ("BEGIN SELECT 1 END;", 1, 15, "END"),
        ("BEGIN IF (TRUE) THEN SELECT 1 END IF; END;", 1, 30, "END"),
        ("BEGIN RETURN 1; END; SELECT 2", 1, 21, "SELECT"),
        ("BEGIN RETURN 1;", 1, 15, "<EOF>"),
        ("BEGIN IF TRUE THEN RETURN 1; END IF; END", 1, 9, "TRUE"),
        ("BEGIN LET x INT; RETURN x; END", 1, 15, ";"),
        ("DECLARE x; BEGIN RETURN x; END", 1, 9, ";"),
        ("BEGIN frobnicate t; END", 1, 6, "frobnicate"),
        ("BEGIN BREAK; END", 1, 6, "BREAK"),
        ("BEGIN RAISE; END", 1, 11, ";"),
        ("BEGIN SELECT 1 INTO x; END", 1, 20, "x"),
        ("DECLARE e EXCEPTION (-1, 'm'); BEGIN RAISE e; END", 1, 22, "1"),
        ("DECLARE e EXCEPTION (-20001); BEGIN RAISE e; END", 1, 27, ")"),
        ("BEGIN LET a := 1; EXECUTE IMMEDIATE 'x' USING (1); END", 1, 47, "1"),
        ("BEGIN LET a := 1; EXECUTE IMMEDIATE 'x' USING (a,); END", 1, 49, ")"),
        ("BEGIN LET r RESULTSET := 1; RETURN 1; END", 1, 25, "1"),
        ("BEGIN LET c CURSOR FOR ; END", 1, 23, ";"),
        ("DECLARE c CURSOR FOR", 1, 20, "<EOF>"),
        ("BEGIN; SELECT 1; END", 1, 0, "BEGIN"),
    ],
)
def test_a_syntax_error_names_the_word_and_its_place(
    text: str, line: int, position: int, word: str
) -> None:
    with pytest.raises(SnowflakeError) as caught:
        parse_block(text)
    assert caught.value.number == 1003
    assert caught.value.sqlstate == "42000"
    assert caught.value.message == (
        "SQL compilation error:\n"
        f"syntax error line {line} at position {position} unexpected '{word}'."
    )


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("BEGIN AWAIT ALL; END", "asynchronous job (AWAIT)"),
        ("BEGIN ASYNC (SELECT 1); END", "asynchronous job (ASYNC)"),
        ("BEGIN LET r RESULTSET := ASYNC (SELECT 1); RETURN 1; END", "asynchronous job (ASYNC)"),
        (
            "DECLARE r RESULTSET; BEGIN r := ASYNC (SELECT 1); RETURN 1; END",
            "asynchronous job (ASYNC)",
        ),
        (
            "BEGIN NULL; EXCEPTION WHEN OTHER CONTINUE THEN NULL; END",
            "CONTINUE exception handler",
        ),
        (
            "DECLARE p PROCEDURE () RETURNS INT AS BEGIN RETURN 1; END; BEGIN NULL; END",
            "nested stored procedure",
        ),
        ("BEGIN EXECUTE IMMEDIATE FROM @stage/file; END", "EXECUTE IMMEDIATE FROM"),
    ],
)
def test_what_is_not_known_is_refused_by_name(text: str, feature: str) -> None:
    with pytest.raises(SnowflakeError) as caught:
        parse_block(text)
    assert (caught.value.number, caught.value.sqlstate) == (2, "0A000")
    assert caught.value.message == f"Unsupported feature '{feature}'."


@pytest.mark.parametrize(
    ("text", "position", "name"),
    [
        ("BEGIN RETURN missing; END", 13, "MISSING"),
        ("BEGIN RETURN missing + 1; END", 13, "MISSING"),
        ('BEGIN RETURN "missing"; END', 13, '"missing"'),
        ("BEGIN IF (1 = 2) THEN RETURN missing; END IF; RETURN 99; END", 29, "MISSING"),
        ("BEGIN RETURN later; LET later INTEGER := 1; END", 13, "LATER"),
        ("BEGIN BEGIN LET v INTEGER := 1; END; RETURN v; END", 44, "V"),
        ("BEGIN FOR i IN 1 TO 2 DO NULL; END FOR; RETURN i; END", 47, "I"),
        ("BEGIN LET v INT := 1; EXCEPTION WHEN OTHER THEN RETURN v; END", 55, "V"),
        ("BEGIN missing := 1; RETURN 2; END", 6, "MISSING"),
        ("BEGIN OPEN c; RETURN 1; END", 11, "C"),
        ("BEGIN FOR r IN c DO NULL; END FOR; END", 15, "C"),
        ("BEGIN RAISE e; END", 12, "E"),
        ("BEGIN NULL; EXCEPTION WHEN e THEN NULL; END", 27, "E"),
        ("BEGIN RETURN TABLE(r); END", 19, "R"),
        ("BEGIN SELECT 1 INTO :v; END", 21, "V"),
        ("DECLARE c CURSOR FOR SELECT 1; BEGIN SELECT 1 INTO :c; END", 52, "C"),
        # A bind is placed at its colon: as written in an expression, folded in a statement.
        ("BEGIN RETURN :NoPe; END", 13, "NoPe"),
        ("BEGIN RETURN (SELECT a FROM t WHERE b = :NoPe); END", 40, "NoPe"),
        ("BEGIN INSERT INTO t VALUES (:nope); RETURN 'ok'; END", 28, "NOPE"),
        ("BEGIN DELETE FROM t WHERE a = :nope; RETURN 'ok'; END", 30, "NOPE"),
        # Binds and targets come before bare names.
        ("BEGIN RETURN missing + :nope; END", 23, "nope"),
        ("BEGIN RETURN missing; target := 1; END", 22, "TARGET"),
    ],
)
def test_an_undeclared_name_is_refused_before_anything_runs(
    text: str, position: int, name: str, session: object, refusal: Refusal
) -> None:
    error = refusal(text)
    assert (error.number, error.sqlstate) == (904, "42000")
    assert error.message == (
        f"SQL compilation error: error line 1 at position {position}\ninvalid identifier '{name}'"
    )
    assert session.sent == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "position", "name"),
    [
        ("BEGIN LET a := (SELECT COUNT(*) FROM t); RETURN a; END", 6, "A"),
        ("BEGIN LET a := missing; RETURN 1; END", 6, "A"),
        ("BEGIN LET a := 1; LET b := :a + 1; RETURN b; END", 18, "B"),
        ("BEGIN LET v := PARSE_JSON('1'); RETURN v; END", 6, "V"),
        ("DECLARE a DEFAULT 1; b DEFAULT (SELECT :a); BEGIN RETURN b; END", 21, "B"),
        (
            "DECLARE c CURSOR FOR SELECT 1 AS p; BEGIN FOR r IN c DO LET p := r.p; END FOR; END",
            56,
            "P",
        ),
    ],
)
def test_an_untyped_declaration_needs_a_typed_initialiser(
    text: str, position: int, name: str, refusal: Refusal
) -> None:
    error = refusal(text)
    assert (error.number, error.sqlstate) == (92228, "P0000")
    assert error.message == (
        f"SQL compilation error: error line 1 at position {position}\n"
        f" variable '{name}' cannot have its type inferred from initializer"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("BEGIN LET a := 1; LET b := :a; RETURN b; END", 1),
        ("BEGIN LET a := 1; LET b := (:a + 1)::NUMBER; RETURN b; END", 2),
        ("BEGIN LET a := 1; LET b := CAST(:a AS INT); RETURN b; END", 1),
        ("BEGIN LET a := 1; LET b := a + 1; RETURN b; END", 2),
        ("BEGIN LET a := (SELECT 4); RETURN a; END", 4),
        ("BEGIN LET a := (SELECT COUNT(*) FROM (VALUES (1), (2)))::INT; RETURN a; END", 2),
        ("BEGIN LET d := EXTRACT(year FROM DATE '2024-05-06'); RETURN d; END", 2024),
        ("BEGIN LET d DATE := DATEADD(day, 1, DATE '2024-01-31'); RETURN YEAR(d); END", 2024),
        ("BEGIN RETURN CASE WHEN TRUE THEN 1 ELSE 2 END; END", 1),
    ],
)
def test_what_snowflake_accepts_is_not_refused(
    text: str, value: object, run: Callable[..., object]
) -> None:
    assert run(text) == value


def test_a_field_of_a_record_cannot_be_bound_in_a_statement(refusal: Refusal) -> None:
    error = refusal(
        "DECLARE c CURSOR FOR SELECT 1 AS a; BEGIN FOR r IN c DO SELECT :r.a; END FOR; END"
    )
    assert error.number == 1003
    assert "line 1 at position 65 unexpected '.'" in error.message


def test_names_are_not_looked_up_when_a_body_is_only_checked() -> None:
    assert parse_block("BEGIN RETURN argument_of_the_procedure; END").body


def test_the_line_offset_is_added_to_every_place(session: object) -> None:
    for text, wording in (
        ("BEGIN\n RETURN 1 END", "line 12 at position 10"),
        ("BEGIN\n RETURN x; END", "line 12 at position 8"),
        ("BEGIN\n SELECT * FROM nope; END", "on line 12 at position 1 :"),
        ("BEGIN", "line 11 at position 0"),
    ):
        with pytest.raises(SnowflakeError) as caught:
            run_block(text, session, on_line_offset=10)  # type: ignore[arg-type]
        assert wording in caught.value.message


def test_the_sql_of_a_block_can_be_had_for_judging() -> None:
    block = parse_block(
        "DECLARE c CURSOR FOR SELECT 1; r RESULTSET DEFAULT (SHOW TABLES); n INT;\n"
        "BEGIN\n IF (n = 1) THEN\n  SELECT :n INTO :n FROM t;\n END IF;\n"
        " EXECUTE IMMEDIATE 'anything';\nEXCEPTION WHEN OTHER THEN ROLLBACK; END"
    )
    found = [
        (each.text, each.place.line, each.place.position) for each in embedded_statements(block)
    ]
    assert found == [
        ("SELECT 1", 1, 21),
        ("SHOW TABLES", 1, 52),
        ("SELECT :n FROM t", 4, 2),
        ("ROLLBACK", 7, 26),
    ]
