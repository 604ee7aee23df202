"""SET, UNSET and GETVARIABLE: docs.snowflake.com/en/sql-reference/session-variables, /sql/set."""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Sql, error_of


def test_several_are_set_and_unset_at_once(sql: Sql) -> None:
    sql("CREATE DATABASE IF NOT EXISTS TESTS", "SET (a, b) = (1, 'it''s')", 'SET "low" = TRUE')
    asked = "$a, $b, GETVARIABLE('A'), GETVARIABLE('B'), GETVARIABLE('low'), GETVARIABLE('a')"
    assert sql(f"SELECT {asked}") == [(1, "it's", "1", "it's", "true", None)]
    sql("SET (a, b) = (SELECT 7, $a + 1)", "SET c = (SELECT $a + $b)")
    assert sql("SELECT $a, $b, $c") == [(7, 2, 9)]
    sql("UNSET (a, b)")
    assert error_of(lambda: sql("SELECT $a"))[0] == 2211
    assert sql("SELECT $c") == [(9,)]


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("SET (a, b) = (1)", "SET names 2 variables and gives 1 values"),
        ("SET x = (SELECT REPEAT('é', 129))", "Its size is 258; the limit is 256"),
    ],
)
def test_what_cannot_be_set(sql: Sql, statement: str, shown: str) -> None:
    sql("CREATE DATABASE IF NOT EXISTS TESTS")
    number, message = error_of(lambda: sql(statement))
    assert (number, shown in message) == (370002, True), message
