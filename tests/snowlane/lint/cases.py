"""For each rule a project that it objects to, and how its remedy is put into that project."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

TABLES = (
    'op.sql("CREATE TABLE RAW.B.SALES (id NUMBER(38,0) NOT NULL, quantity VARCHAR(50), '
    'price NUMBER(10,2), shop VARCHAR(20)) CLUSTER BY (shop)")\n'
    'op.sql("CREATE TABLE DW.F.FACT (id NUMBER(38,0), quantity NUMBER(10,2))")'
)
NOTHING = 'op.sql("SELECT 1")'


@dataclass(frozen=True)
class Case:
    """`upgrade` and `downgrade` of the second of two revisions, the first making TABLES.

    `apply` puts the remedy of the finding into the project.
    """

    rule: str
    upgrade: str = NOTHING
    downgrade: str = NOTHING
    objects: dict[str, str] = field(default_factory=dict)
    after: str = "20260101_0000"
    apply: Callable[["Case", str], "Case"] = lambda case, remedy: replace(case, upgrade=remedy)
    files: dict[str, str] = field(default_factory=dict)


def in_object(old: str, form: str = "{}") -> Callable[[Case, str], Case]:
    """Write the remedy over `old` in every object, in the given form."""

    def apply(case: Case, remedy: str) -> Case:
        code = "\n".join(line for line in remedy.splitlines() if not line.startswith("-- write"))
        code = form.format(code)
        return replace(
            case, objects={name: text.replace(old, code) for name, text in case.objects.items()}
        )

    return apply


def in_revision(old: str) -> Callable[[Case, str], Case]:
    """Write the remedy over `old` in the upgrade."""
    return lambda case, remedy: replace(case, upgrade=case.upgrade.replace(old, remedy))


def as_downgrade(case: Case, remedy: str) -> Case:
    return replace(case, downgrade=remedy)


def without_line(case: Case, remedy: str) -> Case:
    """Delete from the objects the line that the remedy shows."""
    line = remedy.splitlines()[-1]
    return replace(
        case, objects={name: text.replace(line, "") for name, text in case.objects.items()}
    )


def as_object(name: str) -> Callable[[Case, str], Case]:
    """Write the remedy in the place of an object's file."""

    def apply(case: Case, remedy: str) -> Case:
        text = "\n".join(line for line in remedy.splitlines() if not line.startswith("-- write"))
        return replace(case, objects={**case.objects, name: text})

    return apply


def following(case: Case, remedy: str) -> Case:
    """Write the remedy into the other revision."""
    old = 'down_revision = "20260101_0000"'
    return replace(
        case, files={name: text.replace(old, remedy) for name, text in case.files.items()}
    )


SALES_STREAM = "CREATE OR REPLACE STREAM RAW.B.CHANGES COPY GRANTS ON TABLE RAW.B.SALES"
VIEW = "CREATE OR REPLACE VIEW DW.F.V\nCOPY GRANTS\nAS\n"

CHANGE = (
    'op.change_column_type("sales", "quantity", "NUMBER(10, 2)", old_type="VARCHAR(50)", '
    'schema="RAW.B"{})'
)
TASK = "CREATE OR REPLACE TASK RAW.B.{}\n    WAREHOUSE = WH\n    {}\nAS\n{}"

CASES = (
    Case(
        "add-column-autoincrement",
        'op.sql("ALTER TABLE RAW.B.SALES ADD COLUMN n NUMBER(38,0) AUTOINCREMENT")',
    ),
    Case(
        "add-column-default-not-literal",
        'op.add_column("sales", sa.Column("seen", sa.Date, server_default=sa.text("CURRENT_DATE()")), '
        'schema="RAW.B")',
    ),
    Case(
        "add-column-if-not-exists",
        'op.sql("ALTER TABLE RAW.B.SALES ADD COLUMN IF NOT EXISTS n NUMBER(10,2) DEFAULT 0 NOT NULL")',
    ),
    Case(
        "alias-equals-logical-database",
        objects={"dw/v": VIEW + "SELECT 1 AS n FROM RAW.B.SALES AS raw"},
        apply=in_object("raw"),
    ),
    Case(
        "backfill-in-stream",
        CHANGE.format(""),
        objects={"raw/s": SALES_STREAM},
        apply=lambda case, remedy: replace(case, upgrade=f"{remedy}\n{case.upgrade}"),
    ),
    Case("clustering-key-column", 'op.sql("ALTER TABLE RAW.B.SALES RENAME COLUMN shop TO store")'),
    Case(
        "column-type-change",
        'op.alter_column("sales", "quantity", type_=sa.Numeric(10, 2), schema="RAW.B")',
    ),
    Case(
        "copy-grants-missing",
        objects={
            "dw/p": "CREATE OR REPLACE PROCEDURE DW.F.P(n NUMBER(10, 2))\nRETURNS VARCHAR\n"
            "LANGUAGE SQL\nEXECUTE AS OWNER\nAS\n$$ BEGIN RETURN 'x'; END $$"
        },
        apply=in_object("CREATE OR REPLACE PROCEDURE DW.F.P(n NUMBER(10, 2))"),
    ),
    Case(
        "create-or-replace-schema",
        'op.sql("CREATE OR REPLACE TRANSIENT SCHEMA DW.F COMMENT = \'What happened\'")',
    ),
    Case(
        "create-or-replace-table",
        'op.sql("CREATE OR REPLACE TABLE DW.F.FACT (id NUMBER(38,0), quantity NUMBER(10,2), '
        'shop VARCHAR(20))")',
    ),
    Case("database-in-revision", 'op.sql("CREATE DATABASE IF NOT EXISTS DW")',
         apply=lambda case, remedy: replace(case, upgrade=f"{remedy}\n{NOTHING}")),
    Case(
        "database-in-text",
        objects={"dw/v": VIEW + "SELECT 'from RAW.B.SALES alone' AS why FROM RAW.B.SALES"},
        apply=in_object("RAW.B.SALES alone"),
    ),
    Case(
        "default-of-existing-column",
        'op.sql("ALTER TABLE RAW.B.SALES ALTER COLUMN price SET DEFAULT 0")',
    ),
    Case("dml-without-where", 'op.sql("DELETE FROM RAW.B.SALES")'),
    Case(
        "downgrade-missing",
        'op.sql("CREATE SCHEMA DW.X")\nop.add_column("sales", sa.Column("n", sa.Date), schema="RAW.B")',
        downgrade="pass",
        apply=as_downgrade,
    ),
    Case(
        "drop-column",
        'op.drop_column("sales", "price", schema="RAW.B")',
        objects={"dw/v": VIEW + "SELECT\n    sales.price,\n    sales.id\nFROM RAW.B.SALES AS sales"},
        apply=without_line,
    ),
    Case(
        "drop-object",
        objects={
            "dw/v": "DROP VIEW DW.F.V",
            "dw/w": VIEW.replace("DW.F.V", "DW.F.W") + "SELECT id FROM DW.F.V",
        },
        apply=as_object("dw/w"),
    ),
    Case("drop-schema", 'op.sql("DROP SCHEMA RAW.B CASCADE")'),
    Case(
        "drop-table",
        'op.drop_table("sales", schema="RAW.B")',
        objects={"dw/v": VIEW + "SELECT id FROM RAW.B.SALES"},
        apply=as_object("dw/v"),
    ),
    Case(
        "hard-coded-database",
        objects={
            "dw/p": "CREATE OR REPLACE PROCEDURE DW.F.P()\nCOPY GRANTS\nRETURNS VARCHAR\n"
            "LANGUAGE JAVASCRIPT\nAS\n$$\n"
            'snowflake.execute({sqlText: "DELETE FROM PROD_RAW.B.SALES WHERE id = 1"});\n$$'
        },
        apply=in_object("PROD_RAW.B.SALES"),
    ),
    Case("index-on-table", 'op.create_index("i", "sales", ["id", "shop"], schema="RAW.B")'),
    Case(
        "multiple-heads",
        files={
            "20260101_0002_other": f'revision = "20260101_0002"\ndown_revision = "20260101_0000"\n\n'
            f"from alembic import op\n\n\ndef upgrade():\n    {NOTHING}\n\n\n"
            f"def downgrade():\n    {NOTHING}\n"
        },
        apply=following,
    ),
    Case(
        "needs-live-connection",
        'bind = op.get_bind()\nbind.execute(sa.text("UPDATE RAW.B.SALES SET price = 0 WHERE id = 1"))',
    ),
    Case(
        "not-null-on-existing-rows",
        'op.alter_column("sales", "price", nullable=False, schema="RAW.B")',
    ),
    Case(
        "object-dropped-in-revision",
        'op.sql("DROP VIEW DW.F.V")',
        objects={"dw/v": VIEW + "SELECT id FROM RAW.B.SALES"},
        apply=as_object("dw/v"),
    ),
    Case(
        "pipe-left-paused", 'op.sql("ALTER PIPE RAW.B.P SET PIPE_EXECUTION_PAUSED = TRUE")'
    ),
    Case(
        "positional-insert",
        'op.add_column("fact", sa.Column("shop", sa.String(20)), schema="DW.F")',
        objects={
            "dw/t": "CREATE OR REPLACE TASK DW.F.T\n    WAREHOUSE = WH\n    SCHEDULE = '60 MINUTE'\n"
            "AS\nINSERT INTO DW.F.FACT SELECT id, price, shop FROM RAW.B.SALES"
        },
        apply=in_object("INTO DW.F.FACT"),
    ),
    Case(
        "quoted-mixed-case",
        'op.add_column("sales", sa.Column("customerId", sa.String(9)), schema="RAW.B")',
        apply=in_revision("customerId"),
    ),
    Case(
        "rename-column",
        'op.alter_column("sales", "price", new_column_name="unit_price", schema="RAW.B")',
        objects={"dw/v": VIEW + "SELECT\n    id,\n    price * 2 AS twice\nFROM RAW.B.SALES"},
        apply=in_object("    price * 2 AS twice"),
    ),
    Case(
        "renders-differently",
        'import datetime\nage = "new" if datetime.date.today().year > 2020 else "old"\n'
        'op.sql(f"DELETE FROM RAW.B.SALES WHERE shop = \'{age}\'")',
    ),
    Case("revision-does-not-render", 'op.alter_column("sales", "price", server_default="0", schema="RAW.B")',
         apply=lambda case, remedy: replace(case, upgrade=f"{remedy}\n{NOTHING}")),
    Case(
        "select-star-view",
        objects={"dw/v": VIEW + "SELECT *\nFROM (SELECT * FROM RAW.B.SALES) AS s"},
        apply=in_object("SELECT *\n", "SELECT {}\n"),
    ),
    Case(
        "session-state",
        'op.sql("USE SCHEMA RAW.B")\nop.sql("DELETE FROM RAW.B.SALES WHERE id = 1")',
        apply=in_revision('op.sql("USE SCHEMA RAW.B")'),
    ),
    Case(
        "stream-goes-stale",
        'op.sql("ALTER TABLE RAW.B.SALES SWAP WITH RAW.B.SALES_NEXT")',
        objects={"raw/s": SALES_STREAM},
    ),
    Case(
        "string-default-on-number",
        'op.add_column("sales", sa.Column("n", sa.Numeric(10, 2), server_default="0"), schema="RAW.B")',
        apply=in_revision('server_default="0"'),
    ),
    Case("task-left-suspended", 'op.sql("ALTER TASK DW.F.T SUSPEND")'),
    Case(
        "transaction-statement",
        'op.sql("BEGIN TRANSACTION")\nop.sql("DELETE FROM RAW.B.SALES WHERE id = 1 -- twice there")\n'
        'op.sql("UPDATE RAW.B.SALES SET shop = \'x\' WHERE id = 2")\nop.sql("COMMIT")',
    ),
    Case(
        "unmapped-database",
        objects={"dw/v": VIEW + "SELECT id FROM RAWS.B.SALES"},
        apply=in_object("RAWS.B.SALES"),
    ),
    Case(
        "unusable-object",
        objects={"dw/v": "CREATE VIEW DW.F.V AS SELECT 1 AS n"},
        apply=lambda case, remedy: replace(
            case, objects={"dw/v": f"{remedy}\n{VIEW}SELECT 1 AS n"}
        ),
    ),
    Case(
        "unused-waiver",
        f"# snowlane: allow drop-table: nothing reads it any more\n{NOTHING}",
        apply=lambda case, remedy: replace(case, upgrade=NOTHING),
    ),
    Case(
        "waiver-of-unknown-rule",
        '# snowlane: allow delete-without-where: the table is empty\nop.sql("DELETE FROM RAW.B.SALES")',
        apply=in_revision("# snowlane: allow delete-without-where: the table is empty"),
    ),
    Case(
        "waiver-without-reason",
        objects={
            "dw/v": "-- snowlane: allow select-star-view\n" + VIEW + "SELECT * FROM RAW.B.SALES"
        },
        apply=in_object("-- snowlane: allow select-star-view"),
    ),
    Case(
        "writers-not-parked",
        CHANGE.format(", writers=[]"),
        objects={
            "raw/p": "CREATE OR REPLACE PIPE RAW.B.P\nAS\nCOPY INTO RAW.B.SALES (id, quantity) "
            "FROM @RAW.B.S",
            "raw/f": "CREATE OR REPLACE PROCEDURE RAW.B.F()\nCOPY GRANTS\nRETURNS VARCHAR\n"
            "LANGUAGE SQL\nAS\n$$ BEGIN UPDATE RAW.B.SALES SET price = 0 WHERE id = 0; END $$",
            "raw/root": TASK.format("ROOT", "SCHEDULE = '60 MINUTE'", "SELECT 1"),
            "raw/child": TASK.format("CHILD", "AFTER RAW.B.ROOT", "CALL RAW.B.F()"),
        },
        apply=in_revision("writers=[]"),
    ),
)  # fmt: skip
