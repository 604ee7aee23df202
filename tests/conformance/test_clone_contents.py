"""Section 3: what a clone holds, in which state it arrives, and who may do what with it."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.facts import fact
from conformance.files import put
from conformance.room import Room

CLONE = "D: user-guide/object-clone"
CREATE_CLONE = "D: sql-reference/sql/create-clone"


def names(room: Room, plural: str, schema: str) -> set[str]:
    """The objects of a kind in a schema."""
    return {str(row["name"]) for row in room.rows(f"SHOW {plural} IN SCHEMA {schema}")}


def cloned_schema(room: Room, options: str = "") -> str:
    """A clone of the test's schema, beside it."""
    name = f"{room.schema}_CLONE"
    room.given(f"CREATE SCHEMA {name} CLONE {room.schema} {options}", f"USE SCHEMA {room.schema}")
    return name


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


@fact("3", "A cloned stream cannot reach rows that were not consumed", CLONE)
def test_stream_is_empty(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)",
        "CREATE STREAM s ON TABLE t",
        "INSERT INTO t VALUES (1)",
    )
    clone = cloned_schema(room)
    assert room.value("SELECT COUNT(*) FROM s") == 1
    assert room.value(f"SELECT COUNT(*) FROM {clone}.s") == 0


@fact("3", "A clone of a database holds schemas, tables with their rows, and views", CREATE_CLONE)
def test_database(room: Room) -> None:
    source, clone = room.new_database("SOURCE"), room.new_database("CLONE")
    room.given(
        f"CREATE DATABASE {source}",
        f"CREATE SCHEMA {source}.DEEP",
        f"CREATE TABLE {source}.DEEP.t AS SELECT 1 AS a UNION ALL SELECT 2",
        f"CREATE VIEW {source}.DEEP.v AS SELECT a FROM {source}.DEEP.t",
    )
    room.run(f"CREATE DATABASE {clone} CLONE {source}", f"USE SCHEMA {room.schema}")
    assert room.value(f"SELECT SUM(a) FROM {clone}.DEEP.t") == 3
    assert names(room, "VIEWS", f"{clone}.DEEP") == {"V"}


@fact("3", "Source and clone go their own ways after the clone", CREATE_CLONE)
def test_independent(room: Room) -> None:
    room.given("CREATE TABLE t AS SELECT 1 AS a")
    clone = cloned_schema(room)
    room.given("INSERT INTO t VALUES (2)", f"INSERT INTO {clone}.t VALUES (3), (4)")
    room.given("ALTER TABLE t ADD COLUMN b INT", f"DELETE FROM {clone}.t WHERE a = 1")
    assert room.run("SELECT a, b FROM t ORDER BY a") == [(1, None), (2, None)]
    assert room.run(f"SELECT * FROM {clone}.t ORDER BY 1") == [(3,), (4,)]


@fact(
    "3",
    "CREATE TABLE … CLONE copies columns, comments, keys and rows; grants only with COPY GRANTS",
    CREATE_CLONE,
)
def test_table(room: Room) -> None:
    role = room.new_role("READER")
    room.given(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(5) DEFAULT 'x' COMMENT 'why')",
        "INSERT INTO t (id) VALUES (1)",
        f"GRANT SELECT ON TABLE t TO ROLE {role}",
    )
    room.run("CREATE TABLE bare CLONE t", "CREATE TABLE open CLONE t COPY GRANTS")
    for copy in ("bare", "open"):
        shown = {row["name"]: row for row in room.rows(f"DESCRIBE TABLE {copy}")}
        assert shown["ID"]["primary key"] == "Y"
        assert (shown["A"]["default"], shown["A"]["comment"]) == ("'x'", "why")
        assert room.run(f"SELECT id, a FROM {copy}") == [(1, "x")]
    grantees = {
        copy: {row["grantee_name"] for row in room.rows(f"SHOW GRANTS ON TABLE {copy}")}
        for copy in ("bare", "open")
    }
    assert role not in grantees["bare"]
    assert role in grantees["open"]


@fact("3", "Internal named stages are not cloned with a schema", CLONE)
def test_internal_stage(room: Room) -> None:
    room.given("CREATE STAGE st")
    assert names(room, "STAGES", cloned_schema(room)) == set()


@fact("3", "Internal named stages are cloned with INCLUDE INTERNAL STAGES", CREATE_CLONE)
def test_internal_stage_included(room: Room) -> None:
    room.given("CREATE STAGE st DIRECTORY = (ENABLE = TRUE)")
    assert names(room, "STAGES", cloned_schema(room, "INCLUDE INTERNAL STAGES")) == {"ST"}


@fact("3", "Pipes on internal stages are not cloned", CLONE)
def test_pipe_on_internal_stage(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)",
        "CREATE STAGE st",
        "CREATE PIPE p AS COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)",
    )
    assert names(room, "PIPES", cloned_schema(room)) == set()


@fact("3", "Files on a table's stage are not cloned", CLONE, beyond="table stages")
def test_table_stage(room: Room, tmp_path: Any) -> None:
    room.given("CREATE TABLE t (a INT)")
    put(room, tmp_path, "one.csv", "1\n", "@%t")
    clone = cloned_schema(room)
    assert len(room.run("LIST @%t")) == 1
    room.given(f"USE SCHEMA {clone}")
    assert room.run("LIST @%t") == []


@fact("3", "Load history is not cloned: a COPY may load the files again", CLONE)
def test_load_history(room: Room, tmp_path: Any) -> None:
    room.given("CREATE STAGE st", "CREATE TABLE t (a INT)")
    put(room, tmp_path, "one.csv", "1\n", "@st")
    room.given("COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)")
    room.given("COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)")
    assert room.value("SELECT COUNT(*) FROM t") == 1
    clone = cloned_schema(room)
    room.given(f"COPY INTO {clone}.t FROM @{room.schema}.st FILE_FORMAT = (TYPE = CSV)")
    assert room.value(f"SELECT COUNT(*) FROM {clone}.t") == 2


@fact("3", "Tasks arrive suspended", CLONE)
def test_tasks_are_suspended(room: Room) -> None:
    room.given(
        f"CREATE TASK ta WAREHOUSE = {room.house.warehouse} SCHEDULE = '11520 MINUTE' AS SELECT 1",
        "ALTER TASK ta RESUME",
    )
    clone = cloned_schema(room)
    room.given("ALTER TASK ta SUSPEND")
    assert room.row(f"SHOW TASKS IN SCHEMA {clone}")["state"] == "suspended"


@fact("3", "Alerts arrive suspended", CLONE)
def test_alerts_are_suspended(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)",
        f"CREATE ALERT al WAREHOUSE = {room.house.warehouse} SCHEDULE = '11520 MINUTE'"
        " IF (EXISTS (SELECT a FROM t)) THEN INSERT INTO t VALUES (1)",
        "ALTER ALERT al RESUME",
    )
    clone = cloned_schema(room)
    room.given("ALTER ALERT al SUSPEND")
    assert room.row(f"SHOW ALERTS IN SCHEMA {clone}")["state"] == "suspended"


@fact("3", "Dynamic tables arrive suspended", CLONE, beyond="dynamic tables")
def test_dynamic_tables_are_suspended(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)",
        f"CREATE DYNAMIC TABLE dt TARGET_LAG = '1 day' WAREHOUSE = {room.house.warehouse}"
        " INITIALIZE = ON_SCHEDULE AS SELECT a FROM t",
    )
    clone = cloned_schema(room)
    assert room.row(f"SHOW DYNAMIC TABLES IN SCHEMA {clone}")["scheduling_state"] == "SUSPENDED"


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
    "CLONE … AT takes an instant of the past",
    CREATE_CLONE,
    beyond="the rows of before a write",
)
def test_clone_at(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    at = room.value("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF6')")
    room.given("INSERT INTO t VALUES (2)")
    room.run(f"CREATE TABLE earlier CLONE t AT (TIMESTAMP => '{at}'::TIMESTAMP_NTZ)")
    assert room.run("SELECT a FROM earlier") == [(1,)]


@fact("3", "CLONE … AT of an instant before the source was made is refused", CREATE_CLONE)
def test_clone_at_too_early(room: Room) -> None:
    at = room.value(
        "SELECT TO_VARCHAR(DATEADD(minute, -1, SYSDATE()), 'YYYY-MM-DD HH24:MI:SS.FF6')"
    )
    room.given("CREATE TABLE t (a INT)")
    room.refusal(f"CREATE TABLE earlier CLONE t AT (TIMESTAMP => '{at} +00:00'::TIMESTAMP_TZ)")


@fact("3", "CLONE … AT just now holds what is there now", CREATE_CLONE)
def test_clone_at_now(room: Room) -> None:
    room.given("CREATE TABLE t AS SELECT 1 AS a")
    at = room.value("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF6')")
    room.run(f"CREATE TABLE earlier CLONE t AT (TIMESTAMP => '{at} +00:00'::TIMESTAMP_TZ)")
    assert room.run("SELECT a FROM earlier") == [(1,)]


@fact(
    "3",
    "An AT timestamp without a cast means UTC",
    "D: sql-reference/constructs/at-before",
    beyond="TIMEZONE",
)
def test_uncast_timestamp(room: Room) -> None:
    other = room.another()
    other.given(
        "ALTER SESSION SET TIMEZONE = 'Pacific/Honolulu'", "CREATE TABLE t AS SELECT 1 AS a"
    )
    at = other.value("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF6')")
    assert other.run(f"SELECT a FROM t AT (TIMESTAMP => '{at}')") == [(1,)]


@fact(
    "3",
    "AT (STATEMENT => …) takes the id of a DML statement, not of a DDL statement",
    "D: sql-reference/constructs/at-before",
    beyond="Time Travel to a statement",
)
def test_statement_ids(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    ddl = room.value("SELECT LAST_QUERY_ID()")
    room.given("INSERT INTO t VALUES (1)")
    dml = room.value("SELECT LAST_QUERY_ID()")
    room.given("INSERT INTO t VALUES (2)")
    assert room.value(f"SELECT COUNT(*) FROM t AT (STATEMENT => '{dml}')") == 1
    room.refusal(f"SELECT COUNT(*) FROM t AT (STATEMENT => '{ddl}')")


@fact(
    "3",
    "A Time Travel SELECT uses the columns of today",
    "D: user-guide/data-time-travel",
    beyond="Time Travel to a statement",
)
def test_columns_of_today(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    dml = room.value("SELECT LAST_QUERY_ID()")
    room.given("ALTER TABLE t ADD COLUMN b INT DEFAULT 5")
    assert len(room.run(f"SELECT * FROM t AT (STATEMENT => '{dml}')")[0]) == 2


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
@fact(
    "3",
    "A cloned table's default takes the cloned sequence only when that lies in the cloned container",
    CLONE,
)
def test_default_sequence(room: Room, inside: bool) -> None:
    where = room.schema if inside else room.other_schema()
    room.given(
        f"CREATE SEQUENCE {where}.sq START 1",
        f"CREATE TABLE t (id INT DEFAULT {where}.sq.NEXTVAL, a INT)",
    )
    clone = cloned_schema(room)
    room.given(f"INSERT INTO {clone}.t (a) VALUES (1)")
    drawn = room.value(f"SELECT {where}.sq.NEXTVAL")
    assert (drawn == 1) == inside, f"the source's sequence gave {drawn} next"


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
@fact(
    "3",
    "A cloned table's foreign key points at the clone only when both lie in the cloned container",
    CLONE,
)
def test_foreign_key(room: Room, inside: bool) -> None:
    where = room.schema if inside else room.other_schema()
    room.given(
        f"CREATE TABLE {where}.parent (id INT PRIMARY KEY)",
        f"CREATE TABLE child (id INT, FOREIGN KEY (id) REFERENCES {where}.parent (id))",
    )
    clone = cloned_schema(room)
    key = room.row(f"SHOW IMPORTED KEYS IN TABLE {clone}.child")
    expected = clone if inside else where
    assert f"{key['pk_database_name']}.{key['pk_schema_name']}" == expected
