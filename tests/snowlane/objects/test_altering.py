"""A policy or tag that tables use is altered into what its file says."""

import pytest

from snowlane.objects.altering import alteration

POLICY = "CREATE OR REPLACE MASKING POLICY RAW.G.P AS (val VARCHAR) RETURNS VARCHAR -> {} "


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("val", "'*'", "ALTER MASKING POLICY RAW.G.P SET BODY -> '*'"),
        ("val COMMENT = 'a'", "val COMMENT = 'it''s b'",
         "ALTER MASKING POLICY RAW.G.P SET COMMENT = 'it''s b'"),
        ("val COMMENT='a'", "val", "ALTER MASKING POLICY RAW.G.P UNSET COMMENT"),
        ("val", "val COMMENT = 'a' EXEMPT_OTHER_POLICIES = TRUE", None),
        ("CASE WHEN x->val = 1 THEN val END", "CASE WHEN x->val = 2 THEN val END",
         "ALTER MASKING POLICY RAW.G.P SET BODY -> CASE WHEN x->val = 2 THEN val END"),
    ],
)  # fmt: skip
def test_body_and_comment_of_a_policy(old: str, new: str, expected: str | None) -> None:
    assert alteration("MASKING POLICY", POLICY.format(old), POLICY.format(new)) == expected


def test_several_changes_are_one_statement() -> None:
    old, new = POLICY.format("val"), POLICY.format("'*' COMMENT = 'why'")
    assert alteration("MASKING POLICY", old, new) == (
        "EXECUTE IMMEDIATE $$ -- alter the masking policy RAW.G.P\n"
        "BEGIN\n"
        "  ALTER MASKING POLICY RAW.G.P SET BODY -> '*';\n"
        "  ALTER MASKING POLICY RAW.G.P SET COMMENT = 'why';\n"
        "END;\n$$"
    )


def test_other_arguments_are_no_alteration() -> None:
    old = POLICY.format("val")
    assert alteration("MASKING POLICY", old, old.replace("(val VARCHAR)", "(val NUMBER)")) is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("ALLOWED_VALUES 'a', 'b'", "ALLOWED_VALUES 'b', 'a', 'c'", "ADD ALLOWED_VALUES 'c'"),
        ("ALLOWED_VALUES 'a', 'b'", "ALLOWED_VALUES 'b'", "DROP ALLOWED_VALUES 'a'"),
        ("ALLOWED_VALUES 'a'", "", "UNSET ALLOWED_VALUES"),
        ("", "ALLOWED_VALUES 'a'", "ADD ALLOWED_VALUES 'a'"),
        ("COMMENT = 'x'", "COMMENT = 'y'", "SET COMMENT = 'y'"),
        ("", "PROPAGATE = ON_DEPENDENCY", None),
    ],
)
def test_values_and_comment_of_a_tag(old: str, new: str, expected: str | None) -> None:
    texts = [f"CREATE OR REPLACE TAG RAW.G.COST {each}" for each in (old, new)]
    whole = expected and f"ALTER TAG RAW.G.COST {expected}"
    assert alteration("TAG", *texts) == whole


def test_a_row_access_policy_keeps_its_arguments() -> None:
    text = "CREATE OR REPLACE ROW ACCESS POLICY RAW.G.R AS (shop VARCHAR) RETURNS BOOLEAN -> {}"
    found = alteration("ROW ACCESS POLICY", text.format("TRUE"), text.format("shop = 'a'"))
    assert found == "ALTER ROW ACCESS POLICY RAW.G.R SET BODY -> shop = 'a'"
