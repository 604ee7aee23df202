"""Where each rule keeps quiet, and what it finds in the less common forms."""

import pytest
from tests.snowlane.conftest import Shop
from tests.snowlane.lint.cases import NOTHING, SALES_STREAM, TABLES, VIEW

from snowlane.checking import gather_facts
from snowlane.config.project import Project
from snowlane.lint.engine import lint

EXPECT = 'op.expect("SELECT 1 FROM RAW.B.SALES WHERE price IS NULL", message="fill it first")\n'
TASK = "CREATE OR REPLACE TASK DW.F.T\n    WAREHOUSE = WH\n    SCHEDULE = '60 MINUTE'\nAS\n"
JS = "CREATE OR REPLACE PROCEDURE DW.F.P()\nCOPY GRANTS\nRETURNS VARCHAR\nLANGUAGE JAVASCRIPT\nAS\n"


def rules(shop: Shop, upgrade: str = NOTHING, downgrade: str = NOTHING, **objects: str) -> set[str]:
    shop.revision("r1", TABLES, NOTHING)
    shop.revision("r2", upgrade, downgrade, after="r1")
    for name, text in objects.items():
        shop.object(name, text)
    found = lint(gather_facts(Project(shop.root)))
    return {f"{each.severity.value} {each.rule}" for each in found}


@pytest.mark.parametrize(
    "upgrade",
    [
        'op.alter_column("sales", "quantity", type_=sa.String(80), schema="RAW.B")',
        'op.sql("ALTER TABLE RAW.B.SALES ALTER COLUMN price TYPE NUMBER(12, 2)")',
        EXPECT + 'op.sql("ALTER TABLE RAW.B.SALES ALTER COLUMN price TYPE NUMBER(8, 2)")',
        EXPECT + 'op.sql("ALTER TABLE RAW.B.SALES ALTER COLUMN price SET NOT NULL")',
        'op.sql("ALTER TABLE RAW.B.SALES ALTER COLUMN price DROP NOT NULL")',
        'op.sql("ALTER TABLE RAW.B.SALES ADD COLUMN n NUMBER NOT NULL DEFAULT -1")',
        'op.sql("ALTER TABLE RAW.B.SALES ADD COLUMN IF NOT EXISTS n DATE")',
        'op.sql("CREATE OR REPLACE TEMPORARY TABLE RAW.B.W (a INT)")',
        'op.sql("CREATE TABLE RAW.B.W (a INT)")\n'
        'op.sql("ALTER TABLE RAW.B.W ADD COLUMN b INT NOT NULL")\n'
        'op.sql("ALTER TABLE RAW.B.W ADD COLUMN id INT AUTOINCREMENT")',
        'op.sql("CREATE HYBRID TABLE RAW.B.H (a INT PRIMARY KEY, b INT)")\n'
        'op.sql("CREATE INDEX i ON RAW.B.H (b)")\nop.sql("CREATE UNIQUE INDEX u ON RAW.B.H (a)")',
        'op.sql("ALTER TABLE RAW.B.SALES ADD COLUMN n DATE")\n'
        'op.sql("UPDATE RAW.B.SALES SET n = CURRENT_DATE()")',
        'op.sql("ALTER TASK DW.F.T SUSPEND")\nop.sql("ALTER TASK DW.F.T RESUME")',
        'op.sql("ALTER TASK DW.F.T SUSPEND")\n'
        "op.sql(\"SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('DW.F.T')\")",
        'op.sql("INSERT INTO DW.F.FACT (id) SELECT id FROM RAW.B.SALES")',
        'op.sql("INSERT INTO RAW.B.ELSEWHERE VALUES (1)")',
        'op.drop_column("sales", "price", schema="RAW.B")',
        'op.sql("DROP DATABASE ROLE RAW.READER")',
        'op.sql("DROP SCHEMA DW.RAW")',
        'op.sql("DROP SCHEMA DW")',
        'op.sql("ALTER TABLE RAW.B.SALES ADD COLUMN \\"ORDER\\" DATE")',
        'op.sql("ALTER TABLE RAW.B.SALES RENAME COLUMN price TO cost")\n'
        'op.sql("ALTER TABLE RAW.B.SALES RENAME COLUMN cost TO price")',
    ],
)  # fmt: skip
def test_a_sound_revision_is_left_alone(shop: Shop, upgrade: str) -> None:
    objects = {"dw/v": VIEW + "SELECT id FROM RAW.B.SALES"}
    assert rules(shop, upgrade, **objects) == set()


@pytest.mark.parametrize(
    ("upgrade", "expected"),
    [
        ('op.alter_column("nowhere", "a", type_=sa.Date, schema="RAW.B")', "error column-type-change"),
        (
            'op.sql("ALTER TABLE RAW.B.SALES ALTER COLUMN price TYPE NUMBER(8, 2)")',
            "error column-type-change",
        ),
        (
            'op.sql("EXECUTE IMMEDIATE $$ BEGIN ALTER TABLE RAW.B.SALES ALTER COLUMN quantity '
            'TYPE DATE; END $$")',
            "error column-type-change",
        ),
        (
            'op.add_column("sales", sa.Column("n", sa.Date, nullable=False), schema="RAW.B")',
            "error not-null-on-existing-rows",
        ),
        ('op.sql("INSERT INTO DW.F.FACT SELECT 1, 2")', "warning positional-insert"),
        ('op.sql("COPY INTO DW.F.FACT FROM @RAW.B.S")', "warning positional-insert"),
        ('op.sql("CREATE OR REPLACE TASK DW.F.T WAREHOUSE = WH AS SELECT 1")', "error task-left-suspended"),
        ('op.sql("ALTER ALERT DW.F.A SUSPEND")', "error task-left-suspended"),
        ('op.sql("CREATE INDEX i ON RAW.B.SALES (id)")', "error index-on-table"),
        ('op.sql("CREATE OR REPLACE VIEW DW.F.V AS SELECT 1 AS n")', "error copy-grants-missing"),
        ('op.sql("UPDATE RAW.B.SALES SET price = 0")', "warning dml-without-where"),
        ('op.sql("TRUNCATE RAW.B.SALES")', "warning dml-without-where"),
        ('op.sql("TRUNCATE TABLE IF EXISTS RAW.B.SALES")', "warning dml-without-where"),
        ('op.sql("CREATE UNIQUE INDEX i ON RAW.B.SALES (id)")', "error index-on-table"),
        ('op.sql("CREATE OR REPLACE SCHEMA RAW.X")', "error create-or-replace-schema"),
        ('op.sql("BEGIN DROP SCHEMA IF EXISTS RAW.B; END")', "error drop-schema"),
        ('op.sql("CREATE OR REPLACE DATABASE RAW")', "error database-in-revision"),
        ('op.sql("DROP DATABASE RAW CASCADE")', "error database-in-revision"),
        ('op.sql("ALTER DATABASE RAW RENAME TO RAW_OLD")', "error database-in-revision"),
        ('sa.inspect(op.get_bind()).get_table_names()', "error needs-live-connection"),
        ('op.execute("SELECT \'x")', "error revision-does-not-render"),
        ('op.sql("DROP TABLE PROD_RAW.B.SALES")', "error hard-coded-database"),
        ('op.sql("USE DATABASE PROD_RAW")', "error hard-coded-database"),
        ('op.sql("SELECT id FROM RAW.B.SALES AS raw")', "error alias-equals-logical-database"),
        (
            'op.sql("ALTER TABLE RAW.B.SALES DROP COLUMN shop")',
            "error clustering-key-column",
        ),
        (
            'op.sql("ALTER TABLE RAW.B.SALES ADD COLUMN n DATE")\n'
            'op.sql("ALTER TABLE RAW.B.SALES ALTER COLUMN n DROP DEFAULT")',
            "error default-of-existing-column",
        ),
        (
            'op.create_table("w", sa.Column("n", sa.Boolean, server_default="0"), schema="RAW.B")',
            "error string-default-on-number",
        ),
        (
            'op.create_table("w", sa.Column("n", sa.Integer, index=True), schema="RAW.B")',
            "error index-on-table",
        ),
    ],
)  # fmt: skip
def test_the_less_common_forms_are_found(shop: Shop, upgrade: str, expected: str) -> None:
    assert expected in rules(shop, upgrade)


def test_a_downgrade_is_linted_too(shop: Shop) -> None:
    found = rules(shop, NOTHING, 'op.sql("CREATE OR REPLACE TABLE DW.F.FACT (id INT)")')
    assert found == {"error create-or-replace-table"}


def test_a_downgrade_that_cannot_be_made_is_an_error(shop: Shop) -> None:
    found = rules(shop, NOTHING, "raise NotImplementedError('restore it')")
    assert found == {"error revision-does-not-render"}


def test_a_downgrade_drops_the_schema_that_its_upgrade_made_and_no_other(shop: Shop) -> None:
    made = 'op.sql("CREATE SCHEMA RAW.B")\nop.sql("CREATE TABLE RAW.B.T (a INT)")'
    assert rules(shop, made, 'op.sql("DROP SCHEMA RAW.B")') == set()
    assert rules(shop, NOTHING, 'op.sql("DROP SCHEMA RAW.B")') == {"error drop-schema"}


def test_a_schema_that_the_revision_made_or_emptied_may_go(shop: Shop) -> None:
    made = 'op.sql("CREATE SCHEMA RAW.X")\nop.sql("CREATE TABLE RAW.X.T (a INT)")\n'
    assert rules(shop, made + 'op.sql("DROP SCHEMA RAW.X")') == set()
    emptied = 'op.sql("DROP TABLE RAW.B.SALES")\nop.sql("DROP SCHEMA RAW.B RESTRICT")'
    assert rules(shop, emptied) == set()


@pytest.mark.parametrize(
    ("statement", "fixed"),
    [("DROP SCHEMA DW.F", None), ("ALTER SCHEMA DW.F RENAME TO G", "DW.G.")],
)
def test_what_is_in_a_schema_that_goes_or_names_it_is_found(
    shop: Shop, statement: str, fixed: str | None
) -> None:
    change = f'op.sql("{statement}")'
    if fixed is None:
        change = f'op.sql("DROP TABLE DW.F.FACT")\n{change}'
    inside = VIEW + "SELECT id FROM RAW.B.SALES"
    beside = VIEW.replace("DW.F.V", "DW.M.V") + "SELECT id FROM DW.F.FACT"
    assert "error drop-schema" in rules(shop, change, **{"dw/v": inside})
    (shop.root / "migrations" / "objects" / "dw" / "v.sql").unlink()
    assert "error drop-schema" in rules(shop, change, **{"dw/w": beside})
    shop.object("dw/w", beside.replace("DW.F.", fixed) if fixed else "DROP VIEW DW.M.V")
    assert rules(shop, change) == set()


def test_a_schema_that_a_later_revision_makes_again_keeps_its_objects(shop: Shop) -> None:
    shop.revision("r3", 'op.sql("CREATE SCHEMA DW.M")', 'op.sql("DROP SCHEMA DW.M")', after="r2")
    view = VIEW.replace("DW.F.V", "DW.M.V") + "SELECT 1 AS n"
    assert rules(shop, 'op.sql("DROP SCHEMA DW.M")', **{"dw/v": view}) == set()


def test_the_remedy_of_a_truncated_table_says_every_row(shop: Shop) -> None:
    shop.revision("r1", TABLES, NOTHING)
    shop.revision("r2", 'op.sql("TRUNCATE TABLE RAW.B.SALES")', NOTHING, after="r1")
    [found] = lint(gather_facts(Project(shop.root)))
    assert found.remedy == 'op.sql("DELETE FROM RAW.B.SALES WHERE TRUE")'
    shop.revision("r2", found.remedy, NOTHING, after="r1")
    assert lint(gather_facts(Project(shop.root))) == ()


@pytest.mark.parametrize(
    ("statement", "remedy"),
    [
        ("USE ROLE LOADER", "the role of a deployment is the one in envs/ENV.toml"),
        ("USE SECONDARY ROLES ALL", "the role of a deployment is the one in envs/ENV.toml"),
        ("USE WAREHOUSE WH", "the warehouse of a deployment is the one in envs/ENV.toml"),
        ("USE DATABASE RAW", "write full names in the statements: RAW.…"),
        ("USE SCHEMA RAW.B", "write full names in the statements: RAW.B.…"),
        ("SET day = '2026-01-01'", "write the value itself"),
        ("UNSET day", "write the value itself"),
        ("ALTER SESSION SET TIMEZONE = 'UTC'", "say it where it matters"),
        ("BEGIN USE ROLE LOADER; END", "the role of a deployment is the one in envs/ENV.toml"),
    ],
)
def test_a_statement_that_changes_the_session_is_found(
    shop: Shop, statement: str, remedy: str
) -> None:
    shop.revision("r1", f'op.sql("{statement}")', NOTHING)
    [found] = lint(gather_facts(Project(shop.root)))
    assert (found.rule, found.severity.value) == ("session-state", "error")
    assert found.remedy.startswith(f"pass  # {remedy}")
    waiver = "# snowlane: allow session-state: it is undone below\n"
    assert rules(shop, f'{waiver}op.sql("{statement}")') == set()


@pytest.mark.parametrize("end", ["COMMIT", "COMMIT WORK", "ROLLBACK"])
@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN WORK", "BEGIN NAME t", "START TRANSACTION"])
def test_a_transaction_of_several_statements_is_found_once(
    shop: Shop, begin: str, end: str
) -> None:
    delete = 'op.sql("DELETE FROM RAW.B.SALES WHERE id = 1")'
    shop.revision("r1", TABLES, NOTHING)
    shop.revision(
        "r2", f'op.sql("{begin}")\n{delete}\nop.sql("{end};")\n{delete}', NOTHING, after="r1"
    )
    [found] = lint(gather_facts(Project(shop.root)))
    assert found.rule == "transaction-statement"
    assert found.remedy.count("DELETE") == 1
    shop.revision("r2", found.remedy, NOTHING, after="r1")
    assert lint(gather_facts(Project(shop.root))) == ()


def test_an_end_without_a_transaction_is_found(shop: Shop) -> None:
    found = {"error transaction-statement"}
    assert rules(shop, 'op.sql("COMMIT")') == found
    assert rules(shop, 'op.sql("BEGIN")', 'op.sql("ROLLBACK")') == found
    assert rules(shop, NOTHING, 'op.sql("ROLLBACK")') == found


@pytest.mark.parametrize(
    "block",
    [
        "BEGIN DELETE FROM RAW.B.SALES WHERE id = 1; END",
        "BEGIN BEGIN TRANSACTION; DELETE FROM RAW.B.SALES WHERE id = 1; COMMIT; END",
        "DECLARE n INT; BEGIN n := 1; END",
        "EXECUTE IMMEDIATE $$ BEGIN BEGIN TRANSACTION; COMMIT; END $$",
    ],
)
def test_a_block_is_no_transaction_statement(shop: Shop, block: str) -> None:
    assert rules(shop, f'op.sql("{block}")') == set()


def test_two_statements_in_one_text_are_split_by_the_remedy(shop: Shop) -> None:
    shop.revision("r1", TABLES, NOTHING)
    both = "DELETE FROM RAW.B.SALES WHERE id = 1; DELETE FROM DW.F.FACT WHERE id = 1"
    shop.revision("r2", f'op.execute("{both}")', NOTHING, after="r1")
    [found] = lint(gather_facts(Project(shop.root)))
    assert (found.rule, found.line) == ("revision-does-not-render", 11)
    assert found.remedy.splitlines() == [
        "# call op.execute once for each statement:",
        'op.sql("DELETE FROM RAW.B.SALES WHERE id = 1")',
        'op.sql("DELETE FROM DW.F.FACT WHERE id = 1")',
    ]
    shop.revision("r2", found.remedy, NOTHING, after="r1")
    assert lint(gather_facts(Project(shop.root))) == ()


def test_an_object_that_a_revision_drops_is_found_by_its_kind_and_arguments(shop: Shop) -> None:
    function = (
        "CREATE OR REPLACE FUNCTION DW.F.G(n NUMBER(10, 2))\nCOPY GRANTS\nRETURNS NUMBER\nAS\n'n'"
    )
    objects = {"dw/v": VIEW + "SELECT 1 AS n", "dw/g": function}
    found = {"error object-dropped-in-revision"}
    assert rules(shop, 'op.sql("DROP FUNCTION IF EXISTS DW.F.G(NUMBER)")', **objects) == found
    assert rules(shop, 'op.sql("BEGIN DROP VIEW DW.F.V; END")', **objects) == found
    assert rules(shop, 'op.sql("DROP FUNCTION DW.F.G(VARCHAR)")', **objects) == set()
    assert rules(shop, 'op.sql("DROP TASK DW.F.V")', **objects) == set()
    again = 'op.sql("CREATE VIEW DW.F.V AS SELECT 1 AS n")'
    assert rules(shop, f'op.sql("DROP VIEW DW.F.V")\n{again}', **objects) == set()
    assert rules(shop, NOTHING, 'op.sql("DROP VIEW DW.F.V")', **objects) == set()


def test_a_stream_that_is_made_anew_is_no_stale_one(shop: Shop) -> None:
    swap = 'op.sql("ALTER TABLE RAW.B.SALES SWAP WITH RAW.B.NEXT")\n'
    objects = {"raw/s": SALES_STREAM}
    assert rules(shop, swap, **objects) == {"error stream-goes-stale"}
    assert rules(shop, swap + f'op.sql("{SALES_STREAM}")', **objects) == set()


def test_a_column_read_through_a_stream_is_still_read(shop: Shop) -> None:
    objects = {
        "raw/s": SALES_STREAM,
        "dw/t": TASK + "INSERT INTO DW.F.FACT (id, quantity)\n"
        "SELECT id, price\nFROM RAW.B.CHANGES\nWHERE METADATA$ACTION = 'INSERT'",
    }
    drop = 'op.drop_column("sales", "price", schema="RAW.B")'
    assert rules(shop, drop, **objects) == {"error drop-column"}
    shop.object("dw/t", objects["dw/t"].replace("price", "shop"))
    assert rules(shop, drop) == set()


def test_a_view_may_take_a_star_of_what_it_listed_itself(shop: Shop) -> None:
    fixed = (
        VIEW + "WITH s AS (SELECT id, COUNT(*) AS n FROM RAW.B.SALES GROUP BY id) SELECT * FROM s"
    )
    assert rules(shop, **{"dw/v": fixed}) == set()


def test_a_body_in_another_language_is_read_for_names_only(shop: Shop) -> None:
    body = JS + '$$ var db = "PROD_RAW"; return "look at PROD_RAW_OLD"; // PROD_RAW.B.T\n$$'
    assert rules(shop, **{"dw/p": body}) == set()
