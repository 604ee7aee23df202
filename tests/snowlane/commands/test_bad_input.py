"""What cannot be deployed is refused with the way on, and nothing is changed."""

import re

import pytest

from snowlane.errors import ExitCode

VIEW = "CREATE OR REPLACE VIEW DW.M.{} COPY GRANTS AS SELECT 1 AS a"
SALES = "op.sql('CREATE TABLE RAW.S.SALES (id INT, pieces VARCHAR(10))')"
NUMBER = "op.change_column_type('sales', 'pieces', 'NUMBER(10,2)', old_type='VARCHAR(10)', schema='RAW.S')"


def physical(account, logical: str) -> str:
    text = (account.project / "envs" / "dev.toml").read_text()
    return re.search(rf'^{logical} = "(\w+)"', text, re.MULTILINE)[1]


def is_there(account, database: str) -> bool:
    return any(row[1] == database for row in account.query("SHOW DATABASES"))


def unknown_operation(shop) -> None:
    shop.revision("r1", "op.add_colum('t', 'c')")


def circle(shop) -> None:
    shop.revision("r1", "op.sql('CREATE SCHEMA DW.M')")
    shop.object("dw/a", VIEW.format("A").replace("1 AS a", "a FROM DW.M.B"))
    shop.object("dw/b", VIEW.format("B").replace("1 AS a", "a FROM DW.M.A"))


def two_of_one_name(shop) -> None:
    shop.revision("r1", "op.sql('CREATE SCHEMA DW.M')")
    shop.object("dw/one", VIEW.format("V"))
    shop.object("dw/two", VIEW.format("V"))


def waiver_without_reason(shop) -> None:
    shop.revision("r1", "# snowlane: allow downgrade-missing\nop.sql('CREATE SCHEMA DW.M')", "pass")


def ends_the_program(shop) -> None:
    shop.revision("r1", "raise SystemExit(0)")


def long_revision_id(shop) -> None:
    shop.revision("r" * 33, "op.sql('CREATE SCHEMA DW.M')")


def folder_for_a_file(shop) -> None:
    shop.revision("r1", "op.sql('CREATE SCHEMA DW.M')")
    (shop.root / "migrations" / "objects" / "dw" / "v.sql").mkdir(parents=True)


@pytest.mark.parametrize(
    ("project", "told"),
    [
        (unknown_operation, ("migrations/versions/r1.py, line 11", "add_colum")),
        (ends_the_program, ("r1.py, line 11: upgrade() cannot be rendered", "SystemExit: 0")),
        (long_revision_id, (f"the revision id {'r' * 33!r} is not usable", "1 to 32 letters")),
        (folder_for_a_file, ("migrations/objects/dw/v.sql", "it cannot be read: Is a directory")),
        (circle, ("migrations/objects/dw/a.sql -> migrations/objects/dw/b.sql", "break the circle")),
        (two_of_one_name, ("two files create view DW.M.V", "dw/one.sql and migrations/objects/dw/two.sql")),
        (waiver_without_reason, ("waiver-without-reason", "allow downgrade-missing: why")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [("migrate", "dev"), ("plan", "dev"), ("check",)])
def test_content_that_cannot_be_used_is_refused_by_every_command(
    account, shop, project, told, command
) -> None:
    project(shop)
    done = account.snowlane(*command)
    assert done.code == ExitCode.REFUSED
    said = done.out + done.err
    for each in told if command != ("check",) else told[-1:]:
        assert each in said
    assert "Traceback" not in said
    assert not is_there(account, physical(account, "RAW"))


@pytest.fixture
def sales(account, shop):
    """A table with a value that is no number, and a task that runs."""
    shop.revision("r1", f"op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE SCHEMA DW.M')\n{SALES}")
    shop.object("dw/k", task(1))
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    raw = physical(account, "RAW")
    account.query(f"INSERT INTO {raw}.S.SALES SELECT 1, 'a few'")
    account.query(f"ALTER TASK {physical(account, 'DW')}.M.K RESUME")
    return account


def task(number: int) -> str:
    return f"CREATE OR REPLACE TASK DW.M.K WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS SELECT {number}"


def state(account) -> tuple[object, ...]:
    raw, dw = physical(account, "RAW"), physical(account, "DW")
    (row,) = account.query(f"SHOW TASKS IN SCHEMA {dw}.M")
    return (
        account.query(f"DESCRIBE TABLE {raw}.S.SALES"),
        account.query(f"SELECT * FROM {raw}.S.SALES"),
        "started" in row,
    )


def test_a_conversion_that_would_lose_data_changes_nothing_and_leaves_nothing_suspended(
    sales, shop
) -> None:
    before = state(sales)
    shop.revision("r2", NUMBER, after="r1")
    shop.object("dw/k", task(2))
    done = sales.snowlane("migrate", "dev")
    assert done.code == ExitCode.REFUSED, done.err
    assert "text that is no NUMBER" in done.err
    assert "nothing was changed" in done.err
    assert state(sales) == before
    (newest, *_) = sales.snowlane("history", "dev", "--format", "json").data["deployments"]
    assert (newest["outcome"], newest["statements_run"]) == ("failed", 0)
    raw = physical(sales, "RAW")
    sales.query(f"UPDATE {raw}.S.SALES SET pieces = '3'")
    assert sales.snowlane("migrate", "dev").code == ExitCode.DONE
    assert state(sales)[2] is True


def test_a_conversion_after_something_that_ran_is_half_applied(sales, shop) -> None:
    shop.revision("r2", f"op.sql('CREATE TABLE RAW.S.U (a INT)')\n{NUMBER}", after="r1")
    done = sales.snowlane("migrate", "dev")
    assert done.code == ExitCode.HALF_APPLIED
    assert "text that is no NUMBER" in done.err


def test_a_block_that_fails_in_its_middle_is_half_applied(sales, shop) -> None:
    text = "BEGIN CREATE TABLE RAW.S.U (a INT); DROP TABLE RAW.S.NONE; END"
    shop.revision("r2", f"op.sql({text!r})", after="r1")
    done = sales.snowlane("migrate", "dev")
    assert done.code == ExitCode.HALF_APPLIED
    assert "what it did before it failed is not taken back" in done.err


def test_a_stage_at_the_address_of_another_environment_is_refused(account, shop) -> None:
    prod = shop.root / "envs" / "prod.toml"
    prod.write_text(prod.read_text() + '[stages]\n"RAW.S.POS" = "s3://shop-prod/pos/"\n')
    stage = "CREATE STAGE RAW.S.POS URL = 's3://shop-prod/pos/'"
    shop.revision("r1", f'op.sql("CREATE SCHEMA RAW.S")\nop.sql("{stage}")')
    for command in (("plan", "dev", "--offline"), ("migrate", "dev")):
        done = account.snowlane(*command)
        assert done.code == ExitCode.REFUSED
        assert "1 stage(s) of dev would have no address of their own" in done.err
        assert "migrations/versions/r1.py: DEV_RAW" in done.err
        assert "in [stages] of envs/dev.toml, which takes the place of" in done.err
    assert account.snowlane("plan", "prod", "--offline").code == ExitCode.DONE
    dev = shop.root / "envs" / "dev.toml"
    dev.write_text(dev.read_text() + '[stages]\n"RAW.S.POS" = "s3://shop-dev/pos/"\n')
    plan = account.snowlane("plan", "dev", "--offline", "--sql")
    assert "URL = 's3://shop-dev/pos/'" in plan.out
