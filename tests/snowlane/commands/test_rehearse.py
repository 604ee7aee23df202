"""`snowlane rehearse` on the local account: what it tries, what it finds, and what it leaves."""

import json
import os
import signal
import subprocess
import sys

import pytest

from extents import FAULTS
from snowlane.errors import ExitCode

BASE = """op.sql('CREATE SCHEMA RAW.S')
op.sql('CREATE SCHEMA DW.M')
op.sql('CREATE TABLE RAW.S.T (A INT, B VARCHAR(20))')
op.sql("INSERT INTO RAW.S.T VALUES (1, 'one'), (2, 'two')")"""
VIEW = "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT A, B FROM RAW.S.T\n"
CLONE = '[clone]\nfrom = "prod"\nafter = "envs/mask.sql"\n'


@pytest.fixture
def prod(account, shop):
    """An account whose prod is deployed; dev says how its copies are made, with rows masked."""
    dev = shop.root / "envs" / "dev.toml"
    dev.write_text(dev.read_text() + CLONE)
    (shop.root / "envs" / "mask.sql").write_text("UPDATE RAW.S.T SET B = '***';\n")
    shop.revision("r1", BASE)
    shop.object("dw/v", VIEW)
    # Nothing is in it yet, so its first deployment needs no rehearsal.
    done = account.snowlane("migrate", "prod", "--yes")
    assert done.code == ExitCode.DONE, done.err
    return account


def databases(account) -> list[str]:
    return [row[1] for row in account.query("SHOW DATABASES") if row[1].startswith("REHEARSAL_")]


def rehearsals(account, shop) -> list[dict]:
    text = (shop.root / "envs" / "prod.toml").read_text()
    state = text.rpartition('database = "')[2].partition('"')[0]
    return account.rows(f"SELECT * FROM {state}.SNOWLANE_PROD.REHEARSALS ORDER BY REHEARSED_AT")


def physical(shop, table: str) -> str:
    text = (shop.root / "envs" / "prod.toml").read_text()
    raw = text.partition('RAW = "')[2].partition('"')[0]
    return f"{raw}.{table}"


def test_what_was_rehearsed_may_be_deployed_to_a_protected_environment(prod, shop) -> None:
    shop.revision(
        "r2",
        "op.sql('ALTER TABLE RAW.S.T ADD COLUMN C INT')\n"
        "op.sql('UPDATE RAW.S.T SET C = A')\n"
        "op.sql(\"INSERT INTO RAW.S.T VALUES (3, 'x', 3)\")\n"
        "op.expect('SELECT 1 FROM RAW.S.T WHERE C IS NULL')",
        after="r1",
    )
    refused = prod.snowlane("migrate", "prod", "--yes")
    assert refused.code == ExitCode.REFUSED
    assert "statements for prod were not rehearsed against it as it is now" in refused.err
    assert "upgrade r2 touches data" in refused.err
    assert "snowlane rehearse prod" in refused.err

    done = prod.snowlane("rehearse", "prod", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    found = done.data
    assert (found["outcome"], found["from"], found["to"]) == ("passed", "r1", "r2")
    ran = [each for each in found["statements"] if each["stage"] == "upgrade r2"]
    assert [each["number"] for each in ran] == [1, 2, 3, 4]
    assert all(each["seconds"] >= 0 and not each["error"] for each in found["statements"])
    assert all(each["holds"] for each in found["checks"])
    assert [*found["rows"].values()] == [[2, 3]]
    assert found["copy"]["left"] == ""
    assert databases(prod) == []
    assert prod.query(f"SELECT B FROM {physical(shop, 'S.T')} ORDER BY A") == [("one",), ("two",)]
    (row,) = rehearsals(prod, shop)
    assert (row["OUTCOME"], row["REVISION"], row["BUNDLE"]) == ("passed", "r1", found["bundle"])
    assert row["STATEMENTS_HASH"] == found["statements_hash"]
    assert json.loads(row["CONTENT"])["to"] == "r2"
    assert "rehearsal passed" in prod.snowlane("status", "prod").out

    done = prod.snowlane("migrate", "prod", "--yes")
    assert done.code == ExitCode.DONE, done.err
    nothing = prod.snowlane("rehearse", "prod")
    assert (nothing.code, "nothing to rehearse" in nothing.out) == (ExitCode.DONE, True)


def test_a_statement_that_fails_is_named_and_prod_is_as_it_was(prod, shop) -> None:
    file = shop.revision("r2", "op.sql('UPDATE RAW.S.T SET A = 1 / (A - 1)')", after="r1")
    done = prod.snowlane("rehearse", "prod")
    assert done.code == ExitCode.FAILED, done.err
    assert "failed: a statement did not run" in done.out
    assert "upgrade r2, statement 1 of 1: 100051 (22012): " in done.out
    assert "UPDATE REHEARSAL_PROD_" in done.out
    assert "prod was not changed." in done.out
    assert databases(prod) == []
    assert prod.query(f"SELECT A FROM {physical(shop, 'S.T')} ORDER BY A") == [(1,), (2,)]
    assert rehearsals(prod, shop)[-1]["OUTCOME"] == "failed"
    refused = prod.snowlane("migrate", "prod", "--yes")
    assert refused.code == ExitCode.REFUSED
    assert "statements for prod failed when rehearsed" in refused.err
    # Other statements are another plan, which has not been rehearsed.
    file.write_text(file.read_text().replace("1 / (A - 1)", "1"))
    again = prod.snowlane("migrate", "prod", "--yes")
    assert "statements for prod were not rehearsed" in again.err
    passed = prod.snowlane(
        "migrate", "prod", "--yes", "--override", "rehearsal=prod is down, ana agreed"
    )
    assert passed.code == ExitCode.DONE, passed.err


def test_what_the_plan_breaks_is_found_though_every_statement_runs(prod, shop) -> None:
    shop.object(
        "raw/p",
        "CREATE OR REPLACE PROCEDURE RAW.S.P() COPY GRANTS RETURNS INT LANGUAGE SQL AS\n"
        "$$ BEGIN INSERT INTO RAW.S.U SELECT 1; RETURN 1; END $$\n",
    )
    shop.revision(
        "r2",
        "op.sql('CREATE TABLE RAW.S.U (A INT)')\nop.sql('INSERT INTO RAW.S.U SELECT 1')",
        after="r1",
    )
    why = ("--override", "rehearsal=for the test")
    assert prod.snowlane("migrate", "prod", "--yes", *why).code == ExitCode.DONE
    shop.revision(
        "r3",
        "op.sql('ALTER TABLE RAW.S.T DROP COLUMN B')\n"
        "op.sql('DROP TABLE RAW.S.U')\n"
        "op.sql('CREATE PROCEDURE RAW.S.Q() RETURNS VARCHAR LANGUAGE JAVASCRIPT AS "
        f'$$ var db = "{physical(shop, "S")[:-2]}"; return db; $$\')',
        after="r2",
    )
    lint = ("--override", "lint=for the test")
    done = prod.snowlane("rehearse", "prod", "--keep", *lint)
    assert done.code == ExitCode.FAILED, done.err
    assert "failed: 3 checks do not hold" in done.out
    assert ".V does not compile any more: " in done.out
    assert ".U, which is gone" in done.out
    assert ".S.Q(), line 5: PROD_RAW_" in done.out
    assert "kept: `snowlane env drop rehearsal_prod_" in done.out
    (row,) = prod.snowlane("env", "list", "--format", "json").data["environments"]
    assert row["name"].startswith("rehearsal_prod_")
    assert prod.snowlane("env", "drop", row["name"], "--yes").code == ExitCode.DONE
    assert databases(prod) == []


def test_without_settings_for_the_copy_the_edit_is_told(account, shop) -> None:
    shop.revision("r1", BASE)
    assert account.snowlane("migrate", "prod", "--yes").code == ExitCode.DONE
    shop.revision("r2", "op.sql('UPDATE RAW.S.T SET A = 1 WHERE A = 2')", after="r1")
    refused = account.snowlane("rehearse", "prod")
    assert refused.code == ExitCode.USAGE, refused.err
    assert '[clone]\nfrom = "prod"' in refused.err.replace("  ", "")
    done = account.snowlane("rehearse", "prod", "--like", "dev")
    assert done.code == ExitCode.DONE, done.err
    assert "\n[4/6] running the SQL that comes after: none\n[5/6]" in done.err
    assert databases(account) == []


def test_while_somebody_deploys_it_is_locked_and_leaves_nothing(prod, shop) -> None:
    shop.revision("r2", "op.sql('UPDATE RAW.S.T SET A = 1 WHERE A = 2')", after="r1")
    text = (shop.root / "envs" / "prod.toml").read_text()
    state = text.rpartition('database = "')[2].partition('"')[0]
    prod.query(
        f"UPDATE {state}.SNOWLANE_PROD.LEASE SET OWNER = 'ana', TOKEN = 't', ACQUIRED_AT = SYSDATE(), "
        "EXPIRES_AT = DATEADD(minute, 5, SYSDATE())"
    )
    done = prod.snowlane("rehearse", "prod")
    assert done.code == ExitCode.LOCKED, done.err
    assert "held by ana" in done.err
    assert "then run `snowlane rehearse prod` again" in done.err
    assert databases(prod) == []


def test_what_a_lint_refuses_is_refused_before_anything_is_copied(prod, shop) -> None:
    shop.revision("r2", "op.sql('CREATE OR REPLACE TABLE RAW.S.T (A INT)')", after="r1")
    done = prod.snowlane("rehearse", "prod")
    assert done.code == ExitCode.REFUSED
    assert "create-or-replace-table" in done.err
    assert "copying" not in done.err


@pytest.mark.parametrize(
    "at", [pytest.param("[1/6] copying", marks=FAULTS.whole_only), "[1/1] upgrade r2"]
)
def test_a_cancelled_rehearsal_drops_the_copy_and_keeps_no_result(prod, shop, at) -> None:
    shop.revision("r2", "op.sql('UPDATE RAW.S.T SET A = 1 WHERE A = 2')", after="r1")
    command = [sys.executable, "-m", "snowlane", "--project-dir", str(shop.root), "--local"]
    with subprocess.Popen(
        [*command, "rehearse", "prod"], stderr=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stderr is not None
        heard = []
        for line in process.stderr:
            heard.append(line)
            if line.startswith(at):
                process.send_signal(signal.SIGTERM)
                break
        rest = process.stderr.read()
        assert process.wait(timeout=120) == ExitCode.FAILED, rest
    assert "the rehearsal of prod was interrupted" in rest, heard
    assert "is dropped" in rest
    assert databases(prod) == []
    assert rehearsals(prod, shop) == []
