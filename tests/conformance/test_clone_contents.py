"""Section 3: what a clone holds, and in which state it arrives."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.clones import cloned_schema
from conformance.facts import fact
from conformance.files import put
from conformance.room import Room

CLONE = "D: user-guide/object-clone"
CREATE_CLONE = "D: sql-reference/sql/create-clone"


def names(room: Room, plural: str, schema: str) -> set[str]:
    """The objects of a kind in a schema."""
    return {str(row["name"]) for row in room.rows(f"SHOW {plural} IN SCHEMA {schema}")}


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


@pytest.mark.parametrize("directory", [True, False])
@fact(
    "3",
    "A cloned internal stage has the files where it has a directory table, and is empty without one",
    CREATE_CLONE,
)
def test_files_of_an_internal_stage(room: Room, tmp_path: Any, directory: bool) -> None:
    room.given(f"CREATE STAGE st DIRECTORY = (ENABLE = {directory})")
    put(room, tmp_path, "one.csv", "1\n", "@st")
    if directory:
        room.given("ALTER STAGE st REFRESH")
    clone = cloned_schema(room, "INCLUDE INTERNAL STAGES")
    assert len(room.run(f"LIST @{clone}.st")) == (1 if directory else 0)


@fact("3", "A cloned table's automatic clustering is suspended", CLONE)
def test_clustering_is_suspended(room: Room) -> None:
    room.given("CREATE TABLE t (a INT) CLUSTER BY (a)")
    clone = cloned_schema(room)
    assert room.row(f"SHOW TABLES IN SCHEMA {clone}")["automatic_clustering"] == "OFF"
    room.run(f"ALTER TABLE {clone}.t RESUME RECLUSTER")
    assert room.row(f"SHOW TABLES IN SCHEMA {clone}")["automatic_clustering"] == "ON"


def _cloned_at_now(room: Room, kind: str, source: str, clone: str) -> None:
    at = room.value("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF6')")
    room.run(
        f"CREATE {kind} {clone} CLONE {source} AT (TIMESTAMP => '{at}'::TIMESTAMP_NTZ)",
        f"USE SCHEMA {room.schema}",
    )


@fact("3", "CREATE SCHEMA … CLONE … AT leaves tasks out", CREATE_CLONE)
def test_tasks_and_a_schema_of_the_past(room: Room) -> None:
    room.given("CREATE TASK ta SCHEDULE = '60 MINUTE' AS SELECT 1")
    _cloned_at_now(room, "SCHEMA", room.schema, f"{room.schema}_CLONE")
    assert names(room, "TASKS", f"{room.schema}_CLONE") == set()


@fact("3", "CREATE DATABASE … CLONE … AT holds tasks", "inf")
def test_tasks_and_a_database_of_the_past(room: Room) -> None:
    source, clone = room.new_database("SOURCE"), room.new_database("CLONE")
    room.given(
        f"CREATE DATABASE {source}",
        f"CREATE TASK {source}.PUBLIC.ta SCHEDULE = '60 MINUTE' AS SELECT 1",
    )
    _cloned_at_now(room, "DATABASE", source, clone)
    assert names(room, "TASKS", f"{clone}.PUBLIC") == {"TA"}


@fact("3", "Pipes on internal stages are not cloned", CLONE)
def test_pipe_on_internal_stage(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)",
        "CREATE STAGE st",
        "CREATE PIPE p AS COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV)",
    )
    assert names(room, "PIPES", cloned_schema(room)) == set()


@pytest.mark.parametrize(
    "option", ["IGNORE HYBRID TABLES", "IGNORE TABLES WITH INSUFFICIENT DATA RETENTION"]
)
@fact("3", "What cannot be cloned may be passed over by option, said explicitly", CREATE_CLONE)
def test_options(room: Room, option: str) -> None:
    room.given("CREATE TABLE t AS SELECT 1 AS a")
    clone = cloned_schema(room, option)
    assert room.value(f"SELECT a FROM {clone}.t") == 1


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


@fact("3", "Dynamic tables arrive suspended", CLONE)
def test_dynamic_tables_are_suspended(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)",
        f"CREATE DYNAMIC TABLE dt TARGET_LAG = '1 day' WAREHOUSE = {room.house.warehouse}"
        " INITIALIZE = ON_SCHEDULE AS SELECT a FROM t",
    )
    clone = cloned_schema(room)
    assert room.row(f"SHOW DYNAMIC TABLES IN SCHEMA {clone}")["scheduling_state"] == "SUSPENDED"


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
