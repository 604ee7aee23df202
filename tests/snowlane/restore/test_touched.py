"""What statements touch: targets, names, schemas that go, and what they run."""

import pytest

from snowlane.restore.touched import Target, touched_by, with_called

DATABASES = ("DEV_RAW", "DEV_DW")
T, U = ("DEV_RAW", "S", "T"), ("DEV_RAW", "S", "U")


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("CREATE TABLE dev_raw.s.t (a INT)", {Target("TABLE", T)}),
        ("CREATE OR REPLACE TRANSIENT TABLE DEV_RAW.S.T (a INT)", {Target("TABLE", T)}),
        ("DROP VIEW IF EXISTS DEV_RAW.S.T", {Target("VIEW", T)}),
        ("CREATE SCHEMA IF NOT EXISTS DEV_RAW.S", {Target("SCHEMA", ("DEV_RAW", "S"))}),
        ("ALTER TABLE DEV_RAW.S.T RENAME TO DEV_RAW.S.U", {Target("TABLE", T), Target("TABLE", U)}),
        ("ALTER TABLE DEV_RAW.S.T SWAP WITH DEV_RAW.S.U", {Target("TABLE", T), Target("TABLE", U)}),
        ("ALTER TABLE DEV_RAW.S.T RENAME COLUMN a TO b", {Target("TABLE", T)}),
        (
            'CREATE SECURE VIEW DEV_RAW.S."Odd" AS SELECT 1',
            {Target("VIEW", ("DEV_RAW", "S", "Odd"))},
        ),
        ("CREATE FILE FORMAT DEV_RAW.S.T TYPE = CSV", {Target("FILE FORMAT", T)}),
        (
            "CREATE DYNAMIC TABLE DEV_RAW.S.T WAREHOUSE = W AS SELECT 1",
            {Target("DYNAMIC TABLE", T)},
        ),
        ("EXECUTE IMMEDIATE 'DROP TABLE DEV_RAW.S.T'", {Target("TABLE", T)}),
        ("EXECUTE IMMEDIATE $$BEGIN DROP TABLE DEV_RAW.S.T; END$$", {Target("TABLE", T)}),
        ("EXECUTE IMMEDIATE $$ -- told\nBEGIN DROP TABLE DEV_RAW.S.T; END$$", {Target("TABLE", T)}),
        ("CREATE TABLE OTHER.S.T (a INT)", set()),
        ("INSERT INTO DEV_RAW.S.T SELECT 'create table dev_raw.s.u'", set()),
        ("SELECT 'unfinished", set()),
    ],
)
def test_targets(text, targets) -> None:
    found = touched_by([text], DATABASES).targets
    # Prose in a literal may name what it does not touch: that keeps too much, never too little.
    assert targets <= found
    assert found <= targets | {Target("TABLE", U)}


def test_named_paths_are_those_of_the_databases() -> None:
    found = touched_by(
        ["MERGE INTO DEV_RAW.S.T USING DEV_DW.M.F f ON f.a = 1 WHEN MATCHED THEN DELETE"], DATABASES
    )
    assert found.named == {T, ("DEV_DW", "M", "F")}


def test_a_dropped_schema_takes_all_with_it() -> None:
    found = touched_by(["DROP SCHEMA DEV_RAW.S", "CREATE SCHEMA DEV_RAW.N"], DATABASES)
    assert found.dropped_schemas == {("DEV_RAW", "S")}


def test_what_is_run_is_followed() -> None:
    definitions = {
        ("DEV_DW", "M", "P"): "CREATE PROCEDURE DEV_DW.M.P() AS $$BEGIN CALL DEV_DW.M.Q(); END$$",
        ("DEV_DW", "M", "Q"): "CREATE PROCEDURE DEV_DW.M.Q() AS $$BEGIN CALL DEV_DW.M.P(); "
        "DELETE FROM DEV_RAW.S.T; END$$",
    }
    touched = touched_by(["CALL DEV_DW.M.P()"], DATABASES)
    assert T not in touched.named
    assert T in with_called(touched, definitions, DATABASES).named
    assert with_called(touched, {}, DATABASES).named == touched.named


def test_a_task_that_is_executed_is_called() -> None:
    assert touched_by(["EXECUTE TASK DEV_RAW.S.T"], DATABASES).called == {T}
