"""`snowlane env configure` on the local account: stages by the file, and what Airflow is given."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from snowlane.errors import ExitCode
from snowlane.snowflake.session import Session

# `make airflow` installs it, apart from the project's own environment: their packages do not agree.
AIRFLOW = Path(__file__).parents[4] / ".venv-airflow" / "bin" / "airflow"
STAGES = """op.sql('CREATE SCHEMA RAW.S')
op.sql("CREATE STAGE RAW.S.POS URL = 's3://old/pos/'")
op.sql("CREATE STAGE RAW.S.ORDERS URL = 's3://old/orders/'")
op.sql("CREATE STAGE RAW.S.INSIDE")"""


@pytest.fixture
def platform(account, shop):
    shop.revision("r1", STAGES)
    done = account.snowlane("migrate", "dev")
    assert done.code == ExitCode.DONE, done.err
    return account


def configure(platform, stages: dict[str, str], *options: str):
    path = platform.project / "envs" / "dev.toml"
    lines = "\n".join(f'"{name}" = "{url}"' for name, url in stages.items())
    path.write_text(f"{path.read_text().partition('[stages]')[0]}[stages]\n{lines}\n")
    return platform.snowlane("env", "configure", "dev", "--format", "json", *options)


def urls(platform) -> dict[str, str]:
    database = f"DEV_RAW_{own(platform)}"
    rows = platform.query(f"SELECT STAGE_NAME, STAGE_URL FROM {database}.INFORMATION_SCHEMA.STAGES")
    return dict(rows)


def own(platform) -> str:
    text = (platform.project / "envs" / "dev.toml").read_text()
    return text.partition('RAW = "DEV_RAW_')[2].partition('"')[0]


def test_stages_get_the_urls_of_the_file_and_airflow_its_files(platform) -> None:
    wanted = {"RAW.S.POS": "s3://new/it's/", "RAW.S.ORDERS": "s3://old/orders/"}
    shown = configure(platform, wanted, "--dry-run")
    assert shown.code == ExitCode.DONE, shown.err
    assert len(shown.data["stages_set"]) == 1
    assert urls(platform)["POS"] == "s3://old/pos/"
    assert not (platform.project / "airflow").exists()

    done = configure(platform, wanted)
    assert done.code == ExitCode.DONE, done.err
    assert urls(platform)["POS"] == "s3://new/it's/"
    again = configure(platform, wanted)
    assert again.data["stages_set"] == []

    folder = platform.project / "airflow" / "dev"
    variables = json.loads((folder / "variables.json").read_text())
    assert variables == {
        "snowlane_environment": "dev",
        "snowlane_warehouse": "WH",
        "snowlane_snowflake_conn_id": "snowflake_dev",
        "snowlane_raw_database": f"DEV_RAW_{own(platform)}",
        "snowlane_dw_database": f"DEV_DW_{own(platform)}",
        "snowlane_pos_url": "s3://new/it's/",
        "snowlane_orders_url": "s3://old/orders/",
    }
    text = (folder / "connections.json").read_text()
    connection = json.loads(text)["snowflake_dev"]
    assert (connection["conn_type"], connection["login"]) == ("snowflake", "SNOWLANE")
    assert connection["extra"]["role"] == "DEPLOY_DEV"
    secret = platform.connection["password"]
    assert secret not in text + done.out + done.err
    assert done.data["secrets_left_out"] == ["the password of the connection"]


@pytest.mark.parametrize(
    ("stage", "why"), [("RAW.S.NONE", "is not there"), ("RAW.S.INSIDE", "is an internal stage")]
)
def test_a_stage_that_cannot_be_set_stops_all(platform, stage: str, why: str) -> None:
    done = configure(platform, {"RAW.S.POS": "s3://new/pos/", stage: "s3://new/other/"})
    assert done.code == ExitCode.REFUSED
    assert why in done.err
    assert urls(platform)["POS"] == "s3://old/pos/"
    assert not (platform.project / "airflow").exists()


@pytest.mark.parametrize("theirs", ["s3://shop-prod/pos/", "s3://shop-prod", "s3://Shop-Prod/pos"])
def test_what_another_environment_loads_is_neither_set_nor_taken_for_its_own(
    platform, theirs: str, monkeypatch
) -> None:
    prod = platform.project / "envs" / "prod.toml"
    prod.write_text(f'{prod.read_text()}\n[stages]\n"RAW.S.POS" = "{theirs}"\n')
    sent = []
    with monkeypatch.context() as watched:
        watched.setattr(Session, "execute", lambda _, text, **options: sent.append(text))
        done = configure(platform, {"RAW.S.POS": "s3://shop-prod/pos/"})
    assert (done.code, done.out, sent) == (ExitCode.USAGE, "", [])
    assert "s3://shop-prod/pos/ is no address of its own" in done.err
    assert f"RAW.S.POS of dev would load what prod loads from {theirs}" in done.err
    assert "correct [stages] in envs/dev.toml" in done.err
    assert not (platform.project / "airflow").exists()

    # Set by hand, it is found, whatever the file says.
    database = f"DEV_RAW_{own(platform)}"
    platform.query(f"ALTER STAGE {database}.S.POS SET URL = 's3://shop-prod/pos/'")
    found = platform.snowlane("env", "verify", "dev", "--format", "json")
    assert found.code == ExitCode.FAILED
    (leak,) = found.data["leaks"]
    assert (leak["object"], leak["refers_to"]) == (f"stage {database}.S.POS", "s3://shop-prod/pos/")
    assert "a stage of prod" in leak["why"]


def test_pipes_that_stop_for_it_are_named_and_made_anew_by_the_next_migrate(platform, shop) -> None:
    """Snowflake stops the pipes of a stage that moves, and nothing but making them anew starts them."""
    shop.revision("r2", "op.sql('CREATE TABLE RAW.S.T (A VARCHAR)')", after="r1")
    pipe = "CREATE OR REPLACE PIPE RAW.S.P AS COPY INTO RAW.S.T (A) FROM @RAW.S.POS"
    shop.object("raw/s/pipes/p", pipe)
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    name = f"DEV_RAW_{own(platform)}.S.P"

    def state() -> str:
        ((told,),) = platform.query(f"SELECT SYSTEM$PIPE_STATUS('{name}')")
        return json.loads(told)["executionState"]

    wanted = {"RAW.S.POS": "s3://new/pos/"}
    for _ in range(2):
        # Also when nothing is left to set, as after a kill.
        done = configure(platform, wanted)
        assert done.code == ExitCode.FAILED
        assert done.data["pipes_stopped"] == [name]
        assert "dev: 1 pipe(s) load nothing since their stage moved" in done.err
        assert "`snowlane migrate dev`" in done.err
        assert state() == "STOPPED_STAGE_ALTERED"
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    assert state() == "RUNNING"
    assert configure(platform, wanted).code == ExitCode.DONE


def test_an_environment_that_is_not_bootstrapped_is_told_as_such(account) -> None:
    assert account.snowlane("bootstrap", "dev").code == ExitCode.DONE
    account.query(f"DROP DATABASE DEV_RAW_{own(account)}")
    done = account.snowlane("env", "configure", "dev")
    assert done.code == ExitCode.FAILED
    assert "dev has no version table that DEPLOY_DEV can read" in done.err
    assert "To go on: " in done.err


def test_a_place_that_takes_no_files_is_named(platform) -> None:
    (platform.project / "taken").write_text("")
    done = configure(platform, {}, "--output", str(platform.project / "taken" / "here"))
    assert done.code == ExitCode.USAGE
    assert "takes no files" in done.err


@pytest.mark.skipif(not AIRFLOW.exists(), reason="Airflow is not installed: make airflow")
def test_airflow_takes_the_files(platform, tmp_path) -> None:
    done = configure(platform, {"RAW.S.POS": "s3://new/pos/"}, "--prefix", "shop_")
    assert done.code == ExitCode.DONE, done.err
    folder = platform.project / "airflow" / "dev"
    variables = {
        **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }

    def airflow(*arguments: str) -> None:
        ran = subprocess.run(
            [AIRFLOW, *arguments], env=variables, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    airflow("db", "migrate")
    airflow("variables", "import", str(folder / "variables.json"))
    airflow("connections", "import", str(folder / "connections.json"))
    exported = tmp_path / "exported.json"
    airflow("variables", "export", str(exported))
    assert json.loads(exported.read_text()) == json.loads((folder / "variables.json").read_text())
    exported.unlink()
    airflow("connections", "export", str(exported))
    connection = json.loads(exported.read_text())["snowflake_dev"]
    written = json.loads((folder / "connections.json").read_text())["snowflake_dev"]
    assert connection["login"] == written["login"]
    assert json.loads(connection["extra"]) == written["extra"]
