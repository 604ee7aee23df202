"""`snowlane pipeline pause` and `resume`: what runs is parked, remembered, and put back exactly."""

import threading
import time

from snowlane.errors import ExitCode

from .conftest import AS_DEPLOYED, OBJECTS, PAUSED, last_run

ADMIN = "ACCOUNTADMIN"
GONE = [OBJECTS[name] for name in ("pipes/p2", "alerts/w", "tasks/alone")]


def test_what_runs_is_parked_and_comes_back_as_it_was(line) -> None:
    paused = line.done("pipeline", "pause", "dev")
    assert line.states() == PAUSED
    assert line.remembered() == [
        *("ALERT W", "PIPE P1", "PIPE P2", "TASK ALONE", "TASK LEFT_ONE", "TASK ROOT")
    ]
    assert "suspending task DEV_RAW.S.ROOT\npausing pipe DEV_RAW.S.P1\n" in paused.err
    assert "snowlane pipeline resume dev" in paused.out
    resumed = line.done("pipeline", "resume", "dev")
    assert line.states() == AS_DEPLOYED
    assert line.remembered() == []
    assert "dev runs as it did before the pause." in resumed.out


def test_what_was_parked_on_purpose_stays_parked(line) -> None:
    line.run("ALTER PIPE S.P2 SET PIPE_EXECUTION_PAUSED = TRUE", "ALTER ALERT S.W SUSPEND")
    line.run("ALTER TASK S.ALONE SUSPEND")
    before = line.states()
    line.done("pipeline", "pause", "dev")
    line.done("pipeline", "resume", "dev")
    assert line.states() == before


def test_a_second_pause_adds_what_was_started_since(line) -> None:
    line.run("ALTER TASK S.ALONE SUSPEND")
    line.done("pipeline", "pause", "dev")
    line.run("ALTER TASK S.ALONE RESUME", "ALTER PIPE S.P1 SET PIPE_EXECUTION_PAUSED = FALSE")
    again = line.done("pipeline", "pause", "dev", "--format", "json").data
    assert [each["name"] for each in again["paused"]] == ["DEV_RAW.S.ALONE"]
    assert len(again["paused_before"]) == 5
    assert line.states() == PAUSED
    line.done("pipeline", "resume", "dev")
    assert line.states() == AS_DEPLOYED


def test_what_was_applied_and_is_not_seen_is_named(line) -> None:
    """Snowflake tells nothing of what a role has no privilege on: it cannot be paused either."""
    grant = "GRANT OWNERSHIP ON TASK DEV_RAW.S.ALONE TO ROLE {} REVOKE CURRENT GRANTS"
    line.run("ALTER TASK S.ALONE SUSPEND")
    line.run("CREATE ROLE KEEPER", grant.format("KEEPER"), role=ADMIN)
    line.run("DROP ALERT S.W")
    try:
        done = line.done("pipeline", "pause", "dev", "--format", "json")
    finally:
        line.run(grant.format("DEPLOY_DEV"), "DROP ROLE KEEPER", role=ADMIN)
        line.run(OBJECTS["alerts/w"].replace("RAW.", "DEV_RAW."))
    why = "was applied, and DEPLOY_DEV does not see it: if it was not dropped, it runs on"
    assert done.data["left"] == [f"alert DEV_RAW.S.W {why}", f"task DEV_RAW.S.ALONE {why}"]
    assert f"Warning: task DEV_RAW.S.ALONE {why}" in done.err
    assert not {each["name"] for each in done.data["paused"]} & {"DEV_RAW.S.ALONE", "DEV_RAW.S.W"}
    assert done.data["seen_by"] == "DEPLOY_DEV"
    shown = line.done("pipeline", "pause", "dev")
    assert "Warning" not in shown.err
    assert "dev is paused, as far as DEPLOY_DEV sees; `snowlane pipeline" in shown.out


def test_nothing_to_pause_and_nothing_to_resume_are_no_failures(line) -> None:
    done = line.done("pipeline", "resume", "dev")
    assert done.out == "dev: nothing is paused; there was nothing to resume.\n"
    line.done("pipeline", "pause", "dev")
    line.run(f"DELETE FROM {line.state}.PARKED")
    done = line.done("pipeline", "pause", "dev")
    assert done.out == (
        "dev: nothing runs by itself as far as DEPLOY_DEV sees; there was nothing to pause.\n"
    )


def test_a_replaced_child_and_a_root_started_meanwhile(line) -> None:
    """A child cannot be resumed under a started root: the root stands still for a moment."""
    line.done("pipeline", "pause", "dev")
    line.run("CREATE OR REPLACE TASK S.LEFT_ONE WAREHOUSE = WH AFTER DEV_RAW.S.ROOT AS SELECT 1")
    line.run("ALTER TASK S.ROOT RESUME")
    assert line.states()["LEFT_ONE"] == "suspended"
    line.done("pipeline", "resume", "dev")
    assert line.states() == AS_DEPLOYED


def test_what_is_gone_is_named_and_what_cannot_be_put_back_stays_remembered(line) -> None:
    """What was applied is not forgotten: it may be another role's now, or is made again."""
    line.run(OBJECTS["alerts/w"].replace("RAW.", "DEV_RAW.").replace("S.W ", "S.BY_HAND "))
    line.run("ALTER ALERT S.BY_HAND RESUME")
    line.done("pipeline", "pause", "dev")
    line.run("DROP PIPE S.P2", "DROP ALERT S.W", "DROP ALERT S.BY_HAND")
    line.run("GRANT OWNERSHIP ON TASK S.ALONE TO ROLE SYSADMIN REVOKE CURRENT GRANTS", role=ADMIN)
    status = line.done("pipeline", "status", "dev").out
    assert "to be resumed besides:\n" in status
    assert "  task DEV_RAW.S.ALONE, which is not seen\n" in status
    line.run("REVOKE EXECUTE TASK ON ACCOUNT FROM ROLE DEPLOY_DEV", role=ADMIN)
    try:
        done = line.snowlane("pipeline", "resume", "dev")
    finally:
        line.run("GRANT EXECUTE TASK ON ACCOUNT TO ROLE DEPLOY_DEV", role=ADMIN)
    assert done.code == ExitCode.FAILED
    assert "gone     alert DEV_RAW.S.BY_HAND: it is not there any more" in done.out
    assert "runs as it did" not in done.out
    unseen = "it was applied, and DEPLOY_DEV does not see it: it was dropped by hand, or taken over"
    assert f"task DEV_RAW.S.ALONE: {unseen}" in done.err
    assert f"pipe DEV_RAW.S.P2: {unseen}" in done.err
    assert "resumed  pipe DEV_RAW.S.P1" in done.out
    assert "task DEV_RAW.S.ROOT: 091089: Cannot execute task" in done.err
    assert "snowlane pipeline resume dev" in done.err
    assert line.remembered() == ["ALERT W", "PIPE P2", "TASK ALONE", "TASK ROOT"]
    line.run("GRANT OWNERSHIP ON TASK S.ALONE TO ROLE DEPLOY_DEV REVOKE CURRENT GRANTS", role=ADMIN)
    line.run(*(text.replace("RAW.", "DEV_RAW.") for text in GONE))
    line.done("pipeline", "resume", "dev")
    assert line.remembered() == []
    assert line.states() == AS_DEPLOYED


def test_a_root_that_could_not_be_suspended_leaves_nothing_to_resume(line) -> None:
    """Were its children remembered, one that is suspended on purpose later would be resumed."""
    grant = "GRANT OWNERSHIP ON TASK S.ROOT TO ROLE {} REVOKE CURRENT GRANTS"
    line.run(
        *("ALTER TASK S.ROOT SUSPEND", grant.format("SYSADMIN"), "ALTER TASK S.ROOT RESUME"),
        "GRANT MONITOR ON TASK S.ROOT TO ROLE DEPLOY_DEV",
        role=ADMIN,
    )
    done = line.snowlane("pipeline", "pause", "dev")
    line.run("ALTER TASK S.ROOT SUSPEND", grant.format("DEPLOY_DEV"), role=ADMIN)
    assert done.code == ExitCode.FAILED
    assert "dev: 1 could not be paused\n  task DEV_RAW.S.ROOT: 003001" in done.err
    assert "task DEV_RAW.S.LEFT_ONE" not in done.out
    assert line.remembered() == ["ALERT W", "PIPE P1", "PIPE P2", "TASK ALONE"]


def test_a_pipe_that_snowflake_stopped_meanwhile_does_not_run(line) -> None:
    line.done("pipeline", "pause", "dev")
    line.run("DROP TABLE S.U")
    done = line.snowlane("pipeline", "resume", "dev")
    line.run("UNDROP TABLE S.U")
    assert done.code == ExitCode.FAILED
    assert "resumed  pipe DEV_RAW.S.P2" not in done.out
    assert "pipe DEV_RAW.S.P2: it is not paused any more, but STOPPED_MISSING_TABLE" in done.err
    assert line.remembered() == ["PIPE P2"]
    assert "dev runs as it did before" in line.done("pipeline", "resume", "dev").out
    assert line.states() == AS_DEPLOYED


def test_of_what_two_causes_remember_the_first_counts(line) -> None:
    """A window that scaled was killed, a person paused, another window scaled and was killed."""
    line.run("CREATE WAREHOUSE SIZED WAREHOUSE_SIZE = 'LARGE'", role=ADMIN)
    line.run("GRANT MODIFY, USAGE ON WAREHOUSE SIZED TO ROLE DEPLOY_DEV", role=ADMIN)
    row = "('WAREHOUSE', 'SIZED', '{}', '', '{}', 'ana', DATEADD(hour, {}, SYSDATE()))"
    rows = [row.format("Medium", "window", -1), row.format("X-Small", "pause", -2)]
    line.run(f"INSERT INTO {line.state}.PARKED SELECT * FROM VALUES {', '.join(rows)}")
    status = line.done("pipeline", "status", "dev").out
    assert "dev: paused, 1 to be resumed\n" in status
    assert "to be resumed besides:\n  warehouse SIZED, to the size X-Small" in status

    def size() -> str:
        (row,) = line.query("SHOW WAREHOUSES LIKE 'SIZED'")
        return row["size"]

    # Nothing is pending: only what the window parked is put back, and the pause stays.
    line.done("migrate", "dev", "--window")
    assert (size(), line.remembered()) == ("Medium", ["WAREHOUSE SIZED"])
    line.done("pipeline", "resume", "dev")
    assert (size(), line.remembered()) == ("X-Small", [])
    line.run("DROP WAREHOUSE SIZED", role=ADMIN)


def test_a_root_waits_for_a_child_that_does_not_come_back(line) -> None:
    line.done("pipeline", "pause", "dev")
    line.run(
        "ALTER TASK DEV_RAW.S.LEFT_ONE SUSPEND",
        "GRANT OWNERSHIP ON TASK DEV_RAW.S.LEFT_ONE TO ROLE SYSADMIN REVOKE CURRENT GRANTS",
        "GRANT MONITOR ON TASK DEV_RAW.S.LEFT_ONE TO ROLE DEPLOY_DEV",
        role=ADMIN,
    )
    done = line.snowlane("pipeline", "resume", "dev")
    assert done.code == ExitCode.FAILED
    assert "task DEV_RAW.S.LEFT_ONE: 003001" in done.err
    assert line.remembered() == ["TASK LEFT_ONE", "TASK ROOT"]
    assert line.states()["ROOT"] == "suspended"
    line.run(
        "GRANT OWNERSHIP ON TASK DEV_RAW.S.LEFT_ONE TO ROLE DEPLOY_DEV REVOKE CURRENT GRANTS",
        role=ADMIN,
    )
    line.done("pipeline", "resume", "dev")
    assert line.states() == AS_DEPLOYED


def test_pipes_that_changed_hands_are_resumed_by_force(line) -> None:
    """One is somebody else's now; the other came back, which its owner does not tell."""
    line.done("pipeline", "pause", "dev")
    line.run(
        "GRANT OWNERSHIP ON PIPE S.P1 TO ROLE SYSADMIN",
        "GRANT OWNERSHIP ON PIPE S.P1 TO ROLE DEPLOY_DEV",
        "GRANT OWNERSHIP ON PIPE S.P2 TO ROLE SYSADMIN",
        "GRANT OPERATE ON PIPE S.P2 TO ROLE DEPLOY_DEV",
        role=ADMIN,
    )
    done = line.done("pipeline", "resume", "dev")
    assert line.states() == AS_DEPLOYED
    assert "resumed  pipe DEV_RAW.S.P1" in done.out
    assert "resumed  pipe DEV_RAW.S.P2" in done.out
    line.run(
        "ALTER PIPE S.P2 SET PIPE_EXECUTION_PAUSED = TRUE",
        "GRANT OWNERSHIP ON PIPE S.P2 TO ROLE DEPLOY_DEV REVOKE CURRENT GRANTS",
        "SELECT SYSTEM$PIPE_FORCE_RESUME('DEV_RAW.S.P2')",
        role=ADMIN,
    )


def test_a_graph_under_way_is_waited_for_and_never_forced(line) -> None:
    line.run("ALTER TASK S.ALONE SUSPEND", "ALTER TASK S.ALONE MODIFY AS CALL SYSTEM$WAIT(2)")
    line.run("ALTER TASK S.ALONE RESUME", "EXECUTE TASK S.ALONE")
    done = line.snowlane("pipeline", "pause", "dev", "--wait", "0s", "--format", "json")
    assert done.code == ExitCode.FAILED
    (running,) = done.data["still_running"]
    assert running.startswith("task DEV_RAW.S.ALONE is ")
    assert "dev is paused, but not everything has ended within 0s" in done.err
    assert "snowlane pipeline pause dev" in done.err
    assert line.states() == PAUSED
    again = line.done("pipeline", "pause", "dev", "--wait", "1m")
    assert "waiting for 1 to end: task DEV_RAW.S.ALONE is executing since" in again.err
    assert last_run(line, "ALONE") == "SUCCEEDED"
    line.run("ALTER TASK S.ALONE MODIFY AS INSERT INTO S.U SELECT A FROM S.T")


def test_an_alert_under_way_is_waited_for(line) -> None:
    condition, action = "ALTER ALERT S.W MODIFY CONDITION {}", "ALTER ALERT S.W MODIFY ACTION {}"
    line.run("ALTER ALERT S.W SUSPEND", condition.format("EXISTS (SELECT 1)"))
    line.run(action.format("CALL SYSTEM$WAIT(2)"), "ALTER ALERT S.W RESUME", "EXECUTE ALERT S.W")
    done = line.snowlane("pipeline", "pause", "dev", "--wait", "0s", "--format", "json")
    assert done.code == ExitCode.FAILED
    (running,) = done.data["still_running"]
    assert running.startswith("alert DEV_RAW.S.W is executing since ")
    line.done("pipeline", "pause", "dev", "--wait", "1m")
    line.run(OBJECTS["alerts/w"].replace("RAW.", "DEV_RAW."))


def test_a_load_under_way_is_waited_for(line, tmp_path) -> None:
    line.put(tmp_path, "ST1", "one.csv")
    with line.connect() as other:
        cursor = other.cursor()
        for each in ("USE WAREHOUSE WH", "BEGIN", f"DELETE FROM {line.raw}.S.T"):
            cursor.execute(each)
        loading = threading.Thread(target=line.run, args=("ALTER PIPE S.P1 REFRESH",))
        loading.start()
        while not line.pipe("P1")["pendingFileCount"]:
            time.sleep(0.05)
        done = line.snowlane("pipeline", "pause", "dev", "--wait", "0s")
        assert done.code == ExitCode.FAILED, done.out
        assert "pipe DEV_RAW.S.P1 has 1 file to load" in done.err
        cursor.execute("ROLLBACK")
    line.done("pipeline", "pause", "dev", "--wait", "1m")
    assert line.pipe("P1")["pendingFileCount"] == 0
    loading.join()
    assert line.query(f"SELECT COUNT(*) AS N FROM {line.raw}.S.T WHERE A = 'one.csv'")[0]["N"] == 1


def test_an_environment_of_an_earlier_release_has_no_table_yet(line) -> None:
    line.run(f"DROP TABLE {line.state}.PARKED")
    assert line.done("pipeline", "resume", "dev").out.startswith("dev: nothing is paused")
    line.done("pipeline", "pause", "dev")
    assert line.states() == PAUSED
    line.done("pipeline", "resume", "dev")
    assert line.states() == AS_DEPLOYED


def test_a_wait_that_cannot_be_read_changes_nothing(line) -> None:
    done = line.snowlane("pipeline", "pause", "dev", "--wait", "soon")
    assert done.code == ExitCode.USAGE
    assert "--wait 'soon' is no time" in done.err
    assert line.states() == AS_DEPLOYED


def test_a_deployment_at_work_keeps_the_pipeline_from_being_paused(line) -> None:
    held = (
        f"UPDATE {line.state}.LEASE SET OWNER = 'ana', TOKEN = 't', SESSION_ID = '7', "
        "ACQUIRED_AT = SYSDATE(), EXPIRES_AT = DATEADD(second, 60, SYSDATE())"
    )
    line.run(held)
    done = line.snowlane("pipeline", "pause", "dev")
    line.run(f"UPDATE {line.state}.LEASE SET TOKEN = NULL, OWNER = NULL, EXPIRES_AT = NULL")
    assert done.code == ExitCode.LOCKED
    assert "held by ana" in done.err
    assert line.states() == AS_DEPLOYED
