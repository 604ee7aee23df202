"""Section 1: constraints hold tables, not names: what they follow, and what goes with a key that is dropped."""

from __future__ import annotations

import pytest

from conformance.clones import cloned_schema
from conformance.facts import fact
from conformance.room import Room

ALTERED = "D: sql-reference/constraints-alter"
DROPPED = "D: sql-reference/constraints-drop"
CREATED = "D: sql-reference/constraints-create"


def _parent_and_child(room: Room) -> str:
    """A table with a primary key, and one in another schema that refers to it; where the other one is."""
    other = room.other_schema()
    room.given(
        "CREATE TABLE parent (id INT, CONSTRAINT pk PRIMARY KEY (id))",
        f"CREATE TABLE {other}.child (id INT, CONSTRAINT fk FOREIGN KEY (id) REFERENCES parent (id))",
    )
    return f"{other}.child"


def _referred(room: Room, child: str) -> list[str]:
    return [row["pk_table_name"] for row in room.rows(f"SHOW IMPORTED KEYS IN TABLE {child}")]


@fact("1", "A foreign key follows the table that it refers to when that is renamed", ALTERED)
def test_rename(room: Room) -> None:
    child = _parent_and_child(room)
    room.run("ALTER TABLE parent RENAME TO renamed")
    assert _referred(room, child) == ["RENAMED"]


@pytest.mark.parametrize("drop", ["PRIMARY KEY", "CONSTRAINT pk", "COLUMN id"])
@fact("1", "Dropping a key or its column drops the foreign keys that refer to it", DROPPED)
def test_drop_key(room: Room, drop: str) -> None:
    child = _parent_and_child(room)
    room.given("ALTER TABLE parent ADD COLUMN other INT")
    room.refusal(f"ALTER TABLE parent DROP {drop} RESTRICT")
    room.run(f"ALTER TABLE parent DROP {drop}")
    assert _referred(room, child) == []


@fact(
    "1",
    "Dropping a table drops the foreign keys that refer to it; UNDROP brings them back",
    DROPPED,
)
def test_drop_table(room: Room) -> None:
    child = _parent_and_child(room)
    room.refusal("DROP TABLE parent RESTRICT")
    room.run("DROP TABLE parent")
    assert _referred(room, child) == []
    room.run("UNDROP TABLE parent")
    assert _referred(room, child) == ["PARENT"]


@fact("1", "A replaced table takes the foreign keys that refer to it away", "inf")
def test_replace_table(room: Room) -> None:
    child = _parent_and_child(room)
    room.run("CREATE OR REPLACE TABLE parent (id INT PRIMARY KEY)")
    assert _referred(room, child) == []


@fact(
    "1", "A foreign key refers to a primary or unique key", "D: sql-reference/constraints-overview"
)
def test_no_key(room: Room) -> None:
    room.given("CREATE TABLE parent (id INT)")
    room.refusal("CREATE TABLE child (id INT REFERENCES parent (id))")


@fact("3", "The foreign key of a cloned table to itself is one of the clone to itself", CREATED)
def test_self_reference(room: Room) -> None:
    room.given("CREATE TABLE emp (id INT PRIMARY KEY, boss INT REFERENCES emp (id))")
    clone = cloned_schema(room)
    key = room.row(f"SHOW IMPORTED KEYS IN TABLE {clone}.emp")
    assert f"{key['pk_database_name']}.{key['pk_schema_name']}" == clone
