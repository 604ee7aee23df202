"""`snowlane status` on the local account: all environments at once, whatever state they are in."""

import re
from collections.abc import Iterator

import pytest
from tests.snowlane.commands.conftest import Account
from tests.snowlane.commands.snapshots import Snapshot, taken
from tests.snowlane.conftest import Shop

from snowlane.errors import ExitCode
from snowlane.snowflake.session import Session

VIEW = "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT a FROM RAW.S.T"


@pytest.fixture
def platform(account, shop):
    """A project with two revisions and a view, deployed nowhere."""
    lay_out(shop)
    return account


def lay_out(shop: Shop) -> None:
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE SCHEMA DW.M')")
    shop.revision("r2", "op.sql('CREATE TABLE RAW.S.T (a INT)')", after="r1")
    shop.object("dw/m/views/v", VIEW)


@pytest.fixture(scope="module")
def in_dev(tmp_path_factory) -> Snapshot:
    """The project deployed to dev."""

    def prepare(account: Account, shop: Shop) -> None:
        lay_out(shop)
        migrate(account, "dev")

    return taken(tmp_path_factory.mktemp("status") / "at", prepare)


@pytest.fixture
def deployed(in_dev, tmp_path) -> Iterator[Account]:
    """A copy of the project that is deployed to dev."""
    with in_dev.copied(tmp_path / "at") as (account, _):
        yield account


def migrate(platform, environment: str, *options: str) -> None:
    done = platform.snowlane("migrate", environment, "--yes", *options)
    assert done.code == ExitCode.DONE, done.err


def standing(platform, environment: str = "dev", *options: str) -> dict:
    done = platform.snowlane("status", environment, "--format", "json", *options)
    assert done.code == ExitCode.DONE, done.err
    (found,) = done.data["environments"]
    return found


def state(platform, statement: str) -> list[tuple]:
    """A statement in the state schema of dev."""
    text = (platform.project / "envs" / "dev.toml").read_text()
    own = re.search(r'^database = "(\w+)"', text, re.MULTILINE)
    database = own[1] if own else "UTILITY"
    return platform.query(statement.replace("STATE.", f"{database}.SNOWLANE_DEV."))


def test_what_is_not_bootstrapped_is_said_and_is_no_failure(platform) -> None:
    done = platform.snowlane("status")
    assert done.code == ExitCode.DONE, done.err
    assert "dev: not bootstrapped" in done.out
    assert "prod (protected): not bootstrapped" in done.out
    assert platform.snowlane("status", "--exit-code").code == ExitCode.DONE


def test_each_environment_and_database_has_its_revision(deployed) -> None:
    migrate(deployed, "prod", "--to", "r1")
    done = deployed.snowlane("status", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    dev, prod = done.data["environments"]
    assert (dev["environment"], dev["revision"], prod["revision"]) == ("dev", "r2", "r1")
    assert [each["name"] for each in dev["databases"]] == ["RAW", "DW"]
    assert {each["revision"] for each in prod["databases"]} == {"r1"}
    assert len(dev["bundle"]) == 64
    assert dev["deployed_by"].startswith("SNOWLANE")
    assert dev["deployed_at"].endswith("Z")
    assert dev["last_deployment"]["outcome"] == "done"
    assert (dev["lock"], dev["drift"]) == (None, None)
    assert dev["pending"] == {"revisions": 0, "objects": 0, "note": ""}
    assert prod["pending"] == {"revisions": 1, "objects": 1, "note": ""}


def sent_by(platform, monkeypatch, *arguments: str) -> list[str]:
    """The statements of one command."""
    sent: list[str] = []
    real = Session.execute

    def execute(self, text, **options):
        sent.append(text)
        return real(self, text, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Session, "execute", execute)
        assert platform.snowlane(*arguments).code == ExitCode.DONE
    return sent


def test_all_environments_take_one_query_after_sign_in(deployed, monkeypatch) -> None:
    migrate(deployed, "prod")
    assert len(sent_by(deployed, monkeypatch, "status")) == 1


def test_one_that_is_not_bootstrapped_takes_one_query_more(deployed, monkeypatch) -> None:
    assert len(sent_by(deployed, monkeypatch, "status")) == 2
    done = deployed.snowlane("status")
    assert "dev: at r2" in done.out
    assert "prod (protected): not bootstrapped" in done.out


def test_the_holder_of_the_lock_is_named(deployed) -> None:
    state(
        deployed,
        "UPDATE STATE.LEASE SET OWNER = 'ana', TOKEN = 't', SESSION_ID = '1', ADDRESS = 'https://ci/7', "
        "ACQUIRED_AT = SYSDATE(), EXPIRES_AT = DATEADD(minute, 5, SYSDATE())",
    )
    lock = standing(deployed)["lock"]
    assert (lock["owner"], lock["expired"], lock["address"]) == ("ana", False, "https://ci/7")
    assert "lock      ana since " in deployed.snowlane("status", "dev").out
    state(deployed, "UPDATE STATE.LEASE SET EXPIRES_AT = DATEADD(minute, -5, SYSDATE())")
    assert standing(deployed)["lock"]["expired"] is True


def test_the_last_measured_drift_is_shown_with_its_age(deployed) -> None:
    assert "drift     never measured" in deployed.snowlane("status", "dev").out
    assert standing(deployed, "dev", "--drift")["drift"]["findings"] == 0
    assert "drift     none, measured now" in deployed.snowlane("status", "dev").out
    state(
        deployed,
        "INSERT INTO STATE.DRIFT SELECT DATEADD(second, 1, MAX(MEASURED_AT)), 'ana', 'r1', 3, 1, '{}' "
        "FROM STATE.DRIFT",
    )
    state(deployed, "UPDATE STATE.DRIFT SET MEASURED_AT = DATEADD(hour, -30, MEASURED_AT)")
    drift = standing(deployed)["drift"]
    assert (drift["findings"], drift["not_followed"], drift["revision"]) == (3, 1, "r1")
    # A second was added to it, and as much or more has passed since.
    assert drift["age_seconds"] // 3600 in (29, 30)
    out = deployed.snowlane("status", "dev").out
    assert "3 differences, 1 statement not followed, at r1, measured 1 day ago" in out


def test_the_last_rehearsal_and_the_restore_points_are_shown(platform) -> None:
    migrate(platform, "dev", "--restore-point")
    found = standing(platform)
    assert (found["rehearsal"], found["restore_points"]["count"]) == (None, 1)
    (point,) = platform.snowlane("rollback", "dev", "--list", "--format", "json").data["points"]
    assert found["restore_points"]["newest"] == point["id"]
    state(
        platform,
        "INSERT INTO STATE.REHEARSALS (ID, REHEARSED_AT, BUNDLE, REVISION, STATEMENTS_HASH, OUTCOME) "
        "SELECT '1', DATEADD(hour, -3, SYSDATE()), 'abc', 'r1', 'h', 'passed'",
    )
    rehearsal = standing(platform)["rehearsal"]
    assert (rehearsal["passed"], rehearsal["revision"], rehearsal["bundle"]) == (True, "r1", "abc")
    out = platform.snowlane("status", "dev").out
    assert "\n  rehearsal passed 3 hours ago, at r1, bundle abc\n" in out
    assert f"\n  restore   1 point, the last {point['id']}, expires " in out
    # An earlier release made neither table; what the others say is still told.
    state(platform, "DROP TABLE STATE.REHEARSALS")
    assert standing(platform)["restore_points"]["count"] == 1


def test_a_missing_table_of_drift_is_made(deployed) -> None:
    state(deployed, "DROP TABLE IF EXISTS STATE.DRIFT")
    assert standing(deployed)["revision"] == "r2"
    assert standing(deployed, "dev", "--drift")["drift"]["findings"] == 0
    assert state(deployed, "SELECT FINDINGS, REVISION FROM STATE.DRIFT") == [(0, "r2")]


def test_the_exit_code_tells_of_what_is_pending_and_of_drift(deployed) -> None:
    assert deployed.snowlane("status", "dev", "--exit-code").code == ExitCode.DONE
    Shop(deployed.project).object("dw/m/views/v", VIEW.replace("SELECT a", "SELECT a AS b"))
    assert deployed.snowlane("status", "dev").code == ExitCode.DONE
    assert deployed.snowlane("status", "dev", "--exit-code").code == ExitCode.PENDING
    Shop(deployed.project).object("dw/m/views/v", VIEW)
    state(deployed, "INSERT INTO STATE.DRIFT SELECT SYSDATE(), 'ana', 'r2', 1, 0, '{}'")
    assert deployed.snowlane("status", "dev", "--exit-code").code == ExitCode.PENDING


def test_a_failed_try_is_shown_beside_what_is_deployed(deployed) -> None:
    Shop(deployed.project).revision("r3", "op.sql('DROP TABLE RAW.S.NONE')", after="r2")
    assert deployed.snowlane("migrate", "dev").code == ExitCode.FAILED
    found = standing(deployed)
    assert (found["revision"], found["last_deployment"]["outcome"]) == ("r2", "failed")
    assert "last try  failed, " in deployed.snowlane("status", "dev").out


def test_what_a_failed_try_finds_half_applied_is_told(deployed) -> None:
    shop = Shop(deployed.project)
    bad = "op.sql('CREATE TABLE RAW.S.U (a INT)')\nop.sql('DROP TABLE RAW.S.NONE')"
    shop.revision("r3", bad, after="r2")
    for _ in range(2):
        assert deployed.snowlane("migrate", "dev").code == ExitCode.HALF_APPLIED
    found = standing(deployed)
    assert found["last_deployment"]["outcome"] == "failed"
    half = found["half_applied"]
    assert (half["deployment"], half["stage"], half["statement"], half["of"]) == (
        found["last_deployment"]["number"] - 1,
        "upgrade r3",
        1,
        2,
    )
    assert half["next"].endswith("`snowlane migrate dev` goes on behind it")
    out = deployed.snowlane("status", "dev").out
    assert out.startswith("dev: at r2, half applied\n")
    assert f"\n  stopped   in deployment {half['deployment']} of " in out
    assert "statement 1 of 2 of upgrade r3 took effect last" in out
    assert "| at r2, half applied |" in deployed.snowlane("status", "--format", "markdown").out
    assert deployed.snowlane("status", "dev", "--exit-code").code == ExitCode.HALF_APPLIED
    # While a deployment is at work nothing of it is half applied.
    state(deployed, "UPDATE STATE.DEPLOYMENTS SET OUTCOME = 'running' WHERE OUTCOME = 'failed'")
    state(
        deployed,
        "UPDATE STATE.LEASE SET OWNER = 'ana', TOKEN = 't', SESSION_ID = '1', "
        "EXPIRES_AT = DATEADD(minute, 5, SYSDATE())",
    )
    assert standing(deployed)["half_applied"] is None
    state(deployed, "UPDATE STATE.LEASE SET EXPIRES_AT = DATEADD(minute, -5, SYSDATE())")
    assert standing(deployed)["half_applied"]["deployment"] == half["deployment"]
    shop.revision("r3", bad.replace("TABLE RAW.S.NONE", "TABLE IF EXISTS RAW.S.NONE"), after="r2")
    migrate(deployed, "dev")
    assert standing(deployed)["half_applied"] is None


def test_a_checkout_that_cannot_be_read_hides_nothing(deployed) -> None:
    (deployed.project / "migrations" / "versions" / "r2.py").write_text("not python")
    found = standing(deployed)
    assert found["revision"] == "r2"
    assert found["pending"]["revisions"] is None
    assert "r2.py, line 1" in found["pending"]["note"]
    measured = deployed.snowlane("status", "dev", "--drift")
    assert measured.code == ExitCode.FAILED
    assert "its drift was not measured" in measured.out


def test_a_revision_that_the_checkout_lacks_is_said(deployed) -> None:
    (deployed.project / "migrations" / "versions" / "r2.py").unlink()
    found = standing(deployed)
    assert "which this checkout does not have" in found["pending"]["note"]


def test_markdown_has_a_row_for_each_environment_and_database(deployed) -> None:
    done = deployed.snowlane("status", "--format", "markdown")
    rows = [line for line in done.out.splitlines() if line.startswith(("| dev", "| prod"))]
    assert [row.split(" | ")[0] for row in rows] == ["| dev", "| dev", "| prod", "| prod"]
    assert all("| at r2 |" in row for row in rows[:2])


def test_a_project_without_environments_is_told_how_to_make_one(platform) -> None:
    for path in (platform.project / "envs").glob("*.toml"):
        path.unlink()
    done = platform.snowlane("status")
    assert (done.code, done.out) == (
        ExitCode.DONE,
        "No environment has a file; envs/dev.toml makes one called dev.\n",
    )


def test_an_unknown_environment_is_a_usage_error(platform) -> None:
    done = platform.snowlane("status", "dve")
    assert done.code == ExitCode.USAGE
    assert "did you mean 'dev'?" in done.err


def test_without_an_account_there_is_a_clear_error(platform, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SNOWLANE_LOCAL_DIR", str(tmp_path / "none"))
    done = platform.snowlane("status")
    assert done.code == ExitCode.USAGE
    assert "the local account is not running" in done.err
