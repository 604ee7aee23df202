"""Tables as a sequence of DDL statements leaves them."""

import pytest

from snowlane.sql.lineage_changes import (
    AddColumn,
    ChangeType,
    Column,
    DropColumn,
    RenameColumn,
    SetClustering,
    SetComment,
    SetDefault,
    SetNotNull,
    SwapTable,
)
from snowlane.sql.lineage_ddl import read_changes
from snowlane.sql.lineage_tables import Table, after_changes

T = ("RAW", "B", "T")


def tables(*statements: str) -> dict[tuple[str, ...], Table]:
    state: dict[tuple[str, ...], Table] = {}
    for statement in statements:
        state = after_changes(state, read_changes(statement))
    return state


@pytest.mark.parametrize(
    ("statement", "changes"),
    [
        (
            "ALTER TABLE raw.b.t ADD COLUMN IF NOT EXISTS a NUMBER(10, 2) DEFAULT 0 NOT NULL, "
            "b VARCHAR(3) DEFAULT 'x' || 'y' COMMENT 'why'",
            [
                AddColumn(T, Column("A", "NUMBER(10, 2)", False, "0"), if_not_exists=True),
                AddColumn(T, Column("B", "VARCHAR(3)", True, "'x' || 'y'", comment="why")),
            ],
        ),
        (
            "ALTER TABLE RAW.B.T ALTER COLUMN a SET DATA TYPE NUMBER(3), COLUMN b DROP NOT NULL, "
            "c TYPE VARCHAR(4) COLLATE 'en', d DROP DEFAULT, e SET DEFAULT 1, f COMMENT 'x'",
            [
                ChangeType(T, "A", "NUMBER(3)"),
                SetNotNull(T, "B", nullable=True),
                ChangeType(T, "C", "VARCHAR(4) COLLATE 'en'"),
                SetDefault(T, "D", None),
                SetDefault(T, "E", "1"),
                SetComment(T, "x", "F"),
            ],
        ),
        (
            "ALTER TABLE IF EXISTS RAW.B.T MODIFY (a NUMBER(3), COLUMN b SET NOT NULL)",
            [ChangeType(T, "A", "NUMBER(3)"), SetNotNull(T, "B")],
        ),
        ("ALTER TABLE RAW.B.T DROP COLUMN a, b", [DropColumn(T, "A"), DropColumn(T, "B")]),
        ('ALTER TABLE RAW.B.T RENAME COLUMN a TO "b"', [RenameColumn(T, "A", "b")]),
        ("ALTER TABLE RAW.B.T SWAP WITH RAW.B.U", [SwapTable(T, ("RAW", "B", "U"))]),
        ("ALTER TABLE RAW.B.T DROP CLUSTERING KEY", [SetClustering(T, "")]),
        ("ALTER TABLE RAW.B.T CLUSTER BY (a, TO_DATE(b))", [SetClustering(T, "a, TO_DATE(b)")]),
        ("COMMENT ON COLUMN RAW.B.T.a IS 'it''s'", [SetComment(T, "it's", "A")]),
        ("COMMENT IF EXISTS ON TABLE RAW.B.T IS ''", [SetComment(T, "")]),
        ("ALTER TABLE RAW.B.T SET COMMENT = 'why'", [SetComment(T, "why")]),
        ("ALTER TABLE RAW.B.T ALTER COLUMN a UNSET COMMENT", [SetComment(T, "", "A")]),
        ("COMMENT ON SCHEMA RAW.B IS 'why'", []),
        ("ALTER TABLE RAW.B.T ADD PRIMARY KEY (a)", []),
        ("ALTER TABLE RAW.B.T DROP PRIMARY KEY", []),
        ("ALTER TABLE RAW.B.T SET TAG a = 'b'", []),
        ("CREATE OR REPLACE VIEW RAW.B.T AS SELECT 1", []),
        ("CREATE DYNAMIC TABLE RAW.B.T TARGET_LAG = '1 hour' AS SELECT 1", []),
        ("ALTER TABLE RAW.B.T ADD COLUMN a VARCHAR DEFAULT 'x", []),
    ],
)
def test_a_statement_is_read_as_its_changes(statement: str, changes: list[object]) -> None:
    assert list(read_changes(statement)) == changes


def test_a_table_has_the_columns_of_all_its_statements() -> None:
    made = tables(
        "CREATE TRANSIENT TABLE RAW.B.T (a INT NOT NULL, b VARCHAR(9) DEFAULT 'x', "
        "id BIGINT AUTOINCREMENT, CONSTRAINT k PRIMARY KEY (a)) CLUSTER BY (a)",
        "ALTER TABLE RAW.B.T RENAME COLUMN b TO c",
        "ALTER TABLE RAW.B.T ADD COLUMN d DATE",
        "ALTER TABLE RAW.B.T DROP COLUMN a",
        "ALTER TABLE RAW.B.T ALTER COLUMN c TYPE VARCHAR(20)",
    )[T]
    assert made.columns == (
        Column("C", "VARCHAR(20)", True, "'x'"),
        Column("ID", "BIGINT", counts_up=True),
        Column("D", "DATE"),
    )
    assert (made.cluster_by, made.was_altered, made.appended) == ("a", True, {"D"})


def test_renames_swaps_and_drops_move_tables() -> None:
    made = tables(
        "CREATE TABLE RAW.B.T (a INT)",
        "CREATE TABLE RAW.B.U (b INT)",
        "CREATE TABLE RAW.B.V LIKE RAW.B.T",
        "ALTER TABLE RAW.B.T SWAP WITH RAW.B.U",
        "ALTER TABLE RAW.B.U RENAME TO RAW.B.W",
        "CREATE TABLE IF NOT EXISTS RAW.B.T (z INT)",
    )
    columns = {path[2]: [column.name for column in table.columns] for path, table in made.items()}
    assert columns == {"T": ["B"], "W": ["A"], "V": ["A"]}
    assert after_changes(made, read_changes("DROP SCHEMA RAW.B")) == {}
    assert T not in after_changes(made, read_changes("DROP TABLE IF EXISTS RAW.B.T"))


def test_the_columns_of_a_query_are_asked_for() -> None:
    changes = read_changes("CREATE TABLE RAW.B.T AS SELECT 1 AS a")
    made = after_changes({}, changes, lambda query, path, known: (Column(query[-1].upper()),))
    assert made[T].columns == (Column("A"),)


def test_comments_follow_their_table_and_column() -> None:
    state = tables(
        "CREATE TABLE RAW.B.T (a INT COMMENT 'first', b INT) COMMENT = 'rows'",
        "ALTER TABLE RAW.B.T RENAME COLUMN a TO c",
        "COMMENT ON COLUMN RAW.B.T.b IS 'second'",
        "CREATE TABLE RAW.B.U LIKE RAW.B.T",
        "COMMENT ON TABLE RAW.B.T IS ''",
    )
    assert [each.comment for each in state[T].columns] == ["first", "second"]
    assert (state[T].comment, state[("RAW", "B", "U")].comment) == ("", "rows")
