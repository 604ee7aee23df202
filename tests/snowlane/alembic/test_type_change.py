"""Changed types as statements: which way is taken, how they read, and what is refused."""

from pathlib import Path

import pytest

from snowlane.errors import ExitCode, RefusedError
from snowlane.sql.mapping import NameMap, map_names
from snowlane.sql.statements import single_statement

GOLDEN = Path(__file__).parent / "golden"
WRITERS = "('pipe RAW.B.P', 'task STAGING.TASKS.ROOT', 'task STAGING.TASKS.CHILD')"


def change(old: str, new: str, more: str = "") -> str:
    return f"op.change_column_type('t', 'q', {new!r}, old_type={old!r}, schema='RAW.B'{more})"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("VARCHAR(50)", "VARCHAR(80)"),
        ("VARCHAR(50)", "STRING"),
        ("NUMBER(10, 2)", "NUMBER(12, 2)"),
        ("VARCHAR(9) COLLATE 'en'", "VARCHAR(10) COLLATE 'en'"),
    ],
)
def test_what_snowflake_allows_is_one_alter(rendered, old, new) -> None:
    (statement,) = rendered(change(old, new))
    assert statement.startswith("ALTER TABLE RAW.B.T ALTER COLUMN Q TYPE ")


def test_fewer_digits_are_looked_at_first(rendered) -> None:
    look, alter = rendered(change("NUMBER(12, 2)", "NUMBER(10, 2)"))
    assert "RAISE unfit" in look
    assert alter == "ALTER TABLE RAW.B.T ALTER COLUMN Q TYPE NUMBER(10,2)"


def test_fewer_digits_with_lost_values_kept_aside_need_a_new_column(rendered) -> None:
    code = change("NUMBER(12, 2)", "NUMBER(10, 2)", ", on_loss='quarantine', key=('k',)")
    assert "ALTER TABLE RAW.B.T ADD COLUMN Q__NEW NUMBER(10,2)" in rendered(code)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (
            "text_to_number.sql",
            change("VARCHAR(50)", "NUMBER(10, 2)", f", empty='null', writers={WRITERS}"),
        ),
        (
            "everything_with_it.sql",
            change(
                "NUMBER(12, 4)",
                "NUMBER(10, 2)",
                ", nullable=False, default='0', comment=\"it's 5%\","
                " masking_policy='RAW.M.MASK', tags={'RAW.M.PII': 'yes'}",
            ),
        ),
        (
            "quarantine.sql",
            change("VARCHAR(50)", "DATE", ", on_loss='quarantine', key=('file', 'line'),"
                   " conversion=\"TRY_TO_DATE({column}, 'DD.MM.YYYY')\""),
        ),
        (
            "restore.sql",
            "op.restore_retired_column('t', 'q', 'VARCHAR(50)', old_type='NUMBER(10, 2)',"
            " schema='RAW.B', nullable=False)",
        ),
    ],
)  # fmt: skip
def test_the_statements_as_people_read_them(rendered, name, code) -> None:
    text = "".join(f"{statement};\n\n" for statement in rendered(code))
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_every_statement_is_one_and_names_only_what_can_be_mapped(rendered) -> None:
    databases = NameMap({"RAW": "QA_RAW", "STAGING": "QA_STAGING"})
    code = change("VARCHAR(50)", "NUMBER(10, 2)", f", writers={WRITERS}, tags={{'RAW.M.T': 'x'}}")
    for statement in rendered(code):
        assert single_statement(statement) == statement
        mapped = map_names(statement, databases)
        assert not mapped.questions
        assert "RAW.B." not in mapped.text.replace("QA_RAW.B.", "")
        assert "STAGING.TASKS" not in mapped.text.replace("QA_STAGING.TASKS", "")


def test_a_type_of_sqlalchemy(rendered) -> None:
    code = (
        "op.change_column_type('t', 'q', sa.Numeric(10, 2), old_type=sa.String(50), schema='RAW.B')"
    )
    assert rendered(code) == rendered(change("VARCHAR(50)", "NUMBER(10, 2)"))


def test_the_retired_column_goes(rendered) -> None:
    code = (
        "op.drop_retired_column('t', 'q', schema='RAW.B')\n"
        "op.drop_retired_column('t', 'q', schema='RAW.B', retired='q_text')"
    )
    assert rendered(code) == (
        "ALTER TABLE RAW.B.T DROP COLUMN Q__RETIRED",
        "ALTER TABLE RAW.B.T DROP COLUMN Q_TEXT",
    )


NUMBER = ("VARCHAR(50)", "NUMBER(10, 2)")
REFUSED = [
    (change("VARCHAR(50)", "VARCHAR(50)"), "has the type VARCHAR(50) already"),
    (change("VARCHAR(50)", "MONEY"), "'MONEY' is not a type"),
    (change("VARCHAR(50)", "DATE"), "conversion=\"TRY_TO_DATE({column}, 'YYYY-MM-DD')\""),
    (change("VARIANT", "VARCHAR"), "is not to be guessed"),
    (change("TIMESTAMP_NTZ", "TIMESTAMP_TZ"), "is not to be guessed"),
    (change(*NUMBER, ", on_loss='ignore'"), "refuse, quarantine, accept"),
    (change(*NUMBER, ", empty='zero'"), "loss, null"),
    (change(*NUMBER, ", on_loss='accept', reason=' '"), "without a reason"),
    (change(*NUMBER, ", on_loss='quarantine'"), "key="),
    (change(*NUMBER, ", on_loss='quarantine', key=('k',), nullable=False"), "is NOT NULL"),
    (change(*NUMBER, ", conversion='TRY_TO_NUMBER(q, 10, 2)'"), "write {column}"),
    (change(*NUMBER, ", conversion='TRY_TO_NUMBER({column}, 10, 2'"), "not one expression"),
    (change(*NUMBER, ", conversion='{column}); DROP TABLE t; --'"), "not one expression"),
    (change(*NUMBER, ", conversion='{column} -- as it is'"), "not one expression"),
    (change(*NUMBER, ', conversion="\'{column}"'), "no end"),
    (change(*NUMBER, ", conversion='{column}::NUMBER(10, 2)'"), "rounds without a word"),
    (change(*NUMBER, ", conversion='NULLIF({column}, $$x$$)', loses='FALSE'"), "$$"),
    (change(*NUMBER, ", default='0, x NUMBER'"), "not one expression"),
    (change(*NUMBER, ", writers=('view RAW.B.V',)"), "is not a writer"),
    (change(*NUMBER, ", writers=('pipe P',)"), "is not a writer"),
    (change(*NUMBER, ", tags={'PII': 'x'}"), "in three parts"),
    (change(*NUMBER).replace("'RAW.B'", "'B'"), 'schema="RAW.BRONZE"'),
    (change(*NUMBER).replace("'q'", "''"), "is not a name"),
    (
        "op.restore_retired_column('t', 'q', 'VARIANT', old_type='NUMBER(10, 2)', schema='RAW.B')",
        'conversion="TRY_PARSE_JSON({column})"',
    ),
    (
        "op.restore_retired_column('t', 'q', 'VARCHAR(50)', old_type='DATE', schema='RAW.B')",
        'changed_by="TRY_TO_DATE',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "said"), REFUSED)
def test_what_cannot_be_done_is_refused_with_the_text_to_write(rendered, code, said) -> None:
    with pytest.raises(RefusedError) as raised:
        rendered(code)
    error = raised.value
    assert error.exit_code == ExitCode.REFUSED
    assert error.what.startswith("migrations/versions/r1.py, line 11: ")
    assert said in f"{error.what} {error.why} {error.next}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sa.String(50)", "sa.Numeric(10, 2)"),
        ("sa.String(50)", "sa.String(40)"),
        ("sa.Numeric(10, 2)", "sa.Numeric(10, 3)"),
        ("sa.Date()", "sa.DateTime()"),
    ],
)
def test_a_refused_alter_column_names_the_operation_that_does_it(rendered, old, new) -> None:
    code = f"op.alter_column('t', 'q', type_={new}, existing_type={old}, schema='RAW.B')"
    with pytest.raises(RefusedError) as raised:
        rendered(code)
    assert "op.change_column_type(" in raised.value.next
    pasted = raised.value.next[raised.value.next.index("op.change_column_type(") :]
    assert rendered(f"{pasted[:-2]}, conversion='NULLIF({{column}}, NULL)', loses='FALSE')")


@pytest.mark.parametrize(
    ("old", "new"),
    [("sa.String(50)", "sa.String(80)"), ("sa.Numeric(10, 2)", "sa.Numeric(12, 2)")],
)
def test_an_allowed_alter_column_stays_one_alter(rendered, old, new) -> None:
    code = f"op.alter_column('t', 'q', type_={new}, existing_type={old}, schema='RAW.B')"
    (statement,) = rendered(code)
    assert statement.startswith('ALTER TABLE "RAW"."B".t ALTER COLUMN q TYPE ')
