"""`snowlane bootstrap` on the local account."""

from snowlane.errors import ExitCode


def test_it_makes_what_is_missing_and_then_says_what_exists(account) -> None:
    first = account.snowlane("bootstrap", "dev", "--format", "json")
    assert first.code == ExitCode.DONE, first.err
    assert any(each.startswith("database DEV_RAW") for each in first.data["created"])
    assert any("METADATA.ALEMBIC_VERSION" in each for each in first.data["created"])
    second = account.snowlane("bootstrap", "dev", "--format", "json")
    assert second.code == ExitCode.DONE, second.err
    assert second.data["created"] == []
    assert set(first.data["created"]) <= set(second.data["existing"])


def test_the_printed_script_does_the_same(account) -> None:
    script = account.snowlane("bootstrap", "dev", "--sql").out
    for statement in script.strip().split(";\n"):
        account.query(statement.rstrip(";"))
    done = account.snowlane("bootstrap", "dev", "--format", "json")
    assert done.data["created"] == []


def test_the_deploy_role_owns_what_it_deploys_to(account) -> None:
    assert account.snowlane("bootstrap", "dev").code == ExitCode.DONE
    text = (account.project / "envs" / "dev.toml").read_text()
    database = text.split('RAW = "')[1].split('"')[0]
    with_role = {**account.connection, "role": "DEPLOY_DEV"}
    account.connection = with_role
    account.query(f"CREATE SCHEMA {database}.S")
    account.query(f"INSERT INTO {database}.METADATA.ALEMBIC_VERSION SELECT 'x'")


def test_a_role_without_the_privileges_is_told_who_can_do_it(account) -> None:
    account.query("CREATE ROLE IF NOT EXISTS NOBODY")
    account.query("GRANT ROLE NOBODY TO ROLE SYSADMIN")
    done = account.snowlane("bootstrap", "dev", "--role", "NOBODY")
    assert done.code == ExitCode.REFUSED
    assert "NOBODY" in done.err
    assert "--sql" in done.err
