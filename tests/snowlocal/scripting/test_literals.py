"""Python values written as Snowflake literals."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from snowlocal.errors import SnowflakeError
from snowlocal.scripting import render

UTC = datetime.UTC


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (False, "FALSE"),
        (7, "7"),
        (-7, "(-7)"),
        (Decimal("1.50"), "1.50"),
        (Decimal("-1E+3"), "(-1000)"),
        (1.5, "(1.5::FLOAT)"),
        (float("inf"), "'inf'::FLOAT"),
        ("it's a \\ 'test'", "'it''s a \\\\ ''test'''"),
        ("two\nlines", "'two\nlines'"),
        (datetime.date(2024, 1, 2), "'2024-01-02'::DATE"),
        (datetime.time(3, 4, 5), "'03:04:05'::TIME"),
        (
            datetime.datetime(2024, 1, 2, 3, 4, 5, 6),  # noqa: DTZ001
            "'2024-01-02 03:04:05.000006'::TIMESTAMP_NTZ",
        ),
        (
            datetime.datetime(2024, 1, 2, tzinfo=UTC),
            "'2024-01-02 00:00:00+00:00'::TIMESTAMP_TZ",
        ),
        (b"\x01\xff", "TO_BINARY('01ff', 'HEX')"),
        ({"a": [1, "it's"]}, "PARSE_JSON('{\"a\": [1, \"it''s\"]}')"),
    ],
)
def test_a_value_as_a_literal(value: object, literal: str) -> None:
    assert render(value) == literal


def test_a_value_without_a_literal_is_refused_by_its_type() -> None:
    with pytest.raises(SnowflakeError, match="Unsupported feature 'variable of type object'"):
        render(object())
