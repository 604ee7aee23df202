"""BINARY and its hexadecimal digits: docs.snowflake.com/en/sql-reference/binary-input-output."""

from __future__ import annotations

from tests.snowlocal.conftest import Sql, error_of

_ILLEGAL = "The following string is not a legal hex-encoded value: 'zz'"


def test_a_text_becomes_the_bytes_that_its_digits_name(sql: Sql, schema: str) -> None:
    sql(f"USE SCHEMA {schema}", "CREATE TABLE b (b BINARY, v VARCHAR, k INT)")
    values = "'6162'::BINARY, TO_BINARY('6162'), TRY_CAST('zz' AS BINARY), TRY_TO_BINARY('zz'), TO_BINARY('a', 'UTF-8')"
    assert sql(f"SELECT {values}") == [(b"ab", b"ab", None, None, b"a")]
    texts = "X'0aff'::VARCHAR, TO_CHAR(X'0aff'), LENGTH(X'ab' || X'cd')"
    assert sql(f"SELECT {texts}") == [("0AFF", "0AFF", 2)]
    sql(
        "INSERT INTO b VALUES ('61', 'x', 1)",
        "INSERT INTO b SELECT '62', X'0a', 2",
        "MERGE INTO b USING (SELECT '63' AS h) s ON b.k = 3"
        " WHEN NOT MATCHED THEN INSERT VALUES (s.h, X'0b', 3)",
        "UPDATE b SET b = '64', v = b WHERE b = '61'",
    )
    assert sql("SELECT b, v FROM b ORDER BY k") == [(b"d", "61"), (b"b", "0A"), (b"c", "0B")]


def test_what_is_no_hexadecimal_is_refused(sql: Sql, schema: str) -> None:
    sql(f"USE SCHEMA {schema}", "CREATE TABLE b (b BINARY)")
    sql("INSERT INTO b VALUES ('61')")
    compared = "SELECT * FROM b WHERE b = 'zz'"
    for statement in ("SELECT 'zz'::BINARY", "INSERT INTO b VALUES ('zz')", compared):
        number, message = error_of(lambda text=statement: sql(text))
        assert (number, _ILLEGAL in message) == (100115, True), statement
