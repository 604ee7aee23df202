"""`snowlane migrate --window`: parked, deployed, verified, and put back as it was."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from snowlane.errors import ExitCode

from .conftest import AS_DEPLOYED, OBJECTS, PAUSED, TASK, last_run

ADD = "op.sql('ALTER TABLE RAW.S.T ADD COLUMN B VARCHAR')"


def replaced(own) -> None:
    """Change an object of each kind that runs by itself."""
    own.shop.object("raw/s/tasks/left", TASK.format("LEFT_ONE", "AFTER RAW.S.ROOT", "SELECT 3"))
    own.shop.object("raw/s/pipes/p1", f"{OBJECTS['pipes/p1']} PATTERN = '.*'")
    own.shop.object("raw/s/alerts/w", OBJECTS["alerts/w"].replace("60", "30"))


def size(own) -> str:
    (row,) = [row for row in own.query("SHOW WAREHOUSES") if row["name"] == "WH"]
    return row["size"]


def test_everything_is_parked_deployed_verified_and_put_back(own) -> None:
    own.shop.revision("r2", ADD, after="r1")
    replaced(own)
    own.run("ALTER PIPE S.P2 SET PIPE_EXECUTION_PAUSED = TRUE")
    shown = own.done("migrate", "dev", "--window", "--dry-run")
    assert (
        f"Before it, and put back after it:\n  ALTER TASK {own.raw}.S.ALONE SUSPEND\n" in shown.out
    )
    assert f"ALTER TASK {own.raw}.S.ROOT RESUME" not in shown.out
    before = size(own)
    own.run("GRANT MODIFY ON WAREHOUSE WH TO ROLE DEPLOY_DEV", role="ACCOUNTADMIN")
    terms = ("--window", "--scale-warehouse", "xxlarge", "--restore-point")
    done = own.done("migrate", "dev", *terms)
    own.run("REVOKE MODIFY ON WAREHOUSE WH FROM ROLE DEPLOY_DEV", role="ACCOUNTADMIN")
    assert f"scaling warehouse WH from {before} to 2X-Large" in done.err
    assert size(own) == before
    assert own.states() == {**AS_DEPLOYED, "P2": "PAUSED"}
    assert own.remembered() == []
    assert " 5 that were parked run again." in done.out
    steps = [
        f"suspending task {own.raw}.S.ROOT",
        "] upgrade r2",
        "verifying what was deployed",
        f"resuming task {own.raw}.S.ROOT",
    ]
    assert sorted(steps, key=done.err.index) == steps
    assert done.err.count(f"TASK {own.raw}.S.ROOT") == 0, "the plan leaves the roots to the window"
    own.done("rollback", "dev", "--yes")
    assert own.states() == {**AS_DEPLOYED, "P2": "PAUSED"}, (
        "the point was made while all was parked"
    )


@pytest.fixture
def pending(line) -> Iterator[Any]:
    """The shared project with a revision that must not be applied; it goes afterwards."""
    path = line.shop.revision("r2", "op.sql('DROP TABLE RAW.S.NONE')", after="r1")
    yield line
    path.unlink()


def untouched(line, *arguments: str) -> str:
    """What a window says that fails before anything ran, everything running as before."""
    done = line.snowlane("migrate", "dev", "--window", *arguments)
    assert done.code == ExitCode.FAILED
    assert "the pipeline runs as it did before" in done.err
    assert line.states() == AS_DEPLOYED
    assert line.remembered() == []
    return done.err


def test_a_size_that_the_role_may_not_set(pending) -> None:
    said = untouched(pending, "--scale-warehouse", "large")
    assert "GRANT MODIFY ON WAREHOUSE WH TO ROLE DEPLOY_DEV" in said


def test_what_does_not_end_in_time_keeps_it_from_being_deployed(pending) -> None:
    (before,) = pending.query(f"SHOW TASKS LIKE 'ALONE' IN DATABASE {pending.raw}")
    pending.run("ALTER TASK S.ALONE SUSPEND", "ALTER TASK S.ALONE MODIFY AS CALL SYSTEM$WAIT(4)")
    pending.run("ALTER TASK S.ALONE RESUME", "EXECUTE TASK S.ALONE")
    said = untouched(pending, "--wait", "0s")
    assert "dev: not everything has ended within 0s, so nothing was deployed" in said
    assert last_run(pending, "ALONE") in ("SCHEDULED", "EXECUTING"), "nothing is forced"
    pending.run("ALTER TASK S.ALONE SUSPEND")
    pending.run(f"ALTER TASK S.ALONE MODIFY AS {before['definition']}")


def test_a_window_that_shuts_while_the_pipeline_comes_to_rest(pending, monkeypatch) -> None:
    """What was let through when it began is asked again once everything stands still."""
    file = pending.shop.root / "envs" / "dev.toml"
    before = file.read_text()
    file.write_text(f'{before}[window]\ncron = "0 2 * * *"\nduration = "2h"\n')
    clock = [datetime.fromisoformat(f"2026-11-22 {at}") for at in ("02:00", "03:59", "04:00")]
    asked = iter(clock[1:])
    monkeypatch.setattr("snowlane.guarding.server_time", lambda _: clock[0])
    monkeypatch.setattr("snowlane.deploying.server_time", lambda _: next(asked))
    done = pending.snowlane("migrate", "dev", "--window")
    file.write_text(before)
    assert done.code == ExitCode.REFUSED
    assert "by the account's clock it is Sun 2026-11-22 04:00 UTC" in done.err
    assert "the pipeline runs as it did before" in done.err
    assert pending.states() == AS_DEPLOYED
    assert next(asked, None) is None


def test_a_failure_before_anything_ran_puts_everything_back(pending) -> None:
    assert "nothing was changed" in untouched(pending)


def test_after_a_half_applied_one_what_touches_the_changed_table_stays_parked(own) -> None:
    """ALONE reads T, P1 loads it, the root writes it; P2 and the alert only know U."""
    own.shop.revision("r2", f"{ADD}\nop.sql('DROP TABLE RAW.S.NONE')", after="r1")
    replaced(own)
    done = own.snowlane("migrate", "dev", "--window")
    assert done.code == ExitCode.HALF_APPLIED
    assert own.states() == {**PAUSED, "P2": "RUNNING", "W": "started"}
    assert own.remembered() == ["PIPE P1", "TASK ALONE", "TASK LEFT_ONE", "TASK ROOT"]
    names = ", ".join(
        f"{kind} {own.raw}.S.{name}"
        for kind, name in (
            ("pipe", "P1"),
            ("task", "ALONE"),
            ("task", "LEFT_ONE"),
            ("task", "ROOT"),
        )
    )
    assert f"until then these stay parked, for they touch what was changed: {names}" in done.err
    assert "run `snowlane migrate dev --window` again" in done.err
    again = own.snowlane("migrate", "dev", "--window")
    assert again.code == ExitCode.HALF_APPLIED
    assert own.states() == {**PAUSED, "P2": "RUNNING", "W": "started"}
    own.shop.revision("r2", ADD, after="r1")
    own.done("migrate", "dev", "--window")
    assert own.states() == AS_DEPLOYED
    assert own.remembered() == []
    # A pipe that was made anew was to be paused again by the deployment that stopped: not any more.
    own.shop.object("raw/s/pipes/p1", OBJECTS["pipes/p1"])
    view = "CREATE OR REPLACE VIEW RAW.S.Z COPY GRANTS AS SELECT {} FROM RAW.S.U"
    own.shop.object("raw/s/views/z", view.format("MISSING"))
    stopped = own.snowlane("migrate", "dev", "--window")
    assert stopped.code == ExitCode.HALF_APPLIED
    assert own.states() == AS_DEPLOYED, "no table was changed"
    own.shop.object("raw/s/views/z", view.format("A"))
    own.done("migrate", "dev")
    assert own.states() == AS_DEPLOYED


def test_what_a_deployment_breaks_is_found_and_what_needs_it_stays_parked(own) -> None:
    """A view that no longer compiles, and rows that went missing; a view that was broken before is not its doing."""
    own.run("INSERT INTO S.U VALUES ('a'), ('b')", "CREATE VIEW S.OLD AS SELECT A FROM S.T")
    own.run("CREATE TABLE S.X (A INT)", "CREATE VIEW S.WRONG AS SELECT T.A FROM S.T JOIN S.X")
    own.run("DROP TABLE S.X")
    changes = (
        "ALTER TABLE RAW.S.T RENAME COLUMN A TO D",
        "CREATE TABLE RAW.S.U2 AS SELECT A FROM RAW.S.U LIMIT 1",
        "ALTER TABLE RAW.S.U RENAME TO RAW.S.U_OLD",
        "ALTER TABLE RAW.S.U2 RENAME TO RAW.S.U",
    )
    own.shop.revision("r2", "\n".join(f"op.sql('{each}')" for each in changes), after="r1")
    accepted = ("--override", "lint=to see what breaks")
    done = own.snowlane("migrate", "dev", "--window", "--restore-point", *accepted)
    assert done.code == ExitCode.FAILED
    assert "dev is at r2, but the verification found 2 that is not as it must be" in done.err
    assert f"{own.raw}.S.OLD does not compile any more: " in done.err
    assert f"{own.raw}.S.U has 1 rows and had 2" in done.err
    assert "snowlane rollback dev" in done.err
    assert "verification: " in own.done("history", "dev").out
    parked = {**AS_DEPLOYED, "ALONE": "suspended", "P2": "PAUSED", "W": "suspended"}
    assert own.states() == parked
    assert "Warning: 3 objects are parked since" in own.done("plan", "dev").out
    own.done("rollback", "dev", "--yes")
    assert own.states() == parked, "a rollback leaves parked what is parked"
    assert own.query(f"SELECT COUNT(*) AS N FROM {own.raw}.S.U") == [{"N": 2}]
    own.done("pipeline", "resume", "dev")
    assert own.states() == AS_DEPLOYED


@pytest.mark.parametrize("way", [("--scale-warehouse", "large"), ("--wait", "1m")])
def test_terms_without_a_window_are_wrong_usage(line, way) -> None:
    done = line.snowlane("migrate", "dev", *way)
    assert done.code == ExitCode.USAGE
    assert "go with --window" in done.err
