"""What counts as a difference, and what is left out."""

import pytest

from snowlane.drift.compare import compare
from snowlane.drift.finding import Drift
from snowlane.drift.fold import Step, fold
from snowlane.drift.inventory import Inventory
from snowlane.drift.naming import Naming
from snowlane.drift.objects import KnownObjects
from snowlane.drift.report import as_markdown, as_text
from snowlane.drift.writing import rebuilt_column
from snowlane.sql.lineage_changes import Column

SCHEMA, TABLE = "CREATE SCHEMA DEV_DW.M", "CREATE TABLE DEV_DW.M.T (a INT)"


def holding(*texts: str) -> Inventory:
    return fold(Step("r.py", text) for text in texts)


def drift(expected: Inventory, found: Inventory, *ignore: str) -> Drift:
    patterns = tuple(each.upper() for each in ignore)
    naming = Naming("dev", ("DEV_RAW", "METADATA"), {"DEV_DW": "DW", "DEV_RAW": "RAW"}, patterns)
    return compare(expected, found, naming, KnownObjects(), "r1")


def names(found: Drift) -> list[str]:
    return [each.name for each in found.findings]


def test_the_same_is_no_drift() -> None:
    assert drift(holding(SCHEMA, TABLE), holding(SCHEMA, TABLE)).is_none


BY_HAND = holding(
    SCHEMA,
    "CREATE TABLE DEV_DW.M.T (a INT, tmp_a INT, b INT)",
    "CREATE TABLE DEV_DW.M.DBT_X (a INT)",
    "CREATE VIEW DEV_DW.M.V AS SELECT 1 AS a",
    "CREATE SCHEMA DEV_DW.SCRATCH",
    "CREATE TABLE DEV_DW.SCRATCH.U (a INT)",
)


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        ((), ["DW.M.DBT_X", "DW.M.T.B", "DW.M.T.TMP_A", "DW.M.V", "DW.SCRATCH"]),
        (("dw.m.dbt_*",), ["DW.M.T.B", "DW.M.T.TMP_A", "DW.M.V", "DW.SCRATCH"]),
        (("DW.M.T.TMP_*", "DW.SCRATCH"), ["DW.M.DBT_X", "DW.M.T.B", "DW.M.V"]),
        (("DW.M",), ["DW.SCRATCH"]),
        (("*.M.V", "DW.M.T"), ["DW.M.DBT_X", "DW.SCRATCH"]),
        (("DW",), []),
        (("DEV_DW.*",), ["DW.M.DBT_X", "DW.M.T.B", "DW.M.T.TMP_A", "DW.M.V", "DW.SCRATCH"]),
    ],
)
def test_patterns_of_logical_names_are_ignored(patterns: tuple[str, ...], left: list[str]) -> None:
    assert names(drift(holding(SCHEMA, TABLE), BY_HAND, *patterns)) == left


def test_what_is_missing_can_be_ignored_too() -> None:
    assert names(drift(holding(SCHEMA, TABLE), holding(SCHEMA))) == ["DW.M.T"]
    assert drift(holding(SCHEMA, TABLE), holding(SCHEMA), "DW.M.T").is_none


def test_schemas_of_snowflake_and_of_the_tool_are_left_out() -> None:
    found = holding(
        SCHEMA,
        TABLE,
        "CREATE SCHEMA DEV_DW.PUBLIC",
        "CREATE SCHEMA DEV_DW.INFORMATION_SCHEMA",
        "CREATE SCHEMA DEV_RAW.METADATA",
        "CREATE TABLE DEV_RAW.METADATA.ALEMBIC_VERSION (VERSION_NUM VARCHAR(32))",
        "CREATE SCHEMA DEV_DW.SNOWLANE_RESTORE_20261123",
        "CREATE TABLE DEV_DW.SNOWLANE_RESTORE_20261123.T (a INT)",
    )
    assert drift(holding(SCHEMA, TABLE), found).is_none


def test_a_table_made_by_hand_in_public_is_drift() -> None:
    found = holding(
        SCHEMA, TABLE, "CREATE SCHEMA DEV_DW.PUBLIC", "CREATE TABLE DEV_DW.PUBLIC.T (a INT)"
    )
    assert names(drift(holding(SCHEMA, TABLE), found)) == ["DW.PUBLIC.T"]


def test_what_lies_in_a_missing_schema_is_told_with_it() -> None:
    (found,) = drift(holding(SCHEMA, TABLE, "CREATE STAGE DEV_DW.M.ST"), holding()).findings
    assert found.problem == "the schema is missing, with 1 table, 1 stage"
    assert found.remedies[0].code == "UNDROP SCHEMA DEV_DW.M;"


def test_a_table_whose_types_come_from_a_query_is_compared_by_name_alone() -> None:
    made = "CREATE TABLE DEV_DW.M.T AS SELECT 1 AS a"
    expected = holding(SCHEMA, made)
    assert drift(expected, holding(SCHEMA, TABLE)).is_none
    assert names(drift(expected, holding(SCHEMA))) == ["DW.M.T"]


def test_a_comment_with_quotes_is_written_so_that_it_can_be_pasted() -> None:
    expected = holding(SCHEMA, """CREATE TABLE DEV_DW.M.T (a INT COMMENT 'it''s "x"\\\\y')""")
    (found,) = drift(expected, holding(SCHEMA, TABLE)).findings
    sent = []
    exec(found.remedies[0].code, {"op": type("op", (), {"sql": staticmethod(sent.append)})})
    (again,) = drift(
        expected, holding(SCHEMA, TABLE, sent[0].replace("DW.", "DEV_DW."))
    ).findings or [None]
    assert again is None


@pytest.mark.parametrize(
    ("old", "new", "loses"),
    [
        ("NUMBER(14,4)", "NUMBER(10,2)", "A <> A__NEW"),
        ("TIMESTAMP_NTZ(9)", "DATE", "TO_TIMESTAMP_NTZ(A__NEW) <> A"),
    ],
)
def test_a_remedy_asks_whether_digits_or_a_time_of_day_are_lost(
    old: str, new: str, loses: str
) -> None:
    code = rebuilt_column(("DEV_DW", "M", "T"), Column("A", new), old)
    asked = f"WHERE A IS NOT NULL AND (A__NEW IS NULL OR {loses}); -- must be empty"
    assert asked in code
    assert code.endswith("DROP COLUMN A__OLD; -- only when the query above was empty")


TEXT = """\
dev at r1: 2 differences, 1 statement not followed

  column DW.M.T.A: its type should be NUMBER(38,0), and it is VARCHAR(3)
    to undo it, in dev alone, by hand:
      ALTER TABLE DEV_DW.M.T ADD COLUMN A__NEW NUMBER(38,0);
      UPDATE DEV_DW.M.T SET A__NEW = TRY_TO_NUMBER(A, 38, 0);
      SELECT * FROM DEV_DW.M.T WHERE A IS NOT NULL AND (A__NEW IS NULL OR LENGTH(REGEXP_SUBSTR(A, '[.][0-9]*[1-9]')) > 1); -- must be empty
      ALTER TABLE DEV_DW.M.T RENAME COLUMN A TO A__OLD;
      ALTER TABLE DEV_DW.M.T RENAME COLUMN A__NEW TO A;
      ALTER TABLE DEV_DW.M.T DROP COLUMN A__OLD; -- only when the query above was empty

  column DW.M.T.B: the column was added by hand: no revision makes it
    to undo it, in a new revision:
      op.drop_column("t", "b", schema="DW.M", if_exists=True)
    to keep it, in a new revision:
      import sqlalchemy as sa
      op.add_column("t", sa.Column("b", sa.Date), schema="DW.M", if_not_exists=True)

  What these statements change is not known, and was not compared:
    r.py: what a procedure does is not followed
      CALL DEV_DW.M.P()"""  # noqa: E501 (the query as it is printed)


def test_the_report_is_what_a_person_reads() -> None:
    expected = holding(SCHEMA, TABLE, "CALL DEV_DW.M.P()")
    found = drift(expected, holding(SCHEMA, "CREATE TABLE DEV_DW.M.T (a VARCHAR(3), b DATE)"))
    assert as_text(found) == TEXT
    markdown = as_markdown(found)
    assert (
        "| column | `DW.M.T.B` | the column was added by hand: no revision makes it |" in markdown
    )
    assert markdown.count("```") % 2 == 0
