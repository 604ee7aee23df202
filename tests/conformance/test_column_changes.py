"""Section 1: which changes of a column Snowflake takes in place."""

from __future__ import annotations

import pytest

from conformance.facts import fact
from conformance.room import Room

PAGE = "D: sql-reference/sql/alter-table-column"


def type_of(room: Room, table: str, column: str) -> str:
    """The type as DESCRIBE TABLE shows it."""
    shown = {row["name"]: row["type"] for row in room.rows(f"DESCRIBE TABLE {table}")}
    return str(shown[column])


@pytest.mark.parametrize(
    ("old", "new"),
    [("VARCHAR(10)", "STRING(10)"), ("STRING", "TEXT"), ("NUMBER(10,2)", "DECIMAL(10,2)")],
)
@fact("1", "A type may become a synonym of itself", PAGE)
def test_synonym(room: Room, old: str, new: str) -> None:
    room.given(f"CREATE TABLE t (a {old})")
    before = type_of(room, "t", "A")
    room.run(f"ALTER TABLE t ALTER COLUMN a SET DATA TYPE {new}")
    assert type_of(room, "t", "A") == before


@fact("1", "A VARCHAR may become longer", PAGE)
def test_longer(room: Room) -> None:
    room.given("CREATE TABLE t (a VARCHAR(10))", "INSERT INTO t VALUES ('0123456789')")
    room.run(
        "ALTER TABLE t ALTER COLUMN a SET DATA TYPE VARCHAR(20)",
        "INSERT INTO t VALUES ('01234567890123456789')",
    )
    assert type_of(room, "t", "A") == "VARCHAR(20)"
    assert room.value("SELECT COUNT(*) FROM t") == 2


@fact("1", "A collated VARCHAR becomes longer only when its COLLATE is repeated", PAGE)
def test_longer_collated(room: Room) -> None:
    room.given("CREATE TABLE t (a VARCHAR(10) COLLATE 'en-ci')")
    room.refusal("ALTER TABLE t ALTER COLUMN a SET DATA TYPE VARCHAR(20)")
    room.run("ALTER TABLE t ALTER COLUMN a SET DATA TYPE VARCHAR(20) COLLATE 'en-ci'")
    assert type_of(room, "t", "A").startswith("VARCHAR(20)")


@fact("1", "A VARCHAR becomes shorter: refused with 040050 (22000)", PAGE)
def test_shorter(room: Room) -> None:
    room.given("CREATE TABLE t (a VARCHAR(10))")
    refused = room.refusal("ALTER TABLE t ALTER COLUMN a SET DATA TYPE VARCHAR(5)")
    assert (refused.number, refused.sqlstate) == (40050, "22000")
    assert "reducing the byte-length of varchar is not supported" in refused.message


@fact("1", "The precision of a NUMBER may grow", PAGE)
def test_precision_up(room: Room) -> None:
    room.given("CREATE TABLE t (a NUMBER(5,2))", "INSERT INTO t VALUES (123.45)")
    room.run(
        "ALTER TABLE t ALTER COLUMN a SET DATA TYPE NUMBER(9,2)",
        "INSERT INTO t VALUES (1234567.89)",
    )
    assert type_of(room, "t", "A") == "NUMBER(9,2)"
    assert str(room.value("SELECT SUM(a) FROM t")) == "1234691.34"


@fact("1", "The precision of a NUMBER may shrink when every value fits", PAGE)
def test_precision_down(room: Room) -> None:
    room.given("CREATE TABLE t (a NUMBER(9,2))", "INSERT INTO t VALUES (123.45), (NULL)")
    room.run("ALTER TABLE t ALTER COLUMN a SET DATA TYPE NUMBER(5,2)")
    assert type_of(room, "t", "A") == "NUMBER(5,2)"


@fact("1", "The precision of a NUMBER shrinks below a value: refused, nothing changed", PAGE)
def test_precision_down_too_far(room: Room) -> None:
    room.given("CREATE TABLE t (a NUMBER(9,2))", "INSERT INTO t VALUES (1234.56)")
    room.refusal("ALTER TABLE t ALTER COLUMN a SET DATA TYPE NUMBER(5,2)")
    assert type_of(room, "t", "A") == "NUMBER(9,2)"


@fact(
    "1",
    "After a precision shrank, rows of before cannot be restored by Time Travel until it grows again",
    PAGE,
    beyond="Time Travel to before a statement",
)
def test_precision_down_and_time_travel(room: Room) -> None:
    room.given("CREATE TABLE t (a NUMBER(9))", "INSERT INTO t VALUES (123456)")
    room.given("UPDATE t SET a = 1")
    update = room.value("SELECT LAST_QUERY_ID()")
    room.given("ALTER TABLE t ALTER COLUMN a SET DATA TYPE NUMBER(3)")
    restore = f"CREATE TABLE restored CLONE t BEFORE (STATEMENT => '{update}')"
    room.refusal(restore)
    room.run("ALTER TABLE t ALTER COLUMN a SET DATA TYPE NUMBER(9)", restore)
    assert room.value("SELECT a FROM restored") == 123456


@pytest.mark.parametrize("new", ["NUMBER(10,3)", "NUMBER(10,1)", "NUMBER(12,4)", "NUMBER(10)"])
@fact("1", "The scale of a NUMBER never changes", PAGE)
def test_scale(room: Room, new: str) -> None:
    room.given("CREATE TABLE t (a NUMBER(10,2))")
    refused = room.refusal(f"ALTER TABLE t ALTER COLUMN a SET DATA TYPE {new}")
    assert "changing the scale of a number is not supported" in refused.message


@pytest.mark.parametrize("new", ["BINARY(5)", "BINARY(20)"])
@fact("1", "The length of a BINARY never changes", PAGE)
def test_binary(room: Room, new: str) -> None:
    room.given("CREATE TABLE t (a BINARY(10))")
    room.refusal(f"ALTER TABLE t ALTER COLUMN a SET DATA TYPE {new}")
    assert type_of(room, "t", "A") == "BINARY(10)"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("VARCHAR(20)", "NUMBER(10,2)", "from type VARCHAR(20) to NUMBER(10,2)"),
        ("NUMBER(38,0)", "VARCHAR(250)", "from type NUMBER(38,0) to VARCHAR(250)"),
        ("NUMBER(10,0)", "FLOAT", "to FLOAT"),
        ("DATE", "TIMESTAMP_NTZ", "from type DATE to TIMESTAMP_NTZ"),
        ("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "to TIMESTAMP_LTZ"),
        ("VARIANT", "VARCHAR(20)", "from type VARIANT to VARCHAR(20)"),
        ("BOOLEAN", "NUMBER(1,0)", "from type BOOLEAN to NUMBER(1,0)"),
    ],
)
@fact("1", "Any other change of type is refused with 002108 (22000)", PAGE)
def test_other_type(room: Room, old: str, new: str, said: str) -> None:
    room.given(f"CREATE TABLE t (a {old})")
    refused = room.refusal(f"ALTER TABLE t ALTER COLUMN a SET DATA TYPE {new}")
    assert (refused.number, refused.sqlstate) == (2108, "22000")
    assert "cannot change column A" in refused.message
    assert said in refused.message


@fact("7", "The runbook's ALTER COLUMN quantity TYPE NUMBER(10,2) on a VARCHAR: 002108", PAGE)
def test_runbook_type_change(room: Room) -> None:
    room.given("CREATE TABLE raw_pos (quantity VARCHAR)", "INSERT INTO raw_pos VALUES ('3')")
    refused = room.refusal("ALTER TABLE raw_pos ALTER COLUMN quantity TYPE NUMBER(10,2)")
    assert refused.number == 2108


@fact("1", "SET NOT NULL is taken where no NULL is", PAGE)
def test_set_not_null(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    room.run("ALTER TABLE t ALTER COLUMN a SET NOT NULL")
    room.refusal("INSERT INTO t VALUES (NULL)")


@fact("1", "SET NOT NULL over a NULL: refused with 001471 (42601)", PAGE)
def test_set_not_null_over_null(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1), (NULL)")
    refused = room.refusal("ALTER TABLE t ALTER COLUMN a SET NOT NULL")
    assert (refused.number, refused.sqlstate) == (1471, "42601")
    assert "contains null values" in refused.message


@fact("1", "DROP NOT NULL is taken", PAGE)
def test_drop_not_null(room: Room) -> None:
    room.given("CREATE TABLE t (a INT NOT NULL)", "INSERT INTO t VALUES (1)")
    room.run("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", "INSERT INTO t VALUES (NULL)")
    assert room.value("SELECT COUNT(*) FROM t") == 2


@pytest.mark.parametrize("column", ["a INT", "a INT DEFAULT 1"], ids=["add", "change"])
@fact("1", "A default is neither added nor changed", PAGE)
def test_set_default(room: Room, column: str) -> None:
    room.given(f"CREATE TABLE t ({column})")
    room.refusal("ALTER TABLE t ALTER COLUMN a SET DEFAULT 2")


@fact("1", "A default sequence may be changed for another", PAGE)
def test_change_sequence(room: Room) -> None:
    room.given(
        "CREATE SEQUENCE one START 1",
        "CREATE SEQUENCE hundred START 100",
        "CREATE TABLE t (id INT DEFAULT one.NEXTVAL, a INT)",
        "INSERT INTO t (a) VALUES (1)",
    )
    room.run(
        "ALTER TABLE t ALTER COLUMN id SET DEFAULT hundred.NEXTVAL",
        "INSERT INTO t (a) VALUES (2)",
    )
    assert room.run("SELECT id FROM t ORDER BY a") == [(1,), (100,)]


@fact("1", "DROP DEFAULT is taken for a default of CREATE TABLE", PAGE)
def test_drop_default(room: Room) -> None:
    room.given("CREATE TABLE t (a INT DEFAULT 1, b INT)")
    room.run("ALTER TABLE t ALTER COLUMN a DROP DEFAULT", "INSERT INTO t (b) VALUES (1)")
    assert room.value("SELECT a FROM t") is None


@fact("1", "DROP DEFAULT of a default that came with ADD COLUMN is refused", PAGE)
def test_drop_added_default(room: Room) -> None:
    room.given("CREATE TABLE t (b INT)", "ALTER TABLE t ADD COLUMN a INT DEFAULT 1")
    room.refusal("ALTER TABLE t ALTER COLUMN a DROP DEFAULT")


@fact("1", "The collation of a column never changes", PAGE)
def test_collation(room: Room) -> None:
    room.given("CREATE TABLE t (a VARCHAR(10) COLLATE 'en-ci')")
    room.refusal("ALTER TABLE t ALTER COLUMN a SET DATA TYPE VARCHAR(10) COLLATE 'de-ci'")


@fact(
    "1", "VARCHAR without a length shows as VARCHAR(16777216)", "D: sql-reference/data-types-text"
)
def test_default_length(room: Room) -> None:
    room.given("CREATE TABLE t (a VARCHAR, b STRING)")
    assert type_of(room, "t", "A") == "VARCHAR(16777216)"
    assert type_of(room, "t", "B") == "VARCHAR(16777216)"


@fact("1", "GET_DDL may leave a VARCHAR's length out", "D: sql-reference/functions/get_ddl")
def test_length_in_ddl(room: Room) -> None:
    room.given("CREATE TABLE t (a VARCHAR, b VARCHAR(10))")
    text = str(room.value("SELECT GET_DDL('TABLE', 'T')")).upper()
    assert "B VARCHAR(10)" in text
    assert "A VARCHAR(16777216)" in text or "A VARCHAR," in text


CREATE_OR_ALTER = "D: sql-reference/sql/create-table#create-or-alter-table"


@fact(
    "1",
    "CREATE OR ALTER TABLE has the same limits on types",
    CREATE_OR_ALTER,
    beyond="CREATE OR ALTER",
)
def test_create_or_alter(room: Room) -> None:
    room.given("CREATE OR ALTER TABLE t (a VARCHAR(10))")
    room.refusal("CREATE OR ALTER TABLE t (a VARCHAR(5))")
    room.refusal("CREATE OR ALTER TABLE t (a NUMBER(5))")


@fact(
    "1",
    "To CREATE OR ALTER TABLE a renamed column is a drop and an add: its data is lost",
    CREATE_OR_ALTER,
    beyond="CREATE OR ALTER",
)
def test_create_or_alter_renames(room: Room) -> None:
    room.given("CREATE OR ALTER TABLE t (a INT, k INT)", "INSERT INTO t VALUES (1, 1)")
    room.run("CREATE OR ALTER TABLE t (b INT, k INT)")
    assert room.value("SELECT b FROM t") is None
