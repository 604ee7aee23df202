"""The requests that a plan foretells are those that its deployment takes, counted on the wire."""

import json
from contextlib import contextmanager

import pytest
from tests.faults.proxy import Proxy

from snowlane.errors import ExitCode

FIRST = (
    "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE SCHEMA DW.M')\n"
    "op.sql('CREATE TABLE RAW.S.T (a INT)')\nop.sql('CREATE STAGE RAW.S.ST')"
)
SECOND = (
    "op.sql('ALTER TABLE RAW.S.T ADD COLUMN b INT')\nop.sql('UPDATE RAW.S.T SET b = 1 WHERE a = 1')"
)
OBJECTS = {
    "raw/s/streams/st": "STREAM RAW.S.CHANGES COPY GRANTS ON TABLE RAW.S.T",
    "raw/s/pipes/p": "PIPE RAW.S.P AS COPY INTO RAW.S.T (a) FROM @RAW.S.ST PATTERN = '{}.*'",
    "dw/m/views/v": "VIEW DW.M.V COPY GRANTS AS SELECT a, '{}' AS x FROM RAW.S.T",
    "dw/m/tasks/root": "TASK DW.M.ROOT WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS SELECT '{}'",
    "dw/m/tasks/child": "TASK DW.M.CHILD WAREHOUSE = WH AFTER DW.M.ROOT AS SELECT 1",
}


@pytest.fixture
def counted(account, tmp_path, monkeypatch):
    """Runs migrate through a proxy and gives the SQL that came after the lease was asked for."""

    @contextmanager
    def through():
        seen: list[str] = []
        with Proxy(
            account.connection["port"], counts=lambda sql: seen.append(sql) or False
        ) as proxy:
            (tmp_path / "server.json").write_text(
                json.dumps({**account.connection, "port": proxy.port})
            )
            with monkeypatch.context() as patched:
                patched.setenv("SNOWLANE_LOCAL_DIR", str(tmp_path))
                yield seen

    def run(*arguments: str) -> list[str]:
        with through() as seen:
            done = account.snowlane("migrate", *arguments)
        assert done.code == ExitCode.DONE, done.err
        asked = [at for at, sql in enumerate(seen) if ".LEASE SET OWNER = '" in sql]
        return [sql for sql in seen[asked[0] :] if ".LEASE SET EXPIRES_AT" not in sql]

    return run


def applied(shop, text: str) -> None:
    for name, body in OBJECTS.items():
        shop.object(name, f"CREATE OR REPLACE {body.format(text)}\n")


def test_a_plan_foretells_its_requests_with_and_without_a_restore_point(
    account, shop, counted
) -> None:
    shop.revision("r1", FIRST)
    applied(shop, "a")
    assert account.snowlane("bootstrap", "dev").code == ExitCode.DONE
    plan = account.snowlane("plan", "dev", "--format", "json").data
    assert plan["restore_point"] is None
    assert len(counted("dev")) == plan["requests"]
    shop.revision("r2", SECOND, "op.sql('ALTER TABLE RAW.S.T DROP COLUMN b')", after="r1")
    applied(shop, "b")
    options = ("migrate", "dev", "--restore-point", "--dry-run", "--format", "json")
    plan = account.snowlane(*options).data
    assert plan["restore_point"]["tables"] == 1
    assert plan["restore_point"]["definitions"] == 5
    assert plan["requests"] > plan["restore_point"]["requests"] > 10
    assert len(counted("dev", "--restore-point")) == plan["requests"]
