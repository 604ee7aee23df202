"""Identifiers and literals: what Snowflake would read back from what is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snowlane.sql import names
from snowlane.sql.literals import quoted, whole
from snowlane.sql.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("raw.bronze.t", ("RAW", "BRONZE", "T")),
        ('RAW."Odd. name".t$1', ("RAW", "Odd. name", "T$1")),
        ('"say ""hi"""', ('say "hi"',)),
        ("RAW..T", ("RAW", "", "T")),
        ("", None),
        (".a", None),
        ("a.", None),
        ("a b", None),
        ("1a.b", None),
        ("a.b ", None),
        ('"open', None),
    ],
)
def test_paths_are_read_as_snowflake_reads_them(text: str, path: tuple[str, ...] | None) -> None:
    assert names.parse_path(text) == path


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_a_quoted_name_is_read_back_as_itself(name: str) -> None:
    assert names.parse_path(names.quote(name)) == (name,)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_a_literal_has_the_value_it_was_made_from(value: str) -> None:
    text = names.literal(value)
    (token,) = tokenize(text)
    assert quoted(whole(text), token.start, token.end).text == value


@pytest.mark.parametrize("name", ["", "a-b", "1a", 'a"b', "a b", "select", "x" * 256, "ä"])
def test_names_that_would_need_quotes_everywhere_are_refused(name: str) -> None:
    assert names.problem_with(name)


@pytest.mark.parametrize("name", ["QA_RAW", "_x", "a$1", "x" * 255])
def test_plain_names_are_taken(name: str) -> None:
    assert names.problem_with(name) is None


def test_reserved_words_are_quoted() -> None:
    assert names.qualified("ORDER", "T") == '"ORDER".T'
