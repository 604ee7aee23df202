"""Telling one statement from none and from several."""

import pytest

from snowlane.sql.statements import single_statement


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1", "SELECT 1"),
        (" SELECT ';' ;; \n", "SELECT ';'"),
        ("-- why\nSELECT 1; -- done", "-- why\nSELECT 1"),
        ("CREATE TASK t AS BEGIN a; b; END;", "CREATE TASK t AS BEGIN a; b; END"),
        ("SELECT $$a;b$$", "SELECT $$a;b$$"),
        ("SELECT 1; SELECT 2", None),
        ("-- nothing\n;", None),
    ],
)
def test_one_statement_comes_back_without_its_semicolon(text: str, expected: str | None) -> None:
    assert single_statement(text) == expected
