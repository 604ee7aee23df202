"""Conversions between types: which are derived, and that none of them forgets the check it needs."""

import itertools

import pytest

from snowlane.sql.conversion import derived, example, explicit
from snowlane.sql.names import stored
from snowlane.sql.type_rules import parse_type

TYPES = [
    *("VARCHAR(5)", "VARCHAR", "VARCHAR(9) COLLATE 'en'", "NUMBER(38,0)", "NUMBER(10,2)", "FLOAT"),
    *("NUMBER(38,37)", "BOOLEAN", "DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_NTZ(3)", "BINARY(4)"),
    *("TIMESTAMP_TZ", "VARIANT", "ARRAY", "GEOGRAPHY"),
]


def kind(text: str):
    found = parse_type(text)
    assert found is not None
    return found


@pytest.mark.parametrize(("old", "new"), list(itertools.permutations(TYPES, 2)))
def test_a_derived_conversion_is_about_the_column_and_knows_what_it_cuts(old, new) -> None:
    found = derived(kind(old), kind(new))
    if found is None:
        assert "{column}" in example(kind(new))
        return
    assert "{column}" in found.expression
    assert (found.cuts is None) == (found.cut == "")
    # A number, a date or a shorter time rounds without a word: none of them goes unchecked.
    rounds = (
        kind(new).family in ("NUMBER", "DATE") or kind(old).family == kind(new).family == "TIME"
    )
    assert not rounds or found.cuts is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [("VARCHAR", "DATE"), ("VARIANT", "VARCHAR"), ("TIMESTAMP_NTZ", "TIMESTAMP_TZ"),
     ("FLOAT", "VARCHAR"), ("VARCHAR", "VARCHAR(9) COLLATE 'en'"), ("BOOLEAN", "NUMBER(1,0)")],
)  # fmt: skip
def test_what_depends_on_the_data_is_not_guessed(old, new) -> None:
    assert derived(kind(old), kind(new)) is None


@pytest.mark.parametrize(
    ("expression", "cuts"),
    [
        (
            "TRY_TO_NUMBER(REPLACE({column}, ',', '.'), 10, 2)",
            "TRY_TO_NUMBER(REPLACE({column}, ',', '.'), 38, 30) <> {converted}",
        ),
        ("try_to_decimal({column}, 10, 2)", "try_to_decimal({column}, 38, 30) <> {converted}"),
        ("TRY_TO_NUMBER({column}, 10, 2) + 1", None),
        ("TRY_TO_NUMBER({column})", None),
        ("{column}::NUMBER(10, 2)", None),
    ],
)
def test_a_given_conversion_is_asked_for_more_decimals(expression, cuts) -> None:
    found = explicit(kind("VARCHAR"), kind("NUMBER(10,2)"), expression, None)
    assert (found and found.cuts) == cuts


@pytest.mark.parametrize(
    ("given", "name"),
    [("raw_pos", "RAW_POS"), ("RAW_POS", "RAW_POS"), ("rawPos", "rawPos"), ("order", "order"),
     ("per cent", "per cent"), ("a$1", "A$1")],
)  # fmt: skip
def test_a_name_given_to_alembic_is_stored_as_alembic_stores_it(given, name) -> None:
    assert stored(given) == name
