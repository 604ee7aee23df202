"""Revisions as exact statements: nothing mangled, Snowflake's forms right, the rest refused."""

import pytest

from snowlane.alembic.history import load_history
from snowlane.alembic.render import render
from snowlane.errors import RefusedError

TABLE = '"RAW"."B".t'

RENDERED = {
    "colons and percents": (
        "op.sql(\"SELECT a:b.c::INT, '5%', '%(x)s', :x FROM RAW.B.T WHERE d LIKE '%''%'\")",
        "SELECT a:b.c::INT, '5%', '%(x)s', :x FROM RAW.B.T WHERE d LIKE '%''%'",
    ),
    "execute of a string": ("op.execute('SELECT a:b, 10 % 3 FROM x')", "SELECT a:b, 10 % 3 FROM x"),
    "execute of a text": ("op.execute(sa.text('SELECT a:b, 10 % 3'))", "SELECT a:b, 10 % 3"),
    "text with values": (
        "op.execute(sa.text('SELECT :x').bindparams(x=\"it's 5%\"))",
        "SELECT 'it''s 5%'",
    ),
    "scripting": (
        "op.sql('EXECUTE IMMEDIATE $$ BEGIN LET x := 1; RETURN :x; END $$;')",
        "EXECUTE IMMEDIATE $$ BEGIN LET x := 1; RETURN :x; END $$",
    ),
    "column rename": (
        "op.alter_column('t', 'a', new_column_name='b', schema='RAW.B')",
        f"ALTER TABLE {TABLE} RENAME COLUMN a TO b",
    ),
    "column comment": (
        "op.alter_column('t', 'a', comment=\"it's 5%\", schema='RAW.B')",
        f"ALTER TABLE {TABLE} ALTER COLUMN a COMMENT 'it''s 5%'",
    ),
    "column comment removed": (
        "op.alter_column('t', 'a', comment=None, existing_comment='x', schema='RAW.B')",
        f"ALTER TABLE {TABLE} ALTER COLUMN a UNSET COMMENT",
    ),
    "not null": (
        "op.alter_column('t', 'a', nullable=False, schema='RAW.B')",
        f"ALTER TABLE {TABLE} ALTER COLUMN a SET NOT NULL",
    ),
    "type": (
        "op.alter_column('t', 'a', type_=sa.String(80), schema='RAW.B')",
        f"ALTER TABLE {TABLE} ALTER COLUMN a TYPE VARCHAR(80)",
    ),
    "add column": (
        "op.add_column('t', sa.Column('a', sa.String(9), server_default='5%'), schema='RAW.B')",
        f"ALTER TABLE {TABLE} ADD COLUMN a VARCHAR(9) DEFAULT '5%'",
    ),
    "table rename": (
        "op.rename_table('t', 'u', schema='RAW.B')",
        f'ALTER TABLE {TABLE} RENAME TO "RAW"."B".u',
    ),
    "rows": (
        "op.bulk_insert(sa.table('t', sa.column('a', sa.String), schema='RAW.B'), "
        "[{'a': \"it's \\\\ 5%\"}])",
        f"INSERT INTO {TABLE} (a) VALUES ('it''s \\\\ 5%')",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RENDERED)
def test_an_operation_becomes_its_exact_statement(shop, case: str) -> None:
    code, expected = RENDERED[case]
    shop.revision("r1", code)
    history = load_history(shop.root, shop.root / "alembic.ini")
    (revision,) = render(history, None, "r1")
    assert revision.statements == (expected,)


@pytest.mark.parametrize("text", ["", " ", "-- nothing yet", "/* nothing */ ;", ";;"])
def test_a_text_with_nothing_to_run_is_left_out(rendered, text: str) -> None:
    assert rendered(f"op.execute({text!r})\nop.execute('SELECT 1;')") == ("SELECT 1",)


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN DELETE FROM RAW.B.T; RETURN 1; END",
        "DECLARE n INT; BEGIN n := 1; RETURN n; END",
        "EXECUTE IMMEDIATE $$ BEGIN SELECT 1; SELECT 2; END $$",
        "CREATE TASK RAW.B.T AS BEGIN SELECT 1; SELECT 2; END",
        "INSERT INTO RAW.B.T (a) /* one; two */ VALUES (';')",
    ],
)
def test_semicolons_within_a_statement_are_its_own(rendered, text: str) -> None:
    assert rendered(f"op.execute({text!r})") == (text,)
    assert rendered(f"op.execute({text + '; -- three; four'!r})") == (text,)


def test_a_data_check_is_one_statement_that_raises(shop) -> None:
    shop.revision("r1", "op.expect('SELECT 1 FROM RAW.B.T;', rows=2, message=\"it's wrong\")")
    (revision,) = render(load_history(shop.root, shop.root / "alembic.ini"), None, "r1")
    (statement,) = revision.statements
    assert "(-20001, 'it''s wrong')" in statement
    assert "IF (found <> 2) THEN" in statement
    assert statement.startswith("EXECUTE IMMEDIATE $$")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("op.create_index('i', 't', ['a'], schema='RAW.B')", "no indexes"),
        ("op.create_table('t', sa.Column('a', sa.Integer, index=True))", "no indexes"),
        ("op.drop_index('i', 't')", "no indexes"),
        ("op.alter_column('t', 'a', server_default='1')", "default of t.a cannot be set"),
        ("op.sql('SELECT 1; SELECT 2')", "exactly one statement"),
        ("op.execute('SELECT 1; SELECT 2')", 'op.sql("SELECT 1")\nop.sql("SELECT 2")'),
        ("op.execute(sa.text('SELECT 1; SELECT 2'))", "op.execute takes exactly one statement"),
        ("op.execute('BEGIN; SELECT 1; COMMIT')", "exactly one statement"),
        ("op.sql('-- nothing')", "exactly one statement"),
        ('op.sql("SELECT \'x")', "no end"),
        ("op.expect('SELECT $$x$$')", "$$"),
        ("op.nonsense('x')", "AttributeError"),
        ("op.get_bind().execute(sa.text('SELECT 1')).scalar()", "without asking the database"),
    ],
)
def test_what_cannot_be_rendered_is_refused_with_file_and_line(shop, code: str, why: str) -> None:
    shop.revision("r1", code)
    history = load_history(shop.root, shop.root / "alembic.ini")
    with pytest.raises(RefusedError) as raised:
        render(history, None, "r1")
    error = raised.value
    assert error.what.startswith("migrations/versions/r1.py, line 11: ")
    assert why in f"{error.what} {error.why} {error.next}"


def test_a_table_with_its_columns_comments_and_clustering(shop) -> None:
    shop.revision(
        "r1",
        "op.create_table('t', sa.Column('id', sa.Numeric(38, 0), sa.Identity(), nullable=False),"
        " sa.Column('a', sa.Numeric(10, 2), server_default=sa.text('0'), comment='5%'),"
        " schema='RAW.B', snowflake_clusterby=['a'], comment='all')",
    )
    (revision,) = render(load_history(shop.root, shop.root / "alembic.ini"), None, "r1")
    create, *comments = (" ".join(text.split()) for text in revision.statements)
    assert create == (
        f"CREATE TABLE {TABLE} ( id NUMERIC(38, 0) NOT NULL IDENTITY, "
        "a NUMERIC(10, 2) DEFAULT 0 ) CLUSTER BY (a)"
    )
    assert comments == [
        f"COMMENT ON TABLE {TABLE} IS 'all'",
        f"COMMENT ON COLUMN {TABLE}.a IS '5%'",
    ]


def test_up_down_and_nothing(shop) -> None:
    shop.revision("r1", "op.sql('UP 1')", "op.sql('DOWN 1')")
    shop.revision("r2", "op.sql('UP 2')", "op.sql('DOWN 2')", after="r1")
    history = load_history(shop.root, shop.root / "alembic.ini")
    assert [each.statements for each in render(history, None, "r2")] == [("UP 1",), ("UP 2",)]
    down = render(history, "r2", None)
    assert [(each.statements, each.leaves, each.reaches) for each in down] == [
        (("DOWN 2",), "r2", "r1"),
        (("DOWN 1",), "r1", None),
    ]
    assert render(history, "r2", "r2") == ()
