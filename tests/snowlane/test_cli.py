"""The command line itself: help, lazy loading, exit codes, and errors in one line."""

import json
import os
import subprocess
import sys

import pytest

from snowlane import cli
from snowlane.commands import plan as plan_command
from snowlane.errors import ExitCode

HEAVY = ("alembic", "sqlalchemy", "snowflake", "git", "sqlglot", "sqlfluff", "rich", "snowlocal")


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


@pytest.fixture
def at_shop(shop, monkeypatch):
    monkeypatch.chdir(shop.root)
    monkeypatch.delenv("SNOWFLAKE_ACCOUNT", raising=False)
    monkeypatch.delenv("SNOWLANE_LOCAL_DIR", raising=False)
    return shop


@pytest.mark.parametrize(
    "arguments", [["--help"], ["plan", "--help"], ["local", "start", "--help"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom snowlane import cli\n"
        f"try: cli.main({arguments!r})\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        f"found = sorted(set({HEAVY!r}) & {{name.split('.')[0] for name in sys.modules}})\n"
        "print('HEAVY', found)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_every_command_has_help(capsys) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == ExitCode.DONE
    for name in cli.root.list_commands(None):
        assert cli.root.get_command(None, name).help
        assert f"\n  {name} " in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["plan"],
        ["plan", "dev", "--bogus"],
        ["--format", "yaml", "plan", "dev"],
        ["plan", "nope"],
    ],
)
def test_wrong_usage_exits_2(capsys, at_shop, arguments: list[str]) -> None:
    code, out, err = run(capsys, *arguments)
    assert code == ExitCode.USAGE
    assert not out
    assert "Error" in err
    assert "Traceback" not in err


def test_an_unknown_command_names_the_known_ones(capsys) -> None:
    _, _, err = run(capsys, "plam")
    assert "Known commands: " in err
    assert "migrate" in err


def test_outside_a_project(capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "plan", "dev")
    assert code == ExitCode.USAGE
    assert "--project-dir" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--project-dir", "{root}", "bootstrap", "dev", "--sql"],
        ["bootstrap", "dev", "--sql", "--project-dir", "{root}"],
    ],
)
def test_global_options_stand_before_or_after_the_command(capsys, shop, arguments) -> None:
    code, out, _ = run(capsys, *(each.format(root=shop.root) for each in arguments))
    assert code == ExitCode.DONE
    assert "CREATE DATABASE IF NOT EXISTS DEV_RAW;" in out


def test_json_goes_to_standard_output_alone(capsys, at_shop) -> None:
    code, out, err = run(capsys, "bootstrap", "dev", "--sql", "--format", "json")
    assert code == ExitCode.DONE
    assert json.loads(out)["environment"] == "dev"
    assert not err


def test_without_a_way_to_sign_in(capsys, at_shop) -> None:
    at_shop.revision("r1", "op.sql('SELECT 1')")
    code, _, err = run(capsys, "plan", "dev")
    assert code == ExitCode.USAGE
    assert "shop_dev" in err
    assert "--local" in err


def test_a_local_account_that_does_not_run(capsys, at_shop) -> None:
    code, _, err = run(capsys, "plan", "dev", "--local")
    assert code == ExitCode.USAGE
    assert "snowlane local start" in err


def test_a_refused_revision_exits_3_before_anything_is_asked_for(capsys, at_shop) -> None:
    at_shop.revision("r1", "1 / 0")
    at_shop.revision("r2", "pass")
    code, _, err = run(capsys, "migrate", "dev")
    assert code == ExitCode.REFUSED
    assert "2 heads" in err


@pytest.fixture
def broken_command(monkeypatch):
    def fail(error: BaseException) -> None:
        def callback(**_: object) -> None:
            raise error

        monkeypatch.setattr(plan_command.command, "callback", callback)

    return fail


def test_an_unexpected_error_is_one_line_and_a_traceback_only_with_vv(
    capsys, broken_command
) -> None:
    broken_command(RuntimeError("password=hunter22 is wrong"))
    code, _, err = run(capsys, "plan", "dev")
    assert code == ExitCode.FAILED
    assert "unexpected error" in err
    assert "-vv" in err
    assert "Traceback" not in err
    assert "hunter22" not in err
    code, _, err = run(capsys, "-vv", "plan", "dev")
    assert code == ExitCode.FAILED
    assert "Traceback" in err
    assert "hunter22" not in err


def test_secrets_of_the_environment_are_taken_out(capsys, broken_command, monkeypatch) -> None:
    monkeypatch.setenv("SNOWFLAKE_TOKEN", "abcdefgh")
    broken_command(RuntimeError("got abcdefgh"))
    assert "abcdefgh" not in run(capsys, "-vv", "plan", "dev")[2]


def test_an_interruption_is_one_line(capsys, broken_command) -> None:
    broken_command(KeyboardInterrupt())
    code, _, err = run(capsys, "plan", "dev")
    assert code == ExitCode.FAILED
    assert err.strip() == "Interrupted; nothing more was done."


def test_output_is_utf_8_in_any_locale(at_shop) -> None:
    at_shop.object("dw/ü", "CREATE OR REPLACE VIEW DW.M.V AS SELECT 1 AS a")
    command = [sys.executable, "-m", "snowlane", "check"]
    variables = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, capture_output=True, env=variables, check=False)
    assert done.returncode == ExitCode.REFUSED
    assert "migrations/objects/dw/ü.sql" in done.stdout.decode("utf-8")


def test_a_current_directory_that_is_gone_is_named(tmp_path) -> None:
    gone = tmp_path / "gone"
    script = f"mkdir {gone} && cd {gone} && rmdir {gone} && exec {sys.executable} -m snowlane check"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.USAGE
    assert "the current directory is gone" in done.stderr


def test_a_folder_that_takes_no_files_is_named(at_shop, capsys) -> None:
    (at_shop.root / ".snowlane").write_text("")
    code, _, err = run(capsys, "local", "start")
    assert code == ExitCode.FAILED
    assert "cannot be used\n  Not a directory" in err


def test_the_exit_code_stands_where_nobody_reads_the_error(at_shop) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "snowlane", "plan", "nowhere"]
    done = subprocess.run(command, stderr=writer, check=False)
    os.close(writer)
    assert done.returncode == ExitCode.USAGE
