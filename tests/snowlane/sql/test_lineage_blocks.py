"""Blocks are cut into the statements that Snowflake would run, each with its line."""

from snowlane.sql.lineage_blocks import statements_in

BLOCK = """BEGIN
    LET n := (SELECT COUNT(*) FROM RAW.B.T);
    IF (EXISTS (SELECT 1 FROM RAW.B.U)) THEN
        DELETE FROM RAW.B.T WHERE a = 1;
    ELSE
        EXECUTE IMMEDIATE 'UPDATE RAW.B.T SET a = ''x''';
    END IF;
    EXECUTE IMMEDIATE :made_up;
    FOR r IN (SELECT a FROM RAW.B.V) DO
        CALL RAW.B.P();
    END FOR;
    BEGIN TRANSACTION;
    MERGE INTO RAW.B.T USING RAW.B.U ON TRUE WHEN MATCHED THEN UPDATE SET a = 1;
EXCEPTION
    WHEN OTHER THEN
        ROLLBACK;
        INSERT INTO RAW.B.LOG (a) SELECT 1;
END"""


def test_a_block_is_the_statements_it_holds() -> None:
    found = statements_in(BLOCK)
    assert [(piece.line, piece.text, piece.is_query_only) for piece in found.pieces] == [
        (2, "SELECT COUNT(*) FROM RAW.B.T", True),
        (3, "SELECT 1 FROM RAW.B.U", True),
        (4, "DELETE FROM RAW.B.T WHERE a = 1", False),
        (6, "UPDATE RAW.B.T SET a = 'x'", False),
        (9, "SELECT a FROM RAW.B.V", True),
        (10, "CALL RAW.B.P()", False),
        (13, "MERGE INTO RAW.B.T USING RAW.B.U ON TRUE WHEN MATCHED THEN UPDATE SET a = 1", False),
        (17, "INSERT INTO RAW.B.LOG (a) SELECT 1", False),
    ]
    assert found.dynamic == (8,)


def test_a_block_that_is_run_as_a_literal_is_read_in_place() -> None:
    found = statements_in("EXECUTE IMMEDIATE $$\n" + BLOCK + "\n$$", line=10)
    assert [piece.line for piece in found.pieces] == [12, 13, 14, 16, 19, 20, 23, 27]
    assert found.dynamic == (18,)


def test_a_statement_alone_is_itself_without_its_semicolon() -> None:
    assert [piece.text for piece in statements_in("-- why\nSELECT 1;").pieces] == ["SELECT 1"]


def test_a_cursor_is_a_query() -> None:
    text = "DECLARE c CURSOR FOR SELECT a FROM RAW.B.T; BEGIN RETURN 1; END"
    assert [piece.text for piece in statements_in(text).pieces] == ["SELECT a FROM RAW.B.T"]


def test_what_has_no_end_holds_no_statement() -> None:
    assert statements_in("SELECT 'x").pieces == ()
