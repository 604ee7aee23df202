"""Section 3: what a clone's objects still point at."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.clones import cloned_schema
from conformance.facts import fact
from conformance.files import put
from conformance.room import Room

CLONE = "D: user-guide/object-clone"


def definition(room: Room, kind: str, name: str) -> str:
    """The text GET_DDL gives, in upper case."""
    return str(room.value(f"SELECT GET_DDL('{kind}', '{name}')")).upper()


@fact("3", "A cloned stream on a table outside the clone stays on the source's table", "inf")
def test_stream_across_databases(room: Room) -> None:
    elsewhere = room.other_schema()
    room.given(f"CREATE TABLE {elsewhere}.t (a INT)", f"CREATE STREAM s ON TABLE {elsewhere}.t")
    clone = cloned_schema(room)
    assert room.row(f"SHOW STREAMS IN SCHEMA {clone}")["table_name"] == f"{elsewhere}.T"
    room.given(f"INSERT INTO {elsewhere}.t VALUES (1)")
    assert room.value(f"SELECT COUNT(*) FROM {clone}.s") == 1


@fact("3", "SHOW STREAMS of a cloned stream tells table_name, base_tables and stale", "inf")
def test_stream_is_shown(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t")
    clone = cloned_schema(room)
    shown = room.row(f"SHOW STREAMS IN SCHEMA {clone}")
    assert shown["table_name"] in (f"{room.schema}.T", f"{clone}.T")
    assert shown["base_tables"] == shown["table_name"]
    assert str(shown["stale"]).lower() == "false"


@fact(
    "3",
    "A stream made anew after the clone sees the clone's own rows",
    "D: sql-reference/sql/create-stream",
)
def test_stream_made_anew(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t")
    clone = cloned_schema(room)
    room.run(f"CREATE OR REPLACE STREAM {clone}.s ON TABLE {clone}.t")
    room.given("INSERT INTO t VALUES (1)", f"INSERT INTO {clone}.t VALUES (2)")
    assert room.run(f"SELECT a FROM {clone}.s") == [(2,)]
    assert room.row(f"SHOW STREAMS IN SCHEMA {clone}")["table_name"] == f"{clone}.T"


@fact("3", "A cloned view with qualified names reads the source", CLONE)
def test_view(room: Room) -> None:
    room.given("CREATE TABLE t AS SELECT 1 AS a", f"CREATE VIEW v AS SELECT a FROM {room.schema}.t")
    clone = cloned_schema(room)
    room.given(f"UPDATE {clone}.t SET a = 2")
    assert room.value(f"SELECT a FROM {clone}.v") == 1
    assert f"FROM {room.schema}.T" in definition(room, "VIEW", f"{clone}.V")


@fact("3", "A cloned view with unqualified names reads the clone", CLONE)
def test_unqualified_view(room: Room) -> None:
    room.given("CREATE TABLE t AS SELECT 1 AS a", "CREATE VIEW v AS SELECT a FROM t")
    clone = cloned_schema(room)
    room.given(f"UPDATE {clone}.t SET a = 2")
    assert room.value(f"SELECT a FROM {clone}.v") == 2


@fact("3", "A cloned dynamic table's query still names the source", CLONE)
def test_dynamic_table(room: Room) -> None:
    room.given(
        "CREATE TABLE t AS SELECT 1 AS a",
        f"CREATE DYNAMIC TABLE dt TARGET_LAG = '1 day' WAREHOUSE = {room.house.warehouse}"
        f" AS SELECT a FROM {room.schema}.t",
    )
    clone = cloned_schema(room)
    assert f"FROM {room.schema}.T" in definition(room, "DYNAMIC_TABLE", f"{clone}.DT")
    room.given(f"UPDATE {clone}.t SET a = 2", f"ALTER DYNAMIC TABLE {clone}.dt REFRESH")
    assert room.value(f"SELECT a FROM {clone}.dt") == 1


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
@fact(
    "3",
    "A cloned materialized view reads the cloned table where that lies in the cloned container",
    "D: user-guide/views-materialized",
)
def test_materialized_view(room: Room, inside: bool) -> None:
    where = room.schema if inside else room.other_schema()
    room.given(
        f"CREATE TABLE {where}.t AS SELECT 1 AS a",
        f"CREATE MATERIALIZED VIEW mv AS SELECT a FROM {where}.t",
    )
    clone = cloned_schema(room)
    room.given(f"UPDATE {clone if inside else where}.t SET a = 2")
    assert room.value(f"SELECT a FROM {clone}.mv") == 2


@fact("3", "A cloned task's text still names the source", CLONE)
def test_task(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)",
        f"CREATE TASK ta WAREHOUSE = {room.house.warehouse} SCHEDULE = '60 MINUTE'"
        f" AS INSERT INTO {room.schema}.t VALUES (1)",
    )
    clone = cloned_schema(room)
    shown = room.row(f"SHOW TASKS IN SCHEMA {clone}")
    assert f"INSERT INTO {room.schema}.t".upper() in shown["definition"].upper()


@fact("3", "A cloned task graph hangs together within the clone", "inf")
def test_task_graph(room: Room) -> None:
    warehouse = room.house.warehouse
    room.given(
        f"CREATE TASK root WAREHOUSE = {warehouse} SCHEDULE = '60 MINUTE' AS SELECT 1",
        f"CREATE TASK child WAREHOUSE = {warehouse} AFTER root AS SELECT 2",
    )
    clone = cloned_schema(room)
    shown = {row["name"]: row for row in room.rows(f"SHOW TASKS IN SCHEMA {clone}")}
    assert f"{clone}.ROOT" in shown["CHILD"]["predecessors"].replace('"', "")


@fact("3", "A cloned alert's texts still name the source", CLONE)
def test_alert(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)",
        f"CREATE ALERT al WAREHOUSE = {room.house.warehouse} SCHEDULE = '60 MINUTE'"
        f" IF (EXISTS (SELECT a FROM {room.schema}.t)) THEN INSERT INTO {room.schema}.t VALUES (1)",
    )
    clone = cloned_schema(room)
    shown = room.row(f"SHOW ALERTS IN SCHEMA {clone}")
    assert f"{room.schema}.t".upper() in shown["condition"].upper()
    assert f"{room.schema}.t".upper() in shown["action"].upper()


@fact("3", "A cloned procedure still works on the source", CLONE)
def test_procedure(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)",
        "CREATE PROCEDURE p() RETURNS VARCHAR LANGUAGE SQL AS\n"
        f"$$\nBEGIN\n  INSERT INTO {room.schema}.t VALUES (1);\n  RETURN 'done';\nEND;\n$$",
    )
    clone = cloned_schema(room)
    room.given(f"CALL {clone}.p()")
    assert room.value("SELECT COUNT(*) FROM t") == 1
    assert room.value(f"SELECT COUNT(*) FROM {clone}.t") == 0


@fact("3", "A cloned function still reads the source", CLONE)
def test_function(room: Room) -> None:
    room.given(
        "CREATE TABLE t AS SELECT 1 AS a",
        f"CREATE FUNCTION f() RETURNS INT AS $$ SELECT MAX(a) FROM {room.schema}.t $$",
    )
    clone = cloned_schema(room)
    room.given(f"UPDATE {clone}.t SET a = 2")
    assert room.value(f"SELECT {clone}.f()") == 1


def _bucket_pipe(room: Room, auto_ingest: bool) -> str:
    bucket = room.schema.lower().replace("_", "-").replace(".", "-")
    room.given(
        "CREATE TABLE t (a INT)",
        f"CREATE STAGE st URL = 's3://{bucket}/in/'",
        f"CREATE PIPE p AUTO_INGEST = {auto_ingest} AS"
        f" COPY INTO {room.schema}.t FROM @{room.schema}.st FILE_FORMAT = (TYPE = CSV)",
    )
    return bucket


def _state(room: Room, pipe: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(room.value(f"SELECT SYSTEM$PIPE_STATUS('{pipe}')"))
    return found


@pytest.mark.local_only
@pytest.mark.parametrize(("auto_ingest", "state"), [(True, "STOPPED_CLONED"), (False, "PAUSED")])
@fact("3", "Pipes arrive STOPPED_CLONED with AUTO_INGEST and paused without", CLONE)
def test_pipe_states(room: Room, auto_ingest: bool, state: str) -> None:
    _bucket_pipe(room, auto_ingest)
    clone = cloned_schema(room)
    assert _state(room, f"{clone}.p")["executionState"] == state


@pytest.mark.local_only
@fact("3", "A resumed clone of a pipe whose COPY target is qualified loads into the source", CLONE)
def test_resumed_pipe(room: Room, request: pytest.FixtureRequest) -> None:
    bucket = _bucket_pipe(room, auto_ingest=True)
    clone = cloned_schema(room)
    room.given(f"ALTER PIPE {clone}.p SET PIPE_EXECUTION_PAUSED = FALSE")
    folder = request.getfixturevalue("buckets") / bucket / "in"
    folder.mkdir(parents=True)
    (folder / "one.csv").write_text("1\n")
    room.given("ALTER PIPE p REFRESH", f"ALTER PIPE {clone}.p REFRESH")
    assert room.value("SELECT COUNT(*) FROM t") == 2
    assert room.value(f"SELECT COUNT(*) FROM {clone}.t") == 0


@pytest.mark.local_only
@fact("3", "A cloned external stage has the source's URL", CLONE)
def test_external_stage(room: Room) -> None:
    bucket = _bucket_pipe(room, auto_ingest=True)
    clone = cloned_schema(room)
    assert room.row(f"SHOW STAGES IN SCHEMA {clone}")["url"] == f"s3://{bucket}/in/"


@fact("3", "Of a COPY by hand the target in the clone is what is written, not the source", CLONE)
def test_copy_by_hand(room: Room, tmp_path: Any) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STAGE st")
    put(room, tmp_path, "one.csv", "1\n", "@st")
    clone = cloned_schema(room)
    room.given(f"COPY INTO {clone}.t FROM @{room.schema}.st FILE_FORMAT = (TYPE = CSV)")
    assert room.value("SELECT COUNT(*) FROM t") == 0
