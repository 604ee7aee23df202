"""Sections 3 and 5: tags and policies of what was cloned, how they are shown, and what they hold back."""

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


def masked_by(room: Room, name: str) -> list[str]:
    """The schema of each policy of a table and its columns."""
    found = room.rows(
        f"SELECT * FROM TABLE({room.database}.INFORMATION_SCHEMA.POLICY_REFERENCES("
        f"REF_ENTITY_NAME => '{name}', REF_ENTITY_DOMAIN => 'TABLE'))"
    )
    return [f"{row['policy_db']}.{row['policy_schema']}" for row in found]


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
@fact(
    "3",
    "A cloned table has the cloned policy only when that lies in the cloned container",
    CREATE_CLONE,
)
def test_policies(room: Room, inside: bool) -> None:
    where = room.schema if inside else room.other_schema()
    room.given(
        f"CREATE MASKING POLICY {where}.mp AS (v VARCHAR) RETURNS VARCHAR -> '***'",
        f"CREATE ROW ACCESS POLICY {where}.rap AS (v INT) RETURNS BOOLEAN -> v > 1",
        f"CREATE TABLE t (a INT, b VARCHAR WITH MASKING POLICY {where}.mp)"
        f" WITH ROW ACCESS POLICY {where}.rap ON (a)",
        "INSERT INTO t VALUES (1, 'x'), (2, 'y')",
    )
    clone = cloned_schema(room)
    found, rows = masked_by(room, f"{clone}.t"), room.run(f"SELECT a, b FROM {clone}.t")
    room.run(f"DROP SCHEMA {clone}")  # else the policies outside of it could not be dropped
    assert found == [clone if inside else where] * 2
    assert rows == [(2, "***")]


@fact("5", "A policy is not dropped or replaced while it is attached: 003531", "tried")
def test_attached_policy_stays(room: Room) -> None:
    made = "MASKING POLICY mp AS (v VARCHAR) RETURNS VARCHAR -> v"
    room.given(f"CREATE {made}", "CREATE TABLE t (a VARCHAR WITH MASKING POLICY mp)")
    assert room.refusal("DROP MASKING POLICY mp").number == 3531
    assert room.refusal(f"CREATE OR REPLACE {made}").number == 3531
    room.run("ALTER TABLE t MODIFY COLUMN a UNSET MASKING POLICY", "DROP MASKING POLICY mp")


@fact(
    "5",
    "A column takes another masking policy only with FORCE (003529), a table one row access policy (003549)",
    "D: sql-reference/sql/alter-table-column",
)
def test_one_policy(room: Room) -> None:
    room.given(
        "CREATE MASKING POLICY one AS (v INT) RETURNS INT -> 1",
        "CREATE MASKING POLICY two AS (v INT) RETURNS INT -> 2",
        "CREATE ROW ACCESS POLICY rap AS (v INT) RETURNS BOOLEAN -> TRUE",
        "CREATE TABLE t (a INT WITH MASKING POLICY one, b INT) WITH ROW ACCESS POLICY rap ON (b)",
    )
    other = "ALTER TABLE t MODIFY COLUMN a SET MASKING POLICY two"
    assert room.refusal(other).number == 3529
    room.run(f"{other} FORCE")
    assert room.refusal("ALTER TABLE t ADD ROW ACCESS POLICY rap ON (b)").number == 3549


@fact(
    "2",
    "An UPDATE reads a masked column as its role sees it, also to fill another column",
    "D: user-guide/security-column-intro",
)
def test_update_reads_masked(room: Room) -> None:
    room.given(
        "CREATE MASKING POLICY mp AS (v INT) RETURNS INT -> -1",
        "CREATE TABLE t (a INT WITH MASKING POLICY mp, b INT)",
        "INSERT INTO t VALUES (5, 0)",
        "UPDATE t SET b = a",
    )
    assert room.value("SELECT b FROM t") == -1


@fact(
    "5",
    "GET_DDL shows #UNKNOWN_POLICY without privileges on a policy",
    "D: sql-reference/functions/get_ddl",
)
def test_unknown_policy(room: Room) -> None:
    role = room.new_role("READER")
    room.given(
        "CREATE MASKING POLICY mp AS (v INT) RETURNS INT -> v",
        "CREATE TABLE t (a INT WITH MASKING POLICY mp)",
        f"GRANT USAGE ON DATABASE {room.database} TO ROLE {role}",
        f"GRANT USAGE ON SCHEMA {room.schema} TO ROLE {role}",
        f"GRANT SELECT ON TABLE t TO ROLE {role}",
    )
    text = room.as_role(role).value(f"SELECT GET_DDL('TABLE', '{room.schema}.T')")
    assert "MASKING POLICY #UNKNOWN_POLICY" in text


@fact(
    "3",
    "A schema with a policy that protects a table elsewhere cannot be dropped before that table",
    "D: user-guide/security-column-intro",
)
def test_policy_of_another_schema(room: Room) -> None:
    where = room.other_schema()
    room.given(
        f"CREATE MASKING POLICY {where}.mp AS (v INT) RETURNS INT -> v",
        f"CREATE TABLE t (a INT WITH MASKING POLICY {where}.mp)",
    )
    room.refusal(f"DROP SCHEMA {where}")
    room.run("DROP TABLE t", f"DROP SCHEMA {where}")
