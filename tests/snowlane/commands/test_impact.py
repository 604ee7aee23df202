"""`snowlane impact`: from the files, and from a live environment."""

import pytest
from tests.snowlane.commands.conftest import Account
from tests.snowlane.conftest import Shop

from snowlane.errors import ExitCode

SCHEMAS = "op.sql('CREATE SCHEMA RAW.B')\nop.sql('CREATE SCHEMA DW.F')"
TABLES = (
    "op.sql('CREATE TABLE RAW.B.SALES (id NUMBER, q VARCHAR(9))')\n"
    "op.sql('CREATE TABLE DW.F.FACT (id NUMBER, q NUMBER(10,2))')"
)
OBJECTS = {
    "raw/b/views/clean": "CREATE OR REPLACE VIEW RAW.B.CLEAN COPY GRANTS AS\n"
    "SELECT id, TRY_TO_NUMBER(q, 10, 2) AS quantity FROM RAW.B.SALES",
    "raw/b/streams/s": "CREATE OR REPLACE STREAM RAW.B.S COPY GRANTS ON TABLE RAW.B.SALES",
    "dw/f/procedures/load": "CREATE OR REPLACE PROCEDURE DW.F.LOAD() COPY GRANTS\nRETURNS VARCHAR\n"
    "LANGUAGE SQL\nAS\n$$\nBEGIN\n    INSERT INTO DW.F.FACT (id, q)\n"
    "    SELECT id, quantity FROM RAW.B.CLEAN;\n    RETURN 'done';\nEND;\n$$",
    "dw/f/tasks/load": "CREATE OR REPLACE TASK DW.F.NIGHTLY\n    WAREHOUSE = WH\n"
    "    SCHEDULE = '60 MINUTE'\nAS\nCALL DW.F.LOAD()",
    "dw/f/views/top": "CREATE OR REPLACE VIEW DW.F.TOP COPY GRANTS AS SELECT MAX(q) AS most FROM DW.F.FACT",
}
TREE = """\
table RAW.B.SALES.Q
├─ view RAW.B.CLEAN.QUANTITY
│  └─ table DW.F.FACT.Q, by procedure DW.F.LOAD (called by task DW.F.NIGHTLY)
│     └─ view DW.F.TOP.MOST
└─ stream RAW.B.S.Q

6 objects and 4 columns are downstream of it.
"""


@pytest.fixture
def platform(shop: Shop) -> Shop:
    shop.revision("r1", SCHEMAS, "op.sql('SELECT 1')")
    shop.revision("r2", TABLES, "op.sql('SELECT 1')", after="r1")
    for name, text in OBJECTS.items():
        shop.object(name, text)
    return shop


def test_the_files_tell_the_whole_way(platform: Shop) -> None:
    done = Account({}, platform.root).snowlane("impact", "raw.b.sales.q")
    assert (done.code, done.out) == (ExitCode.DONE, TREE)


def test_the_other_formats(platform: Shop) -> None:
    snowlane = Account({}, platform.root).snowlane
    data = snowlane("impact", "RAW.B.SALES.Q", "--format", "json").data
    assert [each["name"] for each in data["columns"]] == [
        "RAW.B.CLEAN.QUANTITY", "RAW.B.S.Q", "DW.F.FACT.Q", "DW.F.TOP.MOST",
    ]  # fmt: skip
    chart = snowlane("impact", "RAW.B.SALES.Q", "--mermaid").out
    assert chart.startswith("flowchart LR\n")
    assert (
        f"```mermaid\n{chart}```" in snowlane("impact", "RAW.B.SALES.Q", "--format", "markdown").out
    )


def test_a_table_leads_to_all_its_columns_do(platform: Shop) -> None:
    done = Account({}, platform.root).snowlane("impact", "RAW.B.SALES")
    assert "├─ view RAW.B.CLEAN (ID, QUANTITY)\n" in done.out


def test_what_nothing_depends_on_says_so(platform: Shop) -> None:
    done = Account({}, platform.root).snowlane("impact", "DW.F.TOP.MOST")
    assert done.out == "view DW.F.TOP.MOST\n\nNothing is downstream of it.\n"


@pytest.mark.parametrize(
    ("name", "near"),
    [("RAW.B.SALES.QUANTTY", "RAW.B.CLEAN.QUANTITY"), ("raw.b.sale", "RAW.B.SALES"), ("'", None)],
)
def test_an_unknown_name_is_a_usage_error(platform: Shop, name: str, near: str | None) -> None:
    done = Account({}, platform.root).snowlane("impact", name)
    assert done.code == ExitCode.USAGE
    assert f"there is no column, table or object {name!r}" in done.err
    assert f"did you mean {near}?" in done.err if near else "give a full name" in done.err


def test_an_object_that_cannot_be_read_is_refused(platform: Shop) -> None:
    platform.object("dw/f/views/bad", "CREATE VIEW DW.F.BAD AS SELECT 1")
    done = Account({}, platform.root).snowlane("impact", "RAW.B.SALES.Q")
    assert done.code == ExitCode.REFUSED
    assert "bad.sql" in done.err


def test_the_live_environment_tells_the_same_by_logical_names(
    account: Account, platform: Shop
) -> None:
    account.query("CREATE WAREHOUSE IF NOT EXISTS WH")
    assert (migrated := account.snowlane("migrate", "dev")).code == ExitCode.DONE, migrated.err
    for path in (platform.root / "migrations" / "objects").rglob("*.sql"):
        path.unlink()
    live = account.snowlane("impact", "RAW.B.SALES.Q", "--env", "dev")
    assert (live.code, live.out) == (ExitCode.DONE, TREE), live.err
    assert account.snowlane("impact", "RAW.B.SALES.Q").out != TREE
