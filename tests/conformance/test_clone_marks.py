"""Section 3: tags of what was cloned, and of what is made from it."""

from __future__ import annotations

import pytest

from conformance.clones import cloned_schema
from conformance.facts import fact
from conformance.room import Room

CREATE_CLONE = "D: sql-reference/sql/create-clone"
TAG_PAGE = "D: user-guide/object-tagging/inheritance"


def tags_of(room: Room, name: str, domain: str = "TABLE") -> list[tuple[str, str]]:
    """The schema of each tag of an object or column, and the value."""
    found = room.rows(
        f"SELECT * FROM TABLE({room.database}.INFORMATION_SCHEMA.TAG_REFERENCES('{name}', '{domain}'))"
    )
    return [(f"{row['tag_database']}.{row['tag_schema']}", row["tag_value"]) for row in found]


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
@fact(
    "3",
    "A cloned table has the cloned tag only when that lies in the cloned container",
    CREATE_CLONE,
)
def test_tag(room: Room, inside: bool) -> None:
    where = room.schema if inside else room.other_schema()
    room.given(f"CREATE TAG {where}.tg", f"CREATE TABLE t (a INT) WITH TAG ({where}.tg = 'x')")
    clone = cloned_schema(room)
    assert tags_of(room, f"{clone}.t") == [(clone if inside else where, "x")]


@fact("5", "A column has the tags of its table and schema, unless it has its own value", TAG_PAGE)
def test_tags_are_inherited(room: Room) -> None:
    room.given("CREATE TAG tg", "CREATE TABLE t (a INT, b INT WITH TAG (tg = 'own'))")
    room.given(f"ALTER SCHEMA {room.schema} SET TAG tg = 'schema'")
    assert tags_of(room, f"{room.schema}.t.a", "COLUMN") == [(room.schema, "schema")]
    assert tags_of(room, f"{room.schema}.t.b", "COLUMN") == [(room.schema, "own")]


@fact(
    "5",
    "GET_DDL of a table shows its own tags by their full names",
    "D: sql-reference/functions/get_ddl",
)
def test_ddl_shows_tags(room: Room) -> None:
    room.given(
        "CREATE TAG tg", "CREATE TABLE t (a INT WITH TAG (tg = 'col')) WITH TAG (tg = 'tab')"
    )
    text = str(room.value("SELECT GET_DDL('TABLE', 'T')"))
    assert f"WITH TAG ({room.schema}.TG='col')" in text
    assert f"WITH TAG ({room.schema}.TG='tab')" in text
