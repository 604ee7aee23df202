"""The whole platform copied with its data, twice at once; the copies are worked, and dev stays as it was.

Part of `make clones`, not of the suite: about two minutes.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from snowflake.connector import DictCursor
from tests.platform.conftest import Platform
from tests.snowlane.commands.env.shop import everything

from extents import CLONES
from snowlane.sample import DAYS, customers_insert, products_insert, sales_file

pytestmark = CLONES.whole_only
DATABASES = ("DEV_RAW", "DEV_STAGING", "DEV_DW")
COPIES = ("dev_ana", "dev_bob")


class Asked:
    """What `everything` asks an account by."""

    def __init__(self, platform: Platform) -> None:
        self.query = platform.sql
        self._cursor = platform.cursor

    def rows(self, text: str) -> list[dict[str, Any]]:
        cursor = self._cursor("SELECT 1").connection.cursor(DictCursor)
        return list(cursor.execute(text).fetchall())


@pytest.fixture(scope="module")
def worked(platform):
    """Dev with two days of sales brought up to the facts, and a third that waits in a stream."""
    platform.sql(customers_insert("DEV_RAW"))
    platform.sql(products_insert("DEV_RAW"))
    platform.run_task("TASK_PROCESS_CUSTOMER_CHANGES", "TASK_LOAD_DIM_CUSTOMER")
    platform.run_task("TASK_PROCESS_PRODUCT_CHANGES", "TASK_LOAD_DIM_PRODUCT")
    for day in DAYS[:2]:
        file = sales_file(day)
        platform.load("pos", file.name, file.text)
    platform.run_task("TASK_BRONZE_TO_SILVER_POS")
    platform.run_task("TASK_PROCESS_POS_CHANGES", "TASK_LOAD_FACT_SALES")
    for task in ("TASK_PROCESS_POS_CHANGES", "TASK_BRONZE_TO_SILVER_POS"):
        platform.sql(f"ALTER TASK DEV_STAGING.TASKS.{task} SUSPEND")
    return platform


@pytest.fixture(scope="module")
def copied(worked):
    """Both copies, made at the same time, and what dev held before."""
    before = everything(Asked(worked), *DATABASES)
    command = [sys.executable, "-m", "snowlane", "--project-dir", str(worked.project), "--local"]
    runs = [
        subprocess.Popen(
            [*command, "env", "clone", "dev", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in COPIES
    ]
    for run in runs:
        out, errors = run.communicate(timeout=600)
        assert run.returncode == 0, errors
        assert "Incomplete" not in out
        assert "Not judged" not in out
    assert everything(Asked(worked), *DATABASES) == before
    return before


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_holds_what_dev_holds_and_names_nothing_of_it(worked, copied, name):
    copies = everything(Asked(worked), *(each.replace("DEV", name.upper()) for each in DATABASES))
    for key, value in copied.items():
        copy = copies[key.replace("DEV", name.upper())]
        if "." in key:
            assert copy == value, key
        elif " " in key:
            assert [row["name"] for row in copy] == [row["name"] for row in value]
    for database in DATABASES:
        script = copies[database.replace("DEV", name.upper())][0][0].partition(";")[2]
        assert "DEV_" not in script.replace(name.upper(), "")


def test_work_in_a_copy_changes_nothing_in_dev(worked, copied, tmp_path):
    file = sales_file(DAYS[2])
    (tmp_path / file.name).write_text(file.text)
    pipe = "DEV_ANA_RAW.BRONZE.PIPE_POS_DATA"
    facts = "SELECT COUNT(*) FROM DEV_ANA_DW.FACTS.FACT_SALES"
    before = worked.value(facts)
    worked.sql(f"PUT file://{tmp_path / file.name} @DEV_ANA_RAW.BRONZE.STAGE_POS_DATA")
    worked.sql(f"ALTER PIPE {pipe} SET PIPE_EXECUTION_PAUSED = FALSE")
    worked.sql(f"ALTER PIPE {pipe} REFRESH")
    worked.ended(f"SELECT PARSE_JSON(SYSTEM$PIPE_STATUS('{pipe}')):pendingFileCount > 0", True)
    runs = (
        "SELECT COUNT(*) FROM TABLE(DEV_ANA_STAGING.INFORMATION_SCHEMA.TASK_HISTORY("
        "RESULT_LIMIT => 10000)) WHERE database_name = 'DEV_ANA_STAGING' AND state = 'SUCCEEDED' "
        "AND name = '{}'"
    )
    for root, last in (
        ("TASK_BRONZE_TO_SILVER_POS", "TASK_BRONZE_TO_SILVER_POS"),
        ("TASK_PROCESS_POS_CHANGES", "TASK_LOAD_FACT_SALES"),
    ):
        task = f"DEV_ANA_STAGING.TASKS.{root}"
        done = worked.value(runs.format(last))
        worked.sql(f"SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('{task}')")
        worked.sql(f"EXECUTE TASK {task}")
        worked.ended(runs.format(last), still=done)
    worked.sql("CALL DEV_ANA_DW.FACTS.SP_LOAD_FACT_SALES()")
    worked.sql("EXECUTE ALERT DEV_ANA_RAW.METADATA.ALERT_DATA_FRESHNESS")
    assert worked.value(facts) == before + file.lines - file.broken
    assert everything(Asked(worked), *DATABASES) == copied
