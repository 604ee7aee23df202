"""Deployments that stopped half way: what the next `snowlane migrate` goes on from, and what it refuses."""

import os
import re

import pytest

from snowlane.errors import ExitCode

FIRST = "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE SCHEMA DW.M')"
GOOD = "op.sql('CREATE TABLE RAW.S.U (a INT)')\nop.sql('INSERT INTO RAW.S.U SELECT 1')"
BAD = f"{GOOD}\nop.sql('DROP TABLE RAW.S.NONE')"


@pytest.fixture
def state(account) -> str:
    text = (account.project / "envs" / "dev.toml").read_text()
    return re.search(r'\[state\]\ndatabase = "(\w+)"', text)[1] + ".SNOWLANE_DEV"


@pytest.fixture
def raw(account) -> str:
    return re.search(r'RAW = "(\w+)"', (account.project / "envs" / "dev.toml").read_text())[1]


@pytest.fixture
def half(account, shop):
    """r2 stopped at its third statement."""
    shop.revision("r1", FIRST)
    shop.revision("r2", BAD, after="r1")
    done = account.snowlane("migrate", "dev")
    assert done.code == ExitCode.HALF_APPLIED, done.err
    assert "statements 1 to 2 of r2 took effect" in done.err
    return account


def test_the_corrected_rest_goes_on_behind_what_ran(half, shop, raw) -> None:
    shop.revision("r2", f"{GOOD}\nop.sql('INSERT INTO RAW.S.U SELECT 2')", after="r1")
    plan = half.snowlane("plan", "dev")
    assert "(2 of 3 statements ran already)" in plan.out
    assert "CREATE TABLE" not in plan.out
    assert "1 statement in 1 stage, 5 requests" in plan.out
    done = half.snowlane("migrate", "dev", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["statements_run"] == 1
    assert half.query(f"SELECT a FROM {raw}.S.U ORDER BY a") == [(1,), (2,)]


def test_nothing_but_the_rest_left_out_ends_the_revision(half, shop, raw) -> None:
    shop.revision("r2", GOOD, after="r1")
    done = half.snowlane("migrate", "dev", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["statements_run"] == 0
    assert half.query(f"SELECT VERSION_NUM FROM {raw}.METADATA.ALEMBIC_VERSION") == [("r2",)]


def test_an_edited_statement_that_ran_is_refused(half, shop, raw) -> None:
    shop.revision("r2", GOOD.replace("a INT", "a INT, b INT"), after="r1")
    for command in ("plan", "migrate"):
        done = half.snowlane(command, "dev")
        assert done.code == ExitCode.REFUSED
        assert "migrations/versions/r2.py: what ran of r2 in dev was changed since" in done.err
        assert "statement 1 of it ran and is another one now: CREATE TABLE" in done.err
        assert "To go on: restore statements 1 to 2 as they ran" in done.err
        assert '    op.sql("CREATE TABLE RAW.S.U (a INT)")\n' in done.err
        assert '    op.sql("INSERT INTO RAW.S.U SELECT 1")\n' in done.err
        assert "renders to other statements" not in done.err
    assert half.query(f"SELECT a FROM {raw}.S.U") == [(1,)]


def test_what_renders_differently_is_gone_on_with_by_what_ran(account, shop, raw) -> None:
    shop.revision("r1", FIRST)
    made = "import uuid\nop.sql(f\"CREATE TABLE RAW.S.U (a INT) COMMENT = '{uuid.uuid4()}'\")"
    late = "op.sql('INSERT INTO RAW.S.U SELECT 2')"
    waived = "# snowlane: allow renders-differently: tried here\n"
    path = shop.revision("r2", f"{made}\nop.sql('DROP TABLE RAW.S.NONE')", after="r1")
    found = account.snowlane("check")
    assert (found.code, "error renders-differently" in found.out) == (ExitCode.REFUSED, True)
    assert account.snowlane("migrate", "dev").code == ExitCode.REFUSED
    path.write_text(waived + path.read_text())
    assert account.snowlane("migrate", "dev").code == ExitCode.HALF_APPLIED
    path = shop.revision("r2", f"{made}\n{late}", after="r1")
    path.write_text(waived + path.read_text())
    [(comment,)] = account.query(
        f"SELECT COMMENT FROM {raw}.INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'U'"
    )
    ran = f"op.sql(\"CREATE TABLE RAW.S.U (a INT) COMMENT = '{comment}'\")"
    again = account.snowlane("migrate", "dev")
    assert again.code == ExitCode.REFUSED
    assert "the revision renders to other statements each time" in again.err
    assert f"    {ran}\n" in again.err
    assert "--override edited-revision=WHY` goes on behind" in again.err
    shown = account.snowlane("resolve", "dev")
    assert f"\n    {ran}\n" in shown.out
    assert "have it begin with these statements as they ran" in shown.out
    told = account.snowlane("resolve", "dev", "--format", "json").data
    assert [each["logical"] for each in told["ran"]] == [ran[8:-2]]
    assert told["goes_on"] is False
    passed = account.snowlane(
        "migrate", "dev", "--dry-run", "--override", "edited-revision=the same table"
    )
    assert "(1 of 2 statements ran already)" in passed.out
    shop.revision("r2", f"{ran}\n{late}", after="r1")
    assert account.snowlane("resolve", "dev", "--format", "json").data["goes_on"] is True
    done = account.snowlane("migrate", "dev", "--format", "json")
    assert (done.code, done.data["statements_run"]) == (ExitCode.DONE, 1), done.err


def test_what_comes_to_the_same_is_gone_on_with_for_a_reason(half, shop, raw, state) -> None:
    other = GOOD.replace("a INT", "a INTEGER") + "\nop.sql('INSERT INTO RAW.S.U SELECT 2')"
    shop.revision("r2", other, after="r1")
    half.query(f"UPDATE {state}.DEPLOYMENTS SET SESSION_ID = NULL")
    shown = half.snowlane("resolve", "dev")
    assert "# its text is not known any more, SHA-256 " in shown.out
    assert half.snowlane("migrate", "dev").code == ExitCode.REFUSED
    done = half.snowlane("migrate", "dev", "--override", "edited-revision=a synonym")
    assert done.code == ExitCode.DONE, done.err
    assert half.query(f"SELECT a FROM {raw}.S.U ORDER BY a") == [(1,), (2,)]
    newest = half.snowlane("history", "dev", "--format", "json").data["deployments"][0]
    assert newest["overrides"] == {"edited-revision": "a synonym"}
    assert half.snowlane("plan", "dev", "--exit-code").code == ExitCode.DONE


def test_a_revision_that_lost_a_statement_that_ran_is_refused(half, shop) -> None:
    shop.revision("r2", GOOD.splitlines()[0], after="r1")
    done = half.snowlane("migrate", "dev")
    assert done.code == ExitCode.REFUSED
    assert "2 statements of it ran and it has 1 now" in done.err


def test_a_plan_that_does_not_go_on_with_it_is_refused(half) -> None:
    done = half.snowlane("migrate", "dev", "--to", "base")
    assert done.code == ExitCode.REFUSED
    assert "upgrade r2 is half applied in dev" in done.err


def test_failing_twice_loses_nothing(half, shop, raw) -> None:
    again = half.snowlane("migrate", "dev")
    assert again.code == ExitCode.HALF_APPLIED
    assert "r2, statement 3 of 3" in again.err
    shop.revision("r2", f"{GOOD}\nop.sql('INSERT INTO RAW.S.U SELECT 2')", after="r1")
    assert half.snowlane("migrate", "dev").code == ExitCode.DONE
    assert half.query(f"SELECT a FROM {raw}.S.U ORDER BY a") == [(1,), (2,)]


def test_an_edited_applied_revision_is_refused_unless_overridden(account, shop, state) -> None:
    path = shop.revision("r1", FIRST)
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    path.write_text(path.read_text().replace("def upgrade", "# why\n\ndef upgrade"))
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    shop.revision("r1", f"{FIRST}\nop.sql('CREATE SCHEMA RAW.T')")
    for command in ("plan", "migrate"):
        done = account.snowlane(command, "dev")
        assert done.code == ExitCode.REFUSED
        assert "1 revision was edited after dev applied it" in done.err
        assert "migrations/versions/r1.py" in done.err
    done = account.snowlane("migrate", "dev", "--override", "edited-revision=made by hand")
    assert done.code == ExitCode.DONE, done.err
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    history = account.snowlane("history", "dev", "--format", "json").data["deployments"]
    newest, comment, first = history
    assert newest["overrides"] == {"edited-revision": "made by hand"}
    assert (comment["statements_run"], comment["overrides"], first["overrides"]) == (0, {}, {})
    assert "override edited-revision: made by hand" in account.snowlane("history", "dev").out
    assert account.snowlane("migrate", "dev", "--override", "edited-revision").code == 2


def in_doubt(account, state) -> None:
    """Make the journal what a crash leaves, with a session that query history knows nothing of."""
    account.query(f"UPDATE {state}.DEPLOYMENTS SET OUTCOME = 'running', SESSION_ID = '1'")
    account.query(f"DELETE FROM {state}.JOURNAL WHERE EVENT = 'FAILED'")


def test_what_nothing_tells_of_is_settled_by_hand(half, shop, state, raw) -> None:
    in_doubt(half, state)
    shop.revision("r2", f"{GOOD}\nop.sql('DROP TABLE IF EXISTS RAW.S.NONE')", after="r1")
    stopped = half.snowlane("migrate", "dev")
    assert stopped.code == ExitCode.HALF_APPLIED
    assert "upgrade r2, statement 3 of 3 was sent to dev" in stopped.err
    assert "snowlane resolve dev" in stopped.err
    shown = half.snowlane("resolve", "dev")
    assert shown.code == ExitCode.DONE, shown.err
    assert "half applied: upgrade r2, 2 statements ran" in shown.out
    assert "in doubt: upgrade r2, statement 3 of 3" in shown.out
    assert "--mark-done" in shown.out
    settled = half.snowlane("resolve", "dev", "--retry")
    assert settled.code == ExitCode.DONE, settled.err
    assert "to be run again: upgrade r2, statement 3 of 3" in settled.out
    done = half.snowlane("migrate", "dev", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["statements_run"] == 1
    assert half.query(f"SELECT VERSION_NUM FROM {raw}.METADATA.ALEMBIC_VERSION") == [("r2",)]


def test_what_was_done_by_hand_is_not_run(half, shop, state, raw) -> None:
    in_doubt(half, state)
    assert half.snowlane("migrate", "dev").code == ExitCode.HALF_APPLIED
    settled = half.snowlane("resolve", "dev", "--mark-done", "--format", "json")
    assert settled.code == ExitCode.DONE, settled.err
    assert f"DROP TABLE {raw}.S.NONE" in settled.err
    assert settled.data["settled"][0]["as"] == "marked as done"
    done = half.snowlane("migrate", "dev", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["statements_run"] == 0


def test_resolving_without_a_doubt_is_refused(half) -> None:
    assert half.snowlane("resolve", "dev", "--retry").code == ExitCode.REFUSED
    shown = half.snowlane("resolve", "dev", "--format", "json")
    assert shown.data["half_applied"] == "upgrade r2"
    assert shown.data["in_doubt"] == []


def test_a_held_lock_names_its_holder_and_run(account, shop, state) -> None:
    shop.revision("r1", FIRST)
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    account.query(
        f"UPDATE {state}.LEASE SET OWNER = 'ana', TOKEN = 't', SESSION_ID = '7', "
        "ACQUIRED_AT = '2026-11-23 10:00:00', EXPIRES_AT = DATEADD(second, 60, SYSDATE()), "
        "ADDRESS = 'https://github.com/o/r/actions/runs/1'"
    )
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE, "nothing pending: no lock"
    shop.revision("r2", GOOD, after="r1")
    done = account.snowlane("migrate", "dev")
    assert done.code == ExitCode.LOCKED
    assert "held by ana since 2026-11-23 10:00:00 UTC, session 7" in done.err
    assert "https://github.com/o/r/actions/runs/1" in done.err
    assert "To go on:" in done.err
    account.query(f"UPDATE {state}.LEASE SET EXPIRES_AT = DATEADD(second, -1, SYSDATE())")
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE


def test_the_lock_says_which_ci_run_holds_it(account, shop, state, monkeypatch) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
    monkeypatch.setenv("GITHUB_RUN_ID", "42")
    shop.revision("r1", FIRST)
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    assert account.query(f"SELECT ADDRESS FROM {state}.DEPLOYMENTS") == [
        ("https://github.com/o/r/actions/runs/42",)
    ]
    assert os.environ["GITHUB_RUN_ID"] == "42"


def test_what_a_stopped_deployment_suspended_runs_again_afterwards(account, shop, raw) -> None:
    task = "CREATE OR REPLACE TASK RAW.S.K WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS SELECT {}"
    pipe = "CREATE OR REPLACE PIPE RAW.S.P AS COPY INTO RAW.S.U FROM @RAW.S.ST PATTERN = '{}'"
    shop.revision("r1", f"{FIRST}\n{GOOD}\nop.sql('CREATE STAGE RAW.S.ST')")
    shop.object("raw/s/pipes/p", pipe.format("a.*"))
    shop.object("raw/s/tasks/k", task.format(1))
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    account.query(f"ALTER TASK {raw}.S.K RESUME")
    account.query(f"ALTER PIPE {raw}.S.P SET PIPE_EXECUTION_PAUSED = TRUE")
    shop.object("raw/s/pipes/p", pipe.format("b.*"))
    shop.object("raw/s/tasks/k", task.format(2))
    view = "CREATE OR REPLACE VIEW RAW.S.V COPY GRANTS AS SELECT {} FROM RAW.S.U"
    shop.object("raw/s/views/v", view.format("missing"))
    stopped = account.snowlane("migrate", "dev")
    assert stopped.code == ExitCode.HALF_APPLIED, stopped.err
    assert f"ALTER TASK {raw}.S.K RESUME" in stopped.err
    shop.object("raw/s/views/v", view.format("a"))
    done = account.snowlane("migrate", "dev")
    assert done.code == ExitCode.DONE, done.err
    (row,) = account.query(f"SHOW TASKS IN DATABASE {raw}")
    assert "started" in row
    (status,) = account.query(f"SELECT SYSTEM$PIPE_STATUS('{raw}.S.P')")
    assert "PAUSED" in status[0]
