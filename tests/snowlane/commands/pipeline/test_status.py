"""`snowlane pipeline status`: what runs, and what is wrong with it."""

import re
import time

from snowlane.errors import ExitCode

from .conftest import OBJECTS, last_run

# What other tests have run and loaded before is left out.
RUNS = re.compile(r"(?:; | +)(?:last .*|no run in the last week)$", re.MULTILINE)
TEXT = """\
dev: not paused

RAW = DEV_RAW
  pipe    S.P1            RUNNING    0 pending
  pipe    S.P2            RUNNING    0 pending
  stream  S.ST            has data   on DEV_RAW.S.T
  task    S.ALONE         started    11520 MINUTE
  task    S.ROOT          started    11520 MINUTE
  task    └ S.LEFT_ONE    started
  task    └ S.PARKED_ONE  suspended
  alert   S.W             started    60 MINUTE

DW = DEV_DW
  nothing runs by itself here
"""


def test_a_healthy_pipeline_by_database(line) -> None:
    line.run("INSERT INTO S.T VALUES ('a')")
    assert RUNS.sub("", line.done("pipeline", "status", "dev", "--exit-code").out) == TEXT


def test_a_paused_one_says_since_when_and_what_comes_back(line) -> None:
    line.run("ALTER PIPE S.P2 SET PIPE_EXECUTION_PAUSED = TRUE")
    line.done("pipeline", "pause", "dev")
    text = line.done("pipeline", "status", "dev", "--exit-code").out
    assert text.startswith("dev: paused, 5 to be resumed\n  paused by hand since ")
    assert "pipe    S.P1            PAUSED (to resume)     0 pending" in text
    assert "pipe    S.P2            PAUSED                 0 pending" in text
    assert "task    S.ROOT          suspended (to resume)  11520 MINUTE" in text
    data = line.done("pipeline", "status", "dev", "--format", "json").data
    assert {each["name"] for each in data["paused"]} == {
        f"DEV_RAW.S.{name}" for name in ("ALONE", "LEFT_ONE", "P1", "ROOT", "W")
    }
    assert data["problems"] == []
    standing = line.done("status", "dev").out
    assert re.search(r"\n  pipeline  paused since \S+ \S+ by .*: 5 objects to resume\n", standing)
    (data,) = line.done("status", "dev", "--format", "json").data["environments"]
    assert data["pipeline_paused"]["objects"] == 5


def test_what_failed_is_stale_or_stands_still_exits_4(line) -> None:
    line.run(
        "CREATE OR REPLACE TABLE S.T (A VARCHAR)",
        "CREATE OR REPLACE TABLE S.U (A NUMBER)",
        "INSERT INTO S.T SELECT 'no number'",
        "DROP STAGE S.ST2",
        "EXECUTE TASK S.ALONE",
    )
    until = time.monotonic() + 120
    while last_run(line, "ALONE") != "FAILED" and time.monotonic() < until:
        time.sleep(0.1)
    shown = line.snowlane("pipeline", "status", "dev")
    assert shown.code == ExitCode.DONE
    assert "3 not as it should be:\n" in shown.out
    assert "  task DEV_RAW.S.ALONE failed: 100038: Numeric value 'no number'" in shown.out
    assert "  stream DEV_RAW.S.ST stale: its changes cannot be read any more" in shown.out
    assert "  pipe DEV_RAW.S.P2 stalled: STOPPED_STAGE_DROPPED" in shown.out
    judged = line.snowlane("pipeline", "status", "dev", "--exit-code", "--format", "json")
    assert judged.code == ExitCode.PENDING
    assert [each["problem"] for each in judged.data["problems"]] == ["failed", "stale", "stalled"]
    markdown = line.done("pipeline", "status", "dev", "--format", "markdown").out
    assert "| RAW = DEV_RAW | pipe | S.P2 | STOPPED_STAGE_DROPPED | 0 pending |" in markdown
    assert "- **stream DEV_RAW.S.ST** stale: " in markdown
    paused = line.done("pipeline", "pause", "dev")
    assert "Warning: pipe DEV_RAW.S.P2 is left as it is: STOPPED_STAGE_DROPPED" in paused.err
    line.run(
        "CREATE OR REPLACE TABLE S.U (A VARCHAR)",
        "CREATE STAGE S.ST2",
        *(OBJECTS[name].replace("RAW.", "DEV_RAW.") for name in ("streams/st", "pipes/p2")),
    )


def test_an_environment_without_tables_says_what_to_do(line) -> None:
    done = line.snowlane("pipeline", "status", "prod")
    assert done.code == ExitCode.FAILED
    assert "snowlane bootstrap prod" in done.err
