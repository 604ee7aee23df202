"""The whole story of a change, by the command line alone: dev, qa, prod, a hotfix, refusals, and the way back."""

import re
from datetime import UTC, datetime

import pytest
from tests.snowlane.commands.conftest import Account, Outcome
from tests.snowlane.commands.land import Land, make_land
from tests.snowlane.conftest import make_shop

from extents import WORKFLOWS
from snowlane.errors import ExitCode
from snowlocal.server import LocalAccount

pytestmark = WORKFLOWS.whole_only

FIRST = """op.sql('CREATE SCHEMA RAW.S')
op.sql('CREATE SCHEMA DW.M')
op.sql('CREATE TABLE RAW.S.SALES (ID INT, PRICE NUMBER(10,2))')
op.sql('INSERT INTO RAW.S.SALES (ID, PRICE) VALUES (1, 10), (2, 20)')"""
VIEW = (
    "CREATE OR REPLACE VIEW DW.M.SOLD COPY GRANTS AS SELECT SUM(PRICE) AS TOTAL FROM RAW.S.SALES\n"
)
TAX = """op.sql('ALTER TABLE RAW.S.SALES ADD COLUMN TAX NUMBER(10,2)')
op.sql('UPDATE RAW.S.SALES SET TAX = PRICE * 0.2')
op.expect('SELECT 1 FROM RAW.S.SALES WHERE TAX IS NULL')"""
HOTFIX = (
    "CREATE OR REPLACE VIEW DW.M.DEAR COPY GRANTS AS SELECT ID FROM RAW.S.SALES WHERE PRICE > 15\n"
)
STATE = "UTILITY.SNOWLANE_QA"


@pytest.fixture
def land(tmp_path, monkeypatch):
    """Branches dev, qa and main on a bare remote; qa's file says what copies of prod are like."""
    with LocalAccount(tmp_path / "account") as served:
        monkeypatch.setenv("SNOWLANE_LOCAL_DIR", str(tmp_path / "account"))
        shop = make_shop(tmp_path / "shop")
        found = make_land(Account(served.connection, shop.root), shop, monkeypatch)
        qa = shop.root / "envs" / "qa.toml"
        qa.write_text(f'{qa.read_text()}[clone]\nfrom = "prod"\n')
        shop.revision("r1", FIRST)
        shop.object("dw/sold", VIEW)
        yield found


def done(outcome: Outcome) -> Outcome:
    assert outcome.code == ExitCode.DONE, outcome.err
    return outcome


def push(land: Land, message: str, branch: str = "dev") -> str:
    commit = land.repository.commit(message)
    land.repository.git("push", "--quiet", "origin", branch)
    return commit


def promote(land: Land, source: str, target: str, *options: str) -> Outcome:
    return land.snowlane("promote", source, target, "--format", "json", *options)


def carried(land: Land, source: str, target: str) -> None:
    """Merged, pushed and deployed."""
    there = done(promote(land, source, target, "--push", "--deploy", "--yes"))
    assert (there.data["pushed"], there.data["deployed"]) == (True, True)


def failing(outcome: Outcome) -> set[str]:
    assert outcome.code in (ExitCode.REFUSED, ExitCode.LOCKED), outcome.err
    return {each["gate"] for each in outcome.data["gates"] if each["outcome"] == "failed"}


def totals(land: Land, columns: str) -> list[tuple]:
    return land.account.query(f"SELECT {columns} FROM PROD_RAW.S.SALES")


def test_a_change_goes_from_dev_to_prod_and_back(land: Land) -> None:
    repository = land.repository

    # The first of all: nothing is in any environment, so nothing is rehearsed.
    push(land, "sales")
    done(land.migrate("dev"))
    carried(land, "dev", "qa")
    assert failing(promote(land, "qa", "prod", "--push")) == {"confirmation"}
    carried(land, "qa", "prod")

    # A change that touches data: tried on dev, rehearsed against qa and against prod before each takes it.
    land.shop.revision("r2", TAX, after="r1")
    push(land, "tax")
    assert failing(promote(land, "dev", "qa")) == {"same-bundle", "rehearsal"}
    done(land.migrate("dev"))
    for source, target in (("dev", "qa"), ("qa", "prod")):
        refused = promote(land, source, target, "--yes")
        assert failing(refused) == {"rehearsal"}
        command = f"snowlane rehearse {target} --from {source}"
        assert command in refused.err
        tried = done(land.snowlane(*command.split()[1:]))
        assert f"The rehearsal of {target}, r1 -> r2, bundle " in tried.out
        again = done(land.snowlane(*command.split()[1:], "--if-needed"))
        assert "nothing to rehearse: these statements were rehearsed against" in again.out
        if target == "prod":
            assert totals(land, "COUNT(*)") == [(2,)]
            with pytest.raises(Exception, match="invalid identifier 'TAX'"):
                totals(land, "SUM(TAX)")
        carried(land, source, target)
    assert totals(land, "SUM(TAX)") == [(6,)]
    assert [row[1] for row in land.account.query("SHOW DATABASES") if "REHEARSAL" in row[1]] == []

    # A hotfix on prod's branch: it passes by a reason, and is named when the next change comes.
    repository.git("switch", "--quiet", "main")
    land.shop.object("dw/dear", HOTFIX)
    hotfix = push(land, "hotfix: what is dear", "main")
    assert "same-bundle: " in land.migrate("prod", "--yes").err
    done(land.migrate("prod", "--yes", "--override", "same-bundle=ana: found in production"))
    repository.git("switch", "--quiet", "dev")
    land.shop.revision("r3", "op.sql('CREATE TABLE RAW.S.STORES (ID INT)')", after="r2")
    push(land, "stores")
    done(land.migrate("dev"))
    carried(land, "dev", "qa")
    diverged = promote(land, "qa", "prod", "--yes")
    assert "same-bundle" in failing(diverged)
    assert [each["subject"] for each in diverged.data["hotfixes"]] == ["hotfix: what is dear"]
    assert hotfix[:12] in diverged.err
    repository.git("merge", "--quiet", "--no-edit", "origin/main")
    push(land, "the hotfix is on dev, too")
    done(land.migrate("dev"))
    carried(land, "dev", "qa")
    carried(land, "qa", "prod")
    newest = land.snowlane("history", "prod", "--format", "json").data["deployments"]
    assert [each["overrides"] for each in newest] == [
        *({}, {"same-bundle": "ana: found in production"}, {}, {}),
    ]

    refuse_at_each_gate(land)

    # The way back: the deployment of the stores is taken back, what it did not touch stays.
    done(land.snowlane("rollback", "prod", "--yes"))
    status = done(land.snowlane("status", "prod", "--format", "json")).data
    assert [each["revision"] for each in status["environments"]] == ["r2"]
    assert totals(land, "COUNT(*), SUM(TAX)") == [(2, 6)]


def refuse_at_each_gate(land: Land) -> None:
    """One obstacle after the other between dev and qa; what refuses is what stands in the way."""
    repository, envs = land.repository, land.shop.root / "envs"
    versions = land.shop.root / "migrations" / "versions"
    start = repository.tip("HEAD")

    def reset() -> None:
        repository.git("reset", "--quiet", "--hard", start)
        repository.git("push", "--quiet", "--force", "origin", "dev")

    land.shop.revision("r4", "op.sql('CREATE OR REPLACE TABLE RAW.S.SALES (ID INT)')", after="r3")
    push(land, "a table made anew")
    assert failing(promote(land, "dev", "qa")) == {"same-bundle", "lint", "rehearsal"}
    (versions / "r4.py").unlink()
    for name in ("r4", "r5"):
        land.shop.revision(name, f"op.sql('CREATE TABLE RAW.S.{name} (ID INT)')", after="r3")
    push(land, "two heads")
    assert failing(promote(land, "dev", "qa")) == {"same-bundle", "single-head", "lint"}
    reset()

    month = (datetime.now(UTC).month + 5) % 12 + 1
    qa = envs / "qa.toml"
    qa.write_text(f'{qa.read_text()}[window]\ncron = "0 3 1 {month} *"\nduration = "1h"\n')
    push(land, "a window")
    assert failing(promote(land, "dev", "qa")) == {"window"}
    reset()

    repository.write("notes.md", "nothing that is deployed\n")
    push(land, "a note")
    land.account.query(
        f"UPDATE {STATE}.LEASE SET OWNER = 'ana', TOKEN = 't', ACQUIRED_AT = SYSDATE(), "
        "EXPIRES_AT = DATEADD(minute, 5, SYSDATE())"
    )
    locked = promote(land, "dev", "qa")
    assert (failing(locked), locked.code) == ({"lock"}, ExitCode.LOCKED)
    land.account.query(f"UPDATE {STATE}.LEASE SET TOKEN = NULL")
    land.account.query(f"UPDATE {STATE}.DEPLOYMENTS SET COMMIT_ID = '{'1' * 40}'")
    unknown = promote(land, "dev", "qa")
    assert failing(unknown) == {"branch"}
    assert re.search("which is deployed, is not in this repository", unknown.err)
