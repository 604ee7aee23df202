"""Objects in a deployment: dropped by tombstones, placed among revisions, following what they stand on."""

import json
import re

import pytest
from snowflake.connector.errors import ProgrammingError

from snowlane.errors import ExitCode

SCHEMAS = "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE SCHEMA DW.M')"
TABLE = "op.sql('CREATE TABLE RAW.S.T (a VARCHAR(10), b NUMBER)')"
VIEW = "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT a FROM RAW.S.T"
STAR = (
    "-- snowlane: allow select-star-view: a mirror, replaced with its table\n"
    "CREATE OR REPLACE VIEW DW.M.STAR COPY GRANTS AS SELECT * FROM RAW.S.T"
)
POLICY = (
    "-- snowlane: phase=before\n"
    "CREATE OR REPLACE MASKING POLICY RAW.G.HIDDEN AS (val VARCHAR) RETURNS VARCHAR ->\n"
    "CASE WHEN CURRENT_ROLE() = 'NOBODY' THEN '-' ELSE val END"
)
ADD = "op.sql('ALTER TABLE RAW.S.T ADD COLUMN c INT')"


@pytest.fixture
def platform(account, shop):
    """A schema and a table that are deployed, and a view of it."""
    shop.revision("r1", f"{SCHEMAS}\n{TABLE}")
    shop.object("dw/m/views/v", VIEW)
    deploy(account)
    return account


def deploy(account, *options: str):
    done = account.snowlane("migrate", "dev", *options, "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    return done.data


def stages(account) -> list[tuple[str, str]]:
    shown = account.snowlane("plan", "dev", "--format", "json")
    return [(each["name"], each["title"]) for each in shown.data["stages"]]


def raw(account, text: str) -> list[tuple]:
    environment = (account.project / "envs" / "dev.toml").read_text()
    for logical in ("RAW", "DW"):
        physical = re.search(rf'^{logical} = "(\w+)"', environment, re.MULTILINE)[1]
        text = text.replace(f"{logical}.", f"{physical}.")
    return account.query(text)


def applied(account) -> list[str]:
    rows = raw(account, "SELECT NAME FROM RAW.METADATA.SNOWLANE_OBJECTS ORDER BY NAME")
    return [name for (name,) in rows]


def test_a_file_that_went_away_is_a_drop_and_needs_a_tombstone(platform, shop) -> None:
    path = shop.root / "migrations" / "objects" / "dw" / "m" / "views" / "v.sql"
    path.unlink()
    shown = platform.snowlane("plan", "dev")
    assert shown.code == ExitCode.REFUSED
    assert "drop view DW.M.V: its file is gone\n      DROP VIEW IF EXISTS DEV_DW" in shown.out
    refused = platform.snowlane("migrate", "dev")
    assert refused.code == ExitCode.REFUSED
    assert "view DW.M.V" in refused.err
    assert raw(platform, "SELECT * FROM DW.M.V") == []
    pasted = re.search(r"(migrations/\S+\.sql):\n\s+(DROP .*;)", refused.err)
    assert pasted, refused.err
    (shop.root / pasted[1]).write_text(pasted[2])
    assert path.read_text() == "DROP VIEW IF EXISTS DW.M.V;"
    assert deploy(platform)["statements_run"] == 1
    assert raw(platform, "SHOW VIEWS IN SCHEMA DW.M") == []
    assert applied(platform) == []
    assert stages(platform) == []


def test_a_tombstone_does_not_hide_who_still_needs_the_object(platform, shop) -> None:
    shop.object("dw/m/views/v", "DROP VIEW DW.M.V")
    shop.object("dw/m/views/w", VIEW.replace("DW.M.V", "DW.M.W").replace("RAW.S.T", "DW.M.V"))
    refused = platform.snowlane("migrate", "dev")
    assert refused.code == ExitCode.REFUSED
    assert "views/w.sql:1: drop-object: view DW.M.W names view DW.M.V" in refused.err


def test_a_policy_goes_between_its_schema_and_a_table_with_it_and_changes_in_place(
    account, shop
) -> None:
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.G')")
    masked = "CREATE TABLE RAW.G.T (a VARCHAR WITH MASKING POLICY RAW.G.HIDDEN)"
    shop.revision("r2", f"op.sql('{masked}')", "op.sql('DROP TABLE RAW.G.T')", after="r1")
    shop.object("raw/g/policies/hidden", POLICY)
    assert [name for name, _ in stages(account)] == ["r1", "masking policy RAW.G.HIDDEN", "r2"]
    deploy(account)
    assert applied(account) == ["RAW.G.HIDDEN"]
    raw(account, "INSERT INTO RAW.G.T SELECT 'x'")
    shop.object("raw/g/policies/hidden", POLICY.replace("= 'NOBODY'", "<> 'NOBODY'"))
    assert deploy(account, "--restore-point")["statements_run"] == 1
    assert raw(account, "SELECT a FROM RAW.G.T") == [("-",)]
    back = account.snowlane("rollback", "dev", "--yes")
    assert back.code == ExitCode.DONE, back.err
    assert raw(account, "SELECT a FROM RAW.G.T") == [("x",)]


def test_a_policy_without_a_place_is_refused_before_anything_is_made(account, shop) -> None:
    masked = "CREATE TABLE RAW.G.T (a VARCHAR WITH MASKING POLICY RAW.G.HIDDEN)"
    shop.revision("r1", f"op.sql('CREATE SCHEMA RAW.G')\nop.sql('{masked}')")
    shop.object("raw/g/policies/hidden", POLICY)
    refused = account.snowlane("migrate", "dev")
    assert refused.code == ExitCode.REFUSED
    assert "make RAW.G in a revision of its own" in refused.err
    with pytest.raises(ProgrammingError):
        raw(account, "SHOW TABLES IN SCHEMA RAW.G")


def test_a_star_view_follows_a_new_column_and_a_stream_a_new_table(platform, shop) -> None:
    shop.object("dw/m/views/star", STAR)
    shop.object(
        "raw/s/streams/st", "CREATE OR REPLACE STREAM RAW.S.ST COPY GRANTS ON TABLE RAW.S.T"
    )
    deploy(platform)
    shop.revision("r2", ADD, "op.sql('ALTER TABLE RAW.S.T DROP COLUMN c')", after="r1")
    assert stages(platform)[1:] == [("view DW.M.STAR", "RAW.S.T has other columns")]
    deploy(platform)
    assert raw(platform, "SELECT c FROM DW.M.STAR") == []
    anew = TABLE.replace("CREATE TABLE", "CREATE OR REPLACE TABLE").replace(
        "b NUMBER", "b NUMBER, c INT"
    )
    shop.revision("r3", anew, after="r2")
    assert stages(platform)[1:] == [("stream RAW.S.ST", "RAW.S.T is made anew")]
    deploy(platform, "--override", "lint=the stream was read to its end")
    raw(platform, "INSERT INTO RAW.S.T SELECT 'x', 1, 2")
    assert raw(platform, "SELECT a FROM RAW.S.ST") == [("x",)]
    assert stages(platform) == []


def test_a_started_task_a_running_and_a_paused_pipe_end_as_they_were(platform, shop) -> None:
    task = "CREATE OR REPLACE TASK DW.M.K WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS SELECT {}"
    pipe = "CREATE OR REPLACE PIPE RAW.S.{} AS COPY INTO RAW.S.T (a) FROM @RAW.S.ST PATTERN = '{}'"
    shop.revision(
        "r2", "op.sql('CREATE STAGE RAW.S.ST')", "op.sql('DROP STAGE RAW.S.ST')", after="r1"
    )
    for part in ("a", "b"):
        shop.object("dw/m/tasks/k", task.format(f"'{part}'"))
        shop.object("raw/s/pipes/paused", pipe.format("PAUSED", f"{part}.*"))
        shop.object("raw/s/pipes/running", pipe.format("RUNNING", f"{part}.*"))
        if part == "b":
            raw(platform, "ALTER TASK DW.M.K RESUME")
            raw(platform, "ALTER PIPE RAW.S.PAUSED SET PIPE_EXECUTION_PAUSED = TRUE")
            shown = platform.snowlane("plan", "dev", "--format", "json").data["stages"]
            suspend, resume = (shown[at]["statements"] for at in (0, -1))
            assert [bool(re.search("SUSPEND|pause", each["text"])) for each in suspend] == [
                True
            ] * 2
            assert len(resume) == 2
        done = platform.snowlane("migrate", "dev")
        assert done.code == ExitCode.DONE, done.err
    assert re.search(r"\n\[1/(\d)\] suspend\n(.+\n)*\[\1/\1\] resume\n", done.err), done.err
    states = {
        name: json.loads(raw(platform, f"SELECT SYSTEM$PIPE_STATUS('RAW.S.{name}')")[0][0])
        for name in ("PAUSED", "RUNNING")
    }
    assert {name: each["executionState"] for name, each in states.items()} == {
        "PAUSED": "PAUSED",
        "RUNNING": "RUNNING",
    }
    (row,) = raw(platform, "SHOW TASKS IN SCHEMA DW.M")
    assert "started" in row


def test_a_downgrade_that_strands_objects_is_refused_and_points_to_the_rollback(platform, shop):
    shop.revision("r2", ADD, "op.sql('ALTER TABLE RAW.S.T DROP COLUMN c')", after="r1")
    shop.object("dw/m/views/v", VIEW.replace("SELECT a", "SELECT a, c"))
    shop.object(
        "raw/s/streams/st", "CREATE OR REPLACE STREAM RAW.S.ST COPY GRANTS ON TABLE RAW.S.T"
    )
    deploy(platform)
    refused = platform.snowlane("migrate", "dev", "--to", "r1")
    assert refused.code == ExitCode.REFUSED
    assert "view DW.M.V names RAW.S.T.C, which is not there then" in refused.err
    assert "stream" not in refused.err
    assert "snowlane rollback dev --list" in refused.err
    assert raw(platform, "SELECT c FROM DW.M.V") == []
    deploy(platform, "--to", "r1", "--override", "objects=the view is replaced next")
    shop.object("dw/m/views/v", VIEW)
    deploy(platform)
    assert platform.snowlane("migrate", "dev", "--to", "r1").code == ExitCode.DONE
