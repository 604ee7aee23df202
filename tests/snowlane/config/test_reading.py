"""Environment files: what they mean, and how each mistake is named."""

from pathlib import Path

import pytest

from snowlane.config.environment import BranchCheck
from snowlane.config.reading import check_environment_name, read_environment
from snowlane.errors import ConfigurationError, ExitCode

FULL = """
promotes_from = "dev"
branch = "qa"
branch_check = "warn"
protected = true
[snowflake]
connection = "retail_qa"
role = "deploy_qa"
warehouse = "WH_TRANS"
statement_timeout = 60
lock_timeout = 5
[databases]
RAW = "qa_raw"
DW = "QA_DW"
[names]
WH_TRANS = "WH_TRANS_QA"
[stages]
"raw.bronze.stage_pos_data" = "s3://retail-qa/raw/pos/"
[clone]
from = "prod"
role = "CLONE_ADMIN"
after = "envs/mask_customers.sql"
[window]
cron = "0 2 * * SUN"
duration = "1h30m"
timezone = "Europe/Berlin"
[drift]
ignore = ["DW.MART.DBT_*"]
[state]
database = "OPS"
"""
SMALL = """
[snowflake]
role = "R"
warehouse = "W"
[databases]
RAW = "QA_RAW"
"""


def read(tmp_path: Path, text: str) -> object:
    path = tmp_path / "qa.toml"
    path.write_text(text, encoding="utf-8")
    return read_environment(path, "envs/qa.toml")


def test_every_key_of_a_full_file_is_read(tmp_path: Path) -> None:
    environment = read(tmp_path, FULL)
    assert environment.name == "qa"
    assert environment.promotes_from == "dev"
    assert environment.branch == "qa"
    assert environment.branch_check is BranchCheck.WARN
    assert environment.protected
    assert environment.snowflake.connection == "retail_qa"
    assert environment.snowflake.statement_timeout == 60
    assert environment.snowflake.lock_timeout == 5
    assert environment.role == "DEPLOY_QA"
    assert environment.warehouse == "WH_TRANS_QA"
    assert environment.databases == {"RAW": "QA_RAW", "DW": "QA_DW"}
    assert environment.stages == {"RAW.BRONZE.STAGE_POS_DATA": "s3://retail-qa/raw/pos/"}
    assert environment.clone.source == "prod"
    assert environment.clone.role == "CLONE_ADMIN"
    assert environment.clone.after == "envs/mask_customers.sql"
    assert environment.window.cron == "0 2 * * SUN"
    assert environment.window.duration == "1h30m"
    assert environment.window.timezone == "Europe/Berlin"
    assert environment.drift_ignore == ("DW.MART.DBT_*",)
    assert environment.metadata == ("QA_RAW", "METADATA")
    assert environment.state == ("OPS", "SNOWLANE_QA")


def test_a_small_file_gets_careful_defaults(tmp_path: Path) -> None:
    environment = read(tmp_path, SMALL)
    assert environment.branch_check is BranchCheck.ENFORCE
    assert not environment.protected
    assert environment.state == ("UTILITY", "SNOWLANE_QA")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (SMALL + "[clon]\n", ["envs/qa.toml: clon", "'clone'"]),
        (SMALL.replace('role =', "wharehouse = 'X'\nrole ="), ["snowflake.wharehouse", "'snowflake.warehouse'"]),
        ("protected = 'yes'\n" + SMALL, ["envs/qa.toml: protected", "true or false", "a string"]),
        (SMALL.replace("[databases]", "lock_timeout = true\n[databases]"), ["snowflake.lock_timeout", "a boolean"]),
        (SMALL.replace("[databases]", "lock_timeout = 0\n[databases]"), ["snowflake.lock_timeout", "not above 0"]),
        (SMALL.replace('role = "R"', "role = 1"), ["snowflake.role", "a number"]),
        (SMALL.replace('role = "R"\n', ""), ["snowflake.role", "missing"]),
        (SMALL.replace('role = "R"', 'role = "a b"'), ["snowflake.role", "'a b'"]),
        ('[databases]\nRAW = "X"', ["snowflake", "missing"]),
        (SMALL.replace("RAW =", "DW ="), ["databases", "RAW is not mapped"]),
        (SMALL.replace('"QA_RAW"', "\"QA'RAW\""), ["databases.RAW", "not usable"]),
        (SMALL + 'DW = "qa_raw"', ["databases.DW", "QA_RAW", "of RAW"]),
        (SMALL + '"D W" = "X"', ["databases.D W", "not usable"]),
        (SMALL + '[stages]\n"BRONZE.S" = "s3://x/"', ["BRONZE.S", "logical database, schema and name"]),
        (SMALL + '[stages]\n"RWA.B.S" = "s3://x/"', ["RWA.B.S", "RWA is no logical database"]),
        (SMALL + '[stages]\n"RAW.B.S" = "http://x/"', ["RAW.B.S", "s3://"]),
        (SMALL + '[window]\ncron = "0 2 *"\nduration = "2h"', ["window.cron", "five fields"]),
        (SMALL + '[window]\ncron = "0 2 * * *"\nduration = "2"', ["window.duration"]),
        (SMALL + '[window]\ncron = "0 2 30 2 *"\nduration = "2h"', ["window.cron", "bad day-of-month"]),
        (SMALL + '[window]\ncron = "0 2 * * *"\nduration = "2h"\ntimezone = "CES"', ["window.timezone"]),
        (SMALL + "[drift]\nignore = [1]", ["drift.ignore", "not a string"]),
        (SMALL + '[clone]\nfrom = "PROD"', ["clone.from"]),
        ('branch_check = "off"\n' + SMALL, ["branch_check", "enforce, warn"]),
        ("[snowflak]", ["envs/qa.toml: snowflak", "'snowflake'"]),
        ("snowflake = 1", ["snowflake", "a table"]),
        ("a = = b", ["not valid TOML", "line 1"]),
    ],
)  # fmt: skip
def test_a_mistake_names_file_key_and_remedy(tmp_path: Path, text: str, parts: list[str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(tmp_path, text)
    error = raised.value
    assert error.exit_code is ExitCode.USAGE
    said = f"{error.what} {error.why}"
    assert "envs/qa.toml" in said
    for part in parts:
        assert part in said
    assert error.next


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "qa.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"envs/qa\.toml is not a UTF-8"):
        read_environment(path, "envs/qa.toml")


@pytest.mark.parametrize("name", ["", "QA", "1qa", "q-a", "q'a", "../x", "x" * 64])
def test_bad_environment_names_are_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot name an environment"):
        check_environment_name(name)
