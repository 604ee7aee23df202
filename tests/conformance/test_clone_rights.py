"""Section 3: who owns what a clone holds, and who may use it."""

from __future__ import annotations

import json

import pytest

from conformance.clones import cloned_schema
from conformance.facts import fact
from conformance.room import Room

CLONE = "D: user-guide/object-clone"


@fact(
    "3", "A clone leaves out, without a word, the tables that its role may not SELECT from", "inf"
)
def test_invisible_tables_are_left_out(room: Room) -> None:
    source, role = room.new_database("SOURCE"), room.new_role("CLONER")
    clone = room.new_database("CLONE")
    room.given(
        f"CREATE DATABASE {source}",
        f"CREATE TABLE {source}.PUBLIC.seen AS SELECT 1 AS a",
        f"CREATE TABLE {source}.PUBLIC.hidden AS SELECT 1 AS a",
        f"GRANT CREATE DATABASE ON ACCOUNT TO ROLE {role}",
        f"GRANT USAGE ON DATABASE {source} TO ROLE {role}",
        f"GRANT USAGE ON SCHEMA {source}.PUBLIC TO ROLE {role}",
        f"GRANT SELECT ON TABLE {source}.PUBLIC.seen TO ROLE {role}",
        f"USE SCHEMA {room.schema}",
    )
    cloner = room.as_role(role)
    cloner.run(f"CREATE DATABASE {clone} CLONE {source}")
    try:
        shown = cloner.rows(f"SHOW TABLES IN SCHEMA {clone}.PUBLIC")
        assert {row["name"] for row in shown} == {"SEEN"}
    finally:
        cloner.run(f"DROP DATABASE {clone}")


@fact("3", "Objects in a cloned container keep the grants of the source", CLONE)
def test_children_keep_grants(room: Room) -> None:
    role = room.new_role("READER")
    room.given("CREATE TABLE t (a INT)", f"GRANT SELECT ON TABLE t TO ROLE {role}")
    clone = cloned_schema(room)
    grantees = {row["grantee_name"] for row in room.rows(f"SHOW GRANTS ON TABLE {clone}.t")}
    assert role in grantees


@fact("3", "The cloned container inherits no grant", CLONE)
def test_container_inherits_none(room: Room) -> None:
    role = room.new_role("READER")
    room.given(f"GRANT USAGE ON SCHEMA {room.schema} TO ROLE {role}")
    clone = cloned_schema(room)
    grantees = {row["grantee_name"] for row in room.rows(f"SHOW GRANTS ON SCHEMA {clone}")}
    assert role not in grantees


@fact(
    "3",
    "Future grants of a schema are copied to its clone",
    "D: user-guide/security-access-control-configure",
)
def test_future_grants_are_copied(room: Room) -> None:
    role = room.new_role("READER")
    room.given(f"GRANT SELECT ON FUTURE TABLES IN SCHEMA {room.schema} TO ROLE {role}")
    clone = cloned_schema(room)
    grantees = {row["grantee_name"] for row in room.rows(f"SHOW FUTURE GRANTS IN SCHEMA {clone}")}
    assert grantees == {role}


@pytest.mark.local_only
@fact("3", "A cloned pipe belongs to the role that made the clone", CLONE)
def test_a_cloned_pipe_is_the_cloners(room: Room) -> None:
    owner, cloner = room.new_role("OWNER"), room.new_role("CLONER")
    clone = f"{room.schema}_CLONE"
    room.given(
        "CREATE TABLE t (a INT)",
        "CREATE STAGE st URL = 's3://bucket/in/'",
        "CREATE PIPE p AS COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)",
        "ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE",
        f"GRANT OWNERSHIP ON PIPE p TO ROLE {owner}",
        f"GRANT ROLE {owner} TO ROLE {cloner}",
        f"GRANT USAGE, CREATE SCHEMA ON DATABASE {room.database} TO ROLE {cloner}",
        f"GRANT USAGE ON SCHEMA {room.schema} TO ROLE {cloner}",
    )
    session = room.as_role(cloner)
    session.run(f"CREATE SCHEMA {clone} CLONE {room.schema}")
    shown = session.row(f"SHOW PIPES IN SCHEMA {clone}")
    session.run(f"DROP SCHEMA {clone}")
    assert shown["owner"] == cloner


def _owned_by_another(room: Room) -> tuple[str, str, str]:
    """A clone made by the connection's role of a table that another role owns, beside its own."""
    owner, cloner = room.new_role("OWNER"), room.new_role("CLONER")
    clone = f"{room.schema}_CLONE"
    room.given(
        "CREATE TABLE t (a INT)",
        f"GRANT USAGE ON DATABASE {room.database} TO ROLE {owner}",
        f"GRANT USAGE ON SCHEMA {room.schema} TO ROLE {owner}",
        f"GRANT USAGE, CREATE SCHEMA ON DATABASE {room.database} TO ROLE {cloner}",
        f"GRANT USAGE ON SCHEMA {room.schema} TO ROLE {cloner}",
        f"GRANT SELECT ON TABLE t TO ROLE {cloner}",
        f"GRANT OWNERSHIP ON TABLE t TO ROLE {owner} COPY CURRENT GRANTS",
    )
    session = room.as_role(cloner)
    session.given(f"CREATE SCHEMA {clone} CLONE {room.schema}")
    return clone, owner, cloner


@fact("3", "Objects in a cloned container keep the owner of the source", "mem")
def test_children_keep_owner(room: Room) -> None:
    clone, owner, cloner = _owned_by_another(room)
    session = room.as_role(cloner)
    shown = session.row(f"SHOW TABLES IN SCHEMA {clone}")
    session.run(f"DROP SCHEMA {clone}")
    assert shown["owner"] == owner


@fact("3", "A clone's owner cannot replace the objects in it that keep another owner", "mem")
def test_children_of_another_owner(room: Room) -> None:
    clone, _, cloner = _owned_by_another(room)
    session = room.as_role(cloner)
    refused = session.refusal(f"CREATE OR REPLACE TABLE {clone}.t (b INT)")
    session.run(f"DROP SCHEMA {clone}")
    assert refused.number == 3001


@fact(
    "3",
    "GRANT OWNERSHIP ON ALL … REVOKE CURRENT GRANTS hands the objects of a clone over",
    "D: sql-reference/sql/grant-ownership",
)
def test_ownership_is_handed_over(room: Room) -> None:
    owner, reader = room.new_role("OWNER"), room.new_role("READER")
    room.given("CREATE TABLE t (a INT)", f"GRANT SELECT ON TABLE t TO ROLE {reader}")
    clone = cloned_schema(room)
    room.run(
        f"GRANT OWNERSHIP ON ALL TABLES IN SCHEMA {clone} TO ROLE {owner} REVOKE CURRENT GRANTS"
    )
    grants = room.rows(f"SHOW GRANTS ON TABLE {clone}.t")
    assert {(row["privilege"], row["grantee_name"]) for row in grants} == {("OWNERSHIP", owner)}


@pytest.mark.parametrize(
    ("kinds", "made"),
    [
        ("TAGS", "TAG o"),
        ("MASKING POLICIES", "MASKING POLICY o AS (v INT) RETURNS INT -> v"),
        ("ROW ACCESS POLICIES", "ROW ACCESS POLICY o AS (v INT) RETURNS BOOLEAN -> TRUE"),
        ("MATERIALIZED VIEWS", "MATERIALIZED VIEW o AS SELECT a FROM t"),
        ("ALERTS", "ALERT o SCHEDULE = '60 MINUTE' IF (EXISTS (SELECT 1)) THEN SELECT 1"),
        ("FILE FORMATS", "FILE FORMAT o TYPE = CSV"),
    ],
)
@fact(
    "3",
    "GRANT OWNERSHIP ON ALL takes tags, policies, materialized views, alerts and file formats",
    "D: sql-reference/sql/grant-ownership",
)
def test_ownership_of_kinds(room: Room, kinds: str, made: str) -> None:
    owner = room.new_role("OWNER")
    room.given("CREATE TABLE t (a INT)", f"CREATE {made}")
    room.run(f"GRANT OWNERSHIP ON ALL {kinds} IN SCHEMA {room.schema} TO ROLE {owner}")
    kind = f"{kinds[:-3]}Y" if kinds.endswith("POLICIES") else kinds[:-1]
    grants = room.rows(f"SHOW GRANTS ON {kind} {room.schema}.o")
    assert [(row["privilege"], row["grantee_name"]) for row in grants] == [("OWNERSHIP", owner)]


@fact(
    "3",
    "GRANT OWNERSHIP ON ALL stops at the first object with a grant; those before it are handed over",
    "mem",
)
def test_ownership_up_to_a_grant(room: Room) -> None:
    owner, reader = room.new_role("OWNER"), room.new_role("READER")
    room.given(
        "CREATE SEQUENCE a", "CREATE SEQUENCE b", f"GRANT USAGE ON SEQUENCE b TO ROLE {reader}"
    )
    all_of_them = f"GRANT OWNERSHIP ON ALL SEQUENCES IN SCHEMA {room.schema} TO ROLE {owner}"
    assert room.refusal(all_of_them).number == 3036
    owners = [row["owner"] for row in room.rows(f"SHOW SEQUENCES IN SCHEMA {room.schema}")]
    assert (owners[0] == owner, owners[1] == owner) == (True, False)


@fact(
    "3",
    "GRANT OWNERSHIP does not take ALL PIPES: pipes are handed over one by one",
    "D: sql-reference/sql/grant-ownership",
)
def test_pipes_one_by_one(room: Room) -> None:
    owner = room.new_role("OWNER")
    room.given(
        "CREATE TABLE t (a INT)",
        "CREATE STAGE st",
        "CREATE PIPE p AS COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)",
        "ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE",
    )
    room.refusal(f"GRANT OWNERSHIP ON ALL PIPES IN SCHEMA {room.schema} TO ROLE {owner}")
    room.run(f"GRANT OWNERSHIP ON PIPE p TO ROLE {owner}")
    assert room.row(f"SHOW PIPES IN SCHEMA {room.schema}")["owner"] == owner


@fact(
    "3",
    "After a change of owner a pipe is resumed by SYSTEM$PIPE_FORCE_RESUME, not by ALTER PIPE",
    "D: sql-reference/functions/system_pipe_force_resume",
)
def test_pipe_after_transfer(room: Room) -> None:
    owner = room.new_role("OWNER")
    room.given(
        "CREATE TABLE t (a INT)",
        "CREATE STAGE st",
        "CREATE PIPE p AS COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)",
        f"GRANT USAGE ON DATABASE {room.database} TO ROLE {owner}",
        f"GRANT USAGE ON SCHEMA {room.schema} TO ROLE {owner}",
        f"GRANT SELECT, INSERT ON TABLE t TO ROLE {owner}",
        f"GRANT READ ON STAGE st TO ROLE {owner}",
        "ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE",
        f"GRANT OWNERSHIP ON PIPE p TO ROLE {owner}",
    )
    session = room.as_role(owner)
    pipe = f"{room.schema}.p"
    session.refusal(f"ALTER PIPE {pipe} SET PIPE_EXECUTION_PAUSED = FALSE")
    checks = "staleness_check_override, ownership_transfer_check_override"
    session.run(f"SELECT SYSTEM$PIPE_FORCE_RESUME('{pipe}', '{checks}')")
    found = json.loads(session.value(f"SELECT SYSTEM$PIPE_STATUS('{pipe}')"))
    assert found["executionState"] == "RUNNING"
