"""Lints of what is pending: shown by plan, a refusal by migrate, passed for a reason."""

import json

import pytest

from snowlane.errors import ExitCode

TABLE = "op.sql('CREATE TABLE DW.M.T (a INT)')"
ANEW = "op.sql('CREATE OR REPLACE TABLE DW.M.T (a INT)')"
CAREFUL = "# snowlane: allow create-or-replace-table: it has no rows yet\n"
WITHOUT_GRANTS = "CREATE OR REPLACE VIEW DW.M.V AS\nSELECT a FROM DW.M.T"


@pytest.fixture
def pending(account, shop):
    """A table that is applied with an error passed, and a revision and a view with errors of their own."""
    shop.revision("r1", f"op.sql('CREATE SCHEMA DW.M')\n{TABLE}", "pass")
    done = account.snowlane("migrate", "dev", "--override", "lint=there is no way back")
    assert done.code == ExitCode.DONE, done.err
    shop.revision("r2", ANEW, "op.sql('SELECT 1')", after="r1")
    shop.object("dw/m/views/v", WITHOUT_GRANTS)
    return account


def rules(data) -> list[list[str]]:
    return [[each["rule"] for each in stage["findings"]] for stage in data["stages"]]


def test_a_plan_shows_the_lints_of_what_is_pending_and_exits_as_migrate_will(pending) -> None:
    shown = pending.snowlane("plan", "dev", "--format", "json")
    assert shown.code == ExitCode.REFUSED
    assert rules(shown.data) == [["create-or-replace-table"], ["copy-grants-missing"]]
    assert shown.err.startswith("Error: a gate refused a deployment to dev\n  lint: 2 errors in")
    line = "error copy-grants-missing (migrations/objects/dw/m/views/v.sql:1): replacing the view"
    assert f"\n    {line}" in pending.snowlane("plan", "dev").out
    assert f"\n- **Lint**: {line}" in pending.snowlane("plan", "dev", "--format", "markdown").out
    assert "CREATE OR REPLACE TABLE DEV_DW" in pending.snowlane("plan", "dev", "--sql").out


@pytest.mark.parametrize("options", [("--override", "edited-revision=why"), ("--dry-run",)])
def test_migrate_refuses_with_what_to_paste_and_nothing_runs(pending, options) -> None:
    refused = pending.snowlane("migrate", "dev", *options)
    assert refused.code == ExitCode.REFUSED
    assert "migrations/versions/r2.py:11: create-or-replace-table: " in refused.err
    assert "COPY GRANTS" in refused.err
    assert "--override lint=WHY" in refused.err
    (newest, *_) = pending.snowlane("history", "dev", "--format", "json").data["deployments"]
    assert newest["to_revision"] == "r1"


def test_a_reason_passes_the_gate_and_stays_in_history(pending) -> None:
    done = pending.snowlane("migrate", "dev", "--override", "lint=empty tables; agreed with Ana")
    assert done.code == ExitCode.DONE, done.err
    (newest, *_) = pending.snowlane("history", "dev", "--format", "json").data["deployments"]
    assert newest["overrides"] == {"lint": "empty tables; agreed with Ana"}


def test_a_waiver_in_the_file_passes_and_applied_revisions_are_not_linted(pending, shop) -> None:
    path = shop.revision("r2", CAREFUL + ANEW, "op.sql('SELECT 1')", after="r1")
    shop.object("dw/m/views/v", WITHOUT_GRANTS.replace(" AS\n", " COPY GRANTS AS\n"))
    shown = pending.snowlane("plan", "dev", "--format", "json")
    assert shown.code == ExitCode.DONE, shown.err
    assert rules(shown.data) == [[], []]
    path.write_text(path.read_text().replace(": it has no rows yet", ""))
    refused = pending.snowlane("migrate", "dev")
    assert refused.code == ExitCode.REFUSED
    assert "waiver-without-reason" in refused.err


def test_on_the_way_down_the_downgrades_alone_are_judged(account, shop) -> None:
    shop.revision("r1", f"op.sql('CREATE SCHEMA DW.M')\n{TABLE}")
    shop.revision("r2", CAREFUL + ANEW, "op.sql('SELECT 1')", after="r1")
    shop.revision("r3", "op.sql('SELECT 1')", ANEW, after="r2")
    assert account.snowlane("migrate", "dev", "--override", "lint=empty").code == ExitCode.DONE
    refused = account.snowlane("migrate", "dev", "--to", "r1", "--dry-run", "--format", "json")
    assert refused.code == ExitCode.REFUSED
    found = {stage["name"]: stage["findings"] for stage in json.loads(refused.out)["stages"]}
    assert [each["line"] for each in found["r3"]] == [15]
    assert found["r2"] == []
