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


def test_a_statement_in_a_branch_a_loop_or_a_handler_is_conditional() -> None:
    block = """EXECUTE IMMEDIATE $$
    DECLARE
      e EXCEPTION (-20001, 'x');
    BEGIN
      DROP TABLE always1;
      SELECT CASE WHEN x THEN CASE WHEN y THEN 1 ELSE 2 END END INTO :n FROM t;
      IF (n > 0) THEN
        DROP TABLE branch;
        IF (n > 1) THEN RAISE e; END IF;
      ELSE DROP TABLE branch;
      END IF;
      DROP TABLE always2;
      FOR i IN 1 TO 3 DO DROP TABLE loop; END FOR;
      CASE (n) WHEN 1 THEN DROP TABLE branch; ELSE DROP TABLE branch; END CASE;
      REPEAT DROP TABLE loop; UNTIL (n > 1) END REPEAT;
      BEGIN
        DROP TABLE always3;
      EXCEPTION WHEN OTHER THEN
        DROP TABLE handler;
      END;
      BEGIN TRANSACTION;
      EXECUTE IMMEDIATE 'DROP TABLE always4';
      COMMIT;
    END;
    $$"""
    drops = [each for each in statements_in(block).pieces if each.text.startswith("DROP")]
    certain = [each.text.split()[-1] for each in drops if not each.is_conditional]
    assert certain == ["always1", "always2", "always3", "always4"]
    assert len(drops) == 11
