"""Signing in by a named connection and by variables, against the local account, and its failures."""

import json
import os
import subprocess
import sys

import pytest

from snowlane.errors import ExitCode

KEYS = ("account", "user", "password", "host", "port", "protocol")


@pytest.fixture
def snowlane(account, shop, tmp_path):
    """Run snowlane without --local, with a home of its own for connections.toml."""
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')")
    home = tmp_path / "home"
    home.mkdir()

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if "SNOW" not in key}
        environment = {**kept, "SNOWFLAKE_HOME": str(home), **variables}
        return subprocess.run(
            [sys.executable, "-m", "snowlane", *arguments],
            cwd=shop.root,
            env=environment,
            capture_output=True,
            text=True,
        )

    def connection(**changes: object) -> None:
        values = {key: account.connection[key] for key in KEYS} | {"role": "NOT_THIS_ONE"} | changes
        lines = ["[shop_dev]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
        path = home / "connections.toml"
        path.write_text("\n".join(lines))
        path.chmod(0o600)

    run.connection = connection
    run.variables = {
        f"SNOWFLAKE_{key.upper()}": str(value)
        for key, value in account.connection.items()
        if key in KEYS
    }
    return run


def test_a_named_connection_signs_in_with_the_role_of_the_file(snowlane) -> None:
    snowlane.connection()
    done = snowlane("migrate", "dev")
    assert done.returncode == ExitCode.DONE, done.stderr


def test_variables_sign_in_where_there_is_no_such_connection(snowlane) -> None:
    done = snowlane("migrate", "dev", **snowlane.variables)
    assert done.returncode == ExitCode.DONE, done.stderr


@pytest.mark.parametrize("verbosity", [(), ("-vv",)])
def test_a_wrong_password_is_told_without_being_shown(snowlane, verbosity) -> None:
    snowlane.connection(password="not-the-password")
    done = snowlane("plan", "dev", *verbosity)
    assert done.returncode == ExitCode.FAILED
    assert "Incorrect username or password" in done.stderr
    assert "'shop_dev'" in done.stderr
    assert "not-the-password" not in done.stderr + done.stdout


def test_an_account_that_does_not_answer(snowlane) -> None:
    snowlane.connection(port="1", login_timeout=2)
    done = snowlane("plan", "dev")
    assert done.returncode == ExitCode.FAILED
    assert "signing in by connection 'shop_dev' did not work" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_connection_that_is_not_usable(snowlane) -> None:
    snowlane.connection(private_key_file="/nowhere/key.p8", authenticator="SNOWFLAKE_JWT")
    done = snowlane("plan", "dev")
    assert done.returncode in (ExitCode.FAILED, ExitCode.USAGE)
    assert "shop_dev" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_connections_of_one_account_do_not_share_a_database(snowlane, account) -> None:
    snowlane.connection()
    project = account.project
    dev = (project / "envs" / "dev.toml").read_text()
    (project / "envs" / "uat.toml").write_text(dev.replace("shop_dev", "shop_uat"))
    done = snowlane("migrate", "dev")
    assert done.returncode == ExitCode.DONE, "shop_uat may be anywhere"
    path = project.parent / "home" / "connections.toml"
    path.write_text(f"{path.read_text()}\n{path.read_text().replace('shop_dev', 'shop_uat')}")
    for environment in ("dev", "uat"):
        done = snowlane("plan", environment)
        assert done.returncode == ExitCode.USAGE
        assert "is claimed by two environments, " in done.stderr
        assert "their connections lead to one account" in done.stderr


def test_a_folder_of_the_local_account_that_is_none_is_named(snowlane) -> None:
    done = snowlane("plan", "dev", "--local", SNOWLANE_LOCAL_DIR="~nobody_here/x")
    assert done.returncode == ExitCode.USAGE
    assert "SNOWLANE_LOCAL_DIR=~nobody_here/x is no directory" in done.stderr
    blank = snowlane("plan", "dev", "--local", SNOWLANE_LOCAL_DIR=" ")
    assert ".snowlane/local has no server.json" in blank.stderr
