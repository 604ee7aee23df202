"""What the grammar judges together: statements that differ in strings, numbers and names only."""

from __future__ import annotations

import pytest

from snowlocal.errors import SnowflakeError
from snowlocal.grammar import Grammar


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("SELECT a FROM d.s.t", "SELECT a FROM d.select.t"),
        ("SELECT a FROM d.s.t", "SELECT a FROM d.s.t WHERE"),
        ("DROP TABLE d.s.t", "DROP TABLE d.table.t"),
        ("DROP VIEW d.s.t", "DROP VIEW d.s.t t"),
        ("ALTER TABLE d.s.t ADD COLUMN c INT", "ALTER TABLE d.s.t ADD COLUMN order INT"),
        ("SELECT 'a', 1", "SELECT 'a' 1 2"),
    ],
)
def test_one_that_was_right_makes_no_other_right(right: str, wrong: str) -> None:
    grammar = Grammar()
    for text in (right, right.replace("d.s.t", 'other."T 2".t3'), right.upper()):
        grammar.check(text)
    with pytest.raises(SnowflakeError, match=r"unexpected|parse error") as refused:
        grammar.check(wrong)
    assert refused.value.number == 1003


def test_a_refusal_names_the_place_in_the_text_as_it_was_sent() -> None:
    with pytest.raises(SnowflakeError, match=r"line 2 at position 14 unexpected '2'"):
        Grammar().check("SELECT a FROM a_long_name.another_one.t\n WHERE 'text' 2")
