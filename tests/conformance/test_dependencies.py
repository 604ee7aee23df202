"""Section 5: how dependencies are found, and what breaks when a base table changes."""

from __future__ import annotations

import pytest

from conformance.facts import fact
from conformance.room import Room

GET_DDL = "D: sql-reference/functions/get_ddl"
STREAMS = "D: user-guide/streams-intro"


def ddl(room: Room, kind: str, name: str, qualified: bool = True) -> str:
    """GET_DDL's text with single spaces, in upper case."""
    text = str(room.value(f"SELECT GET_DDL('{kind}', '{name}', {str(qualified).upper()})"))
    return " ".join(text.upper().split())


def stale(room: Room, stream: str) -> bool:
    """Whether SHOW STREAMS calls a stream stale."""
    shown = {
        row["name"]: row["stale"] for row in room.rows(f"SHOW STREAMS IN SCHEMA {room.schema}")
    }
    return str(shown[stream]).lower() == "true"


@fact("5", "GET_DDL of a schema is recursive; of a database too", GET_DDL)
def test_recursive(room: Room) -> None:
    source = room.new_database("SOURCE")
    room.given(f"CREATE DATABASE {source}", f"CREATE SCHEMA {source}.DEEP")
    room.given(
        f"CREATE TABLE {source}.DEEP.t (a INT)",
        f"CREATE VIEW {source}.DEEP.v AS SELECT a FROM {source}.DEEP.t",
    )
    for kind, name in (("SCHEMA", f"{source}.DEEP"), ("DATABASE", source)):
        text = ddl(room, kind, name)
        assert f"TABLE {source}.DEEP.T" in text
        assert f"VIEW {source}.DEEP.V" in text
    room.given(f"USE SCHEMA {room.schema}")


@fact("5", "GET_DDL(…, TRUE) qualifies what is created, not the references in its body", GET_DDL)
def test_references_stay(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT a FROM t")
    text = ddl(room, "VIEW", "v")
    assert f"VIEW {room.schema}.V" in text
    assert text.removesuffix(";").endswith("AS SELECT A FROM T")


@fact("5", "GET_DDL without TRUE gives the bare name", GET_DDL)
def test_bare_name(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    assert ddl(room, "TABLE", "t", qualified=False).startswith("CREATE OR REPLACE TABLE T ")


@fact("5", "GET_DDL adds OR REPLACE, and drops COPY GRANTS and a comment before AS", GET_DDL)
def test_rewritten(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)")
    room.given(f"CREATE VIEW {room.schema}.v COPY GRANTS /* why */ AS SELECT a /* kept */ FROM t")
    text = ddl(room, "VIEW", "v")
    assert text.startswith("CREATE OR REPLACE VIEW")
    assert "COPY GRANTS" not in text
    assert "WHY" not in text
    assert "/* KEPT */" in text


@fact("5", "GET_DDL of a schema leaves stages out", GET_DDL)
def test_no_stages(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STAGE a_stage")
    text = ddl(room, "SCHEMA", room.schema)
    assert f"TABLE {room.schema}.T" in text
    assert "A_STAGE" not in text


_WRITTEN = {
    ("VIEW", "v"): ("CREATE VIEW v AS ", 'SELECT a AS "Mixed" FROM {s}.t WHERE a <> 1'),
    ("PROCEDURE", "p()"): (
        "CREATE PROCEDURE p() RETURNS INT LANGUAGE SQL AS\n",
        "BEGIN\n  -- Why\n  RETURN 1;\nEND;",
    ),
    ("FUNCTION", "f(INT)"): ("CREATE FUNCTION f(x INT) RETURNS INT AS ", "x + 1 /* Why */"),
    ("TASK", "ta"): (
        "CREATE TASK ta WAREHOUSE = {w} SCHEDULE = '60 MINUTE' AS ",
        "INSERT INTO {s}.t SELECT 1",
    ),
    ("PIPE", "pi"): ("CREATE PIPE pi AS ", "COPY INTO {s}.t FROM @{s}.st PATTERN = '.*[.]csv'"),
}


@pytest.mark.parametrize(
    ("kind", "name"), list(_WRITTEN), ids=[kind.lower() for kind, _ in _WRITTEN]
)
@fact(
    "5",
    "GET_DDL gives the body of a view, procedure, function, task and pipe as it was written",
    GET_DDL,
)
def test_body_as_written(room: Room, kind: str, name: str) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STAGE st")
    head, body = (
        text.format(s=room.schema, w=room.house.warehouse) for text in _WRITTEN[kind, name]
    )
    room.given(f"{head}$${body}$$" if kind in ("PROCEDURE", "FUNCTION") else head + body)
    assert body in room.value(f"SELECT GET_DDL('{kind}', '{name}', TRUE)")


@fact("5", "GET_DDL of a stream names its table in full", GET_DDL)
def test_stream(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t")
    assert f"ON TABLE {room.schema}.T" in ddl(room, "STREAM", "s").replace('"', "")


@fact(
    "5",
    "A view on a dropped table fails when it is queried, not before",
    "D: sql-reference/sql/drop-table",
)
def test_view_breaks(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT a FROM t")
    room.run("DROP TABLE t")
    assert len(room.rows(f"SHOW VIEWS IN SCHEMA {room.schema}")) == 1
    room.refusal("SELECT a FROM v")
    room.run("CREATE TABLE t AS SELECT 1 AS a")
    assert room.value("SELECT a FROM v") == 1


@fact(
    "5",
    "A procedure that names a missing table is made and fails when it is called",
    "D: developer-guide/stored-procedure/stored-procedures-snowflake-scripting",
)
def test_procedure_breaks(room: Room) -> None:
    room.given(
        "CREATE PROCEDURE p() RETURNS INT LANGUAGE SQL AS"
        " $$ BEGIN INSERT INTO missing VALUES (1); RETURN 1; END; $$"
    )
    room.refusal("CALL p()")


@fact("5", "A stream is stale after CREATE OR REPLACE of its table", STREAMS)
def test_stream_after_replace(room: Room) -> None:
    room.given(
        "CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t", "CREATE OR REPLACE TABLE t (a INT)"
    )
    room.refusal("SELECT * FROM s")


@fact("5", "SHOW STREAMS says that a stream is stale after SWAP WITH", STREAMS)
def test_stream_after_swap(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE TABLE u (a INT)", "CREATE STREAM s ON TABLE t")
    assert not stale(room, "S")
    room.given("ALTER TABLE t SWAP WITH u")
    assert stale(room, "S")


@fact("5", "A stream survives the renaming of its table", STREAMS)
def test_stream_after_rename(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t", "INSERT INTO t VALUES (1)")
    room.given("ALTER TABLE t RENAME TO u", "INSERT INTO u VALUES (2)")
    assert room.run("SELECT a FROM s ORDER BY a") == [(1,), (2,)]


@fact(
    "5",
    "CREATE OR REPLACE STREAM s … AT (STREAM => 's') keeps the offset",
    "D: sql-reference/sql/create-stream",
)
def test_offset_is_kept(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t", "INSERT INTO t VALUES (1)")
    room.run("CREATE OR REPLACE STREAM s ON TABLE t AT (STREAM => 's')")
    assert room.run("SELECT a FROM s") == [(1,)]


@fact("5", "A stream made anew without AT begins empty", "D: sql-reference/sql/create-stream")
def test_offset_is_lost(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE STREAM s ON TABLE t", "INSERT INTO t VALUES (1)")
    room.run("CREATE OR REPLACE STREAM s ON TABLE t")
    assert room.run("SELECT a FROM s") == []


@pytest.mark.parametrize(
    ("dml", "moved"),
    [("INSERT INTO sink SELECT a FROM s", True), ("SELECT a FROM s", False)],
    ids=["dml", "select"],
)
@fact("5", "DML that reads a stream moves its offset; a SELECT does not", STREAMS)
def test_consumption(room: Room, dml: str, moved: bool) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE TABLE sink (a INT)", "CREATE STREAM s ON TABLE t")
    room.given("INSERT INTO t VALUES (1)")
    room.run(dml)
    assert (room.value("SELECT COUNT(*) FROM s") == 0) == moved


@fact("5", "A rolled back transaction leaves a stream's offset where it was", STREAMS)
def test_consumption_rolled_back(room: Room) -> None:
    room.given("CREATE TABLE t (a INT)", "CREATE TABLE sink (a INT)", "CREATE STREAM s ON TABLE t")
    room.given("INSERT INTO t VALUES (1)", "BEGIN", "INSERT INTO sink SELECT a FROM s", "ROLLBACK")
    assert room.run("SELECT a FROM s") == [(1,)]


@fact(
    "5", "In SHOW … LIKE `_` is a wildcard and case is ignored", "D: sql-reference/sql/show-tables"
)
def test_like(room: Room) -> None:
    room.given("CREATE TABLE qa_t (a INT)", "CREATE TABLE qa1t (a INT)", "CREATE TABLE qat (a INT)")
    shown = room.rows(f"SHOW TABLES LIKE 'qa_t' IN SCHEMA {room.schema}")
    assert {row["name"] for row in shown} == {"QA_T", "QA1T"}


@fact("5", "SHOW … STARTS WITH compares exactly, case included", "D: sql-reference/sql/show-tables")
def test_starts_with(room: Room) -> None:
    room.given("CREATE TABLE qa_t (a INT)", "CREATE TABLE qa1t (a INT)")
    shown = room.rows(f"SHOW TABLES IN SCHEMA {room.schema} STARTS WITH 'QA_'")
    assert [row["name"] for row in shown] == ["QA_T"]
    assert room.rows(f"SHOW TABLES IN SCHEMA {room.schema} STARTS WITH 'qa_'") == []


@fact("5", "SHOW … LIMIT n FROM 'name' pages through the names", "D: sql-reference/sql/show-tables")
def test_paging(room: Room) -> None:
    room.given(*(f"CREATE TABLE t{number} (a INT)" for number in range(5)))
    pages = [room.rows(f"SHOW TABLES IN SCHEMA {room.schema} LIMIT 2")]
    while pages[-1]:
        last = pages[-1][-1]["name"]
        pages.append(room.rows(f"SHOW TABLES IN SCHEMA {room.schema} LIMIT 2 FROM '{last}'"))
    assert [[row["name"] for row in page] for page in pages] == [
        ["T0", "T1"],
        ["T2", "T3"],
        ["T4"],
        [],
    ]
