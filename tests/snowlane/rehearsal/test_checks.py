"""Which tables a rehearsal counts, and what it says of what is gone."""

import pytest

from snowlane.plan.model import Plan, Stage, StageKind, Statement
from snowlane.rehearsal.checks import Survey, counted_tables, dangling

T, U, V = (("P", "S", name) for name in "TUV")


def plan_of(*statements: str) -> Plan:
    texts = tuple(Statement(index, text) for index, text in enumerate(statements, start=1))
    stage = Stage(StageKind.UPGRADE, "r2", "", "r2.py", texts)
    return Plan("prod", "r1", "r2", "bundle", (stage,))


@pytest.mark.parametrize(
    ("statements", "counted"),
    [
        (("ALTER TABLE P.S.T ADD COLUMN A INT",), {T, U, V}),
        (("UPDATE P.S.T SET A = 1", "DELETE FROM P.S.U WHERE A = 2"), {T, V}),
        (("TRUNCATE TABLE P.S.T", "INSERT OVERWRITE INTO P.S.U SELECT 1"), {V}),
        # What a procedure takes away no text tells: only what is named besides is counted.
        (("CALL P.S.CLEAN()", "UPDATE P.S.T SET A = 1"), {T}),
        (("CALL SYSTEM$WAIT(5)", "UPDATE P.S.T SET A = 1"), {T, U, V}),
    ],
)
def test_tables_from_which_rows_go_on_purpose_are_not_counted(statements, counted) -> None:
    assert counted_tables(plan_of(*statements), ["P"], [T, U, V]) == counted


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("CREATE TASK P.S.K WAREHOUSE = W AS INSERT INTO P.S.U SELECT 1", True),
        ("CREATE PROCEDURE P.S.K() AS $$ BEGIN DELETE FROM P.S.U; END $$", True),
        ("CREATE TASK P.S.K WAREHOUSE = W AS CALL P.S.LOAD('P.S.U')", True),
        # A shorter name may be a column's, and a longer one is another table's.
        ("CREATE PROCEDURE P.S.K() AS $$ BEGIN SELECT U FROM P.S.T; END $$", False),
        ("CREATE TASK P.S.K WAREHOUSE = W AS INSERT INTO P.S.UU SELECT 1", False),
    ],
)
def test_what_names_something_that_is_gone_is_told(text, told) -> None:
    own = {("TABLE", T): "CREATE TABLE P.S.T (A INT)", ("TASK", ("P", "S", "K")): text}
    before = Survey(own | {("TABLE", U): "CREATE TABLE P.S.U (A INT)"})
    found = [str(each) for each in dangling(before, Survey(own))]
    assert found == ["P.S.K names P.S.U, which is gone"] * told
    assert list(dangling(before, before)) == []
