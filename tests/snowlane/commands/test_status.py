"""`snowlane status` on the local account: all environments at once, whatever state they are in."""

import pytest

from snowlane.errors import ExitCode
from snowlane.snowflake.session import Session

VIEW = "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT a FROM RAW.S.T"


@pytest.fixture
def platform(account, shop):
    """A project with two revisions and a view, deployed nowhere."""
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE SCHEMA DW.M')")
    shop.revision("r2", "op.sql('CREATE TABLE RAW.S.T (a INT)')", after="r1")
    shop.object("dw/m/views/v", VIEW)
    return account


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
    database = text.rpartition('database = "')[2].partition('"')[0]
    return platform.query(statement.replace("STATE.", f"{database}.SNOWLANE_DEV."))


def test_what_is_not_bootstrapped_is_said_and_is_no_failure(platform) -> None:
    done = platform.snowlane("status")
    assert done.code == ExitCode.DONE, done.err
    assert "dev: not bootstrapped" in done.out
    assert "prod (protected): not bootstrapped" in done.out
    assert platform.snowlane("status", "--exit-code").code == ExitCode.DONE


def test_each_environment_and_database_has_its_revision(platform) -> None:
    migrate(platform, "dev")
    migrate(platform, "prod", "--to", "r1")
    done = platform.snowlane("status", "--format", "json")
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


def test_all_environments_take_one_query_after_sign_in(platform, monkeypatch) -> None:
    migrate(platform, "dev")
    migrate(platform, "prod")
    assert len(sent_by(platform, monkeypatch, "status")) == 1


def test_one_that_is_not_bootstrapped_takes_one_query_more(platform, monkeypatch) -> None:
    migrate(platform, "dev")
    assert len(sent_by(platform, monkeypatch, "status")) == 2
    done = platform.snowlane("status")
    assert "dev: at r2" in done.out
    assert "prod (protected): not bootstrapped" in done.out


def test_the_holder_of_the_lock_is_named(platform) -> None:
    migrate(platform, "dev")
    state(
        platform,
        "UPDATE STATE.LEASE SET OWNER = 'ana', TOKEN = 't', SESSION_ID = '1', ADDRESS = 'https://ci/7', "
        "ACQUIRED_AT = SYSDATE(), EXPIRES_AT = DATEADD(minute, 5, SYSDATE())",
    )
    lock = standing(platform)["lock"]
    assert (lock["owner"], lock["expired"], lock["address"]) == ("ana", False, "https://ci/7")
    assert "lock      ana since " in platform.snowlane("status", "dev").out
    state(platform, "UPDATE STATE.LEASE SET EXPIRES_AT = DATEADD(minute, -5, SYSDATE())")
    assert standing(platform)["lock"]["expired"] is True


def test_the_last_measured_drift_is_shown_with_its_age(platform) -> None:
    migrate(platform, "dev")
    assert "drift     never measured" in platform.snowlane("status", "dev").out
    assert standing(platform, "dev", "--drift")["drift"]["findings"] == 0
    assert "drift     none, measured now" in platform.snowlane("status", "dev").out
    state(
        platform,
        "INSERT INTO STATE.DRIFT SELECT DATEADD(second, 1, MAX(MEASURED_AT)), 'ana', 'r1', 3, 1, '{}' "
        "FROM STATE.DRIFT",
    )
    state(platform, "UPDATE STATE.DRIFT SET MEASURED_AT = DATEADD(hour, -30, MEASURED_AT)")
    drift = standing(platform)["drift"]
    assert (drift["findings"], drift["not_followed"], drift["revision"]) == (3, 1, "r1")
    assert drift["age_seconds"] // 3600 == 29
    out = platform.snowlane("status", "dev").out
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


def test_a_missing_table_of_drift_is_made(platform) -> None:
    migrate(platform, "dev")
    state(platform, "DROP TABLE IF EXISTS STATE.DRIFT")
    assert standing(platform)["revision"] == "r2"
    assert standing(platform, "dev", "--drift")["drift"]["findings"] == 0
    assert state(platform, "SELECT FINDINGS, REVISION FROM STATE.DRIFT") == [(0, "r2")]


def test_the_exit_code_tells_of_what_is_pending_and_of_drift(platform, shop) -> None:
    migrate(platform, "dev")
    assert platform.snowlane("status", "dev", "--exit-code").code == ExitCode.DONE
    shop.object("dw/m/views/v", VIEW.replace("SELECT a", "SELECT a AS b"))
    assert platform.snowlane("status", "dev").code == ExitCode.DONE
    assert platform.snowlane("status", "dev", "--exit-code").code == ExitCode.PENDING
    shop.object("dw/m/views/v", VIEW)
    state(platform, "INSERT INTO STATE.DRIFT SELECT SYSDATE(), 'ana', 'r2', 1, 0, '{}'")
    assert platform.snowlane("status", "dev", "--exit-code").code == ExitCode.PENDING


def test_a_failed_try_is_shown_beside_what_is_deployed(platform, shop) -> None:
    migrate(platform, "dev")
    shop.revision("r3", "op.sql('DROP TABLE RAW.S.NONE')", after="r2")
    assert platform.snowlane("migrate", "dev").code == ExitCode.FAILED
    found = standing(platform)
    assert (found["revision"], found["last_deployment"]["outcome"]) == ("r2", "failed")
    assert "last try  failed, " in platform.snowlane("status", "dev").out


def test_a_checkout_that_cannot_be_read_hides_nothing(platform, shop) -> None:
    migrate(platform, "dev")
    (shop.root / "migrations" / "versions" / "r2.py").write_text("not python")
    found = standing(platform)
    assert found["revision"] == "r2"
    assert found["pending"]["revisions"] is None
    assert "r2.py, line 1" in found["pending"]["note"]
    measured = platform.snowlane("status", "dev", "--drift")
    assert measured.code == ExitCode.FAILED
    assert "its drift was not measured" in measured.out


def test_a_revision_that_the_checkout_lacks_is_said(platform, shop) -> None:
    migrate(platform, "dev")
    (shop.root / "migrations" / "versions" / "r2.py").unlink()
    found = standing(platform)
    assert "which this checkout does not have" in found["pending"]["note"]


def test_markdown_has_a_row_for_each_environment_and_database(platform) -> None:
    migrate(platform, "dev")
    done = platform.snowlane("status", "--format", "markdown")
    rows = [line for line in done.out.splitlines() if line.startswith(("| dev", "| prod"))]
    assert [row.split(" | ")[0] for row in rows] == ["| dev", "| dev", "| prod", "| prod"]
    assert all("| at r2 |" in row for row in rows[:2])


def test_an_unknown_environment_is_a_usage_error(platform) -> None:
    done = platform.snowlane("status", "dve")
    assert done.code == ExitCode.USAGE
    assert "did you mean 'dev'?" in done.err


def test_without_an_account_there_is_a_clear_error(platform, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SNOWLANE_LOCAL_DIR", str(tmp_path / "none"))
    done = platform.snowlane("status")
    assert done.code == ExitCode.USAGE
    assert "the local account is not running" in done.err
