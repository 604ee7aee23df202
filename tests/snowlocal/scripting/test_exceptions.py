"""RAISE, handlers, and what a client is told of an exception that nobody handled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from snowlocal.errors import SnowflakeError

Run = Callable[..., Any]
Refusal = Callable[..., SnowflakeError]

MINE = "DECLARE my_ex EXCEPTION (-20002, 'Raised MY_EX.'); other_ex EXCEPTION;"


@pytest.mark.parametrize(
    ("text", "number", "state", "message"),
    [
        (
            "\nDECLARE\n  my_exception EXCEPTION (-20002, 'Raised MY_EXCEPTION.');\nBEGIN\n"
            "  LET counter := 0;\n  LET should_raise_exception := true;\n"
            "  IF (should_raise_exception) THEN\n    RAISE my_exception;\n  END IF;\n"
            "  RETURN counter;\nEND;\n",
            -20002,
            "P0001",
            "Uncaught exception of type 'MY_EXCEPTION' on line 8 at position 4 : "
            "Raised MY_EXCEPTION.",
        ),
        (
            f"{MINE} BEGIN RAISE other_ex; END",
            -20000,
            "P0001",
            "Uncaught exception of type 'OTHER_EX' on line 1 at position 77",
        ),
        (
            "BEGIN\n  SELECT * FROM nope;\nEND",
            2003,
            "42S02",
            "Uncaught exception of type 'STATEMENT_ERROR' on line 2 at position 2 : "
            "Object does not exist.",
        ),
        (
            "BEGIN LET a NUMBER := 'x'; RETURN a; END",
            100038,
            "22018",
            "Uncaught exception of type 'EXPRESSION_ERROR' on line 1 at position 22 : "
            "Value is not recognized",
        ),
        (
            "BEGIN IF ('x'::INT = 1) THEN NULL; END IF; END",
            100038,
            "22018",
            "Uncaught exception of type 'EXPRESSION_ERROR' on line 1 at position 10 : "
            "Value is not recognized",
        ),
        (
            "BEGIN LET r RESULTSET := (SELECT * FROM nope); RETURN 1; END",
            2003,
            "42S02",
            "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 26 : "
            "Object does not exist.",
        ),
        (
            "BEGIN EXECUTE IMMEDIATE 'BEGIN SELECT * FROM nope; END'; END",
            2003,
            "42S02",
            "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 6 : "
            "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 6 : "
            "Object does not exist.",
        ),
        (
            "BEGIN EXECUTE IMMEDIATE 'SELECT 1; SELECT 2'; END",
            8,
            "0A000",
            "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 6 : "
            "Actual statement count 2 did not match the desired statement count 1.",
        ),
        (
            "BEGIN EXECUTE IMMEDIATE NULL; END",
            900,
            "42601",
            "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 6 : "
            "SQL compilation error:\nEmpty SQL statement.",
        ),
    ],
)
def test_an_uncaught_exception_in_snowflakes_words(
    text: str, number: int, state: str, message: str, refusal: Refusal
) -> None:
    error = refusal(text)
    assert (error.number, error.sqlstate, error.message) == (number, state, message)


FACTS = "sqlcode || '/' || sqlstate || '/' || sqlerrm"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            f"{MINE} BEGIN RAISE my_ex; EXCEPTION WHEN my_ex THEN RETURN {FACTS}; END",
            "-20002/P0001/Raised MY_EX.",
        ),
        (
            f"{MINE} BEGIN RAISE my_ex; EXCEPTION WHEN other_ex OR my_ex THEN RETURN 'either'; END",
            "either",
        ),
        (
            f"{MINE} BEGIN RAISE my_ex; EXCEPTION WHEN STATEMENT_ERROR THEN RETURN 's'; "
            "WHEN EXPRESSION_ERROR THEN RETURN 'e'; WHEN OTHER THEN RETURN 'o'; END",
            "o",
        ),
        (
            "BEGIN SELECT * FROM nope; EXCEPTION WHEN EXPRESSION_ERROR THEN RETURN 'e'; "
            "WHEN STATEMENT_ERROR THEN RETURN " + FACTS + "; END",
            "2003/42S02/Object does not exist.",
        ),
        (
            "BEGIN LET x INT := 'a'; EXCEPTION WHEN STATEMENT_ERROR THEN RETURN 's'; "
            "WHEN EXPRESSION_ERROR THEN RETURN SQLCODE; END",
            100038,
        ),
        (
            f"{MINE} BEGIN BEGIN RAISE my_ex; END; RETURN 'not here'; "
            "EXCEPTION WHEN my_ex THEN RETURN 'outer'; END",
            "outer",
        ),
        (
            f"{MINE} BEGIN BEGIN RAISE my_ex; EXCEPTION WHEN my_ex THEN NULL; END; "
            "RETURN 'went on'; END",
            "went on",
        ),
        (
            # An inner handler puts the outer one's values back.
            f"{MINE} BEGIN RAISE my_ex; EXCEPTION WHEN my_ex THEN BEGIN RAISE other_ex; "
            "EXCEPTION WHEN other_ex THEN NULL; END; RETURN sqlcode; END",
            -20002,
        ),
        (
            f"{MINE} BEGIN BEGIN RAISE my_ex; EXCEPTION WHEN my_ex THEN RAISE; END; "
            f"EXCEPTION WHEN my_ex THEN RETURN {FACTS}; END",
            "-20002/P0001/Raised MY_EX.",
        ),
        (
            # An error in a handler is for the block around it.
            MINE + " BEGIN BEGIN RAISE my_ex; EXCEPTION WHEN OTHER THEN SELECT * FROM nope; END; "
            "EXCEPTION WHEN STATEMENT_ERROR THEN RETURN sqlcode; END",
            2003,
        ),
        (
            # A name declared twice is two exceptions.
            "DECLARE e EXCEPTION (-20001, 'outer'); BEGIN DECLARE e EXCEPTION (-20002, 'inner'); "
            "BEGIN RAISE e; END; EXCEPTION WHEN e THEN RETURN 'same'; WHEN OTHER THEN "
            "RETURN sqlcode; END",
            -20002,
        ),
        (
            # A block's exception reaches the block that ran it as a failed statement.
            "BEGIN EXECUTE IMMEDIATE 'DECLARE e EXCEPTION (-20005, ''m''); BEGIN RAISE e; END'; "
            "EXCEPTION WHEN STATEMENT_ERROR THEN RETURN sqlcode || sqlstate; END",
            "-20005P0001",
        ),
        ("BEGIN RETURN sqlcode; END", None),
        (
            "DECLARE n INT DEFAULT 3; BEGIN SELECT * FROM nope; "
            "EXCEPTION WHEN OTHER THEN RETURN n; END",
            3,
        ),
    ],
)
def test_the_handler_that_fits_runs(text: str, value: object, run: Run) -> None:
    assert run(text) == value


def test_a_raised_again_exception_keeps_its_number_and_place(refusal: Refusal) -> None:
    error = refusal("BEGIN\n SELECT * FROM nope;\nEXCEPTION\n WHEN OTHER THEN RAISE;\nEND")
    assert error.number == 2003
    assert "'STATEMENT_ERROR' on line 2 at position 1 : Object does not exist." in error.message


def test_lines_count_from_the_start_of_the_literal(refusal: Refusal) -> None:
    error = refusal("BEGIN\n EXECUTE IMMEDIATE $$\nBEGIN\n  SELECT * FROM nope;\nEND;\n$$;\nEND")
    assert "on line 2 at position 1 : Uncaught" in error.message
    assert "on line 3 at position 2 : Object does not exist." in error.message


def test_what_ran_before_an_exception_stays(run: Run, refusal: Refusal, session: Any) -> None:
    run("BEGIN CREATE TABLE t (a INT); END")
    refusal("BEGIN INSERT INTO t VALUES (1); SELECT * FROM nope; INSERT INTO t VALUES (2); END")
    assert session.rows("SELECT a FROM t") == [(1,)]


@pytest.mark.parametrize("handler", ["", "EXCEPTION WHEN OTHER THEN RETURN 'caught';"])
def test_a_cancelled_block_stops_and_no_handler_sees_it(
    handler: str, session: Any, refusal: Refusal
) -> None:
    error = refusal(
        f"BEGIN SELECT 1; SELECT 2; SELECT 3; {handler} END",
        cancelled=lambda: len(session.sent) == 2,
    )
    assert str(error) == "000604 (57014): SQL execution canceled"
    assert session.sent == ["SELECT 1", "SELECT 2"]


def test_a_statement_that_the_session_cancelled_is_not_handled(
    session: Any, refusal: Refusal
) -> None:
    def execute(sql: str) -> Any:
        raise SnowflakeError(604, "57014", "SQL execution canceled")

    session.execute = execute
    error = refusal("BEGIN SELECT 1; EXCEPTION WHEN OTHER THEN RETURN 'caught'; END")
    assert error.number == 604
    assert error.message == "SQL execution canceled"


def test_an_endless_loop_can_be_cancelled(refusal: Refusal) -> None:
    asked = iter([False] * 50 + [True])
    error = refusal("BEGIN LOOP NULL; END LOOP; END", cancelled=lambda: next(asked))
    assert error.number == 604
