"""Re-pointing: a definition of one environment becomes the same one of another."""

import pytest

from snowlane.sql.references import Doubt
from snowlane.sql.repoint import Found, references, repoint

QA = {"PROD_RAW": "QA_RAW", "PROD_STAGING": "QA_STAGING", "PROD_DW": "QA_DW"}

CHANGED = {
    "use": ("PROCEDURE", "USE PROD_RAW", "USE QA_RAW"),
    "show in": ("PROCEDURE", "SHOW TABLES IN PROD_RAW.BRONZE", "SHOW TABLES IN QA_RAW.BRONZE"),
    "argument": ("TASK", "CALL p('PROD_DW')", "CALL p('QA_DW')"),
    "schema literal": ("TASK", "x = 'PROD_DW.FACTS'", "x = 'QA_DW.FACTS'"),
    "javascript body in quotes": (
        "PROCEDURE",
        "CREATE PROCEDURE P() LANGUAGE JAVASCRIPT AS 'var db = \"PROD_DW\"; // it''s PROD_DW\n'",
        "CREATE PROCEDURE P() LANGUAGE JAVASCRIPT AS 'var db = \"QA_DW\"; // it''s PROD_DW\n'",
    ),
    "comment in dollars": (
        "VIEW",
        "CREATE VIEW v COMMENT = $$of PROD_RAW.B.T$$ AS SELECT 1 FROM PROD_RAW.B.T",
        "CREATE VIEW v COMMENT = $$of PROD_RAW.B.T$$ AS SELECT 1 FROM QA_RAW.B.T",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGED)
def test_references_are_repointed(case: str) -> None:
    kind, text, expected = CHANGED[case]
    result = repoint(text, QA, kind)
    assert result.text == expected
    assert not result.unresolved
    assert all(found.certain for found in references(text, QA, kind))


def test_a_text_that_cannot_be_read_comes_back_and_is_reported() -> None:
    text = "SELECT 'a\n'\nFROM PROD_RAW.B.T WHERE x = 'open\n"
    result = repoint(text, QA, "VIEW")
    assert (result.text, result.changes) == (text, ())
    assert [(each.line, each.doubt) for each in result.unresolved] == [(3, Doubt.UNREADABLE)]


def test_references_tell_the_line_and_whether_they_are_certain() -> None:
    text = "SELECT 1\nFROM PROD_RAW.B.T prod_raw"
    assert references(text, ["PROD_RAW"], "VIEW") == (
        Found(2, "PROD_RAW.B.T", certain=True),
        Found(2, "prod_raw", certain=False, doubt=Doubt.ALIAS),
    )


def test_a_literal_in_small_letters_keeps_them() -> None:
    """`LOWER(table_catalog) = 'prod_raw'` must go on meaning something."""
    text = "SELECT LOWER(x) = 'prod_raw', 'prod_raw.b.t', 'Prod_Raw' FROM prod_raw.b.t"
    expected = "SELECT LOWER(x) = 'qa_raw', 'QA_RAW.b.t', 'QA_RAW' FROM QA_RAW.b.t"
    assert repoint(text, QA, "VIEW").text == expected
    assert repoint("SELECT 'prod_raw'", {"PROD_RAW": "a b"}, "VIEW").text == "SELECT '\"a b\"'"


def test_nothing_is_done_where_nothing_is_to_be_done() -> None:
    text = "SELECT 'PROD_' || x FROM PROD_RAW.B.T"
    assert repoint(text, {}, "VIEW").text == text
    same = repoint(text, {"PROD_RAW": "PROD_RAW"}, "VIEW")
    assert (same.text, same.changes, same.unresolved) == (text, (), ())


def test_a_name_that_would_end_the_body_it_stands_in_is_not_written() -> None:
    text = "CREATE PROCEDURE P() LANGUAGE SQL AS\n$$ DELETE FROM PROD_RAW.B.T $$"
    result = repoint(text, {"PROD_RAW": "QA$$RAW"}, "PROCEDURE")
    assert result.text == text
    assert [(each.line, each.doubt) for each in result.unresolved] == [(2, Doubt.UNWRITABLE)]


def test_names_are_swapped_in_one_pass() -> None:
    swapped = {"PROD_RAW": "PROD_DW", "PROD_DW": "PROD_RAW"}
    text = "SELECT 'PROD_RAW', * FROM PROD_RAW.A.B, PROD_DW.A.B"
    assert (
        repoint(text, swapped, "VIEW").text == "SELECT 'PROD_DW', * FROM PROD_DW.A.B, PROD_RAW.A.B"
    )


def test_a_body_that_is_nested_without_end_is_reported() -> None:
    body = "`PROD_RAW.${" * 400 + "1" + "}`" * 400
    result = repoint(f"CREATE PROCEDURE P() LANGUAGE JAVASCRIPT AS $$x = {body}$$", QA, "PROCEDURE")
    assert [each.doubt for each in result.unresolved] == [Doubt.UNREADABLE]
    assert not result.changes
