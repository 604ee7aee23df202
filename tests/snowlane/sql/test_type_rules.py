"""The table of type changes: Snowflake's page, line by line, and what must hold for all pairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snowlane.sql.type_rules import Verdict, judge_change, parse_type


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("STRING", "VARCHAR", Verdict.SAME),
        ("TEXT", "VARCHAR(16777216)", Verdict.SAME),
        ("DECIMAL(10,2)", "NUMBER(10, 2)", Verdict.SAME),
        ("BIGINT", "NUMBER(38,0)", Verdict.SAME),
        ("DATETIME", "TIMESTAMP_NTZ(9)", Verdict.SAME),
        ("VARCHAR(10)", "VARCHAR(20)", Verdict.ALTER),
        ("CHAR", "VARCHAR(2)", Verdict.ALTER),
        ("VARCHAR(10)", "STRING", Verdict.ALTER),
        ("VARCHAR(20)", "VARCHAR(10)", Verdict.REFUSED),
        ("STRING", "CHAR", Verdict.REFUSED),
        ("VARCHAR(10) COLLATE 'en'", "VARCHAR(20) COLLATE 'en'", Verdict.ALTER),
        ("VARCHAR(10) COLLATE 'en'", "VARCHAR(20)", Verdict.REFUSED),
        ("VARCHAR(10)", "VARCHAR(10) COLLATE 'en'", Verdict.REFUSED),
        ("NUMBER(10,2)", "NUMBER(12,2)", Verdict.ALTER),
        ("NUMBER(12,2)", "NUMBER(10,2)", Verdict.PROBE),
        ("NUMBER", "NUMBER(10)", Verdict.PROBE),
        ("NUMBER(10,2)", "NUMBER(12,4)", Verdict.REFUSED),
        ("NUMBER(10,2)", "NUMBER(10,0)", Verdict.REFUSED),
        ("BINARY(8)", "BINARY(16)", Verdict.REFUSED),
        ("VARCHAR(50)", "NUMBER(10,2)", Verdict.REFUSED),
        ("NUMBER(10,2)", "VARCHAR(50)", Verdict.REFUSED),
        ("NUMBER(10,2)", "FLOAT", Verdict.REFUSED),
        ("DATE", "TIMESTAMP_NTZ", Verdict.REFUSED),
        ("TIMESTAMP_NTZ", "TIMESTAMP_TZ", Verdict.REFUSED),
        ("TIMESTAMP_NTZ(3)", "TIMESTAMP_NTZ(9)", Verdict.REFUSED),
        ("VARIANT", "VARCHAR", Verdict.REFUSED),
        ("VARCHAR", "MADE_UP", Verdict.REFUSED),
        ("", "VARCHAR", Verdict.REFUSED),
    ],
)
def test_the_page_of_alter_table_column(old: str, new: str, verdict: Verdict) -> None:
    assert judge_change(old, new).verdict is verdict


@pytest.mark.parametrize(
    ("old", "new", "number"),
    [("VARCHAR(9)", "VARCHAR(8)", 40050), ("VARCHAR(9)", "DATE", 2108), ("DATE", "ARRAY", 2108)],
)
def test_a_refusal_names_the_error_snowflake_would_give(old: str, new: str, number: int) -> None:
    assert judge_change(old, new).number == number


@pytest.mark.parametrize(
    "text", ["", "VARCHAR(", "VARCHAR(a)", "NUMBER(1,2,3)", "DATE(3)", "NUMBER COLLATE 'en'", "'x"]
)
def test_what_is_no_type_is_none(text: str) -> None:
    assert parse_type(text) is None


sizes = st.integers(1, 38)
types = st.one_of(
    st.builds("VARCHAR({})".format, st.integers(1, 16_777_216)),
    st.builds(
        lambda precision, scale: f"NUMBER({precision},{min(precision, scale)})", sizes, sizes
    ),
    st.builds("BINARY({})".format, st.integers(1, 8_388_608)),
    st.sampled_from(["DATE", "TIME", "FLOAT", "BOOLEAN", "VARIANT", "TIMESTAMP_TZ", "INT", "CHAR"]),
)


@given(types)
def test_a_type_written_out_is_the_same_type(text: str) -> None:
    parsed = parse_type(text)
    assert parsed is not None
    assert parse_type(str(parsed)) == parsed
    assert judge_change(text, str(parsed)).verdict is Verdict.SAME


@given(types, types)
def test_no_change_and_its_reverse_are_both_free(old: str, new: str) -> None:
    there, back = judge_change(old, new).verdict, judge_change(new, old).verdict
    assert (there is Verdict.SAME) == (back is Verdict.SAME)
    assert not (there is Verdict.ALTER and back is Verdict.ALTER)


@given(types, types, types)
def test_what_two_steps_allow_one_step_allows(first: str, second: str, third: str) -> None:
    free = (Verdict.SAME, Verdict.ALTER)
    if judge_change(first, second).verdict in free and judge_change(second, third).verdict in free:
        assert judge_change(first, third).verdict in free
