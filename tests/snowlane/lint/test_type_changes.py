"""What the lints say of op.change_column_type and of what stands around its table."""

import pytest
from tests.snowlane.conftest import Shop
from tests.snowlane.lint.cases import CHANGE, NOTHING, SALES_STREAM, TABLES, TASK

from snowlane.checking import gather_facts
from snowlane.config.project import Project
from snowlane.lint.engine import lint

PIPE = "CREATE OR REPLACE PIPE RAW.B.P\nAS\nCOPY INTO RAW.B.SALES (id, quantity) FROM @RAW.B.S"
RESTORE = (
    'op.restore_retired_column("sales", "quantity", "VARCHAR(50)", old_type="NUMBER(10, 2)", '
    'schema="RAW.B"{})'
)
WRITERS = ', writers=["pipe RAW.B.P", "task RAW.B.ROOT"]'
TASKS = {
    "raw/root": TASK.format("ROOT", "SCHEDULE = '60 MINUTE'", "SELECT 1"),
    "raw/child": TASK.format("CHILD", "AFTER RAW.B.ROOT", "TRUNCATE TABLE RAW.B.SALES"),
}


def facts(shop: Shop, upgrade: str, downgrade: str = NOTHING, **objects: str):
    shop.revision("r1", TABLES, NOTHING)
    shop.revision("r2", upgrade, downgrade, after="r1")
    for name, text in objects.items():
        shop.object(name, text)
    return gather_facts(Project(shop.root))


def rules(shop: Shop, upgrade: str, downgrade: str = NOTHING, **objects: str) -> list[str]:
    return [each.rule for each in lint(facts(shop, upgrade, downgrade, **objects))]


@pytest.mark.parametrize(
    ("more", "objects"),
    [
        ("", {}),
        (", on_loss='accept', reason='never read'", {}),
        (WRITERS, {"raw/p": PIPE, **TASKS}),
        ("", {"raw/s": SALES_STREAM + " APPEND_ONLY = TRUE"}),
        ("", {"dw/t": TASK.format("T", "SCHEDULE = '1 MINUTE'", "DELETE FROM DW.F.FACT WHERE id = 0")}),
    ],
)  # fmt: skip
def test_a_sound_change_and_its_way_back_are_left_alone(shop: Shop, more, objects) -> None:
    back = RESTORE.format(more if "writers" in more else "")
    assert rules(shop, CHANGE.format(more), back, **objects) == []


def test_a_column_that_is_not_null_again(shop: Shop) -> None:
    code = (
        'op.change_column_type("fact", "quantity", "FLOAT", old_type="NUMBER(10, 2)", '
        'schema="DW.F", nullable=False)'
    )
    assert rules(shop, code) == []


def test_the_table_as_the_change_leaves_it(shop: Shop) -> None:
    found = facts(shop, CHANGE.format("")).tables["RAW", "B", "SALES"]
    names = [(column.name, column.type) for column in found.columns]
    assert names == [
        ("ID", "NUMBER(38,0)"),
        ("QUANTITY__RETIRED", "VARCHAR(50)"),
        ("PRICE", "NUMBER(10,2)"),
        ("SHOP", "VARCHAR(20)"),
        ("QUANTITY", "NUMBER(10,2)"),
    ]


def test_a_way_back_needs_its_writers_parked_too(shop: Shop) -> None:
    up = CHANGE.format(', writers=["pipe RAW.B.P"]')
    assert rules(shop, up, RESTORE.format(""), **{"raw/p": PIPE}) == ["writers-not-parked"]


def test_a_child_parked_without_its_root_is_not_parked(shop: Shop) -> None:
    up = CHANGE.format(', writers=["task RAW.B.OTHER"]')
    assert rules(shop, up, **TASKS) == ["writers-not-parked"]


def test_a_change_whose_retired_column_is_gone_is_history(shop: Shop) -> None:
    drop = 'op.drop_retired_column("sales", "quantity", schema="RAW.B")'
    objects = {"raw/p": PIPE, "raw/s": SALES_STREAM}
    assert set(rules(shop, CHANGE.format(""), **objects)) == {
        "writers-not-parked",
        "backfill-in-stream",
    }
    shop.revision("r3", drop, NOTHING, after="r2")
    assert {each.rule for each in lint(gather_facts(Project(shop.root)))} <= {"downgrade-missing"}


def test_a_load_by_position_goes_wrong_after_the_change(shop: Shop) -> None:
    task = TASK.format(
        "T", "SCHEDULE = '1 MINUTE'", "INSERT INTO RAW.B.SALES SELECT 1, '2', 3, 'x'"
    )
    up = CHANGE.format(', writers=["task RAW.B.T"]')
    assert rules(shop, up, **{"raw/t": task}) == ["positional-insert"]
