"""Section 2: how a column gets another type although Snowflake refuses it, and what each way costs."""

from __future__ import annotations

from pathlib import Path

from conformance.facts import fact
from conformance.files import put
from conformance.room import Room

TRY = "D: sql-reference/functions/try_to_decimal"
STREAMS = "D: user-guide/streams-intro"
CREATE_TABLE = "D: sql-reference/sql/create-table"

_EXPANDED = (
    "CREATE TABLE t (id INT, q VARCHAR, note VARCHAR)",
    "INSERT INTO t VALUES (1, '3', 'a'), (2, '4.5', 'b')",
    "ALTER TABLE t ADD COLUMN q__new NUMBER(10,2)",
)


def net(room: Room, stream: str) -> list[tuple[str, bool]]:
    """What a stream shows: action and whether it is half of an update."""
    sql = f"SELECT METADATA$ACTION, METADATA$ISUPDATE FROM {stream} ORDER BY 1, 2"
    return [(str(action), bool(update)) for action, update in room.run(sql)]


@fact("2", "An UPDATE shows in a standard stream as a DELETE and an INSERT for every row", "inf")
def test_backfill_in_standard_stream(room: Room) -> None:
    room.given(*_EXPANDED, "CREATE STREAM s ON TABLE t")
    room.given("UPDATE t SET q__new = TRY_TO_NUMBER(q, 10, 2)")
    assert net(room, "s") == [("DELETE", True)] * 2 + [("INSERT", True)] * 2


@fact("2", "Between the two renames other sessions see the table without the column", "inf")
def test_renames_are_two_commits(room: Room) -> None:
    room.given(*_EXPANDED)
    other = room.another()
    room.given("BEGIN", "ALTER TABLE t RENAME COLUMN q TO q__retired")
    other.refusal("SELECT q FROM t")
    room.run("ALTER TABLE t RENAME COLUMN q__new TO q", "COMMIT")
    assert other.run("SELECT q FROM t") == [(None,), (None,)]


@fact("2", "An append-only stream ignores an UPDATE", STREAMS)
def test_backfill_in_append_only_stream(room: Room) -> None:
    room.given(*_EXPANDED, "CREATE STREAM s ON TABLE t APPEND_ONLY = TRUE")
    room.given("UPDATE t SET q__new = TRY_TO_NUMBER(q, 10, 2)")
    assert net(room, "s") == []
    room.given("INSERT INTO t (id, q) VALUES (3, '5')")
    assert net(room, "s") == [("INSERT", False)]


@fact("2", "A stream goes on after its table got a column and columns were renamed", STREAMS)
def test_stream_survives_expansion(room: Room) -> None:
    room.given("CREATE TABLE t (id INT, q VARCHAR)", "CREATE STREAM s ON TABLE t")
    room.given(
        "ALTER TABLE t ADD COLUMN q__new NUMBER(10,2)",
        "ALTER TABLE t RENAME COLUMN q TO q__retired",
        "ALTER TABLE t RENAME COLUMN q__new TO q",
        "INSERT INTO t (id, q) VALUES (1, 2.5)",
    )
    assert [(i, float(q)) for i, q in room.run("SELECT id, q FROM s")] == [(1, 2.5)]


@fact(
    "2",
    "The new column of an expand and contract is the last one",
    "D: sql-reference/sql/alter-table",
)
def test_expand_and_contract(room: Room) -> None:
    room.given(*_EXPANDED)
    room.run(
        "UPDATE t SET q__new = TRY_TO_NUMBER(q, 10, 2)",
        "ALTER TABLE t RENAME COLUMN q TO q__retired",
        "ALTER TABLE t RENAME COLUMN q__new TO q",
        "ALTER TABLE t DROP COLUMN q__retired",
    )
    assert [row["name"] for row in room.rows("DESCRIBE TABLE t")] == ["ID", "NOTE", "Q"]
    assert [(i, float(q)) for i, q in room.run("SELECT id, q FROM t ORDER BY id")] == [
        (1, 3.0),
        (2, 4.5),
    ]


@fact(
    "2",
    "After it, an INSERT without a column list puts values into other columns",
    "D: sql-reference/sql/insert",
)
def test_positional_insert(room: Room) -> None:
    room.given("CREATE TABLE t (id INT, q VARCHAR, note VARCHAR)")
    room.given("ALTER TABLE t ADD COLUMN q2 VARCHAR", "ALTER TABLE t DROP COLUMN q")
    room.given("ALTER TABLE t RENAME COLUMN q2 TO q", "INSERT INTO t VALUES (1, '3', 'a note')")
    assert room.row("SELECT * FROM t") == {"id": 1, "note": "3", "q": "a note"}


@fact(
    "2",
    "After it, a COPY without a column list loads fields into other columns",
    "D: sql-reference/sql/copy-into-table",
)
def test_positional_copy(room: Room, tmp_path: Path) -> None:
    room.given("CREATE STAGE st", "CREATE TABLE t (id INT, q VARCHAR, note VARCHAR)")
    room.given("ALTER TABLE t ADD COLUMN q2 VARCHAR", "ALTER TABLE t DROP COLUMN q")
    room.given("ALTER TABLE t RENAME COLUMN q2 TO q")
    put(room, tmp_path, "one.csv", "1,3,a note\n", "@st")
    room.given("COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)")
    assert room.row("SELECT * FROM t") == {"id": 1, "note": "3", "q": "a note"}


@fact("2", "TRY_TO_NUMBER(q, 10, 2) rounds further decimals without a word", TRY)
def test_rounding(room: Room) -> None:
    found = room.run("SELECT TRY_TO_NUMBER('345.126', 10, 2), TRY_TO_NUMBER('345.123', 10, 2)")
    assert [str(value) for value in found[0]] == ["345.13", "345.12"]


@fact("2", "TRY_TO_NUMBER gives NULL for text that is no number and for one that is too large", TRY)
def test_not_a_number(room: Room) -> None:
    found = room.run("SELECT TRY_TO_NUMBER('abc', 10, 2), TRY_TO_NUMBER('123456789.5', 10, 2)")
    assert found == [(None, None)]


@fact("2", "TRY_TO_NUMBER of the empty text gives NULL, without an error", TRY)
def test_empty_text(room: Room) -> None:
    assert room.value("SELECT TRY_TO_NUMBER('', 10, 2)") is None


@fact("7", "TRY_TO_NUMBER(quantity::VARCHAR) is NUMBER(38,0): 345.123 becomes 345", TRY)
def test_runbook_backfill(room: Room) -> None:
    room.given("CREATE TABLE raw_pos (quantity VARCHAR)", "INSERT INTO raw_pos VALUES ('345.123')")
    room.run(
        "UPDATE raw_pos SET quantity = TRY_TO_NUMBER(quantity::VARCHAR) WHERE quantity IS NOT NULL"
    )
    assert room.run("SELECT quantity FROM raw_pos") == [("345",)]


@fact("2", "CREATE TABLE AS SELECT loses keys, defaults, comments and NOT NULL", CREATE_TABLE)
def test_ctas_loses(room: Room) -> None:
    room.given(
        "CREATE TABLE t (id INT PRIMARY KEY, q VARCHAR(5) DEFAULT '1' COMMENT 'how many')",
        "INSERT INTO t (id) VALUES (1)",
        "CREATE TABLE t2 AS SELECT * FROM t",
    )
    shown = {row["name"]: row for row in room.rows("DESCRIBE TABLE t2")}
    assert shown["ID"]["primary key"] == "N"
    assert shown["Q"]["default"] is None
    assert not shown["Q"]["comment"]


@fact("2", "CREATE TABLE AS SELECT loses grants", CREATE_TABLE)
def test_ctas_loses_grants(room: Room) -> None:
    role = room.new_role("READER")
    room.given("CREATE TABLE t (id INT)", f"GRANT SELECT ON TABLE t TO ROLE {role}")
    room.given("CREATE OR REPLACE TABLE t AS SELECT * FROM t")
    assert role not in {row["grantee_name"] for row in room.rows("SHOW GRANTS ON TABLE t")}


@fact(
    "2",
    "SWAP WITH keeps the column order of the table swapped in, rows and all",
    "D: sql-reference/sql/alter-table",
)
def test_swap(room: Room) -> None:
    room.given(
        "CREATE TABLE t (q VARCHAR, id INT)",
        "INSERT INTO t VALUES ('3', 1)",
        "CREATE TABLE t__new (q NUMBER(10,2), id INT)",
        "INSERT INTO t__new SELECT TRY_TO_NUMBER(q, 10, 2), id FROM t",
        "ALTER TABLE t__new SWAP WITH t",
    )
    assert [row["type"] for row in room.rows("DESCRIBE TABLE t")] == [
        "NUMBER(10,2)",
        "NUMBER(38,0)",
    ]
    assert room.run("SELECT q FROM t__new") == [("3",)]


@fact("2", "SWAP WITH makes every stream on the table stale", CREATE_TABLE)
def test_swap_and_streams(room: Room) -> None:
    room.given(
        "CREATE TABLE t (id INT)",
        "CREATE STREAM s ON TABLE t",
        "CREATE TABLE t__new (id INT)",
        "ALTER TABLE t__new SWAP WITH t",
    )
    room.refusal("SELECT * FROM s")


@fact("2", "In SWAP WITH the grants travel with the object", "D: sql-reference/sql/alter-table")
def test_swap_and_grants(room: Room) -> None:
    role = room.new_role("READER")
    room.given(
        "CREATE TABLE t (id INT)",
        f"GRANT SELECT ON TABLE t TO ROLE {role}",
        "CREATE TABLE t__new (id INT)",
        "ALTER TABLE t__new SWAP WITH t",
    )
    assert role not in {row["grantee_name"] for row in room.rows("SHOW GRANTS ON TABLE t")}
    assert role in {row["grantee_name"] for row in room.rows("SHOW GRANTS ON TABLE t__new")}
