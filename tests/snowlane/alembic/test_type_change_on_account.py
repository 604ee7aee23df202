"""Changed types on the local account: values kept, what stops a change, and what goes with a column.

Every statement is sent inside another block, as a deployment sends it.
"""

from datetime import date, datetime
from decimal import Decimal

import pytest
from snowflake.connector.errors import ProgrammingError

CHANGE = (
    "op.change_column_type('t', 'q', 'NUMBER(10, 2)', old_type='VARCHAR(50)', schema='RAW.B'{})"
)
RESTORE = (
    "op.restore_retired_column('t', 'q', 'VARCHAR(50)', old_type='NUMBER(10, 2)', schema='RAW.B'{})"
)


def with_texts(raw, *texts: str | None) -> None:
    """A table with these texts in its column q, numbered from 0."""
    raw.sql("CREATE TABLE RAW.B.T (k NUMBER(5, 0), q VARCHAR(50), r VARCHAR(9))")
    values = [
        f"({number}, {'NULL' if text is None else repr(text)}, 'r')"
        for number, text in enumerate(texts)
    ]
    if values:
        raw.sql(f"INSERT INTO RAW.B.T (k, q, r) VALUES {', '.join(values)}")


def values(raw, column: str = "q") -> list[object]:
    return [row[0] for row in raw.sql(f"SELECT {column} FROM RAW.B.T ORDER BY k")]


def refused(raw, code: str) -> str:
    """What stops the operation, before it has changed anything."""
    before, tables = raw.columns(), raw.tables()
    with pytest.raises(ProgrammingError) as raised:
        raw.upgrade(code)
    assert raw.sent == []
    assert (raw.columns(), raw.tables()) == (before, tables)
    return str(raised.value)


def test_text_becomes_numbers_and_the_text_stays_aside(raw) -> None:
    with_texts(raw, "1", "2.50", " -3 ", "", None, "1e2")
    raw.upgrade(CHANGE.format(", empty='null'"))
    whole = [Decimal("1.00"), Decimal("2.50"), Decimal("-3.00"), None, None, Decimal("100.00")]
    assert values(raw) == whole
    assert values(raw, "q__retired") == ["1", "2.50", " -3 ", "", None, "1e2"]
    assert raw.columns() == {
        "K": "NUMBER(5,0)",
        "Q__RETIRED": "VARCHAR(50)",
        "R": "VARCHAR(9)",
        "Q": "NUMBER(10,2)",
    }


def test_an_empty_table(raw) -> None:
    with_texts(raw)
    raw.upgrade(CHANGE.format(""))
    assert raw.columns()["Q"] == "NUMBER(10,2)"


def test_a_hundred_thousand_rows(raw) -> None:
    with_texts(raw)
    raw.sql(
        "INSERT INTO RAW.B.T (k, q) SELECT MOD(SEQ4(), 99999), TO_VARCHAR(SEQ4() / 100)"
        " FROM TABLE(GENERATOR(ROWCOUNT => 100000))"
    )
    raw.upgrade(CHANGE.format(""))
    same = "SELECT COUNT(*), COUNT_IF(TO_NUMBER(q__retired, 10, 2) = q) FROM RAW.B.T"
    assert raw.sql(same) == [(100_000, 100_000)]


@pytest.mark.parametrize(
    ("text", "more", "reason"),
    [
        ("twelve", "", "text that is no NUMBER(10,2)"),
        ("123456789", "", "text that is no NUMBER(10,2)"),
        ("1.005", "", "more than two decimals"),
        ("1e-3", "", "more than two decimals"),
        ("", "", "text that is no NUMBER(10,2)"),
        ("EUR 1.005", ", conversion=\"TRY_TO_NUMBER(LTRIM({column}, 'EUR '), 10, 2)\"", "decimals"),
        ("7", ", loses='{column} = 7 AND {converted} = 7'", "more than two decimals"),
    ],
)
def test_a_value_that_would_be_lost_stops_the_change_first(raw, text, more, reason) -> None:
    with_texts(raw, "1", text)
    assert reason in refused(raw, CHANGE.format(more))
    assert values(raw) == ["1", text]


def test_a_row_that_comes_after_the_first_look_is_caught_up_or_stops_the_exchange(raw) -> None:
    with_texts(raw, "1")
    *before, cut_over = raw.render(CHANGE.format(""))
    for statement in before:
        raw.send(statement)
    raw.sql("INSERT INTO RAW.B.T (k, q) VALUES (1, '2'), (2, 'three')")
    with pytest.raises(ProgrammingError, match="text that is no NUMBER"):
        raw.send(cut_over)
    assert raw.columns()["Q"] == "VARCHAR(50)"
    raw.sql("UPDATE RAW.B.T SET q = '3' WHERE k = 2")
    raw.send(cut_over)
    assert values(raw) == [1, 2, 3]


def test_the_first_name_comes_back_when_the_second_cannot_change(raw) -> None:
    with_texts(raw, "1")
    *before, cut_over = raw.render(CHANGE.format(""))
    for statement in before:
        raw.send(statement)
    held = cut_over.replace("RENAME COLUMN Q__NEW TO Q;", "RENAME COLUMN Q__NEW TO K;")
    assert held != cut_over
    with pytest.raises(ProgrammingError):
        raw.send(held)
    assert list(raw.columns()) == ["K", "Q", "R", "Q__NEW"]
    raw.send(cut_over)
    assert values(raw) == [1]


def test_lost_values_are_kept_aside_with_their_keys(raw) -> None:
    with_texts(raw, "1", "twelve", "1.005", None)
    code = CHANGE.format(", on_loss='quarantine', key=('k',)")
    raw.upgrade(code)
    assert values(raw) == [Decimal("1.00"), None, Decimal("1.01"), None]
    raw.sql("ALTER TABLE RAW.B.T DROP COLUMN q__retired")
    kept = raw.sql(
        "SELECT k, old_value, change, reason, quarantined_at IS NOT NULL"
        " FROM RAW.B.T__Q__QUARANTINE ORDER BY k"
    )
    change = "VARCHAR(50) to NUMBER(10,2)"
    assert kept == [
        (1, "twelve", change, "T.Q holds text that is no NUMBER(10,2)", True),
        (2, "1.005", change, "T.Q holds more than two decimals", True),
    ]


def test_the_same_value_is_kept_aside_once_when_the_exchange_is_repeated(raw) -> None:
    with_texts(raw, "twelve")
    statements = raw.render(CHANGE.format(", on_loss='quarantine', key=('k',)"))
    for statement in statements:
        raw.send(statement)
    raw.sql("ALTER TABLE RAW.B.T RENAME COLUMN q TO q__new")
    raw.sql("ALTER TABLE RAW.B.T RENAME COLUMN q__retired TO q")
    raw.send(statements[-1])
    assert raw.sql("SELECT k, old_value FROM RAW.B.T__Q__QUARANTINE") == [(0, "twelve")]


def test_lost_values_are_given_up_for_a_reason(raw) -> None:
    with_texts(raw, "1", "twelve", "1.005")
    raw.upgrade(CHANGE.format(", on_loss='accept', reason='test tills only'"))
    assert values(raw) == [Decimal("1.00"), None, Decimal("1.01")]
    assert "-- Values may be lost: test tills only" in raw.sent[-1]


def test_not_null_default_and_comment_go_with_the_column(raw) -> None:
    raw.sql(
        "CREATE TABLE RAW.B.T (k NUMBER(5, 0), q VARCHAR(50) NOT NULL DEFAULT '0'"
        " COMMENT 'it''s pieces')"
    )
    raw.sql("INSERT INTO RAW.B.T (k, q) VALUES (0, '1.5')")
    raw.upgrade(CHANGE.format(', nullable=False, default="0", comment="it\'s pieces"'))
    assert raw.columns() == {
        "K": "NUMBER(5,0)",
        "Q__RETIRED": "VARCHAR(50)",
        "Q": "NUMBER(10,2) NOT NULL",
    }
    raw.sql("INSERT INTO RAW.B.T (k) VALUES (1)")
    assert values(raw) == [Decimal("1.50"), Decimal("0.00")]
    comment = (
        "SELECT comment FROM RAW.INFORMATION_SCHEMA.COLUMNS"
        " WHERE table_name = 'T' AND column_name = 'Q'"
    )
    assert raw.sql(comment) == [("it's pieces",)]


def test_an_empty_text_cannot_become_null_where_null_is_not_taken(raw) -> None:
    raw.sql("CREATE TABLE RAW.B.T (k NUMBER(5, 0), q VARCHAR(50) NOT NULL)")
    raw.sql("INSERT INTO RAW.B.T (k, q) VALUES (0, '')")
    said = refused(raw, CHANGE.format(", nullable=False, empty='null'"))
    assert "NUMBER(10,2) would have rows without a value" in said


@pytest.mark.parametrize(
    "column",
    [
        "q VARCHAR(40)",
        "q NUMBER(10, 2)",
        "q VARCHAR(50) NOT NULL",
        "q VARCHAR(50) DEFAULT 'x'",
        "q VARCHAR(50) COMMENT 'pieces'",
        "other VARCHAR(50)",
    ],
)
def test_a_column_that_is_not_as_the_revision_says_stops_the_change(raw, column) -> None:
    raw.sql(f"CREATE TABLE RAW.B.T (k NUMBER(5, 0), {column})")
    said = refused(raw, CHANGE.format(""))
    assert "T is not what the revision says (Q VARCHAR(50), nullable, no default, no" in said


@pytest.mark.parametrize("key", ["PRIMARY KEY (q)", "UNIQUE (k, q)"])
def test_a_key_would_stay_with_the_retired_column(raw, key) -> None:
    raw.sql(f"CREATE TABLE RAW.B.T (k NUMBER(5, 0), q VARCHAR(50) NOT NULL, {key})")
    assert "a policy, a tag or a key" in refused(raw, CHANGE.format(", nullable=False"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("\tQ VARCHAR(50) NOT NULL WITH MASKING POLICY D.S.P COMMENT 'a'", True),
        ("\tQ VARCHAR(50) DEFAULT 'it''s' WITH TAG (D.S.T='x')", True),
        ('\t"Q" VARCHAR(50) WITH PROJECTION POLICY D.S.P', True),
        ("\tQ VARCHAR(50) COMMENT 'WITH TAG or MASKING POLICY'", False),
        ("\tR VARCHAR(50) WITH MASKING POLICY D.S.P", False),
        ("\tQQ VARCHAR(50) WITH TAG (D.S.T='x')", False),
    ],
)
def test_policies_and_tags_are_found_in_the_text_of_the_table(raw, line, found) -> None:
    # The local account has no policies and tags, so the condition gets the text Snowflake shows.
    look_first = raw.render(CHANGE.format(""))[0]
    ddl = "create or replace TABLE T (\n\tK NUMBER(5,0),\n" + line + "\n);"
    given = ddl.replace("'", "''")
    lines = look_first.splitlines()
    start = lines.index("  SELECT COUNT_IF(")
    asked = " ".join(lines[start : lines.index("  ) INTO :found;")]) + ")"
    asked = asked.replace("GET_DDL('TABLE', 'RAW.B.T')", f"'{given}'")
    assert raw.sql(asked) == [(int(found),)]


def test_the_way_back_keeps_the_old_text_where_the_value_is_still_its(raw) -> None:
    with_texts(raw, "1", "2.50", "", None, " 7 ")
    raw.upgrade(CHANGE.format(", empty='null'"))
    raw.sql("UPDATE RAW.B.T SET q = 4 WHERE k = 0")
    raw.sql("INSERT INTO RAW.B.T (k, q) VALUES (5, 8.25)")
    raw.upgrade(RESTORE.format(""))
    assert values(raw) == ["4.00", "2.50", "", None, " 7 ", "8.25"]
    assert raw.columns() == {"K": "NUMBER(5,0)", "Q": "VARCHAR(50)", "R": "VARCHAR(9)"}


def test_the_way_back_stops_when_a_value_has_no_way_back(raw) -> None:
    raw.sql("CREATE TABLE RAW.B.T (k NUMBER(5, 0), q VARCHAR(3))")
    raw.upgrade(CHANGE.format("").replace("VARCHAR(50)", "VARCHAR(3)"))
    raw.sql("INSERT INTO RAW.B.T (k, q) VALUES (0, 12345)")
    said = refused(raw, RESTORE.format("").replace("VARCHAR(50)", "VARCHAR(3)"))
    assert "values that do not fit VARCHAR(3)" in said


def test_there_and_back_and_there_again(raw) -> None:
    with_texts(raw, "1", "2.50")
    for _ in range(2):
        raw.upgrade(CHANGE.format(""))
        raw.upgrade(RESTORE.format(""))
    assert values(raw) == ["1", "2.50"]


def test_the_reverse_change_once_the_retired_column_is_gone(raw) -> None:
    with_texts(raw, "1", "2.50")
    raw.upgrade(CHANGE.format(""))
    raw.upgrade("op.drop_retired_column('t', 'q', schema='RAW.B')")
    assert list(raw.columns()) == ["K", "R", "Q"]
    raw.upgrade(
        "op.change_column_type('t', 'q', 'VARCHAR(50)', old_type='NUMBER(10, 2)', schema='RAW.B')"
    )
    assert values(raw) == ["1.00", "2.50"]


def test_fewer_digits_in_place_when_every_value_fits(raw) -> None:
    raw.sql("CREATE TABLE RAW.B.T (k NUMBER(5, 0), q NUMBER(12, 2) NOT NULL COMMENT 'c')")
    raw.sql("INSERT INTO RAW.B.T (k, q) VALUES (0, 99.99), (1, 1234567890.12)")
    code = (
        "op.change_column_type('t', 'q', 'NUMBER(8, 2)', old_type='NUMBER(12, 2)', schema='RAW.B')"
    )
    assert "values that do not fit NUMBER(8,2)" in refused(raw, code)
    raw.sql("UPDATE RAW.B.T SET q = 1.12 WHERE k = 1")
    raw.upgrade(code)
    assert raw.columns() == {"K": "NUMBER(5,0)", "Q": "NUMBER(8,2) NOT NULL"}


PAIRS = [
    ("NUMBER(12,4)", "NUMBER(10,2)", "1.5000", Decimal("1.50"), "1.5001"),
    ("FLOAT", "NUMBER(10,2)", "1.5", Decimal("1.50"), "1.505"),
    ("NUMBER(20,0)", "FLOAT", "12", 12.0, "12345678901234567890"),
    ("VARCHAR(50)", "FLOAT", "'1.5'", 1.5, "'x'"),
    ("VARCHAR(50)", "NUMBER(38,0)", "'12'", 12, "'12.5'"),
    ("VARCHAR(50)", "BOOLEAN", "'yes'", True, "'perhaps'"),
    ("VARCHAR(50)", "VARCHAR(3)", "'abc'", "abc", "'abcd'"),
    ("NUMBER(10,2)", "VARCHAR(5)", "1.5", "1.50", "123.45"),
    ("DATE", "VARCHAR(20)", "'2026-11-23'", "2026-11-23", None),
    ("DATE", "TIMESTAMP_NTZ", "'2026-11-23'", datetime(2026, 11, 23), None),  # noqa: DTZ001
    ("TIMESTAMP_NTZ", "DATE", "'2026-11-23'", date(2026, 11, 23), "'2026-11-23 01:00:00'"),
    ("BOOLEAN", "VARCHAR", "TRUE", "true", None),
]


@pytest.mark.parametrize(("old", "new", "given", "becomes", "lost"), PAIRS)
def test_derived_conversions_keep_values_and_find_lost_ones(
    raw, old, new, given, becomes, lost
) -> None:
    raw.sql(f"CREATE TABLE RAW.B.T (k NUMBER(5, 0), q {old})")
    raw.sql(f"INSERT INTO RAW.B.T (k, q) VALUES (0, {given}), (1, NULL)")
    code = f"op.change_column_type('t', 'q', '{new}', old_type='{old}', schema='RAW.B')"
    if lost is not None:
        raw.sql(f"INSERT INTO RAW.B.T (k, q) VALUES (2, {lost})")
        assert "T.Q holds" in refused(raw, code)
        raw.sql("DELETE FROM RAW.B.T WHERE k = 2")
    raw.upgrade(code)
    assert values(raw) == [becomes, None]


def test_names_that_need_quotes(raw) -> None:
    raw.sql('CREATE TABLE RAW.B."Odd t" (k NUMBER(5, 0), "Per cent %" VARCHAR(5), "order" DATE)')
    raw.sql("INSERT INTO RAW.B.\"Odd t\" VALUES (0, '5', '2026-11-23')")
    raw.upgrade(
        "op.change_column_type('Odd t', 'Per cent %', 'NUMBER(5, 0)', old_type='VARCHAR(5)',"
        " schema='RAW.B')\n"
        "op.change_column_type('Odd t', 'order', 'VARCHAR(10)', old_type='DATE', schema='RAW.B')"
    )
    assert raw.sql('SELECT "Per cent %", "order" FROM RAW.B."Odd t"') == [(5, "2026-11-23")]
