"""Section 8 and the deployment's requests: sign-in, tags, several statements a request, and scripting blocks."""

from __future__ import annotations

import pytest
from snowflake.connector.errors import Error

from conformance.facts import fact
from conformance.room import Refused, Room, eventually

BLOCKS = "D: developer-guide/snowflake-scripting/blocks"
_FENCED = """
DECLARE
  lost EXCEPTION (-20001, 'the lock was lost');
BEGIN
  LET held INTEGER := (SELECT COUNT(*) FROM lease WHERE token = '{token}');
  IF (held <> 1) THEN
    RAISE lost;
  END IF;
  EXECUTE IMMEDIATE '{statement}';
  INSERT INTO journal VALUES ('{name}', 'done', NULL);
  RETURN 'done';
EXCEPTION
  WHEN OTHER THEN
    LET why VARCHAR := SQLERRM;
    LET number INTEGER := SQLCODE;
    INSERT INTO journal VALUES ('{name}', 'failed', :number || ' ' || :why);
    RAISE;
END;
"""


def fenced(statement: str, token: str = "mine", name: str = "one") -> str:
    """The block in which a deployment sends a statement: fence, statement, journal row."""
    return _FENCED.format(statement=statement.replace("'", "''"), token=token, name=name)


@pytest.fixture
def journal(room: Room) -> Room:
    """A room with a lease that is ours and an empty journal."""
    room.given(
        "CREATE TABLE lease (token VARCHAR)",
        "INSERT INTO lease VALUES ('mine')",
        "CREATE TABLE journal (name VARCHAR, state VARCHAR, why VARCHAR)",
    )
    return room


@fact(
    "8",
    "One block may hold a fence, a DDL statement as EXECUTE IMMEDIATE of a literal, and its journal row",
    "inf",
)
def test_fenced_statement(journal: Room) -> None:
    journal.run(fenced("CREATE TABLE made (a VARCHAR DEFAULT 'it''s')"))
    assert journal.run("SELECT * FROM journal") == [("one", "done", None)]
    assert journal.value("SELECT COUNT(*) FROM made") == 0


@fact("8", "A block's RAISE on a lost lock sends the error, and the statement does not run", "inf")
def test_fence_holds(journal: Room) -> None:
    refused = journal.refusal(fenced("CREATE TABLE made (a INT)", token="theirs"))
    assert "the lock was lost" in refused.message
    journal.refusal("SELECT * FROM made")


@fact(
    "8",
    "A block's handler journals SQLCODE and SQLERRM of a failing statement, and RAISE sends it on",
    "inf",
)
def test_failure_is_journalled(journal: Room) -> None:
    refused = journal.refusal(fenced("ALTER TABLE missing ADD COLUMN a INT"))
    assert "MISSING" in refused.message
    name, state, why = journal.run("SELECT * FROM journal")[0]
    assert (name, state) == ("one", "failed")
    assert why.startswith("2003 ")
    assert "MISSING" in why


@fact(
    "8",
    "Colons and dollar signs in the literal of EXECUTE IMMEDIATE are not read by scripting",
    "inf",
)
def test_literal_is_not_read(journal: Room) -> None:
    body = "BEGIN LET x INTEGER := 1; RETURN :x; END;"
    journal.run(fenced(f"CREATE PROCEDURE p() RETURNS INT LANGUAGE SQL AS $${body}$$"))
    journal.run(
        fenced("CREATE TABLE made AS SELECT PARSE_JSON('{\"a\": 7}'):a::INT AS a", name="two")
    )
    assert journal.value("CALL p()") == 1
    assert journal.value("SELECT a FROM made") == 7


_SHARED = """
BEGIN
  LET done INTEGER := 0;
  LET failed VARCHAR := '';
  LET query_1 VARCHAR := NULL;
  LET query_2 VARCHAR := NULL;
  BEGIN
    EXECUTE IMMEDIATE 'CREATE VIEW one AS SELECT 1 AS a';
    query_1 := SQLID;
    done := 1;
    EXECUTE IMMEDIATE 'CREATE VIEW two AS SELECT a FROM missing';
    query_2 := SQLID;
    done := 2;
  EXCEPTION
    WHEN OTHER THEN
      failed := SQLCODE || ' (' || SQLSTATE || '): ' || SQLERRM;
  END;
  INSERT INTO journal
    SELECT 'one', CASE WHEN :done >= 1 THEN :query_1 ELSE 'failed' END, NULL
    UNION ALL SELECT 'two', CASE WHEN :done >= 2 THEN :query_2 ELSE 'failed' END, :failed;
  MERGE INTO lease known
    USING (SELECT COLUMN2 AS token FROM VALUES (1, 'one'), (2, 'two') WHERE COLUMN1 <= :done) new
    ON known.token = new.token
    WHEN MATCHED THEN UPDATE SET token = new.token
    WHEN NOT MATCHED THEN INSERT (token) VALUES (new.token);
  RETURN done || ' ' || failed;
END;
"""


@fact(
    "8",
    "A block goes on after an error that it caught, keeps each statement's id by SQLID, and answers how far it came",
    "inf",
)
def test_shared_block(journal: Room) -> None:
    answer = journal.value(_SHARED)
    assert answer.startswith("1 2003 (42S02): ")
    assert "MISSING" in answer
    (one, query, nothing), (two, failed, why) = journal.run("SELECT * FROM journal ORDER BY name")
    assert (one, two, failed, nothing) == ("one", "two", "failed", None)
    assert len(query) == 36
    assert answer == f"1 {why}"
    assert journal.run("SELECT token FROM lease ORDER BY token") == [("mine",), ("one",)]
    assert journal.value("SELECT a FROM one") == 1


@fact("8", "A block in which DDL ran after DML keeps both when it fails later", "inf")
def test_block_is_no_transaction(journal: Room) -> None:
    journal.refusal(
        "BEGIN INSERT INTO journal VALUES ('x', 'begun', NULL); CREATE TABLE made (a INT);"
        " SELECT * FROM missing; END;"
    )
    assert journal.value("SELECT COUNT(*) FROM journal") == 1
    assert journal.value("SELECT COUNT(*) FROM made") == 0


@fact(
    "8",
    "SQLROWCOUNT tells a block how many rows its UPDATE changed",
    "D: developer-guide/snowflake-scripting/dml-status",
)
def test_row_count(journal: Room) -> None:
    block = "BEGIN UPDATE lease SET token = 'x' WHERE token = '{}'; RETURN SQLROWCOUNT; END;"
    assert int(journal.value(block.format("nobody"))) == 0
    assert int(journal.value(block.format("mine"))) == 1


@fact(
    "8",
    "A block is found in query history by the QUERY_TAG of its request, with its outcome",
    "mem",
)
def test_tag_of_a_block(journal: Room) -> None:
    tag = f"conformance {journal.schema}"
    journal.refusal("BEGIN SELECT * FROM missing; END;")
    journal.run(fenced("CREATE TABLE made (a INT)"), tag=tag)
    history = f"{journal.database}.INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION"
    sql = f"SELECT EXECUTION_STATUS, QUERY_TEXT FROM TABLE({history}()) WHERE QUERY_TAG = '{tag}'"
    found = eventually(lambda: journal.run(sql), bool)
    assert [status for status, text in found if "DECLARE" in text] == ["SUCCESS"]


@fact(
    "8",
    "BEGIN … END is taken without EXECUTE IMMEDIATE when the client sends it as one statement",
    BLOCKS,
)
def test_bare_block(room: Room) -> None:
    assert room.value("BEGIN RETURN 'done'; END;") == "done"


@fact("8", "EXECUTE IMMEDIATE of a $$ block runs it", "D: sql-reference/sql/execute-immediate")
def test_execute_immediate(room: Room) -> None:
    assert room.value("EXECUTE IMMEDIATE $$\nBEGIN\n  RETURN 'done';\nEND;\n$$") == "done"


@fact(
    "8", "Role, warehouse, database, schema, AUTOCOMMIT and QUERY_TAG ride in the sign-in", "tried"
)
def test_sign_in(room: Room) -> None:
    session = room.house.sign_in(
        database=room.database,
        schema=room.name,
        autocommit=False,
        session_parameters={"QUERY_TAG": "from the sign-in"},
    )
    try:
        found = session.run("SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()")
        assert found == [(room.database, room.name)]
        shown = session.row("SHOW PARAMETERS LIKE 'QUERY_TAG' IN SESSION")
        assert shown["value"] == "from the sign-in"
        session.given("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)", "ROLLBACK")
        assert session.value("SELECT COUNT(*) FROM t") == 0
    finally:
        session.close()


@fact("8", "A statement's own QUERY_TAG needs no ALTER SESSION and does not stay", "tried")
def test_tag_of_one_statement(room: Room) -> None:
    room.run("SELECT 1", tag="just this one")
    shown = room.row("SHOW PARAMETERS LIKE 'QUERY_TAG' IN SESSION")
    assert shown["value"] != "just this one"


def several(room: Room, text: str, count: int) -> list[list[tuple[object, ...]]]:
    """The rows of each statement of one request."""
    cursor = room.main.connection.cursor()
    try:
        cursor.execute(text, num_statements=count)
        found = [[tuple(row) for row in cursor.fetchall()]]
        while cursor.nextset():
            found.append([tuple(row) for row in cursor.fetchall()])
    except Error as error:
        raise Refused(text, error) from error
    return found


@fact("8", "num_statements=n sends several statements in one request", "tried")
def test_several(room: Room) -> None:
    found = several(
        room, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2); SELECT a FROM t ORDER BY a", 3
    )
    assert found[1:] == [[(2,)], [(1,), (2,)]]


@fact(
    "8",
    "A request of several statements stops at the first that fails; what ran before stays",
    "tried",
)
def test_several_with_a_failure(room: Room) -> None:
    with pytest.raises(Refused):
        several(room, "CREATE TABLE t (a INT); SELECT * FROM missing; CREATE TABLE u (a INT)", 3)
    assert room.value("SELECT COUNT(*) FROM t") == 0
    room.refusal("SELECT * FROM u")


@fact(
    "8",
    "Another number of statements than announced is refused, and nothing runs",
    "D: developer-guide/sql-api/submitting-multiple-statements",
)
def test_several_miscounted(room: Room) -> None:
    with pytest.raises(Refused) as caught:
        several(room, "CREATE TABLE t (a INT); SELECT 1", 3)
    assert caught.value.number == 8
    room.refusal("SELECT * FROM t")


@fact("8", "Secondary roles are ALL by default", "D: sql-reference/sql/use-secondary-roles")
def test_secondary_roles(room: Room) -> None:
    session = room.house.sign_in()
    try:
        assert '"ALL"' in session.value("SELECT CURRENT_SECONDARY_ROLES()")
    finally:
        session.close()


@fact(
    "8",
    "With secondary roles NONE only the pinned role counts",
    "D: sql-reference/sql/use-secondary-roles",
)
def test_secondary_roles_none(room: Room) -> None:
    role = room.new_role("BARE")
    room.given("CREATE TABLE t (a INT)")
    session = room.as_role(role)
    assert session.refusal(f"DROP TABLE {room.schema}.t").number in (2003, 3001)


@fact(
    "8",
    "LAST_QUERY_ID is the id of the session's statement before",
    "D: sql-reference/functions/last_query_id",
)
def test_last_query_id(room: Room) -> None:
    cursor = room.main.connection.cursor()
    cursor.execute("SELECT 1")
    assert room.value("SELECT LAST_QUERY_ID()") == cursor.sfqid
