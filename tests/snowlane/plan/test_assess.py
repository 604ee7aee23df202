"""What a plan says of its stages: data, what is downstream, and whom a change of type leaves behind."""

import os
from pathlib import Path

import pytest
from tests.snowlane.conftest import Shop

from snowlane.config.project import Project
from snowlane.objects.source import Identity
from snowlane.plan import explain
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan
from snowlane.planning import plan_deployment
from snowlane.repository import read_repository

GOLDEN = Path(__file__).parent / "golden"
TABLES = (
    "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE SCHEMA DW.M')\n"
    "op.sql('CREATE TABLE RAW.S.SALES (id INT, item VARCHAR(20), pieces VARCHAR(10))')\n"
    "op.sql('CREATE TABLE DW.M.FACT (item VARCHAR(20), pieces VARCHAR(10), n NUMBER(10,2))')"
)
OBJECTS = {
    "raw/s/views/clean": "VIEW RAW.S.CLEAN COPY GRANTS AS SELECT id, item, pieces FROM RAW.S.SALES",
    "raw/s/streams/news": "STREAM RAW.S.NEWS COPY GRANTS ON TABLE RAW.S.SALES",
    "dw/m/procedures/load": "PROCEDURE DW.M.LOAD() COPY GRANTS RETURNS VARCHAR LANGUAGE SQL AS\n$$\nBEGIN\n"
    "  INSERT INTO DW.M.FACT (item, pieces, n)\n"
    "  SELECT item, pieces, TRY_TO_NUMBER(pieces, 10, 2) FROM RAW.S.SALES;\n  RETURN 'ok';\nEND;\n$$",
    "dw/m/tasks/nightly": "TASK DW.M.NIGHTLY WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS CALL DW.M.LOAD()",
    "dw/m/views/top": "VIEW DW.M.TOP COPY GRANTS AS SELECT MAX(item) AS item FROM DW.M.FACT",
}
WIDER = "op.sql('ALTER TABLE RAW.S.SALES ALTER COLUMN item TYPE VARCHAR(40)')"
NUMBER = "op.change_column_type('sales', 'pieces', 'NUMBER(10,2)', old_type='VARCHAR(10)', schema='RAW.S')"


@pytest.fixture
def applied(shop: Shop) -> Applied:
    """The shop at r1 with all objects applied."""
    shop.revision("r1", TABLES)
    for name, text in OBJECTS.items():
        shop.object(name, f"CREATE OR REPLACE {text}\n")
    repository = read_repository(Project(shop.root), Project(shop.root).environment("dev"))
    return Applied("r1", {each.identity: each.hash for each in repository.objects})


def planned(shop: Shop, applied: Applied) -> Plan:
    project = Project(shop.root)
    environment = project.environment("dev")
    repository = read_repository(project, environment)
    return plan_deployment(repository, environment, applied, session=None, is_judged=True)


def test_an_unchanged_reader_and_a_narrower_column_are_left_behind(shop, applied) -> None:
    shop.revision("r2", f"{WIDER}\n{NUMBER}", after="r1")
    plan = planned(shop, applied)
    wider = "RAW.S.SALES.ITEM becomes VARCHAR(40), and "
    number = "RAW.S.SALES.PIECES becomes NUMBER(10,2), and "
    assert set(plan.warnings) == {
        f"{wider}DW.M.FACT.ITEM, which is made of it, stays VARCHAR(20)",
        f"{number}DW.M.FACT.PIECES, which is made of it, stays VARCHAR(10)",
        f"{number}procedure DW.M.LOAD, which reads it, is not part of this plan",
    }


def test_who_changes_with_the_type_is_not_left_behind(shop, applied) -> None:
    follow = WIDER.replace("RAW.S.SALES", "DW.M.FACT")
    fact = NUMBER.replace("'sales'", "'fact'").replace("RAW.S", "DW.M")
    shop.revision("r2", f"{WIDER}\n{follow}\n{NUMBER}\n{fact}", after="r1")
    load = OBJECTS["dw/m/procedures/load"].replace("TRY_TO_NUMBER(pieces, 10, 2)", "pieces")
    shop.object("dw/m/procedures/load", f"CREATE OR REPLACE {load}\n")
    plan = planned(shop, applied)
    assert plan.warnings == ()
    again = {stage.name: stage.title for stage in plan.stages}
    assert again["view RAW.S.CLEAN"] == "RAW.S.SALES.PIECES has another type"


def test_what_is_downstream_of_each_stage_and_nothing_of_a_new_one(shop, applied) -> None:
    shop.revision("r2", "op.sql('ALTER TABLE RAW.S.SALES DROP COLUMN id')", after="r1")
    shop.object(
        "raw/s/views/clean", f"CREATE OR REPLACE /* why */ {OBJECTS['raw/s/views/clean']}\n"
    )
    shop.object("dw/m/tasks/nightly", "DROP TASK DW.M.NIGHTLY")
    shop.object(
        "dw/m/procedures/load", f"CREATE OR REPLACE /* why */ {OBJECTS['dw/m/procedures/load']}\n"
    )
    shop.object(
        "dw/m/views/new",
        "CREATE OR REPLACE VIEW DW.M.NEW COPY GRANTS AS SELECT item FROM DW.M.FACT\n",
    )
    found = {stage.name: stage.downstream for stage in planned(shop, applied).stages}
    assert found == {
        "r2": ("view RAW.S.CLEAN", "stream RAW.S.NEWS"),
        "procedure DW.M.LOAD()": ("table DW.M.FACT", "view DW.M.NEW", "view DW.M.TOP"),
        "view DW.M.NEW": (),
        "view RAW.S.CLEAN": (),
        "task DW.M.NIGHTLY": (),
    }


@pytest.mark.parametrize("form", ["txt", "md"])
def test_the_plan_reads_as_it_did(shop, applied, form) -> None:
    shop.revision(
        "r2",
        f"{NUMBER}\nop.sql('UPDATE DW.M.FACT SET n = 0')",
        "op.sql('UPDATE DW.M.FACT SET n = 1')",
        after="r1",
    )
    shop.object(
        "raw/s/streams/news", f"CREATE OR REPLACE /* why */ {OBJECTS['raw/s/streams/news']}\n"
    )
    gone = Identity("FUNCTION", "DW", "M", "RATE", "(NUMBER)")
    plan = planned(shop, Applied("r1", {**applied.objects, gone: "h"}))
    shown = (explain.as_text if form == "txt" else explain.as_markdown)(plan) + "\n"
    golden = GOLDEN / f"plan.{form}"
    if os.environ.get("SNOWLANE_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")
