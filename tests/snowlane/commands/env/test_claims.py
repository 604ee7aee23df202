"""A file that claims another environment's database, by a slip of the pen, does no harm to it."""

import pytest

from snowlane.errors import ExitCode

SLIP = """
[snowflake]
{connection}role = "DEPLOY_PROD"
warehouse = "WH_PROD"
[databases]
RAW = "UAT2_RAW"
DW = "{dw}"
{more}
"""


@pytest.fixture
def written(prod):
    """Write environment files, for one test."""
    made = []

    def write(name: str, dw: str, head: str = "", connection: str = "", more: str = "") -> None:
        path = prod.project / "envs" / f"{name}.toml"
        made.append(path)
        named = f'connection = "{connection}"\n' if connection else ""
        path.write_text(head + SLIP.format(dw=dw, connection=named, more=more))

    yield write
    for path in made:
        path.unlink(missing_ok=True)


def databases(account) -> list[tuple]:
    return [(row["name"], row["created_on"]) for row in account.rows("SHOW DATABASES")]


@pytest.mark.parametrize(
    "command",
    [
        ("env", "refresh", "uat2", "--yes"),
        ("plan", "uat2"),
        ("status", "uat2"),
        ("bootstrap", "uat2"),
        ("migrate", "uat2", "--yes"),
        ("migrate", "prod", "--yes"),
        ("env", "clone", "prod", "qa_x"),
        ("check",),
    ],
    ids=" ".join,
)
def test_no_command_takes_a_database_of_two_files(prod, written, command):
    before = databases(prod)
    written("uat2", "PROD_DW", more='[clone]\nfrom = "prod"')
    refused = prod.snowlane(*command)
    assert (refused.code, refused.out) == (ExitCode.USAGE, "")
    assert "PROD_DW is claimed by two environments, prod and uat2" in refused.err
    assert 'envs/uat2.toml has DW = "PROD_DW"' in refused.err
    assert "correct [databases] in envs/uat2.toml" in refused.err
    assert databases(prod) == before


def test_a_clone_does_not_take_a_database_of_a_file(prod, written):
    written("live", "QA_X_DW", "protected = true\n", connection="live")
    refused = prod.snowlane("env", "clone", "prod", "qa_x")
    assert (refused.code, refused.out) == (ExitCode.USAGE, "")
    assert "'qa_x' cannot name a clone" in refused.err
    assert "QA_X_DW is a database of live" in refused.err


def test_a_refresh_takes_no_protected_database_away_whatever_the_files_call_the_accounts(
    prod, written
):
    before = databases(prod)
    written("live", "SHARED_DW", "protected = true\n", connection="live")
    text = (prod.project / "envs" / "live.toml").read_text().replace("UAT2_RAW", "LIVE_RAW")
    (prod.project / "envs" / "live.toml").write_text(text)
    written("uat2", "SHARED_DW", connection="uat", more='[clone]\nfrom = "prod"')
    refused = prod.snowlane("env", "refresh", "uat2", "--yes")
    assert (refused.code, refused.out) == (ExitCode.REFUSED, "")
    assert "uat2 would take SHARED_DW away from live" in refused.err
    assert databases(prod) == before
