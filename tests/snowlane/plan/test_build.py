"""The plan: what comes in which order, what is left out, and what is refused."""

import pytest

from snowlane.config.environment import Environment, Snowflake
from snowlane.errors import ExitCode, RefusedError
from snowlane.objects.source import Identity, SqlObject, Tombstone, read_object, read_tombstone
from snowlane.plan.build import build_plan
from snowlane.plan.bundle import bundle_hash
from snowlane.plan.due import Due, due_objects
from snowlane.plan.facts import Activity, Applied, Revision
from snowlane.plan.forgotten import forgotten
from snowlane.plan.model import Plan, StageKind
from snowlane.plan.placement import footprint
from snowlane.plan.removal import removals

DEV = Environment(
    name="dev",
    snowflake=Snowflake(role="R", warehouse="W"),
    databases={"RAW": "DEV_RAW", "DW": "DEV_DW"},
)
FIRST = Revision(
    "r1", "first", "v/r1.py", None, "r1", ("CREATE SCHEMA RAW.B", "CREATE TABLE RAW.B.T (a INT)")
)


def an_object(name: str, body: str = "SELECT 1", header: str = "") -> SqlObject:
    text = f"{header}CREATE OR REPLACE VIEW DW.M.{name} AS {body}"
    return read_object(f"objects/{name.lower()}.sql", text, DEV.name_map)


def built(
    revisions: tuple[Revision, ...] = (),
    objects: tuple[SqlObject, ...] | None = (),
    applied: Applied | None = None,
    tombstones: tuple[Tombstone, ...] = (),
    activity: Activity = Activity(),  # noqa: B008 - it is frozen
    lost: tuple[Identity, ...] = (),
) -> Plan:
    applied = applied or Applied()
    return build_plan(
        DEV,
        revisions=revisions,
        due=None if objects is None else due_objects(objects, applied),
        removals=removals(objects or (), tombstones, applied),
        forgotten=lost,
        applied=applied,
        activity=activity,
        target="r1",
        bundle="b" * 64,
    )


def tombstone(text: str) -> Tombstone:
    return read_tombstone("objects/gone.sql", text, DEV.name_map)


def test_revisions_come_before_objects_and_before_objects_first() -> None:
    plan = built(
        (FIRST,), (an_object("LATE"), an_object("EARLY", header="-- snowlane: phase=before\n"))
    )
    assert [stage.name for stage in plan.stages] == ["view DW.M.EARLY", "r1", "view DW.M.LATE"]


def test_statements_are_mapped_and_indexed_and_the_record_follows() -> None:
    (stage,) = built((FIRST,)).stages
    assert [(each.index, each.text) for each in stage.statements] == [
        (1, "CREATE SCHEMA DEV_RAW.B"),
        (2, "CREATE TABLE DEV_RAW.B.T (a INT)"),
    ]
    assert (
        stage.records[-1]
        == "INSERT INTO DEV_RAW.METADATA.ALEMBIC_VERSION (VERSION_NUM) VALUES ('r1')"
    )


def test_the_version_moves_on_and_back() -> None:
    up = Revision("r2", "", "f", "r1", "r2", ())
    down = Revision("r2", "", "f", "r2", "r1", (), is_downgrade=True)
    last = Revision("r1", "", "f", "r1", None, (), is_downgrade=True)
    table = "DEV_RAW.METADATA.ALEMBIC_VERSION"
    assert [stage.records[-1] for stage in built((up, down, last)).stages] == [
        f"UPDATE {table} SET VERSION_NUM = 'r2' WHERE VERSION_NUM = 'r1'",
        f"UPDATE {table} SET VERSION_NUM = 'r1' WHERE VERSION_NUM = 'r2'",
        f"DELETE FROM {table} WHERE VERSION_NUM = 'r1'",
    ]


def test_only_objects_whose_text_changed_are_applied() -> None:
    same, changed, new = an_object("SAME"), an_object("CHANGED"), an_object("NEW")
    applied = Applied("r1", {same.identity: same.hash, changed.identity: "other"})
    plan = built((), (same, changed, new), applied)
    assert [stage.title for stage in plan.stages] == ["changed", "new"]
    assert "UPDATE DEV_RAW.METADATA.SNOWLANE_OBJECTS" in plan.stages[0].records[0]
    assert "INSERT INTO DEV_RAW.METADATA.SNOWLANE_OBJECTS" in plan.stages[1].records[0]


def test_the_children_of_a_replaced_task_are_applied_again() -> None:
    def task(name: str, rest: str) -> SqlObject:
        text = f"CREATE OR REPLACE TASK DW.M.{name} {rest} AS SELECT 1"
        return read_object(f"objects/{name.lower()}.sql", text, DEV.name_map)

    root, child = task("ROOT", ""), task("CHILD", "AFTER DW.M.ROOT")
    grandchild, other = task("A", "AFTER DW.M.CHILD"), task("B", "")
    applied = {each.identity: each.hash for each in (root, child, grandchild, other)}
    changed = task("ROOT", "COMMENT = 'x'")
    plan = built((), (changed, child, grandchild, other), Applied("r1", applied))
    assert [(stage.name, stage.title) for stage in plan.stages] == [
        ("task DW.M.ROOT", "changed"),
        ("task DW.M.CHILD", "its predecessor is replaced"),
        ("task DW.M.A", "its predecessor is replaced"),
    ]


def test_the_recorded_text_is_the_logical_one_whatever_it_holds() -> None:
    (stage,) = built((), (an_object("V", r"SELECT 'it''s\n' FROM RAW.B.T"),)).stages
    assert r"SELECT ''it''''s\\n'' FROM RAW.B.T" in stage.records[0]


def test_what_has_no_file_any_more_is_a_drop_that_lacks_its_tombstone() -> None:
    gone = an_object("GONE")
    plan = built((), (), Applied("r1", {gone.identity: gone.hash}))
    (stage,) = plan.stages
    assert (stage.kind, stage.title) == (StageKind.DROP, "its file is gone")
    assert [each.text for each in stage.statements] == ["DROP VIEW IF EXISTS DEV_DW.M.GONE"]
    (missing,) = plan.missing_tombstones
    assert missing.file == "migrations/objects/dw/m/views/gone.sql"
    assert missing.text == "DROP VIEW IF EXISTS DW.M.GONE"


def test_a_tombstone_drops_what_was_applied_and_forgets_it() -> None:
    gone = an_object("GONE")
    meant = (tombstone("DROP VIEW DW.M.GONE;\n"),)
    plan = built((), (), Applied("r1", {gone.identity: gone.hash}), meant)
    (stage,) = plan.stages
    assert [each.text for each in stage.statements] == ["DROP VIEW DEV_DW.M.GONE"]
    assert stage.records == (
        "DELETE FROM DEV_RAW.METADATA.SNOWLANE_OBJECTS "
        "WHERE KIND = 'VIEW' AND NAME = 'DW.M.GONE' AND ARGUMENTS = ''",
    )
    assert plan.missing_tombstones == ()
    assert built((), (), Applied("r1"), meant).is_empty


def test_drops_come_last_but_before_what_takes_the_name() -> None:
    gone = [
        an_object("TAKEN"),
        an_object("LATER"),
        read_object("f.sql", "CREATE OR REPLACE FUNCTION DW.M.F(a INT) AS 'a'", DEV.name_map),
        read_object("t.sql", "CREATE OR REPLACE TASK DW.M.K AS SELECT 1", DEV.name_map),
        an_object("V"),
    ]
    table = Revision("r1", "", "v/r1.py", None, "r1", ("CREATE TABLE DW.M.LATER (a INT)",))
    dynamic = read_object(
        "d.sql", "CREATE OR REPLACE DYNAMIC TABLE DW.M.TAKEN AS SELECT 1", DEV.name_map
    )
    overload = read_object(
        "g.sql", "CREATE OR REPLACE FUNCTION DW.M.F(a INT, b INT) AS 'a'", DEV.name_map
    )
    applied = Applied(None, {each.identity: each.hash for each in gone})
    assert [each.name for each in built((table,), (dynamic, overload), applied).stages] == [
        "view DW.M.LATER",
        "r1",
        "view DW.M.TAKEN",
        "dynamic table DW.M.TAKEN",
        "function DW.M.F(NUMBER, NUMBER)",
        "task DW.M.K",
        "view DW.M.V",
        "function DW.M.F(NUMBER)",
    ]


def test_a_paused_pipe_is_made_anew_as_paused_in_one_statement() -> None:
    pipe = read_object(
        "p.sql",
        "CREATE OR REPLACE PIPE RAW.B.P AS COPY INTO RAW.B.T FROM @RAW.B.S -- x",
        DEV.name_map,
    )
    pause = "ALTER PIPE DEV_RAW.B.P SET PIPE_EXECUTION_PAUSED = TRUE"
    applied = Applied("r1", {pipe.identity: "other"})
    plan = built((), (pipe,), applied, activity=Activity(paused_pipes=frozenset({"DEV_RAW.B.P"})))
    (made,) = plan.stages
    assert [each.text for each in made.statements] == [
        "EXECUTE IMMEDIATE $$ -- make the pipe DEV_RAW.B.P anew, paused\nBEGIN\n"
        "  CREATE OR REPLACE PIPE DEV_RAW.B.P AS COPY INTO DEV_RAW.B.T FROM @DEV_RAW.B.S\n;\n"
        f"  {pause};\nEND;\n$$"
    ]


def test_a_downgrade_marks_the_objects_that_it_breaks_for_another_application() -> None:
    texts = (
        "STREAM RAW.B.S ON TABLE RAW.B.T",
        "STREAM RAW.B.OTHER ON TABLE RAW.B.U",
        "VIEW DW.M.V AS SELECT a FROM RAW.B.T",
        "STREAM DW.M.ON_V ON VIEW DW.M.V",
        "PROCEDURE DW.M.P() RETURNS INT LANGUAGE SQL AS 'BEGIN DELETE FROM RAW.B.T; END'",
        "FUNCTION DW.GONE.F(a INT) RETURNS INT AS 'a'",
    )
    objects = [
        read_object(f"{at}.sql", f"CREATE OR REPLACE {text}", DEV.name_map)
        for at, text in enumerate(texts)
    ]
    downs = ("DROP TABLE RAW.B.T", "ALTER TABLE RAW.B.U DROP COLUMN b", "DROP SCHEMA DW.GONE")
    down = Revision("r1", "", "f", "r1", None, downs, is_downgrade=True)
    applied = Applied("r1", {each.identity: each.hash for each in objects})
    lost = forgotten([footprint(down, DEV.name_map)], objects, applied)
    assert {str(each) for each in lost} == {
        *("stream RAW.B.S", "view DW.M.V", "stream DW.M.ON_V", "function DW.GONE.F(NUMBER)"),
    }
    plan = built((down,), None, applied, lost=lost)
    assert plan.stages[0].records == (
        "UPDATE DEV_RAW.METADATA.SNOWLANE_OBJECTS SET HASH = '' WHERE KIND || ' ' || NAME || "
        "ARGUMENTS IN ('FUNCTION DW.GONE.F(NUMBER)', 'STREAM DW.M.ON_V', 'STREAM RAW.B.S', "
        "'VIEW DW.M.V')",
    )
    assert plan.stages[1].kind is StageKind.DOWNGRADE
    assert "objects are left" in plan.warnings[0]
    assert built((down,), None, applied).stages[0].kind is StageKind.DOWNGRADE


def test_every_name_outside_the_map_is_named_with_file_and_line() -> None:
    bad = Revision("r1", "", "v/r1.py", None, "r1", ("SELECT 1", "SELECT 1\nFROM PROD_RAW.B.T"))
    with pytest.raises(RefusedError) as raised:
        built((bad,), (an_object("V", "SELECT raw.x FROM OTHER.B.T"),))
    assert raised.value.exit_code is ExitCode.REFUSED
    assert "v/r1.py, statement 2, line 2: PROD_RAW.B.T" in raised.value.why
    assert "objects/v.sql, line 1: OTHER.B.T" in raised.value.why
    assert "objects/v.sql, line 1: RAW.X" in raised.value.why


def test_a_name_inside_a_longer_literal_is_a_warning() -> None:
    plan = built((), (an_object("V", "SELECT 'select 1 from RAW.B.T'"),))
    assert "RAW.B.T stands inside a longer literal" in plan.warnings[0]


def test_the_bundle_names_paths_and_texts_but_no_order() -> None:
    assert bundle_hash({"a": "1", "b": "2"}) == bundle_hash({"b": "2", "a": "1"})
    assert len({bundle_hash(each) for each in ({"a": "1"}, {"a": "2"}, {"b": "1"}, {})}) == 4


def test_each_stage_writes_down_who_must_follow_it() -> None:
    def known(name: str, body: str) -> SqlObject:
        return read_object(f"{name}.sql", f"CREATE OR REPLACE {body}", DEV.name_map)

    root = known("root", "TASK DW.M.ROOT AS SELECT 1")
    child = known("child", "TASK DW.M.CHILD AFTER DW.M.ROOT AS SELECT 1")
    stream = known("stream", "STREAM RAW.B.S ON TABLE RAW.B.T")
    revisions = tuple(
        Revision(name, "", f"{name}.py", None, name, (text,))
        for name, text in (
            ("r1", "CREATE OR REPLACE TABLE RAW.B.T (a INT)"),
            ("r2", "CREATE TABLE RAW.B.OTHER (a INT)"),
        )
    )
    due = (
        Due(root, "changed"),
        Due(child, "its predecessor is replaced", root.identity.path),
        Due(stream, "RAW.B.T is made anew", ("RAW", "B", "T")),
    )
    plan = build_plan(
        DEV,
        revisions=revisions,
        due=due,
        applied=Applied(None, {each.object.identity: each.object.hash for each in due}),
        activity=Activity(),
        target="r2",
        bundle="b" * 64,
    )
    marks = {stage.name: stage.records[0].rpartition(" IN ")[2] for stage in plan.stages}
    assert {name: mark for name, mark in marks.items() if mark.startswith("(")} == {
        "r1": "('STREAM RAW.B.S')",
        "task DW.M.ROOT": "('TASK DW.M.CHILD')",
    }
    assert all(stage.records[-1] for stage in plan.stages)
